//! What a command needs from the world, read once: clock, environment, folder, terminal, writers.

use crate::act::session::{Done, Face};
use crate::act::written::sheet;
use crate::diag::{Code, Diagnostic, Failure, Severity};
use crate::disk::ledger::Ledger;
use crate::disk::root::{find_root, ledger_file};
use crate::disk::write;
use crate::git::program::Git;
use crate::git::snapshot::{Snapshot, Tracked};
use crate::render::{self, Format, RenderError, Rendering};
use crate::report::Request;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::table::sheet::{Audience, Sheet};
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::period::{DATE_FORMS, NotADate, Period, parse_date, parse_moment, parse_period};
use std::cell::{Cell, RefCell};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::args::Global;
use super::diagnose::{Look, show};
use super::environment::Environment;
use super::progress::Progress;
use super::terminal::{colored, columns};

/// What a command prints.
enum Piece {
    Text(Box<str>),
    Sheet(Box<Rendering>),
}

impl Piece {
    fn write(&self, out: &mut dyn Write) -> std::io::Result<()> {
        match self {
            Piece::Text(text) => out.write_all(text.as_bytes()),
            Piece::Sheet(rendering) => rendering.write(out),
        }
    }
}

/// Everything a command is given.
pub struct Context {
    /// The options that every command has.
    pub global: Global,
    /// The environment.
    pub env: Environment,
    /// The current folder.
    pub here: PathBuf,
    /// The as-of day: the only clock.
    pub today: Date,
    format: Option<Format>,
    color: bool,
    ledger: std::cell::OnceCell<Ledger>,
    /// The format where none is asked for.
    usual: Cell<Format>,
    /// The language of talk; that of sheets is the ledger's, or none for machines.
    spoken: Cell<Lang>,
    /// What goes out once the command has succeeded.
    out: RefCell<Vec<Piece>>,
    last: RefCell<Vec<String>>,
    /// How far reading is.
    progress: RefCell<Option<Progress>>,
}

impl Face for Context {
    fn ledger(&self) -> Result<&Ledger, Failure> {
        Context::ledger(self)
    }

    fn today(&self) -> Date {
        self.today
    }

    fn user(&self) -> Option<&str> {
        self.env.user.as_deref()
    }

    fn spoken(&self) -> Lang {
        Context::spoken(self)
    }

    fn book(&self, request: &Request, rules: bool) -> Result<Book, Failure> {
        self.book_for(request, rules)
    }

    fn reading_begins(&self) {
        let progress = self.ledger.get().map(Progress::watch);
        self.progress.replace(progress);
    }

    fn reading_ended(&self, book: &Book) -> Result<(), Failure> {
        self.progress.take();
        if let Some(why) = book.incomplete() {
            return Err(why.clone().into());
        }
        self.count_errors(book);
        Ok(())
    }
}

impl Context {
    /// Settles the options against the environment.
    pub fn new(global: Global, env: Environment) -> Result<Context, Failure> {
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let clock = Date::today_by_the_clock();
        let day = |origin: &str, text: &Option<String>, base: Date| match text {
            Some(text) => parse_date(text, base).map_err(|wrong| bad_date(origin, &wrong)),
            None => Ok(base),
        };
        // `--as-of -14d` counts from CRM_TODAY where that is set.
        let today = day("--as-of", &global.as_of, day("CRM_TODAY", &env.today, clock)?)?;
        let format = match (&global.format, &global.output) {
            (Some(name), _) => Some(Format::parse(name).map_err(|error| render_error(&error))?),
            (None, Some(file)) => Some(
                file.file_name()
                    .and_then(|name| Format::of_file_name(&name.to_string_lossy()))
                    .ok_or_else(|| {
                        Diagnostic::new(
                            Code::BadArgument,
                            format!("the ending of `{}` names no format", file.display()),
                        )
                        .help(format!("add -f with one of: {}", formats()))
                    })?,
            ),
            (None, None) => None,
        };
        if let Some(file) = &global.output {
            let root = find_root(stated_ledger(&global, &env), &here).ok();
            can_be_written(file, root.as_deref())?;
        }
        let color =
            colored(&global.color, &std::io::stdout(), env.no_color || global.output.is_some());
        Ok(Context {
            global,
            env,
            here,
            today,
            format,
            color,
            ledger: std::cell::OnceCell::new(),
            usual: Cell::default(),
            spoken: Cell::default(),
            out: RefCell::new(Vec::new()),
            last: RefCell::new(Vec::new()),
            progress: RefCell::default(),
        })
    }

    /// The ledger of this command; its settings are read once.
    pub fn ledger(&self) -> Result<&Ledger, Failure> {
        if let Some(ledger) = self.ledger.get() {
            return Ok(ledger);
        }
        let (root, shown) = self.root()?;
        let ledger = Ledger::open(root, shown).map_err(Failure)?;
        Ok(self.settle(ledger))
    }

    /// The ledger's root, and how messages show it.
    pub fn root(&self) -> Result<(PathBuf, PathBuf), Failure> {
        let (root, shown) = self.root_as_it_is()?;
        write::recover(&root)?;
        Ok((root, shown))
    }

    /// The same, and what a dead writer left is not touched.
    pub fn root_as_it_is(&self) -> Result<(PathBuf, PathBuf), Failure> {
        let root = find_root(stated_ledger(&self.global, &self.env), &self.here)?;
        let shown = root.strip_prefix(&self.here).map_or_else(|_| root.clone(), Path::to_path_buf);
        Ok((root, shown))
    }

    /// The git that keeps the ledger. Inside a hook it runs where git put us, because what git tells its
    /// hooks (`GIT_DIR`, `GIT_INDEX_FILE`) is meant from there.
    pub fn tracked(&self) -> Result<Tracked, Failure> {
        let (root, _) = self.root()?;
        let git = Git::at(if self.env.inside_git { &self.here } else { &root });
        let prefix = git.prefix(&root)?;
        Ok(Tracked { git, prefix })
    }

    /// The ledger as git has it. It becomes the command's own by [`Context::settle`].
    pub fn ledger_of(&self, snapshot: Snapshot) -> Result<Ledger, Failure> {
        let (root, shown) = self.root()?;
        let mut ledger = Ledger::of_stored(snapshot, root, shown).map_err(Failure)?;
        self.word(&mut ledger);
        Ok(ledger)
    }

    /// Makes a ledger that of the command, unless it has one.
    pub fn settle(&self, mut ledger: Ledger) -> &Ledger {
        self.ledger.get_or_init(|| {
            self.word(&mut ledger);
            ledger
        })
    }

    /// Words sheets for their readers; talk stays in the language of the ledger.
    fn word(&self, ledger: &mut Ledger) {
        let language = &mut ledger.settings.language;
        if *language != Lang::Machine {
            self.spoken.set(*language);
        }
        if self.written().readers() == Audience::Machines {
            *language = Lang::Machine;
        }
    }

    /// The format that is asked for, else the usual one of the command.
    fn written(&self) -> Format {
        self.format.unwrap_or(self.usual.get())
    }

    /// Says which format the command writes unless another is asked for; before the ledger is opened.
    pub fn usually(&self, format: Format) {
        self.usual.set(format);
    }

    /// Lazily loaded book. Build reports inside [`Context::reading`], which shows progress and counts errors.
    /// Under `--strict` the book is read at once.
    pub fn unread_book(&self) -> Result<Book, Failure> {
        let book = self.ledger()?.load(self.today);
        if self.global.strict {
            strictly(&book)?;
        }
        Ok(book)
    }

    /// Lazily loaded book whose records carry no more than a request needs. `rules`: the report asks the rules of
    /// grading or allocation, whatever the request is.
    pub fn book_for(&self, request: &Request, rules: bool) -> Result<Book, Failure> {
        let mut book = self.unread_book()?;
        book.keep = request.keep(&book.settings, book.as_of, rules);
        Ok(book)
    }

    /// Runs `make`, which reads a book. Shows progress while that takes long, and counts errors afterwards.
    ///
    /// # Errors
    /// Fails if the book was not read whole.
    pub fn reading<T>(&self, book: &Book, make: impl FnOnce() -> T) -> Result<T, Failure> {
        self.reading_begins();
        let made = make();
        self.reading_ended(book)?;
        Ok(made)
    }

    /// Tells on stderr how many errors the book has, if it has been read.
    fn count_errors(&self, book: &Book) {
        if let Some(wrong) = book.errors().filter(|wrong| *wrong > 0) {
            let found = counted(wrong, "finding");
            self.say_last(&format!("{found} in the ledger: `crm check` shows them"));
        }
    }

    /// The language of talk: the ledger's, once it has been opened.
    pub fn spoken(&self) -> Lang {
        self.spoken.get()
    }

    /// The language of sheets: that of talk, or [`Lang::Machine`] where a machine reads them.
    pub fn lang(&self) -> Lang {
        self.ledger.get().map(|ledger| ledger.settings.language).unwrap_or_default()
    }

    /// How messages look on stderr.
    pub fn look_of_messages(&self) -> Look {
        let stderr = std::io::stderr();
        let color = colored(&self.global.color, &stderr, self.env.no_color);
        Look { color, width: columns(&stderr), lang: self.spoken() }
    }

    /// Puts a sheet on stdout, or into the file of `-o`.
    pub fn emit(&self, sheet: Sheet) -> Result<(), Failure> {
        let rendering = Rendering::of(sheet, self.written(), self.render_options())
            .map_err(|e| render_error(&e))?;
        self.out.borrow_mut().push(Piece::Sheet(Box::new(rendering)));
        Ok(())
    }

    /// The format asked for, if any.
    pub fn format(&self) -> Option<Format> {
        self.format
    }

    /// Who reads what [`Context::emit`] writes; nobody knows where a table is asked for by its name.
    pub fn readers(&self) -> Option<Audience> {
        let named = self.global.table.is_some();
        (!named).then(|| self.written().readers())
    }

    /// How sheets shall look on this output.
    pub fn render_options(&self) -> render::Options {
        let width = columns(&std::io::stdout()).filter(|_| self.global.output.is_none());
        render::Options {
            width,
            color: self.color,
            ascii: self.global.ascii,
            raw: self.global.raw,
            table: self.global.table.clone(),
            lang: self.lang(),
        }
    }

    /// Puts text on stdout, or into the file of `-o`; kept until the command has succeeded.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        self.out.borrow_mut().push(Piece::Text(text.into()));
        Ok(())
    }

    /// Shows what a session did, or would do on a dry run: to a machine the entries as a sheet, to people the
    /// differences of a dry run; and talk.
    pub fn tell(&self, done: Done) -> Result<(), Failure> {
        if self.writes_for_machines() {
            // The entries are written: nothing may refuse them now, as `--table` might.
            let options = render::Options { table: None, ..self.render_options() };
            let rendering =
                Rendering::of(sheet(&done.written, self.lang()), self.written(), options)
                    .map_err(|e| render_error(&e))?;
            self.out.borrow_mut().push(Piece::Sheet(Box::new(rendering)));
        } else {
            done.differences.iter().try_for_each(|difference| self.print(difference))?;
        }
        self.talk(done);
        Ok(())
    }

    /// Is a format for machines asked for?
    pub fn writes_for_machines(&self) -> bool {
        self.format.is_some_and(|format| format.readers() == Audience::Machines)
    }

    /// Tells what a session did: a line for each entry, and doubts.
    pub fn talk(&self, done: Done) {
        done.said.iter().for_each(|said| self.say(said.get(self.spoken())));
        show(&done.doubts, self.look_of_messages());
    }

    /// Talk, on stderr.
    pub fn say(&self, text: &str) {
        let mut stderr = anstream::stderr().lock();
        for line in text.lines() {
            let _ = writeln!(stderr, "{}", render::clean(line));
        }
    }

    /// Talk that belongs below the data, where a long table has not scrolled it away.
    pub fn say_last(&self, text: &str) {
        self.last.borrow_mut().push(text.to_owned());
    }

    /// Writes out what the command printed. A reader that has gone away (`| head`) is no error.
    pub fn finish(&self) -> Result<(), Failure> {
        let pieces = self.out.borrow();
        let write = |out: &mut dyn Write| pieces.iter().try_for_each(|piece| piece.write(out));
        let written = match &self.global.output {
            Some(file) => write::write_file_by(file, write)
                .map_err(|error| (file.display().to_string(), error)),
            None => {
                let mut stdout = BufWriter::new(std::io::stdout().lock());
                write(&mut stdout)
                    .and_then(|()| stdout.flush())
                    .map_err(|error| ("standard output".to_owned(), error))
            }
        };
        match written {
            Err((_, error)) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            Err((name, error)) => Err(cannot_be_written(&name, &error.to_string()).into()),
            Ok(()) => {
                self.last.borrow().iter().for_each(|text| self.say(text));
                Ok(())
            }
        }
    }

    /// A date that somebody typed.
    pub fn date(&self, origin: &str, text: &str) -> Result<Date, Diagnostic> {
        parse_date(text, self.today).map_err(|wrong| bad_date(origin, &wrong))
    }

    /// A date, perhaps with a time, that somebody typed.
    pub fn moment(
        &self,
        origin: &str,
        text: &str,
    ) -> Result<crate::value::date::Moment, Diagnostic> {
        parse_moment(text, self.today).map_err(|wrong| bad_date(origin, &wrong))
    }

    /// A period that somebody typed.
    pub fn period(&self, origin: &str, text: &str) -> Result<Period, Diagnostic> {
        parse_period(text, self.today).map_err(|wrong| bad_date(origin, &wrong))
    }

    /// A query that somebody typed.
    pub fn query(&self, origin: &str, text: &str) -> Result<Query, Failure> {
        let settings = &self.ledger()?.settings;
        Query::parse(text, origin, settings, self.today).map_err(Failure::from)
    }
}

/// Nothing may be wrong in the ledger, not even a little.
fn strictly(book: &Book) -> Result<(), Failure> {
    let serious = |problem: &&Diagnostic| problem.severity >= Severity::Warning;
    let mut found: Vec<Diagnostic> = book.problems().iter().filter(serious).cloned().collect();
    if found.is_empty() {
        return Ok(());
    }
    let message = format!("{}, and --strict was asked for", counted(found.len(), "finding"));
    found.push(
        Diagnostic::new(Code::Findings, message)
            .help("mend what stands above, or leave --strict out: the rest is reported then"),
    );
    Err(Failure(found))
}

/// A count with its noun: `1 finding`, `2 findings`.
pub fn counted(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

/// The ledger's folder, where it is stated: `--ledger`, else `CRM_LEDGER`.
fn stated_ledger<'a>(global: &'a Global, env: &'a Environment) -> Option<&'a Path> {
    global.ledger.as_deref().or(env.ledger.as_deref().map(Path::new))
}

/// Looks at `-o` before any work, so that a command which writes the ledger does not fail after it. A file of a
/// ledger is never replaced by a report. `root` is the command's ledger, if it has one.
fn can_be_written(file: &Path, root: Option<&Path>) -> Result<(), Diagnostic> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let why = if file.is_dir() {
        "it is a folder".to_owned()
    } else if folder.is_some_and(|folder| !folder.is_dir()) {
        "there is no such folder".to_owned()
    } else if let Some(own) = ledger_file(file, root) {
        let (file, own) = (file.display(), own.display());
        return Err(Diagnostic::new(
            Code::BadArgument,
            words!(
                "-o {file} would replace a file of the ledger: {own}",
                "-o {file} 会覆盖账本自己的文件：{own}"
            ),
        )
        .help(words!(
            "choose a name outside of prospects/, activity/, .crm/ and .git/",
            "请换一个文件名，不要放在 prospects/、activity/、.crm/ 或 .git/ 里"
        )));
    } else {
        return Ok(());
    };
    Err(cannot_be_written(&file.display().to_string(), &why))
}

fn cannot_be_written(name: &str, why: &str) -> Diagnostic {
    Diagnostic::new(Code::WriteFailed, format!("{name} cannot be written: {why}"))
}

fn bad_date(origin: &str, wrong: &NotADate) -> Diagnostic {
    Diagnostic::new(Code::BadArgument, wrong.words().about(origin)).help(words!(
        "dates can be written so: {DATE_FORMS}; a time behind it: 'tomorrow 9:00'",
        "日期的写法：{DATE_FORMS}；后面可加时间：'tomorrow 9:00'"
    ))
}

fn formats() -> String {
    Format::names().collect::<Vec<_>>().join(", ")
}

fn render_error(error: &RenderError) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::BadArgument, error.to_string());
    match error {
        RenderError::NoSuchFormat { .. } => diagnostic.help(format!("formats: {}", formats())),
        RenderError::NoIds { .. } => diagnostic.help("choose another format with -f"),
        RenderError::NoSuchTable { .. } => {
            diagnostic.help(format!("tables: {}", error.candidates().join(", ")))
        }
    }
}
