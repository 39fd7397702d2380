//! A TOML document as a tree with places, and typed reading from it: every wrong value is a diagnostic
//! with its place, and reading goes on.

use crate::diag::{Code, Diagnostic, Place};
use crate::model::date::{Date, Moment, Time};
use crate::model::money::{Amount, Money};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

/// A value with its place.
pub type Value<'a> = Spanned<DeValue<'a>>;

/// A table: keys and values with their places.
pub type Table<'a> = DeTable<'a>;

/// Reads a document; what is not TOML becomes diagnostics, one for each error found.
pub fn parse<'a>(text: &'a str, place: &Place) -> Result<Table<'a>, Vec<Diagnostic>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(table.into_inner());
    }
    // One broken line can confuse the parser for several; the first of a line is the true one.
    let mut problems: Vec<(usize, Diagnostic)> = Vec::new();
    for error in &errors {
        let line = error.span().map_or(0, |span| line_of(text, span.start));
        if problems.iter().all(|(seen, _)| *seen != line) {
            problems.push((line, syntax(text, error, place)));
        }
    }
    problems.truncate(10);
    Err(problems.into_iter().map(|(_, problem)| problem).collect())
}

fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|b| **b == b'\n').count()
}

fn syntax(text: &str, error: &Error, place: &Place) -> Diagnostic {
    let span = error.span().unwrap_or(0..0);
    let message = error.message();
    let token = token_at(text, &span);
    let (code, message, help) = if message.contains("duplicate key") {
        let help =
            "two entries of one day need different keys: add `-2`, or let `crm log` write them";
        (Code::DuplicateKey, format!("the key `{token}` stands twice"), Some(help))
    } else if looks_like_date(token) {
        let help = "dates are YYYY-MM-DD and must be in the calendar";
        (Code::BadDate, format!("`{token}` is not a date: {message}"), Some(help))
    } else if message.contains("recurse") || message.contains("recursion") {
        (Code::Syntax, "brackets are nested too deeply".to_owned(), None)
    } else {
        (Code::Syntax, format!("not valid TOML: {message}"), None)
    };
    let diagnostic = Diagnostic::new(code, message).at(place.clone().span(span));
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The word around the place of an error.
fn token_at<'a>(text: &'a str, span: &Range<usize>) -> &'a str {
    let is_word = |b: u8| !b.is_ascii_whitespace() && !b"=,{}[]#\"'".contains(&b);
    let bytes = text.as_bytes();
    let at = span.start.min(bytes.len());
    let start = bytes[..at].iter().rposition(|b| !is_word(*b)).map_or(0, |p| p + 1);
    let end = bytes[at..].iter().position(|b| !is_word(*b)).map_or(bytes.len(), |p| at + p);
    text.get(start..end.min(start + 80)).unwrap_or("")
}

fn looks_like_date(token: &str) -> bool {
    let bytes = token.as_bytes();
    bytes.len() >= 8
        && bytes[..4].iter().all(u8::is_ascii_digit)
        && bytes[4] == b'-'
        && bytes[5].is_ascii_digit()
}

/// Typed reading of one file; collects what is wrong.
pub struct Reader {
    /// The file.
    pub place: Place,
    /// The code of a wrong type: prospects and settings fail differently.
    pub wrong_type: Code,
    /// What was wrong so far.
    pub problems: Vec<Diagnostic>,
}

impl Reader {
    /// A reader of this file.
    pub fn new(place: Place, wrong_type: Code) -> Reader {
        Reader { place, wrong_type, problems: Vec::new() }
    }

    /// Notes a problem at a span of the file.
    pub fn problem(&mut self, span: Range<usize>, diagnostic: Diagnostic) {
        self.problems.push(diagnostic.at(self.place.clone().span(span)));
    }

    fn wrong(&mut self, key: &str, value: &Value, wanted: &str, help: Option<String>) {
        let mut diagnostic = Diagnostic::new(
            self.wrong_type,
            format!("`{key}` takes {wanted}, not {}", type_name(value.get_ref())),
        );
        if let Some(help) = help {
            diagnostic = diagnostic.help(help);
        }
        self.problem(value.span(), diagnostic);
    }

    /// A text.
    pub fn text(&mut self, key: &str, value: &Value) -> Option<Box<str>> {
        match value.get_ref() {
            DeValue::String(text) => Some(text.as_ref().into()),
            other => {
                let raw = match other {
                    DeValue::Integer(n) => Some(n.to_string()),
                    DeValue::Float(n) => Some(n.to_string()),
                    DeValue::Datetime(d) => Some(d.to_string()),
                    _ => None,
                };
                let help = raw.map(|raw| format!("write it in quotes: {key} = \"{raw}\""));
                self.wrong(key, value, "a text", help);
                None
            }
        }
    }

    /// A list of texts; a single text is a list of one.
    pub fn texts(&mut self, key: &str, value: &Value) -> Vec<Box<str>> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.text(key, item)).collect(),
            DeValue::String(text) => vec![text.as_ref().into()],
            _ => {
                self.wrong(key, value, "a list of texts", Some(format!("write {key} = [\"…\"]")));
                Vec::new()
            }
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, key: &str, value: &Value) -> Option<bool> {
        let found = value.get_ref().as_bool();
        if found.is_none() {
            self.wrong(key, value, "`true` or `false`", None);
        }
        found
    }

    /// A whole number from 0 to `max`.
    pub fn count(&mut self, key: &str, value: &Value, max: u32) -> Option<u32> {
        let found = match value.get_ref() {
            DeValue::Integer(n) => u32::from_str_radix(n.as_str(), n.radix()).ok(),
            _ => None,
        };
        let found = found.filter(|n| *n <= max);
        if found.is_none() {
            self.wrong(key, value, &format!("a whole number from 0 to {max}"), None);
        }
        found
    }

    /// An exact number: an integer or a decimal, as written.
    pub fn amount(&mut self, key: &str, value: &Value) -> Option<Amount> {
        let numeral = match value.get_ref() {
            DeValue::Integer(n) if n.radix() == 10 => n.as_str().to_owned(),
            DeValue::Float(n) => n.as_str().to_owned(),
            _ => {
                self.wrong(key, value, "a number", None);
                return None;
            }
        };
        self.money_of(value, Amount::parse(&numeral))
    }

    /// Money: a number, or a text with a currency.
    pub fn money(&mut self, key: &str, value: &Value) -> Option<Money> {
        match value.get_ref() {
            DeValue::String(text) => self.money_of(value, Money::parse(text)),
            DeValue::Integer(_) | DeValue::Float(_) => {
                self.amount(key, value).map(|amount| Money { amount, currency: None })
            }
            _ => {
                self.wrong(key, value, "an amount: 1500, 1500.50 or \"1500.50 USD\"", None);
                None
            }
        }
    }

    fn money_of<T>(
        &mut self,
        value: &Value,
        parsed: Result<T, crate::model::money::BadMoney>,
    ) -> Option<T> {
        parsed
            .map_err(|bad| {
                let diagnostic = Diagnostic::new(Code::BadMoney, bad.to_string())
                    .help("an amount is 1500, 1500.50 or \"1500.50 USD\"");
                self.problem(value.span(), diagnostic);
            })
            .ok()
    }

    /// A date without a time.
    pub fn date(&mut self, key: &str, value: &Value) -> Option<Date> {
        match self.moment(key, value) {
            Some(Moment { date, time: None }) => Some(date),
            Some(_) => {
                self.wrong(key, value, "a date without a time", None);
                None
            }
            None => None,
        }
    }

    /// A date, perhaps with a time.
    pub fn moment(&mut self, key: &str, value: &Value) -> Option<Moment> {
        let found = match value.get_ref() {
            DeValue::Datetime(d) if d.offset.is_none() => d.date.and_then(|date| {
                let date =
                    Date::new(i32::from(date.year), u32::from(date.month), u32::from(date.day))?;
                Some(Moment { date, time: d.time.and_then(time_of) })
            }),
            _ => None,
        };
        if found.is_none() {
            let help = match value.get_ref() {
                DeValue::String(text) if looks_like_date(text) => {
                    Some(format!("write it without quotes: {key} = {text}"))
                }
                DeValue::Datetime(d) if d.offset.is_some() => {
                    Some("dates of a ledger are local: leave the offset out".to_owned())
                }
                _ => Some(format!("write {key} = 2009-12-15 or {key} = 2009-12-15T14:00:00")),
            };
            self.wrong(key, value, "a date", help);
        }
        found
    }

    /// A time of day.
    pub fn time(&mut self, key: &str, value: &Value) -> Option<Time> {
        let found = match value.get_ref() {
            DeValue::Datetime(d) if d.date.is_none() => d.time.and_then(time_of),
            _ => None,
        };
        if found.is_none() {
            self.wrong(key, value, "a time of day", Some(format!("write {key} = 14:00:00")));
        }
        found
    }

    /// A table.
    pub fn table<'v, 'a>(&mut self, key: &str, value: &'v Value<'a>) -> Option<&'v Table<'a>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.wrong(key, value, "a table", None);
                None
            }
        }
    }

    /// A list of tables, in the order of the file.
    pub fn tables<'v, 'a>(
        &mut self,
        key: &str,
        value: &'v Value<'a>,
    ) -> Vec<(&'v Table<'a>, Range<usize>)> {
        match value.get_ref() {
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| self.table(key, item).map(|table| (table, item.span())))
                .collect(),
            _ => {
                self.wrong(key, value, &format!("tables, each under `[[{key}]]`"), None);
                Vec::new()
            }
        }
    }
}

fn time_of(time: toml::value::Time) -> Option<Time> {
    Time::new(u32::from(time.hour), u32::from(time.minute), u32::from(time.second.unwrap_or(0)))
}

/// What people call the type of a value.
fn type_name(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(d) if d.date.is_none() => "a time",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
