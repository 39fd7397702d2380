//! The guard's rule for the settings, and for how git treats the files: they are the admins'.

use super::commits::Commit;
use super::files::{Files, is_settings};
use super::in_commit;
use super::own::own;
use crate::diag::{Code, Diagnostic, Place};
use crate::format::merge::Kind;
use crate::rules::team::rights::Rights;

/// Refuses changes of the settings by a user who is no admin.
pub fn judge(
    commit: &Commit,
    files: &mut Files,
    rights: &Rights,
) -> Result<Vec<Diagnostic>, Diagnostic> {
    if rights.is_admin() {
        return Ok(Vec::new());
    }
    let cases = files.cases(commit, Kind::Settings, is_settings)?;
    let changed = cases.iter().filter(|case| !own(commit, case).is_nothing());
    let refuse = |case: &super::files::Case| {
        let (user, path) = (rights.user(), case.path.display());
        Diagnostic::new(
            Code::AdminsOnly,
            words!("`{user}` may not change {path}", "`{user}` 无权修改 {path}"),
        )
        .note(words!(
            "rule: only admins change the settings and how git treats the files",
            "规则：设置以及 git 如何处理文件，只能由管理员修改"
        ))
        .help(words!(
            "an admin is a [[rep]] with `admin = true`, or named by `git config --add crm.admin REP` on the server",
            "管理员是 `admin = true` 的 [[rep]]，或在服务器上由 `git config --add crm.admin REP` 指定"
        ))
        .at(Place::file(&case.path))
        .note(in_commit(&commit.id))
    };
    Ok(changed.map(refuse).collect())
}
