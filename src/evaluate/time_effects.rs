//! Simulates the effect of time on a made-up person: silence, the first nights, and one more reactor.
//!
//! The person is on the job's first network with a reaction of positive weight. *The same people*: fifty known
//! reactors, each once a day. *Others every day*: twelve reactions a day, each by a different known person. By
//! default, reactions are spread evenly over the day. The variant "at 23:00" has all reactions one hour before the
//! cut of the night, where the loss of fresh reactions is largest.

use serde::Serialize;

use super::scene::MomentData;
use crate::state::NetworkHistory;
use clout_base::day::{DAY_MICROS, Day};
use clout_base::error::Result;
use clout_model::account_activity::AccountPost;
use clout_model::influence::model::InfluenceModel;
use clout_model::influence::score::compute_belief;
use clout_model::networks::Network;
use clout_model::people::persons::PersonMap;
use clout_model::reactions::AccountReaction;

/// First day of the simulation; the value has no effect.
const FIRST: Day = Day(20_000);
/// Length of a year, in days.
const YEAR: i32 = 365;
/// Days until the sums are stationary: eleven times the longest default half-life.
const LONG_RUN: i32 = 1_000;
/// Number of reactors of a steady person.
const REACTORS: u32 = 50;
/// Number of reactors per day if they are different every day.
const OTHERS: u32 = 12;
/// Reported lengths of silence, in days.
const SILENT_DAYS: [i32; 8] = [1, 2, 3, 5, 10, 20, 40, 90];
/// Reported ages of a new warehouse, in nights.
const NIGHTS: [i32; 9] = [1, 2, 3, 4, 7, 14, 30, 90, 365];
/// Hour of the day with the largest loss of fresh reactions at the cut.
const LATE_HOUR: i64 = 23;
/// Trust values of the additional reactor.
const TRUSTS: [f64; 4] = [0.1, 0.3, 0.5, 1.0];

/// Figure with its threshold.
#[derive(Clone, Debug, Serialize)]
pub struct TimeFigure {
    /// Description of the measurement.
    pub what: String,
    /// Value in points.
    pub points: f64,
    /// Largest allowed value; none if the figure has no threshold.
    pub bar: Option<f64>,
    /// True if the threshold is met.
    pub is_met: Option<bool>,
}

impl TimeFigure {
    /// Creates a figure that may be at most `bar`.
    pub fn at_most(what: String, points: f64, bar: Option<f64>) -> TimeFigure {
        TimeFigure {
            what,
            points,
            bar,
            is_met: bar.map(|bar| points <= bar),
        }
    }
}

/// Computes all figures; empty if no network has a verb of positive weight.
///
/// # Errors
/// Returns the errors of scoring.
pub fn simulate_time(networks: &[Network], model: &InfluenceModel) -> Result<Vec<TimeFigure>> {
    let Some(stage) = TimeSimulation::of(networks, model) else {
        return Ok(Vec::new());
    };
    let late = TimeSimulation {
        hours: ReactionHours::At(LATE_HOUR),
        ..stage
    };
    let mut figures = stage.silence(&SILENT_DAYS, "")?;
    figures.extend(late.silence(&[2, 10], " at 23:00")?);
    figures.push(stage.first_nights("")?);
    figures.push(late.first_nights(" at 23:00")?);
    figures.extend(one_more(model));
    figures.push(stage.fresh_on_top()?);
    Ok(figures)
}

/// Time of day of the reactions.
#[derive(Clone, Copy, PartialEq)]
enum ReactionHours {
    /// Evenly over the day.
    All,
    /// At one hour.
    At(i64),
}

impl ReactionHours {
    /// Returns the time of day of a reactor, in microseconds. Multiples of the golden ratio are evenly spread for any
    /// number of reactors.
    fn of(self, reactor: u32) -> i64 {
        match self {
            ReactionHours::All => ((f64::from(reactor) * 0.618_033_988_749_895).fract() * DAY_MICROS as f64) as i64,
            ReactionHours::At(hour) => hour * (DAY_MICROS / 24),
        }
    }
}

struct TimeSimulation<'a> {
    hours: ReactionHours,
    networks: &'a [Network],
    model: &'a InfluenceModel,
    network: usize,
    verb: u8,
}

impl<'a> TimeSimulation<'a> {
    /// Selects the first network with a verb of positive weight, and its verb with the weight closest to 1.
    fn of(networks: &'a [Network], model: &'a InfluenceModel) -> Option<TimeSimulation<'a>> {
        let ordinary = |network: &Network| {
            let weighty = network.verbs.iter().enumerate().filter(|(_, verb)| verb.weight > 0.0);
            let nearest = weighty.min_by(|a, b| (a.1.weight - 1.0).abs().total_cmp(&(b.1.weight - 1.0).abs()));
            nearest.map(|(verb, _)| verb as u8)
        };
        networks.iter().enumerate().find_map(|(index, network)| {
            Some(TimeSimulation {
                hours: ReactionHours::All,
                networks,
                model,
                network: index,
                verb: ordinary(network)?,
            })
        })
    }

    /// Computes the person's score (not clamped) at the end of day `as_of`, for reactions of (reactor, day). All
    /// reactors are known, because each posts on every day of `history`.
    fn value(&self, reactions: &[(u32, i32)], history: i32, as_of: i32) -> Result<f64> {
        let reactors = reactions.iter().map(|(reactor, _)| reactor + 1).max().unwrap_or(0);
        let target = reactors;
        let noon = |day: i32| Day(FIRST.0 + day).start_micros() + DAY_MICROS / 2;
        let time = |actor: u32, day: i32| Day(FIRST.0 + day).start_micros() + self.hours.of(actor);
        let mut scene = MomentData {
            networks: self.networks,
            model: self.model,
            at: Day(FIRST.0 + as_of).end_micros(),
            network_of: Vec::new(),
            persons: PersonMap::default(),
            opted_out: Vec::new(),
            reactions: Vec::new(),
            posts: Vec::new(),
            histories: vec![None; self.networks.len()],
        };
        scene.histories[self.network] = Some(NetworkHistory {
            first_load_date: FIRST,
            oldest_day: FIRST,
        });
        scene.add_accounts(self.network, reactors as usize + 1);
        // Accounts count as known from their second day, so ten days are enough; a shorter history has fewer.
        let known_days = 0..history.min(10);
        scene.posts = (0..reactors)
            .flat_map(|actor| {
                known_days.clone().map(move |day| AccountPost {
                    actor,
                    load_date: Day(FIRST.0 + day),
                    occurred_at: noon(day),
                })
            })
            .collect();
        scene.add_reactions(reactions.iter().map(|(actor, day)| AccountReaction {
            actor: *actor,
            target,
            occurred_at: time(*actor, *day),
            load_date: Day(FIRST.0 + day),
            verb: self.verb,
        }));
        let person = scene.persons.by_account[target as usize] as usize;
        Ok(scene.score()?.scores.values[person].unwrap_or(0.0))
    }

    fn silence(&self, silent_days: &[i32], hour: &str) -> Result<Vec<TimeFigure>> {
        let same: Vec<(u32, i32)> = (0..YEAR).flat_map(|day| (0..REACTORS).map(move |u| (u, day))).collect();
        let others: Vec<(u32, i32)> = (0..YEAR as u32 * OTHERS).map(|u| (u, (u / OTHERS) as i32)).collect();
        let mut figures = Vec::new();
        for (kind, reactions) in [("the same people", same), ("others every day", others)] {
            let before = self.value(&reactions, YEAR, YEAR - 1)?;
            for days in silent_days {
                let lost = before - self.value(&reactions, YEAR, YEAR - 1 + days)?;
                let bar = match (days, self.hours) {
                    (2, ReactionHours::All) => Some(1.0),
                    (10, ReactionHours::All) => Some(3.0),
                    _ => None,
                };
                let unit = if *days == 1 { "day" } else { "days" };
                let what = format!("lost in {days} {unit} of silence after a year of {kind}{hour}");
                figures.push(TimeFigure::at_most(what, lost, bar));
            }
        }
        Ok(figures)
    }

    fn first_nights(&self, hour: &str) -> Result<TimeFigure> {
        let after = |nights: i32| {
            let reactions: Vec<(u32, i32)> = (0..nights)
                .flat_map(|day| (0..REACTORS).map(move |u| (u, day)))
                .collect();
            self.value(&reactions, nights, nights - 1)
        };
        let long_run = after(LONG_RUN)?;
        let mut worst = 0.0_f64;
        for nights in NIGHTS {
            worst = worst.max((after(nights)? - long_run).abs());
        }
        let what = format!("between a steady person's first nights and the long run, at most{hour}");
        Ok(TimeFigure::at_most(
            what,
            worst,
            (self.hours == ReactionHours::All).then_some(0.5),
        ))
    }

    /// Measures a fresh reaction on top of fifty that are spread over thirty days.
    fn fresh_on_top(&self) -> Result<TimeFigure> {
        let today = YEAR - 1;
        let spread: Vec<(u32, i32)> = (0..REACTORS).map(|u| (u, today - (u * 30 / REACTORS) as i32)).collect();
        let mut with = spread.clone();
        with.push((REACTORS, today));
        let gained = self.value(&with, YEAR, today)? - self.value(&spread, YEAR, today)?;
        let what = "gained by a fresh reactor on top of 50 spread over 30 days".to_owned();
        Ok(TimeFigure::at_most(what, gained, None))
    }
}

/// Measures one more fresh reactor on top of 5 and of 50 known, equal ones.
fn one_more(model: &InfluenceModel) -> Vec<TimeFigure> {
    let (line, corroboration) = (model.scale(), &model.params().corroboration);
    let value = |trusted: f64, strangers: f64| {
        let phi = compute_belief(trusted, strangers, corroboration);
        line.unclamped_score(corroboration.base + trusted + phi * strangers)
    };
    let mut figures = Vec::new();
    for (reactors, most) in [(5.0, 1.0), (50.0, 0.11)] {
        for trust in TRUSTS {
            let gained = value(reactors + trust, 1.0 - trust) - value(reactors, 0.0);
            let what = format!("gained by one more reactor of trust {trust} on top of {reactors}");
            let bar = (trust == 1.0).then_some(most);
            figures.push(TimeFigure::at_most(what, gained, bar));
        }
    }
    figures
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_model::networks::builtin_networks;

    #[test]
    fn all_thresholds_of_time_are_met() {
        for figure in simulate_time(&builtin_networks(), &InfluenceModel::default()).unwrap() {
            println!("{:.3} points {}", figure.points, figure.what);
            assert_ne!(figure.is_met, Some(false), "{figure:?}");
        }
    }

    #[test]
    fn silence_lowers_the_score_gradually() {
        let (networks, model) = (builtin_networks(), InfluenceModel::default());
        let stage = TimeSimulation::of(&networks, &model).unwrap();
        let reactions: Vec<(u32, i32)> = (0..60).flat_map(|day| (0..5).map(move |u| (u, day))).collect();
        let values: Vec<f64> = (59..160).map(|day| stage.value(&reactions, 60, day).unwrap()).collect();
        assert!(
            values
                .windows(2)
                .all(|pair| pair[0] > pair[1] && pair[0] - pair[1] < 1.0),
            "{values:?}"
        );
    }

    #[test]
    fn each_further_reactor_is_worth_less() {
        let model = InfluenceModel::default();
        let line = model.scale();
        let worth =
            |k: u32| line.score_of_contributions(f64::from(k) + 1.0) - line.score_of_contributions(f64::from(k));
        let steps: Vec<f64> = (1..200).map(worth).collect();
        assert!(steps.is_sorted_by(|a, b| a > b));
    }
}
