//! Marketing: segments, campaigns, letters, points, competitors.

use crate::common::{Sandbox, contains};

const SETTINGS: &str = r#"
[[rep]]
id = "liuyan"
name = "刘燕"
email = "liuyan@x.cn"

[segment.vip]
when = "tag:vip"
label = { en = "VIPs", zh = "重点客户" }

[segment.top]
when = "grade:A,B,C @vip"

[[product]]
id = "health"
price = 500
cost = 320

[[campaign]]
id = "spring"
label = { en = "Spring mail", zh = "春季邮件" }
segment = "vip"
channel = "email"
control = 0.25
budget = 1000
goal = 3
from = 2009-12-01
to = 2009-12-31
costs = [{ on = 2009-12-05, amount = 400, what = "printing" }, { on = 2010-01-05, amount = 70 }]

[points]
per = 100
worth = 0.05
"#;

/// Forty prospects with the tag, of whom two refuse e-mail, and one without.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_settings(SETTINGS);
    for n in 0..40 {
        let refuses = if n < 2 { "refuses = [\"mail\"]\n" } else { "" };
        sandbox.prospect(
            &format!("p{n:02}"),
            &format!(
                "name = \"P{n}\"\ntags = [\"vip\"]\n\n[[contact]]\nname = \"Ann {n}\"\nemail = \"p{n}@x.cn\"\n{refuses}"
            ),
            "2009-11-01-1 = { kind = \"opened\", owner = \"liuyan\" }\n",
        );
    }
    sandbox.prospect("other", "name = \"Other\"", "2009-11-01 = { kind = \"opened\" }\n");
    sandbox
}

/// The ids of a query.
fn ids(sandbox: &Sandbox, query: &str) -> Vec<String> {
    let out = sandbox.crm(&format!("list {query} -f ids")).ok();
    out.lines().map(str::to_owned).collect()
}

/// The rows of a command's CSV, without its head.
fn rows(sandbox: &Sandbox, line: &str) -> Vec<String> {
    let out = sandbox.crm(&format!("{line} -f csv")).ok();
    out.lines().skip(1).map(str::to_owned).collect()
}

/// The cell of a column of the only row.
fn cell(sandbox: &Sandbox, line: &str, column: &str) -> String {
    let out = sandbox.crm(&format!("{line} -f csv")).ok();
    let mut lines = out.lines();
    let at = lines.next().unwrap().split(',').position(|head| head == column).unwrap();
    let row = lines.next().unwrap().split(',').nth(at).unwrap().to_owned();
    assert_eq!(lines.next(), None, "{out}");
    row
}

/// All that `check` says.
fn checked(sandbox: &Sandbox) -> String {
    let (out, said) = sandbox.crm("check").done();
    out + &said
}

#[test]
fn segments_select_in_lists_reports_and_rules() {
    let sandbox = sandbox();
    assert_eq!(ids(&sandbox, "@vip").len(), 40);
    assert_eq!(ids(&sandbox, "'not @vip'"), ["other"]);
    assert_eq!(ids(&sandbox, "'@top id:p0*'").len(), 10, "a segment that asks for grades");
    assert_eq!(ids(&sandbox, "@重点客户").len(), 40);
    let said = sandbox.crm("list @vpi").fails(2);
    contains(&said, &["no segment `@vpi`", "did you mean `vip`?"]);
    let settings = SETTINGS.to_owned() + "[[grading.rule]]\ngrade = \"A\"\nwhen = \"@top\"\n";
    sandbox.write("crm.toml", settings);
    let said = sandbox.crm("list").fails(2);
    contains(&said, &["error[contradictory-rules]", "cannot use `grade`", "when = \"@top\""]);
}

#[test]
fn settings_of_segments_campaigns_and_points() {
    for (settings, wrong) in [
        ("[segment.a]\n", "the segment `a` needs a query"),
        ("[segment.a]\nwhen = \"colour:red\"\n", "unknown field `colour`"),
        ("[segment.a]\nwhen = \"@a\"\n", "segments go in a circle: @a -> @a"),
        ("[segment.\"a b\"]\nwhen = \"\"\n", "a segment cannot have this `id`"),
        ("[segment.a]\nwhen = \"\"\nwhat = 1\n", "unknown setting `what` of `[segment]`"),
        ("[[campaign]]\nid = \"a\"\ncontrol = 0.51\n", "`control` is a share from 0 to 0.5"),
        ("[[campaign]]\nid = \"a\"\ncontrol = -0.1\n", "`control` is a share from 0 to 0.5"),
        ("[[campaign]]\nid = \"a\"\nchannel = \"payment\"\n", "`channel` is a kind of contact"),
        ("[[campaign]]\nid = \"a\"\nsegment = \"b\"\n", "no segment `b`"),
        ("[[campaign]]\nid = \"a\"\nparent = \"b\"\n", "no campaign `b`"),
        ("[[campaign]]\nparent = \"a\"\nid = \"a\"\n", "part"),
        ("[[campaign]]\nid = \"a\"\ngoal = 0\n", "`goal` must be a whole number"),
        ("[[campaign]]\nid = \"a\"\nbudget = -1\n", "`budget` cannot be less than 0"),
        ("[[campaign]]\nid = \"a\"\ncosts = [{ amount = 1 }]\n", "a cost needs `on`"),
        ("[[campaign]]\nid = \"a\"\ncosts = [{ on = 2010-01-01 }]\n", "a cost needs `amount`"),
        ("[points]\nper = 0\n", "more than 0"),
        ("[points]\nworth = -1\n", "`worth` cannot be less than 0"),
    ] {
        let sandbox = Sandbox::with_settings(settings);
        let said = sandbox.crm("list").fails(2);
        contains(&said, &[wrong]);
    }
    let circle =
        "[[campaign]]\nid = \"a\"\nparent = \"b\"\n[[campaign]]\nid = \"b\"\nparent = \"a\"\n";
    let said = Sandbox::with_settings(circle).crm("list").fails(2);
    contains(&said, &["a -> b -> a"]);
    let right = "[[campaign]]\nid = \"a\"\ncontrol = 0.5\ngoal = \"be seen\"\n[[campaign]]\nid = \"b\"\nparent = \"a\"\n";
    Sandbox::with_settings(right).crm("campaign").done();
}

#[test]
fn a_campaign_reaches_its_segment_once_without_those_that_refuse() {
    let sandbox = sandbox();
    let before = sandbox.snapshot();
    let dry = sandbox.crm("campaign start spring --dry-run").ok();
    contains(
        &dry,
        &[
            "Spring mail",
            "2 left out because of refusal",
            "2 files left out: every person there refuses `email`",
        ],
    );
    assert!(before == sandbox.snapshot());
    let (out, said) = sandbox.crm("campaign start spring -f csv").done();
    assert_eq!(out.lines().count(), 41);
    let count = |part: &str| out.lines().filter(|line| line.contains(part)).count();
    let (sent, control) = (count(",sent,"), count(",control,"));
    assert_eq!((sent + control, count(",refused,")), (38, 2));
    assert!(control > 2 && control < 20, "{control}");
    contains(&said, &[&format!("spring: {sent} sent, {control} kept out as control, 2 left out")]);
    assert!(
        out.contains("p00,P0,refused,") && out.contains("Ann 5") == out.contains("p05,P5,sent")
    );
    assert_eq!(ids(&sandbox, "reached-by:spring").len(), sent);
    assert_eq!(ids(&sandbox, "control-of:spring").len(), control);
    assert!(!sandbox.read("prospects/p00.toml").contains("campaign"));
    // A campaign is no contact.
    assert_eq!(ids(&sandbox, "last-contact:*").len(), 0);
    let again = sandbox.crm("campaign start spring").done();
    contains(&again.0, &["0 sent, 0 kept out as control, 2 left out", "38 in it before"]);
    // Another one that is like them is reached, and those that are in it stay as they are.
    sandbox.prospect(
        "p99",
        "name = \"P99\"\ntags = [\"vip\"]",
        "2009-12-02 = { kind = \"opened\" }\n",
    );
    let drawn = sandbox.crm("campaign start spring -f csv").done().0;
    assert_eq!(drawn.lines().count(), 4, "{drawn}");
    let narrow = sandbox.crm("campaign start spring id:other -f csv").done().0;
    assert_eq!(narrow.lines().count(), 1, "not in the segment: {narrow}");
    let said = sandbox.crm("campaign start sprong").fails(2);
    contains(&said, &["no campaign `sprong`", "did you mean `spring`?"]);
}

#[test]
fn a_start_on_an_earlier_day_reaches_nobody_again() {
    let sandbox = sandbox();
    sandbox.crm("campaign start spring").done();
    let before = ids(&sandbox, "reached-by:spring").len();
    sandbox.crm("campaign start spring --as-of 2009-12-05").done();
    assert_eq!(ids(&sandbox, "reached-by:spring").len(), before);
}

#[test]
fn all_files_of_a_customer_are_in_one_group() {
    let settings = "[[campaign]]\nid = \"c\"\ncontrol = 0.5\n";
    let sandbox = Sandbox::with_settings(settings);
    let opened = "2009-11-01 = { kind = \"opened\" }\n";
    for customer in ["a", "b", "c", "d", "e", "f"] {
        for n in 1..=3 {
            let facts = format!("name = \"{customer}{n}\"\naccount = \"{customer}\"\n");
            sandbox.prospect(&format!("{customer}{n}"), &facts, opened);
        }
    }
    sandbox.crm("campaign start c stage:opportunity").done();
    let (sent, control) = (ids(&sandbox, "reached-by:c"), ids(&sandbox, "control-of:c"));
    assert_eq!(sent.len() + control.len(), 18);
    assert!(!sent.is_empty() && !control.is_empty());
    let customers = |ids: &[String]| {
        ids.iter().map(|id| id[..1].to_owned()).collect::<std::collections::BTreeSet<_>>()
    };
    assert!(customers(&sent).is_disjoint(&customers(&control)));
}

#[test]
fn an_unknown_campaign_in_a_query_names_the_nearest() {
    let sandbox = sandbox();
    for field in ["reached-by", "control-of", "answered"] {
        let said = sandbox.refused(&format!("list {field}:sprng"), 2);
        contains(&said, &["unknown campaign `sprng`", "did you mean `spring`?"]);
    }
    let said = sandbox.refused("log p03 points", 1);
    contains(&said, &["`points` without their number"]);
}

#[test]
fn a_customers_file_is_reached_and_a_campaign_without_segment_needs_a_query() {
    let sandbox = Sandbox::with_settings("[[campaign]]\nid = \"fair\"\n");
    let entry = "\n[events]\n2009-12-01 = { kind = \"opened\" }\n";
    sandbox.write("customers/group.toml", format!("name = \"Group\"\ntags = [\"vip\"]\n{entry}"));
    let said = sandbox.refused("campaign start fair", 2);
    contains(&said, &["has no segment, and no query was given", "crm campaign start fair tag:vip"]);
    let (out, said) = sandbox.crm("campaign start fair tag:vip -f csv").done();
    assert_eq!(out, "id,name,part,contact\ngroup,Group,sent,\n");
    assert_eq!(said, "fair: 1 sent, 0 kept out as control\n");
    contains(&sandbox.read("customers/group.toml"), &["kind = \"campaign\", campaign = \"fair\""]);
    let list = sandbox.crm("campaign").ok();
    contains(&list, &["fair", "running"]);
}

/// A campaign with entries by hand: 400 sent of whom 36 answered, 100 kept out of whom 4 ordered.
fn check_figures() -> Sandbox {
    let settings = SETTINGS.replace("control = 0.25", "control = 0.2");
    let sandbox = Sandbox::with_settings(&settings);
    for n in 0..500 {
        let control = n >= 400;
        let mut events = String::from(
            "2009-11-01-1 = { kind = \"opened\" }\n2009-12-05-1 = { kind = \"campaign\", campaign = \"spring\"",
        );
        events.push_str(if control { ", control = true }\n" } else { " }\n" });
        if n < 36 {
            events.push_str("2009-12-07-1 = { kind = \"response\", campaign = \"spring\" }\n");
        }
        if n == 0 {
            events.push_str("2009-12-06-1 = { kind = \"order\", amount = 99 }\n2009-12-08-1 = { kind = \"order\", lines = [{ product = \"health\", quantity = 10 }] }\n");
        }
        if n >= 496 {
            events.push_str("2009-12-09-1 = { kind = \"order\", amount = 50 }\n");
        }
        sandbox.prospect(&format!("q{n:03}"), &format!("name = \"Q{n}\""), &events);
    }
    sandbox.prospect(
        "lead",
        "name = \"Lead\"\nsource = \"spring\"",
        "2009-12-10-1 = { kind = \"opened\", value = 500 }\n\
         2009-12-11-1 = { kind = \"meeting\", stage = \"25\", next = 2009-12-20 }\n",
    );
    sandbox
}

#[test]
fn check_figures_of_a_campaign() {
    let sandbox = check_figures();
    let of = |column: &str| cell(&sandbox, "report campaigns", column);
    for (column, expected) in [
        ("campaign", "spring"),
        ("sent", "400"),
        ("control", "100"),
        ("answered", "36"),
        ("response-rate", "0.09"),
        ("goal", "3"),
        ("leads", "1"),
        ("became", "1"),
        ("won", "1"),
        ("orders", "1"),
        ("booked", "5000"),
        ("margin", "1800"),
        ("budget", "1000"),
        ("cost", "400"),
        ("cost-per-lead", "400"),
        ("cost-per-close", "400"),
        ("roi", "3.5"),
        ("acted", "36"),
        ("control-acted", "4"),
        ("lift", "5"),
        ("ordered", "1"),
        ("control-ordered", "4"),
    ] {
        assert_eq!(of(column), expected, "{column}");
    }
    for (column, expected) in [("lift-low", "-1.3"), ("lift-high", "9.0")] {
        assert_eq!(format!("{:.1}", of(column).parse::<f64>().unwrap()), expected);
    }
    let shown = sandbox.crm("report campaigns").ok();
    contains(&shown, &["Spring mail", "36/400", "4/100", "5.0", "-1.3", "9.0", "350.0 %"]);
    sandbox.write("crm.toml", sandbox.read("crm.toml") + "[ledger]\nlanguage = \"zh\"\n");
    let zh = sandbox.crm("report campaigns").ok();
    contains(&zh, &["营销活动", "春季邮件", "触达", "对照组", "提升（百分点）", "投资回报率"]);
}

#[test]
fn campaigns_by_segment_channel_month_and_of_a_period() {
    let sandbox = check_figures();
    let cell = |line: &str, column: &str| cell(&sandbox, line, column);
    for (by, expected) in [("segment", "vip"), ("channel", "email"), ("parent", "spring")] {
        assert_eq!(cell(&format!("report campaigns --by {by}"), by), expected);
        assert_eq!(cell(&format!("report campaigns --by {by}"), "sent"), "400");
    }
    assert_eq!(cell("report campaigns --by month", "month"), "2009-12");
    assert_eq!(cell("report campaigns --by month", "cost"), "400");
    assert_eq!(cell("report campaigns --as-of 2010-01-05", "cost"), "470");
    let before = "report campaigns --period 2009-12-01..2009-12-04";
    assert_eq!((cell(before, "sent"), cell(before, "cost")), ("0".into(), "0".into()));
    let day = "report campaigns --period 2009-12-05";
    assert_eq!((cell(day, "sent"), cell(day, "leads")), ("400".into(), "0".into()));
    assert_eq!(cell("report campaigns id:q000", "response-rate"), "", "n = 1 has no rate");
    assert_eq!(cell("report campaigns id:q000", "cost"), "", "a query asks about files only");
    let said = sandbox.crm("report campaigns --by owner").fails(2);
    contains(&said, &["has no rows by `owner`", "segment, channel, month, parent"]);
}

#[test]
fn costs_with_a_day_count_in_the_sources_too() {
    let sandbox = check_figures();
    let of = |line: &str| rows(&sandbox, line);
    let all = of("report sources");
    let spring = all.iter().find(|row| row.starts_with("spring,")).unwrap();
    assert!(spring.contains(",400,400,"), "{spring}");
    let december = of("report sources --period 2009-12-01..2009-12-04");
    assert!(december[0].starts_with("spring,0,") && december[0].contains(",0,"), "{december:?}");
}

const MAIL: &str = "Subject: {contact}，春天好\n\n{contact}：\n\n您好！负责您的是{owner.name}（{owner.email}）。\n{date}\n";

#[test]
fn a_letter_for_each_as_a_draft() {
    let sandbox = sandbox();
    sandbox.write("spring.eml", MAIL);
    let (out, said) = sandbox.crm("letters spring.eml id:p0* -o letters -f csv").done();
    assert_eq!(out.lines().next(), Some("id,name,contact,file"));
    assert_eq!(out.lines().count(), 9, "two of ten refuse: {out}");
    contains(
        &said,
        &["2 files left out: every person there refuses `email`: p00, p01", "8 drafts in letters"],
    );
    let draft = sandbox.read("letters/p05.eml");
    contains(
        &draft,
        &[
            "X-Unsent: 1\r\n",
            "From: =?UTF-8?B?5YiY54eV?=\r\n <liuyan@x.cn>\r\n",
            "To: Ann 5 <p5@x.cn>\r\n",
            "Subject: =?UTF-8?B?",
            "Date: Fri, 18 Dec 2009 00:00:00 -0000\r\n",
            "Content-Transfer-Encoding: base64\r\n\r\n",
        ],
    );
    // Nothing is recorded without --log, and nothing is replaced without --force.
    assert!(!sandbox.read("prospects/p05.toml").contains("email\", "));
    let said = sandbox.refused("letters spring.eml id:p05 -o letters", 2);
    contains(&said, &["letters/p05.eml is there already", "--force"]);
    sandbox.crm("letters spring.eml id:p05 -o letters --force").done();
    // The import reads what the drafts are.
    let (_, said) = sandbox.crm("letters spring.eml id:p05 -o logged --log --by liuyan").done();
    assert_eq!(said, "1 draft in logged\n");
    contains(
        &sandbox.read("prospects/p05.toml"),
        &["kind = \"email\", by = \"liuyan\"", "note = \"Ann 5，春天好\"", "with = [\"Ann 5\"]"],
    );
    contains(&checked(&sandbox), &["0 errors"]);
}

#[test]
fn letters_of_a_campaign_go_to_those_that_it_reached() {
    let sandbox = sandbox();
    sandbox.write("spring.eml", MAIL);
    let none = sandbox.crm("letters spring.eml --campaign spring -o letters -f csv").done().0;
    assert_eq!(none, "id,name,contact,file\n");
    assert!(!sandbox.path().join("letters").exists());
    sandbox.crm("campaign start spring").done();
    let sent = ids(&sandbox, "reached-by:spring");
    sandbox.crm("letters spring.eml --campaign spring -o letters --log").done();
    let written = std::fs::read_dir(sandbox.path().join("letters")).unwrap().count();
    assert_eq!(written, sent.len());
    let logged = sandbox.read(&format!("prospects/{}.toml", sent[0]));
    contains(&logged, &["kind = \"email\"", "campaign = \"spring\" }"]);
    let last = logged.lines().last().unwrap();
    assert!(last.contains("kind = \"email\"") && last.contains("campaign = \"spring\""), "{last}");
}

#[test]
fn letters_refuse_what_is_missing_and_folders_of_the_ledger() {
    let sandbox = sandbox();
    sandbox.write("t.txt", "{company}: {name}\n");
    let said = sandbox.refused("letters t.txt id:p02,p03 -o letters", 1);
    contains(
        &said,
        &["error[missing-field]: `p02` has no company", "prospects/p03.toml", "`company:*`"],
    );
    sandbox.write(
        "t.html",
        "<style>p {{ color: red }}</style><p title='{company}'>{customer.name}</p>\n",
    );
    sandbox.prospect(
        "x",
        "name = \"A & B\"\ncompany = \"<b onclick='x'>\"",
        "2009-11-01 = { kind = \"opened\" }\n",
    );
    sandbox.crm("letters t.html id:x -o letters").done();
    assert_eq!(
        sandbox.read("letters/x.html"),
        "<style>p { color: red }</style><p title='&lt;b onclick=&#39;x&#39;&gt;'>A &amp; B</p>\n"
    );
    for (line, wrong) in [
        ("letters t.html id:x", "no folder for the drafts"),
        ("letters t.html id:x -o prospects", "would write among the files of the ledger"),
        ("letters t.html id:x -o prospects/new", "would write among the files of the ledger"),
        ("letters t.html id:x -o .crm/new", "no folder for it"),
        ("letters t.html id:x -o t.txt", "is a file"),
        ("letters crm.toml id:x -o letters", "is none of a letter"),
        ("letters t.html id:x -o letters2 --log", "--log needs --channel"),
        ("letters t.html id:x -o letters2 --channel order", "is no kind of contact"),
        ("letters t.html id:x -o letters2 --channel golf", "no kind of event `golf`"),
    ] {
        let said = sandbox.crm(line);
        assert!(said.status > 0 && said.stdout.is_empty(), "{line}: {said:?}");
        contains(&said.stderr, &[wrong]);
    }
    assert!(!sandbox.path().join("letters2").exists());
    // A header cannot be added by a value.
    sandbox.prospect(
        "evil",
        "name = \"x\\r\\nBcc: evil@x.cn\"\n\n[[contact]]\nname = \"e\\r\\nBcc: evil@x.cn\"\nemail = \"e@x.cn\"",
        "2009-11-01 = { kind = \"opened\", owner = \"liuyan\" }\n",
    );
    sandbox.write("m.eml", "Subject: to {name}\n\nDear {contact}\n");
    sandbox.crm("letters m.eml id:evil -o letters").done();
    let draft = sandbox.read("letters/evil.eml");
    assert!(!draft.contains("\nBcc"), "{draft}");
}

#[test]
fn points_follow_from_orders_and_entries() {
    let sandbox = Sandbox::with_settings(SETTINGS);
    let order =
        |n: &str, amount: &str| format!("{n} = {{ kind = \"order\", amount = {amount} }}\n");
    let opened = "2009-11-01-1 = { kind = \"opened\" }\n";
    for (id, amount) in [("a", "99.99"), ("b", "100"), ("c", "199")] {
        sandbox.prospect(id, "name = \"N\"", &format!("{opened}{}", order("2009-11-02", amount)));
    }
    let two = format!("{opened}{}", order("2009-11-02", "1234.5"));
    sandbox.prospect("d", "name = \"D\"\naccount = \"group\"", &two);
    sandbox.write(
        "customers/group.toml",
        format!("name = \"Group\"\n\n[events]\n{opened}2009-12-01 = {{ kind = \"points\", points = 5 }}\n"),
    );
    assert_eq!(
        rows(&sandbox, "report points"),
        ["group,Group,12,5,0,17,0.85", "b,N,1,0,0,1,0.05", "c,N,1,0,0,1,0.05"]
    );
    sandbox.crm("log group points --points -10").done();
    assert_eq!(rows(&sandbox, "report points id:group"), ["group,Group,12,5,10,7,0.35"]);
    contains(&sandbox.crm("show group").ok(), &["Points", "7"]);
    let shown = sandbox.crm("show b").ok();
    assert!(
        shown.lines().any(|line| line.starts_with("Points") && line.ends_with(" 1")),
        "{shown}"
    );
    assert!(!sandbox.crm("show a").ok().contains("Points"));
    assert!(!sandbox.crm("show d").ok().contains("Points"), "they are its customer's");
    assert!(!checked(&sandbox).contains("negative-points"));
    sandbox.crm("log b points --points -2").done();
    let said = checked(&sandbox);
    contains(&said, &["warning[negative-points]: its points are -1", "prospects/b.toml"]);
    let shown = sandbox.crm("report points").ok();
    contains(&shown, &["Liability", "one point for each full 100 ordered", "-1"]);
}

#[test]
fn competitors_are_met_won_against_and_lost_to() {
    let sandbox = Sandbox::ledger();
    for n in 0..6 {
        sandbox.prospect(
            &format!("p{n}"),
            "name = \"P\"\ncompetitor = [\"Acme\"]",
            "2009-11-01-1 = { kind = \"opened\", owner = \"he\" }\n",
        );
    }
    sandbox.crm("log p0 call --competitor Beta").done();
    sandbox.crm("lose p0 --reason price --competitor Beta").done();
    sandbox.crm("lose p1 --reason price").done();
    for n in 2..5 {
        sandbox
            .crm(&format!("lose p{n} --reason price --competitor Acme --competitor Beta"))
            .done();
    }
    sandbox.crm("advance p5 closed --force 'moved here'").done();
    let losses = rows(&sandbox, "report losses --by competitor");
    // Acme was met in p0, and won p1 to p4; p5 was won against it.
    assert_eq!(losses[0], "Acme,6,1,4,0.2,0.036224,0.624465");
    assert_eq!(losses[1], "Beta,4,0,4,,,");
    let shown = sandbox.crm("report losses --by competitor").ok();
    contains(&shown, &["Won against", "Lost to", "n = 4, too few", "the rows do not add up"]);
    assert_eq!(ids(&sandbox, "competitor:Beta").len(), 4);
    assert_eq!(ids(&sandbox, "competitor:acme").len(), 6);
    let exported = rows(&sandbox, "export prospects --columns id,competitor");
    assert_eq!(exported[0], "p0,Acme", "the fact alone");
    let plain = rows(&sandbox, "report losses");
    assert_eq!(plain[0], "price,5,1,0");
}

#[test]
fn a_campaign_through_a_refused_channel_and_an_unknown_one_are_findings() {
    let sandbox = sandbox();
    let entry = |campaign: &str, more: &str| {
        format!(
            "2009-11-01-1 = {{ kind = \"opened\" }}\n2009-12-06 = {{ kind = \"campaign\", campaign = \"{campaign}\"{more} }}\n"
        )
    };
    let refusing = "name = \"R\"\n\n[[contact]]\nname = \"R\"\nrefuses = [\"email\"]";
    sandbox.prospect("r1", refusing, &entry("spring", ""));
    sandbox.prospect("r2", refusing, &entry("spring", ", control = true"));
    sandbox.prospect("r3", "name = \"R\"", &entry("sprng", ""));
    let said = checked(&sandbox);
    contains(&said, &["every person there refuses `email`", "prospects/r1.toml"]);
    assert!(!said.contains("prospects/r2.toml"));
    contains(&said, &["warning[unknown-campaign]: no campaign `sprng`", "did you mean `spring`?"]);
}

#[test]
fn letters_to_a_control_group_are_told() {
    let sandbox = sandbox();
    sandbox.crm("campaign start spring").done();
    sandbox.write("note.txt", "{contact}\n");
    let kept_out = ids(&sandbox, "control-of:spring").len();
    let (_, said) = sandbox.crm("letters note.txt @vip -o out --dry-run").done();
    contains(&said, &[&format!("{kept_out} of them in the control group of `spring`")]);
    let (_, said) = sandbox.crm("letters note.txt --campaign spring -o out --dry-run").done();
    assert!(!said.contains("control group"), "{said}");
}

#[test]
fn other_names_of_a_letters_fields_mean_its_recipient() {
    let sandbox = sandbox();
    let person = |name: &str, n: u32, refuses: &str| {
        format!(
            "[[contact]]\nname = \"{name}\"\nphone = \"{n}\"\nemail = \"w{n}@x.cn\"\n{refuses}\n"
        )
    };
    let people = person("王一", 1, "refuses = [\"message\"]\n") + &person("李二", 2, "");
    sandbox.prospect(
        "pp",
        &format!("name = \"PP\"\n\n{people}"),
        "2009-11-01 = { kind = \"opened\" }\n",
    );
    let all = "{contact}|{email}|{phone}|{联系人}|{邮箱}|{电话}|{mail}|{contacts}|{Contact}\n";
    sandbox.write("pp.txt", all);
    sandbox.crm("letters pp.txt id:pp --channel message -o q").done();
    let recipient = "李二|w2@x.cn|2|李二|w2@x.cn|2|w2@x.cn|李二|李二\n";
    assert_eq!(sandbox.read("q/pp.txt"), recipient);
    // Without people it is the file's name, by any name of the field.
    sandbox.prospect("none", "name = \"无人\"", "2009-11-01 = { kind = \"opened\" }\n");
    sandbox.write("n.txt", "{contact}|{联系人}\n");
    sandbox.crm("letters n.txt id:none -o q").done();
    assert_eq!(sandbox.read("q/none.txt"), "无人|无人\n");
}
