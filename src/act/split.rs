//! A join is undone, also after more has happened: the file that went is there again, and the other one loses what the
//! join brought.
//!
//! The two files as they were come from the notes of this clone's writes, or from git. The join is then made again in
//! memory: its entries must all be in the file, word for word. As long as no commit has the join, they go again; what a
//! commit has is retracted, since history only grows.

use super::add::free_id;
use super::change::{changed, not_read_back, reads_back};
use super::join::{Joined, breaks_no_rule};
use super::join_note::Told;
use super::references::references;
use super::session::{Done, Session};
use super::target::Target;
use crate::diag::{Code, Diagnostic, Failure, Lang, Words, counted, first_of};
use crate::disk::history;
use crate::disk::ledger::{Ledger, Loaded};
use crate::disk::write::FileChange;
use crate::format::content::written_entries;
use crate::format::layout::is_of_a_customer;
use crate::format::line::bare_or_quoted;
use crate::format::sealed::keys::WrappedKeys;
use crate::format::sealed::merge::with_keys_of;
use crate::git::index::{places_of, text_at};
use crate::model::event::Event;
use crate::model::kind::EventKind;
use crate::model::prospect::Prospect;
use crate::rules::replay::standing;
use crate::value::date::Date;
use crate::value::id::fold;
use crate::value::text::Text;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// How many ids a message names.
const NAMED: usize = 10;

/// The two files of a join as they were before it.
struct Before {
    keep: Target,
    other: Target,
    joined: Joined,
}

/// Undoes a join: the last one of the file, or that with the file of the id `other`. `retraction` is the draft of the
/// entries that take back what a commit has.
///
/// # Errors
/// Fails if nothing was joined, if neither git nor the notes of this clone have the files as they were, or if a rule would
/// be broken; nothing was written then.
pub fn split(
    session: &Session,
    target: &Target,
    other: Option<&str>,
    retraction: &Event,
) -> Result<Done, Failure> {
    let ledger = session.ledger;
    let (told, key) = told(target, other)?;
    free_id(Some(&told.other), "", ledger)?;
    let before = before(ledger, target, &told)?;
    let committed = text_at(&ledger.root, "HEAD", &target.loaded.prospect.path);
    let is_committed = committed.is_some_and(|text| written_entries(&text).contains_key(&*key));
    let without = match is_committed {
        true => retracted(session, target, &before, retraction)?,
        false => removed(ledger, target, &before)?,
    };
    let back = &before.other.loaded;
    let again = FileChange {
        path: back.prospect.path.clone(),
        before: None,
        after: Some(back.text.clone()),
    };
    let differences = session.write(&[without, again])?;
    let mut said = Vec::new();
    if !session.is_dry() {
        let (named, from) = (before.other.named(), target.named());
        let file = ledger.show(&back.prospect.path);
        let file = file.display();
        said.push(words!(
            "{named} is a file of its own again: {file}",
            "{named} 又是单独的文件：{file}"
        ));
        said.extend(later(target, &before).map(|n| {
            let stay = counted(n, "later entry stays", "later entries stay");
            words!("{stay} with {from}", "之后的 {n} 条记录留在 {from}")
        }));
    }
    if !has_facts_of_join(ledger, target, &before) {
        let id = target.id();
        said.push(words!(
            "facts and people of {id} were changed since, and stay: crm edit {id}",
            "{id} 的资料和联系人此后有改动，保持原样：crm edit {id}"
        ));
    }
    if target.loaded.prospect.is_customer {
        said.extend(still_named(ledger, target, back)?);
    }
    Ok(Done { said, differences, doubts: session.doubts([], None), ..Done::default() })
}

/// The join to undo, and the key of the entry that tells of it.
fn told(target: &Target, other: Option<&str>) -> Result<(Told, Text), Diagnostic> {
    let all: Vec<&Event> = standing(&target.loaded.prospect.events, Date::MAX).collect();
    let all = all.into_iter().filter_map(|event| Some((Told::by(event)?, event.key.text.clone())));
    let all: Vec<(Told, Text)> = all.collect();
    let is_it = |told: &Told| other.is_none_or(|other| fold(other) == fold(&told.other));
    let found = all.iter().rfind(|(told, _)| is_it(told)).cloned();
    found.ok_or_else(|| {
        let named = target.named();
        let ids: Vec<&str> = all.iter().map(|(told, _)| &*told.other).collect();
        match other {
            Some(other) => Diagnostic::new(
                Code::NothingToUndo,
                words!("{named} was not joined with `{other}`", "{named} 没有与 `{other}` 合并过"),
            )
            .nearest(other, ids.iter().copied()),
            None => Diagnostic::new(
                Code::NothingToUndo,
                words!("{named} was not joined with another file", "{named} 没有与别的文件合并过"),
            )
            .help(words!(
                "the file that stayed is named, not the one that went: crm split KEEP",
                "请写保留下来的文件，而不是并入的那个：crm split 保留者"
            )),
        }
    })
}

/// The files before the join, from the notes of this clone or from git: those of which the same join comes again.
fn before(ledger: &Ledger, target: &Target, told: &Told) -> Result<Before, Failure> {
    let path = &target.loaded.prospect.path;
    let name = format!("{}.toml", told.other);
    for past in history::all(&ledger.root) {
        let keep = past.files().find(|(file, _)| *file == path.as_path());
        let other =
            past.files().find(|(file, _)| file.file_name().is_some_and(|own| *own == *name));
        if let (Some((_, Some(keep))), Some((place, Some(other)))) = (keep, other)
            && let Some(before) = fitting(ledger, target, told, keep, (place, other))
        {
            return Ok(before);
        }
    }
    let folder = path.iter().next().map(PathBuf::from).unwrap_or_default();
    for (revision, place) in places_of(&ledger.root, &folder, &name) {
        let text = |path: &Path| text_at(&ledger.root, &revision, path);
        if let Some((keep, other)) = text(path).zip(text(&place))
            && let Some(before) = fitting(ledger, target, told, &keep, (&place, &other))
        {
            return Ok(before);
        }
    }
    Err(not_known(target, &told.other).into())
}

/// Two texts as the files before the join, if it comes to the entries that are in the file now.
fn fitting(
    ledger: &Ledger,
    target: &Target,
    told: &Told,
    keep: &str,
    (place, other): (&Path, &str),
) -> Option<Before> {
    let keep = Target { loaded: loaded(ledger, &target.loaded.prospect.path, keep)? };
    let other = Target { loaded: loaded(ledger, place, other)? };
    let joined = Joined::of(ledger, &keep, &other, &told.draft, told.lang).ok()?;
    let now = &target.loaded.prospect.events;
    let added = joined.prospect.events.iter().filter(|event| joined.keys.contains(&event.key.text));
    let has_all = added.into_iter().all(|event| now.contains(event));
    has_all.then_some(Before { keep, other, joined })
}

fn loaded(ledger: &Ledger, path: &Path, text: &str) -> Option<Loaded> {
    let (prospect, problems) = ledger.prospect_in(text, path);
    let prospect = Prospect { is_customer: is_of_a_customer(path), ..prospect? };
    Some(Loaded { prospect, text: text.to_owned(), problems })
}

/// The file without the entries of the join: as it was before, if nothing came since.
fn removed(ledger: &Ledger, target: &Target, before: &Before) -> Result<FileChange, Failure> {
    let (loaded, joined) = (&target.loaded, &before.joined);
    let now = &loaded.prospect;
    let facts = facts_before(ledger, target, before);
    let mut after = facts.prospect;
    let stays = |event: &&Event| !joined.keys.contains(&event.key.text);
    after.events = now.events.iter().filter(stays).cloned().collect();
    let text = match after.events == before.keep.loaded.prospect.events
        && has_facts_of_join(ledger, target, before)
    {
        true => before.keep.loaded.text.clone(),
        false => without_lines(&facts.text, &joined.keys),
    };
    let shown = ledger.show(&now.path);
    if !reads_back(ledger, &after, &text) {
        return Err(not_read_back(&shown).into());
    }
    breaks_no_rule(&ledger.settings, now, &before.keep.loaded.prospect, &after)?;
    Ok(FileChange { path: now.path.clone(), before: Some(loaded.text.clone()), after: Some(text) })
}

/// The file with retractions of all that the join brought and that still counts.
fn retracted(
    session: &Session,
    target: &Target,
    before: &Before,
    retraction: &Event,
) -> Result<FileChange, Failure> {
    let ledger = session.ledger;
    let keys = &before.joined.keys;
    let id = before.other.id();
    let reason = match session.written_lang() {
        Lang::Zh => format!("{id} 重新拆分为单独的文件"),
        Lang::En | Lang::Machine => format!("{id} is a file of its own again"),
    };
    let counts = |event: &&Event| {
        let of_ours = event.event.as_ref().is_some_and(|named| !keys.contains(named));
        keys.contains(&event.key.text) && (event.kind != EventKind::Retracted || of_ours)
    };
    let events = standing(&target.loaded.prospect.events, Date::MAX).filter(counts);
    let retractions = events.map(|event| Event {
        event: Some(event.key.text.clone()),
        reason: Some(reason.as_str().into()),
        ..retraction.clone()
    });
    let retractions: Vec<Event> = retractions.collect();
    let facts = facts_before(ledger, target, before);
    let (change, _) = changed(ledger, &facts, &retractions)?;
    Ok(FileChange { before: Some(target.loaded.text.clone()), ..change })
}

/// The file with the facts and people that it had before the join, if they are those that the join made; else as it is.
fn facts_before(ledger: &Ledger, target: &Target, before: &Before) -> Loaded {
    let now = &target.loaded;
    if !has_facts_of_join(ledger, target, before) {
        return now.clone();
    }
    let (head, tail) = (parts_of(&before.keep.loaded.text).0, parts_of(&now.text).1);
    let events = now.prospect.events.clone();
    let prospect = Prospect { events, ..before.keep.loaded.prospect.clone() };
    // Entries that stay may be sealed with keys that came later.
    let text = with_keys_of(format!("{head}{tail}"), [&before.keep.loaded.text, &now.text]);
    Loaded { prospect, text, problems: Vec::new() }
}

/// Are the facts and people above the entries as the join left them? Sealed values are compared as they open.
fn has_facts_of_join(ledger: &Ledger, target: &Target, before: &Before) -> bool {
    let facts = |text: &str| {
        let open = WrappedKeys::default().put_into(&ledger.opened(text));
        parts_of(&open).0.to_owned()
    };
    facts(&target.loaded.text) == facts(&before.joined.facts.text)
}

/// A file above its entries, and from their heading on.
fn parts_of(text: &str) -> (&str, &str) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_end() == "[events]" {
            break;
        }
        at += line.len();
    }
    text.split_at(at)
}

/// A text without the lines of entries.
fn without_lines(text: &str, keys: &BTreeSet<Text>) -> String {
    let keys: Vec<String> = keys.iter().map(|key| bare_or_quoted(key)).collect();
    let is_of = |line: &str, key: &String| {
        line.strip_prefix(&**key).is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let stays = |line: &&str| !keys.iter().any(|key| is_of(line.trim_start(), key));
    text.split_inclusive('\n').filter(stays).collect()
}

/// How many entries were written after the join; `None` for none.
fn later(target: &Target, before: &Before) -> Option<usize> {
    let old = &before.joined.prospect.events;
    let n = target.loaded.prospect.events.iter().filter(|event| !old.contains(event)).count();
    (n > 0).then_some(n)
}

/// The files that name the customer that stays: some of them may have named the other one.
fn still_named(ledger: &Ledger, target: &Target, other: &Loaded) -> Result<Option<Words>, Failure> {
    let ours = [&*target.loaded.prospect.path, &*other.prospect.path];
    let all = references(ledger, target.id(), &ours)?;
    if all.is_empty() {
        return Ok(None);
    }
    let ids = first_of(all.iter().map(|one| one.loaded.prospect.id.clone()), NAMED);
    let (id, back) = (target.id(), &other.prospect.id);
    Ok(Some(words!(
        "these name {id}; where {back} is meant, say so with crm edit: {ids}",
        "以下文件归属 {id}；应归属 {back} 的请用 crm edit 改写：{ids:#}"
    )))
}

fn not_known(target: &Target, other: &str) -> Diagnostic {
    let named = target.named();
    let message = words!(
        "neither git nor the notes of this clone have `{other}` and {named} as they were when they were joined",
        "git 和本机的写入记录中都没有 `{other}` 与 {named} 合并时的样子"
    );
    Diagnostic::new(Code::NothingToUndo, message).help(words!(
        "git log -- FILE finds an old version; its entries are retracted one by one: crm undo ID EVENT",
        "git log -- 文件 可找到旧版本；流水可逐条撤回：crm undo 编号 记录"
    ))
}
