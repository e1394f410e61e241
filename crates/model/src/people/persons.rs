//! Accounts become persons, by the identities in force on the snapshot date.

use rayon::prelude::*;

use crate::accounts::Accounts;

/// The persons who own at least one account, in order of their ids' bytes.
#[derive(Clone, Debug, Default)]
pub struct Persons {
    /// Person ids, ascending.
    pub ids: Vec<String>,
    /// By account node: the person's place in `ids`.
    pub of_account: Vec<u32>,
}

impl Persons {
    /// Gives every account to its owner, or to the person of its own name.
    pub fn assign(accounts: &Accounts, owners: &[Option<Box<str>>]) -> Persons {
        let mut named: Vec<(String, u32)> = (0..accounts.len() as u32)
            .into_par_iter()
            .map(|node| match &owners[node as usize] {
                Some(owner) => (owner.to_string(), node),
                None => (accounts.own_person_id(node), node),
            })
            .collect();
        // Canonical account order is nearly person order already, which a merge sort makes use of.
        named.par_sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        let mut persons = Persons {
            ids: Vec::with_capacity(named.len()),
            of_account: vec![0; named.len()],
        };
        for (id, node) in named {
            if persons.ids.last() != Some(&id) {
                persons.ids.push(id);
            }
            persons.of_account[node as usize] = persons.ids.len() as u32 - 1;
        }
        persons
    }

    /// Number of persons.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The person with this id.
    pub fn find(&self, person_id: &str) -> Option<u32> {
        self.ids
            .binary_search_by(|id| id.as_bytes().cmp(person_id.as_bytes()))
            .ok()
            .map(|place| place as u32)
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::LargeStringArray;

    use super::*;

    #[test]
    fn claimed_accounts_join_their_owner_and_others_stand_alone() {
        let names = vec!["facebook".to_owned(), "twitter".to_owned()];
        let ids = vec![
            LargeStringArray::from(vec!["a", "b"]),
            LargeStringArray::from(vec!["a", "z"]),
        ];
        let accounts = Accounts::new(names, ids);
        let owners = [Some("zoe".into()), None, Some("ada".into()), Some("zoe".into())];
        let persons = Persons::assign(&accounts, &owners);
        assert_eq!(persons.ids, ["ada", "facebook:b", "zoe"]);
        assert_eq!(persons.of_account, [2, 1, 0, 2]);
        assert_eq!(persons.find("zoe"), Some(2));
        assert_eq!(persons.find("bob"), None);
    }
}
