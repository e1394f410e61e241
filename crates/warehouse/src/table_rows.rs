//! Rows of a table that are built in ranges, so that no column of a whole table is in memory.

use std::ops::Range;

use arrow::array::{ArrayRef, RecordBatch};

use clout_base::error::{Error, Result};
use clout_base::schema::TableSchema;

/// Builds the columns of a range of rows.
type ColumnBuilder<'a> = Box<dyn Fn(Range<usize>) -> Vec<ArrayRef> + Sync + 'a>;

/// Rows of a table, built on demand.
pub struct TableRows<'a> {
    table: &'a TableSchema,
    rows: usize,
    build: ColumnBuilder<'a>,
}

impl<'a> TableRows<'a> {
    /// Describes `rows` rows in the order of the grain. `build` returns the columns of a range of them, in the order of
    /// the schema; it is called once for each range, from several threads.
    pub fn new(
        table: &'a TableSchema,
        rows: usize,
        build: impl Fn(Range<usize>) -> Vec<ArrayRef> + Sync + 'a,
    ) -> TableRows<'a> {
        TableRows {
            table,
            rows,
            build: Box::new(build),
        }
    }

    /// Describes the rows of a batch.
    ///
    /// # Errors
    /// Returns an internal error if the columns have other names or another order than those of the table.
    pub fn from_batch(table: &'a TableSchema, batch: &'a RecordBatch) -> Result<TableRows<'a>> {
        let fields = batch.schema_ref().fields().iter();
        let found: Vec<&str> = fields.map(|field| field.name().as_str()).collect();
        let expected: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
        if found != expected {
            let message = format!("'{}' has columns {found:?}, expected {expected:?}", table.name);
            return Err(Error::internal(message));
        }
        let slices = |rows: Range<usize>| batch.slice(rows.start, rows.len()).columns().to_vec();
        Ok(TableRows::new(table, batch.num_rows(), slices))
    }

    /// Returns the table.
    pub fn table(&self) -> &'a TableSchema {
        self.table
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Returns true if no row exists.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Builds a range of rows.
    ///
    /// # Errors
    /// Returns an internal error if a column has another type than in the schema, or a null that the schema excludes.
    pub fn build(&self, rows: Range<usize>) -> Result<RecordBatch> {
        let columns = (self.build)(rows);
        RecordBatch::try_new(self.table.build_arrow_schema(), columns).map_err(|error| {
            Error::internal(format!("table '{}' does not fit its schema", self.table.name)).with_source(error)
        })
    }
}
