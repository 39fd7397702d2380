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
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm campaign                              the campaigns, and how far they are\n  \
    crm campaign start spring --dry-run       whom it would reach\n  \
    crm campaign start spring                 an entry in each file of its segment\n  \
    crm campaign start spring region:suzhou   of the segment, only these\n  \
    crm log wang response --campaign spring   an answer\n  \
    crm report campaigns                      what came of it\n\n\
    A campaign is a block of crm.toml: [[campaign]] id, segment, channel, control, budget, costs, goal.\n\
    Files where every person refuses its channel are left out and named; the share `control` is kept out\n\
    at random and remembered. A later start reaches those that are new.")]
pub struct CampaignCommand {
    #[command(subcommand)]
    act: Option<CampaignAct>,
}

#[derive(Debug, Subcommand)]
enum CampaignAct {
    /// Write an entry of the campaign in each file of its segment, all or none
    Start(Start),
}

#[derive(Debug, Args)]
struct Start {
    /// The campaign
    #[arg(value_name = "ID")]
    id: String,
    /// Of its segment, only these; of a campaign without a segment, these
    #[arg(value_name = "QUERY")]
    words: Vec<String>,
    /// Show whom it would reach, and write nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// The rep who records it [default: CRM_USER, else the rep with git's user.email]
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
