//! Merges the rows of new load dates into an earlier state.

use super::reference::{apply_reference, follows_by_date, merge_accounts, number_rows};
use super::settle::{Counted, NetworkNight};
use super::sources::Sources;
use crate::ingest::activities::Intake;
use crate::ingest::reference::Reference;
use crate::state::State;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_base::ids::HashKey;
use clout_base::metrics::Metrics;
use clout_model::influence::changes::moves::Brought;
use clout_model::influence::fold::{self, FoldParams};
use clout_model::influence::pairs::Pairs;
use clout_model::influence::recency::Mixture;
use clout_model::influence::weights::Weighing;
use clout_model::reactions::{Reaction, crowd_sizes};
use clout_topics::endorsements::Endorsement;
use clout_topics::fold::{Tonight, TopicFold};
use clout_topics::ontology::Ontology;
use clout_topics::ontology::lexicon::Lexicon;

/// Delivered input that is to be merged.
pub struct Delivered<'a> {
    /// Rows of activities by network.
    pub intake: Intake,
    /// Accounts, follows, identities and opt-outs.
    pub reference: Reference,
    /// Endorsements, sorted by load date and id.
    pub endorsements: Vec<Endorsement>,
    /// Topics of the snapshot date.
    pub ontology: &'a Ontology,
    /// Aliases of the topics.
    pub lexicon: &'a Lexicon,
}

/// Results of merging in addition to the state.
pub struct Folded {
    /// True if the owner of the account has opted out, by node.
    pub is_gone: Vec<bool>,
    /// Reactions of the last load date, with accounts as nodes.
    pub brought: Vec<Brought>,
}

/// Merges everything into `state` and advances it to the snapshot date. The caller must then
/// [prune](State::prune) opted-out people.
pub fn fold(state: &mut State, delivered: Delivered, sources: &Sources, metrics: &mut Metrics) -> Result<Folded> {
    let job = sources.job;
    let mixture = Mixture::new(&job.model.recency);
    let weighing = Weighing {
        selectivity: &job.model.selectivity,
        repeats: &job.model.repeats,
    };
    let params = FoldParams {
        mixture: &mixture,
        as_of: sources.as_of,
    };
    let numbers = state.topics.adopt(delivered.ontology);
    let topic_fold = TopicFold {
        ontology: delivered.ontology,
        lexicon: delivered.lexicon,
        numbers: &numbers,
        params: &job.model,
        max_lateness_days: job.input.max_lateness_days,
    };
    let mut folded = Pairs::default();
    let mut topics = Tonight::default();
    let mut brought = Vec::new();
    let is_gone = settle(
        state,
        delivered.intake,
        delivered.reference,
        sources,
        metrics,
        &mut |state, place, mut counted| {
            let network = &job.networks[place];
            if let Some(settled) = counted.settled.take() {
                topic_fold.take(
                    &mut state.topics,
                    &mut topics,
                    (place, network),
                    &settled,
                    sources.as_of,
                );
            }
            counted.note(&mut state.facts, network);
            let weights = weighing.weigh(&counted.reactions, &crowd_sizes(&counted.reactions), network);
            brought.extend(brought_on(sources.as_of, &counted.reactions, &weights));
            let old = state.pairs.rows_of(state.accounts.nodes(place));
            let merged = fold::fold(&state.pairs, old, &counted.reactions, &weights, &params);
            folded.append(merged, mixture.len());
        },
    )?;
    state.pairs = folded;
    topics.settle(&mut state.topics, &job.model, sources.as_of);
    fold_endorsements(state, &delivered.endorsements, &topic_fold, sources, metrics);
    state.facts.iter_mut().for_each(|facts| facts.forget(sources.as_of));
    state.as_of = Some(sources.as_of);
    state
        .closed
        .extend(sources.inventory.files(sources.first, sources.as_of).cloned());
    Ok(Folded { is_gone, brought })
}

/// Returns the reactions of a load date with their weights.
fn brought_on<'a>(day: Day, reactions: &'a [Reaction], weights: &'a [f32]) -> impl Iterator<Item = Brought> + 'a {
    let weighed = reactions.iter().zip(weights);
    let of_day = weighed.filter(move |(reaction, _)| reaction.load_date == day);
    of_day.map(|(reaction, weight)| Brought {
        target: reaction.target,
        actor: reaction.actor,
        occurred_at: reaction.occurred_at,
        weight: *weight,
    })
}

fn fold_endorsements(
    state: &mut State,
    endorsements: &[Endorsement],
    topic_fold: &TopicFold,
    sources: &Sources,
    metrics: &mut Metrics,
) {
    let number = |id: &str| {
        topic_fold
            .ontology
            .find(id)
            .map(|topic| topic_fold.numbers[topic as usize])
    };
    let dates = (sources.as_of, sources.job.input.max_lateness_days);
    let tally = state
        .topics
        .endorsements
        .fold(endorsements, &number, &sources.job.model, dates);
    let key = HashKey::of_text(&sources.job.state.hash_key);
    let opted_out = &state.gone;
    state
        .topics
        .endorsements
        .drop_gone(|person_id| opted_out.has_person(key, person_id));
    if !topic_fold.ontology.is_empty() {
        metrics.count("endorsements_counted", tally.counted as f64);
        metrics.count("endorsements_copies", tally.copies as f64);
        metrics.count("endorsements_self", tally.own as f64);
    }
}

/// Deduplicates the rows and passes the counted ones to `take`, one network after the other. Returns, by node of the
/// updated `state`, true if the owner has opted out.
pub fn settle(
    state: &mut State,
    mut intake: Intake,
    mut reference: Reference,
    sources: &Sources,
    metrics: &mut Metrics,
    take: &mut dyn FnMut(&mut State, usize, Counted),
) -> Result<Vec<bool>> {
    for (network, (read, refused)) in intake.refused_by_network() {
        metrics.add("rows_read", network, read as f64);
        metrics.add("rows_refused", network, refused as f64);
    }
    let merged = merge_accounts(state, &intake, &reference);
    state.renumber(merged.accounts, &merged.from_state);
    number_rows(&mut intake, &merged.from_interner);
    let ownership = apply_reference(state, &mut reference, &merged.from_interner, sources.job);
    let all_rows = std::mem::take(&mut intake.rows);
    for (place, rows) in all_rows.into_iter().enumerate() {
        let follows = follows_by_date(&mut reference, place, &merged.from_interner[place]);
        let night = NetworkNight {
            place,
            sources,
            ownership: &ownership,
            first_load_date: intake.first_load_dates[place],
        };
        let counted = night.settle(state, rows, follows, metrics)?;
        take(state, place, counted);
    }
    let is_out = |since: &Day| *since <= sources.as_of;
    Ok(ownership.gone_since.iter().map(is_out).collect())
}
