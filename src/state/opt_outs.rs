//! Keeps opt-outs permanently: the persons, and every account that they owned on that date or later.
//!
//! Only keyed hashes are kept. Ownership changes from day to day, so the set grows by load date, in order. A run after
//! a year of runs and a rebuild of that year give the same set.

use std::collections::BTreeSet;

use clout_base::ids::HashKey;
use clout_model::accounts::AccountIndex;

/// Hashes of opted-out persons and accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptOuts {
    /// Hashes of person ids.
    pub persons: BTreeSet<u128>,
    /// Hashes of (network, account id).
    pub accounts: BTreeSet<u128>,
}

/// Returns the hash of a person id.
pub fn hash_person(key: HashKey, person_id: &str) -> u128 {
    key.hash(&["person", person_id])
}

/// Returns the hash of an account.
pub fn hash_account(key: HashKey, network: &str, account_id: &str) -> u128 {
    key.hash(&["account", network, account_id])
}

impl OptOuts {
    /// Returns true if there are no opt-outs.
    pub fn is_empty(&self) -> bool {
        self.persons.is_empty() && self.accounts.is_empty()
    }

    /// Returns true if the person opted out, or if the id names an opted-out account (`<network>:<account_id>`).
    pub fn contains_person(&self, key: HashKey, person_id: &str) -> bool {
        let account = || {
            person_id
                .split_once(':')
                .map(|(network, id)| hash_account(key, network, id))
        };
        self.persons.contains(&hash_person(key, person_id))
            || account().is_some_and(|account| self.accounts.contains(&account))
    }

    /// Adds the persons that opted out on a load date. An account without an identity row, seen or not, is added if the
    /// person id names it.
    pub fn add_persons(
        &mut self,
        key: HashKey,
        person_ids: &[String],
        accounts: &AccountIndex,
        owners: &[Option<Box<str>>],
    ) {
        for person_id in person_ids {
            self.persons.insert(hash_person(key, person_id));
            let Some((network, account_id)) = person_id.split_once(':') else {
                continue;
            };
            let known = accounts
                .network_names()
                .iter()
                .position(|name| name == network)
                .and_then(|n| accounts.find(n, account_id));
            if known.is_none_or(|node| owners[node as usize].is_none()) {
                self.accounts.insert(hash_account(key, network, account_id));
            }
        }
    }

    /// Adds every account of an opted-out person under the current identities, and sets `is_opted_out` (by node) for all
    /// opted-out accounts.
    pub fn mark_accounts(
        &mut self,
        key: HashKey,
        accounts: &AccountIndex,
        owners: &[Option<Box<str>>],
        is_opted_out: &mut [bool],
    ) {
        if self.is_empty() {
            return;
        }
        for node in 0..accounts.len() as u32 {
            if is_opted_out[node as usize] || accounts.is_erased(node) {
                is_opted_out[node as usize] = true;
                continue;
            }
            let network = &accounts.network_names()[accounts.network_of(node)];
            let account = hash_account(key, network, accounts.id(node));
            let person = match &owners[node as usize] {
                Some(person_id) => hash_person(key, person_id),
                None => hash_person(key, &accounts.own_person_id(node)),
            };
            if self.persons.contains(&person) {
                self.accounts.insert(account);
            }
            is_opted_out[node as usize] = self.accounts.contains(&account);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: HashKey = HashKey::PUBLISHED;

    fn accounts() -> AccountIndex {
        AccountIndex::from_accounts(vec!["t".into()], [(0, "a"), (0, "b"), (0, "c")])
    }

    #[test]
    fn an_account_that_an_opted_out_person_owned_once_stays_out() {
        let accounts = accounts();
        let mut opted_out = OptOuts::default();
        let ada = |a: Option<&str>, b: Option<&str>| [a.map(Into::into), b.map(Into::into), None];
        let owners = ada(Some("ada"), None);
        opted_out.add_persons(KEY, &["ada".into()], &accounts, &owners);
        let mut is_opted_out = vec![false; 3];
        opted_out.mark_accounts(KEY, &accounts, &owners, &mut is_opted_out);
        assert_eq!(is_opted_out, [true, false, false]);
        // ada now owns account b, and bob owns account a.
        let mut is_opted_out = vec![false; 3];
        opted_out.mark_accounts(KEY, &accounts, &ada(Some("bob"), Some("ada")), &mut is_opted_out);
        assert_eq!(is_opted_out, [true, true, false]);
    }

    #[test]
    fn an_unclaimed_account_opts_out_by_its_own_name() {
        let accounts = accounts();
        let mut opted_out = OptOuts::default();
        let owners = [None, Some("ada".into()), None];
        opted_out.add_persons(
            KEY,
            &["t:a".into(), "t:b".into(), "t:unseen".into()],
            &accounts,
            &owners,
        );
        let mut is_opted_out = vec![false; 3];
        opted_out.mark_accounts(KEY, &accounts, &owners, &mut is_opted_out);
        assert_eq!(is_opted_out, [true, false, false], "b belongs to ada, not to t:b");
        assert!(opted_out.accounts.contains(&hash_account(KEY, "t", "unseen")));
    }
}
