//! Resolves the owners of accounts, and opt-outs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use clout_base::day::Day;

use super::{Account, verb_weight};
use crate::support::warehouse::Warehouse;

/// Identities and opt-outs until the snapshot date.
pub struct PeopleMap {
    /// Owner of each account, by date of a snapshot.
    owners: BTreeMap<i32, HashMap<Account, String>>,
    /// People that opted out, by date.
    opt_outs: BTreeMap<i32, HashSet<String>>,
    as_of: i32,
}

impl PeopleMap {
    /// Collects identities and opt-outs until `as_of`.
    pub fn new(warehouse: &Warehouse, as_of: Day) -> PeopleMap {
        let mut owners = BTreeMap::new();
        for (date, claims) in warehouse.identities.range(..=as_of) {
            let mut by_account: HashMap<Account, String> = HashMap::new();
            for [person, network, account] in claims.iter().filter(|claim| is_known(&claim[1])) {
                let owner = by_account
                    .entry((network.clone(), account.clone()))
                    .or_insert_with(|| person.clone());
                if person < owner {
                    *owner = person.clone();
                }
            }
            owners.insert(date.0, by_account);
        }
        let opt_outs = warehouse
            .opt_outs
            .range(..=as_of)
            .map(|(day, ids)| (day.0, ids.iter().cloned().collect()));
        PeopleMap {
            owners,
            opt_outs: opt_outs.collect(),
            as_of: as_of.0,
        }
    }

    /// Returns the owner of an account at the end of a day.
    fn owner(&self, account: &Account, day: i32) -> String {
        let newest = self.owners.range(..=day).next_back();
        let owner = newest.and_then(|(_, by_account)| by_account.get(account)).cloned();
        owner.unwrap_or_else(|| format!("{}:{}", account.0, account.1))
    }

    /// Returns the person that an account belongs to at the snapshot date.
    pub fn person(&self, account: &Account) -> String {
        self.owner(account, self.as_of)
    }

    /// Returns true if the account belonged to an opted-out person on any day from the opt-out until `day`.
    pub fn was_opted_out(&self, account: &Account, day: i32) -> bool {
        // Owners and opt-outs change on these days only.
        let days: BTreeSet<i32> = self
            .owners
            .keys()
            .chain(self.opt_outs.keys())
            .copied()
            .filter(|d| *d <= day)
            .collect();
        days.iter().any(|day| {
            let owner = self.owner(account, *day);
            self.opt_outs.range(..=day).any(|(_, persons)| persons.contains(&owner))
        })
    }

    /// Returns true if the account is opted out at the snapshot date.
    pub fn is_opted_out(&self, account: &Account) -> bool {
        self.was_opted_out(account, self.as_of)
    }

    /// Returns true if a person of this id opted out until the snapshot date.
    pub fn is_opted_out_person(&self, person_id: &str) -> bool {
        self.opt_outs.values().any(|persons| persons.contains(person_id))
    }

    /// Lists the accounts in the identities that count at the snapshot date.
    pub fn claimed_accounts(&self) -> Vec<Account> {
        self.owners
            .values()
            .next_back()
            .map(|owners| owners.keys().cloned().collect())
            .unwrap_or_default()
    }

    /// Lists the accounts in the accounts tables that count at the snapshot date.
    pub fn listed_accounts(&self, warehouse: &Warehouse) -> Vec<Account> {
        let mut newest: BTreeMap<&str, (i32, &Vec<String>)> = BTreeMap::new();
        for ((network, date), ids) in warehouse
            .accounts
            .iter()
            .filter(|((n, d), _)| d.0 <= self.as_of && is_known(n))
        {
            let best = newest.entry(network).or_insert((date.0, ids));
            if date.0 >= best.0 {
                *best = (date.0, ids);
            }
        }
        let all = newest
            .into_iter()
            .flat_map(|(network, (_, ids))| ids.iter().map(|id| (network.to_owned(), id.clone())));
        all.collect()
    }
}

fn is_known(network: &str) -> bool {
    let word = match network {
        "twitter" => "tweet",
        "foursquare" => "check_in",
        _ => "post",
    };
    verb_weight(network, word).is_some()
}
