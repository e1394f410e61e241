//! A state judged at its date: who is there, and where they stand.

use crate::job::Job;
use crate::state::{State, moment};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::influence::scoring::{Memory, Scored};
use clout_model::people::persons::Persons;
use clout_model::people::presence::Presences;

/// One date's scores, and whom they are of.
pub struct Judged {
    /// The date.
    pub as_of: Day,
    /// The persons.
    pub persons: Persons,
    /// Who is there.
    pub presences: Presences,
    /// Scores, and what they were made from.
    pub scored: Scored,
}

impl Judged {
    /// Scores the state at the snapshot date; `attended` is called between the two long steps.
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
