//! Source locations of job keys, for error messages.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use clout_base::error::{Error, Result};

/// Location of each key and section that was written, by dotted path.
#[derive(Clone, Debug, Default)]
pub(super) struct KeyOrigins {
    /// Name of the job file; empty for a job without a file.
    file_name: String,
    /// `file:line` or the flag, by the dotted path of the key or section.
    places: BTreeMap<String, String>,
    /// Byte range of each key's value in the file.
    spans: Vec<(String, Range<usize>)>,
}

impl KeyOrigins {
    /// Locates all keys in the text of a job file.
    ///
    /// # Errors
    /// Returns a usage error if the text is not TOML.
    pub(super) fn from_text(text: &str, file_name: &str) -> Result<KeyOrigins> {
        let mut origins = KeyOrigins {
            file_name: file_name.to_owned(),
            ..KeyOrigins::default()
        };
        let table = DeTable::parse(text).map_err(|error| origins.convert_error(text, &error))?;
        origins.add(text, table.get_ref(), "");
        Ok(origins)
    }

    fn add(&mut self, text: &str, table: &DeTable<'_>, section: &str) {
        for (key, value) in table {
            let path = match section {
                "" => key.get_ref().to_string(),
                _ => format!("{section}.{}", key.get_ref()),
            };
            let location = format!("{}:{}", self.file_name, line(text, key.span().start));
            self.places.insert(path.clone(), location);
            self.spans.push((path.clone(), value.span()));
            if let DeValue::Table(inner) = value.get_ref() {
                self.add(text, inner, &path);
            }
        }
    }

    /// Converts an error of the TOML reader, with file, line and key as far as they are known.
    pub(super) fn convert_error(&self, text: &str, error: &toml::de::Error) -> Error {
        let Some(span) = error.span() else {
            return Error::usage(error.message()).context(self.file_name.clone());
        };
        // Nested values all contain the error; the narrowest one is the one being read.
        let holders = self
            .spans
            .iter()
            .filter(|(_, s)| s.start <= span.start && span.end <= s.end);
        let message = match holders.min_by_key(|(_, s)| s.len()) {
            Some((key, _)) => format!("{key}: {}", error.message()),
            None => error.message().to_owned(),
        };
        let location = format!("{}:{}", self.file_name, line(text, span.start));
        Error::usage(message).context(location)
    }

    /// Records that a flag, not the file, sets `key`.
    pub(super) fn record_flag(&mut self, key: &str, flag: &str) {
        self.places.insert(key.to_owned(), flag.to_owned());
    }

    /// Adds the location to an error about a value. Such a message begins with the value's key. The location
    /// is that of the longest written path that the message begins with, or else the file.
    pub(super) fn add_location(&self, error: Error) -> Error {
        let message = error.message();
        let begins = |path: &str| {
            let rest = message.strip_prefix(path);
            rest.is_some_and(|rest| rest.starts_with([' ', '.', ':']))
        };
        let written = self.places.iter().filter(|(path, _)| begins(path));
        match written.max_by_key(|(path, _)| path.len()) {
            Some((_, location)) => error.context(location.clone()),
            None if self.file_name.is_empty() => error,
            None => error.context(self.file_name.clone()),
        }
    }
}

fn line(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count() + 1
}
