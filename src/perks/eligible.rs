//! Who can win, by published tables alone, with how many people each rule leaves.

use std::collections::HashSet;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, TimestampMicrosecondType};

use super::campaign::{Campaign, Rules};
use clout_base::day::DAY_MICROS;
use clout_base::error::{Error, Result};
use clout_warehouse::draws::Draw;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots::{read_files, read_table};
use clout_warehouse::store::Store;
use clout_warehouse::there::There;

/// The people of a campaign.
#[derive(Clone, Debug, Default)]
pub struct Pool {
    /// Who can win: their ids in order.
    pub eligible: Vec<String>,
    /// Who could, but stands on the campaign's list of those left out, in order.
    pub excluded: Vec<String>,
    /// What each rule left, in the order in which they were asked.
    pub steps: Vec<Step>,
}

/// A rule and how many people it left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The rule, for people.
    pub rule: String,
    /// People left.
    pub left: u64,
}

/// The columns of `scores` that rules ask about.
const COLUMNS: [&str; 6] = [
    "person_id",
    "score",
    "percentile",
    "coverage",
    "reach",
    "last_active_at",
];

/// A person with a score.
struct Person {
    id: String,
    score: f64,
    percentile: f64,
    coverage: f64,
    reach: f64,
    /// Microseconds since 1970; the beginning of time for nobody who was ever active.
    last_active_at: i64,
}

/// What a draw is made from: the snapshot of the campaign's date, the newest one, and earlier draws.
#[derive(Clone, Copy)]
pub struct Sources<'a> {
    /// Where they are.
    pub store: &'a Store,
    /// The snapshot that is drawn from.
    pub snapshot: &'a Manifest,
    /// The newest snapshot.
    pub newest: &'a Manifest,
    /// Draws whose winners cannot win again.
    pub past: &'a [Draw],
}

/// Finds the people of a campaign.
pub fn pool(sources: Sources, campaign: &Campaign) -> Result<Pool> {
    let Sources { store, snapshot, .. } = sources;
    let mut people = Vec::new();
    let mut persons = 0;
    for batch in read_table(store, snapshot, "scores", Some(&COLUMNS))? {
        persons += batch.num_rows() as u64;
        people.extend(scored(&batch)?);
    }
    let mut left = Left {
        people,
        steps: Vec::new(),
    };
    left.note(format!("people in the snapshot of {}", snapshot.snapshot_date), persons);
    left.keep("with a score", |_| true);
    by_standing(&mut left, &campaign.eligible, snapshot.snapshot_date.end_micros());
    by_tables(&mut left, sources, &campaign.eligible)?;
    let excluded: HashSet<&str> = campaign.exclude.iter().map(String::as_str).collect();
    let (out, eligible): (Vec<Person>, Vec<Person>) = left
        .people
        .into_iter()
        .partition(|person| excluded.contains(person.id.as_str()));
    let mut pool = Pool {
        eligible: ids(eligible),
        excluded: ids(out),
        steps: left.steps,
    };
    if !campaign.exclude.is_empty() {
        pool.steps.push(Step {
            rule: "not left out by name".to_owned(),
            left: pool.eligible.len() as u64,
        });
    }
    Ok(pool)
}

fn ids(people: Vec<Person>) -> Vec<String> {
    let mut ids: Vec<String> = people.into_iter().map(|person| person.id).collect();
    ids.sort_unstable();
    ids
}

/// The people that the rules have left so far.
struct Left {
    people: Vec<Person>,
    steps: Vec<Step>,
}

impl Left {
    fn keep(&mut self, rule: impl Into<String>, is_kept: impl Fn(&Person) -> bool) {
        self.people.retain(is_kept);
        let left = self.people.len() as u64;
        self.note(rule, left);
    }

    fn note(&mut self, rule: impl Into<String>, left: u64) {
        self.steps.push(Step {
            rule: rule.into(),
            left,
        });
    }
}

/// The rules about columns of `scores`.
fn by_standing(left: &mut Left, rules: &Rules, end_micros: i64) {
    if let Some(least) = rules.min_score {
        left.keep(format!("score at least {least}"), |person| person.score >= least);
    }
    if let Some(most) = rules.max_score {
        left.keep(format!("score at most {most}"), |person| person.score <= most);
    }
    if let Some(least) = rules.min_percentile {
        left.keep(format!("percentile at least {least}"), |person| {
            person.percentile >= least
        });
    }
    if let Some(most) = rules.max_percentile {
        left.keep(format!("percentile at most {most}"), |person| person.percentile <= most);
    }
    if let Some(least) = rules.min_coverage {
        left.keep(format!("coverage at least {least}"), |person| person.coverage >= least);
    }
    if let Some(least) = rules.min_reach {
        left.keep(format!("reach at least {least}"), |person| person.reach >= least);
    }
    if let Some(days) = rules.active_within_days {
        let since = end_micros.saturating_sub(i64::from(days).saturating_mul(DAY_MICROS));
        left.keep(format!("active in the last {days} days"), |person| {
            person.last_active_at >= since
        });
    }
}

/// The rules about other tables: topics, networks, earlier winners, and who is still there.
fn by_tables(left: &mut Left, sources: Sources, rules: &Rules) -> Result<()> {
    let Sources {
        store,
        snapshot,
        newest,
        past,
    } = sources;
    if !rules.topics.is_empty() {
        let least = rules.min_topic_score.unwrap_or(1.0);
        let found = shown_on(store, snapshot, &rules.topics, least)?;
        let rule = format!("shown on {} with at least {least}", rules.topics.join(" or "));
        left.keep(rule, |person| found.contains(&person.id));
    }
    if !rules.networks.is_empty() {
        let least = rules.min_network_score.unwrap_or(1.0);
        let found = scored_on(store, snapshot, &rules.networks, least)?;
        let rule = format!("score on {} at least {least}", rules.networks.join(" or "));
        left.keep(rule, |person| found.contains(&person.id));
    }
    if !rules.not_winners_of.is_empty() {
        let won = winners(store, past)?;
        let names: Vec<&str> = past.iter().map(|draw| draw.campaign_id.as_str()).collect();
        let rule = format!(
            "no winner of {}",
            if names.is_empty() {
                "any".to_owned()
            } else {
                names.join(", ")
            }
        );
        left.keep(rule, |person| !won.contains(&person.id));
    }
    if newest.snapshot_date != snapshot.snapshot_date {
        let there = There::of(store, newest)?;
        let rule = format!("still there on {}, the newest snapshot", newest.snapshot_date);
        left.keep(rule, |person| there.has(&person.id));
    }
    Ok(())
}

fn shown_on(store: &Store, snapshot: &Manifest, topics: &[String], least: f64) -> Result<HashSet<String>> {
    let columns = ["person_id", "topic_id", "score", "is_shown"];
    let batches = read_table(store, snapshot, "topic_scores", Some(&columns))?;
    texts(&batches, |batch, row| {
        let topic = batch.column(1).as_string_opt::<i32>()?.value(row);
        let score = batch.column(2).as_primitive_opt::<Float64Type>()?.value(row);
        let is_shown = batch.column(3).as_boolean_opt()?.value(row);
        Some(is_shown && score >= least && topics.iter().any(|wanted| wanted == topic))
    })
}

fn scored_on(store: &Store, snapshot: &Manifest, networks: &[String], least: f64) -> Result<HashSet<String>> {
    let batches = read_table(
        store,
        snapshot,
        "network_scores",
        Some(&["person_id", "network", "score"]),
    )?;
    texts(&batches, |batch, row| {
        let network = batch.column(1).as_string_opt::<i32>()?.value(row);
        let scores = batch.column(2).as_primitive_opt::<Float64Type>()?;
        Some(scores.is_valid(row) && scores.value(row) >= least && networks.iter().any(|wanted| wanted == network))
    })
}

fn winners(store: &Store, past: &[Draw]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for draw in past {
        let batches = read_files(store, &draw.files(), Some(&["person_id"]))?;
        found.extend(texts(&batches, |_, _| Some(true))?);
    }
    Ok(found)
}

/// The texts of the first column in the rows that are meant.
fn texts(batches: &[RecordBatch], is_meant: impl Fn(&RecordBatch, usize) -> Option<bool>) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for batch in batches {
        let ids = batch.column(0).as_string_opt::<i32>().ok_or_else(unexpected)?;
        for row in 0..batch.num_rows() {
            if is_meant(batch, row).ok_or_else(unexpected)? {
                found.insert(ids.value(row).to_owned());
            }
        }
    }
    Ok(found)
}

fn scored(batch: &RecordBatch) -> Result<Vec<Person>> {
    let read = || {
        let ids = batch.column(0).as_string_opt::<i32>()?;
        let measure = |index: usize| batch.column(index).as_primitive_opt::<Float64Type>();
        let [scores, percentiles, coverages, reaches] = [measure(1)?, measure(2)?, measure(3)?, measure(4)?];
        let active = batch.column(5).as_primitive_opt::<TimestampMicrosecondType>()?;
        let person = |row: usize| Person {
            id: ids.value(row).to_owned(),
            score: scores.value(row),
            percentile: percentiles.value(row),
            coverage: coverages.value(row),
            reach: reaches.value(row),
            last_active_at: if active.is_valid(row) {
                active.value(row)
            } else {
                i64::MIN
            },
        };
        Some(
            (0..batch.num_rows())
                .filter(|row| scores.is_valid(*row))
                .map(person)
                .collect(),
        )
    };
    read().ok_or_else(unexpected)
}

fn unexpected() -> Error {
    Error::internal("a published table has a column of another type than its schema says")
}

#[cfg(test)]
#[path = "eligible_tests.rs"]
mod tests;
