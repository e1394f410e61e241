use super::*;

const RULE: CoVisitRule = CoVisitRule {
    check_in: 0,
    verb: 1,
    window_days: 7,
};
const ADA: u32 = 1; // follows Bob
const BOB: u32 = 2;

fn check_in(account: u32, day: i32, hour: i64, load: i32) -> CheckIn {
    CheckIn {
        venue: 9,
        account,
        occurred_at: Day(day).start_micros() + hour * 3_600_000_000,
        load_date: Day(load),
    }
}

fn nights(deliveries: &[(i32, Vec<CheckIn>)]) -> Vec<Reaction> {
    let mut memory = CoVisits {
        follows: vec![(ADA, BOB)],
        ..CoVisits::default()
    };
    let mut reactions = Vec::new();
    for (load, check_ins) in deliveries {
        reactions.extend(memory.derive(check_ins.clone(), Day(*load), &RULE, &|_| false));
        memory.forget(Day(*load), 30, &RULE);
    }
    reactions
}

#[test]
fn a_follower_who_comes_later_reacts() {
    let found = nights(&[(10, vec![check_in(BOB, 10, 8, 10), check_in(ADA, 10, 9, 10)])]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].actor, found[0].target), (ADA, BOB));
    assert_eq!(found[0].occurred_at, check_in(ADA, 10, 9, 10).occurred_at);
}

#[test]
fn who_came_first_or_too_late_or_at_once_does_not() {
    for (ada_day, ada_hour) in [(10, 7), (10, 8), (17, 9)] {
        let found = nights(&[(17, vec![check_in(BOB, 10, 8, 17), check_in(ADA, ada_day, ada_hour, 17)])]);
        assert!(found.is_empty(), "{ada_day} {ada_hour}");
    }
    let at_the_limit = nights(&[(17, vec![check_in(BOB, 10, 8, 17), check_in(ADA, 17, 8, 17)])]);
    assert_eq!(at_the_limit.len(), 1);
}

#[test]
fn one_credit_a_day_and_venue_however_often_and_late_it_is_known() {
    let first = vec![
        check_in(BOB, 10, 8, 10),
        check_in(ADA, 10, 9, 10),
        check_in(ADA, 10, 12, 10),
    ];
    let late = vec![check_in(BOB, 9, 8, 20), check_in(ADA, 11, 9, 20)];
    let found = nights(&[(10, first), (20, late)]);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].load_date, Day(10));
    assert_eq!(found[1].load_date, Day(20));
    assert_eq!(Day::of_micros(found[1].occurred_at), Day(11));
}

#[test]
fn a_target_whose_check_in_comes_late_is_credited_then() {
    let found = nights(&[
        (16, vec![check_in(ADA, 16, 9, 16)]),
        (40, vec![check_in(BOB, 10, 8, 40)]),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].load_date, Day(40));
}

#[test]
fn whoever_opted_out_is_no_target() {
    let mut memory = CoVisits {
        follows: vec![(ADA, BOB)],
        ..CoVisits::default()
    };
    let both = vec![check_in(BOB, 10, 8, 10), check_in(ADA, 10, 9, 10)];
    assert!(
        memory
            .derive(both, Day(10), &RULE, &|account| account == BOB)
            .is_empty()
    );
}
