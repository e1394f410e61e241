//! Errors of reading a state: a damaged or missing file by name, or a store that failed.

use clout_base::error::{Error, ErrorKind};

/// Reason that the bytes of a state file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The bytes do not start like a state file.
    #[error("it is not a file of a state")]
    Foreign,
    /// The file has another layout.
    #[error("it has layout {found}, this version reads layout {expected}")]
    Layout {
        /// Layout of the file.
        found: u32,
        /// Layout of this version.
        expected: u32,
    },
    /// The file holds another table, or a table with other columns.
    #[error("it holds another table")]
    Table,
    /// The file has more or fewer bytes than its head states.
    #[error("its size is wrong")]
    Size,
    /// A checksum differs, or the file is not the one that the index names.
    #[error("its checksum is wrong")]
    Checksum,
    /// A column has values that no encoder writes.
    #[error("its column {0} is invalid")]
    Column(usize),
    /// The wanted rows or columns were not read from the store.
    #[error("its column {0} was not read")]
    Unread(usize),
}

/// Error of reading one file of a state.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The index names a file that does not exist.
    #[error("{file} is missing")]
    Missing {
        /// Path of the file.
        file: String,
    },
    /// The file exists, but its bytes cannot be used.
    #[error("{file} is damaged: {damage}")]
    Damaged {
        /// Path of the file.
        file: String,
        /// Reason.
        damage: Damage,
    },
    /// The store failed. The state may be whole.
    #[error(transparent)]
    Store(#[from] Error),
}

impl StateError {
    /// Returns an error of a file.
    pub fn damaged(file: &str, damage: Damage) -> StateError {
        StateError::Damaged {
            file: file.to_owned(),
            damage,
        }
    }
}

impl From<StateError> for Error {
    fn from(error: StateError) -> Error {
        match error {
            StateError::Store(error) => error,
            damaged => Error::new(ErrorKind::Internal, damaged.to_string()),
        }
    }
}
