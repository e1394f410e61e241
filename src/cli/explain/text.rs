//! Prints an explanation as text, one section per aspect of the score.

use serde_json::Value;

use super::super::output::{print_line, shorten_text};
use super::layout::{format_thousandths, print_heading, print_table};
use super::topics;
use crate::explain::changes::{CauseSum, ScoreChange};
use crate::explain::reaction_effects::{NetworkEffect, ScoreEffect};
use crate::explain::{PersonExplanation, texts};
use crate::queries::person_rows::JsonRow;
use crate::tables::influences::{INFLUENCED_BY, INFLUENCES_OTHER};
use clout_base::error::Result;
use clout_model::influence::changes::describe_detail;

/// Number of people printed per direction; JSON has all twenty.
const PEOPLE: usize = 10;
/// Printed columns of `network_scores`.
const NETWORK_COLUMNS: [&str; 6] = ["network", "score", "share", "reach", "reactions", "posts"];

/// Prints the whole explanation.
pub(super) fn print_explanation(answer: &PersonExplanation) -> Result<()> {
    head(answer)?;
    print_heading("Score (points, 1 to 100)")?;
    for line in texts::describe_score(answer) {
        print_line(&format!("  {line}"))?;
    }
    networks(answer)?;
    changes(answer)?;
    silence(answer)?;
    one_more(answer)?;
    if let Some(hidden) = texts::describe_scale_limit(answer) {
        print_line(&format!("  {hidden}"))?;
    }
    neighbours(answer)?;
    topics::print_shown_topics(answer)?;
    missing(answer, |_| true)
}

/// Prints the explanation of one topic.
pub(super) fn print_topic_explanation(answer: &PersonExplanation) -> Result<()> {
    head(answer)?;
    print_line("")?;
    topics::print_all_topics(answer)?;
    if let Some(one_more) = &answer.one_more {
        topics::print_topic_effects(one_more, answer)?;
    }
    missing(answer, |part| part.starts_with("one_more"))
}

fn head(answer: &PersonExplanation) -> Result<()> {
    if let Some(asked) = &answer.asked_id {
        print_line(&format!(
            "{} belongs to {} on {}:",
            shorten_text(asked),
            shorten_text(&answer.person_id),
            answer.snapshot_date
        ))?;
    }
    print_line(&format!(
        "{} on {} (model {})",
        shorten_text(&answer.person_id),
        answer.snapshot_date,
        answer.model_version
    ))?;
    match describe_accounts(answer) {
        Some(accounts) => print_line(&format!("  {accounts}")),
        None => Ok(()),
    }
}

/// Returns the accounts with handles, and the name that the first one of them shows.
fn describe_accounts(answer: &PersonExplanation) -> Option<String> {
    let text = |row: &JsonRow, column: &str| row[column].as_str().map(shorten_text);
    let named = answer.accounts.iter().filter(|row| row["handle"].is_string());
    let accounts = named.map(|row| Some(format!("@{} on {}", text(row, "handle")?, text(row, "network")?)));
    let accounts: Vec<String> = accounts.flatten().take(PEOPLE).collect();
    let name = answer.accounts.iter().find_map(|row| text(row, "display_name"));
    match (name, accounts.is_empty()) {
        (None, true) => None,
        (Some(name), true) => Some(name),
        (None, false) => Some(accounts.join(", ")),
        (Some(name), false) => Some(format!("{name}: {}", accounts.join(", "))),
    }
}

fn networks(answer: &PersonExplanation) -> Result<()> {
    print_heading(
        "By network (score from this network alone, in points; share of the influence; reach in people; counted \
         reactions and posts)",
    )?;
    let of_rows = answer.network_scores.iter();
    let cells = |row: &crate::queries::person_rows::JsonRow| NETWORK_COLUMNS.map(|column| row[column].clone()).to_vec();
    print_table(&NETWORK_COLUMNS, of_rows.map(cells).collect())
}

fn changes(answer: &PersonExplanation) -> Result<()> {
    print_heading("Changes (points)")?;
    let row = |change: &ScoreChange| {
        let since = Value::from(change.since.to_string());
        vec![since, change.days.into(), change.score.into(), change.points.into()]
    };
    let rows = answer.changes.iter().map(row).collect();
    print_table(&["since", "days", "previous_score", "change"], rows)?;
    for change in &answer.changes {
        if let Some(gap) = texts::describe_gap(change) {
            print_line(&format!("  {gap}"))?;
        }
        causes(change)?;
    }
    Ok(())
}

fn causes(change: &ScoreChange) -> Result<()> {
    if change.causes.is_empty() {
        return Ok(());
    }
    print_heading(&format!("Reasons for the change since {} (points)", change.since))?;
    let row = |cause: &CauseSum| {
        let largest = cause.details.first();
        let detail = largest
            .map(|detail| describe_detail(&detail.detail))
            .filter(|detail| !detail.is_empty());
        let mut cells: Vec<Value> = vec![texts::describe_cause_name(&cause.cause).into(), cause.points.into()];
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
    print_table(columns, change.causes.iter().map(row).collect())
}

fn silence(answer: &PersonExplanation) -> Result<()> {
    let Some(silence) = answer.silence.as_ref().filter(|silence| !silence.is_empty()) else {
        return Ok(());
    };
    print_heading("Forecast if no data arrives (points; exact if trust and rank stay constant)")?;
    let row = |forecast: &crate::explain::forecast::ScoreForecast| {
        let date = Value::from(forecast.snapshot_date.to_string());
        vec![
            forecast.days.into(),
            date,
            forecast.score.into(),
            forecast.points.into(),
        ]
    };
    print_table(&["days", "date", "score", "change"], silence.iter().map(row).collect())
}

fn one_more(answer: &PersonExplanation) -> Result<()> {
    let Some(one_more) = answer.one_more.as_ref().filter(|more| !more.networks.is_empty()) else {
        return Ok(());
    };
    let is_scored = answer.score_column("score").is_some();
    print_heading(&format!(
        "Effect of one more reaction ({}, at the end of {})",
        if is_scored {
            "added points"
        } else {
            "score in points after it"
        },
        answer.snapshot_date
    ))?;
    let gain = |gain: &ScoreEffect| match gain.points {
        Some(points) => format_thousandths(points),
        None => format_thousandths(gain.score),
    };
    let row = |on: &NetworkEffect| {
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
    print_table(&columns, one_more.networks.iter().map(row).collect())?;
    print_line(
        "  The reaction uses the network's most common verb and is its author's only one that day. Authors:\n  \
         newcomer: a trusted person of average rank who has not reacted to this person before\n  \
         reactor: the median of the people who already react; the additional active day may raise their trust\n  \
         stranger: an account without any earlier activity",
    )?;
    topics::print_topic_effects(one_more, answer)
}

fn neighbours(answer: &PersonExplanation) -> Result<()> {
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
        print_heading(&format!("{text}{shown}"))?;
        let row = |other: &&crate::explain::neighbours::InfluenceNeighbour| {
            vec![
                other.other_person_id.clone().into(),
                other.points.into(),
                other.reactions.into(),
            ]
        };
        let rows = own.iter().take(PEOPLE).map(row).collect();
        print_table(&["other_person_id", "points", "reactions"], rows)?;
    }
    Ok(())
}

fn missing(answer: &PersonExplanation, is_meant: impl Fn(&str) -> bool) -> Result<()> {
    let meant: Vec<_> = answer.missing.iter().filter(|missing| is_meant(missing.part)).collect();
    for same in meant.chunk_by(|a, b| a.why == b.why) {
        let parts: Vec<&str> = same.iter().map(|missing| missing.part).collect();
        print_heading(&format!("Not available: {} ({})", parts.join(", "), same[0].why))?;
    }
    Ok(())
}
