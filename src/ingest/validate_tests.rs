use super::*;

const RULES: RowRules = RowRules {
    network: "twitter",
    load_date: Day(20_000),
    max_lateness_days: Some(30),
};

fn found(occurred_at: i64) -> RawRow<'static> {
    RawRow {
        activity_id: Some("1"),
        occurred_at: Some(occurred_at.into()),
        actor_id: Some("a"),
        verb: Some("like"),
        target_id: None,
        verb_code: Some(2),
    }
}

#[test]
fn times_are_bounded_by_the_load_date_and_the_lateness_window() {
    let end = RULES.load_date.end_micros();
    assert_eq!(RULES.judge(&found(end - 1)), Ok((end - 1, 2)));
    assert!(RULES.judge(&found(end)).unwrap_err().starts_with("time after"));
    let oldest = RULES.load_date.days_before(30).start_micros();
    assert!(RULES.judge(&found(oldest)).is_ok());
    assert!(
        RULES
            .judge(&found(oldest - 1))
            .unwrap_err()
            .starts_with("delivered too late")
    );
    assert!(
        RULES
            .judge(&found(FIRST_VALID_DAY.start_micros() - 1))
            .unwrap_err()
            .contains("2004")
    );
    let backlog = RowRules {
        max_lateness_days: None,
        ..RULES
    };
    assert!(backlog.judge(&found(FIRST_VALID_DAY.start_micros())).is_ok());
}

#[test]
fn exactly_the_valid_times_are_accepted() {
    let day = |days: i32| RULES.load_date.days_before(days).start_micros();
    let edges = [
        0,
        -1,
        29,
        30,
        31,
        20_000 - FIRST_VALID_DAY.0,
        19_999 - FIRST_VALID_DAY.0,
    ]
    .map(day);
    for max_lateness_days in [None, Some(0), Some(30), Some(i32::MAX)] {
        let rules = RowRules {
            max_lateness_days,
            ..RULES
        };
        for time in edges
            .iter()
            .flat_map(|edge| [edge - 1, *edge, edge + 1])
            .chain([i64::MIN, i64::MAX])
        {
            let is_accepted = rules.judge(&found(time)).is_ok();
            assert_eq!(
                rules.valid_times().contains(&time),
                is_accepted,
                "{max_lateness_days:?} {time}"
            );
        }
    }
}

#[test]
fn every_sentinel_is_refused_with_the_day_that_it_states() {
    let date = |text: &str| i128::from(text.parse::<Day>().unwrap().start_micros());
    let reason = |stated: i128| check_time(stated, RULES.load_date).unwrap_err();
    for (stated, day) in [
        (-62_135_596_800_000_000, "0001-01-01"),
        // The first day of Spark's hybrid calendar, read as a proleptic one.
        (-62_135_769_600_000_000, "0000-12-30"),
        (date("1582-10-15"), "1582-10-15"),
        (i128::from(i64::MIN) / 1_000 - 1, "1677-09-21"),
        (date("1900-01-01"), "1900-01-01"),
        (0, "1970-01-01"),
        (date("2003-12-31"), "2003-12-31"),
        (i128::from(i64::MIN), "-290308-12-21"),
        (i128::from(i64::MIN) * 1_000_000, "-292277022657-01-27"),
    ] {
        assert_eq!(reason(stated), format!("time before 2004: occurred on {day}"));
    }
    for (stated, day) in [
        (253_402_300_799_999_999, "9999-12-31"),
        (date("2262-04-11"), "2262-04-11"),
        (date("2999-01-01"), "2999-01-01"),
        (i128::from(i64::MAX), "+294247-01-10"),
        (i128::from(i64::MAX) * 1_000, "+292278994-08-17"),
        (i128::from(i64::MAX) * 1_000_000, "+292277026596-12-04"),
    ] {
        let expected = format!("time after the load date's end: occurred on {day}, ");
        assert!(reason(stated).starts_with(&expected), "{}", reason(stated));
    }
}

#[test]
fn a_day_is_described_like_every_other_date() {
    for number in (-800_000..2_900_000).step_by(997) {
        let day = Day(number);
        let noon = i128::from(day.start_micros()) + i128::from(DAY_MICROS) / 2;
        if (-719_528..=2_932_896).contains(&number) {
            assert_eq!(describe_day(noon), day.to_string());
        }
    }
}

#[test]
fn null_ids_and_unknown_verbs_are_refused_with_their_column() {
    let good = found(RULES.load_date.start_micros());
    let reason = |found: RawRow| RULES.judge(&found).unwrap_err();
    assert!(reason(RawRow { actor_id: None, ..good }).contains("actor_id"));
    assert!(
        reason(RawRow {
            activity_id: Some(""),
            ..good
        })
        .contains("empty activity_id")
    );
    assert!(
        reason(RawRow {
            target_id: Some(""),
            ..good
        })
        .contains("target_id")
    );
    assert!(
        reason(RawRow {
            occurred_at: None,
            ..good
        })
        .contains("occurred_at")
    );
    assert!(
        reason(RawRow {
            verb: Some("poke"),
            verb_code: None,
            ..good
        })
        .contains("'poke'")
    );
}
