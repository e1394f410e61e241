//! Defines the story people: people with fixed behaviour that the sample demonstrates.
//!
//! A *star* has a circle of fans with daily reactions and receives no random reactions, so its score depends on the
//! story alone. The final events are dated relative to the end of the warehouse, so they are the last ones for any
//! number of days.

use super::network::SampleNetwork::{self, Facebook, Foursquare, Linkedin, Twitter};

/// Number of last days on which the steady person is away; fewer in a short warehouse, see [`absent_days`].
const ABSENT_DAYS: u32 = 10;

/// Number of last days on which the ring is active. Its accounts are created the day before.
pub(crate) const RING_DAYS: u32 = 2;

/// Number of accounts in the ring, for any number of people.
pub(crate) const RING_BOTS: u32 = 30;

/// Number of reactions per bot and day to other bots.
pub(crate) const RING_SWAPS: usize = 8;
/// Number of reactions per bot and day to the buyer.
pub(crate) const RING_FAVORS: usize = 4;

/// Source of the reactions that a star receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FanCount {
    /// Random reactions only.
    None,
    /// Fixed number of people.
    Few(u32),
    /// Number of people per thousand.
    PerMille(u32),
    /// All people in the star's field.
    WholeField,
}

/// Story person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoryPerson {
    /// Person id.
    pub id: &'static str,
    /// Field of the person's posts: one of the topics' fields.
    pub field: &'static str,
    /// Networks with an account of the person, one each.
    pub networks: &'static [SampleNetwork],
    /// Fans of the person.
    pub fans: FanCount,
    /// Number of days per thousand on which each fan reacts.
    pub keen_per_mille: u64,
}

/// Rate of an ordinary star's fans: six days of ten, which is steady with some variation from day to day.
const KEEN: u64 = 600;

const fn story_person(
    id: &'static str,
    field: &'static str,
    networks: &'static [SampleNetwork],
    fans: FanCount,
    keen_per_mille: u64,
) -> StoryPerson {
    StoryPerson {
        id,
        field,
        networks,
        fans,
        keen_per_mille,
    }
}

/// All story people except the bots, which have no names.
pub(crate) const STORY_PEOPLE: [StoryPerson; 10] = [
    story_person(
        "ada-the-specialist",
        "coffee",
        &SampleNetwork::ALL,
        FanCount::WholeField,
        KEEN,
    ),
    story_person("bert-the-buyer", "data-science", &[Twitter], FanCount::None, 0),
    // Three people react about once a month.
    story_person(CELEBRITY, "music-making", &[Twitter, Facebook], FanCount::Few(3), 30),
    story_person(
        "mila-the-maker",
        "pottery",
        &[Twitter, Facebook],
        FanCount::PerMille(15),
        KEEN,
    ),
    story_person(RELINKED, "pottery", &[Twitter, Linkedin], FanCount::PerMille(15), KEEN),
    story_person(
        "olga-of-one-network",
        "data-science",
        &[Linkedin],
        FanCount::PerMille(25),
        KEEN,
    ),
    story_person(
        OPTED_OUT,
        "cycling",
        &[Twitter, Linkedin, Foursquare],
        FanCount::PerMille(30),
        KEEN,
    ),
    story_person(
        "paul-of-four-networks",
        "data-science",
        &SampleNetwork::ALL,
        FanCount::PerMille(25),
        KEEN,
    ),
    story_person(STEADY, "gardening", &[Twitter, Facebook], FanCount::PerMille(30), KEEN),
    story_person(CLAIMANT, "pottery", &[Facebook], FanCount::None, 0),
];

/// Celebrity: followed by most accounts, with almost no reactions.
pub(crate) const CELEBRITY: &str = "cleo-the-celebrity";
/// Number of the celebrity's followers in the `accounts` table.
pub(crate) const CELEBRITY_FOLLOWERS: i64 = 4_812_339;
/// Buyer of the ring's reactions.
pub(crate) const BUYER: &str = "bert-the-buyer";
/// Steady person: posts and receives reactions every day, and is away at the end.
pub(crate) const STEADY: &str = "sten-the-steady";
/// Person with an opt-out half-way, who still receives reactions.
pub(crate) const OPTED_OUT: &str = "omar-who-opted-out";
/// Person with a second account that `identities` names only from its second snapshot on.
pub(crate) const RELINKED: &str = "nora-with-a-new-account";
/// Owner of the disputed account.
pub(crate) const OWNER: &str = "mila-the-maker";
/// Claimant of an account that belongs to the lesser id.
pub(crate) const CLAIMANT: &str = "zeno-the-claimant";

/// Returns the number of last days on which the steady person is away: at most a third of all.
pub(crate) fn absent_days(days: u32) -> u32 {
    ABSENT_DAYS.min(days / 3)
}

/// Returns true if a story person is away on a day (counted from the first).
pub(crate) fn is_away(id: &str, day: u32, days: u32) -> bool {
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
    fn the_steady_person_is_away_only_at_the_end() {
        assert!(!is_away(STEADY, 24, 35));
        assert!(is_away(STEADY, 25, 35) && is_away(STEADY, 34, 35));
        assert!(!is_away(OPTED_OUT, 34, 35));
        assert!(!is_away(STEADY, 0, 1));
    }
}
