//! What people are credible on: evidence from tags, texts, endorsements and audiences, and a score by topic.
//!
//! [`fold`] takes a night's rows into the [`memory`], which is linear and by account: [`ledger`]s of faded sums,
//! the latest [`sources`], the [`objects`] of late, and [`endorsements`]. Each night [`claims`] maps that to persons;
//! [`expertise`] makes strengths of it, with [`rings`] of praise taken out, endorsers taken for what those who
//! [vouch](vouching) for them are worth, and the [`audience`] put in; [`rollup`] adds
//! neighbouring and broader topics; [`standing`] ranks, and says what is shown and on which [`evidence`].

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
