//! Keys that are not known. They are kept.
//!
//! Why: a mistyped `close-by` is not read; another program's key is none of our business.
//! Mend: the nearest name; or name the fact in `crm.toml`: `[ledger] facts = ["…"]`.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic, Spot};
use crate::model::event::FIELDS;
use crate::model::prospect::FACTS;

pub(super) const CHECK: Check = Check { codes: &[Code::UnknownKey], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let prospect = &subject.record.prospect;
    let own = || subject.settings.facts.iter().map(|fact| &**fact);
    for key in &prospect.unknown {
        let known = FACTS.into_iter().chain(["needs", "tags", "contact", "events"]).chain(own());
        found.push(
            Diagnostic::new(
                Code::UnknownKey,
                words!("unknown key `{key}`; it is kept", "未知的键 `{key}`；予以保留"),
            )
            .at(subject.file().at(Spot::Key(vec![key.to_string()])))
            .nearest(key, known),
        );
    }
    for event in &prospect.events {
        for key in &event.unknown {
            let path = ["events", &event.key.text, key].map(str::to_owned);
            let place = subject.file().at(Spot::Key(path.into()));
            found.push(
                Diagnostic::new(
                    Code::UnknownKey,
                    words!(
                        "unknown key `{key}` of an event; it is kept",
                        "记录中有未知的键 `{key}`；予以保留"
                    ),
                )
                .at(place)
                .nearest(key, FIELDS),
            );
        }
    }
}
