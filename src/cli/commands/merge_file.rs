//! `crm merge-file BASE OURS THEIRS`: git's merge driver.

use crate::cli::context::{Context, counted};
use crate::cli::diagnose::{Look, render};
use crate::diag::{Diagnostic, Failure};
use crate::disk::durable::write_file;
use crate::format::merge::markers::{Markers, SIZE};
use crate::git::merge_file::{Blobs, kind_of, merge_file};
use crate::git::program::Git;
use clap::Args;
use std::path::{Path, PathBuf};

/// What git takes for "this failed, stop the merge"; lower ones mean conflicts.
const STOP: u8 = 129;

/// Merge a file of the ledger by what it means; git calls this (a merge driver)
#[derive(Debug, Args)]
#[command(after_help = "\
Example:\n  crm merge-file --path prospects/zhang.toml BASE OURS THEIRS\n\n\
The result goes into OURS. Entries are a union by key, facts merge one by one; two different changes of one\n\
thing are shown between markers. What is no valid TOML is merged by lines, as git does.\n\n\
`crm init` and `crm hooks install` tell git to call it; `crm doctor` looks whether it does.\n\
Exit status: 0 merged; 1 conflicts; 129 failed, and OURS is as it was.")]
pub struct MergeFile {
    /// The common ancestor; an empty file where there is none
    #[arg(value_name = "BASE")]
    base: PathBuf,
    /// Our version, which gets the result
    #[arg(value_name = "OURS")]
    ours: PathBuf,
    /// Their version
    #[arg(value_name = "THEIRS")]
    theirs: PathBuf,
    /// How many characters a conflict marker has
    #[arg(long, value_name = "N", default_value_t = SIZE)]
    marker_size: usize,
    /// Where the file lies in the repository: says whether it is a prospect, tallies or settings
    #[arg(long, value_name = "PATH")]
    path: Option<PathBuf>,
    /// What the versions are called in markers: ours, then base, then theirs
    #[arg(short = 'L', value_name = "LABEL", allow_hyphen_values = true)]
    labels: Vec<String>,
}

impl MergeFile {
    /// Runs it; the status is what git expects of a driver.
    pub fn run(self, context: &Context) -> u8 {
        match self.merge(context) {
            Ok(conflicts) => u8::from(conflicts),
            Err(failure) => {
                failure.0.iter().for_each(|d| context.say(&render(d, Look::default())));
                STOP
            }
        }
    }

    /// Merges; says whether there are conflicts.
    fn merge(&self, context: &Context) -> Result<bool, Failure> {
        let (base, ours) = (read(&self.base)?, read(&self.ours)?);
        let theirs = read(&self.theirs)?;
        let path = self.path.as_ref().unwrap_or(&self.ours);
        let blobs = Blobs { base: &base, ours: &ours, theirs: &theirs };
        let git = Git::at(&context.here);
        let kind = kind_of(&context.here, path);
        let merged = merge_file(&git, blobs, kind, &self.markers())?;
        write_file(&self.ours, &merged.bytes).map_err(|error| {
            Diagnostic::new(
                crate::diag::Code::WriteFailed,
                format!("{} cannot be written: {error}", self.ours.display()),
            )
        })?;
        if let Some(why) = merged.by_lines {
            context.say(&format!("{}: merged by lines, for {why}", path.display()));
        }
        if !merged.conflicts.is_empty() {
            let what: Vec<String> =
                merged.conflicts.iter().map(|c| format!("{} (line {})", c.what, c.line)).collect();
            let count = counted(merged.conflicts.len(), "conflict");
            context.say(&format!("{}: {count}: {}", path.display(), what.join(", ")));
        }
        Ok(!merged.conflicts.is_empty())
    }

    fn markers(&self) -> Markers {
        // A git that does not know a label hands on its placeholder.
        let label = |position: usize, otherwise: String| {
            let stated = self.labels.get(position).filter(|label| !label.starts_with('%'));
            stated.cloned().unwrap_or(otherwise)
        };
        let usual = Markers::default();
        Markers {
            size: self.marker_size,
            ours: label(0, usual.ours),
            base: label(1, usual.base),
            theirs: label(2, usual.theirs),
            show_base: false,
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    std::fs::read(path).map_err(|error| {
        let message = format!("{} cannot be read: {error}", path.display());
        Diagnostic::new(crate::diag::Code::Unreadable, message)
    })
}
