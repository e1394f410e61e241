//! Creates the snapshots of accounts and of follows.

use super::GenerateError;
use super::GenerateSpec;
use super::activity_file::{build_batch, build_ids, id_type};
use super::faults::{FaultCounts, PlantedFault};
use super::network::SampleNetwork;
use super::people::{SampleAccount, SamplePeople, StoryRole};
use super::ties::LastingTies;
use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use clout_base::day::{DAY_MICROS, Day};
use std::sync::Arc;

/// Number of accounts per suspended and per verified account; arbitrary primes.
const ACCOUNTS_PER_SUSPENDED: u32 = 199;
const ACCOUNTS_PER_VERIFIED: u32 = 97;

/// Creates snapshot number `snapshot` of a network's accounts that exist on `load_day`. On foursquare, the columns for
/// followed accounts and verification are missing, as the contract allows.
pub(crate) fn build_accounts(
    people: &SamplePeople,
    network: SampleNetwork,
    load_day: i32,
    snapshot: usize,
    faults: &mut FaultCounts,
) -> Result<RecordBatch, GenerateError> {
    let existing: Vec<(u32, &SampleAccount)> = (0u32..)
        .zip(&people.accounts)
        .filter(|(_, account)| account.network == network && account.created_day <= load_day)
        .collect();
    // Twitter's last snapshot has one row without an id.
    let without_id = (network == SampleNetwork::Twitter && snapshot == 2).then_some(existing.len() / 2);
    if without_id.is_some() {
        faults.count(PlantedFault::NullAccountId);
    }
    let id_column = existing.iter().enumerate().map(|(at, (_, account))| {
        let is_hidden = Some(at) == without_id;
        (!is_hidden).then_some(account.id.as_str())
    });
    let created = existing.iter().map(|(index, account)| {
        Day(account.created_day).start_micros() + i64::from(*index) * 7_919_000_000 % DAY_MICROS
    });
    let created = TimestampMicrosecondArray::from_iter_values(created).with_timezone("UTC");
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("account_id", build_ids(id_column, &id_type(network))?),
        ("handle", texts(&existing, |index, _| handle(people, index))),
        ("display_name", texts(&existing, |index, _| display_name(people, index))),
        ("created_at", Arc::new(created)),
        (
            "followers_count",
            counts(&existing, |_, account| grown(account.followers, snapshot)),
        ),
    ];
    if network != SampleNetwork::Foursquare {
        let following = |index: u32, _: &SampleAccount| 20 + i64::from(index * 31 % 400);
        columns.push(("following_count", counts(&existing, following)));
        columns.push(("is_verified", flags(&existing, ACCOUNTS_PER_VERIFIED)));
    }
    columns.push(("is_suspended", flags(&existing, ACCOUNTS_PER_SUSPENDED)));
    build_batch(columns)
}

/// Creates snapshot number `snapshot` of the follows on a network.
pub(crate) fn build_follows(
    people: &SamplePeople,
    ties: &LastingTies,
    network: SampleNetwork,
    snapshot: usize,
    faults: &mut FaultCounts,
) -> Result<RecordBatch, GenerateError> {
    let mut pairs: Vec<(&str, Option<&str>)> = Vec::new();
    for (follower, account) in people.accounts.iter().enumerate() {
        if account.network != network {
            continue;
        }
        for (at, &followee) in ties.followees[follower].iter().enumerate() {
            if holds(follower + at, snapshot) {
                pairs.push((&account.id, Some(&people.accounts[followee as usize].id)));
            }
        }
    }
    // Twitter's second snapshot has one row without a followee.
    if let Some((follower, _)) = pairs.get(pairs.len() / 3).copied()
        && network == SampleNetwork::Twitter
        && snapshot == 1
    {
        pairs.push((follower, None));
        faults.count(PlantedFault::NullFolloweeId);
    }
    let followers = pairs.iter().map(|(follower, _)| Some(*follower));
    let followees = pairs.iter().map(|(_, followee)| *followee);
    build_batch(vec![
        ("follower_id", build_ids(followers, &id_type(network))?),
        ("followee_id", build_ids(followees, &id_type(network))?),
    ])
}

/// Returns true if a snapshot has a follow: one of eight begins with the second snapshot, one of eight ends with the
/// third.
fn holds(number: usize, snapshot: usize) -> bool {
    match number % 8 {
        3 => snapshot >= 1,
        6 => snapshot <= 1,
        _ => true,
    }
}

/// Returns the number of followers, which grows by a fiftieth per snapshot.
fn grown(followers: i64, snapshot: usize) -> i64 {
    followers + followers / 50 * snapshot as i64
}

/// Returns the days (counted from the first) with full snapshots of identities and follows.
pub(crate) fn snapshot_days(spec: &GenerateSpec) -> [u32; 3] {
    [0, spec.days / 3, spec.days * 2 / 3]
}

/// Returns the days with full snapshots of accounts. The last day is included, because the ring's accounts would be in
/// no snapshot otherwise.
pub(crate) fn account_snapshot_days(spec: &GenerateSpec) -> [u32; 3] {
    [0, spec.days / 2, spec.days - 1]
}

fn handle(people: &SamplePeople, account: u32) -> String {
    match people.owner(account).role {
        StoryRole::Bot => format!("fresh_{account}"),
        StoryRole::Cast(_) => people.owner(account).id.replace('-', "_"),
        StoryRole::Ordinary => format!("{}_{account}", people.owner(account).id.replace('-', "")),
    }
}

/// Formats the id's words with capitals: `Copper Heron`.
fn display_name(people: &SamplePeople, account: u32) -> String {
    if people.owner(account).role == StoryRole::Bot {
        return "Your new friend".to_owned();
    }
    let words = people
        .owner(account)
        .id
        .split('-')
        .filter(|word| !word.starts_with(char::is_numeric));
    let capitals = words.map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    capitals.collect::<Vec<_>>().join(" ")
}

fn texts(existing: &[(u32, &SampleAccount)], text: impl Fn(u32, &SampleAccount) -> String) -> ArrayRef {
    let values = existing.iter().map(|(index, account)| text(*index, account));
    Arc::new(StringArray::from_iter_values(values))
}

fn counts(existing: &[(u32, &SampleAccount)], count: impl Fn(u32, &SampleAccount) -> i64) -> ArrayRef {
    let values = existing.iter().map(|(index, account)| count(*index, account));
    Arc::new(Int64Array::from_iter_values(values))
}

fn flags(existing: &[(u32, &SampleAccount)], one_of: u32) -> ArrayRef {
    let values: Vec<bool> = existing.iter().map(|(index, _)| index % one_of == one_of - 1).collect();
    Arc::new(BooleanArray::from(values))
}
