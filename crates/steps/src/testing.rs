//! A work folder for tests.

use clout_base::day::Day;
use clout_warehouse::store::Store;

use crate::space::BlockSpace;
use crate::work_folder::WorkFolder;

/// Date of the work folder.
pub(crate) const DATE: Day = Day(20_000);

/// Returns a new folder, its store, and blocks in it under the run key `key`.
pub(crate) fn folder() -> (tempfile::TempDir, Store, BlockSpace) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_str().unwrap(), &Default::default()).unwrap();
    let space = BlockSpace::Folder(WorkFolder::new(&store, DATE, "key"));
    (folder, store, space)
}
