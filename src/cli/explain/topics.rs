//! Prints the topics of an explanation as text.

use serde_json::Value;

use super::super::options::OutputFormat;
use super::super::output::{ResultRows, print_line, print_rows, shorten_text};
use super::layout::{format_thousandths, print_heading, print_table};
use crate::explain::PersonExplanation;
use crate::explain::reaction_effects::{ReactionEffects, TopicEffect};
use crate::queries::topics::{EVIDENCE_COLUMNS, PERSON_TOPIC_COLUMNS};
use clout_base::error::Result;

/// Number of printed topics, and number of those printed with their evidence.
const TOPICS: usize = 10;
const WITH_EVIDENCE: usize = 3;

/// Units of the columns of a topic.
const UNITS: &str = "score in points, 1 to 100; confidence 0 to 1";

/// Prints all topics of the answer with their evidence, shown or not.
pub(super) fn print_all_topics(answer: &PersonExplanation) -> Result<()> {
    let topics: Vec<&Value> = answer.topics.iter().collect();
    print_line(&format!("Topic ({UNITS})"))?;
    print_rows(&rows(&PERSON_TOPIC_COLUMNS, &topics), OutputFormat::Text)?;
    for topic in &topics {
        evidence(topic)?;
    }
    weights()
}

/// Prints the shown topics.
pub(super) fn print_shown_topics(answer: &PersonExplanation) -> Result<()> {
    let shown: Vec<&Value> = answer.topics.iter().filter(|topic| topic["is_shown"] == true).collect();
    print_heading(&topics_heading(answer, shown.len()))?;
    if shown.is_empty() {
        return Ok(());
    }
    print_rows(
        &rows(&PERSON_TOPIC_COLUMNS, &shown[..shown.len().min(TOPICS)]),
        OutputFormat::Text,
    )?;
    for topic in shown.iter().take(WITH_EVIDENCE) {
        evidence(topic)?;
    }
    weights()?;
    let others: Vec<String> = shown.iter().skip(WITH_EVIDENCE).map(|topic| id(topic)).collect();
    match others.is_empty() {
        true => Ok(()),
        false => print_line(&format!(
            "Evidence for more topics: --topic with one of {}",
            others.join(", ")
        )),
    }
}

fn id(topic: &Value) -> String {
    shorten_text(topic["topic_id"].as_str().unwrap_or_default())
}

fn topics_heading(answer: &PersonExplanation, shown: usize) -> String {
    let (known, date) = (answer.topics.len(), answer.snapshot_date);
    let first = if shown > TOPICS {
        format!("; first {TOPICS} of {shown}")
    } else {
        String::new()
    };
    match (shown, known - shown) {
        (0, 0) if answer.topics_known.is_none() && answer.missing.iter().all(|missing| missing.part != "topics") => {
            format!("Topics: none; on {date} the input had no topics table, or an empty one.")
        }
        (0, 0) => {
            "Topics: none; no post by this person and no reaction to this person has evidence for a topic.".to_owned()
        }
        (0, more) => {
            format!(
                "Topics: none of {more} has two independent sources that include a trusted person (explain one: \
                 --topic)."
            )
        }
        (_, 0) => format!("Topics with two independent sources ({UNITS}{first})"),
        (_, more) => {
            format!("Topics with two independent sources ({UNITS}{first}; {more} more not shown: --topic)")
        }
    }
}

fn evidence(topic: &Value) -> Result<()> {
    let evidence: Vec<&Value> = topic["evidence"].as_array().into_iter().flatten().collect();
    if evidence.is_empty() {
        return print_heading(&format!(
            "Evidence for {}{}: only that of shown topics is kept",
            id(topic),
            verdict(topic)
        ));
    }
    print_heading(&format!("Evidence for {}{}", id(topic), verdict(topic)))?;
    print_rows(&rows(&EVIDENCE_COLUMNS, &evidence), OutputFormat::Text)
}

fn weights() -> Result<()> {
    print_line(
        "\nWeight 1 is one new reaction by a trusted person of average rank. Tags and texts have the faded weight of \
         their latest\nreaction or post; other sources have the weight that they add, before the rarity of the topic \
         is applied.",
    )
}

/// Explains why a topic is not shown; empty for a shown topic.
fn verdict(topic: &Value) -> &'static str {
    let is_heard = topic["reactors"] != 0 || topic["endorsers"] != 0;
    match (topic["is_shown"] == true, is_heard) {
        (true, _) => "",
        (false, false) => " (not shown: only an interest, because no person reacted to or endorsed this person on it)",
        (false, true) => " (not shown: no two independent sources that include another, trusted person)",
    }
}

/// Prints the effect of one more reaction on topic scores.
pub(super) fn print_topic_effects(one_more: &ReactionEffects, answer: &PersonExplanation) -> Result<()> {
    let Some(first) = one_more.topics.first() else {
        return Ok(());
    };
    print_heading(&format!(
        "Effect of one more reaction on a topic (points added by one {} on {} by a trusted newcomer at the end of {})",
        first.verb, first.network, answer.snapshot_date
    ))?;
    let row = |on: &TopicEffect| {
        vec![
            on.topic_id.clone().into(),
            format_thousandths(on.points),
            on.score.into(),
        ]
    };
    print_table(
        &["topic_id", "points", "score_after"],
        one_more.topics.iter().map(row).collect(),
    )
}

fn rows(columns: &[&'static str], objects: &[&Value]) -> ResultRows {
    let cells = |object: &&Value| columns.iter().map(|name| object[*name].clone()).collect();
    ResultRows {
        columns: columns.to_vec(),
        rows: objects.iter().map(cells).collect(),
    }
}
