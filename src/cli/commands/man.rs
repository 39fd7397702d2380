//! `crm man DIR`.

use crate::cli::args::Cli;
use crate::cli::context::Context;
use crate::diag::{Diagnostic, Failure};
use crate::disk::durable::write_file;
use clap::{Args, CommandFactory};
use std::path::PathBuf;

/// Manual pages, one a command, into a folder
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  crm man /usr/local/share/man/man1")]
pub struct Man {
    /// The folder
    #[arg(value_name = "DIR")]
    dir: PathBuf,
}

impl Man {
    /// Runs it.
    pub fn run(self, _context: &Context) -> Result<(), Failure> {
        let failed =
            |error: std::io::Error| Failure::from(Diagnostic::unwritable(&self.dir, &error));
        std::fs::create_dir_all(&self.dir).map_err(failed)?;
        let command = Cli::command();
        let subcommands = command.get_subcommands().cloned().map(|sub| {
            let name = format!("crm-{}", sub.get_name());
            (name.clone(), sub.name(name))
        });
        for (name, page) in std::iter::once(("crm".to_owned(), command.clone())).chain(subcommands)
        {
            let mut text = Vec::new();
            clap_mangen::Man::new(page).render(&mut text).map_err(failed)?;
            write_file(&self.dir.join(format!("{name}.1")), &text).map_err(failed)?;
        }
        Ok(())
    }
}
