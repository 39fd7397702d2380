//! Changes of files: the text that an entry or a new prospect comes to, read back before it counts.

use crate::diag::{Code, Diagnostic, Failure, Place, Spot};
use crate::disk::ledger::{Ledger, Loaded};
use crate::disk::write::FileChange;
use crate::format::add_facts::add_facts;
use crate::format::append::append;
use crate::format::line::{assign_key, event_line};
use crate::format::new_file::{blocks, fact_lines, new_file};
use crate::model::event::Event;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::plan::import::MissingFacts;
use crate::rules::entry::{REFUSED, flaws};
use crate::rules::replay::derive;
use crate::value::date::Date;
use std::collections::BTreeSet;
use std::path::Path;

/// The ledger that judges entries first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// This one: its rules refuse what breaks them.
    Here,
    /// Another one: its journal is copied, entries with their keys. Its rules have judged the moves, by people whom
    /// the journal does not carry; `crm check` judges them again once the people are there.
    Elsewhere,
}

impl Origin {
    /// Does a finding refuse entries of this origin?
    pub fn refuses(self, finding: &Diagnostic) -> bool {
        !(self == Origin::Elsewhere && finding.code == Code::UnsupportedMove)
    }
}

/// The change that adds events to a file, and the events with their keys. The new text is read back: it must hold the old events and the
/// new ones, and break no rule that it did not break before.
pub fn changed(
    ledger: &Ledger,
    loaded: &Loaded,
    events: &[Event],
) -> Result<(FileChange, Vec<Event>), Failure> {
    let mut prospect = loaded.prospect.clone();
    let events: Vec<Event> =
        events.iter().map(|event| insert(&mut prospect, event.clone()).clone()).collect();
    Ok((changed_to(ledger, loaded, prospect, &events, Origin::Here)?, events))
}

/// The change that makes a file hold this prospect, which has these events more.
pub fn changed_to(
    ledger: &Ledger,
    loaded: &Loaded,
    prospect: Prospect,
    events: &[Event],
    origin: Origin,
) -> Result<FileChange, Failure> {
    let shown = ledger.show(&loaded.prospect.path);
    let lines: Vec<String> = events.iter().map(event_line).collect();
    keeps_rules(&ledger.settings, &loaded.prospect, &prospect, origin)?;
    let after = append(&loaded.text, "events", &lines, &Place::file(&shown))?;
    if !reads_back(ledger, &prospect, &after) {
        return Err(not_read_back(&shown).into());
    }
    Ok(FileChange { path: prospect.path, before: Some(loaded.text.clone()), after: Some(after) })
}

/// A file with facts and people more.
///
/// # Errors
/// Fails if the new text would not read back as meant: the file writes its people in another way.
pub fn with_facts(
    ledger: &Ledger,
    loaded: &Loaded,
    facts: &MissingFacts,
) -> Result<Loaded, Failure> {
    let shown = ledger.show(&loaded.prospect.path);
    let prospect = facts.added_to(&loaded.prospect);
    let lines = fact_lines(&facts.values);
    let blocks = blocks(&facts.contacts, &facts.goals, &facts.steps);
    let text = add_facts(&loaded.text, &lines, &blocks, &Place::file(&shown))?;
    if !reads_back(ledger, &prospect, &text) {
        return Err(not_read_back(&shown).into());
    }
    Ok(Loaded { prospect, text, problems: Vec::new() })
}

pub(super) fn not_read_back(shown: &Path) -> Diagnostic {
    let message = words!(
        "the entry would not read back as it was meant; nothing was changed",
        "写入后读不回原意；未作任何改动"
    );
    Diagnostic::new(Code::WriteFailed, message).at(Place::file(shown)).help(words!(
        "`crm check` may show what is unusual about this file",
        "`crm check` 或可指出该文件的异常之处"
    ))
}

/// The change that makes a new prospect's file. Its events have their keys already.
pub fn created(
    ledger: &Ledger,
    prospect: &Prospect,
    origin: Origin,
) -> Result<FileChange, Failure> {
    let bare = Prospect { events: Vec::new(), ..prospect.clone() };
    keeps_rules(&ledger.settings, &bare, prospect, origin)?;
    let after = new_file(prospect);
    if !reads_back(ledger, prospect, &after) {
        return Err(Diagnostic::new(
            Code::WriteFailed,
            words!(
                "the prospect would not read back as it was meant; nothing was written",
                "写入后读不回原意；未作任何写入"
            ),
        )
        .into());
    }
    Ok(FileChange { path: prospect.path.clone(), before: None, after: Some(after) })
}

/// Puts an event that has its key in its place in the journal.
pub fn insert_keyed(prospect: &mut Prospect, event: Event) -> &Event {
    let at = prospect.events.partition_point(|earlier| earlier.key < event.key);
    prospect.events.insert(at, event);
    &prospect.events[at]
}

/// Gives an event its key and its place in the journal.
pub fn insert(prospect: &mut Prospect, mut event: Event) -> &Event {
    assign_key(&mut event, &prospect.id, &prospect.events);
    insert_keyed(prospect, event)
}

/// Does the text read back as the prospect?
pub(super) fn reads_back(ledger: &Ledger, prospect: &Prospect, text: &str) -> bool {
    let (back, _) = ledger.prospect_in(text, &prospect.path);
    back.is_some_and(|back| back.in_one_form() == prospect.in_one_form())
}

/// No new entry may make the file break a rule that it kept so far.
fn keeps_rules(
    settings: &Settings,
    before: &Prospect,
    after: &Prospect,
    origin: Origin,
) -> Result<(), Failure> {
    let findings = |prospect: &Prospect| {
        let derived = derive(prospect, settings, Date::MAX).map(|(.., findings)| findings);
        let flaws = flaws(prospect).into_iter().map(|flaw| {
            let spot = Spot::Event(flaw.event.key.text.to_string(), flaw.field);
            flaw.what.at(Place::file(&prospect.path).at(spot))
        });
        derived.unwrap_or_default().into_iter().chain(flaws).collect::<Vec<_>>()
    };
    let known = findings(before);
    let known: BTreeSet<(&Option<Place>, Code)> =
        known.iter().map(|finding| (&finding.place, finding.code)).collect();
    let new: Vec<Diagnostic> = findings(after)
        .into_iter()
        .filter(|finding| finding.is_error() || REFUSED.contains(&finding.code))
        .filter(|finding| origin.refuses(finding))
        .map(Diagnostic::refused)
        .filter(|finding| !known.contains(&(&finding.place, finding.code)))
        .map(|mut finding| {
            // The entry is not in the file, so there is nothing to point at.
            finding.place = None;
            finding.message = finding.message.about(&after.id);
            finding
        })
        .collect();
    if new.is_empty() { Ok(()) } else { Err(Failure(new)) }
}

/// The difference of two texts as `diff -u` shows it.
pub fn unified(path: &Path, before: &str, after: &str) -> String {
    let name = path.display().to_string();
    let side = |text: &str| if text.is_empty() { "/dev/null" } else { name.as_str() };
    similar::TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(1)
        .header(side(before), side(after))
        .to_string()
}
