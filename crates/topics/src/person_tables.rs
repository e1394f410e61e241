//! Builds the (person, topic) pairs of a snapshot date, and the reactions and endorsements between them.
//!
//! Reactions on a topic are edges between pairs of that topic, so all topics together form one sparse matrix of
//! independent blocks, one block per topic.
//!
//! | table | grain | columns |
//! |---|---|---|
//! | `reactions` | person, topic, reactor | worth, lasting |
//! | `acts` | person, topic | interest, given |
//! | `written` | person, topic | |
//! | `endorsements` | person, topic, endorser | worth, at, id |
//! | `pairs` | person, topic | pair: the index of the row |

use polars::prelude::*;

use super::fixed_point::{DecayPeriods, from_units, to_units};
use super::frames::{
    build_column, collect, columns, constant_i64, join_on, query_failed, read_i64, read_texts, read_u32, sort_by,
    union_all,
};
use super::person_topics::{PersonTopics, TopicEdge, count_offsets};
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

/// Tables of the persons of one snapshot date.
struct PersonTables {
    reactions: DataFrame,
    acts: DataFrame,
    written: DataFrame,
    endorsements: DataFrame,
}

impl TopicInputs<'_> {
    /// Builds the pairs from the state, by the current persons and topics.
    ///
    /// # Errors
    /// Returns an internal error if a query does not fit its tables.
    pub fn build_person_topics(&self) -> Result<PersonTopics> {
        let interactions = self.name_interactions()?;
        let tables = PersonTables {
            reactions: self.find_reactions(&interactions)?,
            acts: self.find_acts(&interactions)?,
            written: self.find_written()?,
            endorsements: self.find_endorsements()?,
        };
        tables.build_person_topics(self.persons.len())
    }

    /// Returns the periods of reactions and posts.
    fn periods(&self) -> DecayPeriods {
        DecayPeriods::new(self.model.params().topics.half_life_days)
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
        let lasting = self
            .periods()
            .with_half_life(self.model.params().topics.lasting_half_life_days);
        let ledger = &self.state.interactions.table;
        let faded = self
            .periods()
            .fade_columns(ledger, ["worth", "interest", "given"], self.as_of)?;
        let faded = collect(faded.drop(by_name(["fade"], true, false)))?;
        let faded = lasting.fade_columns(&faded, ["lasting_worth", "lasting_given"], self.as_of)?;
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

    /// Reactions of persons that credit others on topics. Grain: (person, topic, by).
    fn find_reactions(&self, interactions: &DataFrame) -> Result<DataFrame> {
        let credits = interactions.clone().lazy().filter(col("count").gt(lit(0_i64)));
        let sums = credits.group_by([col("person"), col("topic"), col("reactor").alias("by")]);
        let sums = sums.agg([col("worth").sum(), col("lasting_worth").sum()]);
        collect(sums.with_column(self.mix("worth", "lasting_worth").alias("lasting")))
    }

    /// Own rows of persons on topics: posts, rows to other persons, and texts to them. Grain: (person, topic).
    fn find_acts(&self, interactions: &DataFrame) -> Result<DataFrame> {
        let posts = &self.state.interests.table;
        let posts = self.periods().fade_columns(posts, ["interest"], self.as_of)?;
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
        let texts = self.find_given(interactions)?.lazy();
        let all = union_all([posts, others, texts])?.group_by(columns(["person", "topic"]));
        collect(all.agg([col("interest").sum(), col("given").sum()]))
    }

    /// Texts of persons to other persons on topics. Those to one person saturate. Grain: (person, topic, helped).
    fn find_given(&self, interactions: &DataFrame) -> Result<DataFrame> {
        let texts = interactions.clone().lazy().filter(col("lasting_given").gt(lit(0_i64)));
        let sums = texts.group_by([col("reactor"), col("topic"), col("person").alias("helped")]);
        let sums = sums.agg([col("given").sum(), col("lasting_given").sum()]);
        let mixed = collect(sums.with_column(self.mix("given", "lasting_given").alias("given")))?;
        let beta = self.model.params().repeats.beta;
        let saturated = read_i64(&mixed, "given")?
            .iter()
            .map(|units| to_units(saturate(from_units(*units), beta)));
        let saturated = build_column("given", saturated.collect::<Vec<i64>>());
        let mut mixed = mixed.clone();
        mixed.with_column(saturated).map_err(query_failed)?;
        let interest = constant_i64(0).alias("interest");
        collect(
            mixed
                .lazy()
                .select([col("reactor").alias("person"), col("topic"), interest, col("given")]),
        )
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
    /// once, by the greatest endorsement. Grain: (person, topic, endorser).
    fn find_endorsements(&self) -> Result<DataFrame> {
        let key = ["endorsee", "topic", "endorser"];
        let tables = &self.state.endorsements;
        let periods = DecayPeriods::new(self.model.params().topics.endorsement_half_life_days);
        let worth = periods.fade_columns(&tables.ledger.table, ["worth"], self.as_of)?;
        let worth = worth.group_by(columns(key)).agg([col("worth").sum()]);
        let mut named = self.name_rows(join_on(worth, tables.latest.clone().lazy(), key), &[])?;
        for (id, person) in [("endorsee", "person"), ("endorser", "by")] {
            let persons: Vec<u32> = read_texts(&named, id)?.iter().map(|id| self.find_person(id)).collect();
            named.with_column(build_column(person, persons)).map_err(query_failed)?;
        }
        let is_known = |name: &str| col(name).neq(lit(NO_PERSON));
        let named = named
            .lazy()
            .filter(is_known("person").and(is_known("by")).and(col("person").neq(col("by"))));
        let by_time = ["person", "topic", "by", "at", "id"];
        let order = SortMultipleOptions::default().with_order_descending_multi([false, false, false, true, true]);
        let grouped = named
            .sort(by_time, order)
            .group_by_stable(columns(["person", "topic", "by"]));
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
    table.with_column(build_column(name, found)).map_err(query_failed)?;
    Ok(())
}

impl PersonTables {
    fn build_person_topics(&self, persons: usize) -> Result<PersonTopics> {
        let pairs = self.list_pairs()?;
        let keys: Vec<(u32, u32)> = read_u32(&pairs, "person")?
            .iter()
            .zip(read_u32(&pairs, "topic")?)
            .map(|(person, topic)| (*person, *topic))
            .collect();
        let mut built = PersonTopics {
            interest: vec![0.0; keys.len()],
            given: vec![0.0; keys.len()],
            wrote: vec![false; keys.len()],
            person_offsets: count_offsets(keys.iter().map(|key| key.0 as usize), persons),
            keys,
            ..PersonTopics::default()
        };
        let acts = collect(join_on(
            self.acts.clone().lazy(),
            pairs.clone().lazy(),
            ["person", "topic"],
        ))?;
        let (interests, given) = (read_i64(&acts, "interest")?, read_i64(&acts, "given")?);
        for (row, pair) in read_u32(&acts, "pair")?.iter().enumerate() {
            built.interest[*pair as usize] = from_units(interests[row]);
            built.given[*pair as usize] = from_units(given[row]);
        }
        let written = collect(join_on(
            self.written.clone().lazy(),
            pairs.clone().lazy(),
            ["person", "topic"],
        ))?;
        read_u32(&written, "pair")?
            .iter()
            .for_each(|pair| built.wrote[*pair as usize] = true);
        let reactions = find_edges(&self.reactions, &pairs)?;
        (built.reactions, built.reaction_offsets) = read_edges(&reactions, built.keys.len())?;
        let endorsements = find_edges(&self.endorsements, &pairs)?;
        (built.endorsements, built.endorsement_offsets) = read_edges(&endorsements, built.keys.len())?;
        built.endorsement_ids = read_texts(&endorsements, "id")?
            .into_iter()
            .map(str::to_owned)
            .collect();
        Ok(built)
    }

    /// All pairs with an act, a reaction or an endorsement, of either side. Grain: (person, topic), sorted.
    fn list_pairs(&self) -> Result<DataFrame> {
        let pair = || columns(["person", "topic"]);
        let targets = |edges: &DataFrame| edges.clone().lazy().select(pair());
        let actors = |edges: &DataFrame| edges.clone().lazy().select([col("by").alias("person"), col("topic")]);
        let all = union_all([
            self.acts.clone().lazy().select(pair()),
            targets(&self.reactions),
            actors(&self.reactions),
            targets(&self.endorsements),
            actors(&self.endorsements),
        ])?;
        let distinct = sort_by(all.unique(None, UniqueKeepStrategy::Any), ["person", "topic"]);
        collect(distinct.with_row_index("pair", None))
    }
}

/// Edges between pairs. Grain: (target, actor), sorted.
fn find_edges(edges: &DataFrame, pairs: &DataFrame) -> Result<DataFrame> {
    let targets = pairs
        .clone()
        .lazy()
        .select([col("person"), col("topic"), col("pair").alias("target")]);
    let actors = pairs
        .clone()
        .lazy()
        .select([col("person").alias("by"), col("topic"), col("pair").alias("actor")]);
    let edges = join_on(edges.clone().lazy(), targets, ["person", "topic"]);
    collect(sort_by(join_on(edges, actors, ["by", "topic"]), ["target", "actor"]))
}

/// Returns the edges of a sorted table, and by pair the index of its first edge, plus one final end.
fn read_edges(table: &DataFrame, pairs: usize) -> Result<(Vec<TopicEdge>, Vec<usize>)> {
    let (targets, actors) = (read_u32(table, "target")?, read_u32(table, "actor")?);
    let (worth, lasting) = (read_i64(table, "worth")?, read_i64(table, "lasting")?);
    let edge = |row: usize| TopicEdge {
        target: targets[row],
        actor: actors[row],
        strength: from_units(worth[row]),
        lasting: from_units(lasting[row]),
    };
    let offsets = count_offsets(targets.iter().map(|target| *target as usize), pairs);
    Ok(((0..targets.len()).map(edge).collect(), offsets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::table;

    #[test]
    fn pairs_have_the_acts_of_a_person_and_the_edges_between_them() {
        let one = to_units(1.0);
        let reaction = format!("1 5 2 {one} {}", 2 * one);
        let act = format!("2 5 {one} {}", 3 * one);
        let endorsement = format!("2 5 1 {one} {one} e7");
        let tables = PersonTables {
            reactions: table("person:u32 topic:u32 by:u32 worth:i64 lasting:i64", &[&reaction]),
            acts: table("person:u32 topic:u32 interest:i64 given:i64", &[&act]),
            written: table("person:u32 topic:u32", &["2 5", "1 9"]),
            endorsements: table(
                "person:u32 topic:u32 by:u32 worth:i64 lasting:i64 id:str",
                &[&endorsement],
            ),
        };
        let built = tables.build_person_topics(3).unwrap();
        assert_eq!(built.keys, [(1, 5), (2, 5)], "a written topic alone is no pair");
        assert_eq!(built.person_offsets, [0, 0, 1, 2]);
        assert_eq!(
            (&built.interest[..], &built.given[..]),
            (&[0.0, 1.0][..], &[0.0, 3.0][..])
        );
        assert_eq!(built.wrote, [false, true]);
        let edge = |target, actor, lasting| TopicEdge {
            target,
            actor,
            strength: 1.0,
            lasting,
        };
        assert_eq!(built.reactions_of(0), [edge(0, 1, 2.0)]);
        assert_eq!(built.endorsements_of(1), [edge(1, 0, 1.0)]);
        assert_eq!((built.reactions_of(1).len(), built.endorsements_of(0).len()), (0, 0));
        assert_eq!(built.endorsement_ids, ["e7"]);
    }
}
