//! The columns that lists of prospects can have: one row of a table each.

use crate::diag::{Code, Diagnostic};
use crate::model::pipeline::{IN_CYCLE, IN_CYCLE_LABEL, Outcome};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::rules::customer::levels::Scale;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Column, Emphasis, Kind};
use crate::table::terms::{FLAGS, term};
use crate::table::words::title;
use crate::value::label::Lang;
use crate::value::text::Text;

/// A column that a list can have.
struct Definition {
    id: &'static str,
    kind: Kind,
    cell: Source,
}

/// What a cell is made of.
#[derive(Clone, Copy)]
enum Source {
    Record(fn(&Record, &Book, Lang) -> Cell),
    /// Of the graded customer that the prospect belongs to.
    Customer(fn(&Customer, Lang) -> Cell),
}

const fn define(
    id: &'static str,
    kind: Kind,
    cell: fn(&Record, &Book, Lang) -> Cell,
) -> Definition {
    Definition { id, kind, cell: Source::Record(cell) }
}

const fn graded(id: &'static str, cell: fn(&Customer, Lang) -> Cell) -> Definition {
    Definition { id, kind: Kind::Text, cell: Source::Customer(cell) }
}

/// Every column, in the order of `export`.
const COLUMNS: &[Definition] = &[
    define("id", Kind::Id, |r, _, _| Cell::text(&*r.prospect.id)),
    define("name", Kind::Text, |r, _, _| Cell::text(&*r.prospect.name)),
    define("company", Kind::Text, |r, _, _| fact(r, "company")),
    define("industry", Kind::Text, |r, _, _| fact(r, "industry")),
    define("region", Kind::Text, |r, _, _| fact(r, "region")),
    define("size", Kind::Text, |r, _, _| fact(r, "size")),
    define("needs", Kind::Text, |r, _, _| list(&r.prospect.needs)),
    define("source", Kind::Text, |r, _, _| fact(r, "source")),
    define("product", Kind::Text, |r, _, _| fact(r, "product")),
    define("account", Kind::Text, |r, _, _| fact(r, "account")),
    define("tags", Kind::Text, |r, _, _| list(&r.prospect.tags)),
    define("pipeline", Kind::Text, |r, b, _| Cell::text(&*r.pipeline(&b.settings).id)),
    define("stage", Kind::Text, |r, b, lang| {
        Cell::text(stage_name(r, r.state.stage, &b.settings, lang))
    }),
    define("since", Kind::Date, |r, _, _| Cell::maybe(r.state.since, Cell::Date)),
    define("in-stage", Kind::Number, |r, b, _| {
        Cell::maybe(r.state.since, |since| Cell::Int(b.as_of.days_since(since)))
    }),
    define("supported", Kind::Text, |r, b, lang| {
        Cell::text(stage_name(r, r.state.supported, &b.settings, lang))
    }),
    define("owner", Kind::Text, |r, _, _| text(r.state.owner.as_deref())),
    define("owner-since", Kind::Date, |r, _, _| Cell::maybe(r.state.owner_since, Cell::Date)),
    define("value", Kind::Number, |r, _, _| Cell::maybe(r.state.value, Cell::Money)),
    define("weighted", Kind::Number, |r, b, _| Cell::maybe(r.weighted(&b.settings), Cell::Amount)),
    define("opened", Kind::Date, |r, _, _| Cell::maybe(r.state.opened, Cell::Date)),
    define("pursuit", Kind::Number, |r, _, _| Cell::Int(i64::from(r.state.pursuit))),
    define("first-meeting", Kind::Date, |r, _, _| {
        Cell::maybe(r.state.evidence.first_meeting, Cell::Date)
    }),
    define("age", Kind::Number, |r, b, _| Cell::maybe(r.state.age(b.as_of), Cell::Int)),
    define("next", Kind::Date, |r, _, _| {
        Cell::maybe(r.state.evidence.next.as_ref(), |next| Cell::Moment(next.at))
    }),
    define("next-what", Kind::Text, |r, _, _| {
        text(r.state.evidence.next.as_ref().and_then(|next| next.what.as_deref()))
    }),
    define("close-by", Kind::Date, |r, _, _| {
        Cell::maybe(r.state.evidence.close_by, |(date, _)| Cell::Date(date))
    }),
    define("pushes", Kind::Number, |r, _, _| Cell::Int(i64::from(r.state.pushes))),
    define("last-contact", Kind::Date, |r, _, _| Cell::maybe(r.state.last_contact, Cell::Date)),
    define("last-entry", Kind::Date, |r, _, _| Cell::maybe(r.state.last_entry, Cell::Date)),
    define("paid", Kind::Number, |r, _, _| Cell::sum(&r.state.money_in)),
    define("booked", Kind::Number, |r, _, _| Cell::sum(&r.state.booked)),
    define("orders", Kind::Number, |r, _, _| Cell::Int(i64::from(r.state.orders))),
    define("flags", Kind::Text, |r, _, lang| flag_cell(r, lang)),
    define("reason", Kind::Text, |r, b, lang| {
        Cell::maybe(r.state.reason.as_deref(), |text| Cell::text(reason(text, &b.settings, lang)))
    }),
    define("phone", Kind::Text, |r, _, _| {
        text(r.prospect.contacts.iter().find_map(|c| c.phone.as_deref()))
    }),
    define("email", Kind::Text, |r, _, _| {
        text(r.prospect.contacts.iter().find_map(|c| c.email.as_deref()))
    }),
    graded("grade", |c, _| text(c.grade())),
    graded("value-level", |c, lang| level(c, Scale::Value, lang)),
    graded("relationship", |c, lang| level(c, Scale::Relationship, lang)),
    graded("demand", |c, lang| level(c, Scale::Demand, lang)),
    graded("loyalty", |c, lang| level(c, Scale::Loyalty, lang)),
    graded("lifecycle", |c, lang| level(c, Scale::Lifecycle, lang)),
    graded("pareto", |c, lang| level(c, Scale::Pareto, lang)),
    graded("pyramid", |c, lang| level(c, Scale::Pyramid, lang)),
    graded("segment", |c, lang| level(c, Scale::Segment, lang)),
    graded("rfm", |c, _| Cell::maybe(c.rfm, |scores| Cell::text(scores.to_string()))),
];

fn level(customer: &Customer, scale: Scale, lang: Lang) -> Cell {
    Cell::maybe(scale.of(customer), |level| Cell::text(level.short(lang)))
}

fn text(value: Option<&str>) -> Cell {
    Cell::maybe(value, Cell::text)
}

fn list(items: &[Text]) -> Cell {
    Cell::list(items.iter().cloned())
}

fn fact(record: &Record, name: &str) -> Cell {
    text(record.prospect.fact(name))
}

/// A column of the prospect's own board: its id for machines, its label for people.
pub fn stage_name<'s>(
    record: &Record,
    stage: usize,
    settings: &'s Settings,
    lang: Lang,
) -> &'s str {
    let stage = &record.pipeline(settings).stages[stage];
    stage.label.term(lang, &stage.id)
}

/// A criterion, or the rule of the cycle: its id for machines, its label for people.
pub fn criterion<'s>(id: &'s str, settings: &'s Settings) -> &'s str {
    let lang = settings.language;
    match settings.criterion(id) {
        Some(criterion) => criterion.label.term(lang, id),
        None if id == IN_CYCLE => lang.term(id, IN_CYCLE_LABEL.0, IN_CYCLE_LABEL.1),
        None => id,
    }
}

/// A reason for leaving: as it is written for machines, its label for people where it has one.
pub fn reason<'s>(text: &'s str, settings: &'s Settings, lang: Lang) -> &'s str {
    let known = settings.reasons.iter().find(|(id, _)| **id == *text);
    known.map_or(text, |(id, label)| label.term(lang, id))
}

/// The flags that are up: in the words of the query language for machines, their labels for people.
pub fn flag_cell(record: &Record, lang: Lang) -> Cell {
    Cell::list(flags(record).into_iter().map(|flag| term(FLAGS, flag, lang)))
}

/// The flags that are up, in the words of the query language.
pub fn flags(record: &Record) -> Vec<&'static str> {
    let state = &record.state;
    [
        (state.flags.overdue, "overdue"),
        (state.flags.stalled, "stalled"),
        (state.flags.missed, "missed"),
        (state.flags.on_hold, "hold"),
        (state.flags.forced, "forced"),
        (state.flags.imported, "imported"),
        (state.is_overstated(), "overstated"),
        (state.could_advance(), "could-advance"),
        (state.in_pool(), "pool"),
    ]
    .into_iter()
    .filter_map(|(up, name)| up.then_some(name))
    .collect()
}

/// How a prospect's row stands out.
pub fn emphasis(record: &Record) -> Emphasis {
    let flags = &record.state.flags;
    if flags.overdue || flags.missed || flags.stalled {
        Emphasis::Warn
    } else if record.state.outcome == Outcome::Won {
        Emphasis::Good
    } else {
        Emphasis::Plain
    }
}

/// A choice of columns.
pub struct Choice {
    columns: Vec<(Column, Getter)>,
    lang: Lang,
}

enum Getter {
    Defined(Source),
    Fact(Text),
}

impl Choice {
    /// The columns of these names, in this order; the team's own facts are columns too.
    pub fn of<'n>(
        names: impl IntoIterator<Item = &'n str>,
        settings: &Settings,
        lang: Lang,
    ) -> Result<Choice, Diagnostic> {
        let mut columns = Vec::new();
        for name in names {
            let name = name.trim();
            let (kind, getter) = match COLUMNS.iter().find(|column| column.id == name) {
                Some(found) => (found.kind, Getter::Defined(found.cell)),
                None if settings.facts.iter().any(|fact| **fact == *name) => {
                    (Kind::Text, Getter::Fact(name.into()))
                }
                None => {
                    let names = all(settings);
                    return Err(Diagnostic::new(Code::BadArgument, format!("no column `{name}`"))
                        .nearest(name, names.iter().map(String::as_str))
                        .help(format!("columns: {}", names.join(", "))));
                }
            };
            let column = Column::new(name, title(name, lang), kind);
            // The company is the first to go where a terminal is narrow, unless it was asked for alone.
            columns.push((if name == "company" { column.optional() } else { column }, getter));
        }
        Ok(Choice { columns, lang })
    }

    /// The columns' heads.
    pub fn heads(&self) -> Vec<Column> {
        self.columns.iter().map(|(column, _)| column.clone()).collect()
    }

    /// A prospect's cells. Those of its customer are empty if the book is not graded.
    pub fn cells(&self, record: &Record, book: &Book) -> Vec<Cell> {
        self.columns
            .iter()
            .map(|(_, getter)| match getter {
                Getter::Defined(Source::Record(cell)) => cell(record, book, self.lang),
                Getter::Defined(Source::Customer(cell)) => {
                    Cell::maybe(record.customer.get(), |customer| cell(customer, self.lang))
                }
                Getter::Fact(name) => fact(record, name),
            })
            .collect()
    }

    /// Does a column need grades?
    pub fn asks_grades(&self) -> bool {
        self.columns
            .iter()
            .any(|(_, getter)| matches!(getter, Getter::Defined(Source::Customer(_))))
    }
}

/// The names of all columns, the team's own facts last.
pub fn all(settings: &Settings) -> Vec<String> {
    let own = settings.facts.iter().map(ToString::to_string);
    COLUMNS.iter().map(|column| column.id.to_owned()).chain(own).collect()
}
