//! The files that name another file by its id: prospects their customer (`account`), customers their group (`parent`).

use super::change::{insert, not_read_back, reads_back};
use crate::diag::{Failure, Place};
use crate::disk::file::read_text;
use crate::disk::ledger::{Ledger, Loaded};
use crate::disk::write::FileChange;
use crate::format::append::append;
use crate::format::edit_facts::edit_facts;
use crate::format::line::{event_line, quoted};
use crate::model::event::Event;
use crate::model::profile::FactValue;
use crate::model::prospect::Prospect;
use crate::rules::replay::replay;
use crate::value::date::Date;
use crate::value::id::{fold, folded};
use rayon::prelude::*;
use std::path::Path;

/// A file that names another one.
#[derive(Debug)]
pub struct Reference {
    /// The file.
    pub loaded: Loaded,
    /// The facts at its top that name the other one.
    facts: Vec<&'static str>,
    /// Does an entry name the other one as the parent that it has now?
    by_entry: bool,
}

/// Every file that names the customer of this id, sorted by path; `but`: files that are not looked at.
///
/// # Errors
/// Fails with the errors of a file that has the id in its text and cannot be read.
pub fn references(ledger: &Ledger, id: &str, but: &[&Path]) -> Result<Vec<Reference>, Failure> {
    let (paths, _) = ledger.paths();
    let wanted = fold(id);
    let look = |path: &std::path::PathBuf| -> Option<Result<Reference, Failure>> {
        if but.contains(&path.as_path()) {
            return None;
        }
        let text = read_text(&ledger.root.join(path), &ledger.show(path)).ok()?;
        if !folded(&text).contains(&wanted) {
            return None;
        }
        let loaded = match ledger.read(path).map_err(Failure).and_then(Loaded::without_errors) {
            Ok(loaded) => loaded,
            Err(broken) => return Some(Err(broken)),
        };
        let reference = Reference::of(loaded, &wanted, ledger);
        (!reference.facts.is_empty() || reference.by_entry).then_some(Ok(reference))
    };
    paths.par_iter().filter_map(look).collect()
}

impl Reference {
    fn of(loaded: Loaded, wanted: &str, ledger: &Ledger) -> Reference {
        let names = |value: Option<&str>| value.is_some_and(|value| fold(value) == wanted);
        let prospect = &loaded.prospect;
        let mut facts = Vec::new();
        facts.extend(names(prospect.account.as_deref()).then_some("account"));
        facts.extend(names(prospect.profile().parent.as_deref()).then_some("parent"));
        let is_changed = prospect.events.iter().any(|event| !event.set.is_empty());
        let now = || replay(prospect.clone(), &ledger.settings, Date::MAX).map(|now| now.prospect);
        let by_entry = is_changed
            && now().is_some_and(|now| {
                let opening =
                    now.opening.as_ref().and_then(|opening| opening.profile().parent.clone());
                let parent = &now.profile().parent;
                *parent != opening && names(parent.as_deref())
            });
        Reference { loaded, facts, by_entry }
    }

    /// The change that makes the file name another id. Where an entry names the parent, history stays, and one more
    /// entry, `changed`, names the new one from its day on.
    ///
    /// # Errors
    /// Fails if the new text would not read back as meant.
    pub fn pointed_at(
        &self,
        ledger: &Ledger,
        id: &str,
        changed: &Event,
    ) -> Result<FileChange, Failure> {
        let shown = ledger.show(&self.loaded.prospect.path);
        let place = Place::file(&shown);
        let edits: Vec<(&str, String)> = self.facts.iter().map(|key| (*key, quoted(id))).collect();
        let mut text = edit_facts(&self.loaded.text, &edits, &place)?;
        let mut prospect = self.loaded.prospect.clone();
        for key in &self.facts {
            name(&mut prospect, key, id);
        }
        if self.by_entry {
            let set = vec![("parent".into(), FactValue::Text(id.into()))];
            let event = insert(&mut prospect, Event { set, ..changed.clone() });
            text = append(&text, "events", &[event_line(event)], &place)?;
        }
        if !reads_back(ledger, &prospect, &text) {
            return Err(not_read_back(&shown).into());
        }
        let before = Some(self.loaded.text.clone());
        Ok(FileChange { path: prospect.path, before, after: Some(text) })
    }
}

fn name(prospect: &mut Prospect, key: &str, id: &str) {
    match key {
        "account" => prospect.account = Some(id.into()),
        _ => prospect.profile_mut().parent = Some(id.into()),
    }
}
