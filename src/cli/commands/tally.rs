//! `crm tally REP`: a day's dials, conversations, appointments.

use crate::act::session::Session;
use crate::act::tally::tally;
use crate::cli::context::Context;
use crate::diag::Failure;
use crate::rules::book;
use clap::Args;

/// A rep's day: how many dials, conversations, appointments
///
/// 业务员的一天：拨号、通话、约见各多少
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  crm tally liuyan --dials 15 --conversations 7 --appointments 1\n\n\
    Several tallies of one day add up.\n\n\
    同一天的几次计数相加。"
)]
pub struct Tally {
    /// The rep
    ///
    /// 业务员
    #[arg(value_name = "REP")]
    rep: String,
    /// Numbers dialled
    ///
    /// 拨号数
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    dials: u32,
    /// Calls that were answered
    ///
    /// 接通数
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    conversations: u32,
    /// First meetings set
    ///
    /// 约定的初次见面数
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    appointments: u32,
    /// The day [default: the as-of day]
    ///
    /// 日期 [默认：截止日]
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    date: Option<String>,
    /// Print the changes, and write nothing
    ///
    /// 显示改动，不写入
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Tally {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let session = Session::open(context, self.dry_run)?;
        let date = match &self.date {
            Some(text) => context.date("--date", text)?,
            None => context.today(),
        };
        let (dials, conversations) = (self.dials, self.conversations);
        let counts = book::Tally { dials, conversations, appointments: self.appointments };
        context.tell(tally(&session, &self.rep, date, counts)?)
    }
}
