use super::*;
use crate::influence::params::{RepeatParams, SelectivityParams};
use crate::networks::builtin_networks;
use crate::reactions::AccountReaction;
use clout_base::day::DAY_MICROS;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

fn network(name: &str) -> Network {
    builtin_networks().into_iter().find(|n| n.name == name).unwrap()
}

fn weighing() -> ReactionWeighing {
    ReactionWeighing {
        selectivity: SelectivityParams::default(),
        repeats: RepeatParams::default(),
    }
}

fn dates_of(reactions: &[AccountReaction]) -> Vec<DateReactions> {
    let mut by_date: BTreeMap<Day, Vec<AccountReaction>> = BTreeMap::new();
    for reaction in reactions {
        by_date.entry(reaction.load_date).or_default().push(*reaction);
    }
    let date = |(load_date, reactions): (Day, Vec<AccountReaction>)| DateReactions::from_slice(load_date, &reactions);
    by_date.into_iter().map(date).collect()
}

fn weigh(reactions: &[AccountReaction], network: &Network, twins: TwinRule) -> WeighedDates {
    weigh_dates(dates_of(reactions), network, &weighing(), twins)
}

/// Follows the definitions group by group, without ranges, keys or threads.
fn weigh_slowly(reactions: &[AccountReaction], network: &Network, twins: TwinRule) -> WeighedDates {
    let derived = network.co_visit.map(|rule| rule.verb);
    let mut sorted = reactions.to_vec();
    sorted.sort_by_key(AccountReaction::order);
    let second = |r: &AccountReaction| (r.load_date, r.actor, r.target, r.occurred_at.div_euclid(SECOND_MICROS));
    let day = |r: &AccountReaction| r.occurred_at.div_euclid(DAY_MICROS);
    let is_counted = |r: &AccountReaction| {
        let same = sorted
            .iter()
            .filter(|other| second(other) == second(r) && Some(other.verb) != derived);
        let is_less = same.clone().any(|other| network.outranks(other.verb, r.verb));
        twins == TwinRule::Keep || Some(r.verb) == derived || !is_less
    };
    let counted: Vec<AccountReaction> = sorted.iter().filter(|r| is_counted(r)).copied().collect();
    let mut crowds: BTreeMap<_, BTreeSet<u32>> = BTreeMap::new();
    for r in &counted {
        crowds
            .entry((r.load_date, r.actor, day(r)))
            .or_default()
            .insert(r.target);
    }
    let mut weighed = Vec::new();
    for same in
        counted.chunk_by(|a, b| (a.load_date, a.actor, a.target, day(a)) == (b.load_date, b.actor, b.target, day(b)))
    {
        let crowd = crowds[&(same[0].load_date, same[0].actor, day(&same[0]))].len() as u32;
        let selectivity = weighing().selectivity(crowd);
        let (mut so_far, mut worth, mut weights) = (0.0, 0.0, Vec::new());
        for reaction in same.iter().rev() {
            so_far += network.verbs[usize::from(reaction.verb)].weight;
            let total = weighing().saturate_day(so_far);
            weights.push((selectivity * (total - worth)) as f32);
            worth = total;
        }
        weighed.extend(
            same.iter()
                .zip(weights.into_iter().rev())
                .map(|(r, weight)| WeighedReaction {
                    actor: r.actor,
                    target: r.target,
                    occurred_at: r.occurred_at,
                    load_date: r.load_date,
                    verb: r.verb,
                    weight,
                }),
        );
    }
    WeighedDates {
        twins: (reactions.len() - weighed.len()) as u64,
        reactions: weighed,
    }
}

fn in_pool<R: Send>(threads: usize, run: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(run)
}

/// Checks results and bits for 1, 2 and 3 threads.
fn check(reactions: &[AccountReaction], network: &Network, twins: TwinRule) {
    let expected = weigh_slowly(reactions, network, twins);
    for threads in 1..=3 {
        let weighed = in_pool(threads, || weigh(reactions, network, twins));
        assert_eq!(weighed, expected, "{threads} threads");
    }
}

fn any_reaction() -> impl Strategy<Value = AccountReaction> {
    let time = (
        18_000_i64..18_004,
        0_i64..4,
        prop::sample::select(vec![0_i64, 1, 999_999]),
    );
    (0_u32..4, 0_u32..5, time, 0_i32..3, 0_u8..5).prop_map(|(actor, target, (day, second, micros), date, verb)| {
        AccountReaction {
            actor: actor * 1_000,
            target,
            // Also seconds on both sides of midnight.
            occurred_at: day * DAY_MICROS + (second - 2) * SECOND_MICROS + micros,
            load_date: Day(18_010 + date),
            verb,
        }
    })
}

proptest! {
    #[test]
    fn twins_crowds_and_weights_follow_their_definitions(
        reactions in prop::collection::vec(any_reaction(), 0..120),
        name in prop::sample::select(vec!["twitter", "foursquare", "linkedin"]),
        twins in prop::sample::select(vec![TwinRule::Remove, TwinRule::Keep]),
    ) {
        let network = network(name);
        let verbs = network.verbs.len() as u8;
        let fit = |reaction: &AccountReaction| AccountReaction { verb: reaction.verb % verbs, ..*reaction };
        let reactions: Vec<AccountReaction> = reactions.iter().map(fit).collect();
        check(&reactions, &network, twins);
    }
}

/// Returns many reactions, spread by a fixed stream of numbers.
fn spread(rows: u32, actors: u32, targets: u32) -> Vec<AccountReaction> {
    let mut state = 7_u64;
    let mut draw = |below: u32| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % u64::from(below)) as u32
    };
    (0..rows)
        .map(|_| AccountReaction {
            actor: 10 + draw(actors),
            target: draw(targets),
            occurred_at: Day(18_000 + draw(3) as i32).start_micros() + i64::from(draw(1_000)) * 500_000,
            load_date: Day(18_003 + draw(2) as i32),
            verb: draw(4) as u8,
        })
        .collect()
}

/// Compares load dates of several ranges with the same rows weighed actor by actor.
fn check_by_actor(reactions: &[AccountReaction]) {
    let twitter = network("twitter");
    let weighed = weigh(reactions, &twitter, TwinRule::Remove);
    let mut by_actor: BTreeMap<u32, Vec<AccountReaction>> = BTreeMap::new();
    for reaction in reactions {
        by_actor.entry(reaction.actor).or_default().push(*reaction);
    }
    let alone = by_actor.values().map(|own| weigh(own, &twitter, TwinRule::Remove));
    let mut expected: Vec<WeighedReaction> = alone.flat_map(|own| own.reactions).collect();
    expected.sort_by_key(|reaction| AccountReaction::from(*reaction).order());
    assert_eq!(weighed.reactions, expected);
    for threads in [1, 3] {
        assert_eq!(
            in_pool(threads, || weigh(reactions, &twitter, TwinRule::Remove)),
            weighed
        );
    }
}

#[test]
fn ranges_of_actors_change_no_bit() {
    check_by_actor(&spread(40_000, 3_000, 50));
    // Two hubs with a third of the rows each, in one range.
    let mut hubs = spread(30_000, 3_000, 500);
    hubs.iter_mut().step_by(3).for_each(|reaction| reaction.actor = 11);
    hubs.iter_mut()
        .skip(1)
        .step_by(3)
        .for_each(|reaction| reaction.actor = 12);
    check_by_actor(&hubs);
}

#[test]
fn an_actor_with_all_rows_is_weighed_like_any_other() {
    let mut reactions = spread(LARGE_RANGE as u32 * 2 + 10, 1, 40_000);
    reactions
        .iter_mut()
        .for_each(|reaction| reaction.load_date = Day(18_003));
    let twitter = network("twitter");
    let weighed = in_pool(3, || weigh(&reactions, &twitter, TwinRule::Remove));
    assert_eq!(in_pool(1, || weigh(&reactions, &twitter, TwinRule::Remove)), weighed);
    assert!(
        weighed
            .reactions
            .is_sorted_by_key(|reaction| AccountReaction::from(*reaction).order())
    );
    assert_eq!(weighed.reactions.len() as u64 + weighed.twins, reactions.len() as u64);
    // A crowd of 40,000 leaves almost nothing of a reaction.
    assert!(weighed.reactions.iter().all(|reaction| reaction.weight < 1e-4));
}

fn reaction(network: &Network, target: u32, seconds: i64, load_date: i32, verb: &str) -> AccountReaction {
    let verb = network.verbs.iter().position(|v| v.name == verb).unwrap() as u8;
    AccountReaction {
        actor: 1,
        target,
        occurred_at: seconds * SECOND_MICROS,
        load_date: Day(load_date),
        verb,
    }
}

#[test]
fn a_reply_that_is_also_a_mention_counts_as_a_reply() {
    let twitter = network("twitter");
    let rows = [
        reaction(&twitter, 2, 10, 5, "mention"),
        reaction(&twitter, 2, 10, 5, "reply"),
        reaction(&twitter, 2, 11, 5, "mention"),
        reaction(&twitter, 3, 10, 5, "mention"),
        reaction(&twitter, 2, 10, 6, "mention"),
    ];
    let weighed = weigh(&rows, &twitter, TwinRule::Remove);
    assert_eq!(weighed.twins, 1);
    let verbs: Vec<&str> = (weighed.reactions.iter())
        .map(|r| twitter.verbs[r.verb as usize].name.as_str())
        .collect();
    assert_eq!(verbs, ["reply", "mention", "mention", "mention"]);
}

#[test]
fn rows_of_one_verb_and_derived_reactions_have_no_twins() {
    let twitter = network("twitter");
    let twice = [reaction(&twitter, 2, 10, 5, "like"); 2];
    assert_eq!(weigh(&twice, &twitter, TwinRule::Remove).twins, 0);
    let foursquare = network("foursquare");
    let derived = [
        reaction(&foursquare, 2, 10, 5, "co_visit"),
        reaction(&foursquare, 2, 10, 5, "tip_like"),
    ];
    assert_eq!(weigh(&derived, &foursquare, TwinRule::Remove).twins, 0);
}

#[test]
fn a_crowd_is_of_one_account_load_date_and_day_and_repeats_do_not_count() {
    let twitter = network("twitter");
    let day = 86_400;
    let rows = [
        reaction(&twitter, 2, 5 * day, 5, "like"),
        reaction(&twitter, 3, 5 * day + 9, 5, "like"),
        reaction(&twitter, 3, 4 * day, 5, "like"),
        reaction(&twitter, 2, 5 * day + 20, 6, "like"),
    ];
    let weighed = weigh(&rows, &twitter, TwinRule::Remove).reactions;
    let pair = weighing().selectivity(2) as f32;
    // Targets 2 and 3 on day 5; target 3 on day 4; target 2 late on day 5.
    let weights: Vec<f32> = weighed.iter().map(|reaction| reaction.weight).collect();
    assert_eq!(weights, [pair, 1.0, pair, 1.0]);
}
