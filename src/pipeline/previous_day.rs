//! Scores the day before again under the current model, and tracks the changes since: new reactions, opt-outs and new
//! owners of accounts.

use super::merge::MergeResult;
use super::scored_state::ScoredState;
use crate::job::Job;
use crate::state::{RunState, find_moment};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::ids::HashKey;
use clout_model::accounts::AccountIndex;
use clout_model::influence::changes::strength_moves::{
    NO_PERSON, PersonMatching, StateReading, StrengthMoves, StrengthParts,
};
use clout_model::influence::changes::{ComparedDate, DatePair, PersonScoreChange};

/// Scores and accounts of the day before.
pub struct PreviousDay {
    judged: ScoredState,
    accounts: AccountIndex,
}

/// Effects of the last load date, as needed for the reasons of changes.
pub struct LoadDateEffects {
    /// Strength of the reactions that the load date added, by current nodes (actor, target).
    brought: Vec<((u32, u32), f64)>,
    /// Person of the day before, by current node; [`NO_PERSON`] for new accounts.
    was: Vec<u32>,
    /// Strength removed with opted-out reactors (`opted_out`), and with other accounts that opted out (`taken`), by persons
    /// of the day before.
    opted_out: StrengthParts,
    taken: StrengthParts,
}

impl PreviousDay {
    /// Scores the state, which must be as of `day`.
    pub fn score(job: &Job, state: &mut RunState, day: Day) -> Result<PreviousDay> {
        Ok(PreviousDay {
            judged: ScoredState::restore(job, state, day)?,
            accounts: state.accounts.clone(),
        })
    }

    /// Records the effects of merging `as_of`, and removes opted-out people from the state.
    pub fn record_effects(&self, job: &Job, state: &mut RunState, merged: MergeResult, as_of: Day) -> LoadDateEffects {
        let moment = find_moment(&state.histories, as_of);
        let reading = StateReading {
            mixture: job.model.mixture(),
            moment: &moment,
            accounts: &state.accounts,
        };
        let brought = reading.sum_new_strengths(merged.new_reactions);
        let was = self.find_persons(&state.accounts);
        let person = |node: u32| was[node as usize];
        let is_opted_out = |node: u32| merged.is_opted_out[node as usize];
        let lost = |is_meant: &(dyn Fn(u32, u32) -> bool + Sync)| match merged.is_opted_out.contains(&true) {
            true => reading.assign_to_persons(
                &reading.sum_earlier_strengths(&state.pairs, &brought, is_meant),
                &person,
            ),
            false => StrengthParts::default(),
        };
        let traces = LoadDateEffects {
            opted_out: lost(&|actor, _| is_opted_out(actor)),
            taken: lost(&|actor, target| is_opted_out(target) && !is_opted_out(actor)),
            brought,
            was,
        };
        let key = HashKey::from_text(&job.state.hash_key);
        state.erase_accounts(&merged.is_opted_out, job.model.mixture(), key);
        traces
    }

    /// Returns the person of the day before of each account of `accounts`; [`NO_PERSON`] for new accounts. Permanent
    /// numbers are the same on both days.
    fn find_persons(&self, accounts: &AccountIndex) -> Vec<u32> {
        let person = |node: u32| self.judged.persons.by_account[node as usize];
        let before = |node: u32| match node < self.accounts.numbered() {
            true => Some(node),
            false => self.accounts.find(accounts.network_of(node), accounts.id(node)),
        };
        (0..accounts.len() as u32)
            .map(|node| before(node).map_or(NO_PERSON, person))
            .collect()
    }
}

/// Comparison of the scores of two consecutive dates.
pub struct DayComparison<'a> {
    job: &'a Job,
    before: &'a ScoredState,
    after: &'a ScoredState,
    matching: PersonMatching,
    moves: StrengthMoves,
}

impl<'a> DayComparison<'a> {
    /// Compares the scores of the snapshot date with those of the day before. `state` is that of the snapshot date.
    pub fn compare(
        job: &'a Job,
        yesterday: &'a PreviousDay,
        traces: &LoadDateEffects,
        state: &RunState,
        current: &'a ScoredState,
    ) -> DayComparison<'a> {
        let (before, after) = (&yesterday.judged, current);
        let matching = PersonMatching::from_persons(&before.persons, &after.persons);
        let moment = find_moment(&state.histories, current.as_of);
        let reading = StateReading {
            mixture: job.model.mixture(),
            moment: &moment,
            accounts: &state.accounts,
        };
        let is = |node: u32| after.persons.by_account[node as usize];
        let was = |node: u32| traces.was[node as usize];
        let has_moved: Vec<bool> = (0..state.accounts.len() as u32)
            .map(|node| was(node) != NO_PERSON && matching.to_after[was(node) as usize] != is(node))
            .collect();
        let moved = match has_moved.contains(&true) {
            true => {
                let is_meant = |actor: u32, target: u32| has_moved[actor as usize] || has_moved[target as usize];
                reading.sum_earlier_strengths(&state.pairs, &traces.brought, &is_meant)
            }
            false => Vec::new(),
        };
        let moves = StrengthMoves {
            added: reading.assign_to_persons(&traces.brought, &is),
            moved_in: reading.assign_to_persons(&moved, &is),
            moved_out: reading.assign_to_persons(&moved, &was).merge(&traces.taken),
            opted_out: traces.opted_out.clone(),
        };
        DayComparison {
            job,
            before,
            after,
            matching,
            moves,
        }
    }

    /// Computes the changes of `persons`, indices of the snapshot date. All of them must have a score.
    pub fn compute_changes(&self, persons: &[u32]) -> Vec<PersonScoreChange> {
        let reactors = [self.before, self.after].map(|judged| {
            let (trust, ranks) = (judged.scored.trust.iter(), &judged.scored.rank_factors);
            trust
                .zip(ranks)
                .map(|(trust, rank)| [*trust, *rank])
                .collect::<Vec<_>>()
        });
        let [before, after] = [self.before, self.after];
        let side = |judged: &'a ScoredState, reactors| ComparedDate {
            attention: &judged.scored.attention,
            reactors,
            scores: &judged.scored.scores,
            presences: &judged.presences,
        };
        let nights = DatePair {
            before: side(before, &reactors[0]),
            after: side(after, &reactors[1]),
            matching: &self.matching,
            moves: &self.moves,
            scale: &self.after.scored.scale,
            beta: self.job.model.params().repeats.beta,
        };
        nights.compute_changes(persons)
    }
}
