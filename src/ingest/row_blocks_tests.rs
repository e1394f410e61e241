use super::*;
use crate::ingest::interner::{IdInterner, IdTables};
use crate::ingest::testing::InputFolder;
use arrow::array::StringViewArray;
use clout_steps::WorkFolder;

const LOAD_DATE: Day = Day(20_000);

/// Returns a file with rows of these ids and actors, and other columns that follow from the ids.
fn file(tables: &mut IdTables, rows: &[(u128, &str)]) -> RowBuffer {
    let mut file = RowBuffer::default();
    let names = StringViewArray::from_iter_values(rows.iter().map(|(_, actor)| actor));
    tables.intern_texts(&names, &mut file.rows.actors);
    for (id, _) in rows {
        file.ids.push(*id);
        file.rows.occurred_at.push(*id as i64 * 10);
        file.rows.targets.push(NO_NODE);
        file.rows.verbs.push(*id as u8);
        file.rows.venues.push(*id as u64 + 7);
    }
    file
}

#[test]
fn files_of_several_readers_become_one_block_in_memory_and_in_a_folder() {
    let folder = InputFolder::default();
    let stored = BlockSpace::Folder(WorkFolder::new(&folder.store(), LOAD_DATE, "key"));
    for space in [BlockSpace::Memory, stored] {
        let mut readers = [IdTables::default(), IdTables::default()];
        let files = vec![
            (1, file(&mut readers[1], &[(9 << 92, "eve"), (2, "ada")])),
            (0, RowBuffer::default()),
            (0, file(&mut readers[0], &[(9 << 92, "ada"), (1, "bob")])),
        ];
        let (interner, numbers) = IdInterner::merge(readers.into());
        let mut block = DateBlock::create(&space, "x", LOAD_DATE, files, 4).unwrap();
        assert_eq!(block.count_id_ranges(), 4);
        let ids = |range: usize| block.read_ids(&space, range).unwrap().rows().collect::<Vec<_>>();
        assert_eq!(ids(0), [(1, 3), (2, 1)]);
        assert_eq!(ids(3), [] as [(u128, u32); 0]);
        assert_eq!((0..4).map(|range| ids(range).len()).sum::<usize>(), 4);
        assert_eq!(block.take_ids(&space).unwrap(), [1, 2, 9 << 92]);
        let nodes: Vec<u32> = (0..interner.number_bound() as u32).map(|number| number + 100).collect();
        let rows = block.into_rows(&space, &NodeMaps::new(&numbers, &nodes)).unwrap();
        let expected = ["eve", "ada", "ada", "bob"].map(|name| interner.intern_one(name) + 100);
        assert_eq!(rows.actors, expected);
        assert_eq!(rows.targets, [NO_NODE; 4]);
        assert_eq!(rows.verbs, [0, 2, 0, 1]);
        assert_eq!(rows.venues, [7 + ((9_u128 << 92) as u64), 9, 7, 8]);
        assert_eq!(rows.date_ends, [(LOAD_DATE, 4)]);
    }
}

#[test]
fn ranges_of_ids_are_a_power_of_two_and_one_in_memory() {
    let folder = InputFolder::default();
    let stored = BlockSpace::Folder(WorkFolder::new(&folder.store(), LOAD_DATE, "key"));
    let counts = [0, RANGE_ROWS - 1, RANGE_ROWS, 5 * RANGE_ROWS, u64::MAX].map(|rows| count_id_ranges(&stored, rows));
    assert_eq!(counts, [1, 1, 2, 8, ID_PARTS]);
    assert_eq!(count_id_ranges(&BlockSpace::Memory, u64::MAX), 1);
}
