//! Two snapshots held side by side: who moved, who came and went, how the distribution moved, and what the two were
//! made from.
//!
//! Only people who stand in the newest snapshot are named. Somebody who left may have opted out, and is counted alone.

mod inputs;
mod people;
mod spread;

use serde_json::{Map, Value, json};

use crate::job::differing;
use clout_base::day::Day;
use clout_base::error::{Error, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::snapshots;
use clout_warehouse::snapshots::find_or_newest as snapshot;
use clout_warehouse::store::Store;

pub use inputs::{InputChange, Partition};
pub use people::{Group, People, Person};
pub use spread::{BINS, Spread};

/// What two snapshots differ in. Everything is told from the earlier to the later one.
#[derive(Debug)]
pub struct Diff {
    /// The two dates.
    pub dates: [Day; 2],
    /// Their model versions.
    pub models: [String; 2],
    /// Parameters that differ: dotted name, and the value in each (null where it has none).
    pub parameters: Vec<(String, [Value; 2])>,
    /// People.
    pub people: People,
    /// The scores of each.
    pub spreads: [Spread; 2],
    /// The input files that the two runs read.
    pub inputs: InputChange,
}

/// Compares two published snapshots, and names at most `count` people in each list.
pub fn diff(store: &Store, dates: [Day; 2], count: usize) -> Result<Diff> {
    let [from, to] = dates;
    if from == to {
        return Err(Error::usage(format!(
            "{from} twice: a snapshot does not differ from itself"
        )));
    }
    if from > to {
        return Err(Error::usage(format!(
            "{from} is after {to}: give the earlier date first (clout diff {to} {from})"
        )));
    }
    let manifests = [snapshot(store, Some(from))?, snapshot(store, Some(to))?];
    let newest = match snapshots::list(store)?.last() {
        Some(newest) if *newest != to => Some(snapshot(store, Some(*newest))?),
        _ => None,
    };
    let [before, after] = [people::read(store, &manifests[0])?, people::read(store, &manifests[1])?];
    let there = newest.map(|newest| people::read(store, &newest)).transpose()?;
    let people = people::compare(&before, &after, there.as_ref(), count);
    Ok(Diff {
        dates,
        models: manifests.each_ref().map(|manifest| manifest.model_version.clone()),
        parameters: parameters(&manifests),
        people,
        spreads: [Spread::of(before.scored()), Spread::of(after.scored())],
        inputs: inputs::compare(&manifests),
    })
}

fn parameters(manifests: &[Manifest; 2]) -> Vec<(String, [Value; 2])> {
    let values = manifests.each_ref().map(|manifest| {
        let fields: Map<String, Value> = manifest.parameters.clone().into_iter().collect();
        Value::Object(fields)
    });
    let both = |name: String| {
        let found = values
            .each_ref()
            .map(|value| at(value, &name).cloned().unwrap_or_default());
        (name, found)
    };
    differing(&values[0], &values[1]).into_iter().map(both).collect()
}

/// The value at a dotted name. Names of a network or verb may hold dots themselves, so a part is as long as one fits.
fn at<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    let fields = value.as_object()?;
    if let Some(found) = fields.get(name) {
        return Some(found);
    }
    let parts = name.match_indices('.').map(|(dot, _)| name.split_at(dot));
    parts
        .filter_map(|(head, rest)| at(fields.get(head)?, rest.strip_prefix('.')?))
        .next()
}

impl Diff {
    /// Everything as one object.
    pub fn object(&self) -> Value {
        let parameter = |(name, [from, to]): &(String, [Value; 2])| json!({"name": name, "from": from, "to": to});
        json!({
            "from": self.dates[0],
            "to": self.dates[1],
            "model_versions": self.models,
            "is_same_model": self.models[0] == self.models[1],
            "parameters": self.parameters.iter().map(parameter).collect::<Vec<_>>(),
            "people": self.people,
            "scores": { "from": self.spreads[0], "to": self.spreads[1] },
            "inputs": self.inputs,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_whose_name_has_dots() {
        let value = json!({"networks": {"a.b": {"verbs": {"c.d": 3}}}, "input": {"strict": true}});
        assert_eq!(at(&value, "networks.a.b.verbs.c.d"), Some(&json!(3)));
        assert_eq!(at(&value, "input.strict"), Some(&json!(true)));
        assert_eq!(at(&value, "input.expect"), None);
    }
}
