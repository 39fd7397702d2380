//! `crm completions SHELL`.

use crate::cli::context::Context;
use crate::cli::usage::command;
use crate::diag::Failure;
use clap::Args;

/// Completions for a shell, to stdout
///
/// 输出 shell 的补全脚本
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  crm completions bash > /etc/bash_completion.d/crm")]
pub struct Completions {
    /// bash, elvish, fish, powershell or zsh
    ///
    /// bash、elvish、fish、powershell 或 zsh
    #[arg(value_name = "SHELL")]
    shell: clap_complete::Shell,
}

impl Completions {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let mut script = Vec::new();
        context.learn_language();
        let mut command = command(context.spoken());
        clap_complete::generate(self.shell, &mut command, "crm", &mut script);
        context.print(&String::from_utf8_lossy(&script))
    }
}
