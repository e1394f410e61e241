//! Foursquare: visits to places, and tips about them.

use super::Network;

/// The longest time from the target's check-in to the reactor's, in days: the contract's seven.
/// People keep weekly habits, so a longer window would mostly find coincidences.
const CO_VISIT_WINDOW_DAYS: i64 = 7;

/// Foursquare's verbs and what each is worth.
pub(super) fn network() -> Network {
    Network::new(
        "foursquare",
        &[
            // A visit of the actor; whom it credits is worked out as a co-visit, so a check-in that
            // carries a target is worth nothing by itself.
            ("check_in", 0.0),
            // What the actor wrote about a place; it credits nobody else.
            ("tip", 0.0),
            // Derived: a follower goes where the person was. Inferred rather than said, and the
            // place may have drawn both of them: half an ordinary reaction.
            ("co_visit", 0.5),
            // The unit: one tap.
            ("tip_like", 1.0),
            // Went there and did what the person advised: an act in the world, the strongest sign
            // of influence that this network has.
            ("tip_done", 3.0),
        ],
    )
    .with_co_visit("check_in", "co_visit", CO_VISIT_WINDOW_DAYS)
}
