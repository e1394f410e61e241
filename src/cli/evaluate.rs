//! `clout evaluate`: does the score foretell, and can it be bought?

mod attacks;
mod topics;

use serde_json::{Value, json};

use super::options::{Format, JobArgs, day, open, start_threads};
use super::output::{Rows, print, show, show_object};
use super::progress::Progress;
use crate::evaluate::attacks::Findings;
use crate::evaluate::foresight::{Row, SCORE};
use crate::evaluate::topics::{Findings as TopicFindings, Question};
use crate::evaluate::windows::{Plan, Span};
use crate::evaluate::{Evaluation, Evaluator};
use crate::pipeline::delivery::TopicsWanted;
use clout_base::day::Day;
use clout_base::error::Result;

/// Arguments of `clout evaluate`. It reports: bars that are missed are shown and are no failure (exit 0).
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    job: JobArgs,
    /// First snapshot date to score; the first load date without it.
    #[arg(long, value_name = "DATE", value_parser = day)]
    from: Option<Day>,
    /// Last snapshot date to score; the last one that leaves the longest window ahead without it.
    #[arg(long, value_name = "DATE", value_parser = day)]
    to: Option<Day>,
    /// From one moment to the next, counted from the end of the first date: 1d, 7d, or 6h to cut within days.
    #[arg(long, value_name = "SPAN", default_value = "1d")]
    every: Span,
    /// How far to look ahead; several by commas.
    #[arg(long, value_name = "SPAN", default_value = "1d", value_delimiter = ',')]
    ahead: Vec<Span>,
    /// Try to buy points at the end of the last date (--to, or the last load date) instead of looking ahead.
    #[arg(long, conflicts_with_all = ["from", "every", "ahead"])]
    attacks: bool,
    /// Foretell who will be credited on which topic, instead; tags are topics where the input has none.
    #[arg(long, conflicts_with = "attacks")]
    topics: bool,
    /// With --topics: the verb by which people are credited; any reaction without it.
    #[arg(long, value_name = "VERB", requires = "topics")]
    foretell: Option<String>,
    /// With --topics: the verb of the acts that a rival counts; any reaction to others without it.
    #[arg(long, value_name = "VERB", requires = "topics")]
    by: Option<String>,
    /// How the findings are shown.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Evaluates and shows what was found.
    pub fn run(self) -> Result<()> {
        let job = self.job.spec()?.resolve_for_checking()?;
        start_threads(&job)?;
        let input = open(&job.input.root, &job.storage)?;
        let plan = Plan {
            from: self.from,
            to: self.to,
            every: self.every,
            ahead: self.ahead,
        };
        let watch = Progress::start();
        let wanted = match self.topics {
            true => TopicsWanted::RowsOrTags,
            false => TopicsWanted::Tables,
        };
        let question = Question {
            foretell: self.foretell,
            by: self.by,
        };
        let found = Evaluator::open(&job, &input, &plan, wanted, &watch).and_then(|evaluator| {
            Ok(match (self.attacks, self.topics) {
                (true, _) => Found::Attacks(evaluator.attack(&watch)?),
                (_, true) => Found::Topics(Box::new(evaluator.topics(&question, &watch)?)),
                _ => Found::Evaluation(Box::new(evaluator.evaluate(&watch)?)),
            })
        });
        watch.finish();
        match (found?, self.format) {
            (Found::Evaluation(evaluation), Format::Json) => show_object(&json!(evaluation)),
            (Found::Evaluation(evaluation), Format::Text) => show_evaluation(&evaluation),
            (Found::Topics(findings), Format::Json) => show_object(&json!(findings)),
            (Found::Topics(findings), Format::Text) => topics::show(&findings),
            (Found::Attacks(findings), Format::Json) => show_object(&attacks::object(&findings)),
            (Found::Attacks(findings), Format::Text) => attacks::show(&findings),
        }
    }
}

enum Found {
    Evaluation(Box<Evaluation>),
    Attacks(Findings),
    Topics(Box<TopicFindings>),
}

/// A figure with four digits behind the point, as evaluations are compared.
fn fine(value: f64) -> Value {
    format!("{value:.4}").into()
}

/// Whether a bar is met, as a word.
fn verdict(is_met: Option<bool>) -> Value {
    match is_met {
        Some(true) => "met".into(),
        Some(false) => "MISSED".into(),
        None => Value::Null,
    }
}

fn show_evaluation(evaluation: &Evaluation) -> Result<()> {
    let people: Vec<usize> = evaluation.windows.iter().map(|window| window.people).collect();
    let (least, most) = (people.iter().min().unwrap_or(&0), people.iter().max().unwrap_or(&0));
    print(&format!(
        "Foresight of model {} in the mean of {} windows, {least} to {most} people each",
        evaluation.model_version, evaluation.summary.windows
    ))?;
    let mut predictors: Vec<&Row> = evaluation.summary.predictors.iter().collect();
    predictors.sort_by(|a, b| {
        (b.predictor == SCORE)
            .cmp(&(a.predictor == SCORE))
            .then(b.ndcg_100.total_cmp(&a.ndcg_100))
    });
    let rows = predictors.into_iter().map(|row| {
        let values = [row.ndcg_100, row.ndcg_1000, row.spearman, row.auc_top, row.tied];
        [row.predictor.into()].into_iter().chain(values.map(fine)).collect()
    });
    table(
        vec!["predictor", "ndcg_100", "ndcg_1000", "spearman", "auc_top", "tied"],
        rows.collect(),
    )?;
    print(PREDICTORS)?;
    print("\nBeside the best rival of each measure")?;
    let rows = evaluation.summary.ratios.iter();
    let rows = rows.map(|ratio| vec![ratio.measure.into(), ratio.best_rival.into(), fine(ratio.ratio)]);
    table(vec!["measure", "best_rival", "ratio"], rows.collect())?;
    if let Some(popularity) = &evaluation.popularity {
        print(&format!(
            "\nNot popularity, of {} people whose followers are known: R² of score on log followers {:.3}, Spearman with \
             next reactions given followers {:.3}",
            popularity.people, popularity.r_squared, popularity.partial_spearman
        ))?;
    }
    show_missing(evaluation)?;
    show_intervals(evaluation)?;
    print("\nTime, in points")?;
    let rows = evaluation.time.iter().map(|figure| {
        let bar = figure.bar.map_or(Value::Null, Value::from);
        vec![
            figure.what.clone().into(),
            figure.points.into(),
            bar,
            verdict(figure.is_met),
        ]
    });
    table(vec!["what", "points", "at_most", "verdict"], rows.collect())
}

fn show_missing(evaluation: &Evaluation) -> Result<()> {
    print("\nA network left out, in points lost (a third: it holds at most a third of T and of U)")?;
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
            verdict(missing.is_met),
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
    table(columns, rows.collect())?;
    print(NETWORKS)
}

fn show_intervals(evaluation: &Evaluation) -> Result<()> {
    print("\nA tenth of all reactors left out: how often the 90 % interval holds the score then")?;
    let rows = evaluation.intervals.iter().map(|holding| {
        vec![
            holding.reactors_from.into(),
            json!(holding.reactors_to),
            holding.people.into(),
            holding.held.map_or(Value::Null, fine),
            json!(holding.width),
            json!(holding.bar),
            verdict(holding.is_met),
        ]
    });
    let columns = vec![
        "reactors_from",
        "reactors_to",
        "people",
        "held",
        "width",
        "bar",
        "verdict",
    ];
    table(columns, rows.collect())
}

/// What the foresight columns mean.
const PREDICTORS: &str =
    "  ndcg_100, ndcg_1000  how well the first 100 and 1000 places foretell the distinct reactors of the next window
  spearman             rank correlation with them over everybody
  auc_top              how well the top 1 % of the next window is told from the rest
  tied                 share of people in the largest group of equals";

/// What the columns of missing networks mean.
const NETWORKS: &str = "  people, without_score         who still has a score without the network, and who has none
  mean, percentile_95           points lost
  people_of_a_third             for whom the network holds at most a third of T and of U
  most_of_a_third, bound        the most that one of them lost, and what the model's constants allow
  raised                        people whom leaving it out raised: there may be none
  interval_holds                how often the interval without the network holds the score with it";

fn table(columns: Vec<&'static str>, rows: Vec<Vec<Value>>) -> Result<()> {
    show(&Rows { columns, rows }, Format::Text)
}
