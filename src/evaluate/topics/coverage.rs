//! Counts people with topics, and checks that shown topics have independent sources.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::TopicMoment;
use super::results::TopicCoverage;
use clout_base::error::Result;
use clout_model::accounts::NO_NODE;
use clout_topics::evidence_kind::EvidenceKind;
use clout_topics::frames::{read_flags, read_texts, read_u32};
use clout_topics::topic_scores::{TopicScore, TopicScores};

/// Number of a person's rows that makes a topic likely.
const ACTIVE: u32 = 5;

/// Person and topic.
type PersonTopic = (u32, u32);

/// Measures the topics of people at a moment.
///
/// # Errors
/// Returns an internal error if a table lacks a column.
pub(super) fn measure_coverage(cut: &TopicMoment, scores: &TopicScores) -> Result<TopicCoverage> {
    let mut rows = vec![0_u32; cut.scene.persons.len()];
    let person = |node: u32| cut.scene.persons.by_account[node as usize] as usize;
    cut.scene
        .reactions
        .iter()
        .for_each(|reaction| rows[person(reaction.actor)] += 1);
    cut.scene.posts.iter().for_each(|post| rows[person(post.actor)] += 1);
    let (mut any, mut shown) = (vec![false; rows.len()], vec![false; rows.len()]);
    for score in &scores.rows {
        any[score.row.person as usize] = true;
        shown[score.row.person as usize] |= score.is_shown;
    }
    let active: Vec<usize> = (0..rows.len()).filter(|person| rows[*person] >= ACTIVE).collect();
    let contributors = list_contributors(cut, scores)?;
    let has_one_source = |score: &&TopicScore| {
        let behind = contributors.get(&(score.row.person, score.row.topic));
        behind.map_or(0, BTreeSet::len) < 2 || score.reactors + score.endorsers == 0
    };
    let all_shown = || scores.rows.iter().filter(|score| score.is_shown);
    Ok(TopicCoverage {
        with_a_topic: active.iter().filter(|person| any[**person]).count(),
        with_a_shown_topic: active.iter().filter(|person| shown[**person]).count(),
        active: active.len(),
        shown: all_shown().count(),
        shown_with_one_source: all_shown().filter(has_one_source).count(),
    })
}

/// Returns the people behind the published evidence of each row, as found from the evidence and the state; evidence from
/// another topic has none.
fn list_contributors(cut: &TopicMoment, scores: &TopicScores) -> Result<HashMap<PersonTopic, BTreeSet<u32>>> {
    let sources = list_sources(cut)?;
    let endorsers = list_endorsers(cut)?;
    let pieces = &scores.evidence;
    let (persons, topics) = (read_u32(pieces, "person")?, read_u32(pieces, "topic")?);
    let (kinds, ids) = (read_u32(pieces, "kind")?, read_texts(pieces, "source_id")?);
    let mut contributors: HashMap<PersonTopic, BTreeSet<u32>> = HashMap::new();
    for (row, id) in ids.into_iter().enumerate() {
        let key = (persons[row], topics[row]);
        let behind = contributors.entry(key).or_default();
        match EvidenceKind::ALL[kinds[row] as usize] {
            EvidenceKind::Ancestor => {}
            EvidenceKind::Audience => behind.extend(cut.scene.persons.find_index(id)),
            EvidenceKind::Endorsement => behind.extend(endorsers.get(id)),
            EvidenceKind::Tag | EvidenceKind::Text => behind.extend(sources.get(&(key, id)).into_iter().flatten()),
        }
    }
    Ok(contributors)
}

/// People behind each tag and text, by person and topic of the ontology, and id.
type Sources<'a> = BTreeMap<(PersonTopic, &'a str), BTreeSet<u32>>;

fn list_sources<'a>(cut: &'a TopicMoment) -> Result<Sources<'a>> {
    let table = &cut.memory.sources;
    let (accounts, others) = (read_u32(table, "account")?, read_u32(table, "other")?);
    let (topics, are_own) = (read_u32(table, "topic")?, read_flags(table, "is_own")?);
    let person = |node: u32| cut.scene.persons.by_account[node as usize];
    let mut sources = Sources::new();
    for (row, id) in read_texts(table, "id")?.into_iter().enumerate() {
        let owner = person(accounts[row]);
        let by = if are_own[row] { owner } else { person(others[row]) };
        let topic = cut.stream.ontology.find(&cut.memory.ids[topics[row] as usize]);
        let key = ((owner, topic.unwrap_or(NO_NODE)), id);
        sources.entry(key).or_default().insert(by);
    }
    Ok(sources)
}

/// Returns the endorser of each latest endorsement, by its id.
fn list_endorsers<'a>(cut: &'a TopicMoment) -> Result<HashMap<&'a str, u32>> {
    let table = &cut.memory.endorsements.latest;
    let endorsers = read_texts(table, "endorser")?.into_iter();
    let endorsers = endorsers.map(|id| cut.scene.persons.find_index(id).unwrap_or(NO_NODE));
    Ok(read_texts(table, "id")?.into_iter().zip(endorsers).collect())
}
