//! Computes topic scores from tags, texts, endorsements and audiences.
//!
//! [`merge`] merges new rows into the persisted state ([`topic_state`]), linear and by account: [`ledger`]s of decayed sums,
//! the latest [`sources`], recent [`objects`], and [`endorsements`]. Each run [`person_topics`] maps the state to persons.
//! [`strengths`] computes strengths: it discounts endorsement cycles ([`endorsement_graph`]), weights endorsers by the attention
//! they get ([`endorser_credibility`]), and adds the [`audience`]. [`rollup`] adds related and broader topics. [`topic_scores`] ranks
//! the rows, decides if each is shown, and attaches the [`evidence`].

pub mod audience;
mod brought;
pub mod endorsement_graph;
pub mod endorsements;
pub mod endorser_credibility;
pub mod evidence;
pub mod forecast;
pub mod influence_scores;
pub mod ledger;
pub mod mentions;
pub mod merge;
pub mod objects;
pub mod ontology;
mod own_sources;
pub mod person_topics;
pub mod rollup;
pub mod rows;
pub mod sources;
pub mod strengths;
pub mod topic_scores;
pub mod topic_state;
