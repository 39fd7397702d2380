//! Tiers of key accounts and plans of customers: settings, duties, reports, `due`, `log`.

use crate::common::{Sandbox, contains};

const SETTINGS: &str = r#"
[ledger]
currency = "CNY"

[[rep]]
id = "liuyan"
manager = "hejun"

[[rep]]
id = "hejun"

[[grading.rule]]
grade = "A"

[calendar.occasion.new-year]
dates = [2010-02-14]
label.en = "new year"
label.zh = "春节"

[policy.A]
verify_days = 0
contact_days = 0
channel = []
response_days = 0
discount = 1
team = ["service"]
budget = 500
support = "custom"
leader_days = 60
review_days = 90
survey_days = 180
care = ["birthday", "new-year"]
"#;

/// A customer with a file and a prospect.
fn sandbox(settings: &str) -> Sandbox {
    let sandbox = Sandbox::with_settings(settings);
    sandbox.write(
        "customers/pujiang.toml",
        r#"name = "浦江"
potential = 300000

[[goal]]
id = "more"
what = "sell more"
measure = "bought"
target = 100000
by = 2010-12-31

[[step]]
what = "visit them"
by = 2010-03-20
who = "hejun"

[events]
2009-12-01-1 = { kind = "opened", owner = "liuyan" }
2010-01-06-1 = { kind = "visit", by = "liuyan", cost = 400 }
2010-01-30-1 = { kind = "call", by = "hejun" }
2010-02-01-1 = { kind = "survey", score = 6, scale = "nps" }
2010-02-10-1 = { kind = "complaint" }
2010-02-12-1 = { kind = "resolved" }
"#,
    );
    sandbox.prospect(
        "sun",
        "name = \"孙\"\naccount = \"pujiang\"\n\n[[contact]]\nname = \"李\"\nbirthday = 1971-04-02\n",
        "2009-10-02-1 = { kind = \"opened\", owner = \"liuyan\" }\n\
         2009-12-31-1 = { kind = \"order\", amount = 20000 }\n\
         2010-02-01-1 = { kind = \"order\", amount = 40000 }\n\
         2010-02-02-1 = { kind = \"order\", amount = \"500 USD\" }\n\
         2010-02-14-1 = { kind = \"gift\", cost = 100 }\n",
    );
    sandbox
}

/// What is due on a day: each thing with its days left and who does it.
fn due(sandbox: &Sandbox, line: &str) -> Vec<String> {
    let out = sandbox.crm(&format!("due {line} -f csv")).ok();
    let rows = out.lines().skip(1).map(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        format!("{} {} {} {} {}", cells[0], cells[1], cells[2], cells[3], cells[6])
    });
    rows.collect()
}

#[test]
fn due_lists_what_a_tier_demands_and_the_steps_of_plans() {
    let sandbox = sandbox(SETTINGS);
    // The talk with the manager of 30 January holds for 60 days: to 31 March.
    assert_eq!(
        due(&sandbox, "--as-of 2010-03-31 --in 2d"),
        [
            "2010-03-20 -11 step of the plan pujiang hejun",
            "2010-03-31 0 leader's talk pujiang liuyan",
            "2010-03-31 0 helper missing pujiang liuyan",
            "2010-04-02 2 care pujiang liuyan",
        ]
    );
    let next = due(&sandbox, "--as-of 2010-04-01 --in 7d");
    assert!(next.contains(&"2010-03-31 -1 leader's talk pujiang liuyan".to_owned()), "{next:?}");
    assert!(next.contains(&"2010-04-06 5 review pujiang liuyan".to_owned()), "{next:?}");
}

#[test]
fn a_tier_that_nothing_states_demands_nothing() {
    let sandbox = sandbox("[[grading.rule]]\ngrade = \"A\"\n");
    let due = due(&sandbox, "--as-of 2010-03-31 --in 30d");
    let demands = ["helper", "leader", "review", "survey", "care"];
    assert!(!due.iter().any(|item| demands.iter().any(|what| item.contains(what))), "{due:?}");
    assert!(due.contains(&"2010-04-02 2 birthday sun liuyan".to_owned()), "{due:?}");
}

#[test]
fn the_policy_judges_the_customer_of_all_its_files() {
    let sandbox = sandbox(SETTINGS);
    let out = sandbox.crm("report policy --as-of 2010-04-01 --table shortfalls -f csv").ok();
    let rows: Vec<&str> = out.lines().skip(1).collect();
    assert_eq!(
        rows,
        [
            "A,helper of each role,pujiang,浦江,liuyan,,nobody serves as service",
            "A,talk with a leader,pujiang,浦江,liuyan,1,\"every 60 days, last 2010-01-30\"",
        ]
    );
    // 400 and 100 are the whole budget; one cent more is over it.
    assert!(!sandbox.crm("check --as-of 2010-03-31 --lines").done().0.contains("over-budget"));
    sandbox.crm("log sun gift --cost 0.01 --as-of 2010-03-31 --by hejun").done();
    let found = sandbox.crm("check --as-of 2010-03-31 --lines").done().0;
    contains(&found, &["over-budget", "500.01 spent in 2010"]);
    assert!(!sandbox.crm("check --as-of 2011-01-01 --lines").done().0.contains("over-budget"));
}

#[test]
fn key_accounts_have_one_row_for_a_customer_and_its_files() {
    let sandbox = sandbox(SETTINGS);
    let out = sandbox.crm("report key-accounts --as-of 2010-03-31 -f csv").ok();
    assert_eq!(
        out.lines().nth(1).unwrap(),
        "pujiang,浦江,A,liuyan,60000,,0,,300000,0.2,0,1,500,500,5,6,6,nps,1,1,0,81.111111,\
         satisfaction: NPS 6.0 on average",
        "{out}"
    );
    assert_eq!(out.lines().count(), 2);
    sandbox.crm("log pujiang complaint --as-of 2010-03-31 --by hejun").done();
    sandbox.write("crm.toml", SETTINGS.replace("currency", "language = \"zh\"\ncurrency"));
    let zh = sandbox.crm("report key-accounts --as-of 2010-03-31").ok();
    contains(&zh, &["大客户", "处理 1 件未结投诉", "2 (1 未结)"]);
    let none = sandbox.crm("report key-accounts 'name:nobody' --as-of 2010-03-31 -f csv").ok();
    assert_eq!(none.lines().count(), 1);
}

#[test]
fn weights_change_the_evaluation() {
    let settings = SETTINGS.to_owned() + "[grading]\nevaluation = { value = 0, promises = 0 }\n";
    let settings = settings.replace("[[grading.rule]]\ngrade = \"A\"\n", "")
        + "[[grading.rule]]\ngrade = \"A\"\n";
    let out = sandbox(&settings).crm("report key-accounts --as-of 2010-03-31 -f csv").ok();
    assert!(out.contains(",60,satisfaction: NPS 6.0"), "{out}");
}

#[test]
fn plans_measure_the_customer_and_log_closes_steps() {
    let sandbox = sandbox(SETTINGS);
    let goals = |sandbox: &Sandbox| {
        sandbox.crm("report plans --as-of 2010-03-31 --table goals -f csv").ok()
    };
    // From the first day of 2010 on; the order of 2009 and the dollars are not added.
    assert_eq!(
        goals(&sandbox).lines().nth(1).unwrap(),
        "pujiang,浦江,more,sell more,bought,40000,100000,0.4,2010-01-01,2010-12-31,275,open"
    );
    let shown = sandbox.crm("show pujiang --as-of 2010-03-31").ok();
    contains(&shown, &["sell more", "40,000", "40.0 %", "visit them", "overdue", "500 USD"]);
    let wrong = sandbox.refused("log pujiang visit --done step-2 --as-of 2010-03-31", 2);
    contains(&wrong, &["unknown-step", "did you mean `step-1`?"]);
    let none = sandbox.refused("log sun visit --done step-1 --as-of 2010-03-31", 2);
    contains(&none, &["its file has no plan"]);
    sandbox.crm("log pujiang visit --done step-1 --as-of 2010-03-31 --by hejun").done();
    let again = sandbox.refused("log pujiang visit --done step-1 --as-of 2010-03-31", 1);
    contains(&again, &["the step `step-1` was done on 2010-03-31"]);
    let steps = sandbox.crm("report plans --as-of 2010-03-31 --table steps --by owner -f csv").ok();
    assert_eq!(
        steps.lines().nth(1).unwrap(),
        "liuyan,pujiang,浦江,step-1,visit them,,hejun,2010-03-20,done,2010-03-31"
    );
    assert!(!due(&sandbox, "--as-of 2010-03-31").iter().any(|item| item.contains("step")));
}

#[test]
fn no_plan_is_no_row() {
    let sandbox = Sandbox::with_settings("");
    sandbox.prospect("a", "name = \"a\"", "2009-10-02-1 = { kind = \"opened\" }\n");
    let out = sandbox.crm("report plans --as-of 2010-03-31").ok();
    contains(&out, &["0 plans"]);
    assert_eq!(
        sandbox.crm("report key-accounts --as-of 2010-03-31 -f csv").ok().lines().count(),
        1
    );
}

#[test]
fn wrong_settings_of_tiers_are_errors_with_place_and_help() {
    for (settings, parts) in [
        ("[policy.A]\nbugdet = 5\n", &["crm.toml:2:1", "did you mean `budget`?"][..]),
        ("[policy.A]\nbudget = -1\n", &["crm.toml:2:10", "cannot be less than 0"]),
        ("[policy.A]\nsupport = \"custm\"\n", &["crm.toml:2:11", "did you mean `custom`?"]),
        ("[policy.A]\ncare = [\"birthdy\"]\n", &["crm.toml:2:9", "did you mean `birthday`?"]),
        ("[policy.A]\ncare = [\"renewl\"]\n", &["crm.toml:2:9", "did you mean `renewal`?"]),
        ("[policy.A]\nteam = [\"a\", \"a\"]\n", &["crm.toml:2:14", "one role twice"]),
        ("[calendar.occasion.x]\nlabel = \"x\"\n", &["the occasion `x` has no `dates`"]),
        ("[calendar.occasion.birthday]\ndates = [2010-01-01]\n", &["cannot be called `birthday`"]),
        ("[calendar.ocasion.x]\ndates = [2010-01-01]\n", &["did you mean `occasion`?"]),
        ("[grading]\nevaluation = { vlaue = 1 }\n", &["did you mean `value`?"]),
        (
            "[grading]\nevaluation = { satisfaction = 0, value = 0, promises = 0 }\n",
            &["all weights of `evaluation` are 0"],
        ),
    ] {
        let out = Sandbox::with_settings(settings).refused("list", 2);
        contains(&out, &["bad-setting"]);
        contains(&out, parts);
    }
}
