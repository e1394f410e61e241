use proptest::prelude::*;

use super::super::params::ScaleParams;
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
    let mut ids: Vec<String> = (0..others).map(|other| format!("other{other}")).collect();
    ids.extend(crowd.iter().map(|(id, ..)| id.clone()));
    ids.push("target".to_owned());
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
        let (_, whole) = estimate(&crowd, 1.0, 0);
        prop_assert!(whole.low == interval.low && whole.high <= interval.high);
    }
}
