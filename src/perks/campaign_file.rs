//! `perks.toml`: the campaigns of a house, with every mistake named by line.

use std::ops::Range;

use serde::Deserialize;
use toml::de::{DeTable, DeValue};

use super::campaign::Campaign;
use crate::job::nearest_of;
use clout_base::error::{Error, Result};

/// The keys of a `[[campaign]]`; a test holds them together with the struct.
pub(super) const KEYS: [&str; 8] = [
    "id",
    "title",
    "snapshot_date",
    "winners",
    "seed_sha256",
    "seed_from",
    "eligible",
    "exclude",
];

/// The keys of a `[campaign.eligible]`.
pub(super) const RULES: [&str; 12] = [
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

/// A file's text, and where in it each key of each campaign stands.
struct Text<'a> {
    name: &'a str,
    text: &'a str,
    /// The dotted key below its campaign, the campaign's number, and the bytes of key and value.
    keys: Vec<(String, usize, Range<usize>)>,
}

/// The campaigns of a file; `file_name` is what errors call it. Each can be drawn, and none is there twice.
pub fn parse(text: &str, file_name: &str) -> Result<Vec<Campaign>> {
    let mut source = Text {
        name: file_name,
        text,
        keys: Vec::new(),
    };
    let table = DeTable::parse(text).map_err(|error| source.refusal(&error))?;
    for (key, value) in table.get_ref() {
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("campaign", DeValue::Array(campaigns)) => {
                for (number, campaign) in campaigns.iter().enumerate() {
                    if let DeValue::Table(campaign) = campaign.get_ref() {
                        source.read(campaign, "", number, &KEYS)?;
                    }
                }
            }
            ("campaign", _) => return Err(source.at(key.span().start, "a campaign begins with [[campaign]]")),
            (other, _) => {
                let message = format!("{other} is not a known key: a file of campaigns has [[campaign]] alone");
                return Err(source.at(key.span().start, message));
            }
        }
    }
    let file: File = toml::from_str(text).map_err(|error| source.refusal(&error))?;
    let mut campaigns: Vec<Campaign> = Vec::new();
    for (number, campaign) in file.campaign.into_iter().enumerate() {
        let campaign = campaign.checked().map_err(|error| source.of_campaign(number, &error))?;
        if campaigns.iter().any(|other| other.id == campaign.id) {
            let twice = Error::usage(format!("id is {}, as of another campaign above", campaign.id));
            return Err(source.of_campaign(number, &twice));
        }
        campaigns.push(campaign);
    }
    Ok(campaigns)
}

impl Text<'_> {
    /// Notes where keys stand; one that no campaign has is refused with the nearest that is known.
    fn read(&mut self, table: &DeTable<'_>, section: &str, number: usize, known: &[&'static str]) -> Result<()> {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let path = format!("{section}{name}");
            if !known.contains(&name) {
                let near = nearest_of(name, known);
                let message = format!(
                    "{path} is not a known key: did you mean `{section}{near}`? (There are {})",
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
                let message = format!("{path} is empty: nobody could win; leave it away to ask for nothing");
                return Err(self.at(key.span().start, message));
            }
            self.keys.push((path, number, key.span().start..value.span().end));
            if let ("eligible", DeValue::Table(rules)) = (name, value.get_ref()) {
                self.read(rules, "eligible.", number, &RULES)?;
            }
        }
        Ok(())
    }

    /// What the TOML reader has against the text, with the key that it was reading.
    fn refusal(&self, error: &toml::de::Error) -> Error {
        let Some(span) = error.span() else {
            return Error::usage(error.message()).context(self.name);
        };
        let holders = self
            .keys
            .iter()
            .filter(|(_, _, s)| s.start <= span.start && span.end <= s.end);
        match holders.min_by_key(|(_, _, s)| s.len()) {
            Some((key, _, _)) => self.at(span.start, format!("{key}: {}", error.message())),
            None => self.at(span.start, error.message()),
        }
    }

    /// An error about a campaign, at the key that its message begins with, or at the campaign's id.
    fn of_campaign(&self, number: usize, error: &Error) -> Error {
        let message = error.message();
        let own = || self.keys.iter().filter(|(_, campaign, _)| *campaign == number);
        let named = own().find(|(key, _, _)| message.split([' ', ':']).next() == Some(key));
        let place = named.or_else(|| own().min_by_key(|(_, _, span)| span.start));
        match place {
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
