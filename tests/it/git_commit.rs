//! `--commit` and `[git] commit`: what a command writes is committed, and only that. Real git, real hooks.

#![cfg(unix)]

use crate::common::repo::{Repo, command};
use crate::common::{Run, contains, run, split};
use std::os::unix::fs::PermissionsExt;

const ZHANG: &str = "2009-12-01-1-abc = { kind = \"opened\", owner = \"he\", value = 15000 }\n\
    2009-12-10-1-abc = { kind = \"meeting\", stage = \"appointment\", next = 2009-12-20 }\n";
const LI: &str = "2009-12-01-1-abc = { kind = \"opened\", owner = \"he\" }\n";

fn repo_of(settings: &str) -> Repo {
    let repo = Repo::new("he", settings);
    repo.sandbox.prospect("zhang", "name = \"张先生\"\n", ZHANG);
    repo.sandbox.prospect("li", "name = \"Li\"\n", LI);
    repo.commit("first").done();
    repo
}

fn repo() -> Repo {
    repo_of("")
}

fn message(repo: &Repo) -> String {
    repo.git("log -1 --format=%B").ok().trim().to_owned()
}

/// The files of the last commit, each with its letter.
fn files(repo: &Repo) -> String {
    repo.git("show --format= --name-status --no-renames HEAD").ok()
}

fn status(repo: &Repo) -> String {
    repo.git("status --short").ok()
}

/// Stderr of a command that must have been refused with status 1, and left files, index and commits alone.
#[track_caller]
fn refused(repo: &Repo, line: &str) -> String {
    let state = || (repo.sandbox.snapshot(), status(repo), repo.git("rev-parse -q --verify HEAD"));
    let before = state();
    let said = repo.crm(line).fails(1);
    assert!(before == state(), "{line} left something");
    contains(&said, &["error[not-committed]", "to write without a commit: --no-commit"]);
    said
}

fn hook(repo: &Repo, name: &str, script: &str) {
    let path = format!(".git/hooks/{name}");
    repo.sandbox.write(&path, format!("#!/bin/sh\n{script}\n"));
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(repo.path().join(path), open).unwrap();
}

fn add(repo: &Repo, id: &str, line: &str) {
    let name = format!("prospects/{id}.toml");
    let text = repo.sandbox.read(&name);
    repo.sandbox.write(&name, format!("{text}{line}\n"));
}

#[test]
fn what_is_written_is_committed_with_a_message_that_says_what_moved() {
    let repo = repo();
    let said = repo.crm("advance zhang 25 --kind meeting --commit").done().1;
    assert_eq!(
        said,
        "zhang (张先生): First meeting set -> 25%\ncommitted: zhang: appointment -> 25\n"
    );
    assert_eq!(message(&repo), "zhang: appointment -> 25");
    assert_eq!(files(&repo), "M\tprospects/zhang.toml\n");
    assert_eq!(status(&repo), "");
    assert_eq!(repo.git("log -1 --format=%an").ok(), "he\n");
    // A message of one's own; a note is no message.
    repo.crm("log zhang call -m 'a note' '--commit=Rang him: #1'").done();
    assert_eq!(message(&repo), "Rang him: #1");
    repo.crm("log zhang call -m 'a note' --commit").done();
    assert_eq!(message(&repo), "zhang: call");
    let said = repo.crm("log zhang call --commit=").fails(2);
    contains(&said, &["error[bad-argument]: --commit: the message is empty"]);
    // A new file, and one that goes.
    repo.crm("--commit add Wang --id wang").done();
    assert_eq!(
        (message(&repo), files(&repo)),
        ("wang: new (opportunity)".into(), "A\tprospects/wang.toml\n".into())
    );
    repo.crm("remove wang --commit").done();
    assert_eq!(
        (message(&repo), files(&repo)),
        ("wang: removed".into(), "D\tprospects/wang.toml\n".into())
    );
    repo.crm("tally he --dials 3 --conversations 1 --commit").done();
    assert_eq!((message(&repo), files(&repo)), ("tally he".into(), "A\tactivity/he.toml\n".into()));
    assert_eq!(status(&repo), "");
}

#[test]
fn a_message_that_is_typed_is_kept_as_it_is() {
    let repo = repo();
    let crm =
        |words: &[&str]| run(command(env!("CARGO_BIN_EXE_crm"), &repo.path(), "he").args(words));
    let said = crm(&["log", "zhang", "call", "--commit=#7: a call\n\n# and why\nbecause"]).done().1;
    assert!(said.ends_with("committed: #7: a call\n"), "{said}");
    assert_eq!(message(&repo), "#7: a call\n\n# and why\nbecause");
    assert_eq!(files(&repo), "M\tprospects/zhang.toml\n");
}

#[test]
fn the_first_commit_of_a_repository_has_the_file_alone() {
    let repo = Repo::new("he", "");
    repo.crm("add Wang --id wang --commit").done();
    assert_eq!(files(&repo), "A\tprospects/wang.toml\n");
    assert_eq!(status(&repo), "?? crm.toml\n");
}

#[test]
fn what_else_is_changed_or_staged_stays_as_it_was() {
    let repo = repo();
    add(&repo, "li", "2009-12-11-1-abc = { kind = \"call\" }");
    repo.sandbox.write("notes.txt", "x\n");
    repo.sandbox.write("staged.txt", "y\n");
    repo.git("add staged.txt").done();
    let before = status(&repo);
    repo.crm("log zhang call --commit").done();
    assert_eq!(files(&repo), "M\tprospects/zhang.toml\n");
    assert_eq!(status(&repo), before);
    repo.crm("add Wang --id wang --commit").done();
    assert_eq!(files(&repo), "A\tprospects/wang.toml\n");
    assert_eq!(status(&repo), before);
    // A part of a file staged, in a folder below the top of the repository.
    let deep = Repo::new("he", "");
    deep.sandbox.write("sales/crm.toml", "");
    deep.sandbox.write("sales/prospects/zhang.toml", format!("name = \"Z\"\n[events]\n{ZHANG}"));
    deep.commit("first").done();
    deep.crm("--ledger sales log zhang call --commit").done();
    assert_eq!(files(&deep), "M\tsales/prospects/zhang.toml\n");
    deep.sandbox.write("sales/prospects/zhang.toml", "name = \"Z\"\n");
    contains(
        &refused(&deep, "--ledger sales set zhang region=north --commit"),
        &["prospects/zhang.toml"],
    );
}

#[test]
fn a_file_with_changes_of_before_is_refused() {
    for stage in [false, true] {
        let repo = repo();
        add(&repo, "zhang", "2009-12-11-1-abc = { kind = \"call\" } # by hand");
        if stage {
            repo.git("add -A").done();
        }
        let said = refused(&repo, "log zhang note -m x --commit");
        contains(
            &said,
            &[
                "changed and not committed before, so that the commit would have more than this command writes: prospects/zhang.toml",
                "commit that first: git add FILE && git commit",
            ],
        );
        // Another file of the batch is not written either.
        refused(&repo, "log zhang li note -m x --commit");
        repo.crm("log li note -m x --commit").done();
        repo.crm("log zhang note -m x").done();
    }
    // A file that git does not know yet.
    let repo = repo();
    repo.crm("add Wang --id wang").done();
    contains(&refused(&repo, "log wang call --commit"), &["prospects/wang.toml"]);
    // A file that git ignores.
    repo.sandbox.write(".gitignore", "prospects/new*\n");
    contains(&refused(&repo, "add New --id new --commit"), &["git refused the commit", "ignored"]);
}

#[test]
fn a_hook_that_refuses_leaves_nothing_written() {
    let repo = repo();
    hook(&repo, "pre-commit", "echo 'no commits on a Friday' >&2; echo 第二行; exit 1");
    for line in [
        "log zhang call --commit",
        "add Wang --id wang --commit",
        "log zhang li call --commit",
        "rename li lee --commit",
        "remove li --commit",
        "join zhang li --commit",
    ] {
        let said = refused(&repo, line);
        contains(
            &said,
            &["git refused the commit; nothing was written", "no commits on a Friday", "第二行"],
        );
    }
    // Nothing is left to take back, or to do again.
    contains(&repo.crm("undo").fails(1), &["nothing-to-undo"]);
    contains(&repo.crm("redo").fails(1), &["nothing-to-undo"]);
    // Without a commit nothing is asked.
    repo.crm("log zhang call").done();
    contains(&repo.crm("undo").done().1, &["taken back: crm log zhang call"]);
    // A hook that lets it pass, and says something.
    hook(&repo, "pre-commit", "echo fine");
    let said = repo.crm("log zhang call --commit").done().1;
    assert!(said.ends_with("fine\ncommitted: zhang: call\n"), "{said}");
    // A hook that changes the file and refuses: nobody's text is lost, and both are told.
    hook(&repo, "pre-commit", "echo '# by a hook' >> prospects/li.toml; exit 1");
    let said = repo.crm("log li call --commit").fails(3);
    contains(
        &said,
        &[
            "error[git-failed]: git refused the commit, and what was written stays",
            "prospects/li.toml was changed by another program meanwhile",
            "git diff",
        ],
    );
    contains(&repo.sandbox.read("prospects/li.toml"), &["kind = \"call\"", "# by a hook"]);
}

#[test]
fn our_own_hooks_take_such_commits() {
    let repo = repo();
    repo.crm("hooks install").done();
    repo.commit("attributes").done();
    repo.crm("log zhang li call --commit").done();
    assert_eq!(message(&repo), "li: call; zhang: call");
    repo.crm("rename li lee --commit").done();
    assert_eq!(
        (message(&repo), files(&repo)),
        ("li -> lee".into(), "A\tprospects/lee.toml\nD\tprospects/li.toml\n".into())
    );
    repo.crm("join zhang lee --commit").done();
    assert_eq!(message(&repo), "zhang: joined with lee");
    assert_eq!(files(&repo), "D\tprospects/lee.toml\nM\tprospects/zhang.toml\n");
    assert_eq!(status(&repo), "");
}

#[test]
fn nothing_is_begun_where_no_commit_can_be_made() {
    let repo = repo();
    for (name, word) in [
        ("MERGE_HEAD", "a merge"),
        ("CHERRY_PICK_HEAD", "a cherry-pick"),
        ("REVERT_HEAD", "a revert"),
        ("rebase-merge/x", "a rebase"),
        ("rebase-apply/x", "a rebase"),
    ] {
        let head = repo.git("rev-parse HEAD").ok();
        repo.sandbox.write(&format!(".git/{name}"), &head);
        let said = refused(&repo, "log zhang call --commit");
        contains(&said, &[&format!("{word} is not finished"), "finish it first"]);
        repo.crm("log zhang call -n --commit").done();
        let path = repo.path().join(".git").join(name);
        std::fs::remove_file(&path).unwrap();
        if name.contains('/') {
            std::fs::remove_dir(path.parent().unwrap()).unwrap();
        }
    }
    repo.crm("log zhang call --commit").done();
    // Nobody knows who commits.
    repo.git("config user.useConfigOnly true").done();
    let nameless = |line: &str| -> Run {
        let mut command = command(env!("CARGO_BIN_EXE_crm"), &repo.path(), "he");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env_remove(format!("GIT_{who}_NAME")).env_remove(format!("GIT_{who}_EMAIL"));
        }
        run(command.args(split(line)))
    };
    let before = repo.sandbox.snapshot();
    let said = nameless("log zhang call --commit").fails(1);
    contains(
        &said,
        &["error[not-committed]: git does not know who commits", "git config user.name NAME"],
    );
    assert!(before == repo.sandbox.snapshot());
    nameless("log zhang call").done();
    // No repository.
    let sandbox = crate::common::Sandbox::ledger();
    sandbox.prospect("zhang", "name = \"Z\"\n", ZHANG);
    let mut plain = command(env!("CARGO_BIN_EXE_crm"), sandbox.path(), "he");
    let said =
        run(plain.env("GIT_CEILING_DIRECTORIES", "/").args(["log", "zhang", "call", "--commit"]))
            .fails(2);
    contains(&said, &["error[no-git]", "--no-commit"]);
    assert!(!sandbox.read("prospects/zhang.toml").contains("call"));
}

#[test]
fn the_setting_commits_every_command_and_an_option_makes_an_exception() {
    let repo = repo_of("[git]\ncommit = true\n");
    repo.crm("log zhang call").done();
    assert_eq!(message(&repo), "zhang: call");
    repo.crm("call zhang").done();
    repo.crm("log zhang email --no-commit").done();
    assert_eq!(repo.git("log --format=%s").ok(), "zhang: call\nzhang: call\nfirst\n");
    assert_eq!(status(&repo), " M prospects/zhang.toml\n");
    refused(&repo, "log zhang email");
    repo.git("commit -qam mail").done();
    let before = repo.git("rev-parse HEAD").ok();
    repo.crm("log zhang call -n").done();
    repo.crm("list").done();
    repo.crm("set zhang region=north -n").done();
    assert_eq!(repo.git("rev-parse HEAD").ok(), before);
    contains(&repo.crm("log zhang call --commit --no-commit").fails(2), &["--no-commit"]);
    // What is said already changes nothing.
    repo.crm("set zhang region=north").done();
    let before = repo.git("rev-parse HEAD").ok();
    repo.crm("set zhang region=north").done();
    assert_eq!(repo.git("rev-parse HEAD").ok(), before);
    let repo = repo_of("[git]\ncomit = true\n");
    contains(&repo.crm("list").fails(2), &["unknown setting `comit` of `[git]`", "`commit`"]);
}

#[test]
fn a_ledger_in_chinese_has_messages_in_chinese() {
    let repo = repo_of("[ledger]\nlanguage = \"zh\"\n[git]\ncommit = true\n");
    let said = repo.crm("log zhang call").done().1;
    contains(&said, &["已提交：zhang: 电话"]);
    repo.crm("lose zhang --reason price --lang en -f json").done();
    assert_eq!(message(&repo), "zhang: 退出 (price)");
    repo.crm("join zhang li").done();
    assert_eq!(message(&repo), "zhang: 并入 li");
    repo.sandbox.write(".git/MERGE_HEAD", repo.git("rev-parse HEAD").ok());
    let said = repo.crm("log zhang call").fails(1);
    contains(&said, &["合并尚未完成", "--no-commit"]);
}

#[test]
fn a_batch_is_one_commit() {
    let repo = repo();
    for n in 0..60 {
        repo.sandbox.prospect(&format!("p{n:02}"), &format!("name = \"P{n}\"\n"), LI);
    }
    repo.commit("many").done();
    repo.crm("log --where owner:he note -m x --commit").done();
    let text = message(&repo);
    assert!(text.starts_with("62 prospects\n\nli: note\np00: note\n"), "{text}");
    assert!(text.ends_with("p48: note\n… 12"), "{text}");
    assert_eq!(repo.git("log --format=%s").ok().lines().count(), 3);
    repo.sandbox.write("new.csv", "id,name\na,A\nb,B\n");
    repo.crm("import new.csv --date today --commit").done();
    assert_eq!(files(&repo), "A\tprospects/a.toml\nA\tprospects/b.toml\n");
    assert_eq!(message(&repo), "2 rows: 2 prospects added, 2 entries written");
    assert_eq!(status(&repo), "?? new.csv\n");
    contains(&repo.crm("sweep --commit").fails(2), &["written with --apply"]);
    // A hook refuses an import: no file is left.
    hook(&repo, "pre-commit", "exit 1");
    repo.sandbox.write("new.csv", "id,name\na,A\nc,C\nd,D\n");
    refused(&repo, "import new.csv --date today --save-mapping m.toml --commit");
}

#[test]
fn undo_after_a_commit_retracts_and_commits_as_well() {
    let repo = repo();
    repo.crm("log zhang li call --commit").done();
    repo.crm("undo --commit").done();
    assert_eq!(message(&repo), "li: retracted; zhang: retracted");
    contains(
        &repo.sandbox.read("prospects/zhang.toml"),
        &["kind = \"call\"", "kind = \"retracted\""],
    );
    assert_eq!(status(&repo), "");
    repo.crm("log zhang call").done();
    repo.crm("undo").done();
    assert_eq!(status(&repo), "");
}

#[test]
fn where_nothing_is_written_the_option_is_refused() {
    let repo = repo();
    for line in [
        "list --commit",
        "report funnel --commit",
        "hooks install --commit",
        "resolve --commit",
        "init x --commit",
    ] {
        contains(&repo.crm(line).fails(2), &["--commit does not go with this command"]);
    }
    assert!(!repo.path().join("x").exists());
    contains(&repo.crm("list --commit=x").fails(2), &["--commit does not go with"]);
    assert_eq!(status(&repo), "");
}

#[test]
fn an_edit_is_committed_and_is_not_begun_in_vain() {
    let repo = repo();
    let edit = |line: &str| -> Run {
        let mut command = command(env!("CARGO_BIN_EXE_crm"), &repo.path(), "he");
        run(command.env("EDITOR", "sed -i s/15000/16000/").args(split(line)))
    };
    add(&repo, "zhang", "2009-12-11-1-abc = { kind = \"call\" }");
    contains(&edit("edit zhang --commit").fails(1), &["error[not-committed]"]);
    assert!(!repo.sandbox.read("prospects/zhang.toml").contains("16000"));
    repo.git("commit -qam call").done();
    edit("edit zhang --commit").done();
    assert_eq!(
        (message(&repo), status(&repo)),
        ("zhang: value 15000 -> 16000".into(), String::new())
    );
}

#[test]
fn the_guard_takes_what_commands_commit() {
    let settings =
        "[[rep]]\nid = \"he\"\nemail = \"he@example.com\"\nadmin = true\n[git]\ncommit = true\n";
    let repo = repo_of(settings);
    let bare = crate::common::Sandbox::empty();
    repo.git(&format!("init -q --bare -b main {}", bare.path().display())).done();
    repo.crm(&format!("hooks install --server {} --admin he", bare.path().display())).done();
    repo.git(&format!("remote add origin {}", bare.path().display())).done();
    let push = || {
        let mut git = command("git", &repo.path(), "he");
        run(git.env("CRM_USER", "he").args(["push", "-q", "origin", "main"]))
    };
    push().done();
    repo.crm("advance zhang 25 --kind meeting").done();
    repo.crm("add Wang --id wang --owner he").done();
    repo.crm("rename li lee").done();
    repo.crm("undo zhang").done();
    push().done();
    assert_eq!(repo.git("rev-list --count HEAD").ok(), "5\n");
}
