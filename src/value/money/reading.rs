//! Amounts as people and other programs write them. One reader serves queries, typed options and imports; they differ
//! only in the signs that numbers may have.

use super::amount::Amount;
use super::bad_money::BadMoney;
use super::currency::Currency;
use super::{Money, signs};
use crate::value::text::narrow;

/// The factor of a sign behind a number.
const FACTORS: [(&str, i64); 7] = [
    ("k", 1_000),
    ("K", 1_000),
    ("m", 1_000_000),
    ("M", 1_000_000),
    ("千", 1_000),
    ("万", 10_000),
    ("亿", 100_000_000),
];

/// The signs in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberForm {
    /// Before the decimals; `None`: numbers have none.
    decimal: Option<char>,
    /// Between groups of three digits; `None`: digits are not grouped.
    thousands: Option<char>,
}

impl NumberForm {
    /// As people type numbers: `1,200.50`.
    pub const TYPED: NumberForm = NumberForm { decimal: Some('.'), thousands: Some(',') };

    /// The form of these signs. Where the sign of decimals is not stated, it is the point, unless that is between the
    /// thousands: then there are no decimals.
    pub fn new(decimal: Option<char>, thousands: Option<char>) -> NumberForm {
        let point = Some('.').filter(|_| thousands != Some('.'));
        NumberForm { decimal: decimal.or(point), thousands }
    }

    /// Reads a number, with a sign behind it that multiplies: `10k`, `1.5M`, `5万`.
    ///
    /// # Errors
    /// Fails where the text is no number, its separator of thousands is elsewhere than between groups of three digits
    /// (`512,77` is 512 and decimals of another form, not 51277), or it has a sign of which the form says nothing.
    pub fn amount(self, text: &str) -> Result<Amount, BadMoney> {
        let text = text.trim();
        let factor = FACTORS.iter().find_map(|(sign, by)| Some((text.strip_suffix(sign)?, *by)));
        let (numeral, by) = factor.unwrap_or((text, 1));
        let amount = self.plain(numeral.trim_end()).and_then(|plain| Amount::parse(&plain));
        let amount = amount.map_err(|bad| bad.of(text))?;
        if factor.is_none() {
            return Ok(amount);
        }
        // A product has the limits of a written amount.
        let product = amount.times(Amount::from_int(by)).trimmed();
        Amount::parse(&product.to_string()).map_err(|bad| bad.of(text))
    }

    /// A numeral as [`Amount::parse`] reads it.
    fn plain(self, text: &str) -> Result<String, BadMoney> {
        let text = narrow(text);
        let is_minus = text.starts_with('-');
        let numeral = text.strip_prefix(['-', '+']).unwrap_or(&text);
        let (whole, decimals) = match self.decimal.and_then(|sign| numeral.split_once(sign)) {
            Some((whole, decimals)) => (whole, Some(decimals)),
            None => (numeral, None),
        };
        let groups: Vec<&str> = match self.thousands {
            Some(sign) => whole.split(|c| is_separator(sign, c)).collect(),
            None => vec![whole],
        };
        let is_group = |group: &&str| group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
        let first = groups.first().is_some_and(|first| {
            (1..=3).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_digit())
        });
        let is_grouped = groups.len() == 1 || first && groups.iter().skip(1).all(is_group);
        if let Some(sign) = self.thousands
            && (!is_grouped
                || decimals.is_some_and(|text| text.contains(|c| is_separator(sign, c))))
        {
            return Err(BadMoney::Groups(text.to_string(), sign));
        }
        let unsaid = |sign: &char| {
            let said = [self.decimal, self.thousands].contains(&Some(*sign));
            !said && numeral.contains(*sign)
        };
        if numeral.contains(|c: char| c.is_ascii_digit())
            && let Some(sign) = [',', '.'].into_iter().find(unsaid)
        {
            return Err(BadMoney::Unsaid(text.to_string(), sign));
        }
        let minus = if is_minus { "-" } else { "" };
        let point = if decimals.is_some() { "." } else { "" };
        Ok(format!("{minus}{}{point}{}", groups.concat(), decimals.unwrap_or_default()))
    }
}

/// Has a text a blank between two digits, as `1 234,56` does between its thousands?
pub fn has_blank_between_digits(text: &str) -> bool {
    let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut signs = text.char_indices().filter(|(_, c)| is_separator(' ', *c));
    signs.any(|(at, sign)| {
        is_digit(text[..at].chars().next_back())
            && is_digit(text[at + sign.len_utf8()..].chars().next())
    })
}

/// Is a character the separator? A space may be one that keeps a number in one line, an apostrophe a curved one.
fn is_separator(sign: char, c: char) -> bool {
    match sign {
        ' ' => matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}'),
        '\'' => matches!(c, '\'' | '’'),
        sign => c == sign,
    }
}

impl Money {
    /// Reads an amount with its currency: a number as [`NumberForm::amount`] reads it, with codes or signs before or
    /// behind it (`1200USD`, `¥5万`, `US$ 5`, `1,200元`), a minus before or behind it, or in the parentheses of
    /// accountants. A sign is nothing but the ledger's `own` currency where it may be that one.
    ///
    /// # Errors
    /// Fails as [`NumberForm::amount`] does, where signs and codes contradict each other, and where a sign may be one
    /// of several currencies of which none is the ledger's own.
    pub fn read(text: &str, form: NumberForm, own: Option<Currency>) -> Result<Money, BadMoney> {
        let whole = text.trim();
        let narrowed = narrow(whole);
        let wrong = || BadMoney::NotANumber(whole.to_owned());
        let mut rest = &*narrowed;
        let mut is_minus = false;
        let mut code = None;
        let mut sign = None;
        loop {
            rest = rest.trim();
            let minus = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            let minus = minus.or_else(|| rest.strip_prefix(['-', '−']));
            if let Some(inner) = minus.or_else(|| rest.strip_suffix(['-', '−'])) {
                if is_minus {
                    return Err(wrong());
                }
                (rest, is_minus) = (inner, true);
            } else if let Some((inner, found)) = signs::strip(rest) {
                sign = match sign {
                    None => Some(found),
                    Some(before) => Some(signs::both(before, found).ok_or_else(wrong)?),
                };
                rest = inner;
            } else if let Some((inner, found)) = strip_code(rest).filter(|_| code.is_none()) {
                (rest, code) = (inner, Some(found));
            } else {
                break;
            }
        }
        let amount = form.amount(rest).map_err(|bad| match Money::parse(whole) {
            // Digits behind a blank are a group of them, no currency.
            Err(BadMoney::Currency(code)) if !code.starts_with(|c: char| c.is_ascii_digit()) => {
                BadMoney::Currency(code)
            }
            _ => bad.of(whole),
        })?;
        let amount = if is_minus { Amount::ZERO.minus(amount) } else { amount };
        let currency = match (code, sign) {
            (None, None) => None,
            (Some(code), None) => Some(code),
            (Some(code), Some(sign)) if sign.has(code) => Some(code),
            (Some(_), Some(_)) => return Err(wrong()),
            (None, Some(sign)) => match own {
                Some(own) if sign.has(own) => None,
                _ => Some(sign.only().ok_or_else(|| sign.shared())?),
            },
        };
        Ok(Money { amount, currency })
    }

    /// Is it money of this currency, the ledger's own, stated or not?
    pub fn is_own(self, own: Option<Currency>) -> bool {
        self.currency.is_none_or(|stated| Some(stated) == own)
    }

    /// Reads an amount as people type it, as [`Money::read`] does: `10k`, `1,200`, `¥5万`, `1200USD`.
    ///
    /// # Errors
    /// Fails as [`Money::read`] does.
    pub fn parse_typed(text: &str, own: Option<Currency>) -> Result<Money, BadMoney> {
        Money::read(text, NumberForm::TYPED, own)
    }
}

/// A text without the code of a currency behind or before it.
fn strip_code(text: &str) -> Option<(&str, Currency)> {
    let behind = text.len().checked_sub(3).and_then(|at| text.split_at_checked(at));
    if let Some((rest, code)) = behind
        && let Some(code) = Currency::parse(code)
    {
        return Some((rest, code));
    }
    let (code, rest) = text.split_at_checked(3)?;
    Some((rest, Currency::parse(code)?))
}
