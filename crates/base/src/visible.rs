//! What cannot be seen, made visible: control characters, and those that turn the text around them.

/// What stands for a character that cannot be seen, or that turns or steers what is around it; none for all others.
/// The joiners that scripts and emoji need are not meant.
pub fn stand_in(c: char) -> Option<String> {
    match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).map(String::from),
        '\u{7f}'..='\u{9f}'
        | '\u{61c}'
        | '\u{200b}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => Some(format!("⟨{:04X}⟩", c as u32)),
        _ => None,
    }
}

/// The text with all of these made visible, so that two texts that differ look different.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match stand_in(c) {
            Some(stand_in) => shown.push_str(&stand_in),
            None => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_told_apart_and_what_can_is_left() {
        assert_eq!(visible("a\nb\u{1b}[2J\u{202e}c\u{85}"), "a␊b␛[2J⟨202E⟩c⟨0085⟩");
        assert_ne!(visible("ada\u{200e}"), visible("ada\u{200f}"));
        assert_eq!(visible("👩‍💻 نور ö"), "👩‍💻 نور ö");
    }
}
