//! Reads topics and their edges into an ontology, and bad rows into rejects.
//!
//! Both tables are read whole in each run. Rows are sorted first, so that neither their order nor their split into
//! files decides between contradicting rows.

use super::refused_share::RefusedShare;
use super::rejects::RejectedRow;
use super::table_rows::{BatchResult, TableInput, TableRow, count_shares, expect_sound, read_rows};
use super::validate::require_text;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_topics::ontology::{Ontology, TopicRecord};
use clout_warehouse::input_batches::InputBatch;
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::store::Store;

/// Source without a load date; neither table has one.
type Undated<'a> = TableInput<'a, Option<Day>>;

/// Ontology with its refused rows and files.
pub struct OntologyIntake {
    /// Topics and their ancestors; empty if no topic is delivered.
    pub ontology: Ontology,
    /// Refused rows and files.
    pub rejects: Vec<RejectedRow>,
    /// Files read and refused, of each delivered table.
    pub shares: Vec<RefusedShare>,
}

/// Reads the ontology.
///
/// # Errors
/// Returns an error only if the store fails; bad files and rows are in the rejects.
pub fn read_ontology(store: &Store, inventory: &InputInventory) -> Result<OntologyIntake> {
    let mut rejects = Vec::new();
    let (topic_files, edge_files) = (sources(inventory, "topics"), sources(inventory, "topic_edges"));
    let topics = sorted_rows(store, &topic_files, &topics, &mut rejects)?;
    let edges = sorted_rows(store, &edge_files, &edges, &mut rejects)?;
    let topic = |(id, name, aliases): &TopicRow| TopicRecord {
        id: id.clone(),
        name: name.clone(),
        aliases: aliases.clone(),
    };
    let (ontology, faults) = Ontology::build(
        topics.iter().map(|row| topic(&row.value)).collect(),
        edges.iter().map(|row| row.value.clone()).collect(),
    );
    // Rejected rows are no fault of the delivery: each costs its topic or edge only.
    let no_fault = |_: &RejectedRow| false;
    let mut shares = count_shares(&topic_files, &topics, &rejects, no_fault);
    shares.extend(count_shares(&edge_files, &edges, &rejects, no_fault));
    rejects.extend(rejected(&topics, faults.topics));
    rejects.extend(rejected(&edges, faults.edges));
    Ok(OntologyIntake {
        ontology,
        rejects,
        shares,
    })
}

fn sources<'a>(inventory: &'a InputInventory, table: &'static str) -> Vec<Undated<'a>> {
    let source = |file| TableInput {
        table,
        load_date: None,
        file,
    };
    inventory.undated_files(table).iter().map(source).collect()
}

fn sorted_rows<'a, T: Ord + Send>(
    store: &Store,
    sources: &[Undated<'a>],
    judge: &(dyn Fn(Option<Day>, &InputBatch) -> BatchResult<T> + Sync),
    rejects: &mut Vec<RejectedRow>,
) -> Result<Vec<TableRow<'a, T, Option<Day>>>> {
    let mut rows = read_rows(store, sources, judge, rejects)?;
    rows.sort_by(|a, b| a.value.cmp(&b.value));
    Ok(rows)
}

/// Converts faults, given by row index, to rejects.
fn rejected<T>(rows: &[TableRow<T, Option<Day>>], faults: Vec<(usize, String)>) -> impl Iterator<Item = RejectedRow> {
    let reject = |(position, reason): (usize, String)| {
        let row = &rows[position];
        row.source.reject(Some(row.number), reason)
    };
    faults.into_iter().map(reject)
}

/// (id, name, aliases).
type TopicRow = (String, String, Vec<String>);

fn topics(_: Option<Day>, batch: &InputBatch) -> BatchResult<TopicRow> {
    let (ids, names, aliases) = (batch.texts(0)?, batch.texts(1)?, batch.text_lists(2)?);
    let topic = |row| {
        expect_sound(batch, row)?;
        let (id, name) = (require_text("topic_id", &ids, row)?, require_text("name", &names, row)?);
        Ok((
            id.to_owned(),
            name.to_owned(),
            aliases.row_texts(row).map(str::to_owned).collect(),
        ))
    };
    Ok((0..batch.rows).map(topic).collect())
}

fn edges(_: Option<Day>, batch: &InputBatch) -> BatchResult<(String, String)> {
    let (parents, children) = (batch.texts(0)?, batch.texts(1)?);
    let edge = |row| {
        expect_sound(batch, row)?;
        let (parent, child) = (
            require_text("parent_id", &parents, row)?,
            require_text("child_id", &children, row)?,
        );
        Ok((parent.to_owned(), child.to_owned()))
    };
    Ok((0..batch.rows).map(edge).collect())
}

#[cfg(test)]
#[path = "ontology_tests.rs"]
mod tests;
