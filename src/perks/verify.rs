//! Is a draw what it says? Everything is made again from the published tables and the record, and compared.

use std::collections::BTreeSet;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use serde_json::Value;

use super::campaign::Campaign;
use super::draw::{Lot, Winner};
use super::drawing::without_names;
use super::eligible::{Pool, Sources, pool};
use crate::job::differing;
use clout_base::error::{Error, Kind, Result};
use clout_warehouse::draws::{self, Draw, Pinned};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots::{self, read_files};
use clout_warehouse::store::Store;
use clout_warehouse::verify::check_file;

/// What making a draw again found.
pub struct Verdict {
    /// The record.
    pub draw: Draw,
    /// What was compared, as sentences.
    pub checks: Vec<String>,
    /// What does not match, as sentences without names; a draw without problems is what it says.
    pub problems: Vec<String>,
}

/// Makes a campaign's draw again. With `announced`, the rules are held against it, too. A draw that is not there is
/// not ready.
pub fn verify(store: &Store, campaign_id: &str, announced: Option<&Campaign>) -> Result<Verdict> {
    let draw = draws::find(store, campaign_id)?.ok_or_else(|| {
        let message = format!("campaign {campaign_id} has not been drawn below {}", store.url());
        Error::new(Kind::NotReady, message)
    })?;
    let mut verdict = Verdict {
        draw: draw.clone(),
        checks: Vec::new(),
        problems: Vec::new(),
    };
    let campaign: Campaign = match serde_json::from_value(draw.campaign.clone()) {
        Ok(campaign) => campaign,
        Err(error) => {
            verdict
                .problems
                .push(format!("the record's campaign cannot be read: {error}"));
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
        let message = "the winners could not be made again without what is missing above";
        verdict.problems.push(message.to_owned());
        return Ok(verdict);
    };
    let sources = Sources {
        store,
        snapshot: &snapshot,
        newest: &newest,
        past: &past,
    };
    let pool = pool(sources, &campaign)?;
    verdict.winners(store, &campaign, &pool)?;
    if let Some(announced) = announced {
        verdict.rules(sources, announced, &campaign)?;
    }
    Ok(verdict)
}

impl Verdict {
    fn note(&mut self, is_right: bool, check: impl Into<String>, problem: impl FnOnce() -> String) {
        match is_right {
            true => self.checks.push(check.into()),
            false => self.problems.push(problem()),
        }
    }

    fn seed(&mut self, campaign: &Campaign) {
        let is_of = campaign.id == self.draw.campaign_id && campaign.snapshot_date == self.draw.snapshot.snapshot_date;
        self.note(is_of, "the rules are of this campaign and snapshot date", || {
            "the record's rules are of another campaign or snapshot date".to_owned()
        });
        match (&campaign.seed_sha256, &campaign.seed_from) {
            (None, Some(source)) => self.checks.push(format!(
                "the seed was to come from {source:?}: compare it with {:?}",
                self.draw.seed
            )),
            _ => {
                let seed = campaign.expect_seed(&self.draw.seed);
                let is_announced = campaign.seed_sha256.is_some() && seed.is_ok();
                self.note(is_announced, "the seed has the announced SHA-256", || match seed {
                    Err(error) => error.message().to_owned(),
                    Ok(()) => "the record's campaign announced no seed".to_owned(),
                });
            }
        }
    }

    fn winners_file(&mut self, store: &Store) -> Result<()> {
        let problem = check_file(store, &self.draw.part)?;
        self.note(problem.is_none(), "the winners' file has its SHA-256", || {
            problem.map(|problem| problem.to_string()).unwrap_or_default()
        });
        for stray in draws::strays(store, &self.draw)? {
            self.problems.push(format!(
                "{stray}: has rows of this campaign, and its record does not name it"
            ));
        }
        Ok(())
    }

    /// A snapshot of the record, if it is the one that stands, with every file as its manifest says.
    fn snapshot(&mut self, store: &Store, role: &str, pinned: &Pinned) -> Result<Option<Manifest>> {
        let date = pinned.snapshot_date;
        let Some(manifest) = snapshots::find(store, date)? else {
            self.problems
                .push(format!("the snapshot of {date} ({role}) is not there any more"));
            return Ok(None);
        };
        let found = Pinned::of(store, &manifest)?;
        // A record of an earlier version does not know the manifest's hash.
        let is_pinned = pinned.manifest_sha256.is_some();
        let known = Pinned {
            manifest_sha256: found.manifest_sha256.filter(|_| is_pinned),
            ..found
        };
        if known != *pinned {
            let message =
                format!("the snapshot of {date} ({role}) is another than the record's, or its manifest was changed");
            self.problems.push(message);
            return Ok(None);
        }
        let found = snapshots::verify(store, date)?;
        let is_whole = found.problems.is_empty();
        let problems: Vec<String> = found.problems.iter().map(ToString::to_string).collect();
        self.note(
            is_whole,
            format!(
                "the snapshot of {date} ({role}) is the record's{}, with {} files as its manifest says",
                if is_pinned {
                    ", manifest and all"
                } else {
                    " by commit and scores alone"
                },
                found.files
            ),
            || format!("the snapshot of {date} ({role}) is damaged: {}", problems.join("; ")),
        );
        Ok(is_whole.then_some(manifest))
    }

    /// The earlier draws of the record, if they stand as they did.
    fn past(&mut self, store: &Store, campaign: &Campaign) -> Result<Option<Vec<Draw>>> {
        let mut standing = Vec::new();
        for past in self.draw.past.clone() {
            let id = &past.campaign_id;
            match draws::find(store, id)? {
                Some(draw) if draw.part.sha256 == past.sha256 && check_file(store, &draw.part)?.is_none() => {
                    standing.push(draw);
                }
                Some(_) => self
                    .problems
                    .push(format!("the winners of {id} are others than when this was drawn")),
                None => self.problems.push(format!("the draw of {id} is not there any more")),
            }
        }
        let named: BTreeSet<&str> = standing.iter().map(|draw| draw.campaign_id.as_str()).collect();
        let missing = campaign.eligible.not_winners_of.iter();
        let missing: Vec<&String> = missing
            .filter(|id| *id != super::campaign::ANY && !named.contains(id.as_str()))
            .collect();
        for id in &missing {
            self.problems.push(format!(
                "winners of {id} were not to win again, and the record does not know of them"
            ));
        }
        Ok((standing.len() == self.draw.past.len() && missing.is_empty()).then_some(standing))
    }

    /// The table against the winners by the record's rules and seed.
    fn winners(&mut self, store: &Store, campaign: &Campaign, pool: &Pool) -> Result<()> {
        let (counted, recorded) = (pool.eligible.len() as u64, self.draw.eligible_count);
        self.note(counted == recorded, format!("eligible people: {counted}"), || {
            format!("eligible people: {counted}, and the record says {recorded}")
        });
        let draw = self.draw.clone();
        let lot = Lot {
            seed: &draw.seed,
            campaign_id: &draw.campaign_id,
            snapshot: &draw.snapshot,
        };
        let expected = lot.winners(&pool.eligible, campaign.winners);
        let batches = match check_file(store, &draw.part)? {
            None => read_files(store, &draw.files(), None)?,
            Some(_) => return Ok(()),
        };
        let rows: Vec<Row> = batches.iter().filter_map(rows).flatten().collect();
        let before = self.problems.len();
        self.compare(&rows, &expected);
        if self.problems.len() == before {
            self.checks.push(format!(
                "the table has those with the least tickets, in order: {}",
                expected.len()
            ));
        }
        Ok(())
    }

    fn compare(&mut self, rows: &[Row], expected: &[Winner]) {
        if rows.len() != expected.len() {
            let people = if expected.len() == 1 { "person" } else { "people" };
            let message = format!(
                "{} {people} should have won, and the table has {}",
                expected.len(),
                rows.len()
            );
            self.problems.push(message);
        }
        let mut rows: Vec<&Row> = rows.iter().collect();
        rows.sort_by_key(|row| row.winner.place);
        for (row, winner) in rows.iter().zip(expected) {
            if row.winner != *winner {
                self.problems.push(format!(
                    "place {}: expected the person with ticket {}, and the table has place {} with {}",
                    winner.place, winner.draw_hash, row.winner.place, row.winner.draw_hash
                ));
            }
            if row.campaign_id != self.draw.campaign_id || row.eligible_count != self.draw.eligible_count as i64 {
                let message = format!(
                    "place {}: campaign_id or eligible_count is not the record's",
                    winner.place
                );
                self.problems.push(message);
            }
        }
    }

    /// The record's rules against those that were announced.
    fn rules(&mut self, sources: Sources, announced: &Campaign, drawn: &Campaign) -> Result<()> {
        let value = |campaign: &Campaign| {
            let value = serde_json::to_value(campaign);
            value.map(|value| without_names(&value)).unwrap_or(Value::Null)
        };
        let differences = differing(&value(announced), &value(drawn));
        let is_same = differences.is_empty();
        self.note(is_same, "the rules are those of the campaign file", || {
            format!("the campaign file has other values of {}", differences.join(", "))
        });
        if is_same {
            let left_out = pool(sources, announced)?.excluded;
            self.note(
                left_out == drawn.exclude,
                format!("people left out by name: {}, as the campaign file says", left_out.len()),
                || {
                    let (file, record) = (left_out.len(), drawn.exclude.len());
                    format!("the campaign file leaves out {file} people who could have won, and the record {record}, or others")
                },
            );
        }
        Ok(())
    }
}

/// A row of `perk_winners`.
struct Row {
    campaign_id: String,
    eligible_count: i64,
    winner: Winner,
}

fn rows(batch: &RecordBatch) -> Option<Vec<Row>> {
    let text = |index: usize| batch.column(index).as_string_opt::<i32>();
    let count = |index: usize| batch.column(index).as_primitive_opt::<Int64Type>();
    let (campaigns, persons, hashes) = (text(0)?, text(1)?, text(4)?);
    let (places, eligible) = (count(2)?, count(3)?);
    let row = |row: usize| Row {
        campaign_id: campaigns.value(row).to_owned(),
        eligible_count: eligible.value(row),
        winner: Winner {
            person_id: persons.value(row).to_owned(),
            place: places.value(row),
            draw_hash: hashes.value(row).to_owned(),
        },
    };
    Some((0..batch.num_rows()).map(row).collect())
}
