//! Merges the rows of new load dates into an earlier state.

use super::count::{CountedRows, NetworkRows};
use super::reference::{apply_reference, merge_used_accounts, number_follows};
use super::sources::MergeSources;
use crate::ingest::activities::ActivityIntake;
use crate::ingest::opt_out_rows::OptOutRow;
use crate::ingest::reference::ReferenceTables;
use crate::ingest::row_blocks::NodeMaps;
use crate::state::RunState;
use crate::state::reaction_shards::TargetCuts;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::ids::HashKey;
use clout_base::metrics::RunMetrics;
use clout_model::influence::changes::strength_moves::NewReaction;
use clout_model::reactions::WeighedReaction;
use clout_topics::endorsements::{Endorsement, NewEndorsements};
use clout_topics::merge::{BATCH_ROWS, NewTopicData, TopicMerge};
use clout_topics::ontology::Ontology;
use clout_topics::ontology::lexicon::Lexicon;

/// Delivered input that is to be merged.
pub struct MergeInput<'a> {
    /// Rows of activities by network.
    pub intake: ActivityIntake,
    /// Accounts, follows, identities and opt-outs.
    pub reference: ReferenceTables,
    /// Endorsements, sorted by load date and id.
    pub endorsements: Vec<Endorsement>,
    /// Topics of the snapshot date.
    pub ontology: &'a Ontology,
    /// Aliases of the topics.
    pub lexicon: &'a Lexicon,
}

/// Results of merging in addition to the state.
pub struct MergeResult {
    /// True if the owner of the account has opted out, by node.
    pub is_opted_out: Vec<bool>,
    /// Reactions of the last load date, with accounts as nodes.
    pub new_reactions: Vec<NewReaction>,
    /// Opt-outs that matched no person and no account.
    pub unmatched_opt_outs: Vec<OptOutRow>,
}

/// Merges everything into `state` and advances it to the snapshot date. The caller must then
/// [erase](RunState::erase_accounts) opted-out people.
pub fn merge_input(
    state: &mut RunState,
    delivered: MergeInput,
    sources: &MergeSources,
    metrics: &mut RunMetrics,
) -> Result<MergeResult> {
    let job = sources.job;
    let numbers = state.topics.add_topics(delivered.ontology);
    let topic_merge = TopicMerge {
        ontology: delivered.ontology,
        lexicon: delivered.lexicon,
        numbers: &numbers,
        model: &job.model,
        max_lateness_days: job.input.max_lateness_days,
        batch_rows: BATCH_ROWS,
    };
    let mut topics = NewTopicData::default();
    let mut brought = Vec::new();
    let counted = count_rows(
        state,
        delivered.intake,
        delivered.reference,
        sources,
        metrics,
        &mut |state, index, mut counted| {
            let network = &job.networks[index];
            if let Some(settled) = counted.topic_rows.take() {
                topic_merge.collect(&mut state.topics, &mut topics, index, network, &settled, sources.as_of)?;
            }
            counted.add_to_records(&mut state.activity, network);
            brought.extend(brought_on(sources.as_of, &counted.reactions));
            if state.stored.is_some() {
                state
                    .changes
                    .add_actors(counted.reactions.iter().map(|reaction| reaction.actor));
                state.changes.add_actors(counted.posts.iter().map(|post| post.actor));
            }
            let load_date = counted.reactions.first().map_or(sources.as_of, |first| first.load_date);
            let name = format!("reactions/{load_date}-{index:03}");
            let accounts = state.accounts.len();
            state
                .pairs
                .cut_shards(|| TargetCuts::of_accounts(accounts, job.run.shards));
            state.pairs.reactions.add_new(&sources.space, &name, &counted.reactions)
        },
    )?;
    topics.merge_into(&mut state.topics, &topic_merge, sources.as_of)?;
    merge_endorsements(state, &delivered.endorsements, &topic_merge, sources, metrics)?;
    state
        .activity
        .iter_mut()
        .for_each(|facts| facts.drop_expired(sources.as_of));
    state.as_of = Some(sources.as_of);
    state.kept_scores = None;
    state.close_files(sources.list_closed_files().into_iter());
    Ok(MergeResult {
        is_opted_out: counted.is_opted_out,
        new_reactions: brought,
        unmatched_opt_outs: counted.unmatched_opt_outs,
    })
}

/// Returns the reactions of the last load date with their weights.
fn brought_on(day: Day, reactions: &[WeighedReaction]) -> impl Iterator<Item = NewReaction> + '_ {
    let first = reactions.partition_point(|reaction| reaction.load_date < day);
    reactions[first..].iter().map(|reaction| NewReaction {
        target: reaction.target,
        actor: reaction.actor,
        occurred_at: reaction.occurred_at,
        weight: reaction.weight,
    })
}

fn merge_endorsements(
    state: &mut RunState,
    endorsements: &[Endorsement],
    topic_merge: &TopicMerge,
    sources: &MergeSources,
    metrics: &mut RunMetrics,
) -> Result<()> {
    let number = |id: &str| {
        topic_merge
            .ontology
            .find(id)
            .map(|topic| topic_merge.numbers[topic as usize])
    };
    let new = NewEndorsements {
        rows: endorsements,
        number: &number,
        as_of: sources.as_of,
        max_lateness_days: sources.job.input.max_lateness_days,
    };
    let tally = state.topics.endorsements.merge(&new, &sources.job.model)?;
    let key = HashKey::from_text(&sources.job.state.hash_key);
    let opted_out = &state.opt_outs;
    state
        .topics
        .endorsements
        .drop_opted_out(|person_id| opted_out.contains_person(key, person_id))?;
    if !topic_merge.ontology.is_empty() {
        metrics.add_total("endorsements_counted", tally.counted as f64);
        metrics.add_total("endorsements_copies", tally.copies as f64);
        metrics.add_total("endorsements_self", tally.own as f64);
    }
    Ok(())
}

/// Opt-outs as of the last load date.
pub struct OptOutResult {
    /// True if the owner of the account has opted out, by node.
    pub is_opted_out: Vec<bool>,
    /// Opt-outs that matched no person and no account.
    pub unmatched_opt_outs: Vec<OptOutRow>,
}

/// Deduplicates the rows and passes the counted ones to `take`, one network and load date after the other. The rows of
/// a network with mentions of topics follow its last load date.
pub fn count_rows(
    state: &mut RunState,
    mut intake: ActivityIntake,
    mut reference: ReferenceTables,
    sources: &MergeSources,
    metrics: &mut RunMetrics,
    take: &mut dyn FnMut(&mut RunState, usize, CountedRows) -> Result<()>,
) -> Result<OptOutResult> {
    for (network, (read, refused)) in intake.count_rows_by_network() {
        metrics.add("rows_read", network, read as f64);
        metrics.add("rows_refused", network, refused as f64);
    }
    let key = HashKey::from_text(&sources.job.state.hash_key);
    let merged = merge_used_accounts(state, &mut intake, &reference, key);
    state.take_accounts(merged.accounts, &merged.from_state);
    intake.interners.clear();
    let ownership = apply_reference(state, &mut reference, &merged.from_interner, sources.job);
    metrics.add_total("opt_outs_unmatched", ownership.unmatched.len() as f64);
    let is_out = |since: &Day| *since <= sources.as_of;
    let is_opted_out: Vec<bool> = ownership.opted_out_on.iter().map(is_out).collect();
    let all_blocks = std::mem::take(&mut intake.blocks);
    for (index, blocks) in all_blocks.into_iter().enumerate() {
        let follows = number_follows(&mut reference, index, &merged.from_interner[index]);
        let night = NetworkRows {
            network_index: index,
            sources,
            space: &intake.space,
            nodes: &NodeMaps::new(
                &std::mem::take(&mut intake.numbers[index]),
                &merged.from_interner[index],
            ),
            ownership: &ownership,
            has_opt_outs: is_opted_out.contains(&true),
            first_load_date: intake.first_load_dates[index],
        };
        night.count_rows(state, blocks, follows, metrics, &mut |state, counted| {
            take(state, index, counted)
        })?;
    }
    Ok(OptOutResult {
        is_opted_out,
        unmatched_opt_outs: ownership.unmatched,
    })
}
