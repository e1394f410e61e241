//! State of a snapshot, loaded and scored again in the same way as by its run.

use serde_json::Value;

use super::ExplainRequest;
use crate::job::{Job, restore_job};
use crate::pipeline::observer::RunObserver;
use crate::pipeline::plan::state_requirements;
use crate::pipeline::scored_state::ScoredState;
use crate::queries::person_rows::JsonRow;
use crate::state::state_files::{StateRequirements, load_state, state_folder};
use crate::state::{RunState, find_moment};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::influence::attention::ScoringMoment;
use clout_model::influence::scoring::{AccountState, PeopleScores};

/// Largest allowed difference between a recomputed and the published score.
const SAME_SCORE: f64 = 1e-9;

/// Scored state of a snapshot, and the index of the person in it.
pub struct LoadedState {
    /// Job that produced the snapshot.
    pub job: Job,
    /// Loaded state.
    pub state: RunState,
    /// Scores of the state.
    pub scored_state: ScoredState,
    /// Index of the person.
    pub person_index: usize,
    as_of: Day,
}

impl LoadedState {
    /// Loads and scores the state of the snapshot. `scores` is the person's published row. Returns `Ok(Err(why))` if
    /// the state cannot be used or yields another score than the published one.
    pub fn load(
        question: &ExplainRequest,
        scores: &JsonRow,
        watch: &dyn RunObserver,
    ) -> Result<std::result::Result<LoadedState, String>> {
        watch.begin_stage("reading the state");
        let (job, state) = match read(question)? {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        watch.begin_stage("scoring the state");
        let as_of = question.manifest.snapshot_date;
        let judged = ScoredState::compute(&job, &state, as_of, &mut || ())?;
        let differs = || format!("the scores recomputed from the state of {as_of} differ from the published ones");
        let Some(person) = judged.persons.find_index(question.person_id) else {
            return Ok(Err(differs()));
        };
        let person = person as usize;
        let published = scores.get("score").and_then(Value::as_f64);
        let is_same = match (judged.scored.scores.score(person), published) {
            (Some(again), Some(published)) => (again - published).abs() <= SAME_SCORE,
            (again, published) => again == published,
        };
        let reopened = LoadedState {
            job,
            state,
            scored_state: judged,
            person_index: person,
            as_of,
        };
        Ok(if is_same { Ok(reopened) } else { Err(differs()) })
    }

    /// Returns the id of the owner of an account `<network>:<account_id>` on the snapshot date. Returns `None`
    /// if the state is missing, or has no such account, or the account has no owner.
    pub fn find_owner(question: &ExplainRequest) -> Result<Option<String>> {
        let Some((network, account_id)) = question.person_id.split_once(':') else {
            return Ok(None);
        };
        let Ok((_, state)) = read(question)? else {
            return Ok(None);
        };
        let names = state.accounts.network_names();
        let index = names.iter().position(|name| name == network);
        let node = index.and_then(|index| state.accounts.find(index, account_id));
        Ok(node.and_then(|node| state.owners[node as usize].as_deref().map(str::to_owned)))
    }

    /// Returns the index of a person.
    pub fn find_person(&self, person_id: &str) -> Option<u32> {
        self.scored_state.persons.find_index(person_id)
    }

    /// Returns the id of a person.
    pub fn person_id(&self, person: u32) -> &str {
        &self.scored_state.persons.ids[person as usize]
    }

    /// Returns the scores and their inputs.
    pub fn scored(&self) -> &PeopleScores {
        &self.scored_state.scored
    }

    /// Returns the end of the day `days` days after the snapshot date.
    pub fn moment_after(&self, days: i32) -> ScoringMoment {
        find_moment(&self.state.histories, Day(self.as_of.0 + days))
    }

    /// Returns the account sums of the state.
    pub fn account_state(&self) -> AccountState<'_> {
        self.state.account_state(&self.scored_state.persons)
    }
}

/// Reads the job that produced the snapshot, and its state. Explaining needs no hashes, so the hash key is not checked.
fn read(question: &ExplainRequest) -> Result<std::result::Result<(Job, RunState), String>> {
    let manifest = question.manifest;
    let job = match restore_job(question.job, &manifest.model_version, &manifest.parameters)? {
        Ok(job) => job,
        Err(why) => return Ok(Err(why)),
    };
    let date = manifest.snapshot_date;
    let wanted = StateRequirements {
        hash_key: None,
        ..state_requirements(&job)
    };
    let found = load_state(question.store, &state_folder(date, &manifest.commit_id), &wanted)?;
    Ok(match found {
        Ok(state) => Ok((job, state)),
        Err(why) => Err(format!(
            "the state of {date} cannot be used: {why} (state.keep sets the number of newest snapshots with a state, \
             by default 3)"
        )),
    })
}
