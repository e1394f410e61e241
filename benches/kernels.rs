//! Measures the search of texts for topics. The kernels of graph, model and state have benches in their own crates.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a benchmark measures time and stops by panicking"
)]
#![allow(missing_docs, reason = "criterion's macros make public items without docs")]

use std::hint::black_box;
use std::time::Duration;

use clout_topics::ontology::hits::AliasHits;
use clout_topics::ontology::lexicon::{Lexicon, LexiconScratch};
use clout_topics::ontology::{Ontology, TopicRecord};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rayon::prelude::*;

/// Returns a fixed stream of numbers in [0, 1): splitmix64.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Makes up pronounceable words of two to five syllables, mostly distinct.
fn made_up_words(count: usize, next: &mut impl FnMut() -> f64) -> Vec<String> {
    let syllable = |next: &mut dyn FnMut() -> f64| {
        let (consonant, vowel) = ((next() * 16.0) as usize, (next() * 5.0) as usize);
        let letters = [b"bcdfghklmnprstvw"[consonant], b"aeiou"[vowel]];
        letters.map(char::from).iter().collect::<String>()
    };
    let word = |_| (0..2 + (next() * 4.0) as usize).map(|_| syllable(next)).collect();
    (0..count).map(word).collect()
}

/// Makes up topics with four aliases of one to three words each.
fn made_up_topics(count: usize, words: &[String], next: &mut impl FnMut() -> f64) -> Lexicon {
    let mut phrase = || {
        let words = (0..1 + (next() * 3.0) as usize).map(|_| words[(next() * words.len() as f64) as usize].as_str());
        words.collect::<Vec<_>>().join(" ")
    };
    let topic = |k| TopicRecord {
        id: format!("topic-{k}"),
        name: phrase(),
        aliases: (0..4).map(|_| phrase()).collect(),
    };
    let (ontology, _) = Ontology::build((0..count).map(topic).collect(), Vec::new());
    Lexicon::new(&ontology).expect("a small lexicon")
}

/// Measures the matching of 50 MB of made-up posts on all cores.
fn topics(criterion: &mut Criterion) {
    const TEXT_BYTES: usize = 50_000_000;
    const ROW_CHUNK: usize = 4096;
    let mut next = noise(11);
    let words = made_up_words(20_000, &mut next);
    let (mut rows, mut bytes) = (Vec::new(), 0);
    while bytes < TEXT_BYTES {
        let length = 4 + (next() * 30.0) as usize;
        // Some words are far more frequent than others, as in any language.
        let row: Vec<&str> = (0..length)
            .map(|_| words[(20_000.0 * next().powi(4)) as usize].as_str())
            .collect();
        rows.push(format!("{}, #{} @{}.", row.join(" "), row[0], row[1]));
        bytes += rows.last().map_or(0, String::len);
    }

    let mut group = criterion.benchmark_group("topics");
    group.sample_size(10).measurement_time(Duration::from_secs(10));
    group.throughput(Throughput::Bytes(bytes as u64));
    for count in [82, 8_033] {
        // The most frequent words, over half of a text, name no topic.
        let lexicon = made_up_topics(count, &words[2_000..], &mut next);
        group.bench_function(format!("texts, {count} topics"), |b| {
            b.iter(|| {
                let hits = rows.par_chunks(ROW_CHUNK).map(|chunk| {
                    let (mut scratch, mut found) = (LexiconScratch::default(), AliasHits::default());
                    let hits = chunk.iter().map(|row| {
                        found.clear();
                        lexicon.find_in_text(row, &mut scratch, &mut found);
                        found.hashtags.len() + found.words.len()
                    });
                    hits.sum::<usize>()
                });
                black_box(hits.sum::<usize>())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, topics);
criterion_main!(benches);
