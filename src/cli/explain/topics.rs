//! The topics of an explanation as text.

use serde_json::Value;

use super::super::options::Format;
use super::super::output::{Rows, print, printable, show};
use super::layout::{heading, table, thousandths};
use crate::explain::Answer;
use crate::explain::one_more::{OnTopic, OneMore};
use crate::queries::topics::{EVIDENCE_COLUMNS, PERSON_COLUMNS};
use clout_base::error::Result;

/// Topics that are shown, and those of them that are shown with their evidence.
const TOPICS: usize = 10;
const WITH_EVIDENCE: usize = 3;

/// What the figures of a topic are measured in.
const UNITS: &str = "scores in points from 1 to 100, confidence from 0 to 1";

/// All that is known of the topics of the answer.
pub fn whole(answer: &Answer) -> Result<()> {
    let topics: Vec<&Value> = answer.topics.iter().collect();
    print(&format!("On {}, {UNITS}", answer.snapshot_date))?;
    show(&rows(&PERSON_COLUMNS, &topics), Format::Text)?;
    for topic in &topics {
        evidence(topic, answer)?;
    }
    weights()
}

/// The topics that are shown.
pub fn section(answer: &Answer) -> Result<()> {
    let shown: Vec<&Value> = answer.topics.iter().filter(|topic| topic["is_shown"] == true).collect();
    heading(&topics_heading(answer, shown.len()))?;
    if shown.is_empty() {
        return Ok(());
    }
    show(&rows(&PERSON_COLUMNS, &shown[..shown.len().min(TOPICS)]), Format::Text)?;
    for topic in shown.iter().take(WITH_EVIDENCE) {
        evidence(topic, answer)?;
    }
    weights()?;
    let others: Vec<String> = shown.iter().skip(WITH_EVIDENCE).map(|topic| id(topic)).collect();
    match others.is_empty() {
        true => Ok(()),
        false => print(&format!(
            "--topic shows the evidence of the others, too: {}",
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
        format!(", the first {TOPICS} of {shown}")
    } else {
        String::new()
    };
    match (shown, known - shown) {
        (0, 0) if answer.topics_known.is_none() && answer.missing.iter().all(|missing| missing.part != "topics") => {
            format!("No topic: on {date} the input had no topics table, or an empty one, so nobody has any.")
        }
        (0, 0) => "No topic: nothing that this person wrote, or was reacted to for, speaks of any.".to_owned(),
        (0, more) => {
            format!("No topic is shown, for none of {more} has two independent sources (--topic shows one of them).")
        }
        (_, 0) => format!("Topics that two independent sources agree on, on {date}{first}, {UNITS}"),
        (_, more) => {
            let more = match more {
                1 => "1 more is".to_owned(),
                more => format!("{more} more are"),
            };
            format!(
                "Topics that two independent sources agree on, on {date}{first}, {UNITS} ({more} not shown: --topic)"
            )
        }
    }
}

fn evidence(topic: &Value, answer: &Answer) -> Result<()> {
    let evidence: Vec<&Value> = topic["evidence"].as_array().into_iter().flatten().collect();
    heading(&format!(
        "Evidence of {} on {}{}",
        id(topic),
        answer.snapshot_date,
        verdict(topic)
    ))?;
    show(&rows(&EVIDENCE_COLUMNS, &evidence), Format::Text)
}

fn weights() -> Result<()> {
    print(
        "\n1 is one fresh reaction by a trusted, ordinary person. A tag's or text's weight is that of the latest act on \
         it, faded;\nthe others are what they add, before how rare the topic is counts.",
    )
}

/// Why a topic is not shown.
fn verdict(topic: &Value) -> &'static str {
    let is_heard = topic["reactors"] != 0 || topic["endorsers"] != 0;
    match (topic["is_shown"] == true, is_heard) {
        (true, _) => "",
        (false, false) => " (not shown: an interest, for nobody reacted to the person on it)",
        (false, true) => " (not shown: no two independent sources, one of them somebody else whom the model knows)",
    }
}

/// What one more reaction would do to topic scores.
pub fn one_more(one_more: &OneMore, answer: &Answer) -> Result<()> {
    let Some(first) = one_more.topics.first() else {
        return Ok(());
    };
    heading(&format!(
        "What would raise a topic score: points gained, and the score then, by one more {} on it by a trusted newcomer on {} \
         at the end of {}",
        first.verb, first.network, answer.snapshot_date
    ))?;
    let row = |on: &OnTopic| vec![on.topic_id.clone().into(), thousandths(on.points), on.score.into()];
    table(
        &["topic_id", "points", "score_then"],
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
