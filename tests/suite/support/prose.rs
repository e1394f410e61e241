//! The prose of the repository: doc comments, documents, and the texts that the program shows.

use super::{files_below, repository, rust_text};

/// A stretch of text that begins on a line of its file.
pub struct Piece {
    pub line: usize,
    pub text: String,
}

/// Files below folders of the repository with an ending, as (path, content).
fn files(folders: &[&str], ending: &str) -> Vec<(String, String)> {
    let below = |folder: &&str| {
        let files = files_below(&repository().join(folder)).into_iter();
        let paths: Vec<String> = files.map(|file| format!("{folder}/{file}")).collect();
        paths
    };
    let paths = folders.iter().flat_map(below).filter(|path| path.ends_with(ending));
    paths
        .map(|path| (read(&path), path))
        .map(|(text, path)| (path, text))
        .collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).unwrap_or_default()
}

/// Every Rust file of the workspace.
pub fn rust_files() -> Vec<(String, String)> {
    files(&["src", "crates", "tests", "benches"], ".rs")
}

/// Every document for people.
pub fn documents() -> Vec<(String, String)> {
    let top = [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "sample_data/README.md",
    ];
    let mut found: Vec<(String, String)> = top.iter().map(|path| (path.to_string(), read(path))).collect();
    found.extend(files(&["docs", "jobs"], ".md"));
    found
}

/// The texts of the program by file: string literals, pages and scripts of the report, comments of job files, and the
/// help of the Makefile. Names and single words are left out.
pub fn texts() -> Vec<(String, Vec<Piece>)> {
    let mut found = Vec::new();
    for (path, text) in files(&["src", "crates"], ".rs") {
        if !is_test(&path) {
            found.push((path, sentences(rust_text::literals(&text))));
        }
    }
    for (path, text) in files(&["src", "crates"], ".js") {
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        let code: Vec<&str> = text
            .lines()
            .map(|line| if is_code(&line) { line } else { "" })
            .collect();
        found.push((path, sentences(rust_text::quoted(&code.join("\n"), 1))));
    }
    for (path, text) in files(&["src", "crates"], ".html") {
        found.push((path, page(&text)));
    }
    for (path, text) in files(&["jobs"], ".toml") {
        found.push((path, vec![after(&text, "#")]));
    }
    found.push(("Makefile".to_owned(), vec![after(&read("Makefile"), "## ")]));
    found
}

/// The part of each line behind a sign.
fn after(text: &str, sign: &str) -> Piece {
    let lines = text
        .lines()
        .map(|line| line.split_once(sign).map_or("", |(_, comment)| comment));
    Piece {
        line: 1,
        text: lines.collect::<Vec<_>>().join("\n"),
    }
}

/// The text of an HTML template, and the quoted sentences in its tags.
fn page(text: &str) -> Vec<Piece> {
    let (mut outside, mut pieces, mut rest) = (String::new(), Vec::new(), text);
    while let Some(start) = rest.find(['<', '{']) {
        outside += &rest[..start];
        let end = match &rest[start..] {
            tag if tag.starts_with("{%") => tag.find("%}").map(|end| end + 2),
            tag if tag.starts_with("{{") => tag.find("}}").map(|end| end + 2),
            tag if tag.starts_with('<') => tag.find('>').map(|end| end + 1),
            _ => Some(1),
        };
        let end = start + end.unwrap_or(1);
        let line = text[..text.len() - rest.len() + start].matches('\n').count() + 1;
        pieces.extend(sentences(rust_text::quoted(&rest[start..end], line)));
        outside += &format!(" {}", "\n".repeat(rest[start..end].matches('\n').count()));
        rest = &rest[end..];
    }
    outside += rest;
    pieces.push(Piece { line: 1, text: outside });
    pieces
}

/// The pieces of at least two words.
fn sentences(pieces: Vec<Piece>) -> Vec<Piece> {
    let is_word = |word: &&str| word.contains(|c: char| c.is_ascii_alphabetic());
    let is_sentence = |piece: &Piece| piece.text.split_whitespace().filter(is_word).count() >= 2;
    pieces.into_iter().filter(is_sentence).collect()
}

/// The doc comments of a Rust file, consecutive lines as one piece.
pub fn doc_comments(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut last = 0;
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim_start();
        let Some(words) = text.strip_prefix("///").or_else(|| text.strip_prefix("//!")) else {
            continue;
        };
        match pieces.last_mut() {
            Some(piece) if last + 1 == line => piece.text += &format!("\n{words}"),
            _ => pieces.push(Piece {
                line,
                text: words.to_owned(),
            }),
        }
        last = line;
    }
    pieces
}

/// Whether a file below `src` or `crates` has only tests: by its name, or declared behind `#[cfg(test)]`.
pub fn is_test(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    if path.contains("/tests/") || name == "tests.rs" || name.ends_with("_tests.rs") {
        return true;
    }
    let module = name.trim_end_matches(".rs");
    ["mod.rs", "lib.rs"].iter().any(|parent| {
        let text = read(&format!("{folder}/{parent}"));
        let declared = ["mod", "pub mod", "pub(crate) mod"];
        declared
            .iter()
            .any(|words| text.contains(&format!("#[cfg(test)]\n{words} {module};")))
    })
}
