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
fn words_that_are_seldom_confirmed_are_ignored() {
    let songs = |known| resolve(&[], &["songs"], 0, &[("songs", known)]).len();
    assert_eq!(songs(count(500, 20, 1)), 0);
    assert_eq!(songs(count(500, 20, 2)), 1);
    assert_eq!(songs(count(500, 19, 0)), 1);
    assert_eq!(resolve(&["songs"], &[], 0, &[("songs", count(500, 20, 1))]).len(), 1);
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
    assert_eq!(songs(count(21, 20, 9), 1_000), 0);
    assert_eq!(songs(count(21, 20, 10), 1_000), 1);
}

#[test]
fn a_row_counts_its_words_and_their_confirmation_by_tags() {
    let ontology = ontology();
    let lexicon = Lexicon::new(&ontology).unwrap();
    let senses = AliasResolver {
        ontology: &ontology,
        lexicon: &lexicon,
        counts: &[],
        texts: 0,
    };
    let increments = |tags: &[&str]| {
        let mut increments = Vec::new();
        let hits = AliasHits {
            tags: Vec::new(),
            hashtags: numbers(&lexicon, tags),
            words: numbers(&lexicon, &["mercury", "rockets"]),
        };
        senses.count_aliases(&hits, &mut |alias, by| increments.push((lexicon.form(alias), by)));
        increments
    };
    assert_eq!(
        increments(&[]),
        [("mercury", count(1, 0, 0)), ("rockets", count(1, 0, 0))]
    );
    assert_eq!(
        increments(&["music"]),
        [("mercury", count(1, 1, 1)), ("rockets", count(1, 1, 0))]
    );
}
