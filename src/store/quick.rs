//! The quick reader: takes the plain form in which nearly every prospect is written, and leaves
//! everything else to the full reader (`read_prospect`), which is exact and explains.
//!
//! It accepts only what it knows for certain: bare keys that are known, one value a line, strings on
//! one line, plain numbers, dates and times, `[[contact]]` before a final `[events]`. Anything else (a
//! rare escape, an unknown or repeated key, an odd number, a multi-line string, any mistake) gives
//! `None`, and the file is read again in full. So both readers agree on everything this one accepts; a
//! property test holds them to it.

use crate::model::date::{Date, Moment, Time};
use crate::model::event::{Event, EventKey};
use crate::model::money::{Amount, Money};
use crate::model::prospect::{Contact, Prospect};
use crate::model::settings::Settings;
use crate::model::text::Text;
use crate::rules::book::Keep;
use std::borrow::Cow;
use std::path::PathBuf;

/// The prospect in a text, if the text is of the plain form and nothing is wrong with it. Its journal is
/// put into `room`, which is empty and saves asking for memory; it is taken, not given back.
pub fn quick(
    text: &str,
    id: &str,
    path: PathBuf,
    settings: &Settings,
    keep: Keep,
    room: &mut Vec<Event>,
) -> Option<Prospect> {
    let returns = memchr::memchr(b'\r', text.as_bytes()).is_some();
    if returns && !before_newlines_only(text.as_bytes()) {
        return None;
    }
    let events = std::mem::take(room);
    let mut prospect = Prospect { id: id.into(), path, events, ..Prospect::default() };
    let mut part = Part::Facts;
    let mut seen = Seen::default();
    let mut cursor = Cursor { text, at: 0, line_ends: 0 };
    while cursor.at < text.len() {
        cursor.space();
        match cursor.peek() {
            b'\n' | b'\r' | b'#' => cursor.end()?,
            b'[' => {
                part = header(&mut cursor, part, &mut prospect, &mut seen)?;
                seen = Seen { top: seen.top, ..Seen::default() };
            }
            _ => match part {
                Part::Facts => fact(&mut cursor, &mut prospect, settings, &mut seen)?,
                Part::Contact => contact(&mut cursor, prospect.contacts.last_mut()?, &mut seen)?,
                Part::Events => {
                    if prospect.events.is_empty() {
                        prospect.events.reserve(2 + (text.len() - cursor.at) / USUAL_LINE);
                    }
                    event(&mut cursor, keep, &mut prospect.events)?;
                }
            },
        }
    }
    let controls = controls(text.as_bytes());
    if prospect.name.trim().is_empty() || controls != cursor.line_ends && !printable(text) {
        return None;
    }
    if !prospect.events.is_sorted_by(|a, b| a.key <= b.key) {
        prospect.events.sort_by(|a, b| a.key.cmp(&b.key));
    }
    let repeated = prospect.events.windows(2).any(|pair| pair[0].key.text == pair[1].key.text);
    (!repeated).then_some(prospect)
}

/// Bytes of an event's line, about.
const USUAL_LINE: usize = 128;

/// How many control characters there are. Counted in pieces without a way out, which the compiler turns
/// into a few steps for many bytes.
fn controls(text: &[u8]) -> usize {
    let control = |b: &u8| u8::from((*b < 0x20) | (*b == 0x7f));
    text.chunks(192).map(|piece| usize::from(piece.iter().map(control).sum::<u8>())).sum()
}

/// No control character but those that end lines, and tabs.
fn printable(text: &str) -> bool {
    text.bytes().all(|b| b >= 0x20 && b != 0x7f || matches!(b, b'\n' | b'\t' | b'\r'))
}

/// Does every carriage return stand before a line feed?
fn before_newlines_only(text: &[u8]) -> bool {
    memchr::memchr_iter(b'\r', text).all(|at| text.get(at + 1) == Some(&b'\n'))
}

/// Which part of the file a line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Facts,
    Contact,
    Events,
}

/// Keys that stood already: each may stand once.
#[derive(Default)]
struct Seen {
    top: Keys,
    contact: Keys,
}

/// A set of keys by their number.
#[derive(Default, Clone, Copy)]
struct Keys(u32);

impl Keys {
    /// Notes a key; `None` if it stood already.
    fn add(&mut self, number: u32) -> Option<()> {
        let bit = 1 << number;
        let new = self.0 & bit == 0;
        self.0 |= bit;
        new.then_some(())
    }
}

fn header(
    cursor: &mut Cursor,
    part: Part,
    prospect: &mut Prospect,
    seen: &mut Seen,
) -> Option<Part> {
    if part == Part::Events {
        return None;
    }
    if cursor.skip("[[contact]]") {
        prospect.contacts.push(Contact::default());
        cursor.end()?;
        return Some(Part::Contact);
    }
    if cursor.skip("[events]") {
        seen.top.add(31)?;
        cursor.end()?;
        return Some(Part::Events);
    }
    None
}

fn fact(
    cursor: &mut Cursor,
    prospect: &mut Prospect,
    settings: &Settings,
    seen: &mut Seen,
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
        "contact" | "events" => return None,
        own => {
            let known = settings.facts.iter().any(|fact| **fact == *own);
            let repeated = prospect.facts.iter().any(|(fact, _)| **fact == *own);
            if !known || repeated {
                return None;
            }
            prospect.facts.push((own.into(), cursor.string()?.into()));
            return cursor.end();
        }
    };
    seen.top.add(number)?;
    match number {
        0 => prospect.name = cursor.string()?.into(),
        1 => prospect.company = Some(cursor.string()?.into()),
        2 => prospect.industry = Some(cursor.string()?.into()),
        3 => prospect.region = Some(cursor.string()?.into()),
        4 => prospect.size = Some(cursor.string()?.into()),
        5 => prospect.source = Some(cursor.string()?.into()),
        6 => prospect.product = Some(cursor.string()?.into()),
        7 => prospect.account = Some(cursor.string()?.into()),
        8 => prospect.pipeline = Some(cursor.string()?.into()),
        9 => prospect.needs = cursor.strings()?,
        _ => prospect.tags = cursor.strings()?,
    }
    cursor.end()
}

fn contact(cursor: &mut Cursor, contact: &mut Contact, seen: &mut Seen) -> Option<()> {
    let key = cursor.key()?;
    let mut once = |number| seen.contact.add(number);
    match key {
        "name" => once(0).and_then(|()| cursor.string().map(|text| contact.name = text.into()))?,
        "role" => once(1).and_then(|()| put(&mut contact.role, cursor.string()))?,
        "decides" => {
            once(2).and_then(|()| cursor.boolean().map(|value| contact.decides = value))?
        }
        "phone" => once(3).and_then(|()| put(&mut contact.phone, cursor.string()))?,
        "email" => once(4).and_then(|()| put(&mut contact.email, cursor.string()))?,
        "birthday" => {
            once(5).and_then(|()| cursor.date().map(|date| contact.birthday = Some(date)))?
        }
        _ => return None,
    }
    cursor.end()
}

fn put(slot: &mut Option<Text>, value: Option<Cow<str>>) -> Option<()> {
    *slot = Some(value?.into());
    Some(())
}

/// `KEY = { kind = "…", … }`
fn event(cursor: &mut Cursor, keep: Keep, events: &mut Vec<Event>) -> Option<()> {
    let key = EventKey::parse(cursor.key()?)?;
    cursor.eat(b'{').then_some(())?;
    // Filled where it will stay: an event is half a kilobyte.
    events.push(Event::new(key, ""));
    let event = events.last_mut()?;
    let mut seen = Keys::default();
    loop {
        cursor.space();
        let key = cursor.key()?;
        field(cursor, event, key, &mut seen, keep)?;
        cursor.space();
        if cursor.eat(b'}') {
            break;
        }
        cursor.eat(b',').then_some(())?;
    }
    cursor.end()?;
    (!event.kind.is_empty()).then_some(())
}

fn field(
    cursor: &mut Cursor,
    event: &mut Event,
    key: &str,
    seen: &mut Keys,
    keep: Keep,
) -> Option<()> {
    let mut once = |number| seen.add(number);
    match key {
        "kind" => once(0).and_then(|()| cursor.string().map(|text| event.kind = text.into())),
        "by" => once(1).and_then(|()| put(&mut event.by, cursor.string())),
        "time" => once(2).and_then(|()| cursor.time().map(|time| event.time = Some(time))),
        "note" => match keep {
            Keep::Everything => once(3).and_then(|()| put(&mut event.note, cursor.string())),
            Keep::AllButNotes => once(3).and_then(|()| cursor.pass_string()),
        },
        "stage" => once(4).and_then(|()| put(&mut event.stage, cursor.string())),
        "confirms" => once(5).and_then(|()| cursor.strings().map(|list| event.confirms = list)),
        "revokes" => once(6).and_then(|()| cursor.strings().map(|list| event.revokes = list)),
        "next" => once(7).and_then(|()| cursor.moment().map(|next| event.next = Some(next))),
        "next_what" => once(8).and_then(|()| put(&mut event.next_what, cursor.string())),
        "close_by" => once(9).and_then(|()| cursor.date().map(|date| event.close_by = Some(date))),
        "value" => once(10).and_then(|()| cursor.money().map(|money| event.value = Some(money))),
        "owner" => once(11).and_then(|()| put(&mut event.owner, cursor.string())),
        "amount" => once(12).and_then(|()| cursor.money().map(|money| event.amount = Some(money))),
        "reason" => once(13).and_then(|()| put(&mut event.reason, cursor.string())),
        "reached" => once(14).and_then(|()| cursor.boolean().map(|b| event.reached = Some(b))),
        "forced" => once(15).and_then(|()| put(&mut event.forced, cursor.string())),
        "until" => once(16).and_then(|()| cursor.date().map(|date| event.until = Some(date))),
        "score" => once(17).and_then(|()| cursor.amount().map(|score| event.score = Some(score))),
        "scale" => once(18).and_then(|()| put(&mut event.scale, cursor.string())),
        "ticket" => once(19).and_then(|()| put(&mut event.ticket, cursor.string())),
        "event" => once(20).and_then(|()| put(&mut event.event, cursor.string())),
        _ => None,
    }
}

/// A place in a text.
struct Cursor<'t> {
    text: &'t str,
    at: usize,
    /// The characters that ended lines so far.
    line_ends: usize,
}

impl<'t> Cursor<'t> {
    /// The byte here; the end of the text ends its last line.
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(b'\n')
    }

    /// Spaces and tabs.
    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t') {
            self.at += 1;
        }
    }

    /// This very byte.
    fn eat(&mut self, byte: u8) -> bool {
        let here = self.at < self.text.len() && self.peek() == byte;
        self.at += usize::from(here);
        here
    }

    /// This very text.
    fn skip(&mut self, text: &str) -> bool {
        let here = self.text.as_bytes()[self.at..].starts_with(text.as_bytes());
        self.at += if here { text.len() } else { 0 };
        here
    }

    /// The next `length` bytes, if they are whole characters.
    fn take(&mut self, length: usize) -> Option<&'t str> {
        let taken = self.text.get(self.at..self.at + length)?;
        self.at += length;
        Some(taken)
    }

    /// A bare key and its `=`.
    fn key(&mut self) -> Option<&'t str> {
        let bytes = self.text.as_bytes();
        let mut end = self.at;
        while bytes.get(end).is_some_and(|b| BARE[usize::from(*b)]) {
            end += 1;
        }
        let key = self.text.get(self.at..end).filter(|key| !key.is_empty())?;
        self.at = end;
        // As programs write it, or with any other space.
        if bytes.get(end..end + 3) == Some(b" = ") && bytes.get(end + 3) != Some(&b' ') {
            self.at += 3;
            return Some(key);
        }
        self.space();
        self.eat(b'=').then_some(())?;
        self.space();
        Some(key)
    }

    /// Nothing more on the line but a comment; then the next line.
    fn end(&mut self) -> Option<()> {
        self.space();
        match self.peek() {
            b'\n' | b'\r' => {}
            b'#' => {
                let rest = &self.text.as_bytes()[self.at..];
                self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            }
            _ => return None,
        }
        // A carriage return stands before a line feed, or the text would not have been begun.
        self.line_ends += usize::from(self.eat(b'\r')) + usize::from(self.eat(b'\n'));
        Some(())
    }

    /// A basic string on one line; of escapes only the four that people write.
    fn string(&mut self) -> Option<Cow<'t, str>> {
        let bytes = self.text.as_bytes();
        if bytes.get(self.at) != Some(&b'"') {
            return None;
        }
        let start = self.at + 1;
        let end = start + first_special(bytes.get(start..)?)?;
        match bytes.get(end)? {
            // An empty string that goes on with a quote would be a multi-line one.
            b'"' if end == start && bytes.get(end + 1) == Some(&b'"') => None,
            b'"' => {
                self.at = end + 1;
                self.text.get(start..end).map(Cow::Borrowed)
            }
            b'\\' => {
                self.at = start;
                self.escaped(self.text.get(start..)?)
            }
            _ => None,
        }
    }

    /// Passes by a string that nobody wants; what is none is as wrong as if somebody did.
    fn pass_string(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        if bytes.get(self.at) != Some(&b'"') || bytes.get(start..start + 2) == Some(b"\"\"") {
            return None;
        }
        let mut at = start;
        loop {
            at += memchr::memchr3(b'"', b'\\', b'\n', bytes.get(at..)?)?;
            match bytes.get(at)? {
                b'"' => {
                    self.at = at + 1;
                    return Some(());
                }
                b'\\' if matches!(bytes.get(at + 1)?, b'"' | b'\\' | b'n' | b't') => at += 2,
                _ => return None,
            }
        }
    }

    /// A string with escapes, from behind its opening quote.
    fn escaped(&mut self, inner: &'t str) -> Option<Cow<'t, str>> {
        let mut text = String::new();
        let mut rest = inner;
        loop {
            let length = memchr::memchr3(b'"', b'\\', b'\n', rest.as_bytes())?;
            text.push_str(&rest[..length]);
            let escape = match rest.as_bytes()[length] {
                b'"' => {
                    self.at += inner.len() - rest.len() + length + 1;
                    return Some(Cow::Owned(text));
                }
                b'\\' => rest.as_bytes().get(length + 1)?,
                _ => return None,
            };
            text.push(match escape {
                b'"' => '"',
                b'\\' => '\\',
                b'n' => '\n',
                b't' => '\t',
                _ => return None,
            });
            rest = &rest[length + 2..];
        }
    }

    /// A list of such strings, or one of them.
    fn strings(&mut self) -> Option<Vec<Text>> {
        if !self.eat(b'[') {
            return self.string().map(|text| vec![text.into()]);
        }
        let mut list = Vec::new();
        self.space();
        if self.eat(b']') {
            return Some(list);
        }
        loop {
            self.space();
            list.push(self.string()?.into());
            self.space();
            if self.eat(b']') {
                return Some(list);
            }
            self.eat(b',').then_some(())?;
        }
    }

    fn boolean(&mut self) -> Option<bool> {
        let value = if self.skip("true") {
            true
        } else if self.skip("false") {
            false
        } else {
            return None;
        };
        self.delimited().then_some(value)
    }

    fn date(&mut self) -> Option<Date> {
        let date = Date::parse(self.take(10)?)?;
        self.delimited().then_some(date)
    }

    fn time(&mut self) -> Option<Time> {
        let time = Time::parse(self.take(8)?)?;
        self.delimited().then_some(time)
    }

    fn moment(&mut self) -> Option<Moment> {
        let date = Date::parse(self.take(10)?)?;
        let time = if self.eat(b'T') { Some(Time::parse(self.take(8)?)?) } else { None };
        self.delimited().then_some(Moment { date, time })
    }

    fn money(&mut self) -> Option<Money> {
        self.amount().map(|amount| Money { amount, currency: None })
    }

    /// Digits, perhaps with decimals; no sign, no leading zero.
    fn amount(&mut self) -> Option<Amount> {
        let bytes = &self.text.as_bytes()[self.at..];
        let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let whole = digits(0);
        if whole == 0 || whole > 12 || whole > 1 && bytes[0] == b'0' {
            return None;
        }
        let mut fraction = 0;
        if bytes.get(whole) == Some(&b'.') {
            fraction = digits(whole + 1);
            if fraction == 0 || fraction > 6 {
                return None;
            }
        }
        // At most 18 digits, as counted above, so nothing overflows.
        let length = whole + fraction + usize::from(fraction > 0);
        let digits = self.take(length)?.bytes().filter(|b| *b != b'.');
        let number = digits.fold(0, |number: i64, b| number * 10 + i64::from(b - b'0'));
        self.delimited().then_some(Amount::of_digits(number, u32::try_from(fraction).ok()?))
    }

    /// Does the value end here? A date could go on with a time, a number with an exponent.
    fn delimited(&self) -> bool {
        let blank = |b: &&u8| !matches!(b, b' ' | b'\t');
        let next = self.text.as_bytes()[self.at..].iter().find(blank);
        matches!(next, None | Some(b',' | b'}' | b'#' | b'\n' | b'\r'))
    }
}

/// Where the first byte is that means something in a string. Most strings are a word, and end before a
/// search of many bytes at a time has begun.
fn first_special(bytes: &[u8]) -> Option<usize> {
    let word = bytes.len().min(16);
    let mut at = 0;
    while at < word {
        if SPECIAL[usize::from(bytes[at])] {
            return Some(at);
        }
        at += 1;
    }
    Some(at + memchr::memchr3(b'"', b'\\', b'\n', &bytes[at..])?)
}

/// The bytes that mean something in a string.
const SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    special[b'"' as usize] = true;
    special[b'\\' as usize] = true;
    special[b'\n' as usize] = true;
    special
};

/// The bytes of which bare keys are made.
const BARE: [bool; 256] = {
    let mut bare = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        bare[byte] =
            (byte as u8).is_ascii_alphanumeric() || byte == b'-' as usize || byte == b'_' as usize;
        byte += 1;
    }
    bare
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read_prospect::read_prospect;
    use proptest::prelude::*;
    use std::path::Path;

    const PLAIN: &str = "# old file\nname     = \"张先生\"   # who\ncompany = \"A & B\"\nneeds = [\"health\", \"x\"]\ntags = \"vip\"\nbranch = \"north\"\n\n[[contact]]\nname = \"Ann\"\ndecides = true\nbirthday = 1971-05-02\n\n[[contact]]\nphone = \"1\"\n\n[events] # journal\n2009-12-03-1-k2p = { kind = \"opened\", by = \"liuyan\", owner = \"\", value = 18000.50 }\n2009-12-04 = { kind = \"meeting\", time = 10:30:00, stage = \"25\", confirms = [\"fit\"], revokes = [], next = 2009-12-11T14:00:00, close_by = 2009-12-30, reached = false, score = 9, note = \"a, }b\", reason = \"say \\\"x\\\" \\\\ \\n\\t.\" }\n";

    fn settings() -> Settings {
        Settings { facts: vec!["branch".into()], ..Settings::default() }
    }

    /// What the quick reader says, if anything, is what the full one says, and nothing is wrong.
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
            ("\"a, }b\", reason", "\"a, }b\",, reason"),
            ("# old file", "# old\u{7}file"),
            ("decides = true", "decides = truex"),
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
