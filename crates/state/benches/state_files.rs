//! Measures size, encoding and decoding of the state files, on one thread.
//!
//! `CLOUT_BENCH_EVENTS=20000000 cargo bench -p clout-state` measures the reference load; the default is a tenth of it.

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
use clout_model::account_activity::{AccountActivity, AccountPost};
use clout_state::accounts::{AccountName, AccountRows, decode_accounts, encode_accounts};
use clout_state::activity::{decode_activity, encode_activity};
use clout_state::column_file::ColumnFile;
use clout_state::damage::Damage;
use clout_state::encoded_file::EncodedFile;
use clout_state::ids::{decode_ids, encode_ids};
use clout_state::pairs::{decode_pair_accounts, decode_pairs, encode_pairs};
use clout_state::posts::{decode_posts, encode_posts};
use clout_state::reactions::{SettledReaction, decode_reactions, encode_reactions};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use testing::{DATES, Event, FIRST, make_events, make_ids, make_pairs, mixture};

const DEFAULT_EVENTS: usize = 2_000_000;
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

fn segment(events: &[Event]) -> Vec<SettledReaction> {
    let day = events.iter().filter(|event| event.load_date == LAST);
    let mut rows: Vec<SettledReaction> = day
        .map(|event| SettledReaction {
            target: event.target,
            actor: event.actor,
            occurred_at: event.occurred_at,
            verb: event.verb,
            weight: event.weight,
        })
        .collect();
    rows.sort_by_key(SettledReaction::order);
    rows
}

/// Returns a record for each account, from its reactions; every third act also counts as a post.
fn make_activity(events: &[Event], accounts: usize) -> Vec<AccountActivity> {
    let mut records = vec![AccountActivity::default(); accounts];
    for (event, nth) in events.iter().zip(0..) {
        let record = &mut records[event.actor as usize];
        *record = record.with_act_at(event.occurred_at);
        if nth % 3 == 0 {
            record.posts += 1;
            record.last_post_load = record.last_post_load.max(event.load_date.0);
            record.last_post_at = record.last_post_at.max(event.occurred_at);
        }
    }
    records
}

fn tables(criterion: &mut Criterion) {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().unwrap();
    let wanted = std::env::var("CLOUT_BENCH_EVENTS").ok();
    let events = make_events(wanted.map_or(DEFAULT_EVENTS, |count| count.parse().unwrap()));
    let accounts = events.len() / 20;
    let stride = mixture().len();

    let pairs = make_pairs(&events);
    let encode = || encode_pairs(&pairs, stride, LAST).unwrap();
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

    let reactions = segment(&events);
    let encode = || encode_reactions(&reactions, LAST).unwrap();
    measure(
        criterion,
        "reactions of a date",
        reactions.len(),
        encode,
        decode_reactions,
    );

    let mut posts: Vec<AccountPost> = reactions
        .iter()
        .map(|row| AccountPost {
            actor: row.actor,
            load_date: LAST,
            occurred_at: row.occurred_at,
        })
        .collect();
    posts.sort_unstable();
    measure(
        criterion,
        "posts of a date",
        posts.len(),
        || encode_posts(&posts, LAST).unwrap(),
        decode_posts,
    );

    let ids = make_ids(reactions.len() / 4);
    measure(
        criterion,
        "ids of a date",
        ids.len(),
        || vec![encode_ids(&ids, LAST).unwrap()],
        decode_ids,
    );

    let records = make_activity(&events, accounts);
    measure(
        criterion,
        "activity records",
        records.len(),
        || encode_activity(&records, LAST).unwrap(),
        decode_activity,
    );

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
