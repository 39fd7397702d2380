//! `crm split KEEP`: a join is undone, also later.

use crate::act::session::Session;
use crate::act::split::split;
use crate::cli::args::{Facts, Signed};
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::disk::find::find;
use clap::Args;

/// Undo a join: the file that went is there again, with its journal and people
///
/// 撤销合并：并入的文件连同流水和联系人恢复为单独的文件
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm split zhang\n  crm split zhang zhang-2 -n\n\n\
    Entries that were written after the join stay with the file that stayed. What a commit has of the join\n\
    is retracted, the rest goes. The files as they were come from git, or from the last writes of this clone.\n\n\
    合并之后写的流水留在保留的文件里。合并所写的，已提交的予以撤回，其余删去。原来的文件取自 git 或本机最近的写入记录。")]
pub struct Split {
    /// The one that stayed
    ///
    /// 保留下来的一个
    #[arg(value_name = "KEEP")]
    keep: String,
    /// The one that became part of it, by its whole id [default: the last one]
    ///
    /// 并入的一个，写完整的编号 [默认：最后并入的]
    #[arg(value_name = "OTHER")]
    other: Option<String>,
    /// The rep who records it [default: CRM_USER, else the rep with git's user.email]
    ///
    /// 记录人 [默认：CRM_USER，否则为 git user.email 对应的业务员]
    #[arg(long, value_name = "REP")]
    by: Option<String>,
    /// Print the changes, and write nothing
    ///
    /// 只显示改动，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Split {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.dry_run)?;
        let signed = Signed { by: self.by, ..Signed::default() };
        let draft = signed.draft(&session, "retracted", &Facts::default(), context)?;
        let target = session.target(&find(session.ledger, &self.keep)?)?;
        context.tell(split(&session, &target, self.other.as_deref(), &draft)?)
    }
}
