//! `crm lose ID`: leaves the board, with a reason.

use crate::act::moves::{lose, reason_to_lose};
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::value::text::Text;
use clap::Args;

/// Leave the board, with a reason
///
/// 退出看板，写明原因
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  crm lose tang --reason price --note \"went with the other insurer\"\n  \
    crm lose tang --reason competitor --competitor \"Anbao Life\"\n\n\
    The settings may suggest reasons: [reasons]. Any text is allowed.\n\n\
    设置可以建议原因：[reasons]。任何文字均可。"
)]
pub struct Lose {
    /// The prospects
    ///
    /// 潜在客户
    #[arg(required_unless_present = "query", value_name = "ID")]
    ids: Vec<String>,
    /// Why: a code of the settings, or any text
    ///
    /// 原因：设置里的代码，或任意文字
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// The competitor that it was lost to, once for each
    ///
    /// 输给了哪个竞争对手，每个写一次
    #[arg(long, value_name = "NAME")]
    competitor: Vec<String>,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    chosen: Where,
}

impl Lose {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let reason = reason_to_lose(&session, self.reason.as_deref())?;
        let mut event = self.signed.draft(&session, "moved", &Facts::default(), context)?;
        event.reason = Some(reason.into());
        let named = self.competitor.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
        let competitors: Vec<Text> = named.map(Text::from).collect();
        if !competitors.is_empty() {
            event.details_mut().competitor = competitors;
        }
        let targets = self.chosen.targets(&session, &self.ids, context)?;
        context.tell(lose(&session, targets, &event)?)
    }
}
