//! Facebook: posts among people who know one another.

use super::Network;

/// Facebook's verbs and what each is worth.
pub(super) fn network() -> Network {
    Network::new(
        "facebook",
        &[
            // What the actor wrote. Writing to somebody is `wall_post` and naming somebody is
            // `tag`, rows of their own, so a post that carries a target credits nobody twice.
            ("post", 0.0),
            // The unit: one tap.
            ("like", 1.0),
            // Names a person as present, most often in a picture: attention of the actor's friends
            // that the person need not have earned. No more than a like.
            ("tag", 1.0),
            // Addressed to the person before the person's own friends; often a courtesy (birthdays).
            ("wall_post", 1.5),
            // Takes writing, and answers something the person made.
            ("comment", 2.0),
            // Passes the person's post on to the actor's own friends.
            ("share", 3.0),
        ],
    )
}
