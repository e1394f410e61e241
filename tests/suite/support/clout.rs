//! The real program, run as a user would.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use super::tables::Snapshot;
use super::warehouse::{Form, Warehouse};

/// Longer than any run of a test may take; a run that hangs fails instead.
const PATIENCE: Duration = Duration::from_secs(300);

/// What a run of the program said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// The same, if the exit code is as it should be.
    #[track_caller]
    pub fn exits(self, code: i32) -> Said {
        assert_eq!(self.code, code, "\nstdout: {}\nstderr: {}", self.out, self.err);
        self
    }

    /// The same, if stdout or stderr has the text.
    #[track_caller]
    pub fn says(self, text: &str) -> Said {
        assert!(
            self.out.contains(text) || self.err.contains(text),
            "no '{text}' in\n{}\n{}",
            self.out,
            self.err
        );
        self
    }

    /// The same, if neither stdout nor stderr has the text.
    #[track_caller]
    pub fn says_nothing_of(self, text: &str) -> Said {
        assert!(
            !self.out.contains(text) && !self.err.contains(text),
            "'{text}' in\n{}\n{}",
            self.out,
            self.err
        );
        self
    }

    /// Stdout as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in\n{}\n{}", self.out, self.err))
    }
}

/// The program with an environment of nothing but `variables`.
pub fn command(arguments: &[&str], variables: &[(String, String)]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_clout"));
    command.env_clear().envs(variables.iter().cloned()).args(arguments);
    command
}

/// Runs the program.
pub fn clout(arguments: &[&str]) -> Said {
    clout_with(arguments, &[])
}

/// Runs the program with variables in its environment.
pub fn clout_with(arguments: &[&str], variables: &[(String, String)]) -> Said {
    let mut command = assert_cmd::Command::from_std(command(arguments, variables));
    said(command.timeout(PATIENCE).output().expect("the program starts"))
}

/// What a finished process said.
pub fn said(output: std::process::Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A folder with an input root and any number of output roots, gone when dropped.
pub struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    /// An input root with these partitions.
    pub fn of(warehouse: &Warehouse) -> Site {
        Site::formed(warehouse, &Form::default())
    }

    /// An input root with these partitions in a certain form.
    pub fn formed(warehouse: &Warehouse, form: &Form) -> Site {
        let site = Site::empty();
        warehouse.write_as(&site.input(), form);
        site
    }

    /// An empty input root.
    pub fn empty() -> Site {
        let site = Site {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        std::fs::create_dir_all(site.input()).expect("a writable folder");
        site
    }

    /// The input root.
    pub fn input(&self) -> PathBuf {
        self.folder.path().join("input")
    }

    /// The first output root.
    pub fn output(&self) -> PathBuf {
        self.another("output")
    }

    /// An output root by name.
    pub fn another(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `clout run` from the input to the first output, with further arguments.
    pub fn run(&self, arguments: &[&str]) -> Said {
        run(&self.input(), &self.output(), arguments)
    }

    /// `clout run` into another output.
    pub fn run_into(&self, name: &str, arguments: &[&str]) -> Said {
        run(&self.input(), &self.another(name), arguments)
    }

    /// The snapshot of a date in the first output.
    pub fn snapshot(&self, date: &str) -> Snapshot {
        Snapshot::of(&self.output(), date)
    }

    /// One night that must publish, and its snapshot.
    #[track_caller]
    pub fn night(&self, date: &str) -> Snapshot {
        self.run(&["--as-of", date]).exits(0);
        self.snapshot(date)
    }
}

/// `clout run` from one folder to another.
pub fn run(input: &Path, output: &Path, arguments: &[&str]) -> Said {
    let (input, output) = (path(input), path(output));
    let mut all = vec!["run", "--input", &input, "--output", &output];
    all.extend(arguments);
    clout(&all)
}

/// A path as an argument.
pub fn path(path: &Path) -> String {
    path.to_str().expect("a path of UTF-8").to_owned()
}

/// One night over a warehouse of its own that must publish.
#[track_caller]
pub fn night(warehouse: &Warehouse, date: &str) -> Snapshot {
    Site::of(warehouse).night(date)
}
