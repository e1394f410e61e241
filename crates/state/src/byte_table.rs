//! Tables that this crate does not know: their bytes, compressed and with checksums.

use std::ops::Range;

use crate::column_file::ColumnFile;
use crate::damage::Damage;
use crate::encoded_file::{EncodedChunk, EncodedFile, TableEncoder};
use crate::head::TableKind;
use crate::planes::PlaneWriter;
use clout_base::day::Day;
use clout_base::error::Result;

/// Encodes bytes as one file. Its rows are the bytes.
///
/// # Errors
/// Returns an error if the compression fails.
pub fn encode_bytes(bytes: &[u8], as_of: Day) -> Result<EncodedFile> {
    let encoder = TableEncoder {
        table: TableKind::Bytes,
        load_date: as_of,
        columns: 1,
        key: |_: usize| 0,
        encode: |planes: &mut PlaneWriter, rows: Range<usize>| {
            planes.bytes(&bytes[rows])?;
            Ok(EncodedChunk {
                details: 0,
                blocks: vec![planes.take_block()],
            })
        },
    };
    encoder.file(0..bytes.len())
}

/// Decodes a file of [`encode_bytes`].
///
/// # Errors
/// Returns the damage of the file.
pub fn decode_bytes(file: &ColumnFile) -> std::result::Result<Vec<u8>, Damage> {
    file.expect(TableKind::Bytes, 1)?;
    let chunks = file.decode_chunks(|chunk| {
        let count = chunk.rows();
        chunk.column(0, |planes, from| Ok(planes.bytes(from, count)?.to_vec()))
    })?;
    Ok(chunks.concat())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::none(Vec::new())]
    #[case::one(vec![7])]
    #[case::equal(vec![7; 200_000])]
    #[case::text(b"venue,account,".repeat(30_000))]
    fn bytes_come_back(#[case] bytes: Vec<u8>) {
        let file = encode_bytes(&bytes, Day(20_000)).unwrap();
        assert!(file.bytes.len() < 300 + bytes.len() / 10);
        assert_eq!(decode_bytes(&ColumnFile::parse(&file.bytes).unwrap()).unwrap(), bytes);
    }
}
