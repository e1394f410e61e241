//! The name of a program, by which driver, scheduler and executors find out that they are the same.

use std::fmt::Write;
use std::path::Path;

use clout_base::error::{Error, Result};
use sha2::{Digest, Sha256};

/// Returns version and hash of the running program. Two builds differ, because they may round differently.
///
/// # Errors
/// Returns an internal error if the program's file cannot be read.
pub fn program_name() -> Result<String> {
    program_name_of(&std::env::current_exe().map_err(unreadable)?)
}

fn unreadable(error: std::io::Error) -> Error {
    Error::internal("the file of this program cannot be read").with_source(error)
}

/// Returns version and hash of the program in a file.
///
/// # Errors
/// Returns an internal error if the file cannot be read.
pub fn program_name_of(path: &Path) -> Result<String> {
    let mut hasher = Sha256::new();
    std::io::copy(&mut std::fs::File::open(path).map_err(unreadable)?, &mut hasher).map_err(unreadable)?;
    let mut name = format!("clout-cluster {} ", env!("CARGO_PKG_VERSION"));
    for byte in hasher.finalize().iter().take(6) {
        // Writing to a String cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    Ok(name)
}

/// Returns an error that names both programs if they differ.
///
/// # Errors
/// A usage error.
pub fn expect_same_program(caller: &str, own: &str, role: &str) -> Result<()> {
    if caller == own {
        return Ok(());
    }
    Err(Error::usage(format!(
        "the driver is {caller}, but the {role} is {own}; start all processes from one build"
    )))
}
