//! `crm audit ID`: the author, the day and the commit of every entry.

use crate::cli::context::Context;
use crate::diag::Failure;
use crate::disk::find::find;
use crate::git::origin::origins;
use crate::report::audit::audit;
use crate::rules::replay::replay;
use crate::value::date::Date;
use clap::Args;

/// Every entry with its author, its day and the commit that brought it
///
/// 每条记录的记录人、日期和收录它的提交
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  crm audit zhang\n  crm audit zhang -f csv | grep rewritten\n\n\
    Marked are entries whose signature is not that of the commit's author (by e-mail), that were\n\
    rewritten after they were committed, or that are gone from the file.\n\n\
    有标记的记录：记录人与提交作者不符（按邮箱）、提交之后被改写、或已从文件中消失。"
)]
pub struct Audit {
    /// The prospect
    ///
    /// 潜在客户
    #[arg(value_name = "ID")]
    id: String,
}

impl Audit {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let ledger = context.ledger()?;
        let path = find(ledger, &self.id)?;
        let loaded = ledger.read(&path).map_err(Failure)?;
        let origins = origins(&context.tracked()?, &path, &loaded.text)?;
        // Entries of later days are audited too.
        let record = replay(loaded.prospect, &ledger.settings, Date::MAX)
            .ok_or_else(|| crate::act::target::not_yet(&self.id, context.today()))?;
        context.emit_of(&record.prospect.id, audit(&record, &origins, &ledger.settings))
    }
}
