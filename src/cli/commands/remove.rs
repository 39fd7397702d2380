//! `crm remove ID`: files leave the ledger; git keeps them.

use crate::act::remove::remove;
use crate::act::session::Session;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::value::id::fold;
use clap::Args;

/// Remove a file that should never have been: refused where others name it; git keeps it
///
/// 删除本不该有的文件：仍被引用时不予删除；git 里保留
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm remove zhang-test\n  crm remove zhang-test --force\n\n\
    A prospect that is not pursued any more leaves the board with its history: crm lose ID. One that was\n\
    entered twice becomes one: crm join KEEP OTHER. Figures of past days no longer count what is removed.\n\n\
    不再跟进的客户连同其历史退出看板：crm lose 编号。重复录入的并为一个：crm join 留下的 另一个。删除之后，以往各日的数字也不再包含它。")]
pub struct Remove {
    /// The prospects or customers, by their whole ids
    ///
    /// 潜在客户或客户，写完整的编号
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Although the last commit does not have it as it is
    ///
    /// 即使现有内容尚未提交
    #[arg(long)]
    force: bool,
    /// Print the changes, and write nothing
    ///
    /// 只显示改动，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Remove {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.dry_run)?;
        let targets = session.named(&self.ids)?;
        let is_whole = |typed: &&String| {
            typed.contains(['/', '\\']) || targets.iter().any(|one| fold(one.id()) == fold(typed))
        };
        if let Some(part) = self.ids.iter().find(|typed| !is_whole(typed)) {
            let message = words!("`{part}` is no whole id", "`{part}` 不是完整的编号");
            let ids: Vec<&str> = targets.iter().map(|target| target.id()).collect();
            let ids = ids.join(" ");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!(
                    "what is removed is named in full: crm remove {ids}",
                    "删除须写完整的编号：crm remove {ids}"
                ))
                .into());
        }
        context.tell(remove(&session, &targets, self.force)?)
    }
}
