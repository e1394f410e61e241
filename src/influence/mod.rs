//! The influence model: a person's influence is a sum of contributions, each owned by
//! (reactor, network, verb), and the score is an affine function of its logarithm.
//!
//! [`weights`] says what a reaction weighs, [`recency`], [`pairs`] and [`fold`] are the memory of reactions, [`attention`] turns them into who attends to
//! whom tonight, [`trust`] says whose attention counts, and [`score`] adds it up.

pub mod attention;
pub mod fold;
pub mod pairs;
pub mod params;
pub mod reach;
pub mod recency;
pub mod reciprocity;
pub mod score;
pub mod scoring;
pub mod standings;
pub mod trust;
pub mod weights;
