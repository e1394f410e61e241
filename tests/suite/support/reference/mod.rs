//! Implements the whole model again, slowly and in another way: plain maps over raw rows, all at once.
//!
//! Follows the contract and the heads of `influence/*`, not the code: [`counted_acts`] selects the rows that count,
//! [`people`] resolves accounts and opt-outs, [`ranks`] computes trust and ranks, [`scores`] the scores, [`topics`] the
//! sums by topic, and [`topic_scores`] the scores by topic. Ids stay texts, each sum runs over all rows with their own
//! ages, and no state passes from one date to the next.

mod co_visits;
mod counted_acts;
mod endorsements;
mod evidence;
mod given;
mod interval;
mod people;
mod ranks;
mod scores;
mod topic_scores;
mod topic_tags;
mod topics;
mod vouching;

pub use scores::{PersonScore, compute_scores};
pub use topic_scores::{TopicScore, compute_topic_scores};

/// An account: network and account id.
pub type Account = (String, String);

/// Returns the weights of the four networks' verbs, from the heads of `networks/*`.
pub fn verb_weight(network: &str, verb: &str) -> Option<f64> {
    let verbs: &[(&str, f64)] = match network {
        "twitter" => &[
            ("tweet", 0.0),
            ("like", 1.0),
            ("mention", 1.5),
            ("list_add", 2.0),
            ("reply", 2.0),
            ("quote", 2.5),
            ("retweet", 3.0),
        ],
        "facebook" => &[
            ("post", 0.0),
            ("like", 1.0),
            ("tag", 1.0),
            ("wall_post", 1.5),
            ("comment", 2.0),
            ("share", 3.0),
        ],
        "linkedin" => &[
            ("post", 0.0),
            ("like", 1.0),
            ("comment", 2.0),
            ("share", 3.0),
            ("recommend", 5.0),
        ],
        "foursquare" => &[
            ("check_in", 0.0),
            ("tip", 0.0),
            (CO_VISIT, 0.5),
            ("tip_like", 1.0),
            ("tip_done", 3.0),
        ],
        _ => &[],
    };
    verbs.iter().find(|(word, _)| *word == verb).map(|(_, weight)| *weight)
}

/// Names the derived verb of Foursquare.
pub const CO_VISIT: &str = "co_visit";

/// Microseconds in a day.
pub const DAY: i64 = 86_400_000_000;

/// Counts the load dates between two reactions, or from the last one to the snapshot, after which a pair is forgotten.
pub const FORGOTTEN_AFTER: i32 = 720;

/// Returns the rows that are not forgotten at `as_of`: those after the last long gap between load dates, if any.
pub fn drop_forgotten<T: Clone>(rows: &[T], load_date: impl Fn(&T) -> i32, as_of: i32) -> Vec<T> {
    let mut rows = rows.to_vec();
    rows.sort_by_key(&load_date);
    let mut first = 0;
    for index in 1..rows.len() {
        if load_date(&rows[index]) - load_date(&rows[index - 1]) >= FORGOTTEN_AFTER {
            first = index;
        }
    }
    match rows.last() {
        Some(last) if as_of - load_date(last) < FORGOTTEN_AFTER => rows.split_off(first),
        _ => Vec::new(),
    }
}
