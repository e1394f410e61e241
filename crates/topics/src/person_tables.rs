//! Builds the (person, topic) pairs of a snapshot date, and the reactions and endorsements between them.
//!
//! | table | grain | columns |
//! |---|---|---|
//! | `reactions` | person, topic, by | worth, lasting |
//! | `given` | person, topic, helped | given |
//! | `acts` | person, topic | interest, given |
//! | `written` | person, topic | |
//! | `endorsements` | person, topic, by | worth, lasting, id |

use polars::prelude::*;

use super::fixed_point::{DecayPeriods, TopicPeriods, from_units, to_units};
use super::frames::Order::{Ascending, Descending};
use super::frames::{
    add_column, anti_join, build_column, collect, columns, constant_i64, join_on, read_i64, read_texts, read_u32,
    semi_join, sort_in_order, union_all,
};
use super::person_topics::{PersonTables, PersonTopics};
use super::topic_state::TopicState;
use crate::ontology::Ontology;
use clout_base::day::Day;
use clout_base::error::Result;
use clout_model::accounts::{AccountIndex, NO_NODE};
use clout_model::influence::model::InfluenceModel;
use clout_model::influence::weights::saturate;
use clout_model::people::persons::PersonMap;

/// Marks a topic that the current ontology lacks.
pub(super) const NO_TOPIC: u32 = u32::MAX;
/// Marks a person id that belongs to no present person.
const NO_PERSON: u32 = u32::MAX;

/// Inputs of the topic scores of one snapshot date.
pub struct TopicInputs<'a> {
    /// Persisted topic state.
    pub state: &'a TopicState,
    /// Current topics.
    pub ontology: &'a Ontology,
    /// Accounts that the state refers to.
    pub accounts: &'a AccountIndex,
    /// Owners of the accounts.
    pub persons: &'a PersonMap,
    /// By person: true if [present](clout_model::people::presence::PresenceTable), and so in `scores`.
    pub are_present: Vec<bool>,
    /// Influence model.
    pub model: &'a InfluenceModel,
    /// Snapshot date.
    pub as_of: Day,
}

impl TopicInputs<'_> {
    /// Builds the pairs from the state, by the current persons and topics.
    ///
    /// # Errors
    /// Returns an internal error if a query does not fit its tables.
    pub fn build_person_topics(&self) -> Result<PersonTopics> {
        let (by_interactions, others) = rayon::join(
            || -> Result<_> {
                let interactions = self.name_interactions()?;
                let given = self.find_given(&interactions)?;
                Ok((
                    self.find_reactions(&interactions, &given)?,
                    self.find_acts(&interactions, &given)?,
                ))
            },
            || -> Result<_> { Ok((self.find_written()?, self.find_endorsements()?)) },
        );
        let ((reactions, acts), (written, endorsements)) = (by_interactions?, others?);
        let tables = PersonTables {
            reactions,
            acts,
            written,
            endorsements,
        };
        tables.build_person_topics(self.persons.len())
    }

    /// Returns the periods of reactions and posts.
    fn periods(&self) -> TopicPeriods {
        TopicPeriods::new(&self.model.params().topics)
    }

    /// Returns the topic of the ontology by topic number of the state, [`NO_TOPIC`] if the ontology lacks it.
    pub(super) fn list_topics(&self) -> Vec<u32> {
        self.state
            .ids
            .iter()
            .map(|id| self.ontology.find(id).unwrap_or(NO_TOPIC))
            .collect()
    }

    /// Adds persons and the topic of the ontology to rows of the state. `accounts` lists account columns with the names of
    /// their person columns; a post has no other account, so [`NO_NODE`] stays. Rows on topics that the ontology lacks
    /// are left out.
    pub(super) fn name_rows(&self, rows: LazyFrame, accounts: &[(&str, &str)]) -> Result<DataFrame> {
        let mut named = collect(rows)?;
        for (account, person) in accounts {
            look_up(&mut named, account, person, &self.persons.by_account)?;
        }
        look_up(&mut named, "topic", "topic", &self.list_topics())?;
        collect(named.lazy().filter(col("topic").neq(lit(NO_TOPIC))))
    }

    /// Interactions between different persons, in units at the snapshot date. Grain: (period, target, topic, actor).
    fn name_interactions(&self) -> Result<DataFrame> {
        let (periods, ledger) = (self.periods(), &self.state.interactions.table);
        let faded = periods
            .short
            .fade_columns(ledger, ["worth", "interest", "given"], self.as_of)?;
        let lasting = ["lasting_worth", "lasting_given"];
        let faded = periods.lasting.fade_columns(&collect(faded)?, lasting, self.as_of)?;
        let named = self.name_rows(faded, &[("target", "person"), ("actor", "reactor")])?;
        collect(named.lazy().filter(col("person").neq(col("reactor"))))
    }

    /// Returns the mean of a sum with the short and one with the lasting half-life, by `lasting_share`.
    fn mix(&self, short: &str, lasting: &str) -> Expr {
        let share = self.model.params().topics.lasting_share;
        let part = |name: &str, share: f64| col(name).cast(DataType::Float64) * lit(share);
        let mixed = part(short, 1.0 - share) + part(lasting, share);
        mixed.round(0, RoundMode::HalfToEven).cast(DataType::Int64)
    }

    /// Reactions of persons that credit others on topics. `lasting` is the worth of those that answer help: by a person
    /// that the target helped on the topic. Grain: (person, topic, by).
    fn find_reactions(&self, interactions: &DataFrame, given: &DataFrame) -> Result<DataFrame> {
        let credits = interactions.clone().lazy().filter(col("count").gt(lit(0_i64)));
        let sums = credits.group_by([col("person"), col("topic"), col("reactor").alias("by")]);
        let sums = collect(sums.agg([col("worth").sum(), col("lasting_worth").sum()]))?;
        let key = ["person", "topic", "by"];
        let helped = given
            .clone()
            .lazy()
            .select([col("person"), col("topic"), col("helped").alias("by")]);
        let lasting = self.mix("worth", "lasting_worth").alias("lasting");
        let answers = semi_join(sums.clone().lazy(), helped.clone(), key).with_column(lasting);
        let others = anti_join(sums.lazy(), helped, key).with_column(constant_i64(0).alias("lasting"));
        collect(union_all([answers, others])?)
    }

    /// Own rows of persons on topics: posts, rows to other persons, and texts to them. Grain: (person, topic).
    fn find_acts(&self, interactions: &DataFrame, given: &DataFrame) -> Result<DataFrame> {
        let posts = &self.state.interests.table;
        let posts = self.periods().short.fade_columns(posts, ["interest"], self.as_of)?;
        let posts = self.name_rows(posts, &[("account", "person")])?.lazy();
        let posts = posts.select([
            col("person"),
            col("topic"),
            col("interest"),
            constant_i64(0).alias("given"),
        ]);
        let others = interactions.clone().lazy().select([
            col("reactor").alias("person"),
            col("topic"),
            col("interest"),
            constant_i64(0).alias("given"),
        ]);
        let interest = constant_i64(0).alias("interest");
        let texts = given
            .clone()
            .lazy()
            .select([col("person"), col("topic"), interest, col("given")]);
        let all = union_all([posts, others, texts])?.group_by(columns(["person", "topic"]));
        collect(all.agg([col("interest").sum(), col("given").sum()]))
    }

    /// Texts of persons to other persons on topics. Those to one person saturate. Grain: (person, topic, helped).
    fn find_given(&self, interactions: &DataFrame) -> Result<DataFrame> {
        let texts = interactions.clone().lazy().filter(col("lasting_given").gt(lit(0_i64)));
        let sums = texts.group_by([
            col("reactor").alias("person"),
            col("topic"),
            col("person").alias("helped"),
        ]);
        let sums = sums.agg([col("given").sum(), col("lasting_given").sum()]);
        let mut mixed = collect(sums.with_column(self.mix("given", "lasting_given").alias("given")))?;
        let beta = self.model.params().repeats.beta;
        let saturated = read_i64(&mixed, "given")?.iter();
        let saturated = saturated.map(|units| to_units(saturate(from_units(*units), beta)));
        let saturated = build_column("given", saturated);
        add_column(&mut mixed, saturated)?;
        Ok(mixed)
    }

    /// Persons with own tags or texts on topics, other than to themselves. Grain: (person, topic).
    fn find_written(&self) -> Result<DataFrame> {
        let own = self.state.sources.clone().lazy().filter(col("is_own"));
        let own = self
            .name_rows(own, &[("account", "person"), ("other", "other_person")])?
            .lazy();
        let own = own
            .filter(col("person").neq(col("other_person")))
            .select(columns(["person", "topic"]));
        collect(own.unique(None, UniqueKeepStrategy::Any))
    }

    /// Endorsements between present persons, in units at the snapshot date. A person endorsed under several ids counts
    /// once, by the greatest endorsement. Grain: (person, topic, by).
    fn find_endorsements(&self) -> Result<DataFrame> {
        let key = ["endorsee", "topic", "endorser"];
        let tables = &self.state.endorsements;
        let periods = DecayPeriods::new(self.model.params().topics.endorsement_half_life_days);
        let worth = periods.fade_columns(&tables.ledger.table, ["worth"], self.as_of)?;
        let worth = worth.group_by(columns(key)).agg([col("worth").sum()]);
        let mut named = self.name_rows(join_on(worth, tables.latest.clone().lazy(), key), &[])?;
        for (id, person) in [("endorsee", "person"), ("endorser", "by")] {
            let persons: Vec<u32> = read_texts(&named, id)?.iter().map(|id| self.find_person(id)).collect();
            add_column(&mut named, build_column(person, persons))?;
        }
        let is_known = |name: &str| col(name).neq(lit(NO_PERSON));
        let named = named
            .lazy()
            .filter(is_known("person").and(is_known("by")).and(col("person").neq(col("by"))));
        let latest_first = [
            Ascending("person"),
            Ascending("topic"),
            Ascending("by"),
            Descending("at"),
            Descending("id"),
        ];
        let grouped = sort_in_order(named, &latest_first).group_by_stable(columns(["person", "topic", "by"]));
        collect(grouped.agg([
            col("worth").max(),
            col("worth").max().alias("lasting"),
            col("id").first(),
        ]))
    }

    /// Returns the person with a delivered id, or the current owner of the account with that name; [`NO_PERSON`] if not
    /// present.
    ///
    /// A known account may belong to a person that opted out; endorsements of it are dropped.
    fn find_person(&self, person_id: &str) -> u32 {
        let person = self.persons.find_index(person_id).or_else(|| {
            let (network, account_id) = person_id.split_once(':')?;
            let names = self.accounts.network_names();
            let position = names.iter().position(|name| name == network)?;
            let node = self.accounts.find(position, account_id)?;
            Some(self.persons.by_account[node as usize])
        });
        person
            .filter(|person| self.are_present[*person as usize])
            .unwrap_or(NO_PERSON)
    }
}

/// Adds the column `name` with the value of `values` at the index in column `from`; an index beyond the end stays.
fn look_up(table: &mut DataFrame, from: &str, name: &str, values: &[u32]) -> Result<()> {
    let value = |index: &u32| values.get(*index as usize).copied().unwrap_or(NO_NODE);
    let found: Vec<u32> = read_u32(table, from)?.iter().map(value).collect();
    add_column(table, build_column(name, found))
}
