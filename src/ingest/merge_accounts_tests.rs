use arrow::array::StringViewArray;

use super::*;

fn interned(ids: &[&str]) -> (IdInterner, Vec<u32>) {
    let interner = IdInterner::default();
    let array = StringViewArray::from_iter_values(ids);
    let rows: Vec<u32> = (0..ids.len() as u32).collect();
    let mut numbers = Vec::new();
    interner.intern(&array, &rows, &mut numbers);
    (interner, numbers)
}

#[test]
fn merging_keeps_the_order_of_ids_and_finds_every_account() {
    let names = vec!["facebook".to_owned(), "twitter".to_owned()];
    let state = AccountIndex::new(
        names,
        vec![
            LargeStringArray::from(vec!["b", "d"]),
            LargeStringArray::from(vec!["a"]),
        ],
    );
    let (facebook, numbers) = interned(&["e", "b", "a", "unused"]);
    let unused = numbers[3];
    let merged = merge_accounts(&state, &[facebook, IdInterner::default()], &|_, number| {
        number != unused
    });
    let all: Vec<String> = (0..merged.accounts.len() as u32)
        .map(|n| merged.accounts.own_person_id(n))
        .collect();
    assert_eq!(
        all,
        ["facebook:a", "facebook:b", "facebook:d", "facebook:e", "twitter:a"]
    );
    assert_eq!(merged.from_state, [1, 2, 4]);
    let nodes: Vec<u32> = numbers[..3]
        .iter()
        .map(|n| merged.from_interner[0][*n as usize])
        .collect();
    assert_eq!(nodes, [3, 1, 0]);
    assert_eq!(merged.accounts.find(0, "d"), Some(2));
    assert_eq!(merged.accounts.find(1, "d"), None);
    assert_eq!(merged.accounts.network_of(4), 1);
}
