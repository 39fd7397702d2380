//! Amounts, money and sums.

use super::*;

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
