//! Numbers all known accounts (nodes) in canonical order.
//!
//! Canonical order is by `<network>:` and then by the bytes of the account id. It depends on the set of accounts only,
//! so the state has the same order after any sequence of runs, and merging new accounts into it keeps all data sorted
//! by account in order.

use arrow::array::{Array, LargeStringArray};

/// Marks no account, as in the target of a post.
pub const NO_NODE: u32 = u32::MAX;

/// Accounts by network; a node is an index into their concatenation.
#[derive(Clone, Debug)]
pub struct AccountIndex {
    names: Vec<String>,
    ids: Vec<LargeStringArray>,
    bases: Vec<u32>,
}

impl AccountIndex {
    /// Creates the index for the networks `names` (in canonical order), each with its ids in byte order.
    pub fn new(names: Vec<String>, ids: Vec<LargeStringArray>) -> AccountIndex {
        let mut bases = vec![0_u32];
        for network in &ids {
            bases.push(bases[bases.len() - 1] + network.len() as u32);
        }
        AccountIndex { names, ids, bases }
    }

    /// Creates an index without accounts for the networks `names`.
    pub fn empty(names: Vec<String>) -> AccountIndex {
        let ids = names
            .iter()
            .map(|_| LargeStringArray::from(Vec::<&str>::new()))
            .collect();
        AccountIndex::new(names, ids)
    }

    /// Returns the number of accounts.
    pub fn len(&self) -> usize {
        self.bases[self.bases.len() - 1] as usize
    }

    /// Returns true if there is no account.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the network names, in canonical order.
    pub fn network_names(&self) -> &[String] {
        &self.names
    }

    /// Returns the nodes of a network.
    pub fn nodes(&self, network: usize) -> std::ops::Range<u32> {
        self.bases[network]..self.bases[network + 1]
    }

    /// Returns the network of a node.
    pub fn network_of(&self, node: u32) -> usize {
        self.bases.partition_point(|base| *base <= node) - 1
    }

    /// Returns the account id of a node.
    pub fn id(&self, node: u32) -> &str {
        let network = self.network_of(node);
        self.ids[network].value((node - self.bases[network]) as usize)
    }

    /// Returns the node of an account, if it is known.
    pub fn find(&self, network: usize, account_id: &str) -> Option<u32> {
        let ids = &self.ids[network];
        let (mut low, mut high) = (0, ids.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match ids.value(middle).as_bytes().cmp(account_id.as_bytes()) {
                std::cmp::Ordering::Equal => return Some(self.bases[network] + middle as u32),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Returns the ids of one network, in byte order.
    pub fn ids(&self, network: usize) -> &LargeStringArray {
        &self.ids[network]
    }

    /// Returns an index of only the nodes `kept` (ascending), renumbered.
    pub fn subset(&self, kept: &[u32]) -> AccountIndex {
        let mut rest = kept;
        let ids = (0..self.names.len())
            .map(|network| {
                let (mine, others) = rest.split_at(rest.partition_point(|node| *node < self.bases[network + 1]));
                rest = others;
                mine.iter()
                    .map(|node| Some(self.ids[network].value((node - self.bases[network]) as usize)))
                    .collect()
            })
            .collect();
        AccountIndex::new(self.names.clone(), ids)
    }

    /// Returns, by node, the node of the same account in `other`, which must have the same networks. Both are sorted,
    /// so this is a merge.
    pub fn nodes_in(&self, other: &AccountIndex) -> Vec<Option<u32>> {
        let mut places = Vec::with_capacity(self.len());
        for (network, ids) in self.ids.iter().enumerate() {
            let theirs = &other.ids[network];
            let mut position = 0;
            for id in ids.iter().flatten() {
                while position < theirs.len() && theirs.value(position).as_bytes() < id.as_bytes() {
                    position += 1;
                }
                let is_same = position < theirs.len() && theirs.value(position) == id;
                places.push(is_same.then(|| other.bases[network] + position as u32));
            }
        }
        places
    }

    /// Returns the person id of an account without an identity row: `<network>:<account_id>`.
    pub fn own_person_id(&self, node: u32) -> String {
        format!("{}:{}", self.names[self.network_of(node)], self.id(node))
    }
}
