//! Encodes and decodes the tables of a state as Arrow IPC, with a checksum.

use arrow::array::RecordBatch;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use bytes::Bytes;
use clout_base::error::{Error, Result};
use clout_base::ids::HashKey;

/// Returns the checksum that detects a damaged file.
pub(super) fn checksum(bytes: &[u8]) -> String {
    format!("{:032x}", HashKey::PUBLISHED.checksum(bytes))
}

pub(super) fn to_ipc(batch: &RecordBatch) -> Result<Bytes> {
    let failed = |error| Error::internal("a table of the state cannot be written").with_source(error);
    let mut bytes = Vec::new();
    let mut writer = StreamWriter::try_new(&mut bytes, batch.schema_ref()).map_err(failed)?;
    writer.write(batch).map_err(failed)?;
    writer.finish().map_err(failed)?;
    drop(writer);
    Ok(bytes.into())
}

pub(super) fn from_ipc(bytes: Bytes) -> Result<RecordBatch> {
    let failed = |error| Error::internal("the file is not a readable Arrow stream").with_source(error);
    let mut reader = StreamReader::try_new(std::io::Cursor::new(bytes), None).map_err(failed)?;
    match reader.next() {
        Some(batch) => batch.map_err(failed),
        None => Err(Error::internal("the file has no rows")),
    }
}
