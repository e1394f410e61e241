//! The change of one reactor's strength on each network between two snapshot dates.

use crate::influence::attention::Term;

/// One network's part of a reactor's strength s, from the previous date to the snapshot date.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flow {
    /// Index of the network.
    pub network: u8,
    /// s on the previous date, read on that date.
    pub before: f64,
    /// Part of `before`, read on the snapshot date, that left with opted-out people.
    pub gone: f64,
    /// Part of `before`, read on the snapshot date, that belongs to other persons now.
    pub moved_out: f64,
    /// Strength that belonged to other persons on the previous date, read on the snapshot date.
    pub moved_in: f64,
    /// Strength of the reactions of this load date.
    pub brought: f64,
    /// s on the snapshot date.
    pub after: f64,
}

impl Flow {
    /// Returns the part of `before` that stayed, read on the snapshot date.
    pub fn stayed(&self) -> f64 {
        if self.before > 0.0 {
            (self.after - self.brought - self.moved_in).max(0.0)
        } else {
            0.0
        }
    }

    /// Returns all of `before`, read on the snapshot date.
    pub fn faded(&self) -> f64 {
        self.stayed() + self.gone + self.moved_out
    }
}

/// The field of a [`Flow`] to which a strength is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// [`Flow::before`]
    Before,
    /// [`Flow::gone`]
    Gone,
    /// [`Flow::moved_out`]
    MovedOut,
    /// [`Flow::moved_in`]
    MovedIn,
    /// [`Flow::brought`]
    Brought,
    /// [`Flow::after`]
    After,
}

/// The flows of one edge in network order; the buffer is reused for each edge.
#[derive(Debug, Default)]
pub struct Flows {
    /// One flow per network.
    pub flows: Vec<Flow>,
}

impl Flows {
    /// Adds a strength to a field of the network's flow.
    pub fn add(&mut self, network: u8, way: Way, strength: f64) {
        let index = self.flows.partition_point(|flow| flow.network < network);
        if self.flows.get(index).is_none_or(|flow| flow.network != network) {
            let flow = Flow {
                network,
                ..Flow::default()
            };
            self.flows.insert(index, flow);
        }
        let flow = &mut self.flows[index];
        let slot = match way {
            Way::Before => &mut flow.before,
            Way::Gone => &mut flow.gone,
            Way::MovedOut => &mut flow.moved_out,
            Way::MovedIn => &mut flow.moved_in,
            Way::Brought => &mut flow.brought,
            Way::After => &mut flow.after,
        };
        *slot += strength;
    }

    /// Adds the strengths of all terms of an edge.
    pub fn add_terms(&mut self, terms: &[Term], way: Way) {
        for term in terms {
            self.add(term.network, way, term.strength);
        }
    }
}
