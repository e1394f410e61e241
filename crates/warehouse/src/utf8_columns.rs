//! Conversion of decoded bytes to texts. Valid batches are checked once; only an invalid one goes value by value.

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryViewArray, FixedSizeBinaryArray, StringViewArray, StringViewBuilder,
};
use arrow::compute::cast;
use arrow::datatypes::DataType;

use super::admission::RefusalReason;

/// Converts a column to texts; calls `report` with each row that is not UTF-8; the text of such a row is null.
pub(super) fn to_texts(column: &ArrayRef, report: &mut dyn FnMut(usize)) -> Result<StringViewArray, RefusalReason> {
    match column.data_type() {
        DataType::BinaryView => Ok(valid_texts(column.as_binary_view(), report)),
        DataType::FixedSizeBinary(16) => Ok(uuid_texts(column.as_fixed_size_binary())),
        _ => {
            let texts = cast(column, &DataType::Utf8View).map_err(|error| error.to_string())?;
            Ok(texts.as_string_view().clone())
        }
    }
}

fn valid_texts(bytes: &BinaryViewArray, report: &mut dyn FnMut(usize)) -> StringViewArray {
    if let Ok(texts) = bytes.clone().to_string_view() {
        return texts;
    }
    let mut texts = StringViewBuilder::with_capacity(bytes.len());
    for (row, value) in bytes.iter().enumerate() {
        let text = value.map(std::str::from_utf8);
        if let Some(Err(_)) = text {
            report(row);
        }
        texts.append_option(text.and_then(Result::ok));
    }
    texts.finish()
}

/// Converts a column to texts, with replacement characters in place of bytes that are not UTF-8.
pub(super) fn to_lossy_texts(column: &ArrayRef) -> Result<StringViewArray, RefusalReason> {
    let mut is_valid = true;
    let texts = to_texts(column, &mut |_| is_valid = false)?;
    match column.as_binary_view_opt() {
        Some(bytes) if !is_valid => {
            let lossy = bytes.iter().map(|value| value.map(String::from_utf8_lossy));
            Ok(lossy.collect())
        }
        _ => Ok(texts),
    }
}

/// Formats UUIDs in lower-case hexadecimal with hyphens, as in RFC 9562.
fn uuid_texts(values: &FixedSizeBinaryArray) -> StringViewArray {
    let text = |bytes: &[u8]| {
        let mut text = String::with_capacity(36);
        for (index, byte) in bytes.iter().enumerate() {
            if [4, 6, 8, 10].contains(&index) {
                text.push('-');
            }
            for digit in [byte >> 4, byte & 0x0f] {
                text.extend(char::from_digit(u32::from(digit), 16));
            }
        }
        text
    };
    values.iter().map(|value| value.map(text)).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn only_values_that_are_not_utf8_are_reported() {
        let values: [Option<&[u8]>; 5] = [
            Some(b"ada"),
            Some(b"\xff\xfe"),
            None,
            Some("é".as_bytes()),
            Some(b"a\xc3"),
        ];
        let bytes: ArrayRef = Arc::new(values.into_iter().collect::<BinaryViewArray>());
        let mut reported = Vec::new();
        let texts = to_texts(&bytes, &mut |row| reported.push(row)).unwrap();
        assert_eq!(reported, [1, 4]);
        assert_eq!(
            texts.iter().collect::<Vec<_>>(),
            [Some("ada"), None, None, Some("é"), None]
        );
        let lossy = to_lossy_texts(&bytes).unwrap();
        let expected = [
            Some("ada"),
            Some("\u{fffd}\u{fffd}"),
            None,
            Some("é"),
            Some("a\u{fffd}"),
        ];
        assert_eq!(lossy.iter().collect::<Vec<_>>(), expected);
        let valid = bytes.slice(2, 2);
        to_texts(&valid, &mut |row| panic!("row {row} is valid")).unwrap();
    }

    #[test]
    fn a_uuid_has_its_usual_text() {
        let bytes: Vec<u8> = (0..16).map(|byte| byte * 17).collect();
        let column: ArrayRef = Arc::new(FixedSizeBinaryArray::try_from_iter([bytes].iter()).unwrap());
        let texts = to_texts(&column, &mut |row| panic!("row {row} is valid")).unwrap();
        assert_eq!(texts.value(0), "00112233-4455-6677-8899-aabbccddeeff");
    }
}
