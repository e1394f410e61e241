//! The aliases found in one row.

/// The hits of a row: alias numbers, ascending and distinct in each list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// Those of its tags.
    pub tags: Vec<u32>,
    /// Those of hashtags in its text that are none of these.
    pub hashtags: Vec<u32>,
    /// Those of words of its text.
    pub words: Vec<u32>,
}

impl Hits {
    /// What names the row's topics: tags first.
    pub(super) fn names(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        self.tags.iter().chain(&self.hashtags).copied()
    }

    pub(super) fn is_named(&self, alias: u32) -> bool {
        [&self.tags, &self.hashtags]
            .iter()
            .any(|list| list.binary_search(&alias).is_ok())
    }

    /// Forgets the row before.
    pub fn clear(&mut self) {
        self.tags.clear();
        self.hashtags.clear();
        self.words.clear();
    }

    /// Puts all lists into ascending order, each number once, and none among the hashtags that is a tag.
    pub fn settle(&mut self) {
        for list in [&mut self.tags, &mut self.hashtags, &mut self.words] {
            list.sort_unstable();
            list.dedup();
        }
        let tags = &self.tags;
        self.hashtags.retain(|alias| tags.binary_search(alias).is_err());
    }
}
