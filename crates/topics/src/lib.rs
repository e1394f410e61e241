//! Computes topic scores from tags, texts, endorsements and audiences.
//!
//! Each module is one table, or a kernel where a query cannot say it. [`merge`] makes the tables of new rows and merges
//! them into those of the persisted state ([`topic_state`]). All sums are integers ([`fixed_point`]), so the state is the
//! same night by night and all at once.
//!
//! | step | module | result |
//! |---|---|---|
//! | new rows | `row_topics` | kernel: topics of each row |
//! | | `acts` | acts, mentions, credits by row |
//! | | `interactions`, `interests` | reactions and texts to others, and posts, by topic and period ([`period_ledger`]) |
//! | | `post_topics`, `topic_pairs`, `sources` | topics of objects, rows on two topics, latest evidence |
//! | | [`endorsements`] | endorsements by topic and period |
//! | persons | [`person_tables`], [`person_topics`] | (person, topic) pairs and the edges between them |
//! | | [`strengths`], [`endorsement_graph`], [`endorser_credibility`], [`audience`] | kernels: propagation, cycles, credibility, sparse product |
//! | | [`relations`], [`rollup`] | broader and related topics |
//! | | `person_sources` | latest tags and texts of persons, and the people behind them |
//! | rows | [`topic_scores`], [`evidence`] | the tables `topic_scores` and `topic_evidence` |
//! | | [`forecast`] | effect of one more reaction |

mod acts;
pub mod audience;
pub mod endorsement_graph;
pub mod endorsements;
pub mod endorser_credibility;
pub mod evidence;
pub mod evidence_kind;
pub mod fixed_point;
pub mod forecast;
pub mod frames;
pub mod influence_scores;
mod interactions;
mod interests;
pub mod mentions;
pub mod merge;
pub mod ontology;
pub mod period_ledger;
mod person_sources;
pub mod person_tables;
pub mod person_topics;
mod post_topics;
pub mod relations;
pub mod rollup;
mod row_topics;
pub mod rows;
mod sources;
pub mod state_tables;
pub mod strengths;
#[cfg(test)]
mod testing;
mod topic_pairs;
pub mod topic_scores;
pub mod topic_state;
