//! `crm dashboard -o FILE.html`: the main reports on one page.

use super::report::SelectionArgs;
use crate::cli::context::{Context, missing};
use crate::diag::{Code, Diagnostic, Failure, Words};
use crate::render::{Format, page};
use crate::report::{Takes, find};
use crate::table::sheet::{Audience, Sheet};
use crate::value::label::Lang;
use clap::Args;

/// The reports that a sales lead reads on Monday, in this order.
const REPORTS: [&str; 12] = [
    "funnel",
    "forecast",
    "aging",
    "board",
    "team",
    "ratios",
    "conversion",
    "cycle",
    "bridge",
    "sources",
    "losses",
    "overrides",
];

/// A longer table is cut: the page has to be mailed and read.
const ROWS: usize = 200;

/// Up to so many prospects are kept in memory, about 90 MB, while the reports are made. Of a larger ledger each
/// report reads the files itself.
const IN_MEMORY: usize = 10_000;

/// The main reports on one page that can be mailed
///
/// 主要报表合为一页，可以邮寄
#[derive(Debug, Args)]
#[command(after_help = "The page needs no network and no script to be read.\n\n\
    页面无需网络和脚本即可阅读。\n\n\
    Examples:\n  \
    crm dashboard -o monday.html\n  \
    crm dashboard owner:liuyan --period 2009Q4 > liuyan.html")]
pub struct Dashboard {
    #[command(flatten)]
    selection: SelectionArgs,
    /// The days that the reports cover, where they cover any
    ///
    /// 凡涉及期间的报表，取这段日期
    #[arg(long, value_name = "PERIOD", allow_hyphen_values = true)]
    period: Option<String>,
}

impl Dashboard {
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
        if context.writes_to_terminal() {
            let message = words!(
                "a dashboard is an HTML page, which a terminal cannot show",
                "看板是 HTML 网页，终端无法显示"
            );
            return Err(Diagnostic::new(Code::BadArgument, message).help(into_a_file()).into());
        }
        let mut request = self.selection.request(context)?;
        let period =
            self.period.as_deref().map(|text| context.period("--period", text)).transpose()?;
        let book = context.book_for(&request, true)?;
        let fits = context.ledger()?.paths().0.len() <= IN_MEMORY;
        let lang = context.lang();
        let mut make = || -> Result<Vec<Sheet>, Failure> {
            let mut sheets = Vec::new();
            if fits {
                book.records();
            }
            for report in REPORTS.into_iter().filter_map(find) {
                request.period = period.filter(|_| report.takes.contains(&Takes::Period));
                let mut sheet = (report.make)(&book, &request)?;
                cut(&mut sheet, report.name, lang);
                sheets.push(sheet);
            }
            Ok(sheets)
        };
        let sheets = context.reading(&book, &mut make)??;
        let title = book.settings.title.as_deref().unwrap_or(lang.pick("Dashboard", "销售看板"));
        let about = match self.selection.text() {
            words if words.is_empty() => book.as_of.to_string(),
            words => format!("{}  ·  {words}", book.as_of),
        };
        // The page is read where stderr is not.
        let about = match missing(&book) {
            Some(missing) => format!("{about}  ·  {}", missing.get(lang)),
            None => about,
        };
        context.print(&page(title, &about, &sheets, &context.render_options()))
    }
}

fn into_a_file() -> Words {
    words!(
        "write it to a file: crm dashboard -o monday.html",
        "请写入文件：crm dashboard -o monday.html"
    )
}

/// Cuts tables that are too long, and adds a note.
fn cut(sheet: &mut Sheet, name: &str, lang: Lang) {
    let people = |audience: Audience| audience != Audience::Machines;
    for table in sheet.tables.iter_mut().filter(|table| people(table.audience)) {
        let rows = table.rows.len();
        if rows > ROWS {
            table.rows.truncate(ROWS);
            sheet.notes.push(match lang {
                Lang::En | Lang::Machine => {
                    format!("the first {ROWS} of {rows} rows; all: crm report {name}")
                }
                Lang::Zh => format!("共{rows}行，列出前{ROWS}行；全部：crm report {name}"),
            });
        }
    }
}
