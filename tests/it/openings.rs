//! Two clones that each add somebody new under one id: a conflict until a person decides, never one person of two.

use crate::common::repo::{Repo, command};
use crate::common::{Sandbox, contains, run};
use std::path::PathBuf;

const SETTINGS: &str = "[[rep]]\nid = \"hejun\"\nname = \"何军\"\n[[rep]]\nid = \"sarah\"\n";

/// Two clones of one ledger, each with the merge driver.
struct Clones {
    _origin: Sandbox,
    hejun: Repo,
    sarah: Repo,
}

fn clones() -> Clones {
    let first = Repo::new("hejun", SETTINGS);
    first.sandbox.write(".gitignore", "/.crm/\n").prospect(
        "zhao",
        "name = \"赵敏\"",
        "2009-12-01 = { kind = \"opened\", owner = \"hejun\" }\n",
    );
    first.crm("hooks install").done();
    first.commit("first").done();
    let origin = Sandbox::empty();
    run(command("git", origin.path(), "x").args(["init", "-q", "--bare", "-b", "main"])).done();
    first.git(&format!("push -q {} main", origin.path().display())).done();
    let clone = |user| {
        let repo = Repo::clone_of(&PathBuf::from(origin.path()), user);
        repo.crm("hooks install").done();
        repo
    };
    let (hejun, sarah) = (clone("hejun"), clone("sarah"));
    Clones { _origin: origin, hejun, sarah }
}

/// A file of each kind, opened on a day.
fn opened(name: &str, rep: &str, day: &str) -> String {
    let entry = format!("{{ kind = \"opened\", by = \"{rep}\", owner = \"{rep}\" }}");
    format!("name = \"{name}\"\n\n[events]\n{day}-1-{rep} = {entry}\n")
}

impl Clones {
    /// Each clone writes files and commits; hejun pushes first, sarah pulls. Returns the status of the pull.
    fn both(&self, of_hejun: &[(&str, &str)], of_sarah: &[(&str, &str)]) -> i32 {
        for (repo, files) in [(&self.hejun, of_hejun), (&self.sarah, of_sarah)] {
            for (name, text) in files {
                repo.sandbox.write(name, text);
            }
            repo.commit(repo.user).done();
        }
        self.hejun.git("push -q origin main").done();
        self.sarah.git("pull -q --no-rebase --no-edit").status
    }
}

#[test]
fn one_person_or_two_in_each_kind_of_file() {
    for folder in ["prospects", "customers"] {
        let file = format!("{folder}/wang.toml");
        let (early, late) =
            (opened("王芳", "hejun", "2009-12-10"), opened("王芳", "sarah", "2009-12-11"));
        for (of_hejun, of_sarah, earlier) in [(&early, &late, "hejun"), (&late, &early, "sarah")] {
            let of_hejun = of_hejun.replace("sarah", "hejun");
            let of_sarah = of_sarah.replace("hejun", "sarah");
            let files = [(&*file, &*of_hejun)];
            let theirs = [(&*file, &*of_sarah)];
            // The same person.
            let pair = clones();
            assert_eq!(pair.both(&files, &theirs), 1, "{file}");
            let said = pair.sarah.crm("resolve");
            assert_eq!(said.status, 1);
            contains(&said.stderr, &["two openings of `wang`", "--one", "--two"]);
            pair.sarah.crm("resolve --one").done();
            let text = pair.sarah.sandbox.read(&file);
            assert_eq!(text.matches("kind = \"opened\"").count(), 2, "{text}");
            assert_eq!(text.matches("kind = \"retracted\"").count(), 1, "{text}");
            pair.sarah.commit("one").done();
            pair.sarah.git("push -q origin main").done();
            pair.hejun.git("pull -q --ff-only").done();
            assert_eq!(pair.hejun.sandbox.read(&file), text);
            pair.hejun.crm("check").done();
            // Two people.
            let pair = clones();
            assert_eq!(pair.both(&files, &theirs), 1, "{file}");
            pair.sarah.crm("resolve --two").done();
            let (first, second) = match earlier {
                "hejun" => (&of_hejun, &of_sarah),
                _ => (&of_sarah, &of_hejun),
            };
            assert_eq!(&pair.sarah.sandbox.read(&file), first);
            assert_eq!(&pair.sarah.sandbox.read(&format!("{folder}/wang-2.toml")), second);
            pair.sarah.commit("two").done();
            pair.sarah.git("push -q origin main").done();
            pair.hejun.git("pull -q --ff-only").done();
            pair.hejun.crm("check").done();
        }
    }
}

/// A rebase and a cherry-pick have their sides the other way round: the commit that is applied is `theirs`.
#[test]
fn one_person_or_two_in_a_rebase_and_a_cherry_pick() {
    let day = |rep: &str, is_first: bool| {
        let day = if is_first { "2009-12-10" } else { "2009-12-11" };
        opened("华远", rep, day)
    };
    let chance = |name: &str, rep: &str| {
        let text = opened(name, rep, "2009-12-12");
        text.replace("\n\n[events]", "\naccount = \"huayuan\"\n\n[events]")
    };
    for way in ["rebase", "cherry-pick"] {
        for hejun_is_first in [true, false] {
            let (of_hejun, of_sarah) =
                (day("hejun", hejun_is_first), day("sarah", !hejun_is_first));
            let (li, qian) = (chance("李强", "hejun"), chance("钱伟", "sarah"));
            for decision in ["--one", "--two"] {
                let what = format!("{way} {decision}, hejun first: {hejun_is_first}");
                let pair = clones();
                let files = [
                    (&pair.hejun, &of_hejun, ("prospects/li.toml", &li)),
                    (&pair.sarah, &of_sarah, ("prospects/qian.toml", &qian)),
                ];
                for (repo, customer, (name, text)) in files {
                    repo.sandbox.write("customers/huayuan.toml", customer).write(name, text);
                    repo.commit(repo.user).done();
                }
                pair.hejun.git("push -q origin main").done();
                let begun = match way {
                    "rebase" => pair.sarah.git("pull -q --rebase"),
                    _ => {
                        pair.sarah.git("fetch -q").done();
                        pair.sarah.git("cherry-pick origin/main")
                    }
                };
                assert_eq!(begun.status, 1, "{what}: {begun:?}");
                pair.sarah.crm(&format!("resolve {decision}")).done();
                let read = |name: &str| pair.sarah.sandbox.read(name);
                let other = pair.sarah.path().join("customers/huayuan-2.toml");
                if decision == "--one" {
                    let text = read("customers/huayuan.toml");
                    assert_eq!(text.matches("kind = \"opened\"").count(), 2, "{what}: {text}");
                    assert_eq!(text.matches("kind = \"retracted\"").count(), 1, "{what}: {text}");
                    // The later opening is retracted, whosever side it is on.
                    let later =
                        if hejun_is_first { "2009-12-11-1-sarah" } else { "2009-12-11-1-hejun" };
                    assert!(text.contains(&format!("event = \"{later}\"")), "{what}: {text}");
                    assert!(!other.exists(), "{what}");
                    assert!(read("prospects/li.toml") == li && read("prospects/qian.toml") == qian);
                } else {
                    let (first, second, moved, stays) = match hejun_is_first {
                        true => (&of_hejun, &of_sarah, "qian", "li"),
                        false => (&of_sarah, &of_hejun, "li", "qian"),
                    };
                    assert_eq!(&read("customers/huayuan.toml"), first, "{what}");
                    assert_eq!(&read("customers/huayuan-2.toml"), second, "{what}");
                    let account = |id: &str| read(&format!("prospects/{id}.toml"));
                    assert!(account(moved).contains("account = \"huayuan-2\""), "{what}");
                    assert!(account(stays).contains("account = \"huayuan\""), "{what}");
                }
                pair.sarah.git("add -A").done();
                let (_, said) =
                    pair.sarah.git(&format!("-c core.editor=true {way} --continue")).done();
                assert_eq!(pair.sarah.git("status --porcelain").ok(), "", "{what}: {said}");
                pair.sarah.crm("check").done();
            }
        }
    }
}

#[test]
fn references_follow_the_one_that_gets_another_id() {
    let customer = |rep, day| opened("华远", rep, day);
    let prospect = |name: &str, rep: &str| {
        opened(name, rep, "2009-12-12")
            .replace("\n\n[events]", "\naccount = \"huayuan\"\n\n[events]")
    };
    for (hejun_day, sarah_day, hejun_is, sarah_is) in [
        ("2009-12-10", "2009-12-11", "huayuan", "huayuan-2"),
        ("2009-12-11", "2009-12-10", "huayuan-2", "huayuan"),
    ] {
        let pair = clones();
        let (of_hejun, of_sarah) = (customer("hejun", hejun_day), customer("sarah", sarah_day));
        let (li, qian) = (prospect("李强", "hejun"), prospect("钱伟", "sarah"));
        let branch = opened("分公司", "sarah", "2009-12-13")
            .replace("\n\n[events]", "\nparent = \"huayuan\"\n\n[events]");
        let status = pair.both(
            &[("customers/huayuan.toml", &of_hejun), ("prospects/li.toml", &li)],
            &[
                ("customers/huayuan.toml", &of_sarah),
                ("prospects/qian.toml", &qian),
                ("customers/branch.toml", &branch),
            ],
        );
        assert_eq!(status, 1);
        let before = pair.sarah.sandbox.snapshot();
        let (shown, _) = pair.sarah.crm("resolve --two --dry-run").done();
        assert!(before == pair.sarah.sandbox.snapshot() && shown.contains("huayuan-2"), "{shown}");
        pair.sarah.crm("resolve --two").done();
        let account = |file: &str, key: &str| {
            let text = pair.sarah.sandbox.read(file);
            let line = text.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
            line.split('"').nth(1).unwrap().to_owned()
        };
        assert_eq!(account("prospects/li.toml", "account"), hejun_is);
        assert_eq!(account("prospects/qian.toml", "account"), sarah_is);
        assert_eq!(account("customers/branch.toml", "parent"), sarah_is);
        let untouched = if hejun_is == "huayuan" {
            ("prospects/li.toml", &li)
        } else {
            ("prospects/qian.toml", &qian)
        };
        assert_eq!(&pair.sarah.sandbox.read(untouched.0), untouched.1);
        pair.sarah.commit("two customers").done();
        pair.sarah.crm("check").done();
    }
    // A file that both sides have, or that is not committed, is named and left alone.
    let pair = clones();
    let zhao = pair.hejun.sandbox.read("prospects/zhao.toml");
    let named = zhao.replacen('\n', "\naccount = \"huayuan\"\n", 1);
    let (early, late) = (customer("hejun", "2009-12-10"), customer("sarah", "2009-12-11"));
    let with = |file| [("customers/huayuan.toml", file), ("prospects/zhao.toml", &*named)];
    let (a, b) = (with(&*early), with(&*late));
    assert_eq!(pair.both(&a, &b), 1);
    let (_, said) = pair.sarah.crm("resolve --two").done();
    contains(&said, &["prospects/zhao.toml names `huayuan`", "crm set zhao account=huayuan-2"]);
    assert!(pair.sarah.sandbox.read("prospects/zhao.toml").contains("account = \"huayuan\"\n"));
}

#[test]
fn identical_texts_are_one_file() {
    let pair = clones();
    let text = opened("王芳", "hejun", "2009-12-10");
    let tally = "[tally]\n2009-12-10 = { dials = 12 }\n";
    let files = [
        ("prospects/wang.toml", &*text),
        ("customers/wang-gongsi.toml", &*text),
        ("activity/sarah.toml", tally),
    ];
    let more = [files[0], files[1], files[2], ("notes.md", "of sarah\n")];
    assert_eq!(pair.both(&files, &more), 0);
    assert_eq!(pair.sarah.sandbox.read("prospects/wang.toml"), text);
    assert_eq!(pair.sarah.crm("resolve").done().1, "no file is in conflict\n");
}

#[test]
fn tallies_of_two_clones_are_of_one_rep() {
    // An activity file is named by a rep, whom the settings know: its days are a union, and two counts of one day conflict.
    let pair = clones();
    let of = |day: u32, dials: u32| format!("[tally]\n2009-12-{day} = {{ dials = {dials} }}\n");
    let status =
        pair.both(&[("activity/sarah.toml", &of(10, 5))], &[("activity/sarah.toml", &of(11, 7))]);
    assert_eq!(status, 0);
    let text = pair.sarah.sandbox.read("activity/sarah.toml");
    contains(&text, &["2009-12-10 = { dials = 5 }", "2009-12-11 = { dials = 7 }"]);
    let pair = clones();
    let status =
        pair.both(&[("activity/sarah.toml", &of(10, 5))], &[("activity/sarah.toml", &of(10, 7))]);
    assert_eq!(status, 1);
    let run = pair.sarah.crm("resolve");
    assert_eq!(run.status, 1);
    contains(&run.stderr, &["2009-12-10"]);
    assert!(pair.sarah.sandbox.read("activity/sarah.toml").contains("<<<<<<<"));
}
