//! A ledger on disk or in git: its settings, and one of its prospects by the path. `walk` lists its files, and
//! `files` reads all of them.

use crate::diag::{Code, Diagnostic, Exit, Failure, Place, Source, Words};
use crate::disk::file::{id_of, read_text};
use crate::disk::keys::sealing;
use crate::format::layout::SETTINGS;
use crate::format::quick::quick;
use crate::format::read_prospect::read_prospect;
use crate::format::read_settings::read_settings;
use crate::format::sealed::cipher::OwnKey;
use crate::format::sealed::keys::Sealing;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::book::Keep;
use crate::value::id;
use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// The files of a ledger that are not on the disk: a state that git has.
pub trait Stored: fmt::Debug + Send + Sync {
    /// The text of a file; `shown` is the path that messages print.
    fn text(&self, relative: &Path, shown: &Path) -> Result<String, Diagnostic>;

    /// Every `.toml` file below folders, sorted, as a walk of the disk gives them; and the links on the
    /// way, which are not followed.
    fn files_below(&self, folders: &[&str]) -> (Vec<PathBuf>, Vec<PathBuf>);
}

/// A ledger on disk, with its settings read.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// The root folder, as it was found.
    pub root: PathBuf,
    /// The prefix of paths in messages: the root as the user would write it from here.
    pub shown: PathBuf,
    /// The settings.
    pub settings: Settings,
    /// Where its files are read from, if not from the disk.
    pub stored: Option<Arc<dyn Stored>>,
    /// How values are sealed and opened, if the settings name fields that are sealed.
    pub sealing: Option<Arc<Sealing>>,
    /// How many prospects have been read so far; a display of progress reads it.
    pub files_read: Arc<AtomicUsize>,
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
        Ok(Ledger::of(root, shown, settings))
    }

    /// A ledger whose settings are left alone, because they may be broken themselves.
    pub fn without_settings(root: PathBuf, shown: PathBuf) -> Ledger {
        Ledger::of(root, shown, Settings::default())
    }

    fn of(root: PathBuf, shown: PathBuf, settings: Settings) -> Ledger {
        let sealing = sealing(&settings, &root).map(Arc::new);
        Ledger { root, shown, settings, stored: None, sealing, files_read: Arc::default() }
    }

    /// Opens sealed values with these keys from now on.
    pub fn open_with(&mut self, own: Vec<OwnKey>) {
        if let Some(sealing) = &self.sealing {
            let sealing = Sealing { own: Arc::new(own), ..(**sealing).clone() };
            self.sealing = Some(Arc::new(sealing));
        }
    }

    /// A text of one of its files with every sealed value opened that the user's own keys open.
    pub fn opened<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.sealing.as_ref().map_or(Cow::Borrowed(text), |sealing| sealing.opened(text))
    }

    /// The ledger whose files are stored elsewhere; `shown` is put before its paths in messages.
    pub fn of_stored(
        stored: impl Stored + 'static,
        root: PathBuf,
        shown: PathBuf,
    ) -> Result<Ledger, Vec<Diagnostic>> {
        let place = shown.join(SETTINGS);
        let text = stored.text(Path::new(SETTINGS), &place).map_err(|problem| {
            vec![Diagnostic { exit: problem.exit.max(Exit::Usage), ..problem }]
        })?;
        let settings = read_settings(&text, &place).map_err(|found| {
            found.into_iter().map(|d| with_text(d, &place, &text)).collect::<Vec<_>>()
        })?;
        Ok(Ledger::of(root, shown, settings).with(stored))
    }

    /// A copy of the ledger, with its settings, whose files are stored elsewhere.
    #[must_use]
    pub fn with(&self, stored: impl Stored + 'static) -> Ledger {
        Ledger { stored: Some(Arc::new(stored)), ..self.clone() }
    }

    /// The text of a file of the ledger, from wherever its files are read.
    pub fn text(&self, relative: &Path) -> Result<String, Diagnostic> {
        let shown = self.show(relative);
        match &self.stored {
            Some(stored) => stored.text(relative, &shown),
            None => read_text(&self.root.join(relative), &shown),
        }
    }

    /// Adds to a finding the text that it points into, if that text is not on the disk.
    #[must_use]
    pub fn sourced(&self, diagnostic: Diagnostic) -> Diagnostic {
        let file = match &diagnostic.place {
            Some(Place { source: Source::File(path), .. }) => path.clone(),
            _ => return diagnostic,
        };
        let relative = file.strip_prefix(&self.shown).unwrap_or(&file);
        match self.stored.as_ref().map(|stored| stored.text(relative, &file)) {
            Some(text) => with_text(diagnostic, &file, &text.unwrap_or_default()),
            None => diagnostic,
        }
    }

    /// How a file of the ledger is named in messages.
    pub fn show(&self, relative: &Path) -> PathBuf {
        self.shown.join(relative)
    }

    /// Reads one prospect by its path below the root. Fails only if there is no prospect in the file; other
    /// problems are returned with the prospect.
    pub fn read(&self, relative: &Path) -> Result<Loaded, Vec<Diagnostic>> {
        let shown = self.show(relative);
        let text = self.text(relative).map_err(|problem| vec![problem])?;
        let id = id_of(relative);
        let (prospect, mut problems) = self.prospect_in(&text, relative);
        if let Err(bad) = id::validate(&id) {
            let bad = bad.words();
            let message = Words::both(
                format!("the file's name is not an id: {}", bad.en()),
                format!("文件名不能作为 id：{}", bad.zh()),
            );
            let problem =
                Diagnostic::new(Code::BadId, message).at(Place::file(&shown)).help(words!(
                    "letters and digits of any script, `-`, `_` and `.`",
                    "可用各种文字的字母和数字，以及 `-`、`_`、`.`"
                ));
            let better = id::slug(&id);
            problems.push(if better.is_empty() {
                problem
            } else {
                problem.help(words!(
                    "rename the file, for example to {better}.toml",
                    "请重命名文件，例如 {better}.toml"
                ))
            });
        }
        match prospect {
            Some(prospect) => Ok(Loaded { prospect, text, problems }),
            None => Err(problems),
        }
    }

    /// The prospect in the text of a file, and the problems in it. Their places are those of the text as it is, and they
    /// quote nothing that is sealed.
    pub fn prospect_in(&self, text: &str, relative: &Path) -> (Option<Prospect>, Vec<Diagnostic>) {
        let (id, shown, settings) = (id_of(relative), self.show(relative), &self.settings);
        let opened = self.opened(text);
        let path = relative.to_owned();
        let room = &mut Vec::new();
        if let Some(prospect) = quick(&opened, &id, path, settings, Keep::Everything, room) {
            return (Some(prospect), Vec::new());
        }
        let (prospect, problems) = read_prospect(&opened, &id, relative, &shown, settings);
        if matches!(opened, Cow::Borrowed(_)) || problems.is_empty() {
            return (prospect, problems);
        }
        let (_, of_the_file) = read_prospect(text, &id, relative, &shown, settings);
        if of_the_file.len() >= problems.len() {
            return (prospect, of_the_file);
        }
        let message =
            words!("a sealed value is not what its field demands", "有加密的值不符合其字段的要求");
        let hidden = Diagnostic::new(Code::WrongType, message).at(Place::file(&shown));
        (prospect, of_the_file.into_iter().chain([hidden]).collect())
    }

    /// Turns a path below the root into the one to print.
    pub fn show_place(&self, diagnostic: &mut Diagnostic) {
        if let Some(Place { source: Source::File(path), .. }) = &mut diagnostic.place {
            *path = self.show(path);
        }
    }
}

/// A prospect read from its file, with the file's text.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The prospect.
    pub prospect: Prospect,
    /// The file as it is.
    pub text: String,
    /// The problems in the file.
    pub problems: Vec<Diagnostic>,
}

impl Loaded {
    /// The file, if it has no errors.
    ///
    /// # Errors
    /// Fails with every error in the file.
    pub fn without_errors(self) -> Result<Loaded, Failure> {
        let broken: Vec<Diagnostic> =
            self.problems.iter().filter(|problem| problem.is_error()).cloned().collect();
        if broken.is_empty() { Ok(self) } else { Err(Failure(broken)) }
    }
}

/// A finding about a file that is not on the disk, with that file's text.
fn with_text(mut diagnostic: Diagnostic, file: &Path, text: &str) -> Diagnostic {
    if let Some(place) = &mut diagnostic.place {
        place.source = Source::Text { origin: file.display().to_string(), text: text.to_owned() };
    }
    diagnostic
}
