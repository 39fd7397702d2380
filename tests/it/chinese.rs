//! Chinese to the last word: help, topics, titles, codes, and what commands print have no English prose.

use crate::common::{Sandbox, run};
use crate::layers::sources;
use clap::{Arg, Command, CommandFactory};
use crm::cli::args::Cli;
use crm::cli::commands::help::topics;
use crm::diag::{Code, Lang, placeholder};
use crm::report::REPORTS;

fn is_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// The commands of a tree, each with the words that name it.
fn all_commands(command: &Command, path: &[String], found: &mut Vec<(Vec<String>, Command)>) {
    found.push((path.to_vec(), command.clone()));
    for sub in command.get_subcommands() {
        let below = [path, &[sub.get_name().to_owned()]].concat();
        all_commands(sub, &below, found);
    }
}

pub fn every_command() -> Vec<(Vec<String>, Command)> {
    let mut command = Cli::command();
    command.build();
    let mut found = Vec::new();
    all_commands(&command, &[], &mut found);
    found
}

/// Three English words in a row, beside what is quoted: prose. Ids, options, names of values and command lines are
/// none; of a command line only the remark behind it counts.
fn prose(line: &str) -> Option<String> {
    let line = line.trim_start();
    let is_command = ["git ", "EDITOR=", "$ "].iter().any(|begin| line.starts_with(begin));
    let line = match is_command {
        true => line.split_once("  ").map_or("", |(_, remark)| remark),
        false => line,
    };
    // A command line of ours ends at two blanks, or where Chinese goes on.
    let parts = line.split("crm ").enumerate().map(|(number, part)| match number {
        0 => part,
        _ => part.find(|c: char| !c.is_ascii()).map_or("", |at| &part[at..]),
    });
    let remark = line.split_once("  ").filter(|(command, _)| command.starts_with("crm "));
    let line = match remark {
        Some((_, remark)) => remark.to_owned(),
        None => parts.collect::<Vec<_>>().join(" "),
    };
    let mut plain = String::new();
    let mut quote = None;
    for c in line.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => {}
            None if c == '`' || c == '"' => quote = Some(c),
            None => plain.push(c),
        }
    }
    let is_word = |word: &str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase());
    let words: Vec<&str> = plain.split(' ').collect();
    words
        .windows(3)
        .find(|three| three.iter().all(|word| is_word(word)))
        .map(|three| three.join(" "))
}

#[test]
fn prose_is_found() {
    for (line, found) in [
        ("  crm list is:open and owner he", false),
        ("  crm pool   what nobody has yet", true),
        ("`a b c d` 是", false),
        ("Who sells what is not told", true),
        ("可用：list、show", false),
        ("可用：list, show, report, due", false),
        ("查看：crm list is open now", false),
    ] {
        assert_eq!(prose(line).is_some(), found, "{line}");
    }
}

/// The texts of the command line have two paragraphs, English and Chinese.
#[test]
fn every_text_of_the_command_line_has_its_chinese() {
    let mut wrong = Vec::new();
    let mut check = |place: String, text: Option<String>| {
        let text = text.unwrap_or_default();
        let paragraphs: Vec<&str> = text.split("\n\n").collect();
        let is_whole = matches!(paragraphs[..], [en, zh] if is_chinese(zh) && !en.is_empty());
        if !is_whole {
            wrong.push(format!("{place}: {text}"));
        }
    };
    for (path, command) in every_command() {
        let name = path.join(" ");
        let text = command.get_long_about().or(command.get_about()).map(ToString::to_string);
        if !path.is_empty() {
            check(name.clone(), text);
        }
        for arg in command.get_arguments() {
            let id = arg.get_id().as_str();
            if id == "help" || id == "version" {
                continue;
            }
            let text = arg.get_long_help().or(arg.get_help()).map(ToString::to_string);
            check(format!("{name} {id}"), text);
            for value in arg.get_possible_values() {
                if let Some(help) = value.get_help() {
                    check(format!("{name} {id} {}", value.get_name()), Some(help.to_string()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn help_has_no_english_prose() {
    let sandbox = Sandbox::empty();
    let mut wrong = Vec::new();
    let mut check = |what: &str, page: &str| {
        assert!(is_chinese(page), "{what}");
        let found = page.lines().filter_map(|line| Some((line, prose(line)?)));
        wrong.extend(found.map(|(line, prose)| format!("{what}: {prose}: {line}")));
    };
    for (path, _) in every_command() {
        for option in ["-h", "--help"] {
            let mut command = sandbox.command();
            command.env("CRM_LANG", "zh").args(&path).arg(option);
            check(&path.join(" "), &run(&mut command).ok());
        }
    }
    for topic in topics() {
        let mut command = sandbox.command();
        check(topic, &run(command.env("CRM_LANG", "zh").args(["help", topic])).ok());
    }
    let mut command = sandbox.command();
    run(command.env("CRM_LANG", "zh").args(["man", "pages"])).ok();
    check("man", &sandbox.read("pages/crm-advance.1").replace("\\-", "-"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(sandbox.read("pages/crm.1").contains(".SH 名称"));
}

#[test]
fn help_in_english_has_no_chinese_paragraph() {
    let sandbox = Sandbox::empty();
    for (path, _) in every_command() {
        let mut command = sandbox.command();
        let page = run(command.args(&path).arg("--help")).ok();
        let wrong = page.lines().find(|line| line.contains(['。', '：', '；']));
        assert_eq!(wrong, None, "{path:?}");
    }
}

#[test]
fn codes_and_reports_have_their_chinese() {
    for code in Code::ALL {
        assert!(is_chinese(code.about(Lang::Zh)), "{code:?}");
    }
    for report in REPORTS {
        assert!(is_chinese(report.about.1), "{}", report.name);
    }
}

/// The literals of a source, comments and tests left out: line, whole text.
fn literals(source: &str) -> Vec<(usize, String)> {
    let source = source.split("#[cfg(test)]").next().unwrap_or_default();
    let bytes: Vec<char> = source.chars().collect();
    let (mut at, mut line, mut found) = (0, 1, Vec::new());
    while at < bytes.len() {
        match bytes[at] {
            '\n' => line += 1,
            '/' if bytes.get(at + 1) == Some(&'/') => {
                while at < bytes.len() && bytes[at] != '\n' {
                    at += 1;
                }
                continue;
            }
            '\'' if bytes.get(at + 2) == Some(&'\'') => at += 2,
            '\'' if bytes.get(at + 1) == Some(&'\\') && bytes.get(at + 3) == Some(&'\'') => at += 3,
            '"' => {
                let (begin, mut text) = (line, String::new());
                at += 1;
                while at < bytes.len() && bytes[at] != '"' {
                    if bytes[at] == '\\' {
                        at += 1;
                    }
                    line += usize::from(bytes[at] == '\n');
                    text.push(bytes[at]);
                    at += 1;
                }
                found.push((begin, text));
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// A literal of English prose in the floors that talk to people has a Chinese one near it: the one beside it in
/// `words!`, `pick` or a table, or that of the other arm of a match.
#[test]
fn english_prose_of_the_program_has_chinese_beside_it() {
    // The stricter rule of `words::each_text_has_its_chinese` looks at each `words!`.
    let (before, behind) = (4, 8);
    let talks = |file: &str| {
        !["src/git/", "src/stats/", "src/render/", "src/cli/commands/schema"]
            .iter()
            .any(|floor| file.starts_with(floor))
    };
    let (mut seen, mut wrong) = (0, Vec::new());
    for (file, text) in
        sources().iter().filter(|(file, _)| talks(file) && !file.ends_with("tests.rs"))
    {
        let all = literals(text);
        for (at, (line, literal)) in all.iter().enumerate() {
            let plain: String = literal.split(['{', '}']).step_by(2).collect::<Vec<_>>().join("x");
            let at_line = text.lines().nth(line - 1).unwrap_or_default();
            let attribute = at_line.contains("reason = \"");
            // Help is read by the tests above.
            let is_help = literal.starts_with("Example") || at_line.contains("help_heading");
            if is_chinese(literal) || attribute || is_help || prose(&plain).is_none() {
                continue;
            }
            seen += 1;
            let near = &all[at.saturating_sub(before)..all.len().min(at + behind)];
            if !near.iter().any(|(_, text)| is_chinese(text)) {
                wrong.push(format!("{file}:{line}: {literal}"));
            }
        }
    }
    assert!(seen > 500, "only {seen} texts were found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The names of values in commands are Chinese in Chinese: `--close-by 日期`, in help and in hints.
#[test]
fn the_names_of_values_are_chinese_in_chinese() {
    let is_known = |name: &str| placeholder(name, Lang::Zh) != name;
    let mut wrong = Vec::new();
    for (path, command) in every_command() {
        let typed = |arg: &&Arg| arg.get_action().takes_values() && !arg.is_hide_set();
        let values = command.get_arguments().filter(typed);
        let names = values.flat_map(|arg| arg.get_value_names().unwrap_or(&[]));
        // `N` and `A..B` say the same in both languages, and so does `SHELL`.
        let parts = |name: &str| name.split(|c: char| !c.is_ascii_uppercase()).any(|w| w.len() > 1);
        let missing = names.filter(|name| parts(name) && !is_known(name) && *name != "SHELL");
        wrong.extend(missing.map(|name| format!("crm {}: {name}", path.join(" "))));
    }
    for (file, text) in sources().iter().filter(|(file, _)| !file.ends_with("tests.rs")) {
        for (line, literal) in literals(text) {
            let behind = |line| match str::rsplit_once(line, " / ") {
                Some((_, zh)) if is_chinese(zh) => zh,
                _ => line,
            };
            let lines = literal.lines().filter(|line| is_chinese(line)).map(behind);
            let is_part = |c: char| c.is_ascii_alphanumeric() || "-_./*{}".contains(c);
            let mut words = lines.flat_map(|line| line.split(|c| !is_part(c)));
            // The variable of the shell is not a value of a command.
            let english = words.find(|word| is_known(word) && *word != "PATH");
            wrong.extend(english.map(|word| format!("{file}:{line}: {word} in {literal}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Usage, hints and what is missing have Chinese names of values too.
#[test]
fn hints_have_chinese_names_of_values() {
    let sandbox = Sandbox::ledger();
    sandbox.crm("add 张三 --id z --date 2009-12-01").done();
    for (line, status, hint) in [
        ("advance z 50", 1, "--close-by 日期"),
        ("hold z", 2, "缺少 --until <日期> --reason <文字>"),
        ("hold z", 2, "用法：crm hold [选项] --until <日期> --reason <文字> [编号]..."),
        ("win", 2, "请用：crm close 编号"),
    ] {
        let mut command = sandbox.command();
        let said = run(command.env("CRM_LANG", "zh").args(line.split(' ')));
        assert!(said.status == status && said.stderr.contains(hint), "{line}: {}", said.stderr);
    }
}

/// Formats for programs are one in every language: headers, ids, words and advice.
#[test]
fn formats_for_machines_do_not_follow_the_language() {
    let sandbox = Sandbox::copy_of("examples/team");
    let reports = REPORTS.iter().map(|report| format!("report {}", report.name));
    let others = [
        "show becker anna-schmidt",
        "list",
        "customers",
        "classify",
        "grade",
        "grade becker --why",
        "due --all",
        "pool",
        "sweep",
        "recycle",
        "cases --all",
        "check",
        "check --list",
        "search chen",
        "contact becker",
        "what-if",
        "report",
        "allocate",
        "rebalance",
    ];
    let lines = reports.chain(others.map(str::to_owned));
    for line in lines {
        for format in ["json", "csv"] {
            let of = |lang: &str| {
                let mut command = sandbox.command();
                command.env("CRM_TODAY", "2010-03-31").env("CRM_LANG", lang);
                let said = run(command.args(line.split(' ')).args(["-f", format]));
                (said.status, said.stdout)
            };
            let (english, chinese) = (of("en"), of("zh"));
            assert!(english == chinese, "{line} -f {format}:\n{}\n{}", english.1, chinese.1);
            assert!(!english.1.is_empty(), "{line} -f {format}");
        }
    }
}
