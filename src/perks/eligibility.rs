//! Computes the eligible people of a campaign from published tables, with the count after each rule.

use std::collections::HashSet;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, TimestampMicrosecondType};

use super::campaign::{Campaign, EligibilityRules};
use clout_base::day::DAY_MICROS;
use clout_base::error::{Error, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::perk_draws::PerkDraw;
use clout_warehouse::snapshot_people::SnapshotPeople;
use clout_warehouse::snapshots::{read_table, read_table_files};
use clout_warehouse::store::Store;

/// Eligible people of a campaign.
#[derive(Clone, Debug, Default)]
pub struct EligiblePeople {
    /// Ids of the eligible people, in ascending order.
    pub eligible: Vec<String>,
    /// Ids of people in `exclude` that meet all rules, in ascending order.
    pub excluded: Vec<String>,
    /// Rules in order of application, with the number of people left.
    pub steps: Vec<RuleStep>,
}

/// A rule with the number of people left after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleStep {
    /// Rule as text.
    pub rule: String,
    /// Number of people left.
    pub left: u64,
}

/// Columns of `scores` that rules use.
const COLUMNS: [&str; 6] = [
    "person_id",
    "score",
    "percentile",
    "coverage",
    "reach",
    "last_active_at",
];

/// A person with a score.
struct ScoredPerson {
    id: String,
    score: f64,
    percentile: f64,
    coverage: f64,
    reach: f64,
    /// Microseconds since 1970; `i64::MIN` without any activity.
    last_active_at: i64,
}

/// Inputs of a draw.
#[derive(Clone, Copy)]
pub struct DrawSources<'a> {
    /// Store with the snapshots and draws.
    pub store: &'a Store,
    /// Snapshot to draw from.
    pub snapshot: &'a Manifest,
    /// Newest snapshot: people missing from it cannot win.
    pub newest: &'a Manifest,
    /// Earlier draws with winners that cannot win again.
    pub past: &'a [PerkDraw],
}

/// Applies the rules of a campaign and counts the people after each rule.
pub fn find_eligible(sources: DrawSources, campaign: &Campaign) -> Result<EligiblePeople> {
    let DrawSources { store, snapshot, .. } = sources;
    let mut people = Vec::new();
    let mut persons = 0;
    for batch in read_table(store, snapshot, "scores", Some(&COLUMNS))? {
        persons += batch.num_rows() as u64;
        people.extend(scored(&batch)?);
    }
    let mut left = RemainingPeople {
        people,
        steps: Vec::new(),
    };
    left.note(format!("people in the snapshot of {}", snapshot.snapshot_date), persons);
    left.keep("with a score", |_| true);
    apply_score_rules(&mut left, &campaign.eligible, snapshot.snapshot_date.end_micros());
    apply_table_rules(&mut left, sources, &campaign.eligible)?;
    let excluded: HashSet<&str> = campaign.exclude.iter().map(String::as_str).collect();
    let (out, eligible): (Vec<ScoredPerson>, Vec<ScoredPerson>) = left
        .people
        .into_iter()
        .partition(|person| excluded.contains(person.id.as_str()));
    let mut pool = EligiblePeople {
        eligible: ids(eligible),
        excluded: ids(out),
        steps: left.steps,
    };
    if !campaign.exclude.is_empty() {
        pool.steps.push(RuleStep {
            rule: "not excluded by id".to_owned(),
            left: pool.eligible.len() as u64,
        });
    }
    Ok(pool)
}

fn ids(people: Vec<ScoredPerson>) -> Vec<String> {
    let mut ids: Vec<String> = people.into_iter().map(|person| person.id).collect();
    // Sorted, so that the result does not depend on the order of part files.
    ids.sort_unstable();
    ids
}

/// People left after the rules so far.
struct RemainingPeople {
    people: Vec<ScoredPerson>,
    steps: Vec<RuleStep>,
}

impl RemainingPeople {
    fn keep(&mut self, rule: impl Into<String>, is_kept: impl Fn(&ScoredPerson) -> bool) {
        self.people.retain(is_kept);
        let left = self.people.len() as u64;
        self.note(rule, left);
    }

    fn note(&mut self, rule: impl Into<String>, left: u64) {
        self.steps.push(RuleStep {
            rule: rule.into(),
            left,
        });
    }
}

/// Applies the rules about columns of `scores`.
fn apply_score_rules(left: &mut RemainingPeople, rules: &EligibilityRules, end_micros: i64) {
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

/// Applies the rules about other tables: topics, networks, earlier winners, presence in the newest snapshot.
fn apply_table_rules(left: &mut RemainingPeople, sources: DrawSources, rules: &EligibilityRules) -> Result<()> {
    let DrawSources {
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
        let present = SnapshotPeople::read_snapshot(store, newest)?;
        let rule = format!("present in the newest snapshot ({})", newest.snapshot_date);
        left.keep(rule, |person| present.contains(&person.id));
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

fn winners(store: &Store, past: &[PerkDraw]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for draw in past {
        let batches = read_table_files(store, &draw.table_files(), Some(&["person_id"]))?;
        found.extend(texts(&batches, |_, _| Some(true))?);
    }
    Ok(found)
}

/// Collects the texts of the first column in the rows for which `is_selected` returns true.
fn texts(
    batches: &[RecordBatch],
    is_selected: impl Fn(&RecordBatch, usize) -> Option<bool>,
) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for batch in batches {
        let ids = batch.column(0).as_string_opt::<i32>().ok_or_else(unexpected)?;
        for row in 0..batch.num_rows() {
            if is_selected(batch, row).ok_or_else(unexpected)? {
                found.insert(ids.value(row).to_owned());
            }
        }
    }
    Ok(found)
}

fn scored(batch: &RecordBatch) -> Result<Vec<ScoredPerson>> {
    let read = || {
        let ids = batch.column(0).as_string_opt::<i32>()?;
        let measure = |index: usize| batch.column(index).as_primitive_opt::<Float64Type>();
        let [scores, percentiles, coverages, reaches] = [measure(1)?, measure(2)?, measure(3)?, measure(4)?];
        let active = batch.column(5).as_primitive_opt::<TimestampMicrosecondType>()?;
        let person = |row: usize| ScoredPerson {
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
    Error::internal("a column of a published table does not have the type of its schema")
}

#[cfg(test)]
#[path = "eligibility_tests.rs"]
mod tests;
