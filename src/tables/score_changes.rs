//! Table `score_changes`: the causes of each score change since the day before, in points that sum to `delta_1d`.

use rayon::prelude::*;

use super::{measures, texts};
use clout_base::schema::SCORE_CHANGES;
use clout_model::alerts::texts::shorten_id;
use clout_model::influence::changes::tally::CauseSlot;
use clout_model::influence::changes::{ChangeCause, PersonScoreChange, RECIPROCATED_SUFFIX};
use clout_model::networks::Network;
use clout_model::people::persons::PersonMap;
use clout_warehouse::table_rows::TableRows;

/// Smallest part that names people, in points: rows that print as 0.00 name the network only.
const NAMED_FROM_POINTS: f64 = 0.005;
/// Smallest part that is a cause, in points; smaller ones are rounding errors of the sums.
const ROUNDING_POINTS: f64 = 1e-10;

/// Score change of one person.
#[derive(Clone, Debug)]
pub struct PersonChange {
    /// Index of the person on the snapshot date.
    pub person: u32,
    /// Published score of the day before.
    pub published: f64,
    /// Change under the model of the snapshot date.
    pub change: PersonScoreChange,
}

/// Row of the table without its person.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangeReason {
    /// Cause of the change.
    pub cause: ChangeCause,
    /// Network, and the people with the largest parts.
    pub detail: String,
    /// Change of the score, in points.
    pub points: f64,
}

impl ChangeReason {
    fn key(&self) -> (&'static str, &str) {
        (self.cause.name(), &self.detail)
    }
}

/// Reasons by person, in order of persons.
pub type ReasonsByPerson = Vec<(u32, Vec<ChangeReason>)>;

/// Names for the column `detail`.
#[derive(Clone, Copy)]
pub struct DetailNames<'a> {
    /// Networks of the job.
    pub networks: &'a [Network],
    /// Persons of the snapshot date.
    pub persons: &'a PersonMap,
    /// Difference between the models or inputs of the two dates, as the detail of a recalibration.
    pub recalibration: &'a str,
}

/// Computes the reasons in order of persons, each in order of cause and detail. The second value is the largest
/// difference between a delta and the sum of its reasons, in points.
pub fn compute_reasons(moved: &[PersonChange], words: DetailNames) -> (ReasonsByPerson, f64) {
    let all: Vec<(u32, Vec<ChangeReason>, f64)> = moved.par_iter().map(|moved| of_person(moved, words)).collect();
    let missed = all.iter().map(|(.., missed)| missed.abs()).fold(0.0, f64::max);
    let reasons = all.into_iter().map(|(person, reasons, _)| (person, reasons));
    (reasons.collect(), missed)
}

fn of_person(moved: &PersonChange, words: DetailNames) -> (u32, Vec<ChangeReason>, f64) {
    let reason = |cause: ChangeCause, detail: String, points: f64| ChangeReason { cause, detail, points };
    let of_slot = |slot: &CauseSlot| reason(slot.cause, detail(slot, words), slot.part);
    let mut reasons: Vec<ChangeReason> = Vec::with_capacity(moved.change.slots.len() + 2);
    reasons.extend(moved.change.slots.iter().map(of_slot));
    reasons.push(reason(ChangeCause::ScaleLimit, String::new(), moved.change.scale_limit));
    let recalibrated = moved.change.before - moved.published;
    if recalibrated.abs() >= ROUNDING_POINTS {
        let detail = words.recalibration.to_owned();
        reasons.push(reason(ChangeCause::Recalibrated, detail, recalibrated));
    }
    merge_reasons(&mut reasons);
    reasons.retain(|reason| reason.points.abs() >= ROUNDING_POINTS);
    reasons.shrink_to_fit();
    let delta = moved.change.after - moved.published;
    let missed = delta - reasons.iter().map(|reason| reason.points).sum::<f64>();
    let largest = reasons
        .iter_mut()
        .max_by(|a, b| a.points.abs().total_cmp(&b.points.abs()));
    // Rounding errors go to the largest reason, so that the published points sum to the delta.
    match largest.filter(|_| missed.abs() < 10.0 * ROUNDING_POINTS) {
        Some(reason) => reason.points += missed,
        None => return (moved.person, reasons, missed),
    }
    (moved.person, reasons, 0.0)
}

/// Sorts the reasons by the names of the causes and by details, and adds up equal ones in their present order.
fn merge_reasons(reasons: &mut Vec<ChangeReason>) {
    reasons.sort_by(|a, b| a.key().cmp(&b.key()));
    reasons.dedup_by(|next, first| {
        let is_same = next.key() == first.key();
        if is_same {
            first.points += next.points;
        }
        is_same
    });
}

/// Writes "twitter: ada, bob and 3 more", or only the network if the part is tiny.
fn detail(slot: &CauseSlot, words: DetailNames) -> String {
    let mut detail = words.networks[usize::from(slot.network)].name.clone();
    if slot.is_reciprocated {
        detail.push_str(RECIPROCATED_SUFFIX);
    }
    if slot.part.abs() < NAMED_FROM_POINTS {
        return detail;
    }
    let known = slot.largest.iter().filter_map(|(reactor, _)| *reactor);
    detail.push_str(": ");
    let mut named = 0;
    for person in known {
        detail.push_str(if named > 0 { ", " } else { "" });
        detail.push_str(&shorten_id(&words.persons.ids[person as usize]));
        named += 1;
    }
    let more = slot.reactors - named;
    detail.push_str(&match (named, more) {
        (_, 0) => String::new(),
        (0, 1) => "1 person".to_owned(),
        (0, more) => format!("{more} people"),
        (_, more) => format!(" and {more} more"),
    });
    detail
}

/// Describes the rows.
pub fn build_rows<'a>(persons: &'a PersonMap, reasons: &'a [(u32, Vec<ChangeReason>)]) -> TableRows<'a> {
    let own = |(person, reasons): &'a (u32, Vec<ChangeReason>)| reasons.iter().map(move |reason| (*person, reason));
    let reasons: Vec<(u32, &ChangeReason)> = reasons.par_iter().flat_map_iter(own).collect();
    TableRows::new(&SCORE_CHANGES, reasons.len(), move |rows| {
        let reasons = &reasons[rows];
        vec![
            texts(reasons.iter().map(|(person, _)| &persons.ids[*person as usize])),
            texts(reasons.iter().map(|(_, reason)| reason.cause.name())),
            texts(reasons.iter().map(|(_, reason)| &reason.detail)),
            measures(reasons.iter().map(|(_, reason)| reason.points).collect()),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_reasons_are_one_and_all_are_in_order_of_names() {
        let reason = |cause, detail: &str, points| ChangeReason {
            cause,
            detail: detail.to_owned(),
            points,
        };
        let mut causes = [ChangeCause::Recalibrated, ChangeCause::ScaleLimit];
        causes.sort_by_key(|cause| cause.name());
        let [first, second] = causes;
        let mut reasons = vec![
            reason(second, "twitter", 1.0),
            reason(first, "twitter: ada", 2.0),
            reason(second, "facebook", 3.0),
            reason(second, "twitter", 0.5),
        ];
        merge_reasons(&mut reasons);
        let expected = [
            reason(first, "twitter: ada", 2.0),
            reason(second, "facebook", 3.0),
            reason(second, "twitter", 1.5),
        ];
        assert_eq!(reasons, expected);
    }
}
