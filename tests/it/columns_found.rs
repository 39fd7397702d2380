//! The meaning of columns: those that are found by their names, what the command line adds, what is kept, and what a
//! dry run shows.

use crate::common::{Sandbox, run};

fn with_list(text: &str) -> Sandbox {
    let sandbox = Sandbox::ledger();
    sandbox.write("list.csv", text);
    sandbox
}

/// Stderr of an import with these options, done.
#[track_caller]
fn import(sandbox: &Sandbox, options: &[&str]) -> String {
    let mut command = sandbox.command();
    run(command.args(["import", "list.csv"]).args(options)).done().1
}

#[test]
fn chinese_headers_are_known_by_name() {
    let sandbox = with_list(
        "编号,姓名,公司名称,手机,电话,邮箱,阶段,负责人,预计金额,下次跟进时间,创建时间,来源,行业,地区,备注,标签,微信\n\
         K1,张伟,远航物流,13900000001,021-5550101,zw@example.com,25,liuyan,18000,2010-01-05,2009-12-01,展会,物流,上海,老客户,重点,zw\n\
         K2,王芳,,,0512-5550102,,opportunity,,,,2009-12-02,,,,,,\n",
    );
    let said = import(&sandbox, &[]);
    assert_eq!(
        said,
        "read: 编号 = id, 姓名 = name, 公司名称 = company, 电话 | 手机 = phone, 邮箱 = email, 来源 = source, 行业 = \
         industry, 地区 = region, 标签 = tags, 阶段 = stage, 负责人 = owner, 预计金额 = value, 下次跟进时间 = next, \
         创建时间 = date, 备注 = note\n\
         columns not imported: 微信\n\
         2 rows: 2 prospects added, 2 entries written\n"
    );
    let text = sandbox.read("prospects/k1.toml");
    for part in [
        "name     = \"张伟\"\ncompany  = \"远航物流\"\nindustry = \"物流\"\nregion   = \"上海\"\nsource   = \"展会\"\n",
        "tags     = [\"重点\"]",
        "phone = \"021-5550101\"\nemail = \"zw@example.com\"",
        "stage = \"25\", next = 2010-01-05, value = 18000, note = \"老客户\"",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_name_of_a_field_comes_before_other_names_and_the_first_cell_that_is_not_empty_counts() {
    let sandbox = with_list(
        "Customer,Name,date,Status,Stage,Mobile,Phone\n\
         Acme,Ann,2009-12-01,50,25,1,2\nBrand,,2009-12-01,50,,1,\n",
    );
    let said = import(&sandbox, &[]);
    assert!(
        said.starts_with(
            "read: Name | Customer = name, Phone | Mobile = phone, Stage | Status = stage\n"
        ),
        "{said}"
    );
    let csv = sandbox.crm("export prospects -c name,stage,phone").ok();
    assert_eq!(csv, "name,stage,phone\nAnn,25,2\nBrand,50,1\n");
    // A fact of the team's own is a field.
    let sandbox = Sandbox::with_settings("[ledger]\nfacts = [\"status\"]\n");
    sandbox.write("list.csv", "name,date,status\nAnn,2009-12-01,warm\n");
    import(&sandbox, &[]);
    assert!(sandbox.read("prospects/ann.toml").contains("status = \"warm\""));
}

#[test]
fn what_is_said_of_a_column_or_a_field_comes_before_its_name() {
    let text = "id,Customer,Created,Closed,stage,Colour\na,Ann,2009-11-01,2009-12-01,25,red\n\
                b,Bob,2009-11-02,,25,blue\n";
    // `Closed` is the date, and `Created` is not, though `Closed` is empty.
    let sandbox = with_list(text);
    let mut command = sandbox.command();
    let said = run(command.args(["import", "list.csv", "--map", "Closed=date"])).fails(1);
    assert!(said.contains("line 3: the row has no date"), "{said}");
    assert!(said.contains("columns not imported: Created, Colour"), "{said}");
    // A column may be what its name is not, and others are found as before.
    let said = import(&sandbox, &["--map", "Colour=region", "--map", "stage="]);
    assert!(
        said.starts_with(
            "read: Customer = name, Created = date\ncolumns not imported: Closed\n2 rows"
        ),
        "{said}"
    );
    let csv = sandbox.crm("export prospects -c id,region,stage").ok();
    assert_eq!(csv, "id,region,stage\na,red,opportunity\nb,blue,opportunity\n");
    // A column that is to be left out must be there.
    let mut command = sandbox.command();
    let said = run(command.args(["import", "list.csv", "--map", "Stages="])).fails(2);
    assert!(said.contains("the file has no column `Stages`") && said.contains("`stage`"), "{said}");
}

const MAPPING: &str = "[prospect]\nid = \"{id}\"\nname = \"{who}\"\n\
    [[entry]]\ndate = \"{day}\"\nstage = \"25\"\n\
    [[entry]]\nwhen = { sum = { not = \"\" } }\ndate = \"{day}\"\nkind = \"order\"\namount = \"{sum}\"\n";

#[test]
fn options_add_to_a_mapping_file() {
    let sandbox = with_list("id,who,day,sum,state,day2\na,Ann,2009-12-01,5,hot,2009-12-02\n");
    sandbox.write("m.toml", MAPPING);
    let options = ["--mapping", "m.toml", "--map", "state=stage", "--translate", "state:hot=50"];
    import(&sandbox, &[&options[..], &["--map", "day2=date", "--map", "who=company"]].concat());
    let text = sandbox.read("prospects/a.toml");
    for part in [
        "company = \"Ann\"",
        "2009-12-02-1-",
        "{ kind = \"imported\", stage = \"50\" }",
        "2009-12-02-2-",
        "{ kind = \"order\", amount = 5 }",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_kept_mapping_reads_the_next_list_and_is_never_written_over() {
    let list = "编号,Customer,Status,Created\nk1,Ann,hot,01/12/2009\n";
    let sandbox = with_list(list);
    let options = ["--translate", "Status:hot=50", "--date-format", "%d/%m/%Y"];
    let save = [&options[..], &["--save-mapping", "kept.toml"]].concat();
    // A dry run writes nothing.
    import(&sandbox, &[&save[..], &["--dry-run"]].concat());
    assert!(!sandbox.path().join("kept.toml").exists());
    import(&sandbox, &save);
    assert_eq!(
        sandbox.read("kept.toml"),
        "date_format = \"%d/%m/%Y\"\n\n[values.\"Status\"]\n\"hot\" = \"50\"\n\n\
         [prospect]\nid = \"{编号}\"\nname = \"{Customer}\"\n\n\
         [[entry]]\nstage = \"{Status}\"\ndate = \"{Created}\"\n"
    );
    let said = import(&sandbox, &["--mapping", "kept.toml"]);
    assert_eq!(said, "1 row: 0 prospects added, 0 entries written; 1 already there\n");
    let before = sandbox.snapshot();
    for dry in [&["--dry-run"][..], &[]] {
        let mut command = sandbox.command();
        let said = run(command.args(["import", "list.csv"]).args(&save).args(dry)).fails(2);
        assert!(said.contains("--save-mapping: kept.toml is there already"), "{said}");
    }
    // Where nothing is imported, nothing is kept.
    sandbox.write("list.csv", "name,date\nAnn,never\n");
    let mut command = sandbox.command();
    run(command.args(["import", "list.csv", "--save-mapping", "new.toml"])).fails(1);
    sandbox.write("list.csv", list);
    assert!(before == sandbox.snapshot());
}

#[test]
fn a_dry_run_shows_the_figures_that_the_funnel_has_after_the_import() {
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\n");
    let mut text = String::from("id,name,date,stage,value,owner\n");
    for n in 0..12 {
        let stage = ["opportunity", "25", "50", "closed", "lost"][n % 5];
        let value = ["1000", "", "250.50", "9 USD"][n % 4];
        let owner = ["amy", "", "ben"][n % 3];
        text.push_str(&format!("d{n},Deal {n},2009-{:02}-05,{stage},{value},{owner}\n", 1 + n % 4));
    }
    sandbox.write("list.csv", text);
    let json = sandbox.crm("import list.csv --dry-run -f json").ok();
    let dry: serde_json::Value = serde_json::from_str(&json).unwrap();
    let rows = |sheet: &serde_json::Value, table: &str| -> Vec<serde_json::Value> {
        sheet["tables"][table].as_array().unwrap_or_else(|| panic!("{table}: {sheet}")).clone()
    };
    assert_eq!(rows(&dry, "prospects").len(), 10);
    assert_eq!(
        rows(&dry, "months").iter().map(|row| row["entries"].as_i64().unwrap()).sum::<i64>(),
        12
    );
    let owners: Vec<_> = rows(&dry, "owners").iter().map(|row| row["prospects"].clone()).collect();
    assert_eq!(owners, [4, 4, 4]);
    let stages = rows(&dry, "stages");
    sandbox.crm("import list.csv").done();
    let funnel: serde_json::Value =
        serde_json::from_str(&sandbox.crm("report funnel -f json").ok()).unwrap();
    let board = funnel["tables"].as_object().unwrap().values().next().unwrap().as_array().unwrap();
    let held: Vec<_> = board.iter().filter(|row| row["count"] != 0).collect();
    assert_eq!(held.len(), stages.len());
    for (column, shown) in held.iter().zip(&stages) {
        assert_eq!(column["stage"], shown["stage"]);
        assert_eq!(column["count"], shown["prospects"]);
        assert_eq!(column["value"], shown["value"]);
        assert_eq!(column["other-currencies"], shown["other-currencies"]);
    }
}

#[test]
fn a_dry_run_of_a_second_list_counts_what_would_be() {
    let sandbox = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n");
    sandbox.write(
        "list.csv",
        "id,name,date,stage,value\na,Ann,2009-12-01,25,100\nb,Bob,2009-12-01,25,50\n",
    );
    import(&sandbox, &[]);
    sandbox.write(
        "list.csv",
        "id,name,date,stage,value\na,Ann,2009-12-01,50,100\nb,Bob,2009-12-01,25,50\n",
    );
    let mut command = sandbox.command();
    let out = run(command.args(["import", "list.csv", "-n"])).done().0;
    for part in
        ["导入后的前几个客户", "按栏", "按负责人", "新增记录，按月", "2009-12", "金额合计 150"]
    {
        assert!(out.contains(part), "{part}\n{out}");
    }
}
