//! `crm cases` and `crm export cases`: requests and complaints, with the promises about them.

use super::Request;
use super::columns::positions;
use super::policy::promised;
use crate::diag::Diagnostic;
use crate::model::event::Event;
use crate::model::grading::{Policy, Promise};
use crate::model::kind::KINDS;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::model::solution::Solution;
use crate::rules::book::Book;
use crate::rules::policy::{Kept, followed};
use crate::rules::replay::state::Record;
use crate::rules::service::case::Case;
use crate::rules::service::collect::fold_cases;
use crate::rules::working_time::WorkClock;
use crate::table::packed_row::PackedRow;
use crate::table::sheet::{Cell, Column, Emphasis, Kind, Row, Rows, Sheet, Table};
use crate::table::terms::{CASE_STATES, term};
use crate::table::words::column;
use crate::value::date::{Date, Moment};
use crate::value::label::Lang;
use crate::value::text::Text;

/// The file in which a case began, as far as its rows tell of it.
pub(super) struct Whose {
    pub(super) id: Text,
    pub(super) name: Text,
    /// The customer's id: the account, else its own.
    customer: Text,
    pub(super) owner: Option<Text>,
    grade: Option<Text>,
    /// The promises of its grade, if it is followed.
    policy: Option<Policy>,
}

impl Whose {
    /// That of a record of a graded book.
    pub(super) fn of(record: &Record, settings: &Settings) -> Whose {
        let prospect = &record.prospect;
        let customer = record.customer.get();
        let grade = customer.and_then(|customer| customer.grade());
        let lost = record.state.outcome == Outcome::Lost;
        let is_followed = customer.is_some_and(|customer| followed(lost, customer));
        let policy = grade.filter(|_| is_followed).and_then(|grade| settings.policy(grade));
        Whose {
            id: prospect.id.clone(),
            name: prospect.name.clone(),
            customer: prospect.account.as_ref().unwrap_or(&prospect.id).clone(),
            owner: record.state.owner.clone(),
            grade: grade.map(Into::into),
            policy: policy.cloned(),
        }
    }

    /// The promises of answer and resolution about a case, as it was begun or reopened last.
    pub(super) fn promises<'c>(
        &self,
        case: &'c Case,
        clock: WorkClock,
        on: Date,
    ) -> [Option<Kept<'c>>; 2] {
        let (Some(policy), Some(asking)) = (&self.policy, case.last_begun()) else {
            return [None, None];
        };
        let kept =
            |done, promise: Option<Promise>| Some(Kept::of(asking, done, promise?, clock, on));
        [kept(asking.answered, policy.response), kept(asking.resolved, policy.resolve)]
    }
}

/// A case, with all that its row tells.
struct CaseRow<'c> {
    case: &'c Case,
    whose: &'c Whose,
    answer: Option<Kept<'c>>,
    resolve: Option<Kept<'c>>,
    clock: WorkClock<'c>,
    settings: &'c Settings,
    on: Date,
}

/// A row, behind what decides its place: urgency, severity, day, file and name.
type KeyedRow = ((i64, u32, Date, String), PackedRow);

/// A column: its id, its kind, and its cell.
type Definition = (&'static str, Kind, fn(&CaseRow) -> Cell);

/// The columns, in the order of `export`.
const COLUMNS: &[Definition] = &[
    ("case", Kind::Text, |row| Cell::text(row.case.name.clone())),
    ("id", Kind::Id, |row| Cell::text(row.whose.id.clone())),
    ("name", Kind::Text, |row| Cell::text(row.whose.name.clone())),
    ("customer", Kind::Text, |row| Cell::text(row.whose.customer.clone())),
    ("state", Kind::Text, |row| {
        let name = CASE_STATES[row.case.state as usize].0;
        Cell::text(term(CASE_STATES, name, row.settings.language))
    }),
    ("kind", Kind::Text, |row| Cell::text(term(KINDS, &row.case.kind(), row.settings.language))),
    ("category", Kind::Text, |row| text(&row.case.category)),
    ("severity", Kind::Number, |row| {
        Cell::maybe(row.case.severity, |severity| Cell::Int(i64::from(severity)))
    }),
    ("product", Kind::Text, |row| text(&row.case.product)),
    ("channel", Kind::Text, |row| text(&row.case.channel)),
    ("asked", Kind::Date, |row| {
        Cell::maybe(row.case.last_begun(), |asking| Cell::Moment(asking.at))
    }),
    ("case-age", Kind::Number, |row| {
        let days = |from: Date| row.on.days_since(from);
        Cell::maybe(row.case.first(), |asking| Cell::Int(days(asking.at.date)))
    }),
    ("owner", Kind::Text, |row| text(&row.whose.owner)),
    ("grade", Kind::Text, |row| text(&row.whose.grade)),
    ("answered", Kind::Date, |row| {
        Cell::maybe(row.case.last_begun().and_then(|asking| asking.answered), Cell::Moment)
    }),
    ("answer-promised", Kind::Text, |row| row.promise(row.answer)),
    ("answer-by", Kind::Date, |row| Cell::maybe(row.answer, |kept| Cell::Date(kept.due))),
    ("answer-left", Kind::Number, |row| row.left(row.answer)),
    ("resolved", Kind::Date, |row| Cell::maybe(row.case.resolved(), Cell::Moment)),
    ("resolve-promised", Kind::Text, |row| row.promise(row.resolve)),
    ("resolve-by", Kind::Date, |row| Cell::maybe(row.resolve, |kept| Cell::Date(kept.due))),
    ("resolve-left", Kind::Number, |row| row.left(row.resolve)),
    ("answer-kept", Kind::Text, |row| row.kept(row.answer)),
    ("resolve-kept", Kind::Text, |row| row.kept(row.resolve)),
    ("reopened", Kind::Number, |row| Cell::count(row.case.reopened())),
    ("told", Kind::Date, |row| Cell::maybe(row.case.told, Cell::Moment)),
    ("score", Kind::Number, |row| {
        Cell::maybe(row.case.said.as_ref(), |said| Cell::Amount(said.score))
    }),
    ("scale", Kind::Text, |row| {
        Cell::maybe(row.case.said.as_ref(), |said| Cell::text(said.survey.id()))
    }),
    ("solution", Kind::Text, |row| text(&row.case.solution)),
];

/// The columns of `crm cases`.
const LISTED: &[&str] = &[
    "case",
    "id",
    "name",
    "state",
    "kind",
    "category",
    "severity",
    "asked",
    "case-age",
    "owner",
    "answer-by",
    "answer-left",
    "resolve-by",
    "resolve-left",
];

/// Those that are left out where a terminal is too narrow.
const OPTIONAL: &[&str] =
    &["category", "severity", "kind", "asked", "answer-by", "resolve-by", "name"];

fn text(text: &Option<Text>) -> Cell {
    Cell::maybe(text.clone(), Cell::text)
}

impl CaseRow<'_> {
    /// The working days that are left of a promise which is not kept yet; less than 0 once it is broken.
    fn days_left(&self, kept: Option<Kept>) -> Option<i64> {
        let kept = kept.filter(|kept| kept.done.is_none())?;
        let days = self.clock.days(self.on, kept.due);
        // A day on which nobody works may lie between the end of the promise and the day.
        Some(if kept.in_time { days } else { days.min(-1) })
    }

    fn left(&self, kept: Option<Kept>) -> Cell {
        Cell::maybe(self.days_left(kept), Cell::Int)
    }

    fn promise(&self, kept: Option<Kept>) -> Cell {
        Cell::maybe(kept, |kept| Cell::text(promised(kept.promise, self.settings.language)))
    }

    fn kept(&self, kept: Option<Kept>) -> Cell {
        let lang = self.settings.language;
        Cell::maybe(kept, |kept| match (kept.in_time, kept.done) {
            (true, Some(_)) => Cell::text(lang.term("yes", "yes", "是")),
            (true, None) => Cell::Empty,
            (false, _) => Cell::text(lang.term("no", "no", "否")),
        })
    }

    /// The days that are left of the promise that ends first.
    fn urgency(&self) -> Option<i64> {
        [self.answer, self.resolve].into_iter().filter_map(|kept| self.days_left(kept)).min()
    }
}

/// The names of the columns, in the order of `export`.
pub fn all() -> Vec<String> {
    COLUMNS.iter().map(|(id, ..)| (*id).to_owned()).collect()
}

/// The cases that are asked for.
pub struct Cases {
    /// The positions of the columns.
    columns: Vec<usize>,
    /// Those that are done, too.
    closed: bool,
}

impl Cases {
    /// As people read them: the open ones, or all.
    pub fn listed(closed: bool, settings: &Settings) -> Cases {
        let unused = settings.language != Lang::Machine && !settings.promises_resolution();
        let position = |id: &&str| match *id {
            "resolve-by" | "resolve-left" if unused => None,
            id => COLUMNS.iter().position(|(name, ..)| *name == id),
        };
        Cases { columns: LISTED.iter().filter_map(position).collect(), closed }
    }

    /// All, with these columns.
    ///
    /// # Errors
    /// If a name is that of no column.
    pub fn of(names: &[&str]) -> Result<Cases, Diagnostic> {
        Ok(Cases { columns: positions(names, &all(), "cases")?, closed: true })
    }

    /// The cases that began in a file which the request selects: the most urgent first, then the worst, then the oldest.
    /// For export in the order of their files and days.
    pub fn sheet(&self, book: &Book, request: &Request, is_export: bool) -> Sheet {
        book.graded();
        let selected = request.selection(book);
        let rows = fold_cases(
            book,
            |record| selected.has(record).then(|| Whose::of(record, &book.settings)),
            |rows: &mut Vec<KeyedRow>, case, whose| {
                rows.extend(self.row(case, whose, book, is_export));
            },
            |all, part| all.extend(part),
        );
        self.table(rows, book, is_export)
    }

    /// The row of a case with its place in the order; none if it is done and only open ones are asked for.
    fn row(&self, case: &Case, whose: &Whose, book: &Book, is_export: bool) -> Option<KeyedRow> {
        if !self.closed && !case.state.is_open() {
            return None;
        }
        let (settings, on) = (&book.settings, book.as_of);
        let clock = WorkClock::of(settings);
        let [answer, resolve] = whose.promises(case, clock, on);
        let row = CaseRow { case, whose, answer, resolve, clock, settings, on };
        let (open, urgency) = (case.state.is_open(), row.urgency().filter(|_| !is_export));
        let late = open && urgency.is_some_and(|left| left < 0);
        let emphasis = if late { Emphasis::Warn } else { Emphasis::Plain };
        let cells = self.columns.iter().map(|at| COLUMNS[*at].2(&row)).collect();
        let first = case.first().map_or(Date::MAX, |asking| asking.at.date);
        let severity = case.severity.filter(|_| !is_export).unwrap_or(u32::MAX);
        let urgency = urgency.filter(|_| open).unwrap_or(i64::MAX);
        let day = if is_export { Date::MIN } else { first };
        let key = (urgency, severity, day, format!("{} {first} {}", whose.id, case.name));
        Some((key, PackedRow::of(&Row::with(cells, emphasis))))
    }

    /// The sheet of some rows.
    fn table(&self, mut rows: Vec<KeyedRow>, book: &Book, is_export: bool) -> Sheet {
        let lang = book.settings.language;
        rows.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let count = rows.len();
        let rows: Vec<PackedRow> = rows.into_iter().map(|(_, row)| row).collect();
        let head = |at: &usize| {
            let (id, kind, _) = COLUMNS[*at];
            let head = column(id, kind, lang);
            let head = if id == "case" { head.whole() } else { head };
            if !is_export && OPTIONAL.contains(&id) { head.optional(2) } else { head }
        };
        let heads = self.columns.iter().map(head).collect();
        let mut sheet = Sheet::single("cases", lang.pick("Cases", "受理"), heads, Rows::from(rows));
        let word = if self.closed { ("cases: ", "受理：") } else { ("open: ", "未结：") };
        sheet.about = format!("{}  ·  {}{count}", book.as_of, lang.pick(word.0, word.1));
        sheet
    }
}

/// The cases of one customer: a row each, their entries, and the solutions that fit.
pub fn of_customer(
    book: &Book,
    is_meant: impl Fn(&Record) -> bool + Sync,
    solutions: &[Solution],
) -> Sheet {
    let lang = book.settings.language;
    book.graded();
    let listed = Cases::listed(true, &book.settings);
    let found = fold_cases(
        book,
        |record| is_meant(record).then(|| Whose::of(record, &book.settings)),
        |all: &mut Vec<(Case, Option<KeyedRow>)>, case, whose| {
            all.push((case.clone(), listed.row(case, whose, book, false)));
        },
        |all, part| all.extend(part),
    );
    let (mut cases, rows): (Vec<Case>, Vec<Option<KeyedRow>>) = found.into_iter().unzip();
    cases.sort_by_key(|case| case.first().map(|asking| (asking.at.date, case.name.clone())));
    let mut sheet = listed.table(rows.into_iter().flatten().collect(), book, false);
    let entries = cases.iter().flat_map(|case| {
        let row = move |(file, event): &(Text, Event)| entry(case, file, event, book);
        case.entries.iter().map(row)
    });
    let entry_heads = [
        ("case", Kind::Text),
        ("date", Kind::Date),
        ("id", Kind::Id),
        ("kind", Kind::Text),
        ("by", Kind::Text),
        ("note", Kind::Text),
    ];
    sheet.tables.push(Table {
        id: "entries".into(),
        title: lang.pick("Entries", "流水").into(),
        columns: entry_heads.map(|(id, kind)| column(id, kind, lang)).into(),
        rows: entries.collect(),
        ..Table::default()
    });
    sheet.tables.push(fitting(&cases, solutions, book));
    sheet.hide_empty();
    sheet
}

fn entry(case: &Case, file: &Text, event: &Event, book: &Book) -> Row {
    let lang = book.settings.language;
    let solution = event.details().solution.as_deref();
    let said = event.score.map(|score| {
        let scale = event.scale.as_deref().unwrap_or_default();
        format!("{score} {}", scale.to_uppercase()).trim().to_owned()
    });
    let words = said.iter().map(String::as_str).chain(solution).chain(event.note.as_deref());
    let words: Vec<&str> = words.collect();
    Row::new(vec![
        Cell::text(case.name.clone()),
        Cell::Moment(Moment { date: event.date(), time: event.time }),
        Cell::text(file.clone()),
        Cell::text(term(KINDS, &event.kind, lang)),
        Cell::maybe(event.by.clone(), Cell::text),
        Cell::text(words.join(" · ")),
    ])
}

/// The solutions that fit each case: those of its category, of its product or of none.
fn fitting(cases: &[Case], solutions: &[Solution], book: &Book) -> Table {
    let lang = book.settings.language;
    let mut rows = Vec::new();
    for case in cases {
        let fits =
            |solution: &&Solution| solution.fits(case.category.as_deref(), case.product.as_deref());
        rows.extend(solutions.iter().filter(fits).map(|solution| {
            Row::new(vec![
                Cell::text(case.name.clone()),
                Cell::text(solution.title.clone()),
                Cell::text(solution.path.display().to_string()),
            ])
        }));
    }
    let heads: Vec<Column> =
        ["case", "title", "path"].map(|id| column(id, Kind::Text, lang)).into();
    let title = lang.pick("Solutions that fit", "可用的解决办法").into();
    Table { id: "solutions".into(), title, columns: heads, rows: rows.into(), ..Table::default() }
}
