//! Delivered ids of one network in the lateness window, by load date, as encoded files.
//!
//! A file is read when new rows are compared with it, one load date at a time, so the ids of the window are never in
//! memory together.

use bytes::Bytes;

use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::delivered::can_be_repeated;
use clout_state::column_file::{ColumnFile, FileSelection, read_table};
use clout_state::encoded_file::EncodedFile;
use clout_state::ids::{decode_ids, encode_ids};
use clout_state::index::FileEntry;
use clout_steps::{Block, BlockData, BlockSpace};
use clout_warehouse::store::Store;

/// Ids that one network delivered on one load date.
#[derive(Clone)]
pub enum DeliveredFile {
    /// File of the state, in the store of the state.
    Stored(Store, FileEntry),
    /// File of this run, which is not saved yet.
    New(BlockSpace, Block<IdFileBlock>),
}

/// Encoded file of ids.
#[derive(Clone)]
pub struct IdFileBlock(EncodedFile);

impl BlockData for IdFileBlock {
    fn encode(&self) -> Result<Bytes> {
        Ok(self.0.bytes.clone())
    }

    fn decode(bytes: Bytes) -> Result<IdFileBlock> {
        let file = EncodedFile::parse(bytes).map_err(|damage| Error::internal(damage.to_string()))?;
        Ok(IdFileBlock(file))
    }
}

impl DeliveredFile {
    /// Encodes the ids of a load date, distinct and ascending. `name` is that of the block.
    ///
    /// # Errors
    /// Returns an internal error if the ids are not in order, or an error of the store of the blocks.
    pub fn encode(space: &BlockSpace, name: &str, load_date: Day, ids: &[u128]) -> Result<DeliveredFile> {
        let block = space.put_own(name, IdFileBlock(encode_ids(ids, load_date)?))?;
        Ok(DeliveredFile::New(space.clone(), block))
    }

    /// Reads the ids, ascending. With `keys`, reads those with upper 32 bits from the first to the last key, and maybe
    /// others.
    ///
    /// # Errors
    /// Returns an error if the file is damaged, or if its store fails.
    pub fn read(&self, keys: Option<(u32, u32)>) -> Result<Vec<u128>> {
        match self {
            DeliveredFile::Stored(store, entry) => {
                let part = FileSelection { columns: None, keys };
                Ok(read_table(store, entry, part, decode_ids)?)
            }
            DeliveredFile::New(space, block) => {
                let decoded = space.with(block, |file| decode_ids(&ColumnFile::parse(&file.0.bytes)?))?;
                decoded.map_err(|damage| Error::internal(damage.to_string()))
            }
        }
    }

    /// Writes a file of this run at `path`; a file of the state stays where it is. Returns its entry.
    ///
    /// # Errors
    /// Returns an error if a store fails.
    pub(super) fn save(&self, store: &Store, path: &str) -> Result<FileEntry> {
        match self {
            DeliveredFile::Stored(_, entry) => Ok(entry.clone()),
            DeliveredFile::New(space, block) => space.with(block, |file| file.0.save(store, path))?,
        }
    }
}

impl std::fmt::Debug for DeliveredFile {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            DeliveredFile::Stored(_, entry) => f.debug_tuple("Stored").field(entry).finish(),
            DeliveredFile::New(..) => f.debug_tuple("New").finish(),
        }
    }
}

/// Ids of one network by load date.
#[derive(Clone, Debug, Default)]
pub struct DeliveredWindow {
    dates: Vec<(Day, DeliveredFile)>,
}

impl DeliveredWindow {
    /// Appends the ids of a load date after all others.
    pub fn push(&mut self, load_date: Day, ids: DeliveredFile) {
        self.dates.push((load_date, ids));
    }

    /// Returns the load dates with their ids, ascending.
    pub fn dates(&self) -> &[(Day, DeliveredFile)] {
        &self.dates
    }

    /// Drops the load dates with ids that no row of a load date after `as_of` can repeat.
    pub fn drop_expired(&mut self, as_of: Day, max_lateness_days: i32) {
        self.dates
            .retain(|(load_date, _)| can_be_repeated(*load_date, as_of, max_lateness_days));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_warehouse::store::StoreOptions;

    #[test]
    fn ids_are_read_from_memory_from_blocks_and_from_the_state() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().to_str().unwrap(), &StoreOptions::default()).unwrap();
        let ids: Vec<u128> = (0..100_000_u128).map(|row| row << 79).collect();
        let day = Day(20_000);
        let work = clout_steps::WorkFolder::new(&store, day, "key");
        let mut saved = Vec::new();
        for space in [BlockSpace::Memory, BlockSpace::Folder(work)] {
            let file = DeliveredFile::encode(&space, "ids", day, &ids).unwrap();
            assert_eq!(file.read(None).unwrap(), ids);
            let path = format!("state/{}.seg", saved.len());
            let entry = file.save(&store, &path).unwrap();
            saved.push(std::fs::read(folder.path().join(&path)).unwrap());
            let stored = DeliveredFile::Stored(store.clone(), entry.clone());
            assert_eq!(stored.read(None).unwrap(), ids);
            assert_eq!(stored.save(&store, "state/other.seg").unwrap(), entry);
            let key = |id: u128| (id >> 64) as u32;
            let wanted = (key(ids[60_000]), key(ids[60_010]));
            let part = stored.read(Some(wanted)).unwrap();
            assert!(part.len() < ids.len() && part.is_sorted());
            assert!(ids[60_000..60_010].iter().all(|id| part.contains(id)));
        }
        assert!(saved[0] == saved[1]);
    }

    #[test]
    fn a_load_date_is_kept_while_a_later_row_can_repeat_its_ids() {
        let mut window = DeliveredWindow::default();
        for day in [10, 11, 12] {
            let ids = DeliveredFile::encode(&BlockSpace::Memory, "ids", Day(day), &[1]).unwrap();
            window.push(Day(day), ids);
        }
        window.drop_expired(Day(40), 30);
        let dates: Vec<Day> = window.dates().iter().map(|(day, _)| *day).collect();
        assert_eq!(dates, [Day(11), Day(12)]);
    }
}
