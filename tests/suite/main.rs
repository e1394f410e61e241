//! Tests the whole program against the contract: one test binary, one module per subject.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, measures time, and reads where real data is from the environment"
)]
#![allow(unreachable_pub, reason = "nothing outside of a test binary can reach into it")]

mod support;

mod co_visits;
mod counting;
mod delivery;
mod endorsements;
mod ontology;
mod opt_outs;
mod opted_out_since;
mod owners;
mod refusals;
mod remote_steps;
mod types;

mod against_the_reference;
mod block_spaces;
mod closed_dates;
mod nightly;
mod random;
mod same_bytes;
mod stops;
mod unread;

mod alerts;
mod attacks;
mod browser;
mod calibrate;
mod causes;
mod check_command;
mod cli;
mod concurrent_runs;
mod deltas;
mod diff;
mod docs_links;
mod evaluate;
mod exit_codes;
mod explain;
mod explain_absent;
mod faulty_store;
mod followers;
mod forecasts;
mod foresight;
mod foresight_by_hand;
mod generated;
mod inspection;
mod intervals;
mod json_log;
mod killed_runs;
mod memory_limit;
mod people;
mod perks;
mod perks_once;
mod plain_words;
mod publishing;
mod query;
mod query_reads;
mod readers;
mod real_data;
mod reference_docs;
mod report;
mod report_files;
mod results;
mod run_result;
mod s3;
mod score_changes;
mod tidy;
mod topic_commands;
mod topic_quality;
mod topic_reference;
mod topic_rows;
mod topic_scores;
mod topics;
mod topics_by_night;
mod tour;
