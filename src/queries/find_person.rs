//! Finds a person by id, by an account, or by a handle.

use polars::prelude::*;

use super::{collect_texts, keep_visible_people, read_frame};
use clout_base::error::{Error, Result};
use clout_base::visible_text::make_visible;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots::{find_or_newest, read_matching_rows};
use clout_warehouse::store::Store;

/// Most candidates that an error lists.
const MAX_CANDIDATES: usize = 5;

/// Returns the id of the person that `asked` names in a snapshot: the person with this id, the owner of the account
/// `<network>:<account_id>`, or the owner of an account with this handle, in any case and with or without a leading @.
/// `None` if there is none, or if the person is not in the newest snapshot.
///
/// # Errors
/// Returns a usage error that lists the candidates if several people have the handle, or an error of the store.
pub fn find_person(store: &Store, manifest: &Manifest, asked: &str) -> Result<Option<String>> {
    let is_in = |manifest: &Manifest| -> Result<bool> {
        Ok(!read_matching_rows(store, manifest, "scores", ("person_id", asked))?.is_empty())
    };
    if is_in(manifest)? {
        return Ok(is_in(&find_or_newest(store, None)?)?.then(|| asked.to_owned()));
    }
    if !manifest.tables.contains_key("people") {
        // Snapshots of earlier versions have no names.
        return Ok(None);
    }
    let people = keep_visible_people(store, manifest, read_frame(store, manifest, "people")?)?;
    if let Some((network, account)) = asked.split_once(':') {
        let is_account = col("network").eq(lit(network)).and(col("account_id").eq(lit(account)));
        if let [owner] = &list_people(people.clone().filter(is_account))?[..] {
            return Ok(Some(owner.clone()));
        }
    }
    let handle = asked.strip_prefix('@').unwrap_or(asked).to_lowercase();
    let is_handle = col("handle").str().to_lowercase().eq(lit(handle));
    match &list_people(people.filter(is_handle))?[..] {
        [] => Ok(None),
        [owner] => Ok(Some(owner.clone())),
        several => Err(describe_ambiguity(asked, several)),
    }
}

/// Returns the distinct people of the rows, in order of ids.
fn list_people(rows: LazyFrame) -> Result<Vec<String>> {
    let ids = rows.select([col("person_id")]).unique(None, UniqueKeepStrategy::Any);
    collect_texts(ids.sort(["person_id"], SortMultipleOptions::default()))
}

fn describe_ambiguity(asked: &str, people: &[String]) -> Error {
    let shown: Vec<String> = people.iter().take(MAX_CANDIDATES).map(|id| make_visible(id)).collect();
    let more = match people.len().saturating_sub(MAX_CANDIDATES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Error::usage(format!(
        "{} people have the handle {}: {}{more}. Name one by its person_id",
        people.len(),
        make_visible(asked),
        shown.join(", ")
    ))
}

/// Returns a frame with one handle for each person of a snapshot, in the columns `person_id` and `handle`: of the account
/// with the most followers, then of the first network and account. Of one network only, if it is given.
///
/// # Errors
/// Returns an error of the store.
pub fn read_handles(store: &Store, manifest: &Manifest, network: Option<&str>) -> Result<Option<LazyFrame>> {
    if !manifest.tables.contains_key("people") {
        return Ok(None);
    }
    let mut people = read_frame(store, manifest, "people")?.filter(col("handle").is_not_null());
    if let Some(network) = network {
        people = people.filter(col("network").eq(lit(network)));
    }
    let order = SortMultipleOptions::default()
        .with_order_descending_multi([false, true, false, false])
        .with_nulls_last(true);
    let sorted = people.sort(["person_id", "followers_count", "network", "account_id"], order);
    let first = sorted.unique_stable(Some(cols(["person_id"])), UniqueKeepStrategy::First);
    Ok(Some(first.select([col("person_id"), col("handle")])))
}

/// Adds the column `handle` to rows with a `person_id`; null without one.
///
/// # Errors
/// Returns an error of the store.
pub fn with_handles(store: &Store, manifest: &Manifest, network: Option<&str>, rows: LazyFrame) -> Result<LazyFrame> {
    let Some(handles) = read_handles(store, manifest, network)? else {
        return Ok(rows.with_column(lit(NULL).cast(DataType::String).alias("handle")));
    };
    let mut order = JoinArgs::new(JoinType::Left);
    order.maintain_order = MaintainOrderJoin::Left;
    Ok(rows.join(handles, [col("person_id")], [col("person_id")], order))
}
