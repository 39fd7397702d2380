//! `crm init [DIR]`: a new ledger.

use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::durable::write_own;
use crate::format::layout::{ACTIVITY, PROSPECTS, SETTINGS};
use crate::git::merge_driver::{ATTRIBUTES, add_lines, install_driver};
use crate::git::program::Git;
use clap::Args;
use std::path::{Path, PathBuf};

/// The settings of a new ledger: every one explained, none set.
pub const TEMPLATE: &str = include_str!("init.toml");

/// A new ledger: commented settings, folders, files for git; never overwrites
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  crm init my-ledger && cd my-ledger && git init")]
pub struct Init {
    /// The folder [default: this one]
    #[arg(value_name = "DIR", default_value = ".")]
    dir: PathBuf,
}

impl Init {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let dir = context.global.ledger.clone().unwrap_or(self.dir);
        if dir.join(SETTINGS).symlink_metadata().is_ok() {
            let message =
                format!("{} is there already; nothing was changed", dir.join(SETTINGS).display());
            return Err(Diagnostic::new(Code::AlreadyThere, message)
                .help("`crm check` looks whether it is a ledger")
                .into());
        }
        let failed = |path: &Path, error: std::io::Error| {
            Diagnostic::new(
                Code::WriteFailed,
                format!("{} cannot be written: {error}", path.display()),
            )
        };
        for folder in [dir.join(PROSPECTS), dir.join(ACTIVITY)] {
            std::fs::create_dir_all(&folder).map_err(|error| failed(&folder, error))?;
        }
        let files = [
            (
                ".gitignore",
                "# The lock, and what a cut-short write needs to be finished.\n/.crm/\n",
            ),
            (SETTINGS, TEMPLATE),
        ];
        for (name, text) in files {
            let path = dir.join(name);
            if path.symlink_metadata().is_ok() {
                context.say(&format!("{}: kept as it is", path.display()));
                continue;
            }
            write_own(&path, text.as_bytes()).map_err(|error| failed(&path, error))?;
        }
        let attributes = dir.join(ATTRIBUTES);
        if attributes.symlink_metadata().is_err() {
            add_lines(&dir)?;
        } else {
            context.say(&format!("{}: kept as it is", attributes.display()));
        }
        // Outside a repository there is nothing to tell git yet.
        if let (Ok(program), Ok(_)) = (std::env::current_exe(), Git::at(&dir).top_level()) {
            if install_driver(&dir, &program)?.attributes {
                context.say(&format!("{}: lines added", attributes.display()));
            }
            context.say("git merges the ledger's files by what they mean (crm merge-file)");
        }
        context.say(&format!("a ledger in {}; next: crm add NAME --owner YOU", dir.display()));
        Ok(())
    }
}
