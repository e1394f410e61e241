//! Anderson acceleration of a fixed-point iteration, with a memory of two steps.
//!
//! ```text
//! y' = g - c1 (g - g1) - c2 (g1 - g2),     (c1, c2) = argmin |r - c1 (r - r1) - c2 (r1 - r2)|_2
//! ```
//!
//! g, g1, g2 are the results of the last three plain steps, newest first, and r, r1, r2 their residuals g - y. The
//! coefficients of g, g1 and g2 add up to 1, so y' keeps the mass. A negative value of y' becomes 0: ranks are never
//! negative, and the next step restores the mass.
//!
//! Fallback: if a step after an accelerated one has a greater residual than the step before, the memory is emptied and
//! plain steps follow, 1 after the first such failure, then 2, 4, 8, … A plain step shrinks the residual by the
//! damping factor at least, so the iteration always converges; at the limit of rounding it is the plain iteration.
//!
//! Papers: Anderson, *Iterative Procedures for Nonlinear Integral Equations*, 1965; Walker, Ni, *Anderson Acceleration
//! for Fixed-Point Iterations*, 2011.

use super::node_vector::NodeVector;
use super::pull::{Iterate, StepSums};

/// Smallest determinant of the normal equations, relative to the product of their diagonal, at which both earlier steps
/// are used. Below it the two differences are parallel up to rounding.
const LEAST_DETERMINANT: f64 = 1e-12;

/// The last three iterates, and the state of the fallback.
pub(super) struct Acceleration {
    /// Newest first.
    iterates: [Iterate; 3],
    /// Number of earlier iterates in the memory, at most 2.
    depth: usize,
    /// c1 and c2 of the next iterate; zeros for a plain step.
    coefficients: [f64; 2],
    /// Residual of the last step.
    residual: f64,
    /// Plain steps that are due.
    plain_steps: u32,
    /// Plain steps after the next failure.
    penalty: u32,
}

impl Acceleration {
    /// Starts at `y`.
    pub(super) fn new(y: NodeVector) -> Acceleration {
        let zeros = || NodeVector::zeros(y.slots.len());
        let iterate = |value| Iterate {
            value,
            residual: zeros(),
        };
        let [one, two] = std::array::from_fn(|_| iterate(zeros()));
        Acceleration {
            iterates: [iterate(y.clone()), one, two],
            depth: 0,
            coefficients: [0.0; 2],
            residual: f64::INFINITY,
            plain_steps: 0,
            penalty: 1,
        }
    }

    /// Makes the oldest iterate the newest, for the next step. Returns it, the results of the two steps before, and the
    /// coefficients of y; the result of the third step before is still in the iterate.
    pub(super) fn start_step(&mut self) -> (&mut Iterate, [&NodeVector; 2], [f64; 2]) {
        self.iterates.rotate_right(1);
        let [newest, one, two] = &mut self.iterates;
        (newest, [&one.value, &two.value], self.coefficients)
    }

    /// Returns the newest iterate, and the residuals of the two before.
    pub(super) fn parts(&mut self) -> (&mut Iterate, [&NodeVector; 2]) {
        let [newest, one, two] = &mut self.iterates;
        (newest, [&one.residual, &two.residual])
    }

    /// Returns the result of the last step.
    pub(super) fn into_value(self) -> NodeVector {
        let [newest, _, _] = self.iterates;
        newest.value
    }

    /// Takes the sums of a step, for the coefficients of the next iterate.
    pub(super) fn finish_step(&mut self, sums: &StepSums) {
        let was_accelerated = self.coefficients != [0.0; 2];
        if was_accelerated && sums.residual > self.residual {
            self.depth = 0;
            self.plain_steps = self.penalty;
            self.penalty = self.penalty.saturating_mul(2);
        }
        self.residual = sums.residual;
        let coefficients = match self.plain_steps {
            0 => solve(&sums.products, self.depth),
            _ => None,
        };
        self.coefficients = coefficients.unwrap_or_default();
        self.plain_steps = self.plain_steps.saturating_sub(1);
        self.depth = (self.depth + 1).min(2);
    }
}

/// Returns the coefficients for a memory of `depth` earlier steps; none if there is nothing to gain.
fn solve(&[aa, ab, bb, ar, br]: &[f64; 5], depth: usize) -> Option<[f64; 2]> {
    let determinant = aa * bb - ab * ab;
    let found = match depth {
        0 => return None,
        2 if determinant > LEAST_DETERMINANT * aa * bb => {
            [(ar * bb - br * ab) / determinant, (aa * br - ab * ar) / determinant]
        }
        _ => [ar / aa, 0.0],
    };
    found.iter().all(|coefficient| coefficient.is_finite()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coefficients_minimise_the_residual() {
        let (a, b, r) = ([1.0, 2.0, 0.5], [0.3, -1.0, 2.0], [1.0, 1.0, 1.0]);
        let dot = |x: [f64; 3], y: [f64; 3]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        let products = [dot(a, a), dot(a, b), dot(b, b), dot(a, r), dot(b, r)];
        let [c1, c2] = solve(&products, 2).unwrap();
        let rest: [f64; 3] = std::array::from_fn(|i| r[i] - c1 * a[i] - c2 * b[i]);
        assert!(dot(rest, a).abs() < 1e-12 && dot(rest, b).abs() < 1e-12);
        assert_eq!(solve(&products, 1).unwrap(), [dot(a, r) / dot(a, a), 0.0]);
    }

    #[test]
    fn parallel_or_missing_differences_use_less_memory() {
        assert_eq!(solve(&[1.0; 5], 2), Some([1.0, 0.0]));
        assert_eq!(solve(&[1.0; 5], 0), None);
        assert_eq!(solve(&[0.0; 5], 2), None);
    }
}
