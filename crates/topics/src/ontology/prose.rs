//! What of a text is its author's words: addresses, mentions and code are left out, hashtags handed out.
//!
//! A text is taken token by token between white space. Left out are code between backticks (on one line;
//! three or more, over lines, and to the end where none closes them; so with three tildes), between `<pre>` or
//! `<code>` and their ends, in lines that are indented behind an empty one or begin with `$ `, and every token that
//!
//! - is an address: holds `://`, `www.` or `@` (mentions and e-mail), or begins with a host name: of a usual top
//!   level domain, or with a path behind it
//! - is code: holds one of `{}[]<>=;|$\`, `::` or `()`, two slashes and anything but words between them, or an
//!   underscore between letters, begins with `--`, or stands before a `=`; brackets, quotes and stops at its edges
//!   are prose, and so is what a Markdown link shows
//!
//! In scripts without spaces a token ends where such a script begins or ends, so that a sentence around an
//! address is not lost with it. What was left out parts phrases: `latte https://… art` is no latte art.
//! A hashtag begins at `#` where no letter stands before it and holds letters, digits and underscores, one
//! letter at least. One that nobody knows is read as the words it is made of (`#LatteArtLovers`).

use super::code::{
    CODE, FOREIGN, HASH, OTHER, SIGNS, SPACE, SUSPECT, TICK, WIDE_AT, after_block, after_code, after_indented,
    is_address, is_code, is_flag,
};
use super::normalize::{is_unspaced, push_word, push_words};
use unicode_normalization::char::is_combining_mark;

/// Stands in the normal form where something was left out; no alias holds it.
const GAP: &[u8] = b"\x01 ";

const HASHES: [char; 2] = ['#', '\u{FF03}'];

/// Puts the normal form of the author's words into `words`.
///
/// `is_known` is asked about each hashtag (without its `#`); those it does not know are words.
pub fn read(text: &str, words: &mut Vec<u8>, is_known: impl FnMut(&str) -> bool) {
    words.clear();
    words.push(b' ');
    let mut reader = Reader { words, is_known };
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let (mut end, mut found) = (at, 0);
        while end < bytes.len() && SIGNS[usize::from(bytes[end])] & (SPACE | TICK) == 0 {
            found |= SIGNS[usize::from(bytes[end])];
            end += 1;
        }
        let token = &text[at..end];
        if let Some(after) = after_block(text, at, token, found) {
            reader.gap();
            at = after;
            continue;
        }
        if at < end {
            reader.token(token, found);
        }
        at = end + 1;
        if bytes.get(end) == Some(&b'`') {
            reader.gap();
            at = after_code(bytes, end);
        } else if bytes.get(end) == Some(&b'\n') {
            let after = after_indented(text, at);
            if after > at {
                reader.gap();
                at = after;
            }
        }
    }
}

/// Writes tokens into a normal form.
struct Reader<'a, F> {
    words: &'a mut Vec<u8>,
    is_known: F,
}

impl<F: FnMut(&str) -> bool> Reader<'_, F> {
    /// Reads a token that holds the signs `found`.
    fn token(&mut self, token: &str, found: u16) {
        if found & CODE != 0 && matches!(token, "=" | ":=" | "==") {
            return self.unwrite();
        }
        if let Some((shown, address)) = link(token, found) {
            self.token(shown.trim_start_matches(['!', '[', '(', '*']), found & !CODE);
            return self.pieces(address, found);
        }
        let may_be_tagged = found & HASH != 0 || (found & FOREIGN != 0 && token.contains(HASHES[1]));
        if found == 0 {
            push_word(token, self.words);
        } else if found & OTHER != 0 && is_flag(token) {
            self.gap();
        } else if found & SUSPECT == 0 && !may_be_tagged && !(found & FOREIGN != 0 && token.contains(WIDE_AT)) {
            push_words(token, self.words);
        } else if may_be_tagged && !is_address(token, found) {
            self.tagged(token, found);
        } else {
            self.pieces(token, found);
        }
    }

    /// Takes the hashtags out of a token.
    fn tagged(&mut self, token: &str, found: u16) {
        let (mut read, mut before) = (0, ' ');
        for (at, sign) in token.char_indices() {
            if at < read {
                continue;
            }
            if HASHES.contains(&sign) && !is_tag_letter(before) {
                let rest = &token[at + sign.len_utf8()..];
                let hashtag = &rest[..rest.find(|c| !is_tag_letter(c)).unwrap_or(rest.len())];
                if hashtag.contains(char::is_alphabetic) {
                    self.pieces(&token[read..at], found);
                    self.hashtag(hashtag);
                    read = at + sign.len_utf8() + hashtag.len();
                }
            }
            before = sign;
        }
        self.pieces(&token[read..], found);
    }

    /// Hands out a hashtag or reads it as words.
    fn hashtag(&mut self, hashtag: &str) {
        if (self.is_known)(hashtag) {
            return self.gap();
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

    /// Reads what is no hashtag: in one piece, or parted where scripts without spaces begin and end.
    fn pieces(&mut self, token: &str, found: u16) {
        if found & FOREIGN == 0 {
            return self.piece(token, found);
        }
        let side = |c: char| (c.is_whitespace(), is_unspaced(c));
        let mut from = 0;
        for (at, letter) in token.char_indices() {
            if token[from..].starts_with(|first| side(first) != side(letter)) {
                self.piece(&token[from..at], found);
                from = at;
            }
        }
        self.piece(&token[from..], found);
    }

    /// Reads a piece unless it is an address or code.
    fn piece(&mut self, piece: &str, found: u16) {
        if is_address(piece, found) || is_code(piece, found) {
            self.gap();
        } else {
            push_words(piece, self.words);
        }
    }

    /// Takes back the last word, which was the name of something that is set.
    fn unwrite(&mut self) {
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
        self.gap();
    }

    /// Marks that something was left out.
    fn gap(&mut self) {
        self.words.extend_from_slice(GAP);
    }
}

/// What a Markdown link in a token shows, and what stands behind it.
fn link(token: &str, found: u16) -> Option<(&str, &str)> {
    if found & CODE == 0 {
        return None;
    }
    token.split_once("](")
}

fn is_tag_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || is_combining_mark(c)
}

/// Whether a word of a camel-case tag begins at `after`: `latte|Art`, `CPU|Design`.
fn is_hump(before: &str, after: &str) -> bool {
    let mut rest = after.chars();
    let follows_capital = before.ends_with(char::is_uppercase);
    let is_capital = rest.next().is_some_and(char::is_uppercase);
    is_capital && (!follows_capital || rest.next().is_some_and(char::is_lowercase))
}

#[cfg(test)]
#[path = "prose_tests.rs"]
mod tests;
