//! Blocks that are written together and read one by one: what one shard of a step makes for each shard of the next.

use std::sync::{Mutex, PoisonError};

use serde::de::Deserializer;
use serde::ser::{Error as _, Serializer};
use serde::{Deserialize, Serialize};

use super::block::{BlockData, StoredBlock};
use super::space::BlockSpace;
use clout_base::error::{Error, Result};

/// Slices of one block. A [`BlockSpace`] creates and reads them.
#[derive(Debug)]
pub enum Slices<T> {
    /// Data in memory; none where it was taken.
    Memory(Vec<Mutex<Option<T>>>),
    /// Data in one file.
    Stored(StoredSlices),
}

/// File with slices one after the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSlices {
    block: StoredBlock,
    slices: Vec<StoredSlice>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct StoredSlice {
    start: u64,
    size: u64,
    checksum: String,
}

/// Only stored slices can be in a receipt.
impl<T> Serialize for Slices<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Slices::Stored(stored) => stored.serialize(serializer),
            Slices::Memory(_) => Err(S::Error::custom("slices in memory cannot be in a receipt")),
        }
    }
}

impl<'de, T> Deserialize<'de> for Slices<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        StoredSlices::deserialize(deserializer).map(Slices::Stored)
    }
}

impl BlockSpace {
    /// Creates slices. `name` is the path of their file below the work folder.
    ///
    /// # Errors
    /// Returns an error if the data cannot be encoded, or if the store fails.
    pub fn put_slices<T: BlockData>(&self, name: &str, slices: Vec<T>) -> Result<Slices<T>> {
        let folder = match self {
            BlockSpace::Memory => {
                let slices = slices.into_iter().map(|slice| Mutex::new(Some(slice)));
                return Ok(Slices::Memory(slices.collect()));
            }
            BlockSpace::Folder(folder) => folder,
        };
        let (mut bytes, mut stored) = (Vec::new(), Vec::with_capacity(slices.len()));
        for slice in slices {
            let encoded = slice.encode()?;
            stored.push(StoredSlice {
                start: bytes.len() as u64,
                size: encoded.len() as u64,
                checksum: super::work_folder::checksum(&encoded),
            });
            bytes.extend_from_slice(&encoded);
        }
        Ok(Slices::Stored(StoredSlices {
            block: folder.create(name, bytes.into())?,
            slices: stored,
        }))
    }

    /// Returns a slice that is not needed again.
    ///
    /// # Errors
    /// Returns an error if the slice is missing, damaged or taken before, or if the store fails.
    pub fn take_slice<T: BlockData>(&self, slices: &Slices<T>, index: usize) -> Result<T> {
        match slices {
            Slices::Memory(slices) => {
                let mut slice = slices[index].lock().unwrap_or_else(PoisonError::into_inner);
                slice.take().ok_or_else(|| Error::internal("a slice was taken twice"))
            }
            Slices::Stored(stored) => self.read_slice(stored, index),
        }
    }

    /// Calls `read` with a slice.
    ///
    /// # Errors
    /// As [`BlockSpace::take_slice`].
    pub fn with_slice<T: BlockData, R>(
        &self,
        slices: &Slices<T>,
        index: usize,
        read: impl FnOnce(&T) -> R,
    ) -> Result<R> {
        match slices {
            Slices::Memory(slices) => {
                let slice = slices[index].lock().unwrap_or_else(PoisonError::into_inner);
                let slice = slice
                    .as_ref()
                    .ok_or_else(|| Error::internal("a slice was taken before"))?;
                Ok(read(slice))
            }
            Slices::Stored(stored) => Ok(read(&self.read_slice(stored, index)?)),
        }
    }

    fn read_slice<T: BlockData>(&self, stored: &StoredSlices, index: usize) -> Result<T> {
        let slice = &stored.slices[index];
        let range = slice.start..slice.start + slice.size;
        T::decode(self.folder()?.read_range(&stored.block, range, &slice.checksum)?)
    }
}

impl<T> Slices<T> {
    /// Returns the number of slices.
    pub fn len(&self) -> usize {
        match self {
            Slices::Memory(slices) => slices.len(),
            Slices::Stored(stored) => stored.slices.len(),
        }
    }

    /// Returns true if there is no slice.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
