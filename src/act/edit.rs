//! Edits by hand. A draft is a copy of a prospect's file in the clone's own folder: it stays there until it is
//! written or dropped, so that a lock, a full disk or a closed terminal costs no text.

use super::session::Session;
use crate::check::since::harm_of;
use crate::check::surroundings::Surroundings;
use crate::check::{Subject, check};
use crate::diag::{Code, Diagnostic, Failure, Severity, Words};
use crate::disk::durable::write_file;
use crate::disk::file::{id_of, read_text};
use crate::disk::ledger::Ledger;
use crate::disk::private::{drafts, drafts_as_they_are};
use crate::disk::write::FileChange;
use crate::format::content::{content, event_line_in};
use crate::format::layout::is_of_a_customer;
use crate::format::merge::markers::Markers;
use crate::format::merge::{FileKind, Merged, Versions, merge};
use crate::format::read_prospect::read_prospect;
use crate::format::syntax::is_conflict_mark;
use crate::git::snapshot::Tracked;
use crate::model::prospect::Prospect;
use crate::rules::growth::{Harm, harmed};
use crate::rules::replay::replay;
use crate::value::date::Date;
use crate::value::id;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

/// The text that a draft began from, beside it.
const BASE: &str = "base";
/// Locked while an editor has the draft.
const LOCK: &str = "lock";

/// A text that is being edited.
#[derive(Debug)]
pub struct Draft {
    /// The prospect's file, below the ledger's root.
    path: PathBuf,
    /// The folder of this draft.
    folder: PathBuf,
    /// Keeps other commands off the draft, until this one ends.
    _lock: File,
}

/// The fate of a written draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftOutcome {
    /// The text is the file's.
    AsTyped,
    /// The file was changed meanwhile; both changes are in it.
    Merged,
}

impl Draft {
    /// Begins a draft with the text of the file at `path`.
    ///
    /// # Errors
    /// Fails if the file cannot be read, no draft can be written, or one that was not written is kept.
    pub fn begin(ledger: &Ledger, path: &Path) -> Result<Draft, Failure> {
        let text = read_text(&ledger.root.join(path), &ledger.show(path))?;
        let all = folder_of(ledger, path)?;
        if let Some(kept) = kept_drafts(&all, path).pop() {
            return Err(is_kept(&kept, &id_of(path)).into());
        }
        Ok(made(&all, path, &text).map_err(|error| no_draft(&error))?)
    }

    /// The draft that an earlier command kept; the last one, if there are several.
    ///
    /// # Errors
    /// Fails if none is kept.
    pub fn resume(ledger: &Ledger, path: &Path) -> Result<Draft, Failure> {
        let kept = kept_drafts(&folder_of(ledger, path)?, path).pop();
        kept.ok_or_else(|| {
            let id = id_of(path);
            let message = words!("no text of `{id}` is kept", "没有保留 `{id}` 的未写入文本");
            Diagnostic::new(Code::NotFound, message)
                .help(words!("to begin an edit: crm edit {id}", "开始编辑：crm edit {id}"))
                .into()
        })
    }

    /// The prospect's file, below the ledger's root.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file for the editor. It has the name of the prospect's file, so that an editor knows it for TOML.
    pub fn file(&self) -> PathBuf {
        self.folder.join(self.path.file_name().unwrap_or_default())
    }

    /// Is the text the one that the draft began from, or removed?
    pub fn is_unchanged(&self) -> bool {
        let text = fs::read(self.file()).ok();
        text.is_none() || text == fs::read(self.folder.join(BASE)).ok()
    }

    /// The errors that `check` would find in the text. Their places point into the draft.
    ///
    /// # Errors
    /// Fails if the text cannot be read: it is no UTF-8, or too large.
    pub fn errors(&self, ledger: &Ledger, today: Date) -> Result<Vec<Diagnostic>, Failure> {
        let copy = self.file();
        let text = read_text(&copy, &copy)?;
        let (prospect, mut found) =
            read_prospect(&text, &id_of(&self.path), &copy, &copy, &ledger.settings);
        let is_customer = is_of_a_customer(&self.path);
        let prospect = prospect.map(|prospect| Prospect { is_customer, ..prospect });
        if let Some(record) = prospect.and_then(|p| replay(p, &ledger.settings, today)) {
            let (settings, around) = (&ledger.settings, &Surroundings::default());
            let subject = Subject { record: &record, settings, as_of: today, shown: copy, around };
            found.extend(check(&subject));
            found.extend(record.findings);
        }
        found.retain(Diagnostic::is_error);
        // The merge driver of the ledger does not know the draft.
        if text.lines().any(is_conflict_mark) {
            let broken = found.iter_mut().filter(|problem| problem.code == Code::Syntax);
            broken.for_each(|problem| problem.help = vec![keep_one_side()]);
        }
        Ok(found)
    }

    /// Writes the text to the prospect's file. Changes that the file got meanwhile are merged with those of the draft.
    ///
    /// # Errors
    /// Fails if the file cannot be written, or both changed one thing differently: then the draft has both between
    /// markers. The draft is kept.
    pub fn write(&self, session: &Session) -> Result<DraftOutcome, Failure> {
        let ledger = session.ledger;
        let shown = ledger.show(&self.path);
        let typed = read_text(&self.file(), &self.file())?;
        let base = read_text(&self.folder.join(BASE), &self.folder.join(BASE))?;
        let now = read_text(&ledger.root.join(&self.path), &shown)?;
        let (written, after) = if now == base {
            (DraftOutcome::AsTyped, typed)
        } else {
            (DraftOutcome::Merged, self.merged(&base, &now, &typed, &shown)?)
        };
        session.write(&[FileChange {
            path: self.path.clone(),
            before: Some(now),
            after: Some(after),
        }])?;
        Ok(written)
    }

    fn merged(
        &self,
        base: &str,
        now: &str,
        typed: &str,
        shown: &Path,
    ) -> Result<String, Diagnostic> {
        let markers =
            Markers { ours: "file".to_owned(), theirs: "draft".to_owned(), ..Markers::default() };
        let versions = Versions { base, ours: now, theirs: typed };
        let file = shown.display();
        let changed = words!("{file} was changed meanwhile", "{file} 在编辑期间被改动");
        let changed = Diagnostic::new(Code::MergeConflict, changed);
        match merge(versions, FileKind::Prospect, &markers) {
            Ok(Merged { text, conflicts }) if conflicts.is_empty() => Ok(text),
            Ok(Merged { text, conflicts }) => {
                self.keep(now, &text).map_err(|error| no_draft(&error))?;
                let changed = changed.help(words!(
                    "both versions are now in your text, between marks",
                    "双方的版本都已写入您的文本，由标记隔开"
                ));
                let changed = changed.help(keep_one_side());
                Err(conflicts.iter().fold(changed, |found, conflict| {
                    let (en, zh) = (conflict.what.en(), conflict.what.zh());
                    found.note(words!("both changed {en}, differently", "双方对{zh}作了不同的改动"))
                }))
            }
            Err(why) => Err(changed.note(why.words()).help(words!(
                "put your changes into the file by hand, then remove the draft",
                "请手工把改动写入文件，然后删除草稿"
            ))),
        }
    }

    /// Writes both texts of the draft.
    fn keep(&self, base: &str, text: &str) -> std::io::Result<()> {
        write_file(&self.folder.join(BASE), base.as_bytes())?;
        write_file(&self.file(), text.as_bytes())
    }

    /// Removes the draft.
    pub fn drop_it(self) {
        // A draft that cannot be removed is found, and named, by the next edit.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A new draft. Its folder gets its number when the draft is whole and locked: until then no other command sees it.
fn made(all: &Path, path: &Path, text: &str) -> std::io::Result<Draft> {
    fs::create_dir_all(all)?;
    let new = tempfile::Builder::new().prefix("new-").tempdir_in(all)?;
    let lock = File::create(new.path().join(LOCK))?;
    lock.lock()?;
    let mut draft = Draft { path: path.to_owned(), folder: new.path().to_owned(), _lock: lock };
    draft.keep(text, text)?;
    let mut n = 1u32;
    loop {
        let folder = all.join(n.to_string());
        match fs::rename(new.path(), &folder) {
            Ok(()) => {
                draft.folder = folder;
                return Ok(draft);
            }
            Err(error) if !folder.is_dir() => return Err(error),
            Err(_) => n += 1,
        }
    }
}

/// The remedy for a conflict in a draft.
fn keep_one_side() -> Words {
    words!(
        "in the text, keep one of the two sides, and remove the lines with the marks",
        "请在文本中保留其中一方，并删去标记所在的行"
    )
}

/// A text that was not written, and that no command has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The id of its prospect.
    pub id: String,
    /// Where it is.
    pub file: PathBuf,
}

/// Every kept text of the ledger at `root`, by id; of several for one prospect the last. Nothing is changed.
pub fn all_kept(root: &Path) -> Vec<Kept> {
    let entries = fs::read_dir(drafts_as_they_are(root)).into_iter().flatten().flatten();
    let mut all: Vec<Kept> = entries
        .filter_map(|entry| {
            let id = entry.file_name().into_string().ok()?;
            let drafts = free_drafts(&entry.path(), Path::new(&format!("{id}.toml")));
            let last = drafts.into_iter().rfind(|draft| !draft.is_unchanged())?;
            Some(Kept { id, file: last.file() })
        })
        .collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

/// The one prospect that a text is kept of.
///
/// # Errors
/// Fails if none is kept, and lists them if there are several.
pub fn only_kept(root: &Path) -> Result<String, Diagnostic> {
    let all = all_kept(root);
    match all.as_slice() {
        [only] => Ok(only.id.clone()),
        [] => {
            let message = words!("no text is kept", "没有保留未写入的文本");
            Err(Diagnostic::new(Code::NotFound, message)
                .help(words!("to begin an edit: crm edit ID", "开始编辑：crm edit 编号")))
        }
        several => {
            let n = several.len();
            let message =
                words!("texts of {n} prospects are kept", "保留了 {n} 个客户的未写入文本");
            Err(several.iter().fold(Diagnostic::new(Code::Ambiguous, message), |found, kept| {
                found.help(Words::verbatim(format!("crm edit {} --resume", kept.id)))
            }))
        }
    }
}

/// That a prospect's file has gone, of which a text is kept; `None` if none is.
pub fn file_is_gone(root: &Path, typed: &str) -> Option<Diagnostic> {
    let kept = all_kept(root).into_iter().find(|kept| id::fold(&kept.id) == id::fold(typed))?;
    let (id, place) = (&kept.id, kept.file.display());
    let message = words!(
        "the file of `{id}` is gone; a text of it that was not written is kept in {place}",
        "`{id}` 的文件已不存在；有一份未写入的文本，保存在 {place}"
    );
    Some(Diagnostic::new(Code::NotFound, message).help(words!(
        "put the prospect's file back to go on with the text, or take over from it what you need, and remove it",
        "请恢复该客户的文件后继续编辑；或从中取用所需内容，然后删除它"
    )))
}

/// A warning for each entry that the last commit has, and the file at `path` has changed or lost: no hook accepts that.
pub fn rewritten(tracked: &Tracked, ledger: &Ledger, path: &Path) -> Vec<Diagnostic> {
    let object = format!("HEAD:{}{}", tracked.prefix, path.display());
    let Ok((Some(0), was)) = tracked.git.attempt(&["cat-file", "blob", &object]) else {
        return Vec::new();
    };
    let was = String::from_utf8_lossy(&was);
    let Ok(now) = ledger.text(path) else { return Vec::new() };
    let ((old, _), (new, whole)) = (content(&was), content(&now));
    if !whole {
        return Vec::new();
    }
    let (id, shown) = (id_of(path), ledger.show(path));
    let warning = |(key, harm): (&str, Harm)| {
        let line = event_line_in(&was, key).unwrap_or_else(|| key.to_owned());
        let found = harm_of(harm, &id, key, "HEAD", &line, &shown);
        Diagnostic { severity: Severity::Warning, ..found }
    };
    harmed(&old, &new).into_iter().map(warning).collect()
}

/// The folder of a prospect's drafts.
fn folder_of(ledger: &Ledger, path: &Path) -> Result<PathBuf, Diagnostic> {
    let all = drafts(&ledger.root).map_err(|error| no_draft(&error))?;
    Ok(all.join(id_of(path)))
}

/// The drafts that no command has, the oldest first.
fn free_drafts(all: &Path, path: &Path) -> Vec<Draft> {
    let entries = fs::read_dir(all).into_iter().flatten().flatten();
    let number = |name: &std::ffi::OsStr| name.to_str()?.parse::<u32>().ok();
    let mut folders: Vec<(u32, PathBuf)> =
        entries.filter_map(|entry| Some((number(&entry.file_name())?, entry.path()))).collect();
    folders.sort();
    let free = folders.into_iter().filter_map(|(_, folder)| {
        let lock = File::open(folder.join(LOCK)).ok()?;
        let is_held = matches!(lock.try_lock(), Err(TryLockError::WouldBlock));
        (!is_held).then(|| Draft { path: path.to_owned(), folder, _lock: lock })
    });
    free.collect()
}

/// The drafts with a changed text that no command has, the oldest first. Those with an unchanged text are removed.
fn kept_drafts(all: &Path, path: &Path) -> Vec<Draft> {
    let (unchanged, kept) = free_drafts(all, path).into_iter().partition(Draft::is_unchanged);
    let unchanged: Vec<Draft> = unchanged;
    unchanged.into_iter().for_each(Draft::drop_it);
    kept
}

fn no_draft(error: &std::io::Error) -> Diagnostic {
    let message =
        words!("no draft can be kept for the editor", "无法为编辑器保存草稿").because(error);
    Diagnostic::new(Code::WriteFailed, message)
}

fn is_kept(draft: &Draft, id: &str) -> Diagnostic {
    let place = draft.file();
    let place = place.display();
    let message = words!(
        "a text of `{id}` that was not written is kept in {place}",
        "`{id}` 有一份未写入的文本，保存在 {place}"
    );
    Diagnostic::new(Code::AlreadyThere, message)
        .help(words!(
            "to go on with it: crm edit {id} --resume",
            "继续编辑：crm edit {id} --resume"
        ))
        .help(words!("to give it up, remove the file", "要放弃，请删除该文件"))
}

/// The failure of an edit whose text is kept: where it is, and how to go on.
pub fn kept(mut failure: Failure, draft: &Draft) -> Failure {
    let (place, id) = (draft.file(), id_of(&draft.path));
    let place = place.display();
    if let Some(last) = failure.0.last_mut() {
        last.help.push(words!(
            "your text is kept in {place}; to go on with it: crm edit {id} --resume",
            "文本保存在 {place}；继续编辑：crm edit {id} --resume"
        ));
    }
    failure
}
