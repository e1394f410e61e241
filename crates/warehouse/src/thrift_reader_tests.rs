//! Tests of values, and of counts without bytes behind them.

use super::*;

#[test]
fn fields_and_values_are_read() {
    // 1: i32 -3; 2: binary "ab"; 3: true; 20: list<i64> of 2 elements; stop.
    let bytes = [0x15, 5, 0x18, 2, b'a', b'b', 0x11, 0x09, 40, 0x26, 2, 4, 0];
    let mut reader = ThriftReader::new(&bytes);
    let mut last = 0;
    let mut next = |reader: &mut ThriftReader| reader.field(&mut last).unwrap().map(|f| (f.id, f.kind));
    assert_eq!(next(&mut reader), Some((1, ThriftType::I32)));
    assert_eq!(reader.integer(), Ok(-3));
    assert_eq!(next(&mut reader), Some((2, ThriftType::Binary)));
    assert_eq!(reader.binary(), Ok(&b"ab"[..]));
    assert_eq!(next(&mut reader), Some((3, ThriftType::True)));
    assert_eq!(next(&mut reader), Some((20, ThriftType::List)));
    assert_eq!(reader.list(), Ok((ThriftType::I64, 2)));
    assert_eq!((reader.integer(), reader.integer()), (Ok(1), Ok(2)));
    assert_eq!(next(&mut reader), None);
    let mut whole = ThriftReader::new(&bytes);
    assert_eq!((whole.skip(ThriftType::Struct), whole.remaining()), (Ok(()), 0));
}

#[test]
fn a_count_without_bytes_behind_it_is_a_fault() {
    let billions = [0xff, 0xff, 0xff, 0xff, 0x07];
    let is_refused = |kind, head: &[u8]| {
        let bytes = [head, &billions, &[0x55; 9]].concat();
        let fault = ThriftReader::new(&bytes).skip(kind).unwrap_err();
        assert!(matches!(fault, ThriftFault::Count { .. }), "{kind:?} {fault}");
    };
    is_refused(ThriftType::Binary, &[]);
    is_refused(ThriftType::List, &[0xfc]);
    is_refused(ThriftType::Set, &[0xf1]);
    is_refused(ThriftType::Map, &[]);
    // Two doubles need 16 bytes.
    assert!(ThriftReader::new(&[0x27, 0, 0, 0, 0, 0, 0, 0, 0]).list().is_err());
}

#[test]
fn deep_nesting_endless_integers_and_missing_bytes_are_faults() {
    let deep = [0x1c; 100];
    assert_eq!(
        ThriftReader::new(&deep).skip(ThriftType::Struct),
        Err(ThriftFault::Depth)
    );
    let endless = [0xff; 11];
    assert_eq!(ThriftReader::new(&endless).integer(), Err(ThriftFault::Integer));
    assert_eq!(
        ThriftReader::new(&[0x15]).skip(ThriftType::Struct),
        Err(ThriftFault::End)
    );
    assert_eq!(
        ThriftReader::new(&[0x1e]).skip(ThriftType::Struct),
        Err(ThriftFault::Type(14))
    );
}
