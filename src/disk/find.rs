//! Finds the file of a prospect or customer that a command names: by id, path, unique prefix, name, company,
//! or a part of these.
//! Finding an id is equally fast in a ledger of any size; file names are listed only for a prefix, and files are
//! read only for a name.

use crate::diag::{Code, Diagnostic, Words};
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::disk::root::link_on_the_way;
use crate::format::layout::{CUSTOMERS, JOURNALS, PROSPECTS, has_journal};
use crate::format::line::base32;
use crate::rules::company::parts;
use crate::rules::replay::standing;
use crate::rules::search::{Called, CalledBy};
use crate::value::date::Date;
use crate::value::hash::StableHasher;
use crate::value::id;
use std::hash::Hasher;
use std::path::{Path, PathBuf};

/// How many candidates a message lists.
const CANDIDATES: usize = 10;

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
        several @ [_, ..] => Err(ambiguous(ledger, typed, several)),
        [] => {
            let ids: Vec<String> = paths.iter().map(|path| id_of(path)).collect();
            let diagnostic = Diagnostic::new(
                Code::NotFound,
                words!("no prospect or customer `{typed}`", "没有潜在客户或客户 `{typed}`"),
            )
            .nearest(typed, ids.iter().map(String::as_str))
            .help(words!(
                "`crm list` shows them all; `crm add NAME` opens a new one",
                "`crm list` 列出全部；`crm add 名称` 新建一个"
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
        let refusal = Diagnostic::new(
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
        ));
        match parts(typed) {
            Some((of, id)) if id::validate(of).is_ok() && id::validate(id).is_ok() => {
                refusal.help(words!(
                    "the id of a company's ledger needs the company: --company FILE",
                    "公司中账本的编号要写明公司：--company 文件"
                ))
            }
            _ => refusal,
        }
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

/// That several files are meant: each with name, company and owner, a line for one.
fn ambiguous(ledger: &Ledger, typed: &str, several: &[PathBuf]) -> Diagnostic {
    let count = several.len();
    let message =
        words!("`{typed}` could be any of {count}", "`{typed}` 可能指 {count} 个中的任何一个");
    let shown = &several[..count.min(CANDIDATES)];
    let ids: Vec<String> = shown.iter().map(|path| id::fold(&id_of(path))).collect();
    // If two files share an id, only their paths tell them apart.
    let shares = |at: usize| ids.iter().filter(|id| **id == ids[at]).count() > 1;
    let help = Diagnostic::new(Code::Ambiguous, message)
        .help(words!("name one of them:", "请指明其中一个："));
    let mut listed = shown.iter().enumerate().fold(help, |listed, (at, path)| {
        let id = match shares(at) {
            true => ledger.show(path).display().to_string(),
            false => id_of(path),
        };
        listed.help(Words::verbatim(candidate(ledger, path, &id)))
    });
    let more = count - shown.len();
    if more > 0 {
        listed = listed.help(words!("and {more} more", "另有 {more} 个"));
    }
    listed
}

/// `zhang  张先生, 时装连锁店, he`.
fn candidate(ledger: &Ledger, path: &Path, id: &str) -> String {
    let Ok(loaded) = ledger.read(path) else { return id.to_owned() };
    let prospect = loaded.prospect;
    let owner =
        standing(&prospect.events, Date::MAX).filter_map(|event| event.owner.clone()).last();
    let name = Some(prospect.name.clone()).filter(|name| **name != *prospect.id);
    let about: Vec<String> = [name, prospect.company.clone(), owner]
        .into_iter()
        .flatten()
        .filter(|text| !text.is_empty())
        .map(|text| text.to_string())
        .collect();
    format!("{id}  {}", about.join(", ")).trim_end().to_owned()
}

/// The files that are called so, by the best way in which any is: name, company, a part of the name or its sound, a
/// part of the company. Only files that may be are parsed.
fn by_name(ledger: &Ledger, paths: &[PathBuf], typed: &str) -> Vec<PathBuf> {
    use rayon::prelude::*;
    let Some(called) = Called::of(typed) else { return Vec::new() };
    let fit = |path: &PathBuf| {
        let shown = ledger.show(path);
        let text = crate::disk::file::read_text(&ledger.root.join(path), &shown).ok()?;
        let may_be = called.may_be_in(&ledger.opened(&text));
        let by = may_be.then(|| called.by(&ledger.read(path).ok()?.prospect)).flatten()?;
        Some((by, path.clone()))
    };
    let found: Vec<(CalledBy, PathBuf)> = paths.par_iter().filter_map(fit).collect();
    let best = found.iter().map(|(by, _)| *by).min();
    found.into_iter().filter(|(by, _)| Some(*by) == best).map(|(_, path)| path).collect()
}
