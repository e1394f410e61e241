//! Creates made-up ids: two words for a person, and the network's style for an account.

use super::network::SampleNetwork;
use super::rng::StreamRng;

/// Words of made-up ids and handles: adjectives and animals.
const ADJECTIVES: [&str; 24] = [
    "amber", "brisk", "cedar", "copper", "dapple", "early", "fallow", "gentle", "hazel", "indigo", "jolly", "kindly",
    "lunar", "mellow", "nimble", "ochre", "patient", "quiet", "russet", "silver", "tidal", "umber", "velvet", "windy",
];
const ANIMALS: [&str; 24] = [
    "badger", "crane", "dormouse", "egret", "finch", "gecko", "heron", "ibis", "jackdaw", "kestrel", "lynx", "marten",
    "newt", "otter", "plover", "quail", "raven", "stoat", "tapir", "urchin", "vole", "wren", "yak", "zebu",
];

/// Creates a name from an adjective and an animal: `copper-heron`. No real person has such a name.
pub(crate) fn draw_name(dice: &mut StreamRng) -> String {
    let adjective = ADJECTIVES[dice.index(ADJECTIVES.len())];
    let animal = ANIMALS[dice.index(ANIMALS.len())];
    format!("{adjective}-{animal}")
}

/// Creates an id in the style of the network. The index makes it unique; random gaps make it realistic.
pub(crate) fn draw_account_id(dice: &mut StreamRng, network: SampleNetwork, index: usize) -> String {
    match network {
        SampleNetwork::Twitter => format!("{}", 20_000_000 + index as u64 * 16 + dice.below(16)),
        SampleNetwork::Facebook => format!("fb{:07}", index * 8 + dice.index(8)),
        SampleNetwork::Linkedin => {
            format!("in-{}-{index}", draw_name(dice))
        }
        SampleNetwork::Foursquare => format!("{}", 3_000_000 + index as u64 * 4 + dice.below(4)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::rng::RngStream;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn account_ids_are_unique_in_their_network_and_integers_on_foursquare() {
        let mut dice = StreamRng::new(1, RngStream::People);
        for network in SampleNetwork::ALL {
            let ids: BTreeSet<_> = (0..500).map(|at| draw_account_id(&mut dice, network, at)).collect();
            assert_eq!(ids.len(), 500);
            let is_number = ids.iter().all(|id| id.parse::<i64>().is_ok());
            assert!(is_number || network != SampleNetwork::Foursquare);
        }
    }
}
