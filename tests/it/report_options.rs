//! A report refuses the options that it does not take, and uses those that it takes.

use crate::common::Sandbox;
use crm::diag::Lang;
use crm::report::{Breakdowns, REPORTS, Takes};

const DAY: &str = "--as-of 2010-03-31";

/// What is typed for an option.
fn typed(option: Takes, by: Breakdowns) -> &'static str {
    match option {
        Takes::Query => "owner:liuyan",
        Takes::By if matches!(by, Breakdowns::Among(rows) if !rows.contains(&"owner")) => {
            "--by month"
        }
        // Campaigns have no owner.
        Takes::By if matches!(by, Breakdowns::Own(_)) => "--by channel",
        Takes::By => "--by owner",
        Takes::Period => "--period 2010-02",
        Takes::Target => "--target 12",
        Takes::List => "--list",
        Takes::RfmCompat => "--rfm-compat r",
    }
}

#[test]
fn every_report_uses_an_option_or_refuses_it() {
    let team = Sandbox::copy_of("examples/team");
    // The team has no projects.
    let project = Sandbox::copy_of("examples/project");
    let settings = project.read("crm.toml").replace("\"zh\"", "\"en\"");
    project.write("crm.toml", settings + "\n[[rep]]\nid = \"liuyan\"\n");
    for report in REPORTS {
        let name = report.name;
        let sandbox = if name == "projects" { &project } else { &team };
        let plain = sandbox.crm(&format!("report {name} {DAY} -f json")).ok();
        for (option, option_name) in Takes::ALL {
            let run =
                sandbox.crm(&format!("report {name} {} {DAY} -f json", typed(option, report.by)));
            if report.takes.contains(&option) {
                let out = run.ok();
                // These are always by owner, or by owner where nothing else is asked; scores are cut where the example's
                // do not differ.
                let by_owner = name == "sales" || matches!(report.by, Breakdowns::Only(_));
                let same = option == Takes::By && by_owner || option == Takes::RfmCompat;
                assert!(same || out != plain, "{name} {option_name} changes nothing");
            } else {
                let said = run.fails(2);
                let refusal = format!("the report `{name}` does not take {option_name}");
                assert!(said.contains(&refusal), "{said}");
                assert!(said.contains("it takes"), "{said}");
                for other in REPORTS.iter().filter(|other| other.takes.contains(&option)) {
                    assert!(said.contains(other.name), "{said}");
                }
            }
        }
    }
}

#[test]
fn what_by_may_name_is_said_where_it_is_not_anything() {
    let sandbox = Sandbox::copy_of("examples/team");
    for report in REPORTS.iter().filter(|report| matches!(report.by, Breakdowns::Only(_))) {
        let said = sandbox.crm(&format!("report {} --by source {DAY}", report.name)).fails(2);
        assert!(said.contains("has no rows by `source`"), "{said}");
        assert!(said.contains("it is always by owner"), "{said}");
    }
    // By manager, the team sheet has a subtotal for each department.
    let by = |by: &str| sandbox.crm(&format!("report team {by} {DAY}")).ok();
    assert!(!by("").contains("department") && by("--by manager").contains("王芳's department"));
}

#[test]
fn no_table_has_a_column_twice() {
    let sandbox = Sandbox::copy_of("examples/team");
    for report in REPORTS.iter().filter(|report| report.takes.contains(&Takes::By)) {
        for by in ["owner", "stage", "region"] {
            let run = sandbox.crm(&format!("report {} --by {by} {DAY} -f csv", report.name));
            let refused = match report.by {
                Breakdowns::Any | Breakdowns::AnyOr(_) => false,
                Breakdowns::AnyBut(own) => own == by,
                Breakdowns::Only(rows) | Breakdowns::Among(rows) | Breakdowns::Own(rows) => {
                    !rows.contains(&by)
                }
            };
            if refused {
                let said = run.fails(2);
                assert!(said.contains("--by"), "{said}");
                continue;
            }
            let csv = run.ok();
            let mut header: Vec<&str> = csv.lines().next().unwrap_or_default().split(',').collect();
            let count = header.len();
            header.sort_unstable();
            header.dedup();
            assert_eq!(header.len(), count, "{} --by {by}: {csv}", report.name);
        }
    }
}

#[test]
fn from_and_to_are_a_period_and_chinese_is_spoken() {
    let sandbox = Sandbox::copy_of("examples/team");
    let said = sandbox.crm("report aging --from 2009-12-01").fails(2);
    assert!(said.contains("`aging` does not take --period"), "{said}");
    let settings = sandbox.read("crm.toml").replace("language = \"en\"", "language = \"zh\"");
    sandbox.write("crm.toml", settings);
    let said = sandbox.crm("report pool --by owner").fails(2);
    assert!(said.contains("报表 `pool` 不接受 --by") && said.contains("它接受："), "{said}");
}

#[test]
fn grades_are_cut_as_r_does_wherever_they_are_asked_for() {
    let sandbox = Sandbox::copy_of("examples/team");
    sandbox.crm(&format!("report funnel --by segment --rfm-compat r {DAY}")).ok();
    sandbox.crm(&format!("report funnel grade:A --rfm-compat r {DAY}")).ok();
    let said = sandbox.crm(&format!("report funnel --rfm-compat r {DAY}")).fails(2);
    assert!(said.contains("`funnel` does not take --rfm-compat"), "{said}");
}

#[test]
fn help_and_the_list_say_what_is_taken() {
    let sandbox = Sandbox::ledger();
    let (help, list) = (sandbox.crm("report --help").ok(), sandbox.crm("report -f csv").ok());
    for report in REPORTS {
        let line = help.lines().find(|line| line.starts_with(&format!("  {} ", report.name)));
        let taken =
            if report.takes.is_empty() { "none of these".into() } else { report.taken(Lang::En) };
        assert!(line.is_some_and(|line| line.ends_with(&taken)), "{}\n{help}", report.name);
        assert!(list.contains(&report.taken(Lang::En).replace(", ", ";")), "{list}");
    }
}

#[test]
fn a_table_that_happens_to_be_empty_is_an_empty_table() {
    let sandbox = Sandbox::copy_of("examples/team");
    sandbox.prospect("alone", "name = \"A\"", "2010-03-01 = { kind = \"opened\" }\n");
    for (command, header) in [
        ("show alone --table contacts", "name,role,decides,phone,email,birthday"),
        ("report grades --table moves", "id,name,from-grade,to-grade,lifecycle"),
        ("report grades --table migration", "from-grade,A,B,C,total"),
        ("report overrides --table exceptions-sarah owner:hejun", "what,since,id,"),
        ("report bridge --table changes --period 2009-01", "id,name,bridge,detail,"),
    ] {
        let csv = sandbox.crm(&format!("{command} {DAY} -f csv")).ok();
        assert!(csv.starts_with(header), "{csv}");
        assert_eq!(csv.lines().count(), 1, "{csv}");
    }
    // An empty ledger has the tables of every report that one with prospects has.
    let empty = Sandbox::with_settings(&sandbox.read("crm.toml"));
    for report in REPORTS {
        let line = format!("report {} {DAY} -f json", report.name);
        let json: serde_json::Value = serde_json::from_str(&sandbox.crm(&line).ok()).unwrap();
        for table in json["tables"].as_object().unwrap().keys() {
            empty.crm(&format!("report {} --table {table} {DAY} -f csv", report.name)).ok();
        }
        let said = sandbox.crm(&format!("report {} --table never {DAY}", report.name)).fails(2);
        assert!(said.contains("has no table `never`"), "{said}");
    }
}

#[test]
fn tables_of_boards_have_their_names_whether_in_use_or_not() {
    let board = "[[pipeline]]\nid = \"prospect\"\n[[pipeline]]\nid = \"project\"\n\
                 stage = [{ id = \"lead\" }, { id = \"won\", outcome = \"won\" }, { id = \"no\", outcome = \"lost\" }]\n";
    let sandbox = Sandbox::with_settings(board);
    sandbox.prospect("a", "name = \"A\"", "2009-12-01 = { kind = \"opened\" }\n");
    for table in ["conversion", "prospect-conversion", "project-conversion"] {
        sandbox.crm(&format!("report conversion --table {table} -f csv")).ok();
    }
    for (report, table) in [
        ("funnel", "project"),
        ("funnel", "project-pace"),
        ("funnel", "prospect-pace"),
        ("funnel", "pace"),
        ("board", "project"),
        ("cycle", "project-closed"),
        ("forecast", "project-probability"),
        ("team", "project"),
        ("team", "project-week"),
    ] {
        sandbox.crm(&format!("report {report} --table {table} -f csv")).ok();
    }
    // What is not in use is not in the way.
    assert!(!sandbox.crm("report funnel -f json").ok().contains("project"));
}

#[test]
fn a_forecast_of_one_owner_is_not_measured_against_the_target_of_all() {
    let target = |more: &str| {
        let sandbox = Sandbox::copy_of("examples/team");
        let settings = sandbox.read("crm.toml");
        assert!(settings.contains("[forecast]"), "the example has a target");
        sandbox.crm(&format!("report forecast --period 2010Q2 {more} {DAY}")).ok()
    };
    let has = |text: &str, what: &str| assert!(text.contains(what), "{text}");
    has(&target("owner:liuyan"), "(none for one owner)");
    assert!(!target("owner:liuyan").contains("Missing"));
    has(&target("source:referral"), "(none for a part of the ledger)");
    let by = target("--by owner");
    has(&by, "the target is of the whole ledger: there is none for one owner");
    has(&by, "Missing");
}
