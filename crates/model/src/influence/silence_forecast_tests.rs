use proptest::prelude::*;

use super::super::testing::TestWorld;
use super::super::trust;
use super::super::weights::saturate;
use super::*;

fn later(world: &TestWorld, person: usize, days: i32) -> Option<f64> {
    let scored = world.score_people(0);
    let (now, later) = (&world.moment(0), &world.moment(days));
    forecast_score(&world.account_state(), &scored, now, later, &world.model, person)
}

#[test]
fn equal_reactors_fade_by_kernel_and_history_only() {
    for people in [1, 7, 40] {
        let likes: Vec<_> = (0..people).map(|actor| (actor, people, 30, 12.0)).collect();
        let world = TestWorld::from_likes(people + 1, 30, &likes, |_| true);
        let scored = world.score_people(0);
        let (mixture, params) = (world.model.mixture(), world.model.params());
        // The reactors have no reactors themselves.
        let rho = trust::compute_rank_factor(1.0 - params.propagation.damping, &params.standing);
        for days in [0, 2, 7, 30, 300] {
            let age = 0.5 + f64::from(days);
            let strength = mixture.kernel(age) / (mixture.kernel(0.0) * mixture.steady_mass(31.0 + f64::from(days)));
            let amount = saturate(strength, params.repeats.beta);
            let expected = scored.scale.score_of_contributions(f64::from(people) * rho * amount);
            let score = later(&world, people as usize, days).unwrap();
            assert!((score - expected).abs() < 1e-9, "{people} {days}: {score} {expected}");
        }
    }
}

#[test]
fn a_later_run_without_new_rows_gives_the_forecast() {
    // Each person reacts to one target only, so no rank changes while the attention fades.
    let likes = [
        (0, 5, 3, 1.0),
        (1, 5, 9, 7.0),
        (2, 5, 9, 23.0),
        (2, 5, 7, 3.0),
        (3, 6, 8, 4.0),
        (4, 6, 1, 4.0),
    ];
    let world = TestWorld::from_likes(7, 9, &likes, |person| person != 4);
    for days in [1, 2, 7, 30, 400] {
        let then = world.score_people(days);
        for person in [5, 6] {
            let (forecast, actual) = (later(&world, person, days).unwrap(), then.scores.score(person).unwrap());
            assert!(
                (forecast - actual).abs() < 1e-12,
                "{person} after {days}: {forecast} {actual}"
            );
        }
    }
}

#[test]
fn the_reciprocity_discount_stays_in_the_forecast() {
    // Person 1 is a stranger and reacted back to person 0, a trusted person.
    let world = TestWorld::from_likes(3, 9, &[(0, 1, 9, 1.0), (1, 0, 9, 2.0), (2, 1, 9, 3.0)], |person| {
        person != 1
    });
    let now = world.score_people(0).scores.score(1).unwrap();
    assert!((later(&world, 1, 0).unwrap() - now).abs() < 1e-12);
    let alone = TestWorld::from_likes(3, 9, &[(0, 1, 9, 1.0), (2, 1, 9, 3.0)], |person| person != 1);
    assert!(later(&world, 1, 5).unwrap() < later(&alone, 1, 5).unwrap());
}

#[test]
fn forgotten_reactions_leave_no_score() {
    let world = TestWorld::from_likes(2, 700, &[(0, 1, 0, 1.0)], |_| true);
    assert!(later(&world, 1, 19).is_some());
    assert_eq!(later(&world, 1, 20), None);
    assert_eq!(later(&world, 0, 2), None, "person 0 has no reactor");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn the_loss_by_silence_grows_every_day(likes in prop::collection::vec((0u32..8, 0u32..8, 0..20, 0.0f64..24.0), 1..60), known in 0u32..9) {
        let likes: Vec<_> = likes.into_iter().filter(|like| like.0 != like.1).collect();
        let world = TestWorld::from_likes(8, 20, &likes, |person| person < known);
        for person in 0..8 {
            let scores: Vec<f64> = [0, 1, 2, 3, 7, 30, 90].iter().filter_map(|days| later(&world, person, *days)).collect();
            prop_assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
            if let Some(now) = world.score_people(0).scores.score(person) {
                prop_assert!((scores[0] - now).abs() < 1e-12);
            }
        }
    }
}
