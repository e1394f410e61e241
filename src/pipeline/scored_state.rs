//! Persons of one date with their scores.

use super::spread_graph::{PROPAGATION_STEPS, SpreadGraph};
use crate::job::Job;
use crate::state::{RunState, find_moment};
use crate::tables::SnapshotInputs;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::influence::attention_build::AttentionParts;
use clout_model::influence::interval::ScoreInterval;
use clout_model::influence::pair_table::PairTable;
use clout_model::influence::reaction_acts::ReactionActs;
use clout_model::influence::scoring::{PeopleScores, PersonActivity};
use clout_model::people::persons::PersonMap;
use clout_model::people::presence::PresenceTable;
use clout_steps::BlockSpace;
use clout_topics::ontology::Ontology;
use clout_topics::person_tables::TopicInputs;

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

/// Persons of one date, with all that their scores need of the accounts.
pub struct ActivePersons {
    /// Persons, in order of ids.
    pub persons: PersonMap,
    /// Networks and posts by person.
    pub presences: PresenceTable,
    /// Trust and seasoning by person.
    pub activity: PersonActivity,
}

impl ActivePersons {
    /// Computes the values of `persons` from the accounts of `state` and the acts of the pairs.
    pub fn compute(job: &Job, state: &RunState, as_of: Day, persons: PersonMap, acts: &ReactionActs) -> ActivePersons {
        let moment = find_moment(&state.histories, as_of);
        ActivePersons {
            presences: PresenceTable::compute(&state.presence_sources(), &persons, acts),
            activity: PersonActivity::compute(&persons, &state.activity, &moment, &job.model),
            persons,
        }
    }
}

impl ScoredState {
    /// Scores active persons at the snapshot date by their attention. `trust_before` is the trust on the day before, if the
    /// attention is of two dates.
    ///
    /// # Errors
    /// Returns an internal error if the attention does not form a valid graph, or an error of the store of blocks.
    pub fn compute(
        job: &Job,
        as_of: Day,
        active: ActivePersons,
        mut parts: AttentionParts,
        trust_before: &[f64],
        space: &BlockSpace,
    ) -> Result<ScoredState> {
        // Persons of the day before only have no edge.
        parts.graph.offsets.truncate(active.persons.len() + 1);
        let (networks, model) = (&job.networks, &job.model);
        let mut graph = SpreadGraph::choose(job, space, PROPAGATION_STEPS[0], parts.graph.edge_count());
        let spread = graph.as_mut().map(SpreadGraph::edges);
        let activity = active.activity;
        Ok(ScoredState {
            as_of,
            scored: PeopleScores::compute_from_attention(parts, trust_before, activity, networks, model, spread)?,
            presences: active.presences,
            persons: active.persons,
        })
    }

    /// Restores the scores that the run of `day` kept. `pairs` may be those of some persons: the scores do not depend on
    /// them. Returns `None` if the state has no scores.
    ///
    /// # Errors
    /// Returns an internal error if the attention does not form a valid graph.
    pub fn restore(job: &Job, state: &mut RunState, pairs: &PairTable, day: Day) -> Result<Option<ScoredState>> {
        let persons = PersonMap::from_owners(&state.accounts, &state.owners);
        let Some(kept) = state.kept_scores.take().filter(|kept| kept.len() == persons.len()) else {
            return Ok(None);
        };
        let moment = find_moment(&state.histories, day);
        let memory = state.account_state(pairs, &persons);
        let attention = memory.compute_attention(&moment, &job.model);
        let scored = PeopleScores::restore(attention, &memory, &moment, &job.model, kept)?;
        drop(memory);
        Ok(Some(ScoredState {
            as_of: day,
            presences: PresenceTable::compute(&state.presence_sources(), &persons, &scored.acts),
            persons,
            scored,
        }))
    }

    /// Returns the inputs of topic scores. `state` is the scored state.
    pub fn topic_inputs<'a>(&'a self, job: &'a Job, state: &'a RunState, ontology: &'a Ontology) -> TopicInputs<'a> {
        TopicInputs {
            state: &state.topics,
            ontology,
            accounts: &state.accounts,
            persons: &self.persons,
            are_present: self.presences.present_persons(self.persons.len()),
            model: &job.model,
            as_of: self.as_of,
        }
    }

    /// Returns the inputs of the tables, and of rows that `explain` builds like a table. Without `coverage` and
    /// `intervals` (empty), `scores` cannot be built.
    pub fn snapshot_inputs<'a>(
        &'a self,
        job: &'a Job,
        coverage: &'a [f64],
        intervals: &'a [Option<ScoreInterval>],
    ) -> SnapshotInputs<'a> {
        SnapshotInputs {
            networks: &job.networks,
            persons: &self.persons,
            presences: &self.presences,
            attention: &self.scored.attention,
            model: self.scored.contribution_model(&job.model),
            scale: &self.scored.scale,
            scores: &self.scored.scores,
            coverage,
            intervals,
        }
    }
}
