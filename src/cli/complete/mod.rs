//! Completion in the shell: commands and options from the command tree, values from the ledger. The script of
//! `crm completions SHELL` calls the program with `CRM_COMPLETE` set; [`run`] answers before anything else is done.
//!
//! Completers are attached here alone, by the name of an argument's value (`table.rs`), so that no command knows of
//! them. A ledger that is absent or broken completes less, and nothing is ever printed on stderr.

mod bash;
mod ids;
mod query;
mod table;
mod values;

use super::args::Cli;
use super::environment::Environment;
use super::own;
use super::usage::language::{company_of, stated};
use super::verbs;
use crate::diag::Lang;
use crate::disk::company::CompanyOnDisk;
use crate::disk::ledger::Ledger;
use crate::disk::root::find_root;
use crate::model::own_settings::OwnSettings;
use crate::model::settings::Settings;
use crate::rules::company::BETWEEN;
use bash::Bash;
use clap::{Arg, Command, CommandFactory};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use clap_complete::env::{CompleteEnv, Elvish, Fish, Powershell, Shells, Zsh};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The variable with the name of the shell that asks.
const VARIABLE: &str = "CRM_COMPLETE";

/// The shells.
const SHELLS: Shells<'static> = Shells(&[&Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// Answers a shell that asks for completions; false if none asks. Of an answer that fails nothing is seen.
pub fn run() -> bool {
    let words: Vec<OsString> = std::env::args_os().collect();
    let here = std::env::current_dir().ok();
    let asked = CompleteEnv::with_factory(|| tree(&words)).var(VARIABLE).bin("crm").shells(SHELLS);
    asked.try_complete(words.clone(), here.as_deref()).unwrap_or(true)
}

/// The script that registers completion in a shell; `None` for a shell without one.
pub fn script(shell: &str) -> Option<String> {
    let mut script = Vec::new();
    let shell = SHELLS.completer(shell)?;
    shell.write_registration(VARIABLE, "crm", "crm", "crm", &mut script).ok()?;
    String::from_utf8(script).ok()
}

/// All that completion knows: the ledger, and the words typed.
struct World {
    /// The ledger of the words; none where there is none. Those of a company each with the start of its ids.
    ledgers: Vec<(String, Ledger)>,
    /// Its settings, or those of the company; the defaults without a ledger.
    settings: Settings,
    /// The user's own settings.
    own: OwnSettings,
    /// The language of descriptions.
    lang: Lang,
    /// The words typed, the program aside.
    words: Vec<String>,
}

impl World {
    /// Looks for the ledger that the words mean, and reads its settings.
    fn of(typed: &[OsString]) -> World {
        let line: Vec<OsString> =
            typed.iter().skip_while(|w| *w != "--").skip(1).cloned().collect();
        let words = line.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
        let option = |name| stated(&line, name).filter(|value| !value.is_empty());
        let env = Environment::read();
        let own = own::read(env.config.as_deref()).unwrap_or_default();
        let company = company_of(&line, &env).map(|file| folder(&file.to_string_lossy()));
        let (ledgers, settings) = match company {
            Some(file) => of_company(&file),
            None => of_ledger(option("--ledger").map(|typed| folder(&typed)), &env),
        };
        let code = option("--lang").or(env.stated_lang);
        let lang = code.and_then(|code| Lang::parse(&code)).or(own.language);
        let lang = lang.or(settings.as_ref().map(|settings| settings.language));
        let settings = settings.unwrap_or_default();
        World { ledgers, settings, own, lang: lang.unwrap_or(env.lang), words }
    }

    /// Does a word stand between the command and the current one?
    fn is_behind_a_word(&self) -> bool {
        self.words.iter().filter(|word| !word.starts_with('-')).count() > 2
    }
}

/// The ledger that is stated or here, and its settings.
fn of_ledger(
    typed: Option<PathBuf>,
    env: &Environment,
) -> (Vec<(String, Ledger)>, Option<Settings>) {
    let stated = typed.or(env.ledger.as_ref().map(PathBuf::from));
    let here = std::env::current_dir().unwrap_or_default();
    let Ok(root) = find_root(stated.as_deref(), &here) else { return (Vec::new(), None) };
    let ledger = opened(root);
    let settings = ledger.settings.clone();
    (vec![(String::new(), ledger)], Some(settings))
}

/// The ledgers of a company, and its settings, where they can be joined.
fn of_company(file: &Path) -> (Vec<(String, Ledger)>, Option<Settings>) {
    let Ok(company) = CompanyOnDisk::open(file) else { return (Vec::new(), None) };
    let listed = &company.file.ledgers;
    let ledgers: Vec<Ledger> = listed.iter().map(|one| opened(company.folder(one))).collect();
    let settings = company.joined(&ledgers).ok().map(|joined| joined.settings);
    let starts = listed.iter().map(|one| format!("{}{BETWEEN}", one.id));
    (starts.zip(ledgers).collect(), settings)
}

/// A ledger; one whose settings cannot be read has the defaults.
fn opened(root: PathBuf) -> Ledger {
    let ledger = Ledger::open(root.clone(), root.clone());
    ledger.unwrap_or_else(|_| Ledger::without_settings(root.clone(), root))
}

/// A folder as it is typed: quotes and the home folder are still in it.
fn folder(typed: &str) -> PathBuf {
    let plain = own::words_of(typed).and_then(|mut words| words.pop()).unwrap_or(typed.to_owned());
    match (plain.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => Path::new(&plain).to_owned(),
    }
}

/// The command tree with completers, verbs and the user's aliases.
fn tree(words: &[OsString]) -> Command {
    let world = Arc::new(World::of(words));
    let cli = Cli::command();
    let more: Vec<Command> = verbs_of(&cli, &world).chain(aliases_of(&cli, &world)).collect();
    let names: Vec<String> = cli.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let cli = names.into_iter().fold(cli, |cli, name| {
        cli.mut_subcommand(name.clone(), |command| completed(command, &name, &world))
    });
    let cli = cli.subcommands(more);
    cli.mut_args(|arg| attach(arg, "", &world))
}

/// A command whose arguments, and those of the commands below it, have completers.
fn completed(command: Command, name: &str, world: &Arc<World>) -> Command {
    let below: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let command = below.into_iter().fold(command, |command, below| {
        command.mut_subcommand(below, |below| completed(below, name, world))
    });
    command.mut_args(|arg| attach(arg, name, world))
}

/// An argument of a command with its completer, if its value has one.
fn attach(arg: Arg, command: &str, world: &Arc<World>) -> Arg {
    let value = arg.get_value_names().unwrap_or_default().join(" ");
    let long = arg.get_long().unwrap_or_default().to_owned();
    let Some(list) = table::of(command, &long, &value) else { return arg };
    let world = Arc::clone(world);
    arg.add(ArgValueCompleter::new(move |typed: &OsStr| {
        typed.to_str().map_or_else(Vec::new, |typed| list(&world, typed))
    }))
}

/// `crm call`, for each kind that is a verb; `close` and `board`.
fn verbs_of(cli: &Command, world: &Arc<World>) -> impl Iterator<Item = Command> {
    let kinds = &world.settings.kinds;
    let ours = ["close", "board"].into_iter().chain(kinds.names());
    let verbs = ours
        .filter(|name| cli.find_subcommand(name).is_none() && verbs::verb(name, kinds).is_some());
    let verbs = verbs.filter_map(|name| {
        let (of, line) = match name {
            "close" => ("advance", "advance ID won".to_owned()),
            "board" => ("report", "report board".to_owned()),
            _ => ("log", format!("log ID {name}")),
        };
        let left_out = if of == "report" { 1 } else { 0 };
        let about = format!("crm {line}");
        Some(standing_for(name, cli.find_subcommand(of)?, left_out, about, world))
    });
    verbs.collect::<Vec<_>>().into_iter()
}

/// The user's aliases, each with the arguments of its command that its line leaves open.
fn aliases_of(cli: &Command, world: &Arc<World>) -> impl Iterator<Item = Command> {
    let aliases = world.own.aliases.iter().filter(|(name, _)| cli.find_subcommand(name).is_none());
    let aliases = aliases.filter_map(|(name, line)| {
        let words = own::words_of(line)?;
        let (first, rest) = words.split_first()?;
        let given = rest.iter().take_while(|word| !word.starts_with('-')).count();
        let command = cli.find_subcommand(first)?;
        Some(standing_for(name, command, given, format!("crm {line}"), world))
    });
    aliases.collect::<Vec<_>>().into_iter()
}

/// A command of another name with a command's arguments, without the first positional ones that are given.
fn standing_for(
    name: &str,
    command: &Command,
    given: usize,
    about: String,
    world: &Arc<World>,
) -> Command {
    let positionals = command.get_positionals().filter(|arg| !is_several(arg)).take(given);
    let given: Vec<String> = positionals.map(|arg| arg.get_id().to_string()).collect();
    let open = command.get_arguments().filter(|arg| !given.contains(&arg.get_id().to_string()));
    let made = Command::new(name.to_owned()).about(about).args(open.cloned());
    let made = if command.get_name() == "log" || command.get_name() == "advance" {
        made.mut_arg("words", |words| words.value_names(["ID"]))
    } else {
        made
    };
    completed(made, command.get_name(), world)
}

/// Does it take several values?
fn is_several(arg: &Arg) -> bool {
    matches!(arg.get_action(), clap::ArgAction::Append)
}

/// The candidates that begin with a text, case aside.
fn beginning<'c>(
    typed: &str,
    all: impl IntoIterator<Item = (&'c str, &'c str)>,
) -> Vec<CompletionCandidate> {
    let all = all.into_iter().filter(|(id, _)| begins(id, typed));
    all.map(|(id, about)| candidate(id, about)).collect()
}

/// Does a word begin with a text, case aside?
fn begins(word: &str, typed: &str) -> bool {
    word.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed))
}

/// A candidate, with words about it if they differ from it.
fn candidate(id: &str, about: &str) -> CompletionCandidate {
    let about = Some(about).filter(|about| !about.is_empty() && *about != id);
    CompletionCandidate::new(id).help(about.map(|about| about.to_owned().into()))
}
