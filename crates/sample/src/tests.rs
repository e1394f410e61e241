//! Tests the promises of generated warehouses on their own files.

use super::network::SampleNetwork;
use super::people::{SamplePeople, StoryRole};
use super::read_back::{generate_in_memory, read_activities};
use super::story_people::{BUYER, CELEBRITY, RING_DAYS, STEADY, absent_days};
use super::*;
use clout_base::day::{DAY_MICROS, Day};
use std::collections::BTreeMap;

/// Spec that is large enough for all faults and small enough to be generated many times.
const SMALL: GenerateSpec = GenerateSpec {
    seed: 3,
    persons: 900,
    days: 18,
    last_day: 20_757,
};

fn is_same(left: &[GeneratedFile], right: &[GeneratedFile]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .all(|(a, b)| a.path == b.path && a.bytes == b.bytes)
}

#[test]
fn equal_specs_give_equal_bytes_and_another_seed_gives_others() {
    let (files, summary) = generate_in_memory(&SMALL);
    let (again, summary_again) = generate_in_memory(&SMALL);
    assert!(is_same(&files, &again));
    assert_eq!(summary, summary_again);
    let (others, _) = generate_in_memory(&GenerateSpec {
        seed: SMALL.seed + 1,
        ..SMALL
    });
    assert!(!is_same(&files, &others));
}

#[test]
fn the_sample_is_small_and_has_all_tables() {
    let spec = GenerateSpec::default();
    let (files, summary) = generate_in_memory(&spec);
    assert!(summary.bytes < 3_000_000, "{} bytes", summary.bytes);
    assert_eq!(
        summary.bytes,
        files.iter().map(|file| file.bytes.len() as u64).sum::<u64>()
    );
    let count = |prefix: &str| files.iter().filter(|file| file.path.starts_with(prefix)).count();
    for network in SampleNetwork::ALL {
        for day in spec.first_day()..=spec.last_day {
            let date = Day(day);
            let partition = format!("activities/network={}/date={date}/part-00000", network.name());
            assert_eq!(count(&partition), 1, "{partition}");
        }
        assert_eq!(count(&format!("accounts/network={}/", network.name())), 3);
        let follows = count(&format!("follows/network={}/", network.name()));
        assert_eq!(follows, if network.has_follows() { 3 } else { 0 });
    }
    let promised = [("identities/", 3), ("endorsements/", 35), ("opt_outs/", 2)];
    for (table, files) in promised.into_iter().chain([("topics/", 1), ("topic_edges/", 1)]) {
        assert_eq!(count(table), files, "{table}");
    }
    assert!(
        summary.late > 500 && summary.redelivered > 200 && summary.twins > 100,
        "{summary:?}"
    );
}

#[test]
fn bad_rows_are_planted_and_rare_in_each_partition() {
    let (files, summary) = generate_in_memory(&SMALL);
    let rows = read_activities(&SMALL, &files);
    let mut shares: BTreeMap<(SampleNetwork, i32), (u64, u64)> = BTreeMap::new();
    for row in &rows {
        let (bad, all) = shares.entry((row.network, row.load_day)).or_default();
        *bad += u64::from(row.is_bad());
        *all += 1;
        assert!(
            !row.is_bad() || row.load_day > SMALL.first_day(),
            "the first date is clean"
        );
    }
    assert!(shares.values().all(|(bad, all)| bad * 60 <= *all), "{shares:?}");
    let reasons = [
        "null activity_id",
        "null actor_id",
        "unknown verb",
        "after load date",
        "before 2004",
    ];
    let planted = reasons
        .iter()
        .chain(&["too late"])
        .map(|reason| summary.planted[reason]);
    assert_eq!(planted.sum::<u64>(), shares.values().map(|(bad, _)| bad).sum::<u64>());
    assert_eq!(rows.len() as u64, summary.activities);
}

#[test]
fn rows_follow_the_story() {
    let (files, _) = generate_in_memory(&SMALL);
    let people = SamplePeople::generate(&SMALL);
    let owners: BTreeMap<(SampleNetwork, &str), &people::SamplePerson> = people
        .accounts
        .iter()
        .map(|it| ((it.network, it.id.as_str()), &people.persons[it.person as usize]))
        .collect();
    let owner = |network, id: &Option<String>| id.as_deref().map(|id| owners[&(network, id)]);
    let ring_begins = Day(SMALL.last_day - RING_DAYS as i32 + 1).start_micros();
    let away_from = Day(SMALL.last_day - absent_days(SMALL.days) as i32 + 1).start_micros();
    let mut reactions: BTreeMap<&str, u64> = BTreeMap::new();
    for row in read_activities(&SMALL, &files).iter().filter(|row| !row.is_bad()) {
        let (actor, target) = (owner(row.network, &row.actor), owner(row.network, &row.target));
        let actor = actor.unwrap();
        if let Some(target) = target {
            *reactions.entry(&target.id).or_default() += 1;
            assert!(target.id != STEADY || row.at < away_from);
        }
        assert!(actor.id != STEADY || row.at < away_from);
        assert!(actor.role != StoryRole::Bot || row.at >= ring_begins);
    }
    let most = reactions
        .iter()
        .filter(|(id, _)| !id.is_empty())
        .max_by_key(|(_, count)| **count);
    assert_eq!(most.map(|(id, _)| *id), Some("ada-the-specialist"));
    assert!(reactions[BUYER] > 100);
    assert!(reactions.get(CELEBRITY).is_none_or(|&count| count < 10));
}

#[test]
fn rows_are_delivered_on_their_day_or_soon_after() {
    let (files, _) = generate_in_memory(&SMALL);
    for row in read_activities(&SMALL, &files).iter().filter(|row| !row.is_bad()) {
        let age = Day(row.load_day + 1).start_micros() - row.at;
        assert!(age > 0 && age <= 11 * DAY_MICROS, "{:?} is {age} us old", row.id);
    }
}

#[test]
fn rows_grow_with_people_and_days() {
    let rows = |persons, days| {
        generate_in_memory(&GenerateSpec { persons, days, ..SMALL })
            .1
            .activities as f64
    };
    let base = rows(1_000, 4);
    assert!((3.2..4.8).contains(&(rows(4_000, 4) / base)));
    assert!((1.6..2.4).contains(&(rows(1_000, 8) / base)));
    assert!(rows(GenerateSpec::MIN_PERSONS, 1) > 0.0);
}

#[test]
fn an_error_of_the_sink_is_returned_unchanged() {
    #[derive(Debug)]
    enum Mine {
        Full,
        Other,
    }
    impl From<GenerateError> for Mine {
        fn from(_: GenerateError) -> Self {
            Mine::Other
        }
    }
    let mut taken = 0;
    let result = generate_warehouse(&SMALL, &mut |_| {
        taken += 1;
        if taken < 3 { Ok(()) } else { Err(Mine::Full) }
    });
    assert!(matches!(result, Err(Mine::Full)));
    assert_eq!(taken, 3);
    let none = generate_warehouse(&GenerateSpec { days: 0, ..SMALL }, &mut |_| Err(Mine::Full));
    assert!(matches!(none, Err(Mine::Other)));
}

#[test]
fn invalid_specs_are_refused() {
    for spec in [
        GenerateSpec { persons: 99, ..SMALL },
        GenerateSpec {
            persons: u32::MAX,
            ..SMALL
        },
        GenerateSpec { days: 0, ..SMALL },
        GenerateSpec {
            days: u32::MAX,
            ..SMALL
        },
        GenerateSpec {
            last_day: 12_000,
            ..SMALL
        },
        GenerateSpec {
            last_day: i32::MIN,
            ..SMALL
        },
        GenerateSpec {
            last_day: i32::MAX,
            ..SMALL
        },
    ] {
        assert!(matches!(spec.check(), Err(GenerateError::Spec(_))), "{spec:?}");
    }
    assert!(GenerateSpec::default().check().is_ok());
}
