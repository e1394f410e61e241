//! Prints the results of `clout evaluate --topics`.

use serde_json::Value;

use super::{format_figure, format_verdict, print_table};
use crate::cli::output::print_line;
use crate::evaluate::topics::farm::{FarmKind, FarmResult};
use crate::evaluate::topics::ranking::RankingMeasures;
use crate::evaluate::topics::results::{PooledMeasures, PooledResults, TopicResults};
use clout_base::error::Result;

/// Prints the findings of one input as tables.
pub(super) fn print_topics(findings: &TopicResults) -> Result<()> {
    print_measures("Prediction quality", &findings.model_version, &findings.pooled)?;
    show_coverage(findings)?;
    show_farms(findings)
}

/// Prints the findings of each input, then the pooled measures.
pub(super) fn print_pooled(findings: &PooledResults) -> Result<()> {
    for input in &findings.inputs {
        print_line(&format!("Input {}\n", input.input))?;
        print_topics(input)?;
        print_line("")?;
    }
    let title = format!("Pooled over {} inputs: prediction quality", findings.inputs.len());
    print_measures(&title, &findings.model_version, &findings.pooled)
}

fn print_measures(title: &str, model_version: &str, pooled: &PooledMeasures) -> Result<()> {
    print_line(&format!(
        "{title} of topic scores of model {model_version} at {} moments: {} pairs of moment and topic, {} credits",
        pooled.moments, pooled.pairs, pooled.credits
    ))?;
    let rows = pooled.predictors.iter().map(|row| {
        let values = row.figures.values().map(format_figure);
        [row.predictor.into()].into_iter().chain(values).collect()
    });
    let columns = ["predictor"].into_iter().chain(RankingMeasures::NAMES).collect();
    print_table(columns, rows.collect())?;
    print_line("\nCompared with the better rival of each measure")?;
    let rows = pooled.ratios.iter().map(|row| {
        vec![
            row.measure.into(),
            row.better_rival.into(),
            row.ratio.map_or(Value::Null, format_figure),
            format_verdict(Some(row.is_met)),
        ]
    });
    print_table(vec!["measure", "better_rival", "ratio", "verdict"], rows.collect())
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
