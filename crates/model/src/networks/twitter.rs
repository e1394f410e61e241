//! Twitter: short posts, passed on or answered.
//!
//! The order matters beyond the weights: one act is often written as two rows (a retweet or a reply
//! mentions its author), and of such twins the verb with the greater weight counts.

use super::Network;

/// Twitter's verbs and what each is worth.
pub(super) fn network() -> Network {
    Network::new(
        "twitter",
        &[
            // What the actor wrote. That somebody else is named in it is a row of its own (mention,
            // reply or quote), so a tweet that carries a target all the same is worth nothing
            // here: it would credit that person twice.
            ("tweet", 0.0),
            // The unit: one tap, seen by few, given freely.
            ("like", 1.0),
            // Names a person in the actor's own words, before the actor's readers; it may also be
            // a summons that the person did nothing to earn, hence little more than a like.
            ("mention", 1.5),
            // A lasting choice to read the person, made once and rarely; nobody else sees much of
            // it.
            ("list_add", 2.0),
            // Takes writing, and continues what the person began. Above mention: an answer is also
            // delivered as a mention of its addressee.
            ("reply", 2.0),
            // An answer that is shown to the actor's own readers together with its object.
            ("quote", 2.5),
            // The person's words, unchanged, before everyone who follows the actor: what spreading
            // influence means, and the costliest thing to give away on this network.
            ("retweet", 3.0),
        ],
    )
}
