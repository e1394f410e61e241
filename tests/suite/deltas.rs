//! Tests the columns that refer to earlier snapshots: the deltas and is_new.

use crate::support::clout::Site;
use crate::support::tables::{Snapshot, number, text};
use crate::support::warehouse::Warehouse;

/// Builds thirty-one days of Twitter. All people like bob each day, and eve likes ada on the first and the last day.
fn a_month() -> Warehouse {
    (1..=31).fold(Warehouse::default(), |all, day| {
        let mut rows = format!("a{day} 10:00 fan{} like - bob\n b{day} 11:00 bob like - fan0", day % 5);
        if day == 1 || day == 31 {
            rows += &format!("\n c{day} 12:00 eve like - ada");
        }
        if day == 31 {
            rows += "\n d 12:00 eve like - novice";
        }
        all.activities("twitter", &format!("2026-03-{day:02}"), &rows)
    })
}

#[test]
fn deltas_are_differences_of_published_scores() {
    let site = Site::new(&a_month());
    let dates = ["2026-03-01", "2026-03-24", "2026-03-30", "2026-03-31"];
    let nights: Vec<Snapshot> = dates.iter().map(|date| site.night(date)).collect();
    let last = &nights[3];
    for row in last.table("scores") {
        for (column, before) in [
            ("delta_1d", &nights[2]),
            ("delta_7d", &nights[1]),
            ("delta_30d", &nights[0]),
        ] {
            let before = before
                .scores()
                .get(text(row, "person_id"))
                .and_then(|row| number(row, "score"));
            let expected = number(row, "score").zip(before).map(|(now, before)| now - before);
            assert_eq!(number(row, column), expected, "{column} of {row:?}");
        }
    }
    let deltas =
        |person: &str| ["delta_1d", "delta_7d", "delta_30d"].map(|column| last.scores()[person][column].is_number());
    assert_eq!(deltas("twitter:bob"), [true; 3]);
    assert_eq!(deltas("twitter:novice"), [false; 3]);
    assert_eq!(deltas("twitter:eve"), [false; 3], "no person reacted to eve");
}

#[test]
fn a_delta_without_a_snapshot_to_compare_with_is_null_and_never_filled_in_later() {
    let site = Site::new(&a_month());
    let before = site.night("2026-03-31").hashes(&[]);
    let deltas = |snapshot: &Snapshot| snapshot.table("scores").iter().any(|row| row["delta_1d"].is_number());
    assert!(!deltas(&site.snapshot("2026-03-31")));
    site.night("2026-03-30");
    site.run(&["--as-of", "2026-03-31"]).exits(0);
    assert_eq!(site.snapshot("2026-03-31").hashes(&[]), before);
}

#[test]
fn is_new_means_that_no_earlier_snapshot_under_this_root_has_the_person() {
    let site = Site::new(&a_month().identities("2026-03-30", "bobby=twitter:bob"));
    let new = |snapshot: &Snapshot| -> Vec<String> {
        let rows = snapshot.table("scores").iter().filter(|row| row["is_new"] == true);
        rows.map(|row| text(row, "person_id").to_owned()).collect()
    };
    let first = site.night("2026-03-01");
    assert_eq!(
        new(&first).len(),
        first.people().len(),
        "everybody is new on the first night"
    );
    let fans = ["twitter:fan2", "twitter:fan3"];
    assert_eq!(new(&site.night("2026-03-03")), fans);
    std::fs::remove_dir_all(site.output().join("state")).unwrap();
    assert_eq!(new(&site.night("2026-03-30")), ["bobby", "twitter:fan4"]);
    assert_eq!(new(&site.night("2026-03-31")), ["twitter:novice"]);
    site.run_into("another root", &["--as-of", "2026-03-31"]).exits(0);
    let elsewhere = Snapshot::read(&site.output_named("another root"), "2026-03-31");
    assert_eq!(new(&elsewhere).len(), elsewhere.people().len());
}
