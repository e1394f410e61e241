//! Each type variant that the contract allows gives the same bytes.

use arrow::datatypes::TimeUnit;
use rstest::rstest;

use crate::support::clout::Site;
use crate::support::columns::{Texts, Times};
use crate::support::warehouse::{Form, Warehouse};

/// Builds two networks and all tables, with integer ids and times of whole seconds.
fn warehouse() -> Warehouse {
    Warehouse::default()
        .activities(
            "twitter",
            "2026-03-01",
            "1 10:00 11 like - 12\n 2 10:01 13 retweet - 12\n 3 10:02 12 tweet 700 -",
        )
        .activities(
            "twitter",
            "2026-03-02",
            "4 10:00 11 reply 700 12\n 5 D-1T10:01 12 like - 13\n 2 D-1T10:01 13 retweet - 12",
        )
        .activities(
            "foursquare",
            "2026-03-02",
            "1 10:00 21 check_in 900 -\n 2 11:00 22 check_in 900 -\n 3 12:00 22 tip_like - 21",
        )
        .follows("foursquare", "2026-03-01", "22>21")
        .accounts("twitter", "2026-03-01", "11 12 13 14")
        .identities("2026-03-02", "ada=twitter:11 ada=foursquare:21 bob=twitter:12")
        .opt_outs("2026-03-02", "twitter:14")
        .topics("1 Coffee espresso カフェ\n 2 Latte")
        .topic_edges("1 2")
        .endorsements("2026-03-02", "1 10:00 bob ada 2 -\n 2 D-1T11:00 ada bob 1 0.5")
}

const UTC: Times = Times(TimeUnit::Microsecond, Some("UTC"));

#[rstest]
#[case::large_string(Texts::Large, Texts::Large, UTC)]
#[case::string_view(Texts::View, Texts::View, UTC)]
#[case::dictionary(Texts::Dictionary, Texts::Dictionary, UTC)]
#[case::small_dictionary(Texts::SmallDictionary, Texts::SmallDictionary, UTC)]
#[case::integer_ids(Texts::Integer, Texts::Plain, UTC)]
#[case::short_integer_ids(Texts::Integer32, Texts::View, UTC)]
#[case::unsigned_ids(Texts::Unsigned, Texts::Dictionary, UTC)]
// Parquet has no seconds: arrow writes them as milliseconds, and its schema restores them.
#[case::seconds(Texts::Plain, Texts::Plain, Times(TimeUnit::Second, Some("UTC")))]
#[case::milliseconds(Texts::Plain, Texts::Plain, Times(TimeUnit::Millisecond, Some("UTC")))]
#[case::nanoseconds(Texts::Plain, Texts::Plain, Times(TimeUnit::Nanosecond, Some("UTC")))]
#[case::naive_microseconds(Texts::Plain, Texts::Plain, Times(TimeUnit::Microsecond, None))]
#[case::naive_seconds(Texts::Plain, Texts::Plain, Times(TimeUnit::Second, None))]
#[case::naive_nanoseconds(Texts::Plain, Texts::Plain, Times(TimeUnit::Nanosecond, None))]
#[case::another_zone(Texts::Plain, Texts::Plain, Times(TimeUnit::Millisecond, Some("+05:30")))]
fn a_type_variant_gives_the_same_bytes(#[case] ids: Texts, #[case] words: Texts, #[case] times: Times) {
    let plain = Site::new(&warehouse()).night("2026-03-02");
    let variant = Site::with_form(
        &warehouse(),
        &Form {
            ids,
            words,
            times,
            ..Form::default()
        },
    )
    .night("2026-03-02");
    assert_eq!(plain.rejects(), Vec::<String>::new());
    assert!(plain.score("ada").is_some());
    assert_eq!(variant.hashes(&[]), plain.hashes(&[]));
}

#[test]
fn the_files_of_one_partition_may_differ_in_their_types() {
    let all = warehouse();
    let plain = Site::new(&all).night("2026-03-02");
    // Each half of each partition has another form.
    let site = Site::empty();
    for (parity, ids, name) in [(0, Texts::Integer, "a"), (1, Texts::Dictionary, "b")] {
        let mut half = all.clone();
        for rows in half.activities.values_mut() {
            let mut index = 0;
            rows.retain(|_| {
                index += 1;
                index % 2 == parity
            });
        }
        let root = site.output_named(name);
        half.write_as(&root, &Form { ids, ..Form::default() });
        for (network, date) in half.activities.keys() {
            let folder = format!("activities/network={network}/date={date}");
            std::fs::create_dir_all(site.input().join(&folder)).unwrap();
            std::fs::copy(
                root.join(&folder).join("part-000.parquet"),
                site.input().join(&folder).join(name),
            )
            .unwrap();
        }
    }
    Warehouse {
        activities: Default::default(),
        ..all
    }
    .write(&site.input());
    assert_eq!(site.night("2026-03-02").hashes(&[]), plain.hashes(&[]));
}

#[test]
fn an_impossible_time_is_a_refused_row() {
    use crate::support::warehouse::{Row, activity_columns, write_file};
    let site = Site::new(&warehouse());
    let row = Row::parse(crate::support::days::day("2026-03-02"), "9 10:00 11 like - 12");
    let mut columns = activity_columns(
        &[
            row.clone(),
            Row {
                id: Some("10".to_owned()),
                ..row
            },
        ],
        &Form::default(),
    );
    let seconds = arrow::array::TimestampSecondArray::from(vec![i64::MAX, i64::MIN]);
    columns[1].1 = std::sync::Arc::new(seconds.with_timezone("UTC"));
    write_file(
        &site
            .input()
            .join("activities/network=twitter/date=2026-03-02/odd.parquet"),
        &columns,
    );
    site.run(&["--set", "input.max_refused_share=1"]).exits(0);
    let rejects = site.snapshot("2026-03-02").rejects();
    assert!(
        rejects.len() == 2 && rejects.iter().all(|reject| reject.contains("/odd.parquet:")),
        "{rejects:?}"
    );
}

#[test]
fn ids_may_hold_any_text() {
    let ids = [
        "a:b",
        "a/b",
        "Ünï çødé",
        "👋",
        "a'b\"c",
        "a=b",
        "0",
        "-1",
        "NULL",
        "%20",
        "a|b",
    ];
    let row = |(index, id): (usize, &&str)| crate::support::warehouse::Row {
        id: Some(format!("r{index} {id}")),
        at: Some(crate::support::days::time(
            crate::support::days::day("2026-03-01"),
            "10:00",
        )),
        actor: Some((*id).to_owned()),
        verb: Some("like".to_owned()),
        object: None,
        target: Some(format!("to {id}")),
    };
    let mut all = Warehouse::default().opt_outs("2026-03-02", "twitter:a:b");
    let rows = ids.iter().enumerate().map(row).collect();
    all.activities
        .insert(("twitter".to_owned(), crate::support::days::day("2026-03-01")), rows);
    let site = Site::new(&all);
    let first = site.night("2026-03-01");
    assert_eq!((first.people().len(), first.rejects().len()), (2 * ids.len(), 0));
    assert!(ids.iter().all(|id| first.score(&format!("twitter:to {id}")).is_some()));
    let second = site.night("2026-03-02");
    assert_eq!(
        second.people().len(),
        2 * ids.len() - 2,
        "a:b opted out, and no other person reacted to the target"
    );
}
