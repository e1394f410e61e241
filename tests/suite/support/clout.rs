//! Runs the real program, as a user would.

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use super::command_output::CommandOutput;
use super::tables::Snapshot;
use super::warehouse::{Form, Warehouse};

/// Limits a run of the program; a run that hangs fails.
const PATIENCE: Duration = Duration::from_secs(300);

/// Builds a command with only `variables` in its environment.
pub fn command(arguments: &[&str], variables: &[(String, String)]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_clout"));
    command.env_clear().envs(variables.iter().cloned()).args(arguments);
    command
}

/// Runs the program.
pub fn clout(arguments: &[&str]) -> CommandOutput {
    clout_with(arguments, &[])
}

/// Runs the program with variables in its environment.
pub fn clout_with(arguments: &[&str], variables: &[(String, String)]) -> CommandOutput {
    let mut command = assert_cmd::Command::from_std(command(arguments, variables));
    collect_output(command.timeout(PATIENCE).output().expect("the program starts"))
}

/// Collects the output of a finished process.
pub fn collect_output(output: std::process::Output) -> CommandOutput {
    CommandOutput {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A folder with an input root and any number of output roots. Dropping it deletes the folder.
pub struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    /// Writes an input root with these partitions.
    pub fn new(warehouse: &Warehouse) -> Site {
        Site::with_form(warehouse, &Form::default())
    }

    /// Writes an input root with these partitions in a certain form.
    pub fn with_form(warehouse: &Warehouse, form: &Form) -> Site {
        let site = Site::empty();
        warehouse.write_as(&site.input(), form);
        site
    }

    /// Creates an empty input root.
    pub fn empty() -> Site {
        let site = Site {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        std::fs::create_dir_all(site.input()).expect("a writable folder");
        site
    }

    /// Returns the input root.
    pub fn input(&self) -> PathBuf {
        self.folder.path().join("input")
    }

    /// Returns the first output root.
    pub fn output(&self) -> PathBuf {
        self.output_named("output")
    }

    /// Returns an output root by name.
    pub fn output_named(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs `clout run` from the input to the first output, with further arguments.
    pub fn run(&self, arguments: &[&str]) -> CommandOutput {
        run(&self.input(), &self.output(), arguments)
    }

    /// Runs `clout run` into another output.
    pub fn run_into(&self, name: &str, arguments: &[&str]) -> CommandOutput {
        run(&self.input(), &self.output_named(name), arguments)
    }

    /// Reads the snapshot of a date in the first output.
    pub fn snapshot(&self, date: &str) -> Snapshot {
        Snapshot::read(&self.output(), date)
    }

    /// Runs one date that must publish, and reads its snapshot.
    #[track_caller]
    pub fn night(&self, date: &str) -> Snapshot {
        self.run(&["--as-of", date]).exits(0);
        self.snapshot(date)
    }
}

/// Runs `clout run` from one folder to another.
pub fn run(input: &Path, output: &Path, arguments: &[&str]) -> CommandOutput {
    let (input, output) = (path(input), path(output));
    let mut all = vec!["run", "--input", &input, "--output", &output];
    all.extend(arguments);
    clout(&all)
}

/// Converts a path to an argument.
pub fn path(path: &Path) -> String {
    path.to_str().expect("a path of UTF-8").to_owned()
}

/// Publishes one date of a warehouse in a new site, and reads its snapshot.
#[track_caller]
pub fn night(warehouse: &Warehouse, date: &str) -> Snapshot {
    Site::new(warehouse).night(date)
}
