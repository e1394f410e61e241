//! Converts the co-visit state to Arrow tables and back.

use arrow::array::RecordBatch;
use arrow::datatypes::{Int64Type, UInt32Type, UInt64Type};

use super::tables::{build_batch, days, int32, int64, numbers, uint32, uint64};
use clout_base::error::Result;
use clout_model::networks::co_visit::{CheckIn, CoVisitCredit, CoVisitState};

/// Converts one network's co-visit state to the tables of check-ins, credits and follows.
pub fn from_co_visits(memory: &CoVisitState) -> Result<[RecordBatch; 3]> {
    let mut credits: Vec<&CoVisitCredit> = memory.credits.iter().collect();
    credits.sort_unstable();
    Ok([
        build_batch(vec![
            ("venue", uint64(memory.check_ins.iter().map(|c| c.venue))),
            ("account", uint32(memory.check_ins.iter().map(|c| c.account))),
            ("occurred_at", int64(memory.check_ins.iter().map(|c| c.occurred_at))),
            ("load_date", int32(memory.check_ins.iter().map(|c| c.load_date.0))),
        ])?,
        build_batch(vec![
            ("reactor", uint32(credits.iter().map(|c| c.reactor))),
            ("target", uint32(credits.iter().map(|c| c.target))),
            ("venue", uint64(credits.iter().map(|c| c.venue))),
            ("day", int32(credits.iter().map(|c| c.day.0))),
        ])?,
        build_batch(vec![
            ("follower", uint32(memory.follows.iter().map(|pair| pair.0))),
            ("followee", uint32(memory.follows.iter().map(|pair| pair.1))),
        ])?,
    ])
}

/// Reads the tables of [`from_co_visits`].
pub fn to_co_visits(tables: &[RecordBatch; 3]) -> Result<CoVisitState> {
    let [check_ins, credits, follows] = tables;
    let (venues, accounts) = (
        numbers::<UInt64Type>(check_ins, "venue")?,
        numbers::<UInt32Type>(check_ins, "account")?,
    );
    let (times, loads) = (
        numbers::<Int64Type>(check_ins, "occurred_at")?,
        days(check_ins, "load_date")?,
    );
    let (reactors, targets) = (
        numbers::<UInt32Type>(credits, "reactor")?,
        numbers::<UInt32Type>(credits, "target")?,
    );
    let (credited, credit_days) = (numbers::<UInt64Type>(credits, "venue")?, days(credits, "day")?);
    let followers = numbers::<UInt32Type>(follows, "follower")?;
    Ok(CoVisitState {
        check_ins: (0..venues.len())
            .map(|row| CheckIn {
                venue: venues[row],
                account: accounts[row],
                occurred_at: times[row],
                load_date: loads[row],
            })
            .collect(),
        credits: (0..reactors.len())
            .map(|row| CoVisitCredit {
                reactor: reactors[row],
                target: targets[row],
                venue: credited[row],
                day: credit_days[row],
            })
            .collect(),
        follows: followers
            .into_iter()
            .zip(numbers::<UInt32Type>(follows, "followee")?)
            .collect(),
    })
}
