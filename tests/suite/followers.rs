//! Tests the follower counts that the evaluation uses.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int16Array, Int64Array, StringArray, UInt64Array};
use clout::evaluate::followers::FollowerCounts;
use clout_model::networks::{Network, builtin_networks};
use clout_warehouse::inventory::{InputInventory, InventoryRules};
use clout_warehouse::store::{Store, StoreOptions};

use crate::support::clout::{Site, path};
use crate::support::columns::Texts;
use crate::support::days::day;
use crate::support::warehouse::{Form, Warehouse, write_file};
use crate::support::{sample_data, shared_data};

/// Reads the follower counts of the four networks on a date.
fn followers(root: &Path, date: &str) -> FollowerCounts {
    let store = Store::open(&path(root), &StoreOptions::default()).unwrap();
    let networks = builtin_networks();
    let names: Vec<&str> = networks.iter().map(|network| network.name.as_str()).collect();
    let rules = InventoryRules {
        networks: &names,
        today: clout_base::day::Day(i32::MAX),
        ready_marker: None,
    };
    let inventory = InputInventory::list_root(&store, &rules).unwrap();
    FollowerCounts::read(&store, &inventory, &networks, day(date)).unwrap()
}

fn network_index(network: &str) -> usize {
    builtin_networks()
        .iter()
        .position(|known: &Network| known.name == network)
        .unwrap()
}

/// Writes a file of accounts.
fn write_accounts(site: &Site, date: &str, name: &str, ids: &[&str], counts: ArrayRef) {
    let file = site
        .input()
        .join(format!("accounts/network=twitter/date={date}/{name}"));
    let ids: ArrayRef = Arc::new(StringArray::from(ids.to_vec()));
    write_file(&file, &[("account_id", ids), ("followers_count", counts)]);
}

#[track_caller]
fn check(site: &Site, date: &str, expected: &[(&str, Option<f64>)]) {
    let found = followers(&site.input(), date);
    for (account, count) in expected {
        assert_eq!(
            found.get(network_index("twitter"), account),
            *count,
            "{account} on {date}"
        );
    }
    assert_eq!(
        found.count_known(network_index("twitter")),
        expected.iter().filter(|(_, count)| count.is_some()).count()
    );
    assert_eq!(found.get(network_index("facebook"), "a"), None);
    assert_eq!(found.get(99, "a"), None);
}

#[test]
fn the_newest_accounts_give_the_counts_in_integers_of_any_width() {
    let site = Site::empty();
    let (first, second) = ("2026-03-01", "2026-03-05");
    write_accounts(&site, first, "a", &["a", "b"], Arc::new(Int64Array::from(vec![7, 8])));
    write_accounts(
        &site,
        second,
        "a",
        &["a", "c"],
        Arc::new(Int16Array::from(vec![Some(300), None])),
    );
    let wide = UInt64Array::from(vec![5_000_000_000, u64::MAX, 9]);
    write_accounts(&site, second, "b", &["d", "e", "a"], Arc::new(wide));
    write_accounts(&site, second, "c", &["f"], Arc::new(Int64Array::from(vec![-1])));
    check(&site, "2026-02-28", &[("a", None)]);
    check(&site, "2026-03-04", &[("a", Some(7.0)), ("b", Some(8.0)), ("c", None)]);
    let late = [
        ("a", Some(300.0)),
        ("b", None),
        ("c", None),
        ("d", Some(5e9)),
        ("e", None),
        ("f", None),
    ];
    check(&site, "2026-03-09", &late);
}

#[test]
fn unreadable_files_are_skipped() {
    let site = Site::empty();
    write_accounts(&site, "2026-03-01", "a", &["a"], Arc::new(Int64Array::from(vec![7])));
    write_accounts(
        &site,
        "2026-03-02",
        "a",
        &["a"],
        Arc::new(StringArray::from(vec!["many"])),
    );
    let stray = site.input().join("accounts/network=twitter/date=2026-03-02/stray");
    std::fs::write(stray, b"PAR1 and nothing else").unwrap();
    check(&site, "2026-03-02", &[("a", Some(7.0))]);
}

#[test]
fn without_follower_counts_the_follows_are_counted() {
    let warehouse = Warehouse::default()
        .accounts("twitter", "2026-03-03", "1 2 6")
        .follows("twitter", "2026-03-01", "4>5")
        .follows("twitter", "2026-03-02", "1>2 3>2 3>2 2>2 2>1")
        .follows("twitter", "2026-03-08", "4>5");
    for ids in [Texts::Plain, Texts::Unsigned, Texts::Dictionary] {
        let form = Form { ids, ..Form::default() };
        let site = Site::with_form(&warehouse, &form);
        let known = [
            ("1", Some(1.0)),
            ("2", Some(2.0)),
            ("3", Some(0.0)),
            ("4", None),
            ("6", None),
        ];
        check(&site, "2026-03-07", &known);
        check(&site, "2026-03-08", &[("4", Some(0.0)), ("5", Some(1.0)), ("1", None)]);
    }
}

#[test]
fn a_truncated_follows_file_leaves_no_partial_counts() {
    let good = Warehouse::default().follows("twitter", "2026-03-01", "a>b");
    let site = Site::new(&good);
    let folder = site.input().join("follows/network=twitter/date=2026-03-01");
    let many: String = (0..50_000).map(|i| format!("x{i}>y{i} ")).collect();
    let broken = Site::new(&Warehouse::default().follows("twitter", "2026-03-01", &many));
    let source = broken
        .input()
        .join("follows/network=twitter/date=2026-03-01/part-0.parquet");
    let mut bytes = std::fs::read(source).unwrap();
    // Pages in the middle of the data, behind the dictionary and the first pages.
    let (from, to) = (bytes.len() / 3, bytes.len() / 2);
    bytes[from..to].fill(0xff);
    std::fs::write(folder.join("part-1.parquet"), bytes).unwrap();
    check(
        &site,
        "2026-03-01",
        &[("a", Some(0.0)), ("b", Some(1.0)), ("x0", None), ("y0", None)],
    );
}

#[test]
fn the_sample_data_and_higgs_have_follower_counts() {
    let sample = followers(&sample_data(), "2026-10-31");
    assert!(
        (0..4).all(|network| sample.count_known(network) > 100),
        "by accounts or by follows"
    );
    let Some(data) = shared_data() else {
        return;
    };
    let higgs = followers(&data.join("higgs"), "2012-07-04");
    assert!(higgs.count_known(network_index("twitter")) > 0);
    assert_eq!(higgs.get(network_index("twitter"), "nobody at all"), None);
}
