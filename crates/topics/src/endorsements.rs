//! Keeps decayed sums of the endorsements ("+K"), keyed by person ids as delivered.
//!
//! An endorsement is worth its weight, at most 1, times the [selectivity](clout_model::influence::weights) of the
//! endorser's day. Several by one endorser to one person on one topic and day saturate. Weights are computed on the
//! load date and never revised. An id that was delivered before is a duplicate, as with activities.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::ledger::{DecayedLedger, LedgerEntry, combine_by_load_date, decay_to};
use clout_base::day::Day;
use clout_base::ids::HashKey;
use clout_model::delivered::{DeliveredIds, IdList, truncate_id};
use clout_model::influence::model::InfluenceModel;
use clout_model::influence::weights::saturate;

/// Accepted endorsement.
#[derive(Clone, Debug, PartialEq)]
pub struct Endorsement {
    /// `endorsement_id`.
    pub id: Box<str>,
    /// `endorsed_at`, microseconds since 1970.
    pub endorsed_at: i64,
    /// Endorsing person.
    pub endorser: Box<str>,
    /// Endorsed person.
    pub endorsee: Box<str>,
    /// Topic id, present in the ontology.
    pub topic: Box<str>,
    /// Weight, finite and not negative.
    pub weight: f64,
    /// Load date.
    pub load_date: Day,
}

impl Endorsement {
    /// Compares load date and id, then all other columns, for a total order.
    pub fn order(&self, other: &Endorsement) -> Ordering {
        let id = |e: &Endorsement, o: &Endorsement| e.load_date.cmp(&o.load_date).then_with(|| e.id.cmp(&o.id));
        id(self, other)
            .then_with(|| self.endorsed_at.cmp(&other.endorsed_at))
            .then_with(|| self.endorser.cmp(&other.endorser))
            .then_with(|| self.endorsee.cmp(&other.endorsee))
            .then_with(|| self.topic.cmp(&other.topic))
            .then_with(|| self.weight.total_cmp(&other.weight))
    }
}

/// Endorsee, topic, endorser.
pub type EndorsementKey = (Box<str>, u32, Box<str>);

/// Latest endorsement of a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LatestEndorsement {
    /// Time in microseconds since 1970.
    pub at: i64,
    /// Endorsement id.
    pub id: Box<str>,
}

/// Endorsements within the retention period.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EndorsementSums {
    /// Decayed worth by key.
    pub sums: DecayedLedger<EndorsementKey, 1>,
    /// Latest endorsement of each key, in the order of `sums`.
    pub latest: Vec<LatestEndorsement>,
    /// Ids that a later load date may repeat.
    pub delivered: DeliveredIds,
}

/// Counts of the endorsements merged in one run.
#[derive(Clone, Copy, Debug, Default)]
pub struct EndorsementCounts {
    /// Endorsements that count.
    pub counted: u64,
    /// Endorsements delivered before.
    pub copies: u64,
    /// Self-endorsements, by the delivered ids.
    pub own: u64,
}

impl EndorsementSums {
    /// Merges new endorsements, sorted by load date and id, into the sums; `number` maps a topic id to its number.
    pub fn merge(
        &mut self,
        new_rows: &[Endorsement],
        number: &dyn Fn(&str) -> Option<u32>,
        model: &InfluenceModel,
        as_of: Day,
        max_lateness_days: i32,
    ) -> EndorsementCounts {
        let mut tally = EndorsementCounts::default();
        let fresh = self.without_copies(new_rows, as_of, max_lateness_days, &mut tally);
        let mut touches: Vec<(EndorsementKey, &Endorsement)> = Vec::with_capacity(fresh.len());
        for endorsement in fresh {
            if endorsement.endorser == endorsement.endorsee {
                tally.own += 1;
            } else if let Some(topic) = number(&endorsement.topic) {
                tally.counted += 1;
                let key = (endorsement.endorsee.clone(), topic, endorsement.endorser.clone());
                touches.push((key, endorsement));
            }
        }
        let sums = weigh(&mut touches, model);
        let before = std::mem::take(&mut self.latest);
        let mut latest: Vec<(EndorsementKey, LatestEndorsement)> =
            self.sums.entries.iter().map(|e| e.key.clone()).zip(before).collect();
        latest.extend(touches.into_iter().map(|(key, endorsement)| {
            let latest = LatestEndorsement {
                at: endorsement.endorsed_at,
                id: endorsement.id.clone(),
            };
            (key, latest)
        }));
        latest.sort_unstable_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)));
        latest.dedup_by(|next, first| next.0 == first.0);
        let half_life = model.params().topics.endorsement_half_life_days;
        self.sums.merge(sums, [half_life], as_of);
        let mut kept = self.sums.entries.iter().map(|entry| &entry.key).peekable();
        latest.retain(|(key, _)| kept.next_if(|other| *other == key).is_some());
        self.latest = latest.into_iter().map(|(_, latest)| latest).collect();
        tally
    }

    /// Returns the new endorsements with an id not delivered before; within a load date the first row of an id counts.
    fn without_copies<'a>(
        &mut self,
        new_rows: &'a [Endorsement],
        as_of: Day,
        max_lateness_days: i32,
        tally: &mut EndorsementCounts,
    ) -> Vec<&'a Endorsement> {
        let dates = self.delivered.dates().iter();
        let earlier = dates.flat_map(|(load_date, ids)| ids.iter().map(|id| (id, *load_date)));
        let mut known: BTreeMap<u128, Day> = earlier.collect();
        let mut fresh = Vec::new();
        for of_date in new_rows.chunk_by(|a, b| a.load_date == b.load_date) {
            let load_date = of_date[0].load_date;
            let mut ids = Vec::with_capacity(of_date.len());
            for endorsement in of_date {
                let id = truncate_id(HashKey::ACTIVITY.hash(&["endorsement", &endorsement.id]));
                ids.push(id);
                match known.insert(id, load_date) {
                    Some(last) if load_date.0 - last.0 <= max_lateness_days => tally.copies += 1,
                    _ => fresh.push(endorsement),
                }
            }
            ids.sort_unstable();
            self.delivered.push(load_date, IdList::from_sorted(ids));
        }
        self.delivered.drop_expired(as_of, max_lateness_days);
        fresh
    }

    /// Returns each key with its worth at the end of `as_of` and its latest endorsement.
    pub fn read(
        &self,
        half_life_days: f64,
        as_of: Day,
    ) -> impl Iterator<Item = (&EndorsementKey, f64, &LatestEndorsement)> {
        let entries = self.sums.entries.iter().zip(&self.latest);
        entries.map(move |(entry, latest)| (&entry.key, entry.read(0, half_life_days, as_of), latest))
    }

    /// Renumbers the topics; the order must stay the same.
    pub fn rename_topics(&mut self, topic: &(dyn Fn(u32) -> u32 + Sync)) {
        self.sums
            .map_keys(|(endorsee, number, endorser)| (endorsee.clone(), topic(*number), endorser.clone()));
    }

    /// Drops the endorsements by and of persons for which `is_opted_out` holds (opted out).
    pub fn drop_opted_out(&mut self, is_opted_out: impl Fn(&str) -> bool) {
        let persons: BTreeSet<&str> = self.sums.entries.iter().flat_map(|e| [&*e.key.0, &*e.key.2]).collect();
        let opted_out: BTreeSet<Box<str>> = persons
            .into_iter()
            .filter(|id| is_opted_out(id))
            .map(Into::into)
            .collect();
        if opted_out.is_empty() {
            return;
        }
        let is_kept = |key: &EndorsementKey| !opted_out.contains(&key.0) && !opted_out.contains(&key.2);
        let mut keys = self.sums.entries.iter().map(|entry| is_kept(&entry.key));
        self.latest.retain(|_| keys.next().unwrap_or(false));
        self.sums.entries.retain(|entry| is_kept(&entry.key));
    }
}

/// Returns the worth by key and load date, decayed to the end of the load date.
fn weigh(
    touches: &mut [(EndorsementKey, &Endorsement)],
    model: &InfluenceModel,
) -> Vec<LedgerEntry<EndorsementKey, 1>> {
    let params = model.params();
    let day = |e: &Endorsement| Day::from_micros(e.endorsed_at);
    touches.sort_unstable_by(|(a, x), (b, y)| {
        (&a.2, x.load_date, day(x), &a.0, a.1, x.endorsed_at, &x.id).cmp(&(
            &b.2,
            y.load_date,
            day(y),
            &b.0,
            b.1,
            y.endorsed_at,
            &y.id,
        ))
    });
    let mut sums: Vec<LedgerEntry<EndorsementKey, 1>> = Vec::new();
    let is_one_day = |a: &(EndorsementKey, &Endorsement), b: &(EndorsementKey, &Endorsement)| {
        (&a.0.2, a.1.load_date, day(a.1)) == (&b.0.2, b.1.load_date, day(b.1))
    };
    for one_day in touches.chunk_by(is_one_day) {
        let endorsees = one_day.chunk_by(|a, b| a.0.0 == b.0.0).count();
        let selectivity = model.weighing().selectivity(endorsees as u32);
        for same in one_day.chunk_by(|a, b| a.0 == b.0) {
            let latest = same[same.len() - 1].1;
            let sum: f64 = same.iter().map(|(_, e)| e.weight.min(1.0)).sum();
            let half_life = params.topics.endorsement_half_life_days;
            let faded = decay_to(latest.endorsed_at, latest.load_date, half_life);
            sums.push(LedgerEntry {
                key: same[0].0.clone(),
                last_load: latest.load_date,
                count: same.len() as u32,
                sums: [selectivity * saturate(sum, params.repeats.beta_day) * faded],
            });
        }
    }
    combine_by_load_date(sums)
}
