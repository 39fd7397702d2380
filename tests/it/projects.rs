//! The board of projects: moves, the map, milestones, `report projects`, `checklist`; and ledgers that do not use it.

use crate::common::{Sandbox, contains};

const DAY: &str = "--as-of 2010-03-31";

fn example() -> Sandbox {
    Sandbox::copy_of("examples/project")
}

fn rows(sandbox: &Sandbox, line: &str) -> Vec<String> {
    let out = sandbox.crm(&format!("{line} {DAY} -f csv")).ok();
    out.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn the_example_has_no_finding() {
    let sandbox = example();
    let (out, err) = sandbox.crm(&format!("check {DAY}")).done();
    assert_eq!((&*out, &*err), ("", "已检查 6 个潜在客户：0 处错误，0 处警告，0 条信息\n"));
}

#[test]
fn a_bid_goes_up_the_board_as_its_evidence_comes() {
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\n[[rep]]\nid = \"he\"\n");
    let ok = |line: &str| sandbox.crm(&format!("{line} --as-of 2009-12-31")).done().1;
    ok("add 'City Hospital' --id h --pipeline project --owner he --need ct --date 2009-03-02");
    let missing = sandbox.crm("advance h contacted --date 2009-03-03").fails(1);
    contains(
        &missing,
        &[
            "cannot move to First contact",
            "missing recommender known: no recommender is known",
            "first: crm contact add h NAME --part recommender",
        ],
    );
    ok("contact add h Zhou --part recommender");
    ok("log h meeting --with Zhou --date 2009-03-04");
    assert_eq!(ok("advance h --date 2009-03-04"), "h (City Hospital): Lead -> First contact\n");
    ok("contact add h Wu --part handler");
    let missing = sandbox.crm("advance h 需求调研 --date 2009-03-05").fails(1);
    contains(&missing, &["first: crm log h note --buyer project-set-up", "--confirm budget"]);
    ok("log h note --buyer project-set-up --confirm budget --date 2009-03-06");
    ok("advance h survey --date 2009-03-06");
    ok("advance h solution --confirm survey-confirmed --date 2009-03-07");
    for (name, part) in [("Zheng", "technical"), ("Feng", "user"), ("Chu", "lead")] {
        ok(&format!("contact add h {name} --part {part} --stance for"));
    }
    ok("contact edit h Zheng --stance against --concern 'old interface'");
    let against = sandbox.crm("advance h confirmed --date 2009-03-08").fails(1);
    contains(
        &against,
        &[
            "Zheng (technical judge) is against us: old interface",
            "nobody is for us: technical judge",
            "win Zheng over; when the stance has changed: crm contact edit h Zheng --stance neutral",
        ],
    );
    ok("contact edit h Zheng --stance for");
    ok("advance h confirmed --date 2009-03-08");
    ok("contact add h 'Dean Wei' --part decider");
    let unmet = sandbox.crm("advance h negotiation --date 2009-03-09").fails(1);
    contains(
        &unmet,
        &["first: crm log h meeting --with 'Dean Wei'", "--confirm price,competitor-known"],
    );
    ok("log h meeting --with 'Dean Wei' --competitor Huarui --confirm price --date 2009-03-09");
    ok("advance h negotiation --date 2009-03-09");
    let unsigned = sandbox.crm("advance h contract --date 2009-12-08").fails(1);
    contains(&unsigned, &["--kind contract"]);
    assert_eq!(
        ok("advance h contract --kind contract --date 2009-12-08"),
        "h (City Hospital): Negotiation -> Contract\n"
    );
    let (out, err) = sandbox.crm("check --as-of 2009-12-08").done();
    assert!(err.contains("0 errors, 0 warnings") && out.is_empty(), "{out}{err}");
}

#[test]
fn a_contact_who_left_leaves_the_column_overstated_and_says_so() {
    let sandbox = example();
    let list = |day: &str| sandbox.crm(&format!("classify fuyou --as-of {day} -f csv")).ok();
    assert!(list("2010-03-31").contains("holds"), "{}", list("2010-03-31"));
    sandbox.crm(&format!("contact left fuyou 许主任 --date 2010-03-25 {DAY}")).done();
    assert!(list("2010-03-24").contains("holds"));
    assert!(list("2010-03-25").contains("overstated"), "{}", list("2010-03-25"));
    let found = sandbox.crm("check --as-of 2010-03-31").done();
    contains(&found.0, &["没有支持者：使用部门"]);
}

#[test]
fn the_map_names_who_is_missing_in_both_languages() {
    let sandbox = example();
    let zh = sandbox.crm(&format!("show tiyu {DAY} --table map")).ok();
    contains(&zh, &["推荐人    秦教练", "技术考核  缺", "权力人士  缺", "2010-01-12"]);
    let settings = sandbox.read("crm.toml").replace("language = \"zh\"", "language = \"en\"");
    sandbox.write("crm.toml", settings);
    let en = sandbox.crm(&format!("show tiyu {DAY}")).ok();
    contains(
        &en,
        &["People by their part", "technical judge  MISSING", "Milestones", "project set up"],
    );
    let machines = rows(&sandbox, "show tiyu --table map");
    assert_eq!(
        machines,
        [
            "recommender,秦教练,2009-11-25,for,",
            "handler,尤老师,2010-01-12,,",
            "technical,,,,",
            "user,施博士,2010-01-12,for,",
            "lead,,,,",
            "decider,,,,",
        ]
    );
    // One that decides beside another part is no missing decider.
    let both = rows(&sandbox, "show keji --table map");
    assert!(both.iter().all(|row| !row.starts_with("decider")), "{both:?}");
    assert!(both.contains(&"lead,严主任,2010-03-16,neutral,没有信息人员，谁来维护".to_owned()));
}

#[test]
fn the_map_stays_a_table_at_80_columns() {
    let sandbox = example();
    let run = sandbox
        .command()
        .env("COLUMNS", "80")
        .args(["show", "fuyou", "--as-of", "2010-03-31"])
        .output();
    let out = String::from_utf8(run.unwrap().stdout).unwrap();
    let map = out.split("人员关系图\n").nth(1).unwrap();
    assert!(map.starts_with("职能"), "{map}");
}

#[test]
fn a_milestone_due_today_is_in_time_and_is_late_a_day_later() {
    let sandbox = example();
    let late = |day: &str| {
        let out = sandbox.crm(&format!("show tiyu --as-of {day} --table milestones -f csv")).ok();
        out.lines().nth(1).unwrap().to_owned()
    };
    assert_eq!(late("2010-03-15"), "solution,2010-03-15,,0");
    assert_eq!(late("2010-03-16"), "solution,2010-03-15,,1");
    let projects = |day: &str| {
        let line = format!("report projects tiyu --as-of {day} --table projects -f json");
        sandbox.crm(&line).ok().contains("\"overdue-milestones\": 1")
    };
    assert!(!projects("2010-03-15") && projects("2010-03-16"));
}

#[test]
fn report_projects_names_what_speaks_for_and_against() {
    let sandbox = example();
    let (out, err) = sandbox.crm(&format!("report projects {DAY}")).done();
    assert_eq!(err, "");
    contains(
        &out,
        &[
            "魏院长（权力人士）反对：嫌总价高",
            "尚不认识：技术考核、项目组长、权力人士",
            "方案设计原定 2010-03-15，已逾期 16 天",
            "75 %，名义",
            "为名义值，历史移出 n = 1，太少",
            "据本账本历史，n = 5",
        ],
    );
    let machines = rows(&sandbox, "report projects 'stage:survey'");
    assert_eq!(machines.len(), 1);
    assert!(
        machines[0].starts_with("tiyu-xueyuan,体育学院运动医学中心,zhaoyan,survey,"),
        "{machines:?}"
    );
    contains(&machines[0], &["nominal", "project-set-up", "technical;lead;decider"]);
    let groups = rows(&sandbox, "report projects --by owner --table groups");
    assert_eq!(groups, ["linhai,2,3500000,1284394,0,0", "zhaoyan,2,4500000,810000,0,1"]);
    assert_eq!(rows(&sandbox, "report projects 'buyer<proposal' --table milestones").len(), 4);
    let support = rows(&sandbox, "report projects stage:negotiation --table support");
    assert_eq!(
        support,
        [
            "fuyou-baojianyuan,technical,1,0,0,0",
            "fuyou-baojianyuan,user,1,0,0,0",
            "fuyou-baojianyuan,lead,1,0,0,0"
        ]
    );
}

#[test]
fn a_ledger_without_projects_is_told_the_first_step() {
    let sandbox = Sandbox::copy_of("examples/team");
    let out = sandbox.crm(&format!("report projects {DAY}")).ok();
    contains(&out, &["no open project", "crm add NAME --pipeline project"]);
    assert_eq!(rows(&sandbox, "report projects"), [""; 0]);
}

#[test]
fn the_checklist_is_a_form_for_every_board() {
    let sandbox = example();
    let text = sandbox.crm(&format!("checklist keji {DAY}")).ok();
    contains(
        &text,
        &[
            "初步接触 → 需求调研",
            "( )  预算合理",
            "经手人    ................",
            "没有信息人员，谁来维护  ................",
            "( )  项目立项",
            "2010-04-30",
        ],
    );
    assert!(text.contains("crm contact add keji-yuanqu 名称 --part handler"), "{text}");
    let markdown = sandbox.crm(&format!("checklist keji {DAY} -f markdown")).ok();
    contains(&markdown, &["## 科技园区门诊部：待办清单", "| 经手人   | ................ |"]);
    let ended = sandbox.crm(&format!("checklist renmin {DAY}")).ok();
    contains(&ended, &["本轮已结束"]);
    let team = Sandbox::copy_of("examples/team");
    team.prospect("x", "name = \"X\"\n", "2010-03-01 = { kind = \"opened\" }\n");
    let first = team.crm(&format!("checklist x {DAY}")).ok();
    contains(&first, &["Opportunity → First meeting set", "( )  first meeting set", "--next DATE"]);
    assert!(!first.contains("recommender"), "{first}");
    let customer = team.crm(&format!("checklist pujiang {DAY}")).fails(2);
    contains(&customer, &["no-board", "which has no column to reach"]);
    let unknown = sandbox.crm(&format!("checklist nobody {DAY}")).fails(2);
    contains(&unknown, &["not-found"]);
}

#[test]
fn queries_compare_the_steps_of_the_buyer() {
    let sandbox = example();
    let ids = |query: &str| rows(&sandbox, &format!("list '{query}' -c id"));
    assert_eq!(ids("buyer>=agreement"), ["fuyou-baojianyuan", "renmin-yiyuan"]);
    assert_eq!(ids("买方：项目立项"), ["tiyu-xueyuan"]);
    assert_eq!(ids("buyer:\"\""), ["laonian-yiyuan"]);
    let wrong = sandbox.crm("list buyer:agreemnt").fails(2);
    contains(&wrong, &["没有步骤 `agreemnt`", "`agreement`"]);
    let columns = sandbox.crm(&format!("list tiyu -c id,buyer {DAY}")).ok();
    contains(&columns, &["项目立项"]);
}

#[test]
fn a_milestone_is_one_of_the_prospects_own_board() {
    let sandbox = example();
    sandbox.prospect(
        "p",
        "name = \"P\"\npipeline = \"prospect\"\n",
        "2010-03-01 = { kind = \"opened\" }\n",
    );
    let wrong = sandbox.crm(&format!("log p note --milestone solution=2010-04-01 {DAY}")).fails(2);
    contains(&wrong, &["没有阶段 `solution`"]);
    let out = sandbox.crm(&format!("log tiyu note --milestone lost=2010-04-01 {DAY}")).fails(2);
    contains(&out, &["没有阶段 `lost`"]);
    sandbox.crm(&format!("log tiyu note --milestone 签约=2010-09-30 {DAY}")).done();
    assert!(
        sandbox
            .read("prospects/tiyu-xueyuan.toml")
            .contains("milestones = { contract = 2010-09-30 }")
    );
    let foreign = sandbox.crm(&format!("log p note --confirm price {DAY}")).fails(2);
    contains(&foreign, &["unknown-criterion", "price"]);
}

/// A ledger that does not use the board prints as if there were none; each of these lines lists boards or columns.
#[test]
fn a_board_that_is_not_in_use_is_nowhere() {
    let sandbox = Sandbox::copy_of("examples/team");
    for line in [
        "report board",
        "report funnel",
        "report team",
        "report sheet",
        "report conversion",
        "report cycle",
        "report forecast",
        "report aging",
        "report funnel --format json",
        "report board --format json",
        "export prospects",
        "list -c id,confirmed",
        "classify",
    ] {
        let out = sandbox.crm(&format!("{line} {DAY}")).ok();
        for foreign in ["project-", "Survey of needs", "needs-stated", "First contact", "support,"]
        {
            assert!(!out.contains(foreign), "{line}: {foreign}");
        }
    }
    for line in [
        "report funnel --table nothing",
        "report team --table nothing",
        "advance x nowhere",
        "list stage:surve",
        "list confirmed:suport",
        "list pipeline:projec",
    ] {
        let run = sandbox.crm(&format!("{line} {DAY}"));
        let err = run.fails(2);
        for foreign in ["project", "survey", "support"] {
            assert!(!err.contains(&format!("`{foreign}")), "{line}: {err}");
        }
    }
}

#[test]
fn a_used_board_is_shown_beside_the_first() {
    let sandbox = Sandbox::copy_of("examples/team");
    sandbox.prospect(
        "bid",
        "name = \"Bid\"\npipeline = \"project\"\n",
        "2010-03-01 = { kind = \"opened\", owner = \"liuyan\", value = 10 }\n",
    );
    let funnel = sandbox.crm(&format!("report funnel {DAY}")).ok();
    contains(&funnel, &["Projects", "Survey of needs"]);
    let json = sandbox.crm(&format!("report board {DAY} -f json")).ok();
    contains(&json, &["\"project\""]);
    assert_eq!(rows(&sandbox, "list stage:lead -c id"), ["bid"]);
}

/// A project with all parts for us, which may go up to negotiation.
fn ready(more: &str) -> Sandbox {
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\n[[rep]]\nid = \"he\"\n");
    let people = ["recommender", "handler", "technical", "user", "lead", "decider"].map(|part| {
        format!("[[contact]]\nname = \"{part}\"\npart = \"{part}\"\nstance = \"for\"\n\n")
    });
    sandbox.prospect(
        "h",
        &format!("name = \"H\"\npipeline = \"project\"\n{more}\n\n{}", people.concat()),
        "2009-03-01 = { kind = \"opened\", owner = \"he\", value = 100 }\n\
         2009-03-02 = { kind = \"meeting\", with = [\"decider\"], buyer = \"agreement\", competitor = [\"X\"], confirms = \
         [\"budget\", \"survey-confirmed\", \"price\"] }\n",
    );
    sandbox
}

#[test]
fn a_fact_that_an_entry_states_counts_for_a_move() {
    let sandbox = ready("");
    let refused = sandbox.crm("advance h survey --date 2009-03-03").fails(1);
    contains(&refused, &["needs stated"]);
    sandbox.crm("set h needs=ct --date 2009-03-03").done();
    sandbox.crm("advance h survey --date 2009-03-03").done();
    assert!(!sandbox.crm("check").done().0.contains("unsupported-move"));
}

#[test]
fn a_move_that_was_made_is_not_judged_again_by_people() {
    let sandbox = ready("needs = [\"ct\"]");
    sandbox.crm("advance h negotiation --date 2009-03-03").done();
    assert_eq!(sandbox.crm("check").done().0, "");
    // A judge turns against us, and the handler leaves on the day of the move.
    sandbox.crm("contact edit h technical --stance against").done();
    sandbox.crm("contact left h handler --date 2009-03-03").done();
    let (found, _) = sandbox.crm("check --lines").done();
    assert!(found.contains("overstated") && !found.contains("unsupported-move"), "{found}");
    // A new move asks them.
    sandbox.crm("back h survey --reason x").done();
    let refused = sandbox.crm("advance h confirmed").fails(1);
    contains(&refused, &["technical (technical judge) is against us"]);
}

#[test]
fn a_won_project_bought_what_its_contract_says() {
    let sandbox = ready("needs = [\"ct\"]");
    sandbox.crm("advance h negotiation --date 2009-03-03").done();
    sandbox.crm("advance h contract --kind contract --amount 80 --date 2009-03-04").done();
    let booked = sandbox.crm("report sales --period 2009-03 -f csv").ok();
    assert!(booked.lines().nth(1).is_some_and(|row| row.contains(",80,")), "{booked}");
    let bought = sandbox.crm("report lifetime -f csv").ok();
    assert!(bought.contains("h,H,80,1,2009-03-04"), "{bought}");
    // No meeting was set: the column before the prospects requires a meeting, so it is none of appointments.
    let ratios = sandbox.crm("report ratios --period 2009-03 -f csv").ok();
    assert!(
        ratios.lines().any(|row| row.contains("appointments,") && row.contains(",0")),
        "{ratios}"
    );
}

#[test]
fn of_two_days_for_a_column_the_last_counts_and_no_name_is_empty() {
    let sandbox = ready("");
    sandbox.crm("log h note --milestone survey=2009-06-01 --milestone survey=2009-07-01").done();
    assert!(sandbox.read("prospects/h.toml").contains("milestones = { survey = 2009-07-01 }"));
    for option in ["--with ''", "--competitor ' '"] {
        let said = sandbox.crm(&format!("log h note {option}")).fails(2);
        contains(&said, &["` is empty"]);
    }
}

#[test]
fn a_mistyped_column_is_one_of_the_prospects_own_board() {
    let sandbox = ready("");
    let said = sandbox.crm("advance h survay").fails(2);
    contains(&said, &["survay", "did you mean `survey`?"]);
}
