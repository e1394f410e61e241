//! Compares `clout check` with the run that follows it.

use crate::stops::{TWITTER, write_file_at};
use crate::support::clout::path;
use crate::support::columns::{Texts, texts};
use crate::support::daily_site::{DailySite, SMALL, only_file};
use crate::support::warehouse::write_file;

/// Runs `clout check` with the output, as before the run.
fn check_before_the_run(site: &DailySite, arguments: &[&str]) -> i32 {
    let output = path(&site.output());
    site.check(&[&["--output", &output], arguments].concat()).code
}

#[test]
fn check_with_the_output_exits_as_the_run_does() {
    let day = |site: &DailySite, date: u32| site.input().join(format!("{TWITTER}/date=2026-03-{date:02}"));
    type Case = (&'static str, fn(&DailySite), &'static [&'static str]);
    let cases: [Case; 4] = [
        (
            "a broken file of a closed date",
            |site| write_file_at(site, "activities/network=twitter/date=2026-03-05/x", "x"),
            &[],
        ),
        (
            "trimmed input",
            |site| {
                std::fs::remove_dir_all(site.output().join("state")).unwrap();
                std::fs::remove_dir_all(site.input().join(format!("{TWITTER}/date=2026-03-01"))).unwrap();
            },
            &[],
        ),
        (
            "a missing network",
            |site| std::fs::remove_dir_all(site.folder(TWITTER)).unwrap(),
            &SMALL,
        ),
        (
            "identities that shrink",
            |site| {
                let one = |id: &str| texts(&[Some(id.to_owned())], Texts::Plain);
                let columns = [
                    ("person_id", one("a")),
                    ("network", one("twitter")),
                    ("account_id", one("fan0")),
                ];
                write_file(&only_file(&site.folder("identities")), &columns);
            },
            &[],
        ),
    ];
    for (name, spoil, arguments) in cases {
        let site = DailySite::new();
        assert!(day(&site, 1).exists());
        spoil(&site);
        let checked = check_before_the_run(&site, arguments);
        assert_eq!(checked, site.run(arguments).code, "{name}");
    }
}
