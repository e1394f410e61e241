//! Row groups and column chunks of a footer: the location of each wanted column's bytes.

use parquet::basic::Compression;

use super::FooterFault;
use crate::thrift_reader::{ThriftReader, ThriftResult, ThriftType};

/// Maximum ratio of uncompressed to compressed bytes of a column chunk. The best ratio of zstd and brotli on
/// real text is below 1,000.
const MAX_INFLATION: u64 = 4_000;
/// Uncompressed bytes that every column chunk may have, in addition to the ratio.
const FREE_INFLATION_BYTES: u64 = 16 * 1024 * 1024;

/// Leaf of a column that is read.
#[derive(Clone, Debug)]
pub(crate) struct WantedLeaf {
    /// Index among all leaves of the file.
    pub(crate) leaf: usize,
    /// Name of the column, for messages.
    pub(crate) name: String,
    /// Code of the physical type in the schema.
    pub(crate) physical: i64,
}

/// Rows of a file that are stored together.
#[derive(Clone, Debug)]
pub(crate) struct RowGroup {
    /// Number of rows.
    pub(crate) rows: u64,
    /// Chunks of the wanted leaves, in their order.
    pub(crate) chunks: Box<[ColumnChunk]>,
}

/// Bytes of one column in one row group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ColumnChunk {
    /// Offset of the first data page.
    pub(crate) data_offset: u64,
    /// Offset of the dictionary page, if the footer states a possible one.
    pub(crate) dictionary_offset: Option<u64>,
    /// Number of bytes from the first page on.
    pub(crate) length: u64,
    /// Codec of the pages.
    pub(crate) codec: Compression,
}

impl ColumnChunk {
    /// Returns the offset of the first page.
    pub(crate) fn start(&self) -> u64 {
        self.dictionary_offset.unwrap_or(self.data_offset)
    }

    /// Returns the maximum of uncompressed bytes in all pages together.
    pub(crate) fn max_uncompressed(&self) -> u64 {
        self.length
            .saturating_mul(MAX_INFLATION)
            .saturating_add(FREE_INFLATION_BYTES)
    }
}

/// Metadata of a column chunk as the footer states it.
#[derive(Default)]
struct StatedChunk {
    is_in_other_file: bool,
    is_encrypted: bool,
    physical: Option<i64>,
    codec: Option<i64>,
    values: Option<i64>,
    uncompressed: Option<i64>,
    length: Option<i64>,
    data_offset: Option<i64>,
    dictionary_offset: Option<i64>,
}

/// Reads the row groups. `leaves` is the number of leaves of the schema.
pub(super) fn read_row_groups(
    mut reader: ThriftReader,
    leaves: usize,
    wanted: &[WantedLeaf],
    file_size: u64,
) -> Result<Vec<RowGroup>, FooterFault> {
    let (kind, count) = reader.list()?;
    if count > 0 && kind != ThriftType::Struct {
        return Err(FooterFault::Missing("list of row groups"));
    }
    let mut groups = Vec::new();
    for _ in 0..count {
        let group = read_row_group(&mut reader, leaves, wanted, file_size)?;
        if group.rows > 0 {
            groups.push(group);
        }
    }
    Ok(groups)
}

fn read_row_group(
    reader: &mut ThriftReader,
    leaves: usize,
    wanted: &[WantedLeaf],
    file_size: u64,
) -> Result<RowGroup, FooterFault> {
    let (mut rows, mut chunks, mut last_id) = (None, None, 0);
    while let Some(field) = reader.field(&mut last_id)? {
        match (field.id, field.kind) {
            (1, ThriftType::List) => chunks = Some(read_chunks(reader, leaves, wanted, file_size)?),
            (3, ThriftType::I64) => rows = Some(reader.integer()?),
            (_, kind) => reader.skip(kind)?,
        }
    }
    let rows = rows.ok_or(FooterFault::Missing("number of rows of a row group"))?;
    let negative = || FooterFault::Chunk("a row group announces a negative number of rows".to_owned());
    Ok(RowGroup {
        rows: u64::try_from(rows).map_err(|_| negative())?,
        chunks: chunks.ok_or(FooterFault::Missing("list of columns of a row group"))?,
    })
}

fn read_chunks(
    reader: &mut ThriftReader,
    leaves: usize,
    wanted: &[WantedLeaf],
    file_size: u64,
) -> Result<Box<[ColumnChunk]>, FooterFault> {
    let (kind, count) = reader.list()?;
    if count != leaves || (count > 0 && kind != ThriftType::Struct) {
        return Err(FooterFault::Chunks { chunks: count, leaves });
    }
    let mut wanted = wanted.iter().peekable();
    let mut chunks = Vec::with_capacity(wanted.len());
    for leaf in 0..count {
        let stated = StatedChunk::read(reader)?;
        match wanted.next_if(|wanted| wanted.leaf == leaf) {
            Some(wanted) => {
                let fault = |fault: String| FooterFault::Chunk(format!("column {} {fault}", wanted.name));
                chunks.push(stated.check(wanted, file_size).map_err(fault)?);
            }
            None => stated.check_unread(leaf, file_size)?,
        }
    }
    Ok(chunks.into())
}

impl StatedChunk {
    fn read(reader: &mut ThriftReader) -> ThriftResult<StatedChunk> {
        let (mut stated, mut last_id) = (StatedChunk::default(), 0);
        while let Some(field) = reader.field(&mut last_id)? {
            match (field.id, field.kind) {
                (1, ThriftType::Binary) => stated.is_in_other_file = !reader.binary()?.is_empty(),
                (3, ThriftType::Struct) => stated.read_metadata(reader)?,
                (8, kind) => {
                    stated.is_encrypted = true;
                    reader.skip(kind)?;
                }
                (_, kind) => reader.skip(kind)?,
            }
        }
        Ok(stated)
    }

    fn read_metadata(&mut self, reader: &mut ThriftReader) -> ThriftResult<()> {
        let mut last_id = 0;
        while let Some(field) = reader.field(&mut last_id)? {
            let value = match (field.id, field.kind) {
                (1, ThriftType::I32) => &mut self.physical,
                (4, ThriftType::I32) => &mut self.codec,
                (5, ThriftType::I64) => &mut self.values,
                (6, ThriftType::I64) => &mut self.uncompressed,
                (7, ThriftType::I64) => &mut self.length,
                (9, ThriftType::I64) => &mut self.data_offset,
                (11, ThriftType::I64) => &mut self.dictionary_offset,
                (_, kind) => {
                    reader.skip(kind)?;
                    continue;
                }
            };
            *value = Some(reader.integer()?);
        }
        Ok(())
    }

    /// Returns true for a chunk without values. Its offsets mean nothing: writers state 0, or bytes of another part.
    fn is_empty(&self) -> bool {
        self.values == Some(0)
    }

    /// Returns the location of the chunk if it is inside the file.
    ///
    /// Some writers state a dictionary offset of 0 for "none". A dictionary page comes before the data pages and is a
    /// part of the chunk, so any other offset is as impossible.
    fn locate(&self, file_size: u64) -> Option<(u64, Option<u64>, u64)> {
        let (data_offset, length) = (
            u64::try_from(self.data_offset?).ok()?,
            u64::try_from(self.length?).ok()?,
        );
        let dictionary = self.dictionary_offset.and_then(|offset| u64::try_from(offset).ok());
        let dictionary = dictionary.filter(|offset| (1..data_offset).contains(offset) && data_offset - offset < length);
        let end = dictionary.unwrap_or(data_offset).checked_add(length)?;
        (end <= file_size).then_some((data_offset, dictionary, length))
    }

    fn check(&self, wanted: &WantedLeaf, file_size: u64) -> Result<ColumnChunk, String> {
        if self.is_encrypted {
            return Err("is encrypted; deliver it without encryption".to_owned());
        }
        if self.is_in_other_file {
            return Err("is in another file".to_owned());
        }
        let stated = [
            self.physical,
            self.values,
            self.uncompressed,
            self.length,
            self.data_offset,
        ];
        if stated.iter().any(Option::is_none) {
            return Err("lacks a required part of its metadata".to_owned());
        }
        if self.physical != Some(wanted.physical) {
            return Err("has another type than the schema says".to_owned());
        }
        let (data_offset, dictionary_offset, length) = match self.is_empty() {
            true => (0, None, 0),
            false => self.locate(file_size).ok_or_else(|| "is outside the file".to_owned())?,
        };
        let chunk = ColumnChunk {
            data_offset,
            dictionary_offset,
            length,
            codec: codec(self.codec).ok_or_else(|| "is compressed with an unknown codec".to_owned())?,
        };
        let uncompressed = self.uncompressed.unwrap_or_default();
        match u64::try_from(uncompressed) {
            Ok(bytes) if bytes <= chunk.max_uncompressed() => Ok(chunk),
            _ => Err(format!(
                "announces an impossible {uncompressed} bytes in {length} compressed bytes"
            )),
        }
    }

    /// Checks a column that is not read. It may have any type, codec and ratio, but if it is outside the file, then
    /// the file was cut or its footer belongs to another file.
    fn check_unread(&self, leaf: usize, file_size: u64) -> Result<(), FooterFault> {
        let is_elsewhere = self.is_encrypted || self.is_in_other_file;
        match is_elsewhere || self.is_empty() || self.locate(file_size).is_some() {
            true => Ok(()),
            false => Err(FooterFault::Chunk(format!("column number {leaf} is outside the file"))),
        }
    }
}

fn codec(code: Option<i64>) -> Option<Compression> {
    Some(match code? {
        0 => Compression::UNCOMPRESSED,
        1 => Compression::SNAPPY,
        2 => Compression::GZIP(Default::default()),
        3 => Compression::LZO,
        4 => Compression::BROTLI(Default::default()),
        5 => Compression::LZ4,
        6 => Compression::ZSTD(Default::default()),
        7 => Compression::LZ4_RAW,
        _ => return None,
    })
}
