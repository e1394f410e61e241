//! Computes the counts, the confidence and the evidence of a row, and decides whether it is shown.

use std::collections::{BTreeMap, BTreeSet};

use super::topic_scores::{TopicModel, TopicParts, TopicScore};
use super::topics::{PersonTopic, TopicTag, decay};

/// Least trust of a source.
const KNOWN: f64 = 0.5;

impl TopicModel {
    /// Builds a row with its counts and evidence.
    pub fn build_row(
        &self,
        row: &PersonTopic,
        own: &TopicParts,
        topics: BTreeMap<String, f64>,
        is_claim: bool,
    ) -> TopicScore {
        let mut row_score = TopicScore::default();
        let (mut trust, mut is_heard) = (0.0, false);
        let reactors: BTreeSet<&String> = match is_claim {
            true => self
                .reactions(row)
                .filter(|(_, sum)| **sum > 0.0)
                .map(|(actor, _)| actor)
                .collect(),
            false => BTreeSet::new(),
        };
        for actor in &reactors {
            trust += self.trust(actor);
            is_heard |= self.trust(actor) >= KNOWN;
        }
        row_score.reactors = reactors.len();
        for (actor, (part, known, _)) in own.endorsed.iter().filter(|(_, (part, ..))| *part > 0.0) {
            row_score.endorsers += 1;
            trust += if reactors.contains(actor) {
                0.0
            } else {
                known.min(*part)
            };
            is_heard |= *known >= KNOWN;
        }
        let praises = |actor: &String| self.praise.contains_key(&(actor.clone(), row.0.clone()));
        let bystanders = own
            .audience
            .keys()
            .filter(|actor| !reactors.contains(actor) && !praises(actor));
        trust += bystanders.map(|actor| self.trust(actor)).sum::<f64>();
        let has_own = is_claim && self.wrote(row);
        row_score.confidence = 1.0 - 0.5_f64.powf((trust + if has_own { 0.5 } else { 0.0 }) / 2.0);

        // People behind the listed evidence: the three greatest of each kind.
        let mut people: BTreeSet<&String> = BTreeSet::new();
        let is_known = |actor: &&String| self.trust(actor) >= KNOWN;
        let audience = top_three(own.audience.iter().map(|(actor, part)| (actor, *part)));
        let is_witness = |actor: &&String| reactors.contains(actor) || !praises(actor);
        people.extend(audience.into_iter().filter(is_known).filter(is_witness));
        let endorsed = top_three(own.endorsed.iter().map(|(actor, (part, ..))| (actor, *part)));
        people.extend(endorsed.into_iter().filter(|actor| own.endorsed[*actor].1 >= KNOWN));
        let tags: &[TopicTag] = match self.topics.tags.get(row) {
            Some(tags) if is_claim => tags,
            _ => &[],
        };
        people.extend(
            tags.iter()
                .map(|tag| if tag.is_own { &row.0 } else { &tag.by })
                .filter(|by| *by == &row.0 || is_known(by)),
        );
        row_score.is_shown = is_heard && people.len() >= 2;

        row_score.add_evidence("audience", own.audience.clone());
        let endorsed = own.endorsed.values().map(|(part, _, id)| (id.clone(), *part));
        row_score.add_evidence("endorsement", endorsed.collect());
        row_score.add_evidence("ancestor", topics);
        let mut tags: Vec<&TopicTag> = tags.iter().collect();
        tags.sort_by(|a, b| (a.at, a.weight).partial_cmp(&(b.at, b.weight)).expect("numbers"));
        // Of an id on both sides, the latest act counts.
        for tag in tags {
            let weight = tag.weight * decay(self.topics.end - tag.at, 30.0);
            row_score.evidence.insert(("tag", tag.id.clone()), weight);
        }
        row_score
    }
}

/// Returns the three with the greatest parts above 0; ties go to the lesser id.
fn top_three<'a>(parts: impl Iterator<Item = (&'a String, f64)>) -> Vec<&'a String> {
    let mut parts: Vec<(&String, f64)> = parts.filter(|(_, part)| *part > 0.0).collect();
    parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    parts.into_iter().take(3).map(|(id, _)| id).collect()
}

impl TopicScore {
    /// Adds pieces of evidence of a kind.
    fn add_evidence(&mut self, kind: &'static str, parts: BTreeMap<String, f64>) {
        let parts = parts.into_iter().filter(|(_, part)| *part > 0.0);
        self.evidence.extend(parts.map(|(id, part)| ((kind, id), part)));
    }
}
