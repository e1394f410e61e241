//! Judging scores: what they are compared with, and how well they foretell.

pub mod followers;
