//! Which delivered rows count: copies, twins and crowds are settled here, by account and once.
//!
//! Everything below is decided from the rows themselves, before persons are known, and is never
//! revised: a later change of identities or an opt-out chooses among what was settled.

pub mod contested;
pub mod copies;
