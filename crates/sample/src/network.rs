//! Defines the four networks: their verbs and the small differences between their files.
//!
//! A reaction has one of four manners. An *echo* (a like, a share) has the tags of its object and no text. An
//! *answer* (a reply, a comment) has text and tags by the actor, about an object. An *address* has text and tags by
//! the actor, about a person and no object. A *bare* reaction (a list, a tag in a photo) names only the person.

/// Network of the sample. The order is the order of files and of identities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SampleNetwork {
    /// Short public posts with hashtags.
    Twitter,
    /// Posts and comments among friends.
    Facebook,
    /// Posts about work.
    Linkedin,
    /// Check-ins and tips at venues.
    Foursquare,
}

/// Content of a reaction relative to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReactionManner {
    /// Tags of the object, no text.
    Echo,
    /// Text and tags by the actor, about an object.
    Answer,
    /// Text and tags by the actor, about a person and no object.
    Address,
    /// No text, tags or object.
    Bare,
}

/// Verb, its relative frequency on the network, and its manner.
pub(crate) type VerbUse = (&'static str, u64, ReactionManner);

impl SampleNetwork {
    /// All networks, in order.
    pub(crate) const ALL: [SampleNetwork; 4] = [
        SampleNetwork::Twitter,
        SampleNetwork::Facebook,
        SampleNetwork::Linkedin,
        SampleNetwork::Foursquare,
    ];

    /// Returns the value of the `network=` partition.
    pub(crate) fn name(self) -> &'static str {
        match self {
            SampleNetwork::Twitter => "twitter",
            SampleNetwork::Facebook => "facebook",
            SampleNetwork::Linkedin => "linkedin",
            SampleNetwork::Foursquare => "foursquare",
        }
    }

    /// Returns the prefix of the network's activity ids and object ids.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            SampleNetwork::Twitter => "tw",
            SampleNetwork::Facebook => "fb",
            SampleNetwork::Linkedin => "li",
            SampleNetwork::Foursquare => "fs",
        }
    }

    /// Returns the verb of a post with text.
    pub(crate) fn post_verb(self) -> &'static str {
        match self {
            SampleNetwork::Twitter => "tweet",
            SampleNetwork::Facebook | SampleNetwork::Linkedin => "post",
            SampleNetwork::Foursquare => "tip",
        }
    }

    /// Returns the reactions of the network. The frequencies are made up, but their order is realistic: likes are far
    /// more frequent than answers, and answers more frequent than recommendations.
    pub(crate) fn reactions(self) -> &'static [VerbUse] {
        use ReactionManner::{Address, Answer, Bare, Echo};
        match self {
            SampleNetwork::Twitter => &[
                ("like", 46, Echo),
                ("retweet", 20, Echo),
                ("reply", 18, Answer),
                ("mention", 8, Address),
                ("quote", 6, Answer),
                ("list_add", 2, Bare),
            ],
            SampleNetwork::Facebook => &[
                ("like", 55, Echo),
                ("comment", 25, Answer),
                ("share", 12, Echo),
                ("wall_post", 5, Address),
                ("tag", 3, Bare),
            ],
            SampleNetwork::Linkedin => &[
                ("like", 56, Echo),
                ("comment", 25, Answer),
                ("share", 16, Echo),
                ("recommend", 3, Bare),
            ],
            SampleNetwork::Foursquare => &[("tip_like", 75, Echo), ("tip_done", 25, Echo)],
        }
    }

    /// Returns a verb that the network does not have, for rows that are bad on purpose.
    pub(crate) fn unknown_verb(self) -> &'static str {
        match self {
            SampleNetwork::Twitter => "superlike",
            SampleNetwork::Facebook => "poke",
            SampleNetwork::Linkedin => "nod",
            SampleNetwork::Foursquare => "wave",
        }
    }

    /// Returns true if the warehouse has follows of the network.
    pub(crate) fn has_follows(self) -> bool {
        matches!(self, SampleNetwork::Twitter | SampleNetwork::Foursquare)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unknown_verb_is_unknown_on_its_network() {
        for network in SampleNetwork::ALL {
            let unknown = network.unknown_verb();
            assert_ne!(network.post_verb(), unknown);
            assert!(network.reactions().iter().all(|(verb, ..)| *verb != unknown));
        }
    }
}
