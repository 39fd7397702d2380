//! Grades and policy on the command line, with hand-made ledgers.

use crate::common::Sandbox;

/// On 2009-12-18: four who bought, one of them under an account of two prospects, and three who did not.
fn ledger(settings: &str) -> Sandbox {
    let sandbox = Sandbox::with_settings(&format!(
        "[ledger]\ncurrency = \"CNY\"\n{}\n{settings}",
        "[[rep]]\nid = \"liuyan\"\nname = \"刘燕\"\nlevel = \"senior\"\nmanager = \"wang\"\n\
         [[rep]]\nid = \"zhou\"\nname = \"周敏\"\nlevel = \"junior\"\nmanager = \"wang\"\n\
         [[rep]]\nid = \"wang\"\nname = \"王芳\"\n"
    ));
    sandbox.prospect(
        "zhang",
        "name = \"张先生\"\nindustry = \"retail\"\nregion = \"shanghai\"\naccount = \"时装\"\n",
        "2009-06-01 = { kind = \"order\", owner = \"zhou\", amount = 50000 }\n\
         2009-09-01 = { kind = \"order\", amount = 30000 }\n\
         2009-11-01 = { kind = \"call\", reached = true }\n\
         2009-12-01 = { kind = \"complaint\", ticket = \"t1\" }\n\
         2009-12-05 = { kind = \"resolved\", ticket = \"t1\" }\n",
    );
    sandbox.prospect(
        "zhang-2",
        "name = \"张太太\"\naccount = \"时装\"\n",
        "2009-10-20 = { kind = \"opened\", owner = \"liuyan\", value = 9000 }\n\
         2009-11-20 = { kind = \"order\", amount = 20000 }\n\
         2009-11-21 = { kind = \"verified\" }\n",
    );
    sandbox.prospect(
        "li",
        "name = \"李娜\"\nindustry = \"retail\"\n",
        "2009-11-01 = { kind = \"quote\", owner = \"liuyan\", amount = 12000 }\n\
         2009-11-10 = { kind = \"booking\", amount = 10000 }\n",
    );
    sandbox.prospect(
        "tang",
        "name = \"唐主任\"\n",
        "2009-03-01 = { kind = \"order\", owner = \"liuyan\", amount = 4000 }\n\
         2009-03-02 = { kind = \"visit\" }\n",
    );
    sandbox.prospect(
        "wu",
        "name = \"吴婷\"\n",
        "2009-12-10 = { kind = \"order\", owner = \"liuyan\", amount = 1000 }\n",
    );
    sandbox.prospect(
        "strong",
        "name = \"Strong Demand\"\n",
        "2009-12-10 = { kind = \"meeting\", owner = \"zhou\", confirms = [\"right-person\", \"fit\", \"budget\"] }\n",
    );
    sandbox.prospect("weak", "name = \"Weak\"\n", "2009-12-10 = { kind = \"opened\" }\n");
    sandbox.prospect(
        "gone",
        "name = \"Gone\"\n",
        "2009-01-10 = { kind = \"opened\", owner = \"zhou\" }\n\
         2009-01-20 = { kind = \"moved\", stage = \"lost\", reason = \"price\" }\n",
    );
    sandbox
}

/// A column of CSV, with the ids.
fn column(csv: &str, name: &str) -> String {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let at = heads.iter().position(|head| head == name).unwrap();
    let id = heads.iter().position(|head| head == "id").unwrap();
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| format!("{}:{}", &row[id], &row[at])).collect::<Vec<_>>().join(" ")
}

#[test]
fn grades_dimensions_and_accounts() {
    let sandbox = ledger("");
    let csv = sandbox.crm("grade -f csv").ok();
    assert_eq!(column(&csv, "grade"), "zhang:A li:B strong:B wu:B gone:C tang:C weak:C", "{csv}");
    assert_eq!(
        column(&csv, "lifecycle"),
        "zhang:active li:new strong:potential wu:new gone:potential tang:lapsed weak:potential"
    );
    assert_eq!(column(&csv, "pareto"), "zhang:A li:B strong: wu:C gone: tang:C weak:");
    assert_eq!(
        column(&csv, "bought"),
        "zhang:100000 li:10000 strong: wu:1000 gone: tang:4000 weak:"
    );
    assert_eq!(column(&csv, "prospects").split(' ').next(), Some("zhang:2"));
    // Four customers make no quintiles.
    assert_eq!(column(&csv, "rfm"), "zhang: li: strong: wu: gone: tang: weak:");
}

#[test]
fn one_prospect_by_its_name_a_query_and_why() {
    let sandbox = ledger("");
    for word in ["zhang-2", "张太太", "prospects/zhang-2.toml"] {
        let text = sandbox.crm(&format!("grade {word} --why")).ok();
        assert!(
            text.contains(
                "A         1  value:high (is:active or lifecycle:potential demand:strong)"
            ),
            "{text}"
        );
        assert!(text.contains("bought 100,000, 3 orders; by its class among"), "{text}");
        assert!(
            text.contains("last order 2009-11-20 (28 days ago); lapses after 172 days"),
            "{text}"
        );
        assert!(text.contains("Industry      retail"), "{text}");
    }
    assert_eq!(sandbox.crm("grade value:high -f ids").ok(), "zhang\n");
    assert_eq!(sandbox.crm("grade 'lifecycle:lapsed,new' -f ids").ok(), "li\nwu\ntang\n");
    assert_eq!(sandbox.crm("grade tag:vip -f ids").ok(), "");
    let said = sandbox.crm("grade nobody").fails(2);
    assert!(said.starts_with("error[not-found]"), "{said}");
    let said = sandbox.crm("grade 'lifecycle:lasped'").fails(2);
    assert!(said.contains("unknown level `lasped`") && said.contains("`lapsed`"), "{said}");
    let said = sandbox.crm("list grade:D").fails(2);
    assert!(said.contains("valid: A, B, C"), "{said}");
}

#[test]
fn one_prospect_is_told_by_its_file() {
    let sandbox = ledger("");
    let text = "name = \"Twice\"\n[events]\n2009-12-10 = { kind = \"opened\" }\n";
    sandbox.write("prospects/a/Twice.toml", text).write("prospects/b/twice.toml", text);
    let (csv, said) = sandbox.crm("grade prospects/a/Twice.toml -f csv").done();
    assert_eq!((csv.lines().count(), csv.contains("\nTwice,Twice,")), (2, true));
    assert!(said.contains("1 finding"), "{said}");
    // Of two files with one id the first by path stands, whoever asks for the other.
    assert!(sandbox.crm("grade prospects/b/twice.toml").fails(2).contains("not-found"));
    assert!(sandbox.crm("grade zhang --as-of 1999-01-01").fails(2).contains("opened after"));
}

#[test]
fn grades_are_columns_dimensions_and_query_fields_everywhere() {
    let sandbox = ledger("");
    assert_eq!(
        sandbox.crm("list grade:A,B --columns id,grade,value-level,segment -f csv").ok(),
        "id,grade,value-level,segment\nli,B,medium,\nstrong,B,low,\nwu,B,low,\nzhang,A,high,\nzhang-2,A,high,\n"
    );
    assert_eq!(
        sandbox.crm("report funnel --by grade -f csv").ok().lines().nth(1).unwrap(),
        "A,opportunity,Opportunity,2,9000,0,0"
    );
    assert!(sandbox.crm("report board --by lifecycle").ok().contains("potential"));
    let (_, said) = sandbox.crm("log --where 'grade:A' call -m 你好").done();
    assert_eq!(said.lines().count(), 2, "{said}");
    assert!(sandbox.crm("list --columns all -f csv").ok().contains(",grade,value-level,"));
    // Grades are derived: nothing of them is in the files.
    assert!(!sandbox.read("prospects/zhang.toml").contains("grade"));
}

#[test]
fn rules_of_the_ledger_decide_and_the_first_wins() {
    let sandbox = ledger(
        "[[grading.rule]]\ngrade = \"vip\"\nwhen = \"industry:retail bought>=10k\"\n\
         [[grading.rule]]\ngrade = \"new\"\nwhen = 'lifecycle:new'\n\
         [[grading.rule]]\ngrade = \"vip\"\nwhen = \"owner:刘燕\"\n\
         [policy.vip]\ncontact_days = 10\n",
    );
    let csv = sandbox.crm("grade -f csv").ok();
    assert_eq!(column(&csv, "grade"), "li:vip tang:vip zhang:vip wu:new gone: strong: weak:");
    assert_eq!(column(&csv, "rule"), "li:1 tang:3 zhang:1 wu:2 gone: strong: weak:");
    let text = sandbox.crm("report grades").ok();
    assert!(text.contains("customers that fit no rule: 3"), "{text}");
    let text = sandbox.crm("report policy --table promises -f csv").ok();
    assert_eq!(text.lines().nth(1), Some("vip,,,10,,,"));
}

#[test]
fn what_is_wrong_in_the_settings_is_shown_where_it_stands() {
    let wrong = |settings: &str, expected: &[&str]| {
        let sandbox = Sandbox::with_settings(settings);
        let before = sandbox.snapshot();
        let said = sandbox.crm("list").fails(2);
        for part in expected {
            assert!(said.contains(part), "{part}\n{said}");
        }
        assert_eq!(sandbox.snapshot(), before);
    };
    wrong(
        "[[grading.rule]]\ngrade = \"A\"\nwhen = \"value:high lifcycle:active\"\n",
        &["error[bad-query]: unknown field `lifcycle`", "crm.toml:3:20", "^^^^^^^^", "`lifecycle`"],
    );
    wrong(
        "[[grading.rule]]\ngrade = \"A\"\nwhen = \"金额:高\"\n\
         [[grading.rule]]\ngrade = \"B\"\nwhen = 'tag:vip or grade:A'\n",
        &["error[contradictory-rules]: a rule of grading cannot use `grade`", "crm.toml:6:20"],
    );
    wrong(
        "[[grading.rule]]\ngrade = \"A\"\n[[grading.rule]]\ngrade = \"B\"\nwhen = \"value:high\"\n",
        &["error[contradictory-rules]: this rule never applies: rule 1 fits", "crm.toml:5:8"],
    );
    wrong(
        "[[grading.rule]]\ngrade = \"A\"\nwhen = \"value:high\"\n\
         [[grading.rule]]\ngrade = \"B\"\nwhen = \"value:high\"\n",
        &["this rule never applies: rule 1"],
    );
    wrong("[[grading.rule]]\nwhen = \"value:high\"\n", &["a rule needs a `grade`"]);
    wrong("[grading]\nvalue_hihg = 5\n", &["`value_hihg`", "did you mean `value_high`?", ":2:1"]);
    wrong(
        "[grading]\nvalue_high = 5\nvalue_medium = 6\n",
        &["error[contradictory-rules]: `value_high` (5) is less than `value_medium` (6)", ":2:14"],
    );
    wrong("[grading]\nrecency_limits = [30, 90, 60, 365]\n", &["four limits in ascending order"]);
    wrong("[grading]\nmoney_limits = [1, 2]\n", &["four limits in ascending order"]);
    wrong("[grading]\nscoring = \"R\"\n", &["`scoring` cannot be `R`"]);
    wrong("[grading]\nloyal_repeat = 60\n", &["`loyal_repeat` is a number from 0 to 1"]);
    wrong("[policy.D]\nverify_days = 5\n", &["no rule of grading gives the grade `D`", "A, B, C"]);
    wrong("[policy.A]\nlevel = \"boss\"\n", &["`level` cannot be `boss`", "senior"]);
    wrong("[policy.A]\nchannel = [\"vist\"]\n", &["unknown kind of event `vist`", "`visit`"]);
    wrong("[policy.A]\nverify = 5\n", &["`verify`", "`verify_days`"]);
    wrong("[policy.A]\ndiscount = 15\n", &["`discount` is a number from 0 to 1"]);
}

#[test]
fn a_rule_may_name_periods_in_words() {
    let sandbox = ledger(
        "[[grading.rule]]\ngrade = \"A\"\nwhen = \"opened:2009-10..today\"\n\
         [[grading.rule]]\ngrade = \"B\"\n",
    );
    assert_eq!(sandbox.crm("grade grade:A -f ids").ok(), "li\nstrong\nweak\nwu\nzhang\n");
}

#[test]
fn the_report_has_curve_pyramid_and_moves() {
    let sandbox = ledger("");
    let table = |name: &str, more: &str| {
        sandbox.crm(&format!("report grades --table {name} -f csv {more}")).ok()
    };
    let text = sandbox.crm("report grades").ok();
    assert!(text.contains("2009-12-18  ·  7 customers, 4 of them bought  ·  CNY"), "{text}");
    assert!(text.contains("RFM: n = 4, too few"), "{text}");
    // 100,000 of 115,000 are the first customer's.
    let curve = table("curve", "");
    assert!(curve.lines().nth(1).unwrap().starts_with("1,"), "{curve}");
    assert!(curve.lines().nth(1).unwrap().ends_with(",100000,"), "{curve}");
    let pyramid = table("pyramid", "");
    assert!(pyramid.lines().nth(1).unwrap().starts_with("top,the top 1 %,1,"), "{pyramid}");
    let moved = table("migration", "--from 2009-09-30 --to 2009-12-18");
    assert_eq!(
        moved,
        "from-grade,A,B,C,total\nA,1,0,0,1\nB,0,0,0,0\nC,0,0,2,2\nnot there yet,0,3,1,4\n"
    );
    let by = sandbox.crm("report grades --by industry -f csv").ok();
    assert!(by.contains("\nretail,A,1,"), "{by}");
}

#[test]
fn money_without_a_rate_is_left_out_and_said() {
    let sandbox = ledger("");
    sandbox.crm("log wu order --amount '500 USD'").done();
    let text = sandbox.crm("report grades").ok();
    assert!(text.contains("left out, because [rates] has no rate for it: 500 USD"), "{text}");
    let csv = sandbox.crm("grade wu -f csv").ok();
    assert_eq!(
        (column(&csv, "bought"), column(&csv, "frequency")),
        ("wu:1000".into(), "wu:2".into())
    );
}

#[test]
fn due_lists_what_the_policy_demands() {
    let sandbox = ledger("");
    let due = |more: &str| {
        let csv = sandbox.crm(&format!("due {more} -f csv")).ok();
        let rows = csv.lines().skip(1).map(|line| {
            // Without the money at stake, the last column.
            let (line, _) = line.rsplit_once(',').unwrap();
            line.split(',')
                .map(|c| if c.is_empty() { "-" } else { c })
                .collect::<Vec<_>>()
                .join(" ")
        });
        rows.collect::<Vec<_>>()
    };
    let all = due("");
    // A: an account is one customer; one of its prospects was verified 27 days ago, and its last
    // contact was 13 days ago.
    assert!(!all.iter().any(|row| row.contains("verify record zhang")), "{all:#?}");
    assert!(!all.iter().any(|row| row.contains("be in touch zhang")), "{all:#?}");
    // C: 2009-03-01 + 180 days, and the last contact of 2009-03-02.
    assert!(all.iter().any(|r| r.starts_with("2009-08-28 -112 verify record tang")), "{all:#?}");
    assert!(all.iter().any(|r| r.starts_with("2009-08-29 -111 be in touch tang")), "{all:#?}");
    // Who left without buying is not followed; nobody is in touch with what lies in the pool.
    assert!(!due("--in 400d").iter().any(|row| row.contains(" gone ")));
    assert!(!due("--in 400d").iter().any(|row| row.contains("be in touch weak")));
    // Day 30 after the verification is in time, and it is announced.
    assert!(due("--in 2d").iter().all(|r| !r.contains("verify record zhang")));
    let announced = due("--in 3d");
    assert!(announced.contains(
        &"2009-12-21 3 verify record zhang 张先生 opportunity zhou A: every 30 days".to_owned()
    ));
    sandbox.crm("log zhang verified").done();
    assert!(due("--in 3d").iter().all(|r| !r.contains("verify record zhang")));
    sandbox.crm("log zhang request -m 报价").done();
    assert!(due("--in 1d").iter().any(|r| r.starts_with("2009-12-19 1 answer zhang")));
    sandbox.crm("log zhang call --reached").done();
    assert!(!due("--in 1d").iter().any(|r| r.contains(" answer zhang")));
}

#[test]
fn policy_shows_where_practice_falls_short() {
    let sandbox = ledger("[grading]\nspan = 4\n[policy.B]\nresponse_days = 0\n");
    let csv = sandbox.crm("report policy --table shortfalls -f csv").ok();
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    for expected in [
        "A,rep's level,zhang,张先生,zhou,,\"junior rep, takes senior\"",
        "A,contact of the right kind,zhang,张先生,zhou,,last contact 2009-11-01: call",
        "A,answered in time,zhang,张先生,zhou,,\"complaint of 2009-12-01 answered 2009-12-05, promised in 1 day\"",
        "B,rep's level,strong,Strong Demand,zhou,,\"junior rep, takes middle\"",
        "B,discount,li,李娜,liuyan,,\"2009-11-10: 10000 of 12000 quoted, at most 10 % off\"",
        "C,in touch,tang,唐主任,liuyan,111,\"every 180 days, last 2009-03-02\"",
    ] {
        assert!(rows.contains(&expected), "{expected}\n{csv}");
    }
    assert_eq!(rows.len(), 7, "{csv}");
    let text = sandbox.crm("report policy").ok();
    let worth = "grading is worth it: 6 customers, and a manager can follow 4 (managers: 1)";
    assert!(text.contains(worth), "{text}");
    assert!(text.contains("A      answered in time           (n = 1, too few)"), "{text}");
    let by = sandbox.crm("report policy --by owner -f csv").ok();
    assert!(by.lines().any(|line| line.starts_with("zhou,A,")), "{by}");
    // Outside the period nobody asked anything.
    let csv = sandbox.crm("report policy --table shortfalls -f csv --period 2009-11").ok();
    assert!(!csv.contains("answered in time") && csv.contains("B,discount"), "{csv}");
}

#[test]
fn the_rules_of_the_template_are_the_default() {
    let fresh = Sandbox::empty();
    fresh.crm("init").done();
    let template = fresh.read("crm.toml");
    let rules: String = template
        .lines()
        .skip_while(|line| *line != "# [[grading.rule]]")
        .take_while(|line| !line.is_empty())
        .map(|line| format!("{}\n", line.trim_start_matches("# ")))
        .collect();
    let path = std::path::Path::new("crm.toml");
    let read = crm::format::read_settings::read_settings(&rules, path).unwrap();
    assert_eq!(read, crm::model::settings::Settings::default());
}

#[test]
fn in_chinese() {
    let sandbox = Sandbox::copy_of("examples/team");
    let settings = sandbox.read("crm.toml").replace("\"en\"", "\"zh\"");
    sandbox.write("crm.toml", settings);
    let text = sandbox.crm("grade 孙建国 --why --as-of 2010-03-31").ok();
    assert!(
        text.contains("客户分级") && text.contains("购买 174,000，4 单；按已购客户中的类别"),
        "{text}"
    );
    let text = sandbox.crm("report grades --as-of 2010-03-31").ok();
    assert!(text.contains("客户金字塔") && text.contains("赢回"), "{text}");
    let text = sandbox.crm("report policy --as-of 2010-03-31").ok();
    assert!(text.contains("管理幅度") && text.contains("未达标"), "{text}");
    assert_eq!(sandbox.crm("grade 级别：A 价钱：高").status, 2);
    let ids = sandbox.crm("grade '级别：A 金额：高' -f ids --as-of 2010-03-31").ok();
    assert!(ids.contains("pujiang"), "{ids}");
    assert_eq!(sandbox.crm("grade '级别：A 价值：高' -f ids --as-of 2010-03-31").ok(), ids);
}
