//! `evaluate` computes the scores that `run` publishes, and uses nothing that comes after its moment.

use std::collections::BTreeMap;
use std::path::Path;

use clout::evaluate::scene::MomentData;
use clout::evaluate::stream::CountedStream;
use clout::job::{Job, JobFlags, JobSpec};
use clout::pipeline::delivery::TopicsWanted;
use clout::pipeline::input_listing::list_input;
use clout::pipeline::observer::SilentObserver;
use clout_base::day::{DAY_MICROS, Day};
use clout_warehouse::store::{Store, StoreOptions};
use rstest::rstest;

use crate::against_the_reference::is_close;
use crate::nightly::{DATES, eventful};
use crate::support::clout::{Site, path, run};
use crate::support::days::{day, days, time};
use crate::support::sample_data;
use crate::support::tables::{Snapshot, number};
use crate::support::warehouse::{Row, Warehouse};

/// Scores by person; only people with a score.
type Scores = BTreeMap<String, f64>;

/// Builds a job of the four networks.
pub fn job(input: &Path) -> Job {
    let flags = JobFlags {
        input: Some(path(input)),
        ..JobFlags::default()
    };
    JobSpec::new().with_flags(flags).resolve_for_checking().unwrap()
}

/// Reads a warehouse up to a load date, or all of it.
pub fn stream(input: &Path, last: Option<&str>) -> CountedStream {
    let (job, store) = (job(input), Store::open(&path(input), &StoreOptions::default()).unwrap());
    let inventory = list_input(&job, &store, &SilentObserver).unwrap();
    CountedStream::read(
        &job,
        &store,
        &inventory,
        last.map(day),
        TopicsWanted::Tables,
        &SilentObserver,
    )
    .unwrap()
}

/// Computes the scores of a stream at a moment.
fn scores(stream: &CountedStream, at: i64) -> Scores {
    let job = job(Path::new("anywhere"));
    let scored = MomentData::from_stream(stream, at, &job.networks, &job.model)
        .score()
        .unwrap();
    let score = |(person, id): (usize, &str)| Some((id.to_owned(), scored.scores.score(person)?));
    stream.persons.ids.iter().enumerate().filter_map(score).collect()
}

fn published(snapshot: &Snapshot) -> Scores {
    let rows = snapshot.scores().into_iter();
    rows.filter_map(|(person, row)| Some((person.to_owned(), number(row, "score")?)))
        .collect()
}

#[track_caller]
fn check(found: &Scores, wanted: &Scores, case: &str) {
    assert_eq!(
        found.keys().collect::<Vec<_>>(),
        wanted.keys().collect::<Vec<_>>(),
        "{case}"
    );
    for (person, score) in found {
        let other = wanted[person];
        assert!(is_close(Some(*score), Some(other)), "{person}, {case}: {score} {other}");
    }
}

/// Builds the eventful warehouse, but keeps identities and opt-outs as they were on the first date.
fn eventful_among_the_same() -> Warehouse {
    let mut all = eventful();
    all.opt_outs = [(day("2026-03-01"), vec!["twitter:u5".to_owned()])].into();
    all.identities.retain(|date, _| *date == day("2026-03-01"));
    all
}

#[test]
fn a_stream_up_to_a_date_has_the_published_scores() {
    let site = Site::new(&eventful());
    for date in DATES {
        let snapshot = site.night(date);
        let found = scores(&stream(&site.input(), Some(date)), day(date).end_micros());
        assert!(found.len() > 5, "{date}");
        check(&found, &published(&snapshot), date);
    }
}

#[test]
fn the_whole_stream_cut_at_a_date_has_the_scores_published_then() {
    let site = Site::new(&eventful_among_the_same());
    let whole = stream(&site.input(), None);
    for date in days("2026-03-01", "2026-03-08") {
        let snapshot = site.night(&date.to_string());
        check(
            &scores(&whole, date.end_micros()),
            &published(&snapshot),
            &date.to_string(),
        );
    }
}

#[test]
fn the_sample_data_is_scored_as_published() {
    let (site, whole) = (Site::empty(), stream(&sample_data(), None));
    // From 2026-10-23 on, no person opts out and no account changes hands, so cuts of the whole equal those runs.
    for date in ["2026-10-23", "2026-10-27", "2026-10-31"] {
        run(&sample_data(), &site.output(), &["--as-of", date]).exits(0);
        let found = scores(&whole, day(date).end_micros());
        assert!(found.len() > 1_500, "{date}");
        check(&found, &published(&site.snapshot(date)), date);
    }
    // Before that, identities are those that the stream has read.
    for date in ["2026-09-27", "2026-10-13"] {
        run(&sample_data(), &site.output_named("before"), &["--as-of", date]).exits(0);
        let found = scores(&stream(&sample_data(), Some(date)), day(date).end_micros());
        check(
            &found,
            &published(&Snapshot::read(&site.output_named("before"), date)),
            date,
        );
    }
}

#[test]
fn people_that_opt_out_later_are_in_no_evaluation_of_an_earlier_day() {
    let date = "2026-10-13";
    let site = Site::empty();
    run(&sample_data(), &site.output(), &["--as-of", date]).exits(0);
    let (then, whole) = (site.snapshot(date), stream(&sample_data(), None));
    let found = scores(&whole, day(date).end_micros());
    for person in ["omar-who-opted-out", "hazel-yak-0014", "amber-wren-0017"] {
        assert!(then.score(person).is_some() && !found.contains_key(person), "{person}");
    }
    let job = job(&sample_data());
    let acts = MomentData::from_stream(&whole, day(date).end_micros(), &job.networks, &job.model).person_reactions();
    let omar = whole.persons.find_index("omar-who-opted-out").unwrap();
    assert!(!acts.is_empty() && acts.iter().all(|act| act.reactor != omar && act.target != omar));
    // The scores of the others stay, except for the reactions of the four and for people with a new account.
    let similar = |(person, score): (&String, &f64)| then.score(person).is_some_and(|old| (score - old).abs() < 3.0);
    let same = found
        .iter()
        .filter(|(person, _)| then.scores().contains_key(person.as_str()));
    let (similar, all) = (same.clone().filter(|one| similar(*one)).count(), same.count());
    assert!(all > 1_000 && similar * 100 > all * 98, "{similar} of {all}");
}

/// Cuts a warehouse to the rows that were delivered, and seen, before a moment.
fn before(warehouse: &Warehouse, at: i64) -> Warehouse {
    let mut less = warehouse.clone();
    less.activities.retain(|(_, date), _| date.start_micros() < at);
    for rows in less.activities.values_mut() {
        rows.retain(|row| row.at.is_some_and(|time| time < at));
    }
    less
}

/// Adds reactions of all people, and of a hundred others, to all people from a moment on.
fn and_then(warehouse: &Warehouse, at: i64) -> Warehouse {
    let mut more = warehouse.clone();
    let last = Day::from_micros(at);
    let mut number = 0;
    for ((network, date), rows) in more.activities.iter_mut().filter(|((_, date), _)| *date >= last) {
        let since = at.max(date.start_micros());
        let names: Vec<String> = rows.iter().filter_map(|row| row.actor.clone()).collect();
        let fresh = (0..100).map(|new| format!("new{new}"));
        for actor in names.iter().cloned().chain(fresh) {
            number += 1;
            let (verb, target) = match network.as_str() {
                "foursquare" => ("tip_done", &names[number % names.len()]),
                _ => ("like", &names[number % names.len()]),
            };
            rows.push(Row {
                id: Some(format!("then{number}")),
                at: Some(since + (number as i64 % 60) * 1_000_000),
                actor: Some(actor),
                verb: Some(verb.to_owned()),
                object: None,
                target: Some(target.clone()),
            });
        }
    }
    more
}

#[rstest]
#[case::on_the_first_morning("2026-03-01T06:00")]
#[case::at_midnight("2026-03-03T00:00")]
#[case::on_a_day_without_a_delivery("2026-03-04T18:00")]
#[case::on_the_first_day_of_a_network_before_its_rows("2026-03-05T09:00")]
#[case::amid_them("2026-03-05T10:00")]
#[case::in_the_last_hour("2026-03-07T23:00")]
fn an_evaluation_at_an_hour_uses_no_later_row(#[case] hour: &str) {
    let (all, at) = (eventful_among_the_same(), time(day("2026-03-01"), hour));
    let seen = |warehouse: &Warehouse| scores(&stream(&Site::new(warehouse).input(), None), at);
    let found = seen(&all);
    assert!(!found.is_empty());
    check(&seen(&before(&all, at)), &found, "without the rows after it");
    check(&seen(&and_then(&all, at)), &found, "with more rows after it");
    // These rows would change the scores: one day later they do.
    let later = |warehouse: &Warehouse| scores(&stream(&Site::new(warehouse).input(), None), at + DAY_MICROS);
    assert_ne!(later(&and_then(&all, at)), later(&all));
}

#[test]
fn scores_fade_from_hour_to_hour_without_a_step_at_midnight() {
    // Nothing is delivered on the fourth, and nothing after it in this test.
    let before_the_fifth = before(&eventful_among_the_same(), day("2026-03-04").end_micros());
    let before_the_fifth = stream(&Site::new(&before_the_fifth).input(), None);
    let at = |hour: i64| day("2026-03-03").end_micros() + hour * (DAY_MICROS / 24);
    let hours = [0, 1, 2, 6, 12, 23, 24, 25];
    let cuts = hours.map(|hour| scores(&before_the_fifth, at(hour)));
    for (hours, pair) in hours.windows(2).zip(cuts.windows(2)) {
        let lost = pair[0].iter().map(|(person, before)| before - pair[1][person]);
        let lost: Vec<f64> = lost.map(|points| points / (hours[1] - hours[0]) as f64).collect();
        // The warehouse is three days old, so an hour is a large part of the history.
        assert!(
            lost.iter().all(|an_hour| (0.0..0.4).contains(an_hour)),
            "{hours:?}: {lost:?}"
        );
        let faded = lost.iter().filter(|an_hour| **an_hour > 0.01).count();
        assert!(faded * 2 > lost.len(), "{hours:?}: {lost:?}");
    }
}
