//! Exact amounts with a currency. The one home of `rust_decimal`: no binary floating point in sums.

use crate::diag::Words;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt;

/// A currency's ISO 4217 code: three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// Three ASCII letters, in capitals.
    pub fn parse(text: &str) -> Option<Currency> {
        let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Currency(bytes))
    }

    /// How many decimals its amounts have: the minor unit of ISO 4217; 2 for a code that is not listed.
    pub fn decimals(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG"
            | b"RWF" | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{}", char::from(*b)))
    }
}

/// An exact decimal number, within ±10^15 and with at most 6 decimals, so that sums of ten million of
/// them cannot overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(Decimal);

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

impl Amount {
    /// Nothing.
    pub const ZERO: Amount = Amount(Decimal::ZERO);

    /// From a whole number.
    pub fn from_int(n: i64) -> Amount {
        Amount(Decimal::from(n))
    }

    /// So many hundredths: `percent(15)` is 0.15.
    pub fn percent(n: i64) -> Amount {
        Amount(Decimal::new(n, 2))
    }

    /// From its digits, so many of them decimals: `of_digits(150050, 2)` is 1500.50. At most 18 digits.
    pub fn of_digits(digits: i64, decimals: u32) -> Amount {
        Amount(Decimal::new(digits, decimals))
    }

    /// As bytes of its own, exact to the last decimal that is written.
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.serialize()
    }

    /// The amount of such bytes; any others give some amount.
    pub fn from_bytes(bytes: [u8; 16]) -> Amount {
        Amount(Decimal::deserialize(bytes))
    }

    /// In millionths, rounded: for ranking and for shares of a total, in whole numbers.
    pub fn micros(self) -> i128 {
        let mut decimal = self.0;
        decimal.rescale(6);
        decimal.mantissa()
    }

    /// A plain decimal numeral, exact as written: `18000`, `1500.50`, `-3`, `1_000`. An exponent is taken
    /// where the result is exact.
    pub fn parse(text: &str) -> Result<Amount, BadMoney> {
        let plain = text.replace('_', "");
        let wrong = || BadMoney::NotANumber(text.to_owned());
        let decimal = if plain.contains(['e', 'E']) {
            Decimal::from_scientific(&plain).map_err(|_| wrong())?
        } else {
            let digits = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
            let numeral = !digits.is_empty()
                && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && digits.bytes().any(|b| b.is_ascii_digit());
            if !numeral {
                return Err(wrong());
            }
            Decimal::from_str_exact(&plain).map_err(|_| BadMoney::TooPrecise(text.to_owned()))?
        };
        if decimal.abs() > Decimal::from(1_000_000_000_000_000_i64) || decimal.scale() > 6 {
            return Err(BadMoney::TooPrecise(text.to_owned()));
        }
        Ok(Amount(decimal))
    }

    /// A number as people type it: as [`Amount::parse`], with commas between thousands, and with a sign behind it
    /// that multiplies: `10k`, `1.5M`, `5万`, `1,200`.
    pub fn parse_typed(text: &str) -> Result<Amount, BadMoney> {
        let factor = FACTORS.iter().find_map(|(sign, by)| Some((text.strip_suffix(sign)?, *by)));
        let (digits, by) = factor.unwrap_or((text, 1));
        let amount = Amount::parse(&ungrouped(digits.trim_end(), ',')?)?;
        let amount = amount.times(Amount::from_int(by));
        // A product has the limits of a written amount.
        if factor.is_some() { Amount::parse(&amount.trimmed().to_string()) } else { Ok(amount) }
    }

    /// Sum, saturating far outside any real amount.
    #[must_use]
    pub fn plus(self, other: Amount) -> Amount {
        Amount(self.0.checked_add(other.0).unwrap_or(Decimal::MAX))
    }

    /// Difference.
    #[must_use]
    pub fn minus(self, other: Amount) -> Amount {
        self.plus(Amount(-other.0))
    }

    /// Product (value x probability, amount x rate).
    #[must_use]
    pub fn times(self, other: Amount) -> Amount {
        Amount(self.0.checked_mul(other.0).unwrap_or(Decimal::MAX))
    }

    /// Divided by `n`, exact to 28 digits; `None` if `n` is 0.
    pub fn divided_by(self, n: u64) -> Option<Amount> {
        self.0.checked_div(Decimal::from(n)).map(Amount)
    }

    /// Rounded half away from zero to this many decimals; whole amounts without any.
    #[must_use]
    pub fn round(self, decimals: u32) -> Amount {
        let strategy = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
        let rounded = self.0.round_dp_with_strategy(decimals, strategy);
        Amount(if rounded.fract().is_zero() { rounded.trunc() } else { rounded })
    }

    /// How many decimals are written.
    pub fn decimals(self) -> u32 {
        self.0.scale()
    }

    /// Without zeros at the end of its decimals.
    #[must_use]
    pub fn trimmed(self) -> Amount {
        Amount(self.0.normalize())
    }

    /// With zeros at the end up to so many decimals, or as many as it needs.
    #[must_use]
    pub fn padded(self, decimals: u32) -> Amount {
        let mut decimal = self.0.normalize();
        decimal.rescale(decimals.max(decimal.scale()));
        Amount(decimal)
    }

    /// In hundredths, rounded; `None` below zero.
    pub fn hundredths(self) -> Option<u64> {
        use rust_decimal::prelude::ToPrimitive;
        self.times(Amount::from_int(100)).round(0).0.to_u64()
    }

    /// From hundredths.
    pub fn from_hundredths(hundredths: u64) -> Amount {
        Amount(Decimal::from_i128_with_scale(i128::from(hundredths), 2)).round(2)
    }

    /// The nearest amount of at most six decimals to a statistic; nothing for a statistic that is not a number.
    pub fn of_f64(x: f64) -> Amount {
        Amount::parse(&format!("{x:.6}")).unwrap_or_default().trimmed()
    }

    /// The nearest binary float, for statistics; never for sums of money.
    pub fn to_f64(self) -> f64 {
        use rust_decimal::prelude::ToPrimitive;
        self.0.to_f64().unwrap_or(0.0)
    }

    /// Less than nothing?
    pub fn is_negative(self) -> bool {
        self.0 < Decimal::ZERO
    }

    /// Nothing?
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// With thousands separators, for people: `10,005,534`.
    pub fn grouped(self) -> String {
        let plain = self.to_string();
        let (sign, rest) = match plain.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", plain.as_str()),
        };
        let (whole, fraction) = match rest.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (rest, None),
        };
        let mut out = String::from(sign);
        for (i, digit) in whole.chars().enumerate() {
            if i > 0 && (whole.len() - i) % 3 == 0 {
                out.push(',');
            }
            out.push(digit);
        }
        if let Some(fraction) = fraction {
            out.push('.');
            out.push_str(fraction);
        }
        out
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The decimal type has a negative zero; output must not.
        if self.is_zero() { self.0.abs().fmt(f) } else { self.0.fmt(f) }
    }
}

/// An amount, in the ledger's own currency unless it names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// The currency; `None` is the ledger's own.
    pub currency: Option<Currency>,
}

/// Why a text is not money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BadMoney {
    /// Not a decimal numeral.
    NotANumber(String),
    /// Beyond ±10^15 or finer than six decimals.
    TooPrecise(String),
    /// The separator of thousands is not between groups of three digits.
    Groups(String, char),
    /// The part after the number is not three capital letters.
    Currency(String),
}

impl BadMoney {
    /// The reason, for people.
    pub fn words(&self) -> Words {
        match self {
            BadMoney::NotANumber(text) => words!("`{text}` is not an amount", "`{text}` 不是金额"),
            BadMoney::TooPrecise(text) => words!(
                "`{text}` cannot be kept exactly: at most 10^15, at most 6 decimals",
                "`{text}` 无法精确保存：最大 10^15，最多 6 位小数"
            ),
            BadMoney::Groups(text, separator) => words!(
                "`{text}`: `{separator}` is not between groups of three digits",
                "`{text}`：`{separator}` 不在每三位数字之间"
            ),
            BadMoney::Currency(text) => words!(
                "`{text}` is not a currency: three capital letters, as in \"1500.50 USD\"",
                "`{text}` 不是币种：应为三个大写字母，如 \"1500.50 USD\""
            ),
        }
    }
}

impl fmt::Display for BadMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().en())
    }
}

impl std::error::Error for BadMoney {}

impl Money {
    /// The amount with the other sign.
    #[must_use]
    pub fn negated(self) -> Money {
        Money { amount: Amount::ZERO.minus(self.amount), ..self }
    }

    /// Reads typed text: as [`Money::parse`], and `10k`, `1.5M`, `5万`, `1,200`, `1200USD`. Queries read numbers
    /// in the same way.
    pub fn parse_typed(text: &str) -> Result<Money, BadMoney> {
        let text = text.trim();
        let code = text.len().checked_sub(3).and_then(|at| text.split_at_checked(at));
        let (number, currency) = match code {
            Some((number, code)) if Currency::parse(code).is_some() => {
                (number, Currency::parse(code))
            }
            _ => (text, None),
        };
        match Amount::parse_typed(number.trim_end()) {
            Ok(amount) => Ok(Money { amount, currency }),
            // The error is that of the form in files.
            Err(_) if currency.is_none() => Money::parse(text),
            Err(bad) => Err(bad),
        }
    }

    /// With thousands separators, for people: `1,500.50 USD`.
    pub fn grouped(self) -> String {
        match self.currency {
            Some(currency) => format!("{} {currency}", self.amount.grouped()),
            None => self.amount.grouped(),
        }
    }

    /// `1500.50` or `1500.50 USD`.
    pub fn parse(text: &str) -> Result<Money, BadMoney> {
        match text.trim().split_once(' ') {
            None => Ok(Money { amount: Amount::parse(text.trim())?, currency: None }),
            Some((number, code)) => {
                let amount = Amount::parse(number)?;
                let code = code.trim();
                let currency =
                    Currency::parse(code).ok_or_else(|| BadMoney::Currency(code.to_owned()))?;
                Ok(Money { amount, currency: Some(currency) })
            }
        }
    }
}

/// An amount without the separators between its groups of three digits: `1,234,567.50 USD`. Fails where the
/// separator is elsewhere: `512,77` is 512 and decimals of another notation, not 51277.
pub fn ungrouped(text: &str, separator: char) -> Result<String, BadMoney> {
    // A space that is typed may be one that does not break in the file.
    let parts = |c: char| c == separator || separator == ' ' && matches!(c, '\u{a0}' | '\u{202f}');
    let text = text.trim();
    let end = text.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let (numeral, behind) = text.split_at(end);
    let (whole, decimals) = match numeral.find('.').filter(|_| separator != '.') {
        Some(point) => numeral.split_at(point),
        None => (numeral, ""),
    };
    let groups: Vec<&str> = whole.split(parts).collect();
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let right = match groups.as_slice() {
        [_] | [] => true,
        [first, others @ ..] => {
            let first = first.trim_start_matches(['-', '+']);
            (1..=3).contains(&first.len())
                && digits(first)
                && others.iter().all(|group| group.len() == 3 && digits(group))
        }
    };
    if !right || decimals.contains(parts) {
        return Err(BadMoney::Groups(text.to_owned(), separator));
    }
    Ok(format!("{}{decimals}{behind}", groups.concat()))
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.currency {
            Some(currency) => write!(f, "{} {}", self.amount, currency),
            None => self.amount.fmt(f),
        }
    }
}

/// Sums by currency: different currencies are never silently added.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sum {
    /// In the ledger's own currency.
    pub own: Amount,
    /// In others, for which the settings have no rate; few ledgers have any.
    #[expect(clippy::box_collection, reason = "no map is a third as large as an empty one")]
    others: Option<Box<BTreeMap<Currency, Amount>>>,
}

impl From<Option<Money>> for Sum {
    /// A sum of one amount, or of none.
    fn from(money: Option<Money>) -> Sum {
        let mut sum = Sum::default();
        money.into_iter().for_each(|money| sum.add(money));
        sum
    }
}

impl fmt::Display for Sum {
    /// `1500`, `1500 + 200 USD`, `200 USD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.lines().map(|line| line.to_string()).collect();
        f.write_str(&lines.join(" + "))
    }
}

impl Sum {
    /// A sum in the ledger's own currency.
    pub fn of(own: Amount) -> Sum {
        Sum { own, others: None }
    }

    /// Adds an amount to its currency's line.
    pub fn add(&mut self, money: Money) {
        match money.currency {
            None => self.own = self.own.plus(money.amount),
            Some(currency) => {
                let line = self.others.get_or_insert_default().entry(currency).or_default();
                *line = line.plus(money.amount);
            }
        }
    }

    /// Nothing, in any currency?
    pub fn is_zero(&self) -> bool {
        self.own.is_zero() && self.foreign().next().is_none()
    }

    /// More than nothing, in some currency?
    pub fn is_something(&self) -> bool {
        let more = |amount: Amount| !amount.is_negative() && !amount.is_zero();
        more(self.own) || self.others().any(|line| more(line.amount))
    }

    /// Each line rounded to this many decimals.
    #[must_use]
    pub fn round(&self, decimals: u32) -> Sum {
        let mut sum = Sum::of(self.own.round(decimals));
        self.others()
            .for_each(|line| sum.add(Money { amount: line.amount.round(decimals), ..line }));
        sum
    }

    /// For people: `1,500`; where there is more in other currencies, `1,500 + 200 USD`, or `200 USD`
    /// alone.
    pub fn grouped(&self) -> String {
        let lines: Vec<String> = self.lines().map(Money::grouped).collect();
        lines.join(" + ")
    }

    /// The lines that are not zero, the ledger's own currency first; where all are, that one.
    fn lines(&self) -> impl Iterator<Item = Money> + '_ {
        let own = Money { amount: self.own, currency: None };
        let told = !self.own.is_zero() || self.is_zero();
        Some(own).filter(|_| told).into_iter().chain(self.foreign())
    }

    /// The lines in other currencies, those that came to zero too.
    pub fn others(&self) -> impl Iterator<Item = Money> + '_ {
        self.others
            .iter()
            .flat_map(|lines| lines.iter())
            .map(|(currency, amount)| Money { amount: *amount, currency: Some(*currency) })
    }

    /// Subtracts an amount from its currency's line.
    pub fn take(&mut self, money: Money) {
        self.add(money.negated());
    }

    /// Subtracts another sum, line by line.
    pub fn take_sum(&mut self, other: &Sum) {
        self.own = self.own.minus(other.own);
        other.others().for_each(|line| self.take(line));
    }

    /// The lines in other currencies that are not zero, as they are written.
    pub fn foreign(&self) -> impl Iterator<Item = Money> + '_ {
        self.others().filter(|line| !line.amount.is_zero())
    }

    /// Adds another sum, line by line.
    pub fn add_sum(&mut self, other: &Sum) {
        self.own = self.own.plus(other.own);
        other.others().for_each(|line| self.add(line));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_as_written() {
        assert_eq!(Money::parse("1500.50").unwrap().to_string(), "1500.50");
        assert_eq!(Money::parse("1500.50 USD").unwrap().to_string(), "1500.50 USD");
        assert_eq!(Money::parse("1e3").unwrap().amount, Amount::from_int(1000));
        let third: Amount =
            (0..3).fold(Amount::ZERO, |sum, _| sum.plus(Amount::parse("0.1").unwrap()));
        assert_eq!(third.to_string(), "0.3");
    }

    #[test]
    fn millionths() {
        assert_eq!(Amount::parse("1500.5").unwrap().micros(), 1_500_500_000);
        assert_eq!(Amount::percent(-15).micros(), -150_000);
        assert_eq!(Amount::percent(15).times(Amount::parse("0.00001").unwrap()).micros(), 2);
    }

    #[test]
    fn what_is_not_money() {
        for wrong in [
            "",
            "abc",
            "12,5",
            "1.2.3",
            "nan",
            "inf",
            "1e400",
            "99999999999999999999",
            "0.0000001",
            "5 usd",
            "5 EURO",
        ] {
            assert!(Money::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn thousands_stand_in_groups_of_three() {
        for (text, separator, plain) in [
            ("1,234", ',', Some("1234")),
            ("12,345,678.90", ',', Some("12345678.90")),
            ("-1,234.50 USD", ',', Some("-1234.50 USD")),
            ("1234.5", ',', Some("1234.5")),
            ("999", ',', Some("999")),
            ("1.234.567", '.', Some("1234567")),
            ("1\u{a0}234", ' ', Some("1234")),
            ("512,77", ',', None),
            ("1.234,56", ',', None),
            ("1,2345", ',', None),
            ("1234,567", ',', None),
            (",123", ',', None),
            ("1,,234", ',', None),
            ("1500.50", '.', None),
        ] {
            assert_eq!(ungrouped(text, separator).ok().as_deref(), plain, "{text}");
        }
    }

    #[test]
    fn amounts_as_people_type_them() {
        for (text, amount) in [
            ("10k", Some("10000")),
            ("1.5M", Some("1500000")),
            ("5万", Some("50000")),
            ("1.25 万", Some("12500")),
            ("1,200", Some("1200")),
            ("1200USD", Some("1200 USD")),
            ("1,200.50 USD", Some("1200.50 USD")),
            ("10kUSD", Some("10000 USD")),
            ("18000", Some("18000")),
            ("1500.50", Some("1500.50")),
            ("512,77", None),
            ("k", None),
            ("USD", None),
            ("10kk", None),
            ("1200usd", None),
            ("9999999999亿", None),
        ] {
            let typed = Money::parse_typed(text).ok().map(|money| money.to_string());
            assert_eq!(typed.as_deref(), amount, "{text}");
        }
    }

    #[test]
    fn hundredths_and_statistics() {
        for (text, hundredths, back) in
            [("1500.50", 150_050, "1500.50"), ("0.005", 1, "0.01"), ("7", 700, "7")]
        {
            assert_eq!(Amount::parse(text).unwrap().hundredths(), Some(hundredths), "{text}");
            assert_eq!(Amount::from_hundredths(hundredths).to_string(), back);
        }
        assert_eq!(Amount::from_int(-1).hundredths(), None);
        assert_eq!(Amount::of_f64(2.0 / 3.0).to_string(), "0.666667");
        assert_eq!(Amount::of_f64(f64::NAN), Amount::ZERO);
    }

    #[test]
    fn padding() {
        for (text, decimals, padded) in [
            ("37500.0", 0, "37,500"),
            ("37500", 2, "37,500.00"),
            ("1500.5", 2, "1,500.50"),
            ("0.125", 2, "0.125"),
            ("0", 2, "0.00"),
        ] {
            assert_eq!(Amount::parse(text).unwrap().padded(decimals).grouped(), padded, "{text}");
        }
    }

    #[test]
    fn grouping() {
        for (n, text) in
            [("0", "0"), ("999", "999"), ("10005534", "10,005,534"), ("-1234.50", "-1,234.50")]
        {
            assert_eq!(Amount::parse(n).unwrap().grouped(), text);
        }
        assert_eq!(Amount::ZERO.minus(Amount::ZERO).to_string(), "0");
    }
}
