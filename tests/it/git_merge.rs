//! Merging with real git: the driver in every operation that merges, and mending what a clone without it
//! left.

use crate::common::repo::{Repo, command};
use crate::common::run;

const ZHANG: &str = "name = \"张先生\"\nregion = \"shanghai\"\n\n[events]\n\
                     2009-12-01-1-abc = { kind = \"opened\" }\n";
const FILE: &str = "prospects/zhang.toml";

/// A ledger whose git knows the driver.
fn ledger() -> Repo {
    let repo = bare_ledger();
    repo.sandbox.write(".gitattributes", "");
    repo.git("rm -q --cached .gitattributes");
    std::fs::remove_file(repo.path().join(".gitattributes")).unwrap();
    std::fs::remove_file(repo.path().join("crm.toml")).unwrap();
    repo.crm("init").done();
    repo.commit("a ledger").done();
    repo
}

/// A ledger that git merges by lines.
fn bare_ledger() -> Repo {
    let repo = Repo::new("liuyan", "");
    repo.sandbox.write(FILE, ZHANG);
    repo.commit("zhang").done();
    repo
}

/// A branch from `from` with this text of the prospect.
fn branch(repo: &Repo, name: &str, from: &str, text: &str) {
    repo.git(&format!("checkout -q -b {name} {from}")).done();
    repo.sandbox.write(FILE, text);
    repo.commit(name).done();
}

fn call(n: u32) -> String {
    format!("2009-12-{n:02}-1-c{n} = {{ kind = \"call\", reached = true }}\n")
}

/// What stands in the file, without conflicts, and passes every check.
#[track_caller]
fn whole(repo: &Repo) -> String {
    let text = repo.sandbox.read(FILE);
    let (_, said) = repo.crm("check").done();
    assert!(said.contains("0 errors"), "{said}\n{text}");
    text
}

#[test]
fn init_in_a_repository_installs_the_driver() {
    let repo = ledger();
    let attributes =
        repo.git(&format!("check-attr merge text -- {FILE} crm.toml activity/a.toml")).ok();
    assert_eq!(attributes.matches("merge: crm").count(), 3, "{attributes}");
    assert_eq!(attributes.matches("text: unset").count(), 3, "{attributes}");
    let driver = repo.git("config merge.crm.driver").ok();
    assert!(driver.contains("crm' merge-file --marker-size %L"), "{driver}");
}

#[test]
fn merge_rebase_and_cherry_pick() {
    let base = ZHANG.to_owned();
    let one = base.replace("shanghai", "suzhou") + &call(5);
    let two = base.replace("张先生\"", "张先生\"\ncompany = \"时装\"") + &call(3);
    let both =
        base.replace("shanghai", "suzhou").replace("张先生\"", "张先生\"\ncompany = \"时装\"");
    for operation in ["merge -q --no-edit two", "rebase -q two", "cherry-pick two"] {
        let repo = ledger();
        branch(&repo, "one", "main", &one);
        branch(&repo, "two", "main", &two);
        repo.git("checkout -q one").done();
        repo.git(operation).done();
        assert_eq!(whole(&repo), both.clone() + &call(3) + &call(5), "{operation}");
    }
}

/// Git's octopus never asks a driver: it merges by lines and gives up where lines meet. One after another
/// the same branches merge.
#[test]
fn an_octopus_gives_up_where_lines_meet() {
    let repo = ledger();
    for (name, n) in [("one", 5), ("two", 3), ("three", 4)] {
        branch(&repo, name, "main", &(ZHANG.to_owned() + &call(n)));
        repo.sandbox.write(&format!("prospects/{name}.toml"), ZHANG);
        repo.commit("another file").done();
    }
    repo.git("checkout -q main").done();
    assert_ne!(repo.git("merge -q --no-edit one two three").status, 0);
    repo.git("reset -q --hard").done();
    for name in ["one", "two", "three"] {
        repo.git(&format!("merge -q --no-edit {name}")).done();
    }
    assert_eq!(whole(&repo), ZHANG.to_owned() + &call(3) + &call(4) + &call(5));
    repo.git("checkout -q -b four main~3").done();
    for name in ["five", "six"] {
        repo.git(&format!("checkout -q -b {name} four")).done();
        repo.sandbox.write(&format!("prospects/{name}.toml"), ZHANG);
        repo.commit(name).done();
    }
    repo.git("checkout -q four").done();
    repo.git("merge -q --no-edit five six").done();
    assert_eq!(repo.crm("list -f ids").ok().lines().count(), 3);
}

#[test]
fn two_clones_push_and_pull() {
    let origin = ledger();
    origin.git("checkout -q -b elsewhere").done();
    let (a, b) = (Repo::clone_of(&origin.path(), "hejun"), Repo::clone_of(&origin.path(), "sarah"));
    for repo in [&a, &b] {
        // A clone has the attributes; the driver is its own affair.
        let driver = origin.git("config merge.crm.driver").ok();
        let words = ["config", "merge.crm.driver", driver.trim()];
        run(command("git", &repo.path(), repo.user).args(words)).done();
        repo.git("checkout -q main").done();
    }
    a.crm("log zhang call --reached --by hejun --note 早上").done();
    a.commit("a").done();
    a.git("push -q origin main").done();
    b.crm("log zhang meeting --by sarah --next 2009-12-21").done();
    b.crm("add 李娜 --owner sarah").done();
    b.commit("b").done();
    b.git("pull -q --no-rebase --no-edit").done();
    b.git("push -q origin main").done();
    a.git("pull -q").done();
    let text = whole(&a);
    assert_eq!(text, whole(&b));
    assert!(text.contains("早上") && text.contains("\"meeting\""), "{text}");
    assert!(text.starts_with(ZHANG), "{text}");
}

#[test]
fn a_real_conflict_stops_git_and_is_all_that_it_shows() {
    let repo = ledger();
    branch(&repo, "one", "main", &(ZHANG.replace("shanghai", "suzhou") + &call(5)));
    branch(&repo, "two", "main", &(ZHANG.replace("shanghai", "ningbo") + &call(3)));
    let run = repo.git("merge --no-edit one");
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stderr.contains("prospects/zhang.toml: 1 conflict: region (line 2)"), "{run:?}");
    let text = repo.sandbox.read(FILE);
    let conflict = "<<<<<<< HEAD\nregion = \"ningbo\"\n=======\nregion = \"suzhou\"\n>>>>>>> one\n";
    let expected = ZHANG.replace("region = \"shanghai\"\n", conflict) + &call(3) + &call(5);
    assert_eq!(text, expected);
    repo.git("merge --abort").done();
    repo.git("config merge.conflictStyle zdiff3").done();
    assert_eq!(repo.git("merge --no-edit one").status, 1);
    let text = repo.sandbox.read(FILE);
    assert!(text.contains("\nregion = \"shanghai\"\n=======\n"), "{text}");
}

#[test]
fn two_claims() {
    let texts = ["one two", "two one"].map(|order| {
        let repo = ledger();
        for (branch, rep) in [("one", "hejun"), ("two", "sarah")] {
            repo.git(&format!("checkout -q -b {branch} main")).done();
            repo.crm(&format!("claim zhang --by {rep}")).done();
            repo.commit(branch).done();
        }
        let (into, from) = order.split_once(' ').unwrap();
        repo.git(&format!("checkout -q {into}")).done();
        repo.git(&format!("merge -q --no-edit {from}")).done();
        let (out, _) = repo.crm("check").done();
        assert_eq!(out.matches("late-claim").count(), 1, "{out}");
        let owner = repo.crm("list --columns id,owner -f csv").ok();
        (repo.sandbox.read(FILE), owner)
    });
    assert_eq!(texts[0], texts[1]);
}

/// A ledger in the middle of a merge of two branches that each added somebody under the id `wang`. `driver`: git
/// asks the merge driver.
fn two_openings(order: &str, driver: bool) -> Repo {
    let repo = if driver { ledger() } else { bare_ledger() };
    for (branch, rep, day) in [("one", "hejun", "2009-12-17"), ("two", "sarah", "2009-12-18")] {
        repo.git(&format!("checkout -q -b {branch} main")).done();
        repo.crm(&format!("add 王芳 --id wang --owner {rep} --date {day}")).done();
        repo.crm(&format!("log wang call --reached --by {rep} --date 2009-12-18")).done();
        repo.commit(branch).done();
    }
    let (into, from) = order.split_once(' ').unwrap();
    repo.git(&format!("checkout -q {into}")).done();
    let run = repo.git(&format!("merge --no-edit {from}"));
    assert_eq!(run.status, 1, "{run:?}");
    assert!(!driver || run.stderr.contains("two openings"), "{run:?}");
    repo
}

#[test]
fn two_openings_of_one_id_are_a_conflict_until_somebody_decides() {
    for driver in [true, false] {
        let mut ends = Vec::new();
        for order in ["one two", "two one"] {
            let repo = two_openings(order, driver);
            let run = repo.crm("resolve");
            assert_eq!(run.status, 1, "{run:?}");
            assert!(
                run.stderr.contains("error[merge-conflict]: two openings of `wang`"),
                "{run:?}"
            );
            assert!(run.stderr.contains("crm resolve wang --one"), "{run:?}");
            repo.crm("hooks install").done();
            repo.crm("resolve wang --one").done();
            let one = repo.sandbox.read("prospects/wang.toml");
            assert_eq!(one.matches("\"opened\"").count(), 2, "history stays: {one}");
            assert_eq!(one.matches("\"call\"").count(), 2, "{one}");
            repo.crm("check").done();
            assert_eq!(repo.crm("list wang -c id,owner -f csv").ok(), "id,owner\nwang,hejun\n");
            repo.commit("one person").done();

            let repo = two_openings(order, driver);
            repo.crm("hooks install").done();
            let (_, said) = repo.crm("resolve wang --two").done();
            assert!(said.contains("prospects/wang-2.toml: merged"), "{said}");
            repo.crm("check").done();
            assert_eq!(
                repo.crm("list wang -c id,owner -f csv").ok(),
                "id,owner\nwang,hejun\nwang-2,sarah\n"
            );
            // The hook finds no entry gone: one journal has another file.
            repo.commit("two people").done();
            ends.push((one, repo.sandbox.read("prospects/wang.toml")));
        }
        assert_eq!(ends[0], ends[1]);
    }
}

#[test]
fn two_people_joined_in_one_file_are_found() {
    let repo = two_openings("one two", false);
    let text = repo.sandbox.read("prospects/wang.toml");
    let kept =
        text.lines().filter(|line| !["<<<", "===", ">>>"].iter().any(|m| line.starts_with(m)));
    repo.sandbox.write("prospects/wang.toml", kept.collect::<Vec<_>>().join("\n") + "\n");
    let run = repo.crm("check");
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains("error[two-openings]"), "{}", run.stdout);
}

#[test]
fn what_is_no_toml_is_merged_by_lines() {
    let repo = ledger();
    branch(&repo, "one", "main", &(ZHANG.to_owned() + "broken = \n"));
    branch(&repo, "two", "main", &ZHANG.replace("张先生", "张"));
    let run = repo.git("merge --no-edit one");
    assert_eq!(run.status, 0, "{run:?}");
    assert!(
        run.stderr.contains("merged by lines, for a version of it is not valid TOML"),
        "{run:?}"
    );
    assert_eq!(repo.sandbox.read(FILE), ZHANG.replace("张先生", "张") + "broken = \n");
}

#[test]
fn criss_cross_branches_converge() {
    let repo = ledger();
    branch(&repo, "one", "main", &(ZHANG.replace("shanghai", "suzhou") + &call(5)));
    branch(&repo, "two", "main", &(ZHANG.to_owned() + &call(3)));
    repo.git("checkout -q -b three one").done();
    repo.git("merge -q --no-edit two").done();
    repo.git("checkout -q -b four two").done();
    repo.git("merge -q --no-edit one").done();
    let four = whole(&repo) + &call(7);
    repo.sandbox.write(FILE, &four);
    repo.commit("four").done();
    repo.git("checkout -q three").done();
    repo.sandbox.write(FILE, repo.sandbox.read(FILE) + &call(6));
    repo.commit("three").done();
    repo.git("merge -q --no-edit four").done();
    let expected = ZHANG.replace("shanghai", "suzhou") + &call(3) + &call(5) + &call(6) + &call(7);
    assert_eq!(whole(&repo), expected);
}

/// A repository in the middle of a merge that git made by lines: both sides appended and changed facts.
fn in_conflict(ours: &str, theirs: &str) -> Repo {
    let repo = bare_ledger();
    branch(&repo, "theirs", "main", theirs);
    branch(&repo, "ours", "main", ours);
    assert_eq!(repo.git("merge --no-edit theirs").status, 1);
    assert!(repo.sandbox.read(FILE).contains("<<<<<<< HEAD"));
    repo
}

#[test]
fn resolve_mends_from_the_stages() {
    let ours = ZHANG.replace("shanghai", "suzhou") + &call(5);
    let theirs = ZHANG.replace("张先生\"", "张先生\"\nsize = \"12\"") + &call(3);
    let repo = in_conflict(&ours, &theirs);
    let before = repo.sandbox.read(FILE);
    let run = repo.crm("resolve -n");
    assert_eq!((run.status, &*run.stderr), (0, ""));
    assert!(run.stdout.contains("-<<<<<<< HEAD"), "{}", run.stdout);
    assert_eq!(repo.sandbox.read(FILE), before);
    let (out, said) = repo.crm("resolve").done();
    assert_eq!(out, "");
    assert_eq!(said, format!("{FILE}: merged\nnext: git diff, then git add {FILE}\n"));
    let merged = ours.replace("张先生\"", "张先生\"\nsize = \"12\"").replace(&call(5), "")
        + &call(3)
        + &call(5);
    assert_eq!(whole(&repo), merged);
    let (_, said) = repo.crm("resolve").done();
    assert_eq!(
        said,
        format!("{FILE}: mended by hand already\nnext: git diff, then git add {FILE}\n")
    );
    repo.commit("merged").done();
    assert_eq!(repo.crm("resolve").done().1, "no file is in conflict\n");
    assert_eq!(repo.git("rev-list --parents -1 HEAD").ok().split_whitespace().count(), 3);
}

#[test]
fn resolve_leaves_real_conflicts_and_names_them() {
    let ours = ZHANG.replace("shanghai", "suzhou") + &call(5);
    let theirs = ZHANG.replace("shanghai", "ningbo") + &call(3);
    let repo = in_conflict(&ours, &theirs);
    let run = repo.crm("resolve zhang");
    assert_eq!((run.status, &*run.stdout), (1, ""));
    assert!(run.stderr.starts_with(&format!("{FILE}: 1 conflict left\n")), "{}", run.stderr);
    assert!(run.stderr.contains("both sides changed `region`, differently"), "{}", run.stderr);
    assert!(run.stderr.contains(&format!("{FILE}:2:1")), "{}", run.stderr);
    let conflict =
        "<<<<<<< HEAD\nregion = \"suzhou\"\n=======\nregion = \"ningbo\"\n>>>>>>> theirs\n";
    let expected = ZHANG.replace("region = \"shanghai\"\n", conflict) + &call(3) + &call(5);
    assert_eq!(repo.sandbox.read(FILE), expected);
    // Again, nothing is new; and what somebody settles by hand is kept.
    assert_eq!(repo.crm("resolve").status, 1);
    assert_eq!(repo.sandbox.read(FILE), expected);
    let settled = expected.replace(conflict, "region = \"wuxi\"\n");
    repo.sandbox.write(FILE, &settled);
    repo.crm("resolve").done();
    assert_eq!(repo.sandbox.read(FILE), settled);
}

#[test]
fn resolve_respects_what_was_begun_by_hand() {
    // Far enough apart for git to see two conflicts.
    let base = ZHANG.replace("\n\n", &format!("\n{}\n", "# 备注\n".repeat(8)));
    let repo = bare_ledger();
    branch(&repo, "base", "main", &base);
    let ours = base.replace("shanghai", "suzhou").replace("张先生", "张") + &call(5);
    let theirs = base.replace("shanghai", "ningbo").replace("张先生", "张三") + &call(3);
    branch(&repo, "theirs", "base", &theirs);
    branch(&repo, "ours", "base", &ours);
    assert_eq!(repo.git("merge --no-edit theirs").status, 1);
    let text = repo.sandbox.read(FILE);
    let first = text.find("<<<<<<<").unwrap();
    let rest = text.find(">>>>>>> theirs\n").unwrap() + ">>>>>>> theirs\n".len();
    let begun = text[..first].to_owned() + "name = \"张四\"\nregion = \"wuxi\"\n" + &text[rest..];
    repo.sandbox.write(FILE, &begun);
    repo.crm("resolve").done();
    let expected = base.replace("shanghai", "wuxi").replace("张先生", "张四") + &call(3) + &call(5);
    assert_eq!(whole(&repo), expected);
}

#[test]
fn resolve_mends_markers_that_somebody_committed() {
    for style in ["merge", "diff3"] {
        let ours = ZHANG.replace("shanghai", "suzhou") + &call(5);
        let theirs = ZHANG.to_owned() + &call(3);
        let repo = bare_ledger();
        repo.git(&format!("config merge.conflictStyle {style}")).done();
        branch(&repo, "theirs", "main", &theirs);
        branch(&repo, "ours", "main", &ours);
        assert_eq!(repo.git("merge --no-edit theirs").status, 1);
        repo.commit("oops").done();
        let run = repo.crm("check");
        assert!(run.stdout.contains("a merge conflict was left in the file"), "{run:?}");
        assert!(run.stdout.contains("crm resolve"), "{run:?}");
        repo.crm("resolve").done();
        let expected = ZHANG.replace("shanghai", "suzhou") + &call(3) + &call(5);
        assert_eq!(whole(&repo), expected, "{style}");
    }
}

#[test]
fn resolve_add_add_settings_and_removed_files() {
    let repo = bare_ledger();
    for (name, rep, note) in [("one", "hejun", "x"), ("two", "sarah", "y")] {
        repo.git(&format!("checkout -q -b {name} main")).done();
        repo.sandbox.write("crm.toml", format!("[[rep]]\nid = \"{rep}\"\n"));
        repo.crm(&format!("add 李娜 --owner {rep}")).done();
        repo.sandbox.write("prospects/b.toml", ZHANG.replace("shanghai", note));
        repo.commit(name).done();
    }
    repo.git("checkout -q -b three main").done();
    repo.git("rm -q prospects/zhang.toml").done();
    repo.commit("three").done();
    repo.git("checkout -q one").done();
    repo.sandbox.write(FILE, ZHANG.to_owned() + &call(5));
    repo.commit("one").done();
    assert_eq!(repo.git("merge --no-edit two").status, 1);
    let run = repo.crm("resolve");
    assert_eq!(run.status, 1, "{run:?}");
    assert!(
        run.stderr.contains("crm.toml: merged\nprospects/b.toml: 1 conflict left\n"),
        "{run:?}"
    );
    assert_eq!(repo.sandbox.read("crm.toml"), "[[rep]]\nid = \"hejun\"\n[[rep]]\nid = \"sarah\"\n");
    assert_eq!(repo.sandbox.read("prospects/li-na.toml").matches("opened").count(), 2);
    repo.git("merge --abort").done();
    assert_eq!(repo.git("merge --no-edit three").status, 1);
    let run = repo.crm("resolve");
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stderr.contains("their side removed the file, and ours changed it"), "{run:?}");
}

#[test]
fn tallies_of_one_day_add_up_after_a_merge() {
    let repo = ledger();
    for (name, dials) in [("one", 3), ("two", 5)] {
        repo.git(&format!("checkout -q -b {name} main")).done();
        repo.crm(&format!("tally liuyan --dials {dials}")).done();
        repo.commit(name).done();
    }
    repo.git("merge -q --no-edit one").done();
    let text = repo.sandbox.read("activity/liuyan.toml");
    assert_eq!(text.matches("2009-12-18-1-").count(), 2, "{text}");
    assert!(text.starts_with("[tally]\n"), "{text}");
    repo.crm("check").done();
}

#[test]
fn entries_come_along_and_are_not_taken_away() {
    // A commit that is picked brings the entries that its file has.
    let repo = ledger();
    branch(&repo, "topic", "main", &(ZHANG.to_owned() + &call(3)));
    repo.sandbox.write(FILE, ZHANG.to_owned() + &call(3) + &call(4));
    repo.commit("second").done();
    branch(&repo, "work", "main", &(ZHANG.replace("shanghai", "suzhou") + &call(5)));
    repo.git("cherry-pick topic").done();
    let all = ZHANG.replace("shanghai", "suzhou") + &call(3) + &call(4) + &call(5);
    assert_eq!(whole(&repo), all);
    // A stash is merged like a branch.
    repo.sandbox.write(FILE, all.clone() + &call(7));
    repo.git("stash -q").done();
    repo.sandbox.write(FILE, all.clone() + &call(6));
    repo.commit("sixth").done();
    repo.git("stash pop -q").done();
    assert_eq!(whole(&repo), all.clone() + &call(6) + &call(7));
    repo.commit("seventh").done();
    // Of a commit that is not the last, a revert takes back facts, not entries.
    let suzhou = repo.sandbox.read(FILE).replace("suzhou", "wuxi") + &call(8);
    repo.sandbox.write(FILE, &suzhou);
    repo.commit("eighth").done();
    repo.sandbox.write(FILE, suzhou + &call(9));
    repo.commit("ninth").done();
    repo.git("revert --no-edit HEAD~1").done();
    let expected = all + &call(6) + &call(7) + &call(8) + &call(9);
    assert_eq!(whole(&repo), expected);
}

const CUSTOMER: &str = "customers/pujiang.toml";

/// A merge of two branches that both write the customer's file.
fn merge_of_customers(repo: &Repo, one: &str, two: &str) -> i32 {
    repo.sandbox.write(CUSTOMER, ZHANG);
    repo.commit("a customer").done();
    for (name, text) in [("one", one), ("two", two)] {
        repo.git(&format!("checkout -q -b {name} main")).done();
        repo.sandbox.write(CUSTOMER, text);
        repo.commit(name).done();
    }
    repo.git("merge -q --no-edit one").status
}

#[test]
fn a_customers_file_is_merged_by_its_meaning() {
    let (one, two) = (ZHANG.to_owned() + &call(5), ZHANG.to_owned() + &call(3));
    let both = ZHANG.to_owned() + &call(3) + &call(5);
    let repo = ledger();
    assert_eq!(merge_of_customers(&repo, &one, &two), 0);
    assert_eq!(repo.sandbox.read(CUSTOMER), both);
    // A clone without the driver leaves a conflict, and crm mends it.
    let repo = bare_ledger();
    assert_eq!(merge_of_customers(&repo, &one, &two), 1);
    assert!(repo.sandbox.read(CUSTOMER).contains("<<<<<<<"));
    repo.crm("resolve").done();
    assert_eq!(repo.sandbox.read(CUSTOMER), both);
    // One key with two contents is loud.
    let repo = ledger();
    let other = one.replace("true", "false");
    assert_eq!(merge_of_customers(&repo, &one, &other), 1);
    let text = repo.sandbox.read(CUSTOMER);
    assert!(text.contains("<<<<<<<") && text.contains("true") && text.contains("false"), "{text}");
    assert!(repo.crm("check").stdout.contains(CUSTOMER));
}
