//! The program under test, and another build of it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

/// Returns the program under test. It is a link, so that a build during the tests does not replace it.
pub fn program() -> &'static Path {
    static LINK: OnceLock<PathBuf> = OnceLock::new();
    LINK.get_or_init(|| {
        let link = Path::new(env!("CARGO_TARGET_TMPDIR")).join("clout-cluster-under-test");
        // It is missing before the first run.
        let _ = std::fs::remove_file(&link);
        std::fs::hard_link(env!("CARGO_BIN_EXE_clout-cluster"), &link).expect("a link of the program");
        link
    })
}

/// Writes another build of the program: the same one, with a byte at its end.
pub fn write_other_build(folder: &Path) -> PathBuf {
    let other = folder.join("clout-cluster-other");
    std::fs::copy(program(), &other).expect("a copy of the program");
    let file = std::fs::OpenOptions::new().append(true).open(&other);
    file.and_then(|mut file| file.write_all(b"\n"))
        .expect("a writable copy");
    other
}

/// Returns the name by which processes of a program know each other.
pub fn name_program(file: &Path) -> String {
    let mut hasher = Sha256::new();
    let mut file = std::fs::File::open(file).expect("the program");
    std::io::copy(&mut file, &mut hasher).expect("a readable program");
    let digits: String = hasher.finalize()[..6]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("clout-cluster {} {digits}", env!("CARGO_PKG_VERSION"))
}
