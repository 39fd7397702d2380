//! The signs and words of currencies.

use super::bad_money::BadMoney;
use super::currency::Currency;

/// A sign, and the codes of the currencies that it may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sign {
    text: &'static str,
    codes: &'static str,
}

/// Every sign, those that begin or end with another one before it. Among several currencies the usual ones.
const SIGNS: [Sign; 37] = {
    const fn sign(text: &'static str, codes: &'static str) -> Sign {
        Sign { text, codes }
    }
    [
        sign("US$", "USD"),
        sign("HK$", "HKD"),
        sign("NT$", "TWD"),
        sign("AU$", "AUD"),
        sign("CA$", "CAD"),
        sign("NZ$", "NZD"),
        sign("MX$", "MXN"),
        sign("A$", "AUD"),
        sign("C$", "CAD"),
        sign("S$", "SGD"),
        sign("R$", "BRL"),
        sign("$", "USD AUD CAD HKD MXN NZD SGD TWD"),
        sign("€", "EUR"),
        sign("£", "GBP"),
        sign("¥", "CNY JPY"),
        sign("₹", "INR"),
        sign("₩", "KRW"),
        sign("₽", "RUB"),
        sign("₺", "TRY"),
        sign("₫", "VND"),
        sign("฿", "THB"),
        sign("₱", "PHP"),
        sign("₪", "ILS"),
        sign("₴", "UAH"),
        sign("zł", "PLN"),
        sign("Kč", "CZK"),
        sign("kr", "SEK NOK DKK ISK"),
        sign("RMB", "CNY"),
        sign("人民币", "CNY"),
        sign("美元", "USD"),
        sign("欧元", "EUR"),
        sign("英镑", "GBP"),
        sign("日元", "JPY"),
        sign("港元", "HKD"),
        sign("港币", "HKD"),
        sign("新台币", "TWD"),
        sign("元", "CNY HKD TWD"),
    ]
};

impl Sign {
    /// May it be this currency?
    pub(super) fn has(self, currency: Currency) -> bool {
        let code = currency.to_string();
        self.codes.split(' ').any(|known| known == code)
    }

    /// The currency that it is, if it can be one only.
    pub(super) fn only(self) -> Option<Currency> {
        Currency::parse(self.codes)
    }

    /// That it may be one of several currencies.
    pub(super) fn shared(self) -> BadMoney {
        BadMoney::Shared(self.text.to_owned(), self.codes.replace(' ', ", "))
    }
}

/// A text without the sign before or behind it.
pub(super) fn strip(text: &str) -> Option<(&str, Sign)> {
    SIGNS.into_iter().find_map(|sign| {
        let rest = text.strip_prefix(sign.text).or_else(|| text.strip_suffix(sign.text))?;
        Some((rest, sign))
    })
}

/// Of two signs of one amount, the one that is more exact; `None` where they contradict each other.
pub(super) fn both(one: Sign, other: Sign) -> Option<Sign> {
    let within = |narrow: Sign, wide: Sign| {
        narrow.codes.split(' ').all(|code| wide.codes.split(' ').any(|known| known == code))
    };
    match (within(one, other), within(other, one)) {
        (true, _) => Some(one),
        (false, true) => Some(other),
        // ¥ and 元 have the yuan in common.
        (false, false) => {
            let common = |sign: &&Sign| within(**sign, one) && within(**sign, other);
            SIGNS.iter().find(common).copied()
        }
    }
}
