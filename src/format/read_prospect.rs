//! A prospect's file: text -> [`Prospect`], with everything that is wrong in it.

use crate::diag::{Code, Diagnostic, Place, Words};
use crate::format::append::not_lines;
use crate::format::layout::is_of_a_customer;
use crate::format::sealed::keys::SEALED;
use crate::format::syntax::looks_like_date;
use crate::format::tree::{Reader, TomlTable, TomlValue, parse};
use crate::model::buying::BUYER_STEP_NAMES;
use crate::model::event::{Event, EventKey, event_keys};
use crate::model::paper::{INSTALMENT_KEYS, Instalment, LINE_KEYS, LineItem, SEVERITIES, Status};
use crate::model::profile::{
    CHANGEABLE, FactKind, FactValue, Goal, MEASURES, Relation, Step, TERMS, fact_kind,
};
use crate::model::prospect::{Contact, PARTS, Prospect, STANCES};
use crate::model::settings::Settings;
use crate::value::date::Date;
use crate::value::text::Text;
use std::path::Path;
use toml::de::DeValue;

/// Keys of a contact.
pub const CONTACT_KEYS: [&str; 12] = [
    "name", "role", "decides", "phone", "email", "birthday", "part", "stance", "concern",
    "prefers", "refuses", "left",
];

/// Keys of a goal.
pub const GOAL_KEYS: [&str; 6] = ["id", "what", "measure", "target", "by", "term"];

/// Keys of a step.
pub const STEP_KEYS: [&str; 6] = ["id", "what", "by", "goal", "who", "answers"];

/// Reads a file's text. Wrong values are left out and reported; the prospect is `None` only if the file is empty
/// or not TOML. `path` is relative to the ledger's root, `shown` is the path that diagnostics print.
pub fn read_prospect(
    text: &str,
    id: &str,
    path: &Path,
    shown: &Path,
    settings: &Settings,
) -> (Option<Prospect>, Vec<Diagnostic>) {
    let place = Place::file(shown);
    let table = match parse(text, &place) {
        Ok(table) => table,
        Err(problems) => return (None, problems),
    };
    let mut reader = Reader::new(place.clone(), Code::WrongType);
    let is_customer = is_of_a_customer(path);
    let mut prospect =
        Prospect { id: id.into(), is_customer, path: path.to_owned(), ..Prospect::default() };
    if table.is_empty() {
        let problem = Diagnostic::new(Code::EmptyFile, words!("the file is empty", "文件是空的"))
            .at(place)
            .help(words!(
                "a prospect needs at least a name: name = \"…\"",
                "潜在客户至少要有名称：name = \"…\""
            ));
        return (None, vec![problem]);
    }
    for (key, value) in &table {
        fact(&mut reader, &mut prospect, key.get_ref(), value, settings);
    }
    events_last(&mut reader, &table);
    reader.problems.extend(not_lines(text, "events", &table, &place));
    if prospect.name.trim().is_empty() {
        match table.get("name").map(|name| (name.get_ref(), name.span())) {
            None => reader.problems.push(
                Diagnostic::new(
                    Code::MissingName,
                    words!("the prospect has no `name`", "该潜在客户没有 `name`"),
                )
                .at(place)
                .help(words!(
                    "add a line at the top: name = \"…\"",
                    "请在开头加一行：name = \"…\""
                )),
            ),
            Some((DeValue::String(_), span)) => {
                let diagnostic = Diagnostic::new(
                    Code::MissingName,
                    words!("the `name` is empty", "`name` 是空的"),
                )
                .help(words!(
                    "write the prospect's name: name = \"…\"",
                    "请写明客户名称：name = \"…\""
                ));
                reader.problem(span, diagnostic);
            }
            // Of another type: reported as that.
            Some(_) => {}
        }
        prospect.name = id.into();
    }
    (Some(prospect), reader.problems)
}

fn fact(
    reader: &mut Reader,
    prospect: &mut Prospect,
    key: &str,
    value: &TomlValue,
    settings: &Settings,
) {
    match key {
        "name" | "company" | "industry" | "region" | "size" | "source" | "product" | "account"
        | "pipeline" => {
            if let Some(text) = reader.text(key, value) {
                prospect.set_fact(key, &text);
            }
        }
        "needs" => prospect.needs = reader.texts(key, value),
        "tags" => prospect.tags = reader.texts(key, value),
        "contact" => {
            prospect.contacts = reader
                .tables(key, value)
                .into_iter()
                .map(|(table, _)| contact(reader, table))
                .collect();
        }
        "events" => {
            if let Some(table) = reader.table(key, value) {
                prospect.events = events(reader, table, settings);
            }
        }
        own if settings.facts.iter().any(|fact| **fact == *own) => {
            if let Some(text) = reader.text(key, value) {
                prospect.set_fact(key, &text);
            }
        }
        "parent" => prospect.profile_mut().parent = reader.text(key, value),
        "potential" => prospect.profile_mut().potential = reader.money(key, value),
        "credit_limit" => prospect.profile_mut().credit_limit = reader.money(key, value),
        "customer_since" => prospect.profile_mut().customer_since = reader.date(key, value),
        "relation" => {
            let relation = relation(reader, key, value);
            prospect.profile_mut().relation = relation.unwrap_or_default();
        }
        "challenge" => prospect.profile_mut().challenge = reader.texts(key, value),
        "wants" => prospect.profile_mut().wants = reader.texts(key, value),
        "strategic" => prospect.profile_mut().strategic = reader.texts(key, value),
        "documents" => prospect.profile_mut().documents = reader.texts(key, value),
        "competitor" => prospect.profile_mut().competitor = reader.texts(key, value),
        "goal" => {
            let tables = reader.tables(key, value).into_iter();
            prospect.profile_mut().goals = tables.map(|(table, _)| goal(reader, table)).collect();
        }
        "step" => {
            let tables = reader.tables(key, value).into_iter();
            prospect.profile_mut().steps = tables.map(|(table, _)| step(reader, table)).collect();
        }
        // The wrapped keys of sealed values, which are opened before a text comes here.
        SEALED => {
            for (key, value) in reader.table(key, value).into_iter().flatten() {
                reader.text(key.get_ref(), value);
            }
        }
        unknown => prospect.unknown.push(unknown.into()),
    }
}

/// A relation to us.
fn relation(reader: &mut Reader, key: &str, value: &TomlValue) -> Option<Relation> {
    let name = one_of(reader, key, value, &Relation::ALL.map(|row| row.0))?;
    Relation::parse(&name)
}

/// A text that must be one of these.
fn one_of(reader: &mut Reader, key: &str, value: &TomlValue, known: &[&str]) -> Option<Text> {
    let text = reader.text(key, value)?;
    if known.contains(&text.as_str()) {
        return Some(text);
    }
    let diagnostic = Diagnostic::new(
        Code::UnknownWord,
        words!("`{key}` cannot be `{text}`", "`{key}` 不能是 `{text}`"),
    )
    .nearest(&text, known.iter().copied());
    reader.problem(value.span(), diagnostic);
    None
}

fn goal(reader: &mut Reader, table: &TomlTable) -> Goal {
    let mut goal = Goal::default();
    for (key, value) in table {
        let span = key.span();
        let key: &str = key.get_ref();
        match key {
            "id" => goal.id = reader.text(key, value).unwrap_or_default(),
            "what" => goal.what = reader.text(key, value).unwrap_or_default(),
            "measure" => goal.measure = one_of(reader, key, value, &MEASURES),
            "target" => goal.target = reader.money(key, value),
            "by" => goal.by = reader.date(key, value),
            "term" => goal.term = one_of(reader, key, value, &TERMS),
            _ => unknown_key(reader, span, key, words!("a goal", "目标"), &GOAL_KEYS),
        }
    }
    goal
}

fn step(reader: &mut Reader, table: &TomlTable) -> Step {
    let mut step = Step::default();
    for (key, value) in table {
        let span = key.span();
        let key: &str = key.get_ref();
        match key {
            "id" => step.id = reader.text(key, value).unwrap_or_default(),
            "what" => step.what = reader.text(key, value).unwrap_or_default(),
            "by" => step.by = reader.date(key, value),
            "goal" => step.goal = reader.text(key, value),
            "who" => step.who = reader.text(key, value),
            "answers" => step.answers = reader.text(key, value),
            _ => unknown_key(reader, span, key, words!("a step", "步骤"), &STEP_KEYS),
        }
    }
    step
}

/// That a block has a key which this version does not know.
fn unknown_key(
    reader: &mut Reader,
    span: std::ops::Range<usize>,
    key: &str,
    of: Words,
    known: &[&str],
) {
    let message = Words::both(
        format!("unknown key `{key}` of {}; it is kept", of.en()),
        format!("{}中有未知的键 `{key}`；予以保留", of.zh()),
    );
    let diagnostic = Diagnostic::new(Code::UnknownKey, message).nearest(key, known.iter().copied());
    reader.problem(span, diagnostic);
}

/// Roles, each with a rep's id, in the order of the roles.
fn roles(reader: &mut Reader, key: &str, value: &TomlValue) -> Vec<(Text, Text)> {
    let Some(table) = reader.table(key, value) else { return Vec::new() };
    let pair = |(role, rep): (&toml::Spanned<std::borrow::Cow<str>>, &TomlValue)| {
        Some((role.get_ref().as_ref().into(), reader.text(role.get_ref(), rep)?))
    };
    let mut roles: Vec<(Text, Text)> = table.iter().filter_map(pair).collect();
    roles.sort_unstable();
    roles
}

/// Names, each with a day, in the order of the names.
fn days(reader: &mut Reader, key: &str, value: &TomlValue) -> Vec<(Text, Date)> {
    let Some(table) = reader.table(key, value) else { return Vec::new() };
    let mut days: Vec<(Text, Date)> = Vec::new();
    for (name, day) in table {
        let name = name.get_ref();
        days.extend(reader.date(name, day).map(|day| (name.as_ref().into(), day)));
    }
    days.sort_unstable();
    days
}

/// Facts, each with its new value, in the order of their names.
fn changes(
    reader: &mut Reader,
    key: &str,
    value: &TomlValue,
    settings: &Settings,
) -> Vec<(Text, FactValue)> {
    let Some(table) = reader.table(key, value) else { return Vec::new() };
    let mut changes = Vec::new();
    for (key, value) in table {
        let span = key.span();
        let key: &str = key.get_ref();
        let own = settings.facts.iter().any(|fact| **fact == *key).then_some(FactKind::Text);
        let Some(kind) = own.or_else(|| fact_kind(key)) else {
            reader.problem(span, unchangeable(key, settings));
            continue;
        };
        changes.extend(fact_value(reader, kind, key, value).map(|value| (key.into(), value)));
    }
    changes.sort_unstable_by(|a: &(Text, FactValue), b| a.0.cmp(&b.0));
    changes
}

/// The instalments of a contract.
fn schedule(reader: &mut Reader, key: &str, value: &TomlValue) -> Vec<Instalment> {
    let mut schedule = Vec::new();
    for (table, _) in reader.tables(key, value) {
        let mut instalment = Instalment::default();
        for (key, value) in table {
            let span = key.span();
            let key: &str = key.get_ref();
            match key {
                "due" => instalment.due = reader.date(key, value),
                "amount" => instalment.amount = reader.money(key, value),
                "what" => instalment.what = reader.text(key, value),
                _ => {
                    let of = words!("an instalment", "分期");
                    unknown_key(reader, span, key, of, &INSTALMENT_KEYS);
                }
            }
        }
        schedule.push(instalment);
    }
    schedule
}

/// The line items of a paper.
fn lines(reader: &mut Reader, key: &str, value: &TomlValue) -> Vec<LineItem> {
    let mut lines = Vec::new();
    for (table, _) in reader.tables(key, value) {
        let mut item = LineItem::default();
        for (key, value) in table {
            let span = key.span();
            let key: &str = key.get_ref();
            match key {
                "product" => item.product = reader.text(key, value).unwrap_or_default(),
                "quantity" => item.quantity = reader.amount(key, value),
                "price" => item.price = reader.money(key, value),
                _ => unknown_key(reader, span, key, words!("a line item", "明细"), &LINE_KEYS),
            }
        }
        lines.push(item);
    }
    lines
}

/// The instalments in a text of the form `[{ due = 2010-01-15, amount = 30000 }]`; `None` if it is of another form.
pub fn schedule_in(text: &str) -> Option<Vec<Instalment>> {
    read_alone(text, |reader, value| schedule(reader, "schedule", value))
}

/// The line items in a text of the form `[{ product = "p", quantity = 2 }]`; `None` if it is of another form.
pub fn lines_in(text: &str) -> Option<Vec<LineItem>> {
    read_alone(text, |reader, value| lines(reader, "lines", value))
}

/// The days in a text of the form `{ solution = 2010-04-15 }`; `None` if it is of another form.
pub fn days_in(text: &str) -> Option<Vec<(Text, Date)>> {
    read_alone(text, |reader, value| days(reader, "milestones", value))
}

/// The roles in a text of the form `{ service = "zhoumin" }`; `None` if it is of another form.
pub fn roles_in(text: &str) -> Option<Vec<(Text, Text)>> {
    read_alone(text, |reader, value| roles(reader, "serves", value))
}

/// The facts and new values in a text of the form `{ needs = ["pension"] }`; `None` if it is of another form, or has
/// a fact that no entry changes.
pub fn changes_in(text: &str, settings: &Settings) -> Option<Vec<(Text, FactValue)>> {
    read_alone(text, |reader, value| changes(reader, "set", value, settings))
}

/// Reads a value that is a text by itself; `None` if anything is wrong with it.
fn read_alone<T>(text: &str, read: impl Fn(&mut Reader, &TomlValue) -> T) -> Option<T> {
    if text.contains(['\n', '\r']) {
        return None;
    }
    let (document, place) = (format!("x = {text}"), Place::file("x"));
    let table = parse(&document, &place).ok()?;
    let mut reader = Reader::new(place, Code::WrongType);
    let read = read(&mut reader, table.get("x")?);
    reader.problems.is_empty().then_some(read)
}

/// That no entry changes a fact of this name.
pub fn unchangeable(key: &str, settings: &Settings) -> Diagnostic {
    let known = CHANGEABLE.iter().map(|row| row.0);
    let diagnostic = Diagnostic::new(
        Code::UnknownFact,
        words!("an entry cannot change `{key}`", "记录不能变更 `{key}`"),
    )
    .nearest(key, known.chain(settings.facts.iter().map(|fact| &**fact)));
    match key {
        "account" | "pipeline" => diagnostic.help(words!(
            "it says where the entries count: change it at the top of the file (crm edit)",
            "它决定记录归在哪里：请在文件开头修改（crm edit）"
        )),
        "phone" | "email" | "role" | "birthday" | "电话" | "邮箱" => diagnostic.help(words!(
            "it is a person's: crm contact edit ID NAME --phone, --email, --role, --birthday",
            "它属于联系人：crm contact edit 编号 姓名 --phone、--email、--role、--birthday"
        )),
        _ => diagnostic.help(words!(
            "a fact of your own has a name in crm.toml: [ledger] facts = [\"{key}\"]",
            "自定义的资料项要在 crm.toml 中列出：[ledger] facts = [\"{key}\"]"
        )),
    }
}

/// The new value of a fact; an empty text or list takes it off.
fn fact_value(
    reader: &mut Reader,
    kind: FactKind,
    key: &str,
    value: &TomlValue,
) -> Option<FactValue> {
    if matches!(value.get_ref(), DeValue::String(text) if text.is_empty()) {
        return Some(FactValue::Nothing);
    }
    match kind {
        FactKind::Text => reader.text(key, value).map(FactValue::Text),
        FactKind::Texts => Some(match reader.texts(key, value) {
            texts if texts.is_empty() => FactValue::Nothing,
            texts => FactValue::Texts(texts),
        }),
        FactKind::Money => reader.money(key, value).map(FactValue::Money),
        FactKind::Date => reader.date(key, value).map(FactValue::Date),
        FactKind::Relation => {
            relation(reader, key, value).map(|relation| FactValue::Text(relation.name().into()))
        }
    }
}

/// `[events]` is the last table, so that an entry is added at the end of the file.
fn events_last(reader: &mut Reader, table: &TomlTable) {
    let Some((events, _)) = table.get_key_value("events") else { return };
    let after = table
        .iter()
        .filter(|(key, _)| key.get_ref() != "events")
        .find(|(_, value)| last_start(value) > events.span().start);
    if let Some((key, _)) = after {
        let diagnostic = Diagnostic::new(
            Code::EventsNotLast,
            words!("`{}` is after `[events]`", "`{}` 位于 `[events]` 之后", key.get_ref()),
        )
        .help(words!(
            "move `[events]` to the end of the file: entries are added there",
            "请把 `[events]` 移到文件末尾：记录追加在那里"
        ));
        reader.problem(key.span(), diagnostic);
    }
}

/// Where the last `[[contact]]`, or any other table under its own header, begins.
fn last_start(value: &TomlValue) -> usize {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().map(|item| item.span().start).max().unwrap_or(0),
        _ => value.span().start,
    }
}

fn contact(reader: &mut Reader, table: &TomlTable) -> Contact {
    let mut contact = Contact::default();
    for (key, value) in table {
        let span = key.span();
        let key: &str = key.get_ref();
        match key {
            "name" => contact.name = reader.text(key, value).unwrap_or_default(),
            "role" => contact.role = reader.text(key, value),
            "decides" => contact.decides = reader.boolean(key, value).unwrap_or(false),
            "phone" => contact.phone = reader.text(key, value),
            "email" => contact.email = reader.text(key, value),
            "birthday" => contact.birthday = reader.date(key, value),
            "part" => contact.part = one_of(reader, key, value, &PARTS),
            "stance" => contact.stance = one_of(reader, key, value, &STANCES),
            "concern" => contact.concern = reader.text(key, value),
            "prefers" => contact.prefers = reader.text(key, value),
            "refuses" => contact.refuses = reader.texts(key, value),
            "left" => contact.left = reader.date(key, value),
            _ => unknown_key(reader, span, key, words!("a contact", "联系人"), &CONTACT_KEYS),
        }
    }
    contact
}

fn events(reader: &mut Reader, table: &TomlTable, settings: &Settings) -> Vec<Event> {
    let mut events = Vec::with_capacity(table.len());
    for (key, value) in table {
        let Some(event_key) = EventKey::parse(key.get_ref()) else {
            reader.problem(key.span(), bad_key(key.get_ref()));
            continue;
        };
        if let Some(fields) = entry(reader, key.get_ref(), value) {
            let mut event = Event::new(event_key, "");
            for (key, value) in fields {
                field(reader, &mut event, key.get_ref(), value, settings);
            }
            if event.kind.is_empty() {
                let diagnostic = Diagnostic::new(
                    Code::WrongType,
                    words!("an event needs a `kind`", "记录要有 `kind`"),
                )
                .help(words!(
                    "write the kind of event: kind = \"meeting\" (or call, note, …)",
                    "请写明记录类型：kind = \"meeting\"（或 call、note 等）"
                ));
                reader.problem(key.span(), diagnostic);
                event.kind = "note".into();
            }
            events.push(event);
        }
    }
    events.sort_by(|a, b| a.key.cmp(&b.key));
    events
}

/// The fields of an entry.
fn entry<'v, 'a>(
    reader: &mut Reader,
    key: &str,
    value: &'v TomlValue<'a>,
) -> Option<&'v TomlTable<'a>> {
    match value.get_ref() {
        DeValue::Table(fields) => Some(fields),
        _ => {
            let diagnostic =
                Diagnostic::new(Code::WrongType, words!("an entry is a table", "记录应为表")).help(
                    words!(
                        "write {key} = {{ kind = \"note\", note = \"…\" }}",
                        "请写 {key} = {{ kind = \"note\", note = \"…\" }}"
                    ),
                );
            reader.problem(value.span(), diagnostic);
            None
        }
    }
}

/// The finding about a key, of an event or of a day's tally, that is not `DATE[-N][-SUFFIX]`.
pub fn bad_key(key: &str) -> Diagnostic {
    let date = key.get(..10).filter(|date| looks_like_date(date) && date.len() == 10);
    match date {
        Some(date) if Date::parse(date).is_none() => Diagnostic::new(
            Code::BadDate,
            words!("`{date}` is not in the calendar", "日历上没有 `{date}` 这一天"),
        )
        .help(words!(
            "a key begins with the day of the event: YYYY-MM-DD",
            "键以发生的日期开头：YYYY-MM-DD"
        )),
        _ => Diagnostic::new(
            Code::BadEventKey,
            words!("`{key}` is not DATE[-N][-SUFFIX]", "`{key}` 不符合 日期[-N][-后缀]"),
        )
        .help(words!(
            "a key begins with the day: 2009-12-03, 2009-12-03-2, 2009-12-03-call",
            "键以日期开头：2009-12-03、2009-12-03-2、2009-12-03-call"
        )),
    }
}

/// The highest whole number that a key may have.
pub(super) const COUNT_MAX: u32 = 36_500;

/// Reads a value of a type in the table of keys.
macro_rules! read_value {
    (Kind, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        (&*$reader.text($key, $value).unwrap_or_default()).into()
    };
    (Criteria, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        $reader.texts($key, $value)
    };
    (Time, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        $reader.time($key, $value)
    };
    (Date, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        $reader.date($key, $value)
    };
    (Moment, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        $reader.moment($key, $value)
    };
    (Money, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        $reader.money($key, $value)
    };
    (Bool, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        $reader.boolean($key, $value)
    };
    (Score, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        $reader.amount($key, $value)
    };
    (Roles, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        roles($reader, $key, $value)
    };
    (Facts, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        changes($reader, $key, $value, $settings)
    };
    (Status, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        one_of($reader, $key, $value, &Status::NAMES)
    };
    (Count, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        $reader.count($key, $value, COUNT_MAX)
    };
    (Severity, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        $reader.number($key, $value, *SEVERITIES.start(), *SEVERITIES.end())
    };
    (Schedule, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        schedule($reader, $key, $value)
    };
    (Lines, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        lines($reader, $key, $value)
    };
    (Texts, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        $reader.texts($key, $value)
    };
    (Dates, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        days($reader, $key, $value)
    };
    (Buyer, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        one_of($reader, $key, $value, &BUYER_STEP_NAMES)
    };
    ($text:ident, $reader:ident, $key:ident, $value:ident, $settings:ident) => {
        $reader.text($key, $value)
    };
}

macro_rules! define_field {
    (
        $($name:ident: $type:ident, $en:literal, $zh:literal, $about:literal;)*
        @details
        $($of:ident $key:literal: $of_type:ident, $of_en:literal, $of_zh:literal, $of_about:literal;)*
    ) => {
        fn field(
            reader: &mut Reader,
            event: &mut Event,
            key: &str,
            value: &TomlValue,
            settings: &Settings,
        ) {
            match key {
                $(stringify!($name) => event.$name = read_value!($type, reader, key, value, settings),)*
                $($key => event.details_mut().$of = read_value!($of_type, reader, key, value, settings),)*
                unknown => event.unknown.push(unknown.into()),
            }
        }
    };
}
event_keys!(define_field);
