use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::influence::resample::{compute_seed, compute_weights};
use crate::influence::score::compute_belief;

#[test]
fn saturation_is_exact_to_six_digits_at_any_load() {
    let loads = (-40..=30).map(|power| 10.0_f64.powf(f64::from(power) / 4.0));
    for load in loads.chain([0.0, 0.34657, 0.34658, 79.0, 81.0]) {
        let expected = -(-load).exp_m1();
        let found = f64::from(saturate_load(load as f32));
        assert!((found - expected).abs() <= 1e-6 * expected, "{load} {found} {expected}");
    }
    assert_eq!(saturate_load(0.0), 0.0);
    assert_eq!(saturate_load(f32::INFINITY), 1.0);
}

/// Compares with sums in double precision, in the same order.
#[track_caller]
fn check(reactors: usize, amount: impl Fn(usize) -> f64, params: &CorroborationParams) {
    let ids: PersonIds = (0..reactors).map(|reactor| format!("p{reactor}")).collect();
    let trust: Vec<f64> = (0..reactors).map(|reactor| (reactor % 5) as f64 / 4.0).collect();
    let rank: Vec<f64> = (0..reactors)
        .map(|reactor| 0.95 + (reactor % 7) as f64 / 10.0)
        .collect();
    let model = ContributionModel {
        trust: &trust,
        rank: &rank,
        corroboration: params,
    };
    let amounts: Vec<f64> = (0..reactors).map(amount).collect();
    let order: Vec<u32> = (0..reactors as u32).collect();
    let table = ReactorTable::new(&model, &ids);
    let found = table.resample_contributions(&order, &amounts, params, &mut ReplicateBuffers::default());
    let weights: Vec<_> = ids.iter().map(|id| compute_weights(compute_seed(id))).collect();
    for (replicate, found) in found.into_iter().enumerate() {
        let (mut trusted, mut strangers) = (0.0, 0.0);
        for reactor in 0..reactors {
            let (t, s) = split_amount(trust[reactor], rank[reactor], amounts[reactor]);
            trusted += f64::from(weights[reactor][replicate]) * t;
            strangers += f64::from(weights[reactor][replicate]) * s;
        }
        let expected = trusted + compute_belief(trusted, strangers, params) * strangers;
        let error = (f64::from(found) - expected).abs();
        assert!(error <= 1e-5 * expected, "{replicate}: {found} {expected}");
    }
}

#[test]
fn sums_are_those_of_double_precision_to_five_digits() {
    let params = CorroborationParams::default();
    for reactors in [2, BLOCK - 1, BLOCK, BLOCK + 1, 3_000, 200_000] {
        check(reactors, |reactor| 0.01 + (reactor % 11) as f64, &params);
    }
}

#[test]
fn a_million_small_parts_beside_a_huge_one_are_not_lost() {
    // In one f32 sum, each of these would vanish beside the first.
    check(
        1_000_000,
        |reactor| if reactor == 1 { 1e7 } else { 0.1 },
        &CorroborationParams::default(),
    );
}

#[test]
fn extreme_parameters_keep_the_digits() {
    let (tiny, huge) = (1e-9, 1e9);
    for (per_trusted_of_few, per_trusted, half_at) in [
        (0.0, huge, huge),
        (0.0, 0.0, 1.0),
        (huge, huge, tiny),
        (tiny, 0.0, huge),
        (0.0, tiny, tiny),
    ] {
        let params = CorroborationParams {
            per_trusted_of_few,
            per_trusted,
            half_at,
            ..CorroborationParams::default()
        };
        for amount in [1e-9, 1.0, 1e9] {
            check(700, |_| amount, &params);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bit_depends_on_the_vectors_of_the_machine(
        reactors in 1_usize..600,
        (amounts, trusts) in (vec(1e-12_f64..1e12, 600), vec(prop_oneof![Just(0.0), 0.0..=1.0, Just(1.0)], 600)),
    ) {
        let params = CorroborationParams::default();
        let ids: PersonIds = (0..600).map(|reactor| format!("p{reactor}")).collect();
        let model = ContributionModel {
            trust: &trusts,
            rank: &vec![1.3; 600],
            corroboration: &params,
        };
        let table = ReactorTable::new(&model, &ids);
        let order: Vec<u32> = (0..reactors as u32).rev().collect();
        let mut buffers = ReplicateBuffers::default();
        // Without a feature of the machine, as the test is compiled, and with the widest vectors.
        let plain = table.resample(&order, &amounts[..reactors], &params, &mut buffers);
        let found = table.resample_contributions(&order, &amounts[..reactors], &params, &mut buffers);
        prop_assert_eq!(plain.map(f32::to_bits), found.map(f32::to_bits));
    }
}
