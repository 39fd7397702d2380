//! Cells that several reports make alike.

use crate::model::settings::{Rep, Settings};
use crate::rules::book::Book;
use crate::stats::KaplanMeier;
use crate::table::sheet::{Cell, Chart, Column, Picture, Quantity, Row, Table};
use crate::value::date::Date;
use crate::value::label::Lang;
use crate::value::money::{Amount, Money, Sum};
use crate::value::period::Period;
use std::collections::HashMap;

/// Of fewer cases than these nothing is said: no rate, no advice, no verdict.
pub const FEW: u64 = 5;

/// Are these enough cases to say anything? The one rule of all reports.
pub fn enough(n: u64) -> bool {
    n >= FEW
}

/// A table for all readers.
pub(super) fn table(id: &str, title: &str, columns: Vec<Column>, rows: Vec<Row>) -> Table {
    Table { id: id.into(), title: title.into(), columns, rows: rows.into(), ..Table::default() }
}

/// A count.
pub fn count(n: u64) -> Cell {
    Cell::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

/// Why there is no figure: too few cases.
pub fn few(n: u64, lang: Lang) -> Cell {
    Cell::absent(too_few(n, lang))
}

/// The same within a sentence.
pub fn too_few(n: u64, lang: Lang) -> String {
    match lang {
        Lang::En | Lang::Machine => format!("n = {n}, too few"),
        Lang::Zh => format!("n = {n}，太少"),
    }
}

/// A day that a curve reaches, or that it lies beyond the last one that was observed.
pub fn reached(day: Option<u32>, curve: &KaplanMeier) -> Cell {
    let beyond = || Cell::absent(format!("> {}", curve.t_max));
    day.map_or_else(beyond, |day| Cell::Int(i64::from(day)))
}

/// `n` of `of`, or that these are too few.
pub fn rate(n: u64, of: u64, lang: Lang) -> Cell {
    if enough(of) { Cell::Rate(n, of) } else { few(of, lang) }
}

/// A quotient: whole where it is, else with one decimal; nothing where it is no number.
pub fn number(x: f64) -> Cell {
    if x.is_finite() {
        Cell::Number(x, if (x - x.round()).abs() < 1e-9 { 0 } else { 1 })
    } else {
        Cell::Empty
    }
}

/// A number of days or a mean in words.
pub fn words(x: f64) -> String {
    if (x - x.round()).abs() < 1e-9 { format!("{x:.0}") } else { format!("{x:.1}") }
}

/// A count as people read it.
pub fn grouped(n: u64) -> String {
    Amount::from_int(i64::try_from(n).unwrap_or(i64::MAX)).grouped()
}

/// An amount within a sentence: with thousands separators for people.
pub fn said(amount: Amount, lang: Lang) -> String {
    match lang {
        Lang::Machine => amount.to_string(),
        Lang::En | Lang::Zh => amount.grouped(),
    }
}

/// Bars beside each other, with a description in words.
pub fn bars(title: &str, bars: Vec<Quantity>) -> Picture {
    let said: Vec<String> = bars.iter().map(|bar| format!("{} {}", bar.label, bar.text)).collect();
    Picture { title: title.to_owned(), description: said.join(", "), chart: Chart::Bars(bars) }
}

/// An amount shared among `n`, to two decimals; nothing where `n` is 0.
pub fn per(amount: Amount, n: u64) -> Cell {
    Cell::maybe(amount.divided_by(n), |share| Cell::Amount(share.round(2)))
}

/// The lines of a sum in currencies without a rate.
pub fn others(sum: &Sum) -> Vec<String> {
    sum.foreign().map(|money| money.to_string()).collect()
}

/// That a sum has lines in currencies without a rate, which no total holds: how much, and what to set.
pub fn without_rate(sum: &Sum, settings: &Settings) -> Option<String> {
    let first = sum.foreign().next()?.currency?;
    let lang = settings.language;
    let amounts = lang.listed(sum.foreign().map(Money::grouped));
    if !settings.ledgers.is_empty() {
        let own = settings.currency.map(|own| own.to_string());
        let own = own.as_deref().unwrap_or(lang.pick("the company's currency", "公司本币"));
        return Some(match lang {
            Lang::En | Lang::Machine => format!(
                "{amounts}: not added up, without a rate: set {first} = RATE under [rates] of the company, the price of 1 {first} in {own}"
            ),
            Lang::Zh => format!(
                "{amounts}：没有汇率，未计入合计：请在公司的 [rates] 下设 {first} = 汇率（1 {first} 合多少 {own}）"
            ),
        });
    }
    Some(match (settings.currency, lang) {
        (None, Lang::En | Lang::Machine) => format!(
            "{amounts}: not added up, the ledger has no currency of its own: set currency = \"{first}\" under [ledger] in crm.toml"
        ),
        (None, Lang::Zh) => format!(
            "{amounts}：未计入合计，账本没有设定本币：请在 crm.toml 的 [ledger] 下设 currency = \"{first}\""
        ),
        (Some(own), Lang::En | Lang::Machine) => format!(
            "{amounts}: not added up, without a rate: set {first} = RATE under [rates] in crm.toml, the price of 1 {first} in {own}"
        ),
        (Some(own), Lang::Zh) => format!(
            "{amounts}：没有汇率，未计入合计：请在 crm.toml 的 [rates] 下设 {first} = 汇率（1 {first} 合多少 {own}）"
        ),
    })
}

/// That the tallies of these reps are left out: a query selects prospects, and tallies are of none. Nothing where there are
/// none.
pub fn tallies_left_out(reps: &[&str], lang: Lang) -> Option<String> {
    let reps = (!reps.is_empty()).then(|| lang.listed(reps))?;
    Some(match lang {
        Lang::En | Lang::Machine => {
            format!("tallies left out, they cannot be divided among prospects: {reps}")
        }
        Lang::Zh => format!("未计入日报（无法按客户拆分）：{reps}"),
    })
}

/// The days that a report covers: those asked for, as far as the ledger has any; else all of them. Knows
/// the first of them only after a scan of the records, so [`up_to_now`] comes before that.
pub fn span(book: &Book, asked: Option<Period>) -> Period {
    let entries = book.first_entry().into_iter();
    let first = entries.chain(book.tallies.iter().map(|(_, day, _)| *day)).min();
    let Period { from, to } = up_to_now(book, asked);
    Period { from: from.max(first.unwrap_or(book.as_of)), to }
}

/// The days that a report covers, and any before the ledger's first: nothing happened then.
pub fn up_to_now(book: &Book, asked: Option<Period>) -> Period {
    let asked = asked.unwrap_or(Period { from: Date::MIN, to: Date::MAX });
    Period { from: asked.from, to: asked.to.min(book.as_of) }
}

/// Weeks in a period, with their part of a week; never less than one day.
pub fn weeks(period: Period) -> f64 {
    period.days().max(1) as f64 / 7.0
}

/// The columns in which people read the names of reps, and machines their ids.
pub const REPS: &[&str] = &[
    "owner",
    "rep",
    "who",
    "manager",
    "by",
    "is",
    "before",
    "helpers",
    "runner-up",
    "from-rep",
    "to-rep",
    "customer.owner",
    "customer.manager",
    "customer.helpers",
];

/// The names that people read for the ids of reps: that of the settings, behind it the id where two reps have one name.
pub fn member_names(settings: &Settings) -> HashMap<String, String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    settings.reps.iter().for_each(|rep| *counts.entry(rep.display()).or_default() += 1);
    let named = settings.reps.iter().filter(|rep| rep.display() != &*rep.id);
    let name = |rep: &Rep| match counts.get(rep.display()) {
        None | Some(1) => rep.display().to_owned(),
        Some(_) => format!("{} ({})", rep.display(), rep.id),
    };
    named.map(|rep| (rep.id.to_string(), name(rep))).collect()
}

/// How a member is called.
pub fn member(id: &str, settings: &Settings) -> String {
    match settings.rep(id) {
        Some(rep) if settings.language == Lang::Machine => rep.display().to_owned(),
        Some(rep) => member_names(settings).remove(id).unwrap_or(rep.display().to_owned()),
        None if id.is_empty() => settings.language.pick("(pool)", "（公海）").to_owned(),
        None => id.to_owned(),
    }
}

/// How a member is called in a sentence: by name for people, by id for machines.
pub fn called(id: &str, settings: &Settings) -> String {
    if settings.language == Lang::Machine { id.to_owned() } else { member(id, settings) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_are_enough_and_four_are_not() {
        assert_eq!([0, 1, 4, 5].map(enough), [false, false, false, true]);
        assert_eq!(rate(4, 4, Lang::En), Cell::absent("n = 4, too few"));
        assert_eq!(rate(0, 0, Lang::Zh), Cell::absent("n = 0，太少"));
        assert_eq!(rate(5, 5, Lang::En), Cell::Rate(5, 5));
    }

    #[test]
    fn what_is_whole_but_for_a_billionth_has_no_decimal() {
        for (x, said, digits) in
            [(2.0, "2", 0), (9e-10, "0", 0), (1e-9, "0.0", 1), (2.5, "2.5", 1), (-1e-10, "-0", 0)]
        {
            assert_eq!(words(x), said);
            assert_eq!(number(x), Cell::Number(x, digits));
        }
        assert_eq!(number(f64::INFINITY), Cell::Empty);
    }
}
