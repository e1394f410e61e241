//! Extracts the author's words from a text: skips addresses, mentions and code, and passes hashtags to the caller.
//!
//! A text is read token by token between white space. Code is skipped: code spans and code blocks of Markdown, as
//! [CommonMark](https://spec.commonmark.org) has them, text between `<pre>` or `<code>` and their end tags, and lines
//! that begin with `$ `. Also skipped is every token that
//!
//! - is an address: contains `://`, `www.` or `@` (mentions and e-mail), or begins with a host name that has a common
//!   top-level domain or is followed by a path
//! - is code: contains one of `{}[]<>=;|$\`, `::` or `()`, two slashes with anything but words between them, or an
//!   underscore between letters, begins with `--`, or precedes a `=`; brackets, quotes and full stops at its edges
//!   are prose, and so is the label of a Markdown link
//!
//! In scripts without spaces a token ends at the first or last character of the script, so that a sentence around an
//! address is not lost with it. A skipped token separates phrases: `latte https://… art` does not match "latte art".
//! A hashtag begins at a `#` without a letter before it and contains letters, digits and underscores, with at least
//! one letter. An unknown hashtag is split into words (`#LatteArtLovers`).

use super::code::{
    BYTE_CLASSES, CODE, FOREIGN, HASH, OTHER, SPACE, SUSPECT, TICK, WIDE_AT, find_block_end, find_code, is_address,
    is_code, is_flag,
};
use super::normalize::{is_unspaced, push_word, push_words};
use std::ops::Range;
use unicode_normalization::char::is_combining_mark;

/// Marks skipped text in the normal form; no alias contains it.
const GAP: &[u8] = b"\x01 ";

const HASHES: [char; 2] = ['#', '\u{FF03}'];

/// Replaces `words` with the normal form of the author's words.
///
/// Calls `is_known` with each hashtag (without its `#`); unknown hashtags are read as words.
pub fn read_words(text: &str, words: &mut Vec<u8>, is_known: impl FnMut(&str) -> bool) {
    words.clear();
    words.push(b' ');
    let mut reader = ProseReader { words, is_known };
    // Markdown reads indented first lines as code; here they are a text with white space before it.
    let text = text.trim_start();
    let mut at = 0;
    for code in find_code(text) {
        // A block in HTML may have ended behind the start of this code.
        if code.start >= at {
            at = reader.read_prose(text, at..code.start);
            reader.push_gap();
        }
        at = at.max(code.end);
    }
    reader.read_prose(text, at..text.len());
}

/// Appends tokens to a normal form.
struct ProseReader<'a, F> {
    words: &'a mut Vec<u8>,
    is_known: F,
}

impl<F: FnMut(&str) -> bool> ProseReader<'_, F> {
    /// Reads the part of a text in `range`, and skips blocks that begin in it; returns the position behind.
    fn read_prose(&mut self, text: &str, range: Range<usize>) -> usize {
        let bytes = &text.as_bytes()[..range.end];
        let mut at = range.start;
        while at < bytes.len() {
            let (mut end, mut found) = (at, 0);
            while end < bytes.len() && BYTE_CLASSES[usize::from(bytes[end])] & (SPACE | TICK) == 0 {
                found |= BYTE_CLASSES[usize::from(bytes[end])];
                end += 1;
            }
            let token = &text[at..end];
            if let Some(after) = find_block_end(text, at, token, found) {
                self.push_gap();
                at = after;
                continue;
            }
            if at < end {
                self.read_token(token, found);
            }
            at = (end + 1).min(bytes.len());
        }
        at
    }

    /// Reads a token; `found` holds the classes of its bytes.
    fn read_token(&mut self, token: &str, found: u16) {
        if found & CODE != 0 && matches!(token, "=" | ":=" | "==") {
            return self.remove_last_word();
        }
        if let Some((label, address)) = split_link(token, found) {
            self.read_token(label.trim_start_matches(['!', '[', '(', '*']), found & !CODE);
            return self.read_pieces(address, found);
        }
        let may_be_tagged = found & HASH != 0 || (found & FOREIGN != 0 && token.contains(HASHES[1]));
        if found == 0 {
            push_word(token, self.words);
        } else if found & OTHER != 0 && is_flag(token) {
            self.push_gap();
        } else if found & SUSPECT == 0 && !may_be_tagged && !(found & FOREIGN != 0 && token.contains(WIDE_AT)) {
            push_words(token, self.words);
        } else if may_be_tagged && !is_address(token, found) {
            self.read_hashtags(token, found);
        } else {
            self.read_pieces(token, found);
        }
    }

    /// Reads a token with hashtags.
    fn read_hashtags(&mut self, token: &str, found: u16) {
        let (mut read, mut before) = (0, ' ');
        for (at, sign) in token.char_indices() {
            if at < read {
                continue;
            }
            if HASHES.contains(&sign) && !is_tag_letter(before) {
                let rest = &token[at + sign.len_utf8()..];
                let hashtag = &rest[..rest.find(|c| !is_tag_letter(c)).unwrap_or(rest.len())];
                if hashtag.contains(char::is_alphabetic) {
                    self.read_pieces(&token[read..at], found);
                    self.read_hashtag(hashtag);
                    read = at + sign.len_utf8() + hashtag.len();
                }
            }
            before = sign;
        }
        self.read_pieces(&token[read..], found);
    }

    /// Passes a hashtag to the caller, or reads it as words if unknown.
    fn read_hashtag(&mut self, hashtag: &str) {
        if (self.is_known)(hashtag) {
            return self.push_gap();
        }
        let mut from = 0;
        for (at, _) in hashtag.char_indices().skip(1) {
            if is_hump(&hashtag[from..at], &hashtag[at..]) {
                push_words(&hashtag[from..at], self.words);
                from = at;
            }
        }
        push_words(&hashtag[from..], self.words);
    }

    /// Reads text without hashtags, split at the edges of scripts without spaces.
    fn read_pieces(&mut self, token: &str, found: u16) {
        if found & FOREIGN == 0 {
            return self.read_piece(token, found);
        }
        let side = |c: char| (c.is_whitespace(), is_unspaced(c));
        let mut from = 0;
        for (at, letter) in token.char_indices() {
            if token[from..].starts_with(|first| side(first) != side(letter)) {
                self.read_piece(&token[from..at], found);
                from = at;
            }
        }
        self.read_piece(&token[from..], found);
    }

    /// Reads a piece unless it is an address or code.
    fn read_piece(&mut self, piece: &str, found: u16) {
        if is_address(piece, found) || is_code(piece, found) {
            self.push_gap();
        } else {
            push_words(piece, self.words);
        }
    }

    /// Removes the last word: the name before a `=`.
    fn remove_last_word(&mut self) {
        let end = self
            .words
            .iter()
            .rposition(|byte| *byte != b' ')
            .map_or(0, |last| last + 1);
        let start = self.words[..end]
            .iter()
            .rposition(|byte| *byte == b' ')
            .map_or(1, |space| space + 1);
        self.words.truncate(start);
        self.push_gap();
    }

    /// Marks skipped text.
    fn push_gap(&mut self) {
        self.words.extend_from_slice(GAP);
    }
}

/// Splits a Markdown link in a token into its label and the rest.
fn split_link(token: &str, found: u16) -> Option<(&str, &str)> {
    if found & CODE == 0 {
        return None;
    }
    token.split_once("](")
}

fn is_tag_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || is_combining_mark(c)
}

/// Returns true if a word of a camel-case tag begins at `after`: `latte|Art`, `CPU|Design`.
fn is_hump(before: &str, after: &str) -> bool {
    let mut rest = after.chars();
    let follows_capital = before.ends_with(char::is_uppercase);
    let is_capital = rest.next().is_some_and(char::is_uppercase);
    is_capital && (!follows_capital || rest.next().is_some_and(char::is_lowercase))
}

#[cfg(test)]
#[path = "prose_tests.rs"]
mod tests;
