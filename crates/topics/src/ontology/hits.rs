//! Aliases found in one row.

/// Aliases found in a row: alias numbers, ascending and distinct in each list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AliasHits {
    /// Aliases in tags.
    pub tags: Vec<u32>,
    /// Aliases in hashtags of the text that are not in `tags`.
    pub hashtags: Vec<u32>,
    /// Aliases in words of the text.
    pub words: Vec<u32>,
}

impl AliasHits {
    /// Iterates over tags, then hashtags.
    pub(super) fn names(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.tags.iter().chain(&self.hashtags).copied()
    }

    pub(super) fn is_named(&self, alias: u32) -> bool {
        [&self.tags, &self.hashtags]
            .iter()
            .any(|list| list.binary_search(&alias).is_ok())
    }

    /// Removes all hits.
    pub fn clear(&mut self) {
        self.tags.clear();
        self.hashtags.clear();
        self.words.clear();
    }

    /// Sorts and deduplicates all lists, and removes hashtags that are also tags.
    pub fn sort_and_dedup(&mut self) {
        for list in [&mut self.tags, &mut self.hashtags, &mut self.words] {
            list.sort_unstable();
            list.dedup();
        }
        let tags = &self.tags;
        self.hashtags.retain(|alias| tags.binary_search(alias).is_err());
    }
}
