//! A campaign: what there is to win, who can win it, and by which seed it is drawn.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_warehouse::encode::hex;

/// Most characters of an id, which is a file's name.
const ID_LENGTH: usize = 64;

/// Most winners of a campaign.
const MOST_WINNERS: u64 = 1_000_000;

/// What [`Rules::not_winners_of`] says for every campaign that was drawn.
pub const ANY: &str = "*";

/// One `[[campaign]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Lower-case letters, digits, `-` and `_`; it names the record and stands in the winners' table.
    pub id: String,
    /// What is to be won, for people.
    pub title: String,
    /// The snapshot that is drawn from.
    pub snapshot_date: Day,
    /// People who win, unless fewer are eligible.
    pub winners: u64,
    /// SHA-256 of the seed's UTF-8 bytes in hex, announced before the snapshot is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed_sha256: Option<String>,
    /// Instead of it: the public source, named beforehand, that the seed will come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed_from: Option<String>,
    /// Who can win.
    #[serde(default)]
    pub eligible: Rules,
    /// Person ids that cannot win: staff, for instance.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// `[campaign.eligible]`: all of it must hold. Only people with a score can win; an absent rule asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Least score, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_score: Option<f64>,
    /// Greatest score, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_score: Option<f64>,
    /// Least percentile, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_percentile: Option<f64>,
    /// Greatest percentile, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_percentile: Option<f64>,
    /// Least coverage, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_coverage: Option<f64>,
    /// Least reach, in people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_reach: Option<f64>,
    /// Days before the end of the snapshot date within which the person was last active.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_within_days: Option<u32>,
    /// Topic ids: the person is shown on one of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// Least score on that topic, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_topic_score: Option<f64>,
    /// Networks: the person has a score on one of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
    /// Least score on that network, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_network_score: Option<f64>,
    /// Campaigns whose winners cannot win again; `*` for all that were drawn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_winners_of: Vec<String>,
}

impl Campaign {
    /// The campaign, if it can be drawn. The error begins with the key that is wrong, and is of usage.
    pub fn checked(mut self) -> Result<Campaign> {
        check_id(&self.id)?;
        if self.title.trim().is_empty() {
            return Err(Error::usage("title is empty: expected what is to be won"));
        }
        if !(1..=MOST_WINNERS).contains(&self.winners) {
            let message = format!("winners is {}: expected 1 to {MOST_WINNERS}", self.winners);
            return Err(Error::usage(message));
        }
        self.check_seed()?;
        self.eligible.check(&self.id)?;
        // Sets: their order must not make another campaign.
        let sets = [
            &mut self.exclude,
            &mut self.eligible.topics,
            &mut self.eligible.networks,
            &mut self.eligible.not_winners_of,
        ];
        for set in sets {
            let sorted: BTreeSet<String> = set.drain(..).collect();
            set.extend(sorted);
        }
        Ok(self)
    }

    fn check_seed(&self) -> Result<()> {
        match (&self.seed_sha256, &self.seed_from) {
            (Some(hash), None) => {
                let is_hex = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
                match is_hex {
                    true => Ok(()),
                    false => Err(Error::usage(
                        "seed_sha256 is no SHA-256: expected 64 digits of lower-case hex, as `sha256sum` prints them",
                    )),
                }
            }
            (None, Some(source)) if !source.trim().is_empty() => Ok(()),
            (None, Some(_)) => Err(Error::usage(
                "seed_from is empty: expected where the seed will come from",
            )),
            (Some(_), Some(_)) => Err(Error::usage(
                "seed_from cannot be beside seed_sha256: the seed is one of them",
            )),
            (None, None) => Err(Error::usage(
                "seed_sha256 is missing: a draw needs a seed that was announced beforehand, by its hash or (seed_from) \
                 by its public source",
            )),
        }
    }

    /// Refuses a seed that is not the announced one; the message does not repeat it.
    pub fn expect_seed(&self, seed: &str) -> Result<()> {
        if seed.is_empty() {
            return Err(Error::usage("the seed is empty"));
        }
        let found = hex(&Sha256::digest(seed.as_bytes()));
        match &self.seed_sha256 {
            Some(expected) if *expected != found => Err(Error::usage(format!(
                "the seed is not the announced one of {}: its SHA-256 is {found}, expected {expected}. (A line break at \
                 its end counts.)",
                self.id
            ))),
            _ => Ok(()),
        }
    }
}

/// Refuses an id that cannot be a file's name everywhere.
pub fn check_id(id: &str) -> Result<()> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let begins = id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    match begins && id.len() <= ID_LENGTH && id.chars().all(is_plain) {
        true => Ok(()),
        false => Err(Error::usage(format!(
            "id is \"{}\": expected a letter or digit, then at most {} letters, digits, - and _, all lower-case",
            id.escape_debug(),
            ID_LENGTH - 1
        ))),
    }
}

impl Rules {
    fn check(&self, id: &str) -> Result<()> {
        let ranges = [
            ("min_score", self.min_score, 1.0, 100.0),
            ("max_score", self.max_score, 1.0, 100.0),
            ("min_percentile", self.min_percentile, 0.0, 100.0),
            ("max_percentile", self.max_percentile, 0.0, 100.0),
            ("min_coverage", self.min_coverage, 0.0, 1.0),
            ("min_reach", self.min_reach, 0.0, f64::MAX),
            ("min_topic_score", self.min_topic_score, 1.0, 100.0),
            ("min_network_score", self.min_network_score, 1.0, 100.0),
        ];
        for (name, value, least, most) in ranges {
            if let Some(value) = value.filter(|value| !(least..=most).contains(value)) {
                let to = if most == f64::MAX {
                    "more".to_owned()
                } else {
                    most.to_string()
                };
                let message = format!("eligible.{name} is {value}: expected {least} to {to}");
                return Err(Error::usage(message));
            }
        }
        if self.active_within_days == Some(0) {
            return Err(Error::usage(
                "eligible.active_within_days is 0: expected at least 1, the snapshot date itself",
            ));
        }
        let pairs = [
            ("score", self.min_score, self.max_score),
            ("percentile", self.min_percentile, self.max_percentile),
        ];
        for (name, least, most) in pairs {
            if let (Some(least), Some(most)) = (least, most)
                && least > most
            {
                let message =
                    format!("eligible.max_{name} is {most}, less than min_{name} ({least}): nobody could win");
                return Err(Error::usage(message));
            }
        }
        self.check_lists(id)
    }

    fn check_lists(&self, id: &str) -> Result<()> {
        if self.min_topic_score.is_some() && self.topics.is_empty() {
            return Err(Error::usage(
                "eligible.min_topic_score is of no topic: expected topics beside it",
            ));
        }
        if self.min_network_score.is_some() && self.networks.is_empty() {
            return Err(Error::usage(
                "eligible.min_network_score is of no network: expected networks beside it",
            ));
        }
        for other in self.not_winners_of.iter().filter(|other| *other != ANY) {
            check_id(other).map_err(|error| Error::usage(format!("eligible.not_winners_of: {}", error.message())))?;
            if other == id {
                return Err(Error::usage(format!(
                    "eligible.not_winners_of has {id} itself, which is drawn once anyway"
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "campaign_tests.rs"]
mod tests;
