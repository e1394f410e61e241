//! Known keys of a job file, and suggestions for unknown keys.

use toml::{Table, Value};

/// All keys of a job file; `*` is a name that the job chooses. A test checks that this list,
/// `jobs/reference.toml` and the structs agree.
pub(super) const JOB_KEYS: &[&str] = &[
    "input.root",
    "input.strict",
    "input.max_lateness_days",
    "input.max_refused_share",
    "input.expect",
    "input.ready_marker",
    "output.root",
    "state.keep",
    "state.hash_key",
    "storage.max_retries",
    "storage.retry_timeout_seconds",
    "storage.request_timeout_seconds",
    "run.threads",
    "run.edge_memory",
    "run.memory_limit",
    "run.shards",
    "run.allow_unconverged",
    "influences.min_percentile",
    "influences.max_per_direction",
    "alerts.min_points",
    "alerts.inactive_days",
    "checks.min_rows",
    "checks.min_volume",
    "checks.presence",
    "checks.max_dropped_identities",
    "checks.trimmed_input",
    "model.recency.half_lives_days",
    "model.recency.masses",
    "model.selectivity.crowd",
    "model.selectivity.flood",
    "model.repeats.beta_day",
    "model.repeats.beta",
    "model.trust.rate",
    "model.trust.span_days",
    "model.trust.settled_after_days",
    "model.trust.seeds",
    "model.standing.gain",
    "model.standing.half_at",
    "model.propagation.damping",
    "model.propagation.tolerance",
    "model.propagation.max_iterations",
    "model.corroboration.base",
    "model.corroboration.per_trusted_of_few",
    "model.corroboration.per_trusted",
    "model.corroboration.half_at",
    "model.scale.points_per_decade",
    "model.scale.one_reactor",
    "model.topics.half_life_days",
    "model.topics.lasting_half_life_days",
    "model.topics.lasting_share",
    "model.topics.endorsement_half_life_days",
    "model.topics.endorsement",
    "model.topics.endorser_half_at",
    "model.topics.seasoned_days",
    "model.topics.given",
    "model.topics.given_per_earned",
    "model.topics.audience",
    "model.topics.related",
    "model.topics.common_at",
    "model.topics.ancestor_decay",
    "networks.*.ended",
    "networks.*.share",
    "networks.*.verbs.*",
];

/// Returns a message about the first unknown key of `table`, at any depth, or `None` if all keys are known.
/// The message begins with the full dotted path and names the most similar known key. Values of a wrong type
/// are skipped; reading them reports the error.
pub(super) fn describe_first_unknown(table: &Table) -> Option<String> {
    below(table, &mut Vec::new())
}

fn below<'a>(table: &'a Table, path: &mut Vec<&'a str>) -> Option<String> {
    for (key, value) in table {
        path.push(key);
        if !is_known(path) {
            return Some(message(path));
        }
        if let Value::Table(inner) = value
            && !is_leaf(path)
            && let Some(message) = below(inner, path)
        {
            return Some(message);
        }
        path.pop();
    }
    None
}

/// Returns true if `path` is a key, or a section with keys.
fn is_known(path: &[&str]) -> bool {
    JOB_KEYS.iter().any(|key| begins(key, path))
}

fn is_leaf(path: &[&str]) -> bool {
    JOB_KEYS
        .iter()
        .any(|key| begins(key, path) && key.split('.').count() == path.len())
}

fn begins(key: &str, path: &[&str]) -> bool {
    let mut known = key.split('.');
    path.iter()
        .all(|part| known.next().is_some_and(|name| name == "*" || name == *part))
}

fn message(path: &[&str]) -> String {
    let (written, section) = match path {
        [section @ .., written] => (*written, section),
        [] => ("", path),
    };
    let names = names_below(section);
    let beside = find_most_similar(written, &names);
    let elsewhere = match is_similar(written, beside) {
        true => None,
        false => similar_elsewhere(written),
    };
    let nearest = elsewhere.unwrap_or_else(|| joined(section, beside));
    let keys_below = match section {
        [] => "the top level has".to_owned(),
        _ => format!("[{}] has", section.join(".")),
    };
    format!(
        "{} is not a known key: did you mean `{nearest}`? ({keys_below} {})",
        path.join("."),
        names.join(", ")
    )
}

/// Returns the known names directly below a section, in the order of `JOB_KEYS`.
fn names_below(section: &[&str]) -> Vec<&'static str> {
    let keys = JOB_KEYS.iter().filter(|key| begins(key, section));
    let mut names: Vec<&str> = keys.filter_map(|key| key.split('.').nth(section.len())).collect();
    names.dedup();
    names
}

/// Returns a key or section elsewhere with a last name similar to the written one.
fn similar_elsewhere(written: &str) -> Option<String> {
    let paths = JOB_KEYS.iter().flat_map(|key| {
        let sections = key.match_indices('.').map(|(at, _)| &key[..at]);
        sections.chain([*key])
    });
    let is_meant = |path: &&str| {
        let name = path.rsplit('.').next().unwrap_or_default();
        name != "*" && is_similar(written, name)
    };
    let mut meant = paths.filter(is_meant);
    meant.next().map(|path| path.replace('*', "NAME"))
}

fn is_similar(written: &str, name: &str) -> bool {
    similarity(written, name) >= 0.8
}

/// Returns the most similar name, the first of equals, or an empty text if `names` is empty.
pub(crate) fn find_most_similar(written: &str, names: &[&'static str]) -> &'static str {
    let by_similarity = |a: &&&str, b: &&&str| {
        // `max_by` would return the last of equals, so the order is reversed.
        similarity(written, b).total_cmp(&similarity(written, a))
    };
    names.iter().min_by(by_similarity).copied().unwrap_or("")
}

/// Returns the share of letters that match: 1 for equal words, 0 for nothing in common.
fn similarity(a: &str, b: &str) -> f64 {
    strsim::normalized_damerau_levenshtein(a, b)
}

fn joined(section: &[&str], name: &str) -> String {
    let mut path = section.to_vec();
    path.push(name);
    path.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("modle.repeats.beta = 1", "modle", "model")]
    #[case("model.repeat.beta = 1", "model.repeat", "model.repeats")]
    #[case("model.repeats.betta = 1", "model.repeats.betta", "model.repeats.beta")]
    #[case("input.rooot = ''", "input.rooot", "input.root")]
    #[case("input.max_latenes_days = 3", "input.max_latenes_days", "input.max_lateness_days")]
    #[case("networks.x.shar = 1", "networks.x.shar", "networks.x.share")]
    #[case("networks.x.verb.like = 1", "networks.x.verb", "networks.x.verbs")]
    #[case("input.threads = 4", "input.threads", "run.threads")]
    #[case("threads = 4", "threads", "run.threads")]
    #[case("run.thread = 4", "run.thread", "run.threads")]
    #[case("damping = 0.9", "damping", "model.propagation.damping")]
    #[case("share = 0.9", "share", "networks.NAME.share")]
    fn an_unknown_key_gets_the_most_similar_known_one(#[case] text: &str, #[case] unknown: &str, #[case] meant: &str) {
        let message = describe_first_unknown(&text.parse().unwrap()).unwrap();
        let begins = format!("{unknown} is not a known key: did you mean `{meant}`?");
        assert!(message.starts_with(&begins), "{message}");
    }

    #[test]
    fn a_weight_outside_of_verbs_lists_the_keys_of_the_section() {
        let table = "[networks.x]\nquestion = 0.0".parse().unwrap();
        assert!(
            describe_first_unknown(&table)
                .unwrap()
                .ends_with("([networks.x] has ended, share, verbs)")
        );
    }

    #[rstest]
    #[case("[networks.x.verbs]\nany_word = 1\n'odd.word' = 2")]
    #[case("[model.trust]\nseeds = []")]
    #[case("input = 3")]
    #[case("input.root = { a = 1 }")]
    #[case("")]
    fn known_keys_and_wrong_types_are_not_reported(#[case] text: &str) {
        assert_eq!(describe_first_unknown(&text.parse().unwrap()), None);
    }
}
