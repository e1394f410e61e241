//! Builds topics, their hierarchy and endorsements as Rust data and as files.
//!
//! A row is a line of words, with `-` for null: `id name alias…` of a topic, `parent child` of an edge, and `id time
//! endorser endorsee topic weight` of an endorsement.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Array, ListBuilder, StringBuilder};
use arrow::compute::take;
use rand::SeedableRng;
use rand::seq::SliceRandom;

use super::columns::{Texts, texts, times};
use super::days::{day, time};
use super::warehouse::{Form, Row, Warehouse, write_file};

/// The words of a line; none for `-`.
pub type Words = Vec<Option<String>>;

fn lines(text: &str) -> impl Iterator<Item = Words> {
    let word = |word: &str| (word != "-").then(|| word.to_owned());
    let lines = text
        .lines()
        .map(move |line| line.split_whitespace().map(word).collect::<Words>());
    lines.filter(|words| !words.is_empty())
}

impl Warehouse {
    /// Adds topics, one a line.
    pub fn topics(mut self, rows: &str) -> Warehouse {
        self.topics.extend(lines(rows));
        self
    }

    /// Adds edges, one a line.
    pub fn topic_edges(mut self, rows: &str) -> Warehouse {
        self.topic_edges.extend(lines(rows));
        self
    }

    /// Adds endorsements to a load date, one a line.
    pub fn endorsements(mut self, date: &str, rows: &str) -> Warehouse {
        self.endorsements.entry(day(date)).or_default().extend(lines(rows));
        self
    }

    /// Writes these tables below `root`; a table without rows has no file.
    pub fn write_topics(&self, root: &Path, form: &Form) {
        let column = |rows: &[Words], index: usize, carrier: Texts| {
            texts(&rows.iter().map(|row| row[index].clone()).collect::<Vec<_>>(), carrier)
        };
        let topics = vec![
            ("topic_id", column(&self.topics, 0, form.words)),
            ("name", column(&self.topics, 1, form.words)),
            ("aliases", aliases(&self.topics)),
        ];
        write_split(&root.join("topics"), &topics, form);
        let edges = vec![
            ("parent_id", column(&self.topic_edges, 0, form.words)),
            ("child_id", column(&self.topic_edges, 1, form.words)),
        ];
        write_split(&root.join("topic_edges"), &edges, form);
        for (date, rows) in &self.endorsements {
            let at: Vec<Option<i64>> = rows
                .iter()
                .map(|row| row[1].as_ref().map(|at| time(*date, at)))
                .collect();
            let weight = |row: &Words| row[5].as_ref().map(|weight| weight.parse::<f64>().expect("a weight"));
            let endorsements = vec![
                ("endorsement_id", column(rows, 0, form.ids)),
                ("endorsed_at", times(&at, form.times)),
                ("endorser_id", column(rows, 2, form.words)),
                ("endorsee_id", column(rows, 3, form.words)),
                ("topic_id", column(rows, 4, form.words)),
                ("weight", Arc::new(rows.iter().map(weight).collect::<Float64Array>())),
            ];
            write_split(&root.join(format!("endorsements/date={date}")), &endorsements, form);
        }
    }
}

fn aliases(topics: &[Words]) -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for topic in topics {
        lists.append_value(topic[2..].iter().cloned());
    }
    Arc::new(lists.finish())
}

/// Returns the object of a row, and its tags.
pub fn object_and_tags(row: &Row) -> (Option<String>, Option<&str>) {
    match row.object.as_deref().and_then(|object| object.split_once('#')) {
        None => (row.object.clone(), None),
        Some((object, tags)) => ((!object.is_empty()).then(|| object.to_owned()), Some(tags)),
    }
}

/// Builds the column of tags of rows.
pub fn tags(rows: &[Row]) -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for row in rows {
        let tags = object_and_tags(row).1;
        lists.append_option(tags.map(|tags| tags.split(',').map(Some)));
    }
    Arc::new(lists.finish())
}

/// Writes a table as the form's number of files, in its order.
fn write_split(folder: &Path, columns: &[(&str, ArrayRef)], form: &Form) {
    let mut order: Vec<u64> = (0..columns[0].1.len() as u64).collect();
    if let Some(seed) = form.shuffled {
        order.shuffle(&mut rand_chacha::ChaCha8Rng::seed_from_u64(seed));
    }
    for (file, rows) in order.chunks(order.len().div_ceil(form.files).max(1)).enumerate() {
        let rows = arrow::array::UInt64Array::from(rows.to_vec());
        let part = columns
            .iter()
            .map(|(name, column)| (*name, take(column, &rows, None).expect("existing rows")));
        write_file(
            &folder.join(format!("part-{file:03}.parquet")),
            &part.collect::<Vec<_>>(),
        );
    }
}
