//! Computes the trust of persons, and its propagation as a Neumann series over all walks.

use std::collections::{BTreeSet, HashMap};

use super::{Account, DAY};

const DAMPING: f64 = 0.85;
const SETTLED_AFTER_DAYS: f64 = 4.0;
const SPAN_DAYS: f64 = 0.5;

/// Computes g of an account that was seen at these times, at so many days of the warehouse's history.
pub fn trust_of_account(seen_at: &BTreeSet<i64>, history_days: f64) -> f64 {
    let (Some(first), Some(last)) = (seen_at.first(), seen_at.last()) else {
        return 0.0;
    };
    let days: BTreeSet<i64> = seen_at.iter().map(|at| at.div_euclid(DAY)).collect();
    let smooth = |x: f64| x.clamp(0.0, 1.0).powi(2) * (3.0 - 2.0 * x.clamp(0.0, 1.0));
    let span = (last - first) as f64 / DAY as f64;
    let known = (1.0 - (-2.0 * (days.len() as f64 - 1.0)).exp()) * smooth(span / SPAN_DAYS);
    let settled = smooth((history_days - 1.0) / (SETTLED_AFTER_DAYS - 1.0));
    1.0 - settled * (1.0 - known)
}

/// Computes g of each person: the best account's.
pub fn trust(
    seen_at: &HashMap<Account, BTreeSet<i64>>,
    person_of: impl Fn(&Account) -> Option<String>,
    history_days: f64,
) -> HashMap<String, f64> {
    let mut trust: HashMap<String, f64> = HashMap::new();
    for (account, seen_at) in seen_at {
        if let Some(person) = person_of(account) {
            let best = trust.entry(person).or_default();
            *best = best.max(trust_of_account(seen_at, history_days));
        }
    }
    trust
}

/// Computes rho of each person from x = (1 - d) sum over walks of (d P^T)^k g, less direct returns. `amounts` is by
/// reactor and target. Absent people have no edges.
pub fn compute_ranks(amounts: &HashMap<(String, String), f64>, trust: &HashMap<String, f64>) -> HashMap<String, f64> {
    let mut given: HashMap<&str, f64> = HashMap::new();
    for ((reactor, _), amount) in amounts {
        *given.entry(reactor).or_default() += amount;
    }
    let p = |from: &str, to: &str| {
        let amount = amounts.get(&(from.to_owned(), to.to_owned())).copied().unwrap_or(0.0);
        if amount > 0.0 { amount / given[from] } else { 0.0 }
    };
    let mut step: HashMap<String, f64> = trust
        .iter()
        .map(|(person, g)| (person.clone(), (1.0 - DAMPING) * g))
        .collect();
    let mut x = step.clone();
    while step.values().sum::<f64>() > 1e-17 {
        let mut next: HashMap<String, f64> = HashMap::new();
        for ((reactor, target), amount) in amounts.iter().filter(|(_, amount)| **amount > 0.0) {
            let carried = step.get(reactor).copied().unwrap_or(0.0);
            *next.entry(target.clone()).or_default() += DAMPING * carried * amount / given[reactor.as_str()];
        }
        for (person, more) in &next {
            *x.entry(person.clone()).or_default() += more;
        }
        step = next;
    }
    let mut back: HashMap<&str, f64> = HashMap::new();
    for (reactor, target) in amounts.keys() {
        *back.entry(reactor).or_default() += DAMPING * DAMPING * p(reactor, target) * p(target, reactor);
    }
    let everybody: BTreeSet<&String> = amounts.keys().flat_map(|(a, b)| [a, b]).chain(trust.keys()).collect();
    let rho = |person: &String| {
        let x = x.get(person).copied().unwrap_or(0.0) * (1.0 - back.get(person.as_str()).copied().unwrap_or(0.0));
        1.0 + 0.5 * (x - 1.0) / (x + 10.0)
    };
    everybody
        .into_iter()
        .map(|person| (person.clone(), rho(person)))
        .collect()
}

/// Computes the seasoning of an account that was seen on so many days of the warehouse's history.
pub fn compute_seasoning(days: f64, history: f64) -> f64 {
    let rise = |days: f64| 1.0 - (-((days - 1.0) / 10.0).powi(2)).exp();
    if history > 1.0 {
        (rise(days) / rise(history)).min(1.0)
    } else {
        1.0
    }
}
