//! Bounded reader of Thrift's compact protocol, in which Parquet writes its footers and page headers.
//!
//! Parquet libraries allocate what a count announces, and a footer of 42 bytes can announce two billion row groups.
//! This reader borrows all texts, and accepts a count only if the remaining bytes can hold that many elements.
//! Source: <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>.

/// Maximum nesting of skipped values. Parquet's own structures nest less than ten deep.
const MAX_DEPTH: usize = 32;

/// Fault of a Thrift structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ThriftFault {
    /// Bytes are missing.
    #[error("it ends inside a value")]
    End,
    /// A count or length exceeds the remaining bytes.
    #[error("it announces {count} elements in {bytes} bytes")]
    Count {
        /// Announced number of elements or bytes.
        count: u64,
        /// Remaining bytes.
        bytes: usize,
    },
    /// A type code is unknown.
    #[error("it contains the unknown type {0}")]
    Type(u8),
    /// An integer exceeds its type.
    #[error("it contains an integer that exceeds its type")]
    Integer,
    /// Structures nest too deep.
    #[error("its structures nest more than {MAX_DEPTH} deep")]
    Depth,
}

/// Result of reading a Thrift value.
pub(crate) type ThriftResult<T> = Result<T, ThriftFault>;

/// Type of a field or list element. A boolean field carries its value in its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThriftType {
    True,
    False,
    Byte,
    I16,
    I32,
    I64,
    Double,
    Binary,
    List,
    Set,
    Map,
    Struct,
    Uuid,
}

impl ThriftType {
    fn from_code(code: u8) -> ThriftResult<ThriftType> {
        Ok(match code {
            1 => ThriftType::True,
            2 => ThriftType::False,
            3 => ThriftType::Byte,
            4 => ThriftType::I16,
            5 => ThriftType::I32,
            6 => ThriftType::I64,
            7 => ThriftType::Double,
            8 => ThriftType::Binary,
            9 => ThriftType::List,
            10 => ThriftType::Set,
            11 => ThriftType::Map,
            12 => ThriftType::Struct,
            13 => ThriftType::Uuid,
            code => return Err(ThriftFault::Type(code)),
        })
    }

    /// Returns the least number of bytes of a list element.
    fn min_bytes(self) -> u64 {
        match self {
            ThriftType::Double => 8,
            ThriftType::Uuid => 16,
            _ => 1,
        }
    }
}

/// Field of a structure, before its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ThriftField {
    /// Number of the field.
    pub(crate) id: i16,
    /// Type of the value.
    pub(crate) kind: ThriftType,
}

/// Position in Thrift bytes. A copy keeps its position, so that a part can be read later.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ThriftReader<'a> {
    rest: &'a [u8],
}

impl<'a> ThriftReader<'a> {
    /// Starts at the first of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> ThriftReader<'a> {
        ThriftReader { rest: bytes }
    }

    /// Returns the number of unread bytes.
    pub(crate) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Returns the unread bytes.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Reads a number of bytes.
    pub(crate) fn bytes(&mut self, count: u64) -> ThriftResult<&'a [u8]> {
        let too_many = ThriftFault::Count {
            count,
            bytes: self.rest.len(),
        };
        let count = usize::try_from(count).map_err(|_| too_many)?;
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(too_many)?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> ThriftResult<u8> {
        let (first, rest) = self.rest.split_first().ok_or(ThriftFault::End)?;
        self.rest = rest;
        Ok(*first)
    }

    /// Reads an unsigned integer, seven bits a byte.
    pub(crate) fn varint(&mut self) -> ThriftResult<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                break;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(ThriftFault::Integer)
    }

    /// Reads an integer of 16, 32 or 64 bits.
    pub(crate) fn integer(&mut self) -> ThriftResult<i64> {
        let coded = self.varint()?;
        Ok((coded >> 1) as i64 ^ -((coded & 1) as i64))
    }

    /// Reads a signed byte.
    pub(crate) fn signed_byte(&mut self) -> ThriftResult<i64> {
        Ok(i64::from(self.byte()? as i8))
    }

    /// Reads bytes or a text.
    pub(crate) fn binary(&mut self) -> ThriftResult<&'a [u8]> {
        let length = self.varint()?;
        self.bytes(length)
    }

    /// Reads the head of a list or set: the type and the number of its elements.
    pub(crate) fn list(&mut self) -> ThriftResult<(ThriftType, usize)> {
        let head = self.byte()?;
        // Some writers give the elements of an empty list the type 0.
        if head == 0 {
            return Ok((ThriftType::Byte, 0));
        }
        let kind = ThriftType::from_code(head & 0x0f)?;
        let count = match head >> 4 {
            15 => self.varint()?,
            short => u64::from(short),
        };
        Ok((kind, self.expect_room(count, kind.min_bytes())?))
    }

    fn expect_room(&self, count: u64, bytes_each: u64) -> ThriftResult<usize> {
        let bytes = self.rest.len();
        match usize::try_from(count) {
            Ok(fitting) if count.saturating_mul(bytes_each) <= bytes as u64 => Ok(fitting),
            _ => Err(ThriftFault::Count { count, bytes }),
        }
    }

    /// Reads the next field of a structure, or its end. `last_id` starts at 0.
    pub(crate) fn field(&mut self, last_id: &mut i16) -> ThriftResult<Option<ThriftField>> {
        let head = self.byte()?;
        if head == 0 {
            return Ok(None);
        }
        let kind = ThriftType::from_code(head & 0x0f)?;
        let id = match head >> 4 {
            0 => i16::try_from(self.integer()?).ok(),
            delta => last_id.checked_add(i16::from(delta)),
        };
        *last_id = id.ok_or(ThriftFault::Integer)?;
        Ok(Some(ThriftField { id: *last_id, kind }))
    }

    /// Skips the value of a field, with the same bounds.
    pub(crate) fn skip(&mut self, kind: ThriftType) -> ThriftResult<()> {
        self.skip_nested(kind, MAX_DEPTH)
    }

    fn skip_nested(&mut self, kind: ThriftType, depth: usize) -> ThriftResult<()> {
        let depth = depth.checked_sub(1).ok_or(ThriftFault::Depth)?;
        match kind {
            ThriftType::True | ThriftType::False => Ok(()),
            ThriftType::Byte => self.byte().map(drop),
            ThriftType::I16 | ThriftType::I32 | ThriftType::I64 => self.varint().map(drop),
            ThriftType::Double => self.bytes(8).map(drop),
            ThriftType::Uuid => self.bytes(16).map(drop),
            ThriftType::Binary => self.binary().map(drop),
            ThriftType::Struct => {
                let mut last_id = 0;
                while let Some(field) = self.field(&mut last_id)? {
                    self.skip_nested(field.kind, depth)?;
                }
                Ok(())
            }
            ThriftType::List | ThriftType::Set => {
                let (kind, count) = self.list()?;
                (0..count).try_for_each(|_| self.skip_element(kind, depth))
            }
            ThriftType::Map => self.skip_map(depth),
        }
    }

    fn skip_map(&mut self, depth: usize) -> ThriftResult<()> {
        let count = self.varint()?;
        if count == 0 {
            return Ok(());
        }
        let kinds = self.byte()?;
        let (key, value) = (ThriftType::from_code(kinds >> 4)?, ThriftType::from_code(kinds & 0x0f)?);
        let count = self.expect_room(count, key.min_bytes() + value.min_bytes())?;
        (0..count).try_for_each(|_| {
            self.skip_element(key, depth)?;
            self.skip_element(value, depth)
        })
    }

    /// Skips an element of a collection. A boolean element is one byte, unlike a boolean field.
    fn skip_element(&mut self, kind: ThriftType, depth: usize) -> ThriftResult<()> {
        match kind {
            ThriftType::True | ThriftType::False => self.byte().map(drop),
            kind => self.skip_nested(kind, depth),
        }
    }
}

#[cfg(test)]
#[path = "thrift_reader_tests.rs"]
mod tests;
