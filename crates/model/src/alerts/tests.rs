use super::*;

const D: Day = Day(20_000);

fn scored(score: f64, low: f64, high: f64) -> Option<ScoreEstimate> {
    let interval = ScoreInterval { low, high };
    Some(ScoreEstimate { score, interval })
}

fn person() -> PersonAlertInput<'static> {
    PersonAlertInput {
        person_id: "rita",
        score: scored(40.0, 39.0, 41.0),
        previous: scored(40.0, 39.0, 41.0),
        reasons: Vec::new(),
        gained: Vec::new(),
        lost: Vec::new(),
        last_active: Some(D),
        previous_date: Some(D.days_before(1)),
        forecast_change: None,
    }
}

fn topic(topic_id: &str, before: Option<f64>, after: Option<f64>) -> TopicTurn {
    TopicTurn {
        topic_id: topic_id.to_owned(),
        before,
        after,
        sources: (2, 1),
    }
}

fn kinds(person: &PersonAlertInput) -> Vec<AlertKind> {
    let alerts = compute_person_alerts(person, &AlertRules::default(), D);
    alerts.iter().map(|alert| alert.kind).collect()
}

#[test]
fn a_change_beyond_both_intervals_causes_an_alert_with_its_causes() {
    let reasons = vec![
        (ChangeCause::FadedReactions, "twitter", -0.5),
        (ChangeCause::ReactorsFell, "twitter: ada", -2.0),
        (ChangeCause::NewReactions, "twitter: eve", 0.1),
    ];
    let fallen = PersonAlertInput {
        previous: scored(42.4, 41.5, 44.0),
        reasons,
        ..person()
    };
    let alerts = compute_person_alerts(&fallen, &AlertRules::default(), D);
    assert_eq!(alerts.len(), 1);
    let alert = &alerts[0];
    assert_eq!((alert.kind, alert.points), (AlertKind::ScoreDropped, Some(40.0 - 42.4)));
    let expected = "rita's score fell by 2.40 points to 40.00";
    assert!(alert.message.starts_with(expected), "{}", alert.message);
    assert!(alert.message.contains(&D.to_string()) && alert.message.contains(&D.days_before(1).to_string()));
    let (ada, twitter) = (
        alert.advice.find("ada").unwrap(),
        alert.advice.find("(twitter)").unwrap(),
    );
    assert!(ada < twitter && !alert.advice.contains("eve"), "{}", alert.advice);
    assert!(
        alert.advice.contains("; all other causes +0.10 points. "),
        "{}",
        alert.advice
    );
}

#[test]
fn changes_within_an_interval_or_below_the_threshold_cause_no_alert() {
    assert_eq!(kinds(&person()), []);
    for (before, score) in [
        (scored(42.0, 39.5, 44.0), scored(40.0, 39.0, 41.0)),
        (scored(42.0, 41.0, 44.0), scored(40.0, 39.0, 42.5)),
        (scored(40.9, 40.8, 41.0), scored(40.0, 39.9, 40.1)),
        (None, scored(40.0, 39.9, 40.1)),
        (scored(40.0, 39.9, 40.1), None),
    ] {
        let still = PersonAlertInput {
            previous: before,
            score,
            ..person()
        };
        assert_eq!(kinds(&still), [], "{before:?} {score:?}");
    }
    let risen = PersonAlertInput {
        previous: scored(30.0, 29.0, 31.0),
        ..person()
    };
    assert_eq!(kinds(&risen), [AlertKind::ScoreRose]);
}

#[test]
fn inactivity_causes_exactly_one_alert() {
    for (days, expected) in [(13, vec![]), (14, vec![AlertKind::Inactive]), (15, vec![])] {
        let silent = PersonAlertInput {
            last_active: Some(D.days_before(days)),
            forecast_change: Some(-2.5),
            ..person()
        };
        assert_eq!(kinds(&silent), expected, "{days}");
    }
    let silent = PersonAlertInput {
        last_active: Some(D.days_before(14)),
        forecast_change: Some(-2.5),
        ..person()
    };
    let alert = &compute_person_alerts(&silent, &AlertRules::default(), D)[0];
    assert_eq!(alert.points, Some(-2.5));
    assert!(alert.advice.contains("37.50"), "{}", alert.advice);
}

#[test]
fn topics_cause_at_most_one_alert_per_kind() {
    let turned = PersonAlertInput {
        gained: vec![topic("tea", Some(28.0), Some(30.0)), topic("coffee", None, Some(41.5))],
        lost: vec![topic("maps", Some(20.0), Some(18.5))],
        ..person()
    };
    let alerts = compute_person_alerts(&turned, &AlertRules::default(), D);
    assert_eq!(
        alerts.iter().map(|a| a.kind).collect::<Vec<_>>(),
        [AlertKind::TopicGained, AlertKind::TopicLost]
    );
    assert_eq!(alerts[0].points, Some(41.5));
    assert!(alerts[0].message.contains("tea") && alerts[0].message.contains("coffee"));
    assert!(alerts[1].message.contains("no longer") && alerts[1].advice.contains("2 people reacted"));
}

#[test]
fn a_topic_that_crosses_the_threshold_by_a_small_change_causes_no_alert() {
    let turned = PersonAlertInput {
        gained: vec![topic("filter-coffee", Some(26.6), Some(26.9))],
        lost: vec![topic("tea", Some(30.0), Some(30.99))],
        ..person()
    };
    assert_eq!(kinds(&turned), []);
    let new_and_lost = PersonAlertInput {
        gained: vec![
            topic("filter-coffee", Some(26.6), Some(26.9)),
            topic("tea", None, Some(3.0)),
        ],
        lost: vec![topic("maps", Some(5.0), None)],
        ..person()
    };
    let alerts = compute_person_alerts(&new_and_lost, &AlertRules::default(), D);
    assert_eq!(
        alerts.iter().map(|alert| alert.points).collect::<Vec<_>>(),
        [Some(3.0), Some(5.0)]
    );
    assert!(!alerts[0].message.contains("filter-coffee") && alerts[0].advice.contains("is new"));
    assert!(
        alerts[1].advice.contains("has no evidence left"),
        "{}",
        alerts[1].advice
    );
}

#[test]
fn one_cause_on_several_networks_appears_once_and_the_points_add_up() {
    let reasons = [
        (ChangeCause::NewReactions, "twitter: ada", 1.004),
        (ChangeCause::NewReactions, "facebook: bob", 2.004),
        (ChangeCause::FadedReactions, "twitter", -0.2),
        (ChangeCause::Corroboration, "twitter, answered: eve", 0.3),
    ];
    let why = texts::write_causes(&reasons, 3.108);
    assert!(
        why.starts_with("Causes: new reactions (facebook: bob; twitter: ada) +3.01 points; "),
        "{why}"
    );
    let answers = crate::influence::changes::describe_detail("twitter, answered: eve");
    let rest = format!("({answers}) +0.30 points; all other causes -0.20 points. ");
    assert!(why.contains(&rest), "{why}");
}

#[test]
fn a_date_without_a_snapshot_delays_the_inactivity_alert() {
    let last = D.days_before(16);
    let alerts = |before: Option<Day>| {
        let silent = PersonAlertInput {
            last_active: Some(last),
            previous_date: before,
            ..person()
        };
        compute_person_alerts(&silent, &AlertRules::default(), D)
    };
    assert!(alerts(Some(D.days_before(3)))[0].message.contains("16 days before"));
    for before in [Some(D.days_before(1)), Some(D.days_before(2)), None] {
        assert_eq!(alerts(before), [], "{before:?}");
    }
}
