//! How well the score foretells what comes, and what it would take to move it: score the past, look at
//! the future, imagine an attack.
//!
//! ```text
//! warehouse ──> stream ──> scene at a moment ──> scores, rivals ─┐
//!                 │                                              ├──> foresight
//!                 └──────> acts of the next window ──> outcomes ─┘
//!                          scene + made-up rows ──> scores ──> attacks
//! ```
//!
//! [`stream`] reads everything that counts once, [`scene`] cuts it at a moment and scores it as a run would,
//! [`foresight`] holds the order against the next window beside [`rivals`] with the [`measures`] of
//! information retrieval, [`missing`] leaves networks out, [`sureness`] reactors, [`time`] plays silence and first nights,
//! [`attacks`] buys points. Nothing is written anywhere but to stdout; the same input gives the same figures.

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

/// Everything that an evaluation finds, but for attacks.
#[derive(Clone, Debug, Serialize)]
pub struct Evaluation {
    /// The model that was judged.
    pub model_version: String,
    /// By moment and window.
    pub windows: Vec<Window>,
    /// Means over the windows, beside the best rival.
    pub summary: Summary,
    /// Means over the windows where followers are known.
    pub popularity: Option<Popularity>,
    /// By network, at the last moment.
    pub missing_networks: Vec<missing::Missing>,
    /// How often the interval holds the score without a tenth of all reactors, at the last moment.
    pub intervals: Vec<sureness::Holding>,
    /// Silence, first nights and one more reactor.
    pub time: Vec<time::Figure>,
}

/// A warehouse that was read for evaluation.
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
    /// Input that is missing or refused, and a store that fails.
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

    /// Foresight over all windows, and what networks and time do.
    ///
    /// # Errors
    /// A plan without a moment.
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

    /// Whether topic scores foretell, over all moments, and what endorsers buy.
    ///
    /// # Errors
    /// As [`topics::evaluate`].
    pub fn topics(&self, question: &topics::Question, watch: &dyn Watch) -> Result<topics::Findings> {
        topics::evaluate(&self.stream, self.job, self.plan, question, &|stage| watch.stage(stage))
    }

    /// The attacks, at the end of the plan's last date or of the last load date.
    pub fn attack(&self, watch: &dyn Watch) -> Result<attacks::Findings> {
        let date = self.plan.to.map_or(self.stream.last, |to| to.min(self.stream.last));
        if date < self.stream.first {
            let what = format!(
                "nothing was delivered by {date}: the first load date is {}",
                self.stream.first
            );
            return Err(Error::usage(what));
        }
        attacks::attack(self.scene(date.end_micros()), watch)
    }

    fn scene(&self, at: i64) -> Scene<'_> {
        Scene::of(&self.stream, at, &self.job.networks, &self.job.model)
    }

    /// By person: the followers of all accounts of which they are known.
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
