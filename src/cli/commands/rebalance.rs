//! `crm rebalance`: the fewest moves that even out the load; with `--apply` they are made.

use super::report::SelectionArgs;
use crate::act::rebalance::{moves, sheet};
use crate::cli::apply::Apply;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::plan::rebalance::{Wish, rebalance};
use crate::rules::replay::care::Care;
use crate::value::period::parse_days;
use clap::Args;

/// The fewest moves that bring every rep's load within a tolerance of the team's
///
/// 用最少的移动，使每位业务员的负荷与团队平均相差不超过容差
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  crm rebalance\n  crm rebalance --tolerance 5% --untouched 30d\n  \
    crm rebalance --apply --by wangfang\n\n\
    Load is the rep's prospects over the capacity. Those at 50 or beyond stay, and those touched lately,\n\
    unless the options let them move; absence, exclusions, accounts and do-not-assign are never broken.\n\n\
    负荷是业务员的潜在客户数除以容量。50% 及以上的和最近联系过的不动，除非用选项允许；请假、排除、同一客户和 do-not-assign 绝不违反。"
)]
pub struct Rebalance {
    #[command(flatten)]
    selection: SelectionArgs,
    /// How far a rep's load may be from the team's, in points of a hundred
    ///
    /// 业务员的负荷可与团队平均相差多少，按百分点计
    #[arg(long, value_name = "PERCENT", default_value = "10%")]
    tolerance: String,
    /// Prospects touched in the last so many days stay
    ///
    /// 最近多少天内联系过的潜在客户不动
    #[arg(long, value_name = "DAYS", default_value = "14d")]
    untouched: String,
    /// Prospects touched lately may move, too
    ///
    /// 最近联系过的潜在客户也可移动
    #[arg(long, conflicts_with = "untouched")]
    touched: bool,
    /// Those at 50 or beyond may move, too
    ///
    /// 50% 及以上的也可移动
    #[arg(long)]
    any_stage: bool,
    #[command(flatten)]
    apply: Apply,
}

impl Rebalance {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let wish = self.wish()?;
        let session = self.apply.session(self.apply.apply, context)?;
        let request = self.selection.request(context)?;
        let book = context.book_for(&request, true)?;
        let plan = |care| context.reading(&book, || rebalance(&book, &request.query, wish, care));
        let plans = [plan(Care::Prospect)??, plan(Care::Customer)??];
        let moves = moves(&plans, context.written_lang());
        let sheet = sheet(&plans, &book, self.apply.apply);
        self.apply.carry_out(context, session.as_ref(), sheet, "assigned", moves)
    }

    fn wish(&self) -> Result<Wish, Diagnostic> {
        let tolerance = thousandths(&self.tolerance).ok_or_else(|| {
            let text = &self.tolerance;
            let message = words!(
                "--tolerance: `{text}` is not a percentage from 0 to 100",
                "--tolerance：`{text}` 不是 0 到 100 的百分数"
            );
            Diagnostic::new(Code::BadArgument, message)
                .help(words!("write 10% or 2.5%", "请写成 10% 或 2.5%"))
        })?;
        let days = parse_days(&self.untouched).and_then(|days| u32::try_from(days).ok());
        let days = days.ok_or_else(|| {
            let text = &self.untouched;
            let message = words!(
                "--untouched: `{text}` is not a number of days",
                "--untouched：`{text}` 不是天数"
            );
            Diagnostic::new(Code::BadArgument, message)
                .help(words!("write 14d or 2w", "请写成 14d 或 2w"))
        })?;
        let untouched_days = if self.touched { None } else { Some(days) };
        Ok(Wish { tolerance, untouched_days, any_stage: self.any_stage })
    }
}

/// A percentage with at most one decimal, in thousandths.
fn thousandths(text: &str) -> Option<u32> {
    let number = text.trim().trim_end_matches('%').trim_end();
    let (whole, tenth) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || whole.len() > 3 || tenth.len() != 1 {
        return None;
    }
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok());
    let (whole, tenth): (u32, u32) = (digits(whole)??, digits(tenth)??);
    Some(whole * 10 + tenth).filter(|sum| *sum <= 1000)
}

#[cfg(test)]
mod tests {
    use super::thousandths;

    #[test]
    fn percentages() {
        assert_eq!(thousandths("10%"), Some(100));
        assert_eq!(thousandths("2.5 %"), Some(25));
        assert_eq!(thousandths("0"), Some(0));
        for wrong in ["", "%", "-1", "101", "1.25", "ten"] {
            assert_eq!(thousandths(wrong), None, "{wrong}");
        }
    }
}
