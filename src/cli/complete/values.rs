//! The values that completers list.

use super::{World, beginning, begins, candidate, ids};
use crate::model::kind::KINDS;
use crate::model::settings::Rep;
use crate::render::Format;
use crate::report::{Breakdowns, REPORTS, find};
use crate::rules::attribute::{self, ATTRIBUTES, Attribute};
use crate::table::terms::term;
use clap_complete::engine::CompletionCandidate;

/// Nothing: a value that a more general completer would mistake.
pub fn nothing(_: &World, _: &str) -> Vec<CompletionCandidate> {
    Vec::new()
}

/// Ids; behind the first, stages before more of them.
pub fn ids_and_stages(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    behind_ids(world, typed, stages)
}

/// Ids; behind the first, kinds before more of them.
pub fn ids_and_kinds(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    behind_ids(world, typed, kinds)
}

fn behind_ids(
    world: &World,
    typed: &str,
    list: fn(&World, &str) -> Vec<CompletionCandidate>,
) -> Vec<CompletionCandidate> {
    if !world.is_behind_a_word() {
        return ids::all(world, typed);
    }
    let mut found = list(world, typed);
    if !typed.is_empty() {
        found.extend(ids::all(world, typed));
    }
    found
}

/// Columns of the ledger's boards.
pub fn stages(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let mut known: Vec<(&str, &str)> = Vec::new();
    for stage in world.settings.named_stages() {
        if !known.iter().any(|(id, _)| **id == *stage.id) {
            known.push((&stage.id, stage.label.get(world.lang, &stage.id)));
        }
    }
    beginning(typed, known)
}

/// Kinds of entry.
pub fn kinds(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let names = world.settings.kinds.names();
    beginning(typed, names.map(|name| (name, term(KINDS, name, world.lang))))
}

/// Reps, by id.
pub fn reps(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    beginning(typed, world.settings.reps.iter().map(|rep| (&*rep.id, Rep::display(rep))))
}

/// Reps, and `me`.
pub fn reps_and_me(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let mut found = reps(world, typed);
    if begins("me", typed) && world.own.user.is_some() {
        found.push(candidate("me", world.own.user.as_deref().unwrap_or_default()));
    }
    found
}

/// Departments.
pub fn departments(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let known = world.settings.departments.iter();
    beginning(typed, known.map(|known| (&*known.id, known.label.get(world.lang, &known.id))))
}

/// Boards.
pub fn boards(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let known = world.settings.pipelines.iter();
    beginning(typed, known.map(|known| (&*known.id, known.label.get(world.lang, &known.id))))
}

/// Criteria.
pub fn criteria(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let known = world.settings.named_criteria();
    beginning(typed, known.map(|known| (&*known.id, known.label.get(world.lang, &known.id))))
}

/// Reasons that the settings suggest.
pub fn reasons(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let known = world.settings.reasons.iter();
    beginning(typed, known.map(|(id, label)| (&**id, label.get(world.lang, id))))
}

/// Campaigns.
pub fn campaigns(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let known = world.settings.campaigns.iter();
    beginning(typed, known.map(|known| (&*known.id, known.label.get(world.lang, &known.id))))
}

/// Products.
pub fn products(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    beginning(typed, world.settings.products.iter().map(|known| (&*known.id, "")))
}

/// Reports, with their contents.
pub fn reports(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let about = |about: (&'static str, &'static str)| world.lang.pick(about.0, about.1);
    let known = REPORTS.iter().map(|report| (report.name, about(report.about)));
    let saved = world.settings.reports.iter();
    let saved = saved.map(|saved| (&*saved.id, saved.about.get(world.lang, &saved.report)));
    beginning(typed, known.chain(saved))
}

/// Attributes for `--by`: those of the report that is typed, else all.
pub fn groups(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let saved = |word: &str| find(&world.settings.saved_report(word)?.report);
    let report = world.words.iter().find_map(|word| find(word).or_else(|| saved(word)));
    let only = match report.map(|report| report.by) {
        Some(Breakdowns::Only(rows) | Breakdowns::Among(rows) | Breakdowns::Own(rows)) => {
            Some(rows)
        }
        _ => None,
    };
    match only {
        Some(rows) => beginning(typed, rows.iter().map(|row| (*row, about(world, row)))),
        None => fields(world, typed, |row| row.is_group),
    }
}

/// Columns of lists; behind a `-`, which turns an order round, too.
pub fn columns(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let (before, typed) = match typed.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", typed),
    };
    let found = fields(world, typed, |row| row.is_column);
    found.into_iter().map(|found| found.add_prefix(before)).collect()
}

fn fields(world: &World, typed: &str, chosen: fn(&Attribute) -> bool) -> Vec<CompletionCandidate> {
    let known = attribute::ids(&world.settings, chosen);
    beginning(typed, known.map(|id| (id, about(world, id))))
}

/// A few words about an attribute; nothing about a fact of the team's own.
fn about(world: &World, id: &str) -> &'static str {
    let row = ATTRIBUTES.iter().find(|row| row.id == id);
    row.map_or("", |row| world.lang.pick(row.about.0, row.about.1))
}

/// Formats.
pub fn formats(_: &World, typed: &str) -> Vec<CompletionCandidate> {
    beginning(typed, Format::names().map(|name| (name, "")))
}

/// Topics of help, and commands.
pub fn topics(_: &World, typed: &str) -> Vec<CompletionCandidate> {
    use clap::CommandFactory;
    let cli = super::Cli::command();
    let topics = ["stages", "criteria", "query", "format", "exit-codes"];
    let commands = cli.get_subcommands().map(|command| (command.get_name(), ""));
    beginning(typed, topics.into_iter().map(|topic| (topic, "")).chain(commands))
}

/// Words for periods.
pub fn periods(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let words = [
        ("today", "今天"),
        ("yesterday", "昨天"),
        ("'this week'", "本周"),
        ("'last week'", "上周"),
        ("'this month'", "本月"),
        ("'last month'", "上月"),
        ("'this quarter'", "本季度"),
        ("'last quarter'", "上季度"),
        ("'this year'", "今年"),
        ("'last year'", "去年"),
    ];
    beginning(typed, words.into_iter().map(|(en, zh)| (en, world.lang.pick("", zh))))
}
