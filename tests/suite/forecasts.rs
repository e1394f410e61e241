//! Compares the forecasts of `clout explain` with runs over warehouses in which the event happened.

use arrow::array::{Array, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use serde_json::Value;

use crate::support::clout::{Site, run};
use crate::support::days::day;
use crate::support::explain::{assert_close, explain_json, points, quiet};
use crate::support::tables::{Snapshot, batches, number, text};
use crate::support::warehouse::{Form, Row, Warehouse, activity_columns, write_file};
use crate::support::{files_below, sample_data};

const DATE: &str = "2026-10-31";

#[test]
fn the_silence_forecast_equals_a_run_over_a_silent_warehouse() {
    let site = Site::new(&quiet());
    site.night("2026-03-07");
    for person in ["ada", "bob"] {
        for then in explain_json(&site.output(), &[person])["silence"].as_array().unwrap() {
            let date = then["snapshot_date"].as_str().unwrap();
            let really = Site::new(&quiet()).night(date).score(person).unwrap();
            assert_close(then["score"].as_f64().unwrap(), really, 1e-9);
        }
    }
}

/// Writes the sample with one more row, delivered in a separate file.
fn sample_with(network: &str, row: &str) -> Site {
    let site = Site::empty();
    for file in files_below(&sample_data()) {
        let to = site.input().join(&file);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(sample_data().join(&file), to).unwrap();
    }
    let file = format!("activities/network={network}/date={DATE}/more.parquet");
    let columns = activity_columns(&[Row::parse(day(DATE), row)], &Form::default());
    write_file(&site.input().join(file), &columns);
    site
}

#[test]
fn the_forecast_of_one_more_reaction_equals_a_run_with_it() {
    let site = Site::empty();
    run(&sample_data(), &site.output(), &["--as-of", DATE]).exits(0);
    let before = site.snapshot(DATE);
    let busy: Vec<String> = texts(&format!("activities/network=linkedin/date={DATE}"), ["actor_id"])
        .into_iter()
        .map(|[actor]| actor)
        .collect();
    let claims = texts("identities/date=2026-10-20", ["person_id", "network", "account_id"]);
    let account = |person: &str| match person.strip_prefix("linkedin:") {
        Some(account) => account.to_owned(),
        None => claims
            .iter()
            .find(|claim| claim[0] == person && claim[1] == "linkedin")
            .unwrap()[2]
            .clone(),
    };
    let on_linkedin = |person: &str| {
        let answer = explain_json(&site.output(), &[person]);
        let networks = answer["one_more"]["networks"].as_array().unwrap();
        networks.iter().find(|on| on["network"] == "linkedin").unwrap().clone()
    };
    // The forecast assumes a reactor that reacts to no other person that day, so the row belongs to such a person.
    let mut people: Vec<&str> = before
        .scores()
        .keys()
        .copied()
        .filter(|id| id.starts_with("linkedin:"))
        .collect();
    people.sort_by(|a, b| {
        before
            .score(b)
            .unwrap_or(0.0)
            .total_cmp(&before.score(a).unwrap_or(0.0))
    });
    let asked = people.iter().map(|person| (*person, on_linkedin(person)));
    let is_fit = |(_, on): &(&str, Value)| !busy.contains(&account(on["reactor_person_id"].as_str().unwrap()));
    let (person, linkedin) = asked.into_iter().find(is_fit).unwrap();
    let reactor = account(linkedin["reactor_person_id"].as_str().unwrap());
    for (kind, actor) in [("stranger", "in-never-seen".to_owned()), ("reactor", reactor)] {
        let verb = linkedin["verb"].as_str().unwrap();
        let row = format!("more 23:59:59.999999 {actor} {verb} - {}", account(person));
        let after = sample_with("linkedin", &row).night(DATE);
        let really = after.score(person).unwrap() - before.score(person).unwrap();
        println!("{person}, {kind}: forecast {}, run {really}", points(&linkedin[kind]));
        // The ranks of others move a little, too.
        assert_close(points(&linkedin[kind]), really, 1e-4 + 0.02 * really.abs());
    }
}

/// Reads some columns of the sample's files in a folder, row by row.
fn texts<const N: usize>(folder: &str, columns: [&str; N]) -> Vec<[String; N]> {
    let mut rows = Vec::new();
    for file in files_below(&sample_data().join(folder)) {
        for batch in batches(&sample_data().join(folder).join(file)) {
            let as_texts = columns.map(|name| {
                let column = cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
                StringArray::from(column.to_data())
            });
            let cell = |column: &StringArray, row: usize| match column.is_null(row) {
                true => String::new(),
                false => column.value(row).to_owned(),
            };
            rows.extend((0..batch.num_rows()).map(|row| as_texts.each_ref().map(|column| cell(column, row))));
        }
    }
    rows
}

#[test]
fn the_forecast_of_a_topic_score_equals_a_run_with_the_reaction() {
    // All people of the crowd are known. Newcomers are among them, and have not reacted to ada on tea.
    let town = |more: &str| {
        let mut warehouse = Warehouse::default()
            .topics("tea Tea\nmilk Milk")
            .topic_edges("tea milk");
        for date in 1..=9 {
            let fans = (0..6).map(|fan| format!("r{fan}{date} 0{fan}:30 fan{fan} like o{date}#tea ada"));
            let posts = (0..9).map(|fan| format!("p{fan}{date} 09:00 fan{fan} tweet - -"));
            let more = (date == 9).then(|| more.to_owned());
            let own = [format!("a{date} 08:00 ada tweet o{date}#tea,milk -")];
            let rows: Vec<String> = fans.chain(posts).chain(own).chain(more).collect();
            warehouse = warehouse.activities("twitter", &format!("2026-03-0{date}"), &rows.join("\n"));
        }
        Site::new(&warehouse)
    };
    let (site, date) = (town(""), "2026-03-09");
    let before = site.night(date);
    let answer = explain_json(&site.output(), &["twitter:ada"]);
    let on_tea = answer["one_more"]["topics"]
        .as_array()
        .unwrap()
        .iter()
        .find(|on| on["topic_id"] == "tea")
        .unwrap();
    assert_eq!(
        (&on_tea["network"], &on_tea["verb"]),
        (&"twitter".into(), &"like".into())
    );
    let after = town("more 23:59:59.999999 fan8 like other#tea ada").night(date);
    let score = |snapshot: &Snapshot| {
        let is_it = |row: &&serde_json::Map<String, Value>| {
            text(row, "person_id") == "twitter:ada" && text(row, "topic_id") == "tea"
        };
        number(snapshot.table("topic_scores").iter().find(is_it).unwrap(), "score").unwrap()
    };
    let really = score(&after) - score(&before);
    // fan8 receives no attention, so its rank is 4 % lower than that of the ordinary newcomer.
    assert_close(points(on_tea), really, 0.06 * really);
    assert!(really > 0.05, "{really}");
}

#[test]
fn the_forecast_of_a_second_day_of_a_reactor_equals_a_run_with_it() {
    // Only late reacts to zoe, and late was seen on one day. The warehouse is too old to trust that.
    let town = |more: &str| {
        let mut warehouse = Warehouse::default();
        for date in 1..=9 {
            let fans = (0..6).map(|fan| format!("r{fan}{date} 0{fan}:30 fan{fan} like - ada"));
            let own = (date == 7).then(|| "z 10:00 late like - zoe".to_owned());
            let rows: Vec<String> = fans.chain(own).chain((date == 9).then(|| more.to_owned())).collect();
            warehouse = warehouse.activities("twitter", &format!("2026-03-0{date}"), &rows.join("\n"));
        }
        Site::new(&warehouse)
    };
    let (site, date) = (town(""), "2026-03-09");
    let before = site.night(date).score("twitter:zoe").unwrap();
    let answer = explain_json(&site.output(), &["twitter:zoe"]);
    let networks = answer["one_more"]["networks"].as_array().unwrap();
    let twitter = networks.iter().find(|on| on["network"] == "twitter").unwrap();
    assert_eq!(twitter["reactor_person_id"], "twitter:late");
    let after = town("more 23:59:59.999999 late like - zoe").night(date);
    let really = after.score("twitter:zoe").unwrap() - before;
    // The forecast does not include the effect of the row on the rank of the reactor.
    assert_close(points(&twitter["reactor"]), really, 0.05 * really);
    assert!(really > 1.0, "{really}");
}
