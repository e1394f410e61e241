//! From what was done about topics to `topic_scores` and `topic_evidence`, claim by claim.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clout_base::day::Day;

use super::people::People;
use super::scores::{BASE, BETA, Scored, score, scores};
use super::settle::{Settled, settle};
use super::standing::{season, standing, trust};
use super::topics::{Claim, Topics, saturated};
use super::{Account, DAY, interval};
use crate::support::warehouse::Warehouse;

/// Influences nearer than this may be equal.
const CLOSE: f64 = 1e-9;

/// What the reference says of one person and topic.
#[derive(Clone, Debug, Default)]
pub struct Credible {
    pub score: f64,
    /// The first and the last place that it may have: sums of equals may differ by how they are rounded.
    pub rank_in_topic: (usize, usize),
    pub confidence: f64,
    pub reactors: usize,
    pub endorsers: usize,
    pub is_shown: bool,
    /// By kind and source: weight; of tags the latest, of the others all.
    pub evidence: BTreeMap<(&'static str, String), f64>,
}

/// One claim's parts.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    pub earned: f64,
    /// By endorser: the part, how far known, and the id.
    pub endorsed: BTreeMap<String, (f64, f64, String)>,
    /// By reactor of the person who cares: the part.
    pub audience: BTreeMap<String, f64>,
    pub given: f64,
}

impl Parts {
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

/// Everything that claims are judged by.
pub struct Judge {
    pub topics: Topics,
    pub people: BTreeMap<String, Scored>,
    pub trust: HashMap<String, f64>,
    pub seasoned: HashMap<String, f64>,
    claims: BTreeSet<Claim>,
    /// By claim, as one text.
    standing: HashMap<String, f64>,
    /// By endorser and endorsee: the worth of the praise on all topics.
    pub praise: BTreeMap<(String, String), f64>,
}

/// Everybody's topics at `as_of`, from all rows delivered until then.
pub fn credibility(warehouse: &Warehouse, as_of: Day) -> BTreeMap<Claim, Credible> {
    let who = People::of(warehouse, as_of);
    let settled = settle(warehouse, &who, as_of);
    let judge = Judge::of(warehouse, &who, &settled, as_of);
    let kept = judge.kept();
    let parts: BTreeMap<&Claim, Parts> = judge
        .claims
        .iter()
        .map(|claim| (claim, judge.parts(claim, &kept)))
        .collect();
    judge.credible(&parts)
}

fn name((person, topic): &Claim) -> String {
    format!("{person} on {topic}")
}

impl Judge {
    fn of(warehouse: &Warehouse, who: &People, settled: &Settled, as_of: Day) -> Judge {
        let people = scores(warehouse, as_of);
        let topics = Topics::of(warehouse, (who, &people.keys().collect()), settled, as_of);
        let history = f64::from(as_of.0 + 1 - settled.first_load_date);
        let person_of = |account: &Account| (!who.is_out(account)).then(|| who.person(account));
        let trust = trust(&settled.seen_at, person_of, history);
        let mut seasoned: HashMap<String, f64> = HashMap::new();
        for (account, seen_at) in &settled.seen_at {
            let days: BTreeSet<i64> = seen_at.iter().map(|at| at.div_euclid(DAY)).collect();
            if let (Some(person), false) = (person_of(account), days.is_empty()) {
                let best = seasoned.entry(person).or_default();
                *best = best.max(season(days.len() as f64, history));
            }
        }
        let mut claims: BTreeSet<Claim> = topics.acts.keys().cloned().collect();
        for (claim, actor) in topics.reactions.keys().chain(topics.endorsements.keys()) {
            claims.extend([claim.clone(), (actor.clone(), claim.1.clone())]);
        }
        let edge = |((claim, actor), sum): (&(Claim, String), &f64)| {
            (
                (name(&(actor.clone(), claim.1.clone())), name(claim)),
                saturated(*sum, BETA),
            )
        };
        let amounts: HashMap<(String, String), f64> = topics.reactions.iter().map(edge).collect();
        let of_claims = claims
            .iter()
            .map(|claim| (name(claim), trust.get(&claim.0).copied().unwrap_or(0.0)));
        let standing = standing(&amounts, &of_claims.collect());
        let mut praise: BTreeMap<(String, String), f64> = BTreeMap::new();
        for ((claim, actor), (worth, _)) in &topics.endorsements {
            *praise.entry((actor.clone(), claim.0.clone())).or_default() += worth;
        }
        Judge {
            topics,
            people,
            trust,
            seasoned,
            claims,
            standing,
            praise,
        }
    }

    pub fn trust(&self, person: &str) -> f64 {
        self.trust.get(person).copied().unwrap_or(0.0)
    }

    /// Whether a tag of the person's own is on the topic.
    pub fn wrote(&self, claim: &Claim) -> bool {
        self.topics
            .tags
            .get(claim)
            .is_some_and(|tags| tags.iter().any(|tag| tag.is_own))
    }

    fn parts(&self, claim: &Claim, kept: &BTreeMap<(String, String), f64>) -> Parts {
        let rho = |actor: &str| self.standing[&name(&(actor.to_owned(), claim.1.clone()))];
        let mut parts = Parts::default();
        let (mut trusted, mut strangers) = (0.0, 0.0);
        for (actor, sum) in self.reactions(claim) {
            let amount = rho(actor) * saturated(*sum, BETA);
            trusted += self.trust(actor) * amount;
            strangers += (1.0 - self.trust(actor)) * amount;
        }
        parts.earned = trusted + interval::believed(trusted, strangers);
        for ((_, actor), (worth, id)) in self.topics.endorsements.iter().filter(|((other, _), _)| other == claim) {
            let known = self.trust(actor) * kept[&(actor.clone(), claim.0.clone())];
            let part = known * rho(actor) * saturated(*worth, BETA);
            parts.endorsed.insert(actor.clone(), (part, known, id.clone()));
        }
        parts.audience = self.audience(claim);
        let acts = self.topics.acts.get(claim).copied().unwrap_or_default();
        let (all, most) = (parts.audience.values().sum::<f64>(), parts.endorsed());
        if !self.wrote(claim) && self.reactions(claim).next().is_none() && all > most {
            parts.audience.values_mut().for_each(|part| *part *= most / all);
        }
        let cap = 3.0 * parts.by_others();
        parts.given = if cap > 0.0 {
            cap * (1.0 - (-2.0 * acts.1 / cap).exp())
        } else {
            0.0
        };
        parts
    }

    pub fn reactions<'a>(&'a self, claim: &'a Claim) -> impl Iterator<Item = (&'a String, &'a f64)> {
        let of_claim = self
            .topics
            .reactions
            .iter()
            .filter(move |((other, _), _)| other == claim);
        of_claim.map(|((_, actor), sum)| (actor, sum))
    }

    /// Whoever reacts to the person and cares for the topic.
    fn audience(&self, (person, topic): &Claim) -> BTreeMap<String, f64> {
        let Some(scored) = self.people.get(person) else {
            return BTreeMap::new();
        };
        let (t, u) = scored
            .parts
            .iter()
            .fold((0.0, 0.0), |(t, u), part| (t + part.1, u + part.2));
        let phi = if u > 0.0 { interval::believed(t, u) / u } else { 1.0 };
        let part = |(id, t, u): &(String, f64, f64)| {
            let interest = self.topics.acts.get(&(id.clone(), topic.clone()))?.0;
            let part = (t + phi * u) * interest.min(1.0);
            (part > 0.0).then(|| (id.clone(), part))
        };
        scored.parts.iter().filter_map(part).collect()
    }

    fn credible(&self, parts: &BTreeMap<&Claim, Parts>) -> BTreeMap<Claim, Credible> {
        // What lies above what others listen to, by claim: the narrower topics' parts.
        let mut lifts: BTreeMap<Claim, BTreeMap<String, f64>> = BTreeMap::new();
        let mut rows: BTreeSet<Claim> = BTreeSet::new();
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
        let nothing = Parts::default();
        let is_heard = |row: &Claim| lifts.contains_key(row) || rows.contains(row) && parts[row].by_others() > 0.0;
        let all: BTreeSet<Claim> = rows.iter().chain(lifts.keys()).cloned().collect();
        let heard: BTreeSet<&String> = all.iter().filter(|row| is_heard(row)).map(|row| &row.0).collect();
        let whole: f64 = heard.iter().map(|person| self.trust(person)).sum();
        let mut credible: BTreeMap<Claim, Credible> = BTreeMap::new();
        let mut values: BTreeMap<String, Vec<(bool, f64)>> = BTreeMap::new();
        let rare = |topic: &str| {
            let on_it = all.iter().filter(|other| other.1 == topic && is_heard(other));
            let share: f64 = on_it.map(|other| self.trust(&other.0)).sum::<f64>() / whole;
            if whole > 0.0 { 1.0 / (1.0 + share / 0.25) } else { 1.0 }
        };
        for row in &all {
            let own = if rows.contains(row) { &parts[row] } else { &nothing };
            let lifted = lifts.get(row).cloned().unwrap_or_default();
            let lent = self.lent(row, parts, &rare).filter(|_| own.by_others() > 0.0);
            let audience: f64 = own.audience.values().sum();
            let influence = BASE + rare(&row.1) * (own.direct() + audience + lifted.values().sum::<f64>());
            let influence = influence + lent.as_ref().map_or(0.0, |(_, part)| *part);
            let mut others = lifted;
            if let Some((from, part)) = lent {
                *others.entry(from).or_default() += part;
            }
            let mut told = self.told(row, own, others, rows.contains(row));
            told.score = score(influence);
            values
                .entry(row.1.clone())
                .or_default()
                .push((told.is_shown, influence));
            credible.insert(row.clone(), told);
        }
        let mut places: BTreeMap<&String, usize> = BTreeMap::new();
        for (row, told) in credible.iter_mut() {
            let place = places.entry(&row.1).or_default();
            let (is_shown, value) = values[&row.1][*place];
            *place += 1;
            let above = |gap: f64| {
                let others = values[&row.1].iter();
                others
                    .filter(|other| (other.0 & !is_shown) || (other.0 == is_shown && other.1 > value + gap))
                    .count()
            };
            told.rank_in_topic = (1 + above(CLOSE), 1 + above(-CLOSE).saturating_sub(1));
        }
        credible
    }

    /// The neighbouring topic of the person that lends most.
    fn lent(
        &self,
        (person, topic): &Claim,
        parts: &BTreeMap<&Claim, Parts>,
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
