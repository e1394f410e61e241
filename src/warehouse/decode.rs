//! Reading a Parquet file of ours through ranges: only the columns asked for are fetched.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use parquet::DecodeResult;
use parquet::arrow::ProjectionMask;
use parquet::arrow::push_decoder::{ParquetPushDecoder, ParquetPushDecoderBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataPushDecoder};

use super::store::Store;
use crate::error::{Error, Result};

/// Rows a batch: few enough that many tables can be read side by side.
const BATCH_ROWS: usize = 8 * 1024;

/// A published file: its key and its size, as its manifest has them.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) store: &'a Store,
    pub(super) key: &'a str,
    pub(super) size: u64,
}

impl<'a> Part<'a> {
    /// Rows, as the footer has them.
    pub(super) fn rows(self) -> Result<u64> {
        let rows = self.metadata()?.file_metadata().num_rows();
        u64::try_from(rows).map_err(|_| self.damaged("a negative number of rows"))
    }

    /// The rows of some columns (all without a choice), in the order asked for, a batch at a time: of the file no more
    /// than one row group is in memory.
    pub(super) fn batches(self, columns: Option<&[&str]>) -> Result<Batches<'a>> {
        let damaged = |error: ParquetError| self.damaged(error);
        let builder = ParquetPushDecoderBuilder::try_new_decoder(Arc::new(self.metadata()?)).map_err(damaged)?;
        let chosen = self.choose(builder.schema(), columns)?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), chosen.iter().copied());
        let builder = builder.with_projection(mask).with_batch_size(BATCH_ROWS);
        Ok(Batches {
            part: self,
            decoder: builder.build().map_err(damaged)?,
            order: ranks(&chosen),
        })
    }

    fn metadata(self) -> Result<ParquetMetaData> {
        let damaged = |error: ParquetError| self.damaged(error);
        let mut decoder = ParquetMetaDataPushDecoder::try_new(self.size).map_err(damaged)?;
        loop {
            match decoder.try_decode().map_err(damaged)? {
                DecodeResult::NeedsData(ranges) => {
                    let bytes = self.fetch(&ranges)?;
                    decoder.push_ranges(ranges, bytes).map_err(damaged)?;
                }
                DecodeResult::Data(metadata) => return Ok(metadata),
                DecodeResult::Finished => return Err(self.damaged("no footer")),
            }
        }
    }

    fn fetch(self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.store.get_ranges(self.key, ranges)
    }

    /// Positions in the file of the columns asked for.
    fn choose(self, schema: &SchemaRef, columns: Option<&[&str]>) -> Result<Vec<usize>> {
        let Some(columns) = columns else {
            return Ok((0..schema.fields().len()).collect());
        };
        let position = |name: &&str| {
            let missing = || Error::internal(format!("'{}' has no column '{name}'", self.key));
            schema.index_of(name).map_err(|_| missing())
        };
        columns.iter().map(position).collect()
    }

    fn damaged(self, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
        let message = format!(
            "damaged file '{}' in {} (`clout snapshots verify` shows what else is)",
            self.key,
            self.store.url()
        );
        Error::internal(message).with_source(why)
    }
}

/// A file's batches, in order; nothing is to be asked of it after an error.
pub(super) struct Batches<'a> {
    part: Part<'a>,
    decoder: ParquetPushDecoder,
    order: Vec<usize>,
}

impl Batches<'_> {
    fn advance(&mut self) -> Result<Option<RecordBatch>> {
        let part = self.part;
        let damaged = |error: ParquetError| part.damaged(error);
        loop {
            match self.decoder.try_decode().map_err(damaged)? {
                DecodeResult::NeedsData(ranges) => {
                    let bytes = part.fetch(&ranges)?;
                    self.decoder.push_ranges(ranges, bytes).map_err(damaged)?;
                }
                DecodeResult::Data(batch) => {
                    let batch = batch.project(&self.order);
                    return batch.map(Some).map_err(|error| part.damaged(error));
                }
                DecodeResult::Finished => return Ok(None),
            }
        }
    }
}

impl Iterator for Batches<'_> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

/// Where each chosen column stands among the chosen ones, which come back in file order.
fn ranks(chosen: &[usize]) -> Vec<usize> {
    let rank = |column: &usize| chosen.iter().filter(|other| *other < column).count();
    chosen.iter().map(rank).collect()
}
