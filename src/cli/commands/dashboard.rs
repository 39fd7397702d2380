//! `crm dashboard`: the main figures and reports on one page.

use super::report::SelectionArgs;
use crate::cli::context::{Context, missing};
use crate::diag::{Code, Diagnostic, Failure, Words};
use crate::disk::ledger::Ledger;
use crate::render::{Format, page};
use crate::report::company::{DUE, check_aspects, check_report, check_request};
use crate::report::dashboard::{Courses, dashboard};
use crate::report::{Report, Request};
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::table::page::Page;
use clap::Args;
use std::path::PathBuf;

/// Up to so many prospects are kept in memory, about 90 MB, while the reports are made. Of a larger ledger each
/// report reads the files itself.
const IN_MEMORY: usize = 10_000;

/// The file that it writes where none is named and nothing else reads it.
const FILE: &str = "dashboard.html";

/// What a sales lead looks at on Monday: figures with their courses, what to do, the main reports; one page
///
/// 销售主管周一要看的一页：指标与走势、要做的事、主要报表
#[derive(Debug, Args)]
#[command(
    after_help = "The page needs no network and no script to be read. On a terminal, without -o, it goes to\n\
    dashboard.html. A folder of pages, one for each prospect, too: crm site -o DIR\n\n\
    页面无需网络和脚本即可阅读。在终端上不写 -o 时，写入 dashboard.html。要一个文件夹、每个客户一页：crm site -o 文件夹。\n\n\
    Examples:\n  \
    crm dashboard\n  \
    crm dashboard -o monday.html\n  \
    crm dashboard owner:liuyan --period 2009Q4 > liuyan.html"
)]
pub struct Dashboard {
    #[command(flatten)]
    selection: SelectionArgs,
    /// The days that the target and the reports cover, where they cover any
    ///
    /// 目标与各报表所覆盖的期间（有期间的报表）
    #[arg(long, value_name = "PERIOD", allow_hyphen_values = true)]
    period: Option<String>,
    /// The file was not named: it is to be told.
    #[arg(skip)]
    is_unnamed: bool,
}

impl Dashboard {
    /// The file that it is to write where none is named. On a terminal that is one of its own.
    pub fn unnamed(&mut self) -> PathBuf {
        self.is_unnamed = true;
        PathBuf::from(FILE)
    }

    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        if context.format().is_some_and(|format| format != Format::Html) {
            let message = words!("a dashboard is an HTML page", "看板是 HTML 网页");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(into_a_file())
                .help(words!(
                    "one report in another format: crm report NAME -f csv",
                    "其他格式请用单个报表：crm report 名称 -f csv"
                ))
                .into());
        }
        let page_of = self.page(context)?;
        context.gives_out(|disclosed, member, privacy| {
            page_of
                .parts
                .iter()
                .for_each(|part| disclosed.add_sheet(&part.sheet, None, member, privacy));
        });
        context.print(&page(&page_of, &context.render_options(), None))?;
        if self.is_unnamed {
            context.say_last(words!("written: {FILE}", "已写入：{FILE}"));
        }
        Ok(())
    }

    fn page(&self, context: &Context) -> Result<Page, Failure> {
        let mut request = self.selection.request(context)?;
        request.period =
            self.period.as_deref().map(|text| context.period("--period", text)).transpose()?;
        let company = context.joined()?;
        if let Some(company) = company {
            check_aspects(company, DUE, &words!("`crm dashboard`", "`crm dashboard`"))?;
            check_request(company, &request, false)?;
        }
        let book = context.book_of_all_for(&request, true)?;
        let (fits, words) = (fits(context.every_ledger()?), self.selection.text());
        let everything = Request::of(Query::everything());
        let refused = |report: &Report| {
            let refusal = check_report(company?, report, &everything).err();
            refusal.map(|refusal| refusal.message)
        };
        let mut make = || start_page(&book, &mut request, fits, &words, &refused);
        Ok(context.reading(&book, &mut make)??)
    }
}

/// Are the prospects of some ledgers kept in memory while pages are made?
pub(super) fn fits(ledgers: &[Ledger]) -> bool {
    ledgers.iter().map(|ledger| ledger.paths().0.len()).sum::<usize>() <= IN_MEMORY
}

/// The page of the selected prospects. If they fit, the records are in memory from then on. `words`: the query as it was
/// typed. `refused`: why a report is left out, if it is.
///
/// # Errors
/// Fails as the reports on it do.
pub(super) fn start_page(
    book: &Book,
    request: &mut Request,
    fits: bool,
    words: &str,
    refused: &dyn Fn(&Report) -> Option<Words>,
) -> Result<Page, Diagnostic> {
    let courses = Courses::of(book, request);
    if fits {
        book.remember();
    }
    let mut page = dashboard(book, request, courses, words, refused)?;
    // The page is read where stderr is not.
    if let Some(missing) = missing(book) {
        page.about = format!("{}  ·  {}", page.about, missing.get(book.settings.language));
    }
    Ok(page)
}

fn into_a_file() -> Words {
    words!(
        "write it to a file: crm dashboard -o monday.html",
        "请写入文件：crm dashboard -o monday.html"
    )
}
