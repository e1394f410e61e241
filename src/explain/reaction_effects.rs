//! Effect of one more reaction on a score, by network and by topic.

use serde::Serialize;
use serde_json::Value;

use super::loaded_state::LoadedState;
use crate::queries::person_rows::JsonRow;
use clout_base::error::Result;
use clout_model::influence::reaction_forecast::{ReactionActor, ReactorCrowd, compute_strength, compute_trust_after};
use clout_model::influence::weights::saturate;
use clout_model::networks::Network;
use clout_topics::forecast::{AddedReaction, forecast_gains};
use clout_topics::influence_scores::InfluenceScores;
use clout_topics::ontology::Ontology;

/// Maximum number of topics.
const TOPICS: usize = 10;
/// Largest allowed difference between a recomputed and a published topic score.
const SAME_SCORE: f64 = 1e-9;

/// Effect of one more reaction.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReactionEffects {
    /// Effect on the score, by network.
    pub networks: Vec<NetworkEffect>,
    /// Effect on topic scores.
    pub topics: Vec<TopicEffect>,
}

/// Effect of one more reaction on one network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NetworkEffect {
    /// Network of the reaction.
    pub network: String,
    /// Most common verb among all counted reactions on the network.
    pub verb: String,
    /// True if the person has an account on the network.
    pub is_there: bool,
    /// Effect of a reaction by a trusted person of average rank who has not reacted to the person before.
    pub newcomer: ScoreEffect,
    /// Effect of a reaction by the median reactor on this network, by contribution. The additional active day may raise
    /// the trust of the reactor, and with it the weight of all earlier reactions.
    pub reactor: Option<ScoreEffect>,
    /// Id of the median reactor.
    pub reactor_person_id: Option<String>,
    /// Effect of a reaction by an account without any earlier activity.
    pub stranger: ScoreEffect,
}

/// Score after a reaction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ScoreEffect {
    /// Score after the reaction.
    pub score: f64,
    /// Difference to the score of the snapshot date, in points; null if the person has no score on that date.
    pub points: Option<f64>,
}

/// Effect of one more reaction on a topic, by a trusted newcomer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TopicEffect {
    /// Id of the topic.
    pub topic_id: String,
    /// Network of the reaction: the one with the largest share of the person's influence.
    pub network: String,
    /// Most common verb on the network.
    pub verb: String,
    /// Topic score after the reaction.
    pub score: f64,
    /// Difference to the topic score of the snapshot date, in points.
    pub points: f64,
}

/// Most common kind of reaction on a network, and its strength s.
struct Common {
    network: usize,
    verb: u8,
    strength: f64,
}

/// Computes the effect of one more reaction on the person. `network_scores` and `topics` are the person's rows of
/// `network_scores` and `topic_scores`. The second value is the reason if topics are missing.
pub fn compute_reaction_effects(
    reopened: &LoadedState,
    network_scores: &[JsonRow],
    topics: &[Value],
    topic: Option<&str>,
) -> Result<(ReactionEffects, Option<String>)> {
    let common = common_reactions(reopened);
    let networks = of_networks(reopened, &common, network_scores);
    let share = |index: usize| {
        let name = &reopened.job.networks[index].name;
        let row = network_scores.iter().find(|row| row["network"] == **name)?;
        Some(row["share"].as_f64().unwrap_or(0.0))
    };
    let mut home: Option<(f64, &Common)> = None;
    for candidate in &common {
        let share = share(candidate.network);
        if share > home.map(|(most, _)| most) {
            home = share.map(|share| (share, candidate));
        }
    }
    let (topics, why) = match home {
        Some((_, home)) => of_topics(reopened, home, topics, topic)?,
        None => (Vec::new(), None),
    };
    Ok((ReactionEffects { networks, topics }, why))
}

/// Returns the most common verb with a positive weight, for each network with counted reactions.
fn common_reactions(reopened: &LoadedState) -> Vec<Common> {
    let networks = &reopened.job.networks;
    let now = reopened.moment_after(0);
    let most = |(network, counts): (usize, &Vec<u64>)| {
        let weighty = |verb: &usize| networks[network].verbs[*verb].weight > 0.0 && counts[*verb] > 0;
        // max_by_key returns the last maximum; the reversed order makes the first verb win ties.
        let verbs = (0..counts.len()).filter(weighty).rev();
        let verb = verbs.max_by_key(|verb| counts[*verb])? as u8;
        Some(Common {
            network,
            verb,
            strength: compute_strength(networks, network, verb, &now, &reopened.job.model),
        })
    };
    reopened
        .state
        .reaction_counts
        .iter()
        .enumerate()
        .filter_map(most)
        .collect()
}

fn verb_name(networks: &[Network], common: &Common) -> String {
    networks[common.network].verbs[usize::from(common.verb)].name.clone()
}

fn of_networks(reopened: &LoadedState, common: &[Common], network_scores: &[JsonRow]) -> Vec<NetworkEffect> {
    let networks = &reopened.job.networks;
    let moment = reopened.moment_after(0);
    let crowd = ReactorCrowd::from_scored(reopened.scored(), &moment, &reopened.job.model, reopened.person_index);
    let (memory, current) = (reopened.account_state(), crowd.current_score());
    let on_network = |common: &Common| {
        let gain = |who: ReactionActor| {
            let score = crowd.forecast_score(who, common.strength)?;
            let points = current.map(|current| score - current);
            Some(ScoreEffect { score, points })
        };
        let reactor = crowd.find_median_reactor(common.network);
        let by_reactor = |position: usize| {
            let (scored, model) = (reopened.scored(), &reopened.job.model);
            let trust = compute_trust_after(&memory, scored, &moment, model, crowd.reactor(position), common.network);
            gain(ReactionActor::Reactor { position, trust })
        };
        let name = &networks[common.network].name;
        Some(NetworkEffect {
            network: name.clone(),
            verb: verb_name(networks, common),
            is_there: network_scores.iter().any(|row| row["network"] == **name),
            newcomer: gain(ReactionActor::Newcomer)?,
            reactor: reactor.and_then(by_reactor),
            reactor_person_id: reactor.map(|position| reopened.person_id(crowd.reactor(position)).to_owned()),
            stranger: gain(ReactionActor::Stranger)?,
        })
    };
    common.iter().filter_map(on_network).collect()
}

/// Computes the effect on the requested topic, or on the best shown topics.
fn of_topics(
    reopened: &LoadedState,
    home: &Common,
    topics: &[Value],
    topic: Option<&str>,
) -> Result<(Vec<TopicEffect>, Option<String>)> {
    let is_wanted = |row: &&Value| topic.is_some() || row["is_shown"] == true;
    let wanted: Vec<&Value> = topics.iter().filter(is_wanted).take(TOPICS).collect();
    if wanted.is_empty() {
        return Ok((Vec::new(), None));
    }
    let ontology = Ontology::from_rows(&reopened.state.topics.ontology);
    let indices: Vec<u32> = (wanted.iter())
        .filter_map(|row| ontology.find(row["topic_id"].as_str()?))
        .collect();
    let (networks, model) = (&reopened.job.networks, &reopened.job.model);
    let inputs = (reopened.scored_state).topic_inputs(&reopened.job, &reopened.state, &ontology);
    let known = InfluenceScores::from_people_scores(reopened.scored(), model);
    let reaction = AddedReaction {
        person: reopened.person_index as u32,
        verb_weight: networks[home.network].verbs[usize::from(home.verb)].weight,
        attention: saturate(home.strength, model.params().repeats.beta),
    };
    let mut on_topics = Vec::new();
    for gain in forecast_gains(&inputs, &known, &reaction, &indices)? {
        let id = ontology.id(gain.topic);
        let published = wanted
            .iter()
            .find(|row| row["topic_id"] == *id)
            .and_then(|row| row["score"].as_f64());
        if published.is_none_or(|published| (published - gain.before).abs() > SAME_SCORE) {
            let why = "the topic scores recomputed from the state differ from the published ones".to_owned();
            return Ok((Vec::new(), Some(why)));
        }
        on_topics.push(TopicEffect {
            topic_id: id.to_owned(),
            network: networks[home.network].name.clone(),
            verb: verb_name(networks, home),
            score: gain.after,
            points: gain.after - gain.before,
        });
    }
    Ok((on_topics, None))
}
