use proptest::prelude::*;

use super::*;

const DATE: Day = Day(20_000);

proptest! {
    #[test]
    fn any_posts_come_back(rows: Vec<(u32, i64)>) {
        let post = |(actor, occurred_at)| AccountPost { actor, load_date: DATE, occurred_at };
        let mut posts: Vec<AccountPost> = rows.into_iter().map(post).collect();
        posts.sort_unstable();
        let files = encode_posts(&posts, DATE).unwrap();
        let decode = |file: &EncodedFile| decode_posts(&ColumnFile::parse(&file.bytes).unwrap()).unwrap();
        prop_assert_eq!(files.iter().flat_map(decode).collect::<Vec<AccountPost>>(), posts);
    }
}

#[test]
fn posts_of_another_date_or_out_of_order_are_refused() {
    let post = |actor, day| AccountPost {
        actor,
        load_date: Day(day),
        occurred_at: 0,
    };
    assert!(encode_posts(&[post(1, 19_999)], DATE).is_err());
    assert!(encode_posts(&[post(2, 20_000), post(1, 20_000)], DATE).is_err());
}
