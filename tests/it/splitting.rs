//! `crm split`: a join is undone, at once or later, before or after a commit.

use crate::common::repo::Repo;
use crate::common::{Sandbox, contains};
use crate::joining::{journal, lines};
use proptest::prelude::*;

const KEEP: &str = "# by hand\nname   = \"张先生\" # 老客户\n\n[[contact]]\nname = \"Ann\"\n\n[events]\n\
    2009-12-01-1-abc = { kind = \"opened\", owner = \"he\", value = 18000 }\n\
    2009-12-03-1-abc = { kind = \"meeting\", next = 2009-12-20 }\n";
const OTHER: &str = "name   = \"张总\"   # 展会\nregion = \"north\"\n\n[[contact]]\nname = \"Bob\"\n\n[events]\n\
    2009-12-02-1-abc = { kind = \"opened\", owner = \"li\", value = 5000 }\n\
    2009-12-04-1-abc = { kind = \"meeting\", stage = \"appointment\", note = \"golf\", odd = 1 } # kept\n\
    2009-12-05-1-abc = { kind = \"booking\", amount = 3000 }\n";

fn fill(sandbox: &Sandbox) {
    sandbox.write("prospects/zhang.toml", KEEP);
    sandbox.write("prospects/zhang-2.toml", OTHER);
}

fn two() -> Sandbox {
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\n");
    fill(&sandbox);
    sandbox
}

fn repo() -> Repo {
    let repo = Repo::new("he", "[ledger]\ncurrency = \"CNY\"\n");
    fill(&repo.sandbox);
    repo.crm("hooks install").done();
    repo.commit("one").done();
    repo
}

fn figures(sandbox: &Sandbox) -> String {
    let columns = "id,name,region,stage,owner,value,booked,next";
    sandbox.crm(&format!("list -c {columns} -f csv")).ok()
}

#[test]
fn with_nothing_between_both_files_have_their_bytes_again() {
    let sandbox = two();
    sandbox.crm("join zhang zhang-2 -m 'twice at the fair' --by he").done();
    let said = sandbox.crm("split zhang -n").done();
    contains(&said.0, &["+name   = \"张总\"   # 展会"]);
    assert!(!sandbox.path().join("prospects/zhang-2.toml").exists());
    let said = sandbox.crm("split zhang").done().1;
    assert_eq!(said, "zhang-2 (张总) is a file of its own again: prospects/zhang-2.toml\n");
    assert_eq!(
        (&*sandbox.read("prospects/zhang.toml"), &*sandbox.read("prospects/zhang-2.toml")),
        (KEEP, OTHER)
    );
    // The split is a command like others.
    sandbox.crm("undo --force x").done();
    assert!(!sandbox.path().join("prospects/zhang-2.toml").exists());
    contains(&sandbox.read("prospects/zhang.toml"), &["golf", "joined with zhang-2"]);
    sandbox.crm("redo").done();
    assert_eq!(sandbox.read("prospects/zhang-2.toml"), OTHER);
}

#[test]
fn of_two_joins_the_last_is_undone_and_any_that_is_named() {
    let third =
        "name = \"Zhang\"\n\n[events]\n2009-12-08-1-abc = { kind = \"opened\", owner = \"he\" }\n";
    let joined = || {
        let sandbox = two();
        sandbox.write("prospects/third.toml", third);
        sandbox.crm("join zhang zhang-2").done();
        sandbox.crm("join zhang third").done();
        sandbox
    };
    let is_there =
        |sandbox: &Sandbox, id: &str| sandbox.path().join(format!("prospects/{id}.toml")).exists();
    let sandbox = joined();
    sandbox.crm("split zhang").done();
    assert!(is_there(&sandbox, "third") && !is_there(&sandbox, "zhang-2"));
    assert_eq!(sandbox.read("prospects/third.toml"), third);
    sandbox.crm("split zhang").done();
    assert_eq!(sandbox.read("prospects/zhang-2.toml"), OTHER);
    assert_eq!(sandbox.read("prospects/zhang.toml"), KEEP);
    let sandbox = joined();
    sandbox.crm("split zhang zhang-2").done();
    assert!(!is_there(&sandbox, "third"));
    assert_eq!(sandbox.read("prospects/zhang-2.toml"), OTHER);
}

#[test]
fn what_came_between_stays_with_the_file_that_stayed() {
    let sandbox = two();
    sandbox.crm("join zhang zhang-2 --lang zh").done();
    sandbox.crm("log zhang call -m later --next 2009-12-24").done();
    sandbox.crm("log zhang note -m 'more'").done();
    let said = sandbox.crm("split zhang zhang-2").done().1;
    contains(&said, &["is a file of its own again", "2 later entries stay with zhang (张先生)\n"]);
    assert_eq!(sandbox.read("prospects/zhang-2.toml"), OTHER);
    let text = sandbox.read("prospects/zhang.toml");
    assert!(text.starts_with(KEEP), "{text}");
    let rest: Vec<&str> = text[KEEP.len()..].lines().collect();
    assert_eq!(rest.len(), 2, "{text}");
    contains(rest[0], &["kind = \"call\"", "note = \"later\""]);
    contains(rest[1], &["kind = \"note\"", "note = \"more\""]);
    // Facts that were changed since stay, and that is said.
    let sandbox = two();
    sandbox.crm("join zhang zhang-2").done();
    let text = sandbox.read("prospects/zhang.toml");
    sandbox.write("prospects/zhang.toml", text.replace("# 老客户", "# VIP"));
    let said = sandbox.crm("split zhang").done().1;
    contains(&said, &["facts and people of zhang were changed since, and stay: crm edit zhang"]);
    contains(&sandbox.read("prospects/zhang.toml"), &["# VIP", "region = \"north\"", "Bob"]);
    assert_eq!(sandbox.read("prospects/zhang-2.toml"), OTHER);
}

#[test]
fn an_entry_whose_key_begins_like_one_of_the_join_stays() {
    let sandbox = two();
    let third = "name = \"Zhang\"\n\n[events]\n2009-12-08-1 = { kind = \"opened\" }\n2009-12-09-1 = { kind = \"call\" }\n";
    sandbox.write("prospects/third.toml", third);
    sandbox.crm("join zhang third").done();
    let later = "2009-12-09-1-xyz = { kind = \"note\", note = \"later\" }\n";
    let text = sandbox.read("prospects/zhang.toml");
    contains(&text, &["\n2009-12-09-1 = { kind = \"call\""]);
    sandbox.write("prospects/zhang.toml", text + later);
    sandbox.crm("split zhang").done();
    assert_eq!(sandbox.read("prospects/zhang.toml"), KEEP.to_owned() + later);
    assert_eq!(sandbox.read("prospects/third.toml"), third);
}

#[test]
fn what_a_commit_has_is_retracted_and_the_hooks_take_it() {
    let repo = repo();
    let before = figures(&repo.sandbox);
    repo.crm("join zhang zhang-2").done();
    repo.commit("joined").done();
    // Another clone's notes would not know: git does.
    std::fs::remove_dir_all(repo.path().join(".git/crm")).unwrap();
    let joined = repo.sandbox.read("prospects/zhang.toml");
    repo.crm("log zhang note -m later").done();
    repo.commit("later").done();
    let said = repo.crm("split zhang").done().1;
    contains(&said, &["zhang-2 (张总) is a file of its own again", "1 later entry stays"]);
    assert_eq!(repo.sandbox.read("prospects/zhang-2.toml"), OTHER);
    let text = repo.sandbox.read("prospects/zhang.toml");
    for line in joined.lines().filter(|line| line.starts_with("2009")) {
        assert!(text.contains(line), "{line}\n{text}");
    }
    contains(&text, &["reason = \"zhang-2 is a file of its own again\"", "note = \"later\""]);
    assert!(text.starts_with(&KEEP[..KEEP.find("[events]").unwrap()]), "{text}");
    assert_eq!(figures(&repo.sandbox), before);
    let run = repo.crm("check");
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
    repo.commit("split").done();
    // There is no join left to undo.
    contains(&repo.crm("split zhang").fails(1), &["error[nothing-to-undo]", "was not joined"]);
}

#[test]
fn the_one_that_was_opened_later_is_opened_again() {
    // The file that stays was opened later, so that its opening was retracted by the join.
    for committed in [false, true] {
        let repo = repo();
        let before = figures(&repo.sandbox);
        repo.crm("join zhang-2 zhang").done();
        if committed {
            repo.commit("joined").done();
        }
        repo.crm("split zhang-2 zhang").done();
        assert_eq!(figures(&repo.sandbox), before, "{committed}");
        assert_eq!(repo.sandbox.read("prospects/zhang.toml"), KEEP);
        // What no commit had is as if it had never been.
        let is_changed = !repo.git("status --short").ok().is_empty();
        assert_eq!(is_changed, committed);
        if committed {
            repo.commit("split").done();
        }
    }
}

#[test]
fn a_join_before_git_knew_the_files_comes_from_the_notes_of_the_clone() {
    let repo = Repo::new("he", "");
    fill(&repo.sandbox);
    repo.crm("join zhang zhang-2").done();
    repo.commit("one").done();
    repo.crm("split zhang").done();
    assert_eq!(repo.sandbox.read("prospects/zhang-2.toml"), OTHER);
    // Where neither knows, nothing is guessed.
    let sandbox = two();
    sandbox.crm("join zhang zhang-2").done();
    std::fs::remove_dir_all(sandbox.path().join(".crm")).unwrap();
    let said = sandbox.refused("split zhang", 1);
    contains(&said, &["neither git nor the notes of this clone have `zhang-2` and zhang (张先生)"]);
}

#[test]
fn what_cannot_be_split_is_refused() {
    let sandbox = two();
    contains(
        &sandbox.refused("split zhang", 1),
        &["was not joined with another file", "crm split KEEP"],
    );
    contains(&sandbox.refused("split wang", 2), &["error[not-found]"]);
    sandbox.crm("join zhang zhang-2").done();
    let said = sandbox.refused("split zhang zhang-3", 1);
    contains(&said, &["was not joined with `zhang-3`", "`zhang-2`"]);
    // The id is taken by another one.
    sandbox.prospect("zhang-2", "name = \"New\"\n", "2009-12-01-1-xyz = { kind = \"opened\" }\n");
    contains(&sandbox.refused("split zhang", 1), &["error[already-there]"]);
    std::fs::remove_file(sandbox.path().join("prospects/zhang-2.toml")).unwrap();
    // An entry of the join was changed by hand.
    let text = sandbox.read("prospects/zhang.toml");
    sandbox.write("prospects/zhang.toml", text.replace("golf", "tennis"));
    contains(&sandbox.refused("split zhang", 1), &["error[nothing-to-undo]"]);
}

#[test]
fn customers_come_apart_and_files_that_name_them_are_told() {
    let sandbox = Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n");
    let opened = "2009-12-01-1-abd = { kind = \"opened\" }\n";
    let (a, b) = (
        format!("name = \"A\"\n\n[events]\n{opened}"),
        format!("name = \"B\"\n\n[events]\n{opened}"),
    );
    sandbox.write("customers/a.toml", &a);
    sandbox.write("customers/b.toml", &b);
    sandbox.prospect("deal", "name = \"D\"\naccount = \"b\"\n", opened);
    sandbox.crm("join a b").done();
    let said = sandbox.crm("split a").done().1;
    contains(
        &said,
        &[
            "b (B) 又是单独的文件：customers/b.toml",
            "以下文件归属 a；应归属 b 的请用 crm edit 改写：deal",
        ],
    );
    assert_eq!((sandbox.read("customers/a.toml"), sandbox.read("customers/b.toml")), (a, b));
}

#[test]
fn a_later_move_that_rests_on_the_other_file_keeps_the_split_from_being_made() {
    let sandbox = Sandbox::ledger();
    let opened = "2009-12-01-1-abc = { kind = \"opened\" }\n";
    sandbox.prospect("a", "name = \"A\"\n", opened);
    let met = format!("{opened}2009-12-02-1-abc = {{ kind = \"meeting\", next = 2009-12-24 }}\n");
    sandbox.prospect("b", "name = \"B\"\n", &met.replace("-abc", "-xyz"));
    sandbox.crm("join a b").done();
    sandbox.crm("advance a 25").done();
    contains(&sandbox.refused("split a", 1), &["error[unsupported-move]"]);
    sandbox.crm("undo a").done();
    sandbox.crm("split a").done();
    assert_eq!(sandbox.crm("list id:a -c stage -f csv").ok(), "stage\nopportunity\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// A join and a split leave the bytes of both files; entries between them are in the file that stayed.
    #[test]
    fn a_split_undoes_a_join(a in journal(), b in journal(), later in 0_usize..3) {
        let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\n");
        sandbox.prospect("a", "name = \"A\"\n", &lines("aaa", &a));
        sandbox.prospect("b", "name = \"B\"\nregion = \"south\"\n", &lines("bbb", &b));
        let (keep, other) = (sandbox.read("prospects/a.toml"), sandbox.read("prospects/b.toml"));
        sandbox.crm("join a b").done();
        for n in 0..later {
            sandbox.crm(&format!("log a note -m n{n}")).done();
        }
        sandbox.crm("split a").done();
        prop_assert_eq!(sandbox.read("prospects/b.toml"), other);
        let text = sandbox.read("prospects/a.toml");
        prop_assert!(text.starts_with(&keep), "{}\n{}", keep, text);
        let rest = &text[keep.len()..];
        prop_assert_eq!(rest.lines().count(), later, "{}", text);
        for n in 0..later {
            let note = format!("note = \"n{n}\"");
            prop_assert!(rest.contains(&note));
        }
    }
}
