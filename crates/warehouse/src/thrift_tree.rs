//! Thrift values for tests: parsed, edited and encoded again, with false counts on request.

use super::thrift_reader::{ThriftReader, ThriftType};

/// Thrift value of any type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ThriftTree {
    Bool(bool),
    Byte(i64),
    Integer(ThriftType, i64),
    Binary(Vec<u8>),
    List(ThriftType, Vec<ThriftTree>),
    /// Announces another number of elements than follow.
    FalseList(ThriftType, u64, Vec<ThriftTree>),
    Struct(Vec<(i16, ThriftTree)>),
}

impl ThriftTree {
    /// Parses a value.
    pub(crate) fn parse(reader: &mut ThriftReader, kind: ThriftType) -> ThriftTree {
        match kind {
            ThriftType::True | ThriftType::False => ThriftTree::Bool(kind == ThriftType::True),
            ThriftType::Byte => ThriftTree::Byte(reader.signed_byte().unwrap()),
            ThriftType::I16 | ThriftType::I32 | ThriftType::I64 => ThriftTree::Integer(kind, reader.integer().unwrap()),
            ThriftType::Binary => ThriftTree::Binary(reader.binary().unwrap().to_vec()),
            ThriftType::List => {
                let (kind, count) = reader.list().unwrap();
                ThriftTree::List(kind, (0..count).map(|_| ThriftTree::parse(reader, kind)).collect())
            }
            ThriftType::Struct => {
                let (mut fields, mut last_id) = (Vec::new(), 0);
                while let Some(field) = reader.field(&mut last_id).unwrap() {
                    fields.push((field.id, ThriftTree::parse(reader, field.kind)));
                }
                ThriftTree::Struct(fields)
            }
            other => panic!("no footer contains {other:?}"),
        }
    }

    fn kind(&self) -> ThriftType {
        match self {
            ThriftTree::Bool(true) => ThriftType::True,
            ThriftTree::Bool(false) => ThriftType::False,
            ThriftTree::Byte(_) => ThriftType::Byte,
            ThriftTree::Integer(kind, _) => *kind,
            ThriftTree::Binary(_) => ThriftType::Binary,
            ThriftTree::List(..) | ThriftTree::FalseList(..) => ThriftType::List,
            ThriftTree::Struct(_) => ThriftType::Struct,
        }
    }

    /// Returns the encoded bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.encode_to(&mut out);
        out
    }

    fn encode_to(&self, out: &mut Vec<u8>) {
        match self {
            ThriftTree::Bool(_) => {}
            ThriftTree::Byte(value) => out.push(*value as u8),
            ThriftTree::Integer(_, value) => varint((value << 1) as u64 ^ (value >> 63) as u64, out),
            ThriftTree::Binary(bytes) => {
                varint(bytes.len() as u64, out);
                out.extend(bytes);
            }
            ThriftTree::List(kind, items) => encode_list(*kind, items.len() as u64, items, out),
            ThriftTree::FalseList(kind, count, items) => encode_list(*kind, *count, items, out),
            ThriftTree::Struct(fields) => {
                for (id, value) in fields {
                    out.push(value.kind() as u8 + 1);
                    varint((i64::from(*id) << 1) as u64, out);
                    value.encode_to(out);
                }
                out.push(0);
            }
        }
    }

    /// Returns a field of a structure.
    #[track_caller]
    pub(crate) fn field(&mut self, id: i16) -> &mut ThriftTree {
        let ThriftTree::Struct(fields) = self else {
            panic!("{self:?} is no structure");
        };
        let found = fields.iter_mut().find(|(found, _)| *found == id);
        &mut found.unwrap_or_else(|| panic!("no field {id}")).1
    }

    /// Sets a field of a structure, at its place in the order of ids.
    pub(crate) fn set(&mut self, id: i16, value: ThriftTree) {
        let ThriftTree::Struct(fields) = self else {
            panic!("{self:?} is no structure");
        };
        fields.retain(|(found, _)| *found != id);
        fields.push((id, value));
        fields.sort_by_key(|(id, _)| *id);
    }

    /// Removes a field of a structure.
    pub(crate) fn remove(&mut self, id: i16) {
        if let ThriftTree::Struct(fields) = self {
            fields.retain(|(found, _)| *found != id);
        }
    }

    /// Returns the items of a list.
    #[track_caller]
    pub(crate) fn items(&mut self) -> &mut Vec<ThriftTree> {
        match self {
            ThriftTree::List(_, items) => items,
            other => panic!("{other:?} is no list"),
        }
    }
}

fn encode_list(kind: ThriftType, count: u64, items: &[ThriftTree], out: &mut Vec<u8>) {
    out.push(0xf0 | (kind as u8 + 1));
    varint(count, out);
    items.iter().for_each(|item| item.encode_to(out));
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
