//! Criteria that are not defined, or that cannot be confirmed by hand.
//!
//! Why: a mistyped criterion confirms nothing, and the prospect silently stays where it is.
//! Mend: the nearest name; or define it in `crm.toml`. A computed one follows from the entries.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic, Spot};

pub(super) const CHECK: Check =
    Check { codes: &[Code::UnknownCriterion, Code::ComputedCriterion], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let settings = subject.settings;
    let board = subject.record.pipeline(settings);
    for event in &subject.record.prospect.events {
        let confirms = event.confirms.iter().map(|id| ("confirms", id));
        for (field, id) in confirms.chain(event.revokes.iter().map(|id| ("revokes", id))) {
            let spot = Spot::Item(event.key.text.to_string(), field, id.to_string());
            let place = subject.file().at(spot);
            match settings.concerning(board).find(|known| known.id == *id) {
                None => found.push(
                    Diagnostic::new(
                        Code::UnknownCriterion,
                        words!("no criterion `{id}`", "没有标准 `{id}`"),
                    )
                    .at(place)
                    .nearest(id, settings.concerning(board).map(|c| &*c.id)),
                ),
                Some(criterion) if field == "confirms" && !criterion.attestable() => found.push(
                    Diagnostic::new(
                        Code::ComputedCriterion,
                        words!(
                            "`{id}` follows from the entries and cannot be confirmed by hand",
                            "`{id}` 由记录推算得出，不能手工确认"
                        ),
                    )
                    .at(place)
                    .help(words!(
                        "record the entry it follows from: a meeting, a next date, a contract, …",
                        "请补记相应的记录：见面、下次日期、合同等"
                    )),
                ),
                Some(_) => {}
            }
        }
    }
}
