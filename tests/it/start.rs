//! The first week: a new ledger's settings, programs of the PATH, and what people type before they have read
//! the help.

use crate::common::repo::{self, Repo};
use crate::common::{Sandbox, run};
use crm::cli::commands::init::{TEMPLATE, TEMPLATE_ZH};
use crm::format::read_settings::read_settings;
use crm::model::settings::Settings;
use std::path::Path;
use std::process::Command;

/// Settings from a text that must have no problem.
#[track_caller]
fn settings(text: &str) -> Settings {
    read_settings(text, Path::new("crm.toml"))
        .unwrap_or_else(|problems| panic!("{problems:#?}\nin\n{text}"))
}

/// A commented line without its `#`, where it is a setting and no explanation.
fn uncommented<'l>(line: &'l str, mark: &str) -> Option<&'l str> {
    line.strip_prefix(mark).filter(|rest| !rest.is_empty() && !rest.starts_with(' '))
}

/// The template with some commented lines of a mark as settings.
fn with(mark: &str, wanted: impl Fn(usize) -> bool) -> String {
    let line = |(n, line): (usize, &'static str)| match uncommented(line, mark) {
        Some(setting) if wanted(n) => format!("{setting}\n"),
        _ => format!("{line}\n"),
    };
    TEMPLATE.lines().enumerate().map(line).collect()
}

const DEFAULT: &str = "#";
const EXAMPLE: &str = "#    ";

/// A line without what it explains; none where it explains alone.
fn without_words(line: &str) -> Option<String> {
    if line.starts_with("# ") && !line.starts_with("#  ") || line == "#" {
        return None;
    }
    let mut quoted = false;
    let end = line.char_indices().skip(1).find(|&(at, c)| {
        quoted ^= c == '"';
        c == '#'
            && !quoted
            && line[..at].ends_with(' ')
            && !line[..at].trim_matches(['#', ' ']).is_empty()
    });
    Some(line[..end.map_or(line.len(), |(at, _)| at)].trim_end().to_owned())
}

#[test]
fn the_chinese_settings_of_a_new_ledger_show_what_the_english_ones_show() {
    let shown = |text: &str| text.lines().filter_map(without_words).collect::<Vec<_>>();
    let language = |line: String| match line.as_str() {
        "language          = \"zh\"" => "#language         = \"en\"".to_owned(),
        _ => line,
    };
    let chinese: Vec<String> = shown(TEMPLATE_ZH).into_iter().map(language).collect();
    assert_eq!(chinese, shown(TEMPLATE));
    let is_chinese = |line: &str| line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
    for line in TEMPLATE_ZH.lines().filter(|line| line.contains("# ") && line.len() > 2) {
        let words = line.rsplit_once("# ").map_or("", |(_, words)| words);
        let is_example = line.starts_with("#  ") && !line[2..].contains("# ");
        assert!(is_example || is_chinese(words) || line.starts_with("# keeper"), "{line}");
    }
    let defaults = Settings { language: crm::diag::Lang::Zh, ..Settings::default() };
    assert_eq!(settings(TEMPLATE_ZH), defaults);
}

#[test]
fn a_new_ledger_is_in_the_language_of_its_maker() {
    for (variables, chinese) in [
        (&[("LC_ALL", "zh_CN.UTF-8")][..], true),
        (&[("CRM_LANG", "zh")], true),
        (&[("LC_ALL", "zh_CN.UTF-8"), ("CRM_LANG", "en")], false),
        (&[], false),
    ] {
        let sandbox = Sandbox::empty();
        let mut command = sandbox.command();
        let made = run(command.args(["init", "a"]).envs(variables.iter().copied()));
        assert_eq!((made.status, made.stdout.as_str()), (0, ""));
        let told = if chinese { "账本已建在 a；" } else { "a ledger in a; next:" };
        assert!(made.stderr.starts_with(told), "{}", made.stderr);
        let text = sandbox.read("a/crm.toml");
        assert_eq!(text, if chinese { TEMPLATE_ZH } else { TEMPLATE });
        let board = sandbox.crm("--ledger a report board").stdout;
        assert!(board.starts_with(if chinese { "潜在客户管理看板" } else { "Board" }), "{board}");
    }
}

#[test]
fn what_a_new_ledger_shows_as_a_default_is_the_default() {
    assert_eq!(settings(TEMPLATE), Settings::default());
    assert_eq!(settings(&with(DEFAULT, |_| true)), Settings::default());
    let lines: Vec<&str> = TEMPLATE.lines().collect();
    let defaults = (0..lines.len()).filter(|n| uncommented(lines[*n], DEFAULT).is_some());
    let mut seen = 0;
    for n in defaults {
        // Lines below a commented heading need it: their paragraph goes with them.
        let start = lines[..n].iter().rposition(|line| line.is_empty()).map_or(0, |at| at + 1);
        let end =
            lines[n..].iter().position(|line| line.is_empty()).map_or(lines.len(), |at| n + at);
        let paragraph = start..end;
        let heading = lines[paragraph.clone()].iter().any(|line| line.starts_with("#["));
        let text = with(DEFAULT, |line| line == n || heading && paragraph.contains(&line));
        assert_eq!(settings(&text), Settings::default(), "{}", lines[n]);
        seen += 1;
    }
    assert!(seen > 50, "{seen} defaults are shown");
}

#[test]
fn what_a_new_ledger_shows_as_an_example_is_valid_and_no_default() {
    let lines: Vec<&str> = TEMPLATE.lines().collect();
    let all = settings(&with(EXAMPLE, |_| true));
    assert_eq!(all.reps.len(), 2);
    assert_eq!(all.pool.all.max_held, Some(40));
    for (n, line) in lines.iter().enumerate() {
        let Some(example) = uncommented(line, EXAMPLE) else { continue };
        let start = lines[..n].iter().rposition(|line| line.is_empty()).map_or(0, |at| at + 1);
        // What belongs to a heading of its own, or to other examples, is tested with all of them above.
        if lines[start..=n].iter().any(|line| line.starts_with("#    [")) {
            continue;
        }
        let text = with(EXAMPLE, |line| line == n);
        assert_ne!(settings(&text), Settings::default(), "{example} is a default");
    }
}

#[cfg(unix)]
fn program(sandbox: &Sandbox, name: &str, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    sandbox.write(name, format!("#!/bin/sh\n{script}\n"));
    let file = sandbox.path().join(name);
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// `crm` with `bin/` on the PATH, before the usual folders.
fn with_programs(sandbox: &Sandbox, words: &[&str]) -> Command {
    let mut command = sandbox.command();
    let bin = sandbox.path().join("bin");
    command.args(words).env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    command
}

#[cfg(unix)]
#[test]
fn a_program_acts_on_the_ledger_and_the_day_that_crm_was_given() {
    let sandbox = Sandbox::empty();
    program(&sandbox, "bin/crm-where", "echo \"$CRM_LEDGER|$CRM_TODAY|$CRM_USER\"");
    sandbox.write("one/crm.toml", "");
    sandbox.write("two/crm.toml", "[[rep]]\nid = \"he\"\nemail = \"he@example.com\"\n");
    let root = sandbox.path().canonicalize().unwrap().display().to_string();
    let here = |folder: &str, words: &[&str]| {
        let mut command = with_programs(&sandbox, words);
        command.current_dir(sandbox.path().join(folder));
        command
    };
    // Named by an option, relative or not; else by the environment; else found from here upwards.
    let said = run(&mut here(".", &["--ledger", "two", "--as-of", "-3d", "where"])).ok();
    assert_eq!(said, format!("{root}/two|2009-12-15|\n"));
    let said = run(here("one", &["--ledger", "../two", "where"]).env("CRM_USER", "li")).ok();
    assert_eq!(said, format!("{root}/two|2009-12-18|li\n"));
    let said = run(here("one", &["where"]).env("CRM_LEDGER", "../two")).ok();
    assert_eq!(said, format!("{root}/two|2009-12-18|\n"));
    std::fs::create_dir(sandbox.path().join("one/notes")).unwrap();
    let said = run(&mut here("one/notes", &["where"])).ok();
    assert_eq!(said, format!("{root}/one|2009-12-18|\n"));
    // By git's e-mail, as entries are signed.
    let mut by_git = here("two", &["where"]);
    by_git.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "user.email");
    let said = run(by_git.env("GIT_CONFIG_VALUE_0", "he@example.com")).ok();
    assert_eq!(said, format!("{root}/two|2009-12-18|he\n"));
    // A program may run where there is no ledger, but not on another one than the one that was named.
    assert_eq!(run(&mut here(".", &["where"])).ok(), "|2009-12-18|\n");
    let said = run(&mut here("one", &["--ledger", "three", "where"])).fails(2);
    assert!(said.starts_with("error[no-ledger]: there is no folder three"), "{said}");
}

#[cfg(unix)]
#[test]
fn an_option_that_a_program_would_not_get_is_refused() {
    let sandbox = Sandbox::ledger();
    program(&sandbox, "bin/crm-hello", "echo \"hello $*\"");
    for (words, option) in [
        (&["-f", "csv", "hello"][..], "-f"),
        (&["-o", "a.csv", "hello"], "-o"),
        (&["--table", "plan", "hello"], "--table"),
        (&["--strict", "hello"], "--strict"),
        (&["--raw", "hello"], "--raw"),
        (&["--bom", "hello"], "--bom"),
        (&["--ascii", "hello"], "--ascii"),
    ] {
        let said = run(&mut with_programs(&sandbox, words)).fails(2);
        let start = format!("error[bad-argument]: {option} before `hello` would be ignored: ");
        assert!(said.starts_with(&start), "{said}");
    }
    let said = run(&mut with_programs(&sandbox, &["hello", "-f", "csv"])).ok();
    assert_eq!(said, "hello -f csv\n");
}

#[test]
fn an_empty_ledger_names_the_command_that_adds_the_first_prospect() {
    let sandbox = Sandbox::empty();
    sandbox.write("crm.toml", "");
    std::fs::create_dir(sandbox.path().join("prospects")).unwrap();
    let hint = "the ledger has no prospects yet; add the first one: crm add NAME\n";
    for (line, expected) in
        [("list", hint), ("report funnel", hint), ("pool", hint), ("list -f csv", "")]
    {
        let said = sandbox.crm(line);
        assert_eq!((said.status, said.stderr.as_str()), (0, expected), "crm {line}");
    }
    // The first prospect itself, and a query without a match, are no empty ledger.
    let said = sandbox.crm("add zhang --owner liu").stderr;
    assert_eq!(said, "zhang: opened in prospects/zhang.toml\n");
    assert_eq!(sandbox.crm("list owner:wang").stderr, "");
}

#[cfg(unix)]
#[test]
fn help_lists_the_programs_of_the_path() {
    let sandbox = Sandbox::empty();
    program(&sandbox, "bin/crm-hello", "echo hello");
    program(&sandbox, "bin/crm-list", "echo never");
    sandbox.write("bin/crm-notes", "no program");
    for words in [&["--help"][..], &["-h"], &["help"]] {
        let help = run(&mut with_programs(&sandbox, words)).ok();
        let listed = help.split("From the PATH:\n").nth(1).unwrap_or_else(|| panic!("{help}"));
        let bin = sandbox.path().join("bin");
        assert!(listed.starts_with(&format!("  hello  {}/crm-hello", bin.display())), "{listed}");
        assert!(!listed.contains("crm-list") && !listed.contains("crm-notes"), "{listed}");
    }
    let help = run(&mut with_programs(&sandbox, &[]));
    assert!(help.status == 2 && help.stderr.contains("  hello  "), "{}", help.stderr);
    // Neither a command's help nor a PATH without any has the heading.
    for line in ["list --help", "help list", "--help", "help"] {
        let help = sandbox.crm(line).ok();
        assert!(!help.contains("From the PATH"), "{help}");
    }
    // A command of ours is never replaced.
    let sandbox = Sandbox::ledger();
    program(&sandbox, "bin/crm-list", "echo never");
    assert!(!run(&mut with_programs(&sandbox, &["list", "-f", "ids"])).ok().contains("never"));
}

#[test]
fn words_that_are_no_command_name_the_one_that_is_meant() {
    let sandbox = Sandbox::ledger();
    sandbox.crm("add 王 芳 --id wang").done();
    assert!(sandbox.read("prospects/wang.toml").starts_with("name = \"王 芳\"\n"));
    for (typed, help) in [
        ("win zhang", "help: that is: crm close zhang\n"),
        ("win", "help: that is: crm close ID\n"),
        ("funnel", "help: that is: crm report funnel\n"),
        ("lsit", "help: did you mean `list`?\n"),
        ("wang", "help: that is: crm show wang\n"),
        ("log call wang", "help: the prospect comes first: crm log wang call\n"),
        ("advance 50 wang", "help: the prospect comes first: wang 50\n"),
        ("back 25 wang --reason x", "help: the prospect comes first: wang 25\n"),
    ] {
        let said = sandbox.crm(typed).fails(2);
        assert!(said.contains(help) && !said.contains("mean `lose`"), "{said}");
    }
    let said = sandbox.crm("help close").fails(2);
    assert!(said.contains("that is: crm close ID"), "{said}");
}

#[test]
fn due_takes_the_days_as_they_are_said() {
    let sandbox = Sandbox::ledger();
    let event = "2009-12-10 = { kind = \"opened\", owner = \"li\", next = 2009-12-25 }\n";
    sandbox.prospect("zhang", "name = \"Zhang\"", event);
    for line in ["due --in 7d", "due in 7d", "due 1w", "due in 7d owner:li", "due in 2w owner:li"] {
        assert_eq!(sandbox.crm(&format!("{line} -f ids")).ok(), "zhang\n", "{line}");
    }
    for line in ["due in 6d", "due 6d", "due", "due in 7d owner:he", "due --in 7d in:7d"] {
        assert_eq!(sandbox.crm(&format!("{line} -f ids")).stdout, "", "{line}");
    }
    for line in ["due in", "due in a week", "due --in soon"] {
        let said = sandbox.crm(line).fails(2);
        assert!(said.contains("is not a number of days") && said.contains("--in 7d"), "{said}");
    }
}

#[test]
fn hooks_in_a_bare_repository_are_those_of_the_server() {
    let sandbox = Sandbox::empty();
    let bare = sandbox.path().join("sales.git");
    let init = ["init", "-q", "--bare", "sales.git"];
    run(repo::command("git", sandbox.path(), "li").args(init)).ok();
    for action in ["install", "status", "uninstall"] {
        let said = run(repo::command("crm", &bare, "li").args(["hooks", action])).fails(2);
        let server = format!("add --server {}", bare.canonicalize().unwrap().display());
        assert!(said.contains("is a bare repository") && said.contains(&server), "{said}");
    }
    let words = ["hooks", "install", "--server", "."];
    let (_, said) = run(repo::command("crm", &bare, "li").args(words)).done();
    assert!(said.contains("pre-receive: installed"), "{said}");
    // A clone is none.
    let clone = Repo::new("li", "");
    clone.crm("hooks install").done();
}

/// The exit status and the output of a command on a terminal; `None` if none can be made here.
#[cfg(unix)]
fn on_a_terminal(sandbox: &Sandbox, line: &str) -> Option<(Option<i32>, String)> {
    let line = format!("{} {line}", env!("CARGO_BIN_EXE_crm"));
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &line, "/dev/null"]).current_dir(sandbox.path());
    let Ok(output) = terminal.stdin(std::process::Stdio::null()).output() else {
        println!("skipped: there is no `script` that makes a terminal");
        return None;
    };
    Some((output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned()))
}

#[cfg(unix)]
#[test]
fn a_dashboard_is_not_printed_on_a_terminal_but_goes_to_a_file() {
    let sandbox = Sandbox::ledger();
    let Some((status, said)) = on_a_terminal(&sandbox, "dashboard") else { return };
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("written: dashboard.html") && !said.contains("<html"), "{said}");
    assert!(sandbox.read("dashboard.html").contains("<html"));
    // Into a file it is written from a terminal, too, and a pipe gets it.
    let (status, said) = on_a_terminal(&sandbox, "dashboard -o monday.html").unwrap();
    assert_eq!(status, Some(0), "{said}");
    assert!(sandbox.read("monday.html").contains("<html"));
    assert!(sandbox.crm("dashboard").ok().contains("<html"));
}

#[cfg(unix)]
#[test]
fn guard_on_a_terminal_says_what_it_is_for() {
    let sandbox = Sandbox::ledger();
    let Some((status, said)) = on_a_terminal(&sandbox, "guard") else { return };
    assert_eq!(status, Some(2), "{said}");
    assert!(said.contains("crm guard judges a push"), "{said}");
    assert!(said.contains("crm guard origin/main HEAD --user REP"), "{said}");
    assert!(said.contains("crm hooks install --server DIR"), "{said}");
}

#[test]
fn a_prospect_that_has_signed_is_listed_by_the_sweep_and_left_to_a_person() {
    let sandbox = Sandbox::with_settings("[ledger]\ncycle_days = 7\n");
    let met = "2009-12-01-1 = { kind = \"imported\", stage = \"25\", owner = \"li\" }\n\
               2009-12-01-2 = { kind = \"meeting\" }\n";
    sandbox.prospect("met", "name = \"Met\"", met);
    let signed = "2009-12-01-1 = { kind = \"imported\", stage = \"90\", owner = \"li\" }\n\
                  2009-12-01-2 = { kind = \"meeting\" }\n\
                  2009-12-01-3 = { kind = \"contract\", amount = 1000 }\n";
    sandbox.prospect("signed", "name = \"Signed\"", signed);
    let csv = sandbox.crm("sweep -f csv").ok();
    let lines: Vec<&str> = csv.lines().skip(1).collect();
    let [met, signed] = lines.as_slice() else { panic!("{csv}") };
    assert!(met.starts_with("met,Met,25,opportunity,"), "{csv}");
    assert!(signed.starts_with("signed,Signed,90,,"), "{csv}");
    assert!(signed.ends_with("signed or paid: not swept, a person decides\""), "{csv}");
    let before = sandbox.read("prospects/signed.toml");
    sandbox.crm("sweep --apply").done();
    assert_eq!(sandbox.read("prospects/signed.toml"), before);
}

/// The ledger's day is that of its time zone, wherever the machine is: 25 hours lie between these two.
#[test]
fn the_day_of_a_ledger_is_that_of_its_time_zone() {
    let day = |zone: &str, machine: &str| {
        let sandbox = Sandbox::with_settings(&format!("[ledger]\ntimezone = \"{zone}\"\n"));
        let mut command = sandbox.command();
        command.args(["add", "Wang", "--id", "wang"]);
        run(command.env_remove("CRM_TODAY").env("TZ", machine)).done();
        let text = sandbox.read("prospects/wang.toml");
        text.lines().last().unwrap()[..10].to_owned()
    };
    let (first, last) = ("Pacific/Kiritimati", "Pacific/Pago_Pago");
    for machine in ["UTC", "Asia/Shanghai"] {
        let (early, late) = (day(last, machine), day(first, machine));
        assert!(early < late, "{early} {late}");
    }
}

#[test]
fn an_unknown_time_zone_is_named_with_its_place() {
    let sandbox = Sandbox::with_settings("[ledger]\ntimezone = \"Shanghai\"\n");
    let error = sandbox.run(&["list"]).fails(2);
    for part in [
        "error[bad-setting]: `Shanghai` is no time zone",
        "--> crm.toml:2:12",
        "did you mean `Asia/Shanghai`?",
        "a name of the IANA list: timezone = \"Asia/Shanghai\"",
    ] {
        assert!(error.contains(part), "no `{part}` in:\n{error}");
    }
}
