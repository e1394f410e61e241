//! The README's tour is what the program prints.

use assert_cmd::Command;

use crate::support::tables::{Snapshot, number};

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

const README: &str = include_str!("../../README.md");

/// The lines below `$ <command>` in the README, until the next command or the block's end.
fn told(command: &str) -> Vec<String> {
    let (_, below) = README.split_once(&format!("$ {command}\n")).expect(command);
    let lines = below
        .lines()
        .take_while(|line| !line.starts_with("```") && !line.starts_with("$ "));
    let is_told = |line: &&str| !line.is_empty() && line.trim() != "…";
    lines.filter(is_told).map(str::to_owned).collect()
}

#[test]
fn the_tour_shows_what_the_program_prints() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let site = format!("{out}/site");
    let roots = ["--input", "sample_data", "--output", out];
    printed(&[&["backfill", "--from", "2026-10-21", "--to", "2026-10-30"][..], &roots].concat());
    let night = printed(&[&["run", "--as-of", "2026-10-31"][..], &roots].concat());
    let again = printed(&[&["run", "--as-of", "2026-10-31"][..], &roots].concat());
    let run = "clout run --input sample_data --output out --as-of 2026-10-31";
    check(&night, &told(run)[1..]); // The first line tells the seconds.
    assert!(README.contains(again.trim()), "{again}");
    for command in [
        "clout top --output out --no-legend",
        "clout top --output out --no-legend --person bert-the-buyer --person cleo-the-celebrity",
        "clout check --input sample_data -n 1",
        "clout snapshots verify --output out",
        "clout plan --input sample_data --output out --as-of 2026-11-01",
        "clout calibrate --output out",
        "clout top --topic coffee --output out -n 3 --no-legend",
        "clout explain ada-the-specialist --topic cupping --output out",
        "clout explain ada-the-specialist --output out",
        "clout query \"SELECT network, COUNT(*) AS people, MAX(score) AS best FROM network_scores GROUP BY network ORDER BY network\" --output out",
        "clout query \"SELECT snapshot_date, score, delta_1d FROM scores_history WHERE person_id = 'bert-the-buyer' ORDER BY snapshot_date DESC LIMIT 3\" --output out --format csv",
        "clout diff 2026-10-30 2026-10-31 --output out -n 2",
        "clout perks draw coffee-2026-10 --output out --dry-run",
        "clout report --output out --to site",
    ] {
        let in_place = |word| match word {
            "out" => out,
            "site" => &site,
            word => word,
        };
        let arguments: Vec<&str> = words(command).skip(1).map(in_place).collect();
        check(&printed(&arguments), &told(command));
    }
    let days = ["2026-10-29", "2026-10-30", "2026-10-31"];
    let days = days.map(|day| (day, Snapshot::read(folder.path(), day)));
    check_queries(&days);
}

/// The words of a command: a quoted text is one.
fn words(command: &str) -> impl Iterator<Item = &str> {
    let pieces = command.split('"').enumerate();
    pieces.flat_map(|(index, piece)| match index % 2 {
        1 => vec![piece],
        _ => piece.split(' ').filter(|word| !word.is_empty()).collect(),
    })
}

#[test]
fn the_evaluations_show_what_the_program_prints() {
    for command in [
        "clout evaluate --input sample_data --from 2026-10-10 --every 7d --ahead 7d",
        "clout evaluate --attacks --input sample_data",
    ] {
        let arguments: Vec<&str> = command.split(' ').skip(1).collect();
        check(&printed(&arguments), &told(command));
    }
}

/// The published figures that the README shows otherwise: by DuckDB, by Polars, and of intervals.
fn check_queries(days: &[(&str, Snapshot)]) {
    let (last, snapshot) = &days[days.len() - 1];
    for (day, snapshot) in days {
        let bert = snapshot.scores()["bert-the-buyer"];
        let [score, delta] = ["score", "delta_1d"].map(|column| number(bert, column).unwrap());
        says(&format!("│ {day:<13} │ bert-the-buyer │ {score:>18} │ {delta:>20} │"));
    }
    for network in ["facebook", "foursquare", "linkedin", "twitter"] {
        let paul = snapshot.on("paul-of-four-networks", network);
        let [score, share] = ["score", "share"].map(|column| {
            let digits = format!("{:.6}", number(paul, column).unwrap());
            digits.trim_end_matches('0').to_owned()
        });
        let [reactions, posts] = ["reactions", "posts"].map(|column| paul[column].as_i64().unwrap());
        says(&format!(
            "│ {network:<10} ┆ {score:<9} ┆ {reactions:<9} ┆ {posts:<5} ┆ {share:<8} │"
        ));
    }
    says(&format!("| {last} | score | score_low | score_high | coverage |"));
    for person in [
        "ada-the-specialist",
        "paul-of-four-networks",
        "olga-of-one-network",
        "cleo-the-celebrity",
    ] {
        let scores = snapshot.scores();
        let columns = ["score", "score_low", "score_high", "coverage"];
        let figures = columns.map(|column| format!("{:.2}", number(scores[person], column).unwrap()));
        says(&format!("| {person} | {} |", figures.join(" | ")));
    }
}

#[track_caller]
fn says(line: &str) {
    assert!(README.contains(line), "README does not say\n{line}");
}

#[track_caller]
fn check(printed: &str, told: &[String]) {
    assert!(!told.is_empty());
    for line in told {
        assert!(
            printed.lines().any(|other| other.trim_end() == line.trim_end()),
            "README says\n{line}\nthe program\n{printed}"
        );
    }
}
