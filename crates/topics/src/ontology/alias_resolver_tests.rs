use super::*;
use crate::ontology::TopicRecord;
use crate::ontology::lexicon::LexiconScratch;

/// Mercury is a planet, a metal and a singer; only the metal has it as its name.
fn ontology() -> Ontology {
    let rows: [(&str, &str, &[&str]); 7] = [
        ("chemistry", "Chemistry", &["lead"]),
        ("freddie", "Freddie Mercury", &["mercury", "lead singer"]),
        ("jobs", "Jobs", &["lead"]),
        ("metal", "Mercury", &[]),
        ("music", "Music", &["songs"]),
        ("planet", "Planets", &["mercury"]),
        ("space", "Space", &["rockets"]),
    ];
    let topics = rows.map(|(id, name, aliases)| TopicRecord {
        id: id.to_owned(),
        name: name.to_owned(),
        aliases: aliases.iter().map(|alias| alias.to_string()).collect(),
    });
    let edges = [("chemistry", "metal"), ("music", "freddie"), ("space", "planet")];
    let edges = edges.map(|(parent, child)| (parent.to_owned(), child.to_owned()));
    Ontology::build(topics.to_vec(), edges.to_vec()).0
}

fn numbers(lexicon: &Lexicon, words: &[&str]) -> Vec<u32> {
    let mut numbers: Vec<u32> = words
        .iter()
        .map(|w| lexicon.find_tag(w, &mut LexiconScratch::default()).unwrap())
        .collect();
    numbers.sort_unstable();
    numbers
}

/// Returns the topics of a row with these tags and words; `known` gives the counts of aliases.
fn resolve(tags: &[&str], words: &[&str], texts: u64, known: &[(&str, AliasCount)]) -> Vec<(String, MentionKind)> {
    let ontology = ontology();
    let lexicon = Lexicon::new(&ontology).unwrap();
    let mut counts = vec![AliasCount::default(); lexicon.len()];
    for (word, count) in known {
        counts[numbers(&lexicon, &[word])[0] as usize] = *count;
    }
    let senses = AliasResolver {
        ontology: &ontology,
        lexicon: &lexicon,
        counts: &counts,
        texts,
    };
    let mut out = vec![(99, MentionKind::Tag)];
    let hits = AliasHits {
        tags: numbers(&lexicon, tags),
        hashtags: Vec::new(),
        words: numbers(&lexicon, words),
    };
    senses.resolve(&hits, &mut out);
    out.iter()
        .map(|(topic, kind)| (ontology.id(*topic).to_owned(), *kind))
        .collect()
}

fn check(tags: &[&str], words: &[&str], expected: &[(&str, MentionKind)]) {
    let expected: Vec<_> = expected.iter().map(|(id, kind)| (id.to_string(), *kind)).collect();
    assert_eq!(resolve(tags, words, 0, &[]), expected, "{tags:?} {words:?}");
}

fn count(texts: u64, judged: u64, agreed: u64) -> AliasCount {
    AliasCount { texts, judged, agreed }
}

#[test]
fn an_alias_of_one_topic_means_it() {
    check(
        &["songs"],
        &["rockets"],
        &[("music", MentionKind::Tag), ("space", MentionKind::Word)],
    );
}

#[test]
fn a_topic_tagged_and_written_about_is_tagged_once() {
    check(&["songs"], &["music", "songs"], &[("music", MentionKind::Tag)]);
}

#[test]
fn the_rest_of_the_row_decides_the_meaning_of_an_alias() {
    check(
        &["mercury"],
        &["rockets"],
        &[("planet", MentionKind::Tag), ("space", MentionKind::Text)],
    );
    check(
        &["songs"],
        &["mercury"],
        &[("freddie", MentionKind::Text), ("music", MentionKind::Tag)],
    );
}

#[test]
fn without_other_hits_it_means_the_topic_that_it_names() {
    check(&[], &["mercury"], &[("metal", MentionKind::Word)]);
}

#[test]
fn a_tie_has_no_meaning() {
    check(&["lead"], &[], &[]);
    check(
        &["songs", "rockets"],
        &["mercury"],
        &[("music", MentionKind::Tag), ("space", MentionKind::Tag)],
    );
}

#[test]
fn an_alias_does_not_support_itself() {
    check(&["lead"], &["lead"], &[]);
}

#[test]
fn a_single_word_counts_only_in_the_usual_company_of_its_topic() {
    let songs = |known| resolve(&[], &["songs"], 0, &[("songs", known)]).len();
    assert_eq!(songs(count(9, 0, 0)), 1);
    assert_eq!(songs(count(9, 1, 0)), 0);
    assert_eq!(songs(count(500, 10, 1)), 1);
    assert_eq!(songs(count(500, 11, 1)), 0);
}

#[test]
fn a_topic_without_relatives_is_judged_by_many_tags_only() {
    let jobs = |known, texts| resolve(&[], &["jobs"], texts, &[("jobs", known)]).len();
    assert_eq!(jobs(count(500, 19, 0), 0), 1);
    assert_eq!(jobs(count(500, 20, 1), 0), 0);
    assert_eq!(jobs(count(21, 20, 9), 1_000), 0);
    assert_eq!(jobs(count(21, 20, 10), 1_000), 1);
}

#[test]
fn a_related_hit_in_the_row_speaks_for_a_word() {
    let known = [("songs", count(500, 19, 0)), ("leadsinger", count(500, 19, 0))];
    assert_eq!(
        resolve(&[], &["leadsinger", "songs"], 0, &known),
        [
            ("freddie".to_owned(), MentionKind::Text),
            ("music".to_owned(), MentionKind::Text)
        ]
    );
    assert_eq!(
        resolve(&[], &["leadsinger"], 0, &known),
        [("freddie".to_owned(), MentionKind::Text)]
    );
}

#[test]
fn words_that_are_seldom_confirmed_are_ignored() {
    let songs = |known| resolve(&[], &["music", "songs"], 0, &[("songs", known), ("music", known)]).len();
    assert_eq!(songs(count(500, 20, 1)), 0);
    assert_eq!(songs(count(500, 20, 2)), 1);
    assert_eq!(songs(count(500, 19, 0)), 1);
    assert_eq!(
        resolve(&["songs"], &[], 0, &[("songs", count(500, 20, 1))]).len(),
        1,
        "a tag always counts"
    );
    let known = [("songs", count(500, 20, 1))];
    assert_eq!(
        resolve(&[], &["mercury", "songs"], 0, &known),
        [("metal".to_owned(), MentionKind::Word)]
    );
}

#[test]
fn common_words_count_only_if_they_are_confirmed() {
    let songs = |known, texts| resolve(&[], &["songs"], texts, &[("songs", known)]).len();
    assert_eq!(songs(count(21, 0, 0), 1_000), 0);
    assert_eq!(songs(count(20, 0, 0), 1_000), 1);
    assert_eq!(songs(count(21, 0, 0), 999), 1);
    assert_eq!(songs(count(21, 20, 4), 1_000), 0);
    assert_eq!(songs(count(21, 20, 5), 1_000), 1);
}

/// Returns the increments of a row with these hashtags and words.
fn increments(hashtags: &[&str], words: &[&str]) -> Vec<(String, AliasCount)> {
    let ontology = ontology();
    let lexicon = Lexicon::new(&ontology).unwrap();
    let senses = AliasResolver {
        ontology: &ontology,
        lexicon: &lexicon,
        counts: &[],
        texts: 0,
    };
    let hits = AliasHits {
        tags: Vec::new(),
        hashtags: numbers(&lexicon, hashtags),
        words: numbers(&lexicon, words),
    };
    let mut increments = Vec::new();
    senses.count_aliases(&hits, &mut |alias, by| {
        increments.push((lexicon.form(alias).to_owned(), by))
    });
    increments
}

fn check_increments(hashtags: &[&str], words: &[&str], expected: &[(&str, AliasCount)]) {
    let expected: Vec<_> = expected.iter().map(|(form, by)| (form.to_string(), *by)).collect();
    assert_eq!(increments(hashtags, words), expected, "{hashtags:?} {words:?}");
}

#[test]
fn a_row_counts_its_words_and_their_company() {
    let (alone, refuted, confirmed) = (count(1, 0, 0), count(1, 1, 0), count(1, 1, 1));
    check_increments(&[], &["rockets"], &[("rockets", alone)]);
    check_increments(
        &["music"],
        &["mercury", "rockets"],
        &[("mercury", confirmed), ("rockets", confirmed)],
    );
    check_increments(&["music"], &["rockets"], &[("rockets", refuted)]);
    check_increments(&[], &["rockets", "songs"], &[("rockets", refuted), ("songs", refuted)]);
    check_increments(
        &[],
        &["leadsinger", "songs"],
        &[("leadsinger", confirmed), ("songs", confirmed)],
    );
}

#[test]
fn other_words_do_not_judge_a_topic_without_relatives() {
    check_increments(
        &[],
        &["jobs", "songs"],
        &[("jobs", count(1, 0, 0)), ("songs", count(1, 1, 0))],
    );
    check_increments(&["songs"], &["jobs"], &[("jobs", count(1, 1, 0))]);
    check_increments(&["jobs"], &["jobs"], &[("jobs", count(1, 1, 1))]);
}

/// Resolves rows as a network that delivers them on one date: (tags, words) to the topics of each row.
fn check_network(rows: &[(&[&str], &[&str])], expected: &[&str]) {
    let ontology = ontology();
    let lexicon = Lexicon::new(&ontology).unwrap();
    let hits: Vec<AliasHits> = rows
        .iter()
        .map(|(tags, words)| AliasHits {
            tags: numbers(&lexicon, tags),
            hashtags: Vec::new(),
            words: numbers(&lexicon, words),
        })
        .collect();
    let mut senses = AliasResolver {
        ontology: &ontology,
        lexicon: &lexicon,
        counts: &[],
        texts: 0,
    };
    let mut counts = vec![AliasCount::default(); lexicon.len()];
    for row in &hits {
        senses.count_aliases(row, &mut |alias, more| counts[alias as usize] += more);
    }
    (senses.counts, senses.texts) = (&counts, rows.len() as u64);
    let topics = hits.iter().map(|row| {
        let mut out = Vec::new();
        senses.resolve(row, &mut out);
        let ids = out.iter().map(|(topic, _)| ontology.id(*topic));
        ids.collect::<Vec<_>>().join(" ")
    });
    assert_eq!(topics.collect::<Vec<_>>(), expected, "{rows:?}");
}

#[test]
fn a_word_that_never_meets_its_relatives_is_in_another_sense() {
    // "rockets" as rocket salad, beside the songs of a festival: nothing in the row is about space.
    check_network(
        &[(&["music"], &["rockets"]), (&["music"], &[]), (&[], &["rockets"])],
        &["music", "music", ""],
    );
    // Once in the company of planets, the word is believed in a row of its own, too.
    check_network(
        &[
            (&["music"], &["rockets"]),
            (&["planets"], &["rockets"]),
            (&[], &["rockets"]),
        ],
        &["music space", "planet space", "space"],
    );
}
