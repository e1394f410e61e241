//! `--set key=value`: overrides of job keys on the command line.

use toml::{Table, Value};

use super::spec::JobSpec;
use super::unknown_keys;
use clout_base::error::{Error, ErrorContext, Result};

impl JobSpec {
    /// Sets each `key=value`, in order. The key is dotted as in the file (quote parts with a dot or a space).
    /// The value is TOML; text that is not TOML is a plain string: `input.root=s3://w/dumps`,
    /// `model.trust.seeds=["ann"]`, `run.threads=2`.
    ///
    /// # Errors
    /// Returns a usage error for a text without `=`, an unknown key or a value of a wrong type.
    pub fn with_overrides(self, overrides: &[String]) -> Result<JobSpec> {
        overrides.iter().try_fold(self, with_override)
    }
}

fn with_override(spec: JobSpec, text: &String) -> Result<JobSpec> {
    let (key, value) = split(text).ok_or_else(|| {
        let example = "for example --set model.repeats.beta=1.0";
        Error::usage(format!("--set {text}: expected key=value, {example}"))
    })?;
    set(spec, key, value).context(|| format!("--set {key}"))
}

/// Splits at the first `=` outside quotes.
fn split(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '=') => return Some((text[..at].trim(), text[at + 1..].trim())),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}

fn set(spec: JobSpec, key: &str, value: &str) -> Result<JobSpec> {
    let path = path_of(key)?;
    let value = value
        .parse::<Value>()
        .unwrap_or_else(|_| Value::String(value.to_owned()));
    let mut origins = spec.origins.clone();
    let mut table = Table::try_from(&spec)
        .map_err(|error| Error::internal("a job could not be written as TOML").with_source(error))?;
    for (path, value) in leaves(path, value) {
        origins.record_flag(&path.join("."), &format!("--set {key}"));
        put(&mut table, &path, value);
    }
    if let Some(message) = unknown_keys::describe_first_unknown(&table) {
        return Err(Error::usage(message));
    }
    let spec: JobSpec = table.try_into().map_err(|error: toml::de::Error| {
        // The reader's message ends with the key, which the context already names.
        Error::usage(error.message().trim_end())
    })?;
    Ok(JobSpec { origins, ..spec })
}

/// Splits a dotted key by the rules of TOML.
fn path_of(key: &str) -> Result<Vec<String>> {
    let not_a_key = || Error::usage(format!("{key:?} is not a key: expected names joined by dots"));
    let mut table: Table = format!("{key} = 0").parse().map_err(|_| not_a_key())?;
    let mut path = Vec::new();
    loop {
        let mut entries = table.into_iter();
        let (Some((name, value)), None) = (entries.next(), entries.next()) else {
            return Err(not_a_key());
        };
        path.push(name);
        match value {
            Value::Table(inner) => table = inner,
            _ => return Ok(path),
        }
    }
}

/// Lists the values below `path`, each with its own path, so that a table changes only the keys it has.
fn leaves(path: Vec<String>, value: Value) -> Vec<(Vec<String>, Value)> {
    let below = |(name, value): (String, Value)| {
        let path = path.iter().cloned().chain([name]).collect();
        leaves(path, value)
    };
    match value {
        Value::Table(entries) => entries.into_iter().flat_map(below).collect(),
        value => vec![(path, value)],
    }
}

/// Sets the value at `path` and creates the sections above it. A value in place of a section is replaced by a
/// section; the error then comes from reading the job.
fn put(table: &mut Table, path: &[String], value: Value) {
    match path {
        [] => {}
        [name] => {
            table.insert(name.clone(), value);
        }
        [section, below @ ..] => {
            let mut inner = match table.remove(section) {
                Some(Value::Table(inner)) => inner,
                _ => Table::new(),
            };
            put(&mut inner, below, value);
            table.insert(section.clone(), Value::Table(inner));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_base::error::ErrorKind;
    use rstest::rstest;

    fn set_all(overrides: &[&str]) -> Result<JobSpec> {
        let file = "[model.repeats]\nbeta = 1.0\n[networks.x.verbs]\nask = 1.0\n";
        let spec = JobSpec::parse(file, "n.toml").unwrap();
        spec.with_overrides(&overrides.iter().map(|s| s.to_string()).collect::<Vec<String>>())
    }

    #[test]
    fn an_override_wins_over_the_file_and_leaves_the_rest() {
        let spec = set_all(&[
            "input.root=s3://warehouse/dumps?a=b",
            "input.strict = true",
            "run.threads=2",
            "run.memory_limit=4GiB",
            "model.trust.seeds=[\"ann\", \"bob\"]",
            "networks.x.verbs.answer=2",
            "networks.\"odd.name\".verbs.\"a=b\"=3",
            "model.propagation={damping=0.9}",
        ])
        .unwrap();
        assert_eq!(spec.input.root.as_deref(), Some("s3://warehouse/dumps?a=b"));
        assert!(spec.input.strict);
        assert_eq!(spec.run.threads, Some(2));
        assert_eq!(spec.run.memory_limit.as_deref(), Some("4GiB"));
        assert_eq!(spec.model.trust.seeds, ["ann", "bob"]);
        assert_eq!(spec.model.repeats.beta, 1.0);
        assert_eq!(spec.model.propagation.damping, 0.9);
        assert_eq!(spec.model.propagation.tolerance, 1e-9);
        let verbs = &spec.networks["x"].verbs;
        assert_eq!((verbs["ask"], verbs["answer"]), (1.0, 2.0));
        assert_eq!(spec.networks["odd.name"].verbs["a=b"], 3.0);
    }

    #[test]
    fn the_last_of_two_overrides_counts() {
        let spec = set_all(&["model.repeats.beta=3", "model.repeats.beta=4"]).unwrap();
        assert_eq!(spec.model.repeats.beta, 4.0);
    }

    #[rstest]
    #[case("model.repeats.beta", "expected key=value")]
    #[case("=3", "is not a key")]
    #[case("a b=3", "is not a key")]
    #[case(
        "model.repeats.betta=3",
        "--set model.repeats.betta: model.repeats.betta is not a known"
    )]
    #[case("networks.x.shre=3", "did you mean `networks.x.share`?")]
    #[case("model={repeat={beta=3}}", "did you mean `model.repeats`?")]
    #[case("model.repeats.beta=lots", "--set model.repeats.beta: invalid type: string \"lots\"")]
    #[case("model.repeats=3", "--set model.repeats: invalid type: integer `3`")]
    #[case("input.max_lateness_days=3.5", "invalid type: floating point `3.5`")]
    fn an_invalid_override_is_a_usage_error(#[case] text: &str, #[case] says: &str) {
        let error = set_all(&[text]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains(says), "{error}");
    }
}
