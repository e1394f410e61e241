//! Assignment of accounts to persons, by the identities in force on the snapshot date.

use rayon::prelude::*;

use crate::accounts::AccountIndex;

/// The owners of at least one account, in byte order of their person ids.
#[derive(Clone, Debug, Default)]
pub struct PersonMap {
    /// Person ids, ascending.
    pub ids: Vec<String>,
    /// Index into `ids` of each account node's person.
    pub by_account: Vec<u32>,
}

impl PersonMap {
    /// Assigns each account to its owner, or to a person of its own.
    pub fn from_owners(accounts: &AccountIndex, owners: &[Option<Box<str>>]) -> PersonMap {
        let mut named: Vec<(String, u32)> = (0..accounts.len() as u32)
            .into_par_iter()
            .map(|node| match &owners[node as usize] {
                Some(owner) => (owner.to_string(), node),
                None => (accounts.own_person_id(node), node),
            })
            .collect();
        // Accounts are almost in person order already, so a merge sort is fast.
        named.par_sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        let mut persons = PersonMap {
            ids: Vec::with_capacity(named.len()),
            by_account: vec![0; named.len()],
        };
        for (id, node) in named {
            if persons.ids.last() != Some(&id) {
                persons.ids.push(id);
            }
            persons.by_account[node as usize] = persons.ids.len() as u32 - 1;
        }
        persons
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
    use arrow::array::LargeStringArray;

    use super::*;

    #[test]
    fn claimed_accounts_join_their_owner_and_others_are_separate_persons() {
        let names = vec!["facebook".to_owned(), "twitter".to_owned()];
        let ids = vec![
            LargeStringArray::from(vec!["a", "b"]),
            LargeStringArray::from(vec!["a", "z"]),
        ];
        let accounts = AccountIndex::new(names, ids);
        let owners = [Some("zoe".into()), None, Some("ada".into()), Some("zoe".into())];
        let persons = PersonMap::from_owners(&accounts, &owners);
        assert_eq!(persons.ids, ["ada", "facebook:b", "zoe"]);
        assert_eq!(persons.by_account, [2, 1, 0, 2]);
        assert_eq!(persons.find_index("zoe"), Some(2));
        assert_eq!(persons.find_index("bob"), None);
    }
}
