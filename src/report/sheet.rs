//! `crm report sheet`: the week's action sheet (潜在客户管理行动工具表) of each rep.

use super::Request;
use super::breakdown::join;
use super::figures::{member, rank, span};
use crate::diag::Diagnostic;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::replay::past::{Dates, Past};
use crate::rules::replay::state::Record;
use crate::rules::week::{Checkpoint, checkpoints, week_at_work, week_of, weeks_in};
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Rows, Sheet, Table};
use crate::table::words::column;
use crate::value::date::{Date, Weekday};
use crate::value::label::Lang;
use crate::value::period::Period;
use crate::value::text::Text;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A name on a sheet: what is kept of a prospect.
struct Name {
    id: Text,
    name: Text,
    stage: usize,
    dates: Dates,
}

/// A sheet: of which board, whose, and who stands on it.
struct Page {
    board: usize,
    owner: Text,
    point: Checkpoint,
    /// By column; in each the oldest first meeting first, appointments next, then the others by id.
    names: Vec<Name>,
}

impl Page {
    fn new(board: usize, owner: Text, point: Checkpoint, mut names: Vec<Name>) -> Page {
        let key = |name: &Name| {
            let (met, appointed) = (name.dates.first_meeting, name.dates.appointment);
            (name.stage, met.is_none(), met, appointed.is_none(), appointed)
        };
        names.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id)));
        Page { board, owner, point, names }
    }

    /// The names of one column.
    fn stack(&self, stage: usize) -> &[Name] {
        let from = self.names.partition_point(|name| name.stage < stage);
        let to = self.names.partition_point(|name| name.stage <= stage);
        &self.names[from..to]
    }
}

/// What the sheets need of the prospects.
#[derive(Default)]
struct Found {
    /// By board, rep and the day it is filled in.
    sheets: BTreeMap<(usize, Text, Date), (Checkpoint, Vec<Name>)>,
    /// Who has no owner at the end of a week.
    pool: BTreeMap<Period, usize>,
}

/// The sheets of the week at work on the as-of day, or of the weeks that the period means.
pub fn action_sheet(book: &Book, request: &Request) -> Result<Sheet, Diagnostic> {
    let settings = &book.settings;
    let lang = settings.language;
    let found = gather(book, request);
    let weeks = weeks(book, request);
    let pool = weeks.last().and_then(|week| found.pool.get(week)).copied().unwrap_or(0);
    let meant = |point: &Checkpoint| weeks.iter().any(|week| week.contains(point.covers.from));
    let meant = found.sheets.into_iter().filter(|(_, (point, _))| meant(point));
    let page = |((board, owner, _), (point, names))| Page::new(board, owner, point, names);
    let mut pages: Vec<Page> = meant.map(page).collect();
    pages.sort_by_cached_key(|page| {
        (page.board, rank(&page.owner, settings), page.owner.clone(), page.point.on)
    });
    let pages: Arc<[Page]> = pages.into();
    let mut sheet = Sheet {
        id: "sheet".into(),
        title: lang.pick("Action sheet", "潜在客户管理行动工具表").into(),
        about: about(&weeks, lang),
        ..Sheet::default()
    };
    if request.is_read_by(Audience::Machines) {
        sheet.tables.push(long(&pages, settings));
    }
    if request.is_read_by(Audience::People) {
        sheet.tables.extend((0..pages.len()).map(|at| grid(&pages, at, settings)));
    }
    let overdue = pages.iter().flat_map(|page| &page.names).any(|name| name.dates.overdue);
    if pages.is_empty() {
        sheet.notes.push(lang.pick("nobody is on the board this week", "本周看板为空").into());
    } else {
        let dates = lang.pick(
            "beside a name: the first meeting, month.day (in brackets: agreed, not held yet)",
            "姓名前为初次见面日期，月.日（括号内：已约定，尚未见面）",
        );
        sheet.notes.push(dates.into());
    }
    if overdue {
        sheet.notes.push(lang.pick("! = past the sales cycle", "! = 超过销售周期").into());
    }
    if pool > 0 {
        sheet.notes.push(match lang {
            Lang::En | Lang::Machine => format!("in the pool, on nobody's sheet: {pool}"),
            Lang::Zh => format!("客户池中（不在任何人的表上）：{pool}"),
        });
    }
    Ok(sheet)
}

/// The weeks a request means, none of which begins after the as-of day or ends before the first entry.
pub(super) fn weeks(book: &Book, request: &Request) -> Vec<Period> {
    let start = book.settings.week_start;
    match request.period {
        None => vec![week_at_work(book.as_of, start)],
        Some(asked) => {
            let first = span(book, None).from;
            let from = asked.from.max(first.min(asked.to));
            let to = asked.to.min(book.as_of.max(from));
            weeks_in(Period { from, to }, start)
        }
    }
}

/// The weeks that a request may mean before anybody has gone through the records, each with its
/// checkpoints; [`weeks`] are among them.
pub(super) struct Weeks(Vec<(Period, Vec<Checkpoint>)>);

impl Weeks {
    /// Those of a request, with checkpoints on these days of the week.
    pub(super) fn at_most(book: &Book, request: &Request, days: &[Weekday]) -> Weeks {
        let start = book.settings.week_start;
        let weeks = match request.period {
            None => vec![week_at_work(book.as_of, start)],
            Some(asked) => {
                let last = week_of(asked.to.min(book.as_of.max(asked.from)), start);
                weeks_in(Period { from: asked.from, to: last.to }, start)
            }
        };
        let reached = |week| (week, reached(week, days, book.as_of));
        Weeks(weeks.into_iter().map(reached).collect())
    }

    /// Those in which the prospect exists.
    pub(super) fn of(&self, record: &Record) -> impl Iterator<Item = (Period, &[Checkpoint])> {
        let opened = record.state.opened.unwrap_or(Date::MIN);
        let before = self.0.partition_point(|(week, _)| week.to < opened);
        self.0[before..].iter().map(|(week, points)| (*week, points.as_slice()))
    }
}

/// `week 2009-12-11..2009-12-17`.
pub(super) fn about(weeks: &[Period], lang: Lang) -> String {
    let all: Vec<String> = weeks.iter().map(Period::to_string).collect();
    let word = lang.pick(if weeks.len() == 1 { "week" } else { "weeks" }, "周");
    format!("{word} {}", all.join(", "))
}

/// The checkpoints of a week that have begun by the as-of day; the last one is cut to it.
pub(super) fn reached(week: Period, days: &[Weekday], as_of: Date) -> Vec<Checkpoint> {
    let mut points = checkpoints(week, days);
    points.retain(|point| point.covers.from <= as_of);
    for point in &mut points {
        point.covers.to = point.covers.to.min(as_of);
    }
    points
}

/// Everybody on the sheets of every week that may be meant.
fn gather(book: &Book, request: &Request) -> Found {
    let weeks = Weeks::at_most(book, request, &book.settings.checkpoints);
    request.fold(
        book,
        |found: &mut Found, record| {
            weeks.of(record).for_each(|(week, points)| found.fill(record, book, week, points));
        },
        |all, part| {
            join(&mut all.sheets, part.sheets, |known, (_, names)| known.1.extend(names));
            join(&mut all.pool, part.pool, |n, others| *n += others);
        },
    )
}

impl Found {
    /// Puts a prospect on the sheets of a week: where it stood at the end of the days covered if it was
    /// open, and if it closed in the week, with whoever owned it then. Who has no owner is counted.
    fn fill(&mut self, record: &Record, book: &Book, week: Period, points: &[Checkpoint]) {
        let won = record.pipeline(&book.settings).won();
        for (n, point) in points.iter().enumerate() {
            let Some(past) = Past::of(record, book, point.covers.to) else { continue };
            let mut put = |owner: &str, stage: usize, dates: Dates| {
                let key = (record.state.pipeline, owner.into(), point.on);
                let (id, name) = (record.prospect.id.clone(), record.prospect.name.clone());
                let sheet = self.sheets.entry(key).or_insert_with(|| (*point, Vec::new()));
                sheet.1.push(Name { id, name, stage, dates });
            };
            for (day, owner) in past.closings(week.from) {
                let dates = Past::of(record, book, day).map(|then| then.dates());
                if let (Some(owner), Some(dates)) = (owner, dates) {
                    put(owner, won, dates);
                }
            }
            if past.outcome() == Outcome::Open {
                match past.owner() {
                    Some(owner) => put(owner, past.stage(), past.dates()),
                    None if n + 1 == points.len() => *self.pool.entry(week).or_default() += 1,
                    None => {}
                }
            }
        }
    }
}

/// One row a name, for machines.
fn long(pages: &Arc<[Page]>, settings: &Settings) -> Table {
    let lang = settings.language;
    let columns = vec![
        column("pipeline", Kind::Text, lang),
        column("owner", Kind::Text, lang),
        column("checkpoint", Kind::Date, lang),
        column("covers-from", Kind::Date, lang),
        column("covers-to", Kind::Date, lang),
        column("stage", Kind::Text, lang),
        column("id", Kind::Id, lang),
        column("name", Kind::Text, lang),
        column("first-meeting", Kind::Date, lang),
        column("appointment", Kind::Date, lang),
        column("cycle", Kind::Number, lang),
        column("overdue", Kind::Text, lang),
    ];
    // Where the rows of each page end.
    let sizes = pages.iter().scan(0, |rows, page| {
        *rows += page.names.len();
        Some(*rows)
    });
    let ends: Vec<usize> = sizes.collect();
    let (pages, pipelines) = (Arc::clone(pages), settings.pipelines.clone());
    let rows = Rows::made(ends.last().copied().unwrap_or(0), move |at| {
        let page = ends.partition_point(|end| *end <= at);
        let Page { board, owner, point, names } = &pages[page];
        // The rows of a page are the last ones before its end.
        let name = &names[names.len() - (ends[page] - at)];
        let pipeline = &pipelines[*board];
        Row::new(vec![
            Cell::text(&*pipeline.id),
            Cell::text(owner.clone()),
            Cell::Date(point.on),
            Cell::Date(point.covers.from),
            Cell::Date(point.covers.to),
            Cell::text(&*pipeline.stages[name.stage].id),
            Cell::text(name.id.clone()),
            Cell::text(name.name.clone()),
            Cell::maybe(name.dates.first_meeting, Cell::Date),
            Cell::maybe(name.dates.appointment, Cell::Date),
            Cell::Int(i64::from(name.dates.cycle_days)),
            Cell::Bool(name.dates.overdue),
        ])
    });
    Table { id: "names".into(), columns, rows, audience: Audience::Machines, ..Table::default() }
}

/// The sheet as it hangs on the wall: a column for each column of the board, names below each other.
fn grid(pages: &Arc<[Page]>, at: usize, settings: &Settings) -> Table {
    let lang = settings.language;
    let page = &pages[at];
    let pipeline = &settings.pipelines[page.board];
    let won = pipeline.won();
    let columns = pipeline.stages[..=won]
        .iter()
        .map(|stage| Column::new(&*stage.id, stage.label.get(lang, &stage.id), Kind::Text))
        .collect();
    let height = (0..=won).map(|stage| page.stack(stage).len()).max().unwrap_or(0);
    let board = if page.board == 0 { String::new() } else { format!("{}-", pipeline.id) };
    let (id, title) = (format!("{board}{}-{}", page.owner, page.point.on), heading(page, settings));
    let pages = Arc::clone(pages);
    let rows = Rows::made(height + 1, move |line| {
        let stacks = (0..=won).map(|stage| pages[at].stack(stage));
        if line < height {
            Row::new(
                stacks.map(|names| Cell::maybe(names.get(line).map(entry), Cell::text)).collect(),
            )
        } else {
            let totals = stacks.map(|names| Cell::count(names.len()));
            Row::with(totals.collect(), Emphasis::Total)
        }
    });
    Table { id, title, columns, rows, audience: Audience::People }
}

/// `12.15 何建国`, with `!` past the cycle; `(12.18) 何建国` with an appointment.
fn entry(name: &Name) -> String {
    let short = |day: Date| format!("{}.{}", day.month(), day.day());
    let date = match (name.dates.first_meeting, name.dates.appointment) {
        (Some(met), _) => format!("{} ", short(met)),
        (None, Some(appointed)) => format!("({}) ", short(appointed)),
        (None, None) => String::new(),
    };
    let mark = if name.dates.overdue { "!" } else { "" };
    format!("{date}{}{mark}", name.name)
}

fn heading(page: &Page, settings: &Settings) -> String {
    let lang = settings.language;
    let who = member(&page.owner, settings);
    let cycle = settings.cycle(&settings.pipelines[page.board], Some(&page.owner));
    let on = page.point.on;
    let day = weekday(on, lang);
    let Period { from, to } = page.point.covers;
    match lang {
        Lang::En | Lang::Machine => {
            format!("{who}  ·  {day} {on} for {from}..{to}  ·  cycle {cycle} days")
        }
        Lang::Zh => format!("{who}  ·  {day} {on}（{from}..{to}）  ·  销售周期{cycle}天"),
    }
}

/// The day of the week as people say it.
pub(super) fn weekday(date: Date, lang: Lang) -> &'static str {
    const DAYS: [(&str, &str); 7] = [
        ("Monday", "周一"),
        ("Tuesday", "周二"),
        ("Wednesday", "周三"),
        ("Thursday", "周四"),
        ("Friday", "周五"),
        ("Saturday", "周六"),
        ("Sunday", "周日"),
    ];
    let (en, zh) = DAYS[date.weekday() as usize];
    lang.pick(en, zh)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::Prospect;
    use crate::rules::query::Query;
    use crate::rules::replay::replay;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_weeks_that_are_meant_are_among_those_that_may_be(
            (from, days, first, as_of) in (0..60_i64, 0..60_i64, 0..60_i64, 0..60_i64),
        ) {
            let day = |n| Date::MIN.plus(30 + n);
            let opened = EventKey::parse(&day(first).to_string()).map(|key| Event::new(key, "opened"));
            let prospect = Prospect { events: opened.into_iter().collect(), ..Prospect::default() };
            let settings = Settings::default();
            let records = replay(prospect, &settings, day(as_of)).into_iter().collect();
            let book = Book::of(settings, day(as_of), records, Vec::new());
            let period = Some(Period { from: day(from), to: day(from + days) });
            let request = Request { period, ..Request::of(Query::everything()) };
            let may_be = Weeks::at_most(&book, &request, &[]);
            for week in weeks(&book, &request) {
                prop_assert!(may_be.0.iter().any(|(known, _)| *known == week), "{week}");
            }
        }
    }
}
