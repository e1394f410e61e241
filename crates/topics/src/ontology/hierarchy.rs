//! Topics and what lies above them: a directed acyclic graph in which a topic may have many parents.
//!
//! Topics are numbered in the order of their ids' bytes, and edges are taken in the order of (parent, child), so
//! what is built and what is refused does not depend on the order of the rows. An edge that would close a
//! cycle with those taken before it is refused. Ancestors are closed once: each distinct one with its
//! shortest distance, so that a topic reached by two ways counts once. Cost: topics x edges above a topic.

use super::normalize::squeeze;

/// One row of the `topics` table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Topic {
    /// Its id, unique and not empty.
    pub id: String,
    /// Its name, in any language.
    pub name: String,
    /// Further words that stand for it, in any language.
    pub aliases: Vec<String>,
}

/// Rows that could not be taken: (index of the row as given, reason), by index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Of the topics.
    pub topics: Vec<(usize, String)>,
    /// Of the edges.
    pub edges: Vec<(usize, String)>,
}

/// The topics, numbered from 0 in the order of their ids' bytes.
#[derive(Clone, Debug, Default)]
pub struct Ontology {
    topics: Vec<Topic>,
    parents: Vec<Vec<u32>>,
    ancestors: Vec<Vec<(u32, u8)>>,
}

/// The longest id that a reason spells out, in characters.
const MAX_QUOTED: usize = 40;

impl Ontology {
    /// Builds it from rows as delivered; the edges are (parent_id, child_id). What cannot be taken is told.
    ///
    /// Of the rows of one id the least by (name, aliases) stays. An edge given twice is one.
    pub fn build(topics: Vec<Topic>, edges: Vec<(String, String)>) -> (Ontology, Faults) {
        let mut faults = Faults::default();
        let topics = distinct(topics, &mut faults.topics);
        let mut ontology = Ontology {
            parents: vec![Vec::new(); topics.len()],
            ancestors: Vec::new(),
            topics,
        };
        let known = ontology.known(&edges, &mut faults.edges);
        ontology.join(&known, &mut faults.edges);
        ontology.ancestors = (0..ontology.topics.len() as u32).map(|k| ontology.above(k)).collect();
        faults.topics.sort_unstable();
        faults.edges.sort_unstable();
        (ontology, faults)
    }

    /// An ontology without topics.
    pub fn empty() -> Ontology {
        Ontology::default()
    }

    /// Every distinct tag as a topic of its own, without edges: what is left to judge by where there is no
    /// ontology. The id is the squeezed form, the aliases are the tag's spellings, the name is the least.
    pub fn of_tags(tags: impl Iterator<Item = String>) -> Ontology {
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
        let topic = |same: &[(String, String)]| Topic {
            id: same[0].0.clone(),
            name: same[0].1.clone(),
            aliases: same[1..].iter().map(|(_, tag)| tag.clone()).collect(),
        };
        let topics = spellings.chunk_by(|a, b| a.0 == b.0).map(topic).collect();
        Ontology::build(topics, Vec::new()).0
    }

    /// What lies above what: one row a topic and parent, and one for a topic without any; ids alone, in order.
    pub fn rows(&self) -> Vec<(String, Option<String>)> {
        let id = |k: u32| self.id(k).to_owned();
        let of_topic = |k: u32| match self.parents(k) {
            [] => vec![(id(k), None)],
            parents => parents.iter().map(|above| (id(k), Some(id(*above)))).collect(),
        };
        (0..self.len() as u32).flat_map(of_topic).collect()
    }

    /// The ontology of such [rows](Ontology::rows), without names and further words.
    pub fn of_rows(rows: &[(String, Option<String>)]) -> Ontology {
        let topic = |same: &[(String, Option<String>)]| Topic {
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

    /// Number of topics.
    pub fn len(&self) -> usize {
        self.topics.len()
    }

    /// Whether there is no topic.
    pub fn is_empty(&self) -> bool {
        self.topics.is_empty()
    }

    /// The id of topic `k`.
    pub fn id(&self, k: u32) -> &str {
        &self.topics[k as usize].id
    }

    /// The name of topic `k`.
    pub fn name(&self, k: u32) -> &str {
        &self.topics[k as usize].name
    }

    /// The further words of topic `k`, as given.
    pub fn aliases(&self, k: u32) -> &[String] {
        &self.topics[k as usize].aliases
    }

    /// The topic of an id.
    pub fn find(&self, id: &str) -> Option<u32> {
        let at = self.topics.binary_search_by(|topic| topic.id.as_str().cmp(id));
        at.ok().map(|at| at as u32)
    }

    /// The topics right above `k`, ascending.
    pub fn parents(&self, k: u32) -> &[u32] {
        &self.parents[k as usize]
    }

    /// Every distinct topic above `k` with its shortest distance (1 for a parent), ascending by topic.
    /// Those further away than 255 steps are left out.
    pub fn ancestors(&self, k: u32) -> &[(u32, u8)] {
        &self.ancestors[k as usize]
    }

    /// Whether two topics are the same, one above the other, or have a parent in common.
    pub fn are_related(&self, a: u32, b: u32) -> bool {
        let is_above = |above: u32, below: u32| {
            let place = |ancestor: &(u32, u8)| ancestor.0.cmp(&above);
            self.ancestors(below).binary_search_by(place).is_ok()
        };
        a == b || is_above(a, b) || is_above(b, a) || have_common(self.parents(a), self.parents(b))
    }

    /// The edges between known topics as (parent, child, row), in the order in which they are taken.
    fn known(&self, edges: &[(String, String)], faults: &mut Vec<(usize, String)>) -> Vec<(u32, u32, usize)> {
        let mut known = Vec::with_capacity(edges.len());
        for (row, (parent, child)) in edges.iter().enumerate() {
            match (self.find(parent), self.find(child)) {
                (Some(above), Some(below)) if above == below => {
                    faults.push((row, format!("its own parent: {}", quoted(parent))));
                }
                (Some(above), Some(below)) => known.push((above, below, row)),
                (None, _) => faults.push((row, format!("unknown topic: {}", quoted(parent)))),
                (_, None) => faults.push((row, format!("unknown topic: {}", quoted(child)))),
            }
        }
        known.sort_unstable();
        known
    }

    /// Takes the edges one by one, but those that close a cycle.
    fn join(&mut self, edges: &[(u32, u32, usize)], faults: &mut Vec<(usize, String)>) {
        let mut last_walk = vec![0; self.topics.len()];
        let distinct = edges.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
        for (walk, same) in (1..).zip(distinct) {
            let (above, below, _) = same[0];
            if self.is_below(above, below, walk, &mut last_walk) {
                let (parent, child) = (quoted(self.id(above)), quoted(self.id(below)));
                let reason = format!("closes a cycle: {parent} is already below {child}");
                faults.extend(same.iter().map(|edge| (edge.2, reason.clone())));
            } else {
                // Ascending, as the edges are in the order of their parents.
                self.parents[below as usize].push(above);
            }
        }
    }

    /// Whether `topic` is below `other` by the edges taken so far. Each call is a walk with a number of its
    /// own; `last_walk` holds, by topic, the one that came by last.
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

    /// The closed ancestors of a topic.
    fn above(&self, topic: u32) -> Vec<(u32, u8)> {
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

/// Sorts topics by id; one row of each id stays.
fn distinct(topics: Vec<Topic>, faults: &mut Vec<(usize, String)>) -> Vec<Topic> {
    let mut rows: Vec<(Topic, usize)> = topics.into_iter().zip(0..).collect();
    rows.sort_unstable();
    let mut kept: Vec<Topic> = Vec::with_capacity(rows.len());
    for (topic, row) in rows {
        if topic.id.is_empty() {
            faults.push((row, "empty topic_id: the column is required".to_owned()));
        } else if kept.last().is_some_and(|last| last.id == topic.id) {
            faults.push((row, format!("topic_id given twice: {}", quoted(&topic.id))));
        } else {
            kept.push(topic);
        }
    }
    kept
}

/// An id as a reason spells it: at most 40 characters, none that steers a terminal.
fn quoted(id: &str) -> String {
    let shown = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    let clipped: String = id.chars().take(MAX_QUOTED).map(shown).collect();
    format!("'{clipped}'")
}

/// Whether two ascending lists share an item.
fn have_common(a: &[u32], b: &[u32]) -> bool {
    a.iter().any(|item| b.binary_search(item).is_ok())
}

#[cfg(test)]
#[path = "hierarchy_tests.rs"]
mod tests;
