//! What a grade buys, held against what was done: re-verification, contact, answers, the rep's level,
//! discounts.
//!
//! Who left without ever buying is not followed any more, so nothing is demanded for it.

use super::book::Book;
use super::grading::Customer;
use super::replay::{in_contact, standing};
use super::state::Record;
use crate::model::date::Date;
use crate::model::event::Event;
use crate::model::grading::Policy;
use crate::model::money::{Amount, Money};
use crate::model::pipeline::Outcome;
use crate::model::settings::{LEVELS, Settings};

/// What has to happen again before a day has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// When it last happened; `None` = never, and the days count from the first entry.
    pub last: Option<Date>,
    /// The last day that is in time.
    pub due: Date,
    /// The rhythm in days.
    pub every: u32,
}

/// A request or complaint, and our first answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'b> {
    /// What was asked.
    pub asked: &'b Event,
    /// The first contact after it, or its resolution.
    pub answered: Option<&'b Event>,
    /// The promise in hours.
    pub hours: u32,
}

/// What the policy demands on one prospect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duty<'b> {
    /// The customer's record is verified anew.
    Verify(Deadline),
    /// We are in touch.
    Contact(Deadline),
    /// The last contact was of a kind that fits the grade.
    Channel {
        /// That contact's kind.
        kind: &'b str,
        /// Its day.
        on: Date,
        /// Does it fit?
        fits: bool,
    },
    /// The owner's level is high enough.
    Level {
        /// The owner's level.
        has: &'b str,
        /// The level that the grade takes.
        needs: &'b str,
    },
    /// A request or complaint is answered in time.
    Answer(Answer<'b>),
    /// The discount stays under the ceiling.
    Discount {
        /// The first quote.
        quoted: Money,
        /// What was signed or booked.
        agreed: Money,
        /// The day of that.
        on: Date,
        /// The ceiling as a share.
        ceiling: Amount,
    },
}

impl Deadline {
    fn new(last: Option<Date>, opened: Date, every: u32) -> Deadline {
        Deadline { last, due: last.unwrap_or(opened).plus(i64::from(every)), every }
    }
}

impl Answer<'_> {
    /// The last day that is in time.
    pub fn due(&self) -> Date {
        self.asked.date().plus(i64::from(self.hours.div_ceil(24)))
    }

    /// In time so far? By the hour where both entries state a time, else by the day.
    pub fn in_time(&self, on: Date) -> bool {
        let Some(answer) = self.answered else { return on <= self.due() };
        match (self.asked.time, answer.time) {
            (Some(asked), Some(answered)) => {
                let days = answer.date().days_since(self.asked.date());
                let minutes = days * 24 * 60 + answered.minutes() - asked.minutes();
                minutes <= i64::from(self.hours) * 60
            }
            _ => answer.date() <= self.due(),
        }
    }
}

impl Duty<'_> {
    /// The duties by name, in the order of documentation: English, Chinese.
    pub const NAMES: [(&'static str, &'static str, &'static str); 6] = [
        ("verify", "record verified", "资料核实"),
        ("contact", "in touch", "按时联系"),
        ("channel", "contact of the right kind", "联系方式"),
        ("level", "rep's level", "业务员级别"),
        ("answer", "answered in time", "按时答复"),
        ("discount", "discount", "折扣"),
    ];

    /// Its position in [`Duty::NAMES`].
    pub fn position(&self) -> usize {
        match self {
            Duty::Verify(_) => 0,
            Duty::Contact(_) => 1,
            Duty::Channel { .. } => 2,
            Duty::Level { .. } => 3,
            Duty::Answer(_) => 4,
            Duty::Discount { .. } => 5,
        }
    }

    /// Is it met on the day?
    pub fn is_met(&self, on: Date) -> bool {
        match self {
            Duty::Verify(deadline) | Duty::Contact(deadline) => on <= deadline.due,
            Duty::Channel { fits, .. } => *fits,
            Duty::Level { has, needs } => rank(has) <= rank(needs),
            Duty::Answer(answer) => answer.in_time(on),
            Duty::Discount { quoted, agreed, ceiling, .. } => {
                let least = quoted.amount.minus(quoted.amount.times(*ceiling));
                agreed.amount >= least
            }
        }
    }

    /// The last day that is in time, of what can still be done.
    pub fn due(&self) -> Option<Date> {
        match self {
            Duty::Verify(deadline) | Duty::Contact(deadline) => Some(deadline.due),
            Duty::Answer(answer) if answer.answered.is_none() => Some(answer.due()),
            _ => None,
        }
    }
}

/// A level's place, the highest first; unknown ones last.
fn rank(level: &str) -> usize {
    LEVELS.iter().position(|known| *known == level).unwrap_or(LEVELS.len())
}

/// Is this customer's prospect still followed? Not after it left, unless the customer has bought.
pub fn followed(record: &Record, customer: &Customer) -> bool {
    record.state.outcome != Outcome::Lost || customer.figures.is_buyer()
}

/// The prospect that stands for a customer: the first that is open and owned, else the first that is
/// owned, else the first.
pub fn lead<'b>(customer: &Customer, records: &'b [Record]) -> &'b Record {
    let members = || customer.members.iter().map(|member| &records[*member]);
    let owned = |record: &&Record| record.state.owner.is_some();
    let open = |record: &&Record| owned(record) && record.state.outcome == Outcome::Open;
    members().find(open).or_else(|| members().find(owned)).unwrap_or(&records[customer.members[0]])
}

/// Everything that the policy of its grade demands for a prospect, met or not. What is demanded for the
/// customer as a whole (its record verified, contact and its kind) stands with the prospect that leads it.
pub fn duties<'b>(record: &'b Record, book: &'b Book) -> Vec<Duty<'b>> {
    let Some(customer) = book.customer(record).filter(|customer| followed(record, customer)) else {
        return Vec::new();
    };
    let Some(policy) = customer.grade().and_then(|grade| book.settings.policy(grade)) else {
        return Vec::new();
    };
    let mut duties = Vec::new();
    let leads = lead(customer, book.records()).prospect.id == record.prospect.id;
    // Nobody is late with a prospect that lies in the pool.
    if leads && record.state.owner.is_some() {
        duties.extend(verification(customer, policy, book).map(Duty::Verify));
        duties.extend(contact(record, customer, policy, book.as_of).map(Duty::Contact));
        duties.extend(channel(customer, policy, book));
    }
    duties.extend(level(record, policy, &book.settings));
    journal(&mut duties, record, policy, book);
    duties
}

/// The entries of all the customer's prospects.
fn entries<'b>(customer: &Customer, book: &'b Book) -> impl Iterator<Item = &'b Event> {
    let journal = |member: &usize| standing(&book.records()[*member].prospect.events, book.as_of);
    customer.members.iter().flat_map(journal)
}

fn verification(customer: &Customer, policy: &Policy, book: &Book) -> Option<Deadline> {
    let every = policy.verify_days?;
    let verified = entries(customer, book).filter(|event| &*event.kind == "verified");
    Some(Deadline::new(verified.map(Event::date).max(), customer.figures.opened?, every))
}

fn contact(record: &Record, customer: &Customer, policy: &Policy, on: Date) -> Option<Deadline> {
    let every = policy.contact_days?;
    let mut deadline =
        Deadline::new(customer.figures.last_contact(), customer.figures.opened?, every);
    // A known stall is not stale before it ends.
    if let Some(hold) = record.state.hold.as_ref().filter(|hold| on < hold.until) {
        deadline.due = deadline.due.max(hold.until);
    }
    Some(deadline)
}

/// The customer's last contact, of whichever prospect.
fn channel<'b>(customer: &Customer, policy: &Policy, book: &'b Book) -> Option<Duty<'b>> {
    if policy.channel.is_empty() {
        return None;
    }
    let contacts = entries(customer, book)
        .filter(|event| in_contact(&book.settings, event) && !service(event));
    // Of one day's contacts, one that fits is enough.
    let fits = |event: &Event| policy.channel.contains(&event.kind);
    let last = contacts.max_by_key(|event| (event.date(), fits(event)))?;
    Some(Duty::Channel { kind: &last.kind, on: last.date(), fits: fits(last) })
}

/// Contacts that they began.
fn theirs(event: &Event) -> bool {
    matches!(&*event.kind, "request" | "complaint" | "survey")
}

/// Service, of which the entry does not say by what means it was given.
fn service(event: &Event) -> bool {
    theirs(event) || matches!(&*event.kind, "resolved" | "care")
}

fn level<'b>(record: &Record, policy: &'b Policy, settings: &'b Settings) -> Option<Duty<'b>> {
    let needs = policy.level.as_deref()?;
    // A rep whose level nobody stated is not judged.
    let has = settings.rep(record.state.owner.as_deref()?)?.level.as_deref()?;
    Some(Duty::Level { has, needs })
}

/// Answers to requests and complaints, and discounts.
fn journal<'b>(duties: &mut Vec<Duty<'b>>, record: &'b Record, policy: &Policy, book: &'b Book) {
    let events: Vec<&Event> = standing(&record.prospect.events, book.as_of).collect();
    let mut quoted: Option<Money> = None;
    for (position, event) in events.iter().enumerate() {
        match &*event.kind {
            "request" | "complaint" => {
                if let Some(hours) = policy.response_hours {
                    let ticket = event.ticket.as_ref().unwrap_or(&event.key.text);
                    let answered = events[position + 1..].iter().copied().find(|later| {
                        if &*later.kind == "resolved" {
                            later.ticket.as_ref() == Some(ticket)
                        } else {
                            in_contact(&book.settings, later) && !theirs(later)
                        }
                    });
                    duties.push(Duty::Answer(Answer { asked: event, answered, hours }));
                }
            }
            "quote" => quoted = quoted.or(event.amount),
            "contract" | "booking" | "order" => {
                let same = |money: &Money| Some(money.currency) == quoted.map(|q| q.currency);
                if let (Some(ceiling), Some(agreed), Some(first)) =
                    (policy.discount, event.amount.filter(same), quoted)
                {
                    let on = event.date();
                    duties.push(Duty::Discount { quoted: first, agreed, on, ceiling });
                    quoted = None;
                }
            }
            _ => {}
        }
    }
}
