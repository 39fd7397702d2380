//! A command's view of the world, read once: clock, environment, folder, terminal, writers.

mod access;
mod arguments;
mod company;
mod output;

use crate::act::commit::{CommitWish, Committed};
use crate::act::session::Face;
use crate::diag::{Code, Diagnostic, Failure, Severity, Words, counted, listed};
use crate::disk::keys::{own_keys, ssh_keys};
use crate::disk::ledger::Ledger;
use crate::disk::recover::recover;
use crate::disk::root::find_root;
use crate::git::program::Git;
use crate::git::snapshot::{Snapshot, Tracked};
use crate::model::own_settings::OwnSettings;
use crate::model::settings::Settings;
use crate::render::Format;
use crate::report::Request;
use crate::report::disclosed::Disclosed;
use crate::rules::book::Book;
use crate::table::sheet::Audience;
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::period::FiscalYear;
use company::{OpenCompany, is_not_the_company, stated_company};
use output::{Piece, can_be_written, format_asked, is_not_tracked};
use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use super::args::Global;
use super::clock::DayClock;
use super::diagnose::Look;
use super::environment::Environment;
use super::own::named;
use super::progress::Progress;
use super::terminal::{colored, columns};

/// Everything that a command gets from the world.
pub struct Context {
    /// The options that every command has.
    pub global: Global,
    /// The environment.
    pub env: Environment,
    /// The user's own settings.
    pub own_settings: OwnSettings,
    /// The command line, with aliases and the user's own options in their places.
    pub words: Vec<OsString>,
    /// The command: its name and the first words behind it.
    pub command: String,
    /// The current folder.
    pub here: PathBuf,
    clock: DayClock,
    format: Option<Format>,
    color: bool,
    ledger: std::cell::OnceCell<Ledger>,
    company: std::cell::OnceCell<OpenCompany>,
    /// The format where none is asked for.
    usual: Cell<Format>,
    /// The command exports records, which programs read in a workbook, too.
    records: Cell<bool>,
    /// The language that `--lang` or `CRM_LANG` asks for, whatever the ledger's is.
    asked: Option<Lang>,
    /// The language of talk; that of sheets is the same, or none for machines.
    spoken: Cell<Lang>,
    /// The ledger's own language, in which its entries give reasons.
    own: Cell<Option<Lang>>,
    /// The output, which goes out once the command has succeeded.
    out: RefCell<Vec<Piece>>,
    last: RefCell<Vec<Words>>,
    /// The private fields that the output has, of each ledger that is open.
    disclosed: RefCell<Vec<Disclosed>>,
    /// The ledger was read, and no prospect was found.
    empty: Cell<bool>,
    beside: RefCell<Vec<Diagnostic>>,
    /// The command has written the ledger.
    wrote: Cell<bool>,
    /// `--commit` is typed, and no session has asked for it.
    commits_nothing: Cell<bool>,
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
        Context::user(self)
    }

    fn written_lang(&self) -> Lang {
        Context::written_lang(self)
    }

    fn book(&self, request: &Request, rules: bool) -> Result<Book, Failure> {
        self.book_for(request, rules)
    }

    fn command(&self) -> &str {
        &self.command
    }

    fn reading_begins(&self) {
        let progress = self.opened().map(|ledger| Progress::watch(ledger, self.spoken()));
        self.progress.replace(progress);
    }

    fn reading_ended(&self, book: &Book) -> Result<(), Failure> {
        self.progress.take();
        if let Some(why) = book.incomplete() {
            return Err(why.clone().into());
        }
        let read = self.opened().map(|ledger| ledger.files_read.load(Ordering::Relaxed));
        self.empty.set(read == Some(0));
        self.count_errors(book);
        Ok(())
    }

    fn writing_begins(&self) -> Result<(), Failure> {
        if self.out.borrow().is_empty() {
            return Ok(());
        }
        self.try_output()
    }

    fn writing_ended(&self, committed: Option<Committed>) {
        self.wrote.set(true);
        if let Some(Committed { subject, said }) = committed {
            if !said.is_empty() {
                self.say_last(said);
            }
            self.say_last(words!("committed: {subject}", "已提交：{subject}"));
        }
    }

    fn commits(&self) -> Result<Option<CommitWish>, Failure> {
        self.commits_nothing.set(false);
        let is_set = Context::ledger(self)?.settings.commits && !self.global.no_commit;
        Ok(match &self.global.commit {
            Some(message) => Some(CommitWish { message: message.clone() }),
            None => is_set.then(CommitWish::default),
        })
    }
}

impl Context {
    /// Settles the options against the environment and the user's own settings; `is_text`: the command writes no sheet.
    pub fn new(
        global: Global,
        env: Environment,
        own_settings: OwnSettings,
        words: Vec<OsString>,
        is_text: bool,
    ) -> Result<Context, Failure> {
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let clock = DayClock::read(env.today.clone(), global.as_of.clone())?;
        let format = format_asked(&global, &own_settings, is_text)?;
        if let Some(file) = &global.output {
            let root = find_root(stated_ledger(&global, &env), &here).ok();
            can_be_written("-o", file, root.as_deref())?;
            let company = stated_company(&global, &env);
            let beside = company.map(|company| here.join(company));
            let asked = root.as_deref().or(beside.as_deref().and_then(Path::parent));
            is_not_tracked(file, asked)?;
            is_not_the_company(file, company)?;
        }
        let asked = asked_lang(&global, &env)?.or(own_settings.language);
        let spoken = Cell::new(asked.unwrap_or(env.lang));
        let choice = color_choice(&global, &own_settings);
        let color = colored(choice, &std::io::stdout(), env.no_color || global.output.is_some());
        if global
            .commit
            .as_ref()
            .and_then(Option::as_ref)
            .is_some_and(|text| text.trim().is_empty())
        {
            return Err(no_message().into());
        }
        let commits_nothing = Cell::new(global.commit.is_some());
        Ok(Context {
            global,
            env,
            own_settings,
            command: named(&words),
            words,
            here,
            clock,
            format,
            color,
            ledger: std::cell::OnceCell::new(),
            company: std::cell::OnceCell::new(),
            usual: Cell::default(),
            records: Cell::default(),
            asked,
            spoken,
            own: Cell::default(),
            empty: Cell::default(),
            out: RefCell::new(Vec::new()),
            last: RefCell::new(Vec::new()),
            disclosed: RefCell::default(),
            beside: RefCell::default(),
            wrote: Cell::default(),
            commits_nothing,
            progress: RefCell::default(),
        })
    }

    /// Fails if `--commit` is typed, for a command that makes no commit of it.
    pub fn commits_nothing(&self, help: Words) -> Result<(), Diagnostic> {
        if !self.commits_nothing.get() {
            return Ok(());
        }
        let message = words!("--commit does not go with this command", "此命令不接受 --commit");
        Err(Diagnostic::new(Code::BadArgument, message).help(help).help(words!(
            "a record of access is committed at once with `[git] commit = true`",
            "设 `[git] commit = true`，访问记录会立即提交"
        )))
    }

    /// The ledger of this command; its settings are read once.
    pub fn ledger(&self) -> Result<&Ledger, Failure> {
        if let Some(ledger) = self.ledger.get() {
            return Ok(ledger);
        }
        let (root, shown) = self.root()?;
        let mut ledger = Ledger::open(root, shown).map_err(Failure)?;
        self.unlock(&mut ledger)?;
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

    /// Keeps findings about the ledger's own state, for [`Context::beside`].
    pub fn found(&self, found: Diagnostic) {
        let mut all = self.beside.borrow_mut();
        if !all.contains(&found) {
            all.push(found);
        }
    }

    /// The fate of writes that were cut short, for stderr: once the language of talk is known.
    pub fn beside(&self) -> Vec<Diagnostic> {
        self.beside.take()
    }

    /// The ledger's root, where the remains of a write that was cut short are left alone.
    pub fn root_as_it_is(&self) -> Result<(PathBuf, PathBuf), Failure> {
        self.refuse_company()?;
        let root = find_root(stated_ledger(&self.global, &self.env), &self.here)?;
        let shown = root.strip_prefix(&self.here).map_or_else(|_| root.clone(), Path::to_path_buf);
        Ok((root, shown))
    }

    /// The git that keeps the ledger. Inside a hook it runs where git put us, because the variables that git gives its
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
        self.unlock(&mut ledger)?;
        self.word(&mut ledger);
        Ok(ledger)
    }

    /// Hands a ledger that has sealed values the user's own keys: those of the file that the user names, else those of
    /// ssh.
    pub(super) fn unlock(&self, ledger: &mut Ledger) -> Result<(), Failure> {
        if ledger.sealing.is_none() {
            return Ok(());
        }
        let home = self.env.home.as_deref();
        let stated = self.own_settings.identity.as_deref().map(|file| {
            match (file.strip_prefix("~/"), home) {
                (Some(below), Some(home)) => home.join(below),
                _ => PathBuf::from(file),
            }
        });
        let own = match self.env.identity.clone().or(stated) {
            Some(file) if file.as_os_str().is_empty() => Vec::new(),
            Some(file) => own_keys(&file)?,
            None => home.map(ssh_keys).unwrap_or_default(),
        };
        ledger.open_with(own);
        Ok(())
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
        ledger.settings.language = self.language_of_sheets(ledger.settings.language);
    }

    /// Talks in the language of a ledger or a company, and gives that of its sheets.
    fn language_of_sheets(&self, own: Lang) -> Lang {
        self.own.set(Some(own));
        self.speak(own);
        if self.is_for_machines() { Lang::Machine } else { self.spoken() }
    }

    /// Does a machine read the sheets?
    fn is_for_machines(&self) -> bool {
        let format = self.written();
        format.readers() == Audience::Machines || self.records.get() && format == Format::Xlsx
    }

    /// The format that is asked for, else the usual one of the command.
    fn written(&self) -> Format {
        self.format.unwrap_or(self.usual.get())
    }

    /// Sets the format that the command writes unless another is asked for; before the ledger is opened.
    pub fn usually(&self, format: Format) {
        self.usual.set(format);
    }

    /// The command exports records, as CSV unless another format is asked for; a workbook of them is for programs.
    pub fn records(&self) {
        self.usually(Format::Csv);
        self.records.set(true);
    }

    /// Lazily loaded book. Build reports inside [`Context::reading`], which shows progress and counts errors.
    /// Under `--strict` the book is read at once.
    pub fn unread_book(&self) -> Result<Book, Failure> {
        let book = self.ledger()?.load(self.today());
        self.strictly(&book)?;
        Ok(book)
    }

    /// Fails under `--strict` if a book has errors or warnings.
    pub fn strictly(&self, book: &Book) -> Result<(), Failure> {
        if self.global.strict { strictly(book) } else { Ok(()) }
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

    /// Tells on stderr how many errors the book has, if it has been read, and which deals are in no figure for that.
    fn count_errors(&self, book: &Book) {
        if let Some(missing) = missing(book) {
            return self.say_last(missing);
        }
        if let Some(wrong) = book.errors().filter(|wrong| *wrong > 0) {
            let found = counted(wrong, "finding", "findings");
            self.say_last(words!(
                "{found} in the ledger: `crm check` shows them",
                "账本中有 {wrong} 处问题：`crm check` 列出详情"
            ));
        }
    }

    /// Talks in this language, that of a ledger, unless another one is asked for.
    pub fn speak(&self, lang: Lang) {
        self.spoken.set(self.asked.unwrap_or(lang));
    }

    /// The language of reasons that entries give: the ledger's, whatever language its reader asks for.
    pub fn written_lang(&self) -> Lang {
        self.own.get().unwrap_or(self.spoken())
    }

    /// Talks in the language of the ledger that is here, if the command has not opened it. Its files are left
    /// alone, and settings that cannot be read are no error.
    pub fn learn_language(&self) {
        if self.learn_company() {
            return;
        }
        if self.ledger.get().is_none()
            && let Ok((root, shown)) = self.root_as_it_is()
            && let Ok(ledger) = Ledger::open(root, shown)
        {
            self.speak(ledger.settings.language);
        }
    }

    /// The as-of day in the ledger's time zone: the only clock. Settings that cannot be read leave the machine's.
    pub fn today(&self) -> Date {
        let day = |settings: &Settings| {
            self.clock.today(settings.timezone.as_ref(), settings.fiscal_year)
        };
        let without = || self.clock.today(None, FiscalYear::CALENDAR);
        self.of_settings(day).unwrap_or_else(without)
    }

    /// The ledger's fiscal year; the calendar's if settings cannot be read.
    pub fn fiscal_year(&self) -> FiscalYear {
        self.of_settings(|settings| settings.fiscal_year).unwrap_or_default()
    }

    /// A part of the settings. A ledger that the command has not opened is asked for it alone.
    fn of_settings<T>(&self, part: impl Fn(&Settings) -> T) -> Option<T> {
        if let Some(ledger) = self.ledger.get() {
            return Some(part(&ledger.settings));
        }
        if self.company_file().is_some() {
            return Some(part(&self.company().ok()??.company.settings));
        }
        let (root, shown) = self.root_as_it_is().ok()?;
        Ledger::open(root, shown).ok().map(|ledger| part(&ledger.settings))
    }

    /// The clock, for ledgers that are not the command's own.
    pub fn clock(&self) -> &DayClock {
        &self.clock
    }

    /// The language of talk: that of the locale, and once a ledger is open the ledger's.
    pub fn spoken(&self) -> Lang {
        self.spoken.get()
    }

    /// The user: `CRM_USER`, else the user of the own settings.
    pub fn user(&self) -> Option<&str> {
        self.env.user.as_deref().or(self.own_settings.user.as_deref())
    }

    /// The language of sheets: that of talk, or [`Lang::Machine`] where a machine reads them.
    pub fn lang(&self) -> Lang {
        if self.is_for_machines() { Lang::Machine } else { self.spoken() }
    }

    /// How messages look on stderr.
    pub fn look_of_messages(&self) -> Look {
        let stderr = std::io::stderr();
        let choice = color_choice(&self.global, &self.own_settings);
        let color = colored(choice, &stderr, self.env.no_color);
        Look { color, width: columns(&stderr, self.env.columns), lang: self.spoken() }
    }
}

fn no_message() -> Diagnostic {
    let message = words!("--commit: the message is empty", "--commit：提交说明为空");
    Diagnostic::new(Code::BadArgument, message).help(words!(
        "--commit=MESSAGE; without a message it says what moved: --commit",
        "--commit=说明；不写说明则写明变动：--commit"
    ))
}

/// The choice of colours: `--color`, else that of the user's own settings.
pub fn color_choice<'a>(global: &'a Global, own: &'a OwnSettings) -> &'a str {
    global.color.as_deref().or(own.color.as_deref()).unwrap_or("auto")
}

/// The language that is asked for: `--lang`, else `CRM_LANG`.
fn asked_lang(global: &Global, env: &Environment) -> Result<Option<Lang>, Diagnostic> {
    let Some(code) = global.lang.as_ref().or(env.stated_lang.as_ref()) else { return Ok(None) };
    let codes = || Lang::ALL.iter().map(|(code, _)| *code);
    let known = Lang::parse(code);
    known.map(Some).ok_or_else(|| {
        let message = words!("CRM_LANG: no language `{code}`", "CRM_LANG：没有语言 `{code}`");
        let all = listed(codes());
        Diagnostic::new(Code::BadArgument, message).help(words!("one of: {all}", "可选：{all:#}"))
    })
}

/// The ledger's folder that is given: `--ledger`, else `CRM_LEDGER`.
pub(super) fn stated_ledger<'a>(global: &'a Global, env: &'a Environment) -> Option<&'a Path> {
    global.ledger.as_deref().or(env.ledger.as_deref().map(Path::new))
}

/// That deals are missing from the figures of a book that has been read, because their files could not be read.
pub fn missing(book: &Book) -> Option<Words> {
    let n = book.unread();
    let (files, their) = (counted(n, "file", "files"), if n == 1 { "its" } else { "their" });
    let (deals, are) = if n == 1 { ("deal", "is") } else { ("deals", "are") };
    (n > 0).then(|| {
        words!(
            "{files} could not be read: {their} {deals} {are} missing from these figures (`crm check` lists them)",
            "有 {n} 个文件无法读取：其中的客户未计入以上数字（`crm check` 列出详情）"
        )
    })
}

/// Fails if the ledger has errors or warnings.
fn strictly(book: &Book) -> Result<(), Failure> {
    let serious = |problem: &&Diagnostic| problem.severity >= Severity::Warning;
    let mut found: Vec<Diagnostic> = book.problems().iter().filter(serious).cloned().collect();
    if found.is_empty() {
        return Ok(());
    }
    let (count, findings) = (found.len(), counted(found.len(), "finding", "findings"));
    let message =
        words!("{findings}, and --strict was asked for", "共 {count} 处问题，而命令要求 --strict");
    found.push(Diagnostic::new(Code::Findings, message).help(words!(
        "mend the findings above, or leave --strict out: the rest is reported then",
        "请先处理上述问题；不加 --strict 则照常报告其余部分"
    )));
    Err(Failure(found))
}
