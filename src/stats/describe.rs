//! Quantiles and the summary of a sample.

/// The arithmetic mean.
///
/// Formula: sum / n. `None` when the sample is empty, when a value is NaN or infinite, or when
/// the sum leaves the range of `f64`.
#[must_use]
pub fn mean(values: &[f64]) -> Option<f64> {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    mean.is_finite().then_some(mean)
}

/// The `p`-quantile of an ascending sample, type 7: linear between order statistics.
///
/// Position `(n - 1) p`, counted from 0; a position between two order statistics is interpolated
/// linearly. A position that is an integer but for rounding counts as that integer, so a quantile
/// that falls on an observation is exactly that observation.
///
/// `None` when the sample is empty, when `p` is not in `[0, 1]`, or when an order statistic it
/// needs is NaN or infinite. The sample must be sorted: if not, the result is some number
/// between two of its values and means nothing. With n = 1 every quantile is that value.
///
/// Source: Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American
/// Statistician 50 (1996), definition 7; the default of R and numpy.
#[must_use]
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    let exact = last as f64 * p;
    let nearest = exact.round();
    let snapped = (exact - nearest).abs() <= 4.0 * f64::EPSILON * nearest.max(1.0);
    let position = if snapped { nearest } else { exact };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 <= position <= n - 1, and the cast saturates"
    )]
    let below = (position.floor() as usize).min(last);
    interpolate(sorted, below, position - position.floor())
}

/// The type-7 `part`-th of `parts` quantiles of an ascending sample, in integer arithmetic: no
/// rounding of `p` decides on which side of a cut point a value lies. `None` as for [`quantile`].
pub(super) fn quantile_of(sorted: &[f64], part: usize, parts: usize) -> Option<f64> {
    let position = sorted.len().checked_sub(1)?.checked_mul(part)?;
    let below = position.checked_div(parts)?;
    let fraction = (position % parts) as f64 / parts as f64;
    interpolate(sorted, below, fraction)
}

/// The point `fraction` of the way from order statistic `below` to the next one.
fn interpolate(sorted: &[f64], below: usize, fraction: f64) -> Option<f64> {
    let low = *sorted.get(below)?;
    let high = if fraction > 0.0 { *sorted.get(below + 1)? } else { low };
    let gap = high - low;
    let value = if gap.is_finite() {
        // Monotone in `fraction`; rounding must not carry it past the next order statistic.
        (low + fraction * gap).min(high.max(low))
    } else {
        low * (1.0 - fraction) + high * fraction
    };
    value.is_finite().then_some(value)
}

/// The usual figures of a sample, in the unit of its values; quantiles are type 7.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Number of values, at least 1.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// First quartile.
    pub p25: f64,
    /// Median.
    pub median: f64,
    /// Third quartile.
    pub p75: f64,
    /// 90th percentile.
    pub p90: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
}

impl Summary {
    /// The summary of values in any order.
    ///
    /// `None` when there are none, when one is NaN or infinite, or when their sum leaves the
    /// range of `f64`. With n = 1 every figure is that value.
    #[must_use]
    pub fn of(values: &[f64]) -> Option<Self> {
        let mean = mean(values)?;
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            n: sorted.len(),
            mean,
            p25: quantile(&sorted, 0.25)?,
            median: quantile(&sorted, 0.5)?,
            p75: quantile(&sorted, 0.75)?,
            p90: quantile(&sorted, 0.9)?,
            min: *sorted.first()?,
            max: *sorted.last()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::near;
    use proptest::prelude::*;

    #[test]
    fn type_7_as_r_gives_it() {
        // R: quantile(c(1, 2, 4, 8, 16), c(.1, .25, .5, .9)) = 1.4, 2, 4, 12.8
        let sample = [1.0, 2.0, 4.0, 8.0, 16.0];
        for (p, expected) in
            [(0.0, 1.0), (0.1, 1.4), (0.25, 2.0), (0.5, 4.0), (0.9, 12.8), (1.0, 16.0)]
        {
            assert!(near(quantile(&sample, p).unwrap(), expected), "p = {p}");
        }
    }

    #[test]
    fn a_quantile_on_an_observation_is_exactly_it() {
        let sample: Vec<f64> = (0..=100).map(|i| f64::from(i) * 0.7).collect();
        for i in 0..=100_u8 {
            let p = f64::from(i) / 100.0;
            assert_eq!(quantile(&sample, p), Some(sample[usize::from(i)]));
        }
        // Four roundings beside it are still on it, five are not.
        let two = [0.0, 10.0];
        assert_eq!(quantile(&two, 1.0 - 4.0 * f64::EPSILON), Some(10.0));
        assert!(quantile(&two, 1.0 - 5.0 * f64::EPSILON).unwrap() < 10.0);
    }

    #[test]
    fn check_figure_of_five_times() {
        let summary = Summary::of(&[12.0, 3.0, 10.0, 6.0, 7.0]).unwrap();
        assert!(near(summary.mean, 7.6));
        assert!(near(summary.p90, 11.2));
        let rest = (summary.n, summary.min, summary.p25, summary.median);
        assert_eq!(rest, (5, 3.0, 6.0, 7.0));
        assert_eq!((summary.p75, summary.max), (10.0, 12.0));
    }

    #[test]
    fn undefined_is_none() {
        assert_eq!(Summary::of(&[]), None);
        assert_eq!(Summary::of(&[1.0, f64::NAN]), None);
        assert_eq!(Summary::of(&[f64::INFINITY, f64::NEG_INFINITY]), None);
        assert_eq!(Summary::of(&[f64::MAX, f64::MAX]), None);
        assert_eq!(quantile(&[1.0], f64::NAN), None);
        assert_eq!(quantile(&[1.0], 1.1), None);
        assert_eq!(quantile(&[f64::NEG_INFINITY, f64::INFINITY], 0.5), None);
        assert_eq!(quantile(&[-f64::MAX, f64::MAX], 0.5), Some(0.0));
        assert_eq!(quantile_of(&[1.0], 1, 0), None);
    }

    proptest! {
        #[test]
        fn quantiles_stay_inside_and_rise_with_p(
            mut sample in prop::collection::vec(-1e300..1e300_f64, 1..40),
            p in 0.0..=1.0_f64,
            q in 0.0..=1.0_f64,
        ) {
            sample.sort_by(f64::total_cmp);
            let low = quantile(&sample, p.min(q)).unwrap();
            let high = quantile(&sample, p.max(q)).unwrap();
            prop_assert!(low <= high);
            prop_assert!(sample[0] <= low && high <= sample[sample.len() - 1]);
        }
    }
}
