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

use super::normalize::{is_unspaced, push_word, push_words};
use unicode_normalization::char::is_combining_mark;

const SPACE: u16 = 1;
const TICK: u16 = 1 << 1;
const FOREIGN: u16 = 1 << 2;
const HASH: u16 = 1 << 3;
const AT: u16 = 1 << 4;
const DOT: u16 = 1 << 5;
const COLON: u16 = 1 << 6;
const SLASH: u16 = 1 << 7;
const UNDERSCORE: u16 = 1 << 8;
const BRACKET: u16 = 1 << 9;
const CODE: u16 = 1 << 10;
const OTHER: u16 = 1 << 11;
/// Signs for which a token is looked at twice.
const SUSPECT: u16 = HASH | AT | DOT | COLON | SLASH | UNDERSCORE | BRACKET | CODE;

const SIGNS: [u16; 256] = signs();

/// Stands in the normal form where something was left out; no alias holds it.
const GAP: &[u8] = b"\x01 ";

const HASHES: [char; 2] = ['#', '\u{FF03}'];
const WIDE_AT: char = '\u{FF20}';
const CODE_SIGNS: [char; 11] = ['{', '}', '[', ']', '<', '>', '=', ';', '|', '$', '\\'];
const OPENING: [char; 4] = ['(', '[', '"', '\''];
const CLOSING: [char; 10] = [')', ']', '"', '\'', '.', ',', ';', ':', '!', '?'];

const fn signs() -> [u16; 256] {
    let mut signs = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        signs[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => SPACE,
            b'`' => TICK,
            b'#' => HASH,
            b'@' => AT,
            b'.' => DOT,
            b':' => COLON,
            b'/' => SLASH,
            b'_' => UNDERSCORE,
            b'(' | b')' => BRACKET,
            b'{' | b'}' | b'[' | b']' | b'<' | b'>' | b'=' | b';' | b'|' | b'$' | b'\\' => CODE,
            0x80.. => FOREIGN,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => 0,
            _ => OTHER,
        };
        byte += 1;
    }
    signs
}

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

/// Where a block of code ends that the token at `at` begins, if it begins one.
fn after_block(text: &str, at: usize, token: &str, found: u16) -> Option<usize> {
    let behind = |end: &str| {
        let rest = at + token.len();
        Some(
            text[rest..]
                .find(end)
                .map_or(text.len(), |place| rest + place + end.len()),
        )
    };
    let is_first = || {
        text[..at]
            .rsplit('\n')
            .next()
            .is_some_and(|line| line.trim().is_empty())
    };
    if found & OTHER != 0 && token.starts_with("~~~") {
        return behind("~~~");
    }
    if found & CODE == 0 {
        return None;
    }
    match token {
        "$" if is_first() => behind("\n"),
        _ if token.starts_with("<pre") && !token.contains("</pre>") => behind("</pre>"),
        _ if token.starts_with("<code") && !token.contains("</code>") => behind("</code>"),
        _ => None,
    }
}

/// Where the lines end that are indented as code behind an empty one; `at` is where a line begins.
fn after_indented(text: &str, at: usize) -> usize {
    let is_behind_empty = text[..at]
        .trim_end_matches([' ', '\t'])
        .strip_suffix('\n')
        .is_some_and(|before| before.rsplit('\n').next().is_none_or(|line| line.trim().is_empty()));
    if !is_behind_empty {
        return at;
    }
    let mut end = at;
    for line in text[at..].split_inclusive('\n') {
        let is_indented = line.starts_with("    ") || line.starts_with('\t');
        if !is_indented || line.trim().is_empty() {
            break;
        }
        end += line.len();
    }
    end
}

/// Where the code ends that the backticks at `start` open; behind the backticks if they open none.
fn after_code(bytes: &[u8], start: usize) -> usize {
    let ticks = |at: usize| bytes[at..].iter().take_while(|byte| **byte == b'`').count();
    let opening = ticks(start);
    let is_block = opening >= 3;
    let mut at = start + opening;
    while at < bytes.len() && (is_block || bytes[at] != b'\n') {
        let closing = ticks(at);
        if closing == opening || (is_block && closing > opening) {
            return at + closing;
        }
        at += closing.max(1);
    }
    if is_block { bytes.len() } else { start + opening }
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
        if let Some((shown, address)) = token.split_once("](").filter(|_| found & CODE != 0) {
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

fn is_address(piece: &str, found: u16) -> bool {
    let is_www = |four: &[u8]| four.eq_ignore_ascii_case(b"www.");
    (found & AT != 0 && piece.contains('@'))
        || (found & FOREIGN != 0 && piece.contains(WIDE_AT))
        || (found & DOT != 0 && is_host(piece))
        || (found & COLON != 0 && piece.contains("://"))
        || (found & DOT != 0 && piece.as_bytes().windows(4).any(is_www))
}

fn is_code(piece: &str, found: u16) -> bool {
    let core = piece.trim_start_matches(OPENING).trim_end_matches(CLOSING);
    (found & CODE != 0 && core.contains(CODE_SIGNS))
        || (found & COLON != 0 && piece.contains("::"))
        || (found & BRACKET != 0 && piece.contains("()"))
        || (found & SLASH != 0 && piece.matches('/').nth(1).is_some() && !is_list(core))
        || (found & UNDERSCORE != 0 && has_inner_underscore(piece))
}

/// Top level domains of most addresses that are written without a scheme.
const DOMAINS: [&str; 24] = [
    "com", "org", "net", "edu", "gov", "io", "co", "ly", "me", "tv", "fm", "be", "info", "biz", "us", "uk", "de", "fr",
    "es", "it", "nl", "jp", "ru", "eu",
];

/// Whether a piece begins with a host name: `example.com`, `bit.ly/coffee`, `medium.com/tennis`.
fn is_host(piece: &str) -> bool {
    let core = piece.trim_start_matches(OPENING).trim_end_matches(CLOSING);
    let host = core.split(['/', '?', ':']).next().unwrap_or_default();
    let Some((name, domain)) = host.rsplit_once('.') else {
        return false;
    };
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let is_name = domain.len() >= 2 && domain.bytes().all(|b| b.is_ascii_lowercase()) && name.split('.').all(is_label);
    is_name && (core.len() > host.len() || DOMAINS.contains(&domain))
}

/// Whether slashes part words: `coffee/tennis/jazz`, and not `/usr/bin` or `src/main.rs`.
fn is_list(core: &str) -> bool {
    core.split('/')
        .all(|part| !part.is_empty() && part.chars().all(char::is_alphabetic))
}

/// Whether a piece is an option of a command: `--testnet-magic`.
fn is_flag(piece: &str) -> bool {
    let option = piece.trim_start_matches(OPENING).strip_prefix("--");
    option.is_some_and(|name| name.starts_with(char::is_alphabetic))
}

/// Whether an underscore stands between two letters or digits; those at the edges are emphasis.
fn has_inner_underscore(piece: &str) -> bool {
    let mut parts = piece.split('_').filter(|part| part.contains(char::is_alphanumeric));
    parts.next().is_some() && parts.next().is_some()
}

#[cfg(test)]
#[path = "prose_tests.rs"]
mod tests;
