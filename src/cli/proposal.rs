//! Commands that propose changes, and make them with `--apply`: what is proposed is shown first, and
//! written only if it could be shown as asked.

use super::args::Signed;
use super::context::Context;
use super::entry::{Entry, Session};
use crate::diag::{Failure, Words};
use crate::table::sheet::Sheet;
use crate::value::text::Text;
use clap::Args;
use std::path::Path;

/// Options of the commands that propose changes.
#[derive(Debug, Clone, Args)]
pub struct Apply {
    /// Write the entries
    #[arg(long)]
    pub apply: bool,
    /// With --apply: print what would be written, and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Who records it [default: CRM_USER, else the rep with git's user.email]
    #[arg(long, value_name = "REP")]
    pub by: Option<String>,
}

/// One proposed change: the entry that would make it.
pub struct Proposed<'b> {
    /// The prospect's file.
    pub path: &'b Path,
    /// The column it moves to.
    pub stage: Option<Text>,
    /// Who owns it from now on; empty = the pool.
    pub owner: Option<Text>,
    /// Why.
    pub reason: Text,
    /// From where to where, for talk: `25 -> opportunity`.
    pub moved: Words,
}

impl Apply {
    /// The right to write, if the command is to write. The lock is taken before anything is read: nobody
    /// writes between the look and the entry.
    pub fn session<'a>(
        &self,
        writes: bool,
        context: &'a Context,
    ) -> Result<Option<Session<'a>>, Failure> {
        writes.then(|| Session::open(context, self.dry_run)).transpose()
    }

    /// Shows the proposal, then writes it if there is a session. The data first: if it cannot be shown as
    /// asked, nothing is written. A dry run prints the difference in place of the data.
    pub fn carry_out<'b>(
        &self,
        context: &Context,
        session: Option<&Session>,
        sheet: Sheet,
        kind: &str,
        proposed: impl IntoIterator<Item = Proposed<'b>>,
    ) -> Result<(), Failure> {
        let Some(session) = session else { return context.emit(sheet) };
        if !self.dry_run {
            context.emit(sheet)?;
        }
        self.write(session, kind, proposed)
    }

    /// Writes the proposed entries, all or none.
    pub fn write<'b>(
        &self,
        session: &Session,
        kind: &str,
        proposed: impl IntoIterator<Item = Proposed<'b>>,
    ) -> Result<(), Failure> {
        let signed = Signed { by: self.by.clone(), ..Signed::default() };
        let draft = session.draft(kind, &signed, &Default::default())?;
        let mut entries = Vec::new();
        for change in proposed {
            let target = session.target(change.path)?;
            let mut event = draft.clone();
            event.stage = change.stage;
            event.owner = change.owner;
            event.reason = Some(change.reason);
            let said = change.moved.about(&target.named());
            entries.push(Entry { target, events: vec![event], said });
        }
        session.commit(entries)
    }
}
