//! Measures size, encoding and decoding of the state files, on one thread.
//!
//! `CLOUT_BENCH_REACTIONS=20000000 cargo bench -p clout-state` measures the reference load; the default is a tenth of it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark measures time, takes its size from the environment, and stops by panicking"
)]
#![allow(missing_docs, reason = "criterion's macros make public items without docs")]

#[path = "../src/testing.rs"]
mod testing;

use std::hint::black_box;

use clout_base::day::Day;
use clout_model::account_activity::AccountActivity;
use clout_model::reactions::WeighedReaction;
use clout_state::accounts::{AccountName, AccountRows, decode_accounts, encode_accounts};
use clout_state::activity::{decode_activity, encode_activity};
use clout_state::column_file::ColumnFile;
use clout_state::damage::Damage;
use clout_state::encoded_file::EncodedFile;
use clout_state::ids::{decode_ids, encode_ids};
use clout_state::pairs::{decode_pair_accounts, decode_pairs, encode_pairs};
use clout_state::reactions::{decode_reactions, encode_reactions};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use testing::{DATES, FIRST, make_ids, make_pairs, make_reactions, mixture, select_date};

const DEFAULT_REACTIONS: usize = 2_000_000;
const LAST: Day = Day(FIRST.0 + DATES - 1);

/// Measures one table and prints its bytes a row.
fn measure<T>(
    criterion: &mut Criterion,
    name: &str,
    rows: usize,
    encode: impl Fn() -> Vec<EncodedFile>,
    decode: impl Fn(&ColumnFile) -> Result<T, Damage>,
) {
    let files = encode();
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    println!(
        "{name}: {rows} rows, {bytes} bytes, {:.2} bytes a row",
        bytes as f64 / rows as f64
    );
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).throughput(Throughput::Elements(rows as u64));
    group.bench_function("encode", |bencher| bencher.iter(|| black_box(encode())));
    let decode_all = || {
        for file in &files {
            black_box(decode(&ColumnFile::parse(&file.bytes).unwrap()).unwrap());
        }
    };
    group.bench_function("decode", |bencher| bencher.iter(decode_all));
    group.finish();
}

/// Returns the records of the accounts that reacted, from their reactions; every third act also counts as a post.
fn make_activity(reactions: &[WeighedReaction], accounts: usize) -> Vec<(u32, AccountActivity)> {
    let mut records = vec![AccountActivity::default(); accounts];
    for (reaction, nth) in reactions.iter().zip(0..) {
        let record = &mut records[reaction.actor as usize];
        *record = record.with_act_at(reaction.occurred_at);
        if nth % 3 == 0 {
            record.posts += 1;
            record.last_post_load = record.last_post_load.max(reaction.load_date.0);
            record.last_post_at = record.last_post_at.max(reaction.occurred_at);
        }
    }
    (0..).zip(records).filter(|(_, record)| record.days_seen > 0).collect()
}

fn tables(criterion: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
    let wanted = std::env::var("CLOUT_BENCH_REACTIONS").ok();
    let reactions = make_reactions(wanted.map_or(DEFAULT_REACTIONS, |count| count.parse().unwrap()));
    let accounts = reactions.len() / 20;
    let stride = mixture().len();

    let pairs = make_pairs(&reactions);
    let encode = || vec![encode_pairs(&pairs, stride, LAST).unwrap()];
    measure(criterion, "pairs", pairs.len(), encode, |file| {
        decode_pairs(file, stride)
    });
    measure(
        criterion,
        "accounts of pairs",
        pairs.len(),
        encode,
        decode_pair_accounts,
    );

    let of_date = select_date(&reactions, LAST);
    let encode = || encode_reactions(&of_date, LAST).unwrap();
    measure(
        criterion,
        "reactions of a date",
        of_date.len(),
        encode,
        decode_reactions,
    );

    let ids = make_ids(of_date.len() / 4);
    measure(
        criterion,
        "ids of a date",
        ids.len(),
        || vec![encode_ids(&ids, LAST).unwrap()],
        decode_ids,
    );

    for (name, reactions) in [
        ("activity records", &reactions),
        ("activity records of a date", &of_date),
    ] {
        let records = make_activity(reactions, accounts);
        let encode = || encode_activity(&records, LAST).unwrap();
        measure(criterion, name, records.len(), encode, decode_activity);
    }

    let mut names = AccountRows::new(0);
    for account in 0..accounts {
        names.push(0, AccountName::Id(&format!("u{account:09}")));
    }
    measure(
        criterion,
        "account names",
        names.len(),
        || encode_accounts(&names, LAST).unwrap(),
        decode_accounts,
    );
}

criterion_group!(benches, tables);
criterion_main!(benches);
