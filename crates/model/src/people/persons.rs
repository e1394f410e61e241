//! Assignment of accounts to persons, by the identities in force on the snapshot date.

use rayon::prelude::*;

use crate::accounts::AccountIndex;

/// Marks an account without a person: an erased one.
pub const NO_PERSON: u32 = u32::MAX;

/// The owners of at least one account, in byte order of their person ids.
#[derive(Clone, Debug, Default)]
pub struct PersonMap {
    /// Person ids, ascending.
    pub ids: Vec<String>,
    /// Index into `ids` of each account node's person; [`NO_PERSON`] for erased accounts.
    pub by_account: Vec<u32>,
    /// Rank of each account node in order of (person, network, account id), so that sums over the accounts of a person
    /// have an order that does not depend on account numbers.
    pub account_ranks: Vec<u32>,
}

impl PersonMap {
    /// Assigns each account to its owner, or to a person of its own; erased accounts have none.
    pub fn from_owners(accounts: &AccountIndex, owners: &[Option<Box<str>>]) -> PersonMap {
        let mut named: Vec<(String, u32)> = (0..accounts.len() as u32)
            .into_par_iter()
            .filter(|node| !accounts.is_erased(*node))
            .map(|node| match &owners[node as usize] {
                Some(owner) => (owner.to_string(), node),
                None => (accounts.own_person_id(node), node),
            })
            .collect();
        let account = |node: u32| (accounts.network_of(node), accounts.id(node));
        named.par_sort_unstable_by(|a, b| {
            let by_person = a.0.as_bytes().cmp(b.0.as_bytes());
            by_person.then_with(|| account(a.1).cmp(&account(b.1)))
        });
        let mut persons = PersonMap {
            ids: Vec::with_capacity(named.len()),
            by_account: vec![NO_PERSON; accounts.len()],
            account_ranks: vec![0; accounts.len()],
        };
        for (rank, (id, node)) in named.into_iter().enumerate() {
            if persons.ids.last() != Some(&id) {
                persons.ids.push(id);
            }
            persons.by_account[node as usize] = persons.ids.len() as u32 - 1;
            persons.account_ranks[node as usize] = rank as u32;
        }
        persons
    }

    /// Creates the map of persons that each have the account node of the same number.
    pub fn of_single_accounts(ids: Vec<String>) -> PersonMap {
        let nodes: Vec<u32> = (0..ids.len() as u32).collect();
        PersonMap {
            ids,
            by_account: nodes.clone(),
            account_ranks: nodes,
        }
    }

    /// Groups the account nodes by person: returns the start of each person's nodes (and the end), and the nodes, in
    /// order of rank.
    pub fn group_accounts(&self) -> (Vec<usize>, Vec<u32>) {
        let mut starts = vec![0_usize; self.ids.len() + 1];
        let owned = || {
            self.by_account
                .iter()
                .enumerate()
                .filter(|(_, person)| **person != NO_PERSON)
        };
        owned().for_each(|(_, person)| starts[*person as usize + 1] += 1);
        for person in 0..self.ids.len() {
            starts[person + 1] += starts[person];
        }
        let mut next = starts.clone();
        let mut nodes = vec![0_u32; starts[self.ids.len()]];
        for (node, person) in owned() {
            nodes[next[*person as usize]] = node as u32;
            next[*person as usize] += 1;
        }
        for own in starts.windows(2).filter(|own| own[1] - own[0] > 1) {
            nodes[own[0]..own[1]].sort_unstable_by_key(|node| self.account_ranks[*node as usize]);
        }
        (starts, nodes)
    }

    /// Returns the number of persons.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Returns true if no person exists.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Returns the index of the person with this id.
    pub fn find_index(&self, person_id: &str) -> Option<u32> {
        self.ids
            .binary_search_by(|id| id.as_bytes().cmp(person_id.as_bytes()))
            .ok()
            .map(|index| index as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claimed_accounts_join_their_owner_and_others_are_separate_persons() {
        let names = vec!["facebook".to_owned(), "twitter".to_owned()];
        let accounts = AccountIndex::from_accounts(names, [(0, "a"), (0, "b"), (1, "a"), (1, "z")]);
        let owners = [Some("zoe".into()), None, Some("ada".into()), Some("zoe".into())];
        let persons = PersonMap::from_owners(&accounts, &owners);
        assert_eq!(persons.ids, ["ada", "facebook:b", "zoe"]);
        assert_eq!(persons.by_account, [2, 1, 0, 2]);
        assert_eq!(persons.group_accounts(), (vec![0, 1, 2, 4], vec![2, 1, 0, 3]));
        assert_eq!(persons.find_index("zoe"), Some(2));
        assert_eq!(persons.find_index("bob"), None);
    }
}
