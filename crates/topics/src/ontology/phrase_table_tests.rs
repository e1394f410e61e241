use super::*;
use proptest::prelude::*;

/// Returns the numbers of the phrases in a text, by place in `phrases`.
fn find(phrases: &[&str], text: &str) -> Vec<u32> {
    let spaced: Vec<String> = phrases.iter().map(|phrase| format!(" {phrase} ")).collect();
    let table = PhraseTable::new(spaced.iter().map(String::as_str).zip(0..));
    let mut padded = format!(" {text} ").into_bytes();
    padded.extend(PADDING);
    let mut found = Vec::new();
    table.find_in(&padded, |number| found.push(number));
    found
}

#[test]
fn words_of_any_length_are_found_whole() {
    for word in [
        "tea",
        "sevenlet",
        "eightlett",
        "sixteen-letters-",
        "sixteen-letters-1",
        "珈琲",
    ] {
        assert_eq!(find(&[word], word), [0], "{word}");
        assert_eq!(find(&[word], &format!("a {word} {word} b")), [0, 0], "{word}");
        assert!(find(&[word], &format!("{word}s s{word}")).is_empty(), "{word}");
    }
}

#[test]
fn the_longest_phrase_wins_and_the_search_continues_behind_it() {
    let phrases = [
        "machine",
        "machine learning",
        "machine learning for cats",
        "learning",
        "cats",
    ];
    assert_eq!(find(&phrases, "machine learning for dogs"), [1]);
    assert_eq!(find(&phrases, "machine learning for cats"), [2]);
    assert_eq!(find(&phrases, "machine for cats learning"), [0, 4, 3]);
    assert_eq!(find(&phrases, "machine machine learning"), [0, 1]);
}

#[test]
fn a_table_without_phrases_finds_nothing() {
    assert!(find(&[], "machine learning").is_empty());
    assert!(find(&["tea"], "").is_empty());
}

proptest! {
    #[test]
    fn every_phrase_is_found_where_it_is(words in prop::collection::vec("[a-zé]{1,20}", 1..6), before in "[a-z ]{0,9}") {
        let phrase = words.join(" ");
        let before = before.split_whitespace().map(|word| format!("{word}0")).collect::<Vec<_>>().join(" ");
        let text = format!("{before} {phrase} 0").trim().to_owned();
        prop_assert_eq!(find(&[&phrase], &text), [0], "{}", text);
    }
}
