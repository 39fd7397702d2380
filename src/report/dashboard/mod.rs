//! The dashboard: a page of the main figures with their courses, what is to be done, and the main reports with their
//! pictures. Every number is one of the reports.

mod course;
mod pictures;
mod tiles;

use super::breakdown::percent;
use super::by_ledger::by_ledger;
use super::cases::Cases;
use super::conversion::onward;
use super::figures::{enough, member, too_few};
use super::funnel::funnel_with;
use super::{Report, Request, Takes, aging, due, find};
use crate::diag::{Diagnostic, Words};
use crate::rules::book::Book;
use crate::table::page::{Choice, Page, Part, Room, Tile};
use crate::table::sheet::{Audience, Picture, Sheet, Table};
use crate::value::label::Lang;
use crate::value::period::Period;
use course::courses;
use std::collections::BTreeMap;
use tiles::tiles;

/// A longer table is cut: the page has to be mailed and read.
const ROWS: usize = 200;

/// What is due within so many days is on the list.
const DUE_DAYS: i64 = 7;

/// So many open cases are listed.
const CASES: usize = 20;

/// The tiles whose figures are of a report that may be left out.
const TILES: [(&str, &str); 3] =
    [("receivable", "receivables"), ("satisfaction", "satisfaction"), ("open-value", "forecast")];

/// The reports below the pictures, folded, in this order.
const FOLDED: [&str; 7] =
    ["board", "team", "ratios", "conversion", "sources", "losses", "overrides"];

/// The part of a dashboard for which the ledger is read as of several days. It reads the ledger itself, so that it comes
/// before the records are in memory.
pub struct Courses {
    tiles: Vec<Tile>,
    fan: Option<Picture>,
}

impl Courses {
    /// Those of the selected prospects and customers, with the target of the period that the request states, else of
    /// the forecast's.
    pub fn of(book: &Book, request: &Request) -> Courses {
        let settings = &book.settings;
        let usual = || settings.forecast.per.around(book.as_of, settings.fiscal_year);
        let period: Period = request.period.unwrap_or_else(usual);
        let days = courses(book, request, period);
        let fan = pictures::fan(&days, period, settings.language);
        Courses { tiles: tiles(&days, period, settings), fan }
    }

    /// The tiles.
    pub fn tiles(&self) -> &[Tile] {
        &self.tiles
    }
}

/// The page. `words`: the query as it was typed. `refused`: why a report is left out of it, if it is; the tiles of its
/// figures are left out too.
///
/// # Errors
/// Fails as its reports do, such as for a period that has not begun.
pub fn dashboard(
    book: &Book,
    request: &mut Request,
    courses: Courses,
    words: &str,
    refused: &dyn Fn(&Report) -> Option<Words>,
) -> Result<Page, Diagnostic> {
    let (settings, lang) = (&book.settings, book.settings.language);
    let period = request.period.take();
    let reason = |name: &str| find(name).and_then(refused);
    let to_do = to_do(book, request, reason("service").is_none());
    let ledgers = by_ledger(book, request, &to_do);
    let mut parts = vec![Part { sheet: to_do, room: Room::Wide }];
    if let Some(table) = ledgers {
        let title = table.title.clone();
        let tables = vec![Table { title: String::new(), ..table }];
        let sheet = Sheet { id: "ledgers".into(), title, tables, ..Sheet::default() };
        parts.push(Part { sheet, room: Room::Wide });
    }
    if reason("funnel").is_none() {
        parts.push(Part { sheet: funnel(book, request), room: Room::Half });
    }
    let with = |request: &mut Request, name: &str| -> Result<Option<Sheet>, Diagnostic> {
        let known = find(name).filter(|report| refused(report).is_none());
        let Some(report) = known else { return Ok(None) };
        request.period = period.filter(|_| report.takes.contains(&Takes::Period));
        let made = (report.make)(book, request);
        request.period = None;
        let mut sheet = made?;
        cut(&mut sheet, ROWS, report.name, lang);
        Ok(Some(sheet))
    };
    let Courses { mut tiles, fan } = courses;
    tiles.retain(|tile| {
        let of_tile = TILES.iter().find(|(id, _)| *id == tile.id);
        of_tile.is_none_or(|(_, name)| reason(name).is_none())
    });
    for name in ["bridge", "forecast", "cycle", "aging"] {
        let Some(mut sheet) = with(request, name)? else { continue };
        match name {
            "forecast" => sheet.pictures = fan.clone().into_iter().collect(),
            "aging" => sheet.pictures.splice(0..0, aging::dots(book, request)).for_each(drop),
            _ => {}
        }
        parts.push(Part { sheet, room: Room::Half });
    }
    parts.push(Part { sheet: load(book, request, &with)?, room: Room::Half });
    for name in FOLDED {
        parts.extend(with(request, name)?.map(|sheet| Part { sheet, room: Room::Folded }));
    }
    let shown = ["funnel", "bridge", "forecast", "cycle", "aging", "allocation"];
    let left_out: Vec<String> = shown
        .iter()
        .chain(&FOLDED)
        .filter_map(|name| reason(name))
        .map(|why| why.get(lang).to_owned())
        .collect();
    if !left_out.is_empty() {
        let title = lang.pick("Left out", "未列出的报表").into();
        let sheet = Sheet { id: "left-out".into(), title, notes: left_out, ..Sheet::default() };
        parts.push(Part { sheet, room: Room::Wide });
    }
    request.period = period;
    let title = settings.title.as_deref().unwrap_or(lang.pick("Dashboard", "销售看板"));
    let about = match words {
        "" => book.as_of.to_string(),
        words => match lang {
            Lang::En | Lang::Machine => format!(
                "{}  ·  {words}  ·  the courses are of those that the query selects today",
                book.as_of
            ),
            Lang::Zh => format!("{}  ·  {words}  ·  走势按今天符合条件的客户计算", book.as_of),
        },
    };
    Ok(Page { title: title.to_owned(), about, tiles, parts, choices: choices(book) })
}

/// What is due now and soon, the most money at stake first.
pub(super) fn to_do(book: &Book, request: &Request, with_cases: bool) -> Sheet {
    let lang = book.settings.language;
    let mut sheet = due::due(book, request, DUE_DAYS);
    sheet.title = lang.pick("To do", "要做的事").into();
    let nothing = sheet.tables.iter().all(|table| table.rows.is_empty());
    let cases =
        with_cases.then(|| Cases::listed(false, &book.settings).sheet(book, request, false));
    let open = cases.and_then(|cases| cases.tables.into_iter().next());
    let open = open.filter(|table| !table.rows.is_empty());
    if let Some(mut table) = open {
        let all = table.rows.len();
        table.rows.truncate(CASES);
        table.title = lang.pick("Open cases, the most urgent first", "未结受理，最急的在前").into();
        sheet.tables.push(table);
        if all > CASES {
            sheet.notes.push(match lang {
                Lang::En | Lang::Machine => {
                    format!("{CASES} of {all} open cases; all of them: crm cases")
                }
                Lang::Zh => format!("未结受理共 {all} 件，只列 {CASES} 件；全部：crm cases"),
            });
        }
    }
    if nothing {
        sheet.tables.retain(|table| !table.rows.is_empty());
        sheet.notes.push(lang.pick("nothing is due in the next 7 days", "近7天没有待办").into());
    }
    sheet
}

/// The funnel with the share of those that went on from each column.
fn funnel(book: &Book, request: &Request) -> Sheet {
    let lang = book.settings.language;
    let words = |(went, of): &(usize, usize)| match (of, lang) {
        (0, _) => String::new(),
        (of, _) if !enough(*of as u64) => too_few(*of as u64, lang),
        (of, _) => {
            let share = percent(*went as f64 / *of as f64);
            match lang {
                Lang::En | Lang::Machine => format!("{share} went on ({went} of {of})"),
                Lang::Zh => format!("{share} 进入后栏（{went}/{of}）"),
            }
        }
    };
    let onward: BTreeMap<usize, Vec<String>> = onward(book, request)
        .iter()
        .map(|(board, steps)| (*board, steps.iter().map(words).collect()))
        .collect();
    let mut sheet = funnel_with(book, request, &onward);
    sheet.notes.push(
        lang.pick(
            "went on: of all that ever entered the column, those that reached a later one (report conversion)",
            "进入后栏：历来进入该栏者中，到过后面各栏的（报表 conversion）",
        )
        .into(),
    );
    sheet
}

/// The load of each rep: the report of allocation without a query, which it does not take, and the picture.
fn load(
    book: &Book,
    request: &mut Request,
    with: &impl Fn(&mut Request, &str) -> Result<Option<Sheet>, Diagnostic>,
) -> Result<Sheet, Diagnostic> {
    let lang = book.settings.language;
    let pictures = pictures::reps(book, request);
    let known = if request.query.is_empty() { with(request, "allocation")? } else { None };
    let mut sheet = known.unwrap_or_default();
    sheet.id = "reps".into();
    sheet.title = lang.pick("Team", "团队").into();
    // The turn of each rep is advice on the next prospect, and not on the page.
    sheet.notes.clear();
    sheet.pictures = pictures;
    sheet.pictures.extend(pictures::contacts(book, request));
    Ok(sheet)
}

/// The owners, departments and columns by which a reader may choose rows.
fn choices(book: &Book) -> Vec<Choice> {
    let (settings, lang) = (&book.settings, book.settings.language);
    let owners = settings.reps.iter().map(|rep| {
        let name = member(&rep.id, settings);
        let mut values = vec![rep.id.to_string(), name.clone(), rep.display().to_owned()];
        values.dedup();
        (name, values)
    });
    let teams = settings.departments.iter().map(|department| {
        let reps = settings.reps.iter().filter(|rep| department.members.contains(&rep.id));
        let values = reps.flat_map(|rep| [rep.id.to_string(), rep.display().to_owned()]);
        (department.label.get(lang, &department.id).to_owned(), values.collect())
    });
    let mut stages: Vec<(String, Vec<String>)> = Vec::new();
    for stage in settings.named_boards().flat_map(|board| board.open()) {
        let label = stage.label.get(lang, &stage.id).to_owned();
        if stages.iter().all(|(known, _)| *known != label) {
            stages.push((label.clone(), vec![label]));
        }
    }
    let choice = |column: &str, label: &str, answers: Vec<(String, Vec<String>)>| Choice {
        column: column.into(),
        label: label.into(),
        answers,
    };
    let all = [
        choice("owner", lang.pick("Owner", "负责人"), owners.collect()),
        choice("owner", lang.pick("Team", "团队"), teams.collect()),
        choice("stage", lang.pick("Column", "阶段"), stages),
    ];
    all.into_iter().filter(|choice| choice.answers.len() > 1).collect()
}

/// Cuts tables that are too long, and adds a note.
pub(super) fn cut(sheet: &mut Sheet, most: usize, name: &str, lang: Lang) {
    let people = |audience: Audience| audience != Audience::Machines;
    for table in sheet.tables.iter_mut().filter(|table| people(table.audience)) {
        let rows = table.rows.len();
        if rows > most {
            table.rows.truncate(most);
            sheet.notes.push(match lang {
                Lang::En | Lang::Machine => {
                    format!("the first {most} of {rows} rows; all: crm report {name}")
                }
                Lang::Zh => format!("共{rows}行，列出前{most}行；全部：crm report {name}"),
            });
        }
    }
}
