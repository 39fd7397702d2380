//! The company of a command, where it is given one: several ledgers, read as one.

use super::{Context, Environment, Global, stated_ledger};
use crate::cli::args::Cli;
use crate::cli::own::line_of;
use crate::cli::usage::language::word_at;
use crate::diag::{Code, Diagnostic, Failure, Place, Source};
use crate::disk::company::{CompanyOnDisk, is_company, load};
use crate::disk::ledger::Ledger;
use crate::model::settings::Settings;
use crate::report::Request;
use crate::rules::book::{Book, Keep};
use crate::rules::company::Company;
use clap::CommandFactory;
use std::path::Path;

/// So many ledgers are named where a command works in one of them.
const NAMED: usize = 3;

/// A company whose ledgers are open.
pub(super) struct OpenCompany {
    pub(super) ledgers: Vec<Ledger>,
    pub(super) company: Company,
}

/// The file of a company that is given: `--company`, else a `--ledger` or `CRM_LEDGER` that is a file.
pub fn stated_company<'a>(global: &'a Global, env: &'a Environment) -> Option<&'a Path> {
    let file = || stated_ledger(global, env).filter(|stated| is_company(stated));
    global.company.as_deref().or_else(file)
}

/// Refuses an output in the place of the company's file.
///
/// # Errors
/// Fails if both are one file.
pub(super) fn is_not_the_company(file: &Path, company: Option<&Path>) -> Result<(), Diagnostic> {
    let real = |path: &Path| path.canonicalize().ok();
    let Some(company) =
        company.filter(|company| real(company).is_some_and(|c| real(file) == Some(c)))
    else {
        return Ok(());
    };
    let company = company.display();
    let message = words!("-o would replace the company: {company}", "-o 会覆盖公司文件：{company}");
    let help = words!("choose another name", "请换一个文件名");
    Err(Diagnostic::new(Code::BadArgument, message).help(help))
}

impl Context {
    /// The file of the company, if the command is given one.
    pub fn company_file(&self) -> Option<&Path> {
        stated_company(&self.global, &self.env)
    }

    /// Does the command read a company?
    pub fn reads_company(&self) -> bool {
        self.company_file().is_some()
    }

    /// The company, if the command is given one; its ledgers are opened once.
    ///
    /// # Errors
    /// Fails with everything that is wrong in its file, or in the settings of its ledgers.
    pub(super) fn company(&self) -> Result<Option<&OpenCompany>, Failure> {
        let Some(path) = self.company_file() else { return Ok(None) };
        if self.company.get().is_none() {
            let file = CompanyOnDisk::open(path)?;
            let (mut ledgers, found) = file.ledgers()?;
            found.into_iter().for_each(|found| self.found(found));
            ledgers.iter_mut().try_for_each(|ledger| self.unlock(ledger))?;
            let mut company = file.joined(&ledgers)?;
            let language = self.language_of_sheets(company.settings.language);
            company.speak(language);
            ledgers.iter_mut().for_each(|ledger| ledger.settings.language = language);
            let _ = self.company.set(OpenCompany { ledgers, company });
        }
        Ok(self.company.get())
    }

    /// The company, for a command that reads one.
    ///
    /// # Errors
    /// Fails as [`Context::settings`] does.
    pub fn joined(&self) -> Result<Option<&Company>, Failure> {
        Ok(self.company()?.map(|open| &open.company))
    }

    /// The settings of the company, else those of the ledger.
    ///
    /// # Errors
    /// Fails if one of them cannot be read.
    pub fn settings(&self) -> Result<&Settings, Failure> {
        match self.company()? {
            Some(open) => Ok(&open.company.settings),
            None => Ok(&self.ledger()?.settings),
        }
    }

    /// Shows a place below the root of the ledger, or in the file of the company, as people find it.
    pub fn show_place(&self, problem: &mut Diagnostic) {
        match (self.company_file(), self.ledger.get()) {
            (Some(file), _) => {
                if let Some(Place { source: Source::File(path), .. }) = &mut problem.place {
                    *path = file.to_owned();
                }
            }
            (None, Some(ledger)) => ledger.show_place(problem),
            (None, None) => {}
        }
    }

    /// The ledgers that the command reads: those of the company, else the only one.
    ///
    /// # Errors
    /// Fails if one of them cannot be read.
    pub fn every_ledger(&self) -> Result<&[Ledger], Failure> {
        match self.company()? {
            Some(open) => Ok(&open.ledgers),
            None => Ok(std::slice::from_ref(self.ledger()?)),
        }
    }

    /// The ledger that is open, or the first of the company: it counts the files that are read.
    pub(super) fn opened(&self) -> Option<&Ledger> {
        self.ledger.get().or_else(|| self.company.get()?.ledgers.first())
    }

    /// The settings of the ledger or the company, if it is open.
    pub(super) fn opened_settings(&self) -> Option<&Settings> {
        let company = || self.company.get().map(|open| &open.company.settings);
        self.ledger.get().map(|ledger| &ledger.settings).or_else(company)
    }

    /// The book of the company, else that of the ledger, not read yet; for commands whose result is right for both. Other
    /// commands use [`Context::unread_book`], which refuses a company.
    ///
    /// # Errors
    /// Fails if settings cannot be read, or under `--strict` if there are findings.
    pub fn book_of_all(&self) -> Result<Book, Failure> {
        let Some(open) = self.company()? else { return self.unread_book() };
        let book = load(&open.company, &open.ledgers, self.today());
        self.strictly(&book)?;
        Ok(book)
    }

    /// That book, whose records carry no more than a request needs: see [`Context::book_for`].
    ///
    /// # Errors
    /// Fails as [`Context::book_of_all`] does.
    pub fn book_of_all_for(&self, request: &Request, rules: bool) -> Result<Book, Failure> {
        let mut book = self.book_of_all()?;
        let of_rules = |book: &Book| request.keep(&book.settings, book.as_of, rules);
        let all = std::iter::once(&book).chain(book.ledgers()).map(of_rules);
        let is_everything = all.into_iter().any(|keep| keep == Keep::Everything);
        book.keep_parts(if is_everything { Keep::Everything } else { Keep::AllButNotes });
        Ok(book)
    }

    /// Talks in the language of the company, if the command is given one.
    pub(super) fn learn_company(&self) -> bool {
        if self.company_file().is_some() && self.company.get().is_none() {
            let _ = self.company();
        }
        self.company_file().is_some()
    }

    /// Refuses a company, for what works in one ledger.
    ///
    /// # Errors
    /// Fails if the command is given a company.
    pub(super) fn refuse_company(&self) -> Result<(), Failure> {
        let Some(path) = self.company_file() else { return Ok(()) };
        let file = CompanyOnDisk::open(path)?;
        let message = words!(
            "this command works in one ledger, and {} is a company",
            "这条命令只用于一个账本，而 {} 是公司",
            path.display()
        );
        let mut refusal = Diagnostic::new(Code::OneLedger, message);
        let (takes_an_id, line) = self.as_typed();
        if let Some(first) = file.file.ledgers.first().filter(|_| takes_an_id) {
            let id = &first.id;
            refusal = refusal.help(words!(
                "name the ledger before the id, as in {id}/zhang",
                "请在编号前写明账本，例如 {id}/zhang"
            ));
        }
        for ledger in file.file.ledgers.iter().take(NAMED) {
            let folder = file.folder(ledger);
            let line = format!("crm --ledger {} {line}", folder.display());
            refusal = refusal.help(words!("in one ledger: {line}", "在一个账本中：{line}"));
        }
        Err(refusal.into())
    }

    /// Does the command take the id of a prospect or customer? And the line from the command on.
    fn as_typed(&self) -> (bool, String) {
        let mut root = Cli::command();
        root.build();
        let at = word_at(&root, &self.words, 1).unwrap_or(self.words.len());
        let behind = self.words.get(at..).unwrap_or_default();
        let named = behind.first().and_then(|name| root.find_subcommand(name));
        // A verb takes what `log` takes.
        let command = named.or_else(|| root.find_subcommand("log"));
        let names_id = |arg: &clap::Arg| {
            let names = arg.get_value_names().unwrap_or_default();
            names.iter().any(|name| name.starts_with("ID"))
        };
        let takes_an_id = command.is_some_and(|command| command.get_arguments().any(names_id));
        (takes_an_id, line_of(behind))
    }
}
