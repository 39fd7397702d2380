//! A company: its reports are those of one ledger that holds all files, its parts those of each ledger alone, and what
//! it cannot answer is refused.

use crate::common::{Sandbox, contains};
use crm::diag::Words;
use crm::report::company::{EXPORTS, Refusal, needed};
use crm::rules::company::Aspect;
use std::path::Path;

/// The ledgers of a company of the tests; no id begins another one.
const LEDGERS: [&str; 3] = ["bund", "suzhou", "lake"];

/// The day on which `examples/team` is looked at.
const ON: &str = "2010-03-31";

/// A company whose ledgers share out the files of `examples/team`, and beside it `one`, a ledger that holds all of them
/// under the id `LEDGER-ID`.
fn shared_out(seed: u64) -> Sandbox {
    shared_among(&LEDGERS, &LEDGERS, seed)
}

/// Likewise, with these ledgers, of which the last have no files.
fn shared_among(ledgers: &[&str], with_files: &[&str], seed: u64) -> Sandbox {
    let sandbox = Sandbox::empty();
    let team = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/team");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let settings = read(&team.join("crm.toml"));
    let mut company = String::from("[company]\nname = \"Lakeside\"\n");
    for id in ledgers {
        sandbox.write(&format!("{id}/crm.toml"), &settings);
        company.push_str(&format!("[[ledger]]\nid = \"{id}\"\npath = \"{id}\"\n"));
    }
    sandbox.write("company.toml", company).write("one/crm.toml", &settings);
    let mut rng = fastrand::Rng::with_seed(seed);
    for folder in ["prospects", "customers"] {
        let mut files = Vec::new();
        below(&team.join(folder), &mut files);
        files.sort();
        for file in files {
            let text = read(&file);
            let name = file.file_name().unwrap().to_str().unwrap();
            let id = with_files[rng.usize(..with_files.len())];
            sandbox.write(&format!("{id}/{folder}/{name}"), &text);
            let qualified: Vec<String> = text.lines().map(|line| with_ledger(line, id)).collect();
            sandbox.write(&format!("one/{folder}/{id}-{name}"), qualified.join("\n") + "\n");
        }
    }
    sandbox
}

/// A line of a file whose account, if it is one, has the ledger before it.
fn with_ledger(line: &str, ledger: &str) -> String {
    let is_reference = ["account", "parent"]
        .iter()
        .any(|key| line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')));
    if is_reference { line.replacen('"', &format!("\"{ledger}-"), 1) } else { line.to_owned() }
}

fn below(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, files);
        } else {
            files.push(path);
        }
    }
}

/// Stdout of a line in the company, its ids written as the ids of `one` are.
fn of_company(sandbox: &Sandbox, line: &str) -> String {
    let (text, _) = sandbox.crm(&format!("--company company.toml --as-of {ON} {line}")).done();
    LEDGERS.iter().fold(text, |text, id| text.replace(&format!("{id}/"), &format!("{id}-")))
}

fn of_one(sandbox: &Sandbox, ledger: &str, line: &str) -> String {
    sandbox.crm(&format!("--ledger {ledger} --as-of {ON} {line}")).done().0
}

/// Lines that give one answer for the company, and for a ledger that holds all files.
const LINES: &[&str] = &[
    "list -f csv",
    "list owner:liuyan -f csv --columns id,stage,value,weighted,age,account,flags --sort -value",
    "list 'is:overdue or value>=50k' -f csv",
    "list customer.region:shanghai -f csv",
    "customers -f csv --columns id,name,owner,deals,bought,last-order",
    "export prospects --columns id,name,company,industry,region,account,stage,since,supported,owner,owner-since,value,weighted,opened,pursuit,first-meeting,age,next,close-by,pushes,last-contact,paid,booked,orders,flags,reason",
    "export people",
    "export events",
    "export customers --columns id,name,region,owner,last-contact,credit-limit",
    "report board -f json",
    "report funnel -f json",
    "report funnel --by owner -f json",
    "report funnel --by source -f json region:shanghai",
    "report funnel",
    "report bridge --period 2010Q1 -f json",
    "report bridge --period 2010Q1 --by owner -f json --list",
    "report conversion -f json",
    "report conversion --by quarter -f json",
    "report cycle -f json",
    "report cycle --by source -f json",
    "report sheet -f json",
    "report sheet --period 2010-03",
    "report losses -f json",
    "report losses --by owner -f json",
    "report ratios -f json",
    // Targets are those of a ledger: the figures that ask for them are left out.
    "report forecast -f csv --table forecast",
    "report forecast -f csv --table probability",
    "report forecast --by owner -f csv --table forecast",
    "report sales --period 2010Q1 -f csv",
    "report sales --by product --period 2009 -f csv",
    "report receivables -f json",
    "report receivables --by owner -f json",
    "report contracts -f json",
    "report team --period 2010-03 -f json",
    "report trend --by month -f json",
    "report diary --period 2010-03 -f json",
    "report aging -f json",
    "report aging --by owner -f json",
    "report sources -f json",
    "report campaigns -f json",
    "report overrides -f json",
    "report projects -f json",
    "report plans -f json",
    "report service -f json",
    "report service --by owner -f json",
    "report satisfaction --period 2010Q1 -f json",
    "report retention --period 2010Q1 -f json",
    "report lifetime -f json",
    "export orders",
    "export cases",
    "export claims",
    "export plans",
    "export contacts",
    "export mail",
];

#[test]
fn a_company_answers_as_one_ledger_that_holds_all_files() {
    for seed in [1, 2] {
        answers_as_one(&shared_out(seed));
    }
}

#[test]
fn a_company_of_one_ledger_and_one_with_an_empty_ledger_answer_as_that_ledger() {
    for ledgers in [&LEDGERS[..1], &LEDGERS[..2]] {
        answers_as_one(&shared_among(ledgers, &LEDGERS[..1], 1));
    }
}

/// The company gives each answer of the ledger that holds all files.
fn answers_as_one(sandbox: &Sandbox) {
    let mut unlike = Vec::new();
    for line in LINES {
        let (company, one) = (of_company(sandbox, line), of_one(sandbox, "one", line));
        if company != one {
            let differ = company.lines().zip(one.lines()).find(|(a, b)| a != b);
            unlike.push(format!("{line}: {differ:?}"));
        }
    }
    assert!(unlike.is_empty(), "{}", unlike.join("\n"));
}

#[test]
fn a_search_finds_what_it_finds_in_each_ledger_the_best_first() {
    let sandbox = shared_out(5);
    let team = Sandbox::copy_of("examples/team");
    let sorted = |text: &str| {
        let mut rows: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
        rows.sort();
        rows
    };
    for words in ["li", "chen", "8", "budget head", "bund"] {
        let line = format!("search '{words}' -f csv");
        let all = of_company(&sandbox, &line);
        let found = LEDGERS.iter().fold(all.clone(), |all, id| {
            all.replace(&format!("\n{id}-"), "\n").replace(&format!(",{id}-"), ",")
        });
        let own = team.crm(&format!("--as-of {ON} {line}")).done().0;
        assert_eq!(sorted(&found), sorted(&own), "{words}");
        let few = of_company(&sandbox, &format!("{line} -n 3"));
        let first: Vec<&str> = all.lines().take(4).collect();
        assert_eq!(few.lines().collect::<Vec<_>>(), first, "{words}");
    }
}

#[test]
fn what_is_due_is_what_is_due_in_each_ledger() {
    let sandbox = shared_out(4);
    let line = "due --in 14d -f csv";
    let sorted = |mut rows: Vec<String>| {
        rows.sort();
        rows
    };
    let all = of_company(&sandbox, line);
    let all: Vec<String> = all.lines().skip(1).map(str::to_owned).collect();
    assert!(all.is_sorted_by_key(|row| row[..10].to_owned()));
    let mut each = Vec::new();
    for id in LEDGERS {
        for row in of_one(&sandbox, id, line).lines().skip(1) {
            let mut cells: Vec<String> = row.splitn(5, ',').map(str::to_owned).collect();
            cells[3] = format!("{id}-{}", cells[3]);
            each.push(cells.join(","));
        }
    }
    assert!(all.len() > 20);
    assert_eq!(sorted(all), sorted(each));
}

/// The rows of a CSV that begin with a value, without that value.
fn rows_of(csv: &str, group: &str) -> Vec<String> {
    let own = |line: &str| line.strip_prefix(group)?.strip_prefix(',').map(str::to_owned);
    csv.lines().filter_map(own).collect()
}

#[test]
fn the_rows_of_a_ledger_are_its_own_report() {
    let sandbox = shared_out(3);
    for (report, table) in [
        ("funnel", ""),
        ("funnel", "--table pace"),
        ("bridge --period 2010Q1", "--table bridge"),
        ("conversion", "--table conversion"),
        ("conversion", "--table win-rate"),
        ("losses", "--table reasons"),
        ("losses", "--table left-from"),
    ] {
        let line = format!("report {report} -f csv {table}");
        let all = sandbox
            .crm(&format!("--company company.toml --as-of {ON} {line} --by ledger"))
            .done()
            .0;
        assert!(all.starts_with("ledger,"), "{line}: {all}");
        let mut rows = 0;
        for id in LEDGERS {
            let own = of_one(&sandbox, id, &line);
            // A step that nobody took has a row only where there are no groups.
            let is_nothing = |row: &&str| row.ends_with(",0,0,0,0,0");
            let own: Vec<&str> = own.lines().skip(1).filter(|row| !is_nothing(row)).collect();
            assert_eq!(rows_of(&all, id), own, "{line}: {id}");
            rows += own.len();
        }
        assert_eq!(all.lines().count(), rows + 1, "{line}");
    }
}

/// A company of two ledgers with these settings, `a` and `b`; one prospect in each.
fn two(a: &str, b: &str, company: &str) -> Sandbox {
    let sandbox = Sandbox::empty();
    let events = "2009-11-02-1 = { kind = \"opened\", owner = \"he\", value = 1000 }\n\
                  2009-11-05-1 = { kind = \"golf\", forced = \"x\", stage = \"25\", next = 2009-11-09 }\n\
                  2009-11-20-1 = { kind = \"payment\", amount = 50 }\n";
    for (id, settings) in [("a", a), ("b", b)] {
        sandbox.write(&format!("{id}/crm.toml"), settings);
        sandbox.write(
            &format!("{id}/prospects/zhang.toml"),
            format!("name = \"张先生\"\nregion = \"{id}\"\n[events]\n{events}"),
        );
    }
    let ledgers = ["a", "b"].map(|id| format!("[[ledger]]\nid = \"{id}\"\npath = \"{id}\"\n"));
    sandbox.write("c.toml", format!("{company}{}", ledgers.concat()));
    sandbox
}

#[test]
fn each_file_is_judged_by_its_own_ledger() {
    let golf = "[kind.golf]\ncounts = \"meeting\"\n";
    let sandbox =
        two(&format!("{golf}[ledger]\ncycle_days = 60\n"), "[ledger]\ncycle_days = 30\n", "");
    let columns = "--columns id,first-meeting,age,flags";
    let all = sandbox.crm(&format!("--company c.toml list -f csv {columns}")).ok();
    for id in ["a", "b"] {
        let own = sandbox.crm(&format!("--ledger {id} list -f csv {columns}")).ok();
        let own = own.lines().nth(1).unwrap();
        assert!(all.contains(&format!("{id}/{own}\n")), "{own}\n{all}");
    }
    // Golf is a meeting in one of them only, and so is what a report counts, and when a cycle is over.
    let ratios = "report ratios --period 2009-11 -f csv --by ledger";
    let all = sandbox.crm(&format!("--company c.toml {ratios}")).done().0;
    assert_ne!(rows_of(&all, "a"), rows_of(&all, "b"));
    assert_eq!(sandbox.crm("--company c.toml list is:overdue -f ids").ok(), "b/zhang\n");
}

#[test]
fn boards_with_other_columns_stay_apart_and_equal_ones_are_added_up() {
    let board = |probability: &str| {
        format!(
            "[[pipeline]]\nid = \"deal\"\n[[pipeline.stage]]\nid = \"25\"\nprobability = {probability}\n\
             [[pipeline.stage]]\nid = \"won\"\noutcome = \"won\"\n[[pipeline.stage]]\nid = \"lost\"\noutcome = \"lost\"\n"
        )
    };
    let sandbox = two(&board("0.5"), &board("0.4"), "");
    let own =
        |id: &str| sandbox.crm(&format!("--ledger {id} report funnel -f csv --table deal")).ok();
    let table =
        |id: &str| sandbox.crm(&format!("--company c.toml report funnel -f csv --table {id}")).ok();
    assert_eq!((table("deal"), table("b/deal")), (own("a"), own("b")));
    let both = sandbox.crm("--company c.toml report board -f csv").ok();
    assert!(both.contains("a/zhang") && !both.contains("b/zhang"), "{both}");
    assert_eq!(sandbox.crm("--company c.toml list pipeline:b/deal -f ids").ok(), "b/zhang\n");
    let sandbox = two(&board("0.5"), &board("0.5"), "");
    let row = |text: String, stage: &str| {
        text.lines().find(|line| line.starts_with(stage)).unwrap().to_owned()
    };
    let funnel = |which: &str| sandbox.crm(&format!("{which} report funnel -f csv")).ok();
    assert_eq!(row(funnel("--ledger a"), "25,"), "25,25,1,1000,500,0");
    assert_eq!(row(funnel("--company c.toml"), "25,"), "25,25,2,2000,1000,0");
}

#[test]
fn money_is_converted_by_the_company() {
    let of = |currency: &str| format!("[ledger]\ncurrency = \"{currency}\"\n[rates]\nGBP = 9\n");
    let company = "[company]\ncurrency = \"CNY\"\n[rates]\nUSD = 7.12\n";
    let sandbox = two(&of("CNY"), &of("USD"), company);
    let list = sandbox.crm("--company c.toml list -f csv --columns id,value,paid").ok();
    assert_eq!(list, "id,value,paid\na/zhang,1000,50\nb/zhang,7120.00,356.00\n");
    assert_eq!(sandbox.crm("--company c.toml list 'value>5000' -f ids").ok(), "b/zhang\n");
    let events =
        sandbox.crm("--company c.toml export events --columns id,amount,amount-currency").ok();
    contains(&events, &["a/zhang,50,\n", "b/zhang,50,USD\n"]);
    let funnel = sandbox.crm("--company c.toml report funnel -f csv").ok();
    contains(&funnel, &["25,25%,2,8120.00,2030,2\n"]);
    // A currency without a rate of the company is named with what would mend it.
    sandbox.write(
        "a/prospects/li.toml",
        "name = \"李\"\n[events]\n2009-12-01 = { kind = \"opened\", value = \"5 GBP\" }\n",
    );
    let (funnel, _) = sandbox.crm("--company c.toml report funnel").done();
    contains(&funnel, &["5 GBP: not added up", "under [rates] of the company"]);
}

#[test]
fn an_amount_in_a_rule_is_in_the_currency_of_its_ledger() {
    let of = |currency: &str, rule: &str| {
        format!(
            "[ledger]\ncurrency = \"{currency}\"\n[[grading.rule]]\ngrade = \"A\"\nwhen = \"{rule}\"\n[[grading.rule]]\ngrade = \"B\"\nwhen = \"\"\n"
        )
    };
    let company = "[company]\ncurrency = \"CNY\"\n[rates]\nUSD = 7.12\n";
    // Each has one prospect of 1000 in its own currency: 1000 CNY and 7120 CNY.
    for (rule, grades) in [
        ("value>=1000", "A,A"),
        ("value>1000", "B,B"),
        ("value>999.99", "A,A"),
        ("value>=1000.01", "B,B"),
    ] {
        let sandbox = two(&of("CNY", rule), &of("USD", rule), company);
        let list = sandbox.crm("--company c.toml list -f csv --columns grade").ok();
        assert_eq!(list.lines().skip(1).collect::<Vec<_>>().join(","), grades, "{rule}");
        sandbox.crm("--company c.toml due").done();
        sandbox.crm("--company c.toml customers").done();
    }
    // A rule may name the currency of its ledger.
    for (rule, grade) in [("value>=1000USD", "A"), ("value>1000USD", "B")] {
        let sandbox = two(&of("USD", rule), &of("USD", rule), company);
        let list = sandbox.crm("--company c.toml list -f csv --columns grade").ok();
        assert_eq!(list, format!("grade\n{grade}\n{grade}\n"), "{rule}");
    }
    // What is typed is in the company's.
    let sandbox = two(&of("CNY", ""), &of("USD", ""), company);
    assert_eq!(sandbox.crm("--company c.toml list value>=1000.01 -f ids").ok(), "b/zhang\n");
    assert_eq!(sandbox.crm("--company c.toml list value>=7120.01 -f ids").ok(), "");
    // Rules that are not alike give no answer about grades.
    let sandbox = two(&of("CNY", "value>1"), &of("USD", "value>2"), company);
    let said = sandbox.crm("--company c.toml list grade:A").fails(2);
    contains(&said, &["error[one-ledger]", "`a` and `b` differ in `[grading]` or `[policy]`"]);
}

#[test]
fn a_report_that_is_right_for_one_ledger_only_is_refused_by_name() {
    let sandbox = two("", "[forecast]\nweight = 3\n[receivables]\npayment_days = 9\n", "");
    for report in crm::report::REPORTS {
        let run = sandbox.crm(&format!("--company c.toml report {} -f json", report.name));
        let refused = || {
            contains(&run.stderr, &["error[one-ledger]", "--ledger"]);
            assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{}", report.name);
        };
        match report.name {
            "forecast" | "projects" | "receivables" | "contracts" => refused(),
            "grades" | "policy" | "key-accounts" | "idic" | "portfolio" | "allocation" | "pool" => {
                refused();
            }
            _ => assert_eq!(run.status, 0, "{}: {}", report.name, run.stderr),
        }
    }
    for line in [
        "cases",
        "classify",
        "grade",
        "sweep",
        "pool",
        "recycle",
        "allocate",
        "what-if",
        "site -o x",
        "diff",
        "doctor",
        "add Li",
        "tally he dials=3",
        "export claims",
        "export calendar",
        "hold --where owner:he --until 2010-01-01 --reason x",
        "check a/zhang.toml",
        "undo",
        "call zhang",
    ] {
        let said = sandbox.refused(&format!("--company c.toml {line}"), 2);
        contains(&said, &["error["]);
        assert!(!said.contains("panicked"), "{line}: {said}");
    }
}

#[test]
fn an_id_that_names_its_ledger_writes_there() {
    let sandbox = two("", "", "");
    let b = sandbox.read("b/prospects/zhang.toml");
    let (_, said) = sandbox.crm("--company c.toml call a/zhang -m 'a/x y'").done();
    contains(&said, &["zhang (张先生): call on 2009-12-18"]);
    contains(&sandbox.read("a/prospects/zhang.toml"), &["kind = \"call\", note = \"a/x y\""]);
    sandbox.crm("log a/zhang note --note a/zhang --ledger c.toml").done();
    contains(&sandbox.read("a/prospects/zhang.toml"), &["kind = \"note\", note = \"a/zhang\""]);
    assert_eq!(sandbox.read("b/prospects/zhang.toml"), b);
    let environment = |line: &str| {
        crate::common::run(
            sandbox.command().env("CRM_LEDGER", "c.toml").args(crate::common::split(line)),
        )
    };
    contains(&environment("show b/张先生").done().0, &["张先生"]);
    environment("set b/zhang region=east").done();
    contains(&sandbox.read("b/prospects/zhang.toml"), &["\"east\""]);
    environment("contact add b/zhang 王芳 --phone 021-1").done();
    contains(&sandbox.read("b/prospects/zhang.toml"), &["王芳"]);
    environment("undo a/zhang").done();
    contains(&sandbox.read("a/prospects/zhang.toml"), &["kind = \"retracted\""]);
    let said = sandbox.refused("--company c.toml call a/zhang b/zhang", 2);
    contains(&said, &["error[one-ledger]", "two ledgers: `a` and `b`"]);
    let said = sandbox.refused("--company c.toml call aa/zhang", 2);
    contains(&said, &["c.toml has no ledger `aa`", "did you mean `a`?"]);
    let said = sandbox.refused("--company c.toml call a/zhnag", 2);
    contains(&said, &["no prospect or customer `zhnag`", "`zhang`"]);
    let said = sandbox.refused("--ledger a call a/zhang", 2);
    contains(&said, &["error[bad-id]", "--company FILE"]);
}

#[test]
fn outputs_never_replace_the_company_or_a_file_of_its_ledgers() {
    let sandbox = two("", "", "");
    for file in ["c.toml", "./a/../c.toml", "a/crm.toml", "b/prospects/zhang.toml"] {
        let said = sandbox.refused(&format!("--company c.toml list -f csv -o {file}"), 2);
        contains(&said, &["would replace"]);
    }
    sandbox.crm("--company c.toml list -o all.csv").ok();
    contains(&sandbox.read("all.csv"), &["a/zhang", "b/zhang"]);
}

#[test]
fn a_broken_ledger_is_named_with_its_place_and_a_broken_file_is_counted() {
    let sandbox = two("", "[ledger]\ncycle_days = 0\n", "");
    let said = sandbox.refused("--company c.toml list", 2);
    contains(&said, &["error[bad-setting]", "b/crm.toml:2:14"]);
    let sandbox = two("", "", "");
    sandbox.write("b/prospects/li.toml", "name = \n");
    let (list, said) = sandbox.crm("--company c.toml list -f ids").done();
    assert_eq!(list, "a/zhang\nb/zhang\n");
    contains(&said, &["1 file could not be read"]);
    let check = sandbox.crm("--company c.toml check --lines");
    assert_eq!(check.status, 1);
    contains(&check.stdout, &["b/prospects/li.toml:1:"]);
    contains(&check.stderr, &["3 prospects checked"]);
    assert_eq!(sandbox.crm("--company c.toml list --strict").status, 1);
}

#[test]
fn a_search_finds_the_ledger_of_an_id_with_the_id_alone() {
    let sandbox = two("", "", "");
    let found =
        |word: &str| sandbox.crm(&format!("--company c.toml search {word} -f ids")).done().0;
    assert_eq!(found("zhang"), "a/zhang\nb/zhang\n");
    assert_eq!(found("b/zh"), "b/zhang\n");
    assert_eq!(found("b/"), "b/zhang\n");
}

#[test]
fn ids_that_two_files_of_one_ledger_share_are_left_out_as_there() {
    let sandbox = two("", "", "");
    sandbox.write("b/prospects/x/zhang.toml", sandbox.read("b/prospects/zhang.toml"));
    assert_eq!(sandbox.crm("--company c.toml list -f ids").done().0, "a/zhang\nb/zhang\n");
    let (found, _) = sandbox.crm("--company c.toml search 张先生 -f ids").done();
    assert_eq!(found, "a/zhang\nb/zhang\n");
}

mod random {
    //! Random journals, shared out to ledgers at random: each report of the company is that of one ledger.

    use crm::model::company::{CompanyFile, OpenedLedger};
    use crm::model::event::{Event, EventKey};
    use crm::model::prospect::Prospect;
    use crm::model::settings::Settings;
    use crm::report::company::needed;
    use crm::report::dimension::Dimension;
    use crm::report::{Breakdowns, REPORTS, Request, Takes, find};
    use crm::rules::book::Book;
    use crm::rules::company::join;
    use crm::rules::query::Query;
    use crm::rules::replay::replay;
    use crm::rules::replay::state::Record;
    use crm::table::sheet::{Cell, Table};
    use crm::value::date::Date;
    use crm::value::money::Money;
    use crm::value::period::Period;
    use proptest::prelude::*;

    const STAGES: [&str; 7] = ["opportunity", "appointment", "25", "50", "90", "closed", "lost"];
    const OWNERS: [&str; 3] = ["刘燕", "he", ""];
    const DAYS: i64 = 90;

    fn day(n: i64) -> Date {
        Date::parse("2009-01-01").unwrap().plus(n)
    }

    /// One entry: its day, what it does, and a number to do it with.
    type Entry = (i64, u8, usize);

    fn event(n: usize, (on, what, number): Entry) -> Event {
        let key = EventKey::parse(&format!("{}-{}", day(on), n + 1)).unwrap();
        let kinds =
            ["moved", "moved", "meeting", "call", "booking", "payment", "invoice", "hold", "note"];
        let kind = kinds[usize::from(what) % kinds.len()];
        let mut event = Event::new(key, kind);
        let money = |currency: &str| Money::parse(&format!("{}.25{currency}", number * 7 + 1)).ok();
        match kind {
            "moved" => event.stage = Some(STAGES[number % 7].into()),
            "booking" | "payment" | "invoice" => event.amount = money(["", " USD"][number % 2]),
            "hold" => event.until = Some(day(on + 5)),
            _ => {}
        }
        match number % 5 {
            0 => event.owner = Some(OWNERS[number % 3].into()),
            1 => event.value = money(""),
            2 => event.close_by = Some(day(on + 20)),
            3 => event.reason = Some(["price", "timing"][number % 2].into()),
            _ => {}
        }
        event
    }

    fn prospects() -> impl Strategy<Value = Vec<(usize, Prospect)>> {
        let entry = (0..DAYS, 0..9_u8, 0..60_usize);
        let journal = (0..3_usize, prop::collection::vec(entry, 1..12));
        prop::collection::vec(journal, 0..24).prop_map(|journals| {
            let made = |(at, (ledger, mut entries)): (usize, (usize, Vec<Entry>))| {
                entries.sort_by_key(|entry| entry.0);
                let events = entries.into_iter().enumerate().map(|(n, entry)| event(n, entry));
                let events = events.collect();
                let source = Some(["fair", "referral"][at % 2].into());
                let id = format!("p{at}").into();
                (ledger, Prospect { id, source, events, ..Prospect::default() })
            };
            journals.into_iter().enumerate().map(made).collect()
        })
    }

    /// A sheet: its words, and the cells of each table.
    type Said = (String, Vec<Vec<Vec<Cell>>>);

    fn said(name: &str, book: &Book, by: Option<&str>, period: Option<Period>) -> Said {
        let query = Query::parse("", "QUERY", &book.settings, book.as_of).unwrap();
        let by = by.map(|by| Dimension::parse(by, &book.settings).unwrap());
        let request = Request { by, period, list: name == "bridge", ..Request::of(query) };
        let sheet = (find(name).unwrap().make)(book, &request).unwrap();
        let tables: Vec<_> = sheet.tables.iter().map(|table| (&table.id, &table.title)).collect();
        let words = format!("{} {} {:?} {tables:?}", sheet.title, sheet.about, sheet.notes);
        let cells = |table: &Table| table.rows.iter().map(|row| row.cells.clone()).collect();
        (words, sheet.tables.iter().map(cells).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

        #[test]
        fn each_report_of_a_company_is_that_of_one_ledger(
            prospects in prospects(),
            as_of in 30..DAYS,
            length in 0..60_i64,
        ) {
            let as_of = day(as_of);
            let ids = ["a", "b", "c"];
            let opened = ids.map(|id| OpenedLedger { id: id.into(), settings: Settings::default() });
            let company = join(&CompanyFile::default(), opened.to_vec()).unwrap();
            let books = company.members.iter().enumerate().map(|(at, member)| {
                let own = prospects.iter().filter(|(ledger, _)| *ledger == at);
                let records = own.filter_map(|(_, prospect)| {
                    let mut prospect = prospect.clone();
                    member.qualify(&mut prospect);
                    let record = replay(prospect, &member.settings, as_of)?;
                    Some(Record { ledger: at, ..record })
                });
                Book::of(member.settings.clone(), as_of, records.collect(), Vec::new())
            });
            let several = Book::company(company.settings.clone(), as_of, books.collect());
            let mut all: Vec<Record> = prospects.iter().filter_map(|(ledger, prospect)| {
                let id = format!("{}/{}", ids[*ledger], prospect.id).into();
                replay(Prospect { id, ..prospect.clone() }, &Settings::default(), as_of)
            }).collect();
            all.sort_by(|a, b| a.prospect.id.cmp(&b.prospect.id));
            let settings = Settings { ledgers: company.settings.ledgers.clone(), ..Settings::default() };
            let one = Book::of(settings, as_of, all, Vec::new());
            let period = Some(Period { from: as_of.plus(-length), to: as_of });
            for report in REPORTS.iter().filter(|report| needed(report.name).is_ok()) {
                let name = report.name;
                for by in [None, Some("owner"), Some("ledger"), Some("source"), Some("month")] {
                    let by = by.filter(|_| report.by == Breakdowns::Any);
                    let period = period.filter(|_| report.takes.contains(&Takes::Period));
                    prop_assert_eq!(said(name, &several, by, period), said(name, &one, by, period), "{} {:?}", name, by);
                }
            }
        }
    }
}

#[test]
fn targets_are_added_up_where_every_ledger_states_them_alike() {
    let target = |measure: &str, per: &str, amount: u32, more: &str| {
        format!("[[target]]\nmeasure = \"{measure}\"\nper = \"{per}\"\namount = {amount}\n{more}")
    };
    let sales = |a: &str, b: &str| {
        let of = |currency: &str, targets: &str| {
            format!("[ledger]\ncurrency = \"{currency}\"\n{targets}")
        };
        let company = "[company]\ncurrency = \"CNY\"\n[rates]\nUSD = 7\n";
        let sandbox = two(&of("CNY", a), &of("USD", b), company);
        let line = "--company c.toml report sales --as-of 2009-12-18";
        let targets = sandbox.crm(&format!("{line} -f csv --table targets"));
        let rows = targets
            .stdout
            .lines()
            .skip(1)
            .map(|row| row.split(',').take(5).collect::<Vec<_>>().join(","));
        (rows.collect::<Vec<_>>(), sandbox.crm(line).done().0)
    };
    let note = "a target is added up where every ledger states it for an equal span: `a` and `b`";
    // 100 CNY and 20 USD at 7 are 240; counts are added up as they are.
    let (rows, said) =
        sales(&target("booked", "quarter", 100, ""), &target("booked", "quarter", 20, ""));
    assert!(rows.len() == 1 && rows[0].contains("240") && !said.contains(note), "{rows:?} {said}");
    let (rows, said) = sales(&target("closes", "month", 3, ""), &target("closes", "month", 4, ""));
    assert!(rows.len() == 1 && rows[0].contains('7') && !said.contains(note), "{rows:?} {said}");
    // Another span, or none: no sum, and a note.
    for other in [target("booked", "month", 20, ""), String::new()] {
        let (rows, said) = sales(&target("booked", "quarter", 100, ""), &other);
        assert!(rows.is_empty() && said.contains(note), "{rows:?} {said}");
    }
    // From the day on which the last part begins; not after one of them takes another span.
    let later = target("booked", "quarter", 20, "from = 2009-12-18\n");
    assert_eq!(sales(&target("booked", "quarter", 100, ""), &later).0.len(), 1);
    let later = target("booked", "quarter", 20, "from = 2009-12-19\n");
    assert_eq!(sales(&target("booked", "quarter", 100, ""), &later).0.len(), 0);
    let both =
        target("booked", "quarter", 20, "") + &target("booked", "month", 5, "from = 2009-12-18\n");
    assert_eq!(sales(&target("booked", "quarter", 100, ""), &both).0.len(), 0);
}

#[test]
fn a_company_has_a_start_page_and_a_dashboard_with_a_row_for_each_ledger() {
    let sandbox = two("", "", "");
    for line in ["--company c.toml", "--company c.toml today", "--ledger c.toml"] {
        let (page, _) = sandbox.crm(line).done();
        contains(&page, &["By ledger", "a/zhang", "b/zhang", "crm list is:overdue"]);
        let csv = sandbox.crm(&format!("{line} -f csv --table ledgers"));
        contains(&csv.stdout, &["ledger,due,overdue,open,value,weighted\na,1,1,1,1000,250\n"]);
    }
    let (mine, _) = sandbox.crm("--company c.toml today ledger:b").done();
    assert!(mine.contains("b/zhang") && !mine.contains("a/zhang"), "{mine}");
    let (zh, _) = sandbox.crm("--company c.toml --lang zh").done();
    contains(&zh, &["按账本", "待办"]);
    sandbox.crm("--company c.toml dashboard -o page.html").done();
    let page = sandbox.read("page.html");
    contains(&page, &["a/zhang", "b/zhang", "By ledger", "Left out", "no report `allocation`"]);
}

/// A company of these ledgers, each with a prospect for each number: so many days behind its next step, if it has one;
/// 60 days behind is past the sales cycle.
fn with_prospects(ledgers: &[(&str, &[i64])]) -> Sandbox {
    let sandbox = Sandbox::empty();
    let mut company = String::new();
    let today = crate::common::day(crate::common::TODAY);
    for (id, behind) in ledgers {
        sandbox.write(&format!("{id}/crm.toml"), "[ledger]\ncycle_days = 30\n");
        company.push_str(&format!("[[ledger]]\nid = \"{id}\"\npath = \"{id}\"\n"));
        for (n, days) in behind.iter().enumerate() {
            let (first, next) = (today.plus(-days - 10), today.plus(-days));
            sandbox.write(
                &format!("{id}/prospects/p{n}.toml"),
                format!(
                    "name = \"P\"\n[events]\n{first}-1 = {{ kind = \"opened\", owner = \"he\" }}\n\
                     {first}-2 = {{ kind = \"meeting\", stage = \"25\", forced = \"x\", next = {next} }}\n"
                ),
            );
        }
    }
    sandbox.write("c.toml", company);
    sandbox
}

/// The rows of the ledgers on the start page: name, things due, overdue, open.
fn by_ledger(sandbox: &Sandbox) -> Vec<String> {
    let csv = sandbox.crm("--company c.toml today -f csv --table ledgers").done().0;
    let row = |row: &str| row.split(',').take(4).collect::<Vec<_>>().join(",");
    csv.lines().skip(1).map(row).collect()
}

#[test]
fn the_ledgers_with_the_most_due_come_first_and_then_those_with_the_most_overdue() {
    // Past the sales cycle is a thing that is due as well.
    let sandbox = with_prospects(&[("a", &[1]), ("b", &[1, 1]), ("c", &[60]), ("e", &[1, 1, 1])]);
    assert_eq!(by_ledger(&sandbox), ["e,3,0,3", "c,2,1,1", "b,2,0,2", "a,1,0,1"]);
    // What has ended is not open.
    for file in ["e/prospects/p0.toml", "e/prospects/p1.toml"] {
        let lost = "2009-12-18-1 = { kind = \"note\", stage = \"lost\", reason = \"price\" }\n";
        sandbox.write(file, sandbox.read(file) + lost);
    }
    assert_eq!(by_ledger(&sandbox), ["c,2,1,1", "b,2,0,2", "a,1,0,1", "e,1,0,1"]);
}

#[test]
fn the_start_page_of_a_company_has_four_ledgers_three_things_and_two_moves() {
    let all: [(&str, &[i64]); 5] =
        [("a", &[1]), ("b", &[1]), ("c", &[1]), ("d", &[1]), ("e", &[1])];
    let note = "5 ledgers; all: crm report funnel --by ledger";
    for n in [4, 5] {
        let sandbox = with_prospects(&all[..n]);
        assert_eq!(by_ledger(&sandbox).len(), 4, "{n} ledgers");
        let (page, _) = sandbox.crm("--company c.toml").done();
        assert_eq!(page.contains(note), n == 5, "{page}");
        assert_eq!(page.contains("ledgers; all:"), n == 5, "{page}");
        assert_eq!(page.matches("/p0").count(), 3, "{page}");
    }
    let hidden = "moved; all: crm report bridge";
    for n in [2, 3] {
        let sandbox = with_prospects(&all[..3]);
        for (id, _) in &all[..n] {
            let file = format!("{id}/prospects/p0.toml");
            let moved = sandbox.read(&file)
                + "2009-12-17-1 = { kind = \"note\", stage = \"50\", forced = \"x\", next = 2010-01-20 }\n";
            sandbox.write(&file, moved);
        }
        let (page, _) = sandbox.crm("--company c.toml today").done();
        assert_eq!(page.contains(hidden), n == 3, "{page}");
        contains(&page, &["Moved since yesterday"]);
    }
}

#[test]
fn a_dashboard_leaves_out_what_the_ledgers_do_not_agree_on() {
    let settings = "[ledger]\nstuck_factor = 3\n[kind.golf]\ncounts = \"meeting\"\n[forecast]\nslippage = 0.1\n";
    let complaint = "2009-11-21-1 = { kind = \"complaint\", ticket = \"T1\", note = \"x\" }\n";
    let page = |a: &str| {
        let sandbox = two(a, "", "");
        let file = sandbox.read("a/prospects/zhang.toml");
        sandbox.write("a/prospects/zhang.toml", file + complaint);
        sandbox.crm("--company c.toml dashboard -o page.html").done();
        sandbox.read("page.html")
    };
    let (alike, unlike) = (page(""), page(settings));
    let reasons = ["differ in `stuck_factor`", "differ in `[kind]`"];
    for reason in reasons {
        assert!(unlike.contains(reason) && !alike.contains(reason), "{reason}");
    }
    for part in [">Funnel<", "<td class=\"t\">T1</td>", "Weighted open value"] {
        assert!(alike.contains(part) && !unlike.contains(part), "{part}");
    }
}

#[test]
fn questions_about_grades_and_lists_of_what_is_due_need_rules_that_agree() {
    let rule = |when: &str| {
        format!(
            "[[rep]]\nid = \"he\"\n{when}[[grading.rule]]\ngrade = \"A\"\nwhen = \"owner:he\"\n\
             [[grading.rule]]\ngrade = \"B\"\nwhen = \"\"\n"
        )
    };
    // `he` is another person in each.
    let sandbox = two(&rule("level = \"senior\"\n"), &rule("level = \"junior\"\n"), "");
    for line in ["today", "dashboard -o page.html", "due"] {
        let said = sandbox.refused(&format!("--company c.toml {line}"), 2);
        contains(&said, &["error[one-ledger]", "a rep or a board of one name"]);
    }
    let one = |value: &str| {
        format!(
            "[[grading.rule]]\ngrade = \"A\"\nwhen = \"value>{value}\"\n[[grading.rule]]\ngrade = \"B\"\nwhen = \"\"\n"
        )
    };
    let sandbox = two(&one("1"), &one("2"), "");
    for line in ["today grade:A", "dashboard grade:A -o page.html", "export people grade:A"] {
        let said = sandbox.refused(&format!("--company c.toml {line}"), 2);
        contains(&said, &["error[one-ledger]", "a question about grades"]);
    }
    let said = sandbox.refused("--company c.toml export cases", 2);
    contains(&said, &["`crm export cases` has no answer"]);
}

#[test]
fn a_report_is_saved_in_the_file_of_the_company() {
    let report = |by: &str| format!("[report.monday]\nreport = \"funnel\"\nby = \"{by}\"\n");
    let sandbox = two("", "", &report("ledger"));
    let saved = sandbox.crm("--company c.toml report monday -f csv").ok();
    assert_eq!(saved, sandbox.crm("--company c.toml report funnel --by ledger -f csv").ok());
    contains(&sandbox.crm("--company c.toml report").ok(), &["monday"]);
    // One of a ledger is not the company's, and a mistake is told with its place.
    let sandbox = two(&report("owner"), "", "");
    contains(&sandbox.refused("--company c.toml report monday", 2), &["no report `monday`"]);
    let sandbox = two("", "", &report("ownr"));
    contains(
        &sandbox.refused("--company c.toml report monday", 2),
        &["unknown --by field `ownr`", "c.toml"],
    );
}

#[test]
fn what_works_in_one_ledger_names_the_line_to_type() {
    let sandbox = two("", "", "");
    for (line, command) in
        [("undo", "undo"), ("redo", "redo"), ("site -o x", "site"), ("sweep", "sweep")]
    {
        let said = sandbox.refused(&format!("--company c.toml {line}"), 2);
        let (a, b) = (
            format!("in one ledger: crm --ledger a {command}"),
            format!("crm --ledger b {command}"),
        );
        contains(&said, &["error[one-ledger]", &a, &b]);
        let said = sandbox.refused(&format!("--company c.toml --lang zh {line}"), 2);
        contains(&said, &[&format!("在一个账本中：crm --ledger a {command}")]);
    }
    // An id may name its ledger.
    contains(&sandbox.refused("--company c.toml call zhang", 2), &["as in a/zhang"]);
    assert!(!sandbox.refused("--company c.toml sweep", 2).contains("as in a/zhang"));
}

#[test]
fn a_company_answers_in_one_language() {
    let zh = "[ledger]\nlanguage = \"zh\"\n";
    let sandbox = two(zh, zh, "[company]\nlanguage = \"en\"\n");
    // Its own language, in its ledgers too, unless the reader asks for another one.
    let is_chinese = |text: &str| text.replace("张先生", "").chars().any(|c| c > '\u{2e7f}');
    for line in [
        "list",
        "today",
        "check",
        "report funnel",
        "show a/zhang",
        "call a/zhnag",
        "call b/zhang -m x -n",
        "undo",
        "cal a/zhang",
    ] {
        let run = |more: &str| {
            let run = sandbox.crm(&format!("--company c.toml {more} {line}"));
            run.stdout + &run.stderr
        };
        let (en, zh) = (run(""), run("--lang zh"));
        assert!(!is_chinese(&en), "{line}: {en}");
        assert!(is_chinese(&zh) || line.ends_with("-n"), "{line}: {zh}");
    }
    // What an entry states stays in the language of its ledger.
    let sandbox = two("", "", "[company]\nlanguage = \"zh\"\n");
    contains(&sandbox.refused("--company c.toml call a/zhnag", 2), &["没有"]);
    contains(&sandbox.refused("--company c.toml call aa/zhang", 2), &["没有账本"]);
}

#[test]
fn the_reader_of_a_company_may_ask_for_a_language() {
    let sandbox = two("", "", "[company]\nlanguage = \"en\"\n");
    let said = |variables: &[(&str, &str)]| {
        let mut crm = sandbox.command();
        crm.args(["--company", "c.toml", "call", "a/zhnag"]).envs(variables.iter().copied());
        crate::common::run(&mut crm).fails(2)
    };
    assert!(!said(&[]).contains("没有"));
    contains(&said(&[("CRM_LANG", "zh")]), &["没有"]);
    sandbox.write(".config/crm/config.toml", "language = \"zh\"\n");
    contains(&said(&[]), &["没有"]);
    assert!(!said(&[("CRM_LANG", "en")]).contains("没有"));
    // A company that states none has that of its ledgers, if they agree.
    let zh = "[ledger]\nlanguage = \"zh\"\n";
    let unknown = |a: &str, b: &str| two(a, b, "").refused("--company c.toml list --nothing", 2);
    let is_chinese = |text: &str| text.chars().any(|c| c > '\u{2e7f}');
    assert!(is_chinese(&unknown(zh, zh)) && !is_chinese(&unknown(zh, "")));
}

#[test]
fn each_mistake_in_the_file_is_told_with_its_place_and_what_would_mend_it() {
    let ledger = |id: &str, path: &str| format!("[[ledger]]\nid = \"{id}\"\npath = \"{path}\"\n");
    let a = ledger("a", "a");
    let cases: Vec<(String, &str, &str, &str, &str)> = vec![
        (
            format!("[company]\nnam = \"x\"\n{a}"),
            ":2:1",
            "unknown setting `nam`",
            "`[company]` 没有设置 `nam`",
            "`name`",
        ),
        (
            format!("[compny]\n{a}"),
            ":1:2",
            "unknown section `compny`",
            "没有 `compny` 这一段设置",
            "`company`",
        ),
        (
            "[[ledger]]\nid = \"a\"\npth = \"a\"\n".into(),
            ":3:1",
            "unknown setting `pth`",
            "`pth`",
            "`path`",
        ),
        (
            "[[ledger]]\nid = \"a\"\n".into(),
            ":1:1",
            "the ledger `a` needs a `path`",
            "账本 `a` 要有 `path`",
            "path = \"…\"",
        ),
        (ledger("a", "none"), ":3:8", "there is no folder none", "没有文件夹 none", "c.toml"),
        (
            ledger("a", "a/crm.toml"),
            ":3:8",
            "a/crm.toml is a file, not a folder",
            "a/crm.toml 是文件",
            ": a",
        ),
        (ledger("a", "a/prospects/zhang.toml"), ":3:8", "is a file", "是文件", "ledger"),
        (
            ledger("a", "other.toml"),
            ":3:8",
            "a company is no ledger of another one",
            "公司不能作为另一公司的账本",
            "list its ledgers",
        ),
        (
            ledger("a", "a/prospects"),
            ":3:8",
            "no `crm.toml` in a/prospects",
            "a/prospects 中没有 `crm.toml`",
            "crm init",
        ),
        (
            format!("{a}{}", ledger("b", "./a/../a")),
            ":6:8",
            "`a` and `b` are one folder",
            "同一个文件夹",
            "once",
        ),
        (
            format!("{a}{}", ledger("b", "link")),
            ":6:8",
            "`a` and `b` are one folder",
            "同一个文件夹",
            "once",
        ),
        (
            format!("{a}{}", ledger("b", "a/inner")),
            ":6:8",
            "`b` lies in the folder of `a`",
            "位于",
            "beside",
        ),
        (
            format!("{a}{}", ledger("A", "b")),
            ":5:6",
            "two ledgers have the id `A`",
            "两个账本的 id 都是 `A`",
            "own",
        ),
        (String::new(), "c.toml", "the company has no ledger", "公司没有账本", "[[ledger]]"),
        (
            "ledger = []\n".into(),
            "c.toml",
            "the company has no ledger",
            "公司没有账本",
            "[[ledger]]",
        ),
        (
            format!("[report.x]\nreport = \"funnel\"\nbuy = 1\n{a}"),
            ":3:1",
            "unknown setting `buy`",
            "`buy`",
            "valid: report, by",
        ),
    ];
    let sandbox = two("", "", "");
    sandbox.write("other.toml", ledger("b", "b")).write("a/inner/crm.toml", "");
    std::os::unix::fs::symlink("a", sandbox.path().join("link")).unwrap();
    for (text, place, en, zh, help) in cases {
        sandbox.write("c.toml", &text);
        let said = sandbox.refused("--company c.toml list", 2);
        contains(&said, &["error[company]", place, en, help]);
        contains(&sandbox.refused("--company c.toml --lang zh list", 2), &[place, zh]);
    }
    // A company that is not there is no ledger to be made.
    for line in ["--ledger no/such.toml list", "--company no/such.toml list"] {
        let said = sandbox.refused(line, 2);
        contains(&said, &["there is no file no/such.toml", "[[ledger]]"]);
        assert!(!said.contains("crm init"), "{said}");
    }
    let stated =
        crate::common::run(sandbox.command().env("CRM_LEDGER", "/x/nosuch.toml").arg("list"));
    contains(&stated.stderr, &["there is no file /x/nosuch.toml"]);
}

/// What the page of companies states of a report or an export.
fn row(name: &str, needed: Result<&[Aspect], Refusal>, is_chinese: bool) -> String {
    let pick =
        |words: Words| if is_chinese { words.zh().to_owned() } else { words.en().to_owned() };
    let stated = match needed {
        Ok([]) => pick(Words::both("yes", "可以")),
        Ok(aspects) => {
            let all: Vec<String> = aspects.iter().map(|aspect| pick(aspect.words())).collect();
            let (en, zh) = (all.join(", "), all.join("、"));
            pick(Words::both(
                format!("where the ledgers agree on {en}"),
                format!("各账本在以下方面一致时：{zh}"),
            ))
        }
        Err(why) => {
            let (en, zh) =
                (format!("no: {}", why.words().en()), format!("不可以：{}", why.words().zh()));
            pick(Words::both(en, zh))
        }
    };
    format!("| `{name}` | {stated} |\n")
}

#[test]
fn the_page_has_a_row_for_each_report_and_export() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    for (page, is_chinese) in [("company.md", false), ("company.zh.md", true)] {
        let reports = crm::report::REPORTS.iter();
        let reports = reports.map(|report| row(report.name, needed(report.name), is_chinese));
        let exports = EXPORTS.iter();
        let exports =
            exports.map(|(name, needed)| row(&format!("export {name}"), Ok(needed), is_chinese));
        let rows: String = reports.chain(exports).collect();
        let text = std::fs::read_to_string(folder.join(page)).unwrap();
        assert!(text.contains(&rows), "{page} needs these rows:\n{rows}");
    }
}
