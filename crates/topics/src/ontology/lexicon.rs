//! The words that stand for topics, and where they are found: in tags, in hashtags and in texts.
//!
//! An *alias* is a squeezed normal form ([`super::normalize`]) of a topic's id, name or further words; several
//! topics may share it. Aliases are numbered in the order of that form's bytes, so a number depends on the
//! ontology's content alone, and the form is a key that holds from night to night.
//!
//! A tag is looked up by its squeezed form. A text is searched by Aho-Corasick for the aliases' words, spaces
//! included, hence for whole words: leftmost first, of those the longest, and on from the match's last
//! space, so that the next word may be one too. One pass whatever the number of aliases; where one
//! alias ends inside another's match (`learning` in `machine learning`) the longer alone is found.
//! Not searched for in texts are ids, which are keys and no words (a tag may be one), aliases that are too short to
//! mean anything, numbers, and names that begin with a stop (`.NET` is no net).

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, Input, MatchKind, StartKind};
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

use super::hierarchy::Ontology;
use super::hits::Hits;
use super::normalize::{is_dense, push_words, squeeze};
use super::prose;

/// Aliases shorter than this, in characters, are not searched for in texts (`r`, `go`, `ai`).
const MIN_LETTERS: usize = 3;
/// The same where a character is a syllable or a word (`珈琲`).
const MIN_DENSE_LETTERS: usize = 2;

/// The same where all are katakana, of which two are found inside any longer word (`バー` in `ハンバーガー`).
const MIN_KATAKANA_LETTERS: usize = 3;

/// The same where the form has lost accents: French `thé` would be found at every English "the".
const MIN_BARED_LETTERS: usize = 4;

/// Patterns of up to so many bytes in all are compiled into a DFA, which takes some 512 bytes of memory for each
/// (32 MiB at most) and is twice as fast as the NFA that larger ontologies get (10 bytes for each).
const MAX_DFA_BYTES: usize = 1 << 16;

/// The aliases of an ontology, ready to be searched for.
pub struct Lexicon {
    aliases: Vec<Alias>,
    by_form: HashTable<u32>,
    hasher: FixedState,
    automaton: AhoCorasick,
    /// By pattern of the automaton: its alias.
    pattern_alias: Vec<u32>,
}

/// One squeezed form and what it may mean.
struct Alias {
    form: String,
    topics: Vec<u32>,
    named: Vec<u32>,
    is_phrase: bool,
}

/// A word of a topic: a row of the lexicon before it is sorted.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Word {
    form: String,
    words: String,
    topic: u32,
    is_name: bool,
    is_searched: bool,
}

impl Word {
    fn is_phrase(&self) -> bool {
        self.is_searched && self.words.trim().contains(' ') && !self.form.contains(is_dense)
    }
}

/// Buffers that are used again from row to row.
#[derive(Default)]
pub struct Scratch {
    words: Vec<u8>,
    form: Vec<u8>,
}

impl Lexicon {
    /// The lexicon of an ontology; an error only for aliases of more than some gigabytes.
    pub fn new(ontology: &Ontology) -> Result<Lexicon, BuildError> {
        let words = words_of(ontology);
        let mut aliases: Vec<Alias> = Vec::new();
        let (mut patterns, mut pattern_alias): (Vec<&str>, Vec<u32>) = (Vec::new(), Vec::new());
        for same in words.chunk_by(|a, b| a.form == b.form) {
            for spelling in same.chunk_by(|a, b| a.words == b.words) {
                if spelling.iter().any(|word| word.is_searched) {
                    patterns.push(&spelling[0].words);
                    pattern_alias.push(aliases.len() as u32);
                }
            }
            aliases.push(Alias::new(same));
        }
        let hasher = FixedState::default();
        let mut by_form = HashTable::with_capacity(aliases.len());
        let hash = |k: &u32| hasher.hash_one(aliases[*k as usize].form.as_bytes());
        for k in 0..aliases.len() as u32 {
            by_form.insert_unique(hash(&k), k, hash);
        }
        Ok(Lexicon {
            automaton: automaton(&patterns)?,
            aliases,
            by_form,
            hasher,
            pattern_alias,
        })
    }

    /// Number of aliases.
    pub fn len(&self) -> usize {
        self.aliases.len()
    }

    /// Whether there is no alias.
    pub fn is_empty(&self) -> bool {
        self.aliases.is_empty()
    }

    /// The alias that a tag is, with or without `#`, however it is written.
    pub fn tag(&self, tag: &str, scratch: &mut Scratch) -> Option<u32> {
        self.look_up(tag, &mut scratch.form)
    }

    /// Adds the aliases found in a text and its hashtags, and settles `found`.
    pub fn text(&self, text: &str, scratch: &mut Scratch, found: &mut Hits) {
        let Scratch { words, form } = scratch;
        prose::read(text, words, |hashtag| {
            let alias = self.look_up(hashtag, form);
            found.hashtags.extend(alias);
            alias.is_some()
        });
        let mut from = 0;
        while let Some(hit) = self.automaton.find(Input::new(words).range(from..)) {
            found.words.push(self.pattern_alias[hit.pattern().as_usize()]);
            from = hit.end() - 1;
        }
        found.settle();
    }

    /// The topics that an alias may mean, ascending.
    pub fn topics_of(&self, alias: u32) -> &[u32] {
        &self.aliases[alias as usize].topics
    }

    /// Those of them whose id or name the alias is, ascending.
    pub fn named_by(&self, alias: u32) -> &[u32] {
        &self.aliases[alias as usize].named
    }

    /// Whether an alias is several words in a row, in a script that parts them.
    pub fn is_phrase(&self, alias: u32) -> bool {
        self.aliases[alias as usize].is_phrase
    }

    /// The squeezed normal form of an alias.
    pub fn alias(&self, alias: u32) -> &str {
        &self.aliases[alias as usize].form
    }

    /// The alias of a squeezed normal form.
    pub fn find(&self, form: &str) -> Option<u32> {
        let place = self.aliases.binary_search_by(|alias| alias.form.as_str().cmp(form));
        place.ok().map(|alias| alias as u32)
    }

    fn look_up(&self, tag: &str, form: &mut Vec<u8>) -> Option<u32> {
        squeeze(tag, form);
        let is_it = |k: &u32| self.aliases[*k as usize].form.as_bytes() == form.as_slice();
        self.by_form.find(self.hasher.hash_one(form.as_slice()), is_it).copied()
    }
}

impl Alias {
    /// The alias of words with one form, which are in order.
    fn new(words: &[Word]) -> Alias {
        let topics = |is_wanted: fn(&Word) -> bool| {
            let mut topics: Vec<u32> = words.iter().filter(|w| is_wanted(w)).map(|w| w.topic).collect();
            topics.sort_unstable();
            topics.dedup();
            topics
        };
        Alias {
            form: words[0].form.clone(),
            topics: topics(|_| true),
            named: topics(|word| word.is_name),
            is_phrase: words.iter().any(Word::is_phrase),
        }
    }
}

/// All words of an ontology with a letter in them, in order.
fn words_of(ontology: &Ontology) -> Vec<Word> {
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
            // Many write the possessive without its apostrophe.
            let bare = spaced.replace(" s ", "s ");
            let spellings = [Some(bare).filter(|bare| *bare != spaced), Some(spaced)];
            words.extend(spellings.into_iter().flatten().map(|words| Word {
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

/// Whether a text is searched for an alias of this form, written so.
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

fn automaton(patterns: &[&str]) -> Result<AhoCorasick, BuildError> {
    let bytes: usize = patterns.iter().map(|pattern| pattern.len()).sum();
    let kind = match bytes {
        0..=MAX_DFA_BYTES => AhoCorasickKind::DFA,
        _ => AhoCorasickKind::ContiguousNFA,
    };
    // All patterns begin with a space, so looking for first bytes would stop at every word. Two letters after it
    // are told apart by a table: the many states that every word passes.
    AhoCorasick::builder()
        .kind(Some(kind))
        .match_kind(MatchKind::LeftmostLongest)
        .start_kind(StartKind::Unanchored)
        .prefilter(false)
        .dense_depth(4)
        .build(patterns)
}

#[cfg(test)]
#[path = "lexicon_tests.rs"]
mod tests;
