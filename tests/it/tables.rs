//! Tables as people read them: within the width of a terminal, names of reps instead of ids, one number of decimals in a
//! column. Machines read none of this.

use crate::common::{Sandbox, contains, day, run};
use crm::disk::ledger::Ledger;
use crm::render::{Format, Names, Options, Rendering};
use crm::report::dimension::Dimension;
use crm::report::figures::{REPS, member_names};
use crm::report::{REPORTS, Request};
use crm::rules::query::Query;
use crm::value::label::Lang;
use std::path::Path;
use std::process::Command;
use unicode_width::UnicodeWidthStr;

const LEDGERS: [(&str, &str); 3] = [
    ("examples/team", "2010-03-31"),
    ("examples/project", "2010-03-31"),
    ("examples/worked-cases", "2009-12-18"),
];

fn open(folder: &str, lang: Lang) -> Ledger {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut ledger = Ledger::open(root.clone(), root).unwrap();
    ledger.settings.language = lang;
    ledger
}

/// Every report of an example as a table of a width, plain and by owner: its name, and the text.
fn tables(folder: &str, on: &str, lang: Lang, width: usize) -> Vec<(String, String)> {
    let (ledger, on) = (open(folder, lang), day(on));
    let settings = &ledger.settings;
    let names = Names { columns: REPS, of: member_names(settings) };
    let options = Options { width: Some(width), lang, names, ..Options::default() };
    let mut drawn = Vec::new();
    for report in REPORTS {
        for by in [None, Some("owner")] {
            let name = format!("{folder} {} {lang:?} by {by:?}", report.name);
            let request = |list| {
                let by = by.map(|by| Dimension::parse(by, settings).unwrap());
                Request { by, list, ..Request::of(Query::everything()) }
            };
            let taken = [true, false].map(request);
            let taken = taken.into_iter().find(|one| report.check(one, false).is_ok());
            let Some(request) = taken else { continue };
            let book = ledger.load(on);
            let Ok(sheet) = (report.make)(&book, &request) else { continue };
            let mut bytes = Vec::new();
            let rendering = Rendering::of(sheet, Format::Table, options.clone()).unwrap();
            rendering.write(&mut bytes).unwrap();
            drawn.push((name, String::from_utf8(bytes).unwrap()));
        }
    }
    drawn
}

#[track_caller]
fn fits(name: &str, text: &str, width: usize) {
    for line in text.lines() {
        assert!(line.width() <= width, "{name}: {} > {width}: {line}", line.width());
    }
}

/// Is there a table, with its rule below the header?
fn has_table(text: &str) -> bool {
    text.lines().any(|line| !line.is_empty() && line.chars().all(|c| c == '─'))
}

#[test]
fn every_report_fits_a_terminal_of_80_columns_in_both_languages() {
    for (folder, on) in LEDGERS {
        for lang in [Lang::En, Lang::Zh] {
            for (name, text) in tables(folder, on, lang, 80) {
                fits(&name, &text, 80);
            }
        }
    }
}

/// The words of a line that may be an id.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
}

#[test]
fn people_read_the_names_of_reps_in_every_report_and_nowhere_their_ids() {
    for (folder, on) in &LEDGERS[..2] {
        let ledger = open(folder, Lang::En);
        let ids: Vec<&str> = ledger.settings.reps.iter().map(|rep| &*rep.id).collect();
        for (name, text) in tables(folder, on, Lang::En, 400) {
            // A command takes the id.
            for line in text.lines().filter(|line| !line.contains("crm ")) {
                let id = words(line).find(|word| ids.contains(word));
                assert_eq!(id, None, "{name}: {line}");
            }
        }
    }
}

/// The output of a command on a terminal of so many columns; `None` if none can be made here.
fn on_terminal(sandbox: &Sandbox, columns: usize, lang: &str, line: &str) -> Option<String> {
    let line = format!("{} --lang {lang} {line}", env!("CARGO_BIN_EXE_crm"));
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &line, "/dev/null"]).current_dir(sandbox.path()).env_clear();
    terminal.env("PATH", std::env::var_os("PATH")?).env("HOME", sandbox.path());
    terminal.env("COLUMNS", columns.to_string()).env("TERM", "xterm").env("NO_COLOR", "1");
    terminal.env("CRM_PAGER", "").env("CRM_TODAY", "2010-03-31");
    let Ok(output) = terminal.stdin(std::process::Stdio::null()).output() else {
        println!("skipped: there is no `script` that makes a terminal");
        return None;
    };
    Some(String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n"))
}

#[cfg(unix)]
#[test]
fn lists_stay_tables_on_narrow_terminals() {
    let sandbox = Sandbox::copy_of("examples/team");
    for line in [
        "board",
        "list",
        "list -c id,name,company,stage,owner,value,weighted,next,flags,region,source,needs,tags",
        "list id:anna-schmidt",
        "grade",
        "grade becker",
        "classify",
        "due --in 30d",
        "customers",
        "cases --all",
        "contact becker",
        "pool",
        "report key-accounts",
        "report funnel --by owner",
    ] {
        for lang in ["en", "zh"] {
            for columns in [80, 60] {
                let Some(text) = on_terminal(&sandbox, columns, lang, line) else { return };
                fits(&format!("{line} {lang}"), &text, columns);
                assert!(has_table(&text), "{line}: {text}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn the_company_gives_way_on_the_board_and_a_column_that_was_asked_for_does_not() {
    let sandbox = Sandbox::copy_of("examples/team");
    let Some(board) = on_terminal(&sandbox, 80, "en", "board 'owner:sarah'") else { return };
    contains(
        &board,
        &[
            "not shown at this width: Company, Age (a wider terminal or -f csv has them)\n",
            "\n50%            becker-hall   Becker Preci…  Sarah Lin  74,000  2010-04-01\n",
        ],
    );
    let asked = "list owner:sarah -c id,company,name,stage,value,next,flags,region";
    let asked = on_terminal(&sandbox, 80, "en", asked).unwrap();
    assert!(asked.contains("\nId            Company"), "{asked}");
    let zh = on_terminal(&sandbox, 80, "zh", "board 'owner:sarah'").unwrap();
    contains(&zh, &["此宽度未显示：公司、天龄（加宽终端，或用 -f csv）"]);
    // With room for all, and in a pipe, nothing is left out or cut.
    let wide = on_terminal(&sandbox, 200, "en", "board").unwrap();
    let mut piped = sandbox.command();
    piped.env("CRM_TODAY", "2010-03-31").env("COLUMNS", "80").arg("board");
    let piped = run(&mut piped).done().0;
    assert!(!wide.contains('…') && !wide.contains("not shown"), "{wide}");
    assert!(wide.contains(&piped), "{piped}");
}

const NAMESAKES: &str = "\
[[rep]]\nid = \"li-na\"\nname = \"李娜\"\n\
[[rep]]\nid = \"li-na-2\"\nname = \"李娜\"\n\
[[rep]]\nid = \"he\"\nname = \"何军\"\n";

#[test]
fn namesakes_have_their_ids_behind_them_and_an_unknown_owner_stays_as_typed() {
    let sandbox = Sandbox::with_settings(NAMESAKES);
    for owner in ["li-na", "li-na-2", "he", "zhang"] {
        let event = format!("2009-12-01 = {{ kind = \"opened\", owner = \"{owner}\" }}\n");
        sandbox.prospect(&format!("p-{owner}"), "name = \"x\"", &event);
    }
    let list = sandbox.crm("list -c id,owner").ok();
    for row in [
        "p-he       何军\n",
        "p-li-na    李娜 (li-na)\n",
        "p-li-na-2  李娜 (li-na-2)\n",
        "p-zhang    zhang\n",
    ] {
        assert!(list.contains(row), "{list}");
    }
    let csv = "id,owner\np-he,he\np-li-na,li-na\np-li-na-2,li-na-2\np-zhang,zhang\n";
    assert_eq!(sandbox.crm("list -c id,owner -f csv").ok(), csv);
    let markdown = sandbox.crm("list -c id,owner -f markdown").ok();
    contains(&markdown, &["| p-he      | 何军"]);
    // Figures by owner are by id, and are read by name.
    let funnel = sandbox.crm("report funnel --by owner").ok();
    contains(&funnel, &["\n何军 ", "\n李娜 (li-na) ", "\n李娜 (li-na-2) ", "\nzhang ", "• 何军: "]);
    let csv = sandbox.crm("report funnel --by owner -f csv").ok();
    assert!(csv.contains("\nli-na-2,") && !csv.contains("李娜"), "{csv}");
    // The choices of a page go by the ids of the names.
    let page = sandbox.crm("report board -f html").ok();
    contains(&page, &["data-k=\"he\">何军</td>", "data-k=\"li-na-2\">李娜 (li-na-2)</td>"]);
    let dashboard = sandbox.crm("dashboard").ok();
    contains(&dashboard, &["<option value=\"li-na-2&#10;李娜 (li-na-2)"]);
}

#[test]
fn the_funnel_by_owner_has_a_row_a_rep_and_one_for_all() {
    let sandbox = Sandbox::with_settings(NAMESAKES);
    let stages = [("a", "he", "25", 100), ("b", "he", "50", 200), ("c", "li-na", "25", 1000)];
    for (id, owner, stage, value) in stages {
        let event = format!(
            "2009-12-01 = {{ kind = \"imported\", stage = \"{stage}\", owner = \"{owner}\", value = {value} }}\n"
        );
        sandbox.prospect(id, "name = \"x\"", &event);
    }
    let funnel = sandbox.crm("report funnel --by owner").ok();
    let squeezed: Vec<String> =
        funnel.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    for row in [
        "何军 0 0 0 0 1 100 1 200 0 0 0 0 0 0 2 300",
        "李娜 (li-na) 0 0 0 0 1 1,000 0 0 0 0 0 0 0 0 1 1,000",
        "all 0 0 0 0 2 1,100 1 200 0 0 0 0 0 0 3 1,300",
    ] {
        assert!(squeezed.iter().any(|line| line == row), "{funnel}");
    }
    assert!(!funnel.contains("At your own pace"), "machines have it: {funnel}");
    let csv = sandbox.crm("report funnel --by owner -f csv").ok();
    assert!(csv.starts_with("owner,stage,stage-label,count,value,weighted,overdue\nhe,"), "{csv}");
    // Without groups there is a row a column, as ever.
    let plain = sandbox.crm("report funnel").ok();
    contains(&plain, &["\nStage ", "\nAt your own pace"]);
}
