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

fn fold_to(before: &PairSums, reactions: &[WeighedReaction], as_of: i32) -> PairSums {
    let mixture = HalfLifeMixture::new(&RecencyParams::default());
    let params = MergeParams {
        mixture: &mixture,
        as_of: Day(as_of),
    };
    merge_reactions(before, 0..before.len(), reactions, &params)
}

#[test]
fn one_merge_per_date_gives_the_same_bits_as_a_single_merge() {
    let all = sorted_reactions();
    let last = 100 + RETENTION_DAYS + 20;
    let at_once = fold_to(&PairSums::default(), &all, last);
    let mut daily = PairSums::default();
    for date in [100, 101, 105, 112, last - 1, last] {
        let since = [100, 101, 105, 112, last - 1, last]
            .iter()
            .copied()
            .filter(|n| *n < date)
            .max()
            .unwrap_or(99);
        let new: Vec<WeighedReaction> = all
            .iter()
            .copied()
            .filter(|r| (since + 1..=date).contains(&r.load_date.0))
            .collect();
        daily = fold_to(&daily, &new, date);
    }
    assert_eq!(daily, at_once);
    assert_eq!(at_once.len(), 1, "all but the last reaction is forgotten");
}

#[test]
fn chunks_cover_every_row_once_and_never_split_an_actor() {
    let mut before = PairSums::default();
    let row = PairRow {
        verb: 0,
        count: 1,
        last_load: Day(1),
        last_at: 0,
        weight: 1.0,
        sums: [0.0; MAX_HALF_LIVES],
    };
    for target in 0..(2 * CHUNK_ROWS as u32) {
        before.push(5, target, &row, 5);
    }
    before.push(9, 1, &row, 5);
    let reactions: Vec<WeighedReaction> = (0..CHUNK_ROWS as u32 + 10)
        .map(|i| reaction(i / 3, 1, 0, 1, 1))
        .collect();
    let cut = chunks(&before, 0..before.len(), &reactions);
    let mut ends = (0, 0);
    for (old, new) in &cut {
        assert_eq!((old.start, new.start), ends);
        ends = (old.end, new.end);
        assert!(!old.is_empty() || !new.is_empty());
    }
    assert_eq!(ends, (before.len(), reactions.len()));
    assert!(cut.len() > 2);
}
