//! A case, as the journal of its customer tells of it.

use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::rules::customer::figures::Satisfaction;
use crate::rules::replay::cases::CaseState;
use crate::value::date::Moment;
use crate::value::text::Text;

/// A request or complaint, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// A request or a complaint.
    pub kind: EventKind,
    /// When it was asked.
    pub at: Moment,
    /// Does it begin the case, or reopen it? Else it repeats what is open.
    pub begins: bool,
    /// Our first contact after it.
    pub answered: Option<Moment>,
    /// When the case was resolved after it.
    pub resolved: Option<Moment>,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its ticket, else the key of the entry that began it.
    pub name: Text,
    /// The id of the prospect or customer in whose file it began.
    pub file: Text,
    /// How far it is.
    pub state: CaseState,
    /// Its requests and complaints, at least one.
    pub askings: Vec<Asking>,
    /// What it is about.
    pub category: Option<Text>,
    /// From 1, the worst, to 4.
    pub severity: Option<u32>,
    /// The product that it is about.
    pub product: Option<Text>,
    /// The way by which it came.
    pub channel: Option<Text>,
    /// What was done.
    pub solution: Option<Text>,
    /// When the customer was told that it is done: by its feedback, or a later survey.
    pub told: Option<Moment>,
    /// How satisfied the customer is.
    pub said: Option<Satisfaction>,
    /// Its entries, each with the id of the file that has it.
    pub entries: Vec<(Text, Event)>,
}

impl Case {
    /// The case that an entry of a file begins; its first question is yet to be noted.
    pub(super) fn begun(file: &Text, event: &Event, state: CaseState) -> Case {
        Case {
            name: event.ticket.as_ref().unwrap_or(&event.key.text).clone(),
            file: file.clone(),
            state,
            askings: Vec::new(),
            category: None,
            severity: None,
            product: None,
            channel: None,
            solution: None,
            told: None,
            said: None,
            entries: Vec::new(),
        }
    }

    /// Takes over what an entry states of the case: the last word counts.
    pub(super) fn learn(&mut self, event: &Event) {
        let details = event.details();
        let known = [
            (&mut self.category, &details.category),
            (&mut self.product, &details.product),
            (&mut self.channel, &details.channel),
            (&mut self.solution, &details.solution),
        ];
        for (slot, stated) in known {
            if stated.is_some() {
                slot.clone_from(stated);
            }
        }
        self.severity = details.severity.or(self.severity);
    }

    /// Its first request or complaint.
    pub fn first(&self) -> Option<&Asking> {
        self.askings.first()
    }

    /// Is it a complaint, from its beginning or later?
    pub fn is_complaint(&self) -> bool {
        self.askings.iter().any(|asking| asking.kind == EventKind::Complaint)
    }

    /// Complaint or request, as people call it.
    pub fn kind(&self) -> EventKind {
        if self.is_complaint() { EventKind::Complaint } else { EventKind::Request }
    }

    /// The request or complaint that began it, or reopened it last.
    pub fn last_begun(&self) -> Option<&Asking> {
        self.askings.iter().rfind(|asking| asking.begins)
    }

    /// How often it was reopened.
    pub fn reopened(&self) -> usize {
        self.askings.iter().filter(|asking| asking.begins).count().saturating_sub(1)
    }

    /// When it was resolved, if it is.
    pub fn resolved(&self) -> Option<Moment> {
        self.last_begun()?.resolved
    }

    /// Is it resolved, and was the customer not told yet?
    pub fn is_untold(&self) -> bool {
        self.state == CaseState::Resolved && self.told.is_none()
    }
}
