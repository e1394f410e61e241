//! A small state that grows by load dates, without a pipeline, for tests.

use super::RunState;
use super::changes::NewBase;
use super::delivered::DeliveredFile;
use super::reaction_shards::TargetCuts;
use super::segment_files::{is_base_due, save_base_activity, save_base_shard};
use super::state_files::{StatePart, StateRequirements, load_state, save_state, state_folder};
use super::stored_pairs::PairReading;
use clout_base::day::Day;
use clout_model::account_activity::{AccountPost, merge_activity};
use clout_model::influence::pair_table::PairTable;
use clout_model::influence::params::RecencyParams;
use clout_model::influence::recency::HalfLifeMixture;
use clout_model::networks::{Network, builtin_networks};
use clout_model::reactions::WeighedReaction;
use clout_steps::BlockSpace;
use clout_warehouse::store::Store;

const FIRST: Day = Day(20_000);
const ACCOUNTS: u32 = 40;

/// A state and its nights, without a pipeline.
pub(super) struct Nights {
    pub(super) store: Store,
    pub(super) folder: tempfile::TempDir,
    pub(super) networks: Vec<Network>,
    pub(super) mixture: HalfLifeMixture,
}

impl Nights {
    pub(super) fn new() -> Nights {
        let folder = tempfile::tempdir().unwrap();
        Nights {
            store: Store::open(folder.path().to_str().unwrap(), &Default::default()).unwrap(),
            folder,
            networks: builtin_networks(),
            mixture: HalfLifeMixture::new(&RecencyParams::default()),
        }
    }

    pub(super) fn wanted(&self, model_version: &str) -> StateRequirements<'_> {
        StateRequirements {
            state_version: "1".to_owned(),
            model_version: model_version.to_owned(),
            hash_key: Some("key".to_owned()),
            networks: &self.networks,
            mixture: &self.mixture,
        }
    }

    /// Adds the rows of one load date: one account that is new, and 60 reactions, or 3 of a small night.
    pub(super) fn add_date(&self, state: &mut RunState, date: i32) {
        let load_date = Day(FIRST.0 + date);
        if date > 0 {
            state.accounts.push(3, &format!("new-{date}"));
        } else {
            for account in 0..ACCOUNTS {
                state.accounts.push((account % 4) as usize, &format!("id-{account}"));
            }
        }
        state.accounts.number_all();
        let count = state.accounts.len();
        state.activity.resize(count, Default::default());
        state.is_listed.resize(count, false);
        state.profiles.resize(count, None);
        state.owners.resize(count, None);
        let rows = if date == 0 { 600 } else { 3 };
        let reaction = |row: u32| WeighedReaction {
            actor: (row * 7 + date as u32) % ACCOUNTS,
            target: (row * 3 + date as u32) % ACCOUNTS,
            occurred_at: load_date.start_micros() + i64::from(row) * 1_000_003,
            load_date,
            verb: (row % 3) as u8,
            weight: 0.25 + row as f32 / 1024.0,
        };
        let mut reactions: Vec<WeighedReaction> = (0..rows).map(reaction).collect();
        reactions.sort_by_key(|r| (r.actor, r.target, r.occurred_at, r.verb));
        let posts = [AccountPost {
            load_date,
            actor: count as u32 - 1,
            occurred_at: load_date.start_micros(),
        }];
        merge_activity(&mut state.activity, &reactions, |_| true, &posts);
        if state.stored.is_some() {
            state
                .changes
                .add_actors(reactions.iter().map(|reaction| reaction.actor));
            state.changes.add_actors(posts.iter().map(|post| post.actor));
        }
        state.pairs.cut_shards(|| TargetCuts::of_accounts(count, Some(3)));
        let added = state.pairs.reactions.add_new(&BlockSpace::Memory, "", &reactions);
        added.unwrap();
        let ids = [u128::from(date as u32), 1 << 90];
        let ids = DeliveredFile::encode(&BlockSpace::Memory, "ids", load_date, &ids).unwrap();
        state.delivered[0].push(load_date, ids);
        state.as_of = Some(load_date);
    }

    /// Saves the state, with a new base if one is due.
    pub(super) fn save(&self, state: &mut RunState) -> String {
        let as_of = state.as_of.unwrap();
        let prefix = state_folder(as_of, "commit");
        if is_base_due(state) {
            let pairs = self.read_pairs(state);
            let files = pairs.shards().iter().enumerate().map(|(shard, rows)| {
                save_base_shard(&self.store, &prefix, shard, rows, self.mixture.len(), as_of).unwrap()
            });
            state.changes.new_base = Some(NewBase {
                pairs: files.collect(),
                activity: save_base_activity(&self.store, &prefix, state, as_of).unwrap(),
            });
        }
        let space = BlockSpace::Memory;
        save_state(&self.store, &prefix, state, &self.wanted("m"), &space).unwrap();
        prefix
    }

    pub(super) fn load(&self, prefix: &str) -> RunState {
        let part = StatePart::All { keeps_base: true };
        let loaded = load_state(&self.store, prefix, &self.wanted("m"), &part);
        loaded.unwrap().unwrap().state
    }

    /// Returns the pairs of accounts that are not erased.
    pub(super) fn read_pairs(&self, state: &RunState) -> PairTable {
        let reading = PairReading {
            store: &self.store,
            space: &BlockSpace::Memory,
            mixture: &self.mixture,
            accounts: state.accounts.len(),
            takes: false,
        };
        let is_kept = |target: u32, actor: u32| !state.accounts.is_erased(target) && !state.accounts.is_erased(actor);
        state
            .pairs
            .select_rows(state.as_of.unwrap(), &reading, is_kept)
            .unwrap()
    }

    pub(super) fn files(&self, prefix: &str) -> Vec<String> {
        let names = std::fs::read_dir(self.folder.path().join(prefix)).unwrap();
        let mut names: Vec<String> = names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}
