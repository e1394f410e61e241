//! A process of a test, which never outlives it.

use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::clout::CommandOutput;

/// Most bytes of a log that a failing test prints.
const MOST_BYTES: usize = 4_000;

/// A running process with its logs. Dropping it kills the process; a failing test then prints the ends of the logs.
pub struct Process {
    name: String,
    child: Child,
    /// Stdout and stderr.
    logs: [PathBuf; 2],
}

impl Process {
    /// Starts a program with only `variables` in its environment, and its logs in `folder`.
    pub fn start(
        program: &Path,
        name: &str,
        folder: &Path,
        arguments: &[String],
        variables: &[(String, String)],
    ) -> Process {
        let logs = ["out", "err"].map(|stream| folder.join(format!("{name}.{stream}")));
        let [out, err] = logs.each_ref().map(|log| File::create(log).expect("a writable log"));
        let mut command = Command::new(program);
        command.env_clear().envs(variables.iter().cloned()).args(arguments);
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        Process {
            name: name.to_owned(),
            child: spawn(&mut command),
            logs,
        }
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Kills the process with SIGKILL.
    pub fn kill(&mut self) {
        self.child.kill().expect("a process to kill");
        self.child.wait().expect("a killed process");
    }

    /// Sends a signal.
    pub fn signal(&self, name: &str) {
        let command = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &command]).status();
        assert!(status.expect("a shell").success(), "{command}");
    }

    /// Returns true if the process has ended.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a process").is_some()
    }

    /// Waits for the end of the process, and returns its output.
    #[track_caller]
    pub fn wait(mut self, patience: Duration) -> CommandOutput {
        let started = Instant::now();
        while !self.has_ended() {
            assert!(started.elapsed() < patience, "{} hangs", self.name);
            std::thread::sleep(Duration::from_millis(20));
        }
        let [out, err] = self.logs.each_ref().map(|log| read_text(log));
        let code = self.child.wait().expect("a process").code().unwrap_or(-1);
        CommandOutput { code, out, err }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let text = self.logs.each_ref().map(|log| read_text(log)).concat();
            let start = (text.len().saturating_sub(MOST_BYTES)..).find(|start| text.is_char_boundary(*start));
            println!("== {}\n{}", self.name, &text[start.unwrap_or(0)..]);
        }
    }
}

/// Starts a command. A program that was just written is busy while another thread starts a process.
fn spawn(command: &mut Command) -> Child {
    loop {
        match command.spawn() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => std::thread::yield_now(),
            child => return child.expect("the program starts"),
        }
    }
}

fn read_text(log: &Path) -> String {
    let bytes = std::fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}
