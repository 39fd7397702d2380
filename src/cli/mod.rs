//! The command line: arguments, context, one file per command, exit codes.

pub mod args;
pub mod commands;
pub mod context;
pub mod diagnose;
pub mod eligible;
pub mod entry;
pub mod environment;
pub mod progress;
pub mod proposal;
pub mod terminal;
pub mod words;

use crate::diag::{Code, Diagnostic, Failure};
use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use context::Context;
use diagnose::Look;
use environment::Environment;
use std::ffi::OsString;

/// Runs the program and gives its exit status.
pub fn main() -> u8 {
    let env = Environment::read();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { 2 } else { 0 };
        }
    };
    let color = terminal::colored(&cli.global.color, &std::io::stderr(), env.no_color);
    let stop = |failure: &Failure, look| {
        diagnose::show(&failure.0, look);
        failure.exit() as u8
    };
    let context = match Context::new(cli.global, env) {
        Ok(context) => context,
        Err(failure) => return stop(&failure, Look { color, ..Look::default() }),
    };
    let done = run(cli.command, &context).and_then(|status| context.finish().map(|()| status));
    done.unwrap_or_else(|failure| stop(&failure, context.look_of_messages()))
}

fn run(command: Command, context: &Context) -> Result<u8, Failure> {
    let done = match command {
        Command::Init(command) => command.run(context),
        Command::Add(command) => command.run(context),
        Command::Log(command) => command.run(context),
        Command::Advance(command) => command.run(context),
        Command::Back(command) => command.run(context),
        Command::Lose(command) => command.run(context),
        Command::Hold(command) => command.run(context),
        Command::Reopen(command) => command.run(context),
        Command::Undo(command) => command.run(context),
        Command::Show(command) => command.run(context),
        Command::List(command) => command.run(context),
        Command::Classify(command) => command.run(context),
        Command::Grade(command) => command.run(context),
        Command::Due(command) => command.run(context),
        Command::Sweep(command) => command.run(context),
        Command::Pool(command) => command.run(context),
        Command::Claim(command) => command.run(context),
        Command::Release(command) => command.run(context),
        Command::Assign(command) => command.run(context),
        Command::Recycle(command) => command.run(context),
        Command::Allocate(command) => command.run(context),
        Command::Rebalance(command) => command.run(context),
        Command::Report(command) => command.run(context),
        Command::Check(command) => return command.run(context),
        Command::Edit(command) => command.run(context),
        Command::Tally(command) => command.run(context),
        Command::Import(command) => return command.run(context),
        Command::Export(command) => command.run(context),
        Command::WhatIf(command) => command.run(context),
        Command::Dashboard(command) => command.run(context),
        Command::Help(command) => command.run(context),
        Command::Completions(command) => command.run(context),
        Command::Man(command) => command.run(context),
        Command::Schema(command) => command.run(context),
        Command::Diff(command) => command.run(context),
        Command::Audit(command) => command.run(context),
        Command::Hooks(command) => command.run(context),
        Command::Guard(command) => command.run(context),
        Command::MergeFile(command) => return Ok(command.run(context)),
        Command::Resolve(command) => return command.run(context),
        Command::Doctor(command) => return command.run(context),
        Command::External(words) => return external(&words, context),
    };
    done.map(|()| 0)
}

/// An unknown `crm foo` runs `crm-foo` from the PATH, as git and cargo do.
fn external(words: &[OsString], context: &Context) -> Result<u8, Failure> {
    let name = words.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let program = format!("crm-{name}");
    let found = context.env.path.as_ref().and_then(|path| {
        let valid = !name.contains(['/', '\\']);
        std::env::split_paths(path)
            .map(|folder| folder.join(&program))
            .find(|file| valid && file.is_file())
    });
    let Some(program) = found else {
        let command = Cli::command();
        let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        let diagnostic = Diagnostic::new(Code::BadArgument, format!("unknown command `{name}`"));
        let help = crate::diag::suggest(&name, names);
        return Err(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
        .help("`crm --help` lists the commands")
        .into());
    };
    let status =
        std::process::Command::new(&program).args(&words[1..]).status().map_err(|error| {
            Diagnostic::new(
                Code::Unreadable,
                format!("{} cannot be run: {error}", program.display()),
            )
        })?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
