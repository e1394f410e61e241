//! Holds the (person, topic) pairs of a snapshot date, and the edges between them.
//!
//! Reactions on a topic are edges between pairs of that topic, so all topics together form one sparse matrix of
//! independent blocks, one block per topic.

use polars::prelude::*;

use super::fixed_point::from_units;
use super::frames::{collect, columns, join_on, read_i64, read_texts, read_u32, sort_by, union_all};
use clout_base::error::Result;

/// Reactions or endorsements of one person that credit the (person, topic) pair of another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicEdge {
    /// Index of the credited pair.
    pub target: u32,
    /// Index of the actor's pair, on the same topic.
    pub actor: u32,
    /// Decayed strength, before saturation.
    pub strength: f64,
    /// The same with a share that fades with the lasting half-life, if the target helped the actor on the topic; else 0.
    pub lasting: f64,
}

/// All pairs sorted by (person, topic), and the edges between them sorted by (target, actor).
#[derive(Clone, Debug, Default)]
pub struct PersonTopics {
    /// By pair: person and topic of the ontology.
    pub keys: Vec<(u32, u32)>,
    /// By person: index of its first pair, plus one final end.
    pub person_offsets: Vec<usize>,
    /// By pair: decayed number of the person's own rows on the topic.
    pub interest: Vec<f64>,
    /// By pair: decayed number of the person's texts to others on the topic, those to one person saturated.
    pub given: Vec<f64>,
    /// By pair: true if a tag or text of the person is on the topic.
    pub wrote: Vec<bool>,
    /// Reactions, sorted by (target, actor).
    pub reactions: Vec<TopicEdge>,
    /// By pair: index of its first reaction, plus one final end.
    pub reaction_offsets: Vec<usize>,
    /// Endorsements, sorted by (target, actor).
    pub endorsements: Vec<TopicEdge>,
    /// By pair: index of its first endorsement, plus one final end.
    pub endorsement_offsets: Vec<usize>,
    /// By endorsement: id of the latest one.
    pub endorsement_ids: Vec<String>,
}

/// Tables of the persons of one snapshot date.
pub(super) struct PersonTables {
    pub(super) reactions: DataFrame,
    pub(super) acts: DataFrame,
    pub(super) written: DataFrame,
    pub(super) endorsements: DataFrame,
}

impl PersonTables {
    /// Builds the pairs and edges of `persons` persons.
    pub(super) fn build_person_topics(&self, persons: usize) -> Result<PersonTopics> {
        let pairs = self.list_pairs()?;
        let keys: Vec<(u32, u32)> = read_u32(&pairs, "person")?
            .iter()
            .zip(read_u32(&pairs, "topic")?)
            .map(|(person, topic)| (*person, *topic))
            .collect();
        let mut built = PersonTopics {
            interest: vec![0.0; keys.len()],
            given: vec![0.0; keys.len()],
            wrote: vec![false; keys.len()],
            person_offsets: count_offsets(keys.iter().map(|key| key.0 as usize), persons),
            keys,
            ..PersonTopics::default()
        };
        let acts = collect(join_on(
            self.acts.clone().lazy(),
            pairs.clone().lazy(),
            ["person", "topic"],
        ))?;
        let (interests, given) = (read_i64(&acts, "interest")?, read_i64(&acts, "given")?);
        for (row, pair) in read_u32(&acts, "pair")?.iter().enumerate() {
            built.interest[*pair as usize] = from_units(interests[row]);
            built.given[*pair as usize] = from_units(given[row]);
        }
        let written = collect(join_on(
            self.written.clone().lazy(),
            pairs.clone().lazy(),
            ["person", "topic"],
        ))?;
        read_u32(&written, "pair")?
            .iter()
            .for_each(|pair| built.wrote[*pair as usize] = true);
        let reactions = find_edges(&self.reactions, &pairs)?;
        (built.reactions, built.reaction_offsets) = read_edges(&reactions, built.keys.len())?;
        let endorsements = find_edges(&self.endorsements, &pairs)?;
        (built.endorsements, built.endorsement_offsets) = read_edges(&endorsements, built.keys.len())?;
        built.endorsement_ids = read_texts(&endorsements, "id")?
            .into_iter()
            .map(str::to_owned)
            .collect();
        Ok(built)
    }

    /// All pairs with an act, a reaction or an endorsement, of either side. Grain: (person, topic), sorted.
    fn list_pairs(&self) -> Result<DataFrame> {
        let pair = || columns(["person", "topic"]);
        let targets = |edges: &DataFrame| edges.clone().lazy().select(pair());
        let actors = |edges: &DataFrame| edges.clone().lazy().select([col("by").alias("person"), col("topic")]);
        let all = union_all([
            self.acts.clone().lazy().select(pair()),
            targets(&self.reactions),
            actors(&self.reactions),
            targets(&self.endorsements),
            actors(&self.endorsements),
        ])?;
        let distinct = sort_by(all.unique(None, UniqueKeepStrategy::Any), ["person", "topic"]);
        collect(distinct.with_row_index("pair", None))
    }
}

/// Edges between pairs. Grain: (target, actor), sorted.
fn find_edges(edges: &DataFrame, pairs: &DataFrame) -> Result<DataFrame> {
    let targets = pairs
        .clone()
        .lazy()
        .select([col("person"), col("topic"), col("pair").alias("target")]);
    let actors = pairs
        .clone()
        .lazy()
        .select([col("person").alias("by"), col("topic"), col("pair").alias("actor")]);
    let edges = join_on(edges.clone().lazy(), targets, ["person", "topic"]);
    collect(sort_by(join_on(edges, actors, ["by", "topic"]), ["target", "actor"]))
}

/// Returns the edges of a sorted table, and by pair the index of its first edge, plus one final end.
fn read_edges(table: &DataFrame, pairs: usize) -> Result<(Vec<TopicEdge>, Vec<usize>)> {
    let (targets, actors) = (read_u32(table, "target")?, read_u32(table, "actor")?);
    let (worth, lasting) = (read_i64(table, "worth")?, read_i64(table, "lasting")?);
    let edge = |row: usize| TopicEdge {
        target: targets[row],
        actor: actors[row],
        strength: from_units(worth[row]),
        lasting: from_units(lasting[row]),
    };
    let offsets = count_offsets(targets.iter().map(|target| *target as usize), pairs);
    Ok(((0..targets.len()).map(edge).collect(), offsets))
}

impl PersonTopics {
    /// Returns the index of the pair of a person and topic.
    pub fn find(&self, (person, topic): (u32, u32)) -> Option<usize> {
        let own = self.of_person(person as usize);
        let position = self.keys[own.clone()].binary_search_by_key(&topic, |key| key.1);
        position.ok().map(|position| own.start + position)
    }

    /// Returns the number of pairs.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Returns true if there is no pair.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Returns the indices of a person's pairs.
    pub fn of_person(&self, person: usize) -> std::ops::Range<usize> {
        self.person_offsets[person]..self.person_offsets[person + 1]
    }

    /// Returns the reactions that credit a pair.
    pub fn reactions_of(&self, pair: usize) -> &[TopicEdge] {
        &self.reactions[self.reaction_offsets[pair]..self.reaction_offsets[pair + 1]]
    }

    /// Returns the endorsements that credit a pair.
    pub fn endorsements_of(&self, pair: usize) -> &[TopicEdge] {
        &self.endorsements[self.endorsement_offsets[pair]..self.endorsement_offsets[pair + 1]]
    }
}

/// Returns the start index of each of `groups` groups, and the end of the last.
fn count_offsets(group_of: impl Iterator<Item = usize>, groups: usize) -> Vec<usize> {
    let mut offsets = vec![0; groups + 1];
    group_of.for_each(|group| offsets[group + 1] += 1);
    (0..groups).for_each(|group| offsets[group + 1] += offsets[group]);
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed_point::to_units;
    use crate::testing::table;

    #[test]
    fn pairs_have_the_acts_of_a_person_and_the_edges_between_them() {
        let one = to_units(1.0);
        let reaction = format!("1 5 2 {one} {}", 2 * one);
        let act = format!("2 5 {one} {}", 3 * one);
        let endorsement = format!("2 5 1 {one} {one} e7");
        let tables = PersonTables {
            reactions: table("person:u32 topic:u32 by:u32 worth:i64 lasting:i64", &[&reaction]),
            acts: table("person:u32 topic:u32 interest:i64 given:i64", &[&act]),
            written: table("person:u32 topic:u32", &["2 5", "1 9"]),
            endorsements: table(
                "person:u32 topic:u32 by:u32 worth:i64 lasting:i64 id:str",
                &[&endorsement],
            ),
        };
        let built = tables.build_person_topics(3).unwrap();
        assert_eq!(built.keys, [(1, 5), (2, 5)], "a written topic alone is no pair");
        assert_eq!(built.person_offsets, [0, 0, 1, 2]);
        assert_eq!(
            (&built.interest[..], &built.given[..]),
            (&[0.0, 1.0][..], &[0.0, 3.0][..])
        );
        assert_eq!(built.wrote, [false, true]);
        let edge = |target, actor, lasting| TopicEdge {
            target,
            actor,
            strength: 1.0,
            lasting,
        };
        assert_eq!(built.reactions_of(0), [edge(0, 1, 2.0)]);
        assert_eq!(built.endorsements_of(1), [edge(1, 0, 1.0)]);
        assert_eq!((built.reactions_of(1).len(), built.endorsements_of(0).len()), (0, 0));
        assert_eq!(built.endorsement_ids, ["e7"]);
    }
}
