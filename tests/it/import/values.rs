//! The cells of an import: dates, numbers, names and lists, each in the forms that other programs write.

use super::{imported, with_csv};
use crate::common::{Sandbox, contains, run};

const REPS: &str = "[[rep]]\nid = \"liuyan\"\nname = \"刘燕\"\nemail = \"liuyan@example.com\"\n";

/// A run whose words have blanks in them.
#[track_caller]
fn import(sandbox: &Sandbox, words: &[&str]) -> String {
    let mut command = sandbox.command();
    imported(run(command.arg("import").args(words)))
}

#[test]
fn date_times_and_days_stand_beside_each_other() {
    let file = "id,name,stage,amount,close,closed,created\n\
        006A1,Dickenson,Qualification,15000.0,2009-12-11,false,2009-09-02T22:07:23.000Z\n\
        006A2,United Oil,Closed Won,220000.0,2009-10-25,true,2009-09-02T22:07:23.000Z\n";
    let mapping = "[values.stage]\nQualification = \"25\"\n\"Closed Won\" = \"closed\"\n\
        [prospect]\nid = \"{id}\"\nname = \"{name}\"\n\
        [[entry]]\ndate = \"{created}\"\ntime = \"{created}\"\nstage = \"25\"\nvalue = \"{amount}\"\n\
        [[entry]]\nwhen = { closed = \"true\" }\ndate = \"{close}\"\nstage = \"{stage}\"\n";
    for format in ["", "%d/%m/%Y", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%.fZ"] {
        let sandbox = with_csv(file);
        sandbox.write("sf.toml", mapping);
        let stated = ["--date-format", format];
        let stated = if format.is_empty() { &[][..] } else { &stated[..] };
        import(&sandbox, &[&["deals.csv", "--mapping", "sf.toml"], stated].concat());
        let text = sandbox.read("prospects/006a2.toml");
        contains(&text, &["\n2009-09-02-1-", "time = 22:07:23", "\n2009-10-25-1-"]);
    }
}

#[test]
fn a_column_has_a_form_of_its_own() {
    let sandbox = with_csv("id,name,Created,date,next\na,A,03/04/2009,04.03.2009,40179.375\n");
    sandbox.write(
        "deals.toml",
        "date_format = \"%d.%m.%Y\"\n[date_formats]\nnext = \"excel\"\n\
         [prospect]\nid = \"{id}\"\nname = \"{name}\"\nbirthday = \"{Created}\"\n\
         [[entry]]\ndate = \"{date}\"\nnext = \"{next}\"\n",
    );
    let line = "import deals.csv --mapping deals.toml";
    contains(
        &sandbox.refused(line, 1),
        &["`Created` (birthday): `03/04/2009` is no date of the form `%d.%m.%Y`"],
    );
    imported(sandbox.crm(&format!("{line} --date-format Created=%m/%d/%Y")));
    let text = sandbox.read("prospects/a.toml");
    contains(&text, &["birthday = 2009-03-04", "\n2009-03-04-1-", "next = 2010-01-01T09:00:00"]);
    let said = sandbox.refused(&format!("{line} --date-format Creatd=%d/%m/%Y"), 2);
    contains(&said, &["no column `Creatd`", "did you mean `Created`?"]);
    contains(&sandbox.refused(&format!("{line} --date-format Created=dd"), 2), &["`dd` is not a"]);
}

#[test]
fn chinese_dates_are_read_without_being_asked_for() {
    let sandbox = with_csv(
        "id,name,date,next\n\
         a,A,2009年3月5日,2010年03月05日 下午2:30\nb,B,2009/3/5,2010年3月5号 14:00\nc,C,2009.3.5,2010-03-05 14:00+08:00\n",
    );
    imported(sandbox.crm("import deals.csv"));
    for (id, next) in [("a", "14:30:00"), ("b", "14:00:00"), ("c", "14:00:00")] {
        let text = sandbox.read(&format!("prospects/{id}.toml"));
        contains(&text, &["\n2009-03-05-1-", &format!("next = 2010-03-05T{next}")]);
    }
}

#[test]
fn a_serial_number_is_no_date_until_it_is_said() {
    let sandbox = with_csv("id,name,date\na,A,40000\n");
    contains(
        &sandbox.refused("import deals.csv", 1),
        &["`40000` is not an ISO date", "it is 2009-07-06: --date-format excel"],
    );
    imported(sandbox.crm("import deals.csv --date-format excel"));
    contains(&sandbox.read("prospects/a.toml"), &["\n2009-07-06-1-"]);
    // The leap day that 1900 did not have.
    sandbox.write("deals.csv", "id,name,date\nb,B,60\n");
    contains(
        &sandbox.refused("import deals.csv --date-format excel", 1),
        &["`60` is no date of the form `excel`"],
    );
}

#[test]
fn a_year_in_front_without_its_signs_or_century_names_its_forms() {
    for (date, help) in [
        ("20091101", "if it is 2009-11-01: --date-format '%Y%m%d'\n"),
        ("77/11/30", "--date-format '%y/%m/%d' (year first)\n"),
        ("09/11/1", "'%y/%m/%d' (year first), '%d/%m/%y' (day first), '%m/%d/%y' (month first)\n"),
        ("77-11-30", "--date-format '%y-%m-%d' (year first)\n"),
        ("30/11/2009", "--date-format '%d/%m/%Y' (day first) or '%m/%d/%Y' (month first)\n"),
        ("20091301", "--date-format '%d/%m/%Y' (day first)"),
    ] {
        let sandbox = with_csv(&format!("id,name,date\na,A,{date}\n"));
        contains(&sandbox.refused("import deals.csv", 1), &[help]);
    }
    let sandbox = with_csv("id,name,date\na,A,20091101\n");
    imported(sandbox.crm("import deals.csv --date-format %Y%m%d"));
    contains(&sandbox.read("prospects/a.toml"), &["\n2009-11-01-1-"]);
}

/// Today is 2009-12-18.
#[test]
fn years_that_cannot_be_meant_are_named() {
    let list = |date: &str, close: &str, format: &str| {
        let sandbox = with_csv(&format!("id,name,date,close-by\na,A,{date},{close}\n"));
        sandbox.crm(&format!("import deals.csv --date-format {format} --dry-run"))
    };
    for (date, close, bad) in [
        ("01/01/1900", "31/12/2059", None),
        ("31/12/1899", "", Some("`31/12/1899` is 1899-12-31, which is not between 1900 and 2059")),
        ("01/12/2009", "01/01/2060", Some("`close-by`: `01/01/2060` is 2060-01-01")),
        ("01/12/2009", "04/02/2108", Some("is 2108-02-04, which is not between 1900 and 2059")),
        ("01/12/09", "", Some("70 to 99 are 1970 to 1999, 00 to 69 are 2000 to 2069")),
    ] {
        let said = list(date, close, "%d/%m/%Y");
        assert_eq!(said.status, i32::from(bad.is_some()), "{}", said.stderr);
        contains(&said.stderr, &bad.into_iter().collect::<Vec<_>>());
    }
    let said = list("soon", "", "%d/%m/%Y");
    assert!(said.status == 1 && !said.stderr.contains("two digits"), "{}", said.stderr);
    let said = list("04-02-69", "", "%d/%m/%y");
    assert!(said.status == 1 && !said.stderr.contains("two digits"), "{}", said.stderr);
    let said = list("04/02/69", "", "%d/%m/%y");
    contains(&said.stderr, &["`04/02/69` is 2069-02-04", "`%y` reads years of two digits"]);
    let said = list("04/02/45", "", "%d/%m/%y");
    contains(&said.stderr, &["2045-02-04 is still to come", "`%y` reads years of two digits"]);
    assert_eq!(list("04/02/70", "", "%d/%m/%y").status, 0);
}

#[test]
fn numbers_in_the_form_that_is_stated() {
    let sandbox = with_csv(
        "id;name;date;value\na;A;2009-01-05;1.234,56\nb;B;2009-01-05;512,77\nc;C;2009-01-05;12万\n\
         d;D;2009-01-05;(1.200,00)\ne;E;2009-01-05;£3.500,00\n",
    );
    let said = sandbox.refused("import deals.csv", 1);
    contains(
        &said,
        &[
            "line 2: `value`: `1.234,56`: `,` may be before decimals or between thousands",
            "help: say which: --thousands ',' reads 1,500; --decimal ',' reads 1500,50",
        ],
    );
    let said = sandbox.refused("import deals.csv --decimal ,", 1);
    contains(&said, &["line 2: `value`: `1.234,56`: `.` may be", "--decimal ',' --thousands '.'"]);
    let said = sandbox.refused("import deals.csv --decimal , --thousands ,", 2);
    contains(&said, &["decimals and thousands have one sign"]);
    imported(sandbox.crm("import deals.csv --decimal , --thousands ."));
    assert_eq!(
        sandbox.crm("export prospects -c id,value").ok(),
        "id,value\na,1234.56\nb,512.77\nc,120000\nd,-1200.00\ne,3500.00 GBP\n"
    );
    // Spaces that keep a number in one line, and apostrophes.
    let sandbox =
        with_csv("id;name;date;value\na;A;2009-01-05;1\u{202f}234,50\nb;B;2009-01-05;1\u{a0}234\n");
    import(&sandbox, &["deals.csv", "--decimal", ",", "--thousands", " "]);
    assert_eq!(sandbox.crm("export prospects -c value").ok(), "value\n1234.50\n1234\n");
}

#[test]
fn a_blank_between_digits_may_be_between_thousands() {
    for (value, why, help) in [
        ("1 234,56", "`1 234,56`: `,` may be before decimals", "--thousands ' ' --decimal ','"),
        ("1 234", "`1 234` is not an amount", "--thousands ' '"),
        ("1\u{a0}234.50", "is not an amount", "--thousands ' '"),
        ("1 234 USD", "`1 234 USD` is not an amount", "--thousands ' '"),
    ] {
        let sandbox = with_csv(&format!("id,name,date,value\na,A,2009-01-05,\"{value}\"\n"));
        let said = sandbox.refused("import deals.csv", 1);
        contains(&said, &[why, &format!("a blank may be between thousands: {help}\n")]);
    }
    for (value, why) in [
        ("1200 XX", "`XX` is not a currency"),
        ("1.2.3", "`1.2.3` is not an amount"),
        ("1.5000000", "`1.5000000` cannot be kept exactly"),
    ] {
        let sandbox = with_csv(&format!("id,name,date,value\na,A,2009-01-05,{value}\n"));
        let said = sandbox.refused("import deals.csv", 1);
        contains(&said, &[why]);
        assert!(!said.contains("a blank"), "{said}");
    }
}

/// A workbook keeps 25 % as 0.25; a number of JSON is typed as well.
#[test]
fn a_typed_share_is_the_column_of_its_percentage() {
    let file = |share: &str| {
        let sandbox = Sandbox::with_settings("");
        let deal = format!(r#"{{"id":"a","name":"A","date":"2009-01-05","stage":{share}}}"#);
        sandbox.write("deals.json", format!("[{deal}]"));
        sandbox
    };
    for (share, stage) in [("0.25", "25"), ("0.5", "50"), ("0.90", "90"), ("25", "25")] {
        let sandbox = file(share);
        imported(sandbox.crm("import deals.json"));
        contains(&sandbox.read("prospects/a.toml"), &[&format!("stage = \"{stage}\"")]);
    }
    for share in ["0.3", "1", "0", "\"0.25\""] {
        contains(&file(share).refused("import deals.json", 1), &["no stage `"]);
    }
}

#[test]
fn a_sign_of_several_currencies_is_the_ledgers_own_or_asks() {
    let file = "id,name,date,value\na,A,2009-01-05,¥ 1200\n";
    let sandbox = with_csv(file);
    contains(
        &sandbox.refused("import deals.csv", 1),
        &["`¥` is the sign of several currencies (CNY, JPY): write the code", "[ledger] currency"],
    );
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\n");
    sandbox.write("deals.csv", file);
    imported(sandbox.crm("import deals.csv"));
    assert_eq!(sandbox.crm("export prospects -c value").ok(), "value\n1200\n");
}

#[test]
fn the_words_of_people_are_names() {
    let sandbox = Sandbox::with_settings(REPS);
    sandbox.write(
        "deals.csv",
        "id,name,date,stage,owner,kind,decides\n\
         a,A,2009-01-05,Opportunity,liuyan@example.com,Imported,✓\n\
         b,B,2009-01-05,Closed,刘燕,导入,是\n\
         c,C,2009-01-05,成交,LIUYAN,imported,TRUE\n\
         d,D,2009-01-05,25 %,Liuyan@Example.com,imported,否\n",
    );
    imported(sandbox.crm("import deals.csv"));
    assert_eq!(
        sandbox.crm("export prospects -c id,stage,owner").ok(),
        "id,stage,owner\na,opportunity,liuyan\nb,closed,liuyan\nc,closed,liuyan\nd,25,liuyan\n"
    );
    for id in ["a", "b", "c"] {
        contains(&sandbox.read(&format!("prospects/{id}.toml")), &["decides = true"]);
    }
}

#[test]
fn a_name_of_two_reps_is_neither() {
    let settings = "[[rep]]\nid = \"li1\"\nname = \"Li\"\n[[rep]]\nid = \"li2\"\nname = \"Li\"\n";
    let sandbox = Sandbox::with_settings(settings);
    sandbox.write("deals.csv", "id,name,date,owner\na,A,2009-01-05,li\n");
    contains(
        &sandbox.refused("import deals.csv", 1),
        &["`owner`: `li` may be any of `li1`, `li2` (line 2)", "--translate 'owner:li=REP'"],
    );
    contains(&sandbox.refused("add Ann --owner Li", 2), &["no rep `Li`", "any of `li1`, `li2`"]);
}

#[test]
fn unknown_values_are_told_once_with_their_rows_and_what_settles_them() {
    let mut file = String::from("id,name,date,phase,value\n");
    for n in 0..25 {
        file.push_str(&format!("d{n},N,2009-01-05,Closed Won,1\n"));
    }
    file.push_str(
        "e1,N,2009-01-05,It's off,1\ne2,N,2009-01-05,It's off,many\ne3,N,2009-01-05,25%,1\n",
    );
    let sandbox = with_csv(&file);
    let line = "import deals.csv --map id=id --map name=name --map date=date --map phase=stage --map value=value";
    let said = sandbox.refused(line, 1);
    assert_eq!(said.matches("error[").count(), 4, "{said}");
    contains(
        &said,
        &[
            "error[bad-row]: `phase`: no stage `Closed Won` (25 rows, the first on line 2)",
            "help: --translate 'phase:Closed Won=STAGE'",
            "error[bad-row]: `phase`: no stage `It's off` (2 rows, the first on line 27)",
            "help: stages: opportunity, appointment, 25, 50, 90, closed, lost",
            "help: --translate 'phase:It'\\''s off=STAGE'",
            "error[bad-row]: line 28: `value`: `many` is not an amount",
            "27 of 28 rows cannot be imported",
        ],
    );
    let dry = sandbox.crm(&format!("{line} --dry-run -f csv"));
    assert_eq!(dry.status, 1);
    contains(&dry.stdout, &["prospects to add,1\n", "bad rows,27\n"]);
    // A translation whose result is unknown as well is mended in the file's own words.
    let said = sandbox.refused(&format!("{line} --translate 'phase:Closed Won=closde'"), 1);
    contains(&said, &["no stage `closde` (25 rows", "--translate 'phase:Closed Won=closed'"]);
    let (_, said) =
        sandbox.crm(&format!("{line} --translate 'phase:Closed Won=closed' --skip-bad")).done();
    contains(&said, &["warning[bad-row]: `phase`: no stage `It's off`", "2 bad rows left out"]);
    assert_eq!(sandbox.crm("list stage:closed -f ids").ok().lines().count(), 25);
}

/// The line is pasted: what it fills in must not turn a lost deal into a won one.
#[test]
fn a_translation_is_filled_in_for_a_slip_of_the_keyboard_alone() {
    let settings = format!("{REPS}[[rep]]\nid = \"hejun\"\nemail = \"hejun@example.com\"\n");
    let list = |column: &str, value: &str| {
        let sandbox = Sandbox::with_settings(&settings);
        sandbox.write("deals.csv", format!("id,name,date,{column}\na,A,2009-01-05,{value}\n"));
        sandbox.refused("import deals.csv", 1)
    };
    for (column, value, to) in [
        ("stage", "Closed Lost", "STAGE"),
        ("stage", "Closed Lost (Sales Pipeline)", "STAGE"),
        ("stage", "closed-lost", "STAGE"),
        ("stage", "成交失败", "STAGE"),
        ("stage", "未成交", "STAGE"),
        ("stage", "Not closed", "STAGE"),
        ("stage", "unclosed", "STAGE"),
        ("stage", "25% lost", "STAGE"),
        ("stage", "250", "STAGE"),
        ("stage", "9", "STAGE"),
        ("stage", "closde", "closed"),
        ("stage", "lsot", "lost"),
        ("stage", "oportunty", "opportunity"),
        ("owner", "nobody@example.com", "REP"),
        ("owner", "hejun2@example.com", "REP"),
        ("owner", "hejin@example.com", "REP"),
        ("owner", "hejun2", "REP"),
        ("owner", "hejun@example.con", "hejun"),
        ("owner", "liyuan", "liuyan"),
    ] {
        let said = list(column, value);
        contains(&said, &[&format!("--translate '{column}:{value}={to}'")]);
        let is_suggested = !matches!(to, "STAGE" | "REP");
        assert_eq!(said.contains("did you mean"), is_suggested, "{value}: {said}");
    }
}

#[test]
fn an_unknown_value_is_translated_on_the_command_line_or_in_the_mapping() {
    let sandbox = with_csv("id,name,date,phase\na,A,2009-01-05,Won it\n");
    let mapping = "[prospect]\nid = \"{id}\"\nname = \"{name}\"\n[[entry]]\ndate = \"{date}\"\nstage = \"{phase}\"\n";
    sandbox.write("deals.toml", mapping);
    let said = sandbox.refused("import deals.csv --mapping deals.toml", 1);
    contains(&said, &["--translate 'phase:Won it=STAGE'"]);
    let typed = "import deals.csv --mapping deals.toml --translate 'phase:Won it=closed' -n";
    sandbox.crm(typed).done();
    sandbox.write("deals.toml", format!("{mapping}[values.\"phase\"]\n\"Won it\" = \"closed\"\n"));
    imported(sandbox.crm("import deals.csv --mapping deals.toml"));
}

#[test]
fn a_comma_in_a_list_is_not_guessed() {
    let file = "id,name,date,tags,needs\na,Ann,2009-01-05,\"UI, design\",\nb,Bob,2009-01-05,\"x，y\",car；health、life\n";
    let sandbox = with_csv(file);
    let said = sandbox.refused("import deals.csv", 1);
    contains(
        &said,
        &[
            "`tags`: a comma may be in a word or between two (2 rows, the first on line 2)",
            "`UI, design` is several: --list-separator ','; it is one: --list-separator ';'",
        ],
    );
    let sandbox = with_csv(&file.replace('，', ","));
    imported(sandbox.crm("import deals.csv --list-separator ,"));
    contains(&sandbox.read("prospects/a.toml"), &["tags = [\"UI\", \"design\"]"]);
    assert_eq!(sandbox.crm("list tag:design -f ids").ok(), "a\n");
    let sandbox = with_csv(file);
    import(&sandbox, &["deals.csv", "--list-separator", ";"]);
    contains(&sandbox.read("prospects/a.toml"), &["tags = [\"UI, design\"]"]);
    // The Chinese signs between words are no guess.
    let sandbox = with_csv("id,name,date,needs\nb,Bob,2009-01-05,car；health、life\n");
    imported(sandbox.crm("import deals.csv"));
    contains(&sandbox.read("prospects/b.toml"), &["needs = [\"car\", \"health\", \"life\"]"]);
}

#[test]
fn a_row_without_a_name_says_what_would_give_it_one() {
    let sandbox = with_csv("Deal,Client,Day\nX,C1,2009-01-05\n,C2,2009-01-05\n");
    let line = "import deals.csv --map Deal=name --map Client=company --map Day=date";
    contains(
        &sandbox.refused(line, 1),
        &[
            "line 3: the row has no name: `Deal` is empty",
            "map another column to `name` as well",
            "--map 'COLUMN=name', or name = [\"{Deal}\", \"{COLUMN}\"]",
        ],
    );
    imported(sandbox.crm(&format!("{line} --map Client=name")));
    assert_eq!(sandbox.crm("list -f ids").ok(), "c2\nx\n");
}

#[test]
fn what_is_typed_is_named_by_the_same_rules() {
    let sandbox = Sandbox::with_settings(&format!("[ledger]\ncurrency = \"CNY\"\n{REPS}"));
    sandbox.crm("add Ann --id ann --owner LIUYAN@example.com --value ¥5万").done();
    sandbox.crm("log ann Meeting --confirm 'Right Person' --next '2010年1月5日 下午2:30'").done();
    sandbox.crm("advance ann 25% --force 'the boss agreed'").done();
    let text = sandbox.read("prospects/ann.toml");
    contains(
        &text,
        &[
            "owner = \"liuyan\"",
            "value = 50000",
            "kind = \"meeting\"",
            "confirms = [\"right-person\"]",
            "next = 2010-01-05T14:30:00",
            "stage = \"25\"",
        ],
    );
    sandbox.crm("classify --why-not Closed").done();
    sandbox.crm("back ann Appointment --reason 'no money'").done();
    assert_eq!(sandbox.crm("list owner:liuyan@example.com -f ids").ok(), "ann\n");
}

/// A table of whole amounts has no decimals, whatever the file was given.
#[test]
fn a_decimal_of_nought_is_not_printed() {
    let sandbox = with_csv("id,name,date,stage,value\na,A,2009-11-20,25,37500.0\n");
    imported(sandbox.crm("import deals.csv"));
    contains(&sandbox.read("prospects/a.toml"), &["value = 37500.0"]);
    let funnel = sandbox.crm("report funnel").ok();
    assert!(funnel.contains("37,500") && !funnel.contains("37,500.0 "), "{funnel}");
}

#[test]
fn the_label_of_a_column_is_that_of_the_prospects_own_board() {
    let board = |id: &str, label: &str| {
        format!(
            "[[pipeline]]\nid = \"{id}\"\nstage = [{{ id = \"{id}-a\" }}, {{ id = \"{id}-b\", label = \"{label}\" }}, \
             {{ id = \"{id}-won\", outcome = \"won\" }}, {{ id = \"{id}-lost\", outcome = \"lost\" }}]\n"
        )
    };
    let sandbox =
        Sandbox::with_settings(&format!("{}{}", board("p", "Talks"), board("q", "Trial")));
    sandbox.write(
        "deals.csv",
        "id,name,date,pipeline,stage\na,A,2009-12-01,p,Talks\nb,B,2009-12-01,q,Trial\nc,C,2009-12-01,,Talks\n",
    );
    imported(sandbox.crm("import deals.csv"));
    for (id, stage) in [("a", "p-b"), ("b", "q-b"), ("c", "p-b")] {
        contains(
            &sandbox.read(&format!("prospects/{id}.toml")),
            &[&format!("stage = \"{stage}\"")],
        );
    }
}

#[test]
fn a_reason_that_the_ledger_has_is_no_entry() {
    let sandbox = with_csv("id,name,reason\nx,x,price\n");
    let lost = "2009-12-01 = { kind = \"opened\" }\n\
         2009-12-05 = { kind = \"moved\", stage = \"lost\", reason = \"price\" }\n";
    sandbox.prospect("x", "name = \"x\"\n", lost);
    let before = sandbox.read("prospects/x.toml");
    sandbox.crm("import deals.csv --date 2009-12-10").done();
    assert_eq!(sandbox.read("prospects/x.toml"), before);
    sandbox.write("deals.csv", "id,name,reason\nx,x,timing\n");
    sandbox.crm("import deals.csv --date 2009-12-10").done();
    contains(&sandbox.read("prospects/x.toml"), &["reason = \"timing\""]);
}

#[test]
fn twelve_that_may_be_meant_are_listed_and_of_thirteen_the_last_is_not() {
    let listed = |reps: u32| {
        let settings = (1..=reps).map(|n| format!("[[rep]]\nid = \"r{n:02}\"\n"));
        let sandbox = Sandbox::with_settings(&settings.collect::<String>());
        sandbox.write("deals.csv", "id,name,date,owner\na,A,2009-12-01,somebody else\n");
        let said = sandbox.refused("import deals.csv", 1);
        let line = said.lines().find(|line| line.contains("reps: r01")).unwrap_or_default();
        line.rsplit(", r").next().unwrap_or_default().to_owned()
    };
    assert_eq!([listed(11), listed(12), listed(13)], ["11", "12", "12, …"]);
}

#[test]
fn ids_that_differ_in_width_or_leading_zeros() {
    let note = "the ids differ in leading zeros alone: 001, 1\n";
    let header = "id,name,date";
    let sandbox = with_csv(&format!("{header}\n1,A,2009-01-05\n１,A,2009-01-06\n"));
    contains(&sandbox.refused("import deals.csv", 1), &["the id `1` is in deals.csv, line 2"]);
    let sandbox = with_csv(&format!("{header}\nＡ１２,A,2009-01-05\n"));
    assert!(!imported(sandbox.crm("import deals.csv")).contains("leading zeros"));
    assert_eq!(sandbox.crm("list -f ids").ok(), "a12\n");
    // Beside each other.
    let sandbox = with_csv(&format!("{header}\n1,A,2009-01-05\n001,B,2009-01-06\n"));
    let (_, said) = sandbox.crm("import deals.csv").done();
    contains(&said, &[note]);
    // Beside one of the ledger.
    let sandbox = with_csv(&format!("{header}\n001,A,2009-01-05\n"));
    imported(sandbox.crm("import deals.csv"));
    sandbox.write("deals.csv", format!("{header}\n1,A,2009-01-05\n"));
    let (_, said) = sandbox.crm("import deals.csv").done();
    contains(&said, &[note]);
}

/// The bytes of another encoding are no text that a terminal could show.
#[test]
fn a_file_that_is_not_utf8_has_lines_but_no_excerpt() {
    let sandbox = Sandbox::ledger();
    // The name is 张 in GBK.
    sandbox.write("deals.csv", b"id,name,date\na,\xd5\xc5,2009-11-02\nb,\xd5\xc5,soon\n");
    for (line, place) in [
        ("import deals.csv --encoding gbk", " --> deals.csv:3\n"),
        ("import deals.csv", " --> deals.csv:2\n"),
    ] {
        let said = sandbox.refused(line, 1);
        contains(&said, &[place, "help: "]);
        assert!(!said.contains('\u{fffd}') && !said.contains(" | "), "{said}");
    }
    // The excerpts of UTF-8 stay.
    let sandbox = with_csv("id,name,date\na,张,2009-11-02\nb,张,soon\n");
    contains(&sandbox.refused("import deals.csv", 1), &["deals.csv:3:1\n", "3 | b,张,soon"]);
}
