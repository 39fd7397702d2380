//! `crm what-if`: the five levers.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, Words};
use crate::report::what_if::{Projection, Stated, what_if};
use crate::value::money::{Amount, Currency, Money};
use clap::Args;

/// The effect of each of five levers on closes and money a year, alone and together
///
/// 五个杠杆各自和一起对每年成交数和金额的影响
#[derive(Debug, Args)]
#[command(
    after_help = "Figures that are not given are measured in the ledger: from call entries or \
    tallies, meetings, and closes.\n\n\
    没有给出的数字由账本统计：来自电话记录或日报、见面和成交。\n\nExamples:\n  \
    crm what-if\n  \
    crm what-if owner:liuyan --period 2009Q4 --factor 1.5\n  \
    crm what-if --dials 15 --conversations 7 --appointments 1 --meetings 8 --meetings-per-close 8 --value 3000"
)]
pub struct WhatIf {
    #[command(flatten)]
    selection: SelectionArgs,
    /// The days to measure: 2009Q4, last month, 2009-12-01..2009-12-15 [default: all]
    ///
    /// 统计的期间：2009Q4、last month、2009-12-01..2009-12-15 [默认：全部]
    #[arg(long, value_name = "PERIOD", allow_hyphen_values = true)]
    period: Option<String>,
    /// Numbers dialled a day
    ///
    /// 每天拨号数
    #[arg(long, value_name = "N")]
    dials: Option<String>,
    /// Conversations a day
    ///
    /// 每天通话数
    #[arg(long, value_name = "N")]
    conversations: Option<String>,
    /// Appointments set a day
    ///
    /// 每天约见数
    #[arg(long, value_name = "N")]
    appointments: Option<String>,
    /// Meetings a week, first ones and others
    ///
    /// 每周见面数，首次和再次都算
    #[arg(long, value_name = "N")]
    meetings: Option<String>,
    /// Meetings for one close
    ///
    /// 每成交一单需要的见面数
    #[arg(long, value_name = "N")]
    meetings_per_close: Option<String>,
    /// Money of one close
    ///
    /// 每单成交的金额
    #[arg(long, value_name = "MONEY")]
    value: Option<String>,
    /// The factor that each lever is raised by: 2 doubles
    ///
    /// 每个杠杆提高的倍数：2 为翻倍
    #[arg(long, value_name = "N", default_value = "2")]
    factor: String,
    /// Working days of a week
    ///
    /// 每周工作几天
    #[arg(long, value_name = "N", default_value = "5")]
    days: String,
    /// Working weeks of a year
    ///
    /// 每年工作几周
    #[arg(long, value_name = "N", default_value = "50")]
    weeks: String,
}

impl WhatIf {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let optional = |name: &str, text: &Option<String>| {
            text.as_deref().map(|text| positive(name, text)).transpose()
        };
        let own = context.ledger().ok().and_then(|ledger| ledger.settings.currency);
        let stated = Stated {
            dials: optional("--dials", &self.dials)?,
            conversations: optional("--conversations", &self.conversations)?,
            appointments: optional("--appointments", &self.appointments)?,
            meetings: optional("--meetings", &self.meetings)?,
            meetings_per_close: optional("--meetings-per-close", &self.meetings_per_close)?,
            value: self.value.as_deref().map(|text| money(text, own)).transpose()?,
        };
        let scale = Projection {
            days: positive("--days", &self.days)?,
            weeks: positive("--weeks", &self.weeks)?,
            factor: positive("--factor", &self.factor)?,
        };
        // A full set of figures needs no ledger.
        if stated.complete() && stated.value.is_some() && context.ledger().is_err() {
            return context.emit(what_if(None, &stated, scale, context.lang())?);
        }
        let mut request = self.selection.request(context)?;
        if let Some(text) = &self.period {
            request.period = Some(context.period("--period", text)?);
        }
        let book = context.book_for(&request, false)?;
        let make = || what_if(Some((&book, &request)), &stated, scale, context.lang());
        context.emit(context.reading(&book, make)??)
    }
}

/// A number above 0.
fn positive(name: &str, text: &str) -> Result<f64, Diagnostic> {
    let number = Amount::parse(text).ok().map(Amount::to_f64);
    number.filter(|x| *x > 0.0).ok_or_else(|| {
        let message =
            words!("{name}: `{text}` is not a number above 0", "{name}：`{text}` 不是大于 0 的数");
        let help = words!("write {name} 8 or {name} 7.5", "请写成 {name} 8 或 {name} 7.5");
        Diagnostic::new(Code::BadArgument, message).help(help)
    })
}

fn money(text: &str, own: Option<Currency>) -> Result<Amount, Diagnostic> {
    let wrong = |what: Words| {
        Diagnostic::new(Code::BadArgument, what.about("--value"))
            .help(words!("write --value 3000", "请写成 --value 3000"))
    };
    match Money::parse_typed(text, own) {
        Ok(money) if money.is_own(own) && !money.amount.is_negative() => Ok(money.amount),
        Ok(_) => Err(wrong(words!(
            "`{text}` is not an amount in the ledger's own currency",
            "`{text}` 不是账本本币的金额"
        ))),
        Err(bad) => Err(wrong(bad.words())),
    }
}
