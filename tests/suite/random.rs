//! Compares day by day, all at once and the reference on small random warehouses.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::against_the_reference::{CONVERGED, check as check_reference};
use crate::nightly;
use crate::support::clout::Site;
use crate::support::days::day;
use crate::support::tables::Snapshot;
use crate::support::warehouse::Warehouse;

const FIRST: i32 = 20_500;
pub const NIGHTS: i32 = 6;

pub fn date(night: i32) -> String {
    clout_base::day::Day(FIRST + night).to_string()
}

/// Generates a few rows over few people, so that copies, twins, late rows and venues coincide.
fn activities() -> impl Strategy<Value = Warehouse> {
    // Network, load date, id, days late, minute, actor, verb, object, target.
    let row = (
        0..3_usize,
        0..NIGHTS,
        0..60_u32,
        0..3_i32,
        0..1440_u32,
        0..6_u32,
        0..5_usize,
        0..3_u32,
        0..7_u32,
    );
    vec(row, 20..90).prop_map(|rows| {
        let mut warehouse = Warehouse::default();
        for (network, night, id, late, minute, actor, verb, object, target) in rows {
            let (network, verbs) = [
                ("twitter", ["tweet", "like", "reply", "mention", "retweet"]),
                ("foursquare", ["check_in", "check_in", "check_in", "tip", "tip_done"]),
                ("linkedin", ["post", "like", "share", "recommend", "comment"]),
            ][network];
            // Few different minutes, so that some rows are twins.
            let time = format!("D-{late}T{:02}:{:02}", minute % 24, (minute / 480) * 7);
            let is_post = matches!(verbs[verb], "tweet" | "post" | "check_in" | "tip") || target == 6;
            let target = if is_post { "-".to_owned() } else { format!("a{target}") };
            let line = format!("r{id} {time} a{actor} {} o{object} {target}", verbs[verb]);
            warehouse = warehouse.activities(network, &date(night), &line);
        }
        // Each random warehouse begins on the first date.
        warehouse.activities("twitter", &date(0), "begin 12:00 a0 tweet - -")
    })
}

/// Generates identities, follows, accounts and opt-outs of some dates.
pub fn with_people() -> impl Strategy<Value = Warehouse> {
    let claims = vec((0..5_usize, 0..3_usize, 0..6_u32), 1..6);
    let follows = vec((0..6_u32, 0..6_u32), 1..12);
    let identities = vec((0..NIGHTS, claims), 0..4);
    let all_follows = vec((0..NIGHTS, follows), 0..3);
    let opt_outs = vec(
        (1..NIGHTS, prop_oneof!["p[0-2]", "twitter:a[0-5]", "foursquare:a[0-5]"]),
        0..3,
    );
    (activities(), identities, all_follows, opt_outs).prop_map(|(mut warehouse, identities, follows, opt_outs)| {
        for (night, claims) in identities {
            let claim = |(person, network, account): &(usize, usize, u32)| {
                format!(
                    "p{person}={}:a{account} ",
                    ["twitter", "foursquare", "linkedin"][*network]
                )
            };
            warehouse = warehouse.identities(&date(night), &claims.iter().map(claim).collect::<String>());
        }
        for (night, pairs) in follows {
            let pairs: String = pairs.iter().map(|(from, to)| format!("a{from}>a{to} ")).collect();
            warehouse = warehouse.follows("foursquare", &date(night), &pairs);
        }
        for (night, person) in opt_outs {
            warehouse = warehouse.opt_outs(&date(night), &person);
        }
        warehouse
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn day_by_day_at_once_and_reference_agree_on_random_warehouses(warehouse in with_people(), skipped in 1..NIGHTS) {
        let site = Site::new(&warehouse);
        let at_rest = |night: i32| {
            let mut arguments = vec!["--as-of".to_owned(), date(night)];
            arguments.extend(CONVERGED.map(str::to_owned));
            // Random identities shrink.
            arguments.extend(["--set", "checks.max_dropped_identities=1"].map(str::to_owned));
            arguments
        };
        let run = |name: &str, night: i32| {
            let arguments = at_rest(night);
            site.run_into(name, &arguments.iter().map(String::as_str).collect::<Vec<_>>()).exits(0);
            Snapshot::read(&site.output_named(name), &date(night))
        };
        for night in (0..NIGHTS - 1).filter(|night| *night != skipped) {
            run("nightly", night);
        }
        let (nightly, at_once) = (run("nightly", NIGHTS - 1), run("at once", NIGHTS - 1));
        nightly::check(&nightly, &at_once, "at random");
        check_reference(&at_once, &warehouse, day(&date(NIGHTS - 1)));
    }
}
