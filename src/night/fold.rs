//! Tonight's rows go into yesterday's state.

use std::collections::BTreeMap;

use super::ownership::{Changes, Ownership, follow, is_one_person};
use crate::day::Day;
use crate::error::Result;
use crate::influence::pairs::{self, FoldParams, Pairs};
use crate::influence::recency::Mixture;
use crate::intake::accounts::{Merged, merge};
use crate::intake::activities::{Intake, Rows};
use crate::intake::ids::HashKey;
use crate::intake::interner::{Interner, NO_NODE};
use crate::intake::reference::{Claim, Reference};
use crate::job::Job;
use crate::networks::Network;
use crate::networks::covisit::CheckIn;
use crate::settle::contested;
use crate::settle::copies::{self, Settled};
use crate::settle::facts::{self, Post};
use crate::settle::reactions::{Reaction, budget_sizes, settle_twins};
use crate::state::{History, State};
use crate::tables::run_metrics::Metrics;
use crate::warehouse::layout::Inventory;
use crate::warehouse::store::Store;

/// Where tonight's rows came from.
pub struct Sources<'a> {
    /// The job.
    pub job: &'a Job,
    /// The input store, for the few rows whose objects decide.
    pub input: &'a Store,
    /// The listing.
    pub inventory: &'a Inventory,
    /// The snapshot date.
    pub as_of: Day,
    /// The first load date that is read tonight.
    pub first: Day,
}

/// Folds everything into `state`, which is then as of the snapshot date and holds nobody who opted out.
pub fn fold(
    state: &mut State,
    mut intake: Intake,
    mut reference: Reference,
    sources: &Sources,
    metrics: &mut Metrics,
) -> Result<()> {
    let job = sources.job;
    for (network, (read, refused)) in intake.refused_by_network() {
        metrics.add("rows_read", network, read as f64);
        metrics.add("rows_refused", network, refused as f64);
    }
    let merged = merge_accounts(state, &intake, &reference);
    state.renumber(merged.accounts, &merged.from_state);
    let interners = std::mem::take(&mut intake.interners);
    for (rows, to) in intake.rows.iter_mut().zip(&merged.from_interner) {
        rows.actors.iter_mut().for_each(|actor| *actor = to[*actor as usize]);
        rows.targets
            .iter_mut()
            .filter(|target| **target != NO_NODE)
            .for_each(|target| *target = to[*target as usize]);
    }
    drop(interners);
    let ownership = apply_reference(state, &mut reference, &merged.from_interner, job);
    let mixture = Mixture::new(&job.model.recency);
    let params = FoldParams {
        mixture: &mixture,
        budget: job.model.selectivity.budget,
        as_of: sources.as_of,
    };
    let mut folded = Pairs::default();
    let all_rows = std::mem::take(&mut intake.rows);
    for (place, rows) in all_rows.into_iter().enumerate() {
        let first_load_date = intake.first_load_dates[place];
        let follows = follows_by_date(&mut reference, place, &merged.from_interner[place]);
        let settled = settle(
            state,
            place,
            rows,
            first_load_date,
            follows,
            &ownership,
            sources,
            metrics,
        )?;
        let sizes = budget_sizes(&settled);
        let old = state.pairs.rows_of(state.accounts.nodes(place));
        folded.append(pairs::fold(&state.pairs, old, &settled, &sizes, &params));
    }
    state.pairs = folded;
    state.facts.iter_mut().for_each(|facts| facts.forget(sources.as_of));
    state.as_of = Some(sources.as_of);
    let known_until = sources.first.minus(1);
    let mut closed: Vec<_> = std::mem::take(&mut state.closed);
    let is_tonight = |key: &str| !closed.iter().any(|object| object.key == key);
    let until_before: std::collections::BTreeSet<&str> = sources
        .inventory
        .files_until(known_until)
        .map(|o| o.key.as_str())
        .collect();
    let new: Vec<_> = sources
        .inventory
        .files_until(sources.as_of)
        .filter(|o| !until_before.contains(o.key.as_str()) && is_tonight(&o.key))
        .cloned()
        .collect();
    closed.extend(new);
    state.closed = closed;
    let is_gone: Vec<bool> = ownership
        .gone_since
        .iter()
        .map(|since| *since <= sources.as_of)
        .collect();
    state.prune(&is_gone, mixture.len());
    Ok(())
}

/// Accounts of the state and of everything tonight that counts.
fn merge_accounts(state: &State, intake: &Intake, reference: &Reference) -> Merged {
    let mut is_used: Vec<Vec<bool>> = intake
        .interners
        .iter()
        .map(|interner: &Interner| vec![false; interner.number_bound()])
        .collect();
    for (network, rows) in intake.rows.iter().enumerate() {
        for number in rows
            .actors
            .iter()
            .chain(&rows.targets)
            .filter(|number| **number != NO_NODE)
        {
            is_used[network][*number as usize] = true;
        }
    }
    for (network, numbers) in &reference.listed {
        numbers
            .iter()
            .for_each(|number| is_used[*network][*number as usize] = true);
    }
    for (network, by_date) in &reference.follows {
        by_date.values().flatten().for_each(|(from, to)| {
            is_used[*network][*from as usize] = true;
            is_used[*network][*to as usize] = true;
        });
    }
    for claim in reference.identities.values().flatten() {
        is_used[claim.network][claim.account as usize] = true;
    }
    merge(&state.accounts, &intake.interners, &|network, number| {
        is_used[network][number as usize]
    })
}

/// Listings, identities and opt-outs come into force.
fn apply_reference(state: &mut State, reference: &mut Reference, nodes: &[Vec<u32>], job: &Job) -> Ownership {
    for (network, numbers) in &reference.listed {
        for node in state.accounts.nodes(*network) {
            state.is_listed[node as usize] = false;
        }
        for number in numbers {
            state.is_listed[nodes[*network][*number as usize] as usize] = true;
        }
    }
    let as_nodes = |claims: Vec<Claim>| {
        claims
            .into_iter()
            .map(|claim| Claim {
                account: nodes[claim.network][claim.account as usize],
                ..claim
            })
            .collect()
    };
    let identities = std::mem::take(&mut reference.identities)
        .into_iter()
        .map(|(day, claims)| (day, as_nodes(claims)))
        .collect();
    let opt_outs = reference
        .opt_outs
        .iter()
        .map(|(day, persons)| (*day, persons.as_slice()))
        .collect();
    follow(
        state,
        &Changes { identities, opt_outs },
        HashKey::of_text(&job.state.hash_key),
    )
}

fn follows_by_date(reference: &mut Reference, place: usize, nodes: &[u32]) -> BTreeMap<Day, Vec<(u32, u32)>> {
    let by_date = reference.follows.remove(&place).unwrap_or_default();
    let as_nodes = |pairs: Vec<(u32, u32)>| {
        let mut pairs: Vec<(u32, u32)> = pairs
            .into_iter()
            .map(|(from, to)| (nodes[from as usize], nodes[to as usize]))
            .collect();
        pairs.sort_unstable();
        pairs.dedup();
        pairs
    };
    by_date.into_iter().map(|(day, pairs)| (day, as_nodes(pairs))).collect()
}

/// One network's rows become counted posts and reactions; returns the reactions in order.
#[allow(clippy::too_many_arguments)]
fn settle(
    state: &mut State,
    place: usize,
    rows: Rows,
    first_load_date: Option<Day>,
    follows: BTreeMap<Day, Vec<(u32, u32)>>,
    ownership: &Ownership,
    sources: &Sources,
    metrics: &mut Metrics,
) -> Result<Vec<Reaction>> {
    let network = &sources.job.networks[place];
    let max_lateness_days = sources.job.input.max_lateness_days;
    let mut settled = copies::settle(&rows, &state.delivered[place], sources.as_of, max_lateness_days);
    if !settled.contested.is_empty() {
        settled.contested.sort();
        for row in contested::choose(
            sources.input,
            sources.inventory,
            network,
            place,
            &state.accounts,
            &rows,
            &settled.contested,
        )? {
            settled.is_kept[row] = true;
        }
    }
    state.delivered[place] = std::mem::take(&mut settled.delivered);
    note_history(state, place, &rows, &settled, first_load_date);
    let (posts, mut reactions, check_ins) = split(&rows, &settled, network);
    drop(rows);
    if let Some(rule) = &network.co_visit {
        let memory = &mut state.co_visits[place];
        let mut follows = follows.into_iter().peekable();
        let mut credited = 0;
        for (load_date, delivered) in check_ins {
            while let Some((_, pairs)) = follows.next_if(|(day, _)| *day <= load_date) {
                memory.follows = pairs;
            }
            let is_gone = |account: u32| ownership.gone_since[account as usize] <= load_date;
            let derived = memory.derive(delivered, load_date, rule, &is_gone);
            credited += derived.len();
            reactions.extend(derived);
        }
        if let Some((_, pairs)) = follows.last() {
            memory.follows = pairs;
        }
        memory.forget(sources.as_of, max_lateness_days, rule);
        metrics.add("co_visits", &network.name, credited as f64);
    }
    let twins = settle_twins(&mut reactions, network);
    let derived = network.co_visit.as_ref().map(|rule| rule.verb);
    let delivered: Vec<Reaction> = reactions.iter().copied().filter(|r| Some(r.verb) != derived).collect();
    facts::fold(&mut state.facts, &delivered, &posts);
    let own = reactions
        .iter()
        .filter(|r| is_one_person(state, r.actor, r.target))
        .count();
    metrics.add("rows_copies", &network.name, settled.copies as f64);
    metrics.add("rows_twins", &network.name, twins as f64);
    metrics.add("reactions_self", &network.name, own as f64);
    metrics.add("reactions_counted", &network.name, (reactions.len() - own) as f64);
    metrics.add("posts_counted", &network.name, posts.len() as f64);
    Ok(reactions)
}

fn note_history(state: &mut State, place: usize, rows: &Rows, settled: &Settled, first_load_date: Option<Day>) {
    let (None, Some(first_load_date)) = (state.histories[place], first_load_date) else {
        return;
    };
    let of_first = rows
        .dates()
        .filter(|(day, _)| *day == first_load_date)
        .flat_map(|(_, range)| range);
    let oldest = of_first
        .filter(|row| settled.is_kept[*row])
        .map(|row| rows.occurred_at[row])
        .min();
    let oldest_day = oldest.map_or(first_load_date, Day::of_micros);
    state.histories[place] = Some(History {
        first_load_date,
        oldest_day,
    });
}

type CheckInsByDate = Vec<(Day, Vec<CheckIn>)>;

fn split(rows: &Rows, settled: &Settled, network: &Network) -> (Vec<Post>, Vec<Reaction>, CheckInsByDate) {
    let visit = network.co_visit.as_ref().map(|rule| rule.check_in);
    let (mut posts, mut reactions, mut check_ins) = (Vec::new(), Vec::new(), Vec::new());
    for (load_date, range) in rows.dates() {
        let mut visits = Vec::new();
        for row in range.filter(|row| settled.is_kept[*row]) {
            let (actor, occurred_at, verb) = (rows.actors[row], rows.occurred_at[row], rows.verbs[row]);
            if rows.is_post(row) {
                posts.push(Post {
                    actor,
                    load_date,
                    occurred_at,
                });
                if Some(verb) == visit {
                    visits.push(CheckIn {
                        venue: rows.venues[row],
                        account: actor,
                        occurred_at,
                        load_date,
                    });
                }
            } else {
                reactions.push(Reaction {
                    actor,
                    target: rows.targets[row],
                    occurred_at,
                    load_date,
                    verb,
                });
            }
        }
        check_ins.push((load_date, visits));
    }
    posts.sort_unstable();
    (posts, reactions, check_ins)
}
