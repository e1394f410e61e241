use proptest::prelude::*;

use super::super::params::{CorroborationParams, ScaleParams};
use super::super::resample::{compute_seed, compute_weights};
use super::super::score::split_amount;
use super::super::score_table::ScoreTable;
use super::*;

/// The reactors of one person: id, trust g and amount of each.
type Crowd = Vec<(String, f64, f64)>;

/// Returns `count` equal reactors with distinct ids.
fn crowd(count: usize, trust: f64, amount: f64) -> Crowd {
    (0..count)
        .map(|reactor| (format!("r{reactor:05}"), trust, amount))
        .collect()
}

/// Computes the score value and its interval. `others` is the number of persons without reactions that come first.
fn estimate(crowd: &Crowd, coverage: f64, others: usize) -> (f64, ScoreInterval) {
    let people = others + crowd.len() + 1;
    let mut ids: PersonIds = (0..others).map(|other| format!("other{other}")).collect();
    ids.extend(crowd.iter().map(|(id, ..)| id));
    ids.push("target");
    let mut offsets = vec![0; people];
    offsets.push(crowd.len());
    let attention = AttentionGraph {
        offsets,
        reactors: (others..others + crowd.len()).map(|index| index as u32).collect(),
        amounts: crowd.iter().map(|(.., amount)| *amount).collect(),
        ..AttentionGraph::default()
    };
    let mut trust = vec![0.5; others];
    trust.extend(crowd.iter().map(|(_, trust, _)| *trust));
    trust.push(0.0);
    let (standing, corroboration) = (vec![1.0; people], CorroborationParams::default());
    let model = ContributionModel {
        trust: &trust,
        rank: &standing,
        corroboration: &corroboration,
    };
    let line = ScoreScale::new(&ScaleParams::default(), &corroboration);
    let standings = ScoreTable::compute(&attention, &model, &line);
    let bootstrap = ScoreBootstrap::new(&attention, &model, &line, &ids);
    let intervals = bootstrap.compute_intervals(&standings.sums, &vec![coverage; people]);
    assert!(intervals[..people - 1].iter().all(Option::is_none));
    (standings.values[people - 1].unwrap(), intervals[people - 1].unwrap())
}

fn line() -> ScoreScale {
    ScoreScale::new(&ScaleParams::default(), &CorroborationParams::default())
}

#[test]
fn the_interval_of_one_reactor_includes_a_score_without_reactors() {
    let (value, interval) = estimate(&crowd(1, 1.0, 2.0), 1.0, 0);
    assert_eq!(interval.low, line().score_of_contributions(0.0));
    // The 95th percentile of a Poisson weight is 3, unless fewer than 6.35 of the 128 weights are as high.
    let highest = compute_weights(compute_seed("r00000"))
        .into_iter()
        .filter(|weight| *weight >= 3)
        .count();
    assert!((8..=18).contains(&highest), "{highest}");
    assert!((interval.high - line().score_of_contributions(3.0 * 2.0)).abs() < 1e-12);
    assert!(interval.low < value && value < interval.high);
}

#[test]
fn strangers_alone_have_an_interval_of_zero_width() {
    let (value, interval) = estimate(&crowd(50, 0.0, 1.0), 0.25, 0);
    assert_eq!((interval.low, interval.high), (value, value));
}

#[test]
fn more_reactors_give_a_narrower_interval() {
    let widths: Vec<f64> = [1, 10, 100, 1_000]
        .map(|count| {
            let (_, interval) = estimate(&crowd(count, 1.0, 1.0), 1.0, 0);
            interval.high - interval.low
        })
        .to_vec();
    assert!(widths.windows(2).all(|pair| pair[1] < 0.5 * pair[0]), "{widths:?}");
    // Width of 90 % of a normal sum of 1,000 weights: 2 x 1.645 / sqrt(1,000) of ln I.
    let expected = 12.0 / std::f64::consts::LN_10 * 2.0 * 1.645 / 1_000.0_f64.sqrt();
    assert!((widths[3] / expected - 1.0).abs() < 0.25, "{widths:?} {expected}");
}

#[test]
fn missing_coverage_raises_only_the_upper_bound() {
    let reactors = crowd(40, 1.0, 1.0);
    let (_, whole) = estimate(&reactors, 1.0, 0);
    let (_, half) = estimate(&reactors, 0.5, 0);
    let (_, nothing) = estimate(&reactors, 0.0, 0);
    assert_eq!(whole, nothing);
    assert_eq!(half.low, whole.low);
    // Twice the contributions: 12 log10 2 points, less the effect of the base.
    assert!((half.high - whole.high - 12.0 * 2.0_f64.log10()).abs() < 0.1);
}

#[test]
fn other_people_and_the_numbering_of_people_change_no_bit() {
    let reactors: Crowd = (0..300)
        .map(|index| {
            (
                format!("p{index:03}"),
                f64::from(index % 5) / 4.0,
                0.1 + f64::from(index),
            )
        })
        .collect();
    let alone = estimate(&reactors, 0.7, 0);
    assert_eq!(alone, estimate(&reactors, 0.7, 5_000));
    for threads in [1, 3, 8] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_eq!(alone, pool.install(|| estimate(&reactors, 0.7, 17)));
    }
}

/// Computes the interval in double precision, replicate by replicate, with sorted replicates.
fn estimate_slowly(crowd: &Crowd, coverage: f64) -> ScoreInterval {
    let params = CorroborationParams::default();
    let sums_of = |weights: &dyn Fn(usize) -> f64| {
        let (mut trusted, mut strangers) = (0.0, 0.0);
        for (reactor, (_, trust, amount)) in crowd.iter().enumerate() {
            let (t, s) = split_amount(*trust, 1.0, *amount);
            trusted += weights(reactor) * t;
            strangers += weights(reactor) * s;
        }
        trusted + compute_belief(trusted, strangers, &params) * strangers
    };
    let value = line().unclamped_score(params.base + sums_of(&|_| 1.0));
    let weights: Vec<_> = crowd.iter().map(|(id, ..)| compute_weights(compute_seed(id))).collect();
    let mut replicates: Vec<f64> = (0..REPLICATES)
        .map(|replicate| sums_of(&|reactor| f64::from(weights[reactor][replicate])))
        .collect();
    replicates.sort_by(f64::total_cmp);
    let whole = if coverage > 0.0 { coverage } else { 1.0 };
    let percentile = |share: f64, whole: f64| {
        let position = share * (REPLICATES - 1) as f64;
        let around = [position.floor(), position.ceil()]
            .map(|index| line().unclamped_score((params.base + replicates[index as usize] / whole).min(f64::MAX)));
        around[0] + (around[1] - around[0]) * position.fract()
    };
    ScoreInterval {
        low: clamp_score(percentile(0.05, 1.0).min(value)),
        high: clamp_score(percentile(0.95, whole).max(value)),
    }
}

#[track_caller]
fn check_against_double_precision(crowd: &Crowd, coverage: f64) {
    let (_, found) = estimate(crowd, coverage, 3);
    let expected = estimate_slowly(crowd, coverage);
    assert!((found.low - expected.low).abs() < 1e-4, "{found:?} {expected:?}");
    assert!((found.high - expected.high).abs() < 1e-4, "{found:?} {expected:?}");
}

#[test]
fn bounds_are_those_of_double_precision_for_any_number_of_reactors() {
    for reactors in [1, 2, 3, 17, 255, 256, 257, 1_000, 70_000] {
        for coverage in [1.0, 0.3] {
            check_against_double_precision(&crowd(reactors, 0.6, 1.3), coverage);
            // Amounts over nine powers of ten; every fifth reactor is unknown.
            let reactor = |index: usize| {
                let (trust, power) = ((index % 5) as f64 / 4.0, (index * 7 % 9) as i32 - 6);
                (format!("p{index:06}"), trust, 10.0_f64.powi(power))
            };
            check_against_double_precision(&(0..reactors).map(reactor).collect(), coverage);
        }
    }
}

proptest! {
    #[test]
    fn the_interval_contains_the_score(
        parts in proptest::collection::vec((0.0_f64..=1.0, prop_oneof![Just(0.0), 1e-9_f64..3.0, Just(1e12)]), 1..40),
        is_known in any::<bool>(),
        coverage in prop_oneof![Just(0.0), Just(1e-9), Just(1.0), 0.0_f64..=1.0],
    ) {
        let reactor = |(index, (trust, amount)): (usize, (f64, f64))| {
            (format!("p{index:02}"), if is_known { 1.0 } else { trust }, amount)
        };
        let crowd: Crowd = parts.into_iter().enumerate().map(reactor).collect();
        let (value, interval) = estimate(&crowd, coverage, 0);
        let score = clamp_score(value);
        prop_assert!(1.0 <= interval.low && interval.low <= score, "{interval:?} {score}");
        prop_assert!(score <= interval.high && interval.high <= 100.0, "{interval:?} {score}");
        check_against_double_precision(&crowd, coverage);
        let (_, whole) = estimate(&crowd, 1.0, 0);
        prop_assert!(whole.low == interval.low && whole.high <= interval.high);
    }
}
