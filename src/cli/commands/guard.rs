//! `crm guard`: accepts or refuses a push. Git's pre-receive calls it on the server.

use crate::cli::context::Context;
use crate::diag::{Code, Diagnostic, Failure, counted};
use crate::disk::durable::append_line;
use crate::git::program::Git;
use crate::guard::{Guard, Push, Verdict};
use crate::value::period::FiscalYear;
use clap::Args;
use std::io::{IsTerminal, Read};

/// Beside the repository's refs: every push that an admin forced.
const LOG: &str = "crm-guard.log";

/// Accept or refuse a push: whose prospects it changes, whether history only grows, who signs
///
/// 接受或拒绝一次推送：改了哪些潜在客户、历史是否只增不改、记录人是谁
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    crm hooks install --server /srv/sales.git     calls it before every push / 每次推送前调用\n  \
    crm guard < lines                             `OLD NEW REF` lines, as git gives them to pre-receive / 各行，即 git 交给 pre-receive 的内容\n  \
    crm guard origin/main HEAD --user liuyan      before a push, or in CI / 推送前或在 CI 中\n\n\
    The server names the user who pushes: --user, CRM_USER, REMOTE_USER, GL_USER, GL_USERNAME,\n\
    GITEA_PUSHER_NAME; never a commit's author, which anybody can set. Admins override a refusal with\n\
    `git push -o force=REASON`; it is written to crm-guard.log in the repository.\n\n\
    推送的用户由服务器指明：--user、CRM_USER、REMOTE_USER、GL_USER、GL_USERNAME、GITEA_PUSHER_NAME；绝不采信提交的作者，那是任何人都能写的。管理员用 `git push -o force=原因` 越过拒绝，并记入仓库的 crm-guard.log。")]
pub struct GuardCommand {
    /// The commit that the branch has; zeroes: none
    ///
    /// 分支现在的提交；全零表示没有
    #[arg(value_name = "OLD", requires = "new")]
    old: Option<String>,
    /// The commit that it shall have
    ///
    /// 分支将有的提交
    #[arg(value_name = "NEW")]
    new: Option<String>,
    /// The branch, for messages
    ///
    /// 分支名，用于消息
    #[arg(long, value_name = "REF", default_value = "")]
    r#ref: String,
    /// The user who pushes: a rep's id or e-mail
    ///
    /// 推送的用户：业务员的编号或电子邮箱
    #[arg(long, value_name = "REP")]
    user: Option<String>,
    /// Accept it despite a refusal, if an admin pushes; it is recorded
    ///
    /// 推送者是管理员时，虽被拒绝仍接受；会留下记录
    #[arg(long, value_name = "REASON", num_args = 0..=1, default_missing_value = "")]
    force: Option<String>,
}

impl GuardCommand {
    /// Runs it.
    pub fn run(self, context: &Context) -> Result<(), Failure> {
        let git = Git::at(&context.here);
        let (pushes, receiving) = match (&self.old, &self.new) {
            (Some(old), Some(new)) => {
                let (name, old) = (self.r#ref.clone(), commit_or_nothing(&git, old)?);
                (vec![Push { name, old, new: git.commit(new)? }], None)
            }
            _ if std::io::stdin().is_terminal() => return Err(nothing_to_judge().into()),
            _ => {
                let pushes = from_stdin()?;
                let names: Vec<String> = pushes.iter().map(|push| push.name.clone()).collect();
                (pushes, Some(names))
            }
        };
        let user =
            self.user.as_deref().or(context.env.pusher.as_deref()).unwrap_or_default().trim();
        let admins = git.ask(&["config", "--get-all", "crm.admin"])?.unwrap_or_default();
        let admins: Vec<String> = String::from_utf8_lossy(&admins)
            .lines()
            .map(|line| line.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect();
        let guard = Guard {
            git: &git,
            user,
            admins: &admins,
            today: &|zone| context.clock().today(zone, FiscalYear::CALENDAR),
            receiving: receiving.as_deref(),
        };
        let verdicts = pushes
            .iter()
            .map(|push| guard.judge(push).map(|verdict| (push, verdict)))
            .collect::<Result<Vec<_>, Diagnostic>>()?;
        if let Some(lang) = verdicts.iter().find_map(|(_, verdict)| verdict.lang) {
            context.speak(lang);
        }
        let said = verdicts.iter().flat_map(|(_, verdict)| &verdict.said);
        said.for_each(|said| context.say(said.clone()));
        let refused: Vec<&(&Push, Verdict)> =
            verdicts.iter().filter(|(_, verdict)| !verdict.found.is_empty()).collect();
        if refused.is_empty() {
            return Ok(());
        }
        let force = self.force.as_deref().or(context.env.force.as_deref());
        match force {
            Some(reason) if refused.iter().all(|(_, verdict)| verdict.admin) => {
                record(&git, &refused, reason, context)
            }
            _ => {
                let mut found: Vec<Diagnostic> =
                    refused.iter().flat_map(|(_, verdict)| verdict.found.clone()).collect();
                if force.is_some() {
                    let message =
                        words!("only an admin may force a push", "只有管理员可以强制推送");
                    found.push(Diagnostic::new(Code::AdminsOnly, message).help(words!(
                        "an admin is a [[rep]] with `admin = true`, or named by `git config --add crm.admin REP` on the server",
                        "管理员是设有 `admin = true` 的 [[rep]]，或在服务器上用 `git config --add crm.admin 业务员` 指定"
                    )));
                }
                Err(Failure(found))
            }
        }
    }
}

/// Records the forced refusals, a line for each ref, before the push is accepted.
fn record(
    git: &Git,
    refused: &[&(&Push, Verdict)],
    reason: &str,
    context: &Context,
) -> Result<(), Failure> {
    let path = git.private(LOG)?;
    for (push, verdict) in refused {
        let rules: Vec<String> = verdict
            .found
            .iter()
            .map(|finding| format!("{}: {}", finding.code.id(), finding.message.en()))
            .collect();
        let day =
            verdict.day.unwrap_or(context.clock().today(None, FiscalYear::CALENDAR)).to_string();
        let user = &verdict.user;
        let fields = [&day, user, &push.name, &push.old, &push.new, reason, &rules.join("; ")];
        let line: Vec<String> =
            fields.iter().map(|field| field.replace(|c: char| c.is_control(), " ")).collect();
        append_line(&path, &line.join("\t")).map_err(|error| {
            Diagnostic::unwritable(&path, &error).help(words!(
                "a forced push must be recorded: the push was refused",
                "强制推送必须留下记录：这次推送未被接受"
            ))
        })?;
        let count = verdict.found.len();
        let findings = counted(count, "finding", "findings");
        context.say(words!(
            "forced by {user}: {findings} recorded in {LOG}",
            "{user} 强制推送：{count} 处问题已记入 {LOG}"
        ));
    }
    Ok(())
}

fn commit_or_nothing(git: &Git, revision: &str) -> Result<String, Diagnostic> {
    if crate::git::program::is_nothing(revision) {
        Ok(revision.to_owned())
    } else {
        git.commit(revision)
    }
}

/// That the command was typed without commits: git, not a person, writes to its standard input.
fn nothing_to_judge() -> Diagnostic {
    let message = words!(
        "crm guard judges a push: it needs two commits, or the lines that git gives to pre-receive",
        "crm guard 用来检查推送：需要两个提交，或由 git 交给 pre-receive 的各行"
    );
    Diagnostic::new(Code::BadArgument, message)
        .help(words!(
            "before a push: crm guard origin/main HEAD --user REP",
            "推送之前：crm guard origin/main HEAD --user 业务员"
        ))
        .help(words!(
            "on the server, for every push: crm hooks install --server DIR",
            "在服务器上检查每次推送：crm hooks install --server 文件夹"
        ))
}

/// `OLD NEW REF`, a line for each ref.
fn from_stdin() -> Result<Vec<Push>, Diagnostic> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| {
        let message = words!("standard input cannot be read", "无法读取标准输入").because(&error);
        Diagnostic::new(Code::Unreadable, message)
    })?;
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| match line.splitn(3, ' ').collect::<Vec<_>>().as_slice() {
            [old, new, name] => {
                Ok(Push { name: (*name).into(), old: (*old).into(), new: (*new).into() })
            }
            _ => {
                let message =
                    words!("`{line}` is not `OLD NEW REF`", "`{line}` 不是 `旧提交 新提交 分支`");
                Err(Diagnostic::new(Code::BadArgument, message).help(words!(
                    "crm guard OLD NEW, or the lines that git gives to pre-receive",
                    "crm guard 旧提交 新提交，或 git 交给 pre-receive 的各行"
                )))
            }
        })
        .collect()
}
