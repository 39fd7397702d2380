//! `crm forget ID`.

use crate::act::forget::forget;
use crate::act::session::Session;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::find::find;
use crate::value::id::fold;
use clap::Args;

/// Forget a person: tells what would go and what git still holds; with --apply it is done, for good
///
/// 遗忘一个人：说明将删除什么、git 里还留有什么；加 --apply 才真正执行，不可恢复
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm forget zhang\n  crm forget zhang --apply --commit\n\n\
    The file keeps dates, moves, parts and money, so that figures stay and history stands; the name, people and\n\
    texts go. Other lines of the ledger that name the person are listed.\n\
    With [privacy] keys the keys of the person are deleted: no clone and no back-up opens what was sealed.\n\n\
    文件保留日期、移动、角色和金额，数字和历史不变；名称、联系人和文字删除。账本中仍提到此人的其他各行会列出。\n\
    设有 [privacy] keys 时删除此人的密钥：任何克隆和备份都再打不开已加密的内容。")]
pub struct Forget {
    /// The prospect or customer, by the whole id
    ///
    /// 潜在客户或客户，写完整的编号
    #[arg(value_name = "ID")]
    id: String,
    /// Do it; nothing brings it back
    ///
    /// 执行；无法恢复
    #[arg(long)]
    apply: bool,
    /// Tell what would go, and write nothing; so without --apply too
    ///
    /// 只说明将删除什么，不写入；不加 --apply 也是如此
    #[arg(short = 'n', long, conflicts_with = "apply")]
    dry_run: bool,
}

impl Forget {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.dry_run || !self.apply)?;
        let target = session.target(&find(session.ledger, &self.id)?)?;
        let id = target.id();
        if fold(id) != fold(&self.id) {
            let message = words!("`{}` is no whole id", "`{}` 不是完整的编号", self.id);
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!(
                    "what is forgotten is named in full: crm forget {id}",
                    "遗忘须写完整的编号：crm forget {id}"
                ))
                .into());
        }
        context.tell(forget(&session, &target)?)
    }
}
