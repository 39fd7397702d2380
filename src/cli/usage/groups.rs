//! The groups of commands in `crm --help`, and the headings of options.

use crate::cli::args::GROUPS;
use crate::diag::Lang;

/// The headings of options, in English and Chinese.
const HEADINGS: [(&str, &str); 7] = [
    ("Arguments", "参数"),
    ("Options", "选项"),
    ("Commands", "命令"),
    ("Everywhere", "通用选项"),
    ("Evidence", "证据"),
    ("Facts", "资料"),
    ("Money, service, projects and marketing", "金额、服务、项目与营销"),
];

/// A heading in a language; one that is not known stays as it is.
pub fn heading(title: &str, lang: Lang) -> &str {
    match HEADINGS.iter().find(|(en, _)| *en == title) {
        Some((en, zh)) => lang.pick(en, zh),
        None => title,
    }
}

/// The names of commands under the titles of their groups; those without a group come last.
pub fn grouped<'c>(names: &[&'c str], lang: Lang) -> Vec<(&'static str, Vec<&'c str>)> {
    let of = |group: &[&str]| -> Vec<&'c str> {
        let known = group.iter().filter_map(|name| names.iter().find(|known| *known == name));
        known.copied().collect()
    };
    let mut all: Vec<_> =
        GROUPS.iter().map(|group| (lang.pick(group.0, group.1), of(group.2))).collect();
    let is_grouped = |name: &&str| GROUPS.iter().any(|group| group.2.contains(name));
    let rest: Vec<&str> = names.iter().filter(|name| !is_grouped(name)).copied().collect();
    all.push((lang.pick("More", "其他"), rest));
    all.retain(|(_, names)| !names.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::usage::command;
    use crate::cli::usage::localized::is_han;

    #[test]
    fn every_command_is_in_one_group() {
        let command = command(Lang::En);
        let names: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        for name in &names {
            let groups = GROUPS.iter().filter(|group| group.2.contains(name)).count();
            assert_eq!(groups, 1, "{name}");
        }
        for name in GROUPS.iter().flat_map(|group| group.2) {
            assert!(names.contains(name), "there is no command {name}");
        }
    }

    #[test]
    fn every_heading_has_its_chinese() {
        fn of(command: &clap::Command, found: &mut Vec<String>) {
            found.extend(
                command.get_arguments().filter_map(|arg| arg.get_help_heading()).map(Into::into),
            );
            command.get_subcommands().for_each(|sub| of(sub, found));
        }
        let mut found = Vec::new();
        of(&command(Lang::Zh), &mut found);
        assert!(
            found.len() > 100 && found.iter().all(|title| title.chars().any(is_han)),
            "{found:?}"
        );
    }
}
