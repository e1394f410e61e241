//! The causes of a score change, as published in `score_changes`.

/// The cause of one part of a score change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The belief in strangers changed, or the part of a stranger's attention that remains after reciprocation.
    Corroboration,
    /// Older reactions count less, and a longer history requires more of them.
    FadedReactions,
    /// An account of the person or of a reactor belongs to another person now.
    IdentityChanged,
    /// The person first appeared on a network.
    NetworkJoined,
    /// The person's last account on a network disappeared.
    NetworkLeft,
    /// Reactions delivered on this load date, at the value of a first reaction.
    NewReactions,
    /// Reactors opted out.
    OptedOutReactors,
    /// Reactors have less trust or rank than on the previous date.
    ReactorsFell,
    /// Reactors have more trust or rank than on the previous date.
    ReactorsRose,
    /// The model changed, or a rebuild read other input.
    Recalibrated,
    /// The loss of value of new reactions because the same people had reacted before.
    RepeatsSaturated,
    /// The part that clamping to the scale removed or returned.
    ScaleLimit,
}

impl Cause {
    /// All causes in the order of their names.
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

    /// Returns the name of the cause in `score_changes`.
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

    /// Parses the name of a cause.
    pub fn of_word(word: &str) -> Option<Cause> {
        Cause::ALL.into_iter().find(|cause| cause.word() == word)
    }

    /// Returns the cause on a network that the person has `joined` or `left` since the previous date.
    pub fn on_network(self, joined: bool, left: bool) -> Cause {
        match self {
            Cause::NewReactions | Cause::RepeatsSaturated | Cause::IdentityChanged if joined => Cause::NetworkJoined,
            Cause::FadedReactions | Cause::IdentityChanged if left => Cause::NetworkLeft,
            other => other,
        }
    }
}

/// Suffix of the network in the detail of a row about reciprocated attention.
pub const ANSWERED_MARK: &str = ", answered";

/// Formats a `detail` of `score_changes` for readers.
pub fn in_words(detail: &str) -> String {
    let (network, people) = match detail.split_once(": ") {
        Some((network, people)) => (network, Some(people)),
        None => (detail, None),
    };
    match (network.strip_suffix(ANSWERED_MARK), people) {
        (None, _) => detail.to_owned(),
        (Some(network), None) => format!("{network}, for attention given back"),
        (Some(network), Some(people)) => format!("{network}, for attention given back: {people}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_about_reciprocation_is_spelled_out_and_others_are_unchanged() {
        assert_eq!(in_words("twitter: ada and 2 more"), "twitter: ada and 2 more");
        assert_eq!(in_words("twitter, answered"), "twitter, for attention given back");
        assert_eq!(
            in_words("twitter, answered: ada"),
            "twitter, for attention given back: ada"
        );
    }

    #[test]
    fn causes_are_in_the_order_of_their_names() {
        assert!(Cause::ALL.is_sorted_by(|a, b| a < b && a.word() < b.word()));
    }
}
