//! Computes the winners of a draw from a seed, so that anyone can repeat it.
//!
//! ```text
//! ticket(person) = SHA-256 of six texts, each written as <number of its bytes>:<text>,
//!                  "clout perk draw 1"  seed  campaign_id  snapshot_date  scores_sha256  person_id
//! ```
//!
//! The people with the smallest tickets win; the smallest ticket is first. Each text is prefixed by its length
//! (netstrings, Bernstein 1997), so different tuples never give the same bytes. SHA-256 behaves like a random function:
//! each group of that many people is equally likely, if the seed was chosen without knowing the other texts. The hash
//! of the published scores is unknown before the snapshot is published. A seed announced (by its hash) before that
//! cannot favour a person.
//!
//! The winners depend only on seed, campaign, snapshot and the set of eligible people, not on order, threads or clock.
//! Cost: one hash per person.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use sha2::{Digest, Sha256};

use clout_base::error::{Error, Result};
use clout_base::schema::PERK_WINNERS;
use clout_warehouse::encoded_part::{EncodedPart, encode_part, to_hex};
use clout_warehouse::perk_draws::SnapshotReference;

/// Domain separation: another use of the same seed gives other tickets. The number is the version of the method.
const TAG: &str = "clout perk draw 1";

/// Inputs of a ticket besides the person.
#[derive(Clone, Copy, Debug)]
pub struct TicketInputs<'a> {
    /// Seed of the draw.
    pub seed: &'a str,
    /// Campaign id.
    pub campaign_id: &'a str,
    /// Snapshot to draw from.
    pub snapshot: &'a SnapshotReference,
}

/// A winner of a draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawWinner {
    /// Person id.
    pub person_id: String,
    /// Place in the draw; 1 is the smallest ticket.
    pub place: i64,
    /// Ticket in hex.
    pub draw_hash: String,
}

impl TicketInputs<'_> {
    /// Computes a person's ticket.
    pub fn compute_ticket(&self, person_id: &str) -> [u8; 32] {
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

    /// Returns the `count` people with the smallest tickets, smallest first; all people if there are fewer.
    pub fn draw_winners(&self, eligible: &[String], count: u64) -> Vec<DrawWinner> {
        let mut tickets: Vec<([u8; 32], &String)> = eligible.iter().map(|id| (self.compute_ticket(id), id)).collect();
        // The id breaks ties of equal tickets, so the order is total.
        tickets.sort_unstable();
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let winner = |(index, (ticket, id)): (usize, ([u8; 32], &String))| DrawWinner {
            person_id: id.clone(),
            place: index as i64 + 1,
            draw_hash: to_hex(&ticket),
        };
        tickets.into_iter().take(count).enumerate().map(winner).collect()
    }
}

/// Encodes the winners as a part file of `perk_winners`, in order of person ids.
pub fn encode_winners(campaign_id: &str, winners: &[DrawWinner], eligible_count: u64) -> Result<EncodedPart> {
    let mut rows: Vec<&DrawWinner> = winners.iter().collect();
    // Part files are sorted by the key of their table.
    rows.sort_by(|a, b| a.person_id.cmp(&b.person_id));
    let eligible = i64::try_from(eligible_count).unwrap_or(i64::MAX);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(|_| campaign_id))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row.person_id))),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.place))),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|_| eligible))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row.draw_hash))),
    ];
    let batch = RecordBatch::try_new(PERK_WINNERS.build_arrow_schema(), columns)
        .map_err(|error| Error::internal("winners do not match the schema of perk_winners").with_source(error))?;
    encode_part(&PERK_WINNERS, &batch)
}

#[cfg(test)]
#[path = "tickets_tests.rs"]
mod tests;
