//! LinkedIn: posts under one's professional name.

use super::Network;

/// Returns LinkedIn's verbs and their weights.
pub(super) fn network() -> Network {
    Network::new(
        "linkedin",
        &[
            // A text of the actor; credit for a person has verbs of its own.
            ("post", 0.0),
            // The unit: one tap.
            ("like", 1.0),
            // Takes writing, before colleagues and employers.
            ("comment", 2.0),
            // Passes the person's post on to the actor's own contacts.
            ("share", 3.0),
            // A signed text about the person that stays on their profile; most people write a
            // handful in a career. The rarest and most deliberate reaction of the four networks.
            ("recommend", 5.0),
        ],
    )
}
