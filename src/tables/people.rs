//! Table `people`: one row per account of a person.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, StringArray, TimestampMicrosecondArray};
use rayon::prelude::*;

use super::{SnapshotInputs, texts};
use crate::ingest::profiles::AccountProfile;
use crate::state::RunState;
use clout_base::schema::PEOPLE;
use clout_model::people::persons::NO_PERSON;
use clout_warehouse::table_rows::TableRows;

/// Describes the rows of all accounts of people with a presence.
pub fn build_rows<'a>(inputs: &'a SnapshotInputs<'a>, state: &'a RunState) -> TableRows<'a> {
    let accounts = sort_accounts(inputs, state);
    TableRows::new(&PEOPLE, accounts.len(), move |rows| {
        build_columns(inputs, state, &accounts[rows])
    })
}

/// Returns the accounts by person, network and account id.
fn sort_accounts(inputs: &SnapshotInputs, state: &RunState) -> Vec<u32> {
    let persons = inputs.persons;
    let is_present = inputs.presences.present_persons(persons.len());
    let is_shown = |node: &u32| match persons.by_account[*node as usize] {
        NO_PERSON => false,
        person => is_present[person as usize] && !state.accounts.is_erased(*node),
    };
    let key = |node: u32| {
        let network = inputs.networks[state.accounts.network_of(node)].name.as_str();
        (persons.by_account[node as usize], network, state.accounts.id(node))
    };
    let mut accounts: Vec<u32> = (0..state.accounts.len() as u32)
        .into_par_iter()
        .filter(is_shown)
        .collect();
    accounts.par_sort_unstable_by(|a, b| key(*a).cmp(&key(*b)));
    accounts
}

fn build_columns(inputs: &SnapshotInputs, state: &RunState, accounts: &[u32]) -> Vec<ArrayRef> {
    let profiles = || accounts.iter().map(|node| state.profiles[*node as usize].as_deref());
    let texts_of = |text: fn(&AccountProfile) -> Option<&str>| -> ArrayRef {
        Arc::new(profiles().map(|profile| text(profile?)).collect::<StringArray>())
    };
    let flags_of = |flag: fn(&AccountProfile) -> Option<bool>| -> ArrayRef {
        Arc::new(profiles().map(|profile| flag(profile?)).collect::<BooleanArray>())
    };
    let created = profiles().map(|profile| profile?.created_at);
    let followers = profiles().map(|profile| profile?.followers_count);
    let person = |node: &u32| &inputs.persons.ids[inputs.persons.by_account[*node as usize] as usize];
    let network = |node: &u32| inputs.networks[state.accounts.network_of(*node)].name.as_str();
    vec![
        texts(accounts.iter().map(person)),
        texts(accounts.iter().map(network)),
        texts(accounts.iter().map(|node| state.accounts.id(*node))),
        texts_of(|profile| profile.handle.as_deref()),
        texts_of(|profile| profile.display_name.as_deref()),
        Arc::new(created.collect::<TimestampMicrosecondArray>().with_timezone("UTC")),
        Arc::new(followers.collect::<Int64Array>()),
        flags_of(|profile| profile.is_verified),
        flags_of(|profile| profile.is_suspended),
    ]
}
