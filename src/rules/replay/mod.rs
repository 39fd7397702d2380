//! Replay: a prospect's entries up to a day, folded into where it stands. Pure, total, one pass: a
//! broken rule becomes a finding, never a failure.

pub mod cases;
pub mod clock;
pub mod evidence;
pub mod moves;
pub mod passage;
pub mod past;
pub mod remedy;
pub mod state;
pub mod worth;

use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::model::event::{Event, EventKey};
use crate::model::kind::{Counts, EventKind};
use crate::model::pipeline::{Known, Outcome, Pipeline};
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::replay::evidence::EvidenceBasis;
use crate::rules::replay::state::{
    Attested, Evidence, FallBack, Flags, History, Hold, NextStep, OwnerSpell, Pursuit, Record,
    StageSpell, State,
};
use crate::value::date::Date;
use crate::value::money::Sum;
use crate::value::text::Text;

/// The criterion that a refund may take away.
const PAID: &str = "paid";

/// Replays a prospect up to and including `as_of`. `None` if its first event is later: it does not
/// exist yet on that day.
pub fn replay(prospect: Prospect, settings: &Settings, as_of: Date) -> Option<Record> {
    let (state, history, findings) = derive(&prospect, settings, as_of)?;
    Some(Record { prospect, state, history, findings, customer: Default::default() })
}

/// What replay derives, for a prospect that stays where it is.
pub fn derive(
    prospect: &Prospect,
    settings: &Settings,
    as_of: Date,
) -> Option<(State, History, Vec<Diagnostic>)> {
    if prospect.events.first().is_some_and(|first| first.date() > as_of) {
        return None;
    }
    let mut fold = Fold::new(prospect, settings, as_of);
    let events = upto(&prospect.events, as_of);
    let retracted = retracted_by_later(events);
    for (position, event) in events.iter().enumerate() {
        if retracted[position] {
            continue;
        }
        if let Some(key) = retraction(event)
            && earlier(events, position, key).is_none()
        {
            let message =
                words!("no event `{key}` before this retraction", "这条撤回之前没有流水 `{key}`");
            let keys = events[..position].iter().map(|event| &*event.key.text);
            let diagnostic = Diagnostic::new(Code::UnknownEvent, message).nearest(key, keys);
            fold.find(diagnostic, event, Some("event"));
        }
        fold.apply(event);
    }
    Some(fold.finish())
}

/// The events up to a day; they stand in order of replay.
pub fn upto(events: &[Event], as_of: Date) -> &[Event] {
    &events[..events.partition_point(|event| event.date() <= as_of)]
}

/// Which events a later one retracts. A retraction that is itself retracted counts no more, so the
/// last one decides first.
pub fn retracted_by_later(events: &[Event]) -> Vec<bool> {
    let mut gone = vec![false; events.len()];
    if events.iter().all(|event| event.event.is_none()) {
        return gone;
    }
    for (position, event) in events.iter().enumerate().rev() {
        if !gone[position]
            && let Some(found) =
                retraction(event).and_then(|target| earlier(events, position, target))
        {
            gone[found] = true;
        }
    }
    gone
}

/// The events up to a day that no later one retracts.
pub fn standing(events: &[Event], as_of: Date) -> impl Iterator<Item = &Event> {
    let events = upto(events, as_of);
    events
        .iter()
        .zip(retracted_by_later(events))
        .filter_map(|(event, gone)| (!gone).then_some(event))
}

/// Were we in touch: a contact or a meeting, and on a call somebody answered?
pub fn in_contact(settings: &Settings, event: &Event) -> bool {
    touches(settings.counts(&event.kind), event)
}

fn touches(counts: Counts, event: &Event) -> bool {
    match counts {
        Counts::Note | Counts::Paper => false,
        Counts::Contact => event.reached != Some(false),
        Counts::Meeting => true,
    }
}

/// The key that an event retracts.
fn retraction(event: &Event) -> Option<&str> {
    event.event.as_deref().filter(|_| event.kind == EventKind::Retracted)
}

/// The place of the event of this key before a position; events stand in the order of their keys.
fn earlier(events: &[Event], position: usize, key: &str) -> Option<usize> {
    let key = EventKey::parse(key)?;
    events[..position].binary_search_by(|event| event.key.cmp(&key)).ok()
}

/// The state while entries are applied.
struct Fold<'a> {
    prospect: &'a Prospect,
    settings: &'a Settings,
    pipeline: &'a Pipeline,
    as_of: Date,
    state: State,
    history: History,
    findings: Vec<Diagnostic>,
    /// Has an entry of this pursuit named a column? Until then it may be opened in any.
    placed: bool,
}

impl<'a> Fold<'a> {
    fn new(prospect: &'a Prospect, settings: &'a Settings, as_of: Date) -> Fold<'a> {
        // An unknown pipeline is a finding of `check`; its prospects are read on the first board.
        let index = prospect
            .pipeline
            .as_deref()
            .and_then(|id| settings.pipelines.iter().position(|p| &*p.id == id))
            .unwrap_or(0);
        let pipeline = &settings.pipelines[index];
        Fold {
            prospect,
            settings,
            pipeline,
            as_of,
            state: State {
                pipeline: index,
                stage: 0,
                outcome: Outcome::Open,
                since: None,
                stage_before: None,
                opened: None,
                pursuit: 1,
                pursuit_opened: None,
                clock_start: None,
                cycle_days: settings.cycle(pipeline, None),
                owner: None,
                owner_since: None,
                evidence: Evidence::default(),
                value: None,
                pushes: 0,
                overdue_before: Vec::new(),
                money_in: Default::default(),
                booked: Default::default(),
                orders: 0,
                last_entry: None,
                last_contact: None,
                hold: None,
                open_tickets: Vec::new(),
                reason: None,
                forced: None,
                supported: 0,
                supported_ignoring_cycle: 0,
                flags: Flags::default(),
            },
            history: History::default(),
            findings: Vec::new(),
            placed: false,
        }
    }

    fn find(&mut self, diagnostic: Diagnostic, event: &Event, field: Option<&'static str>) {
        let spot = Spot::Event(event.key.text.to_string(), field);
        self.findings.push(diagnostic.at(Place::file(&self.prospect.path).at(spot)));
    }

    fn apply(&mut self, event: &Event) {
        if self.state.opened.is_none() {
            self.open(event.date());
        }
        self.state.last_entry = Some(event.date());
        let target = event.stage.as_deref().and_then(|id| self.target(id, event));
        // A move to the first column, and a new pursuit, start the evidence afresh: what this very
        // entry says belongs to the new pass. Any other move is judged with what this entry says.
        if let Some(target) = target
            && (target == 0 || self.state.outcome != Outcome::Open)
        {
            self.restart(target, event);
        }
        self.take_owner(event);
        self.take_contact(event);
        self.take_evidence(event);
        self.take_money(event);
        self.take_ticket(event);
        if let Some(target) = target
            && target != self.state.stage
        {
            self.move_to(target, event);
        }
        if event.kind == EventKind::Imported
            && target.is_some_and(|t| self.pipeline.stages[t].outcome == Outcome::Open)
        {
            self.state.evidence.given = target.map(|t| (t, event.date()));
            self.state.evidence.revoked.clone_from(&event.revokes);
            self.state.flags.imported = true;
        }
        self.placed |= target.is_some();
        self.settle(event.date());
    }

    /// The first event opens the account.
    fn open(&mut self, date: Date) {
        self.state.opened = Some(date);
        self.state.since = Some(date);
        self.state.pursuit_opened = Some(date);
        self.state.owner_since = Some(date);
        self.history.owners.push(OwnerSpell { owner: None, from: date, to: None });
        self.history.pursuits.push(Pursuit {
            number: 1,
            opened: date,
            ended: None,
            left_from: None,
            clock_start: None,
            reason: None,
            worth: Sum::default(),
        });
        self.spell(0, date, None);
    }

    /// The position of the column an entry names; an unknown one is a finding and no move.
    fn target(&mut self, id: &str, event: &Event) -> Option<usize> {
        let found = self.pipeline.find(id);
        if found.is_none() {
            let names: Vec<&str> = self.pipeline.stages.iter().map(|s| &*s.id).collect();
            self.find(
                Diagnostic::new(
                    Code::UnknownStage,
                    words!("unknown stage `{id}`", "没有栏 `{id}`"),
                )
                .nearest(id, names),
                event,
                Some("stage"),
            );
        }
        found
    }

    /// A fresh pass over the board: after a fall-back to the first column, or as the next pursuit.
    fn restart(&mut self, target: usize, event: &Event) {
        let ended = self.state.outcome != Outcome::Open;
        if ended && target == self.state.stage {
            return;
        }
        if ended && target != 0 && event.forced.is_none() {
            let (stage, id) = (&self.pipeline.stages[target].id, &self.prospect.id);
            let first = &self.pipeline.stages[0].id;
            let message = words!(
                "moved to `{stage}` after the pursuit ended",
                "本轮已结束，之后又移动到 `{stage}`"
            );
            let help = words!(
                "a new pursuit begins at the first column: crm reopen {id}; in an import, by an entry at `{first}`",
                "新一轮从第一栏开始：crm reopen {id}；导入时请先有一条 `{first}` 的记录"
            );
            let diagnostic = Diagnostic::new(Code::MoveAfterEnd, message).help(help);
            self.find(diagnostic, event, Some("stage"));
        }
        // The clock of the pass that ends here.
        self.state.clock_start = self.clock_start();
        if !ended && let Some(clock_start) = self.state.clock_start {
            let fall_back = FallBack { pursuit: self.state.pursuit, clock_start, on: event.date() };
            self.history.fall_backs.push(fall_back);
        }
        if self.state.overdue_on(event.date()) {
            self.state.overdue_before.push(event.date());
        }
        self.state.evidence = Evidence::default();
        self.state.hold = None;
        self.state.flags.imported = false;
        if ended {
            self.state.overdue_before.clear();
            self.state.pursuit += 1;
            self.state.pursuit_opened = Some(event.date());
            self.state.pushes = 0;
            self.history.pursuits.push(Pursuit {
                number: self.state.pursuit,
                opened: event.date(),
                ended: None,
                left_from: None,
                clock_start: None,
                reason: None,
                worth: Sum::default(),
            });
            self.placed = false;
            self.enter(0, event);
        }
    }

    fn move_to(&mut self, target: usize, event: &Event) {
        let from = self.state.stage;
        let imported = event.kind == EventKind::Imported;
        let lost = self.pipeline.lost();
        if target == lost {
            if event.is_without_reason() && !imported {
                self.find(
                    Diagnostic::new(
                        Code::LostWithoutReason,
                        words!("left without a reason", "退出没有写原因"),
                    )
                    .help(words!(
                        "add `reason = \"…\"` to the event",
                        "请在这条流水里加 `reason = \"…\"`"
                    )),
                    event,
                    Some("stage"),
                );
            }
        } else if target.cmp(&from).is_gt() && !imported && event.forced.is_none() {
            self.judge(target, event);
        }
        // Of an opening position a fall-back leaves what the column takes.
        let given = self.state.evidence.given;
        self.state.evidence.given = given.map(|(stage, on)| (stage.min(target), on));
        let outcome = self.pipeline.stages[target].outcome;
        let clock_start = self.clock_start();
        self.enter(target, event);
        if outcome != Outcome::Open {
            if let Some(pursuit) = self.history.pursuits.last_mut() {
                pursuit.ended = Some((event.date(), outcome));
                pursuit.left_from = Some(from);
                pursuit.clock_start = clock_start;
                pursuit.reason = event.reason.clone();
            }
            if event.next.is_none() {
                self.state.evidence.next = None;
            }
        }
    }

    /// Are all requirements of the column met on the entry's date?
    fn judge(&mut self, target: usize, event: &Event) {
        if self.case(event.date()).meets(target) {
            return;
        }
        let stage = &self.pipeline.stages[target].id;
        let missing = self.case(event.date()).requirements(target);
        let message = words!(
            "moved to `{stage}` without the evidence for it",
            "移到了 `{stage}`，但证据不足"
        );
        let diagnostic = missing
            .iter()
            .filter(|status| !status.met)
            .fold(Diagnostic::new(Code::UnsupportedMove, message), |diagnostic, status| {
                diagnostic.note(status.missing())
            })
            .help(words!(
                "add the evidence, or state the reason: `forced = \"…\"`",
                "补上证据，或写明理由：`forced = \"…\"`"
            ));
        self.find(diagnostic, event, Some("stage"));
    }

    /// Enters a column. An opening position opens the pursuit there: it was never in the first column.
    fn enter(&mut self, target: usize, event: &Event) {
        let date = event.date();
        if self.is_opening(event) {
            self.history.stages.pop();
        } else {
            self.state.stage_before = Some(self.state.stage);
            if let Some(spell) = self.history.stages.last_mut() {
                spell.to = Some(date);
            }
        }
        self.state.stage = target;
        self.state.outcome = self.pipeline.stages[target].outcome;
        self.state.since = Some(date);
        self.state.reason.clone_from(&event.reason);
        self.state.forced.clone_from(&event.forced);
        self.state.hold = None;
        self.state.flags.imported = false;
        if target > 0 && self.state.outcome == Outcome::Open {
            self.state.evidence.left_start.get_or_insert(date);
        }
        self.spell(target, date, Some(event));
    }

    /// Is this the opening position of the pursuit: an `imported` entry on the day it was opened, the
    /// first one to name a column?
    fn is_opening(&self, event: &Event) -> bool {
        event.kind == EventKind::Imported
            && !self.placed
            && self.history.stages.last().is_some_and(|spell| {
                spell.pursuit == self.state.pursuit && spell.from == event.date()
            })
    }

    /// What a pursuit came to is what is known of it at the end of the day it ended.
    fn settle(&mut self, day: Date) {
        let ended = self.history.pursuits.last().and_then(|pursuit| pursuit.ended);
        let Some((_, outcome)) = ended.filter(|(on, _)| *on == day) else { return };
        let Evidence { bookings, contracted, .. } = &self.state.evidence;
        let agreed = [bookings, contracted].into_iter().find(|sum| !sum.is_zero());
        let agreed = agreed.filter(|_| outcome == Outcome::Won).cloned();
        let worth = agreed.unwrap_or_else(|| self.state.value.into());
        self.history
            .pursuits
            .last_mut()
            .into_iter()
            .for_each(|pursuit| pursuit.worth = worth.clone());
    }

    /// A stretch in a column begins, by a move unless the account is only being opened.
    fn spell(&mut self, stage: usize, from: Date, event: Option<&Event>) {
        self.history.stages.push(StageSpell {
            stage,
            from,
            to: None,
            pursuit: self.state.pursuit,
            forced: event.and_then(|event| event.forced.clone()),
            reason: event.and_then(|event| event.reason.clone()),
        });
    }

    fn take_owner(&mut self, event: &Event) {
        let Some(owner) = &event.owner else { return };
        let owner = (!owner.is_empty()).then(|| owner.clone());
        if owner == self.state.owner {
            return;
        }
        if let Some(holder) = self.state.owner.clone().filter(|_| event.is_claim()) {
            self.late_claim(event, &holder);
            return;
        }
        let date = event.date();
        match self.history.owners.last_mut() {
            // Owned from the very day it was opened: no pool spell of no length.
            Some(spell) if spell.owner.is_none() && self.state.opened == Some(date) => {
                spell.owner.clone_from(&owner);
            }
            Some(spell) => {
                spell.to = Some(date);
                self.history.owners.push(OwnerSpell { owner: owner.clone(), from: date, to: None });
            }
            None => {}
        }
        self.state.owner = owner;
        self.state.owner_since = Some(date);
        self.state.overdue_before.clear();
        self.state.cycle_days = self.settings.cycle(self.pipeline, self.state.owner.as_deref());
    }

    /// A claim takes from the pool. Of two that were made without knowing each other, on two branches, the
    /// first one in the order of replay stands, whichever branch was merged into which.
    fn late_claim(&mut self, event: &Event, holder: &str) {
        let claimant = event.owner.as_deref().unwrap_or_default();
        let message = words!(
            "`{claimant}` claimed it, but `{holder}` had it already",
            "`{claimant}` 认领时，`{holder}` 已是负责人"
        );
        let since = self.state.owner_since;
        let mut diagnostic = Diagnostic::new(Code::LateClaim, message);
        if let Some(since) = since {
            diagnostic = diagnostic.note(words!(
                "it is `{holder}`'s since {since}: the claim changes nothing",
                "{since} 起归 `{holder}`：这次认领不起作用"
            ));
        }
        let (id, key) = (&self.prospect.id, &event.key);
        let diagnostic = diagnostic.help(words!(
            "take it back with `crm undo {id} {key}`; or give it over: crm assign {id} --to {claimant}",
            "用 `crm undo {id} {key}` 撤回；或转交：crm assign {id} --to {claimant}"
        ));
        self.find(diagnostic, event, Some("owner"));
    }

    /// Contacts, meetings, and the next step that an entry on or after its day uses up.
    fn take_contact(&mut self, event: &Event) {
        let counts = self.settings.counts(&event.kind);
        let date = event.date();
        let in_touch = touches(counts, event);
        if in_touch {
            self.state.last_contact = Some(date);
        }
        let evidence = &mut self.state.evidence;
        if (in_touch || counts == Counts::Paper)
            && evidence.next.as_ref().is_some_and(|next| next.at.date <= date)
        {
            evidence.next = None;
        }
        if counts == Counts::Meeting {
            evidence.first_meeting.get_or_insert(date);
        }
        if evidence.first_entry(&event.kind).is_none() {
            evidence.entries.push((event.kind.clone(), date));
        }
    }

    fn take_evidence(&mut self, event: &Event) {
        let date = event.date();
        event.revokes.iter().for_each(|id| self.revoke(id));
        let evidence = &mut self.state.evidence;
        for id in &event.confirms {
            let attested = Attested { on: date, by: event.by.clone() };
            evidence.attested.entry(id.clone()).or_insert(attested);
        }
        if event.kind == EventKind::Contract {
            evidence.signed.get_or_insert(date);
        }
        if event.kind == EventKind::Booking {
            evidence.booked.get_or_insert(date);
        }
        if let Some(at) = event.next {
            evidence.next = Some(NextStep { at, what: event.next_what.clone(), agreed: date });
        }
        if let Some(close) = event.close_by {
            if evidence.close_by.is_some_and(|(before, _)| close > before) {
                self.state.pushes += 1;
            }
            evidence.close_by = Some((close, date));
        }
        if let Some(until) = event.until {
            self.state.hold = Some(Hold { until, reason: event.reason.clone() });
        }
    }

    /// A criterion holds no more, whatever spoke for it.
    fn revoke(&mut self, id: &Text) {
        let evidence = &mut self.state.evidence;
        evidence.attested.remove(id);
        match self.settings.criterion(id).map(|criterion| &criterion.known) {
            Some(Known::Signed) => {
                evidence.signed = None;
                evidence.contracted = Sum::default();
            }
            Some(Known::Booked) => {
                evidence.booked = None;
                evidence.bookings = Sum::default();
            }
            Some(Known::Met) => evidence.first_meeting = None,
            Some(Known::NextStep | Known::AppointmentSet) => evidence.next = None,
            Some(Known::Timing) => evidence.close_by = None,
            Some(Known::Paid) => {
                evidence.paid = Sum::default();
                evidence.paid_on = None;
            }
            Some(Known::Entry(kinds)) => evidence.entries.retain(|(kind, _)| !kinds.contains(kind)),
            Some(Known::Attested | Known::Decider) | None => {}
        }
        evidence.revoked.push(id.clone());
    }

    fn take_money(&mut self, event: &Event) {
        if let Some(value) = event.value {
            self.state.value = Some(self.settings.own(value));
        }
        if matches!(event.kind, EventKind::Order | EventKind::Booking) {
            self.state.orders += 1;
        }
        let Some(amount) = event.amount.map(|a| self.settings.own(a)) else { return };
        match event.kind {
            EventKind::Payment => {
                self.state.money_in.add(amount);
                self.state.evidence.paid.add(amount);
                self.state.evidence.paid_on.get_or_insert(event.date());
            }
            EventKind::Refund => {
                self.state.money_in.add(amount.negated());
                self.state.evidence.paid.add(amount.negated());
                // What an opening position had received is not known: when nothing is left of what is,
                // the money is gone.
                if self.state.evidence.given.is_some() && !self.state.evidence.paid.is_something() {
                    self.revoke(&PAID.into());
                }
            }
            EventKind::Contract => self.state.evidence.contracted.add(amount),
            EventKind::Booking => {
                self.state.booked.add(amount);
                self.state.evidence.bookings.add(amount);
            }
            _ => {}
        }
    }

    fn take_ticket(&mut self, event: &Event) {
        if let Err(diagnostic) = cases::apply(&mut self.state.open_tickets, event) {
            let field = event.ticket.as_ref().map(|_| "ticket");
            self.find(diagnostic, event, field);
        }
    }

    /// The clock starts on the first meeting; on the appointment's date while not met; without either,
    /// on the day it first stood past the first column.
    fn clock_start(&self) -> Option<Date> {
        let evidence = &self.state.evidence;
        let appointment = || match self.state.stage {
            0 => None,
            1 => evidence.next.as_ref().map(|next| next.at.date).or(evidence.left_start),
            _ => evidence.left_start,
        };
        evidence.first_meeting.or_else(appointment)
    }

    fn case(&self, on: Date) -> EvidenceBasis<'_> {
        EvidenceBasis {
            settings: self.settings,
            pipeline: self.pipeline,
            prospect: self.prospect,
            evidence: &self.state.evidence,
            clock_start: self.clock_start(),
            cycle_days: self.state.cycle_days,
            hold: self.state.hold.as_ref(),
            on,
        }
    }

    /// The verdicts of the last day.
    fn finish(mut self) -> (State, History, Vec<Diagnostic>) {
        let as_of = self.as_of;
        let open = self.state.outcome == Outcome::Open;
        let case = self.case(as_of);
        let (supported, ignoring) =
            if open { case.supported() } else { (self.state.stage, self.state.stage) };
        let on_hold = open && self.state.hold.as_ref().is_some_and(|hold| as_of < hold.until);
        let live = open && !on_hold;
        let clock_start = if open {
            self.clock_start()
        } else {
            self.history.pursuits.last().and_then(|pursuit| pursuit.clock_start)
        };
        self.state.clock_start = clock_start;
        let stage = &self.pipeline.stages[self.state.stage];
        let in_column = self.state.since.map_or(0, |since| as_of.days_since(since));
        self.state.flags = Flags {
            overdue: self.state.overdue_on(as_of),
            stalled: live && stage.max_days.is_some_and(|max| in_column > i64::from(max)),
            missed: live
                && self.state.evidence.next.as_ref().is_some_and(|next| next.at.date < as_of),
            forced: self.state.forced.is_some(),
            imported: self.state.flags.imported,
            on_hold,
        };
        self.state.supported = supported;
        self.state.supported_ignoring_cycle = ignoring;
        if open && let Some(pursuit) = self.history.pursuits.last_mut() {
            pursuit.clock_start = clock_start;
        }
        self.findings.sort_by(|a, b| a.place.cmp(&b.place));
        (self.state, self.history, self.findings)
    }
}
