//! Verbs: `crm call ID` is `crm log ID call`, for every kind of entry that no command has the name of; `crm close ID` is
//! `crm advance ID` to the column that is won, and `crm board` is `crm report board`.

use super::args::Cli;
use super::context::Context;
use crate::diag::Failure;
use crate::model::kind::{EventKind, Kinds};
use clap::{Command, CommandFactory, FromArgMatches};
use std::ffi::OsString;

/// Kinds that commands of their own write, or nothing but an import: no verbs.
const WRITTEN_ELSEWHERE: [EventKind; 9] = [
    EventKind::Opened,
    EventKind::Moved,
    EventKind::Assigned,
    EventKind::Changed,
    EventKind::Hold,
    EventKind::Campaign,
    EventKind::Lapsed,
    EventKind::Imported,
    EventKind::Retracted,
];

/// The command that a verb stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verb {
    /// The command, and the words that come behind its name.
    words: Vec<String>,
    /// The usage, for help.
    usage: String,
}

/// The command behind a word that is none; `kinds`: those of the ledger.
pub fn verb(name: &str, kinds: &Kinds) -> Option<Verb> {
    let of = |words: &[&str], usage: String| {
        let words = words.iter().map(ToString::to_string).collect();
        Some(Verb { words, usage })
    };
    match name {
        "close" => of(&["advance", "--to", "won"], "crm close [OPTIONS] <ID>...".to_owned()),
        "board" => of(&["report", "board"], "crm board [OPTIONS] [QUERY]...".to_owned()),
        _ => {
            let kind = kinds.named(name).ok()?;
            let is_written_elsewhere = WRITTEN_ELSEWHERE.contains(&kind.into());
            let usage = format!("crm {name} [OPTIONS] <ID>...");
            (!is_written_elsewhere).then(|| of(&["log", "--verb", kind], usage)).flatten()
        }
    }
}

/// Runs the command behind the verb that the words begin with, and gives its exit status.
///
/// # Errors
/// Fails as the command does.
pub fn run(verb: &Verb, words: &[OsString], context: &Context) -> Result<u8, Failure> {
    let command = verb.words.first().map(String::as_str).unwrap_or_default().to_owned();
    let with_usage = |cli: Command| {
        cli.mut_subcommand(&command, |command| command.override_usage(verb.usage.clone()))
    };
    let line = line(verb, words, &context.words);
    let cli = Cli::command().try_get_matches_from(&line);
    let cli = match cli.and_then(|mut matches| Cli::from_arg_matches_mut(&mut matches)) {
        Ok(cli) => cli,
        Err(error) => {
            return Ok(super::answer(&line, &error, context, with_usage));
        }
    };
    let inner = Context::new(
        cli.global,
        context.env.clone(),
        context.own_settings.clone(),
        context.words.clone(),
        false,
    )?;
    super::carried_out(cli.command, &inner)
}

/// The command line: the options before the verb stay before the command. `words`: the verb and what is behind it, the
/// end of the whole line.
fn line(verb: &Verb, words: &[OsString], whole: &[OsString]) -> Vec<OsString> {
    let mut line = whole[..whole.len().saturating_sub(words.len())].to_vec();
    line.extend(verb.words.iter().map(Into::into));
    line.extend(words.iter().skip(1).cloned());
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_that_people_do_are_verbs() {
        let words = |name: &str| verb(name, &Kinds::default()).map(|verb| verb.words.join(" "));
        for (name, expected) in [
            ("call", "log --verb call"),
            ("meet", "log --verb meeting"),
            ("mail", "log --verb email"),
            ("pay", "log --verb payment"),
            ("note", "log --verb note"),
            ("电话", "log --verb call"),
            ("close", "advance --to won"),
            ("board", "report board"),
        ] {
            assert_eq!(words(name).as_deref(), Some(expected), "{name}");
        }
        for name in ["moved", "opened", "imported", "retracted", "lapsed", "dinner", ""] {
            assert_eq!(words(name), None, "{name}");
        }
    }
}
