//! A command is taken back whole, and taking back is taken back.

use crate::common::repo::{Repo, command};
use crate::common::{Sandbox, contains, run};

fn two() -> Sandbox {
    let sandbox = Sandbox::ledger();
    for id in ["zhang", "chen"] {
        sandbox.prospect(id, &format!("name = \"{id}\""), "2009-12-01 = { kind = \"opened\" }\n");
    }
    sandbox
}

#[test]
fn all_files_of_a_command_are_taken_back_and_come_again() {
    let sandbox = two();
    let before = sandbox.snapshot();
    sandbox.crm("log zhang chen call").done();
    let called = sandbox.snapshot();
    sandbox.crm("set zhang tags+=vip").done();
    let tagged = sandbox.snapshot();
    let (_, told) = sandbox.crm("undo").done();
    contains(&told, &["taken back: crm set zhang tags+=… (1 file)", "crm redo"]);
    assert!(sandbox.snapshot() == called);
    let (_, told) = sandbox.crm("undo").done();
    contains(&told, &["taken back: crm log zhang chen (2 files)"]);
    assert!(sandbox.snapshot() == before);
    contains(&sandbox.refused("undo", 1), &["no command of this clone is left to take back"]);
    sandbox.crm("redo").done();
    assert!(sandbox.snapshot() == called);
    contains(&sandbox.crm("redo").done().1, &["done again: crm set zhang tags+=… (1 file)"]);
    assert!(sandbox.snapshot() == tagged);
    contains(&sandbox.refused("redo", 1), &["nothing is left to do again"]);
    // What was done again is a command that can be taken back.
    contains(&sandbox.crm("undo").done().1, &["taken back: crm set zhang tags+=… (1 file)"]);
    assert!(sandbox.snapshot() == called);
}

#[test]
fn another_command_ends_what_can_be_done_again() {
    let sandbox = two();
    sandbox.crm("log zhang call").done();
    sandbox.crm("undo").done();
    sandbox.crm("log chen call").done();
    contains(&sandbox.refused("redo", 1), &["another command came after it"]);
}

#[test]
fn a_dry_run_shows_the_difference_and_writes_nothing() {
    let sandbox = two();
    sandbox.crm("log zhang call").done();
    let before = sandbox.snapshot();
    let shown = sandbox.crm("undo -n").ok();
    contains(&shown, &["--- prospects/zhang.toml", "-2009-12-18-1-"]);
    assert!(sandbox.snapshot() == before);
}

#[test]
fn what_another_program_changed_since_is_left_alone() {
    let sandbox = two();
    sandbox.crm("log zhang call").done();
    let text = sandbox.read("prospects/zhang.toml");
    sandbox.write("prospects/zhang.toml", format!("# by hand\n{text}"));
    let told = sandbox.refused("undo", 1);
    contains(&told, &["changed since by another program: prospects/zhang.toml", "crm undo ID"]);
}

#[test]
fn an_opening_is_taken_back_only_with_force() {
    let sandbox = two();
    sandbox.crm("add Li --id li").done();
    contains(&sandbox.refused("undo", 1), &["prospects/li.toml", "crm undo --force REASON"]);
    sandbox.crm("undo --force typo").done();
    assert!(!sandbox.path().join("prospects/li.toml").exists());
    sandbox.crm("redo").done();
    assert!(sandbox.path().join("prospects/li.toml").exists());
}

#[test]
fn a_removal_and_a_join_are_taken_back() {
    let sandbox = two();
    let before = sandbox.snapshot();
    sandbox.crm("join zhang chen").done();
    assert!(!sandbox.path().join("prospects/chen.toml").exists());
    sandbox.crm("undo").done();
    assert!(sandbox.snapshot() == before);
    sandbox.crm("remove zhang --force").done();
    sandbox.crm("undo").done();
    assert!(sandbox.snapshot() == before);
}

#[test]
fn what_was_taken_back_comes_again_on_a_clean_tree() {
    let repo = Repo::new("liuyan", "");
    repo.sandbox.prospect("zhang", "name = \"zhang\"", "2009-12-01 = { kind = \"opened\" }\n");
    repo.commit("zhang").done();
    let clean = repo.sandbox.read("prospects/zhang.toml");
    for command in ["set zhang region=suzhou", "log zhang call", "contact add zhang Wei"] {
        repo.crm(command).done();
        let written = repo.sandbox.read("prospects/zhang.toml");
        repo.crm("undo").done();
        assert_eq!(repo.sandbox.read("prospects/zhang.toml"), clean, "{command}");
        repo.crm("redo").done();
        assert_eq!(repo.sandbox.read("prospects/zhang.toml"), written, "{command}");
        repo.crm("undo").done();
    }
    // A retraction that is in a commit is not taken off: it is retracted.
    repo.crm("log zhang call").done();
    repo.commit("a call").done();
    repo.crm("undo").done();
    repo.commit("not a call").done();
    let committed = repo.sandbox.read("prospects/zhang.toml");
    let again = repo.crm("redo");
    let text = repo.sandbox.read("prospects/zhang.toml");
    assert!(text.starts_with(&committed) && text.contains("retracted"), "{} {text}", again.stderr);
}

#[test]
fn what_is_committed_is_retracted() {
    let repo = Repo::new("liuyan", "");
    let events = "2009-12-01 = { kind = \"opened\" }\n";
    repo.sandbox.prospect("zhang", "name = \"zhang\"", events);
    repo.crm("log zhang call").done();
    repo.commit("a call").done();
    repo.crm("undo").done();
    let text = repo.sandbox.read("prospects/zhang.toml");
    contains(&text, &["kind = \"call\"", "kind = \"retracted\""]);
    // The retraction is not committed: it goes again.
    repo.crm("redo").done();
    assert!(!repo.sandbox.read("prospects/zhang.toml").contains("retracted"));
}

#[test]
fn a_key_that_could_be_several_is_not_guessed() {
    let sandbox = Sandbox::ledger();
    let events = "2009-12-01 = { kind = \"opened\" }\n\
        2009-12-04-1 = { kind = \"call\" }\n\
        2009-12-04-1-abc = { kind = \"demo\" }\n\
        2009-12-05-1-abc = { kind = \"call\" }\n\
        2009-12-05-1-abd = { kind = \"demo\" }\n";
    sandbox.prospect("zhang", "name = \"zhang\"", events);
    let said = sandbox.refused("undo zhang 2009-12-05-1", 2);
    contains(
        &said,
        &["`2009-12-05-1` could be several events", "one of: 2009-12-05-1-abc, 2009-12-05-1-abd"],
    );
    // A key that is the beginning of another one is meant itself.
    sandbox.crm("undo zhang 2009-12-04-1").done();
    contains(&sandbox.read("prospects/zhang.toml"), &["event = \"2009-12-04-1\""]);
}

#[test]
fn what_a_commit_has_beside_entries_is_not_taken_back() {
    let repo = Repo::new("liuyan", "");
    let events = "2009-12-01 = { kind = \"opened\" }\n";
    repo.sandbox.prospect("zhang", "name = \"zhang\"", events);
    repo.commit("zhang").done();
    // A fact and an entry in one command.
    let script = "f() { sed -i 's/\"zhang\"/\"Zhang\"/' $1; echo '2009-12-04-1 = { kind = \"call\" }' >> $1; }; f";
    let mut edit = command(env!("CARGO_BIN_EXE_crm"), &repo.path(), "liuyan");
    run(edit.env("EDITOR", script).args(["edit", "zhang"])).done();
    let text = repo.sandbox.read("prospects/zhang.toml");
    contains(&text, &["name = \"Zhang\"", "2009-12-04-1"]);
    repo.commit("both").done();
    let said = repo.sandbox.refused("undo", 1);
    contains(&said, &["wrote more than entries in prospects/zhang.toml", "git revert COMMIT"]);
}
