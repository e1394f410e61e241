//! Reads the tables with other programs: DuckDB, Python's Polars and pyarrow, if installed.

use std::process::Command;

use crate::support::clout::{Site, collect_output, path, run};
use crate::support::{repository, sample_data};

#[test]
fn other_programs_open_every_table_by_glob_with_the_documented_types() {
    let is_there = Command::new("python3")
        .args(["-c", "import pyarrow"])
        .output()
        .is_ok_and(|output| output.status.success());
    if !is_there {
        println!("skipped: no python3 with pyarrow");
        return;
    }
    let site = Site::new(&crate::nightly::eventful());
    site.night("2026-03-07");
    site.night("2026-03-08");
    run(&sample_data(), &site.output_named("sample"), &["--as-of", "2026-10-31"]).exits(0);
    for root in [site.output(), site.output_named("sample")] {
        let script = path(&repository().join("tests/readers.py"));
        let read = collect_output(Command::new("python3").args([&script, &path(&root)]).output().unwrap());
        println!("{}", read.out);
        read.exits(0).prints(" passed, 0 failed");
    }
}
