//! `clout doctor`: checks the output store.

use serde_json::Value;

use super::options::{OutputFormat, ResultArgs, generate_random_hex};
use super::output::{ResultRows, print_rows};
use clout_base::error::{Error, Result};
use clout_warehouse::store_checks::check_store;

/// Arguments of `clout doctor`.
#[derive(clap::Args)]
pub(super) struct DoctorArgs {
    #[command(flatten)]
    results: ResultArgs,
    /// Output format of the findings.
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

impl DoctorArgs {
    /// Checks the output store and prints one row per check. Fails with the first failed check.
    pub(super) fn run(self) -> Result<()> {
        let store = self.results.open_store()?;
        let checks = check_store(&store, &generate_random_hex(8)?);
        let row =
            |name: &str, is_ok: bool, detail: &str| vec![Value::from(name), Value::from(is_ok), Value::from(detail)];
        let rows = checks
            .iter()
            .map(|check| row(check.name, check.failure.is_none(), &check.detail))
            .collect();
        print_rows(
            &ResultRows {
                columns: vec!["check", "is_ok", "detail"],
                rows,
            },
            self.format,
        )?;
        let first = checks.iter().find_map(|check| Some((check.failure?, &check.detail)));
        match first {
            Some((kind, detail)) => {
                let message = format!("{} cannot be used as an output store: {detail}", store.url());
                Err(Error::new(kind, message))
            }
            None => Ok(()),
        }
    }
}
