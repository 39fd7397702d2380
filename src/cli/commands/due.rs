//! `crm due`.

use super::report::SelectionArgs;
use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure};
use crate::report::company::{DUE, check_aspects, check_request};
use crate::report::due::due;
use crate::value::period::parse_days;
use clap::Args;

/// The work list, the most money at stake first: next steps today and missed, signing dates, claims, promises
///
/// 工作清单，涉及金额最大的在前：今天到期和错过的下一步、签约日、应收、承诺
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  crm due\n  crm due --in 7d owner:liuyan\n  crm due in 7d\n  crm due --all"
)]
pub struct Due {
    #[command(flatten)]
    selection: SelectionArgs,
    /// How far ahead to look: 7d, 2w [default: today only]
    ///
    /// 往后看多久：7d、2w [默认：只看今天]
    #[arg(long = "in", value_name = "DAYS")]
    within: Option<String>,
    /// All of it, not only a screen
    ///
    /// 全部列出，不限于一屏
    #[arg(long)]
    all: bool,
}

impl Due {
    /// Runs it.
    pub fn run(mut self, context: &Context) -> Result<(), Failure> {
        let within = self.within.take().or(taken_in(&mut self.selection.words)?);
        let days = match within {
            Some(text) => parse_days(&text).ok_or_else(|| not_days(&text))?,
            None => 0,
        };
        let mut request = self.selection.request(context)?;
        request.list = self.all;
        if let Some(company) = context.joined()? {
            let what = words!("`crm due`", "`crm due`");
            check_aspects(company, DUE, &what)?;
            check_request(company, &request, false)?;
        }
        let book = context.book_of_all_for(&request, true)?;
        context.emit(context.reading(&book, || due(&book, &request, days))?)
    }
}

/// Removes `in 7d`, `7d` or `tomorrow` from the front of the query, as people type it, and returns the `7d`.
///
/// Fails if `in` is not followed by a number of days.
fn taken_in(words: &mut Vec<String>) -> Result<Option<String>, Diagnostic> {
    let near = [("today", "0d"), ("今天", "0d"), ("tomorrow", "1d"), ("明天", "1d")];
    if let Some((_, days)) = near.iter().find(|(day, _)| words.first().is_some_and(|w| w == day)) {
        words.remove(0);
        return Ok(Some((*days).to_owned()));
    }
    let named = words.first().is_some_and(|word| word == "in");
    let days = words.get(usize::from(named)).cloned().unwrap_or_default();
    let is_days = days.ends_with(|c: char| c.is_ascii_alphabetic()) && parse_days(&days).is_some();
    match (named, is_days) {
        (false, false) => Ok(None),
        (true, false) => Err(not_days(&days)),
        (_, true) => {
            words.drain(..=usize::from(named));
            Ok(Some(days))
        }
    }
}

fn not_days(text: &str) -> Diagnostic {
    let message = words!("--in: `{text}` is not a number of days", "--in：`{text}` 不是天数");
    Diagnostic::new(Code::BadArgument, message)
        .help(words!("write --in 7d or --in 2w", "写成 --in 7d 或 --in 2w"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(line: &str) -> (Option<String>, String) {
        let mut words: Vec<String> = line.split_whitespace().map(String::from).collect();
        let days = taken_in(&mut words).unwrap();
        (days, words.join(" "))
    }

    #[test]
    fn days_may_stand_before_the_query() {
        let taken = |line| {
            let (days, rest) = taken(line);
            (days.unwrap_or_default(), rest)
        };
        assert_eq!(taken("in 7d"), ("7d".into(), "".into()));
        assert_eq!(taken("in 2w owner:liuyan"), ("2w".into(), "owner:liuyan".into()));
        assert_eq!(taken("7d owner:liuyan"), ("7d".into(), "owner:liuyan".into()));
        assert_eq!(taken("tomorrow owner:liuyan"), ("1d".into(), "owner:liuyan".into()));
        assert_eq!(taken("今天"), ("0d".into(), "".into()));
        // A number alone is text to look for, as everywhere in a query; so are days behind other words.
        for query in ["", "owner:liuyan", "7", "owner:liuyan 7d", "owner:liuyan in 7d"] {
            assert_eq!(taken(query), (String::new(), query.into()));
        }
    }

    #[test]
    fn in_alone_is_no_query() {
        for line in ["in", "in zhang", "in 7", "in 7x"] {
            let mut words: Vec<String> = line.split(' ').map(String::from).collect();
            assert!(taken_in(&mut words).is_err(), "{line}");
        }
    }
}
