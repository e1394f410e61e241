//! State of a snapshot, loaded and scored again in the same way as by its run.

use serde_json::Value;

use super::Question;
use crate::job::{Job, that_made};
use crate::pipeline::judged::Judged;
use crate::pipeline::plan::wanted;
use crate::pipeline::watch::Watch;
use crate::queries::person::Row;
use crate::state::files::{Wanted, load, prefix};
use crate::state::{State, moment};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::influence::attention::Moment;
use clout_model::influence::scoring::{Memory, Scored};

/// Largest allowed difference between a recomputed and the published score.
const SAME_SCORE: f64 = 1e-9;

/// Scored state of a snapshot, and the index of the person in it.
pub struct Reopened {
    /// Job that produced the snapshot.
    pub job: Job,
    /// Loaded state.
    pub state: State,
    /// Scores of the state.
    pub judged: Judged,
    /// Index of the person.
    pub person: usize,
    as_of: Day,
}

impl Reopened {
    /// Loads and scores the state of the snapshot. `scores` is the person's published row. Returns `Ok(Err(why))` if
    /// the state cannot be used or yields another score than the published one.
    pub fn open(question: &Question, scores: &Row, watch: &dyn Watch) -> Result<std::result::Result<Reopened, String>> {
        watch.stage("reading the state");
        let (job, state) = match read(question)? {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        watch.stage("scoring the state");
        let as_of = question.manifest.snapshot_date;
        let judged = Judged::of(&job, &state, as_of, &mut || ())?;
        let differs = || format!("the scores recomputed from the state of {as_of} differ from the published ones");
        let Some(person) = judged.persons.find(question.person_id) else {
            return Ok(Err(differs()));
        };
        let person = person as usize;
        let published = scores.get("score").and_then(Value::as_f64);
        let is_same = match (judged.scored.standings.score(person), published) {
            (Some(again), Some(published)) => (again - published).abs() <= SAME_SCORE,
            (again, published) => again == published,
        };
        let reopened = Reopened {
            job,
            state,
            judged,
            person,
            as_of,
        };
        Ok(if is_same { Ok(reopened) } else { Err(differs()) })
    }

    /// Returns the id of the owner of an account `<network>:<account_id>` on the snapshot date. Returns `None`
    /// if the state is missing, or has no such account, or the account has no owner.
    pub fn owner(question: &Question) -> Result<Option<String>> {
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
    pub fn find(&self, person_id: &str) -> Option<u32> {
        self.judged.persons.find(person_id)
    }

    /// Returns the id of a person.
    pub fn id(&self, person: u32) -> &str {
        &self.judged.persons.ids[person as usize]
    }

    /// Returns the scores and their inputs.
    pub fn scored(&self) -> &Scored {
        &self.judged.scored
    }

    /// Returns the end of the day `days` days after the snapshot date.
    pub fn moment(&self, days: i32) -> Moment {
        moment(&self.state.histories, Day(self.as_of.0 + days))
    }

    /// Calls `ask` with the account sums of the state.
    pub fn with_memory<T>(&self, ask: impl FnOnce(&Memory) -> T) -> T {
        ask(&Memory {
            pairs: &self.state.pairs,
            facts: &self.state.facts,
            persons: &self.judged.persons,
            network_of: &|node| self.state.accounts.network_of(node),
        })
    }
}

/// Reads the job that produced the snapshot, and its state. Explaining needs no hashes, so the hash key is not checked.
fn read(question: &Question) -> Result<std::result::Result<(Job, State), String>> {
    let manifest = question.manifest;
    let job = match that_made(question.job, &manifest.model_version, &manifest.parameters)? {
        Ok(job) => job,
        Err(why) => return Ok(Err(why)),
    };
    let date = manifest.snapshot_date;
    let wanted = Wanted {
        hash_key: None,
        ..wanted(&job, &manifest.model_version)
    };
    let found = load(question.store, &prefix(date, &manifest.commit_id), &wanted)?;
    Ok(match found {
        Ok(state) => Ok((job, state)),
        Err(why) => Err(format!(
            "the state of {date} cannot be used: {why} (state.keep sets the number of newest snapshots with a state, \
             by default 3)"
        )),
    })
}
