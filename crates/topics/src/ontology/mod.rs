//! Models the topics: their hierarchy, and the words by which tags and texts refer to them.
//!
//! [`hierarchy`] is the graph of topics. [`normalize`] maps every spelling of a word to one form. [`prose`] reads a
//! text as such words and skips addresses and code (`code`). [`lexicon`] finds the aliases of topics among the words
//! (`phrase_table`).
//! [`alias_resolver`] resolves the aliases of a row to topics.

pub mod alias_resolver;
mod code;
pub mod hierarchy;
pub mod hits;
pub mod lexicon;
pub mod normalize;
mod phrase_table;
pub mod prose;

pub use hierarchy::{Ontology, OntologyFaults, TopicRecord};
