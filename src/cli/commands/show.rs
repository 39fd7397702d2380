//! `crm show ID`.

use crate::cli::context::Context;
use crate::diag::{Failure, counted};
use crate::disk::find::find;
use crate::model::settings::Settings;
use crate::report::plans::with_plan;
use crate::report::show::show;
use crate::rules::dealings::{Dealings, by_customer};
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use clap::Args;

/// One prospect: facts, evidence, journal, time in each column, requirements of the next column
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm show zhang\n  crm show 张先生 --as-of 2009-12-11")]
pub struct Show {
    /// The prospects
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
            let dealings = dealings(&record, settings, context)?;
            let sheet = show(&record, settings, today);
            context.emit(with_plan(sheet, &record, &dealings, settings, today))?;
        }
        Ok(())
    }
}

/// The dealings that the goals of a file's plan are measured by: those of its customer, for which the ledger is read
/// if the customer has other files.
fn dealings(record: &Record, settings: &Settings, context: &Context) -> Result<Dealings, Failure> {
    let prospect = &record.prospect;
    let joint = prospect.is_customer || prospect.account.is_some();
    if joint && !prospect.profile().goals.is_empty() {
        let book = context.unread_book()?;
        let customer = book.graded().of(&prospect.id).map(|customer| customer.first);
        if let Some(first) = customer {
            return Ok(by_customer(&book, |at| at == first).remove(&first).unwrap_or_default());
        }
    }
    Ok(Dealings::of(record, settings, context.today()))
}
