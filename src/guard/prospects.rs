//! The guard's rules for prospects and tallies: whose they are, that their history grows, who signs.

use super::commits::{Change, Commit};
use super::{in_commit, place_in};
use crate::diag::{Code, Diagnostic, Spot};
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

/// Judges what commits do to the prospects of one ledger.
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
    /// A judge who knows the ledger's states before the push.
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

    /// Everything that the commits do and may not.
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

    /// The path below the ledger's root, of what is among the prospects.
    fn prospect_path<'c>(&self, change: &'c Change) -> Option<&'c Path> {
        let below = change.path.strip_prefix(self.prefix).ok()?;
        let inside = below.strip_prefix(PROSPECTS).ok()?;
        let hidden =
            |part: std::path::Component| part.as_os_str().as_encoded_bytes().starts_with(b".");
        (below.extension().is_some_and(|e| e == "toml") && !inside.components().any(hidden))
            .then_some(below)
    }

    /// The prospects that a commit changes; the files of one id are one, wherever they lie.
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
            // What is too large or no text is refused for that; here it says nothing.
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
        // The file that is there now names it; of a folder changed, the others are where it was.
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
        // Two sides of a merge changed it: put together it is nobody's change.
        if let (Some(base), Some(now)) = (&case.base, now_content) {
            let base = base.as_deref().map(|text| content(text).0).unwrap_or_default();
            if case.parents.iter().all(Option::is_some) && is_merge_of(now, &base, &before) {
                return;
            }
        }
        self.permission(case, &before, found);
        match (&case.now, now_content) {
            (Some(text), Some(now)) => {
                // What cannot be read in one commit could not be missed in the next.
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

    /// What a push changes in all, from one commit to another: nothing that stood is lost.
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

    /// May they change it at all?
    fn permission(&mut self, case: &Case, before: &[&Content], found: &mut Vec<Diagnostic>) {
        let folded = id::fold(&case.id);
        let mut owners = self.owners(&folded);
        if owners.is_empty() {
            if before.is_empty() {
                self.opened.insert(folded);
                return;
            }
            // Theirs since this push; what a merge brings may be somebody else's.
            if self.opened.contains(&folded) && case.parents.len() < 2 {
                return;
            }
            // Of another branch, and not of this push.
            owners = case.parents.iter().flatten().map(|text| self.owner_in(text, case)).collect();
        }
        let foreign = owners.iter().find(|owner| !self.rights.may_change(owner.as_deref()));
        if let Some(owner) = foreign {
            let user = self.rights.user();
            let owner = owner.as_deref().unwrap_or_default();
            let message = format!("`{user}` may not change `{}`: it is of `{owner}`", case.id);
            let text = case.now.as_deref().unwrap_or_default();
            found.push(
                Diagnostic::new(Code::NotYours, message)
                    .at(self.spot_of_change(case, before, text))
                    .note("rule: its owner, who leads them, or an admin, by the ledger before the push")
                    .help(format!("ask `{owner}`, or have it assigned first: crm assign {} --to {user}", case.id)),
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

    /// Who owned it before the push, in each state that has it.
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
        // One that opens later has its first owner already.
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
                        format!("the event `{key}` of `{}` is not what it was", case.id),
                        Spot::Event(key.to_owned(), None),
                    ),
                    Harm::Lost => (
                        Code::HistoryLost,
                        format!("the event `{key}` of `{}` is gone", case.id),
                        Spot::Whole,
                    ),
                };
                found.push(
                    Diagnostic::new(code, message)
                        .at(place_in(&case.path, text, spot))
                        .note(format!("it was: {line}"))
                        .note(GROWS)
                        .help(format!(
                            "what was wrong is corrected by another entry: crm undo {} {key}",
                            case.id
                        )),
                );
            }
        }
    }

    /// New events: signed by who pushes; what they take back is theirs to take back; who gets one from the
    /// pool is they themselves.
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
                let message = format!("`{user}` may not sign `{key}` of `{}` as `{by}`", case.id);
                found.push(
                    Diagnostic::new(Code::ForeignSignature, message)
                        .at(at(Some("by")))
                        .note("rule: everybody signs with their own name")
                        .help(format!("by = \"{user}\"; the note can say who told you")),
                );
            }
            if let Some((target, by)) = retracted(event, &prospect.events)
                && !(self.rights.is_admin() || self.rights.speaks_for(by))
            {
                let message = format!(
                    "`{user}` may not take back `{target}` of `{}`: `{by}` signed it",
                    case.id
                );
                found.push(
                    Diagnostic::new(Code::ForeignRetraction, message)
                        .at(at(Some("event")))
                        .note("rule: an entry is taken back by who signed it, who leads them, or an admin")
                        .help(format!("ask `{by}`, or record what is so now")),
                );
            }
            if let Some(owner) =
                event.owner.as_deref().filter(|o| was_pool && !self.rights.may_give_to(o))
            {
                let message = format!("`{user}` may not give `{}` to `{owner}`", case.id);
                found.push(
                    Diagnostic::new(Code::NotYours, message)
                        .at(at(Some("owner")))
                        .note("rule: from the pool, and a new one, one takes for oneself or those one leads")
                        .help(format!("leave it in the pool, for `{owner}` to claim")),
                );
            }
        }
    }

    /// A rep's tallies are theirs.
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
        let message = format!("`{}` may not change the tallies of `{rep}`", self.rights.user());
        Some(
            Diagnostic::new(Code::NotYours, message)
                .at(place_in(&change.path, "", Spot::Whole))
                .note("rule: tallies are kept by the rep, who leads them, or an admin"),
        )
    }
}

/// Are the changed files of one id one file, that perhaps moved? Where there are two of them at once, each
/// is judged by itself.
fn one_file(changes: &[&Change]) -> bool {
    let sides = changes.iter().map(|change| change.parents.len()).max().unwrap_or(0);
    let at_side = |side: usize| {
        changes.iter().filter(|c| c.parents.get(side).is_some_and(Option::is_some)).count()
    };
    let now = changes.iter().filter(|change| change.now.is_some()).count();
    now <= 1 && (0..sides).all(|side| at_side(side) <= 1)
}

const GROWS: &str = "rule: history only grows";

/// A prospect that is gone: its journal must live on, under another id or in one that it was joined to.
fn gone(case: &Case, all: &[Case], found: &mut Vec<Diagnostic>) {
    let lives = |(side, journal): (usize, Content)| {
        journal.events.is_empty() || all.iter().any(|other| lives_in(&journal, side, other))
    };
    if journals(case).all(lives) {
        return;
    }
    let message = format!("the prospect `{}` is gone with its events", case.id);
    found.push(
        Diagnostic::new(Code::HistoryLost, message)
            .at(place_in(&case.path, "", Spot::Whole))
            .note(GROWS)
            .help(format!(
                "who is no prospect any more is lost: crm lose {} --reason TEXT",
                case.id
            )),
    );
}

/// The journal that a prospect has on each side where it is.
fn journals(case: &Case) -> impl Iterator<Item = (usize, Content)> {
    let sides = case.parents.iter().enumerate();
    sides.filter_map(|(side, text)| Some((side, content(text.as_deref()?).0)))
}

/// Does one side's journal live on in what a commit makes of another prospect of that side?
fn lives_in(gone: &Content, side: usize, other: &Case) -> bool {
    let Some(now) = other.now.as_deref().map(|text| content(text).0) else { return false };
    let before = other.parents.get(side).and_then(Option::as_deref).map(|text| content(text).0);
    lives_on(gone, before.as_ref(), &now)
}

/// The keys of events that came with another prospect that is gone: they were signed before.
fn carried(case: &Case, all: &[Case]) -> BTreeSet<String> {
    all.iter()
        .filter(|other| other.now.is_none())
        .flat_map(journals)
        .filter(|(side, journal)| lives_in(journal, *side, case))
        .flat_map(|(_, journal)| journal.events.into_keys())
        .collect()
}

/// What a retraction takes back, and who signed that.
fn retracted<'e>(event: &'e Event, events: &'e [Event]) -> Option<(&'e str, &'e str)> {
    let target = event.event.as_deref()?;
    let signed = events.iter().find(|other| &*other.key.text == target)?;
    Some((target, signed.by.as_deref()?))
}
