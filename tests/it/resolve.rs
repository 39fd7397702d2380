//! `crm resolve` and the merge driver: one result from git's versions, whatever style and way of comparing git's own
//! conflicts have; from markers alone the driver's, or nothing.

use crate::common::repo::{Repo, command};
use crate::common::run;
use crate::merge::{branches_of, grows};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

const STYLES: [&str; 3] = ["merge", "diff3", "zdiff3"];
const COUNT: usize = 30;

/// A base, and branches of it.
type Branched = (String, Vec<String>);

/// The texts of the prospects by their file.
type Files = BTreeMap<String, String>;

fn files(repo: &Repo) -> Files {
    let files = repo.sandbox.snapshot().into_iter();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let named = files.map(|(path, bytes)| {
        (path.file_name().unwrap().to_string_lossy().into_owned(), text(bytes))
    });
    named.filter(|(name, _)| name.starts_with('p')).collect()
}

/// A ledger on branch `ours` with a branch `theirs`, and random edits of every prospect on both.
fn branched(only_growing: bool) -> Repo {
    let repo = Repo::new("liuyan", "");
    let mut runner = TestRunner::deterministic();
    let kind = if only_growing { grows } else { |_: &[Vec<_>]| true };
    let drawn: Vec<Branched> =
        (0..COUNT).map(|_| branches_of(2, kind).new_tree(&mut runner).unwrap().current()).collect();
    let put = |text: &dyn Fn(&Branched) -> String| {
        for (i, one) in drawn.iter().enumerate() {
            repo.sandbox.write(&format!("prospects/p{i}.toml"), text(one));
        }
    };
    repo.sandbox.write(".gitattributes", "*.toml -text\n");
    put(&|one| one.0.clone());
    repo.commit("base").done();
    for (name, at) in [("theirs", 0), ("ours", 1)] {
        repo.git(&format!("checkout -q -b {name} main")).done();
        put(&|one| one.1[at].clone());
        repo.commit(name).done();
    }
    repo
}

/// What the driver makes of the merge, in this style.
fn by_the_driver(repo: &Repo, style: &str) -> Files {
    let program = env!("CARGO_BIN_EXE_crm");
    repo.git(&format!("config merge.conflictStyle {style}")).done();
    let driver =
        format!("{program} merge-file --marker-size %L --path %P -L %X -L %S -L %Y %O %A %B");
    repo.git(&format!("config merge.crm.driver '{driver}'")).done();
    repo.sandbox.write(".git/info/attributes", "*.toml merge=crm\n");
    repo.git("merge --no-commit --no-ff theirs");
    let files = files(repo);
    repo.git("reset -q --hard").done();
    repo.sandbox.write(".git/info/attributes", "");
    files
}

/// Every fact, header and entry, in no order.
fn substance(text: &str) -> Vec<&str> {
    let lines = text.lines().map(|line| line.trim_start_matches('\u{feff}').trim());
    let mut lines: Vec<&str> = lines.filter(|l| !l.is_empty() && !l.starts_with('#')).collect();
    lines.sort_unstable();
    lines
}

/// The ids of the files that `crm resolve` names as left.
fn left(said: &str) -> Vec<String> {
    let places = said.lines().filter_map(|line| line.trim().strip_prefix("--> prospects/"));
    places.map(|place| place.split(':').next().unwrap().to_owned()).collect()
}

#[test]
fn resolve_gives_the_bytes_of_the_driver_in_every_style_and_way_of_comparing() {
    let repo = branched(false);
    for style in STYLES {
        let driver = by_the_driver(&repo, style);
        for way in ["histogram", "myers", "patience", "minimal"] {
            repo.git(&format!("merge -X diff-algorithm={way} theirs"));
            let conflicts = files(&repo);
            let marked = conflicts.values().filter(|text| text.contains("<<<<<<<")).count();
            assert!(marked > COUNT / 4, "{marked}");
            let run = repo.crm("resolve");
            let left = left(&run.stderr);
            for (name, text) in files(&repo) {
                if conflicts[&name].contains("<<<<<<<") {
                    assert_eq!(text, driver[&name], "{style} {way} {name}\n{}", conflicts[&name]);
                    assert_eq!(text.contains("<<<<<<<"), left.contains(&name), "{run:?}");
                }
            }
            repo.git("reset -q --hard").done();
        }
    }
}

#[test]
fn from_markers_alone_resolve_gives_what_the_driver_gives_or_names_the_file() {
    let repo = branched(true);
    let mut merged = 0;
    for style in STYLES {
        let driver = by_the_driver(&repo, style);
        repo.git("merge theirs");
        let conflicts = files(&repo);
        // Git has one version, with the markers.
        repo.commit("with markers").done();
        let run = repo.crm("resolve");
        let left = left(&run.stderr);
        for (name, text) in
            files(&repo).iter().filter(|(name, _)| conflicts[*name].contains("<<<<<<<"))
        {
            if left.contains(name) {
                continue;
            }
            merged += 1;
            assert!(!driver[name].contains("<<<<<<<"), "{style} {name}\n{}", driver[name]);
            assert_eq!(
                substance(text),
                substance(&driver[name]),
                "{style} {name}\n{}\n{text}\n{}",
                conflicts[name],
                driver[name]
            );
        }
        repo.git("reset -q --hard HEAD~1").done();
    }
    assert!(merged > COUNT / 4, "{merged}");
}

/// A ledger in the middle of a merge of two changes of this file, which git left in conflict.
fn in_conflict(base: &str, ours: &str, theirs: &str) -> Repo {
    let repo = Repo::new("liuyan", "");
    for (branch, text) in [("main", base), ("theirs", theirs), ("ours", ours)] {
        if branch != "main" {
            repo.git(&format!("checkout -q -b {branch} main")).done();
        }
        repo.sandbox.write("prospects/p.toml", text);
        repo.commit(branch).done();
    }
    assert_eq!(repo.git("merge theirs").status, 1);
    repo
}

const NOTE: &str = "name = \"p\"\n[events]\n2009-12-01 = { kind = \"opened\", note = \"\"\"\n\
                    <<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n\"\"\" }\n";

#[test]
fn marks_inside_a_note_are_no_conflict() {
    let repo = Repo::new("liuyan", "");
    repo.sandbox.write("prospects/p.toml", NOTE);
    assert_eq!(repo.crm("resolve").done().1, "no file is in conflict\n");
    repo.commit("as it is").done();
    assert_eq!(repo.crm("resolve").done().1, "no file is in conflict\n");
    assert_eq!(repo.sandbox.read("prospects/p.toml"), NOTE);
}

#[test]
fn a_real_conflict_beside_such_a_note_keeps_the_note() {
    let with = |size: &str| NOTE.replace("[events]", &format!("size = \"{size}\"\n[events]"));
    let repo = in_conflict(
        &with("1"),
        &(with("1") + "2009-12-02 = { kind = \"call\" }\n"),
        &(with("2") + "2009-12-03 = { kind = \"call\" }\n"),
    );
    let both = with("2") + "2009-12-02 = { kind = \"call\" }\n2009-12-03 = { kind = \"call\" }\n";
    repo.crm("resolve").done();
    assert_eq!(repo.sandbox.read("prospects/p.toml"), both);
    // With the markers alone, the note's own marks may be git's.
    repo.git("checkout -q -m prospects/p.toml").done();
    repo.commit("with markers").done();
    let before = repo.sandbox.read("prospects/p.toml");
    let run = repo.crm("resolve");
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stderr.contains("there are markers inside a text"), "{run:?}");
    assert_eq!(repo.sandbox.read("prospects/p.toml"), before);
}

#[test]
fn a_conflict_inside_a_note_is_one() {
    let with = |text: &str| {
        format!(
            "name = \"p\"\n[events]\n2009-12-01 = {{ kind = \"opened\", note = \"\"\"\n{text}\n\"\"\" }}\n"
        )
    };
    let repo = in_conflict(&with("a"), &with("b"), &with("c"));
    let run = repo.crm("resolve");
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stderr.contains("both sides changed `2009-12-01`"), "{run:?}");
    let text = repo.sandbox.read("prospects/p.toml");
    assert!(text.contains("<<<<<<< HEAD\n2009-12-01 = {"), "{text}");
}

#[test]
fn what_the_markers_do_not_show_is_not_guessed() {
    let base = "name = \"p\"\nsize = \"1\"\nregion = \"a\"\n[events]\n2009-12-01 = { kind = \"opened\" }\n";
    let ours = base.replace("size = \"1\"\n", "");
    let theirs = base.replace("\"a\"", "\"b\"");
    for (style, is_clear) in [("merge", false), ("diff3", true), ("zdiff3", true)] {
        let repo = in_conflict(base, &ours, &theirs);
        repo.git(&format!("checkout --conflict={style} prospects/p.toml")).done();
        repo.commit("with markers").done();
        let before = repo.sandbox.read("prospects/p.toml");
        let run = repo.crm("resolve");
        let after = repo.sandbox.read("prospects/p.toml");
        if is_clear {
            assert_eq!((run.status, after), (0, ours.replace("\"a\"", "\"b\"")), "{run:?}");
        } else {
            assert!(run.stderr.contains("one side alone has a fact"), "{run:?}");
            assert_eq!((run.status, after), (1, before));
        }
    }
}

#[test]
fn what_would_not_read_back_is_not_written() {
    // A version that is no TOML is merged by lines: so is the result none.
    let base = "name = \"p\"\n[events]\n2009-12-01 = { kind = \"opened\" }\n";
    let repo = in_conflict(
        base,
        &(base.to_owned() + "2009-12-02 = { kind = \"call\" }\n"),
        &(base.to_owned() + "2009-12-02 = { kind = \"demo\" }\n"),
    );
    let ours = repo.git("rev-parse :2:prospects/p.toml").ok();
    repo.sandbox.write("broken", "name = \n");
    let broken = repo.git("hash-object -w broken").ok();
    // Git's index has the ancestor's text for theirs: only ours changed anything, and ours is broken.
    let stage = |n: u32, id: &str| format!("100644 {} {n}\tprospects/p.toml\n", id.trim());
    let index = stage(1, &ours) + &stage(2, &broken) + &stage(3, &ours);
    repo.sandbox.write("index", index);
    run(command("git", &repo.path(), repo.user)
        .args(["update-index", "--index-info"])
        .stdin(std::fs::File::open(repo.path().join("index")).unwrap()))
    .done();
    // Git does not merge the file, and leaves our side.
    repo.sandbox.write(".gitattributes", "*.toml -merge\n").write("prospects/p.toml", "name = \n");
    let run = repo.crm("resolve prospects/p.toml");
    assert_eq!(run.status, 1, "{run:?}");
    assert!(run.stderr.contains("the result is not valid TOML"), "{run:?}");
    assert_eq!(repo.sandbox.read("prospects/p.toml"), "name = \n");
}

#[test]
fn equal_journals_by_hand_are_two_people() {
    let person = |name: &str| {
        format!(
            "name = \"{name}\"\n[events]\n2009-12-03 = {{ kind = \"opened\", owner = \"a\" }}\n"
        )
    };
    let merged = |theirs: &str| {
        let repo = Repo::new("liuyan", "");
        repo.commit("empty").done();
        for (branch, text) in [("theirs", theirs), ("ours", &person("王芳"))] {
            repo.git(&format!("checkout -q -b {branch} main")).done();
            repo.sandbox.write("prospects/wang.toml", text);
            repo.commit(branch).done();
        }
        repo.git("merge theirs");
        repo
    };
    let repo = merged(&person("王方"));
    let run = repo.crm("resolve");
    assert!(run.stderr.contains("two openings of `wang`"), "{run:?}");
    repo.crm("resolve --two").done();
    let files =
        ["prospects/wang.toml", "prospects/wang-2.toml"].map(|file| repo.sandbox.read(file));
    assert_eq!(files.iter().collect::<std::collections::BTreeSet<_>>().len(), 2);
    repo.crm("check").done();
    // One person: the opening that both have is not retracted.
    let repo = merged(&person("王方"));
    let run = repo.crm("resolve --one");
    assert!(run.stderr.contains("both sides changed `name`"), "{run:?}");
    assert!(!repo.sandbox.read("prospects/wang.toml").contains("retracted"));
    // With one name, two copies of a line are one.
    let repo = merged(&(person("王芳") + "2009-12-04 = { kind = \"call\" }\n"));
    repo.crm("resolve").done();
    assert_eq!(repo.sandbox.read("prospects/wang.toml").matches("opened").count(), 1);
}

#[test]
fn of_two_equal_journals_that_are_gone_one_is_found_in_one_new_file() {
    let text =
        |name: &str| format!("name = \"{name}\"\n[events]\n2009-12-03 = {{ kind = \"opened\" }}\n");
    let repo = Repo::new("liuyan", "");
    repo.sandbox.write("prospects/a.toml", text("a")).write("prospects/b.toml", text("b"));
    repo.commit("two").done();
    repo.git("rm -q prospects/a.toml prospects/b.toml").done();
    repo.sandbox.write("prospects/c.toml", text("a"));
    let run = repo.crm("check --since HEAD");
    assert_eq!(run.stdout.matches("error[history-lost]").count(), 1, "{run:?}");
    repo.sandbox.write("prospects/d.toml", text("b"));
    repo.crm("check --since HEAD").done();
}

#[test]
fn blocks_of_entries_are_merged_by_lines_and_none_is_lost() {
    let base = "name = \"p\"\n[events.2009-12-01]\nkind = \"opened\"\n";
    let block = |day: u32| format!("[events.2009-12-{day:02}]\nkind = \"call\"\n");
    let repo = in_conflict(base, &(base.to_owned() + &block(2)), &(base.to_owned() + &block(3)));
    let before = repo.sandbox.read("prospects/p.toml");
    let run = repo.crm("resolve");
    assert_eq!((run.status, repo.sandbox.read("prospects/p.toml")), (1, before), "{run:?}");
    repo.sandbox.write("prospects/p.toml", base.to_owned() + &block(2) + &block(3));
    repo.crm("list").ok();
    assert!(repo.crm("check").stdout.contains("warning[entries-not-lines]"));
}

const BASE: &str = "name = \"p\"\nregion = \"a\"\n[events]\n2009-12-01 = { kind = \"opened\" }\n";

/// `BASE` with another region, and a call.
fn region(name: &str, day: u32) -> String {
    let call = format!("2009-12-{day:02} = {{ kind = \"call\" }}\n");
    BASE.replace("\"a\"", &format!("\"{name}\"")) + &call
}

#[test]
fn a_side_that_was_chosen_by_hand_is_kept() {
    let (ours, theirs) = (region("b", 2), region("c", 3));
    for (choice, chosen) in [("--ours", &ours), ("--theirs", &theirs)] {
        let repo = in_conflict(BASE, &ours, &theirs);
        let doctor = |expected: &str| {
            let sheet = repo.crm("doctor -f csv").stdout;
            let row = sheet.lines().find(|line| line.starts_with("conflicts,")).unwrap();
            assert!(row.ends_with(expected), "{row}");
        };
        doctor("1 file in conflict,crm resolve");
        repo.git(&format!("checkout -q {choice} prospects/p.toml")).done();
        doctor("settled by hand but not added\",git add prospects/p.toml");
        let said = repo.crm("resolve").done().1;
        assert_eq!(
            said,
            "prospects/p.toml: mended by hand already\n\
             next: git diff, then git add prospects/p.toml\n"
        );
        assert_eq!(&repo.sandbox.read("prospects/p.toml"), chosen);
        repo.git("add prospects/p.toml").done();
        doctor("no file is in conflict,");
    }
}

#[test]
fn our_side_that_git_left_because_it_did_not_merge_is_no_choice() {
    let (ours, theirs) = (region("a", 2), region("a", 3));
    let both = ours.clone() + "2009-12-03 = { kind = \"call\" }\n";
    for (attribute, driver) in
        [("-merge", ""), ("merge=binary", ""), ("merge=crm", "/nowhere/crm merge-file %O %A %B")]
    {
        let repo = in_conflict(BASE, &ours, &theirs);
        repo.git("merge --abort").done();
        repo.sandbox.write(".git/info/attributes", format!("*.toml {attribute}\n"));
        if !driver.is_empty() {
            repo.git(&format!("config merge.crm.driver '{driver}'")).done();
        }
        assert_eq!(repo.git("merge theirs").status, 1, "{attribute}");
        assert_eq!(repo.sandbox.read("prospects/p.toml"), ours, "{attribute}");
        assert!(repo.crm("doctor -f csv").stdout.contains("1 file in conflict,crm resolve"));
        assert_eq!(repo.crm("resolve").status, 0, "{attribute}");
        assert_eq!(repo.sandbox.read("prospects/p.toml"), both, "{attribute}");
        // Their side is what git never leaves.
        repo.git("checkout -q --theirs prospects/p.toml").done();
        repo.crm("resolve").done();
        assert_eq!(repo.sandbox.read("prospects/p.toml"), theirs, "{attribute}");
    }
}
