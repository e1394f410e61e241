//! Other programs read the tables: DuckDB, Python's Polars and pyarrow, where they are.

use std::process::Command;

use crate::support::clout::{Site, path, run, said};
use crate::support::{repository, sample_data};

#[test]
fn other_readers_open_every_table_by_glob_with_the_documented_types() {
    let is_there = Command::new("python3")
        .args(["-c", "import pyarrow"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !is_there {
        println!("skipped: no python3 with pyarrow");
        return;
    }
    let site = Site::of(&crate::nightly::eventful());
    site.night("2026-03-07");
    site.night("2026-03-08");
    run(&sample_data(), &site.another("sample"), &["--as-of", "2026-10-31"]).exits(0);
    for root in [site.output(), site.another("sample")] {
        let script = path(&repository().join("tests/readers.py"));
        let read = said(Command::new("python3").args([&script, &path(&root)]).output().unwrap());
        println!("{}", read.out);
        read.exits(0).says(" passed, 0 failed");
    }
}
