//! `crm backtest WHAT [QUERY]`: what would have been said or done on past days, and what came.

use super::report::SelectionArgs;
use crate::act::backtest::known::Past;
use crate::act::backtest::{Every, Question, backtest};
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, Words, listed};
use crate::value::date::Date;
use crate::value::period::Period;
use clap::Args;

/// The tests that can be asked for.
const TESTS: [&str; 4] = ["forecast", "cycle", "policy", "allocation"];

/// The lengths of the cycle that are tried unless others are asked for.
const LENGTHS: [u32; 5] = [14, 21, 28, 42, 56];

/// The days without a contact that are tried unless others are asked for.
const RECYCLE_DAYS: [u32; 3] = [30, 60, 90];

/// The most days that an option may name: a century.
const MOST: u32 = 36_500;

/// What would have been said or done on past days, against what came
///
/// 过去各天本会说什么、做什么，与后来的结果对照
#[derive(Debug, Args)]
#[command(
    after_help = "forecast    the forecast of the period that a day lies in, against what was won in it; Brier scores / 某天所在期间的预测，对照期间的成交；Brier 评分\n\
    cycle       what other lengths of the sales cycle would have swept, and how many of it closed later / 换成别的周期会退回哪些，其中多少后来成交\n\
    policy      what other rules of recycling would have taken back, and what its owners made of it / 换成别的回收规则会收回哪些，原负责人后来如何\n\
    allocation  to whom `crm allocate` would have given the pool, and to whom it was given / `crm allocate` 会把公海分给谁，实际分给了谁\n\n\
    Examples:\n  crm backtest forecast\n  \
    crm backtest forecast owner:liuyan --from 2009-10 --to 2010-02-28 --every week\n  \
    crm backtest cycle --cycle 21,28,35\n  \
    crm backtest policy --recycle-days 20,40 --within 14\n  \
    crm backtest allocation -f json\n\n\
    Nothing is known on a day that was not in the ledger then: where git keeps the ledger, each day is looked\n\
    at by its last commit; else, and before the first commit, by the dates of entries, and the output says\n\
    so. Rules and reps are those of crm.toml today. What came is read from the ledger as it is.\n\n\
    某天账本里还没有的一概不用：账本在 git 中时，每天取当天最后一次提交；否则以及首次提交之前，按记录的日期，输出会注明。规则和业务员取 crm.toml 今天的。后来的结果读自现在的账本。"
)]
pub struct Backtest {
    /// forecast, cycle, policy or allocation
    ///
    /// forecast、cycle、policy 或 allocation（预测、周期、回收、分配）
    #[arg(value_name = "WHAT")]
    what: String,
    #[command(flatten)]
    selection: SelectionArgs,
    /// The first past day [default: a year before the as-of day]
    ///
    /// 最早的一天 [默认：截止日一年前]
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    from: Option<String>,
    /// The last past day [default: the day before the as-of day]
    ///
    /// 最晚的一天 [默认：截止日前一天]
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    to: Option<String>,
    /// The distance between past days
    ///
    /// 各天的间隔
    #[arg(long, value_name = "SPAN", default_value = "month", value_parser = ["day", "week", "month"])]
    every: String,
    /// Lengths of the sales cycle, in days (cycle) [default: 14,21,28,42,56]
    ///
    /// 销售周期的天数（cycle）[默认：14,21,28,42,56]
    #[arg(long, value_name = "DAYS", value_delimiter = ',')]
    cycle: Vec<String>,
    /// Days without a contact after which a prospect goes back to the pool (policy) [default: 30,60,90]
    ///
    /// 多少天没有联系就退回公海（policy）[默认：30,60,90]
    #[arg(long, value_name = "DAYS", value_delimiter = ',')]
    recycle_days: Vec<String>,
    /// The days after a past day in which a contact is looked for (policy) [default: 30]
    ///
    /// 某天之后多少天内算有联系（policy）[默认：30]
    #[arg(long, value_name = "DAYS")]
    within: Option<String>,
}

impl Backtest {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let question = self.question(context)?;
        let request = self.selection.request(context)?;
        let days = self.days(context)?;
        let ledger = context.ledger()?;
        // Grades are asked by the rules of the pool and of allocation.
        let rules = match &question {
            Question::Allocation => true,
            Question::Policy { .. } => ledger.settings.pool.asks_grades(),
            Question::Forecast | Question::Cycle(_) => false,
        };
        let now = context.book_for(&request, rules)?;
        let past = Past::of(ledger, context.tracked(), now.keep)?;
        let test = || backtest(&question, &days, &request, past, &now);
        context.emit(context.reading(&now, test)??)
    }

    /// The question; the options of another one are refused.
    fn question(&self, context: &Context) -> Result<Question, Failure> {
        let what = self.what.as_str();
        if !TESTS.contains(&what) {
            context.learn_language();
            let message =
                words!("nothing called `{what}` can be tested", "没有名为 `{what}` 的回测");
            let wrong = Diagnostic::new(Code::BadArgument, message).nearest(what, TESTS);
            let all = listed(TESTS);
            return Err(wrong.help(words!("one of: {all}", "可用：{all:#}")).into());
        }
        let others = [
            ("--cycle", "cycle", !self.cycle.is_empty()),
            ("--recycle-days", "policy", !self.recycle_days.is_empty()),
            ("--within", "policy", self.within.is_some()),
        ];
        if let Some((option, of, _)) =
            others.into_iter().find(|(_, of, given)| *given && *of != what)
        {
            let message = words!(
                "`crm backtest {what}` does not take {option}",
                "`crm backtest {what}` 不接受 {option}"
            );
            let help = words!("it belongs to `crm backtest {of}`", "它属于 `crm backtest {of}`");
            return Err(Diagnostic::new(Code::BadArgument, message).help(help).into());
        }
        let numbers = |option: &str, typed: &[String], usual: &[u32]| match typed {
            [] => Ok(usual.to_vec()),
            typed => whole_days(option, typed),
        };
        Ok(match what {
            "cycle" => {
                // The stated cycle has a row of its own.
                let stated = context.ledger()?.settings.cycle_days;
                let usual: Vec<u32> = LENGTHS.into_iter().filter(|days| *days != stated).collect();
                Question::Cycle(numbers("--cycle", &self.cycle, &usual)?)
            }
            "policy" => {
                let days = numbers("--recycle-days", &self.recycle_days, &RECYCLE_DAYS)?;
                let within = self
                    .within
                    .as_ref()
                    .map(|text| whole_days("--within", std::slice::from_ref(text)));
                let within = within.transpose()?.and_then(|days| days.first().copied());
                Question::Policy { days, within: within.unwrap_or(30) }
            }
            "allocation" => Question::Allocation,
            _ => Question::Forecast,
        })
    }

    /// The past days.
    fn days(&self, context: &Context) -> Result<Vec<Date>, Failure> {
        context.ledger()?;
        let today = context.today();
        let from = match &self.from {
            Some(text) => context.period("--from", text)?.from,
            None => today.plus_months(-12),
        };
        let to = match &self.to {
            Some(text) => context.date("--to", text)?,
            None => today.plus(-1),
        };
        for (option, day) in [("--from", from), ("--to", to)] {
            if day > today {
                let message = words!(
                    "{option}: {day} is still to come, the as-of day is {today}",
                    "{option}：{day} 尚未到来，截止日为 {today}"
                );
                let help = words!("only past days can be tested", "只能回测过去的日子");
                return Err(Diagnostic::new(Code::BadArgument, message).help(help).into());
            }
        }
        if from > to {
            let message = words!(
                "the period is empty: it begins on {from} and ends on {to}",
                "期间为空：始于{from}，止于{to}"
            );
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!("--from comes before --to", "--from 不得晚于 --to"))
                .into());
        }
        let every = Every::NAMES.into_iter().find(|(name, _)| *name == self.every);
        let every = every.map_or(Every::Month, |(_, every)| every);
        Ok(every.days(Period { from, to }))
    }
}

/// Whole numbers of days, each once and in order.
fn whole_days(option: &str, typed: &[String]) -> Result<Vec<u32>, Diagnostic> {
    let number = |text: &String| {
        let days = text.trim().parse().ok().filter(|days| (1..=MOST).contains(days));
        days.ok_or_else(|| {
            let message = Words::both(
                format!("{option}: `{text}` is not a number of days from 1 to {MOST}"),
                format!("{option}：`{text}` 不是 1 到 {MOST} 的天数"),
            );
            let help = words!("write {option} 30", "请写成 {option} 30");
            Diagnostic::new(Code::BadArgument, message).help(help)
        })
    };
    let mut days: Vec<u32> = typed.iter().map(number).collect::<Result<_, _>>()?;
    days.sort_unstable();
    days.dedup();
    Ok(days)
}
