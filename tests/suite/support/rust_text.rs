//! String literals of Rust and JavaScript source.

use super::prose::Piece;

/// The string literals of a Rust file before its inline tests, escapes and placeholders taken out.
pub fn literals(text: &str) -> Vec<Piece> {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let bytes = text.as_bytes();
    let (mut at, mut pieces) = (0, Vec::new());
    while at < bytes.len() {
        let (end, literal) = match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => (at + length_to(&text[at..], "\n"), None),
            b'r' if is_raw(text, at) => {
                let hashes = text[at + 1..].bytes().take_while(|byte| *byte == b'#').count();
                let begin = at + hashes + 2;
                let end = begin + length_to(&text[begin..], &format!("\"{}", "#".repeat(hashes)));
                (end + hashes + 1, Some(begin..end))
            }
            b'"' => {
                let end = closing(bytes, at);
                (end + 1, Some(at + 1..end))
            }
            b'\'' => (after_quote(&text[at..]) + at, None),
            _ => (at + 1, None),
        };
        if let Some(range) = literal {
            let line = text[..range.start].matches('\n').count() + 1;
            pieces.push(Piece {
                line,
                text: plain(&text[range]),
            });
        }
        at = end;
    }
    pieces
}

/// Whether a raw string begins at this `r`.
fn is_raw(text: &str, at: usize) -> bool {
    let is_in_name = text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') && !text[..at].ends_with('b');
    !is_in_name && text[at + 1..].trim_start_matches('#').starts_with('"')
}

fn length_to(text: &str, sign: &str) -> usize {
    text.find(sign).unwrap_or(text.len())
}

/// The index of the quote that closes the one at `at`.
fn closing(bytes: &[u8], at: usize) -> usize {
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != bytes[at] {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    end.min(bytes.len())
}

/// The length of a character literal, or 1 for the quote of a lifetime.
fn after_quote(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    match (characters.next(), characters.next()) {
        (Some((_, '\\')), Some((escaped, _))) => text[escaped + 1..].find('\'').map_or(1, |end| escaped + end + 2),
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

/// The quoted strings of a script or tag that begins on a line.
pub fn quoted(text: &str, line: usize) -> Vec<Piece> {
    let bytes = text.as_bytes();
    let (mut at, mut pieces) = (0, Vec::new());
    while at < bytes.len() {
        if !b"\"'`".contains(&bytes[at]) {
            at += 1;
            continue;
        }
        let end = closing(bytes, at);
        // Only a template literal spans lines; any other quote without an end on its line is an apostrophe.
        if end == bytes.len() || (bytes[at] != b'`' && text[at..end].contains('\n')) {
            at += 1;
            continue;
        }
        let line = line + text[..at].matches('\n').count();
        pieces.push(Piece {
            line,
            text: plain(&text[at + 1..end]),
        });
        at = end + 1;
    }
    pieces
}

/// The text without escapes of line ends and without `{placeholders}`.
fn plain(text: &str) -> String {
    let text = text.replace("\\n", "  ").replace("\\t", "  ").replace("\\r", "  ");
    let mut kept = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find('{') {
        kept += &rest[..start];
        let inside = &rest[start + 1..];
        match inside.find(['{', '}', '\n']) {
            Some(end) if inside[end..].starts_with('}') => {
                kept.push(' ');
                rest = &inside[end + 1..];
            }
            _ => {
                kept.push('{');
                rest = inside;
            }
        }
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::literals;

    #[test]
    fn literals_are_found_among_characters_lifetimes_and_comments() {
        let text = "fn a<'a>(b: &'a str) { // \"no\"\n c('\"', '\\'', \"one {b}\\ntwo\", r#\"a \"b\" c\"#) }";
        let found: Vec<(usize, String)> = literals(text)
            .into_iter()
            .map(|piece| (piece.line, piece.text))
            .collect();
        assert_eq!(found, [(2, "one    two".to_owned()), (2, "a \"b\" c".to_owned())]);
    }
}
