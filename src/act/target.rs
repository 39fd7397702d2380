//! The prospects that a command is about to change, and the entries it makes for them.

use crate::diag::{Code, Diagnostic, Failure, Lang, Words};
use crate::disk::ledger::Loaded;
use crate::model::event::Event;
use crate::model::pipeline::Stage;
use crate::model::settings::Settings;
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use crate::value::date::Date;

/// A prospect that a command is about to change. It keeps no record: a command can have tens of thousands of targets.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its file.
    pub loaded: Loaded,
}

impl Target {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.loaded.prospect.id
    }

    /// Its id and name, for talk.
    pub fn named(&self) -> String {
        let prospect = &self.loaded.prospect;
        if prospect.name == prospect.id {
            prospect.id.to_string()
        } else {
            format!("{} ({})", prospect.id, prospect.name)
        }
    }

    /// Its record on the day of an event.
    ///
    /// # Errors
    /// Fails if the day is before it was opened.
    pub fn on(&self, settings: &Settings, date: Date) -> Result<Record, Diagnostic> {
        let id = self.id();
        replay(self.loaded.prospect.clone(), settings, date).ok_or_else(|| {
            Diagnostic::new(
                Code::BadArgument,
                words!("{date} is before `{id}` was opened", "{date} 早于 `{id}` 的建档日期"),
            )
            .help(words!("choose a later --date", "请用更晚的 --date"))
        })
    }
}

/// Refuses an entry that confirms or revokes a criterion of a board that the prospect is not on.
///
/// # Errors
/// Fails with the first such criterion, and the nearest one of the prospect's board.
pub fn knows_criteria(
    record: &Record,
    event: &Event,
    settings: &Settings,
) -> Result<(), Diagnostic> {
    let pipeline = record.pipeline(settings);
    let known = || settings.concerning(pipeline).map(|criterion| &*criterion.id);
    let mut named = event.confirms.iter().chain(&event.revokes);
    let Some(id) = named.find(|id| known().all(|known| known != &***id)) else { return Ok(()) };
    let message = words!("no criterion `{id}`", "没有标准 `{id}`");
    Err(Diagnostic::new(Code::UnknownCriterion, message).typed().nearest(id, known()))
}

/// The refusal to go on with a pursuit that has ended.
pub fn ended(target: &Target, here: &str) -> Diagnostic {
    let (named, id) = (target.named(), target.id());
    Diagnostic::new(
        Code::MoveAfterEnd,
        words!(
            "{named} is at `{here}`: its pursuit has ended",
            "{named} 在 `{here}`：这一轮已经结束"
        ),
    )
    .help(words!("to begin a new pursuit: crm reopen {id}", "开始新的一轮：crm reopen {id}"))
}

/// The refusal to move a prospect to the column that it is in.
pub fn is_there(target: &Target, here: &str) -> Diagnostic {
    let named = target.named();
    let message = words!(
        "{named} is at `{here}` already: there is nothing to do",
        "{named} 已经在 `{here}`：无需操作"
    );
    Diagnostic::new(Code::AlreadyThere, message)
}

/// A move in words, for talk: `zhang (张先生): Opportunity -> 25%`.
pub fn moved(target: &Target, from: &Stage, to: &Stage, lang: Lang) -> String {
    let label = |stage: &Stage| stage.label.get(lang, &stage.id).to_owned();
    format!("{}: {} -> {}", target.named(), label(from), label(to))
}

/// Events for one prospect, and the line that tells of them.
pub struct Entry {
    /// The prospect.
    pub target: Target,
    /// The events, without the numbers of their keys.
    pub events: Vec<Event>,
    /// One line of talk.
    pub said: Words,
}

/// The refusal to show a prospect before the day on which it was opened.
pub fn not_yet(id: &str, today: Date) -> Diagnostic {
    Diagnostic::new(
        Code::NotFound,
        words!("`{id}` was opened after {today}", "`{id}` 在 {today} 之后才建档"),
    )
    .help(words!("look from a later day: --as-of DATE", "请从更晚的日期看：--as-of 日期"))
}

/// An entry for each target, and the refusals for those that get none.
pub fn entries(
    targets: Vec<Target>,
    mut make: impl FnMut(Target) -> Result<Entry, Diagnostic>,
) -> (Vec<Entry>, Vec<Diagnostic>) {
    let mut entries = Vec::new();
    let mut refused = Vec::new();
    for target in targets {
        match make(target) {
            Ok(entry) => entries.push(entry),
            Err(refusal) => refused.push(refusal),
        }
    }
    (entries, refused)
}

/// Fails with all refusals together, if there are any.
pub fn unless(refused: Vec<Diagnostic>) -> Result<(), Failure> {
    if refused.is_empty() { Ok(()) } else { Err(Failure(refused)) }
}
