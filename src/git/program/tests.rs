//! Git in a folder: trees, the index, objects, and folders without a repository.

use super::objects::{EMPTY, index_entries, one_blob};
use super::*;
use crate::disk::file::MAX_FILE;

fn git(folder: &Path, words: &[&str]) {
    let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
    Git::at(folder).run(&[&identity[..], words].concat()).unwrap();
}

#[allow(clippy::disallowed_methods, reason = "tests lay out their own files")]
fn put(path: PathBuf, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn trees_index_and_objects() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path();
    git(top, &["init", "-q", "-b", "main"]);
    let here = Git::at(top);
    assert_eq!(here.find_commit("HEAD").unwrap(), None);
    assert_eq!(here.commit("HEAD").unwrap_err().code, Code::BadRevision);
    assert_eq!(here.commit("--help").unwrap_err().code, Code::BadRevision);
    put(top.join("sales/prospects/张 \n先生.toml"), "name = \"x\"\n");
    put(top.join("other.txt"), "");
    git(top, &["add", "."]);
    git(top, &["commit", "-q", "-m", "first"]);
    put(top.join("sales/b.toml"), "later");
    git(top, &["add", "-N", "sales/b.toml"]);
    let below = Git::at(&top.join("sales"));
    assert_eq!(below.prefix(&top.join("sales")).unwrap(), "sales/");
    assert_eq!(below.prefix(top).unwrap(), "");
    let tree = below.tree("HEAD", "sales/").unwrap();
    assert_eq!(tree.len(), 1);
    assert_eq!(tree[0].path, Path::new("sales/prospects/张 \n先生.toml"));
    assert_eq!(below.index("sales/").unwrap(), tree);
    assert_eq!(below.tree("HEAD", "").unwrap().len(), 2);
    assert_eq!(below.index("").unwrap(), below.tree("HEAD", "").unwrap());
    let nothing = "0".repeat(40);
    let blobs = here.blobs([tree[0].id.as_str(), &nothing, EMPTY[0], "HEAD"]).unwrap();
    let bytes = |text: &str| Blob::Bytes(text.as_bytes().to_vec());
    assert_eq!(blobs, [bytes("name = \"x\"\n"), Blob::Missing, bytes(""), Blob::Missing]);
    assert!(here.private("hooks").unwrap().ends_with(".git/hooks"));
    assert!(here.ask(&["diff", "--quiet", "HEAD", "--", "other.txt"]).unwrap().is_some());
    let failed = here.run(&["ls-tree", "no-such"]).unwrap_err();
    assert_eq!(failed.code, Code::GitFailed);
    assert!(failed.message.en().starts_with("git ls-tree failed: "), "{failed:?}");
}

#[test]
fn no_repository() {
    let folder = tempfile::tempdir().unwrap();
    let error = Git::at(folder.path()).top_level().unwrap_err();
    assert_eq!(error.code, Code::NoGit, "{error:?}");
    git(folder.path(), &["init", "-q", "--bare"]);
    let error = Git::at(folder.path()).top_level().unwrap_err();
    assert_eq!(error.code, Code::NoGit, "{error:?}");
}

#[test]
fn stages_of_an_unmerged_index() {
    let id = "a".repeat(40);
    let text = format!("100644 {id} 1\tx y\0120000 {id} 2\tx y\0160000 {id} 0\tz\0");
    let found = index_entries(text.as_bytes());
    let short: Vec<_> = found.iter().map(|e| (e.path.to_str().unwrap(), e.mode, e.stage)).collect();
    let expected = [("x y", Mode::File, 1), ("x y", Mode::Link, 2), ("z", Mode::Submodule, 0)];
    assert_eq!(short, expected);
}

#[test]
fn a_gigantic_object_is_passed_over() {
    let size = MAX_FILE + 1;
    let head = format!("{} blob {size}\n", "a".repeat(40));
    let body = vec![b'x'; usize::try_from(size).unwrap()];
    let mut output: &[u8] = &[head.as_bytes(), &body, b"\n"].concat();
    assert_eq!(one_blob(&mut output).unwrap(), Blob::TooLarge(size));
    assert!(output.is_empty());
    let mut torn: &[u8] = b"abc blob 10\nabc";
    assert!(one_blob(&mut torn).is_err());
}

#[test]
fn nothing_is_all_zeroes() {
    assert!(is_nothing(&"0".repeat(40)) && is_nothing(&"0".repeat(64)));
    assert!(!is_nothing("") && !is_nothing("00a0"));
}

#[test]
fn what_diff_tree_prints() {
    let (nothing, a, b) = ("0".repeat(40), "a".repeat(40), "b".repeat(40));
    let text = format!(
        ":000000 120000 {nothing} {a} A\0x y\0:100644 100755 {a} {b} M\0z\0:100644 000000 {a} {nothing} D\0:odd\0"
    );
    let found = raw(text.as_bytes());
    let version = |mode: &str, id: &String| Some((mode.to_owned(), id.clone()));
    assert_eq!(found[&PathBuf::from("x y")], (None, version("120000", &a)));
    assert_eq!(found[&PathBuf::from("z")], (version("100644", &a), version("100755", &b)));
    assert_eq!(found[&PathBuf::from(":odd")], (version("100644", &a), None));
}
