//! Creates the tables of people and topics: identities, opt-outs, endorsements, topics and their edges.

use super::GenerateError;
use super::GenerateSpec;
use super::activity_file::build_batch;
use super::faults::{FaultCounts, PlantedFault};
use super::network::SampleNetwork;
use super::ontology::{SampleOntology, listed_aliases};
use super::people::{SamplePeople, StoryRole};
use super::rng::{RngStream, StreamRng};
use super::story_people::{BUYER, CLAIMANT, OPTED_OUT, OWNER, RELINKED, RING_DAYS, STORY_PEOPLE};
use super::topic_table::TOPICS;
use super::weighted_choice::WeightedAccounts;
use arrow::array::{Float64Array, ListBuilder, RecordBatch, StringArray, StringBuilder, TimestampMicrosecondArray};
use clout_base::day::{DAY_SECONDS, Day, SECOND_MICROS};
use std::sync::Arc;

/// Number of people per endorsement and day. Endorsements are rare compared with reactions.
const PERSONS_PER_ENDORSEMENT: u32 = 150;

/// Creates the topics, with the tags of their names among the aliases.
pub(crate) fn build_topics() -> Result<RecordBatch, GenerateError> {
    let mut aliases = ListBuilder::new(StringBuilder::new());
    for row in TOPICS {
        aliases.append_value(listed_aliases(row).into_iter().map(Some));
    }
    build_batch(vec![
        ("topic_id", strings(TOPICS.iter().map(|row| row.0))),
        ("name", strings(TOPICS.iter().map(|row| row.1))),
        ("aliases", Arc::new(aliases.finish())),
    ])
}

/// Creates the graph of topics: one row per parent of each topic.
pub(crate) fn topic_edges() -> Result<RecordBatch, GenerateError> {
    let edges = || {
        TOPICS
            .iter()
            .flat_map(|row| row.2.iter().map(|parent| (*parent, row.0)))
    };
    build_batch(vec![
        ("parent_id", strings(edges().map(|(parent, _)| parent))),
        ("child_id", strings(edges().map(|(_, child)| child))),
    ])
}

/// Creates snapshot number `snapshot` (0, 1 or 2) of the account owners, sorted by person.
pub(crate) fn identities(
    people: &SamplePeople,
    snapshot: usize,
    faults: &mut FaultCounts,
) -> Result<RecordBatch, GenerateError> {
    let mut rows: Vec<(&str, SampleNetwork, &str)> = Vec::new();
    for (index, person) in people.persons.iter().enumerate().filter(|(_, person)| person.is_listed) {
        let last = person.accounts.end - 1;
        for (number, account) in people.accounts_of(index) {
            let is_last_of_many = number == last && person.accounts.len() > 1;
            if is_named(&person.id, index, is_last_of_many, snapshot) {
                rows.push((&person.id, account.network, &account.id));
            }
        }
    }
    let owner = people.story_index(OWNER);
    let disputed = people
        .accounts_of(owner)
        .find(|(_, it)| it.network == SampleNetwork::Facebook);
    if let Some((_, account)) = disputed
        && snapshot > 0
    {
        rows.push((CLAIMANT, account.network, &account.id));
        faults.count(PlantedFault::DisputedAccount);
    }
    rows.sort_unstable();
    build_batch(vec![
        ("person_id", strings(rows.iter().map(|row| row.0))),
        ("network", strings(rows.iter().map(|row| row.1.name()))),
        ("account_id", strings(rows.iter().map(|row| row.2))),
    ])
}

/// Returns true if a snapshot names an account. Snapshots differ slightly: some last accounts appear with the second
/// snapshot, some disappear with the third, and some people with one account appear with the third. The divisors are
/// arbitrary primes.
fn is_named(id: &str, person: usize, is_last_of_many: bool, snapshot: usize) -> bool {
    let is_cast = person < STORY_PEOPLE.len();
    if is_cast {
        return !(id == RELINKED && is_last_of_many && snapshot == 0);
    }
    match is_last_of_many {
        true if person % 37 == 5 => snapshot >= 1,
        true if person % 53 == 7 => snapshot <= 1,
        false if person % 41 == 3 => snapshot >= 2,
        _ => true,
    }
}

/// Creates the opt-outs of a day (counted from the first), if there are any: half-way a story person, a listed person
/// and a person known by account only; after three quarters another listed person.
pub(crate) fn opt_outs(
    spec: &GenerateSpec,
    people: &SamplePeople,
    day: u32,
) -> Option<Result<RecordBatch, GenerateError>> {
    let mut leavers = Vec::new();
    if day == spec.days / 2 {
        leavers.push(OPTED_OUT.to_owned());
        leavers.extend(nth_of_the_crowd(people, true, 1));
        leavers.extend(nth_of_the_crowd(people, false, 1));
    }
    if day == spec.days * 3 / 4 {
        leavers.extend(nth_of_the_crowd(people, true, 2));
    }
    let is_any = !leavers.is_empty();
    is_any.then(|| build_batch(vec![("person_id", strings(leavers.iter().map(String::as_str)))]))
}

/// Returns the public id of the n-th ordinary person, permanently listed or not.
fn nth_of_the_crowd(people: &SamplePeople, is_listed: bool, n: usize) -> Option<String> {
    let crowd = STORY_PEOPLE.len()..people.persons.len();
    crowd
        .filter(|&index| people.persons[index].role == StoryRole::Ordinary)
        .filter(|&index| people.persons[index].is_listed == is_listed && index % 41 != 3)
        .nth(n)
        .map(|index| people.public_id(index))
}

/// Endorsement before it is written.
struct NewEndorsement {
    at: i64,
    endorser: String,
    endorsee: String,
    topic: usize,
    weight: Option<f64>,
}

/// Creates the endorsements of a day.
pub(crate) fn endorsements(
    spec: &GenerateSpec,
    people: &SamplePeople,
    ontology: &SampleOntology,
    lots: &WeightedAccounts,
    day: u32,
) -> Result<RecordBatch, GenerateError> {
    let mut dice = StreamRng::new(spec.seed, RngStream::Endorsements(day));
    let mut given = Vec::new();
    for turn in 0..(spec.persons / PERSONS_PER_ENDORSEMENT).max(4) {
        let actor = dice.below(people.accounts.len() as u64) as u32;
        let endorser = people.accounts[actor as usize].person as usize;
        // Every fourth endorsement is for the first story person.
        let target = lots.draw_noticed(&mut dice, people, actor).filter(|_| turn % 4 != 0);
        let endorsee = target.map_or(0, |target| people.accounts[target as usize].person as usize);
        if people.persons[endorser].role != StoryRole::Bot && endorser != endorsee {
            given.push(endorsement(
                &mut dice,
                spec,
                day,
                people,
                ontology,
                [endorser, endorsee],
            ));
        }
    }
    if day + RING_DAYS >= spec.days {
        // The ring endorses the buyer, and so does the buyer himself.
        let buyer = people.story_index(BUYER);
        let first_bot = people.persons.len().saturating_sub(5);
        for endorser in (first_bot..people.persons.len()).chain([buyer]) {
            given.push(endorsement(&mut dice, spec, day, people, ontology, [endorser, buyer]));
        }
    }
    given.sort_by_key(|endorsement| endorsement.at);
    endorsement_table(day, &given)
}

fn endorsement(
    dice: &mut StreamRng,
    spec: &GenerateSpec,
    day: u32,
    people: &SamplePeople,
    ontology: &SampleOntology,
    [endorser, endorsee]: [usize; 2],
) -> NewEndorsement {
    let start = Day(spec.first_day() + day as i32).start_micros();
    NewEndorsement {
        at: start + dice.below(DAY_SECONDS as u64) as i64 * SECOND_MICROS,
        endorser: people.public_id(endorser),
        endorsee: people.public_id(endorsee),
        topic: ontology.draw_topic(dice, people.persons[endorsee].fields[0]),
        // A null weight means 1.
        weight: dice
            .chance_per_mille(500)
            .then(|| if dice.chance_per_mille(100) { 2.0 } else { 1.0 }),
    }
}

fn endorsement_table(day: u32, given: &[NewEndorsement]) -> Result<RecordBatch, GenerateError> {
    let ids = (0..given.len()).map(|number| format!("e{day:04}-{number:04}"));
    let times = TimestampMicrosecondArray::from_iter_values(given.iter().map(|one| one.at));
    build_batch(vec![
        ("endorsement_id", Arc::new(StringArray::from_iter_values(ids))),
        ("endorsed_at", Arc::new(times.with_timezone("UTC"))),
        ("endorser_id", strings(given.iter().map(|one| one.endorser.as_str()))),
        ("endorsee_id", strings(given.iter().map(|one| one.endorsee.as_str()))),
        ("topic_id", strings(given.iter().map(|one| TOPICS[one.topic].0))),
        (
            "weight",
            Arc::new(given.iter().map(|one| one.weight).collect::<Float64Array>()),
        ),
    ])
}

fn strings<'a>(values: impl Iterator<Item = &'a str>) -> Arc<StringArray> {
    Arc::new(values.map(Some).collect())
}
