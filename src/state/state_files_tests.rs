use std::path::Path;

use clout_model::influence::pair_table::PairTable;
use clout_model::influence::pairs::PairSums;

use super::super::meta::load_index;
use super::super::testing::Nights;
use super::*;
use crate::state::delivered::DeliveredFile;
use clout_base::ids::HashKey;
use clout_model::influence::kept_scores::KeptScores;

const ALL: StatePart = StatePart::All { keeps_base: false };

fn join(pairs: &PairTable, stride: usize) -> PairSums {
    let mut all = PairSums::default();
    for shard in pairs.shards() {
        all.append_rows(shard, 0..shard.len(), stride);
    }
    all
}

fn expect_equal(nights: &Nights, loaded: &RunState, expected: &RunState) {
    let stride = nights.mixture.len();
    assert_eq!(
        join(&nights.read_pairs(loaded), stride),
        join(&nights.read_pairs(expected), stride)
    );
    assert_eq!(loaded.activity, expected.activity);
    let ids = |state: &RunState| -> Vec<String> {
        (0..state.accounts.len() as u32)
            .map(|node| state.accounts.own_person_id(node))
            .collect()
    };
    assert_eq!(ids(loaded), ids(expected));
    let delivered = |state: &RunState| -> Vec<Vec<(Day, Vec<u128>)>> {
        let list = |(day, file): &(Day, DeliveredFile)| (*day, file.read(None).unwrap());
        let networks = state.delivered.iter();
        networks
            .map(|window| window.dates().iter().map(list).collect())
            .collect()
    };
    assert_eq!(delivered(loaded), delivered(expected));
    assert_eq!(
        (&loaded.owners, &loaded.is_listed, &loaded.profiles),
        (&expected.owners, &expected.is_listed, &expected.profiles)
    );
    assert_eq!(
        (&loaded.erased, &loaded.published),
        (&expected.erased, &expected.published)
    );
}

#[test]
fn nights_write_their_rows_and_the_loaded_state_is_the_one_in_memory() {
    let nights = Nights::new();
    let mut whole = RunState::empty(&nights.networks);
    let mut loaded = RunState::empty(&nights.networks);
    let mut bases = Vec::new();
    for date in 0..80 {
        nights.add_date(&mut whole, date);
        nights.add_date(&mut loaded, date);
        whole.published.push(u128::from(date as u32));
        loaded.published.push(u128::from(date as u32));
        loaded.changes.published = vec![u128::from(date as u32)];
        let prefix = nights.save(&mut loaded);
        let files = nights.files(&prefix);
        if files.iter().any(|name| name.starts_with("pairs-")) {
            bases.push(date);
        } else {
            assert!(files.iter().any(|name| name.starts_with("reactions-")), "{files:?}");
        }
        loaded = nights.load(&prefix);
        expect_equal(&nights, &loaded, &whole);
    }
    assert!(bases.len() > 1 && bases.len() < 8, "{bases:?}");
}

#[test]
fn an_erased_account_leaves_the_files_of_the_night_and_keeps_its_number() {
    let nights = Nights::new();
    let mut state = RunState::empty(&nights.networks);
    nights.add_date(&mut state, 0);
    let prefix = nights.save(&mut state);
    let mut state = nights.load(&prefix);
    nights.add_date(&mut state, 1);
    let is_opted_out: Vec<bool> = (0..state.accounts.len()).map(|node| node == 5).collect();
    state.erase_accounts(&is_opted_out, HashKey::from_text("key")).unwrap();
    let prefix = nights.save(&mut state);
    assert!(nights.files(&prefix).contains(&"accounts-00000.seg".to_owned()));
    let loaded = nights.load(&prefix);
    expect_equal(&nights, &loaded, &state);
    assert!(loaded.accounts.is_erased(5) && loaded.erased.values().eq([&5]));
    let has_pair = |(shard, row): (&PairSums, usize)| shard.targets[row] == 5 || shard.actors[row] == 5;
    assert!(!nights.read_pairs(&loaded).rows().any(has_pair) && loaded.activity[5].is_empty());
}

/// Saves two dates, a base and a segment; returns the state and its folder.
fn save_two_dates(nights: &Nights) -> (RunState, String) {
    let mut state = RunState::empty(&nights.networks);
    nights.add_date(&mut state, 0);
    let mut state = nights.load(&nights.save(&mut state));
    nights.add_date(&mut state, 1);
    let prefix = nights.save(&mut state);
    (state, prefix)
}

#[test]
fn one_person_can_be_read_alone() {
    let nights = Nights::new();
    let (state, prefix) = save_two_dates(&nights);
    let choose = |state: &RunState| (0..state.accounts.len()).map(|node| node == 9).collect::<Vec<bool>>();
    let loaded = load_state(
        &nights.store,
        &prefix,
        &nights.wanted("m"),
        &StatePart::PairsOf(&choose),
    );
    let loaded = loaded.unwrap().unwrap();
    let expected = nights
        .read_pairs(&state)
        .filter_rows(&nights.mixture, |target, actor| target == 9 || actor == 9);
    let stride = nights.mixture.len();
    assert!(!expected.is_empty());
    assert_eq!(join(&loaded.pairs, stride), join(&expected, stride));
}

#[test]
fn kept_scores_are_used_under_their_own_model_only() {
    let nights = Nights::new();
    let mut state = RunState::empty(&nights.networks);
    nights.add_date(&mut state, 0);
    let kept = KeptScores {
        rank_factors: vec![1.0, 0.95],
        trusted: vec![2.5, f64::NAN],
        strangers: vec![0.0, f64::NAN],
        reactors: vec![3, 0],
    };
    state.kept_scores = Some(kept);
    let prefix = nights.save(&mut state);
    let load = |model: &str| load_state(&nights.store, &prefix, &nights.wanted(model), &ALL);
    let ranks = |model: &str| {
        load(model)
            .unwrap()
            .unwrap()
            .state
            .kept_scores
            .map(|kept| kept.rank_factors)
    };
    assert_eq!((ranks("m"), ranks("other")), (Some(vec![1.0, 0.95]), None));
    let other = StateRequirements {
        state_version: "2".to_owned(),
        ..nights.wanted("m")
    };
    let refused = load_state(&nights.store, &prefix, &other, &ALL).unwrap();
    assert!(refused.unwrap_err().contains("state version"));
}

#[test]
fn each_damaged_or_missing_file_is_named() {
    let nights = Nights::new();
    let (_, prefix) = save_two_dates(&nights);
    let root: &Path = nights.folder.path();
    let named = load_index(&nights.store, &prefix).unwrap().unwrap();
    let paths: Vec<String> = named.files().map(|file| file.path.clone()).collect();
    assert!(paths.iter().any(|path| path.contains("pairs-")) && paths.iter().any(|path| path.contains("reactions-")));
    let own = nights
        .files(&prefix)
        .into_iter()
        .filter(|name| name.ends_with(".arrow"));
    for path in paths.into_iter().chain(own.map(|name| format!("{prefix}/{name}"))) {
        let bytes = std::fs::read(root.join(&path)).unwrap();
        let mut flipped = bytes.clone();
        flipped[bytes.len() / 2] ^= 0x10;
        for broken in [Some(&flipped[..]), Some(&bytes[..bytes.len() / 2]), None] {
            match broken {
                Some(broken) => std::fs::write(root.join(&path), broken).unwrap(),
                None => std::fs::remove_file(root.join(&path)).unwrap(),
            }
            let loaded = load_state(&nights.store, &prefix, &nights.wanted("m"), &ALL).unwrap();
            let why = loaded.err().unwrap_or_else(|| panic!("{path} was accepted"));
            assert!(why.contains(path.rsplit('/').next().unwrap()), "{path}: {why}");
        }
        std::fs::write(root.join(&path), bytes).unwrap();
    }
    nights.load(&prefix);
}
