//! The guard's rules for prospects: the rep who may change them; `events` has the rules for their entries.

use super::commits::Commit;
use super::events::{Entries, Loss, gone, history, losses};
use super::files::{Case, File, Files, Rules, rules_of};
use super::own::{Own, own};
use super::{in_commit, place_in};
use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::disk::file::id_of;
use crate::disk::ledger::Ledger;
use crate::format::content::content;
use crate::format::merge::{FileKind, opening_of};
use crate::format::read_prospect::read_prospect;
use crate::format::sealed::places::{SealablePlace, open_text};
use crate::model::prospect::Prospect;
use crate::rules::erasure::is_erasure;
use crate::rules::replay::replay;
use crate::rules::team::rights::Rights;
use crate::value::date::Date;
use crate::value::id;
use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// Judges the changes of commits to the prospects, tallies and records of access of one ledger.
pub struct Judge<'a> {
    /// The ledger as it was before the push: on the branch that is pushed to, and on the main branch.
    ledgers: &'a [Ledger],
    rights: &'a Rights<'a>,
    prefix: &'a str,
    today: Date,
    /// The file of each id in each of the ledgers.
    known: Vec<HashMap<String, PathBuf>>,
}

impl<'a> Judge<'a> {
    /// A judge of the ledger below `prefix`, for a user with these rights.
    pub fn new(
        ledgers: &'a [Ledger],
        rights: &'a Rights<'a>,
        prefix: &'a str,
        today: Date,
    ) -> Judge<'a> {
        let index = |ledger: &Ledger| {
            let (paths, _) = ledger.paths();
            paths.into_iter().rev().map(|path| (id::fold(&id_of(&path)), path)).collect()
        };
        Judge { ledgers, rights, prefix, today, known: ledgers.iter().map(index).collect() }
    }

    /// Every change of a commit that is not allowed.
    pub fn judge(&self, commit: &Commit, files: &mut Files) -> Result<Vec<Diagnostic>, Diagnostic> {
        let of = |rules: Rules| move |path: &Path| rules_of(path, self.prefix) == Some(rules);
        let cases = files.cases(commit, FileKind::Prospect, of(Rules::Prospect))?;
        let mut found = Vec::new();
        for (case, loss) in cases.iter().zip(losses(&cases, self.rights)) {
            self.prospect(commit, case, &cases, loss, &mut found);
        }
        for case in &files.cases(commit, FileKind::Activity, of(Rules::Tally))? {
            super::tallies::judge(commit, case, self.rights, &mut found);
        }
        for case in &files.cases(commit, FileKind::Access, of(Rules::Access))? {
            super::access::judge(commit, case, self.rights, &mut found);
        }
        let note = in_commit(&commit.id);
        Ok(found.into_iter().map(|problem| problem.note(note.clone())).collect())
    }

    fn prospect(
        &self,
        commit: &Commit,
        case: &Case,
        all: &[Case],
        loss: Option<Loss>,
        found: &mut Vec<Diagnostic>,
    ) {
        let own = own(commit, case);
        if own.is_nothing() {
            return;
        }
        if (own.form || !own.added.is_empty()) && !self.is_erasure(case) {
            self.permission(case, &own, found);
        }
        let Some(now) = &case.now else {
            if let Some(loss) = loss {
                gone(case, loss, found);
            }
            return;
        };
        // A file that cannot be read would hide events that the next commit drops.
        if now.read.items.broken {
            found.extend(self.broken(case));
            return;
        }
        let settings = self.ledgers.first().map(|ledger| &ledger.settings);
        history(case, &own, settings, self.rights, found);
        self.open_texts(case, found);
        if let Some(ledger) = self.ledgers.first() {
            let was_pool = self.owners(case).iter().all(Option::is_none);
            let (settings, rights, today) = (&ledger.settings, self.rights, self.today);
            Entries { case, own: &own, all, settings, rights, was_pool, today }.judge(found);
        }
    }

    /// Does the commit erase the person of a file, and nothing else, by a user who may do that with the files of every
    /// owner?
    fn is_erasure(&self, case: &Case) -> bool {
        let Some(ledger) = self.ledgers.first().filter(|_| self.rights.may_erase()) else {
            return false;
        };
        let (path, settings) = (&case.path, &ledger.settings);
        let read = |text: &str| read_prospect(text, &case.id, path, path, settings).0;
        let now = read(case.text());
        let erases = |was: Prospect| now.as_ref().is_some_and(|is| is_erasure(&was, is, settings));
        case.before().filter_map(|(_, file)| read(&file.read.text)).any(erases)
    }

    /// Refuses open values in fields that must be sealed; those that a side of the commit has as they are came before.
    fn open_texts(&self, case: &Case, found: &mut Vec<Diagnostic>) {
        let Some(sealing) = self.ledgers.first().and_then(|ledger| ledger.sealing.as_deref())
        else {
            return;
        };
        let key = |place: SealablePlace| (place.way, place.value);
        let of = |text: &str| sealing.still_open(text).into_iter();
        let known: BTreeSet<_> =
            case.before().flat_map(|(_, file)| of(&file.read.text)).map(key).collect();
        for place in of(case.text()) {
            if !known.contains(&(place.way.clone(), place.value.clone())) {
                found.push(open_text(&place).at(place_in(&case.path, case.text(), Spot::Whole)));
            }
        }
    }

    /// Why a file is no TOML.
    fn broken(&self, case: &Case) -> Vec<Diagnostic> {
        let Some(ledger) = self.ledgers.first() else { return Vec::new() };
        let (path, text) = (&case.path, case.text());
        let (_, problems) = read_prospect(text, &case.id, path, path, &ledger.settings);
        let placed = |problem: Diagnostic| match problem.place.clone() {
            Some(place) => problem.at(place_in(path, text, place.spot)),
            None => problem,
        };
        problems.into_iter().map(placed).collect()
    }

    /// Refuses a change to a prospect of another rep.
    fn permission(&self, case: &Case, own: &Own, found: &mut Vec<Diagnostic>) {
        let mut owners = self.owners(case);
        // This push opened it, or another branch did.
        if owners.is_empty() {
            owners = case.before().map(|(_, file)| self.owner_in(file)).collect();
        }
        let foreign = owners.iter().find(|owner| !self.rights.may_change(owner.as_deref()));
        let Some(owner) = foreign else { return };
        let user = self.rights.user();
        let owner = owner.as_deref().unwrap_or_default();
        let message = words!(
            "`{user}` may not change `{}`: its owner is `{owner}`",
            "`{user}` 无权修改 `{}`：负责人是 `{owner}`",
            case.id
        );
        found.push(
            Diagnostic::new(Code::NotYours, message)
                .at(spot_of_change(case, own))
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

    /// The owner before the push, in each of the ledgers that has the prospect. Somebody who was opened on another
    /// branch under the same id is not the prospect.
    fn owners(&self, case: &Case) -> Vec<Option<String>> {
        let folded = id::fold(&case.id);
        let pairs = self.ledgers.iter().zip(&self.known);
        let texts = pairs.filter_map(|(ledger, known)| {
            let path = known.get(&folded)?;
            Some((ledger, path, ledger.text(path).ok()?))
        });
        let mut own: Vec<&File> = case.before().map(|(_, file)| file).collect();
        if own.is_empty() {
            own.extend(&case.now);
        }
        let is_it = |text: &str| {
            let known = opening_of(&content(text).0.events);
            own.is_empty() || !own.iter().all(|file| file.is_apart(known.as_ref()))
        };
        texts
            .filter(|(.., text)| is_it(text))
            .map(|(ledger, path, text)| self.owner(ledger, path, &text))
            .collect()
    }

    fn owner_in(&self, file: &File) -> Option<String> {
        self.owner(self.ledgers.first()?, &file.path, &file.read.text)
    }

    fn owner(&self, ledger: &Ledger, path: &Path, text: &str) -> Option<String> {
        let (prospect, _) = read_prospect(text, &id_of(path), path, path, &ledger.settings);
        let prospect = prospect?;
        // A prospect that is opened on a later day already has its first owner.
        let opens = prospect.events.first().map_or(self.today, |event| event.date());
        // An entry of tomorrow is accepted, so it already counts.
        let record = replay(prospect, &ledger.settings, self.today.plus(1).max(opens))?;
        record.state.owner.as_deref().map(str::to_owned)
    }
}

/// The first new event, else the whole file.
fn spot_of_change(case: &Case, own: &Own) -> Place {
    let spot = match own.added.first() {
        Some(key) => Spot::Event(key.clone(), None),
        None => Spot::Whole,
    };
    place_in(&case.path, case.text(), spot)
}
