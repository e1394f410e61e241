//! Topics: what lies above what, and the words by which tags and texts speak of them.
//!
//! [`hierarchy`] is the DAG; [`normalize`] gives every word one form, [`prose`] reads a text as such words (and
//! `code` tells what is none),
//! [`lexicon`] finds the aliases of topics among them, and [`sense`] says which topics are meant.

mod code;
pub mod hierarchy;
pub mod hits;
pub mod lexicon;
pub mod normalize;
pub mod prose;
pub mod sense;

pub use hierarchy::{Faults, Ontology, Topic};
