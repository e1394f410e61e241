//! Evaluates the scores: prediction of future reactions, and resistance to attacks.
//!
//! ```text
//! warehouse ──> stream ──> scene at a moment ──> scores, rivals ─┐
//!                 │                                              ├──> foresight
//!                 └──────> acts of the next window ──> outcomes ─┘
//!                          scene + made-up rows ──> scores ──> attacks
//! ```
//!
//! [`stream`] reads all counted rows once. [`scene`] cuts the stream at a moment and scores it like a run.
//! [`prediction`] compares the ranking with the next window, beside the [`rivals`] and with the [`measures`] of
//! information retrieval. [`missing_network`] leaves out networks, [`interval_coverage`] leaves out reactors, [`time_effects`] simulates
//! silence and first nights, and [`attacks`] simulates attacks. The evaluation writes only to stdout. The same input
//! gives the same figures.

pub mod attacks;
pub mod followers;
pub mod hash_draw;
pub mod interval_coverage;
pub mod measures;
pub mod missing_network;
pub mod prediction;
pub mod rivals;
pub mod scene;
pub mod stream;
pub mod summary;
pub mod time_effects;
pub mod topics;
pub mod windows;

use serde::Serialize;

use self::followers::FollowerCounts;
use self::prediction::{PopularityRelation, PredictionWindow};
use self::scene::MomentData;
use self::stream::CountedStream;
use self::summary::PredictionSummary;
use self::windows::EvaluationPlan;
use crate::job::Job;
use crate::pipeline::check_log::CheckLog;
use crate::pipeline::delivery::TopicsWanted;
use crate::pipeline::input_listing::{check_listing, list_input};
use crate::pipeline::observer::RunObserver;
use clout_base::error::{Error, Result};
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::store::Store;

/// Results of an evaluation, without attacks.
#[derive(Clone, Debug, Serialize)]
pub struct EvaluationResults {
    /// Model version.
    pub model_version: String,
    /// Results by moment and window.
    pub windows: Vec<PredictionWindow>,
    /// Means over the windows, compared with the best rival.
    pub summary: PredictionSummary,
    /// Means over the windows with known followers; none if there are no such windows.
    pub popularity: Option<PopularityRelation>,
    /// Effect of leaving out each network, at the last moment.
    pub missing_networks: Vec<missing_network::NetworkLoss>,
    /// Share of intervals that contain the score without a tenth of all reactors, at the last moment.
    pub intervals: Vec<interval_coverage::IntervalCoverage>,
    /// Effects of silence, first nights and one more reactor.
    pub time: Vec<time_effects::TimeFigure>,
}

/// Warehouse that was read for evaluation.
pub struct ScoreEvaluator<'a> {
    job: &'a Job,
    input: &'a Store,
    inventory: InputInventory,
    stream: CountedStream,
    plan: &'a EvaluationPlan,
}

impl<'a> ScoreEvaluator<'a> {
    /// Reads the input.
    ///
    /// # Errors
    /// Returns an error if the input is missing or refused, or if the store fails.
    pub fn open(
        job: &'a Job,
        input: &'a Store,
        plan: &'a EvaluationPlan,
        topics: TopicsWanted,
        watch: &dyn RunObserver,
    ) -> Result<ScoreEvaluator<'a>> {
        watch.begin_stage("listing the input");
        let inventory = list_input(job, input, watch)?;
        check_listing(&inventory, job, &CheckLog::default()).into_result()?;
        let stream = CountedStream::read(job, input, &inventory, None, topics, watch)?;
        Ok(ScoreEvaluator {
            job,
            input,
            inventory,
            stream,
            plan,
        })
    }

    /// Measures predictions over all windows, and the effects of missing networks and of time.
    ///
    /// # Errors
    /// Returns a usage error if the plan has no moment.
    pub fn evaluate(&self, watch: &dyn RunObserver) -> Result<EvaluationResults> {
        let everything = prediction::collect_acts(&self.stream);
        let (mut windows, mut last) = (Vec::new(), None);
        let moments = self.plan.moments(&self.stream)?;
        for at in &moments {
            watch.begin_stage(&format!("looking ahead from {}", clout_base::day::format_instant(*at)));
            let followers = |scene: &MomentData| self.followers(scene);
            let scene = self.cut_scene(*at);
            let scored = scene.score()?;
            if !scene.reactions.is_empty() {
                windows.extend(prediction::evaluate_moment(
                    &scene,
                    &scored,
                    &everything,
                    &self.plan.ahead,
                    &followers,
                )?);
            }
            last = Some((scene, scored));
        }
        let (scene, scored) = last.ok_or_else(|| Error::internal("a plan without a moment was not refused"))?;
        watch.begin_stage("leaving networks out");
        let missing_networks = missing_network::measure_networks(&scene, &scored);
        watch.begin_stage("leaving reactors out");
        let intervals = interval_coverage::compute_intervals(&scene, &scored);
        watch.begin_stage("letting time pass");
        Ok(EvaluationResults {
            model_version: self.job.compute_model_version(),
            summary: PredictionSummary::from_windows(&windows),
            popularity: PopularityRelation::from_windows(&windows),
            windows,
            missing_networks,
            intervals: interval_coverage::measure_intervals(&scene, &scored, &intervals),
            time: time_effects::simulate_time(&self.job.networks, &self.job.model)?,
        })
    }

    /// Measures predictions by topic scores over all moments, and the gains by bought endorsements.
    ///
    /// # Errors
    /// Returns the errors of [`topics::evaluate_topics`].
    pub fn evaluate_topics(
        &self,
        question: &topics::CreditVerbs,
        watch: &dyn RunObserver,
    ) -> Result<topics::results::TopicResults> {
        topics::evaluate_topics(&self.stream, self.job, self.plan, question, &|stage| {
            watch.begin_stage(stage)
        })
    }

    /// Simulates the attacks at the end of the plan's last date or of the last load date.
    ///
    /// # Errors
    /// Returns a usage error if no load date is that early.
    pub fn simulate_attacks(&self, watch: &dyn RunObserver) -> Result<attacks::AttackResults> {
        let date = self
            .plan
            .to
            .map_or(self.stream.last_load_date, |to| to.min(self.stream.last_load_date));
        if date < self.stream.first_load_date {
            let message = format!(
                "no load date until {date}; the first load date is {}. Choose a later --to",
                self.stream.first_load_date
            );
            return Err(Error::usage(message));
        }
        attacks::simulate_attacks(self.cut_scene(date.end_micros()), watch)
    }

    fn cut_scene(&self, at: i64) -> MomentData<'_> {
        MomentData::from_stream(&self.stream, at, &self.job.networks, &self.job.model)
    }

    /// Returns the followers by person: the sum over all accounts with a known count.
    fn followers(&self, scene: &MomentData) -> Result<Vec<Option<f64>>> {
        let known = FollowerCounts::read(self.input, &self.inventory, &self.job.networks, scene.as_of())?;
        let mut by_person: Vec<Option<f64>> = vec![None; scene.persons.len()];
        for node in 0..self.stream.accounts.len() as u32 {
            let accounts = &self.stream.accounts;
            if let Some(count) = known.get(accounts.network_of(node), accounts.id(node)) {
                let person = &mut by_person[scene.persons.by_account[node as usize] as usize];
                *person = Some(person.unwrap_or(0.0) + count);
            }
        }
        Ok(by_person)
    }
}
