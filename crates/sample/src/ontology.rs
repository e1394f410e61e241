//! Holds the topics by field, with their hashtags.
//!
//! A *tag* is a word without spaces: the topic's name or one of its aliases in lower case, letters and digits only
//! (`Latte art` becomes `latteart`). The tag of the name is also an alias, so that matching tags against aliases
//! finds it.

use super::rng::StreamRng;
use super::topic_table::{FIELDS, TOPICS, TopicRow};

/// Tag of a topic: an index into the ontology's tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TagIndex(u16);

/// Alias with its language (`de`, `fr`, `es` or `ja`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct TopicAlias {
    /// Two-letter code of the language.
    pub language: &'static str,
    /// Words as written in a sentence.
    pub words: &'static str,
}

/// Topics, tags and fields of the sample.
pub(crate) struct SampleOntology {
    tags: Vec<String>,
    first_tag: Vec<u16>,
    fields: Vec<Vec<usize>>,
}

impl SampleOntology {
    /// Builds the ontology of [`TOPICS`].
    pub(crate) fn new() -> Self {
        let mut tags = Vec::new();
        let mut first_tag = Vec::new();
        for row in TOPICS {
            first_tag.push(tags.len() as u16);
            tags.push(tag_of(row.1));
            tags.extend(aliases_of(row).map(|alias| tag_of(alias.words)));
        }
        let fields = FIELDS.iter().map(|field| topics_below(field)).collect();
        SampleOntology {
            tags,
            first_tag,
            fields,
        }
    }

    /// Returns the topics of a field, the field itself first.
    pub(crate) fn field_topics(&self, field: usize) -> &[usize] {
        &self.fields[field]
    }

    /// Draws a topic of the field; half of the draws give the field itself.
    pub(crate) fn draw_topic(&self, dice: &mut StreamRng, field: usize) -> usize {
        let topics = &self.fields[field];
        let narrow = if dice.chance_per_mille(500) {
            dice.index(topics.len())
        } else {
            0
        };
        topics[narrow]
    }

    /// Returns the tag of the topic's name.
    pub(crate) fn tag(&self, topic: usize) -> TagIndex {
        TagIndex(self.first_tag[topic])
    }

    /// Returns the tag of the topic's alias number `alias`.
    pub(crate) fn alias_tag(&self, topic: usize, alias: usize) -> TagIndex {
        TagIndex(self.first_tag[topic] + 1 + alias as u16)
    }

    /// Returns the text of a tag.
    pub(crate) fn tag_text(&self, tag: TagIndex) -> &str {
        &self.tags[usize::from(tag.0)]
    }
}

/// Returns the aliases of a topic, with their languages.
pub(crate) fn aliases_of(row: &TopicRow) -> impl Iterator<Item = TopicAlias> + use<> {
    row.3
        .iter()
        .filter_map(|alias| alias.split_once(':'))
        .map(|(language, words)| TopicAlias { language, words })
}

/// Returns the aliases as in the `topics` table: the tag of the name, then those of other languages.
pub(crate) fn listed_aliases(row: &TopicRow) -> Vec<String> {
    let mut listed = vec![tag_of(row.1)];
    for alias in aliases_of(row).map(|alias| alias.words.to_owned()) {
        if !listed.contains(&alias) {
            listed.push(alias);
        }
    }
    listed
}

/// Converts words to a tag: lower case, letters and digits only.
fn tag_of(words: &str) -> String {
    words
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .collect()
}

/// Returns the topic `field` and all topics below it. One pass is enough, because parents precede children.
fn topics_below(field: &str) -> Vec<usize> {
    let mut ids = vec![field];
    let mut topics = Vec::new();
    for (topic, (id, _, parents, _)) in TOPICS.iter().enumerate() {
        let is_below = parents.iter().any(|parent| ids.contains(parent));
        if is_below {
            ids.push(id);
        }
        if is_below || *id == field {
            topics.push(topic);
        }
    }
    topics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_precede_their_children() {
        for (at, (id, _, parents, _)) in TOPICS.iter().enumerate() {
            for parent in *parents {
                let parent_at = TOPICS.iter().position(|row| row.0 == *parent);
                assert!(parent_at.is_some_and(|parent_at| parent_at < at), "{parent} of {id}");
            }
        }
    }

    #[test]
    fn the_graph_is_about_eighty_topics_deep_enough_and_no_tree() {
        fn depth(id: &str) -> usize {
            let row = TOPICS.iter().find(|row| row.0 == id).unwrap();
            row.2.iter().map(|parent| 1 + depth(parent)).max().unwrap_or(0)
        }
        assert!((75..=90).contains(&TOPICS.len()), "{}", TOPICS.len());
        assert!(TOPICS.iter().map(|row| depth(row.0)).max() >= Some(3));
        assert!(TOPICS.iter().filter(|row| row.2.len() > 1).count() >= 20);
        let mut ids: Vec<_> = TOPICS.iter().map(|row| row.0).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), TOPICS.len());
    }

    #[test]
    fn a_field_holds_itself_and_everything_below() {
        let ontology = SampleOntology::new();
        let coffee: Vec<_> = ontology.field_topics(0).iter().map(|&topic| TOPICS[topic].0).collect();
        assert_eq!(coffee[0], "coffee");
        assert!(coffee.contains(&"latte-art") && coffee.contains(&"cupping"));
        assert!((0..FIELDS.len()).all(|field| ontology.field_topics(field).len() >= 4));
    }

    #[test]
    fn a_tag_is_one_word() {
        assert_eq!(tag_of("Latte art"), "latteart");
        assert_eq!(tag_of("café filtre"), "caféfiltre");
        assert_eq!(tag_of("コーヒー"), "コーヒー");
    }
}
