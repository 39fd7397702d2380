//! The guard's rules for the entries of a prospect: history only grows, each rep signs with their own name, and no
//! entry is of a later day.

use super::files::{Case, File};
use super::own::Own;
use super::{grows, place_in};
use crate::diag::{Code, Diagnostic, Place, Spot};
use crate::format::content::{content, event_line_in};
use crate::format::read_prospect::read_prospect;
use crate::format::sealed::merge::is_only_sealed;
use crate::model::event::Event;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::rules::erasure::is_erased_entry;
use crate::rules::growth::{Content, Harm, Heirs, StaysEntry, is_word_for_word, lives_on};
use crate::rules::team::rights::Rights;
use crate::value::date::Date;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// Refuses changed and lost entries. An admin may seal values, and an admin or the keeper of the pool may erase a person.
pub fn history(
    case: &Case,
    own: &Own,
    settings: Option<&Settings>,
    rights: &Rights,
    found: &mut Vec<Diagnostic>,
) {
    let read = |text: &str| {
        let (path, settings) = (&case.path, settings?);
        read_prospect(text, &case.id, path, path, settings).0
    };
    let now = read(case.text()).filter(|_| rights.may_erase());
    for (key, harm, side) in &own.harmed {
        let was = case.sides.get(*side).and_then(Option::as_ref);
        let is_sealed = |was: &File| {
            let entry = |text: &str| content(text).0.events.remove(key);
            let (was, is) = (entry(&was.read.text), entry(case.text()));
            was.zip(is).is_some_and(|(was, is)| stays_entry(rights)(&was, &is))
        };
        let is_erased = |was: &File| {
            let (was, now, settings) = (read(&was.read.text)?, now.as_ref()?, settings?);
            Some(is_erased_entry(key, &was, now, settings))
        };
        let may_differ = |was: &File| is_sealed(was) || is_erased(was) == Some(true);
        if *harm == Harm::Changed && was.is_some_and(may_differ) {
            continue;
        }
        let line = was.and_then(|file| event_line_in(&file.read.text, key));
        let line = line.unwrap_or_else(|| key.clone());
        let (code, message, spot) = match harm {
            Harm::Changed => (
                Code::HistoryChanged,
                words!(
                    "the event `{key}` of `{}` was changed",
                    "`{}` 的记录 `{key}` 被改动",
                    case.id
                ),
                Spot::Event(key.clone(), None),
            ),
            Harm::Lost => (
                Code::HistoryLost,
                words!("the event `{key}` of `{}` is gone", "`{}` 的记录 `{key}` 不见了", case.id),
                Spot::Whole,
            ),
        };
        found.push(
            Diagnostic::new(code, message)
                .at(place_in(&case.path, case.text(), spot))
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

/// When an entry of a push is still the entry that was there. The guard has no key: it cannot tell a sealed value from
/// another one, and takes an admin's word.
fn stays_entry(rights: &Rights) -> StaysEntry {
    if rights.is_admin() { is_only_sealed } else { is_word_for_word }
}

/// The loss of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Its entries live on in another file, sealed anew, and the user is no admin.
    SealedAnew,
    /// Its entries live on nowhere.
    Gone,
}

/// What each case of a commit loses by being gone.
pub fn losses(all: &[Case], rights: &Rights) -> Vec<Option<Loss>> {
    let kinds = lost(all, is_only_sealed).into_iter().map(|is_gone| match is_gone {
        true => Loss::Gone,
        false => Loss::SealedAnew,
    });
    let lost = lost(all, stays_entry(rights)).into_iter();
    lost.zip(kinds).map(|(is_lost, kind)| is_lost.then_some(kind)).collect()
}

/// Which cases of a commit are gone with their journals: these live on neither under another id nor in a prospect that
/// was joined with theirs. Of two equal journals in one file only one lives on.
fn lost(all: &[Case], stays: StaysEntry) -> Vec<bool> {
    let mut lost = vec![false; all.len()];
    let sides = all.iter().map(|case| case.sides.len()).max().unwrap_or(0);
    for side in 0..sides {
        let at = |case: &Case| Some(case.sides.get(side)?.as_ref()?.read.content());
        let now = |case: &Case| Some((at(case), case.now.as_ref()?.read.content()));
        let mut heirs = Heirs::of(all.iter().filter_map(now), stays);
        let is_gone = |(_, case): &(usize, &Case)| case.now.is_none();
        let gone = all.iter().enumerate().filter(is_gone);
        let mut gone: Vec<(usize, Content)> =
            gone.filter_map(|(n, case)| Some((n, at(case)?))).collect();
        gone.sort_by_key(|(_, journal)| Reverse(journal.events.len()));
        for (n, journal) in gone.iter().filter(|(_, journal)| !journal.events.is_empty()) {
            lost[*n] |= !heirs.take(journal, |_| true);
        }
    }
    lost
}

/// Refuses the removal of a prospect with its journal.
pub fn gone(case: &Case, loss: Loss, found: &mut Vec<Diagnostic>) {
    let message = words!(
        "the prospect `{}` is gone with its events",
        "潜在客户 `{}` 连同记录不见了",
        case.id
    );
    let help = match loss {
        Loss::SealedAnew => words!(
            "an admin may join files with sealed entries: these are sealed anew, and the guard has no key to compare them",
            "合并含加密记录的文件，请由管理员推送：记录会重新加密，服务器没有密钥，无法比对"
        ),
        Loss::Gone => words!(
            "move a prospect that is given up to lost instead: crm lose {} --reason TEXT",
            "不再跟进的客户请记为退出：crm lose {} --reason 原因",
            case.id
        ),
    };
    found.push(
        Diagnostic::new(Code::HistoryLost, message)
            .at(place_in(&case.path, "", Spot::Whole))
            .note(grows())
            .help(help),
    );
}

/// Does one side's journal live on in another prospect of the commit?
fn lives_in(gone: &Content, side: usize, other: &Case, stays: StaysEntry) -> bool {
    let Some(now) = &other.now else { return false };
    let before = other.sides.get(side).and_then(Option::as_ref).map(|file| file.read.content());
    lives_on(gone, before.as_ref(), &now.read.content(), stays)
}

/// The new entries of a commit in one prospect, and those who may have written them.
pub struct Entries<'a> {
    /// The prospect.
    pub case: &'a Case,
    /// The commit's own changes of it.
    pub own: &'a Own,
    /// The other prospects of the commit.
    pub all: &'a [Case],
    /// The settings.
    pub settings: &'a Settings,
    /// The rights of the user.
    pub rights: &'a Rights<'a>,
    /// Had it no owner before the push?
    pub was_pool: bool,
    /// The day.
    pub today: Date,
}

impl Entries<'_> {
    /// Everything that the user may not write.
    pub fn judge(&self, found: &mut Vec<Diagnostic>) {
        let read = |text: &str| {
            let path = &self.case.path;
            read_prospect(text, &self.case.id, path, path, self.settings).0
        };
        let Some(prospect) = read(self.case.text()) else { return };
        // Journals that were moved here from prospects that are gone: their entries were signed before.
        let stays = stays_entry(self.rights);
        let joined: Vec<&str> = self
            .all
            .iter()
            .filter(|other| other.now.is_none())
            .flat_map(|other| other.before())
            .filter(|(side, file)| lives_in(&file.read.content(), *side, self.case, stays))
            .map(|(_, file)| &*file.read.text)
            .collect();
        let before: Vec<Prospect> = self
            .case
            .before()
            .map(|(_, file)| &*file.read.text)
            .chain(joined.iter().copied())
            .filter_map(read)
            .collect();
        let known = |key: &str| {
            let mut events = before.iter().flat_map(|prospect| &prospect.events);
            events.any(|event| &*event.key.text == key)
        };
        let new = |event: &&Event| {
            let key = &*event.key.text;
            self.own.added.iter().any(|added| added == key) && !known(key)
        };
        for event in prospect.events.iter().filter(new) {
            self.signature(event, found);
            self.day(event, found);
            self.gift(event, found);
        }
        let dangling = |event: &&Event| target(event, &prospect).is_none();
        for event in prospect.events.iter().filter(new).filter(dangling) {
            self.unknown_target(event, found);
        }
        let had: BTreeSet<(&str, &str)> = before.iter().flat_map(retractions).collect();
        let writes = !self.own.added.is_empty();
        for pair in retractions(&prospect).filter(|pair| writes && !had.contains(pair)) {
            self.retraction(&prospect, pair, found);
        }
    }

    fn at(&self, event: &Event, field: Option<&'static str>) -> Place {
        let spot = Spot::Event(event.key.text.to_string(), field);
        place_in(&self.case.path, self.case.text(), spot)
    }

    /// Each rep signs with their own name.
    fn signature(&self, event: &Event, found: &mut Vec<Diagnostic>) {
        let (user, key, id) = (self.rights.user(), &event.key.text, &self.case.id);
        let Some(by) = event.by.as_deref().filter(|by| *by != user) else { return };
        let message = words!(
            "`{user}` may not sign `{key}` of `{id}` as `{by}`",
            "`{user}` 不能以 `{by}` 的名义签署 `{id}` 的记录 `{key}`"
        );
        found.push(
            Diagnostic::new(Code::ForeignSignature, message)
                .at(self.at(event, Some("by")))
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

    /// No entry is of a later day than tomorrow: a clock may be a day ahead of the server's.
    fn day(&self, event: &Event, found: &mut Vec<Diagnostic>) {
        let (key, id, today) = (&event.key.text, &self.case.id, self.today);
        if event.key.date <= today.plus(1) {
            return;
        }
        let message = words!(
            "`{key}` of `{id}` is of a later day than today, {today}",
            "`{id}` 的记录 `{key}` 晚于今天（{today}）"
        );
        found.push(
            Diagnostic::new(Code::FutureEvent, message)
                .refused()
                .at(self.at(event, None))
                .note(words!(
                    "rule: an entry says what has happened; one day ahead is left for clocks that differ",
                    "规则：记录只写已发生的事；为时钟差异放宽一天"
                ))
                .help(words!(
                    "correct the date; what is agreed for later is a `next`",
                    "请更正日期；约定的后续事项请写 `next`"
                )),
        );
    }

    /// A prospect is taken from the pool, or opened, for oneself or for reps whom one leads.
    fn gift(&self, event: &Event, found: &mut Vec<Diagnostic>) {
        let (user, id) = (self.rights.user(), &self.case.id);
        let given = |owner: &&str| self.was_pool && !self.rights.may_give_to(owner);
        let Some(owner) = event.owner.as_deref().filter(given) else { return };
        let message = words!(
            "`{user}` may not give `{id}` to `{owner}`",
            "`{user}` 无权把 `{id}` 分给 `{owner}`"
        );
        found.push(
            Diagnostic::new(Code::NotYours, message)
                .at(self.at(event, Some("owner")))
                .note(words!(
                    "rule: a rep may take prospects from the pool, and new ones, only for themselves or for reps \
                     they lead",
                    "规则：公海客户和新客户，只能领给自己或自己的下属"
                ))
                .help(words!(
                    "leave it in the pool, for `{owner}` to claim",
                    "请留在公海，由 `{owner}` 自行领取"
                )),
        );
    }

    /// A retraction whose entry comes later would take back an entry that was not judged with it.
    fn unknown_target(&self, event: &Event, found: &mut Vec<Diagnostic>) {
        let Some(target) = event.event.as_deref() else { return };
        let (key, id) = (&event.key.text, &self.case.id);
        let message = words!(
            "`{key}` of `{id}` retracts `{target}`, which is not there",
            "`{id}` 的记录 `{key}` 要撤回 `{target}`，但没有这条记录"
        );
        found.push(
            Diagnostic::new(Code::ForeignRetraction, message)
                .at(self.at(event, Some("event")))
                .note(own_entries())
                .help(words!(
                    "retract an entry that the prospect has: crm undo {id} KEY",
                    "请撤回该客户已有的记录：crm undo {id} 键"
                )),
        );
    }

    /// An entry is retracted by the rep who signed it, by that rep's manager, or by an admin.
    fn retraction(&self, prospect: &Prospect, pair: (&str, &str), found: &mut Vec<Diagnostic>) {
        let event = |key: &str| prospect.events.iter().find(|event| &*event.key.text == key);
        let (Some(retraction), Some(target)) = (event(pair.0), event(pair.1)) else { return };
        let Some(by) = target.by.as_deref() else { return };
        if self.rights.is_admin() || self.rights.speaks_for(by) {
            return;
        }
        let (user, key, id) = (self.rights.user(), &target.key.text, &self.case.id);
        let message = words!(
            "`{user}` may not retract `{key}` of `{id}`: `{by}` signed it",
            "`{user}` 无权撤回 `{id}` 的记录 `{key}`：由 `{by}` 签署"
        );
        found.push(
            Diagnostic::new(Code::ForeignRetraction, message)
                .at(self.at(retraction, Some("event")))
                .note(own_entries())
                .help(words!(
                    "ask `{by}`, or add an entry with the present facts",
                    "请与 `{by}` 商量，或另写记录说明现状"
                )),
        );
    }
}

fn own_entries() -> crate::diag::Words {
    words!(
        "rule: only the rep who signed an entry, that rep's manager or an admin may retract it",
        "规则：只有签署人、其主管或管理员可以撤回记录"
    )
}

/// The entry that a retraction retracts.
fn target<'p>(event: &Event, prospect: &'p Prospect) -> Option<&'p Event> {
    let target = event.event.as_deref()?;
    prospect.events.iter().find(|other| &*other.key.text == target)
}

/// The keys of each retraction and of its entry.
fn retractions(prospect: &Prospect) -> impl Iterator<Item = (&str, &str)> {
    let retracting = prospect.events.iter().filter(|event| event.event.is_some());
    retracting.filter_map(|event| Some((&*event.key.text, &*target(event, prospect)?.key.text)))
}
