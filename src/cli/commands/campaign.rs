//! `crm campaign`: the campaigns and their state; `crm campaign start ID` reaches the segment of one.

use crate::act::campaign::{carry_out, sheet};
use crate::act::session::Session;
use crate::cli::args::{Facts, Signed};
use crate::cli::context::Context;
use crate::cli::details;
use crate::diag::{Code, Diagnostic, Failure};
use crate::plan::campaign::start;
use crate::report::Request;
use crate::report::campaigns::list;
use crate::rules::query::Query;
use clap::{Args, Subcommand};

/// Campaigns and their state; `start` reaches the segment of one
///
/// 营销活动及其状态；`start` 触达某个活动的细分客群
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm campaign                              the campaigns, and how far they are / 各营销活动及进展\n  \
    crm campaign start spring --dry-run       whom it would reach / 会触达哪些人\n  \
    crm campaign start spring                 an entry in each file of its segment / 在细分客群的每个文件中写一条\n  \
    crm campaign start spring region:suzhou   of the segment, only these / 只要细分客群中的这些\n  \
    crm log wang response --campaign spring   an answer / 一次回应\n  \
    crm report campaigns                      what came of it / 成效如何\n\n\
    A campaign is a block of crm.toml: [[campaign]] id, segment, channel, control, budget, costs, goal.\n\
    Files where every person refuses its channel are left out and named; the share `control` is kept out\n\
    at random and remembered. A later start reaches those that are new.\n\n\
    营销活动是 crm.toml 中的一段：[[campaign]] id、segment、channel、control、budget、costs、goal。所有联系人都拒绝该方式的文件会略过并列出；`control` 比例的客户随机留作对照并记住。再次 start 时触达新增的。")]
pub struct CampaignCommand {
    #[command(subcommand)]
    act: Option<CampaignAct>,
}

#[derive(Debug, Subcommand)]
enum CampaignAct {
    /// Write an entry of the campaign in each file of its segment, all or none
    ///
    /// 在细分客群的每个文件中写入一条活动记录，要么全写，要么不写
    Start(Start),
}

#[derive(Debug, Args)]
struct Start {
    /// The campaign
    ///
    /// 营销活动
    #[arg(value_name = "CAMPAIGN")]
    id: String,
    /// Of its segment, only these; of a campaign without a segment, these
    ///
    /// 只要细分客群中的这些；活动没有细分客群时就是这些
    #[arg(value_name = "QUERY")]
    words: Vec<String>,
    /// Show whom it would reach, and write nothing
    ///
    /// 显示会触达哪些人，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// The rep who records it [default: CRM_USER, else the rep with git's user.email]
    ///
    /// 记录人 [默认：CRM_USER，否则为 git 的 user.email 对应的业务员]
    #[arg(long, value_name = "REP")]
    by: Option<String>,
}

impl CampaignCommand {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        match self.act {
            Some(CampaignAct::Start(start)) => start.run(context),
            None => {
                let book = context.book_for(&Request::of(Query::everything()), false)?;
                let sheet = context.reading(&book, || list(&book))?;
                context.emit(sheet)
            }
        }
    }
}

impl Start {
    fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.dry_run)?;
        let settings = &session.ledger.settings;
        let id = details::campaign("ID", &self.id, settings)?;
        let Some(campaign) = settings.campaign(&id) else { return Ok(()) };
        let typed = context.query("QUERY", &self.words.join(" "))?;
        let query = match &campaign.segment {
            Some(segment) => context.query("segment", &format!("@{segment}"))?.and(typed),
            None if typed.is_empty() => {
                let message = words!(
                    "the campaign `{id}` has no segment, and no query was given",
                    "活动 `{id}` 没有客群，也没有给出查询条件"
                );
                return Err(Diagnostic::new(Code::BadArgument, message)
                    .help(words!(
                        "state `segment` in its block of crm.toml, or a query: crm campaign start {id} tag:vip",
                        "请在 crm.toml 中写明 `segment`，或给出查询条件：crm campaign start {id} tag:vip"
                    ))
                    .into());
            }
            None => typed,
        };
        let request = Request::of(query);
        let book = context.book_for(&request, false)?;
        let started = context.reading(&book, || {
            if request.query.asks_grades() {
                book.graded();
            }
            start(&book, campaign, &request.query)
        })?;
        context.emit(sheet(campaign, &started, &book))?;
        if self.dry_run {
            return Ok(());
        }
        let signed = Signed { by: self.by, ..Signed::default() };
        let draft = signed.draft(&session, "campaign", &Facts::default(), context)?;
        context.talk(carry_out(&session, &draft, campaign, &started)?);
        Ok(())
    }
}
