use super::*;
use clout_base::error::ErrorKind;

/// SHA-256 of `seed`.
const SEED: &str = "19b25856e1c150ca834cffc8b59b23adbd0ec0389e58eb22b3b64768098d002b";

fn campaign() -> Campaign {
    Campaign {
        id: "tea-2026".to_owned(),
        title: "Tea".to_owned(),
        snapshot_date: Day(20_000),
        winners: 3,
        seed_sha256: Some(SEED.to_owned()),
        seed_from: None,
        eligible: EligibilityRules::default(),
        exclude: Vec::new(),
    }
}

/// Edit of a valid campaign.
type Change = fn(&mut Campaign);

#[test]
fn a_campaign_that_cannot_be_drawn_is_refused() {
    let cases: [(Change, &str); 19] = [
        (|c| c.id = "../x".to_owned(), "id is \"../x\""),
        (|c| c.id = "Tea".to_owned(), "id is \"Tea\""),
        (|c| c.id = "-tea".to_owned(), "id is \"-tea\""),
        (|c| c.id = String::new(), "id is \"\""),
        (|c| c.id = "t".repeat(65), "id is \"ttt"),
        (|c| c.id = "tea\n".to_owned(), "id is \"tea\\n\""),
        (|c| c.title = " ".to_owned(), "title is empty"),
        (|c| c.winners = 0, "winners is 0"),
        (
            |c| c.seed_sha256 = Some("19B2".to_owned()),
            "seed_sha256 is not a SHA-256",
        ),
        (|c| c.seed_sha256 = None, "seed_sha256 is missing"),
        (
            |c| c.seed_from = Some("a lottery".to_owned()),
            "seed_from and seed_sha256 are both given",
        ),
        (
            |c| c.eligible.min_score = Some(101.0),
            "eligible.min_score is 101: expected 1 to 100",
        ),
        (
            |c| c.eligible.min_coverage = Some(f64::NAN),
            "eligible.min_coverage is NaN",
        ),
        (
            |c| c.eligible.min_reach = Some(-1.0),
            "eligible.min_reach is -1: expected 0 to more",
        ),
        (
            |c| (c.eligible.min_score, c.eligible.max_score) = (Some(30.0), Some(20.0)),
            "eligible.max_score is 20",
        ),
        (
            |c| c.eligible.min_topic_score = Some(20.0),
            "eligible.min_topic_score is given without topics",
        ),
        (
            |c| c.eligible.min_network_score = Some(20.0),
            "eligible.min_network_score is given without networks",
        ),
        (
            |c| c.eligible.not_winners_of = vec!["../x".to_owned()],
            "eligible.not_winners_of: id is",
        ),
        (
            |c| c.eligible.not_winners_of = vec!["tea-2026".to_owned()],
            "eligible.not_winners_of contains tea-2026 itself",
        ),
    ];
    for (change, begins) in cases {
        let mut campaign = campaign();
        change(&mut campaign);
        let error = campaign.validate().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().starts_with(begins), "{error}");
    }
}

#[test]
fn the_order_of_excluded_ids_does_not_matter() {
    let with = |exclude: &[&str]| {
        let exclude = exclude.iter().map(|id| (*id).to_owned()).collect();
        Campaign { exclude, ..campaign() }.validate().unwrap()
    };
    assert_eq!(with(&["a", "b"]), with(&["b", "a", "b"]));
}

#[test]
fn only_the_announced_seed_is_accepted_and_no_message_contains_it() {
    let campaign = campaign();
    campaign.check_seed_hash("seed").unwrap();
    for wrong in ["seed\n", "Seed", "hunter2"] {
        let error = campaign.check_seed_hash(wrong).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(
            !error.to_string().contains("hunter2") && error.to_string().contains(SEED),
            "{error}"
        );
    }
    let public = Campaign {
        seed_sha256: None,
        seed_from: Some("a lottery".to_owned()),
        ..campaign
    };
    public.check_seed_hash("anything").unwrap();
    assert!(public.check_seed_hash("").is_err());
}
