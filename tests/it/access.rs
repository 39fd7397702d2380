//! Records of access: which commands write one, what it states, and that it stays.

use crate::common::repo::{Repo, command};
use crate::common::{Run, contains, run};
use crate::privacy::{Keys, all_bytes, crm_as, push, server_of};
use crm::model::privacy::SEALABLE;

/// A ledger with so many people, all of whose private fields have a value.
fn ledger(keys: &Keys, people: usize, more: &str) -> Repo {
    // Every field that may be sealed, and a fact of the team's own.
    let fields = SEALABLE.into_iter().chain(["passport"]).map(|field| format!("{field:?}"));
    let fields = fields.collect::<Vec<_>>().join(", ");
    let settings = keys
        .settings("", &[("boss", 1), ("li", 1)])
        .replace("[privacy]\nfields = [\"phone\", \"email\", \"birthday\", \"note\"]", "")
        .replacen(
            "[[privacy.reader]]",
            &format!("[privacy]\nfields = [{fields}]\n[[privacy.reader]]"),
            1,
        );
    let facts = "[ledger]\nfacts = [\"passport\"]\n";
    let repo = Repo::new("boss", &format!("{facts}{settings}{more}"));
    for n in 0..people {
        let id = format!("z{n}");
        repo.sandbox.write(
            &format!("prospects/{id}.toml"),
            format!(
                "name = \"Z {n}\"\ncompany = \"Acme {n}\"\npassport = \"P{n}\"\nchallenge = [\"cost {n}\"]\n\
                 wants = [\"speed {n}\"]\ndocuments = [\"https://a{n}.example\"]\n\n[[contact]]\nname = \"Ann {n}\"\nrole = \"buyer {n}\"\n\
                 phone = \"1380013800{n}\"\nemail = \"a{n}@secret.example\"\nbirthday = 1971-12-2{n}\nconcern = \"price {n}\"\n\
                 prefers = \"email\"\npart = \"decider\"\n\n[events]\n\
                 2009-12-01-1 = {{ kind = \"opened\", owner = \"li\" }}\n\
                 2009-12-02-1 = {{ kind = \"call\", note = \"ill {n}\", next = 2009-12-19, next_what = \"visit {n}\" }}\n\
                 2009-12-03-1 = {{ kind = \"changed\", set = {{ company = \"Bcme {n}\" }} }}\n\
                 2009-12-04-1 = {{ kind = \"request\", ticket = \"C{n}\", note = \"broken {n}\" }}\n\
                 2009-12-05-1 = {{ kind = \"resolved\", ticket = \"C{n}\", solution = \"restart {n}\" }}\n"
            ),
        );
    }
    repo.commit("open").done();
    crm_as(&repo, keys, "boss", "seal --no-commit").done();
    contains(&crm_as(&repo, keys, "boss", "check").done().1, &["0 errors, 0 warnings"]);
    repo.commit("sealed").done();
    repo
}

fn records(repo: &Repo, rep: &str) -> String {
    let file = repo.path().join(format!("access/{rep}.toml"));
    std::fs::read_to_string(file).unwrap_or_default()
}

#[test]
fn a_command_that_gives_out_what_is_sealed_writes_a_record() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = ledger(&keys, 2, "");
    let help = crm_as(&repo, &keys, "", "report -f csv").done().0;
    let reports: Vec<&str> =
        help.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    let reports = reports.iter().map(|report| format!("report {report}"));
    let lists = [
        "list",
        "list --columns all",
        "list --columns id,phone",
        "list --columns phone",
        "customers",
        "export prospects",
        "export customers",
        "export events",
        "export people",
        "export orders",
        "export cases",
        "export claims",
        "export plans",
        "search z",
        "search ill",
        "search price",
        "search 13800138",
        "due --in 400",
        "today",
        "cases",
        "classify",
        "grade",
        "pool",
        "diff --from 2009-12-02 --to 2009-12-18",
        "campaign",
        "rights",
        "sweep",
        "recycle",
        "doctor",
        "check",
    ];
    let mut wrong = Vec::new();
    for line in lists.iter().map(ToString::to_string).chain(reports) {
        let line = format!("{line} -f csv");
        let without = crm_as(&repo, &keys, "", &line);
        let before = records(&repo, "li");
        let with = crm_as(&repo, &keys, "li", &line);
        let is_recorded = records(&repo, "li") != before;
        assert!(!without.stdout.contains("•••"), "{line}: {}", without.stdout);
        if (without.stdout != with.stdout) != is_recorded {
            wrong.push(format!(
                "{line}: recorded {is_recorded}\n{}\n{}{}",
                without.stdout, with.stdout, with.stderr
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(records(&repo, "boss"), "");
}

#[test]
fn a_record_states_the_day_the_command_the_fields_and_the_people() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = ledger(&keys, 3, "");
    crm_as(
        &repo,
        &keys,
        "li",
        "--as-of 2009-12-05 export people phone:13800138001 --columns id,phone,email -f csv",
    )
    .done();
    assert_eq!(records(&repo, "li"), "", "one person is everyday work");
    crm_as(&repo, &keys, "li", "--as-of 2009-12-05 export people --columns id,phone,email -f csv")
        .done();
    crm_as(&repo, &keys, "li", "list 'z not id:z0' --columns phone -f json").done();
    let text = records(&repo, "li");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (3, "[access]"), "{text}");
    let of = |line: &str, n: u32| {
        assert!(line.starts_with(&format!("2009-12-18-{n}-")), "{line}");
        line.split_once(" = ").unwrap().1.to_owned()
    };
    assert_eq!(
        of(lines[1], 1),
        "{ command = \"export people\", fields = [\"email\", \"phone\"], people = 3 }"
    );
    assert_eq!(of(lines[2], 2), "{ command = \"list\", fields = [\"phone\"], people = 2 }");
    let shown = crm_as(&repo, &keys, "", "rights --table access -f csv").done().0;
    let rows = "date,rep,command,fields,people\n2009-12-18,li,export people,email;phone,3\n\
                2009-12-18,li,list,phone,2\n";
    assert_eq!(shown, rows);
    contains(&crm_as(&repo, &keys, "", "check").done().1, &["0 errors"]);
}

#[test]
fn every_way_out_is_recorded_and_looking_is_not() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = ledger(&keys, 2, "");
    let out = tempfile::tempdir().unwrap();
    let place = |name: &str| out.path().join(name).display().to_string();
    repo.sandbox.write("letter.txt", "{contact}, {phone}\n");
    repo.sandbox.write("plain.txt", "Dear {name}\n");
    let count = || records(&repo, "li").lines().filter(|line| line.contains(" = {")).count();
    for line in [
        "export contacts".to_owned(),
        "export mail".to_owned(),
        "export calendar".to_owned(),
        format!("export people -o {}", place("people.xlsx")),
        format!("list --columns id,phone -o {}", place("list.html")),
        format!("letters letter.txt -o {}", place("letters")),
        format!("letters letter.txt --log --channel message -o {}", place("logged")),
        format!("export dataset {} --unseal", place("dataset")),
        format!("site -o {}", place("site")),
        "show z0 z1 -f json".to_owned(),
    ] {
        let before = count();
        crm_as(&repo, &keys, "li", &line).done();
        assert_eq!(count(), before + 1, "{line}: {}", records(&repo, "li"));
    }
    let before = records(&repo, "li");
    for line in [
        "list --columns id,phone".to_owned(),
        "search z".to_owned(),
        "show z0 -f json".to_owned(),
        "contact z0 -f csv".to_owned(),
        "list phone:138 -f ids".to_owned(),
        "list --columns id,stage -f csv".to_owned(),
        "check -f json".to_owned(),
        "seal".to_owned(),
        format!("export dataset {}", place("sealed")),
        format!("letters plain.txt -o {}", place("plain")),
    ] {
        crm_as(&repo, &keys, "li", &line).done();
        assert_eq!(records(&repo, "li"), before, "{line}");
    }
    // Without a key nothing is unsealed, and nothing is recorded.
    crm_as(&repo, &keys, "", "export people").done();
    assert!(!repo.path().join("access/boss.toml").exists());
    assert_eq!(records(&repo, "li"), before);
}

#[test]
#[cfg(unix)]
fn where_no_record_can_be_written_nothing_is_given_out() {
    use std::os::unix::fs::PermissionsExt;
    let keys = Keys::of(&["boss", "li"]);
    let repo = ledger(&keys, 2, "");
    let out = tempfile::tempdir().unwrap();
    let lines = |name: &str| {
        let place = out.path().join(name).display().to_string();
        repo.sandbox.write("letter.txt", "{contact}, {phone}\n");
        [
            "export people".to_owned(),
            format!("export contacts -o {place}.vcf"),
            format!("letters letter.txt -o {place}"),
            format!("export dataset {place}-dataset --unseal"),
            format!("site -o {place}-site"),
        ]
    };
    // A file of records that cannot be read is left alone.
    repo.sandbox.write("access/li.toml", "[access\n");
    for line in lines("broken") {
        let run = crm_as(&repo, &keys, "li", &line);
        assert!(run.status != 0 && run.stdout.is_empty(), "{line}: {run:?}");
    }
    let has_secret = |folder: &std::path::Path| {
        all_bytes(folder).iter().any(|(_, text)| String::from_utf8_lossy(text).contains("13800138"))
    };
    assert!(!has_secret(out.path()));
    std::fs::remove_file(repo.path().join("access/li.toml")).unwrap();
    let folder = repo.path().join("access");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o555)).unwrap();
    let is_root = std::fs::write(folder.join("probe"), "").is_ok();
    if !is_root {
        for line in lines("shut") {
            let run = crm_as(&repo, &keys, "li", &line);
            assert!(run.status != 0 && run.stdout.is_empty(), "{line}: {run:?}");
        }
    }
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(!has_secret(out.path()));
}

#[test]
fn a_record_is_not_undone_and_is_committed_where_the_settings_commit() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = ledger(&keys, 2, "[git]\ncommit = true\n");
    crm_as(&repo, &keys, "li", "log z0 call --note kept").done();
    crm_as(&repo, &keys, "li", "export people").done();
    crm_as(&repo, &keys, "li", "export people --no-commit").done();
    assert_eq!(repo.git("status --porcelain").done().0, " M access/li.toml\n");
    crm_as(&repo, &keys, "li", "export people").done();
    assert_eq!(repo.git("status --porcelain").done().0, "");
    let files = repo.git("show --name-only --format=%s HEAD").done().0;
    assert_eq!(files, "access: li\n\naccess/li.toml\n");
    assert_eq!(records(&repo, "li").lines().count(), 4);
    crm_as(&repo, &keys, "li", "undo --force x").done();
    assert_eq!(records(&repo, "li").lines().count(), 4);
    assert!(repo.sandbox.read("prospects/z0.toml").contains("retracted"));
}

#[test]
fn records_of_two_clones_merge_quietly_and_lines_must_stay() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = ledger(&keys, 2, "");
    let other = Repo::clone_of(repo.sandbox.path(), "li");
    for clone in [&repo, &other] {
        clone.crm("hooks install").done();
        crm_as(clone, &keys, "li", "export people").done();
        clone.commit("export").done();
    }
    crm_as(&repo, &keys, "li", "export people").done();
    repo.commit("once more").done();
    repo.git(&format!("pull -q --no-rebase --no-edit {} HEAD", other.path().display())).done();
    let text = records(&repo, "li");
    let lines: Vec<&str> = text.lines().collect();
    // In the order of their keys: the first of each clone, then the second of one.
    assert!(lines.len() == 4 && lines[1..].is_sorted(), "{text}");
    contains(&crm_as(&repo, &keys, "", "check").done().1, &["0 errors"]);
    repo.sandbox.write("access/li.toml", format!("{}\n{}\n", lines[0], lines[1]));
    let lost = crm_as(&repo, &keys, "", "check --since HEAD").stdout;
    contains(&lost, &["error[history-lost]: the record of access"]);
    repo.sandbox.write("access/li.toml", text.replacen("people = 2", "people = 1", 1));
    let changed = crm_as(&repo, &keys, "", "check --since HEAD").stdout;
    contains(&changed, &["error[history-changed]: the record of access", "access/li.toml"]);
    repo.sandbox.write("access/nobody.toml", "[access]\n2009-12-18 = { persons = 2 }\n");
    let found = crm_as(&repo, &keys, "", "check --all").stdout;
    contains(
        &found,
        &["unknown key `persons` of a record of access", "records of access of an unknown rep"],
    );
}

#[test]
#[cfg(unix)]
fn a_guard_takes_records_from_the_rep_whom_they_name_alone() {
    let keys = Keys::of(&["boss", "li"]);
    let boss = ledger(&keys, 2, "");
    let server = server_of(&boss);
    let clone = |user: &'static str| Repo::clone_of(server.path(), user);
    let pushed = |repo: &Repo| -> Run {
        repo.commit("access").done();
        push(repo)
    };
    let li = clone("li");
    crm_as(&li, &keys, "li", "export people").done();
    pushed(&li).done();
    let line = "2009-12-18-9-abc = { command = \"list\", fields = [\"phone\"], people = 2 }\n";
    for user in ["boss", "wang"] {
        let other = clone(user);
        other.sandbox.write("access/li.toml", records(&other, "li") + line);
        let said = pushed(&other);
        assert_ne!(said.status, 0);
        contains(&said.stderr, &["error[not-yours]", "the record of access of `li`"]);
    }
    let li = clone("li");
    li.sandbox.write("access/li.toml", records(&li, "li").replace("people = 2", "people = 1"));
    contains(&pushed(&li).stderr, &["error[history-changed]"]);
    let li = clone("li");
    std::fs::remove_file(li.path().join("access/li.toml")).unwrap();
    contains(&pushed(&li).stderr, &["error[history-lost]"]);
    let li = clone("li");
    li.sandbox.write("access/li.toml", records(&li, "li") + line);
    pushed(&li).done();
}

#[test]
fn a_company_writes_a_record_into_each_of_its_ledgers() {
    let keys = Keys::of(&["boss", "li"]);
    let (north, other) = (ledger(&keys, 2, ""), ledger(&keys, 3, ""));
    let place = crate::common::Sandbox::empty();
    // The name of one begins with that of the other.
    place.write(
        "company.toml",
        format!(
            "[[ledger]]\nid = \"north\"\npath = \"{}\"\n[[ledger]]\nid = \"north2\"\npath = \"{}\"\n",
            north.path().display(),
            other.path().display()
        ),
    );
    let file = place.path().join("company.toml");
    let out = |name: &str| place.path().join(name).display().to_string();
    for (line, command) in [
        ("export people -f csv".to_owned(), "export people"),
        ("export contacts".to_owned(), "export contacts"),
        ("export mail".to_owned(), "export mail\", fields = [\"email"),
        ("list --columns id,phone -f csv -o ".to_owned() + &out("list.csv"), "list"),
        ("dashboard -o ".to_owned() + &out("page.html"), "dashboard"),
        (format!("export dataset {} --unseal", out("data")), "export dataset"),
        // Once more, with nothing changed.
        (format!("export dataset {} --unseal", out("data")), "export dataset"),
    ] {
        let before = [&north, &other].map(|repo| records(repo, "boss").lines().count().max(1));
        crm_as(&north, &keys, "boss", &format!("--company {} {line}", file.display())).done();
        for ((repo, people), before) in [(&north, 2), (&other, 3)].into_iter().zip(before) {
            let text = records(repo, "boss");
            let last = text.lines().last().unwrap();
            assert_eq!(text.lines().count(), before + 1, "{line}: {text}");
            contains(
                last,
                &[&format!("command = \"{command}\""), &format!("people = {people} }}")],
            );
        }
    }
    // What a query leaves out is not given out.
    let line = format!("--company {} export contacts ledger:north2", file.display());
    let before = records(&north, "boss");
    crm_as(&north, &keys, "boss", &line).done();
    assert_eq!(records(&north, "boss"), before);
    contains(records(&other, "boss").lines().last().unwrap(), &["export contacts", "people = 3 }"]);
}

#[test]
fn the_record_is_of_the_rep_whose_key_opens_the_values() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = ledger(&keys, 2, "");
    let mut crm = command(env!("CARGO_BIN_EXE_crm"), &repo.path(), "boss");
    crm.env("CRM_USER", "boss").env("CRM_IDENTITY", keys.file("li"));
    run(crm.args(["export", "people"])).done();
    assert_eq!(records(&repo, "li").lines().count(), 2);
    assert_eq!(records(&repo, "boss"), "");
}

#[test]
#[cfg(unix)]
fn a_record_that_cannot_be_committed_is_taken_back() {
    use std::os::unix::fs::PermissionsExt;
    let keys = Keys::of(&["boss", "li"]);
    let repo = ledger(&keys, 2, "[git]\ncommit = true\n");
    let hook = repo.path().join(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    for with_one in [false, true] {
        let before = records(&repo, "li");
        assert_eq!(!before.is_empty(), with_one);
        std::fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
        let run = crm_as(&repo, &keys, "li", "export people");
        assert!(run.status != 0 && run.stdout.is_empty(), "{run:?}");
        assert_eq!(records(&repo, "li"), before);
        assert_eq!(repo.git("status --porcelain").done().0, "");
        std::fs::remove_file(&hook).unwrap();
        crm_as(&repo, &keys, "li", "export people").done();
    }
}

#[test]
fn a_record_has_no_field_that_its_reader_may_not_open() {
    let keys = Keys::of(&["boss", "li"]);
    let readers = [("boss", 2), ("li", 1)];
    let repo = Repo::new("boss", &keys.settings("level = { email = 2 }\n", &readers));
    for id in ["z0", "z1"] {
        let person = "[[contact]]\nname = \"Ann\"\nphone = \"138\"\nemail = \"a@x.example\"\n";
        let opened = "[events]\n2009-12-01-1 = { kind = \"opened\", owner = \"li\" }\n";
        repo.sandbox
            .write(&format!("prospects/{id}.toml"), format!("name = \"Z\"\n{person}{opened}"));
    }
    crm_as(&repo, &keys, "boss", "seal").done();
    repo.commit("sealed").done();
    crm_as(&repo, &keys, "li", "export contacts").done();
    contains(&records(&repo, "li"), &["fields = [\"phone\"], people = 2 }"]);
}

#[test]
fn no_undo_takes_a_record_back() {
    let keys = Keys::of(&["boss", "li"]);
    let repo = ledger(&keys, 2, "");
    crm_as(&repo, &keys, "li", "export people").done();
    let record = records(&repo, "li");
    let run = crm_as(&repo, &keys, "li", "undo");
    assert_eq!((records(&repo, "li"), run.status), (record, 1), "{run:?}");
}
