//! The activity of a period and its results: dials, conversations, appointments, first meetings,
//! prospects, closes, by rep or by any dimension. `ratios` and `what-if` read it.
//!
//! Dials and conversations are acts: each counts. The other steps count once in a pursuit, on the day it
//! first got there: the first call of a pursuit (new people called), the appointment for its first
//! meeting, the first meeting, the first entry into one of the last three open columns (a prospect), the
//! close. An entry counts for its recorder, else for the owner of that day; a column that a prospect reached counts
//! for the owner of that day. By day, week, month or quarter each counts in that of its own day.

use super::Request;
use super::breakdown::join;
use super::dimension::Dimension;
use crate::model::event::Event;
use crate::model::kind::{Counts, EventKind};
use crate::model::pipeline::{Known, Outcome, Pipeline};
use crate::model::settings::Settings;
use crate::rules::book::{Book, Tally};
use crate::rules::query::Query;
use crate::rules::replay::standing;
use crate::rules::replay::state::{Pursuit, Record};
use crate::value::date::Date;
use crate::value::money::Sum;
use crate::value::period::Period;
use crate::value::text::Text;
use std::collections::{BTreeMap, BTreeSet};

/// The counts of a period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Activity {
    /// Numbers dialled.
    pub dials: u64,
    /// Dials that were answered.
    pub conversations: u64,
    /// New people called, as far as entries say it.
    pub called: u64,
    /// Dials were counted by hand: how many of them were new people is unknown.
    pub tallied: bool,
    /// First meetings set.
    pub appointments: u64,
    /// First meetings held.
    pub first_meetings: u64,
    /// Meetings held, of all kinds.
    pub meetings: u64,
    /// Became prospects.
    pub prospects: u64,
    /// Closed.
    pub closes: u64,
    /// The bookings of the pursuits that closed, else the expected value.
    pub value: Sum,
}

impl Activity {
    /// Dials, conversations, appointments, first meetings, prospects, closes.
    pub fn steps(&self) -> [u64; 6] {
        [
            self.dials,
            self.conversations,
            self.appointments,
            self.first_meetings,
            self.prospects,
            self.closes,
        ]
    }

    fn add(&mut self, other: &Activity) {
        self.dials += other.dials;
        self.conversations += other.conversations;
        self.called += other.called;
        self.tallied |= other.tallied;
        self.appointments += other.appointments;
        self.first_meetings += other.first_meetings;
        self.meetings += other.meetings;
        self.prospects += other.prospects;
        self.closes += other.closes;
        self.value.add_sum(&other.value);
    }
}

/// The counts of a period by group.
#[derive(Debug, Clone, Default)]
pub struct ActivityCounts {
    /// By rep, or by the dimension asked for.
    pub groups: ActivityByGroup,
    /// Of all groups together.
    pub all: Activity,
    /// Reps whose tallies are left out: they cannot be divided among the prospects selected.
    pub left_out: BTreeSet<String>,
}

/// The columns of prospects (准客户): the last three open ones, but never the first.
pub fn first_prospect_column(pipeline: &Pipeline) -> usize {
    pipeline.open().len().saturating_sub(3).max(1)
}

/// Open prospects in the last three columns now, by group.
pub type Held = BTreeMap<String, u64>;

/// Counts several periods, and the prospects held now, in one scan of the ledger.
pub fn measure(book: &Book, request: &Request, periods: &[Period]) -> (Vec<ActivityCounts>, Held) {
    let mut left_out = vec![BTreeSet::new(); periods.len()];
    let tallied: Vec<Vec<_>> = periods
        .iter()
        .zip(&mut left_out)
        .map(|(period, left_out)| tallies(book, request, *period, left_out))
        .collect();
    let days: Vec<TalliedDays> = tallied
        .iter()
        .map(|tallies| tallies.iter().map(|(rep, day, _)| (*rep, *day)).collect())
        .collect();
    let (mut groups, held) = request.fold(
        book,
        |(all, held): &mut (Vec<ActivityByGroup>, Held), record| {
            all.resize_with(periods.len(), ActivityByGroup::new);
            hold(record, book, request, held);
            for ((period, days), groups) in periods.iter().zip(&days).zip(all) {
                if record.state.last_entry.is_some_and(|last| last >= period.from) {
                    ActivityCounter { book, request, period: *period, record, days, groups }
                        .record();
                }
            }
        },
        |all, part| {
            all.0.resize_with(periods.len(), ActivityByGroup::new);
            for (known, groups) in all.0.iter_mut().zip(part.0) {
                join(known, groups, |activity, others| activity.add(&others));
            }
            join(&mut all.1, part.1, |count, others| *count += others);
        },
    );
    groups.resize_with(periods.len(), ActivityByGroup::new);
    let practice = groups.into_iter().zip(tallied).zip(left_out);
    let practice = practice.map(|((groups, tallies), left_out)| {
        let mut practice = ActivityCounts { groups, left_out, ..ActivityCounts::default() };
        for (rep, day, tally) in &tallies {
            practice.tally(rep, *day, tally, book, request);
        }
        practice.groups.values().for_each(|activity| practice.all.add(activity));
        practice
    });
    (practice.collect(), held)
}

impl ActivityCounts {
    /// Adds the tally of a rep's day.
    fn tally(&mut self, rep: &str, day: Date, tally: &Tally, book: &Book, request: &Request) {
        let span = request.by.as_ref().and_then(Dimension::span);
        let group = match &request.by {
            Some(by) if *by == Dimension::MANAGER => manager(rep, &book.settings),
            _ if span.is_some() => span.map_or_else(String::new, |s| s.name(day, &book.settings)),
            _ => rep.to_owned(),
        };
        let slot = self.groups.entry(group).or_default();
        slot.tallied = true;
        slot.dials += u64::from(tally.dials);
        slot.conversations += u64::from(tally.conversations);
        slot.appointments += u64::from(tally.appointments);
    }
}

fn hold(record: &Record, book: &Book, request: &Request, held: &mut Held) {
    let first = first_prospect_column(record.pipeline(&book.settings));
    if record.state.outcome == Outcome::Open && record.state.stage >= first {
        let by = request.by.as_ref().unwrap_or(const { &Dimension::OWNER });
        // What is held is held on the day of the report.
        let group = match by.span() {
            Some(span) => span.name(book.as_of, &book.settings),
            None => by.of(record, book),
        };
        *held.entry(group).or_default() += 1;
    }
}

/// The counts of each group.
type ActivityByGroup = BTreeMap<String, Activity>;

/// The days that a rep counted by hand.
type TalliedDays<'b> = BTreeSet<(&'b str, Date)>;

/// The tallies that count. With a query, those of reps all of whose prospects it selects: a day's tally
/// cannot be divided. By anything but reps and time, none.
fn tallies<'b>(
    book: &'b Book,
    request: &Request,
    period: Period,
    left_out: &mut BTreeSet<String>,
) -> Vec<(&'b str, Date, &'b Tally)> {
    let by_rep = request.by.as_ref().is_none_or(|by| {
        [Dimension::OWNER, Dimension::MANAGER].contains(by) || by.span().is_some()
    });
    // Of each owner, how many prospects there are and how many are selected.
    let mut owned: BTreeMap<Text, (u64, u64)> = BTreeMap::new();
    if !request.query.is_empty() {
        let selected = request.selection(book);
        owned = book.fold(
            &Query::everything(),
            |owned: &mut BTreeMap<Text, (u64, u64)>, record| {
                let (all, meant) =
                    owned.entry(record.state.owner.clone().unwrap_or_default()).or_default();
                *all += 1;
                *meant += u64::from(selected.has(record));
            },
            |all, part| {
                join(all, part, |(all, meant), more| {
                    (*all, *meant) = (*all + more.0, *meant + more.1)
                })
            },
        );
    }
    let mut counted = Vec::new();
    for (rep, day, tally) in book.tallies.iter().filter(|(_, day, _)| period.contains(*day)) {
        let (all, selected) = owned.get(&**rep).copied().unwrap_or((0, 0));
        let whole = request.query.is_empty() || selected > 0 && selected == all;
        if by_rep && whole {
            counted.push((&**rep, *day, tally));
        } else if selected > 0 || request.query.is_empty() {
            left_out.insert(rep.to_string());
        }
    }
    counted
}

fn manager(rep: &str, settings: &Settings) -> String {
    settings.rep(rep).and_then(|rep| rep.manager.as_deref()).unwrap_or("").to_owned()
}

/// One record being counted.
struct ActivityCounter<'a, 'b> {
    book: &'b Book,
    request: &'a Request,
    period: Period,
    record: &'a Record,
    days: &'a TalliedDays<'b>,
    groups: &'a mut ActivityByGroup,
}

impl<'b> ActivityCounter<'_, 'b> {
    fn record(&mut self) {
        let record = self.record;
        let events: Vec<&Event> = standing(&record.prospect.events, self.book.as_of).collect();
        let period = self.period;
        for event in events.iter().filter(|event| period.contains(event.date())) {
            self.act(event);
        }
        let pursuits = &record.history.pursuits;
        for (n, pursuit) in pursuits.iter().enumerate() {
            let until = pursuits.get(n + 1).map_or(Date::MAX, |next| next.opened);
            let inside = |event: &&&Event| pursuit.opened <= event.date() && event.date() < until;
            let own: Vec<&Event> = events.iter().filter(inside).copied().collect();
            self.pursuit(pursuit, &own);
        }
    }

    /// Dials, conversations and meetings.
    fn act(&mut self, event: &Event) {
        let day = event.date();
        let rep = self.recorder(event);
        if event.kind == EventKind::Call && !self.days.contains(&(rep.as_str(), day)) {
            let slot = self.slot(&rep, day);
            slot.dials += 1;
            slot.conversations += u64::from(event.reached != Some(false));
        }
        if self.book.settings_of(self.record).counts(&event.kind) == Counts::Meeting {
            self.slot(&rep, day).meetings += 1;
        }
    }

    /// The steps that count once in a pursuit.
    fn pursuit(&mut self, pursuit: &Pursuit, events: &[&Event]) {
        let settings = self.book.settings_of(self.record);
        let pipeline = self.record.pipeline(settings);
        let (first, won) = (first_prospect_column(pipeline), pipeline.won());
        if let Some(call) = self.inside(events.iter().find(|event| event.kind == EventKind::Call)) {
            let (rep, day) = (self.recorder(call), call.date());
            self.slot(&rep, day).called += 1;
        }
        let met = events.iter().position(|event| settings.counts(&event.kind) == Counts::Meeting);
        if let Some(meeting) = self.inside(met.map(|at| &events[at])) {
            let (rep, day) = (self.recorder(meeting), meeting.date());
            self.slot(&rep, day).first_meetings += 1;
        }
        self.appointment(pursuit, &events[..met.unwrap_or(events.len())], first);
        let spells = || self.record.history.stages.iter().filter(|s| s.pursuit == pursuit.number);
        let became = spells().find(|spell| (first..=won).contains(&spell.stage));
        if let Some(day) = became.map(|spell| spell.from).filter(|day| self.period.contains(*day)) {
            let owner = self.owner(day);
            self.slot(&owner, day).prospects += 1;
        }
        if let Some((day, Outcome::Won)) = pursuit.ended
            && self.period.contains(day)
        {
            let owner = self.owner(day);
            let slot = self.slot(&owner, day);
            slot.closes += 1;
            slot.value.add_sum(&pursuit.worth);
        }
    }

    /// The appointment for a pursuit's first meeting: an entry before it that names a next step, or the
    /// move into the column of appointments, whichever comes first; not of a pursuit that is past that column already.
    fn appointment(&mut self, pursuit: &Pursuit, before: &[&Event], first: usize) {
        let spells = || self.record.history.stages.iter().filter(|s| s.pursuit == pursuit.number);
        let became = spells().find(|s| s.stage >= first).map_or(Date::MAX, |spell| spell.from);
        let named = before.iter().find(|event| event.next.is_some() && event.date() <= became);
        // A column that requires a meeting is none of appointments.
        let settings = self.book.settings_of(self.record);
        let mut required =
            settings.required(self.record.pipeline(settings), first.saturating_sub(1));
        let is_before = !required.any(|criterion| criterion.known == Known::Met);
        let moved = spells().find(|spell| is_before && first > 1 && spell.stage == first - 1);
        let (day, rep) = match (named, moved) {
            (Some(event), Some(spell)) if spell.from < event.date() => {
                (spell.from, self.owner(spell.from))
            }
            (Some(event), _) => (event.date(), self.recorder(event)),
            (None, Some(spell)) => (spell.from, self.owner(spell.from)),
            (None, None) => return,
        };
        if self.period.contains(day) && !self.days.contains(&(rep.as_str(), day)) {
            self.slot(&rep, day).appointments += 1;
        }
    }

    fn inside<'e>(&self, event: Option<&&'e Event>) -> Option<&'e Event> {
        event.copied().filter(|event| self.period.contains(event.date()))
    }

    fn owner(&self, day: Date) -> String {
        self.record.history.owner_on(day).unwrap_or("").to_owned()
    }

    fn recorder(&self, event: &Event) -> String {
        event.by.as_deref().map_or_else(|| self.owner(event.date()), String::from)
    }

    /// The counts of the group that a rep's doing on a day belongs to.
    fn slot(&mut self, rep: &str, day: Date) -> &mut Activity {
        let settings = &self.book.settings;
        let group = match &self.request.by {
            None => rep.to_owned(),
            Some(by) if *by == Dimension::OWNER => rep.to_owned(),
            Some(by) if *by == Dimension::MANAGER => manager(rep, settings),
            Some(by) => match by.span() {
                Some(span) => span.name(day, settings),
                None => by.of(self.record, self.book),
            },
        };
        self.groups.entry(group).or_default()
    }
}
