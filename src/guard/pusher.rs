//! The user who pushes, as a rep of the ledger.

use super::Guard;
use crate::diag::{Code, Diagnostic, Words};
use crate::model::settings::{Presence, Settings};
use crate::value::date::Date;

impl Guard<'_> {
    /// The rep who pushes.
    pub(super) fn known(&self, settings: &Settings, today: Date) -> Result<String, Diagnostic> {
        let unknown = |message: Words| Diagnostic::new(Code::UnknownPusher, message);
        if self.user.is_empty() {
            return Err(unknown(words!(
                "the server does not name the user who pushes",
                "服务器没有给出推送者"
            ))
            .help(words!(
                "the hook needs --user REP, CRM_USER, REMOTE_USER, GL_USER, GL_USERNAME or \
                     GITEA_PUSHER_NAME",
                "钩子需要 --user 业务员、CRM_USER、REMOTE_USER、GL_USER、GL_USERNAME 或 \
                     GITEA_PUSHER_NAME"
            )));
        }
        // A ledger without reps accepts any name, as it does for owners.
        if settings.reps.is_empty() {
            return Ok(self.user.to_owned());
        }
        match settings.rep(self.user).or_else(|| settings.rep_by_email(self.user)) {
            Some(rep) => match rep.presence(today) {
                Presence::Gone(day) => Err(unknown(words!(
                    "`{}` left on {day} and may not push any more",
                    "`{}` 已于{day}离职，不能再推送",
                    rep.id
                ))),
                _ => Ok(rep.id.to_string()),
            },
            None if self.is_operator() => Ok(self.user.to_owned()),
            None => Err(unknown(words!(
                "`{}` is no rep of this ledger",
                "`{}` 不是本账本的业务员",
                self.user
            ))
            .nearest(self.user, settings.reps.iter().map(|rep| &*rep.id))
            .help(words!(
                "an admin adds a [[rep]] with this id or e-mail to crm.toml",
                "请管理员在 crm.toml 中加入此 id 或邮箱的 [[rep]]"
            ))),
        }
    }

    /// Is the user an admin by the server's own settings?
    pub(super) fn is_operator(&self) -> bool {
        self.admins.iter().any(|admin| admin == self.user)
    }
}
