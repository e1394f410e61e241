use super::*;
use crate::frames::read_i32;
use crate::testing::lines;

fn endorsement(id: &str, (load_date, at_day): (i32, i32), endorser: &str, endorsee: &str) -> Endorsement {
    Endorsement {
        id: id.into(),
        endorsed_at: Day(at_day).start_micros(),
        endorser: endorser.into(),
        endorsee: endorsee.into(),
        topic: "tea".into(),
        weight: 1.0,
        load_date: Day(load_date),
    }
}

fn merge(tables: &mut EndorsementTables, rows: &[Endorsement], as_of: i32) -> EndorsementCounts {
    let new = NewEndorsements {
        rows,
        number: &|topic| (topic == "tea").then_some(4),
        as_of: Day(as_of),
        max_lateness_days: 30,
    };
    tables.merge(&new, &InfluenceModel::default()).unwrap()
}

#[test]
fn endorsements_sum_by_period_and_the_latest_is_named() {
    let mut tables = EndorsementTables::empty();
    let rows = [
        endorsement("a", (30, 29), "ann", "bob"),
        endorsement("b", (31, 31), "ann", "bob"),
        endorsement("c", (31, 30), "ann", "ann"),
    ];
    let counts = merge(&mut tables, &rows, 31);
    assert_eq!((counts.counted, counts.own, counts.copies), (2, 1, 0));
    let ledger = lines(&tables.ledger.table, "period endorsee topic endorser count");
    assert_eq!(ledger, ["0 bob 4 ann 1", "1 bob 4 ann 1"]);
    assert_eq!(lines(&tables.latest, "endorsee topic endorser id"), ["bob 4 ann b"]);
    assert_eq!(
        merge(&mut tables, &[endorsement("b", (40, 40), "ann", "bob")], 40).copies,
        1
    );
    tables.drop_opted_out(|person| person == "ann").unwrap();
    assert_eq!((tables.ledger.table.height(), tables.latest.height()), (0, 0));
}

#[test]
fn a_forgotten_endorsement_is_not_named() {
    let mut tables = EndorsementTables::empty();
    merge(&mut tables, &[endorsement("a", (30, 29), "ann", "bob")], 30);
    merge(&mut tables, &[endorsement("b", (800, 800), "eve", "bob")], 800);
    assert_eq!(read_i32(&tables.ledger.table, "period").unwrap(), [26]);
    assert_eq!(lines(&tables.latest, "endorser id"), ["eve b"]);
}
