//! The checks of the repository that everybody pushes to.

use super::finding::{Finding, not_executable};
use crate::cli::commands::hooks::server;
use crate::cli::shell::in_shell;
use crate::diag::{Diagnostic, Failure, Words, counted, placeholder};
use crate::format::layout::SETTINGS;
use crate::format::read_settings::read_settings;
use crate::git::hooks::{FSCK, HookState, Hooks, SERVER};
use crate::git::program::{Blob, Git};
use std::path::Path;

/// Every check of the repository in `folder`, that everybody pushes to.
pub(super) fn of_server(folder: &Path) -> Result<Vec<(&'static str, Finding)>, Failure> {
    let git = server(folder)?;
    let named = in_shell(folder);
    let install = || Words::verbatim(format!("crm hooks install --server {named}"));
    let hooks = Hooks::of(&git, "")?;
    let all_ours = SERVER.iter().all(|hook| hooks.standing(hook) == HookState::Ours);
    let guard = if let Some(finding) = not_executable(&hooks, &SERVER) {
        finding
    } else if all_ours {
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
    Ok(vec![("guard", guard), ("objects", objects), ("admins", admins(&git, &named)?)])
}

/// At least one rep is an admin: the guard lets only admins change the settings.
fn admins(git: &Git, named: &str) -> Result<Finding, Failure> {
    let here = git.ask(&["config", "--get-all", "crm.admin"])?.unwrap_or_default();
    let here = String::from_utf8_lossy(&here);
    let here = here.lines().filter(|name| !name.trim().is_empty()).count();
    if here > 0 {
        let admins = counted(here, "admin", "admins");
        return Ok(Finding::fine(words!(
            "{admins} named here, beside those of crm.toml",
            "除 crm.toml 中的之外，此处另有 {here} 位管理员"
        )));
    }
    let help = Words::each(|lang| {
        format!("git -C {named} config --add crm.admin {}", placeholder("REP", lang))
    });
    let Some(commit) = git.find_commit("HEAD")? else {
        let found = words!(
            "there is no admin, and nothing was pushed yet",
            "没有管理员，也还没有推送过内容"
        );
        return Ok(Finding::advice(found, help));
    };
    Ok(if of_settings(git, &commit)? > 0 {
        Finding::fine(words!("the admins are those of crm.toml", "管理员以 crm.toml 为准"))
    } else {
        Finding::wrong(words!("there is no admin", "没有管理员"), help)
    })
}

/// How many reps the settings of a commit's ledgers name as admins. Settings that cannot be read name none.
fn of_settings(git: &Git, commit: &str) -> Result<usize, Diagnostic> {
    let files = git.tree(commit, "")?;
    let settings: Vec<_> = files
        .iter()
        .filter(|file| file.path.file_name().is_some_and(|name| name == SETTINGS))
        .collect();
    let blobs = git.blobs(settings.iter().map(|file| &*file.id))?;
    let admins = settings.iter().zip(blobs).filter_map(|(file, blob)| {
        let Blob::Bytes(bytes) = blob else { return None };
        let settings = read_settings(std::str::from_utf8(&bytes).ok()?, &file.path).ok()?;
        Some(settings.reps.iter().filter(|rep| rep.admin).count())
    });
    Ok(admins.sum())
}
