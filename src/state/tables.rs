//! Converts the state to Arrow tables and back.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, FixedSizeBinaryArray, Float32Array, Float64Array, Int32Array, Int64Array,
    LargeStringArray, RecordBatch, UInt8Array, UInt32Array, UInt64Array,
};
use arrow::datatypes::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int32Type, Int64Type, UInt8Type, UInt32Type, UInt64Type,
};

use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_model::account_activity::AccountActivity;
use clout_model::accounts::AccountIndex;
use clout_model::delivered::{DeliveredIds, IdList};
use clout_model::influence::pairs::PairSums;

/// Creates a batch from named columns of equal length.
pub fn build_batch(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch> {
    RecordBatch::try_from_iter(columns)
        .map_err(|error| Error::internal("a table of the state has columns of different lengths").with_source(error))
}

pub(super) fn damaged(column: &str) -> Error {
    Error::internal(format!("the state's column {column} is missing or of another type"))
}

pub(super) fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    batch.column_by_name(name).ok_or_else(|| damaged(name))
}

pub(super) fn numbers<T: ArrowPrimitiveType>(batch: &RecordBatch, name: &str) -> Result<Vec<T::Native>> {
    let array = column(batch, name)?
        .as_primitive_opt::<T>()
        .ok_or_else(|| damaged(name))?;
    Ok(array.values().to_vec())
}

pub(super) fn days(batch: &RecordBatch, name: &str) -> Result<Vec<Day>> {
    Ok(numbers::<Int32Type>(batch, name)?.into_iter().map(Day).collect())
}

pub(super) fn uint32(values: impl IntoIterator<Item = u32>) -> ArrayRef {
    Arc::new(UInt32Array::from_iter_values(values))
}

pub(super) fn int32(values: impl IntoIterator<Item = i32>) -> ArrayRef {
    Arc::new(Int32Array::from_iter_values(values))
}

pub(super) fn int64(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

pub(super) fn uint64(values: impl IntoIterator<Item = u64>) -> ArrayRef {
    Arc::new(UInt64Array::from_iter_values(values))
}

/// Converts 128-bit hashes to a column of 16 bytes each.
pub fn hash_column(values: impl ExactSizeIterator<Item = u128>) -> Result<ArrayRef> {
    let mut bytes = Vec::with_capacity(16 * values.len());
    values.for_each(|value| bytes.extend_from_slice(&value.to_be_bytes()));
    let array = FixedSizeBinaryArray::try_new(16, bytes.into(), None)
        .map_err(|error| Error::internal("a column of hashes has a wrong length").with_source(error))?;
    Ok(Arc::new(array))
}

/// Reads the hashes of a column made by [`hash_column`].
pub fn read_hashes(batch: &RecordBatch, name: &str) -> Result<Vec<u128>> {
    let array = column(batch, name)?
        .as_fixed_size_binary_opt()
        .ok_or_else(|| damaged(name))?;
    let value = |bytes: &[u8]| bytes.try_into().map(u128::from_be_bytes).map_err(|_| damaged(name));
    (0..array.len()).map(|row| value(array.value(row))).collect()
}

/// Converts the accounts with their records, listings and owners to a table.
pub fn from_accounts(
    accounts: &AccountIndex,
    facts: &[AccountActivity],
    is_listed: &[bool],
    owners: &[Option<Box<str>>],
) -> Result<RecordBatch> {
    let nodes = || 0..accounts.len() as u32;
    build_batch(vec![
        (
            "network",
            Arc::new(UInt8Array::from_iter_values(
                nodes().map(|node| accounts.network_of(node) as u8),
            )),
        ),
        (
            "account_id",
            Arc::new(LargeStringArray::from_iter_values(
                nodes().map(|node| accounts.id(node)),
            )),
        ),
        ("days_seen", uint32(facts.iter().map(|f| f.days_seen))),
        ("recent_days", hash_column(facts.iter().map(|f| f.recent_days))?),
        ("first_seen_at", int64(facts.iter().map(|f| f.first_seen_at))),
        ("last_seen_at", int64(facts.iter().map(|f| f.last_seen_at))),
        ("last_seen", int32(facts.iter().map(|f| f.last_seen))),
        ("posts", uint32(facts.iter().map(|f| f.posts))),
        ("last_post_load", int32(facts.iter().map(|f| f.last_post_load))),
        ("last_post_at", int64(facts.iter().map(|f| f.last_post_at))),
        ("is_listed", Arc::new(BooleanArray::from(is_listed.to_vec()))),
        (
            "owner",
            Arc::new(
                owners
                    .iter()
                    .map(|owner| owner.as_deref())
                    .collect::<LargeStringArray>(),
            ),
        ),
    ])
}

/// Arguments of [`from_accounts`], as read back.
pub type AccountTable = (AccountIndex, Vec<AccountActivity>, Vec<bool>, Vec<Option<Box<str>>>);

/// Reads the table of [`from_accounts`] for the networks `names`.
pub fn to_accounts(batch: &RecordBatch, names: Vec<String>) -> Result<AccountTable> {
    let networks = numbers::<UInt8Type>(batch, "network")?;
    let ids = column(batch, "account_id")?
        .as_string_opt::<i64>()
        .ok_or_else(|| damaged("account_id"))?;
    let by_network = (0..names.len())
        .map(|network| {
            let start = networks.partition_point(|n| usize::from(*n) < network);
            let end = networks.partition_point(|n| usize::from(*n) <= network);
            ids.slice(start, end - start)
        })
        .collect();
    let (days_seen, recent_days) = (
        numbers::<UInt32Type>(batch, "days_seen")?,
        read_hashes(batch, "recent_days")?,
    );
    let last_seen = numbers::<Int32Type>(batch, "last_seen")?;
    let (first_seen_at, last_seen_at) = (
        numbers::<Int64Type>(batch, "first_seen_at")?,
        numbers::<Int64Type>(batch, "last_seen_at")?,
    );
    let (posts, last_post_load) = (
        numbers::<UInt32Type>(batch, "posts")?,
        numbers::<Int32Type>(batch, "last_post_load")?,
    );
    let last_post_at = numbers::<Int64Type>(batch, "last_post_at")?;
    let facts = (0..batch.num_rows())
        .map(|row| AccountActivity {
            days_seen: days_seen[row],
            recent_days: recent_days[row],
            first_seen_at: first_seen_at[row],
            last_seen_at: last_seen_at[row],
            last_seen: last_seen[row],
            posts: posts[row],
            last_post_load: last_post_load[row],
            last_post_at: last_post_at[row],
        })
        .collect();
    let is_listed = column(batch, "is_listed")?
        .as_boolean_opt()
        .ok_or_else(|| damaged("is_listed"))?;
    let owners = column(batch, "owner")?
        .as_string_opt::<i64>()
        .ok_or_else(|| damaged("owner"))?;
    Ok((
        AccountIndex::new(names, by_network),
        facts,
        is_listed.values().iter().collect(),
        owners.iter().map(|owner| owner.map(Into::into)).collect(),
    ))
}

/// Converts the rows `range` of the pairs, without sums, to a table.
pub fn from_pairs(pairs: &PairSums, range: Range<usize>) -> Result<RecordBatch> {
    let counts = &pairs.counts[range.clone()];
    let details = &pairs.details[range.clone()];
    let weights = counts
        .iter()
        .zip(details)
        .map(|(count, detail)| if *count == 1 { f32::from_bits(*detail) } else { 0.0 });
    build_batch(vec![
        ("actor", uint32(pairs.actors[range.clone()].iter().copied())),
        ("target", uint32(pairs.targets[range.clone()].iter().copied())),
        (
            "verb",
            Arc::new(UInt8Array::from_iter_values(pairs.verbs[range.clone()].iter().copied())),
        ),
        ("count", uint32(counts.iter().copied())),
        (
            "last_load",
            int32(pairs.last_loads[range.clone()].iter().map(|day| day.0)),
        ),
        ("last_at", int64(pairs.last_at[range].iter().copied())),
        ("weight", Arc::new(Float32Array::from_iter_values(weights))),
    ])
}

/// Converts the sums of the rows in `range` with several reactions, in their order, to a table.
pub fn from_sums(pairs: &PairSums, range: Range<usize>, stride: usize) -> Result<RecordBatch> {
    let rows = || pairs.counts[range.clone()].iter().zip(&pairs.details[range.clone()]);
    let places = || {
        rows()
            .filter(|(count, _)| **count > 1)
            .map(|(_, detail)| *detail as usize)
    };
    let names: Vec<String> = (0..stride).map(|j| format!("sum_{j}")).collect();
    let column = |j: usize| Float64Array::from_iter_values(places().map(|index| pairs.sums[index * stride + j]));
    build_batch(
        names
            .iter()
            .enumerate()
            .map(|(j, name)| (name.as_str(), Arc::new(column(j)) as ArrayRef))
            .collect(),
    )
}

/// Reads the tables of [`from_pairs`] and [`from_sums`].
pub fn to_pairs(rows: &RecordBatch, sums: &RecordBatch, stride: usize) -> Result<PairSums> {
    let mut several = vec![0.0; sums.num_rows() * stride];
    for j in 0..stride {
        let column = numbers::<Float64Type>(sums, &format!("sum_{j}"))?;
        several
            .iter_mut()
            .skip(j)
            .step_by(stride)
            .zip(column)
            .for_each(|(sum, value)| *sum = value);
    }
    let counts = numbers::<UInt32Type>(rows, "count")?;
    let weights = numbers::<Float32Type>(rows, "weight")?;
    let mut details: Vec<u32> = weights.into_iter().map(f32::to_bits).collect();
    let mut index = 0;
    for (detail, _) in details.iter_mut().zip(&counts).filter(|(_, count)| **count > 1) {
        *detail = index;
        index += 1;
    }
    if index as usize != sums.num_rows() {
        return Err(damaged("count"));
    }
    Ok(PairSums {
        actors: numbers::<UInt32Type>(rows, "actor")?,
        targets: numbers::<UInt32Type>(rows, "target")?,
        verbs: numbers::<UInt8Type>(rows, "verb")?,
        counts,
        last_loads: days(rows, "last_load")?,
        last_at: numbers::<Int64Type>(rows, "last_at")?,
        details,
        sums: several,
    })
}

/// Converts delivered ids to a table, by load date and id.
pub fn from_delivered(delivered: &DeliveredIds) -> Result<RecordBatch> {
    let dates = delivered.dates().iter();
    let load_dates = dates.flat_map(|(load_date, ids)| std::iter::repeat_n(load_date.0, ids.len()));
    let ids = || delivered.dates().iter().flat_map(|(_, ids)| ids.iter());
    build_batch(vec![
        ("load_date", int32(load_dates)),
        ("id_high", uint32(ids().map(|id| (id >> 64) as u32))),
        ("id_low", uint64(ids().map(|id| id as u64))),
    ])
}

/// Reads a table of [`from_delivered`].
pub fn to_delivered(batch: &RecordBatch) -> Result<DeliveredIds> {
    let dates = days(batch, "load_date")?;
    let (high, low) = (
        numbers::<UInt32Type>(batch, "id_high")?,
        numbers::<UInt64Type>(batch, "id_low")?,
    );
    let mut ids = high
        .iter()
        .zip(&low)
        .map(|(high, low)| u128::from(*high) << 64 | u128::from(*low));
    let mut delivered = DeliveredIds::default();
    for same in dates.chunk_by(|a, b| a == b) {
        delivered.push(same[0], IdList::from_sorted(ids.by_ref().take(same.len())));
    }
    Ok(delivered)
}
