//! Generates question-and-answer sites: a declared network `stackexchange` with questions, answers, comments and accepts.
//!
//! Each expert has topics, a rate of answers, a quality and a first and last day. A question goes to the experts of its
//! topic that are active on that day, or to a passer-by. The asker, most often a new account, accepts one answer by
//! quality. The two shapes differ in the time for which knowing the past helps: [`SiteShape::FewExperts`] keeps its
//! experts for years, in [`SiteShape::ManyExperts`] each one leaves after weeks.

use arrow::array::{ArrayRef, ListBuilder, RecordBatch, StringArray, StringBuilder, TimestampMicrosecondArray};
use clout_base::day::{DAY_MICROS, Day};
use std::sync::Arc;

use super::rng::{RngStream, StreamRng};
use super::{GenerateError, GenerateSummary, GeneratedFile, parquet_file};

/// Shape of a question-and-answer site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteShape {
    /// Ten experts for three years, with a question on most days.
    FewExperts,
    /// Forty experts at a time for eight months, each for a month, with four questions a day.
    ManyExperts,
}

/// Numbers of a shape.
struct SiteNumbers {
    days: i32,
    topics: u64,
    questions_per_mille_days: u64,
    experts: u64,
    /// Days for which an expert stays; none for the whole history.
    stay_days: Option<i32>,
}

impl SiteShape {
    fn numbers(self) -> SiteNumbers {
        match self {
            SiteShape::FewExperts => SiteNumbers {
                days: 1_080,
                topics: 25,
                questions_per_mille_days: 800,
                experts: 10,
                stay_days: None,
            },
            SiteShape::ManyExperts => SiteNumbers {
                days: 240,
                topics: 40,
                questions_per_mille_days: 4_000,
                experts: 320,
                stay_days: Some(30),
            },
        }
    }
}

/// Person that answers.
struct Expert {
    first: i32,
    last: i32,
    rate: u64,
    quality: u64,
    /// Weight by topic.
    topics: Vec<u64>,
}

/// Row of activities.
struct SiteRow {
    at: i64,
    actor: String,
    verb: &'static str,
    object: u64,
    target: Option<String>,
    topics: Vec<u64>,
}

/// Generates the site with its last load date and passes its files to `sink`, day by day.
///
/// # Errors
/// Returns the errors of writing and of the sink.
pub fn generate_question_site<E: From<GenerateError>>(
    shape: SiteShape,
    seed: u64,
    last_day: Day,
    sink: &mut dyn FnMut(GeneratedFile) -> Result<(), E>,
) -> Result<GenerateSummary, E> {
    let numbers = shape.numbers();
    let first_day = last_day.0 - numbers.days + 1;
    let mut rows = SiteRows::generate(seed, &numbers, first_day);
    rows.sort_by(|a, b| (a.at, a.object, a.verb, &a.actor).cmp(&(b.at, b.object, b.verb, &b.actor)));
    rows.retain(|row| row.at < last_day.end_micros());
    let mut summary = GenerateSummary::default();
    let mut number = 0;
    for own in rows.chunk_by(|a, b| Day::from_micros(a.at) == Day::from_micros(b.at)) {
        let date = Day::from_micros(own[0].at);
        let bytes = parquet_file::encode_parquet(&build_batch(own, number).map_err(GenerateError::from)?)?;
        number += own.len() as u64;
        summary.files += 1;
        summary.rows += own.len() as u64;
        summary.activities += own.len() as u64;
        summary.bytes += bytes.len() as u64;
        sink(GeneratedFile {
            path: format!("activities/network=stackexchange/date={date}/part-00000.parquet"),
            bytes,
            rows: own.len() as u64,
        })?;
    }
    Ok(summary)
}

fn build_batch(rows: &[SiteRow], first_number: u64) -> Result<RecordBatch, arrow::error::ArrowError> {
    let mut tags = ListBuilder::new(StringBuilder::new());
    for row in rows {
        row.topics
            .iter()
            .for_each(|topic| tags.values().append_value(format!("subject-{topic:02}")));
        tags.append(true);
    }
    let texts = |text: &dyn Fn(&SiteRow) -> Option<String>| -> ArrayRef {
        Arc::new(StringArray::from_iter(rows.iter().map(text)))
    };
    let ids = (first_number..).zip(rows).map(|(number, _)| format!("a{number:07}"));
    let times = TimestampMicrosecondArray::from_iter_values(rows.iter().map(|row| row.at)).with_timezone("UTC");
    RecordBatch::try_from_iter([
        ("activity_id", Arc::new(StringArray::from_iter_values(ids)) as ArrayRef),
        ("occurred_at", Arc::new(times)),
        ("actor_id", texts(&|row| Some(row.actor.clone()))),
        ("verb", texts(&|row| Some(row.verb.to_owned()))),
        ("object_id", texts(&|row| Some(format!("q{:06}", row.object)))),
        ("target_id", texts(&|row| row.target.clone())),
        (
            "text",
            texts(&|row| (row.verb != "accept").then(|| format!("A {} in some words.", row.verb))),
        ),
        ("tags", Arc::new(tags.finish())),
    ])
}

/// Rows in the making.
struct SiteRows<'a> {
    dice: StreamRng,
    numbers: &'a SiteNumbers,
    experts: Vec<Expert>,
    askers: Vec<String>,
    /// Number of accounts other than experts.
    others: u64,
    rows: Vec<SiteRow>,
}

impl SiteRows<'_> {
    fn generate(seed: u64, numbers: &SiteNumbers, first_day: i32) -> Vec<SiteRow> {
        let mut dice = StreamRng::new(seed, RngStream::Site);
        let experts = (0..numbers.experts)
            .map(|_| Expert::generate(&mut dice, numbers))
            .collect();
        let mut site = SiteRows {
            dice,
            numbers,
            experts,
            askers: Vec::new(),
            others: 0,
            rows: Vec::new(),
        };
        let mut question = 0;
        for day in 0..numbers.days {
            let certain = numbers.questions_per_mille_days / 1_000;
            let more = site.dice.chance_per_mille(numbers.questions_per_mille_days % 1_000);
            for _ in 0..certain + u64::from(more) {
                question += 1;
                site.ask(day, Day(first_day + day).start_micros(), question);
            }
        }
        site.rows
    }

    fn new_account(&mut self) -> String {
        self.others += 1;
        format!("user{:05}", self.others)
    }

    /// Adds a question with its answers, comments and accept.
    fn ask(&mut self, day: i32, start: i64, object: u64) {
        let topics = self.draw_topics();
        let is_returning = self.dice.chance_per_mille(200) && !self.askers.is_empty();
        let asker = match is_returning {
            true => {
                let recent = self.askers.len().min(200) as u64;
                let back = 1 + self.dice.below(recent) as usize;
                self.askers[self.askers.len() - back].clone()
            }
            false => self.new_account(),
        };
        self.askers.push(asker.clone());
        let at = start + self.hours(24);
        self.add(at, &asker, "question", object, None, &topics);
        let answers = 1 + u64::from(self.dice.chance_per_mille(350));
        let mut by: Vec<(i64, String, u64)> = Vec::new();
        for _ in 0..answers {
            let (name, quality) = self.draw_author(day, &topics);
            if by.iter().any(|(_, other, _)| *other == name) {
                continue;
            }
            let at = at + self.hours(36);
            self.add(at, &name, "answer", object, Some(&asker), &topics);
            if self.dice.chance_per_mille(350) {
                let later = at + self.hours(12);
                self.add(later, &asker, "comment", object, Some(&name), &topics);
            }
            by.push((at, name, quality));
        }
        if self.dice.chance_per_mille(550) {
            let weights: Vec<u64> = by.iter().map(|(_, _, quality)| *quality).collect();
            let (answered_at, name, _) = &by[self.draw_weighted(&weights)];
            let (at, name) = (answered_at + DAY_MICROS / 24, name.clone());
            self.add(at, &asker, "accept", object, Some(&name), &topics);
        }
    }

    /// Returns the author of an answer and the weight of the answer's quality.
    fn draw_author(&mut self, day: i32, topics: &[u64]) -> (String, u64) {
        let weight = |expert: &Expert| match (expert.first..=expert.last).contains(&day) {
            true => expert.rate * topics.iter().map(|topic| expert.topics[*topic as usize]).sum::<u64>(),
            false => 0,
        };
        let weights: Vec<u64> = self.experts.iter().map(weight).collect();
        if self.dice.chance_per_mille(250) || weights.iter().sum::<u64>() == 0 {
            return (self.new_account(), 1);
        }
        let expert = self.draw_weighted(&weights);
        (format!("expert{expert:03}"), self.experts[expert].quality)
    }

    fn draw_topics(&mut self) -> Vec<u64> {
        let topics = self.numbers.topics;
        // The smaller of two draws makes the first topics frequent.
        let first = self.dice.below(topics).min(self.dice.below(topics));
        let mut drawn = vec![first];
        if self.dice.chance_per_mille(600) {
            drawn.push((first * 7 + 3) % topics);
        }
        drawn.sort_unstable();
        drawn.dedup();
        drawn
    }

    fn draw_weighted(&mut self, weights: &[u64]) -> usize {
        let mut left = self.dice.below(weights.iter().sum());
        let is_last = |weight: &u64| {
            let is_in = left < *weight;
            left = left.saturating_sub(*weight);
            is_in
        };
        weights.iter().position(is_last).unwrap_or(0)
    }

    /// Returns a time within some hours.
    fn hours(&mut self, hours: u64) -> i64 {
        self.dice.below(hours * 3_600) as i64 * 1_000_000
    }

    fn add(&mut self, at: i64, actor: &str, verb: &'static str, object: u64, target: Option<&str>, topics: &[u64]) {
        self.rows.push(SiteRow {
            at,
            actor: actor.to_owned(),
            verb,
            object,
            target: target.map(str::to_owned),
            topics: topics.to_vec(),
        });
    }
}

impl Expert {
    fn generate(dice: &mut StreamRng, numbers: &SiteNumbers) -> Expert {
        let (first, last) = match numbers.stay_days {
            None => (0, numbers.days),
            Some(stay) => {
                let first = dice.below((numbers.days + stay) as u64) as i32 - stay;
                (first, first + stay)
            }
        };
        // Most topics are not an expert's own; the weight of the others is 1 to 64.
        let weight = |dice: &mut StreamRng| match dice.chance_per_mille(400) {
            true => 1 << (2 * dice.below(4)),
            false => 0,
        };
        Expert {
            first,
            last,
            rate: 1 << dice.below(4),
            quality: 2 << dice.below(3),
            topics: (0..numbers.topics).map(|_| weight(dice)).collect(),
        }
    }
}

#[cfg(test)]
#[path = "question_sites_tests.rs"]
mod tests;
