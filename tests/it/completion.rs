//! Completion in the shell: of commands, options, and values from the ledger; in a real bash, and in zsh and fish where
//! they are installed.

use crate::common::{Run, Sandbox, run};
use std::path::Path;
use std::process::{Command, Stdio};

const SETTINGS: &str = "\
[ledger]
facts = [\"colour\"]
[[rep]]
id = \"liuyan\"
name = \"刘燕\"
[[rep]]
id = \"he\"
[[campaign]]
id = \"spring\"
label = { en = \"Spring\", zh = \"春季\" }
[segment.vip]
when = \"tag:vip\"
[report.monday]
report = \"sheet\"
about = \"For Monday\"
";

fn ledger() -> Sandbox {
    let sandbox = Sandbox::with_settings(SETTINGS);
    for (id, facts) in [
        ("zhang", "name = \"张先生\"\ncompany = \"时装连锁店\""),
        ("zhao", "name = \"赵女士\""),
        ("chen", "name = \"陈女士\""),
    ] {
        sandbox.prospect(id, facts, "2009-12-01 = { kind = \"opened\" }\n");
    }
    sandbox
}

/// The answer to the words of a line, the last of them the current one, as fish reads it: values and descriptions.
fn answer(sandbox: &Sandbox, words: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = sandbox.command();
    command.env("CRM_COMPLETE", "fish").envs(variables.iter().copied());
    run(command.args(["--", "crm"]).args(words)).ok()
}

/// The values alone, options aside, between blanks.
fn values(sandbox: &Sandbox, words: &[&str]) -> String {
    let all = answer(sandbox, words, &[]);
    let values = all.lines().map(|line| line.split('\t').next().unwrap_or_default());
    values.filter(|value| !value.starts_with("--")).collect::<Vec<_>>().join(" ")
}

#[test]
fn values_come_from_the_ledger() {
    let sandbox = ledger();
    for (words, expected) in [
        (&["show", "zh"][..], "zhang zhao"),
        (&["show", "ZH"], "zhang zhao"),
        (&["show", "x"], ""),
        (&["edit", "c"], "chen"),
        (&["call", "zh"], "zhang zhao"),
        (&["advance", "zhang", "9"], "90"),
        (&["advance", "zhang", "25"], "25"),
        (&["log", "zhang", "cal"], "call"),
        (&["assign", "zhang", "--to", ""], "liuyan he"),
        (&["log", "zhang", "call", "--confirm", "fit,bud"], "fit,budget"),
        (&["list", "owner:"], "owner:liuyan owner:he"),
        (&["list", "owner:he,l"], "owner:he,liuyan"),
        (&["list", "(stage:25 or stage:9"], "(stage:25 or stage:90"),
        (&["list", "is:overd"], "is:overdue"),
        (&["list", "ow"], "owner: owner-since:"),
        (&["list", "@"], "@vip"),
        (&["list", "colo"], "colour:"),
        (&["list", "--columns", "id,own"], "id,owner id,owner-since"),
        (&["list", "--sort", "-opene"], "-opened"),
        (&["list", "-f", "j"], "json jsonl"),
        (&["report", "mon"], "monday"),
        (&["report", "bo"], "board"),
        (&["report", "funnel", "--by", "own"], "owner"),
        (&["board", "owner:h"], "owner:he"),
        (&["letters", "x.md", "--campaign", ""], "spring"),
        (&["help", "exit"], "exit-codes"),
        (&["add", "Li", "--id", "zh"], ""),
        (&["completions", "z"], "zsh"),
        (&["chec"], "checklist check"),
    ] {
        assert_eq!(values(&sandbox, words), expected, "{words:?}");
    }
    let typed = answer(&sandbox, &["assign", "zhang", "--to=l"], &[]);
    assert_eq!(typed, "--to=liuyan\t刘燕\n");
}

#[test]
fn descriptions_are_in_the_language_of_the_ledger_or_the_one_asked_for() {
    let sandbox = ledger();
    assert_eq!(answer(&sandbox, &["show", "zhan"], &[]), "zhang\t张先生, 时装连锁店\n");
    assert_eq!(answer(&sandbox, &["report", "mon"], &[]), "monday\tFor Monday\n");
    let campaign = ["letters", "x.md", "--campaign", "s"];
    assert_eq!(answer(&sandbox, &campaign, &[]), "spring\tSpring\n");
    assert_eq!(answer(&sandbox, &campaign, &[("CRM_LANG", "zh")]), "spring\t春季\n");
    let asked: Vec<&str> = ["--lang", "zh"].into_iter().chain(campaign).collect();
    assert_eq!(answer(&sandbox, &asked, &[]), "spring\t春季\n");
    sandbox.write("crm.toml", format!("{}language = \"zh\"\n", &SETTINGS[..9]));
    assert_eq!(answer(&sandbox, &["list", "is:overd"], &[]), "is:overdue\t超过销售周期\n");
}

#[test]
fn the_ledger_is_the_one_that_is_typed_or_stated() {
    let (sandbox, elsewhere) = (ledger(), Sandbox::empty());
    let folder = sandbox.path().display().to_string();
    assert_eq!(values(&elsewhere, &["show", "zh"]), "");
    assert_eq!(values(&elsewhere, &["--ledger", &folder, "show", "zh"]), "zhang zhao");
    assert_eq!(values(&elsewhere, &[&format!("--ledger={folder}"), "show", "zh"]), "zhang zhao");
    let stated = answer(&elsewhere, &["show", "zhan"], &[("CRM_LEDGER", &folder)]);
    assert_eq!(stated, "zhang\t张先生, 时装连锁店\n");
    let home = sandbox.path().join("deals");
    std::fs::rename(elsewhere.path(), &home).unwrap();
    std::fs::create_dir(elsewhere.path()).unwrap();
    std::fs::copy(sandbox.path().join("crm.toml"), home.join("crm.toml")).unwrap();
    assert_eq!(values(&sandbox, &["--ledger", "~/deals", "assign", "--to", "h"]), "he");
}

#[test]
fn without_a_ledger_or_with_a_broken_one_commands_complete_and_nothing_is_said() {
    let empty = Sandbox::empty();
    assert_eq!(values(&empty, &["chec"]), "checklist check");
    assert_eq!(values(&empty, &["show", "x"]), "");
    assert_eq!(values(&empty, &["--ledger", "/nowhere", "chec"]), "checklist check");
    let broken = ledger();
    broken.write("crm.toml", "[ledger\n");
    assert_eq!(values(&broken, &["chec"]), "checklist check");
    assert_eq!(values(&broken, &["show", "zh"]), "zhang zhao");
    broken.write(".config/crm/config.toml", "user = 3\n");
    assert_eq!(values(&broken, &["report", "fun"]), "funnel");
    broken.write("prospects/zhang.toml", [0xff, 0xfe]);
    assert_eq!(values(&broken, &["show", "zh"]), "zhang zhao");
    let nothing = answer(&broken, &["no-such-command", "--no-such-option", "x", ""], &[]);
    assert!(!nothing.contains("zhang"), "{nothing}");
}

#[test]
fn the_users_aliases_complete_as_their_commands() {
    let sandbox = ledger();
    let own =
        "user = \"liuyan\"\n[alias]\nmon = \"report sheet --by owner\"\nmine = \"list owner:me\"\n";
    sandbox.write(".config/crm/config.toml", own);
    assert_eq!(answer(&sandbox, &["mon"], &[]), "mon\tcrm report sheet --by owner\n");
    assert_eq!(values(&sandbox, &["mon", "owner:h"]), "owner:he");
    assert_eq!(values(&sandbox, &["mine", "--columns", "own"]), "owner owner-since");
    assert_eq!(values(&sandbox, &["list", "owner:m"]), "owner:me");
}

#[test]
fn more_than_200_ids_are_listed_without_descriptions() {
    let sandbox = Sandbox::ledger();
    for n in 0..=200 {
        sandbox.prospect(
            &format!("p{n:03}"),
            "name = \"N\"",
            "2009-12-01 = { kind = \"opened\" }\n",
        );
    }
    let lines = |typed: &str| answer(&sandbox, &["show", typed], &[]);
    assert_eq!((lines("p").lines().count(), lines("p").contains('\t')), (201, false));
    std::fs::remove_file(sandbox.path().join("prospects/p200.toml")).unwrap();
    assert_eq!((lines("p").lines().count(), lines("p").matches("\tN\n").count()), (200, 200));
}

/// Runs a script in a shell, with the program on its PATH.
fn shell(sandbox: &Sandbox, shell: &str, words: &[&str], script: &str) -> Run {
    let program = Path::new(env!("CARGO_BIN_EXE_crm"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let mut command = Command::new(shell);
    command.args(words).arg(script).env_clear().env("PATH", path).env("HOME", sandbox.path());
    command.env("CRM_TODAY", "2009-12-18").env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
    run(command.current_dir(sandbox.path()))
}

/// What bash is given for a line, its words split as readline splits them.
fn in_bash(sandbox: &Sandbox, line: &str, words: &[&str]) -> String {
    let (current, listed) = (words.last().unwrap(), words.iter().map(|word| format!("'{word}'")));
    // Readline completes nothing of a word that is only a break.
    let current = if [":", "="].contains(current) { "" } else { current };
    let script = format!(
        "source <(crm completions bash)\n\
         complete -p crm >/dev/null || exit 9\n\
         COMP_LINE='{line}' COMP_POINT={} COMP_CWORD={} COMP_WORDS=({})\n\
         _crm_complete crm '{current}'\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        line.len(),
        words.len() - 1,
        listed.collect::<Vec<_>>().join(" "),
    );
    let all = shell(sandbox, "bash", &["--norc", "-c"], &script).ok();
    all.lines().filter(|value| !value.starts_with('-')).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_real_bash_is_given_values() {
    let sandbox = ledger();
    for (line, words, expected) in [
        ("crm show zh", &["crm", "show", "zh"][..], "zhang zhao"),
        ("crm  show  zh", &["crm", "show", "zh"], "zhang zhao"),
        ("crm chec", &["crm", "chec"], "checklist check"),
        // Bash splits at `:` and `=`, and replaces the part behind them alone.
        ("crm list owner:l", &["crm", "list", "owner", ":", "l"], "liuyan"),
        ("crm list owner:", &["crm", "list", "owner", ":"], "liuyan he"),
        (
            "crm list stage:50 is:overd",
            &["crm", "list", "stage", ":", "50", "is", ":", "overd"],
            "overdue",
        ),
        ("crm report funnel --by=own", &["crm", "report", "funnel", "--by", "=", "own"], "owner"),
        ("crm report mon", &["crm", "report", "mon"], "monday"),
    ] {
        assert_eq!(in_bash(&sandbox, line, words), expected, "{line}");
    }
    // Of a company ids have their ledger before them; a command that it refuses is completed too.
    let company = "[[ledger]]\nid = \"lake\"\npath = \".\"\n";
    sandbox.write("c.toml", company);
    for (line, words, expected) in [
        (
            "crm --company c.toml show lake/zh",
            &["crm", "--company", "c.toml", "show", "lake/zh"][..],
            "lake/zhang lake/zhao",
        ),
        (
            "crm --ledger c.toml call la",
            &["crm", "--ledger", "c.toml", "call", "la"],
            "lake/chen lake/zhang lake/zhao",
        ),
        (
            "crm --company c.toml list ledger:",
            &["crm", "--company", "c.toml", "list", "ledger", ":"],
            "lake",
        ),
        ("crm --company c.toml swe", &["crm", "--company", "c.toml", "swe"], "sweep"),
    ] {
        assert_eq!(in_bash(&sandbox, line, words), expected, "{line}");
    }
    sandbox.write("crm.toml", "[ledger\n");
    assert_eq!(in_bash(&sandbox, "crm chec", &["crm", "chec"]), "checklist check");
}

#[test]
#[ignore = "needs fish"]
fn a_real_fish_is_given_values_and_descriptions() {
    let sandbox = ledger();
    let script = "crm completions fish | source; complete -C 'crm show zhan'; complete -C 'crm list owner:h'";
    let given = shell(&sandbox, "fish", &["--no-config", "-c"], script).ok();
    assert_eq!(given, "zhang\t张先生, 时装连锁店\nowner:he\n");
}

#[test]
#[ignore = "needs zsh"]
fn a_real_zsh_is_given_values_and_descriptions() {
    let sandbox = ledger();
    // Outside of a line editor `_describe` cannot add anything: it prints its list.
    let script = "autoload -U compinit; compinit -u -D\n\
                  source <(crm completions zsh)\n\
                  _describe() { print -l -- \"${(@P)@[-1]}\" }\n\
                  words=(crm show zhan) CURRENT=3\n\
                  ${_comps[crm]}";
    let given = shell(&sandbox, "zsh", &["-f", "-c"], script).ok();
    assert_eq!(given, "zhang:张先生, 时装连锁店\n");
}

#[test]
fn every_shell_has_a_script_and_an_unknown_variable_disturbs_nothing() {
    let sandbox = ledger();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = sandbox.crm(&format!("completions {shell}")).ok();
        assert!(script.contains("CRM_COMPLETE") && script.contains("crm"), "{script}");
    }
    sandbox.crm("completions tcsh").fails(2);
    for value in ["", "0"] {
        let run = run(sandbox.command().env("CRM_COMPLETE", value).args(["list", "-f", "ids"]));
        assert_eq!(run.ok(), "chen\nzhang\nzhao\n");
    }
}
