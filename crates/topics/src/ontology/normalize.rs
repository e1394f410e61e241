//! Converts aliases, tags and texts to one normal form that can be compared byte by byte.
//!
//! A normal form is ` latte art `: words in lower case without accents, with one space before, after and between
//! them, so that a byte search finds whole words. Letters are those of NFKC, folded:
//!
//! - case, accents of the scripts that have them as ornaments (Latin, Greek, Cyrillic, Hebrew, Arabic; the
//!   Arabic tatweel too), `ß` as `ss`; signs that *are* letters (kana's voicing, Indic and Thai vowels) stay
//! - an apostrophe before one or two final letters is removed (`we'll`, `well`); any other separates words, as
//!   in French and Italian (`l'espresso`, `l espresso`), and so does the one before a final `s` (`coffee's`)
//! - Arabic words lose the article and particles joined to it (`القهوة`, `والقهوة`, `قهوة`): the prefixes of
//!   light stemming (Larkey, Ballesteros, Connell, *Light Stemming for Arabic Information Retrieval*, 2007)
//! - one or two `+` or `#` belong to the word that they end (`c++`, `c#`); all other characters that are not letters
//!   or digits separate words
//! - scripts without spaces between words get a space around every character, so an alias can match anywhere in a run
//!
//! The *squeezed* form has no spaces: the tags `latteart`, `latte-art`, `Latte_Art` and `#LatteArt` are all
//! `latteart`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Role of a byte in the normal form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Letter or digit.
    Word,
    /// Any other byte, which separates words.
    Separator,
    /// Apostrophe.
    Apostrophe,
    /// `+` or `#`.
    Ending,
    /// Byte of a character beyond ASCII.
    Foreign,
}

const ROLES: [Role; 256] = build_roles();

/// Bit that makes an ASCII letter lower case and is set in digits.
const LOWER: u8 = 0x20;

/// Longest run of `+` and `#` that belongs to a word, as in `c++`.
const MAX_ENDING: usize = 2;

/// Maximum number of letters after an apostrophe that belong to the word before it, as in `we'll`.
const MAX_CLITIC: usize = 2;

const fn build_roles() -> [Role; 256] {
    let mut roles = [Role::Separator; 256];
    let mut byte = 0;
    while byte < 256 {
        roles[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => Role::Word,
            b'\'' => Role::Apostrophe,
            b'+' | b'#' => Role::Ending,
            0x80.. => Role::Foreign,
            _ => Role::Separator,
        };
        byte += 1;
    }
    roles
}

/// Appends the words of `source`, each with a space after it, and a space before the first if `out` lacks one.
pub fn push_words(source: &str, out: &mut Vec<u8>) {
    separate(out);
    let bytes = source.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let role = ROLES[usize::from(bytes[at])];
        at = match role {
            Role::Separator => {
                separate(out);
                at + 1
            }
            Role::Apostrophe => {
                push_apostrophe(&source[at + 1..], out);
                at + 1
            }
            Role::Foreign => at + push_foreign(&source[at..], out),
            Role::Word => {
                let letters = read_run(bytes, at, Role::Word);
                out.extend(letters.iter().map(|byte| byte | LOWER));
                at + letters.len()
            }
            Role::Ending => {
                let signs = read_run(bytes, at, Role::Ending);
                push_ending(signs, &source[at + signs.len()..], out);
                at + signs.len()
            }
        };
    }
    separate(out);
}

/// Appends a word of only ASCII letters and digits; `out` must end with a space.
pub fn push_word(word: &str, out: &mut Vec<u8>) {
    out.extend(word.bytes().map(|byte| byte | LOWER));
    out.push(b' ');
}

/// Replaces `out` with the squeezed form of `source`: its words without spaces.
pub fn squeeze(source: &str, out: &mut Vec<u8>) {
    out.clear();
    push_words(source, out);
    out.retain(|byte| *byte != b' ');
}

/// Returns true if the letter belongs to a script without spaces between words: Han, kana, Thai, Lao, Burmese, Khmer
/// (blocks of Unicode 16, with their extensions for other languages).
pub fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{A9E0}'..='\u{A9FF}'
        | '\u{AA60}'..='\u{AA7F}' | '\u{3005}'..='\u{3007}' | '\u{3031}'..='\u{3035}' | '\u{3040}'..='\u{30FA}'
        | '\u{30FC}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9F}' | '\u{1B000}'..='\u{1B16F}' | '\u{20000}'..='\u{3FFFF}')
}

/// Returns true if a character of this script carries a syllable or a word: Hangul and the unspaced scripts.
pub fn is_dense(letter: char) -> bool {
    is_unspaced(letter) || matches!(letter, '\u{AC00}'..='\u{D7A3}')
}

/// Returns the run of bytes with one role that starts at `at`.
fn read_run(bytes: &[u8], at: usize, role: Role) -> &[u8] {
    let count = bytes[at..]
        .iter()
        .take_while(|byte| ROLES[usize::from(**byte)] == role)
        .count();
    &bytes[at..at + count]
}

/// Ends the current word.
fn separate(out: &mut Vec<u8>) {
    if out.last() != Some(&b' ') {
        out.push(b' ');
    }
}

/// Separates words, unless the apostrophe is followed by a short ending other than `s`.
fn push_apostrophe(rest: &str, out: &mut Vec<u8>) {
    let letters = rest.chars().take(MAX_CLITIC + 1).take_while(|c| c.is_alphanumeric());
    let count = letters.count();
    if !(1..=MAX_CLITIC).contains(&count) || (count == 1 && rest.starts_with(['s', 'S'])) {
        separate(out);
    }
}

/// Ends the current word, with the run of `+` and `#` if it belongs to the word.
fn push_ending(run: &[u8], rest: &str, out: &mut Vec<u8>) {
    let is_inside = rest.starts_with(char::is_alphanumeric);
    if run.len() <= MAX_ENDING && !is_inside && out.last() != Some(&b' ') {
        out.extend_from_slice(run);
    }
    separate(out);
}

/// Appends the leading non-ASCII characters of `source`; returns the number of bytes read.
fn push_foreign(source: &str, out: &mut Vec<u8>) -> usize {
    let is_apostrophe = |c| matches!(c, '\u{2019}' | '\u{2018}' | '\u{02BC}' | '\u{FF07}');
    let end = source.find(|c: char| c.is_ascii() || is_apostrophe(c));
    let run = &source[..end.unwrap_or(source.len())];
    if let (true, Some(apostrophe)) = (run.is_empty(), source.chars().next()) {
        push_apostrophe(&source[apostrophe.len_utf8()..], out);
        return apostrophe.len_utf8();
    }
    // A letter can contain an apostrophe (`ŉ`), which would be a separator of its own in the normal form.
    let decomposed = run.nfkd().filter(|c| !is_ornament(*c) && !is_apostrophe(*c));
    let mut after_unspaced = false;
    for letter in decomposed.flat_map(char::to_lowercase).nfc() {
        if is_combining_mark(letter) {
            // A combining mark belongs to the letter before it in every script.
        } else if !letter.is_alphanumeric() {
            end_foreign_word(out);
            after_unspaced = false;
            continue;
        } else {
            let is_unspaced = is_unspaced(letter);
            if is_unspaced || after_unspaced {
                end_foreign_word(out);
            }
            after_unspaced = is_unspaced;
        }
        push_letter(letter, out);
    }
    if after_unspaced {
        separate(out);
    }
    strip_article(out);
    run.len()
}

/// Prefixes removed from an Arabic word by light stemming, the longest first, with the least letters that must remain.
const ARABIC_PREFIXES: [(&str, usize); 7] = [
    ("وال", 2),
    ("بال", 2),
    ("كال", 2),
    ("فال", 2),
    ("ال", 2),
    ("لل", 2),
    ("و", 3),
];

/// Ends the current word inside of a run of non-ASCII characters, such as a word before an Arabic comma.
fn end_foreign_word(out: &mut Vec<u8>) {
    strip_article(out);
    separate(out);
}

/// Removes all Arabic articles from the start of the current word.
fn strip_article(out: &mut Vec<u8>) {
    let start = out.iter().rposition(|byte| *byte == b' ').map_or(0, |space| space + 1);
    while let Some(length) = article_length(&out[start..]) {
        out.drain(start..start + length);
    }
}

/// Returns the length in bytes of the article at the start of a word.
fn article_length(word: &[u8]) -> Option<usize> {
    let word = std::str::from_utf8(word).ok()?;
    let is_left = |(prefix, least): &&(&str, usize)| {
        let rest = word.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.chars().nth(least - 1).is_some())
    };
    ARABIC_PREFIXES.iter().find(is_left).map(|(prefix, _)| prefix.len())
}

/// Appends a lower-case letter; folds letters that NFKC keeps distinct.
fn push_letter(letter: char, out: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    let merged = match letter {
        'ß' => "ss",
        'ς' => "σ",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' => "d",
        'ł' => "l",
        'ı' => "i",
        other => other.encode_utf8(&mut buffer),
    };
    out.extend_from_slice(merged.as_bytes());
}

/// Returns true if the character does not change the word: accents and points that a script can be spelled without,
/// and characters that only control the display of others (soft hyphen, joiners, directions).
fn is_ornament(mark: char) -> bool {
    matches!(mark,
        '\u{0300}'..='\u{036F}' | '\u{0483}'..='\u{0489}' | '\u{0591}'..='\u{05BD}' | '\u{05BF}'
        | '\u{05C1}'..='\u{05C2}' | '\u{05C4}'..='\u{05C5}' | '\u{05C7}' | '\u{0610}'..='\u{061A}' | '\u{0640}'
        | '\u{064B}'..='\u{065F}' | '\u{0670}' | '\u{06D6}'..='\u{06DC}' | '\u{06DF}'..='\u{06E4}'
        | '\u{06E7}'..='\u{06E8}' | '\u{06EA}'..='\u{06ED}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FE20}'..='\u{FE2F}'
        | '\u{00AD}' | '\u{200C}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
#[path = "normalize_tests.rs"]
mod tests;
