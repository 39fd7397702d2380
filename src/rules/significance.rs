//! Which customers are strategically significant, and why: stated by the ledger, or computed.

use crate::rules::customer::levels::Pyramid;
use crate::value::money::Amount;
use crate::value::text::Text;

/// The reasons: id, English, Chinese. The first and the last are computed where they can be; each but the last may be
/// stated, `strategic = ["benchmark"]`, as may words of the team's own.
#[rustfmt::skip]
pub const REASONS: [(&str, &str, &str); 5] = [
    ("volume",       "volume",       "规模"),
    ("benchmark",    "benchmark",    "标杆"),
    ("inspiration",  "inspiration",  "启发创新"),
    ("door-opener",  "door opener",  "敲门砖"),
    ("future-value", "future value", "未来价值"),
];

/// Of fewer customers with a figure none is among the top fifth.
const LEAST: usize = 5;

/// The least expected money that is among the top fifth, rounded up; none of fewer than five expectations.
pub fn top_fifth(expected: impl Iterator<Item = Amount>) -> Option<Amount> {
    let mut all: Vec<Amount> = expected.collect();
    if all.len() < LEAST {
        return None;
    }
    all.sort_unstable_by(|a, b| b.cmp(a));
    all.get(all.len().div_ceil(5) - 1).copied()
}

/// The reasons of a customer, stated and computed, each once: `volume` for the top fifth of those that bought,
/// `future-value` for an expectation of at least `top`, the figure of [`top_fifth`].
pub fn reasons(
    stated: &[Text],
    pyramid: Option<Pyramid>,
    expected: Option<Amount>,
    top: Option<Amount>,
) -> Vec<Text> {
    let mut found: Vec<Text> = stated.to_vec();
    let mut add = |id: &str| {
        if !found.iter().any(|known| known == id) {
            found.push(id.into());
        }
    };
    if pyramid.is_some_and(|level| level != Pyramid::Base) {
        add("volume");
    }
    if let (Some(expected), Some(top)) = (expected, top)
        && expected >= top
        && !expected.is_zero()
    {
        add("future-value");
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(n: i64) -> Option<Amount> {
        top_fifth((1..=n).map(Amount::from_int))
    }

    #[test]
    fn of_five_one_is_the_top_fifth_and_of_six_two_are() {
        assert_eq!([0, 1, 4].map(top), [None; 3]);
        assert_eq!([5, 6, 10].map(|n| top(n).unwrap()), [5, 5, 9].map(Amount::from_int));
    }

    #[test]
    fn reasons_are_stated_and_computed_each_once() {
        let of = |stated: &[&str], pyramid, expected: Option<i64>| {
            let stated: Vec<Text> = stated.iter().map(|word| (*word).into()).collect();
            let ten = Some(Amount::from_int(10));
            reasons(&stated, pyramid, expected.map(Amount::from_int), ten)
        };
        assert_eq!(of(&[], None, None), [""; 0]);
        assert_eq!(
            of(&["benchmark", "volume"], Some(Pyramid::Top), Some(10)),
            ["benchmark", "volume", "future-value"]
        );
        assert_eq!(of(&[], Some(Pyramid::Middle), Some(9)), ["volume"]);
        assert_eq!(of(&[], Some(Pyramid::Base), Some(9)), [""; 0]);
        assert_eq!(reasons(&[], None, Some(Amount::ZERO), Some(Amount::ZERO)), [""; 0]);
    }
}
