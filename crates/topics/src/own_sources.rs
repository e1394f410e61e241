//! Looks up the latest sources of each person, from own rows and from rows of others.

use super::person_topics::{NO_TOPIC, TopicInputs, offsets};
use super::sources::{EvidenceSource, MAX_SOURCES};
use super::topic_state::TopicState;
use crate::ontology::alias_resolver::MentionKind as Shows;
use clout_model::accounts::NO_NODE;

/// Index of the state's sources by person.
pub(super) struct OwnSources<'a> {
    memory: &'a TopicState,
    /// By account: index of its first source, plus one final end.
    starts: Vec<usize>,
    /// By person: index of its first account, plus one final end.
    account_starts: Vec<usize>,
    accounts: Vec<u32>,
    /// Person by account.
    of_account: &'a [u32],
    /// By topic of the ontology: its number in the state.
    numbers: Vec<u32>,
}

impl<'a> OwnSources<'a> {
    /// Builds the index of all persons.
    pub(super) fn of(inputs: &TopicInputs<'a>) -> OwnSources<'a> {
        let (memory, of_account) = (inputs.state, &inputs.persons.by_account);
        let of_sources = memory.sources.rows().iter().map(|source| source.key.account as usize);
        let (account_starts, accounts) = inputs.persons.group_accounts();
        let number = |topic: u32| {
            let position = memory
                .ids
                .binary_search_by(|id| id.as_str().cmp(inputs.ontology.id(topic)));
            position.map_or(NO_TOPIC, |position| position as u32)
        };
        OwnSources {
            memory,
            starts: offsets(of_sources, of_account.len()),
            account_starts,
            accounts,
            of_account,
            numbers: (0..inputs.ontology.len() as u32).map(number).collect(),
        }
    }

    /// Fills the list with the indices of a person's latest sources of one kind on a topic: from own rows and from rows
    /// of others, each side limited to the latest few, each id once.
    pub(super) fn fill(&self, places: &mut Vec<u32>, person: u32, topic: u32, shows: Shows) {
        let key = (self.numbers[topic as usize], shows);
        let accounts = &self.accounts[self.account_starts[person as usize]..self.account_starts[person as usize + 1]];
        let rows = self.memory.sources.rows();
        let key_of = |row: &EvidenceSource| (row.key.topic, row.key.shows);
        places.clear();
        for account in accounts.iter().map(|account| *account as usize) {
            let own = &rows[self.starts[account]..self.starts[account + 1]];
            let first = own.partition_point(|row| key_of(row) < key);
            let same = own[first..].iter().take_while(|row| key_of(row) == key);
            let places_of = same.zip((self.starts[account] + first) as u32..);
            places.extend(
                places_of
                    .filter(|(row, _)| self.other(row) != Some(person))
                    .map(|(_, position)| position),
            );
        }
        self.keep_latest(places);
    }

    /// Keeps the latest sources of each side over several accounts, each id once.
    fn keep_latest(&self, places: &mut Vec<u32>) {
        let id = |position: &u32| self.memory.sources.id(self.row(*position));
        places.sort_by(|a, b| {
            let (x, y) = (&self.row(*a).act, &self.row(*b).act);
            (y.at.cmp(&x.at))
                .then_with(|| id(a).cmp(id(b)))
                .then(y.weight.total_cmp(&x.weight))
        });
        let mut kept: Vec<u32> = Vec::with_capacity(2 * MAX_SOURCES);
        for position in places.iter() {
            let is_own = self.row(*position).key.is_own;
            let of_side = || kept.iter().filter(|other| self.row(**other).key.is_own == is_own);
            if of_side().count() < MAX_SOURCES && of_side().all(|other| id(other) != id(position)) {
                kept.push(*position);
            }
        }
        *places = kept;
    }

    pub(super) fn row(&self, position: u32) -> &EvidenceSource {
        &self.memory.sources.rows()[position as usize]
    }

    /// Returns the person on the other side of the act, if any.
    pub(super) fn other(&self, source: &EvidenceSource) -> Option<u32> {
        (source.act.other != NO_NODE).then(|| self.of_account[source.act.other as usize])
    }
}
