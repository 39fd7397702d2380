//! `crm redo`: the last `crm undo` is taken back.

use crate::act::session::Session;
use crate::act::take_back::take_back;
use crate::cli::args::{Facts, Signed};
use crate::cli::context::Context;
use crate::diag::Failure;
use clap::Args;

/// Do again what the last `crm undo` took back, until another command writes
///
/// 恢复上一次 `crm undo` 所撤销的改动；其后若又有命令写入，则不能恢复
#[derive(Debug, Args)]
pub struct Redo {
    /// Print the changes, and write nothing
    ///
    /// 只显示改动，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Redo {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let mut session = Session::open(context, self.dry_run)?;
        let draft = Signed::default().draft(&session, "retracted", &Facts::default(), context)?;
        context.tell(take_back(&mut session, true, &draft)?)
    }
}
