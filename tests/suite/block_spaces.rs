//! Blocks of rows in memory and in files give the same state, metrics and rejects.

use std::collections::BTreeMap;
use std::path::Path;

use clout::job::Job;
use clout::pipeline::RunMode;
use clout::pipeline::advance::StateAdvance;
use clout::pipeline::attention_stage::AttentionStage;
use clout::pipeline::check_log::CheckLog;
use clout::pipeline::input_listing::list_input;
use clout::pipeline::observer::{SilentObserver, StageTimer};
use clout::pipeline::plan::state_requirements;
use clout::state::RunState;
use clout::state::state_files::{StatePart, load_state, save_state, state_folder};
use clout_base::day::Day;
use clout_base::metrics::RunMetrics;
use clout_steps::{BlockSpace, WorkFolder};
use clout_warehouse::inventory::InputInventory;
use clout_warehouse::store::{Store, StoreOptions};

use crate::evaluate::job;
use crate::nightly::eventful;
use crate::support::clout::{Site, path};
use crate::support::days::day;
use crate::support::sample_data;
use crate::support::warehouse::Form;

/// All that the load dates leave: files of the states by path, metrics and rejects by snapshot date.
#[derive(Debug, PartialEq)]
struct Remains {
    files: BTreeMap<String, Vec<u8>>,
    metrics: Vec<RunMetrics>,
    rejects: Vec<String>,
}

/// Place of the blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Memory,
    Folder,
}

/// Warehouse of a test.
struct Delivery<'a> {
    job: &'a Job,
    input: &'a Store,
    inventory: &'a InputInventory,
    log: CheckLog,
}

impl Delivery<'_> {
    /// Merges the load dates up to each of `dates`, and loads the state between them.
    fn advance(&self, dates: &[&str], place: Place, threads: usize) -> Remains {
        let folder = tempfile::tempdir().unwrap();
        let output = Store::open(&path(folder.path()), &StoreOptions::default()).unwrap();
        let requirements = state_requirements(self.job);
        let mut state = RunState::empty(&self.job.networks);
        let (mut all_metrics, mut all_rejects) = (Vec::new(), Vec::new());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        for date in dates {
            let as_of = day(date);
            let mut metrics = RunMetrics::default();
            let prefix = state_folder(as_of, "commit");
            let space = match place {
                Place::Memory => BlockSpace::Memory,
                Place::Folder => BlockSpace::Folder(WorkFolder::new(&output, as_of, "commit")),
            };
            let read = pool.install(|| {
                let advance = self.advance_to(as_of, &output, &space);
                let mut timings = StageTimer::start(&SilentObserver);
                let read = advance.run(&mut state, &[], &mut metrics, &mut timings).unwrap();
                let attention = AttentionStage {
                    job: self.job,
                    output: &output,
                    space: &space,
                    as_of,
                    state_folder: &prefix,
                };
                attention.run(&mut state, None).unwrap();
                attention.save_activity(&mut state).unwrap();
                read
            });
            let reasons = read
                .rejects
                .iter()
                .map(|reject| format!("{} {}", reject.file, reject.reason));
            all_rejects.extend(reasons);
            all_metrics.push(metrics);
            save_state(&output, &prefix, &state, &requirements, &space).unwrap();
            let part = StatePart::All { keeps_base: true };
            let loaded = load_state(&output, &prefix, &requirements, &part);
            state = loaded.unwrap().unwrap().state;
        }
        let blocks = output.list_folders("work").unwrap();
        assert_eq!(blocks.contains(&(*dates[0]).to_owned()), place == Place::Folder);
        Remains {
            files: read_files(folder.path(), "state"),
            metrics: all_metrics,
            rejects: all_rejects,
        }
    }

    fn advance_to<'b>(&'b self, as_of: Day, output: &'b Store, space: &BlockSpace) -> StateAdvance<'b> {
        StateAdvance {
            job: self.job,
            input: self.input,
            inventory: self.inventory,
            inputs: &[],
            watch: &SilentObserver,
            as_of,
            mode: RunMode::Nightly,
            log: &self.log,
            output,
            space: space.clone(),
        }
    }
}

/// Reads all files below a folder.
fn read_files(root: &Path, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(root.join(folder)).unwrap() {
        let name = format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap());
        match root.join(&name).is_dir() {
            true => files.extend(read_files(root, &name)),
            false => drop(files.insert(name.clone(), std::fs::read(root.join(&name)).unwrap())),
        }
    }
    files
}

#[track_caller]
fn check(input: &Path, dates: &[&str], metrics_above_0: &[&'static str]) {
    let (job, input) = (job(input), Store::open(&path(input), &StoreOptions::default()).unwrap());
    let inventory = list_input(&job, &input, &SilentObserver).unwrap();
    let delivery = Delivery {
        job: &job,
        input: &input,
        inventory: &inventory,
        log: CheckLog::default(),
    };
    let expected = delivery.advance(dates, Place::Memory, 1);
    for name in metrics_above_0 {
        assert!(
            expected.metrics.iter().any(|metrics| metrics.total(name) > 0.0),
            "{name}"
        );
    }
    for (place, threads) in [(Place::Memory, 3), (Place::Folder, 1), (Place::Folder, 2)] {
        let found = delivery.advance(dates, place, threads);
        assert_eq!((&found.metrics, &found.rejects), (&expected.metrics, &expected.rejects));
        assert!(found.files.keys().eq(expected.files.keys()));
        let differing = found
            .files
            .iter()
            .filter(|(name, bytes)| expected.files[*name] != **bytes);
        let differing: Vec<&String> = differing.map(|(name, _)| name).collect();
        assert!(differing.is_empty(), "{place:?} {threads}: {differing:?}");
    }
}

#[test]
fn all_events_leave_the_same_state_in_memory_and_in_files() {
    // Rows of one id that differ in their objects only are contested, and the partition is read again.
    let contested = "c1 10:00 u1 like o2 u2\n c1 10:00 u1 like o1 u3\n c2 11:00 u4 like - u2\n c2 11:00 u4 like - u2";
    let warehouse = eventful().activities("twitter", "2026-03-06", contested).activities(
        "twitter",
        "2026-03-07",
        "c1 10:00 u1 like o2 u2",
    );
    let form = Form {
        files: 3,
        shuffled: Some(5),
        ..Form::default()
    };
    let site = Site::with_form(&warehouse, &form);
    let names = [
        "rows_copies",
        "rows_twins",
        "co_visits",
        "reactions_self",
        "reactions_counted",
        "posts_counted",
    ];
    check(&site.input(), &["2026-03-08"], &names);
    check(
        &site.input(),
        &["2026-03-03", "2026-03-06", "2026-03-07", "2026-03-08"],
        &names,
    );
}

#[test]
fn the_sample_data_leaves_the_same_state_in_memory_and_in_files() {
    let dates = ["2026-10-30", "2026-10-31"];
    check(
        &sample_data(),
        &dates,
        &[
            "rows_copies",
            "rows_refused",
            "rows_twins",
            "co_visits",
            "endorsements_counted",
        ],
    );
}
