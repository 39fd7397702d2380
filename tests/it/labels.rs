//! Who reads what: machines read ids and English in every language of the ledger, people read labels in theirs.

use crate::common::Sandbox;
use crm::report::{Breakdowns, REPORTS, Takes};

/// The ledger of the example in a language.
fn team(language: &str) -> Sandbox {
    let sandbox = Sandbox::copy_of("examples/team");
    let settings = sandbox.read("crm.toml");
    let settings = settings.replace("language = \"en\"", &format!("language = \"{language}\""));
    sandbox.write("crm.toml", settings);
    sandbox
}

const DAY: &str = "--as-of 2010-03-31";

/// Everything that prints a sheet, as it is typed.
fn commands() -> Vec<String> {
    let mut commands: Vec<String> = [
        "list",
        "list --columns id,stage,supported,flags,reason,lifecycle,segment,value-level",
        "list --sort stage,flags",
        "due --in 30d",
        "classify",
        "classify --why-not 90",
        "pool",
        "grade",
        "grade --why",
        "sweep",
        "recycle",
        "allocate",
        "rebalance",
        "cases",
        "cases --all",
        "cases emma-clarke",
        "export cases",
        "export events",
        "export prospects",
        "show hu-jing",
        "show bai-xue",
        "what-if --dials 15 --conversations 7 --appointments 1 --meetings 8 --meetings-per-close 8 --value 3000",
        "report",
    ]
    .map(String::from)
    .into();
    for report in REPORTS {
        commands.push(format!("report {}", report.name));
        if report.takes.contains(&Takes::By) && !matches!(report.by, Breakdowns::Only(_)) {
            let has_rows = |by: &&str| match report.by {
                Breakdowns::Among(rows) | Breakdowns::Own(rows) => rows.contains(by),
                _ => true,
            };
            let fields = ["owner", "pipeline", "source", "grade", "lifecycle"];
            for by in fields.into_iter().filter(has_rows) {
                commands.push(format!("report {} --by {by}", report.name));
            }
        }
        if report.takes.contains(&Takes::Period) {
            commands.push(format!("report {} --period 2010-03", report.name));
        }
        if report.takes.contains(&Takes::List) {
            commands.push(format!("report {} --list", report.name));
        }
    }
    commands
}

#[test]
fn machines_read_the_same_bytes_in_every_language() {
    let (en, zh) = (team("en"), team("zh"));
    for command in commands() {
        // What is for programs is so without being asked.
        let usual = if command.starts_with("export") { &[""][..] } else { &[] };
        for format in ["-f csv", "-f json"].iter().chain(usual) {
            let line = format!("{command} {DAY} {format}");
            let (en, zh) = (en.crm(&line), zh.crm(&line));
            assert_eq!((en.status, &en.stdout), (zh.status, &zh.stdout), "{line}");
            // A command that cannot be asked here tells nothing.
            assert!(en.status == 0, "{line}: {}", en.stderr);
        }
    }
}

#[test]
fn people_read_labels() {
    let (en, zh) = (team("en"), team("zh"));
    for (command, english, chinese) in [
        ("list stage:appointment", "First meeting set", "约定初次见面"),
        ("list is:overdue", "overdue", "逾期"),
        ("report board stage:appointment", "First meeting set", "约定初次见面"),
        ("report funnel", "First meeting set", "约定初次见面"),
        ("due --in 30d", "First meeting set", "约定初次见面"),
        ("classify", "overstated", "高估"),
        ("classify --why-not 50", "fits the need", "符合需要"),
        ("show hu-jing", "First meeting set", "约定初次见面"),
        ("show hu-jing", "call", "电话"),
        ("export events -f table", "meeting", "见面"),
        ("list --columns id,lifecycle", "won back", "赢回"),
        ("report policy", "senior", "高级"),
        ("report grades", "one order, lately", "新客户"),
        ("report forecast", "Win rate", "成交率"),
        ("report ratios", "First meetings", "初次见面"),
        ("report overrides", "fits the need", "符合需要"),
    ] {
        for (sandbox, word) in [(&en, english), (&zh, chinese)] {
            let text = sandbox.crm(&format!("{command} {DAY}")).ok();
            assert!(text.contains(word), "{command}: {word}\n{text}");
        }
    }
    // No id of a column, criterion, flag, verdict or level is left in what people read in Chinese.
    let ids = [
        "appointment",
        "could-advance",
        "overstated",
        "overdue",
        "right-person",
        "next-step",
        "won-back",
        "lapsed",
        "senior",
        "junior",
        "first-meetings",
        "win-rate",
        "on-hold",
    ];
    for command in commands() {
        if command.contains("what-if") || command.starts_with("export") {
            continue;
        }
        let text = zh.crm(&format!("{command} {DAY}")).ok();
        for id in ids {
            let word = |part: &str| part == id;
            let said = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).any(word);
            let in_rule = text.contains(&format!(":{id}"));
            assert!(!said || in_rule, "{command}: {id}\n{text}");
        }
    }
}

#[test]
fn people_read_the_label_of_a_column_once() {
    let sandbox = team("en");
    for (command, machines) in [
        ("report board", "stage,stage-label,id,"),
        ("report funnel", "stage,stage-label,count,"),
        ("report losses --table left-from", "stage,stage-label,lost,"),
        ("report grades --table dimensions", "dimension,level,level-label,customers,"),
        ("report policy --table kept", "grade,duty,what,kept"),
    ] {
        let csv = sandbox.crm(&format!("{command} {DAY} -f csv")).ok();
        assert!(csv.starts_with(machines), "{csv}");
        let text = sandbox.crm(&format!("{command} {DAY}")).ok();
        assert!(!text.contains("Meaning") && !text.contains("  Column"), "{text}");
    }
}

#[test]
fn numbers_are_typed() {
    let sandbox = Sandbox::ledger();
    let stated = "--dials 15 --conversations 7 --appointments 1 --meetings 8 \
                  --meetings-per-close 8 --value 3000";
    let csv = sandbox.crm(&format!("what-if {stated} -f csv")).ok();
    let row = |name: &str| csv.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert_eq!(row("value per close"), "value per close,3000,6000,50,300000,150000");
    assert_eq!(row("talks per dial"), "talks per dial,0.466667,0.933333,100,300000,150000");
    assert!(!csv.contains('"') && !csv.contains('%'), "{csv}");
    let json: serde_json::Value =
        serde_json::from_str(&sandbox.crm(&format!("what-if {stated} -f json")).ok()).unwrap();
    let lever = &json["tables"]["levers"][5];
    assert_eq!((lever["from"].as_str(), lever["raised"].as_str()), (Some("3000"), Some("6000")));
    assert!(json["tables"]["levers"][2]["from"].is_f64());
}

#[test]
fn money_of_a_column_is_uniform_for_people_and_as_given_in_the_file() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect(
        "a",
        "name = \"A\"",
        "2009-12-01 = { kind = \"imported\", stage = \"25\", value = 37500.0 }\n",
    );
    let text = sandbox.crm("report funnel").ok();
    assert!(text.contains("37,500") && !text.contains("37,500.0"), "{text}");
    assert!(sandbox.crm("list -f csv").ok().contains(",37500.0,"));
    sandbox.prospect(
        "b",
        "name = \"B\"",
        "2009-12-01 = { kind = \"imported\", stage = \"25\", value = 1500.5 }\n",
    );
    let text = sandbox.crm("list --columns id,value").ok();
    assert!(text.contains("37,500.00") && text.contains(" 1,500.50"), "{text}");
}

#[test]
fn the_journal_shows_every_field_of_an_entry() {
    let events = "2009-12-01 = { kind = \"survey\", score = 8, scale = \"0-10\" }\n\
                  2009-12-02 = { kind = \"complaint\", ticket = \"T-7\" }\n\
                  2009-12-03 = { kind = \"hold\", until = 2009-12-20, reason = \"travel\" }\n";
    let sandbox = Sandbox::ledger();
    sandbox.prospect("a", "name = \"A\"", events);
    let text = sandbox.crm("show a").ok();
    for told in ["score 8; scale 0-10", "ticket T-7", "until 2009-12-20; because travel"] {
        assert!(text.contains(told), "{told}\n{text}");
    }
    sandbox.write("crm.toml", "[ledger]\nlanguage = \"zh\"\n");
    let text = sandbox.crm("show a").ok();
    for told in ["评分 8；量表 0-10", "工单 T-7", "至 2009-12-20；原因 travel", "投诉", "暂缓"]
    {
        assert!(text.contains(told), "{told}\n{text}");
    }
}
