//! Converts the profiles of accounts in force to an Arrow table and back.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, LargeStringArray, RecordBatch};
use arrow::datatypes::{Int64Type, UInt32Type};

use super::RunState;
use super::tables::{build_batch, column, damaged, numbers, uint32};
use crate::ingest::profiles::AccountProfile;
use clout_base::error::Result;

/// Converts the profiles of [`RunState::profiles`].
pub(super) fn from_profiles(state: &RunState) -> Result<RecordBatch> {
    let profiles = || {
        (0..)
            .zip(&state.profiles)
            .filter_map(|(node, profile)| Some((node, profile.as_deref()?)))
    };
    let texts = |text: fn(&AccountProfile) -> Option<&str>| -> ArrayRef {
        Arc::new(
            profiles()
                .map(|(_, profile)| text(profile))
                .collect::<LargeStringArray>(),
        )
    };
    let integers = |number: fn(&AccountProfile) -> Option<i64>| -> ArrayRef {
        Arc::new(profiles().map(|(_, profile)| number(profile)).collect::<Int64Array>())
    };
    let flags = |flag: fn(&AccountProfile) -> Option<bool>| -> ArrayRef {
        Arc::new(profiles().map(|(_, profile)| flag(profile)).collect::<BooleanArray>())
    };
    build_batch(vec![
        ("node", uint32(profiles().map(|(node, _)| node))),
        ("handle", texts(|profile| profile.handle.as_deref())),
        ("display_name", texts(|profile| profile.display_name.as_deref())),
        ("created_at", integers(|profile| profile.created_at)),
        ("followers_count", integers(|profile| profile.followers_count)),
        ("is_verified", flags(|profile| profile.is_verified)),
        ("is_suspended", flags(|profile| profile.is_suspended)),
    ])
}

/// Reads the profiles of [`from_profiles`].
pub(super) fn add_profiles(table: &RecordBatch, state: &mut RunState) -> Result<()> {
    let (handles, names) = (texts(table, "handle")?, texts(table, "display_name")?);
    let (times, followers) = (integers(table, "created_at")?, integers(table, "followers_count")?);
    let (verified, suspended) = (flags(table, "is_verified")?, flags(table, "is_suspended")?);
    state.profiles = vec![None; state.accounts.len()];
    for (row, node) in numbers::<UInt32Type>(table, "node")?.into_iter().enumerate() {
        let slot = state.profiles.get_mut(node as usize).ok_or_else(|| damaged("node"))?;
        let text = |column: &LargeStringArray| column.is_valid(row).then(|| column.value(row).into());
        let integer = |column: &Int64Array| column.is_valid(row).then(|| column.value(row));
        let flag = |column: &BooleanArray| column.is_valid(row).then(|| column.value(row));
        *slot = Some(Box::new(AccountProfile {
            handle: text(handles),
            display_name: text(names),
            created_at: integer(times),
            followers_count: integer(followers),
            is_verified: flag(verified),
            is_suspended: flag(suspended),
        }));
    }
    Ok(())
}

fn texts<'a>(table: &'a RecordBatch, name: &str) -> Result<&'a LargeStringArray> {
    column(table, name)?.as_string_opt::<i64>().ok_or_else(|| damaged(name))
}

fn integers<'a>(table: &'a RecordBatch, name: &str) -> Result<&'a Int64Array> {
    let values = column(table, name)?.as_primitive_opt::<Int64Type>();
    values.ok_or_else(|| damaged(name))
}

fn flags<'a>(table: &'a RecordBatch, name: &str) -> Result<&'a BooleanArray> {
    column(table, name)?.as_boolean_opt().ok_or_else(|| damaged(name))
}
