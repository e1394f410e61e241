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
const REACTORS: &str = "reactors";

/// Writes the kept scores below the folder of `index`.
///
/// # Errors
/// Returns an error if the store fails.
pub(super) fn save(store: &Store, index: &mut StateIndex, state: &RunState, as_of: Day) -> Result<()> {
    index.tables.clear();
    let Some(kept) = &state.kept_scores else {
        return Ok(());
    };
    let columns = [&kept.rank_factors, &kept.trusted, &kept.strangers].map(|values| to_planes(values, f64::to_bits, 8));
    let reactors = to_planes(&kept.reactors, u64::from, 4);
    for (name, bytes) in NAMES.into_iter().zip(columns).chain([(REACTORS, reactors)]) {
        let path = format!("{}/{name}.seg", index.folder);
        let file = encode_bytes(&bytes, as_of)?.save(store, &path)?;
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
    let read = |name: &str| -> std::result::Result<Option<Vec<u8>>, StateError> {
        let file = index.table(name);
        let bytes = file.map(|file| read_table(store, file, FileSelection::default(), decode_bytes));
        bytes.transpose()
    };
    let [ranks, trusted, strangers] = NAMES.map(read);
    let (Some(ranks), Some(trusted), Some(strangers), Some(reactors)) = (ranks?, trusted?, strangers?, read(REACTORS)?)
    else {
        return Ok(None);
    };
    let kept = KeptScores {
        rank_factors: from_planes(&ranks, f64::from_bits, 8),
        trusted: from_planes(&trusted, f64::from_bits, 8),
        strangers: from_planes(&strangers, f64::from_bits, 8),
        reactors: from_planes(&reactors, |bits| bits as u32, 4),
    };
    let lengths = [kept.trusted.len(), kept.strangers.len(), kept.reactors.len()];
    Ok(Some(kept).filter(|kept| lengths.iter().all(|length| *length == kept.len())))
}

/// Groups the bytes of the values by their place, so that similar bytes are neighbours and compress.
fn to_planes<T: Copy>(values: &[T], bits: impl Fn(T) -> u64, width: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.len() * width);
    for place in 0..width {
        bytes.extend(values.iter().map(|value| (bits(*value) >> (8 * place)) as u8));
    }
    bytes
}

fn from_planes<T>(bytes: &[u8], value: impl Fn(u64) -> T, width: usize) -> Vec<T> {
    let count = bytes.len() / width;
    let bits = |row: usize| {
        (0..width)
            .map(|place| u64::from(bytes[place * count + row]) << (8 * place))
            .sum()
    };
    (0..count).map(|row| value(bits(row))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_bit_for_bit() {
        let values = [0.0, -0.0, 1.5, f64::NAN, f64::MIN_POSITIVE, 1e300];
        let back = from_planes(&to_planes(&values, f64::to_bits, 8), |bits| bits, 8);
        assert_eq!(back, values.map(f64::to_bits));
        let counts = [0, 1, 70_000, u32::MAX];
        assert_eq!(
            from_planes(&to_planes(&counts, u64::from, 4), |bits| bits as u32, 4),
            counts
        );
    }
}
