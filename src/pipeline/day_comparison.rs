//! Compares the snapshot date with the day before.
//!
//! Persons of both dates have one index: that of the snapshot date; persons of the day before only follow.

use super::pair_shards::ListedRows;
use super::previous_day::{LoadDateEffects, PreviousDay};
use super::scored_state::ScoredState;
use crate::job::Job;
use crate::state::{RunState, find_moment};
use clout_base::day::Day;
use clout_model::influence::attention::ScoringMoment;
use clout_model::influence::changes::strength_moves::{
    AccountStrengths, NO_PERSON, PersonMatching, StateReading, StrengthMoves,
};
use clout_model::influence::changes::{DatePair, PersonScoreChange, ReactorPair};
use clout_model::influence::score::ContributionSum;
use clout_model::people::persons::PersonMap;

/// Comparison of two consecutive dates.
pub struct DayComparison {
    yesterday: PreviousDay,
    effects: LoadDateEffects,
    moment: ScoringMoment,
    /// Index of each person of the day before.
    index_of: Vec<u32>,
    /// Number of persons of both dates.
    persons: usize,
    /// Index of the owner on the day before, by current node.
    was: Vec<u32>,
    /// By current node: true if the account has another owner than on the day before.
    has_moved: Vec<bool>,
}

impl DayComparison {
    /// Prepares the comparison. `persons` are those of the snapshot date, and `state` is that of the date.
    pub fn new(
        yesterday: PreviousDay,
        effects: LoadDateEffects,
        state: &RunState,
        persons: &PersonMap,
        as_of: Day,
    ) -> DayComparison {
        let matching = PersonMatching::from_persons(&yesterday.persons, persons);
        let mut count = persons.len();
        let index_of = matching.to_after.iter().map(|person| match *person {
            NO_PERSON => {
                count += 1;
                count as u32 - 1
            }
            person => person,
        });
        let index_of: Vec<u32> = index_of.collect();
        let of_person = |indices: &[u32], person: u32| match person {
            NO_PERSON => NO_PERSON,
            person => indices[person as usize],
        };
        let moved = effects.was.iter().zip(&persons.by_account);
        let has_moved = moved.map(|(was, is)| *was != NO_PERSON && of_person(&matching.to_after, *was) != *is);
        DayComparison {
            moment: find_moment(&state.histories, as_of),
            was: effects.was.iter().map(|was| of_person(&index_of, *was)).collect(),
            has_moved: has_moved.collect(),
            index_of,
            persons: count,
            yesterday,
            effects,
        }
    }

    /// Returns the number of persons of both dates.
    pub fn persons(&self) -> usize {
        self.persons
    }

    /// Returns the day before, and the index of each account's owner on it.
    pub fn day_before(&self) -> (&PreviousDay, &[u32]) {
        (&self.yesterday, &self.was)
    }

    /// Returns a value of each person of the day before in order of indices; `missing` for others.
    fn by_index<T: Copy>(&self, values: &[T], missing: T) -> Vec<T> {
        let mut by_index = vec![missing; self.persons];
        for (index, value) in self.index_of.iter().zip(values) {
            by_index[*index as usize] = *value;
        }
        by_index
    }

    /// Returns the trust on the day before.
    pub fn trust_before(&self) -> Vec<f64> {
        self.by_index(&self.yesterday.trust, 0.0)
    }

    fn reading<'a>(&'a self, job: &'a Job, state: &'a RunState) -> StateReading<'a> {
        StateReading {
            mixture: job.model.mixture(),
            moment: &self.moment,
            networks: state.accounts.networks(),
        }
    }

    /// Calls `run` with the rows of which [`DayComparison::compute_changes`] needs the earlier strength: those of
    /// opted-out reactors, of other opted-out accounts, and of accounts with another owner; none if there are none.
    pub fn with_listed_rows<R>(&self, job: &Job, state: &RunState, run: impl FnOnce(Option<ListedRows>) -> R) -> R {
        let is_any = self.effects.is_opted_out.contains(&true) || self.has_moved.contains(&true);
        let listed = ListedRows {
            reading: self.reading(job, state),
            added: &self.effects.added,
            is_opted_out: &self.effects.is_opted_out,
            has_moved: &self.has_moved,
        };
        run(is_any.then_some(listed))
    }

    fn collect_moves(
        &self,
        reading: &StateReading,
        persons: &PersonMap,
        listed: &[AccountStrengths; 3],
    ) -> StrengthMoves {
        let is = |node: u32| persons.by_account[node as usize];
        let was = |node: u32| self.was[node as usize];
        let [opted_out, taken, moved] = listed;
        let taken = reading.assign_to_persons(taken, &was);
        StrengthMoves {
            added: reading.assign_to_persons(&self.effects.added, &is),
            moved_in: reading.assign_to_persons(moved, &is),
            moved_out: reading.assign_to_persons(moved, &was).merge(&taken),
            opted_out: reading.assign_to_persons(opted_out, &was),
        }
    }

    /// Computes the changes of `wanted`, indices of the snapshot date. All of them must have a score. `listed` are the
    /// strengths of the [listed rows](DayComparison::with_listed_rows).
    pub fn compute_changes(
        &self,
        job: &Job,
        state: &RunState,
        current: &ScoredState,
        listed: &[AccountStrengths; 3],
        wanted: &[u32],
    ) -> Vec<PersonScoreChange> {
        let Some(past) = &current.scored.past else {
            return Vec::new();
        };
        let networks = job.networks.len();
        let mut is_present = vec![false; current.persons.len() * networks];
        for row in &current.presences.rows {
            is_present[row.person as usize * networks + usize::from(row.network)] = true;
        }
        let was_named = self.collect_named(networks);
        let acts = &current.scored.acts;
        let are_present = |person: u32, network: u8| {
            let (person, network) = (person as usize, usize::from(network));
            let cell = person * networks + network;
            [was_named[cell] || acts.was_seen(person, network), is_present[cell]]
        };
        let moves = self.collect_moves(&self.reading(job, state), &current.persons, listed);
        let dates = DatePair {
            attention: &current.scored.attention,
            past,
            reactors: &self.pair_reactors(current),
            sums_before: &self.by_index::<Option<ContributionSum>>(&self.yesterday.sums, None),
            sums_after: &current.scored.scores.sums,
            networks,
            are_present: &are_present,
            moves: &moves,
            scale: &current.scored.scale,
            beta: job.model.params().repeats.beta,
        };
        dates.compute_changes(wanted)
    }

    fn collect_named(&self, networks: usize) -> Vec<bool> {
        let mut was_named = vec![false; self.persons * networks];
        for (index, named) in self.index_of.iter().zip(self.yesterday.is_named.chunks(networks)) {
            let first = *index as usize * networks;
            was_named[first..first + networks].copy_from_slice(named);
        }
        was_named
    }

    fn pair_reactors(&self, current: &ScoredState) -> Vec<ReactorPair> {
        let mut reactors = vec![ReactorPair::default(); self.persons];
        let before = self.yesterday.trust.iter().zip(&self.yesterday.rank_factors);
        for (index, (trust, rank)) in self.index_of.iter().zip(before) {
            reactors[*index as usize].before = [*trust, *rank];
        }
        let after = current.scored.trust.iter().zip(&current.scored.rank_factors);
        for (reactor, (trust, rank)) in reactors.iter_mut().zip(after) {
            reactor.after = [*trust, *rank];
        }
        reactors
    }
}
