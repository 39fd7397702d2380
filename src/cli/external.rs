//! Commands that are programs of their own: `crm foo` runs `crm-foo` from the PATH, as git and cargo do.

use super::args::{Cli, Global};
use super::context::Context;
use super::verbs;
use crate::act::names::rep_of_git;
use crate::diag::{Code, Diagnostic, Failure, Lang, Words};
use crate::disk::find::find;
use crate::model::kind::Kinds;
use crate::report;
use clap::CommandFactory;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The beginning of such a program's file name.
const PREFIX: &str = "crm-";

/// Words that are no commands, and the command line for each, beside reports and kinds of event. `ID` gives way to
/// the id that was typed.
const INSTEAD: [(&[&str], &str); 6] = [
    (&["win", "won", "sign"], "crm close ID"),
    (&["move", "promote"], "crm advance ID STAGE"),
    (&["new", "create", "open"], "crm add NAME"),
    (&["delete", "rm", "drop"], "crm lose ID --reason TEXT"),
    (&["find", "grep"], "crm search WORDS"),
    (&["todo", "status"], "crm today"),
];

/// Runs the program behind an unknown command and gives its exit status.
pub fn run(words: &[OsString], context: &Context) -> Result<u8, Failure> {
    let name = words.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let mut programs = programs(context.env.path.as_deref());
    let Some(program) = programs.remove(&name) else {
        let known = Kinds::default();
        let kinds = context.ledger().map_or(&known, |ledger| &ledger.settings.kinds);
        if let Some(verb) = verbs::verb(&name, kinds) {
            return verbs::run(&verb, words, context);
        }
        return Err(unknown(&name, words.get(1), context).into());
    };
    if let Some(option) = not_inherited(&context.global) {
        return Err(Diagnostic::new(
            Code::BadArgument,
            words!(
                "{option} before `{name}` would be ignored: crm-{name} is a program of its own",
                "`{name}` 之前的 {option} 不起作用：crm-{name} 是独立的程序"
            ),
        )
        .help(words!(
            "give the program its options behind its name: crm {name} {option} …",
            "请把选项写在程序名之后：crm {name} {option} ……"
        ))
        .into());
    }
    let status = std::process::Command::new(&program)
        .args(&words[1..])
        .envs(environment(context)?)
        .status()
        .map_err(|error| {
            let program = program.display();
            let message = words!("{program} cannot be run", "无法运行 {program}").because(&error);
            Diagnostic::new(Code::Unreadable, message)
        })?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// The first option among those of every command that a program does not inherit.
fn not_inherited(global: &Global) -> Option<&'static str> {
    let given = [
        ("-f", global.format.is_some()),
        ("-o", global.output.is_some()),
        ("--table", global.table.is_some()),
        ("--strict", global.strict),
        ("--raw", global.raw),
        ("--bom", global.bom),
        ("--ascii", global.ascii),
        ("--commit", global.commit.is_some()),
        ("--no-commit", global.no_commit),
    ];
    given.into_iter().find(|(_, given)| *given).map(|(option, _)| option)
}

/// The variables that the program inherits, so that a `crm` which it runs means the same ledger, day and person: `CRM_LEDGER`
/// (absolute), `CRM_TODAY` (the as-of day), `CRM_USER`. Without a ledger, a program for making one still runs.
///
/// Fails if the options or the environment name a ledger that is not there.
fn environment(context: &Context) -> Result<Vec<(&'static str, OsString)>, Failure> {
    let mut variables = vec![("CRM_TODAY", context.today().to_string().into())];
    let stated = context.global.ledger.is_some() || context.env.ledger.is_some();
    let root = match context.root_as_it_is() {
        Ok((root, _)) => context.here.join(root),
        Err(failure) if stated => return Err(failure),
        Err(_) => return Ok(variables),
    };
    let known = || {
        let ledger = context.ledger().ok()?;
        rep_of_git(&ledger.settings, &ledger.root).map(|rep| rep.to_string())
    };
    if let Some(user) = context.user().map(str::to_owned).or_else(known) {
        variables.push(("CRM_USER", user.into()));
    }
    variables.push(("CRM_LEDGER", root.canonicalize().unwrap_or(root).into()));
    Ok(variables)
}

/// The commands that the PATH adds, by name; the first folder that has one counts. A program with the name of a
/// command of ours is never run.
fn programs(path: Option<&OsStr>) -> BTreeMap<String, PathBuf> {
    let command = Cli::command();
    let ours: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
    let mut found = BTreeMap::new();
    let folders = path.into_iter().flat_map(std::env::split_paths);
    for entry in folders.filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten() {
        let file = entry.file_name();
        let name = file
            .to_str()
            .and_then(|file| file.strip_prefix(PREFIX)?.strip_suffix(std::env::consts::EXE_SUFFIX));
        if let Some(name) = name.filter(|name| !ours.contains(name) && !found.contains_key(*name))
            && is_program(&entry.path())
        {
            found.insert(name.to_owned(), entry.path());
        }
    }
    found
}

#[cfg(unix)]
fn is_program(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(file: &Path) -> bool {
    file.is_file()
}

/// The end of help: the programs that the PATH adds; empty without any. They are looked for only there: a PATH is slow
/// to read.
pub fn programs_of_path(path: Option<&OsStr>, lang: Lang) -> String {
    let programs = programs(path);
    let Some(width) = programs.keys().map(String::len).max() else { return String::new() };
    let mut help = lang.pick("From the PATH:", "来自 PATH：").to_owned();
    for (name, program) in programs {
        help.push_str(&format!("\n  {name:width$}  {}", program.display()));
    }
    help
}

/// That there is no such command, and the command that may be meant. `id`: the word after it.
fn unknown(name: &str, id: Option<&OsString>, context: &Context) -> Diagnostic {
    let message = words!("unknown command `{name}`", "未知命令 `{name}`");
    let diagnostic = Diagnostic::new(Code::BadArgument, message);
    let prospect = || context.ledger().is_ok_and(|ledger| find(ledger, name).is_ok());
    let diagnostic = match instead(name, id) {
        Some(line) => diagnostic.help(that_is(&line)),
        None if is_plain(name) && prospect() => {
            let line = format!("crm show {name}");
            diagnostic.help(that_is(&line))
        }
        None => {
            let command = Cli::command();
            let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            diagnostic.nearest(name, names)
        }
    };
    diagnostic.help(words!("`crm --help` lists the commands", "`crm --help` 列出全部命令"))
}

/// The help line that names a command line.
pub fn that_is(line: &str) -> Words {
    let line = Words::command(line);
    let (en, zh) = (line.en(), line.zh());
    words!("that is: {en}", "请用：{zh}")
}

/// The command line that an unknown command means, if its name leaves no doubt.
pub fn instead(name: &str, id: Option<&OsString>) -> Option<String> {
    if let Some(report) = report::find(name) {
        return Some(format!("crm report {}", report.name));
    }
    let line = match INSTEAD.iter().find(|(names, _)| names.contains(&name)) {
        Some((_, line)) => (*line).to_owned(),
        None if verbs::verb(name, &Kinds::default()).is_some() => format!("crm {name} ID"),
        None => return None,
    };
    let id = id.and_then(|word| word.to_str()).filter(|word| is_plain(word));
    Some(line.replace("ID", id.unwrap_or("ID")))
}

/// Can a word be put into a command line unquoted, and is it no option?
fn is_plain(word: &str) -> bool {
    !word.is_empty()
        && !word.starts_with('-')
        && word.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_leaves_no_doubt_names_the_command() {
        let instead = |name, id: Option<&str>| instead(name, id.map(OsString::from).as_ref());
        assert_eq!(instead("win", Some("zhang")).unwrap(), "crm close zhang");
        assert_eq!(instead("win", Some("张先生")).unwrap(), "crm close 张先生");
        for id in [None, Some(""), Some("--where"), Some("a b"), Some("$(x)")] {
            assert_eq!(instead("win", id).unwrap(), "crm close ID", "{id:?}");
        }
        assert_eq!(instead("funnel", None).unwrap(), "crm report funnel");
        assert_eq!(instead("pipeline", None).unwrap(), "crm report board");
        for name in ["advnace", "moved", "imported"] {
            assert_eq!(instead(name, None), None);
        }
    }

    #[test]
    fn no_command_of_ours_is_among_the_unknown_words() {
        let command = Cli::command();
        for name in command.get_subcommands().map(clap::Command::get_name) {
            assert!(INSTEAD.iter().all(|(names, _)| !names.contains(&name)), "{name}");
        }
    }
}
