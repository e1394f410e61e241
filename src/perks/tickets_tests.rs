use rand::SeedableRng;
use rand::seq::SliceRandom;

use super::*;
use clout_base::day::Day;
use clout_warehouse::snapshots::read_table_files;

fn snapshot() -> SnapshotReference {
    SnapshotReference {
        snapshot_date: Day(20_000),
        commit_id: "c".to_owned(),
        scores_sha256: "ab".to_owned(),
        manifest_sha256: None,
    }
}

fn people(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("person-{number:03}")).collect()
}

fn lot<'a>(seed: &'a str, snapshot: &'a SnapshotReference) -> TicketInputs<'a> {
    TicketInputs {
        seed,
        campaign_id: "tea",
        snapshot,
    }
}

fn winners(seed: &str, eligible: &[String], count: u64) -> Vec<DrawWinner> {
    lot(seed, &snapshot()).draw_winners(eligible, count)
}

#[test]
fn a_ticket_equals_the_output_of_sha256sum() {
    // printf '17:clout perk draw 1,3:é,,3:tea,10:2024-10-04,2:ab,3:ada,' | sha256sum
    let ticket = lot("é,", &snapshot()).compute_ticket("ada");
    assert_eq!(
        to_hex(&ticket),
        "e05f657fb2162d71bf419f6a4cf8bd81b844f647455b077fc0287321bf91669a"
    );
}

#[test]
fn different_inputs_give_different_tickets() {
    let snapshot = snapshot();
    let ticket = |seed: &str, campaign_id: &str, person: &str| {
        let lot = TicketInputs {
            seed,
            campaign_id,
            snapshot: &snapshot,
        };
        lot.compute_ticket(person)
    };
    let all = [
        ticket("a", "b", "c"),
        ticket("ab", "", "c"),
        ticket("a", "bc", ""),
        ticket("a,1:b", "", "c"),
        ticket("b", "a", "c"),
    ];
    for (index, one) in all.iter().enumerate() {
        assert!(!all[..index].contains(one), "{index}");
    }
    let other = SnapshotReference {
        scores_sha256: "ac".to_owned(),
        manifest_sha256: None,
        ..snapshot.clone()
    };
    assert_ne!(
        lot("a", &snapshot).compute_ticket("c"),
        lot("a", &other).compute_ticket("c"),
        "the ticket depends on the snapshot's content"
    );
}

#[test]
fn the_order_of_eligible_people_does_not_matter() {
    let mut shuffled = people(500);
    let expected = winners("s", &shuffled, 7);
    for seed in 0..5 {
        shuffled.shuffle(&mut rand_chacha::ChaCha8Rng::seed_from_u64(seed));
        assert_eq!(winners("s", &shuffled, 7), expected);
    }
    assert!(expected.windows(2).all(|pair| pair[0].draw_hash < pair[1].draw_hash));
    assert_eq!(
        expected.iter().map(|winner| winner.place).collect::<Vec<_>>(),
        (1..=7).collect::<Vec<i64>>()
    );
}

#[test]
fn fewer_winners_are_the_first_of_more() {
    let many = winners("s", &people(50), 20);
    assert_eq!(winners("s", &people(50), 5), many[..5]);
    assert_eq!(winners("s", &people(3), 20).len(), 3);
    assert!(winners("s", &[], 20).is_empty());
}

/// Computes Pearson's chi-square statistic of counts that should all equal `expected`.
fn chi_square(counts: &[u64], expected: f64) -> f64 {
    counts
        .iter()
        .map(|count| (*count as f64 - expected).powi(2) / expected)
        .sum()
}

#[test]
fn all_people_win_equally_often_at_each_place() {
    const SEEDS: u64 = 20_000;
    let (people, mut places) = (people(10), [[0_u64; 10]; 3]);
    let mut pairs = [0_u64; 90];
    for seed in 0..SEEDS {
        let won = winners(&format!("seed {seed}"), &people, 3);
        let index = won
            .iter()
            .map(|winner| people.iter().position(|id| *id == winner.person_id).unwrap());
        let index: Vec<usize> = index.collect();
        for (place, person) in index.iter().enumerate() {
            places[place][*person] += 1;
        }
        pairs[index[0] * 9 + index[1] - usize::from(index[1] > index[0])] += 1;
    }
    // 27.9: the 99.9th percentile of chi-square with 9 degrees of freedom; 135.0 with 89.
    for counts in places {
        assert!(chi_square(&counts, SEEDS as f64 / 10.0) < 27.9, "{counts:?}");
    }
    let of_pairs = chi_square(&pairs, SEEDS as f64 / 90.0);
    assert!(of_pairs < 135.0 && of_pairs > 50.0, "{of_pairs}");
}

#[test]
fn the_test_statistic_detects_a_biased_draw() {
    let mut counts = [2_000_u64; 10];
    (counts[0], counts[1]) = (2_250, 1_750);
    assert!(chi_square(&counts, 2_000.0) > 27.9);
}

#[test]
fn the_table_of_winners_is_encoded_and_read_back() {
    let won = winners("s", &people(50), 5);
    let part = encode_winners("tea", &won, 50).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = clout_warehouse::store::Store::open(folder.path().to_str().unwrap(), &Default::default()).unwrap();
    let file = clout_warehouse::perk_draws::locate_winners_file(Day(20_000), &part);
    assert!(file.path.starts_with("perk_winners/snapshot_date=2024-10-04/part-"));
    store.put(&file.path, part.bytes.clone()).unwrap();
    let files = clout_warehouse::manifest::TableFiles {
        rows: 5,
        files: vec![file],
    };
    let batch = read_table_files(&store, &files, None).unwrap().remove(0);
    assert_eq!((batch.num_rows(), batch.num_columns()), (5, 5));
}
