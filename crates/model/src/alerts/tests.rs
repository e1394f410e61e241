use super::*;

const D: Day = Day(20_000);

fn scored(score: f64, low: f64, high: f64) -> Option<Scored> {
    let interval = Interval { low, high };
    Some(Scored { score, interval })
}

fn person() -> Person<'static> {
    Person {
        score: scored(40.0, 39.0, 41.0),
        before: scored(40.0, 39.0, 41.0),
        reasons: Vec::new(),
        gained: Vec::new(),
        lost: Vec::new(),
        last_active: Some(D),
        night_before: Some(D.minus(1)),
        silence: None,
    }
}

fn topic(topic_id: &str, before: Option<f64>, after: Option<f64>) -> Topic {
    Topic {
        topic_id: topic_id.to_owned(),
        before,
        after,
        sources: (2, 1),
    }
}

fn kinds(person: &Person) -> Vec<Kind> {
    let alerts = of_person(person, &AlertRules::default(), D);
    alerts.iter().map(|alert| alert.kind).collect()
}

#[test]
fn a_score_that_moved_beyond_both_intervals_is_told_with_its_causes() {
    let reasons = vec![
        (Cause::FadedReactions, "twitter", -0.5),
        (Cause::ReactorsFell, "twitter: ada", -2.0),
        (Cause::NewReactions, "twitter: eve", 0.1),
    ];
    let fallen = Person {
        before: scored(42.4, 41.5, 44.0),
        reasons,
        ..person()
    };
    let alerts = of_person(&fallen, &AlertRules::default(), D);
    assert_eq!(alerts.len(), 1);
    let alert = &alerts[0];
    assert_eq!((alert.kind, alert.points), (Kind::ScoreDropped, Some(40.0 - 42.4)));
    assert!(alert.message.contains("fell by 2.40 points"), "{}", alert.message);
    assert!(alert.message.contains(&D.to_string()) && alert.message.contains(&D.minus(1).to_string()));
    let (ada, twitter) = (
        alert.advice.find("ada").unwrap(),
        alert.advice.find("(twitter)").unwrap(),
    );
    assert!(ada < twitter && !alert.advice.contains("eve"), "{}", alert.advice);
    assert!(alert.advice.contains("; all else +0.10 points. "), "{}", alert.advice);
}

#[test]
fn what_lies_within_an_interval_or_below_the_threshold_is_noise() {
    assert_eq!(kinds(&person()), []);
    for (before, tonight) in [
        (scored(42.0, 39.5, 44.0), scored(40.0, 39.0, 41.0)),
        (scored(42.0, 41.0, 44.0), scored(40.0, 39.0, 42.5)),
        (scored(40.9, 40.8, 41.0), scored(40.0, 39.9, 40.1)),
        (None, scored(40.0, 39.9, 40.1)),
        (scored(40.0, 39.9, 40.1), None),
    ] {
        let still = Person {
            before,
            score: tonight,
            ..person()
        };
        assert_eq!(kinds(&still), [], "{before:?} {tonight:?}");
    }
    let risen = Person {
        before: scored(30.0, 29.0, 31.0),
        ..person()
    };
    assert_eq!(kinds(&risen), [Kind::ScoreRose]);
}

#[test]
fn silence_is_told_once() {
    for (days, told) in [(13, vec![]), (14, vec![Kind::Inactive]), (15, vec![])] {
        let silent = Person {
            last_active: Some(D.minus(days)),
            silence: Some(-2.5),
            ..person()
        };
        assert_eq!(kinds(&silent), told, "{days}");
    }
    let silent = Person {
        last_active: Some(D.minus(14)),
        silence: Some(-2.5),
        ..person()
    };
    let alert = &of_person(&silent, &AlertRules::default(), D)[0];
    assert_eq!(alert.points, Some(-2.5));
    assert!(alert.advice.contains("37.50"), "{}", alert.advice);
}

#[test]
fn topics_are_one_alert_a_kind() {
    let turned = Person {
        gained: vec![topic("tea", Some(28.0), Some(30.0)), topic("coffee", None, Some(41.5))],
        lost: vec![topic("maps", Some(20.0), Some(18.5))],
        ..person()
    };
    let alerts = of_person(&turned, &AlertRules::default(), D);
    assert_eq!(
        alerts.iter().map(|a| a.kind).collect::<Vec<_>>(),
        [Kind::TopicGained, Kind::TopicLost]
    );
    assert_eq!(alerts[0].points, Some(41.5));
    assert!(alerts[0].message.contains("tea") && alerts[0].message.contains("coffee"));
    assert!(alerts[1].message.contains("no longer") && alerts[1].advice.contains("2 people reacted"));
}

#[test]
fn a_topic_that_steps_over_the_bar_without_moving_is_noise() {
    let turned = Person {
        gained: vec![topic("filter-coffee", Some(26.6), Some(26.9))],
        lost: vec![topic("tea", Some(30.0), Some(30.99))],
        ..person()
    };
    assert_eq!(kinds(&turned), []);
    let gone = Person {
        gained: vec![
            topic("filter-coffee", Some(26.6), Some(26.9)),
            topic("tea", None, Some(3.0)),
        ],
        lost: vec![topic("maps", Some(5.0), None)],
        ..person()
    };
    let alerts = of_person(&gone, &AlertRules::default(), D);
    assert_eq!(
        alerts.iter().map(|alert| alert.points).collect::<Vec<_>>(),
        [Some(3.0), Some(5.0)]
    );
    assert!(!alerts[0].message.contains("filter-coffee") && alerts[0].advice.contains("is new"));
    assert!(alerts[1].advice.contains("is gone"), "{}", alerts[1].advice);
}

#[test]
fn one_cause_on_several_networks_is_told_once_and_the_points_add_up() {
    let reasons = [
        (Cause::NewReactions, "twitter: ada", 1.004),
        (Cause::NewReactions, "facebook: bob", 2.004),
        (Cause::FadedReactions, "twitter", -0.2),
        (Cause::Corroboration, "twitter, answered: eve", 0.3),
    ];
    let why = words::why(&reasons, 3.108);
    assert!(
        why.starts_with("Because new reactions (facebook: bob; twitter: ada) +3.01 points; "),
        "{why}"
    );
    assert!(
        why.contains("believed (twitter, for attention given back: eve) +0.30 points; all else -0.20 points. "),
        "{why}"
    );
}

#[test]
fn a_night_that_was_not_run_loses_no_silence() {
    let last = D.minus(16);
    let told = |before: Option<Day>| {
        let silent = Person {
            last_active: Some(last),
            night_before: before,
            ..person()
        };
        of_person(&silent, &AlertRules::default(), D)
    };
    assert!(told(Some(D.minus(3)))[0].message.contains("16 days before"));
    for before in [Some(D.minus(1)), Some(D.minus(2)), None] {
        assert_eq!(told(before), [], "{before:?}");
    }
}
