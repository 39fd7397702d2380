//! `crm classify [QUERY]`.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::report::classify::classify;
use clap::Args;

/// The column that the evidence supports, beside the column of each prospect
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm classify\n  \
    crm classify owner:liuyan --why-not 50      what each would need for 50")]
pub struct Classify {
    #[command(flatten)]
    selection: SelectionArgs,
    /// The smallest set of facts that would do for this column
    #[arg(long, value_name = "STAGE")]
    why_not: Option<String>,
}

impl Classify {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let settings = &context.ledger()?.settings;
        if let Some(stage) = &self.why_not {
            let stages: Vec<&str> = settings
                .pipelines
                .iter()
                .flat_map(|p| p.stages[..=p.won()].iter().map(|s| &*s.id))
                .collect();
            if !stages.contains(&stage.as_str()) {
                return Err(Diagnostic::new(
                    Code::UnknownStage,
                    words!("--why-not: no stage `{stage}`", "--why-not：没有 `{stage}` 这一栏"),
                )
                .typed()
                .nearest(stage, stages)
                .into());
            }
        }
        let request = self.selection.request(context)?;
        let book = context.book_for(&request, false)?;
        let sheet =
            context.reading(&book, || classify(&book, &request, self.why_not.as_deref()))?;
        context.emit(sheet)
    }
}
