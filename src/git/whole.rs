//! A repository as a whole, for a backup: its references, what the disk has beside the last commit, a bundle of all of
//! it, and the way back.

use crate::diag::{Code, Diagnostic};
use crate::format::manifest::{Reference, Repository};
use crate::git::program::{Git, Mode, parts, path_of};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The attributes under which git puts files down exactly as a commit has them: no filter, no other line ends.
const EXACT: &str = "* -text -ident !filter !working-tree-encoding\n";
/// The name that a commit gets while it is fetched that no branch has.
const DETACHED: &str = "refs/crm-restore/head";

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

/// The references of a repository, and what is checked out.
///
/// # Errors
/// Fails if git does, and in a repository that has a part of its history only.
pub fn repository(git: &Git) -> Result<Repository, Diagnostic> {
    if git.line(&["rev-parse", "--is-shallow-repository"])? == "true" {
        let message = words!("the repository has a part of its history only", "仓库只有一部分历史");
        return Err(Diagnostic::new(Code::GitFailed, message).help(words!(
            "get the rest first: git fetch --unshallow",
            "请先取回其余历史：git fetch --unshallow"
        )));
    }
    let format = "--format=%(objectname)%00%(symref)%00%(refname)";
    let listed = git.run(&["for-each-ref", format])?;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let refs = listed.lines().filter_map(|line| {
        let mut fields = line.split('\0').map(str::to_owned);
        let (object, stands_for) = (fields.next()?, fields.next()?);
        Some(Reference { name: fields.next()?, object, stands_for })
    });
    let branch = git.ask(&["symbolic-ref", "-q", "HEAD"])?.unwrap_or_default();
    Ok(Repository {
        objects: git.line(&["rev-parse", "--show-object-format"])?,
        branch: String::from_utf8_lossy(&branch).trim().to_owned(),
        commit: git.find_commit("HEAD")?.unwrap_or_default(),
        refs: refs.collect(),
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

/// Compares the files below the root of a ledger, in which `git` runs, with the last commit. `prefix` is its path from the
/// top level; `own` are the ledger's files on the disk, which count even if git ignores them.
///
/// # Errors
/// Fails if git does, or if a file goes away meanwhile.
pub fn work_tree(git: &Git, prefix: &str, own: Vec<PathBuf>) -> Result<WorkTree, Diagnostic> {
    let words = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let listed = git.run(&words)?;
    let head: BTreeMap<PathBuf, (Mode, String)> = match git.find_commit("HEAD")? {
        Some(commit) => {
            let files = git.tree(&commit, prefix)?.into_iter();
            let below = files.filter_map(|file| {
                Some((file.path.strip_prefix(prefix).ok()?.to_owned(), (file.mode, file.id)))
            });
            below.collect()
        }
        None => BTreeMap::new(),
    };
    let mut paths: BTreeSet<PathBuf> = parts(&listed).map(path_of).chain(own).collect();
    paths.extend(head.keys().cloned());
    let mut found = WorkTree::default();
    let mut known = Vec::new();
    for path in paths {
        let absolute = git.folder().join(&path);
        let there = absolute.symlink_metadata().ok();
        let Some(meta) = there.filter(|_| !is_through_link(git.folder(), &path)) else {
            if head.contains_key(&path) {
                found.removed.insert(path);
            }
            continue;
        };
        match head.get(&path) {
            Some((Mode::File, id)) if meta.is_file() => known.push((path, id.clone())),
            Some((Mode::Link, id)) if meta.is_symlink() => known.push((path, id.clone())),
            // Its files are in a repository of its own.
            Some((Mode::Submodule, _)) if meta.is_dir() => {
                found.left_out.insert(path);
            }
            _ if meta.is_file() => {
                found.changed.insert(path);
            }
            // A folder in the place of a file: the files in it are listed by themselves.
            Some(_) if meta.is_dir() => {
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

/// Is a folder on the way to a file a link? Then the file is elsewhere.
fn is_through_link(root: &Path, path: &Path) -> bool {
    crate::disk::root::link_on_the_way(root, path).is_some()
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

/// Writes a bundle of all references, and of what is checked out, to `out`.
///
/// # Errors
/// Fails if git does, or if `out` fails.
pub fn bundle(git: &Git, told: &Repository, out: &mut dyn Write) -> Result<(), Diagnostic> {
    let words = ["bundle", "create", "-q", "-", "--all", "HEAD"];
    // Before the first commit `HEAD` names nothing.
    git.copy_to(if told.commit.is_empty() { &words[..5] } else { &words }, out)
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
    if told.commit.is_empty() {
        return Ok(());
    }
    put_files_down(&git, top)
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
