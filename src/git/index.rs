//! The index of git, as far as commands that move or remove files ask for it.

use crate::disk::private::repository_of;
use crate::git::program::{Git, parts, path_of};
use std::path::{Path, PathBuf};

/// Moves a file in the index as `git mv` does: the new path gets the version that was staged under the old one. Returns
/// whether git has the file there now; it has not where it does not keep the old one, or where there is no git.
///
/// `root` is the ledger's folder; the paths are below it.
pub fn moved(root: &Path, from: &Path, to: &Path) -> bool {
    try_move(root, from, to).unwrap_or(false)
}

/// Does the repository of the ledger at `root` track this file, wherever in it the file is? Where there is no git, none is
/// tracked.
pub fn is_tracked(root: &Path, file: &Path) -> bool {
    let Some(below) = repository_of(root).and_then(|repository| {
        let real = file.canonicalize().ok()?;
        Some(real.strip_prefix(repository.top).ok()?.to_str()?.to_owned())
    }) else {
        return false;
    };
    let pathspec = format!(":(top,literal){below}");
    let listed = Git::at(root).run(&["ls-files", "-z", "--", &pathspec]);
    listed.is_ok_and(|listed| !listed.is_empty())
}

fn try_move(root: &Path, from: &Path, to: &Path) -> Option<bool> {
    let git = Git::at(root);
    let top = git.top_level().ok()?;
    let prefix = git.prefix(root).ok()?;
    let from = format!("{prefix}{}", from.to_str()?);
    let to = format!("{prefix}{}", to.to_str()?);
    let git = Git::at(&top);
    let pathspec = format!(":(top,literal){from}");
    let listed = git.run(&["ls-files", "--stage", "-z", "--", &pathspec]).ok()?;
    let listed = String::from_utf8(listed).ok()?;
    let entry = listed.split('\0').next()?.split('\t').next()?;
    let mut words = entry.split(' ');
    let (mode, object, stage) = (words.next()?, words.next()?, words.next()?);
    if stage != "0" {
        return None;
    }
    let info = format!("{mode},{object},{to}");
    git.run(&["update-index", "--add", "--cacheinfo", &info]).ok()?;
    git.run(&["update-index", "--force-remove", "--", &from]).ok()?;
    Some(true)
}

/// Has the last commit this very text under the path, below the ledger's folder `root`? Then git can give it back.
pub fn is_committed(root: &Path, path: &Path, text: &str) -> bool {
    // Git may keep other line ends than the work tree has.
    let plain = |text: &str| text.replace("\r\n", "\n");
    text_at(root, "HEAD", path).is_some_and(|was| plain(&was) == plain(text))
}

/// The text that a revision has under a path, below the ledger's folder `root`; `None` where it has none, and where there
/// is no git.
pub fn text_at(root: &Path, revision: &str, path: &Path) -> Option<String> {
    let git = Git::at(root);
    let prefix = git.prefix(root).ok()?;
    let object = format!("{revision}:{prefix}{}", path.display());
    let Ok((Some(0), bytes)) = git.attempt(&["cat-file", "blob", &object]) else { return None };
    String::from_utf8(bytes).ok()
}

/// The places below a folder of the ledger in which a file of this name has been, each with a revision that has it: the
/// last commit, and the one before the commit that removed the file.
pub fn places_of(root: &Path, folder: &Path, name: &str) -> Vec<(String, PathBuf)> {
    let git = Git::at(root);
    let Ok(prefix) = git.prefix(root) else { return Vec::new() };
    let folder = folder.display().to_string();
    let mut found = Vec::new();
    if let Ok(listed) = git.run(&["ls-tree", "-r", "-z", "--name-only", "HEAD", "--", &folder]) {
        let is_it = |path: &PathBuf| path.file_name().is_some_and(|own| own == name);
        found.extend(
            parts(&listed).map(path_of).filter(is_it).map(|path| ("HEAD".to_owned(), path)),
        );
    }
    let pathspec = format!(":(glob){folder}/**/{name}");
    let words = ["log", "-1", "--format=%H%x00", "--diff-filter=D", "--no-renames", "--name-only"];
    if let Ok(listed) = git.run(&[&words[..], &["-z", "--", &pathspec]].concat()) {
        let text = String::from_utf8_lossy(&listed);
        let mut words = text.split(['\0', '\n']).filter(|word| !word.is_empty());
        let gone = words.next().zip(words.next().and_then(|path| path.strip_prefix(&*prefix)));
        found.extend(gone.map(|(commit, path)| (format!("{commit}^"), PathBuf::from(path))));
    }
    found
}
