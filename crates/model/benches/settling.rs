//! Measures the steps from delivered rows to weighed reactions, on one network.
//!
//! `CLOUT_BENCH_ROWS=10000000 cargo bench -p clout-model` measures a large warehouse; the default is a million rows.
//! There are 30 load dates, 20 rows per account, a few very active accounts, and a redelivery of every 50th id.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark takes its size from the environment, and stops by panicking"
)]
#![allow(missing_docs, reason = "criterion's macros make public items without docs")]

use std::hint::black_box;
use std::ops::Range;
use std::time::Duration;

use clout_base::day::{DAY_MICROS, Day};
use clout_model::account_activity::{AccountActivity, AccountPost, merge_activity};
use clout_model::influence::model::InfluenceModel;
use clout_model::influence::params::ModelParams;
use clout_model::influence::weigh_dates::{TwinRule, WeighedDates, weigh_dates};
use clout_model::networks::builtin_networks;
use clout_model::reactions::{AccountReaction, DateReactions};
use clout_model::repeated_ids::RepeatSearch;
use clout_model::sorted_ids::SortedIds;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rayon::prelude::*;

const DEFAULT_ROWS: usize = 1_000_000;
const DATES: usize = 30;
const ROWS_PER_ACCOUNT: usize = 20;
const FIRST_DATE: i32 = 20_000;
const MAX_LATENESS_DAYS: i32 = 30;

/// Rows of one network, by load date.
struct Rows {
    accounts: u32,
    ids: Vec<u128>,
    reactions: Vec<AccountReaction>,
    dates: Vec<(Day, Range<usize>)>,
}

/// Hashes a number: splitmix64.
fn noise(seed: u64) -> u64 {
    let mut bits = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Distribution of the actors.
#[derive(Clone, Copy)]
enum Actors {
    /// Heavy-tailed, as in a real network.
    Uneven,
    /// One account has all rows.
    One,
}

fn rows(count: usize, dates: usize, actors: Actors) -> Rows {
    let accounts = (count / ROWS_PER_ACCOUNT).max(2) as u32;
    let per_date = count / dates;
    // The square of a number in [0, 1) favours the first accounts.
    let account = |bits: u64| ((bits >> 32) as f64 / 4_294_967_296.0).powi(2) * f64::from(accounts);
    let reaction = |row: usize| {
        let load_date = Day(FIRST_DATE + (row / per_date) as i32);
        let bits = noise(row as u64);
        let actor = match actors {
            Actors::Uneven => noise(account(bits) as u64 * 7 + 3) as u32 % accounts,
            Actors::One => 1,
        };
        AccountReaction {
            actor,
            target: account(noise(bits)) as u32,
            occurred_at: load_date.start_micros() + (bits % DAY_MICROS as u64) as i64,
            load_date,
            verb: (bits >> 20) as u8 % 6,
        }
    };
    let id = |row: usize| match row % 50 {
        0 => u128::from(noise(row as u64 / 100)) << 32,
        _ => u128::from(noise(row as u64 + 1)) << 32 | row as u128,
    };
    let count = per_date * dates;
    Rows {
        accounts,
        ids: (0..count).into_par_iter().map(id).collect(),
        reactions: (0..count).into_par_iter().map(reaction).collect(),
        dates: (0..dates)
            .map(|date| (Day(FIRST_DATE + date as i32), date * per_date..(date + 1) * per_date))
            .collect(),
    }
}

fn weigh(rows: &Rows, model: &InfluenceModel) -> WeighedDates {
    let networks = builtin_networks();
    let twitter = networks.iter().find(|network| network.name == "twitter").unwrap();
    let collect = |(load_date, range): &(Day, Range<usize>)| {
        DateReactions::collect(*load_date, range.clone(), |row| Some(rows.reactions[row]))
    };
    let dates = rows.dates.par_iter().map(collect).collect();
    weigh_dates(dates, twitter, model.weighing(), TwinRule::Remove)
}

fn settling(c: &mut Criterion) {
    let asked = std::env::var("CLOUT_BENCH_ROWS");
    let count = asked.map_or(DEFAULT_ROWS, |rows| rows.parse().expect("CLOUT_BENCH_ROWS is a number"));
    let model = InfluenceModel::new(ModelParams::default());
    let even = rows(count, DATES, Actors::Uneven);
    let mut group = c.benchmark_group(format!("{count} rows"));
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.throughput(Throughput::Elements(count as u64));

    let sort = |rows: &Range<usize>| SortedIds::sort(&even.ids[rows.clone()]);
    group.bench_function("sorted ids of all load dates", |b| {
        b.iter(|| even.dates.par_iter().map(|(_, rows)| sort(rows)).collect::<Vec<_>>())
    });
    let sorted: Vec<(Day, SortedIds)> = even.dates.iter().map(|(day, rows)| (*day, sort(rows))).collect();
    let search = |dates: &[(Day, SortedIds)]| {
        let dates = dates.iter().map(|(day, ids)| (*day, ids)).collect();
        black_box(RepeatSearch::new(dates, MAX_LATENESS_DAYS).find());
    };
    group.bench_function("ids of all load dates", |b| b.iter(|| search(&sorted)));
    let (earlier, new) = sorted.split_at(DATES - 1);
    let earlier: Vec<(Day, Vec<u128>)> = earlier.iter().map(|(day, ids)| (*day, ids.ids().collect())).collect();
    group.bench_function("ids of the last load date", |b| {
        b.iter(|| {
            let dates = new.iter().map(|(day, ids)| (*day, ids)).collect();
            let mut search = RepeatSearch::new(dates, MAX_LATENESS_DAYS);
            earlier.iter().for_each(|(day, ids)| search.add_earlier(*day, ids));
            black_box(search.find())
        })
    });
    drop(earlier);
    drop(sorted);
    group.bench_function("twins, crowds and weights", |b| {
        b.iter(|| black_box(weigh(&even, &model)))
    });
    let weighed = weigh(&even, &model).reactions;
    let posts: [AccountPost; 0] = [];
    group.bench_function("account activity", |b| {
        b.iter_batched(
            || vec![AccountActivity::default(); even.accounts as usize],
            |mut records| {
                merge_activity(&mut records, &weighed, |_| true, &posts);
                records
            },
            BatchSize::PerIteration,
        )
    });
    drop((even, weighed));
    let one_date = rows(count, 1, Actors::Uneven);
    group.bench_function("weights, one load date", |b| {
        b.iter(|| black_box(weigh(&one_date, &model)))
    });
    drop(one_date);
    let one_actor = rows(count, 1, Actors::One);
    group.bench_function("weights, one actor and load date", |b| {
        b.iter(|| black_box(weigh(&one_actor, &model)))
    });
    group.finish();
}

criterion_group!(benches, settling);
criterion_main!(benches);
