//! Scores a state at its date.

use crate::job::Job;
use crate::state::{RunState, find_moment};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::influence::scoring::{AccountState, PeopleScores};
use clout_model::people::persons::PersonMap;
use clout_model::people::presence::PresenceTable;

/// Persons of one date with their scores.
pub struct ScoredState {
    /// Snapshot date.
    pub as_of: Day,
    /// Persons, in order of ids.
    pub persons: PersonMap,
    /// Networks and posts by person.
    pub presences: PresenceTable,
    /// Scores and their inputs.
    pub scored: PeopleScores,
}

impl ScoredState {
    /// Scores the state at the snapshot date. Calls `attended` between the two long steps, attention and propagation,
    /// so that the caller can time them.
    pub fn compute(job: &Job, state: &RunState, as_of: Day, attended: &mut dyn FnMut()) -> Result<ScoredState> {
        let persons = PersonMap::from_owners(&state.accounts, &state.owners);
        let presences = PresenceTable::compute(&state.presence_sources(), &persons);
        let moment = find_moment(&state.histories, as_of);
        let memory = AccountState {
            pairs: &state.pairs,
            facts: &state.activity,
            persons: &persons,
            network_of: &|node| state.accounts.network_of(node),
        };
        let attention = memory.compute_attention(&moment, &job.model);
        attended();
        let scored = PeopleScores::compute_from_attention(attention, &memory, &moment, &job.networks, &job.model)?;
        Ok(ScoredState {
            as_of,
            persons,
            presences,
            scored,
        })
    }
}
