use proptest::prelude::*;

use super::*;

const BETA: f64 = 4.0;

fn factors(kept: f64, trust: f64, standing: f64, believed: f64) -> Factors {
    Factors {
        kept,
        trust,
        standing,
        believed,
    }
}

const PLAIN: Factors = Factors {
    kept: 1.0,
    trust: 1.0,
    standing: 1.0,
    believed: 0.0,
};

fn on(network: u8, before: f64, brought: f64, after: f64) -> Flow {
    Flow {
        network,
        before,
        brought,
        after,
        ..Flow::default()
    }
}

fn parts(flows: &[Flow], before: Option<Factors>, after: Option<Factors>) -> Vec<(Cause, bool, u8, f64)> {
    let mut parts = Vec::new();
    split(flows, before, after, BETA, &mut |cause, answers, network, part| {
        parts.push((cause, answers, network, part));
    });
    parts.retain(|(.., part)| part.abs() > 1e-15);
    parts
}

/// c of one night.
fn contribution(strength: f64, factors: Option<Factors>) -> f64 {
    factors.map_or(0.0, |f| {
        saturated(strength, BETA) * f.kept * f.standing * (f.trust + f.believed * (1.0 - f.trust))
    })
}

#[test]
fn somebody_who_comes_is_new_and_nothing_else() {
    let who = factors(0.9, 0.4, 1.2, 0.3);
    let told = parts(&[on(2, 0.0, 1.0, 1.0)], None, Some(who));
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].0, told[0].2), (Cause::NewReactions, 2));
    assert!((told[0].3 - contribution(1.0, Some(who))).abs() < 1e-15);
}

#[test]
fn who_falls_silent_fades_and_nothing_else() {
    let told = parts(&[on(0, 2.0, 0.0, 1.5)], Some(PLAIN), Some(PLAIN));
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, Cause::FadedReactions);
    assert!((told[0].3 - (saturated(1.5, BETA) - saturated(2.0, BETA))).abs() < 1e-15);
}

#[test]
fn who_comes_again_adds_what_a_stranger_would_less_what_is_repeated() {
    let told = parts(&[on(0, 2.0, 1.0, 2.9)], Some(PLAIN), Some(PLAIN));
    let causes: Vec<Cause> = told.iter().map(|(cause, ..)| *cause).collect();
    assert_eq!(
        causes,
        [Cause::FadedReactions, Cause::NewReactions, Cause::RepeatsSaturated]
    );
    assert!((told[1].3 - 1.0).abs() < 1e-15);
    assert!(told[2].3 < 0.0);
}

#[test]
fn a_reactor_who_rises_a_crowd_that_is_believed_and_an_answer_are_told_apart() {
    let flows = [on(0, 1.0, 0.0, 1.0)];
    let before = factors(0.5, 0.5, 1.0, 0.2);
    for (after, cause, is_about_answers) in [
        (factors(0.5, 0.9, 1.0, 0.2), Cause::ReactorsRose, false),
        (factors(0.5, 0.5, 0.8, 0.2), Cause::ReactorsFell, false),
        (factors(0.5, 0.5, 1.0, 0.9), Cause::Corroboration, false),
        (factors(0.7, 0.5, 1.0, 0.2), Cause::Corroboration, true),
    ] {
        let told = parts(&flows, Some(before), Some(after));
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!((told[0].0, told[0].1), (cause, is_about_answers));
    }
}

#[test]
fn networks_share_in_what_they_brought() {
    let flows = [on(0, 1.0, 0.0, 1.0), on(3, 0.0, 1.0, 1.0)];
    let told = parts(&flows, Some(PLAIN), Some(PLAIN));
    assert!(told.iter().all(|(_, _, network, _)| *network == 3), "{told:?}");
}

fn factor() -> impl Strategy<Value = Factors> {
    (0.0..=1.0, 0.0..=1.0, 0.5..1.5, 0.0..=1.0).prop_map(|(kept, trust, standing, believed)| Factors {
        kept,
        trust,
        standing,
        believed,
    })
}

/// A network's flow, by what is left of it at each step.
fn flow(network: u8) -> impl Strategy<Value = Flow> {
    let strength = || prop_oneof![Just(0.0), 0.001..20.0];
    (strength(), 0.5..=1.0, 0.0..=1.0, 0.0..=1.0, strength(), strength()).prop_map(
        move |(before, fading, staying, leaving, moved_in, brought)| {
            let faded = before * fading;
            let stayed = faded * staying;
            Flow {
                network,
                before,
                gone: (faded - stayed) * leaving,
                moved_out: (faded - stayed) * (1.0 - leaving),
                moved_in,
                brought,
                after: stayed + moved_in + brought,
            }
        },
    )
}

proptest! {
    #[test]
    fn the_parts_add_up(a in flow(0), b in flow(1), before in factor(), after in factor()) {
        let flows = [a, b];
        let sum = |of: fn(&Flow) -> f64| flows.iter().map(of).sum::<f64>();
        let (old, new) = (sum(|flow| flow.before), sum(|flow| flow.after));
        let before = Some(before).filter(|_| old > 0.0);
        let after = Some(after).filter(|_| new > 0.0);
        let expected = contribution(new, after) - contribution(old, before);
        let told: f64 = parts(&flows, before, after).iter().map(|(.., part)| part).sum();
        prop_assert!((told - expected).abs() < 1e-12, "{told} {expected}");
    }
}
