//! Builds the graph of attention from entries, one range of target persons after the other.

use std::convert::Infallible;
use std::ops::Range;

use rayon::prelude::*;

use super::attention::AttentionGraph;
use super::attention_columns::{Columns, RangeColumns};
use super::attention_entries::{AttentionEntry, BEFORE, NOW, PersonRanges};
use super::edge_terms::{AttentionTerm, EdgeTerms, sum_terms};
use super::past_attention::{PastAttention, PastEdge};
use super::reaction_acts::ReactionActs;
use super::weights::saturate;

/// Entries of one range of target persons, in any order.
pub trait RangeEntries: Send {
    /// Reason why entries cannot be read.
    type Error: Send;

    /// Returns the number of entries.
    fn count(&self) -> usize;

    /// Returns the entries.
    ///
    /// # Errors
    /// Returns an error if they cannot be read.
    fn take(self) -> Result<Vec<Vec<AttentionEntry>>, Self::Error>;
}

impl RangeEntries for Vec<Vec<AttentionEntry>> {
    type Error = Infallible;

    fn count(&self) -> usize {
        self.iter().map(Vec::len).sum()
    }

    fn take(self) -> Result<Vec<Vec<AttentionEntry>>, Infallible> {
        Ok(self)
    }
}

/// What to build.
#[derive(Clone, Copy, Debug)]
pub struct BuildPlan {
    /// Ranges of persons.
    pub ranges: PersonRanges,
    /// Number of networks.
    pub networks: usize,
    /// Saturation of repeated reactions.
    pub beta: f64,
    /// True to keep the strengths of edges with one term.
    pub keeps_strengths: bool,
    /// True if the entries are of two dates; strengths are kept then.
    pub has_before: bool,
}

/// The graph, and what else the entries say.
#[derive(Debug)]
pub struct AttentionParts {
    /// Graph at the moment.
    pub graph: AttentionGraph,
    /// Attention of the day before, if the entries are of two dates.
    pub before: Option<PastAttention>,
    /// Presence of persons, and counts of reactions.
    pub acts: ReactionActs,
}

/// Edges of one range.
struct RangeEdges {
    /// Number of edges by target.
    counts: Vec<u32>,
    /// As in [`EdgeTerms`], by edge of the range.
    several: Vec<(usize, usize)>,
    terms: Vec<AttentionTerm>,
    past: Vec<PastEdge>,
}

/// Builds the graph from the entries of all ranges of persons, in order.
///
/// # Errors
/// Returns an error if the entries of a range cannot be read.
pub fn build<E: RangeEntries>(plan: &BuildPlan, entries: Vec<E>) -> Result<AttentionParts, E::Error> {
    let ranges = plan.ranges;
    let sizes: Vec<usize> = entries.iter().map(E::count).collect();
    let mut columns = Columns::allocate(plan, sizes.iter().sum());
    let acts = ReactionActs::new(ranges.person_count(), plan.networks);
    let tasks: Vec<(usize, E, RangeColumns)> = (0..)
        .zip(entries)
        .zip(columns.split(&sizes))
        .map(|((range, entries), columns)| (range, entries, columns))
        .collect();
    let build_range = |sorted: &mut Vec<AttentionEntry>, (range, entries, columns): (usize, E, RangeColumns)| {
        let persons = ranges.persons(range);
        sort_by_target(entries.take()?, persons.clone(), sorted);
        acts.add(sorted);
        let mut builder = RangeBuilder::new(plan, columns, persons);
        sorted
            .chunk_by(|a, b| a.target == b.target)
            .for_each(|own| builder.add_target(own));
        Ok(builder.edges)
    };
    let tasks = tasks.into_par_iter().with_max_len(1);
    let built: Vec<RangeEdges> = tasks.map_init(Vec::new, build_range).collect::<Result<_, E::Error>>()?;
    Ok(join(plan, columns, &sizes, built, acts))
}

/// Joins the edges of all ranges.
fn join(
    plan: &BuildPlan,
    mut columns: Columns,
    sizes: &[usize],
    built: Vec<RangeEdges>,
    acts: ReactionActs,
) -> AttentionParts {
    let edges: Vec<usize> = built
        .iter()
        .map(|range| range.counts.iter().map(|count| *count as usize).sum())
        .collect();
    columns.close_gaps(sizes, &edges);
    let mut offsets = Vec::with_capacity(plan.ranges.person_count() + 1);
    offsets.push(0);
    let mut terms = EdgeTerms::default();
    let mut past = Vec::new();
    let mut end = 0;
    for range in built {
        let (first_edge, first_term) = (end, terms.terms.len());
        for count in &range.counts {
            end += *count as usize;
            offsets.push(end);
        }
        let shifted = range.several.iter();
        terms
            .several
            .extend(shifted.map(|(edge, end)| (first_edge + edge, first_term + end)));
        terms.terms.extend(range.terms);
        past.extend(range.past);
    }
    let amounts_before = columns.take_terms(&mut terms);
    AttentionParts {
        graph: AttentionGraph {
            offsets,
            reactors: columns.reactors,
            amounts: columns.amounts,
            terms,
        },
        before: plan.has_before.then_some(PastAttention {
            amounts: amounts_before,
            edges: past,
        }),
        acts,
    }
}

/// Sorts entries by target and [order](AttentionEntry::order).
fn sort_by_target(parts: Vec<Vec<AttentionEntry>>, persons: Range<usize>, sorted: &mut Vec<AttentionEntry>) {
    let mut ends = vec![0_usize; persons.len() + 1];
    let slot = |entry: &AttentionEntry| entry.target as usize - persons.start;
    parts.iter().flatten().for_each(|entry| ends[slot(entry) + 1] += 1);
    for person in 0..persons.len() {
        ends[person + 1] += ends[person];
    }
    sorted.clear();
    sorted.resize(ends[persons.len()], AttentionEntry::default());
    let mut next = ends.clone();
    for part in parts {
        for entry in &part {
            let slot = &mut next[slot(entry)];
            sorted[*slot] = *entry;
            *slot += 1;
        }
    }
    for bounds in ends.windows(2) {
        sorted[bounds[0]..bounds[1]].sort_unstable_by_key(AttentionEntry::order);
    }
}

/// Builder of the edges of one range.
struct RangeBuilder<'a> {
    plan: &'a BuildPlan,
    columns: RangeColumns<'a>,
    first_person: usize,
    edges: RangeEdges,
    edge_count: usize,
    /// Terms of the current edge.
    own_terms: Vec<AttentionTerm>,
}

impl<'a> RangeBuilder<'a> {
    fn new(plan: &'a BuildPlan, columns: RangeColumns<'a>, persons: Range<usize>) -> RangeBuilder<'a> {
        RangeBuilder {
            plan,
            columns,
            first_person: persons.start,
            edges: RangeEdges {
                counts: vec![0; persons.len()],
                several: Vec::new(),
                terms: Vec::new(),
                past: Vec::new(),
            },
            edge_count: 0,
            own_terms: Vec::new(),
        }
    }

    /// Adds the entries of a target, sorted.
    fn add_target(&mut self, entries: &[AttentionEntry]) {
        for own in entries.chunk_by(|a, b| a.reactor == b.reactor) {
            collect_terms(own, &mut self.own_terms);
            let dates = own.iter().fold(0, |dates, entry| dates | entry.dates);
            let (network, sum) = sum_terms(&self.own_terms);
            let before = match dates & BEFORE {
                0 => f64::NAN,
                _ => saturate(sum.before, self.plan.beta),
            };
            if dates & NOW == 0 {
                self.edges.past.push(PastEdge {
                    target: own[0].target,
                    reactor: own[0].reactor,
                    amount: before,
                    terms: self.own_terms.clone(),
                });
                continue;
            }
            let amount = saturate(sum.strength, self.plan.beta);
            self.columns
                .set(self.edge_count, own[0].reactor, network, amount, before, &sum);
            self.edge_count += 1;
            self.edges.counts[own[0].target as usize - self.first_person] += 1;
            if self.own_terms.len() > 1 {
                self.edges.terms.extend_from_slice(&self.own_terms);
                self.edges.several.push((self.edge_count - 1, self.edges.terms.len()));
            }
        }
    }
}

/// Sums the entries of an edge by network.
fn collect_terms(entries: &[AttentionEntry], terms: &mut Vec<AttentionTerm>) {
    terms.clear();
    for same in entries.chunk_by(|a, b| a.network == b.network) {
        let mut term = AttentionTerm {
            network: same[0].network,
            ..AttentionTerm::default()
        };
        for entry in same {
            term.reactions = term.reactions.saturating_add(entry.reactions);
            term.strength += entry.strength;
            term.before += entry.before;
        }
        terms.push(term);
    }
}
