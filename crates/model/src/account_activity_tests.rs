use super::*;

/// Rows without reactions.
const NONE: [AccountReaction; 0] = [];

fn merge_posts(facts: &mut [AccountActivity], posts: &[AccountPost]) {
    merge_activity(facts, &NONE, |_| true, posts);
}

fn post(day: i32, load: i32) -> AccountPost {
    AccountPost {
        actor: 0,
        load_date: Day(load),
        occurred_at: Day(day).start_micros() + 5,
    }
}

#[test]
fn a_day_counts_once_in_any_split_of_deliveries() {
    let mut at_once = [AccountActivity::default()];
    let all = [
        post(5, 5),
        post(5, 5),
        post(6, 6),
        post(4, 7),
        post(5, 7),
        post(90, 90),
        post(6, 91),
    ];
    merge_posts(&mut at_once, &all);
    assert_eq!(
        (at_once[0].days_seen, at_once[0].posts, at_once[0].first_seen_at),
        (4, 7, post(4, 7).occurred_at)
    );
    assert_eq!(at_once[0].last_seen_at, post(90, 90).occurred_at);

    let mut nightly = [AccountActivity::default()];
    for delivery in all.chunk_by(|a, b| a.load_date == b.load_date) {
        merge_posts(&mut nightly, delivery);
    }
    assert_eq!(nightly, at_once);
}

#[test]
fn posts_are_dropped_after_two_years_without_posts() {
    let mut facts = [AccountActivity::default()];
    merge_posts(&mut facts, &[post(5, 5), post(5 + RETENTION_DAYS, 5 + RETENTION_DAYS)]);
    assert_eq!(facts[0].posts, 1);
    assert_eq!(facts[0].days_seen, 2);
    facts[0].drop_expired(Day(5 + 2 * RETENTION_DAYS));
    assert_eq!(facts[0].posts, 0);
}

/// Merges as one list of times per account, without ranges.
fn merge_slowly(records: &mut [AccountActivity], reactions: &[AccountReaction], posts: &[AccountPost]) {
    for (record, actor) in records.iter_mut().zip(0..) {
        let posts: Vec<&AccountPost> = posts.iter().filter(|post| post.actor == actor).collect();
        for of_date in posts.chunk_by(|a, b| a.load_date == b.load_date) {
            let latest_at = of_date.iter().map(|post| post.occurred_at).max().unwrap();
            record.post(of_date[0].load_date, of_date.len() as u32, latest_at);
        }
        let own = reactions.iter().filter(|r| r.actor == actor && r.verb != 9);
        let mut times: Vec<i64> = own.map(|r| r.occurred_at).collect();
        times.extend(posts.iter().map(|post| post.occurred_at));
        times.sort_unstable();
        times.iter().for_each(|at| *record = record.with_act_at(*at));
    }
}

#[test]
fn ranges_of_accounts_and_threads_change_no_record() {
    let accounts = 2 * RANGE_ACCOUNTS as u32 + 5;
    let (mut posts, mut reactions) = (Vec::new(), Vec::new());
    for step in 0..20_000_u32 {
        let actor = match step % 4 {
            0 => RANGE_ACCOUNTS as u32, // A hub, the first account of a range.
            _ => step.wrapping_mul(2_654_435_761) % accounts,
        };
        let (load_date, late) = (100 + (step % 7) as i32, (step % 11) as i32 * 3);
        let occurred_at = Day(load_date - late).start_micros() + i64::from(step % 1_000);
        if step % 5 == 0 {
            posts.push(AccountPost {
                actor,
                load_date: Day(load_date),
                occurred_at,
            });
        } else {
            reactions.push(AccountReaction {
                actor,
                target: 1,
                occurred_at,
                load_date: Day(load_date),
                verb: (step % 10) as u8,
            });
        }
    }
    posts.sort_unstable();
    reactions.sort_by_key(AccountReaction::order);
    let mut expected = vec![AccountActivity::default(); accounts as usize];
    merge_slowly(&mut expected, &reactions, &posts);
    for threads in 1..=3 {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut records = vec![AccountActivity::default(); accounts as usize];
        pool.install(|| merge_activity(&mut records, &reactions, |r| r.verb != 9, &posts));
        assert!(records == expected, "{threads} threads");
    }
}
