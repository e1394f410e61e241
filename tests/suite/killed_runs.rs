//! A run on local folders that is killed at any moment leaves no unfinished file among the tables.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::support::clout::{Site, command, path};
use crate::support::files_below;
use crate::support::s3::copy_folder;
use crate::support::tables::{Snapshot, TABLES};

const FIRST: &str = "2026-03-07";
const DATE: &str = "2026-03-08";

/// Number of killed runs.
const KILLS: u64 = 20;

fn start(site: &Site, output: &str) -> Child {
    let (input, output) = (path(&site.input()), path(&site.output_named(output)));
    let arguments = ["run", "--input", &input, "--output", &output, "--as-of", DATE];
    command(&arguments, &[])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Lists the files in folders of tables that are no parts.
fn unfinished(output: &Path) -> Vec<String> {
    let is_part = |name: &str| {
        let hash = name
            .strip_prefix("part-")
            .and_then(|rest| rest.strip_suffix(".parquet"));
        hash.is_some_and(|hash| hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let is_unfinished = |file: &String| {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        let is_table = TABLES.iter().any(|table| folder.starts_with(&format!("{table}/")));
        (is_table && !is_part(name)) || name.contains('#')
    };
    files_below_if_stable(output)
        .into_iter()
        .filter(is_unfinished)
        .collect()
}

/// Lists the files below a folder that another process may change meanwhile.
fn files_below_if_stable(root: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for table in std::fs::read_dir(root).into_iter().flatten().flatten() {
        if table.file_name() != "work" {
            found.extend(files_below(&table.path()).into_iter().map(|file| {
                let name = table.file_name().into_string().unwrap();
                format!("{name}/{file}")
            }));
        }
    }
    found
}

#[test]
fn a_killed_run_leaves_whole_parts_only_and_the_next_run_gives_the_same_bytes() {
    let site = Site::new(&crate::nightly::eventful());
    site.run_into("first", &["--as-of", FIRST]).exits(0);
    copy_folder(&site.output_named("first"), &site.output_named("undisturbed"));
    let count = |name: &str| files_below_if_stable(&site.output_named(name)).len();
    let before = count("undisturbed");
    assert!(start(&site, "undisturbed").wait().unwrap().success());
    let written = count("undisturbed") - before;
    let expected = Snapshot::read(&site.output_named("undisturbed"), DATE).hashes(&[]);
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let mut killed = 0;
    for number in 0..KILLS {
        let name = format!("killed-{number}");
        let output = site.output_named(&name);
        copy_folder(&site.output_named("first"), &output);
        // Killed once it has written so many files, whatever the speed of the machine.
        let wanted = before + rng.random_range(1..written);
        let mut run = start(&site, &name);
        while count(&name) < wanted && run.try_wait().unwrap().is_none() {
            assert_eq!(unfinished(&output), Vec::<String>::new(), "during run {number}");
            std::thread::sleep(Duration::from_millis(1));
        }
        killed += u64::from(run.try_wait().unwrap().is_none());
        run.kill().unwrap();
        run.wait().unwrap();
        assert_eq!(unfinished(&output), Vec::<String>::new(), "after run {number}");
        site.run_into(&name, &["--as-of", DATE]).exits(0);
        assert_eq!(Snapshot::read(&output, DATE).hashes(&[]), expected, "run {number}");
        let staged = files_below(&output.join("work"));
        assert_eq!(staged, Vec::<String>::new(), "run {number}");
    }
    assert!(
        killed > KILLS / 4,
        "{killed} of {KILLS} runs were killed before they ended"
    );
}

#[test]
fn the_next_run_deletes_the_unfinished_files_of_killed_runs_of_any_version() {
    let site = Site::new(&crate::nightly::eventful());
    let output = site.output();
    let folder = output.join(format!("scores/snapshot_date={DATE}"));
    let staging = output.join("work/.staging");
    for folder in [&folder, &staging] {
        std::fs::create_dir_all(folder).unwrap();
    }
    let beside = folder.join("part-0123456789abcdef.parquet#1");
    let staged = staging.join("1-0");
    let leave = || {
        for file in [&beside, &staged] {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, b"half a part").unwrap();
        }
    };
    leave();
    site.run(&["--as-of", DATE]).exits(0);
    assert!(!beside.exists() && !staged.exists());
    leave();
    site.run(&["--as-of", DATE]).exits(0).prints("already published");
    assert!(!beside.exists() && !staged.exists());
    assert!(!output.join("work").exists());
}
