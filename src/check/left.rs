//! Open prospects whose owner has left.
//!
//! Why: no rep follows a prospect whose owner left, but the sheets still list it.
//! Mend: give it to another rep, or release it to the pool.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::rules::replay::standing;
use crate::rules::team::owner_left;

pub(super) const CHECK: Check = Check { codes: &[Code::OwnerLeft], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let record = subject.record;
    let Some((rep, left)) = owner_left(record, subject.settings, subject.as_of) else { return };
    let given = standing(&record.prospect.events, subject.as_of)
        .filter(|event| event.owner.as_deref() == Some(&*rep.id))
        .last();
    let place = given.map_or_else(|| subject.file(), |event| subject.event(event, "owner"));
    let (owner, id) = (&rep.id, &record.prospect.id);
    let message = words!("its owner `{owner}` left on {left}", "负责人 `{owner}` 已于{left}离职");
    found.push(Diagnostic::new(Code::OwnerLeft, message).at(place).help(words!(
        "everything that they have: crm handover {owner}; this one: crm assign {id} --to REP",
        "名下全部：crm handover {owner}；只这一个：crm assign {id} --to REP"
    )));
}
