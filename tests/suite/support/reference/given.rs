//! Computes what reactions on topics and texts to others are worth.

use std::collections::BTreeMap;

use super::interval;
use super::scores::BETA;
use super::topic_scores::{TopicModel, name};
use super::topics::{PersonTopic, saturate};

impl TopicModel {
    /// Returns what the reactions of chosen actors on a topic are worth.
    pub fn earned(
        &self,
        claim: &PersonTopic,
        sums: &BTreeMap<(PersonTopic, String), f64>,
        is_chosen: &dyn Fn(&String) -> bool,
    ) -> f64 {
        let (mut trusted, mut strangers) = (0.0, 0.0);
        let reactions = sums.iter().filter(|((other, _), _)| other == claim);
        for ((_, actor), sum) in reactions.filter(|((_, actor), _)| is_chosen(actor)) {
            let rho = self.ranks[&name(&(actor.clone(), claim.1.clone()))];
            let amount = rho * saturate(*sum, BETA);
            trusted += self.trust(actor) * amount;
            strangers += (1.0 - self.trust(actor)) * amount;
        }
        trusted + interval::limit_unknown(trusted, strangers)
    }

    /// Returns what the person's texts to others on a topic are worth if all are answered.
    pub fn given(&self, claim: &PersonTopic) -> f64 {
        let texts = self.topics.given.iter().filter(|((other, _), _)| other == claim);
        2.0 * texts.map(|(_, texts)| saturate(*texts, BETA)).sum::<f64>()
    }

    /// Returns the share of a person's texts to others that counts, by the reactions of those people.
    pub fn answered_share(&self, person: &String) -> f64 {
        let own = || self.claims.iter().filter(|claim| claim.0 == *person);
        let all: f64 = own().map(|claim| self.given(claim)).sum();
        let answers = |claim: &PersonTopic| {
            let has_helped = |actor: &String| self.topics.given.contains_key(&(claim.clone(), actor.clone()));
            self.earned(claim, &self.topics.lasting_reactions, &has_helped)
        };
        let most = 10.0 * own().map(answers).sum::<f64>();
        if all > 0.0 && most > 0.0 {
            most / all * (1.0 - (-all / most).exp())
        } else {
            0.0
        }
    }
}
