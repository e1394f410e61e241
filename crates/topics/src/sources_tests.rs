use super::*;

fn times_and_ids(sources: &EvidenceSources) -> Vec<(i64, &str)> {
    sources.iter().map(|(row, id)| (row.act.at, id)).collect()
}

/// (account, topic, kind), own flag, other account.
type Of = ((u32, u32, Shows), bool, u32);

fn latest(of: &[(Of, i64, &str)]) -> EvidenceSources {
    let candidates = (0..)
        .zip(of)
        .map(|(row, (((account, topic, shows), is_own, other), at, _))| {
            let (account, topic, shows, is_own) = (*account, *topic, *shows, *is_own);
            let key = SourceKey {
                account,
                topic,
                shows,
                is_own,
            };
            let candidate = SourceCandidate::new(
                key,
                SourceAct {
                    at: *at,
                    weight: 1.0,
                    other: *other,
                },
                row,
            );
            assert_eq!((candidate.key(), candidate.act().at), (key, *at));
            candidate
        });
    EvidenceSources::select_latest(candidates.collect(), &|candidate| of[candidate.row as usize].2)
}

#[test]
fn the_latest_are_kept_each_once_however_rows_are_split() {
    let ids: Vec<String> = (0..6).map(|i| format!("o{i}")).collect();
    let all: Vec<(Of, i64, &str)> = (0..20)
        .map(|i| {
            (
                ((1, 2, Shows::Tag), true, NO_NODE),
                i * 7 % 20 - 5,
                ids[i as usize % 6].as_str(),
            )
        })
        .collect();
    let (mut at_once, mut nightly) = (EvidenceSources::default(), EvidenceSources::default());
    at_once.merge(&latest(&all), Day(0));
    for one in &all {
        nightly.merge(&latest(&[*one]), Day(0));
    }
    assert_eq!(times_and_ids(&at_once), [(14, "o5"), (13, "o2")]);
    assert_eq!(nightly, at_once);
}

#[test]
fn sources_past_retention_are_dropped() {
    let mut sources = latest(&[(((1, 2, Shows::Tag), true, NO_NODE), Day(0).end_micros(), "old")]);
    sources.merge(&EvidenceSources::default(), Day(RETENTION_DAYS));
    assert_eq!(times_and_ids(&sources).len(), 1);
    sources.merge(&EvidenceSources::default(), Day(RETENTION_DAYS + 1));
    assert!(times_and_ids(&sources).is_empty());
}

#[test]
fn kinds_topics_accounts_and_others_do_not_crowd_out_one_another() {
    let keys = [(2, 1, Shows::Tag), (1, 1, Shows::Text), (1, 1, Shows::Tag)];
    let all: Vec<_> = keys
        .into_iter()
        .flat_map(|key| (0..5).map(move |at| ((key, at % 2 == 0, NO_NODE), at, "same")))
        .collect();
    let mut sources = latest(&all);
    assert_eq!(times_and_ids(&sources), [(3, "same"), (4, "same")].repeat(3));
    sources.drop_opted_out(|account| account != 1);
    assert!(sources.rows().iter().all(|row| row.key.account == 1) && sources.rows().len() == 4);
}

#[test]
fn sources_of_opted_out_accounts_are_dropped() {
    let own = |other| ((1, 2, Shows::Tag), true, other);
    let all = [
        (own(5), 3, "theirs"),
        (own(NO_NODE), 2, "a post"),
        (own(6), 1, "crowded out"),
    ];
    let mut sources = latest(&all);
    sources.drop_opted_out(|node| node == 5);
    assert_eq!(times_and_ids(&sources), [(2, "a post")]);
    sources.drop_opted_out(|node| node == 1);
    assert!(times_and_ids(&sources).is_empty());
}
