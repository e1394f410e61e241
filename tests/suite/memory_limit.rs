//! A run within a memory limit keeps intermediate data in files, and no byte depends on it or on the number of shards.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rstest::rstest;
use serde_json::Value;

use crate::support::clout::{Site, clout, command, path};
use crate::support::files_below;
use crate::support::s3::S3;
use crate::support::warehouse::{Form, Warehouse};
use crate::unread::opt_out;

const DATES: [&str; 3] = ["2026-03-06", "2026-03-07", "2026-03-08"];

/// Runs the dates of the eventful warehouse night by night; returns the hashes of all parts of each snapshot.
fn run_nights(site: &Site, arguments: &[&str]) -> Vec<BTreeMap<String, String>> {
    let night = |date: &&str| {
        let all = [arguments, &["--as-of", date]].concat();
        site.run(&all).exits(0);
        site.snapshot(date).hashes(&[])
    };
    DATES.iter().map(night).collect()
}

fn eventful() -> Site {
    Site::new(&crate::nightly::eventful())
}

#[rstest]
#[case::one("1")]
#[case::three("3")]
#[case::sixteen("16")]
#[case::sixty_four("64")]
fn the_bytes_do_not_depend_on_the_number_of_shards(#[case] shards: &str) {
    let expected = run_nights(&eventful(), &[]);
    let set = format!("run.shards={shards}");
    assert_eq!(run_nights(&eventful(), &["--set", &set]), expected);
    assert_eq!(run_nights(&eventful(), &["--set", &set, "--threads", "1"]), expected);
}

/// A warehouse with a person with very many reactors, an actor with very many reactions, a day with rows of one actor
/// only, and reactors that change their owner each day.
fn hubs() -> Warehouse {
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<Vec<_>>().join("\n");
    let mut all = Warehouse::default();
    for (day, date) in DATES.iter().enumerate() {
        let busy = lines(3_000, &|row| {
            format!("{day}b{row} 11:{:02} busy retweet - t{row}", row % 60)
        });
        let rows = match day {
            1 => busy,
            _ => {
                let hub = lines(5_000, &|row| {
                    format!("{day}h{row} 10:{:02} r{} like - hub", row % 60, row + 500 * day)
                });
                format!("{hub}\n{busy}")
            }
        };
        let owners = lines(40, &|row| format!("owner{}=twitter:r{}", (row + day) % 30, row * 7));
        all = all.activities("twitter", date, &rows).identities(date, &owners);
    }
    all
}

#[test]
fn hubs_with_moving_owners_in_many_files_have_the_same_bytes_within_a_limit() {
    let form = Form {
        files: 300,
        shuffled: Some(4),
        ..Form::default()
    };
    let whole = run_nights(&Site::new(&hubs()), &[]);
    let site = Site::with_form(&hubs(), &form);
    for (date, expected) in DATES.iter().zip(whole) {
        let limit = least_limit(&site, date);
        let arguments = ["--as-of", date, "--memory-limit", &limit, "--set", "run.shards=7"];
        site.run(&arguments).exits(0);
        let found = site.snapshot(date).hashes(&[]);
        assert_eq!(found, expected, "{date}");
    }
}

/// Returns the least memory limit that `clout plan` names for the next run, in bytes, below the memory without one.
fn least_limit(site: &Site, date: &str) -> String {
    let (input, output) = (path(&site.input()), path(&site.output()));
    let plan = clout(&[
        "plan", "--input", &input, "--output", &output, "--as-of", date, "--format", "json",
    ]);
    let plan: Value = serde_json::from_str(&plan.exits(0).out).unwrap();
    let [least, whole] = ["least_memory_bytes", "memory_bytes"].map(|name| plan[name].as_u64().unwrap());
    assert!(least < whole, "{least} {whole}");
    least.to_string()
}

fn work_files(output: &Path) -> Vec<String> {
    files_below(output)
        .into_iter()
        .filter(|file| file.starts_with("work/2026"))
        .collect()
}

#[rstest]
#[case::one_shard("1")]
#[case::five_shards("5")]
fn the_bytes_do_not_depend_on_the_memory_limit_and_work_is_swept(#[case] shards: &str) {
    let expected = run_nights(&eventful(), &[]);
    let set = format!("run.shards={shards}");
    let site = eventful();
    for (date, expected) in DATES.iter().zip(expected) {
        let limit = least_limit(&site, date);
        site.run(&["--as-of", date, "--memory-limit", &limit, "--set", &set])
            .exits(0);
        assert_eq!(site.snapshot(date).hashes(&[]), expected, "{date}");
        assert_eq!(work_files(&site.output()), Vec::<String>::new());
    }
}

#[test]
fn a_limit_below_the_least_one_is_refused_with_what_to_do() {
    let site = eventful();
    let limit: u64 = least_limit(&site, DATES[0]).parse().unwrap();
    let less = (limit - 1).to_string();
    let refused = site.run(&["--as-of", DATES[0], "--memory-limit", &less]);
    assert!(refused.exits(8).err.contains("even with intermediate data in files"));
    assert!(!site.output().join("scores").exists());
}

#[test]
fn a_run_after_a_failed_one_takes_up_its_blocks_and_gives_the_same_bytes() {
    let (allowed, once) = ("run.allow_unconverged=true", "model.propagation.max_iterations=1");
    let undisturbed = eventful();
    let arguments = ["--as-of", DATES[0], "--set", once, "--set", "run.shards=4"];
    undisturbed
        .run(&[&arguments[..], &["--set", allowed]].concat())
        .exits(0);
    let expected = undisturbed.snapshot(DATES[0]).hashes(&[]);

    let site = eventful();
    let limit = least_limit(&site, DATES[0]);
    let limited = [&arguments[..], &["--memory-limit", &limit]].concat();
    // The run ends after its blocks are written.
    site.run(&limited).exits(7);
    let left = work_files(&site.output());
    assert!(left.iter().any(|file| file.ends_with("pairs/00003.json")), "{left:?}");
    site.run(&limited).exits(7);
    let of_pairs = |files: &[String]| -> Vec<String> {
        let files = files.iter().filter(|file| file.contains("/pairs/"));
        files.cloned().collect()
    };
    assert_eq!(of_pairs(&work_files(&site.output())), of_pairs(&left));

    let entries = left.iter().find(|file| file.ends_with("pairs/00000-entries")).unwrap();
    let (block, aside) = (site.output().join(entries), site.output().join("aside"));
    std::fs::rename(&block, &aside).unwrap();
    let missing = site.run(&limited).exits(1);
    assert!(
        missing.err.contains(entries.as_str()) && missing.err.contains("delete work/"),
        "{}",
        missing.err
    );
    std::fs::rename(&aside, &block).unwrap();

    site.run(&[&limited[..], &["--set", allowed]].concat()).exits(0);
    assert_eq!(site.snapshot(DATES[0]).hashes(&[]), expected);
    assert_eq!(work_files(&site.output()), Vec::<String>::new());
}

#[test]
fn an_opt_out_of_a_closed_date_after_a_failed_run_makes_its_blocks_useless() {
    let once = ["--set", "model.propagation.max_iterations=1", "--set", "run.shards=4"];
    let (refused, allowed) = (once, [&once[..], &["--set", "run.allow_unconverged=true"]].concat());
    let late = |site: &Site| opt_out(site, "2026-03-05", "late.parquet", &["twitter:u3"]);
    let run = |site: &Site, date: &str, more: &[&str]| site.run(&[&["--as-of", date], more].concat());

    let undisturbed = eventful();
    run(&undisturbed, DATES[0], &allowed).exits(0);
    late(&undisturbed);
    run(&undisturbed, DATES[1], &allowed).exits(0);
    let is_published = |date: &str| undisturbed.snapshot(date).people().contains(&"twitter:u3");
    assert!(is_published(DATES[0]) && !is_published(DATES[1]));

    let site = eventful();
    run(&site, DATES[0], &allowed).exits(0);
    let limit = least_limit(&site, DATES[1]);
    let limited = |arguments: &[&'static str]| -> Vec<String> {
        let all = arguments.iter().map(|argument| (*argument).to_owned());
        all.chain(["--memory-limit".to_owned(), limit.clone()]).collect()
    };
    let with_limit = |arguments: Vec<String>, code: i32| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(&site, DATES[1], &arguments).exits(code);
    };
    with_limit(limited(&refused), 7);
    assert!(work_files(&site.output()).iter().any(|file| file.contains("/pairs/")));
    late(&site);
    with_limit(limited(&allowed), 0);
    assert_eq!(
        site.snapshot(DATES[1]).hashes(&[]),
        undisturbed.snapshot(DATES[1]).hashes(&[])
    );
}

#[test]
fn a_run_that_is_killed_among_its_blocks_is_taken_up_with_the_same_bytes() {
    let expected = run_nights(&eventful(), &[])[0].clone();
    let site = eventful();
    let limit = least_limit(&site, DATES[0]);
    let (input, output) = (path(&site.input()), path(&site.output()));
    let arguments = [
        "run",
        "--input",
        &input,
        "--output",
        &output,
        "--as-of",
        DATES[0],
        "--memory-limit",
        &limit,
        "--set",
        "run.shards=9",
    ];
    let mut killed = 0;
    for wanted in (5..60).step_by(11) {
        let mut run = command(&arguments, &[])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while work_files(&site.output()).len() < wanted && run.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        killed += usize::from(run.try_wait().unwrap().is_none());
        run.kill().unwrap();
        run.wait().unwrap();
        if site.output().join("snapshots").exists() {
            break;
        }
    }
    assert!(killed > 1, "{killed} runs were killed");
    clout(&arguments).exits(0);
    assert_eq!(site.snapshot(DATES[0]).hashes(&[]), expected);
    assert_eq!(work_files(&site.output()), Vec::<String>::new());
}

#[test]
fn a_run_within_a_limit_keeps_its_blocks_on_s3() {
    let expected = run_nights(&eventful(), &[])[0].clone();
    let (server, site) = (S3::start(), eventful());
    let (input, output) = (path(&site.input()), S3::url("output"));
    let roots = ["--input", &input, "--output", &output, "--as-of", DATES[0]];
    let plan = server.clout(&[&["plan", "--format", "json"], &roots[..]].concat());
    let limit = plan.exits(0).json()["least_memory_bytes"].to_string();
    let run = [&["run", "--memory-limit", &limit, "--set", "run.shards=3"], &roots[..]].concat();
    server.clout(&run).exits(0);
    assert_eq!(server.snapshot("output", DATES[0]).hashes(&[]), expected);
}
