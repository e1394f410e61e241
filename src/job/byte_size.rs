//! Sizes as text: `4GiB`, `500MB`, `1.5G`.

/// Examples for error messages.
pub(super) const SIZE_EXAMPLES: &str = "a size such as 4GiB, 500MB or 1.5G";

/// Parses a size into bytes, at least 1. Returns `None` for any other text.
///
/// `KB MB GB TB` are powers of 1000. `KiB MiB GiB TiB` and the bare letters `K M G T` (as systemd and Docker
/// read them) are powers of 1024. Case is ignored; no unit, or `B`, means bytes.
pub(super) fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let end = text.find(|c| !is_number(c)).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let bytes = number.parse::<f64>().ok()? * bytes_of(unit.trim())?;
    // Below 2^53 every whole number of bytes is exact, and more than 8 PiB is a typing mistake.
    (1.0..9.0e15).contains(&bytes).then_some(bytes as u64)
}

fn bytes_of(unit: &str) -> Option<f64> {
    let power = match unit.chars().next().map(|c| c.to_ascii_lowercase()) {
        None | Some('b') => 0,
        Some('k') => 1,
        Some('m') => 2,
        Some('g') => 3,
        Some('t') => 4,
        Some(_) => return None,
    };
    let base: f64 = match (power, unit.to_ascii_lowercase().get(1..)) {
        (0, None | Some("")) => 1.0,
        (1.., Some("b")) => 1000.0,
        (1.., Some("" | "i" | "ib")) => 1024.0,
        _ => return None,
    };
    Some(base.powi(power))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("4GiB", 4 << 30)]
    #[case("500MB", 500_000_000)]
    #[case("1.5G", 3 << 29)]
    #[case("2gi", 2 << 30)]
    #[case("64 kib", 64 << 10)]
    #[case("1TB", 1_000_000_000_000)]
    #[case("4096", 4096)]
    #[case("4096B", 4096)]
    fn a_size_is_parsed_by_its_unit(#[case] text: &str, #[case] bytes: u64) {
        assert_eq!(parse_size(text), Some(bytes));
    }

    #[rstest]
    fn an_invalid_size_is_refused(
        #[values(
            "", "GiB", "4XB", "4GBB", "-1GB", "0", "1.2.3GB", "4bb", "nan", "inf", "1e3", "9999TiB", "4é"
        )]
        text: &str,
    ) {
        assert_eq!(parse_size(text), None, "{text:?}");
    }
}
