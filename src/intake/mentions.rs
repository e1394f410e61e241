//! Collects the topic aliases of rows, if there is an ontology.

use std::hash::BuildHasher;

use arrow::array::{Array, StringViewArray};

use super::file_rows::object_hash;
use crate::ontology::lexicon::{Lexicon, Scratch};
use crate::ontology::sense::Hits;
use crate::warehouse::text_lists::TextLists;

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

/// Topic data by row of a network: aliases, object hash, and the ids of a source.
#[derive(Clone, Debug, Default)]
pub struct Mentions {
    /// By row: hash of the object id; 0 without one.
    pub objects: Vec<u64>,
    /// By row: true if it has a text.
    pub has_text: Vec<bool>,
    /// By row: hash of tags and text, which distinguishes rows of one activity id within a run.
    pub contents: Vec<u32>,
    hit_ends: Vec<u32>,
    /// Aliases, tags before hashtags before words: four times the number, and [`TAG`], [`HASHTAG`] or [`WORD`].
    hits: Vec<u32>,
    id_ends: Vec<usize>,
    activity_lengths: Vec<u32>,
    ids: String,
}

const TAG: u32 = 0;
const HASHTAG: u32 = 1;
const WORD: u32 = 2;

impl Mentions {
    /// Appends the accepted rows of a batch, at the indices `believed`.
    pub fn take(&mut self, columns: &AboutColumns, believed: &[u32], lexicon: &Lexicon) {
        let (mut scratch, mut found) = (Scratch::default(), Hits::default());
        for row in believed.iter().map(|row| *row as usize) {
            found.clear();
            for tag in columns.tags.row(row) {
                found.tags.extend(lexicon.tag(tag, &mut scratch));
            }
            let text = text_of(&columns.texts, row);
            if let Some(text) = text {
                lexicon.text(text, &mut scratch, &mut found);
            }
            self.contents.push(content_hash(&columns.texts, &columns.tags, row));
            self.has_text.push(text.is_some());
            self.objects.push(object_hash(&columns.objects, row));
            found.settle();
            self.add_hits(&found);
            if self.hits.len() > self.hit_ends.last().map_or(0, |end| *end as usize) {
                let activity_id = text_of(&columns.activity_ids, row).unwrap_or_default();
                self.ids.push_str(activity_id);
                self.ids.push_str(text_of(&columns.objects, row).unwrap_or_default());
                self.activity_lengths.push(activity_id.len() as u32);
            } else {
                self.activity_lengths.push(0);
            }
            self.id_ends.push(self.ids.len());
            self.hit_ends.push(self.hits.len() as u32);
        }
    }

    fn add_hits(&mut self, found: &Hits) {
        for (aliases, kind) in [(&found.tags, TAG), (&found.hashtags, HASHTAG), (&found.words, WORD)] {
            self.hits.extend(aliases.iter().map(|alias| 4 * alias + kind));
        }
    }

    /// Appends the rows of `other`.
    pub fn extend(&mut self, other: Mentions) {
        let (hits, ids) = (self.hits.len() as u32, self.ids.len());
        self.objects.extend(other.objects);
        self.has_text.extend(other.has_text);
        self.contents.extend(other.contents);
        self.hit_ends.extend(other.hit_ends.iter().map(|end| hits + end));
        self.hits.extend(other.hits);
        self.id_ends.extend(other.id_ends.iter().map(|end| ids + end));
        self.activity_lengths.extend(other.activity_lengths);
        self.ids.push_str(&other.ids);
    }

    /// Returns true if there is no row.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// Replaces `hits` with the aliases of a row.
    pub fn fill(&self, row: usize, hits: &mut Hits) {
        hits.clear();
        for hit in &self.hits[start(&self.hit_ends, row) as usize..self.hit_ends[row] as usize] {
            let list = match hit % 4 {
                TAG => &mut hits.tags,
                HASHTAG => &mut hits.hashtags,
                _ => &mut hits.words,
            };
            list.push(hit / 4);
        }
    }

    /// Returns true if a row has an alias.
    pub fn has_hits(&self, row: usize) -> bool {
        self.hit_ends[row] > start(&self.hit_ends, row)
    }

    /// Returns activity id and object id of a row with aliases; the object id is empty if the row has none.
    pub fn ids(&self, row: usize) -> (&str, &str) {
        let begin = start(&self.id_ends, row);
        self.ids[begin..self.id_ends[row]].split_at(self.activity_lengths[row] as usize)
    }
}

fn start<T: Copy + Default>(ends: &[T], row: usize) -> T {
    match row {
        0 => T::default(),
        _ => ends[row - 1],
    }
}

/// Returns the hash of a row's text and tags, which distinguishes rows of one activity id; stable within a run.
pub fn content_hash(texts: &StringViewArray, tags: &TextLists, row: usize) -> u32 {
    let hasher = foldhash::fast::FixedState::default();
    let text = hasher.hash_one(text_of(texts, row));
    tags.row(row).fold(text, |hash, tag| hasher.hash_one((hash, tag))) as u32
}

fn text_of(column: &StringViewArray, row: usize) -> Option<&str> {
    column
        .is_valid(row)
        .then(|| column.value(row))
        .filter(|text| !text.is_empty())
}
