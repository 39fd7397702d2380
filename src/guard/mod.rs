//! The guard of a shared repository decides which pushes are accepted. The ledger as it was before the push
//! decides which rep may change which prospect; history only grows; every rep signs only their own entries.
//!
//! Every new commit is judged by itself, so a bad commit cannot be hidden by a later one that undoes it; a push is
//! accepted if each of its commits would be. A merge is judged item by item (`own`): every fact, entry, comment,
//! tally and setting, and the path of a file, that its sides and their common past give is no change of the merge,
//! and needs no rights. Everything else in it is the change of the user who pushes.

mod access;
pub mod commits;
mod events;
mod files;
mod own;
pub mod past;
mod paths;
mod prospects;
mod pusher;
mod refs;
pub mod repository;
mod tallies;

use crate::diag::{Code, Diagnostic, Lang, Place, Source, Spot, Words};
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::format::layout::SETTINGS;
use crate::format::merge::FileKind;
use crate::git::program::{Git, is_nothing};
use crate::git::snapshot::Snapshot;
use crate::rules::team::rights::Rights;
use crate::value::date::Date;
use crate::value::id;
use crate::value::zone::Zone;
use commits::{Change, Commit};
use files::Files;
pub use paths::dangerous;
use prospects::Judge;
use repository::Repository;
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
    /// The day in a time zone; without one, in the machine's.
    pub today: &'a dyn Fn(Option<&Zone>) -> Date,
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
    /// The id in the ledger of the user who pushed.
    pub user: String,
    /// May they force?
    pub admin: bool,
    /// The ledger's day, if its settings were read.
    pub day: Option<Date>,
    /// The language of the ledger, if its settings were read.
    pub lang: Option<Lang>,
}

/// One ledger in the repository, as it was before the push.
#[derive(Debug)]
pub struct Before {
    /// Its path from the top level, with a slash at the end.
    pub prefix: String,
    /// The ledger in each reference: on the branch that is pushed to, and on the main branch.
    pub ledgers: Vec<Ledger>,
}

impl Guard<'_> {
    /// Judges the changes of a push to one ref.
    pub fn judge(&self, push: &Push) -> Result<Verdict, Diagnostic> {
        let refused = |found: Vec<Diagnostic>| {
            let (user, admin) = (self.user.to_owned(), self.is_operator());
            Ok(Verdict { found, user, admin, ..Verdict::default() })
        };
        let references = match self.references(push)? {
            Ok(references) => references,
            Err(refusal) => return refused(vec![refusal]),
        };
        let new = if is_nothing(&push.new) { None } else { self.git.find_commit(&push.new)? };
        let mut before = self.ledgers(&references)?;
        // Without an older state the ledger is judged by its own settings.
        let alone = matches!(&before, Ok(ledgers) if ledgers.is_empty());
        if let (true, Some(new)) = (alone, &new) {
            before = self.ledgers(std::slice::from_ref(new))?;
        }
        let ledgers = match before {
            Ok(ledgers) => ledgers,
            Err(mut found) => {
                // Broken settings name no rep; an admin named on the server can repair them.
                let help = words!(
                    "an admin of the server (git config crm.admin) can push the mended file: git push -o force",
                    "服务器管理员（git config crm.admin）可以推送修正后的文件：git push -o force"
                );
                found.iter_mut().for_each(|problem| problem.help.push(help.clone()));
                return refused(found);
            }
        };
        let Some(first) = ledgers.first().and_then(|before| before.ledgers.first()) else {
            let said = words!("no ledger here: nothing to guard", "这里没有账本，无需审核");
            return Ok(Verdict { said: vec![said], ..Verdict::default() });
        };
        let today = (self.today)(first.settings.timezone.as_ref());
        let user = match self.known(&first.settings, today) {
            Ok(user) => user,
            Err(unknown) => return refused(vec![unknown]),
        };
        let operator = self.is_operator() || self.admins.contains(&user);
        let admin = Rights::of(&first.settings, &user, operator).is_admin();
        let lang = Some(first.settings.language);
        let day = Some(today);
        let mut verdict = Verdict { user: user.clone(), admin, lang, day, ..Verdict::default() };
        verdict.found.extend(self.forward(push)?);
        if is_nothing(&push.new) {
            return Ok(verdict);
        }
        let Some(new) = new else {
            let message = words!("`{}` would name no commit", "`{}` 指向的不是提交", push.name);
            verdict.found.push(
                Diagnostic::new(Code::NotForward, message).help(words!(
                    "push commits, and tags of commits",
                    "请推送提交，或指向提交的标签"
                )),
            );
            return Ok(verdict);
        };
        if alone && self.receiving.is_some() {
            verdict.said.push(words!(
                "the first push: the ledger is judged by its own settings, and its history is taken as it is",
                "首次推送：按账本自身的设置审核，已有的历史照收"
            ));
            verdict.found.extend(self.first(&ledgers, &new)?);
            return Ok(verdict);
        }
        if alone {
            verdict.said.push(words!(
                "there is no older state to compare with: every commit is judged by the settings of {} itself; \
                 a branch can be compared with another: crm guard origin/main HEAD",
                "没有可比的旧版本：每个提交都按 {} 自身的设置审核；可与另一分支比较：crm guard origin/main HEAD",
                new.get(..10).unwrap_or(&new)
            ));
        }
        let commits = self.new_commits(push, &new, alone)?;
        // The settings of a new ledger without an admin are everybody's to write.
        let founds =
            alone && self.admins.is_empty() && !first.settings.reps.iter().any(|rep| rep.admin);
        let pusher = Pusher { user: &user, operator, founds };
        verdict.found.extend(judge(self.git, &ledgers, &pusher, today, &commits)?);
        for before in &ledgers {
            let (touched, ids) = touched(&commits, &before.prefix);
            if !touched.is_empty() || !ids.is_empty() {
                verdict.found.extend(self.readable(&before.prefix, &new, &touched, &ids)?);
            }
        }
        Ok(verdict)
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

    /// Judges the ledgers of a first push: their files as they are, and nothing of what came before.
    fn first(&self, ledgers: &[Before], new: &str) -> Result<Vec<Diagnostic>, Diagnostic> {
        let whole = commits::commit(self.git, new, &[])?;
        let settings = ledgers.first().and_then(|before| before.ledgers.first());
        let rights = settings.map(|ledger| Rights::of(&ledger.settings, self.user, true));
        let mut found =
            rights.map_or_else(Vec::new, |rights| of_paths(&whole, ledgers, &rights, |_| false));
        for before in ledgers {
            let (touched, ids) = touched(std::slice::from_ref(&whole), &before.prefix);
            found.extend(self.readable(&before.prefix, new, &touched, &ids)?);
        }
        Ok(found)
    }

    /// Finds errors in the pushed settings and in every file that the push touched.
    fn readable(
        &self,
        prefix: &str,
        new: &str,
        touched: &BTreeSet<PathBuf>,
        ids: &BTreeSet<String>,
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
        let repeated = ledger.duplicate_ids(&paths).into_iter();
        found.extend(repeated.filter(|finding| match &finding.place {
            Some(Place { source: Source::File(path), .. }) => ids.contains(&id::fold(&id_of(path))),
            _ => false,
        }));
        found.retain(|finding| finding.is_error());
        Ok(found.into_iter().map(|finding| ledger.sourced(finding)).collect())
    }
}

/// The user who pushes.
#[derive(Debug, Clone, Copy)]
pub struct Pusher<'a> {
    /// A rep's id.
    pub user: &'a str,
    /// Does the server name them as an admin?
    pub operator: bool,
    /// May they write the settings, because these name no admin yet?
    pub founds: bool,
}

/// Every change of new commits that the user may not make, by the ledgers as they were before.
pub fn judge(
    repository: &dyn Repository,
    ledgers: &[Before],
    pusher: &Pusher,
    today: Date,
    commits: &[Commit],
) -> Result<Vec<Diagnostic>, Diagnostic> {
    let Pusher { user, operator, founds } = *pusher;
    let mut files = Files::new(repository);
    let mut found = Vec::new();
    for before in ledgers {
        let Some(ledger) = before.ledgers.first() else { continue };
        let rights = Rights::of(&ledger.settings, user, operator);
        let judge = Judge::new(&before.ledgers, &rights, &before.prefix, today);
        for commit in commits {
            found.extend(judge.judge(commit, &mut files)?);
        }
    }
    let Some(first) = ledgers.first().and_then(|before| before.ledgers.first()) else {
        return Ok(found);
    };
    let rights = Rights::of(&first.settings, user, operator || founds);
    for commit in commits {
        let cases = files.cases(commit, FileKind::Settings, paths::is_settings)?;
        // Settings are merged item by item, other files as a whole.
        let own_settings = |path: &Path| {
            cases.iter().any(|case| case.path == path && !own::own(commit, case).is_nothing())
        };
        found.extend(of_paths(commit, ledgers, &rights, |change| {
            match paths::is_settings(&change.path) {
                true => own_settings(&change.path),
                false => commit.is_own(change),
            }
        }));
    }
    Ok(found)
}

/// The refusals by paths alone; `own` tells which changes are the commit's own.
fn of_paths(
    commit: &Commit,
    ledgers: &[Before],
    rights: &Rights,
    own: impl Fn(&Change) -> bool,
) -> Vec<Diagnostic> {
    let prefixes: Vec<&str> = ledgers.iter().map(|before| before.prefix.as_str()).collect();
    let judge = |change: &Change| paths::judge(change, own(change), &prefixes, rights);
    let found = commit.changes.iter().filter_map(judge);
    found.map(|found| found.note(in_commit(&commit.id))).collect()
}

/// The files of a ledger that commits have in a new version, and the ids whose files none of their sides has at the
/// same paths: two of them may be one id's.
fn touched(commits: &[Commit], prefix: &str) -> (BTreeSet<PathBuf>, BTreeSet<String>) {
    let below = |change: &Change| change.path.strip_prefix(prefix).ok().map(Path::to_owned);
    let changes = || commits.iter().flat_map(|commit| &commit.changes);
    let files = changes().filter(|change| change.is_new()).filter_map(below).collect();
    let came = |change: &&Change| {
        change.now.is_some() && change.sides.contains(&None) || change.sides.is_empty()
    };
    let ids = changes().filter(came).filter_map(below).map(|path| id::fold(&id_of(&path)));
    (files, ids.collect())
}

/// The first rule of every journal.
fn grows() -> Words {
    words!("rule: history only grows", "规则：历史只增不改")
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
