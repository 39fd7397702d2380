//! Cells as words: for people ([`shown`]) and for machines ([`plain`]), and text without characters that a
//! terminal or a page would obey ([`clean`]).

use super::{Names, Options, in_parts};
use crate::table::sheet::{Cell, Column, Kind, Table};
use crate::value::money::{Amount, Currency};
use crate::value::text::in_html;
use std::borrow::Cow;

/// A text on one line that does nothing to a terminal: line breaks and tabs become a space, control
/// characters (C0, DEL, C1) and those that reorder or hide text are spelt out as `\u{1b}`.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| (0x20..0x7f).contains(&b)) || !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut last = '\0';
    for c in text.chars() {
        match c {
            '\n' if last == '\r' => {}
            c if breaks(c) => out.push(' '),
            c if acts(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
        last = c;
    }
    Cow::Owned(out)
}

/// Does a terminal or a reader's eye obey this character instead of seeing it? Joiners are let
/// through: emoji and several scripts need them.
pub(super) fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{2028}' | '\u{2029}'                            // line and paragraph separators
            | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' // bidi embeddings, overrides, isolates
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0001}')
}

/// Does this character end a line, or move within one?
pub(super) fn breaks(c: char) -> bool {
    matches!(c, '\t'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// How the cells of a column look to people.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Look<'o> {
    /// The decimals of money: none where every amount is whole, else as many as the finest needs, and at least those
    /// of the currency.
    pub money: u32,
    /// The decimals of statistics: those of the finest.
    number: usize,
    /// The names of the ids in it.
    names: Option<&'o Names>,
}

impl Look<'_> {
    fn join(&mut self, other: Look) {
        self.money = self.money.max(other.money);
        self.number = self.number.max(other.number);
    }

    /// Adds the decimals of a cell.
    fn take(&mut self, cell: &Cell, options: &Options) {
        let (amount, currency) = match cell {
            Cell::Amount(amount) => (*amount, options.currency),
            Cell::Money(money) => (money.amount, money.currency.or(options.currency)),
            Cell::Number(x, decimals) => {
                self.number = if x.is_finite() { self.number.max(*decimals) } else { self.number };
                return;
            }
            _ => return,
        };
        let needed = amount.trimmed().decimals();
        if needed > 0 {
            let usual = currency.map_or(USUAL_DECIMALS, Currency::decimals);
            self.money = self.money.max(needed).max(usual);
        }
    }

    /// The decimals of a statistic, of which the cell asks for so many.
    pub fn decimals(&self, asked: usize) -> usize {
        self.number.max(asked)
    }

    /// Is the cell an id that a name is shown for?
    pub fn is_named(&self, cell: &Cell) -> bool {
        matches!(cell, Cell::Text(text) if self.name(text).is_some())
    }

    /// The name of an id, or the text as it is.
    pub fn named<'t>(&'t self, text: &'t str) -> &'t str {
        self.name(text).unwrap_or(text)
    }

    /// The name of an id.
    fn name(&self, text: &str) -> Option<&str> {
        self.names?.of.get(text).map(String::as_str)
    }
}

/// The decimals of an amount that is not whole, in a ledger without a currency.
const USUAL_DECIMALS: u32 = 2;

/// How the cells of each column look to people. The rows are asked for once more for that.
pub(super) fn looks<'o>(table: &Table, options: &'o Options) -> Vec<Look<'o>> {
    let names = |column: &Column| Some(&options.names).filter(|names| names.has(&column.id));
    let mut looks: Vec<Look> = table
        .columns
        .iter()
        .map(|column| Look { names: names(column), ..Look::default() })
        .collect();
    let columns: Vec<usize> =
        (0..table.columns.len()).filter(|at| table.columns[*at].kind == Kind::Number).collect();
    if columns.is_empty() {
        return looks;
    }
    let of_part = |part| {
        let mut looks = vec![Look::default(); columns.len()];
        for row in table.rows.part(part) {
            for (look, at) in looks.iter_mut().zip(&columns) {
                row.cells.get(*at).into_iter().for_each(|cell| look.take(cell, options));
            }
        }
        looks
    };
    for part in in_parts(&table.rows, of_part) {
        columns.iter().zip(part).for_each(|(at, look)| looks[*at].join(look));
    }
    looks
}

/// A cell for people: thousands separators, percentages, words on one line or each on its own.
pub(super) fn shown<'c>(cell: &'c Cell, look: &Look, options: &Options) -> Cow<'c, str> {
    let decimals = look.money;
    Cow::Owned(match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) => match look.name(text) {
            None => return clean(text),
            Some(name) => clean(name).into_owned(),
        },
        Cell::List(list) => {
            let words: Vec<&str> = list.iter().map(|word| look.named(word)).collect();
            clean(&words.join(", ")).into_owned()
        }
        Cell::Lines(lines) => lines.iter().map(|l| clean(l)).collect::<Vec<_>>().join("\n"),
        Cell::Int(n) => Amount::from_int(*n).grouped(),
        Cell::Number(x, decimals) => number(*x, look.decimals(*decimals)),
        Cell::Money(money) => match money.currency {
            Some(currency) => format!("{} {currency}", money.amount.padded(decimals).grouped()),
            None => money.amount.padded(decimals).grouped(),
        },
        Cell::Amount(amount) => amount.padded(decimals).grouped(),
        Cell::Rate(n, of) => {
            format!("{}/{}  {:>7}", count(*n), count(*of), percent(ratio(*n, *of)))
        }
        Cell::Share(x) => percent(Some(*x)),
        Cell::Date(date) => date.to_string(),
        Cell::Moment(moment) => match moment.time {
            Some(time) => {
                let time = time.to_string();
                format!("{} {}", moment.date, time.strip_suffix(":00").unwrap_or(&time))
            }
            None => moment.date.to_string(),
        },
        Cell::Bool(true) => return options.lang.pick("yes", "是").into(),
        Cell::Bool(false) => return options.lang.pick("no", "否").into(),
        Cell::Absent(why) => format!("({})", clean(why)),
    })
}

/// A cell for machines: exact and ISO, with at most six decimals; nothing where there is no
/// number.
pub(super) fn plain(cell: &Cell) -> Cow<'_, str> {
    Cow::Owned(match cell {
        Cell::Empty | Cell::Absent(_) => String::new(),
        Cell::Text(text) => return Cow::Borrowed(text),
        Cell::List(list) | Cell::Lines(list) => list.join(";"),
        Cell::Int(n) => n.to_string(),
        Cell::Number(x, _) | Cell::Share(x) => six(*x).map_or_else(String::new, |x| x.to_string()),
        Cell::Money(money) => money.to_string(),
        Cell::Amount(amount) => amount.to_string(),
        Cell::Rate(n, of) => {
            ratio(*n, *of).and_then(six).map_or_else(String::new, |x| x.to_string())
        }
        Cell::Date(date) => date.to_string(),
        Cell::Moment(moment) => moment.to_string(),
        Cell::Bool(yes) => yes.to_string(),
    })
}

/// A quotient, unless there is nothing to divide by.
pub(super) fn ratio(n: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| n as f64 / of as f64)
}

/// A half, and as much less as a binary number may be off: an exact half is rounded away from zero, whatever it was computed by.
const HALF: f64 = 0.5 + 1e-7;

/// Rounded to six decimals, which every machine computes alike; nothing if it is not a number.
pub(super) fn six(x: f64) -> Option<f64> {
    let rounded = (x.abs() * 1e6 + HALF).floor().copysign(x) / 1e6;
    let kept = if rounded.is_finite() { rounded } else { x };
    // Adding zero turns -0 into 0.
    kept.is_finite().then_some(kept + 0.0)
}

/// A number with so many decimals and thousands separators.
pub(super) fn number(x: f64, decimals: usize) -> String {
    if !x.is_finite() {
        return String::new();
    }
    let text = format!("{x:.decimals$}");
    let text = match text.strip_prefix('-') {
        Some(rest) if rest.bytes().all(|b| matches!(b, b'0' | b'.')) => rest.to_owned(),
        _ => text,
    };
    Amount::parse(&text).map_or(text, Amount::grouped)
}

fn count(n: u64) -> String {
    i64::try_from(n).map_or_else(|_| n.to_string(), |n| Amount::from_int(n).grouped())
}

/// A share as a percentage.
pub(super) fn percent(share: Option<f64>) -> String {
    match share {
        Some(share) if share.is_finite() => format!("{} %", number(share * 100.0, 1)),
        _ => String::new(),
    }
}

/// Text that is nothing but text, in the elements and attributes of a page.
pub(super) fn escaped(text: &str) -> String {
    in_html(&clean(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::sheet::{Column, Row};
    use crate::value::date::{Date, Moment, Time};
    use crate::value::money::Money;

    fn see(cell: Cell) -> String {
        let look = Look { money: 2, ..Look::default() };
        shown(&cell, &look, &Options::default()).into_owned()
    }

    #[test]
    fn a_half_is_rounded_away_from_zero_also_where_a_binary_number_lies_below_it() {
        // 0.0234375 as three steps of a curve of 128 add it up.
        let below = 1.0 / 128.0 + 127.0 / 128.0 / 127.0 + 126.0 / 128.0 / 126.0 - f64::EPSILON;
        for (x, shown) in [(0.0234375, 0.023438), (below, 0.023438), (-0.0000005, -0.000001)] {
            assert_eq!(six(x), Some(shown));
        }
        assert_eq!(
            [0.4999989e-6, 0.0, -0.0, 1e15, 5.0].map(six),
            [0.0, 0.0, 0.0, 1e15, 5.0].map(Some)
        );
        assert_eq!([f64::NAN, f64::INFINITY].map(six), [None, None]);
        assert!(!six(-0.0000001).is_some_and(f64::is_sign_negative));
    }

    #[test]
    fn for_people() {
        assert_eq!(see(Cell::Int(-1_234_567)), "-1,234,567");
        assert_eq!(see(Cell::Number(51.779, 2)), "51.78");
        assert_eq!(see(Cell::Number(12_345.6, 0)), "12,346");
        assert_eq!(see(Cell::Number(-0.001, 1)), "0.0");
        assert_eq!(see(Cell::Number(f64::NAN, 1)), "");
        assert_eq!(see(Cell::Number(1e300, 0)).len(), 301);
        assert_eq!(see(Cell::Money(Money::parse("1234567.50 USD").unwrap())), "1,234,567.50 USD");
        assert_eq!(see(Cell::Rate(4238, 6711)), "4,238/6,711   63.2 %");
        assert_eq!(see(Cell::Rate(3, 3)), "3/3  100.0 %");
        assert_eq!(see(Cell::Rate(0, 0)).trim_end(), "0/0");
        assert_eq!(see(Cell::Share(0.04)), "4.0 %");
        assert_eq!(see(Cell::Absent("n = 3".into())), "(n = 3)");
        let moment = Moment { date: Date::new(2009, 12, 15).unwrap(), time: Time::new(14, 0, 0) };
        assert_eq!(see(Cell::Moment(moment)), "2009-12-15 14:00");
    }

    #[test]
    fn for_machines() {
        assert_eq!(plain(&Cell::Rate(4238, 6711)), "0.631501");
        assert_eq!(plain(&Cell::Rate(1, 0)), "");
        assert_eq!(plain(&Cell::Number(57.0, 1)), "57");
        assert_eq!(plain(&Cell::Number(-1e-9, 1)), "0");
        assert_eq!(plain(&Cell::Number(f64::INFINITY, 1)), "");
        assert_eq!(plain(&Cell::Int(-1_234_567)), "-1234567");
        assert_eq!(plain(&Cell::list(["a", "b"])), "a;b");
        assert_eq!(plain(&Cell::Absent("few".into())), "");
        let moment = Moment { date: Date::new(2009, 12, 15).unwrap(), time: Time::new(14, 0, 0) };
        assert_eq!(plain(&Cell::Moment(moment)), "2009-12-15T14:00:00");
    }

    #[test]
    fn money_of_a_column_has_the_same_decimals() {
        let amount = |text: &str| Cell::Amount(Amount::parse(text).unwrap());
        let column = |texts: &[&str]| {
            let columns = vec![Column::new("value", "", Kind::Number)];
            let rows = texts.iter().map(|text| Row::new(vec![amount(text)])).collect();
            let table = Table { columns, rows, ..Table::default() };
            let options = Options::default();
            let look = looks(&table, &options)[0];
            let shown = |text: &&str| shown(&amount(text), &look, &options).into_owned();
            texts.iter().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(column(&["37500.0", "9375"]), ["37,500", "9,375"]);
        assert_eq!(column(&["37500.5", "9375"]), ["37,500.50", "9,375.00"]);
        assert_eq!(column(&["0.125", "9375.50"]), ["0.125", "9,375.500"]);
        assert_eq!(column(&[]), [""; 0]);
    }

    #[test]
    fn statistics_of_a_column_have_the_decimals_of_the_finest_and_counts_have_none() {
        let cells = [Cell::Number(2.0, 0), Cell::Number(2.55, 1), Cell::Int(7), Cell::Share(0.5)];
        let columns = vec![Column::new("x", "", Kind::Number)];
        let rows = cells.iter().map(|cell| Row::new(vec![cell.clone()])).collect();
        let table = Table { columns, rows, ..Table::default() };
        let options = Options::default();
        let look = looks(&table, &options)[0];
        let texts = cells.iter().map(|cell| shown(cell, &look, &options).into_owned());
        assert_eq!(texts.collect::<Vec<_>>(), ["2.0", "2.5", "7", "50.0 %"]);
    }

    #[test]
    fn money_that_is_not_whole_has_the_decimals_of_its_currency() {
        let of = |texts: &[&str], own: Option<&str>| {
            let cell = |text: &&str| Cell::Money(Money::parse(text).unwrap());
            let columns = vec![Column::new("x", "", Kind::Number)];
            let rows = texts.iter().map(|text| Row::new(vec![cell(text)])).collect();
            let table = Table { columns, rows, ..Table::default() };
            let currency = own.and_then(Currency::parse);
            looks(&table, &Options { currency, ..Options::default() })[0].money
        };
        assert_eq!(of(&["10"], Some("KWD")), 0);
        assert_eq!(of(&["10.5"], None), 2);
        assert_eq!(of(&["10.5"], Some("KWD")), 3);
        assert_eq!(of(&["10.5", "3 JPY"], Some("JPY")), 1, "no decimal that is stated is hidden");
        assert_eq!(of(&["10.5 USD", "3"], Some("KWD")), 2);
    }

    #[test]
    fn nothing_acts() {
        assert_eq!(clean("a\r\nb\tc\nd\u{2028}e"), "a b c d e");
        assert_eq!(clean("\u{1b}[31mred\u{7}"), "\\u{1b}[31mred\\u{7}");
        assert_eq!(clean("\u{9b}31m \u{7f}"), "\\u{9b}31m \\u{7f}");
        assert_eq!(clean("abc\u{202e}fdp.exe"), "abc\\u{202e}fdp.exe");
        assert_eq!(clean("王经理 👩‍💻 é"), "王经理 👩‍💻 é");
    }
}
