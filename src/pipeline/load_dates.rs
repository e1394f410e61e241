//! Finds the load dates that each network delivered, from the files of closed load dates.

use std::collections::BTreeSet;

use crate::state::RunState;
use clout_base::day::Day;
use clout_model::influence::coverage::compute_delivered_share;
use clout_model::influence::recency::HalfLifeMixture;
use clout_model::networks::Network;
use clout_warehouse::inventory;

/// Returns the delivered share of each network's history, 0 to 1, by mass; `None` for a network that never delivered a
/// row. `history_days` is by network.
pub fn compute_delivered_shares(
    state: &RunState,
    networks: &[Network],
    history_days: &[f64],
    mixture: &HalfLifeMixture,
    as_of: Day,
) -> Vec<Option<f64>> {
    let delivered: BTreeSet<(String, Day)> = state
        .closed
        .iter()
        .filter_map(|file| inventory::parse_activities_partition(&file.object))
        .map(|partition| (partition.network, partition.load_date))
        .collect();
    let share = |network: usize| {
        let first = state.histories[network]?.first_load_date;
        let name = &networks[network].name;
        let missing = (first.0..=as_of.0).filter(|day| !delivered.contains(&(name.clone(), Day(*day))));
        let ages = missing.map(|day| as_of.0 - day);
        Some(compute_delivered_share(mixture, history_days[network], ages))
    };
    (0..networks.len()).map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::NetworkHistory;
    use crate::state::closed_files::ClosedFile;
    use clout_model::influence::params::RecencyParams;
    use clout_model::networks::builtin_networks;
    use clout_warehouse::store::StoredObject;

    /// Returns twitter's share at the end of day 20,003 if these keys are closed by then.
    fn shares(keys: &[&str]) -> Vec<Option<f64>> {
        let networks = builtin_networks();
        let mut state = RunState::empty(&networks);
        let file = |key: &&str| ClosedFile {
            object: StoredObject {
                key: (*key).to_owned(),
                size: 9,
                etag: None,
            },
            sha256: None,
        };
        state.closed = keys.iter().map(file).collect();
        let twitter = networks.iter().position(|network| network.name == "twitter").unwrap();
        state.histories[twitter] = Some(NetworkHistory {
            first_load_date: Day(20_001),
            oldest_day: Day(19_990),
        });
        let history_days = vec![14.0; networks.len()];
        let mixture = HalfLifeMixture::new(&RecencyParams::default());
        let mut shares = compute_delivered_shares(&state, &networks, &history_days, &mixture, Day(20_003));
        let of_twitter = shares.swap_remove(twitter);
        assert!(shares.iter().all(Option::is_none), "no other network delivered");
        vec![of_twitter]
    }

    #[test]
    fn a_missing_load_date_lowers_the_share_by_the_mass_of_its_day() {
        assert_eq!(Day(20_001).to_string(), "2024-10-05");
        let first = "activities/network=twitter/date=2024-10-05/part-0.parquet";
        let second = "activities/date=2024%2D10%2D06/network=twitter/part-0.parquet";
        let third = "activities/network=twitter/date=2024-10-07/part-7.parquet";
        assert_eq!(shares(&[first, second, third]), [Some(1.0)]);
        let mixture = HalfLifeMixture::new(&RecencyParams::default());
        let mass = mixture.steady_mass(2.0) - mixture.steady_mass(1.0);
        let expected = 1.0 - mass / mixture.steady_mass(14.0);
        let other = "accounts/network=twitter/date=2024-10-06/part-0.parquet";
        assert_eq!(shares(&[first, other, third]), [Some(expected)]);
    }
}
