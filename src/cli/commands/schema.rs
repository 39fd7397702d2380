//! `crm schema [FILE]`: the JSON Schema of a ledger's files, for editors.

use crate::cli::context::Context;
use crate::diag::Failure;
use clap::{Args, ValueEnum};

/// The JSON Schema of the ledger's files, for editors that complete and check them
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    crm schema > prospect.schema.json\n  \
    crm schema settings -o crm.schema.json\n\n\
An editor with a TOML language server then completes keys; in .taplo.toml:\n  \
    [[rule]]\n  \
    include = [\"prospects/**/*.toml\"]\n  \
    schema.path = \"prospect.schema.json\"")]
pub struct Schema {
    /// Of which files
    #[arg(value_name = "FILE", value_enum, default_value_t = File::Prospect)]
    file: File,
}

/// The kinds of file in a ledger.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum File {
    /// A prospect: prospects/**/ID.toml
    Prospect,
    /// The settings: crm.toml
    Settings,
    /// A rep's tallies: activity/REP.toml
    Activity,
}

const PROSPECT: &str = include_str!("schema/prospect.json");
const SETTINGS: &str = include_str!("schema/settings.json");
const ACTIVITY: &str = include_str!("schema/activity.json");

impl Schema {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        context.print(match self.file {
            File::Prospect => PROSPECT,
            File::Settings => SETTINGS,
            File::Activity => ACTIVITY,
        })
    }
}
