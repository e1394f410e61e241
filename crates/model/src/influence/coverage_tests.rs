use super::super::attention_entries::{AttentionEntry, NOW};
use super::super::edge_terms::{AttentionTerm, EdgeTerms};
use super::super::params::{CorroborationParams, RecencyParams};
use super::*;
use crate::people::presence::NetworkPresence;

/// Computes coverage for two trusted reactors (0 and 1) of person 2, present on three networks; person 3 is only
/// listed. Reactor 0 gave 3 on network 0 and 1 on network 1; reactor 1 gave 4 on network 0.
fn coverage(amounts: [f64; 2], delivered: &[Option<f64>]) -> Vec<f64> {
    let term = |network, strength| AttentionTerm {
        network,
        reactions: 1,
        strength,
        before: 0.0,
    };
    let strong = |share: f64| if amounts[0] > 0.0 { share } else { 0.0 };
    let mut terms = EdgeTerms::default();
    terms.push(&[term(0, strong(0.75)), term(1, strong(0.25))]);
    terms.push(&[term(0, strong(1.0))]);
    let attention = AttentionGraph {
        offsets: vec![0, 0, 0, 2, 2],
        reactors: vec![0, 1],
        amounts: amounts.to_vec(),
        terms,
    };
    let acts = ReactionActs::new(4, 3);
    let entry = |reactor, network| AttentionEntry {
        target: 2,
        reactor,
        network,
        dates: NOW,
        ..AttentionEntry::default()
    };
    acts.add(&[entry(0, 0), entry(0, 1), entry(1, 0)]);
    let (trust, standing, corroboration) = (vec![1.0; 4], vec![1.0; 4], CorroborationParams::default());
    let model = ContributionModel {
        trust: &trust,
        rank: &standing,
        corroboration: &corroboration,
    };
    let presence = |person, network, posts| NetworkPresence { person, network, posts };
    let presences = PresenceTable {
        rows: vec![
            presence(0, 0, 0),
            presence(0, 1, 0),
            presence(1, 0, 0),
            presence(2, 0, 0),
            presence(2, 1, 0),
            presence(2, 2, 5),
            presence(3, 0, 0),
        ],
        last_active_at: vec![None; 4],
    };
    let signal = CoverageInputs {
        networks: 3,
        attention: &attention,
        model: &model,
        sums: &model.sum_all(&attention),
        presences: &presences,
        acts: &acts,
    };
    signal.compute_coverage(delivered)
}

#[test]
fn networks_count_by_their_usual_contributions() {
    let all = [Some(1.0), Some(1.0), Some(1.0)];
    // Network 0 has 7 of 8 contributions; network 2 has none, so a post on it adds nothing.
    assert_eq!(coverage([4.0, 4.0], &all), [1.0, 0.875, 1.0, 0.0]);
}

#[test]
fn missing_load_dates_count_by_network() {
    let half = [Some(0.5), Some(1.0), None];
    assert_eq!(coverage([4.0, 4.0], &half), [0.5625, 0.4375, 0.5625, 0.0]);
}

#[test]
fn without_contributions_all_networks_that_delivered_weigh_the_same() {
    let two = [Some(1.0), Some(0.5), None];
    assert_eq!(coverage([0.0, 0.0], &two), [0.75, 0.5, 0.75, 0.0]);
    assert_eq!(coverage([0.0, 0.0], &[None, None, None]), [0.0; 4]);
}

#[test]
fn the_days_of_a_history_add_up_to_its_mass() {
    let mixture = HalfLifeMixture::new(&RecencyParams::default());
    assert_eq!(compute_delivered_share(&mixture, 30.0, 0..0), 1.0);
    assert!(compute_delivered_share(&mixture, 30.0, 0..30) < 1e-12);
    let (today, long_ago) = (
        compute_delivered_share(&mixture, 30.0, 0..1),
        compute_delivered_share(&mixture, 30.0, 29..30),
    );
    assert!(today < long_ago && long_ago < 1.0);
}
