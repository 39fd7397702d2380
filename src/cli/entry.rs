//! Writing entries: from what was typed to an event, checked by the rules, appended, read back, and
//! committed - all or nothing.

use super::args::{Facts, Signed, Where};
use super::context::Context;
use super::diagnose::show;
use crate::diag::{Code, Diagnostic, Failure, Lang, Place, Severity, Spot, Words};
use crate::disk::find::find;
use crate::disk::ledger::{Ledger, Loaded};
use crate::disk::write::{Change, Writer};
use crate::format::append::append;
use crate::format::line::{assign_key, event_line};
use crate::format::new_file::new_file;
use crate::format::read_prospect::read_prospect;
use crate::git::program::Git;
use crate::model::event::{Event, EventKey};
use crate::model::pipeline::Stage;
use crate::model::prospect::Prospect;
use crate::model::settings::Settings;
use crate::report::Request;
use crate::rules::entry::{REFUSED, flaws, nearly_known_reason, past_dates};
use crate::rules::replay::state::Record;
use crate::rules::replay::{derive, replay};
use crate::value::date::{Date, Time};
use crate::value::money::Money;
use crate::value::text::Text;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A command that is about to write: the ledger, and its lock unless it is a dry run.
pub struct Session<'a> {
    context: &'a Context,
    /// The ledger.
    pub ledger: &'a Ledger,
    writer: Option<Writer>,
}

impl<'a> Session<'a> {
    /// Opens the ledger for writing; a dry run takes no lock and writes nothing.
    pub fn open(context: &'a Context, dry_run: bool) -> Result<Session<'a>, Failure> {
        let ledger = context.ledger()?;
        let writer = if dry_run { None } else { Some(Writer::open(&ledger.root)?) };
        writer.iter().flat_map(|w| &w.finished).for_each(|found| context.found(found.clone()));
        Ok(Session { context, ledger, writer })
    }

    /// The prospects a command means: by ids, or by `--where`. All that is wrong is reported together.
    pub fn targets(&self, ids: &[String], chosen: &Where) -> Result<Vec<Target>, Failure> {
        let paths = match &chosen.query {
            Some(query) => {
                if let Some(id) = ids.first() {
                    return Err(Diagnostic::new(
                        Code::BadArgument,
                        words!(
                            "`{id}` and --where exclude each other",
                            "`{id}` 与 --where 不能同时使用"
                        ),
                    )
                    .help(words!(
                        "name prospects, or select them with a query",
                        "写出潜在客户，或用查询选择，二者取一"
                    ))
                    .into());
                }
                self.selected(query)?
            }
            None if ids.is_empty() => {
                return Err(Diagnostic::new(
                    Code::BadArgument,
                    words!("no prospect given", "没有指定潜在客户"),
                )
                .help(words!(
                    "name one or more ids, or select with --where QUERY",
                    "写出一个或多个编号，或用 --where QUERY 选择"
                ))
                .into());
            }
            None => self.named(ids)?,
        };
        let mut targets = Vec::new();
        let mut problems = Vec::new();
        for path in paths {
            match self.target(&path) {
                Ok(target) => targets.push(target),
                Err(found) => problems.extend(found.0),
            }
        }
        if problems.is_empty() { Ok(targets) } else { Err(Failure(problems)) }
    }

    /// One prospect, read from its file and replayed up to the as-of day.
    pub fn target(&self, path: &Path) -> Result<Target, Failure> {
        let loaded = self.ledger.read(path).map_err(Failure)?;
        let broken: Vec<Diagnostic> =
            loaded.problems.iter().filter(|p| p.is_error()).cloned().collect();
        if !broken.is_empty() {
            return Err(Failure(broken));
        }
        let settings = &self.ledger.settings;
        let record = replay(loaded.prospect.clone(), settings, self.context.today)
            .ok_or_else(|| not_yet(&loaded.prospect.id, self.context.today))?;
        Ok(Target { loaded, record })
    }

    fn named(&self, ids: &[String]) -> Result<Vec<PathBuf>, Failure> {
        let mut paths = Vec::new();
        let mut problems = Vec::new();
        for id in ids {
            match find(self.ledger, id) {
                Ok(path) if paths.contains(&path) => {}
                Ok(path) => paths.push(path),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() { Ok(paths) } else { Err(Failure(problems)) }
    }

    fn selected(&self, query: &str) -> Result<Vec<PathBuf>, Failure> {
        let request = Request::of(self.context.query("--where", query)?);
        let book = self.context.book_for(&request, false)?;
        let path = |record: &Record| Some(record.prospect.path.clone());
        self.context.reading(&book, || request.gather(&book, path))
    }

    /// Appends the entries to their files; prints the difference instead on a dry run.
    pub fn commit(&self, entries: Vec<Entry>) -> Result<(), Failure> {
        let mut changes = Vec::new();
        let mut problems = Vec::new();
        for entry in &entries {
            match changed(self.ledger, &entry.target.loaded, &entry.events) {
                Ok(change) => changes.push(change),
                Err(found) => problems.extend(found.0),
            }
        }
        if !problems.is_empty() {
            return Err(Failure(problems));
        }
        self.write(&changes)?;
        if self.writer.is_some() {
            for entry in &entries {
                self.context.say(entry.said.get(self.context.spoken()));
                if let Some(until) = self.ended_hold(entry) {
                    let said = words!("the hold until {until} ends", "暂缓（至 {until}）就此结束");
                    let said = said.about(&entry.target.named());
                    self.context.say(said.get(self.context.spoken()));
                }
            }
        }
        self.doubt(entries.iter().flat_map(|entry| &entry.events), None);
        Ok(())
    }

    /// Warns of what is doubtful about entries that stand all the same, each thing once, and of `more`.
    pub fn doubt<'e>(&self, events: impl IntoIterator<Item = &'e Event>, more: Option<Diagnostic>) {
        let settings = &self.ledger.settings;
        let mut doubts: Vec<Diagnostic> = Vec::new();
        for event in events {
            let flaws = past_dates(event).into_iter().chain(nearly_known_reason(event, settings));
            for flaw in flaws {
                if !doubts.contains(&flaw.what) {
                    doubts.push(flaw.what);
                }
            }
        }
        doubts.extend(more);
        doubts.iter_mut().for_each(|doubt| doubt.severity = Severity::Warning);
        show(&doubts, self.context.look_of_messages());
    }

    /// The day until which the prospect was on hold, if the entry's events end that.
    fn ended_hold(&self, entry: &Entry) -> Option<Date> {
        let state = &entry.target.record.state;
        let hold = state.hold.as_ref().filter(|_| state.flags.on_hold)?;
        let mut prospect = entry.target.loaded.prospect.clone();
        for event in &entry.events {
            insert(&mut prospect, event.clone());
        }
        let after = replay(prospect, &self.ledger.settings, self.context.today)?;
        (!after.state.flags.on_hold).then_some(hold.until)
    }

    /// Writes changes as they are, or prints them on a dry run.
    pub fn write(&self, changes: &[Change]) -> Result<(), Failure> {
        match &self.writer {
            Some(writer) => writer.commit(changes).map_err(Failure::from),
            None => changes.iter().try_for_each(|change| {
                let shown = self.ledger.show(&change.path);
                let before = change.before.as_deref().unwrap_or("");
                self.context.print(&unified(&shown, before, &change.after))
            }),
        }
    }

    /// An event of this kind from what was typed, not yet with its key's number.
    pub fn draft(&self, kind: &str, signed: &Signed, facts: &Facts) -> Result<Event, Failure> {
        let context = self.context;
        let settings = &self.ledger.settings;
        let date = match &signed.date {
            Some(text) => context.date("--date", text)?,
            None => context.today,
        };
        if date > context.today {
            return Err(Diagnostic::new(
                Code::BadArgument,
                words!("{date} is in the future", "{date} 是将来的日期"),
            )
            .help(words!(
                "an entry records what happened; what is agreed for later is its --next",
                "流水只记录已经发生的事；约定的下一步请用 --next"
            ))
            .into());
        }
        let mut event = Event::new(EventKey { date, n: 0, text: date.to_string().into() }, kind);
        event.by = self.signature(signed)?;
        event.time = signed.time.as_deref().map(time).transpose()?;
        event.note = signed.note.as_deref().map(Into::into);
        event.next =
            facts.next.as_deref().map(|text| context.moment("--next", text)).transpose()?;
        event.next_what = facts.next_what.as_deref().map(Into::into);
        event.confirms = criteria(settings, &facts.confirm, true)?;
        event.revokes = criteria(settings, &facts.revoke, false)?;
        event.close_by =
            facts.close_by.as_deref().map(|text| context.date("--close-by", text)).transpose()?;
        event.value = facts.value.as_deref().map(|text| money("--value", text)).transpose()?;
        event.amount = facts.amount.as_deref().map(|text| money("--amount", text)).transpose()?;
        event.reached = facts.reached;
        event.owner = facts.owner.as_deref().map(|id| rep(settings, "--owner", id)).transpose()?;
        Ok(event)
    }

    /// Who signs: `--by`, else `CRM_USER`, else the rep whose e-mail git knows here.
    fn signature(&self, signed: &Signed) -> Result<Option<Text>, Diagnostic> {
        let settings = &self.ledger.settings;
        match (&signed.by, &self.context.env.user) {
            (Some(by), _) => rep(settings, "--by", by).map(Some),
            (None, Some(user)) => rep(settings, "CRM_USER", user).map(Some),
            (None, None) => Ok(rep_of_git(settings, &self.ledger.root)),
        }
    }
}

/// The change that adds events to a file. The new text is read back: it must hold the old events and the
/// new ones, and break no rule that it did not break before.
pub fn changed(ledger: &Ledger, loaded: &Loaded, events: &[Event]) -> Result<Change, Failure> {
    let shown = ledger.show(&loaded.prospect.path);
    let mut prospect = loaded.prospect.clone();
    let lines: Vec<String> =
        events.iter().map(|event| event_line(insert(&mut prospect, event.clone()))).collect();
    keeps_rules(&ledger.settings, &loaded.prospect, &prospect)?;
    let after = append(&loaded.text, "events", &lines, &Place::file(&shown))?;
    if !reads_back(ledger, &prospect, &after) {
        return Err(Diagnostic::new(
            Code::WriteFailed,
            "the entry would not read back as it was meant; nothing was changed",
        )
        .at(Place::file(&shown))
        .help("`crm check` may say what is unusual about this file")
        .into());
    }
    Ok(Change { path: prospect.path, before: Some(loaded.text.clone()), after })
}

/// The change that makes a new prospect's file. Its events stand already, with their keys.
pub fn created(ledger: &Ledger, prospect: &Prospect) -> Result<Change, Failure> {
    let bare = Prospect { events: Vec::new(), ..prospect.clone() };
    keeps_rules(&ledger.settings, &bare, prospect)?;
    let after = new_file(prospect);
    if !reads_back(ledger, prospect, &after) {
        return Err(Diagnostic::new(
            Code::WriteFailed,
            "the prospect would not read back as it was meant; nothing was written",
        )
        .into());
    }
    Ok(Change { path: prospect.path.clone(), before: None, after })
}

/// Gives an event its key and its place in the journal.
pub fn insert(prospect: &mut Prospect, mut event: Event) -> &Event {
    assign_key(&mut event, &prospect.id, &prospect.events);
    let at = prospect.events.partition_point(|earlier| earlier.key < event.key);
    prospect.events.insert(at, event);
    &prospect.events[at]
}

fn reads_back(ledger: &Ledger, prospect: &Prospect, text: &str) -> bool {
    let shown = ledger.show(&prospect.path);
    let (back, _) = read_prospect(text, &prospect.id, &prospect.path, &shown, &ledger.settings);
    back.as_ref() == Some(prospect)
}

/// No new entry may make the file break a rule that it kept so far.
fn keeps_rules(settings: &Settings, before: &Prospect, after: &Prospect) -> Result<(), Failure> {
    let findings = |prospect: &Prospect| {
        let derived = derive(prospect, settings, Date::MAX).map(|(.., findings)| findings);
        let flaws = flaws(prospect).into_iter().map(|flaw| {
            let spot = Spot::Event(flaw.event.key.text.to_string(), flaw.field);
            flaw.what.at(Place::file(&prospect.path).at(spot))
        });
        derived.unwrap_or_default().into_iter().chain(flaws).collect::<Vec<_>>()
    };
    let known = findings(before);
    let known: BTreeSet<(&Option<Place>, Code)> =
        known.iter().map(|finding| (&finding.place, finding.code)).collect();
    let new: Vec<Diagnostic> = findings(after)
        .into_iter()
        .filter(|finding| finding.is_error() || REFUSED.contains(&finding.code))
        .map(Diagnostic::refused)
        .filter(|finding| !known.contains(&(&finding.place, finding.code)))
        .map(|mut finding| {
            // The entry is not in the file, so there is nothing to point at.
            finding.place = None;
            finding.message = finding.message.about(&after.id);
            finding
        })
        .collect();
    if new.is_empty() { Ok(()) } else { Err(Failure(new)) }
}

/// A prospect that a command is about to change.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its file.
    pub loaded: Loaded,
    /// Where it stands on the as-of day.
    pub record: Record,
}

impl Target {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.loaded.prospect.id
    }

    /// Its id and name, for talk.
    pub fn named(&self) -> String {
        let prospect = &self.loaded.prospect;
        if prospect.name == prospect.id {
            prospect.id.to_string()
        } else {
            format!("{} ({})", prospect.id, prospect.name)
        }
    }

    /// It on the day of an event: dates before it was opened are refused.
    pub fn on(&self, settings: &Settings, date: Date) -> Result<Record, Diagnostic> {
        let id = self.id();
        replay(self.loaded.prospect.clone(), settings, date).ok_or_else(|| {
            Diagnostic::new(
                Code::BadArgument,
                words!("{date} is before `{id}` was opened", "{date} 早于 `{id}` 的建档日期"),
            )
            .help(words!("choose a later --date", "请用更晚的 --date"))
        })
    }
}

/// That a prospect stands where its pursuit has ended, for commands that go on with one.
pub fn ended(target: &Target, here: &str) -> Diagnostic {
    let (named, id) = (target.named(), target.id());
    Diagnostic::new(
        Code::MoveAfterEnd,
        words!(
            "{named} is at `{here}`: its pursuit has ended",
            "{named} 在 `{here}`：这一轮已经结束"
        ),
    )
    .help(words!("to begin a new pursuit: crm reopen {id}", "开始新的一轮：crm reopen {id}"))
}

/// A move in words, for talk: `zhang (张先生): Opportunity -> 25%`.
pub fn moved(target: &Target, from: &Stage, to: &Stage, lang: Lang) -> String {
    let label = |stage: &Stage| stage.label.get(lang, &stage.id).to_owned();
    format!("{}: {} -> {}", target.named(), label(from), label(to))
}

/// Events for one prospect, and what to say when they stand.
pub struct Entry {
    /// The prospect.
    pub target: Target,
    /// The events, without the numbers of their keys.
    pub events: Vec<Event>,
    /// One line of talk.
    pub said: Words,
}

/// A prospect that does not exist on the day.
pub fn not_yet(id: &str, today: Date) -> Diagnostic {
    Diagnostic::new(
        Code::NotFound,
        words!("`{id}` was opened after {today}", "`{id}` 在 {today} 之后才建档"),
    )
    .help(words!("look from a later day: --as-of DATE", "请从更晚的日期看：--as-of DATE"))
}

/// A known rep, or the pool (`""`). A ledger without reps takes any name.
pub fn rep(settings: &Settings, origin: &str, id: &str) -> Result<Text, Diagnostic> {
    if id.is_empty() || settings.reps.is_empty() || settings.rep(id).is_some() {
        return Ok(id.into());
    }
    Err(Diagnostic::new(
        Code::UnknownRep,
        words!("{origin}: no rep `{id}`", "{origin}：没有业务员 `{id}`"),
    )
    .typed()
    .nearest(id, settings.reps.iter().map(|rep| &*rep.id)))
}

/// An amount that somebody typed.
pub fn money(origin: &str, text: &str) -> Result<Money, Diagnostic> {
    Money::parse_typed(text).map_err(|bad| {
        Diagnostic::new(Code::BadMoney, bad.words().about(origin)).typed().help(words!(
            "an amount is 1500, 1500.50, 1,500, 10k, 5万 or \"1500.50 USD\"",
            "金额写作 1500、1500.50、1,500、10k、5万 或 \"1500.50 USD\""
        ))
    })
}

fn time(text: &str) -> Result<Time, Diagnostic> {
    Time::parse_typed(text).ok_or_else(|| {
        let message = words!("--time: `{text}` is not a time", "--time: `{text}` 不是时间");
        Diagnostic::new(Code::BadArgument, message).help(words!("write 14:00", "请写成 14:00"))
    })
}

/// Criteria by id; those to confirm must be ones that a person can attest.
fn criteria(settings: &Settings, ids: &[String], confirm: bool) -> Result<Vec<Text>, Diagnostic> {
    let mut known = Vec::new();
    for id in ids {
        let Some(criterion) = settings.criterion(id) else {
            return Err(Diagnostic::new(Code::UnknownCriterion, format!("no criterion `{id}`"))
                .typed()
                .nearest(id, settings.criteria.iter().map(|c| &*c.id)));
        };
        if confirm && !criterion.attestable() {
            let attestable: Vec<&str> =
                settings.criteria.iter().filter(|c| c.attestable()).map(|c| &*c.id).collect();
            return Err(Diagnostic::new(
                Code::ComputedCriterion,
                format!("`{id}` follows from the entries and cannot be confirmed by hand"),
            )
            .typed()
            .help(format!("can be confirmed: {}", attestable.join(", "))));
        }
        if !known.contains(&criterion.id) {
            known.push(criterion.id.clone());
        }
    }
    Ok(known)
}

/// The known kind of this name.
pub fn kind<'s>(settings: &'s Settings, name: &str) -> Result<&'s str, Diagnostic> {
    match settings.kinds.names().find(|kind| *kind == name) {
        Some(kind) => Ok(kind),
        None => Err(Diagnostic::new(Code::UnknownKind, format!("no kind of event `{name}`"))
            .typed()
            .nearest(name, settings.kinds.names())
            .help(format!("a kind of your own needs a section in crm.toml: [kind.{name}]"))),
    }
}

/// The rep whose e-mail is git's `user.email` in this folder.
pub fn rep_of_git(settings: &Settings, root: &Path) -> Option<Text> {
    if settings.reps.iter().all(|rep| rep.email.is_none()) {
        return None;
    }
    let email = Git::at(root).ask(&["config", "--get", "user.email"]).ok().flatten()?;
    let email = String::from_utf8(email).ok()?;
    settings.rep_by_email(email.trim()).map(|rep| rep.id.clone())
}

/// The difference of two texts as `diff -u` shows it.
pub fn unified(path: &Path, before: &str, after: &str) -> String {
    let name = path.display().to_string();
    let old = if before.is_empty() { "/dev/null".to_owned() } else { name.clone() };
    similar::TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(1)
        .header(&old, &name)
        .to_string()
}
