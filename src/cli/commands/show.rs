//! `crm show ID`.

use crate::cli::context::Context;
use crate::diag::{Failure, counted};
use crate::disk::find::find;
use crate::report::plans::with_plan;
use crate::report::show::show;
use crate::report::show_customer::show_customer;
use crate::rules::book::Book;
use crate::rules::dealings::{Dealings, by_customer};
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use clap::Args;

/// One prospect or customer: facts, evidence, journal, time in each column, requirements of the next column
///
/// 一个潜在客户或客户：资料、证据、流水、各栏停留天数、下一栏的要求
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm show zhang\n  crm show 张先生 --as-of 2009-12-11")]
pub struct Show {
    /// The prospects or customers
    ///
    /// 潜在客户或客户
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
}

impl Show {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let ledger = context.ledger()?;
        for id in &self.ids {
            let path = find(ledger, id)?;
            let loaded = ledger.read(&path).map_err(Failure)?;
            let broken = loaded.problems.iter().filter(|p| p.is_error()).count();
            let record = replay(loaded.prospect, &ledger.settings, context.today())
                .ok_or_else(|| crate::act::target::not_yet(id, context.today()))?;
            let broken = broken + record.findings.len();
            if broken > 0 {
                let file = ledger.show(&path);
                let (file, findings) = (file.display(), counted(broken, "finding", "findings"));
                context.say(words!(
                    "{findings}: crm check {file}",
                    "{broken} 处问题：crm check {file}"
                ));
            }
            let (settings, today) = (&ledger.settings, context.today());
            if record.prospect.is_customer {
                let book = context.unread_book()?;
                let sheet = || {
                    book.graded();
                    let file = book.customer_file(&record.prospect.id)?;
                    let dealings = joint_dealings(file, &book);
                    let sheet = show_customer(file, &book);
                    Some(with_plan(sheet, file, &dealings, settings, today))
                };
                if let Some(sheet) = context.reading(&book, sheet)? {
                    context.emit_of(&record.prospect.id, sheet)?;
                }
                continue;
            }
            let joint = record.prospect.account.is_some();
            let dealings = if joint && !record.prospect.profile().goals.is_empty() {
                let book = context.unread_book()?;
                context.reading(&book, || joint_dealings(&record, &book))?
            } else {
                Dealings::of(&record, settings, today)
            };
            let sheet = show(&record, settings, today);
            let sheet = with_plan(sheet, &record, &dealings, settings, today);
            context.emit_of(&record.prospect.id, sheet)?;
        }
        Ok(())
    }
}

/// The dealings with the customer of a file, through all of its files.
fn joint_dealings(record: &Record, book: &Book) -> Dealings {
    let customer = book.graded().of(&record.prospect.id).map(|customer| customer.first);
    let joint = customer.and_then(|first| by_customer(book, |at| at == first).remove(&first));
    joint.unwrap_or_else(|| Dealings::of(record, &book.settings, book.as_of))
}
