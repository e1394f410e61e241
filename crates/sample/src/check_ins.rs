//! Who checks in where: enough at the places of those whom they follow that co-visits occur.
//!
//! The contract's co-visit is a follower at the same venue at most 7 days after a followee. It
//! happens here by chance at a field's best-known venue, and by intent where somebody goes to a
//! place that a followee was at lately.

use super::network::Network;
use super::ontology::{Ontology, Tag};
use super::row::{Object, Row};
use super::town::{Today, Town, remember};

/// A visit is fresh for so many days: inside the seven of the contract's co-visit.
const FRESH_DAYS: u32 = 6;

/// Each person has so many usual venues; one of them is the field's best-known.
const USUAL_VENUES: u64 = 4;

impl Town<'_> {
    /// Whoever is about and on foursquare checks in: where somebody whom they follow was lately,
    /// or at one of their usual venues.
    pub(super) fn check_in(&mut self, today: &mut Today, person: usize) {
        for (account, place) in self.people.accounts_of(person) {
            if place.network != Network::Foursquare {
                continue;
            }
            let field = self.people.persons[person].fields[0];
            let follows_someone = today.dice.per_mille(350);
            let venue = follows_someone
                .then(|| self.followed_venue(today, account))
                .flatten()
                .unwrap_or_else(|| self.usual_venue(today, account, field));
            let occurred_at = today.moment();
            today.rows[Network::Foursquare as usize].push(Row {
                number: None,
                occurred_at,
                actor: Some(account),
                verb: "check_in",
                object: Some(venue),
                target: None,
                text: None,
                tags: venue_tags(self.ontology, venue),
                is_twin: false,
            });
            remember(&mut self.visits[account as usize], (today.day, venue));
        }
    }

    fn followed_venue(&self, today: &mut Today, account: u32) -> Option<Object> {
        let followee = *today.dice.pick(&self.ties.followees[account as usize])?;
        let &(day, venue) = self.visits[followee as usize].back()?;
        (day + FRESH_DAYS >= today.day).then_some(venue)
    }

    fn usual_venue(&self, today: &mut Today, account: u32, field: usize) -> Object {
        let number = match today.dice.below(USUAL_VENUES) {
            0 => 0,
            // Spread over the field's venues by the account's own number (a prime step).
            habit => (account * 7 + habit as u32 * 3) % self.venues,
        };
        Object::Venue { field, number }
    }
}

fn venue_tags(ontology: &Ontology, venue: Object) -> Option<Vec<Tag>> {
    match venue {
        Object::Venue { field, .. } => Some(vec![ontology.tag(ontology.field(field)[0])]),
        Object::Written(_) => None,
    }
}
