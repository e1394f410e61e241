//! Segments of a row group in which each column of texts is a dictionary throughout, or not at all.
//!
//! A writer gives up a column's dictionary when it grows too large, in the middle of the column chunk. Values before that
//! row are repeated often, so the reader keeps their dictionary, in a segment of rows of their own.

use std::ops::Range;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use super::admission::AdmittedFile;
use super::row_group_reader::BATCH_ROWS;

/// Rows of a row group that are decoded with one schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RowSegment(pub(super) Range<u64>);

impl RowSegment {
    /// Splits `rows` rows where a dictionary ends. `dictionary_rows` has the leading rows with a dictionary by column.
    /// A dictionary of less than a batch costs more than it saves and is ignored.
    pub(super) fn split(dictionary_rows: &[u64], rows: u64) -> Vec<RowSegment> {
        let within = |end: &u64| (BATCH_ROWS as u64..rows).contains(end);
        let mut ends: Vec<u64> = dictionary_rows.iter().copied().filter(within).collect();
        ends.sort_unstable();
        ends.dedup();
        ends.push(rows);
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(&ends).map(|(start, end)| RowSegment(start..*end)).collect()
    }

    /// Returns the schema of the file's columns in this segment.
    pub(super) fn schema(&self, file: &AdmittedFile, dictionary_rows: &[u64]) -> SchemaRef {
        let is_dictionary = |end: u64| end >= self.0.end;
        if !dictionary_rows.iter().any(|end| is_dictionary(*end)) {
            return file.arrow_schema.clone();
        }
        let fields = file.arrow_schema.fields().iter().zip(dictionary_rows);
        let fields = fields.map(|(field, end)| match is_dictionary(*end) {
            true => Arc::new(dictionary_field(field)),
            false => field.clone(),
        });
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }
}

fn dictionary_field(field: &Field) -> Field {
    let data_type = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Binary));
    field.clone().with_data_type(data_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(dictionary_rows: &[u64], rows: u64) -> Vec<Range<u64>> {
        let segments = RowSegment::split(dictionary_rows, rows).into_iter();
        segments.map(|segment| segment.0).collect()
    }

    #[test]
    fn a_segment_ends_where_a_dictionary_does() {
        assert_eq!(split(&[0, 0], 100_000), std::slice::from_ref(&(0..100_000)));
        assert_eq!(
            split(&[100_000, 0, 100_000], 100_000),
            std::slice::from_ref(&(0..100_000))
        );
        assert_eq!(
            split(&[60_000, 0, 40_000, 60_000, 100_000], 100_000),
            [0..40_000, 40_000..60_000, 60_000..100_000]
        );
        assert_eq!(split(&[100, 50_000], 100_000), [0..50_000, 50_000..100_000]);
        assert_eq!(split(&[], 5), std::slice::from_ref(&(0..5)));
    }
}
