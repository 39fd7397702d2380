//! The fold of entries into a state: an entry changes the owner, the contacts, the evidence and the money
//! (`facts`), and moves the prospect on its board (`columns`).

mod columns;
mod facts;

use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::pipeline::{Outcome, Pipeline};
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::papers::Paper;
use crate::rules::replay::cases::Tickets;
use crate::rules::replay::evidence::EvidenceBasis;
use crate::rules::replay::state::{Evidence, Flags, History, OwnerSpell, Pursuit, State};
use crate::value::date::Date;
use crate::value::money::Sum;

/// The state while entries are applied.
pub(super) struct Fold<'a> {
    prospect: &'a Prospect,
    settings: &'a Settings,
    pipeline: &'a Pipeline,
    as_of: Date,
    state: State,
    history: History,
    findings: Vec<Diagnostic>,
    /// Has an entry of this pursuit named a column? Until then it may be opened in any.
    placed: bool,
    /// The contracts, orders and bookings so far.
    papers: Vec<CountedPaper>,
    /// How often the evidence started afresh.
    pass: u32,
}

/// A contract, an order or a booking, as the figures count it while it binds.
struct CountedPaper {
    paper: Paper,
    /// The pass whose evidence it is part of, or [`SILENCED`].
    pass: u32,
}

/// The pass of a paper whose evidence was revoked.
const SILENCED: u32 = u32::MAX;

impl<'a> Fold<'a> {
    pub(super) fn new(prospect: &'a Prospect, settings: &'a Settings, as_of: Date) -> Fold<'a> {
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
                serves: Vec::new(),
                done: Vec::new(),
                buyer: None,
                milestones: Vec::new(),
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
                tickets: Tickets::default(),
                reason: None,
                forced: None,
                supported: 0,
                supported_ignoring_cycle: 0,
                flags: Flags::default(),
            },
            history: History::default(),
            findings: Vec::new(),
            placed: false,
            papers: Vec::new(),
            pass: 0,
        }
    }

    pub(super) fn find(
        &mut self,
        diagnostic: Diagnostic,
        event: &Event,
        field: Option<&'static str>,
    ) {
        let spot = Spot::Event(event.key.text.to_string(), field);
        self.findings.push(diagnostic.at(Place::file(&self.prospect.path).at(spot)));
    }

    pub(super) fn apply(&mut self, event: &Event) {
        let stripped = self.prospect.is_customer.then(|| self.without_board(event)).flatten();
        let event = stripped.as_ref().unwrap_or(event);
        if self.state.opened.is_none() {
            self.open(event.date());
        }
        self.state.last_entry = Some(event.date());
        let target = event.stage.as_deref().and_then(|id| self.target(id, event));
        // A move to the first column, and a new pursuit, start the evidence afresh: the statements of this very
        // entry belong to the new pass. Any other move is judged with the statements of this entry.
        if let Some(target) = target
            && (target == 0 || self.state.outcome != Outcome::Open)
        {
            self.restart(target, event);
        }
        self.take_owner(event);
        self.take_helpers(event);
        self.take_contact(event);
        self.take_evidence(event);
        self.take_project(event);
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

    /// An entry of a customer's file without the keys that need a board, which are findings; `None` if it has none.
    fn without_board(&mut self, event: &Event) -> Option<Event> {
        let keys = [
            ("stage", event.stage.is_some()),
            ("value", event.value.is_some()),
            ("close_by", event.close_by.is_some()),
            ("confirms", !event.confirms.is_empty()),
            ("revokes", !event.revokes.is_empty()),
        ];
        let stated: Vec<&'static str> =
            keys.into_iter().filter(|(_, stated)| *stated).map(|(key, _)| key).collect();
        for key in &stated {
            let message = words!(
                "a customer's file has no board: `{key}` does not count",
                "客户文件没有看板：`{key}` 不计入"
            );
            let diagnostic = Diagnostic::new(Code::NoBoard, message).help(words!(
                "a chance to sell is a prospect of its own: crm add NAME --account {}",
                "销售机会应另建一个潜在客户：crm add 名称 --account {}",
                self.prospect.id
            ));
            self.find(diagnostic, event, Some(key));
        }
        (!stated.is_empty()).then(|| Event {
            stage: None,
            value: None,
            close_by: None,
            confirms: Vec::new(),
            revokes: Vec::new(),
            ..event.clone()
        })
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

    /// The result of a pursuit is that of the end of the day it ended.
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
            buyer: self.state.buyer,
            clock_start: self.clock_start(),
            cycle_days: self.state.cycle_days,
            hold: self.state.hold.as_ref(),
            on,
        }
    }

    /// The verdicts of the last day.
    pub(super) fn finish(mut self) -> (State, History, Vec<Diagnostic>) {
        let as_of = self.as_of;
        let open = self.state.outcome == Outcome::Open && !self.prospect.is_customer;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;
    use crate::rules::replay::replay;

    #[test]
    fn a_customers_file_has_no_board() {
        let mut event = Event::new(EventKey::parse("2009-12-03").unwrap(), "meeting");
        event.stage = Some("25".into());
        event.confirms = vec!["fit".into()];
        event.owner = Some("liuyan".into());
        event.serves = vec![("service".into(), "he".into()), ("it".into(), "li".into())];
        let mut off = Event::new(EventKey::parse("2009-12-04").unwrap(), "assigned");
        off.serves = vec![("it".into(), "".into())];
        let events = vec![event, off];
        let of = |is_customer: bool, day: &str| {
            let prospect = Prospect { is_customer, events: events.clone(), ..Prospect::default() };
            replay(prospect, &Settings::default(), Date::parse(day).unwrap()).unwrap()
        };
        let codes = |record: &crate::rules::replay::state::Record| {
            record.findings.iter().filter(|found| found.code == Code::NoBoard).count()
        };
        let (customer, prospect) = (of(true, "2009-12-31"), of(false, "2009-12-31"));
        assert_eq!((codes(&customer), codes(&prospect)), (2, 0));
        assert_eq!((customer.state.stage, prospect.state.stage), (0, 2));
        assert!(customer.state.evidence.attested.is_empty() && !customer.state.could_advance());
        // The rest of the entry counts.
        assert_eq!(customer.state.owner.as_deref(), Some("liuyan"));
        assert_eq!(customer.state.serves, [("service".into(), "he".into())]);
        assert_eq!(of(true, "2009-12-03").state.serves.len(), 2);
    }
}
