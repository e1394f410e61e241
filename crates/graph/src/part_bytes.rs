//! Bytes of a part of a graph: little-endian numbers, each list after its length.

use super::cells::{CellEdge, TargetChunk};
use super::graph_part::{GraphPart, HubEdge, HubRow};

impl GraphPart {
    /// Encodes the part.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        push(&mut bytes, self.end as u64);
        push_list(&mut bytes, self.cuts.iter().map(|cut| *cut as u64));
        for chunk in &self.chunks {
            push_list(&mut bytes, chunk.starts().iter().map(|start| u64::from(*start)));
            push_list(&mut bytes, chunk.edges().iter().map(|edge| edge.to_bits()));
        }
        push(&mut bytes, self.hubs.len() as u64);
        for hub in &self.hubs {
            push(&mut bytes, hub.target as u64);
            let edge = |edge: &HubEdge| u64::from(edge.source) << 32 | u64::from(edge.weight);
            push_list(&mut bytes, hub.edges.iter().map(edge));
        }
        bytes
    }

    /// Decodes the bytes of [`GraphPart::to_bytes`]; `None` for incomplete ones.
    pub fn from_bytes(mut bytes: &[u8]) -> Option<GraphPart> {
        let end = take(&mut bytes)? as usize;
        let cuts: Vec<usize> = take_list(&mut bytes)?.map(|cut| cut as usize).collect();
        let mut chunks = Vec::with_capacity(cuts.len());
        for _ in &cuts {
            let starts = take_list(&mut bytes)?.map(|start| start as u32).collect();
            let edges = take_list(&mut bytes)?.map(CellEdge::from_bits).collect();
            chunks.push(TargetChunk::from_parts(starts, edges)?);
        }
        let mut hubs = Vec::new();
        for _ in 0..take(&mut bytes)? {
            let target = take(&mut bytes)? as usize;
            let edge = |bits: u64| HubEdge {
                source: (bits >> 32) as u32,
                weight: bits as u32,
            };
            let edges = take_list(&mut bytes)?.map(edge).collect();
            hubs.push(HubRow { target, edges });
        }
        let part = GraphPart {
            cuts,
            end,
            chunks,
            hubs,
        };
        bytes.is_empty().then_some(part)
    }
}

fn push(bytes: &mut Vec<u8>, number: u64) {
    bytes.extend_from_slice(&number.to_le_bytes());
}

fn push_list(bytes: &mut Vec<u8>, list: impl ExactSizeIterator<Item = u64>) {
    bytes.reserve(8 * (list.len() + 1));
    push(bytes, list.len() as u64);
    list.for_each(|number| push(bytes, number));
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let (number, rest) = bytes.split_first_chunk::<8>()?;
    *bytes = rest;
    Some(u64::from_le_bytes(*number))
}

fn take_list<'a>(bytes: &mut &'a [u8]) -> Option<impl Iterator<Item = u64> + use<'a>> {
    let length = usize::try_from(take(bytes)?).ok()?;
    let (list, rest) = bytes.split_at_checked(length.checked_mul(8)?)?;
    *bytes = rest;
    Some(list.as_chunks::<8>().0.iter().map(|number| u64::from_le_bytes(*number)))
}
