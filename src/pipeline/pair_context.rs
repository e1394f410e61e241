//! The inputs of the shards of pairs as the context of a step that other processes run.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::pair_shards::{ListedRows, NewBaseRows, PairShards, ShardOutput};
use crate::state::reaction_shards::ReactionBlock;
use crate::state::stored_pairs::{PairReading, StoredPairs};
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::influence::attention::ScoringMoment;
use clout_model::influence::attention_entries::{AttentionReading, DateReading, PersonRanges};
use clout_model::influence::changes::strength_moves::{AccountStrengths, StateReading};
use clout_model::influence::recency::HalfLifeMixture;
use clout_state::index::FileEntry;
use clout_steps::{BlockSpace, Slices, StepCall};
use clout_warehouse::store::Store;

/// Persons by account on one date.
#[derive(Serialize, Deserialize)]
pub struct DateContext<'a> {
    /// Person of each account.
    pub persons: Cow<'a, [u32]>,
    /// Moment of the reading.
    pub moment: Cow<'a, ScoringMoment>,
}

/// Context of [`ListedRows`].
#[derive(Serialize, Deserialize)]
pub struct ListedContext<'a> {
    /// Strength of the last load date.
    pub added: Cow<'a, AccountStrengths>,
    /// By account: true if its owner has opted out.
    pub is_opted_out: Cow<'a, [bool]>,
    /// By account: true if it has another owner than on the day before.
    pub has_moved: Cow<'a, [bool]>,
}

/// Context of the step: everything that [`PairShards`] needs besides stores.
#[derive(Serialize, Deserialize)]
pub struct PairContext<'a> {
    /// Mixture of half-lives.
    pub mixture: Cow<'a, HalfLifeMixture>,
    /// Network index of each account.
    pub networks: Cow<'a, [u8]>,
    /// The snapshot date.
    pub now: DateContext<'a>,
    /// The day before with its date, if both dates are compared.
    pub before: Option<(Day, DateContext<'a>)>,
    /// Ranges of persons.
    pub ranges: PersonRanges,
    /// Files of the base.
    pub base: Vec<FileEntry>,
    /// Reactions after the base.
    pub reactions: Vec<Slices<ReactionBlock>>,
    /// Rows to list.
    pub listed: Option<ListedContext<'a>>,
    /// Folder of a new base, and the erased accounts.
    pub new_base: Option<(Cow<'a, str>, Cow<'a, [bool]>)>,
}

/// Context that was read, with its pairs.
pub struct LoadedPairs {
    context: PairContext<'static>,
    pairs: StoredPairs,
}

impl LoadedPairs {
    /// Prepares the pairs of a context.
    pub fn new(mut context: PairContext<'static>) -> LoadedPairs {
        let pairs = StoredPairs::from_blocks(
            std::mem::take(&mut context.base),
            std::mem::take(&mut context.reactions),
        );
        LoadedPairs { context, pairs }
    }

    /// Runs a shard of the step, unless it has a receipt.
    ///
    /// # Errors
    /// As [`PairShards::run`].
    pub fn run_shard(&self, call: &StepCall, shard: usize, store: &Store, space: &BlockSpace) -> Result<()> {
        let context = &self.context;
        let network_of = |account: u32| usize::from(context.networks[account as usize]);
        let before = context.before.as_ref().map(|(_, date)| date.reading());
        let attention = AttentionReading::new(&context.mixture, &network_of, context.now.reading(), before);
        let listed = context.listed.as_ref().map(|listed| ListedRows {
            reading: StateReading {
                mixture: &context.mixture,
                moment: &context.now.moment,
                networks: &context.networks,
            },
            added: &listed.added,
            is_opted_out: &listed.is_opted_out,
            has_moved: &listed.has_moved,
        });
        let shards = PairShards {
            name: &call.step,
            pairs: &self.pairs,
            reading: PairReading {
                store,
                space,
                mixture: &context.mixture,
                accounts: context.networks.len(),
                takes: false,
            },
            as_of: context.now.moment.as_of,
            day_before: context.before.as_ref().map(|(date, _)| *date),
            attention: &attention,
            ranges: context.ranges,
            listed: listed.as_ref(),
            base: context
                .new_base
                .as_ref()
                .map(|(folder, is_erased)| NewBaseRows { folder, is_erased }),
        };
        space
            .run_shard::<ShardOutput>(call, shard, |shard| shards.run(shard))
            .map(|_| ())
    }
}

impl<'a> DateContext<'a> {
    /// Returns the context of a reading.
    pub fn of(reading: DateReading<'a>) -> DateContext<'a> {
        DateContext {
            persons: Cow::Borrowed(reading.persons),
            moment: Cow::Borrowed(reading.moment),
        }
    }

    fn reading(&self) -> DateReading<'_> {
        DateReading {
            persons: &self.persons,
            moment: &self.moment,
        }
    }
}
