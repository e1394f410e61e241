//! Shards of steps as another process runs them: with the call as text, and stores of its own.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use clout::pipeline::remote_steps::StepStores;
use clout_base::error::{Error, ErrorKind, Result};
use clout_steps::{RemoteCall, StepRunner};
use clout_warehouse::store::{Store, StoreOptions};

/// Runs each shard with new stores, the last one first.
pub struct OtherProcess {
    input: String,
    output: String,
    /// Number of shards after which a shard fails; none without a failure.
    fails_after: Option<usize>,
    runs: Mutex<BTreeMap<(String, usize), usize>>,
}

impl OtherProcess {
    /// Creates a runner for these roots.
    pub fn new(input: &str, output: &str) -> Arc<OtherProcess> {
        OtherProcess::failing_after(input, output, None)
    }

    /// Creates a runner with a shard that fails after `fails_after` others.
    pub fn failing_after(input: &str, output: &str, fails_after: Option<usize>) -> Arc<OtherProcess> {
        Arc::new(OtherProcess {
            input: input.to_owned(),
            output: output.to_owned(),
            fails_after,
            runs: Mutex::default(),
        })
    }

    /// Returns how often each shard ran, by step and shard.
    pub fn runs(&self) -> BTreeMap<(String, usize), usize> {
        self.runs.lock().unwrap().clone()
    }
}

impl StepRunner for OtherProcess {
    fn program(&self) -> &str {
        "suite"
    }

    fn run_shards(&self, call: &RemoteCall, shards: &[usize]) -> Result<()> {
        let sent = serde_json::to_string(call).unwrap();
        for shard in shards.iter().rev() {
            let call: RemoteCall = serde_json::from_str(&sent).unwrap();
            let count = self.runs().len();
            if self.fails_after.is_some_and(|limit| count >= limit) {
                return Err(Error::new(ErrorKind::Storage, "the other process is gone"));
            }
            let open = |root: &str| Store::open(root, &StoreOptions::default()).unwrap();
            let stores = StepStores::new(open(&self.input), open(&self.output), 1 << 20);
            stores.run_shard(&call, *shard, &Arc::new(AtomicBool::new(false)))?;
            *self.runs.lock().unwrap().entry((call.step.step, *shard)).or_default() += 1;
        }
        Ok(())
    }
}
