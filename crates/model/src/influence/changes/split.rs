//! Splits one reactor's part of a change into causes.
//!
//! ```text
//! c  = a f            a = A d              f = rho h           h = g + phi (1 - g)
//! dc = da m(f) + m(a) df                   m: the mean of the two dates
//! da = dA m(d) + m(A) dd                   df = drho m(h) + m(rho) [dg (1 - m(phi)) + dphi (1 - m(g))]
//! ```
//!
//! Each line is exact. `dA` is the sum of the steps of the strength. In the last step, the new reactions,
//! `A(n)` is their value alone; the rest, never above 0, is the loss by saturation. If the reactor reacted on
//! only one of the two dates, all other factors are those of that date: a first-time reactor is new and has not
//! risen.

use super::cause::ChangeCause;
use super::flows::StrengthFlow;
use crate::influence::weights::saturate;

/// The factors of a reactor's contribution on one date, without the strength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContributionFactors {
    /// d: share of the attention that remains after reciprocation, 0 to 1.
    pub kept: f64,
    /// g: trust of the reactor.
    pub trust: f64,
    /// rho: rank factor of the reactor.
    pub rank: f64,
    /// phi: belief in strangers, of the person that is reacted to.
    pub belief: f64,
}

impl ContributionFactors {
    /// Returns h.
    fn heard(&self) -> f64 {
        self.trust + self.belief * (1.0 - self.trust)
    }

    /// Returns f.
    fn worth(&self) -> f64 {
        self.rank * self.heard()
    }
}

fn mean(a: f64, b: f64) -> f64 {
    0.5 * (a + b)
}

/// Marks a part that is about reciprocated attention.
pub const RECIPROCATED: bool = true;

/// Splits c" - c' of one reactor. Calls `emit` with cause, `RECIPROCATED` or not, network, and part.
pub fn split_change(
    flows: &[StrengthFlow],
    before: Option<ContributionFactors>,
    after: Option<ContributionFactors>,
    beta: f64,
    emit: &mut dyn FnMut(ChangeCause, bool, u8, f64),
) {
    let (Some(old), Some(new)) = (before.or(after), after.or(before)) else {
        return;
    };
    let (kept, worth) = (mean(old.kept, new.kept), mean(old.worth(), new.worth()));
    let steps = Steps::from_flows(flows);
    steps.each(beta, &mut |cause, amount, weights| {
        spread(flows, weights, amount * kept * worth, &mut |network, part| {
            emit(cause, !RECIPROCATED, network, part)
        });
    });
    if before.is_none() || after.is_none() {
        return;
    }
    let (first, last) = (saturate(steps.before, beta), saturate(steps.after, beta));
    let answered = mean(first, last) * (new.kept - old.kept) * worth;
    let amount = mean(first * old.kept, last * new.kept);
    let standing = mean(old.rank, new.rank);
    let risen = (new.rank - old.rank) * mean(old.heard(), new.heard())
        + standing * (new.trust - old.trust) * (1.0 - mean(old.belief, new.belief));
    let believed = standing * (new.belief - old.belief) * (1.0 - mean(old.trust, new.trust));
    let reactor = if risen < 0.0 {
        ChangeCause::ReactorsFell
    } else {
        ChangeCause::ReactorsRose
    };
    let share = |flow: &StrengthFlow| ratio(flow.before, steps.before) + ratio(flow.after, steps.after);
    for (cause, is_about_answers, part) in [
        (ChangeCause::Corroboration, RECIPROCATED, answered),
        (reactor, !RECIPROCATED, amount * risen),
        (ChangeCause::Corroboration, !RECIPROCATED, amount * believed),
    ] {
        spread(flows, &share, part, &mut |network, part| {
            emit(cause, is_about_answers, network, part)
        });
    }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Divides all of `amount` among the networks in proportion to `weight`.
fn spread(flows: &[StrengthFlow], weight: &dyn Fn(&StrengthFlow) -> f64, amount: f64, emit: &mut dyn FnMut(u8, f64)) {
    if amount == 0.0 {
        return;
    }
    if let [only] = flows {
        return emit(only.network, amount);
    }
    let total: f64 = flows.iter().map(weight).sum();
    if total <= 0.0 {
        return emit(flows[0].network, amount);
    }
    for flow in flows {
        let share = weight(flow);
        if share > 0.0 {
            emit(flow.network, amount * share / total);
        }
    }
}

/// Receives one step of A: its cause, its amount, and the weights by which networks share it.
type Step<'a> = dyn FnMut(ChangeCause, f64, &dyn Fn(&StrengthFlow) -> f64) + 'a;

/// The total strength after each step between the two dates.
struct Steps {
    before: f64,
    faded: f64,
    without_opted_out: f64,
    without_moved: f64,
    with_moved: f64,
    brought: f64,
    after: f64,
}

impl Steps {
    fn from_flows(flows: &[StrengthFlow]) -> Steps {
        let sum = |strength: &dyn Fn(&StrengthFlow) -> f64| flows.iter().map(strength).sum::<f64>();
        Steps {
            before: sum(&|flow| flow.before),
            faded: sum(&StrengthFlow::faded),
            without_opted_out: sum(&|flow| flow.stayed() + flow.moved_out),
            without_moved: sum(&StrengthFlow::stayed),
            with_moved: sum(&|flow| flow.stayed() + flow.moved_in),
            brought: sum(&|flow| flow.added),
            after: sum(&|flow| flow.after),
        }
    }

    /// Calls `step` for each step of A, with the weights by which networks share it.
    fn each(&self, beta: f64, step: &mut Step) {
        let a = |strength: f64| saturate(strength, beta);
        step(ChangeCause::FadedReactions, a(self.faded) - a(self.before), &|flow| {
            (flow.before - flow.faded()).abs()
        });
        step(
            ChangeCause::OptedOutReactors,
            a(self.without_opted_out) - a(self.faded),
            &|flow| flow.opted_out,
        );
        step(
            ChangeCause::IdentityChanged,
            a(self.without_moved) - a(self.without_opted_out),
            &|flow| flow.moved_out,
        );
        step(
            ChangeCause::IdentityChanged,
            a(self.with_moved) - a(self.without_moved),
            &|flow| flow.moved_in,
        );
        let alone = a(self.brought);
        step(ChangeCause::NewReactions, alone, &|flow| flow.added);
        let rest = a(self.after) - a(self.with_moved) - alone;
        let last = if self.brought > 0.0 {
            ChangeCause::RepeatsSaturated
        } else {
            ChangeCause::FadedReactions
        };
        // A first-time reactor repeats nothing, so nothing saturates.
        if self.with_moved > 0.0 {
            step(last, rest, &|flow| flow.added);
        }
    }
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
