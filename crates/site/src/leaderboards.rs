//! Scans all people of a snapshot: score distribution, highest scores, largest changes, and the selection of full
//! panels.

use std::collections::{BTreeMap, HashSet};

use arrow::array::{Array, RecordBatch};
use serde_json::{Value, json};

use super::distribution::ScoreHistogram;
use super::json_values::{get_value, round_measure};
use super::privacy_filter::PrivacyFilter;
use super::top_k::{TOP_LENGTH, TopRows};
use super::topic_leaders::TopicLeaders;
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::published_columns::{float_column, integer_column, string_column};
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Length of a list of largest changes.
const CHANGES_LENGTH: usize = 5;
/// Columns of published score changes with their spans, in days.
pub(crate) const DELTA_SPANS: [(&str, u32); 3] = [("delta_1d", 1), ("delta_7d", 7), ("delta_30d", 30)];

/// Largest changes over one span.
pub(crate) struct ScoreChanges {
    /// Length of the span, in days.
    pub days: u32,
    /// Largest increases, largest first.
    pub rose: TopRows,
    /// Largest decreases, largest first.
    pub fell: TopRows,
    /// Number of people with a known change.
    pub known: u64,
}

/// Results of one pass over the tables.
pub(crate) struct Leaderboards {
    /// Score distribution.
    pub histogram: ScoreHistogram,
    /// Highest scores of all people.
    pub top: TopRows,
    /// Largest changes, by span.
    pub movers: Vec<ScoreChanges>,
    /// Highest scores of each network.
    pub networks: Vec<(String, Vec<Value>)>,
    /// Topics with their highest scores.
    pub topics: TopicLeaders,
    /// Ids of all people with a full panel, ascending.
    pub full_ids: Vec<String>,
}

impl Leaderboards {
    /// Scans all people. The `people` best ranked get a full panel. Opted-out people are counted but not named.
    pub(crate) fn read(store: &Store, manifest: &Manifest, still: &PrivacyFilter, people: u64) -> Result<Leaderboards> {
        let mut scan = ScoreScan::new();
        let columns = [
            "person_id",
            "score",
            "score_low",
            "score_high",
            "rank",
            "delta_1d",
            "delta_7d",
            "delta_30d",
        ];
        for batch in snapshots::stream_table(store, manifest, "scores", Some(&columns))? {
            scan.scores(&batch?, still)?;
        }
        let is_chosen = scan.mark_best(people);
        let mut survey = Leaderboards {
            histogram: scan.histogram,
            top: scan.top,
            movers: scan.movers,
            networks: read_networks(store, manifest, still)?,
            topics: TopicLeaders::read(store, manifest, still)?,
            full_ids: Vec::new(),
        };
        survey.full_ids = survey.select_full(store, manifest, still, &is_chosen)?;
        Ok(survey)
    }

    /// Returns the ids of the chosen rows of `scores` and of all people named on the page.
    fn select_full(
        &self,
        store: &Store,
        manifest: &Manifest,
        still: &PrivacyFilter,
        is_chosen: &[bool],
    ) -> Result<Vec<String>> {
        let named = self.named_people();
        let mut full = Vec::new();
        let mut row = 0;
        for batch in snapshots::stream_table(store, manifest, "scores", Some(&["person_id"]))? {
            for id in string_column(&batch?, "person_id")?.iter().flatten() {
                let is_best = is_chosen.get(row).copied().unwrap_or(false) && still.allows(id);
                if is_best || named.contains(id) {
                    full.push(id.to_owned());
                }
                row += 1;
            }
        }
        Ok(full)
    }

    /// Returns the ids of all people named on the page.
    fn named_people(&self) -> HashSet<String> {
        let movers = self
            .movers
            .iter()
            .flat_map(|span| [span.rose.to_rows(), span.fell.to_rows()]);
        let lists = movers
            .chain([self.top.to_rows()])
            .chain(self.networks.iter().map(|(_, best)| best.clone()))
            .chain(self.topics.listed.iter().map(|(.., best)| best.clone()));
        let id = |row: &Value| row["person_id"].as_str().map(str::to_owned);
        lists.flatten().filter_map(|row| id(&row)).collect()
    }
}

/// Aggregates over the rows of `scores`, in row order.
struct ScoreScan {
    histogram: ScoreHistogram,
    top: TopRows,
    movers: Vec<ScoreChanges>,
    /// Rank of each row; `i64::MAX` if it has none.
    ranks: Vec<i64>,
}

impl ScoreScan {
    fn new() -> ScoreScan {
        let movers = DELTA_SPANS.map(|(_, days)| ScoreChanges {
            days,
            rose: TopRows::new(CHANGES_LENGTH),
            fell: TopRows::new(CHANGES_LENGTH),
            known: 0,
        });
        ScoreScan {
            histogram: ScoreHistogram::default(),
            top: TopRows::new(TOP_LENGTH),
            movers: movers.into(),
            ranks: Vec::new(),
        }
    }

    fn scores(&mut self, batch: &RecordBatch, still: &PrivacyFilter) -> Result<()> {
        let (ids, ranks) = (string_column(batch, "person_id")?, integer_column(batch, "rank")?);
        let [scores, lows, highs] = ["score", "score_low", "score_high"].map(|name| float_column(batch, name));
        let (scores, lows, highs) = (scores?, lows?, highs?);
        let deltas = DELTA_SPANS.map(|(name, _)| float_column(batch, name));
        let deltas = deltas.into_iter().collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            let Some(score) = get_value(scores, row) else {
                self.ranks.push(i64::MAX);
                continue;
            };
            let rank = if ranks.is_valid(row) {
                ranks.value(row)
            } else {
                i64::MAX
            };
            self.ranks.push(rank);
            self.histogram.add(score);
            if !still.allows(ids.value(row)) {
                continue;
            }
            let person = |delta: Option<f64>| {
                json!({
                    "person_id": ids.value(row),
                    "rank": rank,
                    "score": round_measure(score),
                    "score_low": get_value(lows, row).map(round_measure),
                    "score_high": get_value(highs, row).map(round_measure),
                    "delta": delta.map(round_measure),
                })
            };
            self.top.offer(-(rank as f64), || person(get_value(deltas[0], row)));
            for (span, deltas) in self.movers.iter_mut().zip(&deltas) {
                if let Some(delta) = get_value(deltas, row) {
                    span.offer(delta, || person(Some(delta)));
                }
            }
        }
        Ok(())
    }

    /// Marks the rows of the best ranked `people`. Rows with equal ranks are taken in row order, rows without a score
    /// last.
    fn mark_best(&self, people: u64) -> Vec<bool> {
        let mut rows: Vec<(i64, usize)> = self.ranks.iter().copied().zip(0..).collect();
        rows.sort_unstable();
        let mut is_chosen = vec![false; self.ranks.len()];
        for (_, row) in rows.into_iter().take(usize::try_from(people).unwrap_or(usize::MAX)) {
            is_chosen[row] = true;
        }
        is_chosen
    }
}

impl ScoreChanges {
    fn offer(&mut self, delta: f64, row: impl Fn() -> Value) {
        self.known += 1;
        if delta > 0.0 {
            self.rose.offer(delta, &row);
        }
        if delta < 0.0 {
            self.fell.offer(-delta, &row);
        }
    }
}

fn read_networks(store: &Store, manifest: &Manifest, still: &PrivacyFilter) -> Result<Vec<(String, Vec<Value>)>> {
    let mut best: BTreeMap<String, TopRows> = BTreeMap::new();
    let columns = ["person_id", "network", "score", "share", "reactions"];
    for batch in snapshots::stream_table(store, manifest, "network_scores", Some(&columns))? {
        let batch = batch?;
        let (ids, names, reactions) = (
            string_column(&batch, "person_id")?,
            string_column(&batch, "network")?,
            integer_column(&batch, "reactions")?,
        );
        let (scores, shares) = (float_column(&batch, "score")?, float_column(&batch, "share")?);
        for row in 0..batch.num_rows() {
            let Some(score) = get_value(scores, row).filter(|_| still.allows(ids.value(row))) else {
                continue;
            };
            if !best.contains_key(names.value(row)) {
                best.insert(names.value(row).to_owned(), TopRows::new(TOP_LENGTH));
            }
            let person = || {
                json!({
                    "person_id": ids.value(row),
                    "score": round_measure(score),
                    "share": get_value(shares, row).map(round_measure),
                    "reactions": reactions.value(row),
                })
            };
            if let Some(best) = best.get_mut(names.value(row)) {
                best.offer(score, person);
            }
        }
    }
    Ok(best
        .into_iter()
        .map(|(network, best)| (network, best.to_rows()))
        .collect())
}
