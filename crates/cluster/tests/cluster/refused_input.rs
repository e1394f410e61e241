//! Input that one process refuses is refused by a run on a cluster, with the same message.

use clout_base::error::ErrorKind;

use crate::support::alone::run_here;
use crate::support::cluster::{Cluster, write_warehouse};
use crate::support::warehouse::Warehouse;

const DATE: &str = "2026-03-06";

#[test]
fn refused_input_exits_4_with_the_message_of_one_process() {
    let rows: Vec<String> = (0..300).map(|row| format!("a{row} 10:00 u{row} shout - u1")).collect();
    let input = write_warehouse(&Warehouse::default().activities("twitter", DATE, &rows.join("\n")));
    let output = tempfile::tempdir().unwrap();
    let error = run_here(input.path(), output.path(), DATE, &[], None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Refused);
    let cluster = Cluster::start(2, input.path());
    cluster.run("output", DATE, &[]).exits(4).prints(&error.to_string());
    assert!(!cluster.s3.server.folder("output/snapshots").exists());
}
