//! The index of git, as far as commands that move or remove files ask for it.

use crate::git::program::Git;
use std::path::Path;

/// Moves a file in the index as `git mv` does: the new path gets the version that was staged under the old one. Returns
/// whether git has the file there now; it has not where it does not keep the old one, or where there is no git.
///
/// `root` is the ledger's folder; the paths are below it.
pub fn moved(root: &Path, from: &Path, to: &Path) -> bool {
    try_move(root, from, to).unwrap_or(false)
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
    let git = Git::at(root);
    let Ok(prefix) = git.prefix(root) else { return false };
    let object = format!("HEAD:{prefix}{}", path.display());
    let committed = git.attempt(&["cat-file", "blob", &object]);
    let same = |bytes: &[u8]| {
        // Git may keep other line ends than the work tree has.
        let plain = |text: &str| text.replace("\r\n", "\n");
        std::str::from_utf8(bytes).is_ok_and(|was| plain(was) == plain(text))
    };
    matches!(committed, Ok((Some(0), bytes)) if same(&bytes))
}
