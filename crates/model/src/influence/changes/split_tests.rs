use proptest::prelude::*;

use super::*;

const BETA: f64 = 4.0;

fn factors(kept: f64, trust: f64, standing: f64, believed: f64) -> ContributionFactors {
    ContributionFactors {
        kept,
        trust,
        rank: standing,
        belief: believed,
    }
}

const PLAIN: ContributionFactors = ContributionFactors {
    kept: 1.0,
    trust: 1.0,
    rank: 1.0,
    belief: 0.0,
};

fn on(network: u8, before: f64, brought: f64, after: f64) -> StrengthFlow {
    StrengthFlow {
        network,
        before,
        added: brought,
        after,
        ..StrengthFlow::default()
    }
}

fn parts(
    flows: &[StrengthFlow],
    before: Option<ContributionFactors>,
    after: Option<ContributionFactors>,
) -> Vec<(ChangeCause, bool, u8, f64)> {
    let mut parts = Vec::new();
    split_change(flows, before, after, BETA, &mut |cause, answers, network, part| {
        parts.push((cause, answers, network, part));
    });
    parts.retain(|(.., part)| part.abs() > 1e-15);
    parts
}

/// Computes c on one date.
fn contribution(strength: f64, factors: Option<ContributionFactors>) -> f64 {
    factors.map_or(0.0, |f| {
        saturate(strength, BETA) * f.kept * f.rank * (f.trust + f.belief * (1.0 - f.trust))
    })
}

#[test]
fn a_first_time_reactor_is_only_new_reactions() {
    let reactor = factors(0.9, 0.4, 1.2, 0.3);
    let split_parts = parts(&[on(2, 0.0, 1.0, 1.0)], None, Some(reactor));
    assert_eq!(split_parts.len(), 1);
    assert_eq!((split_parts[0].0, split_parts[0].2), (ChangeCause::NewReactions, 2));
    assert!((split_parts[0].3 - contribution(1.0, Some(reactor))).abs() < 1e-15);
}

#[test]
fn a_silent_reactor_only_fades() {
    let split_parts = parts(&[on(0, 2.0, 0.0, 1.5)], Some(PLAIN), Some(PLAIN));
    assert_eq!(split_parts.len(), 1);
    assert_eq!(split_parts[0].0, ChangeCause::FadedReactions);
    assert!((split_parts[0].3 - (saturate(1.5, BETA) - saturate(2.0, BETA))).abs() < 1e-15);
}

#[test]
fn a_returning_reactor_adds_a_new_reaction_and_loses_a_part_to_saturation() {
    let split_parts = parts(&[on(0, 2.0, 1.0, 2.9)], Some(PLAIN), Some(PLAIN));
    let causes: Vec<ChangeCause> = split_parts.iter().map(|(cause, ..)| *cause).collect();
    assert_eq!(
        causes,
        [
            ChangeCause::FadedReactions,
            ChangeCause::NewReactions,
            ChangeCause::RepeatsSaturated
        ]
    );
    assert!((split_parts[1].3 - 1.0).abs() < 1e-15);
    assert!(split_parts[2].3 < 0.0);
}

#[test]
fn a_rising_reactor_a_believed_crowd_and_an_answer_have_different_causes() {
    let flows = [on(0, 1.0, 0.0, 1.0)];
    let before = factors(0.5, 0.5, 1.0, 0.2);
    for (after, cause, is_about_answers) in [
        (factors(0.5, 0.9, 1.0, 0.2), ChangeCause::ReactorsRose, false),
        (factors(0.5, 0.5, 0.8, 0.2), ChangeCause::ReactorsFell, false),
        (factors(0.5, 0.5, 1.0, 0.9), ChangeCause::Corroboration, false),
        (factors(0.7, 0.5, 1.0, 0.2), ChangeCause::Corroboration, true),
    ] {
        let split_parts = parts(&flows, Some(before), Some(after));
        assert_eq!(split_parts.len(), 1, "{split_parts:?}");
        assert_eq!((split_parts[0].0, split_parts[0].1), (cause, is_about_answers));
    }
}

#[test]
fn each_network_gets_the_part_of_its_own_reactions() {
    let flows = [on(0, 1.0, 0.0, 1.0), on(3, 0.0, 1.0, 1.0)];
    let split_parts = parts(&flows, Some(PLAIN), Some(PLAIN));
    assert!(
        split_parts.iter().all(|(_, _, network, _)| *network == 3),
        "{split_parts:?}"
    );
}

fn factor() -> impl Strategy<Value = ContributionFactors> {
    (0.0..=1.0, 0.0..=1.0, 0.5..1.5, 0.0..=1.0).prop_map(|(kept, trust, standing, believed)| ContributionFactors {
        kept,
        trust,
        rank: standing,
        belief: believed,
    })
}

/// Generates the flow of one network from the share that remains after each step.
fn flow(network: u8) -> impl Strategy<Value = StrengthFlow> {
    let strength = || prop_oneof![Just(0.0), 0.001..20.0];
    (strength(), 0.5..=1.0, 0.0..=1.0, 0.0..=1.0, strength(), strength()).prop_map(
        move |(before, fading, staying, leaving, moved_in, brought)| {
            let faded = before * fading;
            let stayed = faded * staying;
            StrengthFlow {
                network,
                before,
                opted_out: (faded - stayed) * leaving,
                moved_out: (faded - stayed) * (1.0 - leaving),
                moved_in,
                added: brought,
                after: stayed + moved_in + brought,
            }
        },
    )
}

proptest! {
    #[test]
    fn the_parts_sum_to_the_change(a in flow(0), b in flow(1), before in factor(), after in factor()) {
        let flows = [a, b];
        let sum = |of: fn(&StrengthFlow) -> f64| flows.iter().map(of).sum::<f64>();
        let (old, new) = (sum(|flow| flow.before), sum(|flow| flow.after));
        let before = Some(before).filter(|_| old > 0.0);
        let after = Some(after).filter(|_| new > 0.0);
        let expected = contribution(new, after) - contribution(old, before);
        let total: f64 = parts(&flows, before, after).iter().map(|(.., part)| part).sum();
        prop_assert!((total - expected).abs() < 1e-12, "{total} {expected}");
    }
}
