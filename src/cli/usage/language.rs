//! What is known of a command line that is not parsed: the language of its reader, and the command that it means.

use crate::cli::args::Cli;
use crate::cli::environment::Environment;
use crate::diag::Lang;
use crate::disk::company::{CompanyOnDisk, is_company};
use crate::disk::ledger::Ledger;
use crate::disk::root::find_root;
use clap::{Arg, Command, CommandFactory};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The language of a reader before arguments are parsed: `--lang` among them, else `CRM_LANG`, else that of the user's
/// own settings, else the language of the ledger that the command means, else that of the locale. What cannot be
/// understood is passed over.
pub fn before_parsing(words: &[OsString], env: &Environment, own: Option<Lang>) -> Lang {
    let typed = stated(words, "--lang").and_then(|code| Lang::parse(&code));
    let of_variable = || env.stated_lang.as_deref().and_then(Lang::parse);
    typed.or_else(of_variable).or(own).or_else(|| of_ledger(words, env)).unwrap_or(env.lang)
}

/// The language of the ledger or company that a command line means; none where there is none that can be read.
fn of_ledger(words: &[OsString], env: &Environment) -> Option<Lang> {
    let company = company_of(words, env).and_then(|file| CompanyOnDisk::open(&file).ok());
    if let Some(company) = company {
        return company.language();
    }
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let root = find_root(stated_folder(words, env).as_deref(), &here).ok()?;
    let shown = root.strip_prefix(&here).map_or_else(|_| root.clone(), Path::to_path_buf);
    Ledger::open(root, shown).ok().map(|ledger| ledger.settings.language)
}

/// The value of an option that a command line has, as `--lang zh` or `--lang=zh`; the last one counts.
pub fn stated(words: &[OsString], option: &str) -> Option<String> {
    let words = words.iter().skip(1).map(|word| word.to_string_lossy());
    let words: Vec<_> = words.take_while(|word| word != "--").collect();
    let mut found = None;
    for (at, word) in words.iter().enumerate() {
        let value = match word.strip_prefix(option) {
            Some("") => words.get(at + 1).map(|next| &**next),
            Some(rest) => rest.strip_prefix('='),
            None => None,
        };
        found = value.map(str::to_owned).or(found);
    }
    found
}

/// The folder of a ledger that a command line or the environment states.
pub fn stated_folder(words: &[OsString], env: &Environment) -> Option<PathBuf> {
    stated(words, "--ledger").map(PathBuf::from).or_else(|| env.ledger.as_ref().map(PathBuf::from))
}

/// The option that names a company. Behind a command it is another one: the company of a prospect.
pub const COMPANY: &str = "--company";

/// The file of the company that a command line or the environment names: by `--company`, or as a ledger.
pub fn company_of(words: &[OsString], env: &Environment) -> Option<PathBuf> {
    let ledger = || stated_folder(words, env).filter(|path| is_company(path));
    if !words.iter().any(|word| word.to_string_lossy().starts_with(COMPANY)) {
        return ledger();
    }
    let mut root = Cli::command();
    root.build();
    let at = word_at(&root, words, 1).unwrap_or(words.len());
    stated(&words[..at], COMPANY).map(PathBuf::from).or_else(ledger)
}

/// The command that a command line means, as far as it can be understood; `root` is built.
pub fn command_of<'c>(root: &'c Command, words: &[OsString]) -> &'c Command {
    let (mut command, mut from) = (root, 1);
    while let Some(at) = word_at(command, words, from) {
        let Some(below) = command.find_subcommand(&words[at]) else { break };
        (command, from) = (below, at + 1);
    }
    command
}

/// The position of the first word, from one on, that is no option of a command, nor the value of one.
pub fn word_at(command: &Command, words: &[OsString], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(word) = words.get(at) {
        let word = word.to_string_lossy();
        if !word.starts_with('-') || word == "-" {
            return Some(at);
        }
        let is_whole = !word.contains('=');
        let option = option_of(&word, command).filter(|option| is_whole && needs_value(option));
        at += if option.is_some() { 2 } else { 1 };
    }
    None
}

/// The option of a command that a word names: `--by`, `--by=owner`, `-s`.
pub fn option_of<'c>(word: &str, command: &'c Command) -> Option<&'c Arg> {
    command.get_arguments().find(|option| match word.strip_prefix("--") {
        Some(long) => option.get_long() == long.split('=').next(),
        None => option.get_short().is_some_and(|short| word == format!("-{short}")),
    })
}

/// Does the word after an option belong to it?
pub fn needs_value(arg: &Arg) -> bool {
    arg.get_action().takes_values() && arg.get_num_args().is_none_or(|n| n.min_values() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::usage::command;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn the_option_comes_before_the_variable_and_nonsense_is_passed_over() {
        let env = |stated: &str| Environment {
            stated_lang: Some(stated.to_owned()),
            ledger: Some("/no/such/ledger".into()),
            ..Environment::default()
        };
        for (line, variable, lang) in [
            ("crm list --lang zh --fro", "en", Lang::Zh),
            ("crm --lang=zh list", "en", Lang::Zh),
            ("crm --lang zh list --lang en", "zh", Lang::En),
            ("crm --lang fr list", "", Lang::En),
            ("crm list --lang", "", Lang::En),
            ("crm list -- --lang zh", "", Lang::En),
            ("crm list --language zh", "zh", Lang::Zh),
            ("crm list", "zh", Lang::Zh),
            ("crm list", "fr", Lang::En),
            ("crm list --lang fr", "zh", Lang::Zh),
        ] {
            assert_eq!(
                before_parsing(&words(line), &env(variable), None),
                lang,
                "{line} {variable}"
            );
        }
    }

    #[test]
    fn own_settings_come_behind_the_variable() {
        let env = |stated: Option<&str>| Environment {
            stated_lang: stated.map(str::to_owned),
            ..Environment::default()
        };
        let own = Some(Lang::Zh);
        assert_eq!(before_parsing(&words("crm list"), &env(None), own), Lang::Zh);
        assert_eq!(before_parsing(&words("crm list"), &env(Some("en")), own), Lang::En);
    }

    #[test]
    fn the_command_is_found_behind_options_and_their_values() {
        let root = command(Lang::En);
        for (line, name) in [
            ("crm", "crm"),
            ("crm list", "list"),
            ("crm --ledger add list --x", "list"),
            ("crm --ledger=add list", "list"),
            ("crm -f csv list", "list"),
            ("crm -fcsv list", "list"),
            ("crm --strict list add", "list"),
            ("crm hooks install --x", "install"),
            ("crm lst add", "crm"),
        ] {
            assert_eq!(command_of(&root, &words(line)).get_name(), name, "{line}");
        }
    }
}
