//! What a report says about one person: rows of published tables, as arrays in the order of the schema's columns.
//!
//! A panel is `[id, scores, network_scores, history, score_changes, …]`; a short one ends after `network_scores`.
//! Each part is a list of rows, best first; where some are left out, their number is its last item. Ids are values
//! and never keys, so a person called `__proto__` is nobody special.

use serde_json::{Value, json};

use super::by_person::ByPerson;
use super::has;
use super::still::Still;
use clout_base::error::Result;
use clout_base::schema::{
    ALERTS, INFLUENCES, NETWORK_SCORES, SCORE_CHANGES, SCORES, TOPIC_EVIDENCE, TOPIC_SCORES, Table,
};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::Store;

/// A table's part of a panel.
struct Part {
    table: &'static Table,
    /// Columns whose greatest values (without their sign) come first.
    best_first: &'static [&'static str],
    /// Rows of one person at most, so that a shard stays small whatever was published.
    most: usize,
}

const PARTS: [Part; 6] = [
    Part {
        table: &NETWORK_SCORES,
        best_first: &["share", "reactions"],
        most: 50,
    },
    Part {
        table: &SCORE_CHANGES,
        best_first: &["points"],
        most: 100,
    },
    Part {
        table: &TOPIC_SCORES,
        best_first: &["is_shown", "score"],
        most: 30,
    },
    Part {
        table: &TOPIC_EVIDENCE,
        best_first: &["weight"],
        most: 150,
    },
    Part {
        table: &INFLUENCES,
        best_first: &["points"],
        most: 40,
    },
    Part {
        table: &ALERTS,
        best_first: &[],
        most: 10,
    },
];

/// Parts of a panel that everybody has, counted from the first of [`PARTS`].
const SHORT: usize = 1;

/// A table's column names; `person_id` is the first of all tables about people.
pub fn columns(table: &Table) -> Vec<&'static str> {
    table.columns.iter().map(|column| column.name).collect()
}

/// Parts and columns for the page, in the order of a panel; the columns are null where the snapshot lacks the table.
pub fn plan(tonight: &Manifest) -> Value {
    let table = |table: &Table| match has(tonight, table.name) {
        true => json!([table.name, columns(table)[1..]]),
        false => json!([table.name, null]),
    };
    let mut parts = vec![table(&SCORES)];
    for (place, part) in PARTS.iter().enumerate() {
        if place == SHORT {
            parts.push(json!(["history", ["night", "score", "score_low", "score_high"]]));
        }
        parts.push(table(part.table));
    }
    parts.into()
}

/// The column names of each part, which the open tables borrow.
pub struct Columns(Vec<Vec<&'static str>>);

impl Columns {
    /// Of all parts.
    pub fn new() -> Columns {
        Columns(PARTS.iter().map(|part| columns(part.table)).collect())
    }
}

/// The tables behind the panels, read side by side.
pub struct Panels<'a> {
    parts: Vec<Option<ByPerson<'a>>>,
}

impl<'a> Panels<'a> {
    /// Opens tonight's tables.
    pub fn open(store: &'a Store, tonight: &'a Manifest, known: &'a Columns) -> Result<Panels<'a>> {
        let mut parts = Vec::new();
        for (part, columns) in PARTS.iter().zip(&known.0) {
            let is_there = has(tonight, part.table.name);
            let open = || ByPerson::open(store, tonight, part.table.name, columns);
            parts.push(is_there.then(open).transpose()?);
        }
        Ok(Panels { parts })
    }

    /// A person's panel, a full one where the history is told. Persons are asked for in ascending order.
    pub fn of(&mut self, person: &str, scores: Vec<Value>, mut history: Option<Value>, still: &Still) -> Result<Value> {
        let mut panel = vec![Value::from(person), scores.into()];
        let (mut topics, mut changes): (Vec<Value>, _) = (Vec::new(), None);
        let length = if history.is_some() { PARTS.len() } else { SHORT };
        for (place, (part, table)) in PARTS.iter().zip(&mut self.parts).take(length).enumerate() {
            if place == SHORT {
                panel.extend(history.take());
            }
            let mut rows = match table {
                Some(table) => table.of(person)?,
                None => Vec::new(),
            };
            rows = still.told(part.table, rows, &mut changes);
            if part.table.name == TOPIC_EVIDENCE.name {
                rows.retain(|row| topics.contains(&row[0]));
            }
            let rows = part.best(rows);
            if part.table.name == TOPIC_SCORES.name {
                topics = rows.iter().filter_map(|row| row.get(0).cloned()).collect();
            }
            panel.push(rows.into());
        }
        Ok(panel.into())
    }
}

impl Part {
    /// The best rows, and the number of those left out.
    fn best(&self, mut rows: Vec<Vec<Value>>) -> Vec<Value> {
        let names = columns(self.table);
        let places = self
            .best_first
            .iter()
            .filter_map(|best| names[1..].iter().position(|name| name == best));
        let places: Vec<usize> = places.collect();
        rows.sort_by(|a, b| {
            let order = places.iter().map(|place| size(&b[*place]).total_cmp(&size(&a[*place])));
            order.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        let left_out = rows.len().saturating_sub(self.most);
        rows.truncate(self.most);
        let mut rows: Vec<Value> = rows.into_iter().map(Value::Array).collect();
        rows.extend((left_out > 0).then(|| Value::from(left_out)));
        rows
    }
}

/// How much a value is, whatever its sign; what is unknown is least.
fn size(value: &Value) -> f64 {
    match value {
        Value::Bool(is_so) => f64::from(u8::from(*is_so)),
        Value::Number(number) => number.as_f64().unwrap_or(0.0).abs(),
        _ => -1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_finds_every_part_with_its_columns() {
        let all = crate::testing::manifest();
        let names = |plan: &Value| -> Vec<String> {
            let parts = plan.as_array().unwrap().iter();
            parts.map(|part| part[0].as_str().unwrap().to_owned()).collect()
        };
        let plan = plan(&all);
        assert_eq!(
            names(&plan)[..4],
            ["scores", "network_scores", "history", "score_changes"].map(str::to_owned)
        );
        assert_eq!(plan[0][1][0], "score");
        assert!(plan[3][1].is_null(), "a snapshot without the table");
    }

    #[test]
    fn the_best_rows_stay_and_the_others_are_counted() {
        let part = Part {
            table: &SCORE_CHANGES,
            best_first: &["points"],
            most: 2,
        };
        let rows =
            [("a", 1.0), ("b", -3.0), ("c", 2.0)].map(|(cause, points)| vec![json!(cause), json!(""), json!(points)]);
        let best = part.best(rows.to_vec());
        assert_eq!(best, [json!(["b", "", -3.0]), json!(["c", "", 2.0]), json!(1)]);
    }
}
