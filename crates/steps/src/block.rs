//! Blocks: intermediate data of a step, in memory or in a file of the work folder.

use bytes::{Bytes, BytesMut};
use serde::de::{DeserializeOwned, Deserializer};
use serde::ser::{Error as _, Serializer};
use serde::{Deserialize, Serialize};

use super::remote::{decode_context, encode_context};
use clout_base::error::{Error, Result};

/// Data of a block.
pub trait BlockData: Send + Sync + Sized {
    /// Encodes the data; equal data has equal bytes.
    ///
    /// # Errors
    /// Returns an internal error if the data is invalid.
    fn encode(&self) -> Result<Bytes>;

    /// Decodes the data.
    ///
    /// # Errors
    /// Returns an internal error if the bytes are not those of [`BlockData::encode`].
    fn decode(bytes: Bytes) -> Result<Self>;
}

/// Encodes records of a fixed size, one after the other.
pub fn encode_records<T, const N: usize>(records: &[T], to_bytes: impl Fn(&T) -> [u8; N]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(records.len() * N);
    for record in records {
        bytes.extend_from_slice(&to_bytes(record));
    }
    bytes.freeze()
}

/// Decodes the records of [`encode_records`].
///
/// # Errors
/// Returns an internal error if the last record is incomplete.
pub fn decode_records<T, const N: usize>(bytes: &[u8], from_bytes: impl Fn(&[u8; N]) -> T) -> Result<Vec<T>> {
    let (records, rest) = bytes.as_chunks::<N>();
    match rest {
        [] => Ok(records.iter().map(from_bytes).collect()),
        _ => Err(Error::internal("the last record of a block is incomplete")),
    }
}

/// Data of any type, encoded by its fields.
#[derive(Clone, Debug, Default)]
pub struct Encoded<T>(pub T);

impl<T: Serialize + DeserializeOwned + Send + Sync> BlockData for Encoded<T> {
    fn encode(&self) -> Result<Bytes> {
        encode_context(&self.0)
    }

    fn decode(bytes: Bytes) -> Result<Encoded<T>> {
        decode_context(&bytes).map(Encoded)
    }
}

/// Bytes without a structure.
impl BlockData for Bytes {
    fn encode(&self) -> Result<Bytes> {
        Ok(self.clone())
    }

    fn decode(bytes: Bytes) -> Result<Self> {
        Ok(bytes)
    }
}

/// File of the work folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredBlock {
    /// Key below the output root.
    pub key: String,
    /// Number of bytes.
    pub size: u64,
    /// Checksum in hex.
    pub checksum: String,
}

/// Block of a step. A [`BlockSpace`](super::BlockSpace) creates and reads it.
#[derive(Clone, Debug)]
pub enum Block<T> {
    /// Data in memory.
    Memory(T),
    /// Data in a file.
    Stored(StoredBlock),
}

/// Only stored blocks can be in a receipt.
impl<T> Serialize for Block<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Block::Stored(stored) => stored.serialize(serializer),
            Block::Memory(_) => Err(S::Error::custom("a block in memory cannot be in a receipt")),
        }
    }
}

impl<'de, T> Deserialize<'de> for Block<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        StoredBlock::deserialize(deserializer).map(Block::Stored)
    }
}
