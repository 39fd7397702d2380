//! `crm checklist ID`.

use crate::act::target::not_yet;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::find::find;
use crate::report::checklist::checklist;
use crate::rules::replay::replay;
use clap::Args;

/// The questions and tasks before a prospect's next column, as a form to take along: criteria, people to find, concerns, the buyer's next steps
///
/// 潜在客户进入下一栏之前要问的问题和要办的事，做成可随身携带的表：标准、要找的人、顾虑、买方的下一步
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm checklist hospital\n  \
    crm checklist hospital -f markdown > hospital.md\n  \
    crm checklist zhang --as-of 2009-12-11")]
pub struct Checklist {
    /// The prospects
    ///
    /// 潜在客户
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
}

impl Checklist {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let ledger = context.ledger()?;
        for id in &self.ids {
            let path = find(ledger, id)?;
            let loaded = ledger.read(&path).map_err(Failure)?;
            let record = replay(loaded.prospect, &ledger.settings, context.today())
                .ok_or_else(|| not_yet(id, context.today()))?;
            if record.prospect.is_customer {
                let message = words!(
                    "`{id}` is a customer's file, which has no column to reach",
                    "`{id}` 是客户文件，没有下一栏"
                );
                return Err(Diagnostic::new(Code::NoBoard, message)
                    .typed()
                    .help(words!(
                        "name one of its prospects: crm show {id}",
                        "请指明它的一个机会：crm show {id}"
                    ))
                    .into());
            }
            let sheet = checklist(&record, &ledger.settings, context.today());
            context.emit_of(&record.prospect.id, sheet)?;
        }
        Ok(())
    }
}
