use super::*;
use crate::interactions::find_interactions;
use crate::interests::find_interests;
use crate::mentions::{MentionRow, TopicMentions};
use crate::ontology::hits::AliasHits;
use crate::post_topics::{find_posted, merge_posted};
use crate::sources::{find_sources, merge_sources};
use crate::testing::{lines, table};
use crate::topic_pairs::{find_topic_pairs, merge_topic_pairs};
use clout_model::influence::model::InfluenceModel;
use clout_model::networks::builtin_networks;

/// Rows: 1 and 2 are posts of account 7 on object 50; 3 and 4 are reactions to it, 3 with a tag of its own; 5 reacts to
/// the object under another author; 6 is a text to 7 about topic 2, without an object; 7 comes too late.
fn tables() -> ActTables {
    let header = "row:u32 load_date:i32 day:i32 period:i32 actor:u32 target:u32 at:i64 weight:i64 cell_weight:i64 fade:i64 \
                  lasting_fade:i64 object:u64 is_post:bool has_text:bool describes:bool";
    let no_one = "4294967295";
    let acts = [
        format!("1 10 10 0 7 {no_one} 100 0 0 8 9 50 yes yes no"),
        format!("2 20 20 0 7 {no_one} 200 0 0 8 9 50 yes yes no"),
        "3 21 21 0 1 7 210 4294967296 4294967296 4 5 50 no no yes".to_owned(),
        "4 21 21 0 2 7 211 4294967296 4294967296 4 5 50 no yes yes".to_owned(),
        "5 21 21 0 2 8 212 4294967296 4294967296 4 5 50 no no yes".to_owned(),
        "6 22 22 0 2 7 220 8589934592 8589934592 4 5 0 no yes no".to_owned(),
        "7 51 51 1 3 7 510 4294967296 4294967296 4 5 50 no no yes".to_owned(),
    ];
    let acts = table(header, &acts.iter().map(String::as_str).collect::<Vec<&str>>());
    let mentions = ["1 1 0", "2 2 2", "3 3 0", "6 2 2"];
    let mentions = table("row:u32 topic:u32 kind:u32", &mentions);
    ActTables {
        mentions: collect(join_on(mentions.lazy(), acts.clone().lazy(), ["row"])).unwrap(),
        acts,
    }
}

fn credits() -> DataFrame {
    let posted = find_posted(&tables()).unwrap();
    find_credits(&tables(), posted.lazy(), 30).unwrap()
}

#[test]
fn a_reaction_credits_its_own_tags_or_the_topics_of_recent_posts_of_its_object() {
    // Row 3 has a tag of its own. Row 4 has the topics of both posts. Row 7 comes 31 days after the second post.
    assert_eq!(lines(&credits(), "row topic"), ["3 3", "4 1", "4 2"]);
    let posted = table("object:u64 author:u32 topic:u32 load_date:i32", &["50 7 9 21"]);
    let credits = find_credits(&tables(), posted.lazy(), 30).unwrap();
    assert_eq!(lines(&credits, "row topic"), ["3 3", "4 9", "7 9"]);
}

#[test]
fn posts_give_their_topics_to_the_object_of_the_author() {
    let posted = find_posted(&tables()).unwrap();
    assert_eq!(
        lines(&posted, "object author topic load_date"),
        ["50 7 1 10", "50 7 2 20"]
    );
    let merged = merge_posted(&posted, std::slice::from_ref(&posted), Day(39), 30).unwrap();
    assert_eq!(
        lines(&merged, "object author topic load_date"),
        ["50 7 1 10", "50 7 2 20"]
    );
    let merged = merge_posted(&posted, &[], Day(40), 30).unwrap();
    assert_eq!(lines(&merged, "object author topic load_date"), ["50 7 2 20"]);
}

#[test]
fn interactions_sum_worth_interest_and_texts_by_period() {
    let model = InfluenceModel::default();
    let networks = builtin_networks();
    let part = ActRows {
        network: &networks[0],
        rows: &ActivityRows::default(),
        periods: TopicPeriods::new(&model.params().topics),
        kept: Vec::new(),
    };
    assert_eq!(part.weight_divisor(), 1);
    let found = find_interactions(&part, &tables(), &credits(), &model).unwrap();
    let columns = "period target topic actor interest given lasting_given count";
    // Row 4 is a text in a reaction on both topics of the object; row 6 a text about topic 2 that credits nobody.
    let expected = ["0 7 1 2 4 4 5 1", "0 7 2 2 8 4 5 1", "0 7 3 1 4 0 0 1"];
    assert_eq!(lines(&found, columns), expected);
    let worth = |table: &DataFrame, name: &str| crate::frames::read_i64(table, name).unwrap().to_vec();
    // A reaction of the day 21 fades to the end of day 29; with the lasting half-life hardly at all.
    let pairs = worth(&found, "worth").into_iter().zip(worth(&found, "lasting_worth"));
    assert!(
        pairs
            .into_iter()
            .all(|(short, lasting)| 0 < short && short < lasting && lasting < to_units(1.0))
    );
}

#[test]
fn posts_show_interest() {
    let found = find_interests(&tables()).unwrap();
    assert_eq!(lines(&found, "period account topic interest"), ["0 7 1 8", "0 7 2 8"]);
}

#[test]
fn topic_pairs_count_rows_on_both() {
    let found = find_topic_pairs(&tables(), &credits()).unwrap();
    let expected = ["1 1 2", "1 2 1", "2 2 3", "3 3 1"];
    assert_eq!(lines(&found, "topic other rows"), expected);
    let merged = merge_topic_pairs(&found, std::slice::from_ref(&found)).unwrap();
    assert_eq!(lines(&merged, "topic other rows"), ["1 1 4", "1 2 2", "2 2 6", "3 3 2"]);
}

#[test]
fn the_latest_sources_name_the_tagged_object_or_the_activity() {
    let mut ids = TopicMentions::default();
    let found = AliasHits {
        tags: vec![1],
        ..AliasHits::default()
    };
    for row in 0..8 {
        ids.push(&MentionRow {
            object: 0,
            has_text: true,
            content: 0,
            found: &found,
            activity_id: &format!("a{row}"),
            object_id: if row == 3 { "" } else { "object" },
        });
    }
    let new = find_sources(&tables().mentions, &ids).unwrap();
    let columns = "account topic kind is_own at id other";
    let expected = [
        "1 3 0 yes 210 a3 7",
        "2 2 2 yes 220 a6 7",
        "7 1 0 yes 100 object 4294967295",
        "7 2 2 yes 200 a2 4294967295",
        "7 3 0 no 210 a3 1",
    ];
    assert_eq!(lines(&new, columns), expected);
    let header = "account:u32 topic:u32 kind:u32 is_own:bool at:i64 id:str weight:i64 other:u32";
    let known = [
        "7 3 0 no 300 x 1 9",
        "7 3 0 no 200 y 1 9",
        "7 3 0 no 100 a3 1 9",
        "9 1 0 yes 5 z 1 7",
    ];
    let merged = merge_sources(&table(header, &known), &[new], Day(9)).unwrap();
    let of_topic: Vec<String> = lines(&merged, columns)
        .into_iter()
        .filter(|line| line.starts_with("7 3"))
        .collect();
    assert_eq!(
        of_topic,
        ["7 3 0 no 210 a3 1", "7 3 0 no 300 x 9"],
        "two ids, each by its latest act"
    );
    assert_eq!(merged.height(), 7);
}
