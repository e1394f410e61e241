//! Finds a person by id, by an account, or by a handle.

use polars::prelude::*;

use super::{collect_texts, keep_visible_people, read_frame};
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots::{find_or_newest, read_matching_rows};
use clout_warehouse::store::Store;

/// People that a text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoundPeople {
    /// One person, by id.
    One(String),
    /// Several people have the handle: their ids, in order.
    Several(Vec<String>),
    /// Nobody in the snapshot and in the newest one.
    Nobody,
}

/// Finds the person that `asked` names in a snapshot: the person with this id, the owner of the account
/// `<network>:<account_id>`, or the owner of an account with this handle, in any case and with or without a leading @.
///
/// # Errors
/// Returns an error of the store.
pub fn find_person(store: &Store, manifest: &Manifest, asked: &str) -> Result<FoundPeople> {
    let is_in = |manifest: &Manifest| -> Result<bool> {
        Ok(!read_matching_rows(store, manifest, "scores", ("person_id", asked))?.is_empty())
    };
    if is_in(manifest)? {
        return Ok(match is_in(&find_or_newest(store, None)?)? {
            true => FoundPeople::One(asked.to_owned()),
            false => FoundPeople::Nobody,
        });
    }
    if !manifest.tables.contains_key("people") {
        // Snapshots of earlier versions have no names.
        return Ok(FoundPeople::Nobody);
    }
    let people = keep_visible_people(store, manifest, read_frame(store, manifest, "people")?)?;
    if let Some((network, account)) = asked.split_once(':') {
        let is_account = col("network").eq(lit(network)).and(col("account_id").eq(lit(account)));
        if let [owner] = &list_people(people.clone().filter(is_account))?[..] {
            return Ok(FoundPeople::One(owner.clone()));
        }
    }
    let handle = asked.strip_prefix('@').unwrap_or(asked).to_lowercase();
    let is_handle = col("handle").str().to_lowercase().eq(lit(handle));
    let mut owners = list_people(people.filter(is_handle))?;
    Ok(match owners.len() {
        0 => FoundPeople::Nobody,
        1 => FoundPeople::One(owners.swap_remove(0)),
        _ => FoundPeople::Several(owners),
    })
}

/// Returns the distinct people of the rows, in order of ids.
fn list_people(rows: LazyFrame) -> Result<Vec<String>> {
    let ids = rows.select([col("person_id")]).unique(None, UniqueKeepStrategy::Any);
    collect_texts(ids.sort(["person_id"], SortMultipleOptions::default()))
}

/// Adds the column `handle` to a few rows with a `person_id`: the handle of the person's account with the most followers,
/// then of the first network and account; of one network only, if it is given. Null without one.
///
/// # Errors
/// Returns an error of the store.
pub fn with_handles(store: &Store, manifest: &Manifest, network: Option<&str>, rows: DataFrame) -> Result<LazyFrame> {
    let rows = rows.lazy();
    if !manifest.tables.contains_key("people") {
        return Ok(rows.with_column(lit(NULL).cast(DataType::String).alias("handle")));
    }
    let by_person = |how| JoinArgs::new(how);
    let key = || [col("person_id")];
    let people = read_frame(store, manifest, "people")?.filter(col("handle").is_not_null());
    let people = match network {
        Some(network) => people.filter(col("network").eq(lit(network))),
        None => people,
    };
    let shown = people.join(rows.clone(), key(), key(), by_person(JoinType::Semi));
    let order = SortMultipleOptions::default()
        .with_order_descending_multi([false, true, false, false])
        .with_nulls_last(true);
    let sorted = shown.sort(["person_id", "followers_count", "network", "account_id"], order);
    let first = sorted.unique_stable(Some(cols(["person_id"])), UniqueKeepStrategy::First);
    let mut in_order = by_person(JoinType::Left);
    in_order.maintain_order = MaintainOrderJoin::Left;
    Ok(rows.join(first.select([col("person_id"), col("handle")]), key(), key(), in_order))
}
