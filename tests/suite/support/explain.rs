//! Runs `clout explain` in tests, and builds a warehouse that becomes silent.

use std::path::Path;

use serde_json::Value;

use super::clout::{CommandOutput, clout, path};
use super::warehouse::Warehouse;

/// Runs `clout explain` on an output root.
pub fn explain(output: &Path, arguments: &[&str]) -> CommandOutput {
    let output = path(output);
    clout(&[&["explain"], arguments, &["--output", &output]].concat())
}

pub fn explain_json(output: &Path, arguments: &[&str]) -> Value {
    let all = [arguments, &["--format", "json"]].concat();
    explain(output, &all).exits(0).json()
}

pub fn points(value: &Value) -> f64 {
    value["points"]
        .as_f64()
        .unwrap_or_else(|| panic!("no points in {value}"))
}

pub fn assert_close(a: f64, b: f64, within: f64) {
    assert!((a - b).abs() <= within, "{a} {b}");
}

/// Builds twelve people on seven days. Each reacts to one other alone, and no row follows after that.
pub fn quiet() -> Warehouse {
    let mut warehouse = Warehouse::default().identities("2026-03-01", "ada=twitter:a ada=linkedin:in-a bob=twitter:b");
    for date in 1..=7 {
        let date = format!("2026-03-0{date}");
        let fans = (0..8).map(|fan| format!("r{fan}{date} 0{fan}:00 fan{fan} {} - a", ["like", "retweet"][fan % 2]));
        let posts = (0..8).map(|fan| format!("p{fan}{date} 09:00 fan{fan} tweet - -"));
        let rows: Vec<String> = fans
            .chain(posts)
            .chain([format!("b{date} 10:00 fan8 like - b")])
            .collect();
        warehouse = warehouse.activities("twitter", &date, &rows.join("\n"));
        warehouse = warehouse.activities("linkedin", &date, &format!("l{date} 11:00 in-z comment - in-a"));
    }
    warehouse
}
