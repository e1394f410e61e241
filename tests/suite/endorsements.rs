//! Tests endorsements: refused rows, late rows, and endorsements without topics.

use rstest::rstest;

use crate::ontology::{DATE, endorsed, inputs, list_rejects, town};
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
#[case("x 10:00 bob ada coffee NaN", "weight is not finite")]
fn a_bad_endorsement_is_one_row_of_rejects(#[case] row: &str, #[case] reason: &str) {
    let site = Site::new(&endorsed(row));
    // Half of the rows are refused. The bound on refused shares does not apply: no network could be late.
    site.run(&[]).exits(0).prints(reason.split(':').next().unwrap());
    let snapshot = site.snapshot(DATE);
    let rejects = list_rejects(
        &snapshot,
        "endorsements",
        "endorsements/date=2026-03-02/part-000.parquet",
    );
    assert_eq!(rejects.len(), 1, "{rejects:?}");
    assert!(rejects[0].starts_with(&format!("1 {reason}")), "{rejects:?}");
    assert_eq!(snapshot.table("rejects")[0]["load_date"], day(DATE).0);
}

#[test]
fn a_late_endorsement_counts() {
    let snapshot = Site::new(&endorsed("x 2011-01-01T10:00 bob ada coffee 0")).night(DATE);
    assert_eq!(snapshot.rejects(), Vec::<String>::new());
}

#[test]
fn endorsements_of_a_published_date_are_closed() {
    let site = Site::new(&town());
    site.night("2026-03-01");
    let late = Warehouse::default().endorsements("2026-03-01", "late 10:00 bob ada coffee -");
    late.write_topics(&site.input(), &Form::default());
    let result = site.run(&["--as-of", DATE]).exits(0);
    result.prints("endorsements/date=2026-03-01/part-000.parquet (added)");
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
    let site = Site::new(&without);
    let result = site.run(&[]).exits(0);
    assert_eq!(
        result.err.matches("endorsements are not read").count(),
        1,
        "{}",
        result.err
    );
    assert_eq!(site.snapshot(DATE).rejects(), Vec::<String>::new());
    Site::new(&town()).run(&[]).exits(0).does_not_print("endorsements");
}
