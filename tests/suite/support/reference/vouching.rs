//! Computes the share of each endorsement that counts: vouching by others, less circles of endorsements.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::topic_scores::TopicModel;

impl TopicModel {
    fn praise_worth(&self, endorser: &str, endorsee: &str) -> f64 {
        self.praise
            .get(&(endorser.to_owned(), endorsee.to_owned()))
            .copied()
            .unwrap_or(0.0)
    }

    /// Returns the reactors of a person: trusted attention, times their seasoning.
    fn find_witnesses(&self, person: &str) -> BTreeMap<&str, f64> {
        let parts = self
            .people
            .get(person)
            .map(|scored| scored.parts.as_slice())
            .unwrap_or_default();
        let seasoned = |id: &String| self.seasoned.get(id).copied().unwrap_or(0.0);
        parts.iter().map(|(id, t, _)| (id.as_str(), t * seasoned(id))).collect()
    }

    /// Computes the share of each endorsement that counts, without the endorser's own trust, by endorser and endorsee.
    pub fn kept_shares(&self) -> BTreeMap<(String, String), f64> {
        let mut kept = BTreeMap::new();
        for ((endorser, endorsee), worth) in &self.praise {
            let apart = |other: f64| {
                if *worth > 0.0 {
                    (1.0 - other / worth).max(0.0)
                } else {
                    0.0
                }
            };
            let round = self
                .count_visits(endorsee)
                .get(endorser)
                .copied()
                .unwrap_or(0.0)
                .min(1.0);
            let fellows = self.praise.keys().filter(|(_, of)| of == endorsee).map(|(by, _)| by);
            let all: Vec<BTreeMap<&str, f64>> = fellows.map(|fellow| self.find_witnesses(fellow)).collect();
            let mut heard = 0.0;
            for (witness, trusted) in self
                .find_witnesses(endorser)
                .into_iter()
                .filter(|(id, _)| id != endorsee)
            {
                let others: f64 = all.iter().filter_map(|of| of.get(witness)).sum::<f64>() - trusted;
                heard += trusted * apart(self.praise_worth(witness, endorsee)) / (1.0 + others.max(0.0));
            }
            let vouched = heard / (heard + 1.0);
            let seasoned = self.seasoned.get(endorser).copied().unwrap_or(0.0);
            let rest = apart(self.praise_worth(endorsee, endorser)) * (1.0 - round);
            let rest = if rest > 1e-9 { rest } else { 0.0 };
            kept.insert((endorser.clone(), endorsee.clone()), seasoned * vouched * rest);
        }
        kept
    }

    /// Computes the expected visits of a walk along endorsements from a person: 64 steps, while a share is at least a
    /// hundredth. The walk follows endorsements with a path back, in proportion to how known the endorsees are.
    fn count_visits(&self, from: &str) -> HashMap<String, f64> {
        let mut visits: HashMap<String, f64> = HashMap::new();
        let mut at: HashMap<String, f64> = HashMap::from([(from.to_owned(), 1.0)]);
        let known = |person: &str| self.trust(person) * self.seasoned.get(person).copied().unwrap_or(0.0);
        let known = |person: &str| f64::max(known(person), 1e-6);
        let ways = self.praise.iter().filter(|((by, of), _)| self.has_path(of, by));
        let ways: Vec<(&(String, String), f64)> = ways.map(|(pair, worth)| (pair, worth * known(&pair.1))).collect();
        for _ in 0..64 {
            let mut next: HashMap<String, f64> = HashMap::new();
            for ((endorser, endorsee), way) in &ways {
                let here = at.get(endorser).copied().filter(|part| *part >= 0.01).unwrap_or(0.0);
                let own = ways.iter().filter(|((by, _), _)| by == endorser);
                let all: f64 = own.map(|(_, way)| way).sum();
                if here > 0.0 && all > 0.0 {
                    *next.entry(endorsee.clone()).or_default() += here * way / all;
                }
            }
            next.iter()
                .for_each(|(person, part)| *visits.entry(person.clone()).or_default() += part);
            at = next;
        }
        visits
    }

    /// Returns true if a chain of endorsements leads from one person to another.
    fn has_path(&self, from: &str, to: &str) -> bool {
        let mut reached = BTreeSet::from([from.to_owned()]);
        loop {
            let more = self
                .praise
                .keys()
                .filter(|(by, of)| reached.contains(by) && !reached.contains(of));
            let more: Vec<String> = more.map(|(_, of)| of.clone()).collect();
            if reached.contains(to) || more.is_empty() {
                return reached.contains(to);
            }
            reached.extend(more);
        }
    }
}
