//! Holds the (person, topic) pairs of a snapshot date, and the edges between them.
//!
//! Reactions on a topic are edges between pairs of that topic, so all topics together form one sparse matrix of
//! independent blocks, one block per topic. [`super::person_tables`] builds it.

/// Reactions or endorsements of one person that credit the (person, topic) pair of another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicEdge {
    /// Index of the credited pair.
    pub target: u32,
    /// Index of the actor's pair, on the same topic.
    pub actor: u32,
    /// Decayed strength, before saturation.
    pub strength: f64,
    /// The same, of which a share fades with the lasting half-life.
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
pub(super) fn count_offsets(group_of: impl Iterator<Item = usize>, groups: usize) -> Vec<usize> {
    let mut offsets = vec![0; groups + 1];
    group_of.for_each(|group| offsets[group + 1] += 1);
    (0..groups).for_each(|group| offsets[group + 1] += offsets[group]);
    offsets
}
