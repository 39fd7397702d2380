//! A folder of pages outside of the ledger, which a later run replaces: a list in it tells which files are its own, so
//! that no other file is ever written over or removed.

use super::durable::replace_quickly;
use super::root::ledger_file;
use crate::diag::{Code, Diagnostic, Words};
use crate::format::layout::SETTINGS;
use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The list of the files, by which the folder is known.
pub const LIST: &str = ".crm-site";

/// The first line of the list.
const HEAD: &str = "crm site 1";

/// The folder while its pages are written, by any thread.
#[derive(Debug)]
pub struct PageFolder {
    /// The folder, its links followed.
    folder: PathBuf,
    /// The ledger's settings: no page is more readable than these.
    like: PathBuf,
    /// The files of the run before.
    before: BTreeSet<String>,
    written: Mutex<BTreeSet<String>>,
    folders: Mutex<BTreeSet<PathBuf>>,
    failed: Mutex<Option<Diagnostic>>,
}

impl PageFolder {
    /// Opens the folder, and makes it if it is not there. `root` is the ledger's root.
    ///
    /// # Errors
    /// Fails if the folder is a file, has files of others, lies among the files of a ledger, or cannot be made. Nothing is
    /// written then.
    pub fn open(folder: &Path, root: &Path) -> Result<PageFolder, Diagnostic> {
        let shown = folder.display();
        let refused = |why: Words, help: Words| {
            let message = Words::both(
                format!("-o {shown}: {}", why.en()),
                format!("-o {shown}：{}", why.zh()),
            );
            Diagnostic::new(Code::BadArgument, message).help(help)
        };
        let new = || {
            words!("name a new folder: crm site -o site", "请指定一个新文件夹：crm site -o site")
        };
        if folder.exists() && !folder.is_dir() {
            return Err(refused(words!("it is a file", "它是文件"), new()));
        }
        // Any page of it may be among the files of a ledger if the folder is.
        let inside = [folder.to_owned(), folder.join(LIST)];
        let own = inside.iter().find_map(|path| ledger_file(path, Some(root)));
        if own.is_some() || folder.join(SETTINGS).exists() {
            let help = words!(
                "choose a folder outside of prospects/, customers/, activity/, .crm/ and .git/",
                "请选择 prospects/、customers/、activity/、.crm/ 和 .git/ 之外的文件夹"
            );
            return Err(refused(
                words!(
                    "pages would be written among the files of a ledger",
                    "网页会写到账本自己的文件中"
                ),
                help,
            ));
        }
        let before = match fs::read_to_string(folder.join(LIST)) {
            Ok(list) => listed(&list).ok_or_else(|| {
                refused(
                    words!("its {LIST} is no list of pages", "其中的 {LIST} 不是网页清单"),
                    new(),
                )
            })?,
            Err(_) if is_empty(folder) => BTreeSet::new(),
            Err(_) => {
                return Err(refused(
                    words!(
                        "the folder has files that are no pages of `crm site`",
                        "文件夹里有不是 `crm site` 生成的文件"
                    ),
                    new(),
                ));
            }
        };
        if !folder.is_dir() {
            make_folder(folder, &root.join(SETTINGS))
                .map_err(|error| Diagnostic::unwritable(folder, &error))?;
        }
        let folder =
            folder.canonicalize().map_err(|error| Diagnostic::unwritable(folder, &error))?;
        Ok(PageFolder {
            folder,
            like: root.join(SETTINGS),
            before,
            written: Mutex::default(),
            folders: Mutex::default(),
            failed: Mutex::default(),
        })
    }

    /// Notes down the files that are going to be written, with those of the run before: if this one is cut short, the next
    /// one still knows all of them.
    ///
    /// # Errors
    /// Fails if one of them is there and was not written by the run before, or if the list cannot be written.
    pub fn announce(&self, names: impl IntoIterator<Item = String>) -> Result<(), Diagnostic> {
        let all: BTreeSet<String> = names.into_iter().chain(self.before.iter().cloned()).collect();
        let is_there = |name: &&String| self.folder.join(name).symlink_metadata().is_ok();
        if let Some(name) = all.difference(&self.before).find(is_there) {
            let path = self.folder.join(name);
            let path = path.display();
            let message =
                words!("{path} is no page of `crm site`", "{path} 不是 `crm site` 生成的网页");
            return Err(Diagnostic::new(Code::BadArgument, message)
                .help(words!("move it, or name a new folder", "请把它移走，或指定一个新文件夹")));
        }
        self.write_list(&all)
    }

    /// Writes a page, unless it is there as it is; a link in its place is replaced, never followed. After a failure nothing
    /// more is written.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        if self.failed.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            return;
        }
        let path = self.folder.join(name);
        let done = self.folder_of(&path).and_then(|()| match is_as_it_is(&path, bytes) {
            true => Ok(()),
            false => replace_quickly(&path, Some(&self.like), bytes),
        });
        match done {
            Ok(()) => {
                self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
            }
            Err(error) => {
                let mut failure = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
                failure.get_or_insert_with(|| Diagnostic::unwritable(&path, &error));
            }
        }
    }

    /// Removes the pages of the run before that are gone, and writes the list. Returns how many pages there are, and how
    /// many are gone.
    ///
    /// # Errors
    /// Fails with the first failure of any page, or of the list. A page that cannot be removed stays on the list.
    pub fn finish(self) -> Result<(usize, usize), Diagnostic> {
        if let Some(failure) = self.failed.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Err(failure);
        }
        let mut written =
            std::mem::take(&mut *self.written.lock().unwrap_or_else(PoisonError::into_inner));
        let (pages, mut removed) = (written.len(), 0);
        for name in self.before.difference(&written.clone()) {
            let path = self.folder.join(name);
            // A folder on the way that is a link leads to files of others.
            if path.parent().is_some_and(|parent| parent != self.folder && parent.is_symlink()) {
                continue;
            }
            match fs::remove_file(&path) {
                Ok(()) => removed += 1,
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(_) => {
                    written.insert(name.clone());
                }
            }
        }
        self.write_list(&written)?;
        Ok((pages, removed))
    }

    fn write_list(&self, names: &BTreeSet<String>) -> Result<(), Diagnostic> {
        let lines = std::iter::once(HEAD).chain(names.iter().map(String::as_str));
        let text: String = lines.map(|line| format!("{line}\n")).collect();
        let path = self.folder.join(LIST);
        replace_quickly(&path, Some(&self.like), text.as_bytes())
            .map_err(|e| Diagnostic::unwritable(&path, &e))
    }

    /// Makes the folder of a page, if it is not there. A link in its place is refused: it leads elsewhere.
    fn folder_of(&self, page: &Path) -> std::io::Result<()> {
        let Some(folder) = page.parent().filter(|folder| *folder != self.folder) else {
            return Ok(());
        };
        let mut known = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if known.contains(folder) {
            return Ok(());
        }
        if folder.is_symlink() {
            return Err(std::io::Error::other("its folder is a symbolic link"));
        }
        match make_folder(folder, &self.like) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        known.insert(folder.to_owned());
        Ok(())
    }
}

/// Makes a folder that those can look into who may read the file `like`.
#[cfg(unix)]
fn make_folder(folder: &Path, like: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
    let read = fs::metadata(like).map_or(0o444, |meta| meta.permissions().mode() & 0o444);
    let look = read | (read >> 2);
    fs::DirBuilder::new().mode(0o700 | look | (read >> 1) & 0o022).create(folder)
}

/// Makes a folder, with the rights that its parent gives.
#[cfg(not(unix))]
fn make_folder(folder: &Path, _: &Path) -> std::io::Result<()> {
    fs::create_dir(folder)
}

/// Is there no such folder, or nothing in it?
fn is_empty(folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

/// The files of a list: names below the folder, and nothing else.
fn listed(list: &str) -> Option<BTreeSet<String>> {
    let mut lines = list.lines();
    if lines.next() != Some(HEAD) {
        return None;
    }
    let is_below = |name: &str| {
        let mut parts = Path::new(name).components().peekable();
        parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
    };
    lines.map(|name| is_below(name).then(|| name.to_owned())).collect()
}

/// Is there a file with these bytes, and no link to one?
fn is_as_it_is(path: &Path, bytes: &[u8]) -> bool {
    let meta = path.symlink_metadata();
    meta.is_ok_and(|meta| meta.is_file() && meta.len() == bytes.len() as u64)
        && fs::read(path).is_ok_and(|known| known == bytes)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "files of tests")]
mod tests {
    use super::*;

    fn site(folder: &Path, root: &Path, pages: &[&str]) -> (usize, usize) {
        let site = PageFolder::open(folder, root).unwrap();
        site.announce(pages.iter().map(|page| (*page).to_owned())).unwrap();
        pages.iter().for_each(|page| site.write(page, page.as_bytes()));
        site.finish().unwrap()
    }

    fn ledger() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join(SETTINGS), "").unwrap();
        fs::create_dir(root.path().join("prospects")).unwrap();
        root
    }

    #[test]
    fn a_second_run_removes_the_pages_that_are_gone_and_nothing_else() {
        let root = ledger();
        let folder = root.path().join("site");
        assert_eq!(site(&folder, root.path(), &["index.html", "p/a.html"]), (2, 0));
        fs::write(folder.join("p/of-others.html"), "x").unwrap();
        assert_eq!(site(&folder, root.path(), &["index.html", "p/b.html"]), (2, 1));
        let there = |name: &str| folder.join(name).exists();
        assert!(there("index.html") && there("p/b.html") && there("p/of-others.html"));
        assert!(!there("p/a.html"));
        assert_eq!(
            fs::read_to_string(folder.join(LIST)).unwrap(),
            "crm site 1\nindex.html\np/b.html\n"
        );
    }

    #[test]
    fn a_folder_of_others_and_one_of_a_ledger_are_refused() {
        let root = ledger();
        let refused = |name: &str| {
            let error = PageFolder::open(&root.path().join(name), root.path()).unwrap_err();
            error.message.en().to_owned()
        };
        fs::create_dir(root.path().join("mine")).unwrap();
        fs::write(root.path().join("mine/letter.txt"), "x").unwrap();
        assert!(refused("mine").contains("no pages of `crm site`"));
        assert!(refused("mine/letter.txt").contains("it is a file"));
        assert!(refused("").contains("among the files of a ledger"));
        assert!(refused("prospects").contains("among the files of a ledger"));
        assert!(refused("prospects/site").contains("among the files of a ledger"));
        assert!(refused("nowhere/site").contains("cannot be written"));
        fs::write(root.path().join("mine").join(LIST), "crm site 1\n../crm.toml\n").unwrap();
        assert!(refused("mine").contains("no list of pages"));
        // An empty folder is taken.
        fs::create_dir(root.path().join("empty")).unwrap();
        assert!(PageFolder::open(&root.path().join("empty"), root.path()).is_ok());
    }

    #[test]
    fn names_on_the_list_stay_below_the_folder() {
        let names = |text: &str| listed(text).map(|names| names.len());
        assert_eq!(names("crm site 1\n"), Some(0));
        assert_eq!(names("crm site 1\nindex.html\np/a.html\n"), Some(2));
        for wrong in [
            "",
            "crm site 2\n",
            "crm site 1\n/etc/x\n",
            "crm site 1\np/../../x\n",
            "crm site 1\n\n",
        ] {
            assert_eq!(names(wrong), None, "{wrong:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn pages_and_their_folders_are_as_private_as_the_settings() {
        use std::os::unix::fs::PermissionsExt;
        let root = ledger();
        let settings = root.path().join(SETTINGS);
        fs::set_permissions(&settings, fs::Permissions::from_mode(0o600)).unwrap();
        let folder = root.path().join("site");
        site(&folder, root.path(), &["index.html", "p/a.html"]);
        let open =
            |name: &str| fs::metadata(folder.join(name)).unwrap().permissions().mode() & 0o077;
        assert_eq!(["", "p", "index.html", "p/a.html", LIST].map(open), [0; 5]);
    }

    #[test]
    fn a_file_of_others_in_the_place_of_a_page_is_refused() {
        let root = ledger();
        let folder = root.path().join("site");
        site(&folder, root.path(), &["index.html", "p/a.html"]);
        fs::write(folder.join("p/b.html"), "mine").unwrap();
        let second = PageFolder::open(&folder, root.path()).unwrap();
        let names = ["index.html", "p/b.html"].map(String::from);
        let refused = second.announce(names).unwrap_err();
        assert!(refused.message.en().contains("is no page of `crm site`"));
        let list = fs::read_to_string(folder.join(LIST)).unwrap();
        assert_eq!(list, "crm site 1\nindex.html\np/a.html\n");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_replaced_and_never_followed() {
        let root = ledger();
        let folder = root.path().join("site");
        site(&folder, root.path(), &["index.html", "p/a.html"]);
        let mine = root.path().join("prospects/a.toml");
        fs::write(&mine, "mine").unwrap();
        fs::remove_file(folder.join("p/a.html")).unwrap();
        std::os::unix::fs::symlink(&mine, folder.join("p/a.html")).unwrap();
        site(&folder, root.path(), &["index.html", "p/a.html"]);
        assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
        assert_eq!(fs::read_to_string(folder.join("p/a.html")).unwrap(), "p/a.html");
        fs::remove_dir_all(folder.join("p")).unwrap();
        std::os::unix::fs::symlink(root.path().join("prospects"), folder.join("p")).unwrap();
        let site = PageFolder::open(&folder, root.path()).unwrap();
        site.write("p/a.toml", b"page");
        assert!(site.finish().is_err());
        assert_eq!(fs::read_to_string(&mine).unwrap(), "mine");
    }
}
