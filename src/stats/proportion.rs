//! Successes out of trials: the rate, its Wilson interval, and shrinking towards a nominal rate.

use super::estimate::Z95;

/// How many of a number of trials succeeded.
///
/// `successes <= trials` is expected; where it does not hold every method returns `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Proportion {
    /// Trials that succeeded.
    pub successes: u64,
    /// All trials.
    pub trials: u64,
}

impl Proportion {
    /// The share of successes, in `[0, 1]`. `None` without trials.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        let valid = self.trials > 0 && self.successes <= self.trials;
        valid.then(|| self.successes as f64 / self.trials as f64)
    }

    /// The Wilson score interval at 95 %, inside `[0, 1]`. `None` without trials.
    ///
    /// Formula, with `p` the rate and `n` the trials:
    /// `(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)`.
    /// With no success its lower end is exactly 0, with nothing but successes its upper end is
    /// exactly 1; there is no continuity correction.
    ///
    /// Source: Wilson, Journal of the American Statistical Association 22 (1927); compared
    /// and recommended for small n in Statistical Science 16 (2001), pages 101 to 133.
    #[must_use]
    pub fn wilson(self) -> Option<(f64, f64)> {
        Some(wilson_interval(self.rate()?, self.trials as f64))
    }

    /// The rate shrunk towards `nominal`, as if `weight` more trials had come out at that rate.
    ///
    /// Formula: `(successes + weight nominal) / (trials + weight)`: Laplace's pseudo-counts, the
    /// posterior mean under a beta prior. With no trials it is `nominal`, with weight 0 the plain
    /// rate. `None` when `nominal` is not in `[0, 1]`, when `weight` is negative or not finite,
    /// or when both trials and weight are 0.
    #[must_use]
    pub fn shrunk(self, nominal: f64, weight: f64) -> Option<f64> {
        let valid = self.successes <= self.trials
            && (0.0..=1.0).contains(&nominal)
            && weight.is_finite()
            && weight >= 0.0;
        let total = self.trials as f64 + weight;
        (valid && total > 0.0)
            .then(|| ((self.successes as f64 + weight * nominal) / total).clamp(0.0, 1.0))
    }
}

/// The Wilson interval of a rate in `[0, 1]` seen in `n > 0` trials; `n` may be an effective,
/// fractional number.
pub(super) fn wilson_interval(rate: f64, n: f64) -> (f64, f64) {
    let z2 = Z95 * Z95;
    let centre = rate + z2 / (2.0 * n);
    let half = Z95 * (rate * (1.0 - rate) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    let lower = if rate > 0.0 { (centre - half) / scale } else { 0.0 };
    let upper = if rate < 1.0 { (centre + half) / scale } else { 1.0 };
    (lower.max(0.0), upper.min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::near;
    use proptest::prelude::*;

    fn proportion(successes: u64, trials: u64) -> Proportion {
        Proportion { successes, trials }
    }

    #[test]
    fn check_figure_4238_of_6711() {
        let figure = proportion(4_238, 4_238 + 2_473);
        assert_eq!(format!("{:.4}", figure.rate().unwrap()), "0.6315");
        let (lower, upper) = figure.wilson().unwrap();
        assert_eq!(format!("{lower:.4} {upper:.4}"), "0.6199 0.6430");
    }

    #[test]
    fn small_samples() {
        // Wilson for 0 of 10: upper end z²/(n + z²).
        let (lower, upper) = proportion(0, 10).wilson().unwrap();
        assert!(lower.abs() < f64::MIN_POSITIVE && near(upper, Z95 * Z95 / (10.0 + Z95 * Z95)));
        // The ends are exact, whatever is rounded on the way.
        for n in 1..500 {
            assert_eq!(proportion(0, n).wilson().map(|(lower, _)| lower), Some(0.0));
            assert_eq!(proportion(n, n).wilson().map(|(_, upper)| upper), Some(1.0));
        }
        assert_eq!(proportion(0, 0).wilson(), None);
        assert_eq!(proportion(3, 2).rate(), None);
    }

    #[test]
    fn shrinking() {
        assert!(near(proportion(3, 10).shrunk(0.5, 10.0).unwrap(), 0.4));
        assert!(near(proportion(0, 0).shrunk(0.25, 4.0).unwrap(), 0.25));
        assert!(near(proportion(3, 10).shrunk(0.5, 0.0).unwrap(), 0.3));
        assert_eq!(proportion(0, 0).shrunk(0.5, 0.0), None);
        assert_eq!(proportion(0, 4).shrunk(0.5, 0.0), Some(0.0));
        assert_eq!(proportion(4, 4).shrunk(0.5, 0.0), Some(1.0));
        assert_eq!(proportion(5, 4).shrunk(0.5, 1.0), None);
        assert_eq!(proportion(1, 2).shrunk(0.5, -1.0), None);
        assert_eq!(proportion(1, 2).shrunk(1.5, 1.0), None);
        assert_eq!(proportion(1, 2).shrunk(0.5, f64::NAN), None);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_rate(trials in 1..1_000_000_u64, share in 0.0..=1.0_f64) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let figure = proportion((share * trials as f64) as u64, trials);
            let (rate, (lower, upper)) = (figure.rate().unwrap(), figure.wilson().unwrap());
            prop_assert!(0.0 <= lower && lower <= rate && rate <= upper && upper <= 1.0);
        }
    }
}
