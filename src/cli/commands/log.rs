//! `crm log ID KIND`: an event.

use crate::act::log::log;
use crate::act::names::kind;
use crate::act::session::Session;
use crate::act::target::Target;
use crate::cli::args::{Facts, Signed, Where};
use crate::cli::context::Context;
use crate::cli::details::DetailsTyped;
use crate::cli::draft::money;
use crate::diag::{Code, Diagnostic, Failure};
use crate::model::pipeline::Pipeline;
use crate::model::settings::Settings;
use crate::value::money::Amount;
use clap::Args;

/// Record an event: a call, a meeting, a payment, …
///
/// 记一条流水：电话、会面、付款……
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm log zhang meeting --note \"Steady business\" --next 2009-12-11T14:00\n  \
    crm log zhang call --reached=false\n  \
    crm log zhang payment --amount 1500.50\n  \
    crm log zhang visit --cost 300 --done step-1\n  \
    crm log zhang contract --number C-1 --amount 60000 --instalment 2010-01-15=30000 --instalment 2010-02-15=30000\n  \
    crm log zhang invoice --number I-7 --line group-health=12x500 --due 2010-01-31\n  \
    crm log zhang payment --amount 6000 --for I-7\n  \
    crm log zhang complaint --category delivery --severity 2\n  \
    crm log hospital meeting --with \"Dean Wei\" --buyer agreement --milestone contract=2010-04-30\n  \
    crm log --where 'tag:vip' care --note \"New year card\"")]
pub struct Log {
    /// The prospects, then the kind: call, message, email, visit, meeting, demo, quote, contract, payment, booking, order, refund, verified, note, request, complaint, resolved, survey, care, invoice, credit, delivery, handled, feedback
    ///
    /// 潜在客户，其后为类型：call、message、email、visit、meeting、demo、quote、contract、payment、booking、order、refund、verified、note、request、complaint、resolved、survey、care、invoice、credit、delivery、handled、feedback
    #[arg(required = true, value_names = ["ID", "KIND"])]
    words: Vec<String>,
    #[command(flatten)]
    signed: Signed,
    #[command(flatten)]
    facts: Facts,
    /// Ties a request or complaint to its resolution
    ///
    /// 把请求或投诉与它的办结连在一起
    #[arg(long, value_name = "NAME")]
    ticket: Option<String>,
    /// On a survey: the answer, 0-10 (nps) or 1-5 (csat)
    ///
    /// 调查的评分：0-10（nps）或 1-5（csat）
    #[arg(long, value_name = "NUMBER")]
    score: Option<String>,
    /// On a survey: nps or csat
    ///
    /// 调查的量表：nps 或 csat
    #[arg(long, value_name = "SCALE", value_parser = ["nps", "csat"])]
    scale: Option<String>,
    /// The money that a visit, a gift or care took: 300, "45.50 USD"
    ///
    /// 拜访、礼品或关怀的花费：300、"45.50 USD"
    #[arg(long, value_name = "MONEY")]
    cost: Option<String>,
    /// The step of the plan that is done
    ///
    /// 计划中已完成的步骤
    #[arg(long, value_name = "STEP")]
    done: Option<String>,
    /// With --owner: although the rep may not have it, and why
    ///
    /// 与 --owner 同用：该业务员本不可负责，仍要分给他，并写明原因
    #[arg(long, value_name = "REASON", requires = "owner")]
    force: Option<String>,
    #[command(flatten)]
    details: DetailsTyped,
    #[command(flatten)]
    chosen: Where,
}

impl Log {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.chosen.dry_run)?;
        let settings = &session.ledger.settings;
        let (name, ids) =
            self.words.split_last().map_or(("", &[][..]), |(last, ids)| (last.as_str(), ids));
        if ids.is_empty() && self.chosen.query.is_none() {
            return Err(Diagnostic::new(
                Code::BadArgument,
                words!("an entry needs a prospect and a kind", "流水需要潜在客户和类型"),
            )
            .help(words!(
                "crm log ID KIND, for example: crm log zhang call",
                "crm log ID KIND，例如：crm log zhang call"
            ))
            .into());
        }
        let kind = kind(settings, name).map_err(|unknown| match ids.first() {
            Some(first) if settings.kinds.names().any(|kind| kind == first) => {
                unknown.help(words!(
                    "the prospect comes first: crm log {name} {first}",
                    "先写潜在客户：crm log {name} {first}"
                ))
            }
            _ => unknown,
        })?;
        let mut event = self.signed.draft(&session, kind, &self.facts, context)?;
        event.ticket = self.ticket.as_deref().map(ticket).transpose()?;
        event.scale = self.scale.as_deref().map(Into::into);
        event.score = self.score.as_deref().map(score).transpose()?;
        event.done = self.done.as_deref().map(Into::into);
        let own = settings.currency;
        event.cost = self.cost.as_deref().map(|text| money("--cost", text, own)).transpose()?;
        let targets = self.chosen.targets(&session, ids, context)?;
        let boards = boards(&targets, settings);
        event.details = self.details.read(settings, context, &boards)?;
        context.tell(log(&session, targets, &event, self.force.as_deref())?)
    }
}

/// The boards of prospects; the first one of the ledger where there is none.
fn boards<'s>(targets: &[Target], settings: &'s Settings) -> Vec<&'s Pipeline> {
    let mut boards: Vec<&Pipeline> = Vec::new();
    for target in targets {
        let named = settings.pipeline(target.loaded.prospect.pipeline.as_deref());
        let board = named.or(settings.pipelines.first());
        boards.extend(board.filter(|board| boards.iter().all(|known| known.id != board.id)));
    }
    if boards.is_empty() {
        boards.extend(settings.pipelines.first());
    }
    boards
}

/// A name of a case: it has words.
fn ticket(text: &str) -> Result<crate::value::text::Text, Diagnostic> {
    match text.trim() {
        "" => {
            let message = words!("--ticket: a case needs a name", "--ticket：受理要有名称");
            let help = words!(
                "leave --ticket out where one case is meant",
                "只有一个受理时可不写 --ticket"
            );
            Err(Diagnostic::new(Code::BadArgument, message).help(help))
        }
        name => Ok(name.into()),
    }
}

fn score(text: &str) -> Result<Amount, Diagnostic> {
    Amount::parse(text).map_err(|_| {
        let message = words!("--score: `{text}` is not a number", "--score：`{text}` 不是数字");
        Diagnostic::new(Code::BadArgument, message)
    })
}
