//! The README's tour is what the program prints.

use std::path::Path;

use assert_cmd::Command;

/// What a command prints on stdout, in the repository's root.
fn printed(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_clout"));
    let output = command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The lines below `$ <command>` in the README, until the next command or the block's end.
fn told(command: &str) -> Vec<String> {
    let readme = include_str!("../../README.md");
    let (_, below) = readme.split_once(&format!("$ {command}\n")).unwrap();
    let lines = below
        .lines()
        .take_while(|line| !line.starts_with("```") && !line.starts_with("$ ") && !line.is_empty());
    lines.filter(|line| line.trim() != "…").map(str::to_owned).collect()
}

#[test]
fn the_tour_shows_what_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let roots = ["--input", "sample_data", "--output", out];
    printed(&[&["backfill", "--from", "2026-10-21", "--to", "2026-10-30"][..], &roots].concat());
    let night = printed(&[&["run", "--as-of", "2026-10-31"][..], &roots].concat());
    let again = printed(&[&["run", "--as-of", "2026-10-31"][..], &roots].concat());
    let top = printed(&["top", "--no-legend", "--output", out]);
    let verified = printed(&["snapshots", "verify", "--output", out]);
    let checked = printed(&["check", "--input", "sample_data", "-n", "1"]);
    let run = "clout run --input sample_data --output out --as-of 2026-10-31";
    check(&night, &told(run)[1..]); // The first line tells the seconds.
    check(&top, &told("clout top --output out --no-legend"));
    check(&verified, &told("clout snapshots verify --output out"));
    check(&checked, &told("clout check --input sample_data -n 1"));
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    assert!(readme.contains(again.trim()), "{again}");
}

fn check(printed: &str, told: &[String]) {
    assert!(!told.is_empty());
    for line in told {
        assert!(
            printed.lines().any(|other| other.trim_end() == line.trim_end()),
            "README says\n{line}\nthe program\n{printed}"
        );
    }
}
