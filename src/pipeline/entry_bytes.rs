//! Entries of attention as bytes of a block.

use clout_model::influence::attention_entries::AttentionEntry;

/// Number of bytes of an entry.
const ENTRY_BYTES: usize = 40;

/// Returns the bytes of an entry.
pub(super) fn entry_to_bytes(entry: &AttentionEntry) -> [u8; ENTRY_BYTES] {
    let mut bytes = [0; ENTRY_BYTES];
    bytes[..4].copy_from_slice(&entry.target.to_le_bytes());
    bytes[4..8].copy_from_slice(&entry.reactor.to_le_bytes());
    bytes[8..12].copy_from_slice(&entry.reactions.to_le_bytes());
    bytes[12..15].copy_from_slice(&[entry.network, entry.verb, entry.dates]);
    bytes[16..24].copy_from_slice(&entry.last_at.to_le_bytes());
    bytes[24..32].copy_from_slice(&entry.strength.to_bits().to_le_bytes());
    bytes[32..].copy_from_slice(&entry.before.to_bits().to_le_bytes());
    bytes
}

/// Returns the entry of these bytes.
pub(super) fn entry_from_bytes(bytes: &[u8; ENTRY_BYTES]) -> AttentionEntry {
    let word = |start: usize| u32::from_le_bytes([bytes[start], bytes[start + 1], bytes[start + 2], bytes[start + 3]]);
    let double = |start: usize| u64::from(word(start)) | u64::from(word(start + 4)) << 32;
    AttentionEntry {
        target: word(0),
        reactor: word(4),
        reactions: word(8),
        network: bytes[12],
        verb: bytes[13],
        dates: bytes[14],
        last_at: double(16) as i64,
        strength: f64::from_bits(double(24)),
        before: f64::from_bits(double(32)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_keeps_all_fields() {
        let entry = AttentionEntry {
            target: 1,
            reactor: u32::MAX - 1,
            reactions: 3,
            network: 4,
            verb: 255,
            dates: 3,
            last_at: -5,
            strength: 0.1,
            before: f64::MIN_POSITIVE,
        };
        assert_eq!(entry_from_bytes(&entry_to_bytes(&entry)), entry);
    }
}
