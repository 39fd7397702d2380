//! `crm import` and `crm export`, from the outside: stdout, stderr, status, and what is in the files.

mod customers;
mod papers;
mod values;

use crate::common::{Run, Sandbox, contains};
use proptest::prelude::*;
use std::io::Write;

/// A ledger with a CSV file in it.
fn with_csv(text: &str) -> Sandbox {
    let sandbox = Sandbox::ledger();
    sandbox.write("deals.csv", text);
    sandbox
}

/// The one line that an import says when all went well.
#[track_caller]
fn imported(run: Run) -> String {
    let (stdout, stderr) = run.done();
    assert_eq!(stdout, "");
    stderr
}

const DEALS: &str = "Id,Customer,Stage,Closed,Sum\n\
    A1,Acme,Won,2009-10-05,100\n\
    B2,=1+1,Open,2009-11-01,\n";
const MAP: &str = "import deals.csv --map Id=id --map Customer=name --map Stage=stage --map Closed=date \
    --map Sum=value --translate Stage:Won=closed --translate Stage:Open=25";

#[test]
fn another_encoding_a_title_and_standard_input() {
    let sandbox = Sandbox::ledger();
    let gbk = b"\xb1\xa8\xb1\xed\r\nsep=;\r\nid;name;date\r\na;\xd5\xc5\xce\xb0;2009-12-01\r\n";
    std::fs::write(sandbox.path().join("deals.csv"), gbk).unwrap();
    let said = sandbox.refused("import deals.csv --skip-lines 1", 1);
    contains(&said, &["error[not-utf8]", "--encoding gbk", "\u{62a5}\u{8868}"]);
    let said = sandbox.refused("import deals.csv --encoding gkb", 2);
    contains(&said, &["--encoding: no encoding `gkb`", "did you mean `gbk`?"]);
    let mut command = sandbox.command();
    command.args(["import", "-", "--encoding", "gbk", "--skip-lines", "1"]);
    command.stdin(std::fs::File::open(sandbox.path().join("deals.csv")).unwrap());
    imported(crate::common::run(&mut command));
    assert!(sandbox.read("prospects/a.toml").contains("张伟"));
}

/// Git keeps no empty folders.
#[test]
fn a_fresh_clone_has_no_folder_of_prospects() {
    for settings in ["", "[ledger]\nfan_out = true\n"] {
        for line in [
            "import ../deals.csv --map Id=id --map Customer=name --map Stage= --date today",
            "add Ann",
            "tally a --dials 1",
        ] {
            let sandbox = Sandbox::empty();
            sandbox.write("L/crm.toml", settings);
            sandbox.write("deals.csv", DEALS);
            for look in ["list", "check", "report board", "report funnel", "export events"] {
                sandbox.crm(&format!("--ledger L {look}")).done();
            }
            sandbox.crm(&format!("--ledger L {}", line.replace("../", ""))).done();
            sandbox.crm("--ledger L check").done();
        }
    }
}

#[test]
fn columns_become_facts_and_an_entry() {
    let sandbox = with_csv(DEALS);
    assert_eq!(imported(sandbox.crm(MAP)), "2 rows: 2 prospects added, 2 entries written\n");
    let a1 = sandbox.read("prospects/a1.toml");
    assert!(a1.starts_with("name = \"Acme\"\n\n[events]\n2009-10-05-1-"), "{a1}");
    assert!(a1.ends_with(" = { kind = \"imported\", stage = \"closed\", value = 100 }\n"), "{a1}");
    // What a spreadsheet would run is left as it is, and neutralised on the way out.
    contains(&sandbox.read("prospects/b2.toml"), &["name = \"=1+1\"\n"]);
    contains(&sandbox.crm("export prospects id:b2 -c id,name").ok(), &["b2,'=1+1\n"]);
    contains(&sandbox.crm("export prospects id:b2 -c id,name --raw").ok(), &["b2,=1+1\n"]);
    let (_, stderr) = sandbox.crm("check").done();
    contains(&stderr, &["2 prospects checked: 0 errors"]);
}

#[test]
fn a_second_import_changes_nothing_and_a_later_one_adds_what_is_new() {
    let sandbox = with_csv(DEALS);
    sandbox.crm(MAP).done();
    let before = sandbox.snapshot();
    assert_eq!(
        imported(sandbox.crm(MAP)),
        "2 rows: 0 prospects added, 0 entries written; 2 already there\n"
    );
    assert!(before == sandbox.snapshot());
    // B2 has closed since; A1 has another name now, which is left alone.
    let a1 = sandbox.read("prospects/a1.toml");
    let b2 = sandbox.read("prospects/b2.toml");
    sandbox.write(
        "deals.csv",
        "Id,Customer,Stage,Closed,Sum\nA1,Acme Ltd,Won,2009-10-05,100.00\nB2,=1+1,Won,2009-12-01,70\n",
    );
    assert_eq!(
        imported(sandbox.crm(MAP)),
        "2 rows: 0 prospects added, 1 entry written; 1 already there; 1 already there, with new \
         entries; 1 differing fact left alone\n"
    );
    assert_eq!(a1, sandbox.read("prospects/a1.toml"));
    let after = sandbox.read("prospects/b2.toml");
    assert!(after.starts_with(&b2) && after.len() > b2.len(), "{after}");
    contains(&after[b2.len()..], &["2009-12-01-1-", "stage = \"closed\", value = 70 }\n"]);
}

#[test]
fn rows_without_a_date_take_the_one_given_and_keep_it() {
    let sandbox = with_csv("id,name\na,Ann\n");
    let said = sandbox.refused("import deals.csv", 1);
    contains(
        &said,
        &[
            "error[bad-row]: line 2: the row has no date",
            "deals.csv:2:1",
            "help: give such rows a day: --date DATE (none is made up)",
            "1 of 1 row cannot be imported; nothing was written",
            "--skip-bad",
        ],
    );
    sandbox.crm("import deals.csv --date yesterday").done();
    contains(&sandbox.read("prospects/a.toml"), &["\n2009-12-17-1-", "{ kind = \"imported\" }"]);
    // The day of such a row is not in the file, so another day is no other entry.
    let said = imported(sandbox.crm("import deals.csv --date today"));
    assert_eq!(said, "1 row: 0 prospects added, 0 entries written; 1 already there\n");
}

#[test]
fn a_date_that_can_be_read_in_two_ways_is_not_guessed() {
    let sandbox = with_csv("name,date\nAnn,5-1\nBob,03/04/2009\nCid,2009-02-30\nDan,31/12/2019\n");
    let said = sandbox.refused("import deals.csv", 1);
    contains(
        &said,
        &[
            "line 2: `date`: `5-1` is not an ISO date (2009-12-18), and is not guessed",
            "line 3: `date`: `03/04/2009` is not",
            "help: say how the file writes dates: --date-format '%d/%m/%Y' (day first)",
            "line 4: `date`: `2009-02-30` is not in the calendar",
        ],
    );
    sandbox.write("deals.csv", "name,date\nAnn,03/04/2009\n");
    sandbox.crm("import deals.csv --date-format %d/%m/%Y").done();
    contains(&sandbox.read("prospects/ann.toml"), &["\n2009-04-03-1-"]);
    // Two digits are no year of four, and nothing has happened tomorrow.
    sandbox.write("deals.csv", "name,date\nAnn,03/04/09\nBob,19/12/2009\n");
    let said = sandbox.refused("import deals.csv --date-format %d/%m/%Y", 1);
    contains(
        &said,
        &["`03/04/09` is no date of the form `%d/%m/%Y`", "2009-12-19 is still to come"],
    );
    let said = sandbox.refused("import deals.csv --date-format %Q", 2);
    contains(&said, &["error[bad-mapping]: `%Q` is not a date format", "--date-format"]);
}

#[test]
fn bad_rows_stop_everything_unless_left_out() {
    let mut text = String::from("name,date,value\n");
    for n in 0..30 {
        text.push_str(&format!("n{n},2009-12-01,{}\n", if n % 10 == 0 { "12" } else { "1,2" }));
    }
    let sandbox = with_csv(&text);
    let said = sandbox.refused("import deals.csv", 1);
    assert_eq!(said.matches("error[bad-row]: line").count(), 20, "{said}");
    contains(
        &said,
        &[
            "line 3: 4 cells, but the header has 3",
            "27 of 30 rows cannot be imported; nothing was written",
            "note: 7 more like the 20 above",
        ],
    );
    let before = sandbox.snapshot();
    let dry = sandbox.crm("import deals.csv --dry-run -f csv");
    assert_eq!(dry.status, 1);
    contains(&dry.stdout, &["what,count\nrows,30\n", "prospects to add,3\n", "bad rows,27\n"]);
    contains(&dry.stderr, &["error[bad-row]", "nothing would be written"]);
    assert!(before == sandbox.snapshot());
    let (stdout, stderr) = sandbox.crm("import deals.csv --skip-bad").done();
    assert_eq!(stdout, "");
    contains(
        &stderr,
        &[
            "warning[bad-row]: line 3",
            "27 of 30 rows cannot be imported; left out",
            "30 rows: 3 prospects added, 3 entries written; 27 bad rows left out\n",
        ],
    );
    assert_eq!(sandbox.crm("list -f ids").ok(), "n0\nn10\nn20\n");
}

#[test]
fn everything_wrong_in_a_row_is_said_at_once() {
    let sandbox =
        with_csv("name,date,stage,value,kind,decides\nAnn,2009-12-01,Won,many,dinner,perhaps\n");
    let said = sandbox.refused("import deals.csv", 1);
    contains(
        &said,
        &[
            "`stage`: no stage `Won` (line 2)",
            "`kind`: no kind of event `dinner` (line 2)",
            "line 2: `decides` is yes or no, not `perhaps`; `value`: `many` is not an amount",
            "1 of 1 row cannot be imported",
        ],
    );
}

#[test]
fn the_ledgers_own_checks_hold_for_rows() {
    let sandbox = Sandbox::with_settings("[[rep]]\nid = \"he\"\nname = \"He Lin\"\n");
    sandbox.write(
        "deals.csv",
        "id,name,date,owner,confirms\n\
         a,Ann,2009-12-01,he,\nb,Bob,2009-12-01,he lin,budget\nc,Cid,2009-12-01,hee,\nd,Dan,2009-12-01,,budgte\n",
    );
    let said = sandbox.refused("import deals.csv", 1);
    contains(
        &said,
        &[
            "`owner`: no rep `hee` (line 4)",
            "--translate 'owner:hee=REP'",
            "line 5: no criterion `budgte`",
            "help: did you mean `budget`?",
            "2 of 4 rows",
        ],
    );
    sandbox.crm("import deals.csv --skip-bad").done();
    // A rep is known by name as well.
    assert_eq!(sandbox.crm("list owner:he -f ids").ok(), "a\nb\n");
    // A move that the rules refuse is refused here too; an opening position is not a move.
    sandbox.write("deals.csv", "id,date,stage,kind\na,2009-12-02,90,meeting\n");
    let said = sandbox.refused("import deals.csv", 1);
    contains(&said, &["line 2: a: moved to `90` without the evidence", "note: missing"]);
}

#[test]
fn ids_are_made_legal_and_paths_are_refused() {
    let sandbox =
        with_csv("id,name,date\nA 1,Ann,2009-12-01\n张,Zhang,2009-12-01\nCON,Con,2009-12-01\n");
    sandbox.crm("import deals.csv").done();
    assert_eq!(sandbox.crm("list -f ids").ok(), "a-1\ncon-1\n张\n");
    for id in ["../x", "a/b", "a\\b", ".git", "/etc/x", "!!!", "\"a\nb\""] {
        let sandbox = with_csv(&format!("id,name,date\n{id},X,2009-12-01\n"));
        let said = sandbox.refused("import deals.csv", 1);
        contains(&said, &["error[bad-row]: line 2: `", "1 of 1 row cannot be imported"]);
    }
    // Two ids that would be one are two customers all the same.
    let sandbox = with_csv("id,name,date\nAbC,Ann,2009-12-01\naBc,Bob,2009-12-01\n");
    let said = sandbox.refused("import deals.csv --group", 1);
    contains(&said, &["line 3: `aBc` and `AbC` of deals.csv, line 2, would both be `abc`"]);
    let sandbox = with_csv("id,name,date\na,Ann,2009-12-01\n,Bob,2009-12-01\n");
    contains(&sandbox.refused("import deals.csv", 1), &["line 3: the row has no id"]);
}

#[test]
fn ids_from_names_are_numbered_and_never_merge() {
    let sandbox = with_csv("name,date\nAnn,2009-12-01\nAnn,2009-12-01\nBob,2009-12-01\n");
    sandbox.prospect("bob", "name = \"Bob\"\n", "2009-12-01 = { kind = \"opened\" }\n");
    assert_eq!(
        imported(sandbox.crm("import deals.csv")),
        "ids are made from names: importing this file again would add every prospect again\n\
         3 rows: 3 prospects added, 3 entries written\n"
    );
    assert_eq!(sandbox.crm("list -f ids").ok(), "ann\nann-2\nbob\nbob-2\n");
    let sandbox = with_csv("name,date\n!!!,2009-12-01\n");
    contains(&sandbox.refused("import deals.csv", 1), &["no id can be made from `!!!`"]);
}

#[test]
fn equal_rows_with_other_ids_are_other_deals() {
    let sandbox = with_csv("id,name,date,value\na,Ann,2009-12-01,5\nb,Ann,2009-12-01,5\n");
    sandbox.crm("import deals.csv").done();
    assert_eq!(sandbox.crm("list -f ids").ok(), "a\nb\n");
    let sandbox = with_csv("id,name,date\na,Ann,2009-12-01\na,Ann,2009-12-01\n");
    let said = sandbox.refused("import deals.csv", 1);
    contains(
        &said,
        &["line 3: the id `a` is in deals.csv, line 2, already", "help: if rows", "--group"],
    );
    // A prospect may have several people, but not several columns.
    let people = with_csv("id,name,contact\na,Acme,Ann\na,Acme,Bob\n");
    imported(people.crm("import deals.csv --date 2009-12-01"));
    let deals = with_csv("id,name,contact,stage\na,Acme,Ann,25\na,Acme,Bob,25\n");
    let said = deals.refused("import deals.csv --date 2009-12-01", 1);
    contains(&said, &["line 3: the id `a` is in deals.csv, line 2, already"]);
}

const ORDERS: &str = "import orders.csv --map customer=id --map customer=name --map day=date \
    --map sum=amount --kind order --group";

#[test]
fn orders_of_a_customer_are_its_entries() {
    let sandbox = Sandbox::ledger();
    sandbox.write(
        "orders.csv",
        "customer,day,sum\nBrion O'Neil,2009-11-02,32\nAnn,2009-11-01,7\n\
         Brion O'Neil,2009-11-01,5.50\nBrion O'Neil,2009-11-02,32\n",
    );
    let said = imported(sandbox.crm(ORDERS));
    assert_eq!(said, "4 rows: 2 prospects added, 4 entries written\n");
    let file = sandbox.read("prospects/brion-oneil.toml");
    let events: Vec<&str> = file.lines().filter(|line| line.contains("order")).collect();
    assert_eq!(events.len(), 3, "{file}");
    for (line, (key, end)) in events.iter().zip([
        ("2009-11-01-1-", "{ kind = \"order\", amount = 5.50 }"),
        ("2009-11-02-1-", "{ kind = \"order\", amount = 32 }"),
        ("2009-11-02-2-", "{ kind = \"order\", amount = 32 }"),
    ]) {
        assert!(line.starts_with(key) && line.ends_with(end), "{line}");
    }
    let before = sandbox.snapshot();
    sandbox.crm(ORDERS).done();
    assert!(before == sandbox.snapshot());
    let said = sandbox.refused(&ORDERS.replace(" --kind order", ""), 2);
    contains(&said, &["`amount` counts for nothing on `imported`", "kind = order, booking"]);
}

const MAPPING: &str = r#"
[[join]]
file = "team.csv"
on   = ["agent", "name"]

[values.state]
Won  = "closed"
Lost = "lost"

[prospect]
id     = "{id}"
name   = ["{customer}", "deal {id}"]
region = "{office}"

[[entry]]
when  = { opened = "*" }
date  = "{opened}"
stage = "25"
owner = "{agent|slug}"

[[entry]]
when   = { state = "Won" }
date   = "{closed}"
kind   = "booking"
amount = "{sum}"

[[entry]]
when  = { state = ["Won", "Lost"] }
date  = "{closed}"
stage = "{state}"
note  = "{{from}} {sum}"
"#;

fn mapped(deals: &str) -> Sandbox {
    let sandbox = with_csv(deals);
    sandbox.write("in/team.csv", "name;office\r\nMoses Frase;Central\r\nAnn Lee;East\r\n");
    sandbox.write("in/deals.csv", deals).write("deals.toml", MAPPING);
    sandbox
}

#[test]
fn a_row_of_a_joined_file_that_is_not_whole_is_refused() {
    let deals =
        "id,agent,customer,state,opened,closed,sum\r\nD1,Ann Lee,Acme,Open,2009-10-02,,\r\n";
    let sandbox = mapped(deals);
    let import = "import in/deals.csv --mapping deals.toml --dry-run";
    sandbox.crm(import).done();
    for row in ["Ann Lee;East;West", "Ann Lee;\"East"] {
        sandbox.write("in/team.csv", format!("name;office\r\n{row}\r\n"));
        assert!(sandbox.refused(import, 1).contains("team.csv"), "{row}");
    }
}

#[test]
fn a_mapping_file_joins_and_makes_several_entries() {
    let sandbox = mapped(
        "\u{feff}id,agent,customer,state,opened,closed,sum\r\n\
         D1,Moses Frase,Acme,Won,2009-10-01,2009-11-01,1054\r\n\r\n\
         D2,Ann Lee,,Open,2009-10-02,,\r\n\
         D3,Ann Lee,\"Big\r\nCo\",Lost,2009-10-02,2009-10-03,0\r\n",
    );
    let dry = sandbox.crm("import in/deals.csv --mapping deals.toml --dry-run -f csv").ok();
    assert_eq!(
        dry,
        "what,count\nrows,3\nprospects to add,3\nentries to write,6\n\"already there, unchanged\",0\n\"already there, with new \
         entries\",0\n\"facts that differ, left alone\",0\nbad rows,0\n"
    );
    assert!(!sandbox.path().join("prospects").exists());
    sandbox.crm("import in/deals.csv --mapping deals.toml").done();
    let d1 = sandbox.read("prospects/d1.toml");
    contains(
        &d1,
        &[
            "name   = \"Acme\"\nregion = \"Central\"\n",
            "{ kind = \"imported\", owner = \"moses-frase\", stage = \"25\" }\n2009-11-01-1-",
            "{ kind = \"booking\", amount = 1054 }\n2009-11-01-2-",
            "{ kind = \"imported\", stage = \"closed\", note = \"{from} 1054\" }\n",
        ],
    );
    contains(&sandbox.read("prospects/d2.toml"), &["name   = \"deal D2\"\n", "\"East\""]);
    contains(&sandbox.read("prospects/d3.toml"), &["\"Big\\r\\nCo\""]);
}

#[test]
fn what_a_mapping_cannot_mean_is_said_with_its_place() {
    let deals = "id,agent,customer,state,opened,closed,sum\n\
        D1,Moses Frase,Acme,Won,2009-10-01,,1054\n\
        D2,Nobody,Acme,Won,2009-10-01,2009-10-02,1\n\
        D3,,Acme,,,,1\n";
    let sandbox = mapped(deals);
    let said = sandbox.refused("import in/deals.csv --mapping deals.toml", 1);
    contains(
        &said,
        &[
            "line 2: one of the row's entries has no date",
            "line 3: no line of team.csv has the name `Nobody`",
            "line 4: no [[entry]] of the mapping fits the row",
            "help: `when` compares the cell of the file, and what it is translated to",
        ],
    );
    let with = |from: &str, to: &str| {
        sandbox.write("deals.toml", MAPPING.replace(from, to));
        sandbox.refused("import in/deals.csv --mapping deals.toml", 2)
    };
    let said = with("{customer}", "{custommer}");
    contains(
        &said,
        &[
            "error[bad-mapping]: no column `custommer` in in/deals.csv",
            "deals.toml:12:10",
            "help: did you mean `customer`?",
        ],
    );
    contains(&with("region", "regoin"), &["unknown field `regoin`", "did you mean `region`?"]);
    contains(&with("\"booking\"", "\"boking\""), &["no kind of event `boking`", "did you mean"]);
    contains(&with("[values.state]", "[values.stat]"), &["no column `stat`"]);
    contains(&with("state = \"Won\"", "sate = \"Won\""), &["no column `sate`"]);
    contains(&with("[[entry]]", "[[entires]]"), &["unknown key `entires`", "`entry`?"]);
    contains(
        &with("name   =", "stage ="),
        &["`stage` belongs to an entry: put it under `[[entry]]`"],
    );
    contains(&with("\"name\"]", "\"nam\"]"), &["no column `nam` in team.csv"]);
    contains(&with("= \"25\"", "= 25"), &["`stage` must be a text", "help: write it in quotes"]);
    contains(&with("[values", "[values]]"), &["error[bad-mapping]", "not valid TOML"]);
    // A key that stands twice would leave the choice to chance.
    sandbox.write("deals.toml", MAPPING).write("in/team.csv", "name,office\nA,1\nA,2\n");
    let said = sandbox.refused("import in/deals.csv --mapping deals.toml", 1);
    contains(&said, &["line 3: the name `A` is on line 2 already", "in/team.csv:3:1"]);
}

#[test]
fn options_that_cannot_be_understood() {
    let sandbox = with_csv(DEALS);
    for (options, said) in [
        ("", "no column is named like a field"),
        ("--map Customer", "`Customer` names no field"),
        ("--map Customer=nmae", "did you mean `name`?"),
        ("--map Custoner=name", "did you mean `Customer`?"),
        ("--map {Customer=name", "`{` is not closed"),
        (
            "--map Id= --map Customer= --map Stage=stage",
            "no column is mapped to a prospect's `name` or `id`",
        ),
        ("--map Customer=name --translate Won=closed", "`Won=closed` is no translation"),
        ("--map Customer=name --kind dinner", "no kind of event `dinner`"),
        ("--map Customer=name --delimiter ab", "--delimiter needs one character"),
        ("--map Customer=name --date 5-1", "--date: `5-1` is not a date"),
        ("--mapping no.toml", "no.toml cannot be read"),
    ] {
        // `id` is a field, and `Customer` is known by name, so the first line of this list needs another header.
        let header =
            if options.is_empty() { "Nr,C,S,D,V\n" } else { "Id,Customer,Stage,Closed,Sum\n" };
        sandbox.write("deals.csv", DEALS.replacen("Id,Customer,Stage,Closed,Sum\n", header, 1));
        let status = if options.starts_with("--mapping") { 3 } else { 2 };
        contains(&sandbox.refused(&format!("import deals.csv {options}"), status), &[said]);
    }
    contains(&sandbox.refused("import none.csv", 3), &["error[unreadable]: none.csv"]);
}

#[test]
fn files_as_other_programs_write_them() {
    for text in [
        "name;date\nAnn;2009-12-01\n",
        "name\tdate\r\nAnn\t2009-12-01\r\n",
        "\u{feff}\"name\",\"date\"\n\n\"Ann\",\"2009-12-01\"\n,\n",
        " Name , Date \n Ann , 2009-12-01 \n",
    ] {
        let sandbox = with_csv(text);
        sandbox.crm("import deals.csv").done();
        contains(&sandbox.read("prospects/ann.toml"), &["name = \"Ann\"\n", "2009-12-01-1-"]);
    }
    let sandbox = Sandbox::ledger();
    sandbox.write("deals.csv", b"name,date\nAnn,2009-12-01\n\xd5\xc5,2009-12-01\n");
    let said = sandbox.refused("import deals.csv", 1);
    contains(&said, &["error[not-utf8]: the file is not UTF-8 text"]);
    let sandbox = with_csv("name,date\n\"Ann,2009-12-01\nBob,2009-12-01\nCid,2009-12-01\n");
    let said = sandbox.refused("import deals.csv", 1);
    contains(&said, &["line 2: a quote is opened here and not closed"]);
    let sandbox = with_csv("\n\n");
    contains(&sandbox.refused("import deals.csv", 2), &["the file has no header line"]);
    let sandbox = with_csv("name;value,date\nAnn;1,2009-12-01\n");
    contains(
        &sandbox.refused("import deals.csv", 2),
        &["which one is the separator?", "--delimiter"],
    );
    let sandbox = with_csv("name,name,date\nAnn,Lee,2009-12-01\n");
    let said = sandbox.crm("import deals.csv --dry-run").done().1;
    contains(&said, &["from the second on: name 2", "columns not imported: name 2"]);
    let sandbox = with_csv("name,date,value\nAnn,2009-12-01,\"1,234,567.50\"\n");
    contains(&sandbox.refused("import deals.csv", 1), &["--thousands ','"]);
    sandbox.crm("import deals.csv --thousands ','").done();
    contains(&sandbox.read("prospects/ann.toml"), &["value = 1234567.50"]);
}

#[test]
fn people_lists_and_everything_an_entry_can_say() {
    let sandbox = Sandbox::with_settings("[ledger]\nfacts = [\"branch\"]\n");
    sandbox.write(
        "deals.csv",
        "name,branch,needs,tags,contact,phone,decides,birthday,date,kind,time,confirms,next,close-by,score\n\
         Acme,north,health; car,vip,Ann Lee,+44 1,yes,1971-05-02,2009-12-01,meeting,10:30,budget;fit,\
         2009-12-15T14:00,2009-12-30,9.5\n",
    );
    assert_eq!(
        imported(sandbox.crm("import deals.csv")),
        "ids are made from names: importing this file again would add every prospect again\n\
         1 row: 1 prospect added, 1 entry written\n"
    );
    let file = sandbox.read("prospects/acme.toml");
    contains(
        &file,
        &[
            "branch = \"north\"",
            "needs  = [\"health\", \"car\"]",
            "name     = \"Ann Lee\"\ndecides  = true\nphone    = \"+44 1\"\nbirthday = 1971-05-02\n",
            "{ kind = \"meeting\", time = 10:30:00, confirms = [\"budget\", \"fit\"], close_by = \
             2009-12-30, next = 2009-12-15T14:00:00, score = 9.5 }",
        ],
    );
}

#[test]
fn exported_prospects_can_be_imported() {
    let sandbox = Sandbox::copy_of("examples/worked-cases");
    let columns = "-c id,name,company,industry,region,source,tags,stage,owner,value,close-by,phone";
    let there = sandbox.crm(&format!("export prospects --raw {columns},since")).ok();
    let other = Sandbox::with_settings(&sandbox.read("crm.toml"));
    other.write("there.csv", &there);
    // By name alone `since` would be no field: it is the day on which each stands where it stands.
    let said = other.refused("import there.csv", 1);
    contains(&said, &["columns not imported: since", "the row has no date"]);
    let named = columns[3..].split(',').map(|name| format!(" --map {name}={name}"));
    let line = format!("import there.csv --map since=date{}", named.collect::<String>());
    other.crm(&line).done();
    let list = format!("list {columns},since -f csv");
    assert_eq!(sandbox.crm(&list).ok(), other.crm(&list).ok());
    other.crm("check").done();
}

#[test]
fn exported_events_can_be_imported() {
    let sandbox = Sandbox::ledger();
    sandbox
        .crm("add 'Zhang, \"=Li\"' --id zhang --owner liuyan --value 180.50 --date 2009-12-03")
        .done();
    for line in [
        "log zhang meeting --next '2009-12-15T14:00' --confirm fit,budget --note '=1; +2'",
        "advance zhang 25",
        "log zhang call --reached false",
        "undo zhang",
    ] {
        sandbox.crm(line).done();
    }
    let other = Sandbox::ledger();
    other.write("events.csv", sandbox.crm("export events --raw").ok());
    let (_, said) = other.crm("import events.csv --group").done();
    assert_eq!(
        said,
        "columns not imported: retracted\n5 rows: 1 prospect added, 5 entries written\n"
    );
    assert_eq!(other.read("prospects/zhang.toml"), sandbox.read("prospects/zhang.toml"));
}

#[test]
fn events_are_exported_with_every_field_and_retractions_marked() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect(
        "zhang",
        "name = \"张先生\"\n",
        "2009-12-03-1-abc = { kind = \"opened\", owner = \"liuyan\", value = \"180.50 USD\" }\n\
         2009-12-04-1-abc = { kind = \"call\", reached = false, note = \"=2+2, \\\"so\\\"\" }\n\
         2009-12-05-1-abc = { kind = \"retracted\", event = \"2009-12-04-1-abc\" }\n\
         2009-12-30-1-abc = { kind = \"call\" }\n",
    );
    assert_eq!(
        sandbox.crm("export events").ok(),
        "id,name,key,date,kind,by,time,owner,stage,confirms,revokes,close-by,next,next-what,value,\
         value-currency,amount,amount-currency,reached,score,scale,ticket,until,serves,set,cost,\
         cost-currency,done,event,reason,forced,note,retracted,number,status,starts,ends,notice-days,\
         renews,due,for,schedule,lines,product,category,severity,channel,solution,\
         with,buyer,milestones,competitor,campaign,control,points,what,taken\n\
         zhang,张先生,2009-12-03-1-abc,2009-12-03,opened,,,liuyan,,,,,,,180.50,USD,,,,,,,,,,,,,,,,,false,,,,,,,,,,,,,,,,,,,,,,,,\n\
         zhang,张先生,2009-12-04-1-abc,2009-12-04,call,,,,,,,,,,,,,,false,,,,,,,,,,,,,\"'=2+2, \"\"so\"\"\",true,,,,,,,,,,,,,,,,,,,,,,,,\n\
         zhang,张先生,2009-12-05-1-abc,2009-12-05,retracted,,,,,,,,,,,,,,,,,,,,,,,,2009-12-04-1-abc,,,,false,,,,,,,,,,,,,,,,,,,,,,,,\n"
    );
    let json = sandbox.crm("export events id:zhang -c id,kind,retracted -f jsonl").ok();
    contains(&json, &["{\"id\":\"zhang\",\"kind\":\"call\",\"retracted\":true}\n"]);
    let said = sandbox.refused("export events -c id,knd", 2);
    contains(&said, &["no column `knd`", "did you mean `kind`?"]);
    let csv = sandbox.crm("export prospects").ok();
    assert!(csv.starts_with("id,name,company,industry,region,size,needs,source,"), "{csv}");
    assert_eq!(sandbox.crm("export prospects id:nobody -c id").ok(), "id\n");
    assert_eq!(sandbox.crm("export prospects -f ids").ok(), "zhang\n");
    sandbox.refused("export everything", 2);
}

#[test]
fn the_language_of_the_ledger() {
    let sandbox = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n");
    sandbox.write("deals.csv", "name,date\n王太太,2009-12-01\n");
    let (stdout, _) = sandbox.crm("import deals.csv --dry-run").done();
    contains(&stdout, &["新增潜在客户", "错误行"]);
    sandbox.crm("import deals.csv").done();
    assert_eq!(sandbox.crm("list -f ids").ok(), "wang-tai-tai\n");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// Whatever the bytes: done or refused in words, never a panic, and then nothing is written.
    #[test]
    fn any_bytes_are_imported_or_refused(
        bytes in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..120),
            "(?s)(id|name|date|stage|é|=|\\.\\./|25|Ann|2009-12-0[1-9]|[\",;\t\r\n \u{0}-\u{8}]){0,60}"
                .prop_map(String::into_bytes),
        ],
        skip in any::<bool>(),
    ) {
        let sandbox = Sandbox::ledger();
        let mut file = std::fs::File::create(sandbox.path().join("x.csv")).unwrap();
        file.write_all(b"id,name,date,stage\n").and_then(|()| file.write_all(&bytes)).unwrap();
        let before = sandbox.snapshot();
        let run = sandbox.crm(if skip { "import x.csv --skip-bad" } else { "import x.csv" });
        prop_assert!((0..=2).contains(&run.status), "{run:?}");
        prop_assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
        if run.status != 0 {
            prop_assert!(run.stderr.starts_with("error["), "{}", run.stderr);
            prop_assert!(before == sandbox.snapshot());
        } else {
            let check = sandbox.crm("check");
            prop_assert_eq!(check.status, 0, "{}", check.stdout);
        }
    }
}

/// The newest state of a prospect, and the state on a day.
fn state(sandbox: &Sandbox, on: &str) -> String {
    let csv = sandbox.crm(&format!("--as-of {on} export prospects -c id,stage,value,owner")).ok();
    csv.lines().nth(1).unwrap_or_default().to_owned()
}

#[test]
fn a_change_is_dated_on_the_day_it_was_seen() {
    let sandbox = Sandbox::ledger();
    let head = "id,name,date,stage,value,owner\n";
    sandbox.write("oct.csv", format!("{head}d1,Acme,2009-09-01,25,1000,amy\n"));
    sandbox.write("nov.csv", format!("{head}d1,Acme,2009-09-01,50,1500,ben\n"));
    imported(sandbox.crm("import oct.csv --as-of 2009-10-01"));
    let said = imported(sandbox.crm("import nov.csv --as-of 2009-11-01"));
    contains(&said, &["1 entry written; 1 already there, with new entries"]);
    assert_eq!(state(&sandbox, "2009-09-15"), "d1,25,1000,amy");
    assert_eq!(state(&sandbox, "2009-10-31"), "d1,25,1000,amy");
    assert_eq!(state(&sandbox, "2009-11-01"), "d1,50,1500,ben");
    // The file again: the ledger says what it says.
    let said = imported(sandbox.crm("import nov.csv --as-of 2009-11-02"));
    contains(&said, &["0 entries written; 1 already there\n"]);
    // Back at an earlier state: a change like any other.
    let said = imported(sandbox.crm("import oct.csv --as-of 2009-11-20"));
    contains(&said, &["1 entry written"]);
    assert_eq!(state(&sandbox, "2009-11-19"), "d1,50,1500,ben");
    assert_eq!(state(&sandbox, "2009-11-20"), "d1,25,1000,amy");
    // The list of October is still what the ledger says of October.
    let said = imported(sandbox.crm("import oct.csv --date 2009-10-01"));
    contains(&said, &["0 entries written; 1 already there\n"]);
}

#[test]
fn monthly_lists_without_dates_follow_a_deal_back() {
    let sandbox = Sandbox::ledger();
    let head = "id,name,stage,value,owner,note\n";
    sandbox.write("oct.csv", format!("{head}d1,Acme,25,1000,amy,calm\n"));
    sandbox.write("nov.csv", format!("{head}d1,Acme,50,1500,ben,calm\n"));
    imported(sandbox.crm("import oct.csv --date 2009-10-01"));
    imported(sandbox.crm("import nov.csv --date 2009-11-01"));
    imported(sandbox.crm("import oct.csv --date 2009-11-20"));
    assert_eq!(state(&sandbox, "2009-11-20"), "d1,25,1000,amy");
    let text = sandbox.read("prospects/d1.toml");
    let last = text.lines().last().unwrap();
    assert!(last.ends_with("owner = \"amy\", stage = \"25\", value = 1000 }"), "{text}");
    for date in ["2009-11-20", "2009-11-21"] {
        let said = imported(sandbox.crm(&format!("import oct.csv --date {date}")));
        contains(&said, &["0 entries written; 1 already there\n"]);
    }
    // A list from before the first one says nothing against the ledger, unless it says otherwise.
    let said = imported(sandbox.crm("import oct.csv --date 2009-09-01"));
    contains(&said, &["0 entries written; 1 already there\n"]);
    // One thing that changed is one thing in the entry; a note that is new is news.
    sandbox.write("dec.csv", format!("{head}d1,Acme,25,1200,amy,angry\n"));
    imported(sandbox.crm("import dec.csv --date 2009-12-01"));
    let text = sandbox.read("prospects/d1.toml");
    assert!(text.ends_with("{ kind = \"imported\", value = 1200, note = \"angry\" }\n"), "{text}");
    let said = imported(sandbox.crm("import dec.csv --date 2009-12-02"));
    contains(&said, &["0 entries written"]);
}

#[test]
fn facts_lists_and_people_that_differ_are_counted_and_left_alone() {
    let sandbox = Sandbox::ledger();
    let head = "id,name,region,needs,tags,contact,phone,date\n";
    let list = |row: &str| {
        sandbox.write("list.csv", format!("{head}d1,{row},2009-12-01\n"));
        imported(sandbox.crm("import list.csv"))
    };
    list("Acme,north,car;health,vip,Ann,+44 1");
    let file = sandbox.read("prospects/d1.toml");
    for (row, differing) in [
        ("Acme,north,car;health,vip,Ann,+44 1", 0),
        ("Acme,,,,,", 0),
        ("Acme,south,car;health,vip,Ann,+44 1", 1),
        ("Acme,north,car,vip,Ann,+44 1", 1),
        ("Acme,north,car;health,dull,Ann,+44 1", 1),
        ("Acme,north,car;health,vip,Ann,+44 2", 1),
        ("Brand,south,car,dull,Ann,+44 2", 5),
    ] {
        let said = list(row);
        let counted = said.rsplit_once(" differing fact").map_or(0, |(before, _)| {
            before.rsplit(' ').next().and_then(|n| n.parse().ok()).unwrap_or(99)
        });
        assert_eq!(counted, differing, "{row}: {said}");
        assert_eq!(sandbox.read("prospects/d1.toml"), file, "{row}");
    }
    // What the ledger does not have is added.
    sandbox.write(
        "prospects/d1.toml",
        "name = \"Acme\"\n[events]\n2009-12-01 = { kind = \"imported\" }\n",
    );
    assert!(list("Acme,north,car,,Ann,").contains("3 missing facts added\n"));
    assert!(list("Acme,north,car,,Ann,").ends_with("0 entries written; 1 already there\n"));
}

#[test]
fn a_year_has_four_digits_and_today_is_not_to_come() {
    let sandbox = Sandbox::ledger();
    let take = |date: &str| {
        sandbox.write("list.csv", format!("id,name,date\nd1,Acme,{date}\n"));
        sandbox.crm("import list.csv --date-format %d/%m/%Y --dry-run").status
    };
    assert_eq!((take("01/01/1900"), take("31/12/0999")), (0, 1));
    // Today is 2009-12-18.
    assert_eq!((take("18/12/2009"), take("19/12/2009")), (0, 1));
    let next = |moment: &str| {
        sandbox.write("list.csv", format!("id,name,date,next\nd1,Acme,01/12/2009,{moment}\n"));
        sandbox.crm("import list.csv --date-format %d/%m/%Y --dry-run").status
    };
    assert_eq!((next("01/01/1900"), next("31/12/0999")), (0, 1));
}

#[test]
fn a_person_in_two_rows_of_a_prospect_is_one_person() {
    let sandbox = Sandbox::ledger();
    let rows = "d1,Acme,Ann,2009-12-01\nd1,Acme,Ann,2009-12-02\nd1,Acme,Bob,2009-12-03\n";
    sandbox.write("list.csv", format!("id,name,contact,date\n{rows}"));
    sandbox.crm("import list.csv --group").done();
    let file = sandbox.read("prospects/d1.toml");
    assert_eq!(
        (file.matches("\"Ann\"").count(), file.matches("\"Bob\"").count()),
        (1, 1),
        "{file}"
    );
}

#[test]
fn a_date_that_a_list_repeats_is_news_only_where_the_ledger_never_said_it() {
    let sandbox = Sandbox::ledger();
    let head = "id,name,stage,next,close-by\n";
    let list = |next: &str, close: &str, on: &str| {
        sandbox.write("list.csv", format!("{head}d1,Acme,25,{next},{close}\n"));
        let said = imported(sandbox.crm(&format!("import list.csv --date {on} --as-of {on}")));
        let text = sandbox.read("prospects/d1.toml");
        let (key, entry) = text.lines().last().unwrap().split_once(" = ").unwrap();
        (said.contains(" 0 entries written"), format!("{} = {entry}", &key[..10]))
    };
    let log = |line: &str| {
        let text = sandbox.read("prospects/d1.toml");
        sandbox.write("prospects/d1.toml", format!("{text}{line}\n"));
    };
    let (november, december) = ("2009-11-10", "2009-12-10");
    list(november, "2009-12-01", "2009-10-01");
    assert!(list(november, "2009-12-01", "2009-10-02").0, "it stands");
    // The step is held, the signing date withdrawn: the list that still has them tells nothing new.
    log("2009-11-10 = { kind = \"meeting\", revokes = [\"timing\"] }");
    let (nothing, written) = list(november, "2009-12-01", "2009-11-12");
    assert!(nothing, "{written}");
    // Other dates are news, each by itself.
    let (_, written) = list(december, "2009-12-01", "2009-11-13");
    assert_eq!(written, "2009-11-13 = { kind = \"imported\", next = 2009-12-10 }");
    let (_, written) = list(december, "2009-12-20", "2009-11-14");
    assert_eq!(written, "2009-11-14 = { kind = \"imported\", close_by = 2009-12-20 }");
    // While another one stands, one that was said before is a change.
    let (_, written) = list(november, "2009-12-20", "2009-11-15");
    assert_eq!(written, "2009-11-15 = { kind = \"imported\", next = 2009-11-10 }");
    let (_, written) = list(november, "2009-12-01", "2009-11-16");
    assert_eq!(written, "2009-11-16 = { kind = \"imported\", close_by = 2009-12-01 }");
}

#[test]
fn what_has_a_day_of_its_own_keeps_it() {
    let sandbox = Sandbox::ledger();
    sandbox.write(
        "deals.toml",
        "[prospect]\nid = \"{id}\"\nname = \"{id}\"\n\
         [[entry]]\ndate = \"{created}\"\nstage = \"25\"\n\
         [[entry]]\nwhen = { closed = \"*\" }\ndate = \"{closed}\"\nstage = \"closed\"\n",
    );
    sandbox.write("deals.csv", "id,created,closed\na,2009-09-01,\nb,2009-09-02,\n");
    imported(sandbox.crm("import deals.csv --mapping deals.toml --as-of 2009-10-01"));
    sandbox.write(
        "deals.csv",
        "id,created,closed\na,2009-09-01,2009-09-20\nb,2009-09-02,2009-09-02\n",
    );
    imported(sandbox.crm("import deals.csv --mapping deals.toml"));
    for (id, closed) in [("a", "2009-09-20"), ("b", "2009-09-02")] {
        let text = sandbox.read(&format!("prospects/{id}.toml"));
        let last = text.lines().last().unwrap();
        assert!(last.starts_with(closed) && last.contains("closed"), "{text}");
    }
    let said = imported(sandbox.crm("import deals.csv --mapping deals.toml"));
    contains(&said, &["0 entries written; 2 already there\n"]);
}

#[test]
fn thousands_are_groups_of_three() {
    let sandbox = Sandbox::ledger();
    sandbox.write(
        "eu.csv",
        "id;name;date;value\nd1;M;2009-01-05;512,77\nd2;N;2009-01-05;1.234,56\nd3;O;2009-01-05;1,234\n",
    );
    let said = sandbox.refused("import eu.csv --thousands ,", 1);
    contains(
        &said,
        &[
            "line 2: `value`: `512,77`: `,` is not between groups of three digits",
            "line 3: `value`: `1.234,56`",
            "2 of 3 rows cannot be imported; nothing was written",
        ],
    );
    sandbox.crm("import eu.csv --thousands , --skip-bad").done();
    assert_eq!(sandbox.crm("export prospects -c id,value").ok(), "id,value\nd3,1234\n");
}

#[test]
fn the_time_of_a_next_step_is_kept_in_any_format() {
    let sandbox = Sandbox::ledger();
    for (format, next) in [("%d/%m/%Y", "09/01/2010 14:00"), ("%d/%m/%Y %H:%M", "09/01/2010 14:00")]
    {
        let date = if format.contains('H') { "01/12/2009 00:00" } else { "01/12/2009" };
        sandbox.write("n.csv", format!("id,name,date,next\na{},A,{date},{next}\n", format.len()));
        let mut command = sandbox.command();
        let run = crate::common::run(command.args(["import", "n.csv", "--date-format", format]));
        assert_eq!(run.status, 0, "{}", run.stderr);
        let text = sandbox.read(&format!("prospects/a{}.toml", format.len()));
        contains(&text, &["next = 2010-01-09T14:00:00"]);
    }
}

#[test]
fn our_own_export_comes_back_without_its_apostrophes() {
    let sandbox = Sandbox::ledger();
    let phone = "+86 21 5555 0101";
    let mut add = sandbox.command();
    let words = ["add", "=Acme", "--id", "acme", "--company", "'=odd", "--phone", phone];
    assert_eq!(crate::common::run(add.args(words)).status, 0);
    let csv = sandbox.crm("export prospects -c id,name,company,phone,opened").ok();
    contains(&csv, &["acme,'=Acme,''=odd,'+86 21 5555 0101,"]);
    let other = Sandbox::ledger();
    other.write("p.csv", &csv);
    imported(other.crm("import p.csv --map id=id --map name=name --map company=company --map phone=phone --map opened=date"));
    let text = other.read("prospects/acme.toml");
    contains(&text, &["name    = \"=Acme\"", "company = \"'=odd\"", "\"+86 21 5555 0101\""]);
    assert_eq!(other.crm("export prospects -c id,name,company,phone,opened").ok(), csv);
}

#[test]
fn the_day_of_the_list_is_not_still_to_come() {
    let sandbox = with_csv("id,name\na,A\n");
    let before = sandbox.snapshot();
    let said = sandbox.crm("import deals.csv --date 2009-12-19").fails(2);
    contains(&said, &["--date: 2009-12-19 is still to come", "--as-of"]);
    assert!(before == sandbox.snapshot());
    sandbox.crm("import deals.csv --date 2009-12-18").done();
}

#[test]
fn a_known_prospect_gets_no_entry_that_states_nothing() {
    let list = "id,name,phone,date\na,A,021555,2009-12-01\n";
    let sandbox = with_csv(list);
    sandbox.crm("import deals.csv").done();
    let before = sandbox.read("prospects/a.toml");
    for options in ["", "--date 2009-12-09"] {
        sandbox.write("deals.csv", list.replace("-01", "-08"));
        let said = imported(sandbox.crm(&format!("import deals.csv {options}")));
        assert!(said.contains("0 entries written; 1 already there"), "{said}");
    }
    assert_eq!(sandbox.read("prospects/a.toml"), before);
    // A note is news.
    sandbox.write("deals.csv", "id,name,date,note\na,A,2009-12-08,hello\n");
    assert!(imported(sandbox.crm("import deals.csv")).contains("1 entry written"));
}

#[test]
fn a_mapping_is_no_file_of_the_ledger() {
    let sandbox = with_csv("id,name,date\na,A,2009-12-01\n");
    sandbox
        .write("prospects/b.toml", "name = \"B\"\n[events]\n2009-12-01 = { kind = \"opened\" }\n");
    let before = sandbox.snapshot();
    for dry in ["", "--dry-run"] {
        let save =
            |path: &str| sandbox.crm(&format!("import deals.csv --save-mapping {path} {dry}"));
        let said = save("prospects/new.toml");
        assert!(said.stderr.contains("--save-mapping prospects/new.toml would"), "{}", said.stderr);
        assert_ne!(said.status, 0);
        let said = save("nowhere/new.toml");
        assert!(said.stderr.contains("there is no such folder"), "{}", said.stderr);
        assert_ne!(said.status, 0);
    }
    assert!(before == sandbox.snapshot());
}

#[test]
fn the_next_step_of_a_list_is_a_day() {
    let sandbox = with_csv("id,name,date,下一步\na,A,2009-12-01,2009-12-21 14:00\n");
    sandbox.crm("import deals.csv").done();
    assert!(sandbox.read("prospects/a.toml").contains("next = 2009-12-21T14:00"));
}

#[test]
fn a_list_that_is_refused_leaves_nothing_behind() {
    // The first rows are beside the ledger already when the last one is judged.
    let mut list = "id,name,date,stage\n".to_owned();
    (0..700).for_each(|n| list += &format!("d{n},A,2009-12-01,25\n"));
    let sandbox = with_csv(&(list + "z,Z,2009-12-01,closed\nz,Z,2009-12-02,50\n"));
    let before = sandbox.snapshot();
    let said = sandbox.crm("import deals.csv --group --save-mapping kept.toml").fails(1);
    contains(&said, &["line 702", "1 of 702 rows cannot be imported; nothing was written"]);
    assert!(before == sandbox.snapshot());
    assert!(
        !sandbox.path().join("prospects").exists() && !sandbox.path().join("kept.toml").exists()
    );
    assert_eq!(std::fs::read_dir(sandbox.path().join(".crm/tmp")).unwrap().count(), 0);
    sandbox.crm("import deals.csv --group --skip-bad").done();
    assert_eq!(std::fs::read_dir(sandbox.path().join("prospects")).unwrap().count(), 700);
    assert_eq!(std::fs::read_dir(sandbox.path().join(".crm/tmp")).unwrap().count(), 0);
}
