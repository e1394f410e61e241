use clout_model::accounts::NO_NODE;
use clout_model::networks::builtin_networks;
use proptest::prelude::*;

use super::*;
use crate::mentions::MentionRow;
use crate::ontology::hits::AliasHits;
use crate::ontology::lexicon::LexiconScratch;
use crate::testing::lines;

const TOPICS: [&str; 3] = ["coffee", "milk", "tea"];

/// Actor, target (none for a post), object (none for 0), topic of a tag (none beyond the topics), and load date.
type Row = (u32, Option<u32>, u64, usize, i32);

fn counted(rows: &[Row], lexicon: &Lexicon) -> CountedTopicRows {
    let mut sorted = rows.to_vec();
    sorted.sort_by_key(|row| row.4);
    let mut counted = CountedTopicRows {
        rows: ActivityRows::default(),
        is_kept: vec![true; rows.len()],
        // Account 3 opts out in the middle.
        opted_out_on: [i32::MAX, i32::MAX, i32::MAX, 3].map(Day).into(),
    };
    for (number, of_date) in sorted.chunk_by(|a, b| a.4 == b.4).enumerate() {
        let mut date = ActivityRows::default();
        for (index, (actor, target, object, topic, load_date)) in of_date.iter().enumerate() {
            let tag = TOPICS
                .get(*topic)
                .and_then(|tag| lexicon.find_tag(tag, &mut LexiconScratch::default()));
            let found = AliasHits {
                tags: tag.into_iter().collect(),
                ..AliasHits::default()
            };
            date.occurred_at.push(Day(*load_date).start_micros() + index as i64);
            date.actors.push(*actor);
            date.targets.push(target.unwrap_or(NO_NODE));
            date.verbs.push(0);
            date.mentions.push(&MentionRow {
                object: *object,
                has_text: index % 2 == 0,
                content: 0,
                found: &found,
                activity_id: &format!("a{number}-{index}"),
                object_id: if *object == 0 { "" } else { "object" },
            });
        }
        counted.rows.append_date(Day(of_date[0].4), date);
    }
    counted
}

/// Merges the rows into a new state, some rows at a time, and returns the rows of all its tables.
fn merge(rows: &[Row], batch_rows: usize) -> Vec<Vec<String>> {
    let ontology = Ontology::from_tags(TOPICS.map(str::to_owned).into_iter());
    let lexicon = Lexicon::new(&ontology).unwrap();
    let mut state = TopicState::empty(1);
    let numbers = state.add_topics(&ontology);
    let merge = TopicMerge {
        ontology: &ontology,
        lexicon: &lexicon,
        numbers: &numbers,
        model: &InfluenceModel::default(),
        max_lateness_days: 2,
        batch_rows,
    };
    let (networks, mut new_data) = (builtin_networks(), NewTopicData::default());
    let counted = counted(rows, &lexicon);
    merge
        .collect(&mut state, &mut new_data, 0, &networks[0], &counted, Day(9))
        .unwrap();
    new_data.merge_into(&mut state, &merge, Day(9)).unwrap();
    let tables = [
        &state.interactions.table,
        &state.interests.table,
        &state.sources,
        &state.posted,
        &state.topic_pairs,
    ];
    let names = |table: &DataFrame| {
        let names = table.get_column_names().into_iter();
        names.map(|name| name.as_str()).collect::<Vec<&str>>().join(" ")
    };
    tables.map(|table| lines(table, &names(table))).to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_state_is_the_same_for_any_batches(
        rows in prop::collection::vec((0_u32..4, prop::option::of(0_u32..4), 0_u64..3, 0_usize..4, 0_i32..9), 0..30),
        batch_rows in 1_usize..9,
    ) {
        prop_assert_eq!(merge(&rows, batch_rows), merge(&rows, BATCH_ROWS));
    }
}

#[test]
fn a_post_of_an_earlier_batch_gives_its_topics_until_it_is_too_old() {
    let post = (0, None, 1, 2, 1);
    let reaction = |load_date: i32| (1, Some(0), 1, usize::MAX, load_date);
    for batch_rows in [1, BATCH_ROWS] {
        assert_eq!(merge(&[post, reaction(3)], batch_rows)[0].len(), 1);
        assert_eq!(merge(&[post, reaction(4)], batch_rows)[0].len(), 0);
    }
}
