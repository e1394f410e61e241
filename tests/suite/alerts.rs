//! Tests the alerts: one per person and kind, and none for a change within the interval.

use crate::support::clout::Site;
use crate::support::tables::{Record, Snapshot, number, text};
use crate::support::warehouse::Warehouse;

/// Builds two weeks of regular activity among a dozen people. Ada has fans, and the test adds rows to the last day.
fn habits(last: &str) -> Warehouse {
    (1..=18).fold(Warehouse::default(), |all, day| {
        let mut rows = String::new();
        for fan in 0..12 {
            rows += &format!("a{day}-{fan} 10:{fan:02} fan{fan} like - fan{}\n", (fan + day) % 12);
            if fan < 3 {
                rows += &format!("b{day}-{fan} 11:{fan:02} fan{fan} like - ada\n");
            }
        }
        if day == 2 {
            rows += "w 10:00 ada tweet - -\n";
        }
        if day == 18 {
            rows += last;
        }
        all.activities("twitter", &format!("2026-03-{day:02}"), &rows)
    })
}

fn alerts<'a>(snapshot: &'a Snapshot, person: &str) -> Vec<&'a Record> {
    let rows = snapshot.table("alerts").iter();
    rows.filter(|row| row["person_id"] == person).collect()
}

fn eighteenth(warehouse: &Warehouse, arguments: &[&str]) -> Snapshot {
    let site = Site::new(warehouse);
    for date in ["2026-03-17", "2026-03-18"] {
        site.run(&[&["--as-of", date][..], arguments].concat()).exits(0);
    }
    site.snapshot("2026-03-18")
}

#[test]
fn a_rise_beyond_the_interval_makes_an_alert_with_points_date_and_cause() {
    let crowd: String = (3..12)
        .map(|fan| format!("x{fan} 12:{fan:02} fan{fan} retweet - ada\n"))
        .collect();
    let snapshot = eighteenth(&habits(&crowd), &[]);
    let found = alerts(&snapshot, "twitter:ada");
    let rise = found
        .iter()
        .find(|row| row["kind"] == "score_rose")
        .unwrap_or_else(|| panic!("{found:?}"));
    let delta = number(snapshot.scores()["twitter:ada"], "delta_1d").unwrap();
    assert_eq!(number(rise, "points"), Some(delta));
    assert!(
        text(rise, "message").contains(&format!("{delta:.2} points")),
        "{rise:?}"
    );
    assert!(text(rise, "message").contains("2026-03-18"), "{rise:?}");
    assert!(text(rise, "advice").contains("new reactions (twitter: "), "{rise:?}");
}

#[test]
fn an_ordinary_day_makes_no_alert() {
    let snapshot = eighteenth(&habits(""), &[]);
    let moved = |row: &&Record| text(row, "kind").starts_with("score_");
    assert_eq!(snapshot.table("alerts").iter().filter(moved).count(), 0);
}

#[test]
fn the_job_sets_the_alert_thresholds_and_they_move_no_score() {
    let crowd: String = (3..12)
        .map(|fan| format!("x{fan} 12:{fan:02} fan{fan} retweet - ada\n"))
        .collect();
    let usual = eighteenth(&habits(&crowd), &[]);
    let strict = eighteenth(&habits(&crowd), &["--set", "alerts.min_points=50"]);
    let moved = |snapshot: &Snapshot| {
        let rows = snapshot.table("alerts").iter();
        rows.filter(|row| text(row, "kind").starts_with("score_")).count()
    };
    assert!(moved(&usual) > 0 && moved(&strict) == 0);
    assert_eq!(usual.table("scores"), strict.table("scores"));
    assert_eq!(usual.manifest["model_version"], strict.manifest["model_version"]);
    Site::new(&habits(""))
        .run(&["--set", "alerts.inactive_days=0"])
        .exits(2)
        .prints("alerts.inactive_days is 0");
}

#[test]
fn a_silent_person_gets_one_alert_with_the_cost_of_silence() {
    let site = Site::new(&habits(""));
    let nights = ["2026-03-15", "2026-03-16", "2026-03-17"];
    let found = nights.map(|date| {
        let snapshot = site.night(date);
        let rows = alerts(&snapshot, "twitter:ada");
        rows.into_iter()
            .filter(|row| row["kind"] == "inactive")
            .cloned()
            .collect::<Vec<Record>>()
    });
    assert_eq!(found.each_ref().map(Vec::len), [0, 1, 0]);
    // A skipped date loses no alert: the next run sends it.
    let site = Site::new(&habits(""));
    site.night("2026-03-15");
    let late = site.night("2026-03-17");
    let late = alerts(&late, "twitter:ada")
        .into_iter()
        .find(|row| row["kind"] == "inactive")
        .cloned();
    assert!(text(&late.unwrap(), "message").contains("15 days before 2026-03-17"));
    let alert = &found[1][0];
    assert!(text(alert, "message").contains("2026-03-02") && text(alert, "message").contains("14 days"));
    assert!(number(alert, "points").unwrap() < 0.0, "{alert:?}");
}

#[test]
fn a_gained_and_a_lost_topic_make_alerts() {
    let about = |day: usize, rows: &str| (format!("2026-03-{day:02}"), rows.to_owned());
    let mut warehouse = habits("").topics("tea Tea");
    for (date, rows) in [
        about(3, "o1 09:00 ada tweet o1#tea -"),
        about(17, "o2 09:00 ada tweet o2#tea -"),
        about(18, "l1 12:00 fan1 like o2#tea ada\n l2 12:01 fan2 like o2#tea ada"),
    ] {
        warehouse = warehouse.activities("twitter", &date, &rows);
    }
    let snapshot = eighteenth(&warehouse, &[]);
    let found = alerts(&snapshot, "twitter:ada");
    let gained = found
        .iter()
        .find(|row| row["kind"] == "topic_gained")
        .unwrap_or_else(|| panic!("{found:?}"));
    assert!(text(gained, "message").contains("tea"), "{gained:?}");
    let topic = snapshot
        .table("topic_scores")
        .iter()
        .find(|row| row["person_id"] == "twitter:ada")
        .unwrap();
    assert_eq!(number(gained, "points"), number(topic, "score"));
}
