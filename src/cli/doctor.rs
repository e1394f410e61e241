//! `clout doctor`: checks the output store.

use serde_json::Value;

use super::options::{Format, ResultArgs, random_hex};
use super::output::{Rows, show};
use clout_base::error::{Error, Kind, Result};
use clout_warehouse::doctor::examine;

/// Arguments of `clout doctor`.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    results: ResultArgs,
    /// Output format of the findings.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Args {
    /// Checks the output store and prints one row per check. Fails with the first failed check.
    pub fn run(self) -> Result<()> {
        let store = self.results.store()?;
        let checks = examine(&store, &random_hex(8)?);
        let row =
            |name: &str, is_ok: bool, detail: &str| vec![Value::from(name), Value::from(is_ok), Value::from(detail)];
        let rows = checks
            .iter()
            .map(|check| row(check.name, check.is_ok, &check.detail))
            .collect();
        show(
            &Rows {
                columns: vec!["check", "is_ok", "detail"],
                rows,
            },
            self.format,
        )?;
        match checks.iter().find(|check| !check.is_ok) {
            Some(failed) => Err(Error::new(
                Kind::Storage,
                format!("{} cannot be used as an output store: {}", store.url(), failed.detail),
            )),
            None => Ok(()),
        }
    }
}
