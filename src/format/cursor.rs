//! A place in a TOML document of the plain form, and reading of the values there. A value that is not certain is
//! `None`, and the full reader reads the file.
//!
//! Keys and short strings are searched eight bytes at a time, in one number: most of them are too short for a
//! search of thirty-two bytes at a time to pay.

use crate::model::event::EventKey;
use crate::model::kind::EventKind;
use crate::model::privacy::VEIL;
use crate::value::date::{Date, Moment, Time};
use crate::value::money::{Amount, Money};
use crate::value::sealed::is_sealed;
use crate::value::text::Text;
use std::borrow::Cow;

/// A place in a text.
pub(super) struct Cursor<'t> {
    text: &'t str,
    at: usize,
    /// The characters that ended lines so far.
    line_ends: usize,
}

impl<'t> Cursor<'t> {
    /// The beginning of a text; `None` if a carriage return is not followed by a line feed.
    pub(super) fn over(text: &'t str) -> Option<Cursor<'t>> {
        let bytes = text.as_bytes();
        memchr::memchr_iter(b'\r', bytes)
            .all(|at| bytes.get(at + 1) == Some(&b'\n'))
            .then_some(Cursor { text, at: 0, line_ends: 0 })
    }

    /// Has everything been read?
    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// How many lines there are from here on.
    pub(super) fn lines(&self) -> usize {
        memchr::memchr_iter(b'\n', &self.text.as_bytes()[self.at..]).count() + 1
    }

    /// Once everything has been read: is there no control character but those that ended lines, and tabs?
    pub(super) fn is_printable(&self) -> bool {
        let printable = |b: u8| b >= 0x20 && b != 0x7f || matches!(b, b'\n' | b'\t' | b'\r');
        controls(self.text.as_bytes()) == self.line_ends || self.text.bytes().all(printable)
    }

    /// The byte here; the end of the text ends its last line.
    pub(super) fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(b'\n')
    }

    /// Spaces and tabs.
    pub(super) fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t') {
            self.at += 1;
        }
    }

    /// This very byte.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let here = self.text.as_bytes().get(self.at) == Some(&byte);
        self.at += usize::from(here);
        here
    }

    /// This very text.
    pub(super) fn skip(&mut self, text: &str) -> bool {
        let here = self.text.as_bytes()[self.at..].starts_with(text.as_bytes());
        self.at += if here { text.len() } else { 0 };
        here
    }

    /// Does another part follow, behind a comma, or does `last` end the whole?
    pub(super) fn goes_on(&mut self, last: u8) -> Option<bool> {
        self.space();
        if self.eat(b',') {
            self.space();
            return Some(true);
        }
        self.eat(last).then_some(false)
    }

    /// The next `length` bytes, if they are whole characters.
    fn take(&mut self, length: usize) -> Option<&'t str> {
        let taken = self.text.get(self.at..self.at + length)?;
        self.at += length;
        Some(taken)
    }

    /// The text before a `=`, up to the first space. A known key is bare; for any other, ask [`is_bare`].
    pub(super) fn key(&mut self) -> Option<&'t str> {
        let bytes = self.text.as_bytes();
        let end = find(bytes, self.at, |word| equal(word, b' ') | equal(word, b'='))?;
        let key = self.text.get(self.at..end).filter(|key| !key.is_empty())?;
        self.at = end;
        // As programs write it, or with any other space.
        if let Some([b' ', b'=', b' ', next]) = bytes[end..].first_chunk()
            && *next != b' '
        {
            self.at += 3;
            return Some(key);
        }
        self.space();
        self.eat(b'=').then_some(())?;
        self.space();
        Some(key)
    }

    /// The key of an event, and its `=`.
    pub(super) fn event_key(&mut self) -> Option<EventKey> {
        let key = self.key()?;
        // Before the suffix a key has digits and dashes only.
        let suffix = key.get("2009-12-03".len()..)?;
        EventKey::parse(key).filter(|_| suffix.is_empty() || is_bare(suffix))
    }

    /// Nothing more on the line but a comment; then the next line.
    pub(super) fn end(&mut self) -> Option<()> {
        self.space();
        match self.peek() {
            b'\n' | b'\r' => {}
            b'#' => {
                let rest = &self.text.as_bytes()[self.at..];
                self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            }
            _ => return None,
        }
        // `over` made sure that a carriage return is followed by a line feed.
        self.line_ends += usize::from(self.eat(b'\r')) + usize::from(self.eat(b'\n'));
        Some(())
    }

    /// A kind of event.
    pub(super) fn kind(&mut self) -> Option<EventKind> {
        self.string_as(|name| name.into())
    }

    /// A basic string on one line; of escapes only the four that people write.
    pub(super) fn string(&mut self) -> Option<Text> {
        self.string_as(|text| text.into())
    }

    fn string_as<T>(&mut self, made: impl FnOnce(&str) -> T) -> Option<T> {
        let start = self.begin_string()?;
        let bytes = self.text.as_bytes();
        let special =
            |word| equal(word, b'"') | equal(word, b'\\') | word.wrapping_sub(ONES * 0x20) & !word;
        let end = find(bytes, start, |word| special(word) & HIGH)?;
        if bytes[end] == b'"' {
            self.at = end + 1;
            let text = self.text.get(start..end)?;
            return Some(made(if is_sealed(text) { VEIL } else { text }));
        }
        let (text, end) = unescaped(self.text.get(start..)?)?;
        // A sealed value has no escapes.
        if is_sealed(&text) {
            return None;
        }
        self.at = start + end;
        Some(made(&text))
    }

    /// Skips a sealed value of whatever type, if one is here: without its key it counts as absent.
    pub(super) fn pass_sealed(&mut self) -> Option<bool> {
        let rest = &self.text.as_bytes()[self.at..];
        if !rest.starts_with(b"\"sealed:") {
            return Some(false);
        }
        let text = self.text.get(self.at + 1..)?;
        let end = memchr::memchr(b'"', text.as_bytes())?;
        if !is_sealed(&text[..end]) {
            return Some(false);
        }
        self.at += end + 2;
        Some(true)
    }

    /// Skips a string that is not needed; `None` if it is not a string of the plain form.
    pub(super) fn pass_string(&mut self) -> Option<()> {
        let mut at = self.begin_string()?;
        let bytes = self.text.as_bytes();
        loop {
            at += memchr::memchr3(b'"', b'\\', b'\n', bytes.get(at..)?)?;
            match bytes[at] {
                b'"' => {
                    self.at = at + 1;
                    return Some(());
                }
                b'\\' => {
                    escape(*bytes.get(at + 1)?)?;
                    at += 2;
                }
                _ => return None,
            }
        }
    }

    /// Where the text of a string begins. Two quotes that are followed by a third begin one of many lines.
    fn begin_string(&self) -> Option<usize> {
        match &self.text.as_bytes()[self.at..] {
            [b'"', b'"', b'"', ..] => None,
            [b'"', ..] => Some(self.at + 1),
            _ => None,
        }
    }

    /// A list of such strings, or one of them.
    pub(super) fn strings(&mut self) -> Option<Vec<Text>> {
        if !self.eat(b'[') {
            return self.string().map(|text| vec![text]);
        }
        let mut list = Vec::new();
        self.space();
        if self.eat(b']') {
            return Some(list);
        }
        loop {
            list.push(self.string()?);
            if !self.goes_on(b']')? {
                return Some(list);
            }
        }
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self) -> Option<bool> {
        let value = if self.skip("true") {
            true
        } else if self.skip("false") {
            false
        } else {
            return None;
        };
        self.delimited().then_some(value)
    }

    /// `2009-12-03`
    pub(super) fn date(&mut self) -> Option<Date> {
        let date = Date::parse(self.take(10)?)?;
        self.delimited().then_some(date)
    }

    /// `14:00:00`
    pub(super) fn time(&mut self) -> Option<Time> {
        let time = Time::parse(self.take(8)?)?;
        self.delimited().then_some(time)
    }

    /// A date, perhaps with a time.
    pub(super) fn moment(&mut self) -> Option<Moment> {
        let date = Date::parse(self.take(10)?)?;
        let time = if self.eat(b'T') { Some(Time::parse(self.take(8)?)?) } else { None };
        self.delimited().then_some(Moment { date, time })
    }

    /// An amount in the ledger's currency.
    pub(super) fn money(&mut self) -> Option<Money> {
        self.amount().map(|amount| Money { amount, currency: None })
    }

    /// Digits, perhaps with decimals; no sign, no leading zero.
    pub(super) fn amount(&mut self) -> Option<Amount> {
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

/// Is it made of letters, digits, `-` and `_` only?
pub(super) fn is_bare(key: &str) -> bool {
    key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// A string with escapes, from behind its opening quote, and where it ends: behind the closing one.
fn unescaped(inner: &str) -> Option<(Cow<'_, str>, usize)> {
    let mut text = Cow::Borrowed("");
    let mut at = 0;
    loop {
        let length = memchr::memchr3(b'"', b'\\', b'\n', &inner.as_bytes()[at..])?;
        text += &inner[at..at + length];
        at += length;
        match inner.as_bytes()[at] {
            b'"' => return Some((text, at + 1)),
            b'\\' => text.to_mut().push(escape(*inner.as_bytes().get(at + 1)?)?),
            _ => return None,
        }
        at += 2;
    }
}

/// The character that a byte after a backslash means, if it is a usual escape.
fn escape(byte: u8) -> Option<char> {
    match byte {
        b'"' => Some('"'),
        b'\\' => Some('\\'),
        b'n' => Some('\n'),
        b't' => Some('\t'),
        _ => None,
    }
}

/// How many control characters there are. Counted in pieces without a way out, which the compiler turns
/// into a few steps for many bytes.
fn controls(text: &[u8]) -> usize {
    let control = |b: &u8| u8::from((*b < 0x20) | (*b == 0x7f));
    text.chunks(192).map(|piece| usize::from(piece.iter().map(control).sum::<u8>())).sum()
}

/// A one in each byte of a number.
const ONES: u64 = u64::from_ne_bytes([1; 8]);

/// The highest bit of each byte of a number.
const HIGH: u64 = ONES * 0x80;

/// Sets the high bit of each byte of a number that equals `byte`. Only the lowest set bit is certain: the
/// subtraction may borrow from higher bytes.
fn equal(word: u64, byte: u8) -> u64 {
    let difference = word ^ (ONES * u64::from(byte));
    difference.wrapping_sub(ONES) & !difference & HIGH
}

/// The place of the first byte, from `at` on, whose high bit is set in the result of `mark` for eight bytes.
fn find(bytes: &[u8], mut at: usize, mark: impl Fn(u64) -> u64) -> Option<usize> {
    while let Some(word) = bytes.get(at..)?.first_chunk() {
        let marks = mark(u64::from_le_bytes(*word));
        if marks != 0 {
            return Some(at + marks.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    // Fewer than eight bytes are left: filled up with a byte that no text has.
    let mut word = [0xff; 8];
    word[..bytes.len() - at].copy_from_slice(&bytes[at..]);
    let marks = mark(u64::from_le_bytes(word));
    (marks != 0).then(|| at + marks.trailing_zeros() as usize / 8)
}
