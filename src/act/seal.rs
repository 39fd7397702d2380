//! Brings the files of a ledger to its settings: open values sealed, readers added and taken away.

use super::edit::all_kept;
use super::session::{Done, Session};
use crate::diag::{Code, Diagnostic, Failure, Place, Severity, Words, counted, first_of};
use crate::disk::file::id_of;
use crate::disk::history::forget_all;
use crate::disk::keys::FolderOfKeys;
use crate::disk::write::FileChange;
use crate::format::sealed::close::{Closed, Extent, Unsealable};
use crate::format::sealed::keys::Sealing;
use crate::format::sealed::places::places;
use std::path::{Path, PathBuf};

/// How many values or files a message names.
const NAMED: usize = 5;

/// Seals the files at these paths as the settings demand, all or none. Afterwards no note of the clone has the text of
/// an open value.
///
/// # Errors
/// Fails if the settings name no reader, or a file cannot be read or written.
pub fn seal(session: &Session, paths: &[PathBuf]) -> Result<Done, Failure> {
    let ledger = session.ledger;
    let Some(sealing) = ledger.sealing.as_deref().filter(|s| !s.privacy.readers.is_empty()) else {
        return Err(no_readers().into());
    };
    let (mut changes, mut files, mut problems) = (Vec::new(), Vec::new(), Vec::new());
    let (mut said, mut doubts) = (Vec::new(), Vec::new());
    for path in paths {
        match closed(session, sealing, path) {
            Ok((before, closed)) => {
                let is_changed = closed.text != before || !closed.files.is_empty();
                if is_changed {
                    said.push(told(path, &closed));
                }
                if !closed.unable.is_empty() {
                    doubts.push(no_key(path, &closed.unable));
                }
                files.extend(closed.files);
                if closed.text != before {
                    let (path, after) = (path.clone(), Some(closed.text));
                    changes.push(FileChange { path, before: Some(before), after });
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(Failure(problems));
    }
    if said.is_empty() && doubts.is_empty() {
        said.push(words!("everything is sealed as the settings demand", "均已按设置加密"));
    }
    if session.is_dry() {
        return Ok(Done { said, doubts, ..Done::default() });
    }
    if let Some(folder) = FolderOfKeys::of(&ledger.settings, &ledger.root) {
        for (file, text) in &files {
            folder.write(file, text)?;
        }
    }
    if !changes.is_empty() {
        session.write(&changes)?;
    }
    forget_all(&ledger.root)?;
    doubts.extend(all_kept(&ledger.root).into_iter().map(|kept| {
        let place = kept.file.display();
        let message = words!(
            "a text that was not written may have open values: {place}",
            "有一份未写入的文本，其中可能有明文：{place}"
        );
        let found = Diagnostic::new(Code::NotSealed, message);
        Diagnostic { severity: Severity::Warning, ..found }
    }));
    Ok(Done { said, doubts, ..Done::default() })
}

/// The text of a file, and what it comes to.
fn closed(
    session: &Session,
    sealing: &Sealing,
    path: &Path,
) -> Result<(String, Closed), Diagnostic> {
    let before = session.ledger.text(path)?;
    if places(&before).is_none() {
        let message = words!(
            "the file is no TOML, and what it has cannot be sealed",
            "文件不是合法的 TOML，其中的内容无法加密"
        );
        return Err(Diagnostic::new(Code::NotSealed, message)
            .at(Place::file(session.ledger.show(path)))
            .help(words!("crm check tells what is wrong in it", "crm check 会指出其中的错误")));
    }
    let closed = sealing.closed(Some(&before), &before, Extent::Whole);
    let closed = closed.map_err(|why: Unsealable| Diagnostic::new(Code::NoKey, why.words()))?;
    Ok((before, closed))
}

/// What was done in a file.
fn told(path: &Path, closed: &Closed) -> Words {
    let (id, values, (came, went)) = (id_of(path), closed.sealed.len(), closed.lines);
    let (sealed, keys) = (counted(values, "value", "values"), counted(came, "key", "keys"));
    words!(
        "{id}: {sealed} sealed, {keys} added, {went} taken away",
        "{id}：加密 {values} 个值，新增 {came} 把密钥，撤去 {went} 把"
    )
}

fn no_key(path: &Path, unable: &[String]) -> Diagnostic {
    let (id, ways) = (id_of(path), first_of(unable, NAMED));
    let message = words!(
        "`{id}`: no key of yours opens {ways}; they stay as they are",
        "`{id}`：您没有能打开 {ways:#} 的密钥；保持原样"
    );
    let found = Diagnostic::new(Code::NoKey, message).help(words!(
        "a reader of their level can do it: crm seal",
        "请由该级别的读者执行：crm seal"
    ));
    Diagnostic { severity: Severity::Warning, ..found }
}

fn no_readers() -> Diagnostic {
    let message = words!("the settings name no reader", "设置中没有读者");
    Diagnostic::new(Code::BadArgument, message).help(words!(
        "[privacy] fields and [[privacy.reader]] in crm.toml say what is sealed, and for whom",
        "请在 crm.toml 中写明 [privacy] fields 和 [[privacy.reader]]：加密什么，谁能读"
    ))
}
