//! `crm rename`, `crm join`, `crm remove`: files that get another id, become one, or go.

use crate::common::repo::Repo;
use crate::common::{Sandbox, contains};
use proptest::prelude::*;

/// Two prospects of one person, of different owners.
fn two() -> Sandbox {
    let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\n");
    fill(&sandbox);
    sandbox
}

fn fill(sandbox: &Sandbox) {
    sandbox.prospect(
        "zhang",
        "# by hand\nname   = \"张先生\" # 老客户\n",
        "2009-12-01-1-abc = { kind = \"opened\", owner = \"he\", value = 18000 }\n\
         2009-12-03-1-abc = { kind = \"meeting\", next = 2009-12-20 }\n",
    );
    sandbox.prospect(
        "zhang-2",
        "name   = \"张总\"\nregion = \"north\"\n\n[[contact]]\nname = \"Bob\"\n",
        "2009-12-02-1-abc = { kind = \"opened\", owner = \"li\", value = 5000 }\n\
         2009-12-04-1-abc = { kind = \"meeting\", stage = \"appointment\", note = \"golf\", odd = 1 } # kept\n\
         2009-12-05-1-abc = { kind = \"booking\", amount = 3000 }\n\
         2009-12-06-1-abc = { kind = \"moved\", stage = \"opportunity\" }\n",
    );
}

fn clean(sandbox: &Sandbox) {
    let run = sandbox.crm("check");
    assert_eq!(run.status, 0, "{}{}", run.stdout, run.stderr);
}

#[test]
fn two_files_become_one_with_both_journals_and_people() {
    let sandbox = two();
    let (keep, other) =
        (sandbox.read("prospects/zhang.toml"), sandbox.read("prospects/zhang-2.toml"));
    let said = sandbox.crm("join zhang zhang-2 -m 'twice at the fair' --by he").done().1;
    assert_eq!(
        said,
        "zhang-2 (张总) is part of zhang (张先生) now: 4 entries\nowner stays he, not li\nname stays 张先生, not 张总\n"
    );
    assert!(!sandbox.path().join("prospects/zhang-2.toml").exists());
    let joined = sandbox.read("prospects/zhang.toml");
    // Comments, layout and every entry are as they were.
    contains(
        &joined,
        &["# by hand\nname   = \"张先生\" # 老客户\nregion = \"north\"\n", "name = \"Bob\""],
    );
    for line in keep.lines().chain(other.lines()).filter(|line| line.starts_with("2009")) {
        assert!(joined.contains(line), "{line}\n{joined}");
    }
    contains(
        &joined,
        &[
            "kind = \"retracted\", by = \"he\", event = \"2009-12-02-1-abc\", reason = \"joined with zhang-2\"",
            "2009-12-04-3-",
            "note = \"joined with zhang-2 (张总), which was a file of its own: twice at the fair\"",
        ],
    );
    clean(&sandbox);
    let row = |columns: &str| sandbox.crm(&format!("list -c {columns} -f csv")).ok();
    contains(&row("id,stage,owner,value,region"), &["\nzhang,opportunity,he,18000,north\n"]);
    // The meeting counts once, and without its move.
    let journal = sandbox.crm("show zhang -f csv --table journal").ok();
    assert_eq!(journal.matches("golf").count(), 2, "{journal}");
}

#[test]
fn a_pursuit_that_ended_before_goes_on_counting() {
    let sandbox = two();
    sandbox.prospect(
        "old",
        "name = \"张\"\n",
        "2009-01-01-1-abc = { kind = \"opened\", owner = \"li\" }\n\
         2009-02-01-1-abc = { kind = \"moved\", stage = \"lost\", reason = \"price\" }\n",
    );
    sandbox.crm("join zhang old").done();
    clean(&sandbox);
    let losses = sandbox.crm("report losses --from 2009-01-01 -f csv").ok();
    contains(&losses, &["price"]);
    let row = sandbox.crm("list id:zhang -c id,pursuit,stage,owner -f csv").ok();
    contains(&row, &["zhang,2,opportunity,he\n"]);
    // The other way round, the one that stays is opened before.
    let sandbox = two();
    sandbox.prospect(
        "new",
        "name = \"张\"\n",
        "2009-01-01-1-abc = { kind = \"opened\", owner = \"li\" }\n\
         2009-02-01-1-abc = { kind = \"moved\", stage = \"lost\", reason = \"price\" }\n",
    );
    sandbox.crm("join new zhang").done();
    clean(&sandbox);
    let row = sandbox.crm("list id:new -c id,pursuit,stage,owner -f csv").ok();
    contains(&row, &["new,2,opportunity,he\n"]);
}

#[test]
fn what_cannot_be_one_is_refused_and_nothing_is_written() {
    let sandbox = two();
    let opened = "2009-12-01-1-abd = { kind = \"opened\" }\n";
    sandbox.prospect(
        "won",
        "name = \"W\"\n",
        &format!("{opened}2009-12-05-1-abd = {{ kind = \"moved\", stage = \"closed\", forced = \"x\" }}\n"),
    );
    sandbox.prospect("bid", "name = \"B\"\npipeline = \"project\"\n", opened);
    sandbox.prospect(
        "bills",
        "name = \"I\"\n",
        &format!(
            "{opened}2009-12-05-1-abd = {{ kind = \"quote\", number = \"Q-1\", amount = 5 }}\n"
        ),
    );
    sandbox.prospect(
        "bills-2",
        "name = \"I\"\n",
        &format!(
            "{opened}2009-12-05-1-abe = {{ kind = \"quote\", number = \"Q-1\", amount = 7 }}\n"
        ),
    );
    sandbox.write("customers/c.toml", format!("name = \"C\"\n[events]\n{opened}"));
    for (line, parts) in [
        ("join zhang zhang", ["error[cannot-join]", "is one file"]),
        ("join zhang won", ["was won while `zhang`", "crm join won zhang"]),
        ("join zhang bid", ["error[cannot-join]", "different boards"]),
        ("join bills bills-2", ["`quote` of the number `Q-1`", "crm undo bills-2 EVENT"]),
        ("join zhang c", ["`c` is a customer, `zhang` a prospect", "account = \"c\""]),
    ] {
        contains(&sandbox.refused(line, 1), &parts);
    }
    contains(&sandbox.refused("join zhang wang", 2), &["error[not-found]"]);
    let (stdout, stderr) = sandbox.crm("join zhang zhang-2 -n").done();
    contains(&stdout, &["+++ /dev/null", "+region = \"north\""]);
    assert!(!stderr.contains("is part of"), "{stderr}");
    assert!(sandbox.path().join("prospects/zhang-2.toml").exists());
}

#[test]
fn equal_keys_are_told_apart() {
    let sandbox = two();
    sandbox.prospect(
        "same",
        "name = \"张\"\n",
        "2009-12-01-1-abc = { kind = \"opened\" }\n\
         2009-12-03-1-abc = { kind = \"call\", note = \"a\" }\n\
         2009-12-04 = { kind = \"call\", note = \"b\" }\n\
         2009-12-05 = { kind = \"retracted\", event = \"2009-12-03-1-abc\" }\n",
    );
    sandbox.crm("join zhang same").done();
    clean(&sandbox);
    let text = sandbox.read("prospects/zhang.toml");
    contains(&text, &["2009-12-03-1-abc-j", "event = \"2009-12-03-1-abc-j"]);
}

#[test]
fn another_id_and_files_that_name_it_follow() {
    let sandbox = two();
    let opened = "2009-12-01-1-abd = { kind = \"opened\" }\n";
    sandbox.write("customers/pujiang.toml", format!("name = \"P\"\n[events]\n{opened}"));
    sandbox.write(
        "customers/north.toml",
        format!("name = \"N\" # x\nparent = 'Pujiang' # up\n[events]\n{opened}"),
    );
    sandbox.write(
        "customers/south.toml",
        format!("name = \"S\"\n[events]\n{opened}2009-12-02-1-abd = {{ kind = \"changed\", set = {{ parent = \"pujiang\" }} }}\n"),
    );
    sandbox.prospect("deal", "name = \"D\"\naccount = \"pujiang\"\n", opened);
    clean(&sandbox);
    let (stdout, _) = sandbox.crm("rename pujiang pj -n").done();
    contains(
        &stdout,
        &["rename customers/pujiang.toml -> customers/pj.toml\n", "+account = \"pj\""],
    );
    assert!(sandbox.path().join("customers/pujiang.toml").exists());
    let said = sandbox.crm("rename pujiang pj").done().1;
    assert_eq!(said, "pujiang -> pj: customers/pj.toml, and files that name it: 3\n");
    assert!(!sandbox.path().join("customers/pujiang.toml").exists());
    contains(&sandbox.read("customers/north.toml"), &["name = \"N\" # x\nparent = \"pj\" # up\n"]);
    contains(&sandbox.read("prospects/deal.toml"), &["account = \"pj\"\n"]);
    contains(
        &sandbox.read("customers/south.toml"),
        &[
            "set = { parent = \"pujiang\" } }\n",
            "kind = \"changed\", set = { parent = \"pj\" } }\n",
        ],
    );
    clean(&sandbox);
    contains(
        &sandbox.refused("remove pj --force", 1),
        &["error[cannot-remove]", "north, south, deal"],
    );
    contains(&sandbox.refused("rename zhang zhang-2", 1), &["error[already-there]"]);
    contains(&sandbox.refused("rename zhang ZHANG", 1), &["has this id already"]);
    contains(&sandbox.refused("rename zhang a/b", 2), &["error[bad-id]"]);
    let said = sandbox.crm("join north pj -n");
    contains(&said.stderr, &["is the parent of the other"]);
}

#[test]
fn git_has_the_file_under_its_new_id_and_gives_a_removed_one_back() {
    let repo = Repo::new("he", "[ledger]\ncurrency = \"CNY\"\n");
    fill(&repo.sandbox);
    repo.crm("hooks install").done();
    repo.commit("one").done();
    repo.crm("rename zhang-2 zong").done();
    let status = repo.git("status --short").ok();
    assert_eq!(status, "R  prospects/zhang-2.toml -> prospects/zong.toml\n");
    let said = repo.crm("remove zong").fails(1);
    contains(&said, &["error[cannot-remove]", "is not committed as it is"]);
    repo.git("commit -qm two").done();
    contains(&repo.crm("remove zon").fails(2), &["`zon` is no whole id", "crm remove zong"]);
    let said = repo.crm("remove zong").done().1;
    contains(
        &said,
        &[
            "zong (张总): removed; to have it back: git checkout HEAD -- prospects/zong.toml\n",
            "warning[history-lost]: zong (张总): the last commit has its 4 entries, and history only grows",
            "git commit --no-verify",
        ],
    );
    assert!(!repo.path().join("prospects/zong.toml").exists());
    repo.git("checkout HEAD -- prospects/zong.toml").done();
    repo.crm("join zhang zong").done();
    // History only grew: every entry lives on in the other file, and no hook refuses that.
    repo.commit("three").done();
    assert_eq!(repo.git("status --short").ok(), "");
}

/// Entries of a journal: days after the opening, and kinds.
pub fn journal() -> impl Strategy<Value = (u8, Vec<(u8, u8)>)> {
    let entry = (0_u8..20, 0_u8..6);
    (0_u8..8, prop::collection::vec(entry, 0..6))
}

pub fn lines(suffix: &str, (opened, entries): &(u8, Vec<(u8, u8)>)) -> String {
    let mut lines =
        format!("2009-11-{:02}-1-{suffix} = {{ kind = \"opened\", owner = \"he\" }}\n", opened + 1);
    for (n, (day, kind)) in entries.iter().enumerate() {
        let key = format!("2009-11-{:02}-{}-{suffix}", opened + 1 + day, n + 2);
        let body = match kind {
            0 => "kind = \"call\", next = 2009-12-24",
            1 => "kind = \"meeting\", stage = \"appointment\", forced = \"x\"",
            2 => "kind = \"booking\", amount = 100",
            3 => "kind = \"moved\", stage = \"opportunity\"",
            4 => "kind = \"changed\", set = { region = \"north\" }",
            _ => "kind = \"note\", value = 7, note = \"w\"",
        };
        lines.push_str(&format!("{key} = {{ {body} }}\n"));
    }
    lines
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// A join loses no money, no contact and no entry, and no rule is broken that was kept.
    #[test]
    fn a_join_keeps_sums_and_rules(a in journal(), b in journal()) {
        let sandbox = Sandbox::with_settings("[ledger]\ncurrency = \"CNY\"\n");
        sandbox.prospect("a", "name = \"A\"\n", &lines("aaa", &a));
        sandbox.prospect("b", "name = \"B\"\n", &lines("bbb", &b));
        let sum = |column: &str| -> f64 {
            let csv = sandbox.crm(&format!("list -c id,{column} -f csv")).ok();
            csv.lines().skip(1).filter_map(|line| line.split(',').nth(1)?.parse::<f64>().ok()).sum()
        };
        let (booked, broken) = (sum("booked"), sandbox.crm("check").status != 0);
        sandbox.crm("join a b").done();
        prop_assert_eq!(booked, sum("booked"));
        prop_assert!(broken || sandbox.crm("check").status == 0);
        prop_assert_eq!(sandbox.crm("list -f ids").ok(), "a\n");
        let text = sandbox.read("prospects/a.toml");
        for line in lines("bbb", &b).lines() {
            prop_assert!(text.contains(line), "{}\n{}", line, text);
        }
    }
}

#[test]
fn files_that_look_like_one_are_told_by_telephone_and_mail_but_not_within_one_customer() {
    let opened = "2009-12-01-1-abc = { kind = \"opened\" }\n";
    let person = |way: &str| format!("[[contact]]\nname = \"X\"\n{way}\n");
    let of_k = |way: &str| format!("account = \"k\"\n{}", person(way));
    let (a, b) = (person("phone = \"+86 138-0000-1111\""), person("phone = \"13800001111\""));
    let (c, d) = (person("email = \"X@y.example\""), person("email = \"x@Y.example\""));
    let (e, f) = (of_k("phone = \"5555 6666\""), of_k("phone = \"5555 6666\""));
    let (g, h) = (person("phone = \"5555-6666\""), person("phone = \"12345\""));
    let facts = [
        ("a", &a),
        ("b", &b),
        ("c", &c),
        ("d", &d),
        ("e", &e),
        ("f", &f),
        ("g", &g),
        ("h", &h),
        ("i", &h),
    ];
    let files: Vec<(&str, &str, &str)> =
        facts.iter().map(|(id, facts)| (*id, &***facts, opened)).collect();
    let book = crate::common::book("", &files, "2009-12-18");
    let found = crm::check::doubles::doubles(
        book.gather_everybody(&crate::common::query(&book, ""), |record| {
            Some(crm::check::doubles::Compared::of(record))
        }),
    );
    let found: Vec<&str> = found.iter().map(|one| one.message.en()).collect();
    assert_eq!(
        found,
        [
            "it has the telephone of `a` (a)",
            "it has the e-mail of `c` (c)",
            "it has the telephone of `e` (e)",
        ]
    );
}
