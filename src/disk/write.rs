//! Writing: all or nothing, under a lock, through temporary files, fsync and rename. A kill at any
//! moment leaves every file old or new; if a commit of several files was cut short, the next process
//! that opens the ledger for writing or reading finishes it.
//!
//! `.crm/` holds the lock, the new texts until they are renamed (`tmp/`), and while several files are
//! renamed a journal of the renames. The folder may come from anywhere (a clone, a backup), so a
//! journal is followed for the ledger's own files only, a temporary file is used only if its text matches the
//! journal, and nothing is written through a link.

use crate::diag::{Code, Diagnostic, Place, Words};
use crate::disk::file::{MAX_FILE, symlink};
use crate::disk::journal::{self, Step, fingerprint, fingerprint_of};
use crate::disk::root::link_on_the_way;
use crate::format::layout::PRIVATE;
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a command waits for another one to finish writing.
const LOCK_WAIT: Duration = Duration::from_secs(10);
/// How often a reader looks whether a writer has finished.
const POLL: Duration = Duration::from_millis(2);
/// The number of files that are made durable at a time.
const STAGED_AT_ONCE: usize = 32;
const LOCK: &str = "lock";
const JOURNAL: &str = "journal";
const TEMPORARY: &str = "tmp";

/// One file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Relative to the ledger's root.
    pub path: PathBuf,
    /// The text it had; `None` = a new file.
    pub before: Option<String>,
    /// The text it gets.
    pub after: String,
}

/// The right to write a ledger: holds its lock until dropped.
#[derive(Debug)]
pub struct Writer {
    root: PathBuf,
    _lock: File,
}

impl Writer {
    /// Takes the ledger's lock, waiting at most ten seconds, and tidies up after a writer that died.
    pub fn open(root: &Path) -> Result<Writer, Diagnostic> {
        Writer::open_within(root, LOCK_WAIT)
    }

    /// [`Writer::open`] that waits at most `wait`.
    pub fn open_within(root: &Path, wait: Duration) -> Result<Writer, Diagnostic> {
        let private = root.join(PRIVATE);
        // Through a link, tidying would delete, and the lock overwrite, files outside the ledger.
        let links =
            [private.clone(), private.join(LOCK), private.join(JOURNAL), private.join(TEMPORARY)];
        if let Some(link) = links.iter().find(|path| path.is_symlink()) {
            return Err(symlink(link));
        }
        prepare(&private).map_err(|error| failed(&private, &error))?;
        let path = private.join(LOCK);
        let lock = lock(&path, wait)?;
        let writer = Writer { root: root.to_owned(), _lock: lock };
        writer.recover().map_err(|error| unfinished(&private.join(JOURNAL), &error))?;
        Ok(writer)
    }

    /// Writes all changes or none.
    pub fn commit(&self, changes: &[Change]) -> Result<(), Diagnostic> {
        if changes.is_empty() {
            return Ok(());
        }
        let steps = self.stage(changes).inspect_err(|_| self.discard())?;
        if steps.len() > 1
            && let Some(step) = steps.iter().find(|step| step.line().is_err())
        {
            let failed = failed(&self.root.join(&step.path), &ErrorKind::InvalidFilename.into());
            let help = words!(
                "its path is not Unicode, or is outside the ledger; write this file by itself",
                "其路径不是 Unicode，或不属于账本；请单独写入该文件"
            );
            return Err(self.withdrawn(Diagnostic { help: vec![help], ..failed }));
        }
        if steps.len() > 1
            && let Err(error) = self.write_journal(&steps)
        {
            let path = self.private(JOURNAL);
            return Err(self.withdrawn(failed(&path, &error)));
        }
        for (position, step) in steps.iter().enumerate() {
            let target = self.root.join(&step.path);
            if let Err(error) = fs::rename(self.temporary(&step.temporary), &target) {
                let failed = failed(&target, &error);
                return Err(match self.take_back(&changes[..position], &steps[..position]) {
                    Ok(()) => self.withdrawn(failed),
                    Err(_) => cut_short(failed),
                });
            }
        }
        // The new state is in place; durability and tidying remain.
        let _ = self.sync(&steps);
        let _ = fs::remove_file(self.private(JOURNAL));
        Ok(())
    }

    /// Writes every new text to a temporary file and makes it durable.
    fn stage(&self, changes: &[Change]) -> Result<Vec<Step>, Diagnostic> {
        use rayon::prelude::*;
        let stage_all = || {
            changes
                .par_iter()
                .enumerate()
                .map(|(number, change)| self.stage_one(number, change))
                .collect::<Result<Vec<_>, Diagnostic>>()
        };
        // A thread that waits for the disk needs no processor, and a file system that commits several files
        // together makes many waits one.
        let waiting = changes.len().min(STAGED_AT_ONCE);
        if waiting > 1
            && let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(waiting).build()
        {
            pool.install(stage_all)
        } else {
            stage_all()
        }
    }

    fn stage_one(&self, number: usize, change: &Change) -> Result<Step, Diagnostic> {
        if let Some(link) = link_on_the_way(&self.root, &change.path) {
            return Err(symlink(&link));
        }
        let target = self.root.join(&change.path);
        if change.after.len() as u64 > MAX_FILE {
            return Err(would_be_too_large(&target));
        }
        let failed = |error: std::io::Error| failed(&target, &error);
        let before = change.before.as_ref().map(|text| fingerprint(text.as_bytes()));
        // An editor or git may have changed the file since it was read; they ignore the lock.
        if fingerprint_of(&target).map_err(failed)? != before {
            return Err(changed_meanwhile(&target));
        }
        let permissions = match before {
            None => None,
            Some(_) => Some(fs::metadata(&target).map_err(failed)?.permissions()),
        };
        if permissions.as_ref().is_some_and(Permissions::readonly) {
            return Err(failed(ErrorKind::PermissionDenied.into()));
        }
        if let Some(folder) = target.parent().filter(|folder| !folder.is_dir()) {
            fs::create_dir_all(folder)
                .and_then(|()| folder.ancestors().skip(1).take(2).try_for_each(sync_folder))
                .map_err(failed)?;
        }
        let temporary = number.to_string();
        write_durably(&self.temporary(&temporary), change.after.as_bytes(), permissions)
            .map_err(failed)?;
        let after = Some(fingerprint(change.after.as_bytes()));
        Ok(Step { temporary, before, after, path: change.path.clone() })
    }

    /// The list of renames, durable before the first of them: a line for each file.
    fn write_journal(&self, steps: &[Step]) -> std::io::Result<()> {
        let text = journal::text(steps)?;
        // The new texts must be on the disk before the journal that names them.
        sync_folder(&self.private(TEMPORARY))?;
        let temporary = self.temporary(JOURNAL);
        let _ = fs::remove_file(&temporary);
        write_durably(&temporary, text.as_bytes(), None)?;
        fs::rename(&temporary, self.private(JOURNAL))?;
        sync_folder(&self.root.join(PRIVATE))
    }

    /// Puts the old texts back after a rename failed half-way. A second journal replaces the first one before that,
    /// so that a kill on the way back cannot leave a mixture.
    fn take_back(&self, changes: &[Change], done: &[Step]) -> std::io::Result<()> {
        if done.is_empty() {
            return Ok(());
        }
        let mut steps = Vec::new();
        for (change, step) in changes.iter().zip(done) {
            let back = Step {
                temporary: format!("{}-back", step.temporary),
                before: step.after,
                after: step.before,
                path: step.path.clone(),
            };
            if let Some(before) = &change.before {
                let permissions = fs::metadata(self.root.join(&step.path))?.permissions();
                let temporary = self.temporary(&back.temporary);
                write_durably(&temporary, before.as_bytes(), Some(permissions))?;
            }
            steps.push(back);
        }
        self.write_journal(&steps)?;
        self.obey(&steps)
    }

    /// Withdraws the journal after a failure, so that no later process finishes the commit.
    fn withdrawn(&self, failed: Diagnostic) -> Diagnostic {
        self.discard();
        let _ = sync_folder(&self.root.join(PRIVATE));
        if self.private(JOURNAL).exists() { cut_short(failed) } else { failed }
    }

    /// Does the steps of a journal that are not done yet, and makes them durable. A file with neither the old nor
    /// the new text was changed by another program since, and is left alone.
    fn obey(&self, steps: &[Step]) -> std::io::Result<()> {
        for step in steps {
            let target = self.root.join(&step.path);
            if link_on_the_way(&self.root, &step.path).is_some()
                || target.is_symlink()
                || fingerprint_of(&target)? != step.before
            {
                continue;
            }
            let temporary = self.temporary(&step.temporary);
            match step.after {
                None => fs::remove_file(&target)?,
                // A name of an earlier commit can come again; its text does not.
                Some(_) if !is_plain_file(&temporary) => {}
                Some(_) if fingerprint_of(&temporary)? != step.after => {}
                Some(_) => {
                    target.parent().map_or(Ok(()), fs::create_dir_all)?;
                    fs::rename(&temporary, &target)?;
                }
            }
        }
        self.sync(steps)
    }

    /// Finishes a commit whose journal is whole, and removes the files that a dead writer left.
    fn recover(&self) -> std::io::Result<()> {
        let journal = self.private(JOURNAL);
        if is_plain_file(&journal) {
            // Only a whole journal is followed; a journal is written in one rename, so a partial one is foreign.
            let text = String::from_utf8(fs::read(&journal)?).unwrap_or_default();
            if let Some(steps) = journal::parse(&text) {
                self.obey(&steps)?;
            }
            fs::remove_file(&journal)?;
        }
        self.discard();
        Ok(())
    }

    /// Makes renames durable, in each file's folder.
    fn sync(&self, steps: &[Step]) -> std::io::Result<()> {
        let folders: BTreeSet<&Path> = steps.iter().filter_map(|step| step.path.parent()).collect();
        folders.iter().try_for_each(|folder| sync_folder(&self.root.join(folder)))
    }

    /// Removes journal and temporary files.
    fn discard(&self) {
        let _ = fs::remove_file(self.private(JOURNAL));
        if let Ok(entries) = fs::read_dir(self.private(TEMPORARY)) {
            for entry in entries.flatten() {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    fn private(&self, name: &str) -> PathBuf {
        self.root.join(PRIVATE).join(name)
    }

    fn temporary(&self, name: &str) -> PathBuf {
        self.private(TEMPORARY).join(name)
    }
}

/// Finishes a commit that a dead writer left half done, before the ledger is read. Without such a commit it costs
/// one look at the disk. Waits at most ten seconds for a commit of a living writer.
pub fn recover(root: &Path) -> Result<(), Diagnostic> {
    recover_within(root, LOCK_WAIT)
}

/// [`recover`] that waits at most `wait`.
pub fn recover_within(root: &Path, wait: Duration) -> Result<(), Diagnostic> {
    let private = root.join(PRIVATE);
    let started = Instant::now();
    while private.join(JOURNAL).exists() {
        match Writer::open_within(root, Duration::ZERO) {
            Ok(_) => return Ok(()),
            Err(problem) if problem.code == Code::Locked => {
                if started.elapsed() >= wait {
                    return Err(held(&private.join(LOCK), wait));
                }
            }
            // A process without the right to write cannot tell whether the writer lives; a living one is done soon.
            Err(problem) if started.elapsed() >= wait / 10 => return Err(problem),
            Err(_) => {}
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}

/// Makes the private folder, which keeps itself out of git. The folder of temporary files is made last: if it
/// exists, all is prepared.
fn prepare(private: &Path) -> std::io::Result<()> {
    let temporary = private.join(TEMPORARY);
    if temporary.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(private)?;
    let ignore = private.join(".gitignore");
    // An empty file was cut short, or another first writer is writing it: the later writer makes it again.
    while !fs::symlink_metadata(&ignore).is_ok_and(|meta| meta.is_symlink() || meta.len() > 0) {
        let _ = fs::remove_file(&ignore);
        match write_durably(&ignore, b"*\n", None) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            written => written?,
        }
    }
    fs::create_dir_all(&temporary)?;
    // A journal is worth nothing if its folder is not found after a power loss.
    [Some(private), private.parent()].into_iter().flatten().try_for_each(sync_folder)
}

fn lock(path: &Path, wait: Duration) -> Result<File, Diagnostic> {
    let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    let failed = |error: std::io::Error| failed(path, &error);
    let file = open.map_err(failed)?;
    let mut file = match file.try_lock() {
        Ok(()) => file,
        Err(TryLockError::Error(error)) => return Err(failed(error)),
        Err(TryLockError::WouldBlock) => match queue(file, wait) {
            Some(locked) => locked.map_err(failed)?,
            None => return Err(held(path, wait)),
        },
    };
    // The holder's name, for the message of a process that waits in vain. The lock itself belongs to the operating
    // system and ends with the process.
    let _ = file.set_len(0);
    let _ = file.write_all(format!("process {}", std::process::id()).as_bytes());
    Ok(file)
}

/// Waits for a lock in the system's own queue, which is first come, first served: among many writers, one that only
/// polls could wait for long. Returns `None` if the lock is not free in time.
fn queue(file: File, wait: Duration) -> Option<std::io::Result<File>> {
    if wait.is_zero() {
        return None;
    }
    let (sender, receiver) = std::sync::mpsc::channel();
    // If the lock comes too late, the file has no receiver: it is closed, and the lock is free.
    std::thread::spawn(move || sender.send(file.lock().map(|()| file)));
    receiver.recv_timeout(wait).ok()
}

fn held(path: &Path, wait: Duration) -> Diagnostic {
    let mut holder = String::new();
    let _ = File::open(path).and_then(|file| file.take(100).read_to_string(&mut holder));
    let holder = match holder.trim() {
        "" => words!("another process", "另一进程"),
        holder => Words::both(holder, holder),
    };
    let seconds = wait.as_secs();
    let message = Words::both(
        format!("{} has been writing this ledger for more than {seconds} seconds", holder.en()),
        format!("{} 写入本账本已超过 {seconds} 秒", holder.zh()),
    );
    Diagnostic::new(Code::Locked, message).at(Place::file(path)).help(words!(
        "try again when that process has finished; a process that was killed leaves no lock",
        "请等该进程结束后重试；已中止的进程不会占用锁"
    ))
}

/// Writes a file that is not there yet, never through a link.
fn write_durably(
    path: &Path,
    bytes: &[u8],
    permissions: Option<Permissions>,
) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    // A file keeps the permissions it had.
    permissions.map_or(Ok(()), |permissions| file.set_permissions(permissions))?;
    file.sync_all()
}

fn is_plain_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file())
}

/// Makes the changes in a folder durable. Does nothing on systems that cannot.
fn sync_folder(folder: &Path) -> std::io::Result<()> {
    let cannot = [ErrorKind::PermissionDenied, ErrorKind::InvalidInput, ErrorKind::Unsupported];
    // The parent of a relative path of one name is written as nothing.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if !cannot.contains(&error.kind()) => Err(error),
        _ => Ok(()),
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new(
        Code::WriteFailed,
        words!("{} cannot be written: {error}", "无法写入 {}：{error}", path.display()),
    )
    .help(words!(
        "nothing was changed; repair the disk or its permissions and run the command again",
        "未作任何改动；请检查磁盘或权限，然后重新执行命令"
    ))
}

/// Adds a line to a record outside the ledger, durably; it is never shortened.
pub fn append_line(path: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(format!("{line}\n").as_bytes())?;
    file.sync_all()
}

fn would_be_too_large(path: &Path) -> Diagnostic {
    let message = words!(
        "{} would exceed 4 MiB and could not be read again",
        "{} 将超过 4 MiB，无法再读取",
        path.display()
    );
    Diagnostic::new(Code::TooLarge, message)
        .help(words!("nothing was written", "未写入任何内容"))
        .help(words!(
            "keep large documents outside the ledger and name them in a note",
            "大文件请放在账本之外，在备注中写明"
        ))
}

fn changed_meanwhile(path: &Path) -> Diagnostic {
    let message = words!(
        "{} was changed by another program meanwhile",
        "{} 已被其他程序改动",
        path.display()
    );
    Diagnostic::new(Code::WriteFailed, message).help(words!(
        "nothing was written; run the command again, to read the new file",
        "未写入任何内容；请重新执行命令，以读取新的文件"
    ))
}

/// The failure if the disk accepted neither all of the changes nor their withdrawal.
fn cut_short(failed: Diagnostic) -> Diagnostic {
    let help = words!(
        "the write was cut short: repair the disk or its permissions, then run `crm list`, which finishes or \
         undoes the write, before you repeat the command",
        "写入中断：请检查磁盘或权限，先执行 `crm list`（会完成或撤销这次写入），再重新执行命令"
    );
    Diagnostic { help: vec![help], ..failed }
}

fn unfinished(journal: &Path, error: &std::io::Error) -> Diagnostic {
    let message = words!(
        "a write that was cut short cannot be finished: {error}",
        "上次中断的写入无法完成：{error}"
    );
    Diagnostic::new(Code::WriteFailed, message).at(Place::file(journal)).help(words!(
        "repair the disk or its permissions and run the command again",
        "请检查磁盘或权限，然后重新执行命令"
    ))
}

/// Writes a file outside the ledger (`-o`): new or old, never half. A link is followed, and a device or pipe
/// (`/dev/stdout`) is written into, not replaced.
pub fn write_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    write_file_by(path, |out| out.write_all(bytes))
}

/// [`write_file`] with the bytes that `fill` writes.
pub fn write_file_by(
    path: &Path,
    fill: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    if fs::metadata(path).is_ok_and(|meta| !meta.is_file()) {
        let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
        fill(&mut out)?;
        return out.flush();
    }
    let followed = path.canonicalize();
    let path = followed.as_deref().unwrap_or(path);
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    let mut out = BufWriter::new(&mut file);
    fill(&mut out)?;
    out.flush()?;
    drop(out);
    file.as_file().sync_all()?;
    // A temporary file is private; the result is as readable as the user's other files.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let permissions =
            fs::metadata(path).map_or(fs::Permissions::from_mode(0o644), |m| m.permissions());
        file.as_file().set_permissions(permissions)?;
    }
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_first_writers_prepare_a_ledger() {
        for _ in 0..50 {
            let folder = tempfile::tempdir().unwrap();
            let private = folder.path().join(PRIVATE);
            std::thread::scope(|scope| {
                let work: Vec<_> = (0..8).map(|_| scope.spawn(|| prepare(&private))).collect();
                work.into_iter().for_each(|work| work.join().unwrap().unwrap());
            });
            assert_eq!(fs::read(private.join(".gitignore")).unwrap(), b"*\n");
        }
    }
}
