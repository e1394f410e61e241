//! The causes of a score change, as published in `score_changes`.

/// The cause of one part of a score change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeCause {
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

impl ChangeCause {
    /// All causes in the order of their names.
    pub const ALL: [ChangeCause; 12] = [
        ChangeCause::Corroboration,
        ChangeCause::FadedReactions,
        ChangeCause::IdentityChanged,
        ChangeCause::NetworkJoined,
        ChangeCause::NetworkLeft,
        ChangeCause::NewReactions,
        ChangeCause::OptedOutReactors,
        ChangeCause::ReactorsFell,
        ChangeCause::ReactorsRose,
        ChangeCause::Recalibrated,
        ChangeCause::RepeatsSaturated,
        ChangeCause::ScaleLimit,
    ];

    /// Returns the name of the cause in `score_changes`.
    pub fn name(self) -> &'static str {
        match self {
            ChangeCause::Corroboration => "corroboration",
            ChangeCause::FadedReactions => "faded_reactions",
            ChangeCause::IdentityChanged => "identity_changed",
            ChangeCause::NetworkJoined => "network_joined",
            ChangeCause::NetworkLeft => "network_left",
            ChangeCause::NewReactions => "new_reactions",
            ChangeCause::OptedOutReactors => "opted_out_reactors",
            ChangeCause::ReactorsFell => "reactors_fell",
            ChangeCause::ReactorsRose => "reactors_rose",
            ChangeCause::Recalibrated => "recalibrated",
            ChangeCause::RepeatsSaturated => "repeats_saturated",
            ChangeCause::ScaleLimit => "scale_limit",
        }
    }

    /// Parses the name of a cause.
    pub fn from_name(word: &str) -> Option<ChangeCause> {
        ChangeCause::ALL.into_iter().find(|cause| cause.name() == word)
    }

    /// Returns the cause on a network that the person has `joined` or `left` since the previous date.
    pub fn on_network(self, joined: bool, left: bool) -> ChangeCause {
        match self {
            ChangeCause::NewReactions | ChangeCause::RepeatsSaturated | ChangeCause::IdentityChanged if joined => {
                ChangeCause::NetworkJoined
            }
            ChangeCause::FadedReactions | ChangeCause::IdentityChanged if left => ChangeCause::NetworkLeft,
            other => other,
        }
    }
}

/// Suffix of the network in the detail of a row about reciprocated attention.
pub const RECIPROCATED_SUFFIX: &str = ", answered";

/// Formats a `detail` of `score_changes` for readers.
pub fn describe_detail(detail: &str) -> String {
    let (network, people) = match detail.split_once(": ") {
        Some((network, people)) => (network, Some(people)),
        None => (detail, None),
    };
    match (network.strip_suffix(RECIPROCATED_SUFFIX), people) {
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
        assert_eq!(describe_detail("twitter: ada and 2 more"), "twitter: ada and 2 more");
        assert_eq!(
            describe_detail("twitter, answered"),
            "twitter, for attention given back"
        );
        assert_eq!(
            describe_detail("twitter, answered: ada"),
            "twitter, for attention given back: ada"
        );
    }

    #[test]
    fn causes_are_in_the_order_of_their_names() {
        assert!(ChangeCause::ALL.is_sorted_by(|a, b| a < b && a.name() < b.name()));
    }
}
