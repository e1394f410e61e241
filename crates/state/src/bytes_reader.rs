//! Reads little-endian numbers from bytes, and fails at their end.

use crate::damage::Damage;

/// Unread rest of a sequence of bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BytesReader<'a> {
    rest: &'a [u8],
}

impl<'a> BytesReader<'a> {
    /// Starts at the first byte.
    pub(crate) fn new(bytes: &'a [u8]) -> BytesReader<'a> {
        BytesReader { rest: bytes }
    }

    /// Takes `count` bytes.
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Damage> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Damage::Size)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Damage::Size)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// Takes one byte.
    pub(crate) fn u8(&mut self) -> Result<u8, Damage> {
        self.array().map(u8::from_le_bytes)
    }

    /// Takes 4 bytes.
    pub(crate) fn u32(&mut self) -> Result<u32, Damage> {
        self.array().map(u32::from_le_bytes)
    }

    /// Takes 16 bytes.
    pub(crate) fn u128(&mut self) -> Result<u128, Damage> {
        self.array().map(u128::from_le_bytes)
    }

    /// Checks that all bytes were taken.
    pub(crate) fn finish(self) -> Result<(), Damage> {
        match self.rest {
            [] => Ok(()),
            _ => Err(Damage::Size),
        }
    }
}
