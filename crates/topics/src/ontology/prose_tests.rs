use super::*;
use proptest::prelude::*;

/// Returns the words, with gaps as `|`, and the hashtags passed to the caller, which knows those in `known`.
fn read_with(text: &str, known: &[&str]) -> (String, Vec<String>) {
    let (mut words, mut hashtags) = (Vec::new(), Vec::new());
    read_words(text, &mut words, |hashtag| {
        hashtags.push(hashtag.to_owned());
        known.contains(&hashtag)
    });
    let words = String::from_utf8(words).unwrap().replace('\u{1}', "|");
    (words.trim_matches(' ').to_owned(), hashtags)
}

fn words(text: &str) -> String {
    read_with(text, &[]).0
}

#[test]
fn addresses_and_mentions_are_skipped() {
    for (text, expected) in [
        ("latte https://example.org/coffee art", "latte | art"),
        ("see (http://coffee.example), www.coffee.example", "see | |"),
        ("ftp://tea .@ada thanks @bob_the_baker!", "| | thanks |"),
        ("write to coffee@example.org.", "write to |"),
        ("詳細はhttps://coffee.example/aですよ", "詳 細 は | で す よ"),
        ("@tanakaさん", "| さ ん"),
        ("＠coffee thanks", "| thanks"),
        (
            "example.com/coffee bit.ly/tea (medium.com/tennis-jazz), coffee.com.",
            "| | | |",
        ),
        ("Node.js or node.js at 9.30. Tea.", "node js or node js at 9 30 tea"),
    ] {
        assert_eq!(words(text), expected, "{text}");
    }
}

#[test]
fn code_is_skipped() {
    for (text, expected) in [
        ("run `make coffee` now", "run | now"),
        ("a\n```rust\nlet coffee = `1`;\n```\nb", "a | b"),
        ("a\n```\ncoffee", "a |"),
        ("a `coffee\ntea` b", "a | b"),
        ("a ``x ` y`` b", "a | b"),
        ("call coffee() or Coffee::new in src/coffee/mod.rs", "call | or | in |"),
        ("a\n~~~\ncoffee tea\n~~~\nb", "a | b"),
        ("a <pre>\ncoffee tea\n</pre> b <code>tea", "a | b |"),
        ("so:\n\n    let coffee\n\ttea\nand tea", "so | and tea"),
        ("a\n$ brew coffee --hot\nb", "a | b"),
        ("give --testnet-magic 1 and path = tea", "give | 1 and | tea"),
        ("/usr/bin ~/a/b src/main.rs/x", "| | |"),
        ("x=coffee {coffee} coffee_cup a[coffee] <coffee>", "| | | | |"),
    ] {
        assert_eq!(words(text), expected, "{text}");
    }
}

#[test]
fn prose_with_signs_is_kept() {
    for (text, expected) in [
        ("Good coffee; bad tea.", "good coffee bad tea"),
        (
            "(latte) [art], \"cups\" and/or _mugs_: yes!",
            "latte art cups and or mugs yes",
        ),
        ("Latte... art", "latte art"),
        ("café/tennis/jazz", "cafe tennis jazz"),
        (
            "[Good coffee](https://example.org/tea) and [tea](a.com)",
            "good coffee | and tea |",
        ),
        ("  Two lines\n    of tea", "two lines of tea"),
        ("    Tea before breakfast", "tea before breakfast"),
        ("- coffee\n\n    in the same item", "coffee in the same item"),
        ("a lone ` tick\n\nand ` one", "a lone tick and one"),
    ] {
        assert_eq!(words(text), expected, "{text}");
    }
}

#[test]
fn hashtags_are_passed_to_the_caller() {
    let known = ["LatteArt", "latte_art", "コーヒー", "b"];
    let text = "My #LatteArt, (#latte_art) #コーヒー ＃コーヒー a#b #1 x,#b";
    let (words, hashtags) = read_with(text, &known);
    assert_eq!(hashtags, ["LatteArt", "latte_art", "コーヒー", "コーヒー", "b"]);
    assert_eq!(words, "my | | | | a b 1 x |");
    assert!(read_with("https://example.org/#LatteArt", &known).1.is_empty());
}

#[test]
fn an_unknown_hashtag_is_read_as_words() {
    assert_eq!(words("#LatteArtLovers"), "latte art lovers");
    assert_eq!(words("#CPUDesign #latte_art_2"), "cpu design latte art 2");
    assert_eq!(words("#ラテ大好き"), "ラ テ 大 好 き");
}

proptest! {
    #[test]
    fn any_text_can_be_read(text in any::<String>(), signs in "(\n\t|\n    |```|~~~|<pre>|</pre>|[a_#@`:/. ＃科\n]){0,60}") {
        for text in [text, signs] {
            let mut words = Vec::new();
            read_words(&text, &mut words, |_| false);
            let words = String::from_utf8(words).unwrap();
            prop_assert!(words.starts_with(' ') && words.ends_with(' '));
            prop_assert!(!words.contains("  "), "{:?}", words);
        }
    }
}
