use super::*;
use crate::ontology::TopicRecord;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn ontology(rows: &[(&str, &str, &[&str])]) -> Ontology {
    let topic = |(id, name, aliases): &(&str, &str, &[&str])| TopicRecord {
        id: id.to_string(),
        name: name.to_string(),
        aliases: aliases.iter().map(|alias| alias.to_string()).collect(),
    };
    Ontology::build(rows.iter().map(topic).collect(), Vec::new()).0
}

fn sample() -> Ontology {
    ontology(&[
        ("latte-art", "Latte art", &["Milchschaumkunst", "ラテアート"]),
        (
            "hot-tubs",
            "Hot Tubs",
            &["Bañeras de hidromasaje", "Vasche idromassaggio", "أحواض المياه الساخنة"],
        ),
        ("art", "Art", &["Kunst", "arte", "芸術", "فن"]),
        ("mens-fashion", "Men's Fashion", &["Mode für Männer"]),
        ("coffee", "Coffee", &["café", "Caffè", "コーヒー", "กาแฟ", "قهوة"]),
        ("tea", "Tea", &["茶", "紅茶", "thé"]),
        ("machine-learning", "Machine Learning", &[]),
        ("learning", "Learning", &[]),
        ("c-sharp", "C#", &[]),
        ("cpp", "C++", &[]),
        ("year-1984", "1984", &["AI"]),
    ])
}

/// Returns the forms of the aliases in hashtags and in words.
fn read(lexicon: &Lexicon, text: &str) -> (String, String) {
    let mut found = AliasHits::default();
    lexicon.find_in_text(text, &mut LexiconScratch::default(), &mut found);
    let forms = |list: &[u32]| list.iter().map(|k| lexicon.form(*k)).collect::<Vec<_>>().join(" ");
    (forms(&found.hashtags), forms(&found.words))
}

fn check(text: &str, expected: &str) {
    let lexicon = Lexicon::new(&sample()).unwrap();
    assert_eq!(read(&lexicon, text).1, expected, "{text}");
}

#[test]
fn whole_words_are_found_at_any_position() {
    check("latte art", "latteart");
    check("(LATTE-ART)", "latteart");
    check("Latte, art & coffee.", "coffee latteart");
    check("art coffee art", "art coffee");
    check("a hot tub, hot tubscribe, hot party, artful", "");
    check("hot tubs", "hottubs");
    check("mens fashion, MEN’S FASHION", "mensfashion");
    check("the coffee's scent", "coffee");
    check("latte art art", "art latteart");
    check("", "");
}

#[test]
fn the_longest_phrase_is_found() {
    check("machine learning", "machinelearning");
    check("learning machine learning", "learning machinelearning");
}

#[test]
fn every_language_is_read() {
    check("un CAFÉ por favor", "cafe");
    check("Les vasche  idromassaggio", "vascheidromassaggio");
    check("unas baneras de hidromasaje", "banerasdehidromasaje");
    check("Mode fu\u{308}r Männer", "modefurmanner");
    check("l'arte", "arte");
    check("شربت قَهْوَة اليوم", "قهوة");
    check("أحواض المياه الساخنة", "احواضمياهساخنة");
    check("قهوتي", "");
}

#[test]
fn scripts_without_spaces_are_read_within_a_run() {
    check("今日はコーヒーの日", "コーヒー");
    check("ラテアートについて書きました", "ラテアート");
    check("ดื่มกาแฟร้อน", "กาแฟ");
    check("紅茶と芸術", "紅茶 芸術");
    check("お茶", "");
}

#[test]
fn short_aliases_and_numbers_are_found_in_tags_only() {
    let lexicon = Lexicon::new(&sample()).unwrap();
    check("C# ai 1984 فن", "");
    check("C++ is long enough", "c++");
    check("the thé", "");
    let mut scratch = LexiconScratch::default();
    for tag in ["#AI", "C#", "1984", "茶", "thé", "فن", "latteart", "Latte_Art"] {
        assert!(lexicon.find_tag(tag, &mut scratch).is_some(), "{tag}");
    }
    for tag in ["", "#", "C", "lattes"] {
        assert_eq!(lexicon.find_tag(tag, &mut scratch), None, "{tag}");
    }
}

#[test]
fn hashtags_are_tags_and_not_words() {
    let lexicon = Lexicon::new(&sample()).unwrap();
    let (tags, words) = read(&lexicon, "#LatteArt #AI #コーヒー and art");
    assert_eq!((tags.as_str(), words.as_str()), ("ai latteart コーヒー", "art"));
    assert_eq!(
        read(&lexicon, "#LatteArtLovers"),
        (String::new(), "latteart".to_owned())
    );
    assert_eq!(
        read(&lexicon, "latte https://example.org/coffee @art art `tea`").1,
        "art"
    );
}

#[test]
fn an_alias_knows_its_topics_and_those_that_it_names() {
    let ontology = ontology(&[
        ("a", "Mercury", &["Hg", "a"]),
        ("b", "Planets", &["mercury", "MERCURY"]),
    ]);
    let lexicon = Lexicon::new(&ontology).unwrap();
    let mercury = lexicon.find_tag("mercury", &mut LexiconScratch::default()).unwrap();
    assert_eq!(
        (lexicon.topics_of(mercury), lexicon.topics_named(mercury)),
        (&[0, 1][..], &[0][..])
    );
    let forms: Vec<_> = (0..lexicon.len() as u32).map(|k| lexicon.form(k)).collect();
    assert_eq!(forms, ["a", "b", "hg", "mercury", "planets"]);
}

#[test]
fn an_empty_ontology_finds_nothing() {
    let lexicon = Lexicon::new(&Ontology::empty()).unwrap();
    assert!(lexicon.is_empty());
    assert_eq!(read(&lexicon, "coffee #tea").1, "");
}

/// Finds aliases by comparing windows of words, the longest first.
fn by_windows(aliases: &[Vec<&str>], text: &[&str]) -> BTreeSet<String> {
    let least = |form: &str| if form.contains(['日', '本']) { 2 } else { 3 };
    let is_long = |form: &str| form.chars().count() >= least(form);
    let is_alias = |window: &[&str]| is_long(&window.concat()) && aliases.iter().any(|a| a == window);
    let (mut found, mut at) = (BTreeSet::new(), 0);
    while at < text.len() {
        let longest = (at + 1..=text.len()).rev().find(|end| is_alias(&text[at..*end]));
        if let Some(end) = longest {
            found.insert(text[at..end].concat());
        }
        at = longest.unwrap_or(at + 1);
    }
    found
}

fn words(count: std::ops::Range<usize>) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(
        prop::sample::select(vec!["a", "ab", "abc", "ba", "cab", "abcab", "日", "本"]),
        count,
    )
}

proptest! {
    #[test]
    fn the_search_finds_what_windows_of_words_find(
        aliases in prop::collection::vec(words(1..4), 1..8),
        text in words(0..30),
        separators in prop::collection::vec(prop::sample::select(vec![" ", ", ", "-", "…", "\n", " & "]), 30),
    ) {
        let topic = |(k, alias): (usize, &Vec<&str>)| TopicRecord {
            id: format!("zz{k}"),
            name: alias.join("-"),
            aliases: Vec::new(),
        };
        let topics = aliases.iter().enumerate().map(topic).collect();
        let lexicon = Lexicon::new(&Ontology::build(topics, Vec::new()).0).unwrap();
        let written: String = text.iter().zip(&separators).flat_map(|(word, separator)| [*word, *separator]).collect();
        let mut found = AliasHits::default();
        lexicon.find_in_text(&written, &mut LexiconScratch::default(), &mut found);
        let found: BTreeSet<String> = found.words.iter().map(|k| lexicon.form(*k).to_owned()).collect();
        prop_assert_eq!(found, by_windows(&aliases, &text), "{}", written);
    }

    #[test]
    fn numbers_do_not_depend_on_the_order_of_rows(turn in 0..11usize) {
        let sample = sample();
        let mut rows: Vec<TopicRecord> = (0..sample.len() as u32).map(|k| TopicRecord {
            id: sample.id(k).to_owned(),
            name: sample.name(k).to_owned(),
            aliases: sample.aliases(k).iter().rev().cloned().collect(),
        }).collect();
        rows.rotate_left(turn);
        let (one, two) = (Lexicon::new(&sample).unwrap(), Lexicon::new(&Ontology::build(rows, Vec::new()).0).unwrap());
        prop_assert_eq!(one.len(), two.len());
        for k in 0..one.len() as u32 {
            prop_assert_eq!((one.form(k), one.topics_of(k)), (two.form(k), two.topics_of(k)));
        }
    }
}
