//! Weighted random choice of an account of a network and a field, with probability proportional to pull.
//!
//! Weights are stored as running sums of integers, one list per network and field. A choice is a binary search, so
//! the cost of a warehouse grows with the number of people times its logarithm.

use super::network::SampleNetwork;
use super::people::SamplePeople;
use super::rng::StreamRng;
use super::topic_table::FIELDS;

/// Weighted list of accounts.
#[derive(Clone, Default)]
struct WeightedList {
    accounts: Vec<u32>,
    /// `sums[i]` is the total pull of the accounts up to and including `i`.
    sums: Vec<u64>,
}

impl WeightedList {
    fn put(&mut self, account: u32, pull: u64) {
        let sum = self.sums.last().copied().unwrap_or(0) + pull;
        self.accounts.push(account);
        self.sums.push(sum);
    }

    fn draw(&self, dice: &mut StreamRng) -> Option<u32> {
        let ticket = dice.below(*self.sums.last()?);
        let at = self.sums.partition_point(|&sum| sum <= ticket);
        self.accounts.get(at).copied()
    }
}

/// Weighted lists of all networks and fields.
pub(crate) struct WeightedAccounts {
    urns: Vec<WeightedList>,
}

impl WeightedAccounts {
    /// Adds each account with a positive pull to the list of its owner's first field.
    pub(crate) fn new(people: &SamplePeople) -> Self {
        let mut urns = vec![WeightedList::default(); SampleNetwork::ALL.len() * FIELDS.len()];
        for (index, account) in people.accounts.iter().enumerate() {
            let owner = &people.persons[account.person as usize];
            if owner.pull > 0 {
                urns[list_index(account.network, owner.fields[0])].put(index as u32, owner.pull);
            }
        }
        WeightedAccounts { urns }
    }

    /// Draws an account of the network with the field; none if there is no such account.
    pub(crate) fn draw(&self, dice: &mut StreamRng, network: SampleNetwork, field: usize) -> Option<u32> {
        self.urns[list_index(network, field)].draw(dice)
    }

    /// Draws an account that `actor` notices: from the owner's first field in 14 draws of 20, from the second in 4,
    /// from any in 2.
    pub(crate) fn draw_noticed(&self, dice: &mut StreamRng, people: &SamplePeople, actor: u32) -> Option<u32> {
        let network = people.accounts[actor as usize].network;
        let [first, second] = people.owner(actor).fields;
        let field = match dice.below(20) {
            0..=13 => first,
            14..=17 => second,
            _ => dice.index(FIELDS.len()),
        };
        self.draw(dice, network, field)
    }
}

fn list_index(network: SampleNetwork, field: usize) -> usize {
    network as usize * FIELDS.len() + field
}

#[cfg(test)]
mod tests {
    use super::super::rng::RngStream;
    use super::*;

    #[test]
    fn accounts_are_drawn_in_proportion_to_pull() {
        let mut urn = WeightedList::default();
        for (account, pull) in [(10, 1), (11, 0), (12, 3)] {
            urn.put(account, pull);
        }
        let mut dice = StreamRng::new(3, RngStream::People);
        let draws: Vec<_> = (0..4_000).filter_map(|_| urn.draw(&mut dice)).collect();
        let heavy = draws.iter().filter(|&&account| account == 12).count();
        assert_eq!(draws.len(), 4_000);
        assert!((2_800..3_200).contains(&heavy), "{heavy}");
        assert!(!draws.contains(&11));
        assert_eq!(WeightedList::default().draw(&mut dice), None);
    }
}
