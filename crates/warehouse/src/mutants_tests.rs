//! Decodes many mutants of real footers and page headers in a process of 2 GiB, which must not abort.

use std::process::Command;

use arrow::array::{ArrayRef, ListArray, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::Int32Type;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{WriterProperties, WriterVersion};
use std::sync::Arc;

use crate::input_columns::columns_of_table;
use crate::testing::{
    Values, activities, activities_with, admit, footer_of, parquet_file, read_with_dictionaries, with_footer,
};

const FOOTER_MUTANTS: usize = 70_000;
const PAGE_MUTANTS: usize = 30_000;
const WANTED: [&str; 6] = ["activity_id", "occurred_at", "actor_id", "verb", "target_id", "tags"];
/// Set for the process that decodes.
const CHILD: &str = "CLOUT_TEST_DECODES_MUTANTS";
const LIMIT_KIB: u64 = 2 * 1024 * 1024;

/// Numbers from a seed: SplitMix64.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound.max(1) as u64) as usize
    }
}

/// Heads of lists and lengths that announce far more than any file contains.
const BOMBS: [&[u8]; 6] = [
    &[0xfc, 0xff, 0xff, 0xff, 0xff, 0x07],
    &[0xf8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
    &[0xff, 0xff, 0xff, 0xff, 0x07],
    &[0xfe, 0xff, 0xff, 0xff, 0x0f],
    &[0x80, 0x80, 0x80, 0x80, 0x40],
    &[0xff, 0xff, 0x7f],
];

/// Changes bytes in place: a flipped bit, another byte, or a bomb over the bytes that are there.
fn disturb(bytes: &mut [u8], numbers: &mut Numbers) {
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(bytes.len());
        match numbers.below(3) {
            0 => bytes[at] ^= 1 << numbers.below(8),
            1 => bytes[at] = numbers.below(256) as u8,
            _ => {
                let bomb = BOMBS[numbers.below(BOMBS.len())];
                let length = bomb.len().min(bytes.len() - at);
                bytes[at..at + length].copy_from_slice(&bomb[..length]);
            }
        }
    }
}

/// Returns a mutant of a footer: disturbed, cut, with an inserted bomb, or with a part of another footer.
fn mutant(footer: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = footer.to_vec();
    let at = numbers.below(bytes.len());
    match numbers.below(5) {
        0 => bytes.truncate(at),
        1 => drop(bytes.splice(at..at, BOMBS[numbers.below(BOMBS.len())].iter().copied())),
        2 => {
            let from = numbers.below(other.len());
            let to = (from + numbers.below(80)).min(other.len());
            let end = (at + numbers.below(80)).min(bytes.len());
            drop(bytes.splice(at..end, other[from..to].iter().copied()));
        }
        _ => disturb(&mut bytes, numbers),
    }
    bytes
}

/// Returns real files: of arrow-rs with lists, dictionaries and page versions 1 and 2, and of other types.
fn real_files() -> Vec<Vec<u8>> {
    let texts = |prefix: &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(
            (0..40).map(|row| format!("{prefix}{}", row % 7)),
        ))
    };
    let times = TimestampMicrosecondArray::from_iter_values((0..40).map(|row| 1_700_000_000_000_000 + row));
    let tags = ListArray::from_iter_primitive::<Int32Type, _, _>((0..40).map(|row| Some(vec![Some(row), None])));
    let tags = arrow::compute::cast(
        &tags,
        &arrow::datatypes::DataType::new_list(arrow::datatypes::DataType::Utf8, true),
    );
    let columns: [(&str, ArrayRef); 6] = [
        ("activity_id", texts("a")),
        ("occurred_at", Arc::new(times)),
        ("actor_id", texts("actor with a long id ")),
        ("verb", texts("verb")),
        ("target_id", texts("t")),
        ("tags", tags.unwrap()),
    ];
    let batch = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap();
    let write = |properties: WriterProperties| {
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.into_inner().unwrap()
    };
    let builder = WriterProperties::builder;
    vec![
        write(builder().set_compression(Compression::SNAPPY).build()),
        write(
            builder()
                .set_compression(Compression::ZSTD(Default::default()))
                .set_writer_version(WriterVersion::PARQUET_2_0)
                .build(),
        ),
        write(
            builder()
                .set_dictionary_enabled(false)
                .set_max_row_group_row_count(Some(15))
                .build(),
        ),
        parquet_file(&activities_with(
            "optional int96 occurred_at",
            Values::Int96(vec![Some((1, 2_460_000)); 3]),
        )),
        parquet_file(&activities()),
    ]
}

/// Returns the number of mutants that were read, refused by their footer, and refused by their pages.
fn decode(mutant: &[u8]) -> [usize; 3] {
    match admit(mutant, &WANTED, columns_of_table("activities")) {
        Err(_) => [0, 1, 0],
        Ok(admitted) => {
            // Actors and targets as dictionaries, verbs and ids not.
            let batches = read_with_dictionaries(mutant, &admitted, &[2, 4]);
            let texts = batches.and_then(|batches| {
                batches.iter().try_for_each(|batch| {
                    (0..WANTED.len())
                        .filter(|index| ![1, 5].contains(index))
                        .try_for_each(|index| batch.texts(index).map(drop))?;
                    batch.times(1)?;
                    batch.text_lists(5).map(drop)
                })
            });
            if texts.is_ok() { [1, 0, 0] } else { [0, 0, 1] }
        }
    }
}

fn add(totals: &mut [usize; 3], counts: [usize; 3]) {
    totals.iter_mut().zip(counts).for_each(|(total, count)| *total += count);
}

fn decode_footers(files: &[Vec<u8>]) -> [usize; 3] {
    let (mut numbers, mut totals) = (Numbers(13), [0; 3]);
    let footers: Vec<_> = files.iter().map(|file| footer_of(file)).collect();
    for index in 0..FOOTER_MUTANTS {
        let other = &footers[numbers.below(footers.len())];
        let footer = mutant(&footers[index % footers.len()], other, &mut numbers);
        add(&mut totals, decode(&with_footer(&files[index % files.len()], &footer)));
    }
    totals
}

fn decode_pages(files: &[Vec<u8>]) -> [usize; 3] {
    let (mut numbers, mut totals) = (Numbers(1313), [0; 3]);
    let starts: Vec<Vec<usize>> = files.iter().map(|file| page_starts(file)).collect();
    for index in 0..PAGE_MUTANTS {
        let mut file = files[index % files.len()].clone();
        let starts = &starts[index % files.len()];
        let start = starts[numbers.below(starts.len())];
        // A header without statistics has about 20 bytes.
        disturb(&mut file[start..start + 24], &mut numbers);
        add(&mut totals, decode(&file));
    }
    totals
}

/// Returns the offsets of all column chunks.
fn page_starts(file: &[u8]) -> Vec<usize> {
    let admitted = admit(file, &WANTED, columns_of_table("activities")).unwrap();
    let groups = 0..admitted.row_groups.len();
    let ranges = groups.flat_map(|group| admitted.column_ranges(group));
    ranges.map(|range| range.start as usize).collect()
}

#[test]
fn no_mutant_of_a_footer_or_page_header_needs_more_than_two_gigabytes() {
    let binary = std::env::current_exe().unwrap();
    let script = format!(
        "ulimit -v {LIMIT_KIB} && exec \"$0\" --exact mutants_tests::mutants_are_decoded_in_a_child --nocapture"
    );
    let mut command = Command::new("sh");
    command.arg("-c").arg(script).arg(binary).env(CHILD, "1");
    let output = command.output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{} {printed}", output.status);
    let line = printed.lines().find(|line| line.contains("mutants: "));
    println!(
        "{}",
        line.unwrap_or_else(|| panic!("the child decoded nothing: {printed}"))
    );
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the parent test says by a variable that this is the child"
)]
fn mutants_are_decoded_in_a_child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let files = real_files();
    for file in &files {
        assert_eq!(decode(file), [1, 0, 0], "a real file is read");
    }
    let (footers, pages) = std::thread::scope(|scope| {
        let footers = scope.spawn(|| decode_footers(&files));
        let pages = decode_pages(&files);
        (footers.join().unwrap(), pages)
    });
    println!("mutants: of footers {footers:?}, of page headers {pages:?} (read, refused footers, refused pages)");
    assert_eq!(
        footers.iter().chain(&pages).sum::<usize>(),
        FOOTER_MUTANTS + PAGE_MUTANTS
    );
    // Mutants of every outcome were tried.
    assert!(footers[0] > 1_000 && footers[1] > 10_000 && pages[0] > 100 && pages[2] > 1_000);
}
