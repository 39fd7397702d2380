//! A typo in every argument of every command, in both languages: the answer names the nearest name or the valid ones,
//! and nothing is written.

use crate::chinese::every_command;
use crate::common::{Run, Sandbox, run};
use clap::{Arg, Command};
use crm::report::REPORTS;

const SETTINGS: &str = "\
[[rep]]\nid = \"liuyan\"\nname = \"刘燕\"\n[[rep]]\nid = \"hejun\"\n\
[[campaign]]\nid = \"spring\"\nchannel = \"email\"\nsegment = \"vip\"\n\
[[product]]\nid = \"group-health\"\n\
[segment.vip]\nwhen = \"tag:vip\"\n";

/// A ledger in which every name that is mistyped below has its right form.
fn ledger() -> Sandbox {
    let sandbox = Sandbox::with_settings(SETTINGS);
    sandbox.prospect(
        "zhangsan",
        "name = \"张三\"\n[[contact]]\nname = \"王芳\"\n",
        "2009-12-03-1 = { kind = \"opened\", owner = \"liuyan\", value = 18000 }\n\
         2009-12-04-1 = { kind = \"meeting\", stage = \"25\", next = 2009-12-21 }\n",
    );
    sandbox.write("rows.csv", "name,date\n王,2009-12-01\n");
    sandbox.write("card.txt", "Dear {name}\n");
    sandbox
}

/// The line, and the line with what else its command may ask for before it looks at the typo.
fn variants(line: &[String], path: &[String], command: &Command) -> Vec<Vec<String>> {
    let mut all = vec![line.to_vec()];
    let mut more = |words: &[&str]| {
        let words = words.iter().map(ToString::to_string);
        all.push(line.iter().cloned().chain(words).collect());
    };
    let has = |long: &str| command.get_arguments().any(|arg| arg.get_long() == Some(long));
    if has("customer") {
        more(&["--customer"]);
    }
    if has("reason") && !line.iter().any(|word| word == "--reason") {
        more(&["--reason", "x"]);
    }
    if path == ["letters"] {
        more(&["-o", "drafts"]);
        more(&["-o", "drafts", "--log", "--channel", "email"]);
    }
    // With a query, prospects are not named.
    let unnamed: Vec<String> = line.iter().filter(|word| *word != "zhangsan").cloned().collect();
    let reason = ["--reason", "x"].map(str::to_owned);
    all.push([&unnamed[..], &reason].concat());
    all.push(unnamed);
    all
}

/// A value that is wrong for an argument of this name, and what the answer names instead; none for free text, paths,
/// and words that git hands over.
fn wrong(value: &str) -> Option<(&'static str, &'static str)> {
    Some(match value {
        "ID" => ("zhagnsan", "zhangsan"),
        "REP" => ("liuyna", "liuyan"),
        "STAGE" => ("appointmnt", "appointment"),
        "KIND" | "CHANNEL" | "CHANNELS" => ("emial", "email"),
        "CRITERIA" => ("bugdet", "budget"),
        "COLUMNS" => ("copmany", "company"),
        "FIELD" => ("ower", "owner"),
        "QUERY" => ("ower:liuyan", "owner"),
        "DATE" => ("2009-02-30", "28"),
        "PERIOD" => ("2009Q5", "2026Q1"),
        "MONEY" => ("12oo", "--"),
        "TIME" => ("25:00", "14:00"),
        "N" | "1..4" | "DAYS" => ("seven", ""),
        "PERCENT" => ("ten", ""),
        "FORMAT" => ("cvs", "csv"),
        "LANG" => ("zhh", "zh"),
        "WHEN" => ("alway", "always"),
        "SPAN" => ("moth", "month"),
        "SCALE" => ("csta", "csat"),
        "SHELL" => ("fsih", "fish"),
        "VERSION" => ("5", "4"),
        "BOOL" => ("ture", "true"),
        "TABLE" => ("tabel", ""),
        "BOARD" => ("projcet", "project"),
        "PACKAGE" => ("rr", "r"),
        "PROGRAM" => ("hubspt", "hubspot"),
        "CAMPAIGN" => ("sprnig", "spring"),
        "PRODUCT[=QUANTITY[xPRICE]]" => ("group-helth", "group-health"),
        "STATUS" => ("aproved", "approved"),
        "PART" => ("decidr", "decider"),
        "STANCE" => ("neutrla", "neutral"),
        "WORD" => ("partnr", "partner"),
        "TOPIC" => ("stagse", "stages"),
        "STAGE=DATE" => ("appointmnt=2010-01-01", "appointment"),
        "DATE=MONEY[=WHAT]" => ("2009-02-30=100", "28"),
        "KEY=VALUE" => ("regoin=north", "region"),
        "NAME=TEXT" => ("branch", "="),
        _ => return None,
    })
}

/// A right value for an argument of this name.
fn right(value: &str) -> &'static str {
    match value {
        "ID" => "zhangsan",
        "REP" => "hejun",
        "STAGE" => "50",
        "KIND" => "call",
        "DATE" => "2009-12-18",
        "CAMPAIGN" => "spring",
        "FILE" => "rows.csv",
        "TEMPLATE" => "card.txt",
        "KEY=VALUE" => "region=north",
        _ => "x",
    }
}

fn value_names(arg: &Arg) -> Vec<String> {
    arg.get_value_names().unwrap_or_default().iter().map(ToString::to_string).collect()
}

/// The command line without its typo: required options and all positionals that come before the place of the typo.
fn required(command: &Command, but: &Arg) -> Vec<String> {
    let options = command.get_arguments().filter(|arg| {
        arg.is_required_set() && !arg.is_positional() && arg.get_id() != but.get_id()
    });
    options
        .flat_map(|arg| {
            let long = arg.get_long().unwrap_or_default();
            [format!("--{long}"), right(&value_names(arg)[0]).to_owned()]
        })
        .collect()
}

/// The words in front of the typo: names of reports and the like are tried one after the other.
fn positionals(path: &[String], command: &Command) -> Vec<Vec<String>> {
    if path == ["report"] {
        return REPORTS.iter().map(|report| vec![report.name.to_owned()]).collect();
    }
    if path == ["backtest"] {
        return ["forecast", "cycle", "policy", "allocation"]
            .map(|what| vec![what.to_owned()])
            .to_vec();
    }
    if path == ["export"] {
        return ["prospects", "events", "contacts"].map(|what| vec![what.to_owned()]).to_vec();
    }
    let of = command.get_positionals().flat_map(value_names).filter(|name| name != "QUERY");
    vec![of.map(|name| right(&name).to_owned()).collect()]
}

struct Answers {
    sandbox: Sandbox,
    wrong: Vec<String>,
    seen: usize,
}

impl Answers {
    /// Runs the lines in turn until one tells of the typo, in both languages.
    fn check(&mut self, lines: &[Vec<String>], typed: &str, near: &str) {
        self.seen += 1;
        let typed = typed.split('=').next().unwrap_or(typed);
        for lang in ["en", "zh"] {
            let before = self.sandbox.snapshot();
            let mut lines_said = lines
                .iter()
                .map(|line| run(self.sandbox.command().env("CRM_LANG", lang).args(line)));
            let first = lines_said.next().expect("a line");
            let is_there = first.stderr.contains(typed);
            let told = |said: &Run| said.stderr.contains(typed);
            let said = if is_there { first } else { lines_said.find(told).unwrap_or(first) };
            let is_told = [1, 2].contains(&said.status)
                && said.stdout.is_empty()
                && said.stderr.contains(typed)
                && said.stderr.contains(near)
                && !said.stderr.contains("panicked")
                && (lang == "en"
                    || said.stderr.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)));
            if !is_told {
                let line = lines[0].join(" ");
                self.wrong.push(format!(
                    "crm {line} ({lang}, {}) names no `{near}`:\n{}{}",
                    said.status, said.stdout, said.stderr
                ));
            }
            if before != self.sandbox.snapshot() {
                self.wrong.push(format!("crm {} wrote something", lines[0].join(" ")));
                self.sandbox = ledger();
            }
        }
    }
}

#[test]
fn a_typo_in_any_value_names_what_is_near() {
    let mut answers = Answers { sandbox: ledger(), wrong: Vec::new(), seen: 0 };
    for (path, command) in every_command() {
        // A command that only holds others has no values; the sandbox is in no git.
        let is_of_git = ["merge-file", "guard", "hooks", "diff"]
            .contains(&path.first().map_or("", String::as_str));
        if path.is_empty() || is_of_git || command.is_subcommand_required_set() {
            continue;
        }
        let begun = positionals(&path, &command);
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            if arg.is_global_set() && path != ["report"] {
                continue;
            }
            let names = value_names(arg);
            for (place, name) in names.iter().enumerate() {
                let Some((typed, near)) = wrong(name) else { continue };
                let lines = begun.iter().map(|begun| {
                    let mut line = path.clone();
                    if arg.is_positional() {
                        line.extend(names[..place].iter().map(|name| right(name).to_owned()));
                        // A query follows the word before it.
                        if name == "QUERY" {
                            line.extend(begun.iter().cloned());
                        }
                        line.push(typed.to_owned());
                        line.extend(names[place + 1..].iter().map(|name| right(name).to_owned()));
                        let later = command
                            .get_positionals()
                            .skip_while(|one| one.get_id() != arg.get_id());
                        let later = later.skip(1).filter(|one| one.is_required_set());
                        line.extend(
                            later.flat_map(value_names).map(|name| right(&name).to_owned()),
                        );
                        line.extend(required(&command, arg));
                    } else {
                        line.extend(begun.iter().cloned());
                        line.extend(required(&command, arg));
                        line.push(format!("--{}={typed}", arg.get_long().unwrap_or_default()));
                    }
                    variants(&line, &path, &command)
                });
                let lines = lines.flatten();
                answers.check(&lines.collect::<Vec<_>>(), typed, near);
            }
        }
    }
    assert!(answers.seen > 150, "{}", answers.seen);
    assert!(
        answers.wrong.is_empty(),
        "{} of {}:\n{}",
        answers.wrong.len(),
        answers.seen,
        answers.wrong.join("\n")
    );
}

/// Two letters of the name exchanged, as hands do it.
fn exchanged(name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let last = letters.len() - 1;
    letters.swap(last - 1, last);
    letters.into_iter().collect()
}

#[test]
fn a_typo_in_any_option_names_the_option() {
    let sandbox = ledger();
    let (mut seen, mut wrong) = (0, Vec::new());
    for (path, command) in every_command() {
        let own = command.get_arguments().filter(|arg| !arg.is_global_set() && !arg.is_hide_set());
        for long in
            own.filter_map(Arg::get_long).filter(|long| *long != "help" && *long != "version")
        {
            let typed = exchanged(long);
            if typed == long || command.get_arguments().any(|arg| arg.get_long() == Some(&typed)) {
                continue;
            }
            seen += 1;
            for (lang, near) in [
                ("en", format!("did you mean `--{long}`?")),
                ("zh", format!("是否指 `--{long}`？")),
            ] {
                let mut line = sandbox.command();
                let said = run(line.env("CRM_LANG", lang).args(&path).arg(format!("--{typed}")));
                if said.status != 2 || !said.stdout.is_empty() || !said.stderr.contains(&near) {
                    wrong.push(format!("crm {} --{typed}: {}", path.join(" "), said.stderr));
                }
            }
        }
    }
    assert!(seen > 100, "{seen}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_typo_in_any_command_names_the_command() {
    let sandbox = ledger();
    for (path, _) in every_command() {
        let Some((last, before)) = path.split_last() else { continue };
        if before.len() > 1 || last == "message" {
            continue;
        }
        let typed = exchanged(last);
        if typed == *last {
            continue;
        }
        let mut command = sandbox.command();
        let said = run(command.args(before).arg(&typed));
        assert!(
            (1..=2).contains(&said.status) && said.stdout.is_empty(),
            "{path:?}: {}",
            said.stderr
        );
        assert!(said.stderr.contains(last.as_str()), "{path:?}: {}", said.stderr);
    }
}
