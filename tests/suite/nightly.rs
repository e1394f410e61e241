//! Day by day equals all at once.

use crate::against_the_reference::is_close;
use crate::support::clout::{Site, path, run};
use crate::support::sample_data;
use crate::support::tables::{Record, Snapshot};
use crate::support::warehouse::Warehouse;

/// Lists the dates of [`eventful`]: the fourth has no delivery, and the sixth was not run.
pub const DATES: [&str; 7] = [
    "2026-03-01",
    "2026-03-02",
    "2026-03-03",
    "2026-03-04",
    "2026-03-05",
    "2026-03-07",
    "2026-03-08",
];

/// Builds all events that can happen between two runs: late rows, redeliveries, identities that change daily, opt-outs,
/// follows that start half-way, a network that starts later with a backlog, dates without a delivery, twins, busy days,
/// and people with several accounts that react to each other.
pub fn eventful() -> Warehouse {
    let mut all = Warehouse::default();
    for (number, date) in [
        "2026-03-01",
        "2026-03-02",
        "2026-03-03",
        "2026-03-05",
        "2026-03-06",
        "2026-03-07",
        "2026-03-08",
    ]
    .iter()
    .enumerate()
    {
        all = all
            .activities("twitter", date, &twitter(number))
            .activities("foursquare", date, &foursquare(number));
    }
    let backlog =
        "l1 2019-05-05T10:00 lin1 post - -\n l2 2026-02-20T10:00 lin2 share - lin1\n l3 10:00 lin3 recommend - lin2";
    all.activities("linkedin", "2026-03-05", backlog)
        .activities(
            "linkedin",
            "2026-03-06",
            "l4 10:00 lin1 like - lin3\n l2 2026-02-20T10:00 lin2 share - lin1\n l5 D-6T10:00 lin4 like - lin1",
        )
        .accounts("twitter", "2026-03-01", "u0 u1 quiet")
        .accounts("twitter", "2026-03-05", "u0 u1 silent")
        .accounts("linkedin", "2026-03-02", "lin1 lin9")
        .follows("foursquare", "2026-03-03", "f1>f0 f2>f0 f0>f2")
        .follows("foursquare", "2026-03-06", "f1>f0 f2>f1 f3>f0")
        .identities("2026-03-01", "ann=twitter:u0 bob=twitter:u1 eli=twitter:u7")
        .identities(
            "2026-03-02",
            "ann=twitter:u0 ann=twitter:u2 bob=twitter:u1 zed=twitter:u1 eli=twitter:u7",
        )
        .identities(
            "2026-03-03",
            "ann=twitter:u0 bob=twitter:u2 bob=foursquare:f0 eli=twitter:u7 eli=twitter:u8",
        )
        .identities(
            "2026-03-05",
            "ann=twitter:u0 ann=foursquare:f1 bob=twitter:u2 eli=twitter:u8 nemo=linkedin:nobody",
        )
        .identities(
            "2026-03-07",
            "ann=twitter:u0 ann=linkedin:lin1 bob=twitter:u1 bob=twitter:u2 eli=twitter:u9",
        )
        .opt_outs("2026-03-03", "twitter:u5")
        .opt_outs("2026-03-05", "eli foursquare:f3")
}

/// Builds a day of Twitter: regular rows, a busy account, twins, late rows and redeliveries of earlier days.
fn twitter(day: usize) -> String {
    let mut rows = String::new();
    let verbs = ["like", "retweet", "reply", "mention", "quote", "list_add", "tweet"];
    for step in 0..24 {
        let (actor, target) = ((step * 7 + day) % 10, (step * 3 + day * day) % 11);
        let verb = verbs[(step + day) % verbs.len()];
        let target = if verb == "tweet" {
            "-".to_owned()
        } else {
            format!("u{target}")
        };
        rows += &format!(
            "t{day}-{step} {:02}:{:02} u{actor} {verb} - {target}\n",
            step % 24,
            (step * 13) % 60
        );
    }
    for like in 0..30 {
        rows += &format!("b{day}-{like} 23:{like:02}:10 u4 like - u{}\n", like % 4);
    }
    rows += &format!("m{day} 12:00:00 u6 mention - u0\n r{day} 12:00:00.5 u6 reply - u0\n");
    if day > 0 {
        rows += &format!(
            "t{}-3 D-1T03:39 u9 like - u0\n late{day} D-1T23:59:59 u8 retweet - u{}\n",
            day - 1,
            day % 3
        );
        rows += &format!("old{day} D-{}T08:00 u3 like - u1\n", day * 4);
    }
    rows
}

/// Builds a day of Foursquare: check-ins at the same venues, some delivered days later.
fn foursquare(day: usize) -> String {
    let mut rows = String::new();
    for account in 0..4 {
        let (hour, venue) = ((account * 5 + day * 3) % 24, (account + day) % 3);
        rows += &format!("c{day}-{account} {hour:02}:00 f{account} check_in v{venue} -\n");
        rows += &format!("d{day}-{account} {hour:02}:30 f{account} check_in v0 -\n");
    }
    if day > 1 {
        rows += &format!("w{day} D-{day}T00:30 f{} check_in v{} -\n", day % 4, day % 3);
        rows += &format!(
            "x{day} 20:00 f{} tip_done - f{}\n y{day} 20:01 f2 tip - -\n",
            day % 3,
            (day + 1) % 4
        );
    }
    rows
}

/// Compares the tables that the contract lists: scores without deltas and is_new, network_scores, influences.
#[track_caller]
pub fn check(nightly: &Snapshot, at_once: &Snapshot, case: &str) {
    for table in ["scores", "network_scores", "influences"] {
        let (a, b) = (nightly.table(table), at_once.table(table));
        assert_eq!(a.len(), b.len(), "rows of {table}, {case}");
        for (a, b) in a.iter().zip(b) {
            let differing = a
                .keys()
                .filter(|column| !column.starts_with("delta_") && *column != "is_new")
                .find(|column| !is_equal(a, b, column));
            assert_eq!(differing, None, "{table}, {case}:\n{a:?}\n{b:?}");
        }
    }
}

fn is_equal(a: &Record, b: &Record, column: &str) -> bool {
    match (&a[column], &b[column]) {
        (serde_json::Value::Number(x), serde_json::Value::Number(y)) => is_close(x.as_f64(), y.as_f64()),
        (x, y) => x == y,
    }
}

#[test]
fn day_by_day_equals_all_at_once_on_an_eventful_warehouse() {
    let site = Site::new(&eventful());
    for date in DATES {
        let nightly = site.night(date);
        site.run_into(&format!("at once {date}"), &["--as-of", date]).exits(0);
        let at_once = Snapshot::read(&site.output_named(&format!("at once {date}")), date);
        check(&nightly, &at_once, date);
        assert!(
            nightly
                .table("scores")
                .iter()
                .filter(|row| row["score"].is_number())
                .count()
                > 5
        );
    }
}

#[test]
fn backfill_equals_single_runs_in_order() {
    let site = Site::new(&eventful());
    let (input, output) = (path(&site.input()), path(&site.output()));
    let range = ["--from", "2026-03-01", "--to", "2026-03-08"];
    let mut arguments = vec!["backfill", "--input", &input, "--output", &output];
    arguments.extend(range);
    crate::support::clout::clout(&arguments).exits(0);
    for date in crate::support::days::days("2026-03-01", "2026-03-08") {
        let date = date.to_string();
        site.run_into("nightly", &["--as-of", &date]).exits(0);
        let nightly = Snapshot::read(&site.output_named("nightly"), &date);
        assert_eq!(site.snapshot(&date).hashes(&[]), nightly.hashes(&[]), "{date}");
    }
}

#[test]
fn day_by_day_equals_all_at_once_on_the_sample_data() {
    let site = Site::empty();
    for date in [
        "2026-09-27",
        "2026-09-28",
        "2026-10-08",
        "2026-10-14",
        "2026-10-15",
        "2026-10-23",
        "2026-10-30",
        "2026-10-31",
    ] {
        run(&sample_data(), &site.output(), &["--as-of", date]).exits(0);
    }
    run(&sample_data(), &site.output_named("at once"), &[]).exits(0);
    let at_once = Snapshot::read(&site.output_named("at once"), "2026-10-31");
    check(&site.snapshot("2026-10-31"), &at_once, "2026-10-31");
    assert!(at_once.table("influences").len() > 100);
}
