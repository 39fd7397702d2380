//! A command line whose texts are in one language.
//!
//! Where a command, an argument or a value is declared, its text has two paragraphs: English, then Chinese. A text of
//! several blocks (`after_help`) has each Chinese block, which ends in `。`, behind its English one; a line of
//! it may end in ` / ` and its Chinese: `crm claim zhang   takes it / 领取`.

use super::groups::heading;
use crate::diag::{Lang, placeholder};
use clap::builder::{PossibleValue, PossibleValuesParser, Resettable, StyledStr};
use clap::{Arg, ArgAction, Command};

/// The command with every text in a language, and with the names that clap adds when it is built.
pub fn command(command: Command, lang: Lang) -> Command {
    let mut command = command;
    command.build();
    of_command(command, lang)
}

fn of_command(mut command: Command, lang: Lang) -> Command {
    let about = whole(command.get_about(), command.get_long_about());
    let is_root = command.get_name() == "crm";
    if is_root {
        let short = command.get_about().map(ToString::to_string).unwrap_or_default();
        command = command.about(of_two(&short, lang).to_owned());
        command = command.long_about(blocks(&about, lang));
    } else {
        command = command.about(of_two(&about, lang).to_owned());
        command = command.long_about(Resettable::<StyledStr>::Reset);
    }
    if let Some(end) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(blocks(&end, lang));
    }
    command = command.mut_args(|arg| of_argument(arg, lang));
    command.mut_subcommands(|sub| of_command(sub, lang))
}

fn of_argument(mut arg: Arg, lang: Lang) -> Arg {
    let help = match arg.get_action() {
        ArgAction::Help | ArgAction::HelpShort | ArgAction::HelpLong => {
            lang.pick("Print help", "显示帮助").to_owned()
        }
        ArgAction::Version => lang.pick("Print version", "显示版本").to_owned(),
        _ => of_two(&whole(arg.get_help(), arg.get_long_help()), lang).to_owned(),
    };
    let heading = arg.get_help_heading().map(|title| heading(title, lang).to_owned());
    let values = arg.get_possible_values();
    if values.iter().any(|value| value.get_help().is_some()) {
        let values = values.into_iter().map(|value| of_value(value, lang));
        arg = arg.value_parser(PossibleValuesParser::new(values));
    }
    let names = arg.get_value_names().unwrap_or_default();
    let names: Vec<String> = names.iter().map(|name| placeholder(name, lang).to_owned()).collect();
    if !names.is_empty() {
        arg = arg.value_names(names);
    }
    arg = arg.help(help).long_help(Resettable::<StyledStr>::Reset);
    match heading {
        Some(heading) => arg.help_heading(heading),
        None => arg,
    }
}

fn of_value(value: PossibleValue, lang: Lang) -> PossibleValue {
    match value.get_help().map(ToString::to_string) {
        Some(help) => value.help(of_two(&help, lang).to_owned()),
        None => value,
    }
}

/// A text with all its paragraphs, which clap keeps as the long one.
fn whole(short: Option<&StyledStr>, long: Option<&StyledStr>) -> String {
    long.or(short).map(ToString::to_string).unwrap_or_default()
}

/// The paragraph in a language of a text that has one for each.
pub fn of_two(text: &str, lang: Lang) -> &str {
    match text.split_once("\n\n") {
        Some((en, zh)) => lang.pick(en, zh),
        None => text,
    }
}

/// The blocks in a language of a text whose Chinese blocks follow their English ones; a block without a Chinese one is
/// for both.
pub fn blocks(text: &str, lang: Lang) -> String {
    let all: Vec<&str> = text.split("\n\n").collect();
    let is_chinese = |at: usize| all.get(at).is_some_and(|block| block.ends_with('。'));
    let mut kept = Vec::new();
    for (at, block) in all.iter().enumerate() {
        let stays = match lang {
            Lang::Zh => is_chinese(at) || !is_chinese(at + 1),
            Lang::En | Lang::Machine => !is_chinese(at),
        };
        if stays {
            let lines = block.lines().map(|line| of_line(line, lang));
            kept.push(lines.collect::<Vec<_>>().join("\n"));
        }
    }
    kept.join("\n\n")
}

/// A line in a language: what follows its last ` / ` is its Chinese.
fn of_line(line: &str, lang: Lang) -> String {
    let title = line.strip_suffix(':').and_then(|title| match title {
        "Example" | "Examples" => Some("示例："),
        _ => None,
    });
    if let Some(zh) = title {
        return lang.pick(line, zh).to_owned();
    }
    let Some((en, zh)) = line.rsplit_once(" / ").filter(|(_, zh)| zh.chars().any(is_han)) else {
        return line.to_owned();
    };
    match lang {
        Lang::En | Lang::Machine => en.to_owned(),
        // What precedes the comment, a command or a name, stays with its blanks.
        Lang::Zh => match en.rfind("  ").map(|at| at + 2) {
            Some(at) if !en[..at].trim().is_empty() => format!("{}{zh}", &en[..at]),
            _ => zh.to_owned(),
        },
    }
}

/// Is it a Chinese character?
pub fn is_han(letter: char) -> bool {
    matches!(letter, '\u{4e00}'..='\u{9fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_its_paragraph_and_a_text_of_one_is_for_both() {
        assert_eq!(of_two("Company\n\n公司", Lang::En), "Company");
        assert_eq!(of_two("Company\n\n公司", Lang::Zh), "公司");
        assert_eq!(of_two("Company\n\n公司", Lang::Machine), "Company");
        assert_eq!(of_two("CSV", Lang::Zh), "CSV");
    }

    #[test]
    fn blocks_and_lines_have_their_chinese_behind_them() {
        let text =
            "Examples:\n  crm pool\n  crm claim 王   takes it / 领取\n\nA 王 is one.\n\n王是一个。";
        assert_eq!(
            blocks(text, Lang::En),
            "Examples:\n  crm pool\n  crm claim 王   takes it\n\nA 王 is one."
        );
        assert_eq!(
            blocks(text, Lang::Zh),
            "示例：\n  crm pool\n  crm claim 王   领取\n\n王是一个。"
        );
        assert_eq!(blocks("a / b", Lang::Zh), "a / b");
    }
}
