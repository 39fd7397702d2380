//! The quick reader: reads the plain form in which nearly every prospect is written, and leaves
//! everything else to the full reader (`read_prospect`), which is exact and explains mistakes.
//!
//! It accepts only certain forms: bare keys that are known, one value a line, strings on
//! one line, plain numbers, dates and times, `[[contact]]` before a final `[events]`. Anything else (a
//! rare escape, an unknown or repeated key, an odd number, a multi-line string, any mistake) gives
//! `None`, and the file is read again in full. So both readers agree on everything this one accepts; a
//! property test holds them to it.

use crate::format::cursor::{Cursor, is_bare};
use crate::format::layout::is_of_a_customer;
use crate::format::read_prospect::COUNT_MAX;
use crate::model::buying::BUYER_STEP_NAMES;
use crate::model::event::{Event, event_keys};
use crate::model::paper::{Instalment, LineItem, SEVERITIES, Status};
use crate::model::profile::{
    FactKind, FactValue, Goal, MEASURES, Relation, Step, TERMS, fact_kind,
};
use crate::model::prospect::{Contact, PARTS, Prospect, STANCES};
use crate::model::settings::Settings;
use crate::rules::book::Keep;
use crate::value::text::Text;
use std::path::PathBuf;

/// The prospect in a text; `None` if the text is not of the plain form or has a mistake. Its journal is put into
/// `room`, an empty vector that saves an allocation; the prospect keeps it.
pub fn quick(
    text: &str,
    id: &str,
    path: PathBuf,
    settings: &Settings,
    keep: Keep,
    room: &mut Vec<Event>,
) -> Option<Prospect> {
    let mut cursor = Cursor::over(text)?;
    let events = std::mem::take(room);
    let is_customer = is_of_a_customer(&path);
    let mut prospect = Prospect { id: id.into(), is_customer, path, events, ..Prospect::default() };
    let mut part = FileSection::Facts;
    let mut seen = SeenKeys::default();
    let mut last_key = "";
    while !cursor.is_at_end() {
        cursor.space();
        match cursor.peek() {
            b'\n' | b'\r' | b'#' => cursor.end()?,
            b'[' => {
                part = header(&mut cursor, part, &mut prospect, &mut seen)?;
                seen = SeenKeys { top: seen.top, ..SeenKeys::default() };
            }
            _ => match part {
                FileSection::Facts => fact(&mut cursor, &mut prospect, settings, &mut seen)?,
                FileSection::Contact => {
                    contact(&mut cursor, prospect.contacts.last_mut()?, &mut seen)?
                }
                FileSection::Goal => {
                    goal(&mut cursor, prospect.profile_mut().goals.last_mut()?, &mut seen)?
                }
                FileSection::Step => {
                    step(&mut cursor, prospect.profile_mut().steps.last_mut()?, &mut seen)?
                }
                FileSection::Sealed => wrapped_key(&mut cursor, &mut last_key)?,
                FileSection::Events => {
                    if prospect.events.capacity() == 0 {
                        prospect.events.reserve(cursor.lines());
                    }
                    event(&mut cursor, keep, settings, &mut prospect.events)?;
                }
            },
        }
    }
    if prospect.name.trim().is_empty() || !cursor.is_printable() {
        return None;
    }
    if !prospect.events.is_sorted_by(|a, b| a.key <= b.key) {
        prospect.events.sort_by(|a, b| a.key.cmp(&b.key));
    }
    let repeated = prospect.events.windows(2).any(|pair| pair[0].key.text == pair[1].key.text);
    (!repeated).then_some(prospect)
}

/// Which part of the file a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum FileSection {
    Facts,
    Contact,
    Goal,
    Step,
    Sealed,
    Events,
}

/// Keys that were read: each may appear once.
#[derive(Default)]
struct SeenKeys {
    top: Keys,
    block: Keys,
}

/// A set of keys by their number.
#[derive(Default, Clone, Copy)]
struct Keys(u64);

impl Keys {
    /// Notes a key; `None` if it was read before.
    fn add(&mut self, number: u32) -> Option<()> {
        let bit = 1 << number;
        let new = self.0 & bit == 0;
        self.0 |= bit;
        new.then_some(())
    }
}

fn header(
    cursor: &mut Cursor,
    part: FileSection,
    prospect: &mut Prospect,
    seen: &mut SeenKeys,
) -> Option<FileSection> {
    if part == FileSection::Events {
        return None;
    }
    if cursor.skip("[[contact]]") {
        prospect.contacts.push(Contact::default());
        cursor.end()?;
        return Some(FileSection::Contact);
    }
    if cursor.skip("[[goal]]") {
        prospect.profile_mut().goals.push(Goal::default());
        cursor.end()?;
        return Some(FileSection::Goal);
    }
    if cursor.skip("[[step]]") {
        prospect.profile_mut().steps.push(Step::default());
        cursor.end()?;
        return Some(FileSection::Step);
    }
    if cursor.skip("[sealed]") {
        seen.top.add(30)?;
        cursor.end()?;
        return Some(FileSection::Sealed);
    }
    if cursor.skip("[events]") {
        seen.top.add(31)?;
        cursor.end()?;
        return Some(FileSection::Events);
    }
    None
}

/// A line of a wrapped key. Keys that rise are there once; the full reader reads all others.
fn wrapped_key<'t>(cursor: &mut Cursor<'t>, last: &mut &'t str) -> Option<()> {
    let key = cursor.key().filter(|key| is_bare(key) && key > last)?;
    *last = key;
    cursor.pass_string()?;
    cursor.end()
}

fn fact(
    cursor: &mut Cursor,
    prospect: &mut Prospect,
    settings: &Settings,
    seen: &mut SeenKeys,
) -> Option<()> {
    let key = cursor.key()?;
    let number = match key {
        "name" => 0,
        "company" => 1,
        "industry" => 2,
        "region" => 3,
        "size" => 4,
        "source" => 5,
        "product" => 6,
        "account" => 7,
        "pipeline" => 8,
        "needs" => 9,
        "tags" => 10,
        "contact" | "events" | "goal" | "step" | "sealed" => return None,
        own => {
            let known = settings.facts.iter().any(|fact| **fact == *own);
            if !known {
                return profile(cursor, own, prospect, seen);
            }
            let repeated = prospect.facts.iter().any(|(fact, _)| **fact == *own);
            if repeated || !is_bare(own) {
                return None;
            }
            prospect.facts.push((own.into(), cursor.string()?));
            return cursor.end();
        }
    };
    seen.top.add(number)?;
    match number {
        0 => prospect.name = cursor.string()?,
        1 => prospect.company = Some(cursor.string()?),
        2 => prospect.industry = Some(cursor.string()?),
        3 => prospect.region = Some(cursor.string()?),
        4 => prospect.size = Some(cursor.string()?),
        5 => prospect.source = Some(cursor.string()?),
        6 => prospect.product = Some(cursor.string()?),
        7 => prospect.account = Some(cursor.string()?),
        8 => prospect.pipeline = Some(cursor.string()?),
        9 => prospect.needs = cursor.strings()?,
        _ => prospect.tags = cursor.strings()?,
    }
    cursor.end()
}

/// A fact that only a customer with a file or a plan has.
fn profile(
    cursor: &mut Cursor,
    key: &str,
    prospect: &mut Prospect,
    seen: &mut SeenKeys,
) -> Option<()> {
    let profile = prospect.profile_mut();
    let mut once = |number| seen.top.add(number);
    match key {
        "parent" => once(11).and_then(|()| put(&mut profile.parent, cursor.string()))?,
        "potential" => once(12).and_then(|()| put(&mut profile.potential, cursor.money()))?,
        "credit_limit" => once(19).and_then(|()| put(&mut profile.credit_limit, cursor.money()))?,
        "customer_since" => {
            once(13).and_then(|()| put(&mut profile.customer_since, cursor.date()))?
        }
        "relation" => {
            once(14)?;
            profile.relation = Relation::parse(&cursor.string()?)?;
        }
        "challenge" => once(15).and_then(|()| fill(&mut profile.challenge, cursor.strings()))?,
        "wants" => once(16).and_then(|()| fill(&mut profile.wants, cursor.strings()))?,
        "strategic" => once(17).and_then(|()| fill(&mut profile.strategic, cursor.strings()))?,
        "documents" => once(18).and_then(|()| fill(&mut profile.documents, cursor.strings()))?,
        "competitor" => once(20).and_then(|()| fill(&mut profile.competitor, cursor.strings()))?,
        _ => return None,
    }
    cursor.end()
}

fn goal(cursor: &mut Cursor, goal: &mut Goal, seen: &mut SeenKeys) -> Option<()> {
    let key = cursor.key()?;
    let mut once = |number| seen.block.add(number);
    match key {
        "id" => once(0).and_then(|()| cursor.string().map(|text| goal.id = text))?,
        "what" => once(1).and_then(|()| cursor.string().map(|text| goal.what = text))?,
        "measure" => once(2).and_then(|()| put_one(&mut goal.measure, cursor, &MEASURES))?,
        "target" => once(3).and_then(|()| put(&mut goal.target, cursor.money()))?,
        "by" => once(4).and_then(|()| put(&mut goal.by, cursor.date()))?,
        "term" => once(5).and_then(|()| put_one(&mut goal.term, cursor, &TERMS))?,
        _ => return None,
    }
    cursor.end()
}

fn step(cursor: &mut Cursor, step: &mut Step, seen: &mut SeenKeys) -> Option<()> {
    let key = cursor.key()?;
    let mut once = |number| seen.block.add(number);
    match key {
        "id" => once(0).and_then(|()| cursor.string().map(|text| step.id = text))?,
        "what" => once(1).and_then(|()| cursor.string().map(|text| step.what = text))?,
        "by" => once(2).and_then(|()| put(&mut step.by, cursor.date()))?,
        "goal" => once(3).and_then(|()| put(&mut step.goal, cursor.string()))?,
        "who" => once(4).and_then(|()| put(&mut step.who, cursor.string()))?,
        "answers" => once(5).and_then(|()| put(&mut step.answers, cursor.string()))?,
        _ => return None,
    }
    cursor.end()
}

fn contact(cursor: &mut Cursor, contact: &mut Contact, seen: &mut SeenKeys) -> Option<()> {
    let key = cursor.key()?;
    let mut once = |number| seen.block.add(number);
    match key {
        "name" => once(0).and_then(|()| cursor.string().map(|text| contact.name = text))?,
        "role" => once(1).and_then(|()| put(&mut contact.role, cursor.string()))?,
        "decides" => {
            once(2).and_then(|()| cursor.boolean().map(|value| contact.decides = value))?
        }
        "phone" => once(3).and_then(|()| put(&mut contact.phone, cursor.string()))?,
        "email" => once(4).and_then(|()| put(&mut contact.email, cursor.string()))?,
        "birthday" => {
            once(5)?;
            if !cursor.pass_sealed()? {
                contact.birthday = Some(cursor.date()?);
            }
        }
        "part" => once(6).and_then(|()| put_one(&mut contact.part, cursor, &PARTS))?,
        "stance" => once(7).and_then(|()| put_one(&mut contact.stance, cursor, &STANCES))?,
        "concern" => once(8).and_then(|()| put(&mut contact.concern, cursor.string()))?,
        "prefers" => once(9).and_then(|()| put(&mut contact.prefers, cursor.string()))?,
        "refuses" => once(10).and_then(|()| fill(&mut contact.refuses, cursor.strings()))?,
        "left" => once(11).and_then(|()| put(&mut contact.left, cursor.date()))?,
        _ => return None,
    }
    cursor.end()
}

fn put<T>(slot: &mut Option<T>, value: Option<T>) -> Option<()> {
    *slot = Some(value?);
    Some(())
}

fn fill(slot: &mut Vec<Text>, value: Option<Vec<Text>>) -> Option<()> {
    *slot = value?;
    Some(())
}

/// A text that must be one of these; the full reader explains any other.
fn put_one(slot: &mut Option<Text>, cursor: &mut Cursor, known: &[&str]) -> Option<()> {
    *slot = Some(cursor.string().filter(|text| known.contains(&text.as_str()))?);
    Some(())
}

/// `{ service = "zhoumin", technical = "" }`
fn roles(cursor: &mut Cursor) -> Option<Vec<(Text, Text)>> {
    pairs(cursor, |cursor, _| cursor.string())
}

/// `{ needs = ["pension"], potential = 300000 }`
fn changes(cursor: &mut Cursor, settings: &Settings) -> Option<Vec<(Text, FactValue)>> {
    pairs(cursor, |cursor, key| {
        let own = || settings.facts.iter().any(|fact| **fact == *key).then_some(FactKind::Text);
        let text = |cursor: &mut Cursor| cursor.string().filter(|text| !text.is_empty());
        // An empty text takes a list off, too.
        let is_list =
            |list: &Vec<Text>| !list.is_empty() && !list.iter().any(|item| item.is_empty());
        Some(match own().or_else(|| fact_kind(key))? {
            FactKind::Text => FactValue::Text(text(cursor)?),
            FactKind::Texts => FactValue::Texts(cursor.strings().filter(is_list)?),
            FactKind::Money => FactValue::Money(cursor.money()?),
            FactKind::Date => FactValue::Date(cursor.date()?),
            FactKind::Relation => {
                FactValue::Text(text(cursor).filter(|name| Relation::parse(name).is_some())?)
            }
        })
    })
}

/// A whole number.
fn count(cursor: &mut Cursor) -> Option<u32> {
    let amount = cursor.amount().filter(|amount| amount.decimals() == 0)?;
    amount.as_count().filter(|count| *count <= COUNT_MAX)
}

/// `[{ due = 2010-01-15, amount = 30000 }]`: inline tables in brackets.
fn blocks<T: Default>(
    cursor: &mut Cursor,
    value: impl Fn(&mut Cursor, &str, &mut T, &mut Keys) -> Option<()>,
) -> Option<Vec<T>> {
    cursor.eat(b'[').then_some(())?;
    cursor.space();
    let mut list = Vec::new();
    loop {
        cursor.eat(b'{').then_some(())?;
        cursor.space();
        let (mut one, mut seen) = (T::default(), Keys::default());
        loop {
            let key = cursor.key()?;
            value(cursor, key, &mut one, &mut seen)?;
            if !cursor.goes_on(b'}')? {
                break;
            }
        }
        list.push(one);
        if !cursor.goes_on(b']')? {
            return Some(list);
        }
    }
}

fn instalment(
    cursor: &mut Cursor,
    key: &str,
    instalment: &mut Instalment,
    seen: &mut Keys,
) -> Option<()> {
    match key {
        "due" => seen.add(0).and_then(|()| put(&mut instalment.due, cursor.date())),
        "amount" => seen.add(1).and_then(|()| put(&mut instalment.amount, cursor.money())),
        "what" => seen.add(2).and_then(|()| put(&mut instalment.what, cursor.string())),
        _ => None,
    }
}

fn line_item(cursor: &mut Cursor, key: &str, item: &mut LineItem, seen: &mut Keys) -> Option<()> {
    match key {
        "product" => {
            seen.add(0).and_then(|()| cursor.string().map(|product| item.product = product))
        }
        "quantity" => seen.add(1).and_then(|()| put(&mut item.quantity, cursor.amount())),
        "price" => seen.add(2).and_then(|()| put(&mut item.price, cursor.money())),
        _ => None,
    }
}

/// An inline table, in the order of its keys; `None` if a key is there twice.
fn pairs<T>(
    cursor: &mut Cursor,
    value: impl Fn(&mut Cursor, &str) -> Option<T>,
) -> Option<Vec<(Text, T)>> {
    cursor.eat(b'{').then_some(())?;
    cursor.space();
    let mut pairs: Vec<(Text, T)> = Vec::new();
    loop {
        let key = cursor.key().filter(|key| is_bare(key))?;
        if pairs.iter().any(|(known, _)| *known == *key) {
            return None;
        }
        let value = value(cursor, key)?;
        pairs.push((key.into(), value));
        if !cursor.goes_on(b'}')? {
            pairs.sort_unstable_by(|a, b| a.0.cmp(&b.0));
            return Some(pairs);
        }
    }
}

/// `KEY = { kind = "…", … }`
fn event(
    cursor: &mut Cursor,
    keep: Keep,
    settings: &Settings,
    events: &mut Vec<Event>,
) -> Option<()> {
    let key = cursor.event_key()?;
    cursor.eat(b'{').then_some(())?;
    // Filled where it will stay: an event is half a kilobyte.
    events.push(Event::new(key, ""));
    let event = events.last_mut()?;
    let mut seen = Keys::default();
    cursor.space();
    loop {
        let key = cursor.key()?;
        field(cursor, event, key, &mut seen, (keep, settings))?;
        if !cursor.goes_on(b'}')? {
            break;
        }
    }
    cursor.end()?;
    (!event.kind.is_empty()).then_some(())
}

/// Reads a value of a type in the table of keys; `None` if it is not of the plain form.
macro_rules! take_value {
    (Kind, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        $cursor.kind().map(|kind| $event.$name = kind)
    };
    (Criteria, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        $cursor.strings().map(|list| $event.$name = list)
    };
    (Time, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        $cursor.time().map(|time| $event.$name = Some(time))
    };
    (Date, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        $cursor.date().map(|date| $event.$name = Some(date))
    };
    (Moment, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        $cursor.moment().map(|moment| $event.$name = Some(moment))
    };
    (Money, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        $cursor.money().map(|money| $event.$name = Some(money))
    };
    (Bool, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        $cursor.boolean().map(|value| $event.$name = Some(value))
    };
    (Score, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        $cursor.amount().map(|score| $event.$name = Some(score))
    };
    (Roles, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        roles($cursor).map(|pairs| $event.$name = pairs)
    };
    (Facts, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        changes($cursor, $settings).map(|pairs| $event.$name = pairs)
    };
    (Status, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        put_one(&mut $event.$name, $cursor, &Status::NAMES)
    };
    (Count, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        count($cursor).map(|count| $event.$name = Some(count))
    };
    (Severity, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        count($cursor)
            .filter(|severity| SEVERITIES.contains(severity))
            .map(|severity| $event.$name = Some(severity))
    };
    (Schedule, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        blocks($cursor, instalment).map(|list| $event.$name = list)
    };
    (Lines, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        blocks($cursor, line_item).map(|list| $event.$name = list)
    };
    (Texts, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        fill(&mut $event.$name, $cursor.strings())
    };
    (Dates, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        pairs($cursor, |cursor, _| cursor.date()).map(|days| $event.$name = days)
    };
    (Buyer, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        put_one(&mut $event.$name, $cursor, &BUYER_STEP_NAMES)
    };
    (Note, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        match $keep {
            Keep::Everything => put(&mut $event.$name, $cursor.string()),
            Keep::AllButNotes => $cursor.pass_string(),
        }
    };
    ($text:ident, $event:ident.$name:ident, $cursor:ident, $keep:ident, $settings:ident) => {
        put(&mut $event.$name, $cursor.string())
    };
}

macro_rules! define_field {
    (
        $($name:ident: $type:ident, $en:literal, $zh:literal, $about:literal;)*
        @details
        $($of:ident $key:literal: $of_type:ident, $of_en:literal, $of_zh:literal, $of_about:literal;)*
    ) => {
        /// The positions of the keys, to see which were there already.
        #[allow(non_camel_case_types)]
        enum Position { $($name,)* $($of,)* }

        fn field(
            cursor: &mut Cursor,
            event: &mut Event,
            key: &str,
            seen: &mut Keys,
            (keep, settings): (Keep, &Settings),
        ) -> Option<()> {
            match key {
                $(stringify!($name) => {
                    seen.add(Position::$name as u32)?;
                    take_value!($type, event.$name, cursor, keep, settings)
                })*
                $($key => {
                    seen.add(Position::$of as u32)?;
                    let details = event.details_mut();
                    take_value!($of_type, details.$of, cursor, keep, settings)
                })*
                _ => None,
            }
        }
    };
}
event_keys!(define_field);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::read_prospect::read_prospect;
    use proptest::prelude::*;
    use std::path::Path;

    const PLAIN: &str = "# old file\nname     = \"张先生\"   # who\ncompany = \"A & B\"\nneeds = [\"health\", \"x\"]\ntags = \"vip\"\nbranch = \"north\"\nparent = \"p\"\npotential = 300000\ncredit_limit = 5000\ncustomer_since = 2008-01-02\nrelation = \"partner\"\nwants = [\"speed\"]\n\n[[contact]]\nname = \"Ann\"\ndecides = true\nbirthday = 1971-05-02\npart = \"decider\"\nstance = \"for\"\nrefuses = [\"mail\"]\nleft = 2009-01-01\n\n[[goal]]\nid = \"g\"\nmeasure = \"bought\"\ntarget = 5\nterm = \"long\"\n\n[[step]]\nid = \"s\"\nwhat = \"visit\"\nby = 2010-01-01\n\n[[contact]]\nphone = \"1\"\n\n[events] # journal\n2009-12-03-1-k2p = { kind = \"opened\", by = \"liuyan\", owner = \"\", value = 18000.50 }\n2009-12-04 = { kind = \"meeting\", time = 10:30:00, stage = \"25\", confirms = [\"fit\"], revokes = [], next = 2009-12-11T14:00:00, close_by = 2009-12-30, reached = false, score = 9, cost = 5, done = \"s\", serves = { service = \"li\", it = \"\" }, set = { needs = [\"a\"], potential = 3, branch = \"south\", relation = \"agent\" }, note = \"a, }b\", number = \"C-1\", status = \"signed\", notice_days = 30, for = \"I-1\", schedule = [{ due = 2010-01-15, amount = 30, what = \"first\" }, { amount = 5 }], lines = [{ product = \"p\", quantity = 2.5, price = 3 }], reason = \"say \\\"x\\\" \\\\ \\n\\t.\" }\n";

    fn settings() -> Settings {
        Settings { facts: vec!["branch".into()], ..Settings::default() }
    }

    /// If the quick reader accepts a text, the full reader gives an equal prospect without findings.
    fn agrees(text: &str) -> bool {
        let (path, settings) = (Path::new("x.toml"), settings());
        let quickly = |keep| quick(text, "x", path.to_owned(), &settings, keep, &mut Vec::new());
        let Some(prospect) = quickly(Keep::Everything) else {
            assert_eq!(quickly(Keep::AllButNotes), None, "{text}");
            return false;
        };
        let mut without = prospect.clone();
        without.events.iter_mut().for_each(|event| event.note = None);
        assert_eq!(quickly(Keep::AllButNotes), Some(without), "{text}");
        let (full, problems) = read_prospect(text, "x", path, path, &settings);
        assert_eq!(problems, [], "{text}");
        assert_eq!(full, Some(prospect), "{text}");
        true
    }

    #[test]
    fn the_plain_form_is_taken() {
        assert!(agrees(PLAIN));
        assert!(agrees(&PLAIN.replace('\n', "\r\n")));
        assert!(agrees("name = \"x\""));
    }

    #[test]
    fn sealed_values_and_their_keys_are_taken() {
        let seal = |letter: &str| format!("\"sealed:k3f9x2a7qd-1m2p4:{}\"", letter.repeat(60));
        let text = format!(
            "name = \"x\"\nwants = {}\n[[contact]]\nphone = {}\nbirthday = {}\n[sealed]\nk3f9x2a7qd-1m2p4-li = \"a.b\"\nk3f9x2a7qd-1m2p4-wu = \"a.b\"\n\n[events]\n2009-12-03 = {{ kind = \"call\", note = {} }}\n",
            seal("a"),
            seal("b"),
            seal("c"),
            seal("d")
        );
        assert!(agrees(&text));
        for (from, to) in [
            ("li = ", "wu = "),
            ("-wu", "-ab"),
            ("\"a.b\"", "5"),
            ("[sealed]", "[sealed]\n[sealed]"),
            ("birthday = \"sealed:k3", "birthday = \"sealed:\\u006b3"),
            ("birthday = \"sealed:k3", "birthday = \"sealed:K3"),
        ] {
            assert!(text.contains(from), "{from}");
            assert!(!agrees(&text.replacen(from, to, 1)), "{from} -> {to}");
        }
        let settings = settings();
        let read = quick(&text, "x", "x".into(), &settings, Keep::Everything, &mut Vec::new());
        let person = &read.as_ref().unwrap().contacts[0];
        assert_eq!((person.phone.as_deref(), person.birthday), (Some("•••"), None));
        assert_eq!(read.unwrap().events[0].note.as_deref(), Some("•••"));
    }

    #[test]
    fn a_carriage_return_ends_no_line() {
        assert!(!agrees("name = \"x\"\r"));
        assert!(!agrees("name = \"x\"\r\r\n"));
        assert!(!agrees("# a\rb\nname = \"x\""));
        assert!(agrees("name = \"x\ty\" # a\tb\r\n"));
    }

    #[test]
    fn anything_else_is_left_to_the_full_reader() {
        for (from, to) in [
            ("张先生", "a\\u0041"),
            ("张先生", "a\\e"),
            ("\"张先生\"", "'x'"),
            ("\"张先生\"", "\"\"\"x\"\"\""),
            ("company", "name"),
            ("company", "compny"),
            ("18000.50", "018000"),
            ("18000.50", "1_8"),
            ("18000.50", "1e3"),
            ("18000.50", "\"5 USD\""),
            ("10:30:00", "10:30"),
            ("2009-12-30", "2009-02-30"),
            ("2009-12-30", "2009-12-30 10:00:00"),
            ("time = ", "kind = "),
            ("2009-12-04 =", "2009-12-03-1-k2p ="),
            ("2009-12-04 =", "2009-12-4 ="),
            ("[events] # journal", "[events] x"),
            ("kind = \"meeting\", ", ""),
            ("\"a, }b\", number", "\"a, }b\",, number"),
            ("# old file", "# old\u{7}file"),
            ("decides = true", "decides = truex"),
            ("\"partner\"", "\"partnr\""),
            ("\"signed\"", "\"signd\""),
            ("notice_days = 30", "notice_days = -1"),
            ("notice_days = 30", "notice_days = 3.5"),
            ("notice_days = 30", "notice_days = 3.0"),
            ("due = 2010-01-15", "due = 2010-02-30"),
            ("amount = 30,", "amount = 30, amount = 3,"),
            ("{ amount = 5 }", "{ }"),
            ("{ amount = 5 }", "{ amont = 5 }"),
            ("quantity = 2.5", "quantity = \"2\""),
            ("\"decider\"", "\"boss\""),
            ("\"bought\"", "\"sold\""),
            ("service = \"li\"", "service = 5"),
            ("it = \"\"", "service = \"\""),
            ("needs = [\"a\"], p", "account = \"a\", p"),
            ("potential = 3,", "potential = \"\","),
            ("set = { needs = [\"a\"],", "set = { needs = \"\","),
        ] {
            assert!(PLAIN.contains(from), "{from}");
            assert!(!agrees(&PLAIN.replacen(from, to, 1)), "{from} -> {to}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        /// One to three changes to a valid document: bytes put in, taken out, lines doubled or swapped.
        #[test]
        fn both_readers_agree_on_mutants(
            edits in prop::collection::vec((0usize..4, any::<prop::sample::Index>(), any::<prop::sample::Index>(), "[\"'\\[\\]{}=,.#_+: \t\r\n\\\\0-9a-zTZ\u{7f}é-]{1,3}"), 1..4),
        ) {
            let mut text = PLAIN.to_owned();
            for (what, at, other, insert) in edits {
                let boundaries: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
                let (at, other) = (boundaries[at.index(boundaries.len())], boundaries[other.index(boundaries.len())]);
                match what {
                    0 => text.insert_str(at, &insert),
                    1 => text.replace_range(at..(at + 1..=text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(at), ""),
                    2 => {
                        let piece = text[at.min(other)..at.max(other)].to_owned();
                        text.insert_str(at, &piece);
                    }
                    _ => {
                        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
                        let (a, b) = (at % lines.len(), other % lines.len());
                        lines.swap(a, b);
                        text = lines.concat();
                    }
                }
            }
            agrees(&text);
        }

        #[test]
        fn arbitrary_text_never_panics(text in "\\PC*") {
            agrees(&text);
        }
    }
}
