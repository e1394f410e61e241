//! Compares identities snapshots: the share of claims that one drops from the one before.
//!
//! A claim is a row of `identities`: a person owns an account of a network. Only hashes are compared.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

use clout_base::day::Day;

/// Hashes of the claims of one snapshot, sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimKeys(Vec<u64>);

impl ClaimKeys {
    /// Hashes claims given as `[network, account id, person id]`.
    pub fn from_claims<'a>(claims: impl Iterator<Item = [&'a str; 3]>) -> ClaimKeys {
        let state = FixedState::default();
        let hash = |claim: [&str; 3]| {
            let mut hasher = state.build_hasher();
            for part in claim {
                hasher.write_usize(part.len());
                hasher.write(part.as_bytes());
            }
            hasher.finish()
        };
        let mut keys: Vec<u64> = claims.map(hash).collect();
        keys.sort_unstable();
        keys.dedup();
        ClaimKeys(keys)
    }

    /// Returns the share of these claims that the next snapshot lacks, from 0 to 1; 0 without claims.
    fn share_dropped_by(&self, next: &ClaimKeys) -> f64 {
        let dropped = self.0.iter().filter(|key| next.0.binary_search(key).is_err()).count();
        dropped as f64 / self.0.len().max(1) as f64
    }
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
    /// Share of the claims before that the later snapshot lacks, from 0 to 1.
    pub dropped: f64,
}

/// Changes between the identities snapshots of a run, in order of load date.
#[derive(Clone, Debug, Default)]
pub struct ClaimChanges {
    first: Option<(Day, ClaimKeys)>,
    newest: Option<ClaimKeys>,
    changes: Vec<ClaimChange>,
}

impl ClaimChanges {
    /// Adds the next snapshot.
    pub(super) fn add_snapshot(&mut self, load_date: Day, keys: ClaimKeys) {
        match &self.newest {
            Some(before) => self.changes.push(compare(before, &keys, load_date)),
            None => self.first = Some((load_date, keys.clone())),
        }
        self.newest = Some(keys);
    }

    /// Returns all changes, the first one from the claims of an earlier run.
    pub fn list_from(&self, earlier: impl FnOnce() -> ClaimKeys) -> Vec<ClaimChange> {
        let first = self.first.as_ref().map(|(day, keys)| compare(&earlier(), keys, *day));
        first.into_iter().chain(self.changes.iter().cloned()).collect()
    }
}

fn compare(before: &ClaimKeys, after: &ClaimKeys, load_date: Day) -> ClaimChange {
    ClaimChange {
        load_date,
        before: before.0.len(),
        after: after.0.len(),
        dropped: before.share_dropped_by(after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(claims: &[[&str; 3]]) -> ClaimKeys {
        ClaimKeys::from_claims(claims.iter().copied())
    }

    #[test]
    fn a_claim_is_dropped_if_its_account_or_its_person_is_missing() {
        let before = keys(&[
            ["t", "1", "ada"],
            ["t", "2", "bob"],
            ["f", "1", "ada"],
            ["f", "2", "bob"],
        ]);
        let after = keys(&[["t", "1", "ada"], ["t", "2", "eve"], ["f", "1", "ada"]]);
        let mut changes = ClaimChanges::default();
        changes.add_snapshot(Day(1), before.clone());
        changes.add_snapshot(Day(3), after);
        changes.add_snapshot(Day(4), keys(&[]));
        let found = changes.list_from(|| before);
        let shares: Vec<(i32, usize, f64)> = found.iter().map(|c| (c.load_date.0, c.after, c.dropped)).collect();
        assert_eq!(shares, [(1, 4, 0.0), (3, 3, 0.5), (4, 0, 1.0)]);
    }

    #[test]
    fn the_first_snapshot_of_all_drops_nothing() {
        let mut changes = ClaimChanges::default();
        changes.add_snapshot(Day(1), keys(&[["t", "1", "ada"]]));
        assert_eq!(changes.list_from(ClaimKeys::default)[0].dropped, 0.0);
        assert!(ClaimChanges::default().list_from(ClaimKeys::default).is_empty());
    }
}
