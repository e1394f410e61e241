//! Creates texts: short sentences with a topic's words.
//!
//! A post is a frame with a placeholder, `{}`, for the topic. One in eight is in another language, with the topic's
//! alias of that language. On twitter, the tags are also in the text as hashtags.

use super::network::SampleNetwork;
use super::ontology::{SampleOntology, TagIndex, aliases_of};
use super::rng::StreamRng;
use super::topic_table::TOPICS;

/// Frames of posts in English.
const POSTS: &[&str] = &[
    "Three things I learned about {} this week.",
    "My notes on {} are finally online.",
    "A quiet morning with {}.",
    "Nobody told me that {} takes this much patience.",
    "Where do you go for {} around here?",
    "New to {}? Start small and keep a log.",
    "We are running an evening on {} next Thursday.",
    "Unpopular opinion: {} is mostly practice.",
    "Long read on {}, with pictures.",
    "Ten years of {} and still a beginner.",
    "Small experiment with {} today, results tomorrow.",
    "The best question about {} came from a child.",
    "If you care for {}, this one is for you.",
    "What I would do differently in {}.",
];

/// Frames of posts in other languages.
const FOREIGN_POSTS: &[(&str, &[&str])] = &[
    (
        "de",
        &[
            "Heute ein ganzer Tag {}.",
            "Neues zum Thema {}.",
            "Wer kennt sich mit {} aus?",
        ],
    ),
    (
        "fr",
        &[
            "Encore une journée {}.",
            "Quelques notes : {}.",
            "Qui s'y connaît en {} ?",
        ],
    ),
    ("es", &["Otro día de {}.", "Mis apuntes: {}.", "¿Quién sabe de {}?"]),
    ("ja", &["今日は{}の日。", "{}について書きました。"]),
];

/// Frames of tips at a venue.
const TIPS: &[&str] = &[
    "Ask for the back room, they talk {} there.",
    "Come early if you are here for {}.",
    "Good place for {}, friendly people.",
    "The owner knows everything about {}.",
    "They have a shelf on {}.",
];

/// Frames of replies, comments, quotes and mentions.
const ANSWERS: &[&str] = &[
    "This is the clearest thing on {} I have read.",
    "Agreed, {} needs more of this.",
    "Have you tried it with less? Works for {} too.",
    "Saving this for my next go at {}.",
    "Not sure about the second point, but {} yes.",
    "Thank you, this got me into {}.",
    "Do you have a source for that? Curious about {}.",
    "Same here with {}.",
    "Worth a talk at the {} meetup.",
    "I showed this to my {} group.",
];

/// Text with its tags.
pub(crate) struct TaggedText {
    /// Text, with hashtags on twitter.
    pub text: String,
    /// Tags: none or one.
    pub tags: Vec<TagIndex>,
}

/// Creates a post about a topic.
pub(crate) fn write_post(
    dice: &mut StreamRng,
    ontology: &SampleOntology,
    network: SampleNetwork,
    topic: usize,
) -> TaggedText {
    if network == SampleNetwork::Foursquare {
        return TaggedText {
            text: filled(dice, TIPS, topic),
            tags: vec![ontology.tag(topic)],
        };
    }
    let (mut text, mut tags) = match foreign_post(dice, ontology, topic) {
        Some(words) if dice.chance_per_mille(125) => (words.text, words.tags),
        _ => (filled(dice, POSTS, topic), vec![ontology.tag(topic)]),
    };
    // On other networks than twitter, only some posts have tags.
    if network != SampleNetwork::Twitter && dice.chance_per_mille(400) {
        tags.clear();
    }
    add_hashtags(&mut text, ontology, network, &tags);
    TaggedText { text, tags }
}

/// Creates an answer about a topic; one in four has a tag by the actor.
pub(crate) fn write_answer(
    dice: &mut StreamRng,
    ontology: &SampleOntology,
    network: SampleNetwork,
    topic: usize,
) -> TaggedText {
    let mut text = filled(dice, ANSWERS, topic);
    let tags = if dice.chance_per_mille(250) {
        vec![ontology.tag(topic)]
    } else {
        Vec::new()
    };
    add_hashtags(&mut text, ontology, network, &tags);
    TaggedText { text, tags }
}

/// Creates a post in one of the languages of the topic's aliases; none if there is no frame for it.
fn foreign_post(dice: &mut StreamRng, ontology: &SampleOntology, topic: usize) -> Option<TaggedText> {
    let aliases: Vec<_> = aliases_of(&TOPICS[topic]).collect();
    let chosen = dice.index(aliases.len());
    let alias = aliases.get(chosen)?;
    let (_, frames) = FOREIGN_POSTS.iter().find(|(language, _)| *language == alias.language)?;
    let text = dice.pick(frames)?.replace("{}", alias.words);
    Some(TaggedText {
        text,
        tags: vec![ontology.alias_tag(topic, chosen)],
    })
}

/// Fills a frame with the topic's name in lower case.
fn filled(dice: &mut StreamRng, frames: &[&str], topic: usize) -> String {
    let frame = dice.pick(frames).copied().unwrap_or("{}");
    frame.replace("{}", &TOPICS[topic].1.to_lowercase())
}

fn add_hashtags(text: &mut String, ontology: &SampleOntology, network: SampleNetwork, tags: &[TagIndex]) {
    if network == SampleNetwork::Twitter {
        for tag in tags {
            text.push_str(" #");
            text.push_str(ontology.tag_text(*tag));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::rng::RngStream;
    use super::*;

    #[test]
    fn tweets_contain_their_tags_and_no_text_has_a_placeholder() {
        let ontology = SampleOntology::new();
        let mut dice = StreamRng::new(1, RngStream::People);
        for round in 0..400 {
            let network = SampleNetwork::ALL[round % 4];
            let topic = round % TOPICS.len();
            let words = match round % 3 {
                0 => write_answer(&mut dice, &ontology, network, topic),
                _ => write_post(&mut dice, &ontology, network, topic),
            };
            assert!(!words.text.contains("{}"), "{}", words.text);
            for tag in &words.tags {
                let hashtag = format!("#{}", ontology.tag_text(*tag));
                assert_eq!(words.text.contains(&hashtag), network == SampleNetwork::Twitter);
            }
        }
    }
}
