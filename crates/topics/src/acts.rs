//! The rows of some load dates of one network as tables: acts, and the topics that they mention.
//!
//! | table | grain | columns |
//! |---|---|---|
//! | `acts` | row | load_date, day, period, actor, target, at, weight, cell_weight, fade, lasting_fade (units), object, is_post, has_text, describes |
//! | `mentions` | row, topic | kind, and the columns of the act |
//! | `credits` | row, topic | topics of the reaction's object, which credit its target |

use polars::prelude::*;

use super::fixed_point::{TopicPeriods, to_units};
use super::frames::{anti_join, build_column, build_table, collect, columns, join_on, union_all};
use super::row_topics::RowTopics;
use super::rows::ActivityRows;
use crate::ontology::alias_resolver::MentionKind;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::networks::Network;

/// Weights up to this are summed in units. The greatest weight of a verb is nearly 1,000 times as much.
const COMMON_WEIGHT: f64 = 1024.0;

/// Tables of the rows of some load dates of one network. Reactions of an account to itself carry no evidence and are
/// left out.
pub(super) struct ActTables {
    pub(super) acts: DataFrame,
    pub(super) mentions: DataFrame,
}

/// Rows of some load dates of one network.
pub(super) struct ActRows<'a> {
    pub(super) network: &'a Network,
    pub(super) rows: &'a ActivityRows,
    pub(super) periods: TopicPeriods,
    /// Counted rows: load date and index.
    pub(super) kept: Vec<(Day, usize)>,
}

impl ActTables {
    /// Builds the tables. `found` has the topics of the rows.
    pub(super) fn new(source: &ActRows, found: RowTopics) -> Result<ActTables> {
        let has_topics = |row: u32| found.rows.binary_search(&row).is_ok();
        let is_act = |(_, row): &&(Day, usize)| {
            let (actor, target) = (source.rows.actors[*row], source.rows.targets[*row]);
            let has_object = !source.rows.is_post(*row) && source.rows.mentions.objects[*row] != 0;
            actor != target && (has_object || has_topics(*row as u32))
        };
        let acts = source.build_acts(source.kept.iter().filter(is_act).copied())?;
        let mentions = build_table(vec![
            build_column("row", found.rows),
            build_column("topic", found.topics),
            build_column("kind", found.kinds),
        ])?;
        let mentions = collect(join_on(mentions.lazy(), acts.clone().lazy(), ["row"]))?;
        Ok(ActTables { acts, mentions })
    }
}

impl ActRows<'_> {
    /// Returns the number by which weights are divided before they are summed, so that two million rows of one actor, target
    /// and topic on a day fit, whatever the weights of the network.
    pub(super) fn weight_divisor(&self) -> i64 {
        match self.network.verbs.iter().any(|verb| verb.weight > COMMON_WEIGHT) {
            true => COMMON_WEIGHT as i64,
            false => 1,
        }
    }

    /// Grain: row.
    fn build_acts(&self, kept: impl Iterator<Item = (Day, usize)>) -> Result<DataFrame> {
        let (dates, rows): (Vec<i32>, Vec<usize>) = kept.map(|(day, row)| (day.0, row)).unzip();
        let source = self.rows;
        let weight = |row: usize| match source.is_post(row) {
            true => 0.0,
            false => self.network.verbs[usize::from(source.verbs[row])].weight,
        };
        let at = |row: usize| source.occurred_at[row];
        let describes = |row: usize| !source.is_post(row) && self.network.tags_describe_object(source.verbs[row]);
        let indices = || rows.iter().copied();
        build_table(vec![
            build_column("row", indices().map(|row| row as u32)),
            build_column("load_date", dates),
            build_column("day", indices().map(|row| Day::from_micros(at(row)).0)),
            build_column("period", indices().map(|row| self.periods.short.find_period(at(row)))),
            build_column("actor", indices().map(|row| source.actors[row])),
            build_column("target", indices().map(|row| source.targets[row])),
            build_column("at", indices().map(at)),
            build_column("weight", indices().map(|row| to_units(weight(row)))),
            build_column(
                "cell_weight",
                indices().map(|row| to_units(weight(row)) / self.weight_divisor()),
            ),
            build_column(
                "fade",
                indices().map(|row| to_units(self.periods.short.fade_to_period_end(at(row)))),
            ),
            build_column(
                "lasting_fade",
                indices().map(|row| to_units(self.periods.lasting.fade_to_period_end(at(row)))),
            ),
            build_column("object", indices().map(|row| source.mentions.objects[row])),
            build_column("is_post", indices().map(|row| source.is_post(row))),
            build_column("has_text", indices().map(|row| source.mentions.has_text[row])),
            build_column("describes", indices().map(describes)),
        ])
    }
}

/// Returns an expression that is true for mentions of a kind.
pub(super) fn is_kind(kind: MentionKind) -> Expr {
    col("kind").eq(lit(kind as u32))
}

/// Topics of the objects of reactions: those of the reaction's tags, else those of the target's own posts of that object
/// in the last `max_lateness_days` load dates. Grain: (row, topic).
pub(super) fn find_credits(tables: &ActTables, posted: LazyFrame, max_lateness_days: i32) -> Result<DataFrame> {
    let pair = columns(["row", "topic"]);
    let tagged = tables.mentions.clone().lazy();
    let tagged = tagged
        .filter(col("describes").and(is_kind(MentionKind::Tag)))
        .select(pair.clone());
    let reactions = tables
        .acts
        .clone()
        .lazy()
        .filter(col("is_post").not().and(col("object").neq(lit(0_u64))));
    let untagged =
        anti_join(reactions, tagged.clone(), ["row"]).select(columns(["row", "object", "target", "load_date"]));
    let posted = posted.select([
        col("object"),
        col("author").alias("target"),
        col("topic"),
        col("load_date").alias("posted_on"),
    ]);
    let age = || col("load_date") - col("posted_on");
    let known = join_on(untagged, posted, ["object", "target"])
        .filter(age().gt_eq(lit(0)).and(age().lt_eq(lit(max_lateness_days))))
        .select(pair);
    collect(union_all([tagged, known])?.unique(None, UniqueKeepStrategy::Any))
}

#[cfg(test)]
#[path = "acts_tests.rs"]
mod tests;
