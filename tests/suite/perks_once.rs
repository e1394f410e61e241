//! A campaign is drawn once, for any number of draws, and later runs do not change it.

use std::process::Stdio;

use crate::cli::DATE;
use crate::perks::{SEED, campaign, draw, site, verify};
use crate::support::clout::{CommandOutput, clout, collect_output, command, path};
use crate::support::files_below;
use crate::support::s3::S3;
use crate::support::tables::part_files;

#[test]
fn a_second_draw_is_a_no_op_or_a_conflict_and_later_runs_change_nothing() {
    let (site, output, file) = site(&campaign("tea", 3, ""));
    draw(&output, &file, "tea", &[])
        .exits(0)
        .prints("won, drawn from the snapshot of 2026-03-07");
    let files = || {
        let root = site.output();
        let of_perks = files_below(&root).into_iter().filter(|file| file.starts_with("perk"));
        of_perks
            .map(|file| (file.clone(), std::fs::read(root.join(file)).unwrap()))
            .collect::<Vec<_>>()
    };
    let before = files();
    assert_eq!(before.len(), 2);
    let again = draw(&output, &file, "tea", &[]).exits(0);
    again.prints("already drawn").does_not_print("twitter:");
    std::fs::write(&file, campaign("tea", 4, "")).unwrap();
    draw(&output, &file, "tea", &[])
        .exits(6)
        .prints("other values of winners");
    site.night(DATE);
    site.run(&["--as-of", "2026-03-07"])
        .exits(0)
        .prints("already published");
    let (input, range) = (path(&site.input()), ["--from", "2026-03-05", "--to", DATE]);
    clout(&[&["backfill", "--input", &input, "--output", &output][..], &range].concat()).exits(0);
    for date in ["2026-03-05", "2026-03-07", DATE] {
        clout(&["snapshots", "verify", "--output", &output, "--as-of", date]).exits(0);
    }
    assert_eq!(files(), before);
    verify(&output, "tea").exits(0);
    clout(&["perks", "verify", "tea", "--output", &output, "--campaigns", &file])
        .exits(1)
        .prints("the campaign file has other values of winners");
    let newest = ["query", "SELECT * FROM perk_winners", "--output", &output];
    clout(&newest).exits(2).prints("perk_winners");
    let all = "SELECT snapshot_date, COUNT(*) AS n FROM perk_winners_history GROUP BY snapshot_date";
    clout(&["query", all, "--output", &output, "--format", "csv"])
        .exits(0)
        .prints("2026-03-07,3");
}

#[test]
fn of_many_concurrent_draws_one_is_kept() {
    for _ in 0..3 {
        let (site, output, file) = site(&campaign("tea", 3, ""));
        let other = path(&site.output_named("other.toml"));
        std::fs::write(&other, campaign("tea", 5, "")).unwrap();
        let start = |file: &String| {
            let all = [
                "perks",
                "draw",
                "tea",
                "--output",
                &output,
                "--campaigns",
                file,
                "--seed",
                SEED,
            ];
            command(&all, &[])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        };
        let runs: Vec<_> = [&file, &other, &file, &other].map(start).into_iter().collect();
        let results: Vec<CommandOutput> = runs
            .into_iter()
            .map(|run| collect_output(run.wait_with_output().unwrap()))
            .collect();
        let drew = results
            .iter()
            .filter(|run| run.code == 0 && run.out.contains("won, drawn from"))
            .count();
        let others = results
            .iter()
            .filter(|run| run.code == 6 || run.out.contains("already drawn"))
            .count();
        assert_eq!((drew, others), (1, 3), "{results:?}");
        assert_eq!(part_files(&site.output(), "perk_winners", "2026-03-07").len(), 1);
        verify(&output, "tea").exits(0);
    }
}

#[test]
fn a_campaign_is_drawn_once_on_s3_too() {
    let (site, _, file) = site(&campaign("tea", 3, ""));
    let server = S3::start();
    server.copy_in(&site.output(), "output");
    let output = S3::url("output");
    let mut draw = vec!["perks", "draw", "tea", "--output", &output, "--campaigns", &file];
    draw.extend(["--seed", SEED]);
    server.clout(&draw).exits(0).prints("won, drawn from");
    server.clout(&draw).exits(0).prints("already drawn");
    std::fs::write(&file, campaign("tea", 5, "")).unwrap();
    server.clout(&draw).exits(6);
    server.clout(&["perks", "verify", "tea", "--output", &output]).exits(0);
}
