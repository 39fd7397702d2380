//! The order in which reps are listed.

use crate::model::settings::Settings;

/// The department of a rep: the manager's, or the rep's own where the rep leads others.
pub fn department<'s>(id: &str, settings: &'s Settings) -> Option<&'s str> {
    let leads =
        |manager: &str| settings.reps.iter().any(|rep| rep.manager.as_deref() == Some(manager));
    let rep = settings.rep(id)?;
    rep.manager.as_deref().or_else(|| leads(id).then_some(&*rep.id))
}

/// The place of a member in lists of the team: by department, the manager first, then in the order of
/// the settings; reps whom the settings do not list come last.
pub fn rank(id: &str, settings: &Settings) -> (usize, bool, usize) {
    let place = |id: &str| settings.reps.iter().position(|rep| &*rep.id == id);
    let department = department(id, settings);
    let last = usize::MAX;
    (department.and_then(place).unwrap_or(last), department != Some(id), place(id).unwrap_or(last))
}
