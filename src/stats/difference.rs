//! The difference of two proportions, and its interval by Newcombe's hybrid score method.

use super::proportion::Proportion;

/// Two independent proportions that are compared, such as those that were treated and those that were left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Difference {
    /// The proportion from which the other one is subtracted.
    pub first: Proportion,
    /// The proportion that is subtracted.
    pub second: Proportion,
}

impl Difference {
    /// The rate of the first less that of the second, in `[-1, 1]`. `None` where one of them has no trials.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        Some(self.first.rate()? - self.second.rate()?)
    }

    /// The interval of [`rate`](Self::rate) at 95 %, `(lower, upper)`, inside `[-1, 1]` and around the rate. `None`
    /// where one of the two has no trials.
    ///
    /// Formula, with the rates `p`, `q` and their Wilson intervals `(l, u)` and `(m, v)`:
    /// lower `p - q - sqrt((p - l)² + (v - q)²)`, upper `p - q + sqrt((u - p)² + (q - m)²)`; no continuity correction.
    /// Unlike the textbook interval it keeps inside `[-1, 1]`, and has a width where both rates are 0 or both are 1.
    /// An interval that holds 0 does not tell the two apart. The two samples must be independent: no unit in both.
    ///
    /// Source: Newcombe, Statistics in Medicine 17 (1998), pages 873 to 890, method 10.
    #[must_use]
    pub fn newcombe(self) -> Option<(f64, f64)> {
        let (p, q) = (self.first.rate()?, self.second.rate()?);
        let (l, u) = self.first.wilson()?;
        let (m, v) = self.second.wilson()?;
        let rate = p - q;
        Some(((rate - (p - l).hypot(v - q)).max(-1.0), (rate + (u - p).hypot(q - m)).min(1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::near;
    use proptest::prelude::*;

    fn difference(first: (u64, u64), second: (u64, u64)) -> Difference {
        let proportion = |(successes, trials)| Proportion { successes, trials };
        Difference { first: proportion(first), second: proportion(second) }
    }

    #[test]
    fn check_figure_of_36_in_400_against_4_in_100() {
        let figure = difference((36, 400), (4, 100));
        assert_eq!(format!("{:.1}", figure.rate().unwrap() * 100.0), "5.0");
        let (lower, upper) = figure.newcombe().unwrap();
        assert_eq!(format!("{:.1} {:.1}", lower * 100.0, upper * 100.0), "-1.3 9.0");
    }

    /// The contrasts of table II of the source, as printed there for method 10.
    #[test]
    fn published_contrasts() {
        for (first, second, printed) in [
            ((56, 70), (48, 80), "0.0524 0.3339"),
            ((9, 10), (3, 10), "0.1705 0.8090"),
            ((6, 7), (2, 7), "0.0582 0.8062"),
            ((5, 56), (0, 29), "-0.0381 0.1926"),
            ((0, 10), (0, 20), "-0.1611 0.2775"),
            ((0, 10), (0, 10), "-0.2775 0.2775"),
            ((10, 10), (0, 20), "0.6791 1.0000"),
            ((10, 10), (0, 10), "0.6075 1.0000"),
        ] {
            let (lower, upper) = difference(first, second).newcombe().unwrap();
            assert_eq!(format!("{lower:.4} {upper:.4}"), printed, "{first:?} {second:?}");
        }
    }

    #[test]
    fn without_trials_or_with_too_many_successes_there_is_none() {
        for nothing in [difference((0, 0), (1, 2)), difference((1, 2), (0, 0))] {
            assert_eq!((nothing.rate(), nothing.newcombe()), (None, None));
        }
        assert_eq!(difference((3, 2), (1, 2)).newcombe(), None);
        let one_each = difference((1, 1), (0, 1)).newcombe().unwrap();
        assert!(near(one_each.1, 1.0) && one_each.0 > -1.0);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_difference_and_mirrors_it(
            (n, m) in (1..5_000_u64, 1..5_000_u64), (p, q) in (0.0..=1.0_f64, 0.0..=1.0_f64),
        ) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let part = |share: f64, n: u64| ((share * n as f64) as u64, n);
            let (first, second) = (part(p, n), part(q, m));
            let (rate, there) = (difference(first, second).rate().unwrap(), difference(second, first));
            let (lower, upper) = difference(first, second).newcombe().unwrap();
            prop_assert!(-1.0 <= lower && lower <= rate && rate <= upper && upper <= 1.0);
            let (back_lower, back_upper) = there.newcombe().unwrap();
            prop_assert!(near(lower, -back_upper) && near(upper, -back_lower));
        }
    }
}
