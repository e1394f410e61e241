//! What can be bought: made-up attacks on a real moment, and the points that they gain.
//!
//! Two groups of ten targets gain at the same time, each by its own helpers. Every attack happens a minute
//! before the moment, with the verb that weighs most, unless it says otherwise.

mod findings;
mod plots;
pub mod setup;

pub use self::findings::{BarOn, Findings, Gain};
pub use self::plots::Plot;
pub use self::setup::{Group, Setup, Target};
use super::scene::Scene;
use crate::pipeline::watch::Watch;
use clout_base::error::Result;
use clout_model::influence::scoring::Scored;

/// The percentile of scored people above which no fake may come.
const FAKES_BELOW: f64 = 0.9;
/// Fresh accounts who react to one another alone.
const CLOSED_FARM: usize = 100_000;
/// The most that people may be moved by those who have nothing to do with them.
const STRANGERS_BAR: f64 = 0.01;
/// Reactions of a fan.
const FAN_REACTIONS: usize = 1_000;
/// What a smear may cost.
const SMEAR_BAR: f64 = -0.5;
/// Points by which ten times the bought edges may gain more than the ten times before, for what is drawn: a
/// twenty-fourth of the twelve points that ten times the influence are.
const DECADE_SLACK: f64 = 0.5;

/// Runs every attack on the scene.
pub fn attack(scene: Scene, watch: &dyn Watch) -> Result<Findings> {
    watch.stage("choosing targets");
    let setup = Setup::of(scene)?;
    let mut suite = Suite {
        percentile_90: percentile(&setup.scored, FAKES_BELOW),
        setup: &setup,
        watch,
        gains: Vec::new(),
        are_fakes_below: true,
    };
    suite.run()?;
    Ok(Findings {
        at: clout_base::day::instant(setup.scene.at),
        percentile_90: suite.percentile_90,
        gains: suite.gains,
        is_settled: setup.scene.moment().warehouse_days >= f64::from(setup.scene.params.trust.settled_after_days),
        are_fakes_below: suite.are_fakes_below,
    })
}

fn percentile(scored: &Scored, share: f64) -> f64 {
    let sorted = scored.standings.sorted_scores();
    if sorted.is_empty() {
        return f64::INFINITY;
    }
    clout_model::influence::standings::quantile(&sorted, share)
}

struct Suite<'a, 'b> {
    setup: &'b Setup<'a>,
    watch: &'b dyn Watch,
    percentile_90: f64,
    gains: Vec<Gain>,
    are_fakes_below: bool,
}

/// What one scene gave: the score of each target, and the best fake's.
struct Outcome {
    scores: Vec<f64>,
    best_fake: Option<f64>,
}

impl<'a, 'b> Suite<'a, 'b> {
    fn run(&mut self) -> Result<()> {
        let before = self.scores(&self.setup.scored);
        let star = self.play("star", Plot::star)?;
        self.judge("star", &star, &before, at_most(1.0));
        let ring = self.play("ring", Plot::ring)?;
        self.judge("ring", &ring, &before, at_most(0.5));
        self.fans()?;
        let farm = self.play("farm", Plot::farm)?;
        self.judge("farm", &farm, &before, at_most(1.0));
        self.bought(&before)?;
        let burst = self.play("burst", |plot| plot.burst(false))?;
        self.judge("burst", &burst, &before, at_most(1.0));
        let all = self.play("burst of all who ever reacted", |plot| plot.burst(true))?;
        self.judge("burst_of_all", &all, &before, None);
        self.cheapest(&before)?;
        let smear = self.play("smear", Plot::smear)?;
        self.judge("smear", &smear, &before, Some((BarOn::MeanAtLeast, SMEAR_BAR)));
        let aged = self.play("star of aged accounts", Plot::aged_star)?;
        self.judge("aged_star", &aged, &before, None);
        self.strangers("copy", Plot::copy)?;
        self.strangers("closed_farm", |plot| plot.closed_farm(CLOSED_FARM))
    }

    fn play(&mut self, name: &str, set: impl FnOnce(Plot<'a, 'b>) -> Plot<'a, 'b>) -> Result<Outcome> {
        self.watch.stage(name);
        self.score_of(set)
    }

    fn score_of(&self, set: impl FnOnce(Plot<'a, 'b>) -> Plot<'a, 'b>) -> Result<Outcome> {
        let (scene, fakes) = set(Plot::new(self.setup)).scene();
        let scored = scene.score()?;
        let fakes = fakes.filter_map(|fake| scored.standings.score(scene.persons.of_account[fake as usize] as usize));
        let best_fake = fakes.reduce(f64::max);
        Ok(Outcome {
            scores: self.scores(&scored),
            best_fake,
        })
    }

    fn scores(&self, scored: &Scored) -> Vec<f64> {
        let score = |target: &Target| scored.standings.score(target.person).unwrap_or(1.0);
        self.setup.targets.iter().map(score).collect()
    }

    /// A thousand reactions of a known account beyond one, in a day and over several.
    fn fans(&mut self) -> Result<()> {
        if self.setup.fans.iter().all(Option::is_none) {
            return Ok(());
        }
        let once = self.play("fan, once", |plot| plot.fan(1, 1))?;
        for (name, days, bar) in [
            ("fan", 1, at_most(1.0)),
            ("fan_4_days", 4, None),
            ("fan_30_days", 30, None),
        ] {
            if self.setup.scene.moment().warehouse_days >= days as f64 {
                let again = self.play(name, |plot| plot.fan(FAN_REACTIONS, days))?;
                self.judge(name, &again, &once.scores, bar);
            }
        }
        Ok(())
    }

    /// Bought edges: ten times as many may gain as much again as the ten times before, and no more.
    fn bought(&mut self, before: &[f64]) -> Result<()> {
        let mut means: Vec<Vec<f64>> = Vec::new();
        for edges in [1, 10, 100] {
            let name = format!("bought_{edges}");
            let outcome = self.play(&name, |plot| plot.bought(edges))?;
            let first = self.gains.len();
            self.judge(&name, &outcome, before, None);
            means.push(self.gains[first..].iter().map(|gain| gain.mean).collect());
        }
        let last = self.gains.len() - means[0].len();
        let of_groups = means[0].iter().zip(&means[1]);
        for (gain, (one, ten)) in self.gains[last..].iter_mut().zip(of_groups) {
            gain.hold(BarOn::MeanAtMost, 2.0 * ten - one + DECADE_SLACK);
        }
        Ok(())
    }

    /// The verb and network that gain each target most.
    fn cheapest(&mut self, before: &[f64]) -> Result<()> {
        self.watch.stage("star by every verb");
        let mut best = Outcome {
            scores: before.to_vec(),
            best_fake: None,
        };
        for network in 0..self.setup.scene.networks.len() {
            if self
                .setup
                .targets
                .iter()
                .all(|target| target.accounts[network].is_none())
            {
                continue;
            }
            for verb in 0..self.setup.scene.networks[network].verbs.len() {
                let outcome = self.score_of(|plot| plot.star_by(network, verb as u8))?;
                let better = best.scores.iter_mut().zip(&outcome.scores);
                better.for_each(|(best, score)| *best = best.max(*score));
                best.best_fake = best.best_fake.into_iter().chain(outcome.best_fake).reduce(f64::max);
            }
        }
        self.judge("cheapest", &best, before, at_most(1.0));
        Ok(())
    }

    /// How far everybody else is moved by people who have nothing to do with them.
    fn strangers(&mut self, name: &str, set: impl FnOnce(Plot<'a, 'b>) -> Plot<'a, 'b>) -> Result<()> {
        self.watch.stage(name);
        let (scene, _) = set(Plot::new(self.setup)).scene();
        let scored = scene.score()?;
        let old = &self.setup.scored.standings;
        // Who gains or loses a score altogether is moved by the whole scale.
        let moved = |person: usize| match (old.score(person), scored.standings.score(person)) {
            (Some(before), Some(after)) => Some((after - before).abs()),
            (None, None) => None,
            _ => Some(100.0),
        };
        let moved: Vec<f64> = (0..self.setup.scene.persons.len()).filter_map(moved).collect();
        if let Some(mut gain) = Gain::of(name, None, &moved) {
            gain.hold(BarOn::MostAtMost, STRANGERS_BAR);
            self.gains.push(gain);
        }
        Ok(())
    }

    /// Tells both groups' gains; `bar` is what they are held against.
    fn judge(&mut self, name: &str, outcome: &Outcome, before: &[f64], bar: Option<(BarOn, f64)>) {
        if name != "aged_star" {
            self.are_fakes_below &= outcome.best_fake.is_none_or(|best| best <= self.percentile_90);
        }
        for group in [Group::MiddleFifth, Group::Reach] {
            let points: Vec<f64> = (0..self.setup.targets.len())
                .filter(|place| self.setup.targets[*place].group == group)
                .map(|place| outcome.scores[place] - before[place])
                .collect();
            if let Some(mut gain) = Gain::of(name, Some(group), &points) {
                gain.best_fake = outcome.best_fake;
                if let Some((on, limit)) = bar {
                    gain.hold(on, limit);
                }
                self.gains.push(gain);
            }
        }
    }
}

/// The mean may be that at most.
fn at_most(limit: f64) -> Option<(BarOn, f64)> {
    Some((BarOn::MeanAtMost, limit))
}
