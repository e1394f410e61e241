//! Scores the day before again under the current model, and tracks the changes since: new reactions, opt-outs and new
//! owners of accounts.

use super::fold::Folded;
use super::judged::Judged;
use crate::job::Job;
use crate::state::{State, moment};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::accounts::Accounts;
use clout_model::influence::changes::moves::{Matching, Moves, NONE, Parts, Reading};
use clout_model::influence::changes::{Change, Nights, Side};
use clout_model::influence::recency::Mixture;

/// Scores and accounts of the day before.
pub struct Yesterday {
    judged: Judged,
    accounts: Accounts,
}

/// Effects of the last load date, as needed for the reasons of changes.
pub struct Traces {
    /// Strength of the reactions that the load date added, by current nodes (actor, target).
    brought: Vec<((u32, u32), f64)>,
    /// Person of the day before, by current node; [`NONE`] for new accounts.
    was: Vec<u32>,
    /// Strength removed with opted-out reactors (`gone`), and with other accounts that opted out (`taken`), by persons
    /// of the day before.
    gone: Parts,
    taken: Parts,
}

impl Yesterday {
    /// Scores the state, which must be as of `day`.
    pub fn of(job: &Job, state: &State, day: Day) -> Result<Yesterday> {
        Ok(Yesterday {
            judged: Judged::of(job, state, day, &mut || ())?,
            accounts: state.accounts.clone(),
        })
    }

    /// Records the effects of merging `as_of`, and removes opted-out people from the state.
    pub fn trace(&self, job: &Job, state: &mut State, folded: Folded, as_of: Day) -> Traces {
        let (mixture, moment) = (Mixture::new(&job.model.recency), moment(&state.histories, as_of));
        let reading = Reading {
            mixture: &mixture,
            moment: &moment,
            accounts: &state.accounts,
        };
        let brought = reading.strengths(folded.brought);
        let was: Vec<u32> = (state.accounts.places_in(&self.accounts).into_iter())
            .map(|node| node.map_or(NONE, |node| self.judged.persons.of_account[node as usize]))
            .collect();
        let person = |node: u32| was[node as usize];
        let is_gone = |node: u32| folded.is_gone[node as usize];
        let lost = |is_meant: &(dyn Fn(u32, u32) -> bool + Sync)| match folded.is_gone.contains(&true) {
            true => reading.parts(&reading.earlier(&state.pairs, &brought, is_meant), &person),
            false => Parts::default(),
        };
        let traces = Traces {
            gone: lost(&|actor, _| is_gone(actor)),
            taken: lost(&|actor, target| is_gone(target) && !is_gone(actor)),
            brought,
            was,
        };
        traces.of_kept(state.prune(&folded.is_gone, &mixture))
    }
}

impl Traces {
    /// Renumbers the effects to the kept nodes; `None` means that all nodes are kept.
    fn of_kept(mut self, kept: Option<Vec<u32>>) -> Traces {
        let Some(kept) = kept else {
            return self;
        };
        let mut to = vec![NONE; self.was.len()];
        for (index, node) in kept.iter().enumerate() {
            to[*node as usize] = index as u32;
        }
        self.was = kept.iter().map(|node| self.was[*node as usize]).collect();
        let renamed = self.brought.iter().map(|((actor, target), strength)| {
            let (actor, target) = (to[*actor as usize], to[*target as usize]);
            ((actor, target), *strength)
        });
        let is_kept = |row: &((u32, u32), f64)| row.0.0 != NONE && row.0.1 != NONE;
        self.brought = renamed.filter(is_kept).collect();
        self
    }
}

/// Comparison of the scores of two consecutive dates.
pub struct Compared<'a> {
    job: &'a Job,
    before: &'a Judged,
    after: &'a Judged,
    matching: Matching,
    moves: Moves,
}

impl<'a> Compared<'a> {
    /// Compares the scores of the snapshot date with those of the day before. `state` is that of the snapshot date.
    pub fn of(
        job: &'a Job,
        yesterday: &'a Yesterday,
        traces: &Traces,
        state: &State,
        tonight: &'a Judged,
    ) -> Compared<'a> {
        let (before, after) = (&yesterday.judged, tonight);
        let matching = Matching::of(&before.persons, &after.persons);
        let (mixture, moment) = (
            Mixture::new(&job.model.recency),
            moment(&state.histories, tonight.as_of),
        );
        let reading = Reading {
            mixture: &mixture,
            moment: &moment,
            accounts: &state.accounts,
        };
        let is = |node: u32| after.persons.of_account[node as usize];
        let was = |node: u32| traces.was[node as usize];
        let has_moved: Vec<bool> = (0..state.accounts.len() as u32)
            .map(|node| was(node) != NONE && matching.to_after[was(node) as usize] != is(node))
            .collect();
        let moved = match has_moved.contains(&true) {
            true => {
                let is_meant = |actor: u32, target: u32| has_moved[actor as usize] || has_moved[target as usize];
                reading.earlier(&state.pairs, &traces.brought, &is_meant)
            }
            false => Vec::new(),
        };
        let moves = Moves {
            brought: reading.parts(&traces.brought, &is),
            moved_in: reading.parts(&moved, &is),
            moved_out: reading.parts(&moved, &was).with(&traces.taken),
            gone: traces.gone.clone(),
        };
        Compared {
            job,
            before,
            after,
            matching,
            moves,
        }
    }

    /// Computes the changes of `persons`, indices of the snapshot date. All of them must have a score.
    pub fn changes(&self, persons: &[u32]) -> Vec<Change> {
        let side = |judged: &'a Judged| Side {
            attention: &judged.scored.attention,
            model: judged.scored.model(&self.job.model),
            standings: &judged.scored.standings,
            presences: &judged.presences,
        };
        let nights = Nights {
            before: side(self.before),
            after: side(self.after),
            matching: &self.matching,
            moves: &self.moves,
            line: &self.after.scored.line,
            beta: self.job.model.repeats.beta,
        };
        nights.changes(persons)
    }
}
