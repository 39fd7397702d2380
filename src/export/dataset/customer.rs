//! The rows of one customer, which may be several files: its claims, its cases, and what it is to us, day by day.

use super::file::{DayRows, days, on_day};
use super::line::{Line, Rows, Timeline};
use super::schema::DatasetTable;
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::customer::Customer;
use crate::rules::grading::narrow;
use crate::rules::query::Query;
use crate::rules::receivables::Origin;
use crate::rules::receivables::customers::{CustomerMoney, customers};
use crate::rules::replay::state::Record;
use crate::rules::service::case::{Asking, Case};
use crate::rules::service::collect::fold_cases;
use crate::rules::working_time::WorkClock;
use crate::table::terms::CASE_STATES;
use crate::value::date::{Date, Moment, Time};
use crate::value::text::Text;
use std::collections::BTreeSet;

/// May a file have to do with money, cases or buying? Most have not, and are no rows here.
pub(super) fn matters(prospect: &Prospect, settings: &Settings) -> bool {
    let wins = |event: &Event| {
        let won = |stage: &str| {
            settings.pipelines.iter().any(|board| &*board.stages[board.won()].id == stage)
        };
        event.stage.as_deref().is_some_and(won)
    };
    prospect.is_customer
        || prospect.events.iter().any(|event| is_of_customers(&event.kind) || wins(event))
}

fn is_of_customers(kind: &EventKind) -> bool {
    use EventKind::{
        Booking, Complaint, Contract, Credit, Invoice, Order, Payment, Refund, Request,
    };
    matches!(
        kind,
        Booking | Complaint | Contract | Credit | Invoice | Order | Payment | Refund | Request
    )
}

/// Adds the rows of the customer of these files.
pub(super) fn put(files: &[Prospect], settings: &Settings, rows: &mut Rows) {
    let entries: Vec<BTreeSet<Date>> = files.iter().map(days).collect();
    let mut ahead: BTreeSet<Date> = entries.iter().flatten().copied().collect();
    let mut known: Vec<Option<Record>> = vec![None; files.len()];
    let mut time = Timeline::default();
    while let Some(day) = ahead.pop_first() {
        for ((record, file), days) in known.iter_mut().zip(files).zip(&entries) {
            if days.contains(&day) {
                *record = on_day(record.take(), file, settings, day);
            }
        }
        let records = known.iter().flatten().cloned().collect();
        let book = Book::of(settings.clone(), day, records, Vec::new());
        let mut of_day = DayRows::new();
        let mut changes = BTreeSet::new();
        money(&book, &mut of_day, &mut changes);
        cases(&book, &mut of_day);
        buyers(&book, &mut of_day, &mut changes);
        ahead.extend(changes.into_iter().filter(|change| *change > day));
        time.day(day, of_day, rows);
    }
    time.end(rows);
}

/// Claims, what is to come, and what is prepaid. An instalment becomes a claim on its day, which is one of the changes.
fn money(book: &Book, rows: &mut DayRows, changes: &mut BTreeSet<Date>) {
    for customer in customers(book, |_, _| ()) {
        let mut n = 0;
        let mut head = |file: usize| {
            n += 1;
            head(&customer, file, n)
        };
        let account = &customer.account;
        for claim in &account.claims {
            let origin = Origin::NAMES.iter().find(|(origin, ..)| *origin == claim.origin);
            let line = head(claim.file)
                .text("claim")
                .text(origin.map_or("", |(_, name, ..)| name))
                .text(&claim.name)
                .maybe(claim.contract.as_ref())
                .maybe(claim.product.as_ref())
                .day(Some(claim.arose))
                .day(Some(claim.due))
                .day(claim.settled)
                .number(Some(claim.arose))
                .number(Some(claim.due))
                .number(claim.settled)
                .decimal(claim.money.amount)
                .money(Some(claim.open_money()))
                .flag(claim.paid);
            rows.push((DatasetTable::Claims, line));
        }
        let to_come = account.to_come.iter().map(|one| {
            changes.extend(one.due);
            (one.file, "to-come", one.contract.as_str(), one.due, one.money)
        });
        let prepaid = account.prepaid.iter().map(|one| (one.file, "prepaid", "", None, one.money));
        for (file, state, contract, due, money) in to_come.chain(prepaid) {
            let line = head(file)
                .text(state)
                .text("")
                .text("")
                .text(contract)
                .text("")
                .day(None)
                .day(due)
                .day(None)
                .number(None)
                .number(due)
                .number(None)
                .decimal(money.amount)
                .money(Some(money))
                .text("");
            rows.push((DatasetTable::Claims, line));
        }
    }
}

/// The columns at the beginning of each row of claims.
fn head(customer: &CustomerMoney, file: usize, n: usize) -> Line {
    Line::default()
        .text(&customer.id)
        .text(&customer.files[0].id)
        .text(&customer.files[file].id)
        .count(n)
        .text(&customer.name)
        .maybe(customer.owner.as_ref())
        .money(customer.credit_limit)
}

fn cases(book: &Book, rows: &mut DayRows) {
    let about = |record: &Record| Some(record.state.owner.clone());
    let mut all = fold_cases(
        book,
        about,
        |all: &mut Vec<(Case, Option<Text>)>, case, owner| all.push((case.clone(), owner.clone())),
        |all, part| all.extend(part),
    );
    all.sort_by(|a, b| (&a.0.file, &a.0.name).cmp(&(&b.0.file, &b.0.name)));
    for (case, owner) in &all {
        let line = Line::default()
            .text(&case.file)
            .text(&case.name)
            .text(CASE_STATES[case.state as usize].0)
            .flag(case.is_complaint())
            .maybe(case.category.as_ref())
            .maybe_count(case.severity)
            .maybe(case.product.as_ref())
            .maybe(case.channel.as_ref())
            .maybe(owner.as_ref())
            .day(case.first().map(|asking| asking.at.date));
        rows.push((DatasetTable::Cases, line));
        for (at, asking) in case.askings.iter().enumerate() {
            rows.push((DatasetTable::Askings, asked(case, at, asking, &book.settings)));
        }
    }
}

/// A question with its times: in working days, and in working minutes where both ends have a time of day. One that waits
/// has the minutes to the end of its first day, and to the last minute of it, by which its time on any later day is found.
fn asked(case: &Case, at: usize, asking: &Asking, settings: &Settings) -> Line {
    let clock = WorkClock::of(settings);
    let line = Line::default()
        .text(&case.file)
        .text(&case.name)
        .count(at + 1)
        .text(asking.kind.name())
        .flag(asking.begins);
    let done = [asking.answered, asking.resolved];
    let line = std::iter::once(Some(asking.at)).chain(done).fold(line, moment);
    let from = asking.at.date;
    let days = |to: Moment| clock.days(from, to.date).max(0);
    let begun = asking.at.time.map(|time| (from, time));
    let minutes = |to: Option<(Date, Time)>| Some(clock.minutes(begun?, to?));
    let until = |done: Option<Moment>| minutes(done.and_then(|to| Some((to.date, to.time?))));
    let night = |day: Date, hour, minute| Time::new(hour, minute, 0).map(|time| (day, time));
    let has_time = |done: &Moment| begun.is_some() && done.time.is_some();
    line.maybe_count(asking.answered.map(days))
        .maybe_count(asking.resolved.map(days))
        .maybe_count(until(asking.answered))
        .maybe_count(until(asking.resolved))
        .maybe_count(minutes(night(from.plus(1), 0, 0)))
        .maybe_count(minutes(night(from, 23, 59)))
        .flag(done.iter().flatten().all(has_time))
}

/// A moment as text, and its day.
fn moment(line: Line, moment: Option<Moment>) -> Line {
    let text = moment.map(|moment| moment.to_string());
    line.text(&text.unwrap_or_default()).day(moment.map(|moment| moment.date))
}

/// The customer as lists of customers show it, without what only a comparison with the others tells. Its phase lapses by
/// itself: the days on which it may are among the changes.
fn buyers(book: &Book, rows: &mut DayRows, changes: &mut BTreeSet<Date>) {
    let graded = book.graded();
    let rows_of = book.gather_everybody(&Query::everything(), |record| {
        let position = graded.position(&record.prospect.id);
        let customer = position.map(|position| graded.at(position));
        let leads = position.zip(customer).is_some_and(|(position, customer)| {
            customer.figures.is_buyer() && customer.lead == narrow(position)
        });
        let is_shown = record.prospect.is_customer || leads;
        is_shown.then(|| (buyer(record, customer), lapses(customer, &book.settings)))
    });
    for (line, days) in rows_of {
        rows.push((DatasetTable::Customers, line));
        changes.extend(days);
    }
}

fn buyer(record: &Record, customer: Option<&Customer>) -> Line {
    let next = record.state.evidence.next.as_ref().map(|next| next.at.to_string());
    let line = Line::default()
        .text(&record.prospect.id)
        .text(&record.prospect.name)
        .maybe(record.state.owner.as_ref());
    let line = match customer {
        Some(customer) => line
            .text(customer.lifecycle.level().id)
            .count(customer.prospects())
            .sum(&customer.figures.bought)
            .day(customer.figures.last_order),
        None => line.text("").text("").text("").text("").text(""),
    };
    line.text(&next.unwrap_or_default())
}

/// The days on which the phase of a customer may change without an entry.
fn lapses(customer: Option<&Customer>, settings: &Settings) -> Vec<Date> {
    let last = customer.and_then(|customer| Some((customer, customer.figures.last_order?)));
    let Some((customer, last)) = last else { return Vec::new() };
    [customer.gap, settings.grading.new_days]
        .iter()
        .map(|days| last.plus(i64::from(*days) + 1))
        .collect()
}
