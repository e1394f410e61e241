//! Tests the report in a real browser, from `file://`. Skips with a message if Chromium is missing.

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

/// Checks that the browser logged no complaint and requested only files of the report.
#[track_caller]
fn check_quiet(browser: &Browser, folder: &Path) {
    let complaints = browser.log("browser");
    assert_eq!(complaints, Vec::<serde_json::Value>::new());
    let own = url::Url::from_file_path(folder).unwrap().to_string();
    let requests = browser.requests();
    assert!(requests.len() > 5, "{requests:?}");
    for request in requests {
        assert!(request.starts_with(&own), "{request}");
    }
}

/// Checks that nothing extends beyond the screen, except elements that scroll.
#[track_caller]
fn check_width(browser: &Browser) {
    let wide = "Array.from(document.querySelectorAll('body *')).filter((e) => e.getBoundingClientRect().right > 361 \
                && !e.closest('.scroll, .skip')).map((e) => e.tagName + '.' + e.className).slice(0, 9)";
    let widths = browser.evaluate("[document.documentElement.scrollWidth, window.innerWidth]");
    assert_eq!(widths, json!([360, 360]), "{}", browser.evaluate(wide));
}

/// Writes causes and an alert for sten into the published tables.
fn add_causes(output: &Path) {
    let delta = number(Snapshot::read(output, DATE).scores()["sten-the-steady"], "delta_1d").unwrap();
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

/// Writes a report of some dates of the sample, and returns its folder and page.
fn sample_report(site: &Site) -> (PathBuf, PathBuf) {
    for date in ["2026-10-24", "2026-10-29", "2026-10-30", DATE] {
        run(&sample_data(), &site.output(), &["--as-of", date]).exits(0);
    }
    add_causes(&site.output());
    let to = site.output_named("report");
    report(&site.output(), &to, &["--people", "300"]).exits(0);
    (to.clone(), to.join("index.html"))
}

#[test]
fn the_keyboard_alone_finds_and_opens_a_person() {
    let Some(browser) = Browser::open() else { return };
    let site = Site::empty();
    let (folder, index) = sample_report(&site);
    browser.open_page(&index, "");
    browser.wait_for("window.clout.report");
    browser.type_keys("/");
    assert_eq!(browser.evaluate("document.activeElement.id"), "search");
    browser.type_keys("STEN-THE");
    browser.wait_for("document.querySelectorAll('#found [role=option]').length > 0");
    browser.save_screenshot("search");
    browser.type_keys(&format!("{DOWN}{ENTER}"));
    browser.wait_for("document.querySelector('#person h1')?.innerText === 'sten-the-steady'");
    assert_eq!(
        browser.evaluate("document.activeElement.tagName"),
        "H1",
        "the focus follows"
    );
    let text = browser
        .evaluate("document.getElementById('person').innerText")
        .to_string();
    for word in [
        "39.98",
        "Causes of the change",
        "Earlier reactions faded",
        "90 % interval",
        "fell by 0.21",
        "Topics",
    ] {
        assert!(text.contains(word), "no {word} in {text}");
    }
    assert_eq!(
        browser.evaluate("document.querySelectorAll('#person .steps li').length"),
        6
    );
    // The polygon of the band has an upper and a lower end for each of two consecutive dates.
    assert!(
        browser
            .evaluate("document.querySelectorAll('#person svg.history polygon.band').length")
            .as_u64()
            >= Some(1)
    );
    browser.save_screenshot("person-light");
    browser.evaluate("history.back()");
    browser.wait_for("!document.getElementById('night').hidden");
    check_quiet(&browser, &folder);
}

#[test]
fn every_control_is_reachable_and_the_search_finds_parts_and_reports_misses() {
    let Some(browser) = Browser::open() else { return };
    let site = Site::empty();
    let (folder, index) = sample_report(&site);
    browser.open_page(&index, "");
    browser.wait_for("window.clout.report");
    let mut reached = Vec::new();
    for _ in 0..6 {
        browser.type_keys(TAB);
        reached.push(
            browser
                .evaluate("document.activeElement.id || document.activeElement.className")
                .to_string(),
        );
    }
    for id in ["skip", "mark", "search", "theme"] {
        assert!(reached.contains(&format!("\"{id}\"")), "{id} in {reached:?}");
    }
    browser.type_keys("/20053159"); // An account of a bot: a part of its id.
    browser.wait_for("document.querySelector('#found bdi')?.innerText === 'twitter:20053159'");
    browser.type_keys(ESCAPE);
    browser.type_keys("nobody at all");
    browser.wait_for("document.getElementById('search-note').innerText.includes('No id contains this text')");
    // A person outside the best 300 has a row and a note about the rest.
    browser.open_page(&index, "person=cleo-the-celebrity");
    browser.wait_for("document.querySelector('#person .notice')");
    browser.open_page(&index, "person=nobody");
    browser.wait_for("document.querySelector('#person h1')?.innerText === 'Unknown id'");
    browser.open_page(&index, "");
    browser.wait_for("document.getElementById('topic')");
    let first = browser.evaluate("document.getElementById('topic-rows').innerText");
    browser.evaluate("(() => { const s = document.getElementById('topic'); s.value = '3'; s.dispatchEvent(new Event('change')); })()");
    browser.wait_for(&format!("document.getElementById('topic-rows').innerText !== {first}"));
    check_quiet(&browser, &folder);
}

#[test]
fn the_report_fits_a_dark_theme_and_a_narrow_screen() {
    let Some(browser) = Browser::open() else { return };
    let site = Site::empty();
    let (folder, index) = sample_report(&site);
    let paper = "getComputedStyle(document.body).backgroundColor";
    for (scheme, name) in [("light", "night-light"), ("dark", "night-dark")] {
        browser.set_media_feature("prefers-color-scheme", scheme);
        browser.open_page(&index, "");
        browser.wait_for("window.clout.report");
        browser.save_screenshot(name);
    }
    let dark = browser.evaluate(paper);
    browser.evaluate("document.getElementById('theme').click()");
    let light = browser.evaluate(paper);
    assert_ne!(dark, light, "the button wins over the system");
    browser.evaluate("document.getElementById('theme').click()");
    assert_eq!(browser.evaluate(paper), dark);
    browser.set_screen(360, 740);
    for (fragment, name) in [("", "narrow-night"), ("person=ada-the-specialist", "narrow-person")] {
        browser.open_page(&index, fragment);
        browser.wait_for("window.clout.report");
        browser.wait_for("document.querySelector('#person h1') || !location.hash");
        check_width(&browser);
        browser.save_screenshot(name);
    }
    browser.set_screen(1280, 900);
    browser.open_page(&index, "person=ada-the-specialist");
    browser.wait_for("document.querySelector('#person .around path')");
    browser.save_screenshot("person-dark");
    browser.set_media_feature("prefers-reduced-motion", "reduce");
    assert_eq!(
        browser.evaluate("getComputedStyle(document.documentElement).scrollBehavior"),
        "auto"
    );
    check_quiet(&browser, &folder);
}

#[test]
fn no_hostile_id_runs_as_script_or_markup() {
    let Some(browser) = Browser::open() else { return };
    let site = Site::new(&hostile_town());
    for date in ["2026-10-30", DATE] {
        site.night(date);
    }
    let to = site.output_named("report");
    report(&site.output(), &to, &[]).exits(0);
    let index = to.join("index.html");
    browser.open_page(&index, "");
    browser.wait_for("window.clout.report");
    browser.save_screenshot("hostile-night");
    let links =
        browser.evaluate("Array.from(document.querySelectorAll('a.who'), a => decodeURIComponent(a.hash.slice(8)))");
    let links: Vec<&str> = links
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|link| link.as_str())
        .collect();
    for (number, id) in hostile().iter().enumerate() {
        let wanted = json!(id).to_string();
        browser.evaluate(&format!("location.hash = clout.link({wanted})"));
        let full = "(document.querySelector('#person .full-id') || document.querySelector('#person h1'))?.textContent";
        browser.wait_for(&format!("{full} === {wanted}"));
        if number == 0 || id.starts_with("long") {
            browser.save_screenshot(&format!("hostile-{number}"));
        }
    }
    assert!(
        links.iter().all(|link| hostile().iter().any(|id| id == link)),
        "{links:?}"
    );
    for part in ["<script>", "__PROTO", "etc/passwd", "نور", "👩‍💻"] {
        browser.evaluate("document.getElementById('search').focus()");
        let typed = json!(part).to_string();
        browser.evaluate(&format!(
            "(() => {{ const s = document.getElementById('search'); s.value = {typed}; s.dispatchEvent(new Event('input')); }})()"
        ));
        browser.wait_for("document.querySelectorAll('#found [role=option]').length === 1");
    }
    assert_eq!(browser.evaluate("typeof window.ran"), "undefined");
    assert_eq!(
        browser.evaluate("document.querySelectorAll('main img, main script, #found img').length"),
        0
    );
    browser.set_screen(360, 740);
    check_width(&browser);
    check_quiet(&browser, &to);
}

#[test]
fn a_search_reads_only_the_shards_that_it_needs() {
    let Some(browser) = Browser::open() else { return };
    let site = Site::new(&crowded_town(DATE));
    site.night(DATE);
    let to = site.output_named("report");
    report(&site.output(), &to, &["--people", "10"]).exits(0);
    browser.open_page(&to.join("index.html"), "");
    browser.wait_for("window.clout.report");
    let shards = browser.evaluate("clout.report.ids.length").as_u64().unwrap();
    assert!(shards > 8, "{shards}");
    browser.requests();
    browser.type_keys("/1999");
    browser.wait_for("document.querySelector('#found bdi')?.innerText.startsWith('1999-xxx')");
    let read = browser.requests().len();
    assert!((1..6).contains(&read), "{read} of {shards} shards for a beginning");
    browser.type_keys(ESCAPE);
    browser.type_keys("tail2399");
    browser.wait_for("document.getElementById('search-note').innerText === 'No id begins with this text.'");
    browser.type_keys(TAB);
    browser.wait_for("document.activeElement.id === 'search-all'");
    browser.type_keys(ENTER);
    browser.wait_for("document.querySelector('#found bdi')?.innerText.startsWith('2399-xxx')");
    browser.type_keys(ENTER);
    browser.wait_for("document.querySelector('#person .score .value')");
    // Ids that share more than a key of the plan lie in several shards.
    for n in [0, 1200, 2396] {
        let id = format!("same-{}{n:04}-{}", "y".repeat(100), "x".repeat(1000));
        let wanted = json!(id).to_string();
        browser.evaluate(&format!("location.hash = clout.link({wanted})"));
        browser.wait_for(&format!(
            "document.querySelector('#person .full-id')?.textContent === {wanted}"
        ));
    }
    check_quiet(&browser, &to);
}
