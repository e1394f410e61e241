//! Simulates attacks on a real moment and measures the points that they gain.
//!
//! Two groups of ten targets are attacked at the same time, each target by its own helpers. Unless noted otherwise,
//! an attack happens one minute before the moment, with the verb of the greatest weight.

mod findings;
mod plots;
pub mod setup;

pub use self::findings::{AttackGain, AttackResults, ThresholdKind};
pub use self::plots::AttackScene;
pub use self::setup::{AttackSetup, AttackTarget, TargetGroup};
use super::scene::MomentData;
use crate::pipeline::observer::RunObserver;
use clout_base::error::Result;
use clout_model::influence::scoring::PeopleScores;

/// Share of scored people that no fake account may exceed.
const FAKES_BELOW: f64 = 0.9;
/// Number of fresh accounts in a closed farm.
const CLOSED_FARM: usize = 100_000;
/// Largest allowed change of unrelated people, in points.
const MAX_STRANGER_CHANGE: f64 = 0.01;
/// Number of reactions by a fan.
const FAN_REACTIONS: usize = 1_000;
/// Lowest allowed mean change by a smear, in points.
const MIN_SMEAR_CHANGE: f64 = -0.5;
/// Tolerance for bought edges, in points: the second factor of ten may gain this much more than the first, because of
/// random draws. It is a twenty-fourth of the twelve points that ten times the influence are.
const DECADE_SLACK: f64 = 0.5;

/// Simulates all attacks on the scene.
///
/// # Errors
/// Returns the errors of scoring.
pub fn simulate_attacks(scene: MomentData, watch: &dyn RunObserver) -> Result<AttackResults> {
    watch.begin_stage("choosing targets");
    let setup = AttackSetup::from_scene(scene)?;
    let mut suite = AttackSuite {
        percentile_90: percentile(&setup.scored, FAKES_BELOW),
        setup: &setup,
        watch,
        gains: Vec::new(),
        are_fakes_below: true,
    };
    suite.run()?;
    Ok(AttackResults {
        at: clout_base::day::format_instant(setup.scene.at),
        percentile_90: suite.percentile_90,
        gains: suite.gains,
        is_settled: setup.scene.moment().warehouse_days
            >= f64::from(setup.scene.model.params().trust.settled_after_days),
        are_fakes_below: suite.are_fakes_below,
    })
}

fn percentile(scored: &PeopleScores, share: f64) -> f64 {
    let sorted = scored.scores.sorted_scores();
    if sorted.is_empty() {
        return f64::INFINITY;
    }
    clout_model::influence::score_table::interpolate_quantile(&sorted, share)
}

struct AttackSuite<'a, 'b> {
    setup: &'b AttackSetup<'a>,
    watch: &'b dyn RunObserver,
    percentile_90: f64,
    gains: Vec<AttackGain>,
    are_fakes_below: bool,
}

/// Result of one attack: the score of each target and the best score of a fake account.
struct AttackOutcome {
    scores: Vec<f64>,
    best_fake: Option<f64>,
}

impl<'a, 'b> AttackSuite<'a, 'b> {
    fn run(&mut self) -> Result<()> {
        let before = self.scores(&self.setup.scored);
        let star = self.run_attack("star", AttackScene::add_star)?;
        self.record_gains("star", &star, &before, at_most(1.0));
        let ring = self.run_attack("ring", AttackScene::ring)?;
        self.record_gains("ring", &ring, &before, at_most(0.5));
        self.measure_fans()?;
        let farm = self.run_attack("farm", AttackScene::farm)?;
        self.record_gains("farm", &farm, &before, at_most(1.0));
        self.measure_bought(&before)?;
        let burst = self.run_attack("burst", |plot| plot.burst(false))?;
        self.record_gains("burst", &burst, &before, at_most(1.0));
        let all = self.run_attack("burst by all earlier reactors", |plot| plot.burst(true))?;
        self.record_gains("burst_of_all", &all, &before, None);
        self.measure_cheapest(&before)?;
        let smear = self.run_attack("smear", AttackScene::smear)?;
        self.record_gains(
            "smear",
            &smear,
            &before,
            Some((ThresholdKind::MeanAtLeast, MIN_SMEAR_CHANGE)),
        );
        let aged = self.run_attack("star of aged accounts", AttackScene::aged_star)?;
        self.record_gains("aged_star", &aged, &before, None);
        self.measure_strangers("copy", AttackScene::copy)?;
        self.measure_strangers("closed_farm", |plot| plot.closed_farm(CLOSED_FARM))
    }

    fn run_attack(
        &mut self,
        name: &str,
        set: impl FnOnce(AttackScene<'a, 'b>) -> AttackScene<'a, 'b>,
    ) -> Result<AttackOutcome> {
        self.watch.begin_stage(name);
        self.score_of(set)
    }

    fn score_of(&self, set: impl FnOnce(AttackScene<'a, 'b>) -> AttackScene<'a, 'b>) -> Result<AttackOutcome> {
        let (scene, fakes) = set(AttackScene::new(self.setup)).build();
        let scored = scene.score()?;
        let fakes = fakes.filter_map(|fake| scored.scores.score(scene.persons.by_account[fake as usize] as usize));
        let best_fake = fakes.reduce(f64::max);
        Ok(AttackOutcome {
            scores: self.scores(&scored),
            best_fake,
        })
    }

    fn scores(&self, scored: &PeopleScores) -> Vec<f64> {
        let score = |target: &AttackTarget| scored.scores.score(target.person).unwrap_or(1.0);
        self.setup.targets.iter().map(score).collect()
    }

    /// Measures a thousand reactions by a known account against one, in one day and over several.
    fn measure_fans(&mut self) -> Result<()> {
        if self.setup.fans.iter().all(Option::is_none) {
            return Ok(());
        }
        let once = self.run_attack("fan, once", |plot| plot.fan(1, 1))?;
        for (name, days, threshold) in [
            ("fan", 1, at_most(1.0)),
            ("fan_4_days", 4, None),
            ("fan_30_days", 30, None),
        ] {
            if self.setup.scene.moment().warehouse_days >= days as f64 {
                let again = self.run_attack(name, |plot| plot.fan(FAN_REACTIONS, days))?;
                self.record_gains(name, &again, &once.scores, threshold);
            }
        }
        Ok(())
    }

    /// Measures bought edges. The second factor of ten may gain no more than the first, within the tolerance.
    fn measure_bought(&mut self, before: &[f64]) -> Result<()> {
        let mut means: Vec<Vec<f64>> = Vec::new();
        for edges in [1, 10, 100] {
            let name = format!("bought_{edges}");
            let outcome = self.run_attack(&name, |plot| plot.bought(edges))?;
            let first = self.gains.len();
            self.record_gains(&name, &outcome, before, None);
            means.push(self.gains[first..].iter().map(|gain| gain.mean).collect());
        }
        let last = self.gains.len() - means[0].len();
        let of_groups = means[0].iter().zip(&means[1]);
        for (gain, (one, ten)) in self.gains[last..].iter_mut().zip(of_groups) {
            gain.compare(ThresholdKind::MeanAtMost, 2.0 * ten - one + DECADE_SLACK);
        }
        Ok(())
    }

    /// Measures a star by each verb and network and keeps the largest gain of each target.
    fn measure_cheapest(&mut self, before: &[f64]) -> Result<()> {
        self.watch.begin_stage("star by every verb");
        let mut best = AttackOutcome {
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
        self.record_gains("cheapest", &best, before, at_most(1.0));
        Ok(())
    }

    /// Measures the change of all other people by unrelated accounts.
    fn measure_strangers(
        &mut self,
        name: &str,
        set: impl FnOnce(AttackScene<'a, 'b>) -> AttackScene<'a, 'b>,
    ) -> Result<()> {
        self.watch.begin_stage(name);
        let (scene, _) = set(AttackScene::new(self.setup)).build();
        let scored = scene.score()?;
        let old = &self.setup.scored.scores;
        // Gaining or losing a score counts as a change by the whole scale.
        let moved = |person: usize| match (old.score(person), scored.scores.score(person)) {
            (Some(before), Some(after)) => Some((after - before).abs()),
            (None, None) => None,
            _ => Some(100.0),
        };
        let moved: Vec<f64> = (0..self.setup.scene.persons.len()).filter_map(moved).collect();
        if let Some(mut gain) = AttackGain::from_points(name, None, &moved) {
            gain.compare(ThresholdKind::MostAtMost, MAX_STRANGER_CHANGE);
            self.gains.push(gain);
        }
        Ok(())
    }

    /// Records the gains of both groups and compares them with the threshold.
    fn record_gains(
        &mut self,
        name: &str,
        outcome: &AttackOutcome,
        before: &[f64],
        threshold: Option<(ThresholdKind, f64)>,
    ) {
        if name != "aged_star" {
            self.are_fakes_below &= outcome.best_fake.is_none_or(|best| best <= self.percentile_90);
        }
        for group in [TargetGroup::MiddleFifth, TargetGroup::Reach] {
            let points: Vec<f64> = (0..self.setup.targets.len())
                .filter(|index| self.setup.targets[*index].group == group)
                .map(|index| outcome.scores[index] - before[index])
                .collect();
            if let Some(mut gain) = AttackGain::from_points(name, Some(group), &points) {
                gain.best_fake = outcome.best_fake;
                if let Some((on, limit)) = threshold {
                    gain.compare(on, limit);
                }
                self.gains.push(gain);
            }
        }
    }
}

/// Returns a threshold on the mean.
fn at_most(limit: f64) -> Option<(ThresholdKind, f64)> {
    Some((ThresholdKind::MeanAtMost, limit))
}
