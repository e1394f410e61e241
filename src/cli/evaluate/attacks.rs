//! What attacks gained, shown.

use serde_json::{Value, json};

use super::{table, verdict};
use crate::cli::output::print;
use crate::evaluate::attacks::{BarOn, Findings};
use clout_base::error::Result;

/// The findings as one object.
pub fn object(findings: &Findings) -> Value {
    let mut object = json!(findings);
    object["are_met"] = findings.are_met().into();
    object
}

/// Shows the findings as a table with its legend.
pub fn show(findings: &Findings) -> Result<()> {
    print(&format!(
        "Points gained by attacks at {} (90th percentile of scored people: {:.2}; {})",
        findings.at,
        findings.percentile_90,
        match findings.are_fakes_below {
            true => "no fake comes above it",
            false => "a fake comes ABOVE it",
        }
    ))?;
    if !findings.is_settled {
        print(
            "The warehouse is young: until its history is as long as model.trust.settled_after_days, accounts are trusted \
             for want of history, and fresh ones pay.",
        )?;
    }
    let rows = findings.gains.iter().map(|gain| {
        let bar = gain.bar_on.zip(gain.bar).map(|(on, limit)| limited(on, limit));
        vec![
            gain.attack.clone().into(),
            json!(gain.group),
            gain.targets.into(),
            gain.mean.into(),
            gain.most.into(),
            gain.least.into(),
            json!(gain.best_fake),
            json!(bar),
            verdict(gain.is_met),
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
        "bar",
        "verdict",
    ];
    table(columns, rows.collect())?;
    print(ATTACKS)
}

fn limited(on: BarOn, limit: f64) -> String {
    match on {
        BarOn::MeanAtMost => format!("mean <= {limit:.2}"),
        BarOn::MeanAtLeast => format!("mean >= {limit:.2}"),
        BarOn::MostAtMost => format!("most <= {limit:.2}"),
    }
}

/// What the attacks are.
const ATTACKS: &str = "  star          1,000 fresh accounts react to each target
  ring          ten fresh accounts and the target react to one another
  fan           a known account reacts a thousand times, in a day or over 4 or 30: gained beyond what once gains
  farm          a star whose accounts prop up one another, 20 reactions each
  bought_n      a farm to each account of which n known accounts react
  burst         the last day's reactions to the target happen a hundred times; burst_of_all: of all who ever reacted
  cheapest      a star by the one verb and network that gain the target most
  smear         1,000 fresh accounts react to everybody but the targets (2,000,000 reactions at most)
  aged_star     a star of accounts that reacted to somebody on each of the three days before
  copy          everything happens again among other people: how far anybody is moved
  closed_farm   100,000 fresh accounts react to one another alone: how far anybody else is moved";
