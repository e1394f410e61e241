//! Writes to a local folder that appear complete or not at all.
//!
//! The bytes go to a file in the staging folder of the root first. A hard link (which fails if the name exists) or a rename
//! (which replaces) then gives the file its name. So a folder of a table never holds an unfinished file, whatever the
//! moment at which a run is killed.
//!
//! Each process that writes holds a shared lock of the staging folder. A process that gets the exclusive lock knows that
//! no other one writes below this root, so it deletes the files of killed runs. The operating system releases the locks
//! of a killed process. A file system without locks keeps such files until `work/` is deleted.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;

use super::store_failure::{LocalFailure, LocalStep, StoreFailure};

/// Staging folder, relative to the root.
const STAGING: &str = "work/.staging";

/// Maximum tries of one write. A try fails if another process deletes an empty folder at that moment.
const TRIES: usize = 10;

/// Effect of a write on an existing file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WriteMode {
    /// The write fails if the file exists.
    Create,
    /// The write replaces an existing file.
    Replace,
}

/// Writer of files below one local root.
pub(super) struct LocalWriter {
    files: LocalFileSystem,
    staging: PathBuf,
    /// Locked staging folder, after the first write; none if it cannot be locked.
    lock: OnceLock<Option<File>>,
    next: AtomicU64,
}

impl LocalWriter {
    /// Creates a writer below a root, which need not exist yet.
    pub(super) fn new(root: &Path) -> LocalWriter {
        LocalWriter {
            files: LocalFileSystem::new(),
            staging: root.join(STAGING),
            lock: OnceLock::new(),
            next: AtomicU64::new(0),
        }
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// Returns a conflict for [`WriteMode::Create`] if the file exists.
    pub(super) fn write(&self, key: &Key, body: &[u8], mode: WriteMode) -> Result<(), StoreFailure> {
        let target = self.files.path_to_filesystem(key)?;
        let step = match mode {
            WriteMode::Create => LocalStep::Link,
            WriteMode::Replace => LocalStep::Rename,
        };
        let mut tries = 0;
        loop {
            let staged = self.stage(body)?;
            let placed = place(&staged, &target, mode);
            if placed.is_err() || mode == WriteMode::Create {
                // The name in the staging folder is not needed any more; the next run deletes what remains.
                let _ = fs::remove_file(&staged);
            }
            tries += 1;
            match placed {
                Ok(()) => return Ok(()),
                Err(source) if source.kind() == io::ErrorKind::NotFound && tries < TRIES => {}
                Err(source) => return Err(StoreFailure::Local(LocalFailure { step, source })),
            }
        }
    }

    /// Deletes the staged files of killed runs, unless another process writes below this root.
    pub(super) fn sweep(&self) {
        if self.staging.is_dir() {
            self.enter();
        }
    }

    /// Deletes the unfinished files that earlier versions of Clout left beside the objects of a folder, under names
    /// such as `part-0.parquet#1`. Readers of the whole folder would meet them.
    pub(super) fn delete_unfinished(&self, folder: &Key) -> Result<(), StoreFailure> {
        let folder = self.files.path_to_filesystem(folder)?;
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let is_unfinished = entry.file_name().to_str().is_some_and(is_unfinished_name);
            if is_unfinished && let Err(source) = fs::remove_file(entry.path()) {
                let step = LocalStep::Stage;
                return Err(StoreFailure::Local(LocalFailure { step, source }));
            }
        }
        Ok(())
    }

    /// Writes the bytes to a new file of the staging folder.
    fn stage(&self, body: &[u8]) -> Result<PathBuf, StoreFailure> {
        let failed = |source| {
            StoreFailure::Local(LocalFailure {
                step: LocalStep::Stage,
                source,
            })
        };
        self.enter();
        let (path, mut file) = self.create_staged_file().map_err(failed)?;
        file.write_all(body).map_err(|error| {
            let _ = fs::remove_file(&path);
            failed(error)
        })?;
        Ok(path)
    }

    /// Creates an empty file with an unused name. Process ids repeat on other machines, so a name can be in use.
    fn create_staged_file(&self) -> io::Result<(PathBuf, File)> {
        let mut missing = 0;
        loop {
            let nth = self.next.fetch_add(1, Ordering::Relaxed);
            let path = self.staging.join(format!("{}-{nth}", std::process::id()));
            match File::create_new(&path) {
                Ok(file) => return Ok((path, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound && missing < TRIES => {
                    missing += 1;
                    fs::create_dir_all(&self.staging)?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Deletes the files of killed runs once, if no other process writes below the root, and locks the staging folder.
    fn enter(&self) {
        self.lock.get_or_init(|| {
            fs::create_dir_all(&self.staging).ok()?;
            let folder = File::open(&self.staging).ok()?;
            if folder.try_lock().is_ok() {
                for entry in fs::read_dir(&self.staging).into_iter().flatten().flatten() {
                    let _ = fs::remove_file(entry.path());
                }
                folder.unlock().ok()?;
            }
            folder.lock_shared().ok()?;
            Some(folder)
        });
    }
}

impl Drop for LocalWriter {
    /// Deletes the staging folder if it is empty and no other process uses it.
    fn drop(&mut self) {
        let Some(Some(folder)) = self.lock.get() else {
            return;
        };
        if folder.unlock().is_ok() && folder.try_lock().is_ok() && fs::remove_dir(&self.staging).is_ok() {
            let _ = self.staging.parent().map(fs::remove_dir);
        }
    }
}

/// Gives a staged file its name. A missing folder is created first.
fn place(staged: &Path, target: &Path, mode: WriteMode) -> io::Result<()> {
    let once = || match mode {
        WriteMode::Create => fs::hard_link(staged, target),
        WriteMode::Replace => fs::rename(staged, target),
    };
    match (once(), target.parent()) {
        (Err(error), Some(folder)) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(folder)?;
            once()
        }
        (placed, _) => placed,
    }
}

/// Returns true for the names that `object_store` gives to unfinished files: a name, `#` and digits.
fn is_unfinished_name(name: &str) -> bool {
    let number = name.rsplit_once('#').map(|(_, number)| number);
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
#[path = "local_writes_tests.rs"]
mod tests;
