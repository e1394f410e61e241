//! Decomposition of a daily score change into parts, each with a cause, a network and the people behind it.
//!
//! With the contributions `c` of reactors to a person on two dates `'` and `"`, and LM the logarithmic mean,
//!
//! ```text
//! ln I" - ln I' = sum of (c" - c') / LM(I', I")          LM(a, b) = (a - b) / (ln a - ln b)
//! c = A d rho (g + phi (1 - g))                           A saturated strength, d share left after reciprocation
//! ```
//!
//! so each reactor's part is exact, and each is split into its factors by midpoints ([`split`]). The strength
//! changes in a fixed order of steps: it fades; it loses reactors that opted out; it loses accounts that now belong
//! to other persons; it gains accounts that now belong to this person; last, new reactions arrive. The parts of
//! clamping and of a changed model are added separately ([`person_changes`]). No remainder exists, so no cause is named
//! "other".
//!
//! Persons of the two dates are matched by person id. Cost: one pass over the edges, which have the amounts of both
//! dates. Reproducible: a person's parts are added in the order of reactors.
//!
//! Source: the additive decomposition of a logarithm by logarithmic means (Ang, *The LMDI approach to decomposition
//! analysis*, Energy Policy 33, 2005).

pub mod cause;
pub mod flows;
pub mod person_changes;
pub mod split;
pub mod strength_moves;
pub mod tally;

pub use cause::{ChangeCause, RECIPROCATED_SUFFIX, describe_detail};
pub use person_changes::{DatePair, PersonScoreChange, ReactorPair};
