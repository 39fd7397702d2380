//! The pool: how many a rep may claim from it, and when a prospect goes back to it. Whether a rep may have a
//! prospect at all is [`eligibility`](super::eligibility).
//!
//! "N days" means everywhere that day N is in time and day N + 1 is not.

use crate::diag::{Code, Diagnostic, Words};
use crate::model::settings::Settings;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::rules::replay::care::Care;
use crate::rules::replay::state::Record;
use crate::rules::replay::{replay, standing, upto};
use crate::value::date::Date;
use crate::value::text::Text;
use std::collections::BTreeMap;

/// The grade of a prospect of the book: that of its customer.
pub fn grade_of<'b>(book: &Book, record: &'b Record) -> Option<&'b str> {
    book.customer(record)?.grade()
}

/// The rep who answers for a prospect: its owner; in the pool the keeper, if the settings name one.
pub fn answering<'a>(record: &'a Record, settings: &'a Settings) -> Option<&'a str> {
    let keeper = settings.pool.keeper.as_deref().filter(|_| record.in_pool());
    record.state.owner.as_deref().or(keeper)
}

/// Why a prospect goes back to the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No contact since `since` for more than `days` days.
    NoContact {
        /// The last contact, or the assignment if that is later.
        since: Date,
        /// How many days are in time.
        days: u32,
    },
    /// Overdue for this many times with one owner.
    Overdue {
        /// How many times.
        times: u32,
    },
}

impl Cause {
    /// The cause in words, for lists and for the entry that releases the prospect.
    pub fn words(self) -> Words {
        match self {
            Cause::NoContact { since, days } => words!(
                "no contact since {since}, more than {days} days",
                "自{since}起未联系，超过{days}天"
            ),
            Cause::Overdue { times } => {
                words!("past the sales cycle {times} times", "第{times}次超过销售周期")
            }
        }
    }

    /// Is this the reason that recycling gives in an entry, in either language, whatever its figures are?
    pub fn wrote(reason: &str) -> bool {
        let causes = [Cause::NoContact { since: Date::MAX, days: 0 }, Cause::Overdue { times: 0 }];
        let like = |words: Words| {
            [words.en(), words.zh()]
                .iter()
                .any(|text| without_figures(text) == without_figures(reason))
        };
        causes.into_iter().map(Cause::words).any(like)
    }
}

fn without_figures(text: &str) -> String {
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// That a prospect goes back to the pool if nothing happens: the first day on which it does, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recycling {
    /// The day.
    pub on: Date,
    /// Why.
    pub cause: Cause,
}

/// When a prospect or a customer goes back to the pool if nothing happens to it. Only one with an owner does; no
/// prospect that has signed or paid; none on hold before the hold's date.
pub fn recycling(record: &Record, settings: &Settings, grade: Option<&str>) -> Option<Recycling> {
    let state = &record.state;
    state.owner.as_ref()?;
    let since = state.owner_since?;
    let without_contact = |days: Option<u32>| {
        let days = days?;
        let since = last_contact(record).map_or(since, |contact| contact.max(since));
        let on = since.plus(i64::from(days) + 1);
        Some(Recycling { on, cause: Cause::NoContact { since, days } })
    };
    let pool = &settings.pool;
    let first = match record.care()? {
        Care::Customer => without_contact(pool.customers.recycle_days(grade)),
        Care::Prospect if record.case(settings, since).papers_or_money_in(state.stage) => None,
        Care::Prospect => {
            let overdue = pool.recycle_overdue(grade).and_then(|times| {
                let on = nth_overdue(record, times)?;
                Some(Recycling { on, cause: Cause::Overdue { times } })
            });
            let contact = without_contact(pool.recycle_days(grade));
            [contact, overdue].into_iter().flatten().min_by_key(|found| found.on)
        }
    };
    let mut first = first?;
    if let Some(hold) = &state.hold {
        first.on = first.on.max(hold.until);
    }
    Some(first)
}

/// The last contact with a prospect; with a customer also that in any of its prospects, if the book is graded.
fn last_contact(record: &Record) -> Option<Date> {
    let all = record.customer.get().filter(|_| record.care() == Some(Care::Customer));
    record.state.last_contact.max(all.and_then(|customer| customer.figures.last_contact))
}

/// Maps each prospect that a query selects and that goes back to the pool on the book's day, in the order of ids.
pub fn recycled<T: Send>(
    book: &Book,
    query: &Query,
    each: impl Fn(&Record, Recycling) -> T + Sync,
) -> Vec<T> {
    let settings = &book.settings;
    if settings.pool.asks_grades() {
        book.graded();
    }
    book.gather_everybody(query, |record| {
        // Where no grade has rules of its own, the grade makes no difference and need not be known.
        let grade = record.customer.get().and_then(|customer| customer.grade());
        let due = recycling(record, settings, grade).filter(|due| due.on <= book.as_of)?;
        Some(each(record, due))
    })
}

/// The selected prospects that go back to the pool by the day `last` if nothing happens, each with the first day
/// on which it does.
///
/// Grades follow from the day, so where grades have rules of their own the grade of each day decides.
pub fn announced<'b>(book: &'b Book, query: &Query, last: Date) -> Vec<(&'b Record, Recycling)> {
    let selected = book.selection(query);
    let mut days = LaterDays { book, later: BTreeMap::new() };
    book.graded();
    let files = book.records().len() + book.customers().len();
    (0..files)
        .map(|position| (position, at(book, position)))
        .filter(|(_, record)| selected.has(record))
        .filter_map(|(position, record)| Some((record, days.announcement(position, last)?)))
        .collect()
}

/// A book, and the book of later days if nothing happened.
struct LaterDays<'b> {
    book: &'b Book,
    later: BTreeMap<Date, Book>,
}

impl LaterDays<'_> {
    fn announcement(&mut self, position: usize, last: Date) -> Option<Recycling> {
        let (record, settings) = (at(self.book, position), &self.book.settings);
        let of_grade = |grade: Option<&str>| recycling(record, settings, grade);
        let any = of_grade(None);
        let others: Vec<Option<Recycling>> =
            settings.pool.graded().map(|grade| of_grade(Some(grade))).collect();
        if others.iter().all(|other| *other == any) {
            return any.filter(|found| found.on <= last);
        }
        let first = others.iter().chain([&any]).flatten().map(|found| found.on).min()?;
        self.due(position, last)?;
        let mut day = first.max(self.book.as_of);
        while day <= last {
            if let Some(mut found) = self.due(position, day) {
                if day > self.book.as_of {
                    found.on = found.on.max(day);
                }
                return Some(found);
            }
            day = day.plus(1);
        }
        None
    }

    /// That the prospect goes back on this day, by the grade it has then.
    fn due(&mut self, position: usize, day: Date) -> Option<Recycling> {
        let book = if day <= self.book.as_of {
            self.book
        } else {
            self.later.entry(day).or_insert_with(|| later(self.book, day))
        };
        let record = at(book, position);
        recycling(record, &book.settings, grade_of(book, record)).filter(|found| found.on <= day)
    }
}

/// A prospect of a book, or a customer's file behind the prospects; graded if the book is.
fn at(book: &Book, position: usize) -> &Record {
    let prospects = book.records();
    let customer = || &*book.customers()[position - prospects.len()];
    let record = prospects.get(position).unwrap_or_else(customer);
    book.attach_customer(record);
    record
}

/// The ledger on a later day, if nothing happens until then.
fn later(book: &Book, day: Date) -> Book {
    let replayed = |record: &Record| {
        let mut prospect = record.prospect.clone();
        let so_far = upto(&prospect.events, book.as_of).len();
        prospect.events.truncate(so_far);
        replay(prospect, &book.settings, day)
    };
    let both = book.records().iter().chain(book.customers().iter().map(|record| &**record));
    let records = both.filter_map(replayed).collect();
    Book::of(book.settings.clone(), day, records, book.tallies.clone())
}

/// The day on which a prospect is overdue for the n-th time with its owner, if it will be.
fn nth_overdue(record: &Record, times: u32) -> Option<Date> {
    let state = &record.state;
    let before = &state.overdue_before;
    let position = usize::try_from(times).ok()?.checked_sub(1)?;
    if let Some(day) = before.get(position) {
        return Some(*day);
    }
    let running = state.stage > 0 && before.len() == position;
    let start = state.clock_start.filter(|_| running)?;
    Some(start.plus(i64::from(state.cycle_days) + 1))
}

/// The open prospects and the customers that a rep holds and has claimed on a day, for the limits. Claims of one command
/// count as they are granted; a refused claim does not count.
#[derive(Debug, Clone)]
pub struct Quota<'b> {
    book: &'b Book,
    rep: &'b str,
    held: GradeCount,
    claimed: GradeCount,
    customers_held: u32,
    customers_claimed: u32,
}

/// A count of all, and of each grade.
#[derive(Debug, Clone, Default)]
struct GradeCount {
    all: u32,
    grades: BTreeMap<Text, u32>,
}

impl GradeCount {
    fn add(&mut self, grade: Option<&str>) {
        self.all += 1;
        if let Some(grade) = grade {
            *self.grades.entry(grade.into()).or_default() += 1;
        }
    }

    fn of(&self, grade: &str) -> u32 {
        self.grades.get(grade).copied().unwrap_or_default()
    }
}

impl<'b> Quota<'b> {
    /// The counts on the book's day. A claim counts even if the rep gave the prospect back on that day.
    pub fn of(book: &'b Book, rep: &'b str) -> Quota<'b> {
        let (held, claimed) = (GradeCount::default(), GradeCount::default());
        let mut quota = Quota { book, rep, held, claimed, customers_held: 0, customers_claimed: 0 };
        type Seen = (Vec<(Text, Care)>, Vec<(Text, Care)>);
        let step = |(held, claimed): &mut Seen, record: &Record| {
            let (state, id) = (&record.state, &record.prospect.id);
            // Claimed and lost on one day: it was a prospect.
            let care = record.care().unwrap_or(Care::Prospect);
            if record.care().is_some() && state.owner.as_deref() == Some(rep) {
                held.push((id.clone(), care));
            }
            let claims = standing(&record.prospect.events, book.as_of)
                .filter(|event| event.date() == book.as_of && event.is_claim())
                .filter(|event| event.owner.as_deref() == Some(rep));
            claimed.extend(claims.map(|_| (id.clone(), care)));
        };
        let join = |all: &mut Seen, part: Seen| {
            all.0.extend(part.0);
            all.1.extend(part.1);
        };
        let (held, claimed) = book.fold_everybody(&Query::everything(), step, join);
        for (id, care) in held {
            match care {
                Care::Prospect => quota.held.add(quota.grade(&id)),
                Care::Customer => quota.customers_held += 1,
            }
        }
        for (id, care) in claimed {
            match care {
                Care::Prospect => quota.claimed.add(quota.grade(&id)),
                Care::Customer => quota.customers_claimed += 1,
            }
        }
        quota
    }

    /// The grade of a prospect, if grades have limits of their own.
    fn grade(&self, id: &str) -> Option<&'b str> {
        let book = self.book;
        if book.settings.pool.grades.is_empty() { None } else { book.graded().of(id)?.grade() }
    }

    /// May the rep claim this one, too? If so it counts from now on.
    pub fn claim(&mut self, record: &Record) -> Result<(), Diagnostic> {
        if let Some(refusal) = not_in_pool(record, &self.book.settings) {
            return Err(refusal);
        }
        if record.care() == Some(Care::Customer) {
            return self.claim_customer(record);
        }
        let grade = self.grade(&record.prospect.id);
        match self.refusal(record, grade) {
            Some(refusal) => Err(refusal),
            None => {
                self.held.add(grade);
                self.claimed.add(grade);
                Ok(())
            }
        }
    }

    /// May the rep claim this customer, too? If so it counts from now on.
    fn claim_customer(&mut self, record: &Record) -> Result<(), Diagnostic> {
        let (limits, id) = (&self.book.settings.pool.customers, &record.prospect.id);
        let (held, claimed) = (self.customers_held, self.customers_claimed);
        let of = words!(" customers", "客户");
        if let Some(max) = limits.hold_limit.filter(|max| held >= *max) {
            return Err(self.holds_enough(id, held, max, &of));
        }
        if let Some(max) = limits.claim_per_day.filter(|max| claimed >= *max) {
            return Err(self.claimed_enough(id, claimed, max, &of));
        }
        self.customers_held += 1;
        self.customers_claimed += 1;
        Ok(())
    }

    fn holds_enough(&self, id: &str, held: u32, max: u32, of: &Words) -> Diagnostic {
        let rep = self.rep;
        let message = Words::both(
            format!("{id}: `{rep}` holds {held}{}, at most {max} are allowed", of.en()),
            format!("{id}：`{rep}` 已持有{}{held}个，上限{max}个", of.zh()),
        );
        refused(message).help(words!(
            "release one first: crm release ID --reason …",
            "先放回一个：crm release 编号 --reason …"
        ))
    }

    fn claimed_enough(&self, id: &str, claimed: u32, max: u32, of: &Words) -> Diagnostic {
        let rep = self.rep;
        let message = Words::both(
            format!(
                "{id}: `{rep}` has claimed {claimed}{} today, at most {max} are allowed",
                of.en()
            ),
            format!("{id}：`{rep}` 今天已领取{}{claimed}个，上限{max}个", of.zh()),
        );
        refused(message).help(words!(
            "what is released again has been claimed all the same; tomorrow counts anew",
            "领取后又放回的也算；明天重新计数"
        ))
    }

    fn refusal(&self, record: &Record, grade: Option<&str>) -> Option<Diagnostic> {
        let (settings, id) = (&self.book.settings, &record.prospect.id);
        let (all, held) = (&settings.pool.all, self.held.all);
        if let Some(max) = all.max_held.filter(|max| held >= *max) {
            return Some(self.holds_enough(id, held, max, &Words::default()));
        }
        if let Some(max) = all.claims_per_day.filter(|max| self.claimed.all >= *max) {
            return Some(self.claimed_enough(id, self.claimed.all, max, &Words::default()));
        }
        let own = settings.pool.own(grade);
        let name = grade.unwrap_or_default();
        let of_grade = || words!(" of grade {name}", "{name}级");
        if let Some(max) = own.max_held.filter(|max| self.held.of(name) >= *max) {
            return Some(self.holds_enough(id, self.held.of(name), max, &of_grade()));
        }
        if let Some(max) = own.claims_per_day.filter(|max| self.claimed.of(name) >= *max) {
            return Some(self.claimed_enough(id, self.claimed.of(name), max, &of_grade()));
        }
        None
    }
}

/// That a prospect or a customer cannot be claimed because it is not in the pool.
pub fn not_in_pool(record: &Record, settings: &Settings) -> Option<Diagnostic> {
    let id = &record.prospect.id;
    let state = &record.state;
    if record.care().is_none() {
        let stage = record.stage_id(settings);
        let message = words!(
            "`{id}` is not in the pool: it stands at `{stage}`",
            "`{id}` 不在公海：位于 `{stage}`"
        );
        return Some(Diagnostic::new(Code::NotInPool, message));
    }
    let owner = state.owner.as_deref()?;
    let since = state.owner_since;
    let since = since.map(|day| words!(" since {day}", "（{day}起）")).unwrap_or_default();
    let message = Words::both(
        format!("`{id}` is not in the pool: `{owner}` owns it{}", since.en()),
        format!("`{id}` 不在公海：负责人是 `{owner}`{}", since.zh()),
    );
    let help = words!("`crm pool` lists those that are", "`crm pool` 列出公海客户");
    Some(Diagnostic::new(Code::NotInPool, message).help(help))
}

fn refused(message: Words) -> Diagnostic {
    Diagnostic::new(Code::PoolLimit, message)
}

/// The day since which a prospect is in the pool, its earlier owners (each once, the last one first), and the reason
/// for which it came there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting<'b> {
    /// The day it came to the pool.
    pub since: Option<Date>,
    /// Earlier owners.
    pub before: Vec<&'b str>,
    /// The reason of the entry that released it.
    pub reason: Option<&'b str>,
}

/// How a prospect of the pool came there.
pub fn waiting<'b>(record: &'b Record, as_of: Date) -> Waiting<'b> {
    let mut before: Vec<&str> = Vec::new();
    for owner in record.history.owners.iter().rev().filter_map(|spell| spell.owner.as_deref()) {
        if !before.contains(&owner) {
            before.push(owner);
        }
    }
    let released = standing(&record.prospect.events, as_of)
        .filter(|event| event.owner.as_deref() == Some(""))
        .last();
    Waiting {
        since: record.state.owner_since,
        before,
        reason: released.and_then(|event| event.reason.as_deref().or(event.note.as_deref())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_recycling_is_known_again() {
        let since = Date::parse("2009-12-01");
        let contact = Cause::NoContact { since: since.unwrap(), days: 30 };
        for cause in [contact, Cause::Overdue { times: 2 }] {
            assert!(Cause::wrote(cause.words().en()) && Cause::wrote(cause.words().zh()));
        }
        for other in ["", "busy", "no contact", "past the sales cycle"] {
            assert!(!Cause::wrote(other), "{other}");
        }
    }
}
