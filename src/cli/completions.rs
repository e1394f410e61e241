//! `clout completions`: prints a completion script for a shell.

use clap_complete::Shell;

use clout_base::error::Result;

/// Arguments of `clout completions`.
#[derive(clap::Args)]
pub(super) struct CompletionsArgs {
    /// Shell to print the script for.
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    /// Prints the completion script.
    pub(super) fn run(self) -> Result<()> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "clout", &mut script);
        super::output::print_line(String::from_utf8_lossy(&script).trim_end())
    }
}
