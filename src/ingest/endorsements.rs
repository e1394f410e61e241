//! Reads endorsements ("+K"): statements of one person that another knows a topic.
//!
//! The table is appended by load date. Unlike an activity, an endorsement has no lateness limit. Duplicates are kept
//! at this stage: they are resolved later, with the ids of earlier runs.

use arrow::array::Array;
use rayon::slice::ParallelSliceMut;

use super::rejects::RejectedRow;
use super::table_rows::{BatchResult, RowResult, TableInput, count_shares, expect_sound, read_rows};
use super::text_rows::RefusedInput;
use super::validate::{check_time, describe_missing, require_text, shorten_value};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_topics::endorsements::Endorsement;
use clout_topics::ontology::Ontology;
use clout_warehouse::input_batches::InputBatch;
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::store::Store;

/// Name of the table.
pub const TABLE: &str = "endorsements";

/// Begin of the reason for refusing an endorsement of a topic that the ontology lacks.
const UNKNOWN_TOPIC: &str = "unknown topic";

/// Weight of an endorsement without one, as in the contract.
const DEFAULT_WEIGHT: f64 = 1.0;

/// Reads the load dates `first..=last`; returns the rows sorted by load date, then by all columns in the contract's
/// order. Reads nothing without topics, since each row would refer to an unknown topic.
///
/// # Errors
/// Returns an error only if the store fails; bad files and rows are added to `refused`.
pub fn read_endorsements(
    store: &Store,
    inventory: &InputInventory,
    first: Day,
    last: Day,
    ontology: &Ontology,
    refused: &mut RefusedInput,
) -> Result<Vec<Endorsement>> {
    if ontology.is_empty() {
        return Ok(Vec::new());
    }
    let delivered = inventory.partitions_between(TABLE, first, last);
    let sources = delivered.flat_map(|(partition, files)| {
        files.iter().map(|file| TableInput {
            table: TABLE,
            load_date: partition.load_date,
            file,
        })
    });
    let sources: Vec<TableInput<Day>> = sources.collect();
    let judge = |load_date: Day, batch: &InputBatch| judge(load_date, batch, ontology);
    let mut rejects = Vec::new();
    let rows = read_rows(store, &sources, &judge, &mut rejects)?;
    // An endorsement of a topic that the ontology lacks is no fault of the delivery.
    let is_fault = |reject: &RejectedRow| !reject.reason.starts_with(UNKNOWN_TOPIC);
    refused.shares.extend(count_shares(&sources, &rows, &rejects, is_fault));
    refused.rejects.append(&mut rejects);
    let mut endorsements: Vec<Endorsement> = rows.into_iter().map(|row| row.value).collect();
    endorsements.par_sort_unstable_by(Endorsement::order);
    Ok(endorsements)
}

fn judge(load_date: Day, batch: &InputBatch, ontology: &Ontology) -> BatchResult<Endorsement> {
    let (ids, times) = (batch.texts(0)?, batch.times(1)?);
    let (endorsers, endorsees, topics) = (batch.texts(2)?, batch.texts(3)?, batch.texts(4)?);
    let weights = batch.measures(5)?;
    let endorsement = |row: usize| -> RowResult<Endorsement> {
        expect_sound(batch, row)?;
        let id = require_text("endorsement_id", &ids, row)?;
        let endorser = require_text("endorser_id", &endorsers, row)?;
        let endorsee = require_text("endorsee_id", &endorsees, row)?;
        let topic = require_text("topic_id", &topics, row)?;
        let endorsed_at = times
            .micros(row)
            .ok_or_else(|| describe_missing("null", "endorsed_at"))?;
        if ontology.find(topic).is_none() {
            return Err(format!(
                "{UNKNOWN_TOPIC}: no topic has the topic_id '{}'",
                shorten_value(topic)
            ));
        }
        let endorsed_at = check_time(endorsed_at, load_date)?;
        let weight = weights.is_valid(row).then(|| weights.value(row));
        Ok(Endorsement {
            id: id.into(),
            endorsed_at,
            endorser: endorser.into(),
            endorsee: endorsee.into(),
            topic: topic.into(),
            weight: judge_weight(weight.unwrap_or(DEFAULT_WEIGHT))?,
            load_date,
        })
    };
    Ok((0..batch.rows).map(endorsement).collect())
}

fn judge_weight(weight: f64) -> RowResult<f64> {
    match weight {
        weight if !weight.is_finite() => Err("weight is not finite: expected a number of 0 or more".to_owned()),
        weight if weight < 0.0 => Err(format!("negative weight: {weight}, expected 0 or more")),
        // Turns -0.0 into 0.0, so that equal rows compare as equal.
        weight => Ok(weight + 0.0),
    }
}

#[cfg(test)]
#[path = "endorsements_tests.rs"]
mod tests;
