//! Writes the panels of all people, in one pass over tables that are read in parallel.

use serde_json::Value;

use super::folder::ReportFolder;
use super::history::ScoreHistories;
use super::id_index::IndexEntry;
use super::leaderboards::Leaderboards;
use super::panel::{self, PanelTables};
use super::person_cursor::PersonCursor;
use super::privacy_filter::PrivacyFilter;
use super::published::PublishedSnapshots;
use super::shards::ShardWriter;
use super::text::to_script_json;
use clout_base::error::Result;
use clout_base::schema::SCORES;
use clout_warehouse::store::Store;

/// Summary of the written panels.
pub(crate) struct WrittenPeople {
    /// Number of people.
    pub count: u64,
    /// Number of people with a full panel.
    pub count_full: u64,
    /// First id of each shard.
    pub shards: Vec<String>,
    /// Entries for the search index.
    pub index: Vec<IndexEntry>,
}

/// Writes the shards of all people, in id order.
pub(crate) fn write_people(
    store: &Store,
    nights: &PublishedSnapshots,
    (survey, still): (&Leaderboards, &PrivacyFilter),
    folder: &mut ReportFolder,
) -> Result<WrittenPeople> {
    let columns = panel::column_names(&SCORES);
    let index_of = |name: &str| columns.iter().skip(1).position(|column| *column == name);
    let (score, rank) = (index_of("score"), index_of("rank"));
    let mut scores = PersonCursor::open(store, nights.newest(), SCORES.name, &columns)?;
    let known = panel::PanelColumns::new();
    let histories = ScoreHistories::read(store, nights, &survey.full_ids)?;
    let mut panels = PanelTables::open(store, nights.newest(), &known)?;
    let mut shards = ShardWriter::new("people");
    let (mut index, mut count_full) = (Vec::new(), 0);
    while let Some(id) = scores.current_person()?.map(str::to_owned) {
        let row = scores.take_row()?;
        if !still.allows(&id) {
            continue;
        }
        let value = |index: Option<usize>| index.and_then(|index| row.get(index)).cloned().unwrap_or(Value::Null);
        let entry = (id.clone(), value(score), value(rank));
        let is_full = survey.full_ids.get(count_full).is_some_and(|next| *next == id);
        let history = is_full.then(|| histories.to_json(count_full));
        count_full += usize::from(is_full);
        let panel = panels.build_panel(&id, row, history, still)?;
        shards.push(&id, &to_script_json(&panel), folder)?;
        index.push(entry);
    }
    Ok(WrittenPeople {
        count: index.len() as u64,
        count_full: count_full as u64,
        shards: shards.finish(folder)?,
        index,
    })
}
