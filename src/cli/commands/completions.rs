//! `crm completions SHELL`.

use crate::cli::complete;
use crate::cli::context::Context;
use crate::diag::Failure;
use clap::Args;

/// Completion of commands and of the ledger's own words in a shell: its script, to stdout
///
/// 命令行补全（命令、选项以及账本里的内容）：把脚本写到标准输出
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  echo 'source <(crm completions bash)' >> ~/.bashrc")]
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
        let script = complete::script(&self.shell.to_string()).unwrap_or_default();
        context.print(&script)
    }
}
