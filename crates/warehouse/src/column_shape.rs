//! Shapes of root columns: a value or a list of values in one format, and the types with which arrow-rs reads them.
//!
//! This module chooses the types; it does not take them from the file. Texts are read as bytes, so that one value that is not UTF-8
//! costs its row and not the file. Times are read as the stored integers, because arrow-rs would wrap those around that
//! exceed its units.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, TimeUnit};
use parquet::arrow::parquet_to_arrow_schema;
use parquet::basic::{LogicalType, Repetition, Type as PhysicalType};
use parquet::errors::ParquetError;
use parquet::schema::types::{SchemaDescriptor, Type, TypePtr};

use super::footer::{LeafFormat, NodeContent, SchemaNode};

/// Shape of a root column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ColumnShape {
    /// At most one value per row.
    Value(LeafFormat),
    /// A list of values per row.
    List(LeafFormat),
    /// Groups that are neither.
    Group,
}

impl ColumnShape {
    /// Determines the shape of a root column.
    pub(crate) fn of(node: &SchemaNode) -> ColumnShape {
        if let (NodeContent::Leaf(format), true) = (&node.content, node.repetition != Repetition::REPEATED) {
            return ColumnShape::Value(*format);
        }
        // The rules of old and new list layouts are those of arrow-rs.
        let arrow = parquet_type(node).and_then(|root| parquet_to_arrow_schema(&descriptor(vec![root])?, None));
        let is_list = arrow.is_ok_and(|schema| match schema.field(0).data_type() {
            DataType::List(item) => !item.data_type().is_nested(),
            _ => false,
        });
        match first_leaf(node) {
            Some(format) if is_list => ColumnShape::List(format),
            _ => ColumnShape::Group,
        }
    }

    /// Returns true if the column holds nothing but nulls.
    pub(crate) fn is_null(self) -> bool {
        matches!(
            self,
            ColumnShape::Value(LeafFormat::Null) | ColumnShape::List(LeafFormat::Null)
        )
    }

    /// Returns the format of the values.
    pub(crate) fn format(self) -> Option<LeafFormat> {
        match self {
            ColumnShape::Value(format) | ColumnShape::List(format) => Some(format),
            ColumnShape::Group => None,
        }
    }

    /// Returns the Arrow type that the values mean, as the contract names types.
    pub(crate) fn arrow_type(self) -> DataType {
        match self {
            ColumnShape::Value(format) => arrow_type(format),
            ColumnShape::List(format) => DataType::new_list(arrow_type(format), true),
            ColumnShape::Group => DataType::Struct(Default::default()),
        }
    }

    /// Returns the name of the shape in Parquet's words, for messages.
    pub(crate) fn describe(self) -> String {
        match self {
            ColumnShape::Value(format) => format.describe().to_owned(),
            ColumnShape::List(format) => format!("a list of {}", format.describe()),
            ColumnShape::Group => "a group".to_owned(),
        }
    }
}

fn arrow_type(format: LeafFormat) -> DataType {
    match format {
        LeafFormat::Text | LeafFormat::Uuid => DataType::Utf8View,
        LeafFormat::Int32 { is_signed: true } => DataType::Int32,
        LeafFormat::Int32 { is_signed: false } => DataType::UInt32,
        LeafFormat::Int64 { is_signed: true } => DataType::Int64,
        LeafFormat::Int64 { is_signed: false } => DataType::UInt64,
        LeafFormat::Boolean => DataType::Boolean,
        LeafFormat::Float16 => DataType::Float16,
        LeafFormat::Float32 => DataType::Float32,
        LeafFormat::Float64 => DataType::Float64,
        LeafFormat::Time(unit) => DataType::Timestamp(unit, None),
        LeafFormat::Int96Time => DataType::Timestamp(TimeUnit::Nanosecond, None),
        LeafFormat::Null => DataType::Null,
        LeafFormat::Other(_) => DataType::Binary,
    }
}

fn first_leaf(node: &SchemaNode) -> Option<LeafFormat> {
    match &node.content {
        NodeContent::Leaf(format) => Some(*format),
        NodeContent::Group { children, .. } => children.iter().find_map(first_leaf),
    }
}

/// Returns the physical type in which a format is stored, with the length of fixed bytes.
pub(crate) fn physical_type(format: LeafFormat) -> (PhysicalType, i32) {
    match format {
        LeafFormat::Text | LeafFormat::Null | LeafFormat::Other(_) => (PhysicalType::BYTE_ARRAY, 0),
        LeafFormat::Uuid => (PhysicalType::FIXED_LEN_BYTE_ARRAY, 16),
        LeafFormat::Boolean => (PhysicalType::BOOLEAN, 0),
        LeafFormat::Float16 => (PhysicalType::FIXED_LEN_BYTE_ARRAY, 2),
        LeafFormat::Int32 { .. } => (PhysicalType::INT32, 0),
        LeafFormat::Int64 { .. } | LeafFormat::Time(_) => (PhysicalType::INT64, 0),
        LeafFormat::Int96Time => (PhysicalType::INT96, 0),
        LeafFormat::Float32 => (PhysicalType::FLOAT, 0),
        LeafFormat::Float64 => (PhysicalType::DOUBLE, 0),
    }
}

/// Returns the Parquet type with which arrow-rs reads a column.
pub(crate) fn parquet_type(node: &SchemaNode) -> Result<TypePtr, ParquetError> {
    let built = match &node.content {
        NodeContent::Leaf(format) => {
            let (physical, length) = match physical_type(*format) {
                // Stored alike. As fixed bytes all days are read, as INT96 some wrap around.
                (PhysicalType::INT96, _) => (PhysicalType::FIXED_LEN_BYTE_ARRAY, 12),
                other => other,
            };
            let logical = match format {
                LeafFormat::Int32 { is_signed: false } => Some(LogicalType::integer(32, false)),
                LeafFormat::Int64 { is_signed: false } => Some(LogicalType::integer(64, false)),
                LeafFormat::Float16 => Some(LogicalType::Float16),
                _ => None,
            };
            Type::primitive_type_builder(&node.name, physical)
                .with_repetition(node.repetition)
                .with_length(length)
                .with_logical_type(logical)
                .build()?
        }
        NodeContent::Group { is_list, children } => Type::group_type_builder(&node.name)
            .with_repetition(node.repetition)
            .with_logical_type(is_list.then_some(LogicalType::List))
            .with_fields(children.iter().map(parquet_type).collect::<Result<_, _>>()?)
            .build()?,
    };
    Ok(Arc::new(built))
}

/// Returns the schema of these root columns.
pub(crate) fn descriptor(roots: Vec<TypePtr>) -> Result<SchemaDescriptor, ParquetError> {
    let root = Type::group_type_builder("schema").with_fields(roots).build()?;
    Ok(SchemaDescriptor::new(Arc::new(root)))
}

/// Replaces bytes by views into the pages, which saves a copy.
pub(crate) fn with_views(field: &Field) -> Field {
    let data_type = match field.data_type() {
        DataType::Binary => DataType::BinaryView,
        DataType::List(item) => DataType::List(Arc::new(with_views(item))),
        other => other.clone(),
    };
    field.clone().with_data_type(data_type)
}
