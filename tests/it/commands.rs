//! The commands, from the outside: stdout, stderr and status of each, and what they leave in the files.

use crate::common::{Run, Sandbox, TODAY, run};

/// A ledger with one prospect, opened on 2009-12-03.
fn one() -> Sandbox {
    let sandbox = Sandbox::ledger();
    sandbox.prospect(
        "zhang",
        "name = \"张先生\"\n",
        "2009-12-03-1-abc = { kind = \"opened\", owner = \"liuyan\", value = 18000 }\n",
    );
    sandbox
}

/// The column a prospect stands in.
fn stage(sandbox: &Sandbox, id: &str) -> String {
    let csv = sandbox.crm(&format!("list id:{id} -c stage -f csv")).ok();
    csv.lines().nth(1).unwrap_or("").to_owned()
}

#[test]
fn init_makes_a_ledger_and_never_overwrites() {
    let sandbox = Sandbox::empty();
    let (stdout, stderr) = sandbox.crm("init team").done();
    assert_eq!(
        (stdout.as_str(), stderr.as_str()),
        ("", "a ledger in team; next: crm add NAME --owner YOU\n")
    );
    for file in ["crm.toml", ".gitignore", ".gitattributes", "prospects", "activity"] {
        assert!(sandbox.path().join("team").join(file).exists(), "{file}");
    }
    assert_eq!(sandbox.crm("--ledger team list -f ids").ok(), "");
    let said = sandbox.refused("init team", 1);
    assert!(said.starts_with("error[already-there]"), "{said}");
}

#[test]
fn add_opens_an_account_and_prints_its_id() {
    let sandbox = Sandbox::ledger();
    let (stdout, stderr) =
        sandbox.crm("add 张先生 --company 时装连锁店 --owner liuyan --value 1500.50 --decides --need health,education").done();
    assert_eq!(stdout, "zhang-xian-sheng\n");
    assert_eq!(stderr, "张先生: opened in prospects/zhang-xian-sheng.toml\n");
    let text = sandbox.read("prospects/zhang-xian-sheng.toml");
    let (facts, events) = text.split_once("[events]\n").unwrap();
    assert_eq!(
        facts,
        "name    = \"张先生\"\ncompany = \"时装连锁店\"\nneeds   = [\"health\", \"education\"]\n\n\
         [[contact]]\nname    = \"张先生\"\ndecides = true\n\n"
    );
    assert!(events.starts_with("2009-12-18-1-"), "{events}");
    assert!(
        events.ends_with(" = { kind = \"opened\", owner = \"liuyan\", value = 1500.50 }\n"),
        "{events}"
    );
    // The same name without the company is somebody else; the id gets a number.
    let (stdout, _) = sandbox.crm("add 张先生").done();
    assert_eq!(stdout, "zhang-xian-sheng-2\n");
}

#[test]
fn add_asks_about_likely_duplicates() {
    let sandbox = Sandbox::ledger();
    sandbox
        .crm("add 'Ann Lee' --company Acme --phone '+86 21 5555 0101' --email ann@acme.example")
        .done();
    for line in [
        "add 'ann lee' --company ACME",
        "add Bob --phone 02155550101",
        "add Bob --email Ann@acme.example",
    ] {
        let said = sandbox.refused(line, 1);
        assert!(
            said.starts_with("error[likely-duplicate]: `ann-lee` (Ann Lee) has the same"),
            "{said}"
        );
    }
    assert_eq!(sandbox.crm("add Bob --phone 02155550101 --anyway").done().0, "bob\n");
}

#[test]
fn add_refuses_bad_ids() {
    let sandbox = one();
    for (line, code) in [
        ("add X --id ../x", "bad-id"),
        ("add X --id con", "bad-id"),
        ("add '!!!'", "bad-id"),
        ("add X --id ZHANG", "already-there"),
        ("add ' '", "missing-name"),
        ("add X --pipeline prospects", "unknown-pipeline"),
        ("add X --fact branch=north", "bad-argument"),
    ] {
        let status = if code == "already-there" { 1 } else { 2 };
        let said = sandbox.refused(line, status);
        assert!(said.starts_with(&format!("error[{code}]")), "{line}: {said}");
    }
}

#[test]
fn log_appends_one_line_and_the_same_command_gives_the_same_bytes() {
    let texts: Vec<String> = (0..2)
        .map(|_| {
            let sandbox = one();
            let before = sandbox.read("prospects/zhang.toml");
            let (stdout, stderr) = sandbox
                .run(&["log", "zhang", "meeting", "-m", "He said \"yes\"\n再谈", "--next", "mon", "--by", "liuyan"])
                .done();
            assert_eq!((stdout.as_str(), stderr.as_str()), ("", "zhang (张先生): meeting on 2009-12-18\n"));
            let after = sandbox.read("prospects/zhang.toml");
            assert!(after.starts_with(&before));
            assert!(after.ends_with(
                " = { kind = \"meeting\", by = \"liuyan\", next = 2009-12-21, note = \"He said \\\"yes\\\"\\n再谈\" }\n"
            ));
            after
        })
        .collect();
    assert_eq!(texts[0], texts[1]);
}

#[test]
fn log_refuses_what_cannot_be() {
    let sandbox = one();
    for (line, status, message) in [
        ("log zhang meetign", 2, "error[unknown-kind]: no kind of event `meetign`"),
        ("log zhang", 2, "error[bad-argument]: an entry needs a prospect and a kind"),
        ("log zhou call", 2, "error[not-found]: no prospect or customer `zhou`"),
        ("log zhang call --date 2009-12-19", 2, "error[bad-argument]: 2009-12-19 is in the future"),
        (
            "log zhang call --date 2009-12-01",
            2,
            "error[bad-argument]: 2009-12-01 is before `zhang` was opened",
        ),
        ("log zhang call --next 5-1", 2, "error[bad-argument]: --next: `5-1` is not a date"),
        (
            "log zhang payment --amount 12,5",
            2,
            "error[bad-money]: --amount: `12,5`: `,` is not between groups of three digits",
        ),
        (
            "log zhang meeting --confirm budgte",
            2,
            "error[unknown-criterion]: no criterion `budgte`",
        ),
        (
            "log zhang meeting --confirm met",
            2,
            "error[computed-criterion]: `met` follows from the entries",
        ),
        ("log zhang call --time 25:00", 2, "error[bad-argument]: --time: `25:00` is not a time"),
    ] {
        let said = sandbox.refused(line, status);
        assert!(said.starts_with(message), "{line}: {said}");
        assert!(said.contains("help: "), "{line}: {said}");
    }
}

#[test]
fn a_refused_advance_explains_and_writes_nothing() {
    let sandbox = one();
    let said = sandbox.refused("advance zhang 50 --confirm budget", 1);
    for line in [
        "error[unsupported-move]: zhang (张先生) cannot move to 50%: 6 of 8 requirements missing",
        "met     budget discussed: confirmed",
        "missing met: no entry of a meeting kind in this pursuit",
        "missing signing date in the cycle: no signing date is named",
        "help: when it is so: crm advance zhang 50 --confirm budget,right-person,fit --kind meeting --next DATE --close-by DATE",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
}

#[test]
fn a_refusal_asks_for_the_contract_before_its_payment_and_the_booking_last() {
    let sandbox = one();
    let facts = "--confirm right-person,fit,budget --close-by +10d --next mon";
    sandbox.crm(&format!("advance zhang 50 --kind meeting {facts}")).done();
    let help = |line: &str| {
        let said = sandbox.refused(line, 1);
        let lines = said.lines().filter_map(|line| line.trim().strip_prefix("= help: "));
        lines.map(String::from).collect::<Vec<_>>()
    };
    assert_eq!(
        help("advance zhang closed"),
        [
            "first: crm log zhang contract",
            "first: crm log zhang payment --amount AMOUNT",
            "when it is so: crm advance zhang closed --kind booking",
        ]
    );
    let at_90 = ["first: crm log zhang contract", "first: crm log zhang payment --amount AMOUNT"];
    assert_eq!(help("advance zhang 90")[..2], at_90);
    assert_eq!(help("advance zhang 90")[2], "when it is so: crm advance zhang 90");
    // An entry that is missing alone comes with the move.
    sandbox.crm("log zhang payment --amount 10").done();
    assert_eq!(help("advance zhang 90"), ["when it is so: crm advance zhang 90 --kind contract"]);
}

#[test]
fn a_refusal_is_chinese_in_a_chinese_ledger() {
    let sandbox = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n");
    sandbox.crm("add 张先生 --id zhang --owner liuyan --date 2009-12-01").done();
    let refusal = sandbox.crm("advance zhang 50 --confirm budget").fails(1);
    for words in [
        "zhang (张先生) 不能移到 50%：8 项要求缺 6 项",
        "达成 销售周期内：周期尚未开始",
        "达成 预算合理：已确认",
        "缺少 合适的人：尚未确认",
        "缺少 合适的时间：没有签约日",
        "属实时：crm advance zhang 50 --confirm budget,right-person,fit --kind meeting --next 日期 --close-by 日期",
    ] {
        assert!(refusal.contains(words), "{words}\n{refusal}");
    }
}

#[test]
fn advance_goes_up_the_board_by_evidence() {
    let sandbox = one();
    let said = |run: Run| run.done().1;
    assert_eq!(
        said(sandbox.crm("advance zhang --next mon")),
        "zhang (张先生): Opportunity -> First meeting set\n"
    );
    assert_eq!(
        said(sandbox.crm("advance zhang 25 --kind meeting --next mon")),
        "zhang (张先生): First meeting set -> 25%\n"
    );
    sandbox.crm("advance zhang 50 --confirm right-person,fit,budget --close-by +10d").done();
    sandbox.refused("advance zhang 90", 1);
    sandbox.crm("log zhang contract").done();
    sandbox.crm("log zhang payment --amount 0").done();
    let refusal = sandbox.refused("advance zhang", 1);
    assert!(
        refusal.contains("1 of 9 requirements missing")
            && refusal.contains("help: first: crm log zhang payment --amount AMOUNT"),
        "{refusal}"
    );
    sandbox.crm("log zhang payment --amount 1500").done();
    sandbox.crm("advance zhang").done();
    assert_eq!(
        said(sandbox.crm("advance zhang --kind booking --amount 18000")),
        "zhang (张先生): 90% -> Closed\n"
    );
    assert_eq!(stage(&sandbox, "zhang"), "closed");
    assert_eq!(sandbox.crm("check").status, 0);
    let said = sandbox.refused("advance zhang", 1);
    assert!(
        said.starts_with(
            "error[move-after-end]: zhang (张先生) is at `closed`: its pursuit has ended"
        ),
        "{said}"
    );
}

#[test]
fn skipping_is_allowed_and_the_stage_may_be_mistyped_only_once() {
    let sandbox = one();
    let said = sandbox.refused("advance zhang apointment", 2);
    assert!(
        said.starts_with("error[unknown-stage]: no stage `apointment`")
            && said.contains("did you mean `appointment`?"),
        "{said}"
    );
    sandbox
        .crm("advance zhang 50 --kind meeting --confirm right-person,fit,budget --close-by +28d --next +3d")
        .done();
    assert_eq!(stage(&sandbox, "zhang"), "50");
    let said = sandbox.refused("advance zhang 25", 2);
    assert!(said.contains("to fall back: crm back zhang 25"), "{said}");
    let said = sandbox.refused("advance zhang lost", 2);
    assert!(said.contains("crm lose zhang"), "{said}");
}

#[test]
fn a_signing_date_beyond_one_cycle_is_no_timing() {
    let sandbox = one();
    let line = |days: u32| {
        format!(
            "advance zhang 50 --kind meeting --confirm right-person,fit,budget --next +3d --close-by +{days}d -n"
        )
    };
    assert_eq!(sandbox.crm(&line(28)).status, 0);
    let said = sandbox.refused(&line(29), 1);
    assert!(
        said.contains(
            "missing signing date in the cycle: the signing date 2010-01-16 is more than one cycle (28 days) away"
        ),
        "{said}"
    );
}

#[test]
fn a_forced_move_is_written_and_stays_in_sight() {
    let sandbox = one();
    let (_, said) = sandbox.run(&["advance", "zhang", "50", "--force", "boss agreed"]).done();
    assert_eq!(said, "zhang (张先生): Opportunity -> 50% (forced)\n");
    assert!(
        sandbox.read("prospects/zhang.toml").contains("stage = \"50\", forced = \"boss agreed\"")
    );
    let run = sandbox.crm("check --all");
    assert_eq!(run.status, 0);
    assert!(
        run.stdout.contains("info[forced]: the move to `50` was forced: boss agreed"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("warning[overstated]"), "{}", run.stdout);
    // A move that the evidence supports is not marked, even if --force was there.
    let sandbox = one();
    sandbox.run(&["advance", "zhang", "appointment", "--next", "mon", "--force", "x"]).done();
    assert!(!sandbox.read("prospects/zhang.toml").contains("forced"));
}

#[test]
fn back_lose_hold_reopen() {
    let sandbox = one();
    sandbox.crm("advance zhang appointment --next mon").done();
    assert_eq!(sandbox.crm("back zhang").status, 2, "a reason is needed");
    sandbox.run(&["back", "zhang", "--reason", "cancelled"]).done();
    assert_eq!(stage(&sandbox, "zhang"), "opportunity");
    sandbox.run(&["hold", "zhang", "--until", "+20d", "--reason", "holidays"]).done();
    assert_eq!(sandbox.crm("list is:hold -f ids").ok(), "zhang\n");
    assert_eq!(sandbox.crm("--as-of +20d list is:hold -f ids").ok(), "");
    assert!(
        sandbox.refused("hold zhang --until today --reason x", 2).contains("is not in the future")
    );
    assert!(sandbox.refused("lose zhang", 1).contains("error[lost-without-reason]"));
    sandbox.crm("lose zhang --reason price").done();
    assert_eq!(stage(&sandbox, "zhang"), "lost");
    assert!(sandbox.refused("lose zhang --reason price", 1).contains("error[move-after-end]"));
    assert!(sandbox.refused("back zhang --reason x", 1).contains("crm reopen zhang"));
    let (_, said) = sandbox.crm("reopen zhang").done();
    assert_eq!(said, "zhang (张先生): Lost -> Opportunity, pursuit 2\n");
    assert!(sandbox.refused("reopen zhang", 2).contains("its pursuit has not ended"));
}

#[test]
fn undo_retracts_and_a_retraction_is_taken_back_by_its_key() {
    let sandbox = one();
    sandbox.crm("advance zhang appointment --next mon").done();
    let text = sandbox.read("prospects/zhang.toml");
    let (stdout, said) = sandbox.crm("undo zhang").done();
    assert_eq!(stdout, "");
    assert!(said.starts_with("zhang (张先生): retracted 2009-12-18-1-"), "{said}");
    assert!(sandbox.read("prospects/zhang.toml").starts_with(&text), "history stays");
    assert_eq!(stage(&sandbox, "zhang"), "opportunity");
    let text = sandbox.read("prospects/zhang.toml");
    let retraction = text.lines().last().unwrap().split(' ').next().unwrap().to_owned();
    sandbox.crm(&format!("undo zhang {retraction}")).done();
    assert_eq!(stage(&sandbox, "zhang"), "appointment");
    let said = sandbox.refused("undo zhang 2009-12-17", 2);
    assert!(
        said.starts_with("error[unknown-event]: zhang (张先生) has no event `2009-12-17`"),
        "{said}"
    );
    let fresh = one();
    assert!(fresh.refused("undo zhang", 1).starts_with("error[nothing-to-undo]"));
}

#[test]
fn undo_twice_undoes_two_entries_and_never_the_opening() {
    let sandbox = one();
    sandbox.crm("log zhang call --note one").done();
    sandbox.crm("log zhang call --note two").done();
    for expected in ["two", "one"] {
        let (_, said) = sandbox.crm("undo zhang").done();
        assert!(said.contains(&format!("note = \"{expected}\"")), "{said}");
    }
    assert!(sandbox.refused("undo zhang", 1).starts_with("error[nothing-to-undo]"));
    let said = sandbox.refused("undo zhang 2009-12-03", 1);
    assert!(said.starts_with("error[nothing-to-undo]: `2009-12-03"), "{said}");
    assert!(said.contains("--force REASON"), "{said}");
    sandbox.refused("undo zhang 2009-12-03 --force ''", 1);
    sandbox.crm("undo zhang 2009-12-03 --force 'never met'").done();
    assert!(sandbox.read("prospects/zhang.toml").contains("forced = \"never met\""));
    assert!(sandbox.crm("check --all").done().0.contains("was forced: never met"));
}

#[test]
fn what_a_later_move_stands_on_cannot_be_retracted() {
    let sandbox = one();
    sandbox.crm("log zhang meeting --next mon").done();
    sandbox.crm("advance zhang 25").done();
    let said = sandbox.refused("undo zhang 2009-12-18-1", 1);
    assert!(said.contains("moved to `25` without the evidence for it"), "{said}");
}

#[test]
fn several_prospects_all_or_none() {
    let sandbox = one();
    sandbox.prospect("wang", "name = \"王经理\"\n", "2009-12-03 = { kind = \"opened\" }\n");
    sandbox.crm("log zhang meeting --next mon").done();
    // Wang has not met: nobody moves.
    let said = sandbox.refused("advance zhang wang 25", 1);
    assert!(said.contains("wang (王经理) cannot move"), "{said}");
    assert_eq!(stage(&sandbox, "zhang"), "opportunity");
    sandbox.crm("log zhang wang call").done();
    sandbox.run(&["log", "--where", "not stage:lost", "note", "-m", "all"]).done();
    for id in ["zhang", "wang"] {
        assert!(
            sandbox
                .read(&format!("prospects/{id}.toml"))
                .ends_with("kind = \"note\", note = \"all\" }\n")
        );
    }
    assert!(sandbox.refused("log zhang note --where is:open", 2).contains("exclude each other"));
}

#[test]
fn a_dry_run_prints_the_difference_and_writes_nothing() {
    let sandbox = one();
    let before = sandbox.snapshot();
    let run = sandbox.crm("log zhang call -n");
    assert!(before == sandbox.snapshot());
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert!(
        run.stdout.starts_with("--- prospects/zhang.toml\n+++ prospects/zhang.toml\n@@ "),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("\n+2009-12-18-1-"), "{}", run.stdout);
    assert!(!sandbox.path().join(".crm").exists(), "no lock was taken");
}

#[test]
fn ids_prefixes_paths_and_names() {
    let sandbox = one();
    sandbox.prospect("sub/zhao", "name = \"赵总\"\n", "2009-12-03 = { kind = \"opened\" }\n");
    for typed in ["zhao", "ZHAO", "zhao", "赵总", "prospects/sub/zhao.toml", "zha-"] {
        let run = sandbox.run(&["show", typed, "-f", "json"]);
        if typed == "zha-" {
            assert!(run.fails(2).starts_with("error[not-found]: no prospect or customer `zha-`"));
        } else {
            assert!(run.ok().contains("赵总"), "{typed}");
        }
    }
    let said = sandbox.crm("show zha").fails(2);
    assert!(said.starts_with("error[ambiguous]: `zha` could be any of 2"), "{said}");
    assert!(said.contains("= help: zhao  赵总\n"), "{said}");
    assert!(said.contains("= help: zhang  张先生, liuyan\n"), "{said}");
    assert!(sandbox.crm("show ../crm.toml").fails(2).starts_with("error[bad-id]"));
}

#[test]
fn check_takes_folders() {
    let sandbox = one();
    sandbox.prospect("north/zhao", "name = \"赵总\"\n", "2009-12-03 = { kind = \"opend\" }\n");
    sandbox
        .write("customers/acme.toml", "name = \"Acme\"\n[events]\n2009-12-03 = { kind = \"x\" }\n");
    let count = |typed: &str| {
        let run = sandbox.run(&["check", typed]);
        let said = format!("{}{}", run.stdout, run.stderr);
        said.lines().last().unwrap_or_default().to_owned()
    };
    assert!(
        count("prospects/north").starts_with("1 prospect checked"),
        "{}",
        count("prospects/north")
    );
    assert!(count("prospects/").starts_with("2 prospects checked"), "{}", count("prospects/"));
    assert!(count("customers").contains("1 customer"), "{}", count("customers"));
    assert!(count(".").starts_with("2 prospects and 1 customer"), "{}", count("."));
    // An id is no folder, and a folder outside of the ledger is none of its.
    assert!(count("zhao").starts_with("1 prospect checked"));
    assert!(sandbox.crm("check ../").fails(2).starts_with("error[bad-id]"));
}

#[test]
fn list_sorts_and_chooses_columns() {
    let sandbox = one();
    sandbox.prospect(
        "wang",
        "name = \"王经理\"\n",
        "2009-12-04 = { kind = \"opened\", value = 9000 }\n",
    );
    sandbox.prospect("li", "name = \"李\"\n", "2009-12-05 = { kind = \"opened\" }\n");
    assert_eq!(
        sandbox.crm("list -c id,value --sort -value -f csv").ok(),
        "id,value\nzhang,18000\nwang,9000\nli,\n"
    );
    assert_eq!(sandbox.crm("list -s value -f ids").ok(), "wang\nzhang\nli\n");
    assert_eq!(sandbox.crm("list value>=10000 -f ids").ok(), "zhang\n");
    assert!(sandbox.crm("list -c id,valeu").fails(2).contains("did you mean `value`?"));
    assert!(sandbox.crm("list stge:50").fails(2).contains("did you mean `stage`?"));
}

#[test]
fn tallies_add_up() {
    let sandbox = Sandbox::ledger();
    sandbox.crm("tally liuyan --dials 15 --conversations 7 --appointments 1").done();
    let (_, said) = sandbox.crm("tally liuyan --dials 5").done();
    assert_eq!(said, "liuyan on 2009-12-18: 5 dials, 0 conversations, 0 appointments\n");
    assert_eq!(
        sandbox.read("activity/liuyan.toml"),
        "[tally]\n2009-12-18-1-jj5 = { dials = 15, conversations = 7, appointments = 1 }\n\
         2009-12-18-2-7as = { dials = 5, conversations = 0, appointments = 0 }\n"
    );
    assert!(sandbox.refused("tally liuyan", 2).contains("there is nothing to tally"));
    let sandbox = Sandbox::with_settings("[[rep]]\nid = \"liuyan\"\n");
    assert!(sandbox.refused("tally liuyna --dials 1", 2).contains("did you mean `liuyan`?"));
}

fn executable(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_move_to_where_it_is_says_so_and_sends_nobody_on() {
    let sandbox = one();
    sandbox.crm("advance zhang 25 --force why").done();
    for line in ["advance zhang 25", "back zhang 25 --reason why"] {
        let said = sandbox.crm(line).fails(1);
        assert!(said.starts_with("error[already-there]: "), "{said}");
        assert!(said.contains("at `25` already") && !said.contains("help"), "{said}");
    }
    let said = sandbox.crm("advance zhang appointment").fails(2);
    assert!(said.contains("beyond `appointment`") && said.contains("crm back zhang"), "{said}");
    // The first column to itself starts evidence and clock afresh.
    sandbox.crm("back zhang --reason why").done();
    sandbox.crm("back zhang --reason again").done();
}

#[test]
fn a_reason_is_known_by_its_label() {
    let settings = "[reasons]\nprice = { en = \"too expensive\", zh = \"价格太高\" }\n";
    for typed in ["price", "Too expensive", "价格太高"] {
        let sandbox = Sandbox::with_settings(settings);
        sandbox.prospect("zhang", "name = \"张先生\"\n", "2009-12-01 = { kind = \"opened\" }\n");
        sandbox.run(&["lose", "zhang", "--reason", typed]).done();
        assert!(sandbox.read("prospects/zhang.toml").contains("reason = \"price\""), "{typed}");
    }
}

#[test]
fn an_unknown_kind_names_the_kinds_and_ids_need_no_column() {
    let sandbox = one();
    let said = sandbox.crm("log zhang xyz").fails(2);
    assert!(said.contains("kinds: ") && said.contains("call, message"), "{said}");
    assert!(sandbox.crm("log zhang meetng").fails(2).contains("did you mean `meeting`?"));
    assert_eq!(sandbox.crm("list --columns name,value -f ids").ok(), "zhang\n");
}

#[test]
fn edit_checks_what_comes_back() {
    let sandbox = one();
    // A shell reads EDITOR, quotes and spaces as git has them.
    for editor in
        ["\"./my editor.sh\" -w", "./my\\ editor.sh '-w'", "sh './my editor.sh' \"$FLAG\""]
    {
        sandbox.write("my editor.sh", "#!/bin/sh\n[ \"$1\" = -w ] && echo \"# $#\" >> \"$2\"\n");
        executable(&sandbox.path().join("my editor.sh"));
        let environment = [("PATH", "/usr/bin:/bin"), ("EDITOR", editor), ("FLAG", "-w")];
        let (_, said) = run(sandbox.command().args(["edit", "zhang"]).envs(environment)).done();
        assert_eq!(said, "prospects/zhang.toml written\n", "{editor}");
    }
    assert!(sandbox.read("prospects/zhang.toml").ends_with("# 2\n# 2\n# 2\n"));
    let edit = |script: &str| {
        sandbox.write("editor.sh", format!("#!/bin/sh\n{script}\n"));
        run(sandbox
            .command()
            .args(["edit", "zhang"])
            .env("PATH", "/usr/bin:/bin")
            .env("EDITOR", "sh editor.sh"))
    };
    assert_eq!(edit("true").done().1, "nothing was changed\n");
    let (_, said) = edit("sed -i 's/张先生/张总/' \"$1\"").done();
    assert_eq!(said, "prospects/zhang.toml written\n");
    assert!(sandbox.read("prospects/zhang.toml").contains("张总"));
    let before = sandbox.read("prospects/zhang.toml");
    let said = edit("sed -i 's/name/name =/' \"$1\"").fails(1);
    assert!(said.starts_with("error[syntax]"), "{said}");
    assert_eq!(sandbox.read("prospects/zhang.toml"), before);
    std::fs::remove_dir_all(sandbox.path().join(".crm/edit")).unwrap();
    assert!(edit("exit 3").fails(2).contains("nothing was changed"));
    assert!(sandbox.crm("edit zhang").fails(2).contains("no editor is set"));
}

#[test]
fn signatures_come_from_the_option_the_environment_or_git() {
    let settings =
        "[[rep]]\nid = \"liuyan\"\nemail = \"Liuyan@example.com\"\n[[rep]]\nid = \"he\"\n";
    let sandbox = Sandbox::with_settings(settings);
    sandbox.prospect("zhang", "name = \"张\"\n", "2009-12-03 = { kind = \"opened\" }\n");
    let by = |command: &mut std::process::Command| {
        run(command.args(["log", "zhang", "note"])).done();
        let text = sandbox.read("prospects/zhang.toml");
        text.lines()
            .last()
            .unwrap()
            .split("by = ")
            .nth(1)
            .map(|rest| rest[..rest.len() - 2].to_owned())
    };
    assert_eq!(by(&mut sandbox.command()), None);
    assert_eq!(by(sandbox.command().env("CRM_USER", "he")).as_deref(), Some("\"he\""));
    assert_eq!(
        by(sandbox.command().args(["--ledger", "."]).env("CRM_USER", "liuyan")).as_deref(),
        Some("\"liuyan\"")
    );
    sandbox.write(".gitconfig", "[user]\n  email = liuyan@example.com\n");
    let path = std::env::var_os("PATH").unwrap();
    assert_eq!(by(sandbox.command().env("PATH", path)).as_deref(), Some("\"liuyan\""));
    let said = sandbox.refused("log zhang note --by lyuan", 2);
    assert!(said.starts_with("error[unknown-rep]: --by: no rep `lyuan`"), "{said}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let sandbox = Sandbox::ledger();
    for n in 0..400 {
        sandbox.prospect(
            &format!("p{n}"),
            &format!("name = \"{}\"\n", "名".repeat(100)),
            "2009-12-03 = { kind = \"opened\" }\n",
        );
    }
    let bin = env!("CARGO_BIN_EXE_crm");
    let mut shell = std::process::Command::new("bash");
    shell.current_dir(sandbox.path()).env("CRM_TODAY", TODAY);
    let run = run(shell.args(["-c", &format!("{bin} list | head -1; echo ${{PIPESTATUS[0]}}")]));
    assert_eq!((run.status, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.ends_with("\n0\n"), "{}", run.stdout);
}

#[test]
fn unknown_commands_options_and_programs() {
    let sandbox = Sandbox::ledger();
    let said = sandbox.crm("advnace x").fails(2);
    assert!(
        said.starts_with("error[bad-argument]: unknown command `advnace`")
            && said.contains("did you mean `advance`?"),
        "{said}"
    );
    assert!(sandbox.crm("list --colmns id").fails(2).contains("did you mean `--columns`?"));
    assert!(sandbox.crm("report funel").fails(2).contains("did you mean `funnel`?"));
    assert!(sandbox.crm("report funnel --by ower").fails(2).contains("did you mean `owner`?"));
    assert!(sandbox.crm("list -f cvs").fails(2).contains("csv"));
    assert!(sandbox.crm("help stagse").fails(2).contains("did you mean `stages`?"));
    sandbox.write("bin/crm-hello", "#!/bin/sh\necho \"hello $1\"; exit 7\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = sandbox.path().join("bin/crm-hello");
        std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
        let run =
            run(sandbox.command().args(["hello", "you"]).env("PATH", sandbox.path().join("bin")));
        assert_eq!((run.stdout.as_str(), run.status), ("hello you\n", 7));
    }
}

#[test]
fn help_version_completions_and_manuals() {
    let sandbox = Sandbox::empty();
    assert_eq!(sandbox.crm("--version").ok(), concat!("crm ", env!("CARGO_PKG_VERSION"), "\n"));
    for topic in ["stages", "criteria", "query", "format", "exit-codes", "advance", "report"] {
        assert!(!sandbox.crm(&format!("help {topic}")).ok().is_empty(), "{topic}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(sandbox.crm(&format!("completions {shell}")).ok().contains("crm"), "{shell}");
    }
    sandbox.crm("man pages").ok();
    assert!(sandbox.read("pages/crm-advance.1").contains("Move up the board"));
}

#[test]
fn the_ledger_is_found_from_below_or_named() {
    let sandbox = one();
    sandbox.write("deep/er/x", "");
    let mut command = sandbox.command();
    command.current_dir(sandbox.path().join("deep/er")).args(["list", "-f", "ids"]);
    assert_eq!(run(&mut command).ok(), "zhang\n");
    let elsewhere = Sandbox::empty();
    let said = elsewhere.crm("list").fails(2);
    assert!(
        said.starts_with("error[no-ledger]: no `crm.toml` in this folder or above it"),
        "{said}"
    );
    let mut command = elsewhere.command();
    command.env("CRM_LEDGER", sandbox.path()).args(["list", "-f", "ids"]);
    assert_eq!(run(&mut command).ok(), "zhang\n");
    assert!(
        elsewhere
            .crm("--ledger nowhere list")
            .fails(2)
            .contains("error[no-ledger]: there is no folder nowhere")
    );
}

#[test]
fn output_goes_to_a_file_in_the_format_of_its_ending() {
    let sandbox = one();
    assert_eq!(sandbox.crm("list -o out.csv -c id,name").ok(), "");
    assert_eq!(sandbox.read("out.csv"), "id,name\nzhang,张先生\n");
    sandbox.crm("list -o out.md").ok();
    assert!(
        sandbox.read("out.md").contains("| zhang |") || sandbox.read("out.md").contains("zhang")
    );
    assert!(sandbox.crm("list -o out.xyz").fails(2).contains("names no format"));
}

#[test]
fn output_replaces_no_file_of_a_ledger() {
    let sandbox = one();
    sandbox.write(".git/config", "[core]\n");
    sandbox.write("activity/x.toml", "[tally]\n");
    sandbox.write(".gitattributes", "* text\n");
    sandbox.crm("log zhang note").done();
    let absolute = sandbox.path().join("prospects/zhang.toml").display().to_string();
    let config = sandbox.read(".git/config");
    let before = sandbox.snapshot();
    for file in [
        "crm.toml",
        "CRM.TOML",
        "./crm.toml",
        "activity/../crm.toml",
        "prospects/zhang.toml",
        "prospects/new.toml",
        "prospects/board.csv",
        "activity/x.toml",
        ".git/config",
        ".crm/lock",
        ".gitattributes",
        &absolute,
    ] {
        let said = sandbox.run(&["list", "-f", "csv", "-o", file]).fails(2);
        assert!(said.starts_with("error[bad-argument]: -o "), "{file}: {said}");
        assert!(said.contains("would replace a file of the ledger"), "{file}: {said}");
    }
    // From another folder, and where another ledger is meant.
    let elsewhere = Sandbox::ledger();
    let said = elsewhere.run(&["list", "-f", "csv", "-o", &absolute]).fails(2);
    assert!(said.contains("would replace a file of the ledger"), "{said}");
    assert_eq!(sandbox.snapshot(), before);
    assert_eq!(sandbox.read(".git/config"), config);
    // Beside them a file may be written, and again.
    sandbox.crm("list -o out.csv").ok();
    sandbox.crm("list -o out.csv").ok();
}

#[cfg(unix)]
#[test]
fn output_replaces_no_file_of_a_ledger_through_links() {
    let sandbox = one();
    let outside = Sandbox::empty();
    let settings = sandbox.path().join("crm.toml");
    std::os::unix::fs::symlink(&settings, sandbox.path().join("soft.csv")).unwrap();
    std::os::unix::fs::symlink(sandbox.path(), outside.path().join("folder")).unwrap();
    std::fs::hard_link(
        sandbox.path().join("prospects/zhang.toml"),
        sandbox.path().join("hard.csv"),
    )
    .unwrap();
    std::fs::hard_link(&settings, outside.path().join("far.csv")).unwrap();
    let far = outside.path().join("far.csv").display().to_string();
    let through = outside.path().join("folder/crm.toml").display().to_string();
    for file in ["soft.csv", "hard.csv", &far, &through] {
        let said = sandbox.run(&["list", "-f", "csv", "-o", file]).fails(2);
        assert!(said.contains("would replace a file of the ledger"), "{file}: {said}");
    }
}

#[test]
fn chinese_where_the_settings_say_so() {
    let sandbox = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n");
    sandbox.prospect("zhang", "name = \"张先生\"\n", "2009-12-03 = { kind = \"opened\" }\n");
    let board = sandbox.crm("report board").ok();
    assert!(board.starts_with("潜在客户管理看板\n") && board.contains("销售机会"), "{board}");
    assert!(sandbox.crm("report funnel").ok().contains("形状 空"));
}

#[test]
fn a_pipeline_and_criteria_of_ones_own() {
    let sandbox = Sandbox::with_settings(
        "[criteria.seen]\nlabel.zh = \"实地考察\"\nknown = \"entry\"\nkinds = [\"visit\"]\n\
         [criteria.sponsor]\n\
         [[pipeline]]\nid = \"project\"\nlabel = \"Projects\"\ncycle_days = 90\n\
         [[pipeline.stage]]\nid = \"lead\"\n\
         [[pipeline.stage]]\nid = \"survey\"\nprobability = 0.3\nrequires = [\"seen\", \"sponsor\"]\nmax_days = 10\n\
         [[pipeline.stage]]\nid = \"won\"\noutcome = \"won\"\nrequires = [\"signed\"]\n\
         [[pipeline.stage]]\nid = \"gone\"\noutcome = \"lost\"\n",
    );
    sandbox.crm("add Works --id works").done();
    let said = sandbox.refused("advance works survey", 1);
    assert!(said.contains("crm advance works survey --confirm sponsor --kind visit"), "{said}");
    sandbox.crm("advance works survey --confirm sponsor --kind visit").done();
    // The method's own board is there for those who name it.
    sandbox.crm("add Zhang --pipeline prospect").done();
    assert_eq!(sandbox.crm("list pipeline:prospect -f ids").ok(), "zhang\n");
    assert_eq!(sandbox.crm("--as-of +11d list is:stalled -f ids").ok(), "works\n");
    assert_eq!(sandbox.crm("--as-of +10d list is:stalled -f ids").ok(), "");
    // The cycle is the pipeline's: day 90 is in time. The clock starts with the visit.
    assert_eq!(sandbox.crm("--as-of +90d sweep -f ids").ok(), "");
    assert_eq!(sandbox.crm("--as-of +91d sweep -f ids").ok(), "works\n");
    sandbox.crm("lose works --reason price").done();
    assert_eq!(stage(&sandbox, "works"), "gone");
}

#[test]
fn the_as_of_day_is_the_only_clock() {
    let sandbox = one();
    sandbox.crm("advance zhang appointment --next mon").done();
    for words in [["report", "funnel"], ["report", "board"], ["list", "-c"]] {
        let mut words = words.to_vec();
        if words[1] == "-c" {
            words.push("all");
        }
        words.extend(["--as-of", "2009-12-10", "-f", "json"]);
        let first = sandbox.run(&words).ok();
        assert_eq!(first, sandbox.run(&words).ok());
        assert!(!first.contains("appointment") || words[1] == "funnel", "{first}");
    }
}

#[test]
fn what_cannot_be_shown_as_asked_is_not_written() {
    let sandbox = Sandbox::copy_of("examples/team");
    // Everybody has sat still since March, so all four have something to do.
    for command in ["sweep", "recycle", "allocate", "rebalance --touched --tolerance 1%"] {
        let line = format!("--as-of 2010-03-31 {command} --apply --table nosuch");
        let said = sandbox.refused(&line, 2);
        assert!(said.starts_with("error[bad-argument]: "), "{command}: {said}");
    }
}

#[test]
fn a_dry_run_without_apply_shows_the_proposal() {
    let sandbox = Sandbox::copy_of("examples/team");
    for command in ["sweep", "recycle", "allocate", "rebalance"] {
        let shown = sandbox.crm(&format!("--as-of 2010-03-31 {command}")).ok();
        let dry = sandbox.crm(&format!("--as-of 2010-03-31 {command} -n")).ok();
        assert_eq!(dry, shown, "{command}");
    }
}

#[test]
fn nothing_that_was_signed_or_paid_is_swept() {
    let met = "2009-11-01 = { kind = \"opened\" }\n2009-11-02 = { kind = \"meeting\", stage = \"25\", next = 2009-11-09 }\n";
    let ledger = Sandbox::ledger();
    ledger.prospect("plain", "name = \"x\"", met);
    ledger.prospect(
        "paid",
        "name = \"x\"",
        &format!("{met}2009-11-10 = {{ kind = \"payment\", amount = 1 }}\n"),
    );
    ledger.prospect(
        "signed",
        "name = \"x\"",
        &format!("{met}2009-11-10 = {{ kind = \"contract\" }}\n"),
    );
    // A person decides about them: they are listed, and stay.
    assert_eq!(ledger.crm("sweep -f ids").ok(), "paid\nplain\nsigned\n");
    ledger.crm("sweep --apply").done();
    assert_eq!(ledger.crm("list stage:opportunity -f ids").ok(), "plain\n");
}

#[test]
fn machines_read_what_was_written() {
    let sandbox = Sandbox::ledger();
    let header = "id,key,kind,stage,owner,file\n";
    let csv = |line: &str| {
        let (dry, _) = sandbox.crm(&format!("{line} -f csv -n")).done();
        let before = sandbox.snapshot();
        sandbox.crm(&format!("{line} -f csv -n --table x")).done();
        assert_eq!(sandbox.snapshot(), before);
        let (out, _) = sandbox.crm(&format!("{line} -f csv")).done();
        assert_eq!(out, dry, "{line}");
        // Every key is in the file that the row names.
        for row in out.strip_prefix(header).unwrap().lines() {
            let cells: Vec<&str> = row.split(',').collect();
            assert!(sandbox.read(cells[5]).contains(&format!("\n{} = {{", cells[1])), "{row}");
        }
        let keys = without_suffixes(&out);
        keys.strip_prefix(header).unwrap().to_owned()
    };
    let day = "2009-12-18";
    assert_eq!(
        csv("add 张先生 --id zhang --owner liuyan"),
        format!("zhang,{day}-1,opened,,liuyan,prospects/zhang.toml\n")
    );
    assert_eq!(
        csv("log zhang meeting --next 2009-12-21"),
        format!("zhang,{day}-2,meeting,,,prospects/zhang.toml\n")
    );
    assert_eq!(
        csv("advance zhang 25 --force so"),
        format!("zhang,{day}-3,moved,25,,prospects/zhang.toml\n")
    );
    assert_eq!(
        csv("assign zhang --to hejun"),
        format!("zhang,{day}-4,assigned,,hejun,prospects/zhang.toml\n")
    );
    assert_eq!(csv("undo zhang"), format!("zhang,{day}-5,retracted,,,prospects/zhang.toml\n"));
    assert_eq!(
        csv("tally hejun --dials 3"),
        format!("hejun,{day}-1,tally,,,activity/hejun.toml\n")
    );
    assert_eq!(csv("log --where owner:nobody call"), "");
    let json = sandbox.crm("release zhang --reason so -f json").done().0;
    assert!(json.contains("\"owner\": \"\""), "{json}");
    assert!(json.contains("\"stage\": null"), "{json}");
    assert_eq!(sandbox.crm("log zhang call -f ids").done().0, "zhang\n");
    // People read what they read before.
    assert!(sandbox.crm("log zhang call -n").ok().starts_with("--- "));
    assert_eq!(sandbox.crm("add Li --id li").done().0, "li\n");
}

/// The rows without the suffixes of their keys.
fn without_suffixes(csv: &str) -> String {
    let bare = |line: &str| {
        let mut cells: Vec<String> = line.split(',').map(String::from).collect();
        if cells[1] != "key" {
            let end = cells[1].rfind('-').unwrap();
            cells[1].truncate(end);
        }
        cells.join(",") + "\n"
    };
    csv.lines().map(bare).collect()
}

#[test]
fn a_proposal_is_one_document() {
    let sandbox = Sandbox::ledger();
    sandbox.prospect(
        "zhang",
        "name = \"zhang\"",
        "2009-10-01 = { kind = \"opened\", owner = \"a\" }\n\
         2009-10-02 = { kind = \"meeting\", stage = \"25\", forced = \"so\" }\n",
    );
    let dry = sandbox.crm("sweep --apply -n -f csv").done().0;
    assert!(dry.starts_with("id,key,kind,stage,owner,file\nzhang,2009-12-18-1-"), "{dry}");
    let json = sandbox.crm("sweep --apply -f json").done().0;
    assert_eq!(json.matches("\"schema\"").count(), 1, "{json}");
    assert!(json.contains("\"report\": \"sweep\""), "{json}");
}
