//! `crm join KEEP OTHER`: two files of one prospect or customer become one.

use crate::act::join::join;
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed};
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::disk::find::find;
use clap::Args;

/// Make two files of one prospect or customer one: both journals, both people; the facts of the first one win
///
/// 把重复的两个文件并为一个：流水、联系人都保留；资料以前一个为准
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  crm join zhang zhang-2\n  crm join pujiang pujiang-2 -m \"entered twice at the fair\" -n\n\n\
    Entries keep their keys and days. Where both were pursued at one time, the moves, owners and values of\n\
    the second one are retracted, and what else its entries say counts on. A won one stays, never goes.\n\n\
    流水的键和日期不变。两者同时在跟进的，后一个的移动、负责人和金额撤回，流水的其余内容照算；成交的只会保留。"
)]
pub struct Join {
    /// The one that stays
    ///
    /// 保留的一个
    #[arg(value_name = "KEEP")]
    keep: String,
    /// The one that becomes part of it; its file goes
    ///
    /// 并入的一个；其文件随之删除
    #[arg(value_name = "OTHER")]
    other: String,
    /// The rep who records it [default: CRM_USER, else the rep with git's user.email]
    ///
    /// 记录人 [默认：CRM_USER，否则为 git user.email 对应的业务员]
    #[arg(long, value_name = "REP")]
    by: Option<String>,
    /// Why, for the journal
    ///
    /// 原因，记入流水
    #[arg(short = 'm', long, value_name = "TEXT")]
    note: Option<String>,
    /// Print the changes, and write nothing
    ///
    /// 只显示改动，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Join {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.dry_run)?;
        let signed = Signed { by: self.by, note: self.note, ..Signed::default() };
        let note = signed.draft(&session, "note", &Facts::default(), context)?;
        let signed = Signed { note: None, ..signed };
        let changed = signed.draft(&session, "changed", &Facts::default(), context)?;
        let target = |typed: &str| session.target(&find(session.ledger, typed)?);
        let (keep, other) = (target(&self.keep)?, target(&self.other)?);
        context.tell(join(&session, &keep, &other, &note, &changed)?)
    }
}
