//! A ledger on disk: its settings, the list of its files, one file of it; all of them are `files`.

use crate::diag::{Code, Diagnostic, Exit, Place, Source};
use crate::disk::files::Files;
use crate::disk::tally::read_tallies;
use crate::disk::walk::{Batch, Walk};
use crate::format::layout::{ACTIVITY, PROSPECTS, SETTINGS};
use crate::format::quick::quick;
use crate::format::read_prospect::read_prospect;
use crate::format::read_settings::read_settings;
use crate::git::snapshot::Snapshot;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::book::{Book, Keep};
use crate::value::date::Date;
use crate::value::id;
use std::collections::HashMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::SystemTime;

/// The largest prospect file that is read.
pub const MAX_FILE: u64 = 4 * 1024 * 1024;

/// A ledger on disk, with its settings read.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// The root folder, as it was found.
    pub root: PathBuf,
    /// What is put before paths in messages: the root as the user would write it from here.
    pub shown: PathBuf,
    /// The settings.
    pub settings: Settings,
    /// Where its files are read from, if not from the disk.
    pub snapshot: Option<Snapshot>,
    /// How many prospects have been read so far, for whoever watches.
    pub files_read: Arc<AtomicUsize>,
    /// The time of this command, if what files say may be remembered for the next one.
    pub remember: Option<SystemTime>,
}

impl Ledger {
    /// Reads the settings of the ledger at `root`.
    pub fn open(root: PathBuf, shown: PathBuf) -> Result<Ledger, Vec<Diagnostic>> {
        let place = shown.join(SETTINGS);
        let text = read_text(&root.join(SETTINGS), &place).map_err(|problem| {
            // Settings that cannot be read are wrong settings, unless the system is to blame.
            let exit = problem.exit.max(Exit::Usage);
            vec![Diagnostic { exit, ..problem }]
        })?;
        let settings = read_settings(&text, &place)?;
        Ok(Ledger::of(root, shown, settings, None))
    }

    /// A ledger whose settings are left alone, because they may be broken themselves.
    pub fn without_settings(root: PathBuf, shown: PathBuf) -> Ledger {
        Ledger::of(root, shown, Settings::default(), None)
    }

    fn of(root: PathBuf, shown: PathBuf, settings: Settings, snapshot: Option<Snapshot>) -> Ledger {
        Ledger { root, shown, settings, snapshot, files_read: Arc::default(), remember: None }
    }

    /// The ledger as git has it; `shown` is put before its paths in messages.
    pub fn of_snapshot(
        snapshot: Snapshot,
        root: PathBuf,
        shown: PathBuf,
    ) -> Result<Ledger, Vec<Diagnostic>> {
        let place = shown.join(SETTINGS);
        let text = snapshot.text(Path::new(SETTINGS), &place).map_err(|problem| {
            vec![Diagnostic { exit: problem.exit.max(Exit::Usage), ..problem }]
        })?;
        let settings = read_settings(&text, &place).map_err(|found| {
            found.into_iter().map(|d| with_text(d, &place, &text)).collect::<Vec<_>>()
        })?;
        Ok(Ledger::of(root, shown, settings, Some(snapshot)))
    }

    /// The text of a file of the ledger, from wherever its files are read.
    pub fn text(&self, relative: &Path) -> Result<String, Diagnostic> {
        let shown = self.show(relative);
        match &self.snapshot {
            Some(snapshot) => snapshot.text(relative, &shown),
            None => read_text(&self.root.join(relative), &shown),
        }
    }

    /// A finding with the text that it points into, where that is not the one on the disk.
    #[must_use]
    pub fn sourced(&self, diagnostic: Diagnostic) -> Diagnostic {
        let file = match &diagnostic.place {
            Some(Place { source: Source::File(path), .. }) => path.clone(),
            _ => return diagnostic,
        };
        let relative = file.strip_prefix(&self.shown).unwrap_or(&file);
        match self.snapshot.as_ref().map(|snapshot| snapshot.text(relative, &file)) {
            Some(text) => with_text(diagnostic, &file, &text.unwrap_or_default()),
            None => diagnostic,
        }
    }

    /// How a file of the ledger is named in messages.
    pub fn show(&self, relative: &Path) -> PathBuf {
        self.shown.join(relative)
    }

    /// Reads one prospect by its path below the root. Problems beside a prospect do not stop it.
    pub fn read(&self, relative: &Path) -> Result<Loaded, Vec<Diagnostic>> {
        let shown = self.show(relative);
        let text = self.text(relative).map_err(|problem| vec![problem])?;
        let id = id_of(relative);
        let (prospect, mut problems) = match quick(
            &text,
            &id,
            relative.to_owned(),
            &self.settings,
            Keep::Everything,
            &mut Vec::new(),
        ) {
            Some(prospect) => (Some(prospect), Vec::new()),
            None => read_prospect(&text, &id, relative, &shown, &self.settings),
        };
        if let Err(bad) = id::validate(&id) {
            let problem =
                Diagnostic::new(Code::BadId, format!("the file's name is not an id: {bad}"))
                    .at(Place::file(&shown))
                    .help("letters and digits of any script, `-`, `_` and `.`");
            let better = id::slug(&id);
            problems.push(if better.is_empty() {
                problem
            } else {
                problem.help(format!("rename the file, for example to {better}.toml"))
            });
        }
        match prospect {
            Some(prospect) => Ok(Loaded { prospect, text, problems }),
            None => Err(problems),
        }
    }

    /// The ledger on a day; the same ledger and day give the same book. Its prospects are read when it
    /// is asked for them.
    pub fn load(&self, as_of: Date) -> Book {
        let (tallies, problems) = read_tallies(self, as_of);
        let shelf = Files { ledger: self.clone(), as_of, beside: problems };
        Book::on(Box::new(shelf), self.settings.clone(), as_of, tallies)
    }

    /// Turns a path below the root into the one to print.
    pub fn show_place(&self, diagnostic: &mut Diagnostic) {
        if let Some(Place { source: Source::File(path), .. }) = &mut diagnostic.place {
            *path = self.show(path);
        }
    }

    /// Every prospect's file, sorted, relative to the root; and what cannot be followed.
    pub fn paths(&self) -> (Vec<PathBuf>, Vec<Diagnostic>) {
        self.files_below(Path::new(PROSPECTS))
    }

    /// Every `.toml` file below a folder of the ledger.
    pub fn files_below(&self, folder: &Path) -> (Vec<PathBuf>, Vec<Diagnostic>) {
        if let Some(snapshot) = &self.snapshot {
            let (files, links) = snapshot.files_below(folder);
            return (files, links.iter().map(|link| symlink(&self.show(link))).collect());
        }
        let mut walk = Walk::new(self, folder, None);
        let mut paths = Vec::new();
        while let Some(Batch { folder, names }) = walk.next_batch() {
            paths.extend(names.iter().map(|name| folder.file(name)));
        }
        paths.sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
        (paths, walk.problems)
    }

    /// Files whose ids are the same but for case and Unicode form.
    pub fn duplicate_ids(&self, paths: &[PathBuf]) -> Vec<Diagnostic> {
        let mut seen: HashMap<String, &PathBuf> = HashMap::with_capacity(paths.len());
        let mut problems = Vec::new();
        for path in paths {
            let id = id_of(path);
            if let Some(first) = seen.get(&id::fold(&id)) {
                let message =
                    format!("the id `{id}` is also that of {}", self.show(first).display());
                let other = id_of(first);
                let differ = match (id == other, id.to_lowercase() == other.to_lowercase()) {
                    (true, _) => "folders carry no meaning: the file's name alone is the id",
                    (_, true) => "they differ only in case, which many file systems do not see",
                    _ => {
                        "they look the same and differ only in Unicode form (é, or e and an accent)"
                    }
                };
                problems.push(
                    Diagnostic::new(Code::DuplicateId, message)
                        .at(Place::file(self.show(path)))
                        .note(differ)
                        .note("reports leave this file out")
                        .help("rename one of the files, or join the two"),
                );
            } else {
                seen.insert(id::fold(&id), path);
            }
        }
        problems
    }

    /// The ids of all reps' tally files.
    pub fn activity_paths(&self) -> (Vec<PathBuf>, Vec<Diagnostic>) {
        self.files_below(Path::new(ACTIVITY))
    }
}

/// A prospect read from its file, with the file's text.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The prospect.
    pub prospect: Prospect,
    /// The file as it is.
    pub text: String,
    /// What is wrong in it, if anything.
    pub problems: Vec<Diagnostic>,
}

/// The id of a prospect's path: the file's stem.
pub fn id_of(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads a file of the ledger as text: not a link, not too large, UTF-8.
pub fn read_text(path: &Path, shown: &Path) -> Result<String, Diagnostic> {
    let place = || Place::file(shown);
    let unreadable = |error: &std::io::Error| {
        let diagnostic = |message: String| Diagnostic::new(Code::Unreadable, message).at(place());
        match error.kind() {
            ErrorKind::NotFound => diagnostic("the file is not there".to_owned()),
            ErrorKind::PermissionDenied => diagnostic("you may not read the file".to_owned())
                .help("ask its owner, or change its rights: chmod u+r"),
            _ => diagnostic(format!("the file cannot be read: {error}")),
        }
    };
    let meta = std::fs::symlink_metadata(path).map_err(|error| unreadable(&error))?;
    if meta.is_symlink() {
        return Err(symlink(shown));
    }
    // Opening a pipe would wait for somebody to write into it.
    if !meta.is_file() {
        let message = "not a file but a folder, a pipe or a device";
        return Err(Diagnostic::new(Code::Unreadable, message).at(place()));
    }
    if meta.len() > MAX_FILE {
        return Err(too_large(meta.len(), shown));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).unwrap_or(0) + 1);
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_FILE).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    utf8(bytes, shown)
}

/// That a file is larger than any prospect's.
pub fn too_large(bytes: u64, shown: &Path) -> Diagnostic {
    let message = format!("the file has {} MiB; at most 4 are read", bytes / 1024 / 1024);
    Diagnostic::new(Code::TooLarge, message)
        .at(Place::file(shown))
        .help("keep large documents beside the ledger and name them in a note")
}

/// A finding about a file that is not on the disk, with that file's text.
fn with_text(mut diagnostic: Diagnostic, file: &Path, text: &str) -> Diagnostic {
    if let Some(place) = &mut diagnostic.place {
        place.source = Source::Text { origin: file.display().to_string(), text: text.to_owned() };
    }
    diagnostic
}

/// A file's bytes as text.
pub fn utf8(bytes: Vec<u8>, shown: &Path) -> Result<String, Diagnostic> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Diagnostic::new(Code::NotUtf8, "the file is not UTF-8 text")
            .at(Place::file(shown).span(at..at + 1))
            .help("save it as UTF-8; if an editor saved it as GBK: iconv -f GBK -t UTF-8")
    })
}

/// What there is to say about a symbolic link.
pub fn symlink(shown: &Path) -> Diagnostic {
    Diagnostic::new(Code::Symlink, "a symbolic link is not followed: it may lead out of the ledger")
        .at(Place::file(shown))
        .help("put the file itself there, or remove the link")
}
