//! Options of the commands that propose changes, and make them with `--apply`: the proposal is shown first, and written
//! only if it could be shown as asked.

use super::args::{Facts, Signed};
use super::context::Context;
use crate::act::names::rep;
use crate::act::proposal::{Proposed, carry_out};
use crate::act::session::{Done, Session};
use crate::diag::Failure;
use crate::table::sheet::Sheet;
use clap::Args;

/// Options of the commands that propose changes.
#[derive(Debug, Clone, Args)]
pub struct Apply {
    /// Write the entries
    ///
    /// 写入记录
    #[arg(long)]
    pub apply: bool,
    /// With --apply: print the changes, and write nothing
    ///
    /// 与 --apply 同用：显示改动，不写入
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// The rep who records it [default: CRM_USER, else the rep with git's user.email]
    ///
    /// 记录人 [默认：CRM_USER，否则为 git 的 user.email 对应的业务员]
    #[arg(long, value_name = "REP")]
    pub by: Option<String>,
}

impl Apply {
    /// A session, if the command is to write. It has the lock before anything is read: nothing is written between the
    /// look and the entry.
    pub fn session<'a>(
        &self,
        writes: bool,
        context: &'a Context,
    ) -> Result<Option<Session<'a>>, Failure> {
        // A mistyped name is told when the proposal is shown, not only when it is written.
        if let Some(by) = &self.by {
            rep(&context.ledger()?.settings, "--by", by)?;
        }
        if !writes {
            context.commits_nothing(words!(
                "the proposal is written with --apply",
                "加上 --apply 才会写入"
            ))?;
        }
        writes.then(|| Session::open(context, self.dry_run)).transpose()
    }

    /// Shows the proposal, then writes it if there is a session. The data first: if it cannot be shown as asked, nothing
    /// is written. A dry run prints the difference, or for machines the entries, in place of the data.
    pub fn carry_out<'b>(
        &self,
        context: &Context,
        session: Option<&Session>,
        sheet: Sheet,
        kind: &str,
        proposed: impl IntoIterator<Item = Proposed<'b>>,
    ) -> Result<(), Failure> {
        let Some(session) = session else { return context.emit(sheet) };
        if self.dry_run {
            return self.write(context, session, kind, proposed);
        }
        context.emit(sheet)?;
        context.talk(self.done(context, session, kind, proposed)?);
        Ok(())
    }

    /// Writes the proposed entries, all or none.
    pub fn write<'b>(
        &self,
        context: &Context,
        session: &Session,
        kind: &str,
        proposed: impl IntoIterator<Item = Proposed<'b>>,
    ) -> Result<(), Failure> {
        context.tell(self.done(context, session, kind, proposed)?)
    }

    fn done<'b>(
        &self,
        context: &Context,
        session: &Session,
        kind: &str,
        proposed: impl IntoIterator<Item = Proposed<'b>>,
    ) -> Result<Done, Failure> {
        let signed = Signed { by: self.by.clone(), ..Signed::default() };
        let draft = signed.draft(session, kind, &Facts::default(), context)?;
        carry_out(session, &draft, proposed)
    }
}
