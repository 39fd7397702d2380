//! The reasons for which a text is not money.

use crate::diag::Words;
use std::fmt;

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
