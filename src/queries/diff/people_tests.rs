use super::*;

/// Parses lines of `person score rank`; `-` is null.
fn column(lines: &str) -> ScoreColumns {
    let mut rows: Vec<Vec<&str>> = lines.lines().map(|line| line.split_whitespace().collect()).collect();
    rows.sort();
    ScoreColumns {
        ids: rows.iter().map(|row| Some(row[0])).collect(),
        scores: rows.iter().map(|row| row[1].parse::<f64>().ok()).collect(),
        ranks: rows.iter().map(|row| row[2].parse::<i64>().ok()).collect(),
    }
}

fn list(people: &[PersonDiff]) -> String {
    let one = |person: &PersonDiff| match person.delta {
        Some(delta) => format!("{} {delta}", person.person_id),
        None => person.person_id.clone(),
    };
    people.iter().map(one).collect::<Vec<_>>().join(", ")
}

const BEFORE: &str = "ada 20 3\nbob 30 1\ncid - -\ndan 25 2\neve 10 4\nfay - -\ngus 5 5";
const AFTER: &str = "ada 25 2\nbob 30 1\ncid 8 5\ndan 20 3\neve - -\nfay - -\nhal 50 1\nian - -\njoe 12 4";

#[test]
fn each_person_is_in_one_list() {
    let people = compare_people(&column(BEFORE), &column(AFTER), None, 10);
    assert_eq!(
        (people.in_both, list(&people.rises), list(&people.falls)),
        (3, "ada 5".into(), "dan -5".into())
    );
    assert_eq!(
        (list(&people.gained_score.highest), list(&people.lost_score.highest)),
        ("cid".into(), "eve".into())
    );
    let counts = |group: &PeopleGroup| (group.scored, group.unscored, group.unnamed, list(&group.highest));
    assert_eq!(counts(&people.arrivals), (2, 1, 0, "hal, joe".into()));
    assert_eq!(
        counts(&people.leavers),
        (1, 0, 1, String::new()),
        "missing people may have opted out and are not named"
    );
    assert_eq!(people.deltas.iter().sum::<u64>(), 3);
    assert_eq!(people.rises[0].ranks, [Some(3), Some(2)]);
}

#[test]
fn only_people_of_the_newest_snapshot_are_named() {
    let newest = column("gus 7 1\njoe 3 2");
    let people = compare_people(&column(BEFORE), &column(AFTER), Some(&newest), 10);
    assert_eq!(
        (
            list(&people.rises),
            list(&people.arrivals.highest),
            list(&people.leavers.highest)
        ),
        (String::new(), "joe".into(), "gus".into())
    );
    assert_eq!(
        (people.arrivals.unnamed, people.leavers.unnamed, people.in_both),
        (2, 0, 3)
    );
}

#[test]
fn ties_are_in_order_of_ids_and_lists_end_at_the_count() {
    let people = compare_people(&column("a 1 1\nb 1 1\nc 1 1"), &column("a 2 3\nb 3 1\nc 3 1"), None, 2);
    assert_eq!(list(&people.rises), "b 2, c 2");
}
