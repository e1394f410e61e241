//! Reads the number of followers of each account on a date. Scores are compared with it; it is never part of a score.
//!
//! The source is `followers_count` of a network's newest `accounts` partition. If that has no count, the in-degree of
//! the newest `follows` partition is used. That graph may be partial, so an account that is not in it is unknown, and
//! an account that only follows others has 0 followers. As in a run, the newest partition with a readable file
//! counts. Unreadable files are skipped, because the run itself reports them.
//!
//! Memory: each account id once, and 8 bytes per row while a graph is read. One row group is decoded at a time.

use std::collections::HashMap;

use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::networks::Network;
use clout_warehouse::admission::{RefusalReason, admit_file};
use clout_warehouse::input_batches::{InputBatch, for_each_batch};
use clout_warehouse::input_columns::{self, InputColumn};
use clout_warehouse::inventory::{EARLIEST_DAY, InputInventory};
use clout_warehouse::store::{Store, StoredObject};

/// Number of followers by account id.
type CountsById = HashMap<Box<str>, u64>;

/// Number of followers of each account with a known count.
#[derive(Debug, Default)]
pub struct FollowerCounts {
    by_network: Vec<CountsById>,
}

impl FollowerCounts {
    /// Reads the counts as of a date. Networks are numbered as in `networks`.
    ///
    /// # Errors
    /// Returns an error only if the store fails.
    pub fn read(store: &Store, inventory: &InputInventory, networks: &[Network], as_of: Day) -> Result<FollowerCounts> {
        let of_network = |network: &Network| {
            let source = NetworkTables {
                store,
                inventory,
                network: &network.name,
                as_of,
            };
            let counts = source.newest("accounts", read_counts)?;
            match counts.is_empty() {
                true => source.newest("follows", read_in_degrees),
                false => Ok(counts),
            }
        };
        let by_network = networks.iter().map(of_network).collect::<Result<_>>()?;
        Ok(FollowerCounts { by_network })
    }

    /// Returns the number of followers of an account; none if it is unknown.
    pub fn get(&self, network: usize, account_id: &str) -> Option<f64> {
        let count = self.by_network.get(network)?.get(account_id)?;
        Some(*count as f64)
    }

    /// Returns the number of accounts of a network with a known count.
    pub fn count_known(&self, network: usize) -> usize {
        self.by_network.get(network).map_or(0, HashMap::len)
    }
}

/// Location of the tables of one network.
struct NetworkTables<'a> {
    store: &'a Store,
    inventory: &'a InputInventory,
    network: &'a str,
    as_of: Day,
}

impl<'a> NetworkTables<'a> {
    /// Applies `take` to partitions, newest first, until one has a readable file; empty if none has.
    fn newest(
        &self,
        table: &str,
        take: fn(&Store, &[StoredObject]) -> Result<Option<CountsById>>,
    ) -> Result<CountsById> {
        let delivered = self.inventory.partitions_between(table, EARLIEST_DAY, self.as_of);
        let mut of_network: Vec<_> = delivered.filter(|(at, _)| at.network == self.network).collect();
        of_network.sort_by_key(|(partition, _)| std::cmp::Reverse(partition.load_date));
        for (_, files) in of_network {
            if let Some(counts) = take(self.store, files)? {
                return Ok(counts);
            }
        }
        Ok(CountsById::new())
    }
}

/// Passes each batch of a file to `take`. Returns false if the file cannot be read; the rows passed so far are then
/// void.
fn each_batch(
    store: &Store,
    object: &StoredObject,
    columns: &[InputColumn],
    take: &mut dyn FnMut(InputBatch) -> std::result::Result<(), RefusalReason>,
) -> Result<bool> {
    let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
    match admit_file(store, object, &names, columns)? {
        Ok(admitted) => Ok(for_each_batch(store, &admitted, take)?.is_ok()),
        Err(_) => Ok(false),
    }
}

/// Reads counts from accounts files; none without a readable file.
fn read_counts(store: &Store, files: &[StoredObject]) -> Result<Option<CountsById>> {
    let mut counts = None;
    for object in files {
        let mut of_file: Vec<(Box<str>, u64)> = Vec::new();
        let is_readable = each_batch(store, object, input_columns::FOLLOWER_COUNT_COLUMNS, &mut |batch| {
            let (ids, followers) = (batch.texts(0)?, batch.counts(1)?);
            for (id, count) in ids.iter().zip(followers.iter()) {
                if let (Some(id), Some(count)) = (id.filter(|id| !id.is_empty()), count.and_then(as_count)) {
                    of_file.push((id.into(), count));
                }
            }
            Ok(())
        })?;
        if is_readable {
            let counts = counts.get_or_insert_with(CountsById::new);
            for (id, count) in of_file {
                // The maximum makes the result independent of the order of rows and files.
                let known = counts.entry(id).or_insert(count);
                *known = count.max(*known);
            }
        }
    }
    Ok(counts)
}

/// Converts a count; none if it is negative.
fn as_count(value: i64) -> Option<u64> {
    u64::try_from(value).ok()
}

/// Computes in-degrees from follows files; none without a readable file.
fn read_in_degrees(store: &Store, files: &[StoredObject]) -> Result<Option<CountsById>> {
    let mut graph = FollowGraph::default();
    let mut is_any_readable = false;
    for object in files {
        let before = (graph.numbers.len(), graph.edges.len());
        let is_readable = each_batch(
            store,
            object,
            input_columns::columns_of_table("follows"),
            &mut |batch| {
                let (followers, followees) = (batch.texts(0)?, batch.texts(1)?);
                for (follower, followee) in followers.iter().zip(followees.iter()) {
                    graph.follow(follower.unwrap_or_default(), followee.unwrap_or_default());
                }
                Ok(())
            },
        )?;
        if !is_readable {
            graph.cut(before);
        }
        is_any_readable |= is_readable;
    }
    Ok(is_any_readable.then(|| graph.in_degrees()))
}

/// Graph of follows, with a number for each account.
#[derive(Default)]
struct FollowGraph {
    numbers: HashMap<Box<str>, u32>,
    /// (followee, follower)
    edges: Vec<(u32, u32)>,
}

impl FollowGraph {
    /// Adds an edge, unless an id is missing.
    fn follow(&mut self, follower: &str, followee: &str) {
        if !follower.is_empty() && !followee.is_empty() {
            let edge = (self.number(followee), self.number(follower));
            self.edges.push(edge);
        }
    }

    fn number(&mut self, id: &str) -> u32 {
        if let Some(number) = self.numbers.get(id) {
            return *number;
        }
        let number = self.numbers.len() as u32;
        self.numbers.insert(id.into(), number);
        number
    }

    /// Removes all accounts and rows added after the given numbers of them.
    fn cut(&mut self, (accounts, rows): (usize, usize)) {
        self.numbers.retain(|_, number| (*number as usize) < accounts);
        self.edges.truncate(rows);
    }

    /// Counts the followers of each account. Duplicate edges count once, self-loops not at all.
    fn in_degrees(mut self) -> CountsById {
        self.edges.sort_unstable();
        self.edges.dedup();
        let mut degrees = vec![0_u64; self.numbers.len()];
        for (followee, follower) in self.edges {
            degrees[followee as usize] += u64::from(followee != follower);
        }
        let degree = |(id, number): (Box<str>, u32)| (id, degrees[number as usize]);
        self.numbers.into_iter().map(degree).collect()
    }
}
