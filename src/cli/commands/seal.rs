//! `crm seal`.

use crate::act::seal::seal;
use crate::act::session::Session;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::disk::find::find;
use clap::Args;

/// Seal private fields as the settings demand: open values, readers who came, readers who are gone
///
/// 按设置加密隐私字段：明文、新增的读者、撤去的读者
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm seal -n\n  crm seal\n  crm seal zhang")]
pub struct Seal {
    /// Prospects and customers [default: all]
    ///
    /// 潜在客户和客户 [默认：全部]
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    /// Tell what would be done, and write nothing
    ///
    /// 只说明将要做什么，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Seal {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.dry_run)?;
        let mut paths = Vec::new();
        for id in &self.ids {
            paths.push(find(session.ledger, id)?);
        }
        if self.ids.is_empty() {
            paths = session.ledger.paths().0;
        }
        context.tell(seal(&session, &paths)?)
    }
}
