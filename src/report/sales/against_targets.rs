//! The targets of the settings beside what was reached: each in the span of time around the as-of day.

use super::{counts, year_before};
use crate::model::sales::{Measure, SalesTarget, TargetOf, TargetSpan};
use crate::model::settings::Settings;
use crate::report::Request;
use crate::report::activity::{ActivityCounts, measure};
use crate::report::breakdown::join;
use crate::report::figures::member;
use crate::rules::book::Book;
use crate::rules::purchases::orders;
use crate::rules::query::Query;
use crate::rules::sales::{Sale, SaleKind};
use crate::rules::targets;
use crate::table::sheet::{Audience, Cell, Emphasis, Kind, Row, Table};
use crate::table::words::column;
use crate::value::date::Date;
use crate::value::money::{Amount, Sum};
use crate::value::period::{FiscalYear, Period};
use crate::value::text::Text;
use std::collections::BTreeMap;

/// A target, its span, the part of it that is over, and the same days a year before.
pub(super) struct TargetTime<'s> {
    target: &'s SalesTarget,
    span: Period,
    so_far: Period,
    before: Period,
}

/// The targets of a request, each with its days: those of the whole ledger without a query, and of one rep where the
/// query asks for that rep alone. They are those of the last day of the report.
pub(super) fn spans<'s>(book: &'s Book, request: &Request, day: Date) -> Vec<TargetTime<'s>> {
    let settings = &book.settings;
    let owner = request.only_owner(settings);
    let wanted = |target: &&SalesTarget| match &owner {
        Some(owner) => target.of == TargetOf::Rep(owner.clone()),
        None => request.query.is_empty(),
    };
    let held = targets::on(settings, day).into_iter().filter(wanted);
    held.map(|target| {
        let span = target.per.around(day, settings.fiscal_year);
        let so_far = Period { to: day, ..span };
        TargetTime { target, span, so_far, before: year_before(so_far) }
    })
    .collect()
}

/// The money of each rep in the days of each target, and in those a year before.
#[derive(Default)]
pub(super) struct TargetScan(BTreeMap<(usize, Text), [Sum; 2]>);

impl TargetScan {
    /// Adds a sale to the targets that it counts for.
    pub(super) fn add(
        &mut self,
        sale: &Sale,
        owner: &str,
        times: &[TargetTime],
        settings: &Settings,
    ) {
        for (position, time) in times.iter().enumerate() {
            let money = match (time.target.measure, sale.kind) {
                (Measure::Booked, SaleKind::Booked) | (Measure::Received, SaleKind::Received) => {
                    sale.money
                }
                (Measure::Standard, SaleKind::Booked) => sale.standard(settings),
                _ => continue,
            };
            let both = [time.so_far, time.before].map(|days| days.contains(sale.on));
            if both.contains(&true) && is_of(&time.target.of, owner, settings) {
                let slots = self.0.entry((position, owner.into())).or_default();
                for (slot, _) in slots.iter_mut().zip(both).filter(|(_, inside)| *inside) {
                    money.into_iter().for_each(|money| slot.add(money));
                }
            }
        }
    }

    pub(super) fn join(&mut self, other: TargetScan) {
        join(&mut self.0, other.0, |known, sums| {
            known.iter_mut().zip(&sums).for_each(|(a, b)| a.add_sum(b));
        });
    }

    /// The money of a target, in its days and a year before.
    fn of(&self, position: usize) -> [Amount; 2] {
        let mut both = [Amount::ZERO; 2];
        for ((_, _), sums) in self.0.iter().filter(|((at, _), _)| *at == position) {
            both.iter_mut().zip(sums).for_each(|(all, sum)| *all = all.plus(sum.own));
        }
        both
    }
}

/// Is a rep one of those that a target is for?
fn is_of(of: &TargetOf, rep: &str, settings: &Settings) -> bool {
    match of {
        TargetOf::All => true,
        TargetOf::Rep(id) => **id == *rep,
        TargetOf::Department(id) => settings
            .department(id)
            .is_some_and(|department| department.members.iter().any(|member| member == rep)),
    }
}

/// A target beside what was reached.
struct TargetRow<'t> {
    time: &'t TargetTime<'t>,
    reached: Amount,
    before: Amount,
    /// The days of its span that are to come.
    days_left: i64,
}

impl TargetRow<'_> {
    fn left(&self) -> Amount {
        self.time.target.amount.minus(self.reached)
    }

    fn is_reached(&self) -> bool {
        self.left().is_zero() || self.left().is_negative()
    }

    /// The amount a week that reaches the rest, over the weeks that are left, with their part of a week.
    fn pace(&self) -> Option<f64> {
        let due = !self.is_reached() && self.days_left > 0;
        due.then(|| self.left().to_f64() * 7.0 / self.days_left as f64)
    }

    fn cell(&self, id: &str, settings: &Settings) -> Cell {
        let (target, lang) = (self.time.target, settings.language);
        match id {
            "who" => Cell::text(who(&target.of, settings)),
            "measure" => Cell::text(words(target.measure, settings)),
            "target-span" => Cell::text(span_name(self.time, settings)),
            "from" => Cell::Date(self.time.span.from),
            "to" => Cell::Date(self.time.span.to),
            "target" => Cell::Amount(target.amount),
            "so-far" => Cell::Amount(self.reached.round(2)),
            "share" if target.amount.is_zero() => Cell::Empty,
            "share" => Cell::Share(self.reached.to_f64() / target.amount.to_f64()),
            "to-go" if self.is_reached() => Cell::Absent(lang.pick("reached", "已达成").into()),
            "to-go" => Cell::Amount(self.left().round(2)),
            "days-left" => Cell::Int(self.days_left),
            "pace" => {
                let decimals = usize::from(!target.measure.is_money());
                Cell::maybe(self.pace(), |pace| Cell::Number(pace, decimals))
            }
            _ => Cell::Amount(self.before.round(2)),
        }
    }
}

/// The columns that people read, and those of machines.
const PEOPLE: [&str; 8] =
    ["who", "measure", "target-span", "target", "so-far", "share", "to-go", "pace"];
const MACHINES: [&str; 11] = [
    "who",
    "measure",
    "from",
    "to",
    "target",
    "so-far",
    "share",
    "to-go",
    "days-left",
    "pace",
    "year-before",
];

/// The tables of the targets, for people and for machines; none without any.
pub(super) fn against_targets(
    book: &Book,
    request: &Request,
    times: &[TargetTime],
    money: &TargetScan,
) -> Vec<Table> {
    if times.is_empty() {
        return Vec::new();
    }
    let settings = &book.settings;
    let counted = counted(book, request, times);
    let rows = times.iter().enumerate().map(|(position, time)| {
        let number = |n| Amount::from_int(i64::try_from(n).unwrap_or(i64::MAX));
        let [reached, before] = match time.target.measure.is_money() {
            true => money.of(position),
            false => counted[position].map(number),
        };
        TargetRow { time, reached, before, days_left: time.span.to.days_since(time.so_far.to) }
    });
    let rows: Vec<TargetRow> = rows.collect();
    let tables = [
        ("targets", &MACHINES[..], Audience::Machines),
        ("targets-list", &PEOPLE[..], Audience::People),
    ];
    tables.map(|(id, columns, audience)| table(id, columns, audience, &rows, settings)).into()
}

fn table(
    id: &str,
    columns: &[&str],
    audience: Audience,
    rows: &[TargetRow],
    settings: &Settings,
) -> Table {
    let lang = settings.language;
    let kind = |id: &str| match id {
        "who" | "measure" | "target-span" => Kind::Text,
        "from" | "to" => Kind::Date,
        _ => Kind::Number,
    };
    let row = |row: &TargetRow| {
        let cells = columns.iter().map(|id| row.cell(id, settings));
        let emphasis = if row.is_reached() { Emphasis::Good } else { Emphasis::Plain };
        Row::with(cells.collect(), emphasis)
    };
    Table {
        id: id.into(),
        title: lang.pick("Against the targets", "目标完成情况").into(),
        columns: columns.iter().map(|id| column(id, kind(id), lang)).collect(),
        rows: rows.iter().map(row).collect(),
        audience,
    }
}

/// The name of a span: `2010-03`, `2010Q1`, `2010FQ1`, `2010`, `FY2010`.
fn span_name(time: &TargetTime, settings: &Settings) -> String {
    let (from, fiscal) = (time.span.from, settings.fiscal_year);
    let is_calendar = fiscal == FiscalYear::CALENDAR;
    match time.target.per {
        TargetSpan::Month => format!("{:04}-{:02}", from.year(), from.month()),
        TargetSpan::Quarter => fiscal.quarter_name(from),
        TargetSpan::Year if is_calendar => format!("{:04}", from.year()),
        TargetSpan::Year => format!("FY{:04}", fiscal.quarter_of(from).0),
    }
}

fn who(of: &TargetOf, settings: &Settings) -> String {
    let lang = settings.language;
    let is_machine = lang == crate::value::label::Lang::Machine;
    match of {
        TargetOf::All => lang.pick("all", "全部").into(),
        TargetOf::Rep(id) if is_machine => id.to_string(),
        TargetOf::Rep(id) => member(id, settings),
        TargetOf::Department(id) => {
            let label = settings.department(id).map(|department| &department.label);
            label.map_or_else(|| id.to_string(), |label| label.term(lang, id).to_owned())
        }
    }
}

fn words(measure: Measure, settings: &Settings) -> &'static str {
    let row = Measure::ALL[measure as usize];
    settings.language.term(row.0, row.2, row.3)
}

/// The counts of each target that is no money, in its days and a year before.
fn counted(book: &Book, request: &Request, times: &[TargetTime]) -> Vec<[u64; 2]> {
    let is = |measure| times.iter().any(|time| time.target.measure == measure);
    let days: Vec<Period> = times.iter().flat_map(|time| [time.so_far, time.before]).collect();
    let acts = (is(Measure::Closes) || is(Measure::FirstMeetings))
        .then(|| measure(book, &Request::of(Query::clone(&request.query)), &days).0);
    let new = is(Measure::NewCustomers).then(|| first_orders(book));
    let of_acts = |acts: &ActivityCounts, time: &TargetTime| -> u64 {
        let reps = acts.groups.iter();
        let reps = reps.filter(|(rep, _)| is_of(&time.target.of, rep, &book.settings));
        reps.map(|(_, activity)| match time.target.measure {
            Measure::Closes => activity.closes,
            _ => activity.first_meetings,
        })
        .sum()
    };
    let of_new = |new: &[(Date, Text)], time: &TargetTime, days: Period| {
        let inside = |(on, owner): &&(Date, Text)| {
            days.contains(*on) && is_of(&time.target.of, owner, &book.settings)
        };
        new.iter().filter(inside).count() as u64
    };
    times
        .iter()
        .enumerate()
        .map(|(position, time)| match (time.target.measure, &acts, &new) {
            (Measure::NewCustomers, _, Some(new)) => {
                [time.so_far, time.before].map(|days| of_new(new, time, days))
            }
            (Measure::Closes | Measure::FirstMeetings, Some(acts), _) => {
                [0, 1].map(|n| of_acts(&acts[position * 2 + n], time))
            }
            _ => [0; 2],
        })
        .collect()
}

/// The day of the first order of each customer, and its owner then.
fn first_orders(book: &Book) -> Vec<(Date, Text)> {
    book.graded();
    let first = book.fold_everybody(
        &Query::everything(),
        |first: &mut BTreeMap<u32, (Date, Text)>, record| {
            let Some(customer) = record.customer.get().filter(|_| counts(record)) else { return };
            let Some(order) = orders(record, &book.settings, book.as_of).into_iter().next() else {
                return;
            };
            let owner = record.history.owner_on(order.on).unwrap_or_default();
            earlier(first, customer.first, (order.on, owner.into()));
        },
        |all, part| part.into_iter().for_each(|(id, order)| earlier(all, id, order)),
    );
    first.into_values().collect()
}

/// Keeps the earlier of two first orders of a customer.
fn earlier(first: &mut BTreeMap<u32, (Date, Text)>, customer: u32, order: (Date, Text)) {
    let known = first.entry(customer).or_insert_with(|| order.clone());
    if order < *known {
        *known = order;
    }
}
