//! What would raise a score: the points of one more reaction, by network and by topic.

use serde::Serialize;
use serde_json::Value;

use super::reopened::Reopened;
use crate::queries::person::Row;
use clout_base::error::Result;
use clout_model::influence::one_more::{Crowd, Who, strength, trust_after};
use clout_model::influence::weights::saturated;
use clout_model::networks::Network;
use clout_model::people::presence::between;
use clout_topics::claims::Tonight;
use clout_topics::expertise::Known;
use clout_topics::one_more::{Reaction, gains};
use clout_topics::ontology::Ontology;

/// Topics that are told, the best of those shown.
const TOPICS: usize = 10;
/// How far a topic score may be from the published one that it is.
const SAME_SCORE: f64 = 1e-9;

/// What one more reaction would bring.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OneMore {
    /// By network.
    pub networks: Vec<OnNetwork>,
    /// By topic.
    pub topics: Vec<OnTopic>,
}

/// One more reaction on a network.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OnNetwork {
    /// The network.
    pub network: String,
    /// The verb that is the most common one there among all counted reactions.
    pub verb: String,
    /// Whether the person has an account there.
    pub is_there: bool,
    /// By a trusted person of ordinary standing who has not reacted to the person before.
    pub newcomer: Gain,
    /// By the one in the middle of those who have reacted to the person there, by contribution. Seen on that day, too,
    /// they may be known better, and then all that they gave counts for more.
    pub reactor: Option<Gain>,
    /// Who that is.
    pub reactor_person_id: Option<String>,
    /// By an account that was never seen before.
    pub stranger: Gain,
}

/// What a score becomes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Gain {
    /// The score after it.
    pub score: f64,
    /// That score less tonight's, in points; null without a score tonight.
    pub points: Option<f64>,
}

/// One more reaction on a topic, by a trusted newcomer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OnTopic {
    /// The topic.
    pub topic_id: String,
    /// The network on which it is made: where most of the person's influence is.
    pub network: String,
    /// The most common verb there.
    pub verb: String,
    /// The topic score after it.
    pub score: f64,
    /// That score less tonight's, in points.
    pub points: f64,
}

/// A kind of reaction that people make, and its s.
struct Common {
    network: usize,
    verb: u8,
    strength: f64,
}

/// What would raise the scores of the person asked about, whose rows of `network_scores` and `topic_scores` these
/// are; and why topics are missing, where they are.
pub fn of_person(
    reopened: &Reopened,
    network_scores: &[Row],
    topics: &[Value],
    topic: Option<&str>,
) -> Result<(OneMore, Option<String>)> {
    let common = common_reactions(reopened);
    let networks = of_networks(reopened, &common, network_scores);
    let share = |place: usize| {
        let name = &reopened.job.networks[place].name;
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
    Ok((OneMore { networks, topics }, why))
}

/// By network that has delivered: the most common verb of its counted reactions that has any weight.
fn common_reactions(reopened: &Reopened) -> Vec<Common> {
    let networks = &reopened.job.networks;
    let pairs = &reopened.state.pairs;
    let mut counts: Vec<Vec<u64>> = networks.iter().map(|network| vec![0; network.verbs.len()]).collect();
    for row in between(pairs, &reopened.judged.persons) {
        let network = reopened.state.accounts.network_of(pairs.actors[row]);
        counts[network][usize::from(pairs.verbs[row])] += u64::from(pairs.counts[row]);
    }
    let now = reopened.moment(0);
    let most = |(network, counts): (usize, &Vec<u64>)| {
        let weighty = |verb: &usize| networks[network].verbs[*verb].weight > 0.0 && counts[*verb] > 0;
        // Of equals the one that comes first by name.
        let verbs = (0..counts.len()).filter(weighty).rev();
        let verb = verbs.max_by_key(|verb| counts[*verb])? as u8;
        Some(Common {
            network,
            verb,
            strength: strength(networks, (network, verb), &now, &reopened.job.model),
        })
    };
    counts.iter().enumerate().filter_map(most).collect()
}

fn word(networks: &[Network], common: &Common) -> String {
    networks[common.network].verbs[usize::from(common.verb)].name.clone()
}

fn of_networks(reopened: &Reopened, common: &[Common], network_scores: &[Row]) -> Vec<OnNetwork> {
    let networks = &reopened.job.networks;
    let moment = reopened.moment(0);
    let crowd = Crowd::of(reopened.scored(), &moment, &reopened.job.model, reopened.person);
    let tonight = crowd.score();
    let on_network = |common: &Common| {
        let gain = |who: Who| {
            let score = crowd.score_after(who, common.strength)?;
            let points = tonight.map(|tonight| score - tonight);
            Some(Gain { score, points })
        };
        let reactor = crowd.median_reactor(common.network);
        let by_reactor = |place: usize| {
            let trust = reopened.with_memory(|memory| {
                let acts = (crowd.reactor(place), common.network);
                trust_after(memory, reopened.scored(), &moment, &reopened.job.model, acts)
            });
            gain(Who::Reactor { place, trust })
        };
        let name = &networks[common.network].name;
        Some(OnNetwork {
            network: name.clone(),
            verb: word(networks, common),
            is_there: network_scores.iter().any(|row| row["network"] == **name),
            newcomer: gain(Who::Newcomer)?,
            reactor: reactor.and_then(by_reactor),
            reactor_person_id: reactor.map(|place| reopened.id(crowd.reactor(place)).to_owned()),
            stranger: gain(Who::Stranger)?,
        })
    };
    common.iter().filter_map(on_network).collect()
}

/// The topics that are asked for: one, or the best of those shown.
fn of_topics(
    reopened: &Reopened,
    home: &Common,
    topics: &[Value],
    topic: Option<&str>,
) -> Result<(Vec<OnTopic>, Option<String>)> {
    let is_told = |row: &&Value| topic.is_some() || row["is_shown"] == true;
    let told: Vec<&Value> = topics.iter().filter(is_told).take(TOPICS).collect();
    if told.is_empty() {
        return Ok((Vec::new(), None));
    }
    let ontology = Ontology::of_rows(&reopened.state.topics.ontology);
    let places: Vec<u32> = (told.iter())
        .filter_map(|row| ontology.find(row["topic_id"].as_str()?))
        .collect();
    let (networks, params) = (&reopened.job.networks, &reopened.job.model);
    let scored = reopened.scored();
    let tonight = Tonight {
        memory: &reopened.state.topics,
        ontology: &ontology,
        accounts: &reopened.state.accounts,
        persons: &reopened.judged.persons,
        are_there: &reopened.judged.presences.are_there(reopened.judged.persons.len()),
        params,
        as_of: reopened.moment(0).as_of,
    };
    let known = Known {
        attention: &scored.attention,
        company: &scored.attention,
        seasoned: &scored.seasoned,
        model: &scored.model(params),
        sums: &scored.standings.sums,
        line: &scored.line,
    };
    let reaction = Reaction {
        person: reopened.person as u32,
        verb_weight: networks[home.network].verbs[usize::from(home.verb)].weight,
        attention: saturated(home.strength, params.repeats.beta),
    };
    let mut on_topics = Vec::new();
    for gain in gains(&tonight, &known, &reaction, &places)? {
        let id = ontology.id(gain.topic);
        let published = told
            .iter()
            .find(|row| row["topic_id"] == *id)
            .and_then(|row| row["score"].as_f64());
        if published.is_none_or(|published| (published - gain.before).abs() > SAME_SCORE) {
            let why = "the topic scores of the state are not the published ones".to_owned();
            return Ok((Vec::new(), Some(why)));
        }
        on_topics.push(OnTopic {
            topic_id: id.to_owned(),
            network: networks[home.network].name.clone(),
            verb: word(networks, home),
            score: gain.after,
            points: gain.after - gain.before,
        });
    }
    Ok((on_topics, None))
}
