//! The completers, and the values that each is for.

use super::query;
use super::{World, beginning, begins, candidate, ids};
use crate::model::settings::Rep;
use crate::render::Format;
use crate::report::{Breakdowns, REPORTS, find};
use crate::rules::attribute::{self, ATTRIBUTES, Attribute};
use crate::table::terms::{KINDS, term};
use clap_complete::engine::CompletionCandidate;

/// Lists the values that begin as typed.
pub type List = fn(&World, &str) -> Vec<CompletionCandidate>;

/// What is completed how: the name of a value; before it, a command that differs, or an option.
const COMPLETERS: &[(&str, List)] = &[
    ("add ID", nothing),
    ("add --from", ids::all),
    ("add --parent", ids::customers),
    ("--pipeline", boards),
    ("--table", nothing),
    ("campaign ID", campaigns),
    ("report NAME", reports),
    ("report --by", groups),
    ("letters --channel", kinds),
    ("import KIND", nothing),
    ("ID", ids::all),
    ("KEEP", ids::all),
    ("OTHER", ids::all),
    ("ID STAGE", ids_and_stages),
    ("ID KIND", ids_and_kinds),
    ("ID KEY=VALUE", ids::all),
    ("STAGE", stages),
    ("KIND", kinds),
    ("REP", reps),
    ("FIELD", groups),
    ("COLUMNS", columns),
    ("CRITERIA", criteria),
    ("CAMPAIGN", campaigns),
    ("PRODUCT", products),
    ("QUERY", query::words),
    ("FORMAT", formats),
    ("TOPIC", topics),
    ("PERIOD", periods),
];

/// The completer of an argument: that of its command and value, its command and option, its option, its value.
pub fn of(command: &str, long: &str, value: &str) -> Option<List> {
    let of = |key: String| COMPLETERS.iter().find(|(name, _)| *name == key).map(|(_, list)| *list);
    let option = || (!long.is_empty()).then(|| of(format!("{command} --{long}"))).flatten();
    let anywhere = || (!long.is_empty()).then(|| of(format!("--{long}"))).flatten();
    option()
        .or_else(anywhere)
        .or_else(|| of(format!("{command} {value}")))
        .or_else(|| of(value.to_owned()))
}

fn nothing(_: &World, _: &str) -> Vec<CompletionCandidate> {
    Vec::new()
}

/// Ids; behind the first, stages before more of them.
fn ids_and_stages(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    behind_ids(world, typed, stages)
}

/// Ids; behind the first, kinds before more of them.
fn ids_and_kinds(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    behind_ids(world, typed, kinds)
}

fn behind_ids(world: &World, typed: &str, list: List) -> Vec<CompletionCandidate> {
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
fn products(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    beginning(typed, world.settings.products.iter().map(|known| (&*known.id, "")))
}

/// Reports, with their contents.
fn reports(world: &World, typed: &str) -> Vec<CompletionCandidate> {
    let about = |about: (&'static str, &'static str)| world.lang.pick(about.0, about.1);
    let known = REPORTS.iter().map(|report| (report.name, about(report.about)));
    let saved = world.settings.reports.iter();
    let saved = saved.map(|saved| (&*saved.id, saved.about.get(world.lang, &saved.report)));
    beginning(typed, known.chain(saved))
}

/// Attributes for `--by`: those of the report that is typed, else all.
fn groups(world: &World, typed: &str) -> Vec<CompletionCandidate> {
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
fn columns(world: &World, typed: &str) -> Vec<CompletionCandidate> {
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
fn formats(_: &World, typed: &str) -> Vec<CompletionCandidate> {
    beginning(typed, Format::names().map(|name| (name, "")))
}

/// Topics of help, and commands.
fn topics(_: &World, typed: &str) -> Vec<CompletionCandidate> {
    use clap::CommandFactory;
    let cli = super::Cli::command();
    let topics = ["stages", "criteria", "query", "format", "exit-codes"];
    let commands = cli.get_subcommands().map(|command| (command.get_name(), ""));
    beginning(typed, topics.into_iter().map(|topic| (topic, "")).chain(commands))
}

/// Words for periods.
fn periods(world: &World, typed: &str) -> Vec<CompletionCandidate> {
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
