//! `crm report NAME [QUERY]`.

use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, Lang, Words};
use crate::model::grading::Scoring;
use crate::model::saved_report::SavedReport;
use crate::render::Format;
use crate::report::bridge::LIST_TABLE;
use crate::report::company::{check_report, without_targets};
use crate::report::saved::{dimension, no_report, problems_of};
use crate::report::{REPORTS, Request, Takes, find};
use crate::rules::book::Book;
use crate::table::sheet::{Cell, Column, Kind, Row, Sheet};
use crate::value::money::{Amount, Currency, Money};
use crate::value::period::Period;
use crate::value::text::Text;
use clap::Args;

/// A query, as the last words of a command.
#[derive(Debug, Clone, Args)]
pub struct SelectionArgs {
    /// Only these prospects: stage:50 owner:he value>=10000 …
    ///
    /// 只要这些潜在客户：stage:50 owner:he value>=10000……
    #[arg(value_name = "QUERY")]
    pub(super) words: Vec<String>,
}

impl SelectionArgs {
    /// The query as it was typed.
    pub fn text(&self) -> String {
        self.words.join(" ")
    }

    /// The only word, if there is one: it may be an id.
    pub fn only_word(&self) -> Option<&str> {
        match self.words.as_slice() {
            [word] => Some(word),
            _ => None,
        }
    }

    /// The request for these prospects.
    pub fn request(&self, context: &Context) -> Result<Request, Failure> {
        let query = context.query("QUERY", &self.text())?;
        Ok(Request::of(query))
    }
}

/// The cuts of the scores of recency, frequency and money, if they differ from the settings.
#[derive(Debug, Clone, Args)]
pub struct RfmCompat {
    /// Cut RFM scores as R's package rfm does: quintile + 1, left-closed
    ///
    /// RFM 分档与 R 的 rfm 包一致：分位数 + 1，左闭区间
    #[arg(long, value_name = "PACKAGE", value_parser = ["r"])]
    rfm_compat: Option<String>,
}

impl RfmCompat {
    /// Refuses it where several ledgers are graded, each by its own rules.
    fn refuse(&self) -> Result<(), Diagnostic> {
        if self.rfm_compat.is_none() {
            return Ok(());
        }
        let message = words!(
            "--rfm-compat is for one ledger, not for a company",
            "--rfm-compat 只用于一个账本，不用于公司"
        );
        let help =
            words!("run it in each: --ledger FOLDER", "请在各账本中分别运行：--ledger 文件夹");
        Err(Diagnostic::new(Code::OneLedger, message).help(help))
    }

    /// Applies it; call it before the book is graded.
    pub fn apply(&self, book: &mut Book) {
        if self.rfm_compat.is_some() {
            let grading = &mut book.settings.grading;
            grading.scoring = Scoring::RfmPackage;
            (grading.recency_limits, grading.frequency_limits) = (None, None);
            grading.money_limits = None;
        }
    }
}

/// A report; alone, it lists them
///
/// 一张报表；不写名称则列出全部报表
#[derive(Debug, Args)]
#[command(after_help = help())]
pub struct Report {
    /// Which report
    ///
    /// 哪张报表
    #[arg(value_name = "NAME")]
    name: Option<String>,
    #[command(flatten)]
    selection: SelectionArgs,
    /// A row for each owner, manager, source, region, product, stage, grade, month, …; `crm help query` lists all
    ///
    /// 每个负责人、主管、来源、地区、产品、栏、级别、月份……各一行；`crm help query` 列出全部
    #[arg(long, value_name = "FIELD")]
    by: Option<String>,
    /// The days it covers: 2009Q4, 2009-12, last month, 2009-12-01..2009-12-15
    ///
    /// 期间：2009Q4、2009-12、last month、2009-12-01..2009-12-15
    #[arg(long, value_name = "PERIOD", conflicts_with_all = ["from", "to"], allow_hyphen_values = true)]
    period: Option<String>,
    /// The first day it covers
    ///
    /// 期间的第一天
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    from: Option<String>,
    /// The last day it covers [default: the as-of day]
    ///
    /// 期间的最后一天 [默认：截止日]
    #[arg(long, value_name = "DATE", allow_hyphen_values = true)]
    to: Option<String>,
    /// The goal: closes a year, or by the end of a period that has days to come (ratios)
    ///
    /// 目标：每年的成交数，或尚未结束的期间末的成交数（ratios）
    #[arg(long, value_name = "N")]
    target: Option<String>,
    /// Every change behind the figures (bridge)
    ///
    /// 数字背后的每一处变化（bridge）
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    compat: RfmCompat,
}

impl Report {
    /// Runs it.
    pub fn run(mut self, context: &Context) -> Result<(), Failure> {
        let Some(name) = self.name.clone() else {
            context.learn_language();
            return context.emit(overview(&context.saved_reports(), context.lang()));
        };
        let saved = context.saved_reports().into_iter().find(|saved| *saved.id == *name);
        if let Some(saved) = &saved {
            self.fill(saved, context)?;
        }
        let named = saved.as_ref().map_or(&*name, |saved| &saved.report);
        let Some(report) = find(named) else {
            let saved = context.saved_reports();
            return Err(no_report(named, saved.iter().map(|saved| &*saved.id)).into());
        };
        let mut request = self.selection.request(context)?;
        if let Some(text) = saved.as_ref().and_then(|saved| saved.query.as_deref()) {
            request.query = context.query(&format!("[report.{name}]"), text)?.and(request.query);
        }
        let settings = context.settings()?;
        request.by = self.by.as_deref().map(|by| dimension(report, by, settings)).transpose()?;
        request.period = self.period(context)?;
        request.target = self.target(settings.currency)?;
        request.list = self.list;
        report.check(&request, self.compat.rfm_compat.is_some())?;
        if let Some(company) = context.joined()? {
            check_report(company, report, &request)?;
            self.compat.refuse()?;
        }
        // Ids can only come from the list, and its table is only there where it was asked for.
        let listed = context.format() == Some(Format::Ids)
            || context.global.table.as_deref() == Some(LIST_TABLE);
        request.list |= report.takes.contains(&Takes::List) && listed;
        request.readers = context.readers();
        let mut book = context.book_of_all()?;
        book.keep = report.keep(&request, &book.settings, book.as_of);
        self.compat.apply(&mut book);
        let mut sheet = context.reading(&book, || (report.make)(&book, &request))??;
        let note = context.joined()?.and_then(|company| without_targets(company, report));
        sheet.notes.extend(note.map(|note| note.get(context.lang()).to_owned()));
        context.emit(sheet)
    }

    /// Adds the options of a saved report that are not typed.
    ///
    /// # Errors
    /// Fails with all that is wrong with the saved report.
    fn fill(&mut self, saved: &SavedReport, context: &Context) -> Result<(), Failure> {
        let mut problems = problems_of(saved, context.settings()?, context.today());
        if !problems.is_empty() {
            problems.iter_mut().for_each(|problem| context.show_place(problem));
            return Err(Failure(problems));
        }
        let text = |text: &Option<Text>| text.as_ref().map(ToString::to_string);
        if self.period.is_none() && self.from.is_none() && self.to.is_none() {
            self.period = text(&saved.period);
            self.from = text(&saved.from);
            self.to = text(&saved.to);
        }
        self.by = self.by.take().or(text(&saved.by));
        self.target = self.target.take().or(saved.target.map(|target| target.to_string()));
        self.list |= saved.list;
        Ok(())
    }

    fn target(&self, own: Option<Currency>) -> Result<Option<Amount>, Diagnostic> {
        let Some(text) = &self.target else { return Ok(None) };
        let money = Money::parse_typed(text, own).ok().filter(|money| money.is_own(own));
        let number = money.map(|money| money.amount);
        let number = number.filter(|n| !n.is_negative() && !n.is_zero());
        number.map(Some).ok_or_else(|| {
            let message = words!(
                "--target: `{text}` is not a number above 0",
                "--target：`{text}` 不是大于0的数"
            );
            Diagnostic::new(Code::BadArgument, message).help(Words::verbatim("--target 50"))
        })
    }

    fn period(&self, context: &Context) -> Result<Option<Period>, Diagnostic> {
        if let Some(text) = &self.period {
            return context.period("--period", text).map(Some);
        }
        if self.from.is_none() && self.to.is_none() {
            return Ok(None);
        }
        let from = match &self.from {
            Some(text) => context.period("--from", text)?.from,
            None => crate::value::date::Date::MIN,
        };
        let to = match &self.to {
            Some(text) => context.date("--to", text)?,
            None => context.today(),
        };
        if from > to {
            let message = words!(
                "the period is empty: it begins on {from} and ends on {to}",
                "期间为空：始于{from}，止于{to}"
            );
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!("--from comes before --to", "--from 不得晚于 --to")));
        }
        Ok(Some(Period { from, to }))
    }
}

/// Examples, and the options of each report.
fn help() -> String {
    let width = REPORTS.iter().map(|report| report.name.len()).max().unwrap_or(0);
    let takes = REPORTS.iter().map(|report| {
        let name = report.name;
        let (en, zh) = (report.taken(Lang::En), report.taken(Lang::Zh));
        let taken = match report.takes {
            [] => "none of these / 均不适用".to_owned(),
            _ if en == zh => en,
            _ => format!("{en} / {zh}"),
        };
        format!("  {name:width$}  {taken}\n")
    });
    format!(
        "{EXAMPLES}\n\nThe options of each report; it refuses the rest (--period: or --from, --to): \
         / 各报表的选项；其余一律拒绝（--period：或 --from、--to）：\n{}",
        takes.collect::<String>()
    )
}

const EXAMPLES: &str = "Examples:
  crm report board
  crm report funnel --as-of 2009Q4 --by owner -f csv -o funnel.csv
  crm report team --period 'last week'
  crm report ratios --period 2009Q4 --target 50
  crm report board 'owner:liuyan is:overdue'
  crm report bridge --period 2009-12 --list";

/// The list of the reports, and of those that the ledger saves.
fn overview(saved: &[SavedReport], lang: Lang) -> Sheet {
    let columns = vec![
        Column::new("name", lang.pick("Report", "报表"), Kind::Text),
        Column::new("about", lang.pick("What it shows", "内容"), Kind::Text).wraps(),
        Column::new("takes", lang.pick("Takes", "接受"), Kind::Text).optional(2),
    ];
    let rows = REPORTS.iter().map(|report| {
        let alias = report.alias.map(|alias| format!(" ({alias})")).unwrap_or_default();
        let (en, zh) = report.about;
        Row::new(vec![
            Cell::text(format!("{}{alias}", report.name)),
            Cell::text(lang.pick(en, zh)),
            Cell::list(report.takes.iter().map(|option| option.name(lang))),
        ])
    });
    let saved = saved.iter().map(|saved| {
        let takes = find(&saved.report).map(|report| report.takes).unwrap_or_default();
        let text = format!("crm report {}", saved.report);
        Row::new(vec![
            Cell::text(&*saved.id),
            Cell::text(saved.about.get(lang, &text)),
            Cell::list(takes.iter().map(|option| option.name(lang))),
        ])
    });
    Sheet::single("reports", "", columns, rows.chain(saved).collect())
}
