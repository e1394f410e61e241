//! Posts on topics: the ledger by period of the interest that they show.

use polars::prelude::*;

use super::acts::ActTables;
use super::frames::collect;
use super::period_ledger::LedgerColumns;
use clout_base::error::Result;

/// Ledger. Grain: (period, account, topic).
pub(super) const LEDGER: LedgerColumns<2, 1> = LedgerColumns {
    key: [("account", DataType::UInt32), ("topic", DataType::UInt32)],
    sums: ["interest"],
};

/// Faded number of posts of some load dates of one network. Grain: (period, account, topic).
pub(super) fn find_interests(tables: &ActTables) -> Result<DataFrame> {
    let posts = tables.mentions.clone().lazy().filter(col("is_post"));
    let posts = posts.with_columns([col("actor").alias("account"), col("fade").alias("interest")]);
    collect(LEDGER.sum_rows(posts))
}
