//! Person ids of opt-outs in every spelling that can be meant.
//!
//! An opt-out must not fail because of a blank or the case of a network's name, so surrounding blanks are removed and
//! `Twitter:1002` also means `twitter:1002`.

use super::text_rows::TextBatch;
use clout_model::networks::Network;

/// Row of `opt_outs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptOutRow {
    /// Person ids that the row can mean; the first is the id as delivered, without surrounding blanks.
    pub person_ids: Vec<String>,
    /// File of the row.
    pub file: String,
    /// Row number in the file, from 0.
    pub row_number: i64,
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

/// Returns the ids that a delivered person id can mean.
fn spell_person_id(person_id: &str, networks: &[Network]) -> Vec<String> {
    let plain = person_id.trim();
    let mut ids = vec![plain.to_owned()];
    if let Some((name, account_id)) = plain.split_once(':') {
        let (name, account_id) = (name.trim(), account_id.trim());
        let of_name = networks
            .iter()
            .filter(|network| network.name.to_lowercase() == name.to_lowercase());
        ids.extend(of_name.map(|network| format!("{}:{account_id}", network.name)));
    }
    ids.sort_by_key(|id| id != plain);
    ids.dedup();
    ids
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
            (" ada\t", &["ada"]),
            ("twitter:1001", &["twitter:1001"]),
            (" Twitter: 1002", &["Twitter: 1002", "twitter:1002"]),
            ("TWITTER:1002", &["TWITTER:1002", "twitter:1002"]),
            ("Person:7", &["Person:7"]),
        ] {
            assert_eq!(spell_person_id(delivered, &networks), ids, "{delivered:?}");
        }
    }
}
