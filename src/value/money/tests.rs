//! Amounts, money and sums.

use super::*;
use proptest::prelude::*;

#[test]
fn exact_as_written() {
    assert_eq!(Money::parse("1500.50").unwrap().to_string(), "1500.50");
    assert_eq!(Money::parse("1500.50 USD").unwrap().to_string(), "1500.50 USD");
    assert_eq!(Money::parse("1e3").unwrap().amount, Amount::from_int(1000));
    let third: Amount = (0..3).fold(Amount::ZERO, |sum, _| sum.plus(Amount::parse("0.1").unwrap()));
    assert_eq!(third.to_string(), "0.3");
}

#[test]
fn millionths() {
    assert_eq!(Amount::parse("1500.5").unwrap().micros(), 1_500_500_000);
    assert_eq!(Amount::percent(-15).micros(), -150_000);
    assert_eq!(Amount::percent(15).times(Amount::parse("0.00001").unwrap()).micros(), 2);
}

#[test]
fn what_is_bad_money() {
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

/// A text in a form of number, as an amount or the name of what is wrong.
fn read(text: &str, decimal: Option<char>, thousands: Option<char>) -> String {
    let amount = NumberForm::new(decimal, thousands).amount(text);
    amount.map_or_else(|bad| format!("{bad:?}"), |amount| amount.to_string())
}

#[test]
fn thousands_stand_in_groups_of_three() {
    for (text, separator, amount) in [
        ("1,234", ',', Some("1234")),
        ("12,345,678.90", ',', Some("12345678.90")),
        ("-1,234.50", ',', Some("-1234.50")),
        ("1234.5", ',', Some("1234.5")),
        ("999", ',', Some("999")),
        ("1.234.567", '.', Some("1234567")),
        ("1 234", ' ', Some("1234")),
        ("1\u{a0}234", ' ', Some("1234")),
        ("1\u{202f}234.5", ' ', Some("1234.5")),
        ("1'234'567", '\'', Some("1234567")),
        ("1’234", '\'', Some("1234")),
        ("1,200万", ',', Some("12000000")),
        ("512,77", ',', None),
        ("1.234,56", ',', None),
        ("1,2345", ',', None),
        ("1,2345.00", ',', None),
        ("1234,567", ',', None),
        ("12,34,567", ',', None),
        (",123", ',', None),
        ("1,,234", ',', None),
        ("1,234,", ',', None),
        ("1234.567,8", ',', None),
        ("1500.50", '.', None),
    ] {
        let read = read(text, None, Some(separator));
        match amount {
            Some(amount) => assert_eq!(read, amount, "{text}"),
            None => assert!(read.starts_with("Groups("), "{text}: {read}"),
        }
    }
}

#[test]
fn the_sign_of_decimals_is_stated() {
    for (text, decimal, thousands, expected) in [
        ("1.234,56", Some(','), Some('.'), "1234.56"),
        ("1 234,56", Some(','), Some(' '), "1234.56"),
        ("512,77", Some(','), None, "512.77"),
        ("-0,5", Some(','), None, "-0.5"),
        ("1.234", Some(','), None, "Unsaid(\"1.234\", '.')"),
        ("1.234,56", Some(','), None, "Unsaid(\"1.234,56\", '.')"),
        ("1,234", None, None, "Unsaid(\"1,234\", ',')"),
        ("1,234,567", Some(','), Some('.'), "NotANumber(\"1,234,567\")"),
        ("1.5", None, None, "1.5"),
        ("a,b", None, None, "NotANumber(\"a,b\")"),
    ] {
        assert_eq!(read(text, decimal, thousands), expected, "{text}");
    }
}

#[test]
fn amounts_as_people_type_them() {
    let code = |code| Currency::parse(code);
    for (text, own, amount) in [
        ("10k", None, Some("10000")),
        ("1.5M", None, Some("1500000")),
        ("1.5m", None, Some("1500000")),
        ("5万", None, Some("50000")),
        ("1.25 万", None, Some("12500")),
        ("3亿", None, Some("300000000")),
        ("1,200", None, Some("1200")),
        ("1200USD", None, Some("1200 USD")),
        ("USD 1200", None, Some("1200 USD")),
        ("1,200.50 USD", None, Some("1200.50 USD")),
        ("10kUSD", None, Some("10000 USD")),
        ("18000", None, Some("18000")),
        ("1500.50", None, Some("1500.50")),
        ("37500.0", None, Some("37500.0")),
        ("512,77", None, None),
        ("k", None, None),
        ("USD", None, None),
        ("", None, None),
        ("10kk", None, None),
        ("1200usd", None, None),
        ("5 EURO", None, None),
        ("5 USD EUR", None, None),
        ("9999999999亿", None, None),
        // Signs: one currency, the ledger's own, or one of several.
        ("£3,500.00", None, Some("3500.00 GBP")),
        ("€ 5", code("CNY"), Some("5 EUR")),
        ("€5", code("EUR"), Some("5")),
        ("US$ 5", None, Some("5 USD")),
        ("¥5000", code("CNY"), Some("5000")),
        ("¥5000", code("JPY"), Some("5000")),
        ("￥５，０００", code("CNY"), Some("5000")),
        ("¥5000", code("USD"), None),
        ("¥5000", None, None),
        ("$5", code("USD"), Some("5")),
        ("$5", code("CNY"), None),
        ("$5 CAD", code("CNY"), Some("5 CAD")),
        ("$5 EUR", None, None),
        ("人民币 5万元", code("USD"), Some("50000 CNY")),
        ("¥1.2万元", code("USD"), Some("12000 CNY")),
        ("5万元", code("CNY"), Some("50000")),
        ("1200RMB", code("USD"), Some("1200 CNY")),
        ("100美元", code("CNY"), Some("100 USD")),
        // A minus before, behind and around.
        ("(1,200.00)", None, Some("-1200.00")),
        ("($1,200)", code("USD"), Some("-1200")),
        ("$(1,200)", code("USD"), Some("-1200")),
        ("-¥5", code("CNY"), Some("-5")),
        ("¥-5", code("CNY"), Some("-5")),
        ("1,200-", None, Some("-1200")),
        ("(-5)", None, None),
        ("--5", None, None),
        ("(5", None, None),
    ] {
        let typed = Money::parse_typed(text, own).ok().map(|money| money.to_string());
        assert_eq!(typed.as_deref(), amount, "{text}");
    }
}

/// Every pair of signs that numbers may have.
fn pairs() -> Vec<(char, Option<char>)> {
    let all = [None, Some(','), Some('.'), Some(' '), Some('\'')];
    let pairs =
        ['.', ','].into_iter().flat_map(|decimal| all.map(|thousands| (decimal, thousands)));
    pairs.filter(|(decimal, thousands)| Some(*decimal) != *thousands).collect()
}

proptest! {
    /// A number that is written with any pair of signs is read as that number; one with a group that is too long
    /// or too short is refused.
    #[test]
    fn what_a_form_writes_it_reads(n in -10_i64.pow(12)..10_i64.pow(12), decimals in 0_u32..4, cut in 1_usize..3) {
        let amount = Amount::of_digits(n, decimals);
        for (decimal, thousands) in pairs() {
            let grouped = amount.grouped();
            let (whole, fraction) = grouped.split_once('.').unwrap_or((&grouped, ""));
            let between = thousands.map(String::from).unwrap_or_default();
            let text = |whole: &str| match fraction {
                "" => whole.replace(',', &between),
                fraction => format!("{}{decimal}{fraction}", whole.replace(',', &between)),
            };
            let form = NumberForm::new(Some(decimal), thousands);
            prop_assert_eq!(form.amount(&text(whole)), Ok(amount), "{}", text(whole));
            if thousands.is_some() && whole.contains(',') {
                let wrong = text(&whole[..whole.len() - cut]);
                prop_assert!(form.amount(&wrong).is_err(), "{}", wrong);
                let wrong = text(&format!("{whole}0"));
                prop_assert!(form.amount(&wrong).is_err(), "{}", wrong);
            }
        }
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
