//! A company: its reports are those of one ledger that holds all files, its parts those of each ledger alone, and what
//! it cannot answer is refused.

use crate::common::{Sandbox, contains};
use std::path::Path;

/// The ledgers of a company of the tests; no id begins another one.
const LEDGERS: [&str; 3] = ["bund", "suzhou", "lake"];

/// The day on which `examples/team` is looked at.
const ON: &str = "2010-03-31";

/// A company whose ledgers share out the files of `examples/team`, and beside it `one`, a ledger that holds all of them
/// under the id `LEDGER-ID`.
fn shared_out(seed: u64) -> Sandbox {
    let sandbox = Sandbox::empty();
    let team = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/team");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let settings = read(&team.join("crm.toml"));
    let mut company = String::from("[company]\nname = \"Lakeside\"\n");
    for id in LEDGERS {
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
            let id = LEDGERS[rng.usize(..LEDGERS.len())];
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
];

#[test]
fn a_company_answers_as_one_ledger_that_holds_all_files() {
    for seed in [1, 2] {
        let sandbox = shared_out(seed);
        for line in LINES {
            let (company, one) = (of_company(&sandbox, line), of_one(&sandbox, "one", line));
            if company != one {
                let differ = company.lines().zip(one.lines()).find(|(a, b)| a != b);
                panic!("{line}: {differ:?}");
            }
        }
    }
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
    for line in ["due", "list grade:A", "report funnel --by grade", "customers"] {
        let said = sandbox.crm(&format!("--company c.toml {line}")).fails(2);
        contains(&said, &["error[one-ledger]", "`a` and `b` differ in `currency`"]);
    }
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
            "board" | "funnel" | "sheet" | "ratios" | "losses" | "conversion" | "cycle"
            | "sales" | "bridge" => {
                assert_eq!(run.status, 0, "{}: {}", report.name, run.stderr);
            }
            _ => refused(),
        }
    }
    for line in [
        "today",
        "cases",
        "classify",
        "grade",
        "sweep",
        "pool",
        "recycle",
        "allocate",
        "what-if",
        "dashboard",
        "site -o x",
        "diff",
        "doctor",
        "add Li",
        "tally he dials=3",
        "export orders",
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
    use crm::report::dimension::Dimension;
    use crm::report::{Request, find};
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
            for name in ["board", "funnel", "bridge", "conversion", "cycle", "losses", "ratios", "forecast", "sales", "receivables", "sheet"] {
                for by in [None, Some("owner"), Some("ledger"), Some("source"), Some("month")] {
                    let takes_by = name != "sheet";
                    let by = by.filter(|_| takes_by);
                    let period = period.filter(|_| name != "receivables");
                    prop_assert_eq!(said(name, &several, by, period), said(name, &one, by, period), "{} {:?}", name, by);
                }
            }
        }
    }
}
