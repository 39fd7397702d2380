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
    /// A sign that may be before decimals or between thousands.
    Unsaid(String, char),
    /// The sign of several currencies, and their codes.
    Shared(String, String),
    /// The part after the number is not three capital letters.
    Currency(String),
}

impl BadMoney {
    /// The reason for the whole text, of which a part was read.
    #[must_use]
    pub(super) fn of(self, whole: &str) -> BadMoney {
        let whole = whole.to_owned();
        match self {
            BadMoney::NotANumber(_) => BadMoney::NotANumber(whole),
            BadMoney::TooPrecise(_) => BadMoney::TooPrecise(whole),
            BadMoney::Groups(_, sign) => BadMoney::Groups(whole, sign),
            BadMoney::Unsaid(_, sign) => BadMoney::Unsaid(whole, sign),
            other @ (BadMoney::Shared(..) | BadMoney::Currency(_)) => other,
        }
    }

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
            BadMoney::Unsaid(text, sign) => words!(
                "`{text}`: `{sign}` may be before decimals or between thousands, and is not guessed",
                "`{text}`：`{sign}` 可能是小数点，也可能是千位分隔符，不作猜测"
            ),
            BadMoney::Shared(sign, codes) => words!(
                "`{sign}` is the sign of several currencies ({codes}): write the code",
                "`{sign}` 是几种货币的符号（{codes}）：请写代码"
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
