//! Networks that a job file declares or changes: adapters without code.
//!
//! ```toml
//! [networks.stackexchange.verbs]   # a new network
//! question = 0.0
//! accept = 5.0
//! [networks.twitter]               # a built-in network with another share and another weight
//! share = 0.5
//! verbs = { retweet = 4.0 }
//! ```

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use super::MAX_NETWORKS;
use super::{MAX_VERBS, Network, NetworkVerb, builtin_networks};
use clout_base::day::Day;
use clout_base::error::{Error, Result};

/// The largest weight or share: far above any use, and small enough that no sum of them overflows.
const MAX_WEIGHT: f64 = 1e6;

/// The section `[networks.NAME]` of a job file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkDeclaration {
    /// Scale of the network's edges in the propagation; unchanged (1 for a new network) if absent.
    pub share: Option<f64>,
    /// Load date from which the network no longer delivers; it still does if absent. TOML's own date or a text.
    #[serde(deserialize_with = "deserialize_date")]
    pub ended: Option<Day>,
    /// Weight of a reaction by verb: new verbs, or new weights of existing verbs.
    pub verbs: BTreeMap<String, f64>,
}

/// Reads a date written as a text or as TOML's own date.
fn deserialize_date<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Day>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a date such as 2026-10-31")]
    enum Written {
        Text(String),
        Date(toml::value::Datetime),
    }
    let text = match Written::deserialize(deserializer)? {
        Written::Text(text) => text,
        Written::Date(date) => date.to_string(),
    };
    text.parse().map(Some).map_err(D::Error::custom)
}

/// Returns the built-in networks with the declarations applied, sorted by the bytes of name and colon.
///
/// # Errors
/// A usage error for an invalid name, weight or share, a new network without verbs, or too many networks or verbs.
pub fn resolve_networks(declarations: &BTreeMap<String, NetworkDeclaration>) -> Result<Vec<Network>> {
    let mut networks = builtin_networks();
    for (name, declaration) in declarations {
        let known = networks.iter().position(|network| network.name == *name);
        let before = match known {
            Some(index) => networks.swap_remove(index),
            None => create_network(name, declaration)?,
        };
        networks.push(apply_declaration(before, declaration)?);
    }
    if networks.len() > MAX_NETWORKS {
        return Err(Error::usage(format!(
            "networks: the job has {} networks, built-in ones included; the limit is {MAX_NETWORKS}: remove some",
            networks.len()
        )));
    }
    networks.sort_by_key(Network::sort_key);
    Ok(networks)
}

/// Returns a network without verbs, or an error if `name` is invalid.
fn create_network(name: &str, declaration: &NetworkDeclaration) -> Result<Network> {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '/' | ':' | '=');
    if name.is_empty() || !name.chars().all(is_plain) {
        return Err(Error::usage(format!(
            "networks.{name} is not a valid network name: expected a non-empty text without '/', ':', '=' or \
             control characters, because paths and person ids contain it"
        )));
    }
    if declaration.verbs.is_empty() {
        return Err(Error::usage(format!(
            "networks.{name} has no verbs, so all its rows would be refused: give each verb a weight under \
             [networks.{name}.verbs]"
        )));
    }
    Ok(Network::new(name, &[]))
}

/// Applies the declaration to `network`. Verb codes are assigned again, because new verbs shift them.
fn apply_declaration(network: Network, declaration: &NetworkDeclaration) -> Result<Network> {
    let name = network.name.clone();
    let verb_name = |code: u8| network.verbs[usize::from(code)].name.clone();
    let derived = network
        .co_visit
        .map(|rule| (verb_name(rule.check_in), verb_name(rule.verb), rule.window_days));
    let mut weights: BTreeMap<&str, f64> = network
        .verbs
        .iter()
        .map(|NetworkVerb { name, weight }| (name.as_str(), *weight))
        .collect();
    for (verb, &weight) in &declaration.verbs {
        check_verb(&name, verb)?;
        weights.insert(verb, check_weight(&format!("networks.{name}.verbs.{verb}"), weight)?);
    }
    if weights.len() > MAX_VERBS {
        return Err(Error::usage(format!(
            "networks.{name}.verbs has {} verbs: expected at most {MAX_VERBS}",
            weights.len()
        )));
    }
    let verbs: Vec<(&str, f64)> = weights.into_iter().collect();
    let mut after = Network::new(&name, &verbs);
    after.share = match declaration.share {
        Some(share) => check_weight(&format!("networks.{name}.share"), share)?,
        None => network.share,
    };
    Ok(match derived {
        Some((check_in, verb, days)) => after.with_co_visit(&check_in, &verb, days),
        None => after,
    })
}

fn check_verb(network: &str, verb: &str) -> Result<()> {
    if verb.is_empty() || verb.chars().any(char::is_control) {
        return Err(Error::usage(format!(
            "networks.{network}.verbs has the verb {verb:?}: expected a non-empty text without control characters"
        )));
    }
    Ok(())
}

fn check_weight(key: &str, weight: f64) -> Result<f64> {
    if (0.0..=MAX_WEIGHT).contains(&weight) {
        // Adding zero turns a negative zero, which would sort before zero, into a positive one.
        return Ok(weight + 0.0);
    }
    Err(Error::usage(format!(
        "{key} is {weight}: expected a number from 0 to {MAX_WEIGHT}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_base::error::ErrorKind;
    use rstest::rstest;

    fn declare(name: &str, verbs: &[(&str, f64)], share: Option<f64>) -> Result<Vec<Network>> {
        let verbs = verbs.iter().map(|&(verb, weight)| (verb.to_owned(), weight)).collect();
        resolve_networks(&BTreeMap::from([(
            name.to_owned(),
            NetworkDeclaration {
                share,
                ended: None,
                verbs,
            },
        )]))
    }

    fn named<'a>(networks: &'a [Network], name: &str) -> &'a Network {
        networks.iter().find(|network| network.name == name).unwrap()
    }

    #[test]
    fn a_built_in_network_keeps_all_values_that_the_job_does_not_change() {
        let networks = declare("foursquare", &[("aaa", 2.0), ("tip_done", 4.0)], Some(0.5)).unwrap();
        let foursquare = named(&networks, "foursquare");
        assert_eq!(foursquare.share, 0.5);
        let weight = |word: &str| foursquare.verbs[usize::from(foursquare.input_verb_code(word).unwrap())].weight;
        assert_eq!((weight("aaa"), weight("tip_done"), weight("tip_like")), (2.0, 4.0, 1.0));
        let rule = foursquare.co_visit.unwrap();
        assert_eq!(foursquare.verbs[usize::from(rule.verb)].name, "co_visit");
        assert_eq!(foursquare.verbs[usize::from(rule.check_in)].name, "check_in");
        assert_eq!(foursquare.input_verb_code("co_visit"), None);
    }

    #[test]
    fn networks_are_sorted_like_the_person_ids_of_their_accounts() {
        // '-' comes before ':', so "twitter-b:x" sorts before "twitter:x".
        let networks = declare("twitter-b", &[("like", 1.0)], None).unwrap();
        let names: Vec<&str> = networks.iter().map(|n| n.name.as_str()).collect();
        assert_eq!(names, ["facebook", "foursquare", "linkedin", "twitter-b", "twitter"]);
    }

    #[rstest]
    #[case("", "like", 1.0, None, "is not a valid network name")]
    #[case("a/b", "like", 1.0, None, "is not a valid network name")]
    #[case("a:b", "like", 1.0, None, "is not a valid network name")]
    #[case("a=b", "like", 1.0, None, "is not a valid network name")]
    #[case("a\nb", "like", 1.0, None, "is not a valid network name")]
    #[case("x", "like", -1.0, None, "networks.x.verbs.like is -1: expected a number from 0")]
    #[case("x", "like", f64::NAN, None, "networks.x.verbs.like is NaN: expected")]
    #[case("x", "like", f64::INFINITY, None, "networks.x.verbs.like is inf: expected")]
    #[case("x", "like", 1.0, Some(-0.5), "networks.x.share is -0.5: expected")]
    #[case("x", "", 1.0, None, "has the verb \"\"")]
    fn an_invalid_declaration_is_a_usage_error(
        #[case] name: &str,
        #[case] verb: &str,
        #[case] weight: f64,
        #[case] share: Option<f64>,
        #[case] says: &str,
    ) {
        let error = declare(name, &[(verb, weight)], share).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(says), "{error}");
    }

    #[test]
    fn a_new_network_needs_verbs_and_not_too_many() {
        assert!(declare("x", &[], None).is_err());
        assert!(declare("twitter", &[], Some(2.0)).is_ok());
        let words: Vec<String> = (0..=MAX_VERBS).map(|i| format!("verb{i}")).collect();
        let verbs: Vec<(&str, f64)> = words.iter().map(|word| (word.as_str(), 1.0)).collect();
        assert!(declare("x", &verbs[1..], None).is_ok());
        assert!(
            declare("x", &verbs, None)
                .unwrap_err()
                .to_string()
                .contains("251 verbs")
        );
    }

    #[test]
    fn the_number_of_networks_fits_into_a_byte() {
        let declaration = NetworkDeclaration {
            ended: None,
            share: None,
            verbs: BTreeMap::from([("like".to_owned(), 1.0)]),
        };
        let declared = |count: usize| (0..count).map(|n| (format!("n{n}"), declaration.clone())).collect();
        assert!(resolve_networks(&declared(MAX_NETWORKS - 4)).is_ok());
        assert!(resolve_networks(&declared(MAX_NETWORKS - 3)).is_err());
    }
}
