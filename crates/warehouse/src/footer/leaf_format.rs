//! Formats of stored values: physical type and annotation of a leaf, reduced to the kinds that Clout distinguishes.
//!
//! Source: <https://github.com/apache/parquet-format/blob/master/LogicalTypes.md>. A file states the annotation as
//! a logical type, as a converted type (older), or both; the logical type decides.

use arrow::datatypes::TimeUnit;

use super::schema::SchemaElement;
use crate::thrift_reader::{ThriftField, ThriftReader, ThriftResult, ThriftType};

/// Format of the values of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeafFormat {
    /// Text: bytes annotated STRING (UTF8), ENUM or JSON.
    Text,
    /// UUID of 16 bytes; its text is the hexadecimal form with hyphens.
    Uuid,
    /// Integer stored in 32 bits.
    Int32 {
        /// False if the bits are an unsigned number.
        is_signed: bool,
    },
    /// Integer stored in 64 bits.
    Int64 {
        /// False if the bits are an unsigned number.
        is_signed: bool,
    },
    /// True or false, one bit.
    Boolean,
    /// Float of 16 bits.
    Float16,
    /// Float of 32 bits.
    Float32,
    /// Float of 64 bits.
    Float64,
    /// Time since 1970 in a unit, 64 bits.
    Time(TimeUnit),
    /// Day and nanosecond of the day, 96 bits.
    Int96Time,
    /// Nulls only.
    Null,
    /// Format that no column of the contract has, by its name in Parquet.
    Other(&'static str),
}

impl LeafFormat {
    /// Returns the name in Parquet's words, for messages.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            LeafFormat::Text => "STRING",
            LeafFormat::Uuid => "UUID",
            LeafFormat::Int32 { is_signed: true } => "INT32",
            LeafFormat::Int32 { is_signed: false } => "UINT32",
            LeafFormat::Int64 { is_signed: true } => "INT64",
            LeafFormat::Int64 { is_signed: false } => "UINT64",
            LeafFormat::Boolean => "BOOLEAN",
            LeafFormat::Float16 => "FLOAT16",
            LeafFormat::Float32 => "FLOAT",
            LeafFormat::Float64 => "DOUBLE",
            LeafFormat::Time(_) => "TIMESTAMP",
            LeafFormat::Int96Time => "INT96",
            LeafFormat::Null => "NULL",
            LeafFormat::Other(name) => name,
        }
    }
}

/// Name of bytes without an annotation, which may or may not be text.
pub(crate) const PLAIN_BYTES: &str = "BYTE_ARRAY without annotation";

/// Annotation of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Annotation {
    /// None, or one that this code does not know; the physical type alone decides.
    None,
    Text,
    Uuid,
    Integer {
        bits: i64,
        is_signed: bool,
    },
    Timestamp(TimeUnit),
    Float16,
    Null,
    Other(&'static str),
}

/// Determines the format of a leaf.
pub(super) fn read_leaf_format(element: &SchemaElement) -> ThriftResult<LeafFormat> {
    let annotation = match element.logical {
        Some(logical) => match read_logical_type(logical)? {
            Annotation::None => converted_type(element.converted),
            known => known,
        },
        None => converted_type(element.converted),
    };
    Ok(match (element.physical, annotation) {
        (_, Annotation::Null) => LeafFormat::Null,
        (Some(0), Annotation::None) => LeafFormat::Boolean,
        (Some(1), Annotation::None) => LeafFormat::Int32 { is_signed: true },
        (Some(1), Annotation::Integer { bits: ..=32, is_signed }) => LeafFormat::Int32 { is_signed },
        (Some(2), Annotation::None) => LeafFormat::Int64 { is_signed: true },
        (Some(2), Annotation::Integer { bits: 64, is_signed }) => LeafFormat::Int64 { is_signed },
        (Some(2), Annotation::Timestamp(unit)) => LeafFormat::Time(unit),
        (Some(3), _) => LeafFormat::Int96Time,
        (Some(4), Annotation::None) => LeafFormat::Float32,
        (Some(5), Annotation::None) => LeafFormat::Float64,
        (Some(6), Annotation::Text) => LeafFormat::Text,
        (Some(6), Annotation::None) => LeafFormat::Other(PLAIN_BYTES),
        (Some(7), Annotation::Uuid) if element.length == 16 => LeafFormat::Uuid,
        (Some(7), Annotation::Float16) if element.length == 2 => LeafFormat::Float16,
        (Some(7), Annotation::None) => LeafFormat::Other("FIXED_LEN_BYTE_ARRAY without annotation"),
        (_, Annotation::Other(name)) => LeafFormat::Other(name),
        _ => LeafFormat::Other("an unknown type"),
    })
}

fn converted_type(code: Option<i64>) -> Annotation {
    match code {
        Some(0 | 4 | 19) => Annotation::Text,
        Some(5) => Annotation::Other("DECIMAL"),
        Some(6) => Annotation::Other("DATE"),
        Some(7 | 8) => Annotation::Other("TIME"),
        Some(9) => Annotation::Timestamp(TimeUnit::Millisecond),
        Some(10) => Annotation::Timestamp(TimeUnit::Microsecond),
        Some(code @ 11..=14) => Annotation::Integer {
            bits: 8 << (code - 11),
            is_signed: false,
        },
        Some(code @ 15..=18) => Annotation::Integer {
            bits: 8 << (code - 15),
            is_signed: true,
        },
        Some(20) => Annotation::Other("BSON"),
        Some(21) => Annotation::Other("INTERVAL"),
        _ => Annotation::None,
    }
}

/// Reads the union of logical types: one field, and its number is the type.
fn read_logical_type(mut reader: ThriftReader) -> ThriftResult<Annotation> {
    let Some(field) = reader.field(&mut 0)? else {
        return Ok(Annotation::None);
    };
    Ok(match (field.id, field.kind) {
        (1 | 4 | 12, _) => Annotation::Text,
        (5, _) => Annotation::Other("DECIMAL"),
        (6, _) => Annotation::Other("DATE"),
        (7, _) => Annotation::Other("TIME"),
        (8, ThriftType::Struct) => read_timestamp(&mut reader)?,
        (10, ThriftType::Struct) => read_integer(&mut reader)?,
        (11, _) => Annotation::Null,
        (13, _) => Annotation::Other("BSON"),
        (14, _) => Annotation::Uuid,
        (15, _) => Annotation::Float16,
        (16, _) => Annotation::Other("VARIANT"),
        (17, _) => Annotation::Other("GEOMETRY"),
        (18, _) => Annotation::Other("GEOGRAPHY"),
        _ => Annotation::None,
    })
}

/// Reads the unit of a timestamp. A time that is not adjusted to UTC counts as UTC, so that flag is skipped.
fn read_timestamp(reader: &mut ThriftReader) -> ThriftResult<Annotation> {
    let mut last_id = 0;
    while let Some(field) = reader.field(&mut last_id)? {
        match field {
            ThriftField {
                id: 2,
                kind: ThriftType::Struct,
            } => {
                let unit = reader.field(&mut 0)?.map(|unit| unit.id);
                return Ok(match unit {
                    Some(1) => Annotation::Timestamp(TimeUnit::Millisecond),
                    Some(2) => Annotation::Timestamp(TimeUnit::Microsecond),
                    Some(3) => Annotation::Timestamp(TimeUnit::Nanosecond),
                    _ => Annotation::Other("TIMESTAMP of an unknown unit"),
                });
            }
            other => reader.skip(other.kind)?,
        }
    }
    Ok(Annotation::Other("TIMESTAMP without a unit"))
}

fn read_integer(reader: &mut ThriftReader) -> ThriftResult<Annotation> {
    let (mut bits, mut is_signed, mut last_id) = (0, true, 0);
    while let Some(field) = reader.field(&mut last_id)? {
        match (field.id, field.kind) {
            (1, ThriftType::Byte) => bits = reader.signed_byte()?,
            (2, kind) => is_signed = kind == ThriftType::True,
            (_, kind) => reader.skip(kind)?,
        }
    }
    Ok(Annotation::Integer { bits, is_signed })
}
