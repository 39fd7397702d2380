//! What leaves the program comes back whole: exports, imported into an empty ledger, give the same exports.

use crate::common::Sandbox;
use fastrand::Rng;
use std::ffi::OsString;
use std::fmt::Write;

const SETTINGS: &str = "[ledger]\ncurrency = \"CNY\"\nfacts = [\"sector\", \"branch\"]\n\
    [[rep]]\nid = \"he\"\nname = \"何\"\n[[rep]]\nid = \"liuyan\"\n";

/// Texts that spreadsheets, CSV and TOML spoil.
const TEXTS: [&str; 15] = [
    "张先生",
    "Zhang, \"Li\"",
    "=1+1",
    "'=1+1",
    "+86 21",
    "-x",
    "@SUM(A1)",
    "'tis; so",
    "007",
    "1,5",
    "2009-12-01",
    "一行\n二行",
    "a\tb|c",
    "＝1",
    "R&amp;D &lt;b&nbsp;",
];

/// The file of a prospect, by chance.
fn prospect(rng: &mut Rng) -> String {
    let text = |rng: &mut Rng| format!("{:?}", rng.choice(TEXTS).unwrap());
    let mut out = format!("name = {}\n", text(rng));
    for fact in [
        "company", "industry", "region", "size", "source", "product", "account", "branch", "sector",
    ] {
        if rng.bool() {
            let _ = writeln!(out, "{fact} = {}", text(rng));
        }
    }
    for list in ["needs", "tags"] {
        match rng.u32(..3) {
            0 => {}
            1 => drop(writeln!(out, "{list} = [\"vip\"]")),
            _ => drop(writeln!(out, "{list} = [\"健康\", \"fleet, small\"]")),
        }
    }
    if rng.bool() {
        out.push_str("pipeline = \"prospect\"\n");
    }
    if rng.u32(..4) == 0 {
        out.push_str("parent = \"c1\"\npotential = \"5 USD\"\nwants = [\"speed\"]\n");
    }
    for n in 0..rng.u32(..4) {
        let _ = writeln!(out, "\n[[contact]]\nname = \"王{n}\"");
        for (field, value) in [
            ("role", text(rng)),
            ("decides", "true".to_owned()),
            ("phone", format!("\"021{:07}\"", rng.u32(..9_999_999))),
            ("email", format!("\"w{n}@example.com\"")),
            ("birthday", "1969-02-03".to_owned()),
        ] {
            if rng.bool() {
                let _ = writeln!(out, "{field} = {value}");
            }
        }
    }
    out + "\n[events]\n" + &journal(rng)
}

/// The file of a customer, by chance.
fn customer(rng: &mut Rng) -> String {
    let text = |rng: &mut Rng| format!("{:?}", rng.choice(TEXTS).unwrap());
    let mut out = format!("name = {}\n", text(rng));
    for fact in ["company", "industry", "region", "size", "source", "product", "branch", "sector"] {
        if rng.bool() {
            let _ = writeln!(out, "{fact} = {}", text(rng));
        }
    }
    for (fact, value) in [
        ("parent", "\"c9\""),
        ("potential", rng.choice(["300000", "1.50", "\"7 USD\"", "\"8 CNY\""]).unwrap()),
        ("credit_limit", rng.choice(["50000", "\"5 USD\""]).unwrap()),
        ("customer_since", rng.choice(["1969-02-03", "2010-03-01"]).unwrap()),
        ("relation", rng.choice(["\"partner\"", "\"agent\"", "\"supplier\""]).unwrap()),
        ("challenge", "[\"留不住人\", \"=1+1\"]"),
        ("wants", "[\"speed, now\"]"),
        ("strategic", "[\"volume\"]"),
        ("documents", "[\"https://example.com/a\"]"),
        ("needs", "[\"pension\"]"),
        ("tags", "[\"vip\", \"007\"]"),
    ] {
        if rng.bool() {
            let _ = writeln!(out, "{fact} = {value}");
        }
    }
    if rng.bool() {
        let _ = writeln!(out, "\n[[contact]]\nname = \"王\"\nrole = {}", text(rng));
        out.push_str("part = \"decider\"\nrefuses = [\"email\", \"visit\"]\nleft = 2010-03-01\n");
    }
    for n in 0..rng.u32(..3) {
        let _ = writeln!(out, "\n[[goal]]\nid = \"g{n}\"\nwhat = {}", text(rng));
        out.push_str(rng.choice(["measure = \"bought\"\ntarget = 240000\n", ""]).unwrap());
        out.push_str(rng.choice(["by = 2010-12-31\nterm = \"short\"\n", ""]).unwrap());
    }
    for n in 0..rng.u32(..3) {
        let _ = writeln!(out, "\n[[step]]\nwhat = \"{n}: visit\"");
        out.push_str(rng.choice(["by = 2010-01-31\nwho = \"he\"\n", "id = \"s\"\n"]).unwrap());
    }
    out.push_str("\n[events]\n");
    if rng.u32(..5) == 0 {
        return out;
    }
    out.push_str("2009-11-02-1 = { kind = \"opened\", owner = \"he\" }\n");
    let changes = [
        "region = \"new\"",
        "potential = \"9 USD\"",
        "needs = [\"a\", \"b\"]",
        "name = \"Renamed\"",
        "relation = \"customer\"",
        "documents = \"\"",
        "branch = \"x\"",
    ];
    for day in 3..3 + rng.u32(..12) {
        let set = rng.choice(changes).unwrap();
        let _ = writeln!(out, "2009-11-{day:02}-1 = {{ kind = \"changed\", set = {{ {set} }} }}");
    }
    out
}

/// Entries by chance, which keep the rules.
fn journal(rng: &mut Rng) -> String {
    let text = |rng: &mut Rng| format!("{:?}", rng.choice(TEXTS).unwrap());
    let money = |rng: &mut Rng| {
        let digits = rng.u32(1..90_000);
        match rng.u32(..4) {
            0 => digits.to_string(),
            1 => format!("{digits}.50"),
            2 => format!("\"{digits}.05 USD\""),
            _ => format!("\"{digits} EUR\""),
        }
    };
    let mut out = String::new();
    let mut keys: Vec<String> = Vec::new();
    let mut day = 1;
    let mut n = 0;
    let mut line = |rng: &mut Rng, day: u32, body: String| {
        n += 1;
        let key = match rng.u32(..3) {
            0 => format!("2009-11-{day:02}-{n}"),
            1 => format!("2009-11-{day:02}-{n}-a{n}b"),
            _ => format!("2009-11-{day:02}-{n}-呼"),
        };
        let _ = writeln!(out, "{:?} = {{ {body} }}", key);
        keys.push(key.clone());
        key
    };
    let owner = if rng.bool() { ", owner = \"he\"" } else { "" };
    let opened = format!("kind = \"opened\"{owner}, value = {}, note = {}", money(rng), text(rng));
    line(rng, day, opened);
    let mut ticket = 0;
    for _ in 0..rng.u32(..12) {
        day = (day + rng.u32(..3)).min(28);
        let body = match rng.u32(..17) {
            15 => {
                format!("kind = \"changed\", set = {{ region = {}, needs = [\"a\"] }}", text(rng))
            }
            0 => format!(
                "kind = \"call\", by = \"he\", reached = {}, note = {}",
                rng.bool(),
                text(rng)
            ),
            1 => format!(
                "kind = \"meeting\", time = 14:00:00, next = 2010-01-05T09:30:00, next_what = {}",
                text(rng)
            ),
            2 => format!("kind = \"note\", note = {}", text(rng)),
            3 => format!("kind = \"quote\", amount = {}", money(rng)),
            4 => format!("kind = \"payment\", amount = {}", money(rng)),
            5 => format!("kind = \"order\", amount = {}", money(rng)),
            6 => format!("kind = \"assigned\", owner = \"\", reason = {}", text(rng)),
            7 => "kind = \"assigned\", by = \"liuyan\", owner = \"liuyan\"".to_owned(),
            8 => format!("kind = \"hold\", until = 2010-02-01, reason = {}", text(rng)),
            9 => {
                ticket += 1;
                let request =
                    format!("kind = \"complaint\", ticket = \"T{ticket}\", note = {}", text(rng));
                line(rng, day, request);
                format!("kind = \"resolved\", ticket = \"T{ticket}\"")
            }
            10 => "kind = \"survey\", score = 9.5, scale = \"nps\"".to_owned(),
            11 => {
                let key = line(rng, day, "kind = \"email\"".to_owned());
                format!("kind = \"retracted\", event = {key:?}, reason = {}", text(rng))
            }
            12 => {
                "kind = \"meeting\", confirms = [\"right-person\", \"fit\"], close_by = 2010-01-20"
                    .to_owned()
            }
            13 => "kind = \"verified\", revokes = [\"fit\"]".to_owned(),
            _ => format!(
                "kind = \"moved\", stage = \"{}\", forced = {}, reason = \"price\"",
                rng.choice(["25", "50", "90"]).unwrap(),
                text(rng)
            ),
        };
        line(rng, day, body);
    }
    out
}

/// The exports that a ledger is made of again, and the options of each import, in this order.
const EXPORTS: [(&str, &str, &str); 7] = [
    ("events", "events", "--group"),
    ("people", "people", ""),
    ("prospects", "prospects", ""),
    ("entries", "events --customers", "--group --customers"),
    ("persons", "people --customers", "--customers"),
    ("customers", "customers", "--customers"),
    ("plans", "plans", ""),
];

fn exports_on(sandbox: &Sandbox, day: &str) -> Vec<String> {
    let export = |what: &str| sandbox.crm(&format!("--as-of {day} export {what}")).done().0;
    EXPORTS.iter().map(|(_, what, _)| export(what)).collect()
}

fn exports(sandbox: &Sandbox) -> Vec<String> {
    exports_on(sandbox, "2009-12-18")
}

/// Imports the files of the exports, but for those without a row.
fn import_on(sandbox: &Sandbox, exported: &[String], day: &str, options: &str) {
    for ((file, _, option), text) in EXPORTS.iter().zip(exported) {
        if text.lines().count() > 1 {
            sandbox.write(&format!("{file}.csv"), text);
            sandbox.crm(&format!("--as-of {day} import {file}.csv {option} {options}")).done();
        }
    }
}

/// Two sets of exports must be the same bytes.
#[track_caller]
fn same(left: &[String], right: &[String], of: &str) {
    for ((left, right), (file, ..)) in left.iter().zip(right).zip(EXPORTS) {
        for (left, right) in left.lines().zip(right.lines()) {
            assert_eq!(left, right, "{of}: {file}");
        }
        assert!(left == right, "{of}: {file}");
    }
}

fn import(sandbox: &Sandbox, exported: &[String]) {
    import_on(sandbox, exported, "2009-12-18", "--list-separator ;");
}

#[test]
fn random_ledgers_come_back_whole() {
    for seed in 0..24 {
        let mut rng = Rng::with_seed(seed);
        let there = Sandbox::with_settings(SETTINGS);
        for n in 0..6 {
            there.write(&format!("prospects/p{n}.toml"), prospect(&mut rng));
        }
        for n in 0..4 {
            there.write(&format!("customers/c{n}.toml"), customer(&mut rng));
        }
        let check = there.crm("check");
        assert_eq!(check.status, 0, "seed {seed}: {}", check.stdout);
        let exported = exports(&there);
        let here = Sandbox::with_settings(SETTINGS);
        import(&here, &exported);
        same(&exported, &exports(&here), &format!("seed {seed}"));
        // Values of earlier days come back, too.
        let early = |sandbox: &Sandbox| exports_on(sandbox, "2009-11-10");
        same(&early(&there), &early(&here), &format!("seed {seed}, early"));
        // A second import finds everything there.
        let before = here.snapshot();
        import(&here, &exported);
        assert!(before == here.snapshot(), "seed {seed}");
    }
}

/// A ledger of one prospect.
fn ledger(facts: &str, events: &str) -> Sandbox {
    let sandbox = Sandbox::with_settings(SETTINGS);
    sandbox.prospect("zhang", facts, events);
    sandbox
}

const OPENED: &str = "2009-12-03 = { kind = \"opened\", owner = \"he\", value = \"100 USD\" }\n";

#[test]
fn a_second_file_adds_the_facts_that_are_missing_and_changes_no_other_line() {
    let sandbox = ledger("# by hand\nname   = \"张\" # x\nregion = \"east\"\n", OPENED);
    let file = "id,name,region,company,tags,branch,phone,stage\n\
        zhang,张,west,=1+1,a;b,007,02155,opportunity\n";
    sandbox.write("x.csv", file);
    let (_, said) = sandbox.crm("import x.csv").done();
    assert_eq!(
        said,
        "1 row: 0 prospects added, 0 entries written; 1 already there; 4 missing facts added; \
         1 differing fact left alone\n"
    );
    let written = format!(
        "# by hand\nname   = \"张\" # x\nregion = \"east\"\ncompany = \"=1+1\"\nbranch = \"007\"\n\
         tags   = [\"a\", \"b\"]\n\n[[contact]]\nname  = \"张\"\nphone = \"02155\"\n\n[events]\n{OPENED}"
    );
    assert_eq!(sandbox.read("prospects/zhang.toml"), written);
    let (_, said) = sandbox.crm("import x.csv").done();
    assert!(said.contains("1 already there; 1 differing fact"), "{said}");
    assert_eq!(sandbox.read("prospects/zhang.toml"), written);
    // A position that differs is an entry of the day on which it was seen.
    sandbox.write("x.csv", file.replace("opportunity", "25"));
    sandbox.crm("import x.csv").done();
    let last = sandbox.read("prospects/zhang.toml").lines().last().unwrap().to_owned();
    assert!(last.starts_with("2009-12-18-1-") && last.ends_with("stage = \"25\" }"), "{last}");
    // A prospect that the ledger does not know needs a day.
    sandbox.write("x.csv", "id,name\nwang,王\n");
    assert!(sandbox.crm("import x.csv").fails(1).contains("the row has no date"));
}

#[test]
fn people_are_rows_of_one_id() {
    let facts = "name = \"张\"\n[[contact]]\nname = \"王\"\nphone = \"021-5\"\ndecides = true\n";
    let sandbox = ledger(facts, OPENED);
    let people = sandbox.crm("export people").ok();
    assert_eq!(
        people,
        "id,name,contact,role,decides,phone,email,birthday,part,stance,concern,prefers,refuses,left\n\
         zhang,张,王,,true,021-5,,,,,,,,\n"
    );
    sandbox.write("people.csv", format!("{people}zhang,张,李,\"boss\",no,+86 1,,1969-01-02,Decider,against,price,phone,mail;visit,2009-11-30\n"));
    sandbox.crm("import people.csv").done();
    let (_, said) = sandbox.crm("import people.csv").done();
    assert!(said.contains("0 entries written; 1 already there\n"), "{said}");
    let expected = format!(
        "{people}zhang,张,李,boss,false,'+86 1,,1969-01-02,decider,against,price,phone,mail;visit,2009-11-30\n"
    );
    assert_eq!(sandbox.crm("export people").ok(), expected);
    assert_eq!(
        sandbox.crm("export people -c contact,phone").ok(),
        "contact,phone\n王,021-5\n李,'+86 1\n"
    );
    let said = sandbox.crm("export people -c phne").fails(2);
    assert!(said.contains("did you mean `phone`?"), "{said}");
}

#[test]
fn money_has_its_currency_in_a_column_of_its_own() {
    let sandbox = ledger("name = \"张\"\n", OPENED);
    let columns = "-c id,value,value-currency";
    let csv = "id,value,value-currency\nzhang,100,USD\n";
    assert_eq!(sandbox.crm(&format!("export prospects {columns}")).ok(), csv);
    assert_eq!(sandbox.crm(&format!("export events {columns}")).ok(), csv);
    let json = sandbox.crm(&format!("export events {columns} -f jsonl")).ok();
    assert_eq!(json, "{\"id\":\"zhang\",\"value\":\"100\",\"value-currency\":\"USD\"}\n");
    // An amount alone names its currency itself.
    assert_eq!(sandbox.crm("export events -c id,value").ok(), "id,value\nzhang,100 USD\n");
    let wrong = |row: &str| {
        let other = Sandbox::with_settings(SETTINGS);
        other.write("x.csv", format!("id,name,date,value,value-currency\n{row}\n"));
        other.crm("import x.csv")
    };
    assert_eq!(wrong("a,A,2009-12-01,,USD").status, 0);
    assert!(wrong("a,A,2009-12-01,5,dollars").fails(1).contains("`value-currency`"));
    let said = wrong("a,A,2009-12-01,5 EUR,USD").fails(1);
    assert!(said.contains("`value-currency` is USD, but the amount is `5 EUR`"), "{said}");
}

#[test]
fn orders_have_the_owner_of_their_day() {
    let events = "2009-12-01-1 = { kind = \"opened\", owner = \"he\" }\n\
        2009-12-02-1 = { kind = \"order\", amount = 10.50 }\n\
        2009-12-03-1 = { kind = \"order\", amount = 99 }\n\
        2009-12-03-2 = { kind = \"retracted\", event = \"2009-12-03-1\", reason = \"twice\" }\n\
        2009-12-04-1 = { kind = \"assigned\", owner = \"liuyan\", reason = \"leave\" }\n\
        2009-12-05-1 = { kind = \"payment\", amount = \"7 USD\" }\n\
        2009-12-30-1 = { kind = \"order\", amount = 1 }\n";
    let sandbox = ledger("name = \"张\"\naccount = \"acme\"\n", events);
    assert_eq!(
        sandbox.crm("export orders").ok(),
        "id,name,account,product,key,date,kind,owner,amount,amount-currency\n\
         zhang,张,acme,,2009-12-02-1,2009-12-02,order,he,10.50,\n\
         zhang,张,acme,,2009-12-05-1,2009-12-05,payment,liuyan,7,USD\n"
    );
    assert_eq!(sandbox.crm("export orders owner:he -c id").ok(), "id\n");
    let money = sandbox.crm("export orders -c date,amount").ok();
    assert_eq!(money, "date,amount\n2009-12-02,10.50\n2009-12-05,7 USD\n");
}

#[test]
fn the_key_of_an_entry_comes_back_and_no_entry_is_changed() {
    let released = "2009-12-04-gone = { kind = \"assigned\", owner = \"\", reason = \"x\" }\n";
    let sandbox = ledger("name = \"张\"\n", &format!("{OPENED}{released}"));
    let events = sandbox.crm("export events").ok();
    assert!(events.contains("2009-12-04,assigned,,,none,"), "{events}");
    let other = Sandbox::with_settings(SETTINGS);
    other.write("events.csv", &events);
    other.crm("import events.csv --group").done();
    let file = other.read("prospects/zhang.toml");
    assert!(file.ends_with(&format!("[events]\n{OPENED}{released}")), "{file}");
    let refused = |from: &str, to: &str, words: &str| {
        let before = other.snapshot();
        other.write("events.csv", events.replace(from, to));
        let said = other.crm("import events.csv --group").fails(1);
        assert!(said.contains(words), "{said}");
        other.write("events.csv", &events);
        assert!(before == other.snapshot());
    };
    refused("x,,,false", "y,,,false", "the entry `2009-12-04-gone` is there with another content");
    refused(
        "2009-12-04-gone,",
        "2009-12-05-gone,",
        "`2009-12-05-gone` is no key of an entry of 2009-12-04",
    );
    // A column of that name in another program's file is none of ours.
    other.write("x.csv", "key,id,name,date\nABC-1,a,A,2009-12-01\n");
    let (_, said) = other.crm("import x.csv").done();
    assert!(said.contains("columns not imported: key\n"), "{said}");
}

/// The example ledgers, and the day of each.
const EXAMPLES: [(&str, &str); 2] =
    [("examples/team", "2010-03-31"), ("examples/worked-cases", "2009-12-18")];

/// A ledger with the settings of a folder of the repository, and nothing else.
fn settings_of(there: &Sandbox) -> Sandbox {
    Sandbox::with_settings(&there.read("crm.toml"))
}

#[test]
fn the_example_ledgers_come_back_whole() {
    for (folder, day) in EXAMPLES {
        let there = Sandbox::copy_of(folder);
        let exported = exports_on(&there, day);
        let here = settings_of(&there);
        import_on(&here, &exported, day, "");
        same(&exported, &exports_on(&here, day), folder);
        let check = |sandbox: &Sandbox| sandbox.crm(&format!("--as-of {day} check")).stderr;
        assert_eq!(check(&here), check(&there), "{folder}");
        // A second import finds everything there.
        let before = here.snapshot();
        import_on(&here, &exported, day, "");
        assert!(before == here.snapshot(), "{folder}");
        // Of each file every fact, person, goal, step and entry is there, in the order of a new file.
        let listed = |sandbox: &Sandbox| {
            let files = sandbox.snapshot().into_iter();
            let files = files.filter(|(path, _)| path.extension().is_some_and(|e| e == "toml"));
            let lines = |text: Vec<u8>| {
                let text = String::from_utf8(text).unwrap();
                let blanks = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
                let mut lines: Vec<String> = text.lines().map(blanks).collect();
                lines.retain(|line| !line.is_empty() && !line.starts_with('#'));
                lines.sort_unstable();
                lines
            };
            files.map(|(path, text)| (path, lines(text))).collect::<Vec<_>>()
        };
        let ours = |sandbox: &Sandbox| {
            let mut files = listed(sandbox);
            files.retain(|(path, _)| path.to_string_lossy().contains("customers"));
            files
                .into_iter()
                .map(|(path, lines)| (path.file_name().map(OsString::from), lines))
                .collect::<Vec<_>>()
        };
        assert_eq!(ours(&here), ours(&there), "{folder}");
    }
}

#[test]
fn a_move_without_evidence_is_copied_with_its_key_alone_and_check_tells() {
    let events = "id,name,key,date,kind,stage\n\
        a,A,2009-12-01-1,2009-12-01,opened,\na,A,2009-12-02-1,2009-12-02,moved,90\n";
    let sandbox = Sandbox::with_settings(SETTINGS);
    sandbox.write("events.csv", events);
    sandbox.crm("import events.csv --group").done();
    assert!(sandbox.crm("check").stdout.contains("unsupported-move"));
    let other = Sandbox::with_settings(SETTINGS);
    other.write("events.csv", events.replace("key,", "").replace("-01-1,2009-12-01", "-01"));
    other.write("events.csv", other.read("events.csv").replace("-02-1,2009-12-02", "-02"));
    assert!(other.crm("import events.csv --group").fails(1).contains("without the evidence"));
}

#[test]
fn workbooks_come_back_as_csv_does_in_any_language() {
    let (folder, day) = EXAMPLES[0];
    let there = Sandbox::copy_of(folder);
    let settings = there.read("crm.toml").replace("language = \"en\"", "language = \"zh\"");
    there.write("crm.toml", &settings);
    let copies: Vec<Sandbox> = ["csv", "xlsx"]
        .into_iter()
        .map(|ending| {
            let here = settings_of(&there);
            for (name, what, option) in EXPORTS {
                let file = here.path().join(format!("{name}.{ending}"));
                let mut export = there.command();
                export.args(["--as-of", day, "export"]).args(what.split(' ')).arg("-o").arg(file);
                crate::common::run(&mut export).done();
                here.crm(&format!("--as-of {day} import {name}.{ending} {option}")).done();
            }
            here
        })
        .collect();
    let files = |sandbox: &Sandbox| -> Vec<(Option<OsString>, Vec<u8>)> {
        let mut files = sandbox.snapshot();
        files.retain(|(path, _)| path.extension().is_some_and(|ending| ending == "toml"));
        // The folders differ.
        files.into_iter().map(|(path, text)| (path.file_name().map(OsString::from), text)).collect()
    };
    assert!(files(&copies[0]).len() > 10);
    assert!(files(&copies[0]) == files(&copies[1]));
}
