//! How one reactor's strength on each network went from one night to the next.

use crate::influence::attention::Term;

/// One network's part of a reactor's strength s, on its way from the night before to tonight.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flow {
    /// Place of the network.
    pub network: u8,
    /// s on the night before, read then.
    pub before: f64,
    /// Of that, read tonight, what went with people who opted out.
    pub gone: f64,
    /// Of that, read tonight, what belongs to other persons now.
    pub moved_out: f64,
    /// What belonged to other persons the night before, read tonight.
    pub moved_in: f64,
    /// What today's load date brought.
    pub brought: f64,
    /// s tonight.
    pub after: f64,
}

impl Flow {
    /// What was there the night before and stayed, read tonight.
    pub fn stayed(&self) -> f64 {
        if self.before > 0.0 {
            (self.after - self.brought - self.moved_in).max(0.0)
        } else {
            0.0
        }
    }

    /// Everything that was there the night before, read tonight.
    pub fn faded(&self) -> f64 {
        self.stayed() + self.gone + self.moved_out
    }
}

/// Where a strength belongs in a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// See [`Flow::before`].
    Before,
    /// See [`Flow::gone`].
    Gone,
    /// See [`Flow::moved_out`].
    MovedOut,
    /// See [`Flow::moved_in`].
    MovedIn,
    /// See [`Flow::brought`].
    Brought,
    /// See [`Flow::after`].
    After,
}

/// The flows of one edge, in order of networks; used again for every edge.
#[derive(Debug, Default)]
pub struct Flows {
    /// One a network.
    pub flows: Vec<Flow>,
}

impl Flows {
    /// Adds a strength.
    pub fn add(&mut self, network: u8, way: Way, strength: f64) {
        let place = self.flows.partition_point(|flow| flow.network < network);
        if self.flows.get(place).is_none_or(|flow| flow.network != network) {
            let flow = Flow {
                network,
                ..Flow::default()
            };
            self.flows.insert(place, flow);
        }
        let flow = &mut self.flows[place];
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

    /// Adds the terms of an edge.
    pub fn add_terms(&mut self, terms: &[Term], way: Way) {
        for term in terms {
            self.add(term.network, way, term.strength);
        }
    }
}
