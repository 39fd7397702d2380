//! A user's own settings on the command line: their file, aliases, and the options that a command has by default.

use super::args::Cli;
use super::environment::Environment;
use super::usage::language::{company_of, needs_value, option_of, stated_folder, word_at};
use crate::diag::{Code, Diagnostic, Failure, Place};
use crate::disk::root::find_root;
use crate::format::own_settings::read_own_settings;
use crate::model::own_settings::OwnSettings;
use clap::{Arg, Command, CommandFactory};
use std::ffi::OsString;
use std::path::Path;

/// Reads the settings of the user; those of a user who has no file are empty.
///
/// # Errors
/// Fails if the file cannot be read, or with all that is wrong in it.
pub fn read(file: Option<&Path>) -> Result<OwnSettings, Failure> {
    let Some(file) = file else { return Ok(OwnSettings::default()) };
    match std::fs::read_to_string(file) {
        Ok(text) => read_own_settings(&text, file).map_err(Failure),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(OwnSettings::default()),
        Err(error) => Err(Diagnostic::unreadable(file, &error).into()),
    }
}

/// The words of a command line, the first of them the program, with an alias in place of its command, and the
/// command's own options before those that are typed; an option that is typed too is left out of both. `file` is named
/// in errors.
///
/// # Errors
/// Fails if an alias has the name of a command, means itself, or has a quote that is not closed.
pub fn expanded(
    words: Vec<OsString>,
    own: &OwnSettings,
    file: Option<&Path>,
) -> Result<Vec<OsString>, Diagnostic> {
    if own.aliases.is_empty() && own.defaults.is_empty() {
        return Ok(words);
    }
    let mut cli = Cli::command();
    cli.build();
    let place = Place::file(file.unwrap_or(Path::new("")));
    let wrong = |message| Diagnostic::new(Code::BadSetting, message).at(place.clone());
    if let Some(name) = own.aliases.keys().find(|name| cli.find_subcommand(name).is_some()) {
        return Err(wrong(words!(
            "alias `{name}`: a command has this name",
            "别名 `{name}`：已有同名命令"
        ))
        .help(words!("choose another name", "请换一个名字")));
    }
    let split = |name: &str, line: &str| {
        let not_closed = || words!("`{name}`: a quote is not closed", "`{name}`：引号没有配对");
        words_of(line).ok_or_else(|| wrong(not_closed()))
    };
    let Some(at) = word_at(&cli, &words, 1) else { return Ok(words) };
    let mut command = words[at].to_string_lossy().into_owned();
    let mut added = Vec::new();
    let mut known = Vec::new();
    while let Some(line) = own.aliases.get(&*command) {
        if known.contains(&command) {
            let message = words!("alias `{command}` means itself", "别名 `{command}` 指向自身");
            return Err(wrong(message));
        }
        let mut line = split(&command, line)?.into_iter();
        let next = line.next().unwrap_or_default();
        added.splice(0..0, line);
        known.push(std::mem::replace(&mut command, next));
    }
    if let Some(line) = own.defaults.get(&*command) {
        added.splice(0..0, split(&command, line)?);
    }
    let typed = words.iter().skip(1).enumerate().filter(|(n, _)| n + 1 != at);
    let typed: Vec<&OsString> = typed.map(|(_, word)| word).collect();
    let added = match cli.find_subcommand(&command) {
        Some(command) => without_typed(added, &typed, command),
        None => added,
    };
    let added = std::iter::once(command).chain(added).map(OsString::from);
    let (before, rest) = words.split_at(at);
    Ok(before.iter().cloned().chain(added).chain(rest.iter().skip(1).cloned()).collect())
}

/// The words of a command line; those without a command, in a ledger, ask for the day at a glance.
pub fn or_today(mut words: Vec<OsString>, env: &Environment) -> Vec<OsString> {
    // Most lines have a command behind the program: nothing is looked for then.
    if words.get(1).is_some_and(|word| !word.to_string_lossy().starts_with('-')) {
        return words;
    }
    let options = ["-h", "--help", "-V", "--version"];
    let is_question = |word: &OsString| options.iter().any(|option| word == option);
    let in_a_ledger = || {
        let here = std::env::current_dir().unwrap_or_default();
        let ledger = || find_root(stated_folder(&words, env).as_deref(), &here).is_ok();
        company_of(&words, env).is_some() || ledger()
    };
    let names_none = || word_at(&Cli::command(), &words, 1).is_none();
    if !words.iter().any(is_question) && names_none() && in_a_ledger() {
        words.push("today".into());
    }
    words
}

/// The words of a line, as a shell splits it; `None` if a quote is not closed.
pub fn words_of(line: &str) -> Option<Vec<String>> {
    shlex::split(line)
}

/// Words as they are typed in a shell.
pub fn line_of(words: &[OsString]) -> String {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    let plain = || words.join(" ");
    shlex::try_join(words.iter().map(|word| &**word)).unwrap_or_else(|_| plain())
}

/// A command line as messages name it: without options, and no more than three words, so that no note is in it.
pub fn named(words: &[OsString]) -> String {
    let behind = words.iter().skip(1).map(|word| word.to_string_lossy());
    let plain = behind.take_while(|word| !word.starts_with('-')).take(3);
    // Notes of writes have the name, and a value may be private.
    let without_value = |word: std::borrow::Cow<str>| match word.split_once('=') {
        Some((field, _)) => format!("{field}=…"),
        None => word.into_owned(),
    };
    std::iter::once("crm".to_owned()).chain(plain.map(without_value)).collect::<Vec<_>>().join(" ")
}

/// The words without the options that are typed, and their values.
fn without_typed(words: Vec<String>, typed: &[&OsString], command: &Command) -> Vec<String> {
    let is_typed = |option: &Arg| {
        let names = |word: &&OsString| option_of(&word.to_string_lossy(), command);
        typed.iter().filter_map(names).any(|typed| typed.get_id() == option.get_id())
    };
    let mut kept = Vec::new();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        match option_of(&word, command).filter(|option| is_typed(option)) {
            Some(option) if needs_value(option) && !word.contains('=') => {
                words.next();
            }
            Some(_) => {}
            None => kept.push(word),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> OwnSettings {
        let text = "[alias]\nmon = \"report sheet --by owner\"\nweek = \"mon --period 'last week'\"\n\
                    a = \"b\"\nb = \"a\"\nopen = \"list 'x\"\n\
                    [defaults]\nlist = \"--sort value\"\nreport = \"--list\"\n";
        read_own_settings(text, Path::new("config.toml")).unwrap()
    }

    fn line(typed: &str) -> Result<String, String> {
        let words = typed.split(' ').map(OsString::from).collect();
        let made = expanded(words, &own(), None).map_err(|wrong| wrong.message.en().to_owned())?;
        let words: Vec<_> = made.iter().map(|word| word.to_string_lossy()).collect();
        Ok(words.join("|"))
    }

    #[test]
    fn an_alias_stands_for_its_line_and_the_rest_follows() {
        for (typed, made) in [
            ("crm mon stage:50", "crm|report|--list|sheet|--by|owner|stage:50"),
            ("crm -f csv mon", "crm|-f|csv|report|--list|sheet|--by|owner"),
            ("crm --lang zh mon", "crm|--lang|zh|report|--list|sheet|--by|owner"),
            ("crm --as-of=mon due", "crm|--as-of=mon|due"),
            ("crm --as-of mon due", "crm|--as-of|mon|due"),
            ("crm --ascii list", "crm|--ascii|list|--sort|value"),
            ("crm mon --by rep", "crm|report|--list|sheet|--by|rep"),
            ("crm mon --by=rep", "crm|report|--list|sheet|--by=rep"),
            ("crm list -s name", "crm|list|-s|name"),
            ("crm show mon", "crm|show|mon"),
            ("crm", "crm"),
        ] {
            assert_eq!(line(typed).as_deref(), Ok(made), "{typed}");
        }
        let week = "crm|report|--list|sheet|--by|owner|--period|last week";
        assert_eq!(line("crm week").as_deref(), Ok(week));
    }

    #[test]
    fn aliases_that_cannot_be_followed() {
        assert_eq!(line("crm a").unwrap_err(), "alias `a` means itself");
        assert_eq!(line("crm open").unwrap_err(), "`open`: a quote is not closed");
        let own = read_own_settings("[alias]\nlist = \"due\"\n", Path::new("c")).unwrap();
        let wrong = expanded(vec!["crm".into()], &own, None).unwrap_err();
        assert_eq!(wrong.message.en(), "alias `list`: a command has this name");
    }
}
