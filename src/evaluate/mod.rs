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
//! [`foresight`] compares the ranking with the next window, beside the [`rivals`] and with the [`measures`] of
//! information retrieval. [`missing`] leaves out networks, [`sureness`] leaves out reactors, [`time`] simulates
//! silence and first nights, and [`attacks`] simulates attacks. The evaluation writes only to stdout. The same input
//! gives the same figures.

pub mod attacks;
pub mod draw;
pub mod followers;
pub mod foresight;
pub mod measures;
pub mod missing;
pub mod rivals;
pub mod scene;
pub mod stream;
pub mod summary;
pub mod sureness;
pub mod time;
pub mod topics;
pub mod windows;

use serde::Serialize;

use self::followers::Followers;
use self::foresight::{Popularity, Window};
use self::scene::Scene;
use self::stream::Stream;
use self::summary::Summary;
use self::windows::Plan;
use crate::job::Job;
use crate::pipeline::delivery::TopicsWanted;
use crate::pipeline::plan::list;
use crate::pipeline::watch::Watch;
use clout_base::error::{Error, Result};
use clout_warehouse::layout::Inventory;
use clout_warehouse::store::Store;

/// Results of an evaluation, without attacks.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    /// Model version.
    pub model_version: String,
    /// Results by moment and window.
    pub windows: Vec<Window>,
    /// Means over the windows, compared with the best rival.
    pub summary: Summary,
    /// Means over the windows with known followers; none if there are no such windows.
    pub popularity: Option<Popularity>,
    /// Effect of leaving out each network, at the last moment.
    pub missing_networks: Vec<missing::Missing>,
    /// Share of intervals that contain the score without a tenth of all reactors, at the last moment.
    pub intervals: Vec<sureness::Holding>,
    /// Effects of silence, first nights and one more reactor.
    pub time: Vec<time::Figure>,
}

/// Warehouse that was read for evaluation.
pub struct Evaluator<'a> {
    job: &'a Job,
    input: &'a Store,
    inventory: Inventory,
    stream: Stream,
    plan: &'a Plan,
}

impl<'a> Evaluator<'a> {
    /// Reads the input.
    ///
    /// # Errors
    /// Returns an error if the input is missing or refused, or if the store fails.
    pub fn open(
        job: &'a Job,
        input: &'a Store,
        plan: &'a Plan,
        topics: TopicsWanted,
        watch: &dyn Watch,
    ) -> Result<Evaluator<'a>> {
        watch.stage("listing the input");
        let inventory = list(job, input, watch)?;
        let stream = Stream::read(job, input, &inventory, None, topics, watch)?;
        Ok(Evaluator {
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
    pub fn evaluate(&self, watch: &dyn Watch) -> Result<Evaluation> {
        let everything = foresight::everything(&self.stream);
        let (mut windows, mut last) = (Vec::new(), None);
        let moments = self.plan.moments(&self.stream)?;
        for at in &moments {
            watch.stage(&format!("looking ahead from {}", clout_base::day::instant(*at)));
            let followers = |scene: &Scene| self.followers(scene);
            let scene = self.scene(*at);
            let scored = scene.score()?;
            if !scene.reactions.is_empty() {
                windows.extend(foresight::evaluate(
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
        watch.stage("leaving networks out");
        let missing_networks = missing::missing(&scene, &scored);
        watch.stage("leaving reactors out");
        let intervals = sureness::intervals(&scene, &scored);
        watch.stage("letting time pass");
        Ok(Evaluation {
            model_version: self.job.model_version(),
            summary: Summary::of(&windows),
            popularity: Popularity::mean(&windows),
            windows,
            missing_networks,
            intervals: sureness::holding(&scene, &scored, &intervals),
            time: time::play(&self.job.networks, &self.job.model)?,
        })
    }

    /// Measures predictions by topic scores over all moments, and the gains by bought endorsements.
    ///
    /// # Errors
    /// Returns the errors of [`topics::evaluate`].
    pub fn topics(&self, question: &topics::Question, watch: &dyn Watch) -> Result<topics::Findings> {
        topics::evaluate(&self.stream, self.job, self.plan, question, &|stage| watch.stage(stage))
    }

    /// Simulates the attacks at the end of the plan's last date or of the last load date.
    ///
    /// # Errors
    /// Returns a usage error if no load date is that early.
    pub fn attack(&self, watch: &dyn Watch) -> Result<attacks::Findings> {
        let date = self.plan.to.map_or(self.stream.last, |to| to.min(self.stream.last));
        if date < self.stream.first {
            let message = format!(
                "no load date until {date}; the first load date is {}. Choose a later --to",
                self.stream.first
            );
            return Err(Error::usage(message));
        }
        attacks::attack(self.scene(date.end_micros()), watch)
    }

    fn scene(&self, at: i64) -> Scene<'_> {
        Scene::of(&self.stream, at, &self.job.networks, &self.job.model)
    }

    /// Returns the followers by person: the sum over all accounts with a known count.
    fn followers(&self, scene: &Scene) -> Result<Vec<Option<f64>>> {
        let known = Followers::read(self.input, &self.inventory, &self.job.networks, scene.as_of())?;
        let mut by_person: Vec<Option<f64>> = vec![None; scene.persons.len()];
        for node in 0..self.stream.accounts.len() as u32 {
            let accounts = &self.stream.accounts;
            if let Some(count) = known.of(accounts.network_of(node), accounts.id(node)) {
                let person = &mut by_person[scene.persons.of_account[node as usize] as usize];
                *person = Some(person.unwrap_or(0.0) + count);
            }
        }
        Ok(by_person)
    }
}
