//! Simulates one day of all people: active people, posts, check-ins and reactions.
//!
//! A day runs in passes (write, check in, react), so that reactions find the day's posts. The simulation remembers
//! only the last posts and visits of each account, so all days cost the same. Check-ins are in [`super::check_ins`],
//! reactions in [`super::reactions`].

use super::GenerateSpec;
use super::network::SampleNetwork;
use super::ontology::{SampleOntology, TagIndex};
use super::people::{SamplePeople, StoryRole};
use super::rng::{RngStream, StreamRng};
use super::row::{ActivityObject, ActivityRow, DayRows};
use super::story_people::{RING_DAYS, is_away};
use super::texts;
use super::ties::LastingTies;
use super::topic_table::FIELDS;
use super::weighted_choice::WeightedAccounts;
use clout_base::day::{DAY_SECONDS, Day, SECOND_MICROS};
use std::collections::VecDeque;

/// Number of posts and of visits remembered per account.
const REMEMBERED: usize = 3;

/// Post that can receive reactions.
#[derive(Clone)]
pub(crate) struct RememberedPost {
    /// Number on the network.
    pub number: u64,
    /// Time in microseconds since 1970.
    pub at: i64,
    /// Index of the topic.
    pub topic: usize,
    /// Tags of the post.
    pub tags: Vec<TagIndex>,
}

/// Simulation with its state.
pub(crate) struct DailyActivity<'a> {
    pub(super) spec: &'a GenerateSpec,
    pub(super) people: &'a SamplePeople,
    pub(super) ontology: &'a SampleOntology,
    pub(super) ties: &'a LastingTies,
    pub(super) lots: &'a WeightedAccounts,
    pub(super) posts: Vec<VecDeque<RememberedPost>>,
    pub(super) visits: Vec<VecDeque<(u32, ActivityObject)>>,
    written: [u64; SampleNetwork::ALL.len()],
    pub(super) venues: u32,
}

/// State of one day.
pub(crate) struct CurrentDay {
    /// Random number generator of the day.
    pub dice: StreamRng,
    /// Number of days since the first.
    pub day: u32,
    /// First microsecond of the day.
    pub start: i64,
    /// Rows so far.
    pub rows: DayRows,
}

impl CurrentDay {
    /// Draws a time of the day: the mean of two uniform draws, so most likely around noon.
    pub(crate) fn draw_time(&mut self) -> i64 {
        let seconds = (self.dice.below(86_400) + self.dice.below(86_400)) / 2;
        self.start + seconds as i64 * SECOND_MICROS
    }

    /// Draws a time of the day after `at`, which is on this day or before it.
    pub(crate) fn draw_time_after(&mut self, at: i64) -> i64 {
        let pause = 20 + self.dice.below(7_200) as i64;
        let last = self.start + (DAY_SECONDS - 1) * SECOND_MICROS;
        self.draw_time().max(at + pause * SECOND_MICROS).min(last)
    }
}

impl<'a> DailyActivity<'a> {
    /// Creates the simulation at the start of its first day.
    pub(crate) fn new(
        spec: &'a GenerateSpec,
        people: &'a SamplePeople,
        ontology: &'a SampleOntology,
        ties: &'a LastingTies,
        lots: &'a WeightedAccounts,
    ) -> Self {
        let accounts = people.accounts.len();
        DailyActivity {
            spec,
            people,
            ontology,
            ties,
            lots,
            posts: vec![VecDeque::new(); accounts],
            visits: vec![VecDeque::new(); accounts],
            written: [0; SampleNetwork::ALL.len()],
            // One venue of a field per about five of its people on foursquare.
            venues: (accounts / FIELDS.len() / 25).max(4) as u32,
        }
    }

    /// Simulates one day. Returns its rows in time order.
    pub(crate) fn simulate_day(&mut self, day: u32) -> DayRows {
        let mut today = CurrentDay {
            dice: StreamRng::new(self.spec.seed, RngStream::Day(day)),
            day,
            start: Day(self.spec.first_day() + day as i32).start_micros(),
            rows: DayRows::default(),
        };
        let about = self.draw_active_people(&mut today);
        for &person in &about {
            self.write(&mut today, person);
        }
        for &person in &about {
            self.add_check_ins(&mut today, person);
        }
        for &person in &about {
            self.add_reactions(&mut today, person);
        }
        self.circles_react(&mut today);
        self.ring_reacts(&mut today);
        for rows in &mut today.rows {
            rows.sort_by_key(|row| row.occurred_at);
        }
        today.rows
    }

    /// Draws the active people of a day.
    fn draw_active_people(&self, today: &mut CurrentDay) -> Vec<usize> {
        let persons = self.people.persons.iter().enumerate();
        persons
            .filter(|(_, person)| {
                let is_active = match person.role {
                    StoryRole::Bot => self.is_ring_active(today.day),
                    StoryRole::Ordinary | StoryRole::Cast(_) => today.dice.chance_per_mille(person.rate_per_mille),
                };
                is_active && !is_away(&person.id, today.day, self.spec.days)
            })
            .map(|(index, _)| index)
            .collect()
    }

    /// Returns true if the ring is active on a day.
    pub(crate) fn is_ring_active(&self, day: u32) -> bool {
        day + RING_DAYS >= self.spec.days
    }

    /// Creates posts: stars and bots post on each of their networks, other people on at most one, more often with more
    /// pull.
    fn write(&mut self, today: &mut CurrentDay, person: usize) {
        let writer = &self.people.persons[person];
        let is_eager = writer.role != StoryRole::Ordinary;
        let keenness = 200 + (writer.pull / 100).min(700);
        let accounts = writer.accounts.clone();
        if is_eager {
            accounts.for_each(|account| self.post(today, account));
        } else if today.dice.chance_per_mille(keenness) {
            let chosen = today.dice.below(u64::from(accounts.end - accounts.start)) as u32;
            self.post(today, accounts.start + chosen);
        }
    }

    fn post(&mut self, today: &mut CurrentDay, account: u32) {
        let network = self.people.accounts[account as usize].network;
        let [first, second] = self.people.owner(account).fields;
        let field = if today.dice.chance_per_mille(850) {
            first
        } else {
            second
        };
        let topic = self.ontology.draw_topic(&mut today.dice, field);
        let words = texts::write_post(&mut today.dice, self.ontology, network, topic);
        let number = self.written[network as usize];
        self.written[network as usize] += 1;
        let post = RememberedPost {
            number,
            at: today.draw_time(),
            topic,
            tags: words.tags.clone(),
        };
        today.rows[network as usize].push(ActivityRow {
            number: None,
            occurred_at: post.at,
            actor: Some(account),
            verb: network.post_verb(),
            object: Some(ActivityObject::Written(number)),
            target: None,
            text: Some(words.text),
            tags: Some(words.tags),
            is_twin: false,
        });
        remember(&mut self.posts[account as usize], post);
    }
}

/// Adds an item to a list that keeps only the last few.
pub(super) fn remember<T>(memory: &mut VecDeque<T>, thing: T) {
    if memory.len() == REMEMBERED {
        memory.pop_front();
    }
    memory.push_back(thing);
}
