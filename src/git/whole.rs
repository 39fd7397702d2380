//! A repository as a whole, for a backup: its references, what the disk has beside the last commit, a bundle of all of
//! it, and the way back.

use crate::diag::{Code, Diagnostic};
use crate::disk::listing::EntryKind;
use crate::disk::stamp::Stamp;
use crate::format::manifest::{Reference, Repository};
use crate::git::program::{Git, Mode, parts, path_of, unwritten};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The attributes under which git puts files down exactly as a commit has them: no filter, no other line ends.
const EXACT: &str = "* -text -ident !filter !working-tree-encoding\n";
/// The name that a commit gets while it is fetched that no branch has.
const DETACHED: &str = "refs/crm-restore/head";

/// The reference of the stash.
const STASH: &str = "refs/stash";

/// The files of a work tree below a ledger's root, compared with the last commit byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkTree {
    /// Files that differ from the last commit, or that it does not have.
    pub changed: BTreeSet<PathBuf>,
    /// Files of the last commit that are not there.
    pub removed: BTreeSet<PathBuf>,
    /// Links and repositories that the last commit does not have so, and other things that are no files.
    pub left_out: BTreeSet<PathBuf>,
}

/// Fails in a repository that has a part of its history only: there is no whole of it to keep.
///
/// # Errors
/// Fails if git does, too.
pub fn is_whole(git: &Git) -> Result<(), Diagnostic> {
    let partial = |message, help| Err(Diagnostic::new(Code::GitFailed, message).help(help));
    if git.line(&["rev-parse", "--is-shallow-repository"])? == "true" {
        return partial(
            words!("the repository has a part of its history only", "仓库只有一部分历史"),
            words!(
                "get the rest first: git fetch --unshallow",
                "请先取回其余历史：git fetch --unshallow"
            ),
        );
    }
    let partial_clone = r"^(remote\..*\.promisor|extensions\.partialclone)$";
    if git.ask(&["config", "--get-regexp", partial_clone])?.is_some() {
        return partial(
            words!("the repository has a part of its files only", "仓库只有一部分文件"),
            words!("make the backup in a clone without --filter", "请在不带 --filter 的克隆中备份"),
        );
    }
    Ok(())
}

/// The references of a repository at one moment, and what is checked out.
///
/// # Errors
/// Fails if git does.
pub fn repository(git: &Git) -> Result<Repository, Diagnostic> {
    let branch = git.ask(&["symbolic-ref", "-q", "HEAD"])?.unwrap_or_default();
    let branch = String::from_utf8_lossy(&branch).trim().to_owned();
    let format = "--format=%(objectname)%00%(symref)%00%(refname)";
    let listed = git.run(&["for-each-ref", format])?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let refs = listed.lines().filter_map(|line| {
        let mut fields = line.split('\0').map(str::to_owned);
        let (object, stands_for) = (fields.next()?, fields.next()?);
        Some(Reference { name: fields.next()?, object, stands_for })
    });
    let refs: Vec<Reference> = refs.collect();
    // The commit is that of the list: the branch may have got another one since.
    let commit = match branch.is_empty() {
        true => git.find_commit("HEAD")?,
        false => refs.iter().find(|one| one.name == branch).map(|one| one.object.clone()),
    };
    Ok(Repository {
        objects: git.line(&["rev-parse", "--show-object-format"])?,
        branch,
        commit: commit.unwrap_or_default(),
        refs,
    })
}

/// The first commits of a repository, sorted: a clone has them, too.
pub fn first_commits(git: &Git) -> Result<Vec<String>, Diagnostic> {
    let listed = git.run(&["rev-list", "--max-parents=0", "--all"])?;
    let mut found: Vec<String> =
        String::from_utf8_lossy(&listed).lines().map(str::to_owned).collect();
    found.sort();
    Ok(found)
}

/// The files of a commit below a ledger's root, whose path from the top level is `prefix`.
pub type Committed = BTreeMap<PathBuf, (Mode, String)>;

/// The files of the commit that is checked out; none before the first one.
///
/// # Errors
/// Fails if git does.
pub fn committed(git: &Git, told: &Repository, prefix: &str) -> Result<Committed, Diagnostic> {
    if told.commit.is_empty() {
        return Ok(Committed::new());
    }
    let files = git.tree(&told.commit, prefix)?.into_iter();
    let below = files.filter_map(|file| {
        Some((file.path.strip_prefix(prefix).ok()?.to_owned(), (file.mode, file.id)))
    });
    Ok(below.collect())
}

/// The paths below a ledger's root that git tracks or would track.
///
/// # Errors
/// Fails if git does.
pub fn listed(git: &Git) -> Result<Vec<PathBuf>, Diagnostic> {
    let words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    Ok(parts(&git.run(&words)?).map(path_of).collect())
}

/// Compares what is below the root of a ledger, in which `git` runs, with the files of a commit.
///
/// # Errors
/// Fails if git does, or if a file goes away meanwhile.
pub fn work_tree(
    git: &Git,
    committed: &Committed,
    there: &BTreeMap<PathBuf, Stamp>,
) -> Result<WorkTree, Diagnostic> {
    let gone = committed.keys().filter(|path| !there.contains_key(*path));
    let mut found = WorkTree { removed: gone.cloned().collect(), ..WorkTree::default() };
    let mut known = Vec::new();
    for (path, stamp) in there {
        let path = path.clone();
        match (committed.get(&path), stamp.kind) {
            (Some((Mode::File, id)), EntryKind::File)
            | (Some((Mode::Link, id)), EntryKind::Link) => known.push((path, id.clone())),
            (_, EntryKind::File) => {
                found.changed.insert(path);
            }
            // A folder in the place of a file: the files in it are listed by themselves. Those of a submodule are in a
            // repository of their own.
            (Some((Mode::File | Mode::Link, _)), EntryKind::Folder) => {
                found.removed.insert(path);
            }
            _ => {
                found.left_out.insert(path);
            }
        }
    }
    let now = objects(git, &known)?;
    for ((path, id), now) in known.into_iter().zip(now) {
        if now.as_ref() != Some(&id) {
            let is_link = git.folder().join(&path).is_symlink();
            if is_link { &mut found.left_out } else { &mut found.changed }.insert(path);
        }
    }
    Ok(found)
}

/// The object that each file would be, its bytes taken as they are; `None` of a name that git cannot be asked for.
fn objects(git: &Git, files: &[(PathBuf, String)]) -> Result<Vec<Option<String>>, Diagnostic> {
    let mut asked = String::new();
    let mut found = Vec::with_capacity(files.len());
    // Git reads names from the top level, not from where it was started.
    let root = git.folder().canonicalize();
    let root = root.map_err(|error| Diagnostic::unreadable(git.folder(), &error))?;
    for (path, _) in files {
        let absolute = root.join(path);
        let plain = absolute.to_str().filter(|name| !name.contains(['\n', '"']));
        let is_link = git.folder().join(path).is_symlink();
        match plain.filter(|_| !is_link) {
            Some(name) => {
                asked.push_str(name);
                asked.push('\n');
                found.push(None);
            }
            None if is_link => found.push(Some(link_object(git, path)?)),
            None => found.push(Some(String::new())),
        }
    }
    if !asked.is_empty() {
        let words = ["hash-object", "--no-filters", "--stdin-paths"];
        let ids = git.run_with(&words, asked.as_bytes())?;
        let ids = String::from_utf8_lossy(&ids).into_owned();
        let mut ids = ids.lines().map(str::to_owned);
        for slot in found.iter_mut().filter(|slot| slot.is_none()) {
            *slot = ids.next();
        }
    }
    Ok(found)
}

/// The object that a link would be.
fn link_object(git: &Git, path: &Path) -> Result<String, Diagnostic> {
    let target = git.folder().join(path);
    let target = std::fs::read_link(&target).map_err(|e| Diagnostic::unreadable(path, &e))?;
    let words = ["hash-object", "--no-filters", "--stdin"];
    let id = git.run_with(&words, target.as_os_str().as_encoded_bytes())?;
    Ok(String::from_utf8_lossy(&id).trim().to_owned())
}

/// Writes a bundle of the references that are told, and of what is checked out, to `out`. It holds them as they are told,
/// whatever git does to them meanwhile; that is why `git bundle`, which reads them anew, does not make it.
///
/// # Errors
/// Fails if git does, or if `out` fails.
pub fn bundle(git: &Git, told: &Repository, out: &mut dyn Write) -> Result<(), Diagnostic> {
    let head = Some(("HEAD", &told.commit)).filter(|(_, commit)| !commit.is_empty());
    let refs = told.refs.iter().map(|one| (&*one.name, &one.object)).chain(head);
    let (mut text, mut objects) = (String::new(), String::new());
    text.push_str(match &*told.objects {
        "sha1" => "# v2 git bundle\n",
        _ => "# v3 git bundle\n",
    });
    if told.objects != "sha1" {
        text.push_str(&format!("@object-format={}\n", told.objects));
    }
    for (name, object) in refs {
        text.push_str(&format!("{object} {name}\n"));
        objects.push_str(&format!("{object}\n"));
    }
    text.push('\n');
    out.write_all(text.as_bytes()).map_err(|error| unwritten(&error))?;
    let words = ["pack-objects", "-q", "--revs", "--stdout", "--delta-base-offset"];
    git.copy_to(&words, objects.as_bytes(), out)
}

/// Makes the repository that a backup tells of in an empty folder, from its bundle, and puts down the files of the commit
/// that is checked out, exactly as the commit has them.
///
/// # Errors
/// Fails if git does, or if the bundle is not the one of these references.
pub fn restore(top: &Path, told: &Repository, bundle: Option<&Path>) -> Result<(), Diagnostic> {
    let git = Git::at(top);
    let objects = format!("--object-format={}", told.objects);
    let plain = told.objects.chars().all(|c| c.is_ascii_alphanumeric());
    if !plain {
        return Err(another());
    }
    // No template: it may bring hooks.
    git.run(&["init", "-q", "--template=", &objects])?;
    if !told.branch.is_empty() {
        check_name(&git, &told.branch)?;
        git.run(&["symbolic-ref", "HEAD", &told.branch])?;
    }
    if let Some(bundle) = bundle {
        let quiet = ["-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "fetch.prune=false"];
        let fetch = ["fetch", "-q", "--update-head-ok", "--no-write-fetch-head"];
        let mut words: Vec<&str> = quiet.into_iter().chain(fetch).collect();
        let bundle = bundle.to_str().ok_or_else(another)?;
        let detached = format!("+HEAD:{DETACHED}");
        words.extend(["--", bundle, "+refs/*:refs/*"]);
        if told.branch.is_empty() {
            words.push(&detached);
        }
        git.run(&words).map_err(|error| Diagnostic { code: Code::BadBackup, ..error })?;
    }
    if told.branch.is_empty() {
        git.run(&["update-ref", "--no-deref", "HEAD", &told.commit])?;
        git.run(&["update-ref", "-d", DETACHED])?;
    }
    for reference in told.refs.iter().filter(|reference| !reference.stands_for.is_empty()) {
        check_name(&git, &reference.name)?;
        check_name(&git, &reference.stands_for)?;
        git.run(&["symbolic-ref", &reference.name, &reference.stands_for])?;
    }
    if repository(&git)? != *told {
        return Err(another());
    }
    log_stash(&git, told)?;
    if told.commit.is_empty() {
        return Ok(());
    }
    put_files_down(&git, top)
}

/// Makes the stash one that `git stash` knows: it reads the log of the reference, which no bundle holds.
fn log_stash(git: &Git, told: &Repository) -> Result<(), Diagnostic> {
    let Some(stash) = told.refs.iter().find(|one| one.name == STASH) else { return Ok(()) };
    git.run(&["update-ref", "-d", STASH])?;
    let (status, _) = git.attempt(&["stash", "store", "-q", "-m", "backup", &stash.object])?;
    if status == Some(0) {
        return Ok(());
    }
    // A reference of this name to something else.
    git.run(&["update-ref", STASH, &stash.object]).map(drop)
}

/// Puts down the files of the commit that is checked out.
fn put_files_down(git: &Git, top: &Path) -> Result<(), Diagnostic> {
    let info = top.join(".git/info");
    let attributes = info.join("attributes");
    let failed = |error: std::io::Error| Diagnostic::unwritable(&attributes, &error);
    std::fs::create_dir_all(&info).map_err(failed)?;
    crate::disk::durable::write_own(&attributes, EXACT.as_bytes()).map_err(failed)?;
    git.run(&["read-tree", "HEAD"])?;
    git.run(&["checkout-index", "-a", "-f", "-q", "-u"])?;
    std::fs::remove_file(&attributes).map_err(failed)
}

/// Fails if a name is none of a reference: it could be read as an option.
fn check_name(git: &Git, name: &str) -> Result<(), Diagnostic> {
    let (status, _) = git.attempt(&["check-ref-format", name])?;
    if name.starts_with("refs/") && status == Some(0) { Ok(()) } else { Err(another()) }
}

/// That a bundle and a manifest are not of one backup.
fn another() -> Diagnostic {
    crate::disk::container::refused(words!(
        "the repository in the backup is not the one that its manifest tells of",
        "备份中的仓库与清单所记的不符"
    ))
}
