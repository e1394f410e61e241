//! Builds the panel of one person: rows of published tables, as arrays in the schema's column order.
//!
//! A full panel is `[id, scores, network_scores, history, score_changes, …]`. A short panel ends after
//! `network_scores`. Each part is a list of rows, best first. If rows are left out, the last item is their number.
//! Ids are values, never object keys, so an id like `__proto__` has no special effect.

use serde_json::{Value, json};

use super::has_table;
use super::person_cursor::PersonCursor;
use super::privacy_filter::PrivacyFilter;
use clout_base::error::Result;
use clout_base::schema::{
    ALERTS, INFLUENCES, NETWORK_SCORES, SCORE_CHANGES, SCORES, TOPIC_EVIDENCE, TOPIC_SCORES, TableSchema,
};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::Store;

/// Part of a panel that comes from one table.
struct PanelPart {
    table: &'static TableSchema,
    /// Sort columns: rows with the greatest absolute values come first.
    best_first: &'static [&'static str],
    /// Maximum number of rows per person. It limits the shard size for any published data.
    most: usize,
}

const PARTS: [PanelPart; 6] = [
    PanelPart {
        table: &NETWORK_SCORES,
        best_first: &["share", "reactions"],
        most: 50,
    },
    PanelPart {
        table: &SCORE_CHANGES,
        best_first: &["points"],
        most: 100,
    },
    PanelPart {
        table: &TOPIC_SCORES,
        best_first: &["is_shown", "score"],
        most: 30,
    },
    PanelPart {
        table: &TOPIC_EVIDENCE,
        best_first: &["weight"],
        most: 150,
    },
    PanelPart {
        table: &INFLUENCES,
        best_first: &["points"],
        most: 40,
    },
    PanelPart {
        table: &ALERTS,
        best_first: &[],
        most: 10,
    },
];

/// Number of parts in a short panel, counted from the start of [`PARTS`].
const SHORT: usize = 1;

/// Returns the column names of a table. `person_id` is the first column of all tables about people.
pub(crate) fn column_names(table: &TableSchema) -> Vec<&'static str> {
    table.columns.iter().map(|column| column.name).collect()
}

/// Returns the parts and their columns for the page, in panel order. Columns are null if the snapshot lacks the table.
pub(crate) fn describe_parts(manifest: &Manifest) -> Value {
    let table = |table: &TableSchema| match has_table(manifest, table.name) {
        true => json!([table.name, column_names(table)[1..]]),
        false => json!([table.name, null]),
    };
    let mut parts = vec![table(&SCORES)];
    for (index, part) in PARTS.iter().enumerate() {
        if index == SHORT {
            parts.push(json!(["history", ["night", "score", "score_low", "score_high"]]));
        }
        parts.push(table(part.table));
    }
    parts.into()
}

/// Column names of each part, borrowed by the open tables.
pub(crate) struct PanelColumns(Vec<Vec<&'static str>>);

impl PanelColumns {
    /// Collects the column names of all parts.
    pub(crate) fn new() -> PanelColumns {
        PanelColumns(PARTS.iter().map(|part| column_names(part.table)).collect())
    }
}

/// Open tables of the panels, read in parallel.
pub(crate) struct PanelTables<'a> {
    parts: Vec<Option<PersonCursor<'a>>>,
}

impl<'a> PanelTables<'a> {
    /// Opens the tables of a snapshot.
    pub(crate) fn open(store: &'a Store, manifest: &'a Manifest, known: &'a PanelColumns) -> Result<PanelTables<'a>> {
        let mut parts = Vec::new();
        for (part, columns) in PARTS.iter().zip(&known.0) {
            let has_table = has_table(manifest, part.table.name);
            let open = || PersonCursor::open(store, manifest, part.table.name, columns);
            parts.push(has_table.then(open).transpose()?);
        }
        Ok(PanelTables { parts })
    }

    /// Builds the panel of a person; a full panel if a history is given. Persons must be requested in ascending order.
    pub(crate) fn build_panel(
        &mut self,
        person: &str,
        scores: Vec<Value>,
        mut history: Option<Value>,
        still: &PrivacyFilter,
    ) -> Result<Value> {
        let mut panel = vec![Value::from(person), scores.into()];
        let (mut topics, mut changes): (Vec<Value>, _) = (Vec::new(), None);
        let length = if history.is_some() { PARTS.len() } else { SHORT };
        for (index, (part, table)) in PARTS.iter().zip(&mut self.parts).take(length).enumerate() {
            if index == SHORT {
                panel.extend(history.take());
            }
            let mut rows = match table {
                Some(table) => table.read_person(person)?,
                None => Vec::new(),
            };
            rows = still.redact_rows(part.table, rows, &mut changes);
            if part.table.name == TOPIC_EVIDENCE.name {
                rows.retain(|row| topics.contains(&row[0]));
            }
            let rows = part.take_best(rows);
            if part.table.name == TOPIC_SCORES.name {
                topics = rows.iter().filter_map(|row| row.get(0).cloned()).collect();
            }
            panel.push(rows.into());
        }
        Ok(panel.into())
    }
}

impl PanelPart {
    /// Returns the best rows and, as the last item, the number of rows left out.
    fn take_best(&self, mut rows: Vec<Vec<Value>>) -> Vec<Value> {
        let names = column_names(self.table);
        let indices = self
            .best_first
            .iter()
            .filter_map(|best| names[1..].iter().position(|name| name == best));
        let indices: Vec<usize> = indices.collect();
        rows.sort_by(|a, b| {
            let order = indices
                .iter()
                .map(|index| sort_key(&b[*index]).total_cmp(&sort_key(&a[*index])));
            order.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        let left_out = rows.len().saturating_sub(self.most);
        rows.truncate(self.most);
        let mut rows: Vec<Value> = rows.into_iter().map(Value::Array).collect();
        rows.extend((left_out > 0).then(|| Value::from(left_out)));
        rows
    }
}

/// Returns the sort key of a value: its absolute value, and -1 if it is not a number.
fn sort_key(value: &Value) -> f64 {
    match value {
        Value::Bool(value) => f64::from(u8::from(*value)),
        Value::Number(number) => number.as_f64().unwrap_or(0.0).abs(),
        _ => -1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_lists_each_part_with_its_columns() {
        let all = crate::testing::example_manifest();
        let names = |plan: &Value| -> Vec<String> {
            let parts = plan.as_array().unwrap().iter();
            parts.map(|part| part[0].as_str().unwrap().to_owned()).collect()
        };
        let plan = describe_parts(&all);
        assert_eq!(
            names(&plan)[..4],
            ["scores", "network_scores", "history", "score_changes"].map(str::to_owned)
        );
        assert_eq!(plan[0][1][0], "score");
        assert!(plan[3][1].is_null(), "a snapshot without the table");
    }

    #[test]
    fn the_best_rows_are_kept_and_the_others_are_counted() {
        let part = PanelPart {
            table: &SCORE_CHANGES,
            best_first: &["points"],
            most: 2,
        };
        let rows =
            [("a", 1.0), ("b", -3.0), ("c", 2.0)].map(|(cause, points)| vec![json!(cause), json!(""), json!(points)]);
        let best = part.take_best(rows.to_vec());
        assert_eq!(best, [json!(["b", "", -3.0]), json!(["c", "", 2.0]), json!(1)]);
    }
}
