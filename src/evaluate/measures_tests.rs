//! Tests the measures with closed forms, slow reference implementations and properties of all rankings.

use proptest::prelude::*;

use super::*;

fn assert_close(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-12, "{value} is not {expected}");
}

/// Returns all orders of `0..count`.
fn orders(count: usize) -> Vec<Vec<usize>> {
    let Some(last) = count.checked_sub(1) else {
        return vec![Vec::new()];
    };
    let with_last = |order: Vec<usize>| {
        (0..count).map(move |index| {
            let mut order = order.clone();
            order.insert(index, last);
            order
        })
    };
    orders(last).into_iter().flat_map(with_last).collect()
}

fn dcg(order: &[usize], gains: &[f64], k: usize) -> f64 {
    let places = order.iter().take(k).zip(2..);
    places
        .map(|(person, index)| gains[*person] / f64::from(index).log2())
        .sum()
}

/// Computes NDCG by trying all orders: the mean over the orders allowed by the scores, divided by the best of all.
fn ndcg_over_all_orders(scores: &[f64], gains: &[f64], k: usize) -> f64 {
    let all = orders(scores.len());
    let allowed: Vec<f64> = all
        .iter()
        .filter(|order| order.is_sorted_by(|a, b| scores[*a] >= scores[*b]))
        .map(|order| dcg(order, gains, k))
        .collect();
    let best = all.iter().map(|order| dcg(order, gains, k)).fold(0.0, f64::max);
    allowed.iter().sum::<f64>() / allowed.len() as f64 / best
}

/// Computes AUC by comparing all pairs.
fn auc_by_pairs(scores: &[f64], is_top: &[bool]) -> f64 {
    let (mut won, mut pairs) = (0.0, 0.0);
    for top in (0..scores.len()).filter(|i| is_top[*i]) {
        for rest in (0..scores.len()).filter(|i| !is_top[*i]) {
            pairs += 1.0;
            won += f64::from(u8::from(scores[top] > scores[rest]) + u8::from(scores[top] >= scores[rest])) / 2.0;
        }
    }
    if pairs == 0.0 { 0.5 } else { won / pairs }
}

/// Computes Spearman's correlation by Kendall's method: for each value, count the values below minus those above, then
/// correlate.
fn spearman_by_counting(a: &[f64], b: &[f64]) -> f64 {
    let signs = |values: &[f64], i: usize| -> f64 {
        let sign = |other: &f64| f64::from(i8::from(values[i] > *other) - i8::from(values[i] < *other));
        values.iter().map(sign).sum()
    };
    let product = |x: &[f64], y: &[f64]| -> f64 { (0..x.len()).map(|i| signs(x, i) * signs(y, i)).sum() };
    let (aa, bb) = (product(a, a), product(b, b));
    if aa * bb == 0.0 {
        0.0
    } else {
        product(a, b) / aa.sqrt() / bb.sqrt()
    }
}

#[test]
fn ndcg_discounts_by_the_logarithm_of_the_rank() {
    let third = 1.0 / 4.0_f64.log2();
    assert_close(ndcg(&[3.0, 2.0, 1.0], &[0.0, 0.0, 5.0], 10), third);
    assert_eq!(ndcg(&[3.0, 2.0, 1.0], &[0.0, 0.0, 5.0], 2), 0.0);
    let second = 1.0 / 3.0_f64.log2();
    assert_close(ndcg(&[1.0, 2.0], &[2.0, 1.0], 2), (1.0 + 2.0 * second) / (2.0 + second));
}

#[test]
fn ndcg_of_a_tie_is_the_mean_over_its_orders() {
    let half = (1.0 + 1.0 / 3.0_f64.log2()) / 2.0;
    assert_close(ndcg(&[7.0, 7.0], &[0.0, 1.0], 2), half);
    assert_close(ndcg(&[7.0, 7.0], &[0.0, 1.0], 1), 0.5);
    assert_close(ndcg(&[0.0, -0.0], &[0.0, 1.0], 1), 0.5);
}

#[test]
fn ndcg_is_zero_without_gains() {
    assert_eq!(ndcg(&[1.0, 2.0], &[0.0, 0.0], 10), 0.0);
    assert_eq!(ndcg(&[1.0], &[1.0], 0), 0.0);
    assert_eq!(ndcg(&[], &[], 10), 0.0);
}

#[test]
fn spearman_without_ties_is_the_sum_of_squared_differences() {
    let (a, b) = ([10.0, 20.0, 30.0, 40.0, 50.0], [1.0, 3.0, 2.0, 5.0, 4.0]);
    assert_close(spearman(&a, &b), 1.0 - 6.0 * 4.0 / (5.0 * 24.0));
    assert_eq!(spearman(&a, &a), 1.0);
    assert_eq!(spearman(&a, &a.map(|x| -x)), -1.0);
    assert_eq!(spearman(&a, &[0.1; 5]), 0.0);
    assert_eq!(spearman(&[], &[]), 0.0);
    assert_eq!(spearman(&[f64::NEG_INFINITY, 1.0], &[0.0, 1.0]), 1.0);
}

#[test]
fn partial_spearman_removes_the_effect_of_the_third_variable() {
    let (a, b) = ([1.0, 2.0, 3.0, 4.0], [1.0, 3.0, 2.0, 4.0]);
    assert_eq!(partial_spearman(&a, &b, &[5.0; 4]), spearman(&a, &b));
    assert_eq!(partial_spearman(&a, &b, &a), 0.0);
    assert_eq!(partial_spearman(&a, &b, &b.map(|x| -x)), 0.0);
    let given = [2.0, 1.0, 3.0, 4.0]; // r_ab = r_ag = 0.8 and r_bg = 0.4.
    assert_close(partial_spearman(&a, &b, &given), 0.48 / (0.36_f64 * 0.84).sqrt());
}

#[test]
fn r_squared_is_the_variance_explained_by_a_line() {
    assert_close(r_squared(&[1.0, 2.0, 3.0], &[1.0, 2.0, 2.0]), 0.75);
    assert_close(r_squared(&[1.0, 2.0, 3.0], &[-5.0, -7.0, -9.0]), 1.0);
    assert_close(r_squared(&[1e200, 2e200, 3e200], &[1e-200, 2e-200, 2e-200]), 0.75);
    assert_eq!(r_squared(&[0.1; 3], &[1.0, 2.0, 3.0]), 0.0);
    assert_eq!(r_squared(&[], &[]), 0.0);
}

#[test]
fn the_top_includes_ties_and_excludes_people_without_an_outcome() {
    let scores: Vec<f64> = (0..200).map(f64::from).collect();
    let mut outcomes = vec![0.0; 200];
    assert_eq!(auc_of_top(&scores, &outcomes, 0.01), 0.5);
    outcomes[199] = 3.0; // The top of 200 has two people, but only one has an outcome.
    assert_eq!(auc_of_top(&scores, &outcomes, 0.01), 1.0);
    outcomes[198] = 2.0;
    outcomes[0] = 2.0; // Tied with the second.
    assert_close(auc_of_top(&scores, &outcomes, 0.01), 2.0 / 3.0);
    assert_eq!(auc_of_top(&scores, &[1.0; 200], 0.01), 0.5);
    assert_eq!(auc_of_top(&[], &[], 0.01), 0.5);
    assert_eq!(auc_of_top(&[2.0, 1.0], &[4.0, 3.0], 0.01), 1.0);
}

#[test]
fn the_largest_tie_is_a_share_of_the_population() {
    assert_eq!(tied_share(&[1.0, 2.0, 2.0, 3.0]), 0.5);
    assert_eq!(tied_share(&[0.3, 0.1 + 0.2, 5.0, -0.0, 0.0]), 0.4);
    assert_eq!(tied_share(&[1.0, 1.0 + 1e-8]), 0.5);
    assert_eq!(tied_share(&[]), 0.0);
}

prop_compose! {
    /// Generates up to `most` people with scores and outcomes of few distinct values.
    fn populations(most: usize)(people in 1..=most)(
        scores in prop::collection::vec((-4..4).prop_map(f64::from), people),
        outcomes in prop::collection::vec((0..6).prop_map(f64::from), people),
    ) -> (Vec<f64>, Vec<f64>) {
        (scores, outcomes)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn ndcg_equals_the_mean_over_all_allowed_orders((scores, mut gains) in populations(6), k in 1..8usize) {
        gains[0] += 1.0;
        assert_close(ndcg(&scores, &gains, k), ndcg_over_all_orders(&scores, &gains, k));
    }

    #[test]
    fn the_perfect_order_has_ndcg_one((scores, mut gains) in populations(60), k in 1..80usize) {
        gains[0] += 1.0;
        let perfect: Vec<f64> = gains.iter().zip(&scores).map(|(gain, score)| gain + 0.01 * score).collect();
        assert_close(ndcg(&perfect, &gains, k), 1.0);
        prop_assert!((0.0..=1.0).contains(&ndcg(&scores, &gains, k)));
    }

    #[test]
    fn auc_and_spearman_equal_counts_over_all_pairs((scores, outcomes) in populations(40), share in 0.0..1.0f64) {
        let count = ((share * scores.len() as f64).round() as usize).max(1);
        let above = |i: usize| outcomes.iter().filter(|other| **other > outcomes[i]).count();
        let is_top: Vec<bool> = (0..scores.len()).map(|i| above(i) < count && outcomes[i] >= 1.0).collect();
        assert_close(auc_of_top(&scores, &outcomes, share), auc_by_pairs(&scores, &is_top));
        assert_close(spearman(&scores, &outcomes), spearman_by_counting(&scores, &outcomes));
    }

    #[test]
    fn only_the_order_of_scores_counts((scores, outcomes) in populations(60), k in 1..80usize) {
        let bent: Vec<f64> = scores.iter().map(|score| 7.0 + score.exp()).collect();
        prop_assert_eq!(ndcg(&bent, &outcomes, k), ndcg(&scores, &outcomes, k));
        prop_assert_eq!(spearman(&bent, &outcomes), spearman(&scores, &outcomes));
        prop_assert_eq!(auc_of_top(&bent, &outcomes, 0.1), auc_of_top(&scores, &outcomes, 0.1));
        prop_assert_eq!(tied_share(&bent), tied_share(&scores));
        let turned: Vec<f64> = scores.iter().map(|score| -score).collect();
        assert_close(spearman(&turned, &outcomes), -spearman(&scores, &outcomes));
        assert_close(auc_of_top(&turned, &outcomes, 0.1), 1.0 - auc_of_top(&scores, &outcomes, 0.1));
    }

    #[test]
    fn measures_do_not_depend_on_the_numbering_of_people(
        (scores, outcomes) in populations(60), k in 1..80usize, turn in 0..60usize,
    ) {
        let turned = |values: &[f64]| {
            let mut values = values.to_vec();
            values.rotate_left(turn % scores.len());
            values
        };
        let (other, came) = (turned(&scores), turned(&outcomes));
        prop_assert_eq!(ndcg(&other, &came, k), ndcg(&scores, &outcomes, k));
        prop_assert_eq!(auc_of_top(&other, &came, 0.1), auc_of_top(&scores, &outcomes, 0.1));
        assert_close(spearman(&other, &came), spearman(&scores, &outcomes));
    }
}
