//! Entries about cases of customers that are several files. Replay judges those of a prospect that is its own customer.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::rules::replay::standing;
use crate::rules::service::journal::is_about_case;

pub(super) const CHECK: Check = Check { codes: &[Code::WhichTicket, Code::UnknownTicket], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let prospect = &subject.record.prospect;
    let mut about = standing(&prospect.events, subject.as_of).filter(|event| is_about_case(event));
    if prospect.joint_customer().is_none() || about.next().is_none() {
        return;
    }
    let misplaced = subject.around.misplaced_in(&prospect.id);
    for (event, what) in misplaced.into_iter().filter_map(|(key, what)| {
        Some((prospect.events.iter().find(|event| event.key.text == *key)?, what))
    }) {
        let place = match event.ticket {
            Some(_) => subject.event(event, "ticket"),
            None => subject.entry(event),
        };
        found.push(what.clone().at(place));
    }
}
