//! The report in a real browser, from `file://`; skipped with a word where there is no Chromium.

use std::path::{Path, PathBuf};

use clout_base::schema::{ALERTS, SCORE_CHANGES};
use serde_json::json;

use crate::report::report;
use crate::support::browser::Browser;
use crate::support::clout::{Site, run};
use crate::support::hostile::{crowded_town, hostile, hostile_town};
use crate::support::published::{measures, with, words};
use crate::support::sample_data;
use crate::support::tables::{Snapshot, number};

const DATE: &str = "2026-10-31";
const ENTER: &str = "\u{e007}";
const DOWN: &str = "\u{e015}";
const TAB: &str = "\u{e004}";
const ESCAPE: &str = "\u{e00c}";

/// Nothing was complained of, and nothing but the report's own files was asked for.
#[track_caller]
fn is_quiet(browser: &Browser, folder: &Path) {
    let complaints = browser.log("browser");
    assert_eq!(complaints, Vec::<serde_json::Value>::new());
    let own = url::Url::from_file_path(folder).unwrap().to_string();
    let requests = browser.requests();
    assert!(requests.len() > 5, "{requests:?}");
    for request in requests {
        assert!(request.starts_with(&own), "{request}");
    }
}

/// Nothing reaches beyond the screen but what scrolls by itself.
#[track_caller]
fn fits(browser: &Browser) {
    let wide = "Array.from(document.querySelectorAll('body *')).filter((e) => e.getBoundingClientRect().right > 361 \
                && !e.closest('.scroll, .skip')).map((e) => e.tagName + '.' + e.className).slice(0, 9)";
    let widths = browser.says("[document.documentElement.scrollWidth, window.innerWidth]");
    assert_eq!(widths, json!([360, 360]), "{}", browser.says(wide));
}

/// Reasons and an alert for sten, as the tables have them.
fn tell_why(output: &Path) {
    let delta = number(Snapshot::of(output, DATE).scores()["sten-the-steady"], "delta_1d").unwrap();
    let causes = ["faded_reactions", "new_reactions", "reactors_fell", "reactors_rose"];
    let details = [
        "twitter",
        "twitter: amber-yak-0001, coral-elk-0002 and 3 more",
        "facebook",
        "",
    ];
    let points = [delta - 0.1, 0.4, -0.5, 0.2];
    let people = words(&["sten-the-steady"; 4]);
    let columns = vec![people, words(&causes), words(&details), measures(&points)];
    with(output, DATE, &SCORE_CHANGES, columns);
    let alert = [
        "The score fell by 0.21 points on 2026-10-31.",
        "Nothing new came; earlier reactions faded.",
    ];
    let columns = vec![
        words(&["sten-the-steady"]),
        words(&["score_dropped"]),
        measures(&[delta]),
    ];
    let columns = columns.into_iter().chain(alert.map(|text| words(&[text]))).collect();
    with(output, DATE, &ALERTS, columns);
}

/// A report of some nights of the sample: its folder and page.
fn sample_report(site: &Site) -> (PathBuf, PathBuf) {
    for date in ["2026-10-24", "2026-10-29", "2026-10-30", DATE] {
        run(&sample_data(), &site.output(), &["--as-of", date]).exits(0);
    }
    tell_why(&site.output());
    let to = site.another("report");
    report(&site.output(), &to, &["--people", "300"]).exits(0);
    (to.clone(), to.join("index.html"))
}

#[test]
fn a_person_is_found_and_looked_at_with_the_keyboard_alone() {
    let Some(browser) = Browser::open() else { return };
    let site = Site::empty();
    let (folder, index) = sample_report(&site);
    browser.go(&index, "");
    browser.waits_for("window.clout.report");
    browser.types("/");
    assert_eq!(browser.says("document.activeElement.id"), "search");
    browser.types("STEN-THE");
    browser.waits_for("document.querySelectorAll('#found [role=option]').length > 0");
    browser.pictures("search");
    browser.types(&format!("{DOWN}{ENTER}"));
    browser.waits_for("document.querySelector('#person h1')?.innerText === 'sten-the-steady'");
    assert_eq!(
        browser.says("document.activeElement.tagName"),
        "H1",
        "the focus follows"
    );
    let text = browser.says("document.getElementById('person').innerText").to_string();
    for word in [
        "39.98",
        "Why it moved",
        "Earlier reactions faded",
        "90 % interval",
        "fell by 0.21",
        "Topics",
    ] {
        assert!(text.contains(word), "no {word} in {text}");
    }
    assert_eq!(browser.says("document.querySelectorAll('#person .steps li').length"), 6);
    // The band's polygon has an upper and a lower end for each of two nights that follow one another.
    assert!(
        browser
            .says("document.querySelectorAll('#person svg.history polygon.band').length")
            .as_u64()
            >= Some(1)
    );
    browser.pictures("person-light");
    browser.says("history.back()");
    browser.waits_for("!document.getElementById('night').hidden");
    is_quiet(&browser, &folder);
}

#[test]
fn every_control_can_be_reached_and_searching_finds_parts_and_says_what_is_not_there() {
    let Some(browser) = Browser::open() else { return };
    let site = Site::empty();
    let (folder, index) = sample_report(&site);
    browser.go(&index, "");
    browser.waits_for("window.clout.report");
    let mut reached = Vec::new();
    for _ in 0..6 {
        browser.types(TAB);
        reached.push(
            browser
                .says("document.activeElement.id || document.activeElement.className")
                .to_string(),
        );
    }
    for id in ["skip", "mark", "search", "theme"] {
        assert!(reached.contains(&format!("\"{id}\"")), "{id} in {reached:?}");
    }
    browser.types("/20053159"); // An account of a bot: a part of its id.
    browser.waits_for("document.querySelector('#found bdi')?.innerText === 'twitter:20053159'");
    browser.types(ESCAPE);
    browser.types("nobody at all");
    browser.waits_for("document.getElementById('search-note').innerText.includes('Nobody has such an id')");
    // Somebody outside of the best 300 has a row and a word about the rest.
    browser.go(&index, "person=cleo-the-celebrity");
    browser.waits_for("document.querySelector('#person .notice')");
    browser.go(&index, "person=nobody");
    browser.waits_for("document.querySelector('#person h1')?.innerText === 'Nobody has this id'");
    browser.go(&index, "");
    browser.waits_for("document.getElementById('topic')");
    let first = browser.says("document.getElementById('topic-rows').innerText");
    browser.says("(() => { const s = document.getElementById('topic'); s.value = '3'; s.dispatchEvent(new Event('change')); })()");
    browser.waits_for(&format!("document.getElementById('topic-rows').innerText !== {first}"));
    is_quiet(&browser, &folder);
}

#[test]
fn it_is_good_to_look_at_in_the_dark_and_on_a_narrow_screen() {
    let Some(browser) = Browser::open() else { return };
    let site = Site::empty();
    let (folder, index) = sample_report(&site);
    let paper = "getComputedStyle(document.body).backgroundColor";
    for (scheme, name) in [("light", "night-light"), ("dark", "night-dark")] {
        browser.prefers("prefers-color-scheme", scheme);
        browser.go(&index, "");
        browser.waits_for("window.clout.report");
        browser.pictures(name);
    }
    let dark = browser.says(paper);
    browser.says("document.getElementById('theme').click()");
    let light = browser.says(paper);
    assert_ne!(dark, light, "the button wins over the system");
    browser.says("document.getElementById('theme').click()");
    assert_eq!(browser.says(paper), dark);
    browser.screen(360, 740);
    for (place, name) in [("", "narrow-night"), ("person=ada-the-specialist", "narrow-person")] {
        browser.go(&index, place);
        browser.waits_for("window.clout.report");
        browser.waits_for("document.querySelector('#person h1') || !location.hash");
        fits(&browser);
        browser.pictures(name);
    }
    browser.screen(1280, 900);
    browser.go(&index, "person=ada-the-specialist");
    browser.waits_for("document.querySelector('#person .around path')");
    browser.pictures("person-dark");
    browser.prefers("prefers-reduced-motion", "reduce");
    assert_eq!(
        browser.says("getComputedStyle(document.documentElement).scrollBehavior"),
        "auto"
    );
    is_quiet(&browser, &folder);
}

#[test]
fn no_hostile_id_runs_or_escapes() {
    let Some(browser) = Browser::open() else { return };
    let site = Site::of(&hostile_town());
    for date in ["2026-10-30", DATE] {
        site.night(date);
    }
    let to = site.another("report");
    report(&site.output(), &to, &[]).exits(0);
    let index = to.join("index.html");
    browser.go(&index, "");
    browser.waits_for("window.clout.report");
    browser.pictures("hostile-night");
    let links =
        browser.says("Array.from(document.querySelectorAll('a.who'), a => decodeURIComponent(a.hash.slice(8)))");
    let links: Vec<&str> = links
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|link| link.as_str())
        .collect();
    for (number, id) in hostile().iter().enumerate() {
        let wanted = json!(id).to_string();
        browser.says(&format!("location.hash = clout.link({wanted})"));
        let full = "(document.querySelector('#person .full-id') || document.querySelector('#person h1'))?.textContent";
        browser.waits_for(&format!("{full} === {wanted}"));
        if number == 0 || id.starts_with("long") {
            browser.pictures(&format!("hostile-{number}"));
        }
    }
    assert!(
        links.iter().all(|link| hostile().iter().any(|id| id == link)),
        "{links:?}"
    );
    for part in ["<script>", "__PROTO", "etc/passwd", "نور", "👩‍💻"] {
        browser.says("document.getElementById('search').focus()");
        let typed = json!(part).to_string();
        browser.says(&format!(
            "(() => {{ const s = document.getElementById('search'); s.value = {typed}; s.dispatchEvent(new Event('input')); }})()"
        ));
        browser.waits_for("document.querySelectorAll('#found [role=option]').length === 1");
    }
    assert_eq!(browser.says("typeof window.ran"), "undefined");
    assert_eq!(
        browser.says("document.querySelectorAll('main img, main script, #found img').length"),
        0
    );
    browser.screen(360, 740);
    fits(&browser);
    is_quiet(&browser, &to);
}

#[test]
fn of_a_large_index_no_more_is_read_than_the_search_needs() {
    let Some(browser) = Browser::open() else { return };
    let site = Site::of(&crowded_town(DATE));
    site.night(DATE);
    let to = site.another("report");
    report(&site.output(), &to, &["--people", "10"]).exits(0);
    browser.go(&to.join("index.html"), "");
    browser.waits_for("window.clout.report");
    let shards = browser.says("clout.report.ids.length").as_u64().unwrap();
    assert!(shards > 8, "{shards}");
    browser.requests();
    browser.types("/1999");
    browser.waits_for("document.querySelector('#found bdi')?.innerText.startsWith('1999-xxx')");
    let read = browser.requests().len();
    assert!((1..6).contains(&read), "{read} of {shards} shards for a beginning");
    browser.types(ESCAPE);
    browser.types("tail2399");
    browser.waits_for("document.getElementById('search-note').innerText === 'No id begins so.'");
    browser.types(TAB);
    browser.waits_for("document.activeElement.id === 'search-all'");
    browser.types(ENTER);
    browser.waits_for("document.querySelector('#found bdi')?.innerText.startsWith('2399-xxx')");
    browser.types(ENTER);
    browser.waits_for("document.querySelector('#person .score .value')");
    // Ids that share more than a key of the plan holds lie in several shards.
    for n in [0, 1200, 2396] {
        let id = format!("same-{}{n:04}-{}", "y".repeat(100), "x".repeat(1000));
        let wanted = json!(id).to_string();
        browser.says(&format!("location.hash = clout.link({wanted})"));
        browser.waits_for(&format!(
            "document.querySelector('#person .full-id')?.textContent === {wanted}"
        ));
    }
    is_quiet(&browser, &to);
}
