//! Scans all people of a snapshot: score distribution, highest scores, largest changes, and the selection of full
//! panels.

use std::collections::{BTreeMap, HashSet};

use arrow::array::{Array, RecordBatch};
use serde_json::{Value, json};

use super::best::{Best, TOP};
use super::distribution::Spread;
use super::rows::{at, counts, measure, measures, texts};
use super::still::Still;
use super::topics::Topics;
use clout_base::error::Result;
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::store::Store;

/// Length of a list of largest changes.
const MOVERS: usize = 5;
/// Columns of published score changes with their spans, in days.
pub const SPANS: [(&str, u32); 3] = [("delta_1d", 1), ("delta_7d", 7), ("delta_30d", 30)];

/// Largest changes over one span.
pub struct Movers {
    /// Length of the span, in days.
    pub days: u32,
    /// Largest increases, largest first.
    pub rose: Best,
    /// Largest decreases, largest first.
    pub fell: Best,
    /// Number of people with a known change.
    pub known: u64,
}

/// Results of one pass over the tables.
pub struct Survey {
    /// Score distribution.
    pub spread: Spread,
    /// Highest scores of all people.
    pub top: Best,
    /// Largest changes, by span.
    pub movers: Vec<Movers>,
    /// Highest scores of each network.
    pub networks: Vec<(String, Vec<Value>)>,
    /// Topics with their highest scores.
    pub topics: Topics,
    /// Ids of all people with a full panel, ascending.
    pub full: Vec<String>,
}

impl Survey {
    /// Scans all people. The `people` best ranked get a full panel. Opted-out people are counted but not named.
    pub fn of(store: &Store, tonight: &Manifest, still: &Still, people: u64) -> Result<Survey> {
        let mut scan = Scan::new();
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
        for batch in snapshots::stream_table(store, tonight, "scores", Some(&columns))? {
            scan.scores(&batch?, still)?;
        }
        let is_chosen = scan.chosen(people);
        let mut survey = Survey {
            spread: scan.spread,
            top: scan.top,
            movers: scan.movers,
            networks: networks(store, tonight, still)?,
            topics: Topics::of(store, tonight, still)?,
            full: Vec::new(),
        };
        survey.full = survey.choose(store, tonight, still, &is_chosen)?;
        Ok(survey)
    }

    /// Returns the ids of the chosen rows of `scores` and of all people named on the page.
    fn choose(&self, store: &Store, tonight: &Manifest, still: &Still, is_chosen: &[bool]) -> Result<Vec<String>> {
        let named = self.names();
        let mut full = Vec::new();
        let mut row = 0;
        for batch in snapshots::stream_table(store, tonight, "scores", Some(&["person_id"]))? {
            for id in texts(&batch?, "person_id")?.iter().flatten() {
                let is_best = is_chosen.get(row).copied().unwrap_or(false) && still.has(id);
                if is_best || named.contains(id) {
                    full.push(id.to_owned());
                }
                row += 1;
            }
        }
        Ok(full)
    }

    /// Returns the ids of all people named on the page.
    fn names(&self) -> HashSet<String> {
        let movers = self.movers.iter().flat_map(|span| [span.rose.rows(), span.fell.rows()]);
        let lists = movers
            .chain([self.top.rows()])
            .chain(self.networks.iter().map(|(_, best)| best.clone()))
            .chain(self.topics.listed.iter().map(|(.., best)| best.clone()));
        let id = |row: &Value| row["person_id"].as_str().map(str::to_owned);
        lists.flatten().filter_map(|row| id(&row)).collect()
    }
}

/// Aggregates over the rows of `scores`, in row order.
struct Scan {
    spread: Spread,
    top: Best,
    movers: Vec<Movers>,
    /// Rank of each row; `i64::MAX` if it has none.
    ranks: Vec<i64>,
}

impl Scan {
    fn new() -> Scan {
        let movers = SPANS.map(|(_, days)| Movers {
            days,
            rose: Best::of(MOVERS),
            fell: Best::of(MOVERS),
            known: 0,
        });
        Scan {
            spread: Spread::default(),
            top: Best::of(TOP),
            movers: movers.into(),
            ranks: Vec::new(),
        }
    }

    fn scores(&mut self, batch: &RecordBatch, still: &Still) -> Result<()> {
        let (ids, ranks) = (texts(batch, "person_id")?, counts(batch, "rank")?);
        let [scores, lows, highs] = ["score", "score_low", "score_high"].map(|name| measures(batch, name));
        let (scores, lows, highs) = (scores?, lows?, highs?);
        let deltas = SPANS.map(|(name, _)| measures(batch, name));
        let deltas = deltas.into_iter().collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            let Some(score) = at(scores, row) else {
                self.ranks.push(i64::MAX);
                continue;
            };
            let rank = if ranks.is_valid(row) {
                ranks.value(row)
            } else {
                i64::MAX
            };
            self.ranks.push(rank);
            self.spread.add(score);
            if !still.has(ids.value(row)) {
                continue;
            }
            let person = |delta: Option<f64>| {
                json!({
                    "person_id": ids.value(row),
                    "rank": rank,
                    "score": measure(score),
                    "score_low": at(lows, row).map(measure),
                    "score_high": at(highs, row).map(measure),
                    "delta": delta.map(measure),
                })
            };
            self.top.offer(-(rank as f64), || person(at(deltas[0], row)));
            for (span, deltas) in self.movers.iter_mut().zip(&deltas) {
                if let Some(delta) = at(deltas, row) {
                    span.offer(delta, || person(Some(delta)));
                }
            }
        }
        Ok(())
    }

    /// Marks the rows of the best ranked `people`. Rows with equal ranks are taken in row order, rows without a score
    /// last.
    fn chosen(&self, people: u64) -> Vec<bool> {
        let mut rows: Vec<(i64, usize)> = self.ranks.iter().copied().zip(0..).collect();
        rows.sort_unstable();
        let mut is_chosen = vec![false; self.ranks.len()];
        for (_, row) in rows.into_iter().take(usize::try_from(people).unwrap_or(usize::MAX)) {
            is_chosen[row] = true;
        }
        is_chosen
    }
}

impl Movers {
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

fn networks(store: &Store, tonight: &Manifest, still: &Still) -> Result<Vec<(String, Vec<Value>)>> {
    let mut best: BTreeMap<String, Best> = BTreeMap::new();
    let columns = ["person_id", "network", "score", "share", "reactions"];
    for batch in snapshots::stream_table(store, tonight, "network_scores", Some(&columns))? {
        let batch = batch?;
        let (ids, names, reactions) = (
            texts(&batch, "person_id")?,
            texts(&batch, "network")?,
            counts(&batch, "reactions")?,
        );
        let (scores, shares) = (measures(&batch, "score")?, measures(&batch, "share")?);
        for row in 0..batch.num_rows() {
            let Some(score) = at(scores, row).filter(|_| still.has(ids.value(row))) else {
                continue;
            };
            if !best.contains_key(names.value(row)) {
                best.insert(names.value(row).to_owned(), Best::of(TOP));
            }
            let person = || {
                json!({
                    "person_id": ids.value(row),
                    "score": measure(score),
                    "share": at(shares, row).map(measure),
                    "reactions": reactions.value(row),
                })
            };
            if let Some(best) = best.get_mut(names.value(row)) {
                best.offer(score, person);
            }
        }
    }
    Ok(best.into_iter().map(|(network, best)| (network, best.rows())).collect())
}
