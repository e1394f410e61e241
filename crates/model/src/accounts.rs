//! The node index: every account known tonight, numbered in canonical order.
//!
//! Canonical order is by `<network>:` and then by the account id's bytes. It depends on which accounts
//! exist and on nothing else, so state written after any sequence of nights has the same order, and
//! merging tonight's accounts into it keeps the order of everything that was sorted by account.

use arrow::array::{Array, LargeStringArray};

/// Marks the absence of an account where a node is expected.
pub const NO_NODE: u32 = u32::MAX;

/// The accounts by network; a node is a place in their concatenation.
#[derive(Clone, Debug)]
pub struct Accounts {
    names: Vec<String>,
    ids: Vec<LargeStringArray>,
    bases: Vec<u32>,
}

impl Accounts {
    /// Accounts of the networks `names` (in canonical order), each with its ids in order of bytes.
    pub fn new(names: Vec<String>, ids: Vec<LargeStringArray>) -> Accounts {
        let mut bases = vec![0_u32];
        for network in &ids {
            bases.push(bases[bases.len() - 1] + network.len() as u32);
        }
        Accounts { names, ids, bases }
    }

    /// No account, of the networks `names`.
    pub fn empty(names: Vec<String>) -> Accounts {
        let ids = names
            .iter()
            .map(|_| LargeStringArray::from(Vec::<&str>::new()))
            .collect();
        Accounts::new(names, ids)
    }

    /// Accounts in all.
    pub fn len(&self) -> usize {
        self.bases[self.bases.len() - 1] as usize
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The network names, in canonical order.
    pub fn network_names(&self) -> &[String] {
        &self.names
    }

    /// The nodes of a network.
    pub fn nodes(&self, network: usize) -> std::ops::Range<u32> {
        self.bases[network]..self.bases[network + 1]
    }

    /// The network of a node.
    pub fn network_of(&self, node: u32) -> usize {
        self.bases.partition_point(|base| *base <= node) - 1
    }

    /// The account id of a node.
    pub fn id(&self, node: u32) -> &str {
        let network = self.network_of(node);
        self.ids[network].value((node - self.bases[network]) as usize)
    }

    /// The node of an account, if it is known.
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

    /// The ids of one network, in order.
    pub fn ids(&self, network: usize) -> &LargeStringArray {
        &self.ids[network]
    }

    /// The accounts at `kept` (ascending), renumbered.
    pub fn subset(&self, kept: &[u32]) -> Accounts {
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
        Accounts::new(self.names.clone(), ids)
    }

    /// By node: the node of the same account in `other`, of the same networks. Both are in order, so this is a merge.
    pub fn places_in(&self, other: &Accounts) -> Vec<Option<u32>> {
        let mut places = Vec::with_capacity(self.len());
        for (network, ids) in self.ids.iter().enumerate() {
            let theirs = &other.ids[network];
            let mut place = 0;
            for id in ids.iter().flatten() {
                while place < theirs.len() && theirs.value(place).as_bytes() < id.as_bytes() {
                    place += 1;
                }
                let is_same = place < theirs.len() && theirs.value(place) == id;
                places.push(is_same.then(|| other.bases[network] + place as u32));
            }
        }
        places
    }

    /// The person that owns an account which no identity row names: `<network>:<account_id>`.
    pub fn own_person_id(&self, node: u32) -> String {
        format!("{}:{}", self.names[self.network_of(node)], self.id(node))
    }
}
