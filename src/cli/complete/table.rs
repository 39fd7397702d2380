//! Which completer an argument has: one table.

use super::{World, ids, query, values};
use clap_complete::engine::CompletionCandidate;

/// Lists the values that begin as typed.
pub type List = fn(&World, &str) -> Vec<CompletionCandidate>;

/// What is completed how: the name of a value; before it, a command that differs, or an option.
const COMPLETERS: &[(&str, List)] = &[
    ("NEW", values::nothing),
    ("add --from", ids::all),
    ("add --parent", ids::customers),
    ("--pipeline", values::boards),
    ("--table", values::nothing),
    ("report NAME", values::reports),
    ("report --by", values::groups),
    ("letters --channel", values::kinds),
    ("import KIND", values::nothing),
    ("ID", ids::all),
    ("KEEP", ids::all),
    ("OTHER", ids::all),
    ("ID STAGE", values::ids_and_stages),
    ("ID KIND", values::ids_and_kinds),
    ("ID KEY=VALUE", ids::all),
    ("STAGE", values::stages),
    ("KIND", values::kinds),
    ("REP", values::reps),
    ("FIELD", values::groups),
    ("COLUMNS", values::columns),
    ("CRITERIA", values::criteria),
    ("CAMPAIGN", values::campaigns),
    ("PRODUCT", values::products),
    ("QUERY", query::words),
    ("FORMAT", values::formats),
    ("TOPIC", values::topics),
    ("PERIOD", values::periods),
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

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{Command, CommandFactory};

    /// The names of the values of a command and of those below it.
    fn names(command: &Command, top: &str, all: &mut Vec<String>) {
        for arg in command.get_arguments() {
            let value = arg.get_value_names().unwrap_or_default().join(" ");
            let long = arg.get_long().unwrap_or_default();
            all.extend([format!("{top} --{long}"), format!("--{long}")]);
            all.extend([format!("{top} {value}"), value]);
        }
        for below in command.get_subcommands() {
            names(below, if top.is_empty() { below.get_name() } else { top }, all);
        }
    }

    #[test]
    fn every_row_is_for_an_argument_that_there_is() {
        let mut all = Vec::new();
        names(&crate::cli::args::Cli::command(), "", &mut all);
        for (name, _) in COMPLETERS {
            assert!(all.iter().any(|known| known == name), "{name}");
        }
    }

    #[test]
    fn the_most_special_row_counts() {
        let is = |found: Option<List>, list: List| {
            found.is_some_and(|found| std::ptr::fn_addr_eq(found, list))
        };
        assert!(is(of("show", "", "ID"), ids::all));
        assert!(is(of("add", "parent", "ID"), ids::customers));
        assert!(is(of("add", "id", "NEW"), values::nothing));
        assert!(is(of("list", "table", "TABLE"), values::nothing));
        assert!(is(of("report", "by", "FIELD"), values::groups));
        assert!(is(of("log", "by", "REP"), values::reps));
        assert!(of("log", "note", "TEXT").is_none());
    }
}
