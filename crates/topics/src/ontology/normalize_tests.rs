use super::*;
use proptest::prelude::*;

fn normal(source: &str) -> String {
    let mut out = Vec::new();
    push_words(source, &mut out);
    String::from_utf8(out).unwrap().trim_matches(' ').to_owned()
}

fn squeezed(source: &str) -> String {
    let mut out = Vec::new();
    squeeze(source, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn case_accents_and_separators_do_not_matter() {
    for (source, expected) in [
        ("Latte Art", "latte art"),
        ("  latte--ART!! ", "latte art"),
        ("Crème brûlée", "creme brulee"),
        ("Cre\u{300}me bru\u{302}le\u{301}e", "creme brulee"),
        ("STRASSE Straße", "strasse strasse"),
        ("ΚΑΦΈΣ καφές", "καφεσ καφεσ"),
        ("ﬁlter ＣＯＦＦＥＥ", "filter coffee"),
        ("Ørsted, Łódź, İzmir", "orsted lodz izmir"),
        ("Courses de 10\u{a0}Kilomètres", "courses de 10 kilometres"),
        ("soft\u{ad}hyphen", "softhyphen"),
        ("", ""),
        ("--- …", ""),
    ] {
        assert_eq!(normal(source), expected, "{source}");
    }
}

#[test]
fn an_apostrophe_ends_a_word_or_separates_two() {
    assert_eq!(normal("Men's men’s we'll 'quoted'"), "men s men s well quoted");
    assert_eq!(squeezed("men's"), squeezed("mens"));
    assert_eq!(normal("l'espresso dell’arte O'Reilly"), "l espresso dell arte o reilly");
}

#[test]
fn signs_that_end_a_word_belong_to_it() {
    assert_eq!(normal("C++, C# and A+B #x +1 wow+++"), "c++ c# and a b x 1 wow");
}

#[test]
fn scripts_without_spaces_are_split_by_character() {
    assert_eq!(normal("ラテアート"), "ラ テ ア ー ト");
    assert_eq!(normal("ｶﾞﾑ"), "ガ ム");
    assert_eq!(normal("latte科学x"), "latte 科 学 x");
    assert_eq!(normal("กาแฟร้อน"), "ก า แ ฟ ร้ อ น");
    assert_eq!(normal("커피 한잔"), "커피 한잔");
}

#[test]
fn arabic_is_read_without_marks_and_articles() {
    assert_eq!(normal("قَهْوَة"), "قهوة");
    assert_eq!(normal("قهـــوة"), "قهوة");
    assert_eq!(normal("أخبار"), normal("اخبار"));
    for written in ["القهوة", "والقهوة", "بالقهوة", "وقهوة", "للقهوة"] {
        assert_eq!(normal(written), normal("قهوة"), "{written}");
    }
    assert_eq!(normal("ورد ال"), "ورد ال");
}

#[test]
fn indic_vowels_are_kept() {
    assert_eq!(normal("हिन्दी"), "हिन्दी");
}

#[test]
fn a_tag_has_one_squeezed_form() {
    for tag in [
        "latteart",
        "latte-art",
        "Latte_Art",
        "#LatteArt",
        "Latte Art",
        "LATTE.ART",
    ] {
        assert_eq!(squeezed(tag), "latteart", "{tag}");
    }
    assert_ne!(squeezed("c++"), squeezed("c"));
}

#[test]
fn a_word_before_arabic_punctuation_loses_its_article_too() {
    assert_eq!(normal("القهوة، القهوة"), normal("قهوة قهوة"));
    assert_eq!(normal("\u{FDF8}\u{FFFC}"), normal("\u{FDF8} "));
}

#[test]
fn a_letter_with_an_apostrophe_is_the_letter() {
    assert_eq!(normal("ŉ"), normal("n"));
}

proptest! {
    #[test]
    fn a_normal_form_is_its_own_normal_form(source in "\\PC{0,40}") {
        let once = normal(&source);
        prop_assert_eq!(normal(&once), once);
    }

    #[test]
    fn words_are_separated_by_single_spaces(source in any::<String>()) {
        let mut out = Vec::new();
        push_words(&source, &mut out);
        let out = String::from_utf8(out).unwrap();
        prop_assert!(out.starts_with(' ') && out.ends_with(' '));
        prop_assert!(!out.contains("  "), "{:?}", out);
    }
}
