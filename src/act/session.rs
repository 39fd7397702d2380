//! A session: from a draft to an event, checked by the rules, appended, read back, and committed - all or nothing.

use super::change::{changed, insert, unified};
use super::commit::{Commit, CommitWish, Committed, message};
use super::names::{criterion, rep, rep_of_git};
use super::target::{Entry, Target, not_yet};
use super::written::Written;
use crate::diag::{Code, Diagnostic, Failure, Lang, Severity, Words};
use crate::disk::find::find;
use crate::disk::history::Deed;
use crate::disk::ledger::Ledger;
use crate::disk::write::{Batch, FileChange, Seal, Writer};
use crate::model::event::Event;
use crate::report::Request;
use crate::rules::book::Book;
use crate::rules::entry::{nearly_known_reason, past_dates};
use crate::rules::query::Query;
use crate::rules::replay::replay;
use crate::rules::replay::state::Record;
use crate::value::date::Date;
use crate::value::text::Text;
use std::path::{Path, PathBuf};

/// The opener of a session: the command line, or another program for people.
pub trait Face {
    /// The ledger.
    fn ledger(&self) -> Result<&Ledger, Failure>;
    /// The as-of day.
    fn today(&self) -> Date;
    /// The rep that signs, if the face knows one.
    fn user(&self) -> Option<&str>;
    /// The language of reasons that the program writes.
    fn written_lang(&self) -> Lang;
    /// The book of the as-of day, not yet read, with the parts that the request needs. `rules`: the rules of grading or
    /// allocation are asked, whatever the request is.
    fn book(&self, request: &Request, rules: bool) -> Result<Book, Failure>;
    /// The command as messages name it: `crm log zhang call`.
    fn command(&self) -> &str;
    /// Is told that reading the whole ledger begins, so that it may show how far it is.
    fn reading_begins(&self);
    /// Is told that a book has been read, so that it may tell of its findings.
    ///
    /// # Errors
    /// Fails if the book was not read whole.
    fn reading_ended(&self, book: &Book) -> Result<(), Failure>;
    /// Is told that the ledger is about to be written.
    ///
    /// # Errors
    /// Fails if the output cannot be written; then the ledger is not written either.
    fn writing_begins(&self) -> Result<(), Failure>;
    /// Is told that the ledger has been written, and whether git has a commit of that: an output that cannot be shown
    /// from here on is no failure of the command.
    fn writing_ended(&self, committed: Option<Committed>);
    /// The wish that what is written be committed, if there is one.
    ///
    /// # Errors
    /// Fails if the ledger, whose settings may have the wish, cannot be read.
    fn commits(&self) -> Result<Option<CommitWish>, Failure>;
}

/// A command that is about to write: the ledger, and its lock unless it is a dry run.
pub struct Session<'a> {
    face: &'a dyn Face,
    /// The ledger.
    pub ledger: &'a Ledger,
    writer: Option<Writer>,
    /// What is written is committed.
    commit: Option<Commit>,
}

/// The result of a session.
#[derive(Debug, Default)]
pub struct Done {
    /// The entries that were written, a line for each.
    pub said: Vec<Words>,
    /// The entries that were written, or would be on a dry run.
    pub written: Vec<Written>,
    /// On a dry run: the differences that would be written.
    pub differences: Vec<String>,
    /// Doubts about the entries, as warnings.
    pub doubts: Vec<Diagnostic>,
}

impl<'a> Session<'a> {
    /// Opens the ledger for writing. A dry run needs no lock and writes nothing.
    ///
    /// # Errors
    /// Fails if the ledger cannot be read, another program keeps its lock, or what is written shall be committed and
    /// cannot be.
    pub fn open(face: &'a dyn Face, dry_run: bool) -> Result<Session<'a>, Failure> {
        let ledger = face.ledger()?;
        let wish = face.commits()?.filter(|_| !dry_run);
        let commit = wish.map(|wish| Commit::ready(wish, ledger)).transpose()?;
        let mut writer = if dry_run { None } else { Some(Writer::open(&ledger.root)?) };
        if let Some(writer) = &mut writer {
            writer.is_for(face.command(), Deed::Did);
            writer.seals(ledger);
        }
        Ok(Session { face, ledger, writer, commit })
    }

    /// Looks, before a person types a text for files, whether what is written then can be committed, if that is wished.
    ///
    /// # Errors
    /// Fails if it cannot.
    pub fn can_commit(face: &dyn Face, files: &[PathBuf]) -> Result<(), Failure> {
        if let Some(wish) = face.commits()? {
            let commit = Commit::ready(wish, face.ledger()?)?;
            commit.are_clean(files.iter().map(PathBuf::as_path))?;
        }
        Ok(())
    }

    /// The right to write, unless it is a dry run.
    pub(super) fn writer(&self) -> Option<&Writer> {
        self.writer.as_ref()
    }

    /// The session takes back an earlier write.
    pub fn takes_back(&mut self, deed: Deed) {
        if let Some(writer) = &mut self.writer {
            writer.is_for(self.face.command(), deed);
        }
    }

    /// The as-of day.
    pub fn today(&self) -> Date {
        self.face.today()
    }

    /// The language of reasons that the program writes.
    pub fn written_lang(&self) -> Lang {
        self.face.written_lang()
    }

    /// The rep at work: the face's user, else the rep whose e-mail git knows here.
    ///
    /// # Errors
    /// Fails if the settings do not know the face's user.
    pub fn user(&self) -> Result<Option<Text>, Diagnostic> {
        let settings = &self.ledger.settings;
        match self.face.user() {
            Some(user) => rep(settings, "CRM_USER", user).map(Some),
            None => Ok(rep_of_git(settings, &self.ledger.root)),
        }
    }

    /// Does the session write nothing?
    pub fn is_dry(&self) -> bool {
        self.writer.is_none()
    }

    /// The prospects of these ids.
    ///
    /// # Errors
    /// Fails with everything that is wrong together: unknown ids, broken files.
    pub fn named(&self, ids: &[String]) -> Result<Vec<Target>, Failure> {
        let mut paths = Vec::new();
        let mut problems = Vec::new();
        for id in ids {
            match find(self.ledger, id) {
                Ok(path) if paths.contains(&path) => {}
                Ok(path) => paths.push(path),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { self.targets(&paths) } else { Err(Failure(problems)) }
    }

    /// The prospects that a query selects.
    ///
    /// # Errors
    /// Fails if a file of theirs is broken.
    pub fn selected(&self, query: Query) -> Result<Vec<Target>, Failure> {
        let request = Request::of(query);
        let book = self.book(&request, false)?;
        let path = |record: &Record| Some(record.prospect.path.clone());
        let paths = self.read(&book, || request.gather(&book, path))?;
        self.targets(&paths)
    }

    fn targets(&self, paths: &[PathBuf]) -> Result<Vec<Target>, Failure> {
        let mut targets = Vec::new();
        let mut problems = Vec::new();
        for path in paths {
            match self.target(path) {
                Ok(target) => targets.push(target),
                Err(found) => problems.extend(found.0),
            }
        }
        if problems.is_empty() { Ok(targets) } else { Err(Failure(problems)) }
    }

    /// One prospect, read from its file and replayed up to the as-of day.
    ///
    /// # Errors
    /// Fails if the file is broken, or the prospect was opened later.
    pub fn target(&self, path: &Path) -> Result<Target, Failure> {
        let loaded = self.ledger.read(path).map_err(Failure)?.without_errors()?;
        if loaded.prospect.events.first().is_some_and(|first| first.date() > self.today()) {
            return Err(not_yet(&loaded.prospect.id, self.today()).into());
        }
        Ok(Target { loaded })
    }

    /// The book of the as-of day (see [`Face::book`]).
    ///
    /// # Errors
    /// Fails if the face reads strictly and the ledger has findings.
    pub fn book(&self, request: &Request, rules: bool) -> Result<Book, Failure> {
        self.face.book(request, rules)
    }

    /// Runs `make`, which reads a book, and tells the face.
    ///
    /// # Errors
    /// Fails if the book was not read whole.
    pub fn read<T>(&self, book: &Book, make: impl FnOnce() -> T) -> Result<T, Failure> {
        self.face.reading_begins();
        let made = make();
        self.face.reading_ended(book)?;
        Ok(made)
    }

    /// Checks and signs a draft: its day is not in the future, its rep and criteria are known, and criteria that it
    /// confirms can be attested. `by` signs, else the face's user, else the rep whose e-mail git knows here.
    ///
    /// # Errors
    /// Fails where one of these does not hold.
    pub fn draft(&self, mut event: Event, by: Option<&str>) -> Result<Event, Failure> {
        let settings = &self.ledger.settings;
        let date = event.date();
        if date > self.today() {
            return Err(Diagnostic::new(
                Code::BadArgument,
                words!("{date} is in the future", "{date} 是将来的日期"),
            )
            .help(words!(
                "an entry records what happened; what is agreed for later is its --next",
                "流水只记录已经发生的事；约定的下一步请用 --next"
            ))
            .into());
        }
        event.by = match by {
            Some(by) => Some(rep(settings, "--by", by)?),
            None => self.user()?,
        };
        for name in &mut event.confirms {
            *name = criterion(settings, name, true)?;
        }
        for name in &mut event.revokes {
            *name = criterion(settings, name, false)?;
        }
        event.owner = event.owner.map(|id| rep(settings, "--owner", &id)).transpose()?;
        Ok(event)
    }

    /// Appends the entries to their files, all or none; gives the differences on a dry run.
    ///
    /// # Errors
    /// Fails with every rule that an entry breaks, or if a file cannot be written; nothing was written then.
    pub fn commit(&self, entries: Vec<Entry>) -> Result<Done, Failure> {
        let doubts = self.doubts(entries.iter().flat_map(|entry| &entry.events), None);
        let mut changes = Vec::new();
        let mut written = Vec::new();
        let mut said = Vec::new();
        let mut problems = Vec::new();
        for entry in entries {
            match changed(self.ledger, &entry.target.loaded, &entry.events) {
                Ok((change, events)) => {
                    let (id, file) =
                        (&entry.target.loaded.prospect.id, self.ledger.show(&change.path));
                    written.extend(events.iter().map(|event| Written::of(id, event, file.clone())));
                    changes.push(change);
                }
                Err(found) => problems.extend(found.0),
            }
            if let Some(until) = self.ended_hold(&entry) {
                let end = words!("the hold until {until} ends", "暂缓（至 {until}）就此结束");
                said.extend([entry.said, end.about(&entry.target.named())]);
            } else {
                said.push(entry.said);
            }
        }
        if !problems.is_empty() {
            return Err(Failure(problems));
        }
        let differences = self.write(&changes)?;
        let said = if self.is_dry() { Vec::new() } else { said };
        Ok(Done { said, written, differences, doubts })
    }

    /// Writes changes as they are, all or none, and commits them if that is wished. On a dry run gives the difference of
    /// each.
    ///
    /// # Errors
    /// Fails if a file cannot be written or not be committed; nothing was written then.
    pub fn write(&self, changes: &[FileChange]) -> Result<Vec<String>, Failure> {
        if let Some(writer) = &self.writer {
            let files: Vec<_> =
                changes.iter().map(|change| (&*change.path, change.before.is_none())).collect();
            let is_any = changes.iter().any(|change| change.before != change.after);
            let commit = self.commit.as_ref().filter(|_| is_any);
            let lang = self.written_lang();
            let words = |_: &Commit| message(self.ledger, changes, lang, self.today());
            let words = commit.and_then(words).unwrap_or_else(|| self.command());
            self.carry_out(commit, &files, &words, writer, || writer.commit(changes))?;
            return Ok(Vec::new());
        }
        let seal = Seal::of(self.ledger);
        let difference = |change: &FileChange| {
            let closed = seal.as_ref().map(|seal| seal.closed(change)).transpose()?.flatten();
            let before = change.before.as_deref().unwrap_or("");
            let after = closed.as_ref().map(|closed| &*closed.text).or(change.after.as_deref());
            Ok(unified(&self.ledger.show(&change.path), before, after.unwrap_or("")))
        };
        changes.iter().map(difference).collect()
    }

    /// The command as it was typed, without the name of the program.
    fn command(&self) -> String {
        let command = self.face.command();
        command.split_once(' ').map_or(command, |(_, words)| words).to_owned()
    }

    /// Writes, then commits the files, or takes the write back.
    fn carry_out(
        &self,
        commit: Option<&Commit>,
        files: &[(&Path, bool)],
        words: &str,
        writer: &Writer,
        write: impl FnOnce() -> Result<(), Diagnostic>,
    ) -> Result<(), Failure> {
        if let Some(commit) = commit {
            commit.are_clean(files.iter().map(|(path, _)| *path))?;
        }
        self.face.writing_begins()?;
        write()?;
        let committed = commit.map(|commit| commit.make(writer, files, words)).transpose()?;
        self.face.writing_ended(committed);
        Ok(())
    }

    /// A batch of changes that [`Session::finish`] writes; none on a dry run.
    pub fn batch(&self) -> Option<Batch<'_>> {
        self.writer.as_ref().map(Writer::batch)
    }

    /// Writes the changes of a batch, all or none, and commits them if that is wished; `words` says what they are.
    ///
    /// # Errors
    /// Fails if a file cannot be written or not be committed; nothing was written then.
    pub fn finish(&self, batch: Batch, words: &Words) -> Result<(), Failure> {
        let Some(writer) = &self.writer else { return Ok(()) };
        let files: Vec<(PathBuf, bool)> =
            batch.files().map(|(path, is_new)| (path.to_owned(), is_new)).collect();
        let files: Vec<(&Path, bool)> =
            files.iter().map(|(path, is_new)| (&**path, *is_new)).collect();
        let commit = self.commit.as_ref().filter(|_| !files.is_empty());
        let words = words.get(self.written_lang());
        self.carry_out(commit, &files, words, writer, || batch.commit())
    }

    /// Doubts about valid entries, each once, and `more`; as warnings.
    pub fn doubts<'e>(
        &self,
        events: impl IntoIterator<Item = &'e Event>,
        more: Option<Diagnostic>,
    ) -> Vec<Diagnostic> {
        let settings = &self.ledger.settings;
        let mut doubts: Vec<Diagnostic> = Vec::new();
        for event in events {
            let flaws = past_dates(event).into_iter().chain(nearly_known_reason(event, settings));
            for flaw in flaws {
                if !doubts.contains(&flaw.what) {
                    doubts.push(flaw.what);
                }
            }
        }
        doubts.extend(more);
        doubts.extend(self.writer.iter().filter_map(|writer| writer.finished.clone()));
        doubts.iter_mut().for_each(|doubt| doubt.severity = Severity::Warning);
        doubts
    }

    /// The day until which the prospect was on hold, if the entry's events end that.
    fn ended_hold(&self, entry: &Entry) -> Option<Date> {
        let before = &entry.target.loaded.prospect;
        if before.events.iter().all(|event| event.until.is_none()) {
            return None;
        }
        let settings = &self.ledger.settings;
        let state = replay(before.clone(), settings, self.today())?.state;
        let hold = state.hold.filter(|_| state.flags.on_hold)?;
        let mut after = before.clone();
        for event in &entry.events {
            insert(&mut after, event.clone());
        }
        let after = replay(after, settings, self.today())?;
        (!after.state.flags.on_hold).then_some(hold.until)
    }
}
