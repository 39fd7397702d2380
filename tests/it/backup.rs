//! Backups, with real git: what is restored is the original, byte by byte, and what is no whole backup is refused.

use crate::common::repo::{Repo, command};
use crate::common::{Run, Sandbox, contains, run, split};
use crm::disk::container::{Container, ContainerWriter, Packing};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::{Path, PathBuf};

const SETTINGS: &str = "[ledger]\ncurrency = \"CNY\"\n[[rep]]\nid = \"liu\"\nname = \"刘艳\"\n";

/// A ledger in git with two prospects, a branch, a tag, and work that is not committed.
fn ledger() -> Repo {
    let repo = Repo::new("liu", SETTINGS);
    repo.sandbox.write(".gitignore", "/.crm/\n*.log\n");
    for (id, name, value) in [("zhang", "张先生", 18000), ("wang", "Wang", 500)] {
        let opened = format!(
            "2009-12-03-1 = {{ kind = \"opened\", by = \"liu\", owner = \"liu\", value = {value} }}\n"
        );
        repo.sandbox.prospect(id, &format!("name = \"{name}\""), &opened);
    }
    repo.sandbox.write("notes/old.md", "old\n").write("notes/gone.md", "gone\n");
    repo.commit("first").done();
    repo.git("tag v1").done();
    repo.git("branch other").done();
    repo.crm("log zhang call --reached -m 问候").done();
    repo.commit("second").done();
    // Not committed: a changed file, a new one, a removed one, one that is ignored.
    repo.crm("log wang call --reached").done();
    repo.crm("add 李娜 --id li --owner liu").done();
    std::fs::remove_file(repo.path().join("notes/gone.md")).unwrap();
    repo.sandbox.write("notes/a b.md", "new\r\n").write("debug.log", "ignored\n");
    repo
}

/// Every file but git's own and the private ones, with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().to_owned();
            if [".git", ".crm"].iter().any(|own| name.ends_with(own)) {
                continue;
            }
            if path.is_symlink() {
                let target = std::fs::read_link(&path).unwrap();
                found.insert(name, target.to_str().unwrap().as_bytes().to_vec());
            } else if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn git(folder: &Path, line: &str) -> Run {
    run(command("git", folder, "liu").args(split(line)))
}

fn crm(folder: &Path, line: &str) -> Run {
    run(command(env!("CARGO_BIN_EXE_crm"), folder, "liu").args(split(line)))
}

/// What git says of a clone: references, what is checked out, what is not committed.
fn state(folder: &Path) -> String {
    let refs = git(folder, "for-each-ref").ok();
    let head = git(folder, "rev-parse --verify -q HEAD").stdout;
    let branch = git(folder, "symbolic-ref -q HEAD").stdout;
    let status = git(folder, "status --porcelain").ok();
    format!("{refs}{head}{branch}{status}")
}

/// A folder outside of every ledger for backups and what is restored.
fn outside() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap();
    (folder, path)
}

/// Backs up, restores, and compares everything. Returns the two folders' place.
fn there_and_back(repo: &Repo) -> (tempfile::TempDir, PathBuf) {
    let (keep, out) = outside();
    let (file, back) = (out.join("b.zip"), out.join("back"));
    repo.crm(&format!("backup {}", file.display())).done();
    let (table, said) = repo.crm(&format!("backup verify {}", file.display())).done();
    assert!(
        said.contains("verified, and noted down") && !table.contains("differs"),
        "{table}{said}"
    );
    crm(&out, &format!("restore {} {}", file.display(), back.display())).done();
    assert_eq!(state(&repo.path()), state(&back));
    let mut original = files(&repo.path());
    original.retain(|path, _| path.extension().is_none_or(|ending| ending != "log"));
    assert_eq!(original.keys().collect::<Vec<_>>(), files(&back).keys().collect::<Vec<_>>());
    assert!(original == files(&back), "other bytes");
    git(&back, "fsck --strict").done();
    (keep, out)
}

#[test]
fn what_is_restored_is_the_original() {
    let repo = ledger();
    let (_keep, out) = there_and_back(&repo);
    let back = out.join("back");
    assert!(!back.join(".git/hooks").exists() && !back.join("debug.log").exists());
    assert!(!back.join(".git/info/attributes").exists());
    let list = |folder: &Path| crm(folder, "list -f csv").done().0;
    assert_eq!(list(&repo.path()), list(&back));
    // It goes on as the original does.
    crm(&back, "log zhang call --reached").done();
    assert_eq!(git(&back, "log --oneline").ok().lines().count(), 2);
}

#[test]
fn it_says_what_it_did_in_both_languages() {
    let repo = ledger();
    let (_keep, out) = outside();
    let file = out.join("b.zip");
    let (told, said) = repo.crm(&format!("backup {}", file.display())).done();
    assert_eq!(told, "");
    contains(
        &said,
        &["3 prospects of 2009-12-18, commit ", "4 files beside it", "next: crm backup verify "],
    );
    let (table, _) = repo.crm(&format!("backup verify {} -f csv", file.display())).done();
    contains(
        &table,
        &[
            "part,backup,restored,verdict\n",
            "prospects,3,3,equal\n",
            "open CNY,18500,18500,equal\n",
            "uncommitted files,3,3,equal\n",
        ],
    );
    let (table, said) = repo.crm(&format!("backup verify {} --lang zh", file.display())).done();
    contains(&table, &["潜在客户", "进行中 CNY", "一致"]);
    contains(&said, &["验证无误"]);
    let said = repo
        .crm(&format!("restore {} {} --lang zh", file.display(), out.join("back").display()))
        .done()
        .1;
    contains(&said, &["账本位于", "hooks install"]);
}

#[test]
fn heads_of_every_kind_are_restored() {
    // A commit that no branch has.
    let repo = ledger();
    repo.git("checkout -q --detach").done();
    repo.crm("log zhang note -m detached").done();
    repo.commit("on no branch").done();
    repo.git("stash push -q -m later").done();
    there_and_back(&repo);
    // A reference that is named as a stash, and is none.
    repo.git("update-ref refs/stash HEAD").done();
    there_and_back(&repo);
    // Before the first commit.
    let new = Repo::new("liu", SETTINGS);
    new.sandbox.prospect("zhang", "name = \"张\"", "2009-12-03-1 = { kind = \"opened\" }\n");
    there_and_back(&new);
    // A merge that waits for an answer.
    let repo = ledger();
    repo.git("add -A").done();
    repo.git("commit -q -m third").done();
    repo.git("checkout -q other").done();
    repo.crm("add 李强 --id li --owner liu").done();
    repo.commit("another li").done();
    assert_eq!(repo.git("merge -q main").status, 1);
    let (_keep, out) = outside();
    repo.crm(&format!("backup {}", out.join("b.zip").display())).done();
    crm(&out, "restore b.zip back").done();
    assert_eq!(
        files(&repo.path()).get(Path::new("prospects/li.toml")),
        files(&out.join("back")).get(Path::new("prospects/li.toml"))
    );
}

#[test]
fn a_ledger_below_the_top_and_in_a_worktree() {
    let repo = Repo::new("liu", "");
    std::fs::remove_file(repo.path().join("crm.toml")).unwrap();
    repo.sandbox.write("sales/crm.toml", SETTINGS).write("README", "of all\n");
    repo.sandbox.write(
        "sales/prospects/zhang.toml",
        "name = \"张\"\n[events]\n2009-12-03-1 = { kind = \"opened\" }\n",
    );
    repo.commit("first").done();
    repo.sandbox.write("sales/notes.md", "not committed\n");
    let (_keep, out) = outside();
    repo.crm(&format!("--ledger sales backup {}", out.join("b.zip").display())).done();
    let (_, said) = crm(&out, "restore b.zip back").done();
    assert!(said.contains("a ledger in back/sales"), "{said}");
    assert!(files(&repo.path()) == files(&out.join("back")));
    // A linked worktree is a ledger of its own, with all branches.
    let tree = out.join("tree");
    repo.git(&format!("worktree add -q {} -b second", tree.display())).done();
    std::fs::write(tree.join("sales/notes.md"), "of the second\n").unwrap();
    crm(&tree, &format!("--ledger sales backup {}", out.join("t.zip").display())).done();
    crm(&out, "restore t.zip tree-back").done();
    let branches = git(&out.join("tree-back"), "for-each-ref refs/heads").ok();
    contains(&branches, &["refs/heads/main\n", "refs/heads/second\n"]);
    assert!(files(&tree) == files(&out.join("tree-back")));
}

#[test]
fn bytes_are_kept_whatever_git_would_do_with_them() {
    let repo = Repo::new("liu", SETTINGS);
    repo.sandbox.write("crm.toml", SETTINGS.replace('\n', "\r\n"));
    repo.sandbox.prospect("zhang", "name = \"张\"\r", "2009-12-03-1 = { kind = \"opened\" }\r\n");
    repo.sandbox.write("doc.txt", "a\r\nb\n").write("id.txt", "$Id$\n");
    repo.git("config core.autocrlf false").done();
    repo.commit("first").done();
    // From now on git would change line ends, expand words, and start a filter.
    repo.sandbox.write(".gitattributes", "*.txt text eol=crlf ident filter=evil\n");
    repo.git("config filter.evil.smudge 'touch /tmp/crm-backup-evil'").done();
    repo.commit("attributes").done();
    let (_keep, out) = outside();
    repo.crm(&format!("backup {}", out.join("b.zip").display())).done();
    crm(&out, "restore b.zip back").done();
    assert!(files(&repo.path()) == files(&out.join("back")));
    assert!(!Path::new("/tmp/crm-backup-evil").exists());
}

#[test]
fn a_ledger_without_git() {
    let sandbox = Sandbox::with_settings(SETTINGS);
    sandbox.prospect("zhang", "name = \"张\"", "2009-12-03-1 = { kind = \"opened\" }\n");
    sandbox.crm("log zhang call --reached").done();
    let (_keep, out) = outside();
    let file = out.join("b.zip");
    sandbox.crm(&format!("backup {}", file.display())).done();
    let (_, said) = sandbox.crm(&format!("backup verify {}", file.display())).done();
    assert!(said.contains("noted down"), "{said}");
    sandbox.crm(&format!("restore {} {}", file.display(), out.join("back").display())).done();
    assert!(files(sandbox.path()) == files(&out.join("back")));
    assert!(!out.join("back/.git").exists() && !out.join("back/.crm").exists());
    // Inside of another repository it stays a ledger without git.
    git(&out, "init -q").done();
    sandbox.crm(&format!("restore {} {}", file.display(), out.join("in").display())).done();
    assert!(files(sandbox.path()) == files(&out.join("in")));
}

#[test]
fn broken_settings_are_backed_up_as_they_are() {
    let repo = ledger();
    repo.sandbox.write("crm.toml", "[[rep]\n");
    let (_keep, out) = outside();
    let (_, said) = repo.crm(&format!("backup {}", out.join("b.zip").display())).done();
    assert!(said.contains("its settings cannot be read"), "{said}");
    crm(&out, "restore b.zip back").done();
    assert_eq!(std::fs::read_to_string(out.join("back/crm.toml")).unwrap(), "[[rep]\n");
    let (table, _) = crm(&out, "backup verify b.zip").done();
    assert!(table.contains("not compared"), "{table}");
}

#[cfg(unix)]
#[test]
fn links_and_repositories_are_left_out_and_named() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let repo = ledger();
    symlink("crm.toml", repo.path().join("kept")).unwrap();
    repo.commit("a link").done();
    symlink("/etc/hostname", repo.path().join("link")).unwrap();
    std::fs::create_dir(repo.path().join("nested")).unwrap();
    git(&repo.path().join("nested"), "init -q").done();
    repo.sandbox.write("nested/x", "x").write("run.sh", "#!/bin/sh\n");
    let program = repo.path().join("run.sh");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let (_keep, out) = outside();
    let (_, said) = repo.crm(&format!("backup {}", out.join("b.zip").display())).done();
    assert!(said.contains("earlier backups): link, nested"), "{said}");
    let (_, said) = crm(&out, "restore b.zip back").done();
    assert!(said.contains("link, nested"), "{said}");
    let back = out.join("back");
    assert_eq!(std::fs::read_link(back.join("kept")).unwrap(), Path::new("crm.toml"));
    assert!(!back.join("link").is_symlink() && !back.join("nested").exists());
    let mode = std::fs::metadata(back.join("run.sh")).unwrap().permissions().mode();
    assert_eq!(mode & 0o111, 0o111);
    // The file is as private as the settings are.
    std::fs::set_permissions(repo.path().join("crm.toml"), std::fs::Permissions::from_mode(0o600))
        .unwrap();
    repo.crm(&format!("backup {}", out.join("private.zip").display())).done();
    let mode = std::fs::metadata(out.join("private.zip")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn nothing_is_overwritten() {
    let repo = ledger();
    let (_keep, out) = outside();
    let file = out.join("b.zip");
    let backup = format!("backup {}", file.display());
    // Another file stays.
    std::fs::write(&file, "mine").unwrap();
    let said = repo.crm(&backup).fails(2);
    contains(&said, &["cannot be told to be a backup of this ledger", "--force"]);
    assert_eq!(std::fs::read(&file).unwrap(), b"mine");
    repo.crm(&format!("{backup} --force")).done();
    // An older backup of this ledger goes, that of another ledger does not.
    repo.crm(&backup).done();
    let other = Repo::new("liu", SETTINGS);
    other.sandbox.write("else", "x");
    other.commit("another ledger").done();
    assert!(other.crm(&backup).fails(2).contains("cannot be told"));
    // Nor does the folder of a restored ledger.
    crm(&out, "restore b.zip back").done();
    let before = files(&out.join("back"));
    let said = crm(&out, "restore b.zip back").fails(2);
    assert!(said.contains("nothing is restored over it"), "{said}");
    assert!(before == files(&out.join("back")));
    crm(&out, "restore b.zip b.zip").fails(2);
    std::fs::create_dir(out.join("empty")).unwrap();
    crm(&out, "restore b.zip empty").done();
    assert!(before == files(&out.join("empty")));
    std::fs::create_dir(out.join("here")).unwrap();
    crm(&out.join("here"), "restore ../b.zip .").done();
    assert!(before == files(&out.join("here")));
    std::fs::remove_dir_all(out.join("here")).unwrap();
    // Folders above it are made; of one that fails, none is left.
    crm(&out, "restore b.zip no/such/folder").done();
    assert!(before == files(&out.join("no/such/folder")));
    std::fs::remove_dir_all(out.join("no")).unwrap();
    std::fs::write(out.join("no"), "a file").unwrap();
    crm(&out, "restore b.zip no/such/folder").fails(3);
    std::fs::remove_file(out.join("no")).unwrap();
    let left: Vec<_> = std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "no leftovers: {left:?}");
    for dir in ["prospects", "prospects/back", ".git/back", ".crm", "activity"] {
        let said = repo.crm(&format!("restore {} {dir}", file.display())).fails(2);
        assert!(
            said.contains("a file of the ledger") || said.contains("no empty folder"),
            "{said}"
        );
    }
}

#[test]
fn doctor_tells_how_old_the_last_verified_one_is() {
    let repo = ledger();
    let (_keep, out) = outside();
    let file = out.join("b.zip");
    let doctor = |repo: &Repo, options: &str| {
        let run = repo.crm(&format!("doctor -f csv {options}"));
        run.stdout.lines().find(|line| line.starts_with("backup,")).unwrap().to_owned()
    };
    assert!(
        doctor(&repo, "").starts_with("backup,advice,no backup was verified"),
        "{}",
        doctor(&repo, "")
    );
    repo.crm(&format!("backup {}", file.display())).done();
    assert!(doctor(&repo, "").starts_with("backup,advice"));
    repo.crm(&format!("backup verify {} --as-of 2009-12-20", file.display())).done();
    let line = doctor(&repo, "--as-of 2010-01-01");
    assert!(
        line.starts_with("backup,fine,\"the last verified backup is of 2009-12-18, 14 days old"),
        "{line}"
    );
    let line = doctor(&repo, "--as-of 2010-01-02");
    assert!(
        line.starts_with("backup,advice,\"the last verified backup is of 2009-12-18, 15 days old"),
        "{line}"
    );
    // The backup of another ledger is none of this one.
    let other = ledger();
    other.git("commit -q --allow-empty -m x --amend --date 2001-01-01T00:00:00").done();
    let fresh = Repo::new("liu", SETTINGS);
    fresh.sandbox.write("else", "x");
    fresh.commit("another ledger").done();
    let (_, said) = fresh.crm(&format!("backup verify {}", file.display())).done();
    assert!(said.contains("not noted down"), "{said}");
    assert!(doctor(&fresh, "").starts_with("backup,advice,no backup was verified"));
}

// ---- sealed ----

/// A new key of age in a file, and its public half.
fn key(folder: &Path) -> (String, PathBuf) {
    use age::secrecy::ExposeSecret;
    let secret = age::x25519::Identity::generate();
    let file = folder.join("my.key");
    let text = format!("# mine\n{}\n", secret.to_string().expose_secret());
    std::fs::write(&file, text).unwrap();
    (secret.to_public().to_string(), file)
}

#[test]
fn a_sealed_backup_opens_for_its_key_alone() {
    let repo = ledger();
    let (_keep, out) = outside();
    let (public, secret) = key(&out);
    let file = out.join("b.age");
    repo.crm(&format!("backup {} --to {public}", file.display())).done();
    let bytes = std::fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"age-encryption.org/v1"));
    let said = crm(&out, "restore b.age back").fails(1);
    contains(&said, &["error[bad-backup]", "sealed", "CRM_IDENTITY"]);
    std::fs::write(out.join("none.key"), "nothing\n").unwrap();
    assert!(
        crm(&out, "restore b.age back --identity none.key").fails(2).contains("no private key")
    );
    crm(&out, &format!("restore b.age back --identity {}", secret.display())).done();
    assert_eq!(state(&repo.path()), state(&out.join("back")));
    let mut verify = command(env!("CARGO_BIN_EXE_crm"), &repo.path(), "liu");
    verify.env("CRM_IDENTITY", &secret).args(["backup", "verify"]).arg(&file);
    run(&mut verify).done();
    // What is sealed is known as this ledger's with the key only.
    assert!(
        repo.crm(&format!("backup {} --to {public}", file.display())).fails(2).contains("--force")
    );
    repo.crm(&format!("backup {} --to {public} --identity {}", file.display(), secret.display()))
        .done();
    for at in (0..bytes.len()).step_by(bytes.len() / 40) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1;
        std::fs::write(&file, flipped).unwrap();
        let run = crm(&out, &format!("backup verify b.age --identity {}", secret.display()));
        assert_eq!(run.status, 1, "byte {at}: {run:?}");
    }
    let said = repo.crm(&format!("backup {} --to age1nobody", out.join("c").display())).fails(2);
    assert!(said.contains("is no public key"), "{said}");
    assert!(!out.join("c").exists());
}

// ---- attacks ----

/// The parts of a container.
fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut container = Container::open(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = container.names().map(str::to_owned).collect();
    let each = names.into_iter().map(|name| {
        let mut part = Vec::new();
        container.copy(&name, u64::MAX - 1, &mut part).unwrap();
        (name, part)
    });
    each.collect()
}

/// A container of these parts, with a right digest.
fn container(parts: &BTreeMap<String, Vec<u8>>) -> Vec<u8> {
    let mut writer = ContainerWriter::new(Vec::new());
    for (name, bytes) in parts {
        writer.add(name, Packing::Compressed, |out| out.write_all(bytes)).unwrap();
    }
    writer.finish().unwrap()
}

/// A backup of the ledger.
fn backup_of(repo: &Repo) -> Vec<u8> {
    let (_keep, out) = outside();
    let file = out.join("b.zip");
    repo.crm(&format!("backup {}", file.display())).done();
    std::fs::read(file).unwrap()
}

/// Verifying and restoring a file must both fail, and nothing may be left of it.
#[track_caller]
fn refused(bytes: &[u8], what: &str) -> String {
    let (_keep, out) = outside();
    std::fs::write(out.join("b.zip"), bytes).unwrap();
    let verified = crm(&out, "backup verify b.zip");
    assert_eq!(verified.status, 1, "{what}: {verified:?}");
    let restored = crm(&out, "restore b.zip new/back");
    assert_eq!((restored.status, &*restored.stdout), (1, ""), "{what}: {restored:?}");
    assert!(restored.stderr.contains("error[bad-backup]"), "{what}: {restored:?}");
    let left: Vec<_> = std::fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["b.zip"], "{what}");
    restored.stderr
}

#[test]
fn what_is_no_whole_backup_is_refused() {
    let repo = ledger();
    let good = backup_of(&repo);
    refused(b"", "empty");
    refused(&good[..good.len() / 2], "half of it");
    refused(&good[..good.len() - 1], "one byte less");
    refused(&[&good[..], b"x"].concat(), "one byte more");
    for at in (0..good.len()).step_by(good.len() / 16) {
        let mut flipped = good.clone();
        flipped[at] ^= 1 << (at % 8);
        refused(&flipped, &format!("byte {at}"));
    }
    // A digest that fits does not help.
    let all = parts(&good);
    assert_eq!(container(&all).len(), container(&all).len());
    let without = |name: &str| {
        let mut some = all.clone();
        some.remove(name).unwrap();
        container(&some)
    };
    refused(&without("repository.bundle"), "no bundle");
    refused(&without("manifest.toml"), "no manifest");
    refused(&without("files/prospects/li.toml"), "a file less");
    let with = |name: &str, bytes: &[u8]| {
        let mut more = all.clone();
        more.insert(name.to_owned(), bytes.to_vec());
        container(&more)
    };
    refused(&with("files/prospects/new.toml", b"x"), "a file more");
    refused(&with("files/prospects/li.toml", b"name = \"x\"\n"), "another text");
    refused(&with("repository.bundle", b"# v2 git bundle\n\n"), "another bundle");
    // The manifest, or the bundle, of another backup.
    let other = ledger();
    other.crm("log zhang call --reached -m 又").done();
    other.commit("more").done();
    let other = parts(&backup_of(&other));
    refused(&with("manifest.toml", &other["manifest.toml"]), "another manifest");
    refused(&with("repository.bundle", &other["repository.bundle"]), "another bundle");
    refused(&with("manifest.toml", b"schema = 99\n"), "a later one");
    let large = vec![b'x'; 1 << 20];
    refused(&with("files/prospects/li.toml", &large), "larger than told");
}

#[test]
fn paths_that_lead_elsewhere_are_refused() {
    let repo = ledger();
    let all = parts(&backup_of(&repo));
    let manifest = String::from_utf8(all["manifest.toml"].clone()).unwrap();
    let text = all["files/prospects/li.toml"].clone();
    for name in [
        "../li.toml",
        "../../../../tmp/li.toml",
        "/tmp/li.toml",
        ".git/hooks/pre-commit",
        ".GIT/config",
        "a/.git/config",
        ".crm/journal",
        "HEAD",
        "prospects/../../x",
    ] {
        let mut changed = all.clone();
        changed.remove("files/prospects/li.toml");
        changed.insert(format!("files/{name}"), text.clone());
        let told = manifest.replace("path = \"prospects/li.toml\"", &format!("path = \"{name}\""));
        assert!(told != manifest);
        changed.insert("manifest.toml".to_owned(), told.into_bytes());
        refused(&container(&changed), name);
    }
    for (from, to) in [
        ("ledger = \"\"", "ledger = \"../\""),
        ("ledger = \"\"", "ledger = \"/tmp\""),
        ("\"notes/gone.md\"", "\"../b.zip\""),
        ("branch = \"refs/heads/main\"", "branch = \"--help\""),
        ("branch = \"refs/heads/main\"", "branch = \"refs/heads/other\""),
        ("objects = \"sha1\"", "objects = \"--upload-pack=x\""),
    ] {
        let mut changed = all.clone();
        let told = manifest.replace(from, to);
        assert!(told != manifest, "{from}");
        changed.insert("manifest.toml".to_owned(), told.into_bytes());
        let (_keep, out) = outside();
        std::fs::write(out.join("b.zip"), container(&changed)).unwrap();
        let run = crm(&out, "restore b.zip back");
        assert!(run.status != 0 && !out.join("back").exists(), "{to}: {run:?}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_of_a_commit() {
    let (_keep, target) = outside();
    let repo = ledger();
    // The last commit has a link in the place of a folder; the backup a file in it.
    repo.git("rm -rq --cached notes").done();
    std::fs::remove_dir_all(repo.path().join("notes")).unwrap();
    std::os::unix::fs::symlink(&target, repo.path().join("notes")).unwrap();
    repo.commit("a link").done();
    std::fs::remove_file(repo.path().join("notes")).unwrap();
    repo.sandbox.write("notes/x.md", "x\n");
    let good = backup_of(&repo);
    let (_keep2, out) = outside();
    std::fs::write(out.join("b.zip"), &good).unwrap();
    crm(&out, "restore b.zip back").done();
    assert!(!out.join("back/notes").is_symlink() && out.join("back/notes/x.md").exists());
    let mut all = parts(&good);
    let manifest = String::from_utf8(all["manifest.toml"].clone()).unwrap();
    let told = manifest.replace("removed = [\"notes\"]", "removed = []");
    assert!(told != manifest, "{manifest}");
    all.insert("manifest.toml".to_owned(), told.into_bytes());
    std::fs::write(out.join("b.zip"), container(&all)).unwrap();
    let run = crm(&out, "restore b.zip again");
    assert!(run.status != 0 && !out.join("again").exists(), "{run:?}");
    assert_eq!(std::fs::read_dir(&target).unwrap().count(), 0);
}

#[test]
fn figures_that_differ_are_named() {
    let repo = ledger();
    let mut all = parts(&backup_of(&repo));
    let manifest = String::from_utf8(all["manifest.toml"].clone()).unwrap();
    for (from, to, part) in [
        ("prospects = 3", "prospects = 4", "prospects,4,3,differs"),
        ("amount = \"18500\"", "amount = \"18501\"", "open CNY,18501,18500,differs"),
        ("name = \"funnel\"\ncsv = \"", "name = \"funnel\"\ncsv = \"0", "report funnel,"),
    ] {
        let told = manifest.replace(from, to);
        assert!(told != manifest, "{from}");
        all.insert("manifest.toml".to_owned(), told.into_bytes());
        let (_keep, out) = outside();
        std::fs::write(out.join("b.zip"), container(&all)).unwrap();
        let run = repo.crm(&format!("backup verify {} -f csv", out.join("b.zip").display()));
        assert_eq!(run.status, 1, "{run:?}");
        assert!(run.stdout.contains(part), "{part}: {}", run.stdout);
        assert_eq!(run.stdout.matches("differs").count(), 1, "{}", run.stdout);
        assert!(run.stderr.contains("differs from what the backup tells"), "{run:?}");
    }
    // Reports of another version are not compared.
    let told = manifest
        .replace(&format!("program = \"{}\"", env!("CARGO_PKG_VERSION")), "program = \"0.0.1\"");
    assert!(told != manifest);
    all.insert("manifest.toml".to_owned(), told.into_bytes());
    let (_keep, out) = outside();
    std::fs::write(out.join("b.zip"), container(&all)).unwrap();
    let (table, _) = crm(&out, "backup verify b.zip -f csv").done();
    assert!(table.contains("reports,crm 0.0.1,crm "), "{table}");
}

#[test]
fn a_digest_is_that_of_the_report_as_it_is_printed() {
    let repo = ledger();
    let manifest = String::from_utf8(parts(&backup_of(&repo))["manifest.toml"].clone()).unwrap();
    for name in ["board", "funnel", "grades", "forecast"] {
        let digest = |format: &str| {
            let printed = repo.crm(&format!("report {name} -f {format}")).done().0;
            crm::value::digest::digest(printed.as_bytes())
        };
        let told = format!(
            "name = \"{name}\"\ncsv = \"{}\"\njson = \"{}\"\n",
            digest("csv"),
            digest("json")
        );
        assert!(manifest.contains(&told), "{told}\n{manifest}");
    }
}

#[test]
fn earlier_backups_in_the_ledgers_folder_are_left_out() {
    let repo = ledger();
    let (_keep, out) = outside();
    let (public, secret) = key(&out);
    repo.sandbox.write("letters.age", "age-encryption.org/v1\nnot a whole one");
    repo.crm("backup old/one.zip").fails(3);
    std::fs::create_dir(repo.path().join("old")).unwrap();
    repo.crm("backup old/one.zip").done();
    repo.crm(&format!("backup two.age --to {public}")).done();
    let (_, said) = repo.crm("backup three.zip").done();
    assert!(said.contains("earlier backups): old/one.zip"), "{said}");
    let names = |file: &str| -> Vec<String> {
        parts(&std::fs::read(repo.path().join(file)).unwrap()).into_keys().collect()
    };
    let three = names("three.zip");
    assert!(!three.iter().any(|name| name.ends_with(".zip")), "{three:?}");
    // A sealed one is known by a key; another sealed file is kept.
    assert!(three.contains(&"files/two.age".to_owned()), "{three:?}");
    let (_, said) = repo.crm(&format!("backup four.zip --identity {}", secret.display())).done();
    assert!(said.contains("earlier backups): old/one.zip, three.zip, two.age"), "{said}");
    let four = names("four.zip");
    assert!(four.contains(&"files/letters.age".to_owned()), "{four:?}");
    assert!(!four.contains(&"files/two.age".to_owned()), "{four:?}");
    repo.crm("backup verify four.zip").done();
    let (_, said) = repo.crm(&format!("restore four.zip {}", out.join("back").display())).done();
    assert!(said.contains("earlier backups): old/one.zip"), "{said}");
    // Where there is no git, too.
    let sandbox = Sandbox::with_settings(SETTINGS);
    sandbox.crm("backup one.zip").done();
    let (_, said) = sandbox.crm("backup two.zip --lang zh").done();
    assert!(said.contains("较早的备份）：one.zip"), "{said}");
}

#[test]
fn a_backup_in_the_place_of_an_earlier_one_is_no_part_of_itself() {
    let repo = ledger();
    let (_keep, out) = outside();
    repo.crm("backup one.zip").done();
    let (_, said) = repo.crm("backup one.zip").done();
    assert!(!said.contains("one.zip,") && !said.contains("earlier backups"), "{said}");
    // Nor is one that git keeps.
    repo.git("add -f one.zip").done();
    repo.git("commit -q -m backup").done();
    let (_, said) = repo.crm("backup one.zip").done();
    assert!(!said.contains("earlier backups"), "{said}");
    repo.crm("backup verify one.zip").done();
    let back = out.join("back");
    repo.crm(&format!("restore one.zip {}", back.display())).done();
    assert!(!back.join("one.zip").exists());
}

#[test]
fn files_of_the_ledger_that_git_ignores_are_kept_and_others_do_not_count() {
    let repo = ledger();
    let (_keep, out) = outside();
    repo.sandbox.write(".git/info/exclude", "/prospects/hidden.toml\n/papers/\n");
    repo.sandbox.write("papers/a.pdf", "x");
    let hidden = "name = \"H\"\ndocuments = [\"papers/a.pdf\"]\n";
    repo.sandbox.write("prospects/hidden.toml", hidden);
    assert!(!repo.git("status --porcelain").done().0.contains("hidden"));
    repo.crm(&format!("backup {}", out.join("b.zip").display())).done();
    // In the restored ledger git ignores nothing, and the paper is missing.
    repo.crm(&format!("backup verify {}", out.join("b.zip").display())).done();
    crm(&out, "restore b.zip back").done();
    assert_eq!(std::fs::read_to_string(out.join("back/prospects/hidden.toml")).unwrap(), hidden);
    assert!(!out.join("back/papers").exists());
}

#[test]
fn a_backup_goes_to_standard_output() {
    let repo = ledger();
    let (_keep, out) = outside();
    let (public, secret) = key(&out);
    let program = env!("CARGO_BIN_EXE_crm");
    let to = format!("--to {public}");
    for (options, key) in [("", String::new()), (&*to, format!("--identity {}", secret.display()))]
    {
        let mut crm = command(program, &repo.path(), "liu");
        let output = crm.args(["backup", "-"]).args(split(options)).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success() && said.starts_with("-: 3 prospects"), "{said}");
        assert!(!said.contains("next:"), "{said}");
        std::fs::write(out.join("b"), &output.stdout).unwrap();
        repo.crm(&format!("backup verify {} {key}", out.join("b").display())).done();
    }
    assert!(!repo.path().join("-").exists());
    // A reader that is gone, or a full disk, has no backup.
    let line = format!("{program} backup - > /dev/full; echo status $?");
    let full = run(command("sh", &repo.path(), "liu").args(["-c", &line]));
    assert!(full.stdout.contains("status 3"), "{full:?}");
    assert!(full.stderr.contains("standard output cannot be written"), "{full:?}");
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_keep_no_backup() {
    let repo = ledger();
    let (_keep, out) = outside();
    let pipe = out.join("pipe");
    run(command("mkfifo", &out, "liu").arg(&pipe)).done();
    for file in ["/dev/null", "/dev/stdout", &pipe.display().to_string()] {
        for force in ["", "--force"] {
            let said = repo.crm(&format!("backup {file} {force}")).fails(2);
            contains(&said, &["is a device or a pipe, which keeps no backup", "crm backup - |"]);
        }
    }
    let said = repo.crm("backup /dev/null --lang zh").fails(2);
    contains(&said, &["是设备或管道"]);
    assert!(repo.crm(&format!("backup {}", out.display())).fails(3).contains("it is a folder"));
}

#[test]
fn repositories_of_every_kind() {
    // The other kind of objects; tags with a text, a stash, several branches.
    let repo = Repo { sandbox: Sandbox::with_settings(SETTINGS), user: "liu" };
    repo.git("init -q -b main --object-format=sha256").done();
    repo.sandbox.write(".gitignore", "/.crm/\n").write("notes", "one\n");
    repo.commit("first").done();
    repo.git("tag -a -m text v1").done();
    repo.git("branch other").done();
    repo.sandbox.write("notes", "two\n");
    repo.git("stash push -q").done();
    repo.crm("add 张 --id zhang --owner liu").done();
    let (_keep, out) = there_and_back(&repo);
    let back = out.join("back");
    assert_eq!(git(&back, "rev-parse --show-object-format").ok(), "sha256\n");
    assert_eq!(git(&back, "cat-file -t v1").ok(), "tag\n");
    contains(&git(&back, "stash list").ok(), &["stash@{0}: "]);
    git(&back, "stash pop -q").done();
    assert_eq!(std::fs::read_to_string(back.join("notes")).unwrap(), "two\n");
    // A bundle that git itself clones.
    let bundle = parts(&std::fs::read(out.join("b.zip")).unwrap())["repository.bundle"].clone();
    std::fs::write(out.join("bundle"), bundle).unwrap();
    git(&out, "clone -q bundle clone").done();
    git(&out.join("clone"), "fsck --strict").done();
    // A part of the history, or of the files, is refused: there is no whole to bring back.
    let whole = ledger();
    whole.commit("more").done();
    whole.git("config uploadpack.allowFilter true").done();
    for (option, said) in [("--depth=1", "--unshallow"), ("--filter=blob:none", "without --filter")]
    {
        let part = out.join(option);
        let from = format!("file://{}", whole.path().display());
        git(&out, &format!("clone -q {option} {from} ./{option}")).done();
        let refused = crm(&part, "backup ../part.zip").fails(3);
        contains(&refused, &["of its", said]);
        let refused = crm(&part, "backup ../part.zip --lang zh").fails(3);
        assert!(refused.contains("只有一部分"), "{refused}");
        assert!(!out.join("part.zip").exists());
    }
    // A submodule is a repository of its own: it is named.
    let library = Repo::new("liu", "");
    library.sandbox.write("text", "x\n");
    library.commit("first").done();
    let from = library.path();
    whole
        .git(&format!("-c protocol.file.allow=always submodule add -q {} lib", from.display()))
        .done();
    whole.commit("a submodule").done();
    let file = out.join("sub.zip");
    let (_, said) = whole.crm(&format!("backup {}", file.display())).done();
    assert!(said.contains("earlier backups): lib"), "{said}");
    whole.crm(&format!("backup verify {}", file.display())).done();
    crm(&out, "restore sub.zip sub").done();
    assert!(out.join("sub/.gitmodules").exists() && !out.join("sub/lib/text").exists());
}

/// No byte of a backup can be another one, and none can be missing: it is refused before anything of it is used.
#[test]
fn every_byte_counts() {
    let repo = ledger();
    let (_keep, out) = outside();
    let (public, secret) = key(&out);
    let keys = crm::disk::sealed_file::Identities::read(&secret).unwrap();
    let file = out.join("damaged");
    let opens = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        crm::act::backup::open(&file, Some(&keys)).is_ok()
    };
    // More than one block of 64 KiB when it is sealed.
    let mut random = fastrand::Rng::with_seed(7);
    let noise: Vec<u8> = (0..70_000).map(|_| random.u8(..)).collect();
    for sealed in [false, true] {
        if sealed {
            repo.sandbox.write("noise.bin", &noise);
        }
        let to = if sealed { format!("--to {public}") } else { String::new() };
        repo.crm(&format!("backup {} {to} --force", out.join("b").display())).done();
        let good = std::fs::read(out.join("b")).unwrap();
        assert!(opens(&good));
        let size = good.len();
        // The head of a sealed file; of a plain one, its first and its last parts with the list of all.
        let (head, tail) = if sealed { (400, 150) } else { (700, 900) };
        let mut places: Vec<usize> = (0..head).chain(size - tail..size).collect();
        places.extend((0..250).map(|_| random.usize(head..size - tail)));
        for at in places {
            let mut flipped = good.clone();
            flipped[at] ^= 1 << random.u8(..8);
            assert!(!opens(&flipped), "sealed {sealed}, byte {at} of {size}");
        }
        let block = 64 * 1024 + 16;
        let edges =
            [0, 1, 21, 22, head, block - 1, block, block + 1, size / 2, size - LAST, size - 1];
        for cut in edges.into_iter().filter(|cut| *cut < size) {
            assert!(!opens(&good[..cut]), "sealed {sealed}, cut at {cut} of {size}");
            assert!(!opens(&good[size - cut..]), "sealed {sealed}, the last {cut} of {size}");
        }
        for more in [&b"\0"[..], b"x", &good] {
            assert!(!opens(&[&good, more].concat()), "sealed {sealed}, longer");
            assert!(!opens(&[more, &good].concat()), "sealed {sealed}, something before it");
        }
    }
}

/// The length of the digest at the end.
const LAST: usize = 64;

/// Random ledgers with random work that is not committed come back to the byte.
#[test]
fn random_work_comes_back() {
    for seed in 0..3 {
        let mut random = fastrand::Rng::with_seed(seed);
        let repo = Repo::new("liu", SETTINGS);
        let ids = ["zhang", "王芳", "li", "chen-2", "zhao"];
        for step in 0..20 {
            let id = ids[random.usize(..ids.len())];
            let file = repo.path().join(format!("prospects/{id}.toml"));
            match random.u8(..10) {
                _ if !file.exists() => {
                    repo.crm(&format!("add {id} --id {id} --owner liu --force"));
                }
                0..4 => {
                    repo.crm(&format!("log {id} note -m 第{step}次"));
                }
                4 => {
                    std::fs::remove_file(&file).unwrap();
                }
                5 => {
                    let bytes: Vec<u8> = (0..random.usize(..300)).map(|_| random.u8(..)).collect();
                    repo.sandbox.write(&format!("文件/{}.bin", random.u8(..4)), bytes);
                }
                6 => {
                    repo.git(&format!("branch b{step}"));
                }
                7 => {
                    repo.git("rm -q --cached -r prospects");
                }
                _ => {
                    repo.commit(&format!("step {step}"));
                }
            }
        }
        let (_keep, out) = outside();
        repo.crm(&format!("backup {}", out.join("b.zip").display())).done();
        repo.crm(&format!("backup verify {}", out.join("b.zip").display())).done();
        crm(&out, "restore b.zip back").done();
        assert!(files(&repo.path()) == files(&out.join("back")), "seed {seed}");
        let refs = |folder: &Path| git(folder, "for-each-ref").ok();
        assert_eq!(refs(&repo.path()), refs(&out.join("back")), "seed {seed}");
    }
}
