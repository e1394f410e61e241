//! The influence model: a person's influence is a sum of contributions, each owned by
//! (reactor, network, verb), and the score is an affine function of its logarithm.
//!
//! [`weights`] says what a reaction weighs; [`recency`], [`pairs`] and [`fold`] are the memory of reactions;
//! [`attention`] turns them into who attends to whom tonight, of which [`reciprocity`] takes what was returned;
//! [`trust`] says whose attention counts, and [`score`] adds it up. [`scoring`] takes these steps in order.
//! [`interval`] and [`coverage`] say how sure the outcome is, [`changes`] why it is another than the day before's, and
//! [`silence`] and [`one_more`] what would move it.

pub mod attention;
pub mod changes;
pub mod coverage;
pub mod fold;
pub mod interval;
pub mod network_parts;
pub mod one_more;
pub mod pairs;
pub mod params;
pub mod reach;
pub mod recency;
pub mod reciprocity;
pub mod resample;
pub mod score;
pub mod scoring;
pub mod silence;
pub mod standings;
pub mod trust;
pub mod weights;

#[doc(hidden)]
#[allow(clippy::unwrap_used, reason = "only tests use it")]
pub mod testing;
