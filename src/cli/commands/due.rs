//! `crm due`.

use super::report::Selection;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::report::due::due;
use crate::value::period::parse_days;
use clap::Args;

/// The work list: next steps today and missed, signing dates, cycles that end, birthdays
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm due\n  crm due --in 7d owner:liuyan")]
pub struct Due {
    #[command(flatten)]
    selection: Selection,
    /// How far ahead to look: 7d, 2w
    #[arg(long = "in", value_name = "DAYS", default_value = "0d")]
    within: String,
}

impl Due {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let days = parse_days(&self.within).ok_or_else(|| {
            Diagnostic::new(
                Code::BadArgument,
                format!("--in: `{}` is not a number of days", self.within),
            )
            .help("write 7d or 2w")
        })?;
        let request = self.selection.request(context)?;
        let book = context.book_for(&request, true)?;
        context.emit(context.reading(&book, || due(&book, &request, days))?)
    }
}
