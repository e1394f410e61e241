//! Foursquare: visits to places, and tips about them.

use super::Network;

/// Longest time from the target's check-in to the reactor's, in days, as the input reference says.
/// People keep weekly habits, so a longer window would mostly find coincidences.
const CO_VISIT_WINDOW_DAYS: i64 = 7;

/// Returns Foursquare's verbs and their weights.
pub(super) fn network() -> Network {
    Network::new(
        "foursquare",
        &[
            // A visit of the actor. Its credit comes from the derived co-visit, so a check-in with a target
            // has no weight of its own.
            ("check_in", 0.0),
            // A text of the actor about a place; it credits no other person.
            ("tip", 0.0),
            // Derived: a follower visits a place after the person. The reaction is inferred, and the
            // place may have attracted both of them: half an ordinary reaction.
            ("co_visit", 0.5),
            // The unit: one tap.
            ("tip_like", 1.0),
            // The actor went to the place and followed the person's advice: an act in the world, the strongest
            // sign of influence on this network.
            ("tip_done", 3.0),
        ],
    )
    .with_co_visit("check_in", "co_visit", CO_VISIT_WINDOW_DAYS)
}
