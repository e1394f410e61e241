//! One reactor's part of a change, split into causes.
//!
//! ```text
//! c  = a f            a = A d              f = rho h           h = g + phi (1 - g)
//! dc = da m(f) + m(a) df                   m: the mean of the two nights
//! da = dA m(d) + m(A) dd                   df = drho m(h) + m(rho) [dg (1 - m(phi)) + dphi (1 - m(g))]
//! ```
//!
//! Each line is exact. `dA` is the sum of the steps that the strength takes; of the last, today's
//! reactions, `A(n)` is what they are worth by themselves and the rest, never above 0, is what saturates.
//! Where the reactor reacted on one of the two nights only, every other factor is that night's: somebody who
//! comes is new and has not risen.

use super::cause::Cause;
use super::flows::Flow;
use crate::influence::weights::saturated;

/// One night's factors of a reactor's contribution, beside the strength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factors {
    /// d: what is left of the attention after what was given back, 0 to 1.
    pub kept: f64,
    /// g.
    pub trust: f64,
    /// rho.
    pub standing: f64,
    /// phi of the person who is reacted to.
    pub believed: f64,
}

impl Factors {
    /// h.
    fn heard(&self) -> f64 {
        self.trust + self.believed * (1.0 - self.trust)
    }

    /// f.
    fn worth(&self) -> f64 {
        self.standing * self.heard()
    }
}

fn mean(a: f64, b: f64) -> f64 {
    0.5 * (a + b)
}

/// What of a change is told by another name: the attention that an answer leaves.
pub const ANSWERED: bool = true;

/// Splits c" - c' of one reactor. `emit` gets cause, whether it is about answers, network, and part.
pub fn split(
    flows: &[Flow],
    before: Option<Factors>,
    after: Option<Factors>,
    beta: f64,
    emit: &mut dyn FnMut(Cause, bool, u8, f64),
) {
    let (Some(old), Some(new)) = (before.or(after), after.or(before)) else {
        return;
    };
    let (kept, worth) = (mean(old.kept, new.kept), mean(old.worth(), new.worth()));
    let steps = Steps::of(flows);
    steps.each(beta, &mut |cause, amount, weights| {
        spread(flows, weights, amount * kept * worth, &mut |network, part| {
            emit(cause, !ANSWERED, network, part)
        });
    });
    if before.is_none() || after.is_none() {
        return;
    }
    let (first, last) = (saturated(steps.before, beta), saturated(steps.after, beta));
    let answered = mean(first, last) * (new.kept - old.kept) * worth;
    let amount = mean(first * old.kept, last * new.kept);
    let standing = mean(old.standing, new.standing);
    let risen = (new.standing - old.standing) * mean(old.heard(), new.heard())
        + standing * (new.trust - old.trust) * (1.0 - mean(old.believed, new.believed));
    let believed = standing * (new.believed - old.believed) * (1.0 - mean(old.trust, new.trust));
    let reactor = if risen < 0.0 {
        Cause::ReactorsFell
    } else {
        Cause::ReactorsRose
    };
    let share = |flow: &Flow| ratio(flow.before, steps.before) + ratio(flow.after, steps.after);
    for (cause, is_about_answers, part) in [
        (Cause::Corroboration, ANSWERED, answered),
        (reactor, !ANSWERED, amount * risen),
        (Cause::Corroboration, !ANSWERED, amount * believed),
    ] {
        spread(flows, &share, part, &mut |network, part| {
            emit(cause, is_about_answers, network, part)
        });
    }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// Shares `amount` out to the networks in proportion to `weight`, all of it.
fn spread(flows: &[Flow], weight: &dyn Fn(&Flow) -> f64, amount: f64, emit: &mut dyn FnMut(u8, f64)) {
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

/// A step of A: its cause, how much it was, and by which weights networks share in it.
type Step<'a> = dyn FnMut(Cause, f64, &dyn Fn(&Flow) -> f64) + 'a;

/// The strengths between the two nights.
struct Steps {
    before: f64,
    faded: f64,
    without_gone: f64,
    without_moved: f64,
    with_moved: f64,
    brought: f64,
    after: f64,
}

impl Steps {
    fn of(flows: &[Flow]) -> Steps {
        let sum = |of: &dyn Fn(&Flow) -> f64| flows.iter().map(of).sum::<f64>();
        Steps {
            before: sum(&|flow| flow.before),
            faded: sum(&Flow::faded),
            without_gone: sum(&|flow| flow.stayed() + flow.moved_out),
            without_moved: sum(&Flow::stayed),
            with_moved: sum(&|flow| flow.stayed() + flow.moved_in),
            brought: sum(&|flow| flow.brought),
            after: sum(&|flow| flow.after),
        }
    }

    /// Every step of A with the weights by which networks share in it.
    fn each(&self, beta: f64, step: &mut Step) {
        let a = |strength: f64| saturated(strength, beta);
        step(Cause::FadedReactions, a(self.faded) - a(self.before), &|flow| {
            (flow.before - flow.faded()).abs()
        });
        step(Cause::OptedOutReactors, a(self.without_gone) - a(self.faded), &|flow| {
            flow.gone
        });
        step(
            Cause::IdentityChanged,
            a(self.without_moved) - a(self.without_gone),
            &|flow| flow.moved_out,
        );
        step(
            Cause::IdentityChanged,
            a(self.with_moved) - a(self.without_moved),
            &|flow| flow.moved_in,
        );
        let alone = a(self.brought);
        step(Cause::NewReactions, alone, &|flow| flow.brought);
        let rest = a(self.after) - a(self.with_moved) - alone;
        let last = if self.brought > 0.0 {
            Cause::RepeatsSaturated
        } else {
            Cause::FadedReactions
        };
        // Whoever reacts for the first time repeats nothing.
        if self.with_moved > 0.0 {
            step(last, rest, &|flow| flow.brought);
        }
    }
}

#[cfg(test)]
#[path = "split_tests.rs"]
mod tests;
