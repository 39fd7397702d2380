//! The refs that a push moves: which commits it is judged by and which are new, and that none is dropped.

use super::commits::{Commit, commit, listed};
use super::{Guard, Push, grows};
use crate::diag::{Code, Diagnostic};
use crate::git::program::is_nothing;

impl Guard<'_> {
    /// The commits to judge by: the ref's own and the main branch's. A rep who owned a prospect on an old branch
    /// may not own it any more on the main branch.
    pub(super) fn references(
        &self,
        push: &Push,
    ) -> Result<Result<Vec<String>, Diagnostic>, Diagnostic> {
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
        if self.receiving.is_some() {
            references.extend(head);
        } else if is_nothing(&push.old)
            && let Some(head) = head
            // In a clone HEAD may be the very commit that is judged.
            && self.git.ask(&["merge-base", "--is-ancestor", &push.new, &head])?.is_none()
        {
            references.push(head);
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

    /// Refuses a push that drops commits of the server.
    pub(super) fn forward(&self, push: &Push) -> Result<Option<Diagnostic>, Diagnostic> {
        // A branch that is looked at before a push may lie behind: it loses nothing by that.
        if is_nothing(&push.old) || self.receiving.is_none() {
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
        Ok(Some(Diagnostic::new(Code::NotForward, message).note(grows()).help(words!(
            "git pull, then push again without --force",
            "请先 git pull，再推送，不要加 --force"
        ))))
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
                .note(grows())
                .help(words!("merge it first", "请先合并")),
        ))
    }

    /// The commits that the push brings, with their changes. `alone`: there is no older state, so all are new.
    pub(super) fn new_commits(
        &self,
        push: &Push,
        new: &str,
        alone: bool,
    ) -> Result<Vec<Commit>, Diagnostic> {
        let old = match self.git.find_commit(&push.old)? {
            Some(old) if !is_nothing(&push.old) => old,
            _ => "HEAD".to_owned(),
        };
        let wanted = match (self.receiving.is_some(), alone && is_nothing(&push.old)) {
            (true, _) => vec![new, "--not", "--all"],
            (false, true) => vec![new],
            (false, false) => vec![new, "--not", &old],
        };
        let listed = listed(self.git, &wanted)?;
        listed.iter().map(|(id, parents)| commit(self.git, id, parents)).collect()
    }
}
