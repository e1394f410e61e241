//! People that a command line names.

use serde_json::json;

use super::options::OutputFormat;
use super::output::{print_line, print_object, shorten_text};
use crate::queries::find_person::{FoundPeople, find_person};
use clout_base::error::{Error, Result};
use clout_warehouse::manifest::Manifest;
use clout_warehouse::store::Store;

/// Returns the id of the person that `asked` names; `None` if there is none. If several people have the handle, prints
/// their ids on stdout, because errors may be kept as a log.
///
/// # Errors
/// Returns a usage error if several people have the handle, or an error of the store.
pub(super) fn find_named(
    store: &Store,
    manifest: &Manifest,
    asked: &str,
    format: OutputFormat,
) -> Result<Option<String>> {
    let people = match find_person(store, manifest, asked)? {
        FoundPeople::One(id) => return Ok(Some(id)),
        FoundPeople::Nobody => return Ok(None),
        FoundPeople::Several(people) => people,
    };
    match format {
        OutputFormat::Json => print_object(&json!({"asked": asked, "candidates": people}))?,
        OutputFormat::Text => {
            let shown: Vec<String> = people.iter().map(|id| shorten_text(id)).collect();
            print_line(&format!(
                "{} is the handle of {}",
                shorten_text(asked),
                shown.join(", ")
            ))?;
        }
    }
    let count = people.len();
    Err(Error::usage(format!(
        "{count} people have this handle: name one by its person_id"
    )))
}
