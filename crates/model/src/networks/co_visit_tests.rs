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

fn derive_all(deliveries: &[(i32, Vec<CheckIn>)]) -> Vec<AccountReaction> {
    let mut state = CoVisitState {
        follows: vec![(ADA, BOB)],
        ..CoVisitState::default()
    };
    let mut reactions = Vec::new();
    for (load, check_ins) in deliveries {
        reactions.extend(state.derive_reactions(check_ins.clone(), Day(*load), &RULE, &|_| false));
        state.drop_unmatchable(Day(*load), 30, &RULE);
    }
    reactions
}

#[test]
fn a_later_check_in_of_a_follower_is_a_reaction() {
    let found = derive_all(&[(10, vec![check_in(BOB, 10, 8, 10), check_in(ADA, 10, 9, 10)])]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].actor, found[0].target), (ADA, BOB));
    assert_eq!(found[0].occurred_at, check_in(ADA, 10, 9, 10).occurred_at);
}

#[test]
fn an_earlier_simultaneous_or_late_check_in_is_no_reaction() {
    for (ada_day, ada_hour) in [(10, 7), (10, 8), (17, 9)] {
        let found = derive_all(&[(17, vec![check_in(BOB, 10, 8, 17), check_in(ADA, ada_day, ada_hour, 17)])]);
        assert!(found.is_empty(), "{ada_day} {ada_hour}");
    }
    let at_the_limit = derive_all(&[(17, vec![check_in(BOB, 10, 8, 17), check_in(ADA, 17, 8, 17)])]);
    assert_eq!(at_the_limit.len(), 1);
}

#[test]
fn one_credit_per_day_and_venue_across_repeats_and_late_rows() {
    let first = vec![
        check_in(BOB, 10, 8, 10),
        check_in(ADA, 10, 9, 10),
        check_in(ADA, 10, 12, 10),
    ];
    let late = vec![check_in(BOB, 9, 8, 20), check_in(ADA, 11, 9, 20)];
    let found = derive_all(&[(10, first), (20, late)]);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0].load_date, Day(10));
    assert_eq!(found[1].load_date, Day(20));
    assert_eq!(Day::from_micros(found[1].occurred_at), Day(11));
}

#[test]
fn a_late_check_in_of_the_target_is_credited_on_its_load_date() {
    let found = derive_all(&[
        (16, vec![check_in(ADA, 16, 9, 16)]),
        (40, vec![check_in(BOB, 10, 8, 40)]),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].load_date, Day(40));
}

#[test]
fn an_opted_out_account_is_never_a_target() {
    let mut state = CoVisitState {
        follows: vec![(ADA, BOB)],
        ..CoVisitState::default()
    };
    let both = vec![check_in(BOB, 10, 8, 10), check_in(ADA, 10, 9, 10)];
    assert!(
        state
            .derive_reactions(both, Day(10), &RULE, &|account| account == BOB)
            .is_empty()
    );
}
