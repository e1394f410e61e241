//! Finds the aliases of topics in tags, hashtags and texts.
//!
//! An *alias* is the squeezed normal form ([`super::normalize`]) of a topic's id, name or other words; several topics
//! may share it. Aliases are numbered in byte order of that form, so a number depends on the content of the ontology
//! only, and the form is a key that stays the same from run to run.
//!
//! A tag is looked up by its squeezed form. A text is searched for the words of the aliases, hence for whole words
//! (`phrase_table`): the leftmost match, then the longest. If one alias ends inside the match of another
//! (`learning` in `machine learning`), only the longer one is found.
//! Texts are not searched for ids (keys, not words; a tag may be one), aliases that are too short to mean anything,
//! numbers, and names that begin with a full stop (`.NET` does not match "net").

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

use super::hierarchy::Ontology;
use super::hits::AliasHits;
use super::normalize::{is_dense, push_words, squeeze};
use super::phrase_table::{PADDING, PhraseTable};
use super::prose;

/// Minimum length of an alias in texts, in characters (excludes `r`, `go`, `ai`).
const MIN_LETTERS: usize = 3;
/// Minimum length in scripts with a syllable or a word per character (`珈琲`).
const MIN_DENSE_LETTERS: usize = 2;

/// Minimum length if all characters are katakana: two are often part of a longer word (`バー` in `ハンバーガー`).
const MIN_KATAKANA_LETTERS: usize = 3;

/// Minimum length if the form lost accents: French `thé` would match every English "the".
const MIN_BARED_LETTERS: usize = 4;

/// Maximum total bytes of aliases. Phrases have positions of 32 bits, and a mention is four times the number of an
/// alias (of three bytes at least), and its kind.
const MAX_ALIAS_BYTES: usize = 1 << 31;

/// Error of an ontology with more bytes of aliases than can be numbered.
#[derive(Clone, Copy, Debug)]
pub struct TooManyAliases;

impl std::error::Error for TooManyAliases {}

impl std::fmt::Display for TooManyAliases {
    fn fmt(&self, out: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(out, "more than {MAX_ALIAS_BYTES} bytes")
    }
}

/// Search index of the aliases of an ontology.
pub struct Lexicon {
    aliases: Vec<TopicAlias>,
    by_form: HashTable<u32>,
    hasher: FixedState,
    phrases: PhraseTable,
}

/// Squeezed form and the topics that it may mean.
struct TopicAlias {
    form: String,
    topics: Vec<u32>,
    named: Vec<u32>,
    is_phrase: bool,
}

/// Spelling of a topic's alias, before grouping by form.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct TopicWord {
    form: String,
    words: String,
    topic: u32,
    is_name: bool,
    is_searched: bool,
}

impl TopicWord {
    fn is_phrase(&self) -> bool {
        self.is_searched && self.words.trim().contains(' ') && !self.form.contains(is_dense)
    }
}

/// Buffers reused from row to row.
#[derive(Default)]
pub struct LexiconScratch {
    words: Vec<u8>,
    form: Vec<u8>,
}

impl Lexicon {
    /// Builds the lexicon of an ontology.
    ///
    /// # Errors
    /// Returns an error if the aliases have several gigabytes.
    pub fn new(ontology: &Ontology) -> Result<Lexicon, TooManyAliases> {
        let words = collect_words(ontology);
        if words.iter().map(|word| word.words.len()).sum::<usize>() > MAX_ALIAS_BYTES {
            return Err(TooManyAliases);
        }
        let mut aliases: Vec<TopicAlias> = Vec::new();
        let mut phrases: Vec<(&str, u32)> = Vec::new();
        for same in words.chunk_by(|a, b| a.form == b.form) {
            for spelling in same.chunk_by(|a, b| a.words == b.words) {
                if spelling.iter().any(|word| word.is_searched) {
                    phrases.push((&spelling[0].words, aliases.len() as u32));
                }
            }
            aliases.push(TopicAlias::new(same));
        }
        let hasher = FixedState::default();
        let mut by_form = HashTable::with_capacity(aliases.len());
        let hash = |k: &u32| hasher.hash_one(aliases[*k as usize].form.as_bytes());
        for k in 0..aliases.len() as u32 {
            by_form.insert_unique(hash(&k), k, hash);
        }
        Ok(Lexicon {
            phrases: PhraseTable::new(phrases.iter().copied()),
            aliases,
            by_form,
            hasher,
        })
    }

    /// Returns the number of aliases.
    pub fn len(&self) -> usize {
        self.aliases.len()
    }

    /// Returns true if there is no alias.
    pub fn is_empty(&self) -> bool {
        self.aliases.is_empty()
    }

    /// Returns the alias of a tag, with or without `#`, in any spelling.
    pub fn find_tag(&self, tag: &str, scratch: &mut LexiconScratch) -> Option<u32> {
        self.look_up(tag, &mut scratch.form)
    }

    /// Adds the aliases in a text and its hashtags to `found`, then calls [`AliasHits::sort_and_dedup`].
    pub fn find_in_text(&self, text: &str, scratch: &mut LexiconScratch, found: &mut AliasHits) {
        let LexiconScratch { words, form } = scratch;
        prose::read_words(text, words, |hashtag| {
            let alias = self.look_up(hashtag, form);
            found.hashtags.extend(alias);
            alias.is_some()
        });
        words.extend(PADDING);
        self.phrases.find_in(words, |alias| found.words.push(alias));
        found.sort_and_dedup();
    }

    /// Returns the topics that an alias may mean, ascending.
    pub fn topics_of(&self, alias: u32) -> &[u32] {
        &self.aliases[alias as usize].topics
    }

    /// Returns the topics with the alias as id or name, ascending.
    pub fn topics_named(&self, alias: u32) -> &[u32] {
        &self.aliases[alias as usize].named
    }

    /// Returns true if an alias has several words in a script with spaces.
    pub fn is_phrase(&self, alias: u32) -> bool {
        self.aliases[alias as usize].is_phrase
    }

    /// Returns the squeezed normal form of an alias.
    pub fn form(&self, alias: u32) -> &str {
        &self.aliases[alias as usize].form
    }

    /// Returns the alias with a squeezed normal form.
    pub fn find_form(&self, form: &str) -> Option<u32> {
        let found = self.aliases.binary_search_by(|alias| alias.form.as_str().cmp(form));
        found.ok().map(|alias| alias as u32)
    }

    fn look_up(&self, tag: &str, form: &mut Vec<u8>) -> Option<u32> {
        squeeze(tag, form);
        let is_it = |k: &u32| self.aliases[*k as usize].form.as_bytes() == form.as_slice();
        self.by_form.find(self.hasher.hash_one(form.as_slice()), is_it).copied()
    }
}

impl TopicAlias {
    /// Creates the alias of words with the same form, which are sorted.
    fn new(words: &[TopicWord]) -> TopicAlias {
        let topics = |is_wanted: fn(&TopicWord) -> bool| {
            let mut topics: Vec<u32> = words.iter().filter(|w| is_wanted(w)).map(|w| w.topic).collect();
            topics.sort_unstable();
            topics.dedup();
            topics
        };
        TopicAlias {
            form: words[0].form.clone(),
            topics: topics(|_| true),
            named: topics(|word| word.is_name),
            is_phrase: words.iter().any(TopicWord::is_phrase),
        }
    }
}

/// Returns all words of an ontology with a letter or digit, sorted.
fn collect_words(ontology: &Ontology) -> Vec<TopicWord> {
    let mut words = Vec::new();
    let mut normal = Vec::new();
    for topic in 0..ontology.len() as u32 {
        let names = [(ontology.id(topic), false), (ontology.name(topic), true)];
        let names = names.map(|(name, is_word)| (name, is_word, true));
        let further = ontology
            .aliases(topic)
            .iter()
            .map(|alias| (alias.as_str(), true, false));
        for (source, is_word, is_name) in names.into_iter().chain(further) {
            normal.clear();
            push_words(source, &mut normal);
            let spaced = String::from_utf8_lossy(&normal).into_owned();
            let form = spaced.replace(' ', "");
            let is_searched = is_word && is_searched(&form, source);
            // The possessive is often written without its apostrophe.
            let bare = spaced.replace(" s ", "s ");
            let spellings = [Some(bare).filter(|bare| *bare != spaced), Some(spaced)];
            words.extend(spellings.into_iter().flatten().map(|words| TopicWord {
                form: form.clone(),
                words,
                topic,
                is_name,
                is_searched,
            }));
        }
    }
    words.retain(|word| !word.form.is_empty());
    words.sort_unstable();
    words
}

/// Returns true if texts are searched for an alias with this form and spelling.
fn is_searched(form: &str, source: &str) -> bool {
    let least = if form.chars().all(is_katakana) {
        MIN_KATAKANA_LETTERS
    } else if form.contains(is_dense) {
        MIN_DENSE_LETTERS
    } else if form.is_ascii() && !source.is_ascii() {
        MIN_BARED_LETTERS
    } else {
        MIN_LETTERS
    };
    form.chars().nth(least - 1).is_some() && !form.chars().all(char::is_numeric) && !source.trim().starts_with('.')
}

fn is_katakana(letter: char) -> bool {
    matches!(letter, '\u{30A1}'..='\u{30FA}' | '\u{30FC}' | '\u{31F0}'..='\u{31FF}')
}

#[cfg(test)]
#[path = "lexicon_tests.rs"]
mod tests;
