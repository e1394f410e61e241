//! `clout explain` in tests: what it is asked, and a warehouse that falls silent.

use std::path::Path;

use serde_json::Value;

use super::clout::{Said, clout, path};
use super::warehouse::Warehouse;

/// `clout explain` over an output root.
pub fn explain(output: &Path, arguments: &[&str]) -> Said {
    let output = path(output);
    clout(&[&["explain"], arguments, &["--output", &output]].concat())
}

pub fn told(output: &Path, arguments: &[&str]) -> Value {
    let all = [arguments, &["--format", "json"]].concat();
    explain(output, &all).exits(0).json()
}

pub fn points(value: &Value) -> f64 {
    value["points"]
        .as_f64()
        .unwrap_or_else(|| panic!("no points in {value}"))
}

pub fn near(a: f64, b: f64, within: f64) {
    assert!((a - b).abs() <= within, "{a} {b}");
}

/// Twelve people of whom each reacts to one other alone, on seven days, and nobody comes after that.
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
