//! Exact decimal numbers: the one home of `rust_decimal`. Sums use no binary floating point.

use super::bad_money::BadMoney;
use rust_decimal::Decimal;
use std::fmt;

/// An exact decimal number, within ±10^15 and with at most 6 decimals, so that sums of ten million of
/// them cannot overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Amount(Decimal);

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
                && digits.bytes().filter(|b| *b == b'.').count() <= 1
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

    /// The whole number that it is; `None` if it has a fraction, is negative, or is above 4,294,967,295.
    pub fn as_count(self) -> Option<u32> {
        let whole = self.micros() % 1_000_000 == 0;
        u32::try_from(self.micros() / 1_000_000).ok().filter(|_| whole)
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
