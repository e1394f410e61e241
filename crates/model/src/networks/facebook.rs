//! Facebook: posts among acquaintances.

use super::Network;

/// Returns Facebook's verbs and their weights.
pub(super) fn network() -> Network {
    Network::new(
        "facebook",
        &[
            // A text of the actor. Addressing a person is `wall_post` and naming a person is `tag`, rows of their
            // own, so a weight for a post with a target would credit that person twice.
            ("post", 0.0),
            // The unit: one tap.
            ("like", 1.0),
            // Names a person as present, most often in a picture: attention of the actor's friends
            // that the person need not have earned. No more than a like.
            ("tag", 1.0),
            // Addressed to the person before the person's own friends; often a courtesy (birthdays).
            ("wall_post", 1.5),
            // Takes writing, and answers a post of the person.
            ("comment", 2.0),
            // Passes the person's post on to the actor's own friends.
            ("share", 3.0),
        ],
    )
}
