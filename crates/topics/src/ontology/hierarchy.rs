//! Builds the topic hierarchy: a directed acyclic graph in which a topic may have many parents.
//!
//! Topics are numbered in byte order of their ids, and edges are added in the order of (parent, child), so neither the
//! graph nor the refused rows depend on the order of the rows. An edge that would close a cycle with the edges added
//! before it is refused. The transitive closure is computed once: each ancestor has its shortest distance, so a topic
//! reached on two paths counts once. Cost: topics x edges above a topic.

use super::normalize::squeeze;
use serde::{Deserialize, Serialize};

/// Row of the `topics` table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TopicRecord {
    /// Unique id, not empty.
    pub id: String,
    /// Name, in any language.
    pub name: String,
    /// Other words for the topic, in any language.
    pub aliases: Vec<String>,
}

/// Refused rows as (index of the row as given, reason), sorted by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OntologyFaults {
    /// Refused topics.
    pub topics: Vec<(usize, String)>,
    /// Refused edges.
    pub edges: Vec<(usize, String)>,
}

/// Topics, numbered from 0 in byte order of their ids, with their hierarchy.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ontology {
    topics: Vec<TopicRecord>,
    parents: Vec<Vec<u32>>,
    ancestors: Vec<Vec<(u32, u8)>>,
    /// By topic: true if it has a parent or a child.
    is_linked: Vec<bool>,
}

/// Longest id quoted in a reason, in characters.
const MAX_QUOTED: usize = 40;

impl Ontology {
    /// Builds the ontology from delivered rows; edges are (parent_id, child_id). Returns the refused rows with reasons.
    ///
    /// Among rows with the same id the least by (name, aliases) is kept. Repeated edges count once.
    pub fn build(topics: Vec<TopicRecord>, edges: Vec<(String, String)>) -> (Ontology, OntologyFaults) {
        let mut faults = OntologyFaults::default();
        let topics = keep_distinct(topics, &mut faults.topics);
        let mut ontology = Ontology {
            parents: vec![Vec::new(); topics.len()],
            ancestors: Vec::new(),
            is_linked: vec![false; topics.len()],
            topics,
        };
        let known = ontology.resolve_edges(&edges, &mut faults.edges);
        ontology.add_edges(&known, &mut faults.edges);
        ontology.ancestors = (0..ontology.topics.len() as u32)
            .map(|k| ontology.collect_ancestors(k))
            .collect();
        faults.topics.sort_unstable();
        faults.edges.sort_unstable();
        (ontology, faults)
    }

    /// Creates an ontology without topics.
    pub fn empty() -> Ontology {
        Ontology::default()
    }

    /// Builds an ontology with one topic per distinct tag and no edges, for input without topics.
    ///
    /// The id is the squeezed form of the tag. The name is its least spelling, the aliases are the other spellings.
    pub fn from_tags(tags: impl Iterator<Item = String>) -> Ontology {
        let mut squeezed = Vec::new();
        let mut spellings: Vec<(String, String)> = tags
            .map(|tag| {
                squeeze(&tag, &mut squeezed);
                (String::from_utf8_lossy(&squeezed).into_owned(), tag)
            })
            .filter(|(id, _)| !id.is_empty())
            .collect();
        spellings.sort_unstable();
        spellings.dedup();
        let topic = |same: &[(String, String)]| TopicRecord {
            id: same[0].0.clone(),
            name: same[0].1.clone(),
            aliases: same[1..].iter().map(|(_, tag)| tag.clone()).collect(),
        };
        let topics = spellings.chunk_by(|a, b| a.0 == b.0).map(topic).collect();
        Ontology::build(topics, Vec::new()).0
    }

    /// Returns one (topic id, parent id) row per topic and parent, and one for a topic without parents, in id order.
    pub fn to_rows(&self) -> Vec<(String, Option<String>)> {
        let id = |k: u32| self.id(k).to_owned();
        let of_topic = |k: u32| match self.parents(k) {
            [] => vec![(id(k), None)],
            parents => parents.iter().map(|above| (id(k), Some(id(*above)))).collect(),
        };
        (0..self.len() as u32).flat_map(of_topic).collect()
    }

    /// Builds the ontology from such [rows](Ontology::to_rows), without names and aliases.
    pub fn from_rows(rows: &[(String, Option<String>)]) -> Ontology {
        let topic = |same: &[(String, Option<String>)]| TopicRecord {
            id: same[0].0.clone(),
            name: same[0].0.clone(),
            aliases: Vec::new(),
        };
        let topics = rows.chunk_by(|a, b| a.0 == b.0).map(topic).collect();
        let edges = rows
            .iter()
            .filter_map(|(child, above)| Some((above.clone()?, child.clone())));
        Ontology::build(topics, edges.collect()).0
    }

    /// Returns the number of topics.
    pub fn len(&self) -> usize {
        self.topics.len()
    }

    /// Returns true if there is no topic.
    pub fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    /// Returns the id of topic `k`.
    pub fn id(&self, k: u32) -> &str {
        &self.topics[k as usize].id
    }

    /// Returns the name of topic `k`.
    pub fn name(&self, k: u32) -> &str {
        &self.topics[k as usize].name
    }

    /// Returns the aliases of topic `k`, as delivered.
    pub fn aliases(&self, k: u32) -> &[String] {
        &self.topics[k as usize].aliases
    }

    /// Returns the topic with an id.
    pub fn find(&self, id: &str) -> Option<u32> {
        let at = self.topics.binary_search_by(|topic| topic.id.as_str().cmp(id));
        at.ok().map(|at| at as u32)
    }

    /// Returns the parents of topic `k`, ascending.
    pub fn parents(&self, k: u32) -> &[u32] {
        &self.parents[k as usize]
    }

    /// Returns the distinct ancestors of topic `k` with their shortest distances (1 for a parent), ascending by topic.
    /// Ancestors more than 255 steps away are left out.
    pub fn ancestors(&self, k: u32) -> &[(u32, u8)] {
        &self.ancestors[k as usize]
    }

    /// Returns true if topic `k` has a parent or a child.
    pub fn is_linked(&self, k: u32) -> bool {
        self.is_linked[k as usize]
    }

    /// Returns true if two topics are the same, one is an ancestor of the other, or they share a parent.
    pub fn are_related(&self, a: u32, b: u32) -> bool {
        let is_above = |above: u32, below: u32| {
            let order = |ancestor: &(u32, u8)| ancestor.0.cmp(&above);
            self.ancestors(below).binary_search_by(order).is_ok()
        };
        a == b || is_above(a, b) || is_above(b, a) || have_common(self.parents(a), self.parents(b))
    }

    /// Returns the edges between known topics as (parent, child, row), in the order in which they are added.
    fn resolve_edges(&self, edges: &[(String, String)], faults: &mut Vec<(usize, String)>) -> Vec<(u32, u32, usize)> {
        let mut known = Vec::with_capacity(edges.len());
        for (row, (parent, child)) in edges.iter().enumerate() {
            match (self.find(parent), self.find(child)) {
                (Some(above), Some(below)) if above == below => {
                    faults.push((row, format!("topic is its own parent: {}", quote_id(parent))));
                }
                (Some(above), Some(below)) => known.push((above, below, row)),
                (None, _) => faults.push((row, format!("unknown topic: {}", quote_id(parent)))),
                (_, None) => faults.push((row, format!("unknown topic: {}", quote_id(child)))),
            }
        }
        known.sort_unstable();
        known
    }

    /// Adds the edges one by one; refuses those that close a cycle.
    fn add_edges(&mut self, edges: &[(u32, u32, usize)], faults: &mut Vec<(usize, String)>) {
        let mut last_walk = vec![0; self.topics.len()];
        let distinct = edges.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
        for (walk, same) in (1..).zip(distinct) {
            let (above, below, _) = same[0];
            if self.is_below(above, below, walk, &mut last_walk) {
                let (parent, child) = (quote_id(self.id(above)), quote_id(self.id(below)));
                let reason = format!("closes a cycle: {parent} is already below {child}");
                faults.extend(same.iter().map(|edge| (edge.2, reason.clone())));
            } else {
                // Stays ascending, because the edges are sorted by parent.
                self.parents[below as usize].push(above);
                self.is_linked[above as usize] = true;
                self.is_linked[below as usize] = true;
            }
        }
    }

    /// Returns true if `topic` is below `other` by the edges added so far. Each call has its own number `walk`;
    /// `last_walk` holds, by topic, the number of the last call that visited it.
    fn is_below(&self, topic: u32, other: u32, walk: usize, last_walk: &mut [usize]) -> bool {
        let mut open = vec![topic];
        while let Some(k) = open.pop() {
            if k == other {
                return true;
            }
            if last_walk[k as usize] != walk {
                last_walk[k as usize] = walk;
                open.extend(self.parents(k));
            }
        }
        false
    }

    /// Returns the transitive ancestors of a topic with their shortest distances.
    fn collect_ancestors(&self, topic: u32) -> Vec<(u32, u8)> {
        let mut found: Vec<(u32, u8)> = Vec::new();
        let mut level: Vec<u32> = self.parents(topic).to_vec();
        for distance in 1..=u8::MAX {
            level.sort_unstable();
            level.dedup();
            level.retain(|k| found.binary_search_by_key(k, |ancestor| ancestor.0).is_err());
            if level.is_empty() {
                break;
            }
            found.extend(level.iter().map(|k| (*k, distance)));
            found.sort_unstable();
            level = level.iter().flat_map(|k| self.parents(*k)).copied().collect();
        }
        found
    }
}

/// Sorts topics by id and keeps one row per id.
fn keep_distinct(topics: Vec<TopicRecord>, faults: &mut Vec<(usize, String)>) -> Vec<TopicRecord> {
    let mut rows: Vec<(TopicRecord, usize)> = topics.into_iter().zip(0..).collect();
    rows.sort_unstable();
    let mut kept: Vec<TopicRecord> = Vec::with_capacity(rows.len());
    for (topic, row) in rows {
        if topic.id.is_empty() {
            faults.push((row, "empty topic_id: the column is required".to_owned()));
        } else if kept.last().is_some_and(|last| last.id == topic.id) {
            faults.push((row, format!("topic_id given twice: {}", quote_id(&topic.id))));
        } else {
            kept.push(topic);
        }
    }
    kept
}

/// Quotes an id for a reason: at most 40 characters, without control characters.
fn quote_id(id: &str) -> String {
    let shown = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    let clipped: String = id.chars().take(MAX_QUOTED).map(shown).collect();
    format!("'{clipped}'")
}

/// Returns true if two ascending lists share an item.
fn have_common(a: &[u32], b: &[u32]) -> bool {
    a.iter().any(|item| b.binary_search(item).is_ok())
}

#[cfg(test)]
#[path = "hierarchy_tests.rs"]
mod tests;
