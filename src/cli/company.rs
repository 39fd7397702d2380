//! Ids of a company on a command line: `crm --company c.toml call shanghai/zhang` is `crm --ledger shanghai call zhang`.

use super::args::Cli;
use super::environment::Environment;
use super::usage::language::{COMPANY, company_of, option_of, stated, word_at};
use crate::diag::{Code, Diagnostic, Lang};
use crate::disk::company::CompanyOnDisk;
use crate::model::company::ListedLedger;
use crate::rules::company::parts;
use crate::value::id::validate;
use clap::{Command, CommandFactory};
use std::ffi::OsString;
use std::path::Path;

/// The commands that read a company: their words are no ids.
const OF_ALL: [&str; 8] =
    ["list", "search", "customers", "due", "report", "board", "export", "check"];

/// The command line in the ledger that its ids name: without the ledger before each id, and with the folder of the ledger
/// in place of the company. It is answered in the company's language, unless the reader asks for another one: `asked` tells
/// of the user's own settings. A line that names no company, or no id of one, is left as it is; so is one whose company
/// cannot be read, which its command reports.
///
/// # Errors
/// Fails if ids name several ledgers, or one that the company does not have.
pub fn in_its_ledger(
    words: Vec<OsString>,
    env: &Environment,
    asked: Option<Lang>,
) -> Result<Vec<OsString>, Diagnostic> {
    let Some(file) = company_of(&words, env) else { return Ok(words) };
    let Ok(company) = CompanyOnDisk::open(&file) else { return Ok(words) };
    let mut root = Cli::command();
    root.build();
    let at = word_at(&root, &words, 1).unwrap_or(words.len());
    let is_asked = asked.is_some() || env.stated_lang.is_some();
    let is_asked = is_asked || stated(&words, "--lang").is_some();
    let mut line = Line { words, company: &company, ledger: None };
    line.look(&root)?;
    let Line { words, ledger, .. } = line;
    Ok(match ledger {
        Some(ledger) => {
            let language = if is_asked { None } else { company.file.language };
            with_ledger(words, at, &company.folder(ledger), language)
        }
        None => words,
    })
}

/// A command line that is looked through.
struct Line<'c> {
    words: Vec<OsString>,
    company: &'c CompanyOnDisk,
    /// The ledger that its ids name.
    ledger: Option<&'c ListedLedger>,
}

impl Line<'_> {
    fn look(&mut self, root: &Command) -> Result<(), Diagnostic> {
        let Some(at) = word_at(root, &self.words, 1) else { return Ok(()) };
        let name = self.words[at].to_string_lossy().into_owned();
        if OF_ALL.contains(&&*name) {
            return Ok(());
        }
        // A verb has the options of `log`.
        let command = root.find_subcommand(&name).or_else(|| root.find_subcommand("log"));
        let Some(mut command) = command else { return Ok(()) };
        let mut from = at + 1;
        while let Some(at) = word_at(command, &self.words, from) {
            match command.find_subcommand(&self.words[at]) {
                Some(below) => command = below,
                None => self.take(at, "")?,
            }
            from = at + 1;
        }
        for at in 1..self.words.len() {
            let word = self.words[at].to_string_lossy().into_owned();
            let of_id = |option: &clap::Arg| {
                option.get_value_names().is_some_and(|names| names.iter().any(|name| name == "ID"))
            };
            if !option_of(&word, command).is_some_and(of_id) {
                continue;
            }
            match word.split_once('=') {
                Some((option, _)) => self.take(at, &format!("{option}="))?,
                None if at + 1 < self.words.len() => self.take(at + 1, "")?,
                None => {}
            }
        }
        Ok(())
    }

    /// Takes the ledger off the id of a word, behind these first characters.
    fn take(&mut self, at: usize, before: &str) -> Result<(), Diagnostic> {
        let Some(word) = self.words[at].to_str().and_then(|word| word.strip_prefix(before)) else {
            return Ok(());
        };
        let Some((of, id)) = parts(word).filter(|(_, id)| !id.is_empty()) else { return Ok(()) };
        let Some(ledger) = self.company.ledger(of) else {
            let is_id = validate(of).is_ok() && validate(id).is_ok() && !Path::new(word).exists();
            return if is_id { Err(self.unknown(of)) } else { Ok(()) };
        };
        if let Some(other) = self.ledger.filter(|other| other.id != ledger.id) {
            let (one, other) = (&other.id, &ledger.id);
            let message = words!(
                "the ids are of two ledgers: `{one}` and `{other}`",
                "编号属于两个账本：`{one}` 与 `{other}`"
            );
            let help = words!("use a command for each ledger", "请对每个账本各用一条命令");
            return Err(Diagnostic::new(Code::OneLedger, message).help(help));
        }
        let own = format!("{before}{id}").into();
        self.ledger = Some(ledger);
        self.words[at] = own;
        Ok(())
    }

    fn unknown(&self, typed: &str) -> Diagnostic {
        let file = self.company.path.display();
        let message = words!("{file} has no ledger `{typed}`", "{file} 中没有账本 `{typed}`");
        let ids = self.company.file.ledgers.iter().map(|ledger| &*ledger.id);
        Diagnostic::new(Code::NotFound, message).typed().nearest(typed, ids)
    }
}

/// The line with a ledger in place of the company: `--ledger FOLDER`, whatever named the company, and with a language if
/// there is one. `command`: the position of the command.
fn with_ledger(
    words: Vec<OsString>,
    command: usize,
    folder: &Path,
    language: Option<Lang>,
) -> Vec<OsString> {
    let mut line: Vec<OsString> = Vec::new();
    let mut words = words.into_iter().enumerate();
    line.extend(words.next().map(|(_, program)| program));
    line.extend(["--ledger".into(), folder.as_os_str().to_owned()]);
    let code = Lang::ALL.iter().find(|(_, lang)| Some(*lang) == language);
    line.extend(code.map(|(code, _)| format!("--lang={code}").into()));
    while let Some((at, word)) = words.next() {
        let text = word.to_string_lossy();
        if text == "--" {
            line.push(word);
            break;
        }
        let names = |option: &str| {
            text.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        };
        if at < command && names(COMPANY) || names("--ledger") {
            if !text.contains('=') {
                words.next();
            }
            continue;
        }
        line.push(word);
    }
    line.extend(words.map(|(_, word)| word));
    line
}
