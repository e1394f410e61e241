use super::*;

fn file(path: &str, rows: u64, first_key: u32) -> FileEntry {
    FileEntry {
        path: path.to_owned(),
        size: 100,
        head_size: 60,
        checksum: "00".repeat(16),
        rows,
        first_key,
        last_key: first_key + rows as u32 - 1,
    }
}

fn index() -> StateIndex {
    let mut index = StateIndex::new("state/2026-10-31/c".to_owned());
    index.base = Some(BaseFiles {
        as_of: Day(100),
        activity: vec![file("state/2026-10-30/b/activity-0.seg", 10, 0)],
        pairs: vec![file("state/2026-10-30/b/pairs-0.seg", 7, 3)],
    });
    index.accounts = vec![
        file("state/2026-10-30/b/accounts-0.seg", 10, 0),
        file("state/2026-10-31/c/accounts-0.seg", 2, 10),
    ];
    index.segments = vec![SegmentFiles {
        as_of: Day(101),
        reactions: vec![file("state/2026-10-31/c/reactions-0.seg", 5, 1)],
        activity: vec![file("state/2026-10-31/c/activity-0.seg", 3, 4)],
    }];
    index.ids = [70, 101]
        .map(|day| IdFile {
            network: 0,
            load_date: Day(day),
            file: file(&format!("state/2026-10-31/c/ids-{day}.seg"), 5, 1),
        })
        .into();
    index
}

#[test]
fn an_index_survives_json_and_lists_every_file() {
    let index = index();
    assert_eq!(index.find_fault(), None);
    let json = serde_json::to_string(&index).unwrap();
    assert_eq!(serde_json::from_str::<StateIndex>(&json).unwrap(), index);
    assert_eq!(index.files().count(), 8);
    assert_eq!(index.account_rows(), 12);
    assert_eq!(index.segments[0].reaction_rows(), 5);
    assert_eq!(index.table("owners"), None);
}

#[test]
fn a_wrong_index_is_named() {
    let fault = |change: fn(&mut StateIndex)| {
        let mut index = index();
        change(&mut index);
        index.find_fault().unwrap_or_default()
    };
    assert!(fault(|index| index.layout += 1).starts_with("it has layout 2"));
    assert!(fault(|index| index.segments[0].as_of = Day(100)).contains("not in order"));
    assert!(fault(|index| index.accounts[1].first_key = 11).contains("do not follow"));
    assert!(fault(|index| index.segments[0].activity[0].last_key = 12).contains("unknown accounts"));
    for path in ["scores/a", "state/../scores/a", "state//a", "/state/a"] {
        let mut index = index();
        index.ids[0].file.path = path.to_owned();
        assert!(index.find_fault().unwrap().contains("no file of a state"));
    }
}
