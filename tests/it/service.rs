//! Cases: over all files of a customer, in working time, in every command that knows of them.

use crate::common::{Sandbox, contains};

const SETTINGS: &str = r#"
[[rep]]
id = "liuyan"

[[rep]]
id = "hejun"

[[grading.rule]]
grade = "A"

[calendar]
days = "monday..friday"
hours = "09:00-18:00"
holidays = ["2010-02-13..2010-02-19"]
workdays = ["2010-02-20", "2010-02-21"]

[policy.A]
verify_days = 0
contact_days = 0
channel = []
discount = 1
response_hours = 2
resolve_days = 3
"#;

/// A customer with a file and two prospects: these entries of the customer, and of the first prospect.
fn sandbox(own: &str, of_prospect: &str) -> Sandbox {
    let sandbox = Sandbox::with_settings(SETTINGS);
    let opened = "[events]\n2009-12-01-1 = { kind = \"opened\", owner = \"liuyan\" }\n";
    let order = "2009-12-02-1 = { kind = \"order\", amount = 5 }\n";
    sandbox.write("customers/pujiang.toml", format!("name = \"浦江\"\n{opened}{own}\n"));
    let of = |id: &str, name: &str, entries: &str| {
        let text = format!("name = \"{name}\"\naccount = \"pujiang\"\n{opened}{entries}\n");
        sandbox.write(&format!("prospects/{id}.toml"), &text);
    };
    of("one", "一厂", &format!("{order}{of_prospect}"));
    of("two", "二厂", "");
    sandbox
}

const ON: &str = "--as-of 2010-03-01";

#[test]
fn a_case_of_the_customer_is_resolved_in_the_file_of_a_prospect() {
    let sandbox = sandbox(
        "2010-02-22-1 = { kind = \"complaint\", ticket = \"leak\", severity = 1 }",
        "2010-02-23-1 = { kind = \"resolved\", ticket = \"leak\" }",
    );
    let (checked, _) = sandbox.crm(&format!("check {ON}")).done();
    assert!(!checked.contains("unknown-ticket"), "{checked}");
    assert_eq!(sandbox.crm(&format!("cases {ON} -f ids")).ok(), "");
    let all = sandbox.crm(&format!("cases {ON} --all -f csv")).ok();
    contains(&all, &["leak,pujiang,浦江,resolved,complaint,,1,2010-02-22"]);
    // It is told in the file where it began, until there is a feedback in any.
    let due = sandbox.crm(&format!("due {ON}")).ok();
    contains(&due, &["2010-02-23", "tell the customer", "pujiang", "leak"]);
    // For 30 days: 2010-03-25 is the thirtieth.
    assert!(sandbox.crm("due --as-of 2010-03-25").ok().contains("tell the customer"));
    assert!(!sandbox.crm("due --as-of 2010-03-26").ok().contains("tell the customer"));
    sandbox.crm(&format!("log two feedback --score 5 --scale csat {ON} --by liuyan")).done();
    let due = sandbox.crm(&format!("due {ON}")).ok();
    assert!(!due.contains("tell the customer"), "{due}");
    contains(&sandbox.crm(&format!("cases two {ON}")).ok(), &["confirmed", "5 CSAT"]);
}

#[test]
fn a_ticket_that_no_file_of_the_customer_begins_is_found_and_refused() {
    let sandbox = sandbox("", "2010-02-23-1 = { kind = \"resolved\", ticket = \"leak\" }");
    let (checked, _) = sandbox.crm(&format!("check {ON}")).done();
    contains(&checked, &["unknown-ticket", "no open case `leak`", "prospects/one.toml"]);
    let refused = sandbox.crm(&format!("log two resolved --ticket x {ON} --by liuyan")).fails(2);
    contains(&refused, &["no open case `x`"]);
}

#[test]
fn of_several_open_cases_of_the_customer_an_entry_must_name_one() {
    let sandbox = sandbox(
        "2010-02-22-1 = { kind = \"complaint\", ticket = \"leak\" }",
        "2010-02-23-1 = { kind = \"request\", ticket = \"copy\" }",
    );
    let before = sandbox.read("prospects/two.toml");
    let refused = sandbox.crm(&format!("log two handled {ON} --by liuyan")).fails(2);
    contains(&refused, &["2 cases are open", "leak", "copy", "crm log two handled --ticket"]);
    assert_eq!(sandbox.read("prospects/two.toml"), before);
    // Of its own file's it means that one.
    sandbox.crm(&format!("log one resolved {ON} --by liuyan")).done();
    assert_eq!(sandbox.crm(&format!("cases {ON} -f ids")).ok(), "pujiang\n");
    sandbox.crm(&format!("log two resolved {ON} --by liuyan")).done();
    assert_eq!(sandbox.crm(&format!("cases {ON} -f ids")).ok(), "");
}

#[test]
fn a_promise_of_two_hours_is_kept_over_the_spring_festival() {
    let asked = "2010-02-12-1 = { kind = \"complaint\", time = 17:00:00, ticket = \"leak\" }";
    for (time, kept) in [("10:00:00", "1/1"), ("10:01:00", "0/1")] {
        let answered = format!("2010-02-20-1 = {{ kind = \"call\", time = {time} }}");
        let sandbox = sandbox(asked, &answered);
        let report = sandbox.crm(&format!("report policy {ON} --table kept -f json")).ok();
        let csv = sandbox.crm(&format!("export cases {ON} --columns answered,answer-kept")).ok();
        let word = if kept == "1/1" { "yes" } else { "no" };
        assert_eq!(csv, format!("answered,answer-kept\n2010-02-20T{time},{word}\n"), "{report}");
        // Nobody has resolved it in three working days.
        contains(&sandbox.crm(&format!("due {ON}")).ok(), &["resolve", "2010-02-22"]);
    }
}

#[test]
fn open_cases_are_listed_by_urgency_with_working_days() {
    let sandbox = sandbox(
        "2010-02-25-1 = { kind = \"request\", ticket = \"later\" }\n2010-02-24-1 = { kind = \"request\", ticket = \"late\" }",
        "",
    );
    let csv = sandbox.crm(&format!("cases {ON} -f csv")).ok();
    let lines: Vec<&str> = csv.lines().collect();
    // Two hours are one working day; three days end on Monday and Tuesday.
    assert!(
        lines[1].starts_with("late,") && lines[1].ends_with("2010-02-25,-2,2010-03-01,0"),
        "{csv}"
    );
    assert!(
        lines[2].starts_with("later,") && lines[2].ends_with("2010-02-26,-1,2010-03-02,1"),
        "{csv}"
    );
}

#[test]
fn report_service_counts_what_was_reopened_and_what_is_late() {
    let mut own = String::new();
    // Six cases: answered after 0, 0, 1, 2, 3 working days, and one that waits. The first is reopened.
    for (n, day) in ["22", "22", "23", "24", "25"].iter().enumerate() {
        own.push_str(&format!(
            "2010-02-22-{} = {{ kind = \"complaint\", ticket = \"t{n}\", category = \"late\" }}\n",
            n + 1
        ));
        own.push_str(&format!(
            "2010-02-{day}-9{n} = {{ kind = \"resolved\", ticket = \"t{n}\" }}\n"
        ));
    }
    own.push_str("2010-02-26-1 = { kind = \"request\", ticket = \"t0\" }\n");
    own.push_str("2010-02-26-2 = { kind = \"request\", ticket = \"t5\", category = \"copy\" }");
    let sandbox = sandbox(&own, "");
    let csv = sandbox.crm(&format!("report service {ON} -f csv")).ok();
    // n = 7: 0, 0, 1, 2, 3 days, and two that have waited for one: S = 5/7, 4/7, 2/7, 0.
    let header = "cases,complaints,open,reopened,asked,answer-median,answer-p90,answer-kept,resolve-median,resolve-p90,resolve-kept";
    assert_eq!(csv, format!("{header}\n6,5,2,0.166667,7,2,3,0.6,2,3,1\n"), "{csv}");
    let by = sandbox.crm(&format!("report service {ON} --by category -f csv")).ok();
    contains(&by, &["category,cases", "copy,1,0,1", "late,5,5,1"]);
    let refused = sandbox.crm(&format!("report service {ON} --by region")).fails(2);
    contains(&refused, &["`service` has no rows by `region`", "category, product, severity"]);
    // The last day of a promise is in time.
    let text = sandbox.crm(&format!("report service {ON}")).ok();
    assert!(text.contains("customers that have bought") && !text.contains("past a promise"));
    let text = sandbox.crm("report service --as-of 2010-03-02").ok();
    contains(&text, &["past a promise: 2 - pujiang (t0), pujiang (t5)"]);
}

#[test]
fn report_satisfaction_has_csat_and_nps_and_what_moved() {
    let mut own = String::new();
    for n in 0..20 {
        let score = if n < 10 {
            9
        } else if n < 14 {
            6
        } else {
            7
        };
        own.push_str(&format!(
            "2010-02-22-{n} = {{ kind = \"survey\", score = {score}, scale = \"nps\" }}\n"
        ));
    }
    let sandbox = sandbox(
        own.trim_end(),
        "2010-02-24-1 = { kind = \"survey\" }\n2010-02-25-1 = { kind = \"survey\", score = 4, scale = \"csat\" }",
    );
    let text = sandbox.crm(&format!("report satisfaction {ON}")).ok();
    contains(
        &text,
        &["NPS    20", "30.0", "-4.2", "64.2", "answered: 1 of 1 survey sent", "n = 1, too few"],
    );
}

#[test]
fn pages_of_solutions_fit_by_category_and_are_found() {
    let sandbox = sandbox("2010-02-25-1 = { kind = \"request\", category = \"billing\" }", "");
    let page = "---\ntitle: Refused billing\ncategory: billing\n---\nRemind the clinic.\n";
    sandbox.write("knowledge/health/refused.md", page);
    contains(&sandbox.crm(&format!("cases one {ON}")).ok(), &["Refused billing", "refused.md"]);
    contains(&sandbox.crm(&format!("search clinic {ON}")).ok(), &["Refused billing"]);
    assert_eq!(sandbox.crm(&format!("search clinic {ON} -f ids")).ok(), "");
}

#[test]
fn a_contact_that_names_a_case_answers_no_other_and_a_word_before_the_end_tells_nothing() {
    let sandbox = Sandbox::with_settings("");
    sandbox.prospect(
        "wang",
        "name = \"王\"\n",
        "2010-03-01-1 = { kind = \"complaint\", ticket = \"p\" }\n\
         2010-03-01-2 = { kind = \"complaint\", ticket = \"q\" }\n\
         2010-03-02-1 = { kind = \"call\", ticket = \"q\" }\n\
         2010-03-03-1 = { kind = \"feedback\", ticket = \"q\", score = 9 }\n\
         2010-03-04-1 = { kind = \"resolved\", ticket = \"q\" }\n",
    );
    let cases = sandbox.crm("export cases --as-of 2010-03-05 -f jsonl").ok();
    let of = |name: &str| {
        let with = format!("\"case\":\"{name}\"");
        cases.lines().find(|line| line.contains(&with)).unwrap_or("").to_owned()
    };
    assert!(of("q").contains("2010-03-02"), "{cases}");
    assert!(!of("p").contains("2010-03-02") && !of("p").contains("2010-03-04"), "{cases}");
    // It was resolved after that word: the customer is to be told.
    assert!(sandbox.crm("due --as-of 2010-03-05").ok().contains("tell the customer"));
    // Without a scale the score is nps.
    let sheet = sandbox.crm("report satisfaction --as-of 2010-03-05").ok();
    assert!(sheet.contains("NPS    1") && !sheet.contains("left out"), "{sheet}");
    let refused = sandbox.run(&["log", "wang", "handled", "--ticket", " "]).fails(2);
    assert!(refused.contains("a case needs a name"), "{refused}");
}

#[test]
fn a_word_that_is_in_no_file_is_a_mistyped_id_and_a_department_has_a_name() {
    let sandbox = Sandbox::with_settings(
        "[[rep]]\nid = \"he\"\n[[department]]\nid = \"north\"\nmembers = [\"he\"]\n",
    );
    sandbox.prospect(
        "wang",
        "name = \"王\"\n",
        "2009-12-01 = { kind = \"request\", owner = \"he\" }\n",
    );
    assert!(sandbox.crm("cases wnag").fails(2).contains("no prospect or customer `wnag`"));
    assert!(sandbox.crm("cases 王").ok().contains("wang"));
    assert_eq!(sandbox.crm("cases department:north -f ids").ok(), "wang\n");
    let refused = sandbox.refused("list department:nroth", 2);
    contains(&refused, &["unknown department `nroth`", "did you mean `north`?"]);
}

#[test]
fn a_severity_is_one_to_four() {
    for (severity, is_right) in [(0, false), (1, true), (4, true), (5, false)] {
        let sandbox = Sandbox::with_settings("");
        let entry = format!("2009-12-01 = {{ kind = \"complaint\", severity = {severity} }}\n");
        sandbox.prospect("wang", "name = \"王\"\n", &entry);
        let checked = sandbox.run(&["check"]);
        assert_eq!(checked.status == 0, is_right, "{severity}: {}", checked.stderr);
    }
}
