//! Networks that a job file declares, or changes: the same as an adapter, without code.
//!
//! ```toml
//! [networks.stackexchange.verbs]   # a network that Clout does not know
//! question = 0.0
//! accept = 5.0
//! [networks.twitter]               # a known one, with another scale and another weight
//! share = 0.5
//! verbs = { retweet = 4.0 }
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::MAX_NETWORKS;
use super::{MAX_VERBS, Network, Verb, builtin};
use clout_base::error::{Error, Result};

/// The greatest weight or share: far beyond any use, and small enough that no sum of them overflows.
const MAX_WEIGHT: f64 = 1e6;

/// What a job file says of one network, under `[networks.NAME]`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Declaration {
    /// Scale of the network's edges in the propagation; unchanged (1 for a new network) if absent.
    pub share: Option<f64>,
    /// Weight of a reaction by verb: verbs to add, or new weights of known ones.
    pub verbs: BTreeMap<String, f64>,
}

/// The known networks and the declared ones, each as the job wants it, sorted by the bytes of
/// name and colon. A name, weight or share that cannot be is a usage error.
pub fn networks(declarations: &BTreeMap<String, Declaration>) -> Result<Vec<Network>> {
    let mut networks = builtin();
    for (name, declaration) in declarations {
        let known = networks.iter().position(|network| network.name == *name);
        let before = match known {
            Some(index) => networks.swap_remove(index),
            None => unknown_network(name, declaration)?,
        };
        networks.push(changed(before, declaration)?);
    }
    if networks.len() > MAX_NETWORKS {
        return Err(Error::usage(format!(
            "networks: {} of them are known and declared, at most {MAX_NETWORKS} can be",
            networks.len()
        )));
    }
    networks.sort_by_key(Network::sort_key);
    Ok(networks)
}

/// A network without verbs, if `name` can be one.
fn unknown_network(name: &str, declaration: &Declaration) -> Result<Network> {
    let is_plain = |c: char| !c.is_control() && !matches!(c, '/' | ':' | '=');
    if name.is_empty() || !name.chars().all(is_plain) {
        return Err(Error::usage(format!(
            "networks.{name} cannot be a network's name: expected a text that is not empty and has \
             no '/', ':', '=' or control character, since it stands in paths and person ids"
        )));
    }
    if declaration.verbs.is_empty() {
        return Err(Error::usage(format!(
            "networks.{name} has no verbs, so every row of it would be refused: give each of its \
             words a weight under [networks.{name}.verbs]"
        )));
    }
    Ok(Network::new(name, &[]))
}

/// `network` with the declaration's share and verbs. Codes are given anew, for the words move.
fn changed(network: Network, declaration: &Declaration) -> Result<Network> {
    let name = network.name.clone();
    let verb_name = |code: u8| network.verbs[usize::from(code)].name.clone();
    let derived = network
        .co_visit
        .map(|rule| (verb_name(rule.check_in), verb_name(rule.verb), rule.window_days));
    let mut weights: BTreeMap<&str, f64> = network
        .verbs
        .iter()
        .map(|Verb { name, weight }| (name.as_str(), *weight))
        .collect();
    for (verb, &weight) in &declaration.verbs {
        check_verb(&name, verb)?;
        weights.insert(verb, checked(&format!("networks.{name}.verbs.{verb}"), weight)?);
    }
    if weights.len() > MAX_VERBS {
        return Err(Error::usage(format!(
            "networks.{name}.verbs has {} words: expected at most {MAX_VERBS}",
            weights.len()
        )));
    }
    let verbs: Vec<(&str, f64)> = weights.into_iter().collect();
    let mut after = Network::new(&name, &verbs);
    after.share = match declaration.share {
        Some(share) => checked(&format!("networks.{name}.share"), share)?,
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
            "networks.{network}.verbs holds the word {verb:?}: expected a text that is not empty \
             and has no control character"
        )));
    }
    Ok(())
}

fn checked(key: &str, weight: f64) -> Result<f64> {
    if (0.0..=MAX_WEIGHT).contains(&weight) {
        // Adding zero makes a negative zero, which would order before zero, an ordinary one.
        return Ok(weight + 0.0);
    }
    Err(Error::usage(format!(
        "{key} is {weight}: expected a number from 0 to {MAX_WEIGHT}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_base::error::Kind;
    use rstest::rstest;

    fn declare(name: &str, verbs: &[(&str, f64)], share: Option<f64>) -> Result<Vec<Network>> {
        let verbs = verbs.iter().map(|&(verb, weight)| (verb.to_owned(), weight)).collect();
        networks(&BTreeMap::from([(name.to_owned(), Declaration { share, verbs })]))
    }

    fn named<'a>(networks: &'a [Network], name: &str) -> &'a Network {
        networks.iter().find(|network| network.name == name).unwrap()
    }

    #[test]
    fn a_known_network_keeps_what_the_job_does_not_change() {
        let networks = declare("foursquare", &[("aaa", 2.0), ("tip_done", 4.0)], Some(0.5)).unwrap();
        let foursquare = named(&networks, "foursquare");
        assert_eq!(foursquare.share, 0.5);
        let weight = |word: &str| foursquare.verbs[usize::from(foursquare.verb(word).unwrap())].weight;
        assert_eq!((weight("aaa"), weight("tip_done"), weight("tip_like")), (2.0, 4.0, 1.0));
        let rule = foursquare.co_visit.unwrap();
        assert_eq!(foursquare.verbs[usize::from(rule.verb)].name, "co_visit");
        assert_eq!(foursquare.verbs[usize::from(rule.check_in)].name, "check_in");
        assert_eq!(foursquare.verb("co_visit"), None);
    }

    #[test]
    fn networks_are_sorted_as_the_person_ids_of_their_accounts_are() {
        // '-' comes before ':', so "twitter-b:x" stands before "twitter:x".
        let networks = declare("twitter-b", &[("like", 1.0)], None).unwrap();
        let names: Vec<&str> = networks.iter().map(|n| n.name.as_str()).collect();
        assert_eq!(names, ["facebook", "foursquare", "linkedin", "twitter-b", "twitter"]);
    }

    #[rstest]
    #[case("", "like", 1.0, None, "cannot be a network's name")]
    #[case("a/b", "like", 1.0, None, "cannot be a network's name")]
    #[case("a:b", "like", 1.0, None, "cannot be a network's name")]
    #[case("a=b", "like", 1.0, None, "cannot be a network's name")]
    #[case("a\nb", "like", 1.0, None, "cannot be a network's name")]
    #[case("x", "like", -1.0, None, "networks.x.verbs.like is -1: expected a number from 0")]
    #[case("x", "like", f64::NAN, None, "networks.x.verbs.like is NaN: expected")]
    #[case("x", "like", f64::INFINITY, None, "networks.x.verbs.like is inf: expected")]
    #[case("x", "like", 1.0, Some(-0.5), "networks.x.share is -0.5: expected")]
    #[case("x", "", 1.0, None, "holds the word \"\"")]
    fn what_cannot_be_is_a_usage_error(
        #[case] name: &str,
        #[case] verb: &str,
        #[case] weight: f64,
        #[case] share: Option<f64>,
        #[case] says: &str,
    ) {
        let error = declare(name, &[(verb, weight)], share).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
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
                .contains("251 words")
        );
    }

    #[test]
    fn there_are_no_more_networks_than_a_byte_can_tell() {
        let declaration = Declaration {
            share: None,
            verbs: BTreeMap::from([("like".to_owned(), 1.0)]),
        };
        let declared = |count: usize| (0..count).map(|n| (format!("n{n}"), declaration.clone())).collect();
        assert!(networks(&declared(MAX_NETWORKS - 4)).is_ok());
        assert!(networks(&declared(MAX_NETWORKS - 3)).is_err());
    }
}
