//! Two files of one prospect or customer become one: the journals by day, the people, the facts that one of them lacks.
//!
//! Each entry of the other file comes as it is, under its key, so that history only grows. The entries that move it, or
//! say whose it is, cannot count beside those of the file that stays: such an entry is retracted on its own day, and a
//! copy of it without these keys follows. Only a pursuit of the other file that ended before, or began after, those of
//! the file that stays goes on counting as one.

use super::change::{insert, insert_keyed, not_read_back, reads_back, with_facts};
use super::join_note::{day_key, join_note};
use super::references::references;
use super::session::{Done, Session};
use super::target::Target;
use crate::diag::{Code, Diagnostic, Failure, Lang, Place, Words, counted};
use crate::disk::ledger::{Ledger, Loaded};
use crate::disk::write::FileChange;
use crate::format::append::append;
use crate::format::content::written_entries;
use crate::format::line::{bare_or_quoted, event_line, named_suffix};
use crate::model::event::{Event, EventKey};
use crate::model::kind::EventKind;
use crate::model::pipeline::Outcome;
use crate::model::profile::CHANGEABLE;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::plan::import::missing;
use crate::rules::entry::{REFUSED, flaws};
use crate::rules::replay::state::Record;
use crate::rules::replay::{derive, replay, standing};
use crate::value::date::Date;
use crate::value::id::fold;
use crate::value::text::Text;
use std::collections::BTreeSet;

/// Makes two files one: `keep` stays, `other` goes. `note` is the draft of the entry that says so in the journal, and
/// `changed` that of the entries in files where an entry names the other one as parent.
///
/// # Errors
/// Fails if they cannot be one: a prospect and a customer, two boards, two sales, two papers of one number; nothing was
/// written then.
pub fn join(
    session: &Session,
    keep: &Target,
    other: &Target,
    note: &Event,
    changed: &Event,
) -> Result<Done, Failure> {
    let ledger = session.ledger;
    let joined = Joined::of(ledger, keep, other, note, session.written_lang())?;
    let (kept, gone) = (&joined.kept, &joined.gone);
    let shown = ledger.show(&joined.prospect.path);
    let after = append(&joined.facts.text, "events", &joined.lines, &Place::file(&shown))?;
    if !reads_back(ledger, &joined.prospect, &after) {
        return Err(not_read_back(&shown).into());
    }
    let settings = &ledger.settings;
    breaks_no_rule(settings, &keep.loaded.prospect, &other.loaded.prospect, &joined.prospect)?;
    let change = |target: &Target, after| FileChange {
        path: target.loaded.prospect.path.clone(),
        before: Some(target.loaded.text.clone()),
        after,
    };
    let mut changes = vec![change(keep, Some(after)), change(other, None)];
    let ours = [&*keep.loaded.prospect.path, &*other.loaded.prospect.path];
    if other.loaded.prospect.is_customer {
        for one in references(ledger, other.id(), &ours)? {
            changes.push(one.pointed_at(ledger, keep.id(), changed)?);
        }
    }
    let differences = session.write(&changes)?;
    let mut said = Vec::new();
    if !session.is_dry() {
        let (n, from, to) = (other.loaded.prospect.events.len(), other.named(), keep.named());
        let entries = counted(n, "entry", "entries");
        said.push(words!(
            "{from} is part of {to} now: {entries}",
            "{from} 已并入 {to}：{n} 条记录"
        ));
        let followed = changes.len() - 2;
        said.extend(
            (followed > 0)
                .then(|| words!("files that name it: {followed}", "随之改写的文件：{followed} 个")),
        );
    }
    said.extend(differing(kept, gone));
    Ok(Done { said, differences, doubts: session.doubts([], None), ..Done::default() })
}

/// The file that stays, as a join makes it.
pub(super) struct Joined {
    /// The prospect or customer with the entries and people of both.
    pub prospect: Prospect,
    /// The file that stays with the facts and people of the other one, and without its entries.
    pub facts: Loaded,
    /// The keys of the entries that come from the other file, and of those that the join writes.
    pub keys: BTreeSet<Text>,
    /// The lines of these entries.
    lines: Vec<String>,
    /// Both records before.
    kept: Record,
    gone: Record,
}

impl Joined {
    /// Joins two files that may be one; `note` is the draft of the entry that says so, `lang` the language of reasons.
    ///
    /// # Errors
    /// Fails if they cannot be one.
    pub fn of(
        ledger: &Ledger,
        keep: &Target,
        other: &Target,
        note: &Event,
        lang: Lang,
    ) -> Result<Joined, Failure> {
        let settings = &ledger.settings;
        let (kept, gone) = (record(keep, settings)?, record(other, settings)?);
        may_be_one(&kept, &gone, settings)?;
        let parts = Parts::of(&kept, &gone, settings)?;
        let mut wanted = gone.prospect.clone();
        (wanted.account, wanted.pipeline) = (None, None);
        wanted.profile_mut().parent = None;
        let facts = missing(&keep.loaded.prospect, &kept.prospect, &wanted, settings);
        let facts = with_facts(ledger, &keep.loaded, &facts)?;
        let mut prospect = facts.prospect.clone();
        let (mut lines, mut added) = (Vec::new(), BTreeSet::new());
        let written = written_entries(&ledger.opened(&other.loaded.text));
        let keys = Keys::of(&keep.loaded.prospect.events, &other.loaded.prospect.id);
        for event in &other.loaded.prospect.events {
            let (key, came) = (bare_or_quoted(&keys.of_key(&event.key.text)), keys.renamed(event));
            // As it is written, unless it names another entry now.
            lines.push(match written.get(&*event.key.text) {
                Some(body) if came.event == event.event => format!("{key} = {body}"),
                _ => event_line(&came),
            });
            added.insert(came.key.text.clone());
            insert_keyed(&mut prospect, came);
        }
        let mut add = |event: Event| {
            let event = insert(&mut prospect, event);
            added.insert(event.key.text.clone());
            lines.push(event_line(event));
        };
        for Quieted { is_ours, key, date, copy } in parts.quieted(&other.loaded.prospect) {
            let reason = match lang {
                Lang::Zh => format!("与 {} 合并", other.id()),
                Lang::En | Lang::Machine => format!("joined with {}", other.id()),
            };
            add(Event {
                event: Some(if is_ours { key } else { keys.of_key(&key) }),
                reason: Some(reason.as_str().into()),
                by: note.by.clone(),
                ..Event::new(day_key(date), EventKind::Retracted)
            });
            copy.into_iter().for_each(&mut add);
        }
        let text = join_note(&other.named(), lang);
        let said = note.note.as_deref().map_or(text.clone(), |more| format!("{text}: {more}"));
        add(Event { note: Some(said.as_str().into()), ..note.clone() });
        Ok(Joined { prospect, facts, keys: added, lines, kept, gone })
    }
}

pub(super) fn record(target: &Target, settings: &Settings) -> Result<Record, Diagnostic> {
    replay(target.loaded.prospect.clone(), settings, Date::MAX).ok_or_else(|| {
        let named = target.named();
        Diagnostic::new(Code::CannotJoin, words!("{named} has no entry", "{named} 没有任何记录"))
    })
}

/// Fails for two files that are not of one and the same.
fn may_be_one(kept: &Record, gone: &Record, settings: &Settings) -> Result<(), Diagnostic> {
    let (a, b) = (&kept.prospect, &gone.prospect);
    let refused = |message: Words| Diagnostic::new(Code::CannotJoin, message);
    if a.path == b.path {
        return Err(refused(words!("`{}` is one file", "`{}` 是同一个文件", a.id)));
    }
    if a.is_customer != b.is_customer {
        let (customer, prospect) = if a.is_customer { (&a.id, &b.id) } else { (&b.id, &a.id) };
        return Err(refused(words!(
            "`{customer}` is a customer, `{prospect}` a prospect",
            "`{customer}` 是客户，`{prospect}` 是潜在客户"
        ))
        .help(words!(
            "a prospect of that customer names it: account = \"{customer}\", with crm edit {prospect}",
            "属于该客户的潜在客户请写 account = \"{customer}\"：crm edit {prospect}"
        )));
    }
    if !a.is_customer && kept.pipeline(settings).id != gone.pipeline(settings).id {
        return Err(refused(words!(
            "`{}` and `{}` are on different boards",
            "`{}` 与 `{}` 不在同一看板",
            a.id,
            b.id
        ))
        .help(two_chances()));
    }
    let is_parent = |of: &Prospect, parent: &Prospect| {
        of.profile().parent.as_deref().is_some_and(|named| fold(named) == fold(&parent.id))
    };
    if is_parent(a, b) || is_parent(b, a) {
        return Err(refused(words!(
            "one of `{}` and `{}` is the parent of the other",
            "`{}` 与 `{}` 是上下级关系",
            a.id,
            b.id
        )));
    }
    let theirs = numbers(b);
    if let Some((kind, number)) = numbers(a).iter().find(|paper| theirs.contains(*paper)) {
        return Err(refused(words!(
            "both have a `{kind}` of the number `{number}`: as one file the later would replace the earlier",
            "两者都有编号 `{number}` 的 `{kind}`：合并后后者会取代前者"
        ))
        .help(words!(
            "if it was entered twice, retract one of them: crm undo {} EVENT",
            "若是重复录入，请撤回其一：crm undo {} 记录",
            b.id
        )));
    }
    Ok(())
}

fn two_chances() -> Words {
    words!(
        "two chances at one customer are two prospects of one account: crm add --customer NAME --from ID ID",
        "同一客户的两个机会是同一账户下的两个潜在客户：crm add --customer 名称 --from 编号 编号"
    )
}

/// The papers with numbers and the cases with names, of the entries that are not retracted.
fn numbers(prospect: &Prospect) -> BTreeSet<(String, Text)> {
    let number = |event: &Event| Some((event.kind.to_string(), event.details().number.clone()?));
    let ticket = |event: &Event| Some(("ticket".to_owned(), event.ticket.clone()?));
    let all: Vec<&Event> = standing(&prospect.events, Date::MAX).collect();
    all.iter().flat_map(|event| number(event).into_iter().chain(ticket(event))).collect()
}

/// The entries of a journal that say where it begins and ends: each with the number of its pursuit, from 1.
fn by_pursuit<'e>(record: &'e Record, settings: &Settings) -> Vec<(u32, &'e Event)> {
    let pipeline = record.pipeline(settings);
    let (mut pursuit, mut ended) = (1, None);
    let mut numbered = Vec::new();
    for event in standing(&record.prospect.events, Date::MAX) {
        if let Some(to) = event.stage.as_deref().and_then(|id| pipeline.find(id)) {
            if ended.is_some_and(|at| at != to) {
                pursuit += 1;
                ended = None;
            }
            if pipeline.stages[to].outcome != Outcome::Open {
                ended = Some(to);
            }
        }
        numbered.push((pursuit, event));
    }
    numbered
}

/// The first day of a pursuit, and the last one of one that has ended, with how.
type Span = (Date, Option<(Date, Outcome)>);

fn spans(record: &Record) -> Vec<Span> {
    record.history.pursuits.iter().map(|pursuit| (pursuit.opened, pursuit.ended)).collect()
}

/// Are two pursuits of one time? Those that touch in one day are.
fn overlap(a: &Span, b: &Span) -> bool {
    let end = |span: &Span| span.1.map_or(Date::MAX, |(day, _)| day);
    a.0 <= end(b) && b.0 <= end(a)
}

/// An entry that no longer counts, and the one that counts instead.
struct Quieted {
    /// Is it of the file that stays?
    is_ours: bool,
    key: Text,
    date: Date,
    copy: Option<Event>,
}

/// The entries of both files that cannot count as they are.
struct Parts {
    /// Openings behind the first entry of the joined journal: the key, and the copy.
    openings: Vec<Quieted>,
    /// The keys of entries of the other file that are part of a pursuit of the file that stays.
    during: BTreeSet<Text>,
    /// Does the file that stays state a value and a signing date?
    has_value: bool,
    has_close: bool,
}

impl Parts {
    fn of(kept: &Record, gone: &Record, settings: &Settings) -> Result<Parts, Diagnostic> {
        let (ours, theirs) = (spans(kept), spans(gone));
        let apart = |span: &Span| ours.iter().all(|own| !overlap(own, span));
        let is_board = !kept.prospect.is_customer;
        for span in theirs.iter().filter(|span| is_board && !apart(span)) {
            if matches!(span.1, Some((_, Outcome::Won))) {
                let (a, b) = (&kept.prospect.id, &gone.prospect.id);
                let message = words!(
                    "`{b}` was won while `{a}` was pursued: one file would lose that",
                    "`{b}` 在跟进 `{a}` 期间成交：合并后会丢失这笔成交"
                );
                let refused = Diagnostic::new(Code::CannotJoin, message);
                let both = ours.iter().any(|own| matches!(own.1, Some((_, Outcome::Won))));
                return Err(match both {
                    true => refused.help(two_chances()),
                    false => refused.help(words!(
                        "let the won one stay: crm join {b} {a}",
                        "请保留成交的一个：crm join {b} {a}"
                    )),
                });
            }
        }
        let is_apart = |pursuit: u32| {
            let span = theirs.get(pursuit.saturating_sub(1) as usize);
            is_board && span.is_some_and(apart)
        };
        let numbered = by_pursuit(gone, settings);
        let during = numbered.iter().filter(|(pursuit, _)| !is_apart(*pursuit));
        let during: BTreeSet<Text> = during.map(|(_, event)| event.key.text.clone()).collect();
        let mut parts = Parts {
            openings: Vec::new(),
            during,
            has_value: kept.prospect.events.iter().any(|event| event.value.is_some()),
            has_close: kept.prospect.events.iter().any(|event| event.close_by.is_some()),
        };
        let first_of = |record: &Record| {
            standing(&record.prospect.events, Date::MAX).next().map(|event| event.key.clone())
        };
        // The one whose journal begins later is opened by the other one.
        let ours_is_first = first_of(kept) <= first_of(gone);
        let later = if ours_is_first { gone } else { kept };
        let first_stage = kept.pipeline(settings).stages.first().map(|stage| stage.id.clone());
        for event in standing(&later.prospect.events, Date::MAX) {
            if event.kind != EventKind::Opened {
                continue;
            }
            let begins_anew = is_board
                && match ours_is_first {
                    true => is_apart(1),
                    false => theirs.iter().any(|one| apart(one) && one.0 < event.date()),
                };
            let mut copy = match begins_anew {
                true => {
                    Event { kind: EventKind::Moved, stage: first_stage.clone(), ..event.clone() }
                }
                false => Event { kind: EventKind::Note, ..event.clone() },
            };
            if ours_is_first && !begins_anew {
                copy = parts.without_state(&copy);
            } else if !ours_is_first && copy.owner.is_none() && gone.history.owners.len() > 1 {
                // It was opened in the pool, which the other one's owner must not change.
                copy.owner = Some(Text::default());
            }
            let is_something = !is_bare(&copy);
            let (key, date) = (event.key.text.clone(), event.date());
            copy.key = day_key(date);
            copy.unknown.clear();
            let copy = is_something.then_some(copy);
            parts.openings.push(Quieted { is_ours: !ours_is_first, key, date, copy });
        }
        Ok(parts)
    }

    /// An entry without the keys that say where it is, whose, and what it is worth.
    fn without_state(&self, event: &Event) -> Event {
        let kind = match event.kind {
            EventKind::Opened
            | EventKind::Moved
            | EventKind::Hold
            | EventKind::Assigned
            | EventKind::Changed
            | EventKind::Imported => EventKind::Note,
            ref other => other.clone(),
        };
        let mut copy = Event {
            kind,
            stage: None,
            owner: None,
            until: None,
            serves: Vec::new(),
            set: Vec::new(),
            forced: None,
            value: event.value.filter(|_| !self.has_value),
            close_by: event.close_by.filter(|_| !self.has_close),
            ..event.clone()
        };
        if copy.details().milestones.is_empty() && copy.details().buyer.is_none() {
            return copy;
        }
        copy.details_mut().milestones.clear();
        copy.details_mut().buyer = None;
        copy
    }

    /// The entries that are retracted, each with the copy that counts instead, in the order of the days.
    fn quieted(mut self, other: &Prospect) -> Vec<Quieted> {
        let theirs = self.openings.iter().filter(|one| !one.is_ours);
        let opened: BTreeSet<Text> = theirs.map(|one| one.key.clone()).collect();
        let mut all = std::mem::take(&mut self.openings);
        let is_first =
            |event: &Event| other.events.first().is_some_and(|first| first.key == event.key);
        for event in standing(&other.events, Date::MAX) {
            let is_opening = event.kind == EventKind::Opened && is_first(event);
            if opened.contains(&event.key.text) || is_opening || event.kind == EventKind::Retracted
            {
                continue;
            }
            let copy = match self.during.contains(&event.key.text) {
                true => self.without_state(event),
                false if event.kind == EventKind::Changed => {
                    Event { kind: EventKind::Note, set: Vec::new(), ..event.clone() }
                }
                false => Event { set: Vec::new(), ..event.clone() },
            };
            if copy == *event {
                continue;
            }
            let (key, date) = (event.key.text.clone(), event.date());
            let copy = (!is_bare(&copy)).then(|| Event {
                key: day_key(date),
                // The program cannot write keys that it does not know; the retracted entry has them.
                unknown: Vec::new(),
                ..copy
            });
            all.push(Quieted { is_ours: false, key, date, copy });
        }
        all.sort_by(|a, b| (a.date, &a.key).cmp(&(b.date, &b.key)));
        all
    }
}

/// Does the entry say nothing: a note without words, and nothing else?
fn is_bare(event: &Event) -> bool {
    let nothing = Event {
        by: event.by.clone(),
        time: event.time,
        reason: event.reason.clone(),
        ..Event::new(event.key.clone(), EventKind::Note)
    };
    *event == nothing
}

/// The keys of the other file's entries in the joined journal.
struct Keys<'k> {
    taken: BTreeSet<&'k str>,
    other: &'k str,
}

impl<'k> Keys<'k> {
    fn of(kept: &'k [Event], other: &'k str) -> Keys<'k> {
        Keys { taken: kept.iter().map(|event| &*event.key.text).collect(), other }
    }

    /// The key of an entry: with a suffix where the file that stays has one of that key.
    fn of_key(&self, key: &str) -> Text {
        match self.taken.contains(key) {
            true => format!("{key}-j{}", named_suffix(self.other)).as_str().into(),
            false => key.into(),
        }
    }

    fn renamed(&self, event: &Event) -> Event {
        let key = EventKey { text: self.of_key(&event.key.text), ..event.key.clone() };
        let names = event.event.as_deref().map(|named| self.of_key(named));
        Event { key, event: names, ..event.clone() }
    }
}

/// Fails if the joined journal breaks a rule that neither file broke.
pub(super) fn breaks_no_rule(
    settings: &Settings,
    kept: &Prospect,
    other: &Prospect,
    joined: &Prospect,
) -> Result<(), Failure> {
    let findings = |prospect: &Prospect| -> Vec<Diagnostic> {
        let derived = derive(prospect, settings, Date::MAX).map(|(.., findings)| findings);
        let flaws = flaws(prospect).into_iter().map(|flaw| flaw.what);
        let all = derived.unwrap_or_default().into_iter().chain(flaws);
        all.filter(|found| found.is_error() || REFUSED.contains(&found.code)).collect()
    };
    let known: Vec<Diagnostic> = [kept, other].into_iter().flat_map(findings).collect();
    let count = |found: &[Diagnostic], code| found.iter().filter(|one| one.code == code).count();
    let now = findings(joined);
    let new = now.iter().filter(|one| count(&now, one.code) > count(&known, one.code));
    let refused: Vec<Diagnostic> = new
        .map(|one| {
            let mut one = one.clone().refused();
            one.place = None;
            one.message = one.message.about(&joined.id);
            one
        })
        .collect();
    if refused.is_empty() { Ok(()) } else { Err(Failure(refused)) }
}

/// The facts that the other file states otherwise, a line for each: those of the file that stays win.
fn differing(kept: &Record, gone: &Record) -> Vec<Words> {
    use crate::model::profile::FactValue;
    let words = |value: &FactValue| match value {
        FactValue::Nothing => String::new(),
        FactValue::Text(text) => text.to_string(),
        FactValue::Texts(texts) => texts.join(", "),
        FactValue::Money(money) => money.to_string(),
        FactValue::Date(date) => date.to_string(),
    };
    let owner = |record: &Record| record.state.owner.as_deref().unwrap_or_default().to_owned();
    let (a, b) = (owner(kept), owner(gone));
    let owners = (a != b && !b.is_empty())
        .then(|| words!("owner stays {a}, not {b}", "负责人仍为 {a}，而非 {b}"));
    let facts = gone.prospect.stated().into_iter().filter_map(|(name, theirs)| {
        let ours = kept.prospect.value_of(&name);
        let is_told = ours != theirs && ours != FactValue::Nothing;
        is_told.then(|| {
            let (is, was) = (words(&ours), words(&theirs));
            let zh = CHANGEABLE.iter().find(|row| row.0 == &*name).map_or(&*name, |row| row.3);
            words!("{name} stays {is}, not {was}", "{zh}仍为 {is}，而非 {was}")
        })
    });
    owners.into_iter().chain(facts).collect()
}
