//! Topic aliases of rows, as numbers.

use crate::ontology::hits::AliasHits;
use serde::{Deserialize, Serialize};

/// Topic data by row of a network: aliases, object hash, and the ids of a source.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TopicMentions {
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

/// Tags and text of one row, matched against the lexicon.
pub struct MentionRow<'a> {
    /// Hash of the object id, 0 without one.
    pub object: u64,
    /// True if the row has a text.
    pub has_text: bool,
    /// A hash of tags and text.
    pub content: u32,
    /// Aliases found, sorted and deduplicated.
    pub found: &'a AliasHits,
    /// `activity_id`, empty without one.
    pub activity_id: &'a str,
    /// `object_id`, empty without one.
    pub object_id: &'a str,
}

impl TopicMentions {
    /// Appends a row. Ids are kept only for rows with an alias.
    pub fn push(&mut self, row: &MentionRow) {
        self.contents.push(row.content);
        self.has_text.push(row.has_text);
        self.objects.push(row.object);
        self.add_hits(row.found);
        if self.hits.len() > self.hit_ends.last().map_or(0, |end| *end as usize) {
            self.ids.push_str(row.activity_id);
            self.ids.push_str(row.object_id);
            self.activity_lengths.push(row.activity_id.len() as u32);
        } else {
            self.activity_lengths.push(0);
        }
        self.id_ends.push(self.ids.len());
        self.hit_ends.push(self.hits.len() as u32);
    }

    fn add_hits(&mut self, found: &AliasHits) {
        for (aliases, kind) in [(&found.tags, TAG), (&found.hashtags, HASHTAG), (&found.words, WORD)] {
            self.hits.extend(aliases.iter().map(|alias| 4 * alias + kind));
        }
    }

    /// Appends the rows of `other`.
    pub fn extend(&mut self, other: TopicMentions) {
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
    pub fn read_hits(&self, row: usize, hits: &mut AliasHits) {
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
