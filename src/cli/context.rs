//! A command's view of the world, read once: clock, environment, folder, terminal, writers.

use crate::act::session::{Done, Face};
use crate::act::written::sheet;
use crate::diag::{Code, Diagnostic, Failure, Severity, Words};
use crate::disk::durable::{try_file, try_open, write_file_by};
use crate::disk::ledger::Ledger;
use crate::disk::root::{find_root, ledger_file};
use crate::disk::write::recover;
use crate::format::layout::SETTINGS;
use crate::git::program::Git;
use crate::git::snapshot::{Snapshot, Tracked};
use crate::render::{self, Format, RenderError, Rendering};
use crate::report::Request;
use crate::rules::book::Book;
use crate::rules::query::Query;
use crate::table::sheet::{Audience, Sheet};
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::period::{Period, parse_date, parse_moment, parse_period};
use std::cell::{Cell, RefCell};
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::args::Global;
use super::clock::{Clock, bad_date};
use super::diagnose::{Look, show};
use super::environment::Environment;
use super::progress::Progress;
use super::terminal::{colored, columns};

/// A piece of a command's output.
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

/// Everything that a command gets from the world.
pub struct Context {
    /// The options that every command has.
    pub global: Global,
    /// The environment.
    pub env: Environment,
    /// The current folder.
    pub here: PathBuf,
    clock: Clock,
    format: Option<Format>,
    color: bool,
    ledger: std::cell::OnceCell<Ledger>,
    /// The format where none is asked for.
    usual: Cell<Format>,
    /// The language of talk; that of sheets is the ledger's, or none for machines.
    spoken: Cell<Lang>,
    /// The output, which goes out once the command has succeeded.
    out: RefCell<Vec<Piece>>,
    last: RefCell<Vec<Words>>,
    /// The ledger was read, and no prospect was found.
    empty: Cell<bool>,
    beside: RefCell<Vec<Diagnostic>>,
    /// The command has written the ledger.
    wrote: Cell<bool>,
    /// How far reading is.
    progress: RefCell<Option<Progress>>,
}

impl Face for Context {
    fn ledger(&self) -> Result<&Ledger, Failure> {
        Context::ledger(self)
    }

    fn today(&self) -> Date {
        Context::today(self)
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
        let progress = self.ledger.get().map(|ledger| Progress::watch(ledger, self.spoken()));
        self.progress.replace(progress);
    }

    fn reading_ended(&self, book: &Book) -> Result<(), Failure> {
        self.progress.take();
        if let Some(why) = book.incomplete() {
            return Err(why.clone().into());
        }
        let read = self.ledger.get().map(|ledger| ledger.files_read.load(Ordering::Relaxed));
        self.empty.set(read == Some(0));
        self.count_errors(book);
        Ok(())
    }

    fn writing_begins(&self) -> Result<(), Failure> {
        if self.out.borrow().is_empty() {
            return Ok(());
        }
        let tried = match &self.global.output {
            Some(file) => try_file(file),
            None => try_open(&std::io::stdout()),
        };
        tried.map_err(|error| {
            cannot_be_written(&self.output(), &Words::verbatim(error.to_string())).into()
        })
    }

    fn writing_ended(&self) {
        self.wrote.set(true);
    }
}

impl Context {
    /// Settles the options against the environment.
    pub fn new(global: Global, env: Environment) -> Result<Context, Failure> {
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let clock = Clock::read(env.today.clone(), global.as_of.clone())?;
        let format = match (&global.format, &global.output) {
            (Some(name), _) => Some(Format::parse(name).map_err(|error| render_error(&error))?),
            (None, Some(file)) => Some(
                file.file_name()
                    .and_then(|name| Format::of_file_name(&name.to_string_lossy()))
                    .ok_or_else(|| {
                        let (file, formats) = (file.display(), formats());
                        Diagnostic::new(
                            Code::BadArgument,
                            words!(
                                "the ending of `{file}` names no format",
                                "无法从 `{file}` 的扩展名得知格式"
                            ),
                        )
                        .help(words!("add -f with one of: {formats}", "请加上 -f，可选：{formats}"))
                    })?,
            ),
            (None, None) => None,
        };
        if let Some(file) = &global.output {
            let root = find_root(stated_ledger(&global, &env), &here).ok();
            can_be_written(file, root.as_deref())?;
        }
        let spoken = Cell::new(env.lang);
        let color =
            colored(&global.color, &std::io::stdout(), env.no_color || global.output.is_some());
        Ok(Context {
            global,
            env,
            here,
            clock,
            format,
            color,
            ledger: std::cell::OnceCell::new(),
            usual: Cell::default(),
            spoken,
            empty: Cell::default(),
            out: RefCell::new(Vec::new()),
            last: RefCell::new(Vec::new()),
            beside: RefCell::default(),
            wrote: Cell::default(),
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
        if let Some(found) = recover(&root)? {
            self.found(found);
        }
        Ok((root, shown))
    }

    /// Keeps what is worth knowing about the ledger's own state, for [`Context::beside`].
    pub fn found(&self, found: Diagnostic) {
        let mut all = self.beside.borrow_mut();
        if !all.contains(&found) {
            all.push(found);
        }
    }

    /// What became of writes that were cut short, for stderr: once the language of talk is known.
    pub fn beside(&self) -> Vec<Diagnostic> {
        self.beside.take()
    }

    /// The ledger's root, where the remains of a write that was cut short are left alone.
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

    /// Chooses the language of sheets by their readers; talk stays in the language of the ledger.
    fn word(&self, ledger: &mut Ledger) {
        let language = &mut ledger.settings.language;
        self.speak(*language);
        if self.written().readers() == Audience::Machines {
            *language = Lang::Machine;
        }
    }

    /// The format that is asked for, else the usual one of the command.
    fn written(&self) -> Format {
        self.format.unwrap_or(self.usual.get())
    }

    /// Sets the format that the command writes unless another is asked for; before the ledger is opened.
    pub fn usually(&self, format: Format) {
        self.usual.set(format);
    }

    /// Lazily loaded book. Build reports inside [`Context::reading`], which shows progress and counts errors.
    /// Under `--strict` the book is read at once.
    pub fn unread_book(&self) -> Result<Book, Failure> {
        let book = self.ledger()?.load(self.today());
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
            self.say_last(words!(
                "{found} in the ledger: `crm check` shows them",
                "账本中有 {wrong} 处问题：`crm check` 列出详情"
            ));
        }
    }

    /// The as-of day in the ledger's time zone: the only clock. A ledger that the command has not opened is asked for
    /// its zone alone; settings that cannot be read leave the machine's.
    pub fn today(&self) -> Date {
        if let Some(ledger) = self.ledger.get() {
            return self.clock.today(ledger.settings.timezone.as_ref());
        }
        let root = self.root_as_it_is().ok();
        let ledger = root.and_then(|(root, shown)| Ledger::open(root, shown).ok());
        self.clock.today(ledger.and_then(|ledger| ledger.settings.timezone).as_ref())
    }

    /// The clock, for ledgers that are not the command's own.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The language of talk: that of the locale, and once a ledger is open the ledger's.
    pub fn spoken(&self) -> Lang {
        self.spoken.get()
    }

    /// The language of sheets: that of talk, or [`Lang::Machine`] where a machine reads them.
    pub fn lang(&self) -> Lang {
        if self.written().readers() == Audience::Machines { Lang::Machine } else { self.spoken() }
    }

    /// How messages look on stderr.
    pub fn look_of_messages(&self) -> Look {
        let stderr = std::io::stderr();
        let color = colored(&self.global.color, &stderr, self.env.no_color);
        Look { color, width: columns(&stderr), lang: self.spoken() }
    }

    /// Puts a sheet on stdout, or into the file of `-o`. If the ledger is empty, a line of talk explains the bare
    /// headings on a terminal.
    pub fn emit(&self, sheet: Sheet) -> Result<(), Failure> {
        let rendering = Rendering::of(sheet, self.written(), self.render_options())
            .map_err(|e| render_error(&e))?;
        if self.empty.take() && self.written() == Format::Table {
            self.say_last(words!(
                "the ledger has no prospects yet; add the first one: crm add NAME",
                "账本里还没有潜在客户；添加第一个：crm add 名称"
            ));
        }
        self.out.borrow_mut().push(Piece::Sheet(Box::new(rendering)));
        Ok(())
    }

    /// Does the output go to a terminal?
    pub fn writes_to_terminal(&self) -> bool {
        self.global.output.is_none() && std::io::stdout().is_terminal()
    }

    /// Talks in this language: that of a ledger which the command does not open.
    pub fn speak(&self, lang: Lang) {
        self.spoken.set(lang);
    }

    /// Talks in the language of the ledger that is here, if the command has not opened it. Its files are left
    /// alone, and settings that cannot be read are no error.
    pub fn learn_language(&self) {
        if self.ledger.get().is_none()
            && let Ok((root, shown)) = self.root_as_it_is()
            && let Ok(ledger) = Ledger::open(root, shown)
        {
            self.speak(ledger.settings.language);
        }
    }

    /// The format asked for, if any.
    pub fn format(&self) -> Option<Format> {
        self.format
    }

    /// The readers of what [`Context::emit`] writes; `None` if a table is asked for by its name.
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
        done.said.into_iter().for_each(|said| self.say(said));
        show(&done.doubts, self.look_of_messages());
    }

    /// Talk, on stderr.
    pub fn say(&self, words: impl Into<Words>) {
        let words = words.into();
        let mut stderr = anstream::stderr().lock();
        for line in words.get(self.spoken()).lines() {
            let _ = writeln!(stderr, "{}", render::clean(line));
        }
    }

    /// Talk that belongs below the data, where a long table has not scrolled it away.
    pub fn say_last(&self, words: impl Into<Words>) {
        self.last.borrow_mut().push(words.into());
    }

    /// The name of what the command prints to.
    fn output(&self) -> Words {
        match &self.global.output {
            Some(file) => Words::verbatim(file.display().to_string()),
            None => words!("standard output", "标准输出"),
        }
    }

    /// Writes out what the command printed. A reader that has gone away (`| head`) is no error. Where the ledger has been
    /// written, output that fails is a warning: the command must not be repeated for it.
    pub fn finish(&self) -> Result<(), Failure> {
        let pieces = self.out.borrow();
        let write = |out: &mut dyn Write| pieces.iter().try_for_each(|piece| piece.write(out));
        let written = match &self.global.output {
            Some(file) => write_file_by(file, self.settings_file().as_deref(), write),
            None => {
                let mut stdout = BufWriter::new(std::io::stdout().lock());
                write(&mut stdout).and_then(|()| stdout.flush())
            }
        };
        match written {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            Err(error) if self.wrote.get() => {
                show(&[not_shown(&self.output(), &error)], self.look_of_messages());
            }
            Err(error) => {
                let why = Words::verbatim(error.to_string());
                return Err(cannot_be_written(&self.output(), &why).into());
            }
            Ok(()) => {}
        }
        self.last.borrow().iter().for_each(|words| self.say(words.clone()));
        Ok(())
    }

    /// The settings of the ledger, whose readers may read its reports as well.
    fn settings_file(&self) -> Option<PathBuf> {
        let root = find_root(stated_ledger(&self.global, &self.env), &self.here).ok()?;
        Some(root.join(SETTINGS))
    }

    /// Reads the date of an argument.
    pub fn date(&self, origin: &str, text: &str) -> Result<Date, Diagnostic> {
        parse_date(text, self.today()).map_err(|wrong| bad_date(origin, &wrong))
    }

    /// Reads the date of an argument, perhaps with a time.
    pub fn moment(
        &self,
        origin: &str,
        text: &str,
    ) -> Result<crate::value::date::Moment, Diagnostic> {
        parse_moment(text, self.today()).map_err(|wrong| bad_date(origin, &wrong))
    }

    /// Reads the period of an argument.
    pub fn period(&self, origin: &str, text: &str) -> Result<Period, Diagnostic> {
        parse_period(text, self.today()).map_err(|wrong| bad_date(origin, &wrong))
    }

    /// Reads the query of an argument.
    pub fn query(&self, origin: &str, text: &str) -> Result<Query, Failure> {
        let settings = &self.ledger()?.settings;
        Query::parse(text, origin, settings, self.today()).map_err(Failure::from)
    }
}

/// Fails if the ledger has errors or warnings.
fn strictly(book: &Book) -> Result<(), Failure> {
    let serious = |problem: &&Diagnostic| problem.severity >= Severity::Warning;
    let mut found: Vec<Diagnostic> = book.problems().iter().filter(serious).cloned().collect();
    if found.is_empty() {
        return Ok(());
    }
    let (count, findings) = (found.len(), counted(found.len(), "finding"));
    let message =
        words!("{findings}, and --strict was asked for", "共 {count} 处问题，而命令要求 --strict");
    found.push(Diagnostic::new(Code::Findings, message).help(words!(
        "mend the findings above, or leave --strict out: the rest is reported then",
        "请先处理上述问题；不加 --strict 则照常报告其余部分"
    )));
    Err(Failure(found))
}

/// A count with its English noun: `1 finding`, `2 findings`.
pub fn counted(n: usize, noun: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{plural}")
}

/// The ledger's folder that is given: `--ledger`, else `CRM_LEDGER`.
fn stated_ledger<'a>(global: &'a Global, env: &'a Environment) -> Option<&'a Path> {
    global.ledger.as_deref().or(env.ledger.as_deref().map(Path::new))
}

/// Looks at `-o` before any work, so that a command which writes the ledger does not fail after it. A file of a
/// ledger is never replaced by a report. `root` is the command's ledger, if it has one.
fn can_be_written(file: &Path, root: Option<&Path>) -> Result<(), Diagnostic> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let why = if file.is_dir() {
        words!("it is a folder", "它是文件夹")
    } else if folder.is_some_and(|folder| !folder.is_dir()) {
        words!("there is no such folder", "没有这个文件夹")
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
    Err(cannot_be_written(&Words::verbatim(file.display().to_string()), &why))
}

fn cannot_be_written(name: &Words, why: &Words) -> Diagnostic {
    let message = Words::both(
        format!("{} cannot be written: {}", name.en(), why.en()),
        format!("无法写入 {}：{}", name.zh(), why.zh()),
    );
    Diagnostic::new(Code::WriteFailed, message)
}

/// That the output is lost, and the entries are not.
fn not_shown(name: &Words, error: &std::io::Error) -> Diagnostic {
    let message = Words::both(
        format!("{} cannot be written: {error}; the ledger was written", name.en()),
        format!("无法写入 {}：{error}；账本已经写入", name.zh()),
    );
    Diagnostic::new(Code::NotShown, message).help(words!(
        "do not repeat the command: crm list, crm show ID",
        "请勿重复执行，可用 crm list、crm show ID 查看"
    ))
}

fn formats() -> String {
    Format::names().collect::<Vec<_>>().join(", ")
}

fn render_error(error: &RenderError) -> Diagnostic {
    let help = match error {
        RenderError::NoSuchFormat { .. } => {
            let formats = formats();
            words!("formats: {formats}", "格式：{formats}")
        }
        RenderError::NoIds { .. } => {
            words!("choose another format with -f", "请用 -f 选择其他格式")
        }
        RenderError::NoSuchTable { .. } => {
            let tables = error.candidates().join(", ");
            words!("tables: {tables}", "表格：{tables}")
        }
    };
    Diagnostic::new(Code::BadArgument, error.words()).help(help)
}
