use super::*;
use crate::influence::params::RecencyParams;

fn reaction(actor: u32, target: u32, verb: u8, load: i32, hour: i64) -> WeighedReaction {
    let load_date = Day(load);
    WeighedReaction {
        actor,
        target,
        occurred_at: load_date.start_micros() + hour * 3_600_000_000,
        load_date,
        verb,
        weight: 1.0 / (1.0 + f32::from(verb)),
    }
}

fn sorted_reactions() -> Vec<WeighedReaction> {
    let mut reactions = Vec::new();
    for step in 0..400_i64 {
        let (actor, target) = ((step % 7) as u32, (step % 11) as u32 + 7);
        reactions.push(reaction(
            actor,
            target,
            (step % 3) as u8,
            100 + (step % 13) as i32,
            step % 24,
        ));
    }
    reactions.push(reaction(3, 8, 1, 100 + RETENTION_DAYS + 20, 5));
    reactions.sort_by_key(|r| (r.actor, r.target, r.load_date, r.occurred_at, r.verb));
    reactions
}

fn merge_to(before: PairTable, reactions: &[WeighedReaction], as_of: i32) -> PairTable {
    let mixture = HalfLifeMixture::new(&RecencyParams::default());
    let params = MergeParams {
        mixture: &mixture,
        as_of: Day(as_of),
    };
    let parts = reactions.chunks(7).map(<[WeighedReaction]>::to_vec);
    merge_reactions(before, parts.collect(), &params)
}

fn join(table: &PairTable) -> PairSums {
    table.join(RecencyParams::default().half_lives_days.len())
}

#[test]
fn one_merge_per_date_gives_the_same_bits_as_a_single_merge() {
    let sorted = sorted_reactions();
    let last = 100 + RETENTION_DAYS + 20;
    for as_of in [112, last] {
        let all: Vec<WeighedReaction> = sorted.iter().copied().filter(|r| r.load_date.0 <= as_of).collect();
        let at_once = merge_to(PairTable::default(), &all, as_of);
        let mut daily = PairTable::default();
        let mut since = 99;
        for date in [100, 101, 105, 112, last - 1, last]
            .into_iter()
            .filter(|date| *date <= as_of)
        {
            let new: Vec<WeighedReaction> = all
                .iter()
                .copied()
                .filter(|r| (since + 1..=date).contains(&r.load_date.0))
                .collect();
            daily = merge_to(daily, &new, date);
            since = date;
        }
        assert_eq!(join(&daily), join(&at_once));
        if as_of == last {
            assert_eq!(at_once.len(), 1, "all but the last reaction is forgotten");
        }
        all_rows_are_sorted(&at_once);
    }
}

fn all_rows_are_sorted(table: &PairTable) {
    let keys: Vec<(u64, u8)> = table
        .rows()
        .map(|(shard, row)| (shard.key(row), shard.verbs[row]))
        .collect();
    assert!(keys.is_sorted_by(|a, b| a < b));
}

#[test]
fn no_cut_between_shards_moves_a_bit() {
    // A target with more actors than a shard has rows, among others.
    let reactions: Vec<WeighedReaction> = (0..3 * SHARD_ROWS as u32)
        .map(|i| {
            let target = if i % 2 == 0 { 7 } else { i % 1_000 };
            reaction(
                i.wrapping_mul(0x9e37_79b9) % 300_000,
                target,
                (i % 3) as u8,
                100 + (i % 5) as i32,
                3,
            )
        })
        .collect();
    let at_once = merge_to(PairTable::default(), &reactions, 110);
    assert!(at_once.shards().len() > 2);
    let mut by_date = PairTable::default();
    for date in 100..105 {
        let new: Vec<WeighedReaction> = reactions.iter().copied().filter(|r| r.load_date.0 == date).collect();
        by_date = merge_to(by_date, &new, date);
    }
    assert_eq!(join(&merge_to(by_date, &[], 110)), join(&at_once));
    all_rows_are_sorted(&at_once);
    let of_hub: usize = at_once
        .key_rows(pair_key(7, 0)..pair_key(8, 0))
        .map(|(_, rows)| rows.len())
        .sum();
    assert_eq!(
        of_hub,
        at_once.rows().filter(|(shard, row)| shard.targets[*row] == 7).count()
    );
}
