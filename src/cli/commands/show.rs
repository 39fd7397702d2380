//! `crm show ID`.

use crate::cli::context::Context;
use crate::diag::{Failure, counted};
use crate::disk::find::find;
use crate::report::show::show;
use crate::report::show_customer::show_customer;
use crate::rules::replay::replay;
use clap::Args;

/// One prospect or customer: facts, evidence, journal, time in each column, requirements of the next column
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm show zhang\n  crm show 张先生 --as-of 2009-12-11")]
pub struct Show {
    /// The prospects or customers
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
            if record.prospect.is_customer {
                let book = context.unread_book()?;
                let sheet = || {
                    book.graded();
                    book.customer_file(&record.prospect.id).map(|file| show_customer(file, &book))
                };
                if let Some(sheet) = context.reading(&book, sheet)? {
                    context.emit(sheet)?;
                }
                continue;
            }
            context.emit(show(&record, &ledger.settings, context.today()))?;
        }
        Ok(())
    }
}
