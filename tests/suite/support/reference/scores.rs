//! Computes scores from counted rows, one person at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clout_base::day::Day;

use super::counted_acts::{Act, CountedActs, count_acts};
use super::interval;
use super::people::PeopleMap;
use super::ranks::{compute_ranks, trust};
use super::{Account, DAY, drop_forgotten};
use crate::support::warehouse::Warehouse;

pub const HALF_LIVES: [f64; 5] = [0.35, 3.0, 10.0, 30.0, 90.0];
pub const MASSES: [f64; 5] = [0.115, 0.04, 0.2, 0.325, 0.32];
pub const BETA: f64 = 4.0;
pub const BASE: f64 = 0.25;

/// Expected scores of one person.
#[derive(Clone, Debug, Default)]
pub struct PersonScore {
    pub score: Option<f64>,
    pub reach: f64,
    pub amplification: Option<f64>,
    pub audience_influence: Option<f64>,
    pub last_active_at: Option<i64>,
    pub networks: BTreeMap<String, NetworkScore>,
    /// By reactor: share of the person's contributions, and reactions.
    pub reactors: HashMap<String, (f64, u64)>,
    /// By reactor: parts of known and of unknown reactors.
    pub parts: Vec<(String, f64, f64)>,
    /// Both ends of the interval.
    pub interval: Option<(f64, f64)>,
    pub coverage: f64,
}

/// Part of one network.
#[derive(Clone, Debug, Default)]
pub struct NetworkScore {
    pub score: Option<f64>,
    pub reach: f64,
    pub reactions: u64,
    pub posts: u64,
    pub share: Option<f64>,
    /// Contribution to I.
    pub contributed: f64,
    /// True if the person reacted or received a reaction on the network.
    pub is_reacting: bool,
}

/// Attention from one person to another.
#[derive(Clone, Debug, Default)]
struct GivenAttention {
    /// Decayed sum and reactions by network.
    networks: BTreeMap<String, (f64, u64)>,
}

impl GivenAttention {
    fn amount(&self) -> f64 {
        let s: f64 = self.networks.values().map(|(s, _)| s).sum();
        (1.0 + BETA) * s / (s + BETA)
    }

    fn reactions(&self) -> u64 {
        self.networks.values().map(|(_, count)| count).sum()
    }

    /// Returns the part of one network, in proportion to its sums, or to the numbers of reactions if all sums are 0.
    fn part(&self, network: &str) -> f64 {
        let whole: f64 = self.networks.values().map(|(s, _)| s).sum();
        match self.networks.get(network) {
            Some((s, _)) if whole > 0.0 => s / whole,
            Some((_, count)) => *count as f64 / self.reactions() as f64,
            None => 0.0,
        }
    }
}

/// Computes K(age), age in days.
fn kernel(age: f64) -> f64 {
    HALF_LIVES
        .iter()
        .zip(MASSES)
        .map(|(h, m)| m / h * (-age / h * std::f64::consts::LN_2).exp())
        .sum()
}

/// Computes M(H), H in days.
fn steady_mass(history: f64) -> f64 {
    HALF_LIVES
        .iter()
        .zip(MASSES)
        .map(|(h, m)| m * (1.0 - (-history / h * std::f64::consts::LN_2).exp()))
        .sum()
}

pub fn score(influence: f64) -> f64 {
    (20.0 + 12.0 * (influence / (1.0 + BASE)).log10()).clamp(1.0, 100.0)
}

/// Computes the scores of all people at `as_of`, from all rows delivered until then.
pub fn compute_scores(warehouse: &Warehouse, as_of: Day) -> BTreeMap<String, PersonScore> {
    let people = PeopleMap::new(warehouse, as_of);
    let counted = count_acts(warehouse, &people, as_of);
    let mut scored = list_present(warehouse, &people, &counted, as_of);
    let given = sum_given(&people, &counted, as_of, &mut scored);
    let history = f64::from(as_of.0 + 1 - counted.first_load_date);
    let trust = trust(
        &counted.seen_at,
        |account| (!people.is_opted_out(account)).then(|| people.person(account)),
        history,
    );
    let raw: HashMap<(String, String), f64> = given
        .iter()
        .map(|(pair, given)| (pair.clone(), given.amount()))
        .collect();
    let amounts = reduce_returned(&raw, &trust);
    let ranks = compute_ranks(&amounts, &trust);
    let weight = |reactor: &String| {
        let rho = ranks.get(reactor).copied().unwrap_or(0.95);
        (trust.get(reactor).copied().unwrap_or(0.0), rho)
    };
    let mut by_target: BTreeMap<&String, Vec<(&String, &GivenAttention)>> = BTreeMap::new();
    for ((reactor, target), given) in &given {
        by_target.entry(target).or_default().push((reactor, given));
    }
    for (target, edges) in &by_target {
        let person = scored.get_mut(*target).expect("each target is present");
        person.set_totals(target, edges, &amounts, &weight);
    }
    interval::set_intervals(&mut scored, warehouse, &counted, as_of);
    let values: HashMap<String, f64> = scored
        .iter()
        .filter_map(|(id, person)| Some((id.clone(), person.score?)))
        .collect();
    for person in scored.values_mut().filter(|person| person.score.is_some()) {
        let mean = person
            .reactors
            .iter()
            .map(|(id, (share, _))| share * values.get(id).copied().unwrap_or(1.0));
        person.audience_influence = Some(mean.sum());
    }
    scored
}

/// Reduces the attention of reactors that an unknown target reacted to.
fn reduce_returned(
    raw: &HashMap<(String, String), f64>,
    trust: &HashMap<String, f64>,
) -> HashMap<(String, String), f64> {
    let reduced = |(pair, amount): (&(String, String), &f64)| {
        let (reactor, target) = pair;
        let back = raw.get(&(target.clone(), reactor.clone())).copied().unwrap_or(0.0);
        let unknown = 1.0 - trust.get(target).copied().unwrap_or(0.0);
        let share = back / (1.0 + back);
        (pair.clone(), amount - amount * unknown * share)
    };
    raw.iter().map(reduced).collect()
}

impl PersonScore {
    fn set_totals(
        &mut self,
        target: &str,
        edges: &[(&String, &GivenAttention)],
        amounts: &HashMap<(String, String), f64>,
        weight: &dyn Fn(&String) -> (f64, f64),
    ) {
        let parts: Vec<(f64, f64)> = edges
            .iter()
            .map(|(reactor, _)| {
                let (g, rho) = weight(reactor);
                let amount = amounts[&((*reactor).clone(), target.to_owned())];
                (g * rho * amount, (1.0 - g) * rho * amount)
            })
            .collect();
        let ids = edges.iter().map(|(reactor, _)| (*reactor).clone());
        self.parts = ids.zip(&parts).map(|(id, (t, u))| (id, *t, *u)).collect();
        let trusted: f64 = parts.iter().map(|(t, _)| t).sum();
        let strangers: f64 = parts.iter().map(|(_, u)| u).sum();
        let believed = interval::limit_unknown(trusted, strangers);
        let phi = if strangers > 0.0 { believed / strangers } else { 1.0 };
        self.score = Some(score(BASE + trusted + believed));
        // If no contribution is above 0, shares are of the unknown reactors' attention, or of numbers of reactors.
        let stands_for: Vec<f64> = match (trusted + believed > 0.0, strangers > 0.0) {
            (true, _) => parts.iter().map(|(t, u)| t + phi * u).collect(),
            (false, true) => parts.iter().map(|(_, u)| *u).collect(),
            (false, false) => vec![1.0; parts.len()],
        };
        let is_contribution = trusted + believed > 0.0;
        let whole: f64 = stands_for.iter().sum();
        self.reach = effective_count(&stands_for);
        let reactions: u64 = edges.iter().map(|(_, given)| given.reactions()).sum();
        let posts: u64 = self.networks.values().map(|network| network.posts).sum();
        self.amplification = (posts > 0).then(|| reactions as f64 / posts as f64);
        for ((reactor, given), c) in edges.iter().zip(&stands_for) {
            self.reactors.insert((*reactor).clone(), (c / whole, given.reactions()));
        }
        for (name, network) in &mut self.networks {
            let here = edges
                .iter()
                .zip(&stands_for)
                .filter(|((_, given), _)| given.networks.contains_key(name));
            let parts: Vec<f64> = here.clone().map(|((_, given), c)| c * given.part(name)).collect();
            let sum: f64 = parts.iter().sum();
            network.reactions = here.map(|((_, given), _)| given.networks[name].1).sum();
            network.score = (network.reactions > 0).then(|| score(BASE + if is_contribution { sum } else { 0.0 }));
            network.reach = if sum > 0.0 { effective_count(&parts) } else { 0.0 };
            network.share = Some(sum / whole);
            network.contributed = if is_contribution { sum } else { 0.0 };
        }
    }
}

/// Computes (sum c)² / sum c².
fn effective_count(parts: &[f64]) -> f64 {
    let sum: f64 = parts.iter().sum();
    sum * sum / parts.iter().map(|part| part * part).sum::<f64>()
}

/// Sums decayed attention by reactor and target person, and marks both as present.
fn sum_given(
    people: &PeopleMap,
    counted: &CountedActs,
    as_of: Day,
    scored: &mut BTreeMap<String, PersonScore>,
) -> HashMap<(String, String), GivenAttention> {
    let mut pairs: HashMap<(Account, Account), Vec<&Act>> = HashMap::new();
    for act in &counted.reactions {
        let target = (act.network.clone(), act.target.clone().expect("a reaction"));
        pairs.entry((act.actor(), target)).or_default().push(act);
    }
    let mut given: HashMap<(String, String), GivenAttention> = HashMap::new();
    for ((actor, target), acts) in pairs {
        let (reactor, person) = (people.person(&actor), people.person(&target));
        let acts = drop_forgotten(&acts, |act| act.load_date, as_of.0);
        if acts.is_empty() || reactor == person || people.is_opted_out(&actor) || people.is_opted_out(&target) {
            continue;
        }
        let unit = kernel(0.0) * steady_mass(f64::from(as_of.0 + 1 - counted.began[&actor.0]));
        let entry = given.entry((reactor.clone(), person.clone())).or_default();
        let (sum, count) = entry.networks.entry(actor.0.clone()).or_default();
        for act in &acts {
            let age = (i64::from(as_of.0 + 1) * DAY - act.at) as f64 / DAY as f64;
            *sum += act.weight * kernel(age) / unit;
            *count += 1;
        }
        for id in [&reactor, &person] {
            let networks = &mut scored.entry(id.clone()).or_default().networks;
            networks.entry(actor.0.clone()).or_default().is_reacting = true;
        }
        let last = acts.iter().map(|act| act.at).max();
        let reactor = scored.entry(reactor).or_default();
        reactor.last_active_at = reactor.last_active_at.max(last);
    }
    given
}

/// Lists the people that posted, or are in accounts or identities.
fn list_present(
    warehouse: &Warehouse,
    people: &PeopleMap,
    counted: &CountedActs,
    as_of: Day,
) -> BTreeMap<String, PersonScore> {
    let mut scored: BTreeMap<String, PersonScore> = BTreeMap::new();
    let named: BTreeSet<Account> = people
        .claimed_accounts()
        .into_iter()
        .chain(people.listed_accounts(warehouse))
        .collect();
    for account in named.iter().filter(|account| !people.is_opted_out(account)) {
        scored
            .entry(people.person(account))
            .or_default()
            .networks
            .entry(account.0.clone())
            .or_default();
    }
    let mut posts: HashMap<Account, Vec<&Act>> = HashMap::new();
    for act in &counted.posts {
        posts.entry(act.actor()).or_default().push(act);
    }
    for (account, acts) in posts.iter().filter(|(account, _)| !people.is_opted_out(account)) {
        let acts = drop_forgotten(acts, |act| act.load_date, as_of.0);
        if !acts.is_empty() {
            let person = scored.entry(people.person(account)).or_default();
            person.last_active_at = person.last_active_at.max(acts.iter().map(|act| act.at).max());
            person.networks.entry(account.0.clone()).or_default().posts += acts.len() as u64;
        }
    }
    for person in scored.values_mut() {
        let posts: u64 = person.networks.values().map(|network| network.posts).sum();
        person.amplification = (posts > 0).then_some(0.0);
    }
    scored
}
