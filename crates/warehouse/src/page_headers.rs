//! Check of the page headers of a column chunk before arrow-rs decodes its pages.
//!
//! arrow-rs allocates the uncompressed size and the dictionary values that a page header announces before it reads
//! them. This check bounds both by the bytes of the chunk.

use super::footer::ColumnChunk;
use super::page_inflation::check_inflation;
use super::thrift_reader::{ThriftReader, ThriftResult, ThriftType};

/// Maximum uncompressed bytes of one page. Writers use pages of about 1 MiB.
const MAX_PAGE_BYTES: u64 = 512 * 1024 * 1024;

/// Bounds of a column chunk's pages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PageBounds {
    /// Least number of bytes of an uncompressed dictionary value.
    pub(crate) min_value_bytes: u64,
    /// Maximum number of values in all data pages, nulls included.
    pub(crate) max_values: u64,
}

/// Page header, reduced to sizes and counts.
#[derive(Clone, Copy, Debug, Default)]
struct PageHeader {
    kind: Option<i64>,
    uncompressed: Option<i64>,
    compressed: Option<i64>,
    /// Number of values of the structure that belongs to the kind of page.
    values: Option<i64>,
    encoding: Option<i64>,
    nulls: i64,
    rows: i64,
    /// Bytes of repetition and definition levels, which a page of version 2 stores uncompressed.
    definition_bytes: i64,
    repetition_bytes: i64,
    /// True if a page of version 2 states that its values are not compressed.
    is_plain: bool,
}

/// Findings about the pages of a column chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct PageEncodings {
    /// True if a page contains delta-encoded texts, which have counts inside the page.
    pub(crate) has_delta_texts: bool,
    /// Number of values, nulls included, in the data pages before the first one without indexes into a dictionary.
    pub(crate) dictionary_values: u64,
}

/// Codes of the encodings PLAIN_DICTIONARY and RLE_DICTIONARY.
const DICTIONARY_INDEXES: [Option<i64>; 2] = [Some(2), Some(8)];
/// Codes of the encodings DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY.
const DELTA_TEXTS: [Option<i64>; 2] = [Some(6), Some(7)];
const DATA_PAGE: i64 = 0;
const DICTIONARY_PAGE: i64 = 2;
const DATA_PAGE_V2: i64 = 3;

/// Checks all page headers of a chunk; `bytes` are those of the whole chunk. Returns how the pages are encoded.
pub(crate) fn check_pages(bytes: &[u8], chunk: &ColumnChunk, bounds: PageBounds) -> Result<PageEncodings, String> {
    let mut rest = bytes;
    let mut encodings = PageEncodings::default();
    let mut is_dictionary = true;
    let mut values_left = bounds.max_values;
    let mut uncompressed_left = chunk.max_uncompressed();
    while !rest.is_empty() {
        let mut reader = ThriftReader::new(rest);
        let header = PageHeader::read(&mut reader).map_err(|fault| format!("a page header is broken: {fault}"))?;
        let offset = bytes.len() - rest.len();
        let fault = |fault: &str| format!("the page at byte {offset} of the column {fault}");
        let body = rest.len() - reader.remaining()..;
        let compressed = size(header.compressed).filter(|size| *size <= reader.remaining() as u64);
        let compressed = compressed.ok_or_else(|| fault("exceeds the column"))?;
        let uncompressed = size(header.uncompressed).filter(|size| *size <= MAX_PAGE_BYTES);
        let uncompressed = uncompressed.ok_or_else(|| fault("announces an impossible size"))?;
        uncompressed_left = uncompressed_left
            .checked_sub(uncompressed)
            .ok_or_else(|| fault("inflates beyond what its bytes can hold"))?;
        let values = size(header.values).ok_or_else(|| fault("has no number of values"))?;
        match header.kind {
            Some(DICTIONARY_PAGE) => {
                if values.saturating_mul(bounds.min_value_bytes) > uncompressed {
                    return Err(fault("announces more dictionary values than its bytes can hold"));
                }
            }
            Some(DATA_PAGE | DATA_PAGE_V2) => {
                values_left = values_left
                    .checked_sub(values)
                    .ok_or_else(|| fault("announces more values than its row group has"))?;
                header.check_levels(compressed, uncompressed).map_err(fault)?;
            }
            _ => return Err(fault("is of an unknown kind")),
        }
        if header.kind != Some(DICTIONARY_PAGE) {
            encodings.has_delta_texts |= DELTA_TEXTS.contains(&header.encoding);
            is_dictionary &= DICTIONARY_INDEXES.contains(&header.encoding);
            encodings.dictionary_values += if is_dictionary { values } else { 0 };
        }
        let (page, after) = rest[body].split_at(compressed as usize);
        if !(header.kind == Some(DATA_PAGE_V2) && header.is_plain) {
            let levels = header.level_bytes() as usize;
            check_inflation(chunk.codec, &page[levels..], uncompressed - levels as u64).map_err(fault)?;
        }
        rest = after;
    }
    Ok(encodings)
}

fn size(stated: Option<i64>) -> Option<u64> {
    u64::try_from(stated?).ok()
}

impl PageHeader {
    fn read(reader: &mut ThriftReader) -> ThriftResult<PageHeader> {
        let mut header = PageHeader::default();
        let (mut v1, mut dictionary, mut v2, mut last_id) = (None, None, None, 0);
        while let Some(field) = reader.field(&mut last_id)? {
            match (field.id, field.kind) {
                (1, ThriftType::I32) => header.kind = Some(reader.integer()?),
                (2, ThriftType::I32) => header.uncompressed = Some(reader.integer()?),
                (3, ThriftType::I32) => header.compressed = Some(reader.integer()?),
                (5, ThriftType::Struct) => (v1, header.encoding) = read_page_structure(reader)?,
                (7, ThriftType::Struct) => (dictionary, _) = read_page_structure(reader)?,
                (8, ThriftType::Struct) => v2 = header.read_v2(reader)?,
                (_, kind) => reader.skip(kind)?,
            }
        }
        header.values = match header.kind {
            Some(DATA_PAGE) => v1,
            Some(DICTIONARY_PAGE) => dictionary,
            _ => v2,
        };
        Ok(header)
    }

    /// Reads the structure of a data page of version 2; returns its number of values.
    fn read_v2(&mut self, reader: &mut ThriftReader) -> ThriftResult<Option<i64>> {
        let (mut values, mut last_id) = (None, 0);
        while let Some(field) = reader.field(&mut last_id)? {
            match (field.id, field.kind) {
                (1, ThriftType::I32) => values = Some(reader.integer()?),
                (2, ThriftType::I32) => self.nulls = reader.integer()?,
                (3, ThriftType::I32) => self.rows = reader.integer()?,
                (4, ThriftType::I32) => self.encoding = Some(reader.integer()?),
                (5, ThriftType::I32) => self.definition_bytes = reader.integer()?,
                (6, ThriftType::I32) => self.repetition_bytes = reader.integer()?,
                (7, ThriftType::False) => self.is_plain = true,
                (_, kind) => reader.skip(kind)?,
            }
        }
        Ok(values)
    }

    /// Returns the bytes of levels, which precede the compressed bytes; the lengths were checked.
    fn level_bytes(&self) -> u64 {
        let length = |bytes: i64| u64::try_from(bytes).unwrap_or_default();
        match self.kind {
            Some(DATA_PAGE_V2) => length(self.definition_bytes) + length(self.repetition_bytes),
            _ => 0,
        }
    }

    /// Checks that levels, nulls and rows of a page of version 2 fit the page. All are 0 in version 1.
    fn check_levels(&self, compressed: u64, uncompressed: u64) -> Result<(), &'static str> {
        let counts = [self.nulls, self.rows].map(u64::try_from);
        let values = size(self.values).unwrap_or_default();
        if counts
            .iter()
            .any(|count| count.as_ref().is_ok_and(|count| *count > values) || count.is_err())
        {
            return Err("announces more nulls or rows than values");
        }
        let levels = [self.definition_bytes, self.repetition_bytes].map(u64::try_from);
        let [Ok(definition), Ok(repetition)] = levels else {
            return Err("announces levels of a negative length");
        };
        match definition.saturating_add(repetition) {
            levels if levels > compressed.min(uncompressed) => Err("announces levels beyond its end"),
            _ => Ok(()),
        }
    }
}

/// Reads the number of values and the encoding from the structure of a data page of version 1 or a dictionary page.
fn read_page_structure(reader: &mut ThriftReader) -> ThriftResult<(Option<i64>, Option<i64>)> {
    let (mut values, mut encoding, mut last_id) = (None, None, 0);
    while let Some(field) = reader.field(&mut last_id)? {
        match (field.id, field.kind) {
            (1, ThriftType::I32) => values = Some(reader.integer()?),
            (2, ThriftType::I32) => encoding = Some(reader.integer()?),
            (_, kind) => reader.skip(kind)?,
        }
    }
    Ok((values, encoding))
}

#[cfg(test)]
#[path = "page_headers_tests.rs"]
mod tests;
