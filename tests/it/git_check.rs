//! `crm check --staged` and `--since`, with real git.

use crate::common::repo::Repo;

const ZHANG: &str = "2009-12-03-1 = { kind = \"opened\", by = \"liuyan\", owner = \"liuyan\" }\n\
                     2009-12-04-1 = { kind = \"call\", by = \"liuyan\", note = \"warm\" }\n";

fn repo() -> Repo {
    let repo = Repo::new("liuyan", "");
    repo.sandbox.prospect("zhang", "name = \"张先生\"", ZHANG);
    repo.sandbox.prospect("li", "name = \"Li\"", "2009-12-10 = { kind = \"opened\" }\n");
    repo.commit("first").done();
    repo
}

/// Runs the check, which must find errors, and gives what it printed.
#[track_caller]
fn found(repo: &Repo, line: &str) -> String {
    let run = repo.crm(line);
    assert_eq!(run.status, 1, "{}{}", run.stdout, run.stderr);
    run.stdout
}

#[test]
fn what_is_staged_counts_and_not_the_work_tree() {
    let repo = repo();
    repo.sandbox.prospect(
        "li",
        "name = \"Li\"",
        "2009-12-10 = { kind = \"opened\", stage = \"x\" }\n",
    );
    let (_, said) = repo.crm("check --staged").done();
    assert_eq!(said, "2 prospects checked: 0 errors, 0 warnings, 0 for information\n");
    repo.git("add -A").done();
    // Staged with the mistake; mended on the disk only.
    repo.sandbox.prospect("li", "name = \"Li\"", "2009-12-10 = { kind = \"opened\" }\n");
    repo.crm("check").done();
    let text = found(&repo, "check --staged");
    assert!(text.contains("error[unknown-stage]"), "{text}");
    assert!(
        text.contains(
            "--> prospects/li.toml:3:41\n  |\n3 | 2009-12-10 = { kind = \"opened\", stage = \"x\" }"
        ),
        "{text}"
    );
    let lines = found(&repo, "check --staged --lines");
    assert!(lines.starts_with("prospects/li.toml:3:41: error[unknown-stage]"), "{lines}");
}

#[test]
fn links_copies_and_what_is_only_announced() {
    let repo = repo();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/hostname", repo.path().join("prospects/host.toml")).unwrap();
    repo.sandbox.prospect("ZHANG", "name = \"x\"", "2009-12-03 = { kind = \"opened\" }\n");
    repo.git("add -A").done();
    let text = found(&repo, "check --staged");
    assert!(text.contains("error[symlink]") && text.contains("error[duplicate-id]"), "{text}");
    repo.git("reset -q --hard").done();
    repo.sandbox.write("prospects/later.toml", "not yet ready");
    repo.git("add -N prospects/later.toml").done();
    repo.crm("check --staged").done();
}

#[test]
fn old_entries_stand_as_they_stood() {
    let repo = repo();
    // Growing, and another form of the same, are fine.
    let grown = format!(
        "# a comment\n{}2009-12-05-1 = {{ kind = \"note\" }}\n",
        ZHANG.replace("{ kind", "{kind")
    );
    repo.sandbox.prospect("zhang", "name = '张先生'\ncompany = \"A\"", &grown);
    let (_, said) = repo.crm("check --since HEAD").done();
    assert_eq!(said, "1 prospect checked: 0 errors, 0 warnings, 0 for information\n");
    repo.sandbox.prospect("zhang", "name = \"张先生\"", &ZHANG.replace("warm", "cold"));
    for line in ["check --since HEAD", "check --since main"] {
        let text = found(&repo, line);
        let revision = line.rsplit(' ').next().unwrap();
        let message = format!(
            "error[history-changed]: the event `2009-12-04-1` of `zhang` differs from {revision}\n --> prospects/zhang.toml:4:1\n"
        );
        assert!(text.starts_with(&message), "{text}");
        assert!(
            text.contains(
                "note: it was: 2009-12-04-1 = { kind = \"call\", by = \"liuyan\", note = \"warm\" }"
            ),
            "{text}"
        );
    }
    // Nothing of it is staged.
    repo.crm("check --staged --since HEAD").done();
    repo.git("add -A").done();
    let text = found(&repo, "check --staged --since HEAD");
    assert!(text.contains("error[history-changed]") && text.contains("note = \"cold\""), "{text}");
    repo.sandbox.prospect("zhang", "name = \"张先生\"", ZHANG.split_once('\n').unwrap().1);
    let text = found(&repo, "check --since HEAD");
    assert!(
        text.contains("error[history-lost]: the event `2009-12-03-1` of `zhang` is gone"),
        "{text}"
    );
}

#[test]
fn a_prospect_may_move_but_not_vanish() {
    let repo = repo();
    let moved = |from: &str, to: &str| {
        repo.sandbox.write(
            &format!("prospects/{to}.toml"),
            repo.sandbox.read(&format!("prospects/{from}.toml")),
        );
        std::fs::remove_file(repo.path().join(format!("prospects/{from}.toml"))).unwrap();
    };
    moved("zhang", "north/zhang");
    repo.crm("check --since HEAD").done();
    // Another id: every entry lives on.
    moved("north/zhang", "zhang-xian-sheng");
    repo.crm("check --since HEAD").done();
    moved("zhang-xian-sheng", "zhang");
    std::fs::remove_file(repo.path().join("prospects/zhang.toml")).unwrap();
    for line in ["check --since HEAD", "check --staged --since HEAD"] {
        repo.git("add -A").done();
        let text = found(&repo, line);
        assert!(text.starts_with("error[history-lost]: the prospect `zhang` is gone with its 2 events\n --> prospects/zhang.toml\n"), "{text}");
    }
    // A tiny journal that another prospect has too does not live on there.
    repo.git("reset -q --hard").done();
    repo.sandbox.prospect("wu", "name = \"Wu\"", "2009-12-10 = { kind = \"opened\" }\n");
    repo.commit("wu").done();
    std::fs::remove_file(repo.path().join("prospects/wu.toml")).unwrap();
    assert!(found(&repo, "check --since HEAD").contains("`wu` is gone with its 1 event"));
}

#[test]
fn before_the_first_commit_and_below_the_top() {
    let repo = Repo::new("liuyan", "");
    std::fs::create_dir_all(repo.path().join("sales")).unwrap();
    std::fs::rename(repo.path().join("crm.toml"), repo.path().join("sales/crm.toml")).unwrap();
    repo.sandbox.write("sales/prospects/zhang.toml", format!("name = \"Z\"\n[events]\n{ZHANG}"));
    repo.git("add -A").done();
    let (_, said) = repo.crm("check --staged --since HEAD --ledger sales").done();
    assert_eq!(said, "1 prospect checked: 0 errors, 0 warnings, 0 for information\n");
    repo.commit("first").done();
    let mended = ZHANG.replace("warm", "cold");
    repo.sandbox.write("sales/prospects/zhang.toml", format!("name = \"Z\"\n[events]\n{mended}"));
    repo.sandbox.write("prospects/other.toml", "not of this ledger");
    for line in ["check --since HEAD --ledger sales", "check --staged --since HEAD --ledger sales"]
    {
        let text = found(&repo, line);
        assert!(text.contains("--> sales/prospects/zhang.toml:4:1"), "{text}");
        repo.git("add -A").done();
    }
    let error = repo.crm("check --since mian --ledger sales").fails(2);
    assert!(error.starts_with("error[bad-revision]: `mian` names no commit\n"), "{error}");
}

#[test]
fn a_merge_that_is_not_settled() {
    let repo = repo();
    repo.git("checkout -q -b other").done();
    let with =
        |note: &str| format!("{ZHANG}2009-12-06 = {{ kind = \"note\", note = \"{note}\" }}\n");
    repo.sandbox.prospect("zhang", "name = \"张先生\"", &with("a"));
    repo.commit("a").done();
    repo.git("checkout -q main").done();
    repo.sandbox.prospect("zhang", "name = \"张先生\"", &with("b"));
    repo.commit("b").done();
    assert_eq!(repo.git("merge other").status, 1);
    let text = found(&repo, "check --staged");
    assert!(text.starts_with("error[unmerged]: a merge left several versions of this file\n --> prospects/zhang.toml\n"), "{text}");
}

#[test]
fn a_customers_file_is_checked_staged_and_since_a_revision() {
    let repo = repo();
    let file = "customers/pujiang.toml";
    let customer = format!("name = \"浦江\"\n\n[events]\n{ZHANG}");
    repo.sandbox.write(file, &customer);
    repo.commit("a customer").done();
    let broken = "2009-12-05-1 = { kind = \"order\", amount = \"much\" }\n";
    repo.sandbox.write(file, format!("{customer}{broken}"));
    let place = "--> customers/pujiang.toml:";
    let text = found(&repo, "check --since HEAD");
    assert!(text.contains("error[") && text.contains(place), "{text}");
    // Nothing of it is staged yet.
    repo.crm("check --staged").done();
    repo.git("add -A").done();
    assert!(found(&repo, "check --staged").contains("error["));
    repo.sandbox.write(file, customer.replace("warm", "cold"));
    let text = found(&repo, "check --since HEAD");
    assert!(text.contains("error[history-changed]") && text.contains(place), "{text}");
    // An id is one file's, over both folders.
    repo.git("reset -q --hard").done();
    repo.sandbox.write("customers/zhang.toml", &customer);
    let text = found(&repo, "check");
    assert!(text.contains("error[duplicate-id]"), "{text}");
    repo.git("add -A").done();
    assert!(found(&repo, "check --staged").contains("error[duplicate-id]"));
}
