//! A TOML document as a tree with places, and typed reading from it: every wrong value is a diagnostic
//! with its place, and reading goes on.

use crate::diag::{Code, Diagnostic, Place, Words};
use crate::format::syntax::{explain, looks_like_date};
use crate::model::privacy::VEIL;
use crate::value::date::{Date, Moment, Time};
use crate::value::money::{Amount, Money};
use crate::value::sealed::is_sealed;
use crate::value::text::Text;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml_parser::Source;
use toml_parser::lexer::TokenKind;

/// A value with its place.
pub type TomlValue<'a> = Spanned<DeValue<'a>>;

/// A table: keys and values with their places.
pub type TomlTable<'a> = DeTable<'a>;

/// Reads a document. Fails with a diagnostic for each broken line.
pub fn parse<'a>(text: &'a str, place: &Place) -> Result<TomlTable<'a>, Vec<Diagnostic>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(table.into_inner());
    }
    Err(explain(text, &errors, place))
}

/// Is a text a document?
pub fn is_toml(text: &str) -> bool {
    DeTable::parse(text).is_ok()
}

/// Is one of these places, in rising order, inside a text of several lines?
pub fn string_at(text: &str, places: &[usize]) -> bool {
    let mut places = places.iter().peekable();
    Source::new(text).lex().any(|token| {
        let (from, to) = (token.span().start(), token.span().end());
        while places.next_if(|place| **place <= from).is_some() {}
        let is_text = matches!(token.kind(), TokenKind::MlBasicString | TokenKind::MlLiteralString);
        is_text && places.peek().is_some_and(|place| **place < to)
    })
}

/// The most problems of one file that are kept.
const MAX_PROBLEMS: usize = 1_000;

/// Typed reading of one file; collects the problems.
pub struct Reader {
    /// The file.
    pub place: Place,
    /// The code of a wrong type: prospects and settings fail differently.
    pub wrong_type: Code,
    /// The problems so far.
    pub problems: Vec<Diagnostic>,
}

impl Reader {
    /// A reader of this file.
    pub fn new(place: Place, wrong_type: Code) -> Reader {
        Reader { place, wrong_type, problems: Vec::new() }
    }

    /// Notes a problem at a span of the file; at most a thousand are kept.
    pub fn problem(&mut self, span: Range<usize>, diagnostic: Diagnostic) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(diagnostic.at(self.place.clone().span(span)));
        }
    }

    /// A value of a wrong type. A sealed value of whatever type is a text; without its key it counts as absent.
    fn wrong(&mut self, key: &str, value: &TomlValue, wanted: Words, help: Option<Words>) {
        if value.get_ref().as_str().is_some_and(is_sealed) {
            return;
        }
        let found = description(value.get_ref());
        let message = Words::both(
            format!("`{key}` must be {}, not {}", wanted.en(), found.en()),
            format!("`{key}` 应为{}，而不是{}", wanted.zh(), found.zh()),
        );
        let mut diagnostic = Diagnostic::new(self.wrong_type, message);
        if let Some(help) = help {
            diagnostic = diagnostic.help(help);
        }
        self.problem(value.span(), diagnostic);
    }

    /// A text; a sealed one shows a veil.
    pub fn text(&mut self, key: &str, value: &TomlValue) -> Option<Text> {
        match value.get_ref() {
            DeValue::String(text) if is_sealed(text) => Some(VEIL.into()),
            DeValue::String(text) => Some(text.as_ref().into()),
            other => {
                let raw = match other {
                    DeValue::Integer(n) => Some(n.to_string()),
                    DeValue::Float(n) => Some(n.to_string()),
                    DeValue::Datetime(d) => Some(d.to_string()),
                    _ => None,
                };
                let help = raw.map(|raw| {
                    words!("write it in quotes: {key} = \"{raw}\"", "请加引号：{key} = \"{raw}\"")
                });
                self.wrong(key, value, words!("a text", "文本"), help);
                None
            }
        }
    }

    /// A list of texts; a single text is a list of one.
    pub fn texts(&mut self, key: &str, value: &TomlValue) -> Vec<Text> {
        self.texts_at(key, value).into_iter().map(|(text, _)| text).collect()
    }

    /// A list of texts with the place of each; a single text is a list of one.
    pub fn texts_at(&mut self, key: &str, value: &TomlValue) -> Vec<(Text, Range<usize>)> {
        let mut one = |item: &TomlValue| self.text(key, item).map(|text| (text, item.span()));
        match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(one).collect(),
            DeValue::String(_) => one(value).into_iter().collect(),
            _ => {
                self.wrong(
                    key,
                    value,
                    words!("a list of texts", "文本列表"),
                    Some(words!("write {key} = [\"…\"]", "请写 {key} = [\"…\"]")),
                );
                Vec::new()
            }
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, key: &str, value: &TomlValue) -> Option<bool> {
        let found = value.get_ref().as_bool();
        if found.is_none() {
            let help = words!(
                "write {key} = true or {key} = false, without quotes",
                "请写 {key} = true 或 {key} = false，不加引号"
            );
            self.wrong(key, value, words!("`true` or `false`", "`true` 或 `false`"), Some(help));
        }
        found
    }

    /// A whole number from 0 to `max`.
    pub fn count(&mut self, key: &str, value: &TomlValue, max: u32) -> Option<u32> {
        self.number(key, value, 0, max)
    }

    /// A whole number from `min` to `max`.
    pub fn number(&mut self, key: &str, value: &TomlValue, min: u32, max: u32) -> Option<u32> {
        let found = match value.get_ref() {
            DeValue::Integer(n) => u32::from_str_radix(n.as_str(), n.radix()).ok(),
            _ => None,
        };
        let found = found.filter(|n| (min..=max).contains(n));
        if found.is_none() {
            self.wrong(
                key,
                value,
                words!("a whole number from {min} to {max}", "{min} 到 {max} 的整数"),
                None,
            );
        }
        found
    }

    /// An exact number: an integer or a decimal, as written.
    pub fn amount(&mut self, key: &str, value: &TomlValue) -> Option<Amount> {
        let numeral = match value.get_ref() {
            DeValue::Integer(n) if n.radix() == 10 => n.as_str().to_owned(),
            DeValue::Float(n) => n.as_str().to_owned(),
            _ => {
                self.wrong(key, value, words!("a number", "数字"), None);
                return None;
            }
        };
        self.money_of(value, Amount::parse(&numeral))
    }

    /// Money: a number, or a text with a currency.
    pub fn money(&mut self, key: &str, value: &TomlValue) -> Option<Money> {
        match value.get_ref() {
            DeValue::String(text) if !is_sealed(text) => self.money_of(value, Money::parse(text)),
            DeValue::Integer(_) | DeValue::Float(_) => {
                self.amount(key, value).map(|amount| Money { amount, currency: None })
            }
            _ => {
                self.wrong(
                    key,
                    value,
                    words!(
                        "an amount: 1500, 1500.50 or \"1500.50 USD\"",
                        "金额：1500、1500.50 或 \"1500.50 USD\""
                    ),
                    None,
                );
                None
            }
        }
    }

    fn money_of<T>(
        &mut self,
        value: &TomlValue,
        parsed: Result<T, crate::value::money::BadMoney>,
    ) -> Option<T> {
        parsed
            .map_err(|bad| {
                let diagnostic = Diagnostic::new(Code::BadMoney, bad.words()).help(words!(
                    "an amount is 1500, 1500.50 or \"1500.50 USD\"",
                    "金额写作 1500、1500.50 或 \"1500.50 USD\""
                ));
                self.problem(value.span(), diagnostic);
            })
            .ok()
    }

    /// A date without a time.
    pub fn date(&mut self, key: &str, value: &TomlValue) -> Option<Date> {
        match self.moment(key, value) {
            Some(Moment { date, time: None }) => Some(date),
            Some(_) => {
                let help = words!("write {key} = 2009-12-15", "请写 {key} = 2009-12-15");
                self.wrong(
                    key,
                    value,
                    words!("a date without a time", "不带时间的日期"),
                    Some(help),
                );
                None
            }
            None => None,
        }
    }

    /// A date, perhaps with a time.
    pub fn moment(&mut self, key: &str, value: &TomlValue) -> Option<Moment> {
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
                DeValue::String(text) if looks_like_date(text) => Some(words!(
                    "write it without quotes: {key} = {text}",
                    "请不加引号：{key} = {text}"
                )),
                DeValue::Datetime(d) if d.offset.is_some() => Some(words!(
                    "dates of a ledger are local: leave the offset out",
                    "账本的日期为当地时间：请去掉时区"
                )),
                _ => Some(words!(
                    "write {key} = 2009-12-15 or {key} = 2009-12-15T14:00:00",
                    "请写 {key} = 2009-12-15 或 {key} = 2009-12-15T14:00:00"
                )),
            };
            self.wrong(key, value, words!("a date", "日期"), help);
        }
        found
    }

    /// A time of day.
    pub fn time(&mut self, key: &str, value: &TomlValue) -> Option<Time> {
        let found = match value.get_ref() {
            DeValue::Datetime(d) if d.date.is_none() => d.time.and_then(time_of),
            _ => None,
        };
        if found.is_none() {
            self.wrong(
                key,
                value,
                words!("a time of day", "时间"),
                Some(words!("write {key} = 14:00:00", "请写 {key} = 14:00:00")),
            );
        }
        found
    }

    /// A table.
    pub fn table<'v, 'a>(
        &mut self,
        key: &str,
        value: &'v TomlValue<'a>,
    ) -> Option<&'v TomlTable<'a>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                let help = words!(
                    "write [{key}] on a line of its own, its keys below it",
                    "请把 [{key}] 单写一行，其下写各键"
                );
                self.wrong(key, value, words!("a table", "表"), Some(help));
                None
            }
        }
    }

    /// A list of tables, in the order of the file.
    pub fn tables<'v, 'a>(
        &mut self,
        key: &str,
        value: &'v TomlValue<'a>,
    ) -> Vec<(&'v TomlTable<'a>, Range<usize>)> {
        match value.get_ref() {
            DeValue::Array(items) => items
                .iter()
                .filter_map(|item| self.table(key, item).map(|table| (table, item.span())))
                .collect(),
            _ => {
                let help = words!(
                    "write [[{key}]] on a line of its own, its keys below it",
                    "请把 [[{key}]] 单写一行，其下写各键"
                );
                self.wrong(key, value, words!("a list of tables", "多个表"), Some(help));
                Vec::new()
            }
        }
    }
}

fn time_of(time: toml::value::Time) -> Option<Time> {
    Time::new(u32::from(time.hour), u32::from(time.minute), u32::from(time.second.unwrap_or(0)))
}

/// A value in a message: its type, or the value itself where the type alone would not show the mistake.
fn description(value: &DeValue) -> Words {
    let itself = |text: String| words!("{text}", " {text}");
    match value {
        DeValue::String(_) => words!("a text", "文本"),
        DeValue::Integer(n) => itself(n.to_string()),
        DeValue::Float(n) => itself(n.to_string()),
        DeValue::Boolean(b) => itself(format!("`{b}`")),
        DeValue::Datetime(d) => itself(d.to_string()),
        DeValue::Array(_) => words!("a list", "列表"),
        DeValue::Table(_) => words!("a table", "表"),
    }
}
