//! Computes `topic_scores` and `topic_evidence`, one person and topic at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clout_base::day::Day;

use super::counted_acts::{CountedActs, count_acts};
use super::people::PeopleMap;
use super::ranks::{compute_ranks, compute_seasoning, trust};
use super::scores::{BASE, BETA, PersonScore, compute_scores, score};
use super::topics::{PersonTopic, TopicSums, saturate};
use super::{Account, DAY, interval};
use crate::support::warehouse::Warehouse;

/// Influences closer than this may be equal.
const CLOSE: f64 = 1e-9;

/// Expected row of one person and topic.
#[derive(Clone, Debug, Default)]
pub struct TopicScore {
    pub score: f64,
    /// First and last rank that the row may have: sums of equals may differ by rounding.
    pub rank_in_topic: (usize, usize),
    pub confidence: f64,
    pub reactors: usize,
    pub endorsers: usize,
    pub is_shown: bool,
    /// True if the row rests on narrower topics alone.
    pub is_broader: bool,
    /// Weight by kind and source; the latest tags, and all pieces of the other kinds.
    pub evidence: BTreeMap<(&'static str, String), f64>,
}

/// Parts of the score of one person and topic.
#[derive(Clone, Debug, Default)]
pub struct TopicParts {
    pub earned: f64,
    /// By endorser: the part, the trust in the endorsement, and its id.
    pub endorsed: BTreeMap<String, (f64, f64, String)>,
    /// By reactor of the person with an interest in the topic: the part.
    pub audience: BTreeMap<String, f64>,
    pub given: f64,
}

impl TopicParts {
    fn endorsed(&self) -> f64 {
        self.endorsed.values().map(|(part, ..)| part).sum()
    }

    fn by_others(&self) -> f64 {
        self.earned + self.endorsed() + self.audience.values().sum::<f64>()
    }

    fn direct(&self) -> f64 {
        self.earned + self.endorsed() + self.given
    }
}

/// Inputs for all topic scores.
pub struct TopicModel {
    pub topics: TopicSums,
    pub people: BTreeMap<String, PersonScore>,
    pub trust: HashMap<String, f64>,
    pub seasoned: HashMap<String, f64>,
    pub(super) claims: BTreeSet<PersonTopic>,
    /// Ranks by person and topic, as one text.
    pub(super) ranks: HashMap<String, f64>,
    /// Worth of the endorsements on all topics, by endorser and endorsee.
    pub praise: BTreeMap<(String, String), f64>,
}

/// Computes the topic scores at `as_of`, from all rows delivered until then.
pub fn compute_topic_scores(warehouse: &Warehouse, as_of: Day) -> BTreeMap<PersonTopic, TopicScore> {
    let people_map = PeopleMap::new(warehouse, as_of);
    let counted = count_acts(warehouse, &people_map, as_of);
    let model = TopicModel::new(warehouse, &people_map, &counted, as_of);
    let kept = model.kept_shares();
    let parts: BTreeMap<&PersonTopic, TopicParts> = model
        .claims
        .iter()
        .map(|claim| (claim, model.parts(claim, &kept)))
        .collect();
    model.topic_scores(&parts)
}

pub(super) fn name((person, topic): &PersonTopic) -> String {
    format!("{person} on {topic}")
}

impl TopicModel {
    fn new(warehouse: &Warehouse, people_map: &PeopleMap, counted: &CountedActs, as_of: Day) -> TopicModel {
        let people = compute_scores(warehouse, as_of);
        let topics = TopicSums::new(warehouse, (people_map, &people.keys().collect()), counted, as_of);
        let history = f64::from(as_of.0 + 1 - counted.first_load_date);
        let person_of = |account: &Account| (!people_map.is_opted_out(account)).then(|| people_map.person(account));
        let trust = trust(&counted.seen_at, person_of, history);
        let mut seasoned: HashMap<String, f64> = HashMap::new();
        for (account, seen_at) in &counted.seen_at {
            let days: BTreeSet<i64> = seen_at.iter().map(|at| at.div_euclid(DAY)).collect();
            if let (Some(person), false) = (person_of(account), days.is_empty()) {
                let best = seasoned.entry(person).or_default();
                *best = best.max(compute_seasoning(days.len() as f64, history));
            }
        }
        let mut claims: BTreeSet<PersonTopic> = topics.acts.keys().cloned().collect();
        for (claim, actor) in topics.reactions.keys().chain(topics.endorsements.keys()) {
            claims.extend([claim.clone(), (actor.clone(), claim.1.clone())]);
        }
        let edge = |((claim, actor), sum): (&(PersonTopic, String), &f64)| {
            (
                (name(&(actor.clone(), claim.1.clone())), name(claim)),
                saturate(*sum, BETA),
            )
        };
        let amounts: HashMap<(String, String), f64> = topics.reactions.iter().map(edge).collect();
        let of_claims = claims
            .iter()
            .map(|claim| (name(claim), trust.get(&claim.0).copied().unwrap_or(0.0)));
        let ranks = compute_ranks(&amounts, &of_claims.collect());
        let mut praise: BTreeMap<(String, String), f64> = BTreeMap::new();
        for ((claim, actor), (worth, _)) in &topics.endorsements {
            *praise.entry((actor.clone(), claim.0.clone())).or_default() += worth;
        }
        TopicModel {
            topics,
            people,
            trust,
            seasoned,
            claims,
            ranks,
            praise,
        }
    }

    pub fn trust(&self, person: &str) -> f64 {
        self.trust.get(person).copied().unwrap_or(0.0)
    }

    /// Returns true if a tag of the person's own is on the topic.
    pub fn wrote(&self, claim: &PersonTopic) -> bool {
        self.topics
            .tags
            .get(claim)
            .is_some_and(|tags| tags.iter().any(|tag| tag.is_own))
    }

    fn parts(&self, claim: &PersonTopic, kept: &BTreeMap<(String, String), f64>) -> TopicParts {
        let rho = |actor: &str| self.ranks[&name(&(actor.to_owned(), claim.1.clone()))];
        let mut parts = TopicParts {
            earned: self.earned(claim, &self.topics.reactions, &|_| true),
            ..TopicParts::default()
        };
        for ((_, actor), (worth, id)) in self.topics.endorsements.iter().filter(|((other, _), _)| other == claim) {
            let known = self.trust(actor) * kept[&(actor.clone(), claim.0.clone())];
            let part = known * rho(actor) * saturate(*worth, BETA);
            parts.endorsed.insert(actor.clone(), (part, known, id.clone()));
        }
        parts.audience = self.audience(claim);
        let (all, most) = (parts.audience.values().sum::<f64>(), parts.endorsed());
        if !self.wrote(claim) && self.reactions(claim).next().is_none() && all > most {
            parts.audience.values_mut().for_each(|part| *part *= most / all);
        }
        parts.given = self.given(claim) * self.answered_share(&claim.0);
        parts
    }

    pub fn reactions<'a>(&'a self, claim: &'a PersonTopic) -> impl Iterator<Item = (&'a String, &'a f64)> {
        let of_claim = self
            .topics
            .reactions
            .iter()
            .filter(move |((other, _), _)| other == claim);
        of_claim.map(|((_, actor), sum)| (actor, sum))
    }

    /// Returns the parts of reactors of the person with an interest in the topic.
    fn audience(&self, (person, topic): &PersonTopic) -> BTreeMap<String, f64> {
        let Some(scored) = self.people.get(person) else {
            return BTreeMap::new();
        };
        let (t, u) = scored
            .parts
            .iter()
            .fold((0.0, 0.0), |(t, u), part| (t + part.1, u + part.2));
        let phi = if u > 0.0 {
            interval::limit_unknown(t, u) / u
        } else {
            1.0
        };
        let part = |(id, t, u): &(String, f64, f64)| {
            let interest = *self.topics.acts.get(&(id.clone(), topic.clone()))?;
            let part = (t + phi * u) * interest.min(1.0);
            (part > 0.0).then(|| (id.clone(), part))
        };
        scored.parts.iter().filter_map(part).collect()
    }

    fn topic_scores(&self, parts: &BTreeMap<&PersonTopic, TopicParts>) -> BTreeMap<PersonTopic, TopicScore> {
        // By broader topic of a person: the parts of the narrower topics with evidence from others.
        let mut lifts: BTreeMap<PersonTopic, BTreeMap<String, f64>> = BTreeMap::new();
        let mut rows: BTreeSet<PersonTopic> = BTreeSet::new();
        for (claim, own) in parts {
            if self.wrote(claim) || self.reactions(claim).next().is_some() || own.endorsed() > 0.0 {
                rows.insert((*claim).clone());
                for (broader, steps) in self.topics.above[&claim.1].iter().filter(|_| own.by_others() > 0.0) {
                    let part = 0.5_f64.powi(*steps) * own.direct();
                    let broader = (claim.0.clone(), broader.clone());
                    if part > 0.0 {
                        lifts.entry(broader).or_default().insert(claim.1.clone(), part);
                    }
                }
            }
        }
        let nothing = TopicParts::default();
        let is_heard =
            |row: &PersonTopic| lifts.contains_key(row) || rows.contains(row) && parts[row].by_others() > 0.0;
        let all: BTreeSet<PersonTopic> = rows.iter().chain(lifts.keys()).cloned().collect();
        let heard: BTreeSet<&String> = all.iter().filter(|row| is_heard(row)).map(|row| &row.0).collect();
        let whole: f64 = heard.iter().map(|person| self.trust(person)).sum();
        let mut topic_scores: BTreeMap<PersonTopic, TopicScore> = BTreeMap::new();
        let mut values: BTreeMap<String, Vec<(bool, f64)>> = BTreeMap::new();
        let rare = |topic: &str| {
            let on_it = all.iter().filter(|other| other.1 == topic && is_heard(other));
            let share: f64 = on_it.map(|other| self.trust(&other.0)).sum::<f64>() / whole;
            if whole > 0.0 { 1.0 / (1.0 + share / 0.25) } else { 1.0 }
        };
        for row in &all {
            let own = if rows.contains(row) { &parts[row] } else { &nothing };
            let lifted = lifts.get(row).cloned().unwrap_or_default();
            let lent = self.find_lent(row, parts, &rare).filter(|_| own.by_others() > 0.0);
            let audience: f64 = own.audience.values().sum();
            let influence = BASE + rare(&row.1) * (own.direct() + audience + lifted.values().sum::<f64>());
            let influence = influence + lent.as_ref().map_or(0.0, |(_, part)| *part);
            let mut others = lifted;
            if let Some((from, part)) = lent {
                *others.entry(from).or_default() += part;
            }
            let mut row_score = self.build_row(row, own, others, rows.contains(row));
            row_score.score = score(influence);
            row_score.is_broader = !rows.contains(row);
            values
                .entry(row.1.clone())
                .or_default()
                .push((row_score.is_shown, influence));
            topic_scores.insert(row.clone(), row_score);
        }
        let mut places: BTreeMap<&String, usize> = BTreeMap::new();
        for (row, row_score) in topic_scores.iter_mut() {
            let place = places.entry(&row.1).or_default();
            let (is_shown, value) = values[&row.1][*place];
            *place += 1;
            let above = |gap: f64| {
                let others = values[&row.1].iter();
                others
                    .filter(|other| (other.0 & !is_shown) || (other.0 == is_shown && other.1 > value + gap))
                    .count()
            };
            row_score.rank_in_topic = (1 + above(CLOSE), 1 + above(-CLOSE).saturating_sub(1));
        }
        topic_scores
    }

    /// Finds the neighbouring topic of the person that lends most.
    fn find_lent(
        &self,
        (person, topic): &PersonTopic,
        parts: &BTreeMap<&PersonTopic, TopicParts>,
        rare: &dyn Fn(&str) -> f64,
    ) -> Option<(String, f64)> {
        let together = |a: &String, b: &String| {
            let rows = self.topics.together.get(&(a.clone(), b.clone()));
            rows.copied().unwrap_or(0.0)
        };
        let others = parts
            .iter()
            .filter(|(claim, _)| claim.0 == *person && claim.1 != *topic);
        let lent = others.map(|(claim, own)| {
            let share = together(topic, &claim.1) / (10.0 + together(topic, topic));
            (claim.1.clone(), share * rare(&claim.1) * own.direct())
        });
        let mut best: Option<(String, f64)> = None;
        for (from, part) in lent.filter(|(_, part)| *part > 0.0) {
            if best.as_ref().is_none_or(|(_, most)| part > *most) {
                best = Some((from, part));
            }
        }
        best
    }
}
