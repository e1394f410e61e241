//! Damaged files give errors, never panics; parts of a file are read and verified alone.

use clout_model::account_activity::AccountActivity;
use clout_warehouse::store::StoreOptions;
use proptest::prelude::*;

use super::*;
use crate::accounts::{AccountName, AccountRows, decode_accounts, encode_accounts};
use crate::activity::{decode_activity, encode_activity};
use crate::byte_table::{decode_bytes, encode_bytes};
use crate::encoded_file::EncodedFile;
use crate::head::CHUNK_ROWS;
use crate::ids::{decode_ids, encode_ids};
use crate::pairs::{ACTOR, TARGET, decode_pair_accounts, decode_pairs, encode_pairs};
use crate::reactions::{decode_reactions, encode_reactions};
use crate::testing::{FIRST, make_ids, make_pairs, make_reactions, mixture, select_date};

const DATE: Day = FIRST;

/// Decodes a file of any table and drops the rows.
fn decode(bytes: &[u8]) -> Result<(), Damage> {
    let file = ColumnFile::parse(&Bytes::copy_from_slice(bytes))?;
    match file.head.table {
        TableKind::Accounts => decode_accounts(&file).map(|rows| assert_eq!(rows.iter().count(), rows.len())),
        TableKind::Activity => decode_activity(&file).map(drop),
        TableKind::Pairs => decode_pairs(&file, mixture().len()).map(drop),
        TableKind::Reactions => decode_reactions(&file).map(drop),
        TableKind::Ids => decode_ids(&file).map(drop),
        TableKind::Bytes => decode_bytes(&file).map(drop),
    }
}

/// Returns a small file of each table.
fn small_files() -> Vec<EncodedFile> {
    let pairs = make_pairs(&make_reactions(60));
    let reactions = select_date(&make_reactions(600), DATE);
    let records: Vec<(u32, AccountActivity)> = (0..40)
        .map(|row| (row, AccountActivity::default().with_act_at(i64::from(row) * 99_999)))
        .collect();
    let mut accounts = AccountRows::new(0);
    for number in 0..40 {
        accounts.push(1, AccountName::Id(&format!("id{number}")));
        accounts.push(2, AccountName::Erased(number));
    }
    [
        encode_pairs(&pairs, mixture().len(), DATE).map(|file| vec![file]),
        encode_reactions(&reactions, DATE),
        encode_activity(&records, DATE),
        encode_accounts(&accounts, DATE),
        encode_ids(&make_ids(40), DATE).map(|file| vec![file]),
        encode_bytes(b"venue,account,venue,account,venue", DATE).map(|file| vec![file]),
        encode_bytes(b"", DATE).map(|file| vec![file]),
    ]
    .into_iter()
    .flat_map(Result::unwrap)
    .collect()
}

#[test]
fn any_changed_or_missing_byte_is_an_error() {
    for file in small_files() {
        decode(&file.bytes).unwrap();
        for position in 0..file.bytes.len() {
            assert!(
                decode(&file.bytes[..position]).is_err(),
                "{:?} cut at {position}",
                file.table
            );
            for flip in [1, 0x80, 0xff] {
                let mut bytes = file.bytes.to_vec();
                bytes[position] ^= flip;
                assert!(decode(&bytes).is_err(), "{:?} changed at {position}", file.table);
            }
        }
        let longer = [&file.bytes[..], &[0]].concat();
        assert_eq!(decode(&longer), Err(Damage::Size));
    }
}

/// Writes the file again with right checksums after `change` changed the chunks and the blocks.
fn forge(file: &EncodedFile, change: impl FnOnce(&mut Vec<ChunkHead>, &mut Vec<Vec<u8>>)) -> Vec<u8> {
    let parsed = ColumnFile::parse(&file.bytes).unwrap();
    let mut chunks = parsed.head.chunks.clone();
    let mut blocks: Vec<Vec<u8>> = parsed.blocks.iter().flatten().map(|block| block.to_vec()).collect();
    change(&mut chunks, &mut blocks);
    let columns: Vec<Vec<&[u8]>> = match chunks.len() {
        0 => vec![Vec::new(); parsed.head.columns],
        count => blocks
            .chunks(count)
            .map(|column| column.iter().map(Vec::as_slice).collect())
            .collect(),
    };
    let mut bytes = FileHead::write(parsed.head.table, parsed.head.load_date, &chunks, &columns);
    blocks.iter().for_each(|block| bytes.extend_from_slice(block));
    bytes
}

proptest! {
    #[test]
    fn a_forged_file_with_right_checksums_never_panics(
        which in 0..6_usize,
        place: prop::sample::Index,
        byte: u8,
        rows: Option<u32>,
        details: Option<u32>,
        truncate: bool,
    ) {
        let file = &small_files()[which];
        let forged = forge(file, |chunks, blocks| {
            chunks[0].rows = rows.map_or(chunks[0].rows, |rows| rows % (2 * CHUNK_ROWS as u32));
            chunks[0].details = details.map_or(chunks[0].details, |details| details % 100);
            let total = blocks.iter().map(Vec::len).sum();
            let mut at = place.index(total);
            for block in blocks {
                if at < block.len() {
                    block[at] = byte;
                    if truncate {
                        block.truncate(at);
                    }
                    break;
                }
                at -= block.len();
            }
        });
        let _ = decode(&forged);
    }

    #[test]
    fn any_bytes_are_an_error(bytes: Vec<u8>) {
        prop_assert!(decode(&bytes).is_err());
        let mut magic = b"CLOUTSEG\x01\0\0\0".to_vec();
        magic.extend(bytes);
        prop_assert!(decode(&magic).is_err());
    }
}

#[test]
fn another_layout_and_another_table_are_named() {
    let file = &small_files()[0];
    let mut bytes = file.bytes.to_vec();
    bytes[8] = 99;
    let expected = Damage::Layout { found: 99, expected: 1 };
    assert_eq!(decode(&bytes), Err(expected));
    assert_eq!(decode_ids(&ColumnFile::parse(&file.bytes).unwrap()), Err(Damage::Table));
}

#[test]
fn parts_of_a_file_are_read_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_str().unwrap(), &StoreOptions::default()).unwrap();
    let (pairs, stride) = (make_pairs(&make_reactions(300_000)), mixture().len());
    let file = encode_pairs(&pairs, stride, DATE).unwrap();
    let entry = file.save(&store, "state/2026-10-31/c/pairs-00000.seg").unwrap();
    assert_eq!(
        decode_pairs(&ColumnFile::read(&store, &entry).unwrap(), stride).unwrap(),
        pairs
    );

    let columns = FileSelection {
        columns: Some(&[TARGET, ACTOR]),
        keys: None,
    };
    let accounts = ColumnFile::read_part(&store, &entry, columns).unwrap();
    let found = decode_pair_accounts(&accounts).unwrap();
    assert!(found.targets == pairs.targets && found.actors == pairs.actors);
    assert_eq!(decode_pairs(&accounts, stride), Err(Damage::Unread(2)));

    // A target with rows that end in the second of several chunks.
    let target = pairs.targets[CHUNK_ROWS + 5];
    let one = FileSelection {
        columns: None,
        keys: Some((target, target)),
    };
    let part = ColumnFile::read_part(&store, &entry, one).unwrap();
    assert!(part.rows() < pairs.len());
    let found = decode_pairs(&part, stride).unwrap();
    let rows = |pairs: &clout_model::influence::pairs::PairSums| {
        let rows = pairs.targets.iter().zip(&pairs.actors).zip(&pairs.last_at);
        rows.filter(|((found, _), _)| **found == target)
            .map(|((_, actor), at)| (*actor, *at))
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(&found), rows(&pairs));
    let nobody = FileSelection {
        columns: None,
        keys: Some((u32::MAX, u32::MAX)),
    };
    let part = ColumnFile::read_part(&store, &entry, nobody).unwrap();
    assert!(decode_pairs(&part, stride).unwrap().is_empty());
}

#[test]
fn a_missing_foreign_or_changed_file_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().to_str().unwrap(), &StoreOptions::default()).unwrap();
    let path = "state/2026-10-31/c/ids.seg";
    let entry = encode_ids(&make_ids(9), DATE).unwrap().entry(path);
    let check = |expected: &str| {
        let parts = FileSelection::default();
        for found in [
            ColumnFile::read(&store, &entry),
            ColumnFile::read_part(&store, &entry, parts),
        ] {
            let error = found.unwrap_err();
            assert!(!matches!(error, StateError::Store(_)));
            assert_eq!(error.to_string(), format!("{path} {expected}"));
        }
    };
    check("is missing");
    // A whole file of another night has right checksums of its own.
    encode_ids(&make_ids(9), DATE.next())
        .unwrap()
        .save(&store, path)
        .unwrap();
    check("is damaged: its checksum is wrong");
    store.put(path, Bytes::from_static(b"CLOUTSEG")).unwrap();
    check("is damaged: its size is wrong");
}
