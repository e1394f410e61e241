//! Where a run keeps its blocks.

use super::block::{Block, BlockData};
use super::work_folder::WorkFolder;
use clout_base::error::{Error, Result};

/// Place of the blocks of a run.
#[derive(Clone)]
pub enum BlockSpace {
    /// In memory, for a run that fits.
    Memory,
    /// In files, with a receipt of each finished shard.
    Folder(WorkFolder),
}

impl BlockSpace {
    /// Returns true if blocks are files.
    pub fn is_folder(&self) -> bool {
        matches!(self, BlockSpace::Folder(_))
    }

    /// Returns true if other processes run the shards of steps.
    pub fn is_remote(&self) -> bool {
        matches!(self, BlockSpace::Folder(folder) if folder.runner().is_some())
    }

    /// Returns the key of runs that share the work folder; none in memory.
    pub fn run_key(&self) -> Option<&str> {
        match self {
            BlockSpace::Folder(folder) => Some(folder.run_key()),
            BlockSpace::Memory => None,
        }
    }

    /// Creates a block. `name` is its path below the work folder: step, shard and part.
    ///
    /// # Errors
    /// Returns an error if the data cannot be encoded, or if the store fails.
    pub fn put<T: BlockData>(&self, name: &str, data: T) -> Result<Block<T>> {
        match self {
            BlockSpace::Memory => Ok(Block::Memory(data)),
            BlockSpace::Folder(folder) => Ok(Block::Stored(folder.create(name, data.encode()?)?)),
        }
    }

    /// Creates a block that only this run reads; it can differ between runs with the same run key. It cannot be in a
    /// receipt.
    ///
    /// # Errors
    /// Returns an error if the data cannot be encoded, or if the store fails.
    pub fn put_own<T: BlockData>(&self, name: &str, data: T) -> Result<Block<T>> {
        match self {
            BlockSpace::Memory => Ok(Block::Memory(data)),
            BlockSpace::Folder(folder) => Ok(Block::Stored(folder.create_own(name, data.encode()?)?)),
        }
    }

    /// Returns the data of a block that no other step needs, and deletes its file if it is an
    /// [own](BlockSpace::put_own) block of this run.
    ///
    /// # Errors
    /// Returns an error if a file is missing or damaged, or if the store fails.
    pub fn take_own<T: BlockData>(&self, block: Block<T>) -> Result<T> {
        match block {
            Block::Memory(data) => Ok(data),
            Block::Stored(stored) => {
                let folder = self.folder()?;
                let data = T::decode(folder.read(&stored)?)?;
                folder.delete_own(&stored)?;
                Ok(data)
            }
        }
    }

    /// Calls `read` with the data of a block.
    ///
    /// # Errors
    /// Returns an error if a file is missing or damaged, or if the store fails.
    pub fn with<T: BlockData, R>(&self, block: &Block<T>, read: impl FnOnce(&T) -> R) -> Result<R> {
        match block {
            Block::Memory(data) => Ok(read(data)),
            Block::Stored(stored) => Ok(read(&T::decode(self.folder()?.read(stored)?)?)),
        }
    }

    /// Returns the data of a block that no other step needs.
    ///
    /// # Errors
    /// Returns an error if a file is missing or damaged, or if the store fails.
    pub fn take<T: BlockData>(&self, block: Block<T>) -> Result<T> {
        match block {
            Block::Memory(data) => Ok(data),
            Block::Stored(stored) => T::decode(self.folder()?.read(&stored)?),
        }
    }

    pub(super) fn folder(&self) -> Result<&WorkFolder> {
        match self {
            BlockSpace::Folder(folder) => Ok(folder),
            BlockSpace::Memory => Err(Error::internal("a stored block is read without a work folder")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slices::Slices;
    use crate::testing::{DATE, folder};
    use bytes::Bytes;

    #[test]
    fn slices_are_read_one_by_one_and_damage_is_named() {
        let (kept, _, space) = folder();
        for space in [&BlockSpace::Memory, &space] {
            let slices = [&b"one"[..], b"", b"three"].map(Bytes::from_static).to_vec();
            let slices: Slices<Bytes> = space.put_slices("slices", slices).unwrap();
            let read = |index| space.with_slice(&slices, index, Bytes::clone).unwrap();
            assert_eq!(
                (slices.len(), read(2), read(1), read(0)),
                (3, "three".into(), "".into(), "one".into())
            );
            assert_eq!(space.take_slice(&slices, 2).unwrap(), "three");
        }
        let slices: Slices<Bytes> = space
            .put_slices("slices", vec!["one".into(), "".into(), "three".into()])
            .unwrap();
        let path = kept.path().join(format!("work/{DATE}/key/slices"));
        std::fs::write(&path, "onethre3").unwrap();
        assert_eq!(space.take_slice(&slices, 0).unwrap(), "one");
        let error = space.take_slice(&slices, 2).unwrap_err().to_string();
        assert!(error.contains("key/slices is missing or damaged"), "{error}");
        std::fs::remove_file(&path).unwrap();
        let error = space.take_slice(&slices, 0).unwrap_err().to_string();
        assert!(error.contains("key/slices is missing or damaged"), "{error}");
    }

    #[test]
    fn a_block_of_another_size_under_the_same_name_is_refused() {
        let (_kept, _, space) = folder();
        space.put("name", Bytes::from_static(b"12")).unwrap();
        space.put("name", Bytes::from_static(b"12")).unwrap();
        assert!(space.put("name", Bytes::from_static(b"123")).is_err());
    }
}
