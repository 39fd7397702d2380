//! `crm completions SHELL`.

use crate::cli::args::Cli;
use crate::cli::context::Context;
use crate::diag::Failure;
use clap::{Args, CommandFactory};

/// Completions for a shell, to stdout
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  crm completions bash > /etc/bash_completion.d/crm")]
pub struct Completions {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_name = "SHELL")]
    shell: clap_complete::Shell,
}

impl Completions {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "crm", &mut script);
        context.print(&String::from_utf8_lossy(&script))
    }
}
