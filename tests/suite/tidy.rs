//! How the code is kept: which modules may use which, and what stands nowhere.

use std::collections::BTreeSet;
use std::path::Path;

use crate::support::{files_below, repository};

/// A source file: its path below `src`, and its lines without tests.
struct Source {
    path: String,
    lines: Vec<String>,
}

/// Every source file that is no test, up to where its own tests begin.
fn sources() -> Vec<Source> {
    let root = repository().join("src");
    let files: Vec<String> = files_below(&root)
        .into_iter()
        .filter(|file| file.ends_with(".rs"))
        .collect();
    let tests: BTreeSet<String> = files.iter().flat_map(|file| test_modules(&root, file)).collect();
    let is_test = |file: &String| {
        tests
            .iter()
            .any(|test| file == test || file.starts_with(&format!("{}/", test.trim_end_matches(".rs"))))
    };
    files
        .into_iter()
        .filter(|file| !is_test(file))
        .map(|path| Source {
            lines: code(&root.join(&path)),
            path,
        })
        .collect()
}

fn code(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let is_test = |pair: &[&str]| pair[0].trim() == "#[cfg(test)]" && pair[1].contains("mod tests {");
    let end = lines.windows(2).position(is_test).unwrap_or(lines.len());
    lines[..end]
        .iter()
        .filter(|line| !line.trim().starts_with("//"))
        .map(|line| (*line).to_owned())
        .collect()
}

/// The files of modules that a file declares for tests only.
fn test_modules(root: &Path, file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root.join(file)).unwrap();
    let folder = match file.strip_suffix("/mod.rs") {
        Some(folder) => folder.to_owned(),
        None if file == "lib.rs" || file == "main.rs" => String::new(),
        None => file.trim_end_matches(".rs").to_owned(),
    };
    let beside = Path::new(file).parent().unwrap();
    let mut found = Vec::new();
    let (mut is_test, mut path) = (false, None);
    for line in text.lines().map(str::trim) {
        let declared = line
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub(super) ")
            .trim_start_matches("pub ");
        if line == "#[cfg(test)]" {
            (is_test, path) = (true, None);
        } else if let Some(rest) = line.strip_prefix("#[path = \"") {
            path = rest.strip_suffix("\"]").map(str::to_owned);
        } else if let Some(name) = declared.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
            if is_test {
                let file = path
                    .take()
                    .map(|path| beside.join(path))
                    .unwrap_or_else(|| Path::new(&folder).join(format!("{name}.rs")));
                found.push(file.to_str().unwrap().to_owned());
            }
            is_test = false;
        } else if !line.starts_with('#') {
            is_test = false;
        }
    }
    found
}

/// Lines of the files for which `is_meant` holds that have any of the words, as `file: line`.
fn lines_with(words: &[&str], is_meant: impl Fn(&str) -> bool) -> Vec<String> {
    let meant: Vec<Source> = sources().into_iter().filter(|source| is_meant(&source.path)).collect();
    let has = |line: &&String| words.iter().any(|word| line.contains(word));
    meant
        .iter()
        .flat_map(|source| {
            source
                .lines
                .iter()
                .filter(has)
                .map(|line| format!("{}: {}", source.path, line.trim()))
        })
        .collect()
}

fn is_cli(file: &str) -> bool {
    file.starts_with("cli/") || file == "main.rs" || file == "lib.rs"
}

const NOTHING: Vec<String> = Vec::new();

#[test]
fn nothing_below_the_command_line_knows_of_it() {
    assert_eq!(lines_with(&["crate::cli", "clap::"], |file| !is_cli(file)), NOTHING);
}

#[test]
fn the_graph_uses_nothing_of_the_crate() {
    let uses = lines_with(&["crate::"], |file| file.starts_with("graph/"));
    let others: Vec<&String> = uses.iter().filter(|line| !line.contains("crate::graph")).collect();
    assert_eq!(others, Vec::<&String>::new());
}

/// Which modules each of the lower ones may use; those above are free to use all below them.
const ARROWS: [(&str, &[&str]); 10] = [
    ("warehouse/", &["warehouse", "schema", "error", "day"]),
    ("networks/", &["networks", "settle", "error", "day"]),
    ("generate/", &["generate", "error", "day"]),
    ("ontology/", &["ontology", "error"]),
    // Of alerts and causes only the words, for an advice that named somebody who is gone.
    (
        "report/",
        &[
            "report",
            "queries",
            "alerts",
            "influence",
            "warehouse",
            "schema",
            "visible",
            "error",
            "day",
        ],
    ),
    (
        "intake/",
        &["intake", "warehouse", "networks", "ontology", "schema", "error", "day"],
    ),
    (
        "influence/",
        &[
            "influence",
            "graph",
            "networks",
            "people",
            "settle",
            "intake",
            "error",
            "day",
        ],
    ),
    // Questions to what is published know of no night; of the model only how a quantile is cut.
    (
        "queries/",
        &["queries", "warehouse", "influence", "job", "schema", "error", "day"],
    ),
    (
        "perks/",
        &["perks", "queries", "warehouse", "job", "schema", "error", "day"],
    ),
    (
        "topics/",
        &[
            "topics",
            "ontology",
            "influence",
            "graph",
            "networks",
            "people",
            "settle",
            "intake",
            "error",
            "day",
        ],
    ),
];

#[test]
fn arrows_point_one_way() {
    for (folder, allowed) in ARROWS {
        for line in lines_with(&["crate::"], |file| file.starts_with(folder)) {
            for used in line.split("crate::").skip(1) {
                let module = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                assert!(allowed.contains(&module), "{folder} may not use {module}: {line}");
            }
        }
    }
}

#[test]
fn nobody_but_night_evaluation_explanation_and_the_command_line_uses_the_night() {
    let folders = ["night/", "evaluate/", "explain/"];
    let is_above = |file: &str| is_cli(file) || folders.iter().any(|folder| file.starts_with(folder));
    assert_eq!(lines_with(&["crate::night"], |file| !is_above(file)), NOTHING);
    for (used, folder) in [("crate::evaluate", "evaluate/"), ("crate::explain", "explain/")] {
        let is_below = |file: &str| !is_cli(file) && !file.starts_with(folder);
        assert_eq!(lines_with(&[used], is_below), NOTHING);
    }
}

#[test]
fn time_environment_and_randomness_come_in_by_the_front_door() {
    let words = [
        "SystemTime",
        "time::Instant",
        "Instant::now",
        "Zoned::now",
        "Timestamp::now",
        "std::env",
        "env::var",
        "getrandom",
        "rand::",
        "rand_chacha",
        "thread_rng",
    ];
    // The generator draws from a seed that comes in by the front door.
    let is_meant = |file: &str| !is_cli(file) && !file.starts_with("generate/");
    assert_eq!(lines_with(&words, is_meant), NOTHING);
    let unseeded = [
        "SystemTime",
        "Instant::now",
        "std::env",
        "getrandom",
        "thread_rng",
        "from_os_rng",
    ];
    assert_eq!(lines_with(&unseeded, |file| file.starts_with("generate/")), NOTHING);
}

#[test]
fn nothing_is_unwrapped_outside_of_tests() {
    assert_eq!(
        lines_with(&[".unwrap()", ".expect(", "todo!(", "unimplemented!("], |_| true),
        NOTHING
    );
}

#[test]
fn no_source_file_is_longer_than_300_lines() {
    let mut long = Vec::new();
    for folder in ["src", "tests", "benches"] {
        let root = repository().join(folder);
        let is_source = |file: &&String| file.ends_with(".rs") || file.ends_with(".py");
        for file in files_below(&root).iter().filter(is_source) {
            let lines = std::fs::read_to_string(root.join(file)).unwrap().lines().count();
            long.extend((lines > 300).then(|| format!("{folder}/{file} has {lines} lines")));
        }
    }
    assert_eq!(long, NOTHING);
}

#[test]
fn the_architecture_fits_on_150_lines() {
    if let Ok(text) = std::fs::read_to_string(repository().join("ARCHITECTURE.md")) {
        assert!(text.lines().count() <= 150, "{} lines", text.lines().count());
    }
}
