//! Networks: the verbs of each, and the weight of a reaction under each verb.
//!
//! An adapter is one file with one function that lists a network's verbs, a weight for each with its
//! reason, and its derived verbs. The unit is one ordinary reaction: a verb of weight 1 is a like, one
//! tap without commitment. Other weights measure the significance of an act for the influence of the
//! credited person, relative to a like. A network declared in a job file is the same without code
//! ([`declared`]), and all networks pass the same test suite (`contract`).

pub mod co_visit;
pub mod declared;
mod facebook;
mod foursquare;
mod linkedin;
mod twitter;

#[cfg(test)]
mod adapter_tests;

use serde::{Deserialize, Serialize};

/// The largest number of verbs of a network, derived ones included. Their codes are `u8`, and a few
/// codes stay free so that readers can mark a row.
pub const MAX_VERBS: usize = 250;
/// The largest number of networks in a job, built-in ones included; a network's index is one byte.
pub const MAX_NETWORKS: usize = 250;

/// Networks on which the tags of an answer describe the answer, not its object (input reference).
const TAGGING_NETWORKS: [&str; 3] = ["twitter", "facebook", "linkedin"];
/// Verbs of an answer on these networks.
const ANSWERS: [&str; 4] = ["reply", "mention", "quote", "comment"];

/// One verb of a network, with the weight of a reaction under it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkVerb {
    /// Name of the verb, as spelled in the dumps.
    pub name: String,
    /// Weight of one reaction, finite and >= 0; an ordinary one, such as a like, weighs 1.
    /// A row without a target is a post, whatever its weight.
    pub weight: f64,
}

/// A derived reaction: the reactor follows the target and checks in at a place that the target visited before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoVisitRule {
    /// Code of the check-in verb.
    pub check_in: u8,
    /// Code of the derived verb, which input rows may not use.
    pub verb: u8,
    /// The longest time between the two visits, in days.
    pub window_days: i64,
}

/// A network: its verbs, its share, and its derived reaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// Name in `network=` partitions and before the colon of a person id.
    pub name: String,
    /// All verbs, sorted by name. A verb's index is its code: codes are valid within one job only.
    pub verbs: Vec<NetworkVerb>,
    /// Scale of the network's edges in the propagation, finite and >= 0; 1 unless the job file changes it.
    pub share: f64,
    /// The reaction derived from check-ins, if any.
    pub co_visit: Option<CoVisitRule>,
}

impl Network {
    /// Creates a network with `verbs` (name, weight) in any order, share 1 and no derived verb.
    fn new(name: &str, verbs: &[(&str, f64)]) -> Network {
        let mut verbs: Vec<NetworkVerb> = verbs
            .iter()
            .map(|&(name, weight)| NetworkVerb {
                name: name.to_owned(),
                weight,
            })
            .collect();
        verbs.sort_by(|a, b| a.name.cmp(&b.name));
        Network {
            name: name.to_owned(),
            verbs,
            share: 1.0,
            co_visit: None,
        }
    }

    /// Sets `derived` as the co-visit verb; both names must be verbs of the network.
    fn with_co_visit(mut self, check_in: &str, derived: &str, window_days: i64) -> Network {
        let codes = self.code(check_in).zip(self.code(derived));
        self.co_visit = codes.map(|(check_in, verb)| CoVisitRule {
            check_in,
            verb,
            window_days,
        });
        self
    }

    /// Returns the code of any verb, derived ones included.
    fn code(&self, word: &str) -> Option<u8> {
        let found = self.verbs.binary_search_by(|verb| verb.name.as_str().cmp(word));
        found.ok().and_then(|index| u8::try_from(index).ok())
    }

    /// Returns the code of a verb that an input row may use; `None` for an unknown verb and for a derived
    /// verb, which only Clout itself may write.
    pub fn input_verb_code(&self, word: &str) -> Option<u8> {
        let is_derived = |code: u8| self.co_visit.is_some_and(|rule| rule.verb == code);
        self.code(word).filter(|&code| !is_derived(code))
    }

    /// Returns true if verb `a` counts before verb `b` among twins (one second, one actor, one target):
    /// the greater weight first, and for equal weights the lower name. A strict total order.
    pub fn outranks(&self, a: u8, b: u8) -> bool {
        let weight = |code: u8| self.verbs[usize::from(code)].weight;
        match weight(a).total_cmp(&weight(b)) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Less => false,
            // Codes are in the order of names.
            std::cmp::Ordering::Equal => a < b,
        }
    }

    /// Returns true if the tags of a reaction under this verb describe the object of the reaction. Such tags are
    /// evidence for target and actor alike. Answers are the exception on networks where authors tag their own texts.
    pub fn tags_describe_object(&self, verb: u8) -> bool {
        let is_answer = ANSWERS.contains(&self.verbs[usize::from(verb)].name.as_str());
        !(is_answer && TAGGING_NETWORKS.contains(&self.name.as_str()))
    }

    /// Returns the sort key of networks. A person id derived from an account begins with it, so accounts
    /// in this order of networks are persons in the order of their ids.
    fn sort_key(&self) -> String {
        format!("{}:", self.name)
    }
}

/// Returns the built-in networks, in the sort order of a job.
pub fn builtin_networks() -> Vec<Network> {
    let mut networks = vec![
        twitter::network(),
        facebook::network(),
        linkedin::network(),
        foursquare::network(),
    ];
    networks.sort_by_key(Network::sort_key);
    networks
}
