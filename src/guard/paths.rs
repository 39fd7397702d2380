//! Which files a push may touch by their paths alone: the files of a ledger, and those that only admins change.

use crate::diag::{Code, Diagnostic, Place, Words};
use crate::format::layout::{
    ACCESS, ACTIVITY, CUSTOMERS, Danger, GITS, PROSPECTS, SETTINGS, danger, is_of_a_ledger, plain,
};
use crate::git::program::Version;
use crate::guard::commits::Change;
use crate::rules::team::rights::Rights;
use std::path::Path;

/// Judges a change by its path: links and foreign repositories, the state of a machine, the settings, names of folders,
/// and files that are none of a ledger's. `prefixes` are the ledgers' paths from the top level, with a slash at the
/// end; `own`: the change is the commit's own, not one that a merge takes over from its sides.
pub(super) fn judge(
    change: &Change,
    own: bool,
    prefixes: &[&str],
    rights: &Rights,
) -> Option<Diagnostic> {
    let path = &change.path;
    // The innermost ledger has the file.
    let ledger = prefixes.iter().filter(|prefix| path.starts_with(prefix)).max_by_key(|p| p.len());
    let inside = ledger.and_then(|prefix| path.strip_prefix(prefix).ok());
    let found = match &change.now {
        // A side has it already.
        _ if !change.is_new() => None,
        Some(_) if danger(path).is_some() => danger(path).map(dangerous),
        now => mode(now).filter(|_| inside.is_some()).or_else(|| case(inside?, now)),
    };
    let found = found
        .or_else(|| if rights.is_admin() || !own { None } else { admins(path, inside, rights) });
    found.map(|found| found.at(Place::file(path)))
}

/// Is this a file of settings: the ledger's, or those of git?
pub(super) fn is_settings(path: &Path) -> bool {
    let name = plain(&path.file_name().unwrap_or_default().to_string_lossy());
    name == SETTINGS || GITS.contains(&&*name)
}

/// A file that is dangerous to every clone that pulls it, an admin's as well.
pub fn dangerous(danger: Danger) -> Diagnostic {
    match danger {
        Danger::State => Diagnostic::new(
            Code::TrackedState,
            words!(
                "`.crm/` is not for git: a machine keeps there what it obeys",
                "`.crm/` 不得纳入 git：其中是本机要执行的内容"
            ),
        )
        .help(words!("take it out: git rm -r --cached .crm", "请移除：git rm -r --cached .crm")),
        Danger::Repository => Diagnostic::new(
            Code::NestedRepository,
            words!(
                "a file `HEAD` can make its folder look like a repository, whose settings start programs",
                "文件 `HEAD` 会让所在文件夹看起来像一个仓库，其设置可启动程序"
            ),
        )
        .help(words!("rename it, or keep it outside", "请改名，或放在账本之外")),
    }
}

/// An entry of a tree that is no plain file.
fn mode(now: &Version) -> Option<Diagnostic> {
    match now.as_ref().map(|(mode, _)| mode.as_str()) {
        Some("120000") => Some(
            Diagnostic::new(
                Code::Symlink,
                words!(
                    "a symbolic link is refused: it may lead out of the ledger",
                    "不接受符号链接：它可能指向账本之外"
                ),
            )
            .help(words!("push the file itself", "请推送文件本身")),
        ),
        Some("160000") => Some(
            Diagnostic::new(
                Code::Symlink,
                words!(
                    "another repository inside the ledger is refused",
                    "不接受账本内嵌的其他仓库"
                ),
            )
            .help(words!("keep it beside the ledger", "请放在账本之外")),
        ),
        _ => None,
    }
}

/// A folder that many file systems do not tell from one of the ledger's.
fn case(inside: &Path, now: &Version) -> Option<Diagnostic> {
    let first = inside.iter().next()?.to_string_lossy();
    let own =
        [PROSPECTS, CUSTOMERS, ACTIVITY, ACCESS].into_iter().find(|own| plain(&first) == *own)?;
    let differs = now.is_some() && first != own;
    differs.then(|| {
        let message = words!(
            "`{first}` differs only in case from the folder `{own}`",
            "`{first}` 与文件夹 `{own}` 只有大小写不同"
        );
        let note = words!("many file systems do not tell them apart", "许多文件系统无法区分");
        Diagnostic::new(Code::BadId, message).note(note)
    })
}

/// Files that only admins change: settings, how git treats the files, and all that is no file of a ledger.
fn admins(path: &Path, inside: Option<&Path>, rights: &Rights) -> Option<Diagnostic> {
    let refused = |message: Words, note: Words| {
        Diagnostic::new(Code::AdminsOnly, message).note(note).help(words!(
            "an admin is a [[rep]] with `admin = true`, or named by `git config --add \
             crm.admin REP` on the server",
            "管理员是 `admin = true` 的 [[rep]]，或在服务器上由 `git config --add crm.admin 业务员` 指定"
        ))
    };
    let (user, is_settings, path) = (rights.user(), is_settings(path), path.display());
    if is_settings {
        return Some(refused(
            words!("`{user}` may not change {path}", "`{user}` 无权修改 {path}"),
            words!(
                "rule: only admins change the settings and how git treats the files",
                "规则：设置以及 git 如何处理文件，只能由管理员修改"
            ),
        ));
    }
    inside.filter(|inside| !is_of_a_ledger(inside)).map(|_| {
        refused(
            words!(
                "`{user}` may not change {path}: it is no file of the ledger",
                "`{user}` 无权修改 {path}：它不是账本的文件"
            ),
            words!(
                "rule: a rep's files are prospects/**/*.toml, activity/**/*.toml and access/**/*.toml",
                "规则：业务员的文件是 prospects/**/*.toml、activity/**/*.toml 和 access/**/*.toml"
            ),
        )
    })
}
