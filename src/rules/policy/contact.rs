//! Contacts that are no talk of ours with the customer.

use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::rules::service::journal::is_about_case;

/// Service and answers: what they began, and entries that do not name the means.
pub(super) fn service(event: &Event) -> bool {
    is_about_case(event)
        || matches!(event.kind, EventKind::Survey | EventKind::Care | EventKind::Response)
}
