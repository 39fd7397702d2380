//! Contacts that are no talk of ours with the customer.

use crate::model::event::Event;
use crate::model::kind::EventKind;

/// Contacts that they began.
pub(super) fn theirs(event: &Event) -> bool {
    matches!(event.kind, EventKind::Request | EventKind::Complaint | EventKind::Survey)
}

/// Service whose entry does not name the means.
pub(super) fn service(event: &Event) -> bool {
    theirs(event) || matches!(event.kind, EventKind::Resolved | EventKind::Care)
}
