//! The facts that an entry states: owner, contacts, evidence, money, cases.

use super::{CountedPaper, Fold, SILENCED};
use crate::diag::{Code, Diagnostic};
use crate::model::buying::buyer_step;
use crate::model::event::Event;
use crate::model::kind::{Counts, EventKind};
use crate::model::pipeline::{Known, OfBuyer};
use crate::rules::papers::{self, Paper};
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
            "`{claimant}` 领取时，`{holder}` 已是负责人"
        );
        let since = self.state.owner_since;
        let mut diagnostic = Diagnostic::new(Code::LateClaim, message);
        if let Some(since) = since {
            diagnostic = diagnostic.note(words!(
                "it is `{holder}`'s since {since}: the claim changes nothing",
                "{since} 起归 `{holder}`：这次领取不起作用"
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

    /// The people met, the buyer's own process, the plan of columns, and the competitors.
    pub(super) fn take_project(&mut self, event: &Event) {
        let date = event.date();
        let is_meeting = self.settings.counts(&event.kind) == Counts::Meeting;
        let details = event.details();
        let evidence = &mut self.state.evidence;
        if is_meeting && details.with.is_empty() {
            evidence.met_unnamed.get_or_insert(date);
        }
        for name in details.with.iter().filter(|_| is_meeting) {
            if evidence.met_people.iter().all(|(known, _)| known != name) {
                evidence.met_people.push((name.clone(), date));
            }
        }
        if !details.competitor.is_empty() {
            evidence.competitor.get_or_insert(date);
        }
        if let Some(step) = details.buyer.as_deref().and_then(buyer_step) {
            self.state.buyer = Some((step, date));
        }
        for (column, day) in &details.milestones {
            self.state.milestones.retain(|(known, _)| known != column);
            self.state.milestones.push((column.clone(), *day));
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
                self.silence(&EventKind::Contract);
            }
            Some(Known::Booked) => {
                evidence.booked = None;
                evidence.bookings = Sum::default();
                self.silence(&EventKind::Booking);
            }
            Some(Known::Met) => evidence.first_meeting = None,
            Some(Known::NextStep | Known::AppointmentSet) => evidence.next = None,
            Some(Known::Timing) => evidence.close_by = None,
            Some(Known::Paid) => {
                evidence.paid = Sum::default();
                evidence.paid_on = None;
            }
            Some(Known::Entry(kinds)) => evidence.entries.retain(|(kind, _)| !kinds.contains(kind)),
            Some(Known::OfBuyer(OfBuyer::DeciderMet)) => {
                evidence.met_people.clear();
                evidence.met_unnamed = None;
            }
            Some(Known::OfBuyer(OfBuyer::Competitor)) => evidence.competitor = None,
            Some(Known::OfBuyer(OfBuyer::Step(_))) => self.state.buyer = None,
            // People and facts are as of the day: there is nothing to forget.
            Some(
                Known::Attested
                | Known::Decider
                | Known::OfBuyer(
                    OfBuyer::Needs | OfBuyer::Part(_) | OfBuyer::Unopposed(_) | OfBuyer::Backed(_),
                ),
            )
            | None => {}
        }
        self.state.evidence.revoked.push(id.clone());
    }

    pub(super) fn take_money(&mut self, event: &Event) {
        if let Some(value) = event.value {
            self.state.value = Some(self.settings.own(value));
        }
        match event.kind {
            EventKind::Contract | EventKind::Order | EventKind::Booking => self.take_paper(event),
            EventKind::Payment => {
                let Some(money) = papers::money(event, self.settings) else { return };
                self.state.money_in.add(money);
                self.state.evidence.paid.add(money);
                self.state.evidence.paid_on.get_or_insert(event.date());
            }
            EventKind::Refund => {
                let Some(money) = papers::money(event, self.settings) else { return };
                self.state.money_in.add(money.negated());
                self.state.evidence.paid.add(money.negated());
                // The money that an opening position had received is not known: when nothing is left of the known
                // money, the money is gone.
                if self.state.evidence.given.is_some() && !self.state.evidence.paid.is_something() {
                    self.revoke(&PAID.into());
                }
            }
            _ => {}
        }
    }

    /// A contract, an order or a booking counts while it binds, once for all entries of its number.
    fn take_paper(&mut self, event: &Event) {
        let number = event.details().number.as_ref();
        let same = |counted: &CountedPaper| {
            counted.paper.kind == event.kind && counted.paper.number() == number
        };
        let before = number.and_then(|_| self.papers.iter().position(same));
        let counted = match before.map(|position| self.papers.remove(position)) {
            Some(mut counted) => {
                if counted.paper.bound.is_some() {
                    self.count(&counted, -1);
                    self.forget(&event.kind);
                } else {
                    counted.pass = self.pass;
                }
                counted.paper.take(event, self.settings);
                counted
            }
            None => CountedPaper { paper: Paper::of(event, 0, self.settings), pass: self.pass },
        };
        if counted.paper.bound.is_some() {
            self.count(&counted, 1);
        }
        self.papers.push(counted);
    }

    /// Adds a paper that binds to the figures, or takes it off.
    fn count(&mut self, counted: &CountedPaper, times: i32) {
        let paper = &counted.paper;
        let money = paper.money.map(|money| if times < 0 { money.negated() } else { money });
        if paper.kind != EventKind::Contract {
            self.state.orders = self.state.orders.saturating_add_signed(times);
        }
        if paper.kind == EventKind::Booking {
            money.into_iter().for_each(|money| self.state.booked.add(money));
        }
        if counted.pass != self.pass {
            return;
        }
        let evidence = &mut self.state.evidence;
        let (sum, day) = match paper.kind {
            EventKind::Contract => (&mut evidence.contracted, &mut evidence.signed),
            EventKind::Booking => (&mut evidence.bookings, &mut evidence.booked),
            _ => return,
        };
        money.into_iter().for_each(|money| sum.add(money));
        if times > 0 {
            *day = [*day, paper.bound].into_iter().flatten().min();
        }
    }

    /// The first day of a kind of paper in this pass, without the one that was taken off.
    fn forget(&mut self, kind: &EventKind) {
        let left = self
            .papers
            .iter()
            .filter(|counted| counted.paper.kind == *kind && counted.pass == self.pass);
        let first = left.filter_map(|counted| counted.paper.bound).min();
        match kind {
            EventKind::Contract => self.state.evidence.signed = first,
            EventKind::Booking => self.state.evidence.booked = first,
            _ => {}
        }
    }

    /// The papers of a kind speak for nothing any more in this pass.
    fn silence(&mut self, kind: &EventKind) {
        let silenced = self.papers.iter_mut().filter(|counted| counted.paper.kind == *kind);
        silenced.for_each(|counted| counted.pass = SILENCED);
    }

    pub(super) fn take_ticket(&mut self, event: &Event) {
        let placed = self.state.tickets.apply(event, 0);
        // Of a customer of several files, `check` asks all of them.
        if let Err(diagnostic) = placed
            && self.prospect.joint_customer().is_none()
        {
            let field = event.ticket.as_ref().map(|_| "ticket");
            self.find(diagnostic, event, field);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::event::{Event, EventKey};
    use crate::model::prospect::Prospect;
    use crate::model::settings::Settings;
    use crate::rules::replay::replay;
    use crate::rules::replay::state::State;
    use crate::value::date::Date;
    use crate::value::money::Money;

    /// An entry: key, kind, number, status, amount, column.
    type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

    /// The state after the entries.
    fn state(rows: &[Row]) -> State {
        let event = |(key, kind, number, status, amount, stage): &Row| {
            let text = |text: &str| (!text.is_empty()).then(|| text.into());
            let mut event = Event::new(EventKey::parse(key).unwrap(), *kind);
            event.amount = Money::parse(amount).ok();
            event.stage = text(stage);
            event.forced = text(stage);
            event.reason = text(stage);
            if !number.is_empty() || !status.is_empty() {
                event.details_mut().number = text(number);
                event.details_mut().status = text(status);
            }
            event
        };
        let events = rows.iter().map(event).collect();
        let prospect = Prospect { events, ..Prospect::default() };
        replay(prospect, &Settings::default(), Date::parse("2010-12-31").unwrap()).unwrap().state
    }

    fn day(text: &str) -> Option<Date> {
        Date::parse(text)
    }

    #[test]
    fn a_contract_is_signed_evidence_while_it_binds() {
        let draft = ("2010-01-01", "contract", "C-1", "draft", "100", "");
        let signed = ("2010-01-05", "contract", "C-1", "signed", "", "");
        let off = ("2010-01-09", "contract", "C-1", "cancelled", "", "");
        let contracted = |rows: &[Row]| {
            let evidence = state(rows).evidence;
            (evidence.signed, evidence.contracted.to_string())
        };
        assert_eq!(contracted(&[draft]), (None, "0".into()));
        assert_eq!(contracted(&[draft, signed]), (day("2010-01-05"), "100".into()));
        assert_eq!(contracted(&[draft, signed, off]), (None, "0".into()));
        // Another contract still binds.
        let other = ("2010-01-07", "contract", "", "", "7", "");
        assert_eq!(contracted(&[draft, signed, other, off]), (day("2010-01-07"), "7".into()));
        // A change of the first one leaves the day on which it was signed.
        let amended = ("2010-02-01", "contract", "C-1", "", "90", "");
        assert_eq!(contracted(&[signed, other, amended]), (day("2010-01-05"), "97".into()));
        // Without a status, as in ledgers of old, each entry is a signed contract of its own.
        let plain = ("2010-01-05", "contract", "", "", "100", "");
        assert_eq!(contracted(&[plain, other]), (day("2010-01-05"), "107".into()));
    }

    #[test]
    fn an_order_counts_once_for_all_entries_of_its_number() {
        let first = ("2010-01-01", "order", "O-1", "", "100", "");
        let delivered = ("2010-01-05", "order", "O-1", "delivered", "", "");
        let other = ("2010-01-06", "order", "", "", "5", "");
        let off = ("2010-01-09", "order", "O-1", "cancelled", "", "");
        let orders = |rows: &[Row]| state(rows).orders;
        assert_eq!(orders(&[first, delivered]), 1);
        assert_eq!(orders(&[first, delivered, other]), 2);
        assert_eq!(orders(&[first, delivered, other, off]), 1);
        assert_eq!(orders(&[off]), 0);
    }

    #[test]
    fn a_booking_that_changes_leaves_the_evidence_of_a_later_pass_alone() {
        let booked = ("2010-01-01", "booking", "B-1", "", "100", "");
        let corrected = ("2010-02-05", "booking", "B-1", "", "120", "");
        let back = ("2010-02-01", "moved", "", "", "", "opportunity");
        let of = |rows: &[Row]| {
            let state = state(rows);
            let (booked, evidence) = (state.booked.to_string(), state.evidence);
            (booked, evidence.bookings.to_string(), evidence.booked)
        };
        assert_eq!(of(&[booked, corrected]), ("120".into(), "120".into(), day("2010-01-01")));
        let away = ("2010-01-02", "moved", "", "", "", "50");
        let passed = [booked, away, back, corrected];
        assert_eq!(of(&passed), ("120".into(), "0".into(), None));
        let off = ("2010-03-01", "booking", "B-1", "cancelled", "", "");
        assert_eq!(of(&[booked, off]), ("0".into(), "0".into(), None));
    }
}
