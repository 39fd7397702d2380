//! Help and refusals of the command line, in the language of their reader. Nothing here runs where a command line
//! is understood and asks for no help.

pub mod groups;
pub mod language;
pub mod localized;
pub mod page;
pub mod refusal;
pub mod wrap;

use super::args::Cli;
use super::diagnose::{self, Look};
use super::environment::Environment;
use super::external;
use super::terminal::{colored, columns};
use crate::diag::Lang;
use crate::model::own_settings::OwnSettings;
use clap::error::ErrorKind;
use clap::{Command, CommandFactory};
use page::Page;
use std::ffi::OsString;
use std::io::{IsTerminal, Write};

/// The command line in a language: each text in that language alone, names and options complete.
pub fn command(lang: Lang) -> Command {
    localized::command(Cli::command(), lang)
}

/// The page of `crm help NAME`, or of `crm help`; none if there is no such command.
pub fn help(name: Option<&str>, lang: Lang, env: &Environment) -> Option<String> {
    let command = command(lang);
    let Some(name) = name else {
        let programs = external::programs_of_path(env.path.as_deref(), lang);
        let page = Page { command: &command, lang, long: true, width: Page::WIDTH, styled: false };
        return Some(page.text(&programs));
    };
    let command = command.find_subcommand(name)?;
    Some(Page { command, lang, long: true, width: Page::WIDTH, styled: false }.text(""))
}

/// Answers a command line that asks for help, or that cannot be understood; gives the exit status. `change` makes the
/// command line that was read of the usual one: a verb has a usage of its own.
pub fn answer(
    words: &[OsString],
    error: &clap::Error,
    env: &Environment,
    own: &OwnSettings,
    change: impl FnOnce(Command) -> Command,
) -> u8 {
    if error.kind() == ErrorKind::DisplayVersion {
        let _ = error.print();
        return 0;
    }
    let lang = language::before_parsing(words, env, own.language);
    let root = change(command(lang));
    let asked = language::command_of(&root, words);
    let stated = language::stated(words, "--color");
    let choice = stated.as_deref().or(own.color.as_deref()).unwrap_or("auto");
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let long = error.kind() != ErrorKind::DisplayHelp || !is_short(words);
            let programs = if asked.get_name() == root.get_name() {
                external::programs_of_path(env.path.as_deref(), lang)
            } else {
                String::new()
            };
            if error.use_stderr() {
                let stream = std::io::stderr();
                print(Page::new(asked, lang, long, &stream, choice, env), &programs, stream);
                return 2;
            }
            let stream = std::io::stdout();
            print(Page::new(asked, lang, long, &stream, choice, env), &programs, stream);
            0
        }
        _ => {
            let stream = std::io::stderr();
            let color = colored(choice, &stream, env.no_color);
            let found = refusal::diagnostic(error, asked, &root);
            diagnose::show(&[found], Look { color, width: columns(&stream, env.columns), lang });
            2
        }
    }
}

/// Is help asked for by `-h`, which is the shorter one?
fn is_short(words: &[OsString]) -> bool {
    !words.iter().any(|word| word == "--help")
}

fn print(page: Page<'_>, end: &str, mut stream: impl Write + IsTerminal) {
    let _ = stream.write_all(page.text(end).as_bytes());
}
