//! The team on a day: the load of each rep, the room that is left, and the rep who waited longest.

pub mod allocation;
pub mod department;
pub mod eligibility;
pub mod fairness;
pub mod holders;
pub mod order;
pub mod pool;
pub mod rights;
pub mod survey;

use crate::diag::{Code, Diagnostic, Words};
use crate::model::kind::EventKind;
use crate::model::pipeline::Outcome;
use crate::model::settings::{Presence, Rep, Settings};
use crate::rules::book::Book;
use crate::rules::replay::care::Care;
use crate::rules::replay::standing;
use crate::rules::replay::state::Record;
use crate::value::date::{Date, Time};
use crate::value::money::{Amount, Sum};
use crate::value::text::Text;
use std::cmp::{Ordering, Reverse};
use std::collections::HashMap;

/// The moment at which a rep was last given a prospect. A rep who never was waits longest. On one day the time
/// decides, then the number of prospects given.
pub type LastAssigned = Option<(Date, Option<Time>, u32)>;

/// A rep with the load of a day.
#[derive(Debug, Clone)]
pub struct Member<'b> {
    /// The rep.
    pub rep: &'b Rep,
    /// At work, on leave, gone.
    pub presence: Presence,
    /// Why the rep is given nothing, whatever the load: absent, or it is the last day.
    pub barred: Option<Presence>,
    /// How many open prospects the rep can carry; `None` if the settings state no capacity.
    pub capacity: Option<u32>,
    /// The open prospects that the rep owns.
    pub held: u32,
    /// How many customers the rep can carry; `None` if the settings state no number.
    pub customer_capacity: Option<u32>,
    /// The customers that the rep owns.
    pub customers: u32,
    /// The expected value of the open prospects.
    pub value: Sum,
    /// The expected value of those, each times its column's probability.
    pub weighted: Amount,
    /// The moment at which the rep was last given a prospect.
    pub last_assigned: LastAssigned,
}

impl Member<'_> {
    /// How many of a kind the rep owns.
    pub fn held(&self, care: Care) -> u32 {
        match care {
            Care::Prospect => self.held,
            Care::Customer => self.customers,
        }
    }

    /// How many of a kind the rep can carry; `None` = no limit.
    pub fn capacity(&self, care: Care) -> Option<u32> {
        match care {
            Care::Prospect => self.capacity,
            Care::Customer => self.customer_capacity,
        }
    }

    /// How many more of a kind fit; `None` = no limit.
    pub fn room(&self, care: Care) -> Option<u32> {
        self.capacity(care).map(|capacity| capacity.saturating_sub(self.held(care)))
    }

    /// At work, not on the last day, and with room: can be given one of a kind.
    pub fn is_available(&self, care: Care) -> bool {
        self.barred.is_none() && self.room(care) != Some(0)
    }

    /// Counts one more of a kind.
    pub fn hold(&mut self, care: Care) {
        match care {
            Care::Prospect => self.held += 1,
            Care::Customer => self.customers += 1,
        }
    }

    /// The rep who waited longer comes first; then the lower id.
    pub fn waited(&self, other: &Member<'_>) -> Ordering {
        (self.last_assigned, &self.rep.id).cmp(&(other.last_assigned, &other.rep.id))
    }
}

/// Everybody in the settings, in their order.
#[derive(Debug, Clone)]
pub struct Team<'b> {
    /// The members.
    pub members: Vec<Member<'b>>,
    places: HashMap<&'b str, usize>,
}

impl<'b> Team<'b> {
    /// The team before any prospect is counted.
    pub fn idle(book: &'b Book) -> Team<'b> {
        let settings = &book.settings;
        let member = |rep: &'b Rep| Member {
            rep,
            presence: rep.presence(book.as_of),
            barred: rep.barred(book.as_of),
            capacity: rep.capacity.or(settings.allocation.capacity),
            held: 0,
            customer_capacity: rep.customers,
            customers: 0,
            value: Sum::default(),
            weighted: Amount::ZERO,
            last_assigned: None,
        };
        let places = settings.reps.iter().enumerate().map(|(place, rep)| (&*rep.id, place));
        Team { members: settings.reps.iter().map(member).collect(), places: places.collect() }
    }

    /// Counts a prospect: whose it is, and to whom it was given.
    fn count(&mut self, record: &Record, book: &Book) {
        let owner = record.state.owner.as_deref().and_then(|id| self.place(id));
        if let (Some(place), Some(care)) = (owner, record.care()) {
            let member = &mut self.members[place];
            member.hold(care);
            if let (Care::Prospect, Some(value)) = (care, record.state.value) {
                member.value.add(value);
                if value.currency.is_none() {
                    let stage = &record.pipeline(&book.settings).stages[record.state.stage];
                    let weighted = value.amount.times(stage.probability).round(2);
                    member.weighted = member.weighted.plus(weighted);
                }
            }
        }
        // A prospect that a rep opened or brought along was not given to that rep.
        for event in standing(&record.prospect.events, book.as_of)
            .filter(|event| !matches!(event.kind, EventKind::Opened | EventKind::Imported))
        {
            if let Some(place) = event.owner.as_deref().and_then(|id| self.place(id)) {
                let given = Some((event.date(), event.time, 1));
                later(&mut self.members[place].last_assigned, given);
            }
        }
    }

    fn join(&mut self, other: Team<'b>) {
        for (member, other) in self.members.iter_mut().zip(other.members) {
            member.held += other.held;
            member.customers += other.customers;
            member.value.add_sum(&other.value);
            member.weighted = member.weighted.plus(other.weighted);
            later(&mut member.last_assigned, other.last_assigned);
        }
    }

    /// The place of a rep among the members.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The rep of this id.
    pub fn member(&self, id: &str) -> Option<&Member<'b>> {
        self.place(id).map(|place| &self.members[place])
    }

    /// A capacity for every member. Where none is stated it is the largest capacity or load of the team, and `more` on
    /// top: so it never stops a plan, and is equal for all members without one.
    pub fn notional_capacity(&self, care: Care, more: u32) -> u32 {
        let stated = self.members.iter().filter_map(|member| member.capacity(care));
        let held = self.members.iter().map(|member| member.held(care));
        stated.chain(held).max().unwrap_or(0).saturating_add(more).max(1)
    }

    /// The members who can be given a prospect, in the order in which they would be if all fitted equally: the most
    /// room first, then the longest wait, then the id.
    pub fn next(&self) -> Vec<&Member<'b>> {
        let available = |member: &&Member| member.is_available(Care::Prospect);
        let mut next: Vec<&Member> = self.members.iter().filter(available).collect();
        let notional = self.notional_capacity(Care::Prospect, 0);
        let room = |m: &Member| m.capacity.unwrap_or(notional).saturating_sub(m.held);
        next.sort_by(|a, b| Reverse(room(a)).cmp(&Reverse(room(b))).then_with(|| a.waited(b)));
        next
    }
}

/// A team while prospects are counted, by any thread.
#[derive(Debug, Default)]
pub struct TeamCount<'b>(Option<Team<'b>>);

impl<'b> TeamCount<'b> {
    /// Counts a prospect.
    pub fn take(&mut self, record: &Record, book: &'b Book) {
        self.0.get_or_insert_with(|| Team::idle(book)).count(record, book);
    }

    /// Adds the counts of another thread.
    pub fn join(&mut self, other: TeamCount<'b>) {
        match (&mut self.0, other.0) {
            (Some(team), Some(other)) => team.join(other),
            (none, other) => *none = none.take().or(other),
        }
    }

    /// The team when all are counted.
    pub fn team(self, book: &'b Book) -> Team<'b> {
        self.0.unwrap_or_else(|| Team::idle(book))
    }
}

/// The faults that no plan can be built on: a rep at work who holds more than the capacity, an owner whom the settings
/// do not list. `unknown`: the open prospects of such owners, each with the owner.
pub fn problems(book: &Book, team: &Team, unknown: &[(Text, Text)]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if book.settings.reps.is_empty() {
        found.push(
            Diagnostic::new(
                Code::BadSetting,
                words!(
                    "the settings list no rep who could be given anything",
                    "设置中没有可分配的业务员"
                ),
            )
            .help(words!(
                "add a `[[rep]]` with id and capacity for each to crm.toml",
                "在 crm.toml 中为每位业务员加 `[[rep]]`，写明 id 和 capacity"
            )),
        );
        return found;
    }
    let members = team.members.iter().filter(|member| member.presence.is_member());
    for (member, care) in members.flat_map(|member| Care::ALL.map(|care| (member, care))) {
        let (id, held) = (&member.rep.id, member.held(care));
        if let Some(capacity) = member.capacity(care).filter(|capacity| *capacity < held) {
            let message = match care {
                Care::Prospect => words!(
                    "the capacity of `{id}` is {capacity}, below the {held} held",
                    "`{id}` 的容量为{capacity}，低于其持有的{held}个"
                ),
                Care::Customer => words!(
                    "`{id}` can carry {capacity} customers, below the {held} held",
                    "`{id}` 可负责{capacity}个客户，低于其持有的{held}个"
                ),
            };
            found.push(Diagnostic::new(Code::OverCapacity, message).help(words!(
                "raise it in crm.toml, or move some: `crm rebalance`, `crm release`",
                "在 crm.toml 中调高，或移走一些：`crm rebalance`、`crm release`"
            )));
        }
    }
    found.extend(unknown_owners(unknown, &book.settings));
    found
}

/// The finding about open prospects whose owners the settings do not list.
pub fn unknown_owners(unknown: &[(Text, Text)], settings: &Settings) -> Vec<Diagnostic> {
    let wrong = |(id, owner): &(Text, Text)| {
        let message = words!(
            "`{id}` is owned by `{owner}`: no such rep",
            "`{id}` 的负责人 `{owner}` 不在业务员名单中"
        );
        Diagnostic::new(Code::UnknownRep, message)
            .nearest(owner, settings.reps.iter().map(|rep| &*rep.id))
    };
    unknown.iter().map(wrong).collect()
}

/// The owner of an open prospect, if the settings do not list them.
pub fn unknown_owner<'r>(record: &'r Record, settings: &Settings) -> Option<&'r str> {
    let owner = record.state.owner.as_deref()?;
    (record.state.outcome == Outcome::Open && settings.rep(owner).is_none()).then_some(owner)
}

/// The owner of an open prospect or a customer, if the settings say that they have left by a day, and the day on which
/// they left: from that day on it needs another owner.
pub fn owner_left<'s>(
    record: &Record,
    settings: &'s Settings,
    on: Date,
) -> Option<(&'s Rep, Date)> {
    let rep = settings.rep(record.state.owner.as_deref()?)?;
    let left = rep.left.filter(|left| *left <= on)?;
    record.care().map(|_| (rep, left))
}

/// Has a rep left by a day? Not where the settings do not know the rep.
pub fn has_left(rep: &str, settings: &Settings, on: Date) -> bool {
    settings.rep(rep).and_then(|rep| rep.left).is_some_and(|left| left <= on)
}

/// The later of two days; if they are equal, both together.
fn later(last: &mut LastAssigned, other: LastAssigned) {
    *last = match (*last, other) {
        (Some((day, at, count)), Some((same, time, more))) if day == same => {
            Some((day, at.max(time), count + more))
        }
        (known, other) => known.max(other),
    };
}

/// Why a rep is not at work, in words; empty if they are.
pub fn absence(presence: Presence) -> Words {
    match presence {
        Presence::Here => Words::default(),
        Presence::NotYet(day) => words!("joins on {day}", "{day}入职"),
        Presence::Gone(day) => words!("left on {day}", "{day}离职"),
        Presence::Away(leave) => words!("on leave until {}", "休假至{}", leave.to),
    }
}
