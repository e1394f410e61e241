//! Reads the mentions of a batch: matches its tags and texts against the lexicon.

use std::hash::BuildHasher;

use arrow::array::{Array, StringViewArray};
use clout_topics::mentions::{MentionRow, TopicMentions};
use clout_topics::ontology::hits::AliasHits;
use clout_topics::ontology::lexicon::{Lexicon, LexiconScratch};
use clout_warehouse::text_lists::TextLists;

use super::object_hash::object_hash;

/// Columns of a batch that refer to topics.
pub struct AboutColumns {
    /// `activity_id`.
    pub activity_ids: StringViewArray,
    /// `object_id`.
    pub objects: StringViewArray,
    /// `text`.
    pub texts: StringViewArray,
    /// `tags`.
    pub tags: TextLists,
}

/// Appends the accepted rows of a batch, at the indices `believed`, to `mentions`.
pub fn append_mentions(mentions: &mut TopicMentions, columns: &AboutColumns, believed: &[u32], lexicon: &Lexicon) {
    let (mut scratch, mut found) = (LexiconScratch::default(), AliasHits::default());
    for row in believed.iter().map(|row| *row as usize) {
        found.clear();
        for tag in columns.tags.row_texts(row) {
            found.tags.extend(lexicon.find_tag(tag, &mut scratch));
        }
        let text = text_of(&columns.texts, row);
        if let Some(text) = text {
            lexicon.find_in_text(text, &mut scratch, &mut found);
        }
        found.sort_and_dedup();
        mentions.push(&MentionRow {
            object: object_hash(&columns.objects, row),
            has_text: text.is_some(),
            content: content_hash(&columns.texts, &columns.tags, row),
            found: &found,
            activity_id: text_of(&columns.activity_ids, row).unwrap_or_default(),
            object_id: text_of(&columns.objects, row).unwrap_or_default(),
        });
    }
}

/// Returns the hash of a row's text and tags, which distinguishes rows of one activity id; stable within a run.
pub fn content_hash(texts: &StringViewArray, tags: &TextLists, row: usize) -> u32 {
    let hasher = foldhash::fast::FixedState::default();
    let text = hasher.hash_one(text_of(texts, row));
    tags.row_texts(row).fold(text, |hash, tag| hasher.hash_one((hash, tag))) as u32
}

fn text_of(column: &StringViewArray, row: usize) -> Option<&str> {
    column
        .is_valid(row)
        .then(|| column.value(row))
        .filter(|text| !text.is_empty())
}
