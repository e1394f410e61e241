//! Which topics a row is about, once its aliases are found.
//!
//! An alias of one topic means it. One of several means the candidate with most *other* hits of the row that
//! are related to it; among equals the one whose own id or name the alias is; and nobody where that leaves
//! a tie, as no topic should be shown for evidence that its person would not accept.
//!
//! Tags are meant to name what a row is about and always count. Words may merely occur. How often an alias's
//! occurrence in a text is borne out by a tag of the same row is its *precision*; aliases that are
//! seldom borne out, and common words that are not known to be, are not heard in texts.
//! Nothing here depends on the order of hits.

use super::hierarchy::Ontology;
use super::hits::Hits;
use super::lexicon::Lexicon;

/// An alias is stopped by its precision after so many judged texts: at a precision of one half, 20 texts fall
/// below a tenth (one or none) once in 50,000 aliases.
pub const MIN_JUDGED: u64 = 20;
/// Least share of the judged texts, as 1 in so many, that must agree: at a tenth and below, nine in ten
/// hits are wrong. A text has few tags, so a good alias may well go unconfirmed half of the time.
pub const MIN_AGREED_ONE_IN: u64 = 10;
/// Texts seen before a word is called common: a share of 2 % is then 20 texts or more.
pub const MIN_TEXTS: u64 = 1_000;
/// A word in more than one in so many texts is common: in English prose such words are function words and the
/// likes of "time" and "people"; a topic that is really so frequent is borne out by tags.
pub const COMMON_ONE_IN: u64 = 50;
/// Share of the judged texts, as 1 in so many, that must agree for a common word to be heard.
pub const COMMON_AGREED_ONE_IN: u64 = 2;
/// Hits of a row that settle what an alias means (the first so many by number, tags before words) and tags that
/// bear a word out. It bounds the time that a row made of nothing but aliases takes.
pub const MAX_CONTEXT: usize = 64;

/// What is known of an alias from the texts of a network so far.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct AliasCount {
    /// Rows whose text has the alias.
    pub texts: u64,
    /// Of these, rows that also have a tag of the ontology.
    pub judged: u64,
    /// Of these, rows with a tag of a related topic.
    pub agreed: u64,
}

impl std::ops::AddAssign for AliasCount {
    fn add_assign(&mut self, more: AliasCount) {
        self.texts += more.texts;
        self.judged += more.judged;
        self.agreed += more.agreed;
    }
}

/// How a row gives evidence of a topic.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// By a tag.
    Tag,
    /// By a hashtag of its text.
    Hashtag,
    /// By words of its text: by several in a row, or by one that another hit of the row bears out.
    Text,
    /// By a lone word of its text, which may merely occur there.
    Word,
}

/// Everything that reading the hits of a row needs.
pub struct Senses<'a> {
    /// The topics.
    pub ontology: &'a Ontology,
    /// Their aliases.
    pub lexicon: &'a Lexicon,
    /// By alias: what is known of it; nothing beyond the slice's end.
    pub counts: &'a [AliasCount],
    /// Rows with a text so far.
    pub texts: u64,
}

impl Senses<'_> {
    /// Puts the topics of a row into `out`: ascending, each once, by the first kind in which any hit means it.
    pub fn resolve(&self, hits: &Hits, out: &mut Vec<(u32, Kind)>) {
        out.clear();
        let heard = || hits.words.iter().copied().filter(|alias| !self.is_stopped(*alias));
        let tags = hits.tags.iter().map(|alias| (*alias, Kind::Tag));
        let hashtags = hits.hashtags.iter().map(|alias| (*alias, Kind::Hashtag));
        for (alias, kind) in tags.chain(hashtags).chain(heard().map(|alias| (alias, Kind::Word))) {
            let others = || {
                let words = heard().filter(|word| !hits.is_named(*word));
                let others = hits.names().chain(words).filter(move |other| *other != alias);
                others.take(MAX_CONTEXT)
            };
            let is_lone =
                |topic: u32| !self.lexicon.is_phrase(alias) && !others().any(|other| self.may_support(other, topic));
            out.extend(self.meaning(alias, others).map(|topic| match kind {
                Kind::Word if !is_lone(topic) => (topic, Kind::Text),
                kind => (topic, kind),
            }));
        }
        out.sort_unstable();
        out.dedup_by_key(|(topic, _)| *topic);
    }

    /// Tells what a row's text teaches about the aliases in it: an increment for each.
    pub fn judge(&self, hits: &Hits, tell: &mut dyn FnMut(u32, AliasCount)) {
        let names = || hits.names().take(MAX_CONTEXT);
        for alias in &hits.words {
            let is_agreed = names().any(|name| self.share_a_sense(*alias, name));
            let increment = AliasCount {
                texts: 1,
                judged: u64::from(names().next().is_some()),
                agreed: u64::from(is_agreed),
            };
            tell(*alias, increment);
        }
    }

    /// Whether an alias is not heard in texts.
    pub fn is_stopped(&self, alias: u32) -> bool {
        let count = self.counts.get(alias as usize).copied().unwrap_or_default();
        let is_judged = count.judged >= MIN_JUDGED;
        let is_wrong = is_judged && count.agreed * MIN_AGREED_ONE_IN < count.judged;
        let is_common = self.texts >= MIN_TEXTS && count.texts * COMMON_ONE_IN > self.texts;
        let is_borne_out = is_judged && count.agreed * COMMON_AGREED_ONE_IN >= count.judged;
        is_wrong || (is_common && !is_borne_out)
    }

    /// The topic that an alias means beside the row's other hits.
    fn meaning<I: Iterator<Item = u32>>(&self, alias: u32, others: impl Fn() -> I) -> Option<u32> {
        let candidates = self.lexicon.topics_of(alias);
        if let [only] = candidates {
            return Some(*only);
        }
        let mut best = (0, false);
        let mut meaning = None;
        for topic in candidates {
            let support = others().filter(|other| self.may_support(*other, *topic)).count();
            let is_named = self.lexicon.named_by(alias).binary_search(topic).is_ok();
            let rank = (support, is_named);
            if rank > best {
                (best, meaning) = (rank, Some(*topic));
            } else if rank == best {
                meaning = None;
            }
        }
        meaning
    }

    /// Whether an alias may mean a topic related to `topic`.
    fn may_support(&self, alias: u32, topic: u32) -> bool {
        let candidates = self.lexicon.topics_of(alias);
        candidates.iter().any(|other| self.ontology.are_related(*other, topic))
    }

    /// Whether two aliases may mean related topics.
    fn share_a_sense(&self, alias: u32, other: u32) -> bool {
        let candidates = self.lexicon.topics_of(alias);
        candidates.iter().any(|topic| self.may_support(other, *topic))
    }
}

#[cfg(test)]
#[path = "sense_tests.rs"]
mod tests;
