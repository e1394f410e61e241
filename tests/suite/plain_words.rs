//! Doc comments, documents and texts use plain words: at most 3 of 1,000 are ones that the style rules out.
//!
//! `cargo test --test suite plain_words -- --nocapture` prints the three rates with the worst files.

use std::collections::BTreeMap;

use crate::support::prose::{Piece, doc_comments, documents, is_test, rust_files, texts};

/// Words that hide the meaning of a sentence, and older forms of common words.
const WORDS: [&str; 10] = [
    "what", "who", "whom", "whose", "whoever", "told", "tells", "tonight", "gone", "stands",
];
const PREFIXES: [&str; 2] = ["foretell", "foretold"];
const PHRASES: [[&str; 2]; 4] = [["held", "by"], ["of", "late"], ["is", "there"], ["house's", "own"]];

/// The most such words of 1,000.
const MOST: f64 = 3.0;

/// The words of one area and the places of those that are ruled out.
#[derive(Default)]
struct Tally {
    words: usize,
    places: BTreeMap<String, Vec<String>>,
}

impl Tally {
    fn add_part(&mut self, file: &str, pieces: &[Piece]) {
        for piece in pieces {
            let words = words_of(piece);
            self.words += words.len();
            for (index, (word, line)) in words.iter().enumerate() {
                let next = words.get(index + 1).map(|(word, _)| word.as_str());
                if let Some(found) = ruled_out(word, next) {
                    let places = self.places.entry(file.to_owned()).or_default();
                    places.push(format!("{file}:{line}: {found}"));
                }
            }
        }
    }

    fn found(&self) -> usize {
        self.places.values().map(Vec::len).sum()
    }

    fn rate(&self) -> f64 {
        1000.0 * self.found() as f64 / self.words.max(1) as f64
    }

    /// The rate, the worst files with their counts, and the first ten places in the worst of them.
    fn report(&self, area: &str) -> String {
        let mut worst: Vec<(&String, &Vec<String>)> = self.places.iter().collect();
        worst.sort_by_key(|(_, places)| std::cmp::Reverse(places.len()));
        let (rate, found, words) = (self.rate(), self.found(), self.words);
        let mut text = format!("{area}: {rate:.1} of 1,000 words ({found} of {words}), at most {MOST}\n");
        for (file, places) in worst.iter().take(10) {
            text += &format!("  {:4}  {file}\n", places.len());
        }
        for place in worst.iter().flat_map(|(_, places)| places.iter()).take(10) {
            text += &format!("        {place}\n");
        }
        text
    }
}

/// The words of a piece in lower case, with their lines. A word has a letter; `_` and apostrophes are part of it.
fn words_of(piece: &Piece) -> Vec<(String, usize)> {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || ['_', '\'', '’'].contains(&c);
    let mut words = Vec::new();
    for (line, text) in piece.text.split('\n').enumerate() {
        for word in text.split(|c| !is_inside(c)) {
            let word = word.trim_start_matches(['\'', '’']);
            if word.contains(|c: char| c.is_ascii_alphabetic()) {
                words.push((word.to_ascii_lowercase().replace('’', "'"), piece.line + line));
            }
        }
    }
    words
}

/// The word or phrase that the style rules out, if one begins here.
fn ruled_out(word: &str, next: Option<&str>) -> Option<String> {
    let stem = word.split('\'').next().unwrap_or(word);
    if WORDS.contains(&stem) || PREFIXES.iter().any(|prefix| stem.starts_with(prefix)) {
        return Some(stem.to_owned());
    }
    let is_phrase = |[first, second]: &&[&str; 2]| word == *first && next == Some(*second);
    PHRASES.iter().find(is_phrase).map(|phrase| phrase.join(" "))
}

/// Fails with the worst files and places if an area has too many such words.
fn check(area: &str, tally: &Tally) {
    let report = tally.report(area);
    println!("{report}");
    assert!(tally.rate() <= MOST, "{report}");
}

#[test]
fn doc_comments_use_plain_words() {
    let mut tally = Tally::default();
    for (file, text) in rust_files() {
        tally.add_part(&file, &doc_comments(&text));
    }
    check("doc comments", &tally);
}

#[test]
fn documents_use_plain_words() {
    let mut tally = Tally::default();
    for (file, text) in documents() {
        tally.add_part(&file, &[Piece { line: 1, text }]);
    }
    check("documents", &tally);
}

#[test]
fn texts_of_the_program_use_plain_words() {
    let mut tally = Tally::default();
    for (file, pieces) in texts() {
        tally.add_part(&file, &pieces);
    }
    check("texts of the program", &tally);
}

#[test]
fn words_are_counted_as_the_style_has_them() {
    let piece = |text: &str| Piece {
        line: 7,
        text: text.to_owned(),
    };
    let mut tally = Tally::default();
    tally.add_part(
        "a.md",
        &[
            piece("Who's there? Nobody\nforetells a house's own `who_else`."),
            piece("held"),
            piece("by"),
        ],
    );
    let expected = ["a.md:7: who", "a.md:8: foretells", "a.md:8: house's own"];
    assert_eq!(tally.places["a.md"], expected);
    assert_eq!(tally.words, 10);
    assert!(is_test("crates/model/src/influence/fold_tests.rs") && !is_test("src/cli/run.rs"));
}
