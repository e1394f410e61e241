//! Formats texts and numbers for the page.
//!
//! The page escapes all content, so a tag in a name is shown as text. Invisible and direction-changing characters
//! remain a risk; they are replaced by visible symbols. `assets/dom.js` does the same.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use clout_base::visible_text::replace_invisible;

/// Length of an id in a list, in characters.
pub(crate) const ID_CHARS: usize = 48;

/// Replaces invisible and direction-changing characters by visible symbols and cuts the text to `most` characters.
pub(crate) fn format_text(text: &str, most: usize) -> String {
    if text.chars().all(char::is_whitespace) {
        return text.chars().take(most).map(|_| '␠').collect();
    }
    let mut plain = String::new();
    for (index, c) in text.chars().enumerate() {
        if index == most {
            plain.push('…');
            break;
        }
        match replace_invisible(c) {
            Some(stand_in) => plain.push_str(&stand_in),
            None => plain.push(c),
        }
    }
    plain
}

/// Returns the URL fragment of a person: `#person=` and the percent-encoded id.
pub(crate) fn person_fragment(id: &str) -> String {
    format!("#person={}", utf8_percent_encode(id, NON_ALPHANUMERIC))
}

/// Serializes a value as JSON that is safe inside a script: it contains no tag, comment or JavaScript line end.
pub(crate) fn to_script_json(value: &Value) -> String {
    let mut safe = String::new();
    for c in value.to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => safe.push_str(&format!("\\u{:04x}", c as u32)),
            _ => safe.push(c),
        }
    }
    safe
}

/// Formats a count with separators: 1,833.
pub(crate) fn format_count(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if value < 0.0 { format!("−{text}") } else { text }
}

/// Formats points with sign and two decimals; a value that rounds to 0.00 has no sign.
pub(crate) fn format_signed(points: f64) -> String {
    let text = format!("{:.2}", points.abs());
    match (text.as_str(), points < 0.0) {
        ("0.00", _) => text,
        (_, true) => format!("−{text}"),
        (_, false) => format!("+{text}"),
    }
}

/// Formats a size in the largest unit that gives at least 1.
pub(crate) fn format_bytes(size: u64) -> String {
    match size {
        0..1024 => format!("{size} bytes"),
        1024..1_048_576 => format!("{:.0} KiB", size as f64 / 1024.0),
        _ => format!("{:.1} MiB", size as f64 / 1_048_576.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_become_visible_and_long_texts_are_cut() {
        assert_eq!(format_text("ada\u{202e}gnp.exe", 48), "ada⟨202E⟩gnp.exe");
        assert_eq!(format_text("a\nb\u{0}c\u{85}", 48), "a␊b␀c⟨0085⟩");
        assert_eq!(format_text("  ", 48), "␠␠");
        assert_eq!(format_text(&"x".repeat(10_000), 48).chars().count(), 49);
        assert_eq!(format_text("👩‍💻 نور ö", 48), "👩‍💻 نور ö", "harmless characters stay");
    }

    #[test]
    fn an_id_in_a_url_is_fully_encoded() {
        assert_eq!(
            person_fragment("a/../b#\"><script>&%é"),
            "#person=a%2F%2E%2E%2Fb%23%22%3E%3Cscript%3E%26%25%C3%A9"
        );
    }

    #[test]
    fn script_json_contains_no_markup_and_keeps_the_value() {
        let value = Value::from("</script><!-- & \u{2028}\u{2029} \" \\ 👩‍💻");
        let safe = to_script_json(&value);
        assert!(!safe.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{safe}");
        assert_eq!(serde_json::from_str::<Value>(&safe).unwrap(), value);
    }

    #[test]
    fn numbers_are_grouped_and_signed() {
        assert_eq!(
            [0.0, 999.0, 1000.0, 1_234_567.0].map(format_count),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [0.0, -0.001, 1.5, -12.345].map(format_signed),
            ["0.00", "0.00", "+1.50", "−12.35"]
        );
        assert_eq!([12, 2048, 3 << 20].map(format_bytes), ["12 bytes", "2 KiB", "3.0 MiB"]);
    }
}
