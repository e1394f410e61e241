//! Why a score moved in a day: a sum of parts, each with a cause, a network and the people behind it.
//!
//! With `c` the contributions of reactors to a person on two nights `'` and `"`, and LM the logarithmic mean,
//!
//! ```text
//! ln I" - ln I' = sum of (c" - c') / LM(I', I")          LM(a, b) = (a - b) / (ln a - ln b)
//! c = A d rho (g + phi (1 - g))                           A the saturated strength, d what an answer leaves of it
//! ```
//!
//! so every reactor's part is known exactly, and each is split into its factors by midpoints ([`split`]). The
//! strength goes one way, in a fixed order: it fades, then loses those who opted out, then what belongs to other
//! persons now, gains what belongs to these now, and last come today's reactions. The clamp's part and another
//! model's are added by themselves ([`person`]). Nothing is left over, so there is no cause named "other".
//!
//! What is known only by name on one of two nights is matched by person id. Cost: one pass over the edges of both
//! nights. Reproducible: a person's parts are added in the order of reactors.
//!
//! Source: the additive decomposition of a logarithm by logarithmic means (Ang, *The LMDI approach to decomposition
//! analysis*, Energy Policy 33, 2005).

pub mod cause;
pub mod flows;
pub mod moves;
pub mod person;
pub mod split;
pub mod tally;

pub use cause::{ANSWERED_MARK, Cause, in_words};
pub use person::{Change, Nights, Side};
