//! Writes the ledgers of the topic state as files of its index, one a period, and reads them back.
//!
//! A run writes the periods that it changed; the others keep the files of earlier runs.

use super::RunState;
use super::topic_tables::{decode_table, encode_table};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_state::byte_table::{decode_bytes, encode_bytes};
use clout_state::column_file::{FileSelection, read_table};
use clout_state::damage::StateError;
use clout_state::index::{PeriodFile, StateIndex};
use clout_topics::topic_state::TopicState;
use clout_warehouse::store::Store;

/// Writes the changed periods below the folder of `index`.
///
/// # Errors
/// Returns an error if the store fails.
pub(super) fn save(store: &Store, index: &mut StateIndex, state: &RunState, as_of: Day) -> Result<()> {
    let stored = std::mem::take(&mut index.topics);
    for (ledger, rows) in state.topics.ledgers() {
        for (period, table) in rows.split_periods()? {
            let is_same = |file: &&PeriodFile| file.ledger == ledger && file.period == period;
            let file = match stored.iter().find(is_same) {
                Some(file) if !rows.is_changed(period) => file.clone(),
                _ => {
                    let path = format!("{}/topic-{ledger}-{period}.seg", index.folder);
                    PeriodFile {
                        ledger: ledger.to_owned(),
                        period,
                        file: encode_bytes(&encode_table(table)?, as_of)?.save(store, &path)?,
                    }
                }
            };
            index.topics.push(file);
        }
    }
    Ok(())
}

/// Reads the ledgers.
///
/// # Errors
/// Returns an error that names a damaged file, or an error of the store.
pub(super) fn load(store: &Store, index: &StateIndex, topics: &mut TopicState) -> std::result::Result<(), StateError> {
    for (name, ledger) in topics.ledgers_mut() {
        let mut periods = Vec::new();
        for file in index.topics.iter().filter(|file| file.ledger == name) {
            let bytes = read_table(store, &file.file, FileSelection::default(), decode_bytes)?;
            periods.push(decode_table(bytes.into())?);
        }
        ledger.load_periods(periods)?;
    }
    Ok(())
}
