//! The columns that lists of prospects can have: one row of a table each.

use crate::diag::{Code, Diagnostic};
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::rules::customer::levels::Scale;
use crate::rules::replay::state::Record;
use crate::table::sheet::{Cell, Column, Emphasis, Kind};
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
    Record(fn(&Record, &Book) -> Cell),
    /// Of the graded customer that the prospect belongs to.
    Customer(fn(&Customer) -> Cell),
}

const fn define(id: &'static str, kind: Kind, cell: fn(&Record, &Book) -> Cell) -> Definition {
    Definition { id, kind, cell: Source::Record(cell) }
}

const fn graded(id: &'static str, cell: fn(&Customer) -> Cell) -> Definition {
    Definition { id, kind: Kind::Text, cell: Source::Customer(cell) }
}

/// Every column, in the order of `export`.
const COLUMNS: &[Definition] = &[
    define("id", Kind::Id, |r, _| Cell::text(&*r.prospect.id)),
    define("name", Kind::Text, |r, _| Cell::text(&*r.prospect.name)),
    define("company", Kind::Text, |r, _| fact(r, "company")),
    define("industry", Kind::Text, |r, _| fact(r, "industry")),
    define("region", Kind::Text, |r, _| fact(r, "region")),
    define("size", Kind::Text, |r, _| fact(r, "size")),
    define("needs", Kind::Text, |r, _| list(&r.prospect.needs)),
    define("source", Kind::Text, |r, _| fact(r, "source")),
    define("product", Kind::Text, |r, _| fact(r, "product")),
    define("account", Kind::Text, |r, _| fact(r, "account")),
    define("tags", Kind::Text, |r, _| list(&r.prospect.tags)),
    define("pipeline", Kind::Text, |r, b| Cell::text(&*r.pipeline(&b.settings).id)),
    define("stage", Kind::Text, |r, b| Cell::text(r.stage_id(&b.settings))),
    define("since", Kind::Date, |r, _| Cell::maybe(r.state.since, Cell::Date)),
    define("in-stage", Kind::Number, |r, b| {
        Cell::maybe(r.state.since, |since| Cell::Int(b.as_of.days_since(since)))
    }),
    define("supported", Kind::Text, |r, b| {
        Cell::text(stage_name(r, r.state.supported, &b.settings))
    }),
    define("owner", Kind::Text, |r, _| text(r.state.owner.as_deref())),
    define("owner-since", Kind::Date, |r, _| Cell::maybe(r.state.owner_since, Cell::Date)),
    define("value", Kind::Number, |r, _| Cell::maybe(r.state.value, Cell::Money)),
    define("weighted", Kind::Number, |r, b| Cell::maybe(r.weighted(&b.settings), Cell::Amount)),
    define("opened", Kind::Date, |r, _| Cell::maybe(r.state.opened, Cell::Date)),
    define("pursuit", Kind::Number, |r, _| Cell::Int(i64::from(r.state.pursuit))),
    define("first-meeting", Kind::Date, |r, _| {
        Cell::maybe(r.state.evidence.first_meeting, Cell::Date)
    }),
    define("age", Kind::Number, |r, b| Cell::maybe(r.state.age(b.as_of), Cell::Int)),
    define("next", Kind::Date, |r, _| {
        Cell::maybe(r.state.evidence.next.as_ref(), |next| Cell::Moment(next.at))
    }),
    define("next-what", Kind::Text, |r, _| {
        text(r.state.evidence.next.as_ref().and_then(|next| next.what.as_deref()))
    }),
    define("close-by", Kind::Date, |r, _| {
        Cell::maybe(r.state.evidence.close_by, |(date, _)| Cell::Date(date))
    }),
    define("pushes", Kind::Number, |r, _| Cell::Int(i64::from(r.state.pushes))),
    define("last-contact", Kind::Date, |r, _| Cell::maybe(r.state.last_contact, Cell::Date)),
    define("last-entry", Kind::Date, |r, _| Cell::maybe(r.state.last_entry, Cell::Date)),
    define("paid", Kind::Number, |r, _| Cell::sum(&r.state.money_in)),
    define("booked", Kind::Number, |r, _| Cell::sum(&r.state.booked)),
    define("orders", Kind::Number, |r, _| Cell::Int(i64::from(r.state.orders))),
    define("flags", Kind::Text, |r, _| Cell::list(flags(r))),
    define("reason", Kind::Text, |r, _| text(r.state.reason.as_deref())),
    define("phone", Kind::Text, |r, _| {
        text(r.prospect.contacts.iter().find_map(|c| c.phone.as_deref()))
    }),
    define("email", Kind::Text, |r, _| {
        text(r.prospect.contacts.iter().find_map(|c| c.email.as_deref()))
    }),
    graded("grade", |c| text(c.grade())),
    graded("value-level", |c| level(c, Scale::Value)),
    graded("relationship", |c| level(c, Scale::Relationship)),
    graded("demand", |c| level(c, Scale::Demand)),
    graded("loyalty", |c| level(c, Scale::Loyalty)),
    graded("lifecycle", |c| level(c, Scale::Lifecycle)),
    graded("pareto", |c| level(c, Scale::Pareto)),
    graded("pyramid", |c| level(c, Scale::Pyramid)),
    graded("segment", |c| level(c, Scale::Segment)),
    graded("rfm", |c| Cell::maybe(c.rfm, |scores| Cell::text(scores.to_string()))),
];

fn level(customer: &Customer, scale: Scale) -> Cell {
    Cell::maybe(scale.of(customer), |level| Cell::text(level.id))
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

/// The id of a column of the prospect's own board.
pub fn stage_name<'s>(record: &Record, stage: usize, settings: &'s Settings) -> &'s str {
    &record.pipeline(settings).stages[stage].id
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
        Ok(Choice { columns })
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
                Getter::Defined(Source::Record(cell)) => cell(record, book),
                Getter::Defined(Source::Customer(cell)) => {
                    Cell::maybe(record.customer.get(), |customer| cell(customer))
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
