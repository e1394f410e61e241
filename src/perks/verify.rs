//! Verifies a draw: repeats it from the published tables and the record, and compares the results.

use std::collections::BTreeSet;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use serde_json::Value;

use super::campaign::Campaign;
use super::draw::remove_excluded;
use super::eligibility::{DrawSources, EligiblePeople, find_eligible};
use super::tickets::{DrawWinner, TicketInputs};
use crate::job::list_differences;
use clout_base::error::{Error, ErrorKind, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::perk_draws::{self, PerkDraw, SnapshotReference};
use clout_warehouse::snapshots::{self, read_table_files};
use clout_warehouse::store::Store;
use clout_warehouse::verify::check_file;

/// Result of verifying a draw.
pub struct DrawVerdict {
    /// Record of the draw.
    pub draw: PerkDraw,
    /// Passed checks, as sentences.
    pub checks: Vec<String>,
    /// Failed checks, as sentences without person ids; empty if the draw is valid.
    pub problems: Vec<String>,
}

/// Repeats a campaign's draw and compares it with its record; with `announced`, compares the rules as well.
///
/// # Errors
/// `NotReady` if the campaign has not been drawn.
pub fn verify_draw(store: &Store, campaign_id: &str, announced: Option<&Campaign>) -> Result<DrawVerdict> {
    let draw = perk_draws::find_draw(store, campaign_id)?.ok_or_else(|| {
        let message = format!("campaign {campaign_id} has not been drawn in {}", store.url());
        Error::new(ErrorKind::NotReady, message)
    })?;
    let mut verdict = DrawVerdict {
        draw: draw.clone(),
        checks: Vec::new(),
        problems: Vec::new(),
    };
    let campaign: Campaign = match serde_json::from_value(draw.campaign.clone()) {
        Ok(campaign) => campaign,
        Err(error) => {
            verdict
                .problems
                .push(format!("the campaign in the record is not valid: {error}"));
            return Ok(verdict);
        }
    };
    verdict.seed(&campaign);
    verdict.winners_file(store)?;
    let snapshot = verdict.snapshot(store, "drawn from", &draw.snapshot)?;
    let newest = match draw.newest == draw.snapshot {
        true => snapshot.clone(),
        false => verdict.snapshot(store, "newest", &draw.newest)?,
    };
    let past = verdict.past(store, &campaign)?;
    let (Some(snapshot), Some(newest), Some(past)) = (snapshot, newest, past) else {
        let message = "the draw could not be repeated because of the problems above";
        verdict.problems.push(message.to_owned());
        return Ok(verdict);
    };
    let sources = DrawSources {
        store,
        snapshot: &snapshot,
        newest: &newest,
        past: &past,
    };
    let pool = find_eligible(sources, &campaign)?;
    verdict.winners(store, &campaign, &pool)?;
    if let Some(announced) = announced {
        verdict.rules(sources, announced, &campaign)?;
    }
    Ok(verdict)
}

impl DrawVerdict {
    fn note(&mut self, is_right: bool, check: impl Into<String>, problem: impl FnOnce() -> String) {
        match is_right {
            true => self.checks.push(check.into()),
            false => self.problems.push(problem()),
        }
    }

    fn seed(&mut self, campaign: &Campaign) {
        let is_same =
            campaign.id == self.draw.campaign_id && campaign.snapshot_date == self.draw.snapshot.snapshot_date;
        self.note(is_same, "the rules belong to this campaign and snapshot date", || {
            "the rules in the record belong to another campaign or snapshot date".to_owned()
        });
        match (&campaign.seed_sha256, &campaign.seed_from) {
            (None, Some(source)) => self.checks.push(format!(
                "the announced source of the seed is {source:?}: compare it with the seed {:?}",
                self.draw.seed
            )),
            _ => {
                let seed = campaign.check_seed_hash(&self.draw.seed);
                let is_announced = campaign.seed_sha256.is_some() && seed.is_ok();
                self.note(is_announced, "the seed has the announced SHA-256", || match seed {
                    Err(error) => error.message().to_owned(),
                    Ok(()) => "the campaign in the record announced no seed".to_owned(),
                });
            }
        }
    }

    fn winners_file(&mut self, store: &Store) -> Result<()> {
        let problem = check_file(store, &self.draw.part)?;
        self.note(
            problem.is_none(),
            "the file of winners has the recorded SHA-256",
            || problem.map(|problem| problem.to_string()).unwrap_or_default(),
        );
        for stray in perk_draws::find_stray_parts(store, &self.draw)? {
            self.problems.push(format!(
                "{stray}: has rows of this campaign, but the record does not name it"
            ));
        }
        Ok(())
    }

    /// Reads a snapshot of the record. Returns `None` unless it is the recorded one and its files match the manifest.
    fn snapshot(&mut self, store: &Store, role: &str, pinned: &SnapshotReference) -> Result<Option<Manifest>> {
        let date = pinned.snapshot_date;
        let Some(manifest) = snapshots::read_manifest(store, date)? else {
            self.problems
                .push(format!("the snapshot of {date} ({role}) no longer exists"));
            return Ok(None);
        };
        let found = SnapshotReference::from_manifest(store, &manifest)?;
        // Records of an earlier version have no hash of the manifest.
        let is_pinned = pinned.manifest_sha256.is_some();
        let known = SnapshotReference {
            manifest_sha256: found.manifest_sha256.filter(|_| is_pinned),
            ..found
        };
        if known != *pinned {
            let message =
                format!("the snapshot of {date} ({role}) is not the recorded one, or its manifest was changed");
            self.problems.push(message);
            return Ok(None);
        }
        let found = snapshots::verify_snapshot(store, date)?;
        let is_whole = found.problems.is_empty();
        let problems: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
        self.note(
            is_whole,
            format!(
                "the snapshot of {date} ({role}) is the recorded one{}, and its {} files match its manifest",
                if is_pinned {
                    " by hash of its manifest"
                } else {
                    " by commit id and hash of its scores"
                },
                found.files
            ),
            || format!("the snapshot of {date} ({role}) is damaged: {}", problems.join("; ")),
        );
        Ok(is_whole.then_some(manifest))
    }

    /// Reads the earlier draws of the record. Returns `None` if one is missing or changed.
    fn past(&mut self, store: &Store, campaign: &Campaign) -> Result<Option<Vec<PerkDraw>>> {
        let mut found_draws = Vec::new();
        for past in self.draw.past.clone() {
            let id = &past.campaign_id;
            match perk_draws::find_draw(store, id)? {
                Some(draw) if draw.part.sha256 == past.sha256 && check_file(store, &draw.part)?.is_none() => {
                    found_draws.push(draw);
                }
                Some(_) => self
                    .problems
                    .push(format!("the winners of {id} have changed since this draw")),
                None => self.problems.push(format!("the draw of {id} no longer exists")),
            }
        }
        let named: BTreeSet<&str> = found_draws.iter().map(|draw| draw.campaign_id.as_str()).collect();
        let missing = campaign.eligible.not_winners_of.iter();
        let missing: Vec<&String> = missing
            .filter(|id| *id != super::campaign::ANY_CAMPAIGN && !named.contains(id.as_str()))
            .collect();
        for id in &missing {
            self.problems.push(format!(
                "the rules exclude winners of {id}, but the record does not list that draw"
            ));
        }
        Ok((found_draws.len() == self.draw.past.len() && missing.is_empty()).then_some(found_draws))
    }

    /// Compares the published winners with those of a repeated draw.
    fn winners(&mut self, store: &Store, campaign: &Campaign, pool: &EligiblePeople) -> Result<()> {
        let (counted, recorded) = (pool.eligible.len() as u64, self.draw.eligible_count);
        self.note(counted == recorded, format!("eligible people: {counted}"), || {
            format!("eligible people: {counted}, but the record says {recorded}")
        });
        let draw = self.draw.clone();
        let lot = TicketInputs {
            seed: &draw.seed,
            campaign_id: &draw.campaign_id,
            snapshot: &draw.snapshot,
        };
        let expected = lot.draw_winners(&pool.eligible, campaign.winners);
        let batches = match check_file(store, &draw.part)? {
            None => read_table_files(store, &draw.table_files(), None)?,
            Some(_) => return Ok(()),
        };
        let rows: Vec<WinnerRow> = batches.iter().filter_map(rows).flatten().collect();
        let before = self.problems.len();
        self.compare(&rows, &expected);
        if self.problems.len() == before {
            self.checks.push(format!(
                "the table has the people with the smallest tickets, in order: {}",
                expected.len()
            ));
        }
        Ok(())
    }

    fn compare(&mut self, rows: &[WinnerRow], expected: &[DrawWinner]) {
        if rows.len() != expected.len() {
            let winners = if expected.len() == 1 { "winner" } else { "winners" };
            let message = format!(
                "expected {} {winners}, but the table has {}",
                expected.len(),
                rows.len()
            );
            self.problems.push(message);
        }
        let mut rows: Vec<&WinnerRow> = rows.iter().collect();
        // The table is in order of person ids, the expected winners in order of places.
        rows.sort_by_key(|row| row.winner.place);
        for (row, winner) in rows.iter().zip(expected) {
            if row.winner != *winner {
                self.problems.push(format!(
                    "place {}: expected the person with ticket {}, but the table has place {} with {}",
                    winner.place, winner.draw_hash, row.winner.place, row.winner.draw_hash
                ));
            }
            if row.campaign_id != self.draw.campaign_id || row.eligible_count != self.draw.eligible_count as i64 {
                let place = winner.place;
                let message = format!("place {place}: campaign_id or eligible_count differs from the record");
                self.problems.push(message);
            }
        }
    }

    /// Compares the rules in the record with the announced ones.
    fn rules(&mut self, sources: DrawSources, announced: &Campaign, drawn: &Campaign) -> Result<()> {
        let value = |campaign: &Campaign| {
            let value = serde_json::to_value(campaign);
            value.map(|value| remove_excluded(&value)).unwrap_or(Value::Null)
        };
        let differences = list_differences(&value(announced), &value(drawn));
        let is_same = differences.is_empty();
        self.note(is_same, "the rules equal those of the campaign file", || {
            format!("the campaign file has other values of {}", differences.join(", "))
        });
        if is_same {
            let excluded = find_eligible(sources, announced)?.excluded;
            self.note(
                excluded == drawn.exclude,
                format!("people excluded by id: {}, as in the campaign file", excluded.len()),
                || {
                    let (file, record) = (excluded.len(), drawn.exclude.len());
                    format!("the campaign file excludes {file} otherwise eligible people; the record has {record}, or different ones")
                },
            );
        }
        Ok(())
    }
}

/// A row of `perk_winners`.
struct WinnerRow {
    campaign_id: String,
    eligible_count: i64,
    winner: DrawWinner,
}

fn rows(batch: &RecordBatch) -> Option<Vec<WinnerRow>> {
    let text = |index: usize| batch.column(index).as_string_opt::<i32>();
    let count = |index: usize| batch.column(index).as_primitive_opt::<Int64Type>();
    let (campaigns, persons, hashes) = (text(0)?, text(1)?, text(4)?);
    let (places, eligible) = (count(2)?, count(3)?);
    let row = |row: usize| WinnerRow {
        campaign_id: campaigns.value(row).to_owned(),
        eligible_count: eligible.value(row),
        winner: DrawWinner {
            person_id: persons.value(row).to_owned(),
            place: places.value(row),
            draw_hash: hashes.value(row).to_owned(),
        },
    };
    Some((0..batch.num_rows()).map(row).collect())
}
