//! One normal form for aliases, tags and texts: words that can be compared byte by byte.
//!
//! A normal form is ` latte art `: words in lower case without accents, one space before, after and between
//! them, so that whole words are found as plain bytes. Letters are those of NFKC, folded:
//!
//! - case, accents of the scripts that have them as ornaments (Latin, Greek, Cyrillic, Hebrew, Arabic; the
//!   Arabic tatweel too), `ß` as `ss`; signs that *are* letters (kana's voicing, Indic and Thai vowels) stay
//! - an apostrophe before one or two last letters vanishes (`we'll`, `well`), any other parts words, as
//!   in French and Italian (`l'espresso`, `l espresso`), and so does the one before a last `s` (`coffee's`)
//! - Arabic words lose the article and what is written together with it (`القهوة`, `والقهوة`, `قهوة`): the prefixes of
//!   light stemming (Larkey, Ballesteros, Connell, *Light Stemming for Arabic Information Retrieval*, 2007)
//! - `+` and `#`, one or two, belong to the word that they end (`c++`, `c#`); all else that is no letter or
//!   digit separates
//! - scripts that are written without spaces between words have a space around every character, which
//!   lets an alias stand anywhere in a run of them
//!
//! The *squeezed* form leaves the spaces out: `latteart` is the tag `latteart`, `latte-art`, `Latte_Art` and
//! `#LatteArt`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What an ASCII byte is to the normal form.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A letter or digit.
    Word,
    /// Neither, so it separates words.
    Separator,
    /// An apostrophe.
    Apostrophe,
    /// `+` or `#`.
    Ending,
    /// The first byte of a character beyond ASCII.
    Foreign,
}

const ROLES: [Role; 256] = roles();

/// The bit that makes an ASCII letter lower case and is set in digits.
const LOWER: u8 = 0x20;

/// The longest run of `+` and `#` that belongs to a word: that of `c++`.
const MAX_ENDING: usize = 2;

/// The most letters after an apostrophe that belong to the word before it: those of `we'll`.
const MAX_CLITIC: usize = 2;

const fn roles() -> [Role; 256] {
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

/// Appends the words of `source`, each with a space behind it, and one before the first if there is none.
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
                let letters = run(bytes, at, Role::Word);
                out.extend(letters.iter().map(|byte| byte | LOWER));
                at + letters.len()
            }
            Role::Ending => {
                let signs = run(bytes, at, Role::Ending);
                push_ending(signs, &source[at + signs.len()..], out);
                at + signs.len()
            }
        };
    }
    separate(out);
}

/// Appends a word of ASCII letters and digits alone, behind a space that is there already.
pub fn push_word(word: &str, out: &mut Vec<u8>) {
    out.extend(word.bytes().map(|byte| byte | LOWER));
    out.push(b' ');
}

/// Puts the squeezed form of `source` into `out`: its words without spaces.
pub fn squeeze(source: &str, out: &mut Vec<u8>) {
    out.clear();
    push_words(source, out);
    out.retain(|byte| *byte != b' ');
}

/// Whether the letter is of a script that is written without spaces between words: Han, kana, Thai, Lao,
/// Burmese, Khmer (blocks of Unicode 16, with their extensions for other languages).
pub fn is_unspaced(letter: char) -> bool {
    matches!(letter,
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{A9E0}'..='\u{A9FF}'
        | '\u{AA60}'..='\u{AA7F}' | '\u{3005}'..='\u{3007}' | '\u{3031}'..='\u{3035}' | '\u{3040}'..='\u{30FA}'
        | '\u{30FC}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{FF66}'..='\u{FF9F}' | '\u{1B000}'..='\u{1B16F}' | '\u{20000}'..='\u{3FFFF}')
}

/// Whether a character of this script says as much as a syllable or a word: Hangul and the unspaced ones.
pub fn is_dense(letter: char) -> bool {
    is_unspaced(letter) || matches!(letter, '\u{AC00}'..='\u{D7A3}')
}

/// The bytes of one role that begin at `at`.
fn run(bytes: &[u8], at: usize, role: Role) -> &[u8] {
    let count = bytes[at..]
        .iter()
        .take_while(|byte| ROLES[usize::from(**byte)] == role)
        .count();
    &bytes[at..at + count]
}

/// Ends the word that is being written.
fn separate(out: &mut Vec<u8>) {
    if out.last() != Some(&b' ') {
        out.push(b' ');
    }
}

/// Parts words, unless a short ending of the word before follows that is no `s`.
fn push_apostrophe(rest: &str, out: &mut Vec<u8>) {
    let letters = rest.chars().take(MAX_CLITIC + 1).take_while(|c| c.is_alphanumeric());
    let count = letters.count();
    if !(1..=MAX_CLITIC).contains(&count) || (count == 1 && rest.starts_with(['s', 'S'])) {
        separate(out);
    }
}

/// Ends the word, with a run of `+` and `#` if that belongs to it.
fn push_ending(run: &[u8], rest: &str, out: &mut Vec<u8>) {
    let is_inside = rest.starts_with(char::is_alphanumeric);
    if run.len() <= MAX_ENDING && !is_inside && out.last() != Some(&b' ') {
        out.extend_from_slice(run);
    }
    separate(out);
}

/// Writes the characters beyond ASCII with which `source` begins; returns their bytes.
fn push_foreign(source: &str, out: &mut Vec<u8>) -> usize {
    let is_apostrophe = |c| matches!(c, '\u{2019}' | '\u{2018}' | '\u{02BC}' | '\u{FF07}');
    let end = source.find(|c: char| c.is_ascii() || is_apostrophe(c));
    let run = &source[..end.unwrap_or(source.len())];
    if let (true, Some(apostrophe)) = (run.is_empty(), source.chars().next()) {
        push_apostrophe(&source[apostrophe.len_utf8()..], out);
        return apostrophe.len_utf8();
    }
    let decomposed = run.nfkd().filter(|c| !is_ornament(*c));
    let mut after_unspaced = false;
    for letter in decomposed.flat_map(char::to_lowercase).nfc() {
        if is_combining_mark(letter) {
            // A sign belongs to the letter before it, of whatever script.
        } else if !letter.is_alphanumeric() {
            separate(out);
            after_unspaced = false;
            continue;
        } else {
            let is_unspaced = is_unspaced(letter);
            if is_unspaced || after_unspaced {
                separate(out);
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

/// What light stemming takes off an Arabic word, the longest first, with the least letters that must be left.
const ARABIC_PREFIXES: [(&str, usize); 7] = [
    ("وال", 2),
    ("بال", 2),
    ("كال", 2),
    ("فال", 2),
    ("ال", 2),
    ("لل", 2),
    ("و", 3),
];

/// Takes articles off the word that is being written, if it is Arabic, until there is none.
fn strip_article(out: &mut Vec<u8>) {
    let start = out.iter().rposition(|byte| *byte == b' ').map_or(0, |space| space + 1);
    while let Some(length) = article(&out[start..]) {
        out.drain(start..start + length);
    }
}

/// The bytes of the article that a word begins with.
fn article(word: &[u8]) -> Option<usize> {
    let word = std::str::from_utf8(word).ok()?;
    let is_left = |(prefix, least): &&(&str, usize)| {
        let rest = word.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.chars().nth(least - 1).is_some())
    };
    ARABIC_PREFIXES.iter().find(is_left).map(|(prefix, _)| prefix.len())
}

/// Writes a letter in lower case, folding those that NFKC holds to be letters of their own.
fn push_letter(letter: char, out: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    let folded = match letter {
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
    out.extend_from_slice(folded.as_bytes());
}

/// Whether a decomposed text says the same without the character: accents and points of scripts that spell
/// without them, and characters that only steer how others are shown (soft hyphen, joiners, directions).
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
