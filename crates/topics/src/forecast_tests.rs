use polars::prelude::{Column, DataFrame};

use super::super::fixed_point::{DecayPeriods, to_units};
use super::super::frames::{build_column, build_table};
use super::super::topic_scores::compute_topic_scores;
use super::super::topic_state::TopicState;
use super::*;
use crate::ontology::Ontology;
use crate::ontology::alias_resolver::MentionKind;
use clout_model::accounts::AccountIndex;
use clout_model::accounts::NO_NODE;
use clout_model::influence::scoring::PeopleScores;
use clout_model::influence::testing::TestWorld;

const PEOPLE: u32 = 12;
/// Target of the reactions.
const TARGET: u32 = 11;
/// Optional additional reactor.
const NEWCOMER: u32 = 7;
/// The last moment of the day, in hours.
const LATE: f64 = 24.0 - 1e-9;

/// Five persons like the target on the last day, and optionally the newcomer.
fn world(has_newcomer: bool) -> TestWorld {
    let likes = (0..5).map(|actor| (actor, TARGET, 10, LATE));
    let more = has_newcomer.then_some((NEWCOMER, TARGET, 10, LATE));
    TestWorld::from_likes(PEOPLE, 10, &likes.chain(more).collect::<Vec<_>>(), |_| true)
}

/// State with likes on tea, two of them also on milk, and a text of the target on hills without reactions.
fn memory(world: &TestWorld, ontology: &Ontology, newcomer_on: Option<u32>) -> TopicState {
    let (hills, milk, tea) = (0, 1, 2);
    let mut likes: Vec<(u32, u32)> = (0..5).map(|actor| (tea, actor)).collect();
    likes.extend((0..2).map(|actor| (milk, actor)));
    likes.extend(newcomer_on.map(|topic| (topic, NEWCOMER)));
    let at = world.as_of.end_micros() - 1;
    let periods = DecayPeriods::new(world.model.params().topics.half_life_days);
    let (period, fresh) = (periods.find_period(at), to_units(periods.fade_to_period_end(at)));
    let mut memory = TopicState::empty(world.networks.len());
    memory.add_topics(ontology);
    let rows = likes.len();
    memory.interactions.table = table(vec![
        build_column("period", vec![period; rows]),
        build_column("target", vec![TARGET; rows]),
        build_column("topic", likes.iter().map(|like| like.0)),
        build_column("actor", likes.iter().map(|like| like.1)),
        build_column("worth", vec![fresh; rows]),
        build_column("lasting_worth", vec![fresh; rows]),
        build_column("interest", vec![fresh; rows]),
        build_column("given", vec![0_i64; rows]),
        build_column("lasting_given", vec![0_i64; rows]),
        build_column("count", vec![1_i64; rows]),
    ]);
    memory.interests.table = table(vec![
        build_column("period", vec![period]),
        build_column("account", vec![TARGET]),
        build_column("topic", vec![hills]),
        build_column("interest", vec![fresh]),
    ]);
    memory.sources = table(vec![
        build_column("account", vec![TARGET]),
        build_column("topic", vec![hills]),
        build_column("kind", vec![MentionKind::Text as u32]),
        build_column("is_own", vec![true]),
        build_column("at", vec![world.as_of.start_micros()]),
        build_column("weight", vec![to_units(1.0)]),
        build_column("other", vec![NO_NODE]),
        build_column("id", vec!["a post"]),
    ]);
    let pairs = [
        (hills, hills, 1_i64),
        (hills, tea, 1),
        (milk, milk, 2),
        (milk, tea, 2),
        (tea, tea, 5),
    ];
    memory.topic_pairs = table(vec![
        build_column("topic", pairs.map(|pair| pair.0).to_vec()),
        build_column("other", pairs.map(|pair| pair.1).to_vec()),
        build_column("rows", pairs.map(|pair| pair.2).to_vec()),
    ]);
    memory
}

fn table(columns: Vec<Column>) -> DataFrame {
    build_table(columns).unwrap()
}

fn with_tonight<T>(
    world: &TestWorld,
    memory: &TopicState,
    ask: impl FnOnce(&TopicInputs, &InfluenceScores, &PeopleScores) -> T,
) -> T {
    let scored = world.score_people(0);
    let inputs = TopicInputs {
        state: memory,
        ontology: &Ontology::from_rows(&memory.ontology),
        accounts: &AccountIndex::empty(Vec::new()),
        persons: &world.persons,
        are_present: vec![true; world.persons.len()],
        model: &world.model,
        as_of: world.as_of,
    };
    let known = InfluenceScores::from_people_scores(&scored, &world.model);
    ask(&inputs, &known, &scored)
}

/// Topic scores of the target, by topic.
fn scores(world: &TestWorld, memory: &TopicState) -> Vec<(u32, f64)> {
    with_tonight(world, memory, |inputs, known, _| {
        let rows = compute_topic_scores(inputs, known).unwrap().rows;
        let own = rows.iter().filter(|standing| standing.row.person == TARGET);
        own.map(|standing| (standing.row.topic, standing.row.score())).collect()
    })
}

#[test]
fn the_forecast_is_close_to_the_scores_of_a_state_with_the_reaction() {
    let row = |id: &str, above: Option<&str>| (id.to_owned(), above.map(str::to_owned));
    let rows = [row("hills", None), row("milk", Some("tea")), row("tea", None)];
    let ontology = Ontology::from_rows(&rows);
    assert_eq!(ontology.to_rows(), rows);
    let (before, after) = (world(false), world(true));
    let bare = memory(&before, &ontology, None);
    let gains = with_tonight(&before, &bare, |inputs, known, _| {
        // A like weighs one; the newcomer's attention to the target is taken from the world with the newcomer.
        let edge = after.score_people(0).attention.amounts[5];
        let reaction = AddedReaction {
            person: TARGET,
            verb_weight: 1.0,
            attention: edge,
        };
        forecast_gains(inputs, known, &reaction, &[0, 1, 2]).unwrap()
    });
    assert_eq!(gains.len(), 3);
    for gain in gains {
        let of_topic = |scores: &[(u32, f64)]| scores.iter().find(|row| row.0 == gain.topic).unwrap().1;
        assert_eq!(gain.before, of_topic(&scores(&before, &bare)));
        let really = of_topic(&scores(&after, &memory(&before, &ontology, Some(gain.topic))));
        let (points, is) = (gain.after - gain.before, really - gain.before);
        // The forecast gives the newcomer an ordinary rank; without any reactors it is 4 % lower in the other world.
        assert!(
            points > 0.1 && (points - is).abs() < 0.05 * is,
            "{}: {points} {is}",
            gain.topic
        );
    }
}
