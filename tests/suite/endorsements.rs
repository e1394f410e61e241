//! Endorsements: which rows are refused, when, and where there is nothing that they could be about.

use rstest::rstest;

use crate::ontology::{DATE, endorsed, inputs, told, town};
use crate::support::clout::Site;
use crate::support::days::day;
use crate::support::warehouse::{Form, Warehouse};

#[rstest]
#[case("- 10:00 bob ada coffee -", "null endorsement_id")]
#[case("x - bob ada coffee -", "null endorsed_at")]
#[case("x D+1T00:00 bob ada coffee -", "time after the load date's end")]
#[case("x 2003-12-31T23:59 bob ada coffee -", "time before 2004")]
#[case("x 10:00 - ada coffee -", "null endorser_id")]
#[case("x 10:00 bob - coffee -", "null endorsee_id")]
#[case("x 10:00 bob ada - -", "null topic_id")]
#[case("x 10:00 bob ada tea -", "unknown topic: no topic has the topic_id 'tea'")]
#[case("x 10:00 bob ada coffee -1", "negative weight")]
#[case("x 10:00 bob ada coffee NaN", "weight that is no number")]
fn a_bad_endorsement_is_one_row_of_rejects(#[case] row: &str, #[case] reason: &str) {
    let site = Site::of(&endorsed(row));
    // A half of the rows, which no bound on refused shares looks at: there is no network that could be late.
    site.run(&[]).exits(0).says(reason.split(':').next().unwrap());
    let snapshot = site.snapshot(DATE);
    let rejects = told(
        &snapshot,
        "endorsements",
        "endorsements/date=2026-03-02/part-000.parquet",
    );
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    assert!(rejects[0].starts_with(&format!("1 {reason}")), "{rejects:?}");
    assert_eq!(snapshot.table("rejects")[0]["load_date"], day(DATE).0);
}

#[test]
fn an_endorsement_may_be_however_late() {
    let snapshot = Site::of(&endorsed("x 2011-01-01T10:00 bob ada coffee 0")).night(DATE);
    assert_eq!(snapshot.rejects(), Vec::<String>::new());
}

#[test]
fn endorsements_of_a_published_date_are_closed() {
    let site = Site::of(&town());
    site.night("2026-03-01");
    let late = Warehouse::default().endorsements("2026-03-01", "late 10:00 bob ada coffee -");
    late.write_topics(&site.input(), &Form::default());
    let said = site.run(&["--as-of", DATE]).exits(0);
    said.says("endorsements/date=2026-03-01/part-000.parquet (added)");
    assert!(
        inputs(&site.snapshot(DATE))
            .iter()
            .all(|path| !path.starts_with("endorsements"))
    );
}

#[test]
fn endorsements_without_topics_are_named_once_and_not_read() {
    let without = Warehouse {
        topics: Vec::new(),
        topic_edges: Vec::new(),
        ..endorsed("x 10:00 bob ada tea -")
    };
    let site = Site::of(&without);
    let said = site.run(&[]).exits(0);
    assert_eq!(said.err.matches("endorsements are not read").count(), 1, "{}", said.err);
    assert_eq!(site.snapshot(DATE).rejects(), Vec::<String>::new());
    Site::of(&town()).run(&[]).exits(0).says_nothing_of("endorsements");
}
