//! `docs/commands.md` and its Chinese twin have every command and option, from the texts of `--help`. `CRM_BLESS=1`
//! writes them anew.

use clap::{Arg, ArgAction, Command};
use crm::cli::usage;
use crm::cli::usage::groups::grouped;
use crm::cli::usage::page::usage_of;
use crm::diag::Lang;
use std::path::{Path, PathBuf};

/// The lines around what is made; the rest of a page is written by hand.
const BEGIN: &str = "<!-- made from the texts of --help: tests/it/commands_page.rs -->\n";
const END: &str = "<!-- end -->\n";

/// The pages that say more of a command.
const MORE: [(&str, &str); 36] = [
    ("add", "allocation"),
    ("advance", "method"),
    ("allocate", "allocation"),
    ("audit", "git"),
    ("backtest", "backtest"),
    ("campaign", "marketing"),
    ("cases", "service"),
    ("checklist", "projects"),
    ("claim", "allocation"),
    ("completions", "everyday"),
    ("contact", "customers"),
    ("customers", "customers"),
    ("dashboard", "pages"),
    ("diff", "git"),
    ("doctor", "git"),
    ("export", "import"),
    ("grade", "grading"),
    ("guard", "git"),
    ("handover", "allocation"),
    ("hooks", "git"),
    ("import", "import"),
    ("join", "everyday"),
    ("letters", "marketing"),
    ("list", "queries"),
    ("log", "format"),
    ("merge-file", "git"),
    ("pool", "allocation"),
    ("rebalance", "allocation"),
    ("recycle", "allocation"),
    ("redo", "everyday"),
    ("rename", "everyday"),
    ("report", "reports-practice"),
    ("resolve", "git"),
    ("site", "pages"),
    ("today", "everyday"),
    ("undo", "everyday"),
];

/// The list of all commands, with their options but for those that every command has.
fn reference(lang: Lang) -> String {
    let root = usage::command(lang);
    let names: Vec<&str> = root.get_subcommands().map(Command::get_name).collect();
    let groups = grouped(&names, lang);
    let links = |names: &[&str]| {
        let links = names.iter().map(|name| format!("[`{name}`](#crm-{name})"));
        links.collect::<Vec<_>>().join(lang.pick(", ", "、"))
    };
    let mut text = "\n| | |\n|---|---|\n".to_owned();
    for (title, names) in &groups {
        text += &format!("| {title} | {} |\n", links(names));
    }
    let shared = shared(&root, lang);
    let title = lang.pick("Options of several commands", "几条命令共有的选项");
    text += &format!("\n### {title}\n\n| | |\n|---|---|\n{}", shared.concat());
    for (title, names) in groups {
        text += &format!("\n### {title}\n");
        for command in names.iter().filter_map(|name| root.find_subcommand(name)) {
            text += &section(command, &format!("crm {}", command.get_name()), &shared, lang);
        }
    }
    text
}

/// So many commands have an option that is listed once, before the commands.
const SEVERAL: usize = 5;

/// The rows of the arguments that several commands have, in the order of the commands.
fn shared(root: &Command, lang: Lang) -> Vec<String> {
    fn all(command: &Command, lang: Lang, rows: &mut Vec<String>) {
        rows.extend(own(command).map(|arg| row(arg, lang)));
        command.get_subcommands().for_each(|sub| all(sub, lang, rows));
    }
    let mut rows = Vec::new();
    all(root, lang, &mut rows);
    let count = |row: &String| rows.iter().filter(|other| *other == row).count();
    let mut shared: Vec<String> = Vec::new();
    for row in rows.iter().filter(|row| count(row) >= SEVERAL) {
        if !shared.contains(row) {
            shared.push(row.clone());
        }
    }
    shared
}

/// The title of a page.
fn title(page: &str, ending: &str) -> String {
    let path = docs().join(format!("{page}{ending}"));
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().find_map(|line| line.strip_prefix("# ")).unwrap().to_owned()
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

/// The arguments that are a command's own.
fn own(command: &Command) -> impl Iterator<Item = &Arg> {
    let is_of_clap = |arg: &Arg| {
        matches!(
            arg.get_action(),
            ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
        )
    };
    command
        .get_arguments()
        .filter(move |arg| !arg.is_global_set() && !arg.is_hide_set() && !is_of_clap(arg))
}

/// A command, and the commands below it.
fn section(command: &Command, name: &str, shared: &[String], lang: Lang) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let usage: Vec<String> = usage_of(command, lang).lines().map(|l| l.trim().into()).collect();
    let mut text = format!("\n#### {name}\n\n{}", escaped(&about));
    if let Some((_, page)) = MORE.iter().find(|(known, _)| format!("crm {known}") == name) {
        text += &match lang {
            Lang::Zh => format!("（见[{}]({page}.zh.md)）", title(page, ".zh.md")),
            Lang::En | Lang::Machine => format!(" ([{}]({page}.md))", title(page, ".md")),
        };
    }
    text += &format!("\n\n```text\n{}\n```\n", usage.join("\n"));
    let (several, alone): (Vec<&Arg>, Vec<&Arg>) =
        own(command).partition(|arg| shared.contains(&row(arg, lang)));
    let mut rows: String = alone.into_iter().map(|arg| row(arg, lang)).collect();
    let names = several.into_iter().filter_map(Arg::get_long).map(|long| format!("`--{long}`"));
    let names = names.collect::<Vec<_>>().join(lang.pick(", ", "、"));
    if !names.is_empty() {
        let place = lang.pick("options-of-several-commands", "几条命令共有的选项");
        rows += &format!("| [{}](#{place}) | {names} |\n", lang.pick("and", "另有"));
    }
    if !rows.is_empty() {
        text += &format!("\n| | |\n|---|---|\n{rows}");
    }
    let below = command.get_subcommands().filter(|sub| !sub.is_hide_set());
    text + &below
        .map(|sub| section(sub, &format!("{name} {}", sub.get_name()), shared, lang))
        .collect::<String>()
}

fn row(arg: &Arg, lang: Lang) -> String {
    let short = arg.get_short().filter(|_| arg.get_long().is_some());
    let short = short.map(|short| format!("`-{short}`{}", lang.pick(", ", "、")));
    let mut text = arg.get_help().map(|text| escaped(&text.to_string())).unwrap_or_default();
    for value in arg.get_possible_values().iter().filter(|_| arg.get_action().takes_values()) {
        if let Some(help) = value.get_help() {
            let help = escaped(&help.to_string());
            text += &format!("<br>`{}`{}{help}", value.get_name(), lang.pick(": ", "："));
        }
    }
    let term = arg.to_string().replace('|', "\\|");
    format!("| {}`{term}` | {text} |\n", short.unwrap_or_default())
}

/// A text without what Markdown would take for marks, but for code.
fn escaped(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(at, part)| match at % 2 {
        0 => part.replace('*', "\\*").replace('<', "&lt;").replace('|', "\\|"),
        _ => part.replace('|', "\\|"),
    });
    parts.collect::<Vec<_>>().join("`").replace('\n', " ")
}

#[test]
fn the_pages_have_every_command_and_option() {
    for (page, lang) in [("commands.md", Lang::En), ("commands.zh.md", Lang::Zh)] {
        let path = docs().join(page);
        let text = std::fs::read_to_string(&path).unwrap();
        let (head, rest) = text.split_once(BEGIN).unwrap_or_else(|| panic!("{page}: {BEGIN}"));
        let (old, tail) = rest.split_once(END).unwrap_or_else(|| panic!("{page}: {END}"));
        let new = format!("{}\n", reference(lang));
        if old == new {
            continue;
        }
        assert!(
            std::env::var_os("CRM_BLESS").is_some(),
            "CRM_BLESS=1 cargo test --test it commands_page:: rewrites {page}\n{}",
            similar::TextDiff::from_lines(old, &new).unified_diff()
        );
        std::fs::write(&path, format!("{head}{BEGIN}{new}{END}{tail}")).unwrap();
    }
}

#[test]
fn every_command_that_more_is_said_of_is_there() {
    let root = usage::command(Lang::En);
    let missing = MORE.iter().find(|(name, _)| root.find_subcommand(name).is_none());
    assert_eq!(missing, None);
    assert!(MORE.windows(2).all(|two| two[0].0 < two[1].0));
}
