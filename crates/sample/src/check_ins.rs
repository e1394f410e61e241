//! Creates check-ins, often enough at the venues of followed accounts that co-visits occur.
//!
//! By the contract, a co-visit is a follower at the same venue at most 7 days after a followed account. It happens at
//! random at a field's best-known venue, and on purpose when an account visits a venue that a followed account visited
//! recently.

use super::daily_activity::{CurrentDay, DailyActivity, remember};
use super::network::SampleNetwork;
use super::ontology::{SampleOntology, TagIndex};
use super::row::{ActivityObject, ActivityRow};

/// Number of days for which a visit is recent: within the seven days of the contract's co-visit.
const FRESH_DAYS: u32 = 6;

/// Number of usual venues per person; one of them is the field's best-known venue.
const USUAL_VENUES: u64 = 4;

impl DailyActivity<'_> {
    /// Creates check-ins for a person's foursquare accounts: at a venue recently visited by a followed account, or at a
    /// usual venue.
    pub(super) fn add_check_ins(&mut self, today: &mut CurrentDay, person: usize) {
        for (account, account_row) in self.people.accounts_of(person) {
            if account_row.network != SampleNetwork::Foursquare {
                continue;
            }
            let field = self.people.persons[person].fields[0];
            let follows_someone = today.dice.chance_per_mille(350);
            let venue = follows_someone
                .then(|| self.followed_venue(today, account))
                .flatten()
                .unwrap_or_else(|| self.usual_venue(today, account, field));
            let occurred_at = today.draw_time();
            today.rows[SampleNetwork::Foursquare as usize].push(ActivityRow {
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

    fn followed_venue(&self, today: &mut CurrentDay, account: u32) -> Option<ActivityObject> {
        let followee = *today.dice.pick(&self.ties.followees[account as usize])?;
        let &(day, venue) = self.visits[followee as usize].back()?;
        (day + FRESH_DAYS >= today.day).then_some(venue)
    }

    fn usual_venue(&self, today: &mut CurrentDay, account: u32, field: usize) -> ActivityObject {
        let number = match today.dice.below(USUAL_VENUES) {
            0 => 0,
            // The account's own number spreads the venues over the field; 7 is a prime step.
            habit => (account * 7 + habit as u32 * 3) % self.venues,
        };
        ActivityObject::Venue { field, number }
    }
}

fn venue_tags(ontology: &SampleOntology, venue: ActivityObject) -> Option<Vec<TagIndex>> {
    match venue {
        ActivityObject::Venue { field, .. } => Some(vec![ontology.tag(ontology.field_topics(field)[0])]),
        ActivityObject::Written(_) => None,
    }
}
