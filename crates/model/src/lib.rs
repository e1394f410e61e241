//! The influence model: networks and their verbs, accounts and persons, scores, reasons for changes, and alerts.

pub mod account_activity;
pub mod accounts;
pub mod alerts;
pub mod buckets;
pub mod compact_reactions;
pub mod delivered;
pub mod influence;
pub mod networks;
pub mod people;
pub mod reactions;
pub mod repeated_ids;
pub mod sorted_ids;
