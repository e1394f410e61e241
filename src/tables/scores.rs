//! Table `scores`: one row per person.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, ListBuilder, StringBuilder, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field};
use rayon::prelude::*;

use super::published_history::{NewPersons, PublishedHistory};
use super::{SnapshotInputs, measures, optional_measures, texts};
use clout_base::schema::SCORES;
use clout_model::influence::interval::ScoreInterval;
use clout_model::influence::reach::ReachSum;
use clout_model::people::presence::NetworkPresence;
use clout_warehouse::table_rows::TableRows;

/// Computed values of one row in addition to score and rank.
struct Row {
    person: usize,
    reach: f64,
    audience_influence: Option<f64>,
    amplification: Option<f64>,
}

/// Describes the rows.
pub fn build_rows<'a>(
    inputs: &'a SnapshotInputs<'a>,
    past: &'a PublishedHistory,
    new: &'a NewPersons,
) -> TableRows<'a> {
    let groups: Vec<&[NetworkPresence]> = inputs.presences.group_by_person().collect();
    TableRows::new(&SCORES, groups.len(), move |rows| {
        build_columns(inputs, past, new, &groups[rows])
    })
}

fn build_columns(
    inputs: &SnapshotInputs,
    past: &PublishedHistory,
    new: &NewPersons,
    groups: &[&[NetworkPresence]],
) -> Vec<ArrayRef> {
    let rows: Vec<Row> = groups.par_iter().map(|group| row(inputs, group)).collect();
    let id = |row: &Row| &inputs.persons.ids[row.person];
    let standings = inputs.scores;
    let delta = |index| {
        let deltas = rows.iter().map(|row| {
            let before = past.find_score(index, row.person);
            Some(standings.score(row.person)? - before?)
        });
        optional_measures(deltas.collect())
    };
    let end = |of: fn(&ScoreInterval) -> f64| {
        let ends = rows.iter().map(|row| inputs.intervals[row.person].as_ref().map(of));
        optional_measures(ends.collect())
    };
    let ranks: Int64Array = rows.iter().map(|row| standings.rank(row.person)).collect();
    let are_new = rows.iter().map(|row| Some(new.are_new[row.person]));
    let active = rows.iter().map(|row| inputs.presences.last_active_at[row.person]);
    vec![
        texts(rows.iter().map(id)),
        optional_measures(rows.iter().map(|row| standings.score(row.person)).collect()),
        end(|interval| interval.low),
        end(|interval| interval.high),
        measures(rows.iter().map(|row| inputs.coverage[row.person]).collect()),
        Arc::new(ranks),
        optional_measures(rows.iter().map(|row| standings.percentile(row.person)).collect()),
        delta(0),
        delta(1),
        delta(2),
        measures(rows.iter().map(|row| row.reach).collect()),
        optional_measures(rows.iter().map(|row| row.amplification).collect()),
        optional_measures(rows.iter().map(|row| row.audience_influence).collect()),
        networks(inputs, groups),
        Arc::new(BooleanArray::from_iter(are_new)),
        Arc::new(active.collect::<TimestampMicrosecondArray>().with_timezone("UTC")),
    ]
}

fn row(inputs: &SnapshotInputs, group: &[NetworkPresence]) -> Row {
    let person = group[0].person as usize;
    let edges = inputs.attention.edges(person);
    let posts: u64 = group.iter().map(|presence| presence.posts).sum();
    let reactions: u64 = edges.clone().map(|edge| inputs.attention.count_reactions(edge)).sum();
    let amplification = (posts > 0).then(|| reactions as f64 / posts as f64);
    let Some(sum) = &inputs.scores.sums[person] else {
        return Row {
            person,
            reach: 0.0,
            audience_influence: None,
            amplification,
        };
    };
    let (mut reach, mut total, mut weighted) = (ReachSum::default(), 0.0, 0.0);
    for edge in edges {
        let part = inputs.model.share_part(inputs.attention, edge, sum);
        let reactor = inputs.attention.reactors[edge] as usize;
        total += part;
        reach.add(part);
        // A reactor without a score counts with 1, the lower end of the scale.
        weighted += part * inputs.scores.score(reactor).unwrap_or(1.0);
    }
    Row {
        person,
        reach: reach.people(),
        audience_influence: Some(weighted / total),
        amplification,
    }
}

fn networks(inputs: &SnapshotInputs, groups: &[&[NetworkPresence]]) -> ArrayRef {
    let element = Field::new("element", DataType::Utf8, false);
    let mut lists = ListBuilder::new(StringBuilder::new()).with_field(element);
    let mut names: Vec<&str> = Vec::new();
    for group in groups {
        names.clear();
        names.extend(
            group
                .iter()
                .map(|presence| inputs.networks[usize::from(presence.network)].name.as_str()),
        );
        names.sort_unstable();
        names.iter().for_each(|name| lists.values().append_value(name));
        lists.append(true);
    }
    Arc::new(lists.finish())
}
