//! Finds the file of a prospect or customer that a command names: by id, path, unique prefix, or unique name.
//! Finding an id is equally fast in a ledger of any size; file names are listed only for a prefix, and files are
//! read only for a name.

use crate::diag::{Code, Diagnostic, Words};
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::disk::root::link_on_the_way;
use crate::format::layout::{CUSTOMERS, JOURNALS, PROSPECTS, has_journal};
use crate::format::line::base32;
use crate::value::hash::StableHasher;
use crate::value::id;
use std::hash::Hasher;
use std::path::{Path, PathBuf};

/// The sub-folder of an id in a ledger with `fan_out`: one of 1,024, by a hash of the id.
pub fn fan_out_folder(id: &str) -> String {
    let mut hash = StableHasher::default();
    hash.write(id::fold(id).as_bytes());
    base32(hash.finish(), 2)
}

/// Where a new prospect's file goes, relative to the root.
pub fn new_path(ledger: &Ledger, id: &str) -> PathBuf {
    new_path_in(ledger, PROSPECTS, id)
}

/// Where a new customer's file goes, relative to the root.
pub fn new_customer_path(ledger: &Ledger, id: &str) -> PathBuf {
    new_path_in(ledger, CUSTOMERS, id)
}

fn new_path_in(ledger: &Ledger, folder: &str, id: &str) -> PathBuf {
    let folder = Path::new(folder);
    let file = format!("{id}.toml");
    if ledger.settings.fan_out {
        folder.join(fan_out_folder(id)).join(file)
    } else {
        folder.join(file)
    }
}

/// The file of an id in one of the usual places; `None` if it is elsewhere, or in several of them.
fn usual_path(ledger: &Ledger, id: &str) -> Option<PathBuf> {
    let (file, fanned) = (format!("{id}.toml"), fan_out_folder(id));
    let places = JOURNALS.iter().flat_map(|folder| {
        let folder = Path::new(folder);
        [folder.join(&file), folder.join(&fanned).join(&file)]
    });
    let is_there = |path: &PathBuf| {
        // A folder that is a link could lead out of the ledger; listing the files reports it.
        link_on_the_way(&ledger.root, path).is_none()
            && ledger.root.join(path).symlink_metadata().is_ok_and(|meta| meta.is_file())
    };
    let mut there = places.filter(is_there);
    there.next().filter(|_| there.next().is_none())
}

/// Finds the file of a prospect or customer, relative to the root.
pub fn find(ledger: &Ledger, typed: &str) -> Result<PathBuf, Diagnostic> {
    if typed.contains(['/', '\\']) || typed.ends_with(".toml") {
        return by_path(ledger, typed);
    }
    if id::validate(typed).is_ok()
        && let Some(path) = usual_path(ledger, typed)
    {
        return Ok(path);
    }
    let (paths, problems) = ledger.paths();
    let wanted = id::fold(typed);
    let folded: Vec<String> = paths.iter().map(|path| id::fold(&id_of(path))).collect();
    let mut found = pick(&paths, |position| folded[position] == wanted);
    if found.is_empty() && !wanted.is_empty() {
        found = pick(&paths, |position| folded[position].starts_with(&wanted));
    }
    if found.is_empty() {
        found = by_name(ledger, &paths, typed);
    }
    match found.as_slice() {
        [only] => Ok(only.clone()),
        several @ [_, ..] => {
            let mut candidates: Vec<String> =
                several.iter().take(10).map(|path| id_of(path)).collect();
            // If two files share an id, only their paths tell them apart.
            if candidates.windows(2).any(|pair| id::fold(&pair[0]) == id::fold(&pair[1])) {
                let shown = |path: &PathBuf| ledger.show(path).display().to_string();
                candidates = several.iter().take(10).map(shown).collect();
            }
            let more = several.len().saturating_sub(10);
            let more = match more {
                0 => Words::default(),
                more => words!(" and {more} more", "，另有 {more} 个"),
            };
            let named = candidates.join(", ");
            Err(Diagnostic::new(
                Code::Ambiguous,
                words!(
                    "`{typed}` could be any of {}",
                    "`{typed}` 可能指 {} 个中的任何一个",
                    several.len()
                ),
            )
            .help(Words::both(
                format!("name one of: {named}{}", more.en()),
                format!("请指明其中一个：{named}{}", more.zh()),
            )))
        }
        [] => {
            let ids: Vec<String> = paths.iter().map(|path| id_of(path)).collect();
            let diagnostic = Diagnostic::new(
                Code::NotFound,
                words!("no prospect or customer `{typed}`", "没有潜在客户或客户 `{typed}`"),
            )
            .nearest(typed, ids.iter().map(String::as_str))
            .help(words!(
                "`crm list` shows them all; `crm add NAME` opens a new one",
                "`crm list` 列出全部；`crm add NAME` 新建一个"
            ));
            Err(match problems.first() {
                Some(_) => diagnostic.note(words!(
                    "files or folders that cannot be read: {} (`crm check` lists them)",
                    "无法读取的文件或文件夹：{} 个（`crm check` 列出）",
                    problems.len()
                )),
                None => diagnostic,
            })
        }
    }
}

fn pick(paths: &[PathBuf], wanted: impl Fn(usize) -> bool) -> Vec<PathBuf> {
    (0..paths.len())
        .filter(|position| wanted(*position))
        .map(|position| paths[position].clone())
        .collect()
}

/// The files of prospects and customers below a folder that is named from the current folder or from the ledger's root:
/// `prospects`, `prospects/north`, `.`; `None` if it is no folder of the ledger. Without a separator only the folders of
/// journals and `.` are meant: any other word may be an id.
pub fn below_folder(ledger: &Ledger, typed: &str) -> Option<Vec<PathBuf>> {
    let is_folder = typed.contains(['/', '\\']) || typed == "." || JOURNALS.contains(&typed);
    let root = ledger.root.canonicalize().ok().filter(|_| is_folder)?;
    let places = [Path::new(typed).to_owned(), ledger.root.join(typed)];
    let folder = places.into_iter().find_map(|place| {
        let real = place.canonicalize().ok().filter(|real| real.is_dir())?;
        real.strip_prefix(&root).ok().map(Path::to_owned)
    })?;
    let (paths, _) = ledger.paths();
    Some(paths.into_iter().filter(|path| path.starts_with(&folder)).collect())
}

/// A path, from the current folder or from the ledger's root; it must lie among the prospects or customers.
fn by_path(ledger: &Ledger, typed: &str) -> Result<PathBuf, Diagnostic> {
    let typed_path = Path::new(typed);
    let outside = || {
        Diagnostic::new(
            Code::BadId,
            words!(
                "`{typed}` is no prospect or customer of this ledger",
                "`{typed}` 不是本账本的潜在客户或客户"
            ),
        )
        .typed()
        .help(words!(
            "name an id, or a file below the ledger's folders `prospects` or `customers`",
            "请给出 id，或账本 `prospects`、`customers` 文件夹内的文件"
        ))
    };
    let root = ledger.root.canonicalize().map_err(|_| outside())?;
    for candidate in [typed_path.to_owned(), ledger.root.join(typed_path)] {
        let is_file = candidate.symlink_metadata().is_ok_and(|meta| meta.is_file());
        let Ok(real) = candidate.canonicalize() else { continue };
        if let Ok(relative) = real.strip_prefix(&root)
            && is_file
            && has_journal(relative)
            && relative.extension().is_some_and(|e| e == "toml")
        {
            return Ok(relative.to_owned());
        }
    }
    Err(outside())
}

/// Files whose prospect or customer has exactly this name; only files that hold the text are parsed.
fn by_name(ledger: &Ledger, paths: &[PathBuf], typed: &str) -> Vec<PathBuf> {
    use rayon::prelude::*;
    let wanted = id::fold(typed);
    if wanted.is_empty() {
        return Vec::new();
    }
    let is_it = |path: &&PathBuf| {
        let shown = ledger.show(path);
        let holds = crate::disk::file::read_text(&ledger.root.join(path), &shown)
            .is_ok_and(|text| id::folded(&text).contains(&wanted));
        holds && ledger.read(path).is_ok_and(|loaded| id::fold(&loaded.prospect.name) == wanted)
    };
    paths.par_iter().filter(is_it).cloned().collect()
}
