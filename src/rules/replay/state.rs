//! The results of replay: the state of a prospect on a day, and its history.

use crate::diag::Diagnostic;
use crate::model::kind::EventKind;
use crate::model::pipeline::Outcome;
use crate::model::prospect::Prospect;
use crate::rules::customer::Customer;
use crate::rules::replay::cases::Tickets;
use crate::rules::replay::clock::Clock;
use crate::value::date::{Date, Moment};
use crate::value::money::{Money, Sum};
use crate::value::text::Text;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// That a criterion was confirmed: when, by whom, in which event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attested {
    /// Since when.
    pub on: Date,
    /// The rep that attested it.
    pub by: Option<Text>,
}

/// An agreed next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextStep {
    /// When it is.
    pub at: Moment,
    /// The purpose.
    pub what: Option<Text>,
    /// The day it was agreed.
    pub agreed: Date,
}

/// The evidence of the present pass over the board. Falling back to the first column, and a new
/// pursuit, start it afresh.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Criteria that were confirmed.
    pub attested: BTreeMap<Text, Attested>,
    /// The first day of each kind of entry, in the order of those days.
    pub entries: Vec<(EventKind, Date)>,
    /// The first meeting.
    pub first_meeting: Option<Date>,
    /// The day the papers were signed.
    pub signed: Option<Date>,
    /// Payments less refunds.
    pub paid: Sum,
    /// The day of the first payment.
    pub paid_on: Option<Date>,
    /// The day the order was booked.
    pub booked: Option<Date>,
    /// The next step, until something happens on or after its day.
    pub next: Option<NextStep>,
    /// The expected signing date, and the day it was named.
    pub close_by: Option<(Date, Date)>,
    /// Money of contracts.
    pub contracted: Sum,
    /// Money of bookings.
    pub bookings: Sum,
    /// An opening position: evidence up to this column (its position) counts as given, since that day.
    pub given: Option<(usize, Date)>,
    /// The people that meetings were had with, as the entries name them, each with the first day.
    pub met_people: Vec<(Text, Date)>,
    /// The first meeting whose entry names nobody.
    pub met_unnamed: Option<Date>,
    /// The first day on which an entry named a competitor.
    pub competitor: Option<Date>,
    /// Criteria that were revoked: neither the opening position nor a contact's fact speaks for them any
    /// more, only evidence that came later.
    pub revoked: Vec<Text>,
    /// The day on which it was first in a column after the first.
    pub left_start: Option<Date>,
}

impl Evidence {
    /// The first day of a kind of entry.
    pub fn first_entry(&self, kind: &EventKind) -> Option<Date> {
        self.entries.iter().find(|(known, _)| known == kind).map(|(_, day)| *day)
    }
}

/// A known stall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The day it resumes.
    pub until: Date,
    /// Why.
    pub reason: Option<Text>,
}

/// The flags that want attention on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// Open, past the first column, and longer on the clock than the sales cycle.
    pub overdue: bool,
    /// Longer in its column than `max_days`.
    pub stalled: bool,
    /// The next step passed without an entry.
    pub missed: bool,
    /// Its column comes from a forced move.
    pub forced: bool,
    /// Its column comes from an opening position.
    pub imported: bool,
    /// On hold on this day.
    pub on_hold: bool,
}

/// The state of a prospect on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Position of its pipeline in the settings.
    pub pipeline: usize,
    /// Position of its column in the pipeline.
    pub stage: usize,
    /// Whether that column is open, won or lost.
    pub outcome: Outcome,
    /// The day since which it is there; `None` only for a prospect without any event.
    pub since: Option<Date>,
    /// The column before, if it ever moved.
    pub stage_before: Option<usize>,
    /// The day of the first event.
    pub opened: Option<Date>,
    /// Which pursuit this is, from 1.
    pub pursuit: u32,
    /// When the present pursuit opened.
    pub pursuit_opened: Option<Date>,
    /// The clock's start: the first meeting, or the appointment's date while not met.
    pub clock_start: Option<Date>,
    /// The sales cycle that applies, in days.
    pub cycle_days: u32,
    /// Its owner; `None` = in the pool.
    pub owner: Option<Text>,
    /// Since when.
    pub owner_since: Option<Date>,
    /// The reps who serve it beside the owner, by their roles, in the order of these.
    pub serves: Vec<(Text, Text)>,
    /// The steps of its plan that are done, and when.
    pub done: Vec<(Text, Date)>,
    /// The last step of the buyer's own process that an entry of this pursuit names: its position in
    /// [`BUYER_STEPS`](crate::model::buying::BUYER_STEPS), and the day.
    pub buyer: Option<(usize, Date)>,
    /// The planned day of each column in this pursuit, by its id; the last entry that plans one decides.
    pub milestones: Vec<(Text, Date)>,
    /// The evidence of this pass.
    pub evidence: Evidence,
    /// The expected value, in the ledger's currency where it has a rate.
    pub value: Option<Money>,
    /// How often `close_by` moved later in this pursuit.
    pub pushes: u32,
    /// The days on which it fell back to the first column past its cycle, with the present owner and in
    /// this pursuit.
    pub overdue_before: Vec<Date>,
    /// Payments less refunds, ever.
    pub money_in: Sum,
    /// Money of bookings, ever.
    pub booked: Sum,
    /// Number of orders and bookings, ever.
    pub orders: u32,
    /// The last entry of any kind.
    pub last_entry: Option<Date>,
    /// The last entry that counts as a contact.
    pub last_contact: Option<Date>,
    /// Known stall, past or present.
    pub hold: Option<Hold>,
    /// The cases that began in its file, as far as the file alone tells.
    pub tickets: Tickets,
    /// The reason of the last move.
    pub reason: Option<Text>,
    /// Why the last move was forced.
    pub forced: Option<Text>,
    /// The highest column that the evidence supports (its position).
    pub supported: usize,
    /// The highest column that the evidence supports, the rule of the cycle left aside.
    pub supported_ignoring_cycle: usize,
    /// The flags that want attention.
    pub flags: Flags,
}

impl State {
    /// Days on the clock on `date`; none before it starts, 0 before an appointment.
    pub fn age(&self, date: Date) -> Option<i64> {
        self.clock().age(date)
    }

    /// Past the sales cycle on `date`: open, beyond the first column, not on hold then.
    pub fn overdue_on(&self, date: Date) -> bool {
        self.overdue_with(date, self.cycle_days)
    }

    /// Likewise, if the sales cycle had so many days.
    pub fn overdue_with(&self, date: Date, cycle_days: u32) -> bool {
        self.can_be_overdue() && Clock { cycle_days, ..self.clock() }.is_over(date)
    }

    /// Open, and beyond the first column.
    pub fn can_be_overdue(&self) -> bool {
        self.outcome == Outcome::Open && self.stage > 0
    }

    /// The clock as it runs now, or as it stopped when the pursuit ended.
    pub fn clock(&self) -> Clock {
        let hold = self.hold.as_ref().map(|hold| hold.until);
        let stopped = self.since.filter(|_| self.outcome != Outcome::Open);
        Clock { start: self.clock_start, cycle_days: self.cycle_days, hold, stopped }
    }

    /// Overstated (高估): open, not on hold, and above the highest column that its evidence supports, the
    /// rule of the cycle left aside. Being overdue is another matter; a prospect may be both.
    pub fn is_overstated(&self) -> bool {
        self.outcome == Outcome::Open
            && !self.flags.on_hold
            && self.stage > self.supported_ignoring_cycle
    }

    /// Could advance (可推进): open, and its evidence supports a later column, the rule of the cycle
    /// included.
    pub fn could_advance(&self) -> bool {
        self.outcome == Outcome::Open && self.stage < self.supported
    }
}

/// A stretch in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageSpell {
    /// The column's position.
    pub stage: usize,
    /// First day.
    pub from: Date,
    /// The day it left; `None` = still there.
    pub to: Option<Date>,
    /// Which pursuit.
    pub pursuit: u32,
    /// Why the move into it was forced.
    pub forced: Option<Text>,
    /// The reason given for the move into it.
    pub reason: Option<Text>,
}

/// A stretch with one owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerSpell {
    /// The owner; `None` = the pool.
    pub owner: Option<Text>,
    /// First day.
    pub from: Date,
    /// The day it changed; `None` = still so.
    pub to: Option<Date>,
}

/// One pass over the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pursuit {
    /// 1, 2, …
    pub number: u32,
    /// When it opened.
    pub opened: Date,
    /// When it ended and how; `None` = open.
    pub ended: Option<(Date, Outcome)>,
    /// The column it left from when it ended.
    pub left_from: Option<usize>,
    /// The clock's start in its last pass; for an open pursuit, the present one.
    pub clock_start: Option<Date>,
    /// Why it ended.
    pub reason: Option<Text>,
    /// Its worth, as known at the end of the day it ended: if won, its bookings, else its contracts,
    /// else the expected value; if lost, the expected value. Nothing while it is open.
    pub worth: Sum,
}

/// That a pursuit fell back to the first column while its clock ran: the clock starts afresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FallBack {
    /// Which pursuit.
    pub pursuit: u32,
    /// When the clock had started.
    pub clock_start: Date,
    /// The day it fell back.
    pub on: Date,
}

/// How a prospect came where it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// Columns, in order.
    pub stages: Vec<StageSpell>,
    /// Owners, in order.
    pub owners: Vec<OwnerSpell>,
    /// Pursuits, in order.
    pub pursuits: Vec<Pursuit>,
    /// Falls to the first column that ended a pass on the clock, in order.
    pub fall_backs: Vec<FallBack>,
}

impl History {
    /// Its column at the end of a day; `None` before its first entry.
    pub fn stage_on(&self, day: Date) -> Option<&StageSpell> {
        self.stages.iter().rfind(|spell| spell.from <= day)
    }

    /// Its owner at the end of a day; `None` = the pool, or not opened yet.
    pub fn owner_on(&self, day: Date) -> Option<&str> {
        self.owners.iter().rfind(|spell| spell.from <= day)?.owner.as_deref()
    }
}

/// A prospect's file, replayed up to a day.
#[derive(Debug, Clone)]
pub struct Record {
    /// The ledger of a company that it is of, by position: [`Book::ledger_of`](crate::rules::book::Book::ledger_of).
    pub ledger: usize,
    /// The file.
    pub prospect: Prospect,
    /// Its state.
    pub state: State,
    /// How it came there.
    pub history: History,
    /// Rules that its entries broke.
    pub findings: Vec<Diagnostic>,
    /// The customer it belongs to; empty until the book is graded.
    pub customer: OnceLock<Arc<Customer>>,
    /// The file of that customer; empty where there is none, or no query asks for it.
    pub file: OnceLock<Arc<Record>>,
    /// The prospects of that customer; empty where it is its own customer, or no query asks for them.
    pub deals: OnceLock<Arc<[Arc<Record>]>>,
}
