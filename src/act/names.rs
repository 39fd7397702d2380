//! Names that the settings know: reps, kinds of events, criteria.

use crate::diag::{Code, Diagnostic, Words, listed, suggest};
use crate::git::program::Git;
use crate::model::kind::Counts;
use crate::model::settings::Settings;
use crate::value::text::Text;
use std::path::Path;

/// A known rep by id, name or e-mail, or the pool (`""`). A ledger without reps accepts any name.
///
/// # Errors
/// Fails with the nearest name, or with the reps that the name fits.
pub fn rep(settings: &Settings, origin: &str, name: &str) -> Result<Text, Diagnostic> {
    if name.is_empty() || settings.reps.is_empty() {
        return Ok(name.into());
    }
    settings.rep_named(name).map(|rep| rep.id.clone()).map_err(|several| {
        let message = words!("{origin}: no rep `{name}`", "{origin}：没有业务员 `{name}`");
        let unknown = Diagnostic::new(Code::UnknownRep, message).typed();
        match several.is_empty() {
            true => unknown.nearest(name, settings.reps.iter().map(|rep| &*rep.id)),
            false => unknown.help(any_of(several.iter().map(|rep| &*rep.id))),
        }
    })
}

/// A known criterion by id or label. One to `confirm` must be one that a person can attest.
///
/// # Errors
/// Fails with the nearest name, or with the criteria that can be confirmed.
pub fn criterion(settings: &Settings, name: &str, confirm: bool) -> Result<Text, Diagnostic> {
    let criterion = settings.criterion_named(name).map_err(|several| {
        let message = words!("no criterion `{name}`", "没有标准 `{name}`");
        let unknown = Diagnostic::new(Code::UnknownCriterion, message).typed();
        match several.is_empty() {
            true => unknown.nearest(name, settings.named_criteria().map(|c| &*c.id)),
            false => unknown.help(any_of(several.iter().map(|c| &*c.id))),
        }
    })?;
    if confirm && !criterion.attestable() {
        let attestable: Vec<&str> =
            settings.named_criteria().filter(|c| c.attestable()).map(|c| &*c.id).collect();
        let (id, attestable) = (&criterion.id, listed(attestable));
        let message = words!(
            "`{id}` follows from the entries and cannot be confirmed by hand",
            "`{id}` 由流水推出，不能手工确认"
        );
        return Err(Diagnostic::new(Code::ComputedCriterion, message)
            .typed()
            .help(words!("can be confirmed: {attestable}", "可以确认的：{attestable:#}")));
    }
    Ok(criterion.id.clone())
}

/// The known kind of this name: an id, or the word that people read.
///
/// # Errors
/// Fails with the nearest name.
pub fn kind<'s>(settings: &'s Settings, name: &str) -> Result<&'s str, Diagnostic> {
    settings.kinds.named(name).map_err(|several| {
        let message = words!("no kind of event `{name}`", "没有记录类型 `{name}`");
        let unknown = Diagnostic::new(Code::UnknownKind, message).typed();
        if !several.is_empty() {
            return unknown.help(any_of(several.into_iter()));
        }
        // Those that a command of their own writes are known, but meant seldom.
        let counts = |kind: &str| settings.kinds.get(&kind.into());
        let is_usual = |kind: &&str| *kind == "note" || counts(kind) != Some(Counts::Note);
        let kinds: Vec<&str> = settings.kinds.names().filter(is_usual).collect();
        let kinds = listed(kinds);
        let listed = words!("kinds: {kinds}", "类型：{kinds:#}");
        let unknown = match suggest(name, settings.kinds.names()) {
            Some(near) => unknown.help(near),
            None => unknown,
        };
        unknown.help(listed).help(words!(
            "a kind of your own needs a section in crm.toml: [kind.{name}]",
            "自定义类型须在 crm.toml 中写明：[kind.{name}]"
        ))
    })
}

/// The ids that a name fits.
fn any_of<'a>(ids: impl Iterator<Item = &'a str>) -> Words {
    let ids = listed(ids.map(|id| format!("`{id}`")));
    words!("it may be any of {ids}", "可能是 {ids:#}")
}

/// The rep whose e-mail is git's `user.email` in this folder.
pub fn rep_of_git(settings: &Settings, root: &Path) -> Option<Text> {
    if settings.reps.iter().all(|rep| rep.email.is_none()) {
        return None;
    }
    let email = Git::at(root).line(&["config", "user.email"]).ok()?;
    settings.rep_by_email(email.trim()).map(|rep| rep.id.clone())
}
