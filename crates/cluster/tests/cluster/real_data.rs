//! Runs on real data, if present: `../shared/data`, or the folder in `CLOUT_SHARED_DATA` or `CLOUT_DATA`.

use rstest::rstest;

use crate::same_bytes::check_same_bytes;
use crate::support::shared_data;

#[rstest]
#[case::gowalla("gowalla", ["2010-10-22", "2010-10-23"])]
#[case::higgs("higgs", ["2012-07-03", "2012-07-04"])]
fn real_data_has_the_bytes_of_one_process(#[case] name: &str, #[case] dates: [&str; 2]) {
    if let Some(data) = shared_data() {
        check_same_bytes(2, &data.join(name), &dates, &[]);
    }
}
