//! Posts on topics: the ledger by period of the interest that they show.

use polars::prelude::*;

use super::acts::ActTables;
use super::frames::{collect, columns, empty_table};
use super::period_ledger::LedgerColumns;
use clout_base::error::Result;

/// Columns of the ledger.
pub(super) const LEDGER: LedgerColumns<3, 1> = LedgerColumns {
    key: ["period", "account", "topic"],
    sums: ["interest"],
};

/// Returns the ledger without rows. Grain: (period, account, topic).
pub(super) fn empty_interests() -> DataFrame {
    empty_table(&[
        ("period", DataType::Int32),
        ("account", DataType::UInt32),
        ("topic", DataType::UInt32),
        ("interest", DataType::Int64),
    ])
}

/// Faded number of posts of some load dates of one network. Grain: (period, account, topic).
pub(super) fn find_interests(tables: &ActTables) -> Result<DataFrame> {
    let posts = tables.mentions.clone().lazy().filter(col("is_post"));
    let posts = posts.group_by([col("period"), col("actor").alias("account"), col("topic")]);
    collect(
        posts
            .agg([col("fade").sum().alias("interest")])
            .select(columns(["period", "account", "topic", "interest"])),
    )
}
