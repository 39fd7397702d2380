//! `crm hooks` in a clone, and what two revisions and a prospect's commits say: `crm diff`, `crm audit`.
//! Real git, real hooks.

#![cfg(unix)]

use crate::common::repo::{Repo, command};
use crate::common::{run, split};
use std::os::unix::fs::PermissionsExt;

const SETTINGS: &str = "[[rep]]\nid = \"liu\"\nemail = \"liu@example.com\"\n[[rep]]\nid = \"he\"\nemail = \"he@example.com\"\n";
const ZHANG: &str = "2009-12-03-1 = { kind = \"opened\", by = \"liu\", owner = \"liu\", value = 15000 }\n\
    2009-12-10-1 = { kind = \"meeting\", by = \"liu\", stage = \"25\", next = 2009-12-20 }\n";
const LI: &str = "2009-12-03-1 = { kind = \"opened\", by = \"he\", owner = \"he\" }\n";
const HOOKS: [&str; 3] = ["pre-commit", "pre-merge-commit", "prepare-commit-msg"];

fn repo() -> Repo {
    let repo = Repo::new("liu", SETTINGS);
    repo.sandbox.prospect("zhang", "name = \"张先生\"", ZHANG);
    repo.sandbox.prospect("li", "name = \"Li\"", LI);
    repo.crm("hooks install").done();
    repo.commit("first").done();
    repo
}

fn add(repo: &Repo, id: &str, line: &str) {
    let name = format!("prospects/{id}.toml");
    let text = repo.sandbox.read(&name);
    repo.sandbox.write(&name, format!("{text}{line}\n"));
}

/// `git commit` as somebody types it who writes the message in an editor and takes what it proposes.
fn commit_in_editor(repo: &Repo, words: &str) -> String {
    repo.git("add -A").done();
    let mut command = command("git", &repo.path(), repo.user);
    run(command.env("GIT_EDITOR", "true").arg("commit").args(split(words))).done();
    repo.git("log -1 --format=%B").done().0.trim().to_owned()
}

#[test]
fn a_broken_or_rewritten_ledger_is_not_committed() {
    let repo = repo();
    let head = repo.git("rev-parse HEAD").done().0;
    let text = repo.sandbox.read("prospects/zhang.toml");
    repo.sandbox.write("prospects/zhang.toml", text.replace("15000", "18000"));
    let said = repo.commit("rewritten").fails(1);
    assert!(said.starts_with("error[history-changed]: the event `2009-12-03-1` of `zhang` differs from HEAD\n --> prospects/zhang.toml:3:1\n"), "{said}");
    repo.sandbox.write("prospects/zhang.toml", format!("{text}<<<<<<< ours\n"));
    assert!(repo.commit("broken").fails(1).contains("error[syntax]"));
    // Staged well, spoiled afterwards on the disk: what is staged counts.
    repo.sandbox.write("prospects/zhang.toml", &text);
    add(&repo, "zhang", "2009-12-11-1 = { kind = \"call\", by = \"liu\" }");
    repo.git("add -A").done();
    repo.sandbox.write("prospects/zhang.toml", "spoiled");
    assert_eq!(repo.git("commit -q -m good").done(), (String::new(), String::new()));
    assert_ne!(repo.git("rev-parse HEAD").done().0, head);
    // A part of the files, which git commits from an index of its own.
    repo.git("checkout -q .").done();
    let text = repo.sandbox.read("prospects/zhang.toml");
    repo.sandbox.write("prospects/zhang.toml", text.replace("15000", "1"));
    add(&repo, "li", "2009-12-11-1 = { kind = \"call\", by = \"he\" }");
    repo.git("commit -q -m li prospects/li.toml").done();
    repo.git("commit -q -m zhang prospects/zhang.toml").fails(1);
    repo.git("commit -q -a -m zhang").fails(1);
    repo.git("commit -q -a -m zhang --no-verify").done();
}

#[test]
fn warnings_stop_nobody() {
    let repo = repo();
    // Overdue, and the next step missed.
    let old = "2009-08-03 = { kind = \"opened\", owner = \"liu\" }\n2009-08-04 = { kind = \"meeting\", stage = \"25\", next = 2009-08-10 }\n";
    repo.sandbox.prospect("old", "name = \"Old\"", old);
    assert_eq!(repo.commit("old").done(), (String::new(), String::new()));
    repo.crm("check -q").ok();
    assert!(repo.crm("check").done().0.contains("warning[overdue]"));
}

#[test]
fn hooks_of_others_are_kept() {
    let repo = Repo::new("liu", SETTINGS);
    let hook = |name: &str| repo.path().join(".git/hooks").join(name);
    let foreign = "#!/bin/sh\necho theirs >> ran\n";
    repo.sandbox.write(".git/hooks/pre-commit", foreign);
    std::fs::set_permissions(hook("pre-commit"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let said = repo.crm("hooks install").fails(1);
    assert!(
        said.starts_with(
            "error[already-there]: there is already a hook `pre-commit` that crm did not write\n"
        ),
        "{said}"
    );
    assert!(
        said.contains("help: --chain keeps it and runs it first")
            && said.contains("crm check --quiet --staged --since HEAD"),
        "{said}"
    );
    assert!(!hook("prepare-commit-msg").exists(), "a refused command has written nothing");
    let plan = repo.crm("hooks install --chain --dry-run").ok();
    assert!(plan.contains("pre-commit.before-crm") && plan.contains("#!/bin/sh"), "{plan}");
    assert_eq!(repo.sandbox.read(".git/hooks/pre-commit"), foreign);
    repo.crm("hooks install --chain").done();
    let status = repo.crm("hooks status -f csv").ok();
    assert!(status.contains("pre-commit,\"installed, runs another one first\","), "{status}");
    repo.sandbox.prospect("zhang", "name = \"张先生\"", ZHANG);
    repo.commit("first").done();
    assert_eq!(repo.sandbox.read("ran"), "theirs\n");
    assert!(repo.crm("hooks install --chain").done().1.contains("all hooks are installed"));
    repo.crm("hooks uninstall").done();
    assert_eq!(repo.sandbox.read(".git/hooks/pre-commit"), foreign);
    assert!(HOOKS[1..].iter().all(|name| !hook(name).exists()));
    assert!(!hook("pre-commit.before-crm").exists());
}

#[test]
fn another_folder_of_hooks_and_a_ledger_below_the_top() {
    let repo = Repo::new("liu", "");
    repo.sandbox.write("it's sales/crm.toml", SETTINGS);
    let file = "it's sales/prospects/zhang.toml";
    repo.sandbox.write(file, format!("name = \"Z\"\n[events]\n{ZHANG}"));
    std::fs::remove_file(repo.path().join("crm.toml")).unwrap();
    repo.git("config core.hooksPath .githooks").done();
    let mut crm = command(env!("CARGO_BIN_EXE_crm"), &repo.path().join("it's sales"), "liu");
    run(crm.args(["hooks", "install"])).done();
    assert!(repo.path().join(".githooks/pre-commit").exists());
    assert_eq!(commit_in_editor(&repo, ""), "zhang: new (25); settings");
    let text = repo.sandbox.read(file);
    repo.sandbox.write(file, text.replace("15000", "1"));
    let said = repo.commit("rewritten").fails(1);
    assert!(said.contains("error[history-changed]"), "{said}");
}

#[test]
fn messages_say_what_moved() {
    let repo = repo();
    add(
        &repo,
        "zhang",
        "2009-12-15-1 = { kind = \"meeting\", by = \"liu\", stage = \"50\", confirms = [\"right-person\", \"fit\", \"budget\"], close_by = 2009-12-28, next = 2009-12-22, value = 18000 }",
    );
    add(
        &repo,
        "li",
        "2009-12-15-1 = { kind = \"moved\", by = \"he\", stage = \"lost\", reason = \"price\" }",
    );
    assert_eq!(
        commit_in_editor(&repo, ""),
        "li: lost (price); zhang: value 15000 -> 18000, 25 -> 50"
    );
    // Whoever gives a message is not talked into another.
    add(&repo, "zhang", "2009-12-16-1 = { kind = \"call\", by = \"liu\" }");
    assert_eq!(commit_in_editor(&repo, "-m 'my own'"), "my own");
    assert_eq!(commit_in_editor(&repo, "--amend"), "my own");
    repo.sandbox.write("crm.toml", format!("{SETTINGS}[ledger]\ntitle = \"x\"\n"));
    for id in ["a", "b", "c", "d", "e"] {
        repo.sandbox.prospect(&format!("prospect-{id}"), "name = \"x\"", &LI.replace("he", "liu"));
    }
    std::fs::create_dir_all(repo.path().join("prospects/north")).unwrap();
    std::fs::rename(
        repo.path().join("prospects/li.toml"),
        repo.path().join("prospects/north/li.toml"),
    )
    .unwrap();
    assert_eq!(
        commit_in_editor(&repo, ""),
        "7 prospects\n\nli: facts\nprospect-a: new (opportunity)\nprospect-b: new (opportunity)\nprospect-c: new (opportunity)\nprospect-d: new (opportunity)\nprospect-e: new (opportunity)\nsettings"
    );
}

#[test]
fn what_lies_between_two_revisions() {
    let repo = repo();
    repo.git("checkout -q -b side").done();
    add(
        &repo,
        "zhang",
        "2009-12-15-1 = { kind = \"meeting\", by = \"liu\", stage = \"50\", confirms = [\"right-person\", \"fit\", \"budget\"], close_by = 2009-12-28, next = 2009-12-22, value = 18000 }",
    );
    repo.sandbox.prospect(
        "wu",
        "name = \"Wu\"",
        "2009-12-16 = { kind = \"opened\", by = \"liu\", owner = \"liu\", value = 5000 }\n",
    );
    repo.commit("side").done();
    repo.git("checkout -q main").done();
    add(&repo, "li", "2009-12-15-1 = { kind = \"call\", by = \"he\" }");
    repo.commit("main").done();
    let steps = repo.crm("diff main...side -f csv").ok();
    assert_eq!(
        steps,
        "id,name,bridge,detail,count,value,weighted\n\
         wu,Wu,new,2009-12-16 opportunity,1,5000,0\n\
         zhang,张先生,value up,15000 -> 18000,0,3000,750\n\
         zhang,张先生,advanced,25 -> 50,0,0,4500\n"
    );
    let touched = repo.crm("diff main..side --table touched -f csv").ok();
    assert_eq!(touched, "id,name,change\nli,Li,facts\n", "the call is not on the other side");
    let bridge = repo.crm("diff main...side --table bridge -f csv").ok();
    let line = |name: &str| bridge.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert_eq!(line("opening"), "opening,,2,15000,3750,");
    assert_eq!(line("closing"), "closing side,,3,23000,9000,");
    // The files as they are, and only some of them.
    std::fs::remove_file(repo.path().join("prospects/zhang.toml")).unwrap();
    assert_eq!(
        repo.crm("diff -f csv").ok(),
        "id,name,bridge,detail,count,value,weighted\nzhang,张先生,corrected,25 ->,-1,-15000,-3750\n"
    );
    assert_eq!(repo.crm("diff HEAD owner:he -f ids").ok(), "");
    let nothing = repo.crm("diff main..main").ok();
    assert!(nothing.contains("nothing has moved"), "{nothing}");
    assert!(!nothing.contains("Every change"), "{nothing}");
    assert!(repo.crm("diff main..main -f csv").ok().starts_with("id,name,bridge"));
    assert!(repo.crm("diff nowhere..main").fails(2).starts_with("error[bad-revision]"));
    // JSON has all of it.
    assert!(repo.crm("diff main..side -f json").ok().contains("\"report\": \"diff\""));
}

#[test]
fn where_entries_came_from() {
    let repo = repo();
    let first = repo.git("rev-parse --short=10 HEAD").done().0.trim().to_owned();
    add(&repo, "zhang", "2009-12-15-1 = { kind = \"call\", by = \"he\" }");
    repo.git("mv prospects/zhang.toml prospects/north-zhang.toml").done();
    std::fs::create_dir_all(repo.path().join("prospects/north")).unwrap();
    repo.git("mv prospects/north-zhang.toml prospects/north/zhang.toml").done();
    repo.commit("moved, and signed by another").done();
    let second = repo.git("rev-parse --short=10 HEAD").done().0.trim().to_owned();
    let text = repo.sandbox.read("prospects/north/zhang.toml");
    repo.sandbox.write("prospects/north/zhang.toml", text.replace("15000", "1"));
    repo.git("add -A").done();
    repo.git("commit -q --no-verify -m rewritten").done();
    let third = repo.git("rev-parse --short=10 HEAD").done().0.trim().to_owned();
    repo.sandbox.write("prospects/north/zhang.toml", text.replace("15000", "1").replace(
        "2009-12-10-1 = { kind = \"meeting\", by = \"liu\", stage = \"25\", next = 2009-12-20 }\n",
        "",
    ) + "2009-12-17-1 = { kind = \"note\", by = \"liu\" }\n");
    let audit = repo.crm("audit zhang -f csv").ok();
    assert_eq!(
        audit,
        format!(
            "key,kind,by,commit,author,committed,audit\n\
             2009-12-03-1,opened,liu,{first},liu,2009-12-18,rewritten in {third} by liu\n\
             2009-12-15-1,call,he,{second},liu,2009-12-18,\"signed he, committed by liu\"\n\
             2009-12-17-1,note,liu,,,,not committed\n\
             2009-12-10-1,,,{first},liu,2009-12-18,gone from the file\n"
        )
    );
    let text = repo.crm("audit zhang").ok();
    assert!(text.contains("entries to look at: 3;"), "{text}");
    assert!(repo.crm("audit nobody").fails(2).starts_with("error[not-found]"));
}

#[test]
fn a_merge_brings_nothing_of_its_own() {
    let repo = repo();
    repo.git("checkout -q -b side").done();
    add(&repo, "zhang", "2009-12-15-1 = { kind = \"call\", by = \"liu\", note = \"side\" }");
    repo.commit("side").done();
    let side = repo.git("rev-parse --short=10 HEAD").done().0.trim().to_owned();
    repo.git("checkout -q main").done();
    add(&repo, "zhang", "2009-12-16-1 = { kind = \"call\", by = \"liu\", note = \"main\" }");
    repo.commit("main").done();
    let main = repo.git("rev-parse --short=10 HEAD").done().0.trim().to_owned();
    repo.git("merge -q --no-edit side").done();
    let audit = repo.crm("audit zhang -f csv").ok();
    assert!(audit.contains(&format!("2009-12-15-1,call,liu,{side},")), "{audit}");
    assert!(audit.contains(&format!("2009-12-16-1,call,liu,{main},")), "{audit}");
}

#[test]
fn a_merge_that_forgets_a_side_is_not_committed() {
    let repo = repo();
    repo.git("checkout -q -b side").done();
    add(&repo, "zhang", "2009-12-15-1 = { kind = \"call\", by = \"liu\", note = \"side\" }");
    repo.commit("side").done();
    repo.git("checkout -q main").done();
    add(&repo, "zhang", "2009-12-16-1 = { kind = \"call\", by = \"liu\", note = \"main\" }");
    repo.commit("main").done();
    repo.git("merge -q --no-commit side").done();
    repo.git("checkout -q HEAD prospects/zhang.toml").done();
    let said = repo.git("commit -q --no-edit").fails(1);
    assert!(
        said.starts_with(
            "error[history-lost]: the event `2009-12-15-1` of `zhang` is gone; MERGE_HEAD has it"
        ),
        "{said}"
    );
}

/// Git takes the file of the side that changed it, without asking anybody: an entry that one branch deleted is gone
/// from the merge, whichever of the two it is made on.
#[test]
fn an_entry_deleted_on_one_branch_and_left_alone_on_the_other() {
    let repo = Repo::new("liuyan", "[ledger]\ntimezone = \"Asia/Shanghai\"\n");
    let entries = "2009-12-03-1 = { kind = \"opened\" }\n2009-12-04-1 = { kind = \"call\" }\n";
    repo.sandbox.prospect("zhang", "name = \"张先生\"", entries);
    repo.sandbox.write("activity/liuyan.toml", "[tally]\n2009-12-03 = { dials = 3 }\n");
    repo.commit("first").done();
    repo.git("checkout -q -b less").done();
    let text = repo.sandbox.read("prospects/zhang.toml");
    let less = text.replace("2009-12-04-1 = { kind = \"call\" }\n", "");
    repo.sandbox.write("prospects/zhang.toml", less);
    repo.sandbox.write("activity/liuyan.toml", "[tally]\n");
    repo.commit("less").done();
    repo.git("checkout -q main").done();
    repo.sandbox.prospect("li", "name = \"李\"", "2009-12-03-1 = { kind = \"opened\" }\n");
    repo.commit("more").done();
    repo.crm("hooks install").done();
    repo.git("add .gitattributes").done();
    repo.git("commit -q --no-verify -m attributes");
    for (on, other) in [("main", "less"), ("less", "main")] {
        repo.git(&format!("checkout -q {on}")).done();
        let run = repo.git(&format!("merge --no-edit {other}"));
        assert_ne!(run.status, 0, "{on}: {}", run.stderr);
        for lost in [
            "the event `2009-12-04-1` of `zhang` is gone",
            "the tally `2009-12-03` of `liuyan` is gone",
        ] {
            assert!(
                run.stderr.contains(&format!("error[history-lost]: {lost}")),
                "{on}: {}",
                run.stderr
            );
        }
        repo.git("merge --abort").done();
    }
}

#[test]
fn a_customers_file_is_checked_named_and_compared() {
    let repo = repo();
    let file = "customers/pujiang.toml";
    let customer = format!("name = \"浦江\"\n\n[events]\n{LI}");
    repo.sandbox.write(file, &customer);
    assert_eq!(commit_in_editor(&repo, ""), "pujiang: opened");
    repo.sandbox.write(file, customer.replace("\"he\" }", "\"liu\" }"));
    assert!(repo.commit("rewritten").fails(1).contains("error[history-changed]"));
    let changes = "2009-12-11-1 = { kind = \"changed\", by = \"liu\", set = { potential = 360000 } }\n\
        2009-12-12-1 = { kind = \"assigned\", by = \"liu\", owner = \"liu\", reason = \"x\" }\n";
    repo.sandbox.write(file, format!("{customer}{changes}"));
    assert_eq!(commit_in_editor(&repo, ""), "pujiang: changed, assigned");
    let shown = repo.crm("diff HEAD~1..HEAD").done().0;
    assert!(shown.contains("pujiang  浦江  changed, assigned"), "{shown}");
    // It is no part of the bridge.
    assert!(shown.contains("nothing has moved"), "{shown}");
    assert!(!repo.crm("diff HEAD~1..HEAD region:suzhou").done().0.contains("浦江"));
    repo.sandbox.write(file, format!("industry = \"textile\"\n{customer}{changes}"));
    let shown = repo.crm("diff").done().0;
    assert!(shown.contains("pujiang  浦江  facts"), "{shown}");
    repo.crm("undo pujiang").done();
    assert!(repo.sandbox.read(file).contains("event = \"2009-12-12-1\""));
    repo.git("checkout -q .").done();
    repo.git(&format!("rm -q {file}")).done();
    let shown = repo.crm("diff").done().0;
    assert!(shown.contains("pujiang  浦江  removed"), "{shown}");
    repo.git("reset -q --hard").done();
    let audit = repo.crm("audit pujiang -f csv").done().0;
    assert_eq!(audit.lines().count(), 4, "{audit}");
    assert!(audit.contains("2009-12-12-1,assigned,liu,"), "{audit}");
}
