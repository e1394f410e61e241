//! Makes invisible characters visible: control characters and characters that change text direction.

/// Returns the visible replacement of a control, zero-width or direction character; `None` for all others.
///
/// The joiners that scripts and emoji need are kept.
pub fn replace_invisible(c: char) -> Option<String> {
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

/// Replaces every such character, so that two different texts also look different.
pub fn make_visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        match replace_invisible(c) {
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
    fn invisible_characters_are_replaced_and_visible_ones_are_kept() {
        assert_eq!(make_visible("a\nb\u{1b}[2J\u{202e}c\u{85}"), "a␊b␛[2J⟨202E⟩c⟨0085⟩");
        assert_ne!(make_visible("ada\u{200e}"), make_visible("ada\u{200f}"));
        assert_eq!(make_visible("👩‍💻 نور ö"), "👩‍💻 نور ö");
    }
}
