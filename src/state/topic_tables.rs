//! Converts the tables of the topic state to Parquet files and back.

use std::io::Cursor;

use bytes::Bytes;
use polars::prelude::*;

use clout_base::error::{Error, Result};

/// Encodes a table.
pub(super) fn encode_table(mut table: DataFrame) -> Result<Bytes> {
    let mut bytes = Vec::new();
    let writer = ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Zstd(None));
    let written = writer.with_statistics(StatisticsOptions::empty()).finish(&mut table);
    written.map_err(|error| Error::internal("a table of topics cannot be written").with_source(error))?;
    Ok(bytes.into())
}

/// Decodes a table. Each column has one chunk.
pub(super) fn decode_table(bytes: Bytes) -> Result<DataFrame> {
    let read = ParquetReader::new(Cursor::new(bytes)).finish();
    let mut table =
        read.map_err(|error| Error::internal("the file is not a readable Parquet table").with_source(error))?;
    table.rechunk_mut();
    Ok(table)
}
