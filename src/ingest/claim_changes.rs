//! Compares identities snapshots: the share of claimed accounts that one drops from the one before.
//!
//! A claim is dropped if no person claims its account any more. An account that moves to another person is not dropped:
//! the check is about snapshots that shrink. Among few claims a person with a new account would look like a loss, so
//! only their number counts. Only hashes are compared.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

use clout_base::day::Day;

/// Number of claims below which only their number is compared.
const FEW_CLAIMS: usize = 20;

/// Claim as hashes of its account and of its person.
type ClaimKey = (u64, u64);

/// Hashes of the claims of one snapshot, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimKeys(Vec<ClaimKey>);

impl ClaimKeys {
    /// Hashes claims given as `[network, account id, person id]`.
    pub fn from_claims<'a>(claims: impl Iterator<Item = [&'a str; 3]>) -> ClaimKeys {
        let mut keys: Vec<ClaimKey> = claims
            .map(|claim| (hash_texts(&claim[..2]), hash_person(claim[2])))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        ClaimKeys(keys)
    }

    fn has_account(&self, account: u64) -> bool {
        let first = self.0.partition_point(|(other, _)| *other < account);
        self.0.get(first).is_some_and(|(other, _)| *other == account)
    }
}

/// Hashes a person id as in [`ClaimKeys`].
pub(super) fn hash_person(person_id: &str) -> u64 {
    hash_texts(&[person_id])
}

fn hash_texts(texts: &[&str]) -> u64 {
    let mut hasher = FixedState::default().build_hasher();
    for text in texts {
        hasher.write_usize(text.len());
        hasher.write(text.as_bytes());
    }
    hasher.finish()
}

/// Change from one identities snapshot to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimChange {
    /// Load date of the later snapshot.
    pub load_date: Day,
    /// Number of claims before.
    pub before: usize,
    /// Number of claims in the later snapshot.
    pub after: usize,
    /// Share of the claims before that the later snapshot drops, from 0 to 1.
    pub dropped: f64,
}

/// Changes between the identities snapshots of a run, in order of load date.
#[derive(Clone, Debug, Default)]
pub struct ClaimChanges {
    first: Option<(Day, ClaimKeys, HashSet<u64>)>,
    newest: Option<ClaimKeys>,
    changes: Vec<ClaimChange>,
}

impl ClaimChanges {
    /// Adds the next snapshot. Claims of persons in `opted_out` (hashes) may be missing from it.
    pub(super) fn add_snapshot(&mut self, load_date: Day, keys: ClaimKeys, opted_out: &HashSet<u64>) {
        match &self.newest {
            Some(before) => self.changes.push(compare(before, &keys, load_date, opted_out)),
            None => self.first = Some((load_date, keys.clone(), opted_out.clone())),
        }
        self.newest = Some(keys);
    }

    /// Returns all changes, the first one from the claims of an earlier run.
    pub fn list_from(&self, earlier: impl FnOnce() -> ClaimKeys) -> Vec<ClaimChange> {
        let first = self.first.as_ref();
        let first = first.map(|(day, keys, opted_out)| compare(&earlier(), keys, *day, opted_out));
        first.into_iter().chain(self.changes.iter().cloned()).collect()
    }
}

fn compare(before: &ClaimKeys, after: &ClaimKeys, load_date: Day, opted_out: &HashSet<u64>) -> ClaimChange {
    let expected = before.0.iter().filter(|(_, person)| !opted_out.contains(person));
    let (mut count, mut missing) = (0, 0);
    for key in expected {
        count += 1;
        missing += usize::from(!after.has_account(key.0));
    }
    let dropped = match count < FEW_CLAIMS {
        true => count.saturating_sub(after.0.len()),
        false => missing,
    };
    ClaimChange {
        load_date,
        before: count,
        after: after.0.len(),
        dropped: dropped as f64 / count.max(1) as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(claims: &[[&str; 3]]) -> ClaimKeys {
        ClaimKeys::from_claims(claims.iter().copied())
    }

    /// Hashes the claims of these accounts, each by the person.
    fn owned(accounts: std::ops::Range<usize>, person: &str) -> ClaimKeys {
        let ids: Vec<String> = accounts.map(|account| account.to_string()).collect();
        ClaimKeys::from_claims(ids.iter().map(|id| ["t", id, person]))
    }

    #[test]
    fn a_claim_is_dropped_if_no_person_claims_its_account() {
        let mut changes = ClaimChanges::default();
        let nobody = HashSet::new();
        changes.add_snapshot(Day(1), owned(0..40, "ada"), &nobody);
        changes.add_snapshot(Day(2), owned(10..50, "bob"), &nobody);
        changes.add_snapshot(Day(3), owned(60..100, "bob"), &nobody);
        changes.add_snapshot(Day(4), keys(&[]), &nobody);
        let found = changes.list_from(|| owned(0..40, "ada"));
        let shares: Vec<(i32, usize, f64)> = found.iter().map(|c| (c.load_date.0, c.after, c.dropped)).collect();
        assert_eq!(shares, [(1, 40, 0.0), (2, 40, 0.25), (3, 40, 1.0), (4, 0, 1.0)]);
    }

    #[test]
    fn of_few_claims_the_number_counts() {
        let mut changes = ClaimChanges::default();
        let nobody = HashSet::new();
        changes.add_snapshot(Day(1), owned(0..4, "ada"), &nobody);
        changes.add_snapshot(Day(2), owned(10..14, "ada"), &nobody);
        changes.add_snapshot(Day(3), owned(10..11, "ada"), &nobody);
        let shares: Vec<f64> = changes
            .list_from(ClaimKeys::default)
            .iter()
            .map(|c| c.dropped)
            .collect();
        assert_eq!(shares, [0.0, 0.0, 0.75]);
    }

    #[test]
    fn claims_of_opted_out_persons_may_be_missing() {
        let mut changes = ClaimChanges::default();
        let opted_out = HashSet::from([hash_person("ada")]);
        changes.add_snapshot(
            Day(1),
            keys(&[["t", "1", "ada"], ["t", "2", "ada"], ["t", "3", "bob"]]),
            &opted_out,
        );
        changes.add_snapshot(Day(2), keys(&[["t", "3", "bob"]]), &opted_out);
        let found = changes.list_from(|| keys(&[["t", "9", "ada"]]));
        assert_eq!(
            found
                .iter()
                .map(|change| (change.before, change.dropped))
                .collect::<Vec<_>>(),
            [(0, 0.0), (1, 0.0)]
        );
    }

    #[test]
    fn the_first_snapshot_of_all_drops_nothing() {
        let mut changes = ClaimChanges::default();
        changes.add_snapshot(Day(1), keys(&[["t", "1", "ada"]]), &HashSet::new());
        assert_eq!(changes.list_from(ClaimKeys::default)[0].dropped, 0.0);
        assert!(ClaimChanges::default().list_from(ClaimKeys::default).is_empty());
    }
}
