//! Table `influences`: the strongest neighbours, in both directions, of people in the top percentiles.

use rayon::prelude::*;

use super::{SnapshotInputs, counts, measures, texts};
use clout_base::schema::INFLUENCES;
use clout_warehouse::table_rows::TableRows;

/// Direction of rows in which the other person reacted to the person.
pub const INFLUENCED_BY: &str = "influenced_by";
/// Direction of rows in which the person reacted to the other person.
pub const INFLUENCES_OTHER: &str = "influences";

/// Row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct InfluenceRow {
    /// Index of the person.
    pub person: u32,
    /// Index of the other person.
    pub other: u32,
    /// [`INFLUENCED_BY`] or [`INFLUENCES_OTHER`].
    pub direction: &'static str,
    /// Score x share of its contributions, of the receiver of the reactions.
    pub points: f64,
    /// Number of counted reactions.
    pub reactions: i64,
}

/// Computes the rows for people at or above `min_percentile`, at most `max_per_direction` per person and direction.
pub fn build_rows<'a>(inputs: &SnapshotInputs<'a>, min_percentile: f64, max_per_direction: usize) -> TableRows<'a> {
    let rows = compute_listed(inputs, min_percentile, max_per_direction);
    let ids = &inputs.persons.ids;
    TableRows::new(&INFLUENCES, rows.len(), move |range| {
        let rows = &rows[range];
        vec![
            texts(rows.iter().map(|row| &ids[row.person as usize])),
            texts(rows.iter().map(|row| &ids[row.other as usize])),
            texts(rows.iter().map(|row| row.direction)),
            measures(rows.iter().map(|row| row.points).collect()),
            counts(rows.iter().map(|row| row.reactions).collect()),
        ]
    })
}

/// Computes the rows in order of the grain.
fn compute_listed(inputs: &SnapshotInputs, min_percentile: f64, max_per_direction: usize) -> Vec<InfluenceRow> {
    let percentiles = (0..inputs.persons.len()).map(|person| inputs.scores.percentile(person));
    let is_listed: Vec<bool> = percentiles.map(|p| p.is_some_and(|p| p >= min_percentile)).collect();
    let totals: Vec<f64> = (0..inputs.persons.len())
        .into_par_iter()
        .map(|person| total(inputs, person))
        .collect();
    let given = given(inputs, &is_listed);
    let listed: Vec<usize> = (0..inputs.persons.len()).filter(|person| is_listed[*person]).collect();
    listed
        .par_iter()
        .flat_map_iter(|person| {
            let received = inputs.attention.edges(*person).map(|edge| {
                let other = inputs.attention.reactors[edge];
                let key = (*person as u32, other, INFLUENCED_BY);
                row(inputs, totals[*person], key, *person, edge)
            });
            let start = given.partition_point(|(reactor, ..)| (*reactor as usize) < *person);
            let own = given[start..]
                .iter()
                .take_while(|(reactor, ..)| *reactor as usize == *person);
            let sent = own.map(|(_, target, edge)| {
                let key = (*person as u32, *target, INFLUENCES_OTHER);
                row(inputs, totals[*target as usize], key, *target as usize, *edge)
            });
            let mut rows = strongest(received.collect(), max_per_direction);
            rows.extend(strongest(sent.collect(), max_per_direction));
            rows.sort_by_key(|row| (row.other, row.direction));
            rows
        })
        .collect()
}

/// Computes the rows of any person, at most `most` per direction, most points first.
pub fn compute_rows(inputs: &SnapshotInputs, person: usize, most: usize) -> Vec<InfluenceRow> {
    let own = total(inputs, person);
    let received = inputs.attention.edges(person).map(|edge| {
        let key = (person as u32, inputs.attention.reactors[edge], INFLUENCED_BY);
        row(inputs, own, key, person, edge)
    });
    let sent = (0..inputs.persons.len()).filter_map(|target| {
        let edges = inputs.attention.edges(target);
        let index = inputs.attention.reactors[edges.clone()].binary_search(&(person as u32));
        let key = (person as u32, target as u32, INFLUENCES_OTHER);
        Some(row(
            inputs,
            total(inputs, target),
            key,
            target,
            edges.start + index.ok()?,
        ))
    });
    let mut rows = strongest(received.collect(), most);
    rows.extend(strongest(sent.collect(), most));
    rows
}

/// Collects the edges from listed persons as (reactor, target, edge), sorted.
fn given(inputs: &SnapshotInputs, is_listed: &[bool]) -> Vec<(u32, u32, usize)> {
    let of_target = |target: usize| {
        let edges = inputs.attention.edges(target);
        let edges = edges.map(move |edge| (inputs.attention.reactors[edge], target as u32, edge));
        edges.filter(|(reactor, ..)| is_listed[*reactor as usize])
    };
    let targets = (0..inputs.persons.len()).into_par_iter();
    let mut given: Vec<(u32, u32, usize)> = targets.flat_map_iter(of_target).collect();
    given.par_sort_unstable();
    given
}

/// Sums the contributions to a person; 0 without a reactor.
fn total(inputs: &SnapshotInputs, person: usize) -> f64 {
    match &inputs.scores.sums[person] {
        Some(sum) => sum.total_parts(),
        None => 0.0,
    }
}

/// Builds a row. Its points are the score of `target` x the share of `edge` in the contributions to `target`.
fn row(inputs: &SnapshotInputs, total: f64, key: (u32, u32, &'static str), target: usize, edge: usize) -> InfluenceRow {
    let share = match &inputs.scores.sums[target] {
        Some(sum) => inputs.model.share_part(inputs.attention, edge, sum) / total,
        None => 0.0,
    };
    InfluenceRow {
        person: key.0,
        other: key.1,
        direction: key.2,
        points: inputs.scores.score(target).unwrap_or(0.0) * share,
        reactions: inputs.attention.count_reactions(edge) as i64,
    }
}

/// Returns the rows with most points, at most `most`, most points first.
fn strongest(mut rows: Vec<InfluenceRow>, most: usize) -> Vec<InfluenceRow> {
    // The other persons differ, so the order is total.
    let order = |a: &InfluenceRow, b: &InfluenceRow| b.points.total_cmp(&a.points).then(a.other.cmp(&b.other));
    if most < rows.len() {
        rows.select_nth_unstable_by(most, order);
        rows.truncate(most);
    }
    rows.sort_unstable_by(order);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_rows_are_the_first_ones_of_all_rows_in_order() {
        let row = |other: u32| InfluenceRow {
            person: 7,
            other,
            direction: INFLUENCED_BY,
            points: f64::from(other * 37 % 11),
            reactions: 1,
        };
        let rows: Vec<InfluenceRow> = (0..50).map(row).collect();
        let mut sorted = rows.clone();
        sorted.sort_by(|a, b| b.points.total_cmp(&a.points).then(a.other.cmp(&b.other)));
        for most in [0, 1, 12, 49, 50, 60] {
            assert_eq!(strongest(rows.clone(), most), sorted[..most.min(50)], "{most}");
        }
    }
}
