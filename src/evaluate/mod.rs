//! How well the score foretells what comes: score the past, look at the future.
//!
//! Everything that happened before an instant is scored, by Clout and by the plain predictors that an
//! analyst would write from the same counted rows; what the next day or week brings then judges them all
//! alike. A score that a count beats at this is not worth its trouble.
//!
//! ```text
//! acts before the instant ──> Clout's score, rivals ─┐
//!                                                    ├──> measures
//! acts of the next window ──> distinct reactors ─────┘
//! ```
//!
//! [`rivals`] are the plain predictors and the outcomes of a window, [`measures`] compare a ranking with
//! outcomes. Both are pure: slices by person in, numbers out; the same input gives the same bits on any
//! number of threads.

pub mod measures;
pub mod rivals;
