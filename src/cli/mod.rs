//! The command line: arguments, context, one file per command, exit codes.

pub mod apply;
pub mod args;
pub mod clock;
pub mod commands;
pub mod context;
pub mod details;
pub mod diagnose;
pub mod draft;
pub mod environment;
pub mod external;
pub mod progress;
pub mod shell;
pub mod terminal;
pub mod usage;
pub mod words;

use crate::diag::Failure;
use args::{Cli, Command};
use clap::Parser;
use context::Context;
use diagnose::Look;
use environment::Environment;
use std::ffi::OsString;

/// Runs the program and gives its exit status.
pub fn main() -> u8 {
    let env = Environment::read();
    let words: Vec<OsString> = std::env::args_os().collect();
    let mut cli = match Cli::try_parse_from(&words) {
        Ok(cli) => cli,
        Err(error) => return usage::answer(&words, &error, &env),
    };
    let color = terminal::colored(&cli.global.color, &std::io::stderr(), env.no_color);
    let stop = |failure: &Failure, look| {
        diagnose::show(&failure.0, look);
        failure.exit() as u8
    };
    if let Command::Letters(letters) = &mut cli.command {
        letters.folder = cli.global.output.take();
    }
    let is_text = matches!(&cli.command, Command::Export(export) if export.is_text());
    let context = match Context::new(cli.global, env.clone(), is_text) {
        Ok(context) => context,
        Err(failure) => {
            let lang = usage::language::before_parsing(&words, &env);
            return stop(&failure, Look { color, width: None, lang });
        }
    };
    let done = run(cli.command, &context);
    let beside = context.beside();
    if !beside.is_empty() {
        context.learn_language();
        diagnose::show(&beside, context.look_of_messages());
    }
    let done = done.and_then(|status| context.finish().map(|()| status));
    done.unwrap_or_else(|failure| {
        context.learn_language();
        stop(&failure, context.look_of_messages())
    })
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
        Command::Search(command) => command.run(context),
        Command::Customers(command) => command.run(context),
        Command::Cases(command) => command.run(context),
        Command::Checklist(command) => command.run(context),
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
        Command::Handover(command) => command.run(context),
        Command::Campaign(command) => command.run(context),
        Command::Letters(command) => command.run(context),
        Command::Report(command) => command.run(context),
        Command::Check(command) => return command.run(context),
        Command::Edit(command) => command.run(context),
        Command::Set(command) => command.run(context),
        Command::Contact(command) => command.run(context),
        Command::Tally(command) => command.run(context),
        Command::Import(command) => return command.run(context),
        Command::Export(command) => command.run(context),
        Command::WhatIf(command) => command.run(context),
        Command::Backtest(command) => command.run(context),
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
        Command::External(words) => return external::run(&words, context),
    };
    done.map(|()| 0)
}
