//! Prints the results of `clout evaluate --topics`.

use serde_json::Value;

use super::{fine, table, verdict};
use crate::cli::output::print;
use crate::evaluate::topics::farm::{Farm, Kind};
use crate::evaluate::topics::{Findings, SCORE};
use clout_base::error::Result;

/// Prints the findings as tables.
pub fn show(findings: &Findings) -> Result<()> {
    print(&format!(
        "Prediction quality of topic scores of model {} at {} moments: {} pairs of moment and topic, {} credits",
        findings.model_version, findings.moments, findings.pairs, findings.credits
    ))?;
    let figures = |row: &crate::evaluate::topics::Row| {
        let figures = &row.figures;
        [
            figures.precision_1,
            figures.precision_3,
            figures.precision_5,
            figures.ndcg_10,
        ]
    };
    let rows = findings.predictors.iter().map(|row| {
        let values = figures(row).map(fine);
        [row.predictor.into()].into_iter().chain(values).collect()
    });
    let columns = vec!["predictor", "precision_1", "precision_3", "precision_5", "ndcg_10"];
    table(columns.clone(), rows.collect())?;
    print("\nCompared with the better rival of each measure")?;
    let (own, rivals): (Vec<_>, Vec<_>) = findings.predictors.iter().partition(|row| row.predictor == SCORE);
    let rows = columns[1..].iter().enumerate().map(|(index, measure)| {
        let best = rivals
            .iter()
            .max_by(|a, b| figures(a)[index].total_cmp(&figures(b)[index]));
        let (score, best_figure) = (
            own.first().map_or(0.0, |row| figures(row)[index]),
            best.map_or(0.0, |row| figures(row)[index]),
        );
        let ratio = if best_figure > 0.0 {
            fine(score / best_figure)
        } else {
            Value::Null
        };
        vec![
            (*measure).into(),
            best.map_or("-", |row| row.predictor).into(),
            ratio,
            verdict(Some(score >= best_figure)),
        ]
    });
    table(vec!["measure", "better_rival", "ratio", "verdict"], rows.collect())?;
    show_coverage(findings)?;
    show_farms(findings)
}

fn show_coverage(findings: &Findings) -> Result<()> {
    let coverage = &findings.coverage;
    let share = |part: usize| match coverage.active {
        0 => Value::Null,
        all => fine(part as f64 / all as f64),
    };
    print("\nTopic coverage at the last moment")?;
    let line =
        |group: &str, count: usize, share: Value, verdict: Value| vec![group.into(), count.into(), share, verdict];
    let has_none = coverage.shown_with_one_source == 0;
    table(
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
                verdict(Some(has_none)),
            ),
        ],
    )
}

fn show_farms(findings: &Findings) -> Result<()> {
    let buyers = findings.farms.first().map_or(0, |farm| farm.buyers);
    print(&format!(
        "\nBought endorsements for each of {buyers} people, in points of the topic score"
    ))?;
    let describe = |farm: &Farm| match farm.kind {
        Kind::Fresh => format!("{} fresh accounts", farm.accounts),
        Kind::Aged => format!("{} accounts of three days, reacting to one another", farm.accounts),
        Kind::Helped => format!("{} accounts of three days, half reacting to the others", farm.accounts),
    };
    let rows = findings.farms.iter().map(|farm| {
        vec![
            describe(farm).into(),
            fine(farm.most),
            fine(farm.others),
            farm.shown_anew.into(),
            farm.bar.map_or(Value::Null, Value::from),
            verdict(farm.is_met),
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
    table(columns, rows.collect())
}
