//! Twitter: short posts, passed on or answered.
//!
//! The order of weights matters: one act is often written as two rows (a retweet or a reply
//! mentions its author), and of such twins the verb with the greater weight counts.

use super::Network;

/// Returns Twitter's verbs and their weights.
pub(super) fn network() -> Network {
    Network::new(
        "twitter",
        &[
            // A text of the actor. Naming another person in it is a row of its own (mention, reply or quote),
            // so a weight for a tweet with a target would credit that person twice.
            ("tweet", 0.0),
            // The unit: one tap, seen by few, given freely.
            ("like", 1.0),
            // Names a person in the actor's own words, before the actor's readers. It may also be a
            // summons without merit of the person, hence little more than a like.
            ("mention", 1.5),
            // A lasting choice to read the person, made once and rarely; almost no other person sees it.
            ("list_add", 2.0),
            // Takes writing, and continues a thread of the person. Above mention: an answer is also
            // delivered as a mention of its addressee.
            ("reply", 2.0),
            // An answer that is shown to the actor's own readers together with its object.
            ("quote", 2.5),
            // The person's words, unchanged, before all followers of the actor: the core of spreading
            // influence, and the costliest reaction on this network.
            ("retweet", 3.0),
        ],
    )
}
