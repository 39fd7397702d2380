//! A company on disk: its file, its ledgers, and the book of all of them.

use crate::diag::{Code, Diagnostic, Exit, Failure, Lang, Place, Words};
use crate::disk::file::read_text;
use crate::disk::files::PlaceInCompany;
use crate::disk::ledger::Ledger;
use crate::disk::recover::recover;
use crate::format::company::read_company;
use crate::format::layout::SETTINGS;
use crate::model::company::{CompanyFile, ListedLedger, OpenedLedger};
use crate::rules::book::Book;
use crate::rules::company::{self, Company};
use crate::value::date::Date;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
}

/// Does a path name a company rather than a ledger? It is a file, or called as one where there is nothing.
pub fn is_company(path: &Path) -> bool {
    path.is_file() || is_toml(path) && !path.exists()
}

/// The file of a company, read.
#[derive(Debug, Clone)]
pub struct CompanyOnDisk {
    /// The file, as it was named.
    pub path: PathBuf,
    /// What it states.
    pub file: CompanyFile,
}

impl CompanyOnDisk {
    /// Reads the file of a company.
    ///
    /// # Errors
    /// Fails with everything that is wrong in it.
    pub fn open(path: &Path) -> Result<CompanyOnDisk, Failure> {
        if !path.exists() {
            let file = path.display();
            let message = words!("there is no file {file}", "没有文件 {file}");
            let help = words!(
                "a company is a file that lists its ledgers: [[ledger]], then id and path",
                "公司是列出各账本的文件：[[ledger]]，其下写 id 和 path"
            );
            return Err(Diagnostic::new(Code::Company, message).help(help).into());
        }
        let text = read_text(path, path).map_err(|problem| {
            let exit = problem.exit.max(Exit::Usage);
            Diagnostic { exit, ..problem }
        })?;
        let file = read_company(&text, path).map_err(Failure)?;
        Ok(CompanyOnDisk { path: path.to_owned(), file })
    }

    /// The folder of a ledger.
    pub fn folder(&self, ledger: &ListedLedger) -> PathBuf {
        let here = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        here.map_or_else(|| ledger.path.clone(), |folder| folder.join(&ledger.path))
    }

    /// The language that it states, else that of its ledgers, if they agree on one.
    pub fn language(&self) -> Option<Lang> {
        if self.file.language.is_some() {
            return self.file.language;
        }
        let folders = self.file.ledgers.iter().map(|listed| self.folder(listed));
        let of = |folder: PathBuf| Ledger::open(folder.clone(), folder).ok();
        let mut all = folders.map(|folder| of(folder).map(|ledger| ledger.settings.language));
        let first = all.next().flatten();
        first.filter(|first| all.all(|other| other == Some(*first)))
    }

    /// The ledger of an id.
    pub fn ledger(&self, id: &str) -> Option<&ListedLedger> {
        self.file.ledgers.iter().find(|ledger| ledger.id == id)
    }

    /// Opens every ledger.
    ///
    /// # Errors
    /// Fails with every ledger that is not there, that is listed twice or lies in another one, and with everything that is
    /// wrong in their settings.
    pub fn ledgers(&self) -> Result<(Vec<Ledger>, Vec<Diagnostic>), Failure> {
        let mut problems = self.misplaced();
        let (mut ledgers, mut found) = (Vec::<Ledger>::new(), Vec::new());
        if problems.is_empty() {
            for listed in &self.file.ledgers {
                let folder = self.folder(listed);
                found.extend(recover(&folder)?);
                match Ledger::open(folder.clone(), folder) {
                    Ok(ledger) => ledgers.push(Ledger {
                        // One display of progress for all.
                        files_read: ledgers.first().unwrap_or(&ledger).files_read.clone(),
                        ..ledger
                    }),
                    Err(wrong) => problems.extend(wrong),
                }
            }
        }
        if problems.is_empty() { Ok((ledgers, found)) } else { Err(Failure(problems)) }
    }

    /// The paths that are no ledger, that are listed twice, or that lie in another ledger.
    fn misplaced(&self) -> Vec<Diagnostic> {
        let mut problems = Vec::new();
        let mut known: Vec<(&ListedLedger, PathBuf)> = Vec::new();
        for listed in &self.file.ledgers {
            let folder = self.folder(listed);
            let shown = folder.display();
            let wrong = |message| Diagnostic::new(Code::Company, message).at(listed.place.clone());
            let real = folder.canonicalize().ok().filter(|real| real.is_dir());
            let Some(real) = real else {
                problems.push(match folder.is_file() {
                    true => not_a_folder(&folder, wrong),
                    false => {
                        let message = words!("there is no folder {shown}", "没有文件夹 {shown}");
                        wrong(message).help(words!(
                            "a path is read from the folder of {}",
                            "路径从 {} 所在的文件夹算起",
                            self.path.display()
                        ))
                    }
                });
                continue;
            };
            if !real.join(SETTINGS).is_file() {
                let message = words!("no `{SETTINGS}` in {shown}", "{shown} 中没有 `{SETTINGS}`");
                let help = words!(
                    "name the folder of a ledger, or make one: crm init {shown}",
                    "请指明账本的文件夹，或新建一个：crm init {shown}"
                );
                problems.push(wrong(message).help(help));
                continue;
            }
            let same = |(_, other): &&(&ListedLedger, PathBuf)| *other == real;
            let within = |(_, other): &&(&ListedLedger, PathBuf)| {
                real.starts_with(other) || other.starts_with(&real)
            };
            let id = &listed.id;
            if let Some((other, _)) = known.iter().find(same) {
                let other = &other.id;
                let message = words!(
                    "the ledgers `{other}` and `{id}` are one folder",
                    "账本 `{other}` 与 `{id}` 是同一个文件夹"
                );
                let help = words!("list each ledger once", "每个账本只列一次");
                problems.push(wrong(message).help(help));
            } else if let Some((other, place)) = known.iter().find(within) {
                let (inner, outer) = match real.starts_with(place) {
                    true => (id, &other.id),
                    false => (&other.id, id),
                };
                let message = words!(
                    "the ledger `{inner}` lies in the folder of `{outer}`",
                    "账本 `{inner}` 位于 `{outer}` 的文件夹之内"
                );
                let help = words!(
                    "give each ledger a folder beside the others",
                    "请让各账本的文件夹互不包含"
                );
                problems.push(wrong(message).help(help));
            }
            known.push((listed, real));
        }
        problems
    }

    /// Joins the settings of its ledgers.
    ///
    /// # Errors
    /// Fails with everything that the ledgers do not agree on and the file does not state.
    pub fn joined(&self, ledgers: &[Ledger]) -> Result<Company, Failure> {
        let opened = self.file.ledgers.iter().zip(ledgers).map(|(listed, ledger)| OpenedLedger {
            id: listed.id.clone(),
            settings: ledger.settings.clone(),
        });
        company::join(&self.file, opened.collect()).map_err(|problems| {
            let place = Place::file(&self.path);
            Failure(problems.into_iter().map(|problem| problem.at(place.clone())).collect())
        })
    }
}

/// That the path of a ledger is a file: its settings, another company, or something else.
fn not_a_folder(file: &Path, wrong: impl Fn(Words) -> Diagnostic) -> Diagnostic {
    let shown = file.display();
    if CompanyOnDisk::open(file).is_ok() {
        let message = words!(
            "{shown} is a file, and a company is no ledger of another one",
            "{shown} 是文件，而公司不能作为另一公司的账本"
        );
        return wrong(message)
            .help(words!("list its ledgers here, each with its folder", "请在此逐个列出它的账本"));
    }
    let folder = file.parent().unwrap_or(file).display();
    let wrong = wrong(words!("{shown} is a file, not a folder", "{shown} 是文件，不是文件夹"));
    match file.ends_with(SETTINGS) {
        true => wrong.help(words!(
            "name the folder that it is in: {folder}",
            "请写它所在的文件夹：{folder}"
        )),
        false => wrong.help(words!(
            "a ledger is a folder with a `{SETTINGS}`",
            "账本是含有 `{SETTINGS}` 的文件夹"
        )),
    }
}

/// The book of a company on a day. Each ledger reads its prospects when they are first needed.
pub fn load(company: &Company, ledgers: &[Ledger], as_of: Date) -> Book {
    let members = company.members.iter().cloned().map(Arc::new);
    let books = ledgers.iter().zip(members).enumerate().map(|(position, (ledger, member))| {
        ledger.load_in(PlaceInCompany { member, position }, as_of)
    });
    Book::company(company.settings.clone(), as_of, books.collect())
}
