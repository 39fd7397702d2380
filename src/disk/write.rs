//! Writing: all or nothing, under a lock, through temporary files, fsync and rename. A kill at any
//! moment leaves every file old or new; if a commit of several files was cut short, the next process
//! that opens the ledger for writing or reading finishes it.
//!
//! While several files are renamed, a journal lists the renames; [`private`](super::private) says where it is, and
//! why git cannot carry it. Without git it may come from anywhere (an archive, a backup), so a journal is followed
//! for the ledger's own files only, a new text is used only if it matches the journal, and nothing is written
//! through a link.

use crate::diag::{Code, Diagnostic, Listed, Place, first_of};
use crate::disk::durable::{failed, sync_files, sync_folder, write_durably, write_new};
use crate::disk::file::{MAX_FILE, read_text, symlink};
use crate::disk::history::{self, Deed};
use crate::disk::journal::{self, JournalStep, fingerprint, fingerprint_of};
use crate::disk::keys::FolderOfKeys;
use crate::disk::ledger::Ledger;
use crate::disk::private::{LOCK_WAIT, Private, lock};
use crate::disk::root::link_on_the_way;
use crate::format::layout::has_journal;
use crate::format::sealed::close::{Closed, Extent, Unsealable};
use crate::format::sealed::keys::Sealing;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// From so many files on, all are made durable by one call.
const SYNCED_TOGETHER: usize = 4;
/// How many files a message names.
const NAMED: usize = 10;

/// One file to write or remove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Relative to the ledger's root.
    pub path: PathBuf,
    /// The text it had; `None` = a new file.
    pub before: Option<String>,
    /// The text it gets; `None` = the file is removed.
    pub after: Option<String>,
}

/// How the values of a ledger are sealed when they are written.
#[derive(Debug)]
pub struct Seal {
    sealing: Arc<Sealing>,
    folder: Option<FolderOfKeys>,
    shown: PathBuf,
}

impl Seal {
    /// That of a ledger; `None` if its settings name no field that is sealed.
    pub fn of(ledger: &Ledger) -> Option<Seal> {
        let sealing = Arc::clone(ledger.sealing.as_ref()?);
        let folder = FolderOfKeys::of(&ledger.settings, &ledger.root);
        Some(Seal { sealing, folder, shown: ledger.shown.clone() })
    }

    /// A change with its values sealed. New keys of a folder of keys are written at once: a key that no value has does
    /// no harm, a value without its key is lost.
    fn applied<'c>(&self, change: &'c FileChange) -> Result<Cow<'c, FileChange>, Diagnostic> {
        let closed = match self.closed(change)? {
            Some(closed) if Some(&closed.text) != change.after.as_ref() => closed,
            _ => return Ok(Cow::Borrowed(change)),
        };
        if let Some(folder) = &self.folder {
            closed.files.iter().try_for_each(|new| folder.write(new))?;
        }
        Ok(Cow::Owned(FileChange { after: Some(closed.text), ..change.clone() }))
    }

    /// The text that a change comes to with its values sealed; `None` if no file that has sealed values is written.
    ///
    /// # Errors
    /// Fails if a sealed value would be lost.
    pub fn closed(&self, change: &FileChange) -> Result<Option<Closed>, Diagnostic> {
        let Some(after) = change.after.as_deref().filter(|_| has_journal(&change.path)) else {
            return Ok(None);
        };
        let closed = self.sealing.closed(change.before.as_deref(), after, Extent::New);
        closed.map(Some).map_err(|why| would_be_lost(&self.shown.join(&change.path), &why))
    }
}

/// That a command would lose a sealed value.
fn would_be_lost(path: &Path, why: &Unsealable) -> Diagnostic {
    Diagnostic::new(Code::NoKey, why.words())
        .at(Place::file(path))
        .help(words!("nothing was written", "未写入任何内容"))
        .help(words!(
            "a rep with a key can do it: crm rights lists the readers",
            "请由有密钥的人执行：crm rights 列出读者"
        ))
}

/// The right to write a ledger: holds its lock until dropped.
#[derive(Debug)]
pub struct Writer {
    root: PathBuf,
    private: Private,
    _lock: File,
    /// The command that writes, and its meaning for those that take writes back.
    command: (String, Deed),
    /// How values are sealed on their way to the disk.
    seal: Option<Seal>,
    /// The rest of a commit that was cut short, and its fate.
    pub finished: Option<Diagnostic>,
}

impl Writer {
    /// Takes the ledger's lock, waiting at most ten seconds, and tidies up after a writer that died.
    pub fn open(root: &Path) -> Result<Writer, Diagnostic> {
        Writer::open_within(root, LOCK_WAIT)
    }

    /// [`Writer::open`] that waits at most `wait`.
    pub fn open_within(root: &Path, wait: Duration) -> Result<Writer, Diagnostic> {
        let private = Private::of(root);
        if let Some(link) = private.link() {
            return Err(symlink(&link));
        }
        private.prepare().map_err(|error| failed(private.journal_folder(), &error))?;
        let lock = lock(&private.lock(), wait)?;
        let command = (String::new(), Deed::Did);
        let root = root.to_owned();
        let mut writer = Writer { root, private, _lock: lock, command, seal: None, finished: None };
        writer.finished =
            writer.recover().map_err(|error| unfinished(&writer.private.journal(), &error))?;
        Ok(writer)
    }

    /// Notes the name and the meaning of a command with what it writes.
    pub fn is_for(&mut self, command: &str, deed: Deed) {
        self.command = (command.to_owned(), deed);
    }

    /// Seals values as the ledger's settings demand, before anything of them is on the disk.
    pub fn seals(&mut self, ledger: &Ledger) {
        self.seal = Seal::of(ledger);
    }

    /// Writes all changes or none.
    pub fn commit(&self, changes: &[FileChange]) -> Result<(), Diagnostic> {
        let mut batch = self.batch();
        changes.iter().try_for_each(|change| batch.add(change))?;
        batch.commit()
    }

    /// Writes one file, and notes nothing of it: the write is never taken back.
    ///
    /// # Errors
    /// Fails as [`Writer::commit`] does.
    pub fn commit_for_good(&self, change: &FileChange) -> Result<(), Diagnostic> {
        let mut batch = self.batch();
        batch.add(change)?;
        batch.commit_as(None)
    }

    /// Takes back the last write, as if it had never been: each file gets the text again that it had before, and no note
    /// of the write is left.
    ///
    /// # Errors
    /// Fails if another program has changed a file since, or a file cannot be written; nothing was changed then.
    pub fn withdraw(&self) -> Result<(), Diagnostic> {
        let Some(past) = history::newest(&self.private)? else { return Ok(()) };
        if let Some(changed) = past.changed_since(&self.root)?.first() {
            return Err(changed_meanwhile(&self.root.join(changed)));
        }
        let mut batch = self.batch();
        for (path, before) in past.files() {
            let file = self.root.join(path);
            let now = file.exists().then(|| read_text(&file, &file)).transpose()?;
            let change =
                FileChange { path: path.to_owned(), before: now, after: before.map(str::to_owned) };
            batch.add(&change)?;
        }
        batch.commit_as(Some(Deed::Undid(past.number)))?;
        history::forget_from(&self.private, past.number);
        Ok(())
    }

    /// An empty batch.
    pub fn batch(&self) -> Batch<'_> {
        let (steps, befores, first) = (Vec::new(), Vec::new(), Vec::new());
        Batch { writer: self, steps, befores, first, open: false }
    }

    fn stage_one(
        &self,
        number: usize,
        change: &FileChange,
    ) -> Result<(Option<File>, JournalStep), Diagnostic> {
        if let Some(link) = link_on_the_way(&self.root, &change.path) {
            return Err(symlink(&link));
        }
        let target = self.root.join(&change.path);
        let change = &match &self.seal {
            Some(seal) => seal.applied(change)?,
            None => Cow::Borrowed(change),
        };
        if change.after.as_ref().is_some_and(|after| after.len() as u64 > MAX_FILE) {
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
        let temporary = number.to_string();
        let path = change.path.clone();
        let Some(after) = &change.after else {
            return Ok((None, JournalStep { temporary, before, after: None, path }));
        };
        let written = self.private.temporary(&temporary);
        let file = write_new(&written, after.as_bytes(), permissions).map_err(failed)?;
        let after = Some(fingerprint(after.as_bytes()));
        Ok((Some(file), JournalStep { temporary, before, after, path }))
    }

    /// The list of renames, durable before the first of them: a line for each file.
    fn write_journal(&self, steps: &[JournalStep]) -> std::io::Result<()> {
        let text = journal::text(steps)?;
        // The new texts must be on the disk before the journal that names them.
        sync_folder(&self.private.temporaries())?;
        let temporary = self.private.new_journal();
        let _ = fs::remove_file(&temporary);
        write_durably(&temporary, text.as_bytes(), None)?;
        fs::rename(&temporary, self.private.journal())?;
        sync_folder(self.private.journal_folder())
    }

    /// Puts the old texts back after a rename failed half-way. A second journal replaces the first one before that,
    /// so that a kill on the way back cannot leave a mixture.
    fn take_back(&self, befores: &[Option<String>], done: &[JournalStep]) -> std::io::Result<()> {
        if done.is_empty() {
            return Ok(());
        }
        let mut steps = Vec::new();
        for (before, step) in befores.iter().zip(done) {
            let back = JournalStep {
                temporary: format!("{}{}", step.temporary, journal::BACK),
                before: step.after,
                after: step.before,
                path: step.path.clone(),
            };
            if let Some(before) = before {
                // A file that was removed has no permissions left: it comes back with the usual ones.
                let permissions = match step.after {
                    Some(_) => Some(fs::metadata(self.root.join(&step.path))?.permissions()),
                    None => None,
                };
                let temporary = self.private.temporary(&back.temporary);
                write_durably(&temporary, before.as_bytes(), permissions)?;
            }
            steps.push(back);
        }
        self.write_journal(&steps)?;
        self.obey(&steps).map(drop)
    }

    /// Withdraws the journal after a failure, so that no later process finishes the commit.
    fn withdrawn(&self, failed: Diagnostic) -> Diagnostic {
        self.discard();
        let _ = sync_folder(self.private.journal_folder());
        if self.private.journal().exists() { cut_short(failed) } else { failed }
    }

    /// Does the steps of a journal that are not done yet, and makes them durable. A file with neither the old nor
    /// the new text was changed by another program since, and is left alone. Returns the steps that are not done
    /// afterwards.
    fn obey<'s>(&self, steps: &'s [JournalStep]) -> std::io::Result<Vec<&'s JournalStep>> {
        let mut undone = Vec::new();
        for step in steps {
            let target = self.root.join(&step.path);
            let linked = link_on_the_way(&self.root, &step.path).is_some() || target.is_symlink();
            if linked || fingerprint_of(&target)? != step.before {
                if linked || fingerprint_of(&target)? != step.after {
                    undone.push(step);
                }
                continue;
            }
            let temporary = self.private.temporary(&step.temporary);
            match step.after {
                None => fs::remove_file(&target)?,
                // A name of an earlier commit can come again; its text does not.
                Some(_) if !is_plain_file(&temporary) => undone.push(step),
                Some(_) if fingerprint_of(&temporary)? != step.after => undone.push(step),
                Some(_) => {
                    target.parent().map_or(Ok(()), fs::create_dir_all)?;
                    fs::rename(&temporary, &target)?;
                }
            }
        }
        self.sync(steps)?;
        Ok(undone)
    }

    /// Finishes a commit whose journal is whole, and removes the files that a dead writer left. Returns what there was
    /// to finish.
    fn recover(&self) -> std::io::Result<Option<Diagnostic>> {
        let journal = self.private.journal();
        let mut finished = None;
        if is_plain_file(&journal) {
            // Only a whole journal is followed; a journal is written in one rename, so a partial one is foreign.
            let text = String::from_utf8(fs::read(&journal)?).unwrap_or_default();
            if let Some(steps) = journal::parse(&text).filter(|steps| !steps.is_empty()) {
                finished = Some(was_finished(&steps, &self.obey(&steps)?));
            }
            fs::remove_file(&journal)?;
        }
        self.discard();
        Ok(finished)
    }

    /// Makes the folders of files that are missing.
    fn make_folders<'s>(
        &self,
        steps: impl IntoIterator<Item = &'s JournalStep>,
    ) -> Result<(), Diagnostic> {
        let folders = folders(steps).map(|folder| self.root.join(folder));
        folders.filter(|folder| !folder.is_dir()).try_for_each(|folder| {
            fs::create_dir_all(&folder)
                .and_then(|()| folder.ancestors().skip(1).take(2).try_for_each(sync_folder))
                .map_err(|error| failed(&folder, &error))
        })
    }

    /// Makes renames durable, in each file's folder.
    fn sync(&self, steps: &[JournalStep]) -> std::io::Result<()> {
        folders(steps).try_for_each(|folder| sync_folder(&self.root.join(folder)))
    }

    /// Removes journal and temporary files.
    fn discard(&self) {
        let _ = fs::remove_file(self.private.journal());
        let _ = fs::remove_file(self.private.new_journal());
        if let Ok(entries) = fs::read_dir(self.private.temporaries()) {
            for entry in entries.flatten() {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Changes on their way into a ledger. The text of each is in a file beside the ledger as soon as it is added, so that
/// none is kept in memory; all of them become files of the ledger together, or none does: a batch that is dropped
/// leaves nothing behind.
#[derive(Debug)]
pub struct Batch<'w> {
    writer: &'w Writer,
    steps: Vec<JournalStep>,
    /// The old text of each.
    befores: Vec<Option<String>>,
    /// The first files: where there are few, each is made durable by itself.
    first: Vec<Option<File>>,
    /// There are new texts that mean nothing yet.
    open: bool,
}

impl Batch<'_> {
    /// Adds a change.
    ///
    /// # Errors
    /// Fails if the file was changed since it was read, or the new text cannot be written; the batch is good for nothing
    /// then.
    pub fn add(&mut self, change: &FileChange) -> Result<(), Diagnostic> {
        self.open = true;
        let (file, step) = self.writer.stage_one(self.steps.len(), change)?;
        if self.first.len() < SYNCED_TOGETHER {
            self.first.push(file);
        }
        self.steps.push(step);
        self.befores.push(change.before.clone());
        Ok(())
    }

    /// The files of the changes, below the root, and whether each is new.
    pub fn files(&self) -> impl Iterator<Item = (&Path, bool)> {
        self.steps.iter().map(|step| (&*step.path, step.before.is_none()))
    }

    /// Writes all changes or none.
    ///
    /// # Errors
    /// Fails if a file cannot be written; nothing was changed then.
    pub fn commit(self) -> Result<(), Diagnostic> {
        let deed = self.writer.command.1;
        self.commit_as(Some(deed))
    }

    /// Writes as [`Batch::commit`] does; without a deed nothing is noted, and the write is never taken back.
    fn commit_as(mut self, deed: Option<Deed>) -> Result<(), Diagnostic> {
        if self.steps.is_empty() {
            return Ok(());
        }
        let writer = self.writer;
        self.sync()?;
        if self.steps.len() > 1
            && let Some(step) = self.steps.iter().find(|step| step.line().is_err())
        {
            let failed = failed(&writer.root.join(&step.path), &ErrorKind::InvalidFilename.into());
            let help = words!(
                "its path is not Unicode, or is outside the ledger; write this file by itself",
                "其路径不是 Unicode，或不属于账本；请单独写入该文件"
            );
            return Err(Diagnostic { help: vec![help], ..failed });
        }
        let kept = self.steps.iter().filter(|step| step.after.is_some());
        writer.make_folders(kept)?;
        let command = &*writer.command.0;
        if let Some(deed) = deed {
            history::note(&writer.private, (command, deed), &self.steps, &self.befores)?;
        }
        // From here on, what is left behind is the journal's.
        self.open = false;
        let (steps, befores) = (&self.steps, &self.befores);
        if steps.len() > 1
            && let Err(error) = writer.write_journal(steps)
        {
            let failed = failed(&writer.private.journal(), &error);
            return Err(writer.withdrawn(failed));
        }
        for (position, step) in steps.iter().enumerate() {
            let target = writer.root.join(&step.path);
            let done = match step.after {
                Some(_) => fs::rename(writer.private.temporary(&step.temporary), &target),
                None => fs::remove_file(&target),
            };
            if let Err(error) = done {
                let failed = failed(&target, &error);
                return Err(match writer.take_back(&befores[..position], &steps[..position]) {
                    Ok(()) => writer.withdrawn(failed),
                    Err(_) => cut_short(failed),
                });
            }
        }
        // The new state is in place; durability and tidying remain.
        let _ = writer.sync(steps);
        let _ = fs::remove_file(writer.private.journal());
        Ok(())
    }

    /// Makes the new texts durable: a few files one by one, many together.
    fn sync(&self) -> Result<(), Diagnostic> {
        let private = &self.writer.private;
        if self.steps.len() < SYNCED_TOGETHER {
            return self.steps.iter().zip(&self.first).try_for_each(|(step, file)| {
                let Some(file) = file else { return Ok(()) };
                file.sync_all().map_err(|error| failed(&self.writer.root.join(&step.path), &error))
            });
        }
        let folder = private.temporaries();
        let written = self.steps.iter().filter(|step| step.after.is_some());
        let files = written.map(|step| private.temporary(&step.temporary));
        sync_files(&folder, files).map_err(|error| failed(&folder, &error))
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if self.open {
            self.writer.discard();
        }
    }
}

/// The folders of files, each once.
fn folders<'s>(steps: impl IntoIterator<Item = &'s JournalStep>) -> impl Iterator<Item = &'s Path> {
    let folders: BTreeSet<&Path> =
        steps.into_iter().filter_map(|step| step.path.parent()).collect();
    folders.into_iter()
}

fn is_plain_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file())
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

/// The paths of steps; of many, the first and how many more.
pub(super) fn paths_of<'s>(steps: impl Iterator<Item = &'s JournalStep>) -> Listed {
    first_of(steps.map(|step| step.path.display()), NAMED)
}

/// That a commit was finished, or taken back, which a dead writer left half done.
fn was_finished(steps: &[JournalStep], undone: &[&JournalStep]) -> Diagnostic {
    let done = paths_of(steps.iter().filter(|step| !undone.contains(step)));
    let left = paths_of(undone.iter().copied());
    let message = match journal::takes_back(steps) {
        _ if done.is_empty() => {
            words!("a write that was cut short could not be finished", "上次中断的写入未能补完")
        }
        true => words!(
            "a write that was cut short was taken back: {done}",
            "上次中断的写入已撤销：{done:#}"
        ),
        false => words!(
            "a write that was cut short was finished: {done}",
            "上次中断的写入已补完：{done:#}"
        ),
    };
    let found = Diagnostic::new(Code::CutShort, message);
    if left.is_empty() {
        return found;
    }
    found.help(words!(
        "look at these yourself, they were changed since: {left}",
        "以下文件此后又有改动，请自行查看：{left:#}"
    ))
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
