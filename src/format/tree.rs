//! A TOML document as a tree with places, and typed reading from it: every wrong value is a diagnostic
//! with its place, and reading goes on.

use crate::diag::{Code, Diagnostic, Place};
use crate::format::syntax::{explain, looks_like_date};
use crate::value::date::{Date, Moment, Time};
use crate::value::money::{Amount, Money};
use crate::value::text::Text;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value with its place.
pub type Value<'a> = Spanned<DeValue<'a>>;

/// A table: keys and values with their places.
pub type Table<'a> = DeTable<'a>;

/// Reads a document; what is not TOML becomes diagnostics, one for each broken line.
pub fn parse<'a>(text: &'a str, place: &Place) -> Result<Table<'a>, Vec<Diagnostic>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(table.into_inner());
    }
    Err(explain(text, &errors, place))
}

/// So many problems of one file are kept.
const MAX_PROBLEMS: usize = 1_000;

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

    /// Notes a problem at a span of the file. Of a file that is nothing but problems, a thousand say
    /// enough.
    pub fn problem(&mut self, span: Range<usize>, diagnostic: Diagnostic) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(diagnostic.at(self.place.clone().span(span)));
        }
    }

    fn wrong(&mut self, key: &str, value: &Value, wanted: &str, help: Option<String>) {
        let mut diagnostic = Diagnostic::new(
            self.wrong_type,
            format!("`{key}` takes {wanted}, not {}", what_it_is(value.get_ref())),
        );
        if let Some(help) = help {
            diagnostic = diagnostic.help(help);
        }
        self.problem(value.span(), diagnostic);
    }

    /// A text.
    pub fn text(&mut self, key: &str, value: &Value) -> Option<Text> {
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
    pub fn texts(&mut self, key: &str, value: &Value) -> Vec<Text> {
        self.texts_at(key, value).into_iter().map(|(text, _)| text).collect()
    }

    /// A list of texts with the place of each; a single text is a list of one.
    pub fn texts_at(&mut self, key: &str, value: &Value) -> Vec<(Text, Range<usize>)> {
        let mut one = |item: &Value| self.text(key, item).map(|text| (text, item.span()));
        match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(one).collect(),
            DeValue::String(_) => one(value).into_iter().collect(),
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
            let help = format!("write {key} = true or {key} = false, without quotes");
            self.wrong(key, value, "`true` or `false`", Some(help));
        }
        found
    }

    /// A whole number from 0 to `max`.
    pub fn count(&mut self, key: &str, value: &Value, max: u32) -> Option<u32> {
        self.number(key, value, 0, max)
    }

    /// A whole number from `min` to `max`.
    pub fn number(&mut self, key: &str, value: &Value, min: u32, max: u32) -> Option<u32> {
        let found = match value.get_ref() {
            DeValue::Integer(n) => u32::from_str_radix(n.as_str(), n.radix()).ok(),
            _ => None,
        };
        let found = found.filter(|n| (min..=max).contains(n));
        if found.is_none() {
            self.wrong(key, value, &format!("a whole number from {min} to {max}"), None);
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
        parsed: Result<T, crate::value::money::BadMoney>,
    ) -> Option<T> {
        parsed
            .map_err(|bad| {
                let diagnostic = Diagnostic::new(Code::BadMoney, bad.words())
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
                let help = format!("write {key} = 2009-12-15");
                self.wrong(key, value, "a date without a time", Some(help));
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
                let help = format!("write [{key}] on a line of its own, its keys below it");
                self.wrong(key, value, "a table", Some(help));
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
                let help = format!("write [[{key}]] on a line of its own, its keys below it");
                self.wrong(key, value, "tables", Some(help));
                Vec::new()
            }
        }
    }
}

fn time_of(time: toml::value::Time) -> Option<Time> {
    Time::new(u32::from(time.hour), u32::from(time.minute), u32::from(time.second.unwrap_or(0)))
}

/// What people call a value: its type, or itself where the type alone would not tell what is wrong.
fn what_it_is(value: &DeValue) -> String {
    match value {
        DeValue::String(_) => "a text".to_owned(),
        DeValue::Integer(n) => n.to_string(),
        DeValue::Float(n) => n.to_string(),
        DeValue::Boolean(b) => format!("`{b}`"),
        DeValue::Datetime(d) => d.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
