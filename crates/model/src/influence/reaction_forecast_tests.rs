use super::super::testing::TestWorld;
use super::*;

/// Returns fresh likes from `people` trusted persons, each with one target, to the last person.
fn crowd_of(people: u32, more: &[(u32, u32, i32, f64)]) -> TestWorld {
    let likes: Vec<_> = (0..people)
        .map(|actor| (actor, people + 1, 40, 24.0 - 1e-9))
        .chain(more.iter().copied())
        .collect();
    TestWorld::from_likes(people + 2, 40, &likes, |_| true)
}

/// Returns the index of the target in [`crowd_of`].
fn target(people: u32) -> usize {
    people as usize + 1
}

fn like(world: &TestWorld) -> f64 {
    let verb = world.networks[world.network].input_verb_code("like").unwrap();
    compute_strength(&world.networks, world.network, verb, &world.moment(0), &world.model)
}

#[test]
fn a_fresh_like_is_one_over_the_mass_of_the_history() {
    let world = crowd_of(3, &[]);
    let mass = world.model.mixture().steady_mass(41.0);
    assert!((like(&world) - 1.0 / mass).abs() < 1e-9);
}

#[test]
fn a_newcomer_adds_one_more_reactor() {
    for people in [0, 1, 10, 100] {
        let world = crowd_of(people, &[]);
        let scored = world.score_people(0);
        let crowd = ReactorCrowd::from_scored(&scored, &world.moment(0), &world.model, target(people));
        let params = world.model.params();
        let amount = saturate(like(&world), params.repeats.beta);
        let ordinary = trust::compute_rank_factor(1.0 - params.propagation.damping, &params.standing);
        // The existing reactors have no reactors themselves; the newcomer has average rank.
        let contributions = amount * (f64::from(people) * ordinary + 1.0);
        let expected = scored.scale.score_of_contributions(contributions);
        let after = crowd.forecast_score(ReactionActor::Newcomer, like(&world)).unwrap();
        assert!((after - expected).abs() < 1e-7, "{people}: {after} {expected}");
        assert_eq!(crowd.current_score(), scored.scores.score(target(people)));
    }
}

/// Returns twelve reactors to person 13 at the end of day 40 (number 3 four days earlier), and more likes.
fn fans(more: &[(u32, u32, i32, f64)]) -> TestWorld {
    let like = |actor: u32| match actor {
        3 => (actor, 13, 36, 5.0),
        _ => (actor, 13, 40, 24.0 - 1e-9),
    };
    let likes: Vec<_> = (0..12).map(like).chain(more.iter().copied()).collect();
    TestWorld::from_likes(14, 40, &likes, |person| person != 12)
}

#[rstest::rstest]
#[case::stranger(ReactionActor::Stranger, 12)]
#[case::reactor(ReactionActor::Reactor { position: 3, trust: 1.0 }, 3)]
fn a_run_with_the_row_gives_the_forecast_score(#[case] who: ReactionActor, #[case] actor: u32) {
    let (before, after) = (fans(&[]), fans(&[(actor, 13, 40, 24.0 - 1e-9)]));
    let scored = before.score_people(0);
    let crowd = ReactorCrowd::from_scored(&scored, &before.moment(0), &before.model, 13);
    let forecast = crowd.forecast_score(who, like(&before)).unwrap();
    let actual = after.score_people(0).scores.score(13).unwrap();
    assert!((forecast - actual).abs() < 1e-7, "{forecast} {actual}");
    assert!(forecast > crowd.current_score().unwrap());
}

#[test]
fn a_stranger_adds_nothing_without_trusted_reactors() {
    let world = crowd_of(0, &[]);
    let scored = world.score_people(0);
    let crowd = ReactorCrowd::from_scored(&scored, &world.moment(0), &world.model, target(0));
    let alone = crowd.forecast_score(ReactionActor::Stranger, like(&world)).unwrap();
    assert!((alone - scored.scale.score_of_contributions(0.0)).abs() < 1e-9);
    assert_eq!(crowd.current_score(), None);
    let world = crowd_of(30, &[]);
    let scored = world.score_people(0);
    let crowd = ReactorCrowd::from_scored(&scored, &world.moment(0), &world.model, target(30));
    let [newcomer, stranger] =
        [ReactionActor::Newcomer, ReactionActor::Stranger].map(|who| crowd.forecast_score(who, 1.0).unwrap());
    assert!(newcomer > stranger && stranger > crowd.current_score().unwrap());
}

#[test]
fn the_median_reactor_is_taken_among_the_reactors_of_a_network() {
    let world = fans(&[(4, 13, 20, 1.0), (4, 13, 25, 1.0), (4, 13, 30, 1.0)]);
    let scored = world.score_people(0);
    let crowd = ReactorCrowd::from_scored(&scored, &world.moment(0), &world.model, 13);
    // Number 3 gives least and number 4 most; the sixth of twelve is the median of the equal ones between them.
    assert_eq!(
        crowd
            .find_median_reactor(world.network)
            .map(|index| crowd.reactor(index)),
        Some(6)
    );
    assert_eq!(crowd.find_median_reactor(world.network + 1), None);
}

#[test]
fn a_second_day_raises_the_trust_of_a_reactor_seen_on_one_day() {
    // Number 2 has only number 0 as a reactor, seen on one day: a stranger alone adds nothing.
    let at = |day: i32, hours: f64| (0, 2, day, hours);
    let seen = |world: &mut TestWorld, likes: &[(u32, u32, i32, f64)]| {
        for (actor, _, day, hours) in likes {
            let micros =
                super::super::testing::FIRST_LOAD_DATE.days_after(*day).start_micros() + (hours * 3.6e9) as i64;
            let facts = &mut world.facts[*actor as usize];
            *facts = facts.with_act_at(micros);
        }
    };
    let world = |likes: &[(u32, u32, i32, f64)]| {
        let mut world = TestWorld::from_likes(3, 40, likes, |person| person == 1);
        world.facts = vec![Default::default(); 3];
        seen(&mut world, likes);
        world
    };
    let (first, more) = (at(36, 5.0), at(40, 24.0 - 1e-9));
    let (before, after) = (world(&[first]), world(&[first, more]));
    let scored = before.score_people(0);
    let crowd = ReactorCrowd::from_scored(&scored, &before.moment(0), &before.model, 2);
    let trust = compute_trust_after(
        &before.account_state(),
        &scored,
        &before.moment(0),
        &before.model,
        0,
        before.network,
    );
    assert!(scored.trust[0] < 1e-3 && trust > 0.1, "{} {trust}", scored.trust[0]);
    let forecast = crowd
        .forecast_score(ReactionActor::Reactor { position: 0, trust }, like(&before))
        .unwrap();
    let again = after.score_people(0);
    let actual = again.scores.score(2).unwrap();
    assert!((again.trust[0] - trust).abs() < 1e-12);
    // Reactor 0's rank changes slightly with its own trust; the forecast holds it constant.
    let (forecast_gain, real_gain) = (
        forecast - crowd.current_score().unwrap(),
        actual - crowd.current_score().unwrap(),
    );
    assert!(
        real_gain > 1.0 && (forecast_gain - real_gain).abs() < 0.1 * real_gain,
        "{forecast_gain} {real_gain}"
    );
}
