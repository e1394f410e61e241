//! The influence model. A person's influence is a sum of contributions, each of one (reactor, network, verb);
//! the score is an affine function of its logarithm.
//!
//! [`weights`] computes the weight of a reaction; [`recency`], [`pairs`] and [`fold`] store the decayed sums of
//! reactions; [`attention`] turns them into attention between persons, and [`reciprocity`] discounts the part that
//! was returned; [`trust`] computes trust and rank of reactors, and [`score`] adds up contributions. [`scoring`] runs
//! these steps in order. [`interval`] and [`coverage`] quantify the uncertainty of a score, [`changes`] explains its
//! daily change, and [`silence`] and [`one_more`] forecast it.

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
