//! `crm import --from`: files in the shapes of other programs, made up for these tests.

use crate::common::{Sandbox, run};

const PROGRAMS: [&str; 12] = [
    "hubspot",
    "salesforce",
    "pipedrive",
    "zoho",
    "odoo",
    "dynamics",
    "outlook",
    "google",
    "fxiaoke",
    "wukong",
    "espocrm",
    "twenty",
];

fn data(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/exports");
    std::fs::read_to_string(format!("{folder}/{name}")).unwrap()
}

/// A ledger with the export of a program beside it.
fn with_export(program: &str) -> Sandbox {
    let settings = "[ledger]\ncurrency = \"CNY\"\n";
    let sandbox = Sandbox::with_settings(settings);
    sandbox.write("export.csv", data(&format!("{program}.csv")));
    sandbox
}

/// Address books have no dates.
fn import(program: &str) -> String {
    let date = if ["outlook", "google"].contains(&program) { " --date 2009-12-10" } else { "" };
    format!("import export.csv --from {program}{date}")
}

/// Every prospect's file, by name.
fn ledger_text(sandbox: &Sandbox) -> String {
    let files = sandbox.snapshot().into_iter();
    let texts = files.filter(|(path, _)| path.to_string_lossy().contains("prospects"));
    texts
        .map(|(path, text)| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            format!("== {name}\n{}\n", String::from_utf8(text).unwrap())
        })
        .collect()
}

/// `tests/data/exports/NAME.txt` was compared with the rows of `NAME.csv` by eye.
#[test]
fn each_export_becomes_the_ledger_it_means() {
    for program in PROGRAMS {
        let sandbox = with_export(program);
        sandbox.crm(&import(program)).done();
        if std::env::var_os("CRM_BLESS").is_some() {
            let path = format!("{}/tests/data/exports/{program}.txt", env!("CARGO_MANIFEST_DIR"));
            std::fs::write(path, ledger_text(&sandbox)).unwrap();
        }
        assert_eq!(ledger_text(&sandbox), data(&format!("{program}.txt")), "{program}");
        assert_eq!(sandbox.crm("check").status, 0, "{program}");
    }
}

#[test]
fn a_second_import_of_an_export_with_ids_changes_nothing() {
    for program in PROGRAMS {
        let sandbox = with_export(program);
        let (_, said) = sandbox.crm(&import(program)).done();
        if said.contains("ids are made from names") {
            assert!(["outlook", "google", "wukong"].contains(&program), "{program}: {said}");
            continue;
        }
        let before = sandbox.snapshot();
        let (_, said) = sandbox.crm(&format!("{} --as-of 2010-01-04", import(program))).done();
        assert!(said.contains(" 0 entries written"), "{program}: {said}");
        assert!(before == sandbox.snapshot(), "{program}");
    }
}

#[test]
fn an_export_is_recognised_and_its_mapping_proposed() {
    for program in PROGRAMS {
        let sandbox = with_export(program);
        let said = sandbox.crm("import export.csv --dry-run").stderr;
        assert!(said.contains(&format!(": --from {program}\n")), "{program}: {said}");
        // Nothing is proposed where the meaning was stated.
        let said = sandbox.crm("import export.csv --map X=name --dry-run").stderr;
        assert!(!said.contains("--from"), "{program}: {said}");
    }
    let sandbox = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n");
    sandbox.write("export.csv", data("fxiaoke.csv"));
    let said = sandbox.crm("import export.csv --dry-run").stderr;
    assert!(said.contains("这像是纷享销客导出的文件：--from fxiaoke"), "{said}");
}

#[test]
fn a_shown_mapping_is_a_mapping_file() {
    for program in PROGRAMS {
        let sandbox = with_export(program);
        let text = sandbox.crm(&format!("import --from {program} --show")).ok();
        sandbox.write("kept.toml", text);
        let by_file = import(program).replace(&format!("--from {program}"), "--mapping kept.toml");
        sandbox.crm(&by_file).done();
        assert_eq!(ledger_text(&sandbox), data(&format!("{program}.txt")), "{program}");
    }
    let sandbox = Sandbox::empty();
    let said = sandbox.crm("import --from hubspt --show").fails(2);
    assert!(said.contains("no program `hubspt` is known") && said.contains("`hubspot`"), "{said}");
}

#[test]
fn the_command_line_comes_before_a_known_mapping() {
    let sandbox = with_export("salesforce");
    let mut command = sandbox.command();
    command.args(["import", "export.csv", "--from", "salesforce"]);
    command.args(["--translate", "Stage:Needs Analysis=25", "--map", "Fiscal Period=region"]);
    command.args(["--map", "Lead Source=", "--map", "Account Name=name"]);
    let said = run(&mut command).done().1;
    assert!(said.contains("columns not imported: Probability (%)\n"), "{said}");
    let text = sandbox.read("prospects/006a1.toml");
    for part in ["name    = \"嘉定精密机械\"", "region  = \"Q1-2010\"", "stage = \"25\""] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("source"), "{text}");
    // A stage that the program does not ship is asked for.
    let text = data("salesforce.csv").replace("Needs Analysis", "Discovery");
    let sandbox = with_export("salesforce");
    sandbox.write("export.csv", text);
    let said = sandbox.crm("import export.csv --from salesforce").fails(1);
    assert!(said.contains("no stage `Discovery`") && said.contains("--translate"), "{said}");
    let said = sandbox.crm("import export.csv --from salesforce --mapping m.toml").fails(2);
    assert!(said.contains("cannot be used with"), "{said}");
}

#[test]
fn a_deal_with_days_of_won_and_lost_is_refused_unless_it_was_opened_again() {
    let head = "dealname,dealstage,date_entered_closed_won,date_entered_closed_lost,hs_object_id";
    let sandbox = Sandbox::ledger();
    sandbox.write("export.csv", format!("{head}\nAcme,closedlost,2009-09-20,2009-10-20,d1\n"));
    let said = sandbox.crm("import export.csv --from hubspot").fails(1);
    assert!(said.contains("line 2: d1: moved to `lost` after the pursuit ended"), "{said}");
    sandbox.write(
        "list.csv",
        "id,name,stage,date\nd1,Acme,closed,2009-09-20\nd1,Acme,lost,2009-10-20\n",
    );
    let said = sandbox.crm("import list.csv --group").fails(1);
    assert!(said.contains("after the pursuit ended"), "{said}");
    sandbox.write(
        "list.csv",
        "id,name,stage,date\nd1,Acme,closed,2009-09-20\nd1,Acme,opportunity,2009-10-01\n\
         d1,Acme,lost,2009-10-20\n",
    );
    sandbox.crm("import list.csv --group").done();
    let losses = sandbox.crm("report losses").ok();
    assert!(losses.contains("1 lost, 1 won"), "{losses}");
}

#[test]
fn a_currency_in_a_column_of_its_own_belongs_to_the_amount() {
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\n");
    sandbox.write(
        "list.csv",
        "id,name,date,value,currency\na,A,2009-12-01,5,USD\nb,B,2009-12-01,6,CNY\n\
         c,C,2009-12-01,,USD\nd,D,2009-12-01,7 EUR,EUR\ne,E,2009-12-01,8,\n",
    );
    sandbox.crm("import list.csv").done();
    for (id, value) in
        [("a", "value = \"5 USD\""), ("b", "value = 6 "), ("d", "\"7 EUR\""), ("e", "value = 8 ")]
    {
        let text = sandbox.read(&format!("prospects/{id}.toml"));
        assert!(text.contains(value), "{text}");
    }
    assert!(!sandbox.read("prospects/c.toml").contains("value"));
    sandbox.write("list.csv", "id,name,date,value,currency\nf,F,2009-12-01,5,dollars\n");
    let said = sandbox.crm("import list.csv").fails(1);
    assert!(said.contains("`currency`: `dollars` is not a currency"), "{said}");
    sandbox.write("list.csv", "id,name,date,value,currency\nf,F,2009-12-01,7 EUR,USD\n");
    let said = sandbox.crm("import list.csv").fails(1);
    assert!(said.contains("`currency` is USD, but the amount is `7 EUR`"), "{said}");
}

/// The last entry of a deal after the import of one row, or the refusal.
fn imported(program: &str, more: &[&str], text: &str) -> Result<String, String> {
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\n");
    sandbox.write("export.csv", text);
    let mut command = sandbox.command();
    command.args(["import", "export.csv", "--from", program]).args(more);
    let output = run(&mut command);
    match output.status {
        0 => Ok(sandbox.read("prospects/d1.toml").lines().last().unwrap_or_default().to_owned()),
        _ => Err(output.stderr),
    }
}

#[test]
fn a_deal_ends_on_the_day_of_its_end_however_its_end_is_written() {
    let translated = ["--translate", "阶段:已结束并赢得客户=closed"];
    let cases: [(&str, &[&str], &str, &str); 8] = [
        ("salesforce", &translated, "Id,Name,阶段,创建日期,结束日期", "已结束并赢得客户"),
        ("salesforce", &[], "Id,Name,阶段,创建日期,结束日期", "成交"),
        (
            "hubspot",
            &[],
            "Record ID,Deal Name,Deal Stage,Create Date,Close Date",
            "Closed Won (Sales Pipeline)",
        ),
        ("hubspot", &[], "Record ID,Deal Name,Deal Stage,Create Date,Close Date", "Closed won"),
        (
            "fxiaoke",
            &["--translate", "商机阶段:已成交=closed"],
            "商机编号,商机名称,商机阶段,创建时间,实际成交日期",
            "已成交",
        ),
        ("pipedrive", &[], "ID,Title,Status,Deal created,Won time", "WON"),
        ("dynamics", &[], "Opportunity ID,Topic,Status,Created On,Actual Close Date", "赢单"),
        ("dynamics", &[], "Opportunity ID,Topic,Status,Created On,Actual Close Date", "WON"),
    ];
    for (program, more, header, end) in cases {
        let text = format!("{header}\nd1,Acme,{end},2009-08-01,2009-10-08\n");
        let last = imported(program, more, &text).unwrap();
        assert!(last.starts_with("2009-10-08") && last.contains("\"closed\""), "{end}: {last}");
    }
}

#[test]
fn an_unknown_status_is_asked_for() {
    let text = |status: &str| {
        format!(
            "ID,Title,Stage,Status,Deal created,Update time\nd1,Acme,Qualified,{status},2009-08-01,2009-10-08\n"
        )
    };
    for status in ["Open", "OPEN", ""] {
        let last = imported("pipedrive", &[], &text(status)).unwrap();
        assert!(last.contains("\"opportunity\""), "{last}");
    }
    let said = imported("pipedrive", &[], &text("Deleted")).unwrap_err();
    assert!(said.contains("`Status`: no stage `Deleted`"), "{said}");
    assert!(said.contains("--translate 'Status:Deleted="), "{said}");
    let last = imported("pipedrive", &["--translate", "Status:Deleted=lost"], &text("Deleted"));
    assert!(last.unwrap().contains("\"lost\""));
    let odoo = |active: &str, reason: &str| {
        format!(
            "External ID,Opportunity,Stage,Active,Lost Reason,Created on,Closed Date\nd1,Acme,New,{active},{reason},2009-08-01,2009-10-08\n"
        )
    };
    let last = imported("odoo", &[], &odoo("FALSE", "Too dear")).unwrap();
    assert!(last.starts_with("2009-10-08") && last.contains("\"lost\""), "{last}");
    assert!(imported("odoo", &[], &odoo("TRUE", "")).unwrap().contains("\"opportunity\""));
    let said = imported("odoo", &[], &odoo("FALSE", "")).unwrap_err();
    assert!(said.contains("`Active`: no stage `FALSE`"), "{said}");
}

#[test]
fn a_unit_in_a_header_is_no_part_of_its_name_and_a_multiple_is_never_read_as_one() {
    let text = |unit: &str, amount: &str| {
        format!(
            "商机编号,商机名称,商机阶段,商机金额{unit},创建时间\nd1,Acme,验证客户,{amount},2009-08-01\n"
        )
    };
    for unit in ["", "(元)", "（元）", "（CNY）", "(RMB)"] {
        let last = imported("fxiaoke", &[], &text(unit, "1500")).unwrap();
        assert!(last.contains("value = 1500"), "{unit}: {last}");
    }
    // A multiple is no name of the amounts: the column is told, and mapped it must state the unit.
    let last = imported("fxiaoke", &[], &text("（万元）", "5")).unwrap();
    assert!(!last.contains("value"), "{last}");
    let map = ["--map", "商机金额（万元）=value"];
    let said = imported("fxiaoke", &map, &text("（万元）", "5")).unwrap_err();
    assert!(said.contains("the column is in multiples of 元"), "{said}");
    let last = imported("fxiaoke", &map, &text("（万元）", "5万")).unwrap();
    assert!(last.contains("value = 50000"), "{last}");
    // In a ledger of another currency, yuan stay yuan.
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"USD\"\n");
    sandbox.write("export.csv", text("（元）", "1500"));
    sandbox.crm("import export.csv --from fxiaoke").done();
    assert!(sandbox.read("prospects/d1.toml").contains("\"1500 CNY\""));
}

#[test]
fn the_current_stage_of_a_deal_with_a_history_is_its_last_position() {
    let row = |stage: &str, closed: &str, won: &str, lost: &str| {
        let head = "Record ID,Deal Name,Deal Stage,Create Date,Close Date,Last Modified Date,\
             date_entered_qualified_to_buy,date_entered_presentation_scheduled,\
             date_entered_closed_won,date_entered_closed_lost";
        let days = "2009-11-02,2009-08-20,2009-09-20";
        format!("{head}\nd1,Acme,{stage},2009-08-01,{closed},{days},{won},{lost}\n")
    };
    let last = |text: String| imported("hubspot", &[], &text).unwrap();
    let is = |last: &str, day: &str, stage: &str| {
        assert!(last.starts_with(day) && last.contains(&format!("\"{stage}\"")), "{last}");
    };
    is(&last(row("Presentation Scheduled", "2010-02-01", "", "")), "2009-09-20", "50");
    // Moved back; ended without a day in a column of its own; opened again.
    is(&last(row("Qualified To Buy", "2010-02-01", "", "")), "2009-11-02", "25");
    is(&last(row("Closed Won", "2009-10-30", "", "")), "2009-10-30", "closed");
    is(&last(row("Presentation Scheduled", "2010-02-01", "2009-10-20", "")), "2009-11-02", "50");
    is(&last(row("Qualified To Buy", "2010-02-01", "", "2009-10-20")), "2009-11-02", "25");
    is(&last(row("Closed Lost", "2009-10-20", "", "2009-10-20")), "2009-10-20", "lost");
    let said = imported("hubspot", &[], &row("Pilot", "2010-02-01", "", "")).unwrap_err();
    assert!(said.contains("`Deal Stage`: no stage `Pilot`"), "{said}");
    let pilot = ["--translate", "Deal Stage:Pilot=90"];
    is(&imported("hubspot", &pilot, &row("Pilot", "", "", "")).unwrap(), "2009-11-02", "90");
}

#[test]
fn middle_names_are_kept_and_absent_ones_leave_no_gap() {
    let sandbox = Sandbox::ledger();
    let head = "First Name,Middle Name,Last Name,E-mail 1 - Value";
    sandbox.write("export.csv", format!("{head}\nAna,Maria,Silva,a@x.org\nJo,,Lund,b@x.org\n"));
    sandbox.crm("import export.csv --from google --date 2009-12-10").done();
    assert!(sandbox.read("prospects/ana-maria-silva.toml").contains("\"Ana Maria Silva\""));
    assert!(sandbox.read("prospects/jo-lund.toml").contains("\"Jo Lund\""));
}
