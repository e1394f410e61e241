//! Reactions and texts to other accounts on topics: the ledger by period.

use polars::prelude::*;

use super::acts::{ActRows, ActTables};
use super::fixed_point::{DecayPeriods, ONE, to_units};
use super::frames::{add_column, anti_join, build_column, collect, columns, join_on, read_i64, read_u32, union_all};
use super::period_ledger::LedgerColumns;
use clout_base::error::Result;
use clout_model::influence::model::InfluenceModel;
use clout_model::influence::weights::saturate;

/// Ledger. Grain: (period, target, topic, actor). Its sums: worth of the reactions to the target; all rows, which show the actor's interest; the actor's
/// texts to the target in reactions on the topic; and the number of reactions. `lasting_` sums fade with the lasting
/// half-life.
pub(super) const LEDGER: LedgerColumns<3, 6> = LedgerColumns {
    key: [
        ("target", DataType::UInt32),
        ("topic", DataType::UInt32),
        ("actor", DataType::UInt32),
    ],
    sums: ["worth", "lasting_worth", "interest", "given", "lasting_given", "count"],
};
/// One actor on one day of a load date.
const CELL_DAY: [&str; 4] = ["actor", "load_date", "day", "period"];
/// One (actor, target, topic) on one day of a load date. The day decides the period.
const CELL: [&str; 5] = ["actor", "load_date", "day", "target", "topic"];

/// Interactions of some load dates of one network, from its acts and their credits. Grain: (period, target, topic, actor).
///
/// A reaction is worth its weight times the [selectivity](clout_model::influence::weights) of its actor's day; reactions
/// of one actor to one target on one topic and day saturate, and fade from the latest on.
pub(super) fn find_interactions(
    part: &ActRows,
    tables: &ActTables,
    credits: &DataFrame,
    model: &InfluenceModel,
) -> Result<DataFrame> {
    let touched = find_touched(tables, credits)?;
    let credited = || col("is_credit");
    let given = |fade: &str, name: &str| {
        let texts = col(fade).filter(credited().and(col("has_text")));
        texts.sum().alias(name)
    };
    let cells = touched.clone().lazy().group_by(columns(CELL)).agg([
        col("period").first(),
        col("cell_weight").filter(credited()).sum(),
        col("at").filter(credited()).max(),
        credited().cast(DataType::Int64).sum().alias("count"),
        col("fade").sum().alias("interest"),
        given("fade", "given"),
        given("lasting_fade", "lasting_given"),
    ]);
    let of_day = ["actor", "load_date", "day"];
    let targets = touched.lazy().filter(credited()).group_by(columns(of_day));
    let targets = targets.agg([col("target").n_unique().cast(DataType::UInt32).alias("targets")]);
    let cells = cells.join(targets, columns(of_day), columns(of_day), JoinArgs::new(JoinType::Left));
    let cells = cells.with_columns([col("targets").fill_null(lit(1_u32)), col("at").fill_null(lit(0_i64))]);
    let mut cells = collect(cells)?;
    for (name, periods) in [("worth", part.periods.short), ("lasting_worth", part.periods.lasting)] {
        let worth = compute_worth(&cells, part, model, periods)?;
        add_column(&mut cells, build_column(name, worth))?;
    }
    collect(LEDGER.sum_rows(cells.lazy()))
}

/// Rows to another account, by topic; `is_credit` if the topic credits the target. Grain: (row, topic).
fn find_touched(tables: &ActTables, credits: &DataFrame) -> Result<DataFrame> {
    let facts = [
        &["topic"][..],
        &CELL_DAY,
        &["target", "at", "cell_weight", "fade", "lasting_fade", "has_text"],
    ]
    .concat();
    let facts: Vec<Expr> = facts.into_iter().map(col).collect();
    let own = tables.mentions.clone().lazy().filter(col("is_post").not());
    let own = anti_join(own, credits.clone().lazy(), ["row", "topic"]).select(&facts);
    let credited = join_on(credits.clone().lazy(), tables.acts.clone().lazy(), ["row"]).select(&facts);
    let flag = |rows: LazyFrame, is_credit: bool| rows.with_column(lit(is_credit).alias("is_credit"));
    collect(union_all([flag(own, false), flag(credited, true)])?)
}

/// Returns the worth of the cells, in units at the end of the period.
fn compute_worth(cells: &DataFrame, part: &ActRows, model: &InfluenceModel, periods: DecayPeriods) -> Result<Vec<i64>> {
    let (weights, counts) = (read_i64(cells, "cell_weight")?, read_i64(cells, "count")?);
    let (times, targets) = (read_i64(cells, "at")?, read_u32(cells, "targets")?);
    let unit = part.weight_divisor() as f64 / ONE;
    let worth = |cell: usize| {
        if counts[cell] == 0 {
            return 0;
        }
        let sum = saturate(weights[cell] as f64 * unit, model.params().repeats.beta_day);
        let selectivity = model.weighing().selectivity(targets[cell].max(1));
        to_units(selectivity * sum * periods.fade_to_period_end(times[cell]))
    };
    Ok((0..cells.height()).map(worth).collect())
}
