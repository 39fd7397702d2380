//! `crm rename ID NEW`: another id.

use crate::act::rename::rename;
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed};
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::disk::find::find;
use clap::Args;

/// Give a prospect or customer another id: its file moves, as by git mv, and files that name it follow
///
/// 更改编号：文件随之移动（如同 git mv），引用它的文件一并改写
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  crm rename zhang-2 zhang-min\n  crm rename pujiang pujiang-group -n"
)]
pub struct Rename {
    /// The prospect or customer
    ///
    /// 潜在客户或客户
    #[arg(value_name = "ID")]
    id: String,
    /// Its new id
    ///
    /// 新编号
    #[arg(value_name = "NEW")]
    new: String,
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

impl Rename {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.dry_run)?;
        let target = session.target(&find(session.ledger, &self.id)?)?;
        let signed = Signed { by: self.by, ..Signed::default() };
        let changed = signed.draft(&session, "changed", &Facts::default(), context)?;
        context.tell(rename(&session, &target, &self.new, &changed)?)
    }
}
