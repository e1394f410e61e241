//! Networks: the verbs of each, and what a reaction under each is worth.
//!
//! An adapter is one file with one function that lists a network's own words, a weight for each
//! with its reason, and what is derived. The unit is one ordinary reaction: a verb of weight 1 is
//! a like, one tap that its author need not answer for. The further weights say how much more, or
//! less, an act tells about the influence of the person it credits. A network that a job file
//! declares is the same thing without code ([`declared`]), and every one passes the same contract.

pub mod covisit;
pub mod declared;
mod facebook;
mod foursquare;
mod linkedin;
mod twitter;

#[cfg(test)]
mod contract;

/// The most verbs that a network may have, derived ones included; their codes are `u8`, and a few
/// codes stay free for readers to mark a row by.
pub const MAX_VERBS: usize = 250;
/// The most networks a job may have, the known ones included; a network's place is kept in one byte.
pub const MAX_NETWORKS: usize = 250;

/// Networks on which the tags of an answer are its author's alone (the contract).
const TAGGING_NETWORKS: [&str; 3] = ["twitter", "facebook", "linkedin"];
/// The verbs of an answer there.
const ANSWERS: [&str; 4] = ["reply", "mention", "quote", "comment"];

/// One word of a network and what a reaction under it is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct Verb {
    /// The network's own word, as the dumps spell it.
    pub name: String,
    /// Weight of one reaction, finite and >= 0; an ordinary one, such as a like, weighs 1.
    /// A row without a target is a post, whatever its weight.
    pub weight: f64,
}

/// A derived reaction: the reactor follows the target and checks in where the target was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoVisitRule {
    /// Code of the verb whose posts are visits.
    pub check_in: u8,
    /// Code of the derived verb, a word that no input row may use.
    pub verb: u8,
    /// The longest time between the two visits, in days.
    pub window_days: i64,
}

/// A network as the model sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// The name in `network=` partitions and before the colon of a person id.
    pub name: String,
    /// All verbs, sorted by name. A verb's index is its code: codes hold within one job only.
    pub verbs: Vec<Verb>,
    /// Scale of the network's edges in the propagation, finite and >= 0; 1 unless a job says so.
    pub share: f64,
    /// The reaction that is derived from check-ins, where there is one.
    pub co_visit: Option<CoVisitRule>,
}

impl Network {
    /// A network of `verbs` (name, weight), in any order, with share 1 and nothing derived.
    fn new(name: &str, verbs: &[(&str, f64)]) -> Network {
        let mut verbs: Vec<Verb> = verbs
            .iter()
            .map(|&(name, weight)| Verb {
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

    /// The same network with `derived` as its co-visit verb, both words being verbs of it.
    fn with_co_visit(mut self, check_in: &str, derived: &str, window_days: i64) -> Network {
        let codes = self.code(check_in).zip(self.code(derived));
        self.co_visit = codes.map(|(check_in, verb)| CoVisitRule {
            check_in,
            verb,
            window_days,
        });
        self
    }

    /// The code of any verb, derived ones included.
    fn code(&self, word: &str) -> Option<u8> {
        let found = self.verbs.binary_search_by(|verb| verb.name.as_str().cmp(word));
        found.ok().and_then(|index| u8::try_from(index).ok())
    }

    /// The code of a word that an input row may use; `None` for an unknown word and for a derived
    /// verb, which only Clout itself may write.
    pub fn verb(&self, word: &str) -> Option<u8> {
        let is_derived = |code: u8| self.co_visit.is_some_and(|rule| rule.verb == code);
        self.code(word).filter(|&code| !is_derived(code))
    }

    /// Whether verb `a` counts before verb `b` among twins (one second, one actor, one target):
    /// the greater weight does, and of equal weights the lesser name. A strict total order.
    pub fn outranks(&self, a: u8, b: u8) -> bool {
        let weight = |code: u8| self.verbs[usize::from(code)].weight;
        match weight(a).total_cmp(&weight(b)) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Less => false,
            // Codes are in the order of names.
            std::cmp::Ordering::Equal => a < b,
        }
    }

    /// Whether the tags of a reaction under this verb describe what was reacted to. They do, and are evidence
    /// for target and actor alike, but for answers on networks where people tag what they write themselves.
    pub fn tags_describe_object(&self, verb: u8) -> bool {
        let is_answer = ANSWERS.contains(&self.verbs[usize::from(verb)].name.as_str());
        !(is_answer && TAGGING_NETWORKS.contains(&self.name.as_str()))
    }

    /// The bytes by which networks are ordered: a person id that stands for an account begins with
    /// them, so accounts in this order of networks are persons in the order of their ids.
    fn sort_key(&self) -> String {
        format!("{}:", self.name)
    }
}

/// The networks that need no declaration, sorted as a job sorts them.
pub fn builtin() -> Vec<Network> {
    let mut networks = vec![
        twitter::network(),
        facebook::network(),
        linkedin::network(),
        foursquare::network(),
    ];
    networks.sort_by_key(Network::sort_key);
    networks
}
