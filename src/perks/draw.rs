//! Who wins: a lot that anybody can cast again.
//!
//! ```text
//! ticket(person) = SHA-256 of six texts, each written as <number of its bytes>:<text>,
//!                  "clout perk draw 1"  seed  campaign_id  snapshot_date  scores_sha256  person_id
//! ```
//!
//! The people with the least tickets win, the least being first. Lengths stand before the texts (netstrings,
//! Bernstein 1997), so that no two different tuples give the same bytes. SHA-256 being indistinguishable from a
//! random function, every group of that many people is equally likely for a seed that nobody chose knowing the
//! rest; and the hash of the published scores is what nobody knows before the snapshot is there. So a seed that is
//! announced (by its hash) before that cannot have been chosen for somebody.
//!
//! The winners depend on seed, campaign, snapshot and the set of eligible people, and on no order, thread or clock.
//! Cost: one hash a person.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use sha2::{Digest, Sha256};

use clout_base::error::{Error, Result};
use clout_base::schema::PERK_WINNERS;
use clout_warehouse::draws::Pinned;
use clout_warehouse::encode::{EncodedPart, encode, hex};

/// Names the way of drawing, so that no other use of the seed gives the same tickets.
const TAG: &str = "clout perk draw 1";

/// What a ticket depends on besides the person.
#[derive(Clone, Copy, Debug)]
pub struct Lot<'a> {
    /// The seed.
    pub seed: &'a str,
    /// The campaign.
    pub campaign_id: &'a str,
    /// The snapshot that is drawn from.
    pub snapshot: &'a Pinned,
}

/// Somebody who won.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Winner {
    /// Who.
    pub person_id: String,
    /// 1 was drawn first.
    pub place: i64,
    /// The ticket, in hex.
    pub draw_hash: String,
}

impl Lot<'_> {
    /// A person's ticket.
    pub fn ticket(&self, person_id: &str) -> [u8; 32] {
        let date = self.snapshot.snapshot_date.to_string();
        let texts = [
            TAG,
            self.seed,
            self.campaign_id,
            &date,
            &self.snapshot.scores_sha256,
            person_id,
        ];
        let mut hasher = Sha256::new();
        for text in texts {
            hasher.update(text.len().to_string());
            hasher.update(":");
            hasher.update(text);
            hasher.update(",");
        }
        hasher.finalize().into()
    }

    /// The winners among the eligible, the first drawn first: as many as asked for, or all.
    pub fn winners(&self, eligible: &[String], count: u64) -> Vec<Winner> {
        let mut tickets: Vec<([u8; 32], &String)> = eligible.iter().map(|id| (self.ticket(id), id)).collect();
        tickets.sort_unstable();
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let winner = |(index, (ticket, id)): (usize, ([u8; 32], &String))| Winner {
            person_id: id.clone(),
            place: index as i64 + 1,
            draw_hash: hex(&ticket),
        };
        tickets.into_iter().take(count).enumerate().map(winner).collect()
    }
}

/// The winners as a part of `perk_winners`.
pub fn part(campaign_id: &str, winners: &[Winner], eligible_count: u64) -> Result<EncodedPart> {
    let mut rows: Vec<&Winner> = winners.iter().collect();
    rows.sort_by(|a, b| a.person_id.cmp(&b.person_id));
    let eligible = i64::try_from(eligible_count).unwrap_or(i64::MAX);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(|_| campaign_id))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row.person_id))),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.place))),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|_| eligible))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row.draw_hash))),
    ];
    let batch = RecordBatch::try_new(PERK_WINNERS.arrow_schema(), columns)
        .map_err(|error| Error::internal("winners do not fit their table").with_source(error))?;
    encode(&PERK_WINNERS, &batch)
}

#[cfg(test)]
#[path = "draw_tests.rs"]
mod tests;
