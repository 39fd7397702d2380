//! `crm undo`: the last command is taken back; `crm undo ID [EVENT]`: an event is retracted, history stays.

use crate::act::session::Session;
use crate::act::take_back::take_back;
use crate::act::undo::undo;
use crate::cli::args::{Facts, Signed};
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::disk::find::find;
use clap::Args;

/// Take back the last command; with an ID, retract its last event or the one named: history stays
///
/// 撤销上一条命令；写了编号，则撤回它的最后一条记录或指定的一条：视同从未发生，但历史仍在
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  crm undo                     the last command, all of its files / 上一条命令，连同它写的所有文件\n  crm undo zhang\n  crm undo zhang 2009-12-11-1-3ha --reason \"wrong prospect\"\n\n\
    Again, it takes back the command before, or retracts the entry before; `crm redo` does a command again. A retraction is an event too: named by its key, it is taken back.\n\n\
    再执行一次，撤销更早的一条命令，或撤回更早的一条记录；`crm redo` 重做撤销的命令。撤回也是一条记录：写出它的键即可收回。"
)]
pub struct Undo {
    /// The prospect of which an event is retracted [default: the last command is taken back]
    ///
    /// 要撤回某条记录的客户 [默认：撤销上一条命令]
    #[arg(value_name = "ID")]
    id: Option<String>,
    /// The event's key, or the beginning of it [default: the last event that is no retraction]
    ///
    /// 记录的键，或其开头 [默认：最后一条不是撤回的记录]
    #[arg(value_name = "EVENT")]
    event: Option<String>,
    /// Why
    ///
    /// 原因
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Retract even the event that opened the account, with a reason
    ///
    /// 连建档的记录也撤回，并写明原因
    #[arg(long, value_name = "REASON")]
    force: Option<String>,
    #[command(flatten)]
    signed: Signed,
    /// Print the changes, and write nothing
    ///
    /// 显示改动，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Undo {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let mut session = Session::open(context, self.dry_run)?;
        let mut draft = self.signed.draft(&session, "retracted", &Facts::default(), context)?;
        draft.reason = self.reason.as_deref().map(Into::into);
        draft.forced = self.force.as_deref().map(Into::into);
        let Some(id) = &self.id else {
            return context.tell(take_back(&mut session, false, &draft)?);
        };
        let target = session.target(&find(session.ledger, id)?)?;
        context.tell(undo(&session, target, self.event.as_deref(), draft)?)
    }
}
