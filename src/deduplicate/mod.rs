//! Decides which delivered rows count: resolves duplicates and twins, and computes crowd sizes, by account.
//!
//! All decisions use the rows only, before persons are known, and are never revised. A later change of identities or an
//! opt-out selects among the resolved rows.

pub mod duplicates;
pub mod tie_break;
