//! Tests of the job files in `jobs/`.

use std::collections::BTreeSet;

use rstest::rstest;

use super::JobSpec;
use super::unknown_keys::JOB_KEYS;

fn read(name: &str) -> String {
    let path = format!("{}/jobs/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// Returns `reference.toml` with its commented-out settings (`#key`, no space) in force.
fn reference_in_full() -> String {
    let lines = read("reference.toml");
    let in_force = lines.lines().map(|line| match line.strip_prefix('#') {
        Some(setting) if !setting.starts_with([' ', '#']) => setting,
        _ => line,
    });
    in_force.map(|line| format!("{line}\n")).collect()
}

/// Collects the dotted paths of all values in a table; a name that the job chooses is `*`.
fn keys(table: &toml::Table, path: &str, found: &mut BTreeSet<String>) {
    for (key, value) in table {
        let name = match path {
            "networks" | "networks.*.verbs" => "*",
            _ => key,
        };
        let path = if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        };
        match value {
            toml::Value::Table(inner) => keys(inner, &path, found),
            _ => {
                found.insert(path);
            }
        }
    }
}

#[test]
fn the_reference_has_every_key_and_no_other() {
    let mut found = BTreeSet::new();
    keys(&reference_in_full().parse().unwrap(), "", &mut found);
    let known: BTreeSet<String> = JOB_KEYS.iter().map(|key| key.to_string()).collect();
    assert_eq!(found, known);
}

#[test]
fn the_known_keys_are_the_keys_of_the_structs() {
    let spec = JobSpec::parse(&reference_in_full(), "reference.toml").unwrap();
    let mut found = BTreeSet::new();
    keys(&toml::Table::try_from(&spec).unwrap(), "", &mut found);
    let known: BTreeSet<String> = JOB_KEYS.iter().map(|key| key.to_string()).collect();
    assert_eq!(found, known);
}

#[test]
fn the_reference_sets_the_defaults() {
    let spec = JobSpec::parse(&read("reference.toml"), "reference.toml").unwrap();
    let table = |spec: &JobSpec| toml::Table::try_from(spec).unwrap();
    assert_eq!(table(&spec), table(&JobSpec::new()));
}

#[test]
fn every_key_of_the_reference_is_explained_just_above() {
    let text = read("reference.toml");
    let lines: Vec<&str> = text.lines().collect();
    let is_setting = |line: &str| !line.starts_with(['#', '[', ' ', ']']) && line.contains(" = ");
    for (index, line) in lines.iter().enumerate().filter(|(_, line)| is_setting(line)) {
        assert!(lines[index - 1].starts_with("# "), "no comment above: {line}");
    }
}

#[test]
fn the_reference_in_full_is_a_valid_job() {
    JobSpec::parse(&reference_in_full(), "reference.toml")
        .unwrap()
        .resolve()
        .unwrap();
}

#[rstest]
fn a_job_file_resolves_unchanged(#[values("nightly.toml", "backfill.toml", "stackexchange.toml")] name: &str) {
    JobSpec::parse(&read(name), name).unwrap().resolve().unwrap();
}

#[test]
fn a_backfill_and_the_nightly_job_share_model_and_output() {
    let job = |name: &str| JobSpec::parse(&read(name), name).unwrap().resolve().unwrap();
    let (nightly, backfill) = (job("nightly.toml"), job("backfill.toml"));
    assert_eq!(nightly.compute_model_version(), backfill.compute_model_version());
    assert_eq!(nightly.output, backfill.output);
}
