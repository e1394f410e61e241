//! Resolves the aliases of a row to topics.
//!
//! An alias of one topic means that topic. An alias of several topics means the candidate with the most related
//! *other* hits in the row; among equals the topic with the alias as id or name; and none if that is still a tie,
//! because a person should accept the evidence of each shown topic.
//!
//! Tags name the subject of a row and always count. Words may occur by chance or in another sense. A word in the sense
//! of its topic keeps the company of related topics (Yarowsky, *Unsupervised Word Sense Disambiguation Rivaling
//! Supervised Methods*, 1995). Among the texts with another hit that could be related, the *precision* of an alias is
//! the share in which one is. A single word without a related hit in its row counts only if the precision is not low,
//! or if the topic has no relatives. Other aliases are ignored in texts if it is low in many texts; common words need a
//! higher one. The result does not depend on the order of hits.

use super::hierarchy::Ontology;
use super::hits::AliasHits;
use super::lexicon::Lexicon;

/// Number of judged texts from which a low precision stops an alias. At a precision of one half, 20 texts fall below a
/// tenth (one or none) once in 50,000 aliases.
pub const MIN_JUDGED: u64 = 20;
/// The same for a single word without a related hit in its row, if its topic has relatives: none of them is there.
pub const MIN_JUDGED_ALONE: u64 = 1;
/// Least share of the judged texts that must agree, as 1 in so many: at a tenth and below, nine in ten hits are
/// wrong. A text has few other hits, so a good alias may be unconfirmed half of the time.
pub const MIN_AGREED_ONE_IN: u64 = 10;
/// Number of texts from which a word can be common: a share of 2 % is then 20 texts or more.
pub const MIN_TEXTS: u64 = 1_000;
/// Share of texts above which a word is common, as 1 in so many. In English prose such words are function words and
/// words such as "time" and "people"; related hits confirm a topic that is really so frequent.
pub const COMMON_ONE_IN: u64 = 50;
/// Least share of the judged texts that must agree for a common word to count, as 1 in so many.
pub const COMMON_AGREED_ONE_IN: u64 = 4;
/// The same for a topic without relatives: only its own tags judge it, and these agree more often.
pub const COMMON_TAGGED_ONE_IN: u64 = 2;
/// Maximum number of hits that resolve an alias (the first by number, tags before words), and of hits that confirm
/// a word. It bounds the time for a row that consists of aliases only.
pub const MAX_CONTEXT: usize = 64;

/// Counts of an alias in the texts of a network so far.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct AliasCount {
    /// Rows with the alias in the text.
    pub texts: u64,
    /// Rows among these with a tag of the ontology, or with another alias in the text if the topic has relatives.
    pub judged: u64,
    /// Rows among these in which such a tag or alias may mean a related topic.
    pub agreed: u64,
}

impl std::ops::AddAssign for AliasCount {
    fn add_assign(&mut self, more: AliasCount) {
        self.texts += more.texts;
        self.judged += more.judged;
        self.agreed += more.agreed;
    }
}

/// Kind of evidence for a topic in a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MentionKind {
    /// Tag.
    Tag,
    /// Hashtag in the text.
    Hashtag,
    /// Words of the text: a phrase, or a word supported by another hit of the row.
    Text,
    /// Single word of the text without a related hit in the row, which may occur by chance.
    Word,
}

/// Resolver of the hits of rows.
pub struct AliasResolver<'a> {
    /// Topics.
    pub ontology: &'a Ontology,
    /// Aliases of the topics.
    pub lexicon: &'a Lexicon,
    /// Counts by alias; zero beyond the end of the slice.
    pub counts: &'a [AliasCount],
    /// Number of rows with a text so far.
    pub texts: u64,
}

impl AliasResolver<'_> {
    /// Replaces `out` with the distinct topics of a row, ascending, each with its first kind.
    pub fn resolve(&self, hits: &AliasHits, out: &mut Vec<(u32, MentionKind)>) {
        out.clear();
        let counted = || hits.words.iter().copied().filter(|alias| !self.is_stopped(*alias));
        let tags = hits.tags.iter().map(|alias| (*alias, MentionKind::Tag));
        let hashtags = hits.hashtags.iter().map(|alias| (*alias, MentionKind::Hashtag));
        for (alias, kind) in tags
            .chain(hashtags)
            .chain(counted().map(|alias| (alias, MentionKind::Word)))
        {
            let others = || {
                let words = counted().filter(|word| !hits.is_named(*word));
                let others = hits.names().chain(words).filter(move |other| *other != alias);
                others.take(MAX_CONTEXT)
            };
            let is_single =
                |topic: u32| !self.lexicon.is_phrase(alias) && !others().any(|other| self.may_support(other, topic));
            let topic = self.choose_topic(alias, others);
            out.extend(topic.and_then(|topic| match kind {
                MentionKind::Word if !is_single(topic) => Some((topic, MentionKind::Text)),
                MentionKind::Word if self.is_linked(alias) && self.has_low_precision(alias, MIN_JUDGED_ALONE) => None,
                kind => Some((topic, kind)),
            }));
        }
        out.sort_unstable();
        out.dedup_by_key(|(topic, _)| *topic);
    }

    /// Calls `tell` with the count increment of each alias in a row's text.
    pub fn count_aliases(&self, hits: &AliasHits, tell: &mut dyn FnMut(u32, AliasCount)) {
        for alias in hits.words.iter().copied() {
            // Other words can say nothing about a topic without relatives, so they do not judge it.
            let is_linked = self.is_linked(alias);
            let is_judge = |word: &u32| is_linked && *word != alias && !hits.is_named(*word);
            let judges = || {
                hits.names()
                    .chain(hits.words.iter().copied().filter(is_judge))
                    .take(MAX_CONTEXT)
            };
            let increment = AliasCount {
                texts: 1,
                judged: u64::from(judges().next().is_some()),
                agreed: u64::from(judges().any(|judge| self.share_a_sense(alias, judge))),
            };
            tell(alias, increment);
        }
    }

    /// Returns true if an alias is ignored in texts.
    pub fn is_stopped(&self, alias: u32) -> bool {
        let count = self.count(alias);
        let is_common = self.texts >= MIN_TEXTS && count.texts * COMMON_ONE_IN > self.texts;
        let one_in = match self.is_linked(alias) {
            true => COMMON_AGREED_ONE_IN,
            false => COMMON_TAGGED_ONE_IN,
        };
        let is_confirmed = count.judged >= MIN_JUDGED && count.agreed * one_in >= count.judged;
        self.has_low_precision(alias, MIN_JUDGED) || (is_common && !is_confirmed)
    }

    /// Returns true if at least `min_judged` texts judge an alias and too few agree.
    fn has_low_precision(&self, alias: u32, min_judged: u64) -> bool {
        let AliasCount { judged, agreed, .. } = self.count(alias);
        judged >= min_judged && agreed * MIN_AGREED_ONE_IN < judged
    }

    fn count(&self, alias: u32) -> AliasCount {
        self.counts.get(alias as usize).copied().unwrap_or_default()
    }

    /// Returns true if an alias may mean a topic with a parent or a child.
    fn is_linked(&self, alias: u32) -> bool {
        self.lexicon
            .topics_of(alias)
            .iter()
            .any(|topic| self.ontology.is_linked(*topic))
    }

    /// Returns the topic that an alias means, given the row's other hits.
    fn choose_topic<I: Iterator<Item = u32>>(&self, alias: u32, others: impl Fn() -> I) -> Option<u32> {
        let candidates = self.lexicon.topics_of(alias);
        if let [only] = candidates {
            return Some(*only);
        }
        let mut best = (0, false);
        let mut chosen = None;
        for topic in candidates {
            let support = others().filter(|other| self.may_support(*other, *topic)).count();
            let is_named = self.lexicon.topics_named(alias).binary_search(topic).is_ok();
            let rank = (support, is_named);
            if rank > best {
                (best, chosen) = (rank, Some(*topic));
            } else if rank == best {
                chosen = None;
            }
        }
        chosen
    }

    /// Returns true if an alias may mean a topic related to `topic`.
    fn may_support(&self, alias: u32, topic: u32) -> bool {
        let candidates = self.lexicon.topics_of(alias);
        candidates.iter().any(|other| self.ontology.are_related(*other, topic))
    }

    /// Returns true if two aliases may mean related topics.
    fn share_a_sense(&self, alias: u32, other: u32) -> bool {
        let candidates = self.lexicon.topics_of(alias);
        candidates.iter().any(|topic| self.may_support(other, *topic))
    }
}

#[cfg(test)]
#[path = "alias_resolver_tests.rs"]
mod tests;
