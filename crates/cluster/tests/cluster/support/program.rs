//! The program under test, and another build of it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

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
