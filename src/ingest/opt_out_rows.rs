//! Person ids of opt-outs in every spelling that can be meant.
//!
//! An opt-out must not fail because of a blank or the case of a network's name, so surrounding blanks are removed and
//! `Twitter:1002` also means `twitter:1002`.

use std::collections::BTreeSet;

use super::text_rows::TextBatch;
use clout_model::networks::Network;

/// Row of `opt_outs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOutRow {
    /// Person ids that the row can mean; the first is the id as delivered.
    pub person_ids: Vec<String>,
    /// File of the row.
    pub file: String,
    /// Row number in the file, from 0.
    pub row_number: i64,
}

impl OptOutRow {
    /// Returns true if the delivered id has no visible character.
    pub(super) fn is_blank(&self) -> bool {
        self.person_ids.iter().all(|id| trim_invisible(id).is_empty())
    }
}

/// Parses the rows of a batch.
pub fn parse_opt_outs(batch: &TextBatch, networks: &[Network]) -> Vec<OptOutRow> {
    let rows = batch.columns[0].iter().flatten().zip(&batch.row_numbers);
    rows.map(|(person_id, row_number)| OptOutRow {
        person_ids: spell_person_id(person_id, networks),
        file: batch.file.clone(),
        row_number: *row_number,
    })
    .collect()
}

/// Returns the ids that a delivered person id can mean: as delivered first, then without surrounding blanks and other
/// invisible characters, then with the network's own name.
fn spell_person_id(person_id: &str, networks: &[Network]) -> Vec<String> {
    let plain = trim_invisible(person_id);
    let mut ids = vec![person_id.to_owned(), plain.to_owned()];
    for spelling in [person_id, plain] {
        if let Some((name, account_id)) = spelling.split_once(':') {
            let name = trim_invisible(name).to_lowercase();
            for network in networks.iter().filter(|network| network.name.to_lowercase() == name) {
                ids.push(format!("{}:{account_id}", network.name));
                ids.push(format!("{}:{}", network.name, trim_invisible(account_id)));
            }
        }
    }
    let mut seen = BTreeSet::new();
    ids.retain(|id| !id.is_empty() && seen.insert(id.clone()));
    ids
}

/// Removes blanks, control characters, and the invisible characters that editors add: a byte order mark and zero-width
/// spaces.
fn trim_invisible(text: &str) -> &str {
    let is_invisible =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}');
    text.trim_matches(is_invisible)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clout_model::networks::builtin_networks;

    #[test]
    fn blanks_and_the_case_of_a_network_do_not_matter() {
        let networks = builtin_networks();
        for (delivered, ids) in [
            ("ada", &["ada"][..]),
            (" ada\t", &[" ada\t", "ada"]),
            ("\u{feff}ada", &["\u{feff}ada", "ada"]),
            ("twitter:1001", &["twitter:1001"]),
            (
                " Twitter: 1002",
                &[" Twitter: 1002", "Twitter: 1002", "twitter: 1002", "twitter:1002"],
            ),
            ("TWITTER:1002", &["TWITTER:1002", "twitter:1002"]),
            ("Person:7", &["Person:7"]),
        ] {
            assert_eq!(spell_person_id(delivered, &networks), ids, "{delivered:?}");
        }
    }
}
