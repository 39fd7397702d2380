//! A page of help, laid out as clap does, with Chinese words broken where Chinese allows it.

use super::groups::{grouped, heading};
use super::wrap::{width_of, wrap};
use crate::cli::environment::Environment;
use crate::cli::terminal::{colored, columns};
use crate::diag::{Lang, command_in};
use anstyle::{Effects, Style};
use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Command};
use std::io::IsTerminal;

/// The indent of a row.
const INDENT: &str = "  ";
/// The indent of texts that begin below their term, as far as an option's.
const BELOW: usize = 10;

/// How a command's help is laid out.
pub struct Page<'c> {
    /// The command, in one language.
    pub command: &'c Command,
    /// The language of headings.
    pub lang: Lang,
    /// The longer form, of `--help`.
    pub long: bool,
    /// The columns of a line.
    pub width: usize,
    /// With the styles of a terminal.
    pub styled: bool,
}

/// A row: the term with its styles, its width, and the text.
struct Row {
    term: String,
    width: usize,
    text: String,
    values: Vec<PossibleValue>,
}

impl<'c> Page<'c> {
    /// The columns of a line where no terminal says so, and the most there are.
    pub const WIDTH: usize = 100;

    /// A page for a stream; `color` is the choice of `--color`.
    pub fn new(
        command: &'c Command,
        lang: Lang,
        long: bool,
        stream: &impl IsTerminal,
        color: &str,
        env: &Environment,
    ) -> Page<'c> {
        let width = columns(stream, env.columns).unwrap_or(Page::WIDTH).min(Page::WIDTH);
        Page { command, lang, long, width, styled: colored(color, stream, env.no_color) }
    }

    /// The page; `end` is more text for its end.
    pub fn text(&self, end: &str) -> String {
        let mut parts = Vec::new();
        let about = self.command.get_long_about().filter(|_| self.long);
        if let Some(about) = about.or(self.command.get_about()) {
            parts.push(self.flowing(&about.to_string()));
        }
        parts.push(self.usage());
        parts.extend(self.commands());
        let (positional, options): (Vec<&Arg>, Vec<&Arg>) =
            shown(self.command).partition(|arg| arg.is_positional());
        parts.extend(self.section(heading("Arguments", self.lang), &positional));
        let mut titles: Vec<Option<&str>> = vec![None];
        for title in options.iter().map(|arg| arg.get_help_heading()) {
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
        for title in titles {
            let of = options.iter().filter(|arg| arg.get_help_heading() == title);
            let mut of: Vec<&Arg> = of.copied().collect();
            of.sort_by_key(|arg| is_of_clap(arg));
            parts.extend(self.section(title.unwrap_or(heading("Options", self.lang)), &of));
        }
        if let Some(after) = self.command.get_after_help() {
            parts.push(self.flowing(&after.to_string()));
        }
        if !end.is_empty() {
            parts.push(end.trim_end().to_owned());
        }
        parts.join("\n\n") + "\n"
    }

    fn flowing(&self, text: &str) -> String {
        wrap(text.trim_end(), self.width).join("\n")
    }

    fn title(&self, title: &str) -> String {
        let colon = self.lang.pick(":", "：");
        self.style(
            Style::new().effects(Effects::BOLD | Effects::UNDERLINE),
            &format!("{title}{colon}"),
        )
    }

    fn style(&self, style: Style, text: &str) -> String {
        if self.styled { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    fn literal(&self, text: &str) -> String {
        self.style(Style::new().effects(Effects::BOLD), text)
    }

    /// How the command is typed.
    fn usage(&self) -> String {
        let usage = usage_of(self.command, self.lang);
        let title = self.title(self.lang.pick("Usage", "用法"));
        let blank = self.lang.pick(" ", "");
        let indent = " ".repeat(width_of(self.lang.pick("Usage: ", "用法：")));
        let lines: Vec<&str> = usage.lines().map(str::trim).collect();
        format!("{title}{blank}{}", lines.join(&format!("\n{indent}")))
    }

    /// The commands below this one, in their groups.
    fn commands(&self) -> Vec<String> {
        let subs: Vec<&Command> =
            self.command.get_subcommands().filter(|sub| !sub.is_hide_set()).collect();
        let row = |sub: &&Command| Row {
            term: self.literal(sub.get_name()),
            width: width_of(sub.get_name()),
            text: sub.get_about().map(ToString::to_string).unwrap_or_default(),
            values: Vec::new(),
        };
        let width = subs.iter().map(|sub| sub.get_name().len()).max().unwrap_or_default();
        if self.command.get_name() != "crm" {
            let rows: Vec<Row> = subs.iter().map(row).collect();
            return self.table(heading("Commands", self.lang), &rows, width).into_iter().collect();
        }
        let names: Vec<&str> = subs.iter().map(|sub| sub.get_name()).collect();
        let groups = grouped(&names, self.lang).into_iter().filter_map(|(title, names)| {
            let of =
                names.iter().filter_map(|name| subs.iter().find(|sub| sub.get_name() == *name));
            self.table(title, &of.map(row).collect::<Vec<_>>(), width)
        });
        groups.collect()
    }

    fn section(&self, title: &str, args: &[&Arg]) -> Option<String> {
        let rows: Vec<Row> = args.iter().map(|arg| self.row(arg)).collect();
        let width = rows.iter().map(|row| row.width).max().unwrap_or_default();
        self.table(title, &rows, width)
    }

    fn row(&self, arg: &Arg) -> Row {
        let name = plain(arg);
        let term = match (arg.get_short(), arg.is_positional()) {
            (_, true) => name,
            (Some(short), false) => format!("-{short}, {name}"),
            (None, false) => format!("    {name}"),
        };
        let mut text = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let values = arg.get_possible_values();
        let explained = self.long && values.iter().any(|value| value.get_help().is_some());
        for more in self.told(arg, explained) {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&more);
        }
        let values = if explained { values } else { Vec::new() };
        let styled = match term.find(" <") {
            Some(at) if !arg.is_positional() => {
                format!("{}{}", self.literal(&term[..at]), &term[at..])
            }
            _ if arg.is_positional() => term.clone(),
            _ => self.literal(&term),
        };
        Row { width: width_of(&term), term: styled, text, values }
    }

    /// What an argument is without being stated, and the values that it knows, unless they are listed below it.
    fn told(&self, arg: &Arg, explained: bool) -> Vec<String> {
        let mut told = Vec::new();
        let defaults = arg.get_default_values();
        if arg.get_action().takes_values()
            && !arg.is_hide_default_value_set()
            && !defaults.is_empty()
        {
            let values: Vec<_> = defaults.iter().map(|value| value.to_string_lossy()).collect();
            let values = values.join(" ");
            told.push(match self.lang {
                Lang::Zh => format!("[默认：{values}]"),
                Lang::En | Lang::Machine => format!("[default: {values}]"),
            });
        }
        let values = arg.get_possible_values();
        if arg.get_action().takes_values() && !explained && !values.is_empty() {
            let values: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
            let values = values.join(self.lang.pick(", ", "、"));
            told.push(match self.lang {
                Lang::Zh => format!("[可选：{values}]"),
                Lang::En | Lang::Machine => format!("[possible values: {values}]"),
            });
        }
        told
    }

    /// A titled table of terms, the widest of which is `width`, and their texts; none without rows. Where terms leave
    /// too little room, a text that does not fit beside its term begins below it.
    fn table(&self, title: &str, rows: &[Row], width: usize) -> Option<String> {
        if rows.is_empty() {
            return None;
        }
        let beside = INDENT.len() + width + 2;
        let is_narrow = beside * 5 > self.width * 2;
        let is_below =
            |row: &Row| is_narrow && width_of(&row.text) > self.width.saturating_sub(beside);
        let below = rows.iter().any(is_below);
        let mut lines = vec![self.title(title)];
        for row in rows {
            let at = if below { BELOW } else { beside };
            let text = wrap(&row.text, self.width.saturating_sub(at));
            let indent = " ".repeat(at);
            if below || row.text.is_empty() {
                lines.push(format!("{INDENT}{}", row.term));
                lines.extend(
                    text.iter()
                        .filter(|line| !line.is_empty())
                        .map(|line| format!("{indent}{line}")),
                );
            } else {
                let gap = " ".repeat(beside - INDENT.len() - row.width);
                let (first, rest) = text.split_first().map_or(("", &[][..]), |(f, r)| (f, r));
                lines.push(format!("{INDENT}{}{gap}{first}", row.term));
                lines.extend(rest.iter().map(|line| format!("{indent}{line}")));
            }
            lines.extend(self.values(&row.values, at));
        }
        Some(lines.join("\n"))
    }

    /// The values of an argument with their meaning, below it.
    fn values(&self, values: &[PossibleValue], at: usize) -> Vec<String> {
        let widest = values.iter().map(|value| value.get_name().len()).max().unwrap_or_default();
        let row = |value: &PossibleValue| {
            let name = value.get_name();
            let gap = " ".repeat(widest - name.len() + 2);
            let text = value.get_help().map(ToString::to_string).unwrap_or_default();
            let begin = at + INDENT.len() + widest + 2;
            let text = wrap(&text, self.width.saturating_sub(begin))
                .join(&format!("\n{}", " ".repeat(begin)));
            format!("{}{INDENT}{}{gap}{text}", " ".repeat(at), self.literal(name))
        };
        values.iter().map(row).collect()
    }
}

/// The arguments that help shows.
fn shown(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !arg.is_hide_set())
}

/// Is it one of the options that clap adds? They come last.
fn is_of_clap(arg: &Arg) -> bool {
    let action = arg.get_action();
    matches!(
        action,
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong | ArgAction::Version
    )
}

/// An argument as it is typed, without styles: `--from <DATE>`, `<ID>`, `[QUERY]...`.
pub fn plain(arg: &Arg) -> String {
    arg.to_string()
}

/// How a command is typed, in a language: `crm list [OPTIONS] [QUERY]...`.
pub fn usage_of(command: &Command, lang: Lang) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage).to_owned();
    command_in(&usage, lang)
}
