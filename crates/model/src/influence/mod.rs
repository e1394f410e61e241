//! The influence model ([`model`] holds its parameters). A person's influence is a sum of contributions, each of one (reactor, network, verb);
//! the score is an affine function of its logarithm.
//!
//! [`weights`] computes the weight of a reaction, and [`weigh_dates`] does so for whole load dates; [`recency`], [`pairs`] and [`merge_pairs`] store the decayed sums of
//! reactions; [`attention`] turns them into attention between persons, and [`reciprocity`] discounts the part that
//! was returned; [`trust`] computes trust and rank of reactors, and [`score`] adds up contributions. [`scoring`] runs
//! these steps in order. [`interval`] and [`coverage`] quantify the uncertainty of a score, [`changes`] explains its
//! daily change, and [`silence_forecast`] and [`reaction_forecast`] forecast it.

pub mod attention;
pub mod attention_build;
mod attention_columns;
pub mod attention_entries;
pub mod changes;
pub mod coverage;
pub mod edge_terms;
pub mod interval;
pub mod kept_scores;
pub mod merge_pairs;
pub mod model;
pub mod network_parts;
pub mod pair_table;
pub mod pairs;
pub mod params;
pub mod past_attention;
pub mod reach;
pub mod reaction_acts;
pub mod reaction_forecast;
pub mod recency;
pub mod reciprocity;
mod replicates;
pub mod resample;
pub mod score;
pub mod score_scale;
pub mod score_table;
pub mod scoring;
pub mod silence_forecast;
mod tails;
pub mod trust;
pub mod weigh_dates;
pub mod weights;

#[doc(hidden)]
#[allow(clippy::unwrap_used, reason = "only tests use it")]
pub mod testing;
