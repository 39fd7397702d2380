//! A command line that clap cannot understand, as a [`Diagnostic`] in both languages.

use super::page::usage_of;
use crate::diag::{Code, Diagnostic, Lang, Words, command_in, listed, nearest};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};
use std::error::Error;
use std::num::{IntErrorKind, ParseFloatError, ParseIntError};

/// The finding behind an error of clap in the line of `command`; `root` has the names of every command.
pub fn diagnostic(error: &clap::Error, command: &Command, root: &Command) -> Diagnostic {
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let found = Refusal { error, command, root }.told();
    let en = usage_of(command, Lang::En).replace('\n', " |");
    let zh = usage_of(command, Lang::Zh).replace('\n', " |");
    let (en, zh) = (one_space(&en), one_space(&zh));
    found
        .help(words!("usage: {en}", "用法：{zh}"))
        .help(words!("`{name} --help` explains its options", "`{name} --help` 说明各个选项"))
}

fn one_space(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Refusal<'e> {
    error: &'e clap::Error,
    command: &'e Command,
    root: &'e Command,
}

impl Refusal<'_> {
    fn told(&self) -> Diagnostic {
        let arg = self.text(ContextKind::InvalidArg);
        // An option is named without its value: `--lang` is `--lang`.
        let arg = match arg.split_once(' ') {
            Some((option, _)) if arg.starts_with('-') => option.to_owned(),
            _ => arg,
        };
        match self.error.kind() {
            ErrorKind::UnknownArgument => self.unknown(&arg),
            ErrorKind::InvalidValue | ErrorKind::ValueValidation => self.value(&arg),
            ErrorKind::MissingRequiredArgument => {
                let missing = self.texts(ContextKind::InvalidArg).join(" ");
                let zh = command_in(&missing, Lang::Zh);
                bad(words!("{missing} is missing", "缺少 {zh}"))
            }
            ErrorKind::ArgumentConflict => self.conflict(&arg),
            ErrorKind::InvalidSubcommand | ErrorKind::MissingSubcommand => self.subcommand(),
            ErrorKind::NoEquals => bad(words!(
                "the value of `{arg}` follows an equals sign",
                "`{arg}` 的值要写在等号之后"
            )),
            ErrorKind::TooManyValues => {
                let value = self.text(ContextKind::InvalidValue);
                bad(words!(
                    "`{arg}` takes no more values, but `{value}` follows",
                    "`{arg}` 不能再接值，多出了 `{value}`"
                ))
            }
            ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
                let least = self
                    .number(ContextKind::MinValues)
                    .or(self.number(ContextKind::ExpectedNumValues))
                    .unwrap_or(1);
                let given = self.number(ContextKind::ActualNumValues).unwrap_or(0);
                bad(words!(
                    "`{arg}` takes {least} values, and {given} were given",
                    "`{arg}` 需要 {least} 个值，现有 {given} 个"
                ))
            }
            ErrorKind::InvalidUtf8 => {
                bad(words!("an argument is not UTF-8 text", "有一个参数不是 UTF-8 文本"))
            }
            _ => bad(words!("the command line cannot be understood", "无法理解这条命令")),
        }
    }

    /// An option, or one word more, that the command does not know.
    fn unknown(&self, typed: &str) -> Diagnostic {
        let name = self.command.get_bin_name().unwrap_or(self.command.get_name());
        if !typed.starts_with('-') {
            let found =
                bad(words!("`{name}` takes no `{typed}` here", "`{name}` 在此不接受 `{typed}`"));
            let subs: Vec<&str> = subcommands(self.command).collect();
            return found.nearest(typed, subs);
        }
        let found = bad(words!("`{name}` has no option `{typed}`", "`{name}` 没有选项 `{typed}`"));
        let of_program = |arg: &&Arg| arg.get_long() == typed.strip_prefix("--");
        if options(self.root).filter(|arg| !arg.is_global_set()).any(|arg| of_program(&arg)) {
            return found.help(words!(
                "write it before the command: crm {typed} …",
                "请写在命令之前：crm {typed} …"
            ));
        }
        let nearest = nearest_option(typed, self.command);
        match nearest.or_else(|| nearest_option(typed, self.root)) {
            Some(option) => found.help(words!("did you mean `{option}`?", "是否指 `{option}`？")),
            // After the subcommand, or only in another command: the option may be right, its place wrong.
            None => match self.of_other_command(typed) {
                Some(other) => {
                    found.help(words!("`{other}` has that option", "该选项属于 `{other}`"))
                }
                None => self.with_options(found),
            },
        }
    }

    /// With the command's own options, if they are few.
    fn with_options(&self, found: Diagnostic) -> Diagnostic {
        let own = options(self.command).filter(|arg| !arg.is_global_set());
        let own: Vec<&str> = own.filter_map(Arg::get_long).filter(|long| *long != "help").collect();
        let all = listed(own.iter().map(|long| format!("--{long}")));
        if own.is_empty() || own.len() > 12 {
            return found;
        }
        found.help(words!("its options: {all}", "它的选项：{all:#}"))
    }

    /// A command below this one that has an option.
    fn of_other_command(&self, typed: &str) -> Option<String> {
        let long = typed.strip_prefix("--")?;
        let has = |sub: &&Command| options(sub).any(|arg| arg.get_long() == Some(long));
        let below = self.command.get_subcommands();
        let sub = below.chain(self.root.get_subcommands()).find(has)?;
        sub.get_bin_name().map(str::to_owned)
    }

    /// A value that an argument does not know.
    fn value(&self, arg: &str) -> Diagnostic {
        let value = self.text(ContextKind::InvalidValue);
        let valid = self.texts(ContextKind::ValidValue);
        if value.is_empty() && self.error.kind() == ErrorKind::InvalidValue {
            let found = bad(words!("`{arg}` needs a value", "`{arg}` 需要一个值"));
            return match valid.is_empty() {
                true => found,
                false => found.help(one_of(&valid)),
            };
        }
        let why = self.error.source().map(reason).unwrap_or_default();
        if value.trim().is_empty() {
            return bad(words!("`{arg}` is empty", "`{arg}` 是空的"))
                .help(words!("give it a value", "请写上值"));
        }
        let found = bad(Words::both(
            format!("`{arg}`: `{value}` {}", or(&why, Lang::En, "is none of its values")),
            format!("`{arg}`：`{value}` {}", or(&why, Lang::Zh, "不是它的值")),
        ));
        let near = nearest(&value, valid.iter().map(String::as_str)).map(str::to_owned);
        match near {
            Some(near) => found.help(words!("did you mean `{near}`?", "是否指 `{near}`？")),
            None if valid.is_empty() => found,
            None => found.help(one_of(&valid)),
        }
    }

    fn conflict(&self, arg: &str) -> Diagnostic {
        let sub = self.text(ContextKind::InvalidSubcommand);
        let arg = if arg.is_empty() { &*sub } else { arg };
        let others = self.texts(ContextKind::PriorArg);
        let is_arg = |other: &String| other.split(' ').next() == Some(arg);
        if others.iter().all(is_arg) {
            return bad(words!("`{arg}` is given twice", "`{arg}` 写了两次"))
                .help(words!("give it once", "只写一次即可"));
        }
        let others = listed(others.iter().map(|other| format!("`{other}`")));
        bad(words!("`{arg}` cannot be used with {others}", "`{arg}` 不能与 {others:#} 同时使用"))
            .help(words!("leave one of them out", "请去掉其中一个"))
    }

    fn subcommand(&self) -> Diagnostic {
        let typed = self.text(ContextKind::InvalidSubcommand);
        let name = self.command.get_bin_name().unwrap_or(self.command.get_name());
        let subs: Vec<&str> = subcommands(self.command).collect();
        if self.error.kind() == ErrorKind::MissingSubcommand {
            let all = listed(subs);
            return bad(words!("`{name}` needs a command", "`{name}` 之后需要一个命令"))
                .help(words!("valid: {all}", "可用：{all:#}"));
        }
        bad(words!("`{name}` has no command `{typed}`", "`{name}` 没有命令 `{typed}`"))
            .nearest(&typed, subs)
    }

    fn text(&self, kind: ContextKind) -> String {
        self.texts(kind).into_iter().next().unwrap_or_default()
    }

    fn texts(&self, kind: ContextKind) -> Vec<String> {
        match self.error.get(kind) {
            Some(ContextValue::String(text)) => vec![text.clone()],
            Some(ContextValue::Strings(all)) => all.clone(),
            Some(ContextValue::StyledStr(text)) => vec![text.to_string()],
            Some(ContextValue::StyledStrs(all)) => all.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    }

    fn number(&self, kind: ContextKind) -> Option<isize> {
        match self.error.get(kind) {
            Some(ContextValue::Number(n)) => Some(*n),
            _ => None,
        }
    }
}

fn bad(message: Words) -> Diagnostic {
    Diagnostic::new(Code::BadArgument, message)
}

fn or(why: &Words, lang: Lang, usual: &str) -> String {
    if why.is_empty() { usual.to_owned() } else { why.get(lang).to_owned() }
}

fn one_of(valid: &[String]) -> Words {
    let valid = listed(valid);
    words!("one of: {valid}", "可选：{valid:#}")
}

/// The reason why a text is no value: behind the value in a sentence.
fn reason(error: &(dyn Error + 'static)) -> Words {
    if let Some(error) = error.downcast_ref::<ParseIntError>() {
        return match error.kind() {
            IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => {
                words!("is too large a number", "超出了数的范围")
            }
            _ => words!("is no whole number", "不是整数"),
        };
    }
    if error.is::<ParseFloatError>() {
        return words!("is no number", "不是数");
    }
    let text = error.to_string();
    // The words of clap's own ranges: `11 is not in 0..=10`.
    if let Some((_, range)) = text.split_once(" is not in ") {
        return words!("is not within {range}", "不在 {range} 之内");
    }
    if text.is_empty() || text.contains("cannot be empty") || text.contains("must not be empty") {
        return words!("is empty", "是空的");
    }
    match error.source() {
        Some(inner) => reason(inner),
        None if text.contains("digit") || text.contains("integer") => {
            words!("is no whole number", "不是整数")
        }
        None => Words::default(),
    }
}

/// The options that a reader of help sees.
fn options(command: &Command) -> impl Iterator<Item = &Arg> {
    command.get_arguments().filter(|arg| !arg.is_positional() && !arg.is_hide_set())
}

/// The names of the commands below one.
fn subcommands(command: &Command) -> impl Iterator<Item = &str> {
    command.get_subcommands().filter(|sub| !sub.is_hide_set()).map(Command::get_name)
}

/// The option of a command that a mistyped one was meant to be: one of as many letters that looks like it, else the
/// shortest that begins with what is typed, else the one that looks most alike.
fn nearest_option(typed: &str, command: &Command) -> Option<String> {
    let name = typed.split('=').next().unwrap_or(typed);
    let name = name.trim_start_matches('-').to_lowercase();
    let longs: Vec<&str> = options(command).filter_map(Arg::get_long).collect();
    if name.chars().count() < 2 {
        return None;
    }
    let near = nearest(&name, longs.iter().copied());
    let same_letters = near.filter(|near| near.len() == name.len());
    let begun = longs.iter().filter(|long| long.starts_with(&*name)).min_by_key(|long| long.len());
    let found = same_letters.or(begun.copied()).or(near).or_else(|| {
        // `--from-day`: a whole option and more.
        let within = longs.iter().filter(|long| long.len() > 3 && name.starts_with(**long));
        within.max_by_key(|long| long.len()).copied()
    });
    found.map(|long| format!("--{long}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Cli;
    use crate::cli::usage::language::command_of;
    use clap::Parser;
    use std::ffi::OsString;

    fn told(line: &str) -> Diagnostic {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let error = Cli::try_parse_from(&words).unwrap_err();
        let root = crate::cli::usage::command(Lang::En);
        diagnostic(&error, command_of(&root, &words), &root)
    }

    #[test]
    fn a_mistyped_option_names_the_nearest_of_its_command() {
        for (line, message, help) in [
            (
                "crm report sheet --fro 2009-12",
                "`crm report` has no option `--fro`",
                "did you mean `--from`?",
            ),
            ("crm add X --frm zhang", "`crm add` has no option `--frm`", "did you mean `--from`?"),
            (
                "crm list --colums id",
                "`crm list` has no option `--colums`",
                "did you mean `--columns`?",
            ),
            ("crm list --Sort id", "`crm list` has no option `--Sort`", "did you mean `--sort`?"),
            ("crm --legder x list", "`crm` has no option `--legder`", "did you mean `--ledger`?"),
            (
                "crm hooks install --sever x",
                "`crm hooks install` has no option `--sever`",
                "did you mean `--server`?",
            ),
        ] {
            let told = told(line);
            assert_eq!((told.message.en(), told.help[0].en()), (message, help), "{line}");
            assert_eq!(told.exit, crate::diag::Exit::Usage);
        }
    }

    #[test]
    fn what_is_wrong_is_told_in_both_languages() {
        for (line, en, zh) in [
            ("crm lose", "<ID>... is missing", "缺少 <编号>..."),
            (
                "crm list --lang fr",
                "`--lang`: `fr` is none of its values",
                "`--lang`：`fr` 不是它的值",
            ),
            (
                "crm tally li --dials x",
                "`--dials`: `x` is no whole number",
                "`--dials`：`x` 不是整数",
            ),
            (
                "crm tally li --dials 10001",
                "`--dials`: `10001` is not within 0..=10000",
                "`--dials`：`10001` 不在 0..=10000 之内",
            ),
            ("crm list --as-of", "`--as-of` needs a value", "`--as-of` 需要一个值"),
            (
                "crm list --sort a --sort b --lang en --lang en",
                "`--lang` is given twice",
                "`--lang` 写了两次",
            ),
            (
                "crm hooks instal",
                "`crm hooks` has no command `instal`",
                "`crm hooks` 没有命令 `instal`",
            ),
        ] {
            let told = told(line);
            assert_eq!((told.message.en(), told.message.zh()), (en, zh), "{line}");
        }
    }
}
