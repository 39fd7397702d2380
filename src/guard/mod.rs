//! The guard of a shared repository: which pushes it takes. Who may change whose prospects is asked of
//! the ledger as it was before the push; history only grows; nobody signs for another.
//!
//! Every new commit is judged by itself, a merge by what it adds to its sides: what a side brought was
//! judged when that side was pushed, and a commit in between cannot hide behind the one that undoes it.
//! As a push must contain what the server has, nothing that stands can be lost on the way.

pub mod commits;
mod prospects;

use crate::diag::{Code, Diagnostic, Place, Source, Spot, Words};
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::format::layout::{ACTIVITY, PROSPECTS, SETTINGS};
use crate::git::program::{Git, is_nothing};
use crate::git::snapshot::Snapshot;
use crate::model::settings::{Presence, Settings};
use crate::rules::team::rights::Rights;
use crate::value::date::Date;
use crate::value::id;
use commits::{Change, Commit, commits, whole};
use prospects::Judge;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// One ref that a push moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// `refs/heads/main`; empty where nobody said.
    pub name: String,
    /// The commit it has; zeroes for none.
    pub old: String,
    /// The commit it shall have; zeroes to delete it.
    pub new: String,
}

/// What the guard knows.
pub struct Guard<'a> {
    /// The repository.
    pub git: &'a Git,
    /// Who pushes, as the server says: a rep's id or e-mail.
    pub user: &'a str,
    /// Admins by the server's own settings.
    pub admins: &'a [String],
    /// The day.
    pub today: Date,
    /// The refs that the same push moves, where git asks before it takes them: commits that the other
    /// refs of the repository have were judged before.
    pub receiving: Option<&'a [String]>,
}

/// What came of a push.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Why it is refused; empty: it may be taken.
    pub found: Vec<Diagnostic>,
    /// What else there is to say.
    pub said: Vec<String>,
    /// Who pushed, as the ledger knows them.
    pub user: String,
    /// May they force?
    pub admin: bool,
}

/// One ledger in the repository, as it was before the push.
struct Before {
    /// Its way from the top level.
    prefix: String,
    /// Its states that count: of the branch, and of the repository's main branch.
    ledgers: Vec<Ledger>,
}

impl Guard<'_> {
    /// Judges what a push does to one ref.
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
            let said = "the first push: there is nothing yet to compare it with".to_owned();
            return Ok(Verdict { said: vec![said], ..Verdict::default() });
        }
        let ledgers = match self.ledgers(&references)? {
            Ok(ledgers) => ledgers,
            Err(wrong) => {
                // Broken settings know nobody; whom the server names an admin can mend them.
                let help = "an admin of the server (git config crm.admin) can push the mended file: git push -o force";
                let mut found = wrong;
                found.iter_mut().for_each(|problem| problem.help.push(help.into()));
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
                said: vec!["no ledger here: nothing to guard".to_owned()],
                ..Verdict::default()
            });
        };
        let user = match self.known(&first.settings) {
            Ok(user) => user,
            Err(unknown) => return refused(unknown),
        };
        let operator = self.is_operator() || self.admins.contains(&user);
        let rights = Rights::of(&first.settings, &user, operator);
        let mut verdict =
            Verdict { user: user.clone(), admin: rights.is_admin(), ..Verdict::default() };
        verdict.found.extend(self.forward(push)?);
        if is_nothing(&push.new) {
            return Ok(verdict);
        }
        let Some(new) = self.git.find_commit(&push.new)? else {
            let message = format!("`{}` would name no commit", push.name);
            verdict.found.push(
                Diagnostic::new(Code::NotForward, message)
                    .help("push commits, and tags of commits"),
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
        for commit in &commits {
            for change in &commit.changes {
                verdict.found.extend(outside(change, &commit.id, &ledgers, &rights));
            }
        }
        // The same thing may be seen in a commit and at the end.
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

    /// The states to judge by: of the ref itself, and of the repository's main branch. Somebody may have
    /// owned a prospect on an old branch, but not any more.
    fn references(&self, push: &Push) -> Result<Result<Vec<String>, Diagnostic>, Diagnostic> {
        if push.name.starts_with("refs/replace/") {
            let message = format!("`{}` would put one object in another's place", push.name);
            return Ok(Err(
                Diagnostic::new(Code::NotForward, message).help("history only grows: add to it")
            ));
        }
        let mut references = Vec::new();
        let head = self.git.find_commit("HEAD")?;
        if self.receiving.is_some() || is_nothing(&push.old) {
            references.extend(head.clone());
        }
        if !is_nothing(&push.old) {
            // A tag of something else than a commit has no ledger to protect.
            references.extend(self.git.find_commit(&push.old)?);
        }
        references.dedup();
        if references.is_empty() && self.receiving.is_some() {
            let some = self.git.run(&["for-each-ref", "--count=1"])?;
            if !some.is_empty() {
                let message = "the server's main branch does not exist, so there is nothing to judge a new branch by";
                let help = "on the server: git symbolic-ref HEAD refs/heads/NAME";
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
        let folder = |entry: &crate::git::program::Entry| {
            let parts = entry.path.parent()?.components();
            Some(parts.map(|part| part.as_os_str().to_string_lossy() + "/").collect::<String>())
        };
        Ok(settings.filter_map(folder).collect())
    }

    /// The rep who pushes.
    fn known(&self, settings: &Settings) -> Result<String, Diagnostic> {
        let unknown = |message: String| Diagnostic::new(Code::UnknownPusher, message);
        if self.user.is_empty() {
            return Err(unknown("the server does not say who pushes".to_owned())
                .help("the hook needs --user REP, CRM_USER, REMOTE_USER, GL_USER, GL_USERNAME or GITEA_PUSHER_NAME"));
        }
        // A ledger without reps takes any name, as it does for owners.
        if settings.reps.is_empty() {
            return Ok(self.user.to_owned());
        }
        match settings.rep(self.user).or_else(|| settings.rep_by_email(self.user)) {
            Some(rep) => match rep.presence(self.today) {
                Presence::Gone(day) => {
                    Err(unknown(format!("`{}` left on {day} and may not push any more", rep.id)))
                }
                _ => Ok(rep.id.to_string()),
            },
            None if self.is_operator() => Ok(self.user.to_owned()),
            None => Err(unknown(format!("`{}` is no rep of this ledger", self.user))
                .nearest(self.user, settings.reps.iter().map(|rep| &*rep.id))
                .help("an admin adds a [[rep]] with this id or e-mail to crm.toml")),
        }
    }

    /// A push goes forward: what the server has stays in it.
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
        let message = format!(
            "the push drops {dropped} of the commits that {} has, back from {}",
            push.name,
            short(&push.old)
        );
        Ok(Some(
            Diagnostic::new(Code::NotForward, message)
                .note("rule: history only grows")
                .help("git pull, then push again without --force"),
        ))
    }

    /// A branch may go when another one has all of it.
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
            format!("`{}` is the main branch and cannot be deleted", push.name)
        } else {
            format!("deleting `{}` drops commits that nothing else has", push.name)
        };
        Ok(Some(
            Diagnostic::new(Code::NotForward, message)
                .note("rule: history only grows")
                .help("merge it first"),
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
        // Follows from the commits; asked once more, because nothing is worse than to be wrong here.
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

    /// What was pushed can be read: the settings, and every file that was touched.
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

/// What is refused of any file, whatever it is for.
fn outside(
    change: &Change,
    commit: &str,
    ledgers: &[Before],
    rights: &Rights,
) -> Option<Diagnostic> {
    let inside = ledgers.iter().find_map(|before| change.path.strip_prefix(&before.prefix).ok());
    let name = change.path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let first = inside.and_then(|path| path.components().next());
    let first = first.map(|part| part.as_os_str().to_string_lossy().into_owned());
    let first = first.unwrap_or_default();
    let place = || Place::file(&change.path);
    let mode = change.now.as_ref().map(|(mode, _)| mode.as_str());
    let diagnostic = match mode {
        Some("120000") if inside.is_some() => Diagnostic::new(
            Code::Symlink,
            "a symbolic link is not taken: it may lead out of the ledger",
        )
        .help("push the file itself"),
        Some("160000") if inside.is_some() => {
            Diagnostic::new(Code::Symlink, "another repository in the ledger is not taken")
                .help("keep it beside the ledger")
        }
        _ if [SETTINGS, ".gitattributes", ".gitmodules"].contains(&name.as_str()) => {
            if rights.is_admin() {
                return None;
            }
            let message = format!("`{}` may not change {}", rights.user(), change.path.display());
            Diagnostic::new(Code::AdminsOnly, message)
                .note("rule: settings, and how git treats the files, are the admins' to change")
                .help("an admin is a [[rep]] with `admin = true`, or named by `git config --add crm.admin REP` on the server")
        }
        Some(_)
            if [PROSPECTS, ACTIVITY]
                .iter()
                .any(|folder| first.to_lowercase() == *folder && first != *folder) =>
        {
            Diagnostic::new(
                Code::BadId,
                format!(
                    "`{first}` differs only in case from the folder `{}`",
                    first.to_lowercase()
                ),
            )
            .note("many file systems do not tell them apart")
        }
        _ => return None,
    };
    Some(diagnostic.at(place()).note(in_commit(commit)))
}

/// Which commit it is about.
fn in_commit(commit: &str) -> String {
    format!("in commit {}", commit.get(..10).unwrap_or(commit))
}

/// A place in a file of a commit: the text goes with it.
fn place_in(path: &Path, text: &str, spot: Spot) -> Place {
    let source = Source::Text { origin: path.display().to_string(), text: text.to_owned() };
    Place { source, spot }
}
