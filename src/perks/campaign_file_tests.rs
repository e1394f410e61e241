use std::collections::BTreeSet;

use rstest::rstest;

use super::*;
use crate::perks::campaign::EligibilityRules;
use clout_base::error::ErrorKind;

const TEA: &str = "[[campaign]]\nid = \"tea\"\ntitle = \"Tea\"\nsnapshot_date = \"2026-10-31\"\nwinners = 3\n\
                   seed_from = \"a lottery\"\n";

#[test]
fn a_file_has_any_number_of_campaigns() {
    let text = format!(
        "{TEA}[campaign.eligible]\nmin_score = 20\ntopics = ['tea']\n{}",
        TEA.replace("tea", "te2")
    );
    let campaigns = parse_campaigns(&text, "p.toml").unwrap();
    assert_eq!(campaigns.len(), 2);
    assert_eq!(campaigns[0].eligible.min_score, Some(20.0));
    assert_eq!(campaigns[1].eligible, EligibilityRules::default());
    assert_eq!(parse_campaigns("", "p.toml").unwrap(), []);
}

#[rstest]
#[case("titel = 'x'", "p.toml:7: titel is not a known key: did you mean `title`?")]
#[case("exclud = ['x']", "p.toml:7: exclud is not a known key: did you mean `exclude`?")]
#[case(
    "[campaign.eligible]\nmin_scor = 3",
    "p.toml:8: eligible.min_scor is not a known key: did you mean `eligible.min_score`?"
)]
#[case("[campaign.eligible]\nmin_score = 'x'", "p.toml:8: eligible.min_score: invalid type")]
#[case("[campaign.eligible]\nmin_score = 300", "p.toml:8: eligible.min_score is 300")]
#[case(
    "[campaign.eligible]\nmin_score = 3\ntopics = []",
    "p.toml:9: eligible.topics is empty: no person could win"
)]
#[case("[campaign.eligible]\nnetworks = []", "p.toml:8: eligible.networks is empty")]
#[case(
    "[campaign.eligible]\nactive_within_days = 0",
    "p.toml:8: eligible.active_within_days is 0: expected at least 1"
)]
#[case("winners = 3", "p.toml:7: duplicate key")]
#[case("[campain]", "p.toml:7: campain is not a known key")]
#[case("[[campaign]]\nid = 'x'", "p.toml:7: missing field `title`")]
#[case(
    "[[campaign]]\nid = 'X'\ntitle = 'x'\nsnapshot_date = '2026-10-31'\nwinners = 1",
    "p.toml:8: id is \"X\""
)]
#[case(
    "[[campaign]]\nid = 'tea'\ntitle = 'x'\nsnapshot_date = '2026-10-31'\nwinners = 1\nseed_from = 'x'",
    "p.toml:8: id is tea, which another campaign above already has"
)]
#[case(
    "[[campaign]]\nid = 'b'\ntitle = 'x'\nsnapshot_date = 2026-10-31\nwinners = 1",
    "p.toml:10: snapshot_date is not quoted"
)]
#[case(
    "[[campaign]]\nsnapshot_date = '2026-13-31'",
    "p.toml:8: snapshot_date: '2026-13-31' is not a date"
)]
#[case("[[campaign]]\nwinners = -1", "p.toml:8: winners: invalid value")]
fn an_error_names_file_line_and_key(#[case] more: &str, #[case] begins: &str) {
    let error = parse_campaigns(&format!("{TEA}{more}\n"), "p.toml").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().starts_with(begins), "{error}");
}

#[test]
fn the_known_keys_are_those_of_the_structs() {
    let mut campaign = parse_campaigns(TEA, "p.toml").unwrap().remove(0);
    campaign.seed_sha256 = Some(String::new());
    let one = || vec![String::new()];
    campaign.eligible = EligibilityRules {
        min_score: Some(1.0),
        max_score: Some(1.0),
        min_percentile: Some(1.0),
        max_percentile: Some(1.0),
        min_coverage: Some(1.0),
        min_reach: Some(1.0),
        active_within_days: Some(1),
        topics: one(),
        min_topic_score: Some(1.0),
        networks: one(),
        min_network_score: Some(1.0),
        not_winners_of: one(),
    };
    let value = serde_json::to_value(campaign).unwrap();
    let names = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&value), CAMPAIGN_KEYS.map(str::to_owned).into());
    assert_eq!(names(&value["eligible"]), RULE_KEYS.map(str::to_owned).into());
}

#[test]
fn the_example_campaigns_of_the_project_are_valid() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/jobs/perks.toml");
    assert!(
        !parse_campaigns(&std::fs::read_to_string(path).unwrap(), "perks.toml")
            .unwrap()
            .is_empty()
    );
}
