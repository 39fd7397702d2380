//! No command writes over a file of the ledger or of git, whatever option names the file and by whatever path.

#![cfg(unix)]

use crate::common::Sandbox;
use crate::common::repo::{Repo, command};
use std::os::unix::fs::symlink;
use std::path::Path;

/// A ledger with a file of each kind, in git.
fn ledger() -> Repo {
    let repo = Repo::new("liu", "[[rep]]\nid = \"liu\"\n");
    let opened = "2009-12-03-1 = { kind = \"opened\", by = \"liu\", owner = \"liu\" }\n";
    repo.sandbox.prospect("zhang", "name = \"张先生\"\nemail = \"z@example.com\"", opened);
    for (name, text) in [
        ("activity/liu.toml", "[tally]\n"),
        ("customers/acme.toml", "name = \"Acme\"\n"),
        ("knowledge/a.md", "# a\n"),
        ("access/liu.toml", "x = 1\n"),
        ("keys/zhang.toml", "x = 1\n"),
        (".gitattributes", "* -text\n"),
        (".gitignore", "/.crm/\n"),
        ("letter.txt", "Dear {name}\n"),
        ("deals.csv", "id,name\na,A\n"),
    ] {
        repo.sandbox.write(name, text);
    }
    repo.commit("first").done();
    repo.crm("log zhang note -m x").done();
    repo
}

/// Commands that write the file `OUT`.
const FILES: [&str; 10] = [
    "list -f csv -o OUT",
    "report board -f html -o OUT",
    "export prospects -f json -o OUT",
    "export calendar -f csv -o OUT",
    "dashboard -f html -o OUT",
    "check -f json -o OUT",
    "doctor -f xlsx -o OUT",
    "show zhang -f markdown --output OUT",
    "import deals.csv --pick id,name --save-mapping OUT",
    "backup OUT --force",
];

/// Commands that write into the folder `OUT`.
const FOLDERS: [&str; 6] = [
    "site -o OUT",
    "export dataset OUT",
    "letters letter.txt id:zhang -o OUT --force",
    "man OUT",
    "init OUT",
    "restore BACKUP OUT",
];

/// A command must be refused, and every file must be as it was, git's too.
#[track_caller]
fn refused(repo: &Repo, line: &str, what: &str) {
    let before = (repo.sandbox.snapshot(), git_files(repo));
    let run = repo.crm(line);
    assert!(matches!(run.status, 2 | 3) && run.stdout.is_empty(), "{line} ({what}): {run:?}");
    assert!(before == (repo.sandbox.snapshot(), git_files(repo)), "{line} wrote something");
}

fn git_files(repo: &Repo) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![repo.path().join(".git")];
    folders.retain(|folder| folder.is_dir());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => found.push((path.clone(), std::fs::read(&path).unwrap())),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn no_file_of_the_ledger_is_replaced() {
    let repo = ledger();
    let root = repo.path();
    let away = Sandbox::empty();
    symlink(root.join("crm.toml"), away.path().join("soft")).unwrap();
    symlink(root.join("prospects/new.toml"), away.path().join("to-a-new-one")).unwrap();
    symlink(away.path().join("to-a-new-one"), away.path().join("twice")).unwrap();
    symlink(root.join("prospects"), away.path().join("folder")).unwrap();
    symlink(&root, away.path().join("root")).unwrap();
    std::fs::hard_link(root.join("prospects/zhang.toml"), away.path().join("hard")).unwrap();
    std::fs::hard_link(root.join(".git/config"), away.path().join("hard-config")).unwrap();
    let at = |name: &str| away.path().join(name).display().to_string();
    let paths: Vec<String> = [
        "crm.toml",
        "CRM.TOML",
        "./prospects/../crm.toml",
        "prospects/zhang.toml",
        "prospects/new.toml",
        "activity/liu.toml",
        "customers/acme.toml",
        "knowledge/a.md",
        "access/liu.toml",
        "keys/zhang.toml",
        ".gitattributes",
        ".gitignore",
        ".git/config",
        ".git/hooks/pre-commit",
        ".crm/lock",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([root.join("crm.toml").display().to_string()])
    .chain(
        ["soft", "to-a-new-one", "twice", "folder/x", "root/crm.toml", "hard", "hard-config"]
            .map(at),
    )
    .collect();
    for path in &paths {
        refused(&repo, FILES[0].replace("OUT", path).as_str(), path);
    }
    // Every other command, by a path of each kind.
    for line in &FILES[1..] {
        for path in ["crm.toml", "prospects/new.toml", ".git/config", &at("twice"), &at("hard")] {
            refused(&repo, line.replace("OUT", path).as_str(), path);
        }
    }
}

#[test]
fn no_folder_of_the_ledger_is_filled() {
    let repo = ledger();
    let away = Sandbox::empty();
    let backup = away.path().join("b.zip").display().to_string();
    repo.crm(&format!("backup {backup}")).done();
    symlink(repo.path().join("prospects"), away.path().join("folder")).unwrap();
    let through = away.path().join("folder").display().to_string();
    let below = away.path().join("folder/new").display().to_string();
    for line in FOLDERS {
        for path in [
            "prospects",
            "prospects/new",
            "activity",
            "knowledge/x",
            "prospects/x/y/z",
            "keys",
            "access/x",
            ".git",
            ".git/new",
            ".crm",
            &through,
            &below,
        ] {
            refused(&repo, &line.replace("OUT", path).replace("BACKUP", &backup), path);
        }
    }
}

#[test]
fn git_directories_elsewhere_are_git_s() {
    // Of a worktree, and one that a file `.git` names.
    let repo = ledger();
    let away = Sandbox::empty();
    let tree = away.path().join("tree");
    repo.git(&format!("worktree add -q {}", tree.display())).done();
    let crm = |line: &str| {
        let mut crm = command(env!("CARGO_BIN_EXE_crm"), &tree, "liu");
        crate::common::run(crm.args(crate::common::split(line)))
    };
    for path in [".git", &repo.path().join(".git/worktrees/tree/HEAD").display().to_string()] {
        assert_eq!(crm(&format!("list -f csv -o {path}")).status, 2, "{path}");
    }
    let other = Repo::new("liu", "");
    let apart = away.path().join("apart");
    other.git(&format!("init -q --separate-git-dir {}", apart.display())).done();
    for name in ["config", "hooks/pre-commit", "x"] {
        let path = apart.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        refused(&other, &format!("list -f csv -o {}", path.display()), name);
    }
}

#[test]
fn another_mount_of_a_folder_is_that_folder() {
    let repo = ledger();
    let away = Sandbox::empty();
    let line = format!(
        "mount --bind prospects {0} && {1} list -f csv -o {0}/x.csv; echo status $?; ls {0}",
        away.path().display(),
        env!("CARGO_BIN_EXE_crm"),
    );
    let mut shell = command("unshare", &repo.path(), "liu");
    let run = crate::common::run(shell.args(["--mount", "--map-root-user", "sh", "-c", &line]));
    if !run.stdout.contains("status") || run.stderr.contains("mount:") {
        println!("skipped: nothing can be mounted here: {}", run.stderr);
        return;
    }
    assert!(run.stdout.contains("status 2"), "{run:?}");
    assert!(!repo.path().join("prospects/x.csv").exists());
}

#[test]
fn beside_the_ledger_s_files_everything_may_be_written() {
    let repo = ledger();
    for line in ["list -o out.csv", "list -o out.csv", "dashboard -o d.html", "site -o pages"] {
        repo.crm(line).done();
    }
    repo.crm("letters letter.txt id:zhang -o letters").done();
    repo.crm("backup out.zip").done();
    repo.crm("backup out.zip").done();
    repo.crm("restore out.zip back").done();
    assert!(Path::new(&repo.path().join("back/crm.toml")).exists());
}

#[test]
fn a_file_that_git_tracks_is_not_replaced() {
    let repo = ledger();
    repo.sandbox.write("README.md", "ours\n").write("docs/张.html", "ours\n");
    repo.commit("texts").done();
    let away = Sandbox::empty();
    symlink(repo.path().join("README.md"), away.path().join("link.md")).unwrap();
    let link = away.path().join("link.md").display().to_string();
    for line in ["list -o README.md", "dashboard -o docs/张.html", &format!("list -o {link}")] {
        refused(&repo, line, line);
    }
    let said = repo.crm("list -o README.md").fails(2);
    crate::common::contains(
        &said,
        &["-o README.md would replace a file that git tracks", "> README.md"],
    );
    let said = repo.crm("list -o README.md --lang zh").fails(2);
    crate::common::contains(&said, &["-o README.md 会覆盖 git 跟踪的文件"]);
    // A backup in its place would be one in which the file is deleted; and what reads a company asks git as well.
    refused(&repo, "backup README.md --force", "a backup");
    repo.sandbox.write("company.toml", "[[ledger]]\nid = \"a\"\npath = \".\"\n");
    refused(&repo, "--company company.toml list -o README.md", "a company");
    // A command that prints nothing leaves the file alone.
    repo.sandbox.write("kept.csv", "ours\n");
    repo.crm("backup out.zip -o kept.csv").done();
    assert_eq!(repo.sandbox.read("kept.csv"), "ours\n");
    // Not tracked, or not there, or not in this repository.
    repo.crm("list -o new.md").done();
    repo.crm("list -o new.md").done();
    std::fs::remove_file(repo.path().join("README.md")).unwrap();
    repo.crm("list -o README.md").done();
    std::fs::write(away.path().join("x.md"), "theirs\n").unwrap();
    repo.crm(&format!("list -o {}", away.path().join("x.md").display())).done();
    let plain = Sandbox::ledger();
    plain.write("README.md", "ours\n");
    plain.crm("list -o README.md").done();
}

#[test]
fn letters_go_into_a_folder_of_their_own() {
    let repo = ledger();
    for folder in [".", "./", &repo.path().display().to_string()] {
        let line = format!("letters letter.txt id:zhang -o {folder} --force");
        refused(&repo, &line, folder);
        assert!(repo.crm(&line).stderr.contains("the ledger's own folder"));
    }
}
