//! Finds phrases of whole words in a text, word by word.
//!
//! ```text
//! h(0) = SEED,  h(k) = mix(h(k-1), word k)     hash of the first k words of a phrase, 8 bytes of a word at a time
//! ```
//!
//! The table holds the hash of each prefix of whole words of each phrase. From each word of the text the search walks
//! along the prefixes and keeps the longest phrase; it continues after that phrase, or else at the next word. Phrases
//! are compared byte by byte, so a hash collision cannot make a false match. A bitmap of the prefixes, small enough for
//! the cache, answers for most words of a text. Cost: one hash and one bit for each word of the text, independent of
//! the number of phrases. An Aho-Corasick automaton walks through megabytes of states instead, letter by letter.

use std::ops::Range;

use hashbrown::HashTable;

/// Number of bytes that must follow the last word of a text, because words are read 8 bytes at a time.
pub(super) const PADDING: [u8; 8] = [b' '; 8];

const SEED: u64 = 0x243f_6a88_85a3_08d3;
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = ONES << 7;
const SPACES: u64 = ONES * b' ' as u64;

/// Bits of the bitmap for each prefix: at 16 in one, 6 % of the unknown words reach the table.
const BITS_PER_PREFIX: usize = 16;

/// Phrases of words, each with a number.
pub(super) struct PhraseTable {
    prefixes: HashTable<Prefix>,
    /// Bit `h >> shift` for each prefix with hash `h`.
    bitmap: Box<[u64]>,
    shift: u32,
    /// All phrases, one after the other.
    bytes: Vec<u8>,
}

/// First words of a phrase.
struct Prefix {
    hash: u64,
    /// Start of the phrase in the bytes, and its length: 0 if the words are no whole phrase.
    start: u32,
    length: u32,
    number: u32,
    is_longer: bool,
}

impl PhraseTable {
    /// Builds the table of phrases in normal form (` latte art `), each with its number. All phrases are distinct.
    pub(super) fn new<'a>(phrases: impl Iterator<Item = (&'a str, u32)> + Clone) -> PhraseTable {
        let count: usize = phrases.clone().map(|(phrase, _)| phrase.matches(' ').count() - 1).sum();
        let bits = (count * BITS_PER_PREFIX).next_power_of_two().max(64);
        let mut table = PhraseTable {
            prefixes: HashTable::with_capacity(count),
            bitmap: vec![0; bits / 64].into_boxed_slice(),
            shift: 64 - bits.trailing_zeros(),
            bytes: Vec::new(),
        };
        for (phrase, number) in phrases {
            table.add(phrase.trim_start_matches(' ').as_bytes(), number);
        }
        table
    }

    fn add(&mut self, phrase: &[u8], number: u32) {
        let start = self.bytes.len() as u32;
        self.bytes.extend_from_slice(phrase);
        let padded = [phrase, &PADDING].concat();
        let (mut hash, mut at) = (SEED, 0);
        while at < phrase.len() {
            (hash, at) = hash_word(hash, &padded, at);
            let bit = (hash >> self.shift) as usize;
            self.bitmap[bit / 64] |= 1 << (bit % 64);
            let entry = self
                .prefixes
                .entry(hash, |prefix| prefix.hash == hash, |prefix| prefix.hash);
            let mut entry = entry.or_insert(Prefix {
                hash,
                start: 0,
                length: 0,
                number,
                is_longer: false,
            });
            let prefix = entry.get_mut();
            if at < phrase.len() {
                prefix.is_longer = true;
            } else {
                (prefix.start, prefix.length, prefix.number) = (start, phrase.len() as u32, number);
            }
        }
    }

    /// Calls `take` with the number of each phrase in a text in normal form that [`PADDING`] follows, in text order.
    pub(super) fn find_in(&self, text: &[u8], mut take: impl FnMut(u32)) {
        let end = text.len() - PADDING.len();
        let mut at = 1;
        while at < end {
            let (hash, next) = hash_word(SEED, text, at);
            at = match self.find(hash) {
                None => next,
                Some(prefix) => match self.find_longest(prefix, text, at..next) {
                    None => next,
                    Some((number, behind)) => {
                        take(number);
                        behind
                    }
                },
            };
        }
    }

    /// Returns the number of the longest phrase at the start of `words`, and the position behind it. `prefix` belongs
    /// to the first word, at `words`.
    fn find_longest(&self, prefix: &Prefix, text: &[u8], words: Range<usize>) -> Option<(u32, usize)> {
        let (mut prefix, mut end) = (prefix, words.end);
        let mut longest = None;
        loop {
            if self.is_phrase(prefix, &text[words.start..end]) {
                longest = Some((prefix.number, end));
            }
            if !prefix.is_longer {
                return longest;
            }
            let (hash, next) = hash_word(prefix.hash, text, end);
            let Some(longer) = self.find(hash) else {
                return longest;
            };
            (prefix, end) = (longer, next);
        }
    }

    fn is_phrase(&self, prefix: &Prefix, words: &[u8]) -> bool {
        let start = prefix.start as usize;
        prefix.length > 0 && &self.bytes[start..start + prefix.length as usize] == words
    }

    fn find(&self, hash: u64) -> Option<&Prefix> {
        let bit = (hash >> self.shift) as usize;
        if self.bitmap[bit / 64] >> (bit % 64) & 1 == 0 {
            return None;
        }
        self.prefixes.find(hash, |prefix| prefix.hash == hash)
    }
}

/// Mixes the word at `at` into a hash; returns the hash and the position behind the space that ends the word.
#[inline]
fn hash_word(mut hash: u64, text: &[u8], mut at: usize) -> (u64, usize) {
    while let Some(eight) = text[at.min(text.len())..].first_chunk() {
        let eight = u64::from_le_bytes(*eight);
        // Marks the first zero byte exactly, and possibly bytes behind it.
        let differences = eight ^ SPACES;
        let zeros = differences.wrapping_sub(ONES) & !differences & HIGHS;
        if zeros != 0 {
            let letters = zeros.trailing_zeros() / 8;
            let below = (1u64 << (8 * letters)) - 1;
            return (mix(hash, eight & below), at + letters as usize + 1);
        }
        hash = mix(hash, eight);
        at += 8;
    }
    (hash, text.len())
}

fn mix(hash: u64, bytes: u64) -> u64 {
    let product = u128::from(hash ^ bytes) * u128::from(FACTOR);
    (product >> 64) as u64 ^ product as u64
}

#[cfg(test)]
#[path = "phrase_table_tests.rs"]
mod tests;
