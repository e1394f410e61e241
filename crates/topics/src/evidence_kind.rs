//! Kinds of evidence.

/// Kinds of evidence, as in the table contract, in the order of their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// Narrower or related topic of the person; the source is the topic id.
    Ancestor,
    /// Audience member active on the topic; the source is the person id.
    Audience,
    /// Endorsement; the source is its id.
    Endorsement,
    /// Tag; the source is the object id.
    Tag,
    /// Words of a text; the source is the activity id.
    Text,
}

impl EvidenceKind {
    /// All kinds, in order.
    pub const ALL: [EvidenceKind; 5] = [
        EvidenceKind::Ancestor,
        EvidenceKind::Audience,
        EvidenceKind::Endorsement,
        EvidenceKind::Tag,
        EvidenceKind::Text,
    ];

    /// Returns the published name.
    pub fn as_str(self) -> &'static str {
        match self {
            EvidenceKind::Ancestor => "ancestor",
            EvidenceKind::Audience => "audience",
            EvidenceKind::Endorsement => "endorsement",
            EvidenceKind::Tag => "tag",
            EvidenceKind::Text => "text",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_in_the_order_of_their_names() {
        let names = EvidenceKind::ALL.map(EvidenceKind::as_str);
        assert!(names.is_sorted());
        assert!(
            EvidenceKind::ALL
                .iter()
                .enumerate()
                .all(|(index, kind)| *kind as usize == index)
        );
    }
}
