use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[test]
fn claimed_accounts_join_their_owner_and_others_are_separate_persons() {
    let names = vec!["facebook".to_owned(), "twitter".to_owned()];
    let accounts = AccountIndex::from_accounts(names, [(0, "a"), (0, "b"), (1, "a"), (1, "z")]);
    let owners = [Some("zoe".into()), None, Some("ada".into()), Some("zoe".into())];
    let persons = PersonMap::from_owners(&accounts, &owners);
    assert_eq!(persons.ids.iter().collect::<Vec<_>>(), ["ada", "facebook:b", "zoe"]);
    assert_eq!(persons.by_account, [2, 1, 0, 2]);
    assert_eq!(persons.group_accounts(), (vec![0, 1, 2, 4], vec![2, 1, 0, 3]));
    assert_eq!(persons.find_index("zoe"), Some(2));
    assert_eq!(persons.find_index("bob"), None);
}

/// Compares with a sort of whole person ids. Each account is (network, account id, owner).
#[track_caller]
fn check(names: &[&str], given: &BTreeMap<(usize, String), Option<String>>) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let accounts = given.keys().map(|(network, id)| (*network, id.as_str()));
    let accounts = AccountIndex::from_accounts(names.clone(), accounts);
    let owners: Vec<Option<Box<str>>> = given.values().map(|owner| owner.as_deref().map(Into::into)).collect();
    let persons = PersonMap::from_owners(&accounts, &owners);

    let mut expected: Vec<(String, usize, &str, usize)> = Vec::new();
    for (node, ((network, id), owner)) in given.iter().enumerate() {
        let person_id = owner.clone().unwrap_or_else(|| format!("{}:{id}", names[*network]));
        match id.is_empty() {
            true => assert_eq!(persons.by_account[node], NO_PERSON),
            false => expected.push((person_id, *network, id, node)),
        }
    }
    expected.sort();
    for (rank, (person_id, .., node)) in expected.iter().enumerate() {
        assert_eq!(persons.account_ranks[*node], rank as u32, "{person_id}");
        assert_eq!(&persons.ids[persons.by_account[*node] as usize], person_id);
    }
    let mut ids: Vec<&str> = expected.iter().map(|(person_id, ..)| person_id.as_str()).collect();
    ids.dedup();
    assert_eq!(persons.ids.iter().collect::<Vec<_>>(), ids);
}

/// Networks of which some names begin with others, also with the colon of a prefix.
const NAMES: [&str; 5] = ["tw", "tw:x", "twx", "a", "z"];

fn account_id() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c:\\x00-\\x02é]{0,3}", "same-twelve-bytes[ab]{0,2}"]
}

fn owner() -> impl Strategy<Value = Option<String>> {
    let owner = ("(tw:|tw:x:|twx:|twy|t|a|a:|z:|zz)?", account_id()).prop_map(|(prefix, rest)| prefix + &rest);
    proptest::option::of(owner.prop_filter("an owner has an id", |owner| !owner.is_empty()))
}

proptest! {
    #[test]
    fn persons_are_in_byte_order_and_accounts_ranked_as_whole_ids_are(
        given in proptest::collection::btree_map((0..NAMES.len(), account_id()), owner(), 0..60),
    ) {
        check(&NAMES, &given);
    }
}

#[test]
fn more_networks_than_keys_and_more_accounts_than_a_block_are_in_order() {
    let names: Vec<String> = (0..200).map(|network| format!("n{network}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let given = (0..3 * BLOCK).map(|account| {
        let owner = (account % 5 == 0).then(|| format!("n{}:{}", account % 333, account / 7));
        ((account % 200, format!("{account}")), owner)
    });
    check(&names, &given.collect());
}
