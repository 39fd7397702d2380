//! Workbooks of Excel and OpenDocument: one sheet of typed cells. A number is the shortest decimal that it is, a day
//! an ISO date, and a text stays a text.

mod archive;
mod contained;
mod excel;
mod open_document;
mod records;
mod sheet;

use crate::diag::{Code, Diagnostic, Listed, Place, Words, first_of};
use crate::model::mapping::Form;
use crate::model::rows::SourceRows;
use archive::Container;
use sheet::SheetRows;
use std::path::Path;

/// So many names of sheets are in a message.
const NAMED: usize = 10;

/// A sheet of a workbook.
struct SheetName {
    name: String,
    hidden: bool,
}

/// Why a workbook cannot be read.
enum Unreadable {
    /// Its bytes are not as they must be; the reason, as the reader of the format has it.
    Damaged(Words),
    /// It is encrypted.
    Locked,
    /// The reader has had enough of its cells.
    TooLarge(Words),
    /// The rows of the sheet so far are enough.
    Enough,
}

/// A workbook, whatever program wrote it.
trait Workbook {
    /// Its sheets, in their order.
    fn sheets(&self) -> &[SheetName];
    /// Gives the cells of a sheet to `rows`, row by row.
    fn cells(&mut self, sheet: usize, rows: &mut SheetRows) -> Result<(), Unreadable>;
}

/// Reads the rows of the sheet that the form names, or of the only one with cells.
///
/// # Errors
/// Fails if the file is damaged, locked or unpacks to too much, and if it is in doubt which sheet is meant.
pub fn parse_workbook(bytes: &[u8], form: &Form, shown: &Path) -> Result<SourceRows, Diagnostic> {
    let read = || {
        let mut workbook = open(bytes).map_err(|why| unreadable(why, shown))?;
        let sheet = chosen(&mut *workbook, form, shown)?;
        let mut rows = SheetRows::below(form.skip_lines);
        workbook.cells(sheet, &mut rows).map_err(|why| unreadable(why, shown))?;
        let rows = rows.finish();
        if rows.header.is_empty() { Err(no_header(shown)) } else { Ok(rows) }
    };
    contained::contained(read)
        .unwrap_or_else(|| Err(unreadable(Unreadable::Damaged(Words::default()), shown)))
}

fn open(bytes: &[u8]) -> Result<Box<dyn Workbook + '_>, Unreadable> {
    match archive::container(bytes)? {
        Container::OpenDocument => Ok(Box::new(open_document::OpenDocument::open(bytes)?)),
        Container::Xlsx => Ok(Box::new(excel::Xlsx::open(bytes)?)),
        Container::Xlsb => Ok(Box::new(excel::Xlsb::open(bytes)?)),
        Container::Xls => Ok(Box::new(excel::Xls::open(bytes)?)),
    }
}

/// The sheet that is named, or the only one with cells; hidden ones must be named.
fn chosen(workbook: &mut dyn Workbook, form: &Form, shown: &Path) -> Result<usize, Diagnostic> {
    let names: Vec<String> = workbook.sheets().iter().map(|sheet| sheet.name.clone()).collect();
    if let Some(wanted) = &form.sheet {
        let by_name = names.iter().position(|name| *name == **wanted);
        let by_number = || wanted.parse().ok().and_then(|n: usize| n.checked_sub(1));
        return by_name
            .or_else(|| by_number().filter(|position| *position < names.len()))
            .ok_or_else(|| no_sheet(wanted, &names, shown));
    }
    let mut filled = Vec::new();
    for position in 0..names.len() {
        if workbook.sheets()[position].hidden {
            continue;
        }
        let mut probe = SheetRows::probe();
        match workbook.cells(position, &mut probe) {
            Ok(()) => {}
            Err(Unreadable::Enough) => filled.push(position),
            Err(why) => return Err(unreadable(why, shown)),
        }
    }
    match filled.as_slice() {
        [] => Err(no_header(shown)),
        [only] => Ok(*only),
        several => {
            let sheets = quoted(several.iter().map(|position| &*names[*position]));
            let first = &names[several[0]];
            let n = several.len();
            let message = words!(
                "the workbook has {n} sheets with cells: {sheets}",
                "工作簿有 {n} 个非空的工作表：{sheets:#}"
            );
            Err(Diagnostic::new(Code::BadArgument, message).at(Place::file(shown)).help(words!(
                "name the one to read: --sheet '{first}', or its number",
                "请指明要读取的工作表：--sheet '{first}'，或写它的序号"
            )))
        }
    }
}

fn quoted<'n>(names: impl Iterator<Item = &'n str>) -> Listed {
    first_of(names.map(|name| format!("`{name}`")), NAMED)
}

fn no_sheet(wanted: &str, names: &[String], shown: &Path) -> Diagnostic {
    let sheets = quoted(names.iter().map(String::as_str));
    Diagnostic::new(Code::BadArgument, words!("no sheet `{wanted}`", "没有工作表 `{wanted}`"))
        .at(Place::file(shown))
        .help(words!("sheets: {sheets}", "各工作表：{sheets:#}"))
}

fn no_header(shown: &Path) -> Diagnostic {
    let message = words!("the sheet has no header", "工作表没有标题行");
    Diagnostic::new(Code::BadMapping, message)
        .at(Place::file(shown))
        .help(words!("its first row must name the columns", "第一行应为列名"))
}

fn unreadable(why: Unreadable, shown: &Path) -> Diagnostic {
    let (code, message, help) = match why {
        Unreadable::TooLarge(message) => (
            Code::TooLarge,
            message,
            words!("save the rows as CSV and import that file", "请把各行另存为 CSV，再导入该文件"),
        ),
        Unreadable::Locked => (
            Code::BadRow,
            words!("the workbook is locked by a password", "工作簿有密码保护"),
            words!("save it without a password, or as CSV", "请另存为不带密码的文件，或存为 CSV"),
        ),
        Unreadable::Damaged(_) | Unreadable::Enough => {
            let message = match why {
                Unreadable::Damaged(why) if !why.is_empty() => Words::both(
                    format!("the workbook cannot be read: {}", why.en()),
                    format!("无法读取工作簿：{}", why.zh()),
                ),
                _ => words!("the workbook cannot be read", "无法读取工作簿"),
            };
            (
                Code::BadRow,
                message,
                words!(
                    "open it in a spreadsheet program and save it as .xlsx or CSV",
                    "请用表格软件打开，另存为 .xlsx 或 CSV"
                ),
            )
        }
    };
    Diagnostic::new(code, message).at(Place::file(shown)).help(help)
}
