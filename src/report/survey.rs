//! A first look at everybody: how scores are spread, who is on top, who moved, and whose panel is full.

use std::collections::{BTreeMap, HashMap, HashSet};

use arrow::array::{Array, RecordBatch};
use serde_json::{Value, json};

use super::best::Best;
use super::distribution::Spread;
use super::folder::Folder;
use super::has;
use super::rows::{at, counts, measure, measures, texts};
use super::text::script_json;
use crate::error::Result;
use crate::warehouse::manifest::Manifest;
use crate::warehouse::snapshots;
use crate::warehouse::store::Store;

/// People in a list of the best.
const TOP: usize = 10;
/// People in a list of movers.
const MOVERS: usize = 5;
/// Topics that the page offers: those on which most people are shown.
const TOPICS: usize = 400;
/// Spans of the published deltas, in days.
pub const SPANS: [(&str, u32); 3] = [("delta_1d", 1), ("delta_7d", 7), ("delta_30d", 30)];

/// Who moved most over one span.
pub struct Movers {
    /// Days.
    pub days: u32,
    /// Best first.
    pub rose: Best,
    /// Worst first.
    pub fell: Best,
    /// People whose move is known.
    pub known: u64,
}

/// A topic and its best people.
struct Topic {
    shown: u64,
    best: Best,
}

/// What one pass over the tables found.
pub struct Survey {
    /// How scores are spread.
    pub spread: Spread,
    /// The best of everybody.
    pub top: Best,
    /// By span.
    pub movers: Vec<Movers>,
    /// The best of each network.
    pub networks: Vec<(String, Vec<Value>)>,
    /// Topic, people shown on it, and the best of them; the most populous first.
    pub topics: Vec<(String, u64, Vec<Value>)>,
    /// Topics with anybody shown.
    pub topics_known: usize,
    /// The ids of everybody with a full panel, ascending.
    pub full: Vec<String>,
}

impl Survey {
    /// Looks at everybody; `people` of the best ranked get a full panel.
    pub fn of(store: &Store, tonight: &Manifest, people: u64) -> Result<Survey> {
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
            scan.scores(&batch?)?;
        }
        let (topics, topics_known) = topics(store, tonight)?;
        let is_chosen = scan.chosen(people);
        let mut survey = Survey {
            spread: scan.spread,
            top: scan.top,
            movers: scan.movers,
            networks: networks(store, tonight)?,
            topics,
            topics_known,
            full: Vec::new(),
        };
        survey.full = survey.choose(store, tonight, &is_chosen)?;
        Ok(survey)
    }

    /// The ids of the chosen rows of `scores`, and of everybody whom the page names.
    fn choose(&self, store: &Store, tonight: &Manifest, is_chosen: &[bool]) -> Result<Vec<String>> {
        let named = self.names();
        let mut full = Vec::new();
        let mut row = 0;
        for batch in snapshots::stream_table(store, tonight, "scores", Some(&["person_id"]))? {
            for id in texts(&batch?, "person_id")?.iter().flatten() {
                if is_chosen.get(row).copied().unwrap_or(false) || named.contains(id) {
                    full.push(id.to_owned());
                }
                row += 1;
            }
        }
        Ok(full)
    }

    /// Writes what the page shows of a topic when it is chosen.
    pub fn write_topics(&self, folder: &mut Folder) -> Result<()> {
        let topics = self
            .topics
            .iter()
            .map(|(topic, shown, best)| json!([topic, shown, best]));
        let topics = script_json(&topics.collect::<Value>());
        folder.file(
            "topics/00000.js",
            format!("clout.take(\"topics\", 0, {topics});\n").as_bytes(),
        )
    }

    /// Everybody whom the page names.
    fn names(&self) -> HashSet<String> {
        let movers = self.movers.iter().flat_map(|span| [span.rose.rows(), span.fell.rows()]);
        let lists = movers
            .chain([self.top.rows()])
            .chain(self.networks.iter().map(|(_, best)| best.clone()))
            .chain(self.topics.iter().map(|(.., best)| best.clone()));
        let id = |row: &Value| row["person_id"].as_str().map(str::to_owned);
        lists.flatten().filter_map(|row| id(&row)).collect()
    }
}

/// What is gathered from `scores`, in its order.
struct Scan {
    spread: Spread,
    top: Best,
    movers: Vec<Movers>,
    /// Rank of each row; the greatest where there is none.
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

    fn scores(&mut self, batch: &RecordBatch) -> Result<()> {
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

    /// The rows of the best ranked, as many as wanted; of equals those that come first, and last those without a score.
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

fn networks(store: &Store, tonight: &Manifest) -> Result<Vec<(String, Vec<Value>)>> {
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
            let Some(score) = at(scores, row) else { continue };
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

/// Topics by the people shown on them, and how many topics there are.
fn topics(store: &Store, tonight: &Manifest) -> Result<(Vec<(String, u64, Vec<Value>)>, usize)> {
    if !has(tonight, "topic_scores") {
        return Ok((Vec::new(), 0));
    }
    let mut topics: HashMap<String, Topic> = HashMap::new();
    let columns = [
        "person_id",
        "topic_id",
        "score",
        "rank_in_topic",
        "confidence",
        "is_shown",
    ];
    for batch in snapshots::stream_table(store, tonight, "topic_scores", Some(&columns))? {
        add_topics(&mut topics, &batch?)?;
    }
    let known = topics.len();
    let mut topics: Vec<(String, Topic)> = topics.into_iter().collect();
    topics.sort_by(|(a, x), (b, y)| y.shown.cmp(&x.shown).then_with(|| a.cmp(b)));
    topics.truncate(TOPICS);
    let told = topics
        .into_iter()
        .map(|(name, topic)| (name, topic.shown, topic.best.rows()));
    Ok((told.collect(), known))
}

fn add_topics(topics: &mut HashMap<String, Topic>, batch: &RecordBatch) -> Result<()> {
    let (ids, names, ranks) = (
        texts(batch, "person_id")?,
        texts(batch, "topic_id")?,
        counts(batch, "rank_in_topic")?,
    );
    let (scores, confidences) = (measures(batch, "score")?, measures(batch, "confidence")?);
    let shown = batch
        .column_by_name("is_shown")
        .and_then(|column| column.as_any().downcast_ref());
    let is_shown = |row: usize| shown.is_none_or(|shown: &arrow::array::BooleanArray| shown.value(row));
    for row in (0..batch.num_rows()).filter(|row| is_shown(*row)) {
        if !topics.contains_key(names.value(row)) {
            let topic = Topic {
                shown: 0,
                best: Best::of(TOP),
            };
            topics.insert(names.value(row).to_owned(), topic);
        }
        if let Some(topic) = topics.get_mut(names.value(row)) {
            topic.shown += 1;
            topic.best.offer(-(ranks.value(row) as f64), || {
                json!({
                    "person_id": ids.value(row),
                    "rank": ranks.value(row),
                    "score": measure(scores.value(row)),
                    "confidence": measure(confidences.value(row)),
                })
            });
        }
    }
    Ok(())
}
