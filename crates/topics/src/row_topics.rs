//! Decides the topics of rows: a kernel over the aliases that the lexicon found.
//!
//! The topics of a row are decided on its load date, from the alias counts up to the end of that date, and never
//! revised.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::merge::TopicMerge;
use super::rows::ActivityRows;
use super::topic_state::AliasCounts;
use crate::ontology::alias_resolver::{AliasCount, AliasResolver, MentionKind};
use crate::ontology::hits::AliasHits;

/// Rows per parallel task.
const CHUNK_ROWS: usize = 1 << 11;

/// Topics of rows, in row order: the columns of the table `mentions`.
#[derive(Debug, Default)]
pub(super) struct RowTopics {
    /// Index of the row.
    pub(super) rows: Vec<u32>,
    /// Topic number in the state.
    pub(super) topics: Vec<u32>,
    /// [`MentionKind`] as a number.
    pub(super) kinds: Vec<u32>,
}

impl RowTopics {
    fn append(&mut self, other: RowTopics) {
        self.rows.extend(other.rows);
        self.topics.extend(other.topics);
        self.kinds.extend(other.kinds);
    }
}

/// Alias counts of some rows.
#[derive(Default)]
struct NewCounts {
    texts: u64,
    aliases: BTreeMap<u32, AliasCount>,
}

impl TopicMerge<'_> {
    /// Adds the alias counts of the rows of one load date to `known`, and appends the topics of the rows to `found`.
    pub(super) fn resolve_rows(
        &self,
        known: &mut AliasCounts,
        rows: &ActivityRows,
        kept: &[usize],
        found: &mut RowTopics,
    ) {
        self.count_aliases(known, rows, kept);
        let counts = self.alias_counts(known);
        let resolver = AliasResolver {
            ontology: self.ontology,
            lexicon: self.lexicon,
            counts: &counts,
            texts: known.texts,
        };
        let chunks = kept.par_chunks(CHUNK_ROWS);
        let pieces: Vec<RowTopics> = chunks.map(|chunk| self.resolve_chunk(&resolver, rows, chunk)).collect();
        pieces.into_iter().for_each(|piece| found.append(piece));
    }

    /// Adds the alias counts of the rows' texts.
    fn count_aliases(&self, known: &mut AliasCounts, rows: &ActivityRows, kept: &[usize]) {
        let resolver = AliasResolver {
            ontology: self.ontology,
            lexicon: self.lexicon,
            counts: &[],
            texts: 0,
        };
        let count = |chunk: &[usize]| {
            let (mut counts, mut hits) = (NewCounts::default(), AliasHits::default());
            for row in chunk {
                counts.texts += u64::from(rows.mentions.has_text[*row]);
                if rows.mentions.has_hits(*row) {
                    rows.mentions.read_hits(*row, &mut hits);
                    resolver.count_aliases(&hits, &mut |alias, more| {
                        *counts.aliases.entry(alias).or_default() += more
                    });
                }
            }
            counts
        };
        let pieces: Vec<NewCounts> = kept.par_chunks(CHUNK_ROWS).map(count).collect();
        for piece in pieces {
            known.texts += piece.texts;
            for (alias, more) in piece.aliases {
                *known.counts.entry(self.lexicon.form(alias).into()).or_default() += more;
            }
        }
    }

    /// Returns the alias counts by current alias number.
    fn alias_counts(&self, known: &AliasCounts) -> Vec<AliasCount> {
        let mut counts = vec![AliasCount::default(); self.lexicon.len()];
        for (alias, count) in &known.counts {
            if let Some(number) = self.lexicon.find_form(alias) {
                counts[number as usize] = *count;
            }
        }
        counts
    }

    fn resolve_chunk(&self, resolver: &AliasResolver, rows: &ActivityRows, chunk: &[usize]) -> RowTopics {
        let mut found = RowTopics::default();
        let (mut hits, mut topics) = (AliasHits::default(), Vec::new());
        for row in chunk.iter().filter(|row| rows.mentions.has_hits(**row)) {
            rows.mentions.read_hits(*row, &mut hits);
            resolver.resolve(&hits, &mut topics);
            for (topic, kind) in &topics {
                found.rows.push(*row as u32);
                found.topics.push(self.numbers[*topic as usize]);
                found.kinds.push(kind_in_row(*kind, rows.is_post(*row)) as u32);
            }
        }
        found
    }
}

/// Returns the kind of a mention: a hashtag in a post is a tag of the post, and in a reaction it counts as text.
fn kind_in_row(kind: MentionKind, is_post: bool) -> MentionKind {
    match kind {
        MentionKind::Hashtag if is_post => MentionKind::Tag,
        MentionKind::Hashtag => MentionKind::Text,
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hashtag_is_a_tag_of_a_post_and_a_text_in_a_reaction() {
        assert_eq!(kind_in_row(MentionKind::Hashtag, true), MentionKind::Tag);
        assert_eq!(kind_in_row(MentionKind::Hashtag, false), MentionKind::Text);
        assert_eq!(kind_in_row(MentionKind::Word, true), MentionKind::Word);
    }
}
