//! The command line: arguments, context, one file per command, exit codes.

pub mod apply;
pub mod args;
pub mod clock;
pub mod commands;
pub mod company;
pub mod complete;
pub mod context;
pub mod details;
pub mod diagnose;
pub mod draft;
pub mod environment;
pub mod external;
pub mod note_file;
pub mod own;
pub mod pager;
pub mod progress;
pub mod shell;
pub mod terminal;
pub mod usage;
pub mod verbs;
pub mod words;

use crate::diag::{Failure, Lang};
use args::{Cli, Command};
use clap::Parser;
use context::{Context, color_choice};
use diagnose::Look;
use environment::Environment;
use std::ffi::OsString;
use std::io::IsTerminal;

/// Runs the program and gives its exit status.
pub fn main() -> u8 {
    if complete::run() {
        return 0;
    }
    let env = Environment::read();
    let typed: Vec<_> = std::env::args_os().collect();
    // How a failure before the context is there looks.
    let look = |choice: &str, own: Option<Lang>| Look {
        color: terminal::colored(choice, &std::io::stderr(), env.no_color),
        width: None,
        lang: usage::language::before_parsing(&typed, &env, own),
    };
    let file = env.config.as_deref();
    let own = match own::read(file) {
        Ok(own) => own,
        Err(failure) => return stopped(&failure, look("auto", None)),
    };
    let words = match own::expanded(typed.clone(), &own, file) {
        Ok(words) => words,
        Err(wrong) => return stopped(&wrong.into(), look("auto", own.language)),
    };
    let words = own::or_today(words, &env);
    let words = match company::in_its_ledger(words, &env, own.language) {
        Ok(words) => words,
        Err(wrong) => return stopped(&wrong.into(), look("auto", own.language)),
    };
    let mut cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => return usage::answer(&words, &error, &env, &own, |cli| cli),
    };
    let (choice, own_lang) = (color_choice(&cli.global, &own).to_owned(), own.language);
    if let Command::Letters(letters) = &mut cli.command {
        letters.folder = cli.global.output.take();
    }
    if let Command::Site(site) = &mut cli.command {
        site.folder = cli.global.output.take();
    }
    if let Command::Dashboard(dashboard) = &mut cli.command
        && cli.global.output.is_none()
        && std::io::stdout().is_terminal()
    {
        cli.global.output = Some(dashboard.unnamed());
    }
    let is_text = matches!(&cli.command, Command::Export(export) if export.is_text());
    let context = match Context::new(cli.global, env.clone(), own, words, is_text) {
        Ok(context) => context,
        Err(failure) => return stopped(&failure, look(&choice, own_lang)),
    };
    carried_out(cli.command, &context).unwrap_or_else(|failure| {
        context.learn_language();
        stopped(&failure, context.look_of_messages())
    })
}

/// Shows why a command stopped, and gives its exit status.
fn stopped(failure: &Failure, look: Look) -> u8 {
    diagnose::show(&failure.0, look);
    failure.exit() as u8
}

/// Answers a command line that asks for help, or that cannot be understood, once the context is there.
fn answer(
    words: &[OsString],
    error: &clap::Error,
    context: &Context,
    change: impl FnOnce(clap::Command) -> clap::Command,
) -> u8 {
    usage::answer(words, error, &context.env, &context.own_settings, change)
}

/// Runs a command to its end: its output is written, and what was found beside it is told.
fn carried_out(command: Command, context: &Context) -> Result<u8, Failure> {
    if !command.can_commit() {
        context.commits_nothing(words!(
            "it goes with the commands that write entries and files of prospects; else: git commit",
            "--commit 用于写入流水和客户文件的命令；其余请用 git commit"
        ))?;
    }
    // A verb is a command line of its own, which has looked for itself.
    let is_verb = matches!(command, Command::External(_));
    let done = run(command, context).and_then(|status| match is_verb {
        true => Ok(status),
        false => {
            context.commits_nothing(words!("leave --commit out", "请去掉 --commit"))?;
            Ok(status)
        }
    });
    let beside = context.beside();
    if !beside.is_empty() {
        context.learn_language();
        diagnose::show(&beside, context.look_of_messages());
    }
    done.and_then(|status| context.finish().map(|()| status))
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
        Command::Redo(command) => command.run(context),
        Command::Show(command) => command.run(context),
        Command::List(command) => command.run(context),
        Command::Search(command) => command.run(context),
        Command::Customers(command) => command.run(context),
        Command::Cases(command) => command.run(context),
        Command::Checklist(command) => command.run(context),
        Command::Classify(command) => command.run(context),
        Command::Grade(command) => command.run(context),
        Command::Due(command) => command.run(context),
        Command::Today(command) => command.run(context),
        Command::Sweep(command) => command.run(context),
        Command::Pool(command) => command.run(context),
        Command::Claim(command) => command.run(context),
        Command::Release(command) => command.run(context),
        Command::Assign(command) => command.run(context),
        Command::Recycle(command) => command.run(context),
        Command::Allocate(command) => command.run(context),
        Command::Rebalance(command) => command.run(context),
        Command::Handover(command) => command.run(context),
        Command::Campaign(command) => command.run(context),
        Command::Letters(command) => command.run(context),
        Command::Report(command) => command.run(context),
        Command::Check(command) => return command.run(context),
        Command::Edit(command) => command.run(context),
        Command::Set(command) => command.run(context),
        Command::Contact(command) => command.run(context),
        Command::Rename(command) => command.run(context),
        Command::Join(command) => command.run(context),
        Command::Split(command) => command.run(context),
        Command::Remove(command) => command.run(context),
        Command::Tally(command) => command.run(context),
        Command::Import(command) => return command.run(context),
        Command::Export(command) => command.run(context),
        Command::WhatIf(command) => command.run(context),
        Command::Backtest(command) => command.run(context),
        Command::Backup(command) => return command.run(context),
        Command::Restore(command) => command.run(context),
        Command::Dashboard(command) => command.run(context),
        Command::Site(command) => command.run(context),
        Command::Help(command) => command.run(context),
        Command::Completions(command) => command.run(context),
        Command::Man(command) => command.run(context),
        Command::Schema(command) => command.run(context),
        Command::Seal(command) => command.run(context),
        Command::Forget(command) => command.run(context),
        Command::Rights(command) => command.run(context),
        Command::Diff(command) => command.run(context),
        Command::Audit(command) => command.run(context),
        Command::Hooks(command) => command.run(context),
        Command::Guard(command) => command.run(context),
        Command::MergeFile(command) => return Ok(command.run(context)),
        Command::Resolve(command) => return command.run(context),
        Command::Doctor(command) => return command.run(context),
        Command::External(words) => return external::run(&words, context),
    };
    done.map(|()| 0)
}
