//! Rules of the source that neither crates nor lints can hold.
//!
//! Cargo holds the arrows between crates; `[workspace.lints]` and `clippy.toml` hold the rest.

use crate::support::{files_below, repository};

/// The `use` and path lines of the root package that mention a word, of files outside of some folders.
fn lines_with(words: &[&str], allowed: &[&str]) -> Vec<String> {
    let root = repository().join("src");
    let is_meant = |file: &&String| !allowed.iter().any(|folder| file.starts_with(folder));
    let mut found = Vec::new();
    for file in files_below(&root).iter().filter(is_meant) {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let lines = code.filter(|line| words.iter().any(|word| line.contains(word)));
        found.extend(lines.map(|line| format!("{file}: {}", line.trim())));
    }
    found
}

#[test]
fn only_the_command_line_uses_the_command_line() {
    let words = ["crate::cli", "clap::", "clout::cli"];
    assert_eq!(lines_with(&words, &["cli/", "main.rs"]), Vec::<String>::new());
}

#[test]
fn only_command_line_evaluation_and_explanation_use_the_pipeline() {
    let allowed = ["cli/", "evaluate/", "explain/", "pipeline/"];
    assert_eq!(lines_with(&["crate::pipeline"], &allowed), Vec::<String>::new());
}

#[test]
fn source_files_have_at_most_300_lines() {
    let mut long = Vec::new();
    for folder in ["src", "crates", "tests", "benches"] {
        let root = repository().join(folder);
        let is_source = |file: &&String| file.ends_with(".rs") || file.ends_with(".py");
        for file in files_below(&root).iter().filter(is_source) {
            let lines = std::fs::read_to_string(root.join(file)).unwrap().lines().count();
            long.extend((lines > 300).then(|| format!("{folder}/{file} has {lines} lines")));
        }
    }
    assert_eq!(long, Vec::<String>::new());
}

#[test]
fn architecture_has_at_most_150_lines_and_readme_200() {
    for (name, most) in [("ARCHITECTURE.md", 150), ("README.md", 200)] {
        let text = std::fs::read_to_string(repository().join(name)).unwrap();
        let lines = text.lines().count();
        assert!(lines <= most, "{name} has {lines} lines, at most {most} are allowed");
    }
}
