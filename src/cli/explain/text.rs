//! Prints an explanation as text, one section per aspect of the score.

use serde_json::Value;

use super::super::output::{print, printable};
use super::layout::{heading, table, thousandths};
use super::topics;
use crate::explain::changes::{Cause, Change};
use crate::explain::one_more::{Gain, OnNetwork};
use crate::explain::{Answer, words};
use crate::tables::influences::{INFLUENCED_BY, INFLUENCES_OTHER};
use clout_base::error::Result;
use clout_model::influence::changes::in_words;

/// Number of people printed per direction; JSON has all twenty.
const PEOPLE: usize = 10;
/// Printed columns of `network_scores`.
const NETWORK_COLUMNS: [&str; 6] = ["network", "score", "share", "reach", "reactions", "posts"];

/// Prints the whole explanation.
pub fn everything(answer: &Answer) -> Result<()> {
    head(answer)?;
    heading("Score (points, 1 to 100)")?;
    for line in words::score(answer) {
        print(&format!("  {line}"))?;
    }
    networks(answer)?;
    changes(answer)?;
    silence(answer)?;
    one_more(answer)?;
    if let Some(hidden) = words::end_of_scale(answer) {
        print(&format!("  {hidden}"))?;
    }
    neighbours(answer)?;
    topics::section(answer)?;
    missing(answer, |_| true)
}

/// Prints the explanation of one topic.
pub fn topic(answer: &Answer) -> Result<()> {
    head(answer)?;
    print("")?;
    topics::whole(answer)?;
    if let Some(one_more) = &answer.one_more {
        topics::one_more(one_more, answer)?;
    }
    missing(answer, |part| part.starts_with("one_more"))
}

fn head(answer: &Answer) -> Result<()> {
    if let Some(asked) = &answer.asked_id {
        print(&format!(
            "{} belongs to {} on {}:",
            printable(asked),
            printable(&answer.person_id),
            answer.snapshot_date
        ))?;
    }
    print(&format!(
        "{} on {} (model {})",
        printable(&answer.person_id),
        answer.snapshot_date,
        answer.model_version
    ))
}

fn networks(answer: &Answer) -> Result<()> {
    heading(
        "By network (score from this network alone, in points; share of the influence; reach in people; counted \
         reactions and posts)",
    )?;
    let of_rows = answer.network_scores.iter();
    let cells = |row: &crate::queries::person::Row| NETWORK_COLUMNS.map(|column| row[column].clone()).to_vec();
    table(&NETWORK_COLUMNS, of_rows.map(cells).collect())
}

fn changes(answer: &Answer) -> Result<()> {
    heading("Changes (points)")?;
    let row = |change: &Change| {
        let since = Value::from(change.since.to_string());
        vec![since, change.days.into(), change.score.into(), change.points.into()]
    };
    let rows = answer.changes.iter().map(row).collect();
    table(&["since", "days", "previous_score", "change"], rows)?;
    for change in &answer.changes {
        if let Some(gap) = words::gap(change) {
            print(&format!("  {gap}"))?;
        }
        causes(change)?;
    }
    Ok(())
}

fn causes(change: &Change) -> Result<()> {
    if change.causes.is_empty() {
        return Ok(());
    }
    heading(&format!("Reasons for the change since {} (points)", change.since))?;
    let row = |cause: &Cause| {
        let largest = cause.details.first();
        let detail = largest
            .map(|detail| in_words(&detail.detail))
            .filter(|detail| !detail.is_empty());
        let mut cells: Vec<Value> = vec![words::cause(&cause.cause).into(), cause.points.into()];
        if change.days > 1 {
            cells.push(largest.map(|detail| detail.snapshot_date.to_string()).into());
            cells.push(largest.map(|detail| detail.points).into());
        }
        cells.push(detail.into());
        cells
    };
    let columns: &[&'static str] = match change.days {
        1 => &["cause", "points", "detail"],
        // The last three columns describe the row of `score_changes` with the most points.
        _ => &["cause", "points", "largest_on", "largest_points", "detail"],
    };
    table(columns, change.causes.iter().map(row).collect())
}

fn silence(answer: &Answer) -> Result<()> {
    let Some(silence) = answer.silence.as_ref().filter(|silence| !silence.is_empty()) else {
        return Ok(());
    };
    heading("Forecast if no data arrives (points; exact if trust and rank stay constant)")?;
    let row = |forecast: &crate::explain::silence::Silence| {
        let date = Value::from(forecast.snapshot_date.to_string());
        vec![
            forecast.days.into(),
            date,
            forecast.score.into(),
            forecast.points.into(),
        ]
    };
    table(&["days", "date", "score", "change"], silence.iter().map(row).collect())
}

fn one_more(answer: &Answer) -> Result<()> {
    let Some(one_more) = answer.one_more.as_ref().filter(|more| !more.networks.is_empty()) else {
        return Ok(());
    };
    let is_scored = answer.measure("score").is_some();
    heading(&format!(
        "Effect of one more reaction ({}, at the end of {})",
        if is_scored {
            "added points"
        } else {
            "score in points after it"
        },
        answer.snapshot_date
    ))?;
    let gain = |gain: &Gain| match gain.points {
        Some(points) => thousandths(points),
        None => thousandths(gain.score),
    };
    let row = |on: &OnNetwork| {
        let reactor = on.reactor.as_ref().map_or(Value::Null, gain);
        let network = match on.is_there {
            true => on.network.clone(),
            false => format!("{} (no account yet)", on.network),
        };
        vec![
            network.into(),
            on.verb.clone().into(),
            gain(&on.newcomer),
            reactor,
            gain(&on.stranger),
        ]
    };
    let columns = ["network", "verb", "newcomer", "reactor", "stranger"];
    table(&columns, one_more.networks.iter().map(row).collect())?;
    print(
        "  The reaction uses the network's most common verb and is its author's only one that day. Authors:\n  \
         newcomer: a trusted person of average rank who has not reacted to this person before\n  \
         reactor: the median of the people who already react; the additional active day may raise their trust\n  \
         stranger: an account without any earlier activity",
    )?;
    topics::one_more(one_more, answer)
}

fn neighbours(answer: &Answer) -> Result<()> {
    let Some(influences) = &answer.influences else {
        return Ok(());
    };
    for (direction, text) in [
        (INFLUENCED_BY, "Influenced by (points of this person's score"),
        (INFLUENCES_OTHER, "Influences (points of the other person's score"),
    ] {
        let own: Vec<_> = influences.iter().filter(|other| other.direction == direction).collect();
        if own.is_empty() {
            continue;
        }
        let shown = match own.len() {
            more if more > PEOPLE => format!("; first {PEOPLE})"),
            _ => ")".to_owned(),
        };
        heading(&format!("{text}{shown}"))?;
        let row = |other: &&crate::explain::neighbours::Neighbour| {
            vec![
                other.other_person_id.clone().into(),
                other.points.into(),
                other.reactions.into(),
            ]
        };
        let rows = own.iter().take(PEOPLE).map(row).collect();
        table(&["other_person_id", "points", "reactions"], rows)?;
    }
    Ok(())
}

fn missing(answer: &Answer, is_meant: impl Fn(&str) -> bool) -> Result<()> {
    let meant: Vec<_> = answer.missing.iter().filter(|missing| is_meant(missing.part)).collect();
    for same in meant.chunk_by(|a, b| a.why == b.why) {
        let parts: Vec<&str> = same.iter().map(|missing| missing.part).collect();
        heading(&format!("Not available: {} ({})", parts.join(", "), same[0].why))?;
    }
    Ok(())
}
