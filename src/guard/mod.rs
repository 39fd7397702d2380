//! The guard of a shared repository decides which pushes are accepted. The ledger as it was before the push
//! decides which rep may change which prospect; history only grows; every rep signs only their own entries.
//!
//! Every new commit is judged by itself. A merge is judged by its own changes, because each side was judged when
//! it was pushed; so a bad commit cannot be hidden by a later commit that undoes it. A push must contain every
//! commit that the server has, so no accepted event can be lost.

pub mod commits;
mod paths;
mod prospects;

use crate::diag::{Code, Diagnostic, Lang, Place, Source, Spot, Words};
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::format::layout::SETTINGS;
use crate::git::program::{Git, is_nothing};
use crate::git::snapshot::Snapshot;
use crate::model::settings::{Presence, Settings};
use crate::rules::team::rights::Rights;
use crate::value::date::Date;
use crate::value::id;
use commits::{Commit, commits, whole};
pub use paths::dangerous;
use prospects::Judge;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One ref that a push moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// `refs/heads/main`; empty if unknown.
    pub name: String,
    /// The commit it has; zeroes for none.
    pub old: String,
    /// The commit it will have; zeroes to delete it.
    pub new: String,
}

/// The surroundings that a push is judged in.
pub struct Guard<'a> {
    /// The repository.
    pub git: &'a Git,
    /// The user who pushes, as the server names them: a rep's id or e-mail.
    pub user: &'a str,
    /// Admins by the server's own settings.
    pub admins: &'a [String],
    /// The day.
    pub today: Date,
    /// The refs that this push moves, if git asks before it accepts them: the commits of all other refs were
    /// judged before.
    pub receiving: Option<&'a [String]>,
}

/// The verdict about a push.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// The reasons for refusing it; empty = accepted.
    pub found: Vec<Diagnostic>,
    /// Remarks for the user that are no reason to refuse.
    pub said: Vec<Words>,
    /// The language of the ledger, if its settings were read.
    pub lang: Option<Lang>,
    /// The id in the ledger of the user who pushed.
    pub user: String,
    /// May they force?
    pub admin: bool,
}

/// One ledger in the repository, as it was before the push.
struct Before {
    /// Its path from the top level, with a slash at the end.
    prefix: String,
    /// The ledger in each reference: on the branch that is pushed to, and on the main branch.
    ledgers: Vec<Ledger>,
}

impl Guard<'_> {
    /// Judges the changes of a push to one ref.
    pub fn judge(&self, push: &Push) -> Result<Verdict, Diagnostic> {
        let refused = |diagnostic: Diagnostic| {
            Ok(Verdict {
                found: vec![diagnostic],
                user: self.user.to_owned(),
                admin: self.is_operator(),
                ..Verdict::default()
            })
        };
        let references = match self.references(push)? {
            Ok(references) => references,
            Err(refusal) => return refused(refusal),
        };
        if references.is_empty() {
            let said = words!(
                "the first push: there is nothing yet to compare it with",
                "首次推送：还没有可以比较的内容"
            );
            return Ok(Verdict { said: vec![said], ..Verdict::default() });
        }
        let ledgers = match self.ledgers(&references)? {
            Ok(ledgers) => ledgers,
            Err(wrong) => {
                // Broken settings name no rep; an admin named on the server can repair them.
                let help = words!(
                    "an admin of the server (git config crm.admin) can push the mended file: git push -o force",
                    "服务器管理员（git config crm.admin）可以推送修正后的文件：git push -o force"
                );
                let mut found = wrong;
                found.iter_mut().for_each(|problem| problem.help.push(help.clone()));
                return Ok(Verdict {
                    found,
                    user: self.user.to_owned(),
                    admin: self.is_operator(),
                    ..Verdict::default()
                });
            }
        };
        let Some(first) = ledgers.first().and_then(|before| before.ledgers.first()) else {
            return Ok(Verdict {
                said: vec![words!("no ledger here: nothing to guard", "这里没有账本，无须检查")],
                ..Verdict::default()
            });
        };
        let user = match self.known(&first.settings) {
            Ok(user) => user,
            Err(unknown) => return refused(unknown),
        };
        let operator = self.is_operator() || self.admins.contains(&user);
        let rights = Rights::of(&first.settings, &user, operator);
        let mut verdict = Verdict {
            user: user.clone(),
            admin: rights.is_admin(),
            lang: Some(first.settings.language),
            ..Verdict::default()
        };
        verdict.found.extend(self.forward(push)?);
        if is_nothing(&push.new) {
            return Ok(verdict);
        }
        let Some(new) = self.git.find_commit(&push.new)? else {
            let message = words!("`{}` would name no commit", "`{}` 指向的不是提交", push.name);
            verdict.found.push(
                Diagnostic::new(Code::NotForward, message).help(words!(
                    "push commits, and tags of commits",
                    "请推送提交，或指向提交的标签"
                )),
            );
            return Ok(verdict);
        };
        let commits = self.new_commits(push, &new)?;
        let whole = match self.git.find_commit(&push.old)? {
            Some(old) if !is_nothing(&push.old) => Some(whole(self.git, &old, &new)?),
            _ => None,
        };
        for before in &ledgers {
            let Some(ledger) = before.ledgers.first() else { continue };
            let rights = Rights::of(&ledger.settings, &user, operator);
            verdict.found.extend(self.judge_ledger(
                before,
                &rights,
                &commits,
                whole.as_ref(),
                &new,
            )?);
        }
        let prefixes: Vec<&str> = ledgers.iter().map(|before| before.prefix.as_str()).collect();
        for commit in &commits {
            for change in &commit.changes {
                let found = paths::judge(change, &prefixes, &rights);
                verdict.found.extend(found.map(|found| found.note(in_commit(&commit.id))));
            }
        }
        // A finding of one commit may be found again in the comparison of the whole push.
        let mut seen: Vec<(Code, Words, Option<Place>)> = Vec::new();
        verdict.found.retain(|finding| {
            let key = (finding.code, finding.message.clone(), finding.place.clone());
            let new = !seen.contains(&key);
            seen.push(key);
            new
        });
        Ok(verdict)
    }

    fn is_operator(&self) -> bool {
        self.admins.iter().any(|admin| admin == self.user)
    }

    /// The commits to judge by: the ref's own and the main branch's. A rep who owned a prospect on an old branch
    /// may not own it any more on the main branch.
    fn references(&self, push: &Push) -> Result<Result<Vec<String>, Diagnostic>, Diagnostic> {
        if push.name.starts_with("refs/replace/") {
            let message = words!(
                "`{}` would replace one object with another",
                "`{}` 会用一个对象替换另一个对象",
                push.name
            );
            return Ok(Err(Diagnostic::new(Code::NotForward, message)
                .help(words!("history only grows: add to it", "历史只增不改：请追加记录"))));
        }
        let mut references = Vec::new();
        let head = self.git.find_commit("HEAD")?;
        if self.receiving.is_some() || is_nothing(&push.old) {
            references.extend(head.clone());
        }
        if !is_nothing(&push.old) {
            // A tag of a file or tree has no ledger to protect.
            references.extend(self.git.find_commit(&push.old)?);
        }
        references.dedup();
        if references.is_empty() && self.receiving.is_some() {
            let some = self.git.run(&["for-each-ref", "--count=1"])?;
            if !some.is_empty() {
                let message = words!(
                    "the server's main branch does not exist, so there is nothing to judge a new branch by",
                    "服务器的主分支不存在，无从审核新分支"
                );
                let help = words!(
                    "on the server: git symbolic-ref HEAD refs/heads/NAME",
                    "请在服务器上执行：git symbolic-ref HEAD refs/heads/NAME"
                );
                return Ok(Err(Diagnostic::new(Code::NotForward, message).help(help)));
            }
        }
        Ok(Ok(references))
    }

    /// The ledgers in the repository before the push: each folder with a `crm.toml`.
    fn ledgers(
        &self,
        references: &[String],
    ) -> Result<Result<Vec<Before>, Vec<Diagnostic>>, Diagnostic> {
        let mut found: Vec<Before> = Vec::new();
        let mut wrong = Vec::new();
        for commit in references {
            for prefix in self.prefixes(commit)? {
                let snapshot = Snapshot::of_commit(self.git, commit, &prefix)?;
                let shown = PathBuf::from(&prefix);
                match Ledger::of_stored(snapshot, shown.clone(), shown) {
                    Ok(ledger) => match found.iter_mut().find(|before| before.prefix == prefix) {
                        Some(before) => before.ledgers.push(ledger),
                        None => found.push(Before { prefix, ledgers: vec![ledger] }),
                    },
                    Err(problems) => wrong.extend(problems),
                }
            }
        }
        Ok(if wrong.is_empty() { Ok(found) } else { Err(wrong) })
    }

    fn prefixes(&self, commit: &str) -> Result<Vec<String>, Diagnostic> {
        let all = self.git.tree(commit, "")?;
        let settings =
            all.iter().filter(|entry| entry.path.file_name().is_some_and(|n| n == SETTINGS));
        let folder = |entry: &crate::git::program::TrackedFile| {
            let parts = entry.path.parent()?.components();
            Some(parts.map(|part| part.as_os_str().to_string_lossy() + "/").collect::<String>())
        };
        Ok(settings.filter_map(folder).collect())
    }

    /// The rep who pushes.
    fn known(&self, settings: &Settings) -> Result<String, Diagnostic> {
        let unknown = |message: Words| Diagnostic::new(Code::UnknownPusher, message);
        if self.user.is_empty() {
            return Err(unknown(words!(
                "the server does not name the user who pushes",
                "服务器没有给出推送者"
            ))
            .help(words!(
                "the hook needs --user REP, CRM_USER, REMOTE_USER, GL_USER, GL_USERNAME or \
                     GITEA_PUSHER_NAME",
                "钩子需要 --user REP、CRM_USER、REMOTE_USER、GL_USER、GL_USERNAME 或 \
                     GITEA_PUSHER_NAME"
            )));
        }
        // A ledger without reps accepts any name, as it does for owners.
        if settings.reps.is_empty() {
            return Ok(self.user.to_owned());
        }
        match settings.rep(self.user).or_else(|| settings.rep_by_email(self.user)) {
            Some(rep) => match rep.presence(self.today) {
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

    /// Refuses a push that drops commits of the server.
    fn forward(&self, push: &Push) -> Result<Option<Diagnostic>, Diagnostic> {
        if is_nothing(&push.old) {
            return Ok(None);
        }
        let short = |id: &str| id.get(..10).unwrap_or(id).to_owned();
        if is_nothing(&push.new) {
            return self.deletion(push);
        }
        let Some(old) = self.git.find_commit(&push.old)? else { return Ok(None) };
        if self.git.find_commit(&push.new)?.is_none()
            || self.git.ask(&["merge-base", "--is-ancestor", &old, &push.new])?.is_some()
        {
            return Ok(None);
        }
        let dropped = self.git.line(&["rev-list", "--count", &old, &format!("^{}", push.new)])?;
        let message = words!(
            "the push drops {dropped} of the commits that {} has, back from {}",
            "本次推送会丢弃 {} 已有的 {dropped} 个提交，自 {} 往前",
            push.name,
            short(&push.old)
        );
        Ok(Some(
            Diagnostic::new(Code::NotForward, message)
                .note(words!("rule: history only grows", "规则：历史只增不改"))
                .help(words!(
                    "git pull, then push again without --force",
                    "请先 git pull，再推送，不要加 --force"
                )),
        ))
    }

    /// Refuses to delete the main branch, and a branch with commits that no other ref has.
    fn deletion(&self, push: &Push) -> Result<Option<Diagnostic>, Diagnostic> {
        let listed =
            self.git.run(&["for-each-ref", "--format=%(refname)", "--contains", &push.old])?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let moved = self.receiving.unwrap_or_default();
        let kept = listed.lines().any(|name| name != push.name && !moved.iter().any(|m| m == name));
        let main = self.git.ask(&["symbolic-ref", "--quiet", "HEAD"])?.unwrap_or_default();
        let main = String::from_utf8_lossy(&main).trim() == push.name;
        if kept && !main {
            return Ok(None);
        }
        let message = if main {
            words!(
                "`{}` is the main branch and cannot be deleted",
                "`{}` 是主分支，不能删除",
                push.name
            )
        } else {
            words!(
                "deleting `{}` drops commits that nothing else has",
                "删除 `{}` 会丢失别处没有的提交",
                push.name
            )
        };
        Ok(Some(
            Diagnostic::new(Code::NotForward, message)
                .note(words!("rule: history only grows", "规则：历史只增不改"))
                .help(words!("merge it first", "请先合并")),
        ))
    }

    fn new_commits(&self, push: &Push, new: &str) -> Result<Vec<Commit>, Diagnostic> {
        if self.receiving.is_some() {
            return commits(self.git, &[new, "--not", "--all"]);
        }
        match self.git.find_commit(&push.old)? {
            Some(old) if !is_nothing(&push.old) => commits(self.git, &[new, "--not", &old]),
            _ => commits(self.git, &[new, "--not", "HEAD"]),
        }
    }

    fn judge_ledger(
        &self,
        before: &Before,
        rights: &Rights,
        commits: &[Commit],
        whole: Option<&Commit>,
        new: &str,
    ) -> Result<Vec<Diagnostic>, Diagnostic> {
        let mut judge = Judge::new(self.git, &before.ledgers, rights, &before.prefix, self.today);
        let mut found = judge.judge(commits)?;
        // Lost history should already be found in the commits; checked again as a whole, to be safe.
        let harm = [Code::HistoryChanged, Code::HistoryLost];
        if let Some(whole) = whole.filter(|_| !found.iter().any(|f| harm.contains(&f.code))) {
            found.extend(judge.net(whole)?);
        }
        let touched: BTreeSet<PathBuf> = commits
            .iter()
            .flat_map(|commit| &commit.changes)
            .filter_map(|change| change.path.strip_prefix(&before.prefix).ok())
            .map(Path::to_owned)
            .collect();
        if !touched.is_empty() {
            found.extend(self.readable(&before.prefix, new, &touched)?);
        }
        Ok(found)
    }

    /// Finds errors in the pushed settings and in every file that the push touched.
    fn readable(
        &self,
        prefix: &str,
        new: &str,
        touched: &BTreeSet<PathBuf>,
    ) -> Result<Vec<Diagnostic>, Diagnostic> {
        let mut snapshot = Snapshot::of_commit(self.git, new, prefix)?;
        snapshot.fetch(touched.iter().map(PathBuf::as_path))?;
        let shown = PathBuf::from(prefix);
        let ledger = match Ledger::of_stored(snapshot, shown.clone(), shown) {
            Ok(ledger) => ledger,
            Err(problems) if touched.contains(Path::new(SETTINGS)) => return Ok(problems),
            // Broken before, and not by this push.
            Err(_) => return Ok(Vec::new()),
        };
        let (paths, _) = ledger.paths();
        let mut found = Vec::new();
        for path in paths.iter().filter(|path| touched.contains(*path)) {
            found.extend(match ledger.read(path) {
                Ok(loaded) => loaded.problems,
                Err(problems) => problems,
            });
        }
        let ids: BTreeSet<String> = touched.iter().map(|path| id::fold(&id_of(path))).collect();
        let repeated = ledger.duplicate_ids(&paths).into_iter();
        found.extend(repeated.filter(|finding| match &finding.place {
            Some(Place { source: Source::File(path), .. }) => ids.contains(&id::fold(&id_of(path))),
            _ => false,
        }));
        found.retain(|finding| finding.is_error());
        Ok(found.into_iter().map(|finding| ledger.sourced(finding)).collect())
    }
}

/// A note that names the commit of a finding.
fn in_commit(commit: &str) -> Words {
    words!("in commit {}", "见提交 {}", commit.get(..10).unwrap_or(commit))
}

/// A place in a file of a commit, with the file's text.
fn place_in(path: &Path, text: &str, spot: Spot) -> Place {
    let source = Source::Text { origin: path.display().to_string(), text: text.to_owned() };
    Place { source, spot }
}
