//! Writes the panels of all people, in one pass over tables that are read in parallel.

use serde_json::Value;

use super::by_person::ByPerson;
use super::folder::Folder;
use super::history::Histories;
use super::index::Entry;
use super::nights::Nights;
use super::panel::{self, Panels};
use super::shards::Shards;
use super::still::Still;
use super::survey::Survey;
use super::text::script_json;
use clout_base::error::Result;
use clout_base::schema::SCORES;
use clout_warehouse::store::Store;

/// Summary of the written panels.
pub struct People {
    /// Number of people.
    pub count: u64,
    /// Number of people with a full panel.
    pub count_full: u64,
    /// First id of each shard.
    pub shards: Vec<String>,
    /// Entries for the search index.
    pub index: Vec<Entry>,
}

/// Writes the shards of all people, in id order.
pub fn write(
    store: &Store,
    nights: &Nights,
    (survey, still): (&Survey, &Still),
    folder: &mut Folder,
) -> Result<People> {
    let columns = panel::columns(&SCORES);
    let index_of = |name: &str| columns.iter().skip(1).position(|column| *column == name);
    let (score, rank) = (index_of("score"), index_of("rank"));
    let mut scores = ByPerson::open(store, nights.tonight(), SCORES.name, &columns)?;
    let known = panel::Columns::new();
    let histories = Histories::read(store, nights, &survey.full)?;
    let mut panels = Panels::open(store, nights.tonight(), &known)?;
    let mut shards = Shards::of("people");
    let (mut index, mut count_full) = (Vec::new(), 0);
    while let Some(id) = scores.person()?.map(str::to_owned) {
        let row = scores.take();
        if !still.has(&id) {
            continue;
        }
        let value = |index: Option<usize>| index.and_then(|index| row.get(index)).cloned().unwrap_or(Value::Null);
        let entry = (id.clone(), value(score), value(rank));
        let is_full = survey.full.get(count_full).is_some_and(|next| *next == id);
        let history = is_full.then(|| histories.of(count_full));
        count_full += usize::from(is_full);
        let panel = panels.of(&id, row, history, still)?;
        shards.push(&id, &script_json(&panel), folder)?;
        index.push(entry);
    }
    Ok(People {
        count: index.len() as u64,
        count_full: count_full as u64,
        shards: shards.finish(folder)?,
        index,
    })
}
