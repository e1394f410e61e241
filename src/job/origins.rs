//! Where each key of a job was written, so that an error can point at it.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use clout_base::error::{Error, Result};

/// The place of each key and section that was written, by dotted path.
#[derive(Clone, Debug, Default)]
pub(super) struct Origins {
    /// The job file's name; empty for a job without one.
    file_name: String,
    /// `file:line` or the flag, by the dotted path of the key or section.
    places: BTreeMap<String, String>,
    /// The bytes of the file that hold each key's value.
    spans: Vec<(String, Range<usize>)>,
}

impl Origins {
    /// The places in the text of a job file. A text that is not TOML is a usage error.
    pub(super) fn of_file(text: &str, file_name: &str) -> Result<Origins> {
        let mut origins = Origins {
            file_name: file_name.to_owned(),
            ..Origins::default()
        };
        let table = DeTable::parse(text).map_err(|error| origins.refusal(text, &error))?;
        origins.add(text, table.get_ref(), "");
        Ok(origins)
    }

    fn add(&mut self, text: &str, table: &DeTable<'_>, section: &str) {
        for (key, value) in table {
            let path = match section {
                "" => key.get_ref().to_string(),
                _ => format!("{section}.{}", key.get_ref()),
            };
            let place = format!("{}:{}", self.file_name, line(text, key.span().start));
            self.places.insert(path.clone(), place);
            self.spans.push((path.clone(), value.span()));
            if let DeValue::Table(inner) = value.get_ref() {
                self.add(text, inner, &path);
            }
        }
    }

    /// What the TOML reader has against the text, with file, line and key as far as they are known.
    pub(super) fn refusal(&self, text: &str, error: &toml::de::Error) -> Error {
        let Some(span) = error.span() else {
            return Error::usage(error.message()).context(self.file_name.clone());
        };
        // The narrowest value that holds the error is the one that was being read.
        let holders = self
            .spans
            .iter()
            .filter(|(_, s)| s.start <= span.start && span.end <= s.end);
        let message = match holders.min_by_key(|(_, s)| s.len()) {
            Some((key, _)) => format!("{key}: {}", error.message()),
            None => error.message().to_owned(),
        };
        let place = format!("{}:{}", self.file_name, line(text, span.start));
        Error::usage(message).context(place)
    }

    /// Notes that a flag, not the file, has set `key`.
    pub(super) fn set_by(&mut self, key: &str, flag: &str) {
        self.places.insert(key.to_owned(), flag.to_owned());
    }

    /// Adds the place to an error about a value. Such messages begin with the value's key; the
    /// longest path written that begins it is the place, else it is the file as a whole.
    pub(super) fn locate(&self, error: Error) -> Error {
        let message = error.message();
        let begins = |path: &str| {
            let rest = message.strip_prefix(path);
            rest.is_some_and(|rest| rest.starts_with([' ', '.', ':']))
        };
        let written = self.places.iter().filter(|(path, _)| begins(path));
        match written.max_by_key(|(path, _)| path.len()) {
            Some((_, place)) => error.context(place.clone()),
            None if self.file_name.is_empty() => error,
            None => error.context(self.file_name.clone()),
        }
    }
}

fn line(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}
