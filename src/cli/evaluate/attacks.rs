//! Prints the results of simulated attacks.

use serde_json::{Value, json};

use super::{format_verdict, print_table};
use crate::cli::output::print_line;
use crate::evaluate::attacks::{AttackResults, ThresholdKind};
use clout_base::error::Result;

/// Converts the findings to a JSON object.
pub(super) fn to_json(findings: &AttackResults) -> Value {
    let mut object = json!(findings);
    object["are_met"] = findings.all_met().into();
    object
}

/// Prints the findings as a table with a legend.
pub(super) fn print_attacks(findings: &AttackResults) -> Result<()> {
    print_line(&format!(
        "Attacks at {}, gains in points (90th percentile of scored people: {:.2}; {})",
        findings.at,
        findings.percentile_90,
        match findings.are_fakes_below {
            true => "no fake account exceeds it",
            false => "a fake account EXCEEDS it",
        }
    ))?;
    if !findings.is_settled {
        print_line(
            "The history is short: until it covers model.trust.settled_after_days, all accounts are trusted, so attacks \
             by fresh accounts gain more.",
        )?;
    }
    let rows = findings.gains.iter().map(|gain| {
        let threshold = gain.bar_on.zip(gain.bar).map(|(on, limit)| format_threshold(on, limit));
        vec![
            gain.attack.clone().into(),
            json!(gain.group),
            gain.targets.into(),
            gain.mean.into(),
            gain.most.into(),
            gain.least.into(),
            json!(gain.best_fake),
            json!(threshold),
            format_verdict(gain.is_met),
        ]
    });
    let columns = vec![
        "attack",
        "group",
        "targets",
        "mean",
        "most",
        "least",
        "best_fake",
        "threshold",
        "verdict",
    ];
    print_table(columns, rows.collect())?;
    print_line(ATTACKS)
}

fn format_threshold(on: ThresholdKind, limit: f64) -> String {
    match on {
        ThresholdKind::MeanAtMost => format!("mean <= {limit:.2}"),
        ThresholdKind::MeanAtLeast => format!("mean >= {limit:.2}"),
        ThresholdKind::MostAtMost => format!("most <= {limit:.2}"),
    }
}

/// Legend of the attacks.
const ATTACKS: &str = "  star          1,000 fresh accounts react to each target
  ring          ten fresh accounts and the target react to one another
  fan           a known account reacts a thousand times, in one day or over 4 or 30; gain over a single reaction
  farm          a star of accounts that also react to one another, 20 times each
  bought_n      a farm in which each account receives reactions by n known accounts
  burst         the last day's reactions to the target, repeated a hundred times; burst_of_all: by all earlier reactors
  cheapest      a star by the single verb and network with the largest gain
  smear         1,000 fresh accounts react to all people except the targets (2,000,000 reactions at most)
  aged_star     a star of accounts that reacted to other people on each of the three days before
  copy          all activity is repeated among other people; largest change of any score
  closed_farm   100,000 fresh accounts react only to one another; largest change of any other score";
