//! Names that the settings know: reps, kinds of events, criteria.

use crate::diag::{Code, Diagnostic, suggest};
use crate::git::program::Git;
use crate::model::settings::Settings;
use crate::value::text::Text;
use std::path::Path;

/// A known rep, or the pool (`""`). A ledger without reps accepts any name.
///
/// # Errors
/// Fails with the nearest name.
pub fn rep(settings: &Settings, origin: &str, id: &str) -> Result<Text, Diagnostic> {
    if id.is_empty() || settings.reps.is_empty() || settings.rep(id).is_some() {
        return Ok(id.into());
    }
    Err(Diagnostic::new(
        Code::UnknownRep,
        words!("{origin}: no rep `{id}`", "{origin}：没有业务员 `{id}`"),
    )
    .typed()
    .nearest(id, settings.reps.iter().map(|rep| &*rep.id)))
}

/// A known criterion. One to `confirm` must be one that a person can attest.
///
/// # Errors
/// Fails with the nearest name, or with the criteria that can be confirmed.
pub fn criterion(settings: &Settings, id: &str, confirm: bool) -> Result<Text, Diagnostic> {
    let Some(criterion) = settings.criterion(id) else {
        let message = words!("no criterion `{id}`", "没有标准 `{id}`");
        return Err(Diagnostic::new(Code::UnknownCriterion, message)
            .typed()
            .nearest(id, settings.criteria.iter().map(|c| &*c.id)));
    };
    if confirm && !criterion.attestable() {
        let attestable: Vec<&str> =
            settings.criteria.iter().filter(|c| c.attestable()).map(|c| &*c.id).collect();
        let attestable = attestable.join(", ");
        let message = words!(
            "`{id}` follows from the entries and cannot be confirmed by hand",
            "`{id}` 由流水推出，不能手工确认"
        );
        return Err(Diagnostic::new(Code::ComputedCriterion, message)
            .typed()
            .help(words!("can be confirmed: {attestable}", "可以确认的：{attestable}")));
    }
    Ok(criterion.id.clone())
}

/// The known kind of this name.
///
/// # Errors
/// Fails with the nearest name.
pub fn kind<'s>(settings: &'s Settings, name: &str) -> Result<&'s str, Diagnostic> {
    match settings.kinds.names().find(|kind| *kind == name) {
        Some(kind) => Ok(kind),
        None => {
            let message = words!("no kind of event `{name}`", "没有记录类型 `{name}`");
            let near = suggest(name, settings.kinds.names());
            Err(Diagnostic::new(Code::UnknownKind, message)
                .typed()
                .help(near.unwrap_or_else(|| {
                    let kinds = settings.kinds.names().collect::<Vec<_>>().join(", ");
                    words!("kinds: {kinds}", "类型：{kinds}")
                }))
                .help(words!(
                    "a kind of your own needs a section in crm.toml: [kind.{name}]",
                    "自定义类型须在 crm.toml 中写明：[kind.{name}]"
                )))
        }
    }
}

/// The rep whose e-mail is git's `user.email` in this folder.
pub fn rep_of_git(settings: &Settings, root: &Path) -> Option<Text> {
    if settings.reps.iter().all(|rep| rep.email.is_none()) {
        return None;
    }
    let email = Git::at(root).line(&["config", "user.email"]).ok()?;
    settings.rep_by_email(email.trim()).map(|rep| rep.id.clone())
}
