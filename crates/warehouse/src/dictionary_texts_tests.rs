//! The same rows as dictionaries, as plain texts, and as both in one column chunk.

use parquet::file::properties::{WriterProperties, WriterVersion};
use rstest::rstest;

use crate::input_batches::{InputBatch, TextColumn};
use crate::input_columns::columns_of_table;
use crate::testing::{Values, admit, parquet_file_as, read, read_with_dictionaries};

/// More than two batches, so that a dictionary can end in the middle.
const ROWS: usize = 50_000;
const WANTED: [&str; 3] = ["actor_id", "verb", "target_id"];

/// Returns a file of three columns of texts.
fn file(actors: Values, targets: Values, properties: WriterProperties) -> Vec<u8> {
    let text = |text: &str| Some(text.as_bytes().to_vec());
    let ids = (0..ROWS).map(|row| text(&row.to_string())).collect();
    let verbs = (0..ROWS).map(|row| text(["like", "reply"][row % 2])).collect();
    let columns = [
        ("required binary activity_id (UTF8)", Values::Bytes(ids)),
        (
            "required int64 occurred_at (TIMESTAMP_MICROS)",
            Values::Int64(vec![Some(1); ROWS]),
        ),
        ("optional binary actor_id (UTF8)", actors),
        ("optional binary verb (UTF8)", Values::Bytes(verbs)),
        ("optional binary target_id (UTF8)", targets),
    ];
    parquet_file_as(&columns, properties)
}

fn values(value: impl Fn(usize) -> Option<Vec<u8>>) -> Values {
    Values::Bytes((0..ROWS).map(value).collect())
}

/// Returns ids that begin to be distinct in the middle; some are null, and one is not UTF-8.
fn actors() -> Values {
    values(|row| match row % 1_000 {
        7 => None,
        8 if row > 9_000 => Some(b"\xff".to_vec()),
        _ if row < 30_000 => Some(format!("actor {}", row % 13).into_bytes()),
        _ => Some(format!("an actor with a long id {row}").into_bytes()),
    })
}

/// Returns texts and faults by row of the file.
fn rows(batches: &[InputBatch]) -> Vec<(Vec<Option<String>>, Option<String>)> {
    let rows = batches.iter().flat_map(|batch| {
        let columns: Vec<_> = (0..WANTED.len()).map(|index| batch.texts(index).unwrap()).collect();
        (0..batch.rows).map(move |row| {
            let texts = columns
                .iter()
                .map(|texts| texts.iter().nth(row).flatten().map(str::to_owned));
            (texts.collect(), batch.fault(row).map(str::to_owned))
        })
    });
    rows.collect()
}

/// Reads a file with dictionaries, and compares the rows with those of the file read without. Returns for each column
/// the number of rows in dictionaries.
#[track_caller]
fn check(file: &[u8]) -> [usize; 3] {
    let admitted = admit(file, &WANTED, columns_of_table("activities")).unwrap();
    let plain = read(file, &admitted).unwrap();
    let coded = read_with_dictionaries(file, &admitted, &[0, 1, 2]).unwrap();
    assert_eq!(rows(&coded), rows(&plain));
    let in_dictionaries = |batches: &[InputBatch], column: usize| {
        let is_dictionary =
            |batch: &&InputBatch| matches!(batch.text_column(column).unwrap(), TextColumn::Dictionary { .. });
        batches.iter().filter(is_dictionary).map(|batch| batch.rows).sum()
    };
    assert_eq!([0, 1, 2].map(|column| in_dictionaries(&plain, column)), [0; 3]);
    [0, 1, 2].map(|column| in_dictionaries(&coded, column))
}

fn dictionary_of(bytes: usize) -> WriterProperties {
    let properties = WriterProperties::builder().set_dictionary_page_size_limit(bytes);
    properties
        .set_data_page_size_limit(10_000)
        .set_write_batch_size(500)
        .build()
}

#[test]
fn a_dictionary_is_kept() {
    let targets = values(|row| (row % 3 > 0).then(|| (row % 100).to_string().into_bytes()));
    assert_eq!(check(&file(actors(), targets, dictionary_of(1 << 30))), [ROWS; 3]);
}

#[test]
fn a_dictionary_is_kept_until_the_writer_gives_it_up() {
    let targets = values(|row| Some(format!("{}", row.saturating_sub(20_000)).into_bytes()));
    let [actors, verbs, targets] = check(&file(actors(), targets, dictionary_of(4_000)));
    assert!((30_000..32_000).contains(&actors), "{actors}");
    assert!((20_000..22_000).contains(&targets), "{targets}");
    assert_eq!(verbs, ROWS);
}

#[test]
fn pages_of_version_2_and_files_without_dictionaries_are_read() {
    let nulls = || values(|_| None);
    let properties = || WriterProperties::builder().set_writer_version(WriterVersion::PARQUET_2_0);
    assert_eq!(check(&file(actors(), nulls(), properties().build()))[1], ROWS);
    let plain = properties().set_dictionary_enabled(false).build();
    assert_eq!(check(&file(actors(), nulls(), plain)), [0; 3]);
}

#[rstest]
#[case::of_nulls(values(|_| None))]
#[case::of_one_value(values(|_| Some(b"ada".to_vec())))]
#[case::of_one_value_that_is_not_utf8(values(|_| Some(b"\xc3".to_vec())))]
#[case::of_empty_texts(values(|row| (row % 2 == 0).then(Vec::new)))]
fn columns_are_read_alike(#[case] column: Values) {
    check(&file(actors(), column, dictionary_of(1 << 30)));
}

#[test]
fn batches_with_one_dictionary_share_its_texts() {
    let file = file(actors(), values(|_| None), dictionary_of(1 << 30));
    let admitted = admit(&file, &WANTED, columns_of_table("activities")).unwrap();
    let batches = read_with_dictionaries(&file, &admitted, &[1]).unwrap();
    let mut verbs = batches.iter().map(|batch| match batch.text_column(1).unwrap() {
        TextColumn::Dictionary { values, .. } => values,
        TextColumn::Values(_) => panic!("the verbs are a dictionary"),
    });
    let first = verbs.next().unwrap();
    assert!(verbs.len() > 1 && verbs.all(|other| std::sync::Arc::ptr_eq(&first, &other)));
    assert!(
        matches!(batches[0].text_column(0).unwrap(), TextColumn::Values(_)),
        "not asked for"
    );
}
