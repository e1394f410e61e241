//! Parser of the campaign file (`perks.toml`); errors name the line.

use std::ops::Range;

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::campaign::Campaign;
use crate::job::find_most_similar;
use clout_base::error::{Error, Result};

/// Keys of a `[[campaign]]`. A test compares them with the struct.
pub(super) const CAMPAIGN_KEYS: [&str; 8] = [
    "id",
    "title",
    "snapshot_date",
    "winners",
    "seed_sha256",
    "seed_from",
    "eligible",
    "exclude",
];

/// Keys of a `[campaign.eligible]`.
pub(super) const RULE_KEYS: [&str; 12] = [
    "min_score",
    "max_score",
    "min_percentile",
    "max_percentile",
    "min_coverage",
    "min_reach",
    "active_within_days",
    "topics",
    "min_topic_score",
    "networks",
    "min_network_score",
    "not_winners_of",
];

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    campaign: Vec<Campaign>,
}

/// Text of a campaign file with the position of each key.
struct Text<'a> {
    name: &'a str,
    text: &'a str,
    /// Dotted key within its campaign, index of the campaign, and byte range of key and value.
    keys: Vec<(String, usize, Range<usize>)>,
}

/// Parses a campaign file; `file_name` is used in error messages. All campaigns are valid and their ids are unique.
///
/// # Errors
///
/// `Usage`, with file name and line.
pub fn parse_campaigns(text: &str, file_name: &str) -> Result<Vec<Campaign>> {
    let mut source = Text {
        name: file_name,
        text,
        keys: Vec::new(),
    };
    let table = DeTable::parse(text).map_err(|error| source.parse_error(&error))?;
    for (key, value) in table.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("campaign", DeValue::Array(campaigns)) => {
                for (number, campaign) in campaigns.iter().enumerate() {
                    if let DeValue::Table(campaign) = campaign.get_ref() {
                        source.read(campaign, "", number, &CAMPAIGN_KEYS)?;
                    }
                }
            }
            ("campaign", _) => return Err(source.at(key.span().start, "a campaign begins with [[campaign]]")),
            (other, _) => {
                let message = format!("{other} is not a known key: a campaign file contains only [[campaign]]");
                return Err(source.at(key.span().start, message));
            }
        }
    }
    let file: File = toml::from_str(text).map_err(|error| source.parse_error(&error))?;
    let mut campaigns: Vec<Campaign> = Vec::new();
    for (number, campaign) in file.campaign.into_iter().enumerate() {
        let campaign = campaign
            .validate()
            .map_err(|error| source.of_campaign(number, &error))?;
        if campaigns.iter().any(|other| other.id == campaign.id) {
            let twice = Error::usage(format!(
                "id is {}, which another campaign above already has",
                campaign.id
            ));
            return Err(source.of_campaign(number, &twice));
        }
        campaigns.push(campaign);
    }
    Ok(campaigns)
}

impl Text<'_> {
    /// Records the positions of keys. Rejects an unknown key and suggests the most similar known one.
    fn read(&mut self, table: &DeTable<'_>, section: &str, number: usize, known: &[&'static str]) -> Result<()> {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let path = format!("{section}{name}");
            if !known.contains(&name) {
                let similar = find_most_similar(name, known);
                let message = format!(
                    "{path} is not a known key: did you mean `{section}{similar}`? (Known keys: {})",
                    known.join(", ")
                );
                return Err(self.at(key.span().start, message));
            }
            if matches!(value.get_ref(), DeValue::Datetime(_)) {
                return Err(self.at(
                    key.span().start,
                    format!("{path} is not quoted: expected \"YYYY-MM-DD\""),
                ));
            }
            if section == "eligible." && matches!(value.get_ref(), DeValue::Array(items) if items.is_empty()) {
                let message = format!("{path} is empty: no person could win; remove the key to disable the rule");
                return Err(self.at(key.span().start, message));
            }
            self.keys.push((path, number, key.span().start..value.span().end));
            if let ("eligible", DeValue::Table(rules)) = (name, value.get_ref()) {
                self.read(rules, "eligible.", number, &RULE_KEYS)?;
            }
        }
        Ok(())
    }

    /// Converts an error of the TOML parser, with line and innermost key.
    fn parse_error(&self, error: &toml::de::Error) -> Error {
        let Some(span) = error.span() else {
            return Error::usage(error.message()).context(self.name);
        };
        let enclosing = self
            .keys
            .iter()
            .filter(|(_, _, s)| s.start <= span.start && span.end <= s.end);
        match enclosing.min_by_key(|(_, _, s)| s.len()) {
            Some((key, _, _)) => self.at(span.start, format!("{key}: {}", error.message())),
            None => self.at(span.start, error.message()),
        }
    }

    /// Adds the line to an error about a campaign: that of the key at the start of the message, or of the first key.
    fn of_campaign(&self, number: usize, error: &Error) -> Error {
        let message = error.message();
        let own = || self.keys.iter().filter(|(_, campaign, _)| *campaign == number);
        let named = own().find(|(key, _, _)| message.split([' ', ':']).next() == Some(key));
        let position = named.or_else(|| own().min_by_key(|(_, _, span)| span.start));
        match position {
            Some((_, _, span)) => self.at(span.start, message),
            None => Error::usage(message).context(self.name),
        }
    }

    fn at(&self, offset: usize, message: impl Into<String>) -> Error {
        let line = self.text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1;
        Error::usage(message).context(format!("{}:{line}", self.name))
    }
}

#[cfg(test)]
#[path = "campaign_file_tests.rs"]
mod tests;
