//! Topics and what lies above them: a directed acyclic graph in which a topic may have many parents.

use std::collections::{BTreeMap, BTreeSet};

/// A row of `topics`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Topic {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Other words for it, in any language.
    pub aliases: Vec<String>,
}

/// What was wrong: places in what [`Ontology::build`] was given, with a reason each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Topics that are left out.
    pub topics: Vec<(usize, String)>,
    /// Edges that are left out.
    pub edges: Vec<(usize, String)>,
}

/// Topics by number, in order of their ids, over edges without a cycle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ontology {
    ids: Vec<String>,
    names: Vec<String>,
}

impl Ontology {
    /// Builds from rows in any order. Of topics with the same id the least row stands; of edges in a cycle, the
    /// one that closes it in order of ids is left out.
    pub fn build(topics: Vec<Topic>, edges: Vec<(String, String)>) -> (Ontology, Faults) {
        let mut faults = Faults::default();
        let mut by_id: BTreeMap<&str, &Topic> = BTreeMap::new();
        let mut order: Vec<usize> = (0..topics.len()).collect();
        order.sort_by(|a, b| topics[*a].cmp(&topics[*b]));
        for place in order {
            let topic = &topics[place];
            match by_id.contains_key(topic.id.as_str()) {
                true => faults
                    .topics
                    .push((place, "topic_id is given twice: the least row stands".to_owned())),
                false => {
                    by_id.insert(&topic.id, topic);
                }
            }
        }
        let mut children: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut order: Vec<usize> = (0..edges.len()).collect();
        order.sort_by(|a, b| edges[*a].cmp(&edges[*b]));
        for place in order {
            let (parent, child) = (edges[place].0.as_str(), edges[place].1.as_str());
            let reason = if !by_id.contains_key(parent) {
                format!("unknown topic: no topic has the parent_id '{parent}'")
            } else if !by_id.contains_key(child) {
                format!("unknown topic: no topic has the child_id '{child}'")
            } else if parent == child {
                format!("names '{child}' its own parent")
            } else if reaches(&children, child, parent) {
                "closes a cycle: the child is already above the parent".to_owned()
            } else {
                children.entry(parent).or_default().insert(child);
                continue;
            };
            faults.edges.push((place, reason));
        }
        let ids = by_id.keys().map(|id| (*id).to_owned()).collect();
        let names = by_id.values().map(|topic| topic.name.clone()).collect();
        (Ontology { ids, names }, faults)
    }

    /// No topics.
    pub fn empty() -> Ontology {
        Ontology::default()
    }

    /// How many topics there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The id of topic `k`.
    pub fn id(&self, k: u32) -> &str {
        &self.ids[k as usize]
    }

    /// The name of topic `k`.
    pub fn name(&self, k: u32) -> &str {
        &self.names[k as usize]
    }

    /// The number of a topic.
    pub fn find(&self, id: &str) -> Option<u32> {
        let place = self.ids.binary_search_by(|known| known.as_str().cmp(id));
        place.ok().map(|place| place as u32)
    }
}

/// Whether `to` is `from` or stands below it.
fn reaches<'a>(children: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &'a str, to: &str) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(topic) = open.pop() {
        if topic == to {
            return true;
        }
        let below = children.get(topic).into_iter().flatten();
        open.extend(below.filter(|child| seen.insert(**child)).copied());
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_told_by_its_place() {
        let topic = |id: &str, name: &str| Topic {
            id: id.to_owned(),
            name: name.to_owned(),
            aliases: Vec::new(),
        };
        let edge = |parent: &str, child: &str| (parent.to_owned(), child.to_owned());
        let topics = vec![topic("b", "B"), topic("a", "Z"), topic("a", "A")];
        let edges = vec![
            edge("b", "a"),
            edge("a", "b"),
            edge("a", "a"),
            edge("x", "a"),
            edge("a", "b"),
        ];
        let (ontology, faults) = Ontology::build(topics, edges);
        assert_eq!((ontology.len(), ontology.id(0), ontology.name(0)), (2, "a", "A"));
        assert_eq!((ontology.find("b"), ontology.find("c")), (Some(1), None));
        assert_eq!(faults.topics[0].0, 1);
        let mut places: Vec<usize> = faults.edges.iter().map(|(place, _)| *place).collect();
        places.sort_unstable();
        assert_eq!(places, [0, 2, 3], "an edge given twice is one");
        assert!(Ontology::empty().is_empty());
    }
}
