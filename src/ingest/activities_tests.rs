use std::sync::Arc;

use arrow::array::{ArrayRef, TimestampMicrosecondArray};
use clout_model::accounts::NO_NODE;
use clout_model::networks::builtin_networks;
use clout_steps::WorkFolder;
use parquet::file::properties::WriterProperties;

use super::*;
use crate::ingest::row_blocks::NodeMaps;
use crate::ingest::testing::{InputFolder, texts};

/// Rows of the larger file, several batches.
const ROWS: usize = 40_000;
const LOAD_DATE: Day = Day(20_000);

/// Returns the column of a file of `rows` rows, with the value of each row.
fn column(rows: usize, value: impl Fn(usize) -> Option<String>) -> ArrayRef {
    let values: Vec<Option<String>> = (0..rows).map(value).collect();
    texts(&values.iter().map(Option::as_deref).collect::<Vec<_>>())
}

/// Writes rows with faults of every kind, ids of all lengths, and more and more distinct ids.
fn write(folder: &InputFolder, key: &str, rows: usize, properties: &WriterProperties) {
    let at = |row: usize, step: usize| row % step == step - 1;
    let id = |number: usize| format!("{number}{}", "x".repeat(number % 50));
    let time = |row: usize| {
        let time = LOAD_DATE.start_micros() + row as i64 * 1_000;
        match row {
            _ if at(row, 1_019) => None,
            _ if at(row, 499) => Some(i64::MAX - row as i64),
            _ if at(row, 601) => Some(LOAD_DATE.days_before(40).start_micros()),
            _ => Some(time),
        }
    };
    let ids = column(rows, |row| {
        (!at(row, 701)).then(|| {
            if at(row, 997) {
                String::new()
            } else {
                format!("{key}{row}")
            }
        })
    });
    let actors = column(rows, |row| match row {
        _ if at(row, 1_009) => None,
        _ if at(row, 1_013) => Some(String::new()),
        _ if row < rows / 2 => Some(id(row % 100)),
        _ => Some(id(row)),
    });
    let verbs = column(rows, |row| {
        Some(
            if at(row, 809) {
                "poke"
            } else {
                ["like", "reply", "tweet"][row % 3]
            }
            .to_owned(),
        )
    });
    let targets = column(rows, |row| match row {
        _ if at(row, 907) => Some(String::new()),
        _ if row % 3 == 2 => None,
        _ => Some(id(row % 77)),
    });
    let times: TimestampMicrosecondArray = (0..rows).map(time).collect();
    let columns = [
        ("activity_id", ids),
        ("occurred_at", Arc::new(times) as ArrayRef),
        ("actor_id", actors),
        ("verb", verbs),
        ("target_id", targets),
    ];
    folder.write_as(key, &columns, properties.clone());
}

fn read(folder: &InputFolder, threads: usize) -> ActivityIntake {
    read_into(folder, threads, BlockSpace::Memory)
}

fn read_into(folder: &InputFolder, threads: usize, space: BlockSpace) -> ActivityIntake {
    let networks = builtin_networks();
    let params = IntakeParams {
        networks: &networks,
        first: Day(0),
        last: LOAD_DATE,
        max_lateness_days: 30,
        max_refused_share: 1.0,
        read_opt_outs: HashSet::new(),
        kept_rejects: KeptRejects::All,
        has_opt_outs: false,
        first_load_dates: vec![Some(Day(0)); networks.len()],
        topics: None,
        space,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let (store, inventory) = (folder.store(), folder.inventory());
    pool.install(|| read_activities(&store, &inventory, &params, &|_| ()))
        .unwrap()
}

/// Row with ids in place of numbers.
type NamedRow = (u128, i64, String, Option<String>, u8);

/// Load dates with the ends of their rows.
type DateEnds = Vec<(Day, usize)>;

/// Returns the rows of all networks with their ids, and their load dates.
fn named_rows(intake: &mut ActivityIntake) -> (Vec<Vec<NamedRow>>, Vec<DateEnds>) {
    let space = intake.space.clone();
    let networks = std::mem::take(&mut intake.blocks).into_iter().enumerate();
    let named = networks.map(|(network, blocks)| {
        let interner = &intake.interners[network];
        let mut names = vec![String::new(); interner.number_bound()];
        interner.for_each(|number, id| names[number as usize] = id.to_owned());
        let same: Vec<u32> = (0..interner.number_bound() as u32).collect();
        let nodes = NodeMaps::new(&intake.numbers[network], &same);
        let (mut all, mut dates) = (Vec::new(), Vec::new());
        for mut block in blocks {
            let by_row = sorted_rows(&block, &space);
            let mut distinct: Vec<u128> = by_row.values().copied().collect();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(block.take_ids(&space).unwrap(), distinct);
            let load_date = block.load_date;
            let rows = block.into_rows(&space, &nodes).unwrap();
            assert_eq!(by_row.len(), rows.len());
            let name = |number: u32| names[number as usize].clone();
            all.extend((0..rows.len()).map(|row| {
                let target = Some(rows.targets[row]).filter(|target| *target != NO_NODE);
                let (actor, target) = (name(rows.actors[row]), target.map(name));
                let id = by_row[&(row as u32)];
                (id, rows.occurred_at[row], actor, target, rows.verbs[row])
            }));
            dates.push((load_date, all.len()));
        }
        (all, dates)
    });
    named.unzip()
}

/// Returns the ids of a block by row.
fn sorted_rows(block: &DateBlock, space: &BlockSpace) -> BTreeMap<u32, u128> {
    let ranges = 0..block.count_id_ranges();
    let ids = ranges.map(|range| block.read_ids(space, range).unwrap());
    ids.flat_map(|ids| ids.rows().collect::<Vec<_>>())
        .map(|(id, row)| (row, id))
        .collect()
}

/// Writes the same rows of three files to a folder.
fn folder(properties: &WriterProperties) -> InputFolder {
    let folder = InputFolder::default();
    let twitter = "activities/network=twitter/date=2024-10-04";
    write(&folder, &format!("{twitter}/a.parquet"), ROWS, properties);
    write(&folder, &format!("{twitter}/b.parquet"), 100, properties);
    write(
        &folder,
        "activities/network=twitter/date=2024-10-03/c.parquet",
        0,
        properties,
    );
    folder
}

#[test]
fn rows_and_rejects_do_not_depend_on_encodings_and_threads() {
    let properties = WriterProperties::builder;
    let plain = folder(&properties().set_dictionary_enabled(false).build());
    let mut expected = read(&plain, 1);
    let (rows, dates) = named_rows(&mut expected);
    let count: usize = rows.iter().map(Vec::len).sum();
    assert!(count > ROWS * 9 / 10 && expected.rejects.len() > 100);
    assert_eq!(count + expected.rejects.len(), ROWS + 100);
    assert!(rows.iter().flatten().all(|(id, ..)| id >> 96 == 0));
    assert_eq!(
        dates[3].iter().map(|(day, _)| *day).collect::<Vec<_>>(),
        [Day(19_999), LOAD_DATE]
    );
    let mixed = properties()
        .set_dictionary_page_size_limit(2_000)
        .set_write_batch_size(500);
    let mixed = mixed.set_data_page_row_count_limit(3_000).build();
    for folder in [plain, folder(&properties().build()), folder(&mixed)] {
        for threads in [1, 2, 3] {
            let mut intake = read(&folder, threads);
            assert_eq!(named_rows(&mut intake), (rows.clone(), dates.clone()));
            assert!(intake.rejects == expected.rejects);
            assert_eq!(intake.count_rows_by_network(), expected.count_rows_by_network());
            let work = InputFolder::default();
            let space = BlockSpace::Folder(WorkFolder::new(&work.store(), LOAD_DATE, "key"));
            let mut stored = read_into(&folder, threads, space);
            assert_eq!(named_rows(&mut stored), (rows.clone(), dates.clone()));
            assert!(stored.rejects == expected.rejects);
        }
    }
}

#[test]
fn each_fault_has_its_reason() {
    let intake = read(&folder(&WriterProperties::builder().build()), 2);
    for begin in [
        "null activity_id",
        "empty activity_id",
        "null actor_id",
        "empty actor_id",
        "empty target_id",
        "null occurred_at",
        "unknown verb: 'poke'",
        "time after the load date's end: occurred on +294247-01-10",
        "delivered too late: 40 days",
    ] {
        assert!(
            intake.rejects.iter().any(|reject| reject.reason.starts_with(begin)),
            "{begin}"
        );
    }
}

#[test]
fn a_file_with_more_rows_than_bytes_is_read_like_others() {
    let folder = InputFolder::default();
    let rows = 100_000;
    let same = |text: &str| column(rows, |_| Some(text.to_owned()));
    let times: TimestampMicrosecondArray = (0..rows).map(|_| Some(LOAD_DATE.start_micros())).collect();
    let columns = [
        ("activity_id", same("1")),
        ("occurred_at", Arc::new(times) as ArrayRef),
        ("actor_id", same("ada")),
        ("verb", same("like")),
        ("target_id", same("eve")),
    ];
    let properties = WriterProperties::builder().build();
    let date = "activities/network=twitter/date=2024-10-04";
    write(&folder, &format!("{date}/a.parquet"), 1_000, &properties);
    folder.write_as(&format!("{date}/b.parquet"), &columns, properties.clone());
    write(&folder, &format!("{date}/c.parquet"), 1_000, &properties);
    assert!(
        std::fs::metadata(folder.path(&format!("{date}/b.parquet")))
            .unwrap()
            .len()
            < rows as u64
    );
    let mut intake = read(&folder, 2);
    let all = &named_rows(&mut intake).0[3];
    assert_eq!(all.len() + intake.rejects.len(), rows + 2_000);
    let equal = all
        .iter()
        .filter(|row| (row.2.as_str(), row.3.as_deref()) == ("ada", Some("eve")));
    assert_eq!(equal.count(), rows);
    let around = (all.len() - rows) / 2;
    let is_alike = |a: &NamedRow, b: &NamedRow| (a.1, &a.2, &a.3, a.4) == (b.1, &b.2, &b.3, b.4);
    assert!((0..around).all(|row| is_alike(&all[row], &all[row + around + rows])));
}
