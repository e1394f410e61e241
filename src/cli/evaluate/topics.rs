//! Prints the results of `clout evaluate --topics`.

use serde_json::Value;

use super::{format_figure, format_verdict, print_table};
use crate::cli::output::print_line;
use crate::evaluate::topics::farm::{FarmKind, FarmResult};
use crate::evaluate::topics::{TOPIC_SCORE_PREDICTOR, TopicResults};
use clout_base::error::Result;

/// Prints the findings as tables.
pub(super) fn print_topics(findings: &TopicResults) -> Result<()> {
    print_line(&format!(
        "Prediction quality of topic scores of model {} at {} moments: {} pairs of moment and topic, {} credits",
        findings.model_version, findings.moments, findings.pairs, findings.credits
    ))?;
    let figures = |row: &crate::evaluate::topics::TopicPredictor| {
        let figures = &row.figures;
        [
            figures.precision_1,
            figures.precision_3,
            figures.precision_5,
            figures.ndcg_10,
        ]
    };
    let rows = findings.predictors.iter().map(|row| {
        let values = figures(row).map(format_figure);
        [row.predictor.into()].into_iter().chain(values).collect()
    });
    let columns = vec!["predictor", "precision_1", "precision_3", "precision_5", "ndcg_10"];
    print_table(columns.clone(), rows.collect())?;
    print_line("\nCompared with the better rival of each measure")?;
    let (own, rivals): (Vec<_>, Vec<_>) = findings
        .predictors
        .iter()
        .partition(|row| row.predictor == TOPIC_SCORE_PREDICTOR);
    let rows = columns[1..].iter().enumerate().map(|(index, measure)| {
        let best = rivals
            .iter()
            .max_by(|a, b| figures(a)[index].total_cmp(&figures(b)[index]));
        let (score, best_figure) = (
            own.first().map_or(0.0, |row| figures(row)[index]),
            best.map_or(0.0, |row| figures(row)[index]),
        );
        let ratio = if best_figure > 0.0 {
            format_figure(score / best_figure)
        } else {
            Value::Null
        };
        vec![
            (*measure).into(),
            best.map_or("-", |row| row.predictor).into(),
            ratio,
            format_verdict(Some(score >= best_figure)),
        ]
    });
    print_table(vec!["measure", "better_rival", "ratio", "verdict"], rows.collect())?;
    show_coverage(findings)?;
    show_farms(findings)
}

fn show_coverage(findings: &TopicResults) -> Result<()> {
    let coverage = &findings.coverage;
    let share = |part: usize| match coverage.active {
        0 => Value::Null,
        all => format_figure(part as f64 / all as f64),
    };
    print_line("\nTopic coverage at the last moment")?;
    let line =
        |group: &str, count: usize, share: Value, verdict: Value| vec![group.into(), count.into(), share, verdict];
    let has_none = coverage.shown_with_one_source == 0;
    print_table(
        vec!["group", "count", "share", "verdict"],
        vec![
            line(
                "people with five or more activities",
                coverage.active,
                Value::Null,
                Value::Null,
            ),
            line(
                "of these, with a topic",
                coverage.with_a_topic,
                share(coverage.with_a_topic),
                Value::Null,
            ),
            line(
                "of these, with a shown topic",
                coverage.with_a_shown_topic,
                share(coverage.with_a_shown_topic),
                Value::Null,
            ),
            line("shown topics of all people", coverage.shown, Value::Null, Value::Null),
            line(
                "of these, with only one source",
                coverage.shown_with_one_source,
                Value::Null,
                format_verdict(Some(has_none)),
            ),
        ],
    )
}

fn show_farms(findings: &TopicResults) -> Result<()> {
    let buyers = findings.farms.first().map_or(0, |farm| farm.buyers);
    print_line(&format!(
        "\nBought endorsements for each of {buyers} people, in points of the topic score"
    ))?;
    let describe = |farm: &FarmResult| match farm.kind {
        FarmKind::Fresh => format!("{} fresh accounts", farm.accounts),
        FarmKind::Aged => format!("{} accounts of three days, reacting to one another", farm.accounts),
        FarmKind::Helped => format!("{} accounts of three days, half reacting to the others", farm.accounts),
    };
    let rows = findings.farms.iter().map(|farm| {
        vec![
            describe(farm).into(),
            format_figure(farm.most),
            format_figure(farm.others),
            farm.shown_anew.into(),
            farm.bar.map_or(Value::Null, Value::from),
            format_verdict(farm.is_met),
        ]
    });
    let columns = vec![
        "farm",
        "largest_gain",
        "largest_other",
        "newly_shown",
        "at_most",
        "verdict",
    ];
    print_table(columns, rows.collect())
}
