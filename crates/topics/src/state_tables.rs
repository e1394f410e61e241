//! Lists the tables of a topic state by name, to write them and to read them back.

use polars::prelude::*;

use super::frames::{build_column, build_table, query_failed, read_i64, read_texts, read_u32};
use super::period_ledger::PeriodLedger;
use super::topic_state::{AliasCounts, TopicState};
use crate::ontology::alias_resolver::AliasCount;
use clout_base::error::{Error, Result};

const LEDGER_NAMES: [&str; 3] = ["interactions", "interests", "endorsements"];

impl TopicState {
    /// Returns all tables with their names, without the ledgers and the ids of delivered endorsements.
    ///
    /// # Errors
    /// Returns an internal error if a table cannot be built.
    pub fn to_tables(&self) -> Result<Vec<(&'static str, DataFrame)>> {
        let ids: Vec<&str> = self.ids.iter().map(String::as_str).collect();
        Ok(vec![
            ("ids", build_table(vec![build_column("id", ids)])?),
            ("sources", self.sources.clone()),
            ("posted", self.posted.clone()),
            ("topic_pairs", self.topic_pairs.clone()),
            ("aliases", self.to_aliases()?),
            ("endorsed_last", self.endorsements.latest.clone()),
            ("ontology", self.to_ontology()?),
        ])
    }

    /// Builds a state of some networks from the tables of [`TopicState::to_tables`], which `get` returns by name.
    ///
    /// # Errors
    /// Returns the errors of `get`, and an internal error if a table has other columns.
    pub fn from_tables(networks: usize, get: &dyn Fn(&str) -> Result<DataFrame>) -> Result<TopicState> {
        let mut state = TopicState::empty(networks);
        let ids = get("ids")?;
        state.ids = read_texts(&ids, "id")?.into_iter().map(str::to_owned).collect();
        for (name, table) in [
            ("sources", &mut state.sources),
            ("posted", &mut state.posted),
            ("topic_pairs", &mut state.topic_pairs),
            ("endorsed_last", &mut state.endorsements.latest),
        ] {
            *table = expect_columns(name, get(name)?, table)?;
        }
        state.add_aliases(&get("aliases")?)?;
        state.ontology = read_ontology(&get("ontology")?)?;
        Ok(state)
    }

    /// Returns the ledgers with their names.
    pub fn ledgers(&self) -> [(&'static str, &PeriodLedger); 3] {
        let [interactions, interests, endorsements] = LEDGER_NAMES;
        [
            (interactions, &self.interactions),
            (interests, &self.interests),
            (endorsements, &self.endorsements.ledger),
        ]
    }

    /// Returns the ledgers with their names, to load them.
    pub fn ledgers_mut(&mut self) -> [(&'static str, &mut PeriodLedger); 3] {
        let [interactions, interests, endorsements] = LEDGER_NAMES;
        [
            (interactions, &mut self.interactions),
            (interests, &mut self.interests),
            (endorsements, &mut self.endorsements.ledger),
        ]
    }

    /// Alias counts of the networks. The row of an empty alias has the network's number of texts.
    /// Grain: (network, alias).
    fn to_aliases(&self) -> Result<DataFrame> {
        let mut rows: Vec<(u32, &str, AliasCount)> = Vec::new();
        for (network, aliases) in (0..).zip(&self.aliases) {
            let all = AliasCount {
                texts: aliases.texts,
                ..AliasCount::default()
            };
            rows.push((network, "", all));
            rows.extend(aliases.counts.iter().map(|(alias, count)| (network, &**alias, *count)));
        }
        let counts = |name: &str, count: &dyn Fn(&AliasCount) -> u64| {
            build_column(name, rows.iter().map(|row| count(&row.2) as i64))
        };
        build_table(vec![
            build_column("network", rows.iter().map(|row| row.0)),
            build_column("alias", rows.iter().map(|row| row.1)),
            counts("texts", &|count| count.texts),
            counts("judged", &|count| count.judged),
            counts("agreed", &|count| count.agreed),
        ])
    }

    fn add_aliases(&mut self, table: &DataFrame) -> Result<()> {
        let (networks, aliases) = (read_u32(table, "network")?, read_texts(table, "alias")?);
        let [texts, judged, agreed] = ["texts", "judged", "agreed"].map(|name| read_i64(table, name));
        let (texts, judged, agreed) = (texts?, judged?, agreed?);
        for (row, alias) in aliases.into_iter().enumerate() {
            let known: &mut AliasCounts = self
                .aliases
                .get_mut(networks[row] as usize)
                .ok_or_else(|| Error::internal("an alias of the state has an unknown network"))?;
            let count = AliasCount {
                texts: texts[row] as u64,
                judged: judged[row] as u64,
                agreed: agreed[row] as u64,
            };
            match alias.is_empty() {
                true => known.texts = count.texts,
                false => drop(known.counts.insert(alias.into(), count)),
            }
        }
        Ok(())
    }

    /// Topics and parents of the snapshot date; a topic without a parent has a null.
    fn to_ontology(&self) -> Result<DataFrame> {
        let parents: Vec<Option<&str>> = self.ontology.iter().map(|row| row.1.as_deref()).collect();
        build_table(vec![
            build_column("id", self.ontology.iter().map(|row| row.0.as_str())),
            build_column("parent", parents),
        ])
    }
}

/// Returns a table that has the columns of another.
fn expect_columns(name: &str, table: DataFrame, like: &DataFrame) -> Result<DataFrame> {
    match table.schema() == like.schema() {
        true => Ok(table),
        false => Err(Error::internal(format!(
            "the table {name} of the state has other columns"
        ))),
    }
}

fn read_ontology(table: &DataFrame) -> Result<Vec<(String, Option<String>)>> {
    let parents = table.column("parent").and_then(Column::str).map_err(query_failed)?;
    let parents = parents.iter().map(|id| id.map(str::to_owned));
    Ok(read_texts(table, "id")?
        .into_iter()
        .map(str::to_owned)
        .zip(parents)
        .collect())
}
