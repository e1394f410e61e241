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

use rayon::prelude::*;

use super::pull::{Iterate, NodeVector, StepSums};

/// Smallest determinant of the normal equations, relative to the product of their diagonal, at which both earlier steps
/// are used. Below it the two differences are parallel up to rounding.
const LEAST_DETERMINANT: f64 = 1e-12;

/// The last three iterates, and the state of the fallback.
pub(super) struct Acceleration {
    /// Newest first.
    iterates: [Iterate; 3],
    /// Number of earlier iterates in the memory, at most 2.
    depth: usize,
    /// Residual of the last step.
    residual: f64,
    is_accelerated: bool,
    /// Plain steps that are due.
    plain_steps: u32,
    /// Plain steps after the next failure.
    penalty: u32,
}

impl Acceleration {
    /// Starts at `y`.
    pub(super) fn new(node_count: usize, y: NodeVector) -> Acceleration {
        let iterate = |residual| Iterate {
            value: NodeVector::new(node_count),
            residual,
        };
        let [one, two] = std::array::from_fn(|_| iterate(NodeVector::new(node_count)));
        Acceleration {
            iterates: [iterate(y), one, two],
            depth: 0,
            residual: f64::INFINITY,
            is_accelerated: false,
            plain_steps: 0,
            penalty: 1,
        }
    }

    /// Returns the newest iterate, and the residuals of the two before.
    pub(super) fn parts(&mut self) -> (&mut Iterate, [&NodeVector; 2]) {
        let [newest, one, two] = &mut self.iterates;
        (newest, [&one.residual, &two.residual])
    }

    /// Returns the current y, before its step.
    pub(super) fn current(&self) -> &NodeVector {
        &self.iterates[0].residual
    }

    /// Returns the result of the last step.
    pub(super) fn into_value(self) -> NodeVector {
        let [newest, _, _] = self.iterates;
        newest.value
    }

    /// Computes the next y from the sums of the last step.
    pub(super) fn advance(&mut self, sums: &StepSums) {
        if self.is_accelerated && sums.residual > self.residual {
            self.depth = 0;
            self.plain_steps = self.penalty;
            self.penalty = self.penalty.saturating_mul(2);
        }
        self.residual = sums.residual;
        let coefficients = match self.plain_steps {
            0 => solve(&sums.products, self.depth),
            _ => None,
        };
        self.plain_steps = self.plain_steps.saturating_sub(1);
        self.is_accelerated = coefficients.is_some();
        self.depth = (self.depth + 1).min(2);
        self.combine(coefficients.unwrap_or_default());
        self.iterates.rotate_right(1);
    }

    /// Writes y' into the residual of the oldest iterate, which no step needs any more.
    fn combine(&mut self, [c1, c2]: [f64; 2]) {
        let [newest, one, two] = &mut self.iterates;
        two.residual.chunks_mut().enumerate().for_each(|(chunk, next)| {
            let [g, g1, g2] = [&newest.value, &one.value, &two.value].map(|value| value.chunk(chunk));
            for (node, next) in next.iter_mut().enumerate() {
                let change = c1 * (g[node] - g1[node]) + c2 * (g1[node] - g2[node]);
                *next = (g[node] - change).max(0.0);
            }
        });
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
