//! From what was done about topics to `topic_scores` and `topic_evidence`, claim by claim.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clout::day::Day;

use super::people::People;
use super::scores::{BASE, BETA, Scored, score, scores};
use super::settle::{Settled, settle};
use super::standing::{standing, trust};
use super::topics::{Claim, Tag, Topics, left, saturated};
use super::{Account, DAY, interval};
use crate::support::warehouse::Warehouse;

/// Trust from which somebody is a source.
const KNOWN: f64 = 0.5;
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
struct Parts {
    earned: f64,
    /// By endorser: the part, how far known, and the id.
    endorsed: BTreeMap<String, (f64, f64, String)>,
    /// By reactor of the person who cares: the part.
    audience: BTreeMap<String, f64>,
    given: f64,
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
struct Judge {
    topics: Topics,
    people: BTreeMap<String, Scored>,
    trust: HashMap<String, f64>,
    seasoned: HashMap<String, f64>,
    claims: BTreeSet<Claim>,
    /// By claim, as one text.
    standing: HashMap<String, f64>,
    /// By endorser and endorsee: the worth of the praise on all topics.
    praise: BTreeMap<(String, String), f64>,
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

    fn trust(&self, person: &str) -> f64 {
        self.trust.get(person).copied().unwrap_or(0.0)
    }

    fn worth(&self, endorser: &str, endorsee: &str) -> f64 {
        self.praise
            .get(&(endorser.to_owned(), endorsee.to_owned()))
            .copied()
            .unwrap_or(0.0)
    }

    /// Who attends to a person: trusted attention, times how seasoned they are.
    fn witnesses(&self, person: &str) -> BTreeMap<&str, f64> {
        let parts = self
            .people
            .get(person)
            .map(|scored| scored.parts.as_slice())
            .unwrap_or_default();
        let seasoned = |id: &String| self.seasoned.get(id).copied().unwrap_or(0.0);
        parts.iter().map(|(id, t, _)| (id.as_str(), t * seasoned(id))).collect()
    }

    /// By endorser and endorsee: how far the word counts, but for the endorser's own trust.
    fn kept(&self) -> BTreeMap<(String, String), f64> {
        let mut kept = BTreeMap::new();
        for ((endorser, endorsee), worth) in &self.praise {
            let apart = |other: f64| {
                if *worth > 0.0 {
                    (1.0 - other / worth).max(0.0)
                } else {
                    0.0
                }
            };
            let round = self.walk(endorsee).get(endorser).copied().unwrap_or(0.0).min(1.0);
            let fellows = self.praise.keys().filter(|(_, of)| of == endorsee).map(|(by, _)| by);
            let all: Vec<BTreeMap<&str, f64>> = fellows.map(|fellow| self.witnesses(fellow)).collect();
            let mut heard = 0.0;
            for (witness, trusted) in self.witnesses(endorser).into_iter().filter(|(id, _)| id != endorsee) {
                let others: f64 = all.iter().filter_map(|of| of.get(witness)).sum::<f64>() - trusted;
                heard += trusted * apart(self.worth(witness, endorsee)) / (1.0 + others.max(0.0));
            }
            let vouched = heard / (heard + 1.0);
            let seasoned = self.seasoned.get(endorser).copied().unwrap_or(0.0);
            let left = apart(self.worth(endorsee, endorser)) * (1.0 - round);
            let left = if left > 1e-9 { left } else { 0.0 };
            kept.insert((endorser.clone(), endorsee.clone()), seasoned * vouched * left);
        }
        kept
    }

    /// How often a walk along praise from a person is expected at others: 64 steps, while a hundredth is there. It
    /// goes where somebody praises back in the end, and to people in proportion to how known they are.
    fn walk(&self, from: &str) -> HashMap<String, f64> {
        let mut visits: HashMap<String, f64> = HashMap::new();
        let mut at: HashMap<String, f64> = HashMap::from([(from.to_owned(), 1.0)]);
        let known = |person: &str| self.trust(person) * self.seasoned.get(person).copied().unwrap_or(0.0);
        let known = |person: &str| f64::max(known(person), 1e-6);
        let ways = self.praise.iter().filter(|((by, of), _)| self.leads(of, by));
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

    /// Whether a chain of praise leads from one person to another.
    fn leads(&self, from: &str, to: &str) -> bool {
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

    /// Whether a tag of the person's own is on the topic.
    fn wrote(&self, claim: &Claim) -> bool {
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

    fn reactions<'a>(&'a self, claim: &'a Claim) -> impl Iterator<Item = (&'a String, &'a f64)> {
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

    /// Counts and evidence of a row.
    fn told(&self, row: &Claim, own: &Parts, topics: BTreeMap<String, f64>, is_claim: bool) -> Credible {
        let mut told = Credible::default();
        let (mut trust, mut is_heard) = (0.0, false);
        let reactors: BTreeSet<&String> = match is_claim {
            true => self
                .reactions(row)
                .filter(|(_, sum)| **sum > 0.0)
                .map(|(actor, _)| actor)
                .collect(),
            false => BTreeSet::new(),
        };
        for actor in &reactors {
            trust += self.trust(actor);
            is_heard |= self.trust(actor) >= KNOWN;
        }
        told.reactors = reactors.len();
        for (actor, (part, known, _)) in own.endorsed.iter().filter(|(_, (part, ..))| *part > 0.0) {
            told.endorsers += 1;
            trust += if reactors.contains(actor) {
                0.0
            } else {
                known.min(*part)
            };
            is_heard |= *known >= KNOWN;
        }
        let praises = |actor: &String| self.praise.contains_key(&(actor.clone(), row.0.clone()));
        let bystanders = own
            .audience
            .keys()
            .filter(|actor| !reactors.contains(actor) && !praises(actor));
        trust += bystanders.map(|actor| self.trust(actor)).sum::<f64>();
        let has_own = is_claim && self.wrote(row);
        told.confidence = 1.0 - 0.5_f64.powf((trust + if has_own { 0.5 } else { 0.0 }) / 2.0);

        // Whoever is behind what is listed: of each kind the three greatest.
        let mut people: BTreeSet<&String> = BTreeSet::new();
        let is_known = |actor: &&String| self.trust(actor) >= KNOWN;
        let audience = greatest(own.audience.iter().map(|(actor, part)| (actor, *part)));
        let is_witness = |actor: &&String| reactors.contains(actor) || !praises(actor);
        people.extend(audience.into_iter().filter(is_known).filter(is_witness));
        let endorsed = greatest(own.endorsed.iter().map(|(actor, (part, ..))| (actor, *part)));
        people.extend(endorsed.into_iter().filter(|actor| own.endorsed[*actor].1 >= KNOWN));
        let tags: &[Tag] = match self.topics.tags.get(row) {
            Some(tags) if is_claim => tags,
            _ => &[],
        };
        people.extend(
            tags.iter()
                .map(|tag| if tag.is_own { &row.0 } else { &tag.by })
                .filter(|by| *by == &row.0 || is_known(by)),
        );
        told.is_shown = is_heard && people.len() >= 2;

        told.add("audience", own.audience.clone());
        let endorsed = own.endorsed.values().map(|(part, _, id)| (id.clone(), *part));
        told.add("endorsement", endorsed.collect());
        told.add("ancestor", topics);
        let mut tags: Vec<&Tag> = tags.iter().collect();
        tags.sort_by(|a, b| (a.at, a.weight).partial_cmp(&(b.at, b.weight)).expect("numbers"));
        // Of an id on both sides the latest act.
        for tag in tags {
            let weight = tag.weight * left(self.topics.end - tag.at, 30.0);
            told.evidence.insert(("tag", tag.id.clone()), weight);
        }
        told
    }
}

/// The three with the greatest parts above 0; of equals the lesser.
fn greatest<'a>(parts: impl Iterator<Item = (&'a String, f64)>) -> Vec<&'a String> {
    let mut parts: Vec<(&String, f64)> = parts.filter(|(_, part)| *part > 0.0).collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    parts.into_iter().take(3).map(|(who, _)| who).collect()
}

/// How seasoned an account is that was seen on so many days of the warehouse's history.
fn season(days: f64, history: f64) -> f64 {
    let season = |days: f64| 1.0 - (-((days - 1.0) / 10.0).powi(2)).exp();
    if history > 1.0 {
        (season(days) / season(history)).min(1.0)
    } else {
        1.0
    }
}

impl Credible {
    /// Adds pieces of a kind.
    fn add(&mut self, kind: &'static str, parts: BTreeMap<String, f64>) {
        let parts = parts.into_iter().filter(|(_, part)| *part > 0.0);
        self.evidence.extend(parts.map(|(id, part)| ((kind, id), part)));
    }
}
