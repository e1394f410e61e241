//! Keeps decayed sums of the endorsements ("+K"), keyed by person ids as delivered.
//!
//! An endorsement is worth its weight, at most 1, times the [selectivity](clout_model::influence::weights) of the
//! endorser's day. Several by one endorser to one person on one topic and day saturate. Weights are computed on the
//! load date and never revised. An id that was delivered before is a duplicate, as with activities.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use polars::prelude::*;

use super::fixed_point::{DecayPeriods, ONE, to_units};
use super::frames::Order::{Ascending, Descending};
use super::frames::{
    Order, add_column, build_column, build_table, collect, columns, empty_table, join_on, keep_first, read_i64,
    read_texts, read_u32, retain_rows, semi_join, sort_by, sort_in_order, union_all,
};
use super::period_ledger::{LedgerColumns, PeriodLedger};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::ids::HashKey;
use clout_model::account_activity::RETENTION_DAYS;
use clout_model::delivered::{DeliveredIds, IdList, truncate_id};
use clout_model::influence::model::InfluenceModel;
use clout_model::influence::weights::saturate;

/// Ledger. Grain: (period, endorsee, topic, endorser).
const LEDGER: LedgerColumns<3, 2> = LedgerColumns {
    key: [
        ("endorsee", DataType::String),
        ("topic", DataType::UInt32),
        ("endorser", DataType::String),
    ],
    sums: ["worth", "count"],
};
/// Key of the latest endorsements.
const KEY: [&str; 3] = ["endorsee", "topic", "endorser"];

/// Accepted endorsement.
#[derive(Clone, Debug, PartialEq)]
pub struct Endorsement {
    /// `endorsement_id`.
    pub id: Box<str>,
    /// `endorsed_at`, microseconds since 1970.
    pub endorsed_at: i64,
    /// Endorsing person.
    pub endorser: Box<str>,
    /// Endorsed person.
    pub endorsee: Box<str>,
    /// Topic id, present in the ontology.
    pub topic: Box<str>,
    /// Weight, finite and not negative.
    pub weight: f64,
    /// Load date.
    pub load_date: Day,
}

impl Endorsement {
    /// Compares load date and id, then all other columns, for a total order.
    pub fn order(&self, other: &Endorsement) -> Ordering {
        let id = |e: &Endorsement, o: &Endorsement| e.load_date.cmp(&o.load_date).then_with(|| e.id.cmp(&o.id));
        id(self, other)
            .then_with(|| self.endorsed_at.cmp(&other.endorsed_at))
            .then_with(|| self.endorser.cmp(&other.endorser))
            .then_with(|| self.endorsee.cmp(&other.endorsee))
            .then_with(|| self.topic.cmp(&other.topic))
            .then_with(|| self.weight.total_cmp(&other.weight))
    }
}

/// Endorsements within the retention period.
#[derive(Clone, Debug)]
pub struct EndorsementTables {
    /// Decayed worth. Grain: (period, endorsee, topic, endorser), sorted.
    pub ledger: PeriodLedger,
    /// Time and id of the latest endorsement. Grain: (endorsee, topic, endorser), sorted.
    pub latest: DataFrame,
    /// Ids that a later load date may repeat.
    pub delivered: DeliveredIds,
}

/// Counts of the endorsements merged in one run.
#[derive(Clone, Copy, Debug, Default)]
pub struct EndorsementCounts {
    /// Endorsements that count.
    pub counted: u64,
    /// Endorsements delivered before.
    pub copies: u64,
    /// Self-endorsements, by the delivered ids.
    pub own: u64,
}

/// New endorsements of a run.
pub struct NewEndorsements<'a> {
    /// Rows, sorted by load date and id.
    pub rows: &'a [Endorsement],
    /// Number of a topic id.
    pub number: &'a dyn Fn(&str) -> Option<u32>,
    /// Last load date.
    pub as_of: Day,
    /// `input.max_lateness_days`.
    pub max_lateness_days: i32,
}

impl EndorsementTables {
    /// Creates the tables before the first run.
    pub fn empty() -> EndorsementTables {
        let latest = [("at", DataType::Int64), ("id", DataType::String)];
        EndorsementTables {
            ledger: LEDGER.empty_ledger(),
            latest: empty_table(&[&LEDGER.key[..], &latest].concat()),
            delivered: DeliveredIds::default(),
        }
    }

    /// Merges new endorsements.
    ///
    /// # Errors
    /// Returns an internal error if a query does not fit its tables.
    pub fn merge(&mut self, new: &NewEndorsements, model: &InfluenceModel) -> Result<EndorsementCounts> {
        let mut counts = EndorsementCounts::default();
        let mut counted: Vec<(u32, &Endorsement)> = Vec::new();
        for endorsement in self.without_copies(new, &mut counts) {
            if endorsement.endorser == endorsement.endorsee {
                counts.own += 1;
            } else if let Some(topic) = (new.number)(&endorsement.topic) {
                counts.counted += 1;
                counted.push((topic, endorsement));
            }
        }
        let periods = DecayPeriods::new(model.params().topics.endorsement_half_life_days);
        let rows = build_rows(&counted, periods)?;
        let worth = find_worth(&rows, model, periods)?;
        let first_kept = periods.first_kept(new.as_of, RETENTION_DAYS);
        self.ledger.merge(&[worth], &LEDGER, first_kept)?;
        self.latest = merge_latest(&self.latest, &rows, &self.ledger.table)?;
        Ok(counts)
    }

    /// Returns the new endorsements with an id not delivered before; within a load date the first row of an id counts.
    fn without_copies<'a>(
        &mut self,
        new: &NewEndorsements<'a>,
        counts: &mut EndorsementCounts,
    ) -> Vec<&'a Endorsement> {
        let dates = self.delivered.dates().iter();
        let earlier = dates.flat_map(|(load_date, ids)| ids.iter().map(|id| (id, *load_date)));
        let mut known: BTreeMap<u128, Day> = earlier.collect();
        let mut fresh = Vec::new();
        for of_date in new.rows.chunk_by(|a, b| a.load_date == b.load_date) {
            let load_date = of_date[0].load_date;
            let mut ids = Vec::with_capacity(of_date.len());
            for endorsement in of_date {
                let id = truncate_id(HashKey::ACTIVITY.hash(&["endorsement", &endorsement.id]));
                ids.push(id);
                match known.insert(id, load_date) {
                    Some(last) if load_date.0 - last.0 <= new.max_lateness_days => counts.copies += 1,
                    _ => fresh.push(endorsement),
                }
            }
            ids.sort_unstable();
            self.delivered.push(load_date, IdList::from_sorted(ids));
        }
        self.delivered.drop_expired(new.as_of, new.max_lateness_days);
        fresh
    }

    /// Drops the endorsements by and of persons for which `is_opted_out` holds.
    ///
    /// # Errors
    /// Returns an internal error if a table lacks a column.
    pub fn drop_opted_out(&mut self, is_opted_out: impl Fn(&str) -> bool) -> Result<()> {
        self.ledger.retain(&find_kept(&self.ledger.table, &is_opted_out)?)?;
        self.latest = retain_rows(&self.latest, &find_kept(&self.latest, &is_opted_out)?)?;
        Ok(())
    }
}

/// Counted endorsements. Grain: endorsement.
fn build_rows(counted: &[(u32, &Endorsement)], periods: DecayPeriods) -> Result<DataFrame> {
    let rows = || counted.iter().map(|(_, row)| row);
    build_table(vec![
        build_column("endorsee", rows().map(|row| &*row.endorsee)),
        build_column("topic", counted.iter().map(|(topic, _)| *topic)),
        build_column("endorser", rows().map(|row| &*row.endorser)),
        build_column("load_date", rows().map(|row| row.load_date.0)),
        build_column("day", rows().map(|row| Day::from_micros(row.endorsed_at).0)),
        build_column("period", rows().map(|row| periods.find_period(row.endorsed_at))),
        build_column("at", rows().map(|row| row.endorsed_at)),
        build_column("weight", rows().map(|row| to_units(row.weight.min(1.0)))),
        build_column("id", rows().map(|row| &*row.id)),
    ])
}

/// Worth of new endorsements at the end of their period. Grain: (period, endorsee, topic, endorser).
fn find_worth(rows: &DataFrame, model: &InfluenceModel, periods: DecayPeriods) -> Result<DataFrame> {
    let of_day = ["endorser", "load_date", "day"];
    let endorsees = rows.clone().lazy().group_by(columns(of_day));
    let endorsees = endorsees.agg([col("endorsee").n_unique().cast(DataType::UInt32).alias("endorsees")]);
    let cell = ["endorser", "load_date", "day", "period", "endorsee", "topic"];
    let cells = rows.clone().lazy().group_by(columns(cell)).agg([
        col("weight").sum(),
        col("at").max(),
        len().cast(DataType::Int64).alias("count"),
    ]);
    let mut cells = collect(join_on(cells, endorsees, of_day))?;
    let (weights, times) = (read_i64(&cells, "weight")?, read_i64(&cells, "at")?);
    let endorsees = read_u32(&cells, "endorsees")?;
    let worth = |cell: usize| {
        let sum = saturate(weights[cell] as f64 / ONE, model.params().repeats.beta_day);
        to_units(model.weighing().selectivity(endorsees[cell]) * sum * periods.fade_to_period_end(times[cell]))
    };
    let worth: Vec<i64> = (0..cells.height()).map(worth).collect();
    add_column(&mut cells, build_column("worth", worth))?;
    collect(LEDGER.sum_rows(cells.lazy()))
}

/// Latest endorsement of each key of the ledger. Grain: (endorsee, topic, endorser), sorted.
fn merge_latest(known: &DataFrame, rows: &DataFrame, ledger: &DataFrame) -> Result<DataFrame> {
    let all = columns(["endorsee", "topic", "endorser", "at", "id"]);
    let all = union_all([known.clone().lazy(), rows.clone().lazy().select(all)])?;
    let latest_first = KEY
        .map(Ascending)
        .into_iter()
        .chain([Descending("at"), Descending("id")]);
    let latest = keep_first(sort_in_order(all, &latest_first.collect::<Vec<Order>>()), KEY);
    collect(sort_by(semi_join(latest, ledger.clone().lazy(), KEY), KEY))
}

/// Returns a flag for each row: true if neither person has opted out.
fn find_kept(table: &DataFrame, is_opted_out: &dyn Fn(&str) -> bool) -> Result<Vec<bool>> {
    let (endorsees, endorsers) = (read_texts(table, "endorsee")?, read_texts(table, "endorser")?);
    let rows = endorsees.into_iter().zip(endorsers);
    Ok(rows
        .map(|(endorsee, endorser)| !is_opted_out(endorsee) && !is_opted_out(endorser))
        .collect())
}

#[cfg(test)]
#[path = "endorsements_tests.rs"]
mod tests;
