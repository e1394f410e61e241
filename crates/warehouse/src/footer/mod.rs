//! Footer of a Parquet file, decoded with a bound on every count and only as far as reading needs it.
//!
//! The footer may come from anyone. This decoder allocates for the root columns and for the chunks of the columns
//! that are read, both in proportion to the bytes of the footer. Statistics, page indexes, Bloom filters, column
//! orders, and metadata of the writer are skipped: reading needs none of them, and files exist in which they are wrong.

mod arrow_hint;
mod chunks;
mod leaf_format;
mod schema;
#[cfg(test)]
mod tests;

pub(crate) use arrow_hint::hinted_time_unit;
pub(crate) use chunks::{ColumnChunk, RowGroup, WantedLeaf};
pub(crate) use leaf_format::{LeafFormat, PLAIN_BYTES};
pub(crate) use schema::{NodeContent, RootColumn, SchemaNode};

use crate::thrift_reader::{ThriftFault, ThriftReader, ThriftType};

/// Fault of a footer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FooterFault {
    /// The Thrift structure is broken.
    #[error(transparent)]
    Thrift(#[from] ThriftFault),
    /// A required part is missing.
    #[error("the {0} is missing")]
    Missing(&'static str),
    /// The schema list has an impossible number of elements.
    #[error("its schema lists {0} elements, which do not form one tree")]
    SchemaElements(usize),
    /// A group announces more children than the schema lists.
    #[error("a group of its schema announces {count} children, but {remaining} elements follow")]
    Children {
        /// Announced number of children.
        count: i64,
        /// Number of schema elements after the group.
        remaining: usize,
    },
    /// The schema nests too deep.
    #[error("its schema nests too deep")]
    Depth,
    /// A row group does not have one chunk per leaf.
    #[error("a row group has {chunks} columns, but the schema has {leaves}")]
    Chunks {
        /// Number of column chunks.
        chunks: usize,
        /// Number of leaves of the schema.
        leaves: usize,
    },
    /// A column chunk cannot be read; a sentence says why.
    #[error("{0}")]
    Chunk(String),
}

/// Positions of the parts of a footer. Every count in it was checked against the bytes.
pub(crate) struct Footer<'a> {
    /// Number of rows that the file announces.
    pub(crate) rows: i64,
    /// Root columns in the order of the file.
    pub(crate) columns: Vec<RootColumn<'a>>,
    /// Schema that an Arrow writer embedded, in base64.
    pub(crate) arrow_schema: Option<&'a [u8]>,
    row_groups: ThriftReader<'a>,
}

impl<'a> Footer<'a> {
    /// Decodes the bytes of a footer up to its row groups.
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Footer<'a>, FooterFault> {
        let mut reader = ThriftReader::new(bytes);
        let (mut rows, mut schema, mut row_groups, mut arrow_schema) = (None, None, None, None);
        let mut last_id = 0;
        while let Some(field) = reader.field(&mut last_id)? {
            let start = reader;
            match (field.id, field.kind) {
                (2, ThriftType::List) => schema = Some(start),
                (3, ThriftType::I64) => rows = Some(start.clone().integer()?),
                (4, ThriftType::List) => row_groups = Some(start),
                (5, ThriftType::List) => arrow_schema = find_arrow_schema(start)?,
                _ => {}
            }
            reader.skip(field.kind)?;
        }
        Ok(Footer {
            rows: rows.ok_or(FooterFault::Missing("number of rows"))?,
            columns: schema::read_root_columns(schema.ok_or(FooterFault::Missing("schema"))?)?,
            arrow_schema,
            row_groups: row_groups.ok_or(FooterFault::Missing("list of row groups"))?,
        })
    }

    /// Decodes the row groups with the chunks of the `wanted` leaves, which are in the order of the file.
    pub(crate) fn row_groups(&self, wanted: &[WantedLeaf], file_size: u64) -> Result<Vec<RowGroup>, FooterFault> {
        let leaves = self.columns.last().map_or(0, |column| column.leaves.end);
        chunks::read_row_groups(self.row_groups, leaves, wanted, file_size)
    }
}

/// Finds the value of the key `ARROW:schema` in the list of keys and values, which may be any bytes.
fn find_arrow_schema(mut reader: ThriftReader<'_>) -> Result<Option<&[u8]>, ThriftFault> {
    let (kind, count) = reader.list()?;
    if kind != ThriftType::Struct {
        return Ok(None);
    }
    for _ in 0..count {
        let (mut key, mut value, mut last_id) = (None, None, 0);
        while let Some(field) = reader.field(&mut last_id)? {
            match (field.id, field.kind) {
                (1, ThriftType::Binary) => key = Some(reader.binary()?),
                (2, ThriftType::Binary) => value = Some(reader.binary()?),
                (_, kind) => reader.skip(kind)?,
            }
        }
        if key == Some(b"ARROW:schema".as_slice()) {
            return Ok(value);
        }
    }
    Ok(None)
}
