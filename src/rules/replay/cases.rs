//! Cases (受理): a request or complaint until it is resolved. Which case an entry is about, and the state that it brings.

use crate::diag::{Code, Diagnostic, listed};
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::value::text::Text;

/// How far a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseState {
    /// Nothing is done about it yet.
    Open,
    /// Something is being done.
    InHand,
    /// It is done.
    Resolved,
    /// The customer was told, and says how it was.
    Confirmed,
}

impl CaseState {
    /// Is it not done yet?
    pub fn is_open(self) -> bool {
        matches!(self, CaseState::Open | CaseState::InHand)
    }
}

/// The change that an entry makes to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaseStep {
    /// It begins.
    Begun,
    /// It is asked for once more while it is open.
    Repeated,
    /// It is asked for after it was done.
    Reopened,
    /// Something is being done.
    Handled,
    /// It is done.
    Resolved,
    /// The customer says how it was.
    Answered,
}

/// The cases of a customer, by the order in which they began: those of one file, or of all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tickets(Vec<Ticket>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Ticket {
    name: Text,
    /// The file in which it began, counted by the caller.
    file: u32,
    state: CaseState,
}

impl Tickets {
    /// Cases by name, the number of the file in which they began, and state.
    pub fn of(cases: impl IntoIterator<Item = (Text, u32, CaseState)>) -> Tickets {
        let ticket = |(name, file, state)| Ticket { name, file, state };
        Tickets(cases.into_iter().map(ticket).collect())
    }

    /// The names of the cases that are not done yet.
    pub fn open(&self) -> impl Iterator<Item = &Text> {
        self.0.iter().filter(|ticket| ticket.state.is_open()).map(|ticket| &ticket.name)
    }

    /// The names of the cases that an entry of a kind can be about.
    pub fn can_be_meant(&self, kind: &EventKind) -> Vec<&Text> {
        let in_state = |wanted: fn(CaseState) -> bool| -> Vec<&Text> {
            let fits = self.0.iter().filter(|ticket| wanted(ticket.state));
            fits.map(|ticket| &ticket.name).collect()
        };
        match kind {
            EventKind::Feedback => in_state(|state| state == CaseState::Resolved),
            _ => in_state(CaseState::is_open),
        }
    }

    /// The state of the case at a position.
    pub fn state(&self, position: usize) -> CaseState {
        self.0[position].state
    }

    /// Applies an entry of a file; returns the position of the case that it is about, and the change. A case is named by
    /// its ticket, else by the key of the entry that began it. An entry without ticket is about the only case that can be
    /// meant: of its file, else of the customer.
    ///
    /// # Errors
    /// Several cases can be meant and the entry names none of them, or it names one that cannot be: it changes none.
    pub fn apply(
        &mut self,
        event: &Event,
        file: u32,
    ) -> Result<Option<(usize, CaseStep)>, Diagnostic> {
        let (position, step) = match event.kind {
            EventKind::Request | EventKind::Complaint => return Ok(Some(self.asked(event, file))),
            EventKind::Handled | EventKind::Resolved => {
                let Some(position) = self.meant(event, file, CaseState::is_open)? else {
                    return Ok(None);
                };
                let resolved = event.kind == EventKind::Resolved;
                (position, if resolved { CaseStep::Resolved } else { CaseStep::Handled })
            }
            EventKind::Feedback => match self.fed_back(event, file)? {
                Some(position) => (position, CaseStep::Answered),
                None => return Ok(None),
            },
            _ => return Ok(None),
        };
        let state = &mut self.0[position].state;
        *state = match (step, *state) {
            (CaseStep::Handled, _) => CaseState::InHand,
            (CaseStep::Resolved, _) => CaseState::Resolved,
            (CaseStep::Answered, CaseState::Resolved) => CaseState::Confirmed,
            (_, state) => state,
        };
        Ok(Some((position, step)))
    }

    /// A request or complaint begins a case, or asks for one again that its ticket names.
    fn asked(&mut self, event: &Event, file: u32) -> (usize, CaseStep) {
        if let Some(position) =
            event.ticket.as_ref().and_then(|name| self.named(name, file, |_| true))
        {
            let state = &mut self.0[position].state;
            if state.is_open() {
                return (position, CaseStep::Repeated);
            }
            *state = CaseState::Open;
            return (position, CaseStep::Reopened);
        }
        let name = event.ticket.as_ref().unwrap_or(&event.key.text).clone();
        self.0.push(Ticket { name, file, state: CaseState::Open });
        (self.0.len() - 1, CaseStep::Begun)
    }

    /// The case that a feedback is about: one that is resolved, and if none is, one that is open.
    fn fed_back(&self, event: &Event, file: u32) -> Result<Option<usize>, Diagnostic> {
        if event.ticket.is_some() {
            return self.meant(event, file, |_| true);
        }
        match self.meant(event, file, |state| state == CaseState::Resolved)? {
            // Of several open ones it is about none: the customer talks of us.
            None => Ok(self.meant(event, file, CaseState::is_open).unwrap_or(None)),
            found => Ok(found),
        }
    }

    /// The case that an entry means among those that can be meant.
    fn meant(
        &self,
        event: &Event,
        file: u32,
        can_be: impl Fn(CaseState) -> bool,
    ) -> Result<Option<usize>, Diagnostic> {
        let able = || self.0.iter().enumerate().filter(|(_, ticket)| can_be(ticket.state));
        let names = || able().map(|(_, ticket)| &*ticket.name).collect::<Vec<&str>>();
        if let Some(name) = &event.ticket {
            let found = self.named(name, file, &can_be);
            return found.map(Some).ok_or_else(|| unknown_ticket(name, &names()));
        }
        let own: Vec<usize> =
            able().filter(|(_, ticket)| ticket.file == file).map(|(at, _)| at).collect();
        let all: Vec<usize> = able().map(|(at, _)| at).collect();
        match if own.is_empty() { &all[..] } else { &own[..] } {
            [] => Ok(None),
            [only] => Ok(Some(*only)),
            _ => Err(which_ticket(&names(), event.kind == EventKind::Feedback)),
        }
    }

    /// The case of a name, that of the file before one of another, and the last before an earlier one.
    fn named(&self, name: &str, file: u32, can_be: impl Fn(CaseState) -> bool) -> Option<usize> {
        let fits = |(_, ticket): &(usize, &Ticket)| *ticket.name == *name && can_be(ticket.state);
        let found = self.0.iter().enumerate().filter(fits);
        found.max_by_key(|(at, ticket)| (ticket.file == file, *at)).map(|(at, _)| at)
    }
}

/// Several cases can be meant: they are open, or wait for the customer's feedback.
fn which_ticket(able: &[&str], feedback: bool) -> Diagnostic {
    let (several, names) = (able.len(), listed(able));
    let first = able.first().copied().unwrap_or_default();
    let (message, note) = if feedback {
        (
            words!(
                "{several} cases wait for feedback, and the entry names none of them",
                "有{several}个受理待反馈，记录没有指明是哪一个"
            ),
            words!("resolved: {names}", "已解决：{names:#}"),
        )
    } else {
        (
            words!(
                "{several} cases are open, and the entry names none of them",
                "有{several}个未结受理，记录没有指明是哪一个"
            ),
            words!("open: {names}", "未结：{names:#}"),
        )
    };
    Diagnostic::new(Code::WhichTicket, message)
        .note(note)
        .help(words!("name one: ticket = \"{first}\"", "请指明一个：ticket = \"{first}\""))
}

fn unknown_ticket(ticket: &str, open: &[&str]) -> Diagnostic {
    let message = words!("no open case `{ticket}`", "没有未结受理 `{ticket}`");
    Diagnostic::new(Code::UnknownTicket, message).nearest(ticket, open.iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::EventKey;

    fn event(key: &str, kind: &str, ticket: &str) -> Event {
        Event {
            ticket: (!ticket.is_empty()).then(|| ticket.into()),
            ..Event::new(EventKey::parse(key).unwrap(), kind)
        }
    }

    /// The position of the case of each entry, `?` where it means none that can be; and those that are open then.
    fn after(events: &[(u32, Event)]) -> (Vec<String>, Vec<String>) {
        let mut tickets = Tickets::default();
        let cases = events.iter().map(|(file, event)| match tickets.apply(event, *file) {
            Ok(placed) => placed.map_or_else(String::new, |(at, _)| at.to_string()),
            Err(diagnostic) => {
                assert!([Code::WhichTicket, Code::UnknownTicket].contains(&diagnostic.code));
                "?".into()
            }
        });
        let cases = cases.collect();
        (cases, tickets.open().map(ToString::to_string).collect())
    }

    /// Those of entries of one file: key, kind, ticket.
    fn of_one(events: &[(&str, &str, &str)]) -> (Vec<String>, Vec<String>) {
        let events: Vec<(u32, Event)> =
            events.iter().map(|(key, kind, ticket)| (0, event(key, kind, ticket))).collect();
        after(&events)
    }

    #[test]
    fn a_resolved_without_ticket_belongs_to_the_only_open_case() {
        let (asked, named) = (("2009-12-01", "complaint", ""), ("2009-12-01-2", "request", "t1"));
        let done = ("2009-12-02", "resolved", "");
        // None is open: it ends nothing.
        assert_eq!(of_one(&[done]), (vec![String::new()], vec![]));
        assert_eq!(of_one(&[asked, done]).1, [""; 0]);
        assert_eq!(of_one(&[named, done]), (vec!["0".into(), "0".into()], vec![]));
        // Of two it ends neither; of two of which one is resolved, the other.
        assert_eq!(of_one(&[asked, named, done]).0[2], "?");
        assert_eq!(of_one(&[asked, named, done]).1, ["2009-12-01", "t1"]);
        let one_left = [asked, named, ("2009-12-02", "resolved", "t1"), done];
        assert_eq!(of_one(&one_left).0, ["0", "1", "1", "0"]);
        assert_eq!(of_one(&one_left).1, [""; 0]);
    }

    #[test]
    fn a_ticket_ends_its_own_case_only() {
        let events = [
            ("2009-12-01", "complaint", "t1"),
            ("2009-12-02", "request", ""),
            ("2009-12-03", "resolved", "t2"),
            ("2009-12-04", "resolved", "2009-12-02"),
            ("2009-12-05", "handled", "2009-12-02"),
        ];
        assert_eq!(of_one(&events).1, ["t1"]);
        assert_eq!(of_one(&events).0, ["0", "1", "?", "1", "?"], "t2 is not open, nor 1 any more");
    }

    /// The state of the first case after each entry.
    fn states(events: &[(&str, &str, &str)]) -> Vec<CaseState> {
        let mut tickets = Tickets::default();
        let state = |(key, kind, ticket): &(&str, &str, &str)| {
            tickets.apply(&event(key, kind, ticket), 0).unwrap();
            tickets.state(0)
        };
        events.iter().map(state).collect()
    }

    #[test]
    fn a_case_goes_from_open_through_in_hand_and_resolved_to_confirmed_and_may_be_reopened() {
        use CaseState::{Confirmed, InHand, Open, Resolved};
        let events = [
            ("2009-12-01", "complaint", "t1"),
            ("2009-12-02", "handled", ""),
            ("2009-12-03", "complaint", "t1"),
            ("2009-12-04", "resolved", ""),
            ("2009-12-05", "feedback", ""),
            ("2009-12-06", "feedback", ""),
            ("2009-12-07", "request", "t1"),
            ("2009-12-08", "feedback", "t1"),
        ];
        let expected = [Open, InHand, InHand, Resolved, Confirmed, Confirmed, Open, Open];
        assert_eq!(states(&events), expected);
    }

    #[test]
    fn a_feedback_without_ticket_belongs_to_the_only_resolved_case_and_may_belong_to_none() {
        let (a, b) = (("2009-12-01", "request", "a"), ("2009-12-01-2", "request", "b"));
        let (a_done, b_done) = (("2009-12-02", "resolved", "a"), ("2009-12-02-2", "resolved", "b"));
        let said = ("2009-12-03", "feedback", "");
        assert_eq!(of_one(&[a, b, a_done, said]).0[3], "0");
        assert_eq!(of_one(&[a, b, a_done, b_done, said]).0[4], "?");
        assert_eq!(of_one(&[a, b, said]).0[2], "", "of two that are open it is about neither");
        assert_eq!(of_one(&[a, said]).0[1], "0");
        assert_eq!(of_one(&[("2009-12-03", "feedback", "x")]).0, ["?"]);
    }

    #[test]
    fn a_case_of_its_own_file_comes_first_and_one_of_another_file_is_found() {
        let (first, second) =
            (event("2009-12-01", "request", ""), event("2009-12-01", "request", ""));
        let done = || event("2009-12-02", "resolved", "");
        assert_eq!(after(&[(0, first.clone()), (1, done())]).0, ["0", "0"]);
        let both = [(0, first.clone()), (1, second.clone()), (1, done()), (1, done())];
        assert_eq!(after(&both).0, ["0", "1", "1", "0"]);
        assert_eq!(after(&[(0, first.clone()), (1, second.clone()), (2, done())]).0[2], "?");
        // Two entries have one key: the name is that of the file's own case.
        let named = event("2009-12-02", "resolved", "2009-12-01");
        assert_eq!(after(&[(0, first), (1, second), (0, named)]).0[2], "0");
    }
}
