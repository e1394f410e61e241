//! A snapshot's state, read again and scored as its night did.

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

/// How far a score may be from the published one that it is.
const SAME_SCORE: f64 = 1e-9;

/// The night of a snapshot, and the place of the person in it.
pub struct Reopened {
    /// The job that made the snapshot.
    pub job: Job,
    /// What the night left.
    pub state: State,
    /// Where everybody stood.
    pub judged: Judged,
    /// The person asked about.
    pub person: usize,
    as_of: Day,
}

impl Reopened {
    /// Reads and scores the state of the snapshot. `scores` is the person's published row. `Ok(Err(why))` says
    /// why it cannot be.
    pub fn open(question: &Question, scores: &Row, watch: &dyn Watch) -> Result<std::result::Result<Reopened, String>> {
        watch.stage("reading the state");
        let (job, state) = match read(question)? {
            Ok(found) => found,
            Err(why) => return Ok(Err(why)),
        };
        watch.stage("scoring the state");
        let as_of = question.manifest.snapshot_date;
        let judged = Judged::of(&job, &state, as_of, &mut || ())?;
        let strange = || format!("the scores of the state of {as_of} are not the published ones");
        let Some(person) = judged.persons.find(question.person_id) else {
            return Ok(Err(strange()));
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
        Ok(if is_same { Ok(reopened) } else { Err(strange()) })
    }

    /// The person to whom an account belongs, by its own id `<network>:<account_id>`: whoever claims it at the
    /// snapshot's date. None where the state is not there, or does not have the account.
    pub fn owner(question: &Question) -> Result<Option<String>> {
        let Some((network, account_id)) = question.person_id.split_once(':') else {
            return Ok(None);
        };
        let Ok((_, state)) = read(question)? else {
            return Ok(None);
        };
        let names = state.accounts.network_names();
        let place = names.iter().position(|name| name == network);
        let node = place.and_then(|place| state.accounts.find(place, account_id));
        Ok(node.and_then(|node| state.owners[node as usize].as_deref().map(str::to_owned)))
    }

    /// The place of a person.
    pub fn find(&self, person_id: &str) -> Option<u32> {
        self.judged.persons.find(person_id)
    }

    /// The id of a person.
    pub fn id(&self, person: u32) -> &str {
        &self.judged.persons.ids[person as usize]
    }

    /// The scores, and what they were made from.
    pub fn scored(&self) -> &Scored {
        &self.judged.scored
    }

    /// The end of the day that is so many days after the snapshot date.
    pub fn moment(&self, days: i32) -> Moment {
        moment(&self.state.histories, Day(self.as_of.0 + days))
    }

    /// Asks something of what is remembered of accounts.
    pub fn with_memory<T>(&self, ask: impl FnOnce(&Memory) -> T) -> T {
        ask(&Memory {
            pairs: &self.state.pairs,
            facts: &self.state.facts,
            persons: &self.judged.persons,
            network_of: &|node| self.state.accounts.network_of(node),
        })
    }
}

/// The job that made the snapshot, and its state. No hash of it is asked for, so its key need not be known.
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
            "the state of {date} cannot be used: {why} (that of the newest state.keep snapshots is kept, 3 unless the \
             job says otherwise)"
        )),
    })
}
