//! The last command is taken back, whole; and taking back is taken back. What git has in a commit stays there:
//! its entries are retracted. The rest gets the text again that it had before.

use super::session::{Done, Session};
use super::target::{Entry, Target};
use crate::diag::{Code, Diagnostic, Failure, Listed, counted, first_of};
use crate::disk::file::read_text;
use crate::disk::history::{Deed, Past, last};
use crate::disk::write::FileChange;
use crate::git::index::is_committed;
use crate::model::event::Event;
use crate::model::prospect::Prospect;
use std::path::Path;

/// How many files a message names, and of how many git is asked: those of one command are committed together.
const NAMED: usize = 10;

/// Takes back the last command that is not taken back; `redo`: the last taking back that no command followed.
/// `retraction` is the draft of the entries that retract; a file that the command made is removed only if it is
/// forced.
///
/// # Errors
/// Fails if there is no such command, a file was changed since, or a commit has what no entry retracts; nothing was
/// written then.
pub fn take_back(session: &mut Session, redo: bool, retraction: &Event) -> Result<Done, Failure> {
    let root = &session.ledger.root;
    let past = last(root, redo)?.ok_or_else(|| nothing(redo))?;
    let changed = past.changed_since(root)?;
    if !changed.is_empty() {
        return Err(changed_since(&past, &changed).into());
    }
    let opened = past.files().filter(|(_, before)| before.is_none()).map(|(path, _)| path);
    let opened: Vec<&Path> = opened.collect();
    if !redo && !opened.is_empty() && retraction.forced.is_none() {
        return Err(it_opened(&past, &opened).into());
    }
    session.takes_back(match redo {
        false => Deed::Undid(past.number),
        true => Deed::Redid(past.number),
    });
    let mut done = match in_a_commit(session, &past, redo)? {
        true => session.commit(retractions(session, &past, retraction)?)?,
        false => {
            Done { differences: session.write(&old_texts(session, &past)?)?, ..Done::default() }
        }
    };
    let (command, n) = (past.first_command(root), past.files().count());
    let files = counted(n, "file", "files");
    done.said = match (session.is_dry(), redo) {
        (true, _) => Vec::new(),
        (_, false) => vec![words!(
            "taken back: {command} ({files}); again: crm redo",
            "已撤销：{command}（{n} 个文件）；恢复：crm redo"
        )],
        (_, true) => vec![words!(
            "done again: {command} ({files}); back: crm undo",
            "已恢复：{command}（{n} 个文件）；再撤销：crm undo"
        )],
    };
    Ok(done)
}

/// Has git's last commit what the command wrote? What `redo` brings back may stand on a commit: taking back has given a
/// file the text of that again, and then the commit has no entry that the text of before lacks.
fn in_a_commit(session: &Session, past: &Past, redo: bool) -> Result<bool, Diagnostic> {
    for (path, before) in past.files().take(NAMED) {
        if let Some(now) = text_now(session, path)?
            && is_committed(&session.ledger.root, path, &now)
            && !(redo && has_entries_of(session, path, before, &now))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Has the old text of a file all entries of another one?
fn has_entries_of(session: &Session, path: &Path, old: Option<&str>, other: &str) -> bool {
    let read = |text: &str| session.ledger.prospect_in(text, path).0;
    let pair = old.and_then(read).zip(read(other));
    pair.is_some_and(|(old, other)| other.events.iter().all(|event| old.events.contains(event)))
}

/// The text of a file, if it is there.
fn text_now(session: &Session, path: &Path) -> Result<Option<String>, Diagnostic> {
    let file = session.ledger.root.join(path);
    file.exists().then(|| read_text(&file, &session.ledger.show(path))).transpose()
}

/// The changes that give each file its old text.
fn old_texts(session: &Session, past: &Past) -> Result<Vec<FileChange>, Diagnostic> {
    let change = |(path, before): (&Path, Option<&str>)| {
        Ok(FileChange {
            path: path.to_owned(),
            before: text_now(session, path)?,
            after: before.map(str::to_owned),
        })
    };
    past.files().map(change).collect()
}

/// A retraction of each entry that the command wrote.
fn retractions(session: &Session, past: &Past, retraction: &Event) -> Result<Vec<Entry>, Failure> {
    let ledger = session.ledger;
    let mut entries = Vec::new();
    for (path, before) in past.files() {
        let read = |text: &str| ledger.prospect_in(text, path).0;
        let now = text_now(session, path)?;
        let pair = before.and_then(read).zip(now.as_deref().and_then(read));
        let (before, now) = pair.ok_or_else(|| committed(past, path))?;
        let new: Vec<&Event> =
            now.events.iter().filter(|event| !before.events.contains(event)).collect();
        if new.is_empty() || facts_of(&before) != facts_of(&now) {
            return Err(committed(past, path).into());
        }
        let of =
            |event: &&Event| Event { event: Some(event.key.text.clone()), ..retraction.clone() };
        let events = new.iter().map(of).collect();
        let target: Target = session.target(path)?;
        entries.push(Entry { target, events, said: words!("", "") });
    }
    Ok(entries)
}

/// A prospect without its journal.
fn facts_of(prospect: &Prospect) -> Prospect {
    Prospect { events: Vec::new(), ..prospect.clone() }
}

fn nothing(redo: bool) -> Diagnostic {
    let message = match redo {
        false => words!("no command of this clone is left to take back", "本机没有可撤销的命令"),
        true => words!(
            "nothing is left to do again: no `crm undo`, or another command came after it",
            "没有可恢复的：没有执行过 `crm undo`，或其后又有别的命令"
        ),
    };
    Diagnostic::new(Code::NothingToUndo, message).help(words!(
        "`crm undo ID` retracts the last entry of one prospect",
        "`crm undo 编号` 撤回某个客户的最后一条记录"
    ))
}

fn named(paths: &[&Path]) -> Listed {
    first_of(paths.iter().map(|path| path.display()), NAMED)
}

fn changed_since(past: &Past, changed: &[&Path]) -> Diagnostic {
    let (command, files) = (&past.command, named(changed));
    let message = words!(
        "`{command}` cannot be taken back: changed since by another program: {files}",
        "`{command}` 无法撤销：以下文件此后又有改动：{files:#}"
    );
    Diagnostic::new(Code::NothingToUndo, message).help(words!(
        "`crm undo ID` retracts the last entry of one prospect; `git diff` shows the changes",
        "`crm undo 编号` 撤回某个客户的最后一条记录；`git diff` 可查看改动"
    ))
}

fn it_opened(past: &Past, opened: &[&Path]) -> Diagnostic {
    let (command, files) = (&past.command, named(opened));
    let message = words!(
        "`{command}` made files, which taking back removes: {files}",
        "`{command}` 新建了文件，撤销会删除它们：{files:#}"
    );
    Diagnostic::new(Code::NothingToUndo, message).help(words!(
        "if that is meant: crm undo --force REASON",
        "确要如此：crm undo --force 原因"
    ))
}

fn committed(past: &Past, path: &Path) -> Diagnostic {
    let (command, file) = (&past.command, path.display());
    let message = words!(
        "`{command}` is in a commit, and wrote more than entries in {file}: no retraction takes that back",
        "`{command}` 已经提交，且在 {file} 中改动了流水以外的内容，无法用撤回来撤销"
    );
    Diagnostic::new(Code::NothingToUndo, message)
        .help(words!("git can: git revert COMMIT", "可用 git：git revert 提交"))
}
