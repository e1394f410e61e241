//! The test suite that every network adapter must pass, built in or declared.

use std::collections::BTreeMap;

use rstest::rstest;

use super::declared::{self, NetworkDeclaration};
use super::{MAX_VERBS, Network};

/// Input verbs of each network, in the order of the input reference.
const TWITTER: &[&str] = &["tweet", "retweet", "quote", "reply", "mention", "like", "list_add"];
const FACEBOOK: &[&str] = &["post", "comment", "like", "share", "wall_post", "tag"];
const LINKEDIN: &[&str] = &["post", "comment", "like", "share", "recommend"];
const FOURSQUARE: &[&str] = &["check_in", "tip", "tip_like", "tip_done"];
/// The example of a declared network in the input reference.
const STACKEXCHANGE: &[&str] = &["question", "answer", "comment", "accept"];

fn network(name: &str) -> Network {
    let verbs = [("question", 0.0), ("answer", 0.5), ("comment", 1.0), ("accept", 5.0)];
    let verbs = verbs.map(|(verb, weight)| (verb.to_owned(), weight)).into();
    let example = BTreeMap::from([(
        "stackexchange".to_owned(),
        NetworkDeclaration {
            share: None,
            ended: None,
            verbs,
        },
    )]);
    let networks = declared::resolve_networks(&example).unwrap();
    networks.into_iter().find(|network| network.name == name).unwrap()
}

fn codes(network: &Network) -> std::ops::Range<u8> {
    0..u8::try_from(network.verbs.len()).unwrap()
}

fn weight(network: &Network, word: &str) -> f64 {
    network.verbs[usize::from(network.input_verb_code(word).unwrap())].weight
}

/// Each adapter, with the verbs that its input rows may use.
#[rstest]
#[case("twitter", TWITTER)]
#[case("facebook", FACEBOOK)]
#[case("linkedin", LINKEDIN)]
#[case("foursquare", FOURSQUARE)]
#[case("stackexchange", STACKEXCHANGE)]
fn an_adapter_keeps_the_contract(#[case] name: &str, #[case] words: &[&str]) {
    let network = network(name);
    check_input_verbs(&network, words);
    check_codes(&network);
    check_weights(&network);
    check_total_order(&network);
    check_derived_verb(&network);
}

fn check_input_verbs(network: &Network, words: &[&str]) {
    let mut expected = words.to_vec();
    expected.sort_unstable();
    let read: Vec<&str> = network
        .verbs
        .iter()
        .map(|verb| verb.name.as_str())
        .filter(|word| network.input_verb_code(word).is_some())
        .collect();
    assert_eq!(read, expected);
    for word in ["", "nothing_of_the_kind", "LIKE", " like", "like "] {
        assert_eq!(
            network.input_verb_code(word),
            None,
            "{word:?} is not a verb of {}",
            network.name
        );
    }
}

fn check_codes(network: &Network) {
    assert!(network.verbs.len() <= MAX_VERBS);
    assert!(
        network.verbs.is_sorted_by(|a, b| a.name < b.name),
        "sorted, each name once"
    );
    for code in codes(network) {
        let word = &network.verbs[usize::from(code)].name;
        let is_derived = network.co_visit.is_some_and(|rule| rule.verb == code);
        assert_eq!(network.input_verb_code(word), (!is_derived).then_some(code));
    }
}

fn check_weights(network: &Network) {
    let weights: Vec<f64> = network.verbs.iter().map(|verb| verb.weight).collect();
    assert!(weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0));
    assert!(
        weights.iter().all(|weight| weight.is_sign_positive()),
        "no negative zero"
    );
    assert!(weights.iter().any(|weight| *weight > 0.0));
    assert!(network.share.is_finite() && network.share >= 0.0);
}

fn check_total_order(network: &Network) {
    for a in codes(network) {
        assert!(!network.outranks(a, a));
        for b in codes(network).filter(|&b| b != a) {
            assert_ne!(network.outranks(a, b), network.outranks(b, a));
            for c in codes(network) {
                let is_chain = network.outranks(a, b) && network.outranks(b, c);
                assert!(!is_chain || network.outranks(a, c));
            }
        }
    }
}

fn check_derived_verb(network: &Network) {
    let Some(rule) = network.co_visit else { return };
    assert_eq!(
        network.input_verb_code(&network.verbs[usize::from(rule.verb)].name),
        None
    );
    assert_eq!(
        network.input_verb_code(&network.verbs[usize::from(rule.check_in)].name),
        Some(rule.check_in)
    );
    assert!(rule.window_days > 0);
}

#[rstest]
#[case("twitter", &["tweet"])]
#[case("facebook", &["post"])]
#[case("linkedin", &["post"])]
#[case("foursquare", &["check_in", "tip"])]
fn a_post_with_a_target_has_weight_zero(#[case] name: &str, #[case] posts: &[&str]) {
    for post in posts {
        assert_eq!(weight(&network(name), post), 0.0, "{post}");
    }
}

#[rstest]
#[case("twitter", &["retweet", "quote", "reply", "mention", "like", "tweet"])]
#[case("facebook", &["share", "comment", "wall_post", "like", "post"])]
#[case("linkedin", &["recommend", "share", "comment", "like", "post"])]
#[case("foursquare", &["tip_done", "tip_like", "tip"])]
fn of_two_rows_for_one_act_the_verb_with_the_greater_weight_counts(#[case] name: &str, #[case] best_first: &[&str]) {
    let network = network(name);
    for pair in best_first.windows(2) {
        let (a, b) = (
            network.input_verb_code(pair[0]).unwrap(),
            network.input_verb_code(pair[1]).unwrap(),
        );
        assert!(network.outranks(a, b), "{} before {}", pair[0], pair[1]);
        assert!(network.verbs[usize::from(a)].weight > network.verbs[usize::from(b)].weight);
    }
}

#[test]
fn of_equal_weights_the_lower_name_counts() {
    let twitter = network("twitter");
    assert_eq!(weight(&twitter, "list_add"), weight(&twitter, "reply"));
    assert!(twitter.outranks(
        twitter.input_verb_code("list_add").unwrap(),
        twitter.input_verb_code("reply").unwrap()
    ));
}

#[test]
fn an_ordinary_reaction_is_the_unit_on_every_known_network() {
    for (name, word) in [
        ("twitter", "like"),
        ("facebook", "like"),
        ("linkedin", "like"),
        ("foursquare", "tip_like"),
    ] {
        assert_eq!(weight(&network(name), word), 1.0, "{name}");
    }
}

#[test]
fn only_foursquare_derives_a_reaction_within_seven_days() {
    for network in super::builtin_networks() {
        let window = network.co_visit.map(|rule| rule.window_days);
        assert_eq!(window, (network.name == "foursquare").then_some(7), "{}", network.name);
    }
}
