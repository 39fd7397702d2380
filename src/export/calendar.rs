//! `crm export calendar`: next steps, signing dates, open claims, instalments, renewals and birthdays as
//! iCalendar (RFC 5545).
//!
//! The UID of an event says of which prospect it is and what it is, and nothing of its day, so that a calendar which
//! takes the file again moves an event and does not double it.

use super::content_lines::ContentLines;
use crate::model::pipeline::Outcome;
use crate::model::privacy::VEIL;
use crate::model::settings::Settings;
use crate::rules::book::{Book, Files};
use crate::rules::query::Query;
use crate::rules::receivables::Origin;
use crate::rules::receivables::customers::{MoneyFile, customers};
use crate::rules::replay::state::Record;
use crate::value::date::{Date, Moment};
use crate::value::money::Money;
use crate::value::zone::Zone;

/// The fields in it that may be private.
pub const FIELDS: [&str; 3] = ["phone", "birthday", "next_what"];

/// The events of the files that the query selects, as a calendar.
pub fn calendar(book: &Book, files: Files, query: &Query) -> String {
    let events = book.gather_in(files, query, |record| Some(events(record, book)));
    let mut lines = ContentLines::default();
    lines.put("BEGIN", "VCALENDAR");
    lines.put("VERSION", "2.0");
    lines.put("PRODID", concat!("-//crm//crm ", env!("CARGO_PKG_VERSION"), "//EN"));
    lines.put("CALSCALE", "GREGORIAN");
    lines.put("METHOD", "PUBLISH");
    lines.text("X-WR-CALNAME", book.settings.title.as_deref().unwrap_or("crm"));
    for event in events.iter().flatten().chain(&of_money(book, files, query)) {
        event.write(&mut lines, book);
    }
    lines.put("END", "VCALENDAR");
    lines.finish()
}

/// An event of the calendar.
struct CalendarEvent {
    uid: String,
    at: Moment,
    yearly: bool,
    summary: String,
    description: String,
    /// How many entries the prospect has: a later state of the event has more.
    sequence: usize,
}

/// The events of a prospect. One that has ended has no next step and no signing date.
fn events(record: &Record, book: &Book) -> Vec<CalendarEvent> {
    let (prospect, state, settings) = (&record.prospect, &record.state, &book.settings);
    let lang = settings.language;
    let name = match prospect.company.as_deref().filter(|company| *company != &*prospect.name) {
        Some(company) => format!("{} ({company})", prospect.name),
        None => prospect.name.to_string(),
    };
    let owner = state.owner.as_deref().map(|owner| rep_name(settings, owner));
    let mut phones = prospect.contacts.iter().filter_map(|contact| contact.phone.as_deref());
    let phone = phones.find(|phone| *phone != VEIL);
    let about = [Some(&*prospect.id), owner, phone];
    let description = about.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let event = |what: &str, at: Moment, title: &str| CalendarEvent {
        uid: format!("{}.{what}@crm", prospect.id),
        at,
        yearly: false,
        summary: format!("{title}{}{name}", lang.pick(": ", "：")),
        description: description.clone(),
        sequence: prospect.events.iter().filter(|event| event.date() <= book.as_of).count(),
    };
    let mut events = Vec::new();
    if state.outcome == Outcome::Open {
        if let Some(next) = &state.evidence.next {
            let what = next.what.as_deref().unwrap_or(lang.pick("Next step", "下一步"));
            events.push(event("next", next.at, what));
        }
        if let Some((date, _)) = state.evidence.close_by {
            let at = Moment { date, time: None };
            events.push(event("close-by", at, lang.pick("Signing date", "签约日")));
        }
    }
    for (number, contact) in (1..).zip(&prospect.contacts) {
        let Some(date) = contact.birthday else { continue };
        let title = format!("{} {}", lang.pick("Birthday", "生日"), contact.name);
        let at = Moment { date, time: None };
        let birthday = event(&format!("birthday.{number}"), at, title.trim());
        let summary = match contact.name == prospect.name {
            true => format!("{}{}{name}", lang.pick("Birthday", "生日"), lang.pick(": ", "：")),
            false => birthday.summary,
        };
        events.push(CalendarEvent { yearly: true, summary, ..birthday });
    }
    events
}

/// The claims of invoices and instalments that are open, the instalments to come, and the contracts to be renewed: of
/// files that the query selects.
fn of_money(book: &Book, files: Files, query: &Query) -> Vec<CalendarEvent> {
    let (settings, lang) = (&book.settings, book.settings.language);
    let selection = book.selection(query);
    let look = |file: &mut MoneyFile, record: &Record| {
        let is_meant = match files {
            Files::Prospects => !record.prospect.is_customer,
            Files::Customers => record.prospect.is_customer,
            Files::Everybody => true,
        };
        file.is_selected = is_meant && selection.has(record);
    };
    let mut events = Vec::new();
    for customer in customers(book, look) {
        let mut put = |file: usize, what: String, date: Date, title: String| {
            let file = &customer.files[file];
            let owner = file.owner.as_deref().map(|owner| rep_name(settings, owner));
            let about = [Some(&*file.id), owner];
            if file.is_selected {
                events.push(CalendarEvent {
                    uid: format!("{}.{what}@crm", file.id),
                    at: Moment { date, time: None },
                    yearly: false,
                    summary: format!("{title}{}{}", lang.pick(": ", "："), customer.name),
                    description: about.into_iter().flatten().collect::<Vec<_>>().join(" · "),
                    sequence: file.entries,
                });
            }
        };
        let account = &customer.account;
        let title = |name: &str, what: Option<&str>, money: Money| {
            let what = what.map(|what| format!(" {what}")).unwrap_or_default();
            format!("{} {} {name}{what}", lang.pick("Due", "应收"), money.grouped())
        };
        let open = account.claims.iter().filter(|claim| !claim.open.is_zero());
        for claim in open.filter(|claim| claim.origin != Origin::Order) {
            let name = &claim.name;
            let what = match claim.origin {
                Origin::Instalment => format!("instalment.{name}.{}", claim.instalment),
                _ => format!("invoice.{name}"),
            };
            let title = title(name, claim.what.as_deref(), claim.open_money());
            put(claim.file, what, claim.due, title);
        }
        for one in &account.to_come {
            let Some(due) = one.due else { continue };
            let what = format!("instalment.{}.{}", one.contract, one.instalment);
            put(one.file, what, due, title(&one.contract, one.what.as_deref(), one.money));
        }
        for (contract, day) in account.renewals(book.as_of, Date::MAX) {
            let name = &contract.name;
            let title = format!("{} {name}", lang.pick("Renewal of", "续签"));
            put(contract.file, format!("renewal.{name}"), day, title);
        }
    }
    events
}

fn rep_name<'s>(settings: &'s Settings, id: &'s str) -> &'s str {
    settings.rep(id).and_then(|rep| rep.name.as_deref()).unwrap_or(id)
}

impl CalendarEvent {
    fn write(&self, lines: &mut ContentLines, book: &Book) {
        lines.put("BEGIN", "VEVENT");
        lines.text("UID", &self.uid);
        // The day, not the clock: the ledger of a day gives one text.
        lines.put("DTSTAMP", &format!("{}T000000Z", day(book.as_of)));
        lines.put("SEQUENCE", &self.sequence.to_string());
        match (self.at.time, &book.settings.timezone) {
            (Some(_), zone) => lines.put("DTSTART", &moment(self.at, zone.as_ref())),
            (None, _) => lines.put("DTSTART;VALUE=DATE", &day(self.at.date)),
        }
        if self.yearly {
            let leap_day = self.at.date.month() == 2 && self.at.date.day() == 29;
            // In common years the birthday is kept on the 28th, as in `due`.
            let last_of_february = if leap_day { ";BYMONTH=2;BYMONTHDAY=-1" } else { "" };
            lines.put("RRULE", &format!("FREQ=YEARLY{last_of_february}"));
        }
        if self.at.time.is_none() {
            lines.put("TRANSP", "TRANSPARENT");
        }
        lines.text("SUMMARY", &self.summary);
        lines.text("DESCRIPTION", &self.description);
        lines.put("END", "VEVENT");
    }
}

/// `20091218`
fn day(date: Date) -> String {
    date.to_string().replace('-', "")
}

/// A moment of the ledger: in UTC where its time zone is known, which every program shows at the right hour;
/// else without a zone.
fn moment(at: Moment, zone: Option<&Zone>) -> String {
    let utc = zone.and_then(|zone| at.in_utc(zone));
    let local = utc.unwrap_or(at);
    let time = local.time.map(|time| time.to_string().replace(':', "")).unwrap_or_default();
    format!("{}T{time}{}", day(local.date), if utc.is_some() { "Z" } else { "" })
}
