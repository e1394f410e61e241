//! Writes the kept scores of a state as a file of its index, and reads them back.

use super::RunState;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::influence::kept_scores::KeptScores;
use clout_state::byte_table::{decode_bytes, encode_bytes};
use clout_state::column_file::{FileSelection, read_table};
use clout_state::damage::StateError;
use clout_state::index::{NamedFile, StateIndex};
use clout_warehouse::store::Store;

/// Names of the files.
const NAMES: [&str; 3] = ["rank_factors", "trusted", "strangers"];

/// Writes the kept scores below the folder of `index`.
///
/// # Errors
/// Returns an error if the store fails.
pub(super) fn save(store: &Store, index: &mut StateIndex, state: &RunState, as_of: Day) -> Result<()> {
    index.tables.clear();
    let Some(kept) = &state.kept_scores else {
        return Ok(());
    };
    for (name, values) in NAMES.into_iter().zip([&kept.rank_factors, &kept.trusted, &kept.strangers]) {
        let path = format!("{}/{name}.seg", index.folder);
        let file = encode_bytes(&to_planes(values), as_of)?.save(store, &path)?;
        index.tables.push(NamedFile {
            name: name.to_owned(),
            file,
        });
    }
    Ok(())
}

/// Reads the kept scores of `index`; none if there are none.
///
/// # Errors
/// Returns an error that names a damaged file, or an error of the store.
pub(super) fn load(store: &Store, index: &StateIndex) -> std::result::Result<Option<KeptScores>, StateError> {
    let read = |name: &str| -> std::result::Result<Option<Vec<f64>>, StateError> {
        let file = index.table(name);
        let bytes = file.map(|file| read_table(store, file, FileSelection::default(), decode_bytes));
        Ok(bytes.transpose()?.map(|bytes| from_planes(&bytes)))
    };
    let [ranks, trusted, strangers] = NAMES.map(read);
    let kept = match (ranks?, trusted?, strangers?) {
        (Some(rank_factors), Some(trusted), Some(strangers)) => KeptScores {
            rank_factors,
            trusted,
            strangers,
        },
        _ => return Ok(None),
    };
    let is_whole = kept.trusted.len() == kept.len() && kept.strangers.len() == kept.len();
    Ok(Some(kept).filter(|_| is_whole))
}

/// Groups the bytes of the values by their place, so that similar bytes are neighbours and compress.
fn to_planes(values: &[f64]) -> Vec<u8> {
    let plane = |shift: usize| values.iter().map(move |value| (value.to_bits() >> (8 * shift)) as u8);
    (0..8).flat_map(plane).collect()
}

fn from_planes(bytes: &[u8]) -> Vec<f64> {
    let count = bytes.len() / 8;
    let value = |row: usize| {
        let bits = (0..8).map(|shift| u64::from(bytes[shift * count + row]) << (8 * shift));
        f64::from_bits(bits.sum())
    };
    (0..count).map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_bit_for_bit() {
        let values = [0.0, -0.0, 1.5, f64::NAN, f64::MIN_POSITIVE, 1e300];
        let back: Vec<u64> = from_planes(&to_planes(&values)).iter().map(|value| value.to_bits()).collect();
        assert_eq!(back, values.map(f64::to_bits));
    }
}
