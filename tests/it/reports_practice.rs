//! The reports of a team's practice on ledgers made by hand: every number below is counted in a comment.

use crate::common::Sandbox;

/// Prospects of one event after another, a day each where no day is stated.
fn events(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A team of two departments, as it worked in the week from Friday 2009-12-11 to Thursday 2009-12-17.
fn team() -> Sandbox {
    let sandbox = Sandbox::with_settings(
        r#"
        [ledger]
        language = "zh"
        [[rep]]
        id = "liuyan"
        name = "刘燕"
        manager = "wang"
        [[rep]]
        id = "hejian"
        name = "何健"
        manager = "wang"
        cycle_days = 14
        [[rep]]
        id = "wang"
        name = "王芳"
        [[rep]]
        id = "zhao"
        name = "赵敏"
        [[rep]]
        id = "gone"
        name = "去年的人"
        left = 2009-12-10
        "#,
    );
    // An appointment for the 15th, then met on that day.
    sandbox.prospect(
        "a",
        "name = \"何建国\"",
        &events(&[
            r#"2009-12-12-1 = { kind = "opened", owner = "liuyan" }"#,
            r#"2009-12-12-2 = { kind = "call", stage = "appointment", next = 2009-12-15 }"#,
            r#"2009-12-15-1 = { kind = "meeting", stage = "25", next = 2009-12-22 }"#,
        ]),
    );
    // Met on 11-16: day 28 is 12-14, day 29 is 12-15.
    sandbox.prospect(
        "b",
        "name = \"李静\"",
        &events(&[
            r#"2009-11-10-1 = { kind = "opened", owner = "liuyan" }"#,
            r#"2009-11-16-1 = { kind = "meeting", stage = "25", next = 2009-12-30 }"#,
        ]),
    );
    // Paid on the 12th, booked and closed on the 14th, reopened on the 16th.
    sandbox.prospect(
        "c",
        "name = \"陈强\"",
        &events(&[
            r#"2009-11-30-1 = { kind = "opened", owner = "hejian" }"#,
            r#"2009-12-01-1 = { kind = "meeting", stage = "90", forced = "测试" }"#,
            r#"2009-12-12-1 = { kind = "payment", amount = 2000 }"#,
            r#"2009-12-14-1 = { kind = "booking", amount = 20000, stage = "closed", forced = "测试" }"#,
            r#"2009-12-16-1 = { kind = "moved", stage = "opportunity" }"#,
        ]),
    );
    sandbox.prospect(
        "d",
        "name = \"钱输\"",
        &events(&[
            r#"2009-12-01-1 = { kind = "opened", owner = "liuyan" }"#,
            r#"2009-12-11-1 = { kind = "moved", stage = "lost", reason = "price" }"#,
        ]),
    );
    sandbox.prospect("e", "name = \"池中\"", r#"2009-12-01-1 = { kind = "opened" }"#);
    // A payment that turned out never to have come; and one in dollars, for which there is no rate.
    sandbox.prospect(
        "f",
        "name = \"孙洋\"",
        &events(&[
            r#"2009-12-10-1 = { kind = "opened", owner = "zhao" }"#,
            r#"2009-12-14-1 = { kind = "payment", amount = 5000 }"#,
            r#"2009-12-15-1 = { kind = "payment", amount = "70 USD" }"#,
            r#"2009-12-16-1 = { kind = "retracted", event = "2009-12-14-1" }"#,
        ]),
    );
    // Handed over on the 16th.
    sandbox.prospect(
        "g",
        "name = \"吴磊\"",
        &events(&[
            r#"2009-12-01-1 = { kind = "opened", owner = "hejian" }"#,
            r#"2009-12-03-1 = { kind = "meeting", stage = "25", next = 2009-12-28 }"#,
            r#"2009-12-16-1 = { kind = "assigned", owner = "liuyan" }"#,
        ]),
    );
    sandbox
}

#[test]
fn the_action_sheet_of_a_week() {
    // The default, on a Friday, is the week whose last sheet is filled in on that day.
    let expected = "\
pipeline,owner,checkpoint,covers-from,covers-to,stage,id,name,first-meeting,appointment,cycle,overdue
prospect,liuyan,2009-12-14,2009-12-11,2009-12-13,appointment,a,何建国,,2009-12-15,28,false
prospect,liuyan,2009-12-14,2009-12-11,2009-12-13,25,b,李静,2009-11-16,,28,false
prospect,liuyan,2009-12-16,2009-12-14,2009-12-15,25,b,李静,2009-11-16,,28,true
prospect,liuyan,2009-12-16,2009-12-14,2009-12-15,25,a,何建国,2009-12-15,,28,false
prospect,liuyan,2009-12-18,2009-12-16,2009-12-17,25,b,李静,2009-11-16,,28,true
prospect,liuyan,2009-12-18,2009-12-16,2009-12-17,25,g,吴磊,2009-12-03,,28,false
prospect,liuyan,2009-12-18,2009-12-16,2009-12-17,25,a,何建国,2009-12-15,,28,false
prospect,hejian,2009-12-14,2009-12-11,2009-12-13,25,g,吴磊,2009-12-03,,14,false
prospect,hejian,2009-12-14,2009-12-11,2009-12-13,90,c,陈强,2009-12-01,,14,false
prospect,hejian,2009-12-16,2009-12-14,2009-12-15,25,g,吴磊,2009-12-03,,14,false
prospect,hejian,2009-12-16,2009-12-14,2009-12-15,closed,c,陈强,2009-12-01,,14,false
prospect,hejian,2009-12-18,2009-12-16,2009-12-17,opportunity,c,陈强,,,14,false
prospect,hejian,2009-12-18,2009-12-16,2009-12-17,closed,c,陈强,2009-12-01,,14,false
prospect,zhao,2009-12-14,2009-12-11,2009-12-13,opportunity,f,孙洋,,,28,false
prospect,zhao,2009-12-16,2009-12-14,2009-12-15,opportunity,f,孙洋,,,28,false
prospect,zhao,2009-12-18,2009-12-16,2009-12-17,opportunity,f,孙洋,,,28,false
";
    let sandbox = team();
    assert_eq!(sandbox.crm("report sheet -f csv").ok(), expected);
    // The same week, asked for by a day of it, by an ISO week, and from far later: the same bytes.
    for words in
        ["--period 2009-12-11", "--period 2009-W51", "--period 2009-W51 --as-of 2010-03-01"]
    {
        assert_eq!(sandbox.crm(&format!("report sheet -f csv {words}")).ok(), expected, "{words}");
    }
    let printed = sandbox.crm("report sheet owner:liuyan").ok();
    let form = "\
潜在客户管理行动工具表  ·  刘燕  ·  销售周期28天  ·  2009-12-11..2009-12-17
填表日             1-销售机会  2-约定初次见面  3-(25%)       4-(50%)  5-(90%)  6-成交
─────────────────────────────────────────────────────────────────────────────────────
周一                           (12.15) 何建国  11.16 李静
12.11 12.12 12.13
─────────────────────────────────────────────────────────────────────────────────────
周三                                           11.16 李静!
12.14 12.15                                    12.15 何建国
─────────────────────────────────────────────────────────────────────────────────────
周五                                           11.16 李静!
12.16 12.17                                    12.3 吴磊
                                               12.15 何建国
─────────────────────────────────────────────────────────────────────────────────────
小计               0           1               3             0        0        0
";
    assert!(printed.contains(form), "{printed}");
    assert!(printed.contains("! = 超过销售周期"), "{printed}");
    let markdown = sandbox.crm("report sheet owner:hejian -f markdown").ok();
    assert!(markdown.contains("| 周一<br>12.11 12.12 12.13 |"), "{markdown}");
    assert!(markdown.contains("| 12.1 陈强"), "{markdown}");
    let page = sandbox.crm("report sheet owner:liuyan -f html").ok();
    assert!(page.contains(">周三<br>12.14 12.15</th>"), "{page}");
    assert!(page.contains(">11.16 李静!<br>12.15 何建国</td>"), "{page}");
    // The form itself, in a program's words; and that of a rep with nobody on the board, to be filled in by hand.
    let csv = sandbox.crm("report sheet --table liuyan-2009-12-11 -f csv").ok();
    assert!(
        csv.starts_with("checkpoint,opportunity,appointment,25,50,90,closed\n")
            && csv.contains("Wednesday;12.14 12.15,,,11.16 李静!;12.15 何建国,,,\n"),
        "{csv}"
    );
    let blank = sandbox.crm("report sheet --table wang-2009-12-11").ok();
    assert!(blank.contains("王芳") && blank.contains("小计               0"), "{blank}");
    assert!(!sandbox.crm("report sheet").ok().contains("王芳"));
    // In English, and of a week that has only begun: rows to come are there, to be filled in by hand.
    let settings = sandbox.read("crm.toml").replace("\"zh\"", "\"en\"");
    sandbox.write("crm.toml", settings);
    let begun = sandbox.crm("report sheet owner:liuyan --as-of 2009-12-14").ok();
    let form = "\
Action sheet  ·  刘燕  ·  sales cycle 28 days  ·  2009-12-11..2009-12-17
Checkpoint         1-Opportunity  2-First meeting set  3-(25%)     4-(50%)  5-(90%)  6-Closed
─────────────────────────────────────────────────────────────────────────────────────────────
Monday                            (12.15) 何建国       11.16 李静
12.11 12.12 12.13
─────────────────────────────────────────────────────────────────────────────────────────────
Wednesday                         (12.15) 何建国       11.16 李静
12.14 12.15
─────────────────────────────────────────────────────────────────────────────────────────────
Friday
12.16 12.17
─────────────────────────────────────────────────────────────────────────────────────────────
Total              0              1                    1           0        0        0
";
    assert!(begun.contains(form), "{begun}");
    let settings = sandbox.read("crm.toml").replace("\"en\"", "\"zh\"");
    sandbox.write("crm.toml", settings);
    assert!(sandbox.crm("report sheet").ok().contains("公海中（不在任何人的表上）：1"));
}

#[test]
fn sheets_of_other_weeks_and_checkpoints() {
    let sandbox = team();
    // Two weeks end (on Thursdays) in the days from 12-10 to 12-17: 3 checkpoints each.
    let days = sandbox.crm("report sheet -f csv --from 2009-12-10 --to 2009-12-17 owner:zhao").ok();
    assert_eq!(days.lines().count(), 1 + 3 + 1, "{days}");
    sandbox.write("crm.toml", "[ledger]\ncheckpoints = [\"wednesday\"]\n");
    let days = sandbox.crm("report sheet -f csv owner:zhao").ok();
    // The days behind the last checkpoint are covered by the day after the week.
    let covers: Vec<&str> = days.lines().skip(1).map(|line| &line[14..46]).collect();
    assert_eq!(
        covers,
        ["2009-12-16,2009-12-11,2009-12-15", "2009-12-18,2009-12-16,2009-12-17"],
        "{days}"
    );
    let refused = sandbox.crm("report sheet --by region").fails(2);
    assert!(refused.contains("`sheet` has no rows by `region`"), "{refused}");
    let empty = Sandbox::ledger().crm("report sheet").done().0;
    assert!(empty.contains("nobody is on the board this week"), "{empty}");
}

#[test]
fn the_team_sheet_of_a_week() {
    // Wednesday covers Friday to Tuesday, Friday covers Wednesday and Thursday. Chen closed on the 14th
    // and was reopened: closed in the week he stays, the opportunity is no column of this sheet. The
    // payment of the 14th was known on the first day and was taken back before the second.
    let sandbox = team();
    let expected = "\
manager,rep,name,checkpoint,covers-from,covers-to,appointment,25,50,90,closed,received,booked,received-other,booked-other
wang,wang,王芳,2009-12-16,2009-12-11,2009-12-15,0,0,0,0,0,0,0,,
wang,wang,王芳,2009-12-18,2009-12-16,2009-12-17,0,0,0,0,0,0,0,,
wang,liuyan,刘燕,2009-12-16,2009-12-11,2009-12-15,0,2,0,0,0,0,0,,
wang,liuyan,刘燕,2009-12-18,2009-12-16,2009-12-17,0,3,0,0,0,0,0,,
wang,hejian,何健,2009-12-16,2009-12-11,2009-12-15,0,1,0,0,1,2000,20000,,
wang,hejian,何健,2009-12-18,2009-12-16,2009-12-17,0,0,0,0,1,0,0,,
,zhao,赵敏,2009-12-16,2009-12-11,2009-12-15,0,0,0,0,0,5000,0,70 USD,
,zhao,赵敏,2009-12-18,2009-12-16,2009-12-17,0,0,0,0,0,-5000,0,,
";
    assert_eq!(sandbox.crm("report team -f csv").ok(), expected);
    let later = sandbox.crm("report team -f csv --period 2009-12-17 --as-of 2010-03-01").ok();
    assert_eq!(later, expected);
    let printed = sandbox.crm("report team").ok();
    let form = "\
1-组员姓名  2-约定初次见面数  3-(25%)  4-(50%)  5-(90%)  6-成交  预收保费  承保标保
───────────────────────────────────────────────────────────────────────────────────
周三 12.16
王芳                       0        0        0        0       0         0         0
刘燕                       0        2        0        0       0         0         0
何健                       0        1        0        0       1     2,000    20,000
赵敏                       0        0        0        0       0     5,000         0
小计                       0        3        0        0       1     7,000    20,000
周五 12.18
王芳                       0        0        0        0       0         0         0
刘燕                       0        3        0        0       0         0         0
何健                       0        0        0        0       1         0         0
赵敏                       0        0        0        0       0    -5,000         0
小计                       0        3        0        0       1    -5,000         0
本周合计                   0        3        0        0       1     2,000    20,000
";
    assert!(printed.contains(form), "{printed}");
    let by = sandbox.crm("report team --by manager").ok();
    for line in [
        "王芳部                     0        3        0        0       1     2,000    20,000",
        "无部门                     0        0        0        0       0     5,000         0",
    ] {
        assert!(by.contains(line), "{line}\n{by}");
    }
    // On the first day of the week the second block has not begun: it is empty, to be filled in by hand.
    let begun = sandbox.crm("report team --as-of 2009-12-12").ok();
    assert!(begun.contains("周五 12.18\n王芳\n刘燕\n何健\n赵敏\n小计\n本周合计"), "{begun}");
    assert!(printed.contains("预收 70 USD"), "{printed}");
    assert!(!printed.contains("去年的人"), "{printed}");
    let settings = sandbox.read("crm.toml").replace("\"zh\"", "\"en\"");
    let english = sandbox.write("crm.toml", settings).crm("report team").ok();
    let head = "1-Member          2-First meeting set  3-(25%)  4-(50%)  5-(90%)  6-Closed  Received  Booked";
    for line in [head, "Wednesday 12.16", "Subtotal  ", "The week's total  "] {
        assert!(english.contains(line), "{line}\n{english}");
    }
    assert!(sandbox.crm("report team -f html").ok().contains("<td class=\"n\">"));
}

/// A hundred people called on 12-01 (every second one answers), thirty appointments, twenty-five first meetings,
/// twenty-five prospects, five closes; sixteen prospects from before, lost; a day that is tallied instead.
fn practice() -> Sandbox {
    let sandbox = Sandbox::with_settings("[[rep]]\nid = \"liuyan\"\n");
    for n in 0..100 {
        let mut lines = vec![
            r#"2009-12-01-1 = { kind = "opened", owner = "liuyan", value = 9000 }"#.to_owned(),
            format!(
                r#"2009-12-01-2 = {{ kind = "call", reached = {}{} }}"#,
                n % 2 == 0,
                if n < 30 { ", next = 2009-12-04" } else { "" }
            ),
        ];
        if n < 25 {
            let line = r#"2009-12-04-1 = { kind = "meeting", stage = "25", next = 2009-12-30 }"#;
            lines.push(line.to_owned());
        }
        if n < 5 {
            let second = r#"2009-12-07-1 = { kind = "meeting", next = 2009-12-30 }"#;
            let close = r#"2009-12-08-1 = { kind = "booking", amount = 12000, stage = "closed", forced = "x" }"#;
            lines.extend([second.to_owned(), close.to_owned()]);
        }
        if n == 99 {
            // On a day with a tally: the tally counts, this call does not.
            lines.push(r#"2009-12-02-1 = { kind = "call", reached = true }"#.to_owned());
        }
        let facts =
            format!("name = \"新{n}\"\nsource = \"{}\"", if n < 50 { "fair" } else { "web" });
        sandbox.prospect(&format!("new-{n:02}"), &facts, &(lines.join("\n") + "\n"));
    }
    for n in 0..16 {
        let lines = [
            r#"2009-11-10-1 = { kind = "opened", owner = "liuyan" }"#,
            r#"2009-11-10-2 = { kind = "moved", stage = "25", forced = "x" }"#,
            r#"2009-11-20-1 = { kind = "moved", stage = "lost", reason = "price" }"#,
        ];
        sandbox.prospect(&format!("old-{n:02}"), "name = \"旧\"", &events(&lines));
    }
    sandbox.write(
        "activity/liuyan.toml",
        "[tally]\n2009-12-02 = { dials = 15, conversations = 7, appointments = 1 }\n",
    );
    sandbox
}

#[test]
fn ratios_with_every_rate() {
    // Dials 100 + 15, conversations 50 + 7, appointments 30 + 1; machines read the quotient.
    let sandbox = practice();
    let days = "--period 2009-12-01..2009-12-14";
    let csv = sandbox.crm(&format!("report ratios -f csv {days}")).ok();
    assert_eq!(
        csv,
        "\
rep,step,count,rate
liuyan,dials,115,
liuyan,conversations,57,0.495652
liuyan,appointments,31,0.54386
liuyan,first-meetings,25,0.806452
liuyan,prospects,25,1
liuyan,closes,5,0.2
"
    );
    let printed = sandbox.crm(&format!("report ratios --target 50 {days}")).ok();
    for text in [
        "liuyan  Conversations      57     57/115   49.6 %",
        // A tally counts dials, and nobody knows of how many people.
        "5 : 1 = became prospects : closes",
        "how many new people were called is unknown where tallies are kept; dials: 115",
        "a close costs 5 prospects: after the next one there are 15 left of 20",
        // Twenty-five in two weeks are 12.5 a week.
        "first meetings this week to hold the present rate (2.5 closes a week): 13; held so far: 0",
        // Fifty a year of 50 weeks are one a week; each took five first meetings.
        "first meetings a week for 50 closes in a year of 50 weeks: 5",
    ] {
        assert!(printed.contains(text), "{text}\n{printed}");
    }
    assert!(!printed.contains(" : 5 : 1"), "{printed}");
    // Fifteen by the end of a period with 14 days to come: 10 more, 5 a week, 5 first meetings each.
    let ahead = "--period 2009-12-01..2009-12-28 --target 15 --as-of 2009-12-14";
    let printed = sandbox.crm(&format!("report ratios {ahead}")).ok();
    let text = "first meetings a week for 15 closes by 2009-12-28: 25";
    assert!(printed.contains(text), "{printed}");
}

#[test]
fn ratios_by_other_things_and_of_a_few() {
    let sandbox = practice();
    // A tally cannot be divided among sources: dials are the call entries', 51 with the one of 12-02.
    let (by_source, _) = sandbox.crm("report ratios --by source -f csv --from 2009-12-01").done();
    assert!(by_source.contains("fair,dials,50,\nfair,conversations,25,0.5\n"), "{by_source}");
    assert!(by_source.contains("web,dials,51,\n"), "{by_source}");
    let some = sandbox.crm("report ratios source:fair --from 2009-12-01").ok();
    assert!(
        some.contains("tallies left out") && some.contains("liuyan  Dials              50"),
        "{some}"
    );
    let ratio = "10 : 5 : 1 = new people called : became prospects : closes";
    assert!(some.contains(ratio) && !some.contains("unknown"), "{some}");
    // Whoever selects all that a rep has, keeps the rep's tallies.
    let own = sandbox.crm("report ratios owner:liuyan --from 2009-12-01").ok();
    assert!(own.contains("liuyan  Dials             115"), "{own}");
    let few = sandbox.crm("report ratios id:new-00 --from 2009-12-01").ok();
    assert!(few.contains("(n = 1, too few)") && few.contains("1 : 1 : 1"), "{few}");
    assert!(
        sandbox.crm("report ratios --target none").fails(2).contains("is not a number above 0")
    );
    let empty = Sandbox::ledger().crm("report ratios").done().0;
    assert!(empty.contains("(no close)"), "{empty}");
}

#[test]
fn the_five_levers() {
    // 15 dials a day, 7 conversations, 1 appointment; 8 meetings a week; 8 for a close; 50 weeks: 50
    // closes. No ledger is needed where all is stated.
    let stated = "what-if --dials 15 --conversations 7 --appointments 1 --meetings 8 \
                  --meetings-per-close 8 --value 3000";
    let expected = "\
lever,from,raised,closes-yearly,money-yearly,gain
as it is,,,50,150000,0
dials,15,30,100,300000,150000
talks per dial,0.466667,0.933333,100,300000,150000
appointments per talk,0.142857,0.285714,100,300000,150000
closes per meeting,0.125,0.25,100,300000,150000
value per close,3000,6000,50,300000,150000
all together,,,800,4800000,4650000
";
    assert_eq!(Sandbox::empty().crm(&format!("{stated} -f csv")).ok(), expected);
    // A share stops at 100 %: 7 of 15, three times, would be 21 of 15.
    let capped = Sandbox::ledger().crm(&format!("{stated} --factor 3")).done().0;
    assert!(capped.contains("100.0 %") && capped.contains("cannot pass 100 %"), "{capped}");

    // Measured over two weeks: 30 meetings and 5 closes of 12,000; 2.5 a week, 125 a year of 50 weeks.
    let sandbox = practice();
    let measured = sandbox.crm("what-if --period 2009-12-01..2009-12-14 -f csv").ok();
    assert!(measured.contains("as it is,,,125,1500000,0\n"), "{measured}");
    // What is stated replaces what is measured: 11.5 dials a day are doubled, all else as measured.
    let stated = sandbox.crm("what-if --period 2009-12-01..2009-12-14 --dials 23 -f csv").ok();
    assert!(stated.contains("as it is,,,250,3000000,0\n"), "{stated}");

    let missing = Sandbox::ledger().crm("what-if --dials 15").fails(2);
    let help = "--conversations, --appointments, --meetings, --meetings-per-close";
    assert!(missing.contains(help), "{missing}");
    assert!(Sandbox::empty().crm("what-if").fails(2).contains("error[no-ledger]"));
    assert!(
        Sandbox::ledger().crm("what-if --dials 0").fails(2).contains("is not a number above 0")
    );
}

/// Columns that take nothing, so that only time counts: at most 7 days in the first prospect column.
const PLAIN: &str = r#"
    [[pipeline]]
    id = "plain"
    stage = [
        { id = "new" },
        { id = "25", label = "25%", max_days = 7 },
        { id = "won", outcome = "won" },
        { id = "lost", outcome = "lost" },
    ]
    [reasons]
    price = { en = "too expensive", zh = "价格太高" }
    [[campaign]]
    id = "fair"
    label = { en = "Autumn fair", zh = "秋季展会" }
    cost = 3000
    from = 2009-11-01
    to = 2009-11-30
    [[campaign]]
    id = "silent"
    cost = 500
"#;

#[test]
fn who_stands_too_long() {
    let sandbox = Sandbox::with_settings(PLAIN);
    let since = |id: &str, day: &str, more: &str| {
        let line = format!(
            "{day}-1 = {{ kind = \"opened\", owner = \"he\", value = 100, stage = \"25\" }}\n{more}\n"
        );
        sandbox.prospect(id, &format!("name = \"{id}\""), &line);
    };
    // On 12-18: 7 days are in time, 8 are not; day 28 of the cycle is in time, day 29 is not.
    since("in-time", "2009-12-11", "");
    since("stalled", "2009-12-10", "");
    since("day-28", "2009-11-20", "");
    since("day-29", "2009-11-19", "");
    since("held", "2009-10-01", r#"2009-12-01-1 = { kind = "hold", until = 2010-01-05 }"#);
    sandbox.prospect("new", "name = \"new\"", r#"2009-08-01-1 = { kind = "opened" }"#);
    let csv = sandbox.crm("report stale -f csv").ok();
    assert_eq!(
        csv,
        "\
id,name,stage,owner,over,age,cycle,in-stage,max-days,value,last-contact
day-29,day-29,25,he,22,29,28,29,7,100,
day-28,day-28,25,he,21,28,28,28,7,100,
stalled,stalled,25,he,1,8,28,8,7,100,
"
    );
    assert_eq!(sandbox.crm("report aging -f ids").ok(), "day-29\nday-28\nstalled\n");
    let clock = sandbox.crm("report aging -f csv --table clock").ok();
    assert_eq!(
        clock,
        "\
clock,count,share,value,stalled
clock not started,1,0.166667,0,0
first half of the cycle,2,0.333333,200,1
second half of the cycle,1,0.166667,100,1
past the cycle,1,0.166667,100,1
past it twice,0,0,0,0
past it four times,0,0,0,0
on hold,1,0.166667,100,0
"
    );
    let printed = sandbox.crm("report aging").ok();
    assert!(
        printed.contains("too long in their column: 3, of them past the cycle (crm sweep): 1"),
        "{printed}"
    );
    assert!(printed.contains("Open prospects by their clock\nclock not started"), "{printed}");
    let ascii = sandbox.crm("report aging --ascii").ok();
    assert!(ascii.contains("first half of the cycle   2  ####"), "{ascii}");
    let by = sandbox.crm("report aging --by region -f csv").ok();
    assert!(by.starts_with("region,id,") && by.contains("\n,day-29,"), "{by}");
    let empty = Sandbox::ledger().crm("report aging").done().0;
    assert!(empty.contains("nobody stands too long"), "{empty}");
}

/// Four of a fair (two won for 10,000 and 20,000, one lost, one open), six referred (five won for 1,000
/// each, one lost), one of no source, which never became a prospect.
fn brought() -> Sandbox {
    let sandbox = Sandbox::with_settings(PLAIN);
    let put = |id: &str, facts: &str, day: &str, end: &str| {
        let lines = format!(
            "{day}-1 = {{ kind = \"opened\", owner = \"he\", value = 700, stage = \"25\" }}\n{end}\n"
        );
        sandbox.prospect(id, &format!("name = \"{id}\"\n{facts}"), &lines);
    };
    let won = |amount: &str| {
        format!("2009-12-05-1 = {{ kind = \"booking\", amount = {amount}, stage = \"won\" }}")
    };
    let lost = r#"2009-12-06-1 = { kind = "moved", stage = "lost", reason = "price" }"#;
    let other = r#"2009-12-07-1 = { kind = "moved", stage = "lost", reason = "搬家" }"#;
    put("f1", "source = \"fair\"\nregion = \"east\"", "2009-11-10", &won("10000"));
    put("f2", "source = \"fair\"\nregion = \"east\"", "2009-11-10", &won("20000"));
    put("f3", "source = \"fair\"\nregion = \"west\"", "2009-11-20", lost);
    put("f4", "source = \"fair\"\nregion = \"west\"", "2009-11-25", "");
    for n in 1..=5 {
        let (id, facts) = (format!("r{n}"), "source = \"referral\"\nregion = \"east\"");
        put(&id, facts, "2009-12-01", &won("1000"));
    }
    put("r6", "source = \"referral\"\nregion = \"west\"", "2009-12-01", other);
    sandbox.prospect("n1", "name = \"n1\"", r#"2009-12-01-1 = { kind = "opened" }"#);
    sandbox
}

#[test]
fn what_sources_bring_and_cost() {
    let sandbox = brought();
    // Fair: 3,000 for 4 leads and 2 closes; 30,000 back. Of two or three that ended no rate is printed.
    assert_eq!(
        sandbox.crm("report sources -f csv").ok(),
        "\
source,leads,became,won,lost,open,win-rate,won-of-leads,value,value-per-close,cost,cost-per-lead,cost-per-close,return
referral,6,6,5,1,0,0.833333,0.833333,5000,1000,,,,
fair,4,4,2,1,1,,,30000,15000,3000,750,1500,10
,1,0,0,0,1,,,0,,,,,
silent,0,0,0,0,0,,,0,,500,,,0
"
    );
    let printed = sandbox.crm("report sources").ok();
    assert!(printed.contains("Autumn fair") && printed.contains("(n = 3, too few)"), "{printed}");
    // Opened from 11-16 on: two of the fair, half of whose days are in the period: 1,500 of 3,000.
    let cohort = sandbox.crm("report sources -f csv --from 2009-11-16 --to 2009-11-30").ok();
    assert!(cohort.contains("fair,2,2,0,1,1,,,0,,1500,750,,0\n"), "{cohort}");
    assert!(cohort.contains("silent,0,0,0,0,0,,,0,,,,,\n"), "{cohort}");
    let (printed, _) = sandbox.crm("report sources --period 2009-11").done();
    assert!(printed.contains("it needs `cost`, `from` and `to`"), "{printed}");
    let by = sandbox.crm("report sources --by region -f csv").ok();
    assert!(
        by.contains("region,leads") && by.contains("east,7,7,7,0,0,1,1,35000,5000,,,,\n"),
        "{by}"
    );
}

#[test]
fn why_and_from_where_pursuits_are_lost() {
    let sandbox = brought();
    assert_eq!(
        sandbox.crm("report losses -f csv").ok(),
        "reason,lost,share,value\nprice,1,,700\n搬家,1,,700\n"
    );
    assert_eq!(
        sandbox.crm("report losses -f csv --table left-from").ok(),
        "stage,stage-label,lost,share,value\n25,25%,2,,1400\n"
    );
    // East won 7 of 7: Wilson from 7/(7 + 1.96^2) = 0.6457 to 1, which holds the 7 of 9 = 0.78 of all.
    let common = sandbox.crm("report losses -f csv --table common").ok();
    assert!(common.contains("Region,east,7,0,1,0.64567,1\n"), "{common}");
    assert!(common.contains("Source,fair,2,1,,,\n"), "{common}");
    let printed = sandbox.crm("report losses").ok();
    assert!(printed.contains("(n = 2, too few)"), "{printed}");
    assert!(printed.contains("too expensive"), "{printed}");
    assert!(printed.contains("won 7 of 9 that ended: 77.8 %"), "{printed}");
    // By the day they ended, not the day they were opened.
    let day = sandbox.crm("report losses -f csv --period 2009-12-07").ok();
    assert_eq!(day, "reason,lost,share,value\n搬家,1,,700\n");
    let none = sandbox.crm("report losses --period 2009-10").ok();
    assert!(none.contains("no pursuit ended in these days"), "{none}");
}

#[test]
fn every_exception_under_its_owner() {
    let sandbox = Sandbox::ledger();
    // Forced on the 1st under he, who handed it over on the 2nd: the move stays his, what it stands for
    // now is liu's. Met, but without a next step: the evidence supports no more than an appointment.
    sandbox.prospect(
        "a",
        "name = \"何建国\"",
        &events(&[
            r#"2009-11-30-1 = { kind = "opened", owner = "he" }"#,
            r#"2009-12-01-1 = { kind = "meeting", stage = "25", forced = "老板要求" }"#,
            r#"2009-12-02-1 = { kind = "assigned", owner = "liu" }"#,
        ]),
    );
    assert_eq!(
        sandbox.crm("report overrides -f csv").ok(),
        "\
owner,what,since,id,name,stage,from-or-supported,why
he,forced,2009-12-01,a,何建国,25,opportunity,老板要求
liu,overstated,2009-12-01,a,何建国,25,appointment,next-step
"
    );
    assert_eq!(
        sandbox.crm("report overrides -f csv --table owners").ok(),
        "\
owner,moves,forced,forced-rate,open,overstated,overstated-rate
he,1,1,,0,0,
liu,0,0,,1,1,
"
    );
    // Before the move there was nothing to say.
    let before = sandbox.crm("report overrides --as-of 2009-11-30").ok();
    assert!(before.contains("nothing was forced, and nobody is overstated"), "{before}");
    let refused = sandbox.crm("report overrides --by source").fails(2);
    assert!(refused.contains("always by owner"), "{refused}");
}

#[test]
fn every_report_prints_in_every_format_and_on_an_empty_ledger() {
    let full = team();
    let empty = Sandbox::ledger();
    for report in ["sheet", "team", "ratios", "aging", "sources", "losses", "overrides"] {
        for format in ["table", "csv", "tsv", "json", "jsonl", "markdown", "html"] {
            let line = format!("report {report} -f {format}");
            let first = full.crm(&line).ok();
            assert!(!first.is_empty(), "{line}");
            assert_eq!(full.crm(&line).ok(), first, "{line}");
            empty.crm(&line).done();
        }
    }
}

#[test]
fn campaigns_are_settings() {
    for (campaign, wrong) in [
        ("cost = 3", "a campaign needs an `id`"),
        ("id = \"x\"\ncoast = 3", "did you mean `cost`?"),
        ("id = \"x\"\ncost = -3", "has a negative cost"),
        ("id = \"x\"\nfrom = 2009-12-02\nto = 2009-12-01", "ends before it begins"),
        ("id = \"x\"\n[[campaign]]\nid = \"x\"", "appears twice"),
    ] {
        let sandbox = Sandbox::with_settings(&format!("[[campaign]]\n{campaign}\n"));
        let refused = sandbox.crm("report sources").fails(2);
        assert!(refused.contains(wrong) && refused.contains("crm.toml:"), "{refused}");
    }
}

#[test]
fn the_dashboard_is_one_page() {
    let sandbox = team();
    let page = sandbox.crm("dashboard").ok();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("部门追踪表"));
    let (stdout, _) = sandbox.crm("dashboard -o monday.html").done();
    assert_eq!((stdout.as_str(), sandbox.read("monday.html")), ("", page));
    let refused = sandbox.crm("dashboard -o monday.csv").fails(2);
    assert!(refused.contains("看板是 HTML 网页"), "{refused}");
}
