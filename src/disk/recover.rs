//! Remains of writes that were cut short: finished before the ledger is read, or only counted.

use crate::diag::{Code, Diagnostic, Place};
use crate::disk::journal::{self, JournalStep, fingerprint_of};
use crate::disk::private::{LOCK_WAIT, Private, held};
use crate::disk::write::{Writer, paths_of};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often a reader looks whether a writer has finished.
const POLL: Duration = Duration::from_millis(2);

/// Finishes a commit that a dead writer left half done, before the ledger is read. Without such a commit it costs
/// a few looks at the disk. Waits at most ten seconds for a commit of a living writer. Returns the writes that were finished, or
/// that a journal was not obeyed, or, on a disk that cannot be written, which files have not got their new text.
pub fn recover(root: &Path) -> Result<Option<Diagnostic>, Diagnostic> {
    recover_within(root, LOCK_WAIT)
}

/// [`recover`] that waits at most `wait`.
pub fn recover_within(root: &Path, wait: Duration) -> Result<Option<Diagnostic>, Diagnostic> {
    let private = Private::of(root);
    let started = Instant::now();
    while private.journal().exists() {
        match Writer::open_within(root, Duration::ZERO) {
            Ok(writer) => return Ok(writer.finished),
            Err(problem) if problem.code == Code::Locked => {
                if started.elapsed() >= wait {
                    return Err(held(&private.lock(), wait));
                }
            }
            // A process without the right to write cannot tell whether the writer lives; a living one is done soon.
            Err(problem) if started.elapsed() >= wait / 10 => {
                let unwritable = problem.code == Code::WriteFailed;
                return if unwritable { Ok(Some(left_out(root, &private))) } else { Err(problem) };
            }
            Err(_) => {}
        }
        std::thread::sleep(POLL);
    }
    Ok(private.foreign_journal().map(|journal| not_obeyed(&journal)))
}

/// The rest of writes that were cut short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remains {
    /// A commit of several files is under way, or was cut short.
    pub journal: bool,
    /// There is a journal that is not obeyed.
    pub foreign: bool,
    /// How many new texts were never renamed.
    pub texts: usize,
}

/// The rest of writes to the ledger at `root` that were cut short; nothing is changed.
pub fn remains(root: &Path) -> Remains {
    let private = Private::of(root);
    let texts = fs::read_dir(private.temporaries()).map_or(0, |entries| entries.flatten().count());
    let foreign = private.foreign_journal().is_some();
    Remains { journal: private.journal().exists(), foreign, texts }
}

/// That a write was cut short on a disk that cannot be written, with the files that have not got their new text.
fn left_out(root: &Path, private: &Private) -> Diagnostic {
    let journal = private.journal();
    let text = fs::read_to_string(&journal).unwrap_or_default();
    let steps = journal::parse(&text).unwrap_or_default();
    let is_old = |step: &&JournalStep| {
        fingerprint_of(&root.join(&step.path)).is_ok_and(|now| now != step.after)
    };
    let old = paths_of(steps.iter().filter(is_old));
    let message = words!(
        "a write was cut short and cannot be finished here, where nothing can be written",
        "有一次写入中断，此处不可写，无法补完"
    );
    let found = Diagnostic::new(Code::CutShort, message).at(Place::file(&journal));
    let found = found.help(words!(
        "any command finishes it where the ledger can be written",
        "在可写的地方执行任一命令即可补完"
    ));
    if old.is_empty() {
        found
    } else {
        found.note(words!("still with their old text: {old}", "仍为旧文本：{old:#}"))
    }
}

/// That a journal in `.crm/` of a ledger that git keeps is not obeyed.
fn not_obeyed(journal: &Path) -> Diagnostic {
    let message = words!(
        "a journal of a write is not obeyed: it came with the clone, or is of an earlier version",
        "未执行此处的写入日志：它可能随克隆而来，或由旧版本留下"
    );
    Diagnostic::new(Code::CutShort, message).at(Place::file(journal)).help(words!(
        "look with `git diff` and `crm check` whether a write was cut short, then remove the file",
        "请用 `git diff` 和 `crm check` 查看是否有写入中断，然后删除该文件"
    ))
}
