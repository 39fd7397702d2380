//! The activity of a period and its results: dials, conversations, appointments, first meetings,
//! prospects, closes, by rep or by any dimension. `ratios` and `what-if` read it.
//!
//! [`acts`] tells what counts, on which day and for whom. By day, week, month or quarter each counts in that of its
//! own day; dials and appointments of a day that its rep counted by hand do not count again.

use super::Request;
use super::breakdown::join;
use super::dimension::Dimension;
use crate::model::pipeline::Outcome;
use crate::model::settings::Settings;
use crate::rules::acts::{Step, acts, first_prospect_column};
use crate::rules::book::{Book, Tally};
use crate::rules::query::Query;
use crate::rules::replay::state::Record;
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

impl ActivityCounter<'_, '_> {
    fn record(&mut self) {
        let (book, record, period) = (self.book, self.record, self.period);
        acts(record, book.settings_of(record), book.as_of, period, |act| {
            let may_be_tallied =
                matches!(act.step, Step::Dial | Step::Conversation | Step::Appointment);
            if may_be_tallied && self.days.contains(&(act.rep, act.on)) {
                return;
            }
            let slot = self.slot(act.rep, act.on);
            match act.step {
                Step::Dial => slot.dials += 1,
                Step::Conversation => slot.conversations += 1,
                Step::Meeting => slot.meetings += 1,
                Step::FirstCall => slot.called += 1,
                Step::Appointment => slot.appointments += 1,
                Step::FirstMeeting => slot.first_meetings += 1,
                Step::Prospect => slot.prospects += 1,
                Step::Close(worth) => {
                    slot.closes += 1;
                    slot.value.add_sum(worth);
                }
            }
        });
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
