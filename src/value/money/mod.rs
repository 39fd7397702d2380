//! Exact amounts with a currency.

mod amount;
mod bad_money;
mod currency;
mod reading;
mod signs;
mod sum;

pub use amount::Amount;
pub use bad_money::BadMoney;
pub use currency::Currency;
pub use reading::{NumberForm, has_blank_between_digits};
use std::fmt;
pub use sum::Sum;

/// An amount, in the ledger's own currency unless it names one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// The currency; `None` is the ledger's own.
    pub currency: Option<Currency>,
}

impl Money {
    /// The amount with the other sign.
    #[must_use]
    pub fn negated(self) -> Money {
        Money { amount: Amount::ZERO.minus(self.amount), ..self }
    }

    /// With thousands separators, for people: `1,500.50 USD`.
    pub fn grouped(self) -> String {
        match self.currency {
            Some(currency) => format!("{} {currency}", self.amount.grouped()),
            None => self.amount.grouped(),
        }
    }

    /// Reads the form of files: `1500.50` or `1500.50 USD`.
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

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.currency {
            Some(currency) => write!(f, "{} {}", self.amount, currency),
            None => self.amount.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests;
