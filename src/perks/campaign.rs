//! A campaign: its prize, its eligibility rules and its seed.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_warehouse::encoded_part::to_hex;

/// Maximum number of characters of an id. An id is also a file name.
const ID_LENGTH: usize = 64;

/// Maximum number of winners of a campaign.
const MOST_WINNERS: u64 = 1_000_000;

/// Value of [`EligibilityRules::not_winners_of`] that means all drawn campaigns.
pub const ANY_CAMPAIGN: &str = "*";

/// One `[[campaign]]` of the campaign file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Lower-case letters, digits, `-` and `_`. Names the record and is a column of `perk_winners`.
    pub id: String,
    /// Prize, as text for people.
    pub title: String,
    /// Date of the snapshot to draw from.
    pub snapshot_date: Day,
    /// Number of winners; all eligible people if there are fewer.
    pub winners: u64,
    /// SHA-256 of the seed's UTF-8 bytes in hex, announced before the snapshot is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed_sha256: Option<String>,
    /// Alternative to `seed_sha256`: the public source of the seed, named before the seed is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed_from: Option<String>,
    /// Eligibility rules.
    #[serde(default)]
    pub eligible: EligibilityRules,
    /// Ids of excluded people, for instance staff.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// `[campaign.eligible]`: all given rules must hold. Only people with a score can win.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EligibilityRules {
    /// Minimum score, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_score: Option<f64>,
    /// Maximum score, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_score: Option<f64>,
    /// Minimum percentile, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_percentile: Option<f64>,
    /// Maximum percentile, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_percentile: Option<f64>,
    /// Minimum coverage, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_coverage: Option<f64>,
    /// Minimum reach, in people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_reach: Option<f64>,
    /// Maximum days from the last activity to the end of the snapshot date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active_within_days: Option<u32>,
    /// Topic ids: the person is shown on at least one of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// Minimum score on that topic, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_topic_score: Option<f64>,
    /// Networks: the person has a score on at least one of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
    /// Minimum score on that network, 1 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_network_score: Option<f64>,
    /// Ids of campaigns with winners that cannot win again; `*` means all drawn campaigns.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_winners_of: Vec<String>,
}

impl Campaign {
    /// Validates the campaign and sorts its sets.
    ///
    /// # Errors
    ///
    /// `Usage`; the message begins with the wrong key.
    pub fn validate(mut self) -> Result<Campaign> {
        check_campaign_id(&self.id)?;
        if self.title.trim().is_empty() {
            return Err(Error::usage("title is empty: expected the prize"));
        }
        if !(1..=MOST_WINNERS).contains(&self.winners) {
            let message = format!("winners is {}: expected 1 to {MOST_WINNERS}", self.winners);
            return Err(Error::usage(message));
        }
        self.check_seed()?;
        self.eligible.check(&self.id)?;
        // Sorted, so that another order of the same ids is not a different campaign.
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
                        "seed_sha256 is not a SHA-256: expected 64 lower-case hex digits, as `sha256sum` prints them",
                    )),
                }
            }
            (None, Some(source)) if !source.trim().is_empty() => Ok(()),
            (None, Some(_)) => Err(Error::usage(
                "seed_from is empty: expected the public source of the seed",
            )),
            (Some(_), Some(_)) => Err(Error::usage(
                "seed_from and seed_sha256 are both given: expected one of them",
            )),
            (None, None) => Err(Error::usage(
                "seed_sha256 is missing: a draw needs a seed announced beforehand, by its hash (seed_sha256) or its \
                 public source (seed_from)",
            )),
        }
    }

    /// Compares a seed with the announced hash. The error message does not contain the seed, which may be a secret.
    pub fn check_seed_hash(&self, seed: &str) -> Result<()> {
        if seed.is_empty() {
            return Err(Error::usage("the seed is empty"));
        }
        let found = to_hex(&Sha256::digest(seed.as_bytes()));
        match &self.seed_sha256 {
            Some(expected) if *expected != found => Err(Error::usage(format!(
                "the seed is not the announced one of {}: its SHA-256 is {found}, expected {expected}. (A line break at \
                 the end changes the hash.)",
                self.id
            ))),
            _ => Ok(()),
        }
    }
}

/// Validates an id, which must be a valid file name on all stores.
pub fn check_campaign_id(id: &str) -> Result<()> {
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

impl EligibilityRules {
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
                "eligible.active_within_days is 0: expected at least 1 (the snapshot date itself)",
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
                    format!("eligible.max_{name} is {most}, less than min_{name} ({least}): no person could win");
                return Err(Error::usage(message));
            }
        }
        self.check_lists(id)
    }

    fn check_lists(&self, id: &str) -> Result<()> {
        if self.min_topic_score.is_some() && self.topics.is_empty() {
            return Err(Error::usage(
                "eligible.min_topic_score is given without topics: expected eligible.topics too",
            ));
        }
        if self.min_network_score.is_some() && self.networks.is_empty() {
            return Err(Error::usage(
                "eligible.min_network_score is given without networks: expected eligible.networks too",
            ));
        }
        for other in self.not_winners_of.iter().filter(|other| *other != ANY_CAMPAIGN) {
            check_campaign_id(other)
                .map_err(|error| Error::usage(format!("eligible.not_winners_of: {}", error.message())))?;
            if other == id {
                return Err(Error::usage(format!(
                    "eligible.not_winners_of contains {id} itself: remove it, as a campaign is drawn only once"
                )));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "campaign_tests.rs"]
mod tests;
