//! The checks of the repository that everybody pushes to.

use super::finding::Finding;
use crate::diag::{Failure, Words, counted};
use crate::git::hooks::{FSCK, HookState, Hooks, SERVER};
use crate::git::program::Git;

/// Every check of the repository that everybody pushes to.
pub(super) fn of_server(git: &Git) -> Result<Vec<(&'static str, Finding)>, Failure> {
    let install = || Words::verbatim("crm hooks install --server DIR");
    let hooks = Hooks::of(git, "")?;
    let all_ours = SERVER.iter().all(|hook| hooks.standing(hook) == HookState::Ours);
    let guard = if all_ours {
        Finding::fine(words!("every push is judged", "每次推送都会审核"))
    } else {
        let found = words!(
            "pushes are not judged, or by a hook of another version",
            "推送未经审核，或由其他版本的钩子审核"
        );
        Finding::wrong(found, install())
    };
    let set = git.ask(&["config", "--type=bool", "--get", FSCK])?.unwrap_or_default();
    let objects = if set.trim_ascii() == b"true" {
        Finding::fine(words!(
            "objects that no git makes are refused",
            "拒收任何 git 都不会生成的对象"
        ))
    } else {
        let found = words!(
            "{FSCK} is off: a tree may name a file twice, or out of its folder",
            "{FSCK} 未开启：目录树可以重复命名文件，或指到文件夹之外"
        );
        Finding::wrong(found, install())
    };
    let named = git.ask(&["config", "--get-all", "crm.admin"])?.unwrap_or_default();
    let admins = match String::from_utf8_lossy(&named).lines().count() {
        0 => words!("the admins are those of crm.toml", "管理员以 crm.toml 为准"),
        n => {
            let here = counted(n, "admin", "admins");
            words!(
                "{here} named here, beside those of crm.toml",
                "除 crm.toml 中的之外，此处另有 {n} 位管理员"
            )
        }
    };
    let admins = Finding::fine(admins);
    Ok(vec![("guard", guard), ("objects", objects), ("admins", admins)])
}
