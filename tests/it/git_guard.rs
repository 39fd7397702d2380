//! `crm guard` in the pre-receive hook of a bare repository, with three users and an admin: what they may
//! push, and everything they try to get round it.

#![cfg(unix)]

use crate::common::repo::{Repo, command};
use crate::common::{Run, Sandbox, run, split};
use std::collections::{BTreeMap, BTreeSet};

const SETTINGS: &str = "[[rep]]\nid = \"boss\"\nadmin = true\n[[rep]]\nid = \"wang\"\nmanager = \"boss\"\n\
    [[rep]]\nid = \"liu\"\nemail = \"liu@example.com\"\nmanager = \"wang\"\n[[rep]]\nid = \"he\"\nmanager = \"boss\"\n\
    [[rep]]\nid = \"gone\"\nleft = 2009-06-30\n";
const ZHANG: &str = "2009-12-03-1 = { kind = \"opened\", by = \"liu\", owner = \"liu\" }\n\
    2009-12-04-1 = { kind = \"call\", by = \"liu\", note = \"warm\" }\n\
    2009-12-05-1 = { kind = \"note\", by = \"wang\", note = \"well done\" }\n";
const LI: &str = "2009-12-03-1 = { kind = \"opened\", by = \"he\", owner = \"he\" }\n";
const POOL: &str = "2009-12-01-1 = { kind = \"opened\", by = \"he\", owner = \"\" }\n";

/// A server with the guard, and a ledger on it.
struct Server {
    bare: Sandbox,
}

impl Server {
    fn new() -> Server {
        let bare = Sandbox::empty();
        let server = Server { bare };
        server.git("init -q --bare -b main");
        let boss = Repo::new("boss", SETTINGS);
        boss.sandbox.prospect("zhang", "name = \"张先生\"", ZHANG);
        boss.sandbox.prospect("li", "name = \"Li\"", LI);
        boss.sandbox.prospect("pool", "name = \"Pool\"", POOL);
        boss.sandbox.write("activity/liu.toml", "[tally]\n2009-12-03 = { dials = 3 }\n");
        boss.commit("first").done();
        boss.git(&format!("remote add origin {}", server.path())).done();
        let said = run(command(env!("CARGO_BIN_EXE_crm"), server.bare.path(), "boss")
            .args(["hooks", "install", "--server", "."]));
        assert!(said.stderr.contains("pre-receive: installed"), "{}", said.stderr);
        let (_, said) = push(&boss, "").done();
        assert!(said.contains("the first push"), "{said}");
        server
    }

    fn path(&self) -> String {
        self.bare.path().display().to_string()
    }

    fn git(&self, line: &str) -> String {
        run(command("git", self.bare.path(), "server").args(split(line))).done().0
    }

    fn clone(&self, user: &'static str) -> Repo {
        Repo::clone_of(self.bare.path(), user)
    }

    fn head(&self) -> String {
        self.git("rev-parse main")
    }

    /// The push must be refused with this, and nothing may have changed.
    #[track_caller]
    fn refuses(&self, repo: &Repo, words: &str, expected: &[&str]) -> String {
        let refs = self.git("show-ref");
        let run = push(repo, words);
        assert_ne!(run.status, 0, "the push was taken: {}", run.stderr);
        let said: String = run
            .stderr
            .lines()
            .map(|line| line.strip_prefix("remote: ").unwrap_or(line).trim_end().to_owned() + "\n")
            .collect();
        for part in expected {
            assert!(said.contains(part), "no `{part}` in:\n{said}");
        }
        assert_eq!(self.git("show-ref"), refs);
        said
    }
}

/// Pushes as the repository's user; the server knows it.
fn push(repo: &Repo, words: &str) -> Run {
    let words = if words.is_empty() { "origin HEAD:main" } else { words };
    let mut command = command("git", &repo.path(), repo.user);
    run(command.env("CRM_USER", repo.user).arg("push").args(split(words)))
}

/// Adds a line to a prospect's journal.
fn add(repo: &Repo, id: &str, line: &str) {
    let name = format!("prospects/{id}.toml");
    let text = repo.sandbox.read(&name);
    repo.sandbox.write(&name, format!("{text}{line}\n"));
}

fn call(by: &str, day: &str) -> String {
    format!("2009-12-{day} = {{ kind = \"call\", by = \"{by}\" }}")
}

#[test]
fn owners_leaders_admins_and_the_pool() {
    let server = Server::new();
    let liu = server.clone("liu");
    add(&liu, "zhang", &call("liu", "06"));
    liu.sandbox.prospect(
        "wu",
        "name = \"Wu\"",
        "2009-12-06 = { kind = \"opened\", by = \"liu\", owner = \"liu\" }\n",
    );
    let tallies = "[tally]\n2009-12-03 = { dials = 3 }\n2009-12-03-2 = { dials = 4 }\n";
    liu.sandbox.write("activity/liu.toml", tallies);
    liu.commit("my own").done();
    assert_eq!(push(&liu, "").done().1.lines().filter(|l| l.starts_with("remote:")).count(), 0);
    add(&liu, "pool", "2009-12-07 = { kind = \"assigned\", by = \"liu\", owner = \"liu\" }");
    liu.commit("claimed").done();
    push(&liu, "").done();
    let wang = server.clone("wang");
    add(&wang, "zhang", &call("wang", "07"));
    wang.commit("led").done();
    push(&wang, "").done();
    let boss = server.clone("boss");
    add(&boss, "li", &call("boss", "07"));
    boss.sandbox.write("crm.toml", format!("{SETTINGS}[ledger]\ntitle = \"x\"\n"));
    boss.commit("all of it").done();
    push(&boss, "").done();
    assert!(!server.bare.path().join("crm-guard.log").exists());
}

#[test]
fn what_is_somebody_elses() {
    let server = Server::new();
    let he = server.clone("he");
    add(&he, "zhang", &call("he", "06"));
    he.commit("not mine").done();
    let said = server.refuses(
        &he,
        "",
        &[
            "error[not-yours]: `he` may not change `zhang`: its owner is `liu`",
            "--> prospects/zhang.toml:6:1",
            "6 | 2009-12-06 = { kind = \"call\", by = \"he\" }",
            "rule: only its owner, the owner's manager or an admin may change it",
            "in commit ",
            "help: ask `liu`",
        ],
    );
    assert_eq!(said.matches("error[").count(), 1, "{said}");
    he.git("reset -q --hard origin/main").done();
    // A fact, a comment, another folder: all of it is the owner's.
    let text = he.sandbox.read("prospects/zhang.toml");
    for (name, text) in [
        ("zhang", text.replace("张先生", "张太太")),
        ("zhang", format!("# a liar\n{text}")),
        ("north/zhang", text.clone()),
    ] {
        he.git("rm -q prospects/zhang.toml").done();
        he.sandbox.write(&format!("prospects/{name}.toml"), text);
        he.commit("facts").done();
        server.refuses(&he, "", &["error[not-yours]: `he` may not change `zhang`"]);
        he.git("reset -q --hard origin/main").done();
        let _ = std::fs::remove_dir_all(he.path().join("prospects/north"));
    }
    he.sandbox.write("activity/liu.toml", "[tally]\n2009-12-03 = { dials = 99 }\n");
    he.commit("tallies").done();
    server.refuses(&he, "", &["error[not-yours]: `he` may not change the tallies of `liu`"]);
    he.git("reset -q --hard origin/main").done();
    // Claiming is for oneself, and a new one too.
    add(&he, "pool", "2009-12-07 = { kind = \"assigned\", by = \"he\", owner = \"liu\" }");
    he.sandbox.prospect(
        "wu",
        "name = \"Wu\"",
        "2009-12-06 = { kind = \"opened\", by = \"he\", owner = \"wang\" }\n",
    );
    he.commit("gifts").done();
    server.refuses(
        &he,
        "",
        &[
            "`he` may not give `pool` to `liu`",
            "`he` may not give `wu` to `wang`",
            "--> prospects/pool.toml:4:",
        ],
    );
}

#[test]
fn signatures_and_retractions() {
    let server = Server::new();
    let liu = server.clone("liu");
    add(&liu, "zhang", &call("wang", "06"));
    liu.commit("forged").done();
    server.refuses(
        &liu,
        "",
        &[
            "error[foreign-signature]: `liu` may not sign `2009-12-06` of `zhang` as `wang`",
            "--> prospects/zhang.toml:6:36",
            "rule: each rep signs with their own name",
        ],
    );
    liu.git("reset -q --hard origin/main").done();
    add(
        &liu,
        "zhang",
        "2009-12-06 = { kind = \"retracted\", by = \"liu\", event = \"2009-12-05-1\" }",
    );
    liu.commit("takes back what wang said").done();
    server.refuses(&liu, "", &["error[foreign-retraction]: `liu` may not retract `2009-12-05-1` of `zhang`: `wang` signed it"]);
    liu.git("reset -q --hard origin/main").done();
    add(
        &liu,
        "zhang",
        "2009-12-06 = { kind = \"retracted\", by = \"liu\", event = \"2009-12-04-1\" }",
    );
    liu.commit("takes back an own one").done();
    push(&liu, "").done();
    let wang = server.clone("wang");
    add(
        &wang,
        "zhang",
        "2009-12-07 = { kind = \"retracted\", by = \"wang\", event = \"2009-12-06\" }",
    );
    wang.commit("leads").done();
    push(&wang, "").done();
}

#[test]
fn history_only_grows() {
    let server = Server::new();
    let liu = server.clone("liu");
    let text = liu.sandbox.read("prospects/zhang.toml");
    liu.sandbox.write("prospects/zhang.toml", text.replace("warm", "cold"));
    liu.commit("rewritten").done();
    let expected = [
        "error[history-changed]: the event `2009-12-04-1` of `zhang` was changed",
        "--> prospects/zhang.toml:4:1",
        "note: it was: 2009-12-04-1 = { kind = \"call\", by = \"liu\", note = \"warm\" }",
        "rule: history only grows",
    ];
    server.refuses(&liu, "", &expected);
    // The next commit takes it back: the one in between is still there to be seen.
    liu.sandbox.write("prospects/zhang.toml", &text);
    liu.commit("and back").done();
    server.refuses(&liu, "", &expected[..1]);
    liu.git("reset -q --hard origin/main").done();
    // Deleted and made again, in two commits and in two pushes.
    liu.git("rm -q prospects/zhang.toml").done();
    liu.commit("gone").done();
    let gone = "error[history-lost]: the prospect `zhang` is gone with its events";
    server.refuses(&liu, "", &[gone, "--> prospects/zhang.toml"]);
    liu.sandbox.prospect(
        "zhang",
        "name = \"张先生\"",
        "2009-12-08 = { kind = \"opened\", by = \"liu\", owner = \"liu\" }\n",
    );
    liu.commit("again").done();
    server.refuses(&liu, "", &[gone]);
    liu.git("reset -q --hard origin/main").done();
    // Renamed by its owner, all of it: that is no loss, and the old entries keep their signatures.
    liu.git("mv prospects/zhang.toml prospects/zhang-xian-sheng.toml").done();
    add(&liu, "zhang-xian-sheng", &call("liu", "06"));
    liu.commit("renamed").done();
    push(&liu, "").done();
    // One line less on the way is.
    liu.git("mv prospects/zhang-xian-sheng.toml prospects/zhang.toml").done();
    let text = liu.sandbox.read("prospects/zhang.toml");
    liu.sandbox.write(
        "prospects/zhang.toml",
        text.replace(
            "2009-12-05-1 = { kind = \"note\", by = \"wang\", note = \"well done\" }\n",
            "",
        ),
    );
    liu.commit("renamed back, less one").done();
    server.refuses(&liu, "", &["the prospect `zhang-xian-sheng` is gone with its events"]);
}

#[test]
fn a_rename_gives_no_rights() {
    let server = Server::new();
    let he = server.clone("he");
    he.git("mv prospects/zhang.toml prospects/zhao.toml").done();
    add(&he, "zhao", "2009-12-06 = { kind = \"assigned\", by = \"he\", owner = \"he\" }");
    he.commit("mine now").done();
    server.refuses(&he, "", &["error[not-yours]: `he` may not change `zhang`: its owner is `liu`"]);
    he.git("reset -q --hard origin/main").done();
    // The same id to a file system that does not see case, or to Unicode.
    he.sandbox.prospect(
        "ZHANG",
        "name = \"x\"",
        "2009-12-06 = { kind = \"opened\", by = \"he\", owner = \"he\" }\n",
    );
    he.commit("by case").done();
    server.refuses(&he, "", &["error[duplicate-id]"]);
    he.git("reset -q --hard origin/main").done();
    he.sandbox.write("Prospects/zhang.toml", "name = \"x\"\n");
    he.commit("by the folder's case").done();
    server.refuses(&he, "", &["error[bad-id]: `Prospects` differs only in case"]);
    he.git("reset -q --hard origin/main").done();
    let text = "2009-12-06 = { kind = \"opened\", by = \"he\", owner = \"he\" }\n";
    he.sandbox.prospect("ren\u{e9}", "name = \"R\"", text);
    he.commit("composed").done();
    push(&he, "").done();
    let liu = server.clone("liu");
    liu.sandbox.prospect("rene\u{301}", "name = \"R\"", &text.replace("\"he\"", "\"liu\""));
    liu.commit("decomposed").done();
    server.refuses(&liu, "", &["error[duplicate-id]"]);
}

#[test]
fn settings_are_the_admins() {
    let server = Server::new();
    let he = server.clone("he");
    // Made an admin, and using it, in one push and in two commits.
    he.sandbox.write("crm.toml", SETTINGS.replace("id = \"he\"", "id = \"he\"\nadmin = true"));
    he.commit("promoted").done();
    add(&he, "zhang", &call("he", "06"));
    he.commit("and used").done();
    server.refuses(
        &he,
        "",
        &[
            "error[admins-only]: `he` may not change crm.toml",
            "error[not-yours]: `he` may not change `zhang`",
        ],
    );
    // Put back at the end: the commit stays in the push.
    he.sandbox.write("crm.toml", SETTINGS);
    he.commit("and back").done();
    server.refuses(&he, "", &["error[admins-only]: `he` may not change crm.toml"]);
    he.git("reset -q --hard origin/main").done();
    for name in [
        ".gitattributes",
        "prospects/.gitattributes",
        "prospects/crm.toml",
        "CRM.toml",
        ".gitmodules",
    ] {
        he.sandbox.write(name, "");
        he.commit("how git sees it").done();
        server.refuses(&he, "", &["error[admins-only]", &format!("--> {name}")]);
        he.git("reset -q --hard origin/main").done();
    }
    let boss = server.clone("boss");
    boss.sandbox.write("crm.toml", "[leger]\n");
    boss.commit("broken").done();
    server.refuses(&boss, "", &["error[bad-setting]: unknown section `leger`", "--> crm.toml:1:2"]);
    boss.git("reset -q --hard origin/main").done();
    boss.git("rm -q crm.toml").done();
    boss.git("commit -q -m gone").done();
    server.refuses(&boss, "", &["crm.toml"]);
}

#[test]
fn what_cannot_be_read_and_links() {
    let server = Server::new();
    let liu = server.clone("liu");
    let text = liu.sandbox.read("prospects/zhang.toml");
    liu.sandbox.write("prospects/zhang.toml", format!("{text}<<<<<<< HEAD\n"));
    liu.commit("a conflict").done();
    server.refuses(&liu, "", &["error[syntax]", "--> prospects/zhang.toml:6:"]);
    liu.git("reset -q --hard origin/main").done();
    std::os::unix::fs::symlink("/etc/passwd", liu.path().join("prospects/me.toml")).unwrap();
    liu.commit("a link").done();
    server.refuses(
        &liu,
        "",
        &["error[symlink]: a symbolic link is refused", "--> prospects/me.toml"],
    );
    liu.git("reset -q --hard origin/main").done();
    std::fs::remove_file(liu.path().join("prospects/zhang.toml")).unwrap();
    std::os::unix::fs::symlink("li.toml", liu.path().join("prospects/zhang.toml")).unwrap();
    liu.commit("a link in its place").done();
    server.refuses(&liu, "", &["error[symlink]", "the event `2009-12-04-1` of `zhang` is gone"]);
    liu.git("reset -q --hard origin/main").done();
    // Not the prospects' folder, and no ledger's file: an admin's.
    liu.sandbox.write("other/prospects/zhang.toml", "whatever");
    liu.commit("beside it").done();
    let expected = "`liu` may not change other/prospects/zhang.toml: it is no file of the ledger";
    server.refuses(&liu, "", &["error[admins-only]", expected]);
}

#[test]
fn a_broken_commit_hides_nothing() {
    let server = Server::new();
    let liu = server.clone("liu");
    let text = liu.sandbox.read("prospects/zhang.toml");
    // What cannot be read has no entries to miss: broken in one commit, whole and shorter in the next.
    liu.sandbox.write("prospects/zhang.toml", text.replace("[events]", "[events"));
    liu.commit("broken").done();
    liu.sandbox.write("prospects/zhang.toml", text.replace("warm", "cold"));
    liu.commit("whole again").done();
    server.refuses(&liu, "", &["error[syntax]", "--> prospects/zhang.toml:2:"]);
    liu.git("reset -q --hard origin/main").done();
    // Another file of the same id, for a moment.
    liu.sandbox.write("prospects/a/zhang.toml", &text);
    liu.sandbox.write("prospects/zhang.toml", text.replace("warm", "cold"));
    liu.commit("two of them").done();
    liu.git("rm -q prospects/a/zhang.toml").done();
    liu.git("commit -q -m 'one of them'").done();
    server.refuses(&liu, "", &["error[history-changed]: the event `2009-12-04-1` of `zhang`"]);
    liu.git("reset -q --hard origin/main").done();
    // No text, and too much of it.
    for bytes in [b"\xff\xfe\x00".to_vec(), vec![b'#'; 5 << 20]] {
        liu.sandbox.write("prospects/zhang.toml", &bytes);
        liu.commit("no text").done();
        liu.sandbox.write("prospects/zhang.toml", text.replace("warm", "cold"));
        liu.commit("text again").done();
        server.refuses(&liu, "", &["error["]);
        liu.git("reset -q --hard origin/main").done();
    }
}

#[test]
fn commits_are_not_dropped() {
    let server = Server::new();
    let (liu, he) = (server.clone("liu"), server.clone("he"));
    add(&liu, "zhang", &call("liu", "06"));
    liu.commit("one").done();
    push(&liu, "").done();
    he.sandbox.write("notes.txt", "x");
    he.commit("two").done();
    server.refuses(
        &he,
        "--force origin HEAD:main",
        &[
            "error[not-forward]: the push drops 1 of the commits that refs/heads/main has",
            "rule: history only grows",
        ],
    );
    server.refuses(
        &he,
        "origin :main",
        &["error[not-forward]: `refs/heads/main` is the main branch and cannot be deleted"],
    );
    // A branch may go once it is merged.
    add(&liu, "zhang", &call("liu", "07"));
    liu.commit("three").done();
    push(&liu, "origin HEAD:feature").done();
    server.refuses(
        &he,
        "origin :feature",
        &["deleting `refs/heads/feature` drops commits that nothing else has"],
    );
    push(&liu, "").done();
    push(&liu, "origin :feature").done();
    // Two names of the same commits, deleted at once, are none.
    add(&liu, "zhang", &call("liu", "08"));
    liu.commit("four").done();
    push(&liu, "origin HEAD:a HEAD:b").done();
    server.refuses(&liu, "--atomic origin :a :b", &["error[not-forward]"]);
    let blob = liu.git("hash-object -w crm.toml").done().0;
    server.refuses(
        &liu,
        &format!("origin {}:refs/tags/x", blob.trim()),
        &["error[not-forward]: `refs/tags/x` would name no commit"],
    );
    server.refuses(
        &liu,
        "origin HEAD:refs/replace/0123456789012345678901234567890123456789",
        &["would replace one object with another"],
    );
}

#[test]
fn other_branches_and_tags_are_no_way_round() {
    let server = Server::new();
    let he = server.clone("he");
    add(&he, "zhang", &call("he", "06"));
    he.commit("not mine").done();
    server.refuses(&he, "origin HEAD:side", &["error[not-yours]"]);
    server.refuses(&he, "origin HEAD:refs/tags/v1", &["error[not-yours]"]);
    server.refuses(&he, "origin HEAD:refs/notes/x", &["error[not-yours]"]);
    he.git("reset -q --hard origin/main").done();
    // A history of one's own, without a parent.
    he.git("checkout -q --orphan own").done();
    add(&he, "zhang", &call("he", "06"));
    he.commit("all of it anew").done();
    server.refuses(&he, "origin HEAD:own", &["error[not-yours]", "error[foreign-signature]"]);
    // An old branch on which one was the owner.
    let (liu, wang) = (server.clone("liu"), server.clone("wang"));
    push(&liu, "origin HEAD:old").done();
    add(
        &wang,
        "zhang",
        "2009-12-09 = { kind = \"assigned\", by = \"wang\", owner = \"wang\", reason = \"x\" }",
    );
    wang.commit("taken over").done();
    push(&wang, "").done();
    add(&liu, "zhang", &call("liu", "08"));
    liu.commit("as if it were mine").done();
    server.refuses(
        &liu,
        "origin HEAD:old",
        &["error[not-yours]: `liu` may not change `zhang`: its owner is `wang`"],
    );
    server.refuses(&liu, "origin HEAD:newer", &["error[not-yours]"]);
}

#[test]
fn merges() {
    let server = Server::new();
    let (liu, he) = (server.clone("liu"), server.clone("he"));
    add(&liu, "zhang", &call("liu", "06"));
    liu.commit("one").done();
    push(&liu, "").done();
    add(&he, "li", &call("he", "06"));
    he.commit("two").done();
    // An honest merge of what the server has: liu's entries are in it, and are not he's.
    he.git("pull -q --no-rebase --no-edit origin main").done();
    push(&he, "").done();
    // A merge that keeps only one's own side.
    liu.git("pull -q origin main").done();
    add(&liu, "zhang", &call("liu", "07"));
    let text = liu.sandbox.read("prospects/zhang.toml");
    liu.sandbox.write(
        "prospects/zhang.toml",
        text.replace("name = \"张先生\"", "name = \"张先生\"\ncompany = \"A\""),
    );
    liu.commit("three").done();
    push(&liu, "").done();
    add(&he, "li", &call("he", "07"));
    he.commit("four").done();
    he.git("fetch -q").done();
    he.git("merge -q -s ours --no-edit origin/main").done();
    server.refuses(
        &he,
        "",
        &[
            "error[history-lost]: the event `2009-12-07` of `zhang` is gone",
            "error[not-yours]: `he` may not change `zhang`",
        ],
    );
    he.git("reset -q --hard HEAD~1").done();
    // A merge that adds something of its own.
    he.git("merge -q --no-commit --no-ff origin/main").done();
    add(&he, "zhang", &call("liu", "08"));
    he.commit("evil").done();
    server.refuses(
        &he,
        "",
        &[
            "error[not-yours]: `he` may not change `zhang`",
            "error[foreign-signature]: `he` may not sign `2009-12-08`",
        ],
    );
    he.git("reset -q --hard HEAD~1").done();
    // Facts only, back to what they were.
    he.git("merge -q --no-commit --no-ff origin/main").done();
    let text = he.sandbox.read("prospects/zhang.toml");
    he.sandbox.write("prospects/zhang.toml", text.replace("company = \"A\"\n", ""));
    he.commit("evil too").done();
    server.refuses(&he, "", &["error[not-yours]: `he` may not change `zhang`"]);
}

#[test]
fn both_sides_of_a_merge_changed_one_prospect() {
    let server = Server::new();
    let (liu, wang) = (server.clone("liu"), server.clone("wang"));
    add(&wang, "zhang", &call("wang", "06"));
    wang.commit("one").done();
    push(&wang, "").done();
    add(&liu, "zhang", &call("liu", "07"));
    liu.commit("two").done();
    assert_ne!(
        liu.git("pull -q --no-rebase --no-edit origin main").status,
        0,
        "a conflict of lines"
    );
    let both = format!(
        "name = \"张先生\"\n[events]\n{ZHANG}{}\n{}\n",
        call("wang", "06"),
        call("liu", "07")
    );
    liu.sandbox.write("prospects/zhang.toml", both);
    liu.commit("put together").done();
    push(&liu, "").done();
    // Another branch, merged by somebody who owns nothing of it.
    let he = server.clone("he");
    he.git("checkout -q -b side HEAD~1").done();
    add(&he, "li", &call("he", "06"));
    he.commit("side").done();
    he.git("merge -q --no-edit origin/main").done();
    push(&he, "").done();
}

#[test]
fn renamed_on_one_side_and_continued_on_the_other() {
    let server = Server::new();
    let (liu, wang) = (server.clone("liu"), server.clone("wang"));
    liu.git("mv prospects/zhang.toml prospects/zhang-yong.toml").done();
    liu.commit("renamed").done();
    push(&liu, "").done();
    add(&wang, "zhang", &call("wang", "06"));
    wang.commit("continued").done();
    // Git follows the rename.
    wang.git("pull -q --no-rebase --no-edit origin main").done();
    assert!(wang.sandbox.read("prospects/zhang-yong.toml").contains("by = \"wang\" }"));
    push(&wang, "").done();
    // The other way round, and less one entry.
    add(&liu, "zhang-yong", &call("liu", "07"));
    liu.commit("continued").done();
    liu.git("fetch -q").done();
    liu.git("merge -q --no-commit origin/main");
    let text = liu.sandbox.read("prospects/zhang-yong.toml");
    let less: Vec<&str> = text
        .lines()
        .filter(|l| !l.contains("well done") && !l.starts_with(['<', '=', '>', '|']))
        .collect();
    liu.sandbox.write("prospects/zhang-yong.toml", less.join("\n") + "\n");
    liu.commit("merged, less one").done();
    server.refuses(
        &liu,
        "",
        &["error[history-lost]: the event `2009-12-05-1` of `zhang-yong` is gone"],
    );
}

#[test]
fn who_pushes() {
    let server = Server::new();
    let he = server.clone("he");
    add(&he, "zhang", &call("liu", "06"));
    he.commit("x").done();
    let as_user = |name: &str, user: &str| {
        let mut command = command("git", &he.path(), "he");
        if !user.is_empty() {
            command.env(name, user);
        }
        run(command.args(["push", "origin", "HEAD:main"])).stderr
    };
    assert!(
        as_user("CRM_USER", "")
            .contains("error[unknown-pusher]: the server does not name the user who pushes")
    );
    assert!(as_user("REMOTE_USER", "hee").contains("`hee` is no rep of this ledger"));
    assert!(as_user("GL_USER", "gone").contains("`gone` left on 2009-06-30"));
    let taken = as_user("REMOTE_USER", "LIU@example.com");
    assert!(!taken.contains("error"), "{taken}");
}

#[test]
fn a_bypass_is_an_admins_and_is_recorded() {
    let server = Server::new();
    let (he, boss) = (server.clone("he"), server.clone("boss"));
    let forge = |repo: &Repo| {
        let text = repo.sandbox.read("prospects/zhang.toml");
        repo.sandbox.write("prospects/zhang.toml", text.replace("warm", "cold"));
        repo.commit("corrected").done();
    };
    forge(&he);
    server.refuses(
        &he,
        "-o force origin HEAD:main",
        &["error[admins-only]: only an admin may force a push", "error[history-changed]"],
    );
    forge(&boss);
    server.refuses(&boss, "", &["error[history-changed]"]);
    let old = server.head();
    let (_, said) = push(&boss, "-o 'force=data protection' origin HEAD:main").done();
    assert!(said.contains("forced by boss: 1 finding recorded in crm-guard.log"), "{said}");
    let log = server.bare.read("crm-guard.log");
    let expected = format!(
        "2009-12-18\tboss\trefs/heads/main\t{}\t{}\tdata protection\thistory-changed: the event `2009-12-04-1` of `zhang` was changed\n",
        old.trim(),
        server.head().trim()
    );
    assert_eq!(log, expected);
}

#[test]
fn a_ledger_without_admins_has_those_of_the_server() {
    let server = Server::new();
    let boss = server.clone("boss");
    boss.sandbox.write("crm.toml", SETTINGS.replace("admin = true\n", ""));
    boss.commit("no admin").done();
    push(&boss, "").done();
    boss.sandbox.write("crm.toml", SETTINGS);
    boss.commit("again").done();
    server.refuses(&boss, "", &["error[admins-only]", "git config --add crm.admin"]);
    let said = run(command(env!("CARGO_BIN_EXE_crm"), server.bare.path(), "boss")
        .args(["hooks", "install", "--server", ".", "--admin", "wang"]));
    assert_eq!(said.status, 0, "{}", said.stderr);
    let wang = server.clone("wang");
    wang.sandbox.write("crm.toml", SETTINGS);
    wang.commit("again").done();
    push(&wang, "").done();
}

#[test]
fn another_hook_on_the_server_runs_first() {
    let server = Server::new();
    let install = |words: &str| {
        let program = env!("CARGO_BIN_EXE_crm");
        let line = format!("hooks install --server . {words}");
        run(command(program, server.bare.path(), "boss").args(split(&line)))
    };
    server.bare.write("hooks/pre-receive", "#!/bin/sh\ncat >> seen\n");
    assert!(
        install("").fails(1).contains("crm guard   (it reads what git puts on standard input)")
    );
    let hook = server.bare.path().join("hooks/pre-receive");
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    install("--chain").done();
    let he = server.clone("he");
    add(&he, "li", &call("he", "06"));
    he.commit("mine").done();
    push(&he, "").done();
    add(&he, "zhang", &call("he", "06"));
    he.commit("not mine").done();
    server.refuses(&he, "", &["error[not-yours]"]);
    assert_eq!(server.bare.read("seen").lines().count(), 2, "both got what git says");
    // And it can say no by itself.
    server.bare.write("hooks/pre-receive.before-crm", "#!/bin/sh\necho closed\nexit 1\n");
    he.git("reset -q --hard HEAD~1").done();
    he.sandbox.write("x", "x");
    he.commit("x").done();
    server.refuses(&he, "", &["closed"]);
}

#[test]
fn by_hand_before_a_push() {
    let server = Server::new();
    let he = server.clone("he");
    add(&he, "zhang", &call("he", "06"));
    he.commit("not mine").done();
    let error = he.crm("guard origin/main HEAD --user he").fails(1);
    assert!(
        error.starts_with("error[not-yours]: `he` may not change `zhang`: its owner is `liu`\n"),
        "{error}"
    );
    he.crm("guard origin/main HEAD --user wang").fails(1);
    he.crm("guard origin/main HEAD~1 --user he").ok();
    let error = he.crm("guard mian HEAD --user he").fails(2);
    assert!(error.starts_with("error[bad-revision]"), "{error}");
}

/// In CI a branch may lie behind the one it is compared with, and OLD may be zeroes.
#[test]
fn as_a_check_in_ci() {
    let server = Server::new();
    let (liu, he) = (server.clone("liu"), server.clone("he"));
    add(&he, "li", &call("he", "06"));
    he.commit("ahead").done();
    push(&he, "").done();
    add(&liu, "zhang", &call("liu", "06"));
    liu.commit("mine").done();
    liu.git("fetch -q").done();
    liu.crm("guard origin/main HEAD --user liu").ok();
    add(&liu, "li", &call("liu", "06"));
    liu.commit("not mine").done();
    let error = liu.crm("guard origin/main HEAD --user liu").fails(1);
    assert!(error.starts_with("error[not-yours]: `liu` may not change `li`"), "{error}");
    // Made an admin by the very commits that are judged.
    liu.git("reset -q --hard origin/main").done();
    liu.sandbox.write("crm.toml", SETTINGS.replace("id = \"liu\"", "id = \"liu\"\nadmin = true"));
    add(&liu, "li", &call("liu", "06"));
    liu.commit("promoted").done();
    let nothing = "0".repeat(40);
    let error = liu.crm(&format!("guard {nothing} HEAD --user liu")).fails(1);
    assert!(
        error.starts_with("there is no older state to compare with: every commit is judged"),
        "{error}"
    );
    assert!(error.contains("error[foreign-signature]"), "{error}");
    // A ledger of one rep's own has no older state, and nothing to hide.
    let own = Repo::new("liu", "");
    own.sandbox.prospect(
        "zhang",
        "name = \"张先生\"",
        "2009-12-03-1 = { kind = \"opened\", by = \"liu\" }\n",
    );
    own.commit("first").done();
    let (_, said) = own.crm(&format!("guard {nothing} HEAD --user liu")).done();
    assert!(said.contains("there is no older state"), "{said}");
}

/// The first push is judged by its own settings: nothing broken, no links, and a pusher whom they name.
#[test]
fn a_first_push_is_not_simply_accepted() {
    let bare = Sandbox::empty();
    let server = Server { bare };
    server.git("init -q --bare -b main");
    run(command(env!("CARGO_BIN_EXE_crm"), server.bare.path(), "boss")
        .args(["hooks", "install", "--server", "."]))
    .done();
    let liu = Repo::new("stranger", SETTINGS);
    liu.git(&format!("remote add origin {}", server.path())).done();
    liu.commit("first").done();
    assert!(push(&liu, "").stderr.contains("error[unknown-pusher]: `stranger` is no rep"));
    let liu = Repo::new("liu", SETTINGS);
    liu.git(&format!("remote add origin {}", server.path())).done();
    liu.sandbox.write("prospects/zhang.toml", "name = \n");
    liu.commit("broken").done();
    assert!(push(&liu, "").stderr.contains("error[syntax]"));
    liu.sandbox.prospect("zhang", "name = \"张先生\"", ZHANG);
    liu.commit("whole").done();
    push(&liu, "").done();
}

#[test]
fn two_people_of_one_id_are_accepted() {
    let server = Server::new();
    let (liu, he) = (server.clone("liu"), server.clone("he"));
    for (repo, day) in [(&liu, "2009-12-10"), (&he, "2009-12-09")] {
        repo.crm("hooks install").done();
        repo.crm(&format!("add 王芳 --id wang-fang --owner {0} --by {0} --date {day}", repo.user))
            .done();
        repo.crm(&format!("log wang-fang call --by {} --date 2009-12-11", repo.user)).done();
        repo.git("checkout -q .gitattributes");
        repo.git("add prospects").done();
        repo.git("commit -q -m 'a new one'").done();
    }
    push(&liu, "").done();
    assert_ne!(he.git("pull -q --no-rebase --no-edit origin main").status, 0);
    he.crm("resolve wang-fang --two").done();
    he.git("add prospects").done();
    he.git("commit -q -m 'two people'").done();
    push(&he, "").done();
    let files = server.git("ls-tree -r --name-only main prospects");
    assert!(files.contains("prospects/wang-fang-2.toml"), "{files}");
    // And each goes on with their own.
    liu.git("pull -q --no-rebase --no-edit origin main").done();
    liu.crm("log wang-fang-2 call --by liu --date 2009-12-12").done();
    liu.git("commit -q -am 'a call'").done();
    push(&liu, "").done();
}

#[test]
fn a_ledger_below_the_top() {
    let server = Server { bare: Sandbox::empty() };
    server.git("init -q --bare -b main");
    let liu = Repo::new("liu", "");
    std::fs::remove_file(liu.path().join("crm.toml")).unwrap();
    liu.sandbox.write("sales/crm.toml", SETTINGS);
    liu.sandbox.write("sales/prospects/li.toml", format!("name = \"Li\"\n[events]\n{LI}"));
    liu.commit("first").done();
    liu.git(&format!("remote add origin {}", server.path())).done();
    run(command(env!("CARGO_BIN_EXE_crm"), server.bare.path(), "boss")
        .args(["hooks", "install", "--server", "."]))
    .done();
    push(&liu, "").done();
    liu.sandbox.write("README", "x");
    liu.commit("beside it").done();
    push(&liu, "").done();
    let text = format!("name = \"Li\"\n[events]\n{LI}{}\n", call("liu", "06"));
    liu.sandbox.write("sales/prospects/li.toml", text);
    liu.commit("not mine").done();
    server.refuses(
        &liu,
        "",
        &[
            "error[not-yours]: `liu` may not change `li`: its owner is `he`",
            "--> sales/prospects/li.toml:4:1",
        ],
    );
}

/// The prospects of a commit: name, text, and the lines of the journal.
fn state(server: &Server, commit: &str) -> BTreeMap<String, String> {
    let names = server.git(&format!("ls-tree -r --name-only {commit} prospects"));
    names
        .lines()
        .map(|name| (name.to_owned(), server.git(&format!("show {commit}:{name}"))))
        .collect()
}

fn entries(state: &BTreeMap<String, String>) -> BTreeSet<&str> {
    state.values().flat_map(|text| text.lines()).filter(|line| line.starts_with("2009-")).collect()
}

/// Users do what they may and what they may not, in any order and mixture. Whatever the server takes keeps
/// every entry, changes nothing that is not the pusher's, and is signed by them; and what is honest
/// is taken. `CRM_GUARD_ROUNDS` makes it longer.
#[test]
fn random_pushes() {
    let server = Server::new();
    let rounds = std::env::var("CRM_GUARD_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    let mut rng = fastrand::Rng::with_seed(7);
    let users = ["liu", "he", "wang", "boss"];
    let mine: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("liu", &["zhang"][..]),
        ("he", &["li"][..]),
        ("wang", &["zhang"][..]),
        ("boss", &["zhang", "li", "pool"][..]),
    ]);
    let first = server.clone("boss");
    first.crm("hooks install").done();
    first.commit("attributes").done();
    push(&first, "").done();
    let clones: Vec<Repo> = users.iter().map(|user| server.clone(user)).collect();
    clones.iter().for_each(|clone| {
        drop(clone.git("config merge.crm.driver 'crm merge-file %O %A %B'").done())
    });
    let mut honest = [true; 4];
    let (mut taken, mut refused) = (0, 0);
    for round in 0..rounds {
        let at = rng.usize(..users.len());
        let (user, clone) = (users[at], &clones[at]);
        for step in 0..1 + rng.usize(..3) {
            let own = mine[user][rng.usize(..mine[user].len())];
            let any = ["zhang", "li", "pool"][rng.usize(..3)];
            let (day, n, other) = (rng.u8(..8), rng.u8(1..4), users[rng.usize(..4)]);
            let line = |by: &str, kind: &str| {
                format!(
                    "2009-12-1{}-{}-r{round}s{step} = {{ kind = \"{kind}\", by = \"{by}\" }}",
                    day, n
                )
            };
            // A prospect may have been renamed, by who may; or be gone.
            let file = |id: &str| {
                let folder =
                    std::fs::read_dir(clone.path().join("prospects")).into_iter().flatten();
                let names = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap());
                names
                    .filter(|name| name.starts_with(id))
                    .min()
                    .map(|name| format!("prospects/{name}"))
            };
            let change = |id: &str, with: &dyn Fn(String) -> String| {
                if let Some(name) = file(id) {
                    clone.sandbox.write(&name, with(clone.sandbox.read(&name)));
                }
            };
            let add = |id: &str, line: String| change(id, &|text| format!("{text}{line}\n"));
            let bad = rng.u8(..100) < 25;
            honest[at] &= !bad;
            if !bad {
                match rng.u8(..4) {
                    0 => {
                        let name = format!("activity/{user}.toml");
                        let known = clone.path().join(&name).exists();
                        let text =
                            if known { clone.sandbox.read(&name) } else { "[tally]\n".to_owned() };
                        let tally = format!("2009-12-03-1-r{round}s{step} = {{ dials = 1 }}\n");
                        clone.sandbox.write(&name, text + &tally);
                    }
                    1 => change(own, &|text| {
                        text.replacen("\n[events]", &format!("\n# {round}\n[events]"), 1)
                    }),
                    _ => add(own, line(user, "call")),
                }
            } else if let Some(name) = file(any) {
                match rng.u8(..9) {
                    0 => add(any, line(other, "call")),
                    1 => change(any, &|text| text.replacen("by = \"liu\"", "by = \"he\"", 1)),
                    2 => change(any, &|text| {
                        let end = text.trim_end().rfind('\n').map_or(0, |at| at + 1);
                        text[..end].to_owned()
                    }),
                    3 => drop(std::fs::remove_file(clone.path().join(name))),
                    4 => drop(clone.git(&format!("mv {name} prospects/{any}-{round}.toml"))),
                    5 => change(any, &|text| text.replacen("name = \"", "name = \"x", 1)),
                    6 => drop(clone.git("reset -q --hard HEAD~1")),
                    7 => change(any, &|text| text.replacen("[events]", "[events", 1)),
                    _ => {
                        clone.git("fetch -q").done();
                        clone.git("merge -q -s ours --no-edit origin/main");
                    }
                }
            }
            clone.git("add -A").done();
            clone.git(&format!("commit -q --allow-empty -m 'round {round}'")).done();
        }
        if rng.bool() && clone.git("pull -q --no-rebase --no-edit origin main").status != 0 {
            clone.git("merge --abort");
        }
        let old = server.head().trim().to_owned();
        let forced = !honest[at] && rng.u8(..4) == 0;
        let run = push(clone, if forced { "--force origin HEAD:main" } else { "origin HEAD:main" });
        if run.status != 0 {
            let theirs =
                run.stderr.contains("(fetch first)") || run.stderr.contains("(non-fast-forward)");
            assert!(
                !honest[at] || theirs,
                "round {round}, {user}: an honest push was refused:\n{}",
                run.stderr
            );
            refused += usize::from(!theirs);
            if !(theirs && honest[at]) {
                clone.git("fetch -q").done();
                clone.git("reset -q --hard origin/main").done();
                honest[at] = true;
            }
            continue;
        }
        taken += 1;
        honest[at] = true;
        let (before, after) = (state(&server, &old), state(&server, "main"));
        let (had, has) = (entries(&before), entries(&after));
        let lost: Vec<_> = had.difference(&has).collect();
        assert!(lost.is_empty(), "round {round}, {user}: {lost:?}");
        for line in has.difference(&had) {
            assert!(line.contains(&format!("by = \"{user}\"")), "round {round}, {user}: {line}");
        }
        for (name, text) in &before {
            let id = name.trim_start_matches("prospects/").trim_end_matches(".toml");
            let id = id.split('-').next().unwrap();
            if !mine[user].contains(&id) && id != "pool" {
                assert_eq!(after.get(name), Some(text), "round {round}, {user}: {name}");
            }
        }
    }
    println!("{taken} pushes taken, {refused} refused by the guard, of {rounds}");
    assert!(taken > rounds / 8 && refused > rounds / 20, "{taken} taken, {refused} refused");
}

#[test]
fn a_customers_file_is_guarded_like_a_prospects() {
    let server = Server::new();
    let file = "customers/pujiang.toml";
    let journal = ZHANG.replace("\"wang\"", "\"liu\"");
    let customer = format!("name = \"浦江\"\npotential = 5000\n\n[events]\n{journal}");
    let liu = server.clone("liu");
    liu.sandbox.write(file, &customer);
    liu.commit("a customer").done();
    push(&liu, "").done();
    let he = server.clone("he");
    // Facts and entries are the owner's.
    for text in [
        customer.replace("5000", "6000"),
        format!("{customer}{}\n", call("he", "06")),
        format!("{customer}2009-12-06 = {{ kind = \"assigned\", by = \"he\", owner = \"he\" }}\n"),
    ] {
        he.sandbox.write(file, text);
        he.commit("not his").done();
        let said = server.refuses(&he, "", &["pujiang", "help: ask `liu`"]);
        assert_eq!(said.matches("error[").count(), 1, "{said}");
        he.git("reset -q --hard origin/main").done();
    }
    for (text, expected) in [
        (customer.replace("warm", "cold"), "error[history-changed]"),
        (customer.replace("2009-12-04-1", "2009-12-04-2"), "error[history-lost]"),
    ] {
        liu.sandbox.write(file, text);
        liu.commit("rewritten").done();
        server.refuses(&liu, "", &[expected, "--> customers/pujiang.toml"]);
        liu.git("reset -q --hard origin/main").done();
    }
    // An id is one file's, over both folders.
    liu.sandbox.write("customers/zhang.toml", &customer);
    liu.commit("twice").done();
    server.refuses(&liu, "", &["error[duplicate-id]"]);
    liu.git("reset -q --hard origin/main").done();
    liu.sandbox.write(file, format!("{customer}{}\n", call("liu", "06")));
    liu.commit("her own").done();
    push(&liu, "").done();
}
