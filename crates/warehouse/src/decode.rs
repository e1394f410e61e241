//! Reading a Parquet file of ours through ranges: only the columns asked for are fetched.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use arrow::compute::kernels::cmp::eq;
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use parquet::DecodeResult;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, RowFilter};
use parquet::arrow::push_decoder::{ParquetPushDecoder, ParquetPushDecoderBuilder};
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataPushDecoder, RowGroupMetaData};
use parquet::file::statistics::Statistics;

use super::store::Store;
use clout_base::error::{Error, Result};

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
        let builder = self.builder(self.metadata()?)?;
        let chosen = self.choose(builder.schema(), columns)?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), chosen.iter().copied());
        let builder = builder.with_projection(mask).with_batch_size(BATCH_ROWS);
        self.decoded(builder, ranks(&chosen))
    }

    /// The rows that have the text in a column. Row groups whose statistics rule it out are not fetched, so one
    /// person's rows cost little of a table that is sorted by person.
    pub(super) fn batches_where(self, column: &str, text: &str) -> Result<Batches<'a>> {
        let metadata = self.metadata()?;
        let builder = self.builder(metadata.clone())?;
        let place = self.choose(builder.schema(), Some(&[column]))?;
        let may_have = |group: &usize| may_have(metadata.row_group(*group), column, text.as_bytes());
        let groups: Vec<usize> = (0..metadata.num_row_groups()).filter(may_have).collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), place);
        let wanted = StringArray::new_scalar(text);
        let is_it = ArrowPredicateFn::new(mask, move |batch| eq(batch.column(0), &wanted));
        let all = (0..builder.schema().fields().len()).collect::<Vec<usize>>();
        let builder = builder
            .with_row_groups(groups)
            .with_row_filter(RowFilter::new(vec![Box::new(is_it)]));
        self.decoded(builder, all)
    }

    fn builder(self, metadata: ParquetMetaData) -> Result<ParquetPushDecoderBuilder> {
        ParquetPushDecoderBuilder::try_new_decoder(Arc::new(metadata)).map_err(|error| self.damaged(error))
    }

    /// The batches to come, with their columns in the given order.
    fn decoded(self, builder: ParquetPushDecoderBuilder, order: Vec<usize>) -> Result<Batches<'a>> {
        Ok(Batches {
            part: self,
            decoder: builder.build().map_err(|error| self.damaged(error))?,
            order,
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

/// Whether a row group may hold the text in a column: what its statistics do not rule out. They may be cut
/// short, which only widens them.
fn may_have(group: &RowGroupMetaData, column: &str, text: &[u8]) -> bool {
    let is_it = |chunk: &&ColumnChunkMetaData| chunk.column_path().string() == column;
    let statistics = group.columns().iter().find(is_it).and_then(|chunk| chunk.statistics());
    match statistics {
        Some(Statistics::ByteArray(of)) => {
            let is_within = |min: &ByteArray, max: &ByteArray| min.data() <= text && text <= max.data();
            of.min_opt()
                .zip(of.max_opt())
                .is_none_or(|(min, max)| is_within(min, max))
        }
        _ => true,
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
