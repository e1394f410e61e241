//! The day before the snapshot date, as the reasons of changes need it: its persons with their trust, ranks and sums under
//! the current model.

use std::collections::HashMap;

use super::merge::MergeResult;
use super::pair_step::PairStep;
use super::remote_steps::PAIR_STEPS;
use super::spread_graph::{PROPAGATION_STEPS, SpreadGraph};
use crate::job::Job;
use crate::state::stored_pairs::PairReading;
use crate::state::{RunState, find_moment};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::ids::HashKey;
use clout_model::accounts::AccountIndex;
use clout_model::influence::attention::ScoringMoment;
use clout_model::influence::attention_entries::DateReading;
use clout_model::influence::changes::strength_moves::{AccountStrengths, NO_PERSON, StateReading};
use clout_model::influence::kept_scores::KeptScores;
use clout_model::influence::score::ContributionSum;
use clout_model::influence::scoring::{PeopleScores, PersonActivity};
use clout_model::influence::trust::compute_trust;
use clout_model::people::persons::PersonMap;
use clout_steps::BlockSpace;
use clout_warehouse::store::Store;

/// Persons of the day before.
pub struct PreviousDay {
    /// The day before.
    pub date: Day,
    /// Lengths of the history on that day.
    pub moment: ScoringMoment,
    /// Persons, in order of ids.
    pub persons: PersonMap,
    /// Trust of each person.
    pub trust: Vec<f64>,
    /// Rank factor of each person.
    pub rank_factors: Vec<f64>,
    /// Sum of each person's contributions.
    pub sums: Vec<Option<ContributionSum>>,
    /// By person and network: true if the person has a post, or an account that a reference table lists.
    pub is_named: Vec<bool>,
    accounts: KnownAccounts,
}

/// Effects of the last load date, as needed for the reasons of changes.
pub struct LoadDateEffects {
    /// Strength of the reactions that the load date added.
    pub added: AccountStrengths,
    /// Person of the day before, by current node; [`NO_PERSON`] for new accounts.
    pub was: Vec<u32>,
    /// By current node: true if the owner of the account has opted out.
    pub is_opted_out: Vec<bool>,
}

impl PreviousDay {
    /// Scores the state, which must be as of `date`, or takes the scores that the run of that day kept.
    ///
    /// # Errors
    /// Returns an error if the pairs cannot be read.
    pub fn score(job: &Job, state: &mut RunState, store: &Store, space: &BlockSpace, date: Day) -> Result<PreviousDay> {
        let persons = PersonMap::from_owners(&state.accounts, &state.owners);
        let moment = find_moment(&state.histories, date);
        let params = job.model.params();
        let kept = state.kept_scores.take().filter(|kept| kept.len() == persons.len());
        let kept = match kept {
            Some(kept) => kept,
            None => compute_scores(job, state, store, space, &persons, &moment)?,
        };
        Ok(PreviousDay {
            date,
            trust: compute_trust(&persons, &state.activity, moment.warehouse_days, &params.trust),
            sums: kept.sums(&params.corroboration),
            rank_factors: kept.rank_factors,
            is_named: find_named(state, &persons, job.networks.len()),
            accounts: KnownAccounts::new(&state.accounts, &persons),
            moment,
            persons,
        })
    }

    /// Records the effects of merging `as_of`, and removes opted-out people from the state.
    ///
    /// # Errors
    /// Returns an internal error if a table of topics lacks a column.
    pub fn record_effects(
        &self,
        job: &Job,
        state: &mut RunState,
        merged: MergeResult,
        as_of: Day,
    ) -> Result<LoadDateEffects> {
        let moment = find_moment(&state.histories, as_of);
        let reading = StateReading {
            mixture: job.model.mixture(),
            moment: &moment,
            networks: state.accounts.networks(),
        };
        let effects = LoadDateEffects {
            added: reading.sum_new_strengths(merged.new_reactions),
            was: self.accounts.find_persons(&state.accounts, &self.persons),
            is_opted_out: merged.is_opted_out,
        };
        let key = HashKey::from_text(&job.state.hash_key);
        state.erase_accounts(&effects.is_opted_out, key)?;
        Ok(effects)
    }
}

fn compute_scores(
    job: &Job,
    state: &RunState,
    store: &Store,
    space: &BlockSpace,
    persons: &PersonMap,
    moment: &ScoringMoment,
) -> Result<KeptScores> {
    let now = DateReading {
        persons: &persons.by_account,
        moment,
    };
    let step = PairStep {
        job,
        state,
        pairs: PairReading {
            store,
            space,
            mixture: job.model.mixture(),
            accounts: state.accounts.len(),
            takes: false,
        },
        name: PAIR_STEPS[1],
        now,
        before: None,
        persons: persons.len(),
        base_folder: None,
    };
    let parts = step.run(None)?.parts;
    let activity = PersonActivity::compute(persons, &state.activity, moment, &job.model);
    let mut graph = SpreadGraph::choose(job, space, PROPAGATION_STEPS[1], parts.graph.edge_count());
    let spread = graph.as_mut().map(SpreadGraph::edges);
    let scored = PeopleScores::compute_from_attention(parts, &[], activity, &job.networks, &job.model, spread)?;
    Ok(KeptScores::from_people_scores(&scored))
}

/// Returns, by person and network, true if the person has a post, or an account that a reference table lists.
fn find_named(state: &RunState, persons: &PersonMap, networks: usize) -> Vec<bool> {
    let mut is_named = vec![false; persons.len() * networks];
    for (node, person) in (0..)
        .zip(&persons.by_account)
        .filter(|(_, person)| **person != NO_PERSON)
    {
        let cell = *person as usize * networks + state.accounts.network_of(node as u32);
        is_named[cell] |= state.activity[node].posts > 0 || state.is_listed[node] || state.owners[node].is_some();
    }
    is_named
}

/// Accounts of the day before. Permanent numbers are the same on the next day; the others are found by their ids.
struct KnownAccounts {
    numbered: u32,
    /// Persons of the other accounts.
    temporary: HashMap<(usize, Box<str>), u32>,
}

impl KnownAccounts {
    fn new(accounts: &AccountIndex, persons: &PersonMap) -> KnownAccounts {
        let temporary = accounts.numbered()..accounts.len() as u32;
        let named = temporary.map(|node| {
            let key = (accounts.network_of(node), accounts.id(node).into());
            (key, persons.by_account[node as usize])
        });
        KnownAccounts {
            numbered: accounts.numbered(),
            temporary: named.collect(),
        }
    }

    /// Returns the person of the day before of each account of `accounts`; [`NO_PERSON`] for new accounts.
    fn find_persons(&self, accounts: &AccountIndex, persons: &PersonMap) -> Vec<u32> {
        let person = |node: u32| match node < self.numbered {
            true => persons.by_account[node as usize],
            false => {
                let key = (accounts.network_of(node), accounts.id(node).into());
                self.temporary.get(&key).copied().unwrap_or(NO_PERSON)
            }
        };
        (0..accounts.len() as u32).map(person).collect()
    }
}
