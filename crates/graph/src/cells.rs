//! Cells: the edges between a chunk of targets and a block of sources, by source, then by target.
//!
//! ```text
//! edge = source in the block (16 bits) | target in the chunk (16 bits) | weight as a whole number (32 bits)
//! ```
//!
//! The edges of a chunk are distributed to the blocks of their sources, target by target. Each cell is then sorted by
//! source: a radix sort of two digits of 8 bits, which keeps the order of the targets.

/// Largest number of targets in a chunk. Their sums fit the second level of the cache.
pub(super) const TARGET_CHUNK: usize = 1 << 15;

/// Number of sources in a block: as many as 16 bits can number.
pub(super) const SOURCE_BLOCK: usize = 1 << 16;

/// Length from which a radix sort of a cell is faster than comparisons. It does not affect the result.
const MIN_RADIX_SORT: usize = 128;

/// Number of values of a digit.
const DIGITS: usize = 1 << 8;

/// One edge in a cell. The order of the numbers is the order in a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CellEdge(u64);

impl CellEdge {
    fn new(source: u16, target: u16, weight: u32) -> CellEdge {
        CellEdge(u64::from(source) << 48 | u64::from(target) << 32 | u64::from(weight))
    }

    /// Returns the number that [`CellEdge::from_bits`] reads.
    pub(super) fn to_bits(self) -> u64 {
        self.0
    }

    pub(super) fn from_bits(bits: u64) -> CellEdge {
        CellEdge(bits)
    }

    pub(super) fn source(self) -> usize {
        (self.0 >> 48) as usize // Below SOURCE_BLOCK, which spares the kernel a bounds check.
    }

    pub(super) fn target(self) -> usize {
        usize::from((self.0 >> 32) as u16)
    }

    pub(super) fn weight(self) -> u32 {
        self.0 as u32
    }
}

/// The in-edges of the targets of one chunk.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TargetChunk {
    /// Start of each block's edges; one entry more than there are blocks.
    starts: Vec<u32>,
    edges: Vec<CellEdge>,
}

impl TargetChunk {
    /// Creates a chunk; `None` if a start is outside of the edges.
    pub(super) fn from_parts(starts: Vec<u32>, edges: Vec<CellEdge>) -> Option<TargetChunk> {
        let is_valid = starts.is_sorted() && starts.last().is_some_and(|end| *end as usize == edges.len());
        is_valid.then_some(TargetChunk { starts, edges })
    }

    pub(super) fn starts(&self) -> &[u32] {
        &self.starts
    }

    pub(super) fn edges(&self) -> &[CellEdge] {
        &self.edges
    }

    /// Returns the edges from the sources of each block.
    pub(super) fn cells(&self) -> impl Iterator<Item = &[CellEdge]> {
        self.starts
            .windows(2)
            .map(|ends| &self.edges[ends[0] as usize..ends[1] as usize])
    }

    /// Returns the edges from the sources of a block.
    pub(super) fn cell(&self, block: usize) -> &[CellEdge] {
        &self.edges[self.starts[block] as usize..self.starts[block + 1] as usize]
    }
}

/// Sorts the edges of one chunk at a time into cells.
pub(super) struct CellSorter {
    /// Edges by block of their source.
    blocks: Vec<Vec<CellEdge>>,
    scratch: Vec<CellEdge>,
}

impl CellSorter {
    pub(super) fn new(block_count: usize) -> CellSorter {
        CellSorter {
            blocks: vec![Vec::new(); block_count],
            scratch: Vec::new(),
        }
    }

    /// Adds an edge from the source in slot `source` to a target of the chunk. Targets must ascend.
    pub(super) fn push(&mut self, source: u32, target: u16, weight: u32) {
        let edge = CellEdge::new(source as u16, target, weight);
        self.blocks[source as usize / SOURCE_BLOCK].push(edge);
    }

    /// Returns the chunk of the edges, and removes them.
    pub(super) fn finish(&mut self) -> TargetChunk {
        let mut starts = vec![0];
        let mut edges = Vec::with_capacity(self.blocks.iter().map(Vec::len).sum());
        for block in &mut self.blocks {
            sort_cell(block, &mut self.scratch);
            edges.extend_from_slice(block);
            starts.push(edges.len() as u32);
            block.clear();
        }
        TargetChunk { starts, edges }
    }
}

/// Sorts edges, which are sorted by target, by source.
fn sort_cell(edges: &mut [CellEdge], scratch: &mut Vec<CellEdge>) {
    if edges.len() < MIN_RADIX_SORT {
        edges.sort_unstable(); // Each pair of source and target occurs once.
        return;
    }
    scratch.resize(edges.len(), CellEdge::default());
    distribute(edges, scratch, |edge| edge.source() % DIGITS);
    distribute(scratch, edges, |edge| edge.source() / DIGITS);
}

/// Sorts `edges` into `slots` by a digit; equal digits keep their order.
fn distribute(edges: &[CellEdge], slots: &mut [CellEdge], digit: impl Fn(CellEdge) -> usize) {
    let mut next = [0; DIGITS];
    edges.iter().for_each(|edge| next[digit(*edge)] += 1);
    let mut start = 0;
    for next in &mut next {
        start += std::mem::replace(next, start);
    }
    for edge in edges {
        let next = &mut next[digit(*edge)];
        slots[*next] = *edge;
        *next += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_lists_its_edges_by_source_then_by_target() {
        let mut sorter = CellSorter::new(2);
        for length in [3, 40 * MIN_RADIX_SORT] {
            let mut expected = [Vec::new(), Vec::new()];
            for index in 0..length {
                let (source, target) = ((index * 7_919) % (SOURCE_BLOCK + 500), (index / 3) as u16);
                sorter.push(source as u32, target, index as u32);
                expected[source / SOURCE_BLOCK].push((source % SOURCE_BLOCK, usize::from(target), index as u32));
            }
            let chunk = sorter.finish();
            for (block, expected) in expected.iter_mut().enumerate() {
                expected.sort_unstable();
                let edges = chunk.cell(block).iter();
                let found: Vec<_> = edges
                    .map(|edge| (edge.source(), edge.target(), edge.weight()))
                    .collect();
                assert_eq!(&found, expected, "{length} edges, block {block}");
            }
        }
    }
}
