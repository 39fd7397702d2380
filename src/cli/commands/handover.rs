//! `crm handover REP`: new owners for everything that a rep has; `--apply` writes it.

use crate::act::handover::{entries, sheet};
use crate::act::names::rep;
use crate::cli::apply::Apply;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::model::settings::Settings;
use crate::plan::handover::handover;
use crate::report::Request;
use crate::rules::query::Query;
use clap::Args;

/// New owners for everything that a rep has: prospects, customers, roles; shown, or written with --apply
///
/// 把一位业务员名下的一切交给别人：潜在客户、客户、角色；显示，或用 --apply 写入
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  crm handover chenwei               the plan / 方案\n  \
    crm handover chenwei --to sarah    all to one rep / 全部交给一人\n  \
    crm handover chenwei --apply       write it, all or nothing / 写入，要么全写，要么不写\n\n\
    Open prospects and customers go to other reps by the rules of `crm allocate`; open cases and next steps go\n\
    along. What no rep may have goes to the pool, with the reason, so that nothing is left with the rep.\n\n\
    进行中的潜在客户和客户按 `crm allocate` 的规则交给其他业务员；未结受理和下一步随之转交。没有人可以负责的退回公海并写明原因，使其名下不留任何东西。")]
pub struct Handover {
    /// The rep who gives everything away
    ///
    /// 交出一切的业务员
    #[arg(value_name = "REP")]
    rep: String,
    /// All to this rep
    ///
    /// 全部交给这位业务员
    #[arg(long, value_name = "REP")]
    to: Option<String>,
    #[command(flatten)]
    apply: Apply,
}

impl Handover {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = self.apply.session(self.apply.apply, context)?;
        let settings = &context.ledger()?.settings;
        let from = place(settings, "REP", &self.rep)?;
        let to = self.to.as_deref().map(|to| place(settings, "--to", to)).transpose()?;
        if to == Some(from) {
            let id = &settings.reps[from].id;
            let message = words!("`{id}` cannot hand over to `{id}`", "`{id}` 不能移交给自己");
            return Err(Diagnostic::new(Code::BadArgument, message).into());
        }
        let book = context.book_for(&Request::of(Query::everything()), true)?;
        let handover = context.reading(&book, || handover(&book, from, to))??;
        let steps = handover.allocated.steps();
        let entries = entries(&handover, &steps, context.written_lang());
        let sheet = sheet(&handover, &book, self.apply.apply);
        self.apply.carry_out(context, session.as_ref(), sheet, "assigned", entries)
    }
}

/// The place of a rep of the settings in the team.
fn place(settings: &Settings, origin: &str, name: &str) -> Result<usize, Diagnostic> {
    let id = rep(settings, origin, name)?;
    settings.reps.iter().position(|rep| rep.id == id).ok_or_else(|| {
        let message = words!("{origin}: no rep `{name}`", "{origin}：没有业务员 `{name}`");
        Diagnostic::new(Code::UnknownRep, message).typed().help(words!(
            "add a `[[rep]]` with id and capacity for each to crm.toml",
            "在 crm.toml 中为每位业务员加 `[[rep]]`，写明 id 和 capacity"
        ))
    })
}
