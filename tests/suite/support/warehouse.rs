//! Builds an input warehouse as Rust data, and writes its files.
//!
//! A row of activities is a line of six words: `id time actor verb object target`, with `-` for null. An object of
//! `o1#tea,milk` is the object `o1` with two tags, and one of `#tea` is no object with one tag. Topics and endorsements
//! are in [`super::topics`].

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::TimeUnit;
use clout_base::day::Day;
use parquet::arrow::ArrowWriter;
use rand::SeedableRng;
use rand::seq::SliceRandom;

use super::columns::{Texts, Times, texts, times};
use super::days::{day, time};
use super::topics::{Words, object_and_tags, tags};

/// One row of activities.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Row {
    pub id: Option<String>,
    pub at: Option<i64>,
    pub actor: Option<String>,
    pub verb: Option<String>,
    pub object: Option<String>,
    pub target: Option<String>,
}

impl Row {
    /// Reads a line of six words.
    pub fn parse(load_date: Day, line: &str) -> Row {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words.len(), 6, "six words: {line}");
        let word = |index: usize| (words[index] != "-").then(|| words[index].to_owned());
        let at = word(1).map(|text| time(load_date, &text));
        Row {
            id: word(0),
            at,
            actor: word(2),
            verb: word(3),
            object: word(4),
            target: word(5),
        }
    }
}

/// All tables of a delivery, by partition.
#[derive(Clone, Debug, Default)]
pub struct Warehouse {
    pub activities: BTreeMap<(String, Day), Vec<Row>>,
    pub accounts: BTreeMap<(String, Day), Vec<String>>,
    pub follows: BTreeMap<(String, Day), Vec<(String, String)>>,
    pub identities: BTreeMap<Day, Vec<[String; 3]>>,
    pub opt_outs: BTreeMap<Day, Vec<String>>,
    pub topics: Vec<Words>,
    pub topic_edges: Vec<Words>,
    pub endorsements: BTreeMap<Day, Vec<Words>>,
}

/// File layout and column types of the rows.
#[derive(Clone, Debug)]
pub struct Form {
    /// Arrow type of ids.
    pub ids: Texts,
    /// Arrow type of verbs and network names.
    pub words: Texts,
    /// Arrow type of times.
    pub times: Times,
    /// Number of files per partition of activities or endorsements, and per table of topics.
    pub files: usize,
    /// Reorders the rows.
    pub shuffled: Option<u64>,
    /// Columns of activities that are left out.
    pub without: &'static [&'static str],
}

impl Default for Form {
    fn default() -> Form {
        let times = Times(TimeUnit::Microsecond, Some("UTC"));
        Form {
            ids: Texts::Plain,
            words: Texts::Plain,
            times,
            files: 1,
            shuffled: None,
            without: &[],
        }
    }
}

impl Warehouse {
    /// Adds rows of activities, one a line.
    pub fn activities(mut self, network: &str, date: &str, lines: &str) -> Warehouse {
        let date = day(date);
        let rows = lines
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(|line| Row::parse(date, line));
        self.activities
            .entry((network.to_owned(), date))
            .or_default()
            .extend(rows);
        self
    }

    /// Adds a snapshot of accounts, given as ids.
    pub fn accounts(mut self, network: &str, date: &str, ids: &str) -> Warehouse {
        let ids = ids.split_whitespace().map(str::to_owned).collect();
        self.accounts.insert((network.to_owned(), day(date)), ids);
        self
    }

    /// Adds a snapshot of follows, given as `follower>followee`.
    pub fn follows(mut self, network: &str, date: &str, pairs: &str) -> Warehouse {
        let pair = |pair: &str| {
            pair.split_once('>')
                .map(|(a, b)| (a.to_owned(), b.to_owned()))
                .expect("follower>followee")
        };
        self.follows.insert(
            (network.to_owned(), day(date)),
            pairs.split_whitespace().map(pair).collect(),
        );
        self
    }

    /// Adds a snapshot of identities, given as `person=network:account`.
    pub fn identities(mut self, date: &str, claims: &str) -> Warehouse {
        let claim = |claim: &str| {
            let (person, account) = claim.split_once('=').expect("person=network:account");
            let (network, account) = account.split_once(':').expect("person=network:account");
            [person.to_owned(), network.to_owned(), account.to_owned()]
        };
        self.identities
            .insert(day(date), claims.split_whitespace().map(claim).collect());
        self
    }

    /// Adds persons that opt out.
    pub fn opt_outs(mut self, date: &str, persons: &str) -> Warehouse {
        self.opt_outs
            .entry(day(date))
            .or_default()
            .extend(persons.split_whitespace().map(str::to_owned));
        self
    }

    /// Writes each partition below `root` in the plainest form.
    pub fn write(&self, root: &Path) {
        self.write_as(root, &Form::default());
    }

    /// Writes each partition below `root`.
    pub fn write_as(&self, root: &Path, form: &Form) {
        for ((network, date), rows) in &self.activities {
            let folder = root.join(format!("activities/network={network}/date={date}"));
            let mut rows = rows.clone();
            if let Some(seed) = form.shuffled {
                rows.shuffle(&mut rand_chacha::ChaCha8Rng::seed_from_u64(seed));
            }
            for (index, part) in rows.chunks(rows.len().div_ceil(form.files).max(1)).enumerate() {
                write_file(
                    &folder.join(format!("part-{index:03}.parquet")),
                    &activity_columns(part, form),
                );
            }
            if rows.is_empty() {
                write_file(&folder.join("part-000.parquet"), &activity_columns(&[], form));
            }
        }
        let some = |values: &mut dyn Iterator<Item = &String>| values.cloned().map(Some).collect::<Vec<_>>();
        for ((network, date), ids) in &self.accounts {
            let columns = vec![("account_id", texts(&some(&mut ids.iter()), form.ids))];
            write_file(
                &root.join(format!("accounts/network={network}/date={date}/part-0.parquet")),
                &columns,
            );
        }
        for ((network, date), pairs) in &self.follows {
            let from = texts(&some(&mut pairs.iter().map(|(from, _)| from)), form.ids);
            let to = texts(&some(&mut pairs.iter().map(|(_, to)| to)), form.ids);
            let path = root.join(format!("follows/network={network}/date={date}/part-0.parquet"));
            write_file(&path, &[("follower_id", from), ("followee_id", to)]);
        }
        for (date, claims) in &self.identities {
            let column = |index: usize, carrier| texts(&some(&mut claims.iter().map(|claim| &claim[index])), carrier);
            // Persons have names, for any type of account ids.
            let columns = vec![
                ("person_id", column(0, form.words)),
                ("network", column(1, form.words)),
                ("account_id", column(2, form.ids)),
            ];
            write_file(&root.join(format!("identities/date={date}/part-0.parquet")), &columns);
        }
        for (date, persons) in &self.opt_outs {
            let columns = vec![("person_id", texts(&some(&mut persons.iter()), form.words))];
            write_file(&root.join(format!("opt_outs/date={date}/part-0.parquet")), &columns);
        }
        self.write_topics(root, form);
    }
}

/// Builds the columns of activities.
pub fn activity_columns(rows: &[Row], form: &Form) -> Vec<(&'static str, ArrayRef)> {
    let column =
        |get: &dyn Fn(&Row) -> Option<String>, carrier| texts(&rows.iter().map(get).collect::<Vec<_>>(), carrier);
    let said_texts: ArrayRef = Arc::new(
        rows.iter()
            .map(|row| row.object.as_ref().map(|_| "said"))
            .collect::<StringArray>(),
    );
    let all: Vec<(&'static str, ArrayRef)> = vec![
        ("activity_id", column(&|row| row.id.clone(), form.ids)),
        (
            "occurred_at",
            times(&rows.iter().map(|row| row.at).collect::<Vec<_>>(), form.times),
        ),
        ("actor_id", column(&|row| row.actor.clone(), form.ids)),
        ("verb", column(&|row| row.verb.clone(), form.words)),
        ("object_id", column(&|row| object_and_tags(row).0, form.ids)),
        ("target_id", column(&|row| row.target.clone(), form.ids)),
        ("text", said_texts),
    ];
    let has_tags = rows.iter().any(|row| object_and_tags(row).1.is_some());
    all.into_iter()
        .chain(has_tags.then(|| ("tags", tags(rows))))
        .filter(|(name, _)| !form.without.contains(name))
        .collect()
}

/// Writes one Parquet file.
pub fn write_file(path: &Path, columns: &[(&str, ArrayRef)]) {
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.iter().map(|(name, column)| (*name, column.clone(), true)));
    let batch = batch.expect("columns of one length");
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a writable folder");
    let file = std::fs::File::create(path).expect("a writable file");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a schema that Parquet has");
    writer.write(&batch).expect("rows that fit");
    writer.close().expect("a finished file");
}
