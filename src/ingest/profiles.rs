//! What an accounts table says about an account, beside its id.

use arrow::array::{Array, BooleanArray, Int64Array, StringViewArray};
use clout_warehouse::admission::RefusalReason;
use clout_warehouse::input_batches::InputBatch;

/// Profile of an account. The order of the fields, with nulls first, decides among several rows of one account: the least
/// one counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountProfile {
    /// Name by which the account is mentioned.
    pub handle: Option<Box<str>>,
    /// Name that the account shows.
    pub display_name: Option<Box<str>>,
    /// Time of its creation, microseconds since 1970.
    pub created_at: Option<i64>,
    /// Followers, as the network reports them.
    pub followers_count: Option<i64>,
    /// True if the network has verified the account.
    pub is_verified: Option<bool>,
    /// True if the network has suspended the account.
    pub is_suspended: Option<bool>,
}

/// Index of the first optional column of accounts.
const HANDLE: usize = 1;

/// Reads the profiles of a batch of accounts, by row. A time that does not fit into microseconds is null.
///
/// # Errors
/// Returns the reason for refusing the file if a column cannot be converted.
pub fn parse_profiles(batch: &InputBatch) -> Result<Vec<AccountProfile>, RefusalReason> {
    let (handles, names) = (batch.texts(HANDLE)?, batch.texts(HANDLE + 1)?);
    let (times, followers) = (batch.times(HANDLE + 2)?, batch.counts(HANDLE + 3)?);
    let (verified, suspended) = (batch.flags(HANDLE + 4)?, batch.flags(HANDLE + 5)?);
    let profile = |row: usize| AccountProfile {
        handle: text(&handles, row),
        display_name: text(&names, row),
        created_at: times.micros(row).and_then(|micros| i64::try_from(micros).ok()),
        followers_count: number(&followers, row),
        is_verified: flag(&verified, row),
        is_suspended: flag(&suspended, row),
    };
    Ok((0..batch.rows).map(profile).collect())
}

fn text(column: &StringViewArray, row: usize) -> Option<Box<str>> {
    let value = column.is_valid(row).then(|| column.value(row));
    value.filter(|value| !value.is_empty()).map(Into::into)
}

fn number(column: &Int64Array, row: usize) -> Option<i64> {
    column.is_valid(row).then(|| column.value(row))
}

fn flag(column: &BooleanArray, row: usize) -> Option<bool> {
    column.is_valid(row).then(|| column.value(row))
}
