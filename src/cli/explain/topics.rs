//! Prints the topics of an explanation as text.

use serde_json::Value;

use super::super::options::Format;
use super::super::output::{Rows, print, printable, show};
use super::layout::{heading, table, thousandths};
use crate::explain::Answer;
use crate::explain::one_more::{OnTopic, OneMore};
use crate::queries::topics::{EVIDENCE_COLUMNS, PERSON_COLUMNS};
use clout_base::error::Result;

/// Number of printed topics, and number of those printed with their evidence.
const TOPICS: usize = 10;
const WITH_EVIDENCE: usize = 3;

/// Units of the columns of a topic.
const UNITS: &str = "score in points, 1 to 100; confidence 0 to 1";

/// Prints all topics of the answer with their evidence, shown or not.
pub fn whole(answer: &Answer) -> Result<()> {
    let topics: Vec<&Value> = answer.topics.iter().collect();
    print(&format!("Topic ({UNITS})"))?;
    show(&rows(&PERSON_COLUMNS, &topics), Format::Text)?;
    for topic in &topics {
        evidence(topic)?;
    }
    weights()
}

/// Prints the shown topics.
pub fn section(answer: &Answer) -> Result<()> {
    let shown: Vec<&Value> = answer.topics.iter().filter(|topic| topic["is_shown"] == true).collect();
    heading(&topics_heading(answer, shown.len()))?;
    if shown.is_empty() {
        return Ok(());
    }
    show(&rows(&PERSON_COLUMNS, &shown[..shown.len().min(TOPICS)]), Format::Text)?;
    for topic in shown.iter().take(WITH_EVIDENCE) {
        evidence(topic)?;
    }
    weights()?;
    let others: Vec<String> = shown.iter().skip(WITH_EVIDENCE).map(|topic| id(topic)).collect();
    match others.is_empty() {
        true => Ok(()),
        false => print(&format!(
            "Evidence for more topics: --topic with one of {}",
            others.join(", ")
        )),
    }
}

fn id(topic: &Value) -> String {
    printable(topic["topic_id"].as_str().unwrap_or_default())
}

fn topics_heading(answer: &Answer, shown: usize) -> String {
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
    heading(&format!("Evidence for {}{}", id(topic), verdict(topic)))?;
    show(&rows(&EVIDENCE_COLUMNS, &evidence), Format::Text)
}

fn weights() -> Result<()> {
    print(
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
pub fn one_more(one_more: &OneMore, answer: &Answer) -> Result<()> {
    let Some(first) = one_more.topics.first() else {
        return Ok(());
    };
    heading(&format!(
        "Effect of one more reaction on a topic (points added by one {} on {} by a trusted newcomer at the end of {})",
        first.verb, first.network, answer.snapshot_date
    ))?;
    let row = |on: &OnTopic| vec![on.topic_id.clone().into(), thousandths(on.points), on.score.into()];
    table(
        &["topic_id", "points", "score_after"],
        one_more.topics.iter().map(row).collect(),
    )
}

fn rows(columns: &[&'static str], objects: &[&Value]) -> Rows {
    let cells = |object: &&Value| columns.iter().map(|name| object[*name].clone()).collect();
    Rows {
        columns: columns.to_vec(),
        rows: objects.iter().map(cells).collect(),
    }
}
