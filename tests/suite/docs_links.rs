//! Relative links in the documents lead to files.

use std::path::Path;

use crate::support::prose::documents;
use crate::support::repository;

/// Lists the targets of inline links outside of code, with their lines.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut is_code = false;
    for (line, text) in (1..).zip(text.lines()) {
        is_code ^= text.trim_start().starts_with("```");
        // A code span can hold brackets; every second piece between backquotes is one.
        let plain: String = text.split('`').step_by(2).collect::<Vec<_>>().join("`");
        for piece in plain.split("](").skip(1).filter(|_| !is_code) {
            let target = piece.split(')').next().unwrap_or_default();
            found.push((line, target.to_owned()));
        }
    }
    found
}

#[test]
fn each_relative_link_leads_to_a_file() {
    let mut broken = Vec::new();
    let mut checked = 0;
    for (file, text) in documents() {
        let folder = repository().join(Path::new(&file).parent().unwrap());
        for (line, target) in links(&text) {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || target.contains("://") {
                continue;
            }
            checked += 1;
            if !folder.join(path).exists() {
                broken.push(format!("{file}:{line}: {target}"));
            }
        }
    }
    assert!(checked > 100, "only {checked} links were found");
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn the_summary_of_the_book_lists_each_page() {
    let summary = std::fs::read_to_string(repository().join("docs/src/SUMMARY.md")).unwrap();
    let listed: Vec<String> = links(&summary).into_iter().map(|(_, target)| target).collect();
    for (file, _) in documents() {
        let page = file.strip_prefix("docs/src/").filter(|page| *page != "SUMMARY.md");
        if let Some(page) = page {
            assert!(
                listed.iter().any(|target| target == page),
                "{page} is not in SUMMARY.md"
            );
        }
    }
}

#[test]
fn code_holds_no_links() {
    let text = "[a](b.md) and `[c](d.md)`\n```\n[e](f.md)\n```\n[`g`](h.md#i)";
    assert_eq!(links(text), [(1, "b.md".to_owned()), (5, "h.md#i".to_owned())]);
}
