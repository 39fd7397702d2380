//! The facts that an entry states: owner, contacts, evidence, money, cases.

use super::Fold;
use crate::diag::{Code, Diagnostic};
use crate::model::event::Event;
use crate::model::kind::{Counts, EventKind};
use crate::model::pipeline::Known;
use crate::rules::replay::cases;
use crate::rules::replay::entries::touches;
use crate::rules::replay::state::{Attested, Hold, NextStep, OwnerSpell};
use crate::value::money::Sum;
use crate::value::text::Text;

/// The criterion that a refund may take away.
const PAID: &str = "paid";

impl Fold<'_> {
    pub(super) fn take_owner(&mut self, event: &Event) {
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

    /// The reps who serve beside the owner, and the steps of the plan that are done.
    pub(super) fn take_helpers(&mut self, event: &Event) {
        for (role, rep) in &event.serves {
            self.state.serves.retain(|(known, _)| known != role);
            if !rep.is_empty() {
                self.state.serves.push((role.clone(), rep.clone()));
                self.state.serves.sort_unstable();
            }
        }
        self.state.done.extend(event.done.clone().map(|step| (step, event.date())));
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
    pub(super) fn take_contact(&mut self, event: &Event) {
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

    pub(super) fn take_evidence(&mut self, event: &Event) {
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

    pub(super) fn take_money(&mut self, event: &Event) {
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
                // The money that an opening position had received is not known: when nothing is left of the known
                // money, the money is gone.
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

    pub(super) fn take_ticket(&mut self, event: &Event) {
        if let Err(diagnostic) = cases::apply(&mut self.state.open_tickets, event) {
            let field = event.ticket.as_ref().map(|_| "ticket");
            self.find(diagnostic, event, field);
        }
    }
}
