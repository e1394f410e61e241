//! Detects the parts of a text that are not prose: addresses, code and command lines.
//!
//! [`super::prose`] lists the rules. pulldown-cmark finds the code of Markdown. This module tests single tokens and finds
//! the ends of HTML blocks and command lines.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

pub(super) const SPACE: u16 = 1;
pub(super) const TICK: u16 = 1 << 1;
pub(super) const FOREIGN: u16 = 1 << 2;
pub(super) const HASH: u16 = 1 << 3;
pub(super) const AT: u16 = 1 << 4;
pub(super) const DOT: u16 = 1 << 5;
pub(super) const COLON: u16 = 1 << 6;
pub(super) const SLASH: u16 = 1 << 7;
pub(super) const UNDERSCORE: u16 = 1 << 8;
pub(super) const BRACKET: u16 = 1 << 9;
pub(super) const CODE: u16 = 1 << 10;
pub(super) const OTHER: u16 = 1 << 11;
/// Classes of bytes that need a closer check of the token.
pub(super) const SUSPECT: u16 = HASH | AT | DOT | COLON | SLASH | UNDERSCORE | BRACKET | CODE;

pub(super) const BYTE_CLASSES: [u16; 256] = build_signs();

pub(super) const WIDE_AT: char = '\u{FF20}';
const CODE_SIGNS: [char; 11] = ['{', '}', '[', ']', '<', '>', '=', ';', '|', '$', '\\'];
const OPENING: [char; 4] = ['(', '[', '"', '\''];
const CLOSING: [char; 10] = [')', ']', '"', '\'', '.', ',', ';', ':', '!', '?'];

const fn build_signs() -> [u16; 256] {
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

/// Returns the end of the HTML block or command line that starts with the token at `at`, if it starts one.
pub(super) fn find_block_end(text: &str, at: usize, token: &str, found: u16) -> Option<usize> {
    let behind = |end: &str| {
        let rest = at + token.len();
        Some(
            text[rest..]
                .find(end)
                .map_or(text.len(), |found| rest + found + end.len()),
        )
    };
    let is_first = || {
        let before = text[..at].trim_end_matches([' ', '\t']);
        before.is_empty() || before.ends_with('\n')
    };
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

/// Returns the code spans and code blocks of a Markdown text, in text order.
pub(super) fn find_code(text: &str) -> Vec<Range<usize>> {
    if !may_have_code(text) {
        return Vec::new();
    }
    let is_code = |event: &Event| matches!(event, Event::Code(_) | Event::Start(Tag::CodeBlock(_)));
    let events = Parser::new(text).into_offset_iter();
    events
        .filter(|(event, _)| is_code(event))
        .map(|(_, range)| range)
        .collect()
}

/// Returns false if a text has no code for sure, as most texts.
fn may_have_code(text: &str) -> bool {
    // Without a branch, so that the compiler compares many bytes at once.
    let is_sign = |byte: u8| u8::from(byte == b'`' || byte == b'~' || byte == b'\n');
    let signs = text.bytes().fold(0, |signs, byte| signs | is_sign(byte));
    signs != 0 && ["`", "~~~", "\n    ", "\n\t"].iter().any(|sign| text.contains(sign))
}

/// Returns true if a piece is an address or a mention; `found` holds the classes of its bytes.
pub(super) fn is_address(piece: &str, found: u16) -> bool {
    let is_www = |four: &[u8]| four.eq_ignore_ascii_case(b"www.");
    (found & AT != 0 && piece.contains('@'))
        || (found & FOREIGN != 0 && piece.contains(WIDE_AT))
        || (found & DOT != 0 && is_host(piece))
        || (found & COLON != 0 && piece.contains("://"))
        || (found & DOT != 0 && piece.as_bytes().windows(4).any(is_www))
}

/// Returns true if a piece is code; `found` holds the classes of its bytes.
pub(super) fn is_code(piece: &str, found: u16) -> bool {
    let core = piece.trim_start_matches(OPENING).trim_end_matches(CLOSING);
    (found & CODE != 0 && core.contains(CODE_SIGNS))
        || (found & COLON != 0 && piece.contains("::"))
        || (found & BRACKET != 0 && piece.contains("()"))
        || (found & SLASH != 0 && piece.matches('/').nth(1).is_some() && !is_list(core))
        || (found & UNDERSCORE != 0 && has_inner_underscore(piece))
}

/// Common top-level domains of addresses without a scheme.
const DOMAINS: [&str; 24] = [
    "com", "org", "net", "edu", "gov", "io", "co", "ly", "me", "tv", "fm", "be", "info", "biz", "us", "uk", "de", "fr",
    "es", "it", "nl", "jp", "ru", "eu",
];

/// Returns true if a piece begins with a host name: `example.com`, `bit.ly/coffee`, `medium.com/tennis`.
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

/// Returns true if slashes separate words: `coffee/tennis/jazz`, but not `/usr/bin` or `src/main.rs`.
fn is_list(core: &str) -> bool {
    core.split('/')
        .all(|part| !part.is_empty() && part.chars().all(char::is_alphabetic))
}

/// Returns true if a piece is a command-line option: `--testnet-magic`.
pub(super) fn is_flag(piece: &str) -> bool {
    let option = piece.trim_start_matches(OPENING).strip_prefix("--");
    option.is_some_and(|name| name.starts_with(char::is_alphabetic))
}

/// Returns true if an underscore lies between letters or digits; underscores at the edges are emphasis.
fn has_inner_underscore(piece: &str) -> bool {
    let mut parts = piece.split('_').filter(|part| part.contains(char::is_alphanumeric));
    parts.next().is_some() && parts.next().is_some()
}
