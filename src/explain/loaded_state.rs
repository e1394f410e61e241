//! State of a snapshot, loaded with the scores that its run kept.

use serde_json::Value;

use super::ExplainRequest;
use crate::job::{Job, restore_job};
use crate::pipeline::observer::RunObserver;
use crate::pipeline::plan::state_requirements;
use crate::pipeline::scored_state::ScoredState;
use crate::queries::person_rows::JsonRow;
use crate::state::state_files::{self as state, StatePart, StateRequirements, load_state, state_folder};
use crate::state::{RunState, find_moment};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::influence::attention::ScoringMoment;
use clout_model::influence::pair_table::PairTable;
use clout_model::influence::scoring::{AccountState, PeopleScores};

/// Largest allowed difference between a recomputed and the published score.
const SAME_SCORE: f64 = 1e-9;

/// Scored state of a snapshot, and the index of the person in it.
pub struct LoadedState {
    /// Job that produced the snapshot.
    pub job: Job,
    /// Loaded state.
    pub state: RunState,
    /// Pairs of the person, or of all people.
    pub pairs: PairTable,
    /// Scores of the state.
    pub scored_state: ScoredState,
    /// Index of the person.
    pub person_index: usize,
    as_of: Day,
}

impl LoadedState {
    /// Loads the state of the snapshot with the scores that its run kept. `scores` is the person's published row. Without
    /// `needs_all_pairs`, only the pairs of the person are read. Returns `Ok(Err(why))` if the state cannot be used or
    /// yields another score than the published one.
    pub fn load(
        question: &ExplainRequest,
        scores: &JsonRow,
        needs_all_pairs: bool,
        watch: &dyn RunObserver,
    ) -> Result<std::result::Result<LoadedState, String>> {
        watch.begin_stage("reading the state");
        let choose = |state: &RunState| match needs_all_pairs {
            true => vec![true; state.accounts.len()],
            false => mark_accounts(state, question.person_id),
        };
        let (job, state::LoadedState { mut state, pairs }) = match read(question, &StatePart::PairsOf(&choose))? {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        let as_of = question.manifest.snapshot_date;
        watch.begin_stage("scoring the state");
        let Some(restored) = ScoredState::restore(&job, &mut state, &pairs, as_of)? else {
            return Ok(Err(format!("the state of {as_of} has no scores")));
        };
        let differs = || format!("the scores recomputed from the state of {as_of} differ from the published ones");
        let Some(person) = restored.persons.find_index(question.person_id) else {
            return Ok(Err(differs()));
        };
        let person = person as usize;
        let model = restored.scored.contribution_model(&job.model);
        let sum = model.sum_contributions(&restored.scored.attention, person);
        let again = sum.map(|sum| restored.scored.scale.score(sum.influence));
        let published = scores.get("score").and_then(Value::as_f64);
        let is_same = match (again, published) {
            (Some(again), Some(published)) => (again - published).abs() <= SAME_SCORE,
            (again, published) => again == published,
        };
        let reopened = LoadedState {
            job,
            state,
            pairs,
            scored_state: restored,
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
        let no_pairs = |state: &RunState| vec![false; state.accounts.len()];
        let Ok((_, state::LoadedState { state, .. })) = read(question, &StatePart::PairsOf(&no_pairs))? else {
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
        self.state.account_state(&self.pairs, &self.scored_state.persons)
    }
}

/// Returns a flag for each account node: true if the person owns it.
fn mark_accounts(state: &RunState, person_id: &str) -> Vec<bool> {
    let is_own = |node: usize| match &state.owners[node] {
        Some(owner) => **owner == *person_id,
        None => {
            let network = &state.accounts.network_names()[state.accounts.network_of(node as u32)];
            let account = person_id.split_once(':');
            account.is_some_and(|(name, id)| name == network && id == state.accounts.id(node as u32))
        }
    };
    (0..state.accounts.len()).map(is_own).collect()
}

/// Reads the job that produced the snapshot, and its state. Explaining needs no hashes, so the hash key is not checked.
fn read(question: &ExplainRequest, part: &StatePart) -> Result<std::result::Result<(Job, state::LoadedState), String>> {
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
    let found = load_state(question.store, &state_folder(date, &manifest.commit_id), &wanted, part)?;
    Ok(match found {
        Ok(state) => Ok((job, state)),
        Err(why) => Err(format!(
            "the state of {date} cannot be used: {why} (state.keep sets the number of newest snapshots with a state, \
             by default 3)"
        )),
    })
}
