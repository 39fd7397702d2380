//! What comes with a clone is data: it is obeyed by no command, starts no program, and hides nothing.

#![cfg(unix)]

use crate::common::repo::{Repo, command};
use crate::common::{Run, Sandbox, run, split};
use std::fmt::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

const SETTINGS: &str =
    "[[rep]]\nid = \"boss\"\nadmin = true\n[[rep]]\nid = \"liu\"\nemail = \"liu@example.com\"\n";
const ZHANG: &str = "2009-12-03-1 = { kind = \"opened\", by = \"liu\", owner = \"liu\" }\n";

/// A ledger in git with one prospect of liu's.
fn ledger() -> Repo {
    let repo = Repo::new("liu", SETTINGS);
    repo.sandbox.prospect("zhang", "name = \"张先生\"", ZHANG);
    repo.commit("first").done();
    repo
}

/// A bare repository with the guard, and the ledger in it.
fn server(repo: &Repo) -> Sandbox {
    let bare = Sandbox::empty();
    run(command("git", bare.path(), "server").args(["init", "-q", "--bare", "-b", "main"])).done();
    install(&bare).done();
    repo.git(&format!("remote add origin {}", bare.path().display())).done();
    push(repo, "boss").done();
    bare
}

fn install(bare: &Sandbox) -> Run {
    let words = ["hooks", "install", "--server", ".", "--admin", "boss"];
    run(command(env!("CARGO_BIN_EXE_crm"), bare.path(), "boss").args(words))
}

fn push(repo: &Repo, user: &str) -> Run {
    let mut command = command("git", &repo.path(), repo.user);
    run(command.env("CRM_USER", user).args(["push", "-q", "origin", "HEAD:main"]))
}

fn fingerprint(text: &str) -> String {
    let mut hash = fnv::FnvHasher::default();
    std::hash::Hasher::write(&mut hash, text.as_bytes());
    format!("{:016x}", std::hash::Hasher::finish(&hash))
}

/// Puts a journal into a folder that would make liu an admin, and the new settings beside it.
fn forged(repo: &Repo, state: &str) -> String {
    let old = repo.sandbox.read("crm.toml");
    let new = old.replace("id = \"liu\"", "id = \"liu\"\nadmin = true");
    repo.sandbox.write(".crm/tmp/0", &new);
    let line = format!("0 {} {} crm.toml\nend\n", fingerprint(&old), fingerprint(&new));
    repo.sandbox.write(&format!("{state}/journal"), line);
    new
}

// ---- state ----

#[test]
fn a_journal_that_came_with_a_clone_is_not_obeyed() {
    let repo = ledger();
    let bare = server(&repo);
    forged(&repo, ".crm");
    repo.git("add -f .crm/tmp/0 .crm/journal").done();
    let staged = repo.crm("check --quiet --staged --since HEAD");
    assert_eq!(staged.status, 1);
    assert_eq!(staged.stdout.matches("error[tracked-state]").count(), 2, "{}", staged.stdout);
    repo.git("commit -q --no-verify -m x").done();
    for user in ["liu", "boss"] {
        let refused = push(&repo, user);
        assert_ne!(refused.status, 0, "{user}");
        assert!(refused.stderr.contains("error[tracked-state]"), "{}", refused.stderr);
    }
    // A server without a guard takes it, and everybody pulls it.
    std::fs::remove_file(bare.path().join("hooks/pre-receive")).unwrap();
    push(&repo, "liu").done();
    let victim = Repo::clone_of(bare.path(), "boss");
    for line in ["list", "log zhang note --by boss", "check", "report funnel", "list"] {
        let run = victim.crm(line);
        assert!(
            run.stderr.contains("warning[cut-short]: a journal of a write is not obeyed"),
            "{line}: {}",
            run.stderr
        );
        assert_eq!(victim.sandbox.read("crm.toml"), SETTINGS, "{line}");
    }
    let checked = victim.crm("check").stdout;
    assert!(checked.contains("error[tracked-state]"), "{checked}");
    let doctor = victim.crm("doctor -f csv").stdout;
    assert!(doctor.contains("ignored,wrong,git keeps files of .crm/"), "{doctor}");
    assert!(doctor.contains("unfinished,advice,\"a journal in .crm/ is not obeyed"), "{doctor}");
}

#[test]
fn a_write_of_this_clone_is_finished_and_that_is_said() {
    let repo = ledger();
    let new = forged(&repo, ".git/crm");
    let (listed, said) = repo.crm("list -f ids").done();
    assert_eq!(listed, "zhang\n");
    assert_eq!(said, "warning[cut-short]: a write that was cut short was finished: crm.toml\n");
    assert_eq!(repo.sandbox.read("crm.toml"), new);
    assert_eq!(repo.crm("list -f ids").ok(), "zhang\n");
    // Without git the journal is in the ledger, and it is said in the ledger's language.
    let plain = Repo {
        sandbox: Sandbox::with_settings("[ledger]\nlanguage = \"zh\"\n[[rep]]\nid = \"liu\"\n"),
        user: "liu",
    };
    let new = forged(&plain, ".crm");
    let (_, said) = plain.crm("list").done();
    assert!(said.contains("上次中断的写入已补完：crm.toml"), "{said}");
    assert_eq!(plain.sandbox.read("crm.toml"), new);
}

#[test]
fn every_worktree_and_every_ledger_has_its_own_state() {
    let repo = ledger();
    let beside = Sandbox::empty();
    let tree = beside.path().join("tree");
    repo.git(&format!("worktree add -q {}", tree.display())).done();
    let log = |folder: &Path| {
        run(command(env!("CARGO_BIN_EXE_crm"), folder, "liu").args(["log", "zhang", "call"])).done()
    };
    log(&repo.path());
    log(&tree);
    assert!(repo.path().join(".git/crm/lock").is_file());
    assert!(repo.path().join(".git/worktrees/tree/crm/lock").is_file());
    assert!(!repo.path().join(".crm/lock").exists() && !tree.join(".crm/lock").exists());
    repo.sandbox
        .write("sales/crm.toml", "")
        .write("sales/prospects/zhang.toml", format!("name = \"z\"\n[events]\n{ZHANG}"));
    log(&repo.path().join("sales"));
    let own = |entry: std::io::Result<std::fs::DirEntry>| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.starts_with("at-").then_some(name)
    };
    let of_sales: Vec<String> =
        std::fs::read_dir(repo.path().join(".git/crm")).unwrap().filter_map(own).collect();
    assert_eq!(of_sales.len(), 1);
    // A folder whose git directory is gone can be read, and writing says why it cannot be.
    repo.git("worktree lock tree").done();
    let gone = beside.path().join("gone");
    std::fs::create_dir(&gone).unwrap();
    for name in [".git", "crm.toml"] {
        std::fs::copy(tree.join(name), gone.join(name)).unwrap();
    }
    std::fs::write(gone.join(".git"), "gitdir: /nowhere/at/all\n").unwrap();
    let crm = |line: &str| run(command(env!("CARGO_BIN_EXE_crm"), &gone, "liu").args(split(line)));
    crm("list").done();
    let said = crm("add Li --id li").fails(3);
    assert!(said.contains("/nowhere/at/all/crm cannot be written"), "{said}");
    assert!(!gone.join("prospects").exists());
}

// ---- git is started in one way ----

/// A program that leaves a trace when it is started, and prints what would confuse a reader.
fn canary(folder: &Path) -> PathBuf {
    let path = folder.join("canary");
    let trace = folder.join("sang").display().to_string();
    std::fs::write(&path, format!("#!/bin/sh\necho \"$0 $*\" >> '{trace}'\necho :tweet\n"))
        .unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[track_caller]
fn silent(folder: &Path, what: &str) {
    let sang = std::fs::read_to_string(folder.join("sang")).unwrap_or_default();
    assert_eq!(sang, "", "{what} started a program");
}

/// A history with a rename, a merge, a signed commit and a change that is not committed; the authors' names are not ASCII.
fn storied() -> Repo {
    let repo = Repo { sandbox: Sandbox::empty(), user: "liu" };
    repo.git("init -q -b main").done();
    let put = |id: &str, name: &str| {
        let more: String = (1..9).map(|n| format!("{id}-{n} = \"{n}\"\n")).collect();
        let text = format!("name = \"{name}\"\n{more}[events]\n{ZHANG}");
        repo.sandbox.write(&format!("sales/prospects/{id}.toml"), text);
    };
    let crm = |line: &str| repo.crm(&format!("--ledger sales {line}")).done();
    repo.sandbox.write("sales/crm.toml", SETTINGS);
    put("zhang", "张先生");
    put("li", "Li");
    repo.commit("first").done();
    // Both are renamed and changed, so that git must compare them to see it.
    for (from, to) in [("zhang", "old"), ("li", "new")] {
        repo.git(&format!("mv sales/prospects/{from}.toml sales/prospects/{to}.toml")).done();
        crm(&format!("log {to} visit --by liu"));
    }
    repo.commit("renamed").done();
    repo.git("switch -q -c side").done();
    crm("log old call --by liu");
    let words = ["commit", "-q", "-a", "-m", "side", "--author=刘燕 <yan@example.com>"];
    run(command("git", &repo.path(), "liu").args(words)).done();
    repo.git("switch -q main").done();
    crm("tally liu --dials 3");
    repo.commit("main").done();
    // A merge that brings an entry of its own.
    repo.git("merge -q --no-commit side").done();
    crm("log old demo --by liu");
    repo.commit("merged").done();
    crm("log old note --by liu -m signed");
    repo.git("add -A").done();
    let tree = repo.git("write-tree").done().0;
    let parent = repo.git("rev-parse HEAD").done().0;
    let who = "刘燕 <yan@example.com> 1261126800 +0000";
    let object = format!(
        "tree {}\nparent {}\nauthor {who}\ncommitter {who}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n\nsigned\n",
        tree.trim(),
        parent.trim()
    );
    repo.sandbox.write(".git/object", object);
    let id = repo.git("hash-object -t commit -w .git/object").done().0;
    repo.git(&format!("reset -q {}", id.trim())).done();
    crm("log old email --by liu");
    repo.git("add -A").done();
    repo
}

/// What every command that uses git gives. What `doctor` finds about the settings themselves is left out.
fn answers(
    repo: &Repo,
    config: Option<&Path>,
    variables: &[(String, String)],
) -> Vec<(String, Run)> {
    [
        "audit old -f csv",
        "check --staged --since HEAD~1",
        "check --since HEAD~2",
        "check",
        "diff HEAD~2..HEAD -f csv",
        "diff -f csv",
        "hooks message .git/message",
        "hooks status",
        "resolve -n",
        "guard HEAD~2 HEAD --user liu",
        "log old call -n",
        "doctor -f csv",
    ]
    .into_iter()
    .map(|line| {
        repo.sandbox.write(".git/message", "");
        let mut command = command(env!("CARGO_BIN_EXE_crm"), &repo.path(), "liu");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env_remove(format!("GIT_{who}_NAME")).env_remove(format!("GIT_{who}_EMAIL"));
        }
        if let Some(config) = config {
            command.env("GIT_CONFIG_GLOBAL", config);
        }
        command.envs(variables.iter().cloned());
        let mut run = run(command.args(["--ledger", "sales"]).args(split(line)));
        if line.starts_with("doctor") {
            let rows = run.stdout.lines().filter(|row| !row.starts_with("fsmonitor,"));
            run.stdout = rows.collect::<Vec<_>>().join("\n");
        }
        run.stdout.push_str(&repo.sandbox.read(".git/message"));
        (line.to_owned(), run)
    })
    .collect()
}

/// The settings of git that change output or start programs: `CANARY` is a program, `HOOKS` a folder of them.
const OF_GIT: [(&str, &str); 50] = [
    ("color.ui", "always"),
    ("color.diff", "always"),
    ("core.abbrev", "5"),
    ("core.alternateRefsCommand", "CANARY"),
    ("core.askPass", "CANARY"),
    ("core.commitGraph", "false"),
    ("core.editor", "CANARY"),
    ("core.fsmonitor", "CANARY"),
    ("core.gitProxy", "CANARY"),
    ("core.hooksPath", "HOOKS"),
    ("core.pager", "CANARY"),
    ("core.preloadIndex", "false"),
    ("core.quotePath", "false"),
    ("core.sshCommand", "CANARY"),
    ("core.untrackedCache", "true"),
    ("credential.helper", "CANARY"),
    ("diff.canary.command", "CANARY"),
    ("diff.canary.textconv", "CANARY"),
    ("diff.external", "CANARY"),
    ("diff.ignoreSubmodules", "all"),
    ("diff.mnemonicPrefix", "true"),
    ("diff.noPrefix", "true"),
    ("diff.orderFile", "/nowhere"),
    ("diff.relative", "true"),
    ("diff.renameLimit", "1"),
    ("diff.renames", "false"),
    ("diff.submodule", "log"),
    ("diff.wsErrorHighlight", "all"),
    ("filter.canary.clean", "CANARY"),
    ("filter.canary.process", "CANARY"),
    ("filter.canary.smudge", "CANARY"),
    ("format.notes", "true"),
    ("format.pretty", "oneline"),
    ("gpg.program", "CANARY"),
    ("i18n.logOutputEncoding", "gbk"),
    ("interactive.diffFilter", "CANARY"),
    ("log.abbrevCommit", "true"),
    ("log.date", "relative"),
    ("log.decorate", "full"),
    ("log.diffMerges", "off"),
    ("log.follow", "true"),
    ("log.mailmap", "false"),
    ("log.showRoot", "false"),
    ("log.showSignature", "true"),
    ("merge.renames", "false"),
    ("notes.displayRef", "*"),
    ("pager.log", "CANARY"),
    ("sequence.editor", "CANARY"),
    ("submodule.recurse", "true"),
    ("uploadpack.packObjectsHook", "CANARY"),
];

#[test]
fn no_setting_of_git_changes_an_answer_or_starts_a_program() {
    let repo = storied();
    let outside = Sandbox::empty();
    let canary = canary(outside.path());
    let hooks = outside.path().join("hooks");
    std::fs::create_dir(&hooks).unwrap();
    for hook in [
        "pre-commit",
        "post-index-change",
        "reference-transaction",
        "fsmonitor-watchman",
        "pre-auto-gc",
    ] {
        std::fs::copy(&canary, hooks.join(hook)).unwrap();
    }
    repo.sandbox.write(".git/info/attributes", "*.toml filter=canary diff=canary\n");
    let value = |value: &str| {
        value
            .replace("CANARY", &canary.display().to_string())
            .replace("HOOKS", &hooks.display().to_string())
    };
    let plain = answers(&repo, None, &[]);
    for (line, run) in &plain {
        assert!(run.status < 2, "{line}: {run:?}");
    }
    let audit = &plain[0].1.stdout;
    assert!(audit.contains("刘燕") && !audit.contains(",yes,"), "{audit}");
    // In the clone's own configuration one by one, but where that is what they say.
    for (name, set) in OF_GIT {
        run(command("git", &repo.path(), "liu").args(["config", name, &value(set)])).done();
        for ((line, expected), (_, found)) in plain.iter().zip(answers(&repo, None, &[])) {
            // Where the hooks are is what these two are asked.
            if name == "core.hooksPath"
                && (line.starts_with("hooks status") || line.starts_with("doctor"))
            {
                continue;
            }
            if name == "core.untrackedCache" && line.starts_with("doctor") {
                continue;
            }
            assert_eq!(&found, expected, "{name}: {line}");
        }
        silent(outside.path(), name);
        run(command("git", &repo.path(), "liu").args(["config", "--unset", name])).done();
    }
    // All at once, as a user's settings and in the environment.
    let kept = |name: &str| !["core.hooksPath", "core.untrackedCache"].contains(&name);
    let all: Vec<(&str, String)> =
        OF_GIT.iter().filter(|(n, _)| kept(n)).map(|(n, v)| (*n, value(v))).collect();
    let mut text = String::new();
    for (name, value) in &all {
        let (section, key) = name.rsplit_once('.').unwrap();
        let section =
            section.split_once('.').map_or(section.to_owned(), |(a, b)| format!("{a} \"{b}\""));
        writeln!(text, "[{section}]\n{key} = {value}").unwrap();
    }
    outside.write("global", text);
    assert_eq!(answers(&repo, Some(&outside.path().join("global")), &[]), plain);
    let mut variables = vec![("GIT_CONFIG_COUNT".to_owned(), all.len().to_string())];
    for (number, (name, value)) in all.iter().enumerate() {
        variables.push((format!("GIT_CONFIG_KEY_{number}"), (*name).to_owned()));
        variables.push((format!("GIT_CONFIG_VALUE_{number}"), value.clone()));
    }
    assert_eq!(answers(&repo, None, &variables), plain);
    silent(outside.path(), "settings of a user or of the environment");
}

#[test]
fn no_variable_of_git_changes_an_answer_or_starts_a_program() {
    let repo = storied();
    let outside = Sandbox::empty();
    let canary = canary(outside.path()).display().to_string();
    let plain = answers(&repo, None, &[]);
    let variables = [
        ("GIT_ASKPASS", &*canary),
        ("GIT_CONFIG", "/nowhere"),
        ("GIT_DEFAULT_HASH", "sha256"),
        ("GIT_DIFF_OPTS", "--unified=0"),
        ("GIT_EDITOR", &canary),
        ("GIT_EXTERNAL_DIFF", &canary),
        ("GIT_GRAFT_FILE", "/nowhere"),
        ("GIT_ICASE_PATHSPECS", "1"),
        ("GIT_LITERAL_PATHSPECS", "1"),
        ("GIT_NAMESPACE", "x"),
        ("GIT_PAGER", &canary),
        ("GIT_PREFIX", "prospects/"),
        ("GIT_REPLACE_REF_BASE", "refs/x/"),
        ("GIT_SSH_COMMAND", &canary),
        ("GIT_TRACE", "1"),
        ("GIT_TRACE2", "1"),
        ("GIT_TRACE_SETUP", "1"),
        ("LANGUAGE", "zh_CN"),
        // Another language than those that this program itself speaks: it is for git.
        ("LC_ALL", "de_DE.UTF-8"),
        ("PAGER", &canary),
    ];
    for (name, value) in variables {
        let found = answers(&repo, None, &[(name.to_owned(), value.to_owned())]);
        assert_eq!(found, plain, "{name}");
    }
    silent(outside.path(), "variables");
}

#[test]
fn a_folder_that_looks_like_a_repository_runs_nothing() {
    let outside = Sandbox::empty();
    let canary = canary(outside.path());
    let config = format!(
        "[core]\nrepositoryformatversion = 0\nbare = false\nworktree = .\nfsmonitor = {}\n[user]\nemail = liu@example.com\n",
        canary.display()
    );
    for common in [false, true] {
        let repo = Repo::new("boss", SETTINGS);
        let sales = repo.path().join("sales");
        repo.sandbox.write("sales/crm.toml", SETTINGS);
        repo.sandbox
            .write("sales/prospects/zhang.toml", format!("name = \"z\"\n[events]\n{ZHANG}"));
        repo.sandbox.write("sales/HEAD", "ref: refs/heads/main\n");
        let place = if common { "sales/real" } else { "sales" };
        if common {
            repo.sandbox.write("sales/commondir", "real\n");
        }
        repo.sandbox.write(&format!("{place}/config"), &config);
        repo.sandbox.write(&format!("{place}/objects/x"), "").write(&format!("{place}/refs/x"), "");
        let crm =
            |line: &str| run(command(env!("CARGO_BIN_EXE_crm"), &sales, "boss").args(split(line)));
        for line in [
            "doctor",
            "resolve",
            "check --staged",
            "check",
            "audit zhang",
            "diff",
            "hooks install",
            "hooks status",
        ] {
            let run = crm(line);
            silent(outside.path(), line);
            assert!(run.status != 101, "{run:?}");
            if line.starts_with("check --staged") {
                assert!(
                    run.stderr.contains("error[no-git]") && run.stderr.contains("looks like one"),
                    "{}",
                    run.stderr
                );
            }
        }
        crm("log zhang call").done();
        silent(outside.path(), "log");
        let text = repo.sandbox.read("sales/prospects/zhang.toml");
        assert!(
            !text.lines().last().unwrap().contains("by ="),
            "signed by a setting that came along: {text}"
        );
    }
}

// ---- what is pushed ----

#[test]
fn only_a_ledgers_files_are_the_reps() {
    let repo = ledger();
    let bare = server(&repo);
    for (name, code, admin_may) in [
        (".gitignore", "admins-only", true),
        ("prospects/.gitignore", "admins-only", true),
        ("prospects/.gitattributes", "admins-only", true),
        (".GitAttributes", "admins-only", true),
        (".gitmodules", "admins-only", true),
        ("letters/offer.txt", "admins-only", true),
        ("prospects/offer.pdf", "admins-only", true),
        ("prospects/.hidden/x.toml", "admins-only", true),
        ("README.md", "admins-only", true),
        ("HEAD", "nested-repository", false),
        ("prospects/a/head", "nested-repository", false),
        (".crm/journal", "tracked-state", false),
        ("prospects/.CRM/lock", "tracked-state", false),
        ("Prospects/x.toml", "bad-id", false),
    ] {
        let old = repo.git("rev-parse HEAD").done().0;
        repo.sandbox.write(name, "x = 1\n");
        repo.git(&format!("add -f {name}")).done();
        repo.git("commit -q --no-verify -m x").done();
        let refused = push(&repo, "liu");
        assert!(refused.stderr.contains(&format!("error[{code}]")), "{name}: {}", refused.stderr);
        let run = push(&repo, "boss");
        assert_eq!(run.status == 0, admin_may, "{name}: {}", run.stderr);
        if !admin_may {
            repo.git(&format!("reset -q --hard {}", old.trim())).done();
        }
    }
    // What an admin put there is no rep's to change or remove.
    repo.git("rm -q letters/offer.txt").done();
    repo.commit("x").done();
    assert!(push(&repo, "liu").stderr.contains("`liu` may not change letters/offer.txt"));
    drop(bare);
}

#[test]
fn objects_that_no_git_makes_are_refused() {
    let repo = ledger();
    let bare = server(&repo);
    let doctor = || {
        run(command(env!("CARGO_BIN_EXE_crm"), bare.path(), "boss")
            .args(["doctor", "--server", ".", "-f", "csv"]))
    };
    assert!(doctor().ok().contains("objects,fine"));
    let blob = repo.git("rev-parse HEAD:prospects/zhang.toml").done().0;
    let bytes: Vec<u8> =
        (0..40).step_by(2).map(|at| u8::from_str_radix(&blob[at..at + 2], 16).unwrap()).collect();
    let tree = |names: &[&str]| {
        let entries =
            names.iter().map(|name| [b"100644 ", name.as_bytes(), b"\0", &bytes[..]].concat());
        repo.sandbox.write(".git/tree", entries.collect::<Vec<_>>().concat());
        repo.git("hash-object -t tree --literally -w .git/tree").done().0.trim().to_owned()
    };
    for names in [&["crm.toml", "crm.toml"][..], &["prospects/x.toml"], &["..", "crm.toml"]] {
        let commit = repo.git(&format!("commit-tree -p HEAD -m x {}", tree(names))).done().0;
        let mut command = command("git", &repo.path(), "boss");
        let words = ["push", "-q", "origin", &format!("{}:refs/heads/x", commit.trim())];
        let run = run(command.env("CRM_USER", "boss").args(words));
        assert!(run.status != 0 && run.stderr.contains("fsck error"), "{names:?}: {}", run.stderr);
    }
    run(command("git", bare.path(), "boss").args(["config", "receive.fsckObjects", "false"]))
        .done();
    let found = doctor();
    assert!(found.status == 1 && found.stdout.contains("objects,wrong"), "{found:?}");
    std::fs::remove_file(bare.path().join("hooks/pre-receive")).unwrap();
    assert!(doctor().stdout.contains("guard,wrong"));
}

#[test]
fn what_git_ignores_is_named() {
    let repo = ledger();
    repo.sandbox.write(".gitignore", "/.crm/\nprospects/\n!prospects/zhang.toml\n");
    let row = |name: &str| {
        let found = repo.crm("doctor -f csv").stdout;
        found.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned()
    };
    assert!(
        row("all-files").starts_with("all-files,wrong,git would ignore files as prospects/x.toml")
    );
    repo.crm("add Li --id li --owner liu").done();
    assert!(row("all-files").starts_with("all-files,wrong,git ignores prospects/li.toml"));
    let checked = repo.crm("check --lines").done().0;
    assert!(
        checked.contains("prospects/li.toml:1:1: warning[ignored]: git ignores this file"),
        "{checked}"
    );
    assert!(!checked.contains("zhang"), "{checked}");
    repo.sandbox.write(".gitignore", "/.crm/\n");
    assert!(row("all-files").starts_with("all-files,fine"));
}

// ---- files that are written ----

/// Runs a line of crm under a umask.
fn under(repo: &Repo, umask: &str, line: &str) {
    let script = format!("umask {umask}; exec '{}' {line}", env!("CARGO_BIN_EXE_crm"));
    run(command("sh", &repo.path(), "liu").args(["-c", &script])).done();
}

fn mode(repo: &Repo, name: &str) -> String {
    let meta = std::fs::metadata(repo.path().join(name)).unwrap();
    format!("{:o}", meta.permissions().mode() & 0o777)
}

#[test]
fn files_have_the_rights_that_the_umask_leaves() {
    for (umask, file, program) in
        [("077", "600", "700"), ("022", "644", "755"), ("002", "664", "775"), ("027", "640", "750")]
    {
        let repo = Repo { sandbox: Sandbox::empty(), user: "liu" };
        repo.git("init -q -b main").done();
        under(&repo, umask, "init");
        under(&repo, umask, "add a --owner x");
        under(&repo, umask, "hooks install");
        under(&repo, umask, "list -o list.csv");
        under(&repo, umask, "dashboard -o d.html");
        for name in [
            "crm.toml",
            ".gitattributes",
            ".gitignore",
            "prospects/a.toml",
            "list.csv",
            "d.html",
            ".git/crm/lock",
        ] {
            assert_eq!(mode(&repo, name), file, "{umask}: {name}");
        }
        assert_eq!(mode(&repo, ".git/hooks/pre-commit"), program, "{umask}");
    }
    // A ledger that one person alone may read has reports that nobody else may; a file that is there keeps its rights.
    let repo = ledger();
    let set = |name: &str, mode: u32| {
        std::fs::set_permissions(repo.path().join(name), std::fs::Permissions::from_mode(mode))
            .unwrap();
    };
    set("crm.toml", 0o600);
    under(&repo, "022", "list -o list.csv");
    assert_eq!(mode(&repo, "list.csv"), "600");
    set("list.csv", 0o640);
    under(&repo, "022", "list -o list.csv");
    assert_eq!(mode(&repo, "list.csv"), "640");
    set("prospects/zhang.toml", 0o600);
    under(&repo, "022", "log zhang call");
    assert_eq!(mode(&repo, "prospects/zhang.toml"), "600");
}

#[test]
fn installing_writes_through_no_link() {
    let repo = ledger();
    let outside = Sandbox::empty();
    outside.write("mine", "mine\n").write("hooks/x", "");
    let mine = outside.path().join("mine");
    let before = outside.snapshot();
    symlink(&mine, repo.path().join(".gitattributes")).unwrap();
    assert!(repo.crm("hooks install").stderr.contains("error[symlink]"));
    std::fs::remove_file(repo.path().join(".gitattributes")).unwrap();
    let hook = repo.path().join(".git/hooks/pre-commit");
    std::fs::remove_file(&hook).ok();
    symlink(&mine, &hook).unwrap();
    assert!(repo.crm("hooks install").stderr.contains("error[already-there]"));
    // Kept, and run first: the link itself is moved.
    repo.crm("hooks install --chain").done();
    assert!(!hook.is_symlink() && hook.with_file_name("pre-commit.before-crm").is_symlink());
    repo.crm("hooks uninstall").done();
    assert!(hook.is_symlink());
    symlink(outside.path().join("hooks"), repo.path().join("linked")).unwrap();
    repo.git("config core.hooksPath linked").done();
    assert!(repo.crm("hooks install").fails(1).contains("error[symlink]"));
    assert_eq!(outside.snapshot(), before);
}

// ---- output that fails ----

/// Runs a line of crm whose standard output goes elsewhere.
fn into(repo: &Repo, target: &str, line: &str) -> Run {
    let script = format!("exec '{}' {line} >{target}", env!("CARGO_BIN_EXE_crm"));
    run(command("sh", &repo.path(), "liu").args(["-c", &script]))
}

#[test]
#[cfg(target_os = "linux")]
fn what_was_written_is_no_failure_because_it_cannot_be_shown() {
    const WRITTEN: &str =
        "warning[not-shown]: standard output cannot be written: No space left on device";
    let repo = Repo::new("liu", "");
    for id in ["li", "wu"] {
        let added =
            into(&repo, "/dev/full", &format!("add {id} --id {id} --owner x --date 2009-09-01"));
        assert_eq!(added.status, 0, "{}", added.stderr);
        assert!(added.stderr.contains(WRITTEN), "{}", added.stderr);
        assert!(repo.path().join(format!("prospects/{id}.toml")).is_file());
        repo.crm(&format!("log {id} meeting --date 2009-09-03 --next tomorrow")).done();
        repo.crm(&format!("advance {id} 25 --date 2009-09-03 --force x")).done();
    }
    // What shows its data first tries the output before it writes.
    for (target, line, name) in [
        ("/dev/full", "sweep --apply", "standard output"),
        ("/dev/null", "sweep --apply -f csv -o /dev/full", "/dev/full"),
        ("/dev/full", "list", "standard output"),
    ] {
        let before = repo.sandbox.snapshot();
        let run = into(&repo, target, line);
        assert_eq!(run.status, 3, "{line}: {}", run.stderr);
        let expected = format!("error[write-failed]: {name} cannot be written");
        assert!(run.stderr.contains(&expected), "{line}: {}", run.stderr);
        assert_eq!(repo.sandbox.snapshot(), before, "{line}");
    }
    // Nothing is shown, so nothing fails; nor does a reader that went away.
    assert_eq!(into(&repo, "/dev/full", "log li call").stderr.lines().count(), 1);
    for (target, line) in
        [("/dev/full", "log li call"), ("/dev/null", "sweep --apply"), ("&-", "list")]
    {
        assert_eq!(into(&repo, target, line).status, 0, "{target}: {line}");
    }
}
