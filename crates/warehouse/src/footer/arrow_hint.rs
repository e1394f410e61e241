//! Schema that Arrow writers embed in a footer: a hint for types that Parquet cannot express.
//!
//! The Parquet schema decides. The hint is asked for one thing only: arrow-rs writes a timestamp in seconds as a
//! plain integer, and only the hint says that it is a time. A hint that is broken, or about other columns, is ignored:
//! writers that prune or rename columns keep a stale one.

use arrow::datatypes::{DataType, TimeUnit};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::catch_panic::catch_panic;

/// Returns the unit of the timestamp that the embedded schema states for the root column `name`, if it does.
pub(crate) fn hinted_time_unit(encoded: &[u8], name: &str) -> Option<TimeUnit> {
    let decoded = catch_panic::<_, String>("a broken hint", || Ok(time_unit(encoded, name)));
    decoded.ok().flatten()
}

fn time_unit(encoded: &[u8], name: &str) -> Option<TimeUnit> {
    let bytes = BASE64_STANDARD.decode(encoded).ok()?;
    // A message of the present format starts with a marker of 4 bytes and its length.
    let message = match bytes.strip_prefix(&[0xff; 4]) {
        Some(rest) => rest.get(4..)?,
        None => &bytes,
    };
    let message = arrow::ipc::root_as_message(message).ok()?;
    let schema = arrow::ipc::convert::fb_to_schema(message.header_as_schema()?);
    match schema.field_with_name(name).ok()?.data_type() {
        DataType::Timestamp(unit, _) => Some(*unit),
        _ => None,
    }
}
