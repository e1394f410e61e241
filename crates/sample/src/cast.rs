//! The story's cast: the people whose fate the sample is made to show.
//!
//! A *star* has a circle of fans who react to it day after day, and gets nothing from chance, so
//! that what becomes of it is the story's doing alone. The last chapter of each story is told
//! from the end of the warehouse backwards, so it stays the last for any number of days.

use super::network::Network::{self, Facebook, Foursquare, Linkedin, Twitter};

/// How many of the last days the steady one is away; fewer in a short warehouse, see
/// [`absent_days`].
const ABSENT_DAYS: u32 = 10;

/// On how many of the last days the ring is at work. Its accounts are made the day before.
pub const RING_DAYS: u32 = 2;

/// Accounts in the ring, for any number of people: a purchase has a price.
pub const RING_BOTS: u32 = 30;

/// Reactions of a bot a day, to other bots and to the buyer.
pub const RING_SWAPS: usize = 8;
/// See [`RING_SWAPS`].
pub const RING_FAVORS: usize = 4;

/// Whose reactions a star gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fans {
    /// Nobody's but what chance brings.
    None,
    /// So many people, whatever the size of the warehouse.
    Few(u32),
    /// So many people of a thousand.
    PerMille(u32),
    /// Everyone in the star's field.
    WholeField,
}

/// A member of the cast.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The person id.
    pub id: &'static str,
    /// What the person speaks about: one of the topics' fields.
    pub field: &'static str,
    /// Where the person has an account, one each.
    pub networks: &'static [Network],
    /// Who reacts to the person.
    pub fans: Fans,
    /// On how many days of a thousand each fan reacts.
    pub keen_per_mille: u64,
}

/// The fans of an ordinary star react on six days of ten: often enough to be steady, seldom
/// enough to leave every day a little different.
const KEEN: u64 = 600;

const fn part(
    id: &'static str,
    field: &'static str,
    networks: &'static [Network],
    fans: Fans,
    keen_per_mille: u64,
) -> Part {
    Part {
        id,
        field,
        networks,
        fans,
        keen_per_mille,
    }
}

/// Everyone with a part except the bots, who have no names.
pub const CAST: [Part; 10] = [
    part("ada-the-specialist", "coffee", &Network::ALL, Fans::WholeField, KEEN),
    part("bert-the-buyer", "data-science", &[Twitter], Fans::None, 0),
    // Three people who react about once a month: "almost nobody".
    part(CELEBRITY, "music-making", &[Twitter, Facebook], Fans::Few(3), 30),
    part(
        "mila-the-maker",
        "pottery",
        &[Twitter, Facebook],
        Fans::PerMille(15),
        KEEN,
    ),
    part(RELINKED, "pottery", &[Twitter, Linkedin], Fans::PerMille(15), KEEN),
    part(
        "olga-of-one-network",
        "data-science",
        &[Linkedin],
        Fans::PerMille(25),
        KEEN,
    ),
    part(
        OPTED_OUT,
        "cycling",
        &[Twitter, Linkedin, Foursquare],
        Fans::PerMille(30),
        KEEN,
    ),
    part(
        "paul-of-four-networks",
        "data-science",
        &Network::ALL,
        Fans::PerMille(25),
        KEEN,
    ),
    part(STEADY, "gardening", &[Twitter, Facebook], Fans::PerMille(30), KEEN),
    part(CLAIMANT, "pottery", &[Facebook], Fans::None, 0),
];

/// Followed by most, answered by almost nobody.
pub const CELEBRITY: &str = "cleo-the-celebrity";
/// The celebrity's following as the `accounts` table gives it.
pub const CELEBRITY_FOLLOWERS: i64 = 4_812_339;
/// Pays the ring.
pub const BUYER: &str = "bert-the-buyer";
/// Posts and is answered every day, and is away at the end.
pub const STEADY: &str = "sten-the-steady";
/// Opts out half-way, and is reacted to all the same.
pub const OPTED_OUT: &str = "omar-who-opted-out";
/// Has a second account that the identities name only from their second snapshot on.
pub const RELINKED: &str = "nora-with-a-new-account";
/// Owns the account that the claimant claims.
pub const OWNER: &str = "mila-the-maker";
/// Claims an account that belongs to the lesser id.
pub const CLAIMANT: &str = "zeno-the-claimant";

/// How many of the last days the steady one is away: at most a third of all.
pub fn absent_days(days: u32) -> u32 {
    ABSENT_DAYS.min(days / 3)
}

/// Whether a member of the cast is away on a day (counted from the first).
pub fn is_away(id: &str, day: u32, days: u32) -> bool {
    id == STEADY && day >= days - absent_days(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owner_wins_the_disputed_account() {
        assert!(OWNER < CLAIMANT, "the contract gives it to the lesser id");
    }

    #[test]
    fn the_steady_one_is_away_at_the_end_only() {
        assert!(!is_away(STEADY, 24, 35));
        assert!(is_away(STEADY, 25, 35) && is_away(STEADY, 34, 35));
        assert!(!is_away(OPTED_OUT, 34, 35));
        assert!(!is_away(STEADY, 0, 1));
    }
}
