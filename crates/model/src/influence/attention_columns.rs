//! Columns of the edges of attention, filled range by range.
//!
//! Each range of target persons gets a part with room for all of its entries. It has fewer edges than entries, so gaps
//! remain, and [`Columns::close_gaps`] closes them. Memory is used from the moment it is written.

use super::attention_build::BuildPlan;
use super::edge_terms::{AttentionTerm, EdgeTerms};

/// Columns of all edges.
pub(super) struct Columns {
    pub(super) reactors: Vec<u32>,
    pub(super) amounts: Vec<f64>,
    networks: Vec<u8>,
    reactions: Vec<u32>,
    /// Empty if strengths are not kept.
    strengths: Vec<f64>,
    /// Empty without a day before.
    strengths_before: Vec<f64>,
    amounts_before: Vec<f64>,
}

/// Columns of the edges of one range.
pub(super) struct RangeColumns<'a> {
    reactors: &'a mut [u32],
    amounts: &'a mut [f64],
    networks: &'a mut [u8],
    reactions: &'a mut [u32],
    strengths: &'a mut [f64],
    strengths_before: &'a mut [f64],
    amounts_before: &'a mut [f64],
}

impl RangeColumns<'_> {
    /// Sets an edge of the range.
    pub(super) fn set(
        &mut self,
        edge: usize,
        reactor: u32,
        network: u8,
        amount: f64,
        before: f64,
        sum: &AttentionTerm,
    ) {
        self.reactors[edge] = reactor;
        self.amounts[edge] = amount;
        self.networks[edge] = network;
        self.reactions[edge] = sum.reactions;
        if let Some(strength) = self.strengths.get_mut(edge) {
            *strength = sum.strength;
        }
        if let Some(strength) = self.strengths_before.get_mut(edge) {
            *strength = sum.before;
            self.amounts_before[edge] = before;
        }
    }
}

impl Columns {
    /// Allocates columns for `edges` edges.
    pub(super) fn allocate(plan: &BuildPlan, edges: usize) -> Columns {
        let strengths = if plan.keeps_strengths || plan.has_before {
            edges
        } else {
            0
        };
        let before = if plan.has_before { edges } else { 0 };
        // Zeros come from the system as they are first written.
        Columns {
            reactors: vec![0; edges],
            amounts: vec![0.0; edges],
            networks: vec![0; edges],
            reactions: vec![0; edges],
            strengths: vec![0.0; strengths],
            strengths_before: vec![0.0; before],
            amounts_before: vec![0.0; before],
        }
    }

    /// Splits the columns into parts of these sizes.
    pub(super) fn split(&mut self, sizes: &[usize]) -> Vec<RangeColumns<'_>> {
        let (mut reactors, mut amounts) = (&mut self.reactors[..], &mut self.amounts[..]);
        let (mut networks, mut reactions) = (&mut self.networks[..], &mut self.reactions[..]);
        let (mut strengths, mut strengths_before) = (&mut self.strengths[..], &mut self.strengths_before[..]);
        let mut amounts_before = &mut self.amounts_before[..];
        let part = |size: &usize| RangeColumns {
            reactors: reactors.split_off_mut(..*size).unwrap_or_default(),
            amounts: amounts.split_off_mut(..*size).unwrap_or_default(),
            networks: networks.split_off_mut(..*size).unwrap_or_default(),
            reactions: reactions.split_off_mut(..*size).unwrap_or_default(),
            strengths: strengths.split_off_mut(..*size).unwrap_or_default(),
            strengths_before: strengths_before.split_off_mut(..*size).unwrap_or_default(),
            amounts_before: amounts_before.split_off_mut(..*size).unwrap_or_default(),
        };
        sizes.iter().map(part).collect()
    }

    /// Moves the first `edges` entries of each part of `sizes` together.
    pub(super) fn close_gaps(&mut self, sizes: &[usize], edges: &[usize]) {
        fn close<T: Copy + Send>(column: &mut Vec<T>, sizes: &[usize], edges: &[usize]) {
            if column.is_empty() {
                return;
            }
            let (mut from, mut to) = (0, 0);
            for (size, count) in sizes.iter().zip(edges) {
                column.copy_within(from..from + count, to);
                from += size;
                to += count;
            }
            column.truncate(to);
            column.shrink_to_fit();
        }
        rayon::scope(|scope| {
            scope.spawn(|_| close(&mut self.amounts, sizes, edges));
            scope.spawn(|_| close(&mut self.reactors, sizes, edges));
            scope.spawn(|_| close(&mut self.networks, sizes, edges));
            scope.spawn(|_| close(&mut self.reactions, sizes, edges));
            scope.spawn(|_| close(&mut self.strengths, sizes, edges));
            scope.spawn(|_| close(&mut self.strengths_before, sizes, edges));
            scope.spawn(|_| close(&mut self.amounts_before, sizes, edges));
        });
    }

    /// Moves the columns of terms to `terms`; returns the amounts on the day before.
    pub(super) fn take_terms(&mut self, terms: &mut EdgeTerms) -> Vec<f64> {
        terms.networks = std::mem::take(&mut self.networks);
        terms.reactions = std::mem::take(&mut self.reactions);
        terms.strengths = std::mem::take(&mut self.strengths);
        terms.before = std::mem::take(&mut self.strengths_before);
        std::mem::take(&mut self.amounts_before)
    }
}
