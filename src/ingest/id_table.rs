//! Hash table from account ids to consecutive numbers, one cache line a lookup.
//!
//! Most ids have at most 24 bytes, and are stored inside the slot of the table: a lookup then reads one place in
//! memory. Longer texts are in an arena. Collisions go to the next slot (linear probing).

use serde::{Deserialize, Serialize, Serializer};

/// Longest text in bytes that a slot holds.
const INLINE_BYTES: usize = 24;
/// Slots of the smallest table.
const MIN_SLOTS: usize = 16;
/// Odd constants of the hash (digits of the golden ratio and of two square roots).
const MIX: [u64; 3] = [0x9e37_79b9_7f4a_7c15, 0x6a09_e667_f3bc_c909, 0xbb67_ae85_84ca_a73b];

/// Text in the form in which a slot stores it, with its hash.
#[derive(Clone, Copy, Debug)]
pub(super) struct IdKey<'a> {
    /// Text padded with zeros; hash of a long text, then zeros.
    words: [u64; 3],
    length: u32,
    hash: u64,
    /// The text if it is long.
    long: &'a [u8],
}

impl<'a> IdKey<'a> {
    /// Creates the key of a text of at most 12 bytes, given as the view of an Arrow array.
    pub(super) fn from_inline_view(view: u128) -> IdKey<'a> {
        IdKey::short([(view >> 32) as u64, (view >> 96) as u64, 0], view as u32)
    }

    /// Creates the key of any text.
    pub(super) fn from_text(text: &'a [u8]) -> IdKey<'a> {
        let length = text.len() as u32;
        if text.len() > INLINE_BYTES {
            let (blocks, rest) = text.as_chunks::<INLINE_BYTES>();
            let mix =
                |hash: u64, block: &[u8; INLINE_BYTES]| hash_words(to_words(block), hash as u32) ^ hash.rotate_left(32);
            let hash = mix(blocks.iter().fold(length.into(), mix), &padded(rest));
            return IdKey {
                words: [hash, 0, 0],
                length,
                hash,
                long: text,
            };
        }
        IdKey::short(to_words(&padded(text)), length)
    }

    fn short(words: [u64; 3], length: u32) -> IdKey<'a> {
        IdKey {
            words,
            length,
            hash: hash_words(words, length),
            long: &[],
        }
    }

    /// Returns the hash of the text.
    pub(super) fn hash(&self) -> u64 {
        self.hash
    }
}

fn padded(text: &[u8]) -> [u8; INLINE_BYTES] {
    let mut bytes = [0; INLINE_BYTES];
    bytes[..text.len()].copy_from_slice(text);
    bytes
}

fn to_words(bytes: &[u8; INLINE_BYTES]) -> [u64; 3] {
    let (words, _) = bytes.as_chunks::<8>();
    [words[0], words[1], words[2]].map(u64::from_le_bytes)
}

/// Multiplies and folds, as wyhash and foldhash do.
fn hash_words(words: [u64; 3], length: u32) -> u64 {
    let fold = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        product as u64 ^ (product >> 64) as u64
    };
    let first = fold(words[0] ^ MIX[0], words[1] ^ MIX[1]);
    fold(first ^ u64::from(length), words[2] ^ MIX[2])
}

/// Slot of the table; its alignment keeps it in one cache line.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(32))]
struct Slot {
    /// The text padded with zeros; hash and start in the arena of a long text.
    words: [u64; 3],
    length: u32,
    /// One more than the number of the text; 0 in a vacant slot.
    number: u32,
}

/// Texts of a table in the order of their numbers.
#[derive(Serialize, Deserialize)]
struct IdTexts {
    lengths: Vec<u32>,
    bytes: Vec<u8>,
}

impl Serialize for IdTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        IdTexts::from(self).serialize(serializer)
    }
}

impl From<&IdTable> for IdTexts {
    fn from(table: &IdTable) -> IdTexts {
        let mut lengths = vec![0; table.len()];
        table.for_each(|number, text| lengths[number as usize] = text.len() as u32);
        let mut next = 0;
        let mut starts: Vec<usize> = Vec::with_capacity(lengths.len());
        for length in &lengths {
            starts.push(next);
            next += *length as usize;
        }
        let mut bytes = vec![0; next];
        table.for_each(|number, text| bytes[starts[number as usize]..][..text.len()].copy_from_slice(text));
        IdTexts { lengths, bytes }
    }
}

impl From<IdTexts> for IdTable {
    fn from(texts: IdTexts) -> IdTable {
        let mut table = IdTable::default();
        let mut rest = &texts.bytes[..];
        for length in texts.lengths {
            let (text, others) = rest.split_at(rest.len().min(length as usize));
            table.number(&IdKey::from_text(text));
            rest = others;
        }
        table
    }
}

/// Texts with the numbers from 0 in the order of their first occurrence.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "IdTexts")]
pub(super) struct IdTable {
    slots: Vec<Slot>,
    count: u32,
    arena: Vec<u8>,
}

impl IdTable {
    /// Returns how many texts there are.
    pub(super) fn len(&self) -> usize {
        self.count as usize
    }

    /// Reads the first slot of a hash. A loop over many hashes overlaps the waits for memory, which a loop of lookups
    /// does not.
    pub(super) fn touch(&self, hash: u64) -> u32 {
        let home = hash as usize & self.slots.len().wrapping_sub(1);
        self.slots.get(home).map_or(0, |slot| slot.number)
    }

    /// Returns the number of a text; adds the text if it is new.
    pub(super) fn number(&mut self, key: &IdKey) -> u32 {
        if self.len() * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut index = key.hash as usize & mask;
        loop {
            let slot = &self.slots[index];
            if slot.number == 0 {
                break;
            }
            if slot.length == key.length && self.is_text_of(slot, key) {
                return slot.number - 1;
            }
            index = (index + 1) & mask;
        }
        self.count += 1;
        let mut words = key.words;
        if key.length as usize > INLINE_BYTES {
            words[1] = self.arena.len() as u64;
            self.arena.extend_from_slice(key.long);
        }
        self.slots[index] = Slot {
            words,
            length: key.length,
            number: self.count,
        };
        self.count - 1
    }

    /// Returns true if a slot has the text of a key of the same length.
    fn is_text_of(&self, slot: &Slot, key: &IdKey) -> bool {
        match key.length as usize > INLINE_BYTES {
            false => slot.words == key.words,
            true => slot.words[0] == key.hash && self.long_text(slot) == key.long,
        }
    }

    fn long_text(&self, slot: &Slot) -> &[u8] {
        &self.arena[slot.words[1] as usize..][..slot.length as usize]
    }

    /// Doubles the number of slots.
    fn grow(&mut self) {
        let slots = (2 * self.slots.len()).max(MIN_SLOTS);
        let old = std::mem::replace(&mut self.slots, vec![Slot::default(); slots]);
        for slot in old.iter().filter(|slot| slot.number != 0) {
            let hash = match slot.length as usize > INLINE_BYTES {
                true => slot.words[0],
                false => hash_words(slot.words, slot.length),
            };
            let mut index = hash as usize & (slots - 1);
            while self.slots[index].number != 0 {
                index = (index + 1) & (slots - 1);
            }
            self.slots[index] = *slot;
        }
    }

    /// Calls `see` with every number and its text, in an order without a meaning.
    ///
    /// Neighbours in the table are far apart in this order. In the table's own order, a smaller table that takes the
    /// texts over would fill up from its start, and its lookups would pass long runs of full slots.
    pub(super) fn for_each(&self, mut see: impl FnMut(u32, &[u8])) {
        let mask = self.slots.len().wrapping_sub(1);
        for step in 0..self.slots.len() {
            let slot = &self.slots[step.wrapping_mul(MIX[0] as usize) & mask];
            if slot.number == 0 {
                continue;
            }
            match slot.length as usize > INLINE_BYTES {
                true => see(slot.number - 1, self.long_text(slot)),
                false => {
                    let mut bytes = [0; INLINE_BYTES];
                    for (target, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(slot.words) {
                        *target = word.to_le_bytes();
                    }
                    see(slot.number - 1, &bytes[..slot.length as usize]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Texts of all lengths up to 80, some with zeros, and neighbours that differ in one byte.
    fn texts() -> Vec<Vec<u8>> {
        let mut texts = vec![Vec::new()];
        for length in 0..80_usize {
            for last in 0..20_u8 {
                let mut text = vec![b'a'; length];
                text.extend([last, 0, last]);
                texts.push(text);
            }
            texts.push(vec![0; length + 4]);
        }
        texts
    }

    #[test]
    fn each_text_keeps_its_number_while_the_table_grows() {
        let (texts, mut table) = (texts(), IdTable::default());
        for round in 0..2 {
            for (index, text) in texts.iter().enumerate() {
                assert_eq!(table.number(&IdKey::from_text(text)), index as u32, "{round} {text:?}");
            }
        }
        assert_eq!(table.len(), texts.len());
        let mut seen = vec![false; texts.len()];
        table.for_each(|number, text| {
            assert_eq!(texts[number as usize], text);
            assert!(!std::mem::replace(&mut seen[number as usize], true));
        });
        assert!(seen.iter().all(|seen| *seen));
    }

    #[test]
    fn a_view_has_the_key_of_its_text() {
        let ids = arrow::array::StringViewArray::from(vec!["", "a", "é", "123456789012"]);
        for (view, text) in ids.views().iter().zip(ids.iter().flatten()) {
            let (of_view, of_text) = (IdKey::from_inline_view(*view), IdKey::from_text(text.as_bytes()));
            assert_eq!((of_view.words, of_view.length), (of_text.words, of_text.length));
            assert_eq!(of_view.hash(), of_text.hash());
        }
    }
}
