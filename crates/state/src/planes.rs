//! Encodes numbers as byte planes: the lowest bytes of all numbers, then the next bytes, and so on.
//!
//! ```text
//! words  = width (1 byte), then `width` planes; higher bytes are zero in all numbers
//! plane  = method (1 byte), size (4 bytes), payload
//! method = 0: the bytes themselves, 1: one byte that all are equal to, 2: zstd
//! ```
//!
//! Low bytes of times and sums look random. A search for repetitions in them takes longer than all the rest and finds
//! nothing, so a plane of high entropy is stored as it is. The reader knows the number of values from the head of the
//! file, so no number in a plane can ask for memory.
//!
//! Parquet with the same columns (byte stream split, delta and dictionary encodings, zstd-1) took 11.4 to 13.2 bytes a
//! pair, 74 to 87 ns to write and 35 to 43 ns to read, in Arrow's C++ reader and without a verified part of a file; these
//! planes take 10.1 bytes, 39 ns and 18 to 27 ns.

use zstd::bulk::{Compressor, Decompressor};

use crate::bytes_reader::BytesReader;
use crate::damage::Damage;
use crate::head::CHUNK_ROWS;
use clout_base::error::{Error, Result};

const RAW: u8 = 0;
const CONSTANT: u8 = 1;
const ZSTD: u8 = 2;

/// Level of zstd: 3 takes twice the time for 1 % fewer bytes.
const LEVEL: i32 = 1;
/// Most bytes that one byte of zstd can stand for: a block of 128 KiB has at least 4 bytes.
const MAX_RATIO: usize = 1 << 15;
/// Entropy in bits a byte from which a plane is stored as it is.
const RANDOM_BITS: f64 = 7.8;

/// Unsigned number that can be split into bytes.
pub(crate) trait Word: Copy + Default + std::ops::BitOr<Output = Self> {
    /// Number of bytes.
    const BYTES: usize;
    /// Returns the byte of a plane, lowest first.
    fn byte(self, plane: usize) -> u8;
    /// Returns the number with one byte at a plane.
    fn at_plane(byte: u8, plane: usize) -> Self;
}

macro_rules! word {
    ($($number:ty),*) => {$(
        impl Word for $number {
            const BYTES: usize = size_of::<$number>();
            #[inline]
            fn byte(self, plane: usize) -> u8 {
                (self >> (8 * plane)) as u8
            }
            #[inline]
            fn at_plane(byte: u8, plane: usize) -> $number {
                <$number>::from(byte) << (8 * plane)
            }
        }
    )*};
}
word!(u8, u32, u64);

/// Writes planes to a block; reuses its buffers.
pub(crate) struct PlaneWriter {
    compressor: Compressor<'static>,
    plane: Vec<u8>,
    /// Bytes of the block.
    pub(crate) block: Vec<u8>,
}

impl PlaneWriter {
    /// Creates a writer with an empty block.
    pub(crate) fn new() -> Result<PlaneWriter> {
        let failed = |error| Error::internal("zstd cannot start").with_source(error);
        Ok(PlaneWriter {
            compressor: Compressor::new(LEVEL).map_err(failed)?,
            plane: Vec::new(),
            block: Vec::new(),
        })
    }

    /// Returns the block and starts the next.
    pub(crate) fn take_block(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.block)
    }

    /// Appends numbers.
    pub(crate) fn words<T: Word>(&mut self, values: &[T]) -> Result<()> {
        let all = values.iter().fold(T::default(), |all, value| all | *value);
        let width = (0..T::BYTES).rev().find(|plane| all.byte(*plane) != 0);
        let width = width.map_or(0, |highest| highest + 1);
        self.block.push(width as u8);
        for plane in 0..width {
            let mut bytes = std::mem::take(&mut self.plane);
            bytes.clear();
            bytes.extend(values.iter().map(|value| value.byte(plane)));
            self.bytes(&bytes)?;
            self.plane = bytes;
        }
        Ok(())
    }

    /// Appends one plane, or bytes of another meaning.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<()> {
        match bytes {
            [first, rest @ ..] if bytes.len() <= CHUNK_ROWS && rest.iter().all(|byte| byte == first) => {
                self.payload(CONSTANT, &[*first]);
            }
            _ if looks_random(bytes) => self.payload(RAW, bytes),
            _ => {
                let failed = |error| Error::internal("zstd cannot compress").with_source(error);
                let packed = self.compressor.compress(bytes).map_err(failed)?;
                match packed.len() < bytes.len() {
                    true => self.payload(ZSTD, &packed),
                    false => self.payload(RAW, bytes),
                }
            }
        }
        Ok(())
    }

    fn payload(&mut self, method: u8, payload: &[u8]) {
        self.block.push(method);
        self.block.extend_from_slice(&(payload.len() as u32).to_le_bytes());
        self.block.extend_from_slice(payload);
    }
}

/// Returns true if the frequencies of the bytes leave nothing to compress.
fn looks_random(bytes: &[u8]) -> bool {
    // Few bytes never reach the entropy; zstd decides about them.
    let mut counts = [[0_u32; 256]; 2];
    for pair in bytes.chunks(2) {
        // Two tables, since equal neighbours in one would wait for each other.
        counts[0][usize::from(pair[0])] += 1;
        if let Some(second) = pair.get(1) {
            counts[1][usize::from(*second)] += 1;
        }
    }
    let total = bytes.len() as f64;
    let counts = counts[0].iter().zip(&counts[1]).map(|(a, b)| f64::from(a + b));
    let bits: f64 = counts.filter(|n| *n > 0.0).map(|n| n * (total / n).log2()).sum();
    bits >= RANDOM_BITS * total
}

/// Reads planes; reuses its buffers.
pub(crate) struct PlaneReader {
    decompressor: Decompressor<'static>,
    plane: Vec<u8>,
}

impl PlaneReader {
    /// Creates a reader.
    pub(crate) fn new() -> std::result::Result<PlaneReader, Damage> {
        Ok(PlaneReader {
            decompressor: Decompressor::new().map_err(|_| Damage::Size)?,
            plane: Vec::new(),
        })
    }

    /// Fills `values` with numbers.
    pub(crate) fn words<T: Word>(
        &mut self,
        from: &mut BytesReader,
        values: &mut [T],
    ) -> std::result::Result<(), Damage> {
        let width = usize::from(from.u8()?);
        if width > T::BYTES {
            return Err(Damage::Size);
        }
        values.fill(T::default());
        for plane in 0..width {
            let bytes = self.bytes(from, values.len())?;
            for (value, byte) in values.iter_mut().zip(bytes) {
                *value = *value | T::at_plane(*byte, plane);
            }
        }
        Ok(())
    }

    /// Returns `count` bytes of one plane.
    pub(crate) fn bytes<'plane, 'block: 'plane>(
        &'plane mut self,
        from: &mut BytesReader<'block>,
        count: usize,
    ) -> std::result::Result<&'plane [u8], Damage> {
        let method = from.u8()?;
        let size = from.u32()? as usize;
        let payload = from.take(size)?;
        match (method, payload) {
            (RAW, _) if size == count => return Ok(payload),
            (CONSTANT, [byte]) if count <= CHUNK_ROWS => {
                self.plane.clear();
                self.plane.resize(count, *byte);
            }
            (ZSTD, _) if count <= size.saturating_mul(MAX_RATIO) => {
                self.plane.resize(count, 0);
                let found = self.decompressor.decompress_to_buffer(payload, &mut self.plane[..]);
                if found.ok() != Some(count) {
                    return Err(Damage::Size);
                }
            }
            _ => return Err(Damage::Size),
        }
        Ok(&self.plane)
    }
}

#[cfg(test)]
#[path = "planes_tests.rs"]
mod tests;
