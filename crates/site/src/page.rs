//! Renders `index.html`, the snapshot summary that is readable without scripts, and writes the assets.

use jiff::civil::Date;
use minijinja::{AutoEscape, Environment};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::folder::ReportFolder;
use super::leaderboards::{Leaderboards, ScoreChanges};
use super::overview::{SnapshotMetrics, SnapshotOverview};
use super::published::PublishedSnapshots;
use super::text;
use clout_base::day::Day;
use clout_base::error::{Error, Result};

const INDEX: &str = include_str!("assets/index.html");

/// Stylesheet and scripts, in loading order.
const ASSETS: [(&str, &str); 9] = [
    ("report.css", include_str!("assets/report.css")),
    ("dom.js", include_str!("assets/dom.js")),
    ("data.js", include_str!("assets/data.js")),
    ("history.js", include_str!("assets/history.js")),
    ("reasons.js", include_str!("assets/reasons.js")),
    ("around.js", include_str!("assets/around.js")),
    ("person.js", include_str!("assets/person.js")),
    ("search.js", include_str!("assets/search.js")),
    ("main.js", include_str!("assets/main.js")),
];

/// Writes the stylesheet and the scripts.
pub(crate) fn write_assets(folder: &mut ReportFolder) -> Result<()> {
    ASSETS
        .iter()
        .try_for_each(|(name, content)| folder.write_file(name, content.as_bytes()))
}

/// Adds the bytes of the template and of the assets to a hash.
pub(crate) fn hash_assets(hash: &mut Sha256) {
    hash.update(INDEX);
    ASSETS.iter().for_each(|(_, content)| hash.update(content));
}

/// Largest changes over one span of days.
#[derive(Serialize)]
struct ChangeSpan {
    days: u32,
    since: Day,
    known: u64,
    rose: Vec<Value>,
    fell: Vec<Value>,
}

/// Marker line of a quantile in the distribution chart.
#[derive(Serialize)]
struct QuantileMark {
    name: &'static str,
    points: f64,
    x: f64,
}

/// Renders `index.html`.
pub(crate) fn render_index(
    nights: &PublishedSnapshots,
    survey: &Leaderboards,
    glance: &SnapshotOverview,
    folder: &str,
) -> Result<String> {
    let manifest = nights.newest();
    let scripts: Vec<&str> = ASSETS
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| name.ends_with(".js"))
        .collect();
    let span = |movers: &ScoreChanges| ChangeSpan {
        days: movers.days,
        since: manifest.snapshot_date.days_before(movers.days as i32),
        known: movers.known,
        rose: movers.rose.to_rows(),
        fell: movers.fell.to_rows(),
    };
    let topics = survey.topics.listed.iter().map(|(topic, shown, _)| (topic, shown));
    let page = json!({
        "folder": folder,
        "scripts": scripts,
        "date": manifest.snapshot_date,
        "manifest": manifest,
        "version": env!("CARGO_PKG_VERSION"),
        "glance": glance,
        "nights": nights.count(),
        "first_night": glance.past.first().map(|night| night.date),
        "lines": quantile_lines(&glance.past),
        "scored": survey.histogram.scored,
        "bars": survey.histogram.bins(),
        "axis": survey.histogram.axis_end(),
        "marks": quantile_marks(survey, glance),
        "top": survey.top.to_rows(),
        "spans": survey.movers.iter().map(span).collect::<Vec<_>>(),
        "networks": survey.networks,
        "topics": topics.collect::<Vec<_>>(),
        "topics_known": survey.topics.shown_topics,
        "first_topic": survey.topics.listed.first().map(|(.., best)| best),
        "slowest": glance.stages.first().map_or(1.0, |(_, seconds)| seconds.max(f64::MIN_POSITIVE)),
    });
    let rendered =
        create_environment().and_then(|env| env.get_template("index.html")?.render(minijinja::value::Serde(&page)));
    rendered.map_err(|error| Error::internal("cannot render the report page").with_source(error))
}

fn create_environment() -> std::result::Result<Environment<'static>, minijinja::Error> {
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.add_filter("shown", |text: &str| text::format_text(text, text::ID_CHARS));
    env.add_filter("fragment", |text: &str| text::person_fragment(text));
    env.add_filter("count", text::format_count);
    env.add_filter("signed", text::format_signed);
    env.add_filter("bytes", text::format_bytes);
    env.add_filter("points", |value: f64| format!("{value:.2}"));
    env.add_filter("tenth", |value: f64| format!("{value:.1}"));
    env.add_filter("small", |value: f64| format!("{value:.1e}"));
    env.add_filter("exact", |value: f64| format!("{value:.9}"));
    env.add_filter("long_date", |date: &str| long_date(date));
    env.add_template("index.html", INDEX)?;
    Ok(env)
}

/// Formats a date as "31 October 2026".
fn long_date(date: &str) -> String {
    match date.parse::<Date>() {
        Ok(day) => day.strftime("%-d %B %Y").to_string(),
        Err(_) => date.to_owned(),
    }
}

fn quantile_marks(survey: &Leaderboards, glance: &SnapshotOverview) -> Vec<QuantileMark> {
    let axis = survey.histogram.axis_end() as f64;
    let mark = |(name, metric): (&'static str, &str)| {
        let points = *glance.metrics.get(metric)?;
        let x = (100.0 * points / axis).clamp(0.0, 100.0);
        Some(QuantileMark { name, points, x })
    };
    let named = [
        ("median", "score_median"),
        ("95th percentile", "score_p95"),
        ("99th percentile", "score_p99"),
    ];
    named.into_iter().filter_map(mark).collect()
}

/// One quantile over the published snapshots.
#[derive(Serialize)]
struct QuantileLine {
    name: &'static str,
    /// Points of a polyline in a box of 100 by 100.
    path: String,
    dots: Vec<ChartPoint>,
}

#[derive(Serialize)]
struct ChartPoint {
    date: Day,
    points: f64,
    x: f64,
    y: f64,
}

/// Returns the median and the upper percentiles by date, and the common axis.
fn quantile_lines(past: &[SnapshotMetrics]) -> Value {
    const AXIS_STEP: f64 = 10.0;
    let (Some(first), Some(last)) = (past.first(), past.last()) else {
        return Value::Null;
    };
    let days = f64::from((last.date.0 - first.date.0).max(1));
    let value = |night: &SnapshotMetrics, metric: &str| night.metrics.get(metric).copied();
    let highest = past
        .iter()
        .filter_map(|night| value(night, "score_p99"))
        .fold(0.0, f64::max);
    let axis = (highest / AXIS_STEP).ceil().max(1.0) * AXIS_STEP;
    let line = |(name, metric): (&'static str, &str)| {
        let dot = |night: &SnapshotMetrics| {
            value(night, metric).map(|points| ChartPoint {
                date: night.date,
                points,
                x: 100.0 * f64::from(night.date.0 - first.date.0) / days,
                y: 100.0 - 100.0 * points / axis,
            })
        };
        let dots: Vec<ChartPoint> = past.iter().filter_map(dot).collect();
        let path: Vec<String> = dots.iter().map(|dot| format!("{:.2},{:.2}", dot.x, dot.y)).collect();
        QuantileLine {
            name,
            path: path.join(" "),
            dots,
        }
    };
    let named = [
        ("99th percentile", "score_p99"),
        ("95th percentile", "score_p95"),
        ("median", "score_median"),
    ];
    json!({"axis": axis, "lines": named.map(line)})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_formatted_with_month_names() {
        assert_eq!(long_date("2026-10-31"), "31 October 2026");
        assert_eq!(long_date("<b>"), "<b>");
    }

    #[test]
    fn assets_make_no_external_requests_and_write_no_markup() {
        for (name, content) in ASSETS.iter().chain([&("index.html", INDEX)]) {
            let foreign = content.replace("http://www.w3.org/2000/svg", "");
            for word in [
                "http://",
                "https://",
                "innerHTML",
                "outerHTML",
                "insertAdjacentHTML",
                "eval(",
                "@import",
                "url(",
            ] {
                assert!(!foreign.contains(word), "{name} has {word}");
            }
            if name.ends_with(".js") {
                assert!(content.contains("\"use strict\";"), "{name}");
            }
        }
    }
}
