//! Cases (受理): a request or complaint, until it is resolved.

use crate::diag::{Code, Diagnostic};
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::value::text::Text;

/// Applies an entry to the open cases. A case is named by its ticket, else by the key of the entry that began
/// it. A `resolved` without ticket belongs to the only open case. Returns the case that it ends.
///
/// # Errors
/// Several cases are open and the `resolved` names none of them, or it names one that is not open: it ends none.
pub fn apply(open: &mut Vec<Text>, event: &Event) -> Result<Option<Text>, Diagnostic> {
    match event.kind {
        EventKind::Request | EventKind::Complaint => {
            open.push(event.ticket.as_ref().unwrap_or(&event.key.text).clone());
            Ok(None)
        }
        EventKind::Resolved => {
            if event.ticket.is_none() && open.len() > 1 {
                return Err(which_ticket(open));
            }
            if let Some(ticket) = event.ticket.as_ref().filter(|ticket| !open.contains(ticket)) {
                return Err(unknown_ticket(ticket, open));
            }
            let ended = event.ticket.as_ref().or(open.first()).cloned();
            open.retain(|case| Some(case) != ended.as_ref());
            Ok(ended)
        }
        _ => Ok(None),
    }
}

fn which_ticket(open: &[Text]) -> Diagnostic {
    let (several, names) = (open.len(), open.join(", "));
    let first = open.first().map_or("", |first| first);
    let message = words!(
        "{several} cases are open, and the entry names none of them",
        "有{several}个未结受理，记录没有指明是哪一个"
    );
    Diagnostic::new(Code::WhichTicket, message)
        .note(words!("open: {names}", "未结：{names}"))
        .help(words!("name one: ticket = \"{first}\"", "请指明一个：ticket = \"{first}\""))
}

fn unknown_ticket(ticket: &str, open: &[Text]) -> Diagnostic {
    let message = words!("no open case `{ticket}`", "没有未结受理 `{ticket}`");
    Diagnostic::new(Code::UnknownTicket, message).nearest(ticket, open.iter().map(|case| &**case))
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

    /// The case that each entry ended, `?` where it names none; and those that are open then.
    fn after(events: &[Event]) -> (Vec<String>, Vec<Text>) {
        let mut open = Vec::new();
        let ended = events.iter().map(|event| match apply(&mut open, event) {
            Ok(ended) => ended.map_or_else(String::new, |case| case.to_string()),
            Err(diagnostic) => {
                assert!([Code::WhichTicket, Code::UnknownTicket].contains(&diagnostic.code));
                "?".into()
            }
        });
        (ended.collect(), open)
    }

    #[test]
    fn a_resolved_without_ticket_belongs_to_the_only_open_case() {
        let asked = event("2009-12-01", "complaint", "");
        let done = event("2009-12-02", "resolved", "");
        // None is open: it ends nothing.
        assert_eq!(after(std::slice::from_ref(&done)), (vec![String::new()], vec![]));
        assert_eq!(after(&[asked.clone(), done.clone()]).1, [""; 0]);
        let named = event("2009-12-01-2", "request", "t1");
        assert_eq!(after(&[named.clone(), done.clone()]), (vec!["".into(), "t1".into()], vec![]));
        // Of two it ends neither; of two of which one is resolved, the other.
        let two = [asked.clone(), named.clone(), done.clone()];
        assert_eq!(after(&two).0[2], "?");
        assert_eq!(after(&two).1, ["2009-12-01", "t1"]);
        let one_left = [asked, named, event("2009-12-02", "resolved", "t1"), done];
        assert_eq!(
            after(&one_left),
            (vec!["".into(), "".into(), "t1".into(), "2009-12-01".into()], vec![])
        );
    }

    #[test]
    fn a_ticket_ends_its_own_case_only() {
        let events = [
            event("2009-12-01", "complaint", "t1"),
            event("2009-12-02", "request", ""),
            event("2009-12-03", "resolved", "t2"),
            event("2009-12-04", "resolved", "2009-12-02"),
        ];
        assert_eq!(after(&events).1, ["t1"]);
        assert_eq!(after(&events).0[2], "?", "t2 is not open");
    }
}
