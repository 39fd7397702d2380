//! `crm report sheet`: the week's action sheet (潜在客户管理行动工具表) of each rep.

use super::Request;
use super::breakdown::join;
use super::figures::{member, span};
use crate::diag::{Diagnostic, counted};
use crate::model::pipeline::{Outcome, Stage};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::replay::past::{Dates, Past};
use crate::rules::replay::state::Record;
use crate::rules::team::order::rank;
use crate::rules::week::{Checkpoint, checkpoints, week_at_work, week_of, weeks_in};
use crate::table::sheet::{Audience, Cell, Column, Emphasis, Kind, Row, Rows, Sheet, Table};
use crate::table::words::column;
use crate::value::date::{Date, Weekday};
use crate::value::label::Lang;
use crate::value::period::Period;
use crate::value::text::Text;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// A name on a sheet.
struct Name {
    id: Text,
    name: Text,
    stage: usize,
    dates: Dates,
}

/// A sheet: its board, its rep, and the names on it.
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

/// The data of the prospects that the sheets need.
#[derive(Default)]
struct SheetScan {
    /// By board, rep and the day it is filled in.
    sheets: BTreeMap<(usize, Text, Date), (Checkpoint, Vec<Name>)>,
    /// Prospects without an owner at the end of a week.
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
        title: lang.pick(TITLE.0, TITLE.1).into(),
        about: about(&weeks, lang),
        ..Sheet::default()
    };
    if request.is_read_by(Audience::Machines) {
        sheet.tables.push(long(&pages, settings));
    }
    if request.is_read_by(Audience::People) {
        sheet.tables.extend(forms(&pages, &weeks, settings));
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
        let total =
            lang.pick("total: the names in a column, each once", "小计：各栏人数，同一人只计一次");
        sheet.notes.push(total.into());
    }
    if overdue {
        sheet.notes.push(lang.pick("! = past the sales cycle", "! = 超过销售周期").into());
    }
    if pool > 0 {
        sheet.notes.push(match lang {
            Lang::En | Lang::Machine => format!("in the pool, on no sheet: {pool}"),
            Lang::Zh => format!("公海中（不在任何人的表上）：{pool}"),
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
    let word = lang.pick(if weeks.len() == 1 { "week" } else { "weeks" }, "周");
    format!("{word} {}", lang.listed(weeks))
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

/// The names on the sheets of every week that the request may mean.
fn gather(book: &Book, request: &Request) -> SheetScan {
    let weeks = Weeks::at_most(book, request, &book.settings.checkpoints);
    request.fold(
        book,
        |found: &mut SheetScan, record| {
            weeks.of(record).for_each(|(week, points)| found.fill(record, book, week, points));
        },
        |all, part| {
            join(&mut all.sheets, part.sheets, |known, (_, names)| known.1.extend(names));
            join(&mut all.pool, part.pool, |n, others| *n += others);
        },
    )
}

impl SheetScan {
    /// Puts a prospect on the sheets of a week: where it stood at the end of the days covered if it was
    /// open, and if it closed in the week, on the sheet of its owner then. Those without an owner are counted.
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

/// A form for each board, rep and week; and an empty one, to be filled in by hand, for each other rep where it is asked
/// for by name.
fn forms(pages: &Arc<[Page]>, weeks: &[Period], settings: &Settings) -> Vec<Table> {
    let week_of = |page: &Page| weeks.iter().find(|week| week.contains(page.point.covers.from));
    let same =
        |a: &Page, b: &Page| (a.board, &a.owner, week_of(a)) == (b.board, &b.owner, week_of(b));
    let mut forms = Vec::new();
    let mut from = 0;
    for own in pages.chunk_by(same) {
        let range = from..from + own.len();
        from = range.end;
        if let Some(week) = week_of(&own[0]) {
            let form = SheetForm { board: own[0].board, owner: own[0].owner.clone(), week: *week };
            forms.push(form.table(pages, range, settings));
        }
    }
    for (rep, week) in settings.reps.iter().flat_map(|rep| weeks.iter().map(move |w| (rep, *w))) {
        let form = SheetForm { board: 0, owner: rep.id.clone(), week };
        if forms.iter().all(|known| known.id != form.id(settings)) {
            let blank = form.table(pages, 0..0, settings);
            forms.push(Table { audience: Audience::Nobody, ..blank });
        }
    }
    forms
}

/// The form of a rep and a week.
struct SheetForm {
    board: usize,
    owner: Text,
    week: Period,
}

impl SheetForm {
    fn id(&self, settings: &Settings) -> String {
        let (owner, from) = (&self.owner, self.week.from);
        match self.board {
            0 => format!("{owner}-{from}"),
            board => format!("{}-{owner}-{from}", settings.pipelines[board].id),
        }
    }

    /// A column for each column of the board, a row for each day on which it is filled in, the counts at the foot.
    /// The rep's pages of the week are at these positions.
    fn table(&self, pages: &Arc<[Page]>, own: Range<usize>, settings: &Settings) -> Table {
        let lang = settings.language;
        let pipeline = &settings.pipelines[self.board];
        let won = pipeline.won();
        let mut columns = vec![column("checkpoint", Kind::Text, lang)];
        columns.extend(
            pipeline.stages[..=won]
                .iter()
                .enumerate()
                .map(|(at, stage)| Column::new(&*stage.id, numbered(at, stage, lang), Kind::Text))
                // The form is filled in: no column of it is left out.
                .map(|column| column.optional(0)),
        );
        let points = checkpoints(self.week, &settings.checkpoints);
        let pages = Arc::clone(pages);
        let rows = Rows::made(points.len() + 1, move |line| {
            let pages = &pages[own.clone()];
            let Some(point) = points.get(line) else {
                let counts = (0..=won).map(|stage| {
                    let names = pages.iter().flat_map(|page| page.stack(stage));
                    Cell::count(names.map(|name| &name.id).collect::<BTreeSet<_>>().len())
                });
                let total = Cell::text(lang.pick("Total", "小计"));
                return Row::with(std::iter::once(total).chain(counts).collect(), Emphasis::Total);
            };
            let page = pages.iter().find(|page| page.point.on == point.on);
            let mut cells = vec![Cell::lines([weekday(point.on, lang).to_owned(), days(point)])];
            cells.extend((0..=won).map(|stage| {
                Cell::lines(page.into_iter().flat_map(|page| page.stack(stage)).map(entry))
            }));
            Row::new(cells)
        });
        let (id, title) = (self.id(settings), self.title(settings));
        Table { id, title, columns, rows, audience: Audience::People }
    }

    /// The form's title, the rep, the sales cycle, the week.
    fn title(&self, settings: &Settings) -> String {
        let lang = settings.language;
        let pipeline = &settings.pipelines[self.board];
        let title = lang.pick(TITLE.0, TITLE.1);
        let board = match self.board {
            0 => String::new(),
            _ => format!("{}  ·  ", pipeline.label.get(lang, &pipeline.id)),
        };
        let who = member(&self.owner, settings);
        let cycle = settings.cycle(pipeline, Some(&self.owner));
        let cycle = match lang {
            Lang::En | Lang::Machine => {
                format!("sales cycle {}", counted(cycle, "day", "days"))
            }
            Lang::Zh => format!("销售周期{cycle}天"),
        };
        format!("{title}  ·  {board}{who}  ·  {cycle}  ·  {}", self.week)
    }
}

/// The name of the form.
const TITLE: (&str, &str) = ("Action sheet", "潜在客户管理行动工具表");

/// A column's title on a form: `2-约定初次见面`, `3-(25%)`.
pub(super) fn numbered(position: usize, stage: &Stage, lang: Lang) -> String {
    let (number, label) = (position + 1, stage.label.get(lang, &stage.id));
    if label.ends_with('%') { format!("{number}-({label})") } else { format!("{number}-{label}") }
}

/// The days that a checkpoint covers: `12.12 12.13 12.14`.
fn days(point: &Checkpoint) -> String {
    let days = (0..point.covers.days()).map(|day| short(point.covers.from.plus(day)));
    days.collect::<Vec<_>>().join(" ")
}

/// `12.15`
pub(super) fn short(day: Date) -> String {
    format!("{}.{}", day.month(), day.day())
}

/// `12.15 何建国`, with `!` past the cycle; `(12.18) 何建国` with an appointment.
fn entry(name: &Name) -> String {
    let date = match (name.dates.first_meeting, name.dates.appointment) {
        (Some(met), _) => format!("{} ", short(met)),
        (None, Some(appointed)) => format!("({}) ", short(appointed)),
        (None, None) => String::new(),
    };
    let mark = if name.dates.overdue { "!" } else { "" };
    format!("{date}{}{mark}", name.name)
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
