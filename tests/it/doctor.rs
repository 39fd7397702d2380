//! `crm doctor`, with real git.

use crate::common::repo::{Repo, command};
use crate::common::{Sandbox, run};

/// The verdict and the words of a check, and the status of the command.
#[track_caller]
fn check(repo: &Repo, name: &str) -> (String, i32) {
    let run = repo.crm("doctor -f csv");
    assert_eq!(run.stderr, "");
    let row = run.stdout.lines().find(|line| line.starts_with(&format!("{name},")));
    let row = row.unwrap_or_default().trim_start_matches(&format!("{name},")).to_owned();
    (row, run.status)
}

fn healthy() -> Repo {
    let repo = Repo { sandbox: Sandbox::empty(), user: "liuyan" };
    repo.git("init -q -b main").done();
    repo.crm("init").done();
    repo.crm("add 张先生 --id zhang").done();
    repo.commit("a ledger").done();
    repo.crm("hooks install").done();
    repo
}

#[test]
fn a_healthy_clone() {
    let repo = healthy();
    let run = repo.crm("doctor");
    assert_eq!((run.status, &*run.stderr), (0, ""), "{}", run.stdout);
    assert!(!run.stdout.contains("wrong"), "{}", run.stdout);
    // A new ledger has no backup yet.
    assert_eq!(run.stdout.matches("advice").count(), 1, "{}", run.stdout);
    assert!(run.stdout.contains("backup           advice"), "{}", run.stdout);
    assert_eq!(run.stdout.lines().count(), 16, "{}", run.stdout);
    assert!(repo.crm("doctor -f json").ok().contains("\"verdict\": \"fine\""));
}

#[test]
fn the_driver() {
    let repo = healthy();
    let not_there = "wrong,there is no program /nowhere/crm,crm hooks install";
    let another = "advice,git calls another crm: /bin/sh,crm hooks install";
    let swapped = "wrong,git would call `crm merge-file %A %O %B`,crm hooks install";
    for (driver, expected) in [
        ("'/nowhere/crm' merge-file %O %A %B", (not_there, 1)),
        ("/bin/sh merge-file %O %A %B", (another, 0)),
        ("crm merge-file %O %A %B", ("fine,git calls crm merge-file,", 0)),
        ("crm merge-file %A %O %B", (swapped, 1)),
    ] {
        let words = ["config", "merge.crm.driver", driver];
        run(command("git", &repo.path(), repo.user).args(words)).done();
        assert_eq!(check(&repo, "driver"), (expected.0.to_owned(), expected.1), "{driver}");
    }
    repo.git("config --remove-section merge.crm").done();
    let (row, status) = check(&repo, "driver");
    assert_eq!((row.split(',').next(), status), (Some("wrong"), 1));
    repo.crm("hooks uninstall").done();
    assert!(check(&repo, "hooks").0.starts_with("advice,nothing is checked"));
}

#[test]
fn attributes_and_what_is_in_git() {
    let repo = healthy();
    repo.sandbox.write(".gitattributes", "*.toml merge=union\n");
    let (row, status) = check(&repo, "attributes");
    assert!(row.starts_with("wrong,\"merge=union for crm.toml, "), "{row}");
    assert!(row.contains("union keeps both of two changed lines") && status == 1, "{row}");
    assert!(check(&repo, "line-ends").0.starts_with("advice,"));
    repo.git("config core.autocrlf true").done();
    assert!(check(&repo, "line-ends").0.starts_with("wrong,"));
    // Lines are added below what stands there, and win.
    let program = env!("CARGO_BIN_EXE_crm");
    let installed = crm::git::merge_driver::install_driver(&repo.path(), program.as_ref()).unwrap();
    assert!(installed.attributes);
    assert!(repo.sandbox.read(".gitattributes").starts_with("*.toml merge=union\n"));
    assert_eq!(check(&repo, "attributes").1, 0);
    repo.sandbox.write(".gitignore", "");
    std::fs::remove_file(repo.path().join(".crm/.gitignore")).unwrap();
    assert!(check(&repo, "ignored").0.starts_with("advice,"));
    repo.sandbox.write(".crm/tmp/0", "x");
    repo.git("add -f .crm").done();
    assert!(check(&repo, "ignored").0.starts_with("wrong,"));
    repo.git("rm -q --cached crm.toml").done();
    assert!(check(&repo, "git").0.starts_with("wrong,"));
}

#[test]
fn conflicts_leftovers_and_programs() {
    let repo = healthy();
    repo.crm("hooks uninstall").done();
    for (name, value) in [("one", "x"), ("two", "y")] {
        repo.git(&format!("checkout -q -b {name} main")).done();
        let text = format!("name = \"{value}\"\n");
        repo.sandbox.write("prospects/zhang.toml", text);
        repo.commit(name).done();
    }
    assert_eq!(repo.git("merge one").status, 1);
    let (row, status) = check(&repo, "conflicts");
    assert_eq!((&*row, status), ("wrong,1 file in conflict,crm resolve", 1));
    // A ledger whose settings are wrong can be looked at all the same, and nothing is tidied.
    repo.git("merge --abort").done();
    repo.sandbox.write("crm.toml", "[leger]\n");
    repo.sandbox.write(".crm/tmp/0", "x");
    assert!(check(&repo, "unfinished").0.starts_with("advice,1 temporary file"));
    repo.sandbox.write(".git/crm/journal", "torn");
    assert!(check(&repo, "unfinished").0.starts_with("advice,\"a write was cut short"));
    assert_eq!(repo.sandbox.read(".git/crm/journal"), "torn");
    repo.git("config core.untrackedCache true").done();
    assert_eq!(check(&repo, "untracked-cache").0, "fine,on,");
    let other = Sandbox::empty();
    other.write("crm", "#!/bin/sh\n");
    let path = format!("{}:/usr/bin:/bin", other.path().display());
    let program = env!("CARGO_BIN_EXE_crm");
    let mut command = command(program, &repo.path(), repo.user);
    let run = run(command.env("PATH", path).args(["doctor", "-f", "csv"]));
    assert!(run.stdout.contains("program,advice,crm on the PATH is another program"), "{run:?}");
}

#[test]
fn outside_of_git() {
    let repo = Repo { sandbox: Sandbox::ledger(), user: "liuyan" };
    let run = repo.crm("doctor -f csv");
    assert_eq!((run.status, run.stdout.lines().count()), (0, 6), "{}", run.stdout);
    assert!(run.stdout.contains("git,advice,git does not keep the ledger"), "{}", run.stdout);
}

/// The mode of a file, without the bits that let it be run.
#[cfg(unix)]
fn not_executable(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o644)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_hook_that_git_ignores_is_not_fine() {
    let repo = healthy();
    let hook = repo.path().join(".git/hooks/pre-commit");
    not_executable(&hook);
    let shown = hook.display();
    let (row, status) = check(&repo, "hooks");
    let expected =
        format!("wrong,\"not executable, so git ignores it: pre-commit\",chmod +x {shown}");
    assert_eq!((row, status), (expected, 1));
    assert!(repo.crm("hooks status -f csv").ok().contains("pre-commit,not executable,"));
    repo.crm("hooks install").done();
    assert!(check(&repo, "hooks").0.starts_with("fine,"));
    not_executable(&hook);
    repo.crm("hooks uninstall").done();
    assert!(!hook.exists());
}

/// A healthy clone, and a repository beside it that everybody pushes to.
fn with_server() -> Repo {
    let repo = healthy();
    repo.git("init -q --bare -b main server.git").done();
    repo.sandbox.write(".git/info/exclude", "/server.git/\n");
    repo
}

/// The verdict and the words of a check of the server.
#[track_caller]
fn on_server(repo: &Repo, name: &str) -> String {
    let run = repo.crm("doctor --server server.git -f csv");
    let row = run.stdout.lines().find_map(|line| line.strip_prefix(&format!("{name},")));
    row.unwrap_or_else(|| panic!("{run:?}")).to_owned()
}

#[test]
fn advice_for_a_server_names_its_folder() {
    let repo = with_server();
    for (check, verdict) in [("guard", "wrong"), ("objects", "wrong")] {
        let row = on_server(&repo, check);
        assert!(row.starts_with(verdict), "{row}");
        assert!(row.ends_with(",crm hooks install --server server.git"), "{row}");
    }
    repo.crm("hooks install --server server.git").done();
    assert_eq!(on_server(&repo, "guard"), "fine,every push is judged,");
    #[cfg(unix)]
    {
        not_executable(&repo.path().join("server.git/hooks/pre-receive"));
        let expected = "wrong,\"not executable, so git ignores it: pre-receive\",chmod +x server.git/hooks/pre-receive";
        assert_eq!(on_server(&repo, "guard"), expected);
        assert_eq!(repo.crm("doctor --server server.git").status, 1);
        let status = repo.crm("hooks status --server server.git -f csv").ok();
        assert!(status.contains("pre-receive,not executable,"), "{status}");
    }
}

#[test]
fn a_server_without_an_admin() {
    let repo = with_server();
    let help = ",git -C server.git config --add crm.admin REP";
    let none = format!("advice,\"there is no admin, and nothing was pushed yet\"{help}");
    assert_eq!(on_server(&repo, "admins"), none);
    repo.git("push -q server.git main").done();
    assert_eq!(on_server(&repo, "admins"), format!("wrong,there is no admin{help}"));
    let settings = repo.sandbox.read("crm.toml");
    for (admin, verdict) in [("false", "wrong"), ("true", "fine,the admins are those of crm.toml")]
    {
        let rep = format!("\n[[rep]]\nid = \"wang\"\nadmin = {admin}\n");
        repo.sandbox.write("crm.toml", settings.clone() + &rep);
        repo.commit(admin).done();
        repo.git("push -q server.git main").done();
        assert!(on_server(&repo, "admins").starts_with(verdict), "{admin}");
    }
    repo.git("-C server.git config --add crm.admin wang").done();
    assert!(on_server(&repo, "admins").starts_with("fine,\"1 admin named here"));
}

#[test]
fn a_server_that_is_not_there() {
    let repo = healthy();
    repo.sandbox.write("file", "").write("folder/file", "");
    for command in ["doctor", "hooks install", "hooks status"] {
        let at = |folder: &str| repo.crm(&format!("{command} --server {folder}")).fails(2);
        let said = at("nodir");
        assert!(said.contains("there is no folder nodir"), "{said}");
        assert!(said.contains("make it: git init --bare nodir"), "{said}");
        let said = at("folder");
        assert!(said.contains("folder is no git repository"), "{said}");
        assert!(said.contains("make it: git init --bare folder"), "{said}");
        let said = at("file");
        assert!(said.contains("file is a file, not a folder"), "{said}");
        assert!(!said.contains("git add"), "{said}");
    }
}

#[test]
fn a_ledger_of_before_lacks_the_line_of_customers_once_it_has_some() {
    let repo = healthy();
    let text = repo.sandbox.read(".gitattributes");
    let before: String =
        text.split_inclusive('\n').filter(|line| !line.contains("/customers/")).collect();
    assert_ne!(before, text);
    repo.sandbox.write(".gitattributes", &before);
    assert_eq!(check(&repo, "attributes").1, 0);
    let customer = "name = \"浦江\"\n\n[events]\n2009-12-01-1 = { kind = \"opened\" }\n";
    repo.sandbox.write("customers/pujiang.toml", customer);
    let (row, status) = check(&repo, "attributes");
    assert!(row.starts_with("wrong,") && row.contains("customers/x.toml") && status == 1, "{row}");
    repo.crm("hooks install").done();
    assert_eq!(check(&repo, "attributes").1, 0);
}
