//! The output of a command: sheets and text, kept until the command has succeeded, and talk on stderr.

use super::{Context, stated_ledger};
use crate::act::session::Done;
use crate::act::written::sheet;
use crate::cli::args::Global;
use crate::cli::diagnose::show;
use crate::cli::pager::{Paged, pager, scrolls};
use crate::cli::terminal::{columns, size};
use crate::diag::{Code, Diagnostic, Failure, Listed, Words, listed};
use crate::disk::durable::{try_file, try_open, write_file_by};
use crate::disk::root::{find_root, ledger_file, ledger_folder};
use crate::format::layout::SETTINGS;
use crate::git::index::is_tracked;
use crate::model::own_settings::OwnSettings;
use crate::render::{self, Format, RenderError, Rendering};
use crate::report::figures::{REPS, member_names};
use crate::table::sheet::{Audience, Sheet};
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

/// A piece of a command's output.
pub(super) enum Piece {
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

impl Context {
    /// Puts a sheet on stdout, or into the file of `-o`. If the ledger is empty, a line of talk explains the bare
    /// headings on a terminal.
    ///
    /// # Errors
    /// Fails if the format cannot hold the sheet. A workbook is one file, so that it holds one sheet.
    pub fn emit(&self, sheet: Sheet) -> Result<(), Failure> {
        self.gives_out_sheet(&sheet, None);
        self.put(sheet)
    }

    /// Puts the sheet of one prospect or customer there.
    ///
    /// # Errors
    /// Fails as [`Context::emit`] does.
    pub fn emit_of(&self, id: &str, sheet: Sheet) -> Result<(), Failure> {
        self.gives_out_sheet(&sheet, Some(id));
        self.put(sheet)
    }

    fn put(&self, sheet: Sheet) -> Result<(), Failure> {
        if self.written() == Format::Xlsx && !self.out.borrow().is_empty() {
            return Err(one_workbook().into());
        }
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

    /// Fails if the file that an option names cannot be written, or is among the files of the ledger.
    pub fn can_be_written(&self, option: &str, file: &Path) -> Result<(), Diagnostic> {
        can_be_written(option, file, self.found_root().as_deref())
    }

    /// Fails if the folder that an option names is among the files of the ledger.
    pub fn can_be_filled(&self, option: &str, folder: &Path) -> Result<(), Diagnostic> {
        match ledger_folder(folder, self.found_root().as_deref()) {
            Some(own) => Err(of_the_ledger(option, folder, &own)),
            None => Ok(()),
        }
    }

    /// The root of the ledger, if there is one, whether it is open or not.
    fn found_root(&self) -> Option<PathBuf> {
        match self.ledger.get() {
            Some(ledger) => Some(ledger.root.clone()),
            None => find_root(stated_ledger(&self.global, &self.env), &self.here).ok(),
        }
    }

    /// Does the output go to a terminal?
    pub fn writes_to_terminal(&self) -> bool {
        self.global.output.is_none() && std::io::stdout().is_terminal()
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
        let width =
            columns(&std::io::stdout(), self.env.columns).filter(|_| self.global.output.is_none());
        let less = self.env.less_options.as_deref();
        let settings = self.opened_settings();
        let names = settings.filter(|_| !self.is_for_machines()).map(member_names);
        render::Options {
            width,
            scrolls: self.pager().is_some_and(|pager| scrolls(pager, less)),
            color: self.color,
            ascii: self.global.ascii,
            raw: self.global.raw,
            bom: self.global.bom || self.settings_ask_bom(),
            day: Some(self.today()),
            table: self.global.table.clone(),
            lang: self.lang(),
            currency: settings.and_then(|settings| settings.currency),
            names: render::Names { columns: REPS, of: names.unwrap_or_default() },
        }
    }

    /// Does the ledger ask for a byte-order mark?
    fn settings_ask_bom(&self) -> bool {
        self.opened_settings().is_some_and(|settings| settings.csv_bom)
    }

    /// Puts text on stdout, or into the file of `-o`; kept until the command has succeeded.
    ///
    /// # Errors
    /// Fails if a workbook is asked for, which holds no plain text.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        if self.written() == Format::Xlsx {
            return Err(no_plain_text().into());
        }
        self.out.borrow_mut().push(Piece::Text(text.into()));
        Ok(())
    }

    /// Shows the entries of a session, or those that it would write on a dry run: to a machine the entries as a
    /// sheet, to people the differences of a dry run; and talk.
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

    /// Is a format asked for in which what writes gives its entries as a sheet: one for machines, or a workbook?
    pub fn writes_for_machines(&self) -> bool {
        let holds_records =
            |format: Format| format.readers() == Audience::Machines || format == Format::Xlsx;
        self.format.is_some_and(holds_records)
    }

    /// Tells the work of a session: a line for each entry, and doubts.
    pub fn talk(&self, done: Done) {
        done.said.into_iter().for_each(|said| self.say(said));
        show(&done.doubts, self.look_of_messages());
    }

    /// Talk, on stderr.
    pub fn say(&self, words: Words) {
        let mut stderr = anstream::stderr().lock();
        for line in words.get(self.spoken()).lines() {
            let _ = writeln!(stderr, "{}", render::clean(line));
        }
    }

    /// Talk that belongs below the data, where a long table has not scrolled it away.
    pub fn say_last(&self, words: Words) {
        self.last.borrow_mut().push(words);
    }

    /// Fails if the output cannot be written.
    pub(super) fn try_output(&self) -> Result<(), Failure> {
        let tried = match &self.global.output {
            Some(file) => try_file(file),
            None => try_open(&std::io::stdout()),
        };
        tried.map_err(|error| {
            cannot_be_written(&self.output(), &Words::verbatim(error.to_string())).into()
        })
    }

    /// The name of the output: the file, or standard output.
    fn output(&self) -> Words {
        match &self.global.output {
            Some(file) => Words::verbatim(file.display().to_string()),
            None => words!("standard output", "标准输出"),
        }
    }

    /// Writes out the output of the command. A reader that has gone away (`| head`) is no error. Where the ledger has
    /// been written, output that fails is a warning: the command must not be repeated for it.
    pub fn finish(&self) -> Result<(), Failure> {
        if self.disclosed.borrow().iter().any(|disclosed| disclosed.people() > 0) {
            self.try_output()?;
            self.record_access(None)?;
        }
        let pieces = self.out.borrow();
        let write = |out: &mut dyn Write| pieces.iter().try_for_each(|piece| piece.write(out));
        let written = match &self.global.output {
            // A command that has no output leaves the file as it is.
            Some(_) if pieces.is_empty() => Ok(()),
            Some(file) => write_file_by(file, self.settings_file().as_deref(), write),
            None => self.print_out(&write),
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

    /// Copies bytes to standard output at once; all of them must arrive.
    ///
    /// # Errors
    /// Fails if standard output does, even if its reader has gone away.
    pub fn pass_on(&self, bytes: &mut dyn Read) -> Result<(), Failure> {
        let mut stdout = std::io::stdout().lock();
        let copied = std::io::copy(bytes, &mut stdout).and_then(|_| stdout.flush());
        copied.map_err(|error| {
            cannot_be_written(&self.output(), &Words::verbatim(error.to_string())).into()
        })
    }

    /// The pager of the output, if it is for a terminal that can have one.
    fn pager(&self) -> Option<&str> {
        let paged = self.writes_to_terminal() && !self.global.no_pager && !self.env.is_dumb;
        pager(&self.env, &self.own_settings).filter(|_| paged)
    }

    /// Writes to stdout; on a terminal, what is more than a screen goes to the pager.
    fn print_out(
        &self,
        write: &dyn Fn(&mut dyn Write) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        match self.pager() {
            Some(pager) => {
                let (width, height) = size();
                let screen = (self.env.columns.unwrap_or(width), height);
                let mut paged = Paged::new(pager, self.env.less_options.is_some(), screen);
                write(&mut paged).and_then(|()| paged.finish())
            }
            None => {
                let mut stdout = BufWriter::new(std::io::stdout().lock());
                write(&mut stdout).and_then(|()| stdout.flush())
            }
        }
    }

    /// The settings of the ledger, whose readers may read its reports as well.
    fn settings_file(&self) -> Option<PathBuf> {
        if let Some(company) = self.company_file() {
            return Some(company.to_owned());
        }
        let root = find_root(stated_ledger(&self.global, &self.env), &self.here).ok()?;
        Some(root.join(SETTINGS))
    }
}

/// The format that the options ask for: by its name, or by the ending of the file. A terminal gets no workbook. A
/// command that writes no sheet may have a file with an ending of its own.
pub(super) fn format_asked(
    global: &Global,
    own: &OwnSettings,
    is_text: bool,
) -> Result<Option<Format>, Diagnostic> {
    let format = format_named(global, own, is_text)?;
    if format == Some(Format::Xlsx) && global.output.is_none() && std::io::stdout().is_terminal() {
        let message = words!("a workbook is no text for a terminal", "工作簿不是终端能显示的文本");
        return Err(Diagnostic::new(Code::BadArgument, message)
            .help(words!("write it to a file: -o file.xlsx", "请写入文件：-o file.xlsx")));
    }
    Ok(format)
}

/// The format by its name: that of `-f`, that of the file's ending, or on a terminal that of the user's own settings.
fn format_named(
    global: &Global,
    own: &OwnSettings,
    is_text: bool,
) -> Result<Option<Format>, Diagnostic> {
    let own = own.format.as_ref().filter(|_| global.output.is_none() && !is_text);
    let own = own.filter(|_| std::io::stdout().is_terminal());
    let named = global.format.as_deref().or(own.map(|format| &**format));
    Ok(match (named, &global.output) {
        (Some(name), _) => Some(Format::parse(name).map_err(|error| render_error(&error))?),
        (None, Some(file)) if is_text && names_text(file) => None,
        (None, Some(file)) => Some(
            file.file_name()
                .and_then(|name| Format::of_file_name(&name.to_string_lossy()))
                .ok_or_else(|| no_format(file))?,
        ),
        (None, None) => None,
    })
}

/// Is this the name of a calendar, of cards, or of a text?
fn names_text(file: &Path) -> bool {
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    ending.is_some_and(|ending| matches!(&*ending, "ics" | "vcf" | "txt"))
}

fn no_format(file: &Path) -> Diagnostic {
    let (file, formats) = (file.display(), formats());
    let message =
        words!("the ending of `{file}` names no format", "无法从 `{file}` 的扩展名得知格式");
    Diagnostic::new(Code::BadArgument, message)
        .help(words!("add -f with one of: {formats}", "请加上 -f，可选：{formats}"))
}

/// Looks at the file of an option, such as `-o`, before any work, so that a command which writes the ledger does not fail after it. A file of a
/// ledger is never replaced by a report. `root` is the command's ledger, if it has one.
pub(super) fn can_be_written(
    option: &str,
    file: &Path,
    root: Option<&Path>,
) -> Result<(), Diagnostic> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let why = if file.is_dir() {
        words!("it is a folder", "它是文件夹")
    } else if folder.is_some_and(|folder| !folder.is_dir()) {
        words!("there is no such folder", "没有这个文件夹")
    } else if let Some(own) = ledger_file(file, root) {
        return Err(of_the_ledger(option, file, &own));
    } else {
        return Ok(());
    };
    Err(cannot_be_written(&Words::verbatim(file.display().to_string()), &why))
}

/// Refuses an output in the place of a file that git tracks: a text that people wrote may be there. A shell that writes
/// the output is not asked. `root`: the folder whose repository is asked, of the ledger or of the company's file.
pub(super) fn is_not_tracked(file: &Path, root: Option<&Path>) -> Result<(), Diagnostic> {
    if !file.is_file() || !root.is_some_and(|root| is_tracked(root, file)) {
        return Ok(());
    }
    let file = file.display();
    let message =
        words!("-o {file} would replace a file that git tracks", "-o {file} 会覆盖 git 跟踪的文件");
    Err(Diagnostic::new(Code::BadArgument, message).help(words!(
        "choose another name; to replace it all the same, let the shell write it: crm ... > {file}",
        "请换一个文件名；确要覆盖，请由 shell 写入：crm ... > {file}"
    )))
}

/// The refusal to write over a file of a ledger, or among its files.
fn of_the_ledger(option: &str, file: &Path, own: &Path) -> Diagnostic {
    let (file, own) = (file.display(), own.display());
    let message = words!(
        "{option} {file} would replace a file of the ledger: {own}",
        "{option} {file} 会覆盖账本自己的文件：{own}"
    );
    Diagnostic::new(Code::BadArgument, message).help(words!(
        "choose a name outside of prospects/, activity/, .crm/ and .git/",
        "请换一个文件名，不要放在 prospects/、activity/、.crm/ 或 .git/ 里"
    ))
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
        "请勿重复执行，可用 crm list、crm show 编号 查看"
    ))
}

fn one_workbook() -> Diagnostic {
    let message = words!("a workbook holds one result, not several", "一个工作簿只能放一份结果");
    Diagnostic::new(Code::BadArgument, message).help(words!(
        "write each to a file of its own, or choose another format with -f",
        "请逐个写入各自的文件，或用 -f 选择其他格式"
    ))
}

fn no_plain_text() -> Diagnostic {
    let message =
        words!("this is plain text, which no workbook holds", "这是纯文本，不能写成工作簿");
    Diagnostic::new(Code::BadArgument, message).help(words!(
        "leave -f xlsx out, or write to a .txt file",
        "请去掉 -f xlsx，或写入 .txt 文件"
    ))
}

fn formats() -> Listed {
    listed(Format::names())
}

fn render_error(error: &RenderError) -> Diagnostic {
    let help = match error {
        RenderError::NoSuchFormat { .. } => {
            let formats = formats();
            words!("formats: {formats}", "格式：{formats:#}")
        }
        RenderError::NoIds { .. } => {
            words!("choose another format with -f", "请用 -f 选择其他格式")
        }
        RenderError::TooManyRows { .. } => words!(
            "select fewer with a query, or choose -f csv",
            "请用查询条件缩小范围，或改用 -f csv"
        ),
        RenderError::TooLong { .. } => words!(
            "leave the column out with --columns, or choose -f csv",
            "请用 --columns 去掉这一列，或改用 -f csv"
        ),
        RenderError::NoSuchTable { .. } => {
            let tables = listed(error.candidates());
            words!("tables: {tables}", "表格：{tables:#}")
        }
    };
    Diagnostic::new(Code::BadArgument, error.words()).help(help)
}
