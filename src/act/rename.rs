//! Another id for a prospect or customer: its file moves, and files that name it follow.

use super::add::free_id;
use super::references::references;
use super::session::{Done, Session};
use super::target::Target;
use crate::diag::{Code, Diagnostic, Failure};
use crate::disk::find::fan_out_folder;
use crate::disk::write::FileChange;
use crate::git::index;
use crate::model::event::Event;
use crate::value::id::fold;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Gives a file another id. `changed` is the draft of the entry that names it in files where an entry named it before.
///
/// # Errors
/// Fails if the new id exists or is none, or a file cannot be written; nothing was written then.
pub fn rename(
    session: &Session,
    target: &Target,
    new: &str,
    changed: &Event,
) -> Result<Done, Failure> {
    let ledger = session.ledger;
    let (old, path) = (target.id(), &target.loaded.prospect.path);
    if fold(old) == fold(new) {
        let message = words!("`{old}` has this id already", "`{old}` 已经是这个编号");
        return Err(Diagnostic::new(Code::AlreadyThere, message)
            .help(words!(
                "ids are equal where only case or form differs; the name is changed by: crm set {old} name=NAME",
                "只有大小写或写法不同的编号视为相同；修改名称请用：crm set {old} name=名称"
            ))
            .into());
    }
    let new = free_id(Some(new), "", ledger)?;
    let to = new_place(path, old, &new);
    let referring = match target.loaded.prospect.is_customer {
        true => references(ledger, old, &[path])?,
        false => Vec::new(),
    };
    let followed = referring.iter().map(|one| one.pointed_at(ledger, &new, changed));
    let followed = followed.collect::<Result<Vec<FileChange>, Failure>>()?;
    let count = followed.len();
    let text = target.loaded.text.clone();
    let (from_shown, to_shown) = (ledger.show(path), ledger.show(&to));
    if session.is_dry() {
        let moved = format!("rename {} -> {}\n", from_shown.display(), to_shown.display());
        let mut differences = vec![moved];
        differences.extend(session.write(&followed)?);
        return Ok(Done { differences, ..Done::default() });
    }
    let mut changes = vec![
        FileChange { path: to.clone(), before: None, after: Some(text.clone()) },
        FileChange { path: path.clone(), before: Some(text), after: None },
    ];
    changes.extend(followed);
    session.write(&changes)?;
    index::moved(&ledger.root, path, &to);
    let file = to_shown.display();
    let said = match count {
        0 => words!("{old} -> {new}: {file}", "{old} -> {new}：{file}"),
        n => words!(
            "{old} -> {new}: {file}, and files that name it: {n}",
            "{old} -> {new}：{file}，另有 {n} 个文件随之改写"
        ),
    };
    Ok(Done { said: vec![said], doubts: session.doubts([], None), ..Done::default() })
}

/// The file of the new id: in the folder of the old one, or in the one of 1,024 that is the new id's.
pub fn new_place(path: &Path, old: &str, new: &str) -> PathBuf {
    let file = format!("{new}.toml");
    let folder = path.parent().unwrap_or(Path::new(""));
    if folder.file_name() == Some(OsStr::new(&fan_out_folder(old))) {
        return folder.with_file_name(fan_out_folder(new)).join(file);
    }
    folder.join(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stays_in_its_folder_but_for_those_of_the_id() {
        let of = |path: &str| new_place(Path::new(path), "zhang", "li").display().to_string();
        assert_eq!(of("prospects/zhang.toml"), "prospects/li.toml");
        assert_eq!(of("prospects/north/zhang.toml"), "prospects/north/li.toml");
        let fanned = format!("prospects/{}/zhang.toml", fan_out_folder("zhang"));
        assert_eq!(of(&fanned), format!("prospects/{}/li.toml", fan_out_folder("li")));
    }
}
