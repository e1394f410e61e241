//! Reading of published Parquet files in ranges: only the requested columns are fetched.

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

/// Rows per batch; small, so that many tables can be read concurrently.
const BATCH_ROWS: usize = 8 * 1024;

/// Published file, with key and size from its manifest.
#[derive(Clone, Copy)]
pub(super) struct PartReader<'a> {
    pub(super) store: &'a Store,
    pub(super) key: &'a str,
    pub(super) size: u64,
}

impl<'a> PartReader<'a> {
    /// Reads the number of rows from the footer.
    pub(super) fn count_rows(self) -> Result<u64> {
        let rows = self.metadata()?.file_metadata().num_rows();
        u64::try_from(rows).map_err(|_| self.damaged("a negative number of rows"))
    }

    /// Reads the rows of some columns (or all) in the requested column order, one batch at a time. At most
    /// one row group of the file is in memory.
    pub(super) fn read_batches(self, columns: Option<&[&str]>) -> Result<PartBatches<'a>> {
        let builder = self.builder(self.metadata()?)?;
        let chosen = self.choose(builder.schema(), columns)?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), chosen.iter().copied());
        let builder = builder.with_projection(mask).with_batch_size(BATCH_ROWS);
        self.decoded(builder, ranks(&chosen))
    }

    /// Reads the rows with `text` in `column`. Row groups are skipped if their statistics exclude the text,
    /// so reading one person's rows from a table sorted by person is cheap.
    pub(super) fn read_matching_batches(self, column: &str, text: &str) -> Result<PartBatches<'a>> {
        let metadata = self.metadata()?;
        let builder = self.builder(metadata.clone())?;
        let index = self.choose(builder.schema(), Some(&[column]))?;
        let may_have = |group: &usize| may_have(metadata.row_group(*group), column, text.as_bytes());
        let groups: Vec<usize> = (0..metadata.num_row_groups()).filter(may_have).collect();
        let mask = ProjectionMask::roots(builder.parquet_schema(), index);
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

    /// Builds the iterator of batches, with their columns in the given order.
    fn decoded(self, builder: ParquetPushDecoderBuilder, order: Vec<usize>) -> Result<PartBatches<'a>> {
        Ok(PartBatches {
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
                DecodeResult::Finished => return Err(self.damaged("the footer is missing")),
            }
        }
    }

    fn fetch(self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.store.get_ranges(self.key, ranges)
    }

    /// Returns the file indexes of the requested columns.
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
            "damaged file '{}' in {} (`clout snapshots verify` lists all damaged files)",
            self.key,
            self.store.url()
        );
        Error::internal(message).with_source(why)
    }
}

/// Returns true unless the statistics of a row group exclude the text in a column. Truncated statistics only
/// widen the range, so they exclude no row by mistake.
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

/// Batches of a file, in order. Do not continue after an error.
pub(super) struct PartBatches<'a> {
    part: PartReader<'a>,
    decoder: ParquetPushDecoder,
    order: Vec<usize>,
}

impl PartBatches<'_> {
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

impl Iterator for PartBatches<'_> {
    type Item = Result<RecordBatch>;

    fn next(&mut self) -> Option<Self::Item> {
        self.advance().transpose()
    }
}

/// Returns the rank of each chosen column among the chosen ones: the decoder returns columns in file order.
fn ranks(chosen: &[usize]) -> Vec<usize> {
    let rank = |column: &usize| chosen.iter().filter(|other| *other < column).count();
    chosen.iter().map(rank).collect()
}
