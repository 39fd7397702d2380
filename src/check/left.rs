//! Open prospects whose owner has left, and roles of helpers who have left.
//!
//! Why: no rep follows a prospect whose owner left, but the sheets still list it.
//! Mend: give it to another rep, or release it to the pool; name another helper.

use super::{Check, Subject};
use crate::diag::{Code, Diagnostic};
use crate::model::event::Event;
use crate::model::pipeline::Outcome;
use crate::rules::replay::standing;
use crate::rules::team::{has_left, owner_left};

pub(super) const CHECK: Check = Check { codes: &[Code::OwnerLeft, Code::HelperLeft], run };

fn run(subject: &Subject, found: &mut Vec<Diagnostic>) {
    owner(subject, found);
    helpers(subject, found);
}

fn owner(subject: &Subject, found: &mut Vec<Diagnostic>) {
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
        "名下全部：crm handover {owner}；只这一个：crm assign {id} --to 业务员"
    )));
}

/// The helpers of a prospect that is followed: not lost.
fn helpers(subject: &Subject, found: &mut Vec<Diagnostic>) {
    let (record, settings) = (subject.record, subject.settings);
    if record.state.outcome == Outcome::Lost {
        return;
    }
    for (role, id) in &record.state.serves {
        let Some(left) = settings.rep(id).and_then(|rep| rep.left) else { continue };
        if !has_left(id, settings, subject.as_of) {
            continue;
        }
        let named = |event: &&Event| event.serves.iter().any(|(of, by)| (of, by) == (role, id));
        let named = standing(&record.prospect.events, subject.as_of).filter(named).last();
        let place = named.map_or_else(|| subject.file(), |event| subject.event(event, "serves"));
        let message = words!(
            "`{id}`, who serves as {role}, left on {left}",
            "担任“{role}”的 `{id}` 已于{left}离职"
        );
        found.push(Diagnostic::new(Code::HelperLeft, message).at(place).help(words!(
            "an entry names another, \"\" none: {{ kind = \"assigned\", serves = {{ {role} = \"REP\" }} }}",
            "追加一条记录另行指定，\"\" 为撤下：{{ kind = \"assigned\", serves = {{ {role} = \"业务员\" }} }}"
        )));
    }
}
