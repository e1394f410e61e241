//! The index of a state: which files make it up, and how each is verified.
//!
//! A state is a base, the segments of the load dates after it, the ids of the lateness window, and other tables. Files
//! stay in the folder of the run that wrote them; the index is part of `state.json` and names them by path.

use serde::{Deserialize, Serialize};

use crate::head::LAYOUT;
use clout_base::day::Day;

/// File of a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Key below the output root.
    pub path: String,
    /// Number of bytes.
    pub size: u64,
    /// Number of bytes of the head, which says where each column is.
    pub head_size: u64,
    /// Checksum of the head in hex; the head has the checksums of all other bytes.
    pub checksum: String,
    /// Number of rows.
    pub rows: u64,
    /// Key of the first row: target, actor or number of the account; 0 without rows.
    pub first_key: u32,
    /// Key of the last row.
    pub last_key: u32,
}

/// Everything up to a date, merged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseFiles {
    /// Last load date in the base.
    pub as_of: Day,
    /// Activity records by number of the account.
    pub activity: Vec<FileEntry>,
    /// Pairs by target.
    pub pairs: Vec<FileEntry>,
}

/// What one run added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentFiles {
    /// Last load date of the run.
    pub as_of: Day,
    /// Reactions by target, each file of one load date.
    pub reactions: Vec<FileEntry>,
    /// Activity records of the accounts that acted, as of the end of the run.
    pub activity: Vec<FileEntry>,
}

impl SegmentFiles {
    /// Returns the number of reactions.
    pub fn reaction_rows(&self) -> u64 {
        self.reactions.iter().map(|file| file.rows).sum()
    }
}

/// Ids that one network delivered on one load date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdFile {
    /// Index of the network.
    pub network: u8,
    /// Load date.
    pub load_date: Day,
    /// File.
    pub file: FileEntry,
}

/// Table that this crate does not interpret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedFile {
    /// Name of the table.
    pub name: String,
    /// File.
    pub file: FileEntry,
}

/// Rows of one period of a ledger of topics.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeriodFile {
    /// Name of the ledger.
    pub ledger: String,
    /// Number of the period.
    pub period: i32,
    /// File.
    pub file: FileEntry,
}

/// Files of a state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateIndex {
    /// Layout of the files.
    pub layout: u32,
    /// Folder of the run that wrote this index: `state/<date>/<commit id>`.
    pub folder: String,
    /// Accounts by number, from 0.
    pub accounts: Vec<FileEntry>,
    /// Merged load dates up to a date; none in an empty index.
    pub base: Option<BaseFiles>,
    /// Segments of the runs after the base, in order.
    pub segments: Vec<SegmentFiles>,
    /// Ids of the lateness window.
    pub ids: Vec<IdFile>,
    /// Hashes of the persons in any snapshot.
    pub published: Vec<FileEntry>,
    /// Ledgers of topics, by ledger and period.
    pub topics: Vec<PeriodFile>,
    /// Other tables.
    pub tables: Vec<NamedFile>,
}

impl StateIndex {
    /// Creates an index without files for a run with this state folder.
    pub fn new(folder: String) -> StateIndex {
        StateIndex {
            layout: LAYOUT,
            folder,
            accounts: Vec::new(),
            base: None,
            segments: Vec::new(),
            ids: Vec::new(),
            published: Vec::new(),
            topics: Vec::new(),
            tables: Vec::new(),
        }
    }

    /// Iterates over all files.
    pub fn files(&self) -> impl Iterator<Item = &FileEntry> {
        let base = self.base.iter().flat_map(|base| [&base.activity, &base.pairs]);
        let segments = &self.segments;
        let segments = segments
            .iter()
            .flat_map(|segment| [&segment.reactions, &segment.activity]);
        let ids = self.ids.iter().map(|ids| &ids.file);
        base.chain(segments)
            .flatten()
            .chain(&self.accounts)
            .chain(ids)
            .chain(&self.published)
            .chain(self.topics.iter().map(|period| &period.file))
            .chain(self.tables.iter().map(|table| &table.file))
    }

    /// Returns the table of a name.
    pub fn table(&self, name: &str) -> Option<&FileEntry> {
        let found = self.tables.iter().find(|table| table.name == name);
        found.map(|table| &table.file)
    }

    /// Returns the number of accounts.
    pub fn account_rows(&self) -> u64 {
        self.accounts.iter().map(|file| file.rows).sum()
    }

    /// Returns the reason that the index cannot be right, if any: another layout, a path outside of `state/`, dates out
    /// of order, account numbers with a gap, or records of unknown accounts.
    pub fn find_fault(&self) -> Option<String> {
        if self.layout != LAYOUT {
            return Some(format!(
                "it has layout {}, this version reads layout {LAYOUT}",
                self.layout
            ));
        }
        if let Some(file) = self.files().find(|file| !is_state_path(&file.path)) {
            return Some(format!("it names {}, which is no file of a state", file.path));
        }
        let base = self.base.iter().map(|base| base.as_of);
        let dates = base.chain(self.segments.iter().map(|segment| segment.as_of));
        if !dates.is_sorted_by(|a, b| a < b) {
            return Some("its segments are not in order".to_owned());
        }
        let mut next = 0_u64;
        for file in &self.accounts {
            if u64::from(file.first_key) != next {
                return Some(format!("the accounts of {} do not follow those before", file.path));
            }
            next += file.rows;
        }
        let of_base = self.base.iter().flat_map(|base| &base.activity);
        let activity = of_base.chain(self.segments.iter().flat_map(|segment| &segment.activity));
        let mut beyond = activity.filter(|file| file.rows > 0 && u64::from(file.last_key) >= next);
        beyond
            .next()
            .map(|file| format!("{} has records of unknown accounts", file.path))
    }
}

fn is_state_path(path: &str) -> bool {
    path.starts_with("state/")
        && !path
            .split('/')
            .any(|part| part.is_empty() || part == "." || part == "..")
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
