//! The four networks as their dumps would look: their words, and the small ways in which their
//! files differ.
//!
//! A reaction is one of three kinds. An *echo* (a like, a share) carries the tags of what it
//! reacts to and no words of its own. An *answer* (a reply, a comment) carries the actor's words
//! and tags. A *bare* one (a list, a tag in a photo) names the person and no object.

/// A network of the sample. The order is the order of files and of identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Network {
    /// Short public posts with hashtags.
    Twitter,
    /// Posts and comments among friends.
    Facebook,
    /// Posts about work.
    Linkedin,
    /// Check-ins and tips at venues.
    Foursquare,
}

/// How a reaction treats what it reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Repeats the object's tags, says nothing.
    Echo,
    /// The actor's own words and tags, about an object.
    Answer,
    /// The actor's own words and tags, about a person and no object.
    Address,
    /// Neither words nor tags nor object.
    Bare,
}

/// A verb, how often it is chosen (relative to the others of its network), and its manner.
pub type VerbUse = (&'static str, u64, Manner);

impl Network {
    /// Every network, in order.
    pub const ALL: [Network; 4] = [
        Network::Twitter,
        Network::Facebook,
        Network::Linkedin,
        Network::Foursquare,
    ];

    /// The value of the `network=` partition.
    pub fn name(self) -> &'static str {
        match self {
            Network::Twitter => "twitter",
            Network::Facebook => "facebook",
            Network::Linkedin => "linkedin",
            Network::Foursquare => "foursquare",
        }
    }

    /// What activity ids and object ids of the network begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Network::Twitter => "tw",
            Network::Facebook => "fb",
            Network::Linkedin => "li",
            Network::Foursquare => "fs",
        }
    }

    /// The verb of a post with words.
    pub fn post_verb(self) -> &'static str {
        match self {
            Network::Twitter => "tweet",
            Network::Facebook | Network::Linkedin => "post",
            Network::Foursquare => "tip",
        }
    }

    /// The reactions of the network. The shares are made up; that approving is far more frequent
    /// than answering, and answering than recommending, is what every network shows.
    pub fn reactions(self) -> &'static [VerbUse] {
        use Manner::{Address, Answer, Bare, Echo};
        match self {
            Network::Twitter => &[
                ("like", 46, Echo),
                ("retweet", 20, Echo),
                ("reply", 18, Answer),
                ("mention", 8, Address),
                ("quote", 6, Answer),
                ("list_add", 2, Bare),
            ],
            Network::Facebook => &[
                ("like", 55, Echo),
                ("comment", 25, Answer),
                ("share", 12, Echo),
                ("wall_post", 5, Address),
                ("tag", 3, Bare),
            ],
            Network::Linkedin => &[
                ("like", 56, Echo),
                ("comment", 25, Answer),
                ("share", 16, Echo),
                ("recommend", 3, Bare),
            ],
            Network::Foursquare => &[("tip_like", 75, Echo), ("tip_done", 25, Echo)],
        }
    }

    /// A verb that the network does not have, for rows that are bad on purpose.
    pub fn unknown_verb(self) -> &'static str {
        match self {
            Network::Twitter => "superlike",
            Network::Facebook => "poke",
            Network::Linkedin => "nod",
            Network::Foursquare => "wave",
        }
    }

    /// Whether the warehouse holds the network's follows.
    pub fn has_follows(self) -> bool {
        matches!(self, Network::Twitter | Network::Foursquare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_network_knows_its_unknown_verb() {
        for network in Network::ALL {
            let unknown = network.unknown_verb();
            assert_ne!(network.post_verb(), unknown);
            assert!(network.reactions().iter().all(|(verb, ..)| *verb != unknown));
        }
    }
}
