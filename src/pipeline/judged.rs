//! Scores a state at its date.

use crate::job::Job;
use crate::state::{State, moment};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::influence::scoring::{Memory, Scored};
use clout_model::people::persons::Persons;
use clout_model::people::presence::Presences;

/// Persons of one date with their scores.
pub struct Judged {
    /// Snapshot date.
    pub as_of: Day,
    /// Persons, in order of ids.
    pub persons: Persons,
    /// Networks and posts by person.
    pub presences: Presences,
    /// Scores and their inputs.
    pub scored: Scored,
}

impl Judged {
    /// Scores the state at the snapshot date. Calls `attended` between the two long steps, attention and propagation,
    /// so that the caller can time them.
    pub fn of(job: &Job, state: &State, as_of: Day, attended: &mut dyn FnMut()) -> Result<Judged> {
        let persons = Persons::assign(&state.accounts, &state.owners);
        let presences = Presences::of(&state.presence_sources(), &persons);
        let moment = moment(&state.histories, as_of);
        let memory = Memory {
            pairs: &state.pairs,
            facts: &state.facts,
            persons: &persons,
            network_of: &|node| state.accounts.network_of(node),
        };
        let attention = memory.attention(&moment, &job.model);
        attended();
        let scored = Scored::of_attention(attention, &memory, &moment, &job.networks, &job.model)?;
        Ok(Judged {
            as_of,
            persons,
            presences,
            scored,
        })
    }
}
