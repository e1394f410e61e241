//! The order of accounts by (person id, network, account id), without a text per account.
//!
//! Most persons are "`<network>:<account id>`", so ids that are compared are equal for many bytes. A key of twelve bytes
//! decides most comparisons without a look at the texts: one byte for the network prefix of the person id, or for the
//! range of ids between two prefixes, and the eleven bytes of the id after the prefix. The keys are in the order of the
//! ids, as far as they differ; equal keys are followed by a comparison of the whole texts.

use std::cmp::Ordering;

use rayon::prelude::*;

use crate::accounts::AccountIndex;

/// Number of prefixes that have a key of their own.
const MAX_PREFIXES: usize = 127;

/// Accounts with their owners.
pub(super) struct OwnedAccounts<'a> {
    accounts: &'a AccountIndex,
    owners: &'a [Option<Box<str>>],
    /// "`<network>:`" by network.
    network_prefixes: Vec<String>,
    /// Sorted prefixes, none of which begins with another one.
    key_prefixes: Vec<String>,
}

/// An account node with the key of its person id. Compares by the key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct KeyedNode {
    key: (u64, u32),
    /// Number of the account.
    pub(super) node: u32,
}

impl<'a> OwnedAccounts<'a> {
    /// Describes the accounts; `owners` is by account node.
    pub(super) fn new(accounts: &'a AccountIndex, owners: &'a [Option<Box<str>>]) -> OwnedAccounts<'a> {
        let names = accounts.network_names();
        let network_prefixes: Vec<String> = names.iter().map(|name| format!("{name}:")).collect();
        let mut key_prefixes = network_prefixes.clone();
        key_prefixes.sort_unstable();
        key_prefixes.dedup_by(|next, first| next.starts_with(first.as_str()));
        key_prefixes.truncate(MAX_PREFIXES);
        OwnedAccounts {
            accounts,
            owners,
            network_prefixes,
            key_prefixes,
        }
    }

    /// Returns the nodes of all accounts that are not erased, sorted by person id, network and account id.
    pub(super) fn sort(&self) -> Vec<KeyedNode> {
        let mut nodes: Vec<KeyedNode> = (0..self.accounts.len() as u32)
            .into_par_iter()
            .filter(|node| !self.accounts.is_erased(*node))
            .map(|node| self.keyed(node))
            .collect();
        nodes.par_sort_unstable_by(|a, b| {
            let by_person = a.key.cmp(&b.key).then_with(|| self.compare_persons(a.node, b.node));
            by_person.then_with(|| self.account(a.node).cmp(&self.account(b.node)))
        });
        nodes
    }

    /// Returns the id of the account's person in two parts.
    pub(super) fn person_id(&self, node: u32) -> (&str, &str) {
        match &self.owners[node as usize] {
            Some(owner) => ("", owner),
            None => (
                &self.network_prefixes[self.accounts.network_of(node)],
                self.accounts.id(node),
            ),
        }
    }

    /// Returns true if both accounts have the same person.
    pub(super) fn are_of_one_person(&self, a: &KeyedNode, b: &KeyedNode) -> bool {
        a.key == b.key && self.compare_persons(a.node, b.node).is_eq()
    }

    fn account(&self, node: u32) -> (usize, &str) {
        (self.accounts.network_of(node), self.accounts.id(node))
    }

    fn compare_persons(&self, a: u32, b: u32) -> Ordering {
        let (a, b) = (self.person_id(a), self.person_id(b));
        if a.0 == b.0 {
            return a.1.cmp(b.1);
        }
        a.0.bytes().chain(a.1.bytes()).cmp(b.0.bytes().chain(b.1.bytes()))
    }

    fn keyed(&self, node: u32) -> KeyedNode {
        let (first, second) = self.person_id(node);
        // Network prefixes are few, so a person id is found among them by its first part, unless it is an owner.
        let text = if first.is_empty() { second } else { first };
        let index = self.key_prefixes.partition_point(|prefix| prefix.as_str() <= text);
        let prefix = index.checked_sub(1).map(|last| self.key_prefixes[last].as_str());
        let code = match prefix.filter(|prefix| text.starts_with(prefix)) {
            Some(_) => 2 * index - 1,
            None => 2 * index,
        };
        let skipped = if code % 2 == 1 { prefix.map_or(0, str::len) } else { 0 };
        let mut bytes = [0; 12];
        bytes[0] = code as u8;
        let rest = first.bytes().chain(second.bytes()).skip(skipped);
        bytes[1..].iter_mut().zip(rest).for_each(|(to, byte)| *to = byte);
        let [high @ .., a, b, c, d] = bytes;
        KeyedNode {
            key: (u64::from_be_bytes(high), u32::from_be_bytes([a, b, c, d])),
            node,
        }
    }
}
