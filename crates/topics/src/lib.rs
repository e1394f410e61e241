//! Computes topic scores from tags, texts, endorsements and audiences.
//!
//! [`fold`] merges new rows into the persisted state ([`memory`]), linear and by account: [`ledger`]s of decayed sums,
//! the latest [`sources`], recent [`objects`], and [`endorsements`]. Each run [`claims`] maps the state to persons.
//! [`expertise`] computes strengths: it discounts endorsement cycles ([`rings`]), weights endorsers by the attention
//! they get ([`vouching`]), and adds the [`audience`]. [`rollup`] adds related and broader topics. [`standing`] ranks
//! the rows, decides if each is shown, and attaches the [`evidence`].

pub mod audience;
mod brought;
pub mod claims;
pub mod endorsements;
pub mod evidence;
pub mod expertise;
pub mod fold;
pub mod ledger;
pub mod memory;
pub mod mentions;
pub mod objects;
pub mod one_more;
pub mod ontology;
mod own_sources;
pub mod rings;
pub mod rollup;
pub mod rows;
pub mod sources;
pub mod standing;
pub mod vouching;
