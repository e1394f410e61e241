//! From delivered files to rows of numbers: ids become dense nodes here, once.

pub mod accounts;
pub mod activities;
pub mod file_rows;
pub mod ids;
pub mod interner;
pub mod reference;
pub mod rejects;
pub mod rows;
pub mod text_rows;
pub mod validate;
