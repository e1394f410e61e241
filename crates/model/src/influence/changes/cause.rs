//! The causes of a change, as published.

/// Why a score moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// How far strangers are believed, and what an answer leaves of a stranger's attention.
    Corroboration,
    /// Older reactions count less, and a longer history asks for more of them.
    FadedReactions,
    /// An account, the person's or a reactor's, belongs to somebody else now.
    IdentityChanged,
    /// What came with the person's first appearance on a network.
    NetworkJoined,
    /// What went with the person's last account on a network.
    NetworkLeft,
    /// Reactions that were delivered today, as if nobody had reacted before.
    NewReactions,
    /// Reactors who opted out.
    OptedOutReactors,
    /// Reactors who are less known, or less listened to, than the day before.
    ReactorsFell,
    /// Reactors who are better known, or more listened to.
    ReactorsRose,
    /// Another model, or a rebuild that read other input.
    Recalibrated,
    /// What today's reactions are worth less because the same people had reacted before.
    RepeatsSaturated,
    /// What the limits of the scale took, or gave back.
    ScaleLimit,
}

impl Cause {
    /// All of them, in the order of their words.
    pub const ALL: [Cause; 12] = [
        Cause::Corroboration,
        Cause::FadedReactions,
        Cause::IdentityChanged,
        Cause::NetworkJoined,
        Cause::NetworkLeft,
        Cause::NewReactions,
        Cause::OptedOutReactors,
        Cause::ReactorsFell,
        Cause::ReactorsRose,
        Cause::Recalibrated,
        Cause::RepeatsSaturated,
        Cause::ScaleLimit,
    ];

    /// The word in `score_changes`.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Corroboration => "corroboration",
            Cause::FadedReactions => "faded_reactions",
            Cause::IdentityChanged => "identity_changed",
            Cause::NetworkJoined => "network_joined",
            Cause::NetworkLeft => "network_left",
            Cause::NewReactions => "new_reactions",
            Cause::OptedOutReactors => "opted_out_reactors",
            Cause::ReactorsFell => "reactors_fell",
            Cause::ReactorsRose => "reactors_rose",
            Cause::Recalibrated => "recalibrated",
            Cause::RepeatsSaturated => "repeats_saturated",
            Cause::ScaleLimit => "scale_limit",
        }
    }

    /// The cause of a word.
    pub fn of_word(word: &str) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| cause.word() == word)
    }

    /// The cause on a network on which the person is new (`joined`) or no longer there (`left`).
    pub fn on_network(self, joined: bool, left: bool) -> Cause {
        match self {
            Cause::NewReactions | Cause::RepeatsSaturated | Cause::IdentityChanged if joined => Cause::NetworkJoined,
            Cause::FadedReactions | Cause::IdentityChanged if left => Cause::NetworkLeft,
            other => other,
        }
    }
}

/// What follows the network in the detail of a row that is about attention that was returned.
pub const ANSWERED_MARK: &str = ", answered";

/// A detail of `score_changes` as people read it.
pub fn in_words(detail: &str) -> String {
    let (place, people) = match detail.split_once(": ") {
        Some((place, people)) => (place, Some(people)),
        None => (detail, None),
    };
    match (place.strip_suffix(ANSWERED_MARK), people) {
        (None, _) => detail.to_owned(),
        (Some(network), None) => format!("{network}, for attention given back"),
        (Some(network), Some(people)) => format!("{network}, for attention given back: {people}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_about_answers_says_so_and_the_others_stay() {
        assert_eq!(in_words("twitter: ada and 2 more"), "twitter: ada and 2 more");
        assert_eq!(in_words("twitter, answered"), "twitter, for attention given back");
        assert_eq!(
            in_words("twitter, answered: ada"),
            "twitter, for attention given back: ada"
        );
    }

    #[test]
    fn causes_stand_in_the_order_of_their_words() {
        assert!(Cause::ALL.is_sorted_by(|a, b| a < b && a.word() < b.word()));
    }
}
