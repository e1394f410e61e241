//! `clout evaluate`: measures how well scores predict future reactions and how much attacks gain.

mod attacks;
mod topics;

use serde_json::{Value, json};

use super::options::{JobArgs, OutputFormat, open_store, parse_day, start_threads};
use super::output::{ResultRows, print_line, print_object, print_rows};
use super::progress::ProgressDisplay;
use crate::evaluate::attacks::AttackResults;
use crate::evaluate::prediction::{PredictorMeasures, SCORE_PREDICTOR};
use crate::evaluate::topics::CreditVerbs;
use crate::evaluate::topics::results::{PooledResults, TopicResults};
use crate::evaluate::windows::{EvaluationPlan, HourSpan, MomentRule};
use crate::evaluate::{EvaluationResults, ScoreEvaluator};
use crate::job::Job;
use crate::pipeline::delivery::TopicsWanted;
use clout_base::day::Day;
use clout_base::error::Result;

/// Arguments of `clout evaluate`. Missed thresholds are printed and do not change the exit code (0).
#[derive(clap::Args)]
pub(super) struct EvaluateArgs {
    #[command(flatten)]
    job: JobArgs,
    /// First snapshot date to score; default: the first load date.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    from: Option<Day>,
    /// Last snapshot date to score; default: the last date that leaves a full window of the longest --ahead.
    #[arg(long, value_name = "DATE", value_parser = parse_day)]
    to: Option<Day>,
    /// Step between moments, starting at the end of the first date: 1d, 7d, or 6h to cut within days.
    #[arg(long, value_name = "SPAN", default_value = "1d")]
    every: HourSpan,
    /// Length of the prediction window; separate several by commas.
    #[arg(long, value_name = "SPAN", default_value = "1d", value_delimiter = ',')]
    ahead: Vec<HourSpan>,
    /// Simulate attacks at the end of the last date (--to, or the last load date) instead of measuring predictions.
    #[arg(long, conflicts_with_all = ["from", "every", "ahead"])]
    attacks: bool,
    /// Measure topic scores instead: predict people's credits on each topic. Tags are topics if the input has none.
    #[arg(long, conflicts_with = "attacks")]
    topics: bool,
    /// With --topics: verb of the predicted credits; default: any reaction.
    #[arg(long, value_name = "VERB", requires = "topics")]
    foretell: Option<String>,
    /// With --topics: verb of the acts counted by the rival predictor; default: any reaction to others.
    #[arg(long, value_name = "VERB", requires = "topics")]
    by: Option<String>,
    /// With --topics: score at the ends of the first 40, 50, 60, 70, 80 and 90 % of the days, and predict the next tenth.
    #[arg(long, requires = "topics", conflicts_with_all = ["from", "to", "every", "ahead"])]
    rolling: bool,
    /// With --topics: further input with the same job; repeatable. The pairs of all inputs are pooled.
    #[arg(long, value_name = "URL", requires = "topics")]
    also_input: Vec<String>,
    /// Output format.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl EvaluateArgs {
    /// Runs the evaluation and prints the findings.
    pub(super) fn run(self) -> Result<()> {
        let job = self.job.read_spec()?.resolve_for_checking()?;
        start_threads(&job)?;
        let plan = self.plan();
        let watch = ProgressDisplay::new();
        let found = match self.topics {
            true => self.evaluate_topics(job, &plan, &watch),
            false => self.evaluate_scores(&job, &plan, &watch),
        };
        watch.finish();
        match (found?, self.format) {
            (EvaluationOutput::Evaluation(evaluation), OutputFormat::Json) => print_object(&json!(evaluation)),
            (EvaluationOutput::Evaluation(evaluation), OutputFormat::Text) => show_evaluation(&evaluation),
            (EvaluationOutput::Topics(findings), OutputFormat::Json) => print_object(&json!(findings)),
            (EvaluationOutput::Topics(findings), OutputFormat::Text) => topics::print_topics(&findings),
            (EvaluationOutput::Pooled(findings), OutputFormat::Json) => print_object(&json!(findings)),
            (EvaluationOutput::Pooled(findings), OutputFormat::Text) => topics::print_pooled(&findings),
            (EvaluationOutput::Attacks(findings), OutputFormat::Json) => print_object(&attacks::to_json(&findings)),
            (EvaluationOutput::Attacks(findings), OutputFormat::Text) => attacks::print_attacks(&findings),
        }
    }

    fn plan(&self) -> EvaluationPlan {
        EvaluationPlan {
            from: self.from,
            to: self.to,
            rule: match self.rolling {
                true => MomentRule::Rolling,
                false => MomentRule::Every(self.every),
            },
            ahead: self.ahead.clone(),
        }
    }

    fn evaluate_scores(&self, job: &Job, plan: &EvaluationPlan, watch: &ProgressDisplay) -> Result<EvaluationOutput> {
        let input = open_store(&job.input.root, &job.storage)?;
        let evaluator = ScoreEvaluator::open(job, &input, plan, TopicsWanted::Tables, watch)?;
        Ok(match self.attacks {
            true => EvaluationOutput::Attacks(evaluator.simulate_attacks(watch)?),
            false => EvaluationOutput::Evaluation(Box::new(evaluator.evaluate(watch)?)),
        })
    }

    /// Evaluates one input after the other, so that the rows of one are in memory at a time.
    fn evaluate_topics(&self, job: Job, plan: &EvaluationPlan, watch: &ProgressDisplay) -> Result<EvaluationOutput> {
        let verbs = CreditVerbs {
            foretell: self.foretell.clone(),
            by: self.by.clone(),
        };
        let version = job.compute_model_version();
        let (mut job, mut inputs) = (job, Vec::new());
        let roots = [&[job.input.root.clone()], &self.also_input[..]].concat();
        for root in roots {
            job.input.root = root;
            let input = open_store(&job.input.root, &job.storage)?;
            let evaluator = ScoreEvaluator::open(&job, &input, plan, TopicsWanted::RowsOrTags, watch)?;
            inputs.push(evaluator.evaluate_topics(&verbs, watch)?);
        }
        Ok(match <[TopicResults; 1]>::try_from(inputs) {
            Ok([only]) => EvaluationOutput::Topics(Box::new(only)),
            Err(inputs) => EvaluationOutput::Pooled(PooledResults::from_inputs(version, inputs)),
        })
    }
}

enum EvaluationOutput {
    Evaluation(Box<EvaluationResults>),
    Attacks(AttackResults),
    Topics(Box<TopicResults>),
    Pooled(PooledResults),
}

/// Formats a figure with four decimals.
fn format_figure(value: f64) -> Value {
    format!("{value:.4}").into()
}

/// Formats the result of a comparison with a threshold.
fn format_verdict(is_met: Option<bool>) -> Value {
    match is_met {
        Some(true) => "met".into(),
        Some(false) => "MISSED".into(),
        None => Value::Null,
    }
}

fn show_evaluation(evaluation: &EvaluationResults) -> Result<()> {
    let people: Vec<usize> = evaluation.windows.iter().map(|window| window.people).collect();
    let (least, most) = (people.iter().min().unwrap_or(&0), people.iter().max().unwrap_or(&0));
    print_line(&format!(
        "Prediction quality of model {}, mean of {} windows with {least} to {most} people each",
        evaluation.model_version, evaluation.summary.windows
    ))?;
    let mut predictors: Vec<&PredictorMeasures> = evaluation.summary.predictors.iter().collect();
    predictors.sort_by(|a, b| {
        (b.predictor == SCORE_PREDICTOR)
            .cmp(&(a.predictor == SCORE_PREDICTOR))
            .then(b.ndcg_100.total_cmp(&a.ndcg_100))
    });
    let rows = predictors.into_iter().map(|row| {
        let values = [row.ndcg_100, row.ndcg_1000, row.spearman, row.auc_top, row.tied];
        [row.predictor.into()]
            .into_iter()
            .chain(values.map(format_figure))
            .collect()
    });
    print_table(
        vec!["predictor", "ndcg_100", "ndcg_1000", "spearman", "auc_top", "tied"],
        rows.collect(),
    )?;
    print_line(PREDICTORS)?;
    print_line("\nCompared with the best rival of each measure")?;
    let rows = evaluation.summary.ratios.iter();
    let rows = rows.map(|ratio| {
        vec![
            ratio.measure.into(),
            ratio.best_rival.into(),
            format_figure(ratio.ratio),
        ]
    });
    print_table(vec!["measure", "best_rival", "ratio"], rows.collect())?;
    if let Some(popularity) = &evaluation.popularity {
        print_line(&format!(
            "\nIndependence of popularity, {} people with known followers: R² of score on log followers {:.3}, \
             partial Spearman with next reactions given followers {:.3}",
            popularity.people, popularity.r_squared, popularity.partial_spearman
        ))?;
    }
    show_missing(evaluation)?;
    show_intervals(evaluation)?;
    print_line("\nEffects of time, in points")?;
    let rows = evaluation.time.iter().map(|figure| {
        let bar = figure.bar.map_or(Value::Null, Value::from);
        vec![
            figure.what.clone().into(),
            figure.points.into(),
            bar,
            format_verdict(figure.is_met),
        ]
    });
    print_table(vec!["effect", "points", "at_most", "verdict"], rows.collect())
}

fn show_missing(evaluation: &EvaluationResults) -> Result<()> {
    print_line("\nOne network left out, in points lost (a third: the network gives at most a third of T and of U)")?;
    let rows = evaluation.missing_networks.iter().map(|missing| {
        vec![
            missing.network.clone().into(),
            missing.people.into(),
            missing.without_score.into(),
            json!(missing.mean),
            json!(missing.percentile_95),
            missing.people_of_a_third.into(),
            json!(missing.most_of_a_third),
            missing.bound.into(),
            missing.raised.into(),
            json!(missing.interval_holds),
            format_verdict(missing.is_met),
        ]
    });
    let columns = vec![
        "network",
        "people",
        "without_score",
        "mean",
        "percentile_95",
        "people_of_a_third",
        "most_of_a_third",
        "bound",
        "raised",
        "interval_holds",
        "verdict",
    ];
    print_table(columns, rows.collect())?;
    print_line(NETWORKS)
}

fn show_intervals(evaluation: &EvaluationResults) -> Result<()> {
    print_line("\nOne tenth of the reactors left out: share of 90 % intervals that contain the new score")?;
    let rows = evaluation.intervals.iter().map(|holding| {
        vec![
            holding.reactors_from.into(),
            json!(holding.reactors_to),
            holding.people.into(),
            holding.held.map_or(Value::Null, format_figure),
            json!(holding.width),
            json!(holding.bar),
            format_verdict(holding.is_met),
        ]
    });
    let columns = vec![
        "reactors_from",
        "reactors_to",
        "people",
        "held",
        "width",
        "at_least",
        "verdict",
    ];
    print_table(columns, rows.collect())
}

/// Legend of the prediction measures.
const PREDICTORS: &str =
    "  ndcg_100, ndcg_1000  NDCG of the first 100 and 1000 people by distinct reactors in the next window
  spearman             rank correlation with these reactors over all people
  auc_top              AUC of separating the top 1 % of the next window from the rest
  tied                 share of people in the largest group of equal values";

/// Legend of the table of missing networks.
const NETWORKS: &str =
    "  people, without_score         number of people with and without a score when the network is left out
  mean, percentile_95           points lost
  people_of_a_third             number of people with at most a third of T and of U from the network
  most_of_a_third, bound        largest loss among them, and the limit by the model's constants
  raised                        number of people with a higher score without the network; must be 0
  interval_holds                share of intervals without the network that contain the score with it";

fn print_table(columns: Vec<&'static str>, rows: Vec<Vec<Value>>) -> Result<()> {
    print_rows(&ResultRows { columns, rows }, OutputFormat::Text)
}
