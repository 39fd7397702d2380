//! Words, dates, money and verbs as people type them.

use crate::common::{Sandbox, contains, run};

/// A ledger with a prospect that has a meeting.
fn one() -> Sandbox {
    let sandbox = Sandbox::with_settings(
        "[ledger]\ncurrency = \"CNY\"\n[[rep]]\nid = \"he\"\nname = \"何建国\"\nemail = \"he@example.com\"\n\
         [kind.lunch]\ncounts = \"meeting\"\n",
    );
    sandbox.prospect(
        "zhang",
        "name = \"张先生\"\ncompany = \"时装连锁店\"\n",
        "2009-12-01-1-abc = { kind = \"opened\", owner = \"he\" }\n\
         2009-12-03-1-abc = { kind = \"meeting\", confirms = [\"right-person\"] }\n",
    );
    sandbox
}

/// The lines that were added to the journal of zhang.
fn added(sandbox: &Sandbox, line: &str) -> String {
    let before = sandbox.read("prospects/zhang.toml");
    sandbox.crm(line).done();
    let after = sandbox.read("prospects/zhang.toml");
    let new = after.strip_prefix(&before).unwrap().to_owned();
    sandbox.write("prospects/zhang.toml", before);
    new.split_once(" = ").unwrap().1.trim().to_owned()
}

#[test]
fn a_kind_is_a_verb() {
    let sandbox = one();
    for (line, expected) in [
        ("call zhang -m hello", "{ kind = \"call\", note = \"hello\" }"),
        ("meet zhang", "{ kind = \"meeting\" }"),
        ("mail zhang --date yesterday", "{ kind = \"email\" }"),
        ("note zhang -m x", "{ kind = \"note\", note = \"x\" }"),
        ("pay zhang --amount 1.5万元", "{ kind = \"payment\", amount = 15000 }"),
        ("lunch zhang --next 'fri 10'", "{ kind = \"lunch\", next = 2009-12-25T10:00:00 }"),
        ("电话 zhang", "{ kind = \"call\" }"),
        ("call --where id:zhang --by 何建国", "{ kind = \"call\", by = \"he\" }"),
        ("--as-of 2009-12-17 call zhang", "{ kind = \"call\" }"),
    ] {
        assert_eq!(added(&sandbox, line), expected, "{line}");
    }
    let (stdout, stderr) = sandbox.crm("call zhang -f json").done();
    assert!(stdout.starts_with('{') && stderr.contains("call on 2009-12-18"), "{stdout} {stderr}");
    contains(&sandbox.crm("call --help").ok(), &["Usage: crm call [OPTIONS] <ID>...", "--next"]);
    contains(&sandbox.refused("call", 2), &["an entry needs a prospect"]);
    contains(&sandbox.refused("call zhang --nex fri", 2), &["--next"]);
    contains(&sandbox.refused("call wang", 2), &["error[not-found]", "`wang`"]);
    contains(&sandbox.refused("moved zhang", 2), &["unknown command `moved`"]);
}

#[test]
fn close_moves_to_the_won_column_and_board_is_the_report() {
    let sandbox = one();
    contains(&sandbox.refused("close zhang", 1), &["error[unsupported-move]"]);
    let said = sandbox.crm("close zhang --force 'boss agreed'").done().1;
    contains(&said, &["Opportunity -> Closed"]);
    assert_eq!(sandbox.crm("board -f csv").ok(), sandbox.crm("report board -f csv").ok());
    contains(&sandbox.refused("win zhang", 2), &["that is: crm close zhang"]);
}

#[test]
fn columns_are_taken_by_any_of_their_names() {
    let sandbox = one();
    for word in ["约见", "first meeting set", "APPOINTMENT", "appointment"] {
        let said = sandbox.run(&["advance", "zhang", word, "-n"]).done();
        contains(&said.0, &["stage = \"appointment\""]);
    }
    let all = sandbox.crm("list stage:opportunity -f ids").ok();
    assert_eq!(all, "zhang\n");
    for query in ["stage!=won", "stage<签约", "stage!=丢单", "stage!=25%", "kind:meet", "kind:微信"]
    {
        sandbox.run(&["list", query, "-f", "ids"]).ok();
    }
    sandbox.write(
        "crm.toml",
        "[[pipeline]]\nid = \"b\"\n[[pipeline.stage]]\nid = \"a\"\nalso = [\"聊过\", \"Talked\"]\n\
         [[pipeline.stage]]\nid = \"c\"\nalso = [\"签约\"]\n\
         [[pipeline.stage]]\nid = \"w\"\noutcome = \"won\"\n[[pipeline.stage]]\nid = \"l\"\noutcome = \"lost\"\n",
    );
    assert_eq!(sandbox.crm("list stage:talked -f ids").ok(), "zhang\n");
    assert_eq!(sandbox.crm("list stage:聊过 -f ids").ok(), "zhang\n");
    // A name of the board goes before the word of every day.
    contains(&sandbox.crm("advance zhang 签约 -n").done().0, &["stage = \"c\""]);
    contains(&sandbox.crm("close zhang -n").done().0, &["stage = \"w\""]);
}

#[test]
fn an_id_is_found_by_name_company_part_and_sound() {
    let sandbox = one();
    sandbox.prospect(
        "wang",
        "name = \"王 小明\"\ncompany = \"上海未来有限公司\"\n",
        "2009-12-01-1-abd = { kind = \"opened\", owner = \"he\" }\n",
    );
    for (typed, id) in [
        ("王小明", "wang"),
        ("小明", "wang"),
        ("上海未来", "wang"),
        ("未来", "wang"),
        ("wangxiaoming", "wang"),
        ("zhangxian", "zhang"),
        ("连锁", "zhang"),
        ("ＺＨＡＮＧ", "zhang"),
    ] {
        let shown = sandbox.run(&["show", typed, "-f", "json"]).ok();
        assert!(shown.contains(&format!("\"{id}\"")), "{typed}: {shown}");
    }
    sandbox.prospect("zhao", "name = \"赵先生\"\n", "2009-12-01-1-abe = { kind = \"opened\" }\n");
    assert_eq!(
        sandbox.refused("show 先生", 2),
        "error[ambiguous]: `先生` could be any of 2\n  = help: name one of them:\n  \
         = help: zhang  张先生, 时装连锁店, he\n  = help: zhao  赵先生\n"
    );
    for n in 1..=12 {
        let facts = format!("name = \"Firm {n}\"\n");
        sandbox.prospect(&format!("f{n}"), &facts, "2009-12-01-1-abf = { kind = \"opened\" }\n");
    }
    contains(&sandbox.refused("show firm", 2), &["any of 12", "f1  Firm 1\n", "and 2 more\n"]);
    contains(&sandbox.crm("show f1 -f csv").ok(), &["Firm 1"]);
}

#[test]
fn a_likely_double_is_found_whatever_its_spelling_and_owner() {
    let sandbox = one();
    sandbox.prospect(
        "wang",
        "name = \"王 小明\"\ncompany = \"上海未来有限公司\"\n[[contact]]\nname = \"Bob\"\nphone = \"+86 139-1234-5678\"\nemail = \"Bob@X.example\"\n",
        "2009-12-01-1-abd = { kind = \"opened\", owner = \"he\" }\n",
    );
    for words in [
        &["add", "王小明", "--company", "上海未来"][..],
        &["add", "王　小明", "--company", "上海 未来 股份有限公司"],
        &["add", "Someone", "--contact", "B", "--phone", "13912345678"],
        &["add", "Someone", "--contact", "B", "--email", "bob@x.example"],
    ] {
        let said = sandbox.run(words).fails(1);
        contains(&said, &["error[likely-duplicate]", "`wang`"]);
    }
    sandbox.run(&["add", "王小明", "--company", "别家"]).done();
}

#[test]
fn dates_with_two_readings_are_refused() {
    let sandbox = one();
    let said = sandbox.refused("call zhang --next 12/04", 2);
    contains(&said, &["`12/04` could be 4 December, 2009-12-04, or 12 April, 2009-04-12"]);
    let said = sandbox.run(&["--lang", "zh", "call", "zhang", "--next", "12/04"]).fails(2);
    contains(&said, &["可能是12月4日（2009-12-04），也可能是4月12日（2009-04-12）"]);
    let said = sandbox.refused("call zhang --next 2026-02-30", 2);
    contains(&said, &["February 2026 has 28 days"]);
    assert_eq!(
        added(&sandbox, "call zhang --next 明天下午2点"),
        "{ kind = \"call\", next = 2009-12-19T14:00:00 }"
    );
    assert_eq!(
        added(&sandbox, "call zhang --next 'in 3 days'"),
        "{ kind = \"call\", next = 2009-12-21 }"
    );
}

#[test]
fn money_is_read_alike_everywhere() {
    let sandbox = one();
    for text in ["¥5000", "5000元", "5千", "5k", "5,000", "5000"] {
        let written = added(&sandbox, &format!("call zhang --value {text}"));
        assert_eq!(written, "{ kind = \"call\", value = 5000 }", "{text}");
        let written = added(&sandbox, &format!("set zhang potential={text}"));
        contains(&written, &["potential = 5000 }"]);
    }
    assert_eq!(
        added(&sandbox, "call zhang --value 'USD 1200'"),
        "{ kind = \"call\", value = \"1200 USD\" }"
    );
    sandbox.crm("call zhang --value 5000").done();
    for query in ["value>=¥5千", "value:5000CNY", "value>=5000元"] {
        assert_eq!(sandbox.run(&["list", query, "-f", "ids"]).ok(), "zhang\n", "{query}");
    }
    contains(&sandbox.refused("list value>=5000USD", 2), &["is not a number"]);
    sandbox.write("crm.toml", "");
    contains(&sandbox.refused("call zhang --value ¥5000", 2), &["CNY, JPY"]);
}

#[test]
fn one_item_of_a_list_is_set_by_one() {
    let sandbox = one();
    let written = added(&sandbox, "set zhang tag+=vip need+=health");
    contains(&written, &["tags = [\"vip\"]", "needs = [\"health\"]"]);
    contains(&sandbox.refused("set zhang phone=139", 2), &["crm contact edit ID NAME --phone"]);
}

#[test]
fn an_unknown_kind_names_the_nearest_first() {
    let said = one().refused("log zhang metting", 2);
    let near = said.find("did you mean `meeting`").unwrap();
    assert!(near < said.find("kinds: ").unwrap(), "{said}");
    assert!(!said.contains("retracted"), "{said}");
}

/// Runs a line on a terminal; gives what it showed.
#[cfg(unix)]
fn on_terminal(sandbox: &Sandbox, line: &str, editor: &str) -> Option<(String, i32)> {
    let crm = env!("CARGO_BIN_EXE_crm");
    if std::process::Command::new("script").arg("--version").output().is_err() {
        println!("skipped: no program `script` makes a terminal");
        return None;
    }
    let mut command = std::process::Command::new("script");
    command
        .args(["-qec", &format!("{crm} {line}"), "/dev/null"])
        .env("CRM_TODAY", crate::common::TODAY)
        .env("EDITOR", editor)
        .env("TERM", "dumb")
        .env_remove("VISUAL")
        .env_remove("CRM_USER")
        .current_dir(sandbox.path())
        .stdin(std::process::Stdio::null());
    let run = run(&mut command);
    Some((run.stdout, run.status))
}

#[cfg(unix)]
#[test]
fn a_bare_entry_on_a_terminal_opens_the_editor() {
    let sandbox = one();
    let before = sandbox.read("prospects/zhang.toml");
    let last = |sandbox: &Sandbox| {
        let after = sandbox.read("prospects/zhang.toml");
        sandbox.write("prospects/zhang.toml", &before);
        after.strip_prefix(&before).unwrap().split_once(" = ").map(|(_, line)| line.to_owned())
    };
    let write = "printf 'from the editor\\n# no\\n' >";
    for (line, editor, expected) in [
        ("call zhang", write, Some("{ kind = \"call\", note = \"from the editor\" }\n")),
        ("log zhang call", write, Some("{ kind = \"call\", note = \"from the editor\" }\n")),
        ("call zhang", "true", Some("{ kind = \"call\" }\n")),
        ("call zhang --next fri", write, Some("{ kind = \"call\", next = 2009-12-25 }\n")),
        ("call zhang --no-edit", write, Some("{ kind = \"call\" }\n")),
        ("call zhang -m ''", write, Some("{ kind = \"call\" }\n")),
        ("call zhang", "false", None),
    ] {
        let Some((shown, status)) = on_terminal(&sandbox, line, editor) else { return };
        assert_eq!(status == 0, expected.is_some(), "{line} {shown}");
        assert_eq!(last(&sandbox).as_deref(), expected, "{line} {editor} {shown}");
    }
    // Not where no person is at the terminal.
    let written = run(sandbox.command().env("EDITOR", "false").args(["call", "zhang"]));
    assert_eq!(written.status, 0);
}
