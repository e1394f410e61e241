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

/// Uses of one network: (id, first load date, is referenced).
fn merge_one(state: &AccountIndex, accounts: &[(&str, Option<i32>, bool)]) -> (MergedAccounts, Vec<u32>) {
    let ids: Vec<&str> = accounts.iter().map(|account| account.0).collect();
    let (interner, numbers) = interned(&ids);
    let mut uses = AccountUses {
        first_load_dates: vec![None; interner.number_bound()],
        is_referenced: vec![false; interner.number_bound()],
    };
    for (number, (_, first, is_referenced)) in numbers.iter().zip(accounts) {
        uses.first_load_dates[*number as usize] = first.map(Day);
        uses.is_referenced[*number as usize] = *is_referenced;
    }
    let erased = |network: usize, id: &str| (network == 0 && id == "gone").then_some(0);
    let merged = merge_accounts(state, &[interner], &[uses], &erased);
    let nodes = numbers
        .iter()
        .map(|number| merged.from_interner[0][*number as usize])
        .collect();
    (merged, nodes)
}

fn ids(accounts: &AccountIndex) -> Vec<&str> {
    (0..accounts.len() as u32).map(|node| accounts.id(node)).collect()
}

#[test]
fn numbers_are_in_order_of_load_dates_then_ids_and_never_move() {
    let names = vec!["twitter".to_owned()];
    let (first, _) = merge_one(
        &AccountIndex::empty(names.clone()),
        &[
            ("c", Some(1), false),
            ("z", None, true),
            ("b", Some(1), true),
            ("unused", None, false),
        ],
    );
    assert_eq!(
        (ids(&first.accounts), first.accounts.numbered()),
        (vec!["b", "c", "z"], 2)
    );
    let (second, nodes) = merge_one(
        &first.accounts,
        &[
            ("a", Some(3), false),
            ("z", Some(3), false),
            ("x", None, true),
            ("c", Some(2), false),
        ],
    );
    assert_eq!(ids(&second.accounts), ["b", "c", "a", "z", "x"]);
    assert_eq!((second.accounts.numbered(), nodes), (4, vec![2, 3, 4, 1]));
    // The temporary account got a permanent number.
    assert_eq!(second.from_state, [0, 1, 3]);

    let at_once = [
        ("a", Some(3), false),
        ("b", Some(1), true),
        ("c", Some(1), false),
        ("z", Some(3), true),
    ];
    let (at_once, _) = merge_one(&AccountIndex::empty(names), &at_once);
    assert_eq!(ids(&at_once.accounts), ids(&second.accounts)[..4]);
}

#[test]
fn temporary_accounts_stay_in_order_and_erased_ones_go() {
    let names = vec!["twitter".to_owned()];
    let (first, _) = merge_one(
        &AccountIndex::empty(names),
        &[("m", None, true), ("f", None, true), ("t", None, true)],
    );
    let state = first
        .accounts
        .with_ids(|node| if node == 1 { "" } else { first.accounts.id(node) });
    let (second, nodes) = merge_one(&state, &[("g", None, true), ("t", None, true), ("z", None, true)]);
    assert_eq!(ids(&second.accounts), ["f", "g", "t", "z"]);
    assert_eq!((second.from_state, nodes), (vec![0, NO_NODE, 2], vec![1, 2, 3]));
}

#[test]
fn an_erased_account_has_its_number_and_id_again_for_one_run() {
    let names = vec!["twitter".to_owned()];
    let state = AccountIndex::from_accounts(names, [(0, ""), (0, "b")]);
    let (merged, nodes) = merge_one(&state, &[("gone", Some(5), false), ("new", Some(5), false)]);
    assert_eq!((ids(&merged.accounts), nodes), (vec!["gone", "b", "new"], vec![0, 2]));
}

#[test]
fn prefixes_are_in_the_order_of_the_ids_or_equal() {
    let mut ids = [
        "",
        "a",
        "a\0",
        "a\u{1}",
        "aé",
        "abcdefgh",
        "abcdefghi",
        "abcdefgi",
        "b",
        "é",
    ];
    ids.sort_unstable();
    for pair in ids.windows(2) {
        assert!(prefix_of(pair[0]) <= prefix_of(pair[1]), "{pair:?}");
    }
    assert!(prefix_of("abcdefgh") < prefix_of("abcdefgi"));
}

#[test]
fn many_accounts_are_numbered_in_order_of_load_dates_then_networks_then_ids() {
    let ids: Vec<String> = (0..5_000).map(|i| format!("account-{}", i * 7_919 % 5_000)).collect();
    let texts: Vec<&str> = ids.iter().map(String::as_str).collect();
    let first_load_date = |id: &str| Some(Day((id.len() % 2) as i32));
    let mut expected: Vec<(Option<Day>, usize, &str)> = Vec::new();
    let (mut interners, mut uses) = (Vec::new(), Vec::new());
    for network in 0..2 {
        let (interner, numbers) = interned(&texts);
        let mut first_load_dates = vec![None; interner.number_bound()];
        for (number, id) in numbers.iter().zip(&texts) {
            first_load_dates[*number as usize] = first_load_date(id);
            expected.push((first_load_date(id), network, id));
        }
        uses.push(AccountUses {
            is_referenced: vec![false; first_load_dates.len()],
            first_load_dates,
        });
        interners.push(interner);
    }
    expected.sort_unstable();
    let state = AccountIndex::empty(vec!["facebook".to_owned(), "twitter".to_owned()]);
    let merged = merge_accounts(&state, &interners, &uses, &|_, _| None);
    assert_eq!(merged.accounts.numbered() as usize, expected.len());
    for (node, (_, network, id)) in (0..).zip(expected) {
        assert_eq!(
            (merged.accounts.network_of(node), merged.accounts.id(node)),
            (network, id)
        );
        let number = interners[network].intern_one(id) as usize;
        assert_eq!(merged.from_interner[network][number], node);
    }
}
