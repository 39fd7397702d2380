//! The guard's rules for prospects and tallies: permission, history that only grows, and signatures.

use super::commits::{Change, Commit};
use super::{in_commit, place_in};
use crate::diag::{Code, Diagnostic, Spot, Words};
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::format::content::{content, event_line_in};
use crate::format::layout::{ACTIVITY, PROSPECTS};
use crate::format::read_prospect::read_prospect;
use crate::git::program::{Blob, Git, Version};
use crate::model::event::Event;
use crate::rules::growth::{Content, Harm, added, harmed, is_merge_of, lives_on};
use crate::rules::replay::replay;
use crate::rules::team::rights::Rights;
use crate::value::date::Date;
use crate::value::id;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// Judges the changes of commits to the prospects of one ledger.
pub struct Judge<'a> {
    git: &'a Git,
    ledgers: &'a [Ledger],
    rights: &'a Rights<'a>,
    prefix: &'a str,
    today: Date,
    /// The file of each id in each reference.
    known: Vec<HashMap<String, PathBuf>>,
    /// Prospects that this push opens.
    opened: BTreeSet<String>,
    texts: HashMap<String, String>,
}

/// One prospect in one commit: its text in every parent, and now.
struct Case {
    /// The id as the file's name has it.
    id: String,
    path: PathBuf,
    parents: Vec<Option<String>>,
    base: Option<Option<String>>,
    now: Option<String>,
}

impl<'a> Judge<'a> {
    /// A judge with the ledger as it was before the push.
    pub fn new(
        git: &'a Git,
        ledgers: &'a [Ledger],
        rights: &'a Rights<'a>,
        prefix: &'a str,
        today: Date,
    ) -> Judge<'a> {
        let index = |ledger: &Ledger| {
            let (paths, _) = ledger.paths();
            paths.into_iter().rev().map(|path| (id::fold(&id_of(&path)), path)).collect()
        };
        let known = ledgers.iter().map(index).collect();
        let (opened, texts) = (BTreeSet::new(), HashMap::new());
        Judge { git, ledgers, rights, prefix, today, known, opened, texts }
    }

    /// Every change of the commits that is not allowed.
    pub fn judge(&mut self, commits: &[Commit]) -> Result<Vec<Diagnostic>, Diagnostic> {
        let mut found = Vec::new();
        for commit in commits {
            let cases = self.cases(commit)?;
            let mut problems = Vec::new();
            for case in &cases {
                self.one(case, &cases, &mut problems);
            }
            problems.extend(commit.changes.iter().filter_map(|change| self.tally(change)));
            let note = in_commit(&commit.id);
            found.extend(problems.into_iter().map(|problem| problem.note(note.clone())));
        }
        Ok(found)
    }

    /// The path below the ledger's root, if the file is a prospect's.
    fn prospect_path<'c>(&self, change: &'c Change) -> Option<&'c Path> {
        let below = change.path.strip_prefix(self.prefix).ok()?;
        let inside = below.strip_prefix(PROSPECTS).ok()?;
        let hidden =
            |part: std::path::Component| part.as_os_str().as_encoded_bytes().starts_with(b".");
        (below.extension().is_some_and(|e| e == "toml") && !inside.components().any(hidden))
            .then_some(below)
    }

    /// The prospects that a commit changes; files of one id in several folders are one prospect.
    fn cases(&mut self, commit: &Commit) -> Result<Vec<Case>, Diagnostic> {
        let mut groups: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
        for change in &commit.changes {
            if self.prospect_path(change).is_some() {
                groups.entry(id::fold(&id_of(&change.path))).or_default().push(change);
            }
        }
        let all = groups.values().flatten();
        let versions = all.flat_map(|c| c.parents.iter().chain(&c.base).chain([&c.now])).flatten();
        let mut ids: Vec<&str> = versions
            .filter(|(mode, id)| mode.starts_with("100") && !self.texts.contains_key(id))
            .map(|(_, id)| id.as_str())
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let blobs = self.git.blobs(ids.iter().copied())?;
        for (id, blob) in
            ids.into_iter().map(str::to_owned).collect::<Vec<_>>().into_iter().zip(blobs)
        {
            // A file that is too large or not text is refused elsewhere; here it counts as empty.
            let text = match blob {
                Blob::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Blob::TooLarge(_) | Blob::Missing => String::new(),
            };
            self.texts.insert(id, text);
        }
        let mut cases = Vec::new();
        for changes in groups.values() {
            if one_file(changes) {
                cases.push(self.case(changes));
            } else {
                cases.extend(changes.iter().map(|change| self.case(&[change])));
            }
        }
        Ok(cases)
    }

    fn case(&self, changes: &[&Change]) -> Case {
        let text = |version: &Version| {
            version.as_ref().map(|(_, id)| self.texts.get(id).cloned().unwrap_or_default())
        };
        // The present file names the case; after a move between folders the other files are the old places.
        let shown = changes.iter().find(|change| change.now.is_some()).or(changes.first());
        let sides = changes.iter().map(|change| change.parents.len()).max().unwrap_or(0);
        let parent = |side: usize| changes.iter().find_map(|c| text(c.parents.get(side)?));
        Case {
            id: shown.map(|change| id_of(&change.path)).unwrap_or_default(),
            path: shown.map(|change| change.path.clone()).unwrap_or_default(),
            parents: (0..sides).map(parent).collect(),
            base: changes.iter().find_map(|change| change.base.as_ref()).map(text),
            now: changes.iter().find_map(|change| text(&change.now)),
        }
    }

    /// Judges one prospect of one commit.
    fn one(&mut self, case: &Case, all: &[Case], found: &mut Vec<Diagnostic>) {
        let parents: Vec<Content> =
            case.parents.iter().flatten().map(|text| content(text).0).collect();
        let before: Vec<&Content> = parents.iter().collect();
        let now = case.now.as_deref().map(content);
        let now_content = now.as_ref().map(|(content, _)| content);
        // Both sides of a merge changed it: their union is not a change of the merge itself.
        if let (Some(base), Some(now)) = (&case.base, now_content) {
            let base = base.as_deref().map(|text| content(text).0).unwrap_or_default();
            if case.parents.iter().all(Option::is_some) && is_merge_of(now, &base, &before) {
                return;
            }
        }
        self.permission(case, &before, found);
        match (&case.now, now_content) {
            (Some(text), Some(now)) => {
                // A file that cannot be read would hide events that the next commit drops.
                if !content(text).1 {
                    found.extend(self.broken(case, text));
                    return;
                }
                self.history(case, &before, now, text, found);
                self.signatures(case, &before, now, text, all, found);
            }
            _ => gone(case, all, found),
        }
    }

    /// Why a file is no TOML.
    fn broken(&self, case: &Case, text: &str) -> Vec<Diagnostic> {
        let Some(ledger) = self.ledgers.first() else { return Vec::new() };
        let (_, problems) = read_prospect(text, &case.id, &case.path, &case.path, &ledger.settings);
        let placed = |problem: Diagnostic| match problem.place.clone() {
            Some(place) => problem.at(place_in(&case.path, text, place.spot)),
            None => problem,
        };
        problems.into_iter().map(placed).collect()
    }

    /// Compares the first and the last commit of a push: finds events that are changed or gone.
    pub fn net(&mut self, whole: &Commit) -> Result<Vec<Diagnostic>, Diagnostic> {
        let cases = self.cases(whole)?;
        let mut found = Vec::new();
        for case in &cases {
            let parents: Vec<Content> =
                case.parents.iter().flatten().map(|text| content(text).0).collect();
            let before: Vec<&Content> = parents.iter().collect();
            match &case.now {
                Some(text) => self.history(case, &before, &content(text).0, text, &mut found),
                None => gone(case, &cases, &mut found),
            }
        }
        Ok(found)
    }

    /// Refuses a change to a prospect of another rep.
    fn permission(&mut self, case: &Case, before: &[&Content], found: &mut Vec<Diagnostic>) {
        let folded = id::fold(&case.id);
        let mut owners = self.owners(&folded);
        if owners.is_empty() {
            if before.is_empty() {
                self.opened.insert(folded);
                return;
            }
            // This push opened it, so it is the pusher's own, unless a merge brought it.
            if self.opened.contains(&folded) && case.parents.len() < 2 {
                return;
            }
            // Another branch opened it, not this push.
            owners = case.parents.iter().flatten().map(|text| self.owner_in(text, case)).collect();
        }
        let foreign = owners.iter().find(|owner| !self.rights.may_change(owner.as_deref()));
        if let Some(owner) = foreign {
            let user = self.rights.user();
            let owner = owner.as_deref().unwrap_or_default();
            let message = words!(
                "`{user}` may not change `{}`: its owner is `{owner}`",
                "`{user}` 无权修改 `{}`：负责人是 `{owner}`",
                case.id
            );
            let text = case.now.as_deref().unwrap_or_default();
            found.push(
                Diagnostic::new(Code::NotYours, message)
                    .at(self.spot_of_change(case, before, text))
                    .note(words!(
                        "rule: only its owner, the owner's manager or an admin may change it, \
                         as the ledger was before the push",
                        "规则：以推送前的账本为准，只有负责人、其主管或管理员可以修改"
                    ))
                    .help(words!(
                        "ask `{owner}`, or have it assigned first: crm assign {} --to {user}",
                        "请与 `{owner}` 商量，或先改派：crm assign {} --to {user}",
                        case.id
                    )),
            );
        }
    }

    /// The first new event, else the whole file.
    fn spot_of_change(&self, case: &Case, before: &[&Content], text: &str) -> crate::diag::Place {
        let now = content(text).0;
        let spot = match added(before, &now).first() {
            Some(key) => Spot::Event((*key).to_owned(), None),
            None => Spot::Whole,
        };
        place_in(&case.path, text, spot)
    }

    /// The owner before the push, in each reference that has the prospect.
    fn owners(&self, folded: &str) -> Vec<Option<String>> {
        let pairs = self.ledgers.iter().zip(&self.known);
        let texts = pairs.filter_map(|(ledger, known)| {
            let path = known.get(folded)?;
            Some((ledger, path, ledger.text(path).ok()?))
        });
        texts.map(|(ledger, path, text)| self.owner(ledger, path, &text)).collect()
    }

    fn owner_in(&self, text: &str, case: &Case) -> Option<String> {
        self.owner(self.ledgers.first()?, &case.path, text)
    }

    fn owner(&self, ledger: &Ledger, path: &Path, text: &str) -> Option<String> {
        let (prospect, _) = read_prospect(text, &id_of(path), path, path, &ledger.settings);
        let prospect = prospect?;
        // A prospect that is opened on a later day already has its first owner.
        let opens = prospect.events.first().map_or(self.today, |event| event.date());
        let record = replay(prospect, &ledger.settings, self.today.max(opens))?;
        record.state.owner.as_deref().map(str::to_owned)
    }

    fn history(
        &self,
        case: &Case,
        before: &[&Content],
        now: &Content,
        text: &str,
        found: &mut Vec<Diagnostic>,
    ) {
        let mut seen = BTreeSet::new();
        for (content, was) in before.iter().zip(case.parents.iter().flatten()) {
            for (key, harm) in harmed(content, now) {
                if !seen.insert(key.to_owned()) {
                    continue;
                }
                let line = event_line_in(was, key).unwrap_or_else(|| key.to_owned());
                let (code, message, spot) = match harm {
                    Harm::Changed => (
                        Code::HistoryChanged,
                        words!(
                            "the event `{key}` of `{}` was changed",
                            "`{}` 的记录 `{key}` 被改动",
                            case.id
                        ),
                        Spot::Event(key.to_owned(), None),
                    ),
                    Harm::Lost => (
                        Code::HistoryLost,
                        words!(
                            "the event `{key}` of `{}` is gone",
                            "`{}` 的记录 `{key}` 不见了",
                            case.id
                        ),
                        Spot::Whole,
                    ),
                };
                found.push(
                    Diagnostic::new(code, message)
                        .at(place_in(&case.path, text, spot))
                        .note(words!("it was: {line}", "原文：{line}"))
                        .note(grows())
                        .help(words!(
                            "correct a mistake with another entry: crm undo {} {key}",
                            "如有错误，请另写记录更正：crm undo {} {key}",
                            case.id
                        )),
                );
            }
        }
    }

    /// Checks new events: the pusher signs them, retracts only entries they may retract, and takes prospects from
    /// the pool only for themselves or for reps they lead.
    fn signatures(
        &self,
        case: &Case,
        before: &[&Content],
        now: &Content,
        text: &str,
        all: &[Case],
        found: &mut Vec<Diagnostic>,
    ) {
        let Some(ledger) = self.ledgers.first() else { return };
        let (prospect, _) = read_prospect(text, &case.id, &case.path, &case.path, &ledger.settings);
        let Some(prospect) = prospect else { return };
        let user = self.rights.user();
        let carried = carried(case, all);
        let was_pool = self.owners(&id::fold(&case.id)).iter().all(Option::is_none);
        for key in added(before, now) {
            if carried.contains(key) {
                continue;
            }
            let Some(event) = prospect.events.iter().find(|event| &*event.key.text == key) else {
                continue;
            };
            let at = |field: Option<&'static str>| {
                place_in(&case.path, text, Spot::Event(key.to_owned(), field))
            };
            if let Some(by) = event.by.as_deref().filter(|by| *by != user) {
                let message = words!(
                    "`{user}` may not sign `{key}` of `{}` as `{by}`",
                    "`{user}` 不能以 `{by}` 的名义签署 `{}` 的记录 `{key}`",
                    case.id
                );
                found.push(
                    Diagnostic::new(Code::ForeignSignature, message)
                        .at(at(Some("by")))
                        .note(words!(
                            "rule: each rep signs with their own name",
                            "规则：签署只能用自己的名字"
                        ))
                        .help(words!(
                            "by = \"{user}\"; the note can name the source",
                            "请写 by = \"{user}\"；消息来源可写在备注里"
                        )),
                );
            }
            if let Some((target, by)) = retracted(event, &prospect.events)
                && !(self.rights.is_admin() || self.rights.speaks_for(by))
            {
                let message = words!(
                    "`{user}` may not retract `{target}` of `{}`: `{by}` signed it",
                    "`{user}` 无权撤销 `{}` 的记录 `{target}`：由 `{by}` 签署",
                    case.id
                );
                found.push(
                    Diagnostic::new(Code::ForeignRetraction, message)
                        .at(at(Some("event")))
                        .note(words!(
                            "rule: only the rep who signed an entry, that rep's manager or an \
                             admin may retract it",
                            "规则：只有签署人、其主管或管理员可以撤销记录"
                        ))
                        .help(words!(
                            "ask `{by}`, or add an entry with the present facts",
                            "请与 `{by}` 商量，或另写记录说明现状"
                        )),
                );
            }
            if let Some(owner) =
                event.owner.as_deref().filter(|o| was_pool && !self.rights.may_give_to(o))
            {
                let message = words!(
                    "`{user}` may not give `{}` to `{owner}`",
                    "`{user}` 无权把 `{}` 分给 `{owner}`",
                    case.id
                );
                found.push(
                    Diagnostic::new(Code::NotYours, message)
                        .at(at(Some("owner")))
                        .note(words!(
                            "rule: a rep may take prospects from the pool, and new ones, only \
                             for themselves or for reps they lead",
                            "规则：公海客户和新客户，只能领给自己或自己的下属"
                        ))
                        .help(words!(
                            "leave it in the pool, for `{owner}` to claim",
                            "请留在公海，由 `{owner}` 自行领取"
                        )),
                );
            }
        }
    }

    /// Refuses a change to the tallies of another rep.
    fn tally(&self, change: &Change) -> Option<Diagnostic> {
        let below = change.path.strip_prefix(self.prefix).ok()?;
        below.strip_prefix(ACTIVITY).ok()?;
        let rep = id_of(below);
        if below.extension().is_none_or(|e| e != "toml")
            || self.rights.is_admin()
            || self.rights.speaks_for(&rep)
        {
            return None;
        }
        let message = words!(
            "`{}` may not change the tallies of `{rep}`",
            "`{}` 无权修改 `{rep}` 的日报",
            self.rights.user()
        );
        Some(
            Diagnostic::new(Code::NotYours, message)
                .at(place_in(&change.path, "", Spot::Whole))
                .note(words!(
                    "rule: only the rep, the rep's manager or an admin may change a rep's tallies",
                    "规则：日报只能由本人、其主管或管理员修改"
                )),
        )
    }
}

/// Are the changed files of one id a single file that perhaps moved? If two exist at once, each is judged by
/// itself.
fn one_file(changes: &[&Change]) -> bool {
    let sides = changes.iter().map(|change| change.parents.len()).max().unwrap_or(0);
    let at_side = |side: usize| {
        changes.iter().filter(|c| c.parents.get(side).is_some_and(Option::is_some)).count()
    };
    let now = changes.iter().filter(|change| change.now.is_some()).count();
    now <= 1 && (0..sides).all(|side| at_side(side) <= 1)
}

fn grows() -> Words {
    words!("rule: history only grows", "规则：历史只增不改")
}

/// Refuses the removal of a prospect unless its journal lives on, under another id or joined to another prospect.
fn gone(case: &Case, all: &[Case], found: &mut Vec<Diagnostic>) {
    let lives = |(side, journal): (usize, Content)| {
        journal.events.is_empty() || all.iter().any(|other| lives_in(&journal, side, other))
    };
    if journals(case).all(lives) {
        return;
    }
    let message = words!(
        "the prospect `{}` is gone with its events",
        "潜在客户 `{}` 连同记录不见了",
        case.id
    );
    found.push(
        Diagnostic::new(Code::HistoryLost, message)
            .at(place_in(&case.path, "", Spot::Whole))
            .note(grows())
            .help(words!(
                "move a prospect that is given up to lost instead: crm lose {} --reason TEXT",
                "不再跟进的客户请记为退出：crm lose {} --reason TEXT",
                case.id
            )),
    );
}

/// The journal of a prospect on each side that has it.
fn journals(case: &Case) -> impl Iterator<Item = (usize, Content)> {
    let sides = case.parents.iter().enumerate();
    sides.filter_map(|(side, text)| Some((side, content(text.as_deref()?).0)))
}

/// Does one side's journal live on in another prospect of the commit?
fn lives_in(gone: &Content, side: usize, other: &Case) -> bool {
    let Some(now) = other.now.as_deref().map(|text| content(text).0) else { return false };
    let before = other.parents.get(side).and_then(Option::as_deref).map(|text| content(text).0);
    lives_on(gone, before.as_ref(), &now)
}

/// The keys of events that were moved here from a prospect that is gone: they were signed before.
fn carried(case: &Case, all: &[Case]) -> BTreeSet<String> {
    all.iter()
        .filter(|other| other.now.is_none())
        .flat_map(journals)
        .filter(|(side, journal)| lives_in(journal, *side, case))
        .flat_map(|(_, journal)| journal.events.into_keys())
        .collect()
}

/// The key of the entry that a retraction retracts, and the rep who signed that entry.
fn retracted<'e>(event: &'e Event, events: &'e [Event]) -> Option<(&'e str, &'e str)> {
    let target = event.event.as_deref()?;
    let signed = events.iter().find(|other| &*other.key.text == target)?;
    Some((target, signed.by.as_deref()?))
}
