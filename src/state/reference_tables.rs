//! Converts the reference tables in force to Arrow tables and back: accounts without a permanent number, owners, and
//! listed accounts.

use std::sync::Arc;

use arrow::array::{AsArray, LargeStringArray, RecordBatch, UInt8Array};
use arrow::datatypes::{UInt8Type, UInt32Type};

use super::RunState;
use super::tables::{build_batch, column, damaged, numbers, uint32};
use clout_base::error::Result;

/// Converts the accounts that follow those with permanent numbers.
pub(super) fn from_temporary(state: &RunState) -> Result<RecordBatch> {
    let accounts = &state.accounts;
    let nodes = || accounts.numbered()..accounts.len() as u32;
    let networks = nodes().map(|node| accounts.network_of(node) as u8);
    let ids = nodes().map(|node| accounts.id(node));
    build_batch(vec![
        ("network", Arc::new(UInt8Array::from_iter_values(networks))),
        ("account_id", Arc::new(LargeStringArray::from_iter_values(ids))),
    ])
}

/// Appends the accounts of [`from_temporary`].
pub(super) fn add_temporary(table: &RecordBatch, state: &mut RunState) -> Result<()> {
    let networks = numbers::<UInt8Type>(table, "network")?;
    let ids = column(table, "account_id")?
        .as_string_opt::<i64>()
        .ok_or_else(|| damaged("account_id"))?;
    if networks
        .iter()
        .any(|n| usize::from(*n) >= state.accounts.network_names().len())
    {
        return Err(damaged("network"));
    }
    let accounts = networks.iter().map(|network| usize::from(*network));
    state.accounts.append(accounts.zip(ids.iter().flatten()));
    state.activity.resize(state.accounts.len(), Default::default());
    Ok(())
}

/// Converts the owners of accounts.
pub(super) fn from_owners(state: &RunState) -> Result<RecordBatch> {
    let owned = || {
        (0..)
            .zip(&state.owners)
            .filter_map(|(node, owner)| Some((node, owner.as_deref()?)))
    };
    build_batch(vec![
        ("node", uint32(owned().map(|(node, _)| node))),
        (
            "owner",
            Arc::new(owned().map(|(_, owner)| Some(owner)).collect::<LargeStringArray>()),
        ),
    ])
}

/// Reads the owners of [`from_owners`].
pub(super) fn add_owners(table: &RecordBatch, state: &mut RunState) -> Result<()> {
    let owners = column(table, "owner")?
        .as_string_opt::<i64>()
        .ok_or_else(|| damaged("owner"))?;
    state.owners = vec![None; state.accounts.len()];
    for (node, owner) in numbers::<UInt32Type>(table, "node")?.into_iter().zip(owners) {
        let slot = state.owners.get_mut(node as usize).ok_or_else(|| damaged("node"))?;
        *slot = owner.map(Into::into);
    }
    Ok(())
}

/// Converts the accounts that the accounts in force list.
pub(super) fn from_listed(state: &RunState) -> Result<RecordBatch> {
    let listed = (0..).zip(&state.is_listed).filter(|(_, is_listed)| **is_listed);
    build_batch(vec![("node", uint32(listed.map(|(node, _)| node)))])
}

/// Reads the accounts of [`from_listed`].
pub(super) fn add_listed(table: &RecordBatch, state: &mut RunState) -> Result<()> {
    state.is_listed = vec![false; state.accounts.len()];
    for node in numbers::<UInt32Type>(table, "node")? {
        let slot = state.is_listed.get_mut(node as usize).ok_or_else(|| damaged("node"))?;
        *slot = true;
    }
    Ok(())
}
