//! `crm classify [QUERY]`.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::model::pipeline::Pipeline;
use crate::model::settings::Settings;
use crate::report::classify::classify;
use clap::Args;

/// The column that the evidence supports, beside the column of each prospect
///
/// 证据所支持的栏，与潜在客户现在的栏并列
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm classify\n  \
    crm classify owner:liuyan --why-not 50      what each would need for 50 / 各自到 50% 还缺什么")]
pub struct Classify {
    #[command(flatten)]
    selection: SelectionArgs,
    /// The smallest set of facts that would do for this column
    ///
    /// 进入这一栏最少还需要哪些事实
    #[arg(long, value_name = "STAGE")]
    why_not: Option<String>,
}

impl Classify {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let settings = &context.ledger()?.settings;
        let why_not = self.why_not.as_deref().map(|name| column(settings, name)).transpose()?;
        let request = self.selection.request(context)?;
        let book = context.book_for(&request, false)?;
        let sheet = context.reading(&book, || classify(&book, &request, why_not))?;
        context.emit(sheet)
    }
}

/// A column before or at the end of the sale, by id or label.
fn column<'s>(settings: &'s Settings, name: &str) -> Result<&'s str, Diagnostic> {
    let columns = |pipeline: &'s Pipeline| &pipeline.stages[..=pipeline.won()];
    let named = settings.pipelines.iter().find_map(|pipeline| {
        let position = pipeline.position_named(name)?;
        columns(pipeline).get(position)
    });
    if let Some(stage) = named {
        return Ok(&stage.id);
    }
    let ids = settings.named_boards().flat_map(columns).map(|stage| &*stage.id);
    let message = words!("--why-not: no stage `{name}`", "--why-not：没有 `{name}` 这一栏");
    Err(Diagnostic::new(Code::UnknownStage, message).typed().nearest(name, ids))
}
