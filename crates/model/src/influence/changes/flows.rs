//! The change of one reactor's strength on each network between two snapshot dates.

/// One network's part of a reactor's strength s, from the previous date to the snapshot date.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StrengthFlow {
    /// Index of the network.
    pub network: u8,
    /// s on the previous date, read on that date.
    pub before: f64,
    /// Part of `before`, read on the snapshot date, that left with opted-out people.
    pub opted_out: f64,
    /// Part of `before`, read on the snapshot date, that belongs to other persons now.
    pub moved_out: f64,
    /// Strength that belonged to other persons on the previous date, read on the snapshot date.
    pub moved_in: f64,
    /// Strength of the reactions of this load date.
    pub added: f64,
    /// s on the snapshot date.
    pub after: f64,
}

impl StrengthFlow {
    /// Returns the part of `before` that stayed, read on the snapshot date.
    pub fn stayed(&self) -> f64 {
        if self.before > 0.0 {
            (self.after - self.added - self.moved_in).max(0.0)
        } else {
            0.0
        }
    }

    /// Returns all of `before`, read on the snapshot date.
    pub fn faded(&self) -> f64 {
        self.stayed() + self.opted_out + self.moved_out
    }
}

/// The field of a [`StrengthFlow`] to which a strength is added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowField {
    /// [`StrengthFlow::before`]
    Before,
    /// [`StrengthFlow::opted_out`]
    OptedOut,
    /// [`StrengthFlow::moved_out`]
    MovedOut,
    /// [`StrengthFlow::moved_in`]
    MovedIn,
    /// [`StrengthFlow::added`]
    Added,
    /// [`StrengthFlow::after`]
    After,
}

/// The flows of one edge in network order; the buffer is reused for each edge.
#[derive(Debug, Default)]
pub struct NetworkFlows {
    /// One flow per network.
    pub flows: Vec<StrengthFlow>,
}

impl NetworkFlows {
    /// Adds a strength to a field of the network's flow.
    pub fn add_strength(&mut self, network: u8, way: FlowField, strength: f64) {
        let index = self.flows.partition_point(|flow| flow.network < network);
        if self.flows.get(index).is_none_or(|flow| flow.network != network) {
            let flow = StrengthFlow {
                network,
                ..StrengthFlow::default()
            };
            self.flows.insert(index, flow);
        }
        let flow = &mut self.flows[index];
        let slot = match way {
            FlowField::Before => &mut flow.before,
            FlowField::OptedOut => &mut flow.opted_out,
            FlowField::MovedOut => &mut flow.moved_out,
            FlowField::MovedIn => &mut flow.moved_in,
            FlowField::Added => &mut flow.added,
            FlowField::After => &mut flow.after,
        };
        *slot += strength;
    }
}
